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

use std::collections::HashMap;
use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::attempt::Mode;
use crate::bank::exam::Exam;
use crate::bank::shelf::Outline;
use crate::clock::Timestamp;
use crate::ids::{AttemptId, BankId, ExamId};
use crate::quiz::policy::Start;
use crate::records::PersonRow;
use crate::sitting::{Desk, Error};
use crate::text;
use crate::tui::effect::{Effect, Outcome};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Page, Scroll, bar};
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;

/// How far a topic is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// The bank.
    pub bank: BankId,
    /// Its title.
    pub title: String,
    /// How many questions it has.
    pub total: usize,
    /// How many of them were answered in practice.
    pub seen: usize,
    /// How many of those rightly the last time.
    pub right: usize,
    /// When it was last practiced.
    pub last: Option<Timestamp>,
}

/// What the home screen shows.
#[derive(Debug, Clone)]
pub struct HomeData {
    /// Who sits here.
    pub name: String,
    /// The topics that may be practiced.
    pub topics: Vec<Topic>,
    /// The exams, with when each may be started.
    pub exams: Vec<(Arc<Exam>, Start)>,
    /// The exam that is open.
    pub open_exam: Option<OpenExam>,
    /// The practice that is open.
    pub open_practice: Option<AttemptId>,
    /// The mock exam that is open.
    pub open_mock: Option<AttemptId>,
}

/// An exam that was begun and has not ended.
#[derive(Debug, Clone)]
pub struct OpenExam {
    /// The attempt.
    pub attempt: AttemptId,
    /// The exam's name.
    pub exam: Option<ExamId>,
    /// The exam's title.
    pub title: String,
}

/// Reads what the home screen shows.
///
/// # Errors
/// What the store says.
pub fn load(desk: &mut Desk, person: &PersonRow) -> Result<HomeData, Error> {
    desk.certify_pending(person.id)?;
    let open_exam = desk.open_attempt(person.id, Mode::Exam)?;
    let open_practice = desk.open_attempt(person.id, Mode::Practice)?.map(|row| row.id);
    let open_mock = desk.open_attempt(person.id, Mode::Mock)?.map(|row| row.id);
    let learned = desk.store.learned(person.id)?;
    let by_question: HashMap<_, _> =
        learned.iter().map(|row| ((row.bank.as_str(), row.question.as_str(), row.revision), row)).collect();
    let topic = |bank: &Outline| {
        let rows: Vec<_> = bank
            .ready
            .iter()
            .filter_map(|(id, revision)| by_question.get(&(bank.id.as_str(), id.as_str(), *revision)))
            .collect();
        Topic {
            bank: bank.id.clone(),
            title: bank.title.clone(),
            total: bank.ready.len(),
            seen: rows.len(),
            right: rows.iter().filter(|row| row.last_right).count(),
            last: rows.iter().map(|row| row.last).max(),
        }
    };
    let outlines = desk.catalog.banks().map(|bank| bank.value.outline()).filter(|outline| outline.practice);
    let topics = outlines.map(topic).collect();
    let exam = |entry: &crate::bank::catalog::Entry<Exam>| {
        Ok((Arc::clone(&entry.value), desk.may_start(person.id, &entry.value)?))
    };
    let exams = desk.catalog.exams().map(exam).collect::<Result<_, Error>>()?;
    let title = |row: &crate::records::AttemptRow| {
        let entry = row.exam.as_ref().and_then(|id| desk.catalog.exam(id).ok());
        entry.map_or_else(|| "exam".to_owned(), |entry| entry.value.title.clone())
    };
    let open_exam = open_exam.map(|row| OpenExam { attempt: row.id, title: title(&row), exam: row.exam });
    Ok(HomeData { name: person.person.name.clone(), topics, exams, open_exam, open_practice, open_mock })
}

/// An entry of the menu.
struct Entry {
    says: String,
    key: char,
    does: fn(&HomeData, usize) -> Option<Effect>,
    /// The exam it is about, by its place.
    exam: usize,
}

/// The home screen.
#[derive(Debug)]
pub struct Home {
    data: HomeData,
    at: usize,
    failed: Option<String>,
    scroll: Scroll,
}

impl Home {
    /// Shows this.
    pub fn new(data: HomeData) -> Self {
        Self { data, at: 0, failed: None, scroll: Scroll::default() }
    }

    fn menu(&self) -> Vec<Entry> {
        let entry = |says: &str, key, does| Entry { says: says.to_owned(), key, does, exam: 0 };
        let mut menu = Vec::new();
        if let Some(open) = &self.data.open_exam {
            let does = |data: &HomeData, _| data.open_exam.as_ref().map(|open| Effect::Resume(open.attempt));
            menu.push(entry(&format!("Go on with the exam: {}", open.title), 'g', does));
        } else {
            if self.data.open_practice.is_some() {
                menu.push(entry("Go on with the practice", 'g', |data, _| data.open_practice.map(Effect::Resume)));
            }
            if self.data.open_mock.is_some() {
                menu.push(entry("Go on with the mock exam", 'm', |data, _| data.open_mock.map(Effect::Resume)));
            }
            menu.push(entry("Practice a topic", 'p', |_, _| Some(Effect::Topics)));
            for (exam, (blueprint, _)) in self.data.exams.iter().enumerate() {
                let says = match self.data.exams.len() {
                    1 => "Take the exam".to_owned(),
                    _ => format!("Exam: {}", blueprint.title),
                };
                let key = char::from_digit(u32::try_from(exam).unwrap_or(u32::MAX), 10).unwrap_or(' ');
                let key = if exam == 0 { 'e' } else { key };
                let does = |data: &HomeData, exam: usize| {
                    data.exams.get(exam).map(|(exam, _)| Effect::Brief(Arc::clone(exam)))
                };
                menu.push(Entry { says, key, does, exam });
            }
        }
        menu.push(entry("Certificates", 'c', |_, _| Some(Effect::Certificates)));
        menu.push(entry("Records", 'l', |_, _| Some(Effect::Records)));
        menu.push(entry("Quit", 'q', |_, _| Some(Effect::Quit)));
        menu
    }

    fn draw_menu(&self, page: &mut Page) {
        for (at, entry) in self.menu().iter().enumerate() {
            let here = at == self.at;
            if here {
                page.focus();
            }
            let says = text::cut(&text::one_line(&entry.says), page.width().saturating_sub(6)).into_owned();
            let gap = page
                .width()
                .saturating_sub(text::width(&says) + 5)
                .min(28_usize.saturating_sub(text::width(&says)).max(2));
            let role = if here { Role::Strong } else { Role::Text };
            let key = entry.key.to_string();
            page.parts(&[
                (Role::Accent, if here { "▸ " } else { "  " }),
                (role, &says),
                (Role::Text, &" ".repeat(gap)),
                (Role::Dim, &key),
            ]);
        }
        if let Some(why) = &self.failed {
            page.gap();
            page.text(Role::Bad, why);
        }
    }

    fn draw_state(&self, page: &mut Page) {
        page.parts(&[(Role::Strong, "Topics"), (Role::Dim, "  right of those seen, last time")]);
        for topic in &self.data.topics {
            draw_topic(page, topic);
        }
        for (exam, start) in &self.data.exams {
            page.gap();
            page.parts(&[(Role::Strong, "Exam: "), (Role::Strong, &exam.title)]);
            let is_open = self.data.open_exam.as_ref().is_some_and(|open| open.exam.as_ref() == Some(&exam.id));
            let standing = if is_open { "Open; its time runs on.".to_owned() } else { standing(exam, *start) };
            page.text(Role::Text, &standing);
        }
    }
}

/// Says how an exam stands for this person.
fn standing(exam: &Exam, start: Start) -> String {
    let max = exam.attempts.max;
    let left = |left: u32| format!("{left} of {max} attempts left");
    match start {
        Start::Now { left: n } => format!("Not yet passed, {}.", left(n)),
        Start::Later { at, left: n } => format!("Not passed, next attempt from {}, {}.", at.local(), left(n)),
        Start::Passed { until, .. } => format!("Passed, valid through {} (UTC).", until.day().written()),
        Start::Never => "No further attempt possible.".to_owned(),
    }
}

/// Draws a topic in a line: a bar of what was right, what was right of those seen, and when.
fn draw_topic(page: &mut Page, topic: &Topic) {
    let wide = page.width().saturating_sub(26).clamp(8, 24);
    let title = text::cut(&text::one_line(&topic.title), wide).into_owned();
    let gap = " ".repeat(wide.saturating_sub(text::width(&title)) + 1);
    let (full, rest) = bar(topic.right, topic.total, 6);
    let says = match topic.last {
        Some(last) => format!(" {} of {}, {}", topic.right, topic.seen, last.local_day()),
        None => " not practiced yet".to_owned(),
    };
    page.parts(&[
        (Role::Text, &title),
        (Role::Text, &gap),
        (Role::Accent, &full),
        (Role::Dim, &rest),
        (Role::Text, &says),
    ]);
}

impl Screen for Home {
    fn on(&mut self, key: Key, _: &Cx) -> Option<Effect> {
        self.failed = None;
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
                let chosen = menu.iter().find(|entry| entry.key == c.to_ascii_lowercase())?;
                return (chosen.does)(&self.data, chosen.exam);
            }
            _ => {}
        }
        None
    }

    fn settled(&mut self, outcome: Outcome, _: &Cx) -> Option<Effect> {
        match outcome {
            Outcome::Failed(why) => self.failed = Some(why),
            // Something was done on the screen that went away; show the numbers anew.
            Outcome::Shown => return Some(Effect::Home),
            _ => {}
        }
        None
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx) {
        if area.width < 76 {
            let mut page = Page::new(cx.theme, area);
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
        let mut page = Page::new(cx.theme, left);
        self.draw_menu(&mut page);
        page.draw(frame, left, &mut Scroll::default());
        let mut page = Page::new(cx.theme, right);
        self.draw_state(&mut page);
        page.draw(frame, right, &mut self.scroll);
    }

    fn title(&self, _: &Cx) -> (String, String) {
        ("needlewise".to_owned(), self.data.name.clone())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![key("↑↓", "choose"), key("Enter", "open"), key("q", "quit")]
    }
}
