//! Checks of the head of a bank: its objectives, sources, cases and language. They cannot be waived.

use crate::bank::question::Question;
use crate::bank::validate::Finding;
use crate::bank::{Bank, SourceReference};
use crate::problem::Severity;
use crate::text;

/// Finds what is wrong in the head of a bank: entries that no question uses, and details of sources in a form that no
/// other program can use.
pub(super) fn head_findings(bank: &Bank) -> Vec<Finding> {
    let mut findings = unused_entries(bank);
    for (index, source) in bank.sources.iter().enumerate() {
        for (member, message, help) in source_faults(source) {
            findings.push(head_finding("source", format!("/sources/{index}/{member}"), message, help));
        }
    }
    if !is_language_tag(&bank.language) {
        let message = format!("\"{}\" is not a language tag", text::single_line(&bank.language));
        findings.push(head_finding("language", "/language".to_owned(), message, "Write a tag such as en, en-US or de"));
    }
    findings
}

fn head_finding(rule: &'static str, pointer: String, message: String, help: &str) -> Finding {
    Finding { rule, severity: Severity::Warning, pointer, message, help: help.to_owned() }
}

fn unused_entries(bank: &Bank) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut report = |list: &str, index: usize, id: &str, help: &str| {
        let message = format!("no question uses \"{id}\"");
        findings.push(head_finding("unused", format!("/{list}/{index}"), message, help));
    };
    let is_unused = |uses: &dyn Fn(&Question) -> bool| !bank.questions.iter().any(|question| uses(question));
    for (index, objective) in bank.objectives.iter().enumerate() {
        if is_unused(&|question| question.objective == objective.id) {
            report("objectives", index, objective.id.as_str(), "Write a question for it, or delete it");
        }
    }
    for (index, source) in bank.sources.iter().enumerate() {
        if is_unused(&|question| question.sources.iter().any(|used| used.id == source.id)) {
            report("sources", index, source.id.as_str(), "Name it in the questions that it supports, or delete it");
        }
    }
    for (index, case) in bank.cases.iter().enumerate() {
        if is_unused(&|question| question.case.as_ref() == Some(&case.id)) {
            report("cases", index, case.id.as_str(), "Name it in the questions that belong to it, or delete it");
        }
    }
    findings
}

/// The types of works that CSL 1.0.2 knows, sorted.
const CSL_TYPES: &[&str] = &[
    "article",
    "article-journal",
    "article-magazine",
    "article-newspaper",
    "bill",
    "book",
    "broadcast",
    "chapter",
    "classic",
    "collection",
    "dataset",
    "document",
    "entry",
    "entry-dictionary",
    "entry-encyclopedia",
    "event",
    "figure",
    "graphic",
    "hearing",
    "interview",
    "legal_case",
    "legislation",
    "manuscript",
    "map",
    "motion_picture",
    "musical_score",
    "pamphlet",
    "paper-conference",
    "patent",
    "performance",
    "periodical",
    "personal_communication",
    "post",
    "post-weblog",
    "regulation",
    "report",
    "review",
    "review-book",
    "software",
    "song",
    "speech",
    "standard",
    "thesis",
    "treaty",
    "webpage",
];

/// Returns the faults of a source: the member, the message and the help.
fn source_faults(source: &SourceReference) -> Vec<(&'static str, String, &'static str)> {
    let mut faults = Vec::new();
    if CSL_TYPES.binary_search(&source.kind.as_str()).is_err() {
        let message = format!("\"{}\" is not a CSL type", text::single_line(&source.kind));
        faults.push(("type", message, "Write a type such as article-journal, book, chapter, report or webpage"));
    }
    if source.doi.as_ref().is_some_and(|doi| !is_doi(doi)) {
        let message = "this is not a DOI".to_owned();
        faults.push(("DOI", message, "Write it without an address, such as 10.1016/j.jphys.2014.01.001"));
    }
    if source.url.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
        let message = "this is not a complete web address".to_owned();
        faults.push(("URL", message, "Begin the address with https://"));
    }
    for (member, date) in [("issued", &source.issued), ("accessed", &source.accessed)] {
        if date.as_ref().is_some_and(|date| !date.exists()) {
            let message = "there is no such date".to_owned();
            faults.push((member, message, "Write year, month and day as numbers, such as [2014, 8, 30]"));
        }
    }
    faults
}

/// Returns whether a text has the form of a DOI: `10.`, the number of the registrant, a slash and a name.
fn is_doi(doi: &str) -> bool {
    let parts = doi.strip_prefix("10.").and_then(|rest| rest.split_once('/'));
    parts.is_some_and(|(registrant, name)| {
        registrant.len() >= 4
            && registrant.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && !name.is_empty()
            && !name.contains(char::is_whitespace)
    })
}

/// Returns whether a text has the form of a BCP 47 language tag.
fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let is_primary = parts
        .next()
        .is_some_and(|part| (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    is_primary
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
