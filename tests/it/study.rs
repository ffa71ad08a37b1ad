//! The schedule, today's session, mastery, calibration, predictions and readiness. Golden values come from the
//! specification of training, not from the program.

use needlewise::attempt::paper::Seed;
use needlewise::attempt::person::{PlanChange, StudyChanged};
use needlewise::attempt::{Certainty, Points};
use needlewise::bank::catalog::Catalog;
use needlewise::bank::lazy::{BankSummary, QuestionSummary};
use needlewise::bank::question::CognitiveLevel;
use needlewise::clock::{Day, Timestamp, Zone};
use needlewise::exam::draw::rng::{DrawRng, RngStream};
use needlewise::study::blueprint::draw_chances;
use needlewise::study::calibration::{calibration, certainty_mark};
use needlewise::study::deck::{Deck, ReviewHistory};
use needlewise::study::mastery::mastery;
use needlewise::study::optimize::{WeightFit, fit_weights};
use needlewise::study::practice::{PracticeChoice, PracticeFilter};
use needlewise::study::prediction::Predictions;
use needlewise::study::readiness::{PaperOdds, SectionOdds, paper_odds};
use needlewise::study::record::streak;
use needlewise::study::review::{Grade, Review, median_seconds};
use needlewise::study::schedule::{Scheduler, Weights};
use needlewise::study::settings::StudySettings;
use needlewise::study::today::{ExamPlan, SessionLimits, TodaySession, select_planned_session, select_session};

fn day(number: i64) -> Day {
    "2026-11-30".parse::<Day>().expect("a day").plus_days(number)
}

/// Returns a review with a grade on a day.
fn review(grade: Grade, on: i64) -> Review {
    let is_correct = grade >= Grade::Good;
    Review { study_day: day(on), grade, is_correct, certainty: None, seconds: 20, harm: None }
}

fn default_scheduler() -> Scheduler {
    StudySettings::default().scheduler()
}

/// A bank of questions named q0, q1, … that can be changed one by one.
fn bank(id: &str, count: usize) -> BankSummary {
    let question = |index: usize| QuestionSummary {
        id: format!("q{index}").parse().expect("an id"),
        revision: 1,
        objective: "aim".parse().expect("an id"),
        level: CognitiveLevel::Recall,
        is_critical: false,
        case: None,
        group: None,
        guess_odds: 4,
    };
    let ready_questions = (0..count).map(question).collect();
    BankSummary { id: id.parse().expect("an id"), title: id.to_owned(), allows_practice: true, ready_questions }
}

fn history<'a>(bank: &BankSummary, reviews: impl IntoIterator<Item = (usize, &'a [Review])>) -> ReviewHistory {
    let key = |index: usize| (bank.id.clone(), bank.ready_questions[index].id.clone(), 1);
    reviews.into_iter().map(|(index, reviews)| (key(index), reviews.to_vec())).collect()
}

fn rng() -> DrawRng {
    DrawRng::new(Seed([7; 32]), RngStream::Selection)
}

const LIMITS: SessionLimits = SessionLimits { minutes: 20, new_count: 10, seconds_per_question: 30 };

/// Returns the session without a plan, where every question is equally likely in an exam.
fn session(deck: &Deck<'_>, limits: SessionLimits) -> TodaySession {
    select_session(deck, &vec![0.5; deck.questions.len()], limits, &mut rng())
}

/// The grade and the day of each answer, then the stability and the difficulty after them.
type GoldenSequence = (&'static [(Grade, i64)], f32, f32);

#[test]
fn memory_states_equal_those_of_fsrs_6() {
    let sequences: [GoldenSequence; 5] = [
        (&[(Grade::Good, 0), (Grade::Good, 2), (Grade::Good, 13)], 46.280, 2.1043),
        (&[(Grade::Again, 0), (Grade::Good, 0), (Grade::Good, 1)], 2.0215, 6.3909),
        (&[(Grade::Easy, 0), (Grade::Easy, 8)], 65.624, 1.0),
        (&[(Grade::Hard, 0), (Grade::Again, 1), (Grade::Good, 1), (Grade::Good, 2)], 1.6219, 8.3523),
        (&[(Grade::Good, 0), (Grade::Again, 2)], 0.60758, 7.3945),
    ];
    for (answers, stability, difficulty) in sequences {
        let reviews: Vec<_> = answers.iter().map(|(grade, on)| review(*grade, *on)).collect();
        let scheduler = default_scheduler();
        let card = scheduler.card(&reviews).expect("a card");
        let one_by_one = reviews.iter().fold(None, |card, review| Some(scheduler.review(card.as_ref(), *review)));
        assert_eq!(one_by_one, Some(card), "{answers:?}: the reviews one by one");
        let memory = card.memory;
        let is_near = |value: f32, golden: f32| (value - golden).abs() <= 1e-4 * golden;
        assert!(is_near(memory.stability, stability), "{answers:?}: stability {}", memory.stability);
        assert!(is_near(memory.difficulty, difficulty), "{answers:?}: difficulty {}", memory.difficulty);
    }
}

#[test]
fn a_question_is_due_after_its_rounded_interval_and_at_least_a_day() {
    let due = |grade| default_scheduler().card(&[review(grade, 0)]).expect("a card").due;
    // The first intervals at 90 % are the first four default weights: 0.212, 1.2931, 2.3065 and 8.2956 days.
    assert_eq!(
        [due(Grade::Again), due(Grade::Hard), due(Grade::Good), due(Grade::Easy)],
        [day(1), day(1), day(2), day(8)]
    );
}

#[test]
fn a_second_answer_on_a_day_grades_at_most_good_and_keeps_the_first_as_the_one_that_counts() {
    let scheduler = default_scheduler();
    let card = |second| scheduler.card(&[review(Grade::Again, 0), review(second, 0)]).expect("a card");
    assert_eq!(card(Grade::Easy).memory, card(Grade::Good).memory);
    assert_eq!(card(Grade::Easy).first_of_last_day.grade, Grade::Again);
}

#[test]
fn a_clock_that_was_set_back_gives_no_negative_days() {
    let card = default_scheduler().card(&[review(Grade::Good, 5), review(Grade::Good, 2)]).expect("a card");
    assert_eq!(card.last_day, day(5));
    assert!(card.due > day(5) && card.memory.stability.is_finite());
}

#[test]
fn an_answer_is_graded_by_its_points_and_its_certainty() {
    let points = |text: &str| text.parse::<Points>().expect("points");
    let grade = |earned: &str, certainty| Grade::of_answer(&points(earned), certainty);
    assert_eq!(grade("0", Some(Certainty::Certain)), Grade::Again);
    assert_eq!(grade("49/100", None), Grade::Again);
    assert_eq!(grade("1/2", None), Grade::Hard);
    assert_eq!(grade("99/100", Some(Certainty::Certain)), Grade::Hard);
    assert_eq!(grade("1", Some(Certainty::Guess)), Grade::Hard);
    assert_eq!(grade("1", Some(Certainty::Fair)), Grade::Good);
    assert_eq!(grade("1", None), Grade::Good, "no certainty counts as fairly sure");
    assert_eq!(grade("1", Some(Certainty::Certain)), Grade::Easy);
}

#[test]
fn a_study_day_ends_at_four_in_the_morning_of_its_time_zone() {
    let chicago = Zone::from_name("America/Chicago").expect("a zone");
    let study_day = |moment: &str| moment.parse::<Timestamp>().expect("a moment").study_day(&chicago).to_string();
    assert_eq!(study_day("2026-11-30T09:59:59Z"), "2026-11-29", "03:59:59 in Chicago");
    assert_eq!(study_day("2026-11-30T10:00:00Z"), "2026-11-30", "04:00:00 in Chicago");
}

#[test]
fn a_review_is_stored_as_six_numbers() {
    let harm = Some(3.try_into().expect("a harm"));
    let stored = Review { certainty: Some(Certainty::Certain), harm, ..review(Grade::Again, 0) };
    let json = serde_json::to_string(&stored).expect("json");
    assert_eq!(json, "[20787,1,0,3,20,3]");
    assert_eq!(serde_json::from_str::<Review>(&json).expect("a review"), stored);
    for damaged in ["[20787,5,0,3,20,3]", "[20787,1,0,4,20,3]", "[20787,1,0,3,20,9]", "[99999999,1,0,3,20,3]"] {
        assert!(serde_json::from_str::<Review>(damaged).is_err(), "{damaged}");
    }
}

#[test]
fn the_time_of_a_question_is_the_median_of_at_least_ten_answers() {
    let with_seconds = |seconds| Review { seconds, ..review(Grade::Good, 0) };
    let reviews: Vec<_> = (1..=9).map(with_seconds).collect();
    assert_eq!(median_seconds(&reviews), 30, "too few to tell");
    let reviews: Vec<_> = [1, 2, 3, 4, 5, 60, 61, 62, 63, 64, 65].map(with_seconds).to_vec();
    assert_eq!(median_seconds(&reviews), 60);
}

#[test]
fn certainty_pays_as_in_certainty_based_marking() {
    let answer = |certainty, is_correct| Review { certainty, is_correct, ..review(Grade::Good, 0) };
    let marks = |certainty| [true, false].map(|is_correct| certainty_mark(&answer(certainty, is_correct)));
    assert_eq!(marks(Some(Certainty::Guess)), [Some(1), Some(0)]);
    assert_eq!(marks(Some(Certainty::Fair)), [Some(2), Some(-2)]);
    assert_eq!(marks(Some(Certainty::Certain)), [Some(3), Some(-6)]);
    assert_eq!(marks(None), [None, None]);
    // Nine of ten correct and always certain: the mean mark (9 · 3 − 6) / 10 = 2.1 is the best for a = 0.9, 9a − 6.
    let mut answers = vec![answer(Some(Certainty::Certain), true); 9];
    answers.push(answer(Some(Certainty::Certain), false));
    answers.push(answer(None, false));
    let result = calibration(&answers);
    assert_eq!((result.levels[2].answer_count, result.levels[2].correct_count), (10, 9));
    let is_near = |value: Option<f64>, golden: f64| value.is_some_and(|value| (value - golden).abs() < 1e-12);
    assert!(is_near(result.mean_mark, 2.1) && is_near(result.bonus, 0.0), "{result:?}");
    // Always certain and half correct: the mean mark is −1.5, the best is a = 0.5, so the bonus is −0.2.
    let result = calibration(&[answer(Some(Certainty::Certain), true), answer(Some(Certainty::Certain), false)]);
    assert!(is_near(result.bonus, -0.2) && is_near(result.accuracy_with_bonus, 0.3), "{result:?}");
    assert_eq!(calibration(&[answer(None, true)]).mean_mark, None);
}

#[test]
fn mastery_is_the_recall_in_thirty_days_of_what_began_right() {
    let (bank, scheduler) = (bank("risks", 4), default_scheduler());
    let guess = Review { certainty: Some(Certainty::Guess), is_correct: true, ..review(Grade::Hard, 0) };
    let (good, corrected) = ([review(Grade::Good, 0)], [review(Grade::Again, 0), review(Grade::Good, 0)]);
    let guesses = [guess];
    let history = history(&bank, [(0, &good[..]), (1, &corrected[..]), (2, &guesses[..])]);
    let deck = Deck::new([&bank], &history, &scheduler, day(0));
    let result = mastery(&deck, |_, _| true);
    let recall = scheduler.recall_after(deck.questions[0].card.expect("a card").memory, 30);
    assert!((result.share - recall / 4.0).abs() < 1e-9, "wrong, guessed and unseen questions count 0");
    assert_eq!((result.seen, result.total, result.due), (3, 4, 0));
    // With the default weights, recall 30 days after a first good answer is (1 + 30 / 2.3065 · f)^-0.1542, where
    // f = 0.9^(-1/0.1542) − 1.
    let factor = 0.9_f64.powf(-1.0 / 0.1542) - 1.0;
    let golden = (1.0 + 30.0 / 2.3065 * factor).powf(-0.1542);
    assert!((recall - golden).abs() < 1e-4 * golden, "{recall} {golden}");
}

#[test]
fn a_paper_is_passed_as_in_the_golden_example() {
    // Section A draws 1 of two critical questions and 2 of three others, and needs 2 of 3. Section B draws 2 of four.
    // 4 of 5 pass. The mean over all 36 papers is exact.
    let (critical, others_a, others_b) = ([0.95, 0.8], [0.9, 0.5, 0.2], [0.75, 0.25, 0.5, 1.0]);
    let pairs = |of: &[f64]| -> Vec<Vec<f64>> {
        (0..of.len()).flat_map(|a| (a + 1..of.len()).map(move |b| (a, b))).map(|(a, b)| vec![of[a], of[b]]).collect()
    };
    let mut odds = Vec::new();
    for one in critical {
        for a in pairs(&others_a) {
            for b in pairs(&others_b) {
                let section_a = SectionOdds { critical: vec![one], others: a.clone(), needed: 2 };
                let section_b = SectionOdds { critical: Vec::new(), others: b, needed: 0 };
                odds.push(paper_odds(&[section_a, section_b], 4));
            }
        }
    }
    let mean = |value: fn(&PaperOdds) -> f64| odds.iter().map(value).sum::<f64>() / odds.len() as f64;
    assert_eq!(odds.len(), 36);
    assert!((mean(|paper| paper.pass_chance) - 17_213.0 / 46_080.0).abs() < 1e-12);
    assert!((mean(|paper| paper.expected_points) - 383.0 / 120.0).abs() < 1e-12);
}

#[test]
fn the_chance_of_an_unseen_question_mixes_guessing_with_the_first_answers_of_its_topic() {
    let (bank, scheduler) = (bank("risks", 12), default_scheduler());
    let (right, wrong) = ([review(Grade::Good, -1)], [review(Grade::Again, -1)]);
    let answers = (0..10).map(|index| (index, if index < 8 { &right[..] } else { &wrong[..] }));
    let history = history(&bank, answers);
    let deck = Deck::new([&bank], &history, &scheduler, day(0));
    let predictions = Predictions::new(&deck);
    // Ten times the chance of a guess, 1/4, and 8 of 10 correct first answers: (2.5 + 8) / 20.
    assert!((predictions.raw_chance(11) - 0.525).abs() < 1e-12);
    // A day later, the first answers themselves were predicted as guesses. 8 of 10 were correct, so the offset rises.
    assert!(predictions.offset > 0.5 && predictions.standard_error < 0.5, "{predictions:?}");
    assert!(predictions.chance(11, 0.0) > predictions.raw_chance(11));
    assert!(predictions.chance(11, -1.0) < predictions.chance(11, 0.0));
}

#[test]
fn without_answers_nothing_is_corrected_and_unseen_questions_are_guesses() {
    let (bank, scheduler, history) = (bank("risks", 2), default_scheduler(), ReviewHistory::new());
    let predictions = Predictions::new(&Deck::new([&bank], &history, &scheduler, day(0)));
    assert!((predictions.offset, predictions.standard_error) == (0.0, 0.5), "the prior alone");
    assert!((predictions.chance(0, 0.0) - 0.25).abs() < 1e-9);
}

#[test]
fn a_session_asks_what_is_due_by_rising_recall_and_confident_errors_first() {
    let (bank, scheduler) = (bank("risks", 6), default_scheduler());
    let confident = [Review { certainty: Some(Certainty::Certain), ..review(Grade::Again, -1) }];
    let (early, late, not_due) = ([review(Grade::Good, -9)], [review(Grade::Good, -3)], [review(Grade::Easy, -1)]);
    let history = history(&bank, [(0, &late[..]), (1, &not_due[..]), (2, &confident[..]), (3, &early[..])]);
    let deck = Deck::new([&bank], &history, &scheduler, day(0));
    let limits = SessionLimits { new_count: 0, ..LIMITS };
    let result = session(&deck, limits);
    assert_eq!(result.units, [vec![2], vec![3], vec![0]]);
    assert_eq!((result.review_count, result.new_count, result.seconds), (3, 0, 90));
}

#[test]
fn a_session_introduces_new_questions_up_to_the_number_of_a_day_critical_ones_first() {
    let (mut bank, scheduler) = (bank("risks", 8), default_scheduler());
    bank.ready_questions[5].is_critical = true;
    let history = ReviewHistory::new();
    let deck = Deck::new([&bank], &history, &scheduler, day(0));
    let result = session(&deck, SessionLimits { new_count: 3, ..LIMITS });
    assert_eq!((result.units[0].clone(), result.new_count), (vec![5], 3));
    assert_eq!(result, session(&deck, SessionLimits { new_count: 3, ..LIMITS }), "the same each time");
}

#[test]
fn new_questions_of_several_topics_take_turns() {
    let (one, other, scheduler, history) =
        (bank("one", 20), bank("other", 20), default_scheduler(), ReviewHistory::new());
    let deck = Deck::new([&one, &other], &history, &scheduler, day(0));
    // The first topic is three times as likely in an exam.
    let chances: Vec<_> = deck.questions.iter().map(|entry| if entry.bank_index == 0 { 0.9 } else { 0.3 }).collect();
    let result = select_session(&deck, &chances, SessionLimits { new_count: 8, ..LIMITS }, &mut rng());
    let of_first = result.units.iter().filter(|unit| deck.questions[unit[0]].bank_index == 0).count();
    assert_eq!((of_first, result.new_count), (6, 8));
    assert!(result.units[..4].iter().any(|unit| deck.questions[unit[0]].bank_index == 1), "mixed from the start");
}

#[test]
fn a_session_is_cut_at_the_minutes_of_a_day() {
    let (bank, scheduler, history) = (bank("risks", 50), default_scheduler(), ReviewHistory::new());
    let deck = Deck::new([&bank], &history, &scheduler, day(0));
    let limits = SessionLimits { minutes: 2, new_count: 50, seconds_per_question: 30 };
    let result = session(&deck, limits);
    assert_eq!((result.question_count(), result.minutes()), (4, 2));
    assert_eq!(session(&deck, SessionLimits { minutes: 1, seconds_per_question: 500, ..limits }).question_count(), 1);
}

#[test]
fn a_case_comes_whole_and_an_exclusion_group_gives_one_question() {
    let (mut bank, scheduler, history) = (bank("risks", 5), default_scheduler(), ReviewHistory::new());
    for index in [1, 3] {
        bank.ready_questions[index].case = Some("visit".parse().expect("an id"));
    }
    for index in [0, 2, 4] {
        bank.ready_questions[index].group = Some("rate".parse().expect("an id"));
    }
    let deck = Deck::new([&bank], &history, &scheduler, day(0));
    let result = session(&deck, LIMITS);
    assert_eq!(result.question_count(), 3, "the case of two, and one of the group: {result:?}");
    assert!(result.units.contains(&vec![1, 3]));
}

#[test]
fn a_question_that_was_wrong_returns_in_another_wording_and_then_in_its_own() {
    let (mut bank, scheduler) = (bank("risks", 2), default_scheduler());
    bank.ready_questions.iter_mut().for_each(|question| question.group = Some("rate".parse().expect("an id")));
    let (wrong, right) = ([review(Grade::Again, -1)], [review(Grade::Good, 0)]);
    let first = history(&bank, [(0, &wrong[..])]);
    let limits = SessionLimits { new_count: 0, ..LIMITS };
    let deck = Deck::new([&bank], &first, &scheduler, day(0));
    assert_eq!(session(&deck, limits).units, [vec![1]], "the sibling");
    let both = history(&bank, [(0, &wrong[..]), (1, &right[..])]);
    let deck = Deck::new([&bank], &both, &scheduler, day(1));
    assert_eq!(session(&deck, limits).units, [vec![0]], "the sibling was answered since");
}

#[test]
fn nothing_is_asked_twice_on_a_day() {
    let (bank, scheduler) = (bank("risks", 3), default_scheduler());
    let today = [review(Grade::Again, 0)];
    let history = history(&bank, (0..3).map(|index| (index, &today[..])));
    let deck = Deck::new([&bank], &history, &scheduler, day(0));
    assert_eq!(session(&deck, LIMITS), TodaySession::default());
    let chances = vec![0.5; 3];
    let plan = ExamPlan { exam_day: day(10), draw_chances: &chances };
    let planned = select_planned_session(&deck, &plan, &Predictions::new(&deck), LIMITS);
    assert_eq!(planned, TodaySession::default());
}

#[test]
fn a_plan_asks_first_what_was_wrong_and_then_what_gains_most_until_the_exam() {
    let (mut bank, scheduler) = (bank("risks", 5), default_scheduler());
    bank.ready_questions[4].is_critical = true;
    let (wrong, known) = ([review(Grade::Again, -1)], [review(Grade::Easy, -1)]);
    let history = history(&bank, [(0, &known[..]), (1, &wrong[..])]);
    let deck = Deck::new([&bank], &history, &scheduler, day(0));
    // Question 3 is never drawn, so it gains nothing.
    let chances = [0.5, 0.5, 0.5, 0.0, 0.5];
    let plan = ExamPlan { exam_day: day(14), draw_chances: &chances };
    let planned = select_planned_session(&deck, &plan, &Predictions::new(&deck), LIMITS);
    assert_eq!(planned.units[..3], [vec![1], vec![4], vec![2]], "wrong, then critical and unseen, then unseen");
    assert!(!planned.units.contains(&vec![3]));
}

#[test]
fn the_chance_that_a_paper_holds_a_question_follows_from_the_blueprint() {
    let catalog = Catalog::built_in();
    let (scheduler, history) = (default_scheduler(), ReviewHistory::new());
    let deck = Deck::new(catalog.banks().map(|entry| entry.value.summary()), &history, &scheduler, day(0));
    for exam in catalog.exams() {
        let chances = draw_chances(&deck, &exam.value);
        let total: usize = needlewise::exam::draw::question_counts(&exam.value).iter().sum();
        let expected: f64 = chances.iter().sum();
        assert!((expected - total as f64).abs() < 1e-9, "{}: {expected} of {total}", exam.value.id);
    }
}

#[test]
fn filters_select_what_is_due_wrong_unseen_or_critical() {
    let (mut bank, scheduler) = (bank("risks", 4), default_scheduler());
    bank.ready_questions[3].is_critical = true;
    let (due, wrong_today) = ([review(Grade::Good, -5)], [review(Grade::Again, 0), review(Grade::Good, 0)]);
    let history = history(&bank, [(0, &due[..]), (1, &wrong_today[..])]);
    let deck = Deck::new([&bank], &history, &scheduler, day(0));
    let matched = |filters: &[PracticeFilter]| {
        let choice = PracticeChoice { filters: filters.to_vec(), ..PracticeChoice::default() };
        (0..4).filter(|index| choice.accepts(&deck, *index)).collect::<Vec<_>>()
    };
    assert_eq!(matched(&[PracticeFilter::Due]), [0]);
    assert_eq!(matched(&[PracticeFilter::Wrong]), [1], "the first answer of the day counts");
    assert_eq!(matched(&[PracticeFilter::Unseen]), [2, 3]);
    assert_eq!(matched(&[PracticeFilter::Unseen, PracticeFilter::Critical]), [3], "both");
    assert_eq!(matched(&[]).len(), 4);
}

#[test]
fn a_streak_counts_days_in_a_row_and_forgives_a_day_that_has_just_begun() {
    let days = |numbers: &[i64]| numbers.iter().map(|number| (day(*number), 1)).collect();
    assert_eq!(streak(&days(&[0, -1, -2, -4]), day(0)), 3);
    assert_eq!(streak(&days(&[-1, -2]), day(0)), 2);
    assert_eq!(streak(&days(&[-2]), day(0)), 0);
}

#[test]
fn settings_keep_what_was_changed_and_ignore_what_is_out_of_range() {
    let mut settings = StudySettings::default();
    assert_eq!((settings.minutes(), settings.new_per_day(), u8::from(settings.retention())), (20, 10, 90));
    settings.apply(&StudyChanged { minutes: Some(45), new_per_day: Some(5000), ..StudyChanged::default() });
    assert_eq!((settings.minutes(), settings.new_per_day()), (45, 10));
    let plan = |exam: &str, on: Option<i64>| StudyChanged {
        plan: Some(PlanChange { exam: exam.parse().expect("an id"), day: on.map(day) }),
        ..StudyChanged::default()
    };
    settings.apply(&plan("foundations", Some(20)));
    settings.apply(&plan("safety", Some(10)));
    let ruling =
        |settings: &StudySettings, on: i64| settings.plans(day(on)).first().map(|(exam, day)| (exam.to_string(), *day));
    assert_eq!(ruling(&settings, 0), Some(("safety".to_owned(), day(10))), "the nearest future day rules");
    assert_eq!(ruling(&settings, 11), Some(("foundations".to_owned(), day(20))));
    assert_eq!(ruling(&settings, 21), None, "after the day, the normal schedule returns");
    settings.apply(&plan("safety", None));
    assert_eq!(ruling(&settings, 0), Some(("foundations".to_owned(), day(20))));
}

#[test]
fn damaged_weights_still_schedule() {
    for weights in [[i32::MAX; 21], [i32::MIN; 21], [0; 21]] {
        let weights = Weights::try_from(weights.to_vec()).expect("21 weights");
        let scheduler = Scheduler::new(&weights, 90.try_into().expect("a percent"));
        let card = scheduler.card(&[review(Grade::Good, 0), review(Grade::Again, 3)]).expect("a card");
        assert!(card.memory.stability.is_finite() && (0.0..=1.0).contains(&scheduler.recall_on(&card, day(9))));
    }
    assert!(Weights::try_from(vec![0; 20]).is_err());
}

/// Answers of a learner whose memory follows these weights: `count` questions, asked again when they are due.
fn answers_of(weights: &Weights, count: u64) -> Vec<Vec<Review>> {
    let (true_memory, program) = (Scheduler::new(weights, 90.try_into().expect("a percent")), default_scheduler());
    let mut rng = DrawRng::new(Seed([9; 32]), RngStream::Selection);
    let mut questions = Vec::new();
    for _ in 0..count {
        let (mut reviews, mut on) = (vec![review(Grade::Again, 0)], 0);
        for _ in 0..12 {
            let (card, memory) = (program.card(&reviews).expect("a card"), true_memory.card(&reviews).expect("a card"));
            on = card.due.days_since(day(0)).max(on + 1);
            let recall = true_memory.recall_on(&memory, day(on));
            let is_recalled = (rng.below(10_000) as f64) < recall * 10_000.0;
            reviews.push(review(if is_recalled { Grade::Good } else { Grade::Again }, on));
        }
        questions.push(reviews);
    }
    questions
}

#[test]
fn weights_are_fitted_only_if_they_predict_unseen_answers_better() {
    let retention = || 90.try_into().expect("a percent");
    let fit = |answers: &[Vec<Review>]| fit_weights(answers.iter().map(Vec::as_slice), retention()).expect("a fit");
    let typical = answers_of(&Weights::default(), 10);
    assert_eq!(fit(&typical), WeightFit::TooFewAnswers { answered: 120 });
    let typical = answers_of(&Weights::default(), 150);
    assert_eq!(fit(&typical), WeightFit::DefaultFits, "a typical learner needs no weights of their own");
    // A learner who forgets three times as fast after every answer.
    let mut weights: Vec<i32> = Weights::default().into();
    weights[..4].iter_mut().for_each(|stability| *stability /= 3);
    weights[8] -= 8000;
    let WeightFit::Fitted(fitted) = fit(&answers_of(&Weights::try_from(weights).expect("weights"), 150)) else {
        panic!("the weights differ too much from the default ones")
    };
    assert!(fitted.fitted_loss + 2000 <= fitted.default_loss && fitted.answer_count == 1800, "{fitted:?}");
    let mut settings = StudySettings::default();
    settings.apply(&StudyChanged { weights: Some(fitted), ..StudyChanged::default() });
    let card = |scheduler: Scheduler| scheduler.card(&[review(Grade::Good, 0)]).expect("a card");
    assert!(card(settings.scheduler()).memory.stability < card(default_scheduler()).memory.stability);
}
