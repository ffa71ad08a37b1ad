//! Searching the questions that a trainee may practice.

use crate::bank::catalog::Catalog;
use crate::bank::question::QuestionKind;
use crate::bank::{Bank, Question};
use crate::ids::{BankId, QuestionId};
use crate::text;
use crate::view::notebook::QuestionNotebook;

/// A question that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    pub bank: BankId,
    pub question: QuestionId,
    /// The title of the bank.
    pub topic: String,
    pub stem: String,
}

/// Returns the questions on which a trainee keeps a note or a bookmark, each with these. Questions that cannot be practiced
/// any more are left out. With a query, only those whose note contains all words.
pub fn kept(catalog: &Catalog, notebook: &[QuestionNotebook], query: &str) -> Vec<(SearchHit, String)> {
    let query = text::name_key(query);
    let hit = |notes: &QuestionNotebook| {
        let note = text::name_key(&notes.note);
        let is_found = query.split_whitespace().all(|word| note.contains(word));
        let bank: &Bank =
            &catalog.bank(&notes.question.bank).ok().filter(|entry| entry.value.summary().allows_practice)?.value;
        let question = bank.ready_questions().find(|question| question.id == notes.question.id)?;
        let hit = SearchHit {
            bank: bank.id.clone(),
            question: question.id.clone(),
            topic: bank.title.clone(),
            stem: question.stem.clone(),
        };
        (is_found && !notes.is_empty()).then(|| (hit, notes.kept_text()))
    };
    notebook.iter().filter_map(hit).collect()
}

/// Returns the questions that contain all words of `query` in their stem, their choices, their rationale or their
/// objective, whatever the case, in the order of the banks. An empty query finds nothing.
pub fn search(catalog: &Catalog, query: &str) -> Vec<SearchHit> {
    let query = text::name_key(query);
    let words: Vec<_> = query.split_whitespace().collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for entry in catalog.banks().filter(|entry| entry.value.summary().allows_practice) {
        let bank: &Bank = &entry.value;
        let is_hit = |question: &Question| {
            let content = text::name_key(&searched_text(bank, question));
            words.iter().all(|word| content.contains(word))
        };
        let found = bank.ready_questions().filter(|question| is_hit(question));
        hits.extend(found.map(|question| SearchHit {
            bank: bank.id.clone(),
            question: question.id.clone(),
            topic: bank.title.clone(),
            stem: question.stem.clone(),
        }));
    }
    hits
}

/// Returns everything of a question that a search looks at.
fn searched_text(bank: &Bank, question: &Question) -> String {
    let mut parts = vec![question.stem.as_str(), question.rationale.as_str()];
    parts.extend(bank.objective_text(&question.objective));
    match &question.kind {
        QuestionKind::Choice { choices, .. } => parts.extend(choices.iter().map(|choice| choice.text.as_str())),
        QuestionKind::Order { items } => parts.extend(items.iter().map(|item| item.text.as_str())),
        QuestionKind::Match { pairs, .. } => {
            parts.extend(pairs.iter().flat_map(|pair| [pair.left.as_str(), pair.right.as_str()]));
        }
        QuestionKind::TrueFalse { .. } | QuestionKind::Number { .. } | QuestionKind::Text { .. } => {}
    }
    parts.join(" ")
}
