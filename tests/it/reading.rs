//! Limits on what is read: a file that is too large, or not a regular file, is named and refused at once. A progress
//! bar is shown only if the error stream is a terminal.

use std::io::Cursor;
use std::path::Path;

use needlewise::cli::env::TerminalInfo;
use needlewise::credential::SigningKeyPair;
use needlewise::paths::{BoundedLine, read_line};
use serde_json::Value;

use crate::world::World;

const MEGABYTE: u64 = 1024 * 1024;

/// Makes a sparse file of this size, which takes no time or space to write.
fn grow(path: &Path, bytes: u64) {
    let file = std::fs::File::options().write(true).open(path).expect("a file");
    file.set_len(bytes).expect("a size");
}

/// Returns a home with thirty files that are not certificates, written out of order.
fn thirty_files() -> World {
    let world = World::new();
    for n in (0..30).map(|n| n * 7 % 30) {
        world.file(&format!("handed/{n:02}.json"), "{}");
    }
    world
}

#[test]
fn a_progress_bar_is_shown_if_the_error_stream_is_a_terminal() {
    let world = thirty_files();
    let folder = world.path("handed");
    let hidden = world.run(["certificate", "verify", &folder]);
    assert_eq!(hidden.err, "");
    world.on_terminal(TerminalInfo { is_stdout_terminal: true, ..TerminalInfo::default() });
    assert_eq!(world.run(["certificate", "verify", &folder]).err, "", "the error stream is not a terminal");
    world.on_terminal(TerminalInfo { is_stderr_terminal: true, ..TerminalInfo::default() });
    let shown = world.run(["certificate", "verify", &folder]);
    assert!(shown.err.contains(" 25 of 30 verified") && shown.err.contains(" 30 of 30 verified"), "{:?}", shown.err);
    assert!(shown.err.ends_with("\r\u{1b}[K"), "the bar is erased at the end: {:?}", shown.err);
    assert_eq!(shown.out, hidden.out);
    let all_attempts = world.run(["record", "replay", "--all"]);
    assert_eq!(all_attempts.err, "There is no store in <home>/data yet.\n", "no bar for short work");
}

#[test]
fn the_files_of_a_folder_are_verified_in_the_order_of_their_names() {
    let world = thirty_files();
    grow(&world.file("handed/04-large.json", "{}"), 5 * MEGABYTE);
    let said = world.run(["certificate", "verify", "--json", &world.path("handed")]);
    assert_eq!(said.code, 1, "{}", said.all());
    let rows = said.json();
    let rows = rows.as_array().expect("a list");
    let files: Vec<_> = rows.iter().map(|row| row["file"].as_str().expect("a name")).collect();
    assert!(files.is_sorted() && files.len() == 31, "{files:?}");
    let large = rows.iter().find(|row| row["file"].as_str().is_some_and(|file| file.ends_with("04-large.json")));
    assert_eq!(
        large.expect("a row")["reason"],
        "It is larger than 4 MB. Choose the JSON, SVG, PNG or PDF file of a certificate."
    );
    let missing = world.run(["certificate", "verify", &world.path("handed"), &world.path("none.json")]);
    assert!(missing.code == 3 && missing.out.is_empty() && missing.err.contains("none.json"), "{}", missing.all());
}

#[test]
fn a_folder_or_a_pipe_is_refused_without_waiting() {
    let world = World::new();
    let pipe = world.path("pipe");
    #[cfg(unix)]
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    #[cfg(not(unix))]
    std::fs::create_dir(&pipe).expect("a folder");
    world.file("any.json", "{}");
    let with_font = format!("certificate verify {} --receipt r.pdf --by Amira --font", world.path("any.json"));
    for command in [
        "certificate verify",
        "certificate import",
        &with_font,
        "trainee add --from",
        "issuer trust --bundle",
        "issuer init --name School --passphrase-file",
        "record replay --request",
        "bank check",
    ] {
        let said = world.run(command.split(' ').chain([pipe.as_str()]));
        assert!(said.code == 3 && said.err.contains("not a regular file"), "{command}: {}", said.all());
    }
    let said = world.run(["trainee", "add", "--from", &world.path("data")]);
    assert!(said.code == 3 && said.err.contains("not a regular file"), "{}", said.all());
}

#[test]
fn a_file_over_the_limit_is_named_and_not_read() {
    let world = World::new();
    for (command, limit, megabytes) in [
        ("trainee add --from", "16 MB", 17),
        ("issuer trust --bundle", "16 MB", 17),
        ("record replay --request", "32 MB", 33),
        ("bank check", "256 MB", 257),
        ("issuer init --name School --passphrase-file", "128 KB", 1),
    ] {
        let path = world.secret("large", "");
        grow(&path, megabytes * MEGABYTE);
        let path = path.to_string_lossy().into_owned();
        let said = world.run(command.split(' ').chain([path.as_str()]));
        let reason = format!("<home>/large cannot be read: it is larger than {limit}. Choose a smaller file.");
        assert!(said.code == 3 && said.err.contains(&reason), "{command}: {}", said.all());
    }
    grow(&world.file("config/trust.json", "{}"), 257 * MEGABYTE);
    let said = world.run(["issuer", "list"]);
    assert!(
        said.code == 4 && said.err.contains("trust.json cannot be read: it is larger than 256 MB"),
        "{}",
        said.all()
    );
}

#[test]
fn a_font_over_the_limit_is_named() {
    let world = World::new().with_small_banks();
    world.pass_exam().done();
    let id = world.run(["certificate", "list", "--json"]).json()[0]["short_id"].as_str().expect("an id").to_owned();
    let font = world.file("large.ttf", "");
    grow(&font, 65 * MEGABYTE);
    let to = world.path("drawn");
    let export = ["certificate", "export", &id, "--format", "svg", "--to", &to];
    let said = world.run(export.iter().copied().chain(["--font", &font.to_string_lossy()]));
    assert!(said.code == 3 && said.err.contains("large.ttf cannot be read: it is larger than 64 MB"), "{}", said.all());
    grow(&world.file("data/fonts/own.ttf", ""), 65 * MEGABYTE);
    let said = world.run(export);
    assert!(said.code == 4 && said.err.contains("own.ttf cannot be read: it is larger than 64 MB"), "{}", said.all());
}

#[test]
fn a_secret_or_a_roster_that_is_not_utf8_is_reported_as_such() {
    let world = World::new();
    let secret = world.secret("passphrase", "");
    std::fs::write(&secret, b"caf\xE9 with six more words").expect("a file");
    let said = world.run(["issuer", "init", "--name", "School", "--passphrase-file", &secret.to_string_lossy()]);
    assert!(said.code == 3 && said.err.contains("passphrase is not UTF-8"), "{}", said.all());
    assert!(!said.err.contains("others"), "{}", said.all());
    let refused = SigningKeyPair::load_or_create(&secret, [0; 32]).expect_err("no key");
    assert!(refused.contains("is not a needlewise key") && !refused.contains("others"), "{refused}");
    let roster = world.file("roster.csv", b"name\nZo\xEB\n");
    let said = world.run(["trainee", "add", "--encoding", "utf-8", "--from", &roster.to_string_lossy()]);
    assert!(said.code == 3 && said.err.contains("It is not text in UTF-8"), "{}", said.all());
    assert_eq!(world.run(["trainee", "list", "--json"]).json(), Value::Array(Vec::new()));
}

#[test]
fn a_line_over_the_limit_is_rejected_and_the_next_one_is_read() {
    let world = World::new().with_small_banks();
    let begin = ["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"];
    let said = world.typing(&("x".repeat(64 * 1024 + 1) + "\nflag\n")).run(begin);
    assert_eq!(said.out.matches("Not understood: the line is too long\n").count(), 1, "{}", said.all());
    assert!(said.out.contains("Flagged.") && said.code == 1, "{}", said.all());
    let resume = ["exam", "--resume", "--plain"];
    let said = world.typing(&("?".repeat(64 * 1024) + "\n")).run(resume);
    assert!(!said.out.contains("the line is too long"), "{}", said.all());
}

#[test]
fn a_line_is_read_to_its_end_and_limited_in_length() {
    let mut input = Cursor::new(b"abcd\r\nabcde\nabcde\r\nabcdefghijkl\n\n\xFF\nabcd".to_vec());
    let mut next = || read_line(&mut input, 4).expect("memory can be read");
    let text = |text: &str| Some(BoundedLine::Text(text.to_owned()));
    assert_eq!(next(), text("abcd"), "the line ending does not count");
    for _ in 0..3 {
        assert_eq!(next(), Some(BoundedLine::TooLong));
    }
    assert_eq!(next(), text(""));
    assert_eq!(next(), text("\u{FFFD}"));
    assert_eq!(next(), text("abcd"), "the last line needs no line ending");
    assert_eq!(next(), None);
}
