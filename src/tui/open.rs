//! Opens the screens whose route carries all their data.

use super::effect::Route;
use super::screen::Screen;
use super::screens::certificates::CertificateScreen;
use super::screens::help::HelpScreen;
use super::screens::preview::PreviewScreen;
use super::screens::quiz::QuizScreen;
use crate::tui::screens::answer_sheet::AnswerSheetScreen;

/// Opens a screen from its route alone.
///
/// # Errors
/// The route, where its screen needs data from the store.
pub fn screen_for_route(route: Route) -> Result<Box<dyn Screen>, Route> {
    Ok(match route {
        Route::AnswerSheet { session, question_index, countdown } => {
            Box::new(AnswerSheetScreen::new(*session, question_index, countdown))
        }
        Route::Review(session) => Box::new(QuizScreen::review(*session)),
        Route::Certificate(certificate) => Box::new(CertificateScreen::new(&certificate.0, certificate.1)),
        Route::Help(bindings) => Box::new(HelpScreen::new(bindings)),
        Route::Preview { file_name, content } => Box::new(PreviewScreen::new(&file_name, *content)),
        route => return Err(route),
    })
}
