//! Checks a reading against the banks in use: its objectives, sources, links and images, and its length. Also checks a bank
//! for objectives that no reading teaches.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use roxmltree::{Document, Node, ParsingOptions};

use super::catalog::Catalog;
use super::course::markdown::ReferenceTarget;
use super::course::{CourseReading, Link};
use super::validate::Finding;
use crate::bank::Bank;
use crate::ids::InBank;
use crate::problem::{Problem, Severity, SourceSpan, SourceText};

/// The fewest and the most words of a reading. More cannot be read with attention in one go.
const WORDS: std::ops::RangeInclusive<usize> = 400..=900;

/// Returns the problems of a reading that only the banks, the course and the images in use can show. `text` is that of
/// its file, and problems show `name` as its name.
pub fn check(catalog: &Catalog, reading: &CourseReading, name: &str, text: &str) -> Vec<Problem> {
    let checked = CheckedReading { catalog, reading, source: SourceText::new(name, text.to_owned()) };
    let mut problems = checked.unknown_objectives();
    problems.extend(checked.unknown_sources());
    problems.extend(checked.broken_references());
    problems.extend(checked.length());
    problems.sort_by_key(|problem| problem.location.span.start);
    problems
}

struct CheckedReading<'a> {
    catalog: &'a Catalog,
    reading: &'a CourseReading,
    source: Arc<SourceText>,
}

impl CheckedReading<'_> {
    fn problem(
        &self,
        rule: &'static str,
        severity: Severity,
        span: Range<usize>,
        message: String,
        help: &str,
    ) -> Problem {
        let location = SourceSpan { source: Arc::clone(&self.source), span, pointer: String::new() };
        Problem { rule, severity, location, question_id: None, message, explanation: None, help: help.to_owned() }
    }

    /// Returns the place of an ID in the front matter.
    fn place_of(&self, id: &str) -> Range<usize> {
        let start = self.source.text().find(&format!("\"{id}\"")).unwrap_or(0);
        start..start + id.len() + 2
    }

    fn unknown_objectives(&self) -> Vec<Problem> {
        let is_known = |objective: &&InBank<_>| {
            self.catalog.bank(&objective.bank).is_ok_and(|bank| bank.value.objective_text(&objective.id).is_some())
        };
        let unknown = self.reading.head.objectives.iter().filter(|objective| !is_known(objective));
        let problem = |objective: &InBank<_>| {
            let message = format!("there is no objective \"{objective}\"");
            let help = "Write the ID of a bank, a slash and the ID of an objective in it";
            self.problem("reference", Severity::Error, self.place_of(&objective.to_string()), message, help)
        };
        unknown.map(problem).collect()
    }

    fn unknown_sources(&self) -> Vec<Problem> {
        let is_known =
            |id: &InBank<_>| self.catalog.bank(&id.bank).is_ok_and(|bank| bank.value.source(&id.id).is_some());
        let problem = |source: &super::course::ReadingSource| {
            let span = || self.place_of(&source.id.to_string());
            if !is_known(&source.id) {
                let message = format!("there is no source \"{}\"", source.id);
                let help = "Write the ID of a bank, a slash and the ID of a source in it";
                return Some(self.problem("reference", Severity::Error, span(), message, help));
            }
            let message = || format!("the source \"{}\" has no locator", source.id);
            let help = "Name the place in the work, such as \"Table 2\"";
            source.locator.is_none().then(|| self.problem("reference", Severity::Warning, span(), message(), help))
        };
        self.reading.head.sources.iter().filter_map(problem).collect()
    }

    fn broken_references(&self) -> Vec<Problem> {
        let broken = |reference: &super::course::Reference| {
            let error = |message: String, help: &str| {
                Some(self.problem("reference", Severity::Error, reference.span.clone(), message, help))
            };
            match &reference.target {
                ReferenceTarget::Link(Link::Question(question)) if !self.has_question(question) => {
                    error(format!("there is no ready question \"{question}\""), "Link to another question")
                }
                ReferenceTarget::Link(Link::Reading(reading)) if self.catalog.course().reading(reading).is_none() => {
                    error(format!("there is no reading \"{reading}\""), "Link to another reading")
                }
                ReferenceTarget::Image(file) => {
                    let image = self.catalog.image(self.reading.folder.as_deref(), file);
                    image_fault(image).and_then(|fault| error(format!("the image \"{file}\" {fault}"), "Fix the file"))
                }
                ReferenceTarget::Link(_) => None,
            }
        };
        self.reading.references.iter().filter_map(broken).collect()
    }

    fn has_question(&self, question: &InBank<crate::ids::QuestionId>) -> bool {
        let bank = self.catalog.bank(&question.bank);
        bank.is_ok_and(|bank| bank.value.ready_questions().any(|found| found.id == question.id))
    }

    fn length(&self) -> Option<Problem> {
        let count = self.reading.word_count;
        let message = format!("the reading has {count} words");
        let help = format!("Aim at {} to {} words", WORDS.start(), WORDS.end());
        (!WORDS.contains(&count)).then(|| self.problem("reading-length", Severity::Warning, 0..0, message, &help))
    }
}

/// Returns what is wrong with an image, or `None`.
pub fn image_fault(image: io::Result<String>) -> Option<String> {
    match image {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some("does not exist".to_owned()),
        Err(error) => Some(format!("cannot be read: {}", crate::text::single_line(&error.to_string()))),
        Ok(svg) => svg_fault(&svg),
    }
}

/// Returns what is wrong with an SVG text, or `None`. A drawing may refer to nothing outside of itself.
fn svg_fault(svg: &str) -> Option<String> {
    // Without a document type there are no entities, which could expand to any size.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 100_000, ..ParsingOptions::default() };
    let document = match Document::parse_with_options(svg, options) {
        Ok(document) if document.root_element().tag_name().name() == "svg" => document,
        Ok(_) => return Some("is not an SVG file".to_owned()),
        Err(error) => return Some(format!("is not an SVG file: {}", crate::text::single_line(&error.to_string()))),
    };
    let outside_part = |node: Node<'_, '_>| {
        let name = node.tag_name().name().to_owned();
        if ["script", "image", "feImage", "foreignObject"].contains(&name.as_str()) {
            return Some(format!("<{name}>"));
        }
        let is_outside = |attribute: &roxmltree::Attribute<'_, '_>| {
            let value = attribute.value().trim_start();
            (attribute.name() == "href" && !value.starts_with('#'))
                || value.match_indices("url(").any(|(at, opening)| {
                    !value[at + opening.len()..].trim_start_matches([' ', '"', '\'']).starts_with('#')
                })
        };
        node.attributes().find(is_outside).map(|_| format!("a link out of the file in <{name}>"))
    };
    let found = document.descendants().filter(Node::is_element).find_map(outside_part)?;
    Some(format!("contains {}, which is not allowed", crate::text::single_line(&found)))
}

/// Returns an error for every image of a bank that is missing or cannot be shown. Without a `folder`, it is that of the bank
/// in use. A bank on standard input has none to look into.
pub fn broken_images(catalog: &Catalog, bank: &Bank, folder: Option<&Path>) -> Vec<Finding> {
    let entry = catalog.bank(&bank.id);
    if folder.is_none() && entry.is_err() {
        return Vec::new();
    }
    let folder = folder.or_else(|| entry.ok()?.folder.as_deref());
    let finding = |(index, question): (usize, &Arc<crate::bank::Question>)| {
        let image = question.image.as_ref()?;
        let fault = image_fault(catalog.image(folder, &image.file))?;
        Some(Finding {
            rule: "L50",
            severity: Severity::Error,
            pointer: format!("/questions/{index}/image/file"),
            message: format!("the image \"{}\" {fault}", crate::text::single_line(&image.file)),
            help: "Put an SVG file into the folder \"images\" beside the banks".to_owned(),
        })
    };
    bank.questions.iter().enumerate().filter_map(finding).collect()
}

/// Returns a warning for every objective of a bank that no reading teaches. A bank about which there is no reading at all has
/// no course, and gets none.
pub fn objectives_without_reading(catalog: &Catalog, bank: &Bank) -> Vec<Finding> {
    let taught = catalog.course().readings.iter().flat_map(|reading| &reading.head.objectives);
    let taught: Vec<_> = taught.filter(|objective| objective.bank == bank.id).map(|objective| &objective.id).collect();
    let untaught = bank.objectives.iter().enumerate().filter(|(_, objective)| !taught.contains(&&objective.id));
    let finding = |(index, objective): (usize, &super::Objective)| Finding {
        rule: "reading",
        severity: Severity::Warning,
        pointer: format!("/objectives/{index}"),
        message: format!("no reading teaches the objective \"{}\"", objective.id),
        help: "Name it in the \"objectives\" of a reading".to_owned(),
    };
    untaught.filter(|_| !taught.is_empty()).map(finding).collect()
}
