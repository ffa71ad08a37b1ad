//! What has been marked or typed for a question and is not stored yet.

use crate::attempt::Answer;
use crate::bank::question::{Ask, Select};
use crate::exam::loaded_paper::Item;
use crate::text;

/// A marked or typed answer in the making, in places of the question's own order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Draft {
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

impl Draft {
    /// Begins with the stored answer, or with nothing.
    pub fn of(item: &Item, stored: Option<&Answer>) -> Self {
        match (&item.question.ask, stored) {
            (Ask::Choice { .. }, Some(Answer::Choices(ticked))) => Self::Choices(ticked.clone()),
            (Ask::Choice { .. }, _) => Self::Choices(Vec::new()),
            (Ask::TrueFalse { .. }, Some(Answer::Truth(truth))) => Self::Truth(Some(*truth)),
            (Ask::TrueFalse { .. }, _) => Self::Truth(None),
            (Ask::Number { .. }, Some(Answer::Number(typed))) => Self::Field(typed.clone()),
            (Ask::Text { .. }, Some(Answer::Text(typed))) => Self::Field(typed.clone()),
            (Ask::Number { .. } | Ask::Text { .. }, _) => Self::Field(String::new()),
            (Ask::Order { .. }, Some(Answer::Order(order))) => Self::Order(order.clone()),
            (Ask::Order { .. }, _) => Self::Order(Vec::new()),
            (Ask::Match { .. }, Some(Answer::Pairs(rights))) => Self::Pairs(rights.iter().copied().map(Some).collect()),
            (Ask::Match { pairs, .. }, _) => Self::Pairs(vec![None; pairs.len()]),
        }
    }

    /// Marks or unmarks what is shown at a position. `line` is the left side that the keys are at, in a match.
    pub fn mark(&mut self, item: &Item, position: usize, line: usize) {
        let Some(place) = place(item, position) else { return };
        match (self, &item.question.ask) {
            (Self::Choices(ticked), Ask::Choice { select, .. }) => {
                let held = ticked.contains(&place);
                match select {
                    Select::One => *ticked = vec![place],
                    _ if held => ticked.retain(|other| *other != place),
                    // With a number given there can never be more ticks than that.
                    Select::Exactly(n) if ticked.len() >= *n => {}
                    _ => ticked.push(place),
                }
                ticked.sort_unstable();
            }
            (Self::Truth(truth), _) => *truth = Some(position == 0),
            (Self::Order(order), _) => match order.iter().position(|other| *other == place) {
                Some(at) => order.truncate(at),
                None => order.push(place),
            },
            (Self::Pairs(rights), _) => {
                if let Some(right) = rights.get_mut(line) {
                    *right = Some(place);
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
            *typed = text::without_last(typed).to_owned();
        }
    }

    /// Returns the answer, once it is whole.
    pub fn answer(&self, item: &Item) -> Option<Answer> {
        match (self, &item.question.ask) {
            (Self::Choices(ticked), _) => (!ticked.is_empty()).then(|| Answer::Choices(ticked.clone())),
            (Self::Truth(truth), _) => truth.map(Answer::Truth),
            (Self::Field(typed), Ask::Number { .. }) if !typed.trim().is_empty() => {
                Some(Answer::Number(typed.trim().to_owned()))
            }
            (Self::Field(typed), Ask::Text { .. }) if !typed.trim().is_empty() => {
                Some(Answer::Text(typed.trim().to_owned()))
            }
            (Self::Order(order), Ask::Order { items }) if order.len() == items.len() => {
                Some(Answer::Order(order.clone()))
            }
            (Self::Pairs(rights), _) => rights.iter().copied().collect::<Option<Vec<_>>>().map(Answer::Pairs),
            _ => None,
        }
    }

    /// Returns whether anything is marked or typed.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Choices(places) | Self::Order(places) => places.is_empty(),
            Self::Truth(truth) => truth.is_none(),
            Self::Field(typed) => typed.trim().is_empty(),
            Self::Pairs(rights) => rights.iter().all(Option::is_none),
        }
    }
}

/// Returns how many lines of a question the keys can be at: choices, items, left sides; true and false.
pub fn lines(item: &Item) -> usize {
    match &item.question.ask {
        Ask::Choice { .. } | Ask::Order { .. } => item.order.len(),
        Ask::TrueFalse { .. } => 2,
        Ask::Match { pairs, .. } => pairs.len(),
        Ask::Number { .. } | Ask::Text { .. } => 0,
    }
}

/// Returns whether a question is answered by typing.
pub fn is_field(item: &Item) -> bool {
    matches!(item.question.ask, Ask::Number { .. } | Ask::Text { .. })
}

fn place(item: &Item, position: usize) -> Option<usize> {
    match item.question.ask {
        Ask::TrueFalse { .. } => (position < 2).then_some(position),
        _ => item.order.get(position).copied(),
    }
}
