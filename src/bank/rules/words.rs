//! Splits text into lowercase words without punctuation, and reduces them to word stems for the rules.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Words that carry no meaning of their own, 120 of them, in order.
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

/// A text cut into words.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    /// Its words in order.
    pub tokens: Vec<String>,
    /// The stems of those with a meaning, of four letters or more.
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

    /// Returns the words of `list` that are among its own.
    pub(super) fn intersection<'a>(&self, list: &[&'a str]) -> Vec<&'a str> {
        list.iter().copied().filter(|word| self.contains(word)).collect()
    }

    /// Returns how many words it has.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// Cuts a text into lower-case words; an apostrophe within a word belongs to it.
pub(super) fn tokenize(text: &str) -> Vec<String> {
    let lower = if text.is_ascii() { text.to_ascii_lowercase() } else { text.nfc().collect::<String>().to_lowercase() };
    split_words(&lower).map(str::to_owned).collect()
}

fn split_words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || is_apostrophe(c)));
    words.map(|word| word.trim_matches(is_apostrophe)).filter(|word| !word.is_empty())
}

/// Counts the words of a text.
pub(super) fn count_words(text: &str) -> usize {
    split_words(text).count()
}

fn content_stems(tokens: &[String]) -> BTreeSet<String> {
    let content_words = tokens.iter().filter(|token| STOP_WORDS.binary_search(&token.as_str()).is_err());
    content_words.map(|token| stem_word(token)).filter(|stem| stem.chars().count() >= 4).map(str::to_owned).collect()
}

/// Strips one ending, if four letters remain.
fn stem_word(word: &str) -> &str {
    let endings = ["ing", "ed", "es", "s", "ly"];
    let stripped = endings.iter().filter_map(|ending| word.strip_suffix(ending));
    stripped.filter(|stem| stem.chars().count() >= 4).min_by_key(|stem| stem.len()).unwrap_or(word)
}

/// Returns the last sentence of a stem: what it asks in the end.
pub(super) fn lead_in(stem: &str) -> &str {
    split_sentences(stem).last().copied().unwrap_or(stem)
}

/// Cuts a text into sentences, at a full stop, question or exclamation mark before a space, and at line ends.
pub(super) fn split_sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut ended = false;
    for (offset, c) in text.char_indices() {
        if c == '\n' || (ended && c.is_whitespace()) {
            sentences.push(text[start..offset].trim());
            start = offset;
        }
        ended = matches!(c, '.' | '?' | '!') || (ended && matches!(c, '"' | '\'' | ')' | '”' | '’'));
    }
    sentences.push(text[start..].trim());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// Returns the share of common stems in all stems of two sets; nothing where both are empty.
pub(super) fn jaccard<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> f64 {
    let common = one.intersection(other).count();
    let all = one.len() + other.len() - common;
    // Sets of words are far below the numbers that a double cannot hold.
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

/// Returns words as they stand in a message: `"one", "two"`.
pub(super) fn quoted_list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}
