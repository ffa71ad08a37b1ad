//! `kill -9`: no acknowledged answer is lost, and an attempt resumes where it stopped.

use crate::reader::{Reader, Talk};

#[test]
fn an_exam_killed_after_each_answer_loses_none() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let reader = Reader::of(None);
    let mut args = vec!["exam", "foundations", "--plain", "--yes", "--trainee", "Amira Okafor"];
    let mut count = 1;
    let mut at = 0;
    while at < count {
        let mut talk = Talk::open(home.path(), &args);
        let shown = talk.hear();
        let (_, rest) = shown.split_once(&format!("Question {} of ", at + 1)).unwrap_or_else(|| {
            panic!("question {} should be next, not\n{shown}", at + 1);
        });
        count = rest.lines().next().and_then(|count| count.parse().ok()).expect("a count");
        talk.say(&reader.answer(&shown));
        // The next prompt acknowledges the answer, so it must be stored by now.
        talk.hear();
        talk.child.kill().expect("killed");
        args = vec!["exam", "--resume", "--plain"];
        at += 1;
    }
    let mut talk = Talk::open(home.path(), &args);
    talk.hear();
    let list = talk.say("list").hear();
    assert_eq!(list.matches(". answered").count(), count, "{list}");
    let result = talk.say("submit").hear();
    assert!(result.lines().any(|line| line == "Passed"), "{result}");
    assert!(result.contains(&format!("Score: {count} of {count}")), "{result}");
    assert_eq!(talk.ends(), Some(0));
    let mut doctor = Talk::open(home.path(), &["doctor"]);
    let report = doctor.hear();
    assert_eq!(doctor.ends(), Some(0), "{report}");
}

#[test]
fn a_killed_practice_resumes_at_the_next_question() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let reader = Reader::of(None);
    let mut talk = Talk::open(home.path(), &["practice", "risks", "--plain", "--count", "3", "--trainee", "Amira"]);
    let shown = talk.hear();
    talk.say(&reader.answer(&shown)).hear();
    talk.child.kill().expect("killed");
    let mut talk = Talk::open(home.path(), &["practice", "--resume", "--plain"]);
    for question in 2..=3 {
        let shown = talk.hear();
        assert!(shown.contains(&format!("Question {question} of 3")), "{shown}");
        talk.say(&reader.answer(&shown));
    }
    let end = talk.hear();
    assert!(end.ends_with("Practice finished: 3 of 3 correct\n"), "{end}");
    assert_eq!(talk.ends(), Some(0));
}
