//! The only test binary: one file per feature, plus five builders (`World`, `Stage`, `Window`, `Talk`, `Chain`).

// A test reports a failure by panicking. The `expect` texts name what was expected: `expect("a folder")`.
// Tests in a pseudo-terminal need Unix, and so do their helpers.
#![cfg_attr(not(unix), allow(dead_code, unused_imports))]
#![allow(clippy::expect_used, clippy::fn_params_excessive_bools, clippy::panic, clippy::unwrap_used)]

mod chain;
mod pass;
mod picture;
mod reader;
mod source;
mod stage;
#[path = "../fuzz/targets.rs"]
mod targets;
#[cfg(unix)]
mod window;
mod world;

mod architecture;
mod authoring;
mod banks;
mod certificate;
mod checker;
mod clinic;
mod clock;
mod commands;
mod contract;
mod course;
mod decisions;
mod doctor;
mod draw;
mod exporting;
mod facts;
mod failures;
mod faults;
mod fixtures;
#[cfg(unix)]
mod frauds;
mod fullscreen;
mod fuzz;
mod home;
mod invigilated;
mod issuing;
mod jobs;
mod keys;
mod kill;
mod leaks;
mod letters;
mod linking;
mod losses;
mod marking;
mod mock;
mod outputs;
mod papers;
#[cfg(unix)]
mod paste;
mod plain;
mod plan;
mod policy;
mod preview;
mod proofs;
mod queries;
mod reading;
mod records;
mod recovery;
mod rendering;
mod remark;
mod replay;
mod roster;
mod rules;
mod screens;
mod session;
mod store;
mod study;
mod text;
mod training;
mod wording;
