//! What a trainee knows, and what it says about an exam.

pub mod readiness;
