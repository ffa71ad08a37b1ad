//! Projections: rows for lists and reports. Every row is computed from facts and can be rebuilt from them.
//! Also the certification status, the compliance matrix and the exports that are made from these rows.

pub mod row;
pub mod people;
pub mod links;
pub mod attempts;
pub mod certificates;
pub mod study;
pub mod notebook;
pub mod ledgers;
pub mod tables;
pub mod status;
pub mod matrix;
pub mod export;
