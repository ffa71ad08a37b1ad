//! Decisions about exam attempts and people, each stored with its reason.
//! An attempt can be voided, a further attempt granted, and more time allowed.

use crate::attempt::ExamResult;
use crate::attempt::fact::{AttemptDecision, TimeFactor};
use crate::issuing::decision::is_signature_valid;
use crate::service::*;

impl Service {
    /// Voids an exam attempt: it stays and does not count. Where this machine has an issuer, its `key` signs.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] where it cannot be voided, those of [`Service::load_attempt`], or what the store
    /// says.
    pub fn void_attempt(
        &mut self,
        attempt: AttemptId,
        reason: &str,
        key: Option<&SigningKeyPair>,
    ) -> Result<(), ServiceError> {
        let active_attempt = self.load_exam_attempt(attempt)?;
        let reject = |why: &str| Err(ServiceError::Rejected(why.to_owned()));
        match &active_attempt.row {
            row if row.voided => reject("This attempt is void already."),
            row if row.result == Some(ExamResult::Passed) => {
                reject("A passed exam is not voided. Revoke its certificate.")
            }
            _ => self.record_decision(active_attempt, DecisionKind::Void, reason, key, Fact::Voided),
        }
    }

    /// Grants one more attempt after an exam attempt. Where this machine has an issuer, its `key` signs.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] where there is nothing to grant, those of [`Service::load_attempt`], or what the
    /// store says.
    pub fn grant_attempt(
        &mut self,
        attempt: AttemptId,
        reason: &str,
        key: Option<&SigningKeyPair>,
    ) -> Result<(), ServiceError> {
        let active_attempt = self.load_exam_attempt(attempt)?;
        self.record_decision(active_attempt, DecisionKind::Grant, reason, key, Fact::AttemptGranted)
    }

    fn load_exam_attempt(&self, attempt: AttemptId) -> Result<ActiveAttempt, ServiceError> {
        let active_attempt = self.load_attempt(attempt, false)?;
        match active_attempt.row.mode {
            Mode::Exam => Ok(active_attempt),
            Mode::Practice | Mode::Mock => Err(ServiceError::Rejected("Only an exam is voided or granted.".to_owned())),
        }
    }

    fn record_decision(
        &mut self,
        active_attempt: ActiveAttempt,
        decision: DecisionKind,
        reason: &str,
        key: Option<&SigningKeyPair>,
        to_fact: impl FnOnce(AttemptDecision) -> Fact,
    ) -> Result<(), ServiceError> {
        let signature = key.map(|key| sign_decision(active_attempt.row.id.into(), decision, reason, key));
        self.append_fact(
            active_attempt.row,
            active_attempt.chain_head,
            &to_fact(AttemptDecision { reason: reason.to_owned(), signature }),
        )
    }

    /// Adds a fact to an attempt that is not being sat.
    pub(super) fn append_fact(
        &mut self,
        mut row: AttemptRow,
        chain_head: ChainHead,
        fact: &Fact,
    ) -> Result<(), ServiceError> {
        let stored_fact = self.link_fact(row.id.into(), chain_head, fact);
        row.apply(stored_fact.stored_at, fact);
        Ok(self.store.append(&Batch { facts: vec![stored_fact], attempt: Some(row), ..Batch::default() })?)
    }

    /// Says how much longer than others a person may take; where this machine has an issuer, its `key` signs.
    ///
    /// # Errors
    /// What the store says.
    pub fn set_time_factor(
        &mut self,
        row: &PersonRow,
        factor: TimeFactor,
        key: Option<&SigningKeyPair>,
    ) -> Result<(), ServiceError> {
        let signature = key.map(|key| sign_decision(row.id.into(), DecisionKind::Time, &factor.to_string(), key));
        self.update_person(row.id, Person { time_factor: Some(factor), signature, ..row.person.clone() }).map(|_| ())
    }

    /// Returns how many decisions about a person's attempts at an exam no issuer has signed: voided, and granted.
    pub(super) fn unsigned_decisions(&self, trainee: TraineeId, exam: &ExamId) -> Result<(usize, usize), ServiceError> {
        let (mut voided, mut granted) = (0, 0);
        for row in self.exam_attempts(trainee, exam)?.iter().filter(|row| row.voided || row.extra_attempts > 0) {
            for stored_fact in self.facts(row.id)? {
                let is_signed = |decided: &AttemptDecision, decision| {
                    let signature = decided.signature.as_ref();
                    signature.is_some_and(|signature| {
                        is_signature_valid(signature, row.id.into(), decision, &decided.reason)
                    })
                };
                match stored_fact.fact() {
                    Some(Fact::Voided(decided)) if !is_signed(&decided, DecisionKind::Void) => voided += 1,
                    Some(Fact::AttemptGranted(decided)) if !is_signed(&decided, DecisionKind::Grant) => granted += 1,
                    _ => {}
                }
            }
        }
        Ok((voided, granted))
    }
}
