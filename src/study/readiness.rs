//! Readiness for an exam, estimated from a mock: the likely range of the score against the pass mark.

use std::collections::BTreeMap;

use crate::attempt::{Outcome, Points};
use crate::bank::exam::Percent;
use crate::exam::Session;

/// How ready somebody is for a part of an exam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Even the lower end of what the answers allow for reaches the mark.
    Ready,
    /// Not even the upper end reaches it.
    NotReady,
    /// The mark lies in between.
    TooFewQuestions,
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
    pub interval_percent: (u8, u8),
    /// The mark to reach; that of the whole where the part has none of its own.
    pub pass_mark: Option<Percent>,
    /// How ready.
    pub readiness: Readiness,
}

/// Says how ready somebody is: for the whole, then for each section.
pub fn estimates(outcome: &Outcome) -> Vec<ReadinessEstimate> {
    let whole = estimate("All sections", &outcome.earned, outcome.possible, outcome.pass_mark);
    let sections = outcome.sections.iter().map(|section| {
        estimate(&section.title, &section.earned, section.possible, section.pass_mark.or(outcome.pass_mark))
    });
    std::iter::once(whole).chain(sections).collect()
}

fn estimate(title: &str, earned: &Points, possible: usize, pass_mark: Option<Percent>) -> ReadinessEstimate {
    let interval_percent = wilson(earned.share_of(possible), possible);
    let readiness = match pass_mark.map(u8::from) {
        Some(pass_mark) if interval_percent.0 >= pass_mark => Readiness::Ready,
        Some(pass_mark) if interval_percent.1 < pass_mark => Readiness::NotReady,
        _ => Readiness::TooFewQuestions,
    };
    ReadinessEstimate {
        title: title.to_owned(),
        earned: earned.clone(),
        possible,
        interval_percent,
        pass_mark,
        readiness,
    }
}

/// Returns the ends of Wilson's interval (E. B. Wilson, 1927) for a share `p` seen among `n`, at 95 %, in whole
/// percent: the lower rounded down, the upper up.
fn wilson(p: f64, n: usize) -> (u8, u8) {
    const Z: f64 = 1.96;
    if n == 0 {
        return (0, 100);
    }
    let n = u32::try_from(n).map_or(f64::MAX, f64::from);
    let center = p + Z * Z / (2.0 * n);
    let margin = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    let percent = |share: f64| (0..=100_u8).rev().find(|whole| f64::from(*whole) <= share * 100.0 + 1e-9).unwrap_or(0);
    let lower = percent(((center - margin) / scale).max(0.0));
    let upper = 100 - percent((1.0 - (center + margin) / scale).max(0.0));
    (lower, upper)
}

/// Returns how many of the questions on each objective were fully right, the weakest first: its text, right, asked.
pub fn objective_scores(session: &Session) -> Vec<(String, usize, usize)> {
    let loaded_paper = session.loaded_paper();
    let mut counts: BTreeMap<(usize, &str), (usize, usize)> = BTreeMap::new();
    for (index, loaded) in loaded_paper.questions.iter().enumerate() {
        let (correct, asked) = counts.entry((loaded.bank, loaded.question.objective.as_str())).or_default();
        *correct += usize::from(session.points(index) == Points::one());
        *asked += 1;
    }
    let text = |((bank, objective), (correct, asked)): ((usize, &str), (usize, usize))| {
        let id = objective.parse().ok();
        let text = id.and_then(|id| loaded_paper.banks[bank].objective_text(&id)).unwrap_or(objective).to_owned();
        (text, correct, asked)
    };
    let mut scores: Vec<_> = counts.into_iter().map(text).collect();
    scores.sort_by(|a, b| (a.1 * b.2).cmp(&(b.1 * a.2)));
    scores
}
