//! The top of a reading: TOML between two lines `+++`.

use std::ops::Range;
use std::sync::Arc;

use super::{FORMAT, ReadingHead};
use crate::problem::{Problem, Severity, SourceSpan, SourceText};
use crate::text;

/// The line before and after the TOML.
const FENCE: &str = "+++";

/// Returns an error at a place in a reading.
pub(super) fn problem(
    source: &Arc<SourceText>,
    rule: &'static str,
    span: Range<usize>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Problem {
    Problem {
        rule,
        severity: Severity::Error,
        location: SourceSpan { source: Arc::clone(source), span, pointer: String::new() },
        question_id: None,
        message: message.into(),
        explanation: None,
        help: help.into(),
    }
}

/// Reads a file as text and refuses characters that could hide text or garble a screen.
pub(super) fn source_text(name: &str, bytes: &[u8]) -> Result<Arc<SourceText>, Box<Problem>> {
    let empty = || SourceText::new(name, String::new());
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.replace("\r\n", "\n"),
        Err(_) => {
            return Err(Box::new(Problem {
                severity: Severity::Unreadable,
                ..problem(&empty(), "utf-8", 0..0, "the file is not UTF-8 text", "Save the file as UTF-8")
            }));
        }
    };
    let source = SourceText::new(name, text);
    let harmful = source.text().char_indices().find(|(_, c)| *c != '\n' && !text::is_harmless(*c));
    match harmful {
        None => Ok(source),
        Some((start, c)) => {
            let message = format!("the character U+{:04X} can hide text or garble the screen", u32::from(c));
            Err(Box::new(problem(&source, "L39", start..start + c.len_utf8(), message, "Delete the character")))
        }
    }
}

/// Reads the front matter. Returns it with the offset of the text that follows.
pub(super) fn parse(source: &Arc<SourceText>) -> Result<(ReadingHead, usize), Vec<Problem>> {
    let help = "Begin the file with the line +++, then TOML, then the line +++";
    let missing = || vec![problem(source, "front-matter", 0..0, "the front matter is missing", help)];
    let all = source.text();
    let start = FENCE.len() + 1;
    let rest = all.strip_prefix(FENCE).and_then(|rest| rest.strip_prefix('\n')).ok_or_else(missing)?;
    let end = rest.find("\n+++\n").ok_or_else(missing)?;
    let toml_text = &rest[..=end];
    let head = toml::from_str::<ReadingHead>(toml_text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let message = text::single_line(error.message());
        vec![problem(source, "front-matter", start + span.start..start + span.end, message, "See the author's guide")]
    })?;
    let body_start = start + end + "\n+++\n".len();
    let problems = check(source, &head, start);
    if problems.is_empty() { Ok((head, body_start)) } else { Err(problems) }
}

/// Checks what the types do not enforce. `start` is the offset of the TOML.
fn check(source: &Arc<SourceText>, head: &ReadingHead, start: usize) -> Vec<Problem> {
    let line = |member: &str| {
        let text = &source.text()[start..];
        let found = text.find(&format!("{member} =")).map_or(0, |offset| start + offset);
        let length = source.text()[found..].find('\n').unwrap_or(0);
        found..found + length
    };
    let mut problems = Vec::new();
    if head.format > FORMAT {
        let message = format!("the format {} is newer than this program", head.format);
        problems.push(problem(source, "format", line("format"), message, "Use a newer version of needlewise"));
    }
    let texts = std::iter::once(&head.title).chain(&head.key_points).chain(&head.uncertain);
    if texts.into_iter().any(|text| text.trim().is_empty()) {
        problems.push(problem(source, "front-matter", line("title"), "a text is empty", "Write it, or delete it"));
    }
    if head.objectives.is_empty() {
        let message = "the reading names no objective";
        problems.push(problem(source, "front-matter", line("objectives"), message, "Name what it teaches"));
    }
    problems
}
