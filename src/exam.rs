//! From banks to a scored attempt: draw, session, scoring, eligibility, disclosure. Pure: no file, no clock, no randomness of
//! its own.

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
