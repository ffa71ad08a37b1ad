//! Marking an attempt again after one of its questions turned out to be faulty.

use serde::{Deserialize, Serialize};

use super::signature::DecisionSignature;
use super::{Answer, Outcome};
use crate::canonical;
use crate::ids::Digest;

/// The policy for scoring a faulty question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemarkPolicy {
    /// The question does not count, neither as earned nor as possible points.
    Drop,
    /// All trainees who were asked the question get its point.
    AcceptAll,
    /// The question has another key: exactly these answers are correct.
    Rekey(Vec<Answer>),
}

/// The ruling on one faulty question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionRuling {
    /// The digest of the question's content, as the paper names it.
    pub question: Digest,
    pub policy: RemarkPolicy,
}

/// An attempt was re-marked. The first outcome stays in the record. This fact replaces every earlier remark, so it
/// contains all rulings that apply from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRemarked {
    /// The rulings on all faulty questions so far. If a question has two, the later one counts.
    pub rulings: Vec<QuestionRuling>,
    pub reason: String,
    /// The outcome under these rulings.
    pub outcome: Outcome,
    /// The issuer's signature. Without a valid one, the remark has no effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "warrant")]
    pub signature: Option<DecisionSignature>,
}

impl AttemptRemarked {
    /// Returns the text that the signed decision has as its reason: canonical JSON of all fields except the signature.
    pub fn signed_text(&self) -> String {
        canonical::text(&Self { signature: None, ..self.clone() })
    }
}
