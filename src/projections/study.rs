//! What a trainee did with each question in practice.

use serde::Serialize;

use crate::attempt::fact::QuestionAnswered;
use crate::attempt::{Mode, Points};
use crate::canonical;
use crate::clock::Timestamp;
use crate::exam::LoadedPaper;
use crate::exam::scoring::score;
use crate::ids::{BankId, Digest, QuestionId, TraineeId};

/// What a trainee did with a question in practice, in one revision of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuestionProgress {
    /// The bank.
    pub bank: BankId,
    /// The question.
    pub question: QuestionId,
    /// Its revision.
    pub revision: u32,
    /// How often it was answered.
    pub seen: u32,
    /// How often rightly.
    pub right: u32,
    /// Whether the last answer was right.
    pub last_right: bool,
    /// When it was last answered.
    pub last: Timestamp,
}

impl QuestionProgress {
    /// Returns a digest over the whole row, by which damage in the store shows.
    pub fn seal(&self, trainee: TraineeId) -> Digest {
        Digest::of(canonical::bytes(&(trainee, self)))
    }
}

/// One practice answer, as it changes what a trainee has learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeAnswer {
    /// Who.
    pub trainee: TraineeId,
    /// The bank.
    pub bank: BankId,
    /// The question.
    pub question: QuestionId,
    /// Its revision.
    pub revision: u32,
    /// Whether the answer was fully right.
    pub right: bool,
    /// When.
    pub at: Timestamp,
}

impl PracticeAnswer {
    /// Returns what a practice answer teaches; nothing where it was taken back.
    pub fn of(sheet: &LoadedPaper, trainee: TraineeId, at: Timestamp, answered: &QuestionAnswered) -> Option<Self> {
        let answer = answered.answer.as_ref()?;
        let item = sheet.questions.get(answered.question_index).filter(|_| sheet.mode == Mode::Practice)?;
        Some(Self {
            trainee,
            bank: sheet.banks[item.bank].id.clone(),
            question: item.question.id.clone(),
            revision: item.question.revision,
            right: score(&item.question, Some(answer)) == Points::one(),
            at,
        })
    }

    /// Returns the row after this answer.
    pub fn after(&self, row: Option<QuestionProgress>) -> QuestionProgress {
        let fresh = || QuestionProgress {
            bank: self.bank.clone(),
            question: self.question.clone(),
            revision: self.revision,
            seen: 0,
            right: 0,
            last_right: false,
            last: self.at,
        };
        let row = row.unwrap_or_else(fresh);
        QuestionProgress {
            seen: row.seen.saturating_add(1),
            right: row.right.saturating_add(u32::from(self.right)),
            last_right: self.right,
            last: self.at,
            ..row
        }
    }
}
