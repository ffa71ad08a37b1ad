//! All screens. Each file has the state, key handling and drawing of one screen.

pub mod answer_sheet;
pub mod briefing;
pub mod certificates;
pub mod home;
pub mod person;
pub mod preview;
pub mod quiz;
pub mod records;
pub mod result;
pub mod topics;
pub mod welcome;
