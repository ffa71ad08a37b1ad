//! What lists show: rows kept up to date beside the facts, each of which can be computed from them again.

use serde::{Deserialize, Serialize};

use crate::attempt::fact::{Answered, Finished, Issued, Person, Started};
use crate::attempt::{Fact, Mode, Outcome, Points, Standing};
use crate::clock::{Millis, Timestamp};
use crate::credential::verify::Signed;
use crate::credential::{Assurance, Credential};
use crate::exam::eligibility::Past;
use crate::ids::{AttemptId, BankId, CertificateId, Digest, ExamId, FactId, QuestionId, TraineeId};

pub mod export;
pub mod roll;
pub mod standing;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The person's id.
    pub id: TraineeId,
    /// Who they are.
    pub person: Person,
}

/// An attempt, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRow {
    /// The attempt.
    pub id: AttemptId,
    /// Who sat it.
    pub trainee: TraineeId,
    /// What it was for.
    pub mode: Mode,
    /// The exam, for an exam.
    pub exam: Option<ExamId>,
    /// When its first question was shown.
    pub started: Timestamp,
    /// When it ended, once it has.
    pub finished: Option<Timestamp>,
    /// How long it could take.
    pub limit: Option<Millis>,
    /// What it came to, once it has ended.
    pub standing: Option<Standing>,
    /// The points earned, once it has ended.
    pub earned: Option<Points>,
    /// The points that could be earned.
    pub possible: usize,
    /// The certificate issued for it.
    pub certificate: Option<CertificateId>,
    /// Until when that certificate is valid.
    pub valid_until: Option<Timestamp>,
    /// Whether it was voided.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voided: bool,
    /// How many more attempts were granted after it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub granted: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl AttemptRow {
    /// Returns the row of an attempt that began at `at`.
    pub fn started(id: AttemptId, at: Timestamp, started: &Started) -> Self {
        Self {
            id,
            trainee: started.trainee,
            mode: started.mode,
            exam: started.paper.exam.as_ref().map(|exam| exam.id.clone()),
            started: at,
            finished: None,
            limit: started.limit,
            standing: None,
            earned: None,
            possible: started.paper.items.len(),
            certificate: None,
            valid_until: None,
            voided: false,
            granted: 0,
        }
    }

    /// Takes in whatever fact follows the start.
    pub fn take(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::Finished(finished) => self.finish(at, finished),
            Fact::Issued(issued) => self.certify(issued),
            Fact::Remarked(remarked) => self.mark_again(&remarked.outcome),
            Fact::Voided(_) => self.voided = true,
            Fact::Granted(_) => self.granted = self.granted.saturating_add(1),
            _ => {}
        }
    }

    /// Takes in the end of the attempt.
    fn finish(&mut self, at: Timestamp, finished: &Finished) {
        self.finished = Some(at);
        self.mark_again(&finished.outcome);
    }

    /// Takes in what the attempt came to.
    fn mark_again(&mut self, outcome: &Outcome) {
        self.standing = Some(outcome.standing);
        self.earned = Some(outcome.earned.clone());
        self.possible = outcome.possible;
    }

    /// Takes in the certificate.
    fn certify(&mut self, issued: &Issued) {
        self.certificate = Some(issued.certificate);
        self.valid_until = Some(issued.valid_until);
    }

    /// Returns whether its time is over at a moment.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.limit.is_some_and(|limit| now.since(self.started) >= limit)
    }

    /// Returns the state as records name it: open, passed, failed, failed-critical, void, or practiced.
    pub fn state(&self) -> &'static str {
        if self.voided { "void" } else { self.standing.map_or("open", Standing::name) }
    }

    /// Returns what the attempts rule needs to know of it.
    pub fn past(&self) -> Past {
        Past {
            started: self.started,
            finished: self.finished,
            limit: self.limit,
            standing: self.standing,
            valid_until: self.valid_until,
            voided: self.voided,
            granted: self.granted,
        }
    }

    /// Returns a digest over the whole row, by which damage in the store shows.
    pub fn seal(&self) -> Digest {
        Digest::of(crate::canonical::bytes(self))
    }
}

/// A certificate that was issued elsewhere, or here on request, as lists show it. Its form and its signature were checked
/// when it was taken in; what it is worth is for the trust of the day to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRow {
    /// Its name.
    pub id: CertificateId,
    /// Whose it is.
    pub trainee: TraineeId,
    /// The exam.
    pub exam: ExamId,
    /// The exam's title.
    pub title: String,
    /// How far others can rely on it.
    pub assurance: Assurance,
    /// The did:key that signed it.
    pub issuer: String,
    /// From when it is valid.
    pub valid_from: Timestamp,
    /// Until when it is valid.
    pub valid_until: Timestamp,
    /// The digest of its credential.
    pub digest: Digest,
    /// The fact that holds it whole.
    pub fact: FactId,
}

impl CertificateRow {
    /// Returns the row of a credential that holds; nothing where a part of it cannot be read.
    pub fn of(credential: &Credential, fact: FactId) -> Option<Self> {
        Some(Self {
            id: credential.certificate()?,
            trainee: credential.holder()?,
            exam: credential.exam()?,
            title: credential.subject.achievement.name.clone(),
            assurance: credential.assurance()?,
            issuer: credential.issuer.id.clone(),
            valid_from: credential.from()?,
            valid_until: credential.until()?,
            digest: credential.digest(),
            fact,
        })
    }

    /// Returns what its verdict rests on.
    pub fn signed(&self) -> Signed<'_> {
        Signed {
            certificate: self.id,
            digest: self.digest,
            did: &self.issuer,
            from: self.valid_from,
            until: self.valid_until,
        }
    }

    /// Returns a digest over the whole row, by which damage in the store shows.
    pub fn seal(&self) -> Digest {
        Digest::of(crate::canonical::bytes(self))
    }
}

/// What a trainee did with a question in practice, in one revision of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LearnedRow {
    /// The bank.
    pub bank: BankId,
    /// The question.
    pub question: QuestionId,
    /// Its revision.
    pub revision: u32,
    /// How often it was answered.
    pub seen: u32,
    /// How often rightly.
    pub right: u32,
    /// Whether the last answer was right.
    pub last_right: bool,
    /// When it was last answered.
    pub last: Timestamp,
}

impl LearnedRow {
    /// Returns a digest over the whole row, by which damage in the store shows.
    pub fn seal(&self, trainee: TraineeId) -> Digest {
        Digest::of(crate::canonical::bytes(&(trainee, self)))
    }
}

/// One practice answer, as it changes what a trainee has learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Who.
    pub trainee: TraineeId,
    /// The bank.
    pub bank: BankId,
    /// The question.
    pub question: QuestionId,
    /// Its revision.
    pub revision: u32,
    /// Whether the answer was fully right.
    pub right: bool,
    /// When.
    pub at: Timestamp,
}

impl Lesson {
    /// Returns what a practice answer teaches; nothing where it was taken back.
    pub fn of(sheet: &crate::exam::Sheet, trainee: TraineeId, at: Timestamp, answered: &Answered) -> Option<Self> {
        let answer = answered.answer.as_ref()?;
        let item = sheet.items.get(answered.item).filter(|_| sheet.mode == Mode::Practice)?;
        Some(Self {
            trainee,
            bank: sheet.banks[item.bank].id.clone(),
            question: item.question.id.clone(),
            revision: item.question.revision,
            right: crate::exam::scoring::mark(&item.question, Some(answer)) == Points::one(),
            at,
        })
    }

    /// Returns the row after this answer.
    pub fn after(&self, row: Option<LearnedRow>) -> LearnedRow {
        let fresh = || LearnedRow {
            bank: self.bank.clone(),
            question: self.question.clone(),
            revision: self.revision,
            seen: 0,
            right: 0,
            last_right: false,
            last: self.at,
        };
        let row = row.unwrap_or_else(fresh);
        LearnedRow {
            seen: row.seen.saturating_add(1),
            right: row.right.saturating_add(u32::from(self.right)),
            last_right: self.right,
            last: self.at,
            ..row
        }
    }
}

/// Which attempts to list; the newest come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptQuery {
    /// Of this person only.
    pub trainee: Option<TraineeId>,
    /// Of this mode only.
    pub mode: Option<Mode>,
    /// Only those that have not ended.
    pub open: bool,
    /// Only those with a certificate.
    pub certified: bool,
    /// At most so many; all where nothing is said.
    pub limit: Option<u32>,
}
