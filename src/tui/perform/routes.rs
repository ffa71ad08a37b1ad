//! The route table: turns a route into its screen, with the data that the screen shows.

use std::path::PathBuf;
use std::sync::Arc;

use super::ServiceExecutor;
use crate::attempt::{ExamResult, Mode};
use crate::bank::exam::Exam;
use crate::clock::Countdown;
use crate::exam::disclosure::{self, DisclosureLevel};
use crate::service::certificate_files::{StoredCertificate, write_pictures};
use crate::service::{ActiveAttempt, ServiceError};
use crate::tui::effect::Route;
use crate::tui::execute::Execute;
use crate::tui::jobs::Jobs;
use crate::tui::screen::Screen;
use crate::tui::screens::answer_sheet::AnswerSheetScreen;
use crate::tui::screens::briefing::BriefingScreen;
use crate::tui::screens::certificates::{CertificateListScreen, CertificateScreen};
use crate::tui::screens::home::HomeScreen;
use crate::tui::screens::person::PersonScreen;
use crate::tui::screens::preview::PreviewScreen;
use crate::tui::screens::quiz::QuizScreen;
use crate::tui::screens::records::RecordsScreen;
use crate::tui::screens::result::{ExamResultScreen, PracticeResultScreen};
use crate::tui::screens::topics::TopicsScreen;
use crate::tui::screens::welcome::WelcomeScreen;
use crate::view;
use crate::view::exam_result::ExamResultView;
use crate::view::home::HomeView;
use crate::view::person::PersonView;

/// Makes the screen of a route. A preview has no executor: only routes that carry all their data work there.
///
/// # Errors
/// What the service says, or that the route needs a store where there is none.
pub fn open_screen(
    route: Route,
    executor: Option<&mut ServiceExecutor>,
    jobs: &mut Jobs,
) -> Result<Box<dyn Screen>, ServiceError> {
    Ok(match (route, executor) {
        (Route::AnswerSheet { session, question_index, countdown }, _) => {
            Box::new(AnswerSheetScreen::new(*session, question_index, countdown))
        }
        (Route::Review(session), _) => Box::new(QuizScreen::review(*session)),
        (Route::Certificate(certificate), _) => Box::new(CertificateScreen::new(&certificate.0, certificate.1)),
        (Route::Preview { file_name, content }, _) => Box::new(PreviewScreen::new(&file_name, *content)),
        (Route::Home, Some(executor)) => executor.home_screen()?,
        (Route::Topics, Some(executor)) => Box::new(TopicsScreen::new(executor.home_view()?.topics)),
        (Route::Briefing(exam), Some(executor)) => executor.briefing_screen(exam)?,
        (Route::Quiz, Some(executor)) => executor.quiz_screen()?,
        (Route::Result, Some(executor)) => executor.result_screen(jobs)?,
        (Route::Certificates, Some(executor)) => {
            let certificates = executor.service.certificates().verified(Some(executor.trainee()?.id))?;
            Box::new(CertificateListScreen::new(certificates))
        }
        (Route::Records, Some(executor)) => {
            let today = executor.service.trust().latest_known_time(executor.now().wall);
            Box::new(RecordsScreen::new(executor.service.records().matrix()?, today))
        }
        (Route::Person(trainee_id), Some(executor)) => {
            Box::new(PersonScreen::new(PersonView::load(&executor.service, trainee_id)?))
        }
        (_, None) => return Err(ServiceError::Rejected("A preview shows its file and nothing else.".to_owned())),
    })
}

impl ServiceExecutor {
    fn home_screen(&self) -> Result<Box<dyn Screen>, ServiceError> {
        if self.trainee.is_none() {
            return Ok(Box::new(WelcomeScreen::new(self.service.people().list()?)));
        };
        Ok(Box::new(HomeScreen::new(self.home_view()?)))
    }

    /// Ends attempts whose time is over, and makes certificates and files that are missing. Returns whether home has
    /// anything new to show.
    pub(super) fn complete_business(&mut self, jobs: &mut Jobs) -> Result<bool, ServiceError> {
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

    fn home_view(&self) -> Result<HomeView, ServiceError> {
        HomeView::load(&self.service, self.trainee()?)
    }

    fn briefing_screen(&self, exam: Arc<Exam>) -> Result<Box<dyn Screen>, ServiceError> {
        let person = self.trainee()?;
        let eligibility = self.service.attempts().eligibility(person.id, &exam)?;
        let (name, time_limit) = (person.person.name.clone(), self.service.attempts().time_limit(person.id, &exam)?);
        let banks: Vec<_> = exam
            .sections
            .iter()
            .filter_map(|section| self.service.catalog().bank(&section.bank).ok())
            .cloned()
            .collect();
        Ok(Box::new(BriefingScreen::new(exam, eligibility, name, time_limit, &banks, self.service.zone())))
    }

    /// Shows the attempt in progress; home where there is none.
    fn quiz_screen(&self) -> Result<Box<dyn Screen>, ServiceError> {
        let Some(attempt) = &self.attempt else { return self.home_screen() };
        let now = self.now();
        let countdown = attempt.time_left(now).map(|remaining| Countdown { read_at: now, remaining });
        Ok(Box::new(QuizScreen::new(attempt.session.clone(), countdown)))
    }

    /// Shows how the attempt in progress ended; home where none has.
    fn result_screen(&mut self, jobs: &mut Jobs) -> Result<Box<dyn Screen>, ServiceError> {
        let Some(mut attempt) = self.attempt.take() else { return self.home_screen() };
        let screen = self.result_of(&mut attempt, jobs);
        if screen.is_err() {
            // The attempt can be looked at again.
            self.attempt = Some(attempt);
        }
        screen
    }

    fn result_of(&mut self, attempt: &mut ActiveAttempt, jobs: &mut Jobs) -> Result<Box<dyn Screen>, ServiceError> {
        let Some(finished) = attempt.session.finished().cloned() else { return self.home_screen() };
        let loaded_paper = Arc::clone(attempt.session.loaded_paper());
        let Some(exam) = loaded_paper.exam.as_ref() else {
            return Ok(Box::new(PracticeResultScreen::new(attempt.session.clone())));
        };
        let is_mock = loaded_paper.mode == Mode::Mock;
        let readiness_lines =
            if is_mock { view::readiness_lines(&attempt.session, &finished.outcome) } else { Vec::new() };
        // The result is stored. The screen shows an error of the certificate beside it.
        let is_certified_here = finished.outcome.result == ExamResult::Passed && !is_mock && !attempt.invigilated;
        let certificate = is_certified_here.then(|| self.certify(attempt, jobs).map_err(|error| error.to_string()));
        // The attempt has ended, whatever can be read of the earlier ones.
        let (disclosure_level, next_line) = match self.service.attempts().eligibility(attempt.trainee, exam) {
            Ok(eligibility) => (
                disclosure::level(loaded_paper.mode, exam.review, eligibility),
                view::eligibility_line(eligibility, exam, self.service.zone()),
            ),
            Err(error) => (DisclosureLevel::PassFail, format!("The next attempt cannot be determined. {error}")),
        };
        let reviewed_questions = if disclosure_level >= DisclosureLevel::ChosenAnswers {
            view::review_questions(&attempt.session)
        } else {
            Vec::new()
        };
        let result_view = ExamResultView {
            loaded_paper,
            outcome: finished.outcome,
            disclosure_level,
            next_line,
            certificate,
            readiness_lines,
            reviewed_questions,
        };
        Ok(Box::new(ExamResultScreen::new(result_view)))
    }

    /// Signs the certificate and returns where its credential is; the pictures follow.
    fn certify(&mut self, attempt: &mut ActiveAttempt, jobs: &mut Jobs) -> Result<PathBuf, ServiceError> {
        let certificate = self.service.certificates_mut().certify(attempt)?;
        let path = certificate.path.clone();
        self.start_pictures(certificate, jobs);
        Ok(path)
    }

    /// Draws a certificate's pictures beside the interface. They take longer than anybody should wait for a screen.
    fn start_pictures(&self, certificate: StoredCertificate, jobs: &mut Jobs) {
        let paths = self.service.paths().clone();
        jobs.start("Making the certificate's pictures", move |_| {
            write_pictures(&paths, &certificate).map(|()| None).map_err(|error| error.to_string())
        });
    }
}
