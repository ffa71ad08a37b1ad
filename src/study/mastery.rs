//! Mastery: the share of a topic that a trainee will still recall in 30 days.

use crate::bank::lazy::BankSummary;
use crate::study::deck::{Deck, DeckQuestion};

/// How many days ahead mastery looks. On the day of an answer, the chance of recall itself is 1, even after a wrong one.
const DAYS_AHEAD: i64 = 30;

/// The mastery of a topic or an objective.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mastery {
    /// The mean over all questions, from 0 to 1. 0 without questions.
    pub share: f64,
    /// How many questions were answered at least once.
    pub seen: usize,
    /// How many questions there are.
    pub total: usize,
    /// How many questions are due today.
    pub due: usize,
}

impl Mastery {
    /// Returns the mastery in whole percent, rounded to the nearest.
    pub fn percent(&self) -> u8 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the share is 0 to 1")]
        let percent = (self.share * 100.0).round().clamp(0.0, 100.0) as u8;
        percent
    }
}

/// Returns the mastery of the questions that `is_counted` accepts.
///
/// A question counts 0 if it was never answered, or if the first answer of its latest study day was wrong or a guess.
/// Otherwise it counts its chance of recall in 30 days.
pub fn mastery(deck: &Deck<'_>, is_counted: impl Fn(&BankSummary, &DeckQuestion<'_>) -> bool) -> Mastery {
    let (mut sum, mut seen, mut total, mut due) = (0.0, 0, 0, 0);
    for (index, entry) in deck.questions.iter().enumerate() {
        if !is_counted(deck.bank(index), entry) {
            continue;
        }
        total += 1;
        seen += usize::from(entry.card.is_some());
        due += usize::from(deck.is_due(index));
        sum += question_mastery(deck, index);
    }
    let share = if total == 0 { 0.0 } else { sum / total as f64 };
    Mastery { share, seen, total, due }
}

/// Returns the mastery of one question, from 0 to 1.
fn question_mastery(deck: &Deck<'_>, index: usize) -> f64 {
    let known = deck.questions[index].card.as_ref().filter(|card| !card.first_of_last_day.is_wrong_or_guess());
    known.map_or(0.0, |card| deck.scheduler.recall_on(card, deck.today.plus_days(DAYS_AHEAD)))
}
