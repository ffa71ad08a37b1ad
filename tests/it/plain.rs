//! Plain mode: every line of its output is a contract, so it is compared exactly.

use needlewise::attempt::{Fact, Mode};
use needlewise::clock::Millis;
use needlewise::projections::attempts::AttemptQuery;
use serde_json::json;

use needlewise::attempt::chain::read_facts;

use crate::stage::service;
use crate::world::{World, question, small_bank, small_exam};

const BEGIN: [&str; 6] = ["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"];
const RESUME: [&str; 3] = ["exam", "--resume", "--plain"];

fn world() -> World {
    World::new().with_small_banks()
}

/// Returns a home with one bank of these questions for practice.
fn practice_of(questions: &serde_json::Value) -> World {
    let world = World::new();
    let mut bank = small_bank();
    bank["questions"] = questions.clone();
    world.file("data/question-banks/small.json", bank.to_string());
    world
}

fn practice(world: &World, typed: &str) -> String {
    let args = ["practice", "small", "--plain", "--trainee", "Amira", "--seed", "fixed"];
    world.typing(typed).run(args).all()
}

/// Returns the input that goes to each question and types the same answer there.
fn go_to_each(typed: &str) -> String {
    (1..=7).map(|question| format!("{question}\n{typed}\n")).collect()
}

#[test]
fn an_exam_accepts_every_command_word() {
    let words =
        "help\nflag\nlist\nnonsense!\nskip\nback\nflag\n7\nsubmit\nno\nskip\nlist\nback\nsubmit\nperhaps\nyes\n";
    insta::assert_snapshot!(world().typing(words).run(BEGIN).all());
}

#[test]
fn a_passed_exam_ends_with_its_certificate() {
    insta::assert_snapshot!(world().pass_exam().all());
}

#[test]
fn a_practice_explains_each_answer_right_or_wrong() {
    let begin = ["practice", "small", "--plain", "--trainee", "Amira Okafor", "--seed", "fixed"];
    let typed = std::cell::RefCell::new(Vec::new());
    world().finish_attempt(&begin, &["practice", "--resume", "--plain"], |reader, shown| {
        let line = if typed.borrow().len() % 2 == 0 { reader.answer(shown) } else { reader.wrong(shown) };
        typed.borrow_mut().push(line.clone());
        line
    });
    // The same seed draws the same questions, so the same lines answer all of them in one run.
    insta::assert_snapshot!(world().typing(&(typed.take().join("\n") + "\n")).run(begin).all());
}

#[test]
fn an_answered_practice_question_accepts_no_other_answer() {
    let truth = json!([
        question("only", json!({ "kind": "true-false", "answer": true })),
        question("other", json!({ "kind": "true-false", "answer": true }))
    ]);
    insta::assert_snapshot!(practice(&practice_of(&truth), "true\nback\nfalse\n2\ntrue\n"));
}

#[test]
fn the_end_of_the_input_suspends_an_exam_and_its_time_runs_on() {
    let world = world();
    let first = world.run(BEGIN);
    assert_eq!(first.code, 1);
    assert!(first.out.contains("Suspended: all answers are saved. Resume with `needlewise exam --resume --plain`."));
    let open = world.run(BEGIN);
    assert_eq!((open.code, open.out.as_str()), (1, ""), "no new exam is drawn while one is open");
    insta::assert_snapshot!(open.err, @"The exam \"Brief\" is still in progress, started YYYY-MM-DD hh:mm. Resume it with `needlewise exam --resume --plain`.");
    let practice = world.run(["practice", "--plain"]);
    assert_eq!(practice.code, 1, "practice refuses while an exam is open");
    insta::assert_snapshot!(practice.err, @"An exam is in progress. Resume it with `needlewise exam --resume`, and submit it first.");
    world.pass(Millis::from_minutes(3));
    let again = world.run(RESUME);
    assert!(again.out.contains("7 minutes left"), "the time ran on while it was suspended: {}", again.all());
    assert!(again.out.contains("Question 1 of 7"));
}

#[test]
fn an_exam_left_past_its_deadline_ends_by_itself() {
    let world = world();
    world.run(BEGIN);
    world.pass(Millis::from_minutes(10));
    let resumed = world.run(RESUME);
    assert_eq!(resumed.code, 1);
    insta::assert_snapshot!(resumed.err, @"No exam is in progress. Start one with `needlewise exam`.");
    let listed = world.run(["record", "list", "--json"]).json();
    assert_eq!(listed[0]["state"], "failed");
}

#[test]
fn an_exam_that_runs_out_of_time_ends_with_the_stored_answers() {
    let world = world();
    world.advance_on_each_look(Millis::from_minutes(1));
    let said = world.typing(&"skip\n".repeat(40)).run(BEGIN);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("Time is up\nNot passed\n"), "{}", said.all());
}

#[test]
fn piped_answers_are_stored_as_piped() {
    let world = world();
    world.pass_exam();
    let service = service(world.home.path(), &world.time);
    let query = AttemptQuery { mode: Some(Mode::Exam), ..AttemptQuery::default() };
    let attempt = service.attempts().list(&query).expect("attempts")[0].id;
    let facts = service.attempts().facts(attempt).expect("facts");
    let piped = |(_, fact): &(_, Fact)| matches!(fact, Fact::Answered(answered) if answered.piped);
    let piped = read_facts(&facts).iter().filter(|fact| piped(fact)).count();
    assert_eq!(piped, 7);
}

#[test]
fn letters_may_be_separated_by_spaces_commas_or_nothing_in_either_case() {
    let choices = json!([
        { "text": "a", "correct": true }, { "text": "b", "correct": true }, { "text": "c", "harm": 0 },
        { "text": "d", "harm": 0 }]);
    let several =
        json!([question("s", json!({ "kind": "choice", "order": "fixed", "select": "all", "choices": choices }))]);
    for typed in ["ab", "A B", "b,a", "a, b", "AB"] {
        let said = practice(&practice_of(&several), &format!("{typed}\n"));
        assert!(said.contains("Practice finished: 1 of 1 correct"), "{typed}: {said}");
    }
    for (typed, why) in [("aa", "A appears twice"), ("e", "type letters from A to D, or help"), ("1", "type letters")] {
        let said = practice(&practice_of(&several), &format!("{typed}\n"));
        assert!(said.contains(&format!("Not understood: {why}")) || typed == "1", "{typed}: {said}");
        assert!(!said.contains("Practice finished"), "{typed}: nothing was stored");
    }
}

#[test]
fn a_text_that_is_a_command_word_is_typed_in_quotes() {
    let text = json!([question("t", json!({ "kind": "text", "accept": ["back"] }))]);
    assert!(practice(&practice_of(&text), "\"Back\"\n").contains("1 of 1 correct"));
    assert!(!practice(&practice_of(&text), "back\n").contains("1 of 1 correct"), "the command word wins");
}

#[test]
fn a_number_answers_a_number_question_and_a_thousands_comma_is_rejected() {
    let number = json!([question("n", json!({ "kind": "number", "answer": "1", "tolerance": "0" }))]);
    assert!(practice(&practice_of(&number), "1\n").contains("1 of 1 correct"));
    assert!(practice(&practice_of(&number), "1,0\n").contains("1 of 1 correct"));
    let asked = practice(&practice_of(&number), "1,000\n");
    assert!(asked.contains("Not understood: a comma before three digits can mean two things"), "{asked}");
}

#[test]
fn select_n_never_accepts_more_than_n_choices() {
    let choices = json!([
        { "text": "a", "correct": true }, { "text": "b", "correct": true }, { "text": "c", "harm": 0 }]);
    let two = json!([question("s", json!({ "kind": "choice", "order": "fixed", "select": 2, "choices": choices }))]);
    let said = practice(&practice_of(&two), "abc\n");
    assert!(said.contains("Not saved: choose at most 2"), "{said}");
}

#[test]
fn a_failed_exam_names_objectives_and_no_question_or_key() {
    let world = world();
    let said = world.typing(&(go_to_each("true") + "submit\nyes\n")).run(BEGIN);
    assert_eq!(said.code, 1);
    let result = said.out.split("Submit with").nth(1).expect("a result");
    insta::assert_snapshot!(result);
    for word in ["Right", "It is right", "pneumothorax", "North", "Barks"] {
        assert!(!result.contains(word), "{word} would reveal a key");
    }
    let again = world.run(BEGIN);
    insta::assert_snapshot!(again.err, @"You can start the next attempt from YYYY-MM-DD hh:mm.");
}

#[test]
fn every_text_is_one_line_without_control_characters() {
    let mut bank = small_bank();
    bank["questions"][0]["stem"] = json!("Line one.\nLine two?");
    let world = World::new();
    world.file("data/question-banks/small.json", bank.to_string());
    world.file("data/question-banks/exams/brief.json", small_exam().to_string());
    let said = world.typing(&(go_to_each("skip") + "submit\nyes\n")).run(BEGIN);
    assert!(said.out.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", said.out);
    let shown = world.typing("1\n2\n3\n4\n5\n6\n7\n").run(["practice", "small", "--plain"]).out;
    assert!(!shown.contains("Line one.\n"));
}

#[test]
fn each_time_warning_is_printed_once() {
    let world = World::new().with_small_banks();
    let begun = world.typing("").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    assert!(!begun.out.contains("Under"), "{}", begun.all());
    world.pass(Millis::from_minutes(1));
    let said = world.typing("skip\nskip\n").run(["exam", "--resume", "--plain"]);
    assert_eq!(said.out.matches("Under 10 minutes left").count(), 1, "{}", said.all());
    world.pass(Millis::from_minutes(8));
    let said = world.typing("skip\nskip\n").run(["exam", "--resume", "--plain"]);
    assert_eq!(said.out.matches("Under 2 minutes left").count(), 1, "{}", said.all());
}

/// Returns the arguments of the command that an output prints between backticks, as a shell would split them.
fn printed_command(output: &str) -> Vec<String> {
    let command = output.split('`').nth(1).and_then(|command| command.strip_prefix("needlewise ")).expect("a command");
    let parts = command.split('"').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

#[test]
fn the_printed_command_resumes_the_attempt_of_this_trainee() {
    let world = World::new().with_small_banks();
    let alone = world.typing("").run(["practice", "small", "--plain", "--trainee", "Amira Okafor"]);
    assert_eq!(printed_command(&alone.out), ["practice", "--resume", "--plain"], "a single trainee needs no name");
    // Two people of one name, a name that is the staff number of somebody else, one like an option, one for a shell.
    for (name, staff_id) in
        [("Ben Okri", "1"), ("Ben Okri", "2"), ("Cy", "77"), ("77", "3"), ("-Ann", "4"), ("$(reboot)", "5")]
    {
        world.run(["trainee", "add", &format!("--id={staff_id}"), "--", name]).done();
        world.pass(Millis::from_minutes(1));
        let begun = world.typing("").run(["practice", "small", "--plain", "--trainee", staff_id]);
        let command = printed_command(&begun.out);
        assert!(command.contains(&"--trainee".to_owned()), "{}", begun.all());
        let resumed = world.typing("").run(&command);
        assert!(resumed.out.contains("Question 1 of"), "{command:?}: {}", resumed.all());
        let attempts = world.run(["record", "list", "--json"]).json();
        assert_eq!(attempts[0]["trainee"]["name"], name, "{attempts}");
        assert!(!begun.out.contains("--trainee \"$"), "{}", begun.out);
    }
    let attempts = world.run(["record", "list", "--json"]).json();
    assert_eq!(attempts.as_array().map(Vec::len), Some(7), "no command began a second attempt");
}
