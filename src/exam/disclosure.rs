//! The disclosure level: how much of a result may be shown to the trainee (semantics, section 5).

use crate::attempt::Mode;
use crate::bank::exam::ReviewPolicy;
use crate::exam::eligibility::Eligibility;

/// How much may be shown. Each step includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DisclosureLevel {
    /// Passed or not.
    PassFail,
    /// Also points, sections, and the objectives of what was missed.
    Objectives,
    /// Also which questions were right, and the rationale of what was chosen; never the key.
    ChosenAnswers,
    /// Everything: what was practiced.
    Everything,
}

/// Returns how much of an attempt may be shown while `eligibility` says whether the exam can be taken again.
pub fn level(mode: Mode, review: ReviewPolicy, eligibility: Eligibility) -> DisclosureLevel {
    let is_final = matches!(eligibility, Eligibility::Passed { .. } | Eligibility::NoAttemptsLeft);
    match (mode, review) {
        (Mode::Practice, _) => DisclosureLevel::Everything,
        // Its questions may be asked again, whatever the exam's own rule.
        (Mode::Mock, _) => DisclosureLevel::Objectives,
        (Mode::Exam, ReviewPolicy::None) => DisclosureLevel::PassFail,
        (Mode::Exam, ReviewPolicy::FullAfterFinal) if is_final => DisclosureLevel::ChosenAnswers,
        (Mode::Exam, ReviewPolicy::ObjectivesUntilFinal | ReviewPolicy::FullAfterFinal) => DisclosureLevel::Objectives,
    }
}
