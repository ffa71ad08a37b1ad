//! The session of an attempt: any sequence of inputs keeps its invariants, and the facts alone restore it.

use std::sync::Arc;

use needlewise::attempt::fact::AttemptStarted;
use needlewise::attempt::paper::{DrawVersion, Seed};
use needlewise::attempt::{Answer, Certainty, ExamResult, Fact, Mode, Points};
use needlewise::bank::catalog::Catalog;
use needlewise::clock::{Day, Millis, Timestamp};
use needlewise::exam::session::{ActionMoment, ActionRefusal, AttemptAction};
use needlewise::exam::{LoadedPaper, Session, draw};
use needlewise::ids::TraineeId;
use proptest::prelude::*;

use crate::world::World;

const LIMIT: Millis = Millis(600_000);

/// Returns a paper of the small bank, with one question of every kind.
fn loaded_paper(mode: Mode) -> Arc<LoadedPaper> {
    let world = World::new();
    world.file("banks/small.json", crate::world::small_bank().to_string());
    let mut catalog = Catalog::built_in();
    let folder = world.home.path().join("banks");
    catalog.add_folder(&folder, &needlewise::bank::catalog::BankOrigin::DataDirectory).expect("a folder");
    let exam = serde_json::from_value(crate::world::small_exam()).expect("an exam");
    let drawn = draw::exam(&catalog, &exam, &[], Seed([3; 32]), DrawVersion::NEWEST).expect("a paper");
    let trainee = TraineeId::new(Timestamp::from_millis(0), [0; 10]);
    let started = AttemptStarted {
        trainee,
        mode,
        limit: Some(LIMIT),
        paper: drawn.paper.clone(),
        session_day: None,
        invigilated: None,
    };
    Arc::new(LoadedPaper::load(&started, |digest| drawn.content.get(&digest).cloned()).expect("a paper"))
}

fn study_day() -> Day {
    "2026-11-30".parse().expect("a day")
}

fn at(elapsed: u64) -> ActionMoment {
    ActionMoment { elapsed: Millis(elapsed), piped: false, study_day: study_day() }
}

/// Decides an action and applies its fact, as an attempt does once the fact is stored.
fn act(session: &mut Session, action: AttemptAction, elapsed: u64) -> Result<Fact, ActionRefusal> {
    let fact = session.decide(action, at(elapsed))?;
    session.apply(&fact);
    Ok(fact)
}

fn first(loaded_paper: &LoadedPaper, kind: &str) -> usize {
    loaded_paper
        .questions
        .iter()
        .position(|item| item.question.kind.kind_name().name() == kind)
        .expect("a question of that kind")
}

/// Answers the true-false question.
fn act_truth(session: &mut Session, truth: bool, elapsed: u64) -> Result<Fact, ActionRefusal> {
    let item = first(session.loaded_paper(), "true-false");
    act(session, AttemptAction::Answer { question_index: item, answer: Answer::Truth(truth), certainty: None }, elapsed)
}

#[test]
fn an_answer_can_be_changed_in_an_exam_and_the_last_one_counts() {
    let mut session = Session::new(loaded_paper(Mode::Exam));
    act_truth(&mut session, false, 1).expect("an answer");
    act_truth(&mut session, true, 2).expect("another");
    assert_eq!(session.correct_count(), 1);
    let item = first(session.loaded_paper(), "true-false");
    act(&mut session, AttemptAction::ClearAnswer { question_index: item }, 3).expect("cleared");
    assert_eq!(session.unanswered_indexes().len(), 7);
}

#[test]
fn a_practiced_question_is_closed_and_certainty_belongs_to_practice() {
    let mut practice = Session::new(loaded_paper(Mode::Practice));
    let item = first(practice.loaded_paper(), "true-false");
    let sure = AttemptAction::Answer {
        question_index: item,
        answer: Answer::Truth(true),
        certainty: Some(Certainty::Certain),
    };
    act(&mut practice, sure.clone(), 1).expect("an answer");
    assert_eq!(practice.stored_answer(item).and_then(|given| given.certainty), Some(Certainty::Certain));
    assert_eq!(act_truth(&mut practice, false, 2), Err(ActionRefusal::Closed));
    let mut exam = Session::new(loaded_paper(Mode::Exam));
    act(&mut exam, sure, 1).expect("an answer");
    assert_eq!(exam.stored_answer(item).and_then(|given| given.certainty), None);
}

#[test]
fn answers_after_the_deadline_are_refused_and_the_last_one_before_counts() {
    let mut session = Session::new(loaded_paper(Mode::Exam));
    act_truth(&mut session, true, LIMIT.0 - 1).expect("just before the deadline");
    assert_eq!(act_truth(&mut session, false, LIMIT.0), Err(ActionRefusal::TimeUp));
    assert_eq!(session.decide(AttemptAction::Submit, at(LIMIT.0)), Err(ActionRefusal::TimeUp));
    assert_eq!(
        session.decide(AttemptAction::TimeOut { draft: None }, at(LIMIT.0 - 1)),
        Err(ActionRefusal::TimeRemaining)
    );
    act(&mut session, AttemptAction::TimeOut { draft: None }, LIMIT.0).expect("the end");
    let ended = session.finished().expect("an end");
    assert_eq!((ended.outcome.earned.clone(), ended.outcome.unanswered), (Points::one(), 6));
    assert_eq!(act_truth(&mut session, true, 1), Err(ActionRefusal::Ended));
}

#[test]
fn a_missed_critical_question_fails_at_any_score() {
    let catalog = Catalog::built_in();
    let exam = catalog.exams().next().expect("an exam").value.clone();
    for n in 0..20 {
        let drawn = draw::exam(&catalog, &exam, &[], Seed([n; 32]), DrawVersion::NEWEST).expect("a paper");
        let trainee = TraineeId::new(Timestamp::from_millis(0), [0; 10]);
        let started = AttemptStarted {
            trainee,
            mode: Mode::Exam,
            limit: None,
            paper: drawn.paper.clone(),
            session_day: None,
            invigilated: None,
        };
        let loaded_paper = LoadedPaper::load(&started, |digest| drawn.content.get(&digest).cloned()).expect("a paper");
        let keys: Vec<_> = loaded_paper.questions.iter().map(|item| key(&item.question)).collect();
        let outcome = |missed: Option<usize>| {
            let answers: Vec<_> =
                keys.iter().enumerate().map(|(at, key)| Some(key).filter(|_| Some(at) != missed)).collect();
            needlewise::exam::scoring::outcome(&loaded_paper, &answers, &vec![None; answers.len()])
        };
        assert_eq!(outcome(None).result, ExamResult::Passed);
        for (at, item) in loaded_paper.questions.iter().enumerate() {
            let outcome = outcome(Some(at));
            let expected = if item.question.critical { ExamResult::FailedCritical } else { ExamResult::Passed };
            assert_eq!(outcome.result, expected, "{}", item.question.id);
            assert_eq!(outcome.missed_critical_objectives.len(), usize::from(item.question.critical));
        }
    }
}

/// Returns the correct answer to a question.
fn key(question: &needlewise::bank::Question) -> Answer {
    use needlewise::bank::question::QuestionKind;
    match &question.kind {
        QuestionKind::Choice { choices, .. } => {
            Answer::Choices((0..choices.len()).filter(|at| choices[*at].correct).collect())
        }
        QuestionKind::TrueFalse { answer, .. } => Answer::Truth(*answer),
        QuestionKind::Number { answer, .. } => Answer::Number(answer.to_string()),
        QuestionKind::Text { accept } => Answer::Text(accept[0].clone()),
        QuestionKind::Order { items } => Answer::Order((0..items.len()).collect()),
        QuestionKind::Match { pairs, .. } => Answer::Pairs((0..pairs.len()).collect()),
    }
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let places = || prop::collection::vec(0_usize..5, 0..4);
    prop_oneof![
        places().prop_map(Answer::Choices),
        any::<bool>().prop_map(Answer::Truth),
        "[0-9.,]{0,6}".prop_map(Answer::Number),
        "[a-z ]{0,12}".prop_map(Answer::Text),
        places().prop_map(Answer::Order),
        places().prop_map(Answer::Pairs),
    ]
}

fn any_action() -> impl Strategy<Value = AttemptAction> {
    prop_oneof![
        8 => (0_usize..9, any_answer()).prop_map(|(item, answer)| AttemptAction::Answer { question_index: item, answer, certainty: None }),
        1 => (0_usize..9).prop_map(|item| AttemptAction::ClearAnswer { question_index: item }),
        2 => (0_usize..9).prop_map(|item| AttemptAction::ToggleFlag { question_index: item }),
        1 => Just(AttemptAction::TimeOut { draft: None }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_sequence_of_inputs_keeps_the_invariants(actions in prop::collection::vec((any_action(), 0_u64..60_000), 0..40), practice: bool) {
        let loaded_paper = loaded_paper(if practice { Mode::Practice } else { Mode::Exam });
        let mut session = Session::new(Arc::clone(&loaded_paper));
        let (mut facts, mut elapsed) = (Vec::new(), 0);
        for (action, step) in actions {
            elapsed += step;
            if let Ok(fact) = act(&mut session, action, elapsed) {
                prop_assert!(session.finished().is_none() || matches!(fact, Fact::Finished(_)));
                facts.push(fact);
            }
            prop_assert_eq!(session.question_count(), loaded_paper.questions.len());
            prop_assert!(session.unanswered_indexes().iter().all(|item| session.stored_answer(*item).is_none()));
        }
        let outcome = session.outcome();
        prop_assert!(outcome.earned <= Points::from_whole(outcome.possible));
        prop_assert_eq!(outcome.unanswered, session.unanswered_indexes().len());
        let parts: Points = outcome.sections.iter().map(|section| section.earned.clone()).sum();
        prop_assert_eq!(&parts, &outcome.earned);
        // Facts read back from their stored form restore the same session.
        let stored: Vec<_> = facts.iter().map(|fact| Fact::from_payload(fact.kind(), &fact.payload()).expect("a fact")).collect();
        let again = Session::from_facts(loaded_paper, &stored);
        prop_assert_eq!(again.outcome(), outcome);
        prop_assert_eq!(again.finished(), session.finished());
        for item in 0..session.question_count() {
            prop_assert_eq!(again.stored_answer(item), session.stored_answer(item));
            prop_assert_eq!(again.is_flagged(item), session.is_flagged(item));
        }
    }
}
