//! The exit codes, and the error that ends a command with one of them.

use std::io;
use std::path::Path;

use crate::bank::catalog::CatalogMiss;
use crate::store::{Conflict, StoreError};
use crate::{service, text};

/// Done, valid, passed.
pub const EXIT_SUCCESS: u8 = 0;
/// The answer is no.
pub const EXIT_NEGATIVE: u8 = 1;
/// The command line is at fault.
pub const EXIT_USAGE: u8 = 2;
/// The input cannot be read.
pub const EXIT_UNREADABLE_INPUT: u8 = 3;
/// The store or the disk is at fault.
pub const EXIT_STORE: u8 = 4;
/// Nobody reads what is printed (SIGPIPE is 13).
pub const EXIT_OUTPUT_CLOSED: u8 = 128 + 13;

/// Why a command failed, with the exit code that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What happened, where, and what to do next; empty where there is nobody to read it.
    pub message: String,
}

impl Failure {
    /// The answer is no, and this is why.
    pub fn negative(message: impl Into<String>) -> Self {
        Self { code: EXIT_NEGATIVE, message: message.into() }
    }

    /// The command line is at fault.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: EXIT_USAGE, message: message.into() }
    }

    /// A file cannot be read.
    pub fn unreadable(path: &Path, error: &io::Error) -> Self {
        let remedy = remedy(error, "Check the path and its permissions.");
        let message = format!("{} cannot be read: {error}. {remedy}", display_path(path));
        Self { code: EXIT_UNREADABLE_INPUT, message }
    }

    /// A file of this user's own cannot be read or written.
    pub fn file_access(path: &Path, operation: &str, error: &io::Error) -> Self {
        let remedy = remedy(error, "Check its permissions and the space left.");
        let message = format!("{} cannot be {operation}: {error}. {remedy}", display_path(path));
        Self { code: EXIT_STORE, message }
    }

    /// A bank or an exam is not there, or has errors.
    pub fn catalog_miss(kind: &str, id: &str, miss: CatalogMiss) -> Self {
        let id = text::single_line(id);
        match miss {
            CatalogMiss::Unknown => Self::usage(format!("There is no {kind} \"{id}\". See `needlewise bank list`.")),
            CatalogMiss::Broken => {
                Self::negative(format!("The {kind} \"{id}\" has errors. See `needlewise bank check`."))
            }
        }
    }
}

/// Returns what to do about a file. `otherwise` is for errors that do not tell.
fn remedy(error: &io::Error, otherwise: &'static str) -> &'static str {
    match error.kind() {
        io::ErrorKind::FileTooLarge => "Choose a smaller file.",
        io::ErrorKind::InvalidInput => "Name a regular file, not a folder, a pipe or a device.",
        _ => otherwise,
    }
}

impl From<io::Error> for Failure {
    /// Writing to standard output failed.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self { code: EXIT_OUTPUT_CLOSED, message: String::new() },
            _ => Self { code: EXIT_STORE, message: format!("The output cannot be written: {error}.") },
        }
    }
}

impl From<serde_json::Error> for Failure {
    /// A value has no JSON form.
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}

impl From<service::ServiceError> for Failure {
    fn from(error: service::ServiceError) -> Self {
        use service::ServiceError;
        let code = match &error {
            ServiceError::Store(StoreError::Conflict(Conflict::NameTaken | Conflict::StaffIdTaken))
            | ServiceError::InvalidName(_)
            | ServiceError::UnknownAttempt(_) => EXIT_USAGE,
            ServiceError::AmbiguousName(_) | ServiceError::UnresolvedCertificateId(..) => EXIT_USAGE,
            ServiceError::Store(_)
            | ServiceError::BrokenChain(_)
            | ServiceError::MissingContent(..)
            | ServiceError::Certificate(_)
            | ServiceError::ForgedCertificate(_) => EXIT_STORE,
            ServiceError::ActionRefused(_) | ServiceError::Infeasible(_) | ServiceError::Ineligible(..) => {
                EXIT_NEGATIVE
            }
            ServiceError::ExamOpen(_)
            | ServiceError::NothingToPractice
            | ServiceError::Rejected(_)
            | ServiceError::OnHold(_)
            | ServiceError::Erased => EXIT_NEGATIVE,
            ServiceError::ClockSetBack(..) => EXIT_NEGATIVE,
        };
        Self { code, message: error.to_string() }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        service::ServiceError::Store(error).into()
    }
}

impl Failure {
    /// The store at a path cannot be opened.
    pub fn store_at(path: &Path, error: &StoreError) -> Self {
        Self { code: EXIT_STORE, message: error.message(&display_path(path)) }
    }
}

/// Returns a path as it may stand in a message.
pub fn display_path(path: &Path) -> String {
    text::single_line(&path.to_string_lossy())
}
