use serde_json::json;

use super::error::Failure;
use super::{CommandResult, Env};
use crate::attempt::person::ReadingLeft;
use crate::bank::catalog::Catalog;
use crate::bank::course::CourseReading;
use crate::cli::launch::{self, InterfaceMode, PlainArgs};
use crate::ids::ReadingId;
use crate::projections::notebook::ReadingProgress;
use crate::text;
use crate::view::course::{self, LineKind};

/// The width of a reading in plain mode, in columns.
const PLAIN_COLUMNS: usize = 72;

/// Read the course: short texts about every objective
///
/// Without a reading, it shows the contents. With --plain it prints them, for screen readers and scripts.
#[derive(Debug, clap::Args)]
pub struct CourseArgs {
    /// Reading ID from `needlewise course --plain`
    #[arg(value_name = "READING")]
    reading: Option<String>,
    /// Only readings that contain these words
    #[arg(long, value_name = "TEXT", conflicts_with = "reading")]
    search: Option<String>,
    #[command(flatten)]
    plain: PlainArgs,
}

/// Opens the course, or prints its contents or a reading.
pub(super) fn run(args: &CourseArgs, env: &mut Env<'_>) -> CommandResult {
    let mode =
        if env.global.json || args.search.is_some() { InterfaceMode::Plain } else { args.plain.choose_mode(env)? };
    let mut service = env.open_service()?;
    let reading = args.reading.as_deref().map(|id| find_reading(service.catalog(), id)).transpose()?;
    let reading = reading.cloned();
    if mode == InterfaceMode::FullScreen {
        let trainee = env.find_or_add_trainee(&mut service)?;
        return launch::run_course(env, service, trainee, reading.map(|reading| reading.head.id));
    }
    // Readings need no trainee. With one, the contents say what they read, and an exam in progress closes the course.
    let trainee = if service.people().list()?.is_empty() { None } else { Some(env.find_trainee(&service)?) };
    let progress = match &trainee {
        Some(person) => {
            service.attempts().ensure_no_open_exam(person.id)?;
            service.notebook().reading_progress(person.id)?
        }
        None => Vec::new(),
    };
    match reading {
        Some(reading) => {
            let code = print_reading(&reading, service.catalog(), env)?;
            // The whole reading was printed, so it counts as read.
            if let Some(person) = &trainee {
                let left = ReadingLeft { reading: reading.head.id.clone(), block: 0, is_finished: true };
                service.notebook_mut().leave_reading(person.id, left)?;
            }
            Ok(code)
        }
        None => print_contents(args.search.as_deref().unwrap_or_default(), service.catalog(), &progress, env),
    }
}

fn find_reading<'a>(catalog: &'a Catalog, id: &str) -> Result<&'a CourseReading, Failure> {
    let reading = id.parse::<ReadingId>().ok().and_then(|id| catalog.course().reading(&id));
    reading.ok_or_else(|| {
        let id = text::single_line(id);
        Failure::usage(format!("There is no reading \"{id}\". See `needlewise course --plain`."))
    })
}

fn print_contents(query: &str, catalog: &Catalog, progress: &[ReadingProgress], env: &mut Env<'_>) -> CommandResult {
    let readings = course::search(catalog.course(), query);
    let is_read =
        |reading: &CourseReading| progress.iter().any(|row| row.reading == reading.head.id && row.is_finished);
    if env.global.json {
        let reading = |reading: &&CourseReading| {
            json!({ "reading": reading.head.id, "title": reading.head.title, "objectives": reading.head.objectives,
                "words": reading.word_count, "read": is_read(reading) })
        };
        return env.print_json(&readings.iter().map(reading).collect::<Vec<_>>());
    }
    if readings.is_empty() {
        return Err(Failure::negative("No reading contains these words."));
    }
    for reading in readings {
        let state = if is_read(reading) { ", read" } else { "" };
        let (id, title) = (&reading.head.id, &reading.head.title);
        let minutes = course::minutes(reading);
        env.print_line(&text::single_line(&format!("{id}: {title} ({minutes} min{state})")))?;
    }
    Ok(super::error::EXIT_SUCCESS)
}

fn print_reading(reading: &CourseReading, catalog: &Catalog, env: &mut Env<'_>) -> CommandResult {
    let head = &reading.head;
    if env.global.json {
        let lines: Vec<_> = course::lay_out(&reading.body, PLAIN_COLUMNS).iter().map(course::plain_line).collect();
        return env.print_json(&json!({ "reading": head.id, "title": head.title, "objectives": head.objectives,
            "key_points": head.key_points, "uncertain": head.uncertain, "text": lines.join("\n") }));
    }
    env.print_line(&text::single_line(&head.title))?;
    env.print_line("")?;
    for line in course::lay_out(&reading.body, PLAIN_COLUMNS) {
        let printed = course::plain_line(&line);
        if let LineKind::Image(_) = line.kind {
            for wrapped in text::wrap(&printed, PLAIN_COLUMNS) {
                env.print_line(&wrapped)?;
            }
        } else {
            env.print_line(&printed)?;
        }
    }
    let lists = [
        ("Key points", head.key_points.clone()),
        ("What is uncertain", head.uncertain.clone()),
        ("Sources", course::source_lines(catalog, reading)),
        ("Questions", course::link_lines(reading)),
    ];
    for (title, entries) in lists.into_iter().filter(|(_, entries)| !entries.is_empty()) {
        env.print_line("")?;
        env.print_line(title)?;
        for entry in entries {
            for (index, line) in text::wrap(&text::sanitize(&entry), PLAIN_COLUMNS - 2).into_iter().enumerate() {
                env.print_line(&format!("{}{line}", if index == 0 { "- " } else { "  " }))?;
            }
        }
    }
    Ok(super::error::EXIT_SUCCESS)
}
