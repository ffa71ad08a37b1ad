//! Replays a stored attempt: draws the paper again from its seed, scores the answers again, and compares both with the
//! stored attempt.

use std::sync::Arc;

use crate::attempt::paper::PaperSection;
use crate::attempt::{Fact, Outcome};
use crate::bank::Question;
use crate::bank::exam::Exam;
use crate::exam::Session;
use crate::exam::draw::rng::{DrawRng, RngStream};
use crate::exam::draw::{QuestionPool, display_order, reselect};
use crate::exam::loaded_paper::{LoadedPaper, MissingContent};
use crate::ids::Digest;

/// The result of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayResult {
    /// Whether the draw gave the same paper.
    pub redraw: RedrawResult,
    /// The outcome that the replay computed.
    pub outcome: Outcome,
    /// Whether the outcome equals the stored one, or `None` if the attempt is still in progress.
    pub outcome_matches: Option<bool>,
}

/// The result of drawing a paper again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedrawResult {
    /// The same questions in the same order, with their choices in the same order.
    Same,
    /// The first difference: another question or another order at this index of the paper.
    Differs(usize),
    /// A practice paper cannot be drawn again, because its pools are not stored.
    Skipped,
}

impl ReplayResult {
    /// Returns whether the replay found no difference.
    pub fn is_consistent(&self) -> bool {
        !matches!(self.redraw, RedrawResult::Differs(_)) && self.outcome_matches != Some(false)
    }
}

/// Replays an attempt from its `facts`. `find_content` returns the text with a digest, or `None` if it is missing.
///
/// # Errors
/// The first content of a pool that is missing, changed or unreadable.
pub fn replay(
    loaded_paper: &Arc<LoadedPaper>,
    facts: &[Fact],
    find_content: impl Fn(Digest) -> Option<String>,
) -> Result<ReplayResult, MissingContent> {
    let redraw_result = match &loaded_paper.exam {
        Some(exam) => redraw(loaded_paper, exam, find_content)?,
        None => RedrawResult::Skipped,
    };
    let session = Session::from_facts(Arc::clone(loaded_paper), facts);
    let outcome = session.outcome();
    let outcome_matches = session.finished().map(|finished| finished.outcome == outcome);
    Ok(ReplayResult { redraw: redraw_result, outcome, outcome_matches })
}

/// Draws the paper again from its seed and from the pools that were stored with it.
///
/// The excluded questions and the number of retries come from the paper itself. The earlier papers may not be on this
/// computer, because a certificate request does not contain them.
///
/// # Errors
/// The digest of content that `find_content` does not return.
pub fn redraw(
    loaded_paper: &LoadedPaper,
    exam: &Exam,
    find_content: impl Fn(Digest) -> Option<String>,
) -> Result<RedrawResult, MissingContent> {
    let pool = |section: &PaperSection| load_pool(section, &find_content);
    let pools = loaded_paper.paper.sections.iter().map(pool).collect::<Result<Vec<_>, _>>()?;
    let pools: Vec<QuestionPool<'_>> = pools.iter().map(|pool| pool.iter().collect()).collect();
    // Pools that cannot fill the exam never gave this paper. That is a difference, and not an error of the replay.
    let Ok(selections) = reselect(exam, &pools, &loaded_paper.paper) else { return Ok(RedrawResult::Differs(0)) };
    let mut choice_rng = DrawRng::new(loaded_paper.paper.seed, RngStream::ChoiceOrder);
    let mut index = 0;
    for (section, selection) in selections.iter().enumerate() {
        for question in selection.sets.iter().flat_map(|set| &set.questions) {
            let order = display_order(&question.kind, &mut choice_rng);
            let is_same = loaded_paper.paper.questions.get(index).is_some_and(|stored| {
                stored.section == section && stored.question == question.digest() && stored.order == order
            });
            if !is_same {
                return Ok(RedrawResult::Differs(index));
            }
            index += 1;
        }
    }
    Ok(if index == loaded_paper.paper.questions.len() { RedrawResult::Same } else { RedrawResult::Differs(index) })
}

/// Loads the pool of a section, in the order of its bank.
fn load_pool(
    section: &PaperSection,
    find_content: impl Fn(Digest) -> Option<String>,
) -> Result<Vec<Arc<Question>>, MissingContent> {
    let Some(digest) = section.pool else { return Ok(Vec::new()) };
    let content_text = |digest| {
        find_content(digest).filter(|content_text| Digest::of(content_text) == digest).ok_or(MissingContent(digest))
    };
    let digests: Vec<Digest> = serde_json::from_str(&content_text(digest)?).map_err(|_| MissingContent(digest))?;
    let question = |digest: Digest| {
        Question::from_content_json(&content_text(digest)?).map(Arc::new).ok_or(MissingContent(digest))
    };
    digests.into_iter().map(question).collect()
}
