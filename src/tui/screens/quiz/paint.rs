//! Drawing of the quiz screen: question, choices, explanation, status message and progress bar.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::draft::{self, AnswerDraft};
use super::{QuizScreen, ScreenContext, TextPage, TextRole};
use crate::attempt::Points;
use crate::bank::question::{MatchPair, QuestionKind, SelectCount, TruthRationales};
use crate::exam::loaded_paper::choice_letter;
use crate::tui::binding::Action;
use crate::tui::canvas::Canvas;
use crate::tui::text_field::TextField;
use crate::view;

impl QuizScreen {
    /// Paints the case, the stem and the choices, and for a closed question the explanation.
    pub(super) fn paint(&self, page: &mut TextPage) {
        if self.paint_entry(page) {
            return;
        }
        let (loaded_paper, loaded_question) = (self.session.loaded_paper(), self.loaded_question());
        if self.shows_key() {
            self.paint_verdict(page);
        }
        if let Some(case) = loaded_paper.case_of(self.question_index) {
            page.push_text(TextRole::Text, case);
            page.push_blank_line();
        }
        page.push_text(TextRole::Strong, &loaded_question.question.stem);
        if let Some(image) = &loaded_question.question.image {
            if let Some(picture) = self.pictures.get(&self.question_index.to_string()) {
                page.push_picture(picture);
            }
            page.push_hanging_text("Drawing: ", TextRole::Dim, TextRole::Dim, &image.alt);
        }
        let is_single_choice = matches!(
            loaded_question.question.kind,
            QuestionKind::Choice { select: SelectCount::One, .. } | QuestionKind::TrueFalse { .. }
        );
        if !is_single_choice && !self.is_closed() {
            page.push_text(TextRole::Dim, &self.instruction());
        }
        page.push_blank_line();
        self.paint_choices(page);
        if self.shows_key() {
            self.paint_explanation(page);
        }
    }

    /// Returns the instruction. Order and match differ from plain mode, since they are answered with single keys here.
    fn instruction(&self) -> String {
        match &self.loaded_question().question.kind {
            QuestionKind::Order { .. } => "Put the items in order, starting with the first".to_owned(),
            QuestionKind::Match { .. } => "Match each numbered line with a letter".to_owned(),
            _ => view::instruction(self.loaded_question()),
        }
    }

    fn paint_choices(&self, page: &mut TextPage) {
        match (&self.draft, &self.loaded_question().question.kind) {
            (AnswerDraft::Choices(ticked), QuestionKind::Choice { select, .. }) => {
                self.paint_ticks(page, ticked, *select);
            }
            (AnswerDraft::Truth(truth), _) => {
                for (position, text) in ["True", "False"].into_iter().enumerate() {
                    let is_marked = *truth == Some(position == 0);
                    let marker = if is_marked { "●" } else { " " };
                    self.paint_choice(page, (position, position), marker, mark_role(is_marked.then_some(())), text);
                }
            }
            (AnswerDraft::Order(order), _) => self.paint_order(page, order),
            (AnswerDraft::Pairs(right_indices), QuestionKind::Match { pairs, .. }) => {
                self.paint_pairs(page, right_indices, pairs);
            }
            (AnswerDraft::Field(field), kind) => self.paint_field(page, field, kind),
            _ => {}
        }
    }

    fn paint_ticks(&self, page: &mut TextPage, ticked: &[usize], select: SelectCount) {
        let loaded_question = self.loaded_question();
        for (position, text) in loaded_question.displayed_texts().into_iter().enumerate() {
            let is_marked = ticked.contains(&loaded_question.order[position]);
            let tick = match (select, is_marked) {
                (SelectCount::One, true) => "●",
                (SelectCount::One, false) => " ",
                (_, true) => "[x]",
                (_, false) => "[ ]",
            };
            let places = (position, loaded_question.order[position]);
            let marker = format!("{tick} {}", choice_letter(position));
            self.paint_choice(page, places, &marker, mark_role(is_marked.then_some(())), text);
        }
    }

    /// Paints a choice at a place on screen and a place in the bank. `role` is that of [`mark_role`]. Once the question is closed, the choice shows whether
    /// it is a key, and its rationale follows.
    fn paint_choice(
        &self,
        page: &mut TextPage,
        (position, index): (usize, usize),
        marker: &str,
        role: TextRole,
        text: &str,
    ) {
        if !self.shows_key() {
            return self.paint_line(page, position, marker, role, text);
        }
        let (is_key, rationale) = match &self.loaded_question().question.kind {
            QuestionKind::Choice { choices, .. } => (choices[index].correct, choices[index].rationale.as_str()),
            QuestionKind::TrueFalse { answer: true, rationales, .. } => {
                (index == 0, truth_rationale(rationales, index))
            }
            QuestionKind::TrueFalse { rationales, .. } => (index == 1, truth_rationale(rationales, index)),
            _ => (false, ""),
        };
        // The sign says it without color.
        let is_marked = role == TextRole::Strong;
        let (sign, role) = match (is_key, is_marked) {
            (true, _) => ("✓", TextRole::Good),
            (false, true) => ("✗", TextRole::Bad),
            (false, false) => (" ", TextRole::Text),
        };
        page.push_hanging_text(&format!(" {sign} {marker}  "), role, role, text);
        let indent = " ".repeat(crate::text::width(marker) + 5);
        page.push_hanging_text(&indent, TextRole::Text, TextRole::Dim, rationale);
    }

    fn paint_order(&self, page: &mut TextPage, order: &[usize]) {
        let loaded_question = self.loaded_question();
        for (position, text) in loaded_question.displayed_texts().into_iter().enumerate() {
            let rank = order.iter().position(|choice_index| *choice_index == loaded_question.order[position]);
            let number = rank.map_or("  ".to_owned(), |rank| format!("{:>2}", rank + 1));
            let marker = format!("{number} {}", choice_letter(position));
            self.paint_line(page, position, &marker, mark_role(rank), text);
        }
    }

    fn paint_pairs(&self, page: &mut TextPage, right_indices: &[Option<usize>], pairs: &[MatchPair]) {
        let loaded_question = self.loaded_question();
        for (position, text) in loaded_question.displayed_texts().into_iter().enumerate() {
            let marker = format!("     {}  ", choice_letter(position));
            page.set_line_action(self.click_action("choose", position));
            page.push_hanging_text(&marker, TextRole::Text, TextRole::Text, text);
        }
        page.set_line_action(None);
        page.push_blank_line();
        for (left_index, pair) in pairs.iter().enumerate() {
            let right_index = right_indices.get(left_index).copied().flatten();
            let position = right_index.and_then(|right_index| loaded_question.display_position(right_index));
            let marker = format!("{} = {}", left_index + 1, position.map_or('_', choice_letter));
            if self.shows_key() {
                let is_correct = right_index == Some(left_index);
                let (sign, role) = if is_correct { ("✓", TextRole::Good) } else { ("✗", TextRole::Bad) };
                page.push_hanging_text(&format!(" {sign} {marker}  "), role, role, &pair.left);
            } else {
                self.paint_line(page, left_index, &marker, mark_role(position), &pair.left);
            }
        }
    }

    fn paint_field(&self, page: &mut TextPage, field: &TextField, kind: &QuestionKind) {
        let unit = match kind {
            QuestionKind::Number { unit: Some(unit), .. } => format!(" {unit}"),
            _ => String::new(),
        };
        page.focus_next_line();
        let typed = if self.is_field_focused { field.with_cursor("▏") } else { field.content().to_owned() };
        let text = format!("{typed}{unit}");
        page.set_line_action(self.click_action("type", 0));
        page.push_hanging_text("  Answer: ", TextRole::Accent, TextRole::Strong, &text);
        page.set_line_action(None);
    }

    /// Returns the action of a click on a line; none if the question is closed. A click never stores an answer.
    fn click_action(&self, name: &'static str, index: usize) -> Option<Action> {
        (!self.is_closed()).then(|| Action::indexed(name, index))
    }

    /// Paints one line that can have the focus.
    fn paint_line(&self, page: &mut TextPage, line: usize, marker: &str, role: TextRole, text: &str) {
        let is_focused =
            line == self.focused_line && draft::line_count(self.loaded_question()) > 0 && !self.is_closed();
        if is_focused {
            page.focus_next_line();
        }
        let pointer = if is_focused { "▸" } else { " " };
        let role = if is_focused { TextRole::Strong } else { role };
        let action_name = if matches!(self.draft, AnswerDraft::Pairs(_)) { "focus-line" } else { "choose" };
        page.set_line_action(self.click_action(action_name, line));
        page.push_hanging_text(&format!(" {pointer} {marker}  "), TextRole::Accent, role, text);
        page.set_line_action(None);
    }

    /// Paints what matters most after an answer: whether it is correct, what was chosen, and the key. It comes first, so
    /// that it is on screen in the smallest window.
    fn paint_verdict(&self, page: &mut TextPage) {
        let (loaded_question, points) = (self.loaded_question(), self.session.points(self.question_index));
        let is_correct = points == Points::one();
        let (role, sign) = if is_correct { (TextRole::Good, "✓") } else { (TextRole::Bad, "✗") };
        let stored_answer = self.session.stored_answer(self.question_index);
        let certainty = stored_answer.and_then(|stored_answer| stored_answer.certainty);
        let certainty_note = certainty.map_or(String::new(), |certainty| format!(" ({})", certainty.label()));
        let verdict = if stored_answer.is_some() { view::correctness(&points) } else { "Not answered" };
        page.push_text(role, &format!("{sign} {verdict}{certainty_note}"));
        if !is_correct {
            if let Some(stored_answer) = stored_answer {
                let given = view::answer_in_words(loaded_question, &stored_answer.answer);
                page.push_hanging_text("Your answer: ", TextRole::Dim, TextRole::Text, &given);
            }
            let key = view::correct_answer_in_words(loaded_question);
            page.push_hanging_text("Correct answer: ", TextRole::Dim, TextRole::Strong, &key);
        }
        page.push_blank_line();
    }

    /// Paints the rationales that do not stand under a choice, the rationale of the question and its sources.
    fn paint_explanation(&self, page: &mut TextPage) {
        page.push_blank_line();
        if !matches!(self.draft, AnswerDraft::Choices(_) | AnswerDraft::Truth(_)) {
            for (label, rationale) in view::rationales(self.loaded_question()) {
                // A label can be a whole sentence, so the rationale gets the width of the page.
                page.push_text(TextRole::Strong, &label);
                page.push_hanging_text("  ", TextRole::Text, TextRole::Text, &rationale);
            }
            page.push_blank_line();
        }
        page.push_text(TextRole::Text, &self.loaded_question().question.rationale);
        for source in self.session.loaded_paper().sources_of(self.question_index) {
            page.push_hanging_text("Source: ", TextRole::Dim, TextRole::Dim, &source);
        }
        self.paint_notes(page);
        if self.session.comes_again(self.question_index) {
            page.push_text(TextRole::Dim, "This question comes again at the end.");
        }
    }

    /// Returns the message below the question and its role: the last problem, or the state of the answer.
    pub(super) fn status_message(&self) -> (TextRole, String) {
        self.note.clone().unwrap_or_else(|| (TextRole::Dim, self.answer_state()))
    }

    /// Returns the state of the answer in words.
    fn answer_state(&self) -> String {
        let flag = if self.session.is_flagged(self.question_index) { "Flagged. " } else { "" };
        let state = match (self.is_closed(), self.session.stored_answer(self.question_index)) {
            (true, _) => String::new(),
            (false, Some(stored_answer)) if !self.is_changed => {
                format!("Saved: {}.", view::answer_text(self.loaded_question(), &stored_answer.answer))
            }
            // In an exam, an answer is also stored when the trainee moves on.
            (false, _) if self.is_changed && self.is_exam() => "Not saved yet. Enter or ← → saves it.".to_owned(),
            (false, _) if self.is_changed && self.draft.answer(self.loaded_question()).is_none() => {
                "Not saved yet. Your answer is not complete.".to_owned()
            }
            (false, _) if self.is_changed && self.asks_certainty => {
                "Not saved yet. Enter saves it; so do 1 guess, 2 fairly sure, 3 certain.".to_owned()
            }
            (false, _) if self.is_changed => "Not saved yet. Press Enter to save.".to_owned(),
            (false, _) => "Not answered yet.".to_owned(),
        };
        format!("{flag}{state}")
    }

    /// Paints the progress bar: the position of this question in the paper.
    pub(super) fn paint_progress(&self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let width = usize::from(area.width.saturating_sub(2));
        let done_width = width * (self.question_index + 1) / self.session.question_count().max(1);
        let line = Line::from(vec![
            Span::styled("━".repeat(done_width), context.theme.style(TextRole::Accent)),
            Span::styled("─".repeat(width.saturating_sub(done_width)), context.theme.style(TextRole::Dim)),
        ]);
        canvas.render(line, Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area });
    }
}

/// Returns the rationale of the answer at a place: 0 is true, 1 is false.
fn truth_rationale(rationales: &TruthRationales, index: usize) -> &str {
    if index == 0 { &rationales.if_true } else { &rationales.if_false }
}

/// Returns the role of a line: bold if it is marked.
fn mark_role<T>(mark: Option<T>) -> TextRole {
    if mark.is_some() { TextRole::Strong } else { TextRole::Text }
}
