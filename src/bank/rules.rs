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
use crate::problem::Severity;

mod across;
mod keys;
mod number;
mod options;
mod similar;
mod stems;
mod whole;
mod words;

pub use across::{CrossBankFinding, check_across};
use number::Amount;
use words::Words;

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

const fn question_rule(
    id: &'static str,
    find: fn(&QuestionContext<'_>) -> Vec<RuleHit>,
    title: &'static str,
    why: &'static str,
) -> Rule {
    Rule { id, title, why, scope: RuleScope::Question(find) }
}

const fn bank_rule(
    id: &'static str,
    find: fn(&BankContext<'_>) -> Vec<(usize, RuleHit)>,
    title: &'static str,
    why: &'static str,
) -> Rule {
    Rule { id, title, why, scope: RuleScope::Bank(find) }
}

/// All rules that a waiver can switch off. L27, L39 and a part of L29 are not among them: reading a bank applies them
/// (see `validate` and `format::json`).
// The numbers have gaps: the ID of a dropped rule is never reused, because waivers in older banks can name it.
pub const RULES: &[Rule] = &[
    question_rule("L01", options::long_key, "key conspicuously long", "Test-wise trainees pick the longest choice"),
    bank_rule(
        "L02",
        whole::length_bias,
        "the longest choice is the key too often",
        "Always choosing the longest choice would earn more than guessing",
    ),
    question_rule(
        "L03",
        options::absolute_terms,
        "absolute term in a choice",
        "Trainees know that little in medicine is absolute",
    ),
    question_rule(
        "L04",
        options::vague_frequencies,
        "vague frequency in a choice",
        "Readers disagree about how often \"often\" is",
    ),
    question_rule(
        "L05",
        options::all_of_the_above,
        "all or none of the above",
        "Knowing two choices is enough to pick it",
    ),
    question_rule("L06", stems::negative_stem, "negative stem", "Trainees can overlook the negation"),
    question_rule("L07", stems::double_negative, "double negative", "Two negations test logic, not knowledge"),
    question_rule("L08", options::article_cue, "article gives the key away", "Grammar rules out the other choices"),
    question_rule(
        "L10",
        options::clang_association,
        "only the key repeats a word of the question",
        "The repeated word gives the key away",
    ),
    question_rule(
        "L11",
        options::convergence,
        "the key shares the most words with the others",
        "Test-wise trainees pick the choice that has the most in common with the others",
    ),
    question_rule(
        "L12",
        options::opposites,
        "the key is one of two opposites",
        "The other choices are easy to rule out",
    ),
    question_rule("L13", options::overlapping_ranges, "overlapping ranges", "One answer can match two choices"),
    question_rule("L14", options::unordered_numbers, "numbers out of order", "Searching for a number tests nothing"),
    question_rule(
        "L15",
        options::mixed_numbers,
        "numbers in different forms",
        "A number in a different form stands out and can give the key away",
    ),
    question_rule(
        "L17",
        similar::duplicate_options,
        "choices that say the same",
        "Two equal choices cannot both be the key, so a trainee rules both out",
    ),
    question_rule(
        "L18",
        stems::unfocused_stem,
        "unfocused stem",
        "A trainee should be able to answer before reading the choices",
    ),
    question_rule(
        "L19",
        options::combinations,
        "combinations of choices",
        "Partial knowledge is enough to find the right combination",
    ),
    question_rule("L20", stems::early_gap, "gap early in the stem", "Trainees must remember a broken sentence"),
    question_rule(
        "L22",
        similar::repeated_start,
        "choices that begin alike",
        "Trainees must read the same words again in every choice",
    ),
    question_rule(
        "L23",
        options::option_count,
        "too few or too many choices",
        "Few choices make guessing easy, and trainees do not read a long list",
    ),
    bank_rule("L23", whole::true_false_share, "too many true-false questions", "A guess is correct half of the time"),
    bank_rule("L24", whole::key_position, "key often in the same position", "The position gives the key away"),
    bank_rule(
        "L25",
        whole::cueing,
        "one question gives away another's key",
        "On the same paper, one question answers the other",
    ),
    question_rule(
        "L26",
        stems::linked_question,
        "refers to another question",
        "The other question may be missing from the paper, or come later",
    ),
    question_rule(
        "L29",
        keys::critical_question,
        "unsafe critical question",
        "One wrong answer fails the exam, so the question must be beyond doubt",
    ),
    question_rule(
        "L30",
        keys::unsourced_rate,
        "rate without a source",
        "Without a source, no one can check or correct a number",
    ),
    question_rule("L31", keys::review_due, "review due", "The facts behind the question may have changed"),
    question_rule(
        "L34",
        keys::weak_rationale,
        "rationale missing or weak",
        "Trainees learn from the reason, not from the mark",
    ),
    question_rule(
        "L35",
        keys::letter_in_rationale,
        "rationale names a letter",
        "Choices are shuffled, so the letter may be that of another choice",
    ),
    question_rule("L36", stems::long_sentence, "long sentence", "Reading it is harder than answering it"),
    question_rule(
        "L37",
        stems::unexplained_abbreviation,
        "abbreviation not explained",
        "An unknown abbreviation hides what a trainee knows",
    ),
    question_rule(
        "L38",
        similar::nearly_equal_options,
        "choices that are almost the same",
        "Such a question tests memory for one digit or letter",
    ),
    question_rule(
        "L43",
        keys::contested_as_fact,
        "contested statement taught as truth",
        "Trainees would repeat it to patients as a fact",
    ),
    question_rule(
        "L44",
        keys::objective_cue,
        "objective gives the key away",
        "A result lists objectives, so the trainee would read the key before a retake",
    ),
    bank_rule(
        "L45",
        whole::near_duplicates,
        "nearly the same stem again",
        "On the same paper, the same knowledge would count twice",
    ),
];

/// Rules that look at the exams that use a bank. A question can waive them, but the bank alone cannot tell whether that has
/// an effect.
const EXAM_RULES: [&str; 3] = ["L56", "L58", "L59"];

/// Why a waiver that silences no finding is reported.
const UNUSED_WAIVER: &str = "An unused waiver can hide a real problem later";

/// Returns why a rule or a check matters. Returns `None` for all other IDs.
pub fn explanation(rule: &str) -> Option<&'static str> {
    let known = RULES.iter().find(|known| known.id == rule).map(|known| known.why);
    // These look at an exam and not at one bank, so they are not among `RULES`.
    known.or(match rule {
        "L41" => Some("A retake would repeat the same questions"),
        "L56" => Some("A trainee can pass without ever meeting the question"),
        "L58" => Some("On the same paper, the same knowledge would count twice"),
        "L59" => Some("On the same paper, one question answers the other"),
        "waiver" => Some(UNUSED_WAIVER),
        _ => None,
    })
}

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
