//! Question banks: types, file format, validation, item-writing rules, and the catalog that finds a bank by its ID.

pub mod types;
pub mod question;
pub mod exam;
pub mod syllabus;
pub mod decimal;
pub mod limits;
pub mod schema;
pub mod schema_model;
pub mod validate;
mod well_formed;
pub mod rules;
pub mod format;
pub mod load;
pub mod course;
pub mod built_in;
pub mod lazy;
pub mod catalog;
pub mod compare;
pub mod fix;
pub mod coverage;
pub mod course_check;
pub mod skeleton;

pub use question::Question;
pub use types::{Author, Bank, Case, DateParts, Objective, SourceReference};

/// The version of the file format that this program writes, and the newest version that it reads.
pub const FORMAT: u32 = 1;
