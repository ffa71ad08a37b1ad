//! The paper: the questions that one trainee gets, with the order of questions and choices. It never changes after the
//! draw.

use serde::{Deserialize, Serialize};

use crate::clock::Day;
use crate::ids::{BankId, Digest, ExamId, QuestionId, from_hex, to_hex};

/// Thirty-two random bytes that decide every random choice in a paper, written as 64 hexadecimal digits. With the same
/// input, the same seed always gives the same paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Seed(pub [u8; 32]);

impl From<Seed> for String {
    fn from(seed: Seed) -> Self {
        to_hex(&seed.0)
    }
}

impl TryFrom<String> for Seed {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        from_hex(&text).map(Self).ok_or("a seed is 64 hexadecimal digits")
    }
}

/// The method that selects the questions of a paper. A version never changes, because replay must draw the same paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum DrawVersion {
    /// Section by section, with retries. An exclusion group applies within one bank. A stored paper without a version
    /// has this one.
    #[default]
    V1 = 1,
    /// By exact counting across sections. An exclusion group applies to all banks of the exam.
    V2 = 2,
}

impl DrawVersion {
    /// The version that draws new papers.
    pub const NEWEST: Self = Self::V2;

    fn is_first(&self) -> bool {
        *self == Self::V1
    }
}

impl From<DrawVersion> for u8 {
    fn from(version: DrawVersion) -> Self {
        version as Self
    }
}

impl TryFrom<u8> for DrawVersion {
    type Error = &'static str;
    fn try_from(version: u8) -> Result<Self, &'static str> {
        match version {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            _ => Err("the paper was drawn by a newer version of needlewise"),
        }
    }
}

/// Everything that decides what a trainee sees.
///
/// The paper names content by digest, and the store has that content beside the facts. So a later edit of a bank
/// changes no attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The exam, or `None` in practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exam: Option<ExamRef>,
    /// The version of the draw that selected the questions.
    // Older papers lack this member. If it were written for them, their digests would change.
    #[serde(default, skip_serializing_if = "DrawVersion::is_first")]
    pub draw: DrawVersion,
    /// The seed of all random choices in the paper.
    pub seed: Seed,
    /// How often version 1 of the draw retried, because sections that share a bank took each other's questions. Version
    /// 2 never retries.
    #[serde(default, skip_serializing_if = "is_zero")]
    // This and the other renamed members are in stored papers, so their names never change.
    #[serde(rename = "anew")]
    pub retries: u32,
    /// The banks that the questions come from.
    pub banks: Vec<BankRef>,
    /// The sections. An exam has those of its blueprint, and practice has one for each bank.
    pub sections: Vec<PaperSection>,
    /// The earliest day on which a clinician reviewed one of the questions. `None` if any question was not reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Day>,
    /// The questions, in the order in which they are asked.
    #[serde(rename = "items")]
    pub questions: Vec<PaperQuestion>,
}

impl Paper {
    /// Returns the digests of all content that an attempt at this paper needs: the exam, the banks without their
    /// questions, and the questions.
    pub fn content_digests(&self) -> Vec<Digest> {
        let exam = self.exam.iter().map(|exam| exam.digest);
        let frames = self.banks.iter().map(|bank| bank.frame);
        exam.chain(frames).chain(self.questions.iter().map(|question| question.question)).collect()
    }
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A reference to one version of an exam.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamRef {
    pub id: ExamId,
    pub version: String,
    /// The digest of the exam's canonical form, under which the exam is stored.
    pub digest: Digest,
}

/// A reference to one version of a bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankRef {
    pub id: BankId,
    pub version: String,
    /// The digest of the whole bank, from [`Bank::digest`](crate::bank::Bank::digest).
    pub digest: Digest,
    /// The digest under which the bank is stored without its questions.
    pub frame: Digest,
    /// Whether the bank replaced a built-in bank.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[serde(rename = "replaced")]
    pub replaces_built_in: bool,
}

/// A section of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperSection {
    /// The index of the section's bank in [`Paper::banks`].
    pub bank: usize,
    /// The digest of the stored list of all questions that could have been drawn. Only an exam has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Digest>,
    /// Questions that were left out because this trainee had them in an earlier paper of the exam.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    // A replay cannot find these in the earlier papers: a request contains one attempt only.
    #[serde(rename = "passed_over")]
    pub excluded: Vec<QuestionId>,
}

/// One question of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperQuestion {
    /// The index of the section in [`Paper::sections`].
    pub section: usize,
    /// The digest of the question's content.
    pub question: Digest,
    /// The display order of choices, items or right sides. Each entry is an index in the question's own order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<usize>,
}
