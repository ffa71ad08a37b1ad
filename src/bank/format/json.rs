//! Parses banks, exams and syllabuses from JSON, and reports each problem with its place in the file.
//!
//! A bank is parsed in one typed pass. If that fails or the result is invalid, a slower validator reads the text again.
//! The validator keeps byte spans and reports every problem once.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;
use serde::de::DeserializeOwned;

use crate::bank::exam::Exam;
use crate::bank::schema::{self, MakeSchema};
use crate::bank::schema_model::ValueShape;
use crate::bank::syllabus::Syllabus;
use crate::bank::validate::{self, BankParts, Finding};
use crate::bank::{Bank, FORMAT, Question, well_formed};
use crate::ids::is_slug;
use crate::problem::{Problem, Severity, SourceText};
use crate::{parallel, text};

mod readable;
pub mod tree;
mod validator;

pub use readable::{ReadableBank, readable_part};

use tree::JsonTree;

/// The result of parsing a file: the value if it has no errors, and all problems.
#[derive(Debug)]
#[must_use]
pub struct ParsedFile<T> {
    /// The value, or `None` if there is an error.
    pub value: Option<T>,
    /// All problems, in the order of the file.
    pub problems: Vec<Problem>,
}

/// A parsed file, with or without errors. Its members tell which kind it is.
#[derive(Debug)]
pub enum FileContent {
    /// A bank: a file with `questions`, and any file that is neither an exam nor a syllabus.
    Bank(ParsedFile<Bank>),
    /// An exam: a file with `sections`.
    Exam(ParsedFile<Exam>),
    /// A syllabus: a file with `statements`.
    Syllabus(ParsedFile<Syllabus>),
    /// Not JSON, so the kind is unknown.
    Unknown(Vec<Problem>),
}

impl FileContent {
    /// Returns all problems, in the order of the file.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Bank(parsed) => &parsed.problems,
            Self::Exam(parsed) => &parsed.problems,
            Self::Syllabus(parsed) => &parsed.problems,
            Self::Unknown(problems) => problems,
        }
    }
}

/// Parses a bank. Problems show `name` as the name of the file.
pub fn parse_bank(name: &str, bytes: &[u8]) -> ParsedFile<Bank> {
    let bytes = text::without_byte_order_mark(bytes);
    parse_valid_bank(bytes).map_or_else(|| parse_bank_with_spans(name, bytes), ParsedFile::from_valid)
}

fn parse_bank_with_spans(name: &str, bytes: &[u8]) -> ParsedFile<Bank> {
    parse_with_spans(name, bytes, schema::generate::<Bank>, bank_findings)
}

/// Parses an exam. Problems show `name` as the name of the file. An exam is short, so only the validator reads it.
pub fn parse_exam(name: &str, bytes: &[u8]) -> ParsedFile<Exam> {
    parse_with_spans(name, bytes, schema::generate::<Exam>, |tree, invalid_pointers| {
        whole_file_findings(tree, invalid_pointers, validate::exam_findings)
    })
}

/// Parses a built-in exam in one typed pass, without validation. Every start parses these exams, and a test validates
/// them.
pub fn parse_built_in_exam(name: &str, text: &str) -> ParsedFile<Exam> {
    serde_json::from_str(text).map_or_else(|_| parse_exam(name, text.as_bytes()), ParsedFile::from_valid)
}

/// Parses a syllabus. Problems show `name` as the name of the file.
pub fn parse_syllabus(name: &str, bytes: &[u8]) -> ParsedFile<Syllabus> {
    parse_with_spans(name, bytes, schema::generate::<Syllabus>, |tree, invalid_pointers| {
        whole_file_findings(tree, invalid_pointers, validate::syllabus_findings)
    })
}

/// Parses a file of any kind. Its members decide whether it is a bank, an exam or a syllabus. Problems show `name` as
/// the name of the file.
pub fn parse_any(name: &str, bytes: &[u8]) -> FileContent {
    let bytes = text::without_byte_order_mark(bytes);
    // Banks come first because they are the large files. A valid one is then parsed only once.
    if let Some(bank) = parse_valid_bank(bytes) {
        return FileContent::Bank(ParsedFile::from_valid(bank));
    }
    let has_member = |tree: &JsonTree<'_>, member: &str| tree.root().member(member).is_some();
    // In an exam with weights, `questions` is a number.
    let has_questions = |tree: &JsonTree<'_>| {
        tree.root().member("questions").is_some_and(|node| !matches!(node.kind(), tree::JsonKind::Number(_)))
    };
    // Bytes that are not UTF-8 become an empty text here, so their kind is unknown.
    let source = std::str::from_utf8(bytes).unwrap_or_default();
    match JsonTree::parse(source) {
        Ok(tree) if has_member(&tree, "sections") && !has_questions(&tree) => {
            FileContent::Exam(parse_exam(name, bytes))
        }
        Ok(tree) if has_member(&tree, "statements") && !has_questions(&tree) => {
            FileContent::Syllabus(parse_syllabus(name, bytes))
        }
        // The typed pass has failed above. For a large bank, trying it again would be half of the reading time.
        Ok(_) => FileContent::Bank(parse_bank_with_spans(name, bytes)),
        Err(_) => FileContent::Unknown(parse_bank_with_spans(name, bytes).problems),
    }
}

/// Parses a bank in one typed pass. Returns `None` if there is any problem to report.
fn parse_valid_bank(bytes: &[u8]) -> Option<Bank> {
    let is_question_valid = |question: &Arc<Question>| {
        well_formed::is_question_within_limits(question) && validate::is_valid_question(question)
    };
    let is_valid = |bank: &Bank| {
        bank.format <= FORMAT
            && well_formed::is_bank_within_limits(bank)
            && bank.questions.par_iter().all(is_question_valid)
            && validate::reference_findings(&BankParts::from_bank(bank)).is_empty()
    };
    parse_typed(bytes).filter(is_valid)
}

impl<T> ParsedFile<T> {
    fn from_valid(value: T) -> Self {
        Self { value: Some(value), problems: Vec::new() }
    }
}

/// Parses in one typed pass. Returns `None` for everything unusual, so that the validator reads it. That includes valid
/// files with `x-` members.
fn parse_typed<T: DeserializeOwned + Send>(bytes: &[u8]) -> Option<T> {
    let source = std::str::from_utf8(bytes).ok()?;
    // The two passes are independent, so a large bank uses two cores.
    parallel::prepare();
    let (is_suspect, value) = rayon::join(|| has_suspect_text(source), || serde_json::from_str(source).ok());
    value.filter(|_| !is_suspect)
}

/// The number of bytes that the scan tests together. The compiler turns the test of a block into vector instructions.
const SCAN_BLOCK_BYTES: usize = 64;

/// Returns whether a text in this file may contain what the typed pass does not see: a harmful character, literal or
/// escaped, or an empty text.
///
/// Every start scans all banks of the user, so this must be fast. It tests blocks of bytes, and looks closer only at
/// blocks with a suspect byte.
fn has_suspect_text(source: &str) -> bool {
    let bytes = source.as_bytes();
    let is_control = |byte: u8| (byte < b' ') & (byte != b'\n') & (byte != b'\t') & (byte != b'\r') | (byte == 0x7F);
    // An empty text is a format error. serde fills in the same empty text for a member that the file leaves out, so
    // only the bytes show the difference.
    let is_quote_pair = |first: u8, second: u8| (first == b'"') & (second == b'"');
    // There is no branch in a block, so the compiler can use vector instructions.
    let has_suspect_byte = |block: &[u8], next: &[u8]| {
        let any_suspect = |any: bool, (first, second): (&u8, &u8)| {
            any | is_control(*first) | (*first == b'\\') | (*first >= 0x80) | is_quote_pair(*first, *second)
        };
        block.iter().zip(next).fold(false, any_suspect)
    };
    let is_suspect_at = |index: usize| {
        let (byte, next) = (bytes[index], bytes.get(index + 1).copied().unwrap_or(b' '));
        // Only these escapes can stand for a harmful character.
        let is_escape = byte == b'\\' && b"ubfrt".contains(&next);
        // The first byte of a character outside ASCII is at least 0xC0.
        let is_harmful = byte >= 0xC0 && source[index..].chars().next().is_some_and(|c| !text::is_harmless(c));
        // The quotes in `\""` end a text; they are no empty text.
        let is_escaped = index > 0 && bytes[index - 1] == b'\\';
        is_control(byte) || is_escape || is_harmful || (is_quote_pair(byte, next) && !is_escaped)
    };
    // A block is compared with the bytes one place later. The last byte has no successor, so it is tested by itself.
    let last_index = bytes.len().saturating_sub(1);
    let blocks = bytes[..last_index]
        .chunks(SCAN_BLOCK_BYTES)
        .zip(bytes[last_index.min(1)..].chunks(SCAN_BLOCK_BYTES))
        .enumerate();
    let mut candidates = blocks
        .filter(|(_, (block, next))| has_suspect_byte(block, next))
        .flat_map(|(index, (block, _))| index * SCAN_BLOCK_BYTES..index * SCAN_BLOCK_BYTES + block.len());
    candidates.any(is_suspect_at) || (!bytes.is_empty() && is_suspect_at(last_index))
}

/// A check between the parts of a file. It skips the given pointers, whose problems are already reported.
type FindBetween = fn(&JsonTree<'_>, &[String]) -> Vec<Finding>;

/// Parses with byte spans and reports every problem. `find_between` adds the problems between valid parts.
fn parse_with_spans<T: DeserializeOwned>(
    name: &str,
    bytes: &[u8],
    make_schema: MakeSchema,
    find_between: FindBetween,
) -> ParsedFile<T> {
    let source = match std::str::from_utf8(text::without_byte_order_mark(bytes)) {
        Ok(text) => SourceText::new(name, text.to_owned()),
        Err(error) => {
            return ParsedFile { value: None, problems: vec![validator::invalid_utf8(name, bytes, error)] };
        }
    };
    let tree = match JsonTree::parse(source.text()) {
        Ok(tree) => tree,
        Err(error) => {
            return ParsedFile { value: None, problems: vec![validator::invalid_json(&source, error.as_ref())] };
        }
    };
    // The tree accepts a line break in a text and blanks that are none in JSON. Other programs would refuse the file.
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(source.text()) {
        return ParsedFile { value: None, problems: vec![validator::not_strict_json(&source, &error)] };
    }
    // A newer format may have members that this program does not know, so a check would report false problems.
    if let Some(format_problem) = validator::unsupported_format(&source, &tree) {
        return ParsedFile { value: None, problems: vec![format_problem] };
    }
    let mut validator = validator::Validator::new(&source);
    validator.check(tree.root(), &ValueShape::from_schema(&make_schema()));
    let (mut problems, invalid_pointers) = validator.finish();
    problems.extend(
        find_between(&tree, &invalid_pointers)
            .into_iter()
            .map(|finding| validator::locate_finding(&source, &tree, finding)),
    );
    problems.sort_by_key(|problem| problem.location.span.start);
    name_questions(&tree, &mut problems);
    let mut value = None;
    if problems.iter().all(|problem| problem.severity == Severity::Warning) {
        // From the tree and not from the text: the types refuse unknown members, and the tree leaves out the notes
        // that start with `x-`.
        match serde_json::from_value(tree.root().to_json()) {
            Ok(parsed) => value = Some(parsed),
            // Some types are stricter than their schema. The author then sees the message of the type.
            Err(error) => problems.push(validator::deserialize_problem(&source, &error)),
        }
    }
    ParsedFile { value, problems }
}

/// Finds problems between the valid parts of a bank. Problems under `invalid_pointers` are already reported.
fn bank_findings(tree: &JsonTree<'_>, invalid_pointers: &[String]) -> Vec<Finding> {
    fn parse_list<T: DeserializeOwned>(
        tree: &JsonTree<'_>,
        invalid_pointers: &[String],
        member: &str,
    ) -> Option<Vec<T>> {
        let prefix = format!("/{member}");
        if invalid_pointers.iter().any(|pointer| *pointer == prefix || pointer.starts_with(&format!("{prefix}/"))) {
            return None;
        }
        tree.root().member(member).map_or(Some(Vec::new()), |node| serde_json::from_value(node.to_json()).ok())
    }
    let reported: HashSet<_> = invalid_pointers.iter().filter_map(|pointer| question_index(pointer)).collect();
    let questions: Vec<_> = tree.root().member("questions").map_or_else(Vec::new, |list| {
        let valid = list.elements().enumerate().filter(|(index, _)| !reported.contains(index));
        valid.filter_map(|(index, node)| Some((index, serde_json::from_value(node.to_json()).ok()?))).collect()
    });
    // An ID also counts if its question has errors. Otherwise a duplicate would appear only after those are fixed.
    let question_ids: Vec<_> = tree.root().member("questions").map_or_else(Vec::new, |list| {
        list.elements().enumerate().filter_map(|(index, node)| Some((index, question_id(node)?.to_owned()))).collect()
    });
    let (objectives, sources) =
        (parse_list(tree, invalid_pointers, "objectives"), parse_list(tree, invalid_pointers, "sources"));
    let cases = parse_list(tree, invalid_pointers, "cases");
    validate::bank_findings(&BankParts {
        objectives: objectives.as_deref(),
        sources: sources.as_deref(),
        cases: cases.as_deref(),
        questions: questions.iter().map(|(index, question)| (*index, question)).collect(),
        question_ids: question_ids.iter().map(|(index, id)| (*index, id.as_str())).collect(),
    })
}

/// Applies a check that needs the whole file. Finds nothing if a part of the file is invalid.
fn whole_file_findings<T: DeserializeOwned>(
    tree: &JsonTree<'_>,
    invalid_pointers: &[String],
    check: fn(&T) -> Vec<Finding>,
) -> Vec<Finding> {
    if !invalid_pointers.is_empty() {
        return Vec::new();
    }
    serde_json::from_value(tree.root().to_json()).map_or_else(|_| Vec::new(), |value| check(&value))
}

/// Adds spans to the findings of a file and sorts them by position. Problems show `name` as the name of the file.
/// Returns an empty list if the file is not JSON.
pub fn locate_findings(name: &str, bytes: &[u8], findings: Vec<Finding>) -> Vec<Problem> {
    if findings.is_empty() {
        return Vec::new();
    }
    let source = SourceText::new(name, String::from_utf8_lossy(text::without_byte_order_mark(bytes)).into_owned());
    let Ok(tree) = JsonTree::parse(source.text()) else { return Vec::new() };
    let mut problems: Vec<_> =
        findings.into_iter().map(|finding| validator::locate_finding(&source, &tree, finding)).collect();
    problems.sort_by_key(|problem| problem.location.span.start);
    name_questions(&tree, &mut problems);
    problems
}

/// Adds to each problem the ID of its question. An author finds a question by its ID, not by its number.
fn name_questions(tree: &JsonTree<'_>, problems: &mut [Problem]) {
    let questions: Vec<_> = tree.root().member("questions").map_or_else(Vec::new, |list| list.elements().collect());
    for problem in problems {
        let index = question_index(&problem.location.pointer);
        problem.question_id = index.and_then(|index| question_id(*questions.get(index)?)).map(str::to_owned);
    }
}

/// Returns the index of the question that a JSON pointer leads into.
fn question_index(pointer: &str) -> Option<usize> {
    pointer.strip_prefix("/questions/")?.split('/').next()?.parse().ok()
}

/// Returns the ID of a question if it has one that is valid.
fn question_id(node: tree::JsonNode<'_>) -> Option<&str> {
    slug(node.member("id")?)
}

/// Returns the text of a value if it can be an ID.
fn slug(node: tree::JsonNode<'_>) -> Option<&str> {
    match node.kind() {
        tree::JsonKind::Text(id) if is_slug(id) => Some(id),
        _ => None,
    }
}
