//! The data of the screen on which a trainee chooses what to practice.

use crate::study::practice::{PracticeChoice, PracticeFilter};
use crate::study::record::StudyRecord;
use crate::view::study::{StudyView, TopicView};

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
        let matched = |index: usize| {
            let accepts = |filter: &PracticeFilter| {
                PracticeChoice { filters: vec![*filter], ..PracticeChoice::default() }.accepts(&deck, index)
            };
            PracticeFilter::ALL.into_iter().filter(accepts).collect()
        };
        let questions = deck.questions.iter().enumerate();
        let questions = questions.map(|(index, entry)| (entry.bank_index, matched(index))).collect();
        Self { topics: StudyView::new(record).topics, questions }
    }
}
