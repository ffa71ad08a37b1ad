//! Exam logic: drawing a paper, sessions, scoring, eligibility and disclosure. The code is pure. It reads no file, no
//! clock and no random numbers, because the caller passes them in.

pub mod loaded_paper;
pub mod draw;
pub mod blueprint;
pub mod session;
pub mod scoring;
pub mod eligibility;
pub mod disclosure;
pub mod replay;
pub mod anomalies;

pub use loaded_paper::LoadedPaper;
pub use session::Session;
