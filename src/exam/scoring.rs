//! Points for one answer by the question's kind, and the outcome of a whole attempt.

use std::collections::BTreeSet;

use crate::attempt::outcome::{MissedObjective, SectionOutcome};
use crate::attempt::remark::RemarkPolicy;
use crate::attempt::{Answer, ExamResult, Mode, Outcome, Points};
use crate::bank::decimal::Decimal;
use crate::bank::question::{Choice, ChoiceScoring, Question, QuestionKind, SelectCount};
use crate::exam::loaded_paper::{LoadedPaper, LoadedQuestion};
use crate::text;

/// Returns the points for an answer: one for a right one, a fraction only for a balanced choice, nothing for no answer.
///
/// A critical question is right or wrong, whatever its scoring says.
pub fn mark(question: &Question, answer: Option<&Answer>) -> Points {
    let right = match (&question.ask, answer) {
        (QuestionKind::Choice { choices, select, scoring, .. }, Some(Answer::Choices(ticked))) => {
            let scoring = if question.critical { ChoiceScoring::AllOrNothing } else { *scoring };
            return choice(choices, *select, scoring, ticked);
        }
        (QuestionKind::TrueFalse { answer, .. }, Some(Answer::Truth(given))) => given == answer,
        (QuestionKind::Number { answer, tolerance, .. }, Some(Answer::Number(given))) => {
            Decimal::parse(given).is_ok_and(|given| answer.accepts(&given, tolerance))
        }
        (QuestionKind::Text { accept }, Some(Answer::Text(given))) => {
            let given = text::answer_key(given);
            accept.iter().any(|accepted| text::answer_key(accepted) == given)
        }
        (QuestionKind::Order { items }, Some(Answer::Order(order))) => order.iter().copied().eq(0..items.len()),
        (QuestionKind::Match { pairs, .. }, Some(Answer::Pairs(rights))) => rights.iter().copied().eq(0..pairs.len()),
        _ => false,
    };
    if right { Points::one() } else { Points::zero() }
}

/// Returns the points for an answer to a question that turned out to be faulty; nothing where it was dropped.
pub fn mark_again(question: &Question, policy: &RemarkPolicy, answer: Option<&Answer>) -> Option<Points> {
    match policy {
        RemarkPolicy::Drop => None,
        RemarkPolicy::AcceptAll => Some(Points::one()),
        RemarkPolicy::Rekey(keys) => {
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
        (QuestionKind::Choice { mut choices, select, scoring, order }, Answer::Choices(keys)) => {
            let enough = match select {
                SelectCount::One => true,
                SelectCount::Exactly(n) => keys.len() == n,
                SelectCount::All => keys.len() < choices.len(),
            };
            if !enough {
                return None;
            }
            choices.iter_mut().enumerate().for_each(|(at, choice)| choice.correct = keys.contains(&at));
            QuestionKind::Choice { choices, select, scoring, order }
        }
        (QuestionKind::TrueFalse { rationales, harm, .. }, Answer::Truth(answer)) => {
            QuestionKind::TrueFalse { answer: *answer, rationales, harm }
        }
        (QuestionKind::Number { tolerance, unit, .. }, Answer::Number(answer)) => {
            QuestionKind::Number { answer: Decimal::parse(answer).ok()?, tolerance, unit }
        }
        (QuestionKind::Text { .. }, Answer::Text(answer)) => QuestionKind::Text { accept: vec![answer.clone()] },
        _ => return None,
    };
    Some(Question { ask, ..question.clone() })
}

/// Marks ticked choices. More ticks than may be selected earn nothing, however they came to be stored.
fn choice(choices: &[Choice], select: SelectCount, scoring: ChoiceScoring, ticked: &[usize]) -> Points {
    let ticked: BTreeSet<usize> = ticked.iter().copied().collect();
    let keys = choices.iter().filter(|choice| choice.correct).count();
    let hits = ticked.iter().filter(|at| choices.get(**at).is_some_and(|choice| choice.correct)).count();
    let misses = ticked.len() - hits;
    let too_many = match select {
        SelectCount::One => ticked.len() > 1,
        SelectCount::Exactly(n) => ticked.len() > n,
        SelectCount::All => false,
    };
    match scoring {
        _ if too_many => Points::zero(),
        ChoiceScoring::Balanced => Points::balanced(hits, keys, misses, choices.len() - keys),
        ChoiceScoring::AllOrNothing if hits == keys && misses == 0 && keys > 0 => Points::one(),
        ChoiceScoring::AllOrNothing => Points::zero(),
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
        (QuestionKind::Choice { choices, select, .. }, Answer::Choices(ticked)) => {
            let most = match select {
                SelectCount::One => 1,
                SelectCount::Exactly(n) => *n,
                SelectCount::All => choices.len(),
            };
            if ticked.len() > most {
                return Some(format!("choose at most {most}"));
            }
            !ticked.is_empty() && distinct(ticked, choices.len())
        }
        (QuestionKind::TrueFalse { .. }, Answer::Truth(_)) => true,
        (QuestionKind::Number { .. }, Answer::Number(given)) => match Decimal::parse(given) {
            Ok(_) => true,
            Err(error) => return Some(error.to_string()),
        },
        (QuestionKind::Text { .. }, Answer::Text(given)) => given.len() <= 1000 && text::is_printable(given),
        (QuestionKind::Order { items }, Answer::Order(order)) => {
            order.len() == items.len() && distinct(order, items.len())
        }
        (QuestionKind::Match { pairs, extra_right }, Answer::Pairs(rights)) => {
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
pub fn outcome(sheet: &LoadedPaper, answers: &[Option<&Answer>], policies: &[Option<&RemarkPolicy>]) -> Outcome {
    // A question that was dropped has no mark.
    let mark = |((item, answer), policy): ((&LoadedQuestion, &Option<&Answer>), &Option<&RemarkPolicy>)| match policy {
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
        (Mode::Practice, ..) => ExamResult::Practiced,
        (Mode::Exam | Mode::Mock, false, _) => ExamResult::Failed,
        (Mode::Exam | Mode::Mock, true, false) => ExamResult::FailedCritical,
        (Mode::Exam | Mode::Mock, true, true) => ExamResult::Passed,
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

fn section(sheet: &LoadedPaper, marks: &[Option<Points>], at: usize) -> SectionOutcome {
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
fn objectives<'a>(sheet: &LoadedPaper, items: impl Iterator<Item = &'a LoadedQuestion>) -> Vec<MissedObjective> {
    let missed = |item: &LoadedQuestion| {
        let bank = &sheet.banks[item.bank];
        let objective = item.question.objective.clone();
        let text = bank.objective_text(&objective).unwrap_or(objective.as_str()).to_owned();
        MissedObjective { bank: bank.id.clone(), objective, text }
    };
    items.map(missed).collect::<BTreeSet<_>>().into_iter().collect()
}
