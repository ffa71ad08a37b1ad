//! Text for people: sanitizing, measuring, wrapping, truncating and comparing. Independent of the terminal.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Stands where a character was taken out that could have steered a terminal or turned the reading direction.
const REPLACEMENT: char = '\u{FFFD}';

/// Returns whether `c` may be part of a text from outside: no control but the line feed, no direction override, no
/// invisible joiner outside an emoji (rule L39).
pub fn is_harmless(c: char) -> bool {
    let control = c.is_control() && c != '\n';
    let bidi = matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let separator = matches!(c, '\u{2028}' | '\u{2029}');
    let noncharacter = u32::from(c) & 0xFFFE == 0xFFFE;
    !(control || bidi || separator || noncharacter || matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{2060}'))
}

/// Returns whether a text from outside says something, and nothing harmful.
pub fn is_printable(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().all(is_harmless)
}

/// Returns `text` with every harmful character replaced: the one gate for text from files, names and answers on its way
/// to a screen, a report or an error message.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_harmless) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(|c| if is_harmless(c) { c } else { REPLACEMENT }).collect())
    }
}

/// Returns `text` made safe and on one line, as plain mode and tables need it.
pub fn single_line(text: &str) -> String {
    sanitize(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns `text` made safe and on one line, its spaces kept as they are.
pub fn single_line_verbatim(text: &str) -> String {
    sanitize(text).replace('\n', " ")
}

/// Returns how many columns `text` takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Breaks `text` into lines of at most `columns`, at spaces, and within a word only where it is wider than a line.
///
/// A grapheme (a letter with its accents, an emoji of several parts) is never cut. Line feeds stay; an empty text is
/// one empty line, so that the height of a text is the number of lines it gives.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    text.split('\n').flat_map(|line| wrap_line(line, columns)).collect()
}

fn wrap_line(line: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used_columns = 0;
    for word in line.split_whitespace() {
        let piece_columns = width(word);
        let gap = usize::from(used_columns > 0);
        if used_columns + gap + piece_columns <= columns {
            append_to_last(&mut lines, if gap == 1 { " " } else { "" });
            append_to_last(&mut lines, word);
            used_columns += gap + piece_columns;
            continue;
        }
        if used_columns > 0 {
            lines.push(String::new());
            used_columns = 0;
        }
        for grapheme in word.graphemes(true) {
            let piece_columns = width(grapheme);
            if used_columns + piece_columns > columns && used_columns > 0 {
                lines.push(String::new());
                used_columns = 0;
            }
            append_to_last(&mut lines, grapheme);
            used_columns += piece_columns;
        }
    }
    lines
}

fn append_to_last(lines: &mut [String], part: &str) {
    if let Some(last) = lines.last_mut() {
        last.push_str(part);
    }
}

/// Returns `text` cut to `columns`, with an ellipsis where something was cut.
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut truncated = String::new();
    let mut used_columns = 1;
    for grapheme in text.graphemes(true) {
        used_columns += width(grapheme);
        if used_columns > columns {
            break;
        }
        truncated.push_str(grapheme);
    }
    if columns > 0 {
        truncated.push('…');
    }
    Cow::Owned(truncated)
}

/// Returns `text` without its last grapheme, for a backspace.
pub fn without_last_grapheme(text: &str) -> &str {
    text.grapheme_indices(true).next_back().map_or("", |(start, _)| &text[..start])
}

/// Returns the form in which two names are the same name: NFC, case folded, outer and doubled spaces gone.
pub fn name_key(name: &str) -> String {
    let folded = caseless::default_case_fold_str(&name.nfc().collect::<String>());
    folded.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the form in which a typed answer is compared: NFKC, case folded, trimmed.
pub fn normalize_answer(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase();
    }
    let folded = caseless::default_case_fold_str(&text.nfkc().collect::<String>());
    folded.nfkc().collect::<String>().trim().to_owned()
}

/// Returns a name as a part of a file name: ASCII letters and digits with hyphens, at most 40, `person` where none is
/// left.
pub fn file_slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.nfkd().filter(char::is_ascii).map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if c.is_ascii_whitespace() && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(40);
    match slug.trim_end_matches('-') {
        "" => "person".to_owned(),
        slug => slug.to_owned(),
    }
}

/// Returns a count with its noun: `1 question`, `14 questions`.
pub fn count_with_noun(n: usize, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{ending}")
}
