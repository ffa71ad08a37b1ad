//! What forbids drawing from an exam's blueprint, and what makes its papers too much alike.

use crate::bank::catalog::Catalog;
use crate::bank::exam::Exam;
use crate::bank::validate::Finding;
use crate::exam::draw::{self, Infeasible};
use crate::problem::Severity;

/// How many times a section's draw its pool should hold, so that a retake never repeats the same questions.
const TIMES: usize = 3;

/// Proves by counting that papers can be drawn, and compares every section with its pool, critical questions and others
/// each for themselves.
pub fn check(catalog: &Catalog, exam: &Exam) -> Vec<Finding> {
    let mut flaws: Vec<_> = draw::feasible(catalog, exam).err().map(|why| infeasible(&why)).into_iter().collect();
    for (at, (section, questions)) in exam.sections.iter().zip(draw::counts(exam)).enumerate() {
        let Ok(bank) = catalog.bank(&section.bank) else { continue };
        let (critical, other): (Vec<_>, Vec<_>) =
            draw::pool(&bank.value, section).partition(|question| question.critical);
        let wanted = section.critical as usize;
        for (kind, pool, draw) in
            [("critical", critical.len(), wanted), ("other", other.len(), questions.saturating_sub(wanted))]
        {
            if pool < TIMES * draw {
                let message = format!("the section draws {draw} of {pool} {kind} questions in \"{}\"", section.bank);
                flaws.push(Finding {
                    rule: "L41",
                    severity: Severity::Warning,
                    pointer: format!("/sections/{at}"),
                    message,
                    help: format!("Write more questions, or draw fewer: a pool is at least {TIMES} times the draw."),
                });
            }
        }
    }
    flaws
}

fn infeasible(why: &Infeasible) -> Finding {
    let section = why.section() - 1;
    Finding {
        rule: "infeasible",
        severity: Severity::Error,
        pointer: format!("/sections/{section}"),
        message: why.to_string(),
        help: "Lower what the section wants, widen its pool, or write more questions.".to_owned(),
    }
}
