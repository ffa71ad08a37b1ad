//! The item-writing rules: they find questions that give away the key, mislead, lack a source, or are unclear.
//!
//! Each rule is a function listed in [`RULES`]. A question can waive a rule with a reason. A waiver without a hit is
//! reported as a finding.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::bank::Bank;
use crate::bank::question::{Choice, Question, QuestionKind, QuestionStatus, SelectCount};
use crate::bank::syllabus::Syllabus;
use crate::bank::validate::Finding;
use crate::clock::Day;
use crate::problem::Severity;

mod keys;
mod number;
mod options;
mod stems;
mod whole;
mod words;

use number::Amount;
use words::Words;

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, as waivers and reports give it.
    pub id: &'static str,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    scope: RuleScope,
}

/// What a rule looks at.
#[derive(Debug)]
enum RuleScope {
    /// Each question by itself.
    Question(fn(&QuestionContext<'_>) -> Vec<RuleHit>),
    /// All questions of a bank; each hit with the question it is charged to, by its index in
    /// [`BankContext::questions`].
    Bank(fn(&BankContext<'_>) -> Vec<(usize, RuleHit)>),
}

impl Rule {
    /// Applies the rule to a whole bank; each hit with its question, by its index in
    /// [`BankContext::questions`].
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

/// Something a rule found.
#[derive(Debug)]
struct RuleHit {
    severity: Severity,
    /// The JSON pointer within the question.
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

/// All lint rules that a waiver can switch off. Rules L27 and L39 and the first part of L29 are errors when a bank is
/// read (see `validate` and `format::json`).
pub const RULES: &[Rule] = &[
    question_rule("L01", options::long_key, "key conspicuously long", "Test-wise readers take the longest option."),
    bank_rule(
        "L02",
        whole::length_bias,
        "the longest option is the key too often",
        "Over a paper, length alone earns points.",
    ),
    question_rule(
        "L03",
        options::absolute_terms,
        "absolute term in an option",
        "Readers know that little in medicine is absolute.",
    ),
    question_rule(
        "L04",
        options::vague_frequencies,
        "vague frequency in an option",
        "Everybody reads another share into such a word.",
    ),
    question_rule(
        "L05",
        options::all_of_the_above,
        "all or none of the above",
        "Knowing two options is enough to pick it.",
    ),
    question_rule("L06", stems::negative_stem, "negative stem", "A negation overread tests reading, not knowledge."),
    question_rule("L07", stems::double_negative, "double negative", "Two negations ask for logic, not for knowledge."),
    question_rule(
        "L08",
        options::article_cue,
        "article gives the key away",
        "Grammar alone rules the other options out.",
    ),
    question_rule(
        "L10",
        options::clang_association,
        "the key repeats a word of the stem",
        "The echo gives the key away.",
    ),
    question_rule(
        "L11",
        options::convergence,
        "the key shares most with the others",
        "The middle of all options is taken for the key.",
    ),
    question_rule(
        "L12",
        options::opposites,
        "the key is one of two opposites",
        "The other options are ruled out at once.",
    ),
    question_rule("L13", options::overlapping_ranges, "overlapping ranges", "More than one option is right, or none."),
    question_rule(
        "L14",
        options::unordered_numbers,
        "numbers out of order",
        "Looking for a number is no part of the question.",
    ),
    question_rule(
        "L15",
        options::mixed_numbers,
        "numbers in different forms",
        "The one written differently stands out.",
    ),
    question_rule(
        "L17",
        options::duplicate_options,
        "options that say the same",
        "Two alike cannot both be wrong, so both are.",
    ),
    question_rule(
        "L18",
        stems::unfocused_stem,
        "unfocused stem",
        "A question should be answerable before its options are read.",
    ),
    question_rule(
        "L19",
        options::combinations,
        "combinations of options",
        "Partial knowledge is enough to find the combination.",
    ),
    question_rule("L20", stems::early_gap, "gap not at the end", "The reader must hold a broken sentence in mind."),
    question_rule(
        "L22",
        options::repeated_start,
        "options that begin alike",
        "The same words are read again with every option.",
    ),
    question_rule(
        "L23",
        options::option_count,
        "too few or too many options",
        "Few options are guessed, many are not read.",
    ),
    bank_rule("L23", whole::true_false_share, "too many true-false questions", "Half of them are right by chance."),
    bank_rule("L24", whole::key_position, "key in a habitual place", "Its place gives the key away."),
    bank_rule("L25", whole::cueing, "one question tells another's key", "On one paper, the second is given away."),
    question_rule(
        "L26",
        stems::linked_question,
        "refers to another question",
        "The other question may not be on the paper, or not before it.",
    ),
    question_rule(
        "L29",
        keys::critical_question,
        "critical question not beyond doubt",
        "Missing it fails the exam, so it must be safe to fail on.",
    ),
    question_rule(
        "L30",
        keys::unsourced_rate,
        "rate without a source",
        "A number without its source cannot be checked or corrected.",
    ),
    question_rule("L31", keys::review_due, "review due", "What it rests on may have changed."),
    question_rule(
        "L34",
        keys::weak_rationale,
        "rationale missing or empty",
        "A trainee learns from why, not from right and wrong.",
    ),
    question_rule(
        "L35",
        keys::letter_in_rationale,
        "rationale names a letter",
        "Choices are shuffled, so the letter points elsewhere.",
    ),
    question_rule("L36", stems::long_sentence, "long sentence", "Reading it is harder than answering it."),
    question_rule(
        "L37",
        stems::unexplained_abbreviation,
        "abbreviation not explained",
        "Who does not know it cannot show what they do know.",
    ),
    question_rule(
        "L38",
        options::nearly_equal_options,
        "options that differ by a hair",
        "It tests remembering a digit.",
    ),
    question_rule(
        "L43",
        keys::contested_as_fact,
        "a contested statement taught as truth",
        "Trainees would carry it to patients.",
    ),
    question_rule(
        "L44",
        keys::objective_cue,
        "objective gives the key away",
        "Results name objectives while the exam can be retaken.",
    ),
    bank_rule("L45", whole::near_duplicates, "stem said before", "Two alike on one paper count one thing twice."),
    question_rule("L46", stems::open_case, "open case question", "Several acts may be right, at one time or another."),
];

/// Says of the waiver that hits nothing.
const UNUSED_WAIVER: &str = "A waiver that silences nothing today may silence something real tomorrow.";

/// Returns why a rule matters; nothing for what forbids the use of a file altogether.
pub fn explanation(rule: &str) -> Option<&'static str> {
    let known = RULES.iter().find(|known| known.id == rule).map(|known| known.why);
    known.or(match rule {
        "L41" => Some("A retake would repeat the same questions."),
        "waiver" => Some(UNUSED_WAIVER),
        _ => None,
    })
}

/// One question, with its words at hand.
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

/// One choice, with its words at hand.
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

    /// Returns whether exactly one choice may be ticked.
    fn is_single_select(&self) -> bool {
        matches!(self.question.kind, QuestionKind::Choice { select: SelectCount::One, .. })
    }

    fn keys(&self) -> impl Iterator<Item = (usize, &ChoiceContext<'a>)> {
        self.options.iter().enumerate().filter(|(_, option)| option.choice.correct)
    }

    fn distractors(&self) -> impl Iterator<Item = &ChoiceContext<'a>> {
        self.options.iter().filter(|option| !option.choice.correct)
    }

    /// Returns the one key, where one may be ticked.
    fn single_key(&self) -> Option<(usize, &ChoiceContext<'a>)> {
        self.keys().next().filter(|_| self.is_single_select())
    }

    /// Returns whether the options are all numbers.
    fn is_numeric(&self) -> bool {
        !self.options.is_empty() && self.options.iter().all(|option| option.amount.is_some())
    }

    fn has_waiver(&self, rule: &str) -> bool {
        self.question.lint.iter().any(|waiver| waiver.rule == rule)
    }
}

/// Applies every rule to a bank that can be read. `today` decides whether a review is due; `syllabus` knows which
/// statements are contested.
///
/// Drafts and retired questions are held to the rules as well: a draft so that its author sees them while writing.
pub fn check(bank: &Bank, today: Day, syllabus: Option<&Syllabus>) -> Vec<Finding> {
    let contexts = bank.questions.par_iter().map(|question| QuestionContext::new(bank, question, today, syllabus));
    let bank_context = BankContext { questions: contexts.collect() };
    let mut findings = Vec::new();
    // Which waivers silenced something: question and rule.
    let mut used_waivers = BTreeSet::new();
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
            if !used_waivers.contains(&(index, waiver.rule.as_str())) {
                let message = format!("the waiver of {} silences nothing", crate::text::single_line(&waiver.rule));
                findings.push(finding(
                    "waiver",
                    index,
                    warning(format!("/lint/{waiver_index}"), message, "Delete it."),
                ));
            }
        }
    }
    findings
}

fn finding(rule: &'static str, question_index: usize, hit: RuleHit) -> Finding {
    let pointer = format!("/questions/{question_index}{}", hit.pointer);
    Finding { rule, severity: hit.severity, pointer, message: hit.message, help: hit.help.to_owned() }
}

/// Returns whether a bank may serve exams: nothing it holds to be drawn breaks a rule that is an error.
pub fn is_exam_ready(bank: &Bank, today: Day, syllabus: Option<&Syllabus>) -> bool {
    let ready = bank.questions.iter().filter(|question| question.status == QuestionStatus::Ready).cloned().collect();
    let ready_bank = bank.with_questions(ready);
    !check(&ready_bank, today, syllabus).iter().any(|finding| finding.severity > Severity::Warning)
}
