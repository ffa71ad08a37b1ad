//! The findings of `bank check` for other programs: one JSON document, SARIF, and annotations of GitHub Actions.

use serde_json::{Value, json};

use crate::bank::rules::{RULES, explanation};
use crate::problem::{Problem, Severity};
use crate::text;

/// Returns a problem as JSON.
pub(super) fn problem_json(problem: &Problem) -> Value {
    let (line, column) = problem.location.line_column();
    let (end_line, end_column) = problem.location.end_line_column();
    json!({
        "rule": problem.rule, "severity": problem.severity.label(), "file": problem.location.source.name(),
        "line": line, "column": column, "end_line": end_line, "end_column": end_column,
        "pointer": problem.location.pointer, "question": problem.question_id,
        "message": problem.message, "note": problem.explanation, "help": problem.help,
    })
}

/// Returns all problems as a SARIF 2.1.0 log, which code hosts show beside the lines.
pub(super) fn sarif(problems: &[Problem]) -> Value {
    let mut rule_ids: Vec<_> = problems.iter().map(|problem| problem.rule).collect();
    rule_ids.sort_unstable();
    rule_ids.dedup();
    let rule = |id: &&str| {
        let title = RULES.iter().find(|rule| rule.id == *id).map_or(*id, |rule| rule.title);
        json!({
            "id": id, "shortDescription": { "text": title },
            "fullDescription": { "text": explanation(id).unwrap_or(title) },
        })
    };
    let result = |problem: &Problem| {
        let (line, column) = problem.location.line_column();
        let (end_line, end_column) = problem.location.end_line_column();
        let level = if problem.severity == Severity::Warning { "warning" } else { "error" };
        json!({
            "ruleId": problem.rule,
            "level": level,
            "message": { "text": full_message(problem) },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": to_uri(problem.location.source.name()) },
                "region": { "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column },
            } }],
        })
    };
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "needlewise", "version": env!("CARGO_PKG_VERSION"),
                "rules": rule_ids.iter().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": problems.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

/// Returns the line that makes GitHub Actions show a problem beside its line.
pub(super) fn github_annotation(problem: &Problem) -> String {
    let (line, column) = problem.location.line_column();
    let level = if problem.severity == Severity::Warning { "warning" } else { "error" };
    format!(
        "::{level} file={},line={line},col={column},title={}::{}",
        escape_property(problem.location.source.name()),
        escape_property(problem.rule),
        escape_data(&full_message(problem))
    )
}

fn full_message(problem: &Problem) -> String {
    let question = problem.question_id.as_ref().map_or_else(String::new, |id| format!("Question \"{id}\": "));
    text::single_line(&format!("{question}{}. {}", problem.message, problem.help))
}

fn escape_data(value: &str) -> String {
    value.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(value: &str) -> String {
    escape_data(value).replace(':', "%3A").replace(',', "%2C")
}

/// Returns a path as a reference of a URI: a relative one, or `file:` for a path from the root or a drive.
fn to_uri(path: &str) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(byte);
    let encode = |byte: u8| if is_plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let path = path.replace('\\', "/");
    let has_drive =
        path.as_bytes().get(1) == Some(&b':') && path.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let (prefix, rest) = match path.split_at_checked(2) {
        // A URI has the colon of a drive as it is.
        Some((drive, rest)) if has_drive => (format!("file:///{drive}"), rest),
        _ if path.starts_with('/') => ("file://".to_owned(), path.as_str()),
        _ => (String::new(), path.as_str()),
    };
    format!("{prefix}{}", rest.bytes().map(encode).collect::<String>())
}
