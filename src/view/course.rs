//! The course as a trainee reads it: its contents, and each reading laid out in lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::bank::catalog::Catalog;
use crate::bank::course::markdown::ReferenceTarget;
use crate::bank::course::{Block, Course, CourseReading, Link, Reference};
use crate::ids::{InBank, ObjectiveId, QuestionId, ReadingId, TraineeId};
use crate::service::{ServiceError, Services};
use crate::text;

mod layout;

pub use layout::{LineKind, ReadingLine, lay_out, plain_line};

/// How many words a trainee reads in a minute, with time to think.
const WORDS_PER_MINUTE: usize = 180;

/// A reading in the contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseEntry {
    pub id: ReadingId,
    pub title: String,
    pub minutes: usize,
    /// Whether the trainee ever reached the end.
    pub is_finished: bool,
    /// Whether the trainee opened it.
    pub is_opened: bool,
}

impl CourseEntry {
    /// Returns how long the reading is, and how far the trainee is.
    pub fn detail(&self) -> String {
        let state = match (self.is_finished, self.is_opened) {
            (true, _) => ", read",
            (false, true) => ", begun",
            (false, false) => "",
        };
        format!("{} min{state}", self.minutes)
    }
}

/// Loads the contents of the course with a trainee's progress.
///
/// # Errors
/// The store cannot be read.
pub fn load_contents(service: &Services, trainee: TraineeId) -> Result<Vec<CourseEntry>, ServiceError> {
    let progress = service.notebook().reading_progress(trainee)?;
    let entry = |reading: &CourseReading| {
        let row = progress.iter().find(|row| row.reading == reading.head.id);
        CourseEntry {
            id: reading.head.id.clone(),
            title: reading.head.title.clone(),
            minutes: minutes(reading),
            is_finished: row.is_some_and(|row| row.is_finished),
            is_opened: row.is_some(),
        }
    };
    Ok(service.catalog().course().readings.iter().map(entry).collect())
}

/// A reading as its screen shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingView {
    pub id: ReadingId,
    pub title: String,
    /// Its place in the course, such as `3 of 29`.
    pub place: String,
    pub body: Vec<Block>,
    pub key_points: Vec<String>,
    pub uncertain: Vec<String>,
    pub sources: Vec<String>,
    pub links: Vec<ReadingLink>,
    pub objectives: Vec<InBank<ObjectiveId>>,
    /// The SVG texts of its drawings that can be read, by file.
    pub images: BTreeMap<String, Arc<str>>,
    pub previous: Option<ReadingId>,
    pub next: Option<ReadingId>,
    /// The block at which the trainee stopped last time; `None` if they never opened it, or finished it.
    pub start_block: Option<usize>,
}

/// A link of a reading, with the words that name its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadingLink {
    Question { question: InBank<QuestionId>, label: String },
    Reading { id: ReadingId, label: String },
}

impl ReadingLink {
    /// Returns the words that name the target.
    pub fn label(&self) -> &str {
        match self {
            Self::Question { label, .. } | Self::Reading { label, .. } => label,
        }
    }
}

impl ReadingView {
    /// Loads a reading with a trainee's place in it. `None` if the course has no reading with this ID.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn load(service: &Services, trainee: TraineeId, id: &ReadingId) -> Result<Option<Self>, ServiceError> {
        let catalog = service.catalog();
        let readings = &catalog.course().readings;
        let Some(index) = readings.iter().position(|reading| reading.head.id == *id) else { return Ok(None) };
        let reading = &readings[index];
        let progress = service.notebook().reading_progress(trainee)?;
        let stopped = progress.into_iter().find(|row| row.reading == *id && !row.is_finished);
        let id_at = |index: usize| readings.get(index).map(|reading| reading.head.id.clone());
        Ok(Some(Self {
            id: id.clone(),
            title: reading.head.title.clone(),
            place: format!("{} of {}", index + 1, readings.len()),
            body: reading.body.clone(),
            key_points: reading.head.key_points.clone(),
            uncertain: reading.head.uncertain.clone(),
            sources: source_lines(catalog, reading),
            links: links(reading).into_iter().filter_map(|link| named_link(catalog, link)).collect(),
            objectives: reading.head.objectives.clone(),
            images: images(catalog, reading),
            previous: index.checked_sub(1).and_then(id_at),
            next: id_at(index + 1),
            start_block: stopped.map(|row| row.block),
        }))
    }
}

/// Returns the SVG texts of a reading's drawings. A drawing that cannot be read has only its description.
fn images(catalog: &Catalog, reading: &CourseReading) -> BTreeMap<String, Arc<str>> {
    let file = |reference: &Reference| match &reference.target {
        ReferenceTarget::Image(file) => Some(file.clone()),
        ReferenceTarget::Link(_) => None,
    };
    let read = |file: String| Some((catalog.image(reading.folder.as_deref(), &file).ok()?, file));
    let images = reading.references.iter().filter_map(file).filter_map(read);
    images.map(|(svg, file)| (file, svg.into())).collect()
}

/// Returns a link with the words that name its target; `None` if the target is gone.
fn named_link(catalog: &Catalog, link: Link) -> Option<ReadingLink> {
    Some(match link {
        Link::Question(question) => {
            let bank = catalog.bank(&question.bank).ok()?;
            let stem = bank.value.ready_questions().find(|found| found.id == question.id)?.stem.clone();
            ReadingLink::Question { label: format!("Question: {stem}"), question }
        }
        Link::Reading(id) => {
            let title = &catalog.course().reading(&id)?.head.title;
            ReadingLink::Reading { label: format!("Reading: {title}"), id }
        }
    })
}

/// Returns how many minutes a reading takes, at least 1.
pub fn minutes(reading: &CourseReading) -> usize {
    reading.word_count.div_ceil(WORDS_PER_MINUTE).max(1)
}

/// Returns the works that a reading names, each as one line with its place and its address.
pub fn source_lines(catalog: &Catalog, reading: &CourseReading) -> Vec<String> {
    let line = |source: &crate::bank::course::ReadingSource| {
        let bank = catalog.bank(&source.id.bank).ok()?;
        let reference = bank.value.source(&source.id.id)?;
        Some(reference.line_with_place(source.locator.as_deref()))
    };
    reading.head.sources.iter().filter_map(line).collect()
}

/// Returns the readings whose title, text or key points contain all words, whatever the case: first those whose title
/// contains them, then the others, each in the order of the course. An empty query finds all.
pub fn search<'a>(course: &'a Course, query: &str) -> Vec<&'a CourseReading> {
    let query = text::name_key(query);
    let words: Vec<_> = query.split_whitespace().collect();
    let has_all = |content: &str| {
        let content = text::name_key(content);
        words.iter().all(|word| content.contains(word))
    };
    let contains = |reading: &&CourseReading| {
        let mut content = reading.head.title.clone();
        content += &reading.head.key_points.join(" ");
        lay_out(&reading.body, usize::MAX).iter().for_each(|line| content += &format!(" {}", line.text()));
        has_all(&content)
    };
    let mut found: Vec<_> = course.readings.iter().filter(contains).collect();
    found.sort_by_key(|reading| !has_all(&reading.head.title));
    found
}

/// Returns the questions and readings that a reading links to, as the commands that open them.
pub fn link_lines(reading: &CourseReading) -> Vec<String> {
    let line = |link: Link| match link {
        Link::Question(question) => format!("needlewise practice --question {question}"),
        Link::Reading(reading) => format!("needlewise course {reading} --plain"),
    };
    links(reading).into_iter().map(line).collect()
}

/// Returns the links of a reading, each once, in order.
pub fn links(reading: &CourseReading) -> Vec<Link> {
    let mut links = Vec::new();
    for reference in &reading.references {
        if let ReferenceTarget::Link(link) = &reference.target
            && !links.contains(link)
        {
            links.push(link.clone());
        }
    }
    links
}
