//! Scoring: the points for one answer, and the outcome of a whole attempt.
//!
//! The rules are our own, except where a formula names its source:
//!
//! - Every question is worth one point. An unanswered question scores zero and still counts as possible.
//! - A multiple-response question with balanced scoring can earn a fraction (see [`Points::balanced`]). All other
//!   answers earn one point or nothing. No answer earns less than zero.
//! - A pass mark of p percent is reached if 100 · earned ≥ p · possible. The comparison is exact, without rounding.
//! - An exam is passed if its pass mark is reached, and that of each section that has one, and if every critical
//!   question is correct.

use std::collections::BTreeSet;

use crate::attempt::outcome::{MissedObjective, SectionOutcome};
use crate::attempt::remark::RemarkPolicy;
use crate::attempt::{Answer, ExamResult, Mode, Outcome, Points};
use crate::bank::decimal::Decimal;
use crate::bank::question::{Choice, ChoiceScoring, Harm, Question, QuestionKind, SelectCount};
use crate::exam::loaded_paper::{LoadedPaper, LoadedQuestion};
use crate::text;

/// Returns the points for an answer: one if it is correct, a fraction only with balanced scoring, and zero otherwise.
///
/// A critical question is always all-or-nothing, because it must be fully correct to pass.
pub fn score(question: &Question, answer: Option<&Answer>) -> Points {
    let is_correct = match (&question.kind, answer) {
        (QuestionKind::Choice { choices, select, scoring, .. }, Some(Answer::Choices(ticked))) => {
            let scoring = if question.critical { ChoiceScoring::AllOrNothing } else { *scoring };
            return score_choice(choices, *select, scoring, ticked);
        }
        (QuestionKind::TrueFalse { answer, .. }, Some(Answer::Truth(given))) => given == answer,
        (QuestionKind::Number { answer, tolerance, .. }, Some(Answer::Number(given))) => {
            Decimal::parse(given).is_ok_and(|given| answer.accepts(&given, tolerance))
        }
        (QuestionKind::Text { accept }, Some(Answer::Text(given))) => {
            let given = text::normalize_answer(given);
            accept.iter().any(|accepted| text::normalize_answer(accepted) == given)
        }
        (QuestionKind::Order { items }, Some(Answer::Order(order))) => order.iter().copied().eq(0..items.len()),
        (QuestionKind::Match { pairs, .. }, Some(Answer::Pairs(right_sides))) => {
            right_sides.iter().copied().eq(0..pairs.len())
        }
        _ => false,
    };
    if is_correct { Points::one() } else { Points::zero() }
}

/// Returns the points for an answer to a faulty question, or `None` if the question was dropped.
pub fn rescore(question: &Question, policy: &RemarkPolicy, answer: Option<&Answer>) -> Option<Points> {
    match policy {
        RemarkPolicy::Drop => None,
        RemarkPolicy::AcceptAll => Some(Points::one()),
        RemarkPolicy::Rekey(keys) => {
            let score_under = |key: &Answer| rekeyed(question, key).map(|question| score(&question, answer));
            // Several keys can be correct, and the best result counts.
            Some(keys.iter().filter_map(score_under).max().unwrap_or_else(|| score(question, answer)))
        }
    }
}

/// Returns the question with another key, or `None` if `key` cannot be a key of this question. An order or match
/// question cannot have another key, because its own order is the key.
pub fn rekeyed(question: &Question, key: &Answer) -> Option<Question> {
    if invalid_answer_reason(question, key).is_some() {
        return None;
    }
    let ask = match (question.kind.clone(), key) {
        (QuestionKind::Choice { mut choices, select, scoring, order }, Answer::Choices(keys)) => {
            let has_valid_count = match select {
                SelectCount::One => true,
                SelectCount::Exactly(n) => keys.len() == n,
                // A question without a distractor is not valid.
                SelectCount::All => keys.len() < choices.len(),
            };
            if !has_valid_count {
                return None;
            }
            choices.iter_mut().enumerate().for_each(|(index, choice)| choice.correct = keys.contains(&index));
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
    Some(Question { kind: ask, ..question.clone() })
}

/// Scores ticked choices. More ticks than the question allows earn nothing.
fn score_choice(choices: &[Choice], select: SelectCount, scoring: ChoiceScoring, ticked: &[usize]) -> Points {
    // A set, so that a choice that a stored answer ticks twice counts once.
    let ticked: BTreeSet<usize> = ticked.iter().copied().collect();
    let key_count = choices.iter().filter(|choice| choice.correct).count();
    let correct_ticked =
        ticked.iter().filter(|index| choices.get(**index).is_some_and(|choice| choice.correct)).count();
    let wrong_ticked = ticked.len() - correct_ticked;
    // A session refuses too many ticks, but the facts of a request come from a computer that others control.
    let too_many = match select {
        SelectCount::One => ticked.len() > 1,
        SelectCount::Exactly(n) => ticked.len() > n,
        SelectCount::All => false,
    };
    match scoring {
        _ if too_many => Points::zero(),
        ChoiceScoring::Balanced => Points::balanced(correct_ticked, key_count, wrong_ticked, choices.len() - key_count),
        ChoiceScoring::AllOrNothing if correct_ticked == key_count && wrong_ticked == 0 && key_count > 0 => {
            Points::one()
        }
        ChoiceScoring::AllOrNothing => Points::zero(),
    }
}

/// Returns the reason why an answer does not fit this question, in words for the trainee. `None` means that it fits.
pub fn invalid_answer_reason(question: &Question, answer: &Answer) -> Option<String> {
    let are_distinct = |indexes: &[usize], bound: usize| {
        let mut sorted = indexes.to_vec();
        sorted.sort_unstable();
        sorted.windows(2).all(|pair| pair[0] < pair[1]) && sorted.last().is_none_or(|last| *last < bound)
    };
    let is_valid = match (&question.kind, answer) {
        (QuestionKind::Choice { choices, select, .. }, Answer::Choices(ticked)) => {
            let max_choices = match select {
                SelectCount::One => 1,
                SelectCount::Exactly(n) => *n,
                SelectCount::All => choices.len(),
            };
            if ticked.len() > max_choices {
                return Some(match max_choices {
                    1 => "choose only one".to_owned(),
                    _ => format!("choose at most {max_choices}"),
                });
            }
            !ticked.is_empty() && are_distinct(ticked, choices.len())
        }
        (QuestionKind::TrueFalse { .. }, Answer::Truth(_)) => true,
        (QuestionKind::Number { .. }, Answer::Number(given)) => match Decimal::parse(given) {
            Ok(_) => true,
            Err(error) => return Some(error.to_string()),
        },
        (QuestionKind::Text { .. }, Answer::Text(given)) => given.len() <= 1000 && text::is_printable(given),
        (QuestionKind::Order { items }, Answer::Order(order)) => {
            order.len() == items.len() && are_distinct(order, items.len())
        }
        (QuestionKind::Match { pairs, extra_right }, Answer::Pairs(right_sides)) => {
            right_sides.len() == pairs.len() && right_sides.iter().all(|right| *right < pairs.len() + extra_right.len())
        }
        _ => false,
    };
    (!is_valid).then(|| "this answer does not fit the question".to_owned())
}

/// Returns what is missing in an answer that selects fewer choices than the question asks for. Answers of older programs
/// may be like that, so [`invalid_answer_reason`] accepts them.
pub fn incomplete_answer_reason(question: &Question, answer: &Answer) -> Option<String> {
    match (&question.kind, answer) {
        (QuestionKind::Choice { select: SelectCount::Exactly(count), .. }, Answer::Choices(ticked))
            if ticked.len() < *count =>
        {
            Some(format!("choose exactly {count}"))
        }
        _ => None,
    }
}

/// Returns how dangerous the wrong belief in an answer is: the greatest harm of the distractors that were selected, or
/// that of the wrong answer to a true-false question. `None` if nothing wrong was selected or no harm is known.
pub fn harm(question: &Question, answer: &Answer) -> Option<Harm> {
    match (&question.kind, answer) {
        (QuestionKind::Choice { choices, .. }, Answer::Choices(ticked)) => {
            let selected = ticked.iter().filter_map(|index| choices.get(*index));
            selected.filter(|choice| !choice.correct).filter_map(|choice| choice.harm).max()
        }
        (QuestionKind::TrueFalse { answer: key, harm, .. }, Answer::Truth(given)) if key != given => *harm,
        _ => None,
    }
}

/// Computes the outcome of an attempt. `answers` and `policies` have one entry for each question of the paper. Only a
/// faulty question has a policy.
///
/// If every pass mark is reached but a critical question is missed, the result is [`ExamResult::FailedCritical`].
pub fn outcome(loaded_paper: &LoadedPaper, answers: &[Option<&Answer>], policies: &[Option<&RemarkPolicy>]) -> Outcome {
    // A dropped question has no mark, so it counts neither as earned nor as possible.
    let mark = |((loaded, answer), policy): ((&LoadedQuestion, Option<&Answer>), Option<&RemarkPolicy>)| match policy {
        Some(policy) => rescore(&loaded.question, policy, answer),
        None => Some(score(&loaded.question, answer)),
    };
    let marks: Vec<_> =
        loaded_paper.questions.iter().zip(answers.iter().copied()).zip(policies.iter().copied()).map(mark).collect();
    let possible = marks.iter().flatten().count();
    let earned: Points = marks.iter().flatten().cloned().sum();
    let sections: Vec<_> =
        (0..loaded_paper.paper.sections.len()).map(|index| section_outcome(loaded_paper, &marks, index)).collect();
    let is_missed = |mark: &Option<Points>| mark.as_ref().is_some_and(|mark| *mark < Points::one());
    let missed_questions =
        || loaded_paper.questions.iter().zip(&marks).filter(|(_, mark)| is_missed(mark)).map(|(loaded, _)| loaded);
    let critical_misses = missed_objectives(loaded_paper, missed_questions().filter(|loaded| loaded.question.critical));
    let pass = loaded_paper.exam.as_ref().map(|exam| exam.pass);
    let all_marks_reached = pass.is_none_or(|pass| earned.reaches(pass, possible))
        && sections.iter().all(|section| section.is_pass_mark_reached);
    let result = match (loaded_paper.mode, all_marks_reached, critical_misses.is_empty()) {
        (Mode::Practice, ..) => ExamResult::Practiced,
        (Mode::Exam | Mode::Mock, false, _) => ExamResult::Failed,
        (Mode::Exam | Mode::Mock, true, false) => ExamResult::FailedCritical,
        (Mode::Exam | Mode::Mock, true, true) => ExamResult::Passed,
    };
    Outcome {
        earned,
        possible,
        pass_mark: pass,
        sections,
        missed_critical_objectives: critical_misses,
        missed_objectives: missed_objectives(loaded_paper, missed_questions()),
        unanswered: answers.iter().zip(&marks).filter(|(answer, mark)| answer.is_none() && mark.is_some()).count(),
        result,
    }
}

fn section_outcome(loaded_paper: &LoadedPaper, marks: &[Option<Points>], index: usize) -> SectionOutcome {
    let section_points = || {
        loaded_paper
            .questions
            .iter()
            .zip(marks)
            .filter(|(loaded, _)| loaded.section == index)
            .filter_map(|(_, mark)| mark.as_ref())
    };
    let earned: Points = section_points().cloned().sum();
    let possible = section_points().count();
    let bank = &loaded_paper.banks[loaded_paper.paper.sections[index].bank];
    let pass = loaded_paper.exam.as_ref().and_then(|exam| exam.sections.get(index)?.pass);
    let met = pass.is_none_or(|pass| earned.reaches(pass, possible));
    SectionOutcome {
        bank: bank.id.clone(),
        title: bank.title.clone(),
        earned,
        possible,
        pass_mark: pass,
        is_pass_mark_reached: met,
    }
}

/// Returns the objectives of some questions, sorted and without duplicates.
fn missed_objectives<'a>(
    loaded_paper: &LoadedPaper,
    questions: impl Iterator<Item = &'a LoadedQuestion>,
) -> Vec<MissedObjective> {
    let to_missed = |loaded: &LoadedQuestion| {
        let bank = &loaded_paper.banks[loaded.bank];
        let objective = loaded.question.objective.clone();
        let text = bank.objective_text(&objective).unwrap_or(objective.as_str()).to_owned();
        MissedObjective { bank: bank.id.clone(), objective, text }
    };
    questions.map(to_missed).collect::<BTreeSet<_>>().into_iter().collect()
}
