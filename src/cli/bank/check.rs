use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::bank::catalog::{self, Catalog, Origin};
use crate::bank::exam::Exam;
use crate::bank::json::{self, Held};
use crate::bank::load::{self, FILE_MAX, Found};
use crate::cli::error::{self, Failure, shown};
use crate::cli::{Env, Outcome};
use crate::problem::{Place, Problem, Severity, Source};
use crate::quiz::draw;
use crate::text;

/// Check banks and exams, and say what is wrong like a compiler
///
/// A folder is checked with its exams; - reads standard input; without a path the banks in use are checked.
/// Exit code 0 means nothing wrong, or warnings only; 1 errors; 3 a file that cannot be read.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Files, folders, or -
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// What was checked, and what came of it.
#[derive(Default)]
struct Report {
    files: usize,
    problems: Vec<Problem>,
}

/// Checks all that was named.
pub(super) fn run(args: &CheckArgs, env: &mut Env<'_>) -> Outcome {
    let report = if args.paths.is_empty() { in_use(env)? } else { named(&args.paths, env)? };
    let worst = report.problems.iter().map(|problem| problem.severity).max();
    let code = match worst {
        None | Some(Severity::Warning) => error::DONE,
        Some(Severity::Error) => error::NO,
        Some(Severity::Unreadable) => error::UNREADABLE,
    };
    print(&report, env)?;
    Ok(code)
}

/// Reports on the built-in banks, the data directory's and those of `--banks`.
fn in_use(env: &mut Env<'_>) -> Result<Report, Failure> {
    let catalog = env.catalog()?;
    let mut report = Report { files: catalog.banks().count() + catalog.exams().count(), ..Report::default() };
    report.problems.extend_from_slice(catalog.problems());
    for exam in catalog.exams() {
        let text = serde_json::to_string_pretty(&*exam.value).unwrap_or_default();
        let source = Source::new(&format!("exams/{}.json ({})", exam.value.id, exam.origin), text);
        report.problems.extend(infeasible(&catalog, &exam.value, source));
    }
    Ok(report)
}

/// Reports on files and folders. Exams among them draw from the banks beside them, then from those in use.
fn named(paths: &[PathBuf], env: &mut Env<'_>) -> Result<Report, Failure> {
    let mut files = Vec::new();
    let mut banks = env.catalog()?;
    for path in paths {
        let unreadable = |error: std::io::Error| Failure::unreadable(path, &error);
        if path == Path::new("-") {
            files.push((read_input(env).map_err(unreadable)?, false));
        } else if path.is_dir() {
            banks.add_folder(path, &Origin::Given(path.clone())).map_err(|(path, e)| Failure::unreadable(&path, &e))?;
            let listed = load::list(path).and_then(|list| Ok([list, load::list(&path.join("exams"))?].concat()));
            for file in listed.map_err(unreadable)? {
                files.push((load::file(&file).map_err(|error| Failure::unreadable(&file, &error))?, true));
            }
        } else {
            files.push((load::file(path).map_err(unreadable)?, true));
        }
    }
    let mut report = Report { files: files.len(), ..Report::default() };
    for (found, has_name) in files {
        let name = if has_name { shown(&found.path) } else { "standard input".to_owned() };
        let mut reading = json::any(&name, &found.bytes);
        if has_name && found.has_slug() {
            reading = catalog::named(reading, &found);
        }
        if let Some(Held::Exam(exam)) = &reading.value {
            let source = Source::new(&name, String::from_utf8_lossy(&found.bytes).into_owned());
            report.problems.extend(infeasible(&banks, exam, source));
        }
        report.problems.extend(reading.problems);
    }
    Ok(report)
}

fn read_input(env: &mut Env<'_>) -> std::io::Result<Found> {
    let mut bytes = Vec::new();
    if let Some(input) = env.input.take() {
        input.take(FILE_MAX).read_to_end(&mut bytes)?;
    }
    Ok(Found { path: PathBuf::from("-"), bytes })
}

/// Says why no paper of an exam can be drawn, if none can.
fn infeasible(banks: &Catalog, exam: &Exam, source: std::sync::Arc<Source>) -> Option<Problem> {
    let why = draw::feasible(banks, exam).err()?;
    let section = match &why {
        draw::Infeasible::Bank { section, .. } | draw::Infeasible::Short { section, .. } => section - 1,
    };
    let pointer = format!("/sections/{section}");
    let span = json::tree::Tree::parse(source.text()).map_or(0..0, |tree| tree.span(&pointer));
    Some(Problem {
        rule: "infeasible",
        severity: Severity::Error,
        place: Place { source: std::sync::Arc::clone(&source), span, pointer },
        message: why.to_string(),
        help: "Lower what the section wants, widen its pool, or write more questions.".to_owned(),
    })
}

fn print(report: &Report, env: &mut Env<'_>) -> Outcome {
    let errors = report.problems.iter().filter(|problem| problem.severity > Severity::Warning).count();
    let warnings = report.problems.len() - errors;
    if env.global.json {
        let problems: Vec<_> = report.problems.iter().map(problem).collect();
        let summary = json!({ "files": report.files, "errors": errors, "warnings": warnings });
        return env.say_json(&json!({ "problems": problems, "summary": summary }));
    }
    let color = env.color();
    for problem in &report.problems {
        env.say(&problem.draw(color))?;
        env.say("")?;
    }
    let (files, errors) = (text::count(report.files, "file"), text::count(errors, "error"));
    env.say(&format!("{files} checked: {errors}, {}.", text::count(warnings, "warning")))
}

fn problem(problem: &Problem) -> serde_json::Value {
    let (line, column) = problem.place.line_column();
    json!({
        "rule": problem.rule, "severity": problem.severity.word(), "file": problem.place.source.name(),
        "line": line, "column": column, "pointer": problem.place.pointer,
        "message": problem.message, "help": problem.help,
    })
}
