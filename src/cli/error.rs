//! What went wrong, and which exit code says so.

use std::io;
use std::path::Path;

use crate::bank::catalog::CatalogMiss;
use crate::{service, text};

/// Done, valid, passed.
pub const DONE: u8 = 0;
/// The answer is no.
pub const NO: u8 = 1;
/// The command line is at fault.
pub const USAGE: u8 = 2;
/// The input cannot be read.
pub const UNREADABLE: u8 = 3;
/// The store or the disk is at fault.
pub const STORE: u8 = 4;
/// Nobody reads what is printed (SIGPIPE is 13).
pub const CLOSED: u8 = 128 + 13;

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
    pub fn no(message: impl Into<String>) -> Self {
        Self { code: NO, message: message.into() }
    }

    /// The command line is at fault.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: USAGE, message: message.into() }
    }

    /// A file cannot be read.
    pub fn unreadable(path: &Path, error: &io::Error) -> Self {
        let message = format!("{} cannot be read: {error}. Check the path and its permissions.", shown(path));
        Self { code: UNREADABLE, message }
    }

    /// A file of this user's own cannot be read or written.
    pub fn disk(path: &Path, what: &str, error: &io::Error) -> Self {
        let message = format!("{} cannot be {what}: {error}. Check its permissions and the space left.", shown(path));
        Self { code: STORE, message }
    }

    /// A bank or an exam is not there, or has errors.
    pub fn absent(what: &str, id: &str, absence: CatalogMiss) -> Self {
        let id = text::single_line(id);
        match absence {
            CatalogMiss::Unknown => Self::usage(format!("There is no {what} \"{id}\". See `needlewise bank list`.")),
            CatalogMiss::Broken => Self::no(format!("The {what} \"{id}\" has errors. See `needlewise bank check`.")),
        }
    }
}

impl From<io::Error> for Failure {
    /// Writing to standard output failed.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self { code: CLOSED, message: String::new() },
            _ => Self { code: STORE, message: format!("The output cannot be written: {error}.") },
        }
    }
}

impl From<service::ServiceError> for Failure {
    fn from(error: service::ServiceError) -> Self {
        use service::ServiceError;
        let code = match &error {
            ServiceError::Store(crate::store::StoreError::NameTaken)
            | ServiceError::InvalidName(_)
            | ServiceError::UnknownAttempt(_) => USAGE,
            ServiceError::AmbiguousName(_) | ServiceError::UnresolvedCertificateId(..) => USAGE,
            ServiceError::Store(_)
            | ServiceError::BrokenChain(_)
            | ServiceError::MissingContent(..)
            | ServiceError::Certificate(_)
            | ServiceError::ForgedCertificate(_) => STORE,
            ServiceError::ActionRefused(_) | ServiceError::Infeasible(_) | ServiceError::Ineligible(_) => NO,
            ServiceError::ExamOpen(_)
            | ServiceError::NothingToPractice
            | ServiceError::Rejected(_)
            | ServiceError::OnHold(_)
            | ServiceError::Erased => NO,
            ServiceError::ClockSetBack(_) => NO,
        };
        Self { code, message: error.to_string() }
    }
}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Self {
        service::ServiceError::Store(error).into()
    }
}

/// Returns a path as it may stand in a message.
pub fn shown(path: &Path) -> String {
    text::single_line(&path.to_string_lossy())
}
