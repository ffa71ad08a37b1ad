//! Errors of the application service. Each message tells the user what to do next.

use crate::attempt::chain;
use crate::clock::{Timestamp, Zone};
use crate::exam::draw::Infeasible;
use crate::exam::eligibility::Eligibility;
use crate::exam::loaded_paper::MissingContent;
use crate::exam::session::ActionRefusal;
use crate::ids::{AttemptId, CertificateId, TraineeId};
use crate::store::StoreError;

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceError {
    /// The store does not do it.
    Store(StoreError),
    /// The attempt does not allow it.
    ActionRefused(ActionRefusal),
    /// No paper can be drawn.
    Infeasible(Infeasible),
    /// The attempts rule does not allow a start now.
    Ineligible(Eligibility, Zone),
    /// There is an exam that has not ended.
    ExamOpen(AttemptId),
    /// A chain fails verification.
    BrokenChain(chain::ChainBreak),
    /// Content of an attempt is missing or was changed.
    MissingContent(AttemptId, MissingContent),
    /// An attempt is not in this store.
    UnknownAttempt(AttemptId),
    /// There is nothing to practice.
    NothingToPractice,
    /// A name is invalid, for this reason.
    InvalidName(&'static str),
    /// A certificate could not be made or written.
    Certificate(String),
    /// A request, or a certificate handed over, is refused.
    Rejected(String),
    /// A person's record must not be erased now.
    OnHold(String),
    /// The row of a certificate does not match its credential.
    ForgedCertificate(CertificateId),
    /// The clock is earlier than an attempt that is stored here.
    ClockSetBack(Timestamp, Zone),
    /// What was asked for was erased.
    Erased,
    /// No certificate has this id, or several end in it.
    UnresolvedCertificateId(String, Vec<CertificateId>),
    /// Several people have that name.
    AmbiguousName(Vec<TraineeId>),
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl std::fmt::Display for ServiceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::ActionRefused(refusal) => write!(f, "Not done: {refusal}."),
            Self::Infeasible(infeasible) => {
                write!(f, "No paper can be drawn: {infeasible}. Check the banks with `needlewise bank check`.")
            }
            Self::Ineligible(eligibility, zone) => write_not_now(f, *eligibility, zone),
            Self::ExamOpen(_) => {
                f.write_str("An exam is open. Resume it and submit it first: `needlewise exam --resume`.")
            }
            Self::BrokenChain(broken) => {
                write!(f, "The record of this attempt is damaged: {broken}. Run `needlewise doctor`.")
            }
            Self::MissingContent(attempt, missing) => {
                write!(f, "Attempt {attempt} cannot be shown: {missing}. Run `needlewise doctor`.")
            }
            Self::UnknownAttempt(attempt) => {
                write!(f, "There is no attempt {attempt} here. See `needlewise record list`.")
            }
            Self::NothingToPractice => f.write_str("There is no question to practice. See `needlewise bank list`."),
            Self::InvalidName(reason) => write!(f, "{reason}."),
            Self::Certificate(reason) | Self::Rejected(reason) => f.write_str(reason),
            Self::OnHold(reason) => {
                write!(f, "This record is on hold and is not erased: {reason}. Lift the hold with --release.")
            }
            Self::ForgedCertificate(id) => write!(
                f,
                "The record of certificate {id} is not borne out by its signature; somebody may have written it by hand. \
                 Run `needlewise doctor`."
            ),
            Self::UnresolvedCertificateId(id, ids) if ids.is_empty() => {
                write!(f, "There is no certificate \"{id}\" here. See `needlewise certificate list`.")
            }
            Self::UnresolvedCertificateId(id, ids) => {
                let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                write!(f, "Several certificates end in \"{id}\". Name one whole: {}.", ids.join(", "))
            }
            Self::ClockSetBack(last_attempt_at, zone) => write!(
                f,
                "The clock was set back: the last attempt here is from {}. Correct the clock, or confirm with \
                 --clock-checked that the invigilator has compared it.",
                last_attempt_at.format_local(zone)
            ),
            Self::Erased => {
                f.write_str("Its content was erased with the person's data. The chain of facts is complete.")
            }
            Self::AmbiguousName(ids) => {
                let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                write!(f, "Several people have that name. Name one by id: {}.", ids.join(", "))
            }
        }
    }
}

impl std::error::Error for ServiceError {}

fn write_not_now(f: &mut std::fmt::Formatter<'_>, eligibility: Eligibility, zone: &Zone) -> std::fmt::Result {
    match eligibility {
        Eligibility::NoAttemptsLeft => f.write_str("No further attempt is possible."),
        Eligibility::Later { from: at, .. } => {
            write!(f, "The next attempt is possible from {}.", at.format_local(zone))
        }
        Eligibility::Passed { valid_until: until, renewable_from: renew } => write!(
            f,
            "This exam is passed and valid through {} (UTC); it can be renewed from {}.",
            until.day().format_long(),
            renew.day().format_long()
        ),
        Eligibility::Now { .. } => f.write_str("The exam cannot be started."),
    }
}
