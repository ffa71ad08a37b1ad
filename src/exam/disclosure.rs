//! The disclosure level: how much of a result the program may show. The key of an exam question is never shown, because
//! the question stays in use.

use crate::attempt::Mode;
use crate::bank::exam::ReviewPolicy;
use crate::exam::eligibility::Eligibility;

/// How much of a result may be shown. Each level includes the levels before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DisclosureLevel {
    /// Only whether the exam was passed.
    PassFail,
    /// Also the points, the sections, and the objectives of missed questions.
    Objectives,
    /// Also which questions were correct, and the rationale of each chosen answer. Never the key.
    ChosenAnswers,
    /// Everything, including the key. Only practice has this level.
    Everything,
}

/// Returns the disclosure level of an attempt.
///
/// `review` is the exam's review policy, which applies only to [`Mode::Exam`]. `eligibility` decides whether the exam
/// is final: it is passed, or no attempt is left.
pub fn level(mode: Mode, review: ReviewPolicy, eligibility: Eligibility) -> DisclosureLevel {
    let is_final = matches!(eligibility, Eligibility::Passed { .. } | Eligibility::NoAttemptsLeft);
    match (mode, review) {
        (Mode::Practice, _) => DisclosureLevel::Everything,
        // The exam itself may ask the same questions later, so its own review policy does not apply.
        (Mode::Mock, _) => DisclosureLevel::Objectives,
        (Mode::Exam, ReviewPolicy::None) => DisclosureLevel::PassFail,
        // Before the exam is final, a retake can ask the same questions. So the result must not name the missed ones.
        (Mode::Exam, ReviewPolicy::FullAfterFinal) if is_final => DisclosureLevel::ChosenAnswers,
        (Mode::Exam, ReviewPolicy::ObjectivesUntilFinal | ReviewPolicy::FullAfterFinal) => DisclosureLevel::Objectives,
    }
}
