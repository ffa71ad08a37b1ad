//! Checks of an exam's blueprint: whether papers can be drawn, and whether each pool is large enough for retakes.

use crate::bank::catalog::Catalog;
use crate::bank::exam::Exam;
use crate::bank::validate::Finding;
use crate::exam::draw::{self, Infeasible};
use crate::problem::Severity;

/// How many times larger than its draw a pool should be (rule L41). Then a retake need not repeat any question.
const MIN_POOL_RATIO: usize = 3;

/// Returns an error if no paper can be drawn, and a warning for every pool that is too small for retakes.
///
/// Critical and non-critical questions are compared with their pools separately. A section whose bank is missing or has
/// errors gets no warning.
pub fn check(catalog: &Catalog, exam: &Exam) -> Vec<Finding> {
    let mut findings: Vec<_> =
        draw::check_feasible(catalog, exam).err().map(|reason| infeasible_finding(&reason)).into_iter().collect();
    for (index, (section, questions)) in exam.sections.iter().zip(draw::question_counts(exam)).enumerate() {
        let Ok(bank) = catalog.bank(&section.bank) else { continue };
        let (critical, other): (Vec<_>, Vec<_>) =
            draw::pool(&bank.value, section).partition(|question| question.critical);
        let critical_count = section.critical as usize;
        // Separately, because a large pool can still have so few critical questions that every retake repeats them.
        for (kind, pool_size, draw) in [
            ("critical", critical.len(), critical_count),
            ("non-critical", other.len(), questions.saturating_sub(critical_count)),
        ] {
            if pool_size < MIN_POOL_RATIO * draw {
                let message =
                    format!("the section draws {draw} of only {pool_size} {kind} questions in \"{}\"", section.bank);
                findings.push(Finding {
                    rule: "L41",
                    severity: Severity::Warning,
                    pointer: format!("/sections/{index}"),
                    message,
                    help: format!(
                        "Write more questions or draw fewer. A pool should be at least {MIN_POOL_RATIO} times the draw."
                    ),
                });
            }
        }
    }
    findings
}

fn infeasible_finding(reason: &Infeasible) -> Finding {
    let section = reason.first_section() - 1;
    Finding {
        rule: "infeasible",
        severity: Severity::Error,
        pointer: format!("/sections/{section}"),
        message: reason.to_string(),
        help: "Draw fewer questions, widen the pool of the section, or write more questions".to_owned(),
    }
}
