//! What may be shown of an attempt, and to whom it belongs. (Semantics, section 5.)

use crate::attempt::Mode;
use crate::bank::exam::Review;
use crate::exam::eligibility::Start;

/// How much may be shown. Each step includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Passed or not.
    Verdict,
    /// Also points, sections, and the objectives of what was missed.
    Objectives,
    /// Also which questions were right, and the rationale of what was chosen; never the key.
    Chosen,
    /// Everything: what was practiced.
    Everything,
}

/// Returns how much of an attempt may be shown while `next` says whether the exam can be taken again.
pub fn extent(mode: Mode, review: Review, next: Start) -> Extent {
    let last = matches!(next, Start::Passed { .. } | Start::Never);
    match (mode, review) {
        (Mode::Practice, _) => Extent::Everything,
        // Its questions may be asked again, whatever the exam's own rule.
        (Mode::Mock, _) => Extent::Objectives,
        (Mode::Exam, Review::None) => Extent::Verdict,
        (Mode::Exam, Review::FullAfterFinal) if last => Extent::Chosen,
        (Mode::Exam, Review::ObjectivesUntilFinal | Review::FullAfterFinal) => Extent::Objectives,
    }
}
