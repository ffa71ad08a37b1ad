//! What an exam is, before it starts: marks as counts, time, attempts, the name on the certificate.

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::attempt::points::points_needed;
use crate::bank::catalog::CatalogEntry;
use crate::bank::exam::Exam;
use crate::bank::lazy::LazyBank;
use crate::clock::Millis;
use crate::exam::draw;
use crate::exam::eligibility::Eligibility;
use crate::tui::effect::{Command, Effect};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::{text, view};

/// The screen before an exam.
#[derive(Debug)]
pub struct BriefingScreen {
    exam: Arc<Exam>,
    start: Eligibility,
    name: String,
    facts: Vec<String>,
    scroll: Scroll,
}

impl BriefingScreen {
    /// Tells of this exam, which draws from these banks.
    pub fn new(
        exam: Arc<Exam>,
        start: Eligibility,
        name: String,
        limit: Option<Millis>,
        banks: &[CatalogEntry<LazyBank>],
    ) -> Self {
        let facts = facts(&exam, limit, banks);
        Self { exam, start, name, facts, scroll: Scroll::default() }
    }

    fn may_start(&self) -> bool {
        matches!(self.start, Eligibility::Now { .. })
    }
}

fn facts(exam: &Exam, limit: Option<Millis>, banks: &[CatalogEntry<LazyBank>]) -> Vec<String> {
    let counts = draw::question_counts(exam);
    let total: usize = counts.iter().sum();
    let critical: u32 = exam.sections.iter().map(|section| section.critical).sum();
    let questions = text::count_with_noun(total, "question");
    let mut facts = vec![
        limit.map_or_else(
            || format!("{questions}, without a limit of time."),
            |limit| {
                let minutes = limit.0.div_ceil(60_000);
                format!("{questions} in {minutes} minutes. The time runs on while the program is closed.")
            },
        ),
        format!("To pass: {} of {total}.", points_needed(exam.pass, total)),
    ];
    for (section, count) in exam.sections.iter().zip(counts) {
        let title = banks.iter().find(|bank| bank.value.id == section.bank).map(|bank| bank.value.title.as_str());
        if let Some(pass) = section.pass {
            facts.push(format!(
                "{}: {} of {count}.",
                title.unwrap_or(section.bank.as_str()),
                points_needed(pass, count)
            ));
        }
    }
    if critical > 0 {
        facts.push(format!("{critical} are safety-critical. Missing one of them fails the exam, whatever the score."));
    }
    if banks.iter().any(|bank| bank.value.practice) {
        facts.push("Open pool: these questions can be practiced, and the certificate says so.".to_owned());
    }
    let replaced: Vec<_> = banks.iter().filter(|b| b.replaces_built_in).map(|b| b.value.title.as_str()).collect();
    if !replaced.is_empty() {
        facts.push(format!("Banks in place of built-in ones: {}.", replaced.join(", ")));
    }
    if banks.iter().flat_map(|bank| bank.value.ready_questions()).any(|question| question.reviewed.is_none()) {
        facts.push("Questions not yet reviewed by a clinician.".to_owned());
    }
    facts
}

impl Screen for BriefingScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        match key {
            Key::CtrlC => Some(Effect::Quit),
            Key::Esc | Key::Char('q') => Some(Effect::Close),
            Key::Enter if self.may_start() => Some(Effect::Do(Command::Exam(Arc::clone(&self.exam)))),
            Key::Char('m') => Some(Effect::Do(Command::Mock(Arc::clone(&self.exam)))),
            Key::Up => {
                self.scroll.by(-1);
                None
            }
            Key::Down => {
                self.scroll.by(1);
                None
            }
            _ => None,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let mut page = TextPage::new(cx.theme, area);
        page.gap();
        page.text(TextRole::Strong, &self.exam.title);
        page.gap();
        for fact in &self.facts {
            page.hanging("· ", TextRole::Dim, TextRole::Text, fact);
        }
        page.gap();
        page.text(TextRole::Text, &view::next_line(self.start, &self.exam));
        page.gap();
        page.text(TextRole::Text, "The certificate will bear this name:");
        page.hanging("  ", TextRole::Text, TextRole::Strong, &self.name);
        page.gap();
        if self.may_start() {
            page.text(TextRole::Accent, "Enter starts the exam and the clock.");
        }
        page.text(TextRole::Dim, "m starts a mock of it: the same rules, it never counts, and says how ready you are.");
        page.draw(frame, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        (self.exam.title.clone(), "before the exam".to_owned())
    }

    fn bindings(&self) -> Vec<Binding> {
        let (start, mock, back) = (key("Enter", "start"), key("m", "mock"), key("Esc", "back"));
        if self.may_start() { vec![start, mock, back] } else { vec![mock, back] }
    }
}
