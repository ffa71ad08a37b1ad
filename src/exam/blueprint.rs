//! Checks of an exam's blueprint: whether papers can be drawn, whether each pool is large enough for retakes, whether every
//! critical question is in an exam, and whether questions of different banks give away each other's key.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::bank::catalog::Catalog;
use crate::bank::exam::Exam;
use crate::bank::question::QuestionStatus;
use crate::bank::rules;
use crate::bank::validate::Finding;
use crate::bank::{Bank, Question};
use crate::clock::Day;
use crate::exam::draw::{self, Infeasible};
use crate::problem::Severity;

/// How many times larger than its draw a pool should be (rule L41). Then a retake need not repeat any question.
const MIN_POOL_RATIO: usize = 3;

/// Returns an error if no paper can be drawn, and warnings for what makes papers weaker than they look.
///
/// `today` is only for rules that compare dates. A section whose bank is missing or has errors gets no warning.
pub fn check(catalog: &Catalog, exam: &Exam, today: Day) -> Vec<Finding> {
    let infeasible = draw::check_feasible(catalog, exam).err().map(|reason| infeasible_finding(&reason));
    let mut findings: Vec<_> = infeasible.into_iter().collect();
    findings.extend(small_pools(catalog, exam));
    findings.extend(pairs_across_banks(catalog, exam, today));
    findings
}

/// L41: pools that are too small for retakes. Critical and non-critical questions are compared with their pools
/// separately, because a large pool can still have so few critical questions that every retake repeats them.
fn small_pools(catalog: &Catalog, exam: &Exam) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, (section, questions)) in exam.sections.iter().zip(draw::question_counts(exam)).enumerate() {
        let Ok(bank) = catalog.bank(&section.bank) else { continue };
        let (critical, other): (Vec<_>, Vec<_>) =
            draw::pool(&bank.value, section).map(AsRef::as_ref).partition(|question: &&Question| question.critical);
        let critical_count = section.critical as usize;
        for (kind, pool, draw) in
            [("critical", critical, critical_count), ("non-critical", other, questions.saturating_sub(critical_count))]
        {
            let pool_size = count_units(&pool);
            if pool_size < MIN_POOL_RATIO * draw {
                let message = format!(
                    "the section draws {draw} of only {pool_size} {kind} questions in \"{}\"; a group counts as one",
                    section.bank
                );
                findings.push(section_warning(
                    "L41",
                    index,
                    message,
                    format!(
                        "Write more questions or draw fewer. A pool should be at least {MIN_POOL_RATIO} times the draw."
                    ),
                ));
            }
        }
    }
    findings
}

/// Counts the questions of which one paper can hold all: an exclusion group counts as one.
fn count_units(pool: &[&Question]) -> usize {
    let groups: BTreeSet<_> = pool.iter().filter_map(|question| question.group.as_ref()).collect();
    groups.len() + pool.iter().filter(|question| question.group.is_none()).count()
}

/// L56: critical questions of a bank that none of the exams in use can draw. A bank that no exam draws from has none.
pub fn undrawable_critical_questions(catalog: &Catalog, bank: &Bank) -> Vec<Finding> {
    let sections = catalog.exams().flat_map(|exam| &exam.value.sections);
    let sections: Vec<_> = sections.filter(|section| section.bank == bank.id).collect();
    let is_drawable = |question: &Question| {
        let mut drawing = sections.iter().filter(|section| section.critical > 0);
        drawing.any(|section| draw::pool(bank, section).any(|drawn| drawn.id == question.id))
    };
    let is_missed = |question: &Question| {
        let is_waived = question.lint.iter().any(|waiver| waiver.rule == "L56");
        question.critical && question.status == QuestionStatus::Ready && !is_waived && !is_drawable(question)
    };
    let missed = bank.questions.iter().enumerate().filter(|(_, question)| !sections.is_empty() && is_missed(question));
    let finding = |(index, question): (usize, &Arc<Question>)| Finding {
        rule: "L56",
        severity: Severity::Warning,
        pointer: format!("/questions/{index}/critical"),
        message: format!("no exam can draw the critical question \"{}\"", question.id),
        help: format!("Let a section draw critical questions of the objective \"{}\"", question.objective),
    };
    missed.map(finding).collect()
}

/// L58 and L59: questions of different banks that repeat each other or give away a key.
fn pairs_across_banks(catalog: &Catalog, exam: &Exam, today: Day) -> Vec<Finding> {
    let ids: BTreeSet<_> = exam.sections.iter().map(|section| &section.bank).collect();
    let entries: Vec<_> = ids.into_iter().filter_map(|id| catalog.bank(id).ok()).collect();
    let banks: Vec<_> = entries.iter().map(|entry| &**entry.value).collect();
    let finding = |found: rules::CrossBankFinding| {
        let section = exam.sections.iter().position(|section| section.bank == found.question.0)?;
        let help = "Put both questions into one \"group\", or reword one of them".to_owned();
        Some(section_warning(found.rule, section, found.message, help))
    };
    rules::check_across(&banks, today).into_iter().filter_map(finding).collect()
}

fn section_warning(rule: &'static str, section: usize, message: String, help: String) -> Finding {
    Finding { rule, severity: Severity::Warning, pointer: format!("/sections/{section}"), message, help }
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
