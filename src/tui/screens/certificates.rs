//! The list of a trainee's certificates, and the screen of one certificate with all its signed fields.

use ratatui::layout::Rect;

use crate::clock::Timestamp;
use crate::credential::{Assurance, Credential, Verdict, VerificationResult};
use crate::service::certificate_files::StoredCertificate;
use crate::service::damage::SoundRecords;
use crate::text;
use crate::tui::binding::{Action, Binding, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, RecordsCommand, Reply};
use crate::tui::key::Key;
use crate::tui::list;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::read_only::{on_read_only_action, read_only_bindings};
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::certificate::{labeled_fields, next_step, summary_fields};

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

/// One certificate: what it says in plain words, what to do next, and all signed fields.
#[derive(Debug)]
pub struct CertificateScreen {
    stored: StoredCertificate,
    verification: VerificationResult,
    /// The files that the last export or request wrote.
    written: Vec<String>,
    /// What to do with them; empty if that is clear.
    next: &'static str,
    /// Why files of the last export are missing.
    problems: Vec<String>,
    scroll: Scroll,
}

impl CertificateScreen {
    /// Returns the screen of a certificate with its verification result.
    pub fn new(stored: StoredCertificate, verification: VerificationResult) -> Self {
        Self { stored, verification, written: Vec::new(), next: "", problems: Vec::new(), scroll: Scroll::TOP }
    }

    fn is_self_test(&self) -> bool {
        self.verification.credential.as_ref().and_then(Credential::assurance) == Some(Assurance::SelfAttested)
    }

    fn draw_summary(&self, page: &mut TextPage, now: Timestamp) {
        for file in &self.written {
            page.push_text(TextRole::Good, &format!("Written: {file}"));
        }
        if !self.next.is_empty() {
            page.push_text(TextRole::Strong, self.next);
        }
        for problem in &self.problems {
            page.push_text(TextRole::Bad, problem);
        }
        if !(self.written.is_empty() && self.problems.is_empty()) {
            page.push_blank_line();
        }
        for (label, value) in summary_fields(&self.verification, now) {
            push_field(page, label, &value);
        }
        page.push_blank_line();
        let how_to_request = "For a certificate that counts, press r and send the request to a school.";
        page.push_text(TextRole::Strong, &next_step(&self.verification, now, how_to_request));
        page.push_blank_line();
    }
}

/// What to do with a request.
const SEND_REQUEST: &str = "It contains your name and all your answers. Send it only to the school. Then import the \
                            certificate that you get: needlewise certificate import FILE";

/// Draws a label with its value, below each other on a narrow screen.
fn push_field(page: &mut TextPage, label: &str, value: &str) {
    let marker = format!("{}: ", text::single_line(label));
    if page.width() >= 60 {
        page.push_hanging_text(&marker, TextRole::Dim, TextRole::Text, value);
    } else {
        page.push_text(TextRole::Dim, &marker);
        page.push_hanging_text("  ", TextRole::Text, TextRole::Text, value);
    }
}

impl Screen for CertificateScreen {
    fn bindings(&self) -> Vec<Binding> {
        let export = Binding::new(&[Key::Char('e')], Action::named("export"), "export");
        let request = Binding::new(&[Key::Char('r')], Action::named("request"), "request");
        let request = self.is_self_test().then_some(request);
        let export = (self.verification.verdict != Verdict::Invalid).then_some(export);
        request.into_iter().chain(export).chain(read_only_bindings()).collect()
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        match action.name {
            "export" => Some(Effect::Do(Command::Records(RecordsCommand::Export(Box::new(self.stored.clone()))))),
            "request" => Some(Effect::Do(Command::Records(RecordsCommand::Request(Box::new(self.stored.clone()))))),
            _ => on_read_only_action(&mut self.scroll, action, Effect::Close),
        }
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        match reply {
            // The export of another certificate can end while this one is on the screen.
            Reply::Exported { certificate, files, problems } if certificate == self.stored.certificate_id => {
                (self.written, self.next, self.problems, self.scroll) = (files, "", problems, Scroll::TOP);
            }
            Reply::RequestWritten(certificate, file) if certificate == self.stored.certificate_id => {
                (self.written, self.next, self.problems, self.scroll) =
                    (vec![file], SEND_REQUEST, Vec::new(), Scroll::TOP);
            }
            _ => {}
        }
        None
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        self.draw_summary(&mut page, context.now.wall);
        page.begin_panel("All signed fields");
        let fields = self.verification.credential.as_ref().map_or_else(Vec::new, labeled_fields);
        for (label, value) in &fields {
            push_field(&mut page, label, value);
        }
        page.end_panel();
        page.push_text(TextRole::Dim, "File:");
        page.push_text(TextRole::Text, &text::single_line(&self.stored.path.to_string_lossy()));
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        let state = if self.is_self_test() { "self-test record" } else { self.verification.verdict.name() };
        ("Certificate".to_owned(), state.to_owned())
    }
}
