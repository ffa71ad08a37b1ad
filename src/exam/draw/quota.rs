//! The number of questions that each section draws, and the reasons why a paper cannot be drawn.

use std::fmt;

use crate::bank::catalog::CatalogMiss;
use crate::bank::exam::{Exam, ExamSection};
use crate::ids::BankId;

/// A number of questions: how many a section draws, or how many its pool has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quota {
    /// All questions, including the critical ones.
    pub questions: usize,
    /// The exact number of critical questions among them.
    pub critical: usize,
}

/// Returns the quota of each section of an exam, in the order of the sections.
pub fn quotas(exam: &Exam) -> Vec<Quota> {
    let quota = |(section, questions): (&ExamSection, usize)| Quota { questions, critical: section.critical as usize };
    exam.sections.iter().zip(question_counts(exam)).map(quota).collect()
}

/// Returns how many questions each section draws: its own count, or its share of the exam's total by weight (see
/// [`apportion`]).
pub fn question_counts(exam: &Exam) -> Vec<usize> {
    let own_count = |section: &ExamSection| section.questions.map_or(0, |count| count as usize);
    let Some(total) = exam.questions else {
        return exam.sections.iter().map(own_count).collect();
    };
    let weights: Vec<u64> = exam.sections.iter().map(|section| section.weight.unwrap_or(0).into()).collect();
    apportion(u64::from(total), &weights)
}

/// Apportions `total` by `weights` with the largest remainder method (Hamilton's method).
///
/// The share of weight w is total · w / (sum of all weights), rounded down. The remaining questions go to the largest
/// fractional parts, one each. A tie goes to the earlier section. For example, 30 questions with the weights 15, 25,
/// 30, 20 and 10 give 5, 7, 9, 6 and 3.
pub fn apportion(total: u64, weights: &[u64]) -> Vec<usize> {
    // A total without weights must not divide by zero.
    let sum = weights.iter().sum::<u64>().max(1);
    // The product cannot overflow: an exam has at most 1,000 questions, and a weight is at most 1,000,000.
    let mut shares: Vec<_> = weights.iter().map(|weight| total * weight / sum).collect();
    let mut by_remainder: Vec<_> = (0..weights.len()).collect();
    // The sort is stable, so ties stay in the order of the sections.
    by_remainder.sort_by_key(|index| std::cmp::Reverse(total * weights[*index] % sum));
    let remaining = total.saturating_sub(shares.iter().sum());
    for index in by_remainder.into_iter().take(usize::try_from(remaining).unwrap_or(0)) {
        shares[index] += 1;
    }
    shares.into_iter().map(|share| usize::try_from(share).unwrap_or(0)).collect()
}

/// The reason why no paper can be drawn. Sections are numbered from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Infeasible {
    /// A section names a bank that is missing or has errors.
    BankUnavailable {
        section: usize,
        bank: BankId,
        /// Whether the bank is missing or has errors.
        cause: CatalogMiss,
    },
    /// No selection from the pool meets the quota of the section.
    PoolTooSmall {
        section: usize,
        bank: BankId,
        quota: Quota,
        /// All questions of the pool, and the critical ones among them.
        available: Quota,
    },
    /// Each section can be filled, but not all of them on one paper, because they share questions or groups.
    SectionsConflict { sections: Vec<usize> },
    /// The sections share so many questions and groups that counting their papers would take too long.
    TooComplex { sections: Vec<usize> },
}

impl Infeasible {
    /// Returns the number of the first section that is affected, from 1.
    pub fn first_section(&self) -> usize {
        match self {
            Self::BankUnavailable { section, .. } | Self::PoolTooSmall { section, .. } => *section,
            Self::SectionsConflict { sections } | Self::TooComplex { sections } => {
                sections.first().copied().unwrap_or(1)
            }
        }
    }
}

impl fmt::Display for Infeasible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |sections: &[usize]| sections.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::BankUnavailable { section, bank, cause: CatalogMiss::Unknown } => {
                write!(f, "section {section} draws from the bank \"{bank}\", which does not exist")
            }
            Self::BankUnavailable { section, bank, cause: CatalogMiss::Broken } => {
                write!(f, "section {section} draws from the bank \"{bank}\", which has errors")
            }
            Self::PoolTooSmall { section, bank, quota, available } => write!(
                f,
                "section {section} (\"{bank}\") draws {} questions ({} critical), but its pool of {} ({} critical) has \
                 no selection that fits",
                quota.questions, quota.critical, available.questions, available.critical
            ),
            Self::SectionsConflict { sections } => {
                write!(f, "sections {} share questions or groups, so no paper can fill all of them", list(sections))
            }
            Self::TooComplex { sections } => write!(
                f,
                "the questions of sections {} share too many groups to prove that a paper exists",
                list(sections)
            ),
        }
    }
}

impl std::error::Error for Infeasible {}
