//! The list of a trainee's certificates, and the screen of one certificate with all its signed fields.

use ratatui::layout::Rect;

use crate::clock::Timestamp;
use crate::credential::{Assurance, Credential, Verdict, VerificationResult};
use crate::service::certificate_files::StoredCertificate;
use crate::service::damage::SoundRecords;
use crate::text;
use crate::tui::binding::{Action, Binding, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::key::Key;
use crate::tui::list;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::read_only::{on_read_only_action, read_only_bindings};
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::certificate::labeled_fields;

/// The list of a trainee's certificates.
#[derive(Debug)]
pub struct CertificateListScreen {
    certificates: Vec<(StoredCertificate, VerificationResult)>,
    /// What is damaged and not in the list.
    damaged: Vec<String>,
    selected: usize,
    scroll: Scroll,
}

impl CertificateListScreen {
    /// Returns the list of these certificates, each with its verification result.
    pub fn new(stored: SoundRecords<(StoredCertificate, VerificationResult)>) -> Self {
        let SoundRecords { records: certificates, damaged } = stored;
        Self { certificates, damaged, selected: 0, scroll: Scroll::default() }
    }

    fn open_selected(&self) -> Option<Effect> {
        self.certificates.get(self.selected).cloned().map(|chosen| Effect::Open(Route::Certificate(Box::new(chosen))))
    }
}

/// Returns until when the certificate is valid, or why it is no longer valid.
fn validity(stored_certificate: &StoredCertificate, verification: &VerificationResult, now: Timestamp) -> String {
    let day = stored_certificate.valid_until.day().format_for_people();
    match verification.verdict {
        Verdict::Invalid | Verdict::Revoked => verification.verdict.to_string(),
        // The verdict does not say it: `Untrusted` comes before `Expired`, and self-test records are untrusted.
        _ if stored_certificate.valid_until < now => format!("Expired on {day} (UTC)"),
        _ => format!("Valid through {day} (UTC)"),
    }
}

/// Returns how far others can rely on the certificate.
fn reliance(verification: &VerificationResult) -> String {
    match verification.credential.as_ref().and_then(|credential| credential.assurance()) {
        // Its verdict is "untrusted" even after a fresh pass, which reads as if something went wrong.
        Some(Assurance::SelfAttested) => "Self-test record: not supervised, identity not checked".to_owned(),
        Some(assurance) => {
            let issuer = text::single_line(&verification.issuer_label());
            format!("{}, signed by {issuer}, {} on this computer", assurance.name(), verification.verdict)
        }
        None => verification.reason.clone(),
    }
}

impl Screen for CertificateListScreen {
    fn bindings(&self) -> Vec<Binding> {
        let leave = Binding::new(&[Key::Esc, Key::Char('q')], Action::LEAVE, "back");
        let mut rows = Vec::new();
        if !self.certificates.is_empty() {
            rows.extend(up_down_bindings("choose"));
            rows.push(Binding::new(&[Key::Enter], Action::named("open"), "open"));
        }
        rows.extend([leave, Binding::unlisted(&[Key::CtrlC], Action::QUIT)]);
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        self.scroll.follow_focus();
        if let Some(selected) = list::selected_after(action, self.selected, self.certificates.len()) {
            self.selected = selected;
            return None;
        }
        match action.name {
            "leave" => return Some(Effect::Close),
            "quit" => return Some(Effect::Quit),
            "open" => return self.open_selected(),
            "open-row" => {
                self.selected = action.index;
                return self.open_selected();
            }
            _ => {
                self.scroll.handle_action(action, 8);
            }
        }
        None
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        for sentence in &self.damaged {
            page.push_text(TextRole::Bad, &format!("Damaged: {sentence}. Run `needlewise doctor`."));
            page.push_blank_line();
        }
        if self.certificates.is_empty() && self.damaged.is_empty() {
            page.push_text(
                TextRole::Text,
                "No certificates yet. A pass makes a self-test record, which your school can turn into a certificate.",
            );
        }
        for (index, (stored_certificate, verification)) in self.certificates.iter().enumerate() {
            let signed_title = verification.credential.as_ref().map(|credential| &credential.subject.achievement.name);
            let exam =
                signed_title.map_or_else(|| stored_certificate.exam.to_string(), |title| text::single_line(title));
            let summary = format!(
                "{exam}  ·  {}  ·  {}",
                validity(stored_certificate, verification, context.now.wall),
                stored_certificate.certificate_id.short()
            );
            let places = (index, self.selected);
            list::push_entry(&mut page, places, "open-row", ("", &summary), Some(&reliance(verification)));
            page.push_blank_line();
        }
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Certificates".to_owned(), text::count_with_noun(self.certificates.len(), "certificate"))
    }
}

/// One certificate: all signed fields, the verdict and the path of the file.
#[derive(Debug)]
pub struct CertificateScreen {
    verification: VerificationResult,
    path: String,
    scroll: Scroll,
}

impl CertificateScreen {
    /// Returns the screen of a certificate with its verification result.
    pub fn new(stored: &StoredCertificate, verification: VerificationResult) -> Self {
        Self { verification, path: stored.path.to_string_lossy().into_owned(), scroll: Scroll::TOP }
    }
}

impl Screen for CertificateScreen {
    fn bindings(&self) -> Vec<Binding> {
        read_only_bindings()
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        on_read_only_action(&mut self.scroll, action, Effect::Close)
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        let fields = self.verification.credential.as_ref().map_or_else(Vec::new, labeled_fields);
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
            &format!("Verdict: {}. {}", self.verification.verdict, self.verification.reason),
        );
        page.push_blank_line();
        page.push_text(TextRole::Dim, "File:");
        page.push_text(TextRole::Text, &self.path);
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        let is_self_test =
            self.verification.credential.as_ref().and_then(Credential::assurance) == Some(Assurance::SelfAttested);
        let state = if is_self_test { "self-test record" } else { self.verification.verdict.name() };
        ("Certificate".to_owned(), state.to_owned())
    }
}
