//! What makes a well-formed file unusable all the same: names used twice, references to nothing, keys that no answer fits.

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
use crate::text;

/// Something wrong between the parts of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that is broken.
    pub rule: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// The JSON pointer of the value concerned.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

fn flaw(rule: &'static str, pointer: String, message: String, help: &str) -> Finding {
    Finding { rule, severity: Severity::Error, pointer, message, help: help.to_owned() }
}

/// The parts of a bank that could be read; a list that could not is nothing, and no reference into it is judged.
#[derive(Debug)]
pub struct BankParts<'a> {
    /// The objectives.
    pub objectives: Option<&'a [Objective]>,
    /// The sources.
    pub sources: Option<&'a [SourceReference]>,
    /// The cases.
    pub cases: Option<&'a [Case]>,
    /// The questions with their places in the file's list.
    pub questions: Vec<(usize, &'a Question)>,
    /// The names of all questions, also of those that could not be read, with their places.
    pub names: Vec<(usize, &'a str)>,
}

impl<'a> BankParts<'a> {
    /// Returns the parts of a bank that was read whole.
    pub fn of(bank: &'a Bank) -> Self {
        Self {
            objectives: Some(&bank.objectives),
            sources: Some(&bank.sources),
            cases: Some(&bank.cases),
            questions: bank.questions.iter().map(|question| &**question).enumerate().collect(),
            names: bank.questions.iter().map(|question| question.id.as_str()).enumerate().collect(),
        }
    }
}

/// Finds everything that forbids the use of a bank.
pub fn bank(parts: &BankParts<'_>) -> Vec<Finding> {
    let mut flaws = between(parts);
    for (at, question) in &parts.questions {
        flaws.extend(alone(question, format_args!("/questions/{at}")));
    }
    flaws
}

/// Finds what forbids the use of a question by itself, whatever stands around it.
fn alone(question: &Question, at: Arguments<'_>) -> Vec<Finding> {
    let mut flaws = key(question, at);
    flaws.extend(critical(question, at));
    flaws
}

/// Returns whether nothing about a question by itself forbids its use.
pub fn stands_alone(question: &Question) -> bool {
    alone(question, format_args!("")).is_empty()
}

/// Finds what is wrong between the parts of a bank: names used twice, and references to nothing.
pub fn between(parts: &BankParts<'_>) -> Vec<Finding> {
    let mut flaws = Vec::new();
    let objectives = names(&mut flaws, "objectives", parts.objectives, |objective| &objective.id);
    let sources = names(&mut flaws, "sources", parts.sources, |source| &source.id);
    let cases = names(&mut flaws, "cases", parts.cases, |case| &case.id);
    let again = || {
        let mut seen = HashSet::with_capacity(parts.names.len());
        let again = parts.names.iter().filter(|(_, name)| !seen.insert(*name));
        again.map(|(at, name)| doubled(format!("/questions/{at}/id"), name)).collect::<Vec<_>>()
    };
    let known = KnownIds { objectives, sources, cases };
    let nowhere = || parts.questions.par_iter().flat_map_iter(|(at, question)| known.missed(*at, question)).collect();
    let (again, nowhere): (_, Vec<_>) = rayon::join(again, nowhere);
    flaws.extend(again);
    flaws.extend(nowhere);
    flaws
}

/// The names that a bank's questions may refer to; nothing where a list could not be read.
struct KnownIds<'a> {
    objectives: Option<HashSet<&'a ObjectiveId>>,
    sources: Option<HashSet<&'a SourceId>>,
    cases: Option<HashSet<&'a CaseId>>,
}

impl KnownIds<'_> {
    /// Finds the references of the question at `at` that lead nowhere.
    fn missed(&self, at: usize, question: &Question) -> Vec<Finding> {
        let mut flaws = Vec::new();
        // Pointers are written only where something is wrong: this runs over every question that is read.
        let at = format_args!("/questions/{at}");
        let mut refer = |known: bool, pointer: Arguments<'_>, name: &str, list: &str| {
            if !known {
                let message = format!("there is no \"{name}\" among the bank's {list}");
                let help = format!("Add it to \"{list}\", or name one that is there.");
                flaws.push(flaw("reference", pointer.to_string(), message, &help));
            }
        };
        let known = self.objectives.as_ref().is_none_or(|known| known.contains(&question.objective));
        refer(known, format_args!("{at}/objective"), question.objective.as_str(), "objectives");
        for (number, citation) in question.sources.iter().enumerate() {
            let known = self.sources.as_ref().is_none_or(|known| known.contains(&citation.id));
            refer(known, format_args!("{at}/sources/{number}/id"), citation.id.as_str(), "sources");
        }
        if let Some(case) = &question.case {
            let known = self.cases.as_ref().is_none_or(|known| known.contains(case));
            refer(known, format_args!("{at}/case"), case.as_str(), "cases");
        }
        flaws
    }
}

fn doubled(pointer: String, name: &str) -> Finding {
    flaw("duplicate-id", pointer, format!("\"{name}\" is used twice"), "Give one of the two another id.")
}

/// Collects the names of a list, telling of those used twice.
fn names<'a, T, Id: Hash + Eq + std::fmt::Display>(
    flaws: &mut Vec<Finding>,
    list: &str,
    values: Option<&'a [T]>,
    id: fn(&T) -> &Id,
) -> Option<HashSet<&'a Id>> {
    let mut seen = HashSet::new();
    for (at, value) in values?.iter().enumerate() {
        if !seen.insert(id(value)) {
            flaws.push(doubled(format!("/{list}/{at}/id"), &id(value).to_string()));
        }
    }
    Some(seen)
}

/// Finds keys that no answer fits, or that are not a choice at all.
fn key(question: &Question, at: Arguments<'_>) -> Vec<Finding> {
    match &question.ask {
        QuestionKind::Choice { choices, select, .. } => {
            let keys = choices.iter().filter(|choice| choice.correct).count();
            selection(keys, choices.len(), *select, at).into_iter().collect()
        }
        QuestionKind::TrueFalse { .. } => Vec::new(),
        QuestionKind::Number { tolerance, .. } if tolerance.is_negative() => {
            let message = format!("the tolerance {tolerance} is below zero");
            vec![flaw("value", format!("{at}/tolerance"), message, "Write 0 or more.")]
        }
        QuestionKind::Number { .. } => Vec::new(),
        QuestionKind::Text { accept } => twice(accept.iter(), format_args!("{at}/accept"), ""),
        QuestionKind::Order { items } => {
            twice(items.iter().map(|item| &item.text), format_args!("{at}/items"), "/text")
        }
        QuestionKind::Match { pairs, extra_right } => {
            let mut flaws = twice(pairs.iter().map(|pair| &pair.left), format_args!("{at}/pairs"), "/left");
            let rights = || pairs.iter().map(|pair| &pair.right);
            flaws.extend(twice(rights(), format_args!("{at}/pairs"), "/right"));
            let known: HashSet<_> = rights().map(|right| text::answer_key(right)).collect();
            for (number, extra) in extra_right.iter().enumerate() {
                if known.contains(&text::answer_key(&extra.text)) {
                    flaws.push(alike(format!("{at}/extra_right/{number}/text"), &extra.text));
                }
            }
            if pairs.len() + extra_right.len() > crate::bank::limits::LETTERS {
                let message = "there are more right sides than letters".to_owned();
                flaws.push(flaw("limit", format!("{at}/extra_right"), message, "Keep them within 26."));
            }
            flaws
        }
    }
}

/// Tells whether the number of keys fits what a trainee is asked to select (rule L27).
fn selection(keys: usize, choices: usize, select: SelectCount, at: Arguments<'_>) -> Option<Finding> {
    let l27 =
        |member: &str, message: &str, help: &str| Some(flaw("L27", format!("{at}/{member}"), message.into(), help));
    match select {
        _ if keys == 0 => l27("choices", "no choice is marked as correct", "Set \"correct\": true on the key."),
        _ if keys == choices => {
            l27("choices", "every choice is marked as correct", "Add a wrong choice, or unmark one.")
        }
        SelectCount::One if keys > 1 => {
            let help = "Add \"select\": \"all\", or how many are right.";
            l27("choices", "several choices are correct, but only one may be selected", help)
        }
        SelectCount::All if keys == 1 => {
            l27("select", "\"all\" is asked, but only one choice is correct", "Leave \"select\" out.")
        }
        SelectCount::Exactly(n) if n != keys => {
            l27("select", &format!("{n} are to be selected, but {keys} are correct"), "Make the two numbers equal.")
        }
        _ => None,
    }
}

fn alike(pointer: String, said: &str) -> Finding {
    let message = format!("\"{}\" stands here twice", text::cut(&text::one_line(said), 40));
    flaw("ambiguous", pointer, message, "Delete or reword one; alike texts cannot be marked.")
}

/// Finds texts of a list that read alike, since an answer could mean either.
fn twice<'a>(texts: impl Iterator<Item = &'a String>, list: Arguments<'_>, member: &str) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let again = texts.enumerate().filter(|(_, text)| !seen.insert(text::answer_key(text)));
    again.map(|(at, text)| alike(format!("{list}/{at}{member}"), text)).collect()
}

/// Finds critical questions that cannot be right or wrong without doubt (rule L29).
fn critical(question: &Question, at: Arguments<'_>) -> Option<Finding> {
    let message = match &question.ask {
        _ if !question.critical => return None,
        QuestionKind::Choice { scoring: ChoiceScoring::Balanced, .. } => {
            "a critical question cannot earn partial credit".to_owned()
        }
        QuestionKind::Choice { .. } | QuestionKind::TrueFalse { .. } => return None,
        other => format!("a question of the kind {} cannot be critical", other.kind().name()),
    };
    let help = "Critical are only choice (all-or-nothing) and true-false questions.";
    Some(flaw("L29", format!("{at}/critical"), message, help))
}

/// Finds everything that forbids the use of an exam, whatever the banks hold.
pub fn exam(exam: &Exam) -> Vec<Finding> {
    let mut flaws = Vec::new();
    let weighted = exam.sections.iter().any(|section| section.weight.is_some());
    if weighted != exam.questions.is_some() {
        let message = "\"questions\" of an exam and \"weight\" of its sections go together".to_owned();
        flaws.push(flaw("value", "/sections".into(), message, "Give both, or a count in every section."));
    }
    for (number, section) in exam.sections.iter().enumerate() {
        let at = format!("/sections/{number}");
        if section.weight.is_some() != weighted || section.questions.is_none() != weighted {
            let message = "a section has either \"questions\" or \"weight\", all of them alike".to_owned();
            flaws.push(flaw("value", at.clone(), message, "Give every section a count, or every one a weight."));
        }
        if section.questions.is_some_and(|questions| section.critical > questions) {
            let message = format!("{} critical questions do not fit into this section", section.critical);
            flaws.push(flaw("value", format!("{at}/critical"), message, "Lower it to at most \"questions\"."));
        }
    }
    flaws
}

/// Finds everything that forbids the use of a syllabus.
pub fn syllabus(syllabus: &Syllabus) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let again = syllabus.statements.iter().enumerate().filter(|(_, statement)| !seen.insert(&statement.id));
    again.map(|(at, statement)| doubled(format!("/statements/{at}/id"), &statement.id)).collect()
}
