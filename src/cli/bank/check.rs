use std::path::{Path, PathBuf};

use serde_json::json;

use super::check_output::{github_annotation, problem_json, sarif};
use super::versions::read_version;
use crate::bank::catalog::{self, BankOrigin, Catalog};
use crate::bank::course::{self, CourseReading};
use crate::bank::format::json::{self, FileContent, ParsedFile, ReadableBank};
use crate::bank::load::{self, FILE_MAX_BYTES, LoadedFile};
use crate::bank::syllabus::Syllabus;
use crate::bank::validate::Finding;
use crate::bank::{built_in, compare, course_check, fix, rules};
use crate::cli::error::{self, Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::clock::Day;
use crate::exam::blueprint;
use crate::problem::{Problem, ReportStyle, Severity};
use crate::{paths, text};

/// Check banks and exams, and show each problem at its line with a fix
///
/// A folder is checked together with its exams. Without a path, all banks and exams in use are checked. Exit code 0
/// means no problems or only warnings, 1 means errors or that no file was found, 3 means a file that cannot be read.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Files or folders, or - for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Output format; json is the same as --json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: FindingFormat,
    /// Treat warnings as errors
    #[arg(long)]
    deny_warnings: bool,
    /// Explain a rule with examples, such as L17, and check nothing
    #[arg(long, value_name = "RULE", conflicts_with = "paths")]
    explain: Option<String>,
    /// First repair blanks, byte order marks and letter labels in the files
    #[arg(long, requires = "paths")]
    fix: bool,
    /// Compare a bank with an earlier version, a file or git:REVISION: a changed key needs a new revision
    #[arg(long, value_name = "OLD")]
    against: Option<String>,
}

/// How many questions the summary names.
const MAX_NAMES_SHOWN: usize = 5;

/// The output format of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FindingFormat {
    /// Marked source lines, each with the reason and a fix
    Text,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

/// The number of files checked, and the problems found in them.
#[derive(Default)]
struct CheckReport {
    file_count: usize,
    problems: Vec<Problem>,
    /// The questions to which the rules were not applied, each with its file.
    unread_questions: Vec<(String, String)>,
}

/// A file to check.
struct CheckedFile {
    /// The name of the file in the report.
    name: String,
    loaded_file: LoadedFile,
    /// Whether the file name must match the ID in the file.
    is_name_checked: bool,
}

/// Checks the given paths, or everything in use, and prints a report.
pub(super) fn run(args: &CheckArgs, env: &mut Env<'_>) -> CommandResult {
    if let Some(rule) = &args.explain {
        return explain(rule, env);
    }
    if args.fix {
        fix_files(&args.paths, env)?;
    }
    let mut catalog = env.catalog()?;
    let (inputs, unreadable) = if args.paths.is_empty() {
        (inputs_in_use(env)?, Vec::new())
    } else {
        inputs_from_paths(&args.paths, &mut catalog, env)
    };
    let today = (env.make_clock)().now().wall.day();
    let mut report = check_inputs(&inputs, &catalog, today);
    if let Some(old) = &args.against {
        report.problems.extend(check_against(old, &inputs)?);
    }
    let worst_severity = report.problems.iter().map(|problem| problem.severity).max();
    let code = match worst_severity {
        // A wrong folder must not look like banks without problems.
        None if report.file_count == 0 => error::EXIT_NEGATIVE,
        None => error::EXIT_SUCCESS,
        Some(Severity::Warning) if !args.deny_warnings => error::EXIT_SUCCESS,
        Some(Severity::Warning | Severity::Error) => error::EXIT_NEGATIVE,
        Some(Severity::Unreadable) => error::EXIT_UNREADABLE_INPUT,
    };
    if report.file_count > 0 || unreadable.is_empty() {
        print_report(&report, args.format, env)?;
    }
    // A wrong path hides no finding about the other files.
    for failure in &unreadable {
        env.print_to_stderr(&failure.message);
    }
    Ok(unreadable.iter().map(|failure| failure.code).fold(code, u8::max))
}

/// Explains one rule.
fn explain(rule: &str, env: &mut Env<'_>) -> CommandResult {
    // Words such as `unused` are in lower case, and numbers such as L17 in upper case.
    let word = rule.to_lowercase();
    let rule = if rules::explanation(&word).is_some() { word } else { rule.to_uppercase() };
    let titles: Vec<_> = rules::RULES.iter().filter(|known| known.id == rule).map(|known| known.title).collect();
    let why = rules::explanation(&rule);
    if titles.is_empty() && why.is_none() {
        return Err(Failure::usage(format!(
            "There is no rule \"{}\". docs/rules.md lists all of them.",
            text::single_line(&rule)
        )));
    }
    env.print_line(&format!(
        "{rule}: {}",
        if titles.is_empty() { "a check that is no rule".to_owned() } else { titles.join("; ") }
    ))?;
    env.print_line(&format!("Why:  {}", why.unwrap_or_default()))?;
    if let Some((bad, good)) = rules::example(&rule) {
        env.print_line(&format!("Bad:  {bad}"))?;
        env.print_line(&format!("Good: {good}"))?;
    }
    // Only rules, and these three checks of exams, can be waived in a question.
    if titles.is_empty() && !["L56", "L58", "L59"].contains(&rule.as_str()) {
        return Ok(error::EXIT_SUCCESS);
    }
    let today = (env.make_clock)().now().wall.day();
    env.print_line(&format!(
        "Waive it in a question: \"lint\": [{{ \"rule\": \"{rule}\", \"reason\": \"why\", \"by\": \"your name\", \"on\": \"{today}\" }}]"
    ))
}

/// Repairs the bank files among the paths.
fn fix_files(paths: &[PathBuf], env: &mut Env<'_>) -> Result<(), Failure> {
    if paths.iter().any(|path| path == Path::new("-")) {
        return Err(Failure::usage("--fix changes files, and not standard input. Name a file."));
    }
    for path in paths {
        let files = if path.is_dir() { list_banks_and_exams(path)? } else { vec![path.clone()] };
        for file in &files {
            let loaded = load::read_file(file).map_err(|error| Failure::unreadable(file, &error))?;
            if let Some(fixed) = fix::fix(&loaded.bytes) {
                let count = text::count_with_noun(fixed.change_count, "text");
                paths::write_output(file, fixed.text.as_bytes())
                    .map_err(|error| Failure::file_access(file, "written", &error))?;
                env.print_to_stderr(&format!("Repaired {count} in {}", display_path(file)));
            }
        }
    }
    Ok(())
}

/// Compares the only bank among the files with an earlier version of it.
fn check_against(old: &str, inputs: &[CheckedFile]) -> Result<Vec<Problem>, Failure> {
    let [CheckedFile { name, loaded_file, .. }] = inputs else {
        return Err(Failure::usage("--against compares one file. Name the bank to check."));
    };
    let Some(new) = json::parse_bank(name, &loaded_file.bytes).value else { return Ok(Vec::new()) };
    let old = read_version(old, &loaded_file.path)?;
    let findings = compare::check_changes(&compare::compare(&old, &new));
    Ok(json::locate_findings(name, &loaded_file.bytes, findings))
}

/// Lists the built-in banks, exams and readings, those in the data folder, and those given with `--banks`.
fn inputs_in_use(env: &mut Env<'_>) -> Result<Vec<CheckedFile>, Failure> {
    let built_in_input = |name: String, text: &str| CheckedFile {
        name: format!("{name} (built-in)"),
        loaded_file: LoadedFile { path: PathBuf::from(name), bytes: text.as_bytes().to_vec() },
        is_name_checked: true,
    };
    let mut inputs: Vec<_> =
        built_in::BANKS.iter().map(|bank| built_in_input(format!("{}.json", bank.id), bank.text)).collect();
    inputs.extend(built_in::EXAMS.iter().map(|(id, text)| built_in_input(format!("exams/{id}.json"), text)));
    inputs.extend(built_in::READINGS.iter().map(|(id, text)| built_in_input(format!("course/{id}.md"), text)));
    for folder in env.bank_folders()? {
        inputs.extend(inputs_from_folder(&folder.0)?);
    }
    Ok(inputs)
}

/// Lists the given files and the files in the given folders. Each folder joins the catalog. So an exam is checked
/// against the banks in its own folder before those in use. Also returns the paths that cannot be read.
fn inputs_from_paths(paths: &[PathBuf], catalog: &mut Catalog, env: &mut Env<'_>) -> (Vec<CheckedFile>, Vec<Failure>) {
    let (mut inputs, mut unreadable) = (Vec::new(), Vec::new());
    for path in paths {
        match inputs_from_path(path, catalog, env) {
            Ok(found) => inputs.extend(found),
            Err(failure) => unreadable.push(failure),
        }
    }
    (inputs, unreadable)
}

fn inputs_from_path(path: &PathBuf, catalog: &mut Catalog, env: &mut Env<'_>) -> Result<Vec<CheckedFile>, Failure> {
    if path == Path::new("-") {
        // Standard input has no file name that could match the ID.
        let loaded_file = read_standard_input(env).map_err(|error| Failure::unreadable(path, &error))?;
        return Ok(vec![CheckedFile { name: "standard input".to_owned(), loaded_file, is_name_checked: false }]);
    }
    if path.is_dir() {
        // In use for this check too, because an exam in the folder can draw from the banks beside it.
        let origin = BankOrigin::BanksFolder(path.clone());
        catalog.add_folder(path, &origin).map_err(|(path, error)| Failure::unreadable(&path, &error))?;
        return inputs_from_folder(path);
    }
    Ok(vec![input_from_file(path)?])
}

/// Lists the files of the banks and of the exams in a folder.
fn list_banks_and_exams(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let list_files =
        |folder: &Path| load::list_files(folder, "json").map_err(|error| Failure::unreadable(folder, &error));
    Ok([list_files(folder)?, list_files(&folder.join("exams"))?].concat())
}

fn inputs_from_folder(folder: &Path) -> Result<Vec<CheckedFile>, Failure> {
    let course_folder = folder.join("course");
    let readings =
        load::list_files(&course_folder, "md").map_err(|error| Failure::unreadable(&course_folder, &error))?;
    let paths = [list_banks_and_exams(folder)?, readings].concat();
    paths.iter().map(|path| input_from_file(path)).collect()
}

fn input_from_file(path: &Path) -> Result<CheckedFile, Failure> {
    let loaded_file = load::read_file(path).map_err(|error| Failure::unreadable(path, &error))?;
    Ok(CheckedFile { name: display_path(path), is_name_checked: loaded_file.has_slug_name(), loaded_file })
}

/// Parses every file and applies the rules for banks or exams.
fn check_inputs(inputs: &[CheckedFile], catalog: &Catalog, today: Day) -> CheckReport {
    let mut report = CheckReport { file_count: inputs.len(), ..CheckReport::default() };
    let syllabus = catalog.syllabus();
    for CheckedFile { name, loaded_file, is_name_checked } in inputs {
        if loaded_file.path.extension().is_some_and(|ending| ending == "md") {
            report.problems.extend(check_reading(name, loaded_file, catalog));
            continue;
        }
        let mut content = json::parse_any(name, &loaded_file.bytes);
        if *is_name_checked {
            content = catalog::check_file_name(content, loaded_file);
        }
        let findings = match &content {
            FileContent::Bank(ParsedFile { value: Some(bank), .. }) => {
                let mut findings = rules::check(bank, today, syllabus.as_deref());
                findings.extend(blueprint::undrawable_critical_questions(catalog, bank));
                findings.extend(course_check::objectives_without_reading(catalog, bank));
                findings.extend(course_check::broken_images(catalog, bank, folder_of(loaded_file)));
                findings
            }
            FileContent::Bank(ParsedFile { value: None, problems }) => {
                let readable = json::readable_part(&loaded_file.bytes, problems);
                let unread = readable.iter().flat_map(|readable| readable.unread_questions.iter().cloned());
                report.unread_questions.extend(unread.map(|question| (name.clone(), question)));
                readable.map_or_else(Vec::new, |readable| readable_findings(&readable, today, syllabus.as_deref()))
            }
            FileContent::Exam(ParsedFile { value: Some(exam), .. }) => blueprint::check(catalog, exam, today),
            _ => Vec::new(),
        };
        report.problems.extend(content.problems().iter().cloned());
        report.problems.extend(json::locate_findings(name, &loaded_file.bytes, findings));
    }
    report
}

/// Returns the folder of a file. Built-in files and standard input have none.
fn folder_of(file: &LoadedFile) -> Option<&Path> {
    file.path.parent().filter(|folder| !folder.as_os_str().is_empty() && file.path != Path::new("-"))
}

/// Applies the rules to the questions of a file with errors. If questions are missing, nothing is said of the bank as a
/// whole: a source without a question can be that of a question with an error.
fn readable_findings(readable: &ReadableBank, today: Day, syllabus: Option<&Syllabus>) -> Vec<Finding> {
    let mut findings = rules::check(&readable.bank, today, syllabus);
    let is_of_bank = |finding: &Finding| {
        !finding.pointer.starts_with("/questions/") || ["L02", "L24", "L62", "waiver"].contains(&finding.rule)
    };
    findings.retain(|finding| readable.unread_questions.is_empty() || !is_of_bank(finding));
    for finding in &mut findings {
        finding.pointer = readable.file_pointer(&finding.pointer);
    }
    findings
}

/// Checks a reading of the course.
fn check_reading(name: &str, file: &LoadedFile, catalog: &Catalog) -> Vec<Problem> {
    let parsed = catalog::check_reading_name(course::parse_reading(name, &file.bytes), &file.path);
    let mut problems = parsed.problems;
    if let Some(reading) = parsed.value {
        // The folder of the course is in the folder of the banks. A built-in reading has a path without a folder.
        let folder = file.path.parent().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        let reading = CourseReading { folder: folder.map(Path::to_owned), ..reading };
        problems.extend(course_check::check(catalog, &reading, name, &String::from_utf8_lossy(&file.bytes)));
    }
    problems
}

fn read_standard_input(env: &mut Env<'_>) -> std::io::Result<LoadedFile> {
    let bytes = match env.input.take() {
        Some(input) => paths::read_stream(input, FILE_MAX_BYTES)?,
        None => Vec::new(),
    };
    Ok(LoadedFile { path: PathBuf::from("-"), bytes })
}

fn print_report(report: &CheckReport, format: FindingFormat, env: &mut Env<'_>) -> CommandResult {
    // The summary counts an unreadable file as an error.
    let errors = report.problems.iter().filter(|problem| problem.severity > Severity::Warning).count();
    let warnings = report.problems.len() - errors;
    if format == FindingFormat::Sarif {
        return env.print_json(&sarif(&report.problems));
    }
    if format == FindingFormat::Github {
        for problem in &report.problems {
            env.print_line(&github_annotation(problem))?;
        }
    } else if env.global.json || format == FindingFormat::Json {
        let problems: Vec<_> = report.problems.iter().map(problem_json).collect();
        let unread =
            report.unread_questions.iter().map(|(file, question)| json!({ "file": file, "question": question }));
        let summary = json!({
            "files": report.file_count, "errors": errors, "warnings": warnings,
            "unread_questions": unread.collect::<Vec<_>>(),
        });
        return env.print_json(&json!({ "problems": problems, "summary": summary }));
    }
    let style = if env.is_color_enabled() { ReportStyle::Colored } else { ReportStyle::Plain };
    for problem in report.problems.iter().filter(|_| format == FindingFormat::Text) {
        env.print_line(&problem.render(style))?;
        env.print_line("")?;
    }
    if !report.unread_questions.is_empty() {
        let count = text::count_with_noun(report.unread_questions.len(), "question");
        let names: Vec<_> = report.unread_questions.iter().map(|(_, question)| question.clone()).collect();
        env.print_line(&format!(
            "The rules were not applied to {count}: {}. Fix the errors there first.\n",
            text::list_some(&names, MAX_NAMES_SHOWN)
        ))?;
    }
    let (files, errors) = (text::count_with_noun(report.file_count, "file"), text::count_with_noun(errors, "error"));
    env.print_line(&format!("{files} checked: {errors}, {}", text::count_with_noun(warnings, "warning")))
}
