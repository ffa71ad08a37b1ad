//! Snapshots of every screen at 40, 80 and 120 columns.

use serde_json::json;

use crate::reader::Reader;
use crate::stage::{PRACTICE_SMALL, START_EXAM, Stage, assert_screen};
use crate::world::{question, small_bank, small_exam};

const SIZES: [(u16, u16); 3] = [(40, 20), (80, 24), (120, 40)];

fn write(home: &std::path::Path, bank: &serde_json::Value) {
    let banks = home.join("data/question-banks");
    std::fs::create_dir_all(banks.join("exams")).expect("folders");
    std::fs::write(banks.join("small.json"), bank.to_string()).expect("a bank");
    std::fs::write(banks.join("exams/brief.json"), small_exam().to_string()).expect("an exam");
}

/// Shows the home screen of Amira Okafor with the small banks.
fn small(columns: u16, rows: u16) -> Stage {
    Stage::with(columns, rows, |home| write(home, &small_bank()))
}

fn reader(stage: &Stage) -> Reader {
    Reader::of(Some(&stage.home.path().join("data/question-banks")))
}

/// Compares a screen with its snapshots at every size, and asserts that no line is too wide.
#[track_caller]
fn shown(name: &str, mut at: impl FnMut(u16, u16) -> Stage) {
    for (columns, rows) in SIZES {
        let mut stage = at(columns, rows);
        let text = stage.text();
        for line in text.lines().filter(|line| !line.contains("<home>")) {
            assert!(needlewise::text::width(line) <= columns.into(), "{name}@{columns}: {line}");
        }
        assert_screen!(name, columns, stage);
    }
}

/// Starts the small exam.
fn exam(columns: u16, rows: u16) -> Stage {
    let mut stage = small(columns, rows);
    stage.press(START_EXAM);
    stage
}

/// Starts a practice of the small bank, which is the last topic.
fn practice(columns: u16, rows: u16) -> Stage {
    let mut stage = small(columns, rows);
    stage.press(PRACTICE_SMALL);
    stage
}

/// Goes to the question with this stem.
fn go_to(stage: &mut Stage, stem: &str) {
    for _ in 0..7 {
        if stage.text().contains(stem) {
            return;
        }
        // In a text field, the arrow moves the cursor. Tab leaves the field.
        stage.press("tab right");
    }
    panic!("{stem} is not on the paper:\n{}", stage.text());
}

/// Answers the question on the screen correctly and confirms.
fn answer(stage: &mut Stage, reader: &Reader) {
    let keys = reader.keys(&stage.text());
    stage.type_text(&keys).press("enter");
}

/// Takes the small exam to its end, with the first `right` questions answered correctly.
pub fn sat(columns: u16, rows: u16, right: usize) -> Stage {
    let mut stage = exam(80, 24);
    let reader = reader(&stage);
    for _ in 0..right {
        answer(&mut stage, &reader);
    }
    if right < 7 {
        stage.press("s");
    }
    stage.press("f y");
    stage.resized(columns, rows)
}

#[test]
fn welcome() {
    shown("welcome", |columns, rows| Stage::welcome(columns, rows, &[]));
    shown("welcome_typing", |columns, rows| {
        let mut stage = Stage::welcome(columns, rows, &[]);
        stage.type_text("Zoë Ångström 漢字 e\u{301}");
        stage
    });
    let long = "Maximiliana Theodora Wilhelmina von und zu Hohenlohe-Waldenburg-Schillingsfürst the Younger";
    shown("welcome_people", |columns, rows| Stage::welcome(columns, rows, &["Amira Okafor", "李小龙", long]));
}

#[test]
fn home() {
    shown("home_new", small);
    shown("home_later", |columns, rows| {
        let mut stage = sat(columns, rows, 7);
        stage.press("enter");
        stage
    });
    shown("home_practiced", |columns, rows| practiced().press_and_take("enter").resized(columns, rows));
    shown("home_open_exam", |columns, rows| {
        let mut stage = exam(columns, rows);
        stage.press("esc enter esc");
        stage
    });
}

#[test]
fn practice_choice_and_briefing() {
    shown("practice_choice", |columns, rows| {
        let mut stage = practice(columns, rows);
        stage.press("esc p down down space");
        stage
    });
    shown("briefing", |columns, rows| {
        let mut stage = small(columns, rows);
        stage.press("e enter");
        stage
    });
    shown("briefing_wait", |columns, rows| {
        let mut stage = sat(columns, rows, 2);
        stage.press("enter e enter");
        stage
    });
}

#[test]
fn each_kind_of_question() {
    for (name, stem) in [
        ("quiz_one", "What about one?"),
        ("quiz_several", "What about several?"),
        ("quiz_truth", "What about holds?"),
        ("quiz_number", "What about count?"),
        ("quiz_text", "What about name?"),
        ("quiz_order", "What about sequence?"),
        ("quiz_match", "What about pairs?"),
    ] {
        shown(name, |columns, rows| {
            let mut stage = exam(columns, rows);
            go_to(&mut stage, stem);
            let keys = reader(&stage).keys(&stage.text());
            stage.type_text(&keys);
            stage
        });
    }
}

#[test]
fn a_case_with_long_words_and_wide_characters() {
    shown("quiz_long", |columns, rows| {
        Stage::with(columns, rows, |home| {
            let mut bank = small_bank();
            bank["cases"] = json!([{ "id": "call", "text": "Eine Donaudampfschifffahrtsgesellschaftskapitänswitwe ruft an. 漢字が混じる長い文章もここで折り返される。 Her name is Zoe\u{301}." }]);
            bank["questions"] = json!([question("long", json!({ "case": "call", "kind": "choice", "image": { "file": "x.png", "alt": "A drawing of the shoulder" }, "choices": [
                { "text": "Pneumonoultramicroscopicsilicovolcanoconiosispneumonoultramicroscopicsilicovolcanoconiosis", "correct": true },
                { "text": "👩‍⚕️ 針を刺さないで待つ、そして電話する、そして記録する、そしてまた電話する", "harm": 0 },
                { "text": "Wait", "harm": 2 }] }))]);
            write(home, &bank);
        })
        .press_and_take(PRACTICE_SMALL)
    });
}

#[test]
fn practice_explains() {
    shown("practice_right", |columns, rows| {
        let mut stage = practice(columns, rows);
        go_to(&mut stage, "What about one?");
        let reader = reader(&stage);
        answer(&mut stage, &reader);
        stage
    });
    shown("practice_wrong", |columns, rows| {
        let mut stage = practice(columns, rows);
        go_to(&mut stage, "What about pairs?");
        stage.type_text("aa").press("enter");
        stage
    });
    shown("practice_sure", |columns, rows| {
        let mut stage = practice(columns, rows);
        go_to(&mut stage, "What about holds?");
        stage.press("t 3");
        stage
    });
}

#[test]
fn leaving_an_exam_asks_first() {
    shown("quiz_leave", |columns, rows| exam(columns, rows).press_and_take("ctrl-c"));
}

#[test]
fn answer_sheet() {
    let begun = |columns, rows| {
        let mut stage = exam(columns, rows);
        let reader = reader(&stage);
        answer(&mut stage, &reader);
        answer(&mut stage, &reader);
        stage.press_and_take("esc m s")
    };
    shown("sheet", begun);
    shown("sheet_submit", |columns, rows| begun(columns, rows).press_and_take("f"));
}

#[test]
fn results() {
    shown("result_passed", |columns, rows| sat(columns, rows, 7));
    shown("result_failed", |columns, rows| sat(columns, rows, 2));
    shown("result_critical", |columns, rows| {
        let mut stage = Stage::with(80, 24, |home| {
            let mut bank = small_bank();
            let choices = json!([
                { "text": "Right", "correct": true, "rationale": "It is right, as anybody who looked it up would say." },
                { "text": "Wrong", "harm": 3, "rationale": "It is wrong, as the book says." }, { "text": "Odd", "harm": 2, "rationale": "It is odd." }]);
            let ask = |n: usize| {
                question(
                    &format!("q{n}"),
                    json!({ "kind": "choice", "order": "fixed", "critical": n == 0, "choices": choices }),
                )
            };
            bank["questions"] = (0..7).map(ask).collect();
            write(home, &bank);
            let mut exam = small_exam();
            exam["sections"][0]["critical"] = json!(1);
            std::fs::write(home.join("data/question-banks/exams/brief.json"), exam.to_string()).expect("an exam");
        });
        stage.press(START_EXAM);
        for _ in 0..7 {
            let key = if stage.text().contains("What about q0?") { "b enter" } else { "a enter" };
            stage.press(key);
        }
        stage.press("f y");
        stage.resized(columns, rows)
    });
    shown("result_practice", |columns, rows| practiced().resized(columns, rows));
}

/// Returns a finished practice with one wrong answer, whose question comes again at the end.
fn practiced() -> Stage {
    let mut stage = practice(80, 24);
    let reader = reader(&stage);
    for number in 1..=8 {
        if number < 8 && stage.text().contains("What about holds?") {
            stage.press("f enter");
        } else {
            answer(&mut stage, &reader);
        }
        stage.press("enter");
    }
    stage
}

#[test]
fn review_of_a_practice() {
    shown("review", |columns, rows| practiced().press_and_take("v right").resized(columns, rows));
}

#[test]
fn certificates() {
    shown("certificates_none", |columns, rows| small(columns, rows).press_and_take("c"));
    shown("certificates", |columns, rows| sat(columns, rows, 7).press_and_take("enter c"));
    shown("certificate", |columns, rows| sat(columns, rows, 7).press_and_take("enter c enter"));
    shown("certificate_end", |columns, rows| {
        sat(columns, rows, 7).press_and_take("enter c enter pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn pgdn")
    });
}

#[test]
fn help() {
    shown("exams", |columns, rows| small(columns, rows).press_and_take("e"));
    shown("start_dialog", |columns, rows| small(columns, rows).press_and_take("e enter enter"));
    shown("history", |columns, rows| {
        let mut stage = practiced();
        stage.press("enter").press(START_EXAM).press("s f y enter o h");
        stage.resized(columns, rows)
    });
    shown("search", |columns, rows| {
        let mut stage = small(columns, rows);
        stage.press("/").type_text("about ONE");
        stage
    });
    shown("settings", |columns, rows| small(columns, rows).press_and_take(", down right down down down"));
    shown("progress", |columns, rows| practiced().press_and_take("enter o").resized(columns, rows));
    shown("help_home", |columns, rows| small(columns, rows).press_and_take("?"));
    shown("help_exam", |columns, rows| exam(columns, rows).press_and_take("?"));
}

#[test]
fn a_window_that_is_too_small_shows_one_sentence_and_never_panics() {
    insta::assert_snapshot!("too_small", small(30, 8).text());
    for (columns, rows) in [(1, 1), (39, 12), (40, 11), (300, 1), (1, 300), (65_535, 1), (40, 12), (500, 200)] {
        let mut stage = exam(80, 24).resized(columns, rows).press_and_take("down").resized(80, 24);
        assert!(stage.text().contains("question 1 of 7"), "{columns} by {rows}");
    }
}

#[test]
fn a_store_failure_is_reported_and_the_answer_can_be_tried_again() {
    shown("quiz_store_failed", |columns, rows| {
        let mut stage = exam(columns, rows);
        go_to(&mut stage, "What about one?");
        let store = stage.home.path().join("data/needlewise.db");
        let file = rusqlite::Connection::open(store).expect("a file");
        file.execute_batch("ALTER TABLE fact_payload RENAME TO hidden").expect("a change");
        stage.press("a enter");
        assert!(stage.text().contains("question"), "{}", stage.text());
        stage
    });
}

#[test]
fn a_marked_answer_is_stored_on_moving_on_and_nothing_else_is() {
    let mut stage = exam(80, 24);
    go_to(&mut stage, "What about one?");
    stage.press("down down s esc");
    assert!(stage.text().contains("Not answered yet."), "arrow keys store nothing:\n{}", stage.text());
    stage.press("b s esc");
    assert!(stage.text().contains("Saved: B."), "{}", stage.text());
    stage.press("backspace s esc");
    assert!(stage.text().contains("Not answered yet."), "the answer is cleared:\n{}", stage.text());
}

#[test]
fn an_exam_that_runs_out_of_time_ends_with_the_stored_answers() {
    let mut stage = exam(80, 24);
    let reader = reader(&stage);
    answer(&mut stage, &reader);
    stage.pass(9 * 60_000 + 50_000);
    assert!(stage.text().contains("0:10 left"), "{}", stage.text());
    stage.pass(10_000);
    assert!(stage.text().contains("Not passed") && stage.text().contains("Total: 1 of 7"), "{}", stage.text());
}

#[test]
fn an_exam_never_shows_whether_an_answer_is_correct() {
    let mut stage = exam(80, 24);
    let reader = reader(&stage);
    for _ in 0..7 {
        answer(&mut stage, &reader);
        let text = stage.text();
        for sign in ["✓", "✗", "It is right", "It holds", "Because."] {
            assert!(!text.contains(sign), "{sign} in\n{text}");
        }
    }
}

#[test]
fn little_time_left_is_announced_in_words() {
    let mut stage = small(80, 24);
    stage.press(START_EXAM);
    assert!(stage.text().contains("10:00 left") && !stage.text().contains("under"), "{}", stage.text());
    assert!(stage.pass(1_000).text().contains("9:59 left, under 10 minutes"), "{}", stage.text());
    assert!(stage.pass(480_000).text().contains("1:59 left, under 2 minutes"), "{}", stage.text());
    assert!(stage.press_and_take("s").text().contains("under 2 minutes"), "the answer sheet shows the same clock");
}

/// Opens the shipped banks and goes to practice in contraindications, in a window that shows a whole question.
fn shipped_practice() -> Stage {
    let mut stage = Stage::with(100, 60, |_| {});
    stage.press("p down down down space enter");
    assert!(stage.text().contains("Contraindications"), "{}", stage.text());
    stage
}

/// Begins the shipped safety exam and answers its first questions correctly.
fn shipped_exam(right: usize) -> Stage {
    let mut stage = Stage::with(100, 60, |_| {});
    stage.press("e down enter enter y");
    assert!(stage.text().contains("Safety of dry needling"), "{}", stage.text());
    let reader = Reader::of(None);
    for _ in 0..right {
        answer(&mut stage, &reader);
    }
    stage
}

/// Screens with the shipped content, which the documents show as pictures.
#[test]
fn the_course() {
    shown("course", |columns, rows| small(columns, rows).press_and_take("r"));
    shown("reading", |columns, rows| small(columns, rows).press_and_take("r down enter"));
    shown("reading_end", |columns, rows| small(columns, rows).press_and_take("r down enter end tab"));
    shown("note", |columns, rows| {
        let mut stage = practice(80, 24);
        stage.press("alt-n").type_text("Ask the instructor about this one");
        stage.resized(columns, rows)
    });
}

#[test]
fn shipped_screens() {
    shown("shipped_question", |columns, rows| {
        let mut stage = shipped_practice();
        answer(&mut stage, &Reader::of(None));
        stage.resized(columns, rows)
    });
    shown("shipped_home", |columns, rows| {
        let mut stage = shipped_practice();
        for _ in 0..8 {
            answer(&mut stage, &Reader::of(None));
            stage.press("enter");
        }
        stage.press("esc");
        stage.resized(columns, rows)
    });
    shown("shipped_sheet", |columns, rows| shipped_exam(21).press_and_take("m right right m s").resized(columns, rows));
    shown("shipped_result", |columns, rows| shipped_exam(22).press_and_take("s f y").resized(columns, rows));
}
