//! From banks to a marked attempt: draw, sit, mark, decide. Pure: no file, no clock, no chance of its own.

pub mod blueprint;
pub mod draw;
pub mod mark;
pub mod odd;
pub mod policy;
pub mod ready;
pub mod replay;
pub mod result;
pub mod review;
pub mod session;
pub mod sheet;

pub use session::Session;
pub use sheet::Sheet;
