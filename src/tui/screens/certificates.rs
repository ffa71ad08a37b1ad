//! The certificates of a trainee, and one of them with everything that is signed.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::clock::Timestamp;
use crate::credential::{Assurance, Verdict, VerificationResult};
use crate::service::certificates::StoredCertificate;
use crate::text;
use crate::tui::effect::{Effect, Route};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screen::{Screen, ScreenContext, on_read};
use crate::tui::theme::TextRole;

/// The list of certificates.
#[derive(Debug)]
pub struct CertificateListScreen {
    held: Vec<(StoredCertificate, VerificationResult)>,
    at: usize,
    scroll: Scroll,
}

impl CertificateListScreen {
    /// Lists these.
    pub fn new(held: Vec<(StoredCertificate, VerificationResult)>) -> Self {
        Self { held, at: 0, scroll: Scroll::default() }
    }
}

/// Says until when it is valid, or that it is not any more.
fn validity(held: &StoredCertificate, checked: &VerificationResult, now: Timestamp) -> String {
    let day = held.valid_until.day().format_long();
    match checked.verdict {
        Verdict::Invalid | Verdict::Revoked => checked.verdict.to_string(),
        _ if held.valid_until < now => format!("Expired on {day} (UTC)"),
        _ => format!("Valid through {day} (UTC)"),
    }
}

/// Says how far others can rely on it.
fn worth(checked: &VerificationResult) -> String {
    match checked.credential.as_ref().and_then(|credential| credential.assurance()) {
        Some(Assurance::SelfAttested) => "Self-test record: not supervised, identity not checked".to_owned(),
        Some(assurance) => {
            let issuer = text::single_line(&checked.issuer_label());
            format!("{}, signed by {issuer}; {} here", assurance.name(), checked.verdict)
        }
        None => checked.reason.clone(),
    }
}

impl Screen for CertificateListScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow();
        match key {
            Key::CtrlC => return Some(Effect::Quit),
            Key::Esc | Key::Char('q') => return Some(Effect::Close),
            Key::Up => self.at = self.at.saturating_sub(1),
            Key::Down => self.at = (self.at + 1).min(self.held.len().saturating_sub(1)),
            Key::Enter => {
                let (held, checked) = self.held.get(self.at)?;
                return Some(Effect::Open(Route::Certificate(Box::new((held.clone(), checked.clone())))));
            }
            _ => {}
        }
        None
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let mut page = TextPage::new(cx.theme, area);
        page.gap();
        if self.held.is_empty() {
            page.text(TextRole::Text, "No certificates yet. Passing an exam makes one.");
        }
        for (at, (held, checked)) in self.held.iter().enumerate() {
            let here = at == self.at;
            if here {
                page.focus();
            }
            let exam = &held.exam;
            let says =
                format!("{exam}  ·  {}  ·  {}", validity(held, checked, cx.now.wall), held.certificate_id.short());
            page.hanging(
                if here { "▸ " } else { "  " },
                TextRole::Accent,
                if here { TextRole::Strong } else { TextRole::Text },
                &says,
            );
            page.hanging("  ", TextRole::Text, TextRole::Dim, &worth(checked));
            page.gap();
        }
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Certificates".to_owned(), text::count_with_noun(self.held.len(), "certificate"))
    }

    fn bindings(&self) -> Vec<Binding> {
        if self.held.is_empty() {
            return vec![key("Esc", "back")];
        }
        vec![key("↑↓", "choose"), key("Enter", "open"), key("Esc", "back")]
    }
}

/// One certificate.
#[derive(Debug)]
pub struct CertificateScreen {
    checked: VerificationResult,
    path: String,
    scroll: Scroll,
}

impl CertificateScreen {
    /// Shows one with its verdict.
    pub fn new(held: &StoredCertificate, checked: VerificationResult) -> Self {
        Self { checked, path: held.path.to_string_lossy().into_owned(), scroll: Scroll::TOP }
    }
}

impl Screen for CertificateScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        on_read(&mut self.scroll, key, Effect::Close)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let mut page = TextPage::new(cx.theme, area);
        page.gap();
        let fields = self.checked.credential.as_ref().map_or_else(Vec::new, |credential| credential.labeled_fields());
        for (label, value) in &fields {
            let mark = format!("{}: ", text::single_line(label));
            if page.width() >= 60 {
                page.hanging(&mark, TextRole::Dim, TextRole::Text, value);
            } else {
                page.text(TextRole::Dim, &mark);
                page.hanging("  ", TextRole::Text, TextRole::Text, value);
            }
        }
        page.gap();
        page.text(TextRole::Strong, &format!("To others: {}. {}", self.checked.verdict, self.checked.reason));
        page.gap();
        page.text(TextRole::Dim, "File:");
        page.text(TextRole::Text, &self.path);
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Certificate".to_owned(), self.checked.verdict.to_string())
    }

    fn bindings(&self) -> Vec<Binding> {
        vec![key("↑↓", "scroll"), key("Esc", "back")]
    }
}
