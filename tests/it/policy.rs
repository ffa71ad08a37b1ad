//! Eligibility: whether and when an exam may start, by waits, attempts within a window, and passes. The rules come from
//! the specification of scoring, section "Retake and time". The numbers are those of the small exam.

use needlewise::attempt::ExamResult;
use needlewise::bank::exam::Exam;
use needlewise::clock::{Millis, Timestamp};
use needlewise::exam::eligibility::{Eligibility, PriorAttempt, evaluate};

use crate::world::{MONDAY, small_exam};

fn exam() -> Exam {
    serde_json::from_value(small_exam()).expect("an exam")
}

fn hours(n: u64) -> Millis {
    Millis::from_hours(n)
}

fn at(length: Millis) -> Timestamp {
    Timestamp::from_millis(MONDAY).saturating_add(length)
}

/// Returns a failed attempt that started `begin` hours after [`MONDAY`] and took five minutes of its ten.
fn failed(begin: u64) -> PriorAttempt {
    let started = at(hours(begin));
    let finished = Some(started.saturating_add(Millis::from_minutes(5)));
    let limit = Some(Millis::from_minutes(10));
    PriorAttempt {
        started,
        finished,
        limit,
        result: Some(ExamResult::Failed),
        valid_until: None,
        voided: false,
        extra_attempts: 0,
    }
}

#[test]
fn the_first_attempt_may_start_at_once() {
    assert_eq!(evaluate(&exam(), &[], at(Millis(0))), Eligibility::Now { attempts_left: 3 });
}

#[test]
fn each_failure_starts_its_own_wait() {
    let first = failed(0);
    let wait = at(Millis::from_minutes(5)).saturating_add(hours(24));
    assert_eq!(evaluate(&exam(), &[first], at(hours(1))), Eligibility::Later { from: wait, attempts_left: 2 });
    assert_eq!(evaluate(&exam(), &[first], wait), Eligibility::Now { attempts_left: 2 }, "exactly when the wait ends");
    let both = [failed(30), first];
    let wait = at(hours(30)).saturating_add(Millis::from_minutes(5)).saturating_add(hours(168));
    assert_eq!(evaluate(&exam(), &both, at(hours(31))), Eligibility::Later { from: wait, attempts_left: 1 });
}

#[test]
fn attempts_run_out_within_the_window_and_come_back_as_it_rolls_on() {
    let three = [failed(0), failed(30), failed(300)];
    let rolled = at(Millis::from_days(365));
    assert_eq!(evaluate(&exam(), &three, at(hours(600))), Eligibility::Later { from: rolled, attempts_left: 1 });
    assert_eq!(evaluate(&exam(), &three, rolled), Eligibility::Now { attempts_left: 1 });
}

#[test]
fn without_a_window_no_attempt_comes_back() {
    let mut ever = small_exam();
    ever["attempts"].as_object_mut().expect("a record").remove("within_days");
    let ever: Exam = serde_json::from_value(ever).expect("an exam");
    let three = [failed(0), failed(30), failed(300)];
    assert_eq!(evaluate(&ever, &three, at(Millis::from_days(4000))), Eligibility::NoAttemptsLeft);
}

#[test]
fn an_abandoned_attempt_counts_and_its_wait_begins_at_its_deadline() {
    let abandoned = PriorAttempt { finished: None, result: None, ..failed(0) };
    let wait = at(Millis::from_minutes(10)).saturating_add(hours(24));
    assert_eq!(evaluate(&exam(), &[abandoned], at(hours(1))), Eligibility::Later { from: wait, attempts_left: 2 });
    let timed_out_late = PriorAttempt { finished: Some(at(hours(100))), ..failed(0) };
    assert_eq!(
        evaluate(&exam(), &[timed_out_late], wait),
        Eligibility::Now { attempts_left: 2 },
        "the wait starts at the deadline, not when the program noticed it"
    );
}

#[test]
fn a_voided_pass_is_no_pass() {
    let until = at(Millis::from_days(700));
    let voided =
        PriorAttempt { result: Some(ExamResult::Passed), valid_until: Some(until), voided: true, ..failed(400) };
    assert_eq!(evaluate(&exam(), &[voided], at(hours(500))), Eligibility::Now { attempts_left: 3 });
}

#[test]
fn a_pass_ends_the_cycle_and_a_renewal_starts_a_new_one() {
    let until = at(Millis::from_days(700));
    let passed = PriorAttempt { result: Some(ExamResult::Passed), valid_until: Some(until), ..failed(400) };
    let renew = until.saturating_sub(Millis::from_days(60));
    let past = [failed(0), failed(30), passed];
    assert_eq!(
        evaluate(&exam(), &past, at(hours(500))),
        Eligibility::Passed { valid_until: until, renewable_from: renew }
    );
    assert_eq!(
        evaluate(&exam(), &past, renew),
        Eligibility::Now { attempts_left: 3 },
        "attempts and waits start over in the last 60 days"
    );
    let after = [failed(0), passed, PriorAttempt { started: renew, finished: Some(renew), ..failed(0) }];
    let wait = renew.saturating_add(hours(24));
    assert_eq!(
        evaluate(&exam(), &after, renew.saturating_add(hours(1))),
        Eligibility::Later { from: wait, attempts_left: 2 }
    );
}
