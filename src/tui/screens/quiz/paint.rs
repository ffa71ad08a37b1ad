//! How a question looks.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::draft::{self, AnswerDraft};
use super::{QuizScreen, ScreenContext, TextPage, TextRole};
use crate::attempt::Points;
use crate::bank::question::{QuestionKind, SelectCount};
use crate::exam::loaded_paper::choice_letter;
use crate::view;

impl QuizScreen {
    /// Paints case, stem, choices, and in practice the explanation.
    pub(super) fn paint(&self, page: &mut TextPage) {
        let (sheet, item) = (self.session.loaded_paper(), self.item());
        if let Some(case) = sheet.case_of(self.at) {
            page.text(TextRole::Text, case);
            page.gap();
        }
        page.text(TextRole::Strong, &item.question.stem);
        if let Some(image) = &item.question.image {
            page.text(TextRole::Dim, &format!("Image: {}", image.alt));
        }
        let simple = matches!(
            item.question.ask,
            QuestionKind::Choice { select: SelectCount::One, .. } | QuestionKind::TrueFalse { .. }
        );
        if !simple {
            page.text(TextRole::Dim, &self.instruction());
        }
        page.gap();
        self.paint_choices(page);
        if self.is_closed() {
            self.paint_explanation(page);
        }
    }

    /// Says what to do in terms of keys.
    fn instruction(&self) -> String {
        match &self.item().question.ask {
            QuestionKind::Order { .. } => "Pick the items in order, the first one first.".to_owned(),
            QuestionKind::Match { .. } => "Give every line the letter that belongs to it.".to_owned(),
            _ => view::instruction(self.item()),
        }
    }

    fn paint_choices(&self, page: &mut TextPage) {
        let item = self.item();
        match (&self.draft, &item.question.ask) {
            (AnswerDraft::Choices(ticked), QuestionKind::Choice { select, .. }) => {
                for (position, said) in item.displayed_texts().into_iter().enumerate() {
                    let held = ticked.contains(&item.order[position]);
                    let tick = match (select, held) {
                        (SelectCount::One, true) => "●",
                        (SelectCount::One, false) => " ",
                        (_, true) => "[x]",
                        (_, false) => "[ ]",
                    };
                    self.paint_line(page, position, &format!("{tick} {}", choice_letter(position)), held, said);
                }
            }
            (AnswerDraft::Truth(truth), _) => {
                for (position, said) in ["True", "False"].into_iter().enumerate() {
                    let held = *truth == Some(position == 0);
                    self.paint_line(page, position, if held { "●" } else { " " }, held, said);
                }
            }
            (AnswerDraft::Order(order), _) => {
                for (position, said) in item.displayed_texts().into_iter().enumerate() {
                    let picked = order.iter().position(|place| *place == item.order[position]);
                    let number = picked.map_or("  ".to_owned(), |at| format!("{:>2}", at + 1));
                    self.paint_line(
                        page,
                        position,
                        &format!("{number} {}", choice_letter(position)),
                        picked.is_some(),
                        said,
                    );
                }
            }
            (AnswerDraft::Pairs(rights), QuestionKind::Match { pairs, .. }) => {
                for (position, said) in item.displayed_texts().into_iter().enumerate() {
                    page.hanging(&format!("     {}  ", choice_letter(position)), TextRole::Text, TextRole::Text, said);
                }
                page.gap();
                for (left, pair) in pairs.iter().enumerate() {
                    let right = rights.get(left).copied().flatten().and_then(|place| item.display_position(place));
                    let mark = format!("{} = {}", left + 1, right.map_or('_', choice_letter));
                    self.paint_line(page, left, &mark, right.is_some(), &pair.left);
                }
            }
            (AnswerDraft::Field(typed), ask) => {
                let unit = match ask {
                    QuestionKind::Number { unit: Some(unit), .. } => format!(" {unit}"),
                    _ => String::new(),
                };
                page.focus();
                let cursor = if self.in_field { "▏" } else { "" };
                page.hanging("  Answer: ", TextRole::Accent, TextRole::Strong, &format!("{typed}{cursor}{unit}"));
            }
            _ => {}
        }
    }

    /// Paints one line that the keys can be at. In practice, once closed, right and wrong stand beside it as words.
    fn paint_line(&self, page: &mut TextPage, line: usize, mark: &str, held: bool, said: &str) {
        let here = line == self.line && draft::lines(self.item()) > 0 && !self.is_closed();
        if here {
            page.focus();
        }
        let pointer = if here { "▸" } else { " " };
        let role = if here || held { TextRole::Strong } else { TextRole::Text };
        page.hanging(&format!(" {pointer} {mark}  "), TextRole::Accent, role, said);
    }

    fn paint_explanation(&self, page: &mut TextPage) {
        let mark = self.session.points(self.at);
        let role = if mark == Points::one() { TextRole::Good } else { TextRole::Bad };
        page.gap();
        page.focus();
        let sign = if mark == Points::one() { "✓" } else { "✗" };
        let given = self.session.stored_answer(self.at);
        let sure = given.and_then(|given| given.certainty).map_or(String::new(), |c| format!(" ({})", c.label()));
        let verdict = if given.is_some() { view::verdict(&mark) } else { "Not answered" };
        page.text(role, &format!("{sign} {verdict}{sure}"));
        page.gap();
        for (what, why) in view::rationales(self.item()) {
            page.hanging(&format!("{what}: "), TextRole::Strong, TextRole::Text, &why);
        }
        page.gap();
        page.text(TextRole::Text, &self.item().question.rationale);
        for source in self.session.loaded_paper().sources_of(self.at) {
            page.hanging("Source: ", TextRole::Dim, TextRole::Dim, &source);
        }
    }

    /// Returns what is said below the question, and how: what is asked, what went wrong, or how the answer stands.
    pub(super) fn said(&self) -> (TextRole, String) {
        if self.asks_to_leave {
            let asked = "Leave the exam? Answers are kept, the clock runs on. Enter leaves, any other key stays.";
            return (TextRole::Warn, asked.to_owned());
        }
        self.note.clone().unwrap_or_else(|| (TextRole::Dim, self.state()))
    }

    /// Says how the answer stands, in words.
    fn state(&self) -> String {
        let flag = if self.session.is_flagged(self.at) { "Flagged. " } else { "" };
        let state = match (self.is_closed(), self.session.stored_answer(self.at)) {
            (true, _) => String::new(),
            (false, Some(given)) if !self.changed => {
                format!("Stored: {}.", view::said(self.item(), &given.answer))
            }
            (false, _) if self.changed => "Not stored yet: Enter stores it.".to_owned(),
            (false, _) => "Not answered yet.".to_owned(),
        };
        format!("{flag}{state}")
    }

    /// Paints how far through the paper this question is.
    pub(super) fn paint_progress(&self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let width = usize::from(area.width.saturating_sub(2));
        let done = width * (self.at + 1) / self.session.question_count().max(1);
        let line = Line::from(vec![
            Span::styled("━".repeat(done), cx.theme.style(TextRole::Accent)),
            Span::styled("─".repeat(width.saturating_sub(done)), cx.theme.style(TextRole::Dim)),
        ]);
        frame.render_widget(line, Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area });
    }
}
