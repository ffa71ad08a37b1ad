//! The result screens: an exam result with reasons, section scores and next steps, and the summary of a practice.

use ratatui::layout::Rect;

use crate::attempt::points::points_needed;
use crate::attempt::{ExamResult, Mode, Points};
use crate::exam::Session;
use crate::exam::disclosure::DisclosureLevel;
use crate::study::practice::PracticeChoice;
use crate::tui::binding::{Action, Binding, scroll_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::page::{Scroll, TextPage, progress_bar};
use crate::tui::read_only::on_read_only_action;
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view;
use crate::view::exam_result::ExamResultView;

/// How many questions a practice from a result has.
const PRACTICE_COUNT: usize = 10;

/// The result of an exam or of a mock exam.
#[derive(Debug)]
pub struct ExamResultScreen {
    view: ExamResultView,
    scroll: Scroll,
}

impl ExamResultScreen {
    /// Returns the screen of a result. It shows as much as the disclosure level allows.
    pub fn new(view: ExamResultView) -> Self {
        Self { view, scroll: Scroll::TOP }
    }

    fn has_passed(&self) -> bool {
        self.view.outcome.result == ExamResult::Passed
    }

    fn is_mock(&self) -> bool {
        self.view.loaded_paper.mode == Mode::Mock
    }

    fn paint(&self, page: &mut TextPage) {
        let outcome = &self.view.outcome;
        page.push_blank_line();
        let (role, sign) = if self.has_passed() { (TextRole::Good, '✓') } else { (TextRole::Bad, '✗') };
        let headline = view::headline(self.view.loaded_paper.mode, outcome.result);
        // Above the pass mark with the sign of a failure would contradict itself without its reason.
        let is_missed = self.is_mock() && outcome.result == ExamResult::FailedCritical;
        let reason = if is_missed { ", but a safety-critical question was missed" } else { "" };
        page.push_text(role, &format!("{sign} {headline}{reason}"));
        if self.view.is_void {
            page.push_text(TextRole::Warn, "Void: this attempt does not count");
        }
        if let Some(time_out) = &self.view.time_out {
            page.push_text(TextRole::Warn, time_out);
        }
        // What to do next comes before the details, which can be long.
        self.paint_next(page);
        page.push_blank_line();
        if self.view.disclosure_level > DisclosureLevel::PassFail {
            for reason in view::outcome_reasons(outcome) {
                page.push_text(TextRole::Text, &reason);
            }
            page.push_blank_line();
            self.paint_sections(page);
            if !outcome.missed_objectives.is_empty() {
                page.begin_panel("Objectives to review");
                let is_critical = |missed| outcome.missed_critical_objectives.contains(missed);
                for missed in &outcome.missed_objectives {
                    let marker = if is_critical(missed) { "! " } else { "· " };
                    page.push_hanging_text(marker, TextRole::Warn, TextRole::Text, &missed.text);
                }
                page.end_panel();
            }
            page.push_blank_line();
        }
        for note in view::paper_notes(&self.view.loaded_paper) {
            page.push_text(TextRole::Dim, &note);
        }
        page.push_blank_line();
        self.paint_review(page);
    }

    fn paint_review(&self, page: &mut TextPage) {
        for question in &self.view.reviewed_questions {
            page.push_blank_line();
            page.push_text(TextRole::Strong, &question.heading);
            page.push_text(TextRole::Text, &question.stem);
            for (choice, rationale) in &question.selected_choices {
                page.push_hanging_text("Chosen: ", TextRole::Dim, TextRole::Text, choice);
                page.push_text(TextRole::Dim, rationale);
            }
        }
    }

    fn paint_sections(&self, page: &mut TextPage) {
        let outcome = &self.view.outcome;
        page.begin_panel("Score");
        for (title, section) in outcome.titled_sections() {
            let percent = usize::from(section.earned.percent_of(section.possible));
            let (filled, empty) = progress_bar(percent, 100, 12);
            page.push_line(&[(TextRole::Text, &title)]);
            let score_text = format!("  {}", view::section_score(section));
            page.push_line(&[
                (TextRole::Text, "  "),
                (TextRole::Accent, &filled),
                (TextRole::Dim, &empty),
                (TextRole::Text, &score_text),
            ]);
        }
        let needed = outcome.pass_mark.map_or(0, |pass| points_needed(pass, outcome.possible));
        let total =
            format!("Total: {} of {} ({needed} needed to pass)", outcome.earned.format_for_people(), outcome.possible);
        page.push_text(TextRole::Strong, &total);
        page.end_panel();
    }

    fn paint_next(&self, page: &mut TextPage) {
        match &self.view.certificate {
            Some(Ok(path)) => {
                page.push_text(TextRole::Good, "Your self-test record is ready. No one supervised the exam, so the record does not count elsewhere.");
                page.push_text(TextRole::Text, &path.to_string_lossy());
            }
            Some(Err(reason)) => page.push_text(TextRole::Bad, reason),
            None => {}
        }
        let is_mock = self.is_mock();
        // The command signs after this screen, because only the command asks for the passphrase of the key.
        let is_invigilated = self.view.awaits_invigilator;
        if is_invigilated {
            page.push_text(TextRole::Good, "Leave this screen: the invigilator signs the certificate next");
        }
        if !is_mock && !is_invigilated {
            page.push_text(TextRole::Text, &self.view.next_line);
        }
    }
}

/// Returns the rows of a result: leave it, its own rows, and scroll.
fn result_bindings(own: impl IntoIterator<Item = Binding>) -> Vec<Binding> {
    let done = Binding::new(&[Key::Enter, Key::Esc, Key::Char('q')], Action::LEAVE, "done");
    let quit = Binding::unlisted(&[Key::CtrlC], Action::QUIT);
    [done].into_iter().chain(own).chain(scroll_bindings()).chain([quit]).collect()
}

impl ExamResultScreen {
    /// Returns the practice of all objectives with missed questions. It draws from the whole objective, so that nothing
    /// tells which question was missed.
    fn missed_objectives(&self) -> PracticeChoice {
        let missed = self.view.outcome.missed_objectives.iter();
        let objectives = missed.map(|missed| (Some(missed.bank.clone()), missed.objective.clone())).collect();
        PracticeChoice { objectives, ..PracticeChoice::default() }
    }
}

impl Screen for ExamResultScreen {
    fn bindings(&self) -> Vec<Binding> {
        let is_disclosed = self.view.disclosure_level > DisclosureLevel::PassFail;
        let can_practice = is_disclosed && !self.view.outcome.missed_objectives.is_empty();
        let practice = Binding::new(&[Key::Char('p')], Action::named("practice"), "practice these objectives");
        result_bindings(can_practice.then_some(practice))
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        match action.name {
            "practice" => Some(Effect::Do(Command::StartPractice(Box::new(self.missed_objectives()), PRACTICE_COUNT))),
            _ => on_read_only_action(&mut self.scroll, action, Effect::Do(Command::LeaveResult)),
        }
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        self.paint(&mut page);
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        let result = if self.is_mock() { "mock exam result" } else { "result" };
        (format!("{} · {result}", self.view.loaded_paper.title()), String::new())
    }

    fn exit_code(&self) -> u8 {
        // A mock exam is for training, so a low score is no failure.
        u8::from(!self.has_passed() && !self.is_mock())
    }
}

/// The summary of a finished practice.
#[derive(Debug)]
pub struct PracticeResultScreen {
    session: Session,
    scroll: Scroll,
}

impl PracticeResultScreen {
    /// Returns the summary of a finished practice.
    pub fn new(session: Session) -> Self {
        Self { session, scroll: Scroll::TOP }
    }

    /// Returns the questions whose first answer was not correct.
    fn wrong_questions(&self) -> PracticeChoice {
        let loaded_paper = self.session.loaded_paper();
        let is_wrong =
            |index: &usize| self.session.stored_answer(*index).is_some() && self.session.points(*index) < Points::one();
        let name = |index: usize| {
            let question = &loaded_paper.questions[index];
            (loaded_paper.banks[question.bank].id.clone(), question.question.id.clone())
        };
        let questions = (0..self.session.drawn_count()).filter(is_wrong).map(name).collect();
        PracticeChoice { questions, ..PracticeChoice::default() }
    }
}

impl Screen for PracticeResultScreen {
    fn bindings(&self) -> Vec<Binding> {
        let review = Binding::new(&[Key::Char('v')], Action::named("review"), "review answers");
        let wrong = Binding::new(&[Key::Char('w')], Action::named("practice-wrong"), "practice what you missed");
        let has_wrong = !self.wrong_questions().questions.is_empty();
        result_bindings([Some(review), has_wrong.then_some(wrong)].into_iter().flatten())
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        match action.name {
            "practice-wrong" => {
                // A question of a case comes with its whole case, so the count is not limited.
                Some(Effect::Do(Command::StartPractice(Box::new(self.wrong_questions()), usize::MAX)))
            }
            "review" => Some(Effect::Open(Route::Review(Box::new(self.session.clone())))),
            _ => on_read_only_action(&mut self.scroll, action, Effect::Do(Command::LeaveResult)),
        }
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        let summary = view::practice_summary(&self.session);
        page.push_blank_line();
        let headline =
            format!("Practice finished: {} of {} correct", self.session.correct_count(), self.session.answered_count());
        page.push_text(TextRole::Strong, &headline);
        page.push_blank_line();
        for (topic, earned, answered) in &summary.topics {
            let (filled, empty) = progress_bar(usize::from(earned.percent_of(*answered)), 100, 12);
            let score_text = format!("  {} of {answered}  ", earned.format_for_people());
            page.push_line(&[
                (TextRole::Accent, &filled),
                (TextRole::Dim, &empty),
                (TextRole::Text, &score_text),
                (TextRole::Text, topic),
            ]);
        }
        if !summary.missed_objectives.is_empty() {
            page.push_blank_line();
            page.push_text(TextRole::Strong, "Objectives to review");
            for missed in &summary.missed_objectives {
                page.push_hanging_text("· ", TextRole::Dim, TextRole::Text, missed);
            }
        }
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Practice · result".to_owned(), String::new())
    }
}
