//! Semantic checks after parsing: duplicate IDs, references to missing IDs, and keys that cannot be marked.

use std::collections::HashSet;
use std::fmt::Arguments;
use std::hash::Hash;

use rayon::prelude::*;

use crate::bank::exam::Exam;
use crate::bank::question::{ChoiceScoring, Question, QuestionKind, SelectCount};
use crate::bank::syllabus::Syllabus;
use crate::bank::{Bank, Case, Objective, SourceReference};
use crate::ids::{CaseId, ObjectiveId, SourceId};
use crate::problem::Severity;
use crate::{parallel, text};

/// Something wrong with the content of a bank, exam or syllabus.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Finding {
    /// The ID of the rule, such as `L01` or `reference`.
    pub rule: &'static str,
    pub severity: Severity,
    /// The JSON pointer of the value that is wrong.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

fn error_finding(rule: &'static str, pointer: String, message: String, help: &str) -> Finding {
    Finding { rule, severity: Severity::Error, pointer, message, help: help.to_owned() }
}

/// The parts of a bank that could be parsed. `None` is a list that could not. References into it are not checked.
#[derive(Debug)]
pub struct BankParts<'a> {
    pub objectives: Option<&'a [Objective]>,
    pub sources: Option<&'a [SourceReference]>,
    pub cases: Option<&'a [Case]>,
    /// The questions that could be parsed, each with its index in the file.
    pub questions: Vec<(usize, &'a Question)>,
    /// The index and ID of every question with a valid ID, even if the rest could not be parsed.
    pub question_ids: Vec<(usize, &'a str)>,
}

impl<'a> BankParts<'a> {
    /// Returns the parts of a bank that was parsed completely.
    pub fn from_bank(bank: &'a Bank) -> Self {
        Self {
            objectives: Some(&bank.objectives),
            sources: Some(&bank.sources),
            cases: Some(&bank.cases),
            questions: bank.questions.iter().map(|question| &**question).enumerate().collect(),
            question_ids: bank.questions.iter().map(|question| question.id.as_str()).enumerate().collect(),
        }
    }
}

/// Finds the semantic errors of a bank: duplicate IDs, references to missing IDs, keys that cannot be marked, and
/// questions that cannot be critical.
pub fn bank_findings(parts: &BankParts<'_>) -> Vec<Finding> {
    let mut findings = reference_findings(parts);
    for (index, question) in &parts.questions {
        findings.extend(question_findings(question, format_args!("/questions/{index}")));
    }
    findings
}

/// Finds the errors of one question that do not depend on the rest of the bank.
fn question_findings(question: &Question, pointer: Arguments<'_>) -> Vec<Finding> {
    let mut findings = key_findings(question, pointer);
    findings.extend(critical_finding(question, pointer));
    findings
}

/// Returns whether a question has no errors of its own. Its references are not checked.
pub fn is_valid_question(question: &Question) -> bool {
    question_findings(question, format_args!("")).is_empty()
}

/// Finds duplicate IDs, and references to missing IDs.
pub fn reference_findings(parts: &BankParts<'_>) -> Vec<Finding> {
    parallel::prepare();
    let mut findings = Vec::new();
    let objectives = collect_ids(&mut findings, "objectives", parts.objectives, |objective| &objective.id);
    let sources = collect_ids(&mut findings, "sources", parts.sources, |source| &source.id);
    let cases = collect_ids(&mut findings, "cases", parts.cases, |case| &case.id);
    let duplicates = || {
        let mut seen = HashSet::with_capacity(parts.question_ids.len());
        let duplicates = parts.question_ids.iter().filter(|(_, name)| !seen.insert(*name));
        duplicates.map(|(index, name)| duplicate_id(format!("/questions/{index}/id"), name)).collect::<Vec<_>>()
    };
    let known_ids = KnownIds { objectives, sources, cases };
    let dangling = || {
        parts
            .questions
            .par_iter()
            .flat_map_iter(|(index, question)| known_ids.missing_references(*index, question))
            .collect()
    };
    let (duplicates, dangling): (_, Vec<_>) = rayon::join(duplicates, dangling);
    findings.extend(duplicates);
    findings.extend(dangling);
    findings
}

/// The IDs that a bank's questions may refer to. `None` is a list that could not be parsed.
struct KnownIds<'a> {
    objectives: Option<HashSet<&'a ObjectiveId>>,
    sources: Option<HashSet<&'a SourceId>>,
    cases: Option<HashSet<&'a CaseId>>,
}

impl KnownIds<'_> {
    /// Finds the references to missing IDs in question `index`.
    fn missing_references(&self, index: usize, question: &Question) -> Vec<Finding> {
        let mut findings = Vec::new();
        // Every question of every bank comes through here, so a pointer becomes a string only for an error.
        let pointer = format_args!("/questions/{index}");
        let mut check_reference = |known: bool, pointer: Arguments<'_>, name: &str, list: &str| {
            if !known {
                let message = format!("\"{name}\" is not among the bank's {list}");
                let help = format!("Add it to \"{list}\", or use an ID from there");
                findings.push(error_finding("reference", pointer.to_string(), message, &help));
            }
        };
        let known = self.objectives.as_ref().is_none_or(|known| known.contains(&question.objective));
        check_reference(known, format_args!("{pointer}/objective"), question.objective.as_str(), "objectives");
        for (number, citation) in question.sources.iter().enumerate() {
            let known = self.sources.as_ref().is_none_or(|known| known.contains(&citation.id));
            check_reference(known, format_args!("{pointer}/sources/{number}/id"), citation.id.as_str(), "sources");
        }
        if let Some(case) = &question.case {
            let known = self.cases.as_ref().is_none_or(|known| known.contains(case));
            check_reference(known, format_args!("{pointer}/case"), case.as_str(), "cases");
        }
        findings
    }
}

fn duplicate_id(pointer: String, name: &str) -> Finding {
    error_finding("duplicate-id", pointer, format!("the ID \"{name}\" is used twice"), "Change one of the two")
}

/// Collects the IDs of a list, and adds a finding for each that is used twice.
fn collect_ids<'a, T, Id: Hash + Eq + std::fmt::Display>(
    findings: &mut Vec<Finding>,
    list: &str,
    values: Option<&'a [T]>,
    id: fn(&T) -> &Id,
) -> Option<HashSet<&'a Id>> {
    let mut seen = HashSet::new();
    for (index, value) in values?.iter().enumerate() {
        if !seen.insert(id(value)) {
            findings.push(duplicate_id(format!("/{list}/{index}/id"), &id(value).to_string()));
        }
    }
    Some(seen)
}

/// Finds keys that cannot be marked: none or all of the choices, a negative tolerance, or texts that are alike.
fn key_findings(question: &Question, pointer: Arguments<'_>) -> Vec<Finding> {
    match &question.kind {
        QuestionKind::Choice { choices, select, .. } => {
            let keys = choices.iter().filter(|choice| choice.correct).count();
            select_finding(keys, choices.len(), *select, pointer).into_iter().collect()
        }
        QuestionKind::TrueFalse { .. } => Vec::new(),
        QuestionKind::Number { tolerance, .. } if tolerance.is_negative() => {
            let message = format!("the tolerance {tolerance} is below zero");
            vec![error_finding("value", format!("{pointer}/tolerance"), message, "Write 0 or more")]
        }
        QuestionKind::Number { .. } => Vec::new(),
        QuestionKind::Text { accept } => duplicate_texts(accept.iter(), format_args!("{pointer}/accept"), ""),
        QuestionKind::Order { items } => {
            duplicate_texts(items.iter().map(|item| &item.text), format_args!("{pointer}/items"), "/text")
        }
        QuestionKind::Match { pairs, extra_right } => {
            let mut findings =
                duplicate_texts(pairs.iter().map(|pair| &pair.left), format_args!("{pointer}/pairs"), "/left");
            let right_sides = || pairs.iter().map(|pair| &pair.right);
            findings.extend(duplicate_texts(right_sides(), format_args!("{pointer}/pairs"), "/right"));
            let right_texts: HashSet<_> = right_sides().map(|right| text::normalize_answer(right)).collect();
            for (index, extra) in extra_right.iter().enumerate() {
                if right_texts.contains(&text::normalize_answer(&extra.text)) {
                    findings.push(ambiguous_text(format!("{pointer}/extra_right/{index}/text"), &extra.text));
                }
            }
            if pairs.len() + extra_right.len() > crate::bank::limits::CHOICES_MAX {
                // Each right side has a letter.
                let message = "there are more than 26 right sides".to_owned();
                findings.push(error_finding(
                    "limit",
                    format!("{pointer}/extra_right"),
                    message,
                    "Delete some pairs, or some of \"extra_right\"",
                ));
            }
            findings
        }
    }
}

/// Checks that the number of keys matches what the trainee must select (rule L27).
fn select_finding(keys: usize, choices: usize, select: SelectCount, pointer: Arguments<'_>) -> Option<Finding> {
    let finding = |member: &str, message: &str, help: &str| {
        Some(error_finding("L27", format!("{pointer}/{member}"), message.into(), help))
    };
    match select {
        _ if keys == 0 => finding("choices", "no choice is marked as correct", "Set \"correct\": true on the key"),
        // Otherwise ticking everything would earn the point.
        _ if keys == choices => {
            finding("choices", "every choice is marked as correct", "Add a wrong choice, or unmark one")
        }
        SelectCount::One if keys > 1 => {
            let help = "Add \"select\": \"all\", or \"select\" with the number of correct choices";
            finding("choices", "several choices are correct, but only one may be selected", help)
        }
        SelectCount::All if keys == 1 => {
            finding("select", "\"select\" is \"all\", but only one choice is correct", "Delete \"select\"")
        }
        SelectCount::Exactly(count) if count != keys => finding(
            "select",
            &format!("\"select\" is {count}, but the number of correct choices is {keys}"),
            "Make the two numbers equal",
        ),
        _ => None,
    }
}

fn ambiguous_text(pointer: String, text: &str) -> Finding {
    let message = format!("\"{}\" appears here twice", text::truncate(&text::single_line(text), 40));
    error_finding(
        "ambiguous",
        pointer,
        message,
        "Delete or reword one of them. Letter case and spaces at the ends do not count.",
    )
}

/// Finds texts in a list that are alike after normalization. An answer could mean either of them.
fn duplicate_texts<'a>(
    texts: impl Iterator<Item = &'a String>,
    list_pointer: Arguments<'_>,
    member: &str,
) -> Vec<Finding> {
    let mut seen = HashSet::new();
    // Answers are marked after the same normalization.
    let duplicates = texts.enumerate().filter(|(_, text)| !seen.insert(text::normalize_answer(text)));
    duplicates.map(|(index, text)| ambiguous_text(format!("{list_pointer}/{index}{member}"), text)).collect()
}

/// Finds critical questions that can earn partial credit, or whose kind cannot be critical. Reading a bank applies this
/// part of rule L29.
fn critical_finding(question: &Question, pointer: Arguments<'_>) -> Option<Finding> {
    let message = match &question.kind {
        _ if !question.critical => return None,
        QuestionKind::Choice { scoring: ChoiceScoring::Balanced, .. } => {
            "a critical question cannot earn partial credit".to_owned()
        }
        QuestionKind::Choice { .. } | QuestionKind::TrueFalse { .. } => return None,
        other => format!("a question of kind \"{}\" cannot be critical", other.kind_name().name()),
    };
    let help = "Only true-false questions, and choice questions scored all-or-nothing, can be critical";
    Some(error_finding("L29", format!("{pointer}/critical"), message, help))
}

/// Finds the semantic errors of an exam that do not depend on its banks.
pub fn exam_findings(exam: &Exam) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_weighted = exam.sections.iter().any(|section| section.weight.is_some());
    if is_weighted != exam.questions.is_some() {
        let message = "the exam must have both \"questions\" and a \"weight\" per section, or neither".to_owned();
        findings.push(error_finding(
            "value",
            "/sections".into(),
            message,
            "Give both, or give each section its own \"questions\"",
        ));
    }
    for (index, section) in exam.sections.iter().enumerate() {
        let pointer = format!("/sections/{index}");
        if section.weight.is_some() != is_weighted || section.questions.is_none() != is_weighted {
            let message = "all sections must have \"questions\", or all must have \"weight\"".to_owned();
            findings.push(error_finding(
                "value",
                pointer.clone(),
                message,
                "Give every section \"questions\", or every section \"weight\"",
            ));
        }
        if section.questions.is_some_and(|questions| section.critical > questions) {
            let message = format!("\"critical\" is {}, which is more than the section draws", section.critical);
            findings.push(error_finding(
                "value",
                format!("{pointer}/critical"),
                message,
                "Lower \"critical\", or let the section draw more questions",
            ));
        }
    }
    findings
}

/// Finds the semantic errors of a syllabus: duplicate IDs.
pub fn syllabus_findings(syllabus: &Syllabus) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let duplicates = syllabus.statements.iter().enumerate().filter(|(_, statement)| !seen.insert(&statement.id));
    duplicates.map(|(index, statement)| duplicate_id(format!("/statements/{index}/id"), &statement.id)).collect()
}
