//! The chance that a paper of an exam holds a question.

use crate::bank::exam::{Exam, ExamSection};
use crate::exam::draw::quota;
use crate::study::deck::{Deck, DeckQuestion};

/// Returns for every question of the deck the chance that one paper of the exam holds it, from 0 to 1.
///
/// A section that draws c of C critical questions and r of U others gives c/C to each critical one and r/U to each
/// other one. Groups and cases are not considered. A question of two sections gets the sum.
pub fn draw_chances(deck: &Deck<'_>, exam: &Exam) -> Vec<f64> {
    let mut chances = vec![0.0; deck.questions.len()];
    for (section, quota) in exam.sections.iter().zip(quota::quotas(exam)) {
        let pool: Vec<_> = (0..chances.len())
            .filter(|index| deck.bank(*index).id == section.bank && is_in_pool(section, &deck.questions[*index]))
            .collect();
        let critical_count = pool.iter().filter(|index| deck.questions[**index].question.is_critical).count();
        let share = |drawn: usize, of: usize| if of == 0 { 0.0 } else { (drawn as f64 / of as f64).min(1.0) };
        let critical_share = share(quota.critical, critical_count);
        let other_share = share(quota.questions.saturating_sub(quota.critical), pool.len() - critical_count);
        for index in pool {
            let is_critical = deck.questions[index].question.is_critical;
            chances[index] += if is_critical { critical_share } else { other_share };
        }
    }
    chances.iter_mut().for_each(|chance| *chance = chance.min(1.0));
    chances
}

/// Returns whether a section draws from a question of its bank. This is [`pool`](crate::exam::draw::pool) for summaries.
fn is_in_pool(section: &ExamSection, entry: &DeckQuestion<'_>) -> bool {
    (section.objectives.is_empty() || section.objectives.contains(&entry.question.objective))
        && section.level.is_none_or(|level| level == entry.question.level)
}
