//! What a trainee's days look like through the services and the commands: sessions, repeats, what feeds the schedule and
//! what does not, settings and plans.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use needlewise::attempt::paper::Seed;
use needlewise::attempt::person::StudyChanged;
use needlewise::attempt::{Answer, Mode};
use needlewise::bank::Question;
use needlewise::bank::question::{QuestionKind, SelectCount};
use needlewise::exam::session::AttemptAction;
use needlewise::projections::people::PersonRow;
use needlewise::service::{ActiveAttempt, ServiceError, Services};
use needlewise::study::practice::PracticeChoice;
use serde_json::json;

use crate::reader::Reader;
use crate::stage::{START_EXAM, Stage, add_person, service};
use crate::world::{MONDAY, World, small_bank};

const DAY: i64 = 24 * 3_600_000;

/// The services of a trainee named Amira over a home with the small banks.
struct School {
    /// It keeps the folder.
    _world: World,
    time: Rc<Cell<i64>>,
    services: Services,
    amira: PersonRow,
}

impl School {
    fn open() -> Self {
        let world = World::new().with_small_banks();
        let time = Rc::clone(&world.time);
        let mut services = service(world.home.path(), &time);
        let amira = add_person(&mut services, "Amira");
        Self { _world: world, time, services, amira }
    }

    fn pass(&self, millis: i64) {
        self.time.set(self.time.get() + millis);
    }

    fn begin_session(&mut self) -> Result<ActiveAttempt, ServiceError> {
        self.services.study_mut().begin_session(&self.amira, None)
    }

    /// Starts a practice of the whole small bank.
    fn begin_small(&mut self) -> ActiveAttempt {
        let choice = PracticeChoice { topics: vec!["small".parse().expect("an id")], ..PracticeChoice::default() };
        self.services.study_mut().begin_practice(&self.amira, &choice, 100, Seed([1; 32])).expect("a practice")
    }

    fn begin_exam(&mut self, mode: Mode) -> ActiveAttempt {
        let exam = self.services.catalog().exam(&"brief".parse().expect("an id")).expect("the exam").value.clone();
        let attempts = &mut self.services.attempts_mut();
        let begun = match mode {
            Mode::Mock => attempts.begin_mock(self.amira.id, &exam),
            _ => attempts.begin_exam(self.amira.id, &exam),
        };
        begun.expect("an attempt")
    }

    fn answer(&mut self, active: &mut ActiveAttempt, question_index: usize, answer: Answer) {
        let action = AttemptAction::Answer { question_index, answer, certainty: None };
        self.services.attempts_mut().record_action(active, action).expect("an answer");
    }

    fn answer_right(&mut self, active: &mut ActiveAttempt, question_index: usize) {
        let answer = right_answer(&active.session.loaded_paper().questions[question_index].question);
        self.answer(active, question_index, answer);
    }

    fn answer_wrong(&mut self, active: &mut ActiveAttempt, question_index: usize) {
        let answer = wrong_answer(&active.session.loaded_paper().questions[question_index].question);
        self.answer(active, question_index, answer);
    }

    fn submit(&mut self, active: &mut ActiveAttempt) {
        self.services.attempts_mut().record_action(active, AttemptAction::Submit).expect("the end");
    }

    /// Returns how many questions have reviews.
    fn reviewed(&self) -> usize {
        self.services.attempts().question_progress(self.amira.id).expect("progress").len()
    }

    /// Asserts that the rows in the store are those that the facts give.
    fn assert_rows_match(&self) {
        assert_eq!(self.services.health().row_differences().expect("a check"), []);
    }
}

fn right_answer(question: &Question) -> Answer {
    match &question.kind {
        QuestionKind::Choice { choices, .. } => {
            Answer::Choices((0..choices.len()).filter(|index| choices[*index].correct).collect())
        }
        QuestionKind::TrueFalse { answer, .. } => Answer::Truth(*answer),
        QuestionKind::Number { answer, .. } => Answer::Number(answer.to_string()),
        QuestionKind::Text { accept } => Answer::Text(accept[0].clone()),
        QuestionKind::Order { items } => Answer::Order((0..items.len()).collect()),
        QuestionKind::Match { pairs, .. } => Answer::Pairs((0..pairs.len()).collect()),
    }
}

fn wrong_answer(question: &Question) -> Answer {
    match &question.kind {
        QuestionKind::Choice { choices, select, .. } => {
            let wrong = (0..choices.len()).filter(|index| !choices[*index].correct);
            let count = if let SelectCount::Exactly(count) = select { *count } else { 1 };
            let rest = (0..choices.len()).filter(|index| choices[*index].correct);
            let mut chosen: Vec<_> = wrong.chain(rest).take(count).collect();
            chosen.sort_unstable();
            Answer::Choices(chosen)
        }
        QuestionKind::TrueFalse { answer, .. } => Answer::Truth(!answer),
        QuestionKind::Number { .. } => Answer::Number("999".to_owned()),
        QuestionKind::Text { .. } => Answer::Text("something else".to_owned()),
        QuestionKind::Order { items } => Answer::Order((0..items.len()).rev().collect()),
        QuestionKind::Match { pairs, .. } => Answer::Pairs(vec![0; pairs.len()]),
    }
}

#[test]
fn a_wrong_answer_comes_again_after_all_that_are_left_at_most_three_times() {
    let mut school = School::open();
    let mut practice = school.begin_small();
    assert_eq!(practice.session.question_count(), 7);
    let first = practice.session.loaded_paper().questions[0].question.id.clone();
    let mut wrong_at = 0;
    for (repeats, count) in [(1, 8), (2, 9), (3, 10), (3, 10)] {
        school.answer_wrong(&mut practice, wrong_at);
        assert_eq!(practice.session.question_count(), count, "after {repeats} repeats");
        wrong_at = practice.session.question_count() - 1;
        assert_eq!(practice.session.loaded_paper().questions[wrong_at].question.id, first);
    }
    // Every answer and its repeat are in the chain, so a resumed practice is the same.
    let resumed = school.services.attempts().load(practice.row.id).expect("the practice");
    assert_eq!(resumed.session, practice.session);
    assert_eq!(practice.row.answered, 1, "repeats do not count");
    school.assert_rows_match();
}

#[test]
fn a_practice_counts_first_answers_only_and_leaves_out_what_was_not_answered() {
    let mut school = School::open();
    let mut practice = school.begin_small();
    school.answer_wrong(&mut practice, 0);
    school.answer_right(&mut practice, 1);
    school.answer_right(&mut practice, 7);
    assert_eq!((practice.session.correct_count(), practice.session.answered_count()), (1, 2));
    school.submit(&mut practice);
    let outcome = &practice.session.finished().expect("an end").outcome;
    assert_eq!((outcome.earned.to_string(), outcome.possible), ("1".to_owned(), 7));
    let progress = school.services.attempts().question_progress(school.amira.id).expect("progress");
    assert_eq!(progress.iter().map(|row| row.reviews.len()).sum::<usize>(), 3, "the repeat is a review too");
}

#[test]
fn a_repeat_shuffles_its_choices_as_the_seed_of_the_practice_decides() {
    let mut orders = Vec::new();
    for _ in 0..2 {
        let mut school = School::open();
        let mut practice = school.begin_small();
        let questions = practice.session.loaded_paper().questions.len();
        for index in 0..questions {
            school.answer_wrong(&mut practice, index);
        }
        let paper = practice.session.loaded_paper();
        orders.push(paper.questions[questions..].iter().map(|question| question.order.clone()).collect::<Vec<_>>());
    }
    assert_eq!(orders[0], orders[1]);
    assert_eq!(orders[0].len(), 7);
}

#[test]
fn answers_of_an_exam_never_feed_the_schedule_and_those_of_a_mock_do_once_it_is_finished() {
    let mut school = School::open();
    let mut exam = school.begin_exam(Mode::Exam);
    school.answer_right(&mut exam, 0);
    school.submit(&mut exam);
    assert_eq!(school.reviewed(), 0, "what is due would tell what was wrong");
    let mut mock = school.begin_exam(Mode::Mock);
    school.answer_wrong(&mut mock, 0);
    school.answer_right(&mut mock, 0);
    school.answer_right(&mut mock, 1);
    assert_eq!(school.reviewed(), 0, "answers can still change");
    school.submit(&mut mock);
    let progress = school.services.attempts().question_progress(school.amira.id).expect("progress");
    let reviews: Vec<_> = progress.iter().flat_map(|row| &row.reviews).collect();
    assert_eq!(reviews.len(), 2, "the last answer of each answered question");
    assert!(reviews.iter().all(|review| review.is_correct), "{reviews:?}");
    school.assert_rows_match();
}

#[test]
fn a_mock_that_draws_from_a_bank_for_exams_only_feeds_nothing() {
    let world = World::new().with_small_banks();
    let mut bank = small_bank();
    bank["practice"] = json!(false);
    world.file("data/question-banks/small.json", bank.to_string());
    let time = Rc::clone(&world.time);
    let mut services = service(world.home.path(), &time);
    let amira = add_person(&mut services, "Amira");
    let mut school = School { _world: world, time, services, amira };
    let mut mock = school.begin_exam(Mode::Mock);
    school.answer_right(&mut mock, 0);
    school.submit(&mut mock);
    assert_eq!(school.reviewed(), 0);
    school.assert_rows_match();
}

#[test]
fn a_day_has_one_session_and_the_next_day_ends_it() {
    let mut school = School::open();
    let mut session = school.begin_session().expect("a session");
    assert_eq!(session.session.question_count(), 10, "ten new questions on the first day");
    assert_eq!(session.row.session_day.map(|day| day.to_string()), Some("2026-11-23".to_owned()));
    school.answer_right(&mut session, 0);
    school.answer_wrong(&mut session, 1);
    school.pass(DAY);
    let no_new = StudyChanged { new_per_day: Some(0), ..StudyChanged::default() };
    school.amira = school.services.study_mut().change_settings(&school.amira, [no_new]).expect("the settings");
    let next = school.begin_session().expect("the session of the next day");
    assert_ne!(next.row.id, session.row.id);
    let past = school.services.attempts().load(session.row.id).expect("the past session");
    assert!(past.session.finished().is_some(), "it ended");
    let wrong = Arc::clone(&session.session.loaded_paper().questions[1].question);
    let is_same_point =
        |question: &Question| question.id == wrong.id || (wrong.group.is_some() && question.group == wrong.group);
    let asked = &next.session.loaded_paper().questions;
    assert!(asked.iter().any(|asked| is_same_point(&asked.question)), "what was wrong, or another wording of it");
    let belongs = |question: &Question| is_same_point(question) || question.case == wrong.case;
    assert!(asked.iter().all(|asked| belongs(&asked.question)), "and nothing else, except the rest of its case");
    school.assert_rows_match();
}

#[test]
fn a_finished_day_has_nothing_due_and_asks_nothing_twice() {
    let mut school = School::open();
    let three_new = StudyChanged { new_per_day: Some(3), ..StudyChanged::default() };
    school.amira = school.services.study_mut().change_settings(&school.amira, [three_new]).expect("the settings");
    let mut session = school.begin_session().expect("a session");
    for index in 0..session.session.question_count() {
        school.answer_right(&mut session, index);
    }
    school.submit(&mut session);
    assert!(matches!(school.begin_session(), Err(ServiceError::NothingDue)), "the three new questions are used up");
}

#[test]
fn an_exam_in_progress_closes_practice_and_sessions() {
    let mut school = School::open();
    school.begin_exam(Mode::Exam);
    assert!(matches!(school.begin_session(), Err(ServiceError::ExamOpen(_))));
    let all = PracticeChoice::default();
    let practice = school.services.study_mut().begin_practice(&school.amira, &all, 5, Seed([1; 32]));
    assert!(matches!(practice, Err(ServiceError::ExamOpen(_))));
}

#[test]
fn the_choice_on_screen_when_the_time_is_up_counts() {
    let mut stage = Stage::with(80, 24, |home| {
        let banks = home.join("data/question-banks");
        std::fs::create_dir_all(banks.join("exams")).expect("folders");
        std::fs::write(banks.join("small.json"), small_bank().to_string()).expect("a bank");
        std::fs::write(banks.join("exams/brief.json"), crate::world::small_exam().to_string()).expect("an exam");
    });
    stage.press(START_EXAM);
    let reader = Reader::of(Some(&stage.home.path().join("data/question-banks")));
    let keys = reader.keys(&stage.text());
    stage.type_text(&keys).pass(10 * 60_000);
    let result = stage.text();
    assert!(result.contains("Time ran out with 6 questions unanswered"), "{result}");
    assert!(result.contains("Total: 1 of 7"), "the marked answer counts: {result}");
}

#[test]
fn a_session_runs_line_by_line_with_certainty_and_an_explanation() {
    let world = World::new();
    world.run(["trainee", "add", "Amira"]).done();
    world.run(["settings", "set", "new-per-day", "2"]).done();
    let begun = world.run(["study", "--plain"]);
    assert_eq!(begun.code, 1, "suspended: {}", begun.all());
    assert!(begun.out.contains("Question 1 of 2") && begun.out.contains("Suspended"), "{}", begun.all());
    let reader = Reader::of(None);
    let shown = begun.out.rsplit("\nQuestion ").next().expect("a question").to_owned();
    let answered = world.typing(&format!("{} !\n", reader.answer(&shown))).run(["study", "--plain"]);
    for line in ["\nCorrect\n", "\nYour answer: ", "\nCorrect answer: ", "\nSource: "] {
        assert!(answered.out.contains(line), "{line}: {}", answered.all());
    }
    let shown = answered.out.rsplit("\nQuestion ").next().expect("a question").to_owned();
    let wrong = reader.wrong(&shown);
    let missed = world.typing(&format!("{wrong} ?\ntime\n")).run(["study", "--plain"]);
    assert!(missed.out.contains("\nIncorrect\n") && missed.out.contains("Question 3 of 3"), "{}", missed.all());
    assert!(missed.out.contains("\nNo time limit\n"), "{}", missed.all());
    let progress = world.run(["progress", "--json"]).json();
    let levels = &progress["calibration"]["levels"];
    assert_eq!(levels[2], json!({ "certainty": 3, "answers": 1, "correct": 1 }));
    assert_eq!(levels[0], json!({ "certainty": 1, "answers": 1, "correct": 0 }));
    assert_eq!(progress["days"], json!([{ "day": "2026-11-23", "answers": 2 }]));
    assert_eq!(progress["readiness"][0]["chance"], json!(null), "too few answers");
}

#[test]
fn settings_are_shown_with_their_defaults_and_refuse_what_makes_no_sense() {
    let world = World::new();
    world.run(["trainee", "add", "Amira"]).done();
    let changed = world.run(["settings", "set", "minutes", "45"]);
    assert_eq!(
        changed.out,
        "minutes: 45 (default 20)\nnew-per-day: 10 (default)\nretention: 90 (default)\ncertainty: on (default)\n"
    );
    let expected = json!({ "minutes": 45, "new_per_day": 10, "retention": 90, "certainty": true });
    assert_eq!(world.run(["settings", "--json"]).json(), expected);
    for (key, value, reason) in [
        ("minutes", "0", "from 1 to 600"),
        ("retention", "99", "from 70 to 97"),
        ("certainty", "maybe", "on or off"),
        ("color", "red", "The settings are"),
    ] {
        let refused = world.run(["settings", "set", key, value]);
        assert!(refused.code == 2 && refused.err.contains(reason), "{key}: {}", refused.all());
    }
    assert_eq!(world.run(["settings", "--json"]).json(), expected, "nothing changed");
    assert_eq!(world.run(["doctor"]).code, 0);
}

#[test]
fn a_plan_is_set_for_a_coming_day_shown_at_home_and_removed() {
    let world = World::new();
    world.run(["trainee", "add", "Amira"]).done();
    let planned = world.run(["study", "plan", "foundations", "2026-12-14"]);
    assert_eq!(planned.out, "Plan: foundations on Dec 14, 2026\n");
    let past = world.run(["study", "plan", "foundations", "2026-11-01"]);
    assert!(past.code == 2 && past.err.contains("is in the past"), "{}", past.all());
    assert_eq!(world.run(["study", "plan", "none", "2026-12-14"]).code, 2);
    let unreadable = world.run(["study", "plan", "foundations", "soon"]);
    assert!(unreadable.code == 2 && unreadable.err.contains("write the day as year-month-day"), "{}", unreadable.all());
    let session = world.run(["study", "--plain"]).out;
    let count = session.split("Practice: ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
    assert!(count.is_some_and(|count| (35..=40).contains(&count)), "20 minutes at 30 seconds each: {session}");
    assert_eq!(world.run(["study", "plan", "foundations", "--clear"]).out, "No plan for foundations\n");
}

#[test]
fn readiness_is_estimated_once_forty_questions_of_the_exam_are_answered() {
    let world = World::new();
    world.time.set(MONDAY);
    let services = &mut service(world.home.path(), &world.time);
    let amira = add_person(services, "Amira");
    let choice = PracticeChoice::default();
    let mut practice = services.study_mut().begin_practice(&amira, &choice, 150, Seed([5; 32])).expect("a practice");
    for index in 0..practice.session.drawn_count() {
        let answer = right_answer(&practice.session.loaded_paper().questions[index].question);
        let action = AttemptAction::Answer { question_index: index, answer, certainty: None };
        services.attempts_mut().record_action(&mut practice, action).expect("an answer");
    }
    let progress = world.run(["progress", "--json"]).json();
    for estimate in progress["readiness"].as_array().expect("a list") {
        let number = |name: &str| estimate[name].as_f64().unwrap_or_else(|| panic!("{estimate}"));
        let (low, chance, high) = (number("low"), number("chance"), number("high"));
        assert!(0.0 <= low && low <= chance && chance <= high && high <= 100.0, "{estimate}");
        assert!((0.0..=100.0).contains(&number("expected")), "{estimate}");
    }
}

#[test]
fn a_search_finds_questions_that_contain_all_words() {
    let world = World::new().with_small_banks();
    let found = world.run(["search", "HOLDS?", "about", "--json"]).json();
    assert_eq!(found, json!([{ "bank": "small", "question": "holds", "stem": "What about holds?" }]));
    let nothing = world.run(["search", "xylophone"]);
    assert!(nothing.code == 1 && nothing.err.contains("No question contains"), "{}", nothing.all());
    let mut bank = small_bank();
    bank["practice"] = json!(false);
    world.file("data/question-banks/small.json", bank.to_string());
    assert_eq!(world.run(["search", "What", "about", "holds?"]).code, 1, "a bank for exams only is not searched");
}

#[test]
fn study_plan_without_an_exam_lists_the_plans() {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    assert!(world.run(["study", "plan"]).out.starts_with("No plan."));
    world.run(["study", "plan", "brief", "2026-12-24"]).done();
    assert_eq!(world.run(["study", "plan"]).out, "brief: Dec 24, 2026\n");
    assert_eq!(world.run(["study", "plan", "--json"]).json(), json!([{ "exam": "brief", "day": "2026-12-24" }]));
    let incomplete = world.run(["study", "plan", "brief"]);
    assert!(incomplete.code == 2 && incomplete.err.contains("Give the day of the exam"), "{}", incomplete.all());
}
