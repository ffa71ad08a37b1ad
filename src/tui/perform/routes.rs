//! From a route to its screen, with what the screen shows read from the store.

use std::sync::Arc;

use super::ServiceExecutor;
use crate::attempt::{ExamResult, Mode};
use crate::bank::exam::Exam;
use crate::exam::disclosure::{self, DisclosureLevel};
use crate::service::ServiceError;
use crate::service::certificates::StoredCertificate;
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
    pub(super) fn open(&mut self, route: Route) -> Result<StackChange, ServiceError> {
        let route = match open::open(route) {
            Ok(screen) => return Ok(StackChange::Push(screen)),
            Err(route) => route,
        };
        Ok(match route {
            Route::Home if self.trainee.is_none() => {
                StackChange::Root(Box::new(WelcomeScreen::new(self.desk.store.people()?)))
            }
            Route::Home => StackChange::Root(self.home()?),
            Route::Topics => StackChange::Push(Box::new(TopicsScreen::new(self.home_view()?.topics))),
            Route::Briefing(exam) => StackChange::Push(self.briefing(exam)?),
            Route::Quiz => match self.attempt.take() {
                Some(attempt) => StackChange::Root(self.quiz(attempt)),
                None => StackChange::Root(self.home()?),
            },
            Route::Result => self.result()?,
            Route::Certificates => StackChange::Push(self.certificates()?),
            Route::Records => {
                let today = self.desk.trust.latest_known_time(self.now().wall);
                StackChange::Push(Box::new(RecordsScreen::new(self.desk.matrix()?, today)))
            }
            Route::Person(id) => StackChange::Push(Box::new(PersonScreen::new(PersonView::load(&self.desk, id)?))),
            // These have all they need and are open by now.
            Route::AnswerSheet { .. }
            | Route::Review(_)
            | Route::Certificate(_)
            | Route::Help(_)
            | Route::Preview { .. } => StackChange::Tell(Reply::Closed),
        })
    }

    pub(super) fn home(&mut self) -> Result<Box<dyn Screen>, ServiceError> {
        Ok(Box::new(HomeScreen::new(self.home_view()?)))
    }

    fn home_view(&mut self) -> Result<HomeView, ServiceError> {
        let person = self.trainee()?.clone();
        HomeView::load(&mut self.desk, &person)
    }

    fn briefing(&self, exam: Arc<Exam>) -> Result<Box<dyn Screen>, ServiceError> {
        let person = self.trainee()?;
        let start = self.desk.eligibility(person.id, &exam)?;
        let (name, limit) = (person.person.name.clone(), self.desk.time_limit(person.id, &exam)?);
        let banks: Vec<_> =
            exam.sections.iter().filter_map(|section| self.desk.catalog.bank(&section.bank).ok()).cloned().collect();
        Ok(Box::new(BriefingScreen::new(exam, start, name, limit, &banks)))
    }

    fn certificates(&self) -> Result<Box<dyn Screen>, ServiceError> {
        let now = self.now().wall;
        let check = |held: StoredCertificate| {
            let checked = held.verify(&self.desk.trust, now);
            (held, checked)
        };
        let held = self.desk.stored_certificates(Some(self.trainee()?.id))?.into_iter().map(check).collect();
        Ok(Box::new(CertificateListScreen::new(held)))
    }

    fn result(&mut self) -> Result<StackChange, ServiceError> {
        let Some(mut attempt) = self.attempt.take() else { return Ok(StackChange::Pop(Reply::Closed)) };
        let Some(ended) = attempt.session.finished().cloned() else { return Ok(StackChange::Pop(Reply::Closed)) };
        let sheet = Arc::clone(attempt.session.loaded_paper());
        let Some(exam) = sheet.exam.as_ref() else {
            return Ok(StackChange::Root(Box::new(PracticeResultScreen::new(attempt.session))));
        };
        let mock = sheet.mode == Mode::Mock;
        let ready = if mock { view::ready_lines(&attempt.session, &ended.outcome) } else { Vec::new() };
        // The result is on disk; what befalls the certificate is told beside it.
        let certificate = (ended.outcome.result == ExamResult::Passed && !mock && !attempt.invigilated)
            .then(|| self.desk.certify(&mut attempt).map(|made| made.path).map_err(|error| error.to_string()));
        let next = self.desk.eligibility(attempt.trainee, exam)?;
        let extent = disclosure::level(sheet.mode, exam.review, next);
        let back =
            if extent >= DisclosureLevel::ChosenAnswers { view::look_back(&attempt.session) } else { Vec::new() };
        let sheet = Arc::clone(&sheet);
        let told = ExamResultView { sheet, outcome: ended.outcome, extent, next, certificate, ready, back };
        Ok(StackChange::Root(Box::new(ExamResultScreen::new(told))))
    }
}
