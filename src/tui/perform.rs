//! Carries out effects with the store at hand: the only part of the interface that reaches it.

use super::effect::{Command, Effect, Reply};
use super::execute::{Execute, StackChange};
use super::screen::Screen;
use super::screens::quiz::QuizScreen;
use crate::attempt::fact::Person;
use crate::clock::{Countdown, Now};
use crate::exam::session::{ActionRefusal, AttemptAction};
use crate::ids::{AttemptId, BankId};
use crate::projections::certificates::CertificateRow;
use crate::projections::people::PersonRow;
use crate::service::{ActiveAttempt, Service, ServiceError};

mod routes;

/// How many questions a practice has.
const PRACTICE_QUESTIONS: usize = 10;

/// Carries out effects for one trainee after the other.
pub struct ServiceExecutor {
    desk: Service,
    trainee: Option<PersonRow>,
    attempt: Option<Box<ActiveAttempt>>,
    has_home: bool,
}

impl ServiceExecutor {
    /// Makes one for somebody who was chosen already, or for nobody yet.
    pub fn new(desk: Service, trainee: Option<PersonRow>) -> Self {
        Self { desk, trainee, attempt: None, has_home: true }
    }

    /// Makes one for an attempt that was begun or resumed already; the program ends with its result.
    pub fn at_attempt(desk: Service, trainee: PersonRow, attempt: Box<ActiveAttempt>) -> Self {
        Self { desk, trainee: Some(trainee), attempt: Some(attempt), has_home: false }
    }

    fn trainee(&self) -> Result<&PersonRow, ServiceError> {
        self.trainee.as_ref().ok_or(ServiceError::InvalidName("Nobody has sat down"))
    }

    fn command(&mut self, command: Command) -> Result<StackChange, ServiceError> {
        match command {
            Command::ChoosePerson(person) => self.choose(person),
            Command::ChooseName(name) => {
                let person = match self.desk.find_person(&name)? {
                    Some(known) => known,
                    None => self.desk.add_person(Person::from_name(name))?,
                };
                self.choose(person)
            }
            Command::Practice(banks) => self.practice(&banks),
            Command::Exam(exam) => {
                let trainee = self.trainee()?.id;
                let attempt = self.desk.begin_exam(trainee, &exam, false)?;
                Ok(StackChange::Replace(self.quiz(Box::new(attempt))))
            }
            Command::Mock(exam) => {
                let trainee = self.trainee()?.id;
                let attempt = self.desk.begin_mock(trainee, &exam, false)?;
                Ok(StackChange::Replace(self.quiz(Box::new(attempt))))
            }
            Command::Resume(attempt) => self.resume(attempt),
            Command::Record(action) => self.record(action),
            Command::LeaveResult if self.has_home => Ok(StackChange::Root(self.home()?)),
            Command::LeaveResult => Ok(StackChange::Quit),
            Command::Verify(rows) => self.verify(&rows),
            // Only a preview has a file.
            Command::ReadFile => Ok(StackChange::Tell(Reply::Closed)),
            Command::Refuse(refusal) => Err(ServiceError::ActionRefused(refusal)),
        }
    }

    fn choose(&mut self, person: PersonRow) -> Result<StackChange, ServiceError> {
        self.trainee = Some(person);
        Ok(StackChange::Root(self.home()?))
    }

    fn practice(&mut self, banks: &[BankId]) -> Result<StackChange, ServiceError> {
        let chosen = |bank: &BankId| banks.is_empty() || banks.contains(bank);
        let banks: Vec<_> =
            self.desk.catalog.banks().filter(|bank| chosen(&bank.value.summary().id)).cloned().collect();
        let seed = self.desk.random_seed();
        let trainee = self.trainee()?.id;
        let attempt = self.desk.begin_practice(trainee, &banks, PRACTICE_QUESTIONS, seed, false)?;
        Ok(StackChange::Replace(self.quiz(Box::new(attempt))))
    }

    fn resume(&mut self, attempt: AttemptId) -> Result<StackChange, ServiceError> {
        let attempt = self.desk.load_attempt(attempt, false)?;
        if attempt.invigilated && attempt.session.finished().is_none() {
            let how = "This exam is invigilated. Go on with `needlewise exam --resume`, and the invigilator.";
            return Err(ServiceError::Rejected(how.to_owned()));
        }
        Ok(StackChange::Push(self.quiz(Box::new(attempt))))
    }

    /// Opens an attempt, which is the one in progress from then on.
    fn quiz(&mut self, attempt: Box<ActiveAttempt>) -> Box<dyn Screen> {
        let read = self.now();
        let clock = attempt.time_left(read).map(|left| Countdown { read_at: read, remaining: left });
        let screen = QuizScreen::new(attempt.session.clone(), clock);
        self.attempt = Some(attempt);
        Box::new(screen)
    }

    fn record(&mut self, action: AttemptAction) -> Result<StackChange, ServiceError> {
        let Some(attempt) = self.attempt.as_mut() else { return Ok(StackChange::Pop(Reply::Closed)) };
        match self.desk.record_action(attempt, action) {
            Ok(()) => Ok(StackChange::Tell(Reply::Recorded(Box::new(attempt.session.clone())))),
            Err(ServiceError::ActionRefused(ActionRefusal::TimeUp)) => {
                self.desk.record_action(attempt, AttemptAction::TimeOut)?;
                Ok(StackChange::Tell(Reply::TimeUp))
            }
            // The tick may come a moment before the time is over.
            Err(ServiceError::ActionRefused(ActionRefusal::TimeRemaining)) => Ok(StackChange::Tell(Reply::Closed)),
            Err(error) => Err(error),
        }
    }

    fn verify(&self, rows: &[CertificateRow]) -> Result<StackChange, ServiceError> {
        self.desk.verify_signatures(&rows.iter().collect::<Vec<_>>(), &|| {})?;
        Ok(StackChange::Tell(Reply::Verified(rows.iter().map(|row| row.id).collect())))
    }
}

impl Execute for ServiceExecutor {
    fn now(&self) -> Now {
        self.desk.clock.now()
    }

    fn execute(&mut self, effect: Effect) -> Result<StackChange, ServiceError> {
        match effect {
            Effect::Open(route) => self.open(route),
            Effect::Close => Ok(StackChange::Pop(Reply::Closed)),
            Effect::CloseAt(item) => Ok(StackChange::Pop(Reply::ClosedAt(item))),
            Effect::Do(command) => self.command(command),
            Effect::Quit => Ok(StackChange::Quit),
        }
    }
}
