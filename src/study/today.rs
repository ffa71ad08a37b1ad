//! Today's session: which questions a trainee should answer today, and in which order.

use std::collections::BTreeSet;

use crate::clock::Day;
use crate::exam::draw::rng::DrawRng;
use crate::ids::GroupId;
use crate::study::deck::Deck;
use crate::study::prediction::Predictions;
use crate::study::review::Grade;
use crate::study::schedule::{Card, Scheduler, days_between};

/// The limits of a session, and the time that one question is assumed to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// The minutes that are left of those that the trainee wants to study a day.
    pub minutes: u32,
    /// How many new questions may still be introduced today. A plan ignores it.
    pub new_count: usize,
    /// The assumed time of a question, in seconds.
    pub seconds_per_question: u32,
}

/// A plan to be ready on a day.
#[derive(Debug, Clone)]
pub struct ExamPlan<'a> {
    /// The day of the exam.
    pub exam_day: Day,
    /// For every question of the deck, the chance that a paper holds it.
    pub draw_chances: &'a [f64],
}

/// The questions of a session, in the order in which they are asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TodaySession {
    /// The units, as indexes of the deck: one question, or all questions of a case.
    pub units: Vec<Vec<usize>>,
    /// How many of the questions were answered on an earlier day.
    pub review_count: usize,
    /// How many of the questions were never answered.
    pub new_count: usize,
    /// The assumed time of the session, in seconds.
    pub seconds: u32,
}

impl TodaySession {
    /// Returns the number of questions.
    pub fn question_count(&self) -> usize {
        self.review_count + self.new_count
    }

    /// Returns the assumed time in minutes, rounded up.
    pub fn minutes(&self) -> u32 {
        self.seconds.div_ceil(60)
    }
}

/// Selects today's session without a plan: all due questions by rising chance of recall, confident errors first, and
/// then new ones. `draw_chances` has for every question of the deck the chance that a paper holds it. `rng` decides
/// the order of new questions that are equally important.
pub fn select_session(deck: &Deck<'_>, draw_chances: &[f64], limits: SessionLimits, rng: &mut DrawRng) -> TodaySession {
    let units = deck.units();
    let mut due: Vec<_> = units.iter().filter(|unit| unit.iter().any(|index| deck.is_due(*index))).collect();
    let urgency = |unit: &&Vec<usize>| {
        let is_confident_error = unit.iter().any(|index| is_confident_error(deck, *index));
        let recall = unit.iter().filter_map(|index| deck.recall(*index, deck.today)).fold(1.0, f64::min);
        (!is_confident_error, recall)
    };
    due.sort_by(|a, b| urgency(a).partial_cmp(&urgency(b)).unwrap_or(std::cmp::Ordering::Equal));
    let new = order_new_units(deck, &units, draw_chances, rng);
    let mut builder = SessionBuilder::new(deck, limits);
    for unit in due {
        let unit = sibling_of(deck, &units, unit).unwrap_or(unit);
        if !builder.push(unit) {
            return builder.session;
        }
    }
    let mut new_left = limits.new_count;
    for unit in new.into_iter().filter(|unit| unit.iter().all(|index| !deck.is_answered_today(*index))) {
        if unit.len() > new_left {
            continue;
        }
        let before = builder.session.new_count;
        if !builder.push(unit) {
            break;
        }
        new_left -= builder.session.new_count - before;
    }
    builder.session
}

/// Selects today's session for a plan: first due questions whose latest study day began wrong, then the questions that
/// gain most until the exam.
///
/// The gain of a question is w · (P · R(Good) + (1 − P) · R(Again) − R(none)) / seconds. R is the chance of recall on
/// the day of the exam after an answer with that grade today, or without any. P is the chance of recall today, or of a
/// correct first answer. w is the chance that a paper holds the question, three times for a critical one.
pub fn select_planned_session(
    deck: &Deck<'_>,
    plan: &ExamPlan<'_>,
    predictions: &Predictions,
    limits: SessionLimits,
) -> TodaySession {
    let units = deck.units();
    let is_open = |unit: &&Vec<usize>| unit.iter().all(|index| !deck.is_answered_today(*index));
    let began_wrong = |unit: &&Vec<usize>| {
        unit.iter()
            .any(|index| deck.is_due(*index) && deck.questions[*index].card.as_ref().is_some_and(Card::began_wrong))
    };
    let gain = |unit: &Vec<usize>| {
        let sum: f64 = unit.iter().map(|index| question_gain(deck, plan, predictions, *index)).sum();
        sum / unit.len() as f64 / f64::from(limits.seconds_per_question.max(1))
    };
    let (mut wrong, others): (Vec<_>, Vec<_>) = units.iter().filter(is_open).partition(began_wrong);
    let is_confident = |unit: &&Vec<usize>| unit.iter().any(|index| is_confident_error(deck, *index));
    wrong.sort_by_key(|unit| !is_confident(unit));
    let mut by_gain: Vec<_> =
        others.into_iter().map(|unit| (gain(unit), unit)).filter(|(gain, _)| *gain > 0.0).collect();
    by_gain.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut builder = SessionBuilder::new(deck, limits);
    let wrong = wrong.into_iter().map(|unit| sibling_of(deck, &units, unit).unwrap_or(unit));
    for unit in wrong.chain(by_gain.into_iter().map(|(_, unit)| unit)) {
        if !builder.push(unit) {
            break;
        }
    }
    builder.session
}

/// Returns how much an answer today raises the chance of recall on the day of the exam, by importance.
fn question_gain(deck: &Deck<'_>, plan: &ExamPlan<'_>, predictions: &Predictions, index: usize) -> f64 {
    let entry = &deck.questions[index];
    let scheduler: &Scheduler = deck.scheduler;
    let days_left = days_between(deck.today, plan.exam_day);
    let memory = entry.card.as_ref().map(|card| card.memory);
    let elapsed = entry.card.as_ref().map_or(0, |card| days_between(card.last_day, deck.today));
    let recall_with = |grade| scheduler.recall_after(scheduler.memory_after(memory, elapsed, grade), days_left);
    // Without a card the chance is that of a first answer, but the recall without an answer is 0. With guessing there,
    // unseen questions would come last.
    let chance = deck.recall(index, deck.today).unwrap_or_else(|| predictions.raw_chance(index));
    let without = deck.recall(index, plan.exam_day).unwrap_or(0.0);
    let weight = plan.draw_chances[index] * if entry.question.is_critical { 3.0 } else { 1.0 };
    weight * (chance * recall_with(Grade::Good) + (1.0 - chance) * recall_with(Grade::Again) - without)
}

fn is_confident_error(deck: &Deck<'_>, index: usize) -> bool {
    deck.questions[index].card.as_ref().is_some_and(|card| card.first_of_last_day.is_confident_error())
}

/// Returns the units that were never answered, the most important first: critical ones, then by the share of their
/// topic in the exams. Topics take turns, so that a session mixes them.
fn order_new_units<'u>(
    deck: &Deck<'_>,
    units: &'u [Vec<usize>],
    draw_chances: &[f64],
    rng: &mut DrawRng,
) -> Vec<&'u Vec<usize>> {
    let mut new: Vec<_> =
        units.iter().filter(|unit| unit.iter().all(|index| deck.questions[*index].card.is_none())).collect();
    rng.shuffle(&mut new);
    let is_critical = |unit: &&Vec<usize>| unit.iter().any(|index| deck.questions[*index].question.is_critical);
    let (critical, others): (Vec<_>, Vec<_>) = new.into_iter().partition(is_critical);
    [critical, others].into_iter().flat_map(|units| mix_topics(deck, units, draw_chances)).collect()
}

/// Orders units so that each topic comes in proportion to its weight, which is the sum of the chances of its questions.
/// The next unit is always from the topic that is furthest behind its share.
fn mix_topics<'u>(deck: &Deck<'_>, units: Vec<&'u Vec<usize>>, draw_chances: &[f64]) -> Vec<&'u Vec<usize>> {
    let mut queues: Vec<Vec<&Vec<usize>>> = vec![Vec::new(); deck.banks.len()];
    let mut weights = vec![0.0; deck.banks.len()];
    let mut unit_count = 0;
    // The queues are emptied from their end.
    for unit in units.into_iter().rev() {
        let topic = deck.questions[unit[0]].bank_index;
        // A question that no exam draws still gets a small weight, so that it comes at some time.
        weights[topic] += unit.iter().map(|index| draw_chances[*index].max(0.01)).sum::<f64>();
        queues[topic].push(unit);
        unit_count += 1;
    }
    let total: f64 = weights.iter().sum();
    let mut taken = vec![0.0; queues.len()];
    let mut mixed = Vec::with_capacity(unit_count);
    for count in 1..=unit_count {
        let behind = |topic: &usize| weights[*topic] * count as f64 / total - taken[*topic];
        let open = (0..queues.len()).filter(|topic| !queues[*topic].is_empty());
        // `max_by` returns the last of equal topics, so it goes through them from the end: the first one wins.
        let Some(topic) = open.rev().max_by(|a, b| behind(a).total_cmp(&behind(b))) else { break };
        taken[topic] += 1.0;
        mixed.extend(queues[topic].pop());
    }
    mixed
}

/// Returns another wording of the same point for a question whose latest study day began wrong: the question of its
/// exclusion group that was answered longest ago, but before that day, or never.
///
/// Repeating the same words teaches the words.
fn sibling_of<'u>(deck: &Deck<'_>, units: &'u [Vec<usize>], unit: &[usize]) -> Option<&'u Vec<usize>> {
    let [index] = unit else { return None };
    let entry = &deck.questions[*index];
    let card = entry.card.as_ref().filter(|card| card.began_wrong())?;
    let group = entry.question.group.as_ref()?;
    let last_day = |unit: &Vec<usize>| deck.questions[unit[0]].card.as_ref().map(|card| card.last_day);
    let is_sibling = |unit: &&Vec<usize>| {
        let other = &deck.questions[unit[0]];
        // Groups of two banks can share a name by accident, and another point would be no other wording.
        let is_same_bank = other.bank_index == entry.bank_index;
        unit.len() == 1 && unit[0] != *index && is_same_bank && other.question.group.as_ref() == Some(group)
    };
    let is_earlier = |unit: &&Vec<usize>| last_day(unit).is_none_or(|day| day < card.last_day);
    units.iter().filter(is_sibling).filter(is_earlier).min_by_key(|unit| last_day(unit))
}

/// Fills a session until its time is used up. An exclusion group gives it one question.
struct SessionBuilder<'a> {
    deck: &'a Deck<'a>,
    limits: SessionLimits,
    used_groups: BTreeSet<&'a GroupId>,
    used_units: BTreeSet<usize>,
    session: TodaySession,
}

impl<'a> SessionBuilder<'a> {
    fn new(deck: &'a Deck<'a>, limits: SessionLimits) -> Self {
        let (used_groups, used_units, session) = (BTreeSet::new(), BTreeSet::new(), TodaySession::default());
        Self { deck, limits, used_groups, used_units, session }
    }

    /// Adds a unit, unless it or one of its groups is already there. Returns false if no time is left for it. The first
    /// unit fits if any time is left.
    fn push(&mut self, unit: &[usize]) -> bool {
        let groups = unit.iter().filter_map(|index| self.deck.questions[*index].question.group.as_ref());
        if self.used_units.contains(&unit[0]) || groups.clone().any(|group| self.used_groups.contains(group)) {
            return true;
        }
        let count = u32::try_from(unit.len()).unwrap_or(u32::MAX);
        let seconds = self.session.seconds.saturating_add(self.limits.seconds_per_question.saturating_mul(count));
        let is_first = self.session.units.is_empty() && self.limits.minutes > 0;
        if seconds > self.limits.minutes.saturating_mul(60) && !is_first {
            return false;
        }
        self.used_groups.extend(groups);
        self.used_units.insert(unit[0]);
        let new_count = unit.iter().filter(|index| self.deck.questions[**index].card.is_none()).count();
        self.session.new_count += new_count;
        self.session.review_count += unit.len() - new_count;
        self.session.seconds = seconds;
        self.session.units.push(unit.to_vec());
        true
    }
}
