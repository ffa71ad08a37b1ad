//! A seeded random number generator (ChaCha20) with stable results. Bounded numbers and shuffles are implemented
//! here, because a library may change its algorithms and a paper must be drawn again the same way years later.

use num_bigint::BigUint;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::attempt::paper::Seed;

/// What a stream of chance is used for; each use has a stream of its own, so that one never shifts another.
#[derive(Debug, Clone, Copy)]
pub enum RngStream {
    /// Which questions.
    Selection = 1,
    /// In which order.
    QuestionOrder = 2,
    /// With their choices in which order.
    ChoiceOrder = 3,
}

/// One stream of chance.
#[derive(Debug)]
pub struct DrawRng(ChaCha20Rng);

impl DrawRng {
    /// Opens the stream of `seed` for one use.
    pub fn new(seed: Seed, stream: RngStream) -> Self {
        Self::with_stream(seed, stream as u64)
    }

    /// Opens the stream from which version 1 of the draw selects questions in its `times`-th retry: each has a stream
    /// of its own, so that a paper can be drawn again without the tries before it.
    pub(super) fn for_retry(seed: Seed, retry: u32) -> Self {
        Self::with_stream(seed, RngStream::Selection as u64 + 4 * u64::from(retry))
    }

    fn with_stream(seed: Seed, number: u64) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed.0);
        rng.set_stream(number);
        Self(rng)
    }

    /// Returns a number below `bound`, each as likely as any other: numbers from the last, incomplete run are rejected.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = (bound as u64).max(1);
        // How many of the 2^64 numbers make whole runs of `bound`.
        let largest_accepted = u64::MAX - (u64::MAX % bound + 1) % bound;
        loop {
            let number = self.0.next_u64();
            if number <= largest_accepted {
                // The remainder is below `bound`, which came from a usize.
                return usize::try_from(number % bound).unwrap_or(0);
            }
        }
    }

    /// Returns a number below `bound` of any size: as many bits as the bound has, rejected where too large.
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

    /// Puts `items` in an order of which each is as likely as any other (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// Takes `count` of `items`, each set as likely as any other.
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
