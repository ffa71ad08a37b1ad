//! Study: the schedule of questions, today's session, mastery, calibration and readiness for an exam. It is pure: the
//! reviews come in as values.

pub mod blueprint;
pub mod calibration;
pub mod deck;
pub mod mastery;
pub mod optimize;
pub mod practice;
pub mod prediction;
pub mod readiness;
pub mod record;
pub mod review;
pub mod schedule;
pub mod settings;
pub mod today;
