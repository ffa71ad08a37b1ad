//! Checks the rules of ARCHITECTURE.md: the direction of dependencies, cycles between files, unique names, the crates
//! that each module may use, file and function sizes, and complete lists of tests and snapshots.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, cycles, files, root, top};

/// The modules in the order of ARCHITECTURE.md. A module may use the rows before its own, but not its own row.
const RANKS: &[&[&str]] = &[
    &["canonical", "clock", "parallel", "text"],
    &["ids", "problem", "roster"],
    &["paths"],
    &["settings"],
    &["bank"],
    &["attempt"],
    &["exam"],
    &["study"],
    &["credential"],
    &["issuing"],
    &["projections"],
    &["store"],
    &["service"],
    &["view"],
    &["plain", "tui"],
    &["cli"],
];

/// Modules that must not use some others, although those are in an earlier row.
const INDEPENDENT: &[(&str, &[&str])] = &[("credential", &["attempt", "bank", "exam", "study"])];

/// Crates that only one module may use.
const CRATES: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["problem"]),
    ("any_ascii", &["text"]),
    ("argon2", &["credential"]),
    ("base45", &["credential"]),
    ("base64", &["credential"]),
    ("bs58", &["credential"]),
    ("caseless", &["text"]),
    ("chacha20poly1305", &["credential"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("crossterm", &["tui"]),
    ("calamine", &["roster"]),
    ("csv", &["projections", "roster"]),
    ("dejavu", &["credential", "view"]),
    ("directories", &["paths"]),
    ("ed25519_dalek", &["credential"]),
    ("encoding_rs", &["roster"]),
    ("flate2", &["credential"]),
    ("hayro_syntax", &["credential"]),
    ("fsrs", &["study"]),
    ("hex", &["ids"]),
    ("jiff", &["clock"]),
    ("jsonc_parser", &["bank"]),
    ("krilla", &["credential"]),
    ("krilla_svg", &["credential"]),
    ("num_bigint", &["exam"]),
    ("num_rational", &["attempt", "bank"]),
    ("oxjsonld", &["credential"]),
    ("oxrdf", &["credential"]),
    ("png", &["credential"]),
    ("qrcode", &["credential"]),
    ("pulldown_cmark", &["bank"]),
    ("rand", &["service", "cli"]),
    ("rand_chacha", &["exam"]),
    ("ratatui", &["tui"]),
    ("rayon", &["bank", "cli", "parallel", "service"]),
    ("resvg", &["credential", "view"]),
    ("roxmltree", &["bank", "credential"]),
    ("rpassword", &["cli"]),
    ("rusqlite", &["store"]),
    ("rustix", &["clock", "paths", "tui"]),
    ("rustybuzz", &["credential"]),
    ("schemars", &["bank"]),
    ("serde_json_canonicalizer", &["canonical"]),
    ("sha2", &["ids", "cli"]),
    ("signal_hook", &["paths", "tui"]),
    ("strsim", &["bank"]),
    ("tempfile", &["paths"]),
    ("termina", &["tui"]),
    ("toml", &["bank", "settings"]),
    ("unicode_bidi", &["credential"]),
    ("unicode_normalization", &["bank", "service", "text"]),
    ("unicode_segmentation", &["text"]),
    ("unicode_width", &["text"]),
    ("uuid", &["ids", "projections"]),
    ("zeroize", &["credential", "cli"]),
    ("zip", &["roster"]),
];

/// Crates that any module may use.
const COMMON: &[&str] = &["core", "serde", "serde_json", "std"];

/// Type names that no reader could guess, so they were replaced. The glossary in CONTRIBUTING.md has the new terms.
const RETIRED: &[&str] = &[
    "Ask",
    "Award",
    "Book",
    "Chance",
    "Checked",
    "Considered",
    "Cx",
    "Desk",
    "Examined",
    "Extent",
    "Flaw",
    "Given",
    "Held",
    "Here",
    "Hit",
    "Item",
    "Kept",
    "Lesson",
    "Looked",
    "Made",
    "Outline",
    "Over",
    "Part",
    "Past",
    "Performer",
    "Picked",
    "Place",
    "Ready",
    "Roll",
    "Row",
    "Sealed",
    "Secret",
    "Sheet",
    "Shelved",
    "Sitting",
    "Slot",
    "Sort",
    "Standing",
    "Start",
    "Told",
    "Unit",
    "Use",
    "Want",
    "Warrant",
];

/// The longest file, in lines.
const FILE_LINES_MAX: usize = 400;
/// The longest function, in lines.
const FUNCTION_LINES_MAX: usize = 60;

fn rank(module: &str) -> Option<usize> {
    RANKS.iter().position(|row| row.contains(&module))
}

#[test]
fn modules_use_only_modules_of_earlier_rows() {
    let source = Source::read();
    for file in source.files.iter().filter(|file| file.name != "src/lib.rs") {
        assert!(rank(file.top()).is_some(), "{}: the module {} is not on the map", file.name, file.top());
    }
    for used in source.uses() {
        let Some(other) = used.defined_in.as_deref().map(top) else { continue };
        let own = top(&used.file);
        let before = rank(other) < rank(own);
        let forbidden = INDEPENDENT.iter().any(|(module, others)| own == *module && others.contains(&other));
        let allowed = own == other || (before && !forbidden);
        assert!(allowed, "{}:{}: {own} may not use {other}: {}", used.file, used.line, used.path);
    }
}

#[test]
fn no_files_use_each_other_in_a_cycle() {
    let uses = Source::read().uses();
    let edge = |used: &crate::source::Use| {
        let to = used.defined_in.clone()?;
        // A file may use the files in the folder of its own name, because they are its parts.
        let own = used.file.strip_suffix(".rs").is_some_and(|folder| to.starts_with(&format!("{folder}/")));
        (!own).then(|| (used.file.clone(), to))
    };
    let edges: BTreeSet<_> = uses.iter().filter_map(edge).collect();
    let found: Vec<_> = cycles(&edges).into_iter().map(|cycle| cycle.join(" <-> ")).collect();
    assert!(found.is_empty(), "files that use each other in a cycle:\n{}", found.join("\n"));
}

#[test]
fn every_public_type_has_a_unique_name() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // The terminal of each system has its own form of the same types.
    let is_of_one_system = |file: &str| file == "src/tui/terminal/windows.rs";
    let items = Source::read().public_items().into_iter().filter(|item| matches!(item.kind, "type" | "trait"));
    for item in items.filter(|item| !is_of_one_system(&item.file)) {
        places.entry(item.name).or_default().push(format!("{}:{}", item.file, item.line));
    }
    let twice = places.iter().filter(|(_, places)| places.len() > 1);
    let twice: Vec<_> = twice.map(|(name, places)| format!("{name}: {}", places.join(", "))).collect();
    assert!(twice.is_empty(), "several public types have one name:\n{}", twice.join("\n"));
}

#[test]
fn retired_names_do_not_return() {
    let items = Source::read().public_items();
    let retired = items.iter().filter(|item| RETIRED.contains(&item.name.as_str()));
    let retired: Vec<_> = retired.map(|item| format!("{}:{}: {}", item.file, item.line, item.name)).collect();
    assert!(retired.is_empty(), "retired names; use the terms of the glossary:\n{}", retired.join("\n"));
}

#[test]
fn a_crate_is_used_only_where_the_map_allows_it() {
    let mut needed = BTreeSet::new();
    for used in Source::read().uses().iter().filter(|used| used.defined_in.is_none()) {
        let package = used.path.split("::").next().unwrap_or_default();
        if let Some((package, owners)) = CRATES.iter().find(|(known, _)| *known == package) {
            let own = top(&used.file);
            assert!(owners.contains(&own), "{}:{}: only {owners:?} may use {package}", used.file, used.line);
            needed.insert((*package, own.to_owned()));
        }
    }
    for (package, owners) in CRATES {
        for owner in *owners {
            assert!(needed.contains(&(package, (*owner).to_owned())), "{owner} no longer uses {package}");
        }
    }
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let dependencies =
        manifest.split("[dependencies]\n").nth(1).and_then(|rest| rest.split("\n[").next()).expect("the dependencies");
    for line in dependencies.lines().filter(|line| !line.starts_with('#') && line.contains('=')) {
        let package = line.split('=').next().unwrap_or_default().trim().replace('-', "_");
        let known = COMMON.contains(&package.as_str()) || CRATES.iter().any(|(known, _)| *known == package);
        assert!(known, "CRATES does not say which module may use {package}");
    }
}

/// What front ends may use of the store: the errors that they explain to the user.
const STORE_NAMES_FOR_FRONT_ENDS: &[&str] = &["StoreError", "Conflict"];

#[test]
fn front_ends_never_reach_the_store() {
    let is_front_end = |file: &str| matches!(top(file), "cli" | "plain" | "tui" | "view");
    for used in Source::read().uses().iter().filter(|used| is_front_end(&used.file)) {
        // The store must be opened somewhere: the command line knows its path and options.
        let is_opening = used.file == "src/cli/env/store.rs";
        let is_of_store = used.path.starts_with("crate::store");
        let name = used.path.rsplit("::").next().unwrap_or_default();
        let is_known = is_opening || !is_of_store || STORE_NAMES_FOR_FRONT_ENDS.contains(&name);
        assert!(is_known, "{}:{}: {} is for services only", used.file, used.line, used.path);
    }
}

#[test]
fn nothing_is_global_to_the_process() {
    for (name, text) in files("src", &["rs"]) {
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_start();
            let is_static = ["static ", "pub static ", "pub(crate) static ", "thread_local!"];
            // rayon has one pool for the whole process, and it must be started only once.
            let is_pool = name == "src/parallel.rs";
            assert!(is_pool || !is_static.iter().any(|word| line.starts_with(word)), "{name}:{}: a static", number + 1);
            let asks = line.contains("terminal::size()") || line.contains("current_dir()");
            assert!(
                !asks || name.starts_with("src/tui/terminal"),
                "{name}:{}: asks the process for global state",
                number + 1
            );
            let wall = line.contains("Timestamp::now()") || line.contains("Instant::now()");
            assert!(!wall || name == "src/clock.rs", "{name}:{}: reads a clock", number + 1);
        }
    }
}

#[test]
fn files_and_functions_are_short_and_finished() {
    let source = Source::read();
    for file in &source.files {
        let (name, lines) = (&file.name, file.text.lines().count());
        assert!(lines <= FILE_LINES_MAX, "{name} has {lines} lines; split it by topic");
        for (number, line) in file.text.lines().enumerate() {
            let open = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME"].iter().any(|word| line.contains(word));
            assert!(!open, "{name}:{}: unfinished work", number + 1);
        }
        assert!(file.text.starts_with("//!") || file.top() == "cli", "{name} does not start with a module doc");
    }
    for function in source.functions() {
        let (file, line, name) = (&function.file, function.line, &function.name);
        assert!(function.lines <= FUNCTION_LINES_MAX + 2, "{file}:{line}: {name} has {} lines", function.lines);
    }
}

#[test]
fn public_types_traits_and_functions_have_docs() {
    let items = Source::read().public_items();
    let bare = items.iter().filter(|item| item.is_everywhere && !item.has_docs);
    let bare: Vec<_> =
        bare.map(|item| format!("{}:{}: the {} {}", item.file, item.line, item.kind, item.name)).collect();
    assert!(bare.is_empty(), "public items without docs:\n{}", bare.join("\n"));
}

#[test]
fn no_test_file_is_unlisted_and_no_snapshot_is_orphaned() {
    let tests = files("tests/it", &["rs", "snap"]);
    let source = |module: &str| {
        let name = format!("tests/it/{module}.rs");
        tests.iter().find(|(path, _)| *path == name).map(|(_, text)| text.as_str())
    };
    let main = source("main").expect("the list of test files");
    let listed: BTreeSet<_> = main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    for (name, _) in tests.iter().filter(|(name, _)| name.ends_with(".rs") && !name.ends_with("main.rs")) {
        let stem = name.trim_start_matches("tests/it/").trim_end_matches(".rs");
        assert!(listed.contains(stem), "{name} is not listed in tests/it/main.rs");
    }
    for (name, _) in tests.iter().filter(|(name, _)| name.ends_with(".snap")) {
        let stem = name.rsplit('/').next().expect("a name").trim_end_matches(".snap");
        let mut parts = stem.splitn(3, "__");
        let (_, module, title) = (parts.next(), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let title = title.split('@').next().unwrap_or(title);
        // Insta adds `-2`, `-3` and so on to further snapshots of one test.
        let title = title.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
        assert!(source(module).is_some_and(|text| text.contains(title)), "{name} has no test in {module}.rs");
    }
}
