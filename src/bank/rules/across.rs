//! Rules that compare the questions of different banks.

use super::{BankContext, QuestionContext, whole};
use crate::bank::Bank;
use crate::clock::Day;
use crate::ids::{BankId, QuestionId};

/// What rules find between two banks that one exam draws from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossBankFinding {
    /// L58 or L59.
    pub rule: &'static str,
    /// The bank and the question that the finding is about.
    pub question: (BankId, QuestionId),
    pub message: String,
}

/// Looks for questions of different banks that give away each other's key, or that nearly repeat each other. A paper can
/// hold both, unless they share an exclusion group. Waived questions and questions that are not ready do not count.
pub fn check_across(banks: &[&Bank], today: Day) -> Vec<CrossBankFinding> {
    let questions = banks.iter().flat_map(|bank| bank.ready_questions().map(move |question| (*bank, question)));
    let contexts = questions.map(|(bank, question)| QuestionContext::new(bank, question, today, None));
    let bank_context = BankContext { questions: contexts.collect() };
    let are_in_two_banks = |one: &QuestionContext<'_>, other: &QuestionContext<'_>| one.bank.id != other.bank.id;
    let name = |index: usize| {
        let context = &bank_context.questions[index];
        format!("{}/{}", context.bank.id, context.question.id)
    };
    let finding = |rule: &'static str, pair: &whole::QuestionPair, message: String| {
        let context = &bank_context.questions[pair.question];
        let question = (context.bank.id.clone(), context.question.id.clone());
        (!context.has_waiver(rule)).then_some(CrossBankFinding { rule, question, message })
    };
    let cues = whole::cueing_pairs(&bank_context, are_in_two_banks).into_iter().filter_map(|pair| {
        let message = format!("the stem of {} gives away the key of {}", name(pair.other), name(pair.question));
        finding("L59", &pair, message)
    });
    let are_on_one_paper = |one: &QuestionContext<'_>, other: &QuestionContext<'_>| {
        are_in_two_banks(one, other) && !whole::shares_group(one, other)
    };
    let duplicates = whole::near_duplicate_pairs(&bank_context, are_on_one_paper).into_iter().filter_map(|pair| {
        let message = format!("the stem of {} is nearly the same as that of {}", name(pair.question), name(pair.other));
        finding("L58", &pair, message)
    });
    cues.chain(duplicates).collect()
}
