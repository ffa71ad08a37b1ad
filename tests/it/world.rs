//! A computer of one's own: a temporary home, a clock that stands still until told, chance that repeats.

use std::cell::{Cell, RefCell};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use needlewise::cli::env::Terminal;
use needlewise::cli::{self, Env};
use needlewise::clock::{Clock, Millis, Now, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// 2026-11-23T09:00:00Z.
pub const MONDAY: i64 = 1_795_424_400_000;

/// A clock that shows what it is set to; its counter moves with it.
#[derive(Clone)]
pub struct SetClock(pub Rc<Cell<i64>>);

impl Clock for SetClock {
    fn now(&self) -> Now {
        let run = u64::try_from(self.0.get() - MONDAY).unwrap_or(0);
        Now { wall: Timestamp::from_millis(self.0.get()), run: Millis(run) }
    }
}

/// A temporary home with a set clock.
pub struct World {
    pub home: tempfile::TempDir,
    pub time: Rc<Cell<i64>>,
    runs: RefCell<u64>,
    stdin: RefCell<String>,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: u8,
    pub out: String,
    pub err: String,
}

impl Said {
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
        Self { home, time: Rc::new(Cell::new(MONDAY)), runs: RefCell::new(0), stdin: RefCell::default() }
    }

    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Lets time pass.
    pub fn pass(&self, length: Millis) -> &Self {
        self.time.set(self.time.get() + i64::try_from(length.0).expect("a short time"));
        self
    }

    /// Gives the next command something to read.
    #[must_use]
    pub fn typing(&self, input: &str) -> &Self {
        *self.stdin.borrow_mut() = input.to_owned();
        self
    }

    /// Writes a file into the home and returns its path.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Runs a command in this world.
    pub fn run<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Said {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        *self.runs.borrow_mut() += 1;
        let (time, run) = (Rc::clone(&self.time), *self.runs.borrow());
        let mut env = Env {
            out: &mut out,
            err: &mut err,
            input: Some(Box::new(Cursor::new(self.stdin.take()))),
            terminal: Terminal::default(),
            clock: &move || Box::new(SetClock(Rc::clone(&time))),
            chance: &move || Box::new(ChaCha20Rng::seed_from_u64(run)),
            global: cli::Global::default(),
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

    /// Names the home `<home>`, so that outputs can be compared.
    fn clean(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).replace(&self.home.path().to_string_lossy().into_owned(), "<home>")
    }
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
                { "text": "Right", "correct": true, "rationale": "It is right." },
                { "text": "Wrong", "rationale": "It is wrong.", "harm": 2 },
                { "text": "Odd", "rationale": "It is odd.", "harm": 0 }] })),
            question("several", serde_json::json!({ "kind": "choice", "select": "all", "scoring": "balanced", "choices": [
                { "text": "North", "correct": true, "rationale": "Yes." },
                { "text": "South", "correct": true, "rationale": "Yes." },
                { "text": "Up", "rationale": "No.", "harm": 0 }] })),
            question("holds", serde_json::json!({ "kind": "true-false", "answer": true,
                "rationales": { "true": "It holds.", "false": "It does not." }, "harm": 1 })),
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
