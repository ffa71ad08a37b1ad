//! Re-marking an attempt after one of its questions turned out to be faulty.

use serde::{Deserialize, Serialize};

use super::signature::DecisionSignature;
use super::{Answer, Outcome};
use crate::canonical;
use crate::ids::Digest;

/// What becomes of a faulty question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemarkPolicy {
    /// It counts for nobody, neither as earned nor as possible.
    Drop,
    /// Everybody who was asked it has its point.
    AcceptAll,
    /// It has another key: any of these answers is right, and no other.
    Rekey(Vec<Answer>),
}

/// What became of one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionRuling {
    /// The digest of the question's content, as the paper names it.
    pub question: Digest,
    /// What became of it.
    pub policy: RemarkPolicy,
}

/// What an attempt came to when it was marked again. It stands beside the first outcome, which stays, and takes the
/// place of every earlier remark: it says all that holds from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRemarked {
    /// What became of each question that turned out to be faulty so far; of two rulings on one the later counts.
    pub rulings: Vec<QuestionRuling>,
    /// Why it was marked again.
    pub reason: String,
    /// The outcome under these rulings.
    pub outcome: Outcome,
    /// The issuer's word. Without one that fits it is not applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "warrant")]
    pub signature: Option<DecisionSignature>,
}

impl AttemptRemarked {
    /// Returns what the issuer signs: all of it but the signature.
    pub fn signed_text(&self) -> String {
        canonical::text(&Self { signature: None, ..self.clone() })
    }
}
