//! Feeds the target that the environment variable `NEEDLEWISE_TARGET` names.
#![no_main]
#![allow(dead_code, clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use libfuzzer_sys::fuzz_target;

#[path = "../../it/pass.rs"]
mod pass;
#[path = "../../it/picture.rs"]
mod picture;
#[path = "../../it/reader.rs"]
mod reader;
#[path = "../../it/source.rs"]
mod source;
#[path = "../../it/stage.rs"]
mod stage;
#[path = "../targets.rs"]
mod targets;
#[path = "../../it/world.rs"]
mod world;

fuzz_target!(|bytes: &[u8]| {
    thread_local! {
        static TARGET: fn(&[u8]) = {
            let name = std::env::var("NEEDLEWISE_TARGET").expect("NEEDLEWISE_TARGET names a target");
            targets::TARGETS.iter().find(|(known, _)| *known == name).expect("a known target").1
        };
    }
    TARGET.with(|target| target(bytes));
});
