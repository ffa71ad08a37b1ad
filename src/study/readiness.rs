//! Readiness for an exam: the expected score and the chance to pass today.

use std::collections::HashMap;
use std::sync::Arc;

use crate::attempt::paper::{DrawVersion, Seed};
use crate::attempt::points::points_needed;
use crate::bank::Question;
use crate::bank::exam::Exam;
use crate::exam::draw::question_set::QuestionSet;
use crate::exam::draw::{self, DrawnSection, EarlierPaper};
use crate::ids::{BankId, Digest};
use crate::study::blueprint;
use crate::study::prediction::{Predictions, guess_chance};
use crate::study::record::StudyRecord;

/// A section of a paper as the chances of a correct answer to each of its questions, from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionOdds {
    pub critical: Vec<f64>,
    pub others: Vec<f64>,
    /// How many points the section needs, critical questions included. 0 without a pass mark of its own.
    pub needed: usize,
}

/// The outcome that is likely on one paper.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PaperOdds {
    pub pass_chance: f64,
    /// The expected number of points.
    pub expected_points: f64,
}

/// Returns the chance to pass one paper that needs `needed` points in all.
///
/// All critical questions must be correct. The number of other correct answers in a section has a Poisson-binomial
/// distribution, computed by convolution. Only the part that reaches the section's mark counts. A partly correct answer
/// counts as incorrect.
pub fn paper_odds(sections: &[SectionOdds], needed: usize) -> PaperOdds {
    // The chance of each number of points, with all critical questions correct and all earlier marks reached.
    let mut by_points = vec![1.0];
    let mut expected_points = 0.0;
    for section in sections {
        let critical_chance: f64 = section.critical.iter().product();
        let correct_others = poisson_binomial(&section.others);
        let mut next = vec![0.0; by_points.len() + section.critical.len() + section.others.len()];
        for (others, chance) in correct_others.iter().enumerate() {
            let points = section.critical.len() + others;
            if points < section.needed {
                continue;
            }
            for (earlier_points, earlier_chance) in by_points.iter().enumerate() {
                next[earlier_points + points] += earlier_chance * chance * critical_chance;
            }
        }
        by_points = next;
        expected_points += section.critical.iter().chain(&section.others).sum::<f64>();
    }
    PaperOdds { pass_chance: by_points.iter().skip(needed).sum(), expected_points }
}

/// Returns the chance of every number of successes in independent trials with these chances.
fn poisson_binomial(chances: &[f64]) -> Vec<f64> {
    let mut distribution = vec![1.0];
    for chance in chances {
        let mut next = vec![0.0; distribution.len() + 1];
        for (successes, probability) in distribution.iter().enumerate() {
            next[successes] += probability * (1.0 - chance);
            next[successes + 1] += probability * chance;
        }
        distribution = next;
    }
    distribution
}

/// How ready a trainee is for an exam today.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Readiness {
    /// The expected score, as a share from 0 to 1.
    pub expected: f64,
    /// The chance to pass, from 0 to 1.
    pub pass_chance: f64,
    /// The lower and the upper end of the likely range of that chance.
    pub range: (f64, f64),
}

/// The number of standard errors at the ends of the likely range: the 10th and the 90th percentile of a normal
/// distribution.
const RANGE_ERRORS: f64 = 1.28;

/// How many answered questions of an exam's pool an estimate needs.
pub const ANSWERS_NEEDED: usize = 40;

/// How many papers are drawn for an estimate.
pub const PAPER_COUNT: u32 = 1000;

/// Collects the odds of many papers.
#[derive(Debug, Clone, Default)]
pub struct ReadinessEstimate {
    paper_count: u32,
    possible: usize,
    /// The sums over all papers: as predicted, at the lower and at the upper end of the range.
    sums: [PaperOdds; 3],
}

impl ReadinessEstimate {
    /// Adds a paper. `sections` returns its sections for a shift of the predictions. `needed` and `possible` are its
    /// points.
    pub fn add_paper(
        &mut self,
        predictions: &Predictions,
        sections: impl Fn(f64) -> Vec<SectionOdds>,
        (needed, possible): (usize, usize),
    ) {
        let error = RANGE_ERRORS * predictions.standard_error;
        for (sum, shift) in self.sums.iter_mut().zip([0.0, -error, error]) {
            let odds = paper_odds(&sections(shift), needed);
            sum.pass_chance += odds.pass_chance;
            sum.expected_points += odds.expected_points;
        }
        self.paper_count += 1;
        self.possible = possible;
    }

    /// Returns the mean over all papers, or `None` without any.
    pub fn finish(&self) -> Option<Readiness> {
        if self.paper_count == 0 || self.possible == 0 {
            return None;
        }
        let mean = |sum: f64| sum / f64::from(self.paper_count);
        let [predicted, low, high] = &self.sums;
        Some(Readiness {
            expected: mean(predicted.expected_points) / self.possible as f64,
            pass_chance: mean(predicted.pass_chance),
            range: (mean(low.pass_chance), mean(high.pass_chance)),
        })
    }
}

/// The readiness of a trainee for an exam, or why it is unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReadinessResult {
    Known(Readiness),
    /// The trainee has answered too few questions of the exam's pool.
    TooFewAnswers {
        answered: usize,
    },
    /// No paper of the exam can be drawn, an earlier paper cannot be read, or the estimate was cancelled.
    Unknown,
}

/// Estimates the readiness for an exam from [`PAPER_COUNT`] papers, drawn as the exam draws them. `earlier_papers` are
/// the trainee's earlier papers of the exam. This can take a second, so `is_cancelled` is asked between papers.
pub fn estimate(
    record: &StudyRecord,
    exam: &Exam,
    earlier_papers: &[EarlierPaper],
    is_cancelled: &dyn Fn() -> bool,
) -> ReadinessResult {
    let deck = record.deck();
    let draw_chances = blueprint::draw_chances(&deck, exam);
    let is_answered = |index: &usize| deck.questions[*index].card.is_some() && draw_chances[*index] > 0.0;
    let answered = (0..deck.questions.len()).filter(is_answered).count();
    if answered < ANSWERS_NEEDED {
        return ReadinessResult::TooFewAnswers { answered };
    }
    let predictions = Predictions::new(&deck);
    let indexes: HashMap<_, _> = (0..deck.questions.len())
        .map(|index| ((&deck.bank(index).id, &deck.questions[index].question.id), index))
        .collect();
    let chance = |bank: &BankId, question: &Question, shift: f64| match indexes.get(&(bank, &question.id)) {
        Some(index) => predictions.chance(*index, shift),
        // A question that cannot be practiced is only guessed.
        None => guess_chance(question.guess_odds()),
    };
    let mut sums = ReadinessEstimate::default();
    for number in 0..PAPER_COUNT {
        if is_cancelled() {
            return ReadinessResult::Unknown;
        }
        let seed = Seed(*Digest::of(format!("readiness {number}")).as_bytes());
        let Ok((sections, _)) = draw::select(&record.catalog, exam, earlier_papers, seed, DrawVersion::NEWEST) else {
            return ReadinessResult::Unknown;
        };
        let odds = |shift: f64| sections.iter().map(|section| section_odds(section, &chance, shift)).collect();
        let possible = sections.iter().map(question_count).sum();
        sums.add_paper(&predictions, odds, (points_needed(exam.pass, possible), possible));
    }
    sums.finish().map_or(ReadinessResult::Unknown, ReadinessResult::Known)
}

fn question_count(section: &DrawnSection<'_>) -> usize {
    section.selection.sets.iter().map(QuestionSet::size).sum()
}

fn section_odds(
    section: &DrawnSection<'_>,
    chance: &dyn Fn(&BankId, &Question, f64) -> f64,
    shift: f64,
) -> SectionOdds {
    let questions = section.selection.sets.iter().flat_map(|set| &set.questions);
    let (critical, others): (Vec<_>, Vec<_>) = questions.partition(|question| question.critical);
    let chances = |questions: Vec<&Arc<Question>>| {
        questions.into_iter().map(|question| chance(&section.section.bank, question, shift)).collect()
    };
    let needed = section.section.pass.map_or(0, |pass| points_needed(pass, question_count(section)));
    SectionOdds { critical: chances(critical), others: chances(others), needed }
}
