//! Points for one answer by the question's kind, and the outcome of a whole attempt.

use std::collections::BTreeSet;

use crate::attempt::outcome::{Missed, SectionOutcome};
use crate::attempt::remark::Policy;
use crate::attempt::{Answer, Mode, Outcome, Points, Standing};
use crate::bank::decimal::Decimal;
use crate::bank::question::{Ask, Choice, Question, Scoring, Select};
use crate::exam::loaded_paper::{Item, Sheet};
use crate::text;

/// Returns the points for an answer: one for a right one, a fraction only for a balanced choice, nothing for no answer.
///
/// A critical question is right or wrong, whatever its scoring says.
pub fn mark(question: &Question, answer: Option<&Answer>) -> Points {
    let right = match (&question.ask, answer) {
        (Ask::Choice { choices, select, scoring, .. }, Some(Answer::Choices(ticked))) => {
            let scoring = if question.critical { Scoring::AllOrNothing } else { *scoring };
            return choice(choices, *select, scoring, ticked);
        }
        (Ask::TrueFalse { answer, .. }, Some(Answer::Truth(given))) => given == answer,
        (Ask::Number { answer, tolerance, .. }, Some(Answer::Number(given))) => {
            Decimal::parse(given).is_ok_and(|given| answer.accepts(&given, tolerance))
        }
        (Ask::Text { accept }, Some(Answer::Text(given))) => {
            let given = text::answer_key(given);
            accept.iter().any(|accepted| text::answer_key(accepted) == given)
        }
        (Ask::Order { items }, Some(Answer::Order(order))) => order.iter().copied().eq(0..items.len()),
        (Ask::Match { pairs, .. }, Some(Answer::Pairs(rights))) => rights.iter().copied().eq(0..pairs.len()),
        _ => false,
    };
    if right { Points::one() } else { Points::zero() }
}

/// Returns the points for an answer to a question that turned out to be faulty; nothing where it was dropped.
pub fn mark_again(question: &Question, policy: &Policy, answer: Option<&Answer>) -> Option<Points> {
    match policy {
        Policy::Drop => None,
        Policy::AcceptAll => Some(Points::one()),
        Policy::Rekey(keys) => {
            let under = |key: &Answer| rekeyed(question, key).map(|question| mark(&question, answer));
            Some(keys.iter().filter_map(under).max().unwrap_or_else(|| mark(question, answer)))
        }
    }
}

/// Returns the question with another key; nothing where that can be no key of it. What is put in order or paired has no
/// other key: its own order is the key.
pub fn rekeyed(question: &Question, key: &Answer) -> Option<Question> {
    if misfit(question, key).is_some() {
        return None;
    }
    let ask = match (question.ask.clone(), key) {
        (Ask::Choice { mut choices, select, scoring, order }, Answer::Choices(keys)) => {
            let enough = match select {
                Select::One => true,
                Select::Exactly(n) => keys.len() == n,
                Select::All => keys.len() < choices.len(),
            };
            if !enough {
                return None;
            }
            choices.iter_mut().enumerate().for_each(|(at, choice)| choice.correct = keys.contains(&at));
            Ask::Choice { choices, select, scoring, order }
        }
        (Ask::TrueFalse { rationales, harm, .. }, Answer::Truth(answer)) => {
            Ask::TrueFalse { answer: *answer, rationales, harm }
        }
        (Ask::Number { tolerance, unit, .. }, Answer::Number(answer)) => {
            Ask::Number { answer: Decimal::parse(answer).ok()?, tolerance, unit }
        }
        (Ask::Text { .. }, Answer::Text(answer)) => Ask::Text { accept: vec![answer.clone()] },
        _ => return None,
    };
    Some(Question { ask, ..question.clone() })
}

/// Marks ticked choices. More ticks than may be selected earn nothing, however they came to be stored.
fn choice(choices: &[Choice], select: Select, scoring: Scoring, ticked: &[usize]) -> Points {
    let ticked: BTreeSet<usize> = ticked.iter().copied().collect();
    let keys = choices.iter().filter(|choice| choice.correct).count();
    let hits = ticked.iter().filter(|at| choices.get(**at).is_some_and(|choice| choice.correct)).count();
    let misses = ticked.len() - hits;
    let too_many = match select {
        Select::One => ticked.len() > 1,
        Select::Exactly(n) => ticked.len() > n,
        Select::All => false,
    };
    match scoring {
        _ if too_many => Points::zero(),
        Scoring::Balanced => Points::balanced(hits, keys, misses, choices.len() - keys),
        Scoring::AllOrNothing if hits == keys && misses == 0 && keys > 0 => Points::one(),
        Scoring::AllOrNothing => Points::zero(),
    }
}

/// Returns why an answer cannot be one to this question, as a trainee is told it.
pub fn misfit(question: &Question, answer: &Answer) -> Option<String> {
    let distinct = |places: &[usize], below: usize| {
        let mut sorted = places.to_vec();
        sorted.sort_unstable();
        sorted.windows(2).all(|pair| pair[0] < pair[1]) && sorted.last().is_none_or(|last| *last < below)
    };
    let fits = match (&question.ask, answer) {
        (Ask::Choice { choices, select, .. }, Answer::Choices(ticked)) => {
            let most = match select {
                Select::One => 1,
                Select::Exactly(n) => *n,
                Select::All => choices.len(),
            };
            if ticked.len() > most {
                return Some(format!("choose at most {most}"));
            }
            !ticked.is_empty() && distinct(ticked, choices.len())
        }
        (Ask::TrueFalse { .. }, Answer::Truth(_)) => true,
        (Ask::Number { .. }, Answer::Number(given)) => match Decimal::parse(given) {
            Ok(_) => true,
            Err(error) => return Some(error.to_string()),
        },
        (Ask::Text { .. }, Answer::Text(given)) => given.len() <= 1000 && text::is_printable(given),
        (Ask::Order { items }, Answer::Order(order)) => order.len() == items.len() && distinct(order, items.len()),
        (Ask::Match { pairs, extra_right }, Answer::Pairs(rights)) => {
            rights.len() == pairs.len() && rights.iter().all(|right| *right < pairs.len() + extra_right.len())
        }
        _ => false,
    };
    (!fits).then(|| "this is no answer to this question".to_owned())
}

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
