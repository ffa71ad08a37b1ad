//! Begin an attempt: practice, mock, exam or invigilated exam. Each start first checks for an open exam.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::active_attempt::AttemptTimer;
use super::{ActiveAttempt, Attempts, ServiceError, Services};
use crate::attempt::chain::ChainHead;
use crate::attempt::fact::{AttemptStarted, Invigilation};
use crate::attempt::paper::{DrawVersion, Seed};
use crate::attempt::signature::DecisionKind;
use crate::attempt::{Fact, Mode};
use crate::bank::catalog::{BankOrigin, CatalogEntry, CatalogMiss};
use crate::bank::exam::Exam;
use crate::bank::lazy::LazyBank;
use crate::bank::rules;
use crate::clock::Millis;
use crate::credential::SigningKeyPair;
use crate::exam::draw::{self, DrawnPaper, EarlierPaper, Infeasible};
use crate::exam::eligibility::Eligibility;
use crate::exam::{LoadedPaper, Session};
use crate::ids::{AttemptId, ExamId, TraineeId};
use crate::issuing::decision::sign_decision;
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::store::{Batch, Expectation};

/// What to do if the clock is earlier than an attempt that is stored here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockStepPolicy {
    /// An invigilated exam does not begin.
    Refuse,
    /// It begins: the invigilator has compared the clock.
    Allow,
}

/// What an invigilator signs beside the identity, where the clock was set back.
const CLOCK_STEP_NOTE: &str = "; the clock was set back, and compared by the invigilator";

/// The attempts that a start was checked against. They must be unchanged when the attempt is stored.
struct StartCheck {
    /// All exams of the person.
    exam_rows: Vec<AttemptRow>,
}

impl StartCheck {
    fn attempts_at(&self, exam: &ExamId) -> impl Iterator<Item = &AttemptRow> {
        self.exam_rows.iter().filter(move |row| row.exam.as_ref() == Some(exam))
    }

    /// Returns what the store must check; the exam is that of an attempt that counts.
    fn expectations(&self, trainee: TraineeId, exam: Option<&ExamId>) -> Vec<Expectation> {
        // An attempt without an end that `check_start` allowed is void, or its time is over.
        let except = self.exam_rows.iter().filter(|row| row.finished_at.is_none()).map(|row| row.id).collect();
        let mut expectations = vec![Expectation::NotErased(trainee), Expectation::NoOpenExam { trainee, except }];
        expectations.extend(exam.map(|exam| {
            let count = self.attempts_at(exam).count();
            Expectation::ExamAttempts { trainee, exam: exam.clone(), count }
        }));
        expectations
    }
}

impl<S: DerefMut<Target = Services>> Attempts<S> {
    /// Begins a practice of `count` questions from some banks.
    ///
    /// # Errors
    /// [`ServiceError::ExamOpen`], [`ServiceError::NothingToPractice`], or what the store says.
    pub fn begin_practice(
        &mut self,
        trainee: TraineeId,
        banks: &[CatalogEntry<LazyBank>],
        count: usize,
        seed: Seed,
    ) -> Result<ActiveAttempt, ServiceError> {
        let start = self.check_start(trainee)?;
        let banks: Vec<_> = banks.iter().filter(|bank| bank.value.summary().allows_practice).collect();
        let drawn = draw::practice(&banks, count, seed);
        if drawn.paper.questions.is_empty() {
            return Err(ServiceError::NothingToPractice);
        }
        self.begin_attempt(trainee, Mode::Practice, None, drawn, &start, None)
    }

    /// Begins an exam. The paper is stored whole before anything of it is shown.
    ///
    /// # Errors
    /// [`ServiceError::ExamOpen`], [`ServiceError::Ineligible`], [`ServiceError::Infeasible`], or what the store says.
    pub fn begin_exam(&mut self, trainee: TraineeId, exam: &Exam) -> Result<ActiveAttempt, ServiceError> {
        let (drawn, start) = self.draw_exam_paper(trainee, exam)?;
        let limit = self.time_limit(trainee, exam)?;
        self.begin_attempt(trainee, Mode::Exam, limit, drawn, &start, None)
    }

    /// Begins an invigilated exam. The invigilator has checked the trainee's identity, and signs that with the issuer's
    /// key. If the clock was set back and the invigilator allows the start, the signature covers that too.
    ///
    /// # Errors
    /// [`ServiceError::ClockSetBack`] where the clock stands before something that was stored here already, and those
    /// of [`Attempts::begin_exam`].
    pub fn begin_invigilated(
        &mut self,
        trainee: TraineeId,
        exam: &Exam,
        identity: &str,
        key: &SigningKeyPair,
        clock_policy: ClockStepPolicy,
    ) -> Result<ActiveAttempt, ServiceError> {
        let mut identity = identity.to_owned();
        let newest_attempt =
            self.services.store.attempts(&AttemptQuery { max_count: Some(1), ..AttemptQuery::default() })?.pop();
        let last_attempt_at = newest_attempt.map(|row| row.finished_at.unwrap_or(row.started_at).max(row.started_at));
        if let Some(last_attempt_at) =
            last_attempt_at.filter(|last_attempt_at| *last_attempt_at > self.services.now().wall)
        {
            match clock_policy {
                ClockStepPolicy::Refuse => {
                    return Err(ServiceError::ClockSetBack(last_attempt_at, self.services.zone().clone()));
                }
                ClockStepPolicy::Allow => identity += CLOCK_STEP_NOTE,
            }
        }
        let (drawn, start) = self.draw_exam_paper(trainee, exam)?;
        let limit = self.time_limit(trainee, exam)?;
        self.begin_attempt(trainee, Mode::Exam, limit, drawn, &start, Some((&identity, key)))
    }

    /// Refuses a start while an exam is open. All checks before a start use the attempts read here.
    fn check_start(&mut self, trainee: TraineeId) -> Result<StartCheck, ServiceError> {
        self.end_timed_out(trainee)?;
        let query = AttemptQuery { trainee: Some(trainee), mode: Some(Mode::Exam), ..AttemptQuery::default() };
        let exam_rows = self.list(&query)?;
        let (authority, now) = (self.services.authority(), self.services.now().wall);
        let is_open =
            |row: &&AttemptRow| row.finished_at.is_none() && !row.is_void(authority) && !row.is_time_over(now);
        match exam_rows.iter().find(is_open) {
            Some(open_exam) => Err(ServiceError::ExamOpen(open_exam.id)),
            None => Ok(StartCheck { exam_rows }),
        }
    }

    /// Draws the paper of an exam that counts.
    fn draw_exam_paper(&mut self, trainee: TraineeId, exam: &Exam) -> Result<(DrawnPaper, StartCheck), ServiceError> {
        let start = self.check_start(trainee)?;
        self.services.authority().ensure_known().map_err(ServiceError::Rejected)?;
        match self.eligibility_among(exam, &start.exam_rows) {
            Eligibility::Now { .. } => {}
            eligibility => return Err(ServiceError::Ineligible(eligibility, self.services.zone().clone())),
        }
        self.ensure_banks_valid(exam)?;
        let earlier_papers = self.earlier_papers(trainee, &exam.id)?;
        let seed = self.services.random_seed();
        let drawn = draw::exam(self.services.catalog(), exam, &earlier_papers, seed, DrawVersion::NEWEST);
        Ok((drawn.map_err(ServiceError::Infeasible)?, start))
    }

    /// Begins a mock of an exam: the same blueprint and rules, as often as one likes; it never counts.
    ///
    /// # Errors
    /// [`ServiceError::ExamOpen`], [`ServiceError::Infeasible`], or what the store says.
    pub fn begin_mock(&mut self, trainee: TraineeId, exam: &Exam) -> Result<ActiveAttempt, ServiceError> {
        let start = self.check_start(trainee)?;
        self.ensure_banks_valid(exam)?;
        let seed = self.services.random_seed();
        let drawn = draw::exam(self.services.catalog(), exam, &[], seed, DrawVersion::NEWEST)
            .map_err(ServiceError::Infeasible)?;
        let limit = self.time_limit(trainee, exam)?;
        self.begin_attempt(trainee, Mode::Mock, limit, drawn, &start, None)
    }

    fn begin_attempt(
        &mut self,
        trainee: TraineeId,
        mode: Mode,
        limit: Option<Millis>,
        drawn: DrawnPaper,
        start: &StartCheck,
        invigilator: Option<(&str, &SigningKeyPair)>,
    ) -> Result<ActiveAttempt, ServiceError> {
        let now = self.services.now();
        let expectations =
            start.expectations(trainee, drawn.paper.exam.as_ref().map(|exam| &exam.id).filter(|_| mode == Mode::Exam));
        let attempt_id = AttemptId::new(now.wall, self.services.random_bytes());
        let invigilated = invigilator.map(|(identity, key)| {
            let signature = sign_decision(attempt_id.into(), DecisionKind::Identity, identity, key);
            Invigilation { identity: identity.to_owned(), signature }
        });
        let started = AttemptStarted { trainee, mode, limit, paper: drawn.paper, invigilated };
        let loaded_paper = LoadedPaper::load(&started, |digest| drawn.content.get(&digest).cloned())
            .map_err(|missing| ServiceError::MissingContent(attempt_id, missing))?;
        let fact = Fact::Started(started.clone());
        let stored_fact = self.services.link_fact(attempt_id.into(), ChainHead::START, &fact);
        let row = AttemptRow::from_started(attempt_id, &stored_fact, &started);
        let batch = Batch { expectations, facts: vec![stored_fact], content: drawn.content, ..Batch::default() };
        self.services.store.append(&batch)?;
        let timer = AttemptTimer { base_elapsed: Millis(0), started: now };
        let (session, invigilated) = (Session::new(Arc::new(loaded_paper)), started.invigilated.is_some());
        Ok(ActiveAttempt { trainee, session, row, invigilated, timer })
    }
}

impl<S: Deref<Target = Services>> Attempts<S> {
    /// Returns how long this person may take for an exam; none without a limit.
    ///
    /// # Errors
    /// What the store says.
    pub fn time_limit(&self, trainee: TraineeId, exam: &Exam) -> Result<Option<Millis>, ServiceError> {
        let factor =
            self.services.people().by_facts(trainee)?.and_then(|row| row.time_factor(self.services.authority()));
        Ok(factor.map_or(Some(exam.time_limit()), |factor| factor.scale(exam.time_limit())))
    }

    /// Refuses an exam that draws from a bank with errors. Shipped banks are held to the rules by a test.
    fn ensure_banks_valid(&self, exam: &Exam) -> Result<(), ServiceError> {
        let (today, syllabus) = (self.services.now().wall.day(), self.services.catalog().syllabus());
        let is_broken = |bank: &CatalogEntry<LazyBank>| {
            bank.origin != BankOrigin::BuiltIn && !rules::is_exam_ready(&bank.value, today, syllabus.as_deref())
        };
        let first_broken =
            exam.sections.iter().position(|section| self.services.catalog().bank(&section.bank).is_ok_and(is_broken));
        first_broken.map_or(Ok(()), |section_index| {
            let bank = exam.sections[section_index].bank.clone();
            Err(ServiceError::Infeasible(Infeasible::BankUnavailable {
                section: section_index + 1,
                bank,
                cause: CatalogMiss::Broken,
            }))
        })
    }

    /// Returns the questions of this person's earlier papers of an exam, the oldest first.
    fn earlier_papers(&self, trainee: TraineeId, exam: &ExamId) -> Result<Vec<EarlierPaper>, ServiceError> {
        let mut rows = self.exam_attempts(trainee, exam)?;
        rows.reverse();
        let load_earlier_paper = |row: &AttemptRow| {
            let loaded_paper = self.load_paper(row.id)?.1;
            let question_key = |loaded_question: &crate::exam::loaded_paper::LoadedQuestion| {
                (loaded_paper.banks[loaded_question.bank].id.clone(), loaded_question.question.id.clone())
            };
            Ok(loaded_paper.questions.iter().map(question_key).collect())
        };
        rows.iter().map(load_earlier_paper).collect()
    }
}
