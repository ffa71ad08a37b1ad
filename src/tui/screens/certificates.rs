//! The list of a trainee's certificates, and the screen of one certificate with all its signed fields.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::clock::Timestamp;
use crate::credential::{Assurance, Verdict, VerificationResult};
use crate::service::certificates::StoredCertificate;
use crate::text;
use crate::tui::effect::{Effect, Route};
use crate::tui::key::{Binding, Key, binding};
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screen::{Screen, ScreenContext, handle_read_only_key};
use crate::tui::theme::TextRole;

/// The list of certificates.
#[derive(Debug)]
pub struct CertificateListScreen {
    certificates: Vec<(StoredCertificate, VerificationResult)>,
    selected: usize,
    scroll: Scroll,
}

impl CertificateListScreen {
    /// Lists these.
    pub fn new(stored: Vec<(StoredCertificate, VerificationResult)>) -> Self {
        Self { certificates: stored, selected: 0, scroll: Scroll::default() }
    }
}

/// Says until when it is valid, or that it is not any more.
fn validity(stored_certificate: &StoredCertificate, verification: &VerificationResult, now: Timestamp) -> String {
    let day = stored_certificate.valid_until.day().format_long();
    match verification.verdict {
        Verdict::Invalid | Verdict::Revoked => verification.verdict.to_string(),
        _ if stored_certificate.valid_until < now => format!("Expired on {day} (UTC)"),
        _ => format!("Valid through {day} (UTC)"),
    }
}

/// Says how far others can rely on it.
fn reliance(verification: &VerificationResult) -> String {
    match verification.credential.as_ref().and_then(|credential| credential.assurance()) {
        Some(Assurance::SelfAttested) => "Self-test record: not supervised, identity not checked".to_owned(),
        Some(assurance) => {
            let issuer = text::single_line(&verification.issuer_label());
            format!("{}, signed by {issuer}; {} here", assurance.name(), verification.verdict)
        }
        None => verification.reason.clone(),
    }
}

impl Screen for CertificateListScreen {
    fn on_key(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow_focus();
        match key {
            Key::CtrlC => return Some(Effect::Quit),
            Key::Esc | Key::Char('q') => return Some(Effect::Close),
            Key::Up => self.selected = self.selected.saturating_sub(1),
            Key::Down => self.selected = (self.selected + 1).min(self.certificates.len().saturating_sub(1)),
            Key::Enter => {
                let (stored_certificate, verification) = self.certificates.get(self.selected)?;
                return Some(Effect::Open(Route::Certificate(Box::new((
                    stored_certificate.clone(),
                    verification.clone(),
                )))));
            }
            _ => {}
        }
        None
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        if self.certificates.is_empty() {
            page.push_text(TextRole::Text, "No certificates yet. Passing an exam makes one.");
        }
        for (index, (stored_certificate, verification)) in self.certificates.iter().enumerate() {
            let is_selected = index == self.selected;
            if is_selected {
                page.focus_next_line();
            }
            let exam = &stored_certificate.exam;
            let summary = format!(
                "{exam}  ·  {}  ·  {}",
                validity(stored_certificate, verification, context.now.wall),
                stored_certificate.certificate_id.short()
            );
            page.push_hanging_text(
                if is_selected { "▸ " } else { "  " },
                TextRole::Accent,
                if is_selected { TextRole::Strong } else { TextRole::Text },
                &summary,
            );
            page.push_hanging_text("  ", TextRole::Text, TextRole::Dim, &reliance(verification));
            page.push_blank_line();
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Certificates".to_owned(), text::count_with_noun(self.certificates.len(), "certificate"))
    }

    fn bindings(&self) -> Vec<Binding> {
        if self.certificates.is_empty() {
            return vec![binding("Esc", "back")];
        }
        vec![binding("↑↓", "choose"), binding("Enter", "open"), binding("Esc", "back")]
    }
}

/// One certificate.
#[derive(Debug)]
pub struct CertificateScreen {
    verification: VerificationResult,
    path: String,
    scroll: Scroll,
}

impl CertificateScreen {
    /// Shows one with its verdict.
    pub fn new(stored: &StoredCertificate, verification: VerificationResult) -> Self {
        Self { verification, path: stored.path.to_string_lossy().into_owned(), scroll: Scroll::TOP }
    }
}

impl Screen for CertificateScreen {
    fn on_key(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        handle_read_only_key(&mut self.scroll, key, Effect::Close)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        let fields =
            self.verification.credential.as_ref().map_or_else(Vec::new, |credential| credential.labeled_fields());
        for (label, value) in &fields {
            let marker = format!("{}: ", text::single_line(label));
            if page.width() >= 60 {
                page.push_hanging_text(&marker, TextRole::Dim, TextRole::Text, value);
            } else {
                page.push_text(TextRole::Dim, &marker);
                page.push_hanging_text("  ", TextRole::Text, TextRole::Text, value);
            }
        }
        page.push_blank_line();
        page.push_text(
            TextRole::Strong,
            &format!("To others: {}. {}", self.verification.verdict, self.verification.reason),
        );
        page.push_blank_line();
        page.push_text(TextRole::Dim, "File:");
        page.push_text(TextRole::Text, &self.path);
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Certificate".to_owned(), self.verification.verdict.to_string())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![binding("↑↓", "scroll"), binding("Esc", "back")]
    }
}
