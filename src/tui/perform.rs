//! Runs the commands of screens with the services. Screens reach the store only through this and [`open_screen`].

use super::command::{Command, LinkDecision, NotebookCommand, PictureRequest, RecordsCommand, Reply};
use super::execute::{CommandOutcome, Execute};
use super::jobs::Jobs;
use super::screens::{Effect, Route, Screen, open_screen};
use super::workspace::Workspace;
use crate::attempt::Mode;
use crate::attempt::person::PersonAdded;
use crate::clock::{Now, Zone};
use crate::exam::session::{ActionRefusal, AttemptAction, DraftAnswer};
use crate::ids::{AttemptId, InBank, QuestionId};
use crate::projections::certificates::CertificateRow;
use crate::projections::links::LinkProposal;
use crate::projections::people::PersonRow;
use crate::service::certificate_files::{StoredCertificate, export_all_formats};
use crate::service::{ActiveAttempt, ServiceError, Services};
use crate::store::StoreError;
use crate::study::practice::PracticeChoice;
use crate::text;
use crate::view;
use crate::view::notebook::QuestionNotebook;

/// Runs commands with the services, for one trainee at a time.
pub struct ServiceExecutor {
    workspace: Workspace,
    has_home: bool,
}

impl ServiceExecutor {
    /// Returns the executor of an interface that starts at home, or at the welcome screen if no trainee is given.
    pub fn new(service: Services, trainee: Option<PersonRow>) -> Self {
        Self { workspace: Workspace::new(service, trainee, None), has_home: true }
    }

    /// Returns the executor of an interface that starts at an attempt, already begun or resumed. Leaving its result
    /// ends the program.
    pub fn with_attempt(service: Services, trainee: PersonRow, attempt: Box<ActiveAttempt>) -> Self {
        Self { workspace: Workspace::new(service, Some(trainee), Some(attempt)), has_home: false }
    }

    /// Returns the executor of an interface for a trainee who is about to take one exam. Leaving its result ends the
    /// program.
    pub fn for_exam(service: Services, trainee: PersonRow) -> Self {
        Self { workspace: Workspace::new(service, Some(trainee), None), has_home: false }
    }

    fn choose_person(&mut self, person: PersonRow) -> CommandOutcome {
        self.workspace.trainee = Some(person);
        CommandOutcome::Next(Effect::Open(Route::Home))
    }

    fn find_or_add_person(&mut self, name: String) -> Result<PersonRow, ServiceError> {
        match self.workspace.service.people().find(&name)? {
            Some(existing) => Ok(existing),
            None => self.workspace.service.people_mut().add(PersonAdded::from_name(name)),
        }
    }

    fn start_checkpoint(&mut self, jobs: &mut Jobs) -> CommandOutcome {
        self.workspace.start_checkpoint(jobs);
        CommandOutcome::Nothing
    }

    fn start_practice(&mut self, choice: &PracticeChoice, count: usize) -> Result<CommandOutcome, ServiceError> {
        if !self.has_home {
            let reason = "This window is for the exam. Open `needlewise` to practice.";
            return Err(ServiceError::Rejected(reason.to_owned()));
        }
        let seed = self.workspace.service.random_seed();
        let trainee = self.workspace.trainee()?.clone();
        let attempt = self.workspace.service.study_mut().begin_practice(&trainee, choice, count, seed)?;
        Ok(self.open_quiz(attempt))
    }

    /// Shows a new attempt above the screen that asked for it.
    fn open_quiz(&mut self, attempt: ActiveAttempt) -> CommandOutcome {
        self.workspace.attempt = Some(Box::new(attempt));
        CommandOutcome::Next(Effect::Open(Route::Quiz))
    }

    fn end_practice(&mut self, attempt_id: AttemptId) -> Result<CommandOutcome, ServiceError> {
        let mut attempt = self.workspace.service.attempts().load(attempt_id)?;
        self.workspace.service.attempts_mut().record_action(&mut attempt, AttemptAction::Submit)?;
        Ok(CommandOutcome::Next(Effect::Open(Route::Home)))
    }

    /// Makes a new attempt the active one, and shows it instead of the screen on top.
    fn replace_with_quiz(&mut self, attempt: ActiveAttempt) -> CommandOutcome {
        self.workspace.attempt = Some(Box::new(attempt));
        CommandOutcome::Next(Effect::Replace(Route::Quiz))
    }

    fn resume_attempt(&mut self, attempt: AttemptId) -> Result<CommandOutcome, ServiceError> {
        let attempt = self.workspace.service.attempts().load(attempt)?;
        // Another window can have ended it since the list was loaded.
        if attempt.session.finished().is_some() {
            self.workspace.attempt = Some(Box::new(attempt));
            return Ok(CommandOutcome::Next(Effect::Open(Route::Result)));
        }
        if attempt.row.mode == Mode::Practice {
            self.ensure_no_open_exam()?;
        }
        // A pass needs the signature of the invigilator's key right after the exam. Only the command asks for that key.
        if attempt.invigilated {
            let option = self.workspace.service.people().trainee_option(self.workspace.trainee()?)?;
            return Err(ServiceError::Rejected(format!(
                "This exam is invigilated. Resume it with the invigilator: `needlewise exam --resume{option}`."
            )));
        }
        self.workspace.attempt = Some(Box::new(attempt));
        Ok(CommandOutcome::Next(Effect::Open(Route::Quiz)))
    }

    /// Refuses what shows keys while an exam is in progress, because that exam may ask the same questions.
    fn ensure_no_open_exam(&self) -> Result<(), ServiceError> {
        self.workspace.service.attempts().ensure_no_open_exam(self.workspace.trainee()?.id)
    }

    fn open_result(&mut self, attempt: AttemptId) -> Result<CommandOutcome, ServiceError> {
        self.ensure_no_open_exam()?;
        self.workspace.attempt = Some(Box::new(self.workspace.service.attempts().load(attempt)?));
        Ok(CommandOutcome::Next(Effect::Open(Route::Result)))
    }

    fn run_notebook(&mut self, command: NotebookCommand) -> Result<CommandOutcome, ServiceError> {
        let trainee = self.workspace.trainee()?.id;
        let mut notebook = self.workspace.service.notebook_mut();
        let question = match command {
            NotebookCommand::LeaveReading(left, next) => {
                notebook.leave_reading(trainee, left)?;
                let next = next.map_or(Effect::Close, |id| Effect::Replace(Route::Reading(id)));
                return Ok(CommandOutcome::Next(next));
            }
            NotebookCommand::WriteNote(question, text) => {
                notebook.write_note(trainee, question.clone(), &text)?;
                question
            }
            NotebookCommand::ToggleBookmark(question) => {
                notebook.toggle_bookmark(trainee, question.clone())?;
                question
            }
            NotebookCommand::ReportProblem(question, revision, text) => {
                notebook.report_problem(trainee, question.clone(), revision, &text)?;
                question
            }
        };
        self.notebook_reply(question)
    }

    /// Returns what the trainee keeps beside a question now.
    fn notebook_reply(&self, question: InBank<QuestionId>) -> Result<CommandOutcome, ServiceError> {
        let notebook = view::notebook::load(&self.workspace.service, self.workspace.trainee()?.id)?;
        let found = notebook.into_iter().find(|notes| notes.question == question);
        let notes = found.unwrap_or_else(|| QuestionNotebook::empty(question));
        Ok(CommandOutcome::Reply(Reply::NotebookChanged(Box::new(notes))))
    }

    /// Stores an action in the attempt of the screen that asks for it. From a reading, another practice can have
    /// started above that screen, so it need not be the active attempt.
    fn record_action(
        &mut self,
        attempt_id: Option<AttemptId>,
        action: AttemptAction,
        done_at: Now,
    ) -> Result<CommandOutcome, ServiceError> {
        let Some(attempt_id) = attempt_id else { return Ok(CommandOutcome::Nothing) };
        let active = self.workspace.attempt.take().filter(|attempt| attempt.row.id == attempt_id);
        let attempt = match active {
            Some(attempt) => attempt,
            None => Box::new(self.workspace.service.attempts().load(attempt_id)?),
        };
        let attempt = self.workspace.attempt.insert(attempt);
        // An answer that comes a moment too late was on screen at the deadline, so it counts like a draft.
        let draft = match &action {
            AttemptAction::Answer { question_index, answer, .. } => {
                Some(DraftAnswer { question_index: *question_index, answer: answer.clone() })
            }
            _ => None,
        };
        match self.workspace.service.attempts_mut().record_action_at(attempt, action, done_at) {
            Ok(()) => Ok(CommandOutcome::Reply(Reply::Recorded(Box::new(attempt.session.clone())))),
            // The action came after the deadline, so the attempt ends.
            Err(ServiceError::ActionRefused(ActionRefusal::TimeUp)) => {
                self.workspace.service.attempts_mut().record_action(attempt, AttemptAction::TimeOut { draft })?;
                Ok(CommandOutcome::Reply(Reply::TimeUp))
            }
            // The timer can fire a moment before the limit. The next tick tries again.
            Err(ServiceError::ActionRefused(ActionRefusal::TimeRemaining)) => Ok(CommandOutcome::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Exports a certificate in a job, because the pictures take longer than a key may wait.
    fn start_export(&self, certificate: StoredCertificate, jobs: &mut Jobs) -> CommandOutcome {
        let (paths, now) = (self.workspace.service.paths().clone(), self.workspace.service.now().wall);
        jobs.start("Exporting the certificate", move |_| {
            let (files, problems) = export_all_formats(&paths, &certificate, now).map_err(|error| error.to_string())?;
            let files = files.iter().map(|path| text::single_line(&path.to_string_lossy())).collect();
            Ok(Some(Reply::Exported { certificate: certificate.certificate_id, files, problems }))
        });
        CommandOutcome::Nothing
    }

    /// Writes the certificate request for the attempt of a self-test record.
    fn request_certificate(&mut self, certificate: &StoredCertificate) -> Result<CommandOutcome, ServiceError> {
        let path = self.workspace.service.issuing_mut().write_request(certificate)?;
        let path = text::single_line(&path.to_string_lossy());
        Ok(CommandOutcome::Reply(Reply::RequestWritten(certificate.certificate_id, path)))
    }

    fn run_records(&mut self, command: RecordsCommand, jobs: &mut Jobs) -> Result<CommandOutcome, ServiceError> {
        match command {
            RecordsCommand::Export(certificate) => Ok(self.start_export(*certificate, jobs)),
            RecordsCommand::Request(certificate) => self.request_certificate(&certificate),
            RecordsCommand::SettleLink(proposal, decision) => self.settle_link(&proposal, decision),
            RecordsCommand::Verify(rows) => self.verify_certificates(&rows),
        }
    }

    fn settle_link(
        &mut self,
        LinkProposal { from, to, .. }: &LinkProposal,
        decision: LinkDecision,
    ) -> Result<CommandOutcome, ServiceError> {
        let mut people = self.workspace.service.people_mut();
        match decision {
            LinkDecision::Link => people.merge(from, to)?,
            LinkDecision::KeepApart => people.keep_apart(from, to)?,
        };
        Ok(CommandOutcome::Next(Effect::CloseAndReload))
    }

    fn verify_certificates(&self, rows: &[CertificateRow]) -> Result<CommandOutcome, ServiceError> {
        self.workspace.service.certificates().verify_signatures(&rows.iter().collect::<Vec<_>>(), &|| {})?;
        Ok(CommandOutcome::Reply(Reply::Verified(rows.iter().map(|row| row.id).collect())))
    }
}

/// Draws an image in a job. The screen on top gets the answer.
fn start_picture(request: PictureRequest, jobs: &mut Jobs) -> CommandOutcome {
    jobs.start("Drawing a picture", move |_| {
        let picture = view::picture::draw(&request.svg, request.columns, request.rows);
        Ok(Some(Reply::Picture(request, picture.map(Box::new))))
    });
    CommandOutcome::Nothing
}

impl Execute for ServiceExecutor {
    fn now(&self) -> Now {
        self.workspace.service.now()
    }

    fn zone(&self) -> Zone {
        self.workspace.service.zone().clone()
    }

    fn open(&mut self, route: Route, jobs: &mut Jobs) -> Result<Box<dyn Screen>, ServiceError> {
        open_screen(route, Some(&mut self.workspace), jobs)
    }

    fn run(&mut self, command: Command, jobs: &mut Jobs) -> Result<CommandOutcome, ServiceError> {
        Ok(match command {
            Command::ChoosePerson(person) => self.choose_person(*person),
            Command::ChooseName(name) => {
                let person = self.find_or_add_person(name)?;
                self.choose_person(person)
            }
            Command::LeaveTrainee => {
                self.workspace.cancel_readiness(jobs);
                self.workspace.previous_trainee = self.workspace.trainee.take();
                CommandOutcome::Next(Effect::Open(Route::Home))
            }
            Command::StartSession => {
                let trainee = self.workspace.trainee()?.clone();
                let attempt = self.workspace.service.study_mut().begin_session(&trainee, None)?;
                self.open_quiz(attempt)
            }
            Command::StartPractice(choice, count) => self.start_practice(&choice, count)?,
            Command::EndPractice(attempt) => self.end_practice(attempt)?,
            Command::ChangeSettings(changes) => {
                let trainee = self.workspace.trainee()?.clone();
                let changed = self.workspace.service.study_mut().change_settings(&trainee, changes)?;
                self.workspace.trainee = Some(changed);
                CommandOutcome::Next(Effect::Close)
            }
            Command::Notebook(command) => self.run_notebook(command)?,
            Command::DrawPicture(request) => start_picture(request, jobs),
            Command::Records(command) => self.run_records(command, jobs)?,
            Command::EstimateReadiness(exam) => {
                self.workspace.start_readiness(exam, jobs)?;
                CommandOutcome::Nothing
            }
            Command::StartExam(exam) => {
                let trainee = self.workspace.trainee()?.id;
                let attempt = self.workspace.service.attempts_mut().begin_exam(trainee, &exam)?;
                self.replace_with_quiz(attempt)
            }
            Command::StartMock(exam) => {
                let trainee = self.workspace.trainee()?.id;
                let attempt = self.workspace.service.attempts_mut().begin_mock(trainee, &exam)?;
                self.replace_with_quiz(attempt)
            }
            Command::Resume(attempt) => self.resume_attempt(attempt)?,
            Command::OpenResult(attempt) => self.open_result(attempt)?,
            Command::CompleteBusiness => match self.workspace.complete_business(jobs) {
                Ok(true) => CommandOutcome::Next(Effect::Open(Route::Home)),
                // If another program uses the store, this is done when home opens again.
                Ok(false) | Err(ServiceError::Store(StoreError::Busy)) => CommandOutcome::Nothing,
                Err(error) => return Err(error),
            },
            Command::Record(attempt, action) => self.record_action(attempt, action, self.now())?,
            Command::RecordLate(attempt, action, done_at) => self.record_action(attempt, action, done_at)?,
            Command::Checkpoint => self.start_checkpoint(jobs),
            Command::LeaveResult if self.has_home => CommandOutcome::Next(Effect::Open(Route::Home)),
            Command::LeaveResult => CommandOutcome::Next(Effect::Quit),
            // Only a preview has a file to reload.
            Command::ReloadFile => CommandOutcome::Nothing,
            Command::ShowRefusal(refusal) => return Err(ServiceError::ActionRefused(refusal)),
        })
    }
}
