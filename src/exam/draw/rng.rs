//! A seeded random number generator (ChaCha20) with stable results. Bounded numbers and shuffles are implemented here.
//! A library may change its algorithms, and replay must draw the same paper years later.

use num_bigint::BigUint;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::attempt::paper::Seed;

/// The use of a random stream. Each use has its own stream, so a change in one never shifts the others.
#[derive(Debug, Clone, Copy)]
pub enum RngStream {
    /// Selects the questions.
    Selection = 1,
    /// Shuffles the question sets within a section.
    QuestionOrder = 2,
    /// Shuffles the choices within a question.
    ChoiceOrder = 3,
}

/// One random stream of a seed.
#[derive(Debug)]
pub struct DrawRng(ChaCha20Rng);

impl DrawRng {
    /// Opens the random stream of `seed` for one use.
    pub fn new(seed: Seed, stream: RngStream) -> Self {
        Self::with_stream(seed, stream as u64)
    }

    /// Opens the stream for selecting questions in retry number `retry` of version 1. Each retry has its own stream, so
    /// replay needs only the last one.
    pub(super) fn for_retry(seed: Seed, retry: u32) -> Self {
        // Steps of four keep clear of the numbers of the other streams.
        Self::with_stream(seed, RngStream::Selection as u64 + 4 * u64::from(retry))
    }

    /// Opens the stream that shuffles the choices of a repeat. `number` counts the repeats of a practice from 0.
    pub(in crate::exam) fn for_repeat(seed: Seed, number: usize) -> Self {
        // Steps of four keep clear of the numbers of the other streams, as with retries.
        Self::with_stream(seed, RngStream::ChoiceOrder as u64 + 4 * (number as u64 + 1))
    }

    fn with_stream(seed: Seed, number: u64) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed.0);
        rng.set_stream(number);
        Self(rng)
    }

    /// Returns a number below `bound`, or 0 if `bound` is 0. All numbers are equally likely.
    ///
    /// Uniform by rejection: a number above the largest multiple of `bound` is drawn again, because the remainder would
    /// favor small results.
    pub fn below(&mut self, bound: usize) -> usize {
        // A fixed width, because `usize` would give other numbers on a 32-bit computer, and so another paper.
        let bound = (bound as u64).max(1);
        // 2^64 is rarely a multiple of `bound`. The last, incomplete run of numbers starts after this one.
        let largest_accepted = u64::MAX - (u64::MAX % bound + 1) % bound;
        loop {
            let number = self.0.next_u64();
            if number <= largest_accepted {
                // The conversion cannot fail: the remainder is below `bound`, which came from a usize.
                return usize::try_from(number % bound).unwrap_or(0);
            }
        }
    }

    /// Returns a number below a `bound` of any size, or 0 if `bound` is 0. All numbers are equally likely.
    ///
    /// Uniform by rejection: it draws as many bits as `bound` has, and draws again if the number is too large.
    pub fn below_big(&mut self, bound: &BigUint) -> BigUint {
        let bits = bound.bits();
        let mut bytes = vec![0; usize::try_from(bits.div_ceil(8)).unwrap_or(0)];
        loop {
            self.0.fill_bytes(&mut bytes);
            if let Some(top_byte) = bytes.last_mut() {
                *top_byte &= 0xFF >> ((8 - bits % 8) % 8);
            }
            let number = BigUint::from_bytes_le(&bytes);
            if number < *bound || bits == 0 {
                return number;
            }
        }
    }

    /// Shuffles `items` with the algorithm of Fisher and Yates. All orders are equally likely.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            // Only positions up to `last`. A swap with any position looks simpler, but makes some orders more likely.
            items.swap(last, self.below(last + 1));
        }
    }

    /// Selects `count` of `items`, or all of them if there are fewer, by a partial Fisher-Yates shuffle. All selections
    /// are equally likely.
    pub fn sample<T>(&mut self, mut items: Vec<T>, count: usize) -> Vec<T> {
        let count = count.min(items.len());
        for index in 0..count {
            let other = index + self.below(items.len() - index);
            items.swap(index, other);
        }
        items.truncate(count);
        items
    }
}
