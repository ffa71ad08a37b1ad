//! The answer draft of a question: what the trainee has marked or typed but not stored yet.

use crate::attempt::Answer;
use crate::bank::question::{QuestionKind, SelectCount};
use crate::exam::loaded_paper::LoadedQuestion;
use crate::text;

/// A marked or typed answer in the making, in places of the question's own order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerDraft {
    /// Ticked choices.
    Choices(Vec<usize>),
    /// True or false.
    Truth(Option<bool>),
    /// A typed number or text.
    Field(String),
    /// Items picked so far, the first one first.
    Order(Vec<usize>),
    /// For each left side the right side picked.
    Pairs(Vec<Option<usize>>),
}

impl AnswerDraft {
    /// Begins with the stored answer, or with nothing.
    pub fn from_stored(loaded_question: &LoadedQuestion, stored: Option<&Answer>) -> Self {
        match (&loaded_question.question.kind, stored) {
            (QuestionKind::Choice { .. }, Some(Answer::Choices(ticked))) => Self::Choices(ticked.clone()),
            (QuestionKind::Choice { .. }, _) => Self::Choices(Vec::new()),
            (QuestionKind::TrueFalse { .. }, Some(Answer::Truth(truth))) => Self::Truth(Some(*truth)),
            (QuestionKind::TrueFalse { .. }, _) => Self::Truth(None),
            (QuestionKind::Number { .. }, Some(Answer::Number(typed))) => Self::Field(typed.clone()),
            (QuestionKind::Text { .. }, Some(Answer::Text(typed))) => Self::Field(typed.clone()),
            (QuestionKind::Number { .. } | QuestionKind::Text { .. }, _) => Self::Field(String::new()),
            (QuestionKind::Order { .. }, Some(Answer::Order(order))) => Self::Order(order.clone()),
            (QuestionKind::Order { .. }, _) => Self::Order(Vec::new()),
            (QuestionKind::Match { .. }, Some(Answer::Pairs(right_indices))) => {
                Self::Pairs(right_indices.iter().copied().map(Some).collect())
            }
            (QuestionKind::Match { pairs, .. }, _) => Self::Pairs(vec![None; pairs.len()]),
        }
    }

    /// Marks or unmarks what is shown at a position. `line` is the left side that the keys are at, in a match.
    pub fn mark(&mut self, loaded_question: &LoadedQuestion, position: usize, line: usize) {
        let Some(original_index) = original_index(loaded_question, position) else { return };
        match (self, &loaded_question.question.kind) {
            (Self::Choices(ticked), QuestionKind::Choice { select, .. }) => {
                let is_ticked = ticked.contains(&original_index);
                match select {
                    SelectCount::One => *ticked = vec![original_index],
                    _ if is_ticked => ticked.retain(|other| *other != original_index),
                    // With a number given there can never be more ticks than that.
                    SelectCount::Exactly(count) if ticked.len() >= *count => {}
                    _ => ticked.push(original_index),
                }
                ticked.sort_unstable();
            }
            (Self::Truth(truth), _) => *truth = Some(position == 0),
            (Self::Order(order), _) => match order.iter().position(|other| *other == original_index) {
                Some(index) => order.truncate(index),
                None => order.push(original_index),
            },
            (Self::Pairs(right_indices), _) => {
                if let Some(right) = right_indices.get_mut(line) {
                    *right = Some(original_index);
                }
            }
            _ => {}
        }
    }

    /// Types a character into a field.
    pub fn push(&mut self, c: char) {
        if let Self::Field(typed) = self
            && text::is_harmless(c)
            && typed.len() < 500
        {
            typed.push(c);
        }
    }

    /// Deletes the last character of a field.
    pub fn pop(&mut self) {
        if let Self::Field(typed) = self {
            *typed = text::without_last_grapheme(typed).to_owned();
        }
    }

    /// Returns the answer, once it is whole.
    pub fn answer(&self, loaded_question: &LoadedQuestion) -> Option<Answer> {
        match (self, &loaded_question.question.kind) {
            (Self::Choices(ticked), _) => (!ticked.is_empty()).then(|| Answer::Choices(ticked.clone())),
            (Self::Truth(truth), _) => truth.map(Answer::Truth),
            (Self::Field(typed), QuestionKind::Number { .. }) if !typed.trim().is_empty() => {
                Some(Answer::Number(typed.trim().to_owned()))
            }
            (Self::Field(typed), QuestionKind::Text { .. }) if !typed.trim().is_empty() => {
                Some(Answer::Text(typed.trim().to_owned()))
            }
            (Self::Order(order), QuestionKind::Order { items }) if order.len() == items.len() => {
                Some(Answer::Order(order.clone()))
            }
            (Self::Pairs(right_indices), _) => {
                right_indices.iter().copied().collect::<Option<Vec<_>>>().map(Answer::Pairs)
            }
            _ => None,
        }
    }

    /// Says what is missing to make it an answer.
    pub fn unfinished_message(&self) -> &'static str {
        match self {
            Self::Choices(_) => "Mark an answer first: a letter, or Space.",
            Self::Truth(_) => "Choose true or false first.",
            Self::Field(_) => "Type an answer first.",
            Self::Order(_) => "Pick every item once, the first one first.",
            Self::Pairs(_) => "Give every left side a letter.",
        }
    }

    /// Returns whether anything is marked or typed.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Choices(indices) | Self::Order(indices) => indices.is_empty(),
            Self::Truth(truth) => truth.is_none(),
            Self::Field(typed) => typed.trim().is_empty(),
            Self::Pairs(right_indices) => right_indices.iter().all(Option::is_none),
        }
    }
}

/// Returns how many lines of a question the keys can be at: choices, items, left sides; true and false.
pub fn line_count(loaded_question: &LoadedQuestion) -> usize {
    match &loaded_question.question.kind {
        QuestionKind::Choice { .. } | QuestionKind::Order { .. } => loaded_question.order.len(),
        QuestionKind::TrueFalse { .. } => 2,
        QuestionKind::Match { pairs, .. } => pairs.len(),
        QuestionKind::Number { .. } | QuestionKind::Text { .. } => 0,
    }
}

/// Returns whether a question is answered by typing.
pub fn has_text_field(loaded_question: &LoadedQuestion) -> bool {
    matches!(loaded_question.question.kind, QuestionKind::Number { .. } | QuestionKind::Text { .. })
}

fn original_index(loaded_question: &LoadedQuestion, position: usize) -> Option<usize> {
    match loaded_question.question.kind {
        QuestionKind::TrueFalse { .. } => (position < 2).then_some(position),
        _ => loaded_question.order.get(position).copied(),
    }
}
