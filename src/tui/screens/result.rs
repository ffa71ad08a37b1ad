//! What came of a sitting: passed or not and why, a bar per section, what was missed, what to do next.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::attempt::Standing;
use crate::attempt::points::needed;
use crate::exam::Session;
use crate::exam::disclosure::Extent;
use crate::tui::effect::{Command, Effect, Route};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Page, Scroll, bar};
use crate::tui::screen::{Cx, Screen, on_read};
use crate::tui::theme::Role;
use crate::view;
use crate::view::exam_result::ExamResultView;

/// The result of an exam.
#[derive(Debug)]
pub struct Examined {
    told: ExamResultView,
    scroll: Scroll,
}

impl Examined {
    /// Shows what may be told.
    pub fn new(told: ExamResultView) -> Self {
        Self { told, scroll: Scroll::TOP }
    }

    fn passed(&self) -> bool {
        self.told.outcome.standing == Standing::Passed
    }

    fn paint(&self, page: &mut Page) {
        let outcome = &self.told.outcome;
        page.gap();
        if self.passed() {
            page.text(Role::Good, "✓ Passed");
        } else {
            page.text(Role::Bad, "✗ Not passed");
        }
        page.gap();
        if self.told.extent > Extent::Verdict {
            for reason in view::reasons(outcome) {
                page.text(Role::Text, &reason);
            }
            page.gap();
            self.paint_sections(page);
            if !self.told.ready.is_empty() {
                page.gap();
                page.text(Role::Strong, "How ready you are, and how sure that is");
                self.told.ready.iter().for_each(|line| page.hanging("· ", Role::Dim, Role::Text, line));
            } else if !outcome.missed.is_empty() {
                page.gap();
                page.text(Role::Strong, "Objectives to go over");
                let critical = |missed| outcome.critical_misses.contains(missed);
                for missed in &outcome.missed {
                    let mark = if critical(missed) { "! " } else { "· " };
                    page.hanging(mark, Role::Warn, Role::Text, &missed.text);
                }
            }
            page.gap();
        }
        for note in view::notes(&self.told.sheet) {
            page.text(Role::Dim, &note);
        }
        page.gap();
        self.paint_next(page);
        self.paint_back(page);
    }

    fn paint_back(&self, page: &mut Page) {
        for looked in &self.told.back {
            page.gap();
            page.text(Role::Strong, &looked.verdict);
            page.text(Role::Text, &looked.stem);
            for (said, why) in &looked.chosen {
                page.hanging("Chosen: ", Role::Dim, Role::Text, said);
                page.text(Role::Dim, why);
            }
        }
    }

    fn paint_sections(&self, page: &mut Page) {
        let outcome = &self.told.outcome;
        for section in &outcome.sections {
            let percent = usize::from(section.earned.percent_of(section.possible));
            let (full, rest) = bar(percent, 100, 12);
            let mark = match section.pass {
                Some(pass) if section.met => format!(", {} needed, reached", needed(pass, section.possible)),
                Some(pass) => format!(", {} needed, not reached", needed(pass, section.possible)),
                None => String::new(),
            };
            page.parts(&[(Role::Text, &section.title)]);
            let says = format!("  {} of {}{mark}", section.earned, section.possible);
            page.parts(&[(Role::Text, "  "), (Role::Accent, &full), (Role::Dim, &rest), (Role::Text, &says)]);
        }
        let needed = outcome.pass.map_or(0, |pass| needed(pass, outcome.possible));
        let total = format!("In all {} of {}, {needed} needed.", outcome.earned, outcome.possible);
        page.gap();
        page.text(Role::Strong, &total);
    }

    fn paint_next(&self, page: &mut Page) {
        match &self.told.certificate {
            Some(Ok(path)) => {
                page.text(Role::Good, "Your certificate is made. It is a self-test record: not supervised.");
                page.text(Role::Text, &path.to_string_lossy());
            }
            Some(Err(why)) => page.text(Role::Bad, why),
            None => {}
        }
        let mock = !self.told.ready.is_empty();
        let watched = self.passed() && self.told.certificate.is_none() && !mock;
        if watched {
            page.text(Role::Good, "Leave this screen: the invigilator signs the certificate next.");
        }
        if let Some(exam) = self.told.sheet.exam.as_ref().filter(|_| !mock && !watched) {
            page.text(Role::Text, &view::next_line(self.told.next, exam));
        }
    }
}

impl Screen for Examined {
    fn on(&mut self, key: Key, _: &Cx) -> Option<Effect> {
        on_read(&mut self.scroll, key, Effect::Do(Command::LeaveResult))
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx) {
        let mut page = Page::new(cx.theme, area);
        self.paint(&mut page);
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &Cx) -> (String, String) {
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
pub struct Practiced {
    session: Session,
    scroll: Scroll,
}

impl Practiced {
    /// Sums up a practice.
    pub fn new(session: Session) -> Self {
        Self { session, scroll: Scroll::TOP }
    }
}

impl Screen for Practiced {
    fn on(&mut self, key: Key, _: &Cx) -> Option<Effect> {
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

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx) {
        let mut page = Page::new(cx.theme, area);
        let outcome = self.session.outcome();
        page.gap();
        let done = format!("Practice finished: {} of {} right", self.session.right(), self.session.count());
        page.text(Role::Strong, &done);
        page.gap();
        for section in &outcome.sections {
            let (full, rest) = bar(usize::from(section.earned.percent_of(section.possible)), 100, 12);
            let says = format!("  {} of {}  ", section.earned, section.possible);
            page.parts(&[(Role::Accent, &full), (Role::Dim, &rest), (Role::Text, &says), (Role::Text, &section.title)]);
        }
        if !outcome.missed.is_empty() {
            page.gap();
            page.text(Role::Strong, "Objectives to go over");
            for missed in &outcome.missed {
                page.hanging("· ", Role::Dim, Role::Text, &missed.text);
            }
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &Cx) -> (String, String) {
        ("Practice · result".to_owned(), String::new())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![key("Enter", "done"), key("v", "look through the questions"), key("↑↓", "scroll")]
    }
}
