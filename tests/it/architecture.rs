//! The map of ARCHITECTURE.md, held: direction of dependencies, who knows what, sizes, nothing forgotten.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The modules in the order of the map. Each may use those before it; those of one row use one another nowhere.
const RANKS: &[&[&str]] = &[
    &["clock", "text"],
    &["ids", "problem"],
    &["place"],
    &["bank"],
    &["attempt"],
    &["quiz"],
    &["certificate"],
    &["records"],
    &["store"],
    &["sitting"],
    &["wording"],
    &["plain", "tui"],
    &["cli"],
];

/// Crates that only one module knows.
const KNOWS: &[(&str, &str)] = &[
    ("rusqlite", "store"),
    ("ratatui", "tui"),
    ("crossterm", "tui"),
    ("signal_hook", "tui"),
    ("termina", "tui"),
    ("clap", "cli"),
    ("clap_complete", "cli"),
    ("clap_mangen", "cli"),
    ("ed25519_dalek", "certificate"),
    ("oxjsonld", "certificate"),
    ("oxrdf", "certificate"),
    ("directories", "place"),
    ("argon2", "certificate"),
    ("chacha20poly1305", "certificate"),
    ("hayro_syntax", "certificate"),
    ("krilla", "certificate"),
    ("krilla_svg", "certificate"),
    ("png", "certificate"),
    ("qrcode", "certificate"),
    ("resvg", "certificate"),
    ("ttf_parser", "certificate"),
    ("rpassword", "cli"),
    ("annotate_snippets", "problem"),
    ("jsonc_parser", "bank"),
    ("schemars", "bank"),
    ("rand_chacha", "quiz"),
    ("jiff", "clock"),
];

/// The longest file, in lines.
const LONGEST: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder of the project with one of these endings, by their path in it.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
                let name = path.strip_prefix(root()).expect("inside").to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    found.sort();
    found
}

/// The module a source file belongs to: `tui` for `src/tui/app.rs`.
fn module(name: &str) -> &str {
    let rest = name.trim_start_matches("src/");
    rest.split(['/', '.']).next().unwrap_or(rest)
}

fn rank(module: &str) -> Option<usize> {
    RANKS.iter().position(|row| row.contains(&module))
}

/// Every word that follows `prefix` in a line.
fn after<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    let end = |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    line.match_indices(prefix).map(|(at, _)| &line[at + prefix.len()..]).map(|rest| &rest[..end(rest)]).collect()
}

#[test]
fn modules_use_only_what_stands_before_them() {
    for (name, text) in files("src", &["rs"]) {
        let own = module(&name);
        if matches!(own, "main" | "lib") {
            continue;
        }
        let Some(at) = rank(own) else { panic!("{name}: the module {own} is not on the map") };
        for (number, line) in text.lines().enumerate() {
            for used in after(line, "crate::") {
                let before = rank(used).is_some_and(|used| used < at);
                assert!(used == own || before, "{name}:{}: {own} may not use {used}: {}", number + 1, line.trim());
            }
        }
    }
}

#[test]
fn what_only_one_module_knows_no_other_knows() {
    for (name, text) in files("src", &["rs"]) {
        for (number, line) in text.lines().enumerate() {
            for (package, owner) in KNOWS {
                let known = !after(line, &format!("{package}::")).is_empty() && !line.trim_start().starts_with("//");
                assert!(!known || module(&name) == *owner, "{name}:{}: only {owner} knows {package}", number + 1);
            }
        }
    }
}

#[test]
fn nothing_is_global_to_the_process() {
    for (name, text) in files("src", &["rs"]) {
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_start();
            let is_static = ["static ", "pub static ", "pub(crate) static ", "thread_local!"];
            assert!(!is_static.iter().any(|word| line.starts_with(word)), "{name}:{}: a static", number + 1);
            let asks = line.contains("terminal::size()") || line.contains("current_dir()");
            assert!(!asks || name == "src/tui/local.rs", "{name}:{}: asks the process", number + 1);
            let wall = line.contains("Timestamp::now()") || line.contains("Instant::now()");
            assert!(!wall || name == "src/clock.rs", "{name}:{}: reads a clock", number + 1);
        }
    }
}

#[test]
fn files_are_short_and_finished() {
    for (name, text) in files("src", &["rs"]) {
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{name} has {lines} lines; is there a second thing in it?");
        for (number, line) in text.lines().enumerate() {
            let open = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME"].iter().any(|word| line.contains(word));
            assert!(!open, "{name}:{}: left open", number + 1);
        }
        assert!(text.starts_with("//!") || is_command(&name), "{name} does not begin by saying what it is");
    }
}

/// A file whose first words are the help of the command it holds.
fn is_command(name: &str) -> bool {
    name.starts_with("src/cli/")
}

#[test]
fn no_test_file_is_forgotten_and_no_snapshot_without_its_test() {
    let tests = files("tests/it", &["rs", "snap"]);
    let source = |module: &str| {
        let name = format!("tests/it/{module}.rs");
        tests.iter().find(|(path, _)| *path == name).map(|(_, text)| text.as_str())
    };
    let main = source("main").expect("the list of test files");
    let listed: BTreeSet<_> = main.lines().flat_map(|line| after(line, "mod ")).collect();
    for (name, _) in tests.iter().filter(|(name, _)| name.ends_with(".rs") && !name.ends_with("main.rs")) {
        let stem = name.trim_start_matches("tests/it/").trim_end_matches(".rs");
        assert!(listed.contains(stem), "{name} is not in tests/it/main.rs");
    }
    for (name, _) in tests.iter().filter(|(name, _)| name.ends_with(".snap")) {
        let stem = name.rsplit('/').next().expect("a name").trim_end_matches(".snap");
        let mut parts = stem.splitn(3, "__");
        let (_, module, title) = (parts.next(), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let title = title.split('@').next().unwrap_or(title);
        // A second snapshot of one test ends in its number.
        let title = title.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
        assert!(source(module).is_some_and(|text| text.contains(title)), "{name} belongs to no test");
    }
}
