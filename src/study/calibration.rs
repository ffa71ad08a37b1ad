//! Calibration: whether a trainee's certainty matches what they know.

use crate::attempt::Certainty;
use crate::study::review::Review;

/// The answers with one level of certainty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertaintyLevel {
    pub certainty: Certainty,
    pub answer_count: usize,
    pub correct_count: usize,
}

/// The certainty of a trainee's answers against their correctness. Answers without a certainty are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Guess, fairly sure, certain.
    pub levels: [CertaintyLevel; 3],
    /// The mean mark; `None` without answers. See [`certainty_mark`].
    pub mean_mark: Option<f64>,
    /// The share of correct answers plus [`bonus`](Self::bonus); `None` without answers.
    pub accuracy_with_bonus: Option<f64>,
    /// A tenth of the mean mark minus the mean mark of the best single level. Negative for a trainee whose certainty
    /// misleads. `None` without answers.
    pub bonus: Option<f64>,
}

/// Returns the mark of an answer: 1, 2 or 3 if it is correct, and 0, −2 or −6 if it is not. `None` without a certainty.
///
/// It pays to be certain only above 80 %, and to be fairly sure only above two thirds (A. Gardner-Medwin, certainty-based
/// marking).
pub fn certainty_mark(review: &Review) -> Option<i32> {
    Some(match (review.certainty?, review.is_correct) {
        (Certainty::Guess, true) => 1,
        (Certainty::Fair, true) => 2,
        (Certainty::Certain, true) => 3,
        (Certainty::Guess, false) => 0,
        (Certainty::Fair, false) => -2,
        (Certainty::Certain, false) => -6,
    })
}

/// Returns the mean mark of answers that all use the single best level, for a share of correct answers.
fn best_mean_mark(correct_share: f64) -> f64 {
    if correct_share < 2.0 / 3.0 {
        correct_share
    } else if correct_share < 0.8 {
        4.0 * correct_share - 2.0
    } else {
        9.0 * correct_share - 6.0
    }
}

/// Returns the calibration of these answers. A partly correct answer counts as incorrect.
pub fn calibration<'a>(reviews: impl IntoIterator<Item = &'a Review>) -> Calibration {
    let levels = [Certainty::Guess, Certainty::Fair, Certainty::Certain];
    let mut levels = levels.map(|certainty| CertaintyLevel { certainty, answer_count: 0, correct_count: 0 });
    let mut mark_sum = 0;
    for review in reviews {
        mark_sum += certainty_mark(review).unwrap_or(0);
        if let Some(level) = levels.iter_mut().find(|level| Some(level.certainty) == review.certainty) {
            level.answer_count += 1;
            level.correct_count += usize::from(review.is_correct);
        }
    }
    let answer_count: usize = levels.iter().map(|level| level.answer_count).sum();
    let correct_count: usize = levels.iter().map(|level| level.correct_count).sum();
    let share = |part: f64| (answer_count > 0).then(|| part / answer_count as f64);
    let (mean_mark, correct_share) = (share(f64::from(mark_sum)), share(correct_count as f64));
    let bonus = mean_mark.zip(correct_share).map(|(mean, correct)| 0.1 * (mean - best_mean_mark(correct)));
    let accuracy_with_bonus = correct_share.zip(bonus).map(|(correct, bonus)| correct + bonus);
    Calibration { levels, mean_mark, accuracy_with_bonus, bonus }
}
