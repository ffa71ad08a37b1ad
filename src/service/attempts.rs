//! Attempts: list them, load them, and record what the trainee does.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::active_attempt::{AttemptTimer, elapsed_at};
use super::{ActiveAttempt, InputSource, ServiceError, Services};
use crate::attempt::chain::{self, StoredFact, read_facts};
use crate::attempt::fact::AttemptStarted;
use crate::attempt::{Fact, Mode};
use crate::bank::exam::{Exam, ReviewPolicy};
use crate::clock::Now;
use crate::exam::disclosure::{self, DisclosureLevel};
use crate::exam::eligibility::{self, Eligibility};
use crate::exam::replay::{self, ReplayResult};
use crate::exam::session::{ActionMoment, ActionRefusal, AttemptAction};
use crate::exam::{LoadedPaper, Session};
use crate::ids::{AttemptId, Digest, ExamId, TraineeId};
use crate::issuing::decision::applicable_facts;
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::projections::study::QuestionProgress;
use crate::store::{Batch, Conflict, Expectation, StoreError};

/// The attempts in this store.
#[derive(Debug)]
pub struct Attempts<S> {
    pub(super) services: S,
}

/// The result of [`Attempts::end_timed_out`].
#[derive(Debug, Default)]
pub struct TimedOutAttempts {
    /// How many attempts were ended.
    pub ended_count: usize,
    /// The errors of attempts that could not be read.
    pub unreadable: Vec<ServiceError>,
}

/// An attempt that was drawn and marked again from its facts alone: the facts, the paper and the result of the replay.
pub type ReplayedAttempt = (Vec<StoredFact>, Arc<LoadedPaper>, ReplayResult);

impl<S: Deref<Target = Services>> Attempts<S> {
    /// Lists the attempts that match a query, newest first.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn list(&self, query: &AttemptQuery) -> Result<Vec<AttemptRow>, ServiceError> {
        Ok(self.services.store.attempts(query)?)
    }

    /// Lists a trainee's progress by question.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn question_progress(&self, trainee: TraineeId) -> Result<Vec<QuestionProgress>, ServiceError> {
        Ok(self.services.store.question_progress(trainee)?)
    }

    /// Returns the person's newest attempt in progress in this mode. A void attempt, or one whose time is over, is not
    /// in progress: see [`Attempts::end_timed_out`].
    ///
    /// # Errors
    /// Errors of the store.
    pub fn open_attempt(&self, trainee: TraineeId, mode: Mode) -> Result<Option<AttemptRow>, ServiceError> {
        Ok(self.open_attempts(trainee)?.into_iter().find(|row| row.mode == mode))
    }

    /// Checks that the person has no exam in progress. During one, practice, notes and readings are closed: they show keys or
    /// help with its questions.
    ///
    /// # Errors
    /// [`ServiceError::ExamOpen`], or an error of the store.
    pub fn ensure_no_open_exam(&self, trainee: TraineeId) -> Result<(), ServiceError> {
        let open_exam = self.open_attempt(trainee, Mode::Exam)?;
        open_exam.map_or(Ok(()), |open_exam| Err(ServiceError::ExamOpen(open_exam.id)))
    }

    /// Returns the person's attempts in progress, newest first. A void attempt, or one whose time is over, is not in
    /// progress.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn open_attempts(&self, trainee: TraineeId) -> Result<Vec<AttemptRow>, ServiceError> {
        let now = self.services.now().wall;
        let mut rows = self.unended_attempts(trainee)?;
        rows.retain(|row| !row.is_time_over(now));
        Ok(rows)
    }

    /// Returns the unfinished attempts that are not void, including those whose time is over.
    fn unended_attempts(&self, trainee: TraineeId) -> Result<Vec<AttemptRow>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), open_only: true, ..AttemptQuery::default() };
        let mut rows = self.list(&query)?;
        rows.retain(|row| !row.is_void(self.services.authority()));
        Ok(rows)
    }

    /// Returns whether this person may start the exam now, and if not, when.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn eligibility(&self, trainee: TraineeId, exam: &Exam) -> Result<Eligibility, ServiceError> {
        Ok(self.eligibility_among(exam, &self.exam_attempts(trainee, &exam.id)?))
    }

    /// Returns the eligibility of this person for each of several exams, in their order, with one query.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn eligibilities<'a>(
        &self,
        trainee: TraineeId,
        exams: impl IntoIterator<Item = &'a Exam>,
    ) -> Result<Vec<Eligibility>, ServiceError> {
        let query = AttemptQuery { trainee: Some(trainee), mode: Some(Mode::Exam), ..AttemptQuery::default() };
        let rows = self.list(&query)?;
        Ok(exams.into_iter().map(|exam| self.eligibility_among(exam, &rows)).collect())
    }

    /// Returns the eligibility for an exam. `exam_rows` are the person's exam attempts, for any exam.
    pub(super) fn eligibility_among(&self, exam: &Exam, exam_rows: &[AttemptRow]) -> Eligibility {
        let authority = self.services.authority();
        let attempts_at_exam = exam_rows.iter().filter(|row| row.exam.as_ref() == Some(&exam.id));
        let prior_attempts: Vec<_> = attempts_at_exam.map(|row| row.to_prior_attempt(authority)).collect();
        eligibility::evaluate(exam, &prior_attempts, self.services.now().wall)
    }

    /// Returns whether an attempt at this exam was granted to this person, by a decision that takes effect here.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn has_granted_attempt(&self, trainee: TraineeId, exam: &Exam) -> Result<bool, ServiceError> {
        let rows = self.exam_attempts(trainee, &exam.id)?;
        Ok(rows.iter().any(|row| row.extra_attempts(self.services.authority()) > 0))
    }

    pub(super) fn exam_attempts(&self, trainee: TraineeId, exam: &ExamId) -> Result<Vec<AttemptRow>, ServiceError> {
        let (trainee, mode, exam) = (Some(trainee), Some(Mode::Exam), Some(exam.clone()));
        self.list(&AttemptQuery { trainee, mode, exam, ..AttemptQuery::default() })
    }

    /// Reads an attempt's facts and verifies their chain.
    ///
    /// # Errors
    /// [`ServiceError::UnknownAttempt`], [`ServiceError::BrokenChain`], or an error of the store.
    pub fn facts(&self, attempt: AttemptId) -> Result<Vec<StoredFact>, ServiceError> {
        let rows = self.services.store.stream(attempt.into())?;
        chain::verify_chain(attempt.into(), &rows).map_err(ServiceError::BrokenChain)?;
        if rows.is_empty() { Err(ServiceError::UnknownAttempt(attempt)) } else { Ok(rows) }
    }

    /// Reads an attempt's facts and its paper with two queries.
    ///
    /// # Errors
    /// [`ServiceError::MissingContent`] if content is missing or was changed, [`ServiceError::Erased`] after an
    /// erasure, and the errors of [`Attempts::facts`].
    pub fn load_paper(&self, attempt: AttemptId) -> Result<(Vec<StoredFact>, LoadedPaper), ServiceError> {
        let rows = self.facts(attempt)?;
        // The chain is verified, so a missing payload means an erasure and not damage.
        if rows.first().is_some_and(|row| row.salted_payload.is_none()) {
            return Err(ServiceError::Erased);
        }
        let loaded_paper = match read_facts(&rows[..1]).first() {
            Some((_, Fact::Started(started))) => self.paper_of(attempt, started)?,
            _ => return Err(ServiceError::UnknownAttempt(attempt)),
        };
        Ok((rows, loaded_paper))
    }

    fn paper_of(&self, attempt: AttemptId, started: &AttemptStarted) -> Result<LoadedPaper, ServiceError> {
        let content = self.services.store.content(&started.paper.content_digests())?;
        let mut loaded_paper = LoadedPaper::load(started, |digest| content.get(&digest).cloned())
            .map_err(|missing| ServiceError::MissingContent(attempt, missing))?;
        // Only the questions name their images, so these are a second query.
        let image_digests = loaded_paper.image_digests();
        if !image_digests.is_empty() {
            let images = self.services.store.content(&image_digests)?;
            let is_whole = |(digest, text): &(Digest, String)| Digest::of(text) == *digest;
            loaded_paper.images =
                images.into_iter().filter(is_whole).map(|(digest, text)| (digest, text.into())).collect();
        }
        Ok(loaded_paper)
    }

    /// Loads an attempt from its facts, whether it is finished or not.
    ///
    /// # Errors
    /// The errors of [`Attempts::load_paper`].
    pub fn load(&self, attempt: AttemptId) -> Result<ActiveAttempt, ServiceError> {
        let (rows, loaded_paper) = self.load_paper(attempt)?;
        let facts = applicable_facts(&rows);
        let session = Session::from_facts(Arc::new(loaded_paper), facts.iter().map(|(_, fact)| fact));
        let row = AttemptRow::fold(attempt, &rows);
        let (Some(row), Some(last_fact), Some((_, Fact::Started(started)))) = (row, rows.last(), facts.first()) else {
            return Err(ServiceError::UnknownAttempt(attempt));
        };
        let now = self.services.now();
        // Time also runs while the program is closed, by the wall clock.
        let recorded_elapsed = facts.iter().rev().find_map(|(_, fact)| elapsed_at(fact)).unwrap_or_default();
        let base_elapsed = recorded_elapsed.saturating_add(now.wall.since(last_fact.stored_at));
        let timer = AttemptTimer { base_elapsed, started: now };
        let (trainee, invigilated) = (started.trainee, started.invigilated.is_some());
        Ok(ActiveAttempt { trainee, session, row, invigilated, timer })
    }

    /// Returns how much of an attempt's result may be shown. An exam's current review policy decides; a practice shows
    /// everything, and a mock exam its objectives. Objectives may also be shown if the exam is no longer in use.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn disclosure_level(&self, row: &AttemptRow) -> Result<DisclosureLevel, ServiceError> {
        let levels = self.disclosure_levels(std::slice::from_ref(row))?;
        Ok(levels.into_iter().next().unwrap_or(DisclosureLevel::PassFail))
    }

    /// Returns the disclosure level of each of several attempts, in their order, with at most one query.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn disclosure_levels(&self, rows: &[AttemptRow]) -> Result<Vec<DisclosureLevel>, ServiceError> {
        // The exams of one person are enough if all rows are theirs. Otherwise one query reads those of all people.
        let trainee = rows.first().map(|row| row.trainee).filter(|first| rows.iter().all(|row| row.trainee == *first));
        let mut exam_rows: HashMap<TraineeId, Vec<AttemptRow>> = HashMap::new();
        if rows.iter().any(|row| row.mode == Mode::Exam) {
            for row in self.list(&AttemptQuery { trainee, mode: Some(Mode::Exam), ..AttemptQuery::default() })? {
                exam_rows.entry(row.trainee).or_default().push(row);
            }
        }
        let exams_of = |trainee: TraineeId| exam_rows.get(&trainee).map_or(&[][..], Vec::as_slice);
        Ok(rows.iter().map(|row| self.disclosure_level_among(row, exams_of(row.trainee))).collect())
    }

    /// Returns the disclosure level of an attempt. `exam_rows` are the person's exam attempts, for any exam.
    fn disclosure_level_among(&self, row: &AttemptRow, exam_rows: &[AttemptRow]) -> DisclosureLevel {
        let exam = row.exam.as_ref().and_then(|id| self.services.catalog().exam(id).ok());
        match (row.mode, exam) {
            (Mode::Practice, _) => DisclosureLevel::Everything,
            (Mode::Exam, None) | (Mode::Mock, _) => DisclosureLevel::Objectives,
            (Mode::Exam, Some(exam)) if exam.value.review == ReviewPolicy::None => DisclosureLevel::PassFail,
            (Mode::Exam, Some(exam)) => {
                let (authority, now) = (self.services.authority(), self.services.now().wall);
                let eligibility = self.eligibility_among(&exam.value, exam_rows);
                let level = disclosure::level(row.mode, exam.value.review, eligibility);
                // A paper in progress may contain the same questions, so nothing beyond objectives is shown.
                let is_open = |other: &AttemptRow| {
                    other.finished_at.is_none() && !other.is_time_over(now) && !other.is_void(authority)
                };
                if exam_rows.iter().any(is_open) { level.min(DisclosureLevel::Objectives) } else { level }
            }
        }
    }

    /// Draws and marks an attempt again from its facts alone.
    ///
    /// # Errors
    /// The errors of [`Attempts::load_paper`], and [`ServiceError::MissingContent`] if the pools are incomplete.
    pub fn replay(&self, attempt: AttemptId) -> Result<ReplayedAttempt, ServiceError> {
        let (rows, loaded_paper) = self.load_paper(attempt)?;
        let loaded_paper = Arc::new(loaded_paper);
        let facts: Vec<_> = applicable_facts(&rows).into_iter().map(|(_, fact)| fact).collect();
        let content = |digest| self.services.content(digest);
        let replayed = replay::replay(&loaded_paper, &facts, content)
            .map_err(|missing| ServiceError::MissingContent(attempt, missing))?;
        Ok((rows, loaded_paper, replayed))
    }
}

impl<S: DerefMut<Target = Services>> Attempts<S> {
    /// Ends this person's attempts whose time ran out while the program was closed. An attempt that cannot be read is
    /// skipped, so that it does not keep the person from practice and other exams. Does nothing if the issuer's keys
    /// cannot be read.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn end_timed_out(&mut self, trainee: TraineeId) -> Result<TimedOutAttempts, ServiceError> {
        let now = self.services.now().wall;
        let mut timed_out = TimedOutAttempts::default();
        if self.services.authority().ensure_known().is_err() {
            // Without the issuer's keys it is unknown which attempts are void. A void attempt must not be ended.
            return Ok(timed_out);
        }
        for row in self.unended_attempts(trainee)?.into_iter().filter(|row| row.is_time_over(now)) {
            match self.end_left_open(row.id, AttemptAction::TimeOut { draft: None })? {
                LeftOpen::Ended => timed_out.ended_count += 1,
                LeftOpen::Unchanged => {}
                LeftOpen::Unreadable(error) => timed_out.unreadable.push(error),
            }
        }
        Ok(timed_out)
    }

    /// Ends an attempt that was left open, with the action that ends it.
    ///
    /// # Errors
    /// Errors of the store. Damage of the attempt is a result, so that it does not stop the caller.
    pub(super) fn end_left_open(
        &mut self,
        attempt: AttemptId,
        action: AttemptAction,
    ) -> Result<LeftOpen, ServiceError> {
        let ended = self.load(attempt).and_then(|mut active_attempt| self.record_action(&mut active_attempt, action));
        match ended {
            Ok(()) => Ok(LeftOpen::Ended),
            // Another process may have ended it first. If the clock was set back, it may have time left again.
            Err(
                ServiceError::ActionRefused(ActionRefusal::Ended | ActionRefusal::TimeRemaining)
                | ServiceError::Store(StoreError::Conflict(Conflict::ChainContinued)),
            ) => Ok(LeftOpen::Unchanged),
            Err(error) if is_damage_of_attempt(&error) => Ok(LeftOpen::Unreadable(error)),
            Err(error) => Err(error),
        }
    }

    /// Records what the trainee did. The fact is on disk when this returns.
    ///
    /// # Errors
    /// [`ServiceError::ActionRefused`] if the attempt does not allow the action, or an error of the store. In both
    /// cases nothing has changed.
    pub fn record_action(
        &mut self,
        active_attempt: &mut ActiveAttempt,
        action: AttemptAction,
    ) -> Result<(), ServiceError> {
        let now = self.services.now();
        self.record_action_at(active_attempt, action, now)
    }

    /// Records what the trainee did at `done_at`, a moment of this run. After retries because of a busy store, that
    /// moment is in the past. An action counts as done at its first try, even if the deadline has passed since then.
    ///
    /// # Errors
    /// The errors of [`Attempts::record_action`].
    pub fn record_action_at(
        &mut self,
        active_attempt: &mut ActiveAttempt,
        action: AttemptAction,
        done_at: Now,
    ) -> Result<(), ServiceError> {
        let piped = self.services.setting.input == InputSource::Piped;
        let study_day = done_at.wall.study_day(self.services.zone());
        let moment = ActionMoment { elapsed: active_attempt.elapsed(done_at), piped, study_day };
        let facts = active_attempt.session.decide_all(action, moment).map_err(ServiceError::ActionRefused)?;
        self.append_facts(active_attempt, &facts)?;
        facts.iter().for_each(|fact| active_attempt.session.apply(fact));
        // Elapsed time that was stored never goes back, even if the clock does.
        active_attempt.timer = AttemptTimer { base_elapsed: moment.elapsed, started: done_at };
        Ok(())
    }

    /// Stores the next facts of an attempt, then applies them to the row in memory.
    pub(super) fn append_facts(
        &mut self,
        active_attempt: &mut ActiveAttempt,
        facts: &[Fact],
    ) -> Result<(), ServiceError> {
        let row = &active_attempt.row;
        let stored_facts = self.services.link_facts(row.id.into(), row.head, facts);
        let expectations = vec![Expectation::NotErased(row.trainee)];
        let batch = Batch { expectations, facts: stored_facts, ..Batch::default() };
        self.services.store.append(&batch)?;
        batch.facts.iter().zip(facts).for_each(|(stored_fact, fact)| active_attempt.row.apply(stored_fact, fact));
        Ok(())
    }
}

/// What became of an attempt that was left open.
pub(super) enum LeftOpen {
    Ended,
    /// Another program has ended it, or it has time left again.
    Unchanged,
    /// It is damaged.
    Unreadable(ServiceError),
}

/// Returns whether an error concerns this attempt only, so that the person's other attempts can continue.
fn is_damage_of_attempt(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::BrokenChain(_)
            | ServiceError::MissingContent(..)
            | ServiceError::Erased
            | ServiceError::Store(StoreError::Damaged(_))
    )
}
