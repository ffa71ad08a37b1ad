//! What came of a sitting: passed or not and why, a bar per section, what was missed, what to do next.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::attempt::ExamResult;
use crate::attempt::points::points_needed;
use crate::exam::Session;
use crate::exam::disclosure::DisclosureLevel;
use crate::tui::effect::{Command, Effect, Route};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Scroll, TextPage, bar};
use crate::tui::screen::{Screen, ScreenContext, on_read};
use crate::tui::theme::TextRole;
use crate::view;
use crate::view::exam_result::ExamResultView;

/// The result of an exam.
#[derive(Debug)]
pub struct ExamResultScreen {
    told: ExamResultView,
    scroll: Scroll,
}

impl ExamResultScreen {
    /// Shows what may be told.
    pub fn new(told: ExamResultView) -> Self {
        Self { told, scroll: Scroll::TOP }
    }

    fn passed(&self) -> bool {
        self.told.outcome.result == ExamResult::Passed
    }

    fn paint(&self, page: &mut TextPage) {
        let outcome = &self.told.outcome;
        page.gap();
        if self.passed() {
            page.text(TextRole::Good, "✓ Passed");
        } else {
            page.text(TextRole::Bad, "✗ Not passed");
        }
        page.gap();
        if self.told.extent > DisclosureLevel::PassFail {
            for reason in view::reasons(outcome) {
                page.text(TextRole::Text, &reason);
            }
            page.gap();
            self.paint_sections(page);
            if !self.told.ready.is_empty() {
                page.gap();
                page.text(TextRole::Strong, "How ready you are, and how sure that is");
                self.told.ready.iter().for_each(|line| page.hanging("· ", TextRole::Dim, TextRole::Text, line));
            } else if !outcome.missed.is_empty() {
                page.gap();
                page.text(TextRole::Strong, "Objectives to go over");
                let critical = |missed| outcome.critical_misses.contains(missed);
                for missed in &outcome.missed {
                    let mark = if critical(missed) { "! " } else { "· " };
                    page.hanging(mark, TextRole::Warn, TextRole::Text, &missed.text);
                }
            }
            page.gap();
        }
        for note in view::notes(&self.told.sheet) {
            page.text(TextRole::Dim, &note);
        }
        page.gap();
        self.paint_next(page);
        self.paint_back(page);
    }

    fn paint_back(&self, page: &mut TextPage) {
        for looked in &self.told.back {
            page.gap();
            page.text(TextRole::Strong, &looked.verdict);
            page.text(TextRole::Text, &looked.stem);
            for (said, why) in &looked.chosen {
                page.hanging("Chosen: ", TextRole::Dim, TextRole::Text, said);
                page.text(TextRole::Dim, why);
            }
        }
    }

    fn paint_sections(&self, page: &mut TextPage) {
        let outcome = &self.told.outcome;
        for section in &outcome.sections {
            let percent = usize::from(section.earned.percent_of(section.possible));
            let (full, rest) = bar(percent, 100, 12);
            let mark = match section.pass {
                Some(pass) if section.met => format!(", {} needed, reached", points_needed(pass, section.possible)),
                Some(pass) => format!(", {} needed, not reached", points_needed(pass, section.possible)),
                None => String::new(),
            };
            page.parts(&[(TextRole::Text, &section.title)]);
            let says = format!("  {} of {}{mark}", section.earned, section.possible);
            page.parts(&[
                (TextRole::Text, "  "),
                (TextRole::Accent, &full),
                (TextRole::Dim, &rest),
                (TextRole::Text, &says),
            ]);
        }
        let needed = outcome.pass.map_or(0, |pass| points_needed(pass, outcome.possible));
        let total = format!("In all {} of {}, {needed} needed.", outcome.earned, outcome.possible);
        page.gap();
        page.text(TextRole::Strong, &total);
    }

    fn paint_next(&self, page: &mut TextPage) {
        match &self.told.certificate {
            Some(Ok(path)) => {
                page.text(TextRole::Good, "Your certificate is made. It is a self-test record: not supervised.");
                page.text(TextRole::Text, &path.to_string_lossy());
            }
            Some(Err(why)) => page.text(TextRole::Bad, why),
            None => {}
        }
        let mock = !self.told.ready.is_empty();
        let watched = self.passed() && self.told.certificate.is_none() && !mock;
        if watched {
            page.text(TextRole::Good, "Leave this screen: the invigilator signs the certificate next.");
        }
        if let Some(exam) = self.told.sheet.exam.as_ref().filter(|_| !mock && !watched) {
            page.text(TextRole::Text, &view::next_line(self.told.next, exam));
        }
    }
}

impl Screen for ExamResultScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        on_read(&mut self.scroll, key, Effect::Do(Command::LeaveResult))
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let mut page = TextPage::new(cx.theme, area);
        self.paint(&mut page);
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        (format!("{} · result", self.told.sheet.title()), String::new())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![key("Enter", "done"), key("↑↓", "scroll")]
    }

    fn exit_code(&self) -> u8 {
        u8::from(!self.passed())
    }
}

/// The end of a practice.
#[derive(Debug)]
pub struct PracticeResultScreen {
    session: Session,
    scroll: Scroll,
}

impl PracticeResultScreen {
    /// Sums up a practice.
    pub fn new(session: Session) -> Self {
        Self { session, scroll: Scroll::TOP }
    }
}

impl Screen for PracticeResultScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        match key {
            Key::Up => self.scroll.by(-1),
            Key::Down => self.scroll.by(1),
            Key::Char('v') => return Some(Effect::Open(Route::Review(Box::new(self.session.clone())))),
            Key::CtrlC => return Some(Effect::Quit),
            Key::Enter | Key::Esc | Key::Char('q') => return Some(Effect::Do(Command::LeaveResult)),
            _ => {}
        }
        None
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let mut page = TextPage::new(cx.theme, area);
        let outcome = self.session.outcome();
        page.gap();
        let done =
            format!("Practice finished: {} of {} right", self.session.correct_count(), self.session.question_count());
        page.text(TextRole::Strong, &done);
        page.gap();
        for section in &outcome.sections {
            let (full, rest) = bar(usize::from(section.earned.percent_of(section.possible)), 100, 12);
            let says = format!("  {} of {}  ", section.earned, section.possible);
            page.parts(&[
                (TextRole::Accent, &full),
                (TextRole::Dim, &rest),
                (TextRole::Text, &says),
                (TextRole::Text, &section.title),
            ]);
        }
        if !outcome.missed.is_empty() {
            page.gap();
            page.text(TextRole::Strong, "Objectives to go over");
            for missed in &outcome.missed {
                page.hanging("· ", TextRole::Dim, TextRole::Text, &missed.text);
            }
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Practice · result".to_owned(), String::new())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![key("Enter", "done"), key("v", "look through the questions"), key("↑↓", "scroll")]
    }
}
