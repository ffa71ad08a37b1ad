//! What the interface has open: the services, the trainee, and the attempt in progress.

use std::path::PathBuf;
use std::sync::Arc;

use super::jobs::Jobs;
use crate::attempt::{ExamResult, Mode};
use crate::bank::exam::Exam;
use crate::exam::disclosure::{self, DisclosureLevel};
use crate::ids::TraineeId;
use crate::projections::people::PersonRow;
use crate::service::certificate_files::{StoredCertificate, write_pictures};
use crate::service::{ActiveAttempt, ServiceError, Services};
use crate::view;
use crate::view::briefing::BriefingView;
use crate::view::exam_result::ExamResultView;
use crate::view::home::HomeView;

/// The services, with the trainee and the attempt that they work for now. Screens never hold it.
pub struct Workspace {
    /// The way to the store.
    pub service: Services,
    /// The trainee who was chosen.
    pub trainee: Option<PersonRow>,
    /// The attempt in progress, or the one whose result is not shown yet.
    pub attempt: Option<Box<ActiveAttempt>>,
    /// The trainee whose timed-out attempts were ended and whose pending certificates were signed.
    completed_trainee: Option<TraineeId>,
}

impl Workspace {
    /// Opens the services for this trainee and this attempt, as far as they are known yet.
    pub fn new(service: Services, trainee: Option<PersonRow>, attempt: Option<Box<ActiveAttempt>>) -> Self {
        Self { service, trainee, attempt, completed_trainee: None }
    }

    /// Returns the trainee.
    ///
    /// # Errors
    /// [`ServiceError::InvalidName`] until somebody is chosen.
    pub fn trainee(&self) -> Result<&PersonRow, ServiceError> {
        self.trainee.as_ref().ok_or(ServiceError::InvalidName("Choose a person first"))
    }

    /// Ends attempts whose time is over, and makes certificates and files that are missing. Returns whether home has
    /// anything new to show.
    ///
    /// # Errors
    /// What the store, the issuer's key or the certificates folder says.
    pub fn complete_business(&mut self, jobs: &mut Jobs) -> Result<bool, ServiceError> {
        let trainee = self.trainee()?.id;
        let has_ended_attempts = self.service.attempts_mut().end_timed_out(trainee)?.ended_count > 0;
        if has_ended_attempts || self.completed_trainee != Some(trainee) {
            for certificate in self.service.certificates_mut().sign_pending(trainee)? {
                self.start_pictures(certificate, jobs);
            }
            self.service.certificates_mut().write_missing(trainee)?;
            self.completed_trainee = Some(trainee);
        }
        Ok(has_ended_attempts)
    }

    /// Reads what home shows.
    ///
    /// # Errors
    /// What the store says, or that nobody is chosen.
    pub fn home_view(&self) -> Result<HomeView, ServiceError> {
        HomeView::load(&self.service, self.trainee()?)
    }

    /// Reads what the briefing of an exam shows.
    ///
    /// # Errors
    /// What the store says, or that nobody is chosen.
    pub fn briefing_view(&self, exam: Arc<Exam>) -> Result<BriefingView, ServiceError> {
        BriefingView::load(&self.service, self.trainee()?, exam)
    }

    /// Signs the certificate of the attempt, if it passed `exam` here, and reads what its result shows.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if no attempt is open, or it has not ended.
    pub fn exam_result_view(&mut self, exam: &Exam, jobs: &mut Jobs) -> Result<ExamResultView, ServiceError> {
        let not_ended = || ServiceError::Rejected("This attempt has not ended".to_owned());
        let attempt = self.attempt.as_ref().ok_or_else(not_ended)?;
        let finished = attempt.session.finished().cloned().ok_or_else(not_ended)?;
        let loaded_paper = Arc::clone(attempt.session.loaded_paper());
        let is_mock = loaded_paper.mode == Mode::Mock;
        let readiness_lines =
            if is_mock { view::readiness_lines(&attempt.session, &finished.outcome) } else { Vec::new() };
        let (trainee_id, session) = (attempt.trainee, attempt.session.clone());
        // First the certificate: it decides until when the pass is valid, which the next line says. The result is stored,
        // so an error of the certificate is shown beside it.
        let is_certified_here = finished.outcome.result == ExamResult::Passed && !is_mock && !attempt.invigilated;
        let certificate = is_certified_here.then(|| self.certify(jobs).map_err(|error| error.to_string()));
        // The attempt has ended, whatever can be read of the earlier ones.
        let (disclosure_level, next_line) = match self.service.attempts().eligibility(trainee_id, exam) {
            Ok(eligibility) => (
                disclosure::level(loaded_paper.mode, exam.review, eligibility),
                view::eligibility_line(eligibility, exam, self.service.zone()),
            ),
            Err(error) => (DisclosureLevel::PassFail, format!("The next attempt cannot be determined. {error}")),
        };
        let reviewed_questions = if disclosure_level >= DisclosureLevel::ChosenAnswers {
            view::review_questions(&session)
        } else {
            Vec::new()
        };
        Ok(ExamResultView {
            loaded_paper,
            outcome: finished.outcome,
            disclosure_level,
            next_line,
            certificate,
            readiness_lines,
            reviewed_questions,
        })
    }

    /// Signs the certificate of the attempt and returns where its credential is; the pictures follow.
    fn certify(&mut self, jobs: &mut Jobs) -> Result<PathBuf, ServiceError> {
        let Self { service, attempt, .. } = self;
        let Some(attempt) = attempt else { return Err(ServiceError::Rejected("No attempt is open".to_owned())) };
        let certificate = service.certificates_mut().certify(attempt)?;
        let path = certificate.path.clone();
        self.start_pictures(certificate, jobs);
        Ok(path)
    }

    /// Draws a certificate's pictures beside the interface. They take longer than a trainee should wait for a screen.
    fn start_pictures(&self, certificate: StoredCertificate, jobs: &mut Jobs) {
        let paths = self.service.paths().clone();
        jobs.start("Making the certificate's pictures", move |_| {
            write_pictures(&paths, &certificate).map(|()| None).map_err(|error| error.to_string())
        });
    }
}
