//! Opens the screen of a route and reads its data from the store.

use std::sync::Arc;

use super::ServiceExecutor;
use crate::attempt::{ExamResult, Mode};
use crate::bank::exam::Exam;
use crate::exam::disclosure::{self, DisclosureLevel};
use crate::service::ServiceError;
use crate::tui::effect::{Reply, Route};
use crate::tui::execute::{Execute, StackChange};
use crate::tui::open;
use crate::tui::screen::Screen;
use crate::tui::screens::briefing::BriefingScreen;
use crate::tui::screens::certificates::CertificateListScreen;
use crate::tui::screens::home::HomeScreen;
use crate::tui::screens::person::PersonScreen;
use crate::tui::screens::records::RecordsScreen;
use crate::tui::screens::result::{ExamResultScreen, PracticeResultScreen};
use crate::tui::screens::topics::TopicsScreen;
use crate::tui::screens::welcome::WelcomeScreen;
use crate::view;
use crate::view::exam_result::ExamResultView;
use crate::view::home::HomeView;
use crate::view::person::PersonView;

impl ServiceExecutor {
    /// Opens a screen.
    pub(super) fn open_route(&mut self, route: Route) -> Result<StackChange, ServiceError> {
        let route = match open::screen_for_route(route) {
            Ok(screen) => return Ok(StackChange::Push(screen)),
            Err(route) => route,
        };
        Ok(match route {
            Route::Home if self.trainee.is_none() => {
                StackChange::ReplaceAll(Box::new(WelcomeScreen::new(self.service.store.people()?)))
            }
            Route::Home => StackChange::ReplaceAll(self.home_screen()?),
            Route::Topics => StackChange::Push(Box::new(TopicsScreen::new(self.home_view()?.topics))),
            Route::Briefing(exam) => StackChange::Push(self.briefing_screen(exam)?),
            Route::Quiz => match self.attempt.take() {
                Some(attempt) => StackChange::ReplaceAll(self.open_quiz(attempt)),
                None => StackChange::ReplaceAll(self.home_screen()?),
            },
            Route::Result => self.open_result()?,
            Route::Certificates => StackChange::Push(self.certificates_screen()?),
            Route::Records => {
                let today = self.service.trust.latest_known_time(self.now().wall);
                StackChange::Push(Box::new(RecordsScreen::new(self.service.matrix()?, today)))
            }
            Route::Person(trainee_id) => {
                StackChange::Push(Box::new(PersonScreen::new(PersonView::load(&self.service, trainee_id)?)))
            }
            // These have all they need and are open by now.
            Route::AnswerSheet { .. }
            | Route::Review(_)
            | Route::Certificate(_)
            | Route::Help(_)
            | Route::Preview { .. } => StackChange::Reply(Reply::Closed),
        })
    }

    pub(super) fn home_screen(&mut self) -> Result<Box<dyn Screen>, ServiceError> {
        Ok(Box::new(HomeScreen::new(self.home_view()?)))
    }

    fn home_view(&mut self) -> Result<HomeView, ServiceError> {
        let person = self.trainee()?.clone();
        HomeView::load(&mut self.service, &person)
    }

    fn briefing_screen(&self, exam: Arc<Exam>) -> Result<Box<dyn Screen>, ServiceError> {
        let person = self.trainee()?;
        let eligibility = self.service.eligibility(person.id, &exam)?;
        let (name, time_limit) = (person.person.name.clone(), self.service.time_limit(person.id, &exam)?);
        let banks: Vec<_> =
            exam.sections.iter().filter_map(|section| self.service.catalog.bank(&section.bank).ok()).cloned().collect();
        Ok(Box::new(BriefingScreen::new(exam, eligibility, name, time_limit, &banks)))
    }

    fn certificates_screen(&self) -> Result<Box<dyn Screen>, ServiceError> {
        let certificates = self.service.verified_certificates(Some(self.trainee()?.id))?;
        Ok(Box::new(CertificateListScreen::new(certificates)))
    }

    fn open_result(&mut self) -> Result<StackChange, ServiceError> {
        let Some(mut attempt) = self.attempt.take() else { return Ok(StackChange::Pop(Reply::Closed)) };
        let Some(finished) = attempt.session.finished().cloned() else { return Ok(StackChange::Pop(Reply::Closed)) };
        let loaded_paper = Arc::clone(attempt.session.loaded_paper());
        let Some(exam) = loaded_paper.exam.as_ref() else {
            return Ok(StackChange::ReplaceAll(Box::new(PracticeResultScreen::new(attempt.session))));
        };
        let is_mock = loaded_paper.mode == Mode::Mock;
        let readiness_lines =
            if is_mock { view::readiness_lines(&attempt.session, &finished.outcome) } else { Vec::new() };
        // The result is on disk; what befalls the certificate is told beside it.
        let certificate =
            (finished.outcome.result == ExamResult::Passed && !is_mock && !attempt.invigilated).then(|| {
                self.service
                    .certify(&mut attempt)
                    .map(|issued_file| issued_file.path)
                    .map_err(|error| error.to_string())
            });
        let eligibility = self.service.eligibility(attempt.trainee, exam)?;
        let disclosure_level = disclosure::level(loaded_paper.mode, exam.review, eligibility);
        let reviewed_questions = if disclosure_level >= DisclosureLevel::ChosenAnswers {
            view::review_questions(&attempt.session)
        } else {
            Vec::new()
        };
        let result_view = ExamResultView {
            loaded_paper,
            outcome: finished.outcome,
            disclosure_level,
            eligibility,
            certificate,
            readiness_lines,
            reviewed_questions,
        };
        Ok(StackChange::ReplaceAll(Box::new(ExamResultScreen::new(result_view))))
    }
}
