//! How ready somebody is for an exam, from a mock of it, and how sure that is.

use std::collections::BTreeMap;

use crate::attempt::{Outcome, Points};
use crate::bank::exam::Percent;
use crate::exam::Session;

/// How ready somebody is for a part of an exam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Even the lower end of what the answers allow for reaches the mark.
    Yes,
    /// Not even the upper end reaches it.
    No,
    /// The mark lies in between.
    Unsure,
}

/// A part of an exam.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadinessEstimate {
    /// Its title.
    pub title: String,
    /// The points earned.
    pub earned: Points,
    /// The points that could be earned.
    pub possible: usize,
    /// Between which shares, in whole percent, the true one lies in 95 of 100 cases.
    pub between: (u8, u8),
    /// The mark to reach; that of the whole where the part has none of its own.
    pub mark: Option<Percent>,
    /// How ready.
    pub ready: Readiness,
}

/// Says how ready somebody is: for the whole, then for each section.
pub fn parts(outcome: &Outcome) -> Vec<ReadinessEstimate> {
    let whole = part("All sections", &outcome.earned, outcome.possible, outcome.pass);
    let sections = outcome
        .sections
        .iter()
        .map(|section| part(&section.title, &section.earned, section.possible, section.pass.or(outcome.pass)));
    std::iter::once(whole).chain(sections).collect()
}

fn part(title: &str, earned: &Points, possible: usize, mark: Option<Percent>) -> ReadinessEstimate {
    let between = wilson(earned.share(possible), possible);
    let ready = match mark.map(u8::from) {
        Some(mark) if between.0 >= mark => Readiness::Yes,
        Some(mark) if between.1 < mark => Readiness::No,
        _ => Readiness::Unsure,
    };
    ReadinessEstimate { title: title.to_owned(), earned: earned.clone(), possible, between, mark, ready }
}

/// Returns the ends of Wilson's interval (E. B. Wilson, 1927) for a share `p` seen among `n`, at 95 %, in whole percent: the
/// lower rounded down, the upper up.
fn wilson(p: f64, n: usize) -> (u8, u8) {
    const Z: f64 = 1.96;
    if n == 0 {
        return (0, 100);
    }
    let n = u32::try_from(n).map_or(f64::MAX, f64::from);
    let center = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    let percent = |share: f64| (0..=100_u8).rev().find(|whole| f64::from(*whole) <= share * 100.0 + 1e-9).unwrap_or(0);
    let lower = percent(((center - spread) / scale).max(0.0));
    let upper = 100 - percent((1.0 - (center + spread) / scale).max(0.0));
    (lower, upper)
}

/// Returns how many of the questions on each objective were fully right, the weakest first: its text, right, asked.
pub fn objectives(session: &Session) -> Vec<(String, usize, usize)> {
    let sheet = session.sheet();
    let mut counts: BTreeMap<(usize, &str), (usize, usize)> = BTreeMap::new();
    for (at, item) in sheet.items.iter().enumerate() {
        let (right, asked) = counts.entry((item.bank, item.question.objective.as_str())).or_default();
        *right += usize::from(session.mark(at) == Points::one());
        *asked += 1;
    }
    let text = |((bank, objective), (right, asked)): ((usize, &str), (usize, usize))| {
        let id = objective.parse().ok();
        let text = id.and_then(|id| sheet.banks[bank].objective_text(&id)).unwrap_or(objective).to_owned();
        (text, right, asked)
    };
    let mut all: Vec<_> = counts.into_iter().map(text).collect();
    all.sort_by(|a, b| (a.1 * b.2).cmp(&(b.1 * a.2)));
    all
}
