//! Letters at a question: a letter that is shown selects its choice, any other is a command, and a letter with Alt is
//! always a command. The footer shows which one applies.

use serde_json::json;

use crate::keys::assert_keys_are_unambiguous;
use crate::stage::{START_EXAM, Stage, assert_screen};
use crate::world::{question, small_bank, small_exam};

/// Shows a question with `count` choices, the first two of them correct.
fn choices(count: usize, columns: u16) -> Stage {
    let choice = |at: usize| {
        let text = format!("Choice number {at}");
        let why = format!("This is what the book says of number {at}, for anybody to look up.");
        match at {
            0 | 1 => json!({ "text": text, "correct": true, "rationale": why }),
            _ => json!({ "text": text, "harm": 0, "rationale": why }),
        }
    };
    let choices: Vec<_> = (0..count).map(choice).collect();
    let rest = json!({ "kind": "choice", "select": "all", "order": "fixed", "choices": choices });
    let mut bank = small_bank();
    bank["questions"] = json!([question("many", rest)]);
    let mut exam = small_exam();
    exam["sections"] = json!([{ "bank": "small", "questions": 1 }]);
    let mut stage = Stage::with(columns, 60, |home| {
        let banks = home.join("data/question-banks");
        std::fs::create_dir_all(banks.join("exams")).expect("folders");
        std::fs::write(banks.join("small.json"), bank.to_string()).expect("a bank");
        std::fs::write(banks.join("exams/brief.json"), exam.to_string()).expect("an exam");
    });
    stage.press(START_EXAM);
    stage
}

fn footer(stage: &mut Stage) -> String {
    stage.text().lines().last().expect("a footer").to_owned()
}

#[test]
fn a_letter_selects_a_shown_choice_and_is_a_command_otherwise() {
    // Each command letter, its index in the alphabet, and its label in the footer. The counts below lie on both sides
    // of each index.
    let commands = [('m', 12, "flag"), ('s', 18, "answer sheet"), ('q', 16, "leave")];
    for count in [3, 12, 13, 16, 17, 18, 19, 26] {
        for (letter, place, label) in commands {
            let mut stage = choices(count, 200);
            assert_keys_are_unambiguous("quiz", &stage);
            let shown = place < count;
            let alone = footer(&mut stage).contains(&format!(" {letter} {label}"));
            let with_alt = footer(&mut stage).contains(&format!("Alt+{letter} {label}"));
            assert_eq!((alone, with_alt), (!shown, shown), "{count} choices: {}", footer(&mut stage));
            let text = stage.press(&letter.to_string()).text();
            let marked = text.contains(&format!("[x] {}  Choice", letter.to_ascii_uppercase()));
            assert_eq!(marked, shown, "{count} choices, {letter}: {text}");
        }
    }
}

#[test]
fn a_letter_with_alt_is_its_command_at_any_question() {
    for count in [3, 26] {
        let mut stage = choices(count, 120);
        assert!(stage.press("alt-m").text().contains("1 flagged"), "{}", stage.text());
        assert!(!stage.text().contains("[x]"), "{}", stage.text());
        assert!(stage.press("alt-s").text().contains("0 answered, 1 unanswered, 1 flagged"), "{}", stage.text());
        stage.press("esc");
        assert!(stage.press("alt-q").text().contains("Leave the exam?"), "{}", stage.text());
        assert!(
            stage.press("alt-x").text().contains("Choice number 0"),
            "another letter does nothing: {}",
            stage.text()
        );
    }
}

#[test]
fn letters_of_many_choices() {
    for columns in [40, 80, 120] {
        assert_screen!("letters_of_many_choices", columns, choices(17, columns));
    }
}
