//! One person in the records: where they stand, their attempts, their certificates, and what happened when.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::credential::Assurance;
use crate::text;
use crate::tui::effect::Effect;
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screen::{Screen, ScreenContext, on_read};
use crate::tui::theme::TextRole;
use crate::view::person::PersonView;

/// One person.
pub struct PersonScreen {
    data: PersonView,
    scroll: Scroll,
}

impl PersonScreen {
    /// Shows this.
    pub fn new(data: PersonView) -> Self {
        Self { data, scroll: Scroll::TOP }
    }
}

fn heading(page: &mut TextPage, label: &str) {
    page.gap();
    page.text(TextRole::Strong, label);
}

fn line(page: &mut TextPage, text: &str) {
    page.hanging("  ", TextRole::Text, TextRole::Text, text);
}

fn draw_statuses(page: &mut TextPage, data: &PersonView) {
    heading(page, "Standing");
    for (exam, cell) in &data.standings {
        let by = cell.certificate_row.as_ref();
        let by = by.map_or_else(String::new, |by| format!(", {}, until {}", by.assurance.name(), by.valid_until.day()));
        line(page, &format!("{}: {}{by}", text::single_line(exam), cell.status));
    }
}

fn draw_certificates(page: &mut TextPage, data: &PersonView) {
    heading(page, "Certificates");
    for (held, checked) in &data.certificates {
        let issuer = text::single_line(&checked.issuer_label());
        let assurance = checked.credential.as_ref().and_then(|credential| credential.assurance());
        let assurance = assurance.map_or("", Assurance::name);
        let (id, exam, until) = (held.certificate_id.short(), &held.exam, held.valid_until.day());
        line(page, &format!("{id}  {exam}, {assurance}, until {until}: {}, {issuer}", checked.verdict));
    }
    if data.certificates.is_empty() {
        page.text(TextRole::Dim, "  none");
    }
}

fn draw_attempts(page: &mut TextPage, data: &PersonView) {
    heading(page, "Attempts on this computer");
    for (row, shows_score) in &data.attempts {
        let exam = row.exam.as_ref().map_or_else(|| row.mode.to_string(), ToString::to_string);
        let score = row.earned.as_ref().filter(|_| *shows_score);
        let score = score.map_or_else(String::new, |earned| format!(", {earned} of {}", row.possible));
        line(page, &format!("{}  {exam}: {}{score}", row.started.format_local(), row.state()));
    }
    if data.attempts.is_empty() {
        page.text(TextRole::Dim, "  none");
    }
}

impl Screen for PersonScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        on_read(&mut self.scroll, key, Effect::Close)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let data = &self.data;
        let person = &data.person.person;
        let mut page = TextPage::new(cx.theme, area);
        page.gap();
        page.text(TextRole::Strong, &text::single_line(&person.name));
        let facts = [("Staff no.", &person.staff_id), ("License", &person.license), ("On hold", &person.hold)];
        for (label, value) in facts {
            if let Some(value) = value {
                page.text(TextRole::Text, &format!("{label}: {}", text::single_line(value)));
            }
        }
        page.text(TextRole::Dim, &data.person.id.to_string());
        draw_statuses(&mut page, data);
        draw_certificates(&mut page, data);
        draw_attempts(&mut page, data);
        heading(&mut page, "Timeline");
        for (at, event) in &data.timeline {
            page.hanging("  ", TextRole::Text, TextRole::Dim, &format!("{}  {event}", at.format_local()));
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Person".to_owned(), text::single_line(&self.data.person.person.name))
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![key("↑↓", "scroll"), key("Esc", "back")]
    }
}
