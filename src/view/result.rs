//! A result in words, as much of it as may be told.

use crate::attempt::points::points_needed;
use crate::attempt::{ExamResult, Mode, Outcome};
use crate::bank::exam::Exam;
use crate::clock::Millis;
use crate::exam::disclosure::DisclosureLevel;
use crate::exam::eligibility::Eligibility;
use crate::exam::{LoadedPaper, Session};
use crate::study::readiness::{self, Readiness, ReadinessEstimate};
use crate::text;

/// Returns the lines of a result, as much as may be told. The first is exactly `Passed` or `Not passed` for an exam.
pub fn result_lines(outcome: &Outcome, extent: DisclosureLevel) -> Vec<String> {
    told(outcome, extent).iter().map(|line| text::single_line(line)).collect()
}

fn told(outcome: &Outcome, extent: DisclosureLevel) -> Vec<String> {
    let mut lines = Vec::new();
    lines.push(match outcome.result {
        ExamResult::Passed => "Passed".to_owned(),
        ExamResult::Practiced => "Practiced".to_owned(),
        ExamResult::Failed | ExamResult::FailedCritical => "Not passed".to_owned(),
    });
    if extent == DisclosureLevel::PassFail {
        return lines;
    }
    lines.extend(reasons(outcome).into_iter().map(|reason| format!("Reason: {reason}")));
    let mark = outcome.pass.map_or(String::new(), |pass| format!(", {} needed", points_needed(pass, outcome.possible)));
    lines.push(format!("Score: {} of {}{mark}", outcome.earned, outcome.possible));
    for section in &outcome.sections {
        let mark = section.pass.map_or(String::new(), |pass| {
            let met = if section.met { "reached" } else { "not reached" };
            format!(", {} needed, {met}", points_needed(pass, section.possible))
        });
        lines.push(format!("Section: {}: {} of {}{mark}", section.title, section.earned, section.possible));
    }
    lines.extend(outcome.missed.iter().map(|missed| format!("Objective missed: {}", missed.text)));
    lines
}

/// Returns why an exam was passed or not, in sentences.
pub fn reasons(outcome: &Outcome) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(pass) = outcome.pass.filter(|pass| !outcome.earned.reaches(*pass, outcome.possible)) {
        let needed = points_needed(pass, outcome.possible);
        reasons.push(format!("{} of {} points, {needed} are needed.", outcome.earned, outcome.possible));
    }
    for section in outcome.sections.iter().filter(|section| !section.met) {
        let needed = section.pass.map_or(0, |pass| points_needed(pass, section.possible));
        let (title, earned) = (&section.title, &section.earned);
        reasons.push(format!("{title}: {earned} of {} points, {needed} are needed.", section.possible));
    }
    let critical = outcome.critical_misses.iter();
    reasons.extend(critical.map(|missed| format!("A safety-critical question was missed: {}.", missed.text)));
    if reasons.is_empty() && outcome.result == ExamResult::Passed {
        reasons.push("Every mark was reached and every safety-critical question answered rightly.".to_owned());
    }
    reasons
}

/// Returns what is to be known of a paper before and after it: replaced banks, open pool, missing review.
pub fn notes(sheet: &LoadedPaper) -> Vec<String> {
    let mut notes = Vec::new();
    match sheet.mode {
        Mode::Practice => return notes,
        Mode::Mock => notes.push("Mock exam: it does not count, and makes no certificate.".to_owned()),
        Mode::Exam => {}
    }
    if sheet.has_practice_bank() {
        notes.push("Open pool: these questions can be practiced.".to_owned());
    }
    let replaced = sheet.replacement_bank_titles();
    if !replaced.is_empty() {
        notes.push(format!("Banks in place of built-in ones: {}.", replaced.join(", ")));
    }
    if sheet.paper.reviewed.is_none() {
        notes.push("Questions not yet reviewed by a clinician".to_owned());
    }
    notes
}

/// Returns how ready somebody is, from a mock exam: the whole, the sections, then the objectives that were not all right.
pub fn ready_lines(session: &Session, outcome: &Outcome) -> Vec<String> {
    let says = |part: &ReadinessEstimate| {
        let ready = match part.readiness {
            Readiness::Yes => "ready",
            Readiness::No => "not ready",
            Readiness::Uncertain => "too few questions to tell",
        };
        let mark = part.pass_mark.map_or(String::new(), |mark| format!(", {} % needed", u8::from(mark)));
        let ((low, high), (earned, possible)) = (part.interval_percent, (&part.earned, part.possible));
        format!("Ready: {}: {ready} ({earned} of {possible}, likely {low} to {high} %{mark})", part.title)
    };
    let mut lines: Vec<_> = readiness::estimates(outcome).iter().map(says).collect();
    if !outcome.critical_misses.is_empty() {
        lines.push("Ready: no, as long as a safety-critical question is missed".to_owned());
    }
    let weak = readiness::objective_scores(session).into_iter().filter(|(_, right, asked)| right < asked);
    lines.extend(weak.map(|(text, right, asked)| format!("Objective: {right} of {asked}: {text}")));
    lines
}

/// At how many minutes left words are added to the clock.
pub const WARNINGS: [u64; 2] = [2, 10];

/// Returns how much time is left, with words once it is less than ten minutes, and less than two.
pub fn time_left(left: Millis) -> String {
    let under = WARNINGS.into_iter().find(|minutes| left < Millis::from_minutes(*minutes));
    under.map_or_else(|| format!("{left} left"), |minutes| format!("{left} left, under {minutes} minutes"))
}

/// Returns when the exam can be tried again.
pub fn next_line(next: Eligibility, exam: &Exam) -> String {
    let max = exam.attempts.max;
    match next {
        Eligibility::Now { attempts_left: left } => format!("Next attempt: now, {left} of {max} left"),
        Eligibility::Later { from: at, left } => {
            format!("Next attempt: from {}, {left} of {max} left", at.format_local())
        }
        Eligibility::Passed { valid_until: until, .. } => format!("Valid through {} (UTC)", until.day().format_long()),
        Eligibility::NoAttemptsLeft => "Next attempt: no further attempt possible".to_owned(),
    }
}
