use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::bank::catalog::{self, BankOrigin, Catalog};
use crate::bank::format::json::{self, FileContent};
use crate::bank::load::{self, FILE_MAX_BYTES, LoadedFile};
use crate::bank::{built_in, rules};
use crate::cli::error::{self, Failure, shown};
use crate::cli::{CommandResult, Env};
use crate::clock::Day;
use crate::exam::blueprint;
use crate::problem::{Problem, Severity};
use crate::text;

/// Check banks and exams, and say what is wrong like a compiler
///
/// A folder is checked with its exams; - reads standard input; without a path all that is in use is checked.
/// Exit code 0 means nothing wrong, or warnings only; 1 errors; 3 a file that cannot be read.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Files, folders, or -
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print text, or JSON as --json does
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: FindingFormat,
    /// Let warnings count as errors
    #[arg(long)]
    deny_warnings: bool,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FindingFormat {
    /// The line with carets, why it matters, how to mend it
    Text,
    /// One JSON document
    Json,
}

/// What was checked, and what came of it.
#[derive(Default)]
struct CheckReport {
    files: usize,
    problems: Vec<Problem>,
}

/// A file to check.
struct CheckedFile {
    /// What it is called in the report.
    name: String,
    found: LoadedFile,
    /// Whether its name must be the id of what it holds.
    is_named: bool,
}

/// Checks all that was named.
pub(super) fn run(args: &CheckArgs, env: &mut Env<'_>) -> CommandResult {
    let mut banks = env.catalog()?;
    let inputs = if args.paths.is_empty() { in_use(env)? } else { named(&args.paths, &mut banks, env)? };
    let today = (env.clock)().now().wall.day();
    let report = report(&inputs, &banks, today);
    let worst = report.problems.iter().map(|problem| problem.severity).max();
    let code = match worst {
        None => error::DONE,
        Some(Severity::Warning) if !args.deny_warnings => error::DONE,
        Some(Severity::Warning | Severity::Error) => error::NO,
        Some(Severity::Unreadable) => error::UNREADABLE,
    };
    print(&report, args.format, env)?;
    Ok(code)
}

/// Lists the built-in banks and exams, the data directory's and those of `--banks`.
fn in_use(env: &mut Env<'_>) -> Result<Vec<CheckedFile>, Failure> {
    let built_in = |name: String, text: &str| CheckedFile {
        name: format!("{name} (built-in)"),
        found: LoadedFile { path: PathBuf::from(name), bytes: text.as_bytes().to_vec() },
        is_named: true,
    };
    let mut inputs: Vec<_> =
        built_in::BANKS.iter().map(|bank| built_in(format!("{}.json", bank.id), bank.text)).collect();
    inputs.extend(built_in::EXAMS.iter().map(|(id, text)| built_in(format!("exams/{id}.json"), text)));
    for folder in env.bank_folders()? {
        inputs.extend(folder_files(&folder.0)?);
    }
    Ok(inputs)
}

/// Lists files and those of folders. Exams among them draw from the banks beside them, then from those in use.
fn named(paths: &[PathBuf], banks: &mut Catalog, env: &mut Env<'_>) -> Result<Vec<CheckedFile>, Failure> {
    let mut inputs = Vec::new();
    for path in paths {
        let unreadable = |error: std::io::Error| Failure::unreadable(path, &error);
        if path == Path::new("-") {
            let found = read_input(env).map_err(unreadable)?;
            inputs.push(CheckedFile { name: "standard input".to_owned(), found, is_named: false });
        } else if path.is_dir() {
            let origin = BankOrigin::BanksFolder(path.clone());
            banks.add_folder(path, &origin).map_err(|(path, error)| Failure::unreadable(&path, &error))?;
            inputs.extend(folder_files(path)?);
        } else {
            inputs.push(file(path)?);
        }
    }
    Ok(inputs)
}

fn folder_files(folder: &Path) -> Result<Vec<CheckedFile>, Failure> {
    let list = |folder: &Path| load::list_json_files(folder).map_err(|error| Failure::unreadable(folder, &error));
    let paths = [list(folder)?, list(&folder.join("exams"))?].concat();
    paths.iter().map(|path| file(path)).collect()
}

fn file(path: &Path) -> Result<CheckedFile, Failure> {
    let found = load::read_file(path).map_err(|error| Failure::unreadable(path, &error))?;
    Ok(CheckedFile { name: shown(path), is_named: found.has_slug_name(), found })
}

/// Reads every file and applies to it what holds for its kind.
fn report(inputs: &[CheckedFile], banks: &Catalog, today: Day) -> CheckReport {
    let mut report = CheckReport { files: inputs.len(), ..CheckReport::default() };
    let syllabus = banks.syllabus();
    for CheckedFile { name, found, is_named } in inputs {
        let mut reading = json::parse_any(name, &found.bytes);
        if *is_named {
            reading = catalog::check_file_name(reading, found);
        }
        let flaws = match &reading.value {
            Some(FileContent::Bank(bank)) => rules::check(bank, today, syllabus.as_deref()),
            Some(FileContent::Exam(exam)) => blueprint::check(banks, exam),
            Some(FileContent::Syllabus(_)) | None => Vec::new(),
        };
        report.problems.extend(reading.problems);
        report.problems.extend(json::locate_findings(name, &found.bytes, flaws));
    }
    report
}

fn read_input(env: &mut Env<'_>) -> std::io::Result<LoadedFile> {
    let mut bytes = Vec::new();
    if let Some(input) = env.input.take() {
        input.take(FILE_MAX_BYTES).read_to_end(&mut bytes)?;
    }
    Ok(LoadedFile { path: PathBuf::from("-"), bytes })
}

fn print(report: &CheckReport, format: FindingFormat, env: &mut Env<'_>) -> CommandResult {
    let errors = report.problems.iter().filter(|problem| problem.severity > Severity::Warning).count();
    let warnings = report.problems.len() - errors;
    if env.global.json || format == FindingFormat::Json {
        let problems: Vec<_> = report.problems.iter().map(problem).collect();
        let summary = json!({ "files": report.files, "errors": errors, "warnings": warnings });
        return env.say_json(&json!({ "problems": problems, "summary": summary }));
    }
    let color = env.color();
    for problem in &report.problems {
        env.say(&problem.render(color))?;
        env.say("")?;
    }
    let (files, errors) = (text::count_with_noun(report.files, "file"), text::count_with_noun(errors, "error"));
    env.say(&format!("{files} checked: {errors}, {}.", text::count_with_noun(warnings, "warning")))
}

fn problem(problem: &Problem) -> serde_json::Value {
    let (line, column) = problem.location.line_column();
    json!({
        "rule": problem.rule, "severity": problem.severity.label(), "file": problem.location.source.name(),
        "line": line, "column": column, "pointer": problem.location.pointer,
        "message": problem.message, "help": problem.help,
    })
}
