//! What is wrong with a file, where, and how to mend it.

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
    pub fn word(self) -> &'static str {
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
    lines: Vec<usize>,
}

impl SourceText {
    /// Keeps `text` under the name it is known by, which may be hostile and is made safe here.
    pub fn new(name: &str, text: String) -> Arc<Self> {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Arc::new(Self { name: text::one_line(name), text, lines })
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the number of the line that holds byte `at`, from 0.
    fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at).saturating_sub(1)
    }

    /// Returns the bytes of line `line` (from 0) without its end.
    fn line(&self, line: usize) -> Range<usize> {
        let start = self.lines.get(line).copied().unwrap_or(self.text.len());
        let end = self.lines.get(line + 1).map_or(self.text.len(), |next| next - 1);
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
        let line = self.source.line_of(self.span.start);
        let start = self.source.line(line).start;
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
    pub place: SourceSpan,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Why it matters, where that does not go without saying.
    pub why: Option<&'static str>,
    /// How to mend it.
    pub help: String,
}

/// The most characters of a line that are shown on either side of a problem.
const CONTEXT: usize = 60;

impl Problem {
    /// Draws the problem as a compiler would: message, place, the line with carets, and the remedy.
    ///
    /// Only the part of the line around the place is shown, since a bank may be one line of many megabytes.
    pub fn draw(&self, color: bool) -> String {
        let place = &self.place;
        let line = place.source.line_of(place.span.start);
        let (shown, carets) = excerpt(&place.source.text, place.source.line(line), &place.span);
        let level = match self.severity {
            Severity::Warning => Level::WARNING,
            Severity::Error | Severity::Unreadable => Level::ERROR,
        };
        let (row, column) = place.line_column();
        let path = format!("{}:{row}:{column}", place.source.name);
        let at = if place.pointer.is_empty() { path } else { format!("{path} at {}", text::one_line(&place.pointer)) };
        let message = text::one_line(&self.message);
        let help = text::one_line(&self.help);
        let snippet =
            Snippet::source(shown).line_start(row).fold(false).annotation(AnnotationKind::Primary.span(carets));
        let mut told = level.primary_title(message.as_str()).id(self.rule).element(snippet);
        if let Some(why) = self.why {
            told = told.element(Level::NOTE.message(why));
        }
        let report = [told, annotate_snippets::Group::with_title(Level::HELP.secondary_title(help.as_str()))];
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let drawn = renderer.render(&report);
        // The library would repeat the path of a longer excerpt; ours names pointer and true column in one line.
        drawn.replacen('\n', &format!("\n  --> {at}\n"), 1)
    }
}

/// Cuts out of `line` what surrounds `span`, made safe, and says where the carets go in it.
fn excerpt(text: &str, line: Range<usize>, span: &Range<usize>) -> (String, Range<usize>) {
    let part = |range: Range<usize>| text.get(range).unwrap_or_default().trim_end_matches('\r');
    let start = span.start.clamp(line.start, line.end);
    let end = span.end.clamp(start, line.end);
    let before: String = tail(part(line.start..start), CONTEXT);
    let held: String = part(start..end).chars().take(2 * CONTEXT).collect();
    let after: String = part(end..line.end).chars().take(CONTEXT).collect();
    // A tab is one column to the carets.
    let safe = |piece: String| text::safe(&piece.replace('\t', " ")).into_owned();
    let (before, held, after) = (safe(before), safe(held), safe(after));
    let carets = before.len()..before.len() + held.len();
    // Something must stand under the caret at the end of a line.
    let end = if held.is_empty() && after.is_empty() { " " } else { "" };
    (format!("{before}{held}{after}{end}"), carets)
}

fn tail(text: &str, most: usize) -> String {
    let from = text.char_indices().rev().nth(most.saturating_sub(1)).map_or(0, |(at, _)| at);
    text[from..].to_owned()
}
