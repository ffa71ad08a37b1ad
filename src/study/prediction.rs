//! The chance that a trainee answers a question correctly today.

use std::collections::BTreeMap;

use crate::clock::Day;
use crate::study::deck::{Deck, DeckQuestion};
use crate::study::review::Review;
use crate::study::schedule::{Card, Scheduler, days_between};

/// How many of the newest predicted answers correct the predictions.
const CORRECTED_BY: usize = 600;
/// The variance of the offset before any answer: its standard deviation is 0.5.
const PRIOR_VARIANCE: f64 = 0.25;
/// The logit of a chance of exactly 0 or 1 is infinite, so chances are kept this far from both.
const MARGIN: f64 = 1e-6;

/// First answers to the questions of a topic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct FirstAnswers {
    count: u32,
    correct: u32,
}

impl FirstAnswers {
    /// Returns the chance that a question of this topic is answered correctly at first sight: a weighted mean of
    /// guessing and of the first answers so far, but never less than guessing.
    fn chance(self, guess_chance: f64) -> f64 {
        let rate = (10.0 * guess_chance + f64::from(self.correct)) / (10.0 + f64::from(self.count));
        rate.max(guess_chance)
    }
}

/// The predictions for one trainee on one study day.
#[derive(Debug, Clone)]
pub struct Predictions {
    /// For every question of the deck, the chance before the correction.
    raw: Vec<f64>,
    /// The correction that is added to every logit.
    pub offset: f64,
    /// The standard error of the offset.
    pub standard_error: f64,
}

impl Predictions {
    /// Predicts the answers of today from the deck.
    pub fn new(deck: &Deck<'_>) -> Self {
        let (predicted, first_answers) = replay(deck);
        let raw_chance = |entry: &DeckQuestion<'_>| {
            let guess_chance = guess_chance(entry.question.guess_odds);
            let first_answers = first_answers.get(&entry.bank_index);
            chance_on(deck.scheduler, entry.card.as_ref(), deck.today, guess_chance, first_answers)
        };
        let raw = deck.questions.iter().map(raw_chance).collect();
        let (offset, standard_error) = fit_offset(&predicted);
        Self { raw, offset, standard_error }
    }

    /// Returns the chance of a correct answer to a question of the deck, from 0 to 1. `shift` is added to the offset:
    /// a multiple of the standard error shows how far the chance can be off.
    pub fn chance(&self, index: usize, shift: f64) -> f64 {
        logistic(logit(self.raw[index]) + self.offset + shift)
    }

    /// Returns the chance of a question before the correction, from 0 to 1.
    pub fn raw_chance(&self, index: usize) -> f64 {
        self.raw[index]
    }
}

/// Returns the chance of a correct guess among equally likely answers; 0 if the answer cannot be guessed.
pub fn guess_chance(odds: u32) -> f64 {
    if odds == 0 { 0.0 } else { 1.0 / f64::from(odds) }
}

/// Returns the chance of a correct answer from memory and guessing: R + (1 − R)·g. R is the chance of recall, at the
/// earliest a day after the last answer.
fn recall_or_guess(scheduler: &Scheduler, card: &Card, day: Day, guess_chance: f64) -> f64 {
    let recall = scheduler.recall_after(card.memory, days_between(card.last_day, day).max(1));
    recall + (1.0 - recall) * guess_chance
}

/// Returns the chance of a correct answer on a study day, before the correction. A question without a card has the
/// chance of a first answer, from the first answers to its topic so far.
fn chance_on(
    scheduler: &Scheduler,
    card: Option<&Card>,
    day: Day,
    guess_chance: f64,
    first_answers: Option<&FirstAnswers>,
) -> f64 {
    match card {
        Some(card) => recall_or_guess(scheduler, card, day, guess_chance),
        None => first_answers.copied().unwrap_or_default().chance(guess_chance),
    }
}

/// An answer whose chance was predicted from earlier study days.
#[derive(Debug, Clone, Copy)]
struct PredictedAnswer {
    day: Day,
    chance: f64,
    is_correct: bool,
}

/// One first answer of a study day, waiting for its prediction.
struct DayAnswer {
    bank_index: usize,
    guess_chance: f64,
    /// The card before the answer; `None` if this is the first answer to the question.
    card: Option<Card>,
    review: Review,
}

/// Goes through the history day by day, and predicts the first answer of each question on each day from the days
/// before. Returns the predicted answers, oldest first, and the first answers by topic.
fn replay(deck: &Deck<'_>) -> (Vec<PredictedAnswer>, BTreeMap<usize, FirstAnswers>) {
    let mut days: BTreeMap<Day, Vec<DayAnswer>> = BTreeMap::new();
    for entry in &deck.questions {
        let mut card: Option<Card> = None;
        for review in entry.reviews {
            if card.as_ref().is_none_or(|card| card.last_day < review.study_day) {
                days.entry(review.study_day).or_default().push(DayAnswer {
                    bank_index: entry.bank_index,
                    guess_chance: guess_chance(entry.question.guess_odds),
                    card,
                    review: *review,
                });
            }
            card = Some(deck.scheduler.review(card.as_ref(), *review));
        }
    }
    let (mut predicted, mut first_answers) = (Vec::new(), BTreeMap::<usize, FirstAnswers>::new());
    for (day, answers) in days {
        for answer in &answers {
            let first_answers = first_answers.get(&answer.bank_index);
            let chance = chance_on(deck.scheduler, answer.card.as_ref(), day, answer.guess_chance, first_answers);
            predicted.push(PredictedAnswer { day, chance, is_correct: answer.review.is_correct });
        }
        // Only now: the answers of a day are predicted from earlier days alone.
        for answer in answers.iter().filter(|answer| answer.card.is_none()) {
            let first = first_answers.entry(answer.bank_index).or_default();
            first.count += 1;
            first.correct += u32::from(answer.review.is_correct);
        }
    }
    (predicted, first_answers)
}

/// Returns the offset of all logits and its standard error: the mode of the posterior for a prior N(0, 0.5²) over the
/// newest predicted answers. The standard error is 1 / √(Σ p(1 − p) + 4) at the mode.
fn fit_offset(predicted: &[PredictedAnswer]) -> (f64, f64) {
    let newest = &predicted[predicted.len().saturating_sub(CORRECTED_BY)..];
    let mut offset = 0.0;
    let mut curvature = 1.0 / PRIOR_VARIANCE;
    // Newton's method. The posterior is concave, and a step is limited so that it cannot overshoot.
    for _ in 0..50 {
        let mut slope = -offset / PRIOR_VARIANCE;
        curvature = 1.0 / PRIOR_VARIANCE;
        for answer in newest {
            let chance = logistic(logit(answer.chance) + offset);
            slope += f64::from(u8::from(answer.is_correct)) - chance;
            curvature += chance * (1.0 - chance);
        }
        let step = (slope / curvature).clamp(-1.0, 1.0);
        offset += step;
        if step.abs() < 1e-12 {
            break;
        }
    }
    debug_assert!(newest.windows(2).all(|pair| pair[0].day <= pair[1].day), "oldest first");
    (offset, 1.0 / curvature.sqrt())
}

fn logit(chance: f64) -> f64 {
    let chance = chance.clamp(MARGIN, 1.0 - MARGIN);
    (chance / (1.0 - chance)).ln()
}

fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}
