//! Rules about a whole bank. Each hit is reported on one question, where it can be waived.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::bank::question::ChoiceOrder;
use crate::bank::rules::words::{distinguishing_words, jaccard};
use crate::bank::rules::{BankContext, QuestionContext, QuestionKind, RuleHit, warning};

/// The fewest questions for which a share is meaningful.
const SAMPLE_MIN: usize = 20;

/// L02: the key is the longest choice more often than chance plus two standard deviations.
///
/// The bound for n questions is p + 2·√(p(1−p)/n), where p is 1 divided by the mean number of choices. A question that
/// waives the rule does not count.
pub(super) fn length_bias(bank_context: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
    let is_counted =
        |(_, context): &(usize, &QuestionContext<'_>)| context.single_key().is_some() && !context.has_waiver("L02");
    let single_key_questions: Vec<_> = bank_context.questions.iter().enumerate().filter(is_counted).collect();
    let is_key_longest = |(_, context): &&(usize, &QuestionContext<'_>)| {
        let key = context.single_key().map_or(0, |(_, key)| key.words.len());
        context.distractors().all(|option| option.words.len() < key)
    };
    let long_keys: Vec<_> = single_key_questions.iter().filter(is_key_longest).collect();
    let (n, hits) = (single_key_questions.len(), long_keys.len());
    let options: usize = single_key_questions.iter().map(|(_, context)| context.options.len()).sum();
    if n < SAMPLE_MIN || options == 0 {
        return Vec::new();
    }
    let p = n as f64 / options as f64;
    let bound = p + 2.0 * (p * (1.0 - p) / n as f64).sqrt();
    let Some((index, _)) = long_keys.first().filter(|_| hits as f64 / n as f64 > bound) else { return Vec::new() };
    let message =
        format!("the key is the longest choice in {hits} of {n} questions; chance allows {:.0}", bound * n as f64);
    vec![(
        *index,
        warning("/choices", message, "Shorten the keys and lengthen the distractors of this question and others"),
    )]
}

/// L23: more than 15 % of the questions are true-false questions.
pub(super) fn true_false_share(bank_context: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
    let counted: Vec<_> =
        bank_context.questions.iter().enumerate().filter(|(_, context)| !context.has_waiver("L23")).collect();
    let true_false =
        || counted.iter().filter(|(_, context)| matches!(context.question.kind, QuestionKind::TrueFalse { .. }));
    let (n, total) = (true_false().count(), counted.len());
    let first = true_false().next().filter(|_| total >= SAMPLE_MIN && 100 * n > 15 * total);
    let message = format!("{n} of {total} questions are true-false questions");
    let hit = |(index, _): &(usize, &QuestionContext<'_>)| {
        (*index, warning("/kind", message, "Turn some into choice questions. At most 15% should be true-false."))
    };
    first.map(hit).into_iter().collect()
}

/// The critical values of chi-square at p = 0.01, for one to nine degrees of freedom.
const CHI_SQUARE_1_PERCENT: [f64; 9] = [6.635, 9.210, 11.345, 13.277, 15.086, 16.812, 18.475, 20.090, 21.666];

/// The fewest questions in fixed order for which the chi-square test is meaningful.
const POSITION_SAMPLE_MIN: usize = 40;

/// L24: keys of unshuffled questions favor some positions, or have the same position six times in a row.
pub(super) fn key_position(bank_context: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
    // Shuffled choices have no position of their own, and numbers in order have that of their size.
    let is_fixed_order = |context: &QuestionContext<'_>| {
        matches!(context.question.kind, QuestionKind::Choice { order: ChoiceOrder::Fixed, .. })
    };
    let counted: Vec<(usize, usize, usize)> = bank_context
        .questions
        .iter()
        .enumerate()
        .filter(|(_, context)| is_fixed_order(context) && !context.has_waiver("L24"))
        .filter_map(|(index, context)| {
            context.single_key().map(|(position, _)| (index, position, context.options.len()))
        })
        .collect();
    let help = "Shuffle the choices, or vary the position of the key";
    if let Some(run) = counted.windows(6).find(|run| run.iter().all(|(_, position, _)| *position == run[0].1)) {
        return vec![(
            run[5].0,
            warning("/choices", "the key has the same position in six questions in a row".to_owned(), help),
        )];
    }
    let position_count = counted.iter().map(|(.., options)| *options).max().unwrap_or(0);
    // n positions have n − 1 degrees of freedom, and the table starts with one degree.
    let Some(bound) = position_count.checked_sub(2).and_then(|index| CHI_SQUARE_1_PERCENT.get(index)) else {
        return Vec::new();
    };
    let expected = |position: usize| {
        // Questions differ in their number of choices, so the chances differ too.
        let chance = |options: &usize| if position < *options { 1.0 / *options as f64 } else { 0.0 };
        counted.iter().map(|(.., options)| chance(options)).sum::<f64>()
    };
    let observed = |position: usize| counted.iter().filter(|(_, key, _)| *key == position).count() as f64;
    let chi_square: f64 = (0..position_count)
        .map(|position| (observed(position) - expected(position)).powi(2) / expected(position))
        .sum();
    match counted.last() {
        Some((index, ..)) if counted.len() >= POSITION_SAMPLE_MIN && chi_square > *bound => {
            vec![(
                *index,
                warning(
                    "/choices",
                    format!(
                        "across the bank, the key is too often in the same position (chi-square {chi_square:.1}, limit {bound})"
                    ),
                    help,
                ),
            )]
        }
        _ => Vec::new(),
    }
}

/// Maps each word stem to the indexes of the questions that have it. Comparing only questions that share a rare stem is
/// much faster than comparing all pairs.
fn index_by_stem<'a>(sets: impl Iterator<Item = &'a BTreeSet<String>>) -> HashMap<&'a str, Vec<usize>> {
    let mut index: HashMap<&str, Vec<usize>> = HashMap::new();
    for (question_index, set) in sets.enumerate() {
        for word_stem in set {
            index.entry(word_stem).or_default().push(question_index);
        }
    }
    index
}

/// How many of the most frequent words are too common to give a key away by themselves.
const FREQUENT_WORDS: usize = 50;

/// The fewest words of a key that must be in another stem.
const CUE_WORDS_MIN: usize = 3;

/// Two questions of which one gives away the key of the other, or nearly repeats it: indexes in
/// [`BankContext::questions`].
pub(super) struct QuestionPair {
    /// The question that the finding is about.
    pub question: usize,
    pub other: usize,
    /// The place in the question.
    pub pointer: String,
}

/// Finds keys that the stem of another question gives away. `is_counted` says which pairs are looked for.
///
/// Questions of one group are skipped, because they are never on the same paper.
pub(super) fn cueing_pairs(
    bank_context: &BankContext<'_>,
    is_counted: impl Fn(&QuestionContext<'_>, &QuestionContext<'_>) -> bool,
) -> Vec<QuestionPair> {
    let questions_by_stem =
        index_by_stem(bank_context.questions.iter().map(|context| &context.stem_words.content_stems));
    // In a small bank all words are among the most frequent. A word of one stem is rare nevertheless.
    let repeated = questions_by_stem.iter().filter(|(_, list)| list.len() > 1);
    let mut frequencies: Vec<_> = repeated.map(|(word_stem, list)| (list.len(), *word_stem)).collect();
    // Words of the same frequency need one common order. Otherwise two runs could differ.
    frequencies.sort_by(|one, other| (other.0, one.1).cmp(&(one.0, other.1)));
    let frequent: HashSet<_> = frequencies.iter().take(FREQUENT_WORDS).map(|(_, word_stem)| *word_stem).collect();
    let empty = Vec::new();
    let mut pairs = Vec::new();
    for (index, context) in bank_context.questions.iter().enumerate() {
        for (choice_index, key) in context.keys() {
            let key_stems: Vec<_> =
                key.words.content_stems.iter().filter(|word_stem| word_stem.chars().count() >= 5).collect();
            if key_stems.len() < CUE_WORDS_MIN
                || key_stems.iter().all(|word_stem| context.stem_words.content_stems.contains(*word_stem))
                || key_stems.iter().all(|word_stem| frequent.contains(word_stem.as_str()))
            {
                continue;
            }
            let lists: Vec<_> =
                key_stems.iter().map(|word_stem| questions_by_stem.get(word_stem.as_str()).unwrap_or(&empty)).collect();
            // A question that is in all lists is in the shortest one. The lists are in ascending order.
            let Some(shortest) = lists.iter().min_by_key(|list| list.len()) else { continue };
            let is_cue = |other: &usize| {
                let other_context = &bank_context.questions[*other];
                *other != index
                    && lists.iter().all(|list| list.binary_search(other).is_ok())
                    && !shares_group(context, other_context)
                    && is_counted(context, other_context)
            };
            let pointer = || format!("/choices/{choice_index}/text");
            let cue = shortest.iter().copied().find(is_cue);
            pairs.extend(cue.map(|other| QuestionPair { question: index, other, pointer: pointer() }));
        }
    }
    pairs
}

pub(super) fn shares_group(one: &QuestionContext<'_>, other: &QuestionContext<'_>) -> bool {
    one.question.group.is_some() && one.question.group == other.question.group
}

/// L25: all content words of a key are in the stem of another question, but not in its own stem.
pub(super) fn cueing(bank_context: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
    let hit = |pair: QuestionPair| {
        let other = &bank_context.questions[pair.other].question.id;
        let message = format!("the stem of \"{other}\" gives away this key");
        let help = "Put both questions into one \"group\", or reword one of them";
        (pair.question, warning(pair.pointer, message, help))
    };
    cueing_pairs(bank_context, |_, _| true).into_iter().map(hit).collect()
}

/// The Jaccard index from which two stems count as nearly the same.
const SIMILARITY_MIN: f64 = 0.85;

/// Finds stems that share 85 % of their words with an earlier one. `is_counted` says which pairs are looked for.
///
/// Two such stems share at least one of their rarest n − ⌈0.85·n⌉ + 1 words, so only those are looked up.
pub(super) fn near_duplicate_pairs(
    bank_context: &BankContext<'_>,
    is_counted: impl Fn(&QuestionContext<'_>, &QuestionContext<'_>) -> bool,
) -> Vec<QuestionPair> {
    let questions_by_stem =
        index_by_stem(bank_context.questions.iter().map(|context| &context.stem_words.content_stems));
    let frequency = |word_stem: &str| questions_by_stem.get(word_stem).map_or(0, Vec::len);
    // Only stems with the same numbers and levels are compared: another number or level is another fact.
    let mut number_ids: HashMap<Vec<&str>, usize> = HashMap::new();
    let mut questions_by_rare_stem: HashMap<(&str, usize), Vec<usize>> = HashMap::new();
    let mut pairs = Vec::new();
    for (index, context) in bank_context.questions.iter().enumerate() {
        let own_stems = &context.stem_words.content_stems;
        let mut rarest_stems: Vec<_> = own_stems.iter().map(String::as_str).collect();
        // Words of the same frequency need one common order. Otherwise two stems could cut off different words.
        rarest_stems.sort_by_key(|word_stem| (frequency(word_stem), *word_stem));
        // 85 % of n, rounded up. Whole numbers keep the rounding exact.
        rarest_stems.truncate(own_stems.len() - (own_stems.len() * 85).div_ceil(100) + 1);
        let next_id = number_ids.len();
        let numbers = *number_ids.entry(distinguishing_words(&context.stem_words)).or_insert(next_id);
        let same_numbers =
            rarest_stems.iter().filter_map(|word_stem| questions_by_rare_stem.get(&(*word_stem, numbers)));
        let mut earlier = same_numbers.flatten().copied();
        // Two cases may ask the same question about two patients.
        let is_duplicate = |other: &usize| {
            let other = &bank_context.questions[*other];
            context.question.case == other.question.case
                && is_counted(context, other)
                && jaccard(own_stems, &other.stem_words.content_stems) >= SIMILARITY_MIN
        };
        let duplicate = earlier.find(is_duplicate);
        pairs.extend(duplicate.map(|other| QuestionPair { question: index, other, pointer: "/stem".to_owned() }));
        for word_stem in rarest_stems {
            questions_by_rare_stem.entry((word_stem, numbers)).or_default().push(index);
        }
    }
    pairs
}

/// L45: a stem that shares 85 % of its words with an earlier one.
pub(super) fn near_duplicates(bank_context: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
    let hit = |pair: QuestionPair| {
        let other = &bank_context.questions[pair.other].question.id;
        let message = format!("the stem is nearly the same as that of \"{other}\"");
        (pair.question, warning(pair.pointer, message, "Delete or reword one of the two"))
    };
    near_duplicate_pairs(bank_context, |_, _| true).into_iter().map(hit).collect()
}
