//! The second reader: goes over a tree with the table of its shape and tells everything that does not fit.

use std::collections::BTreeSet;
use std::sync::Arc;

use jsonc_parser::errors::ParseError;

use crate::bank::decimal::Decimal;
use crate::bank::format::json::tree::{JsonKind, JsonNode, JsonTree, escape};
use crate::bank::limits::TEXT_MAX;
use crate::bank::schema_model::{RecordField, ValueShape};
use crate::bank::validate::Finding;
use crate::bank::{FORMAT, rules};
use crate::clock::Day;
use crate::ids::is_slug;
use crate::problem::{Problem, Severity, SourceSpan, SourceText};
use crate::text;

/// A walk over one file, and what it has found so far.
pub(super) struct Validator<'a> {
    source: &'a Arc<SourceText>,
    pointer: String,
    problems: Vec<Problem>,
    bad: Vec<String>,
}

impl<'a> Validator<'a> {
    pub(super) fn new(source: &'a Arc<SourceText>) -> Self {
        Self { source, pointer: String::new(), problems: Vec::new(), bad: Vec::new() }
    }

    /// Returns the problems, and the pointers of what they concern.
    pub(super) fn finish(self) -> (Vec<Problem>, Vec<String>) {
        (self.problems, self.bad)
    }

    /// Tells everything about `node` that does not fit `shape`.
    pub(super) fn check(&mut self, node: JsonNode<'_>, shape: &ValueShape) {
        match (shape, node.sort()) {
            (ValueShape::Record(fields), JsonKind::Record) => self.record(node, &[fields]),
            (ValueShape::Kinds(common, kinds), JsonKind::Record) => self.kinds(node, common, kinds),
            (ValueShape::List(of, least, most), JsonKind::List) => self.list(node, of, *least, *most),
            (ValueShape::Map, JsonKind::Record) => {
                for (name, _, value) in node.members() {
                    self.within(&escape(name), |walk| walk.check(value, &ValueShape::Text));
                }
            }
            (ValueShape::DateParts, JsonKind::Record) => self.date_parts(node),
            (ValueShape::Text, JsonKind::Text(text)) => self.text(node, text),
            (ValueShape::Flag, JsonKind::Flag(_)) => {}
            (ValueShape::Whole(least, most), JsonKind::Number(number)) => {
                let fits = number.parse::<u64>().is_ok_and(|n| (*least..=*most).contains(&n));
                if !fits {
                    self.tell(node, "value", format!("{} does not fit here", shown(number)), wanted(shape));
                }
            }
            (_, JsonKind::Text(text)) if self.scalar(shape, text) => {}
            (ValueShape::Select, JsonKind::Number(number)) if number.parse::<usize>().is_ok_and(|n| n > 0) => {}
            (_, JsonKind::Text(text)) if is_scalar(shape) => {
                self.tell(node, "value", format!("\"{}\" does not fit here", shown(text)), wanted(shape));
            }
            (_, sort) => {
                let message = format!("{} stands where {} belongs", sort.words(), kind_of(shape));
                self.tell(node, "type", message, wanted(shape));
            }
        }
    }

    /// Returns whether `text` is a value of the scalar shape.
    fn scalar(&self, shape: &ValueShape, text: &str) -> bool {
        match shape {
            ValueShape::Slug => is_slug(text),
            ValueShape::Day => text.parse::<Day>().is_ok(),
            ValueShape::Decimal => Decimal::parse(text).is_ok(),
            ValueShape::Word(words) => words.iter().any(|word| word == text),
            ValueShape::Select => matches!(text, "one" | "all"),
            _ => false,
        }
    }

    fn text(&mut self, node: JsonNode<'_>, text: &str) {
        if let Some(c) = text.chars().find(|c| !text::is_harmless(*c)) {
            let message = format!("the text holds U+{:04X}, which could steer a terminal or hide text", u32::from(c));
            self.tell(node, "L39", message, "Delete that character; it is invisible in most editors.".into());
        }
        if text.trim().is_empty() {
            self.tell(node, "value", "the text is empty".into(), wanted(&ValueShape::Text));
        } else if text.len() > TEXT_MAX {
            let message = format!("the text is {} bytes long", text.len());
            self.tell(node, "limit", message, format!("Keep a text within {TEXT_MAX} bytes."));
        }
    }

    fn list(&mut self, node: JsonNode<'_>, of: &ValueShape, least: u64, most: u64) {
        let count = node.elements().count();
        let bounds = least..=most;
        if !bounds.contains(&(count as u64)) {
            let message = format!("the list has {}", text::count(count, "value"));
            self.tell(node, "limit", message, format!("Give {least} to {most}."));
        }
        for (at, element) in node.elements().enumerate().take(usize::try_from(most).unwrap_or(usize::MAX)) {
            self.within(&at.to_string(), |walk| walk.check(element, of));
        }
    }

    fn kinds(&mut self, node: JsonNode<'_>, common: &[RecordField], kinds: &[(String, Vec<RecordField>)]) {
        let names: Vec<_> = kinds.iter().map(|(name, _)| name.as_str()).collect();
        let help = format!("Set \"kind\" to one of {}.", names.join(", "));
        let kind = node.member("kind");
        let fields = match kind.map(|kind| (kind, kind.sort())) {
            Some((at, JsonKind::Text(word))) => match kinds.iter().find(|(name, _)| *name == word) {
                Some((_, fields)) => fields,
                None => {
                    let message = format!("there is no kind \"{}\"", shown(word));
                    return self.within("kind", |walk| walk.tell(at, "value", message, help));
                }
            },
            Some((at, sort)) => {
                let message = format!("{} stands where a kind belongs", sort.words());
                return self.within("kind", |walk| walk.tell(at, "type", message, help));
            }
            None => return self.tell(node, "missing", "the question has no \"kind\"".into(), help),
        };
        self.record(node, &[common, fields]);
    }

    /// Tells about members that are unknown, doubled or missing, and goes on into the known ones.
    fn record(&mut self, node: JsonNode<'_>, tables: &[&[RecordField]]) {
        let fields = || tables.iter().copied().flatten();
        let mut seen = BTreeSet::new();
        for (name, span, value) in node.members().filter(|(name, ..)| !name.starts_with("x-")) {
            let part = escape(name).into_owned();
            if !seen.insert(name) {
                let message = format!("\"{}\" is given twice", shown(name));
                self.within(&part, |walk| walk.tell_at(span, "duplicate-member", message, "Keep one of them.".into()));
            } else if let Some(field) = fields().find(|field| field.name == name) {
                self.within(&part, |walk| walk.check(value, &field.shape));
            } else {
                let message = format!("there is no member \"{}\" here", shown(name));
                let help = remedy(name, fields().map(|field| field.name.as_str()));
                self.within(&part, |walk| walk.tell_at(span, "member", message, help));
            }
        }
        for field in fields().filter(|field| field.needed && !seen.contains(field.name.as_str())) {
            let message = format!("\"{}\" is missing", field.name);
            self.tell(node, "missing", message, format!("Add \"{}\". {}", field.name, wanted(&field.shape)));
        }
    }

    fn date_parts(&mut self, node: JsonNode<'_>) {
        let parts: Option<Vec<Vec<i32>>> =
            node.member("date-parts").and_then(|parts| serde_json::from_value(parts.to_json()).ok());
        let fits = |parts: &[i32]| (1..=3).contains(&parts.len());
        if !(parts.is_some_and(|parts| parts.len() == 1 && parts.iter().all(|p| fits(p)))
            && node.members().count() == 1)
        {
            self.tell(node, "value", "this is not a CSL date".into(), wanted(&ValueShape::DateParts));
        }
    }

    fn within(&mut self, part: &str, f: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(part);
        f(self);
        self.pointer.truncate(length);
    }

    fn tell(&mut self, node: JsonNode<'_>, rule: &'static str, message: String, help: String) {
        self.tell_at(node.span(), rule, message, help);
    }

    fn tell_at(&mut self, span: std::ops::Range<usize>, rule: &'static str, message: String, help: String) {
        self.bad.push(self.pointer.clone());
        let place = SourceSpan { source: Arc::clone(self.source), span, pointer: self.pointer.clone() };
        self.problems.push(Problem { rule, severity: Severity::Error, place, message, why: None, help });
    }
}

fn is_scalar(shape: &ValueShape) -> bool {
    matches!(shape, ValueShape::Slug | ValueShape::Day | ValueShape::Decimal | ValueShape::Word(_) | ValueShape::Select)
}

/// Returns what belongs there, in a few words.
fn kind_of(shape: &ValueShape) -> &'static str {
    match shape {
        ValueShape::Flag => "true or false",
        ValueShape::Whole(..) => "a whole number",
        ValueShape::List(..) => "a list",
        ValueShape::Map | ValueShape::Record(_) | ValueShape::Kinds(..) | ValueShape::DateParts => "a record",
        ValueShape::Select => "\"one\", \"all\" or a number",
        ValueShape::Text | ValueShape::Slug | ValueShape::Day | ValueShape::Decimal | ValueShape::Word(_) => "a text",
    }
}

/// Returns what to write there.
fn wanted(shape: &ValueShape) -> String {
    match shape {
        ValueShape::Text => "Write a text that says something.".into(),
        ValueShape::Slug => "Write 1 to 64 of a-z, 0-9 and inner hyphens.".into(),
        ValueShape::Day => "Write a day such as \"2028-11-23\".".into(),
        ValueShape::Decimal => "Write a decimal number as a text, such as \"0.01\".".into(),
        ValueShape::Flag => "Write true or false.".into(),
        ValueShape::Whole(least, most) => format!("Write a whole number from {least} to {most}."),
        ValueShape::Word(words) => format!("Write one of {}.", words.join(", ")),
        ValueShape::Select => "Write \"one\", \"all\" or how many are right.".into(),
        ValueShape::DateParts => "Write { \"date-parts\": [[2014, 8, 30]] }; month and day may be left out.".into(),
        ValueShape::List(..) => "Write a list: [ … ].".into(),
        ValueShape::Map | ValueShape::Record(_) | ValueShape::Kinds(..) => "Write a record: { … }.".into(),
    }
}

/// Proposes the known name that is nearest to an unknown one.
fn remedy<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let near = known.map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
    match near {
        Some((distance, known)) if distance <= 2 && name.len() < 40 => {
            format!("Did you mean \"{known}\"?")
        }
        _ => "Delete it, or start its name with \"x-\" to keep a note of your own.".into(),
    }
}

/// Returns a value from the file as it may stand in a message.
fn shown(value: &str) -> String {
    text::cut(&text::one_line(value), 40).into_owned()
}

/// Gives a flaw its place.
pub(super) fn place(source: &Arc<SourceText>, tree: &JsonTree<'_>, flaw: Finding) -> Problem {
    let span = tree.span(&flaw.pointer);
    let place = SourceSpan { source: Arc::clone(source), span, pointer: flaw.pointer };
    let why = rules::why(flaw.rule);
    Problem { rule: flaw.rule, severity: flaw.severity, place, message: flaw.message, why, help: flaw.help }
}

fn unreadable(source: &Arc<SourceText>, at: usize, rule: &'static str, message: String, help: &str) -> Problem {
    let at = (0..=at.min(source.text().len())).rev().find(|at| source.text().is_char_boundary(*at)).unwrap_or(0);
    let end = source.text()[at..].chars().next().map_or(at, |c| at + c.len_utf8());
    let place = SourceSpan { source: Arc::clone(source), span: at..end, pointer: String::new() };
    Problem { rule, severity: Severity::Unreadable, place, message, why: None, help: help.to_owned() }
}

/// Tells of bytes that are not UTF-8.
pub(super) fn not_utf8(name: &str, bytes: &[u8], error: std::str::Utf8Error) -> Problem {
    let at = error.valid_up_to();
    let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let message = format!("byte {} is not UTF-8{}", at + 1, if wide { "; the file looks like UTF-16" } else { "" });
    let source = SourceText::new(name, String::from_utf8_lossy(bytes).into_owned());
    unreadable(&source, at, "utf-8", message, "Save the file as UTF-8 without a byte order mark.")
}

/// Tells where a text stops being JSON.
pub(super) fn not_json(source: &Arc<SourceText>, error: &Option<ParseError>) -> Problem {
    let Some(error) = error else {
        return unreadable(source, 0, "json", "the file is empty".into(), "Write a bank or an exam into it.");
    };
    if source.text().starts_with('\u{FEFF}') {
        let message = "the file starts with a byte order mark".into();
        return unreadable(source, 0, "json", message, "Save the file as UTF-8 without a byte order mark.");
    }
    let message = format!("this is not JSON: {}", lower_first(&error.kind().to_string()));
    unreadable(source, error.range().start, "json", message, "Mend the text here; nothing after it was read.")
}

/// Tells of a file that a newer program wrote.
pub(super) fn newer_format(source: &Arc<SourceText>, tree: &JsonTree<'_>) -> Option<Problem> {
    let format = tree.root().member("format")?;
    let JsonKind::Number(number) = format.sort() else {
        return None;
    };
    let newer = number.parse::<u64>().is_ok_and(|number| number > FORMAT.into());
    let message = format!("the file is of format {}, this program reads up to {FORMAT}", shown(number));
    newer.then(|| unreadable(source, format.span().start, "format", message, "Update needlewise, then try again."))
}

/// Tells what the typed reader says, where the tables found nothing.
pub(super) fn untold(source: &Arc<SourceText>, error: &serde_json::Error) -> Problem {
    let help = "Compare the file with the author's guide.";
    let problem = unreadable(source, 0, "value", lower_first(&error.to_string()), help);
    Problem { severity: Severity::Error, ..problem }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
