//! One person in the records: where they stand, their attempts, their certificates, and what happened when.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::text;
use crate::tui::effect::Effect;
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Page, Scroll};
use crate::tui::screen::{Cx, Screen, on_read};
use crate::tui::theme::Role;
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

fn heading(page: &mut Page, says: &str) {
    page.gap();
    page.text(Role::Strong, says);
}

impl Screen for PersonScreen {
    fn on(&mut self, key: Key, _: &Cx) -> Option<Effect> {
        on_read(&mut self.scroll, key, Effect::Close)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx) {
        let data = &self.data;
        let person = &data.person.person;
        let mut page = Page::new(cx.theme, area);
        page.gap();
        page.text(Role::Strong, &text::one_line(&person.name));
        let facts = [("Staff no.", &person.staff_id), ("License", &person.license), ("On hold", &person.hold)];
        for (label, value) in facts {
            if let Some(value) = value {
                page.text(Role::Text, &format!("{label}: {}", text::one_line(value)));
            }
        }
        page.text(Role::Dim, &data.person.id.to_string());
        heading(&mut page, "Standing");
        for (exam, cell) in &data.standings {
            let by = cell
                .by
                .as_ref()
                .map_or_else(String::new, |by| format!(", {}, until {}", by.assurance.name(), by.valid_until.day()));
            page.hanging("  ", Role::Text, Role::Text, &format!("{}: {}{by}", text::one_line(exam), cell.standing));
        }
        heading(&mut page, "Certificates");
        for (held, checked) in &data.certificates {
            let issuer = text::one_line(&checked.issuer_words());
            let assurance = checked.credential.as_ref().and_then(|credential| credential.assurance());
            let assurance = assurance.map_or("", crate::credential::Assurance::name);
            let says = format!(
                "{}  {}, {assurance}, until {}: {}, {issuer}",
                held.certificate.short(),
                held.exam,
                held.valid_until.day(),
                checked.verdict
            );
            page.hanging("  ", Role::Text, Role::Text, &says);
        }
        if data.certificates.is_empty() {
            page.text(Role::Dim, "  none");
        }
        heading(&mut page, "Attempts on this computer");
        for (row, told) in &data.attempts {
            let what = row.exam.as_ref().map_or_else(|| row.mode.to_string(), ToString::to_string);
            let score = row.earned.as_ref().filter(|_| *told);
            let score = score.map_or_else(String::new, |earned| format!(", {earned} of {}", row.possible));
            page.hanging(
                "  ",
                Role::Text,
                Role::Text,
                &format!("{}  {what}: {}{score}", row.started.local(), row.state()),
            );
        }
        if data.attempts.is_empty() {
            page.text(Role::Dim, "  none");
        }
        heading(&mut page, "Timeline");
        for (at, says) in &data.timeline {
            page.hanging("  ", Role::Text, Role::Dim, &format!("{}  {says}", at.local()));
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &Cx) -> (String, String) {
        ("Person".to_owned(), text::one_line(&self.data.person.person.name))
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![key("↑↓", "scroll"), key("Esc", "back")]
    }
}
