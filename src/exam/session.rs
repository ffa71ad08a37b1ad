//! The state machine of a sitting: what may be done, and what was done, rebuilt from facts alone.
//!
//! A [`Session`] never changes by itself. [`Session::decide`] says which fact an action would be, or why it may not be;
//! once that fact is stored, [`Session::apply`] takes it in. So what a screen shows is what is on disk.

use std::fmt;
use std::sync::Arc;

use crate::attempt::fact::{AttemptEnding, AttemptFinished, QuestionAnswered, QuestionFlagged};
use crate::attempt::remark::{QuestionRuling, RemarkPolicy};
use crate::attempt::{Answer, Certainty, Fact, Mode, Outcome, Points};
use crate::clock::Millis;
use crate::exam::loaded_paper::LoadedPaper;
use crate::exam::scoring;

/// A sitting in progress, or one that has ended.
#[derive(Debug, Clone)]
pub struct Session {
    sheet: Arc<LoadedPaper>,
    given: Vec<Option<StoredAnswer>>,
    flags: Vec<bool>,
    ended: Option<AttemptFinished>,
    rulings: Vec<QuestionRuling>,
}

/// An answer that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The answer.
    pub answer: Answer,
    /// How sure the trainee was.
    pub certainty: Option<Certainty>,
}

/// Something a trainee does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptAction {
    /// Answers a question, or changes its answer.
    Answer {
        /// The question's place in the paper.
        item: usize,
        /// The whole answer.
        answer: Answer,
        /// How sure; in practice.
        certainty: Option<Certainty>,
    },
    /// Takes an answer back.
    Clear {
        /// The question's place in the paper.
        item: usize,
    },
    /// Flags a question for a second look, or takes the flag off.
    Flag {
        /// The question's place in the paper.
        item: usize,
    },
    /// Ends the sitting.
    Submit,
    /// Ends the sitting because its time is over.
    TimeOut,
}

/// When something is done: how much of the sitting's time has passed, and whether a person typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionMoment {
    /// How much of the sitting's time has passed.
    pub elapsed: Millis,
    /// Whether the input was piped in.
    pub piped: bool,
}

/// Why an action may not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionRefusal {
    /// The sitting has ended.
    Ended,
    /// Its time is over; it is to be ended.
    TimeUp,
    /// Its time is not over.
    TimeLeft,
    /// There is no such question.
    NoSuchQuestion,
    /// The question was answered and explained.
    Closed,
    /// The answer is none to this question.
    Misfit(String),
}

impl fmt::Display for ActionRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("this attempt has ended"),
            Self::TimeUp => f.write_str("the time is over"),
            Self::TimeLeft => f.write_str("the time is not over"),
            Self::NoSuchQuestion => f.write_str("there is no such question"),
            Self::Closed => f.write_str("this question is answered and closed"),
            Self::Misfit(why) => f.write_str(why),
        }
    }
}

impl Session {
    /// Begins a sitting.
    pub fn new(sheet: Arc<LoadedPaper>) -> Self {
        let count = sheet.items.len();
        Self { sheet, given: vec![None; count], flags: vec![false; count], ended: None, rulings: Vec::new() }
    }

    /// Takes a sitting up again from its facts.
    pub fn resume<'a>(sheet: Arc<LoadedPaper>, facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let mut session = Self::new(sheet);
        facts.into_iter().for_each(|fact| session.apply(fact));
        session
    }

    /// Returns the fact that an action would be.
    ///
    /// # Errors
    /// Why it may not be.
    pub fn decide(&self, action: AttemptAction, moment: ActionMoment) -> Result<Fact, ActionRefusal> {
        let ActionMoment { elapsed, piped } = moment;
        let time_up = self.time_left(elapsed) == Some(Millis(0));
        match action {
            _ if self.ended.is_some() => Err(ActionRefusal::Ended),
            AttemptAction::TimeOut if time_up => Ok(self.finish(AttemptEnding::TimedOut, elapsed)),
            AttemptAction::TimeOut => Err(ActionRefusal::TimeLeft),
            _ if time_up => Err(ActionRefusal::TimeUp),
            AttemptAction::Submit => Ok(self.finish(AttemptEnding::Submitted, elapsed)),
            AttemptAction::Answer { item, .. } | AttemptAction::Clear { item } | AttemptAction::Flag { item }
                if item >= self.given.len() =>
            {
                Err(ActionRefusal::NoSuchQuestion)
            }
            AttemptAction::Answer { item, .. } | AttemptAction::Clear { item } if self.is_closed(item) => {
                Err(ActionRefusal::Closed)
            }
            AttemptAction::Answer { item, answer, certainty } => {
                if let Some(why) = scoring::misfit(&self.sheet.items[item].question, &answer) {
                    return Err(ActionRefusal::Misfit(why));
                }
                let certainty = certainty.filter(|_| self.sheet.mode == Mode::Practice);
                Ok(Fact::Answered(QuestionAnswered { item, answer: Some(answer), certainty, elapsed, piped }))
            }
            AttemptAction::Clear { item } => {
                Ok(Fact::Answered(QuestionAnswered { item, answer: None, certainty: None, elapsed, piped }))
            }
            AttemptAction::Flag { item } => Ok(Fact::Flagged(QuestionFlagged { item, on: !self.flags[item], elapsed })),
        }
    }

    fn finish(&self, how: AttemptEnding, elapsed: Millis) -> Fact {
        Fact::Finished(AttemptFinished { how, elapsed, outcome: self.outcome() })
    }

    /// Takes in a fact that is stored. One that cannot follow from this state changes nothing.
    pub fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Answered(answered) if self.ended.is_none() => {
                if let Some(given) = self.given.get_mut(answered.item) {
                    let certainty = answered.certainty;
                    *given = answered.answer.clone().map(|answer| StoredAnswer { answer, certainty });
                }
            }
            Fact::Flagged(flagged) if self.ended.is_none() => {
                if let Some(flag) = self.flags.get_mut(flagged.item) {
                    *flag = flagged.on;
                }
            }
            Fact::Finished(finished) => self.ended = Some(finished.clone()),
            Fact::Remarked(remarked) => {
                if let Some(ended) = &mut self.ended {
                    ended.outcome = remarked.outcome.clone();
                    self.rulings.clone_from(&remarked.rulings);
                }
            }
            _ => {}
        }
    }

    /// Returns what is asked.
    pub fn sheet(&self) -> &Arc<LoadedPaper> {
        &self.sheet
    }

    /// Returns how many questions there are.
    pub fn count(&self) -> usize {
        self.given.len()
    }

    /// Returns the stored answer to a question.
    pub fn given(&self, item: usize) -> Option<&StoredAnswer> {
        self.given.get(item)?.as_ref()
    }

    /// Returns whether a question is flagged.
    pub fn is_flagged(&self, item: usize) -> bool {
        self.flags.get(item).copied().unwrap_or(false)
    }

    /// Returns how many questions are flagged.
    pub fn flagged(&self) -> usize {
        self.flags.iter().filter(|flag| **flag).count()
    }

    /// Returns the questions without an answer.
    pub fn open_items(&self) -> Vec<usize> {
        (0..self.count()).filter(|item| self.given[*item].is_none()).collect()
    }

    /// Returns whether a question can no longer be answered: in practice once it was explained.
    pub fn is_closed(&self, item: usize) -> bool {
        self.sheet.mode == Mode::Practice && self.given(item).is_some()
    }

    /// Returns the question to go on with: the first without an answer, else the last.
    pub fn next_open(&self) -> usize {
        self.open_items().first().copied().unwrap_or(self.count().saturating_sub(1))
    }

    /// Returns how much time is left, where there is a limit.
    pub fn time_left(&self, elapsed: Millis) -> Option<Millis> {
        self.sheet.limit.map(|limit| limit.left_after(elapsed))
    }

    /// Returns how the sitting ended, once it has.
    pub fn ended(&self) -> Option<&AttemptFinished> {
        self.ended.as_ref()
    }

    /// Returns the points that the stored answer to a question earns, or would earn had the question not been dropped.
    pub fn mark(&self, item: usize) -> Points {
        let (question, answer) = (&self.sheet.items[item].question, self.given(item).map(|given| &given.answer));
        let again = self.policy(item).and_then(|policy| scoring::mark_again(question, policy, answer));
        again.unwrap_or_else(|| scoring::mark(question, answer))
    }

    /// Returns what became of a question that turned out to be faulty; the last word counts.
    fn policy(&self, item: usize) -> Option<&RemarkPolicy> {
        let question = self.sheet.paper.items[item].question;
        self.rulings.iter().rev().find(|ruling| ruling.question == question).map(|ruling| &ruling.policy)
    }

    /// Returns how many questions are fully right.
    pub fn right(&self) -> usize {
        (0..self.count()).filter(|item| self.mark(*item) == Points::one()).count()
    }

    /// Computes what the answers stored so far come to.
    pub fn outcome(&self) -> Outcome {
        let answers: Vec<_> = self.given.iter().map(|given| given.as_ref().map(|given| &given.answer)).collect();
        let policies: Vec<_> = (0..self.count()).map(|item| self.policy(item)).collect();
        scoring::outcome(&self.sheet, &answers, &policies)
    }

    /// Returns the rulings on faulty questions that hold so far.
    pub fn rulings(&self) -> &[QuestionRuling] {
        &self.rulings
    }

    /// Computes what they come to under other rulings.
    pub fn outcome_under(&self, rulings: Vec<QuestionRuling>) -> Outcome {
        Self { rulings, ..self.clone() }.outcome()
    }
}
