//! Issues credentials for passed exams: claims, certificate requests, signed decisions and the ledger.

pub mod claims;
pub mod copies;
pub mod decision;
pub mod ledger;
pub mod request;
