//! Health checks and repair of a store. A check computes again what can be computed, and compares it with the stored
//! form. A repair rebuilds only computed rows and files, never facts.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;

use super::backups::FileRepair;
use super::certificate_files::{StoredCertificate, write_credential};
use super::{ServiceError, Services};
use crate::attempt::Fact;
use crate::attempt::chain::{self, StoredFact, read_facts};
use crate::attempt::fact::kind_label;
use crate::credential::{TrustList, Verdict};
use crate::ids::{AttemptId, CertificateId, Digest, StreamId, TraineeId};
use crate::projections::attempts::AttemptQuery;
use crate::projections::certificates::CertificateQuery;
use crate::projections::tables::RowDifference;
use crate::store::loss::{AttemptLoss, Loss, unsettled_losses};
use crate::store::{Batch, StoreError, StoreIdentity};
use crate::text;

/// How many questions are read at once. This limits memory for large banks.
const CONTENT_BATCH: usize = 200;

/// Checks and repairs this store, for `needlewise doctor`.
#[derive(Debug)]
pub struct Health<S> {
    pub(super) services: S,
}

/// The outcome of a check: how much it covered, and every fault it found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct CheckOutcome {
    /// How many chains, attempts or certificates were checked.
    pub checked_count: usize,
    /// One sentence for each fault.
    pub faults: Vec<String>,
}

impl<S: Deref<Target = Services>> Health<S> {
    /// Returns the ID of the store and how many transactions it has committed.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn identity(&self) -> Result<StoreIdentity, ServiceError> {
        Ok(self.services.store.identity()?)
    }

    /// Returns the losses that were noticed and are not settled, oldest first.
    pub fn losses(&self) -> Vec<Loss> {
        unsettled_losses(&self.services.paths().store_file())
    }

    /// Checks the structures of the store's engine, its identity and its content. Returns every fault.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn check_engine(&self) -> Result<Vec<String>, ServiceError> {
        Ok(self.services.store.check_integrity()?)
    }

    /// Returns the name of a person, or their ID if the store has no record of them.
    fn person_name(&self, id: TraineeId) -> String {
        let person = self.services.people().get(id).ok().flatten();
        person.map_or_else(|| format!("person {id}"), |row| text::single_line(&row.person.name))
    }

    /// Returns what a chain belongs to, for people, or nothing if its first fact does not tell it.
    fn describe_chain(&self, stream: StreamId, facts: &[StoredFact]) -> String {
        match read_facts(facts.get(..1).unwrap_or_default()).first() {
            Some((_, Fact::Started(started))) => {
                let name = self.person_name(started.trainee);
                let exam = started.paper.exam.as_ref();
                let kind = exam.map_or_else(|| "a practice".to_owned(), |exam| format!("the exam {}", exam.id));
                format!(" ({kind} of {name})")
            }
            Some((_, Fact::PersonAdded(_))) => format!(" (the record of {})", self.person_name(stream.to_trainee_id())),
            _ => String::new(),
        }
    }

    /// Verifies every chain of facts.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn check_chains(&self) -> Result<CheckOutcome, ServiceError> {
        let streams = self.services.store.stream_ids()?;
        let mut faults = Vec::new();
        for stream in &streams {
            match self.services.store.stream(*stream) {
                Ok(facts) => {
                    let broken = chain::verify_chain(*stream, &facts).err();
                    faults.extend(broken.map(|broken| format!("{broken}{}", self.describe_chain(*stream, &facts))));
                }
                Err(error @ StoreError::Damaged(_)) => faults.push(format!("chain {stream}: {}", error.fault())),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(CheckOutcome { checked_count: streams.len(), faults })
    }

    /// Compares every row of every projection with the facts, and returns the differences.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn row_differences(&self) -> Result<Vec<RowDifference>, ServiceError> {
        Ok(self.services.store.row_differences()?)
    }

    /// Marks every finished attempt again and compares the outcome with the stored one. It also checks that all content
    /// that papers were drawn from is still stored.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn check_marking(&self) -> Result<CheckOutcome, ServiceError> {
        let mut outcome = CheckOutcome::default();
        let mut pools = BTreeSet::new();
        for stream in self.services.store.stream_ids()? {
            // Find the attempts by their facts, because a row can be missing.
            let chain = match self.services.store.stream(stream) {
                Ok(chain) => chain,
                // `check_chains` reports this damage.
                Err(StoreError::Damaged(_)) => continue,
                Err(error) => return Err(error.into()),
            };
            let is_attempt = chain.first().is_some_and(|first| kind_label(&first.kind) == "started");
            // An erased attempt has no payloads left to mark.
            if is_attempt && chain.iter().all(|fact| fact.salted_payload.is_some()) {
                outcome.checked_count += 1;
                outcome.faults.extend(self.marking_fault(stream.to_attempt_id(), &mut pools));
            }
        }
        let missing = self.missing_pool_content(&pools)?;
        outcome
            .faults
            .extend(missing.iter().map(|digest| format!("content {digest} is missing, but papers were drawn from it")));
        Ok(outcome)
    }

    /// Returns the digests of missing content among these pools and the questions in them. A replay draws the paper
    /// again, so it needs the whole pool and not only the drawn questions.
    fn missing_pool_content(&self, pools: &BTreeSet<Digest>) -> Result<Vec<Digest>, ServiceError> {
        let mut missing = Vec::new();
        let mut questions = BTreeSet::new();
        for pool in pools {
            let list = self.services.store.content(&[*pool])?.remove(pool);
            match list.and_then(|list| serde_json::from_str::<Vec<Digest>>(&list).ok()) {
                Some(digests) => questions.extend(digests),
                None => missing.push(*pool),
            }
        }
        let questions: Vec<Digest> = questions.into_iter().collect();
        for part in questions.chunks(CONTENT_BATCH) {
            let stored = self.services.store.content(part)?;
            missing.extend(part.iter().filter(|digest| !stored.contains_key(digest)));
        }
        Ok(missing)
    }

    /// Returns the digests of all content that papers name and that is missing.
    fn missing_content(&self) -> Result<BTreeSet<Digest>, ServiceError> {
        let store = &self.services.store;
        let (mut named, mut pools) = (BTreeSet::new(), BTreeSet::new());
        for stream in store.stream_ids()? {
            // `check_chains` reports chains that cannot be read.
            let chain = store.stream(stream).unwrap_or_default();
            if let Some((_, Fact::Started(started))) = read_facts(chain.get(..1).unwrap_or_default()).first() {
                named.extend(started.paper.content_digests());
                pools.extend(started.paper.sections.iter().filter_map(|section| section.pool));
            }
        }
        let mut missing: BTreeSet<Digest> = self.missing_pool_content(&pools)?.into_iter().collect();
        let named: Vec<Digest> = named.into_iter().collect();
        for part in named.chunks(CONTENT_BATCH) {
            let stored = store.content(part)?;
            missing.extend(part.iter().filter(|digest| !stored.contains_key(digest)));
        }
        Ok(missing)
    }

    /// Marks an attempt again and returns its fault, if any. Adds the pools that its paper was drawn from to `pools`.
    fn marking_fault(&self, attempt: AttemptId, pools: &mut BTreeSet<Digest>) -> Option<String> {
        let active_attempt = match self.services.attempts().load(attempt) {
            Ok(active_attempt) => active_attempt,
            // `check_chains` reports broken chains.
            Err(ServiceError::BrokenChain(_)) => return None,
            Err(error) => return Some(error.fault()),
        };
        let sections = &active_attempt.session.loaded_paper().paper.sections;
        pools.extend(sections.iter().filter_map(|section| section.pool));
        let finished = active_attempt.session.finished()?;
        (finished.outcome != active_attempt.session.outcome())
            .then(|| format!("attempt {attempt}: marking it again gives a different outcome"))
    }

    /// Verifies every stored certificate and the signature behind every row of an imported one.
    /// [`Self::missing_certificate_files`] checks the files.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn check_certificates(&self) -> Result<CheckOutcome, ServiceError> {
        let now = self.services.trust()?.latest_known_time(self.services.now().wall);
        let mut outcome = CheckOutcome::default();
        let query = AttemptQuery { certified_only: true, ..AttemptQuery::default() };
        let self_issued = self.services.store.attempts(&query)?;
        let imported = self.services.store.certificates(&CertificateQuery::default())?;
        let mut checked_ids = HashSet::new();
        let mut check = |id: Option<CertificateId>, stored: Result<Option<StoredCertificate>, ServiceError>| {
            // A certificate that was signed here for an attempt here is stored twice, but counts once.
            outcome.checked_count += usize::from(checked_ids.insert(id));
            // The trust list is empty, because only form and signature matter here, not trust. The time is at least
            // that of the certificate: a clock that was set back must not make it look damaged.
            let is_valid = |stored: &StoredCertificate| {
                stored.verify(&TrustList::default(), now.max(stored.valid_from)).verdict != Verdict::Invalid
            };
            match stored {
                Ok(Some(stored)) if is_valid(&stored) => {}
                Ok(_) => outcome.faults.extend(id.map(|id| format!("certificate {id} cannot be verified"))),
                Err(error) => outcome.faults.push(error.fault()),
            }
        };
        for row in self_issued {
            check(row.certificate, self.services.certificates().issued(row.id));
        }
        for row in imported {
            let signed = self.services.certificates().verify_signatures(&[&row], &|| {});
            check(Some(row.id), signed.and_then(|()| self.services.certificates().imported(&row).map(Some)));
        }
        Ok(outcome)
    }

    /// Returns the folders with certificate files of people who are not in the store. They are a trace of a store that was
    /// lost.
    ///
    /// # Errors
    /// Errors of the store. A folder that cannot be read has no entries.
    pub fn certificate_folders_without_person(&self) -> Result<Vec<PathBuf>, ServiceError> {
        let people = self.services.people().all_records()?;
        let is_known = |name: &str| people.iter().any(|row| name.ends_with(&format!("-{}", row.id.short())));
        let entries = std::fs::read_dir(self.services.paths().certificates_dir()).into_iter().flatten().flatten();
        let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
        Ok(folders.filter(|path| !is_known(&path.file_name().unwrap_or_default().to_string_lossy())).collect())
    }

    /// Returns the certificates whose file is missing or differs from the stored credential.
    ///
    /// # Errors
    /// The errors of [`super::Certificates::stored`].
    pub fn missing_certificate_files(&self) -> Result<Vec<StoredCertificate>, ServiceError> {
        let mut certificates = self.services.certificates().stored(None)?.records;
        certificates.retain(|stored| !stored.has_current_file());
        Ok(certificates)
    }
}

impl<S: DerefMut<Target = Services>> Health<S> {
    /// Saves a copy of the store, then computes all rows again from the facts. Returns the path of the copy, or `None`
    /// if the store has no file.
    ///
    /// # Errors
    /// Errors of the store or the disk. The rows are then unchanged.
    pub fn rebuild_rows(&mut self) -> Result<Option<PathBuf>, ServiceError> {
        let moment = self.services.now().wall.format_for_file_name();
        let folder = self.services.paths().backups_dir();
        let copy = self.services.store.save_copy(&folder, &format!("needlewise-{moment}-before-repair.db"))?;
        self.services.store.rebuild_projections()?;
        Ok(copy)
    }

    /// Stores content again that papers name and that is missing, as far as the banks and exams in use still have it.
    /// Returns how many texts were stored.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn restore_missing_content(&mut self) -> Result<usize, ServiceError> {
        let mut content = BTreeMap::new();
        // A missing pool hides which of its questions are missing, so a second pass can find more.
        for _ in 0..2 {
            let missing = self.missing_content()?;
            if missing.is_empty() {
                break;
            }
            let mut known = self.services.issuing().catalog_content();
            known.retain(|digest, _| missing.contains(digest));
            self.services.store.append(&Batch { content: known.clone(), ..Batch::default() })?;
            content.extend(known);
        }
        Ok(content.len())
    }

    /// Accepts that what was lost is gone, so that it is no longer reported. The files that were set aside stay. Returns
    /// how many losses were accepted.
    ///
    /// # Errors
    /// [`ServiceError::Certificate`] if a loss cannot be marked as settled.
    pub fn accept_losses(&mut self) -> Result<usize, ServiceError> {
        let losses = self.losses();
        for loss in &losses {
            loss.settle().map_err(|error| ServiceError::unsettled(&error))?;
        }
        Ok(losses.len())
    }

    /// Settles the losses after a repair of the file that found everything again. Returns one sentence for each attempt that still
    /// lacks facts. Losses that may not be whole again stay, until they are accepted.
    ///
    /// # Errors
    /// Errors of the store, and [`ServiceError::Certificate`] if a loss cannot be marked as settled.
    pub fn settle_recovered_losses(&mut self, repair: Option<&FileRepair>) -> Result<Vec<String>, ServiceError> {
        let mut lines = Vec::new();
        for loss in self.losses() {
            // Each change that is missing has at least one fact.
            let mut is_whole = repair.is_some_and(|repair| repair.recovered_facts >= loss.missing_commits.unwrap_or(1));
            for AttemptLoss { attempt, trainee, facts_before } in &loss.attempts {
                let found = self.services.store.stream((*attempt).into())?.len();
                if found < usize::try_from(*facts_before).unwrap_or(usize::MAX) {
                    is_whole = false;
                    let person = self.person_name(*trainee);
                    lines.push(format!("Attempt {attempt} of {person}: {found} of {facts_before} facts are left"));
                }
            }
            if is_whole {
                loss.settle().map_err(|error| ServiceError::unsettled(&error))?;
            }
        }
        Ok(lines)
    }

    /// Writes the credential files that are missing or differ. Returns how many were written.
    ///
    /// # Errors
    /// [`ServiceError::Certificate`] if a file cannot be written, and the errors of [`super::Certificates::stored`].
    pub fn write_missing_certificate_files(&mut self) -> Result<usize, ServiceError> {
        let missing = self.missing_certificate_files()?;
        missing.iter().try_for_each(|certificate| write_credential(certificate).map(|_| ()))?;
        Ok(missing.len())
    }
}
