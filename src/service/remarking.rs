//! Re-marking of attempts after a question turned out to be faulty.
//! `plan_remark` lists the affected attempts and stores nothing. `apply_remark_plan` stores one fact per attempt.

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
use crate::projections::attempts::AttemptRow;
use crate::store::{Batch, Expectation};
use crate::text;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct RemarkRequest<'a> {
    /// The bank.
    pub bank: &'a BankId,
    /// The question in it.
    pub question: &'a QuestionId,
    /// The revision; the one that was drawn last where nothing is said.
    pub revision: Option<u32>,
    /// How to mark the question.
    pub instruction: RemarkInstruction<'a>,
    /// Whether somebody may lose a pass by it.
    pub allow_lost_passes: bool,
}

/// How to mark a faulty question, as the command line gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkInstruction<'a> {
    /// It counts for nobody.
    Drop,
    /// Everybody has its point.
    AcceptAll,
    /// It has another key, as it is written: letters in the order of the file, true or false, a number, or a text;
    /// letters or numbers that are right alike with a slash between.
    Rekey(&'a str),
}

/// What marking again would come to.
#[derive(Debug)]
pub struct RemarkPlan {
    /// The question, as it was drawn last.
    pub question: Question,
    /// How to mark the question.
    pub policy: RemarkPolicy,
    /// Attempts that come to something else.
    pub changes: Vec<RemarkedResult>,
    /// How many come to the same.
    pub unchanged_count: usize,
    /// Attempts that would lose a pass, and keep it.
    pub preserved_passes: Vec<RemarkedResult>,
    /// Attempts whose holder gave the old answer to a critical question that has another key now, or counts no more.
    pub resits: Vec<RemarkedResult>,
    /// How many are open, and are marked again once they have ended.
    pub open_count: usize,
    /// How many were asked it in another revision, or with other choices.
    pub other_version_count: usize,
    /// How many certificates this issuer signed for attempts that are not stored here, so that nobody can tell whether
    /// those asked it.
    pub remote_certificate_count: usize,
}

/// An attempt that is touched.
#[derive(Debug, Clone)]
pub struct RemarkedResult {
    /// The attempt as it is.
    pub row: AttemptRow,
    /// Whose it is.
    pub trainee_name: String,
    /// Its state as it is, by the decisions that take effect here.
    pub state: &'static str,
    /// What it comes to.
    pub new_outcome: Outcome,
    /// Certificates of this issuer that rest on it and stand.
    pub certificates: Vec<CertificateId>,
    /// The self-test record that rests on it.
    pub self_test_certificate: Option<CertificateId>,
    rulings: Vec<QuestionRuling>,
}

impl<S: Deref<Target = Services>> Issuing<S> {
    /// Marks those of some exams again that asked a faulty question, and stores nothing. It calls `report_progress`
    /// after each attempt.
    ///
    /// # Errors
    /// [`ServiceError::Rejected`] where nobody was asked it or the new key is none; those of [`super::Attempts::load_paper`].
    pub fn plan_remark(
        &self,
        attempts: Vec<AttemptRow>,
        request: &RemarkRequest<'_>,
        issuer: &Issuer,
        report_progress: &dyn Fn(),
    ) -> Result<RemarkPlan, ServiceError> {
        let ledger = self.ledger(issuer.id)?;
        let mut plan: Option<RemarkPlan> = None;
        let is_in_force = |line: &&LedgerEntry| ledger.revocations.iter().all(|revoked| revoked.id != line.certificate);
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
            // Remarks by another key, or by a key that was compromised later, do not count here.
            let issuer_session = resume_session(applicable_facts_for_issuer(&rows, &issuer.keys));
            let ledger_entries = ledger.entries.iter().filter(|line| line.attempt == row.id);
            let rulings = plan.combined_rulings(&issuer_session, loaded_paper.paper.questions[question_index].question);
            let change = RemarkedResult {
                trainee_name: self.services.people().get(row.trainee)?.map_or_else(String::new, |row| row.person.name),
                new_outcome: issuer_session.outcome_with_rulings(rulings.clone()),
                certificates: ledger_entries.clone().filter(is_in_force).map(|line| line.certificate).collect(),
                // An invigilated attempt holds the issuer's certificate itself.
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
            None if other_version_count > 0 => {
                Err(ServiceError::Rejected("Nobody was asked that revision of the question.".to_owned()))
            }
            None => Err(ServiceError::Rejected("Nobody was asked that question in an exam stored here.".to_owned())),
        }
    }
}

impl<S: DerefMut<Target = Services>> Issuing<S> {
    /// Stores what a plan comes to, a signed fact for each attempt, all of them or none.
    ///
    /// # Errors
    /// A conflict if an attempt changed since the plan was made, or what the store says.
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

/// Returns the place of a question in a paper, whatever its revision.
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
        let (changes, preserved_passes, resits) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self {
            question,
            policy,
            changes,
            unchanged_count: 0,
            preserved_passes,
            resits,
            open_count: 0,
            other_version_count: 0,
            remote_certificate_count: 0,
        })
    }

    /// Returns whether a question that was drawn is this one: of the same revision and, for another key, with the same
    /// choices in the file, whatever the old key was.
    fn is_same_question(&self, question: &Question) -> bool {
        let choice_texts = |question: &Question| -> Vec<String> {
            question.choices().iter().map(|choice| choice.text.clone()).collect()
        };
        self.question.revision == question.revision
            && (!matches!(self.policy, RemarkPolicy::Rekey(_))
                || choice_texts(&self.question) == choice_texts(question))
    }

    /// Returns the rulings that hold with this one.
    fn combined_rulings(&self, session: &Session, question: Digest) -> Vec<QuestionRuling> {
        let other_rulings = session.rulings().iter().filter(|ruling| ruling.question != question).cloned();
        other_rulings.chain([QuestionRuling { question, policy: self.policy.clone() }]).collect()
    }

    /// Adds an attempt that asked the question. `current_outcome` is its outcome by all remarks, `issuer_marking` its
    /// session by the remarks of this issuer alone.
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
            self.resits.push(change.clone());
        }
        let issuer_marking = issuer_marking.outcome();
        let passed = [current_outcome, &issuer_marking].iter().any(|outcome| outcome.result == ExamResult::Passed);
        // This also corrects an outcome that a remark by another key changed.
        if change.new_outcome == *current_outcome && change.new_outcome == issuer_marking {
            self.unchanged_count += 1;
        } else if passed && change.new_outcome.result != ExamResult::Passed && !request.allow_lost_passes {
            self.preserved_passes.push(change);
        } else {
            self.changes.push(change);
        }
    }
}

/// Reads another key for a question.
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
    // A text may hold a slash itself.
    let keys = match &question.kind {
        QuestionKind::Text { .. } => key(text).map(|key| vec![key]),
        _ => text.split('/').map(key).collect(),
    };
    keys.ok_or_else(|| match &question.kind {
        QuestionKind::Order { .. } | QuestionKind::Match { .. } => {
            "What is put in order or paired has no other key. Drop the question, or accept all answers.".to_owned()
        }
        _ => format!(
            "\"{}\" is no key of this question. Give letters in the order of its file, true or false, a number or a text; \
             letters or numbers that are right alike with a slash between.",
            text::single_line(text)
        ),
    })
}
