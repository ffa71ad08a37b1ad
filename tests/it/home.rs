//! The home screen, the settings and the start of a mock exam: what a trainee finds there and how they get out.

use std::path::Path;

use crate::stage::Stage;
use crate::world::{small_bank, small_exam};

fn small(columns: u16, rows: u16) -> Stage {
    Stage::with(columns, rows, |home: &Path| {
        let banks = home.join("data/question-banks");
        std::fs::create_dir_all(banks.join("exams")).expect("folders");
        std::fs::write(banks.join("small.json"), small_bank().to_string()).expect("a bank");
        std::fs::write(banks.join("exams/brief.json"), small_exam().to_string()).expect("an exam");
    })
}

#[test]
fn a_mock_exam_starts_only_after_a_confirmation_and_home_resumes_it() {
    let mut stage = small(80, 24);
    assert!(stage.press("e enter m").text().contains("Start now? A mock exam uses no attempt."), "{}", stage.text());
    assert!(stage.press("n").text().contains("before the exam"), "{}", stage.text());
    assert!(stage.press("m y").text().contains("question 1 of 7"), "{}", stage.text());
    stage.press("q y");
    let home = back_to_home(&mut stage);
    assert!(home.contains("Resume the mock exam"), "{home}");
}

#[test]
fn home_shows_the_two_newest_practices_so_that_its_menu_stays_in_view() {
    let mut stage = small(80, 24);
    for _ in 0..4 {
        stage.press("p enter q");
        back_to_home(&mut stage);
    }
    let home = back_to_home(&mut stage);
    assert_eq!(home.matches("Resume practice").count(), 2, "{home}");
    assert!(home.contains("Certificates"), "{home}");
}

#[test]
fn a_day_that_cannot_be_read_never_keeps_anyone_in_the_settings() {
    let mut stage = small(80, 24);
    stage.press(", down down down down").type_text("soon");
    let refused = stage.press("esc").text();
    assert!(refused.contains("Press Esc again"), "{refused}");
    assert!(refused.contains("2027-01-15. Press Esc"), "a reason and its remedy are two sentences: {refused}");
    let home = stage.press("esc").text();
    assert!(home.contains("Start today's session"), "{home}");
}

/// Goes back to the home screen, from wherever the keys led.
fn back_to_home(stage: &mut Stage) -> String {
    while !stage.text().contains("Practice by choice") {
        stage.press("esc");
    }
    stage.text()
}

#[test]
fn esc_on_the_welcome_screen_leads_back_to_the_trainee_before() {
    let mut stage = small(80, 24);
    let welcome = stage.press("t").text();
    assert!(welcome.contains("Who is practicing?") && welcome.contains("Esc back"), "{welcome}");
    let home = stage.press("esc").text();
    assert!(home.contains("Start today's session") && home.contains("Amira Okafor"), "{home}");
}
