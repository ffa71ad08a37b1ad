//! A paste is text in a field and nothing elsewhere.

use needlewise::tui::input::Input;
use needlewise::tui::paste::{InputPiece, PasteFilter};
use rustix::process::Signal;

use crate::keys::with_small_banks;
use crate::stage::{START_EXAM, Stage};
use crate::window::Window;
use crate::world::World;

fn keys(bytes: &[u8]) -> InputPiece {
    InputPiece::Keys(bytes.to_vec())
}

#[test]
fn a_paste_is_separated_from_keys_however_its_bytes_arrive() {
    let whole = b"a\x1b[200~b\rc\x1b[201~\x1b[A";
    let expected = [keys(b"a"), InputPiece::Paste("b\rc".to_owned()), keys(b"\x1b[A")];
    assert_eq!(PasteFilter::default().push(whole), expected);
    // Byte by byte, keys come one by one.
    let mut filter = PasteFilter::default();
    let pieces: Vec<_> = whole.iter().flat_map(|byte| filter.push(&[*byte])).collect();
    let pastes = pieces.iter().filter(|piece| matches!(piece, InputPiece::Paste(_))).count();
    let key_bytes: Vec<u8> = pieces
        .iter()
        .flat_map(|piece| if let InputPiece::Keys(bytes) = piece { bytes.clone() } else { Vec::new() })
        .collect();
    assert_eq!((pastes, key_bytes.as_slice()), (1, b"a\x1b[A".as_slice()));
}

#[test]
fn a_lone_escape_is_held_until_the_wait_ends() {
    let mut filter = PasteFilter::default();
    assert_eq!(filter.push(b"\x1b"), []);
    assert!(filter.holds_keys());
    assert_eq!(filter.expire(), b"\x1b");
    assert!(!filter.holds_keys());
}

#[test]
fn an_unfinished_paste_and_one_that_is_too_long_are_dropped_and_keys_work_again() {
    let mut filter = PasteFilter::default();
    assert_eq!(filter.push(b"\x1b[200~abc"), []);
    assert!(filter.is_pasting());
    assert_eq!(filter.expire(), b"");
    assert_eq!(filter.push(b"q"), [keys(b"q")]);
    let long = [b"\x1b[200~".as_slice(), &vec![b'x'; 70_000], b"\x1b[201~q"].concat();
    assert_eq!(filter.push(&long), [keys(b"q")]);
}

/// Goes to the question with this stem.
fn go_to(stage: &mut Stage, stem: &str) {
    // In a text field, the arrow moves the cursor. Tab leaves the field.
    for _ in 0..7 {
        stage.press("tab left");
    }
    for _ in 0..7 {
        if !stage.text().contains(stem) {
            stage.press("tab right");
        }
    }
}

#[test]
fn a_paste_answers_nothing_and_fills_a_field() {
    let mut stage = Stage::with(80, 24, with_small_banks);
    stage.press(START_EXAM);
    go_to(&mut stage, "What about one?");
    stage.feed(&[Input::Paste("a\rb\r".to_owned())]);
    assert!(stage.text().contains("Not answered yet."), "{}", stage.text());
    go_to(&mut stage, "What about name?");
    stage.feed(&[Input::Paste("two\nwords\u{1b}".to_owned())]);
    assert!(stage.text().contains("two words▏"), "a line end is a space: {}", stage.text());
}

#[test]
fn a_paste_into_an_exam_stores_no_answer() {
    let world = World::new().with_small_banks();
    let mut window = Window::open(world.home.path(), &["exam", "brief", "--trainee", "Amira Okafor"]);
    window.sees("Press Enter when you are ready").type_bytes("\r").sees("Start now?").type_bytes("y");
    window.sees("question 1 of 7").type_bytes("\x1b[200~a\rb\rc\r\x1b[201~");
    // Help opens after the paste was handled. If the question has a text field, Tab leaves it first.
    window.type_bytes("\t?").sees("Keys on this screen");
    window.signal(Signal::TERM);
    window.ends();
    window.assert_as_found();
    let raw = String::from_utf8_lossy(&window.raw()).into_owned();
    assert!(raw.contains("\x1b[?2004h") && raw.contains("\x1b[?2004l"), "switched on and off again");
    let rows = world.run(["record", "list", "--json"]).json();
    let id = rows[0]["id"].as_str().expect("an exam").to_owned();
    assert_eq!(world.run(["record", "show", &id, "--json"]).json()["facts"].as_array().map(Vec::len), Some(1));
}
