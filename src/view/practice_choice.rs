//! The data of the screen on which a trainee chooses what to practice.

use crate::study::practice::PracticeFilter;
use crate::study::record::StudyRecord;
use crate::view::study::{TopicView, topics};

/// What a trainee can practice.
#[derive(Debug, Clone, PartialEq)]
pub struct PracticeChoiceView {
    pub topics: Vec<TopicView>,
    /// For every question, the index of its topic and the filters that it matches.
    pub questions: Vec<(usize, Vec<PracticeFilter>)>,
}

impl PracticeChoiceView {
    /// Returns what can be practiced on the record's day.
    pub fn new(record: &StudyRecord) -> Self {
        let deck = record.deck();
        let matched =
            |index: usize| PracticeFilter::ALL.into_iter().filter(|filter| filter.accepts(&deck, index)).collect();
        let questions = deck.questions.iter().enumerate();
        let questions = questions.map(|(index, entry)| (entry.bank_index, matched(index))).collect();
        Self { topics: topics(record, &deck), questions }
    }
}
