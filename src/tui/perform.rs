//! Runs effects with the service. This is the only part of the interface that uses the store.

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
    service: Service,
    trainee: Option<PersonRow>,
    attempt: Option<Box<ActiveAttempt>>,
    has_home: bool,
}

impl ServiceExecutor {
    /// Makes one for somebody who was chosen already, or for nobody yet.
    pub fn new(service: Service, trainee: Option<PersonRow>) -> Self {
        Self { service, trainee, attempt: None, has_home: true }
    }

    /// Makes one for an attempt that was begun or resumed already; the program ends with its result.
    pub fn with_attempt(service: Service, trainee: PersonRow, attempt: Box<ActiveAttempt>) -> Self {
        Self { service, trainee: Some(trainee), attempt: Some(attempt), has_home: false }
    }

    fn trainee(&self) -> Result<&PersonRow, ServiceError> {
        self.trainee.as_ref().ok_or(ServiceError::InvalidName("Nobody has sat down"))
    }

    fn run_command(&mut self, command: Command) -> Result<StackChange, ServiceError> {
        match command {
            Command::ChoosePerson(person) => self.choose_person(person),
            Command::ChooseName(name) => {
                let person = match self.service.find_person(&name)? {
                    Some(existing) => existing,
                    None => self.service.add_person(Person::from_name(name))?,
                };
                self.choose_person(person)
            }
            Command::StartPractice(banks) => self.start_practice(&banks),
            Command::StartExam(exam) => {
                let trainee = self.trainee()?.id;
                let attempt = self.service.begin_exam(trainee, &exam, false)?;
                Ok(StackChange::Replace(self.open_quiz(Box::new(attempt))))
            }
            Command::StartMock(exam) => {
                let trainee = self.trainee()?.id;
                let attempt = self.service.begin_mock(trainee, &exam, false)?;
                Ok(StackChange::Replace(self.open_quiz(Box::new(attempt))))
            }
            Command::Resume(attempt) => self.resume_attempt(attempt),
            Command::Record(action) => self.record_action(action),
            Command::LeaveResult if self.has_home => Ok(StackChange::ReplaceAll(self.home_screen()?)),
            Command::LeaveResult => Ok(StackChange::Quit),
            Command::Verify(rows) => self.verify_certificates(&rows),
            // Only a preview has a file.
            Command::ReloadFile => Ok(StackChange::Reply(Reply::Closed)),
            Command::ShowRefusal(refusal) => Err(ServiceError::ActionRefused(refusal)),
        }
    }

    fn choose_person(&mut self, person: PersonRow) -> Result<StackChange, ServiceError> {
        self.trainee = Some(person);
        Ok(StackChange::ReplaceAll(self.home_screen()?))
    }

    fn start_practice(&mut self, banks: &[BankId]) -> Result<StackChange, ServiceError> {
        let is_chosen = |bank: &BankId| banks.is_empty() || banks.contains(bank);
        let banks: Vec<_> =
            self.service.catalog.banks().filter(|bank| is_chosen(&bank.value.summary().id)).cloned().collect();
        let seed = self.service.random_seed();
        let trainee = self.trainee()?.id;
        let attempt = self.service.begin_practice(trainee, &banks, PRACTICE_QUESTIONS, seed, false)?;
        Ok(StackChange::Replace(self.open_quiz(Box::new(attempt))))
    }

    fn resume_attempt(&mut self, attempt: AttemptId) -> Result<StackChange, ServiceError> {
        let attempt = self.service.load_attempt(attempt, false)?;
        if attempt.invigilated && attempt.session.finished().is_none() {
            let message = "This exam is invigilated. Go on with `needlewise exam --resume`, and the invigilator.";
            return Err(ServiceError::Rejected(message.to_owned()));
        }
        Ok(StackChange::Push(self.open_quiz(Box::new(attempt))))
    }

    /// Opens an attempt, which is the one in progress from then on.
    fn open_quiz(&mut self, attempt: Box<ActiveAttempt>) -> Box<dyn Screen> {
        let now = self.now();
        let clock = attempt.time_left(now).map(|remaining| Countdown { read_at: now, remaining });
        let screen = QuizScreen::new(attempt.session.clone(), clock);
        self.attempt = Some(attempt);
        Box::new(screen)
    }

    fn record_action(&mut self, action: AttemptAction) -> Result<StackChange, ServiceError> {
        let Some(attempt) = self.attempt.as_mut() else { return Ok(StackChange::Pop(Reply::Closed)) };
        match self.service.record_action(attempt, action) {
            Ok(()) => Ok(StackChange::Reply(Reply::Recorded(Box::new(attempt.session.clone())))),
            Err(ServiceError::ActionRefused(ActionRefusal::TimeUp)) => {
                self.service.record_action(attempt, AttemptAction::TimeOut)?;
                Ok(StackChange::Reply(Reply::TimeUp))
            }
            // The tick may come a moment before the time is over.
            Err(ServiceError::ActionRefused(ActionRefusal::TimeRemaining)) => Ok(StackChange::Reply(Reply::Closed)),
            Err(error) => Err(error),
        }
    }

    fn verify_certificates(&self, rows: &[CertificateRow]) -> Result<StackChange, ServiceError> {
        self.service.verify_signatures(&rows.iter().collect::<Vec<_>>(), &|| {})?;
        Ok(StackChange::Reply(Reply::Verified(rows.iter().map(|row| row.id).collect())))
    }
}

impl Execute for ServiceExecutor {
    fn now(&self) -> Now {
        self.service.clock.now()
    }

    fn execute(&mut self, effect: Effect) -> Result<StackChange, ServiceError> {
        match effect {
            Effect::Open(route) => self.open_route(route),
            Effect::Close => Ok(StackChange::Pop(Reply::Closed)),
            Effect::CloseToQuestion(question_index) => Ok(StackChange::Pop(Reply::ClosedToQuestion(question_index))),
            Effect::Do(command) => self.run_command(command),
            Effect::Quit => Ok(StackChange::Quit),
        }
    }
}
