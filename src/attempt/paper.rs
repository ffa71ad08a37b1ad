//! The paper: the questions one trainee gets, with the order of questions and choices. It never changes once drawn.

use serde::{Deserialize, Serialize};

use crate::clock::Day;
use crate::ids::{BankId, Digest, ExamId, QuestionId, from_hex, to_hex};

/// Thirty-two random bytes, from which a paper is drawn and can be drawn again.
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

/// How the questions of a paper were selected. A paper must be drawn again exactly, so that a version never changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum DrawVersion {
    /// Section by section with retries; groups count within a bank. A paper that names no version was drawn so.
    #[default]
    V1 = 1,
    /// By exact counting across sections; a group is one group in all banks of the exam.
    V2 = 2,
}

impl DrawVersion {
    /// The version that new papers are drawn with.
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
            _ => Err("the paper was drawn by a newer needlewise"),
        }
    }
}

/// Everything that decides what a trainee is shown. Content is named by digest and stored once beside the facts, so
/// that a later edit of a bank changes no attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The exam, for an exam.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exam: Option<ExamRef>,
    /// The version of the draw that selected the questions.
    #[serde(default, skip_serializing_if = "DrawVersion::is_first")]
    pub draw: DrawVersion,
    /// What the draw began from.
    pub seed: Seed,
    /// How often version 1 of the draw retried, because sections that share a bank had taken each other's questions.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[serde(rename = "anew")]
    pub retries: u32,
    /// The banks drawn from.
    pub banks: Vec<BankRef>,
    /// The sections, for an exam those of the blueprint.
    pub sections: Vec<PaperSection>,
    /// The earliest day on which a clinician reviewed one of the questions; nothing while any of them lacks a review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Day>,
    /// The questions in the order they are asked.
    #[serde(rename = "items")]
    pub questions: Vec<PaperQuestion>,
}

impl Paper {
    /// Returns the digests of all content that the paper needs to be taken: the exam, the banks without their questions,
    /// and the questions.
    pub fn content_digests(&self) -> Vec<Digest> {
        let exam = self.exam.iter().map(|exam| exam.digest);
        let frames = self.banks.iter().map(|bank| bank.frame);
        exam.chain(frames).chain(self.questions.iter().map(|question| question.question)).collect()
    }
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// An exam in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamRef {
    /// Its name.
    pub id: ExamId,
    /// Its version.
    pub version: String,
    /// Its digest, under which its blueprint is stored.
    pub digest: Digest,
}

/// A bank in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankRef {
    /// Its name.
    pub id: BankId,
    /// Its version.
    pub version: String,
    /// Its digest.
    pub digest: Digest,
    /// The digest under which the bank without its questions is stored.
    pub frame: Digest,
    /// Whether it took the place of a built-in one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[serde(rename = "replaced")]
    pub replaces_built_in: bool,
}

/// A part of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperSection {
    /// The bank it was drawn from, by its place in [`Paper::banks`].
    pub bank: usize,
    /// The digest under which the list of questions is stored that could have been drawn; for an exam.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Digest>,
    /// Questions left out because this trainee had them in an earlier paper of the exam.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "passed_over")]
    pub excluded: Vec<QuestionId>,
}

/// One question of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperQuestion {
    /// The section, by its place in [`Paper::sections`].
    pub section: usize,
    /// The digest of the question's content.
    pub question: Digest,
    /// The order in which choices, items or right sides are shown: position to place in the question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<usize>,
}
