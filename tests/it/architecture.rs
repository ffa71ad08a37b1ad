//! The map of ARCHITECTURE.md, checked: direction of dependencies, cycles between files, unique names, which module may
//! use which crate, sizes, nothing forgotten.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, circles, files, root, top};

/// The modules in the order of the map. Each may use those before it; those of one row use one another nowhere.
const RANKS: &[&[&str]] = &[
    &["canonical", "clock", "text"],
    &["ids", "problem"],
    &["paths"],
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

/// Modules that know nothing of others, although these stand before them on the map.
const STRANGERS: &[(&str, &[&str])] = &[("credential", &["attempt", "bank", "exam", "study"])];

/// Crates that only one module may use.
const CRATES: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["problem"]),
    ("argon2", &["credential"]),
    ("base45", &["credential"]),
    ("bs58", &["credential"]),
    ("caseless", &["text"]),
    ("chacha20poly1305", &["credential"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("crossterm", &["tui"]),
    ("csv", &["projections", "cli"]),
    ("dejavu", &["credential"]),
    ("directories", &["paths"]),
    ("ed25519_dalek", &["credential"]),
    ("flate2", &["credential"]),
    ("hayro_syntax", &["credential"]),
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
    ("rand", &["service", "cli"]),
    ("rand_chacha", &["exam"]),
    ("ratatui", &["tui"]),
    ("rayon", &["bank", "cli", "service"]),
    ("resvg", &["credential"]),
    ("rpassword", &["cli"]),
    ("rusqlite", &["store"]),
    ("rustix", &["tui"]),
    ("rustybuzz", &["credential"]),
    ("schemars", &["bank"]),
    ("serde_json_canonicalizer", &["canonical"]),
    ("sha2", &["ids", "cli"]),
    ("signal_hook", &["tui"]),
    ("strsim", &["bank"]),
    ("tempfile", &["paths"]),
    ("termina", &["tui"]),
    ("unicode_bidi", &["credential"]),
    ("unicode_normalization", &["bank", "service", "text"]),
    ("unicode_segmentation", &["text"]),
    ("unicode_width", &["text"]),
    ("uuid", &["ids", "projections"]),
    ("zeroize", &["credential", "cli"]),
];

/// Crates that any module may use.
const COMMON: &[&str] = &["core", "serde", "serde_json", "std"];

/// Names of types that no one could guess. Their successors are the terms of the glossary in CONTRIBUTING.
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
    "Reading",
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
fn modules_use_only_what_stands_before_them() {
    let source = Source::read();
    for file in source.files.iter().filter(|file| file.name != "src/lib.rs") {
        assert!(rank(file.top()).is_some(), "{}: the module {} is not on the map", file.name, file.top());
    }
    for used in source.uses() {
        let Some(other) = used.defined_in.as_deref().map(top) else { continue };
        let own = top(&used.file);
        let before = rank(other) < rank(own);
        let strange = STRANGERS.iter().any(|(module, others)| own == *module && others.contains(&other));
        let allowed = own == other || (before && !strange);
        assert!(allowed, "{}:{}: {own} may not use {other}: {}", used.file, used.line, used.path);
    }
}

#[test]
fn no_file_uses_another_one_in_a_circle() {
    let uses = Source::read().uses();
    let edge = |used: &crate::source::Use| {
        let to = used.defined_in.clone()?;
        // What a file says of those in the folder of its name is how it is made.
        let own = used.file.strip_suffix(".rs").is_some_and(|folder| to.starts_with(&format!("{folder}/")));
        (!own).then(|| (used.file.clone(), to))
    };
    let edges: BTreeSet<_> = uses.iter().filter_map(edge).collect();
    let found: Vec<_> = circles(&edges).into_iter().map(|circle| circle.join(" <-> ")).collect();
    assert!(found.is_empty(), "files that use each other in a circle:\n{}", found.join("\n"));
}

#[test]
fn a_public_type_has_a_name_of_its_own() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in Source::read().public_items().into_iter().filter(|item| matches!(item.kind, "type" | "trait")) {
        places.entry(item.name).or_default().push(format!("{}:{}", item.file, item.line));
    }
    let twice = places.iter().filter(|(_, places)| places.len() > 1);
    let twice: Vec<_> = twice.map(|(name, places)| format!("{name}: {}", places.join(", "))).collect();
    assert!(twice.is_empty(), "names of several public types:\n{}", twice.join("\n"));
}

#[test]
fn retired_names_stay_away() {
    let items = Source::read().public_items();
    let retired = items.iter().filter(|item| RETIRED.contains(&item.name.as_str()));
    let retired: Vec<_> = retired.map(|item| format!("{}:{}: {}", item.file, item.line, item.name)).collect();
    assert!(retired.is_empty(), "retired names; see the glossary:\n{}", retired.join("\n"));
}

#[test]
fn a_crate_is_used_where_the_map_says_so() {
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
            assert!(needed.contains(&(package, (*owner).to_owned())), "{owner} does not use {package} any more");
        }
    }
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let dependencies =
        manifest.split("[dependencies]\n").nth(1).and_then(|rest| rest.split("\n[").next()).expect("a list");
    for line in dependencies.lines().filter(|line| !line.starts_with('#') && line.contains('=')) {
        let package = line.split('=').next().unwrap_or_default().trim().replace('-', "_");
        let known = COMMON.contains(&package.as_str()) || CRATES.iter().any(|(known, _)| *known == package);
        assert!(known, "the map does not say who may use {package}");
    }
}

/// What a front end may know of the store: that something failed, and which row of which list differs.
const STORE_NAMES_FOR_FRONT_ENDS: &[&str] = &["StoreError", "Conflict"];

#[test]
fn front_ends_reach_the_store_nowhere() {
    let is_front_end = |file: &str| matches!(top(file), "cli" | "plain" | "tui" | "view");
    for used in Source::read().uses().iter().filter(|used| is_front_end(&used.file)) {
        // Somebody must open it.
        let is_opening = used.file == "src/cli/env.rs";
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
            assert!(!is_static.iter().any(|word| line.starts_with(word)), "{name}:{}: a static", number + 1);
            let asks = line.contains("terminal::size()") || line.contains("current_dir()");
            assert!(!asks || name == "src/tui/terminal.rs", "{name}:{}: asks the process", number + 1);
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
        assert!(lines <= FILE_LINES_MAX, "{name} has {lines} lines; is there a second thing in it?");
        for (number, line) in file.text.lines().enumerate() {
            let open = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME"].iter().any(|word| line.contains(word));
            assert!(!open, "{name}:{}: left open", number + 1);
        }
        assert!(file.text.starts_with("//!") || file.top() == "cli", "{name} does not begin by saying what it is");
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
    assert!(bare.is_empty(), "without docs:\n{}", bare.join("\n"));
}

#[test]
fn no_test_file_is_forgotten_and_no_snapshot_without_its_test() {
    let tests = files("tests/it", &["rs", "snap"]);
    let source = |module: &str| {
        let name = format!("tests/it/{module}.rs");
        tests.iter().find(|(path, _)| *path == name).map(|(_, text)| text.as_str())
    };
    let main = source("main").expect("the list of test files");
    let listed: BTreeSet<_> = main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
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
