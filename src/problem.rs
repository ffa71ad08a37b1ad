//! Problems in a bank or exam file: the location, the message and the fix.

use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::text;

/// The severity of a problem, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The author should check it. The bank or exam still works.
    Warning,
    /// The bank or exam cannot be used until this is fixed.
    Error,
    /// The file cannot be read: it is not UTF-8 JSON, it is too large, or it has a newer format.
    Unreadable,
}

impl Severity {
    /// Returns the word for the severity: `warning` or `error`. An unreadable file is an error too.
    pub fn label(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error | Self::Unreadable => "error",
        }
    }
}

/// The name and text of a file, with the offsets at which its lines start.
#[derive(Debug)]
pub struct SourceText {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

impl SourceText {
    /// Returns the text of a file with its name. The name can contain harmful characters, so it is sanitized here.
    pub fn new(name: &str, text: String) -> Arc<Self> {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect();
        Arc::new(Self { name: text::single_line(name), text, line_starts })
    }

    /// Returns the sanitized name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the text of the file, unchanged.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the index, from 0, of the line that contains byte `offset`.
    fn line_index(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Returns the byte range of line `line` (from 0), without its line ending.
    fn line_range(&self, line: usize) -> Range<usize> {
        let start = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.line_starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        start..end
    }
}

/// The location of a problem in a file.
#[derive(Debug, Clone)]
pub struct SourceSpan {
    pub source: Arc<SourceText>,
    /// The affected byte range of the text.
    pub span: Range<usize>,
    /// The JSON pointer of the affected value (RFC 6901). It is empty for the whole file.
    pub pointer: String,
}

impl SourceSpan {
    /// Returns the line and the column of the first character, both from 1. The column counts characters.
    pub fn line_column(&self) -> (usize, usize) {
        self.place_of(self.span.start)
    }

    /// Returns the line and the column after the last character, both from 1.
    pub fn end_line_column(&self) -> (usize, usize) {
        self.place_of(self.span.end)
    }

    fn place_of(&self, offset: usize) -> (usize, usize) {
        let line = self.source.line_index(offset);
        let start = self.source.line_range(line).start;
        let before = self.source.text.get(start..offset).unwrap_or_default();
        (line + 1, before.chars().count() + 1)
    }
}

/// A problem in a file, as reported to its author.
#[derive(Debug, Clone)]
#[must_use]
pub struct Problem {
    /// The ID of the rule, such as `L35` or `file-name`.
    pub rule: &'static str,
    pub severity: Severity,
    pub location: SourceSpan,
    /// The ID of the question, if the problem is in one.
    pub question_id: Option<String>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Why it matters, if that is not obvious.
    pub explanation: Option<&'static str>,
    /// How to fix it.
    pub help: String,
}

/// The maximum number of characters shown on either side of a problem.
const MAX_CONTEXT_CHARS: usize = 60;

/// Whether a problem report uses colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportStyle {
    Plain,
    /// With ANSI colors, for a terminal.
    Colored,
}

impl Problem {
    /// Formats the problem like a compiler error: message, location, the line with carets, and the fix.
    ///
    /// Only the part of the line around the problem is shown, because a bank may be one line of many megabytes.
    pub fn render(&self, style: ReportStyle) -> String {
        let location = &self.location;
        let line = location.source.line_index(location.span.start);
        let (excerpt_text, carets) = excerpt(&location.source.text, location.source.line_range(line), &location.span);
        let level = match self.severity {
            Severity::Warning => Level::WARNING,
            Severity::Error | Severity::Unreadable => Level::ERROR,
        };
        let (line_number, column) = location.line_column();
        let path = format!("{}:{line_number}:{column}", location.source.name);
        let location_text = if location.pointer.is_empty() {
            path
        } else {
            format!("{path} at {}", text::single_line(&location.pointer))
        };
        let location_text = match &self.question_id {
            Some(id) => format!("{location_text}, question \"{}\"", text::single_line(id)),
            None => location_text,
        };
        let message = text::single_line(&self.message);
        let help = text::single_line(&self.help);
        let snippet = Snippet::source(excerpt_text)
            .line_start(line_number)
            .fold(false)
            .annotation(AnnotationKind::Primary.span(carets));
        let mut primary_group = level.primary_title(message.as_str()).id(self.rule).element(snippet);
        if let Some(explanation) = self.explanation {
            primary_group = primary_group.element(Level::NOTE.message(explanation));
        }
        let report = [primary_group, annotate_snippets::Group::with_title(Level::HELP.secondary_title(help.as_str()))];
        let renderer = match style {
            ReportStyle::Colored => Renderer::styled(),
            ReportStyle::Plain => Renderer::plain(),
        };
        let rendered = renderer.render(&report);
        // The library sees only an excerpt, so it cannot print the true column. This line has it, and the pointer.
        rendered.replacen('\n', &format!("\n  --> {location_text}\n"), 1)
    }
}

/// Returns the part of `line` around `span`, sanitized, and the range of the carets in it.
fn excerpt(text: &str, line: Range<usize>, span: &Range<usize>) -> (String, Range<usize>) {
    let slice = |range: Range<usize>| text.get(range).unwrap_or_default().trim_end_matches('\r');
    let start = span.start.clamp(line.start, line.end);
    let end = span.end.clamp(start, line.end);
    let before: String = last_chars(slice(line.start..start), MAX_CONTEXT_CHARS);
    let highlighted: String = slice(start..end).chars().take(2 * MAX_CONTEXT_CHARS).collect();
    let after: String = slice(end..line.end).chars().take(MAX_CONTEXT_CHARS).collect();
    // A tab must be one column wide, or the carets do not line up.
    let sanitize = |piece: String| text::sanitize(&piece.replace('\t', " ")).into_owned();
    let (before, highlighted, after) = (sanitize(before), sanitize(highlighted), sanitize(after));
    let carets = before.len()..before.len() + highlighted.len();
    // At the end of a line, the caret still needs one character above it.
    let end = if highlighted.is_empty() && after.is_empty() { " " } else { "" };
    (format!("{before}{highlighted}{after}{end}"), carets)
}

fn last_chars(text: &str, max_chars: usize) -> String {
    let start = text.char_indices().rev().nth(max_chars.saturating_sub(1)).map_or(0, |(index, _)| index);
    text[start..].to_owned()
}

/// Returns why a JSON text cannot be read, as the end of a sentence for people: without words of the library.
pub fn json_reason(error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Data => format!("a field at {place} is missing, unknown, or of the wrong type"),
        _ => format!("its JSON is broken at {place}"),
    }
}
