//! Storage of facts: `trait Store`, what a batch contains, and what can go wrong.
//!
//! A store computes the rows of the projections itself, from the facts of the chains that a batch continues and in the
//! same transaction, so that a row never says anything else than its facts. It checks that each new fact follows the
//! head of its chain; whether a chain verifies is for its readers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::attempt::chain::StoredFact;
use crate::ids::{AttemptId, Digest, ExamId, StreamId, TraineeId};
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::{CertificateQuery, CertificateRow};
use crate::projections::people::{PersonQuery, PersonRow};
use crate::projections::row::{ColumnValue, Projection, ProjectionRow, StoredRow};
use crate::projections::study::QuestionProgress;
use crate::projections::tables::RowDifference;
use crate::text;

pub mod audit;
pub mod memory;
pub mod sqlite;

pub use memory::MemoryStore;
pub use sqlite::SqliteStore;

/// What is stored together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// What must be true of the store. It is checked in the same transaction.
    pub expectations: Vec<Expectation>,
    /// The facts, in the order of their chains. Each must follow the head of its chain.
    pub facts: Vec<StoredFact>,
    /// Content that the facts name, by digest.
    pub content: BTreeMap<Digest, String>,
    /// The person whose data is erased: salts and payloads of all their facts, and every row about them. Facts of this
    /// batch stay.
    pub erased_trainee: Option<TraineeId>,
}

/// What a batch expects of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// No other person without a staff number has this name.
    NameFree {
        /// The name in the form in which names are compared ([`crate::text::name_key`]).
        name_key: String,
        /// The person who may have it.
        except: TraineeId,
    },
    /// No other person has this staff number.
    StaffIdFree {
        /// The number.
        staff_id: String,
        /// The person who may have it.
        except: TraineeId,
    },
    /// The person's data was not erased.
    NotErased(TraineeId),
    /// The person has no exam in progress.
    NoOpenExam {
        /// The person.
        trainee: TraineeId,
        /// Attempts without an end that are not in progress: they are void, or their time is over.
        except: Vec<AttemptId>,
    },
    /// The person has begun this exam `count` times, as when the attempts rule was applied.
    ExamAttempts {
        /// The person.
        trainee: TraineeId,
        /// The exam.
        exam: ExamId,
        /// How many attempts there are.
        count: usize,
    },
}

/// Which expectation of a batch was not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// Another process continued the chain.
    ChainContinued,
    /// Another person without a staff number has the name.
    NameTaken,
    /// Another person has the staff number.
    StaffIdTaken,
    /// The person's data was erased.
    PersonErased,
    /// The person has an exam in progress, or began one meanwhile.
    ExamBegun,
}

/// Which store this is, and how often it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreIdentity {
    /// The id, 32 hexadecimal digits, made with the store and never changed.
    pub id: String,
    /// How many transactions were committed.
    pub commits: u64,
}

/// How long a command waits for other writers.
pub const COMMAND_PATIENCE: Duration = Duration::from_secs(2);

/// How long a key waits for other writers. What is not stored by then is tried again while the interface goes on.
pub const KEY_PATIENCE: Duration = Duration::from_millis(40);

/// Stores facts. Once `append` has returned, its batch is as durable as the store: on disk, or in memory.
///
/// Every method can fail with an error of the disk or the engine, as a [`StoreError`].
pub trait Store: Send {
    /// Stores a batch, whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if an expectation is not met or a fact does not follow its chain; [`StoreError::Busy`] if
    /// another process is writing. Nothing is stored then.
    fn append(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Returns a chain in the order of its facts; an empty one if there is none.
    ///
    /// # Errors
    /// Those of the trait.
    fn stream(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError>;

    /// Returns several chains, each in the order of its facts, in one query.
    ///
    /// # Errors
    /// Those of the trait.
    fn streams(&self, streams: &[StreamId]) -> Result<BTreeMap<StreamId, Vec<StoredFact>>, StoreError>;

    /// Returns the ids of all chains, in order.
    ///
    /// # Errors
    /// Those of the trait.
    fn stream_ids(&self) -> Result<Vec<StreamId>, StoreError>;

    /// Returns content by its digests. What is not stored is left out.
    ///
    /// # Errors
    /// Those of the trait.
    fn content(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, String>, StoreError>;

    /// Lists attempts, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a row does not match its digest.
    fn attempts(&self, query: &AttemptQuery) -> Result<Vec<AttemptRow>, StoreError>;

    /// Lists people by name.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a row does not match its digest.
    fn people(&self, query: &PersonQuery) -> Result<Vec<PersonRow>, StoreError>;

    /// Lists imported certificates, those that end last first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a row does not match its digest.
    fn certificates(&self, query: &CertificateQuery) -> Result<Vec<CertificateRow>, StoreError>;

    /// Lists a trainee's progress by question.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a row does not match its digest.
    fn question_progress(&self, trainee: TraineeId) -> Result<Vec<QuestionProgress>, StoreError>;

    /// Returns all rows of a projection as they are stored, damaged ones included.
    ///
    /// # Errors
    /// Those of the trait.
    fn stored_rows(&self, projection: &'static Projection) -> Result<Vec<StoredRow>, StoreError>;

    /// Compares all rows with the facts, as they are at one moment, and returns every row that differs.
    ///
    /// # Errors
    /// Those of the trait.
    fn row_differences(&self) -> Result<Vec<RowDifference>, StoreError>;

    /// Computes all rows again from the facts and replaces them, in one transaction. The facts stay as they are.
    ///
    /// # Errors
    /// Those of the trait. Nothing is changed then.
    fn rebuild_projections(&mut self) -> Result<(), StoreError>;

    /// Returns which store this is.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the store does not say.
    fn identity(&self) -> Result<StoreIdentity, StoreError>;

    /// Sets how long a write waits for other writers before it is [`StoreError::Busy`].
    ///
    /// # Errors
    /// Those of the trait.
    fn set_patience(&mut self, patience: Duration) -> Result<(), StoreError>;

    /// Writes a copy of the whole store into a folder, readable by this user only, and returns where it is. Returns none
    /// if the engine makes its own backups.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] if the folder cannot be written.
    fn save_copy(&self, folder: &Path, file_name: &str) -> Result<Option<PathBuf>, StoreError>;

    /// Looks for damage in the engine's own structures and in stored content, and returns every fault, a sentence each.
    ///
    /// # Errors
    /// Those of the trait.
    fn check_integrity(&self) -> Result<Vec<String>, StoreError>;
}

/// What can go wrong with a store. It contains no path; the caller knows where the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// An expectation of a batch was not met. Nothing was stored.
    Conflict(Conflict),
    /// Another process is writing and did not finish in time. Nothing was stored.
    Busy,
    /// The disk is full. Nothing was stored.
    Full,
    /// The store can be read and not written.
    ReadOnly,
    /// What was read is not what was written.
    Damaged(String),
    /// A newer program wrote it. Nothing was changed.
    NewerVersion,
    /// Another program made it. Nothing was changed.
    Foreign,
    /// It cannot be opened, read or written, for the reason given.
    Unreachable(String),
    /// The data is erased, but its text is still in the log beside the store, since another process reads there.
    ErasedDataInLog,
}

impl StoreError {
    /// Returns the message about a store that is called `store_name`: a path, or "The store".
    pub fn message(&self, store_name: &str) -> String {
        match self {
            Self::Conflict(Conflict::ChainContinued) => {
                "Another window or program changed this in the meantime, so nothing was stored. Continue there, or \
                 open it again here."
                    .to_owned()
            }
            Self::Conflict(Conflict::ExamBegun) => {
                "Another window or program started an exam, so none starts here. Resume it: `needlewise exam --resume`."
                    .to_owned()
            }
            Self::Conflict(Conflict::NameTaken) => "Another person already has that name.".to_owned(),
            Self::Conflict(Conflict::StaffIdTaken) => "Another person has that staff number.".to_owned(),
            Self::Conflict(Conflict::PersonErased) => {
                "This person's data was erased. Nothing more can be stored about them.".to_owned()
            }
            Self::Busy => {
                "Another needlewise is writing to the same store and did not finish. Try again in a moment.".to_owned()
            }
            Self::Full => {
                format!("{store_name} cannot be written: the disk is full. Free some space, and then try again.")
            }
            Self::ReadOnly => format!(
                "{store_name} cannot be written; nothing was stored. Check the permissions, or name another --data-dir."
            ),
            Self::Damaged(detail) => {
                format!("{store_name} is damaged: {detail}. Keep a copy of the file, then run `needlewise doctor`.")
            }
            Self::NewerVersion => format!(
                "{store_name} was written by a newer needlewise; nothing was changed. Update this program, then try again."
            ),
            Self::Foreign => format!(
                "{store_name} is not a needlewise store; nothing was changed. Move it away, or name another --data-dir."
            ),
            Self::Unreachable(cause) => format!(
                "{store_name} cannot be used: {cause}. Check the folder's permissions, or name another --data-dir."
            ),
            Self::ErasedDataInLog => {
                "The data is erased, but its text is still in the log beside the store, since another needlewise is \
                 open. Close that one, then run `needlewise doctor`."
                    .to_owned()
            }
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message("The store"))
    }
}

impl std::error::Error for StoreError {}

/// Reads a row, unless it does not match its digest.
fn verified_row<R: ProjectionRow>(row: &StoredRow) -> Result<R, StoreError> {
    let key = row.key(R::PROJECTION).iter().map(|value| match value {
        ColumnValue::Text(text) => text::single_line(text),
        ColumnValue::Integer(number) => number.to_string(),
        ColumnValue::Empty => String::new(),
    });
    let to_error = || {
        let key = key.collect::<Vec<_>>().join(" ");
        StoreError::Damaged(format!("the row {key} of {} does not match its digest", R::PROJECTION.name))
    };
    row.to_row().ok_or_else(to_error)
}
