//! An exam looked back on, where its own rule allows that: which questions were right, and why what was chosen is right or
//! wrong. A key that was not chosen is not told.

use crate::attempt::Answer;
use crate::bank::question::QuestionKind;
use crate::exam::Session;
use crate::text;

use crate::view::question::verdict;

/// One question, looked back on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewedQuestion {
    /// Its number and whether it was right.
    pub verdict: String,
    /// What was asked.
    pub stem: String,
    /// What was chosen, each with its rationale. Of what is typed, ordered or matched nothing is told, since that would tell
    /// the rest of the key.
    pub chosen: Vec<(String, String)>,
}

/// Looks back on every question of an exam.
pub fn look_back(session: &Session) -> Vec<ReviewedQuestion> {
    let look = |(at, item): (usize, &crate::exam::loaded_paper::LoadedQuestion)| {
        let answer = session.stored_answer(at).map(|given| &given.answer);
        let verdict = answer.map_or("Not answered", |_| verdict(&session.points(at)));
        let chosen = match (&item.question.ask, answer) {
            (QuestionKind::Choice { choices, .. }, Some(Answer::Choices(ticked))) => {
                let ticked = ticked.iter().filter_map(|place| choices.get(*place));
                ticked.map(|choice| (choice.text.clone(), choice.rationale.clone())).collect()
            }
            (QuestionKind::TrueFalse { rationales, .. }, Some(Answer::Truth(truth))) => {
                let why = if *truth { &rationales.holds } else { &rationales.fails };
                vec![(truth.to_string(), why.clone())]
            }
            _ => Vec::new(),
        };
        ReviewedQuestion {
            verdict: format!("Question {}: {verdict}", at + 1),
            stem: item.question.stem.clone(),
            chosen,
        }
    };
    session.loaded_paper().questions.iter().enumerate().map(look).collect()
}

/// Returns the same in lines.
pub fn look_back_lines(session: &Session) -> Vec<String> {
    let lines = |looked: ReviewedQuestion| {
        let chosen = looked.chosen.into_iter().map(|(said, why)| format!("Chosen: {said}. {why}"));
        let question = format!("{}. {}", looked.verdict, looked.stem);
        std::iter::once(question).chain(chosen).map(|line| text::single_line(&line)).collect::<Vec<_>>()
    };
    look_back(session).into_iter().flat_map(lines).collect()
}
