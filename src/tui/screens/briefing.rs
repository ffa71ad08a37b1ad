//! The briefing before an exam: question count, pass mark, time limit, attempts left and the name on the certificate.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::bank::exam::Exam;
use crate::clock::Zone;
use crate::exam::eligibility::Eligibility;
use crate::tui::binding::{Action, Binding, scroll_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, Dialog};
use crate::tui::key::Key;
use crate::tui::overlay::CLOSE_OVERLAY;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::read_only::on_read_only_action;
use crate::tui::screens::{Effect, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view;
use crate::view::briefing::{BriefingView, attempt_use, summary_lines};

/// The screen before an exam.
#[derive(Debug)]
pub struct BriefingScreen {
    exam: Arc<Exam>,
    can_start: bool,
    eligibility_line: String,
    certificate_name: String,
    summary_lines: Vec<String>,
    /// Which attempt a start uses.
    attempt_use: String,
    scroll: Scroll,
}

impl BriefingScreen {
    /// Returns the briefing of an exam, with dates in `zone`.
    pub fn new(briefing: BriefingView, zone: &Zone) -> Self {
        let attempt_use = attempt_use(&briefing);
        let BriefingView { exam, eligibility, certificate_name, time_limit, banks, open_exam, .. } = briefing;
        let summary_lines = summary_lines(&exam, time_limit, &banks);
        let can_start = open_exam.is_none() && matches!(eligibility, Eligibility::Now { .. });
        let eligibility_line = open_exam.map_or_else(
            || view::eligibility_line(eligibility, &exam, zone),
            |title| format!("You can take this exam after you submit {title}."),
        );
        Self {
            exam,
            can_start,
            eligibility_line,
            certificate_name,
            summary_lines,
            attempt_use,
            scroll: Scroll::default(),
        }
    }

    /// Returns the question before the exam starts. Only `y` starts it.
    fn start_dialog(use_text: &str, start: &'static str) -> Dialog {
        Dialog {
            title: format!("Start now? {use_text}."),
            text: String::new(),
            bindings: vec![
                Binding::new(&[Key::Char('y')], Action::named(start), "start"),
                Binding::new(&[Key::Any], CLOSE_OVERLAY, "go back"),
            ],
        }
    }
}

impl Screen for BriefingScreen {
    fn bindings(&self) -> Vec<Binding> {
        let refusal = (!self.can_start).then(|| self.eligibility_line.clone());
        let own = [
            Binding::new(&[Key::Enter], Action::named("start"), "start").disabled(refusal),
            Binding::new(&[Key::Char('m')], Action::named("mock"), "mock"),
            Binding::new(&[Key::Esc, Key::Char('q')], Action::LEAVE, "back"),
        ];
        own.into_iter().chain(scroll_bindings()).chain([Binding::unlisted(&[Key::CtrlC], Action::QUIT)]).collect()
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        match action.name {
            "start" => Some(Effect::Ask(Self::start_dialog(&self.attempt_use, "start-now"))),
            "start-now" => Some(Effect::Do(Command::StartExam(Arc::clone(&self.exam)))),
            "mock" => Some(Effect::Ask(Self::start_dialog("A mock exam uses no attempt", "mock-now"))),
            "mock-now" => Some(Effect::Do(Command::StartMock(Arc::clone(&self.exam)))),
            _ => on_read_only_action(&mut self.scroll, action, Effect::Close),
        }
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        // First what starting means: in a small window the rest is below its end.
        if self.can_start {
            page.push_text(
                TextRole::Accent,
                "Press Enter when you are ready. You will be asked to confirm before the clock starts.",
            );
        }
        page.push_text(TextRole::Text, &self.eligibility_line);
        page.push_hanging_text("Name on your certificate: ", TextRole::Text, TextRole::Strong, &self.certificate_name);
        page.push_blank_line();
        for line in &self.summary_lines {
            page.push_hanging_text("· ", TextRole::Dim, TextRole::Text, line);
        }
        page.push_blank_line();
        page.push_text(
            TextRole::Dim,
            "Press m for a mock exam. It has the same kind of questions, the same time and scoring. It uses no attempt and \
             makes no certificate.",
        );
        page.draw(canvas, area, &mut self.scroll);
    }

    fn exit_code(&self) -> u8 {
        // An exam that was not started is not passed.
        1
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        (self.exam.title.clone(), "before the exam".to_owned())
    }
}
