//! An attempt once more, from its facts alone: the paper drawn again from its seed, the answers marked again.

use std::sync::Arc;

use crate::attempt::paper::PaperSection;
use crate::attempt::{Fact, Outcome};
use crate::bank::Question;
use crate::bank::exam::Exam;
use crate::exam::Session;
use crate::exam::draw::rng::{DrawRng, RngStream};
use crate::exam::draw::{QuestionPool, arrange, select_again};
use crate::exam::loaded_paper::{LoadedPaper, MissingContent};
use crate::ids::Digest;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayResult {
    /// Whether the paper came out the same.
    pub paper: RedrawResult,
    /// The outcome as it is now.
    pub outcome: Outcome,
    /// Whether that is what was stored; nothing while the attempt is open.
    pub as_stored: Option<bool>,
}

/// What came of drawing the paper again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedrawResult {
    /// The same questions in the same order, with their choices in the same order.
    Same,
    /// Another question, or another order, at this place of the paper.
    Differs(usize),
    /// A practice is not drawn again: its facts do not hold what it was drawn from.
    NotKept,
}

impl ReplayResult {
    /// Returns whether everything came out as it was stored.
    pub fn holds(&self) -> bool {
        !matches!(self.paper, RedrawResult::Differs(_)) && self.as_stored != Some(false)
    }
}

/// Replays an attempt; `content` finds what the paper names.
///
/// # Errors
/// The first content that is missing or was changed.
pub fn replay(
    sheet: &Arc<LoadedPaper>,
    facts: &[Fact],
    content: impl Fn(Digest) -> Option<String>,
) -> Result<ReplayResult, MissingContent> {
    let paper = match &sheet.exam {
        Some(exam) => redrawn(sheet, exam, content)?,
        None => RedrawResult::NotKept,
    };
    let session = Session::resume(Arc::clone(sheet), facts);
    let outcome = session.outcome();
    let as_stored = session.ended().map(|ended| ended.outcome == outcome);
    Ok(ReplayResult { paper, outcome, as_stored })
}

/// Draws the paper again from its seed and the pools that were stored with it. What was passed over, and how often it
/// began anew, is taken as stored.
fn redrawn(
    sheet: &LoadedPaper,
    exam: &Exam,
    content: impl Fn(Digest) -> Option<String>,
) -> Result<RedrawResult, MissingContent> {
    let pool = |section: &PaperSection| pool(section, &content);
    let pools = sheet.paper.sections.iter().map(pool).collect::<Result<Vec<_>, _>>()?;
    let pools: Vec<QuestionPool<'_>> = pools.iter().map(|pool| pool.iter().collect()).collect();
    let Ok(picked) = select_again(exam, &pools, &sheet.paper) else { return Ok(RedrawResult::Differs(0)) };
    let mut choices = DrawRng::new(sheet.paper.seed, RngStream::Choices);
    let mut place = 0;
    for (section, part) in picked.iter().enumerate() {
        for question in part.units.iter().flat_map(|unit| &unit.questions) {
            let order = arrange(&question.ask, &mut choices);
            let same = sheet.paper.items.get(place).is_some_and(|item| {
                item.section == section && item.question == question.digest() && item.order == order
            });
            if !same {
                return Ok(RedrawResult::Differs(place));
            }
            place += 1;
        }
    }
    Ok(if place == sheet.paper.items.len() { RedrawResult::Same } else { RedrawResult::Differs(place) })
}

/// Reads the questions that a section could be drawn from, in the order of its bank.
fn pool(
    section: &PaperSection,
    content: impl Fn(Digest) -> Option<String>,
) -> Result<Vec<Arc<Question>>, MissingContent> {
    let Some(digest) = section.pool else { return Ok(Vec::new()) };
    let text = |digest| content(digest).filter(|text| Digest::of(text) == digest).ok_or(MissingContent(digest));
    let digests: Vec<Digest> = serde_json::from_str(&text(digest)?).map_err(|_| MissingContent(digest))?;
    let question =
        |digest: Digest| Question::from_content_json(&text(digest)?).map(Arc::new).ok_or(MissingContent(digest));
    digests.into_iter().map(question).collect()
}
