//! Starts an attempt: practice, mock, exam or invigilated exam. Each start first checks for an exam in progress.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::active_attempt::AttemptTimer;
use super::{ActiveAttempt, Attempts, ServiceError, Services};
use crate::attempt::chain::ChainHead;
use crate::attempt::fact::{AttemptStarted, Invigilation};
use crate::attempt::paper::DrawVersion;
use crate::attempt::signature::DecisionKind;
use crate::attempt::{Fact, Mode};
use crate::bank::catalog::{BankOrigin, CatalogEntry, CatalogMiss};
use crate::bank::exam::Exam;
use crate::bank::lazy::LazyBank;
use crate::bank::rules;
use crate::clock::{Day, Millis};
use crate::credential::SigningKeyPair;
use crate::exam::draw::{self, DrawnPaper, EarlierPaper, Infeasible};
use crate::exam::eligibility::Eligibility;
use crate::exam::{LoadedPaper, Session};
use crate::ids::{AttemptId, ExamId, TraineeId};
use crate::issuing::decision::sign_decision;
use crate::projections::attempts::{AttemptQuery, AttemptRow};
use crate::store::{Batch, Expectation};

/// What to do if the clock is earlier than the last attempt in this store. It matters only for invigilated exams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockStepPolicy {
    /// The exam does not start.
    Refuse,
    /// The exam starts, because the invigilator has checked the clock.
    Allow,
}

/// Appended to the identity text that the invigilator signs, if the clock was set back.
const CLOCK_STEP_NOTE: &str = "; the clock was set back, and compared by the invigilator";

/// The attempts that a start was checked against. If another program starts an exam in the meantime, the store must
/// refuse this start.
struct StartCheck {
    /// All exam attempts of the person, for any exam.
    exam_rows: Vec<AttemptRow>,
}

impl StartCheck {
    fn attempts_at(&self, exam: &ExamId) -> impl Iterator<Item = &AttemptRow> {
        self.exam_rows.iter().filter(move |row| row.exam.as_ref() == Some(exam))
    }

    /// Returns what the store must check again in the transaction. `exam` is `None` unless the attempt counts.
    fn expectations(&self, trainee: TraineeId, exam: Option<&ExamId>) -> Vec<Expectation> {
        // `check_start` allowed the unfinished attempts among these, because they are void or their time is over.
        let except = self.exam_rows.iter().filter(|row| row.finished_at.is_none()).map(|row| row.id).collect();
        let mut expectations = vec![Expectation::NotErased(trainee), Expectation::NoOpenExam { trainee, except }];
        expectations.extend(exam.map(|exam| {
            let count = self.attempts_at(exam).count();
            Expectation::ExamAttempts { trainee, exam: exam.clone(), count }
        }));
        expectations
    }
}

/// An attempt that is about to start.
pub(super) struct AttemptStart<'a> {
    pub(super) trainee: TraineeId,
    pub(super) mode: Mode,
    pub(super) drawn: DrawnPaper,
    /// The time limit; `None` if there is none.
    pub(super) limit: Option<Millis>,
    /// The study day, if this is that day's session.
    pub(super) session_day: Option<Day>,
    /// How the identity was checked, and the key that signs it.
    pub(super) invigilator: Option<(&'a str, &'a SigningKeyPair)>,
}

impl AttemptStart<'_> {
    /// Returns the start of an attempt without time limit, session day and invigilator.
    pub(super) fn new(trainee: TraineeId, mode: Mode, drawn: DrawnPaper) -> Self {
        Self { trainee, mode, drawn, limit: None, session_day: None, invigilator: None }
    }
}

impl<S: DerefMut<Target = Services>> Attempts<S> {
    /// Starts a practice with a paper that is already chosen.
    ///
    /// # Errors
    /// [`ServiceError::ExamOpen`], or an error of the store.
    pub(super) fn begin_practice_paper(&mut self, start: AttemptStart<'_>) -> Result<ActiveAttempt, ServiceError> {
        let check = self.check_start(start.trainee)?;
        self.begin_attempt(start, &check)
    }

    /// Starts an exam. The whole paper is stored before its first question is shown.
    ///
    /// # Errors
    /// [`ServiceError::ExamOpen`], [`ServiceError::Ineligible`], [`ServiceError::Infeasible`],
    /// [`ServiceError::Rejected`] if the issuer's keys cannot be read, and the errors of [`Attempts::load_paper`] for
    /// earlier papers.
    pub fn begin_exam(&mut self, trainee: TraineeId, exam: &Exam) -> Result<ActiveAttempt, ServiceError> {
        let (drawn, start) = self.draw_exam_paper(trainee, exam)?;
        let limit = self.time_limit(trainee, exam)?;
        self.begin_attempt(AttemptStart { limit, ..AttemptStart::new(trainee, Mode::Exam, drawn) }, &start)
    }

    /// Starts an invigilated exam. The invigilator has checked the trainee's identity, and signs that with the issuer's
    /// `key`. `identity` says how they checked it, such as "passport". If the clock was set back and the invigilator
    /// allows the start, the signature covers that too.
    ///
    /// # Errors
    /// [`ServiceError::ClockSetBack`] if the clock is earlier than the last attempt in this store, and the errors of
    /// [`Attempts::begin_exam`].
    pub fn begin_invigilated(
        &mut self,
        trainee: TraineeId,
        exam: &Exam,
        identity: &str,
        key: &SigningKeyPair,
        clock_policy: ClockStepPolicy,
    ) -> Result<ActiveAttempt, ServiceError> {
        let mut identity = identity.to_owned();
        // Compare with attempts of all people: the clock belongs to the computer.
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
        let invigilator = Some((identity.as_str(), key));
        let attempt_start = AttemptStart { limit, invigilator, ..AttemptStart::new(trainee, Mode::Exam, drawn) };
        self.begin_attempt(attempt_start, &start)
    }

    /// Refuses a start while an exam is in progress. All checks before a start use the attempts read here.
    fn check_start(&mut self, trainee: TraineeId) -> Result<StartCheck, ServiceError> {
        // First end attempts whose time is over: their results count for the eligibility.
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

    /// Checks that the person may start the exam, and draws its paper.
    fn draw_exam_paper(&mut self, trainee: TraineeId, exam: &Exam) -> Result<(DrawnPaper, StartCheck), ServiceError> {
        let start = self.check_start(trainee)?;
        // Without the issuer's keys it is unknown which earlier attempts are void and which were granted.
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

    /// Starts a mock exam. Blueprint, time and marking are those of the exam. A mock never counts, and the number of
    /// mocks has no limit.
    ///
    /// # Errors
    /// [`ServiceError::ExamOpen`], [`ServiceError::Infeasible`], or an error of the store.
    pub fn begin_mock(&mut self, trainee: TraineeId, exam: &Exam) -> Result<ActiveAttempt, ServiceError> {
        let start = self.check_start(trainee)?;
        self.ensure_banks_valid(exam)?;
        let seed = self.services.random_seed();
        let drawn = draw::exam(self.services.catalog(), exam, &[], seed, DrawVersion::NEWEST)
            .map_err(ServiceError::Infeasible)?;
        let limit = self.time_limit(trainee, exam)?;
        self.begin_attempt(AttemptStart { limit, ..AttemptStart::new(trainee, Mode::Mock, drawn) }, &start)
    }

    fn begin_attempt(&mut self, start: AttemptStart<'_>, check: &StartCheck) -> Result<ActiveAttempt, ServiceError> {
        let AttemptStart { trainee, mode, drawn, limit, session_day, invigilator } = start;
        let now = self.services.now();
        let expectations =
            check.expectations(trainee, drawn.paper.exam.as_ref().map(|exam| &exam.id).filter(|_| mode == Mode::Exam));
        let attempt_id = AttemptId::new(now.wall, self.services.random_bytes());
        let invigilated = invigilator.map(|(identity, key)| {
            let signature = sign_decision(attempt_id.into(), DecisionKind::Identity, identity, key);
            Invigilation { identity: identity.to_owned(), signature }
        });
        let started = AttemptStarted { trainee, mode, limit, paper: drawn.paper, session_day, invigilated };
        // Load the paper before it is stored: an attempt without a readable paper must not start.
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
    /// Returns how long this person may take for an exam, by the time factor granted to them. `None` means no limit.
    ///
    /// # Errors
    /// [`ServiceError::BrokenChain`], or an error of the store.
    pub fn time_limit(&self, trainee: TraineeId, exam: &Exam) -> Result<Option<Millis>, ServiceError> {
        let factor =
            self.services.people().by_facts(trainee)?.and_then(|row| row.time_factor(self.services.authority()));
        Ok(factor.map_or(Some(exam.time_limit()), |factor| factor.scale(exam.time_limit())))
    }

    /// Refuses an exam that draws from a bank with errors. Built-in banks are skipped, because a test checks them.
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

    /// Returns the questions of this person's earlier papers for an exam, oldest first. Mock exams do not count. The
    /// draw avoids these questions as far as it can.
    ///
    /// # Errors
    /// The errors of [`Attempts::load_paper`].
    pub fn earlier_papers(&self, trainee: TraineeId, exam: &ExamId) -> Result<Vec<EarlierPaper>, ServiceError> {
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
