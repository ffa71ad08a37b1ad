//! Practice and progress: conclusions from a trainee's answers.

pub mod readiness;
