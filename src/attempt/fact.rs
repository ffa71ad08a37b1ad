//! Every kind of fact, and its payload.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Answer, Certainty, Mode, Outcome, Paper};
use crate::bank::canonical;
use crate::clock::{Millis, Timestamp};
use crate::ids::{CertificateId, Digest, TraineeId};

/// Something that happened. Facts are added and never changed; everything else is computed from them.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A person was added.
    Added(Person),
    /// A person's record was changed.
    Renamed(Person),
    /// An attempt began; the paper is whole.
    Started(Started),
    /// A question was answered, or its answer taken back.
    Answered(Answered),
    /// A question was flagged for a second look, or the flag taken off.
    Flagged(Flagged),
    /// An attempt came to its end.
    Finished(Finished),
    /// A certificate was issued.
    Issued(Issued),
}

/// Who a person is: the only fact that holds a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name as it is printed.
    pub name: String,
    /// The number the school or clinic knows them by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_id: Option<String>,
    /// The holder's license, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

/// How an attempt began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Who sits it.
    pub trainee: TraineeId,
    /// What it is for.
    pub mode: Mode,
    /// How long it may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Millis>,
    /// What is asked.
    pub paper: Paper,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The question's place in the paper.
    pub item: usize,
    /// The whole answer; nothing where it was taken back.
    pub answer: Option<Answer>,
    /// How sure the trainee was, in practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// How much of the sitting's time had passed.
    pub elapsed: Millis,
    /// Whether it was piped in and not typed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub piped: bool,
}

/// A flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flagged {
    /// The question's place in the paper.
    pub item: usize,
    /// Whether it is flagged now.
    pub on: bool,
    /// How much of the sitting's time had passed.
    pub elapsed: Millis,
}

/// The end of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// How it ended.
    pub how: Ending,
    /// How much of the sitting's time had passed.
    pub elapsed: Millis,
    /// What came of it.
    pub outcome: Outcome,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// By the trainee.
    Submitted,
    /// By the clock.
    TimedOut,
}

/// A certificate, whole, so that its files can be written again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Its name.
    pub certificate: CertificateId,
    /// The SHA-256 of the credential's text.
    pub digest: Digest,
    /// From when it is valid.
    pub valid_from: Timestamp,
    /// Until when it is valid.
    pub valid_until: Timestamp,
    /// The credential's text.
    pub credential: String,
}

impl Fact {
    /// Returns the kind's name in the store.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Added(_) => "added",
            Self::Renamed(_) => "renamed",
            Self::Started(_) => "started",
            Self::Answered(_) => "answered",
            Self::Flagged(_) => "flagged",
            Self::Finished(_) => "finished",
            Self::Issued(_) => "issued",
        }
    }

    /// Returns the payload: the RFC 8785 text that is stored and digested.
    pub fn payload(&self) -> String {
        match self {
            Self::Added(person) | Self::Renamed(person) => canonical::text(person),
            Self::Started(started) => canonical::text(started),
            Self::Answered(answered) => canonical::text(answered),
            Self::Flagged(flagged) => canonical::text(flagged),
            Self::Finished(finished) => canonical::text(finished),
            Self::Issued(issued) => canonical::text(issued),
        }
    }

    /// Reads a fact back from its kind and payload; nothing where this program does not know it.
    pub fn read(kind: &str, payload: &str) -> Option<Self> {
        fn typed<T: DeserializeOwned>(payload: &str, fact: impl FnOnce(T) -> Fact) -> Option<Fact> {
            serde_json::from_str(payload).ok().map(fact)
        }
        match kind {
            "added" => typed(payload, Self::Added),
            "renamed" => typed(payload, Self::Renamed),
            "started" => typed(payload, Self::Started),
            "answered" => typed(payload, Self::Answered),
            "flagged" => typed(payload, Self::Flagged),
            "finished" => typed(payload, Self::Finished),
            "issued" => typed(payload, Self::Issued),
            _ => None,
        }
    }
}
