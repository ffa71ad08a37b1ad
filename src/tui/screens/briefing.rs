//! The briefing before an exam: question count, pass mark, time limit, attempts left and the name on the certificate.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::attempt::points::points_needed;
use crate::bank::catalog::CatalogEntry;
use crate::bank::exam::Exam;
use crate::bank::lazy::LazyBank;
use crate::clock::{Millis, Zone};
use crate::exam::draw;
use crate::exam::eligibility::Eligibility;
use crate::tui::binding::{Action, Binding, scroll_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::read_only::on_read_only_action;
use crate::tui::screens::{Effect, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::briefing::BriefingView;
use crate::{text, view};

/// The screen before an exam.
#[derive(Debug)]
pub struct BriefingScreen {
    exam: Arc<Exam>,
    eligibility: Eligibility,
    eligibility_line: String,
    certificate_name: String,
    summary_lines: Vec<String>,
    scroll: Scroll,
}

impl BriefingScreen {
    /// Returns the briefing of an exam, with dates in `zone`.
    pub fn new(briefing: BriefingView, zone: &Zone) -> Self {
        let BriefingView { exam, eligibility, certificate_name, time_limit, banks } = briefing;
        let summary_lines = summary_lines(&exam, time_limit, &banks);
        let eligibility_line = view::eligibility_line(eligibility, &exam, zone);
        Self { exam, eligibility, eligibility_line, certificate_name, summary_lines, scroll: Scroll::default() }
    }

    fn can_start(&self) -> bool {
        matches!(self.eligibility, Eligibility::Now { .. })
    }
}

fn summary_lines(exam: &Exam, time_limit: Option<Millis>, banks: &[CatalogEntry<LazyBank>]) -> Vec<String> {
    let question_counts = draw::question_counts(exam);
    let total: usize = question_counts.iter().sum();
    let critical_count: u32 = exam.sections.iter().map(|section| section.critical).sum();
    let question_total = text::count_with_noun(total, "question");
    let mut lines = vec![
        time_limit.map_or_else(
            || format!("{question_total}, no time limit"),
            |time_limit| {
                let minutes = usize::try_from(time_limit.0.div_ceil(60_000)).unwrap_or(usize::MAX);
                let minutes = text::count_with_noun(minutes, "minute");
                format!("{question_total} in {minutes}. The clock keeps running while the program is closed.")
            },
        ),
        format!("Pass mark: {} of {total} points", points_needed(exam.pass, total)),
    ];
    for (section, count) in exam.sections.iter().zip(question_counts) {
        let title = banks.iter().find(|bank| bank.value.id == section.bank).map(|bank| bank.value.title.as_str());
        if let Some(pass) = section.pass {
            lines.push(format!(
                "Pass mark for {}: {} of {count} points",
                title.unwrap_or(section.bank.as_str()),
                points_needed(pass, count)
            ));
        }
    }
    if critical_count > 0 {
        lines.push(format!(
            "Safety-critical questions: {critical_count}. If you miss one, you fail the exam, whatever your score."
        ));
    }
    if banks.iter().any(|bank| bank.value.practice) {
        lines.push("Practice can show questions from this exam. The certificate says so.".to_owned());
    }
    let replaced_titles: Vec<_> =
        banks.iter().filter(|b| b.replaces_built_in).map(|b| b.value.title.as_str()).collect();
    if !replaced_titles.is_empty() {
        lines.push(format!("Banks used instead of built-in ones: {}", replaced_titles.join(", ")));
    }
    if banks.iter().flat_map(|bank| bank.value.ready_questions()).any(|question| question.reviewed.is_none()) {
        lines.push("Not all of these questions have been reviewed by a clinician".to_owned());
    }
    lines
}

impl Screen for BriefingScreen {
    fn bindings(&self) -> Vec<Binding> {
        let refusal = (!self.can_start()).then(|| self.eligibility_line.clone());
        let own = [
            Binding::new(&[Key::Enter], Action::named("start"), "start").disabled(refusal),
            Binding::new(&[Key::Char('m')], Action::named("mock"), "mock"),
            Binding::new(&[Key::Esc, Key::Char('q')], Action::LEAVE, "back"),
        ];
        own.into_iter().chain(scroll_bindings()).chain([Binding::unlisted(&[Key::CtrlC], Action::QUIT)]).collect()
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        match action.name {
            "start" => Some(Effect::Do(Command::StartExam(Arc::clone(&self.exam)))),
            "mock" => Some(Effect::Do(Command::StartMock(Arc::clone(&self.exam)))),
            _ => on_read_only_action(&mut self.scroll, action, Effect::Close),
        }
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_blank_line();
        // First what starting means: in a small window the rest is below its end.
        if self.can_start() {
            page.push_text(TextRole::Accent, "Press Enter to start the exam and the clock. This uses one attempt.");
        }
        page.push_text(TextRole::Text, &self.eligibility_line);
        page.push_hanging_text("Name on your certificate: ", TextRole::Text, TextRole::Strong, &self.certificate_name);
        page.push_blank_line();
        for line in &self.summary_lines {
            page.push_hanging_text("· ", TextRole::Dim, TextRole::Text, line);
        }
        page.push_blank_line();
        page.push_text(
            TextRole::Dim,
            "Press m for a mock exam. It has the same rules, does not count, and estimates how ready you are.",
        );
        page.draw(canvas, area, &mut self.scroll);
    }

    fn exit_code(&self) -> u8 {
        // An exam that was not started is not passed.
        1
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        (self.exam.title.clone(), "before the exam".to_owned())
    }
}
