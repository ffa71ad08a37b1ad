//! The native format: text to a bank or an exam, with every problem at its place.
//!
//! Reading is one typed pass. Only where that pass fails, or something about the result is unsound, a second reader that
//! keeps places goes over the text; it finds all problems, each once.

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
use crate::text;

pub mod tree;
mod validator;

use tree::JsonTree;

/// What came of reading a file: the value where nothing forbids its use, and all that is wrong.
#[derive(Debug)]
pub struct ParsedFile<T> {
    /// The value, unless there is an error.
    pub value: Option<T>,
    /// Everything that is wrong, in the order of the file.
    pub problems: Vec<Problem>,
}

/// What a file holds.
#[derive(Debug)]
pub enum FileContent {
    /// A bank.
    Bank(Bank),
    /// An exam.
    Exam(Exam),
    /// A syllabus.
    Syllabus(Syllabus),
}

/// Reads a bank; `name` is what its file is called.
pub fn bank(name: &str, bytes: &[u8]) -> ParsedFile<Bank> {
    clean_bank(bytes).map_or_else(|| slow(name, bytes, schema::of::<Bank>, bank_flaws), ParsedFile::clean)
}

/// Reads an exam; `name` is what its file is called. It is short, so that the second reader may go over it at once.
pub fn exam(name: &str, bytes: &[u8]) -> ParsedFile<Exam> {
    slow(name, bytes, schema::of::<Exam>, |tree, bad| whole_flaws(tree, bad, validate::exam))
}

/// Reads an exam that is shipped, in one typed pass: a test holds it to its form, and every start reads it.
pub fn shipped_exam(name: &str, text: &str) -> ParsedFile<Exam> {
    serde_json::from_str(text).map_or_else(|_| exam(name, text.as_bytes()), ParsedFile::clean)
}

/// Reads a syllabus; `name` is what its file is called.
pub fn syllabus(name: &str, bytes: &[u8]) -> ParsedFile<Syllabus> {
    slow(name, bytes, schema::of::<Syllabus>, |tree, bad| whole_flaws(tree, bad, validate::syllabus))
}

/// Reads a file that says itself what it is: `questions` make a bank, `sections` an exam, `statements` a syllabus.
pub fn any(name: &str, bytes: &[u8]) -> ParsedFile<FileContent> {
    if let Some(bank) = clean_bank(bytes) {
        return ParsedFile::clean(FileContent::Bank(bank));
    }
    let has = |tree: &JsonTree<'_>, member: &str| tree.root().member(member).is_some();
    let source = std::str::from_utf8(bytes).unwrap_or_default();
    match JsonTree::parse(source) {
        Ok(tree) if has(&tree, "sections") && !has(&tree, "questions") => exam(name, bytes).map(FileContent::Exam),
        Ok(tree) if has(&tree, "statements") && !has(&tree, "questions") => {
            syllabus(name, bytes).map(FileContent::Syllabus)
        }
        _ => bank(name, bytes).map(FileContent::Bank),
    }
}

/// Reads a bank in one typed pass; nothing where there is anything to tell about it.
fn clean_bank(bytes: &[u8]) -> Option<Bank> {
    let question = |question: &Arc<Question>| well_formed::question(question) && validate::stands_alone(question);
    let is_sound = |bank: &Bank| {
        bank.format <= FORMAT
            && well_formed::frame(bank)
            && bank.questions.par_iter().all(question)
            && validate::between(&BankParts::of(bank)).is_empty()
    };
    fast(bytes).filter(is_sound)
}

impl<T> ParsedFile<T> {
    fn clean(value: T) -> Self {
        Self { value: Some(value), problems: Vec::new() }
    }

    fn map<U>(self, f: impl FnOnce(T) -> U) -> ParsedFile<U> {
        ParsedFile { value: self.value.map(f), problems: self.problems }
    }
}

/// Reads in one typed pass; nothing where anything at all is unusual, notes of an author's own among it, so that the second
/// reader may tell what.
fn fast<T: DeserializeOwned + Send>(bytes: &[u8]) -> Option<T> {
    let source = std::str::from_utf8(bytes).ok()?;
    // Two passes that need nothing of one another, so that a large bank is read on two cores.
    let (hides, value) = rayon::join(|| may_hide(source), || serde_json::from_str(source).ok());
    value.filter(|_| !hides)
}

/// How many bytes are looked at together; a few of them go into one step of the processor.
const BLOCK: usize = 64;

/// Returns whether the typed pass may miss something about the texts of this file: a harmful character, written out or
/// behind an escape, or an empty text.
///
/// This runs over every bank of the user's own at every start, so it goes over blocks of bytes, and looks closer only
/// where one may matter.
fn may_hide(source: &str) -> bool {
    let bytes = source.as_bytes();
    let control = |byte: u8| (byte < b' ') & (byte != b'\n') & (byte != b'\t') & (byte != b'\r') | (byte == 0x7F);
    let pair = |one: u8, two: u8| (one == b'"') & (two == b'"');
    // No branch within a block, so that it is one loop over vectors.
    let matters = |block: &[u8], next: &[u8]| {
        let looks = |any: bool, (one, two): (&u8, &u8)| {
            any | control(*one) | (*one == b'\\') | (*one >= 0x80) | pair(*one, *two)
        };
        block.iter().zip(next).fold(false, looks)
    };
    let closely = |at: usize| {
        let (byte, next) = (bytes[at], bytes.get(at + 1).copied().unwrap_or(b' '));
        let escape = byte == b'\\' && b"ubfrt".contains(&next);
        // A character beyond ASCII begins with such a byte.
        let harmful = byte >= 0xC0 && source[at..].chars().next().is_some_and(|c| !text::is_harmless(c));
        let within = at > 0 && bytes[at - 1] == b'\\';
        control(byte) || escape || harmful || (pair(byte, next) && !within)
    };
    // The last byte has none behind it; it is looked at by itself.
    let last = bytes.len().saturating_sub(1);
    let blocks = bytes[..last].chunks(BLOCK).zip(bytes[last.min(1)..].chunks(BLOCK)).enumerate();
    let mut places = blocks
        .filter(|(_, (block, next))| matters(block, next))
        .flat_map(|(at, (block, _))| at * BLOCK..at * BLOCK + block.len());
    places.any(closely) || (!bytes.is_empty() && closely(last))
}

/// Tells what is wrong between the parts of a file; the pointers are of those that were told about already.
type Flaws = fn(&JsonTree<'_>, &[String]) -> Vec<Finding>;

/// Reads with places. `flaws` tells what is wrong between the parts.
fn slow<T: DeserializeOwned>(name: &str, bytes: &[u8], schema: MakeSchema, flaws: Flaws) -> ParsedFile<T> {
    let source = match std::str::from_utf8(bytes) {
        Ok(text) => SourceText::new(name, text.to_owned()),
        Err(error) => {
            return ParsedFile { value: None, problems: vec![validator::not_utf8(name, bytes, error)] };
        }
    };
    let tree = match JsonTree::parse(source.text()) {
        Ok(tree) => tree,
        Err(error) => {
            return ParsedFile { value: None, problems: vec![validator::not_json(&source, &error)] };
        }
    };
    if let Some(newer) = validator::newer_format(&source, &tree) {
        return ParsedFile { value: None, problems: vec![newer] };
    }
    let mut walk = validator::Validator::new(&source);
    walk.check(tree.root(), &ValueShape::of(&schema()));
    let (mut problems, bad) = walk.finish();
    problems.extend(flaws(&tree, &bad).into_iter().map(|flaw| validator::place(&source, &tree, flaw)));
    problems.sort_by_key(|problem| problem.place.span.start);
    let mut value = None;
    if problems.iter().all(|problem| problem.severity == Severity::Warning) {
        match serde_json::from_value(tree.root().to_json()) {
            Ok(read) => value = Some(read),
            // A type's own reader asks for more than its schema says; its author gets that reader's words.
            Err(error) => problems.push(validator::untold(&source, &error)),
        }
    }
    ParsedFile { value, problems }
}

/// Finds what is wrong between the sound parts of a bank; parts in `bad` were already told about.
fn bank_flaws(tree: &JsonTree<'_>, bad: &[String]) -> Vec<Finding> {
    fn list<T: DeserializeOwned>(tree: &JsonTree<'_>, bad: &[String], member: &str) -> Option<Vec<T>> {
        let prefix = format!("/{member}");
        if bad.iter().any(|pointer| *pointer == prefix || pointer.starts_with(&format!("{prefix}/"))) {
            return None;
        }
        tree.root().member(member).map_or(Some(Vec::new()), |node| serde_json::from_value(node.to_json()).ok())
    }
    let number = |pointer: &String| pointer.strip_prefix("/questions/")?.split('/').next()?.parse::<usize>().ok();
    let told: HashSet<_> = bad.iter().filter_map(number).collect();
    let questions: Vec<_> = tree.root().member("questions").map_or_else(Vec::new, |list| {
        let sound = list.elements().enumerate().filter(|(at, _)| !told.contains(at));
        sound.filter_map(|(at, node)| Some((at, serde_json::from_value(node.to_json()).ok()?))).collect()
    });
    let name = |(at, node): (usize, tree::JsonNode<'_>)| match node.member("id")?.sort() {
        tree::JsonKind::Text(name) if is_slug(name) => Some((at, name.to_owned())),
        _ => None,
    };
    let names: Vec<_> = tree
        .root()
        .member("questions")
        .map_or_else(Vec::new, |list| list.elements().enumerate().filter_map(name).collect());
    let (objectives, sources) = (list(tree, bad, "objectives"), list(tree, bad, "sources"));
    let cases = list(tree, bad, "cases");
    validate::bank(&BankParts {
        objectives: objectives.as_deref(),
        sources: sources.as_deref(),
        cases: cases.as_deref(),
        questions: questions.iter().map(|(at, question)| (*at, question)).collect(),
        names: names.iter().map(|(at, name)| (*at, name.as_str())).collect(),
    })
}

/// Finds what is wrong between the parts of a file that is judged only as a whole, where all of them could be read.
fn whole_flaws<T: DeserializeOwned>(
    tree: &JsonTree<'_>,
    bad: &[String],
    flaws: fn(&T) -> Vec<Finding>,
) -> Vec<Finding> {
    if !bad.is_empty() {
        return Vec::new();
    }
    serde_json::from_value(tree.root().to_json()).map_or_else(|_| Vec::new(), |whole| flaws(&whole))
}

/// Gives flaws of a file their places, in the order of the file; none where the file is not JSON.
pub fn placed(name: &str, bytes: &[u8], flaws: Vec<Finding>) -> Vec<Problem> {
    if flaws.is_empty() {
        return Vec::new();
    }
    let source = SourceText::new(name, String::from_utf8_lossy(bytes).into_owned());
    let Ok(tree) = JsonTree::parse(source.text()) else { return Vec::new() };
    let mut problems: Vec<_> = flaws.into_iter().map(|flaw| validator::place(&source, &tree, flaw)).collect();
    problems.sort_by_key(|problem| problem.place.span.start);
    problems
}
