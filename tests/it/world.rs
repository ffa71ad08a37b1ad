//! A computer of one's own: a temporary home, a clock that stands still until told, chance that repeats.

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

/// 2026-11-23T09:00:00Z.
pub const MONDAY: i64 = 1_795_424_400_000;

/// A clock that shows what it is set to; its counter moves with it.
#[derive(Clone)]
pub struct SetClock(pub Rc<Cell<i64>>);

/// A clock that goes on by so many milliseconds each time somebody looks at it.
struct HastyClock(SetClock, i64);

impl Clock for HastyClock {
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

/// A temporary home with a set clock.
pub struct World {
    pub home: tempfile::TempDir,
    pub time: Rc<Cell<i64>>,
    runs: RefCell<u64>,
    stdin: RefCell<String>,
    terminal: RefCell<TerminalInfo>,
    haste: Cell<i64>,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: u8,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Makes sure that the command did what it was told.
    #[track_caller]
    pub fn done(self) {
        assert_eq!(self.code, 0, "{}", self.all());
    }

    /// The whole output for a comparison.
    pub fn all(&self) -> String {
        let err = if self.err.is_empty() { String::new() } else { format!("--- stderr\n{}", self.err) };
        format!("exit {}\n{}{err}", self.code, self.out)
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.all()))
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
            haste: Cell::new(0),
        }
    }

    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Opens the store's file, past the program.
    pub fn database(&self) -> Connection {
        Connection::open(self.data().join("needlewise.db")).expect("a store")
    }

    /// Changes the store, past the program.
    pub fn run_sql(&self, sql: &str) {
        self.database().execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).expect("a change");
    }

    /// Lets time pass.
    pub fn pass(&self, length: Millis) -> &Self {
        self.time.set(self.time.get() + i64::try_from(length.0).expect("a short time"));
        self
    }

    /// Lets time pass by so much each time somebody looks at the clock.
    pub fn hastens(&self, step: Millis) -> &Self {
        self.haste.set(i64::try_from(step.0).expect("a short time"));
        self
    }

    /// Gives this home another chance than the others have.
    pub fn with_luck(self, luck: u64) -> Self {
        *self.runs.borrow_mut() = luck;
        self
    }

    /// Makes the small banks this home's own.
    pub fn with_small_banks(self) -> Self {
        self.file("data/question-banks/small.json", small_bank().to_string());
        self.file("data/question-banks/exams/brief.json", small_exam().to_string());
        self
    }

    /// Sits an exam or a practice in plain mode to its end, a question a run, and answers each as `answer` says, which
    /// must be understood: a run begins at the first question without an answer.
    pub fn sits(&self, begin: &[&str], resume: &[&str], answer: impl Fn(&Reader, &str) -> String) -> Said {
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

    /// Passes the small exam as Amira Okafor, every answer right.
    pub fn passes(&self) -> Said {
        let begin = ["exam", "brief", "--plain", "--trainee", "Amira Okafor"];
        self.sits(&begin, &["exam", "--resume", "--plain"], |reader, shown| reader.answer(shown))
    }

    /// Gives the next command something to read.
    #[must_use]
    pub fn typing(&self, input: &str) -> &Self {
        *self.stdin.borrow_mut() = input.to_owned();
        self
    }

    /// Makes terminals of these streams for every command that follows.
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

    /// Writes a file that this user alone can read.
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
    pub fn run<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Said {
        let said = self.run_even_unknown(args);
        // An option that does not exist says nothing, and would pass any test of what it must not say.
        assert!(!said.err.contains("unexpected argument"), "the test calls what does not exist: {}", said.all());
        said
    }

    /// Runs a command whose options may not exist.
    pub fn run_even_unknown<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Said {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        *self.runs.borrow_mut() += 1;
        let (time, run, haste) = (Rc::clone(&self.time), *self.runs.borrow(), self.haste.get());
        let mut env = Env {
            out: &mut out,
            err: &mut err,
            input: Some(Box::new(Cursor::new(self.stdin.take()))),
            terminal: self.terminal.borrow().clone(),
            zone: Zone::UTC,
            make_clock: &move || match haste {
                0 => Box::new(SetClock(Rc::clone(&time))),
                step => Box::new(HastyClock(SetClock(Rc::clone(&time)), step)),
            },
            make_rng: &move || Box::new(ChaCha20Rng::seed_from_u64(run)),
            global: cli::GlobalArgs::default(),
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
        Said { code, out: self.clean(&out), err: self.clean(&err) }
    }

    fn clean(&self, bytes: &[u8]) -> String {
        masked(&String::from_utf8_lossy(bytes), self.home.path())
    }
}

/// Every table of a store with its rows, each as a text.
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

/// Makes an output comparable: the home is called `<home>`, however it is broken into lines, and moments of the local
/// clock are masked, which differ from one time zone to the next.
pub fn masked(text: &str, home: &Path) -> String {
    let home = home.to_string_lossy();
    let mut clean = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = past(rest, &home) {
            // What follows of the path is broken elsewhere where the home's name is longer.
            let end = after.find(".json").map_or(0, |at| at + 5);
            let path =
                if after[..end].contains(' ') && !after[..end].contains('\n') { &after[..0] } else { &after[..end] };
            clean += "<home>";
            clean.extend(path.chars().filter(|c| !c.is_whitespace()));
            rest = &after[path.len()..];
        } else if let Some(after) = past_moment(rest) {
            clean += "YYYY-MM-DD hh:mm";
            rest = after;
        } else if let Some((count, after)) = past_day(rest) {
            clean += count;
            clean += ", D Mon";
            rest = after;
        } else {
            clean.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    clean
}

/// Returns what stands behind `what`, which may be broken by line ends and the spaces that follow them.
fn past<'a>(text: &'a str, what: &str) -> Option<&'a str> {
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

/// Returns what stands behind a local moment such as `2026-11-24 18:05`.
fn past_moment(text: &str) -> Option<&str> {
    let shape = "0000-00-00 00:00";
    let head = text.get(..shape.len())?;
    let fits = head.chars().zip(shape.chars()).all(|(c, s)| if s == '0' { c.is_ascii_digit() } else { c == s });
    fits.then(|| &text[shape.len()..])
}

/// Returns what stands behind the local day of a topic such as ` of 7, 24 Nov`, with what stands before the day.
fn past_day(text: &str) -> Option<(&str, &str)> {
    let count = text.strip_prefix(" of ")?.trim_start_matches(|c: char| c.is_ascii_digit());
    let day = count.strip_prefix(", ")?.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(' ')?;
    let is_month = day.starts_with(char::is_uppercase) && day.get(..3)?.chars().all(char::is_alphabetic);
    is_month.then(|| (&text[..text.len() - count.len()], &day[3..]))
}

/// The folder of the shipped banks.
pub fn shipped() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/question-banks"))
}

/// A small bank with one question of every kind, as an author would write it.
pub fn small_bank() -> serde_json::Value {
    serde_json::json!({
        "format": 1, "id": "small", "title": "Small", "version": "1.0.0", "language": "en", "license": "CC0-1.0",
        "objectives": [{ "id": "tell", "text": "Tell right from wrong" }],
        "sources": [{ "id": "book", "type": "book", "title": "A book" }],
        "questions": [
            question("one", serde_json::json!({ "kind": "choice", "choices": [
                { "text": "Right", "correct": true, "rationale": "It is right, as anybody who looked it up would say." },
                { "text": "Wrong", "rationale": "It is wrong, as the book says.", "harm": 2 },
                { "text": "Odd", "rationale": "It is odd.", "harm": 0 }] })),
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

/// A question of the small bank.
pub fn question(id: &str, rest: serde_json::Value) -> serde_json::Value {
    let mut question = serde_json::json!({
        "id": id, "status": "ready", "revision": 1, "objective": "tell", "level": "recall",
        "stem": format!("What about {id}?"), "rationale": "Because.", "sources": [{ "id": "book", "locator": "p. 1" }],
    });
    let members = question.as_object_mut().expect("a record");
    members.extend(rest.as_object().expect("a record").clone());
    question
}

/// An exam over the small bank: all seven questions, none critical.
pub fn small_exam() -> serde_json::Value {
    serde_json::json!({
        "format": 1, "id": "brief", "title": "Brief", "version": "1.0.0",
        "sections": [{ "bank": "small", "questions": 7 }],
        "pass": 80, "minutes": 10,
        "attempts": { "max": 3, "within_days": 365, "wait_hours": [24, 168] },
        "certificate": { "valid_months": 24, "statement": "Written test only." },
    })
}
