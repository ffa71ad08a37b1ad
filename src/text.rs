//! Text for people: sanitizing, measuring, wrapping, truncating and comparing. Nothing here uses a terminal.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Replaces each character that could control a terminal or reverse the reading direction.
const REPLACEMENT: char = '\u{FFFD}';

/// Returns whether `c` is allowed in text from outside.
///
/// These are not allowed (rule L39): direction marks, line separators, invisible characters, and control characters
/// other than the line feed. The zero-width joiner is allowed, because emoji need it.
pub fn is_harmless(c: char) -> bool {
    let control = c.is_control() && c != '\n';
    let bidi = matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let separator = matches!(c, '\u{2028}' | '\u{2029}');
    let noncharacter = u32::from(c) & 0xFFFE == 0xFFFE;
    let invisible = matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{2060}' | '\u{E0000}'..='\u{E007F}');
    !(control || bidi || separator || noncharacter || invisible)
}

/// Returns whether a text from outside has a visible character and no harmful one.
pub fn is_printable(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().all(is_harmless)
}

/// Returns `text` with every harmful character replaced. All text from files, names and answers passes through here
/// before it reaches a screen, a report or an error message.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_harmless) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(|c| if is_harmless(c) { c } else { REPLACEMENT }).collect())
    }
}

/// Returns `text` sanitized and on one line, with single spaces, for plain mode and tables.
pub fn single_line(text: &str) -> String {
    sanitize(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns `text` sanitized and on one line. Its spaces stay unchanged.
pub fn single_line_verbatim(text: &str) -> String {
    sanitize(text).replace('\n', " ")
}

/// Returns how many terminal columns `text` takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Breaks `text` into lines of at most `columns`. It breaks at spaces, and inside a word only if the word is wider than
/// a line.
///
/// A grapheme (a letter with its accents, an emoji of several parts) is never split. Line feeds start a new line. An
/// empty text gives one empty line, so the number of lines is the height of the text.
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

/// Returns `text` cut to `columns`, with an ellipsis at the end if anything was cut.
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut truncated = String::new();
    // The ellipsis takes one column.
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

/// Returns the first texts of a list with commas, and how many more there are.
pub fn list_some(texts: &[String], max_count: usize) -> String {
    let shown = texts[..texts.len().min(max_count)].join(", ");
    let more = texts.len().saturating_sub(max_count);
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// Returns the bytes of a file without the mark that some editors write before UTF-8 text.
pub fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

/// Returns the characters of a text as people see them, each with all its accents.
pub fn graphemes(text: &str) -> impl Iterator<Item = &str> {
    text.graphemes(true)
}

/// Returns the first character as people see it, with all its accents; empty for an empty text.
pub fn first_grapheme(text: &str) -> &str {
    text.graphemes(true).next().unwrap_or_default()
}

/// Returns `text` without its last grapheme, as after a backspace.
pub fn without_last_grapheme(text: &str) -> &str {
    text.grapheme_indices(true).next_back().map_or("", |(start, _)| &text[..start])
}

/// Returns the form in which names are compared: NFC, case-folded, with single spaces and none at the ends.
pub fn name_key(name: &str) -> String {
    let folded = caseless::default_case_fold_str(&name.nfc().collect::<String>());
    // Case folding can undo the normal form.
    folded.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns whether a text is a number of contact hours: more than 0 and below 1,000, with at most two decimal places.
pub fn is_contact_hours(text: &str) -> bool {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits =
        |part: &str, max: usize| (1..=max).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let has_leading_zero = whole.len() > 1 && whole.starts_with('0');
    is_digits(whole, 3)
        && is_digits(decimals, 2)
        && !has_leading_zero
        && text.bytes().any(|b| (b'1'..=b'9').contains(&b))
}

/// Returns whether a character belongs to a right-to-left script, such as Hebrew or Arabic.
pub fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}')
}

/// Returns whether a text has marks that Unicode cannot join with a letter into one character, such as vowel points.
pub fn has_combining_marks(text: &str) -> bool {
    !text.is_ascii() && text.nfc().any(unicode_normalization::char::is_combining_mark)
}

/// Returns a text without such marks. Letters that have their accent in one character keep it.
pub fn without_combining_marks(text: &str) -> String {
    text.nfc().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect()
}

/// Returns the form in which people search and sort: [`name_key`] without accents, and with the letters that have no
/// plain form in Unicode written as Latin keyboards do, such as `ø` as `o`.
pub fn search_key(text: &str) -> String {
    // The same result, much faster, for the names of most lists.
    if text.is_ascii() {
        return text.to_ascii_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let folded = caseless::default_case_fold_str(&text.nfkd().collect::<String>());
    let mut key = String::with_capacity(folded.len());
    for c in folded.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)) {
        match c {
            'ł' => key.push('l'),
            'đ' | 'ð' => key.push('d'),
            'ø' => key.push('o'),
            'ı' => key.push('i'),
            'þ' => key.push_str("th"),
            'æ' => key.push_str("ae"),
            'œ' => key.push_str("oe"),
            'ß' => key.push_str("ss"),
            c => key.push(c),
        }
    }
    key.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the form in which typed answers are compared: NFKC, case-folded and trimmed.
///
/// Stored results depend on this form. A change would mark old attempts differently.
pub fn normalize_answer(text: &str) -> String {
    // ASCII text is always in normal form, so this shortcut gives the same result.
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase();
    }
    let folded = caseless::default_case_fold_str(&text.nfkc().collect::<String>());
    folded.nfkc().collect::<String>().trim().to_owned()
}

/// Returns a name as part of a file name: at most 40 lowercase ASCII letters, digits and hyphens.
///
/// A name without any letter or digit becomes `person`.
pub fn file_slug(name: &str) -> String {
    let mut slug = String::new();
    // Names of any script get letters that every file system has: `Straße` is `strasse`.
    for c in any_ascii::any_ascii(name).chars().map(|c| c.to_ascii_lowercase()) {
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

/// Joins parts of a reference with periods, except after a part that already ends a sentence, such as `Is it safe?`.
pub fn join_sentences<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !joined.is_empty() {
            joined.push_str(if joined.ends_with(['.', '?', '!']) { " " } else { ". " });
        }
        joined.push_str(part);
    }
    joined
}

/// Returns a count with its noun: `1 question`, `14 questions`. The plural always ends in `s`.
pub fn count_with_noun(n: usize, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{ending}")
}

/// Returns a size for people: `12 KB`, `1.4 MB`. A KB has 1,000 bytes.
pub fn format_size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// Returns a number of hundredths as a decimal number without trailing zeros: `5808` is `58.08`, and `700` is `7`.
///
/// `hundredths` has only decimal digits.
pub fn format_hundredths(hundredths: &str) -> String {
    let padded = format!("{hundredths:0>3}");
    let (whole, places) = padded.split_at(padded.len() - 2);
    let decimal = format!("{whole}.{places}");
    decimal.trim_end_matches('0').trim_end_matches('.').to_owned()
}
