//! Measures the time to verify a certificate, compared with a bare signature check, and the number per second on all
//! cores.
//!
//! `cargo bench --bench certificates` prints one figure per line.

// A benchmark ends if something that it needs is missing.
#![allow(clippy::expect_used)]

use std::time::{Duration, Instant};

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use needlewise::clock::Timestamp;
use needlewise::credential::{Credential, TrustList, Verdict, rdf_graph, verify};
use rayon::prelude::*;

/// The number of verifications in each measurement.
const COUNT: usize = 400;

fn time<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let value = run();
    (start.elapsed(), value)
}

fn main() {
    // This snapshot has a signed certificate byte for byte, so the benchmark needs no key and no exam.
    let snapshot = include_str!("../tests/it/snapshots/it__certificate__the_example_certificate_never_changes.snap");
    let text = snapshot.splitn(3, "---\n").nth(2).expect("the example");
    let now: Timestamp = "2027-01-01T00:00:00Z".parse().expect("a moment");
    let trust = TrustList::default();
    assert_eq!(verify(text.as_bytes(), &trust, now).verdict, Verdict::Untrusted, "its signature holds");

    let key = SigningKey::from_bytes(&[7; 32]);
    let (signature, public) = (key.sign(&[1; 64]), VerifyingKey::from(&key));
    let (bare, ()) = time(|| (0..COUNT).for_each(|_| public.verify_strict(&[1; 64], &signature).expect("it fits")));
    let (one, ()) = time(|| (0..COUNT).for_each(|_| drop(verify(text.as_bytes(), &trust, now))));
    let credential: Credential = serde_json::from_str(text).expect("a credential");
    let plain = Credential { proof: Vec::new(), ..credential };
    let (graphs, ()) = time(|| (0..COUNT).for_each(|_| drop(rdf_graph::canonical_n_quads(&plain).expect("a graph"))));
    let (all, ()) = time(|| (0..COUNT).into_par_iter().for_each(|_| drop(verify(text.as_bytes(), &trust, now))));

    let each = |total: Duration| total.as_secs_f64() * 1e6 / 400.0;
    println!("a bare signature check: {:.0} µs", each(bare));
    println!("verifying on one core: {:.0} µs, {:.0} times that", each(one), each(one) / each(bare));
    println!("  of which the credential's graph: {:.0} %", 100.0 * each(graphs) / each(one));
    println!("verifying on all cores: {:.0} a second (goal: 150, stretch: 1000)", 1e6 / each(all));
}
