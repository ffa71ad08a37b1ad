//! Fits the weights of the memory model to a trainee's own answers.

use fsrs::{ComputeParametersInput, FSRSItem, FSRSReview, compute_parameters};

use crate::attempt::person::FittedWeights;
use crate::bank::exam::Percent;
use crate::clock::Day;
use crate::study::review::{Grade, Review};
use crate::study::schedule::{Scheduler, Weights, days_between};

/// How many answers on a later study day than the question's first a fit needs.
pub const ANSWERS_NEEDED: usize = 1000;

/// By how much the log loss on unseen answers must fall, so that the fitted weights replace the default ones.
const GAIN_NEEDED: f64 = 0.002;

/// The result of a fit.
#[derive(Debug, Clone, PartialEq)]
pub enum WeightFit {
    TooFewAnswers {
        answered: usize,
    },
    /// The default weights predict the newest answers as well as fitted ones.
    DefaultFits,
    /// These weights predict the newest answers better.
    Fitted(FittedWeights),
}

/// An answer to be predicted from the answers before it.
#[derive(Debug, Clone)]
struct PredictedReview {
    /// The reviews of the question up to the predicted one, oldest first.
    reviews: Vec<Review>,
}

impl PredictedReview {
    fn day(&self) -> Day {
        self.reviews.last().map_or(Day::MIN, |review| review.study_day)
    }

    /// Returns the answer as the crate wants it: every grade, with the days since the answer before.
    fn to_item(&self) -> FSRSItem {
        let mut last_day = None;
        let reviews = self.reviews.iter().map(|review| {
            let delta_t = last_day.map_or(0, |last| days_between(last, review.study_day));
            // As in the schedule, a second answer on a day grades at most good.
            let is_same_day = last_day.is_some() && delta_t == 0;
            let grade = if is_same_day { review.grade.min(Grade::Good) } else { review.grade };
            last_day = Some(last_day.map_or(review.study_day, |last: Day| last.max(review.study_day)));
            FSRSReview { rating: grade as u32, delta_t }
        });
        FSRSItem { reviews: reviews.collect() }
    }

    /// Returns −ln of the chance that these weights gave to what happened. `None` without an answer before it.
    fn log_loss(&self, scheduler: &Scheduler) -> Option<f64> {
        let (last, before) = self.reviews.split_last()?;
        let recall = scheduler.recall_on(&scheduler.card(before)?, last.study_day).clamp(1e-6, 1.0 - 1e-6);
        Some(-if last.grade > Grade::Again { recall.ln() } else { (1.0 - recall).ln() })
    }
}

/// Fits weights to all answers of a trainee, question by question, and compares them with the default weights on the
/// newest fifth of the answers, which the compared fit has not seen. If they are better there, the result is fitted to
/// all answers. This can take seconds.
///
/// # Errors
/// The model cannot be fitted, which is a fault of its optimizer.
pub fn fit_weights<'a>(
    questions: impl IntoIterator<Item = &'a [Review]>,
    retention: Percent,
) -> Result<WeightFit, fsrs::FSRSError> {
    let mut predicted: Vec<_> = questions.into_iter().flat_map(predicted_reviews).collect();
    predicted.sort_by_key(PredictedReview::day);
    if predicted.len() < ANSWERS_NEEDED {
        return Ok(WeightFit::TooFewAnswers { answered: predicted.len() });
    }
    let (training, held_out) = predicted.split_at(predicted.len() * 4 / 5);
    let scheduler = |weights: &Weights| Scheduler::new(weights, retention);
    let default_loss = mean_loss(held_out, &scheduler(&Weights::default()));
    let fitted_loss = mean_loss(held_out, &scheduler(&fit(training)?));
    if default_loss - fitted_loss < GAIN_NEEDED {
        return Ok(WeightFit::DefaultFits);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a log loss is 0 to 14")]
    let millionths = |loss: f64| (loss * 1e6).round() as u32;
    Ok(WeightFit::Fitted(FittedWeights {
        weights: fit(&predicted)?.into(),
        default_loss: millionths(default_loss),
        fitted_loss: millionths(fitted_loss),
        answer_count: predicted.len(),
    }))
}

/// Returns the answers to a question that came on a later study day than the answer before. The optimizer accepts no
/// others.
fn predicted_reviews(reviews: &[Review]) -> Vec<PredictedReview> {
    let is_later = |index: &usize| {
        let last_day = reviews[..*index].iter().map(|review| review.study_day).max();
        last_day.is_some_and(|last_day| last_day < reviews[*index].study_day)
    };
    let later = (1..reviews.len()).filter(is_later);
    later.map(|index| PredictedReview { reviews: reviews[..=index].to_vec() }).collect()
}

fn fit(predicted: &[PredictedReview]) -> Result<Weights, fsrs::FSRSError> {
    let train_set = predicted.iter().map(PredictedReview::to_item).collect();
    let weights = compute_parameters(ComputeParametersInput { train_set, ..ComputeParametersInput::default() })?;
    Ok(Weights::from_model(&weights))
}

fn mean_loss(predicted: &[PredictedReview], scheduler: &Scheduler) -> f64 {
    let losses: Vec<_> = predicted.iter().filter_map(|answer| answer.log_loss(scheduler)).collect();
    losses.iter().sum::<f64>() / losses.len().max(1) as f64
}
