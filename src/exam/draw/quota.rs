//! The number of questions that each section draws, and the reasons why a paper cannot be drawn.

use std::fmt;

use crate::bank::catalog::CatalogMiss;
use crate::bank::exam::{Exam, ExamSection};
use crate::ids::BankId;

/// How many questions a section draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quota {
    /// All of them, the critical ones included.
    pub questions: usize,
    /// Exactly this many of them are critical.
    pub critical: usize,
}

/// Returns the quota of each section of an exam, in the order of the sections.
pub fn quotas(exam: &Exam) -> Vec<Quota> {
    let quota = |(section, questions): (&ExamSection, usize)| Quota { questions, critical: section.critical as usize };
    exam.sections.iter().zip(question_counts(exam)).map(quota).collect()
}

/// Returns how many questions each section draws: its own count, or its share of the exam's by weight (largest
/// remainders, ties in the order of the sections).
pub fn question_counts(exam: &Exam) -> Vec<usize> {
    let own_count = |section: &ExamSection| section.questions.map_or(0, |count| count as usize);
    let Some(total) = exam.questions else {
        return exam.sections.iter().map(own_count).collect();
    };
    let weights: Vec<u64> = exam.sections.iter().map(|section| section.weight.unwrap_or(0).into()).collect();
    apportion(u64::from(total), &weights)
}

/// Shares out `total` by `weights`: each gets the whole part of its share, the rest goes to the largest remainders.
pub fn apportion(total: u64, weights: &[u64]) -> Vec<usize> {
    let sum = weights.iter().sum::<u64>().max(1);
    let mut shares: Vec<_> = weights.iter().map(|weight| total * weight / sum).collect();
    let mut by_remainder: Vec<_> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|index| std::cmp::Reverse(total * weights[*index] % sum));
    let remaining = total.saturating_sub(shares.iter().sum());
    for index in by_remainder.into_iter().take(usize::try_from(remaining).unwrap_or(0)) {
        shares[index] += 1;
    }
    shares.into_iter().map(|share| usize::try_from(share).unwrap_or(0)).collect()
}

/// Why no paper can be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Infeasible {
    /// A section names a bank that is missing or has errors.
    BankUnavailable {
        /// The section, from 1.
        section: usize,
        /// The bank.
        bank: BankId,
        /// Whether it is missing or has errors.
        cause: CatalogMiss,
    },
    /// A section wants more than its pool can give.
    PoolTooSmall {
        /// The section, from 1.
        section: usize,
        /// The bank.
        bank: BankId,
        /// What the section draws.
        quota: Quota,
        /// What its pool has.
        available: Quota,
    },
    /// Each section could be filled, but not all of them on one paper: they share questions or groups.
    SectionsConflict {
        /// The sections, from 1.
        sections: Vec<usize>,
    },
    /// Sections that need each other's questions share so many groups that their papers cannot be counted.
    TooComplex {
        /// The sections, from 1.
        sections: Vec<usize>,
    },
}

impl Infeasible {
    /// Returns the section to look at first, from 1.
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
                write!(f, "section {section} draws from the bank \"{bank}\", which is not there")
            }
            Self::BankUnavailable { section, bank, cause: CatalogMiss::Broken } => {
                write!(f, "section {section} draws from the bank \"{bank}\", which has errors")
            }
            Self::PoolTooSmall { section, bank, quota, available } => write!(
                f,
                "section {section} (\"{bank}\") wants {} questions, {} of them critical; its pool has {}, {} of them \
                 critical, and no set of them fits",
                quota.questions, quota.critical, available.questions, available.critical
            ),
            Self::SectionsConflict { sections } => {
                write!(f, "sections {} share questions or groups, and no paper can fill all of them", list(sections))
            }
            Self::TooComplex { sections } => write!(
                f,
                "sections {} need questions that share too many groups with each other to prove that they can be drawn",
                list(sections)
            ),
        }
    }
}

impl std::error::Error for Infeasible {}
