//! A request for a certificate: an attempt's whole chain of facts on its way from a trainee's machine to an issuer's.
//!
//! Its sender could have made up every answer in it; what an issuer finds here is damage, and whatever does not fit what the
//! issuer holds itself. What nobody watched is signed as such.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::attempt::chain::{self, ChainHead, SaltedPayload, StoredFact};
use crate::attempt::fact::{AttemptFinished, AttemptStarted, Person};
use crate::attempt::paper::BankRef;
use crate::attempt::{ExamResult, Fact, Mode};
use crate::bank::exam::Exam;
use crate::clock::{Millis, Timestamp};
use crate::credential::key::KeyPeriod;
use crate::exam::anomalies::find_anomalies;
use crate::exam::draw::question_counts;
use crate::exam::loaded_paper::MissingContent;
use crate::exam::replay::{self, ReplayResult};
use crate::exam::scoring::invalid_answer_reason;
use crate::exam::{LoadedPaper, Session};
use crate::ids::{AttemptId, Digest, FactId, StreamId, TraineeId, from_hex, to_hex};
use crate::issuing::decision::{applied, applied_by};
use crate::{canonical, text};

/// The format of the file.
const FORMAT: u32 = 1;

/// The kinds of facts that say what an attempt came to; what follows the last of them says nothing about that.
pub const TELLING: [&str; 2] = ["finished", "remarked"];

/// The largest request that is looked at.
pub const LARGEST: usize = 32 * 1024 * 1024;

/// How long after it was marked a certificate can be requested for an exam.
pub const STALE: Millis = Millis(90 * 24 * 3_600_000);

/// A request as its file holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateRequest {
    format: u32,
    /// Who asks: the name as it is to be printed, and the id that every fact names.
    pub trainee: Requester,
    /// The attempt.
    pub attempt: AttemptId,
    facts: Vec<RequestFact>,
    /// What the paper names, by digest: the exam, the banks' frames, the questions of open banks, the pools.
    contents: BTreeMap<Digest, String>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requester {
    /// The person's id.
    pub id: TraineeId,
    /// The name as it is to be printed.
    pub name: String,
    /// The license to be printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

/// A fact as it stands in the chain, with what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestFact {
    id: FactId,
    seq: u32,
    kind: String,
    at: Timestamp,
    body: Digest,
    prev: Digest,
    digest: Digest,
    salt: String,
    payload: String,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestRefusal {
    /// It names an exam or a question that the issuer does not hold.
    Foreign(MissingContent),
    /// Anything else, in words.
    Otherwise(String),
}

impl From<String> for RequestRefusal {
    fn from(why: String) -> Self {
        Self::Otherwise(why)
    }
}

impl From<&str> for RequestRefusal {
    fn from(why: &str) -> Self {
        Self::Otherwise(why.to_owned())
    }
}

impl std::fmt::Display for RequestRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Foreign(missing) => {
                write!(f, "It is foreign: {missing}, so it is of an exam or a question that was never held here.")
            }
            Self::Otherwise(why) => f.write_str(why),
        }
    }
}

/// A request whose chain holds, with what was asked.
struct OpenedRequest {
    rows: Vec<StoredFact>,
    head: ChainHead,
    sheet: Arc<LoadedPaper>,
}

/// An attempt that was marked again and passed.
#[derive(Debug)]
pub struct RescoredAttempt {
    /// What was asked.
    pub sheet: Arc<LoadedPaper>,
    /// How it ended, as it was marked again.
    pub finished: AttemptFinished,
    /// When it ended.
    pub at: Timestamp,
    /// The digest of the last fact.
    pub head: Digest,
    /// What looks odd about it.
    pub odd: Vec<String>,
}

impl CertificateRequest {
    /// Makes the request for an attempt; `content` finds what the paper names.
    pub fn new(
        trainee: TraineeId,
        person: &Person,
        attempt: AttemptId,
        rows: &[StoredFact],
        content: impl Fn(Digest) -> Option<String>,
    ) -> Self {
        let line = |row: &StoredFact| {
            let SaltedPayload { salt, payload } = row.salted_payload.clone()?;
            let (id, seq, kind, at) = (row.id, row.seq, row.kind.clone(), row.stored_at);
            let (body, prev, digest) = (row.payload_digest, row.previous_digest, row.digest);
            Some(RequestFact { id, seq, kind, at, body, prev, digest, salt: to_hex(&salt), payload })
        };
        let started = rows.first().and_then(StoredFact::fact);
        let named = match &started {
            Some(Fact::Started(started)) => names(started, &content),
            _ => BTreeSet::new(),
        };
        let (name, license) = (person.name.clone(), person.license.clone());
        let told = rows.iter().rposition(|row| TELLING.contains(&row.kind.as_str())).map_or(rows.len(), |at| at + 1);
        Self {
            format: FORMAT,
            trainee: Requester { id: trainee, name, license },
            attempt,
            facts: rows[..told].iter().filter_map(line).collect(),
            contents: named.into_iter().filter_map(|digest| Some((digest, content(digest)?))).collect(),
        }
    }

    /// Returns the text of its file.
    pub fn text(&self) -> String {
        // Lists and maps with text for keys always have a JSON form.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Returns whether a fact of this digest is among those it brings along.
    pub fn holds(&self, fact: Digest) -> bool {
        self.facts.iter().any(|line| line.digest == fact)
    }

    /// Returns the digest of the request, however its text is laid out.
    pub fn digest(&self) -> Digest {
        Digest::of(canonical::text(self))
    }

    /// Reads a request.
    ///
    /// # Errors
    /// In words, where it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > LARGEST {
            return Err("it is larger than 32 MB".to_owned());
        }
        let request: Self = serde_json::from_slice(bytes).map_err(|error| text::single_line(&error.to_string()))?;
        if request.format == FORMAT { Ok(request) } else { Err("it was written by a newer needlewise".to_owned()) }
    }

    /// Checks the chain, holds paper and questions to what the issuer holds itself, and marks the answers again.
    ///
    /// `held` finds content in the issuer's own store: nothing that only the request brings along is believed. Of attempts
    /// that were marked again after a faulty question, only what was signed with one of these `keys` counts.
    ///
    /// # Errors
    /// Why it is refused: changed, stale, foreign, or not passed.
    pub fn examine(
        &self,
        held: impl Fn(Digest) -> Option<String>,
        keys: &[KeyPeriod],
        now: Timestamp,
    ) -> Result<RescoredAttempt, RequestRefusal> {
        let OpenedRequest { rows, head, sheet } = self.open(&held)?;
        let exam = sheet.exam.as_ref().filter(|_| sheet.mode == Mode::Exam);
        let exam = exam.ok_or("It is of a practice; only an exam has a certificate.")?;
        follows(&sheet, exam)?;
        for marker in markers(&sheet, exam) {
            held(Digest::of(&marker)).ok_or(RequestRefusal::Foreign(MissingContent(Digest::of(&marker))))?;
        }
        drawn_from_pools(&sheet, &held)?;
        let (finished, at, marked) = marked_again(&sheet, &rows, keys)?;
        if now.since(marked) > STALE {
            let day = marked.day().format_long();
            return Err(format!("It is stale: the exam was last marked on {day}, more than 90 days ago.").into());
        }
        if at > now {
            let day = at.day().format_long();
            return Err(format!("It ends in the future, on {day}: one of the clocks is wrong.").into());
        }
        let mut odd = find_anomalies(&sheet, &rows);
        if sheet.limit != Some(exam.time_limit()) {
            let limit = sheet.limit.map_or_else(|| "no limit".to_owned(), |limit| format!("{limit}"));
            odd.push(format!("It had {limit} of time, where the exam has {}.", exam.time_limit()));
        }
        Ok(RescoredAttempt { sheet, finished, at, head: head.digest, odd })
    }

    /// Draws and marks the attempt again, by what the request brings along and, where that is not enough, by what is `held`
    /// here. It says nothing about whether the request is to be believed.
    ///
    /// # Errors
    /// Where the chain does not hold, or content is found nowhere.
    pub fn replay(
        &self,
        held: impl Fn(Digest) -> Option<String>,
    ) -> Result<(Vec<StoredFact>, Arc<LoadedPaper>, ReplayResult), RequestRefusal> {
        let content = |digest: Digest| self.contents.get(&digest).cloned().or_else(|| held(digest));
        let OpenedRequest { rows, sheet, .. } = self.open(content)?;
        let facts: Vec<_> = applied(&rows).into_iter().map(|(_, fact)| fact).collect();
        let replayed = replay::replay(&sheet, &facts, content).map_err(RequestRefusal::Foreign)?;
        Ok((rows, sheet, replayed))
    }

    fn open(&self, content: impl Fn(Digest) -> Option<String>) -> Result<OpenedRequest, RequestRefusal> {
        let rows = self.rows()?;
        let head =
            chain::verify_chain(self.attempt.into(), &rows).map_err(|broken| format!("It was changed: {broken}."))?;
        let Some(Fact::Started(started)) = rows.first().and_then(StoredFact::fact) else {
            return Err("It does not begin with the start of an attempt.".into());
        };
        if started.trainee != self.trainee.id {
            return Err("It was changed: the attempt is another person's.".into());
        }
        let sheet = LoadedPaper::load(&started, content).map_err(RequestRefusal::Foreign)?;
        Ok(OpenedRequest { rows, head, sheet: Arc::new(sheet) })
    }

    fn rows(&self) -> Result<Vec<StoredFact>, String> {
        let stream = StreamId::from(self.attempt);
        let row = |line: &RequestFact| {
            let RequestFact { id, seq, kind, at, body, prev, digest, salt, payload } = line.clone();
            let secret = from_hex(&salt).map(|salt| SaltedPayload { salt, payload });
            let secret = secret.ok_or_else(|| format!("It was changed: fact {seq} cannot be read."))?;
            Ok(StoredFact {
                id,
                stream,
                seq,
                kind,
                stored_at: at,
                payload_digest: body,
                previous_digest: prev,
                digest,
                salted_payload: Some(secret),
            })
        };
        self.facts.iter().map(row).collect()
    }
}

/// Returns what a paper names, but for the questions of closed banks: an issuer holds those, and nobody else is to read them.
fn names(started: &AttemptStarted, content: &impl Fn(Digest) -> Option<String>) -> BTreeSet<Digest> {
    let paper = &started.paper;
    let Ok(sheet) = LoadedPaper::load(started, content) else { return BTreeSet::new() };
    let frames = paper.banks.iter().map(|bank| bank.frame);
    let pools = paper.sections.iter().filter_map(|section| section.pool);
    let questions = paper.questions.iter().zip(&sheet.questions);
    let open = questions.filter(|(_, item)| sheet.banks[item.bank].practice).map(|(item, _)| item.question);
    paper.exam.iter().map(|exam| exam.digest).chain(frames).chain(pools).chain(open).collect()
}

/// Holds a paper to the blueprint of its exam: so many questions a section, so many of them critical, none twice.
fn follows(sheet: &LoadedPaper, exam: &Exam) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("It was changed: {what}."));
    let counts = question_counts(exam);
    if sheet.paper.sections.len() != counts.len() {
        return wrong("its paper has other sections than the exam");
    }
    for (at, (section, count)) in exam.sections.iter().zip(counts).enumerate() {
        let asked: Vec<_> = sheet.questions.iter().filter(|item| item.section == at).collect();
        let critical = asked.iter().filter(|item| item.question.critical).count();
        let bank = asked.iter().all(|item| sheet.banks[item.bank].id == section.bank);
        if asked.len() != count || critical != section.critical as usize || !bank {
            return wrong("its paper does not follow the exam's blueprint");
        }
    }
    let distinct: BTreeSet<_> = sheet.paper.questions.iter().map(|item| item.question).collect();
    if distinct.len() < sheet.questions.len() {
        return wrong("its paper asks a question twice");
    }
    Ok(())
}

/// Returns what an issuer keeps of a section's pool: that these questions, and no others, could be drawn for it.
pub fn pool_marker(exam: Digest, section: usize, pool: Digest) -> String {
    canonical::text(&(exam, "section", section, pool))
}

/// Returns what an issuer keeps of a bank in use.
pub fn bank_marker(bank: &BankRef) -> String {
    canonical::text(&("bank", bank))
}

/// Returns what of the paper's own words the issuer must hold itself: its banks, and the pools of its sections.
fn markers(sheet: &LoadedPaper, exam: &Exam) -> Vec<String> {
    let digest = exam.digest();
    let banks = sheet.paper.banks.iter().map(bank_marker);
    let pools = sheet.paper.sections.iter().enumerate();
    let pools = pools.map(|(at, section)| pool_marker(digest, at, section.pool.unwrap_or(Digest::ZERO)));
    banks.chain(pools).collect()
}

/// Holds each question to the pool of its section.
fn drawn_from_pools(sheet: &LoadedPaper, held: &impl Fn(Digest) -> Option<String>) -> Result<(), RequestRefusal> {
    for (at, section) in sheet.paper.sections.iter().enumerate() {
        let pool = section.pool.unwrap_or(Digest::ZERO);
        let text = held(pool).ok_or(RequestRefusal::Foreign(MissingContent(pool)))?;
        let pool: BTreeSet<Digest> =
            serde_json::from_str(&text).map_err(|_| RequestRefusal::Foreign(MissingContent(pool)))?;
        if sheet.paper.questions.iter().any(|item| item.section == at && !pool.contains(&item.question)) {
            return Err("It was changed: a question is not of those that its section draws from.".into());
        }
    }
    Ok(())
}

/// Marks the answers again and holds the result to what was stored. Returns the end as it is marked now, when the sitting
/// ended, and since when it is passed.
fn marked_again(
    sheet: &Arc<LoadedPaper>,
    rows: &[StoredFact],
    keys: &[KeyPeriod],
) -> Result<(AttemptFinished, Timestamp, Timestamp), String> {
    let facts = applied_by(rows, keys);
    let mut session = Session::new(Arc::clone(sheet));
    let (mut ended, mut since) = (None, Timestamp::from_millis(0));
    let mut passed = false;
    for (row, fact) in &facts {
        match (&ended, fact) {
            (None, Fact::Finished(finished)) => {
                if finished.outcome != session.outcome() {
                    return Err("It was changed: marked again, it comes to another result.".to_owned());
                }
                ended = Some((finished.clone(), row.stored_at));
            }
            (None, _) | (Some(_), Fact::Remarked(_) | Fact::Issued(_) | Fact::AttemptGranted(_)) => {}
            (Some(_), Fact::Voided(_)) => return Err("The attempt is void.".to_owned()),
            (Some(_), _) => return Err("It was changed: something follows the end of the attempt.".to_owned()),
        }
        session.apply(fact);
        if matches!(fact, Fact::Finished(_) | Fact::Remarked(_)) {
            // A pass that was found later could not be asked for before.
            let before = std::mem::replace(&mut passed, session.outcome().result == ExamResult::Passed);
            since = if passed && !before { row.stored_at } else { since };
        }
    }
    let Some((finished, at)) = ended else { return Err("The attempt has not ended.".to_owned()) };
    for (_, fact) in &facts {
        let Fact::Answered(answered) = fact else { continue };
        let item = sheet
            .questions
            .get(answered.question_index)
            .ok_or("It was changed: a question is answered that was not asked.")?;
        let misfit = answered.answer.as_ref().and_then(|answer| invalid_answer_reason(&item.question, answer));
        if let Some(why) = misfit {
            return Err(format!(
                "It was changed: question {} has an answer that cannot be given: {why}.",
                answered.question_index + 1
            ));
        }
        if sheet.limit.is_some_and(|limit| answered.elapsed > limit) {
            return Err("It was changed: an answer came after the time was over.".to_owned());
        }
    }
    let outcome = session.outcome();
    match outcome.result {
        ExamResult::Passed => Ok((AttemptFinished { outcome, ..finished }, at, since)),
        _ => Err("The exam was not passed.".to_owned()),
    }
}
