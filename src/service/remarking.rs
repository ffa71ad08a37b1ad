//! Marking again, after a question turned out to be faulty: who is touched and how, then a fact for each of them.

use crate::attempt::fact::LedgerEntry;
use crate::attempt::remark::{AttemptRemarked, QuestionRuling, RemarkPolicy};
use crate::attempt::{Answer, ExamResult, Points};
use crate::bank::Question;
use crate::bank::question::QuestionKind;
use crate::credential::Issuer;
use crate::exam::loaded_paper::choice_letter;
use crate::exam::scoring::{rekeyed, rescore, score};
use crate::ids::{BankId, CertificateId, QuestionId};
use crate::issuing::decision::applicable_facts_for_issuer;
use crate::service::*;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct RemarkRequest<'a> {
    /// The bank.
    pub bank: &'a BankId,
    /// The question in it.
    pub question: &'a QuestionId,
    /// The revision; the one that was drawn last where nothing is said.
    pub revision: Option<u32>,
    /// What becomes of it.
    pub becomes: RemarkInstruction<'a>,
    /// Whether somebody may lose a pass by it.
    pub may_fail: bool,
}

/// What becomes of a faulty question, as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkInstruction<'a> {
    /// It counts for nobody.
    Dropped,
    /// Everybody has its point.
    Accepted,
    /// It has another key, as it is written: letters in the order of the file, true or false, a number, or a text; letters
    /// or numbers that are right alike with a slash between.
    Rekeyed(&'a str),
}

/// What marking again would come to.
#[derive(Debug)]
pub struct RemarkPlan {
    /// The question, as it was drawn last.
    pub question: Question,
    /// What becomes of it.
    pub policy: RemarkPolicy,
    /// Attempts that come to something else.
    pub changes: Vec<RemarkedResult>,
    /// How many come to the same.
    pub same: usize,
    /// Attempts that would lose a pass, and keep it.
    pub kept: Vec<RemarkedResult>,
    /// Attempts whose holder gave the old answer to a critical question that has another key now, or counts no more.
    pub resit: Vec<RemarkedResult>,
    /// How many are open, and are marked again once they have ended.
    pub open: usize,
    /// How many were asked it in another revision, or with other choices.
    pub others: usize,
    /// How many certificates this issuer signed for attempts that are not stored here, so that nobody can tell whether those
    /// asked it.
    pub elsewhere: usize,
}

/// An attempt that is touched.
#[derive(Debug, Clone)]
pub struct RemarkedResult {
    /// The attempt as it is.
    pub row: AttemptRow,
    /// Whose it is.
    pub name: String,
    /// What it comes to.
    pub after: Outcome,
    /// Certificates of this issuer that rest on it and stand.
    pub certificates: Vec<CertificateId>,
    /// The self-test record that rests on it.
    pub record: Option<CertificateId>,
    rulings: Vec<QuestionRuling>,
    head: ChainHead,
}

impl Service {
    /// Marks those of some exams again that asked a faulty question, and stores nothing. `progress` is told of each attempt.
    ///
    /// # Errors
    /// [`Error::NotTaken`] where nobody was asked it or the new key is none; those of [`Desk::sheet`].
    pub fn plan_remark(
        &self,
        exams: Vec<AttemptRow>,
        asked: &RemarkRequest<'_>,
        issuer: &Issuer,
        progress: &dyn Fn(),
    ) -> Result<RemarkPlan, ServiceError> {
        let ledger = self.ledger(issuer.id)?;
        let mut plan: Option<RemarkPlan> = None;
        let stands = |line: &&LedgerEntry| ledger.revocations.iter().all(|revoked| revoked.id != line.certificate);
        let mut others = 0;
        for row in exams {
            progress();
            let (rows, sheet) = self.sheet(row.id)?;
            let Some(at) = place(&sheet, asked) else { continue };
            let sheet = Arc::new(sheet);
            let question = &sheet.questions[at].question;
            if plan.is_none() && asked.revision.is_none_or(|revision| revision == question.revision) {
                plan = Some(RemarkPlan::new(question, asked.becomes)?);
            }
            let Some(plan) = plan.as_mut().filter(|plan| plan.covers(question)) else {
                others += 1;
                continue;
            };
            if row.voided {
                continue;
            }
            let marked = |facts: Vec<(&StoredFact, Fact)>| {
                Session::from_facts(Arc::clone(&sheet), facts.iter().map(|(_, fact)| fact))
            };
            let (Some(last), Some(ended)) = (rows.last(), marked(applicable_facts(&rows)).finished().cloned()) else {
                plan.open += 1;
                continue;
            };
            // What another key signed, or one that was compromised since, is no ground to go on from.
            let own = marked(applicable_facts_for_issuer(&rows, &issuer.keys));
            let signed = ledger.entries.iter().filter(|line| line.attempt == row.id);
            let rulings = plan.rulings(&own, sheet.paper.questions[at].question);
            let change = RemarkedResult {
                name: self.person(row.trainee)?.map_or_else(String::new, |row| row.person.name),
                after: own.outcome_with_rulings(rulings.clone()),
                certificates: signed.clone().filter(stands).map(|line| line.certificate).collect(),
                // An invigilated sitting holds the issuer's certificate itself.
                record: row.certificate.filter(|id| signed.clone().all(|line| line.certificate != *id)),
                rulings,
                head: ChainHead::after_fact(last),
                row,
            };
            plan.take(change, &ended.outcome, &own, at, asked.may_fail);
        }
        match plan {
            Some(plan) => {
                let mut elsewhere = 0;
                for line in ledger.entries.iter().filter(stands) {
                    elsewhere += usize::from(self.store.stream(line.attempt.into())?.is_empty());
                }
                Ok(RemarkPlan { others, elsewhere, ..plan })
            }
            None if others > 0 => {
                Err(ServiceError::NotTaken("Nobody was asked that revision of the question.".to_owned()))
            }
            None => Err(ServiceError::NotTaken("Nobody was asked that question in an exam stored here.".to_owned())),
        }
    }

    /// Stores what a plan comes to, a signed fact for each attempt. Broken off in between, it is asked for once more: what is
    /// stored already comes to the same then.
    ///
    /// # Errors
    /// What the store says.
    pub fn remark(&mut self, plan: &RemarkPlan, reason: &str, key: &SigningKeyPair) -> Result<(), ServiceError> {
        for change in &plan.changes {
            let (rulings, outcome) = (change.rulings.clone(), change.after.clone());
            let mut remarked = AttemptRemarked { rulings, reason: reason.to_owned(), outcome, signature: None };
            let about = change.row.id.into();
            remarked.signature = Some(sign_decision(about, DecisionKind::Remark, &remarked.signed_text(), key));
            self.adds(change.row.clone(), change.head, &Fact::Remarked(remarked))?;
        }
        Ok(())
    }
}

/// Returns the place of a question in a paper, whatever its revision.
fn place(sheet: &LoadedPaper, asked: &RemarkRequest<'_>) -> Option<usize> {
    sheet
        .questions
        .iter()
        .position(|item| item.question.id == *asked.question && sheet.banks[item.bank].id == *asked.bank)
}

impl RemarkPlan {
    fn new(question: &Question, becomes: RemarkInstruction<'_>) -> Result<Self, ServiceError> {
        let policy = match becomes {
            RemarkInstruction::Dropped => RemarkPolicy::Drop,
            RemarkInstruction::Accepted => RemarkPolicy::AcceptAll,
            RemarkInstruction::Rekeyed(text) => {
                RemarkPolicy::Rekey(keys(question, text).map_err(ServiceError::NotTaken)?)
            }
        };
        let question = question.clone();
        let (changes, kept, resit) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { question, policy, changes, same: 0, kept, resit, open: 0, others: 0, elsewhere: 0 })
    }

    /// Returns whether a question that was drawn is this one: of the same revision and, for another key, with the same
    /// choices in the file, whatever the old key was.
    fn covers(&self, question: &Question) -> bool {
        let texts = |question: &Question| -> Vec<String> {
            question.choices().iter().map(|choice| choice.text.clone()).collect()
        };
        self.question.revision == question.revision
            && (!matches!(self.policy, RemarkPolicy::Rekey(_)) || texts(&self.question) == texts(question))
    }

    /// Returns the rulings that hold with this one.
    fn rulings(&self, session: &Session, question: Digest) -> Vec<QuestionRuling> {
        let others = session.rulings().iter().filter(|ruling| ruling.question != question).cloned();
        others.chain([QuestionRuling { question, policy: self.policy.clone() }]).collect()
    }

    /// Takes in an attempt that asked the question at that place; it stands as one outcome, and the issuer's `own` remarks make
    /// of it what may be another.
    fn take(&mut self, change: RemarkedResult, stands_as: &Outcome, own: &Session, at: usize, may_fail: bool) {
        let (question, answer) =
            (&own.loaded_paper().questions[at].question, own.stored_answer(at).map(|given| &given.answer));
        let was_right = score(question, answer) == Points::one();
        let is_right = rescore(question, &self.policy, answer) == Some(Points::one());
        if question.critical && was_right && !is_right {
            self.resit.push(change.clone());
        }
        let own = own.outcome();
        let passed = [stands_as, &own].iter().any(|outcome| outcome.result == ExamResult::Passed);
        // What another key made of it is put right too.
        if change.after == *stands_as && change.after == own {
            self.same += 1;
        } else if passed && change.after.result != ExamResult::Passed && !may_fail {
            self.kept.push(change);
        } else {
            self.changes.push(change);
        }
    }
}

/// Reads another key for a question.
fn keys(question: &Question, text: &str) -> Result<Vec<Answer>, String> {
    let key = |text: &str| {
        let text = text.trim();
        let answer = match &question.ask {
            QuestionKind::Choice { choices, .. } => {
                let place = |given: char| (0..choices.len()).find(|at| choice_letter(*at).eq_ignore_ascii_case(&given));
                let mut places = text.chars().map(place).collect::<Option<Vec<_>>>()?;
                places.sort_unstable();
                Answer::Choices(places)
            }
            QuestionKind::TrueFalse { .. } => Answer::Truth(text.parse().ok()?),
            QuestionKind::Number { .. } => Answer::Number(text.to_owned()),
            QuestionKind::Text { .. } => Answer::Text(text.to_owned()),
            QuestionKind::Order { .. } | QuestionKind::Match { .. } => return None,
        };
        rekeyed(question, &answer).map(|_| answer)
    };
    // A text may hold a slash itself.
    let keys = match &question.ask {
        QuestionKind::Text { .. } => key(text).map(|key| vec![key]),
        _ => text.split('/').map(key).collect(),
    };
    keys.ok_or_else(|| match &question.ask {
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
