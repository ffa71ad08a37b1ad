//! The item-writing rules. They find questions that give away the key, mislead, lack a source, or are unclear.
//!
//! Each rule is a function in [`RULES`]. A question can waive a rule with a reason. A waiver that silences nothing is
//! itself a finding.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::bank::Bank;
use crate::bank::question::{Choice, Question, QuestionKind, QuestionStatus, SelectCount};
use crate::bank::syllabus::Syllabus;
use crate::bank::validate::Finding;
use crate::clock::Day;
use crate::parallel;
use crate::problem::Severity;

mod across;
mod examples;
mod form;
mod head;
mod keys;
mod number;
mod options;
mod similar;
mod stems;
mod table;
mod whole;
mod words;

pub use across::{CrossBankFinding, check_across};
pub use examples::example;
pub use form::has_letter_label;
use number::Amount;
pub use table::{RULES, explanation};
use words::Words;

/// Returns the share of words that two texts have in common: common words divided by all words. Stop words and endings do
/// not count.
pub fn jaccard_of_texts(one: &str, other: &str) -> f64 {
    words::jaccard(&Words::from_text(one).content_stems, &Words::from_text(other).content_stems)
}

/// One rule about how to write questions.
#[derive(Debug)]
pub struct Rule {
    /// The ID in waivers and reports, such as `L01`. IDs are never reused.
    pub id: &'static str,
    /// The flaw, in a few words.
    pub title: &'static str,
    /// Why the flaw matters: one sentence for the author, without a period.
    pub why: &'static str,
    scope: RuleScope,
}

/// What a rule looks at: one question, or the whole bank.
#[derive(Debug)]
enum RuleScope {
    Question(fn(&QuestionContext<'_>) -> Vec<RuleHit>),
    /// Returns each hit with the index, in [`BankContext::questions`], of the question that it is reported on.
    Bank(fn(&BankContext<'_>) -> Vec<(usize, RuleHit)>),
}

impl Rule {
    /// Applies the rule to a whole bank. Returns each hit with its question's index in [`BankContext::questions`].
    fn apply(&self, bank_context: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
        match self.scope {
            RuleScope::Question(find) => {
                let with_index = |(index, context)| find(context).into_iter().map(move |hit| (index, hit));
                bank_context.questions.par_iter().enumerate().flat_map_iter(with_index).collect()
            }
            RuleScope::Bank(find) => find(bank_context),
        }
    }
}

/// One place that breaks a rule.
#[derive(Debug)]
struct RuleHit {
    severity: Severity,
    /// A JSON pointer, relative to the question.
    pointer: String,
    message: String,
    help: &'static str,
}

fn warning(pointer: impl Into<String>, message: String, help: &'static str) -> RuleHit {
    RuleHit { severity: Severity::Warning, pointer: pointer.into(), message, help }
}

fn error(pointer: impl Into<String>, message: String, help: &'static str) -> RuleHit {
    RuleHit { severity: Severity::Error, ..warning(pointer, message, help) }
}

/// Rules that look at the exams that use a bank. A question can waive them, but the bank alone cannot tell whether that has
/// an effect.
const EXAM_RULES: [&str; 3] = ["L56", "L58", "L59"];

/// One question, and what the rules compute of it once: its words and choices.
#[derive(Debug)]
struct QuestionContext<'a> {
    bank: &'a Bank,
    question: &'a Question,
    today: Day,
    syllabus: Option<&'a Syllabus>,
    stem_words: Words,
    lead_in_words: Words,
    options: Vec<ChoiceContext<'a>>,
}

/// One choice, with its words, and its amount if it is a number.
#[derive(Debug)]
struct ChoiceContext<'a> {
    choice: &'a Choice,
    words: Words,
    amount: Option<Amount>,
}

/// The questions of a bank, each with its context.
#[derive(Debug)]
struct BankContext<'a> {
    questions: Vec<QuestionContext<'a>>,
}

impl<'a> QuestionContext<'a> {
    fn new(bank: &'a Bank, question: &'a Question, today: Day, syllabus: Option<&'a Syllabus>) -> Self {
        let choice_context = |choice: &'a Choice| ChoiceContext {
            choice,
            words: Words::from_text(&choice.text),
            amount: Amount::parse(&choice.text),
        };
        Self {
            bank,
            question,
            today,
            syllabus,
            stem_words: Words::from_text(&question.stem),
            lead_in_words: Words::from_text(words::lead_in(&question.stem)),
            options: question.choices().iter().map(choice_context).collect(),
        }
    }

    /// Returns whether the trainee selects exactly one choice.
    fn is_single_select(&self) -> bool {
        matches!(self.question.kind, QuestionKind::Choice { select: SelectCount::One, .. })
    }

    fn keys(&self) -> impl Iterator<Item = (usize, &ChoiceContext<'a>)> {
        self.options.iter().enumerate().filter(|(_, option)| option.choice.correct)
    }

    fn distractors(&self) -> impl Iterator<Item = &ChoiceContext<'a>> {
        self.options.iter().filter(|option| !option.choice.correct)
    }

    /// Returns the key of a question that asks for one choice.
    fn single_key(&self) -> Option<(usize, &ChoiceContext<'a>)> {
        self.keys().next().filter(|_| self.is_single_select())
    }

    /// Returns whether all choices are numbers.
    fn is_numeric(&self) -> bool {
        !self.options.is_empty() && self.options.iter().all(|option| option.amount.is_some())
    }

    fn has_waiver(&self, rule: &str) -> bool {
        self.question.lint.iter().any(|waiver| waiver.rule == rule)
    }
}

/// Applies all rules to a bank and returns the findings that are not waived, and the waivers that have no effect.
/// `today` decides whether a review is due, and `syllabus` which statements are contested.
///
/// Drafts and retired questions are checked too, so that an author sees the findings of a draft while writing it.
pub fn check(bank: &Bank, today: Day, syllabus: Option<&Syllabus>) -> Vec<Finding> {
    parallel::prepare();
    let contexts = bank.questions.par_iter().map(|question| QuestionContext::new(bank, question, today, syllabus));
    let bank_context = BankContext { questions: contexts.collect() };
    let mut findings = Vec::new();
    // The waivers that silenced a finding: question index and rule ID.
    let mut used_waivers = BTreeSet::new();
    // Rules and questions run in parallel, but `collect` keeps their order. So the findings are the same in every run.
    let hits_by_rule: Vec<Vec<(usize, RuleHit)>> = RULES.par_iter().map(|rule| rule.apply(&bank_context)).collect();
    for (rule, hits) in RULES.iter().zip(hits_by_rule) {
        for (index, hit) in hits {
            if bank_context.questions[index].has_waiver(rule.id) {
                used_waivers.insert((index, rule.id));
            } else {
                findings.push(finding(rule.id, index, hit));
            }
        }
    }
    findings.extend(head::head_findings(bank));
    for (index, context) in bank_context.questions.iter().enumerate() {
        for (waiver_index, waiver) in context.question.lint.iter().enumerate() {
            let needs_exam = EXAM_RULES.contains(&waiver.rule.as_str());
            if !needs_exam && !used_waivers.contains(&(index, waiver.rule.as_str())) {
                let message = format!("the waiver of {} has no effect", crate::text::single_line(&waiver.rule));
                findings.push(finding("waiver", index, warning(format!("/lint/{waiver_index}"), message, "Delete it")));
            }
        }
    }
    findings
}

fn finding(rule: &'static str, question_index: usize, hit: RuleHit) -> Finding {
    let pointer = format!("/questions/{question_index}{}", hit.pointer);
    Finding { rule, severity: hit.severity, pointer, message: hit.message, help: hit.help.to_owned() }
}

/// Returns whether exams may use a bank: none of its ready questions has a finding that is an error.
pub fn is_exam_ready(bank: &Bank, today: Day, syllabus: Option<&Syllabus>) -> bool {
    // A half-written draft or a retired question must not keep a bank out of exams.
    let ready = bank.questions.iter().filter(|question| question.status == QuestionStatus::Ready).cloned().collect();
    let ready_bank = bank.with_questions(ready);
    !check(&ready_bank, today, syllabus).iter().any(|finding| finding.severity > Severity::Warning)
}
