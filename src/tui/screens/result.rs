//! The result screens: an exam result with reasons, section scores and next steps, and the summary of a practice.

use ratatui::layout::Rect;

use crate::attempt::points::points_needed;
use crate::attempt::{ExamResult, Mode};
use crate::exam::Session;
use crate::exam::disclosure::DisclosureLevel;
use crate::tui::binding::{Action, Binding, scroll_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::page::{Scroll, TextPage, progress_bar};
use crate::tui::read_only::on_read_only_action;
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view;
use crate::view::exam_result::ExamResultView;

/// The result of an exam or of a mock exam.
#[derive(Debug)]
pub struct ExamResultScreen {
    view: ExamResultView,
    scroll: Scroll,
}

impl ExamResultScreen {
    /// Returns the screen of a result. It shows as much as the disclosure level allows.
    pub fn new(view: ExamResultView) -> Self {
        Self { view, scroll: Scroll::TOP }
    }

    fn has_passed(&self) -> bool {
        self.view.outcome.result == ExamResult::Passed
    }

    fn is_mock(&self) -> bool {
        self.view.loaded_paper.mode == Mode::Mock
    }

    fn paint(&self, page: &mut TextPage) {
        let outcome = &self.view.outcome;
        page.push_blank_line();
        let (role, headline) = match (self.has_passed(), self.is_mock()) {
            (true, false) => (TextRole::Good, "✓ Passed"),
            (false, false) => (TextRole::Bad, "✗ Not passed"),
            (true, true) => (TextRole::Good, "✓ This would be a pass"),
            (false, true) => (TextRole::Bad, "✗ This would not be a pass"),
        };
        page.push_text(role, headline);
        page.push_blank_line();
        if self.view.disclosure_level > DisclosureLevel::PassFail {
            for reason in view::outcome_reasons(outcome) {
                page.push_text(TextRole::Text, &reason);
            }
            page.push_blank_line();
            self.paint_sections(page);
            if !self.view.readiness_lines.is_empty() {
                page.begin_panel("Estimated readiness");
                self.view
                    .readiness_lines
                    .iter()
                    .for_each(|line| page.push_hanging_text("· ", TextRole::Dim, TextRole::Text, line));
                page.end_panel();
            // The readiness lines of a mock exam already list its objectives.
            } else if !outcome.missed_objectives.is_empty() {
                page.begin_panel("Objectives to review");
                let is_critical = |missed| outcome.missed_critical_objectives.contains(missed);
                for missed in &outcome.missed_objectives {
                    let marker = if is_critical(missed) { "! " } else { "· " };
                    page.push_hanging_text(marker, TextRole::Warn, TextRole::Text, &missed.text);
                }
                page.end_panel();
            }
            page.push_blank_line();
        }
        for note in view::paper_notes(&self.view.loaded_paper) {
            page.push_text(TextRole::Dim, &note);
        }
        page.push_blank_line();
        self.paint_next(page);
        self.paint_review(page);
    }

    fn paint_review(&self, page: &mut TextPage) {
        for question in &self.view.reviewed_questions {
            page.push_blank_line();
            page.push_text(TextRole::Strong, &question.heading);
            page.push_text(TextRole::Text, &question.stem);
            for (choice, rationale) in &question.selected_choices {
                page.push_hanging_text("Chosen: ", TextRole::Dim, TextRole::Text, choice);
                page.push_text(TextRole::Dim, rationale);
            }
        }
    }

    fn paint_sections(&self, page: &mut TextPage) {
        let outcome = &self.view.outcome;
        page.begin_panel("Score");
        for section in &outcome.sections {
            let percent = usize::from(section.earned.percent_of(section.possible));
            let (filled, empty) = progress_bar(percent, 100, 12);
            page.push_line(&[(TextRole::Text, &section.title)]);
            let score_text = format!("  {}", view::section_score(section));
            page.push_line(&[
                (TextRole::Text, "  "),
                (TextRole::Accent, &filled),
                (TextRole::Dim, &empty),
                (TextRole::Text, &score_text),
            ]);
        }
        let needed = outcome.pass_mark.map_or(0, |pass| points_needed(pass, outcome.possible));
        let total =
            format!("Total: {} of {} ({needed} needed to pass)", outcome.earned.format_for_people(), outcome.possible);
        page.push_text(TextRole::Strong, &total);
        page.end_panel();
    }

    fn paint_next(&self, page: &mut TextPage) {
        match &self.view.certificate {
            Some(Ok(path)) => {
                page.push_text(TextRole::Good, "Your self-test record is ready. The exam was not supervised.");
                page.push_text(TextRole::Text, &path.to_string_lossy());
            }
            Some(Err(reason)) => page.push_text(TextRole::Bad, reason),
            None => {}
        }
        let is_mock = self.is_mock();
        // The command signs after this screen, because only the command asks for the passphrase of the key.
        let is_invigilated = self.has_passed() && self.view.certificate.is_none() && !is_mock;
        if is_invigilated {
            page.push_text(TextRole::Good, "Leave this screen: the invigilator signs the certificate next");
        }
        if !is_mock && !is_invigilated {
            page.push_text(TextRole::Text, &self.view.next_line);
        }
    }
}

/// Returns the rows of a result: leave it, `own` if given, and scroll.
fn result_bindings(own: Option<Binding>) -> Vec<Binding> {
    let done = Binding::new(&[Key::Enter, Key::Esc, Key::Char('q')], Action::LEAVE, "done");
    let quit = Binding::unlisted(&[Key::CtrlC], Action::QUIT);
    [done].into_iter().chain(own).chain(scroll_bindings()).chain([quit]).collect()
}

impl Screen for ExamResultScreen {
    fn bindings(&self) -> Vec<Binding> {
        result_bindings(None)
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        on_read_only_action(&mut self.scroll, action, Effect::Do(Command::LeaveResult))
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        self.paint(&mut page);
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        let result = if self.is_mock() { "mock exam result" } else { "result" };
        (format!("{} · {result}", self.view.loaded_paper.title()), String::new())
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.has_passed())
    }
}

/// The summary of a finished practice.
#[derive(Debug)]
pub struct PracticeResultScreen {
    session: Session,
    scroll: Scroll,
}

impl PracticeResultScreen {
    /// Returns the summary of a finished practice.
    pub fn new(session: Session) -> Self {
        Self { session, scroll: Scroll::TOP }
    }
}

impl Screen for PracticeResultScreen {
    fn bindings(&self) -> Vec<Binding> {
        result_bindings(Some(Binding::new(&[Key::Char('v')], Action::named("review"), "review answers")))
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        match action.name {
            "review" => Some(Effect::Open(Route::Review(Box::new(self.session.clone())))),
            _ => on_read_only_action(&mut self.scroll, action, Effect::Do(Command::LeaveResult)),
        }
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        let outcome = self.session.outcome();
        page.push_blank_line();
        let headline =
            format!("Practice finished: {} of {} correct", self.session.correct_count(), self.session.question_count());
        page.push_text(TextRole::Strong, &headline);
        page.push_blank_line();
        for section in &outcome.sections {
            let (filled, empty) = progress_bar(usize::from(section.earned.percent_of(section.possible)), 100, 12);
            let score_text = format!("  {} of {}  ", section.earned.format_for_people(), section.possible);
            page.push_line(&[
                (TextRole::Accent, &filled),
                (TextRole::Dim, &empty),
                (TextRole::Text, &score_text),
                (TextRole::Text, &section.title),
            ]);
        }
        if !outcome.missed_objectives.is_empty() {
            page.push_blank_line();
            page.push_text(TextRole::Strong, "Objectives to review");
            for missed in &outcome.missed_objectives {
                page.push_hanging_text("· ", TextRole::Dim, TextRole::Text, &missed.text);
            }
        }
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Practice · result".to_owned(), String::new())
    }
}
