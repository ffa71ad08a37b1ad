//! A computer for one test: a temporary home, a clock that moves only on request, and seeded random numbers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use needlewise::cli::env::TerminalInfo;
use needlewise::cli::{self, Env};
use needlewise::clock::{Clock, Millis, Now, Timestamp, Zone};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rusqlite::Connection;

use crate::reader::Reader;

/// Monday, 2026-11-23T09:00:00Z, in milliseconds since 1970.
pub const MONDAY: i64 = 1_795_424_400_000;

/// A clock that shows the time it is set to. Its monotonic counter moves with it.
#[derive(Clone)]
pub struct SetClock(pub Rc<Cell<i64>>);

/// A clock that advances by a fixed number of milliseconds on each read.
struct SteppingClock(SetClock, i64);

impl Clock for SteppingClock {
    fn now(&self) -> Now {
        let time = &self.0.0;
        time.set(time.get() + self.1);
        self.0.now()
    }
}

impl Clock for SetClock {
    fn now(&self) -> Now {
        let run = u64::try_from(self.0.get() - MONDAY).unwrap_or(0);
        Now { wall: Timestamp::from_millis(self.0.get()), uptime: Millis(run) }
    }
}

/// A temporary home with a clock that tests set.
pub struct World {
    pub home: tempfile::TempDir,
    pub time: Rc<Cell<i64>>,
    runs: RefCell<u64>,
    stdin: RefCell<String>,
    terminal: RefCell<TerminalInfo>,
    step_per_look: Cell<i64>,
}

/// The output of a command: its exit code and its two streams.
#[derive(Debug)]
pub struct CommandOutput {
    pub code: u8,
    pub out: String,
    pub err: String,
}

impl CommandOutput {
    /// Panics unless the command exited with 0.
    #[track_caller]
    pub fn done(self) {
        assert_eq!(self.code, 0, "{}", self.all());
    }

    /// Returns the exit code and both streams as one text, for snapshots and messages.
    pub fn all(&self) -> String {
        let err = if self.err.is_empty() { String::new() } else { format!("--- stderr\n{}", self.err) };
        format!("exit {}\n{}{err}", self.code, self.out)
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.all()))
    }
}

/// Returns every file below a folder with its bytes.
pub fn all_files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("a file");
                found.insert(path, bytes);
            }
        }
    }
    found
}

/// Copies everything in a folder.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}

impl World {
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        Self {
            home,
            time: Rc::new(Cell::new(MONDAY)),
            runs: RefCell::new(0),
            stdin: RefCell::default(),
            terminal: RefCell::default(),
            step_per_look: Cell::new(0),
        }
    }

    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Opens the store's file directly, without the program.
    pub fn database(&self) -> Connection {
        Connection::open(self.data().join("needlewise.db")).expect("a store")
    }

    /// Changes the store directly, as a disk fault or an editor of the file would.
    pub fn run_sql(&self, sql: &str) {
        self.database().execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).expect("a change");
    }

    /// Lets time pass.
    pub fn pass(&self, length: Millis) -> &Self {
        self.time.set(self.time.get() + i64::try_from(length.0).expect("a short time"));
        self
    }

    /// Advances the clock by `step` on each read, so that time passes while a command runs.
    pub fn advance_on_each_look(&self, step: Millis) -> &Self {
        self.step_per_look.set(i64::try_from(step.0).expect("a short time"));
        self
    }

    /// Seeds the random numbers of this home, so that its IDs differ from those of other homes.
    pub fn with_rng_seed(self, seed: u64) -> Self {
        *self.runs.borrow_mut() = seed;
        self
    }

    /// Installs the small bank and its exam in the data folder.
    pub fn with_small_banks(self) -> Self {
        self.file("data/question-banks/small.json", small_bank().to_string());
        self.file("data/question-banks/exams/brief.json", small_exam().to_string());
        self
    }

    /// Takes an exam or a practice in plain mode to its end, with one run of the program per question. The program must
    /// accept what `answer` returns, because each run starts at the first question without an answer.
    pub fn finish_attempt(
        &self,
        begin: &[&str],
        resume: &[&str],
        answer: impl Fn(&Reader, &str) -> String,
    ) -> CommandOutput {
        let reader = Reader::of(Some(&self.data().join("question-banks")));
        let mut said = self.run(begin);
        while said.out.contains("\nSuspended: ") {
            // A run shows the question it was answered at, then the next one.
            let last = said.out.rsplit("\nQuestion ").next().unwrap_or_default();
            let typed = match last.contains("Type submit to finish") {
                true => "submit\nyes\n".to_owned(),
                false => answer(&reader, last) + "\n",
            };
            said = self.typing(&typed).run(resume);
        }
        said
    }

    /// Passes the small exam as Amira Okafor with every answer correct.
    pub fn pass_exam(&self) -> CommandOutput {
        let begin = ["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"];
        self.finish_attempt(&begin, &["exam", "--resume", "--plain"], |reader, shown| reader.answer(shown))
    }

    /// Sets the standard input of the next command.
    #[must_use]
    pub fn typing(&self, input: &str) -> &Self {
        input.clone_into(&mut self.stdin.borrow_mut());
        self
    }

    /// Sets which streams are terminals for every later command.
    pub fn on_terminal(&self, terminal: TerminalInfo) -> &Self {
        *self.terminal.borrow_mut() = terminal;
        self
    }

    /// Writes a file into the home and returns its path.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Writes a file that only this user can read, as the program requires of keys and passphrases.
    pub fn secret(&self, name: &str, text: &str) -> PathBuf {
        let path = self.file(name, text);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("permissions");
        }
        path
    }

    /// Returns a path in the home, as an argument.
    pub fn path(&self, name: &str) -> String {
        self.home.path().join(name).to_string_lossy().into_owned()
    }

    /// Runs a command in this world.
    #[track_caller]
    pub fn run<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> CommandOutput {
        let said = self.run_even_unknown(args);
        // A misspelled option prints only a usage error, which would pass every test about what must not be printed.
        assert!(!said.err.contains("unexpected argument"), "the test uses an unknown option: {}", said.all());
        said
    }

    /// Runs a command whose options may be unknown to the program.
    pub fn run_even_unknown<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> CommandOutput {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        *self.runs.borrow_mut() += 1;
        let (time, run, step_per_look) = (Rc::clone(&self.time), *self.runs.borrow(), self.step_per_look.get());
        let mut env = Env {
            out: &mut out,
            err: &mut err,
            input: Some(Box::new(Cursor::new(self.stdin.take()))),
            terminal: self.terminal.borrow().clone(),
            zone: Zone::UTC,
            make_clock: &move || match step_per_look {
                0 => Box::new(SetClock(Rc::clone(&time))),
                step => Box::new(SteppingClock(SetClock(Rc::clone(&time)), step)),
            },
            make_rng: &move || Box::new(ChaCha20Rng::seed_from_u64(run)),
            global: cli::GlobalArgs::default(),
            backup_settings: None,
            damage: needlewise::service::DamageNotes::default(),
        };
        let home = self.home.path();
        let fixed = [
            "needlewise".into(),
            "--data-dir".into(),
            home.join("data").into_os_string(),
            "--config-dir".into(),
            home.join("config").into_os_string(),
        ];
        let args = fixed.into_iter().chain(args.into_iter().map(|arg| arg.as_ref().into()));
        let code = cli::run(args, &mut env);
        CommandOutput { code, out: self.clean(&out), err: self.clean(&err) }
    }

    fn clean(&self, bytes: &[u8]) -> String {
        masked(&String::from_utf8_lossy(bytes), self.home.path())
    }
}

/// Returns every table of a store with its sorted rows, each row as a text.
pub fn stored_tables(store: &Connection) -> BTreeMap<String, Vec<String>> {
    let mut names = store.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").expect("a list");
    let names = names.query_map([], |row| row.get::<_, String>(0)).expect("names");
    names.map(|name| name.expect("a name")).map(|name| (name.clone(), stored_rows(store, &name))).collect()
}

fn stored_rows(store: &Connection, table: &str) -> Vec<String> {
    let mut statement = store.prepare(&format!("SELECT * FROM {table}")).expect("a table");
    let count = statement.column_count();
    let line = |row: &rusqlite::Row<'_>| {
        let column = |at: usize| row.get::<_, rusqlite::types::Value>(at).map(|value| format!("{value:?}"));
        (0..count).map(column).collect::<Result<Vec<_>, _>>().map(|columns| columns.join(" "))
    };
    let rows = statement.query_map([], line).expect("rows");
    let mut rows: Vec<_> = rows.map(|row| row.expect("a row")).collect();
    rows.sort();
    rows
}

/// Makes outputs of two computers comparable. The path of the home becomes `<home>`, even where it wraps over several
/// lines. Local times are masked, because they depend on the time zone.
pub fn masked(text: &str, home: &Path) -> String {
    let home = home.to_string_lossy();
    let mut clean = String::new();
    // In JSON, the backslashes of a path on Windows are doubled.
    let text = &text.replace(&home.replace('\\', "\\\\"), &home);
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        if let Some(after) = strip_wrapped_prefix(rest, &home) {
            // The rest of the path wraps at another place if the home's name is longer.
            let end = after.find(".json").map_or(0, |at| at + 5);
            let path =
                if after[..end].contains(' ') && !after[..end].contains('\n') { &after[..0] } else { &after[..end] };
            clean += "<home>";
            clean.extend(path.chars().filter(|c| !c.is_whitespace()));
            rest = &after[path.len()..];
        } else if let Some(after) = strip_moment(rest) {
            clean += "YYYY-MM-DD hh:mm";
            rest = after;
        } else if let Some((count, after)) = strip_topic_day(rest) {
            clean += count;
            clean += ", Mon D";
            rest = after;
        } else {
            clean.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if cfg!(windows) { with_slashes(&clean) } else { clean }
}

/// Returns the text with slashes in the paths below the home, as on Unix.
fn with_slashes(text: &str) -> String {
    let mut parts = text.split("<home>");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(part.len());
        clean += "<home>";
        clean += &part[..end].replace("\\\\", "/").replace('\\', "/");
        clean += &part[end..];
    }
    clean
}

/// Returns the text after `what`, which may be wrapped by line ends with indentation.
fn strip_wrapped_prefix<'a>(text: &'a str, what: &str) -> Option<&'a str> {
    let mut chars = what.chars();
    let mut text = text.strip_prefix(chars.next()?)?;
    for c in chars {
        text = match text.strip_prefix(c) {
            Some(rest) => rest,
            None => text.strip_prefix('\n')?.trim_start_matches(' ').strip_prefix(c)?,
        };
    }
    Some(text)
}

/// Returns the text after a local time such as `2026-11-24 18:05` or `Nov 24, 2026, 6:05 PM`.
fn strip_moment(text: &str) -> Option<&str> {
    let shapes = [
        "0000-00-00 00:00",
        "Aaa 0, 0000, 0:00 AA",
        "Aaa 0, 0000, 00:00 AA",
        "Aaa 00, 0000, 0:00 AA",
        "Aaa 00, 0000, 00:00 AA",
    ];
    let fits = |c: char, shape: char| match shape {
        '0' => c.is_ascii_digit(),
        'A' => c.is_ascii_uppercase(),
        'a' => c.is_ascii_lowercase(),
        _ => c == shape,
    };
    let shape = shapes.into_iter().find(|shape| {
        text.get(..shape.len()).is_some_and(|head| head.chars().zip(shape.chars()).all(|(c, shape)| fits(c, shape)))
    })?;
    Some(&text[shape.len()..])
}

/// Splits a count with a local day, such as ` of 7, Nov 24`. Returns the count and the text after the day.
fn strip_topic_day(text: &str) -> Option<(&str, &str)> {
    let count = text.strip_prefix(" of ")?.trim_start_matches(|c: char| c.is_ascii_digit());
    let month = count.strip_prefix(", ")?;
    let is_month = month.starts_with(char::is_uppercase) && month.get(..3)?.chars().all(char::is_alphabetic);
    let day = month.get(3..)?.strip_prefix(' ')?;
    let after = day.trim_start_matches(|c: char| c.is_ascii_digit());
    (is_month && after.len() < day.len()).then(|| (&text[..text.len() - count.len()], after))
}

/// Returns the folder of the shipped banks.
pub fn shipped() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/question-banks"))
}

/// Returns a small bank with one question of every kind, as an author would write it.
pub fn small_bank() -> serde_json::Value {
    serde_json::json!({
        "format": 1, "id": "small", "title": "Small", "version": "1.0.0", "language": "en", "license": "CC0-1.0",
        "objectives": [{ "id": "tell", "text": "Tell right from wrong" }],
        "sources": [{ "id": "book", "type": "book", "title": "A book" }],
        "questions": [
            question("one", serde_json::json!({ "kind": "choice", "choices": [
                { "text": "Right", "correct": true, "rationale": "It is right, as anybody who looked it up would say." },
                { "text": "Wrong", "rationale": "It is wrong, as the book says.", "harm": 2 },
                { "text": "Odd", "rationale": "It is odd.", "harm": 2 }] })),
            question("several", serde_json::json!({ "kind": "choice", "select": "all", "scoring": "balanced", "choices": [
                { "text": "North", "correct": true, "rationale": "Yes, this is one of the two that are meant." },
                { "text": "South", "correct": true, "rationale": "Yes, this is one of the two that are meant." },
                { "text": "Up", "rationale": "No.", "harm": 0 }] })),
            question("holds", serde_json::json!({ "kind": "true-false", "answer": true,
                "rationales": { "true": "It holds, as anybody who looked it up would say.", "false": "It does not." }, "harm": 1 })),
            question("count", serde_json::json!({ "kind": "number", "answer": "0.01", "tolerance": "0", "unit": "%" })),
            question("name", serde_json::json!({ "kind": "text", "accept": ["pneumothorax", "collapsed lung"] })),
            question("sequence", serde_json::json!({ "kind": "order", "items": [
                { "text": "First", "rationale": "1" }, { "text": "Second", "rationale": "2" },
                { "text": "Third", "rationale": "3" }] })),
            question("pairs", serde_json::json!({ "kind": "match", "pairs": [
                { "left": "Dog", "right": "Barks", "rationale": "It barks." },
                { "left": "Cat", "right": "Purrs", "rationale": "It purrs." }],
                "extra_right": [{ "text": "Sings", "rationale": "Birds do." }] })),
        ],
    })
}

/// Returns a question of the small bank with the members of `rest`.
pub fn question(id: &str, rest: serde_json::Value) -> serde_json::Value {
    let mut question = serde_json::json!({
        "id": id, "status": "ready", "revision": 1, "objective": "tell", "level": "recall",
        "stem": format!("What about {id}?"), "rationale": "Because.", "sources": [{ "id": "book", "locator": "p. 1" }],
    });
    let members = question.as_object_mut().expect("a record");
    members.extend(rest.as_object().expect("a record").clone());
    question
}

/// Returns an exam of all seven questions of the small bank, none critical. It takes ten minutes, and a pass needs
/// 80 %. A year allows three attempts, with waits of one day and then of one week.
pub fn small_exam() -> serde_json::Value {
    serde_json::json!({
        "format": 1, "id": "brief", "title": "Brief", "version": "1.0.0",
        "sections": [{ "bank": "small", "questions": 7 }],
        "pass": 80, "minutes": 10,
        "attempts": { "max": 3, "within_days": 365, "wait_hours": [24, 168] },
        "certificate": { "valid_months": 24, "statement": "Written test only." },
    })
}
