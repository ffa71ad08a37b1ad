//! Points as exact fractions. Every decision uses the fraction. The decimal and percent forms are only for display and
//! export.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use std::str::FromStr;

use num_rational::BigRational;
use serde::{Deserialize, Serialize};

use crate::bank::exam::Percent;
use crate::text;

/// A number of points as an exact fraction, stored as `37/2`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Points(BigRational);

impl Points {
    /// Returns zero points.
    pub fn zero() -> Self {
        Self::from_whole(0)
    }

    /// Returns one point, which is the maximum for a question.
    pub fn one() -> Self {
        Self::from_whole(1)
    }

    /// Returns a whole number of points.
    pub fn from_whole(count: usize) -> Self {
        Self(BigRational::from_integer(count.into()))
    }

    /// Returns the balanced score max(0, r/k − s/w), for `r` of `k` keys and `s` of `w` distractors ticked.
    ///
    /// This is the share of the keys that were ticked, minus the share of the distractors that were ticked. It is never
    /// below zero. Ticking every choice scores zero, and so does ticking none. Without keys or without distractors the
    /// score is zero.
    ///
    /// The rule is our own. The plus/minus rule of the NCSBN is max(0, r − s)/k. It gives 3/4 of a point for ticking
    /// everything in a question with 4 keys and 1 distractor.
    pub fn balanced(r: usize, k: usize, s: usize, w: usize) -> Self {
        if k == 0 || w == 0 {
            return Self::zero();
        }
        let share = |part: usize, whole: usize| BigRational::new(part.into(), whole.into());
        Self(share(r, k) - share(s, w)).max(Self::zero())
    }

    /// Returns whether these points are at least `percent` of `possible`: 100 · points ≥ percent · possible.
    pub fn reaches(&self, percent: Percent, possible: usize) -> bool {
        // The comparison is exact. The double nearest to 0.8 is above 4/5, so it would fail 48 of 60 points.
        let hundredfold = &self.0 * BigRational::from_integer(100.into());
        hundredfold >= BigRational::from_integer((usize::from(u8::from(percent)) * possible).into())
    }

    /// Returns these points rounded down to four decimal places, for programs that cannot read fractions.
    pub fn to_f64(&self) -> f64 {
        self.share_of(1)
    }

    /// Returns these points as a decimal number for people, with at most two places: `58.08`.
    ///
    /// It is rounded down, so that no score below a pass mark reads like the mark. Never decide with it.
    pub fn format_for_people(&self) -> String {
        text::format_hundredths(&(&self.0 * BigRational::from_integer(100.into())).to_integer().to_string())
    }

    /// Returns the share of `possible` from 0 to 1, rounded down to four decimal places. If `possible` is 0, the share
    /// is 0. Never decide with it.
    pub fn share_of(&self, possible: usize) -> f64 {
        if possible == 0 {
            return 0.0;
        }
        let ten_thousandths = (&self.0 * BigRational::new(10_000.into(), possible.into())).to_integer();
        u32::try_from(ten_thousandths).map_or(f64::MAX, f64::from) / 10_000.0
    }

    /// Returns the share of `possible` in whole percent, for people. If `possible` is 0, the share is 0. Never decide
    /// with it.
    ///
    /// It is rounded down, so 79.9 % does not look like a pass mark of 80 %.
    pub fn percent_of(&self, possible: usize) -> u8 {
        if possible == 0 {
            return 0;
        }
        let percent = &self.0 * BigRational::new(100.into(), possible.into());
        percent.to_integer().try_into().unwrap_or(100)
    }
}

/// Returns how many points reach a pass mark: `percent` of `possible`, rounded up to whole points.
pub fn points_needed(percent: Percent, possible: usize) -> usize {
    (usize::from(u8::from(percent)) * possible).div_ceil(100)
}

impl Add for Points {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
        points.fold(Self::zero(), Add::add)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl From<Points> for String {
    fn from(points: Points) -> Self {
        points.to_string()
    }
}

impl FromStr for Points {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        // The text may come from a request file, so its length is limited.
        let is_plausible = text.len() <= 200 && !text.ends_with("/0");
        is_plausible.then(|| text.parse().ok()).flatten().map(Self).ok_or("points must be a fraction such as 37/2")
    }
}

impl TryFrom<String> for Points {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse()
    }
}
