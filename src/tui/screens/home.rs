//! The home screen: the menu, progress by topic, and the status of each exam.
//!
//! ```text
//! ▸ Practice a topic         p    Topics  correct of answered, last day
//!   Take the exam            e    Contraindications    ······ not practiced yet
//!   Certificates             c    Mechanism            ███··· 12 of 20, Nov 22
//!   Records                  l
//!   Quit                     q    Exam: Foundations of dry needling
//!                                 Available now. 2 of 3 attempts left.
//! ```

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::bank::exam::Exam;
use crate::clock::{Millis, Zone};
use crate::exam::eligibility::Eligibility;
use crate::text;
use crate::tui::binding::{Action, Binding, first_last_bindings, page_bindings, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, Reply};
use crate::tui::key::Key;
use crate::tui::page::{Scroll, TextPage, progress_bar};
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::home::{HomeView, TopicView};

/// An entry of the menu on the home screen.
struct MenuEntry {
    label: String,
    /// The key that opens it. The tenth exam and later ones have none.
    key: Option<char>,
    action: Action,
}

impl MenuEntry {
    fn new(label: &str, key: char, action: &'static str) -> Self {
        Self { label: label.to_owned(), key: Some(key), action: Action::named(action) }
    }
}

/// The home screen of a trainee.
#[derive(Debug)]
pub struct HomeScreen {
    data: HomeView,
    selected: usize,
    scroll: Scroll,
    /// Whether [`Command::CompleteBusiness`] was sent. It waits for the first frame, so that home appears at once.
    is_business_requested: bool,
}

impl HomeScreen {
    /// Returns the home screen with this data.
    pub fn new(data: HomeView) -> Self {
        Self { data, selected: 0, scroll: Scroll::default(), is_business_requested: false }
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let mut menu = Vec::new();
        // While an exam is in progress, the services refuse every other start.
        if let Some(open_exam) = &self.data.open_exam {
            menu.push(MenuEntry::new(&format!("Resume exam: {}", open_exam.title), 'g', "resume"));
        } else {
            if self.data.open_practice.is_some() {
                menu.push(MenuEntry::new("Resume practice", 'g', "resume"));
            }
            if self.data.open_mock.is_some() {
                menu.push(MenuEntry::new("Resume mock exam", 'm', "resume-mock"));
            }
            menu.push(MenuEntry::new("Practice a topic", 'p', "practice"));
            menu.extend(self.data.exams.iter().enumerate().map(|(index, (exam, _))| MenuEntry {
                label: match self.data.exams.len() {
                    1 => "Take the exam".to_owned(),
                    _ => format!("Exam: {}", exam.title),
                },
                key: exam_key(index),
                action: Action::indexed("exam", index),
            }));
        }
        menu.push(MenuEntry::new("Certificates", 'c', "certificates"));
        menu.push(MenuEntry::new("Records", 'l', "records"));
        menu.push(MenuEntry { label: "Quit".to_owned(), key: Some('q'), action: Action::QUIT });
        menu
    }

    /// Runs the action of a menu entry.
    fn open_entry(&self, action: Action) -> Option<Effect> {
        match action.name {
            "resume" => {
                let open_exam = self.data.open_exam.as_ref().map(|open_exam| open_exam.attempt);
                open_exam.or(self.data.open_practice).map(|attempt| Effect::Do(Command::Resume(attempt)))
            }
            "resume-mock" => self.data.open_mock.map(|attempt| Effect::Do(Command::Resume(attempt))),
            "practice" => Some(Effect::Open(Route::Topics)),
            "exam" => {
                let (exam, _) = self.data.exams.get(action.index)?;
                Some(Effect::Open(Route::Briefing(Arc::clone(exam))))
            }
            "certificates" => Some(Effect::Open(Route::Certificates)),
            "records" => Some(Effect::Open(Route::Records)),
            "quit" => Some(Effect::Quit),
            _ => None,
        }
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
            page.set_line_action(Some(entry.action));
            page.push_line(&[
                (TextRole::Accent, if is_selected { "▸ " } else { "  " }),
                (role, &label),
                (TextRole::Text, &" ".repeat(gap)),
                (TextRole::Dim, &key),
            ]);
        }
        page.set_line_action(None);
    }

    fn draw_topics_and_exams(&self, page: &mut TextPage, zone: &Zone) {
        page.begin_panel("Topics: bar of all, correct of answered");
        for topic in &self.data.topics {
            draw_topic(page, topic, zone);
        }
        page.end_panel();
        page.begin_panel("Exams");
        for (exam, eligibility) in &self.data.exams {
            page.push_line(&[(TextRole::Strong, &exam.title)]);
            let status = match (&self.data.open_exam, eligibility) {
                (Some(open), _) if open.exam.as_ref() == Some(&exam.id) => {
                    if open.has_time_limit { "In progress. The clock is running." } else { "In progress" }.to_owned()
                }
                (Some(open), Eligibility::Now { .. }) => format!("Available after you submit {}", open.title),
                _ => exam_status(exam, *eligibility, zone),
            };
            page.push_text(TextRole::Text, &status);
        }
        page.end_panel();
    }
}

/// Returns the key of an exam by its index: `e`, then `2` to `9`, then none.
fn exam_key(index: usize) -> Option<char> {
    match index {
        0 => Some('e'),
        _ => u32::try_from(index + 1).ok().and_then(|number| char::from_digit(number, 10)),
    }
}

/// Returns whether this person may take the exam, in words.
fn exam_status(exam: &Exam, eligibility: Eligibility, zone: &Zone) -> String {
    let attempts_left = |count: u32| crate::view::attempts_left_text(count, exam);
    match eligibility {
        Eligibility::Now { attempts_left: count } => format!("Available now. {}.", attempts_left(count)),
        Eligibility::Later { from: at, attempts_left: count } => {
            format!("Not passed. Next attempt after {}. {}.", at.format_for_people(zone), attempts_left(count))
        }
        Eligibility::Passed { valid_until: until, .. } => {
            format!("Passed, valid through {} (UTC)", until.day().format_for_people())
        }
        Eligibility::NoAttemptsLeft => "No attempts left. Ask your school to grant another.".to_owned(),
    }
}

/// Draws a topic in one line: its title, a bar, how many questions are correct and answered, and the day of the last
/// practice. The bar counts correct answers against all questions of the topic.
fn draw_topic(page: &mut TextPage, topic: &TopicView, zone: &Zone) {
    let title_width = page.width().saturating_sub(26).clamp(8, 24);
    let title = text::truncate(&text::single_line(&topic.title), title_width).into_owned();
    let gap = " ".repeat(title_width.saturating_sub(text::width(&title)) + 1);
    let (filled, empty) = progress_bar(topic.correct, topic.total, 6);
    let progress = match topic.last_practiced {
        Some(last) => format!(" {} of {}, {}", topic.correct, topic.answered, last.format_local_day(zone)),
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
    fn bindings(&self) -> Vec<Binding> {
        let mut rows = up_down_bindings("choose").to_vec();
        rows.push(Binding::new(&[Key::Enter], Action::named("open"), "open"));
        rows.push(Binding::new(&[Key::Char('q'), Key::Esc, Key::CtrlC], Action::QUIT, "quit"));
        // The menu shows these keys beside its entries, so the footer does not list them.
        let entries = self.menu().into_iter().filter(|entry| entry.action != Action::QUIT);
        rows.extend(entries.filter_map(|entry| Some(Binding::unlisted(&[Key::Char(entry.key?)], entry.action))));
        rows.extend(first_last_bindings());
        rows.extend(page_bindings());
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        if self.scroll.handle_action(action, 5) {
            return None;
        }
        self.scroll.follow_focus();
        let menu = self.menu();
        match action.name {
            "up" => self.selected = self.selected.saturating_sub(1),
            "down" => self.selected = (self.selected + 1).min(menu.len() - 1),
            "first" => self.selected = 0,
            "last" => self.selected = menu.len() - 1,
            "open" => return menu.get(self.selected).and_then(|entry| self.open_entry(entry.action)),
            _ => return self.open_entry(action),
        }
        None
    }

    fn on_tick(&mut self, _: &ScreenContext) -> Option<Effect> {
        let is_first = !std::mem::replace(&mut self.is_business_requested, true);
        is_first.then_some(Effect::Do(Command::CompleteBusiness))
    }

    fn next_wake(&self, _: &ScreenContext) -> Option<Millis> {
        (!self.is_business_requested).then_some(Millis(0))
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        // The closed screen may have changed the progress or the attempts, so the data is loaded again.
        matches!(reply, Reply::Closed).then_some(Effect::Open(Route::Home))
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        if area.width < 76 {
            let mut page = TextPage::new(context.theme, area);
            self.draw_menu(&mut page);
            page.push_blank_line();
            self.draw_topics_and_exams(&mut page, &context.zone);
            page.draw(canvas, area, &mut self.scroll);
            return;
        }
        let total_width = area.width.min(110);
        let x = area.x + (area.width - total_width) / 2;
        let menu_width = if total_width < 100 { 32 } else { 40 };
        let left = Rect { x, y: area.y + 1, width: menu_width, height: area.height - 1 };
        let right = Rect { x: x + menu_width, width: total_width - menu_width, ..left };
        let mut page = TextPage::new(context.theme, left);
        self.draw_menu(&mut page);
        page.draw(canvas, left, &mut Scroll::default());
        let mut page = TextPage::new(context.theme, right);
        self.draw_topics_and_exams(&mut page, &context.zone);
        page.draw(canvas, right, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("needlewise".to_owned(), self.data.trainee_name.clone())
    }
}
