//! From a passed exam to a credential: claims, requests, signed decisions, the ledger.

pub mod claims;
pub mod decision;
pub mod ledger;
pub mod request;
