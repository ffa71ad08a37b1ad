//! A bank that is parsed on first use, with a summary that is available at once.
//!
//! At start, the program needs only the summaries of the built-in banks. The build script generates them, so no start
//! has to parse a bank.

use std::ops::Deref;
use std::sync::LazyLock;

use crate::bank::Bank;
use crate::bank::built_in::BuiltInBank;
use crate::bank::format::json;
use crate::ids::{BankId, QuestionId};

/// What is known of a bank before it is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankSummary {
    pub id: BankId,
    /// The topic, as people read it.
    pub title: String,
    pub allows_practice: bool,
    /// The IDs and revisions of the questions that can be drawn.
    pub ready_questions: Vec<(QuestionId, u32)>,
}

/// A bank that is parsed on first use.
#[derive(Debug)]
pub struct LazyBank {
    summary: BankSummary,
    bank: LazyLock<Bank, Box<dyn FnOnce() -> Bank + Send>>,
}

impl LazyBank {
    /// Wraps a built-in bank without parsing it. Returns `None` if an ID is malformed. A test checks that none is.
    pub fn from_built_in(bank: &'static BuiltInBank) -> Option<Self> {
        let to_question = |(id, revision): &(&str, u32)| Some((id.parse().ok()?, *revision));
        let ready_questions = bank.ready.iter().map(to_question).collect::<Option<_>>()?;
        let (id, title, practice) = (bank.id.parse().ok()?, bank.title.to_owned(), bank.practice);
        let summary = BankSummary { id, title, allows_practice: practice, ready_questions };
        let bank = LazyLock::new(Box::new(move || parse_built_in(bank)) as Box<dyn FnOnce() -> Bank + Send>);
        Some(Self { summary, bank })
    }

    /// Returns the summary without parsing the bank.
    pub fn summary(&self) -> &BankSummary {
        &self.summary
    }
}

/// Parses a built-in bank.
#[expect(clippy::expect_used, reason = "the text is compiled in, and a test parses every built-in bank")]
fn parse_built_in(bank: &BuiltInBank) -> Bank {
    // No validation here: a test checks the built-in banks, and a trainee waits for this. There is no fallback to an
    // empty bank either, because that would look like a topic without questions.
    let typed_pass = serde_json::from_str(bank.text).ok();
    typed_pass.or_else(|| json::parse_bank(bank.id, bank.text.as_bytes()).value).expect("a built-in bank has no errors")
}

impl From<Bank> for LazyBank {
    fn from(bank: Bank) -> Self {
        let ready_questions = bank.ready_questions().map(|question| (question.id.clone(), question.revision)).collect();
        let summary = BankSummary {
            id: bank.id.clone(),
            title: bank.title.clone(),
            allows_practice: bank.practice,
            ready_questions,
        };
        Self { summary, bank: LazyLock::new(Box::new(move || bank)) }
    }
}

/// Parses the bank on first use.
impl Deref for LazyBank {
    type Target = Bank;
    fn deref(&self) -> &Bank {
        &self.bank
    }
}
