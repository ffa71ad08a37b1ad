//! Decisions about attempts and people, each with its reason: voiding, granting, more time.

use crate::attempt::ExamResult;
use crate::attempt::fact::{AttemptDecision, TimeFactor};
use crate::issuing::decision::is_signature_valid;
use crate::service::*;

impl Service {
    /// Voids an exam attempt: it stays and does not count. Where this machine has an issuer, its `key` signs.
    ///
    /// # Errors
    /// [`Error::NotTaken`] where it cannot be voided, those of [`Desk::take_up`], or what the store says.
    pub fn void(&mut self, attempt: AttemptId, reason: &str, key: Option<&SigningKeyPair>) -> Result<(), ServiceError> {
        let sitting = self.exam_sat(attempt)?;
        let refused = |why: &str| Err(ServiceError::NotTaken(why.to_owned()));
        match &sitting.row {
            row if row.voided => refused("This attempt is void already."),
            row if row.standing == Some(ExamResult::Passed) => {
                refused("A passed exam is not voided. Revoke its certificate.")
            }
            _ => self.decided(sitting, DecisionKind::Void, reason, key, Fact::Voided),
        }
    }

    /// Grants one more attempt after an exam attempt. Where this machine has an issuer, its `key` signs.
    ///
    /// # Errors
    /// [`Error::NotTaken`] where there is nothing to grant, those of [`Desk::take_up`], or what the store says.
    pub fn grant(
        &mut self,
        attempt: AttemptId,
        reason: &str,
        key: Option<&SigningKeyPair>,
    ) -> Result<(), ServiceError> {
        let sitting = self.exam_sat(attempt)?;
        self.decided(sitting, DecisionKind::Grant, reason, key, Fact::AttemptGranted)
    }

    fn exam_sat(&self, attempt: AttemptId) -> Result<ActiveAttempt, ServiceError> {
        let sitting = self.take_up(attempt, false)?;
        match sitting.row.mode {
            Mode::Exam => Ok(sitting),
            Mode::Practice | Mode::Mock => Err(ServiceError::NotTaken("Only an exam is voided or granted.".to_owned())),
        }
    }

    fn decided(
        &mut self,
        sitting: ActiveAttempt,
        decision: DecisionKind,
        reason: &str,
        key: Option<&SigningKeyPair>,
        fact: impl FnOnce(AttemptDecision) -> Fact,
    ) -> Result<(), ServiceError> {
        let warrant = key.map(|key| sign_decision(sitting.row.id.into(), decision, reason, key));
        self.adds(sitting.row, sitting.head, &fact(AttemptDecision { reason: reason.to_owned(), signature: warrant }))
    }

    /// Adds a fact to an attempt that is not being sat.
    pub(super) fn adds(&mut self, mut row: AttemptRow, head: ChainHead, fact: &Fact) -> Result<(), ServiceError> {
        let stored = self.link(row.id.into(), head, fact);
        row.take(stored.stored_at, fact);
        Ok(self.store.append(&Batch { facts: vec![stored], attempt: Some(row), ..Batch::default() })?)
    }

    /// Says how much longer than others a person may take; where this machine has an issuer, its `key` signs.
    ///
    /// # Errors
    /// What the store says.
    pub fn give_time(
        &mut self,
        row: &PersonRow,
        factor: TimeFactor,
        key: Option<&SigningKeyPair>,
    ) -> Result<(), ServiceError> {
        let warrant = key.map(|key| sign_decision(row.id.into(), DecisionKind::Time, &factor.to_string(), key));
        self.change(row.id, Person { time_factor: Some(factor), signature: warrant, ..row.person.clone() }).map(|_| ())
    }

    /// Returns how many decisions about a person's attempts at an exam no issuer has signed: voided, and granted.
    pub(super) fn unsigned_decisions(&self, trainee: TraineeId, exam: &ExamId) -> Result<(usize, usize), ServiceError> {
        let (mut voided, mut granted) = (0, 0);
        for row in self.exam_attempts(trainee, exam)?.iter().filter(|row| row.voided || row.granted > 0) {
            for stored in self.facts(row.id)? {
                let signed = |decided: &AttemptDecision, decision| {
                    let warrant = decided.signature.as_ref();
                    warrant.is_some_and(|warrant| is_signature_valid(warrant, row.id.into(), decision, &decided.reason))
                };
                match stored.fact() {
                    Some(Fact::Voided(decided)) if !signed(&decided, DecisionKind::Void) => voided += 1,
                    Some(Fact::AttemptGranted(decided)) if !signed(&decided, DecisionKind::Grant) => granted += 1,
                    _ => {}
                }
            }
        }
        Ok((voided, granted))
    }
}
