//! Everything that a trainee's study is computed from, on one study day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::attempt::paper::Seed;
use crate::bank::catalog::Catalog;
use crate::bank::exam::Exam;
use crate::clock::Day;
use crate::exam::draw::rng::{DrawRng, RngStream};
use crate::ids::{Digest, InBank, QuestionId, TraineeId};
use crate::study::blueprint;
use crate::study::deck::{Deck, ReviewHistory};
use crate::study::prediction::Predictions;
use crate::study::review::{Review, median_seconds};
use crate::study::schedule::Scheduler;
use crate::study::settings::StudySettings;
use crate::study::today::{ExamPlan, SessionLimits, TodaySession, select_planned_session, select_session};

/// The least time that a question is assumed to take, in seconds. Without it, a day of hasty answers would make the next
/// session hold hundreds of questions.
const LEAST_SECONDS: u32 = 10;

/// A trainee's reviews and settings, with the banks and exams that they study.
#[derive(Debug, Clone)]
pub struct StudyRecord {
    trainee: TraineeId,
    pub settings: StudySettings,
    history: ReviewHistory,
    pub today: Day,
    pub catalog: Arc<Catalog>,
    scheduler: Scheduler,
    bookmarks: BTreeSet<InBank<QuestionId>>,
}

impl StudyRecord {
    /// Returns the record of a trainee on a study day.
    pub fn new(
        trainee: TraineeId,
        settings: StudySettings,
        history: ReviewHistory,
        today: Day,
        catalog: Arc<Catalog>,
    ) -> Self {
        let scheduler = settings.scheduler();
        Self { trainee, settings, history, today, catalog, scheduler, bookmarks: BTreeSet::new() }
    }

    /// Returns the record with the questions that the trainee bookmarked.
    #[must_use]
    pub fn with_bookmarks(self, bookmarks: BTreeSet<InBank<QuestionId>>) -> Self {
        Self { bookmarks, ..self }
    }

    /// Returns the deck of today.
    pub fn deck(&self) -> Deck<'_> {
        self.deck_on(self.today)
    }

    /// Returns the deck as it was on another study day.
    pub fn deck_on(&self, day: Day) -> Deck<'_> {
        let banks = self.catalog.banks().map(|entry| entry.value.summary());
        Deck::new(banks, &self.history, &self.scheduler, day).with_bookmarks(&self.bookmarks)
    }

    /// Returns the exam and the day of the plan that rules today. A plan for an exam that the catalog lacks rules
    /// nothing.
    pub fn plan(&self) -> Option<(Arc<Exam>, Day)> {
        let mut plans = self.settings.plans(self.today).into_iter();
        plans.find_map(|(exam_id, day)| Some((Arc::clone(&self.catalog.exam(exam_id).ok()?.value), day)))
    }

    /// Returns how many of the minutes a day are left today.
    pub fn minutes_left(&self) -> u32 {
        let spent_seconds: u32 = self.reviews_on(self.today).map(|review| review.seconds).sum();
        self.settings.minutes().saturating_sub(spent_seconds / 60)
    }

    /// Returns today's session, for the minutes that are left. It is the same each time until the trainee answers.
    pub fn todays_session(&self, deck: &Deck<'_>) -> TodaySession {
        self.session_of(deck, self.minutes_left())
    }

    /// Returns the session of today that takes at most these minutes.
    pub fn session_of(&self, deck: &Deck<'_>, minutes: u32) -> TodaySession {
        let new_per_day = usize::try_from(self.settings.new_per_day()).unwrap_or(usize::MAX);
        let limits = SessionLimits {
            minutes,
            new_count: new_per_day.saturating_sub(deck.new_today()),
            seconds_per_question: median_seconds(deck.reviews()).max(LEAST_SECONDS),
        };
        if let Some((exam, exam_day)) = self.plan() {
            let draw_chances = blueprint::draw_chances(deck, &exam);
            let plan = ExamPlan { exam_day, draw_chances: &draw_chances };
            return select_planned_session(deck, &plan, &Predictions::new(deck), limits);
        }
        let digest = Digest::of(format!("session {} {}", self.trainee, self.today));
        let mut rng = DrawRng::new(Seed(*digest.as_bytes()), RngStream::Selection);
        select_session(deck, &self.draw_chances(deck), limits, &mut rng)
    }

    /// Returns for every question of the deck the greatest chance that a paper of any exam holds it.
    fn draw_chances(&self, deck: &Deck<'_>) -> Vec<f64> {
        let mut chances = vec![0.0; deck.questions.len()];
        for exam in self.catalog.exams() {
            let of_exam = blueprint::draw_chances(deck, &exam.value);
            chances.iter_mut().zip(of_exam).for_each(|(chance, of_exam)| *chance = of_exam.max(*chance));
        }
        chances
    }

    /// Returns the reviews of every question, each oldest first.
    pub fn questions(&self) -> impl Iterator<Item = &[Review]> {
        self.history.values().map(Vec::as_slice)
    }

    fn reviews_on(&self, day: Day) -> impl Iterator<Item = &Review> {
        self.history.values().flatten().filter(move |review| review.study_day == day)
    }

    /// Returns how many answers each study day has, oldest first.
    pub fn answers_by_day(&self) -> BTreeMap<Day, usize> {
        let mut days = BTreeMap::new();
        for review in self.history.values().flatten() {
            *days.entry(review.study_day).or_default() += 1;
        }
        days
    }
}

/// Returns how many study days in a row have answers, up to today. A day that has just begun does not break the row.
pub fn streak(answers_by_day: &BTreeMap<Day, usize>, today: Day) -> usize {
    let is_studied = |day: &Day| answers_by_day.contains_key(day);
    let last = if is_studied(&today) { today } else { today.plus_days(-1) };
    // There are no more days in a row than days with answers.
    (0_i64..).zip(answers_by_day).map(|(days, _)| last.plus_days(-days)).take_while(is_studied).count()
}
