//! Splits text into lowercase words without punctuation, and reduces them to word stems for the rules.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Words without a meaning of their own. They are sorted, because the code uses a binary search.
const STOP_WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "because", "been", "before",
    "being", "between", "both", "but", "by", "can", "could", "did", "do", "does", "done", "down", "during", "each",
    "either", "every", "few", "for", "from", "further", "had", "has", "have", "having", "he", "her", "here", "him",
    "his", "how", "i", "if", "in", "into", "is", "it", "its", "just", "may", "me", "might", "more", "most", "must",
    "my", "no", "nor", "not", "now", "of", "off", "on", "once", "only", "or", "other", "our", "out", "over", "own",
    "same", "shall", "she", "should", "so", "some", "such", "than", "that", "the", "their", "them", "then", "there",
    "these", "they", "this", "those", "through", "to", "too", "under", "until", "up", "upon", "us", "very", "was",
    "we", "were", "what", "when", "where", "which", "while", "who", "whom", "why", "will", "with", "within", "without",
    "would", "you", "your",
];

/// Pairs of words with opposite meanings.
pub(super) const OPPOSITES: &[(&str, &str)] = &[
    ("increase", "decrease"),
    ("increases", "decreases"),
    ("increased", "decreased"),
    ("higher", "lower"),
    ("high", "low"),
    ("more", "less"),
    ("superficial", "deep"),
    ("before", "after"),
    ("hot", "cold"),
    ("heat", "cold"),
    ("medial", "lateral"),
    ("proximal", "distal"),
    ("anterior", "posterior"),
    ("superior", "inferior"),
    ("cranial", "caudal"),
    ("flexion", "extension"),
    ("abduction", "adduction"),
    ("ventral", "dorsal"),
    ("up", "down"),
    ("upward", "downward"),
    ("left", "right"),
    ("acute", "chronic"),
    ("active", "latent"),
    ("active", "passive"),
    ("absolute", "relative"),
    ("true", "false"),
    ("rise", "fall"),
    ("rises", "falls"),
    ("safe", "unsafe"),
    ("sterile", "unsterile"),
    ("tightens", "relaxes"),
    ("contracts", "relaxes"),
    ("faster", "slower"),
    ("longer", "shorter"),
    ("above", "below"),
    ("with", "without"),
    ("male", "female"),
    ("front", "back"),
    ("inside", "outside"),
    ("inner", "outer"),
    ("inhale", "exhale"),
    ("open", "closed"),
    ("early", "late"),
    ("fast", "slow"),
    ("wet", "dry"),
];

/// A text, split into words.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    /// All words, in order and in lower case.
    pub tokens: Vec<String>,
    /// The stems, of at least four letters, of all words that are not stop words.
    pub content_stems: BTreeSet<String>,
}

impl Words {
    pub(super) fn from_text(text: &str) -> Self {
        let tokens = tokenize(text);
        let content_stems = content_stems(&tokens);
        Self { tokens, content_stems }
    }

    pub(super) fn contains(&self, word: &str) -> bool {
        self.tokens.iter().any(|token| token == word)
    }

    /// Returns the words of `list` that this text contains.
    pub(super) fn intersection<'a>(&self, list: &[&'a str]) -> Vec<&'a str> {
        list.iter().copied().filter(|word| self.contains(word)).collect()
    }

    /// Returns the number of words.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// Splits a text into lower-case words. An apostrophe inside a word is part of it.
pub(super) fn tokenize(text: &str) -> Vec<String> {
    // ASCII text is always in normal form.
    let lower = if text.is_ascii() { text.to_ascii_lowercase() } else { text.nfc().collect::<String>().to_lowercase() };
    split_words(&lower).map(str::to_owned).collect()
}

fn split_words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || is_apostrophe(c)));
    words.map(|word| word.trim_matches(is_apostrophe)).filter(|word| !word.is_empty())
}

/// Counts the words of a text without storing them.
pub(super) fn count_words(text: &str) -> usize {
    split_words(text).count()
}

fn content_stems(tokens: &[String]) -> BTreeSet<String> {
    let content_words = tokens.iter().filter(|token| STOP_WORDS.binary_search(&token.as_str()).is_err());
    content_words.map(|token| stem_word(token)).filter(|stem| stem.chars().count() >= 4).map(str::to_owned).collect()
}

/// Strips the longest known ending that leaves at least four letters.
fn stem_word(word: &str) -> &str {
    let endings = ["ing", "ed", "es", "s", "ly"];
    let stripped = endings.iter().filter_map(|ending| word.strip_suffix(ending));
    stripped.filter(|stem| stem.chars().count() >= 4).min_by_key(|stem| stem.len()).unwrap_or(word)
}

/// Returns the last sentence of a stem, which is usually its question.
pub(super) fn lead_in(stem: &str) -> &str {
    split_sentences(stem).last().copied().unwrap_or(stem)
}

/// Splits a text into trimmed, nonempty sentences: at line ends, and at white space after `.`, `?` or `!` and any closing
/// quotes or parentheses.
pub(super) fn split_sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut ended = false;
    for (offset, c) in text.char_indices() {
        if c == '\n' || (ended && c.is_whitespace()) {
            sentences.push(text[start..offset].trim());
            start = offset;
        }
        // Closing quotes and brackets may follow the mark that ends a sentence.
        ended = matches!(c, '.' | '?' | '!') || (ended && matches!(c, '"' | '\'' | ')' | '”' | '’'));
    }
    sentences.push(text[start..].trim());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// Returns the Jaccard index of two sets: common values divided by all values. It is 0 if both sets are empty.
pub(super) fn jaccard<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> f64 {
    let common = one.intersection(other).count();
    let all = one.len() + other.len() - common;
    // The counts are far too small to lose precision as floating-point numbers.
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

/// Returns words in quotes for a message: `"one", "two"`.
pub(super) fn quoted_list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// Numbers in words, from which two choices may differ.
const NUMBER_WORDS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "half", "once",
    "twice", "first", "second", "third", "fourth", "fifth", "both",
];

/// Words that turn a statement into its opposite.
const NEGATIONS: &[&str] = &["not", "no", "never", "neither", "nor", "without", "none", "cannot"];

/// Returns the words of a choice that can make it differ from a similar one: numbers, levels such as C5, directions and
/// negations.
pub(super) fn distinguishing_words(words: &Words) -> Vec<&str> {
    let is_opposite = |token: &str| OPPOSITES.iter().any(|(one, other)| token == *one || token == *other);
    let is_distinguishing = |token: &&str| {
        token.contains(|c: char| c.is_ascii_digit())
            || token.len() == 1
            || is_roman_numeral(token)
            || NUMBER_WORDS.contains(token)
            || NEGATIONS.contains(token)
            || is_opposite(token)
    };
    words.tokens.iter().map(String::as_str).filter(is_distinguishing).collect()
}

/// Returns whether a word in lower case is a roman numeral up to 39, as in "class iii".
fn is_roman_numeral(token: &str) -> bool {
    token.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x'))
}

/// Returns whether a word begins with a capital letter.
pub(super) fn starts_with_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}
