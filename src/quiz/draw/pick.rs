//! Picks questions from pools that are at hand, section by section.

use std::collections::HashSet;
use std::sync::Arc;

use super::chance::{Chance, Use};
use super::select::{Pool, Want};
use super::units::Unit;
use super::{Infeasible, counts};
use crate::attempt::paper::Seed;
use crate::bank::Question;
use crate::bank::exam::Exam;
use crate::ids::{BankId, GroupId, QuestionId};

/// Questions that a trainee had in an earlier paper of an exam.
pub type Earlier = HashSet<(BankId, QuestionId)>;

/// What is passed over because the trainee had it before.
#[derive(Debug, Clone, Copy)]
pub enum Over<'a> {
    /// As many of the earlier papers as leave enough, the oldest first.
    Earlier(&'a [Earlier]),
    /// What was passed over when the paper was drawn, section by section.
    Stored(&'a [&'a [QuestionId]]),
}

/// Chooses from pools that are at hand, one for each section in the order of its bank, and puts the questions in order.
///
/// # Errors
/// The section that cannot be filled, with what it wants and what there is.
pub fn pick(
    exam: &Exam,
    pools: &[Vec<&Arc<Question>>],
    over: Over<'_>,
    seed: Seed,
    anew: u32,
) -> Result<Vec<Picked>, Infeasible> {
    let (mut chance, mut order) = (Chance::anew(seed, anew), Chance::new(seed, Use::Questions));
    let mut picked = sections(exam, pools, over, &mut chance)?;
    picked.iter_mut().for_each(|part| order.shuffle(&mut part.units));
    Ok(picked)
}

/// What was chosen for one section.
#[derive(Debug)]
pub struct Picked {
    /// The questions, in the order they are asked.
    pub units: Vec<Unit>,
    /// Questions left out because this trainee had them before.
    pub passed_over: Vec<QuestionId>,
}

fn sections(
    exam: &Exam,
    pools: &[Vec<&Arc<Question>>],
    over: Over<'_>,
    chance: &mut Chance,
) -> Result<Vec<Picked>, Infeasible> {
    let mut taken: HashSet<(&BankId, QuestionId)> = HashSet::new();
    let mut groups: HashSet<(&BankId, GroupId)> = HashSet::new();
    let mut all = Vec::new();
    for (number, ((section, questions), pool)) in exam.sections.iter().zip(counts(exam)).zip(pools).enumerate() {
        let id = &section.bank;
        let want = Want { questions, critical: section.critical as usize };
        let free = |question: &&&Arc<Question>| {
            let grouped = question.group.as_ref().is_some_and(|group| groups.contains(&(id, group.clone())));
            !grouped && !taken.contains(&(id, question.id.clone()))
        };
        let pool: Vec<_> = pool.iter().filter(free).copied().collect();
        let chosen = match over {
            Over::Earlier(earlier) => choose(&pool, id, want, earlier, chance),
            Over::Stored(lists) => choose_again(&pool, want, lists.get(number).copied().unwrap_or_default(), chance),
        };
        let (units, passed_over) = chosen.ok_or_else(|| Infeasible::Short {
            section: number + 1,
            bank: id.clone(),
            want,
            available: Want {
                questions: pool.len(),
                critical: pool.iter().filter(|question| question.critical).count(),
            },
        })?;
        for unit in &units {
            taken.extend(unit.questions.iter().map(|question| (id, question.id.clone())));
            groups.extend(unit.groups.iter().map(|group| (id, group.clone())));
        }
        all.push(Picked { units, passed_over });
    }
    Ok(all)
}

/// Chooses a section's units, passing over as many earlier papers as it can.
fn choose(
    pool: &[&Arc<Question>],
    bank: &BankId,
    want: Want,
    earlier: &[Earlier],
    chance: &mut Chance,
) -> Option<(Vec<Unit>, Vec<QuestionId>)> {
    (0..=earlier.len()).find_map(|oldest| {
        let met = |question: &Question| {
            let name = (bank.clone(), question.id.clone());
            earlier[oldest..].iter().any(|paper| paper.contains(&name))
        };
        // A case is new only as a whole: part of it would not be what its author wrote.
        let cases: HashSet<_> = pool.iter().filter(|q| met(q)).filter_map(|q| q.case.as_ref()).collect();
        let over = |q: &Question| met(q) || q.case.as_ref().is_some_and(|case| cases.contains(case));
        let (passed_over, left): (Vec<_>, Vec<_>) = pool.iter().copied().partition(|question| over(question));
        let units = Pool::new(left).choose(want, chance)?;
        Some((units, passed_over.into_iter().map(|question| question.id.clone()).collect()))
    })
}

/// Chooses a section's units, passing over what was passed over when the paper was drawn.
fn choose_again(
    pool: &[&Arc<Question>],
    want: Want,
    over: &[QuestionId],
    chance: &mut Chance,
) -> Option<(Vec<Unit>, Vec<QuestionId>)> {
    let left = pool.iter().copied().filter(|question| !over.contains(&question.id));
    Some((Pool::new(left).choose(want, chance)?, over.to_vec()))
}
