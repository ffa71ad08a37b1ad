//! The schedule: when a question is due, and how likely it is recalled. The memory model is FSRS-6, from the crate
//! `fsrs`. There are no learning steps and no random change of intervals.

use fsrs::{FSRS, FSRSItem, FSRSReview, MemoryState};
use serde::{Deserialize, Serialize};

use crate::bank::exam::Percent;
use crate::clock::Day;
use crate::study::review::{Grade, Review};

/// How many weights FSRS-6 has.
const WEIGHT_COUNT: usize = 21;

/// The weights of the memory model, in ten-thousandths, so that a stored weight has one form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<i32>", into = "Vec<i32>")]
pub struct Weights([i32; WEIGHT_COUNT]);

impl Default for Weights {
    /// Returns the default weights of FSRS-6.
    fn default() -> Self {
        Self::from_model(&fsrs::DEFAULT_PARAMETERS)
    }
}

impl Weights {
    /// Rounds the weights of the model. Missing ones are 0, and the scheduler clips what it cannot use.
    pub(super) fn from_model(weights: &[f32]) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "weights are below 1,000")]
        let ten_thousandths =
            |index: usize| weights.get(index).map_or(0, |weight: &f32| (weight * 10_000.0).round() as i32);
        Self(std::array::from_fn(ten_thousandths))
    }

    pub(super) fn to_model(&self) -> Vec<f32> {
        #[expect(clippy::cast_possible_truncation, reason = "the model computes with f32")]
        let to_model = |weight: &i32| (f64::from(*weight) / 10_000.0) as f32;
        self.0.iter().map(to_model).collect()
    }
}

impl From<Weights> for Vec<i32> {
    fn from(weights: Weights) -> Self {
        weights.0.to_vec()
    }
}

impl TryFrom<Vec<i32>> for Weights {
    type Error = &'static str;
    fn try_from(weights: Vec<i32>) -> Result<Self, &'static str> {
        weights.try_into().map(Self).map_err(|_| "FSRS-6 has 21 weights")
    }
}

/// What FSRS knows of the memory of one question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory {
    /// The days until the chance of recall falls to 90 %.
    pub stability: f32,
    /// How hard the question is, from 1 to 10.
    pub difficulty: f32,
}

/// The state of one question that was answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Card {
    pub memory: Memory,
    /// The study day of the last answer.
    pub last_day: Day,
    /// From this study day on, the question is due.
    pub due: Day,
    /// The first answer on the last study day. A repeat on the same day does not change it.
    pub first_of_last_day: Review,
}

impl Card {
    /// Returns whether the last study day began with an answer that was not correct.
    pub fn began_wrong(&self) -> bool {
        !self.first_of_last_day.is_correct
    }
}

/// Computes cards with one set of weights and one desired retention.
#[derive(Debug, Clone)]
pub struct Scheduler {
    fsrs: FSRS,
    /// The exponent of the forgetting curve, which is the last weight.
    decay: f32,
    retention: f32,
}

impl Scheduler {
    /// Returns a scheduler that asks a question again when its chance of recall falls to `retention`.
    pub fn new(weights: &Weights, retention: Percent) -> Self {
        let weights = weights.to_model();
        // The model refuses a wrong number of weights, and `Weights` has the right one.
        let fsrs = FSRS::new(&weights).unwrap_or_default();
        let decay = weights.last().copied().unwrap_or(fsrs::FSRS6_DEFAULT_DECAY).clamp(0.1, 0.8);
        Self { fsrs, decay, retention: f32::from(u8::from(retention)) / 100.0 }
    }

    /// Returns the card after these reviews, oldest first; `None` without any. It is the same as after
    /// [`review`](Self::review) of each, but computes each state once and not for every grade.
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "the model clamps its weights and its results")]
    pub fn card(&self, reviews: &[Review]) -> Option<Card> {
        let first = reviews.first()?;
        let (mut last_day, mut first_of_last_day) = (first.study_day, *first);
        let mut graded = vec![FSRSReview { rating: first.grade as u32, delta_t: 0 }];
        for review in &reviews[1..] {
            let elapsed = days_between(last_day, review.study_day);
            let grade = if elapsed == 0 { review.grade.min(Grade::Good) } else { review.grade };
            if elapsed > 0 {
                first_of_last_day = *review;
            }
            graded.push(FSRSReview { rating: grade as u32, delta_t: elapsed });
            // After the clock was set back, the later day stays.
            last_day = last_day.max(review.study_day);
        }
        let state = self.fsrs.memory_state(FSRSItem { reviews: graded }, None).expect("a finite memory state");
        let memory = Memory { stability: state.stability, difficulty: state.difficulty };
        Some(self.schedule(memory, last_day, first_of_last_day))
    }

    /// Returns the card after one more review.
    pub fn review(&self, card: Option<&Card>, review: Review) -> Card {
        let Some(card) = card else {
            let memory = self.memory_after(None, 0, review.grade);
            return self.schedule(memory, review.study_day, review);
        };
        let elapsed = days_between(card.last_day, review.study_day);
        // A second answer on the same day shows little: the trainee has just seen the key.
        let (grade, first_of_day) =
            if elapsed == 0 { (review.grade.min(Grade::Good), card.first_of_last_day) } else { (review.grade, review) };
        let memory = self.memory_after(Some(card.memory), elapsed, grade);
        // After the clock was set back, the later day stays.
        self.schedule(memory, card.last_day.max(review.study_day), first_of_day)
    }

    /// Returns the memory after an answer with this grade. `elapsed` is the days since the answer before.
    ///
    /// It is `next_states` of the crate, whose formulas are those of FSRS-6.
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "the model clamps its weights and its results")]
    pub fn memory_after(&self, memory: Option<Memory>, elapsed: u32, grade: Grade) -> Memory {
        let before = memory.map(|memory| MemoryState { stability: memory.stability, difficulty: memory.difficulty });
        let next = self.fsrs.next_states(before, self.retention, elapsed).expect("finite memory states");
        let MemoryState { stability, difficulty } = match grade {
            Grade::Again => next.again,
            Grade::Hard => next.hard,
            Grade::Good => next.good,
            Grade::Easy => next.easy,
        }
        .memory;
        Memory { stability, difficulty }
    }

    /// Returns the days until the chance of recall falls to the desired retention: the rounded interval of FSRS, at
    /// least 1.
    pub fn interval_days(&self, memory: Memory) -> u32 {
        /// A hundred years.
        const LONGEST: f32 = 36_500.0;
        let interval = self.fsrs.next_interval(Some(memory.stability), self.retention, Grade::Good as u32);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1 to 36,500")]
        let days = interval.round().clamp(1.0, LONGEST) as u32;
        days
    }

    /// Returns the chance of recall `days` after the last answer, from 0 to 1.
    pub fn recall_after(&self, memory: Memory, days: u32) -> f64 {
        let state = MemoryState { stability: memory.stability, difficulty: memory.difficulty };
        f64::from(fsrs::current_retrievability(state, days as f32, self.decay))
    }

    /// Returns the chance of recall on a study day, from 0 to 1.
    pub fn recall_on(&self, card: &Card, day: Day) -> f64 {
        self.recall_after(card.memory, days_between(card.last_day, day))
    }

    fn schedule(&self, memory: Memory, last_day: Day, first_of_last_day: Review) -> Card {
        let due = last_day.plus_days(self.interval_days(memory).into());
        Card { memory, last_day, due, first_of_last_day }
    }
}

/// Returns the days from one study day to another, and 0 if the other is earlier.
pub fn days_between(earlier: Day, later: Day) -> u32 {
    u32::try_from(later.days_since(earlier)).unwrap_or(0)
}
