//! One reading of the course: its text and drawings, the points to remember, its sources and its questions.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::attempt::person::ReadingLeft;
use crate::clock::Millis;
use crate::ids::ReadingId;
use crate::study::practice::PracticeChoice;
use crate::tui::binding::{Action, Binding, first_last_bindings, page_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, NotebookCommand, Reply};
use crate::tui::key::Key;
use crate::tui::page::{Scroll, TextPage, text_column};
use crate::tui::pictures::Pictures;
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::course::{LineKind, ReadingLine, ReadingLink, ReadingView, lay_out};

/// The most rows that a drawing takes. It leaves room for its description.
const PICTURE_ROWS_MAX: usize = 24;

/// A reading on the screen.
#[derive(Debug)]
pub struct ReadingScreen {
    view: ReadingView,
    scroll: Scroll,
    /// The block at which the trainee stopped last time. The first drawing moves to it.
    start_block: Option<usize>,
    /// The block of each line, from the last drawing.
    line_blocks: Vec<usize>,
    /// Whether the end was on the screen.
    is_finished: bool,
    /// The selected link; `None` until Tab selects one.
    selected_link: Option<usize>,
    pictures: Pictures,
}

impl ReadingScreen {
    /// Returns the screen of a reading, at the place where the trainee stopped.
    pub fn new(view: ReadingView) -> Self {
        Self {
            start_block: view.start_block,
            view,
            scroll: Scroll::TOP,
            line_blocks: Vec::new(),
            is_finished: false,
            selected_link: None,
            pictures: Pictures::default(),
        }
    }

    /// Stores the place, and then opens another reading or closes the screen.
    fn leave(&self, next: Option<ReadingId>) -> Effect {
        let block = self.line_blocks.get(self.scroll.offset).copied().unwrap_or(0);
        let left = ReadingLeft { reading: self.view.id.clone(), block, is_finished: self.is_finished };
        Effect::Do(Command::Notebook(NotebookCommand::LeaveReading(left, next)))
    }

    fn open_link(&self, index: usize) -> Option<Effect> {
        match self.view.links.get(index)? {
            // Esc leads back to this reading.
            ReadingLink::Reading { id, .. } => Some(Effect::Open(Route::Reading(id.clone()))),
            ReadingLink::Question { question, .. } => {
                let questions = vec![(question.bank.clone(), question.id.clone())];
                let choice = PracticeChoice { questions, ..PracticeChoice::default() };
                Some(Effect::Do(Command::StartPractice(Box::new(choice), usize::MAX)))
            }
        }
    }

    /// Practices the questions about the objectives of this reading.
    fn practice(&self) -> Effect {
        let objectives = self.view.objectives.iter();
        let objectives = objectives.map(|objective| (Some(objective.bank.clone()), objective.id.clone())).collect();
        let choice = PracticeChoice { objectives, ..PracticeChoice::default() };
        Effect::Do(Command::StartPractice(Box::new(choice), 10))
    }

    /// Returns the drawings of the reading.
    fn images(&self) -> impl Iterator<Item = (&str, &Arc<str>)> {
        self.view.images.iter().map(|(file, svg)| (file.as_str(), svg))
    }

    fn paint_line(&self, page: &mut TextPage, line: &ReadingLine) {
        let parts: Vec<_> = line.spans.iter().map(|span| (span_role(&line.kind, span), span.text.as_str())).collect();
        match &line.kind {
            LineKind::Item(mark) => page.push_indented_line(line.indent, (TextRole::Accent, mark), &parts),
            LineKind::Image(image) => {
                if let Some(picture) = self.pictures.get(&image.file) {
                    page.push_picture(picture);
                }
                page.push_hanging_text("Drawing: ", TextRole::Dim, TextRole::Dim, &image.alt);
            }
            LineKind::Heading | LineKind::Text | LineKind::TableHead => {
                page.push_indented_line(line.indent, (TextRole::Text, ""), &parts);
            }
        }
    }

    fn paint_list(page: &mut TextPage, title: &str, role: TextRole, entries: &[String]) {
        if entries.is_empty() {
            return;
        }
        page.push_blank_line();
        page.push_text(TextRole::Strong, title);
        for entry in entries {
            page.push_hanging_text("• ", TextRole::Accent, role, entry);
        }
    }

    fn paint_links(&self, page: &mut TextPage) {
        if self.view.links.is_empty() {
            return;
        }
        page.push_blank_line();
        page.push_text(TextRole::Strong, "Links (Tab selects, Enter opens)");
        for (index, link) in self.view.links.iter().enumerate() {
            let is_selected = self.selected_link == Some(index);
            if is_selected {
                page.focus_next_line();
            }
            let marker = if is_selected { "▸ " } else { "  " };
            let role = if is_selected { TextRole::Strong } else { TextRole::Text };
            page.set_line_action(Some(Action::indexed("open-link", index)));
            page.push_hanging_text(marker, TextRole::Accent, role, link.label());
            page.set_line_action(None);
        }
    }
}

fn span_role(kind: &LineKind, span: &crate::bank::course::Span) -> TextRole {
    match kind {
        LineKind::Heading | LineKind::TableHead => TextRole::Strong,
        _ if span.link.is_some() => TextRole::Accent,
        _ if span.is_strong || span.is_emphasized => TextRole::Strong,
        _ => TextRole::Text,
    }
}

impl Screen for ReadingScreen {
    fn bindings(&self) -> Vec<Binding> {
        let mut rows = vec![
            Binding::new(&[Key::Up, Key::Char('k')], Action::SCROLL_UP, "scroll"),
            Binding::new(&[Key::Down, Key::Char('j')], Action::SCROLL_DOWN, "scroll"),
            Binding::unlisted(&[Key::Char(' ')], Action::named("page-down")),
        ];
        if !self.view.links.is_empty() {
            rows.push(Binding::new(&[Key::Tab], Action::named("next-link"), "next link"));
        }
        if let Some(index) = self.selected_link {
            rows.push(Binding::new(&[Key::Enter], Action::indexed("open-link", index), "open the link"));
        }
        rows.push(Binding::new(&[Key::Char('p')], Action::named("practice"), "practice this"));
        if self.view.next.is_some() {
            rows.push(Binding::new(&[Key::Right, Key::Char('n')], Action::named("next-reading"), "next reading"));
        }
        if self.view.previous.is_some() {
            rows.push(Binding::new(&[Key::Left], Action::named("previous-reading"), "previous").in_help());
        }
        rows.push(Binding::new(&[Key::Esc, Key::Char('q')], Action::LEAVE, "back"));
        rows.push(Binding::unlisted(&[Key::CtrlC], Action::QUIT));
        rows.extend(first_last_bindings());
        rows.extend(page_bindings());
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        match action.name {
            "leave" => return Some(self.leave(None)),
            "quit" => return Some(Effect::Quit),
            "next-reading" => return Some(self.leave(self.view.next.clone())),
            "previous-reading" => return Some(self.leave(self.view.previous.clone())),
            "practice" => return Some(self.practice()),
            "open-link" => return self.open_link(action.index),
            "next-link" => {
                let next = self.selected_link.map_or(0, |index| index + 1);
                self.selected_link = Some(next % self.view.links.len().max(1));
                self.scroll.follow_focus();
            }
            "first" => self.scroll.move_by(isize::MIN / 2),
            "last" => {
                self.scroll.move_by(isize::MAX / 2);
                // The next key can come before the next drawing, which would notice the end too.
                self.is_finished = true;
            }
            _ => {
                self.scroll.handle_action(action, 10);
            }
        }
        None
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        if let Reply::Picture(request, picture) = reply {
            self.pictures.take_in(request, picture);
        }
        None
    }

    fn on_tick(&mut self, _: &ScreenContext) -> Option<Effect> {
        let images = self.view.images.iter().map(|(file, svg)| (file.as_str(), svg));
        self.pictures.request(images)
    }

    fn next_wake(&self, _: &ScreenContext) -> Option<Millis> {
        self.pictures.has_missing(self.images()).then_some(Millis(0))
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        self.pictures.set_space(context.theme, text_column(area).width.into(), PICTURE_ROWS_MAX);
        let mut page = TextPage::new(context.theme, area);
        let mut line_blocks = Vec::new();
        for line in lay_out(&self.view.body, page.width()) {
            self.paint_line(&mut page, &line);
            line_blocks.resize(page.line_count(), line.block);
        }
        Self::paint_list(&mut page, "Key points", TextRole::Text, &self.view.key_points);
        Self::paint_list(&mut page, "What is uncertain", TextRole::Text, &self.view.uncertain);
        self.paint_links(&mut page);
        Self::paint_list(&mut page, "Sources", TextRole::Dim, &self.view.sources);
        let last_block = line_blocks.last().copied().unwrap_or(0);
        line_blocks.resize(page.line_count(), last_block);
        if let Some(block) = self.start_block.take() {
            self.scroll.offset = line_blocks.iter().position(|found| *found == block).unwrap_or(0);
        }
        self.line_blocks = line_blocks;
        let has_more_below = page.draw(canvas, area, &mut self.scroll);
        self.is_finished |= !has_more_below;
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        (self.view.title.clone(), self.view.place.clone())
    }
}
