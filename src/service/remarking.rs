//! Re-marking of exam attempts after a question turned out to be faulty. `plan_remark` computes the new results and
//! stores nothing, so that the issuer can look at them first. `apply_remark_plan` stores one fact per attempt.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::{Issuing, ServiceError, Services};
use crate::attempt::chain::StoredFact;
use crate::attempt::fact::LedgerEntry;
use crate::attempt::remark::{AttemptRemarked, QuestionRuling, RemarkPolicy};
use crate::attempt::signature::DecisionKind;
use crate::attempt::{Answer, ExamResult, Fact, Outcome, Points};
use crate::bank::Question;
use crate::bank::question::QuestionKind;
use crate::credential::{Issuer, SigningKeyPair};
use crate::exam::loaded_paper::choice_letter;
use crate::exam::scoring::{rekeyed, rescore, score};
use crate::exam::{LoadedPaper, Session};
use crate::ids::{BankId, CertificateId, Digest, QuestionId, StreamId};
use crate::issuing::decision::{applicable_facts, applicable_facts_for_issuer, sign_decision};
use crate::projections::attempts::{AttemptRow, AttemptState};
use crate::store::{Batch, Expectation};
use crate::text;

/// Which question to mark again, and how.
#[derive(Debug, Clone)]
pub struct RemarkRequest<'a> {
    /// The bank of the question.
    pub bank: &'a BankId,
    /// The question in that bank.
    pub question: &'a QuestionId,
    /// The revision of the question. `None` means the one that was drawn last.
    pub revision: Option<u32>,
    /// How to mark the question.
    pub instruction: RemarkInstruction<'a>,
    /// Whether people may lose a pass. Otherwise an attempt that would lose its pass stays as it is.
    pub allow_lost_passes: bool,
}

/// How to mark a faulty question, as the command line gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkInstruction<'a> {
    /// The question counts for no one.
    Drop,
    /// Every trainee gets the point.
    AcceptAll,
    /// The question has a new key, as it is typed: letters in the order of the bank file, `true` or `false`, a number,
    /// or a text. A slash separates letters or numbers that are equally correct.
    Rekey(&'a str),
}

/// The results that re-marking would give. Nothing is stored yet.
#[derive(Debug)]
pub struct RemarkPlan {
    /// The question, as it was drawn last.
    pub question: Question,
    /// How to mark the question.
    pub policy: RemarkPolicy,
    /// Attempts whose outcome changes.
    pub changes: Vec<RemarkedResult>,
    /// How many attempts keep their outcome.
    pub unchanged_count: usize,
    /// Attempts that would lose a pass. They keep it and are not stored.
    pub preserved_passes: Vec<RemarkedResult>,
    /// Attempts that answered a critical question correctly by the old key, and no longer get the full point for it.
    /// The issuer sees them as candidates to take the exam again.
    pub possible_retakes: Vec<RemarkedResult>,
    /// How many attempts are in progress. Run the command again after they end.
    pub open_count: usize,
    /// How many attempts asked the question in another revision or with other choices.
    pub other_version_count: usize,
    /// How many certificates in force this issuer signed for attempts that are not stored here. It is unknown whether
    /// those attempts asked the question.
    pub remote_certificate_count: usize,
}

/// An attempt before and after marking it again.
#[derive(Debug, Clone)]
pub struct RemarkedResult {
    /// The attempt before the remark.
    pub row: AttemptRow,
    /// The name of the person who took it; empty if the person is no longer stored.
    pub trainee_name: String,
    /// The state before the remark.
    pub state: AttemptState,
    /// The outcome after the remark.
    pub new_outcome: Outcome,
    /// Certificates for this attempt that this issuer signed and has not revoked.
    pub certificates: Vec<CertificateId>,
    /// The self-test record for this attempt.
    pub self_test_certificate: Option<CertificateId>,
    rulings: Vec<QuestionRuling>,
}

impl<S: Deref<Target = Services>> Issuing<S> {
    /// Re-marks those of the given exam attempts that asked a faulty question, and stores nothing. Calls
    /// `report_progress` once per attempt.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] if no attempt asked the question or the new key does not fit it, and the errors of
    /// [`Issuing::ledger`] and [`super::Attempts::load_paper`].
    pub fn plan_remark(
        &self,
        attempts: Vec<AttemptRow>,
        request: &RemarkRequest<'_>,
        issuer: &Issuer,
        report_progress: &dyn Fn(),
    ) -> Result<RemarkPlan, ServiceError> {
        let ledger = self.ledger(issuer.id)?;
        let mut plan: Option<RemarkPlan> = None;
        let is_in_force = |line: &&LedgerEntry| !ledger.is_revoked(line.certificate);
        let mut other_version_count = 0;
        for row in attempts {
            report_progress();
            let (rows, loaded_paper) = self.services.attempts().load_paper(row.id)?;
            let Some(question_index) = find_question_index(&loaded_paper, request) else { continue };
            let loaded_paper = Arc::new(loaded_paper);
            let question = &loaded_paper.questions[question_index].question;
            if plan.is_none() && request.revision.is_none_or(|revision| revision == question.revision) {
                plan = Some(RemarkPlan::new(question, request.instruction)?);
            }
            let Some(plan) = plan.as_mut().filter(|plan| plan.is_same_question(question)) else {
                other_version_count += 1;
                continue;
            };
            if row.is_void(self.services.authority()) {
                continue;
            }
            let resume_session = |facts: Vec<(&StoredFact, Fact)>| {
                Session::from_facts(Arc::clone(&loaded_paper), facts.iter().map(|(_, fact)| fact))
            };
            let Some(finished) = resume_session(applicable_facts(&rows)).finished().cloned() else {
                plan.open_count += 1;
                continue;
            };
            // An issuer applies only its own remarks, and none by a key that was compromised later.
            let issuer_session = resume_session(applicable_facts_for_issuer(&rows, &issuer.keys));
            let ledger_entries = ledger.entries.iter().filter(|line| line.attempt == row.id);
            let rulings = plan.combined_rulings(&issuer_session, loaded_paper.paper.questions[question_index].question);
            let change = RemarkedResult {
                trainee_name: self.services.people().get(row.trainee)?.map_or_else(String::new, |row| row.person.name),
                new_outcome: issuer_session.outcome_with_rulings(rulings.clone()),
                certificates: ledger_entries.clone().filter(is_in_force).map(|line| line.certificate).collect(),
                // The certificate of an invigilated attempt is the issuer's own, so it is no self-test record.
                self_test_certificate: row
                    .certificate
                    .filter(|id| ledger_entries.clone().all(|line| line.certificate != *id)),
                rulings,
                state: row.state(self.services.authority()),
                row,
            };
            plan.add_attempt(change, &finished.outcome, &issuer_session, question_index, request);
        }
        match plan {
            Some(plan) => {
                let mut remote_certificate_count = 0;
                for line in ledger.entries.iter().filter(is_in_force) {
                    remote_certificate_count +=
                        usize::from(self.services.store.stream(line.attempt.into())?.is_empty());
                }
                Ok(RemarkPlan { other_version_count, remote_certificate_count, ..plan })
            }
            None if other_version_count > 0 => Err(ServiceError::Rejected(
                "No exam here asked that revision of the question. Choose another --revision, or leave it out."
                    .to_owned(),
            )),
            None => Err(ServiceError::Rejected("No exam here asked that question. Check its bank and ID.".to_owned())),
        }
    }
}

impl<S: DerefMut<Target = Services>> Issuing<S> {
    /// Stores a signed fact for each change of a plan, all of them or none. The first outcome of each attempt stays in
    /// its chain.
    ///
    /// # Errors
    /// A conflict if an attempt changed since the plan was made, or an error of the store.
    pub fn apply_remark_plan(
        &mut self,
        plan: &RemarkPlan,
        reason: &str,
        key: &SigningKeyPair,
    ) -> Result<(), ServiceError> {
        let mut batch = Batch::default();
        for change in &plan.changes {
            let (rulings, outcome) = (change.rulings.clone(), change.new_outcome.clone());
            let mut remarked = AttemptRemarked { rulings, reason: reason.to_owned(), outcome, signature: None };
            let stream = StreamId::from(change.row.id);
            remarked.signature = Some(sign_decision(stream, DecisionKind::Remark, &remarked.signed_text(), key));
            let fact = self.services.link_fact(stream, change.row.head, &Fact::Remarked(remarked));
            batch.facts.push(fact);
            batch.expectations.push(Expectation::NotErased(change.row.trainee));
        }
        Ok(self.services.store.append(&batch)?)
    }
}

/// Returns the index of a question in a paper, in any revision.
fn find_question_index(loaded_paper: &LoadedPaper, request: &RemarkRequest<'_>) -> Option<usize> {
    loaded_paper
        .questions
        .iter()
        .position(|item| item.question.id == *request.question && loaded_paper.banks[item.bank].id == *request.bank)
}

impl RemarkPlan {
    fn new(question: &Question, instruction: RemarkInstruction<'_>) -> Result<Self, ServiceError> {
        let policy = match instruction {
            RemarkInstruction::Drop => RemarkPolicy::Drop,
            RemarkInstruction::AcceptAll => RemarkPolicy::AcceptAll,
            RemarkInstruction::Rekey(text) => {
                RemarkPolicy::Rekey(parse_keys(question, text).map_err(ServiceError::Rejected)?)
            }
        };
        let question = question.clone();
        let (changes, preserved_passes, possible_retakes) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self {
            question,
            policy,
            changes,
            unchanged_count: 0,
            preserved_passes,
            possible_retakes,
            open_count: 0,
            other_version_count: 0,
            remote_certificate_count: 0,
        })
    }

    /// Returns whether a drawn question is the one to mark again: the same revision and, for a new key, the same
    /// choices in the same order. Otherwise the letters of the key would mean other choices. The old key may differ.
    fn is_same_question(&self, question: &Question) -> bool {
        let choice_texts = |question: &Question| -> Vec<String> {
            question.choices().iter().map(|choice| choice.text.clone()).collect()
        };
        self.question.revision == question.revision
            && (!matches!(self.policy, RemarkPolicy::Rekey(_))
                || choice_texts(&self.question) == choice_texts(question))
    }

    /// Returns all rulings for an attempt: earlier ones on other questions, and the new one.
    fn combined_rulings(&self, session: &Session, question: Digest) -> Vec<QuestionRuling> {
        let other_rulings = session.rulings().iter().filter(|ruling| ruling.question != question).cloned();
        other_rulings.chain([QuestionRuling { question, policy: self.policy.clone() }]).collect()
    }

    /// Adds an attempt that asked the question. `current_outcome` is its outcome after all remarks. `issuer_marking` is
    /// its session with the remarks of this issuer only.
    fn add_attempt(
        &mut self,
        change: RemarkedResult,
        current_outcome: &Outcome,
        issuer_marking: &Session,
        question_index: usize,
        request: &RemarkRequest<'_>,
    ) {
        let (question, answer) = (
            &issuer_marking.loaded_paper().questions[question_index].question,
            issuer_marking.stored_answer(question_index).map(|given| &given.answer),
        );
        let was_correct = score(question, answer) == Points::one();
        let is_correct = rescore(question, &self.policy, answer) == Some(Points::one());
        if question.critical && was_correct && !is_correct {
            self.possible_retakes.push(change.clone());
        }
        let issuer_marking = issuer_marking.outcome();
        let passed = [current_outcome, &issuer_marking].iter().any(|outcome| outcome.result == ExamResult::Passed);
        // Comparing with both outcomes also corrects one that a remark by another key changed.
        if change.new_outcome == *current_outcome && change.new_outcome == issuer_marking {
            self.unchanged_count += 1;
        } else if passed && change.new_outcome.result != ExamResult::Passed && !request.allow_lost_passes {
            self.preserved_passes.push(change);
        } else {
            self.changes.push(change);
        }
    }
}

/// Parses the new key of a question. Several answers can be correct.
fn parse_keys(question: &Question, text: &str) -> Result<Vec<Answer>, String> {
    let key = |text: &str| {
        let text = text.trim();
        let answer = match &question.kind {
            QuestionKind::Choice { choices, .. } => {
                let choice_index =
                    |typed: char| (0..choices.len()).find(|index| choice_letter(*index).eq_ignore_ascii_case(&typed));
                let mut choice_indexes = text.chars().map(choice_index).collect::<Option<Vec<_>>>()?;
                choice_indexes.sort_unstable();
                Answer::Choices(choice_indexes)
            }
            QuestionKind::TrueFalse { .. } => Answer::Truth(text.parse().ok()?),
            QuestionKind::Number { .. } => Answer::Number(text.to_owned()),
            QuestionKind::Text { .. } => Answer::Text(text.to_owned()),
            QuestionKind::Order { .. } | QuestionKind::Match { .. } => return None,
        };
        rekeyed(question, &answer).map(|_| answer)
    };
    // The slash may be part of a text answer, so a text is never split.
    let keys = match &question.kind {
        QuestionKind::Text { .. } => key(text).map(|key| vec![key]),
        _ => text.split('/').map(key).collect(),
    };
    keys.ok_or_else(|| match &question.kind {
        QuestionKind::Order { .. } | QuestionKind::Match { .. } => {
            "An order or match question cannot get a new key. Use --policy drop or --policy accept-all.".to_owned()
        }
        _ => format!(
            "\"{}\" cannot be the key of this question. Give letters in the order of the bank file, true or false, a \
             number, or a text. Put a slash between letters or numbers that are equally correct.",
            text::single_line(text)
        ),
    })
}
