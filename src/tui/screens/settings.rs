//! The settings of a trainee: how much to study, when a question is asked again, and the days of exams.
//!
//! ```text
//! ▸ Minutes a day                ‹20›   default 20
//!   New questions a day          ‹10›   default 10
//!   Ask again at a recall chance of     ‹90 %› default 90 %
//!   Ask how sure you are         ‹on›   default on
//!   Exam day: Foundations        2026-12-14
//! ```
//!
//! Changes are stored together, all or none, when the screen is left.

use ratatui::layout::Rect;

use crate::attempt::person::{PlanChange, StudyChanged};
use crate::bank::exam::Percent;
use crate::clock::{Day, InvalidDay};
use crate::study::settings::StudySettings;
use crate::text;
use crate::tui::binding::{Action, Binding, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::list;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screens::{Effect, Screen, ScreenContext};
use crate::tui::text_field::{TextField, editing_bindings};
use crate::tui::theme::TextRole;
use crate::view::settings::SettingsView;

/// How much one key changes the minutes a day.
const MINUTES_STEP: u32 = 5;

/// The number of lines before the days of exams.
const NUMBER_LINES: usize = 4;

/// The settings of a trainee.
#[derive(Debug)]
pub struct SettingsScreen {
    view: SettingsView,
    /// What was changed so far.
    changed: StudyChanged,
    /// The settings with these changes.
    settings: StudySettings,
    /// The day of each exam, as typed.
    days: Vec<TextField>,
    selected: usize,
    note: Option<String>,
    scroll: Scroll,
}

impl SettingsScreen {
    /// Returns the settings of a trainee.
    pub fn new(view: SettingsView) -> Self {
        let typed = |day: &Option<Day>| TextField::new(day.map_or_else(String::new, |day| day.to_string()));
        let days = view.exams.iter().map(|(_, _, day)| typed(day)).collect();
        let settings = view.settings.clone();
        let changed = StudyChanged::default();
        Self { view, changed, settings, days, selected: 0, note: None, scroll: Scroll::default() }
    }

    fn line_count(&self) -> usize {
        NUMBER_LINES + self.days.len()
    }

    /// Returns the index of the exam whose day is selected.
    fn selected_exam(&self) -> Option<usize> {
        self.selected.checked_sub(NUMBER_LINES)
    }

    /// Changes the selected number by one step.
    fn step(&mut self, direction: i64) {
        let stepped = |value: u32, step: u32, (least, most): (u32, u32)| {
            let value = i64::from(value) + direction * i64::from(step);
            u32::try_from(value.clamp(least.into(), most.into())).unwrap_or(least)
        };
        let settings = &self.settings;
        match self.selected {
            0 => {
                self.changed.minutes = Some(stepped(settings.minutes(), MINUTES_STEP, StudySettings::MINUTES));
            }
            1 => self.changed.new_per_day = Some(stepped(settings.new_per_day(), 1, StudySettings::NEW_PER_DAY)),
            2 => {
                let (least, most) = StudySettings::RETENTION;
                let percent = stepped(u8::from(settings.retention()).into(), 1, (least.into(), most.into()));
                self.changed.retention = u8::try_from(percent).ok().map(Percent::at_most_100);
            }
            3 => self.changed.asks_certainty = Some(!settings.asks_certainty()),
            _ => return,
        }
        self.settings.apply(&self.changed);
    }

    /// Returns the changes to store, or why a day cannot be read.
    fn changes(&self) -> Result<Vec<StudyChanged>, String> {
        let mut changes = Vec::new();
        if self.changed != StudyChanged::default() {
            changes.push(self.changed.clone());
        }
        for ((exam, title, before), typed) in self.view.exams.iter().zip(&self.days) {
            let day = parse_day(typed.content(), self.view.today).map_err(|reason| format!("{title}: {reason}"))?;
            if day != *before {
                let plan = Some(PlanChange { exam: exam.clone(), day });
                changes.push(StudyChanged { plan, ..StudyChanged::default() });
            }
        }
        Ok(changes)
    }

    fn leave(&mut self) -> Option<Effect> {
        match self.changes() {
            Ok(changes) if changes.is_empty() => Some(Effect::Close),
            Ok(changes) => Some(Effect::Do(Command::ChangeSettings(changes))),
            // The second time, the trainee has read why.
            Err(_) if self.note.is_some() => Some(Effect::Close),
            Err(reason) => {
                self.note = Some(format!("{reason}. Press Esc again to leave without saving anything."));
                None
            }
        }
    }

    fn draw_line(&self, page: &mut TextPage, line: usize, label: &str, value: &str, note: &str) {
        if line == self.selected {
            page.focus_next_line();
        }
        let label_width = page.width().saturating_sub(30).clamp(16, 40);
        let label = text::truncate(&text::single_line(label), label_width).into_owned();
        let gap = " ".repeat(label_width.saturating_sub(text::width(&label)) + 2);
        page.set_line_action(Some(Action::indexed("select-line", line)));
        page.push_line(&[
            (TextRole::Accent, list::pointer(line, self.selected)),
            (list::entry_role(line, self.selected), &label),
            (TextRole::Text, &gap),
            (TextRole::Accent, value),
            (TextRole::Dim, note),
        ]);
        page.set_line_action(None);
    }
}

/// Parses the day of an exam. An empty text is no plan.
fn parse_day(typed: &str, today: Day) -> Result<Option<Day>, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let day: Day = typed.parse().map_err(|error: InvalidDay| error.to_string())?;
    if day < today { Err("this day is in the past; choose today or later".to_owned()) } else { Ok(Some(day)) }
}

impl Screen for SettingsScreen {
    fn bindings(&self) -> Vec<Binding> {
        let mut rows = up_down_bindings("choose").to_vec();
        if self.selected_exam().is_some() {
            rows.extend(editing_bindings());
            rows.push(Binding::new(&[Key::CtrlU], Action::named("delete-all"), "clear the day"));
        } else {
            rows.extend([
                Binding::new(&[Key::Left], Action::named("less"), "change"),
                Binding::new(&[Key::Right, Key::Char(' ')], Action::named("more"), "change"),
            ]);
        }
        rows.push(Binding::new(&[Key::Enter, Key::Esc], Action::LEAVE, "save and go back"));
        rows.push(Binding::unlisted(&[Key::CtrlC], Action::QUIT));
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow_focus();
        if action.name == "leave" {
            return self.leave();
        }
        self.note = None;
        if let Some(selected) = list::selected_after(action, self.selected, self.line_count()) {
            self.selected = selected;
            return None;
        }
        match action.name {
            "quit" => return Some(Effect::Quit),
            "select-line" => self.selected = action.index.min(self.line_count() - 1),
            "less" => self.step(-1),
            "more" => self.step(1),
            name => {
                let field = self.selected_exam().and_then(|exam| self.days.get_mut(exam));
                if !field.is_some_and(|field| field.edit(name)) {
                    self.scroll.handle_action(action, 8);
                }
            }
        }
        None
    }

    fn on_text(&mut self, c: char) {
        self.note = None;
        if let Some(field) = self.selected_exam().and_then(|exam| self.days.get_mut(exam)) {
            field.insert(c);
        }
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        let (settings, defaults) = (&self.settings, StudySettings::default());
        let on_or_off = |is_on: bool| if is_on { "on" } else { "off" };
        page.push_blank_line();
        let minutes = settings.minutes().to_string();
        self.draw_line(&mut page, 0, "Minutes a day", &minutes, &format!("  default {}", defaults.minutes()));
        let new = settings.new_per_day().to_string();
        self.draw_line(&mut page, 1, "New questions a day", &new, &format!("  default {}", defaults.new_per_day()));
        let percent = |settings: &StudySettings| format!("{} %", u8::from(settings.retention()));
        let default = format!("  default {}", percent(&defaults));
        self.draw_line(&mut page, 2, "Ask again at a recall chance of", &percent(settings), &default);
        let certainty = on_or_off(settings.asks_certainty());
        let default = format!("  default {}", on_or_off(defaults.asks_certainty()));
        self.draw_line(&mut page, 3, "Ask how sure you are", certainty, &default);
        for (exam, ((_, title, _), typed)) in self.view.exams.iter().zip(&self.days).enumerate() {
            let line = NUMBER_LINES + exam;
            let value = if line == self.selected { typed.with_cursor("▏") } else { typed.content().to_owned() };
            let note = if value.is_empty() { "none" } else { "" };
            self.draw_line(&mut page, line, &format!("Exam day: {title}"), &value, note);
        }
        page.push_blank_line();
        if let Some(note) = &self.note {
            page.push_text(TextRole::Warn, note);
            page.push_blank_line();
        }
        page.push_text(
            TextRole::Dim,
            "Type an exam day as YYYY-MM-DD, for example 2027-01-15. Today's session then asks the questions that help most \
             before the exam. Without an exam day, it asks the questions that are due for review, and then new ones.",
        );
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Settings".to_owned(), self.view.trainee_name.clone())
    }

    fn captures_text(&self) -> bool {
        self.selected_exam().is_some()
    }
}
