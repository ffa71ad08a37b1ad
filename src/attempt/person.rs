//! The facts about a person. Only these facts and the credentials in other facts contain a name.

use serde::{Deserialize, Serialize};

use super::signature::DecisionSignature;
use crate::bank::exam::Percent;
use crate::clock::{Day, Millis};
use crate::ids::{ExamId, InBank, QuestionId, ReadingId, TraineeId};

/// A person was added, with the details known at that time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAdded {
    /// The name as printed on certificates.
    pub name: String,
    /// The number that the school or clinic uses for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_id: Option<String>,
    /// The license as printed on certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

impl PersonAdded {
    /// Returns the fact for a person with a name and no other details.
    pub fn from_name(name: impl Into<String>) -> Self {
        Self { name: name.into(), staff_id: None, license: None }
    }
}

/// The person's name changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameChanged {
    pub name: String,
}

/// The person's staff number changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffIdChanged {
    /// The new number, or `None` if it was removed.
    pub staff_id: Option<String>,
}

/// The person's license changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseChanged {
    /// The new license, or `None` if it was removed.
    pub license: Option<String>,
}

/// The person was granted a new time factor for exams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeGranted {
    /// The new factor, which replaces the one before.
    pub factor: TimeFactor,
    /// The issuer's signature, if the computer has an issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<DecisionSignature>,
}

/// From now on, the person's record must not be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldSet {
    pub reason: String,
}

/// The person's record may be erased again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldReleased {}

/// This record and that of `person` are of one person. Certificates came with an ID of the holder, and the person was
/// already on a roster here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLinked {
    pub person: TraineeId,
}

/// The record is one of its own again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonUnlinked {}

/// This record and that of `person` look alike, but they are of different people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonKeptApart {
    pub person: TraineeId,
}

/// The person left. Lists no longer show them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonArchived {}

/// The person is back in the lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonUnarchived {}

/// The person changed how they study. Each member that is given replaces the value before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyChanged {
    /// The minutes that the person wants to study a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// How many new questions a day a session without a plan introduces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_per_day: Option<u32>,
    /// The chance of recall at which a question is asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Percent>,
    /// Whether practice asks how sure the person is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks_certainty: Option<bool>,
    /// A plan that was set or removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanChange>,
    /// Weights of the memory model that fit the person's own answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<FittedWeights>,
}

/// A plan to be ready for an exam on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanChange {
    pub exam: ExamId,
    /// The day of the exam, or `None` if the plan was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
}

/// Weights of the memory model that were fitted to a person's answers, with the evidence that they fit better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FittedWeights {
    /// The 21 weights of FSRS-6, in ten-thousandths.
    pub weights: Vec<i32>,
    /// The log loss of the default weights on the newest answers, in millionths.
    pub default_loss: u32,
    /// The log loss of the fitted weights on the same answers, in millionths.
    pub fitted_loss: u32,
    /// How many answers were used.
    pub answer_count: usize,
}

/// The person wrote a note on a question, or deleted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteChanged {
    pub question: InBank<QuestionId>,
    /// The whole new note, or `None` if it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The person set or removed a bookmark on a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookmarkChanged {
    pub question: InBank<QuestionId>,
    /// Whether there is a bookmark now.
    pub on: bool,
}

/// The person reported a problem with a question to its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemReported {
    pub question: InBank<QuestionId>,
    /// The revision of the question that was on the screen.
    pub revision: u32,
    /// What is wrong, in the person's words.
    pub text: String,
}

/// The person left a reading of the course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingLeft {
    pub reading: ReadingId,
    /// The first block on the screen, counted from 0.
    pub block: usize,
    /// Whether the end was on the screen.
    #[serde(rename = "finished")]
    pub is_finished: bool,
}

/// The factor that multiplies a person's time limits: 1.0 to 3.0 in steps of 0.1, or unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TimeFactor {
    /// Tenths of the standard limit: 10 to 30.
    Tenths(u8),
    Unlimited,
}

impl TimeFactor {
    /// The factor of a person without a grant: 1.0.
    pub const STANDARD: Self = Self::Tenths(10);

    /// Returns the limit multiplied by the factor, or `None` if the time is unlimited.
    pub fn scale(self, limit: Millis) -> Option<Millis> {
        match self {
            Self::Tenths(tenths) => Some(Millis(limit.0.saturating_mul(tenths.into()) / 10)),
            Self::Unlimited => None,
        }
    }
}

impl std::str::FromStr for TimeFactor {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let error = "a time factor must be 1.0 to 3.0 with one decimal place, or unlimited";
        if text == "unlimited" {
            return Ok(Self::Unlimited);
        }
        let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
        let digit = |text: &str| match text.as_bytes() {
            [digit @ b'0'..=b'9'] => Some(digit - b'0'),
            _ => None,
        };
        let tenths = digit(whole).zip(digit(tenth)).map(|(whole, tenth)| whole * 10 + tenth);
        tenths.filter(|tenths| (10..=30).contains(tenths)).map(Self::Tenths).ok_or(error)
    }
}

impl std::fmt::Display for TimeFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tenths(tenths) => write!(f, "{}.{}", tenths / 10, tenths % 10),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

impl From<TimeFactor> for String {
    fn from(factor: TimeFactor) -> Self {
        factor.to_string()
    }
}

impl TryFrom<String> for TimeFactor {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse()
    }
}
