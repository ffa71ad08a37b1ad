//! Home: what can be done, how far each topic is, and how the exam stands.
//!
//! ```text
//!   ▸ Practice a topic    p       Topics  right of those seen, last time
//!     Take the exam       e       Mechanism          ███▌·· 12 of 24, 22 Nov
//!     Certificates        c       Contraindications  ······ not practiced yet
//!     Records             l
//!     Quit                q
//!                                 Exam: Foundations
//!                                 Not yet passed, 2 of 3 attempts left.
//! ```

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::bank::exam::Exam;
use crate::exam::eligibility::Eligibility;
use crate::ids::AttemptId;
use crate::text;
use crate::tui::effect::{Command, Effect, Reply, Route};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Scroll, TextPage, bar};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::home::{HomeView, TopicView};

/// An entry of the menu.
struct MenuEntry {
    says: String,
    /// The key that opens it; the exams from the eleventh on have none.
    key: Option<char>,
    does: fn(&HomeView, usize) -> Option<Effect>,
    /// The exam it is about, by its place.
    exam: usize,
}

/// The home screen.
#[derive(Debug)]
pub struct HomeScreen {
    data: HomeView,
    at: usize,
    scroll: Scroll,
}

impl HomeScreen {
    /// Shows this.
    pub fn new(data: HomeView) -> Self {
        Self { data, at: 0, scroll: Scroll::default() }
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let entry = |says: &str, key, does| MenuEntry { says: says.to_owned(), key: Some(key), does, exam: 0 };
        let mut menu = Vec::new();
        if let Some(open) = &self.data.open_exam {
            let does =
                |data: &HomeView, _| data.open_exam.as_ref().map(|open| Effect::Do(Command::Resume(open.attempt)));
            menu.push(entry(&format!("Go on with the exam: {}", open.title), 'g', does));
        } else {
            if self.data.open_practice.is_some() {
                menu.push(entry("Go on with the practice", 'g', |data, _| data.open_practice.map(resume)));
            }
            if self.data.open_mock.is_some() {
                menu.push(entry("Go on with the mock exam", 'm', |data, _| data.open_mock.map(resume)));
            }
            menu.push(entry("Practice a topic", 'p', |_, _| Some(Effect::Open(Route::Topics))));
            for (exam, (blueprint, _)) in self.data.exams.iter().enumerate() {
                let says = match self.data.exams.len() {
                    1 => "Take the exam".to_owned(),
                    _ => format!("Exam: {}", blueprint.title),
                };
                let digit = u32::try_from(exam).ok().and_then(|exam| char::from_digit(exam, 10));
                let key = if exam == 0 { Some('e') } else { digit };
                let does = |data: &HomeView, exam: usize| {
                    data.exams.get(exam).map(|(exam, _)| Effect::Open(Route::Briefing(Arc::clone(exam))))
                };
                menu.push(MenuEntry { says, key, does, exam });
            }
        }
        menu.push(entry("Certificates", 'c', |_, _| Some(Effect::Open(Route::Certificates))));
        menu.push(entry("Records", 'l', |_, _| Some(Effect::Open(Route::Records))));
        menu.push(entry("Quit", 'q', |_, _| Some(Effect::Quit)));
        menu
    }

    fn draw_menu(&self, page: &mut TextPage) {
        for (at, entry) in self.menu().iter().enumerate() {
            let here = at == self.at;
            if here {
                page.focus();
            }
            let says = text::truncate(&text::single_line(&entry.says), page.width().saturating_sub(6)).into_owned();
            let gap = page
                .width()
                .saturating_sub(text::width(&says) + 5)
                .min(28_usize.saturating_sub(text::width(&says)).max(2));
            let role = if here { TextRole::Strong } else { TextRole::Text };
            let key = entry.key.map_or_else(String::new, String::from);
            page.parts(&[
                (TextRole::Accent, if here { "▸ " } else { "  " }),
                (role, &says),
                (TextRole::Text, &" ".repeat(gap)),
                (TextRole::Dim, &key),
            ]);
        }
    }

    fn draw_state(&self, page: &mut TextPage) {
        page.parts(&[(TextRole::Strong, "Topics"), (TextRole::Dim, "  right of those seen, last time")]);
        for topic in &self.data.topics {
            draw_topic(page, topic);
        }
        for (exam, start) in &self.data.exams {
            page.gap();
            page.parts(&[(TextRole::Strong, "Exam: "), (TextRole::Strong, &exam.title)]);
            let is_open = self.data.open_exam.as_ref().is_some_and(|open| open.exam.as_ref() == Some(&exam.id));
            let standing = if is_open { "Open; its time runs on.".to_owned() } else { standing(exam, *start) };
            page.text(TextRole::Text, &standing);
        }
    }
}

/// The effect that resumes an attempt.
fn resume(attempt: AttemptId) -> Effect {
    Effect::Do(Command::Resume(attempt))
}

/// Says how an exam stands for this person.
fn standing(exam: &Exam, start: Eligibility) -> String {
    let max = exam.attempts.max;
    let left = |left: u32| format!("{left} of {max} attempts left");
    match start {
        Eligibility::Now { attempts_left: n } => format!("Not yet passed, {}.", left(n)),
        Eligibility::Later { from: at, left: n } => {
            format!("Not passed, next attempt from {}, {}.", at.format_local(), left(n))
        }
        Eligibility::Passed { valid_until: until, .. } => {
            format!("Passed, valid through {} (UTC).", until.day().format_long())
        }
        Eligibility::NoAttemptsLeft => "No further attempt possible.".to_owned(),
    }
}

/// Draws a topic in a line: a bar of what was right, what was right of those seen, and when.
fn draw_topic(page: &mut TextPage, topic: &TopicView) {
    let wide = page.width().saturating_sub(26).clamp(8, 24);
    let title = text::truncate(&text::single_line(&topic.title), wide).into_owned();
    let gap = " ".repeat(wide.saturating_sub(text::width(&title)) + 1);
    let (full, rest) = bar(topic.right, topic.total, 6);
    let says = match topic.last {
        Some(last) => format!(" {} of {}, {}", topic.right, topic.seen, last.format_local_day()),
        None => " not practiced yet".to_owned(),
    };
    page.parts(&[
        (TextRole::Text, &title),
        (TextRole::Text, &gap),
        (TextRole::Accent, &full),
        (TextRole::Dim, &rest),
        (TextRole::Text, &says),
    ]);
}

impl Screen for HomeScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow();
        let menu = self.menu();
        match key {
            Key::CtrlC | Key::Esc => return Some(Effect::Quit),
            Key::Up => self.at = self.at.saturating_sub(1),
            Key::Down => self.at = (self.at + 1).min(menu.len() - 1),
            Key::Home => self.at = 0,
            Key::End => self.at = menu.len() - 1,
            Key::PageUp => self.scroll.by(-5),
            Key::PageDown => self.scroll.by(5),
            Key::Enter => return menu.get(self.at).and_then(|entry| (entry.does)(&self.data, entry.exam)),
            Key::Char(c) => {
                let chosen = menu.iter().find(|entry| entry.key == Some(c.to_ascii_lowercase()))?;
                return (chosen.does)(&self.data, chosen.exam);
            }
            _ => {}
        }
        None
    }

    fn settled(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        // Something was done on the screen that was closed: read the numbers again.
        matches!(reply, Reply::Closed).then_some(Effect::Open(Route::Home))
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        if area.width < 76 {
            let mut page = TextPage::new(cx.theme, area);
            self.draw_menu(&mut page);
            page.gap();
            self.draw_state(&mut page);
            page.draw(frame, area, &mut self.scroll);
            return;
        }
        let wide = area.width.min(110);
        let x = area.x + (area.width - wide) / 2;
        let menu = if wide < 100 { 32 } else { 40 };
        let left = Rect { x, y: area.y + 1, width: menu, height: area.height - 1 };
        let right = Rect { x: x + menu, width: wide - menu, ..left };
        let mut page = TextPage::new(cx.theme, left);
        self.draw_menu(&mut page);
        page.draw(frame, left, &mut Scroll::default());
        let mut page = TextPage::new(cx.theme, right);
        self.draw_state(&mut page);
        page.draw(frame, right, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("needlewise".to_owned(), self.data.name.clone())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![key("↑↓", "choose"), key("Enter", "open"), key("q", "quit")]
    }
}
