//! The answer draft of a question: what the trainee has marked or typed but not stored yet.

use crate::attempt::Answer;
use crate::bank::question::{QuestionKind, SelectCount};
use crate::exam::loaded_paper::LoadedQuestion;
use crate::tui::text_field::TextField;

/// An unfinished answer. Indexes refer to the order in the bank, not to the order on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerDraft {
    /// The marked choices, in the order of the bank.
    Choices(Vec<usize>),
    Truth(Option<bool>),
    /// A typed number or text.
    Field(TextField),
    /// The items picked so far, in the order they were picked.
    Order(Vec<usize>),
    /// For each left side, the right side that was picked.
    Pairs(Vec<Option<usize>>),
}

impl AnswerDraft {
    /// Returns a draft with the stored answer, or an empty one.
    pub fn from_stored(loaded_question: &LoadedQuestion, stored: Option<&Answer>) -> Self {
        match (&loaded_question.question.kind, stored) {
            (QuestionKind::Choice { .. }, Some(Answer::Choices(ticked))) => Self::Choices(ticked.clone()),
            (QuestionKind::Choice { .. }, _) => Self::Choices(Vec::new()),
            (QuestionKind::TrueFalse { .. }, Some(Answer::Truth(truth))) => Self::Truth(Some(*truth)),
            (QuestionKind::TrueFalse { .. }, _) => Self::Truth(None),
            (QuestionKind::Number { .. }, Some(Answer::Number(typed))) => Self::Field(TextField::new(typed.clone())),
            (QuestionKind::Text { .. }, Some(Answer::Text(typed))) => Self::Field(TextField::new(typed.clone())),
            (QuestionKind::Number { .. } | QuestionKind::Text { .. }, _) => Self::Field(TextField::default()),
            (QuestionKind::Order { .. }, Some(Answer::Order(order))) => Self::Order(order.clone()),
            (QuestionKind::Order { .. }, _) => Self::Order(Vec::new()),
            (QuestionKind::Match { .. }, Some(Answer::Pairs(right_indices))) => {
                Self::Pairs(right_indices.iter().copied().map(Some).collect())
            }
            (QuestionKind::Match { pairs, .. }, _) => Self::Pairs(vec![None; pairs.len()]),
        }
    }

    /// Marks or unmarks the choice at a position on screen. In a match, `line` is the focused left side.
    pub fn mark(&mut self, loaded_question: &LoadedQuestion, position: usize, line: usize) {
        let Some(original_index) = original_index(loaded_question, position) else { return };
        match (self, &loaded_question.question.kind) {
            (Self::Choices(ticked), QuestionKind::Choice { select, .. }) => {
                let is_ticked = ticked.contains(&original_index);
                match select {
                    SelectCount::One => *ticked = vec![original_index],
                    _ if is_ticked => ticked.retain(|other| *other != original_index),
                    // `Choose 2` never accepts a third mark. One must be removed first.
                    SelectCount::Exactly(count) if ticked.len() >= *count => {}
                    _ => ticked.push(original_index),
                }
                // A stored answer is in ascending order. Otherwise the same choices could look like a changed answer.
                ticked.sort_unstable();
            }
            (Self::Truth(truth), _) => *truth = Some(position == 0),
            (Self::Order(order), _) => match order.iter().position(|other| *other == original_index) {
                // Picking an item again removes it and all items picked after it.
                Some(index) => order.truncate(index),
                None => order.push(original_index),
            },
            (Self::Pairs(right_indices), _) => {
                if let Some(right) = right_indices.get_mut(line) {
                    *right = Some(original_index);
                }
            }
            _ => {}
        }
    }

    /// Takes back the last step: the last item, the pair of this line, or the marks. A text field has keys of its own.
    pub fn undo(&mut self, line: usize) {
        match self {
            Self::Choices(ticked) => ticked.clear(),
            Self::Truth(truth) => *truth = None,
            Self::Field(_) => {}
            Self::Order(order) => {
                order.pop();
            }
            Self::Pairs(right_indices) => {
                // After a letter, the focus is on the next line, which has no letter yet.
                let line =
                    if right_indices.get(line).copied().flatten().is_some() { line } else { line.saturating_sub(1) };
                if let Some(right) = right_indices.get_mut(line) {
                    *right = None;
                }
            }
        }
    }

    /// Returns the answer, or `None` while it is incomplete.
    pub fn answer(&self, loaded_question: &LoadedQuestion) -> Option<Answer> {
        match (self, &loaded_question.question.kind) {
            (Self::Choices(ticked), kind) => {
                let needed = match kind {
                    QuestionKind::Choice { select: SelectCount::Exactly(count), .. } => *count,
                    _ => 1,
                };
                (ticked.len() >= needed).then(|| Answer::Choices(ticked.clone()))
            }
            (Self::Truth(truth), _) => truth.map(Answer::Truth),
            (Self::Field(field), kind) => {
                let typed = field.content().trim().to_owned();
                let is_number = matches!(kind, QuestionKind::Number { .. });
                let has_text = !typed.is_empty();
                has_text.then_some(if is_number { Answer::Number(typed) } else { Answer::Text(typed) })
            }
            (Self::Order(order), QuestionKind::Order { items }) if order.len() == items.len() => {
                Some(Answer::Order(order.clone()))
            }
            (Self::Pairs(right_indices), _) => {
                right_indices.iter().copied().collect::<Option<Vec<_>>>().map(Answer::Pairs)
            }
            _ => None,
        }
    }

    /// Returns what the trainee must do to complete the answer.
    pub fn unfinished_message(&self, loaded_question: &LoadedQuestion) -> String {
        let message = match (self, &loaded_question.question.kind) {
            (Self::Choices(ticked), QuestionKind::Choice { select: SelectCount::Exactly(count), .. })
                if !ticked.is_empty() =>
            {
                return format!("Choose {count} answers. You have chosen {} so far.", ticked.len());
            }
            (Self::Choices(_), _) => "Choose an answer first: press a letter or Space",
            (Self::Truth(_), _) => "Choose true or false first",
            (Self::Field(_), _) => "Type an answer first",
            (Self::Order(_), _) => "Pick all items first, in order",
            (Self::Pairs(_), _) => "Match every line first",
        };
        message.to_owned()
    }

    /// Returns whether anything is marked or typed.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Choices(indices) | Self::Order(indices) => indices.is_empty(),
            Self::Truth(truth) => truth.is_none(),
            Self::Field(field) => field.content().trim().is_empty(),
            Self::Pairs(right_indices) => right_indices.iter().all(Option::is_none),
        }
    }
}

/// Returns the number of lines that can have the focus: choices, items or left sides. A text field has none.
pub fn line_count(loaded_question: &LoadedQuestion) -> usize {
    match &loaded_question.question.kind {
        QuestionKind::Choice { .. } | QuestionKind::Order { .. } => loaded_question.order.len(),
        QuestionKind::TrueFalse { .. } => 2,
        QuestionKind::Match { pairs, .. } => pairs.len(),
        QuestionKind::Number { .. } | QuestionKind::Text { .. } => 0,
    }
}

/// Returns whether a question is answered by typing.
pub fn has_text_field(loaded_question: &LoadedQuestion) -> bool {
    matches!(loaded_question.question.kind, QuestionKind::Number { .. } | QuestionKind::Text { .. })
}

fn original_index(loaded_question: &LoadedQuestion, position: usize) -> Option<usize> {
    match loaded_question.question.kind {
        QuestionKind::TrueFalse { .. } => (position < 2).then_some(position),
        _ => loaded_question.order.get(position).copied(),
    }
}
