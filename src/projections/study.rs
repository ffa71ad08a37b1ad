//! Practice progress: how often a trainee answered each question, and how often correctly.

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
    #[serde(rename = "seen")]
    pub answer_count: u32,
    /// How often rightly.
    #[serde(rename = "right")]
    pub correct_count: u32,
    /// Whether the last answer was right.
    #[serde(rename = "last_right")]
    pub is_last_correct: bool,
    /// When it was last answered.
    #[serde(rename = "last")]
    pub last_answered: Timestamp,
}

impl QuestionProgress {
    /// Returns a digest over the whole row, by which damage in the store shows.
    pub fn row_digest(&self, trainee: TraineeId) -> Digest {
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
    pub is_correct: bool,
    /// When.
    pub answered_at: Timestamp,
}

impl PracticeAnswer {
    /// Returns what a practice answer teaches; nothing where it was taken back.
    pub fn from_answered(
        loaded_paper: &LoadedPaper,
        trainee: TraineeId,
        answered_at: Timestamp,
        answered: &QuestionAnswered,
    ) -> Option<Self> {
        let answer = answered.answer.as_ref()?;
        let loaded_question =
            loaded_paper.questions.get(answered.question_index).filter(|_| loaded_paper.mode == Mode::Practice)?;
        Some(Self {
            trainee,
            bank: loaded_paper.banks[loaded_question.bank].id.clone(),
            question: loaded_question.question.id.clone(),
            revision: loaded_question.question.revision,
            is_correct: score(&loaded_question.question, Some(answer)) == Points::one(),
            answered_at,
        })
    }

    /// Returns the row after this answer.
    pub fn update(&self, progress: Option<QuestionProgress>) -> QuestionProgress {
        let unanswered = || QuestionProgress {
            bank: self.bank.clone(),
            question: self.question.clone(),
            revision: self.revision,
            answer_count: 0,
            correct_count: 0,
            is_last_correct: false,
            last_answered: self.answered_at,
        };
        let progress = progress.unwrap_or_else(unanswered);
        QuestionProgress {
            answer_count: progress.answer_count.saturating_add(1),
            correct_count: progress.correct_count.saturating_add(u32::from(self.is_correct)),
            is_last_correct: self.is_correct,
            last_answered: self.answered_at,
            ..progress
        }
    }
}
