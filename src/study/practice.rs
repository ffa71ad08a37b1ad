//! Practice by choice: which questions a trainee wants to practice.

use crate::bank::question::CognitiveLevel;
use crate::ids::{BankId, ObjectiveId, QuestionId};
use crate::study::deck::Deck;
use crate::study::schedule::Card;

/// A property of the questions to practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PracticeFilter {
    /// Answered before today, and their day has come.
    Due,
    /// The first answer on their latest study day was not correct.
    Wrong,
    /// Never answered.
    Unseen,
    /// A wrong answer to them fails an exam.
    Critical,
    /// The trainee bookmarked them.
    Bookmarked,
}

impl PracticeFilter {
    /// All filters, in the order in which screens list them.
    pub const ALL: [Self; 5] = [Self::Due, Self::Wrong, Self::Unseen, Self::Critical, Self::Bookmarked];

    /// Returns the name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Wrong => "wrong",
            Self::Unseen => "unseen",
            Self::Critical => "critical",
            Self::Bookmarked => "bookmarked",
        }
    }

    /// Returns the words for the filter on a screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Due => "due for review",
            Self::Wrong => "missed last time",
            Self::Unseen => "never seen",
            Self::Critical => "safety-critical",
            Self::Bookmarked => "bookmarked",
        }
    }

    /// Returns whether a question of the deck has the property.
    pub fn accepts(self, deck: &Deck<'_>, index: usize) -> bool {
        let entry = &deck.questions[index];
        match self {
            Self::Due => deck.is_due(index),
            Self::Wrong => entry.card.as_ref().is_some_and(Card::began_wrong),
            Self::Unseen => entry.card.is_none(),
            Self::Critical => entry.question.is_critical,
            Self::Bookmarked => deck.is_bookmarked(index),
        }
    }
}

/// The questions that a trainee wants to practice. The default is all questions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PracticeChoice {
    /// The banks; all if empty.
    pub topics: Vec<BankId>,
    /// Every question must match all of them.
    pub filters: Vec<PracticeFilter>,
    /// The objectives; all if empty. Without a bank, an ID means that objective of every bank.
    pub objectives: Vec<(Option<BankId>, ObjectiveId)>,
    pub level: Option<CognitiveLevel>,
    /// Only these questions; all if empty.
    pub questions: Vec<(BankId, QuestionId)>,
}

impl PracticeChoice {
    /// Returns whether a question of the deck is wanted.
    pub fn accepts(&self, deck: &Deck<'_>, index: usize) -> bool {
        let entry = &deck.questions[index];
        let bank = &deck.bank(index).id;
        let has_objective = |(of_bank, objective): &(Option<BankId>, ObjectiveId)| {
            *objective == entry.question.objective && of_bank.as_ref().is_none_or(|of_bank| of_bank == bank)
        };
        let is_named = |(of_bank, id): &(BankId, QuestionId)| of_bank == bank && *id == entry.question.id;
        (self.topics.is_empty() || self.topics.contains(bank))
            && self.filters.iter().all(|filter| filter.accepts(deck, index))
            && (self.objectives.is_empty() || self.objectives.iter().any(has_objective))
            && (self.questions.is_empty() || self.questions.iter().any(is_named))
            && self.level.is_none_or(|level| level == entry.question.level)
    }
}
