//! Reviews: the answers that feed the schedule of a question.

use serde::{Deserialize, Serialize};

use crate::attempt::{Certainty, Points};
use crate::bank::exam::Percent;
use crate::bank::question::Harm;
use crate::clock::Day;

/// How well an answer was recalled, as FSRS grades it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Less than half of the point.
    Again = 1,
    /// At least half of the point, or a correct guess.
    Hard = 2,
    /// Correct.
    Good = 3,
    /// Correct and certain.
    Easy = 4,
}

impl Grade {
    /// Returns the grade of an answer that earned `points` of 1. Without a certainty, it counts as fairly sure.
    pub fn of_answer(points: &Points, certainty: Option<Certainty>) -> Self {
        let reaches = |percent: u8| points.reaches(Percent::at_most_100(percent), 1);
        match (reaches(50), reaches(100)) {
            (false, _) => Self::Again,
            (true, false) => Self::Hard,
            (true, true) => match certainty {
                Some(Certainty::Guess) => Self::Hard,
                Some(Certainty::Fair) | None => Self::Good,
                Some(Certainty::Certain) => Self::Easy,
            },
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        [Self::Again, Self::Hard, Self::Good, Self::Easy].into_iter().find(|grade| *grade as u8 == number)
    }
}

/// One answer to a question in practice or in a finished mock exam. Answers of exams are never reviews: what is due
/// would tell what was wrong.
///
/// It is stored as an array of numbers, because a trainee's year has 20,000 of them: the study day as days since
/// 1970, the grade, 1 if it was correct, the certainty or 0, the seconds, and the harm or 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ReviewNumbers", into = "ReviewNumbers")]
pub struct Review {
    pub study_day: Day,
    /// The grade of the answer alone. The schedule lowers it for a second answer on the same day.
    pub grade: Grade,
    /// Whether it earned the full point.
    pub is_correct: bool,
    pub certainty: Option<Certainty>,
    /// How long the trainee took, in seconds.
    pub seconds: u32,
    /// How dangerous the wrong belief in this answer is. `None` if it is correct or harmless.
    pub harm: Option<Harm>,
}

type ReviewNumbers = (i32, u8, u8, u8, u32, u8);

impl Review {
    /// Returns whether the answer was wrong, although the trainee was certain of it.
    pub fn is_confident_error(&self) -> bool {
        !self.is_correct && self.certainty == Some(Certainty::Certain)
    }

    /// Returns whether the answer shows no knowledge: it was not correct, or only a guess.
    pub fn is_wrong_or_guess(&self) -> bool {
        !self.is_correct || self.certainty == Some(Certainty::Guess)
    }
}

impl From<Review> for ReviewNumbers {
    fn from(review: Review) -> Self {
        (
            review.study_day.number(),
            review.grade as u8,
            u8::from(review.is_correct),
            review.certainty.map_or(0, u8::from),
            review.seconds,
            review.harm.map_or(0, u8::from),
        )
    }
}

impl TryFrom<ReviewNumbers> for Review {
    type Error = &'static str;
    fn try_from((day, grade, correct, certainty, seconds, harm): ReviewNumbers) -> Result<Self, &'static str> {
        let optional = |number: u8| (number != 0).then_some(number);
        Ok(Self {
            study_day: Day::from_number(day).ok_or("a study day must be in the years -9999 to 9999")?,
            grade: Grade::from_number(grade).ok_or("a grade must be 1 to 4")?,
            is_correct: correct != 0,
            certainty: optional(certainty).map(Certainty::try_from).transpose()?,
            seconds,
            harm: optional(harm).map(Harm::try_from).transpose()?,
        })
    }
}

/// Returns the median of the seconds that a trainee took for a question, or 30 before there are ten answers.
pub fn median_seconds<'a>(reviews: impl IntoIterator<Item = &'a Review>) -> u32 {
    /// The assumed time of a question.
    const DEFAULT_SECONDS: u32 = 30;
    let mut seconds: Vec<_> = reviews.into_iter().map(|review| review.seconds).collect();
    if seconds.len() < 10 {
        return DEFAULT_SECONDS;
    }
    let middle = seconds.len() / 2;
    *seconds.select_nth_unstable(middle).1
}
