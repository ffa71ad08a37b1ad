//! How a person studies: minutes a day, new questions a day, retention, certainty and plans.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attempt::person::StudyChanged;
use crate::bank::exam::Percent;
use crate::clock::Day;
use crate::ids::ExamId;
use crate::study::schedule::{Scheduler, Weights};

/// The settings of one person. A value that the person never changed is `None`, so that a later program may have
/// another default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudySettings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minutes: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    new_per_day: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retention: Option<Percent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asks_certainty: Option<bool>,
    /// The days of exams. Past days stay until the plan changes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    plans: BTreeMap<ExamId, Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weights: Option<Weights>,
}

impl StudySettings {
    /// The smallest and the largest number of minutes a day.
    pub const MINUTES: (u32, u32) = (1, 600);
    /// The smallest and the largest number of new questions a day.
    pub const NEW_PER_DAY: (u32, u32) = (0, 1000);
    /// The lowest and the highest retention, the chance of recall at which a question is due, in percent.
    pub const RETENTION: (u8, u8) = (70, 97);

    /// Applies a change. A value out of its range changes nothing.
    pub fn apply(&mut self, changed: &StudyChanged) {
        let in_range = |value: &u32, (least, most): (u32, u32)| (least..=most).contains(value);
        self.minutes = changed.minutes.filter(|minutes| in_range(minutes, Self::MINUTES)).or(self.minutes);
        self.new_per_day = changed.new_per_day.filter(|count| in_range(count, Self::NEW_PER_DAY)).or(self.new_per_day);
        let is_retention = |percent: &Percent| (Self::RETENTION.0..=Self::RETENTION.1).contains(&u8::from(*percent));
        self.retention = changed.retention.filter(is_retention).or(self.retention);
        self.asks_certainty = changed.asks_certainty.or(self.asks_certainty);
        if let Some(plan) = &changed.plan {
            match plan.day {
                Some(day) => self.plans.insert(plan.exam.clone(), day),
                None => self.plans.remove(&plan.exam),
            };
        }
        if let Some(fitted) = &changed.weights {
            self.weights = Weights::try_from(fitted.weights.clone()).ok().or(self.weights.take());
        }
    }

    /// Returns the minutes a day. The default is 20.
    pub fn minutes(&self) -> u32 {
        self.minutes.unwrap_or(20)
    }

    /// Returns how many new questions a day a session without a plan introduces. The default is 10.
    pub fn new_per_day(&self) -> u32 {
        self.new_per_day.unwrap_or(10)
    }

    /// Returns the chance of recall at which a question is due. The default is 90 %.
    pub fn retention(&self) -> Percent {
        self.retention.unwrap_or(Percent::at_most_100(90))
    }

    /// Returns whether practice asks how sure the person is. It does by default.
    pub fn asks_certainty(&self) -> bool {
        self.asks_certainty.unwrap_or(true)
    }

    /// Returns the exams whose day has not passed, the nearest first. The first one rules.
    pub fn plans(&self, today: Day) -> Vec<(&ExamId, Day)> {
        let coming = self.plans.iter().filter(|(_, day)| **day >= today);
        let mut plans: Vec<_> = coming.map(|(exam, day)| (exam, *day)).collect();
        plans.sort_by_key(|(_, day)| *day);
        plans
    }

    /// Returns the day that the person plans for an exam, past or coming; `None` without a plan.
    pub fn day_of(&self, exam: &ExamId) -> Option<Day> {
        self.plans.get(exam).copied()
    }

    /// Returns the scheduler with the person's weights and retention.
    pub fn scheduler(&self) -> Scheduler {
        Scheduler::new(&self.weights.clone().unwrap_or_default(), self.retention())
    }
}
