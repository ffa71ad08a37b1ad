//! Practice and progress: what a trainee's answers say about an exam.

pub mod readiness;
