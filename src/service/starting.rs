//! Beginning an attempt: a practice, an exam, one that is watched, a mock of one.

use crate::attempt::paper::DrawVersion;
use crate::bank::rules;
use crate::exam::draw::{EarlierPaper, Infeasible};
use crate::service::*;

/// What is to be done where the clock stands before something that was stored here already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockStepPolicy {
    /// An invigilated exam does not begin.
    Refused,
    /// It begins: the invigilator has compared the clock.
    Granted,
}

/// What an invigilator signs beside the identity, where the clock was set back.
const CLOCK_GRANTED: &str = "; the clock was set back, and compared by the invigilator";

impl Service {
    /// Begins a practice of `count` questions from some banks.
    ///
    /// # Errors
    /// [`Error::ExamOpen`], [`Error::NothingToPractice`], or what the store says.
    pub fn begin_practice(
        &mut self,
        trainee: TraineeId,
        banks: &[CatalogEntry<LazyBank>],
        count: usize,
        seed: Seed,
        piped: bool,
    ) -> Result<ActiveAttempt, ServiceError> {
        self.no_exam_open(trainee)?;
        let banks: Vec<_> = banks.iter().filter(|bank| bank.value.summary().practice).collect();
        let drawn = draw::practice(&banks, count, seed);
        if drawn.paper.questions.is_empty() {
            return Err(ServiceError::NothingToPractice);
        }
        self.begin(trainee, Mode::Practice, None, drawn, piped, None)
    }

    /// Begins an exam. The paper is stored whole before anything of it is shown.
    ///
    /// # Errors
    /// [`Error::ExamOpen`], [`Error::NotNow`], [`Error::Infeasible`], or what the store says.
    pub fn begin_exam(&mut self, trainee: TraineeId, exam: &Exam, piped: bool) -> Result<ActiveAttempt, ServiceError> {
        let drawn = self.draw_exam(trainee, exam)?;
        let limit = self.limit(trainee, exam)?;
        self.begin(trainee, Mode::Exam, limit, drawn, piped, None)
    }

    /// Begins an exam that is watched: an invigilator has checked who sits it, and signs that with the issuer's key. Where the
    /// clock was set back and the invigilator grants the start all the same, that is signed with it.
    ///
    /// # Errors
    /// [`Error::ClockBack`] where the clock stands before something that was stored here already, and those of
    /// [`Desk::begin_exam`].
    pub fn begin_invigilated(
        &mut self,
        trainee: TraineeId,
        exam: &Exam,
        identity: &str,
        key: &SigningKeyPair,
        clock: ClockStepPolicy,
    ) -> Result<ActiveAttempt, ServiceError> {
        let mut identity = identity.to_owned();
        let newest = self.store.attempts(&AttemptQuery { limit: Some(1), ..AttemptQuery::default() })?.pop();
        let last = newest.map(|row| row.finished.unwrap_or(row.started).max(row.started));
        if let Some(last) = last.filter(|last| *last > self.clock.now().wall) {
            match clock {
                ClockStepPolicy::Refused => return Err(ServiceError::ClockBack(last)),
                ClockStepPolicy::Granted => identity += CLOCK_GRANTED,
            }
        }
        let drawn = self.draw_exam(trainee, exam)?;
        let limit = self.limit(trainee, exam)?;
        self.begin(trainee, Mode::Exam, limit, drawn, false, Some((&identity, key)))
    }

    /// Refuses to begin anything beside an exam that is open.
    fn no_exam_open(&mut self, trainee: TraineeId) -> Result<(), ServiceError> {
        self.open_attempt(trainee, Mode::Exam)?.map_or(Ok(()), |open| Err(ServiceError::ExamOpen(open.id)))
    }

    /// Draws the paper of an exam that counts.
    fn draw_exam(&mut self, trainee: TraineeId, exam: &Exam) -> Result<DrawnPaper, ServiceError> {
        self.no_exam_open(trainee)?;
        match self.may_start(trainee, exam)? {
            Eligibility::Now { .. } => {}
            other => return Err(ServiceError::NotNow(other)),
        }
        self.hold_to_rules(exam)?;
        let earlier = self.earlier_papers(trainee, &exam.id)?;
        let seed = self.seed();
        draw::exam(&self.catalog, exam, &earlier, seed, DrawVersion::NEWEST).map_err(ServiceError::Infeasible)
    }

    /// Begins a mock of an exam: the same blueprint and rules, as often as one likes; it never counts.
    ///
    /// # Errors
    /// [`Error::ExamOpen`], [`Error::Infeasible`], or what the store says.
    pub fn begin_mock(&mut self, trainee: TraineeId, exam: &Exam, piped: bool) -> Result<ActiveAttempt, ServiceError> {
        self.no_exam_open(trainee)?;
        self.hold_to_rules(exam)?;
        let seed = self.seed();
        let drawn =
            draw::exam(&self.catalog, exam, &[], seed, DrawVersion::NEWEST).map_err(ServiceError::Infeasible)?;
        let limit = self.limit(trainee, exam)?;
        self.begin(trainee, Mode::Mock, limit, drawn, piped, None)
    }

    /// Returns how long this person may take for an exam; nothing where there is no limit.
    ///
    /// # Errors
    /// What the store says.
    pub fn limit(&self, trainee: TraineeId, exam: &Exam) -> Result<Option<Millis>, ServiceError> {
        let factor = self.person(trainee)?.and_then(|row| row.person.time_factor);
        Ok(factor.map_or(Some(exam.time_limit()), |factor| factor.scale(exam.time_limit())))
    }

    /// Refuses an exam that draws from a bank with errors. Shipped banks are held to the rules by a test.
    fn hold_to_rules(&self, exam: &Exam) -> Result<(), ServiceError> {
        let (today, syllabus) = (self.clock.now().wall.day(), self.catalog.syllabus());
        let breaks = |bank: &CatalogEntry<LazyBank>| {
            bank.origin != BankOrigin::BuiltIn && !rules::is_exam_ready(&bank.value, today, syllabus.as_deref())
        };
        let broken = exam.sections.iter().position(|section| self.catalog.bank(&section.bank).is_ok_and(breaks));
        broken.map_or(Ok(()), |at| {
            let bank = exam.sections[at].bank.clone();
            Err(ServiceError::Infeasible(Infeasible::BankUnavailable {
                section: at + 1,
                bank,
                cause: CatalogMiss::Broken,
            }))
        })
    }

    /// Returns the questions of this person's earlier papers of an exam, the oldest first.
    fn earlier_papers(&self, trainee: TraineeId, exam: &ExamId) -> Result<Vec<EarlierPaper>, ServiceError> {
        let mut rows = self.exam_attempts(trainee, exam)?;
        rows.reverse();
        let paper = |row: &AttemptRow| {
            let sheet = self.sheet(row.id)?.1;
            let name = |item: &crate::exam::loaded_paper::LoadedQuestion| {
                (sheet.banks[item.bank].id.clone(), item.question.id.clone())
            };
            Ok(sheet.questions.iter().map(name).collect())
        };
        rows.iter().map(paper).collect()
    }
}
