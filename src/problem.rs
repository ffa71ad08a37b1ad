//! Problems in a bank or exam file: the location, the message, and how to fix it.

use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::text;

/// How much a problem weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look; nothing is refused.
    Warning,
    /// The bank or exam is not used until it is mended.
    Error,
    /// The file could not be read at all: not UTF-8 JSON, too large, of a newer format.
    Unreadable,
}

impl Severity {
    /// Returns the word for it; a file that cannot be read is an error to its reader.
    pub fn label(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error | Self::Unreadable => "error",
        }
    }
}

/// A file's name and text, with the places where its lines begin.
#[derive(Debug)]
pub struct SourceText {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

impl SourceText {
    /// Keeps `text` under the name it is known by, which may be hostile and is made safe here.
    pub fn new(name: &str, text: String) -> Arc<Self> {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect();
        Arc::new(Self { name: text::single_line(name), text, line_starts })
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the index, from 0, of the line that contains byte `offset`.
    fn line_index(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Returns the bytes of line `line` (from 0) without its end.
    fn line_range(&self, line: usize) -> Range<usize> {
        let start = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.line_starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        start..end
    }
}

/// Where in a file a problem is.
#[derive(Debug, Clone)]
pub struct SourceSpan {
    /// The file.
    pub source: Arc<SourceText>,
    /// The bytes concerned.
    pub span: Range<usize>,
    /// The JSON pointer of the value concerned (RFC 6901).
    pub pointer: String,
}

impl SourceSpan {
    /// Returns line and column, both from 1, the column in characters.
    pub fn line_column(&self) -> (usize, usize) {
        let line = self.source.line_index(self.span.start);
        let start = self.source.line_range(line).start;
        let before = self.source.text.get(start..self.span.start).unwrap_or_default();
        (line + 1, before.chars().count() + 1)
    }
}

/// One thing that is wrong, as an author is told it.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The rule that was broken.
    pub rule: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Where.
    pub location: SourceSpan,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Why it matters, where that does not go without saying.
    pub explanation: Option<&'static str>,
    /// How to mend it.
    pub help: String,
}

/// The most characters of a line that are shown on either side of a problem.
const MAX_CONTEXT_CHARS: usize = 60;

/// How a problem is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportStyle {
    /// Without colors.
    Plain,
    /// With the colors of a terminal.
    Colored,
}

impl Problem {
    /// Draws the problem as a compiler would: message, place, the line with carets, and the remedy.
    ///
    /// Only the part of the line around the place is shown, since a bank may be one line of many megabytes.
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
        // The library would repeat the path of a longer excerpt; ours names pointer and true column in one line.
        rendered.replacen('\n', &format!("\n  --> {location_text}\n"), 1)
    }
}

/// Cuts out of `line` what surrounds `span`, made safe, and says where the carets go in it.
fn excerpt(text: &str, line: Range<usize>, span: &Range<usize>) -> (String, Range<usize>) {
    let slice = |range: Range<usize>| text.get(range).unwrap_or_default().trim_end_matches('\r');
    let start = span.start.clamp(line.start, line.end);
    let end = span.end.clamp(start, line.end);
    let before: String = last_chars(slice(line.start..start), MAX_CONTEXT_CHARS);
    let highlighted: String = slice(start..end).chars().take(2 * MAX_CONTEXT_CHARS).collect();
    let after: String = slice(end..line.end).chars().take(MAX_CONTEXT_CHARS).collect();
    // A tab is one column to the carets.
    let sanitize = |piece: String| text::sanitize(&piece.replace('\t', " ")).into_owned();
    let (before, highlighted, after) = (sanitize(before), sanitize(highlighted), sanitize(after));
    let carets = before.len()..before.len() + highlighted.len();
    // Something must stand under the caret at the end of a line.
    let end = if highlighted.is_empty() && after.is_empty() { " " } else { "" };
    (format!("{before}{highlighted}{after}{end}"), carets)
}

fn last_chars(text: &str, max_chars: usize) -> String {
    let start = text.char_indices().rev().nth(max_chars.saturating_sub(1)).map_or(0, |(index, _)| index);
    text[start..].to_owned()
}
