//! Checks a JSON tree against its schema model, and reports every mismatch with its place and a fix.

use std::collections::BTreeSet;
use std::sync::Arc;

use jsonc_parser::errors::ParseError;

use crate::bank::decimal::Decimal;
use crate::bank::format::json::tree::{JsonKind, JsonNode, JsonTree, escape_pointer_token};
use crate::bank::limits::TEXT_MAX;
use crate::bank::schema_model::{RecordField, ValueShape};
use crate::bank::validate::Finding;
use crate::bank::{FORMAT, rules};
use crate::clock::Day;
use crate::ids::is_slug;
use crate::problem::{Problem, Severity, SourceSpan, SourceText};
use crate::text;

/// A walk over one file, with the problems it has found so far.
pub(super) struct Validator<'a> {
    source: &'a Arc<SourceText>,
    pointer: String,
    problems: Vec<Problem>,
    invalid_pointers: Vec<String>,
}

impl<'a> Validator<'a> {
    pub(super) fn new(source: &'a Arc<SourceText>) -> Self {
        Self { source, pointer: String::new(), problems: Vec::new(), invalid_pointers: Vec::new() }
    }

    /// Returns the problems, and the JSON pointers of the values that have them.
    pub(super) fn finish(self) -> (Vec<Problem>, Vec<String>) {
        (self.problems, self.invalid_pointers)
    }

    /// Reports everything in `node` that does not match `shape`.
    pub(super) fn check(&mut self, node: JsonNode<'_>, shape: &ValueShape) {
        match (shape, node.kind()) {
            (ValueShape::Record(fields), JsonKind::Record) => self.check_record(node, &[fields]),
            (ValueShape::TaggedRecord(common, kinds), JsonKind::Record) => {
                self.check_tagged_record(node, common, kinds);
            }
            (ValueShape::List(element_shape, min, max), JsonKind::List) => {
                self.check_list(node, element_shape, *min, *max);
            }
            (ValueShape::Map, JsonKind::Record) => {
                for (name, _, value) in node.members() {
                    self.descend(&escape_pointer_token(name), |validator| validator.check(value, &ValueShape::Text));
                }
            }
            (ValueShape::DateParts, JsonKind::Record) => self.check_date_parts(node),
            (ValueShape::Text, JsonKind::Text(text)) => self.check_text(node, text),
            (ValueShape::Boolean, JsonKind::Boolean(_)) => {}
            (ValueShape::Integer(min, max), JsonKind::Number(number)) => {
                let is_valid = number.parse::<u64>().is_ok_and(|n| (*min..=*max).contains(&n));
                if !is_valid {
                    self.report(node, "value", format!("{} is not valid here", excerpt(number)), value_help(shape));
                }
            }
            (_, JsonKind::Text(text)) if Self::is_valid_scalar(shape, text) => {}
            (ValueShape::Select, JsonKind::Number(number)) if number.parse::<usize>().is_ok_and(|n| n > 0) => {}
            (_, JsonKind::Text(text)) if is_scalar(shape) => {
                self.report(node, "value", format!("\"{}\" is not valid here", excerpt(text)), value_help(shape));
            }
            (_, kind) => {
                let message = format!("this is {}, but it must be {}", kind.description(), expected_kind(shape));
                self.report(node, "type", message, value_help(shape));
            }
        }
    }

    /// Returns whether `text` is a valid value of a shape that files write as text.
    fn is_valid_scalar(shape: &ValueShape, text: &str) -> bool {
        match shape {
            ValueShape::Slug => is_slug(text),
            ValueShape::Day => text.parse::<Day>().is_ok(),
            ValueShape::Decimal => Decimal::parse(text).is_ok(),
            ValueShape::Hours => text::is_contact_hours(text),
            ValueShape::Enum(words) => words.iter().any(|word| word == text),
            ValueShape::Select => matches!(text, "one" | "all"),
            _ => false,
        }
    }

    fn check_text(&mut self, node: JsonNode<'_>, text: &str) {
        if let Some(c) = text.chars().find(|c| !text::is_harmless(*c)) {
            let message = format!("the text contains U+{:04X}, which can hide text or garble the screen", u32::from(c));
            let help = "Delete the character, or write a space instead. Most editors do not show it.";
            self.report(node, "L39", message, help.into());
        }
        if text.trim().is_empty() {
            self.report(node, "value", "the text is empty".into(), value_help(&ValueShape::Text));
        } else if text.len() > TEXT_MAX {
            let message = format!("the text is too long: {} bytes", text.len());
            self.report(node, "limit", message, format!("Shorten it to at most {TEXT_MAX} bytes"));
        }
    }

    fn check_list(&mut self, node: JsonNode<'_>, element_shape: &ValueShape, min: u64, max: u64) {
        let count = node.elements().count();
        let bounds = min..=max;
        if !bounds.contains(&(count as u64)) {
            let message = format!("the list has the wrong length: {}", text::count_with_noun(count, "value"));
            let help = match max {
                u64::MAX => format!(
                    "Write at least {}",
                    text::count_with_noun(usize::try_from(min).unwrap_or(usize::MAX), "value")
                ),
                _ => format!("Write {min} to {max} values"),
            };
            self.report(node, "limit", message, help);
        }
        // A list that is far too long would otherwise give a problem for each of its elements.
        for (index, element) in node.elements().enumerate().take(usize::try_from(max).unwrap_or(usize::MAX)) {
            self.descend(&index.to_string(), |validator| validator.check(element, element_shape));
        }
    }

    fn check_tagged_record(
        &mut self,
        node: JsonNode<'_>,
        common: &[RecordField],
        kinds: &[(String, Vec<RecordField>)],
    ) {
        let names: Vec<_> = kinds.iter().map(|(name, _)| name.as_str()).collect();
        let help = format!("Set \"kind\" to one of these: {}", names.join(", "));
        let kind = node.member("kind");
        // Without a known kind, every other field would be reported as unknown. So only the kind is reported.
        let fields = match kind.map(|kind| (kind, kind.kind())) {
            Some((kind_node, JsonKind::Text(word))) => match kinds.iter().find(|(name, _)| *name == word) {
                Some((_, fields)) => fields,
                None => {
                    let message = format!("\"{}\" is not a kind of question", excerpt(word));
                    return self.descend("kind", |validator| validator.report(kind_node, "value", message, help));
                }
            },
            Some((kind_node, json_kind)) => {
                let message = format!("\"kind\" must be text, but this is {}", json_kind.description());
                return self.descend("kind", |validator| validator.report(kind_node, "type", message, help));
            }
            None => return self.report(node, "missing", "the question has no \"kind\"".into(), help),
        };
        self.check_record(node, &[common, fields]);
    }

    /// Reports members that are unknown, duplicate or missing, and checks the known ones.
    fn check_record(&mut self, node: JsonNode<'_>, field_groups: &[&[RecordField]]) {
        let fields = || field_groups.iter().copied().flatten();
        let mut seen = BTreeSet::new();
        for (name, span, value) in node.members().filter(|(name, ..)| !name.starts_with("x-")) {
            let token = escape_pointer_token(name).into_owned();
            if !seen.insert(name) {
                let message = format!("the field \"{}\" appears twice", excerpt(name));
                self.descend(&token, |validator| {
                    validator.report_at(span, "duplicate-member", message, "Keep one of the two".into());
                });
            } else if let Some(field) = fields().find(|field| field.name == name) {
                self.descend(&token, |validator| validator.check(value, &field.shape));
            } else {
                let message = format!("\"{}\" is not a known field here", excerpt(name));
                let help = suggest_name(name, fields().map(|field| field.name.as_str()));
                self.descend(&token, |validator| validator.report_at(span, "member", message, help));
            }
        }
        for field in fields().filter(|field| field.required && !seen.contains(field.name.as_str())) {
            let message = format!("\"{}\" is missing", field.name);
            self.report(node, "missing", message, format!("Add \"{}\". {}.", field.name, value_help(&field.shape)));
        }
    }

    fn check_date_parts(&mut self, node: JsonNode<'_>) {
        let parts: Option<Vec<Vec<i32>>> =
            node.member("date-parts").and_then(|parts| serde_json::from_value(parts.to_json()).ok());
        let is_valid_date = |parts: &[i32]| (1..=3).contains(&parts.len());
        if !(parts.is_some_and(|parts| parts.len() == 1 && parts.iter().all(|date| is_valid_date(date)))
            && node.members().count() == 1)
        {
            self.report(
                node,
                "value",
                "this is not a date with \"date-parts\"".into(),
                value_help(&ValueShape::DateParts),
            );
        }
    }

    fn descend(&mut self, token: &str, action: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(token);
        action(self);
        self.pointer.truncate(length);
    }

    fn report(&mut self, node: JsonNode<'_>, rule: &'static str, message: String, help: String) {
        self.report_at(node.span(), rule, message, help);
    }

    fn report_at(&mut self, span: std::ops::Range<usize>, rule: &'static str, message: String, help: String) {
        self.invalid_pointers.push(self.pointer.clone());
        let place = SourceSpan { source: Arc::clone(self.source), span, pointer: self.pointer.clone() };
        self.problems.push(Problem {
            rule,
            severity: Severity::Error,
            location: place,
            question_id: None,
            message,
            explanation: None,
            help,
        });
    }
}

fn is_scalar(shape: &ValueShape) -> bool {
    use ValueShape::{Day, Decimal, Enum, Hours, Select, Slug};
    matches!(shape, Slug | Day | Decimal | Hours | Enum(_) | Select)
}

/// Returns the type of value that a shape needs, in words for an author.
fn expected_kind(shape: &ValueShape) -> &'static str {
    match shape {
        ValueShape::Boolean => "true or false",
        ValueShape::Integer(..) => "a whole number",
        ValueShape::List(..) => "a list",
        ValueShape::Map | ValueShape::Record(_) | ValueShape::TaggedRecord(..) | ValueShape::DateParts => "an object",
        ValueShape::Select => "\"one\", \"all\" or a number",
        ValueShape::Text
        | ValueShape::Slug
        | ValueShape::Day
        | ValueShape::Decimal
        | ValueShape::Hours
        | ValueShape::Enum(_) => "text",
    }
}

/// Returns what the author should write for a shape: one sentence without a period.
fn value_help(shape: &ValueShape) -> String {
    match shape {
        ValueShape::Text => "Write some text in double quotes".into(),
        ValueShape::Slug => "Write 1 to 64 characters of a-z, 0-9 and inner hyphens, in double quotes".into(),
        ValueShape::Day => "Write a date such as \"2028-11-23\"".into(),
        ValueShape::Decimal => "Write a decimal number in double quotes, such as \"0.01\"".into(),
        ValueShape::Hours => "Write the hours in double quotes, such as \"1.5\"".into(),
        ValueShape::Boolean => "Write true or false, without quotes".into(),
        ValueShape::Integer(min, max) => format!("Write a whole number from {min} to {max}"),
        ValueShape::Enum(words) => format!("Write one of these: {}", words.join(", ")),
        ValueShape::Select => "Write \"one\", \"all\", or the number of correct choices".into(),
        ValueShape::DateParts => "Write { \"date-parts\": [[2014, 8, 30]] }, with or without month and day".into(),
        ValueShape::List(..) => "Write a list: [ … ]".into(),
        ValueShape::Map | ValueShape::Record(_) | ValueShape::TaggedRecord(..) => "Write an object: { … }".into(),
    }
}

/// Suggests the known name that is closest to an unknown one.
fn suggest_name<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = known.map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
    match nearest {
        // Two edits cover most typing errors. More would suggest unrelated names.
        Some((distance, known)) if distance <= 2 && name.len() < 40 => {
            format!("Did you mean \"{known}\"?")
        }
        _ => "Delete it. To keep it as a note of your own, start its name with \"x-\".".into(),
    }
}

/// Returns a value from the file, made short and safe for a message.
fn excerpt(value: &str) -> String {
    text::truncate(&text::single_line(value), 40).into_owned()
}

/// Turns a finding into a problem with its place in the file.
pub(super) fn locate_finding(source: &Arc<SourceText>, tree: &JsonTree<'_>, finding: Finding) -> Problem {
    let span = tree.span(&finding.pointer);
    let place = SourceSpan { source: Arc::clone(source), span, pointer: finding.pointer };
    let why = rules::explanation(finding.rule);
    Problem {
        rule: finding.rule,
        severity: finding.severity,
        location: place,
        question_id: None,
        message: finding.message,
        explanation: why,
        help: finding.help,
    }
}

fn unreadable_problem(
    source: &Arc<SourceText>,
    offset: usize,
    rule: &'static str,
    message: String,
    help: &str,
) -> Problem {
    // The offset may be inside a character, but a span must start at the beginning of one.
    let offset =
        (0..=offset.min(source.text().len())).rev().find(|offset| source.text().is_char_boundary(*offset)).unwrap_or(0);
    let end = source.text()[offset..].chars().next().map_or(offset, |c| offset + c.len_utf8());
    let place = SourceSpan { source: Arc::clone(source), span: offset..end, pointer: String::new() };
    Problem {
        rule,
        severity: Severity::Unreadable,
        location: place,
        question_id: None,
        message,
        explanation: None,
        help: help.to_owned(),
    }
}

/// Returns the problem of a file that is not UTF-8.
pub(super) fn invalid_utf8(name: &str, bytes: &[u8], error: std::str::Utf8Error) -> Problem {
    let offset = error.valid_up_to();
    let is_utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let message =
        format!("byte {} is not UTF-8{}", offset + 1, if is_utf16 { "; the file looks like UTF-16" } else { "" });
    let source = SourceText::new(name, String::from_utf8_lossy(bytes).into_owned());
    unreadable_problem(&source, offset, "utf-8", message, "Save the file as UTF-8 without a byte order mark")
}

/// Returns the problem of a file that is not JSON, at the first place where it is not.
pub(super) fn invalid_json(source: &Arc<SourceText>, error: Option<&ParseError>) -> Problem {
    let Some(error) = error else {
        return unreadable_problem(
            source,
            0,
            "json",
            "the file is empty".into(),
            "Write a bank or an exam into this file",
        );
    };
    let message = format!("this is not JSON: {}", lower_first(&error.kind().to_string()));
    let help = "Fix the text here. Nothing after this place was read.";
    unreadable_problem(source, error.range().start, "json", message, help)
}

/// Returns the problem of a file that only this program's parser would accept.
pub(super) fn not_strict_json(source: &Arc<SourceText>, error: &serde_json::Error) -> Problem {
    let line_start =
        source.text().split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let offset = line_start.saturating_add(error.column().saturating_sub(1));
    let message = if error.to_string().starts_with("control character") {
        "this is not JSON: a line break, a tab or another control character is inside a text"
    } else {
        "this is not JSON: a character is here that JSON does not allow"
    };
    let help =
        "In a text, write a line break as \\n and a tab as \\t. Between values, use only spaces and line breaks.";
    unreadable_problem(source, offset, "json", message.to_owned(), help)
}

/// Returns the problem of a file with a newer format, and `None` for a format that this program reads.
pub(super) fn unsupported_format(source: &Arc<SourceText>, tree: &JsonTree<'_>) -> Option<Problem> {
    let format = tree.root().member("format")?;
    let JsonKind::Number(number) = format.kind() else {
        return None;
    };
    let is_newer = number.parse::<u64>().is_ok_and(|number| number > FORMAT.into());
    let message = format!("the file has format {}, but this program reads only up to {FORMAT}", excerpt(number));
    is_newer.then(|| {
        unreadable_problem(source, format.span().start, "format", message, "Update needlewise, then try again")
    })
}

/// Returns the problem that serde reports although the validator found no error. It points to the start of the file.
pub(super) fn deserialize_problem(source: &Arc<SourceText>, error: &serde_json::Error) -> Problem {
    let help = "Compare the file with the author's guide";
    let problem = unreadable_problem(source, 0, "value", lower_first(&error.to_string()), help);
    Problem { severity: Severity::Error, ..problem }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
