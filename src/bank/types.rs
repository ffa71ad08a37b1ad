//! The [`Bank`] type: questions on one topic, with their objectives, cases, glossary and sources.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::FORMAT;
use super::question::{Question, QuestionStatus};
use crate::canonical;
use crate::ids::{BankId, CaseId, Digest, ObjectiveId, SourceId};

/// One file of questions on one topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bank {
    /// Where an editor finds the schema; no part of the bank.
    #[serde(rename = "$schema", default, skip_serializing)]
    #[schemars(skip)]
    schema: Option<IgnoredAny>,
    /// The format of the file.
    #[schemars(range(min = 1, max = FORMAT))]
    pub format: u32,
    /// The bank's name, which is also its file's.
    pub id: BankId,
    /// The topic, for people.
    pub title: String,
    /// The version its author gave it.
    pub version: String,
    /// The language of its text, a BCP 47 tag.
    pub language: String,
    /// The license of its text, an SPDX expression.
    pub license: String,
    /// Whether it may be practiced and shown with its keys; if not, it serves exams alone.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub practice: bool,
    /// What its questions show that a trainee knows.
    #[schemars(length(min = 1))]
    pub objectives: Vec<Objective>,
    /// The works that its questions rest on.
    pub sources: Vec<SourceReference>,
    /// Abbreviations and what they stand for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub glossary: BTreeMap<String, String>,
    /// Situations that several questions share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<Case>,
    /// The questions, in the author's order.
    #[schemars(length(min = 1))]
    pub questions: Vec<Arc<Question>>,
}

impl Bank {
    /// Returns the SHA-256 of the bank's canonical form, in which every question stands without what may change while
    /// it means the same (see [`Question::content_json`]).
    pub fn digest(&self) -> Digest {
        let mut content_only = self.clone();
        for question in &mut content_only.questions {
            *question = Arc::new(question.content_only());
        }
        Digest::of(canonical::bytes(&content_only))
    }

    /// Returns the bank without its questions: what a paper needs beside them (cases, objectives, sources, glossary).
    pub fn without_questions(&self) -> Self {
        self.with_questions(Vec::new())
    }

    /// Returns the bank with other questions.
    pub(super) fn with_questions(&self, questions: Vec<Arc<Question>>) -> Self {
        Self { questions, ..self.clone() }
    }

    /// Returns the text of an objective.
    pub fn objective_text(&self, id: &ObjectiveId) -> Option<&str> {
        self.objectives.iter().find(|objective| objective.id == *id).map(|objective| objective.text.as_str())
    }

    /// Returns the text of a case.
    pub fn case_text(&self, id: &CaseId) -> Option<&str> {
        self.cases.iter().find(|case| case.id == *id).map(|case| case.text.as_str())
    }

    /// Returns a source.
    pub fn source(&self, id: &SourceId) -> Option<&SourceReference> {
        self.sources.iter().find(|source| source.id == *id)
    }

    /// Returns the questions that may be drawn.
    pub fn ready_questions(&self) -> impl Iterator<Item = &Arc<Question>> {
        self.questions.iter().filter(|question| question.status == QuestionStatus::Ready)
    }
}

/// Something a trainee should be able to do, shown by answering questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// Its name within the bank.
    pub id: ObjectiveId,
    /// What it is, starting with a verb.
    pub text: String,
}

/// A situation told once for several questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name within the bank.
    pub id: CaseId,
    /// The situation.
    pub text: String,
}

/// A published work, in the members of CSL-JSON that are used here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Reference")]
pub struct SourceReference {
    /// Its name within the bank.
    pub id: SourceId,
    /// The CSL type, such as `article-journal`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The work's title.
    pub title: String,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub author: Vec<Author>,
    /// When it appeared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<DateParts>,
    /// The journal or book it appeared in.
    #[serde(rename = "container-title", default, skip_serializing_if = "Option::is_none")]
    pub container_title: Option<String>,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Its digital object identifier.
    #[serde(rename = "DOI", default, skip_serializing_if = "Option::is_none")]
    pub doi: Option<String>,
    /// Its PubMed number.
    #[serde(rename = "PMID", default, skip_serializing_if = "Option::is_none")]
    pub pmid: Option<String>,
    /// Where it can be read.
    #[serde(rename = "URL", default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was read there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accessed: Option<DateParts>,
}

impl SourceReference {
    /// Returns the work in one line: who, title, where, year.
    pub fn citation_line(&self) -> String {
        let mut authors: Vec<_> = self.author.iter().take(3).map(Author::name).collect();
        if self.author.len() > 3 {
            authors.push("et al.".to_owned());
        }
        let year = self.issued.as_ref().and_then(DateParts::year).map(|year| format!("({year})"));
        let parts = [Some(authors.join(", ")), Some(self.title.clone()), self.container_title.clone(), year];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". ")
    }
}

/// A person or a body that wrote a work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Author {
    /// The family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Given names or initials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// The name of a body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub literal: Option<String>,
}

impl Author {
    fn name(&self) -> String {
        let parts = [self.literal.as_deref(), self.family.as_deref(), self.given.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// A CSL date: year, then month and day where they are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateParts {
    /// One list of one to three numbers.
    #[serde(rename = "date-parts")]
    #[schemars(length(min = 1, max = 1), inner(length(min = 1, max = 3)))]
    pub parts: Vec<Vec<i32>>,
}

impl DateParts {
    fn year(&self) -> Option<i32> {
        self.parts.first()?.first().copied()
    }
}

fn yes() -> bool {
    true
}

/// Says that a member at its default is left out when a bank is written.
fn is_true(flag: &bool) -> bool {
    *flag
}
