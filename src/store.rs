//! Storage of facts: `trait Store`, its errors, and the SQLite implementation.
//!
//! Only the submodules know SQL. A store does not check the chains of facts; its callers do.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::attempt::chain::StoredFact;
use crate::ids::{CertificateId, Digest, StreamId, TraineeId};
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::CertificateRow;
use crate::projections::people::PersonRow;
use crate::projections::study::{PracticeAnswer, QuestionProgress};

mod columns;
pub mod schema;
pub mod sqlite;
mod writes;

pub use sqlite::SqliteStore;

/// What is stored together or not at all.
#[derive(Debug, Default)]
pub struct Batch {
    /// The facts, in the order of their chains.
    pub facts: Vec<StoredFact>,
    /// Content that they name.
    pub content: BTreeMap<Digest, String>,
    /// The attempt they change, as it is afterwards.
    pub attempt: Option<AttemptRow>,
    /// The person they add or change, whose name must not be taken.
    pub person: Option<PersonRow>,
    /// A person who came with a certificate, or whom one names anew, and who may have the name of another.
    pub imported_holder: Option<PersonRow>,
    /// The certificate they take in.
    pub certificate: Option<CertificateRow>,
    /// The person whose data is erased: salts and payloads of all facts of that person, and every row about them.
    pub erased_trainee: Option<TraineeId>,
    /// What they taught.
    pub practice_answer: Option<PracticeAnswer>,
}

/// A place for facts. Once `append` has returned, its batch is on disk.
pub trait Store {
    /// Stores a batch, whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::ConcurrentAppend`] where another process went on with the chain; [`StoreError::NameTaken`]; or
    /// what the disk says. Nothing is stored then.
    fn append(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Returns a chain in the order of its facts.
    ///
    /// # Errors
    /// What the disk says.
    fn stream(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError>;

    /// Returns the names of all chains.
    ///
    /// # Errors
    /// What the disk says.
    fn stream_ids(&self) -> Result<Vec<StreamId>, StoreError>;

    /// Returns content by its digest.
    ///
    /// # Errors
    /// What the disk says.
    fn content(&self, digest: Digest) -> Result<Option<String>, StoreError>;

    /// Lists attempts.
    ///
    /// # Errors
    /// What the disk says, or [`StoreError::Damaged`] where a row does not fit its seal.
    fn attempts(&self, query: &AttemptQuery) -> Result<Vec<AttemptRow>, StoreError>;

    /// Lists people by name.
    ///
    /// # Errors
    /// What the disk says.
    fn people(&self) -> Result<Vec<PersonRow>, StoreError>;

    /// Returns the person of an id.
    ///
    /// # Errors
    /// What the disk says.
    fn person(&self, id: TraineeId) -> Result<Option<PersonRow>, StoreError>;

    /// Lists people of a name, by the form in which names are compared ([`crate::text::name_key`]).
    ///
    /// # Errors
    /// What the disk says.
    fn people_with_name(&self, key: &str) -> Result<Vec<PersonRow>, StoreError>;

    /// Lists certificates that were taken in, of one person or of all, the latest to end first.
    ///
    /// # Errors
    /// What the disk says, or [`StoreError::Damaged`] where a row does not fit its seal.
    fn certificates(&self, trainee: Option<TraineeId>) -> Result<Vec<CertificateRow>, StoreError>;

    /// Returns the certificate of an id, if it was taken in.
    ///
    /// # Errors
    /// What the disk says, or [`StoreError::Damaged`] where the row does not fit its seal.
    fn certificate(&self, id: CertificateId) -> Result<Option<CertificateRow>, StoreError>;

    /// Lists what a trainee did with every question in practice.
    ///
    /// # Errors
    /// What the disk says, or [`StoreError::Damaged`] where a row does not fit its seal.
    fn question_progress(&self, trainee: TraineeId) -> Result<Vec<QuestionProgress>, StoreError>;

    /// Looks for damage in the store's own structures; the chains are looked at by the caller.
    ///
    /// # Errors
    /// What is damaged, or what the disk says.
    fn check_integrity(&self) -> Result<(), StoreError>;
}

/// What can go wrong with a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// It was written by a newer program.
    NewerVersion {
        /// Where it is.
        path: PathBuf,
    },
    /// The file is something else.
    ForeignFile {
        /// Where it is.
        path: PathBuf,
    },
    /// Another process went on with the same attempt.
    ConcurrentAppend,
    /// There is somebody of that name.
    NameTaken,
    /// Another process is writing, and did not stop in time.
    Busy,
    /// What was erased still stands in the log beside the file, for another process reads there.
    ErasedDataInLog,
    /// The disk is full.
    DiskFull {
        /// Where the store is.
        path: PathBuf,
    },
    /// What was read is not what was written.
    Damaged {
        /// Where the store is.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
    /// It cannot be opened, read or written.
    Unavailable {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let display_path = |path: &PathBuf| crate::text::single_line(&path.to_string_lossy());
        match self {
            Self::NewerVersion { path } => write!(
                f,
                "{} was written by a newer needlewise; nothing was changed. Update this program, then try again.",
                display_path(path)
            ),
            Self::ForeignFile { path } => write!(
                f,
                "{} is not a needlewise store; nothing was changed. Move it away, or name another --data-dir.",
                display_path(path)
            ),
            Self::ConcurrentAppend => f.write_str(
                "This attempt was continued elsewhere, in another window or process. Go on there, or resume it here.",
            ),
            Self::NameTaken => f.write_str("There is somebody of that name already."),
            Self::Busy => f.write_str(
                "Another needlewise is writing to the same store and did not finish. Try again in a moment.",
            ),
            Self::ErasedDataInLog => f.write_str(
                "It is erased, but its text still stands in the log beside the store, for another needlewise is open. Close \
                 that one, then run `needlewise doctor`.",
            ),
            Self::DiskFull { path } => {
                write!(f, "The disk of {} is full; nothing was stored. Free some space, then try again.", display_path(path))
            }
            Self::Damaged { path, detail } => write!(
                f,
                "{} is damaged: {detail}. Keep a copy of the file, run `needlewise doctor`, and go back to a backup.",
                display_path(path)
            ),
            Self::Unavailable { path, cause } => write!(
                f,
                "{} cannot be used: {cause}. Look at the folder's permissions, or name another --data-dir.",
                display_path(path)
            ),
        }
    }
}

impl std::error::Error for StoreError {}
