//! Decisions about exam attempts, each stored with its reason: to void an attempt, or to grant one more.

use std::ops::{Deref, DerefMut};

use super::{ActiveAttempt, Attempts, ServiceError, Services};
use crate::attempt::fact::AttemptDecision;
use crate::attempt::signature::DecisionKind;
use crate::attempt::{ExamResult, Fact, Mode};
use crate::credential::SigningKeyPair;
use crate::ids::{AttemptId, ExamId, TraineeId};
use crate::issuing::decision::{is_signature_valid, sign_decision};
use crate::projections::attempts::RowDecision;

impl<S: Deref<Target = Services>> Attempts<S> {
    fn load_exam(&self, attempt: AttemptId) -> Result<ActiveAttempt, ServiceError> {
        let active_attempt = self.load(attempt)?;
        match active_attempt.row.mode {
            Mode::Exam => Ok(active_attempt),
            Mode::Practice | Mode::Mock => Err(ServiceError::Rejected(
                "This attempt is not an exam. Choose an exam attempt from `needlewise record list`.".to_owned(),
            )),
        }
    }

    /// Returns how many voids and how many grants for a person's attempts at an exam have no valid signature. A
    /// self-attested certificate states both numbers.
    pub(super) fn unsigned_decisions(&self, trainee: TraineeId, exam: &ExamId) -> Result<(usize, usize), ServiceError> {
        let rows = self.exam_attempts(trainee, exam)?;
        let count = |kind: DecisionKind| {
            let is_unsigned = |(stream, decided): &(_, &RowDecision)| {
                let signature = decided.decision.signature.as_ref();
                let reason = &decided.decision.reason;
                decided.kind == kind
                    && signature.is_none_or(|signature| !is_signature_valid(signature, *stream, kind, reason))
            };
            let decisions = rows.iter().flat_map(|row| row.decisions.iter().map(|decided| (row.id.into(), decided)));
            decisions.filter(is_unsigned).count()
        };
        Ok((count(DecisionKind::Void), count(DecisionKind::Grant)))
    }
}

impl<S: DerefMut<Target = Services>> Attempts<S> {
    /// Voids an exam attempt, which stays in the records and no longer counts. `key` is the key of this computer's
    /// issuer and signs the decision. Without an issuer it is `None`.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if the attempt is not an exam, is already void or is passed; and the errors of
    /// [`Attempts::load`].
    pub fn void(&mut self, attempt: AttemptId, reason: &str, key: Option<&SigningKeyPair>) -> Result<(), ServiceError> {
        let active_attempt = self.load_exam(attempt)?;
        let reject = |why: &str| Err(ServiceError::Rejected(why.to_owned()));
        match &active_attempt.row {
            row if row.is_void(self.services.authority()) => reject("This attempt is already void."),
            row if row.result == Some(ExamResult::Passed) => reject(
                "A passed exam cannot be voided. Its issuer can revoke the certificate: \
                 `needlewise certificate revoke ID --reason REASON`.",
            ),
            _ => self.record_decision(active_attempt, DecisionKind::Void, reason, key, Fact::Voided),
        }
    }

    /// Grants one more attempt after an exam attempt. `key` is as in [`Attempts::void`].
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if the attempt is not an exam, and the errors of [`Attempts::load`].
    pub fn grant(
        &mut self,
        attempt: AttemptId,
        reason: &str,
        key: Option<&SigningKeyPair>,
    ) -> Result<(), ServiceError> {
        let active_attempt = self.load_exam(attempt)?;
        self.record_decision(active_attempt, DecisionKind::Grant, reason, key, Fact::AttemptGranted)
    }

    fn record_decision(
        &mut self,
        mut active_attempt: ActiveAttempt,
        decision: DecisionKind,
        reason: &str,
        key: Option<&SigningKeyPair>,
        to_fact: impl FnOnce(AttemptDecision) -> Fact,
    ) -> Result<(), ServiceError> {
        let signature = key.map(|key| sign_decision(active_attempt.row.id.into(), decision, reason, key));
        let fact = to_fact(AttemptDecision { reason: reason.to_owned(), signature });
        self.append_facts(&mut active_attempt, &[fact])
    }
}
