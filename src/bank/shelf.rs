//! A bank on the shelf: an outline at hand, the whole of it read when somebody asks.
//!
//! A start needs to know of every shipped bank what it is called and which questions may be drawn, and no more.

use std::ops::Deref;
use std::sync::LazyLock;

use serde::Deserialize;

use super::question::Status;
use super::{Bank, json, yes};
use crate::ids::{BankId, QuestionId};

/// What the home screen knows of a bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The bank's name.
    pub id: BankId,
    /// The topic, for people.
    pub title: String,
    /// Whether it may be practiced.
    pub practice: bool,
    /// The questions that may be drawn, each in its revision.
    pub ready: Vec<(QuestionId, u32)>,
}

/// The members of a bank's file that an outline is made of.
#[derive(Deserialize)]
struct Sketch {
    id: BankId,
    title: String,
    #[serde(default = "yes")]
    practice: bool,
    questions: Vec<Mark>,
}

#[derive(Deserialize)]
struct Mark {
    id: QuestionId,
    revision: u32,
    status: Status,
}

/// A bank that is read when it is first used.
#[derive(Debug)]
pub struct Shelved {
    outline: Outline,
    bank: LazyLock<Bank, Box<dyn FnOnce() -> Bank + Send>>,
}

impl Shelved {
    /// Shelves a shipped bank; nothing where its text is none, which a test makes sure of.
    pub fn shipped(name: &'static str, text: &'static str) -> Option<Self> {
        let sketch: Sketch = serde_json::from_str(text).ok()?;
        let drawn = |mark: Mark| (mark.status == Status::Ready).then_some((mark.id, mark.revision));
        let ready = sketch.questions.into_iter().filter_map(drawn).collect();
        let outline = Outline { id: sketch.id, title: sketch.title, practice: sketch.practice, ready };
        let bare = Bank::bare(&outline.id, &outline.title);
        let read = move || serde_json::from_str(text).ok().or_else(|| json::bank(name, text.as_bytes()).value);
        let bank = LazyLock::new(Box::new(move || read().unwrap_or(bare)) as Box<dyn FnOnce() -> Bank + Send>);
        Some(Self { outline, bank })
    }

    /// Returns what is at hand without reading the whole.
    pub fn outline(&self) -> &Outline {
        &self.outline
    }
}

impl From<Bank> for Shelved {
    fn from(bank: Bank) -> Self {
        let ready = bank.ready().map(|question| (question.id.clone(), question.revision)).collect();
        let outline = Outline { id: bank.id.clone(), title: bank.title.clone(), practice: bank.practice, ready };
        Self { outline, bank: LazyLock::new(Box::new(move || bank)) }
    }
}

/// Reads the bank, the first time.
impl Deref for Shelved {
    type Target = Bank;
    fn deref(&self) -> &Bank {
        &self.bank
    }
}
