//! The targets of the fuzzer. Each takes any bytes and must return: a panic or an endless loop is a fault.
//!
//! `tests/it/fuzz.rs` replays the corpora with every test run. `tests/fuzz/run` feeds the targets with inputs that reach new
//! code. Both use the test builders `World` and `Stage`.

use needlewise::bank::format::json::{self, FileContent};
use needlewise::bank::{course, fix, rules};
use needlewise::clock::Day;
use needlewise::credential::{Bundle, TrustList, carrier, foreign, qr_text, verify};
use needlewise::issuing::request::CertificateRequest;
use needlewise::roster::{self, RosterOptions};
use needlewise::tui::paste::PasteFilter;

use needlewise::attempt::fact::FactReader;

use crate::pass::moment;
use crate::stage::{Stage, open_store};
use crate::world::World;

/// A target: its name and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets. Those that need a store of their own are slow.
pub const TARGETS: &[Target] = &[
    ("bank", bank),
    ("reading", reading),
    ("roster", read_roster),
    ("facts", facts),
    ("credential", credential),
    ("code", code),
    ("bundle", bundle),
    ("request", request),
    ("trust", trust),
    ("terminal", terminal),
    ("store", store),
    ("keys", keys),
    ("plain", plain),
];

/// The targets of which a run takes milliseconds.
pub const SLOW: &[&str] = &["store", "keys", "plain"];

/// A bank, an exam or a syllabus: parsed, checked, read in part, repaired.
fn bank(bytes: &[u8]) {
    let content = json::parse_any("bank.json", bytes);
    let today = today();
    match &content {
        FileContent::Bank(parsed) => match &parsed.value {
            Some(bank) => drop(rules::check(bank, today, None)),
            None => drop(
                json::readable_part(bytes, &parsed.problems).map(|readable| rules::check(&readable.bank, today, None)),
            ),
        },
        FileContent::Exam(_) | FileContent::Syllabus(_) | FileContent::Unknown(_) => {}
    }
    for problem in content.problems() {
        let _ = problem.render(needlewise::problem::ReportStyle::Plain);
        let _ = (problem.location.line_column(), problem.location.end_line_column());
    }
    if let Some(fixed) = fix::fix(bytes) {
        assert_eq!(fix::fix(fixed.text.as_bytes()), None, "a repair is complete");
    }
}

fn today() -> Day {
    "2026-11-24".parse().expect("a day")
}

fn reading(bytes: &[u8]) {
    let _ = course::parse_reading("reading.md", bytes);
}

fn read_roster(bytes: &[u8]) {
    let _ = roster::read(bytes, &RosterOptions::default());
    let named = RosterOptions { encoding: Some("windows-1250".to_owned()), ..RosterOptions::default() };
    let _ = roster::read(bytes, &named);
}

/// The first line is a kind and the rest a payload, after a fact that begins each kind of chain.
fn facts(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (kind, payload) = text.split_once('\n').unwrap_or((&text, ""));
    for first in ["person.added/1", "attempt.started/1", "issuer.request-received/1", "added", "started", "imported"] {
        let mut reader = FactReader::default();
        let _ = reader.read(first, Some("{}"));
        let _ = reader.read(kind, Some(payload));
        let _ = reader.read(kind, None);
    }
}

/// A certificate in any carrier.
fn credential(bytes: &[u8]) {
    let now = moment("2027-01-01T00:00:00Z");
    let _ = verify(bytes, &TrustList::default(), now);
    let _ = foreign::recognize(bytes);
    if let Ok(credential) = carrier::extract_credential(bytes) {
        let _ = verify(&credential, &TrustList::default(), now);
    }
}

fn code(bytes: &[u8]) {
    let _ = qr_text::decode(&String::from_utf8_lossy(bytes));
}

fn bundle(bytes: &[u8]) {
    let _ = Bundle::from_signed_json(bytes);
}

fn request(bytes: &[u8]) {
    if let Ok(request) = CertificateRequest::from_json(bytes) {
        let _ = request.replay(|_| None);
    }
}

fn trust(bytes: &[u8]) {
    if let Ok(trust) = TrustList::from_json(&String::from_utf8_lossy(bytes)) {
        let _ = trust.aging_lists(moment("2027-01-01T00:00:00Z"));
        let _ = trust.to_json();
    }
}

/// What a terminal sends, split into reads of many lengths.
fn terminal(bytes: &[u8]) {
    let mut whole = PasteFilter::default();
    let _ = whole.push(bytes);
    let _ = whole.expire();
    let mut split = PasteFilter::default();
    for part in bytes.chunks(3) {
        let _ = split.push(part);
        let _ = (split.is_pasting(), split.holds_keys());
    }
    let _ = split.expire();
}

/// The file of a store.
fn store(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("needlewise.db");
    std::fs::write(&file, bytes).expect("a file");
    if let Ok(store) = open_store(&file) {
        let _ = needlewise::store::Store::row_differences(&store);
    }
}

/// The keys that a byte of a script can press.
const KEYS: &[&str] = &[
    "up",
    "down",
    "left",
    "right",
    "enter",
    "esc",
    "tab",
    "space",
    "backspace",
    "home",
    "end",
    "pageup",
    "pagedown",
    "?",
    ".",
    "/",
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
    "h",
    "m",
    "n",
    "o",
    "p",
    "r",
    "s",
    "t",
    "u",
    "w",
    "x",
    "y",
    "1",
    "2",
    "3",
    "%",
];

/// A script of keys, window sizes and waits through the whole interface.
fn keys(bytes: &[u8]) {
    let mut stage = Stage::with(80, 24, |_| {});
    for byte in bytes.iter().take(200) {
        match byte {
            0xf0..=0xf7 => {
                let _ = stage.pass(i64::from(byte - 0xf0) * 60_000);
            }
            0xf8..=0xff => {
                let (columns, rows) = [(80, 24), (40, 12), (1, 1), (120, 40), (20, 5), (300, 3), (79, 23), (60, 100)]
                    [usize::from(byte - 0xf8)];
                stage = stage.resized(columns, rows);
            }
            _ => {
                stage = stage.press_and_take(KEYS[usize::from(*byte) % KEYS.len()]);
            }
        }
    }
    let _ = stage.text();
}

/// Lines typed in plain mode, in practice and in an exam.
fn plain(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let world = World::new().with_small_banks();
    let _ = world.typing(&text);
    let _ = world.run(["exam", "brief", "--plain", "--yes", "--trainee", "A"]);
    let _ = world.typing(&text);
    let _ = world.run(["practice", "small", "--plain", "--trainee", "B"]);
}
