//! A bank on the shelf: an outline at hand, the whole of it read when somebody asks.
//!
//! A start needs to know of every shipped bank what it is called and which questions may be drawn, and no more; the build
//! script has written that down.

use std::ops::Deref;
use std::sync::LazyLock;

use crate::bank::Bank;
use crate::bank::built_in::BuiltInBank;
use crate::bank::format::json;
use crate::ids::{BankId, QuestionId};

/// What the home screen knows of a bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankSummary {
    /// The bank's name.
    pub id: BankId,
    /// The topic, for people.
    pub title: String,
    /// Whether it may be practiced.
    pub practice: bool,
    /// The questions that may be drawn, each in its revision.
    pub ready: Vec<(QuestionId, u32)>,
}

/// A bank that is read when it is first used.
#[derive(Debug)]
pub struct LazyBank {
    outline: BankSummary,
    bank: LazyLock<Bank, Box<dyn FnOnce() -> Bank + Send>>,
}

impl LazyBank {
    /// Shelves a shipped bank; nothing where its names are none, which a test makes sure of.
    pub fn shipped(bank: &'static BuiltInBank) -> Option<Self> {
        let named = |(id, revision): &(&str, u32)| Some((id.parse().ok()?, *revision));
        let ready = bank.ready.iter().map(named).collect::<Option<_>>()?;
        let (id, title, practice) = (bank.id.parse().ok()?, bank.title.to_owned(), bank.practice);
        let outline = BankSummary { id, title, practice, ready };
        let bare = Bank::bare(&outline.id, &outline.title);
        let typed = || serde_json::from_str(bank.text).ok();
        let read = move || typed().or_else(|| json::bank(bank.id, bank.text.as_bytes()).value).unwrap_or(bare);
        let bank = LazyLock::new(Box::new(read) as Box<dyn FnOnce() -> Bank + Send>);
        Some(Self { outline, bank })
    }

    /// Returns what is at hand without reading the whole.
    pub fn outline(&self) -> &BankSummary {
        &self.outline
    }
}

impl From<Bank> for LazyBank {
    fn from(bank: Bank) -> Self {
        let ready = bank.ready().map(|question| (question.id.clone(), question.revision)).collect();
        let outline = BankSummary { id: bank.id.clone(), title: bank.title.clone(), practice: bank.practice, ready };
        Self { outline, bank: LazyLock::new(Box::new(move || bank)) }
    }
}

/// Reads the bank, the first time.
impl Deref for LazyBank {
    type Target = Bank;
    fn deref(&self) -> &Bank {
        &self.bank
    }
}
