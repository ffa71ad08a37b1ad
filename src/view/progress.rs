//! The data of the progress screen and of `needlewise progress`: mastery by topic and objective, readiness,
//! calibration and the days of study.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::attempt::Certainty;
use crate::bank::question::Harm;
use crate::clock::Day;
use crate::ids::ExamId;
use crate::study::calibration::{Calibration, CertaintyLevel, calibration};
use crate::study::mastery::{Mastery, mastery};
use crate::study::readiness::ReadinessResult;
use crate::study::record::StudyRecord;
use crate::text;
use crate::view::study::{StudyView, TopicView, last_days_text, percent_text};

/// Of ten answers that were called certain, how many must be correct. In certainty-based marking, certain pays from 0.8
/// on: 3p - 6(1 - p) = 2p - 2(1 - p).
const CERTAIN_TENTHS: usize = 8;
/// How many certain answers that verdict needs.
const CERTAIN_ANSWERS: usize = 5;

/// How many answers with a certainty a verdict on the trainee's certainty needs.
const VERDICT_ANSWERS: usize = 20;

/// The mastery of one objective of a topic.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectiveView {
    pub text: String,
    pub mastery: Mastery,
}

/// An answer that was wrong although the trainee was certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfidentErrorView {
    /// The objective of the question.
    pub objective: String,
    pub harm: Option<Harm>,
    pub day: Day,
}

/// A trainee's progress.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgressView {
    pub study: StudyView,
    /// The objectives of every topic, in the order of [`StudyView::topics`].
    pub objectives: Vec<Vec<ObjectiveView>>,
    pub calibration: Calibration,
    /// The most dangerous first, then the newest.
    pub confident_errors: Vec<ConfidentErrorView>,
    /// The exams, each with its title and its pass mark in percent.
    pub exams: Vec<(ExamId, String, u8)>,
    /// How many answers every study day has.
    pub days: BTreeMap<Day, usize>,
}

impl ProgressView {
    /// Returns the progress on the record's day. It reads the objectives of the banks, so their files are parsed.
    pub fn new(record: &StudyRecord) -> Self {
        let deck = record.deck();
        let study = StudyView::new(record, &deck);
        let exams = record.catalog.exams();
        let exams = exams.map(|exam| (exam.value.id.clone(), exam.value.title.clone(), u8::from(exam.value.pass)));
        let mut view = Self {
            objectives: Vec::new(),
            calibration: calibration(deck.first_reviews()),
            confident_errors: Vec::new(),
            exams: exams.collect(),
            days: record.answers_by_day(),
            study,
        };
        for topic in &view.study.topics {
            let Ok(bank) = record.catalog.bank(&topic.bank) else {
                view.objectives.push(Vec::new());
                continue;
            };
            let objective = |objective: &crate::bank::types::Objective| ObjectiveView {
                text: objective.text.clone(),
                mastery: mastery(&deck, |bank, entry| {
                    bank.id == topic.bank && entry.question.objective == objective.id
                }),
            };
            let objectives = bank.value.objectives.iter().map(objective);
            view.objectives.push(objectives.filter(|objective| objective.mastery.total > 0).collect());
        }
        for (index, entry) in deck.questions.iter().enumerate() {
            let bank = record.catalog.bank(&deck.bank(index).id).ok();
            let id = &entry.question.objective;
            let objective = bank.and_then(|bank| bank.value.objective_text(id).map(str::to_owned));
            // Only the latest study day counts: an error that was corrected later is no longer one.
            let Some(card) = &entry.card else { continue };
            let latest = &card.first_of_last_day;
            if latest.is_confident_error() {
                let objective = objective.unwrap_or_else(|| id.to_string());
                let (harm, day) = (latest.harm, latest.study_day);
                view.confident_errors.push(ConfidentErrorView { objective, harm, day });
            }
        }
        view.confident_errors.sort_by_key(|error| (std::cmp::Reverse(error.harm), std::cmp::Reverse(error.day)));
        view
    }

    /// Returns the calibration in lines: one for each level that was used, and what it means.
    pub fn calibration_lines(&self) -> Vec<String> {
        let used = self.calibration.levels.iter().filter(|level| level.answer_count > 0);
        let line = |level: &CertaintyLevel| {
            let share = level.correct_count as f64 / level.answer_count as f64;
            let label = capitalized(level.certainty.label());
            format!("{label}: {} of {} correct ({})", level.correct_count, level.answer_count, percent_text(share))
        };
        let mut lines: Vec<_> = used.map(line).collect();
        if lines.is_empty() {
            return vec!["Practice asks how sure you are. Your ratings appear here.".to_owned()];
        }
        let answer_count: usize = self.calibration.levels.iter().map(|level| level.answer_count).sum();
        let is_often_wrong = |level: &CertaintyLevel| {
            // A single wrong answer does not make a habit.
            level.certainty == Certainty::Certain
                && level.answer_count >= CERTAIN_ANSWERS
                && level.correct_count * 10 < level.answer_count * CERTAIN_TENTHS
        };
        let is_overconfident = self.calibration.levels.iter().any(is_often_wrong);
        // A few answers say nothing about a trainee.
        lines.extend(self.calibration.bonus.filter(|_| answer_count >= VERDICT_ANSWERS).map(|bonus| {
            // The mean over all levels can hide that certain answers are wrong, and those are what harms patients.
            let verdict = if bonus < -0.05 || is_overconfident {
                "You are often surer than your answers allow."
            } else if bonus > 0.0 {
                "Your certainty tells well which answers are correct."
            } else {
                "Your certainty fits your answers."
            };
            verdict.to_owned()
        }));
        lines
    }

    /// Returns the progress in lines for the command and for plain mode. `readiness` has the lines of each exam.
    pub fn lines(&self, readiness: &[(String, Vec<String>)]) -> Vec<String> {
        let study = &self.study;
        let mut lines = Vec::new();
        let today = if study.session.units.is_empty() {
            if study.answered_today > 0 { "Today: done" } else { "Today: nothing is due" }.to_owned()
        } else {
            format!("Today: {}", study.session_text())
        };
        lines.push(today);
        lines.extend(study.topics.iter().map(|topic| format!("Topic: {}", topic_text(topic))));
        for (title, texts) in readiness {
            lines.extend(texts.iter().map(|text| format!("Exam: {title}: {text}")));
        }
        lines.extend(self.calibration_lines().into_iter().map(|line| format!("Certainty: {line}")));
        lines.extend(self.confident_errors.iter().map(|error| format!("Certain but wrong: {}", error.text())));
        lines.push(format!("Days: {}", last_days_text(&study.last_days)));
        lines
    }

    /// Returns the JSON of `needlewise progress --json`. Mastery and chances are in percent.
    pub fn json(&self, readiness: &[(ExamId, ReadinessResult)]) -> Value {
        let topic = |topic: &TopicView| {
            json!({
                "bank": topic.bank,
                "mastery": rounded_percent(topic.mastery.share),
                "seen": topic.mastery.seen,
                "total": topic.mastery.total,
                "due": topic.mastery.due,
                "change": topic.change,
            })
        };
        let estimate = |(exam, readiness): &(ExamId, ReadinessResult)| {
            let pass = self.exams.iter().find(|(id, ..)| id == exam).map(|(_, _, pass)| *pass);
            match readiness {
                ReadinessResult::Known(known) => json!({
                    "exam": exam,
                    "expected": rounded_percent(known.expected),
                    "pass": pass,
                    "chance": rounded_percent(known.pass_chance),
                    "low": rounded_percent(known.range.0),
                    "high": rounded_percent(known.range.1),
                }),
                ReadinessResult::TooFewAnswers { .. } | ReadinessResult::Unknown => json!({
                    "exam": exam, "expected": null, "pass": pass, "chance": null, "low": null, "high": null,
                }),
            }
        };
        let level = |level: &CertaintyLevel| {
            json!({
                "certainty": u8::from(level.certainty),
                "answers": level.answer_count,
                "correct": level.correct_count,
            })
        };
        json!({
            "topics": self.study.topics.iter().map(topic).collect::<Vec<_>>(),
            "readiness": readiness.iter().map(estimate).collect::<Vec<_>>(),
            "calibration": {
                "levels": self.calibration.levels.iter().map(level).collect::<Vec<_>>(),
                "mean_mark": self.calibration.mean_mark,
                "bonus": self.calibration.bonus,
            },
            "days": self.days.iter().map(|(day, count)| json!({"day": day, "answers": count})).collect::<Vec<_>>(),
        })
    }
}

impl ConfidentErrorView {
    /// Returns the objective with the harm, in words.
    pub fn text(&self) -> String {
        let harm = match self.harm.map(u8::from) {
            Some(3) => " (can kill or maim)",
            Some(2) => " (dangerous)",
            _ => "",
        };
        format!("{}{harm}", self.objective)
    }
}

/// Returns a topic in words: `Risks: 71 % mastered, +6 in 7 days, 22 of 48 seen, 3 due`.
pub fn topic_text(topic: &TopicView) -> String {
    let Mastery { seen, total, due, .. } = topic.mastery;
    let change = if topic.change == 0 { String::new() } else { format!(", {:+} in 7 days", topic.change) };
    let title = text::single_line(&topic.title);
    format!("{title}: {} % mastered{change}, {seen} of {total} seen, {due} due", topic.mastery.percent())
}

/// Returns a share in percent with at most two decimal places.
fn rounded_percent(share: f64) -> f64 {
    (share * 10_000.0).round() / 100.0
}

fn capitalized(label: &str) -> String {
    let mut chars = label.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
