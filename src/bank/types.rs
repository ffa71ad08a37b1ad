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

/// A question bank: one file of questions on one topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bank {
    /// The path of the schema, for editors. It is no part of the bank.
    #[serde(rename = "$schema", default, skip_serializing)]
    #[schemars(skip)]
    schema: Option<IgnoredAny>,
    /// The version of the file format.
    #[schemars(range(min = 1, max = FORMAT))]
    pub format: u32,
    /// The bank's ID. Its file has the same name, plus `.json`.
    pub id: BankId,
    /// The topic, as people read it.
    pub title: String,
    /// The version that the author gave the bank.
    pub version: String,
    /// The language of the text, a BCP 47 tag such as `en`.
    pub language: String,
    /// The license of the text, an SPDX expression such as `CC-BY-4.0`.
    pub license: String,
    /// Whether trainees may practice the bank and see its keys. If not, only exams use it. The default is true.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub practice: bool,
    /// What a trainee should be able to do. Each question tests one objective.
    #[schemars(length(min = 1))]
    pub objectives: Vec<Objective>,
    /// The works that support the questions.
    pub sources: Vec<SourceReference>,
    /// Abbreviations and their meanings.
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
    /// Returns the SHA-256 of the bank's canonical form. Of each question, it covers only the content (see
    /// [`Question::content_only`]).
    pub fn digest(&self) -> Digest {
        let mut content_only = self.clone();
        for question in &mut content_only.questions {
            *question = Arc::new(question.content_only());
        }
        Digest::of(canonical::bytes(&content_only))
    }

    /// Returns a copy without questions. A paper needs the rest: cases, objectives, sources and glossary.
    #[must_use]
    pub fn without_questions(&self) -> Self {
        self.with_questions(Vec::new())
    }

    /// Returns a copy that has these questions instead of its own.
    pub(super) fn with_questions(&self, questions: Vec<Arc<Question>>) -> Self {
        Self { questions, ..self.clone() }
    }

    /// Notes in each question with an image which content the image has, and returns those contents. `find_image` returns
    /// the text of an image file, or `None` if it cannot be read; then the image has only its description.
    pub fn resolve_images(&mut self, find_image: impl Fn(&str) -> Option<String>) -> BTreeMap<Digest, String> {
        let mut images = BTreeMap::new();
        for question in self.questions.iter_mut().filter(|question| question.image.is_some()) {
            let Some(image) = &mut Arc::make_mut(question).image else { continue };
            let svg = find_image(&image.file);
            image.sha256 = svg.as_ref().map(Digest::of);
            images.extend(image.sha256.zip(svg));
        }
        images
    }

    /// Returns the text of an objective, or `None` if the bank does not have it.
    pub fn objective_text(&self, id: &ObjectiveId) -> Option<&str> {
        self.objectives.iter().find(|objective| objective.id == *id).map(|objective| objective.text.as_str())
    }

    /// Returns the text of a case, or `None` if the bank does not have it.
    pub fn case_text(&self, id: &CaseId) -> Option<&str> {
        self.cases.iter().find(|case| case.id == *id).map(|case| case.text.as_str())
    }

    /// Returns a source, or `None` if the bank does not have it.
    pub fn source(&self, id: &SourceId) -> Option<&SourceReference> {
        self.sources.iter().find(|source| source.id == *id)
    }

    /// Returns the questions that can be drawn: those with the status `ready`.
    pub fn ready_questions(&self) -> impl Iterator<Item = &Arc<Question>> {
        self.questions.iter().filter(|question| question.status == QuestionStatus::Ready)
    }
}

/// Something a trainee should be able to do, shown by answering questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// The objective's ID, unique in its bank.
    pub id: ObjectiveId,
    /// The objective, starting with a verb.
    pub text: String,
}

/// A situation that several questions share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The case's ID, unique in its bank.
    pub id: CaseId,
    /// The situation, in words.
    pub text: String,
}

/// A published work, described by some of the members of CSL-JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Reference")]
pub struct SourceReference {
    /// The source's ID, unique in its bank.
    pub id: SourceId,
    /// The CSL type, such as `article-journal`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The work's title.
    pub title: String,
    /// The authors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub author: Vec<Author>,
    /// The date of publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<DateParts>,
    /// The journal or book that contains the work.
    #[serde(rename = "container-title", default, skip_serializing_if = "Option::is_none")]
    pub container_title: Option<String>,
    /// The publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The digital object identifier (DOI).
    #[serde(rename = "DOI", default, skip_serializing_if = "Option::is_none")]
    pub doi: Option<String>,
    /// The PubMed number (PMID).
    #[serde(rename = "PMID", default, skip_serializing_if = "Option::is_none")]
    pub pmid: Option<String>,
    /// The web address of the work.
    #[serde(rename = "URL", default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The date on which the author of the bank read the web page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accessed: Option<DateParts>,
}

impl SourceReference {
    /// Returns the work in one line: up to three authors, the title, the journal or book, and the year.
    pub fn citation_line(&self) -> String {
        let mut authors: Vec<_> = self.author.iter().take(3).map(Author::name).collect();
        if self.author.len() > 3 {
            authors.push("et al.".to_owned());
        }
        let year = self.issued.as_ref().and_then(DateParts::year).map(|year| format!("({year})"));
        let parts = [Some(authors.join(", ")), Some(self.title.clone()), self.container_title.clone()];
        let line = crate::text::join_sentences(parts.iter().flatten().map(String::as_str));
        year.map_or(line.clone(), |year| format!("{line} {year}"))
    }

    /// Returns the work in one line, with the place in it and where it can be read.
    pub fn line_with_place(&self, locator: Option<&str>) -> String {
        let address = self.address().unwrap_or_default();
        crate::text::join_sentences([self.citation_line().as_str(), locator.unwrap_or_default(), address.as_str()])
    }

    /// Returns where the work can be read: its DOI as an address, else its PubMed number, else its web address.
    pub fn address(&self) -> Option<String> {
        let doi = self.doi.as_ref().map(|doi| format!("https://doi.org/{doi}"));
        doi.or_else(|| self.pmid.as_ref().map(|pmid| format!("PMID {pmid}"))).or_else(|| self.url.clone())
    }
}

/// A person or an organization that wrote a work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Author {
    /// The family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Given names or initials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// The name of an organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub literal: Option<String>,
}

impl Author {
    fn name(&self) -> String {
        let parts = [self.literal.as_deref(), self.family.as_deref(), self.given.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// A CSL date: a year, with month and day if they are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateParts {
    /// One list of one to three numbers: year, month, day.
    #[serde(rename = "date-parts")]
    #[schemars(length(min = 1, max = 1), inner(length(min = 1, max = 3)))]
    pub parts: Vec<Vec<i32>>,
}

impl DateParts {
    /// Returns whether the month and the day exist, as far as they are given.
    pub(super) fn exists(&self) -> bool {
        self.parts.first().is_some_and(|parts| {
            let part = |index: usize| parts.get(index).copied();
            let (year, month, day) = (part(0).unwrap_or(0), part(1).unwrap_or(1), part(2).unwrap_or(1));
            format!("{year:04}-{month:02}-{day:02}").parse::<crate::clock::Day>().is_ok()
        })
    }

    fn year(&self) -> Option<i32> {
        self.parts.first()?.first().copied()
    }
}

fn yes() -> bool {
    true
}

/// For `skip_serializing_if`: true is the default, so it is not written.
fn is_true(flag: &bool) -> bool {
    *flag
}
