//! The deck: every question that a trainee can practice, with the trainee's reviews and the card that follows from
//! them.

use std::collections::{BTreeMap, BTreeSet};

use crate::bank::lazy::{BankSummary, QuestionSummary};
use crate::clock::Day;
use crate::ids::{BankId, InBank, QuestionId};
use crate::study::review::Review;
use crate::study::schedule::{Card, Scheduler};

/// A question in one revision. A revised question starts without reviews. An editorial change keeps the
/// revision.
pub type QuestionKey = (BankId, QuestionId, u32);

/// The reviews of a trainee, oldest first, for every question that was answered.
pub type ReviewHistory = BTreeMap<QuestionKey, Vec<Review>>;

/// One question of the deck.
#[derive(Debug, Clone)]
pub struct DeckQuestion<'a> {
    /// The index of the bank in [`Deck::banks`].
    pub bank_index: usize,
    pub question: &'a QuestionSummary,
    /// The reviews up to the day of the deck, oldest first.
    pub reviews: &'a [Review],
    /// `None` if the question was never answered.
    pub card: Option<Card>,
}

/// All ready questions of the banks that allow practice, as one trainee knows them on one study day.
#[derive(Debug, Clone)]
pub struct Deck<'a> {
    pub banks: Vec<&'a BankSummary>,
    /// In the order of the banks and of their files.
    pub questions: Vec<DeckQuestion<'a>>,
    pub today: Day,
    pub scheduler: &'a Scheduler,
    /// The questions that the trainee bookmarked.
    bookmarks: Option<&'a BTreeSet<InBank<QuestionId>>>,
}

impl<'a> Deck<'a> {
    /// Returns the deck of a study day. Later reviews are left out, so a past day shows what was known then.
    pub fn new(
        banks: impl IntoIterator<Item = &'a BankSummary>,
        history: &'a ReviewHistory,
        scheduler: &'a Scheduler,
        today: Day,
    ) -> Self {
        let banks: Vec<_> = banks.into_iter().filter(|bank| bank.allows_practice).collect();
        let mut questions = Vec::new();
        for (bank_index, bank) in banks.iter().enumerate() {
            for question in &bank.ready_questions {
                let key = (bank.id.clone(), question.id.clone(), question.revision);
                let reviews = history.get(&key).map_or(&[][..], Vec::as_slice);
                // After the clock was set back, a review can be in the future. The ones after it are left out too.
                let until_today = reviews.iter().take_while(|review| review.study_day <= today).count();
                let reviews = &reviews[..until_today];
                questions.push(DeckQuestion { bank_index, question, reviews, card: scheduler.card(reviews) });
            }
        }
        Self { banks, questions, today, scheduler, bookmarks: None }
    }

    /// Returns the deck with the trainee's bookmarks.
    #[must_use]
    pub fn with_bookmarks(self, bookmarks: &'a BTreeSet<InBank<QuestionId>>) -> Self {
        Self { bookmarks: Some(bookmarks), ..self }
    }

    /// Returns whether the trainee bookmarked a question.
    pub fn is_bookmarked(&self, index: usize) -> bool {
        let (bank, id) = (self.bank(index).id.clone(), self.questions[index].question.id.clone());
        self.bookmarks.is_some_and(|bookmarks| bookmarks.contains(&InBank { bank, id }))
    }

    /// Returns the bank of a question.
    pub fn bank(&self, index: usize) -> &'a BankSummary {
        self.banks[self.questions[index].bank_index]
    }

    /// Returns the units of the deck: a single question, or all questions of a case. Each is a list of indexes, and the
    /// units are in the order of their first question.
    pub fn units(&self) -> Vec<Vec<usize>> {
        let mut units: Vec<Vec<usize>> = Vec::new();
        let mut unit_of_case = BTreeMap::new();
        for (index, entry) in self.questions.iter().enumerate() {
            let next = units.len();
            let unit = match &entry.question.case {
                Some(case) => *unit_of_case.entry((entry.bank_index, case)).or_insert(next),
                None => next,
            };
            if unit == next {
                units.push(Vec::new());
            }
            units[unit].push(index);
        }
        units
    }

    /// Returns the chance of recall on a study day, or `None` if the question was never answered.
    pub fn recall(&self, index: usize, day: Day) -> Option<f64> {
        let card = self.questions[index].card.as_ref()?;
        Some(self.scheduler.recall_on(card, day))
    }

    /// Returns whether a question is due: it was answered before today, and its day has come.
    pub fn is_due(&self, index: usize) -> bool {
        let card = self.questions[index].card.as_ref();
        card.is_some_and(|card| card.due <= self.today && card.last_day < self.today)
    }

    /// Returns whether a question was answered today.
    pub fn is_answered_today(&self, index: usize) -> bool {
        self.questions[index].card.as_ref().is_some_and(|card| card.last_day >= self.today)
    }

    /// Returns how many questions were answered for the first time today.
    pub fn new_today(&self) -> usize {
        let is_new_today =
            |entry: &&DeckQuestion<'_>| entry.reviews.first().is_some_and(|first| first.study_day == self.today);
        self.questions.iter().filter(is_new_today).count()
    }

    /// Returns the first review of every question on each of its study days. A repeat comes right after the key was
    /// shown, so it says nothing about what the trainee knew.
    pub fn first_reviews(&self) -> impl Iterator<Item = &'a Review> {
        self.questions.iter().flat_map(|entry| {
            let is_first =
                |index: &usize| *index == 0 || entry.reviews[index - 1].study_day != entry.reviews[*index].study_day;
            (0..entry.reviews.len()).filter(is_first).map(|index| &entry.reviews[index])
        })
    }

    /// Returns all reviews of the deck, question by question.
    pub fn reviews(&self) -> impl Iterator<Item = &'a Review> {
        self.questions.iter().flat_map(|entry| entry.reviews)
    }
}
