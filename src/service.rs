//! Begin, record, finish, certify: the only pairing of the pure core with a store, a clock and chance.

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

/// What a sitting needs of the world: where facts go, what time it is, chance, the banks.
pub struct Service {
    /// Where facts are kept.
    pub store: Box<dyn Store>,
    /// What time it is.
    pub clock: Box<dyn Clock>,
    /// Where ids, seeds and salts come from; the operating system's, but in tests.
    pub chance: Box<dyn Rng>,
    /// The banks and exams in use.
    pub catalog: Catalog,
    /// Where files go.
    pub place: Paths,
    /// Whom this machine trusts.
    pub trust: TrustList,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("place", &self.place).finish_non_exhaustive()
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
    head: ChainHead,
    timer: AttemptTimer,
    piped: bool,
}

/// Measures the time of a sitting: within a run the larger of wall clock and counter, across runs the wall clock; a clock
/// that is set back counts as standing still.
#[derive(Debug, Clone, Copy)]
struct AttemptTimer {
    base: Millis,
    since: Now,
}

impl AttemptTimer {
    fn elapsed(&self, now: Now) -> Millis {
        let run = now.uptime.saturating_sub(self.since.uptime);
        self.base.saturating_add(run.max(now.wall.since(self.since.wall)))
    }
}

impl Service {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.chance.fill_bytes(&mut bytes);
        bytes
    }

    /// Returns fresh random bytes for a paper.
    pub fn seed(&mut self) -> Seed {
        Seed(self.bytes())
    }

    /// Returns content by its digest, where the store has it and can read it.
    fn content(&self, digest: Digest) -> Option<String> {
        self.store.content(digest).ok().flatten()
    }

    fn link(&mut self, stream: StreamId, head: ChainHead, fact: &Fact) -> StoredFact {
        let at = self.clock.now().wall;
        let (id, salt) = (FactId::new(at, self.bytes()), self.bytes());
        StoredFact::link(id, stream, head, at, fact, salt)
    }

    /// Returns the attempt that this person has open, if any; an exam whose time is over is ended first.
    ///
    /// # Errors
    /// What the store says.
    pub fn open_attempt(&mut self, trainee: TraineeId, mode: Mode) -> Result<Option<AttemptRow>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), mode: Some(mode), open: true, ..AttemptQuery::default() };
        let mut open = None;
        for row in self.store.attempts(&query)? {
            if row.is_over(self.clock.now().wall) {
                self.end_if_over(row)?;
            } else if open.is_none() {
                open = Some(row);
            }
        }
        Ok(open)
    }

    /// Ends an attempt whose time ran out while nobody sat it.
    fn end_if_over(&mut self, row: AttemptRow) -> Result<(), ServiceError> {
        let mut sitting = self.take_up(row.id, false)?;
        match self.record(&mut sitting, AttemptAction::TimeOut) {
            // Another process may be first, or a clock set back may have given time again.
            Ok(()) | Err(ServiceError::Refused(_) | ServiceError::Store(StoreError::ContinuedElsewhere)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Says whether this person may start the exam now.
    ///
    /// # Errors
    /// What the store says.
    pub fn may_start(&self, trainee: TraineeId, exam: &Exam) -> Result<Eligibility, ServiceError> {
        let past: Vec<_> = self.exam_attempts(trainee, &exam.id)?.iter().map(AttemptRow::past).collect();
        Ok(eligibility::evaluate(exam, &past, self.clock.now().wall))
    }

    fn exam_attempts(&self, trainee: TraineeId, exam: &ExamId) -> Result<Vec<AttemptRow>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), mode: Some(Mode::Exam), ..AttemptQuery::default() };
        let mut rows = self.store.attempts(&query)?;
        rows.retain(|row| row.exam.as_ref() == Some(exam));
        Ok(rows)
    }

    fn begin(
        &mut self,
        trainee: TraineeId,
        mode: Mode,
        limit: Option<Millis>,
        drawn: DrawnPaper,
        piped: bool,
        invigilator: Option<(&str, &SigningKeyPair)>,
    ) -> Result<ActiveAttempt, ServiceError> {
        let now = self.clock.now();
        let attempt = AttemptId::new(now.wall, self.bytes());
        let invigilated = invigilator.map(|(identity, key)| {
            let warrant = sign_decision(attempt.into(), DecisionKind::Identity, identity, key);
            Invigilation { identity: identity.to_owned(), signature: warrant }
        });
        let started = AttemptStarted { trainee, mode, limit, paper: drawn.paper, invigilated };
        let sheet = LoadedPaper::load(&started, |digest| drawn.content.get(&digest).cloned())
            .map_err(|missing| ServiceError::Missing(attempt, missing))?;
        let fact = self.link(attempt.into(), ChainHead::START, &Fact::Started(started.clone()));
        let row = AttemptRow::started(attempt, fact.stored_at, &started);
        let head = ChainHead::after_fact(&fact);
        let batch = Batch { facts: vec![fact], content: drawn.content, attempt: Some(row.clone()), ..Batch::default() };
        self.store.append(&batch)?;
        let timer = AttemptTimer { base: Millis(0), since: now };
        let (session, invigilated) = (Session::new(Arc::new(sheet)), started.invigilated.is_some());
        Ok(ActiveAttempt { trainee, session, row, invigilated, head, timer, piped })
    }

    /// Reads an attempt's facts and checks their chain.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Broken`], or what the store says.
    pub fn facts(&self, attempt: AttemptId) -> Result<Vec<StoredFact>, ServiceError> {
        let rows = self.store.stream(attempt.into())?;
        chain::verify_chain(attempt.into(), &rows).map_err(ServiceError::Broken)?;
        if rows.is_empty() { Err(ServiceError::Unknown(attempt)) } else { Ok(rows) }
    }

    /// Reads an attempt's facts and what was asked in it.
    ///
    /// # Errors
    /// [`Error::Missing`] where content does not hold, and those of [`Desk::facts`].
    pub fn sheet(&self, attempt: AttemptId) -> Result<(Vec<StoredFact>, LoadedPaper), ServiceError> {
        let rows = self.facts(attempt)?;
        if rows.first().is_some_and(|row| row.salted_payload.is_none()) {
            return Err(ServiceError::Erased);
        }
        let Some(Fact::Started(started)) = rows.first().and_then(StoredFact::fact) else {
            return Err(ServiceError::Unknown(attempt));
        };
        let sheet = LoadedPaper::load(&started, |digest| self.content(digest))
            .map_err(|missing| ServiceError::Missing(attempt, missing))?;
        Ok((rows, sheet))
    }

    /// Takes an attempt up from its facts, ended or not.
    ///
    /// # Errors
    /// Those of [`Desk::sheet`].
    pub fn take_up(&self, attempt: AttemptId, piped: bool) -> Result<ActiveAttempt, ServiceError> {
        let (rows, sheet) = self.sheet(attempt)?;
        let facts = applicable_facts(&rows);
        let session = Session::from_facts(Arc::new(sheet), facts.iter().map(|(_, fact)| fact));
        let (Some(last), Some((first, Fact::Started(started)))) = (rows.last(), facts.first()) else {
            return Err(ServiceError::Unknown(attempt));
        };
        let mut row = AttemptRow::started(attempt, first.stored_at, started);
        facts.iter().for_each(|(stored, fact)| row.take(stored.stored_at, fact));
        let now = self.clock.now();
        let known = facts.iter().rev().find_map(|(_, fact)| elapsed(fact)).unwrap_or_default();
        let base = known.saturating_add(now.wall.since(last.stored_at));
        let timer = AttemptTimer { base, since: now };
        let (trainee, invigilated) = (started.trainee, started.invigilated.is_some());
        Ok(ActiveAttempt { trainee, session, row, invigilated, head: ChainHead::after_fact(last), timer, piped })
    }

    /// Records what the trainee did: it is on disk when this returns.
    ///
    /// # Errors
    /// [`Error::Refused`] where the sitting does not allow it, or what the store says. Nothing has changed then.
    pub fn record(&mut self, sitting: &mut ActiveAttempt, action: AttemptAction) -> Result<(), ServiceError> {
        let now = self.clock.now();
        let moment = ActionMoment { elapsed: sitting.timer.elapsed(now), piped: sitting.piped };
        let fact = sitting.session.decide(action, moment).map_err(ServiceError::Refused)?;
        let stored = self.link(sitting.row.id.into(), sitting.head, &fact);
        let mut row = sitting.row.clone();
        row.take(stored.stored_at, &fact);
        let lesson = match &fact {
            Fact::Answered(answered) => {
                PracticeAnswer::of(sitting.session.loaded_paper(), sitting.trainee, stored.stored_at, answered)
            }
            _ => None,
        };
        let head = ChainHead::after_fact(&stored);
        let attempt = (row != sitting.row).then(|| row.clone());
        self.store.append(&Batch { facts: vec![stored], attempt, lesson, ..Batch::default() })?;
        sitting.session.apply(&fact);
        (sitting.row, sitting.head) = (row, head);
        // Time told once never goes back, whatever happens to the clock.
        sitting.timer = AttemptTimer { base: moment.elapsed, since: now };
        Ok(())
    }
}

/// Returns how much time had passed at a fact that tells it.
fn elapsed(fact: &Fact) -> Option<Millis> {
    match fact {
        Fact::Answered(answered) => Some(answered.elapsed),
        Fact::Flagged(flagged) => Some(flagged.elapsed),
        Fact::Finished(finished) => Some(finished.elapsed),
        _ => None,
    }
}

impl ActiveAttempt {
    /// Returns how much of the sitting's time has passed.
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
    /// [`Error::Certificate`] where this is a practice.
    pub fn exam(&self) -> Result<ExamId, ServiceError> {
        let none = || ServiceError::Certificate("There is no certificate without an exam.".to_owned());
        self.row.exam.clone().ok_or_else(none)
    }

    /// Returns the digest of the last fact.
    pub fn last_digest(&self) -> Digest {
        self.head.digest
    }
}
