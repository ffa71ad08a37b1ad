//! The home screen: the menu, progress by topic, and the status of each exam.
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
use crate::tui::key::{Binding, Key, binding};
use crate::tui::page::{Scroll, TextPage, progress_bar};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::home::{HomeView, TopicView};

/// An entry of the menu.
struct MenuEntry {
    label: String,
    /// The key that opens it; the exams from the eleventh on have none.
    key: Option<char>,
    action: fn(&HomeView, usize) -> Option<Effect>,
    /// The exam it is about, by its place.
    exam_index: usize,
}

/// The home screen.
#[derive(Debug)]
pub struct HomeScreen {
    data: HomeView,
    selected: usize,
    scroll: Scroll,
}

impl HomeScreen {
    /// Shows this.
    pub fn new(data: HomeView) -> Self {
        Self { data, selected: 0, scroll: Scroll::default() }
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let entry =
            |label: &str, key, action| MenuEntry { label: label.to_owned(), key: Some(key), action, exam_index: 0 };
        let mut menu = Vec::new();
        if let Some(open_exam) = &self.data.open_exam {
            let action = |data: &HomeView, _| {
                data.open_exam.as_ref().map(|open_exam| Effect::Do(Command::Resume(open_exam.attempt)))
            };
            menu.push(entry(&format!("Go on with the exam: {}", open_exam.title), 'g', action));
        } else {
            if self.data.open_practice.is_some() {
                menu.push(entry("Go on with the practice", 'g', |data, _| data.open_practice.map(resume_effect)));
            }
            if self.data.open_mock.is_some() {
                menu.push(entry("Go on with the mock exam", 'm', |data, _| data.open_mock.map(resume_effect)));
            }
            menu.push(entry("Practice a topic", 'p', |_, _| Some(Effect::Open(Route::Topics))));
            for (exam, (blueprint, _)) in self.data.exams.iter().enumerate() {
                let label = match self.data.exams.len() {
                    1 => "Take the exam".to_owned(),
                    _ => format!("Exam: {}", blueprint.title),
                };
                let digit = u32::try_from(exam).ok().and_then(|exam| char::from_digit(exam, 10));
                let key = if exam == 0 { Some('e') } else { digit };
                let action = |data: &HomeView, exam: usize| {
                    data.exams.get(exam).map(|(exam, _)| Effect::Open(Route::Briefing(Arc::clone(exam))))
                };
                menu.push(MenuEntry { label, key, action, exam_index: exam });
            }
        }
        menu.push(entry("Certificates", 'c', |_, _| Some(Effect::Open(Route::Certificates))));
        menu.push(entry("Records", 'l', |_, _| Some(Effect::Open(Route::Records))));
        menu.push(entry("Quit", 'q', |_, _| Some(Effect::Quit)));
        menu
    }

    fn draw_menu(&self, page: &mut TextPage) {
        for (index, entry) in self.menu().iter().enumerate() {
            let is_selected = index == self.selected;
            if is_selected {
                page.focus_next_line();
            }
            let label = text::truncate(&text::single_line(&entry.label), page.width().saturating_sub(6)).into_owned();
            let gap = page
                .width()
                .saturating_sub(text::width(&label) + 5)
                .min(28_usize.saturating_sub(text::width(&label)).max(2));
            let role = if is_selected { TextRole::Strong } else { TextRole::Text };
            let key = entry.key.map_or_else(String::new, String::from);
            page.push_line(&[
                (TextRole::Accent, if is_selected { "▸ " } else { "  " }),
                (role, &label),
                (TextRole::Text, &" ".repeat(gap)),
                (TextRole::Dim, &key),
            ]);
        }
    }

    fn draw_topics_and_exams(&self, page: &mut TextPage) {
        page.push_line(&[(TextRole::Strong, "Topics"), (TextRole::Dim, "  right of those seen, last time")]);
        for topic in &self.data.topics {
            draw_topic(page, topic);
        }
        for (exam, eligibility) in &self.data.exams {
            page.push_blank_line();
            page.push_line(&[(TextRole::Strong, "Exam: "), (TextRole::Strong, &exam.title)]);
            let is_open =
                self.data.open_exam.as_ref().is_some_and(|open_exam| open_exam.exam.as_ref() == Some(&exam.id));
            let status = if is_open { "Open; its time runs on.".to_owned() } else { exam_status(exam, *eligibility) };
            page.push_text(TextRole::Text, &status);
        }
    }
}

/// The effect that resumes an attempt.
fn resume_effect(attempt: AttemptId) -> Effect {
    Effect::Do(Command::Resume(attempt))
}

/// Says how an exam stands for this person.
fn exam_status(exam: &Exam, eligibility: Eligibility) -> String {
    let max_attempts = exam.attempts.max;
    let attempts_left = |attempts_left: u32| format!("{attempts_left} of {max_attempts} attempts left");
    match eligibility {
        Eligibility::Now { attempts_left: count } => format!("Not yet passed, {}.", attempts_left(count)),
        Eligibility::Later { from: at, attempts_left: count } => {
            format!("Not passed, next attempt from {}, {}.", at.format_local(), attempts_left(count))
        }
        Eligibility::Passed { valid_until: until, .. } => {
            format!("Passed, valid through {} (UTC).", until.day().format_long())
        }
        Eligibility::NoAttemptsLeft => "No further attempt possible.".to_owned(),
    }
}

/// Draws a topic in a line: a bar of what was right, what was right of those seen, and when.
fn draw_topic(page: &mut TextPage, topic: &TopicView) {
    let title_width = page.width().saturating_sub(26).clamp(8, 24);
    let title = text::truncate(&text::single_line(&topic.title), title_width).into_owned();
    let gap = " ".repeat(title_width.saturating_sub(text::width(&title)) + 1);
    let (filled, empty) = progress_bar(topic.correct, topic.total, 6);
    let progress = match topic.last_practiced {
        Some(last) => format!(" {} of {}, {}", topic.correct, topic.answered, last.format_local_day()),
        None => " not practiced yet".to_owned(),
    };
    page.push_line(&[
        (TextRole::Text, &title),
        (TextRole::Text, &gap),
        (TextRole::Accent, &filled),
        (TextRole::Dim, &empty),
        (TextRole::Text, &progress),
    ]);
}

impl Screen for HomeScreen {
    fn on_key(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow_focus();
        let menu = self.menu();
        match key {
            Key::CtrlC | Key::Esc => return Some(Effect::Quit),
            Key::Up => self.selected = self.selected.saturating_sub(1),
            Key::Down => self.selected = (self.selected + 1).min(menu.len() - 1),
            Key::Home => self.selected = 0,
            Key::End => self.selected = menu.len() - 1,
            Key::PageUp => self.scroll.move_by(-5),
            Key::PageDown => self.scroll.move_by(5),
            Key::Enter => {
                return menu.get(self.selected).and_then(|entry| (entry.action)(&self.data, entry.exam_index));
            }
            Key::Char(c) => {
                let chosen = menu.iter().find(|entry| entry.key == Some(c.to_ascii_lowercase()))?;
                return (chosen.action)(&self.data, chosen.exam_index);
            }
            _ => {}
        }
        None
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        // Something was done on the screen that was closed: read the numbers again.
        matches!(reply, Reply::Closed).then_some(Effect::Open(Route::Home))
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, context: &ScreenContext) {
        if area.width < 76 {
            let mut page = TextPage::new(context.theme, area);
            self.draw_menu(&mut page);
            page.push_blank_line();
            self.draw_topics_and_exams(&mut page);
            page.draw(frame, area, &mut self.scroll);
            return;
        }
        let total_width = area.width.min(110);
        let x = area.x + (area.width - total_width) / 2;
        let menu_width = if total_width < 100 { 32 } else { 40 };
        let left = Rect { x, y: area.y + 1, width: menu_width, height: area.height - 1 };
        let right = Rect { x: x + menu_width, width: total_width - menu_width, ..left };
        let mut page = TextPage::new(context.theme, left);
        self.draw_menu(&mut page);
        page.draw(frame, left, &mut Scroll::default());
        let mut page = TextPage::new(context.theme, right);
        self.draw_topics_and_exams(&mut page);
        page.draw(frame, right, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("needlewise".to_owned(), self.data.trainee_name.clone())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![binding("↑↓", "choose"), binding("Enter", "open"), binding("q", "quit")]
    }
}
