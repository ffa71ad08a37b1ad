//! The review of a finished exam, if the exam allows it: whether each answer was correct, and the rationales of the
//! selected choices. It never reveals a key that the trainee did not select.

use crate::attempt::Answer;
use crate::bank::question::QuestionKind;
use crate::exam::Session;
use crate::text;

use crate::view::question::correctness;

/// The review of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewedQuestion {
    /// Its number and whether the answer was correct.
    pub heading: String,
    pub stem: String,
    /// The selected choices, each with its rationale. Empty for a typed answer, an order or a match, because their
    /// rationales would reveal the rest of the key.
    pub selected_choices: Vec<(String, String)>,
}

/// Returns the review of every question. The caller checks first that the exam allows it.
pub fn review_questions(session: &Session) -> Vec<ReviewedQuestion> {
    let to_reviewed = |(index, loaded_question): (usize, &crate::exam::loaded_paper::LoadedQuestion)| {
        let answer = session.stored_answer(index).map(|stored_answer| &stored_answer.answer);
        let correctness = answer.map_or("Not answered", |_| correctness(&session.points(index)));
        let selected_choices = match (&loaded_question.question.kind, answer) {
            (QuestionKind::Choice { choices, .. }, Some(Answer::Choices(ticked))) => {
                let ticked = ticked.iter().filter_map(|choice_index| choices.get(*choice_index));
                ticked.map(|choice| (choice.text.clone(), choice.rationale.clone())).collect()
            }
            (QuestionKind::TrueFalse { rationales, .. }, Some(Answer::Truth(truth))) => {
                let rationale = if *truth { &rationales.if_true } else { &rationales.if_false };
                vec![(truth.to_string(), rationale.clone())]
            }
            _ => Vec::new(),
        };
        ReviewedQuestion {
            heading: format!("Question {}: {correctness}", index + 1),
            stem: loaded_question.question.stem.clone(),
            selected_choices,
        }
    };
    session.loaded_paper().questions.iter().enumerate().map(to_reviewed).collect()
}

/// Returns the review as lines for plain mode and the command line.
pub fn review_lines(session: &Session) -> Vec<String> {
    let question_lines = |reviewed: ReviewedQuestion| {
        let choices =
            reviewed.selected_choices.into_iter().map(|(choice, rationale)| format!("Chosen: {choice}. {rationale}"));
        let question = format!("{}. {}", reviewed.heading, reviewed.stem);
        std::iter::once(question).chain(choices).map(|line| text::single_line(&line)).collect::<Vec<_>>()
    };
    review_questions(session).into_iter().flat_map(question_lines).collect()
}
