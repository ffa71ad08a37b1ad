//! Repairs what can be repaired in a bank file without reading it: blanks, a byte order mark and letter labels.
//!
//! Only the texts that change are written again, so the author's layout of the file stays.

use super::format::json::tree::{JsonKind, JsonNode, JsonTree};
use super::rules::has_letter_label;
use crate::text;
use std::ops::Range;

/// A file after the repair.
#[derive(Debug, PartialEq, Eq)]
pub struct FixedFile {
    pub text: String,
    /// How many texts changed. A byte order mark counts as one.
    pub change_count: usize,
}

/// Repairs a bank file. Returns `None` if it is not UTF-8 or not JSON, or if there is nothing to repair.
pub fn fix(bytes: &[u8]) -> Option<FixedFile> {
    let content = std::str::from_utf8(text::without_byte_order_mark(bytes)).ok()?;
    let tree = JsonTree::parse(content).ok()?;
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for question in tree.root().member("questions").into_iter().flat_map(JsonNode::elements) {
        let choices: Vec<_> = question.member("choices").into_iter().flat_map(JsonNode::elements).collect();
        let choice_texts: Vec<_> = choices.iter().filter_map(|choice| choice.member("text")).collect();
        let has_labels = choice_texts.len() > 1
            && choice_texts.len() == choices.len()
            && (b'a'..).zip(&choice_texts).all(|(letter, node)| has_letter_label(text_of(*node).unwrap_or(""), letter));
        let accepted = question.member("accept").into_iter().flat_map(JsonNode::elements);
        for node in question.member("stem").into_iter().chain(accepted) {
            edits.extend(edit(node, fix_blanks));
        }
        for node in choice_texts {
            edits
                .extend(edit(node, |text| if has_labels { fix_blanks(without_label(text)) } else { fix_blanks(text) }));
        }
    }
    let change_count = edits.len() + usize::from(content.len() < bytes.len());
    if change_count == 0 {
        return None;
    }
    edits.sort_by_key(|(span, _)| span.start);
    let mut fixed = content.to_owned();
    // From the end, so that the places of the edits before it stay as they are.
    for (span, literal) in edits.into_iter().rev() {
        fixed.replace_range(span, &literal);
    }
    Some(FixedFile { text: fixed, change_count })
}

/// Returns the place of a text with its new form, if it changes.
fn edit(node: JsonNode<'_>, fix_text: impl Fn(&str) -> String) -> Option<(Range<usize>, String)> {
    let text = text_of(node)?;
    let fixed = fix_text(text);
    (fixed != text && !fixed.is_empty()).then(|| (node.span(), serde_json::Value::String(fixed).to_string()))
}

fn text_of(node: JsonNode<'_>) -> Option<&str> {
    match node.kind() {
        JsonKind::Text(text) => Some(text),
        _ => None,
    }
}

/// Returns a text without blanks at its ends, and with one blank where several were. Line breaks stay.
fn fix_blanks(text: &str) -> String {
    let line = |line: &str| line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    text.trim().lines().map(line).collect::<Vec<_>>().join("\n")
}

fn without_label(text: &str) -> &str {
    text.split_once([')', '.']).map_or(text, |(_, rest)| rest)
}
