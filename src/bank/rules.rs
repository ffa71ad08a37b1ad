//! The rules of good questions: what betrays a key, misleads, rests on nothing, or does not say what it asks.
//!
//! A rule is a small function in a row of [`RULES`]. What it finds can be waived on a question, with a reason; a waiver
//! that no longer hits is a finding itself.

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
    pub flaw: &'static str,
    /// Why it matters.
    pub why: &'static str,
    find: RuleScope,
}

/// What a rule looks at.
#[derive(Debug)]
enum RuleScope {
    /// Each question by itself.
    Question(fn(&QuestionContext<'_>) -> Vec<RuleHit>),
    /// All questions of a bank; each hit with the question it is charged to, by its place among the views.
    Bank(fn(&BankContext<'_>) -> Vec<(usize, RuleHit)>),
}

impl Rule {
    /// Applies the rule to a whole bank; each hit with its question, by its place among the views.
    fn hits(&self, book: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
        match self.find {
            RuleScope::Question(find) => {
                let of = |(at, view)| find(view).into_iter().map(move |hit| (at, hit));
                book.views.par_iter().enumerate().flat_map_iter(of).collect()
            }
            RuleScope::Bank(find) => find(book),
        }
    }
}

/// Something a rule found.
#[derive(Debug)]
struct RuleHit {
    severity: Severity,
    /// The JSON pointer within the question.
    at: String,
    message: String,
    help: &'static str,
}

fn warn(at: impl Into<String>, message: String, help: &'static str) -> RuleHit {
    RuleHit { severity: Severity::Warning, at: at.into(), message, help }
}

fn error(at: impl Into<String>, message: String, help: &'static str) -> RuleHit {
    RuleHit { severity: Severity::Error, ..warn(at, message, help) }
}

const fn question(
    id: &'static str,
    find: fn(&QuestionContext<'_>) -> Vec<RuleHit>,
    flaw: &'static str,
    why: &'static str,
) -> Rule {
    Rule { id, flaw, why, find: RuleScope::Question(find) }
}

const fn bank(
    id: &'static str,
    find: fn(&BankContext<'_>) -> Vec<(usize, RuleHit)>,
    flaw: &'static str,
    why: &'static str,
) -> Rule {
    Rule { id, flaw, why, find: RuleScope::Bank(find) }
}

/// All rules but those that reading a bank holds it to already (L27 and L39 are among these).
pub const RULES: &[Rule] = &[
    question("L01", options::long_key, "key conspicuously long", "Test-wise readers take the longest option."),
    bank(
        "L02",
        whole::length_bias,
        "the longest option is the key too often",
        "Over a paper, length alone earns points.",
    ),
    question(
        "L03",
        options::absolute,
        "absolute term in an option",
        "Readers know that little in medicine is absolute.",
    ),
    question("L04", options::vague, "vague frequency in an option", "Everybody reads another share into such a word."),
    question("L05", options::all_of_the_above, "all or none of the above", "Knowing two options is enough to pick it."),
    question("L06", stems::negative, "negative stem", "A negation overread tests reading, not knowledge."),
    question("L07", stems::double_negative, "double negative", "Two negations ask for logic, not for knowledge."),
    question("L08", options::article_cue, "article gives the key away", "Grammar alone rules the other options out."),
    question("L10", options::clang, "the key repeats a word of the stem", "The echo gives the key away."),
    question(
        "L11",
        options::convergence,
        "the key shares most with the others",
        "The middle of all options is taken for the key.",
    ),
    question("L12", options::opposites, "the key is one of two opposites", "The other options are ruled out at once."),
    question("L13", options::overlapping, "overlapping ranges", "More than one option is right, or none."),
    question("L14", options::unordered, "numbers out of order", "Looking for a number is no part of the question."),
    question("L15", options::mixed_numbers, "numbers in different forms", "The one written differently stands out."),
    question("L17", options::duplicates, "options that say the same", "Two alike cannot both be wrong, so both are."),
    question("L18", stems::unfocused, "unfocused stem", "A question should be answerable before its options are read."),
    question(
        "L19",
        options::combinations,
        "combinations of options",
        "Partial knowledge is enough to find the combination.",
    ),
    question("L20", stems::early_gap, "gap not at the end", "The reader must hold a broken sentence in mind."),
    question(
        "L22",
        options::repeated_start,
        "options that begin alike",
        "The same words are read again with every option.",
    ),
    question("L23", options::few_or_many, "too few or too many options", "Few options are guessed, many are not read."),
    bank("L23", whole::true_false_share, "too many true-false questions", "Half of them are right by chance."),
    bank("L24", whole::key_position, "key in a habitual place", "Its place gives the key away."),
    bank("L25", whole::cueing, "one question tells another's key", "On one paper, the second is given away."),
    question(
        "L26",
        stems::hinged,
        "refers to another question",
        "The other question may not be on the paper, or not before it.",
    ),
    question(
        "L29",
        keys::critical,
        "critical question not beyond doubt",
        "Missing it fails the exam, so it must be safe to fail on.",
    ),
    question(
        "L30",
        keys::unsourced_rate,
        "rate without a source",
        "A number without its source cannot be checked or corrected.",
    ),
    question("L31", keys::review_due, "review due", "What it rests on may have changed."),
    question(
        "L34",
        keys::rationale,
        "rationale missing or empty",
        "A trainee learns from why, not from right and wrong.",
    ),
    question("L35", keys::letter, "rationale names a letter", "Choices are shuffled, so the letter points elsewhere."),
    question("L36", stems::long_sentence, "long sentence", "Reading it is harder than answering it."),
    question(
        "L37",
        stems::abbreviation,
        "abbreviation not explained",
        "Who does not know it cannot show what they do know.",
    ),
    question("L38", options::hair_splitting, "options that differ by a hair", "It tests remembering a digit."),
    question(
        "L43",
        keys::article_as_truth,
        "a contested statement taught as truth",
        "Trainees would carry it to patients.",
    ),
    question(
        "L44",
        keys::objective_tells,
        "objective gives the key away",
        "Results name objectives while the exam can be retaken.",
    ),
    bank("L45", whole::near_duplicates, "stem said before", "Two alike on one paper count one thing twice."),
    question("L46", stems::open_case, "open case question", "Several acts may be right, at one time or another."),
];

/// Says of the waiver that hits nothing.
const WAIVER: &str = "A waiver that silences nothing today may silence something real tomorrow.";

/// Returns why a rule matters; nothing for what forbids the use of a file altogether.
pub fn why(rule: &str) -> Option<&'static str> {
    let known = RULES.iter().find(|known| known.id == rule).map(|known| known.why);
    known.or(match rule {
        "L41" => Some("A retake would repeat the same questions."),
        "waiver" => Some(WAIVER),
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
    stem: Words,
    lead: Words,
    options: Vec<ChoiceContext<'a>>,
}

/// One choice, with its words at hand.
#[derive(Debug)]
struct ChoiceContext<'a> {
    choice: &'a Choice,
    words: Words,
    amount: Option<Amount>,
}

/// A bank with views of its questions.
#[derive(Debug)]
struct BankContext<'a> {
    views: Vec<QuestionContext<'a>>,
}

impl<'a> QuestionContext<'a> {
    fn new(bank: &'a Bank, question: &'a Question, today: Day, syllabus: Option<&'a Syllabus>) -> Self {
        let option = |choice: &'a Choice| ChoiceContext {
            choice,
            words: Words::of(&choice.text),
            amount: Amount::read(&choice.text),
        };
        Self {
            bank,
            question,
            today,
            syllabus,
            stem: Words::of(&question.stem),
            lead: Words::of(words::lead_in(&question.stem)),
            options: question.choices().iter().map(option).collect(),
        }
    }

    /// Returns whether exactly one choice may be ticked.
    fn takes_one(&self) -> bool {
        matches!(self.question.ask, QuestionKind::Choice { select: SelectCount::One, .. })
    }

    fn keys(&self) -> impl Iterator<Item = (usize, &ChoiceContext<'a>)> {
        self.options.iter().enumerate().filter(|(_, option)| option.choice.correct)
    }

    fn wrong(&self) -> impl Iterator<Item = &ChoiceContext<'a>> {
        self.options.iter().filter(|option| !option.choice.correct)
    }

    /// Returns the one key, where one may be ticked.
    fn key(&self) -> Option<(usize, &ChoiceContext<'a>)> {
        self.keys().next().filter(|_| self.takes_one())
    }

    /// Returns whether the options are all numbers.
    fn is_numeric(&self) -> bool {
        !self.options.is_empty() && self.options.iter().all(|option| option.amount.is_some())
    }

    fn waives(&self, rule: &str) -> bool {
        self.question.lint.iter().any(|waiver| waiver.rule == rule)
    }
}

/// Applies every rule to a bank that can be read. `today` decides whether a review is due; `syllabus` knows which statements
/// are contested.
///
/// Drafts and retired questions are held to the rules as well: a draft so that its author sees them while writing.
pub fn check(bank: &Bank, today: Day, syllabus: Option<&Syllabus>) -> Vec<Finding> {
    let views = bank.questions.par_iter().map(|question| QuestionContext::new(bank, question, today, syllabus));
    let book = BankContext { views: views.collect() };
    let mut flaws = Vec::new();
    // Which waivers silenced something: question and rule.
    let mut used = BTreeSet::new();
    let found: Vec<Vec<(usize, RuleHit)>> = RULES.par_iter().map(|rule| rule.hits(&book)).collect();
    for (rule, hits) in RULES.iter().zip(found) {
        for (at, hit) in hits {
            if book.views[at].waives(rule.id) {
                used.insert((at, rule.id));
            } else {
                flaws.push(flaw(rule.id, at, hit));
            }
        }
    }
    for (at, view) in book.views.iter().enumerate() {
        for (number, waiver) in view.question.lint.iter().enumerate() {
            if !used.contains(&(at, waiver.rule.as_str())) {
                let message = format!("the waiver of {} silences nothing", crate::text::one_line(&waiver.rule));
                flaws.push(flaw("waiver", at, warn(format!("/lint/{number}"), message, "Delete it.")));
            }
        }
    }
    flaws
}

fn flaw(rule: &'static str, question: usize, hit: RuleHit) -> Finding {
    let pointer = format!("/questions/{question}{}", hit.at);
    Finding { rule, severity: hit.severity, pointer, message: hit.message, help: hit.help.to_owned() }
}

/// Returns whether a bank may serve exams: nothing it holds to be drawn breaks a rule that is an error.
pub fn serves_exams(bank: &Bank, today: Day, syllabus: Option<&Syllabus>) -> bool {
    let ready = bank.questions.iter().filter(|question| question.status == QuestionStatus::Ready).cloned().collect();
    let drawn = bank.with_questions(ready);
    !check(&drawn, today, syllabus).iter().any(|flaw| flaw.severity > Severity::Warning)
}
