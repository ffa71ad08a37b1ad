//! A simulated learner, who studies for an exam with one of three strategies. The bench `plan` and a short test use it.
//!
//! The learner's memory follows FSRS with weights of their own. Some questions were known beforehand, each with a memory
//! of its own. Others are guessed at first. Every answer takes 30 seconds, repeats too.

use needlewise::attempt::paper::Seed;
use needlewise::bank::catalog::Catalog;
use needlewise::bank::exam::Exam;
use needlewise::clock::Day;
use needlewise::exam::draw::rng::{DrawRng, RngStream};
use needlewise::study::blueprint::draw_chances;
use needlewise::study::deck::{Deck, ReviewHistory};
use needlewise::study::prediction::{Predictions, guess_chance};
use needlewise::study::review::{Grade, Review};
use needlewise::study::schedule::{Memory, Scheduler, Weights};
use needlewise::study::settings::StudySettings;
use needlewise::study::today::{ExamPlan, SessionLimits, select_planned_session};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// The seconds of every answer.
const SECONDS: u32 = 30;

/// How the questions of a day are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// The plan of the program.
    Plan,
    /// Due questions by their day, then new ones by importance, without a limit.
    DueOrder,
    Random,
}

/// What is simulated.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// The days until the exam.
    pub days: i64,
    /// The minutes of study a day.
    pub minutes: u32,
    /// The mean share of questions that were known beforehand.
    pub known_share: f64,
}

/// The question pool and the exam that all simulations share.
pub struct Course {
    catalog: Catalog,
    exam: Exam,
    scheduler: Scheduler,
}

impl Course {
    /// Returns the shipped banks, with the blueprint of the exam of 60 questions.
    pub fn new() -> Self {
        let catalog = Catalog::built_in();
        let mut exam = Exam::clone(&catalog.exam(&"foundations".parse().expect("an id")).expect("the exam").value);
        let section = |bank: &str, objectives: &[&str], questions: u32, critical: u32| {
            serde_json::from_value(serde_json::json!({
                "bank": bank, "objectives": objectives, "questions": questions, "critical": critical
            }))
            .expect("a section")
        };
        exam.sections = vec![
            section("mechanism", &[], 4, 0),
            section("contraindications", &[], 13, 3),
            section("risks", &[], 14, 3),
            section("aftercare", &[], 6, 1),
            section("acupuncture", &[], 4, 0),
            section("candidacy", &["screening", "precautions"], 3, 1),
            section(
                "candidacy",
                &["suitability", "role", "talk", "consent", "capacity", "disclosure", "evidence"],
                3,
                1,
            ),
            section("procedure", &[], 9, 1),
            section("practice", &[], 4, 0),
        ];
        Self { catalog, exam, scheduler: StudySettings::default().scheduler() }
    }

    fn deck<'a>(&'a self, history: &'a ReviewHistory, day: Day) -> Deck<'a> {
        Deck::new(self.catalog.banks().map(|entry| entry.value.summary()), history, &self.scheduler, day)
    }

    /// Returns the expected share of points on the day of the exam: the chance of a correct answer to every question,
    /// weighted by the chance that a paper holds it.
    pub fn expected_score(&self, setup: Setup, strategy: Strategy, seed: u64) -> f64 {
        let (start, empty) = (first_day(), ReviewHistory::new());
        let deck = self.deck(&empty, start);
        let chances = draw_chances(&deck, &self.exam);
        let mut learner = Learner::new(&deck, setup, seed);
        let mut order_rng = DrawRng::new(Seed([u8::try_from(seed % 251).expect("a byte"); 32]), RngStream::Selection);
        let mut history = ReviewHistory::new();
        for number in 0..setup.days {
            let day = start.plus_days(number);
            let order = self.order(strategy, &history, (day, start.plus_days(setup.days)), &chances, &mut order_rng);
            learner.study(&self.deck(&empty, day), &order, day, setup.minutes, &mut history);
        }
        let exam_day = start.plus_days(setup.days);
        let total: f64 = chances.iter().sum();
        (0..chances.len()).map(|index| chances[index] * learner.chance(index, exam_day)).sum::<f64>() / total
    }

    /// Returns the questions of a day in the order of a strategy.
    fn order(
        &self,
        strategy: Strategy,
        history: &ReviewHistory,
        (day, exam_day): (Day, Day),
        chances: &[f64],
        rng: &mut DrawRng,
    ) -> Vec<usize> {
        let deck = self.deck(history, day);
        let mut all: Vec<_> = (0..deck.questions.len()).collect();
        match strategy {
            Strategy::Plan => {
                let plan = ExamPlan { exam_day, draw_chances: chances };
                // More than fit: the learner stops when the time is used up.
                let limits = SessionLimits { minutes: 600, new_count: 0, seconds_per_question: SECONDS };
                let session = select_planned_session(&deck, &plan, &Predictions::new(&deck), limits);
                session.units.into_iter().flatten().collect()
            }
            Strategy::DueOrder => {
                let mut due: Vec<_> = all.iter().copied().filter(|index| deck.is_due(*index)).collect();
                due.sort_by_key(|index| deck.questions[*index].card.as_ref().map(|card| card.due));
                let mut new: Vec<_> = all.into_iter().filter(|index| deck.questions[*index].card.is_none()).collect();
                new.sort_by(|a, b| chances[*b].total_cmp(&chances[*a]));
                due.into_iter().chain(new).collect()
            }
            Strategy::Random => {
                rng.shuffle(&mut all);
                all
            }
        }
    }
}

fn first_day() -> Day {
    "2026-12-01".parse().expect("a day")
}

/// What the learner really knows of a question.
#[derive(Debug, Clone, Copy)]
struct Knowledge {
    /// `None` if it was never learned.
    memory: Option<(Memory, Day)>,
    guess_chance: f64,
}

struct Learner {
    scheduler: Scheduler,
    knowledge: Vec<Knowledge>,
    rng: ChaCha20Rng,
}

impl Learner {
    fn new(deck: &Deck<'_>, setup: Setup, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let weights: Vec<i32> = Vec::from(Weights::default());
        #[expect(clippy::cast_possible_truncation, reason = "weights are small")]
        let own = weights.into_iter().map(|weight| (f64::from(weight) * (0.2 * normal(&mut rng)).exp()).round() as i32);
        let weights = Weights::try_from(own.collect::<Vec<_>>()).expect("21 weights");
        let scheduler = Scheduler::new(&weights, 90.try_into().expect("a percent"));
        let of_learner = setup.known_share + spread(&mut rng, 0.12);
        let of_topic: Vec<_> = deck.banks.iter().map(|_| spread(&mut rng, 0.15)).collect();
        let met = first_day().plus_days(-30);
        let knowledge = deck.questions.iter().map(|entry| {
            let is_known = uniform(&mut rng) < of_learner + of_topic[entry.bank_index];
            #[expect(clippy::cast_possible_truncation, reason = "days")]
            let stability = (60.0 * (0.8 * normal(&mut rng)).exp()) as f32;
            let memory = Memory { stability, difficulty: 5.0 };
            Knowledge {
                memory: is_known.then_some((memory, met)),
                guess_chance: guess_chance(entry.question.guess_odds),
            }
        });
        let knowledge = knowledge.collect();
        Self { scheduler, knowledge, rng }
    }

    /// Returns the chance of a correct answer on a day.
    fn chance(&self, index: usize, day: Day) -> f64 {
        let Knowledge { memory, guess_chance } = self.knowledge[index];
        let recall = memory.map_or(0.0, |(memory, last)| self.scheduler.recall_after(memory, days(last, day)));
        recall + (1.0 - recall) * guess_chance
    }

    /// Answers questions in this order until the minutes are used up. A wrong answer is repeated once, which succeeds,
    /// because its key was just shown.
    fn study(&mut self, deck: &Deck<'_>, order: &[usize], day: Day, minutes: u32, history: &mut ReviewHistory) {
        let mut seconds = 0;
        for index in order {
            if seconds + SECONDS > minutes * 60 {
                break;
            }
            let grade = self.answer(*index, day);
            seconds += SECONDS;
            let question = deck.questions[*index].question;
            let key = (deck.bank(*index).id.clone(), question.id.clone(), question.revision);
            let reviews = history.entry(key).or_default();
            reviews.push(review(day, grade));
            if grade == Grade::Again {
                self.learn(*index, day, Grade::Good);
                reviews.push(review(day, Grade::Good));
                seconds += SECONDS;
            }
        }
    }

    /// Answers a question, learns from its explanation, and returns the grade that the program sees.
    fn answer(&mut self, index: usize, day: Day) -> Grade {
        let Knowledge { memory, guess_chance } = self.knowledge[index];
        let recall = memory.map_or(0.0, |(memory, last)| self.scheduler.recall_after(memory, days(last, day)));
        if uniform(&mut self.rng) < recall {
            let draw = uniform(&mut self.rng);
            let grade = if draw < 0.12 {
                Grade::Hard
            } else if draw < 0.85 {
                Grade::Good
            } else {
                Grade::Easy
            };
            self.learn(index, day, grade);
            return grade;
        }
        self.learn(index, day, Grade::Again);
        // A lucky guess is said to be one, so it grades as hard.
        if uniform(&mut self.rng) < guess_chance { Grade::Hard } else { Grade::Again }
    }

    fn learn(&mut self, index: usize, day: Day, grade: Grade) {
        let known = &mut self.knowledge[index].memory;
        let elapsed = known.map_or(0, |(_, last)| days(last, day));
        *known = Some((self.scheduler.memory_after(known.map(|(memory, _)| memory), elapsed, grade), day));
    }
}

fn days(earlier: Day, later: Day) -> u32 {
    needlewise::study::schedule::days_between(earlier, later)
}

fn review(study_day: Day, grade: Grade) -> Review {
    let is_correct = grade > Grade::Again;
    Review { study_day, grade, is_correct, certainty: None, seconds: SECONDS, harm: None }
}

/// Returns a number from 0 to 1.
fn uniform(rng: &mut ChaCha20Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Returns a number from −width to width.
fn spread(rng: &mut ChaCha20Rng, width: f64) -> f64 {
    (2.0 * uniform(rng) - 1.0) * width
}

/// Returns a number with the standard normal distribution, by the method of Box and Muller.
fn normal(rng: &mut ChaCha20Rng) -> f64 {
    let (a, b) = (uniform(rng).max(1e-300), uniform(rng));
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

/// The results of one setup for several learners.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// For each learner, the expected score of the plan, of due-order and of random.
    pub scores: Vec<[f64; 3]>,
}

impl Comparison {
    /// Simulates the learners with these seeds.
    pub fn run(course: &Course, setup: Setup, seeds: std::ops::Range<u64>) -> Self {
        let score = |seed: u64| {
            [Strategy::Plan, Strategy::DueOrder, Strategy::Random]
                .map(|strategy| course.expected_score(setup, strategy, seed))
        };
        Self { scores: seeds.into_par_iter().map(score).collect() }
    }

    /// Returns the mean score of the plan, of due-order and of random.
    pub fn means(&self) -> [f64; 3] {
        let mean =
            |strategy: usize| self.scores.iter().map(|scores| scores[strategy]).sum::<f64>() / self.scores.len() as f64;
        [mean(0), mean(1), mean(2)]
    }

    /// Returns the share of learners for whom the plan is better than both others.
    pub fn win_share(&self) -> f64 {
        let wins = self.scores.iter().filter(|[plan, due, random]| plan > due && plan > random).count();
        wins as f64 / self.scores.len() as f64
    }

    /// Returns the smallest lead of the plan over the better of the others.
    pub fn worst_lead(&self) -> f64 {
        self.scores.iter().map(|[plan, due, random]| plan - due.max(*random)).fold(f64::INFINITY, f64::min)
    }
}
