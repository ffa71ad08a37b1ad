//! One person in the records: certification status, attempts, certificates and a timeline.

use ratatui::layout::Rect;

use crate::clock::Zone;
use crate::credential::Assurance;
use crate::projections::links::LinkProposal;
use crate::projections::people::PersonRow;
use crate::text;
use crate::tui::binding::{Action, Binding};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, Dialog, LinkDecision, RecordsCommand};
use crate::tui::key::Key;
use crate::tui::overlay::CLOSE_OVERLAY;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::read_only::{on_read_only_action, read_only_bindings};
use crate::tui::screens::{Effect, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::person::{PersonAttemptView, PersonView};
use crate::view::status::status_line;

/// One person in the records.
pub struct PersonScreen {
    data: PersonView,
    scroll: Scroll,
}

impl PersonScreen {
    /// Returns the screen of this person.
    pub fn new(data: PersonView) -> Self {
        Self { data, scroll: Scroll::TOP }
    }
}

fn draw_statuses(page: &mut TextPage, data: &PersonView) {
    page.begin_panel("Certification status");
    for (exam, cell) in &data.statuses {
        let status = status_line(cell, &data.person.person.name, data.today);
        page.push_text(TextRole::Text, &format!("{}: {status}", text::single_line(exam)));
    }
    page.end_panel();
}

fn draw_certificates(page: &mut TextPage, data: &PersonView) {
    page.begin_panel("Certificates");
    for (stored_certificate, verification) in &data.certificates.records {
        let issuer = text::single_line(&verification.issuer_label());
        let assurance = verification.credential.as_ref().and_then(|credential| credential.assurance());
        let assurance = assurance.map_or("", Assurance::name);
        let (short_id, exam, until) =
            (stored_certificate.certificate_id.short(), &stored_certificate.exam, stored_certificate.valid_until.day());
        page.push_text(
            TextRole::Text,
            &format!("{exam}: {}, {assurance}, until {until}, from {issuer} ({short_id})", verification.verdict),
        );
    }
    for sentence in &data.certificates.damaged {
        page.push_text(TextRole::Bad, &format!("Damaged: {sentence}. Run `needlewise doctor`."));
    }
    if data.certificates.records.is_empty() && data.certificates.damaged.is_empty() {
        page.push_text(TextRole::Dim, "None");
    }
    page.end_panel();
}

fn draw_attempts(page: &mut TextPage, data: &PersonView, zone: &Zone) {
    page.begin_panel("Attempts on this computer");
    for PersonAttemptView { row, state, is_disclosed } in &data.attempts {
        let label = row.label();
        let score = row.earned.as_ref().filter(|_| *is_disclosed);
        let score =
            score.map_or_else(String::new, |earned| format!(", {} of {}", earned.format_for_people(), row.possible));
        page.push_text(
            TextRole::Text,
            &format!("{}  {label}: {}{score}", row.started_at.format_local(zone), state.label()),
        );
    }
    if data.attempts.is_empty() {
        page.push_text(TextRole::Dim, "None");
    }
    page.end_panel();
}

/// Draws the records that may be of the same person. The keys settle the first one.
fn draw_proposals(page: &mut TextPage, data: &PersonView) {
    if data.proposals.is_empty() {
        return;
    }
    page.begin_panel("Perhaps the same person");
    for LinkProposal { from, to, reason } in &data.proposals {
        let other = if from.id == data.person.id { to } else { from };
        let name = text::single_line(&other.person.name);
        let details = [("staff no.", &other.person.staff_id), ("license", &other.person.license)].into_iter();
        let details =
            details.filter_map(|(label, value)| Some(format!(", {label} {}", text::single_line(value.as_deref()?))));
        page.push_text(TextRole::Text, &format!("{name}{}: {}", details.collect::<String>(), reason.label()));
    }
    page.end_panel();
}

/// Asks before two records are settled.
fn settle_dialog(proposal: &LinkProposal, decision: LinkDecision) -> Dialog {
    let describe = |row: &PersonRow| {
        let number = row.person.staff_id.as_deref().unwrap_or("no staff number");
        format!("{} ({})", text::single_line(&row.person.name), text::single_line(number))
    };
    let (title, what, action, label) = match decision {
        LinkDecision::Link => (
            "Link these two records?",
            "They become one person in all lists. `needlewise trainee unlink` takes it back.",
            "link-now",
            "link",
        ),
        LinkDecision::KeepApart => (
            "Two different people?",
            "They are not proposed again. `needlewise record link` can still link them.",
            "keep-apart-now",
            "two people",
        ),
    };
    Dialog {
        title: title.to_owned(),
        text: format!("{} and {}. {what}", describe(&proposal.from), describe(&proposal.to)),
        bindings: vec![
            Binding::new(&[Key::Char('y')], Action::named(action), label),
            Binding::new(&[Key::Any], CLOSE_OVERLAY, "back"),
        ],
    }
}

impl Screen for PersonScreen {
    fn bindings(&self) -> Vec<Binding> {
        let mut rows = Vec::new();
        if !self.data.proposals.is_empty() {
            rows.push(Binding::new(&[Key::Char('l')], Action::named("link"), "link"));
            rows.push(Binding::new(&[Key::Char('t')], Action::named("keep-apart"), "two people"));
        }
        rows.extend(read_only_bindings());
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        let proposal = self.data.proposals.first();
        let settle = |decision| {
            Some(Effect::Do(Command::Records(RecordsCommand::SettleLink(Box::new(proposal?.clone()), decision))))
        };
        match action.name {
            "link" => Some(Effect::Ask(settle_dialog(proposal?, LinkDecision::Link))),
            "link-now" => settle(LinkDecision::Link),
            "keep-apart" => Some(Effect::Ask(settle_dialog(proposal?, LinkDecision::KeepApart))),
            "keep-apart-now" => settle(LinkDecision::KeepApart),
            _ => on_read_only_action(&mut self.scroll, action, Effect::Close),
        }
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let data = &self.data;
        let person = &data.person.person;
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        page.push_text(TextRole::Strong, &text::single_line(&person.name));
        let details = [("Staff no.", &person.staff_id), ("License", &person.license), ("On hold", &person.hold)];
        for (label, value) in details {
            if let Some(value) = value {
                page.push_text(TextRole::Text, &format!("{label}: {}", text::single_line(value)));
            }
        }
        // Two people can have one name. The ID tells them apart, and `--trainee` takes it.
        page.push_text(TextRole::Dim, &format!("ID: {}", data.person.id));
        for record in &data.linked_records {
            page.push_text(
                TextRole::Dim,
                &format!("Linked: {} ({})", text::single_line(&record.person.name), record.id),
            );
        }
        page.push_blank_line();
        draw_proposals(&mut page, data);
        draw_statuses(&mut page, data);
        draw_certificates(&mut page, data);
        draw_attempts(&mut page, data, &context.zone);
        page.begin_panel("Timeline");
        for (at, event) in &data.timeline {
            let moment = format!("{}  ", at.format_local(&context.zone));
            page.push_hanging_text(&moment, TextRole::Dim, TextRole::Text, event);
        }
        page.end_panel();
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Person".to_owned(), text::single_line(&self.data.person.person.name))
    }
}
