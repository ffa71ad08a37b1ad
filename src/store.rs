//! Storage of facts: `trait Store`, the batches it stores and the errors it returns.
//!
//! A store computes the rows of the projections itself, from the facts, in the transaction that stores the facts. So a
//! row always agrees with its facts: a service cannot forget it or compute it from an older chain. A store checks that
//! each new fact follows the head of its chain. Readers verify whole chains.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::attempt::chain::StoredFact;
use crate::ids::{AttemptId, Digest, ExamId, StreamId, TraineeId};
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::{CertificateQuery, CertificateRow};
use crate::projections::notebook::{NoteQuery, QuestionNotes, ReadingProgress};
use crate::projections::people::{PersonQuery, PersonRow};
use crate::projections::row::{ColumnValue, Projection, ProjectionRow, StoredRow};
use crate::projections::study::QuestionProgress;
use crate::projections::tables::RowDifference;
use crate::text;

pub mod audit;
pub mod loss;
pub mod memory;
pub mod sqlite;

pub use memory::MemoryStore;
pub use sqlite::SqliteStore;

/// Changes that a store makes together, whole or not at all.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Batch {
    /// Conditions that the store checks in the same transaction, before it changes anything.
    pub expectations: Vec<Expectation>,
    /// The facts in the order of their chains. Each must follow the head of its chain.
    pub facts: Vec<StoredFact>,
    /// Content that the facts name, by digest. Content that is already stored stays as it is.
    pub content: BTreeMap<Digest, String>,
    /// The person whose data is erased: salts and payloads of all their facts, and every row about them. The facts of
    /// this batch are added afterward and stay.
    pub erased_trainee: Option<TraineeId>,
}

/// A condition that must be true when a batch is stored. Otherwise the store returns a [`Conflict`] and stores nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// No other person without a staff number has this name.
    NameFree {
        /// The name in the form in which names are compared ([`crate::text::name_key`]).
        name_key: String,
        /// The person who may have the name.
        except: TraineeId,
    },
    /// No other person has this staff number.
    StaffIdFree {
        staff_id: String,
        /// The person who may have the staff number.
        except: TraineeId,
    },
    /// The person's data was not erased.
    NotErased(TraineeId),
    /// The person has no exam in progress.
    NoOpenExam {
        trainee: TraineeId,
        /// Unfinished attempts that are not in progress, because they are void or their time is over.
        except: Vec<AttemptId>,
    },
    /// The person has started this exam `count` times, as when the service applied the attempts rule.
    ExamAttempts {
        trainee: TraineeId,
        exam: ExamId,
        /// The number of attempts, including void and unfinished ones.
        count: usize,
    },
}

/// Why a batch was not stored: an expectation was not met, or another process continued a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// A fact does not follow the head of its chain, because another process continued the chain.
    ChainContinued,
    /// Another person without a staff number has the name.
    NameTaken,
    /// Another person has the staff number.
    StaffIdTaken,
    /// The person's data was erased.
    PersonErased,
    /// The person has an exam in progress, or another process started one since the attempts rule was applied.
    ExamBegun,
}

/// The identity of a store, and how often it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreIdentity {
    /// The ID, 32 hexadecimal digits. It is made with the store and never changes.
    pub id: String,
    /// The number of committed transactions.
    pub commits: u64,
}

/// How long a command waits for other writers before it fails.
pub const COMMAND_PATIENCE: Duration = Duration::from_secs(2);

/// How long a key press waits for other writers. A key must not block the screen for longer than 50 ms. After this time
/// the interface continues and retries the write.
pub const KEY_PATIENCE: Duration = Duration::from_millis(40);

/// Stores facts. Once `append` has returned, its batch is as durable as the store: on disk, or in memory.
///
/// Every method can fail with an error of the disk or the engine. These are its common errors: [`StoreError::Busy`],
/// [`StoreError::Full`], [`StoreError::ReadOnly`], [`StoreError::Damaged`], [`StoreError::Incomplete`] and
/// [`StoreError::Unreachable`].
pub trait Store: Send {
    /// Stores a batch, whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if an expectation is not met or a fact does not follow its chain, and the common
    /// errors. Nothing is stored then. The exception is [`StoreError::ErasedDataInLog`]: the batch is stored, but
    /// erased text remains in a log file.
    fn append(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Returns a chain in the order of its facts. An unknown chain is empty.
    ///
    /// # Errors
    /// The common errors of [`Store`].
    fn stream(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError>;

    /// Returns several chains with one query, each in the order of its facts. Unknown chains are left out.
    ///
    /// # Errors
    /// The common errors of [`Store`].
    fn streams(&self, streams: &[StreamId]) -> Result<BTreeMap<StreamId, Vec<StoredFact>>, StoreError>;

    /// Returns the IDs of all chains, in order.
    ///
    /// # Errors
    /// The common errors of [`Store`].
    fn stream_ids(&self) -> Result<Vec<StreamId>, StoreError>;

    /// Returns content by its digests. Content that is not stored is left out.
    ///
    /// # Errors
    /// The common errors of [`Store`].
    fn content(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, String>, StoreError>;

    /// Lists attempts, newest first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a row does not match its digest, and the common errors of [`Store`].
    fn attempts(&self, query: &AttemptQuery) -> Result<Vec<AttemptRow>, StoreError>;

    /// Lists people by name.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a row does not match its digest, and the common errors of [`Store`].
    fn people(&self, query: &PersonQuery) -> Result<Vec<PersonRow>, StoreError>;

    /// Lists imported certificates, latest expiry first.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a row does not match its digest, and the common errors of [`Store`].
    fn certificates(&self, query: &CertificateQuery) -> Result<Vec<CertificateRow>, StoreError>;

    /// Lists a trainee's practice progress by question.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a row does not match its digest, and the common errors of [`Store`].
    fn question_progress(&self, trainee: TraineeId) -> Result<Vec<QuestionProgress>, StoreError>;

    /// Lists notes, bookmarks and problem reports, ordered by trainee, bank and question.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a row does not match its digest, and the common errors of [`Store`].
    fn question_notes(&self, query: &NoteQuery) -> Result<Vec<QuestionNotes>, StoreError>;

    /// Lists how far a trainee is in each reading that they opened.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a row does not match its digest, and the common errors of [`Store`].
    fn reading_progress(&self, trainee: TraineeId) -> Result<Vec<ReadingProgress>, StoreError>;

    /// Returns all rows of a projection as they are stored, damaged ones included.
    ///
    /// # Errors
    /// The common errors of [`Store`].
    fn stored_rows(&self, projection: &'static Projection) -> Result<Vec<StoredRow>, StoreError>;

    /// Compares all rows with the facts at one moment, and returns every row that differs. Other processes may write
    /// meanwhile.
    ///
    /// # Errors
    /// The common errors of [`Store`].
    fn row_differences(&self) -> Result<Vec<RowDifference>, StoreError>;

    /// Computes all rows again from the facts and replaces them, in one transaction. Facts do not change. The stored
    /// rows of damaged chains stay, because they can be the only trace of lost facts.
    ///
    /// # Errors
    /// The common errors of [`Store`]. Nothing is changed then.
    fn rebuild_projections(&mut self) -> Result<(), StoreError>;

    /// Checks that the store is still the one that was opened. Work on its files by another connection needs that.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] if it was moved, removed or replaced.
    fn require_same_store(&mut self) -> Result<(), StoreError>;

    /// Returns the ID of the store and the number of its commits.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the ID is missing, and the common errors of [`Store`].
    fn identity(&self) -> Result<StoreIdentity, StoreError>;

    /// Sets how long a write waits for other writers before it fails with [`StoreError::Busy`].
    ///
    /// # Errors
    /// The common errors of [`Store`].
    fn set_patience(&mut self, patience: Duration) -> Result<(), StoreError>;

    /// Writes a copy of the whole store to `file_name` in a folder, and returns its path. Only this user can read the
    /// copy. Returns `None` if the engine has no file to copy.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] if the folder cannot be written, and the common errors of [`Store`].
    fn save_copy(&self, folder: &Path, file_name: &str) -> Result<Option<PathBuf>, StoreError>;

    /// Lists the people whose data was erased, by ID.
    ///
    /// # Errors
    /// The common errors of [`Store`].
    fn erased_people(&self) -> Result<Vec<TraineeId>, StoreError>;

    /// Checks the engine's own structures, the identity and the stored content. Returns one sentence for each fault.
    ///
    /// # Errors
    /// The common errors of [`Store`].
    fn check_integrity(&self) -> Result<Vec<String>, StoreError>;
}

/// The errors of a store. The caller knows where the store is and names it in [`StoreError::message`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// An expectation of a batch was not met. Nothing was stored.
    Conflict(Conflict),
    /// Another process is writing and did not finish in time. Nothing was stored.
    Busy,
    /// The disk is full. Nothing was stored.
    Full,
    /// The store can be read but not written.
    ReadOnly,
    /// The store contains something that this program did not write, as described.
    Damaged(String),
    /// A table or a column is missing, so nothing can be said about any chain.
    Incomplete,
    /// A newer version of the program wrote the store. Nothing was changed.
    NewerVersion,
    /// Another program made the file. Nothing was changed.
    Foreign,
    /// The store cannot be opened, read or written, for this reason.
    Unreachable(String),
    /// The data is erased, but its text is still in the log beside the store, because another process uses the log.
    ErasedDataInLog,
    /// The store was moved, removed or replaced while it was open. The batch does not count.
    Replaced {
        /// The file with everything that was still held, this batch included if it was written; `None` if that failed.
        rescued: Option<PathBuf>,
    },
}

impl Conflict {
    /// Returns the message for people.
    fn message(self) -> &'static str {
        match self {
            Self::ChainContinued => {
                "Nothing was saved, because another window or program changed the same record. Continue \
                 there, or open the record again here."
            }
            Self::ExamBegun => {
                "Another window or program started an exam, so nothing was started here. Resume that exam with \
                 `needlewise exam --resume`."
            }
            Self::NameTaken => {
                "Another person already has that name. Give one of the two a staff number first: `needlewise trainee \
                 set NAME --id STAFF-NO`."
            }
            Self::StaffIdTaken => "Another person already has that staff number. See `needlewise trainee list`.",
            Self::PersonErased => "This person's data was erased, so nothing more can be saved about them.",
        }
    }
}

/// What to do about damage.
const REPAIR_ADVICE: &str = "Repair it with `needlewise doctor --repair`, which keeps the old files, or go back to a \
                             backup with `needlewise restore`.";

impl StoreError {
    /// Returns what is wrong, for a report of faults. For damage, it leaves out the advice.
    pub fn fault(&self) -> String {
        match self {
            Self::Damaged(detail) => detail.clone(),
            Self::Incomplete => "a table or a column is missing".to_owned(),
            error => error.to_string(),
        }
    }

    /// Returns the message for people, about a store that is called `store_name`: a path, or "Your data".
    pub fn message(&self, store_name: &str) -> String {
        match self {
            Self::Conflict(conflict) => conflict.message().to_owned(),
            Self::Busy => {
                "Another needlewise is busy writing to the same data folder. Try again in a moment.".to_owned()
            }
            Self::Full => {
                format!("{store_name} cannot be written: the disk is full. Free some space, then try again.")
            }
            Self::ReadOnly => format!(
                "{store_name} cannot be written, so nothing was saved. Check its permissions, or choose another \
                 --data-dir."
            ),
            Self::Damaged(detail) => {
                format!("{store_name} is damaged: {detail}. {REPAIR_ADVICE}")
            }
            Self::Incomplete => format!("{store_name} is damaged: a table or a column is missing. {REPAIR_ADVICE}"),
            Self::NewerVersion => format!(
                "{store_name} was written by a newer version of needlewise. Nothing was changed. Update needlewise, \
                 then try again."
            ),
            Self::Foreign => format!(
                "{store_name} is not a needlewise store. Nothing was changed. Move that file away, or choose another \
                 --data-dir. If it was a needlewise store before, run `needlewise doctor --repair`."
            ),
            Self::Unreachable(cause) => format!(
                "{store_name} cannot be used: {cause}. Check the folder's permissions, or choose another --data-dir."
            ),
            Self::ErasedDataInLog => {
                "The data is erased, but its text is still in the log beside the store, because another needlewise is \
                 open. Close it, then run `needlewise doctor`."
                    .to_owned()
            }
            Self::Replaced { rescued } => {
                let rescued = rescued.as_ref().map_or_else(String::new, |path| {
                    let path = text::single_line(&path.to_string_lossy());
                    format!(" Everything up to now is saved in {path}. Get it back with `needlewise restore {path}`.")
                });
                format!(
                    "{store_name} was moved, removed or replaced while it was open, so this was not saved there. Close \
                     needlewise, and put the data folder back or check what replaced it.{rescued}"
                )
            }
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message("Your data"))
    }
}

impl std::error::Error for StoreError {}

/// Reads a row and checks it against its digest. A row that does not match must never be shown.
fn verified_row<R: ProjectionRow>(row: &StoredRow) -> Result<R, StoreError> {
    let key = row.key(R::PROJECTION).iter().map(|value| match value {
        ColumnValue::Text(text) => text::single_line(text),
        ColumnValue::Integer(number) => number.to_string(),
        ColumnValue::Empty => String::new(),
    });
    let to_error = || {
        let key = key.collect::<Vec<_>>().join(" ");
        StoreError::Damaged(format!("the row {key} of the table {} does not match its digest", R::PROJECTION.name))
    };
    row.to_row().ok_or_else(to_error)
}
