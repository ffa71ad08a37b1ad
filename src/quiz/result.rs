//! The outcome: a pure function of paper, answers and exam.

use std::collections::BTreeSet;

use super::mark::{mark, mark_again};
use super::sheet::{Item, Sheet};
use crate::attempt::outcome::{Missed, SectionOutcome};
use crate::attempt::remark::Policy;
use crate::attempt::{Answer, Mode, Outcome, Points, Standing};

/// Computes what an attempt came to. `answers` and `policies` hold one entry for each question of the sheet; a policy is what
/// became of a question that turned out to be faulty.
///
/// An exam is passed when the total reaches its mark, every section its own, and every critical question is right.
pub fn outcome(sheet: &Sheet, answers: &[Option<&Answer>], policies: &[Option<&Policy>]) -> Outcome {
    // A question that was dropped has no mark.
    let mark = |((item, answer), policy): ((&Item, &Option<&Answer>), &Option<&Policy>)| match policy {
        Some(policy) => mark_again(&item.question, policy, *answer),
        None => Some(mark(&item.question, *answer)),
    };
    let marks: Vec<_> = sheet.items.iter().zip(answers).zip(policies).map(mark).collect();
    let possible = marks.iter().flatten().count();
    let earned: Points = marks.iter().flatten().cloned().sum();
    let sections: Vec<_> = (0..sheet.paper.sections.len()).map(|at| section(sheet, &marks, at)).collect();
    let is_lost = |mark: &Option<Points>| mark.as_ref().is_some_and(|mark| *mark < Points::one());
    let lost = || sheet.items.iter().zip(&marks).filter(|(_, mark)| is_lost(mark)).map(|(item, _)| item);
    let critical_misses = objectives(sheet, lost().filter(|item| item.question.critical));
    let pass = sheet.exam.as_ref().map(|exam| exam.pass);
    let reached = pass.is_none_or(|pass| earned.reaches(pass, possible)) && sections.iter().all(|section| section.met);
    let standing = match (sheet.mode, reached, critical_misses.is_empty()) {
        (Mode::Practice, ..) => Standing::Practiced,
        (Mode::Exam | Mode::Mock, false, _) => Standing::Failed,
        (Mode::Exam | Mode::Mock, true, false) => Standing::FailedCritical,
        (Mode::Exam | Mode::Mock, true, true) => Standing::Passed,
    };
    Outcome {
        earned,
        possible,
        pass,
        sections,
        critical_misses,
        missed: objectives(sheet, lost()),
        unanswered: answers.iter().zip(&marks).filter(|(answer, mark)| answer.is_none() && mark.is_some()).count(),
        standing,
    }
}

fn section(sheet: &Sheet, marks: &[Option<Points>], at: usize) -> SectionOutcome {
    let own =
        || sheet.items.iter().zip(marks).filter(|(item, _)| item.section == at).filter_map(|(_, mark)| mark.as_ref());
    let earned: Points = own().cloned().sum();
    let possible = own().count();
    let bank = &sheet.banks[sheet.paper.sections[at].bank];
    let pass = sheet.exam.as_ref().and_then(|exam| exam.sections.get(at)?.pass);
    let met = pass.is_none_or(|pass| earned.reaches(pass, possible));
    SectionOutcome { bank: bank.id.clone(), title: bank.title.clone(), earned, possible, pass, met }
}

/// Collects the objectives of some questions, each once.
fn objectives<'a>(sheet: &Sheet, items: impl Iterator<Item = &'a Item>) -> Vec<Missed> {
    let missed = |item: &Item| {
        let bank = &sheet.banks[item.bank];
        let objective = item.question.objective.clone();
        let text = bank.objective(&objective).unwrap_or(objective.as_str()).to_owned();
        Missed { bank: bank.id.clone(), objective, text }
    };
    items.map(missed).collect::<BTreeSet<_>>().into_iter().collect()
}
