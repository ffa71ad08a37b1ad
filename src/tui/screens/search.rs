//! Search: questions that contain the typed words, and those with a note or a bookmark. Enter practices the selected one.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::bank::catalog::Catalog;
use crate::study::practice::PracticeChoice;
use crate::text;
use crate::tui::binding::{Action, Binding, page_bindings, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::Command;
use crate::tui::key::Key;
use crate::tui::list;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screens::{Effect, Screen, ScreenContext};
use crate::tui::text_field::{TextField, editing_bindings};
use crate::tui::theme::TextRole;
use crate::view::notebook::QuestionNotebook;
use crate::view::search::{SearchHit, kept, search};

/// How many questions the list shows at most. More cannot be looked through.
const SHOWN_COUNT: usize = 100;

/// The search for questions.
pub struct SearchScreen {
    catalog: Arc<Catalog>,
    notebook: Vec<QuestionNotebook>,
    query: TextField,
    /// The questions that are found, each with what the trainee keeps beside it. Those with a note come first.
    hits: Vec<(SearchHit, String)>,
    selected: usize,
    scroll: Scroll,
}

impl SearchScreen {
    /// Returns a search in the banks of a catalog. Before a word is typed, it lists the questions with a note or a bookmark.
    pub fn new(catalog: Arc<Catalog>, notebook: Vec<QuestionNotebook>) -> Self {
        let (query, hits) = (TextField::default(), Vec::new());
        let mut screen = Self { catalog, notebook, query, hits, selected: 0, scroll: Scroll::default() };
        screen.search();
        screen
    }

    fn search(&mut self) {
        self.hits = kept(&self.catalog, &self.notebook, self.query.content());
        let found = search(&self.catalog, self.query.content());
        let is_new = |hit: &SearchHit| !self.hits.iter().any(|(kept, _)| kept == hit);
        let found: Vec<_> = found.into_iter().filter(is_new).map(|hit| (hit, String::new())).collect();
        self.hits.extend(found);
        self.selected = 0;
    }

    fn shown_hits(&self) -> &[(SearchHit, String)] {
        &self.hits[..self.hits.len().min(SHOWN_COUNT)]
    }

    fn practice_selected(&self) -> Option<Effect> {
        let (hit, _) = self.shown_hits().get(self.selected)?;
        let questions = vec![(hit.bank.clone(), hit.question.clone())];
        let choice = PracticeChoice { questions, ..PracticeChoice::default() };
        // A case is practiced as a whole.
        Some(Effect::Do(Command::StartPractice(Box::new(choice), usize::MAX)))
    }
}

impl Screen for SearchScreen {
    fn bindings(&self) -> Vec<Binding> {
        let no_hit = self.hits.is_empty().then(|| "No question contains these words.".to_owned());
        let mut rows = up_down_bindings("choose").to_vec();
        rows.push(Binding::new(&[Key::Enter], Action::named("practice"), "practice this question").disabled(no_hit));
        rows.push(Binding::new(&[Key::Esc], Action::LEAVE, "back"));
        rows.push(Binding::new(&[Key::CtrlU], Action::named("delete-all"), "clear").in_help());
        rows.push(Binding::unlisted(&[Key::CtrlC], Action::QUIT));
        rows.extend(editing_bindings());
        rows.extend(page_bindings());
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        if self.scroll.handle_action(action, 8) {
            return None;
        }
        self.scroll.follow_focus();
        if let Some(selected) = list::selected_after(action, self.selected, self.shown_hits().len()) {
            self.selected = selected;
            return None;
        }
        match action.name {
            "leave" => return Some(Effect::Close),
            "quit" => return Some(Effect::Quit),
            "practice" => return self.practice_selected(),
            "practice-row" => {
                self.selected = action.index.min(self.shown_hits().len().saturating_sub(1));
                return self.practice_selected();
            }
            name => {
                if self.query.edit(name) {
                    self.search();
                }
            }
        }
        None
    }

    fn on_text(&mut self, c: char) {
        self.scroll.follow_focus();
        self.query.insert(c);
        self.search();
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        page.push_hanging_text("Search: ", TextRole::Accent, TextRole::Strong, &self.query.with_cursor("▏"));
        page.push_blank_line();
        for (index, (hit, kept)) in self.shown_hits().iter().enumerate() {
            let title = format!("{}: {}", hit.topic, hit.stem);
            let detail = (!kept.is_empty()).then_some(kept.as_str());
            list::push_entry(&mut page, (index, self.selected), "practice-row", ("", &title), detail);
        }
        let hint = match (self.query.content().trim().is_empty(), self.hits.len()) {
            (true, _) => "Type words of a question. A question must contain all of them.".to_owned(),
            (false, 0) => "No question contains these words.".to_owned(),
            (false, count) if count > SHOWN_COUNT => format!("The first {SHOWN_COUNT} of {count} questions"),
            (false, _) => String::new(),
        };
        page.push_text(TextRole::Dim, &hint);
        page.draw(canvas, area, &mut self.scroll);
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Search".to_owned(), format!("{} found", text::count_with_noun(self.hits.len(), "question")))
    }

    fn captures_text(&self) -> bool {
        true
    }
}
