//! Stores the answers, flags and the end of an attempt in plain mode.

use super::{NextTurn, PlainError, PlainSession, question};
use crate::attempt::{Answer, Certainty, Mode};
use crate::exam::session::{ActionRefusal, AttemptAction};
use crate::service::ServiceError;
use crate::store::StoreError;

impl PlainSession<'_> {
    /// Stores an action with the time of its first try, so that waiting does not cost the trainee time. While another
    /// program uses the store, it prints that once and keeps trying.
    fn store_action(&mut self, action: AttemptAction) -> Result<Result<(), ServiceError>, PlainError> {
        let done_at = self.service.now();
        let mut is_reported = false;
        loop {
            let attempts = &mut self.service.attempts_mut();
            match attempts.record_action_at(&mut self.active_attempt, action.clone(), done_at) {
                // Each try already waits in the store for its turn, so the loop needs no pause.
                Err(ServiceError::Store(StoreError::Busy)) => {
                    if !is_reported {
                        self.print_line("Not saved yet: another program is using your data. Trying again.")?;
                        is_reported = true;
                    }
                }
                stored => return Ok(stored),
            }
        }
    }

    pub(super) fn record_time_out(&mut self) -> Result<NextTurn, PlainError> {
        self.print_line("Time is up")?;
        match self.store_action(AttemptAction::TimeOut { draft: None })? {
            Ok(()) => Ok(NextTurn::AttemptEnded),
            // The wait can end a moment before the limit. The next prompt waits for the rest.
            Err(ServiceError::ActionRefused(ActionRefusal::TimeRemaining)) => Ok(NextTurn::Continue),
            Err(error) => Err(error.into()),
        }
    }

    /// Records an action, or returns the next turn if the time is over.
    pub(super) fn record(&mut self, action: AttemptAction) -> Result<Result<(), NextTurn>, PlainError> {
        match self.store_action(action)? {
            Ok(()) => Ok(Ok(())),
            Err(ServiceError::ActionRefused(ActionRefusal::TimeUp)) => self.record_time_out().map(Err),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn record_answer(
        &mut self,
        answer: Answer,
        certainty: Option<Certainty>,
    ) -> Result<Option<NextTurn>, PlainError> {
        let action = AttemptAction::Answer { question_index: self.question_index, answer, certainty };
        match self.store_action(action)? {
            Ok(()) => {}
            Err(ServiceError::ActionRefused(ActionRefusal::TimeUp)) => {
                return self.record_time_out().map(Some);
            }
            Err(ServiceError::ActionRefused(refusal)) => {
                self.print_line(&format!("Not saved: {refusal}"))?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
        if self.active_attempt.session.loaded_paper().mode == Mode::Practice {
            for line in question::explanation(&self.active_attempt.session, self.question_index) {
                self.print_line(&line)?;
            }
            // Practice closes a question with its answer, so after the last one there is nothing left to change.
            if self.active_attempt.session.unanswered_indexes().is_empty() {
                return self
                    .record(AttemptAction::Submit)
                    .map(|recorded| Some(recorded.err().unwrap_or(NextTurn::AttemptEnded)));
            }
        }
        self.question_index += 1;
        Ok(Some(NextTurn::Continue))
    }
}
