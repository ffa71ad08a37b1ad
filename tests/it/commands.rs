//! Every command: what it prints, as text and as JSON, and its exit code.

use needlewise::clock::Millis;
use serde_json::{Value, json};

use crate::world::{World, question, small_bank, small_exam};

fn world() -> World {
    World::new().with_small_banks()
}

/// Returns a home in which Amira has passed the small exam.
fn passed() -> World {
    let world = world();
    world.pass_exam();
    world
}

/// Returns the ID of the newest attempt.
fn attempt(world: &World) -> String {
    let listed = world.run(["record", "list", "--json"]).json();
    listed[0]["id"].as_str().expect("an id").to_owned()
}

/// Returns the newest certificate as `certificate list` prints it.
fn certificate(world: &World) -> Value {
    world.run(["certificate", "list", "--json"]).json()[0].clone()
}

/// Returns the path of the newest certificate's file, with the masked home put back.
fn certificate_file(world: &World) -> std::path::PathBuf {
    let shown = certificate(world)["files"][0].as_str().expect("a path").to_owned();
    std::path::PathBuf::from(shown.replace("<home>", &world.home.path().to_string_lossy()))
}

/// Returns the member names of a JSON object. `serde_json` keeps them sorted.
fn members(value: &Value) -> Vec<&str> {
    value.as_object().expect("a record").keys().map(String::as_str).collect()
}

/// Returns the names of a command and of all its subcommands, as typed on the command line.
fn names(command: &clap::Command, before: &str) -> Vec<String> {
    let below = command.get_subcommands().flat_map(|sub| names(sub, &format!("{before} {}", sub.get_name())));
    std::iter::once(before.trim().to_owned()).chain(below).collect()
}

#[test]
fn the_help_of_every_command_reads_well() {
    let world = World::new();
    let mut pages = Vec::new();
    for args in names(&needlewise::cli::command(), "") {
        let said = world.run(args.split_whitespace().chain(["--help"]));
        assert_eq!(said.code, 0, "{}", said.all());
        // The global options are the same for every command, so only the page of the program keeps them.
        let own = said.out.split("\nGlobal options:").next().expect("a page").trim_end().to_owned();
        pages.push(if args.is_empty() { said.out } else { own });
    }
    insta::assert_snapshot!(pages.join("\n\n────────\n\n"));
}

#[test]
fn only_commands_that_are_built_appear() {
    for args in [
        vec!["progress"],
        vec!["bank", "stats"],
        vec!["sync"],
        vec!["serve"],
        vec!["no-such"],
        vec!["exam", "--seed", "x"],
    ] {
        assert_eq!(World::new().run_even_unknown(args).code, 2);
    }
}

#[test]
fn completions_and_the_manual_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = World::new().run(["completions", shell]);
        assert_eq!(said.code, 0);
        assert!(said.out.contains("certificate") && said.out.contains("verify"), "{shell}");
    }
    let manual = World::new().run(["man"]).out;
    for word in [".TH", "needlewise", "certificate verify", "record show", "doctor", "bank check"] {
        assert!(manual.replace("\\-", "-").contains(word), "{word}");
    }
}

#[test]
fn bank_list_shows_what_is_in_use_and_its_origin() {
    let world = world();
    let listed = world.run(["bank", "list", "--json"]).json();
    let small = listed.as_array().expect("a list").iter().find(|bank| bank["id"] == "small").expect("the bank");
    insta::assert_json_snapshot!(small);
    let text = world.run(["bank", "list"]);
    assert_eq!(text.code, 0);
    let rows: Vec<_> = text.out.lines().filter(|line| line.starts_with("small") || line.starts_with("brief")).collect();
    insta::assert_snapshot!(rows.join("\n"));
    assert!(text.out.contains("built-in") && text.out.contains("data directory"));
}

#[test]
fn given_banks_replace_those_of_the_data_directory_which_replace_the_built_in_ones() {
    let world = world();
    let mut given = small_bank();
    given["title"] = json!("Given");
    world.file("one/small.json", given.to_string());
    given["title"] = json!("Given last");
    world.file("two/small.json", given.to_string());
    let folder = |name: &str| world.home.path().join(name).to_string_lossy().into_owned();
    let title = |args: &[String]| {
        let args = args.iter().map(String::as_str).chain(["bank", "list", "--json"]);
        let listed = world.run(args).json();
        listed.as_array().expect("a list").iter().find(|bank| bank["id"] == "small").expect("it")["title"].clone()
    };
    assert_eq!(title(&[]), "Small");
    assert_eq!(title(&["--banks".into(), folder("one")]), "Given");
    assert_eq!(title(&["--banks".into(), folder("one"), "--banks".into(), folder("two")]), "Given last");
    let missing = world.run(["--banks", "/no/such/folder", "bank", "list"]);
    assert_eq!(missing.code, 2);
    insta::assert_snapshot!(missing.err, @"There is no folder /no/such/folder. Check the path given with --banks.");
}

#[test]
fn bank_show_prints_a_bank_with_or_without_keys() {
    let world = world();
    insta::assert_snapshot!("bank_show", world.run(["bank", "show", "small"]).all());
    let plain = world.run(["bank", "show", "small", "--no-keys"]);
    insta::assert_snapshot!("bank_show_no_keys", plain.all());
    let one = world.run(["bank", "show", "small", "holds"]);
    assert!(one.out.contains("holds (true-false)") && !one.out.contains("several"));
    assert_eq!(world.run(["bank", "show", "small", "none"]).code, 2);
    assert_eq!(world.run(["bank", "show", "none"]).code, 2);
}

#[test]
fn an_exam_only_bank_is_never_shown_or_practiced() {
    let world = World::new();
    let mut bank = small_bank();
    bank["practice"] = json!(false);
    world.file("data/question-banks/small.json", bank.to_string());
    for args in [vec!["bank", "show", "small"], vec!["practice", "small", "--plain", "--trainee", "A"]] {
        let said = world.run(args);
        assert_eq!(said.code, 1, "{}", said.all());
        assert!(said.out.is_empty());
    }
}

#[test]
fn bank_check_lists_all_problems_and_exits_with_the_worst_code() {
    let world = World::new();
    let clean = world.file("clean.json", small_bank().to_string());
    let mut bad = small_bank();
    bad["questions"][0]["stam"] = bad["questions"][0]["stem"].take();
    bad["questions"][0].as_object_mut().expect("a record").remove("stem");
    bad["id"] = json!("bad");
    let bad = world.file("bad.json", serde_json::to_string_pretty(&bad).expect("json"));
    let torn = world.file("torn.json", "{ \"format\": 1,");
    let check = |paths: &[&std::path::Path], more: &[&str]| {
        let paths: Vec<_> = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let args = ["bank", "check"].into_iter().chain(paths.iter().map(String::as_str)).chain(more.iter().copied());
        world.run(args)
    };
    world.file("small.json", small_bank().to_string());
    assert_eq!(check(&[&world.home.path().join("small.json")], &[]).code, 0);
    assert_eq!(check(&[&clean], &[]).code, 1, "the id is not the file's name");
    let said = check(&[&bad], &[]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!("bank_check", said.all());
    insta::assert_snapshot!("bank_check_json", check(&[&bad], &["--json"]).all());
    assert_eq!(check(&[&bad, &torn], &[]).code, 3, "the worst of both files");
    assert_eq!(check(&[&world.home.path().join("none.json")], &[]).code, 3);
    let piped = world.typing(&small_bank().to_string()).run(["bank", "check", "-"]);
    assert_eq!(piped.code, 0, "{}", piped.all());
    let of_a_newer_program = world.typing(r#"{ "format": 9, "later": true }"#).run(["bank", "check", "-"]);
    assert_eq!(of_a_newer_program.code, 3);
}

#[test]
fn bank_check_finds_an_exam_that_cannot_be_drawn() {
    let world = world();
    let mut exam = small_exam();
    exam["id"] = json!("greedy");
    exam["sections"][0]["questions"] = json!(8);
    let path = world.file("greedy.json", serde_json::to_string_pretty(&exam).expect("json"));
    let said = world.run(["bank", "check", &path.to_string_lossy()]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.all());
}

#[test]
fn sections_of_one_bank_are_told_apart() {
    let world = world();
    let mut exam = small_exam();
    exam["sections"] = json!([{ "bank": "small", "questions": 3 }, { "bank": "small", "questions": 2, "pass": 50 }]);
    world.file("data/question-banks/exams/brief.json", exam.to_string());
    let result = world.typing("submit\nyes\n").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira"]);
    for line in [
        "Reason: Small, part 2 of 2: 0 of 2 points, below the pass mark of 1",
        "Section: Small, part 1 of 2: 0 of 3",
        "Section: Small, part 2 of 2: 0 of 2 (1 needed: not met)",
    ] {
        assert!(result.out.lines().any(|shown| shown == line), "{line} is missing in\n{}", result.all());
    }
}

#[test]
fn a_bank_with_an_error_is_refused_for_exams_and_may_be_practiced() {
    let world = world();
    let mut bank = small_bank();
    bank["questions"][0]["choices"][1].as_object_mut().expect("a record").remove("rationale");
    world.file("data/question-banks/small.json", bank.to_string());
    let refused = world.run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira"]);
    assert_eq!(refused.code, 1);
    insta::assert_snapshot!(refused.err, @r#"This exam cannot start: section 1 draws from the bank "small", which has errors. Check the banks with `needlewise bank check`."#);
    assert!(world.run(["practice", "small", "--plain", "--trainee", "Amira"]).out.contains("Question 1 of 7"));
}

#[test]
fn the_shipped_banks_are_clean() {
    let said = World::new().run(["bank", "check", "--deny-warnings", &crate::world::shipped().to_string_lossy()]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.ends_with("0 errors, 0 warnings\n"), "{}", said.all());
}

#[test]
fn records_are_listed_and_shown() {
    let world = passed();
    insta::assert_snapshot!("record_list", world.run(["record", "list"]).all());
    insta::assert_snapshot!("record_list_json", world.run(["record", "list", "--json"]).all());
    let id = attempt(&world);
    insta::assert_snapshot!("record_show", world.run(["record", "show", &id]).all());
    let shown = world.run(["record", "show", &id, "--json"]).json();
    for member in [
        "id",
        "trainee",
        "mode",
        "exam",
        "started",
        "finished",
        "state",
        "earned",
        "possible",
        "sections",
        "critical_misses",
        "facts",
    ] {
        assert!(members(&shown).contains(&member), "{member}");
    }
    assert_eq!(members(&shown["sections"][0]), ["bank", "earned", "met", "pass", "possible"]);
    assert_eq!(world.run(["record", "show", "nonsense"]).code, 2);
    assert_eq!(world.run(["record", "show", "0190b5f0-6f3c-7a10-8c00-0123456789ab"]).code, 2);
}

#[test]
fn certificates_are_listed_shown_and_verified() {
    let world = passed();
    insta::assert_snapshot!("certificate_list", world.run(["certificate", "list"]).all());
    let one = certificate(&world);
    assert_eq!(
        members(&one),
        ["assurance", "exam", "files", "id", "issuer", "short_id", "trainee", "valid_from", "valid_until", "verdict"]
    );
    let short = one["short_id"].as_str().expect("an id");
    let shown = world.run(["certificate", "show", short]);
    assert_eq!(shown.code, 0);
    insta::assert_snapshot!("certificate_show", shown.all());
    assert_eq!(world.run(["certificate", "show", "ffffffff"]).code, 2);

    let file = certificate_file(&world).to_string_lossy().into_owned();
    let verified = world.run(["certificate", "verify", &file]);
    assert_eq!(verified.code, 1, "no issuer is trusted yet");
    assert!(verified.out.contains("Verdict: untrusted: Amira Okafor, Brief."), "{}", verified.all());
    let row = world.run(["certificate", "verify", &file, "--json"]).json()[0].clone();
    assert_eq!(members(&row), ["certificate", "file", "nothing_to_check", "reason", "sha256", "verdict"]);
    let forged = std::fs::read_to_string(&file).expect("a file").replace("Amira Okafor", "Amira Okafur");
    let forged = world.file("forged.json", forged).to_string_lossy().into_owned();
    let verdict = world.run(["certificate", "verify", &forged]);
    assert_eq!(verdict.code, 1);
    insta::assert_snapshot!(verdict.out, @"
    <home>/forged.json: invalid
    Verdict: invalid. The certificate does not match its signature. It may have been edited. Ask the issuer for a new copy.
    ");
    let any = world.file("any.json", "{}").to_string_lossy().into_owned();
    assert_eq!(world.run(["certificate", "verify", &any]).code, 1, "any JSON file gets a verdict");
    assert_eq!(world.run(["certificate", "verify", "/no/such/file"]).code, 3);
}

#[test]
fn doctor_repair_restores_a_deleted_certificate_file() {
    let world = passed();
    let file = certificate_file(&world);
    let before = std::fs::read(&file).expect("a file");
    std::fs::remove_file(&file).expect("deleted");
    world.run(["certificate", "list"]).done();
    assert!(!file.exists(), "a list writes nothing");
    let repaired = world.run(["doctor", "--repair"]);
    assert!(repaired.out.contains("Wrote 1 missing certificate file"), "{}", repaired.all());
    assert_eq!(std::fs::read(&file).expect("a file"), before);
}

#[test]
fn people_are_listed_and_added() {
    let world = World::new();
    assert_eq!(world.run(["trainee", "list"]).out, "No trainees yet. Add one with `needlewise trainee add NAME`.\n");
    let added = world.run(["trainee", "add", "  Zoë   Ångström ", "--id", "S-7", "--license", "PT 12345"]);
    insta::assert_snapshot!("trainee_add", added.all());
    insta::assert_snapshot!("trainee_list", world.run(["trainee", "list"]).all());
    let listed = world.run(["trainee", "list", "--json"]).json();
    assert_eq!(members(&listed[0]), ["id", "license", "name", "staff_id"]);
    assert_eq!(listed[0]["name"], "Zoë Ångström");
    assert_eq!(world.run(["trainee", "add", "Zoë", "--id", "S-7"]).code, 2, "the same staff number");
    assert_eq!(world.run(["trainee", "add", "ZOË ångström"]).code, 0, "a staff number tells the two apart");
    assert_eq!(world.run(["trainee", "add", "zoë ångström"]).code, 2, "the same name, both without a staff number");
    assert_eq!(world.run(["record", "list", "--trainee", "S-7"]).code, 0, "a staff number names a person");
    let listed = world.run(["record", "list", "--trainee", "Zoë Ångström"]);
    assert!(listed.code == 2 && listed.err.contains("Several people"), "{}", listed.all());
    assert_eq!(world.run(["trainee", "add", ""]).code, 2);
    assert_eq!(world.run(["trainee", "add", "a\u{1b}[2Jb"]).code, 2);
    assert_eq!(world.run(["trainee", "add", &"x".repeat(121)]).code, 2);
}

#[test]
fn the_trainee_is_never_guessed() {
    let world = world();
    let unknown = world.run(["record", "list", "--trainee", "Unknown Name"]);
    assert_eq!(unknown.code, 2);
    let unsaid = world.run(["exam", "brief", "--plain", "--yes"]);
    assert_eq!(unsaid.code, 2);
    insta::assert_snapshot!(unsaid.err, @"Add --trainee NAME. There are no trainees yet. Run `needlewise trainee add NAME`, or practice with --trainee NAME.");
    world.run(["trainee", "add", "Amira"]);
    world.run(["trainee", "add", "Bo"]);
    let unsaid = world.run(["exam", "brief", "--plain", "--yes"]);
    assert_eq!(unsaid.code, 2);
    insta::assert_snapshot!("who_is_meant", unsaid.all());
    let id = world.run(["trainee", "list", "--json"]).json()[1]["id"].as_str().expect("an id").to_owned();
    assert_eq!(world.run(["exam", "brief", "--plain", "--yes", "--trainee", &id]).code, 1, "started, then suspended");
}

#[test]
fn an_exam_must_be_named_if_there_are_several() {
    let world = world();
    let unsaid = world.run(["exam", "--plain", "--yes", "--trainee", "Amira"]);
    assert_eq!(unsaid.code, 2);
    assert!(unsaid.err.starts_with("Choose an exam: brief, "), "{}", unsaid.all());
    assert_eq!(world.run(["exam", "none", "--plain", "--yes"]).code, 2);
    assert_eq!(world.run(["practice", "none", "--plain"]).code, 2);
}

#[test]
fn a_passed_exam_cannot_be_taken_again_until_it_can_be_renewed() {
    // A renewal is possible in the last 60 days of a certificate.
    let world = passed();
    let again = world.run(["exam", "brief", "--plain", "--yes"]);
    assert_eq!(again.code, 1);
    insta::assert_snapshot!(again.err, @"This exam is already passed. The pass is valid through Nov 23, 2028 (UTC). It can be renewed from Sep 24, 2028.");
    world.pass(Millis::from_days(700));
    let renewed = world.pass_exam();
    assert_eq!(renewed.code, 0, "{}", renewed.all());
    let certificates = world.run(["certificate", "list", "--json"]).json();
    assert_eq!(certificates.as_array().expect("a list").len(), 2);
    assert_eq!(certificates[0]["valid_until"], "2030-11-23T23:59:59Z", "an early renewal starts at the old end");
}

#[test]
fn doctor_shows_all_paths_and_that_everything_is_sound() {
    let world = passed();
    insta::assert_snapshot!(
        "doctor",
        world.run(["doctor"]).all().lines().filter(|line| !line.contains(" banks: ")).collect::<Vec<_>>().join("\n")
    );
    assert_eq!(members(&world.run(["doctor", "--json"]).json()), ["checks", "paths", "repairs", "store"]);
}

#[test]
fn doctor_finds_damage() {
    for (sql, check) in [
        ("UPDATE fact_payload SET payload = replace(payload, 'Amira', 'Amora')", "chains"),
        ("UPDATE attempts SET result = 'failed'", "records"),
        ("UPDATE stored_fact SET at = at + 1 WHERE seq = 3", "chains"),
        ("DELETE FROM stored_fact WHERE seq = 2", "chains"),
        ("UPDATE stored_content SET text = text || ' '", "attempts"),
    ] {
        let world = passed();
        let file = rusqlite::Connection::open(world.data().join("needlewise.db")).expect("a file");
        file.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).expect("a change");
        let said = world.run(["doctor"]);
        assert_eq!(said.code, 1, "{sql}: {}", said.all());
        assert!(said.out.contains(&format!("DAMAGE  {check}")), "{sql}: {}", said.all());
    }
}

#[test]
fn a_store_from_a_newer_version_gives_exit_code_four() {
    let world = passed();
    let file = rusqlite::Connection::open(world.data().join("needlewise.db")).expect("a file");
    file.execute_batch("PRAGMA user_version = 99").expect("a version");
    drop(file);
    let said = world.run(["record", "list"]);
    assert_eq!(said.code, 4);
    insta::assert_snapshot!(said.err, @"<home>/data/needlewise.db was written by a newer version of needlewise. Nothing was changed. Update needlewise, then try again.");
}

#[test]
fn hostile_text_is_made_safe_in_every_output() {
    let world = World::new();
    let mut bank = small_bank();
    bank["questions"] =
        json!([question("one", json!({ "kind": "text", "accept": ["a"], "stem": "What\u{1b}]52;c;aGk=\u{7}?" }))]);
    world.file("data/question-banks/small\u{1b}[2J.json", bank.to_string());
    for args in [
        vec!["bank", "list"],
        vec!["bank", "check"],
        vec!["bank", "check", "--json"],
        vec!["doctor"],
        vec!["trainee", "list", "--trainee", "\u{202e}x"],
    ] {
        let said = world.run(args.clone());
        let all = said.all();
        assert!(all.chars().all(|c| c == '\n' || needlewise::text::is_harmless(c)), "{args:?}: {all:?}");
    }
}
