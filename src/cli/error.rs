//! The exit codes, and the error that ends a command with one of them.

use std::io;
use std::path::Path;

use crate::bank::catalog::CatalogMiss;
use crate::paths::io_reason;
use crate::store::{Conflict, StoreError};
use crate::{service, text};

/// Success: done, valid or passed.
pub const EXIT_SUCCESS: u8 = 0;
/// The command ran, and its answer is no: not valid, not passed, problems found, or refused by a rule.
pub const EXIT_NEGATIVE: u8 = 1;
/// The command line is wrong, or it names something that does not exist.
pub const EXIT_USAGE: u8 = 2;
/// An input file cannot be read.
pub const EXIT_UNREADABLE_INPUT: u8 = 3;
/// The store or the disk failed.
pub const EXIT_STORE: u8 = 4;
/// The first exit code of a program that a signal ended: this plus the number of the signal.
pub const EXIT_SIGNAL: u8 = 128;
/// The reader of the output closed its pipe. The code is what SIGPIPE (13) would give: `needlewise … | head`.
pub const EXIT_OUTPUT_CLOSED: u8 = 128 + 13;

/// A failed command: its exit code and its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub code: u8,
    /// What happened, to which object, and what to do next. Empty if the output is closed.
    pub message: String,
}

impl Failure {
    /// Returns a failure with [`EXIT_NEGATIVE`].
    pub fn negative(message: impl Into<String>) -> Self {
        Self { code: EXIT_NEGATIVE, message: message.into() }
    }

    /// Returns a failure with [`EXIT_USAGE`].
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: EXIT_USAGE, message: message.into() }
    }

    /// Returns the failure for an input file that cannot be read.
    pub fn unreadable(path: &Path, error: &io::Error) -> Self {
        let remedy = remedy(error, "Check the path and its permissions.");
        let message = format!("{} cannot be read: {}. {remedy}", display_path(path), io_reason(error));
        Self { code: EXIT_UNREADABLE_INPUT, message }
    }

    /// Returns the failure for one of the program's own files, or for a file that it writes. `operation` is "read" or
    /// "written".
    pub fn file_access(path: &Path, operation: &str, error: &io::Error) -> Self {
        let remedy = remedy(error, "Check its permissions and the free disk space.");
        let message = format!("{} cannot be {operation}: {}. {remedy}", display_path(path), io_reason(error));
        Self { code: EXIT_STORE, message }
    }

    /// Returns the failure for a bank or an exam that does not exist or has errors. `kind` is "bank" or "exam".
    pub fn catalog_miss(kind: &str, id: &str, miss: CatalogMiss) -> Self {
        let id = text::single_line(id);
        match miss {
            CatalogMiss::Unknown => Self::usage(format!("There is no {kind} \"{id}\". See `needlewise bank list`.")),
            // The command line is right here, so this is no usage error: the file needs to be fixed.
            CatalogMiss::Broken => {
                Self::negative(format!("The {kind} \"{id}\" has errors. Run `needlewise bank check`."))
            }
        }
    }
}

/// Returns what to do about a file error, or `otherwise` if the kind of error gives no better advice.
fn remedy(error: &io::Error, otherwise: &'static str) -> &'static str {
    match error.kind() {
        io::ErrorKind::FileTooLarge => "Choose a smaller file.",
        io::ErrorKind::InvalidInput => "Choose a regular file, not a folder, a pipe or a device.",
        _ => otherwise,
    }
}

impl From<io::Error> for Failure {
    /// Converts an error of writing to standard output.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // A reader such as `head` closed the pipe on purpose, so there is nothing to report.
            io::ErrorKind::BrokenPipe => Self { code: EXIT_OUTPUT_CLOSED, message: String::new() },
            _ => Self {
                code: EXIT_STORE,
                message: format!(
                    "The output cannot be written: {}. Check the free disk space and the output path.",
                    io_reason(&error)
                ),
            },
        }
    }
}

impl From<serde_json::Error> for Failure {
    /// Converts an error of serialization, which is reported like an error of writing the output.
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
            | ServiceError::NothingDue
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
    /// Returns the failure for a store that cannot be opened, with its path in the message.
    pub fn store_at(path: &Path, error: &StoreError) -> Self {
        Self { code: EXIT_STORE, message: error.message(&display_path(path)) }
    }
}

/// Returns a path as safe text on one line, for messages.
pub fn display_path(path: &Path) -> String {
    text::single_line(&path.to_string_lossy())
}
