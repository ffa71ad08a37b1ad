//! The part of a bank with errors that can still be read, so that one error hides nothing about the other questions.

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::tree::{JsonKind, JsonNode, JsonTree};
use super::{question_id, question_index};
use crate::bank::{Bank, Case, FORMAT, Objective, Question, SourceReference};
use crate::problem::Problem;
use crate::text;

/// Problems that leave a question readable.
const HARMLESS_RULES: [&str; 3] = ["L39", "reference", "duplicate-id"];

/// What can be read of a bank with errors.
#[derive(Debug)]
pub struct ReadableBank {
    /// The bank with the questions that can be read. Members of the head that cannot be read have other values, so it is
    /// only good for looking at its questions.
    pub bank: Bank,
    /// The index in the file of each question of the bank.
    pub question_indexes: Vec<usize>,
    /// The other questions: their ID, or their place in the file from 1.
    pub unread_questions: Vec<String>,
}

impl ReadableBank {
    /// Returns a pointer into this bank as a pointer into the file.
    pub fn file_pointer(&self, pointer: &str) -> String {
        let index = question_index(pointer);
        let file_index = index.and_then(|index| Some((index, *self.question_indexes.get(index)?)));
        file_index.map_or_else(
            || pointer.to_owned(),
            |(index, file_index)| {
                let (from, to) = (format!("/questions/{index}"), format!("/questions/{file_index}"));
                pointer.replacen(&from, &to, 1)
            },
        )
    }
}

/// Returns the part of a bank file that can be read, given the problems that were found in it. Returns `None` if it is not
/// JSON, or has no question that can be read.
pub fn readable_part(bytes: &[u8], problems: &[Problem]) -> Option<ReadableBank> {
    let source = std::str::from_utf8(text::without_byte_order_mark(bytes)).ok()?;
    let tree = JsonTree::parse(source).ok()?;
    let is_harmful = |problem: &&Problem| !HARMLESS_RULES.contains(&problem.rule);
    let broken: HashSet<usize> =
        problems.iter().filter(is_harmful).filter_map(|problem| question_index(&problem.location.pointer)).collect();
    let (mut questions, mut question_indexes, mut unread_questions) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen_ids = HashSet::new();
    for (index, node) in tree.root().member("questions")?.elements().enumerate() {
        let value = node.to_json();
        let is_new = question_id(node).is_some_and(|id| seen_ids.insert(id.to_owned()));
        if is_new && !broken.contains(&index) && serde_json::from_value::<Question>(value.clone()).is_ok() {
            questions.push(value);
            question_indexes.push(index);
        } else {
            unread_questions.push(question_id(node).map_or_else(|| format!("number {}", index + 1), str::to_owned));
        }
    }
    let mut bank = readable_head(tree.root());
    bank.insert("questions".to_owned(), Value::Array(questions));
    let bank: Bank = serde_json::from_value(Value::Object(bank)).ok()?;
    (!bank.questions.is_empty()).then_some(ReadableBank { bank, question_indexes, unread_questions })
}

/// Returns all members of a bank but its questions. One that cannot be read has a neutral value.
fn readable_head(root: JsonNode<'_>) -> Map<String, Value> {
    let mut head = Map::new();
    head.insert("format".to_owned(), json!(FORMAT));
    // The ID of a bank is a word, and the other texts are free.
    let id = root.member("id").and_then(|node| Some(super::slug(node)?.to_owned()));
    head.insert("id".to_owned(), json!(id.unwrap_or_else(|| "bank".to_owned())));
    for member in ["title", "version", "language", "license"] {
        let text = match root.member(member).map(JsonNode::kind) {
            Some(JsonKind::Text(text)) => text,
            _ => "",
        };
        head.insert(member.to_owned(), json!(text));
    }
    head.insert("objectives".to_owned(), readable_list::<Objective>(root, "objectives"));
    head.insert("sources".to_owned(), readable_list::<SourceReference>(root, "sources"));
    head.insert("cases".to_owned(), readable_list::<Case>(root, "cases"));
    let glossary = root.member("glossary").map(JsonNode::to_json);
    let is_readable =
        |value: &Value| value.as_object().is_some_and(|entries| entries.values().all(serde_json::Value::is_string));
    head.insert("glossary".to_owned(), glossary.filter(is_readable).unwrap_or_else(|| json!({})));
    head
}

/// Returns the elements of a list that can be read.
fn readable_list<T: DeserializeOwned>(root: JsonNode<'_>, member: &str) -> Value {
    let elements = root.member(member).into_iter().flat_map(JsonNode::elements).map(JsonNode::to_json);
    elements.filter(|element| serde_json::from_value::<T>(element.clone()).is_ok()).collect()
}
