//! The application service: begins, records and loads attempts. Its submodules issue certificates and manage people.
//! It is the only code that combines the domain logic with a store, a clock and a random number generator.

use std::sync::Arc;

use rand::Rng;

use crate::attempt::chain::{self, ChainHead, StoredFact};
use crate::attempt::fact::{AttemptStarted, Invigilation, Person};
use crate::attempt::paper::Seed;
use crate::attempt::signature::DecisionKind;
use crate::attempt::{Fact, Mode, Outcome};
use crate::bank::catalog::{BankOrigin, Catalog, CatalogEntry, CatalogMiss};
use crate::bank::exam::Exam;
use crate::bank::lazy::LazyBank;
use crate::clock::{Clock, Millis, Now, Timestamp};
use crate::credential::{SigningKeyPair, TrustList};
use crate::exam::draw::{self, DrawnPaper};
use crate::exam::eligibility::{self, Eligibility};
use crate::exam::session::{ActionMoment, AttemptAction};
use crate::exam::{LoadedPaper, Session};
use crate::ids::{AttemptId, Digest, ExamId, FactId, StreamId, TraineeId};
use crate::issuing::decision::{applicable_facts, sign_decision};
use crate::paths::Paths;
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::people::PersonRow;
use crate::projections::study::PracticeAnswer;
use crate::store::{Batch, Store, StoreError};
use crate::text;

pub mod certificates;
pub mod decisions;
mod error;
pub mod imports;
pub mod issuing;
pub mod people;
pub mod records;
pub mod remarking;
mod starting;

pub use error::ServiceError;
pub use starting::ClockStepPolicy;

/// What an attempt needs of the world: where facts go, what time it is, chance, the banks.
pub struct Service {
    /// Where facts are kept.
    pub store: Box<dyn Store>,
    /// What time it is.
    pub clock: Box<dyn Clock>,
    /// Where ids, seeds and salts come from; the operating system's, but in tests.
    pub rng: Box<dyn Rng>,
    /// The banks and exams in use.
    pub catalog: Catalog,
    /// Where files go.
    pub paths: Paths,
    /// Whom this machine trusts.
    pub trust: TrustList,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("paths", &self.paths).finish_non_exhaustive()
    }
}

/// An attempt that somebody sits.
#[derive(Debug, Clone)]
pub struct ActiveAttempt {
    /// Whose it is.
    pub trainee: TraineeId,
    /// Where it stands.
    pub session: Session,
    /// Its row in the lists.
    pub row: AttemptRow,
    /// Whether an invigilator watches.
    pub invigilated: bool,
    chain_head: ChainHead,
    timer: AttemptTimer,
    piped: bool,
}

/// Measures the time of an attempt: within a run the larger of wall clock and counter, across runs the wall clock; a
/// clock that is set back counts as standing still.
#[derive(Debug, Clone, Copy)]
struct AttemptTimer {
    base_elapsed: Millis,
    started: Now,
}

impl AttemptTimer {
    fn elapsed(&self, now: Now) -> Millis {
        let counter_elapsed = now.uptime.saturating_sub(self.started.uptime);
        self.base_elapsed.saturating_add(counter_elapsed.max(now.wall.since(self.started.wall)))
    }
}

impl Service {
    fn random_bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// Returns fresh random bytes for a paper.
    pub fn random_seed(&mut self) -> Seed {
        Seed(self.random_bytes())
    }

    /// Returns content by its digest, where the store has it and can read it.
    fn content(&self, digest: Digest) -> Option<String> {
        self.store.content(digest).ok().flatten()
    }

    fn link_fact(&mut self, stream: StreamId, head: ChainHead, fact: &Fact) -> StoredFact {
        let at = self.clock.now().wall;
        let (id, salt) = (FactId::new(at, self.random_bytes()), self.random_bytes());
        StoredFact::link(id, stream, head, at, fact, salt)
    }

    /// Returns the attempt that this person has open, if any; an exam whose time is over is ended first.
    ///
    /// # Errors
    /// What the store says.
    pub fn find_open_attempt(&mut self, trainee: TraineeId, mode: Mode) -> Result<Option<AttemptRow>, ServiceError> {
        let query =
            AttemptQuery { trainee: Some(trainee), mode: Some(mode), open_only: true, ..AttemptQuery::default() };
        let mut open_row = None;
        for row in self.store.attempts(&query)? {
            if row.is_time_over(self.clock.now().wall) {
                self.end_timed_out_attempt(row)?;
            } else if open_row.is_none() {
                open_row = Some(row);
            }
        }
        Ok(open_row)
    }

    /// Ends an attempt whose time ran out while nobody sat it.
    fn end_timed_out_attempt(&mut self, row: AttemptRow) -> Result<(), ServiceError> {
        let mut active_attempt = self.load_attempt(row.id, false)?;
        match self.record_action(&mut active_attempt, AttemptAction::TimeOut) {
            // Another process may be first, or a clock set back may have given time again.
            Ok(()) | Err(ServiceError::ActionRefused(_) | ServiceError::Store(StoreError::ConcurrentAppend)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Says whether this person may start the exam now.
    ///
    /// # Errors
    /// What the store says.
    pub fn eligibility(&self, trainee: TraineeId, exam: &Exam) -> Result<Eligibility, ServiceError> {
        let prior_attempts: Vec<_> =
            self.exam_attempts(trainee, &exam.id)?.iter().map(AttemptRow::to_prior_attempt).collect();
        Ok(eligibility::evaluate(exam, &prior_attempts, self.clock.now().wall))
    }

    fn exam_attempts(&self, trainee: TraineeId, exam: &ExamId) -> Result<Vec<AttemptRow>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), mode: Some(Mode::Exam), ..AttemptQuery::default() };
        let mut rows = self.store.attempts(&query)?;
        rows.retain(|row| row.exam.as_ref() == Some(exam));
        Ok(rows)
    }

    fn begin_attempt(
        &mut self,
        trainee: TraineeId,
        mode: Mode,
        limit: Option<Millis>,
        drawn: DrawnPaper,
        piped: bool,
        invigilator: Option<(&str, &SigningKeyPair)>,
    ) -> Result<ActiveAttempt, ServiceError> {
        let now = self.clock.now();
        let attempt_id = AttemptId::new(now.wall, self.random_bytes());
        let invigilated = invigilator.map(|(identity, key)| {
            let signature = sign_decision(attempt_id.into(), DecisionKind::Identity, identity, key);
            Invigilation { identity: identity.to_owned(), signature }
        });
        let started = AttemptStarted { trainee, mode, limit, paper: drawn.paper, invigilated };
        let loaded_paper = LoadedPaper::load(&started, |digest| drawn.content.get(&digest).cloned())
            .map_err(|missing| ServiceError::MissingContent(attempt_id, missing))?;
        let stored_fact = self.link_fact(attempt_id.into(), ChainHead::START, &Fact::Started(started.clone()));
        let row = AttemptRow::from_started(attempt_id, stored_fact.stored_at, &started);
        let chain_head = ChainHead::after_fact(&stored_fact);
        let batch =
            Batch { facts: vec![stored_fact], content: drawn.content, attempt: Some(row.clone()), ..Batch::default() };
        self.store.append(&batch)?;
        let timer = AttemptTimer { base_elapsed: Millis(0), started: now };
        let (session, invigilated) = (Session::new(Arc::new(loaded_paper)), started.invigilated.is_some());
        Ok(ActiveAttempt { trainee, session, row, invigilated, chain_head, timer, piped })
    }

    /// Reads an attempt's facts and checks their chain.
    ///
    /// # Errors
    /// [`ServiceError::UnknownAttempt`], [`ServiceError::BrokenChain`], or what the store says.
    pub fn facts(&self, attempt: AttemptId) -> Result<Vec<StoredFact>, ServiceError> {
        let rows = self.store.stream(attempt.into())?;
        chain::verify_chain(attempt.into(), &rows).map_err(ServiceError::BrokenChain)?;
        if rows.is_empty() { Err(ServiceError::UnknownAttempt(attempt)) } else { Ok(rows) }
    }

    /// Reads an attempt's facts and what was asked in it.
    ///
    /// # Errors
    /// [`ServiceError::MissingContent`] where content does not hold, and those of [`Service::facts`].
    pub fn load_paper(&self, attempt: AttemptId) -> Result<(Vec<StoredFact>, LoadedPaper), ServiceError> {
        let rows = self.facts(attempt)?;
        if rows.first().is_some_and(|row| row.salted_payload.is_none()) {
            return Err(ServiceError::Erased);
        }
        let Some(Fact::Started(started)) = rows.first().and_then(StoredFact::fact) else {
            return Err(ServiceError::UnknownAttempt(attempt));
        };
        let loaded_paper = LoadedPaper::load(&started, |digest| self.content(digest))
            .map_err(|missing| ServiceError::MissingContent(attempt, missing))?;
        Ok((rows, loaded_paper))
    }

    /// Takes an attempt up from its facts, ended or not.
    ///
    /// # Errors
    /// Those of [`Service::load_paper`].
    pub fn load_attempt(&self, attempt: AttemptId, piped: bool) -> Result<ActiveAttempt, ServiceError> {
        let (rows, loaded_paper) = self.load_paper(attempt)?;
        let facts = applicable_facts(&rows);
        let session = Session::from_facts(Arc::new(loaded_paper), facts.iter().map(|(_, fact)| fact));
        let (Some(last_fact), Some((first_fact, Fact::Started(started)))) = (rows.last(), facts.first()) else {
            return Err(ServiceError::UnknownAttempt(attempt));
        };
        let mut row = AttemptRow::from_started(attempt, first_fact.stored_at, started);
        facts.iter().for_each(|(stored_fact, fact)| row.apply(stored_fact.stored_at, fact));
        let now = self.clock.now();
        let recorded_elapsed = facts.iter().rev().find_map(|(_, fact)| elapsed_at(fact)).unwrap_or_default();
        let base_elapsed = recorded_elapsed.saturating_add(now.wall.since(last_fact.stored_at));
        let timer = AttemptTimer { base_elapsed, started: now };
        let (trainee, invigilated) = (started.trainee, started.invigilated.is_some());
        Ok(ActiveAttempt {
            trainee,
            session,
            row,
            invigilated,
            chain_head: ChainHead::after_fact(last_fact),
            timer,
            piped,
        })
    }

    /// Records what the trainee did: it is on disk when this returns.
    ///
    /// # Errors
    /// [`ServiceError::ActionRefused`] where the attempt does not allow it, or what the store says. Nothing has changed
    /// then.
    pub fn record_action(
        &mut self,
        active_attempt: &mut ActiveAttempt,
        action: AttemptAction,
    ) -> Result<(), ServiceError> {
        let now = self.clock.now();
        let moment = ActionMoment { elapsed: active_attempt.timer.elapsed(now), piped: active_attempt.piped };
        let fact = active_attempt.session.decide(action, moment).map_err(ServiceError::ActionRefused)?;
        let stored_fact = self.link_fact(active_attempt.row.id.into(), active_attempt.chain_head, &fact);
        let mut row = active_attempt.row.clone();
        row.apply(stored_fact.stored_at, &fact);
        let practice_answer = match &fact {
            Fact::Answered(answered) => PracticeAnswer::from_answered(
                active_attempt.session.loaded_paper(),
                active_attempt.trainee,
                stored_fact.stored_at,
                answered,
            ),
            _ => None,
        };
        let head = ChainHead::after_fact(&stored_fact);
        let attempt = (row != active_attempt.row).then(|| row.clone());
        self.store.append(&Batch { facts: vec![stored_fact], attempt, practice_answer, ..Batch::default() })?;
        active_attempt.session.apply(&fact);
        (active_attempt.row, active_attempt.chain_head) = (row, head);
        // Time told once never goes back, whatever happens to the clock.
        active_attempt.timer = AttemptTimer { base_elapsed: moment.elapsed, started: now };
        Ok(())
    }
}

/// Returns how much time had passed at a fact that tells it.
fn elapsed_at(fact: &Fact) -> Option<Millis> {
    match fact {
        Fact::Answered(answered) => Some(answered.elapsed),
        Fact::Flagged(flagged) => Some(flagged.elapsed),
        Fact::Finished(finished) => Some(finished.elapsed),
        _ => None,
    }
}

impl ActiveAttempt {
    /// Returns how much of the attempt's time has passed.
    pub fn elapsed(&self, now: Now) -> Millis {
        self.timer.elapsed(now)
    }

    /// Returns how much time is left, where there is a limit.
    pub fn time_left(&self, now: Now) -> Option<Millis> {
        self.session.time_left(self.elapsed(now))
    }

    /// Returns the exam that is sat.
    ///
    /// # Errors
    /// [`ServiceError::Certificate`] where this is a practice.
    pub fn exam_id(&self) -> Result<ExamId, ServiceError> {
        let no_exam = || ServiceError::Certificate("There is no certificate without an exam.".to_owned());
        self.row.exam.clone().ok_or_else(no_exam)
    }

    /// Returns the digest of the last fact.
    pub fn last_digest(&self) -> Digest {
        self.chain_head.digest
    }
}
