//! All rules with their titles and reasons.

use super::{BankContext, QuestionContext, Rule, RuleHit, RuleScope};
use super::{form, keys, options, similar, stems, whole};

/// Why a waiver that silences no finding is reported.
const UNUSED_WAIVER: &str = "An unused waiver can hide a real problem later";

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
    question_rule("L60", form::unsourced, "no source, or no place in it", "No one can check the key"),
    question_rule(
        "L61",
        form::weak_question_rationale,
        "question without a rationale",
        "Trainees learn from the reason, whatever they answered",
    ),
    bank_rule("L62", form::dangling_references, "value without effect", "It is probably a mistake"),
    question_rule("L63", form::markup, "markup or a letter label", "Trainees see it as it is written"),
    question_rule("L64", form::untypable_answer, "answer that no one can type", "Every answer would be wrong"),
    question_rule("L65", form::missing_image, "image mentioned but missing", "Trainees cannot answer without it"),
    question_rule(
        "L66",
        form::wrong_count,
        "stem and select disagree",
        "A trainee who follows the stem cannot answer as it is marked",
    ),
    question_rule("L67", form::stray_blanks, "stray blanks", "They stand out on the screen"),
];

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
        "unused" => Some("It is probably a typing error, or left over"),
        "source" => Some("Readers must be able to find the work"),
        "language" => Some("Screen readers choose the voice by it"),
        _ => None,
    })
}
