//! Finds the bank or exam for an id.
//!
//! Highest priority first: the last `--banks` folder, the earlier ones, the data directory, built-in.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Bank;
use super::exam::Exam;
use super::load::{self, LoadedFile};
use super::syllabus::Syllabus;
use crate::bank::built_in;
use crate::bank::format::json::{self, FileContent, ParsedFile};
use crate::bank::lazy::LazyBank;
use crate::ids::{BankId, ExamId};
use crate::problem::{Problem, Severity, SourceSpan, SourceText};

/// Where a bank or an exam came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BankOrigin {
    /// Embedded in the program.
    BuiltIn,
    /// The data directory's own folder.
    DataDirectory,
    /// A folder given with `--banks`.
    BanksFolder(PathBuf),
}

impl std::fmt::Display for BankOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built-in"),
            Self::DataDirectory => f.write_str("data directory"),
            Self::BanksFolder(path) => write!(f, "{}", crate::text::single_line(&path.to_string_lossy())),
        }
    }
}

/// A bank or an exam with where it came from.
#[derive(Debug)]
pub struct CatalogEntry<T> {
    /// The bank or exam.
    pub value: Arc<T>,
    /// Where it came from.
    pub origin: BankOrigin,
    /// Whether it took the place of a built-in one.
    pub replaces_built_in: bool,
}

impl<T> Clone for CatalogEntry<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), origin: self.origin.clone(), replaces_built_in: self.replaces_built_in }
    }
}

/// All banks and exams in use. `None` stands for a file that has errors: it hides what it would have replaced.
#[derive(Debug, Default)]
pub struct Catalog {
    banks: BTreeMap<BankId, Option<CatalogEntry<LazyBank>>>,
    exams: BTreeMap<ExamId, Option<CatalogEntry<Exam>>>,
    syllabus: Option<Arc<Syllabus>>,
    problems: Vec<Problem>,
}

/// Why an id could not be turned into a bank or an exam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogMiss {
    /// Nothing has that id.
    Unknown,
    /// Something has, and it has errors.
    Broken,
}

impl Catalog {
    /// Reads the built-in ones alone.
    pub fn built_in() -> Self {
        let mut catalog = Self::default();
        for bank in built_in::BANKS {
            let lazy_bank = LazyBank::from_built_in(bank).map(Arc::new);
            let entry =
                lazy_bank.map(|value| CatalogEntry { value, origin: BankOrigin::BuiltIn, replaces_built_in: false });
            catalog.banks.extend(bank.id.parse().ok().map(|id| (id, entry)));
        }
        for (id, text) in built_in::EXAMS {
            catalog.add_exam(id, json::parse_built_in_exam(&format!("exams/{id}.json"), text), &BankOrigin::BuiltIn);
        }
        catalog
    }

    /// Adds the banks and exams of a folder. Each replaces one with the same id, so add folders in rising priority.
    ///
    /// # Errors
    /// A folder or file that cannot be read, by its path. What is wrong inside a file is a problem, not an error.
    pub fn add_folder(&mut self, folder: &Path, origin: &BankOrigin) -> Result<(), (PathBuf, io::Error)> {
        let list_files = |folder: &Path| load::list_json_files(folder).map_err(|error| (folder.to_owned(), error));
        let read_file = |path: &PathBuf| load::read_file(path).map_err(|error| (path.clone(), error));
        for path in list_files(folder)? {
            let file = read_file(&path)?;
            match check_file_name(json::parse_any(&path.to_string_lossy(), &file.bytes), &file) {
                FileContent::Exam(parsed) => self.add_exam(&file.stem(), parsed, origin),
                FileContent::Bank(parsed) => self.add_bank(&file.stem(), parsed, origin),
                FileContent::Syllabus(parsed) => {
                    self.problems.extend(parsed.problems);
                    self.syllabus = parsed.value.map(Arc::new).or(self.syllabus.take());
                }
                FileContent::Unknown(problems) => {
                    let exam_id = file.stem().parse().ok().filter(|id| self.exams.contains_key(id));
                    self.exams.extend(exam_id.map(|id| (id, None)));
                    self.add_bank(&file.stem(), ParsedFile { value: None, problems }, origin);
                }
            }
        }
        for path in list_files(&folder.join("exams"))? {
            let file = read_file(&path)?;
            let parsed = json::parse_exam(&path.to_string_lossy(), &file.bytes);
            self.add_exam(&file.stem(), check_name_is_id(parsed, &file, |exam| exam.id.as_str()), origin);
        }
        Ok(())
    }

    fn add_bank(&mut self, stem: &str, parsed: ParsedFile<Bank>, origin: &BankOrigin) {
        self.problems.extend(parsed.problems);
        let id = parsed.value.as_ref().map(|bank| bank.id.clone()).or_else(|| stem.parse().ok());
        if let Some(id) = id {
            // A broken file hides what it would have replaced: nobody is examined on a bank its school did not mean.
            let replaces_built_in = built_in::BANKS.iter().any(|bank| bank.id == id.as_str());
            let entry = |bank| CatalogEntry {
                value: Arc::new(LazyBank::from(bank)),
                origin: origin.clone(),
                replaces_built_in,
            };
            let entry = parsed.value.map(entry);
            self.banks.insert(id, entry);
        }
    }

    fn add_exam(&mut self, stem: &str, parsed: ParsedFile<Exam>, origin: &BankOrigin) {
        self.problems.extend(parsed.problems);
        let id = parsed.value.as_ref().map(|exam| exam.id.clone()).or_else(|| stem.parse().ok());
        if let Some(id) = id {
            let replaces_built_in =
                *origin != BankOrigin::BuiltIn && built_in::EXAMS.iter().any(|(exam_id, _)| *exam_id == id.as_str());
            let entry = parsed.value.map(|exam| CatalogEntry {
                value: Arc::new(exam),
                origin: origin.clone(),
                replaces_built_in,
            });
            self.exams.insert(id, entry);
        }
    }

    /// Returns all banks in use, by id.
    pub fn banks(&self) -> impl Iterator<Item = &CatalogEntry<LazyBank>> {
        self.banks.values().flatten()
    }

    /// Returns all exams in use, by id.
    pub fn exams(&self) -> impl Iterator<Item = &CatalogEntry<Exam>> {
        self.exams.values().flatten()
    }

    /// Returns the bank of that id.
    ///
    /// # Errors
    /// Whether there is none, or a broken one.
    pub fn bank(&self, id: &BankId) -> Result<&CatalogEntry<LazyBank>, CatalogMiss> {
        self.banks.get(id).ok_or(CatalogMiss::Unknown)?.as_ref().ok_or(CatalogMiss::Broken)
    }

    /// Returns the exam of that id.
    ///
    /// # Errors
    /// Whether there is none, or a broken one.
    pub fn exam(&self, id: &ExamId) -> Result<&CatalogEntry<Exam>, CatalogMiss> {
        self.exams.get(id).ok_or(CatalogMiss::Unknown)?.as_ref().ok_or(CatalogMiss::Broken)
    }

    /// Returns the syllabus in use: the one given last, or the shipped one.
    #[expect(clippy::expect_used, reason = "the text is compiled in, and a test parses it")]
    pub fn syllabus(&self) -> Option<Arc<Syllabus>> {
        let parse_built_in = || serde_json::from_str(built_in::SYLLABUS).expect("the built-in syllabus has no errors");
        self.syllabus.clone().or_else(|| Some(parse_built_in()))
    }

    /// Returns everything that is wrong with the files that were read.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// Checks that the name of a file is the id of its content.
pub fn check_file_name(content: FileContent, file: &LoadedFile) -> FileContent {
    match content {
        FileContent::Bank(parsed) => FileContent::Bank(check_name_is_id(parsed, file, |bank| bank.id.as_str())),
        FileContent::Exam(parsed) => FileContent::Exam(check_name_is_id(parsed, file, |exam| exam.id.as_str())),
        FileContent::Syllabus(parsed) => {
            FileContent::Syllabus(check_name_is_id(parsed, file, |syllabus| syllabus.id.as_str()))
        }
        FileContent::Unknown(problems) => FileContent::Unknown(problems),
    }
}

fn check_name_is_id<T>(parsed: ParsedFile<T>, file: &LoadedFile, get_id: impl Fn(&T) -> &str) -> ParsedFile<T> {
    let ParsedFile { value, mut problems } = parsed;
    let stem = file.stem();
    match value {
        Some(value) if get_id(&value) != stem => {
            let source =
                SourceText::new(&file.path.to_string_lossy(), String::from_utf8_lossy(&file.bytes).into_owned());
            let span = json::tree::JsonTree::parse(source.text()).map_or(0..1, |tree| tree.span("/id"));
            problems.push(Problem {
                rule: "file-name",
                severity: Severity::Error,
                location: SourceSpan { source, span, pointer: "/id".into() },
                message: format!("the id is \"{}\", the file is called \"{stem}\"", get_id(&value)),
                explanation: None,
                help: "A file's name is its id: rename one of the two.".into(),
            });
            ParsedFile { value: None, problems }
        }
        value => ParsedFile { value, problems },
    }
}
