//! A bank that is parsed on first use, with a summary that is available at once.
//!
//! At start, the program needs only the summaries of the built-in banks. The build script generates them, so no start
//! has to parse a bank.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::LazyLock;

use crate::bank::built_in::{self, BuiltInBank, BuiltInQuestion};
use crate::bank::format::json;
use crate::bank::question::CognitiveLevel;
use crate::bank::{Bank, Question};
use crate::ids::{BankId, CaseId, Digest, GroupId, ObjectiveId, QuestionId};

/// What is known of a bank before it is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankSummary {
    pub id: BankId,
    /// The topic, as people read it.
    pub title: String,
    pub allows_practice: bool,
    /// The questions that can be drawn.
    pub ready_questions: Vec<QuestionSummary>,
}

/// What the schedule needs to know of a question before its bank is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionSummary {
    pub id: QuestionId,
    pub revision: u32,
    pub objective: ObjectiveId,
    pub level: CognitiveLevel,
    pub is_critical: bool,
    pub case: Option<CaseId>,
    pub group: Option<GroupId>,
    /// How many equally likely answers a guesser has; 0 if the answer cannot be guessed. See [`Question::guess_odds`].
    pub guess_odds: u32,
}

impl From<&Question> for QuestionSummary {
    fn from(question: &Question) -> Self {
        Self {
            id: question.id.clone(),
            revision: question.revision,
            objective: question.objective.clone(),
            level: question.level,
            is_critical: question.critical,
            case: question.case.clone(),
            group: question.group.clone(),
            guess_odds: question.guess_odds(),
        }
    }
}

/// A bank with the images of its questions, by their digests.
#[derive(Debug)]
struct BankWithImages {
    bank: Bank,
    images: BTreeMap<Digest, String>,
}

/// A bank that is parsed on first use.
#[derive(Debug)]
pub struct LazyBank {
    summary: BankSummary,
    content: LazyLock<BankWithImages, Box<dyn FnOnce() -> BankWithImages + Send>>,
}

impl LazyBank {
    /// Wraps a built-in bank without parsing it. Returns `None` if an ID is malformed. A test checks that none is.
    pub fn from_built_in(bank: &'static BuiltInBank) -> Option<Self> {
        let ready_questions = bank.ready.iter().map(BuiltInQuestion::to_summary).collect::<Option<_>>()?;
        let (id, title, practice) = (bank.id.parse().ok()?, bank.title.to_owned(), bank.practice);
        let summary = BankSummary { id, title, allows_practice: practice, ready_questions };
        let parse = Box::new(move || parse_built_in(bank)) as Box<dyn FnOnce() -> BankWithImages + Send>;
        Some(Self { summary, content: LazyLock::new(parse) })
    }

    /// Wraps a bank that is already parsed. `find_image` returns the text of an image file of its questions.
    pub fn with_images(mut bank: Bank, find_image: impl Fn(&str) -> Option<String>) -> Self {
        let images = bank.resolve_images(find_image);
        let ready_questions = bank.ready_questions().map(|question| QuestionSummary::from(&**question)).collect();
        let summary = BankSummary {
            id: bank.id.clone(),
            title: bank.title.clone(),
            allows_practice: bank.practice,
            ready_questions,
        };
        Self { summary, content: LazyLock::new(Box::new(move || BankWithImages { bank, images })) }
    }

    /// Returns the text of an image that a question of this bank names by its digest.
    pub fn image(&self, digest: Digest) -> Option<&str> {
        self.content.images.get(&digest).map(String::as_str)
    }

    /// Returns the summary without parsing the bank.
    pub fn summary(&self) -> &BankSummary {
        &self.summary
    }
}

/// Parses a built-in bank.
#[expect(clippy::expect_used, reason = "the text is compiled in, and a test parses every built-in bank")]
fn parse_built_in(bank: &BuiltInBank) -> BankWithImages {
    // No validation here: a test checks the built-in banks, and a trainee waits for this. There is no fallback to an
    // empty bank either, because that would look like a topic without questions.
    let typed_pass = serde_json::from_str(bank.text).ok();
    let parsed = typed_pass.or_else(|| json::parse_bank(bank.id, bank.text.as_bytes()).value);
    let mut bank: Bank = parsed.expect("a built-in bank has no errors");
    let images = bank.resolve_images(|file| built_in::image(file).map(str::to_owned));
    BankWithImages { bank, images }
}

/// Parses the bank on first use.
impl Deref for LazyBank {
    type Target = Bank;
    fn deref(&self) -> &Bank {
        &self.content.bank
    }
}

impl BuiltInQuestion {
    /// Returns the summary, or `None` if an ID or the level is malformed.
    fn to_summary(&self) -> Option<QuestionSummary> {
        let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Some(QuestionSummary {
            id: self.id.parse().ok()?,
            revision: self.revision,
            objective: self.objective.parse().ok()?,
            level: CognitiveLevel::ALL.into_iter().find(|level| level.name() == self.level)?,
            is_critical: self.is_critical,
            case: optional(self.case).map(|case| case.parse()).transpose().ok()?,
            group: optional(self.group).map(|group| group.parse()).transpose().ok()?,
            guess_odds: self.guess_odds,
        })
    }
}
