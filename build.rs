//! Embeds the built-in banks and exams in the program. Each bank gets a summary, so that the program starts without
//! parsing any bank.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=question-banks");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut banks = String::from("&[\n");
    for (name, value) in files(Path::new("question-banks"))? {
        // The syllabus is in the same folder. It has no questions, so it is not a bank.
        if let Some(questions) = value["questions"].as_array() {
            let ready = questions.iter().filter(|question| question["status"] == "ready");
            let ready: Vec<_> = ready.map(question_summary).collect();
            // This must match the default of `Bank::practice`.
            let practice = value["practice"].as_bool().unwrap_or(true);
            let (title, ready, text) = (&value["title"], ready.join(", "), text(&name));
            let id = format!("{:?}", name.trim_end_matches(".json"));
            writeln!(
                banks,
                "BuiltInBank {{ id: {id}, title: {title}, practice: {practice}, ready: &[{ready}], text: {text} }},"
            )?;
        }
    }
    fs::write(out.join("banks.rs"), banks + "]")?;
    let mut exams = String::from("&[\n");
    for (name, _) in files(Path::new("question-banks/exams"))? {
        writeln!(exams, "({:?}, {}),", name.trim_end_matches(".json"), text(&format!("exams/{name}")))?;
    }
    fs::write(out.join("exams.rs"), exams + "]")?;
    fs::write(out.join("readings.rs"), embedded("course", ".md", "")?)?;
    fs::write(out.join("images.rs"), embedded("images", ".svg", ".svg")?)?;
    Ok(())
}

/// Returns the expression of a list of all files in a folder: names and texts. `kept` is the ending that names keep.
fn embedded(folder: &str, ending: &str, kept: &str) -> Result<String, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(Path::new("question-banks").join(folder))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(ending).map(str::to_owned));
    }
    names.sort();
    let mut list = String::from("&[\n");
    for name in names {
        writeln!(list, "({:?}, {}),", format!("{name}{kept}"), text(&format!("{folder}/{name}{ending}")))?;
    }
    Ok(list + "]")
}

/// Returns the expression of a question's summary. Defaults are those of `Question`.
fn question_summary(question: &Value) -> String {
    let (id, revision, objective, level) =
        (&question["id"], &question["revision"], &question["objective"], &question["level"]);
    let is_critical = question["critical"].as_bool().unwrap_or(false);
    let text = |member: &str| question[member].as_str().unwrap_or_default().to_owned();
    let (case, group, guess_odds) = (text("case"), text("group"), guess_odds(question));
    format!(
        "BuiltInQuestion {{ id: {id}, revision: {revision}, objective: {objective}, level: {level}, is_critical: \
         {is_critical}, case: {case:?}, group: {group:?}, guess_odds: {guess_odds} }}"
    )
}

/// Returns how many equally likely answers a guesser has. This must match `Question::guess_odds`.
fn guess_odds(question: &Value) -> u64 {
    let choices = question["choices"].as_array().map_or(0, |choices| choices.len() as u64);
    match (question["kind"].as_str(), &question["select"]) {
        (Some("true-false"), _) => 2,
        (Some("choice"), Value::Null) => choices,
        (Some("choice"), Value::String(word)) if word == "one" => choices,
        (Some("choice"), Value::Number(count)) => {
            let selected = count.as_u64().unwrap_or(1);
            (0..selected).fold(1, |odds, index| odds * (choices - index) / (index + 1))
        }
        _ => 0,
    }
}

/// Reads the JSON files of a folder, sorted by name.
fn files(folder: &Path) -> Result<Vec<(String, Value)>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let text = fs::read_to_string(&path)?;
            let value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), value));
        }
    }
    // `read_dir` returns files in an order that depends on the file system.
    files.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(files)
}

/// Returns the Rust expression that embeds a file's text.
fn text(name: &str) -> String {
    format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/question-banks/{name}\"))")
}
