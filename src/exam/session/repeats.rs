//! Repeats: a practice asks a question again that was answered wrong.

use std::sync::Arc;

use super::Session;
use crate::attempt::fact::QuestionAsked;
use crate::attempt::{Fact, Mode, Points};
use crate::exam::draw;
use crate::exam::draw::rng::DrawRng;

/// How often a practice asks a question again at most. After that, the question returns on another day.
const REPEATS_MAX: usize = 3;

impl Session {
    /// Returns the fact that asks a question again, if a practice answered it wrong: after all questions that are left,
    /// with its choices shuffled again. The seed of the paper decides their order.
    pub(super) fn repeat_of(&self, question_index: usize) -> Option<Fact> {
        let is_wrong = self.is_closed(question_index) && self.points(question_index) < Points::one();
        if !is_wrong || self.finished.is_some() {
            return None;
        }
        let source_index = self.source_index(question_index);
        let repeat_count = self.repeats.iter().filter(|repeat| **repeat == source_index).count();
        if repeat_count >= REPEATS_MAX {
            return None;
        }
        let mut rng = DrawRng::for_repeat(self.loaded_paper.paper.seed, self.repeats.len());
        let order = draw::display_order(&self.loaded_paper.questions[source_index].question.kind, &mut rng);
        Some(Fact::Asked(QuestionAsked { question_index: source_index, order }))
    }

    /// Returns the index of the question as it was drawn. A repeat has the index of the question that it repeats.
    pub fn source_index(&self, index: usize) -> usize {
        let repeat = index.checked_sub(self.drawn_count()).and_then(|repeat| self.repeats.get(repeat));
        repeat.copied().unwrap_or(index)
    }

    /// Returns whether this is a repeat of a question that was answered wrong.
    pub fn is_repeat(&self, index: usize) -> bool {
        index >= self.drawn_count()
    }

    /// Returns whether the question comes again later in this practice.
    pub fn comes_again(&self, index: usize) -> bool {
        let source = self.source_index(index);
        (self.drawn_count()..self.answers.len())
            .any(|repeat| repeat > index && self.source_index(repeat) == source && self.answers[repeat].is_none())
    }

    /// Returns how many questions were drawn. Repeats follow after them.
    pub fn drawn_count(&self) -> usize {
        self.answers.len() - self.repeats.len()
    }

    /// Adds a repeat to the end of the paper. A fact that does not fit changes nothing.
    pub(super) fn add_repeat(&mut self, asked: &QuestionAsked) {
        let is_drawn = asked.question_index < self.drawn_count();
        if self.loaded_paper.mode != Mode::Practice || !is_drawn {
            return;
        }
        // The paper as it was drawn belongs to all that read it, so this session gets its own.
        if Arc::make_mut(&mut self.loaded_paper).push_repeat(asked.question_index, &asked.order) {
            self.repeats.push(asked.question_index);
            self.answers.push(None);
            self.flags.push(false);
        }
    }
}
