//! Screens whose route has all that they need.

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
pub fn open(route: Route) -> Result<Box<dyn Screen>, Route> {
    Ok(match route {
        Route::AnswerSheet { session, at, clock } => Box::new(AnswerSheetScreen::new(*session, at, clock)),
        Route::Review(session) => Box::new(QuizScreen::review(*session)),
        Route::Certificate(certificate) => Box::new(CertificateScreen::new(&certificate.0, certificate.1)),
        Route::Help(bindings) => Box::new(HelpScreen::new(bindings)),
        Route::Preview { file, content } => Box::new(PreviewScreen::new(&file, *content)),
        route => return Err(route),
    })
}
