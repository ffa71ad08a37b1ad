//! What may be shown of an attempt, and to whom it belongs. (Semantics, section 5.)

use crate::attempt::Mode;
use crate::bank::exam::ReviewPolicy;
use crate::exam::eligibility::Eligibility;

/// How much may be shown. Each step includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DisclosureLevel {
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
pub fn extent(mode: Mode, review: ReviewPolicy, next: Eligibility) -> DisclosureLevel {
    let last = matches!(next, Eligibility::Passed { .. } | Eligibility::Never);
    match (mode, review) {
        (Mode::Practice, _) => DisclosureLevel::Everything,
        // Its questions may be asked again, whatever the exam's own rule.
        (Mode::Mock, _) => DisclosureLevel::Objectives,
        (Mode::Exam, ReviewPolicy::None) => DisclosureLevel::Verdict,
        (Mode::Exam, ReviewPolicy::FullAfterFinal) if last => DisclosureLevel::Chosen,
        (Mode::Exam, ReviewPolicy::ObjectivesUntilFinal | ReviewPolicy::FullAfterFinal) => DisclosureLevel::Objectives,
    }
}
