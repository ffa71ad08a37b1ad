//! Errors of the services. Each message says what happened, to which object, and what to do next.
//! Front ends print the text as it is.

use std::path::Path;

use crate::attempt::chain;
use crate::clock::{Timestamp, Zone};
use crate::exam::draw::Infeasible;
use crate::exam::eligibility::Eligibility;
use crate::exam::loaded_paper::MissingContent;
use crate::exam::session::ActionRefusal;
use crate::ids::{AttemptId, CertificateId, TraineeId};
use crate::paths::io_reason;
use crate::store::StoreError;
use crate::text;

/// Why a service refused or failed. `cli/error.rs` maps each variant to an exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceError {
    /// The store failed, or an expectation of the batch was not met.
    Store(StoreError),
    /// The attempt does not allow the action, for example because it has ended.
    ActionRefused(ActionRefusal),
    /// No paper fits the blueprint of the exam.
    Infeasible(Infeasible),
    /// The exam's attempts rule does not allow a start now. The message shows times in this zone.
    Ineligible(Eligibility, Zone),
    /// The person has an exam in progress.
    ExamOpen(AttemptId),
    /// A chain of facts fails verification: that of a person, an attempt or an issuer.
    BrokenChain(chain::ChainBreak),
    /// Content that an attempt's paper names is missing or was changed.
    MissingContent(AttemptId, MissingContent),
    /// This attempt, or the person who took it, is not in this store.
    UnknownAttempt(AttemptId),
    /// The chosen banks have no question that may be practiced.
    NothingToPractice,
    /// Nothing is due today, and no new question is left for today.
    NothingDue,
    /// A name is invalid, for this reason. The reason has no final period.
    InvalidName(&'static str),
    /// A certificate cannot be signed; or a file, a font or the ledger cannot be read, written or deleted. The text is
    /// shown as it is.
    Certificate(String),
    /// A request, a certificate or a decision is refused. The text is shown as it is.
    Rejected(String),
    /// The person's record is on hold, for this reason, so it must not be erased.
    OnHold(String),
    /// The row of a certificate does not match its signed credential.
    ForgedCertificate(CertificateId),
    /// The clock is earlier than the last attempt in this store, which was at this time. The message shows it in this
    /// zone.
    ClockSetBack(Timestamp, Zone),
    /// The attempt's data was erased with the person's. Only its chain of facts is left.
    Erased,
    /// No certificate has this ID, or several IDs end in these digits. The list has the IDs that match.
    UnresolvedCertificateId(String, Vec<CertificateId>),
    /// Several people have the name. The IDs tell them apart.
    AmbiguousName(Vec<TraineeId>),
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl ServiceError {
    /// Returns the error about a file or a folder that cannot be deleted, which stops an erasure.
    pub(super) fn undeletable(path: &Path, error: &std::io::Error) -> Self {
        let display_path = text::single_line(&path.to_string_lossy());
        Self::Certificate(format!(
            "The person is not erased yet, because {display_path} cannot be deleted: {}. Check its permissions, then \
             erase the person again.",
            io_reason(error)
        ))
    }

    /// Returns the error about a loss that cannot be marked as settled.
    pub(super) fn unsettled(error: &std::io::Error) -> Self {
        Self::Certificate(format!(
            "A loss cannot be marked as settled: {}. Check the permissions of the folder set-aside.",
            io_reason(error)
        ))
    }

    /// Returns the message as a line of a list of faults, without the advice to run `needlewise doctor`.
    pub fn fault(&self) -> String {
        match self {
            Self::Store(error) => error.fault(),
            Self::BrokenChain(broken) => broken.to_string(),
            Self::ForgedCertificate(id) => format!("the record of certificate {id} does not match its signature"),
            Self::MissingContent(attempt, missing) => format!("attempt {attempt} cannot be opened: {missing}"),
            error => error.to_string(),
        }
    }
}

impl std::fmt::Display for ServiceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::ActionRefused(refusal) => write!(f, "Not saved: {refusal}."),
            Self::Infeasible(infeasible) => {
                write!(f, "This exam cannot start: {infeasible}. Check the banks with `needlewise bank check`.")
            }
            Self::Ineligible(eligibility, zone) => write_not_now(f, *eligibility, zone),
            Self::ExamOpen(_) => {
                f.write_str("An exam is in progress. Resume it with `needlewise exam --resume`, and submit it first.")
            }
            Self::BrokenChain(broken) => {
                write!(f, "A stored record is damaged: {broken}. Run `needlewise doctor` to find all damage.")
            }
            Self::MissingContent(attempt, missing) => {
                write!(f, "Attempt {attempt} cannot be opened: {missing}. Run `needlewise doctor`.")
            }
            Self::UnknownAttempt(attempt) => {
                write!(f, "There is no attempt {attempt} on this computer. See `needlewise record list`.")
            }
            Self::NothingToPractice => f.write_str(
                "No question to practice matches. Choose other topics or fewer filters, or a larger count.",
            ),
            Self::NothingDue => f.write_str(
                "Nothing more for today. Practice by choice with `needlewise practice`, or study longer with `--minutes`.",
            ),
            Self::InvalidName(reason) => write!(f, "{reason}."),
            Self::Certificate(reason) | Self::Rejected(reason) => f.write_str(reason),
            Self::OnHold(reason) => {
                write!(
                    f,
                    "Nothing was erased, because this person's record is on hold. To lift the hold, run `needlewise \
                     trainee erase NAME --release`. Reason for the hold: {reason}"
                )
            }
            Self::ForgedCertificate(id) => write!(
                f,
                "The stored record of certificate {id} does not match its signature. It may have been edited. Run \
                 `needlewise doctor`."
            ),
            Self::UnresolvedCertificateId(id, ids) if ids.is_empty() => {
                write!(f, "There is no certificate \"{id}\" on this computer. See `needlewise certificate list`.")
            }
            Self::UnresolvedCertificateId(id, ids) => {
                let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                write!(f, "Several certificates end in \"{id}\". Give the full ID of one: {}.", ids.join(", "))
            }
            Self::ClockSetBack(last_attempt_at, zone) => write!(
                f,
                "The clock was set back. It is earlier than the last attempt on this computer, which was at {}. \
                 Correct the clock. If it is correct now, the invigilator confirms that with --clock-checked.",
                last_attempt_at.format_for_people(zone)
            ),
            Self::Erased => {
                f.write_str("This record was erased with the person's data. Only its chain of facts remains.")
            }
            Self::AmbiguousName(ids) => {
                let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                write!(f, "Several people have that name. Use an ID instead: {}.", ids.join(", "))
            }
        }
    }
}

impl std::error::Error for ServiceError {}

fn write_not_now(f: &mut std::fmt::Formatter<'_>, eligibility: Eligibility, zone: &Zone) -> std::fmt::Result {
    match eligibility {
        Eligibility::NoAttemptsLeft => f.write_str("No attempts left. Ask your school to grant another."),
        Eligibility::Later { from: at, .. } => {
            write!(f, "You can start the next attempt from {}.", at.format_for_people(zone))
        }
        Eligibility::Passed { valid_until: until, renewable_from: renew } => write!(
            f,
            "This exam is already passed. The pass is valid through {} (UTC). It can be renewed from {}.",
            until.day().format_for_people(),
            renew.day().format_for_people()
        ),
        // The reason passed between the check and this message, such as a wait that ended.
        Eligibility::Now { .. } => f.write_str("The exam can start now. Try again."),
    }
}
