//! Checks a certificate request against the content that the issuer stores.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{RequestRefusal, bank_marker, pool_marker};
use crate::attempt::chain::StoredFact;
use crate::attempt::fact::AttemptFinished;
use crate::attempt::{ExamResult, Fact};
use crate::bank::exam::Exam;
use crate::clock::Timestamp;
use crate::credential::key::KeyPeriod;
use crate::exam::draw::question_counts;
use crate::exam::loaded_paper::MissingContent;
use crate::exam::replay::{RedrawResult, redraw};
use crate::exam::scoring::invalid_answer_reason;
use crate::exam::{LoadedPaper, Session};
use crate::ids::Digest;
use crate::issuing::decision::applicable_facts_for_issuer;

/// Checks that a paper has the sections of its exam with the right counts and banks, and no question twice.
///
/// # Errors
/// A sentence for people about the first difference.
pub(super) fn check_blueprint(loaded_paper: &LoadedPaper, exam: &Exam) -> Result<(), String> {
    let mismatch = |reason: &str| Err(format!("It does not match its exam: {reason}. Ask for a new request."));
    let counts = question_counts(exam);
    if loaded_paper.paper.sections.len() != counts.len() {
        return mismatch("its paper has other sections");
    }
    for (section_index, (section, count)) in exam.sections.iter().zip(counts).enumerate() {
        let section_questions: Vec<_> =
            loaded_paper.questions.iter().filter(|item| item.section == section_index).collect();
        let critical_count = section_questions.iter().filter(|item| item.question.critical).count();
        let is_from_bank = section_questions.iter().all(|item| loaded_paper.banks[item.bank].id == section.bank);
        if section_questions.len() != count || critical_count != section.critical as usize || !is_from_bank {
            return mismatch("its paper does not follow the blueprint");
        }
    }
    // Otherwise one question that the sender knows could fill a section.
    let distinct: BTreeSet<_> = loaded_paper.paper.questions.iter().map(|item| item.question).collect();
    if distinct.len() < loaded_paper.questions.len() {
        return mismatch("its paper asks a question twice");
    }
    Ok(())
}

/// Returns the markers of the paper's banks and pools, which the issuer's own store must contain.
///
/// A section without a pool gets the zero digest, which no stored marker has, so its request is refused.
pub(super) fn required_markers(loaded_paper: &LoadedPaper, exam: &Exam) -> Vec<String> {
    let exam_digest = exam.digest();
    let banks = loaded_paper.paper.banks.iter().map(bank_marker);
    let pools = loaded_paper.paper.sections.iter().enumerate();
    let pools = pools
        .map(|(section_index, section)| pool_marker(exam_digest, section_index, section.pool.unwrap_or(Digest::ZERO)));
    banks.chain(pools).collect()
}

/// Checks that each question is in the pool of its section, as the issuer stores it.
///
/// # Errors
/// The reason of the refusal: an unknown pool, or a question outside its pool.
pub(super) fn check_pools(
    loaded_paper: &LoadedPaper,
    stored_content: &impl Fn(Digest) -> Option<String>,
) -> Result<(), RequestRefusal> {
    for (section_index, section) in loaded_paper.paper.sections.iter().enumerate() {
        let pool = section.pool.unwrap_or(Digest::ZERO);
        // The right bank is not enough: the exam may draw only from some objectives or one level of it.
        let text = stored_content(pool).ok_or(RequestRefusal::UnknownContent(MissingContent(pool)))?;
        let pool: BTreeSet<Digest> =
            serde_json::from_str(&text).map_err(|_| RequestRefusal::UnknownContent(MissingContent(pool)))?;
        if loaded_paper
            .paper
            .questions
            .iter()
            .any(|item| item.section == section_index && !pool.contains(&item.question))
        {
            return Err(
                "It does not match its exam: a question is not in the pool of its section. Ask for a new request."
                    .into(),
            );
        }
    }
    Ok(())
}

/// Checks that the paper follows from its seed: drawn again, it has the same questions in the same order.
///
/// # Errors
/// The reason of the refusal: missing content, or a sentence about the first difference.
pub(super) fn check_draw(
    loaded_paper: &LoadedPaper,
    exam: &Exam,
    stored_content: &impl Fn(Digest) -> Option<String>,
) -> Result<(), RequestRefusal> {
    match redraw(loaded_paper, exam, stored_content).map_err(RequestRefusal::UnknownContent)? {
        RedrawResult::Differs(index) => Err(RequestRefusal::Other(format!(
            "Its questions were not drawn at random: drawn again from its seed, the paper differs from question {} on. \
             The exam must be taken again.",
            index + 1
        ))),
        RedrawResult::Same | RedrawResult::Skipped => Ok(()),
    }
}

/// Scores the answers again and compares the result with the stored one.
///
/// Returns the fact that ended the attempt, with its new outcome; the time of that end; and the time when the attempt
/// became a pass.
///
/// # Errors
/// A sentence for people, if the facts contradict each other or the exam is not passed.
pub(super) fn rescore(
    loaded_paper: &Arc<LoadedPaper>,
    stored_facts: &[StoredFact],
    keys: &[KeyPeriod],
) -> Result<(AttemptFinished, Timestamp, Timestamp), String> {
    let facts = applicable_facts_for_issuer(stored_facts, keys);
    let mut session = Session::new(Arc::clone(loaded_paper));
    let (mut ending, mut passed_at) = (None, Timestamp::from_millis(0));
    let mut passed = false;
    for (stored_fact, fact) in &facts {
        match (&ending, fact) {
            (None, Fact::Finished(finished)) => {
                if finished.outcome != session.outcome() {
                    return Err("It contradicts itself: marking it again gives another result. Ask for a new request."
                        .to_owned());
                }
                // A clock that was set back during the exam must not date the certificate before it.
                let started_at = stored_facts.first().map_or(stored_fact.stored_at, |first| first.stored_at);
                ending = Some((finished.clone(), stored_fact.stored_at.max(started_at)));
            }
            (None, _) | (Some(_), Fact::Remarked(_) | Fact::Issued(_) | Fact::AttemptGranted(_)) => {}
            (Some(_), Fact::Voided(_)) => return Err("The attempt is void.".to_owned()),
            (Some(_), _) => {
                let reason = "It contradicts itself: the attempt continues after its end. Ask for a new request.";
                return Err(reason.to_owned());
            }
        }
        session.apply(fact);
        if matches!(fact, Fact::Finished(_) | Fact::Remarked(_)) {
            // If re-marking turned a fail into a pass, no certificate could be requested before.
            let passed_before = std::mem::replace(&mut passed, session.outcome().result == ExamResult::Passed);
            passed_at = if passed && !passed_before { stored_fact.stored_at } else { passed_at };
        }
    }
    let Some((finished, ended_at)) = ending else {
        return Err("The attempt has not ended. Ask for a new request after its end.".to_owned());
    };
    for (_, fact) in &facts {
        let Fact::Answered(answered) = fact else { continue };
        let item = loaded_paper
            .questions
            .get(answered.question_index)
            .ok_or("It contradicts itself: it answers a question that was not asked. Ask for a new request.")?;
        let misfit = answered.answer.as_ref().and_then(|answer| invalid_answer_reason(&item.question, answer));
        if let Some(reason) = misfit {
            return Err(format!(
                "It contradicts itself: question {} has an impossible answer ({reason}). Ask for a new request.",
                answered.question_index + 1
            ));
        }
        if loaded_paper.limit.is_some_and(|limit| answered.elapsed > limit) {
            return Err("It contradicts itself: an answer came after the time limit. Ask for a new request.".to_owned());
        }
    }
    let outcome = session.outcome();
    match outcome.result {
        ExamResult::Passed => Ok((AttemptFinished { outcome, ..finished }, ended_at, passed_at)),
        _ => Err("The exam was not passed.".to_owned()),
    }
}
