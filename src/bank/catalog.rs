//! Finds the bank or exam with an ID.
//!
//! In order of priority: the last `--banks` folder, earlier `--banks` folders, the data folder, the program itself.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::Bank;
use super::course::{self, Course, CourseReading};
use super::exam::Exam;
use super::load::{self, LoadedFile};
use super::syllabus::Syllabus;
use crate::bank::built_in;
use crate::bank::format::json::{self, FileContent, ParsedFile};
use crate::bank::lazy::LazyBank;
use crate::ids::{BankId, ExamId, ReadingId};
use crate::problem::{Problem, Severity, SourceSpan, SourceText};

/// The place that a bank or an exam came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BankOrigin {
    /// Embedded in the program.
    BuiltIn,
    /// The folder of banks in the data folder.
    DataDirectory,
    /// A folder from the option `--banks`.
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

/// A bank or an exam, and the place that it came from.
#[derive(Debug)]
pub struct CatalogEntry<T> {
    pub value: Arc<T>,
    pub origin: BankOrigin,
    /// The folder of its file; `None` if it is built in. Images are in the subfolder `images`.
    pub folder: Option<PathBuf>,
    /// Whether it replaces a built-in bank or exam with the same ID.
    pub replaces_built_in: bool,
}

impl<T> Clone for CatalogEntry<T> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            origin: self.origin.clone(),
            folder: self.folder.clone(),
            replaces_built_in: self.replaces_built_in,
        }
    }
}

/// All banks and exams in use. A value is `None` if its file has errors. It then hides the bank or exam that the file
/// would have replaced.
#[derive(Debug, Default)]
pub struct Catalog {
    banks: BTreeMap<BankId, Option<CatalogEntry<LazyBank>>>,
    exams: BTreeMap<ExamId, Option<CatalogEntry<Exam>>>,
    syllabus: Option<Arc<Syllabus>>,
    readings: BTreeMap<ReadingId, CatalogReading>,
    /// The course in use, put together at first use.
    course: OnceLock<Course>,
    problems: Vec<Problem>,
}

/// A reading of the catalog. Built-in readings are parsed at first use, because few starts need them.
#[derive(Debug)]
enum CatalogReading {
    BuiltIn(&'static str),
    /// A reading from a folder. One with errors is `None`, and hides the reading that it would have replaced.
    FromFolder(Option<Box<CourseReading>>),
}

/// Why the catalog has no bank or exam for an ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogMiss {
    /// No file has this ID.
    Unknown,
    /// A file has this ID, but also errors.
    Broken,
}

impl Catalog {
    /// Returns a catalog of the built-in banks and exams.
    pub fn built_in() -> Self {
        let mut catalog = Self::default();
        for bank in built_in::BANKS {
            let lazy_bank = LazyBank::from_built_in(bank).map(Arc::new);
            let entry = lazy_bank.map(|value| CatalogEntry {
                value,
                origin: BankOrigin::BuiltIn,
                folder: None,
                replaces_built_in: false,
            });
            catalog.banks.extend(bank.id.parse().ok().map(|id| (id, entry)));
        }
        for (id, text) in built_in::EXAMS {
            let parsed = json::parse_built_in_exam(&format!("exams/{id}.json"), text);
            catalog.add_exam(id, parsed, (&BankOrigin::BuiltIn, None));
        }
        let reading = |(id, text): &(&str, &'static str)| Some((id.parse().ok()?, CatalogReading::BuiltIn(text)));
        catalog.readings.extend(built_in::READINGS.iter().filter_map(reading));
        catalog
    }

    /// Adds the banks, exams and syllabus of a folder, the exams of its subfolder `exams`, and the readings of its
    /// subfolder `course`. Each replaces one with the same ID, so add the folder with the highest priority last.
    ///
    /// # Errors
    /// The path of a folder or file that cannot be read, and why. Errors inside a file go to
    /// [`problems`](Self::problems) instead.
    pub fn add_folder(&mut self, folder: &Path, origin: &BankOrigin) -> Result<(), (PathBuf, io::Error)> {
        let place = (origin, Some(folder));
        let list_files = |folder: &Path| load::list_files(folder, "json").map_err(|error| (folder.to_owned(), error));
        let read_file = |path: &PathBuf| load::read_file(path).map_err(|error| (path.clone(), error));
        for path in list_files(folder)? {
            let file = read_file(&path)?;
            match check_file_name(json::parse_any(&path.to_string_lossy(), &file.bytes), &file) {
                FileContent::Exam(parsed) => self.add_exam(&file.stem(), parsed, place),
                FileContent::Bank(parsed) => self.add_bank(&file.stem(), parsed, place),
                FileContent::Syllabus(parsed) => {
                    self.problems.extend(parsed.problems);
                    // A syllabus with errors leaves the earlier one in use.
                    self.syllabus = parsed.value.map(Arc::new).or(self.syllabus.take());
                }
                // A file that is not JSON may be meant as a bank or as an exam, so it hides both.
                FileContent::Unknown(problems) => {
                    let exam_id = file.stem().parse().ok().filter(|id| self.exams.contains_key(id));
                    self.exams.extend(exam_id.map(|id| (id, None)));
                    self.add_bank(&file.stem(), ParsedFile { value: None, problems }, place);
                }
            }
        }
        for path in list_files(&folder.join("exams"))? {
            let file = read_file(&path)?;
            let parsed = json::parse_exam(&path.to_string_lossy(), &file.bytes);
            self.add_exam(&file.stem(), check_name_is_id(parsed, &file, |exam| exam.id.as_str()), place);
        }
        let course_folder = folder.join("course");
        let paths = load::list_files(&course_folder, "md").map_err(|error| (course_folder, error))?;
        for path in paths {
            let bytes =
                crate::paths::read_bounded(&path, course::FILE_MAX_BYTES).map_err(|error| (path.clone(), error))?;
            self.add_reading(&path, &bytes, folder);
        }
        Ok(())
    }

    fn add_reading(&mut self, path: &Path, bytes: &[u8], folder: &Path) {
        let parsed = check_reading_name(course::parse_reading(&path.to_string_lossy(), bytes), path);
        self.problems.extend(parsed.problems);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        if let Ok(id) = stem.parse() {
            let reading =
                parsed.value.map(|reading| Box::new(CourseReading { folder: Some(folder.to_owned()), ..reading }));
            self.readings.insert(id, CatalogReading::FromFolder(reading));
            self.course = OnceLock::new();
        }
    }

    fn add_bank(&mut self, stem: &str, parsed: ParsedFile<Bank>, (origin, folder): (&BankOrigin, Option<&Path>)) {
        self.problems.extend(parsed.problems);
        // A file with errors may have no ID that can be read. Then its name says which bank it was meant to replace.
        let id = parsed.value.as_ref().map(|bank| bank.id.clone()).or_else(|| stem.parse().ok());
        if let Some(id) = id {
            // A broken file hides the bank that it would have replaced, so no exam uses a bank that the school did not
            // choose.
            let replaces_built_in = built_in::BANKS.iter().any(|bank| bank.id == id.as_str());
            let entry = |bank| CatalogEntry {
                value: Arc::new(LazyBank::with_images(bank, |file| read_image(folder, file).ok())),
                origin: origin.clone(),
                folder: folder.map(Path::to_owned),
                replaces_built_in,
            };
            let entry = parsed.value.map(entry);
            self.banks.insert(id, entry);
        }
    }

    fn add_exam(&mut self, stem: &str, parsed: ParsedFile<Exam>, (origin, folder): (&BankOrigin, Option<&Path>)) {
        self.problems.extend(parsed.problems);
        let id = parsed.value.as_ref().map(|exam| exam.id.clone()).or_else(|| stem.parse().ok());
        if let Some(id) = id {
            // Built-in exams also come through here, and they replace nothing.
            let replaces_built_in =
                *origin != BankOrigin::BuiltIn && built_in::EXAMS.iter().any(|(exam_id, _)| *exam_id == id.as_str());
            let entry = parsed.value.map(|exam| CatalogEntry {
                value: Arc::new(exam),
                origin: origin.clone(),
                folder: folder.map(Path::to_owned),
                replaces_built_in,
            });
            self.exams.insert(id, entry);
        }
    }

    /// Returns all banks in use, ordered by ID. Banks with errors are left out.
    pub fn banks(&self) -> impl Iterator<Item = &CatalogEntry<LazyBank>> {
        self.banks.values().flatten()
    }

    /// Returns all exams in use, ordered by ID. Exams with errors are left out.
    pub fn exams(&self) -> impl Iterator<Item = &CatalogEntry<Exam>> {
        self.exams.values().flatten()
    }

    /// Returns the bank with this ID.
    ///
    /// # Errors
    /// [`CatalogMiss::Unknown`] if there is none, and [`CatalogMiss::Broken`] if its file has errors.
    pub fn bank(&self, id: &BankId) -> Result<&CatalogEntry<LazyBank>, CatalogMiss> {
        self.banks.get(id).ok_or(CatalogMiss::Unknown)?.as_ref().ok_or(CatalogMiss::Broken)
    }

    /// Returns the exam with this ID.
    ///
    /// # Errors
    /// [`CatalogMiss::Unknown`] if there is none, and [`CatalogMiss::Broken`] if its file has errors.
    pub fn exam(&self, id: &ExamId) -> Result<&CatalogEntry<Exam>, CatalogMiss> {
        self.exams.get(id).ok_or(CatalogMiss::Unknown)?.as_ref().ok_or(CatalogMiss::Broken)
    }

    /// Returns the syllabus in use: the last one added, or else the built-in one. It is never `None`.
    ///
    /// # Panics
    /// Never: a test parses the text that is compiled in.
    #[expect(clippy::expect_used, reason = "the text is compiled in, and a test parses it")]
    pub fn syllabus(&self) -> Option<Arc<Syllabus>> {
        // Parsed on request and not at start, because few commands need it.
        let parse_built_in = || serde_json::from_str(built_in::SYLLABUS).expect("the built-in syllabus has no errors");
        self.syllabus.clone().or_else(|| Some(parse_built_in()))
    }

    /// Returns the course in use.
    pub fn course(&self) -> &Course {
        self.course.get_or_init(|| {
            // A test checks that every built-in reading has no problem.
            let parse = |(id, reading): (&ReadingId, &CatalogReading)| match reading {
                CatalogReading::BuiltIn(text) => course::parse_reading(&format!("{id}.md"), text.as_bytes()).value,
                CatalogReading::FromFolder(reading) => reading.as_deref().cloned(),
            };
            Course::new(self.readings.iter().filter_map(parse).collect())
        })
    }

    /// Returns the SVG text of an image. `folder` is that of the bank or reading that shows it, or `None` if that is built
    /// in.
    ///
    /// # Errors
    /// The file is missing, is too large, leaves its folder or is not UTF-8.
    pub fn image(&self, folder: Option<&Path>, file: &str) -> io::Result<String> {
        read_image(folder, file)
    }

    /// Returns all problems of the files that were added.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// Checks that the name of a file is the ID of its content. If not, adds an error and removes the value.
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
            let location = SourceSpan { source, span, pointer: "/id".into() };
            problems.push(file_name_problem(get_id(&value), &stem, location));
            ParsedFile { value: None, problems }
        }
        value => ParsedFile { value, problems },
    }
}

/// Returns the problem of a file whose name is not its ID.
fn file_name_problem(id: &str, stem: &str, location: SourceSpan) -> Problem {
    Problem {
        rule: "file-name",
        severity: Severity::Error,
        location,
        question_id: None,
        message: format!("the ID is \"{id}\", but the file is named \"{stem}\""),
        explanation: None,
        help: "Change the ID or rename the file, so that they match".into(),
    }
}

/// Checks that the name of a reading's file is its ID. If not, adds an error and removes the value.
pub fn check_reading_name(parsed: ParsedFile<CourseReading>, path: &Path) -> ParsedFile<CourseReading> {
    let ParsedFile { value, mut problems } = parsed;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_named = |reading: &CourseReading| reading.head.id.as_str() == stem;
    if let Some(reading) = value.as_ref().filter(|reading| !is_named(reading)) {
        let source = SourceText::new(&path.to_string_lossy(), String::new());
        let location = SourceSpan { source, span: 0..0, pointer: String::new() };
        problems.push(file_name_problem(reading.head.id.as_str(), &crate::text::single_line(&stem), location));
    }
    ParsedFile { value: value.filter(is_named), problems }
}

/// Reads the SVG text of an image. See [`Catalog::image`].
fn read_image(folder: Option<&Path>, file: &str) -> io::Result<String> {
    let Some(folder) = folder else {
        return built_in::image(file).map(str::to_owned).ok_or_else(|| io::ErrorKind::NotFound.into());
    };
    let bytes = load::read_image(folder, file)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}
