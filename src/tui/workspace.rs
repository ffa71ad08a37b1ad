//! The workspace of the interface: the services, the trainee, and the active attempt.

use std::path::PathBuf;
use std::sync::Arc;

use super::command::Reply;
use super::jobs::Jobs;
use crate::attempt::{ExamResult, Mode};
use crate::bank::exam::Exam;
use crate::exam::disclosure::DisclosureLevel;
use crate::ids::{ExamId, TraineeId};
use crate::projections::people::PersonRow;
use crate::service::certificate_files::{StoredCertificate, write_pictures};
use crate::service::{ActiveAttempt, ServiceError, Services, backups};
use crate::study::readiness::{self, ReadinessResult};
use crate::study::record::StudyRecord;
use crate::view;
use crate::view::briefing::BriefingView;
use crate::view::exam_result::ExamResultView;
use crate::view::home::HomeView;

/// The services, with the current trainee and attempt. Screens never have it; they get view models.
pub struct Workspace {
    pub service: Services,
    /// The trainee who was chosen, or `None` before that.
    pub trainee: Option<PersonRow>,
    /// The trainee who was chosen before the welcome screen was opened again.
    pub previous_trainee: Option<PersonRow>,
    /// The active attempt, or a finished one whose result is not shown yet.
    pub attempt: Option<Box<ActiveAttempt>>,
    /// The trainee whose timed-out attempts were ended and whose pending certificates were signed.
    completed_trainee: Option<TraineeId>,
    /// The job that estimates the readiness, if one was started.
    readiness_job: Option<u64>,
}

impl Workspace {
    /// Creates a workspace, with the trainee and the attempt if they are already chosen.
    pub fn new(service: Services, trainee: Option<PersonRow>, attempt: Option<Box<ActiveAttempt>>) -> Self {
        Self { service, trainee, previous_trainee: None, attempt, completed_trainee: None, readiness_job: None }
    }

    /// Returns the current trainee.
    ///
    /// # Errors
    /// [`ServiceError::InvalidName`] until a trainee is chosen.
    pub fn trainee(&self) -> Result<&PersonRow, ServiceError> {
        self.trainee.as_ref().ok_or(ServiceError::InvalidName("Choose a trainee first"))
    }

    /// Ends attempts whose time is over, signs pending certificates and writes missing certificate files. Returns
    /// whether home must be loaded again.
    ///
    /// # Errors
    /// No trainee is chosen, the store cannot be used, or a stored attempt or certificate is damaged.
    pub fn complete_business(&mut self, jobs: &mut Jobs) -> Result<bool, ServiceError> {
        let person = self.trainee()?.clone();
        let trainee = person.id;
        let has_ended_attempts = self.service.attempts_mut().end_timed_out(trainee)?.ended_count > 0;
        self.service.study_mut().end_past_sessions(&person)?;
        // Once for each trainee is enough, unless an attempt has just ended: then there may be a new pass.
        if has_ended_attempts || self.completed_trainee != Some(trainee) {
            // A pass can lack its certificate: the program was killed before it signed, or its key was unreadable.
            for certificate in self.service.certificates_mut().sign_pending(trainee)? {
                self.start_pictures(certificate, jobs);
            }
            // Lists write no files. One that did failed when the certificates folder was read-only.
            self.service.certificates_mut().write_missing(trainee)?;
            self.completed_trainee = Some(trainee);
        }
        self.start_checkpoint(jobs);
        self.start_backup(jobs);
        Ok(has_ended_attempts)
    }

    /// Moves the log of the store into its file in a job, because it takes longer than a key may wait.
    pub fn start_checkpoint(&mut self, jobs: &mut Jobs) {
        if !self.service.is_store_in_place() {
            return;
        }
        let paths = self.service.paths().clone();
        // It runs so often that it gets no status line, and one that fails is made up for by the next.
        jobs.start("", move |_| {
            backups::checkpoint(&paths);
            Ok(None)
        });
    }

    /// Makes a backup in a job, if one is due. A session can last for hours, and the program makes the others at its end.
    fn start_backup(&mut self, jobs: &mut Jobs) {
        if !self.service.is_store_in_place() {
            return;
        }
        let (paths, settings) = (self.service.paths().clone(), self.service.settings().backups.clone());
        let now = self.service.now().wall;
        jobs.start("", move |_| {
            let made = backups::back_up_if_due(&paths, &settings, now);
            made.map(|_| None).map_err(|error| format!("The automatic backup failed. {error}"))
        });
    }

    /// Reads what the trainee's study is computed from.
    ///
    /// # Errors
    /// The store cannot be read, or no trainee is chosen.
    pub fn study_record(&self) -> Result<StudyRecord, ServiceError> {
        self.service.study().record(self.trainee()?)
    }

    /// Estimates the readiness for an exam in a job, because it draws a thousand papers. The screen on top gets the
    /// answer.
    ///
    /// # Errors
    /// The store cannot be read, or no trainee is chosen.
    pub fn start_readiness(&mut self, exam_id: ExamId, jobs: &mut Jobs) -> Result<(), ServiceError> {
        // An estimate that is still running is out of date, or about another trainee.
        self.cancel_readiness(jobs);
        let record = self.study_record()?;
        // An earlier paper that cannot be read hides only this estimate.
        let earlier_papers = self.service.attempts().earlier_papers(self.trainee()?.id, &exam_id).ok();
        let number = jobs.start("Computing your chance to pass", move |job| {
            let exam = record.catalog.exam(&exam_id).ok();
            let readiness = exam.zip(earlier_papers).map_or(ReadinessResult::Unknown, |(exam, earlier_papers)| {
                readiness::estimate(&record, &exam.value, &earlier_papers, &|| job.is_cancelled())
            });
            Ok(Some(Reply::Readiness(exam_id, readiness)))
        });
        self.readiness_job = Some(number);
        Ok(())
    }

    /// Cancels the estimate of readiness that is running, if any. No screen gets its answer.
    pub fn cancel_readiness(&mut self, jobs: &mut Jobs) {
        if let Some(number) = self.readiness_job.take() {
            jobs.cancel(number);
        }
    }

    /// Reads the trainee again, because another program can have changed their name or settings.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn refresh_trainee(&mut self) -> Result<(), ServiceError> {
        if let Some(trainee) = &self.trainee
            && let Some(current) = self.service.people().get(trainee.id)?
        {
            self.trainee = Some(current);
        }
        Ok(())
    }

    /// Loads the data of the home screen.
    ///
    /// # Errors
    /// The store cannot be read, or no trainee is chosen.
    pub fn home_view(&self) -> Result<HomeView, ServiceError> {
        HomeView::load(&self.service, self.trainee()?)
    }

    /// Loads the data of the briefing of an exam.
    ///
    /// # Errors
    /// The store cannot be read, or no trainee is chosen.
    pub fn briefing_view(&self, exam: Arc<Exam>) -> Result<BriefingView, ServiceError> {
        BriefingView::load(&self.service, self.trainee()?, exam)
    }

    /// Loads the data of the result of the active attempt. If it is a passed exam and not a mock, taken without an
    /// invigilator, the certificate is signed first.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if there is no active attempt, or it has not ended.
    pub fn exam_result_view(&mut self, exam: &Exam, jobs: &mut Jobs) -> Result<ExamResultView, ServiceError> {
        let not_ended = || ServiceError::Rejected("This attempt has not ended".to_owned());
        let attempt = self.attempt.as_ref().ok_or_else(not_ended)?;
        let finished = attempt.session.finished().cloned().ok_or_else(not_ended)?;
        let loaded_paper = Arc::clone(attempt.session.loaded_paper());
        let is_mock = loaded_paper.mode == Mode::Mock;
        let (trainee_id, session, row) = (attempt.trainee, attempt.session.clone(), attempt.row.clone());
        let is_void = row.is_void(self.service.authority());
        let awaits_invigilator = attempt.invigilated && row.certificate.is_none();
        // The certificate comes first: it sets the end of the pass, which `next_line` shows. The result is already
        // stored, so an error of the certificate must not hide it.
        let is_pass = finished.outcome.result == ExamResult::Passed && !is_mock && !is_void;
        let is_certified_here = is_pass && !attempt.invigilated;
        let certificate = is_certified_here.then(|| self.certify(jobs).map_err(|error| error.to_string()));
        // The exam of today decides, not the one that the paper was drawn from: a result can be opened again later.
        let current_exam = self.service.catalog().exam(&exam.id).map(|entry| Arc::clone(&entry.value));
        let exam = current_exam.as_deref().unwrap_or(exam);
        // A damaged earlier attempt must not hide this result. Without the eligibility, the least is disclosed.
        let eligibility = self.service.attempts().eligibility(trainee_id, exam);
        let (disclosure_level, next_line) = match (self.service.attempts().disclosure_level(&row), eligibility) {
            (Ok(level), Ok(eligibility)) => (level, view::eligibility_line(eligibility, exam, self.service.zone())),
            (Err(error), _) | (_, Err(error)) => {
                (DisclosureLevel::PassFail, format!("Cannot tell when you can retake this exam. {error}"))
            }
        };
        let reviewed_questions = if disclosure_level >= DisclosureLevel::ChosenAnswers {
            view::review_questions(&session)
        } else {
            Vec::new()
        };
        Ok(ExamResultView {
            loaded_paper,
            time_out: view::time_out_text(&finished),
            outcome: finished.outcome,
            is_void,
            awaits_invigilator: is_pass && awaits_invigilator,
            disclosure_level,
            next_line,
            certificate,
            reviewed_questions,
        })
    }

    /// Signs the certificate of the active attempt and returns the path of its credential. A job draws the pictures.
    fn certify(&mut self, jobs: &mut Jobs) -> Result<PathBuf, ServiceError> {
        let Self { service, attempt, .. } = self;
        let Some(attempt) = attempt else { return Err(ServiceError::Rejected("No attempt is in progress".to_owned())) };
        let certificate = service.certificates_mut().certify(attempt)?;
        let path = certificate.path.clone();
        self.start_pictures(certificate, jobs);
        Ok(path)
    }

    /// Draws the pictures of a certificate in a job. They take longer than a trainee should wait for a screen.
    fn start_pictures(&self, certificate: StoredCertificate, jobs: &mut Jobs) {
        let paths = self.service.paths().clone();
        jobs.start("Making the certificate's pictures", move |_| {
            let problems = write_pictures(&paths, &certificate).map_err(|error| error.to_string())?;
            if problems.is_empty() { Ok(None) } else { Err(problems.join(" ")) }
        });
    }
}
