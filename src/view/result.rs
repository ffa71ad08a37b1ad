//! Lines of text about results, papers, readiness, time left and eligibility.
//!
//! Only [`result_lines`] applies the disclosure level. Callers of the other functions check it first.

use crate::attempt::fact::{AttemptEnding, AttemptFinished};
use crate::attempt::outcome::SectionOutcome;
use crate::attempt::points::points_needed;
use crate::attempt::{ExamResult, Mode, Outcome, Points};
use crate::bank::exam::Exam;
use crate::clock::Millis;
use crate::clock::Zone;
use crate::exam::disclosure::DisclosureLevel;
use crate::exam::eligibility::Eligibility;
use crate::exam::{LoadedPaper, Session};
use crate::text;

/// Returns the lines of a result as far as the disclosure level allows. The first line is that of [`headline`], because
/// scripts read it.
pub fn result_lines(mode: Mode, outcome: &Outcome, disclosure_level: DisclosureLevel) -> Vec<String> {
    // A title or an objective with a line break could otherwise add a line that says `Passed`.
    disclosed_lines(mode, outcome, disclosure_level).iter().map(|line| text::single_line(line)).collect()
}

/// Returns the result in one line. A mock exam is never called passed or not passed.
pub fn headline(mode: Mode, result: ExamResult) -> &'static str {
    match (result, mode) {
        (ExamResult::Practiced, _) => "Practiced",
        // The score alone decides here. The reasons below name a safety-critical question that was missed.
        (ExamResult::Passed | ExamResult::FailedCritical, Mode::Mock) => "Above the pass mark",
        (ExamResult::Failed, Mode::Mock) => "Below the pass mark",
        (ExamResult::Passed, _) => "Passed",
        (ExamResult::Failed | ExamResult::FailedCritical, _) => "Not passed",
    }
}

fn disclosed_lines(mode: Mode, outcome: &Outcome, disclosure_level: DisclosureLevel) -> Vec<String> {
    let mut lines = Vec::new();
    lines.push(headline(mode, outcome.result).to_owned());
    if disclosure_level == DisclosureLevel::PassFail {
        return lines;
    }
    lines.extend(outcome_reasons(outcome).into_iter().map(|reason| format!("Reason: {reason}")));
    let needed_suffix = outcome
        .pass_mark
        .map_or(String::new(), |pass| format!(" ({} needed to pass)", points_needed(pass, outcome.possible)));
    lines.push(format!("Score: {} of {}{needed_suffix}", outcome.earned.format_for_people(), outcome.possible));
    let section_line = |(title, section)| format!("Section: {title}: {}", section_score(section));
    lines.extend(outcome.titled_sections().into_iter().map(section_line));
    lines.extend(outcome.missed_objectives.iter().map(|missed| format!("Objective missed: {}", missed.text)));
    lines
}

/// Returns the reasons why an exam was passed or not, one sentence each. Instructors read them too.
pub fn outcome_reasons(outcome: &Outcome) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(pass) = outcome.pass_mark.filter(|pass| !outcome.earned.reaches(*pass, outcome.possible)) {
        let needed = points_needed(pass, outcome.possible);
        reasons.push(format!(
            "{} of {} points, below the pass mark of {needed}",
            outcome.earned.format_for_people(),
            outcome.possible
        ));
    }
    for (title, section) in outcome.titled_sections().into_iter().filter(|(_, section)| !section.is_pass_mark_reached) {
        let needed = section.pass_mark.map_or(0, |pass| points_needed(pass, section.possible));
        let earned = section.earned.format_for_people();
        reasons.push(format!("{title}: {earned} of {} points, below the pass mark of {needed}", section.possible));
    }
    let critical = outcome.missed_critical_objectives.iter();
    reasons.extend(critical.map(|missed| format!("Missed a safety-critical question on: {}", missed.text)));
    if reasons.is_empty() && outcome.result == ExamResult::Passed {
        let one_mark = outcome.sections.iter().all(|section| section.pass_mark.is_none());
        let marks = if one_mark { "The pass mark was met" } else { "All pass marks were met" };
        reasons.push(format!("{marks}, and no safety-critical question was missed"));
    }
    reasons
}

/// Returns the sentence about the end of the time, or `None` if the attempt was submitted.
pub fn time_out_text(finished: &AttemptFinished) -> Option<String> {
    let unanswered = text::count_with_noun(finished.outcome.unanswered, "question");
    (finished.ending == AttemptEnding::TimedOut).then(|| format!("Time ran out with {unanswered} unanswered"))
}

/// Returns the notes before and after an exam: mock exam, open pool, replaced built-in banks, missing clinical review.
/// Practice has none.
pub fn paper_notes(loaded_paper: &LoadedPaper) -> Vec<String> {
    let mut notes = Vec::new();
    match loaded_paper.mode {
        Mode::Practice => return notes,
        Mode::Mock => notes.push("Mock exam: it does not count and creates no certificate".to_owned()),
        Mode::Exam => {}
    }
    if loaded_paper.has_practice_bank() {
        notes.push("These questions can also come up in practice".to_owned());
    }
    let replaced = loaded_paper.replacement_bank_titles();
    if !replaced.is_empty() {
        notes.push(format!("Banks used instead of built-in ones: {}", replaced.join(", ")));
    }
    if loaded_paper.paper.reviewed.is_none() {
        notes.push("Some or all of these questions have not been reviewed by a clinician".to_owned());
    }
    notes
}

/// The minutes left at which a warning in words is added to the clock, the most urgent first.
pub const TIME_WARNING_MINUTES: [u64; 2] = [2, 10];

/// Returns the time left, with a warning in words below ten and below two minutes.
pub fn time_left(remaining: Millis) -> String {
    let threshold = TIME_WARNING_MINUTES.into_iter().find(|minutes| remaining < Millis::from_minutes(*minutes));
    threshold
        .map_or_else(|| format!("{remaining} left"), |minutes| format!("{remaining} left, under {minutes} minutes"))
}

/// Returns the score of a section, and whether it meets the section's own pass mark: `9 of 9 (7 needed: met)`.
pub fn section_score(section: &SectionOutcome) -> String {
    let pass_note = section.pass_mark.map_or(String::new(), |pass| {
        let met = if section.is_pass_mark_reached { "met" } else { "not met" };
        format!(" ({} needed: {met})", points_needed(pass, section.possible))
    });
    format!("{} of {}{pass_note}", section.earned.format_for_people(), section.possible)
}

/// Returns how many attempts at an exam are left: `2 of 3 attempts left`.
pub fn attempts_left_text(count: u32, exam: &Exam) -> String {
    let noun = if exam.attempts.max == 1 { "attempt" } else { "attempts" };
    format!("{count} of {} {noun} left", exam.attempts.max)
}

/// Returns whether the exam can be taken now, and if not, when or why not.
pub fn eligibility_line(eligibility: Eligibility, exam: &Exam, zone: &Zone) -> String {
    match eligibility {
        Eligibility::Now { attempts_left } => {
            format!("You can take this exam now. {}.", attempts_left_text(attempts_left, exam))
        }
        Eligibility::Later { from, attempts_left: left } => {
            format!(
                "You can retake this exam after {}. {}.",
                from.format_for_people(zone),
                attempts_left_text(left, exam)
            )
        }
        Eligibility::Passed { valid_until, .. } => {
            format!("You passed this exam. Your pass is valid through {} (UTC).", valid_until.day().format_for_people())
        }
        Eligibility::NoAttemptsLeft => "No attempts left. Ask your school to grant another.".to_owned(),
    }
}

/// What a practice showed. Questions that were not answered are left out, and so are repeats.
#[derive(Debug, Clone, PartialEq)]
pub struct PracticeSummary {
    /// For every topic with answers, its title, the points and the number of answers.
    pub topics: Vec<(String, Points, usize)>,
    /// The objectives of the questions whose first answer was not correct, without duplicates.
    pub missed_objectives: Vec<String>,
}

/// Returns the summary of a practice.
pub fn practice_summary(session: &Session) -> PracticeSummary {
    let loaded_paper = session.loaded_paper();
    let mut summary = PracticeSummary { topics: Vec::new(), missed_objectives: Vec::new() };
    for index in (0..session.drawn_count()).filter(|index| session.stored_answer(*index).is_some()) {
        let bank = loaded_paper.bank_of(index);
        let points = session.points(index);
        let objective = &loaded_paper.questions[index].question.objective;
        let objective = bank.objective_text(objective).unwrap_or(objective.as_str()).to_owned();
        if points < Points::one() && !summary.missed_objectives.contains(&objective) {
            summary.missed_objectives.push(objective);
        }
        match summary.topics.iter_mut().find(|(title, ..)| *title == bank.title) {
            Some((_, earned, answered)) => {
                *earned = [earned.clone(), points].into_iter().sum();
                *answered += 1;
            }
            None => summary.topics.push((bank.title.clone(), points, 1)),
        }
    }
    summary
}
