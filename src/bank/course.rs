//! The course: short readings in Markdown, each about a few objectives of the banks.
//!
//! A reading is a file `course/ID.md` in a folder of banks. It begins with TOML between two lines `+++`. The module
//! [`markdown`] turns the text into blocks, which the full-screen interface and plain mode both lay out.

use std::path::PathBuf;

use serde::Deserialize;

use super::format::json::ParsedFile;
use crate::ids::{InBank, ObjectiveId, ReadingId, SourceId};

mod front_matter;
pub mod markdown;

pub use markdown::{Block, Link, Reference, Span};

/// The newest format of readings.
pub const FORMAT: u32 = 1;

/// The largest file of a reading, in bytes.
pub const FILE_MAX_BYTES: usize = 256 * 1024;

/// One reading of the course.
#[derive(Debug, Clone, PartialEq)]
pub struct CourseReading {
    pub head: ReadingHead,
    pub body: Vec<Block>,
    /// All links and images of the body, with their places in the file.
    pub references: Vec<Reference>,
    /// The number of words in the body.
    pub word_count: usize,
    /// The folder of banks that it is in; `None` if it is built in. Its images are in the subfolder `images`.
    pub folder: Option<PathBuf>,
}

/// What the top of a reading says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingHead {
    /// The version of the format.
    pub format: u32,
    /// The same as the name of the file, without `.md`.
    pub id: ReadingId,
    pub title: String,
    /// The place in the course: readings with lower numbers come first.
    pub order: u32,
    /// What a trainee can do after this reading. A question about one of these objectives leads here.
    pub objectives: Vec<InBank<ObjectiveId>>,
    pub sources: Vec<ReadingSource>,
    /// The few sentences to remember.
    #[serde(default)]
    pub key_points: Vec<String>,
    /// What is unknown, or what sources disagree about.
    #[serde(default)]
    pub uncertain: Vec<String>,
}

/// A work that supports a reading: a source of one of the banks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingSource {
    pub id: InBank<SourceId>,
    /// The place in the work, such as `Table 2`.
    pub locator: Option<String>,
}

/// Reads a reading. Problems show `name` as the name of the file.
pub fn parse_reading(name: &str, bytes: &[u8]) -> ParsedFile<CourseReading> {
    let source = match front_matter::source_text(name, bytes) {
        Ok(source) => source,
        Err(problem) => return ParsedFile { value: None, problems: vec![*problem] },
    };
    let (head, body_start) = match front_matter::parse(&source) {
        Ok(parts) => parts,
        Err(problems) => return ParsedFile { value: None, problems },
    };
    let parsed = markdown::parse(&source, body_start);
    let reading = CourseReading {
        head,
        body: parsed.blocks,
        references: parsed.references,
        word_count: parsed.word_count,
        folder: None,
    };
    ParsedFile { value: parsed.problems.is_empty().then_some(reading), problems: parsed.problems }
}

/// All readings in use, in their order.
#[derive(Debug, Clone, Default)]
pub struct Course {
    pub readings: Vec<CourseReading>,
}

impl Course {
    /// Sorts readings by their order, then by ID.
    pub fn new(mut readings: Vec<CourseReading>) -> Self {
        readings.sort_by(|one, other| (one.head.order, &one.head.id).cmp(&(other.head.order, &other.head.id)));
        Self { readings }
    }

    /// Returns the reading with this ID.
    pub fn reading(&self, id: &ReadingId) -> Option<&CourseReading> {
        self.readings.iter().find(|reading| reading.head.id == *id)
    }

    /// Returns the first reading about an objective.
    pub fn reading_about(&self, objective: &InBank<ObjectiveId>) -> Option<&CourseReading> {
        self.readings.iter().find(|reading| reading.head.objectives.contains(objective))
    }
}
