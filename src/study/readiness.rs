//! Readiness for an exam, estimated from a mock exam: the likely range of the score, compared with the pass mark.

use std::collections::BTreeMap;

use crate::attempt::{Outcome, Points};
use crate::bank::exam::Percent;
use crate::exam::Session;

/// How ready a trainee is for an exam or for one of its sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// The lower end of the interval reaches the pass mark.
    Ready,
    /// The upper end of the interval does not reach the pass mark.
    NotReady,
    /// The pass mark is inside the interval, so the answers decide nothing; or there is no pass mark.
    TooFewQuestions,
}

/// The readiness estimate for a whole exam or for one of its sections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadinessEstimate {
    pub title: String,
    pub earned: Points,
    pub possible: usize,
    /// The lower and the upper end of the 95 % confidence interval of the score, in whole percent.
    pub interval_percent: (u8, u8),
    /// The pass mark. A section without its own pass mark uses that of the exam.
    pub pass_mark: Option<Percent>,
    pub readiness: Readiness,
}

/// Returns the readiness estimate for the whole exam, then for each section.
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

/// Returns the 95 % Wilson score interval for an observed share `p` of `n` questions, in whole percent. The lower end
/// is rounded down and the upper end up.
///
/// The ends are (p + z²/2n ± z · √(p(1 − p)/n + z²/4n²)) / (1 + z²/n), with z = 1.96 (E. B. Wilson, 1927).
fn wilson(p: f64, n: usize) -> (u8, u8) {
    /// The 97.5th percentile of the standard normal distribution.
    const Z: f64 = 1.96;
    if n == 0 {
        return (0, 100);
    }
    let n = u32::try_from(n).map_or(f64::MAX, f64::from);
    let center = p + Z * Z / (2.0 * n);
    let margin = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // The small addend corrects rounding errors: a share of exactly 80 % must not become 79 %.
    let percent = |share: f64| (0..=100_u8).rev().find(|whole| f64::from(*whole) <= share * 100.0 + 1e-9).unwrap_or(0);
    let lower = percent(((center - margin) / scale).max(0.0));
    let upper = 100 - percent((1.0 - (center + margin) / scale).max(0.0));
    (lower, upper)
}

/// Returns for each objective its text, the number of fully correct answers and the number of questions. The weakest
/// objective comes first.
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
    // Fractions are compared by cross-multiplication, so no rounding decides.
    scores.sort_by(|a, b| (a.1 * b.2).cmp(&(b.1 * a.2)));
    scores
}
