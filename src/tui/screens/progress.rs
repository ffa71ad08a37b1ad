//! The progress of a trainee: mastery by topic and objective, readiness, certainty and the last days.

use ratatui::layout::Rect;

use crate::clock::Millis;
use crate::ids::ExamId;
use crate::study::readiness::ReadinessResult;
use crate::text;
use crate::tui::binding::{Action, Binding};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, Reply};
use crate::tui::key::Key;
use crate::tui::page::{Scroll, TextPage, progress_bar};
use crate::tui::read_only::{on_read_only_action, read_only_bindings};
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::progress::{ProgressView, topic_text};
use crate::view::study::{last_days_text, readiness_text, sparkline};

/// The progress of a trainee.
#[derive(Debug)]
pub struct ProgressScreen {
    view: ProgressView,
    /// The readiness for each exam, as far as it is computed.
    readiness: Vec<(ExamId, ReadinessResult)>,
    /// How many exams the estimate was requested for.
    requested_count: usize,
    scroll: Scroll,
}

impl ProgressScreen {
    /// Returns the screen. The readiness is estimated after the first frame.
    pub fn new(view: ProgressView) -> Self {
        Self { view, readiness: Vec::new(), requested_count: 0, scroll: Scroll::TOP }
    }

    fn draw_topics(&self, page: &mut TextPage) {
        let topics = self.view.study.topics.iter().zip(&self.view.objectives);
        for (topic, objectives) in topics.filter(|(topic, _)| topic.mastery.seen > 0) {
            page.begin_panel(&topic.title);
            let (filled, empty) = progress_bar(topic.mastery.percent().into(), 100, 12);
            page.push_line(&[(TextRole::Accent, &filled), (TextRole::Dim, &empty)]);
            page.push_text(TextRole::Text, &topic_text(topic));
            for objective in objectives.iter().filter(|objective| objective.mastery.seen > 0) {
                let percent = format!("{:>3} % ", objective.mastery.percent());
                page.push_hanging_text(&percent, TextRole::Dim, TextRole::Text, &objective.text);
            }
            page.end_panel();
        }
        let unseen = self.view.study.topics.iter().filter(|topic| topic.mastery.seen == 0);
        let unseen: Vec<_> = unseen.map(|topic| text::single_line(&topic.title)).collect();
        if !unseen.is_empty() {
            page.push_hanging_text("Not started: ", TextRole::Strong, TextRole::Text, &unseen.join(", "));
            page.push_blank_line();
        }
    }

    fn draw_exams(&self, page: &mut TextPage) {
        page.begin_panel("Readiness");
        for (id, title, pass) in &self.view.exams {
            page.push_text(TextRole::Strong, &format!("{title} (pass mark {pass} %)"));
            match self.readiness.iter().find(|(exam, _)| exam == id) {
                Some((_, readiness)) => {
                    readiness_text(readiness).iter().for_each(|line| page.push_text(TextRole::Text, line));
                }
                None => page.push_text(TextRole::Dim, "Calculating…"),
            }
        }
        page.end_panel();
    }

    fn draw_certainty(&self, page: &mut TextPage) {
        page.begin_panel("How accurate your certainty is");
        for level in self.view.calibration.levels.iter().filter(|level| level.answer_count > 0) {
            let (filled, empty) = progress_bar(level.correct_count, level.answer_count, 12);
            let label = format!(" {}: {} of {}", level.certainty.label(), level.correct_count, level.answer_count);
            page.push_line(&[(TextRole::Accent, &filled), (TextRole::Dim, &empty), (TextRole::Text, &label)]);
        }
        if let Some(verdict) = self.view.calibration_lines().last() {
            page.push_text(TextRole::Text, verdict);
        }
        if !self.view.confident_errors.is_empty() {
            page.push_text(TextRole::Strong, "Certain but wrong, the most dangerous first");
            for error in &self.view.confident_errors {
                page.push_hanging_text("! ", TextRole::Warn, TextRole::Text, &error.text());
            }
        }
        page.end_panel();
    }
}

impl Screen for ProgressScreen {
    fn bindings(&self) -> Vec<Binding> {
        let history = Binding::new(&[Key::Char('h')], Action::named("history"), "history");
        [history].into_iter().chain(read_only_bindings()).collect()
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        match action.name {
            "history" => Some(Effect::Open(Route::History)),
            _ => on_read_only_action(&mut self.scroll, action, Effect::Close),
        }
    }

    fn on_tick(&mut self, _: &ScreenContext) -> Option<Effect> {
        let (exam, ..) = self.view.exams.get(self.requested_count)?;
        self.requested_count += 1;
        Some(Effect::Do(Command::EstimateReadiness(exam.clone())))
    }

    fn next_wake(&self, _: &ScreenContext) -> Option<Millis> {
        // One estimate after the other, so that they share no processor.
        let is_next_due = self.requested_count < self.view.exams.len() && self.readiness.len() == self.requested_count;
        is_next_due.then_some(Millis(0))
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        if let Reply::Readiness(exam, readiness) = reply
            && self.readiness.iter().all(|(known, _)| *known != exam)
        {
            self.readiness.push((exam, readiness));
        }
        None
    }

    fn on_failure(&mut self) {
        // The other exams are still estimated.
        if let Some((exam, ..)) = self.view.exams.get(self.readiness.len()) {
            self.readiness.push((exam.clone(), ReadinessResult::Unknown));
        }
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        let study = &self.view.study;
        page.push_line(&[(TextRole::Text, "Last 30 days "), (TextRole::Accent, &sparkline(&study.last_days))]);
        page.push_text(TextRole::Text, &last_days_text(&study.last_days));
        page.push_blank_line();
        self.draw_exams(&mut page);
        self.draw_topics(&mut page);
        self.draw_certainty(&mut page);
        page.push_text(
            TextRole::Dim,
            "Mastery is the share of a topic that you will still recall in 30 days. A question counts as 0 if you never \
             answered it, or if you missed or guessed it the first time you saw it on its latest day.",
        );
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        let seen: usize = self.view.study.topics.iter().map(|topic| topic.mastery.seen).sum();
        ("Progress".to_owned(), format!("{} seen", text::count_with_noun(seen, "question")))
    }
}
