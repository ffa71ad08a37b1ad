//! `Store` in maps, for tests. The contract tests run on it and on the SQLite store, so that both behave the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Batch, Conflict, Expectation, Store, StoreError, StoreIdentity};
use crate::attempt::chain::{ChainHead, StoredFact, read_facts};
use crate::attempt::fact::kind_label;
use crate::attempt::{Fact, Mode};
use crate::ids::{Digest, StreamId, TraineeId, to_hex};
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::certificates::{CertificateQuery, CertificateRow};
use crate::projections::notebook::{NoteQuery, QuestionNotes, ReadingProgress};
use crate::projections::people::{PersonQuery, PersonRow};
use crate::projections::row::{ColumnValue, Projection, ProjectionRow, StoredRow};
use crate::projections::study::{PracticeAnswer, QUESTION_PROGRESS, QuestionProgress, StudiedQuestion};
use crate::projections::tables::{ChainRows, PROJECTIONS, RowDifference};
use crate::store::audit::{FactSource, compute_projections, find_row_differences};
use crate::text;

/// The rows of a projection, by key.
type Table = BTreeMap<Vec<ColumnValue>, StoredRow>;

/// A store in memory. Its data is gone when the process ends.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    id: String,
    state: State,
}

#[derive(Debug, Clone, Default)]
struct State {
    chains: BTreeMap<StreamId, Vec<StoredFact>>,
    content: BTreeMap<Digest, String>,
    tables: BTreeMap<&'static str, Table>,
    commits: u64,
}

impl MemoryStore {
    /// Returns an empty store with this ID.
    pub fn new(id: [u8; 16]) -> Self {
        Self { id: to_hex(&id), state: State::default() }
    }
}

impl State {
    fn rows<R: ProjectionRow>(&self) -> Result<Vec<R>, StoreError> {
        let rows = self.tables.get(R::PROJECTION.name).into_iter().flat_map(Table::values);
        rows.map(super::verified_row).collect()
    }

    fn put(&mut self, projection: &Projection, row: StoredRow) {
        self.tables.entry(projection.name).or_default().insert(row.key(projection).to_vec(), row);
    }

    fn check(&self, expectation: &Expectation) -> Result<(), StoreError> {
        let people = self.rows::<PersonRow>()?;
        let (is_met, conflict) = match expectation {
            Expectation::NameFree { name_key, except } => {
                let has_name = |row: &PersonRow| {
                    row.id != *except && row.person.staff_id.is_none() && text::name_key(&row.person.name) == *name_key
                };
                (!people.iter().any(has_name), Conflict::NameTaken)
            }
            Expectation::StaffIdFree { staff_id, except } => {
                let has_number = |row: &PersonRow| row.id != *except && row.person.staff_id.as_ref() == Some(staff_id);
                (!people.iter().any(has_number), Conflict::StaffIdTaken)
            }
            Expectation::NoOpenExam { trainee, except } => {
                let is_open = |row: &AttemptRow| {
                    let is_exam = row.trainee == *trainee && row.mode == Mode::Exam;
                    is_exam && row.finished_at.is_none() && !except.contains(&row.id)
                };
                (!self.rows::<AttemptRow>()?.iter().any(is_open), Conflict::ExamBegun)
            }
            Expectation::ExamAttempts { trainee, exam, count } => {
                let is_counted = |row: &&AttemptRow| {
                    row.trainee == *trainee && row.mode == Mode::Exam && row.exam.as_ref() == Some(exam)
                };
                (self.rows::<AttemptRow>()?.iter().filter(is_counted).count() == *count, Conflict::ExamBegun)
            }
            Expectation::NotErased(trainee) => {
                let chain = self.chains.get(&(*trainee).into()).map_or(&[][..], Vec::as_slice);
                let is_erased = chain.iter().any(|fact| kind_label(&fact.kind) == "erased");
                (!is_erased, Conflict::PersonErased)
            }
        };
        if is_met { Ok(()) } else { Err(StoreError::Conflict(conflict)) }
    }

    fn add_fact(&mut self, fact: &StoredFact) -> Result<(), StoreError> {
        let chain = self.chains.entry(fact.stream).or_default();
        let head = chain.last().map_or(ChainHead::START, ChainHead::after_fact);
        if (fact.seq, fact.previous_digest) != (head.next_seq, head.digest) {
            return Err(StoreError::Conflict(Conflict::ChainContinued));
        }
        chain.push(fact.clone());
        Ok(())
    }

    fn write_chain_rows(&mut self, stream: StreamId, first_seq: u32) -> Result<(), StoreError> {
        let chain = self.chains.get(&stream).map_or(&[][..], Vec::as_slice);
        let rows = ChainRows::fold(stream, chain, first_seq, &|digest| self.content.get(&digest).cloned());
        for (projection, row) in rows.to_stored() {
            self.put(projection, row);
        }
        let questions: BTreeSet<StudiedQuestion> =
            rows.practice_answers.into_iter().map(|answer| answer.question).collect();
        for question in questions {
            let mut answers = self.rows::<PracticeAnswer>()?;
            answers.retain(|answer| answer.question == question);
            if let Some(progress) = QuestionProgress::fold(&question, &answers) {
                self.put(&QUESTION_PROGRESS, StoredRow::from_row(&progress));
            }
        }
        Ok(())
    }

    fn erase(&mut self, trainee: TraineeId) {
        // Find the person's attempts by their facts, because a row could be missing.
        let is_about = |stream: StreamId, chain: &[StoredFact]| {
            let first = read_facts(&chain[..chain.len().min(1)]).pop().map(|(_, fact)| fact);
            stream == trainee.into() || matches!(first, Some(Fact::Started(started)) if started.trainee == trainee)
        };
        for (stream, chain) in &mut self.chains {
            if is_about(*stream, chain) {
                chain.iter_mut().for_each(|fact| fact.salted_payload = None);
            }
        }
        for projection in PROJECTIONS {
            let Some(person_column) = projection.person_column() else { continue };
            let is_about_trainee = |row: &StoredRow| {
                let mut columns = projection.columns.iter().zip(&row.columns);
                columns.any(|(column, value)| column == person_column && *value == ColumnValue::text(trainee))
            };
            self.tables.entry(projection.name).or_default().retain(|_, row| !is_about_trainee(row));
        }
    }

    fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        batch.expectations.iter().try_for_each(|expectation| self.check(expectation))?;
        if let Some(trainee) = batch.erased_trainee {
            self.erase(trainee);
        }
        for (digest, text) in &batch.content {
            self.content.entry(*digest).or_insert_with(|| text.clone());
        }
        let mut first_seqs = BTreeMap::new();
        for fact in &batch.facts {
            self.add_fact(fact)?;
            first_seqs.entry(fact.stream).or_insert(fact.seq);
        }
        first_seqs.into_iter().try_for_each(|(stream, first_seq)| self.write_chain_rows(stream, first_seq))?;
        self.commits += 1;
        Ok(())
    }
}

impl FactSource for State {
    fn all_streams(&self) -> Result<Vec<StreamId>, StoreError> {
        Ok(self.chains.keys().copied().collect())
    }

    fn chain(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError> {
        Ok(self.chains.get(&stream).cloned().unwrap_or_default())
    }

    fn one_content(&self, digest: Digest) -> Result<Option<String>, StoreError> {
        Ok(self.content.get(&digest).cloned())
    }

    fn all_rows(&self, projection: &'static Projection) -> Result<Vec<StoredRow>, StoreError> {
        Ok(self.tables.get(projection.name).into_iter().flat_map(Table::values).cloned().collect())
    }
}

impl Store for MemoryStore {
    fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        // A batch that fails halfway must change nothing, so it works on a clone.
        let mut next = self.state.clone();
        next.append(batch)?;
        self.state = next;
        Ok(())
    }

    fn stream(&self, stream: StreamId) -> Result<Vec<StoredFact>, StoreError> {
        self.state.chain(stream)
    }

    fn streams(&self, streams: &[StreamId]) -> Result<BTreeMap<StreamId, Vec<StoredFact>>, StoreError> {
        let find = |stream: &StreamId| Some((*stream, self.state.chains.get(stream)?.clone()));
        Ok(streams.iter().filter_map(find).collect())
    }

    fn stream_ids(&self) -> Result<Vec<StreamId>, StoreError> {
        self.state.all_streams()
    }

    fn content(&self, digests: &[Digest]) -> Result<BTreeMap<Digest, String>, StoreError> {
        let find = |digest: &Digest| Some((*digest, self.state.content.get(digest)?.clone()));
        Ok(digests.iter().filter_map(find).collect())
    }

    fn attempts(&self, query: &AttemptQuery) -> Result<Vec<AttemptRow>, StoreError> {
        Ok(query.select(self.state.rows()?))
    }

    fn people(&self, query: &PersonQuery) -> Result<Vec<PersonRow>, StoreError> {
        Ok(query.select(self.state.rows()?))
    }

    fn certificates(&self, query: &CertificateQuery) -> Result<Vec<CertificateRow>, StoreError> {
        Ok(query.select(self.state.rows()?))
    }

    fn question_progress(&self, trainee: TraineeId) -> Result<Vec<QuestionProgress>, StoreError> {
        let mut rows = self.state.rows::<QuestionProgress>()?;
        rows.retain(|row| row.trainee == trainee);
        Ok(rows)
    }

    fn question_notes(&self, query: &NoteQuery) -> Result<Vec<QuestionNotes>, StoreError> {
        let mut rows = self.state.rows::<QuestionNotes>()?;
        rows.retain(|row| {
            query.trainee.is_none_or(|trainee| row.trainee == trainee)
                && (!query.reported_only || !row.reports.is_empty())
        });
        Ok(rows)
    }

    fn reading_progress(&self, trainee: TraineeId) -> Result<Vec<ReadingProgress>, StoreError> {
        let mut rows = self.state.rows::<ReadingProgress>()?;
        rows.retain(|row| row.trainee == trainee);
        Ok(rows)
    }

    fn stored_rows(&self, projection: &'static Projection) -> Result<Vec<StoredRow>, StoreError> {
        self.state.all_rows(projection)
    }

    fn row_differences(&self) -> Result<Vec<RowDifference>, StoreError> {
        find_row_differences(&self.state)
    }

    fn rebuild_projections(&mut self) -> Result<(), StoreError> {
        let mut computed = compute_projections(&self.state)?;
        computed.keep_broken_rows(&self.state)?;
        for projection in PROJECTIONS {
            let rows = computed.tables.rows(projection).map(|row| (row.key(projection).to_vec(), row.clone()));
            self.state.tables.insert(projection.name, rows.collect());
        }
        self.state.commits += 1;
        Ok(())
    }

    fn require_same_store(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn identity(&self) -> Result<StoreIdentity, StoreError> {
        Ok(StoreIdentity { id: self.id.clone(), commits: self.state.commits })
    }

    fn set_patience(&mut self, _: Duration) -> Result<(), StoreError> {
        Ok(())
    }

    fn save_copy(&self, _: &Path, _: &str) -> Result<Option<PathBuf>, StoreError> {
        Ok(None)
    }

    fn erased_people(&self) -> Result<Vec<TraineeId>, StoreError> {
        let is_erased =
            |(_, chain): &(&StreamId, &Vec<StoredFact>)| chain.iter().any(|fact| kind_label(&fact.kind) == "erased");
        Ok(self.state.chains.iter().filter(is_erased).map(|(stream, _)| stream.to_trainee_id()).collect())
    }

    fn check_integrity(&self) -> Result<Vec<String>, StoreError> {
        let is_changed = |(digest, text): &(&Digest, &String)| Digest::of(text) != **digest;
        let changed = self.state.content.iter().filter(is_changed);
        Ok(changed.map(|(digest, _)| format!("content {} was changed", digest.short())).collect())
    }
}
