//! The state machine of an attempt. Its state is rebuilt from facts only.
//!
//! A [`Session`] never changes by itself. [`Session::decide`] returns the fact for an action, or the reason to refuse
//! it. The caller stores that fact and then passes it to [`Session::apply`]. So the screen shows only what is on disk.

mod repeats;

use std::fmt;
use std::sync::Arc;

use crate::attempt::fact::{AttemptEnding, AttemptFinished, QuestionAnswered, QuestionFlagged};
use crate::attempt::remark::{QuestionRuling, RemarkPolicy};
use crate::attempt::{Answer, Certainty, Fact, Mode, Outcome, Points};
use crate::clock::{Day, Millis};
use crate::exam::loaded_paper::LoadedPaper;
use crate::exam::scoring;

/// An attempt in progress, or one that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    loaded_paper: Arc<LoadedPaper>,
    answers: Vec<Option<StoredAnswer>>,
    flags: Vec<bool>,
    finished: Option<AttemptFinished>,
    rulings: Vec<QuestionRuling>,
    /// For each repeat at the end of the paper, the index of the question that it repeats.
    repeats: Vec<usize>,
}

/// The stored answer to one question, with the certainty that the trainee gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    pub answer: Answer,
    /// How sure the trainee was. Only practice asks for it.
    pub certainty: Option<Certainty>,
}

/// An action of a trainee during an attempt. A question is named by its index in the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptAction {
    /// Answers a question, or changes its answer.
    Answer {
        question_index: usize,
        answer: Answer,
        /// How sure the trainee is. It is ignored outside practice.
        certainty: Option<Certainty>,
    },
    /// Removes the answer to a question.
    ClearAnswer { question_index: usize },
    /// Flags a question for later, or removes the flag.
    ToggleFlag { question_index: usize },
    /// Ends the attempt.
    Submit,
    /// Ends the attempt because its time is up.
    TimeOut {
        /// What was marked or typed on screen at that moment, but not confirmed. It counts.
        draft: Option<DraftAnswer>,
    },
}

/// An answer that stands on screen and is not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftAnswer {
    pub question_index: usize,
    pub answer: Answer,
}

/// The circumstances of an action: the time that has passed in the attempt, and whether a person typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionMoment {
    /// How much of the attempt's time has passed.
    pub elapsed: Millis,
    /// Whether the input was piped in.
    pub piped: bool,
    /// The study day. Answers in exams do not record it, because they never feed the schedule.
    pub study_day: Day,
}

/// The reason why an action is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionRefusal {
    /// The attempt has ended.
    Ended,
    /// The time is up. The caller must end the attempt with [`AttemptAction::TimeOut`].
    TimeUp,
    /// A timeout is refused, because time is left.
    TimeRemaining,
    /// The paper has no question with this index.
    UnknownQuestion,
    /// In practice, the question was answered and explained, so its answer cannot change.
    Closed,
    /// The answer does not fit the question, for this reason.
    InvalidAnswer(String),
}

impl fmt::Display for ActionRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("this attempt has ended"),
            Self::TimeUp => f.write_str("the time is up"),
            Self::TimeRemaining => f.write_str("there is still time left"),
            Self::UnknownQuestion => f.write_str("the paper does not have this question"),
            Self::Closed => f.write_str("this question is already answered and explained"),
            Self::InvalidAnswer(reason) => f.write_str(reason),
        }
    }
}

impl Session {
    /// Returns a session without any answer.
    pub fn new(loaded_paper: Arc<LoadedPaper>) -> Self {
        let count = loaded_paper.questions.len();
        Self {
            loaded_paper,
            answers: vec![None; count],
            flags: vec![false; count],
            finished: None,
            rulings: Vec::new(),
            repeats: Vec::new(),
        }
    }

    /// Rebuilds the session of an attempt from its facts.
    pub fn from_facts<'a>(loaded_paper: Arc<LoadedPaper>, facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let mut session = Self::new(loaded_paper);
        facts.into_iter().for_each(|fact| session.apply(fact));
        session
    }

    /// Returns the fact for an action. The session changes only when that fact is applied.
    ///
    /// # Errors
    /// The reason why the action is refused.
    pub fn decide(&self, action: AttemptAction, moment: ActionMoment) -> Result<Fact, ActionRefusal> {
        let ActionMoment { elapsed, piped, study_day } = moment;
        let study_day = Some(study_day).filter(|_| self.loaded_paper.mode != Mode::Exam);
        let time_up = self.time_left(elapsed) == Some(Millis(0));
        // The order of the arms matters. An ended attempt refuses every action. Once the time is up, only the timeout
        // is allowed, so that no late answer counts.
        match action {
            _ if self.finished.is_some() => Err(ActionRefusal::Ended),
            AttemptAction::TimeOut { .. } if time_up => Ok(self.finished_fact(AttemptEnding::TimedOut, elapsed)),
            AttemptAction::TimeOut { .. } => Err(ActionRefusal::TimeRemaining),
            _ if time_up => Err(ActionRefusal::TimeUp),
            AttemptAction::Submit => Ok(self.finished_fact(AttemptEnding::Submitted, elapsed)),
            AttemptAction::Answer { question_index, .. }
            | AttemptAction::ClearAnswer { question_index }
            | AttemptAction::ToggleFlag { question_index }
                if question_index >= self.answers.len() =>
            {
                Err(ActionRefusal::UnknownQuestion)
            }
            AttemptAction::Answer { question_index, .. } | AttemptAction::ClearAnswer { question_index }
                if self.is_closed(question_index) =>
            {
                Err(ActionRefusal::Closed)
            }
            AttemptAction::Answer { question_index, answer, certainty } => {
                if let Some(reason) = self.misfit(question_index, &answer) {
                    return Err(ActionRefusal::InvalidAnswer(reason));
                }
                let certainty = certainty.filter(|_| self.loaded_paper.mode == Mode::Practice);
                let answer = Some(answer);
                Ok(Fact::Answered(QuestionAnswered { question_index, answer, certainty, elapsed, piped, study_day }))
            }
            AttemptAction::ClearAnswer { question_index } => {
                let (answer, certainty) = (None, None);
                Ok(Fact::Answered(QuestionAnswered { question_index, answer, certainty, elapsed, piped, study_day }))
            }
            AttemptAction::ToggleFlag { question_index } => {
                Ok(Fact::Flagged(QuestionFlagged { question_index, on: !self.flags[question_index], elapsed }))
            }
        }
    }

    /// Returns why an answer cannot be stored for a question, or `None` if it fits.
    fn misfit(&self, question_index: usize, answer: &Answer) -> Option<String> {
        let question = &self.loaded_paper.questions.get(question_index)?.question;
        scoring::invalid_answer_reason(question, answer).or_else(|| scoring::incomplete_answer_reason(question, answer))
    }

    /// Returns all facts for an action, to be stored together. A wrong answer in practice comes with its repeat. A
    /// timeout first stores the draft, at the time limit, so that it counts.
    ///
    /// # Errors
    /// The reason why the action is refused.
    pub fn decide_all(&self, action: AttemptAction, moment: ActionMoment) -> Result<Vec<Fact>, ActionRefusal> {
        let draft = match &action {
            AttemptAction::TimeOut { draft } => draft.clone(),
            _ => None,
        };
        let fact = self.decide(action, moment)?;
        let mut next = self.clone();
        match (&fact, draft, self.loaded_paper.limit) {
            (Fact::Answered(answered), ..) => {
                let question_index = answered.question_index;
                next.apply(&fact);
                Ok([fact].into_iter().chain(next.repeat_of(question_index)).collect())
            }
            (Fact::Finished(finished), Some(draft), Some(limit))
                if draft.question_index < self.answers.len()
                    && self.misfit(draft.question_index, &draft.answer).is_none() =>
            {
                let answered = Fact::Answered(QuestionAnswered {
                    question_index: draft.question_index,
                    answer: Some(draft.answer),
                    certainty: None,
                    elapsed: limit,
                    piped: moment.piped,
                    study_day: Some(moment.study_day).filter(|_| self.loaded_paper.mode != Mode::Exam),
                });
                next.apply(&answered);
                let finished = next.finished_fact(finished.ending, finished.elapsed);
                Ok(vec![answered, finished])
            }
            _ => Ok(vec![fact]),
        }
    }

    fn finished_fact(&self, ending: AttemptEnding, elapsed: Millis) -> Fact {
        Fact::Finished(AttemptFinished { ending, elapsed, outcome: self.outcome() })
    }

    /// Applies a stored fact. A fact that does not fit this state, such as an answer after the end, changes nothing.
    pub fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Answered(answered) if self.finished.is_none() => {
                if let Some(stored) = self.answers.get_mut(answered.question_index) {
                    let certainty = answered.certainty;
                    *stored = answered.answer.clone().map(|answer| StoredAnswer { answer, certainty });
                }
            }
            Fact::Asked(asked) if self.finished.is_none() => self.add_repeat(asked),
            Fact::Flagged(flagged) if self.finished.is_none() => {
                if let Some(flag) = self.flags.get_mut(flagged.question_index) {
                    *flag = flagged.on;
                }
            }
            Fact::Finished(finished) => self.finished = Some(finished.clone()),
            Fact::Remarked(remarked) => {
                if let Some(ended) = &mut self.finished {
                    // A re-marking contains all rulings that apply from then on, so the last one replaces the others.
                    // This also corrects one that a compromised key signed.
                    ended.outcome = remarked.outcome.clone();
                    self.rulings.clone_from(&remarked.rulings);
                }
            }
            _ => {}
        }
    }

    /// Returns the paper of this attempt.
    pub fn loaded_paper(&self) -> &Arc<LoadedPaper> {
        &self.loaded_paper
    }

    /// Returns the number of questions, repeats included.
    pub fn question_count(&self) -> usize {
        self.answers.len()
    }

    /// Returns the stored answer to a question, or `None` if it has no answer.
    pub fn stored_answer(&self, index: usize) -> Option<&StoredAnswer> {
        self.answers.get(index)?.as_ref()
    }

    /// Returns whether a question is flagged.
    pub fn is_flagged(&self, index: usize) -> bool {
        self.flags.get(index).copied().unwrap_or(false)
    }

    /// Returns the number of flagged questions.
    pub fn flagged_count(&self) -> usize {
        self.flags.iter().filter(|flag| **flag).count()
    }

    /// Returns the indexes of the questions without an answer.
    pub fn unanswered_indexes(&self) -> Vec<usize> {
        (0..self.question_count()).filter(|index| self.answers[*index].is_none()).collect()
    }

    /// Returns whether practice has closed a question, which happens at its first answer. Always false in the other modes,
    /// even after the end.
    pub fn is_closed(&self, index: usize) -> bool {
        self.loaded_paper.mode == Mode::Practice && self.stored_answer(index).is_some()
    }

    /// Returns the index of the question to resume at: the first one without an answer, or else the last one.
    pub fn resume_index(&self) -> usize {
        self.unanswered_indexes().first().copied().unwrap_or(self.question_count().saturating_sub(1))
    }

    /// Returns the time left after `elapsed`, or `None` if there is no limit.
    pub fn time_left(&self, elapsed: Millis) -> Option<Millis> {
        self.loaded_paper.limit.map(|limit| limit.saturating_sub(elapsed))
    }

    /// Returns the end of the attempt, or `None` if it is still in progress. A remark replaces its outcome.
    pub fn finished(&self) -> Option<&AttemptFinished> {
        self.finished.as_ref()
    }

    /// Returns the points for the stored answer to a question. For a dropped question, these are the points by its own
    /// key.
    pub fn points(&self, index: usize) -> Points {
        let (question, answer) =
            (&self.loaded_paper.questions[index].question, self.stored_answer(index).map(|stored| &stored.answer));
        let rescored = self.policy(index).and_then(|policy| scoring::rescore(question, policy, answer));
        rescored.unwrap_or_else(|| scoring::score(question, answer))
    }

    /// Returns the policy for a faulty question, which is that of its last ruling.
    fn policy(&self, index: usize) -> Option<&RemarkPolicy> {
        let question = self.loaded_paper.paper.questions[index].question;
        self.rulings.iter().rev().find(|ruling| ruling.question == question).map(|ruling| &ruling.policy)
    }

    /// Returns how many questions were answered, without repeats.
    pub fn answered_count(&self) -> usize {
        self.answers[..self.drawn_count()].iter().flatten().count()
    }

    /// Returns how many questions were fully correct at their first answer.
    pub fn correct_count(&self) -> usize {
        (0..self.drawn_count()).filter(|index| self.points(*index) == Points::one()).count()
    }

    /// Computes the outcome of the answers stored so far, under the rulings that apply to this attempt. Repeats do not
    /// count.
    pub fn outcome(&self) -> Outcome {
        let drawn_answers = &self.answers[..self.drawn_count()];
        let answers: Vec<_> = drawn_answers.iter().map(|stored| stored.as_ref().map(|stored| &stored.answer)).collect();
        let policies: Vec<_> = (0..self.drawn_count()).map(|index| self.policy(index)).collect();
        scoring::outcome(&self.loaded_paper, &answers, &policies)
    }

    /// Returns the rulings on faulty questions that apply to this attempt.
    pub fn rulings(&self) -> &[QuestionRuling] {
        &self.rulings
    }

    /// Computes the outcome of the stored answers under other rulings.
    pub fn outcome_with_rulings(&self, rulings: Vec<QuestionRuling>) -> Outcome {
        Self { rulings, ..self.clone() }.outcome()
    }
}
