//! May it start now? Waits, windows, passes.

use needlewise::attempt::ExamResult;
use needlewise::bank::exam::Exam;
use needlewise::clock::{Millis, Timestamp};
use needlewise::exam::eligibility::{Eligibility, PriorAttempt, start};

use crate::world::{MONDAY, small_exam};

fn exam() -> Exam {
    serde_json::from_value(small_exam()).expect("an exam")
}

fn hours(n: u64) -> Millis {
    Millis::hours(n)
}

fn at(length: Millis) -> Timestamp {
    Timestamp::from_millis(MONDAY).plus(length)
}

/// A failure that began after so many hours and took five minutes.
fn failed(begin: u64) -> PriorAttempt {
    let started = at(hours(begin));
    let finished = Some(started.plus(Millis::minutes(5)));
    let limit = Some(Millis::minutes(10));
    PriorAttempt {
        started,
        finished,
        limit,
        standing: Some(ExamResult::Failed),
        valid_until: None,
        voided: false,
        granted: 0,
    }
}

#[test]
fn the_first_attempt_may_start_at_once() {
    assert_eq!(start(&exam(), &[], at(Millis(0))), Eligibility::Now { left: 3 });
}

#[test]
fn waits_follow_the_first_and_the_later_failures() {
    let first = failed(0);
    let wait = at(Millis::minutes(5)).plus(hours(24));
    assert_eq!(start(&exam(), &[first], at(hours(1))), Eligibility::Later { at: wait, left: 2 });
    assert_eq!(start(&exam(), &[first], wait), Eligibility::Now { left: 2 }, "to the millisecond");
    let both = [failed(30), first];
    let wait = at(hours(30)).plus(Millis::minutes(5)).plus(hours(168));
    assert_eq!(start(&exam(), &both, at(hours(31))), Eligibility::Later { at: wait, left: 1 });
}

#[test]
fn attempts_run_out_within_the_window_and_come_back_as_it_rolls_on() {
    let three = [failed(0), failed(30), failed(300)];
    let rolled = at(Millis::days(365));
    assert_eq!(start(&exam(), &three, at(hours(600))), Eligibility::Later { at: rolled, left: 1 });
    assert_eq!(start(&exam(), &three, rolled), Eligibility::Now { left: 1 });
}

#[test]
fn without_a_window_the_last_attempt_is_the_last() {
    let mut ever = small_exam();
    ever["attempts"].as_object_mut().expect("a record").remove("within_days");
    let ever: Exam = serde_json::from_value(ever).expect("an exam");
    let three = [failed(0), failed(30), failed(300)];
    assert_eq!(start(&ever, &three, at(Millis::days(4000))), Eligibility::Never);
}

#[test]
fn an_abandoned_attempt_counts_and_its_wait_begins_at_its_deadline() {
    let abandoned = PriorAttempt { finished: None, standing: None, ..failed(0) };
    let wait = at(Millis::minutes(10)).plus(hours(24));
    assert_eq!(start(&exam(), &[abandoned], at(hours(1))), Eligibility::Later { at: wait, left: 2 });
    let timed_out_late = PriorAttempt { finished: Some(at(hours(100))), ..failed(0) };
    assert_eq!(start(&exam(), &[timed_out_late], wait), Eligibility::Now { left: 2 }, "not at the later notice of it");
}

#[test]
fn a_pass_ends_the_cycle_and_a_renewal_begins_another_with_all_attempts() {
    let until = at(Millis::days(700));
    let passed = PriorAttempt { standing: Some(ExamResult::Passed), valid_until: Some(until), ..failed(400) };
    let renew = until.minus(Millis::days(60));
    let past = [failed(0), failed(30), passed];
    assert_eq!(start(&exam(), &past, at(hours(500))), Eligibility::Passed { until, renew });
    assert_eq!(
        start(&exam(), &past, renew),
        Eligibility::Now { left: 3 },
        "attempts, waits and standing reset together"
    );
    let after = [failed(0), passed, PriorAttempt { started: renew, finished: Some(renew), ..failed(0) }];
    let wait = renew.plus(hours(24));
    assert_eq!(start(&exam(), &after, renew.plus(hours(1))), Eligibility::Later { at: wait, left: 2 });
}
