//! What a trainee sees of their study: today's session, mastery by topic, the plan and the last days.

use crate::bank::exam::Percent;
use crate::clock::Day;
use crate::ids::{BankId, ExamId};
use crate::study::deck::Deck;
use crate::study::mastery::{Mastery, mastery};
use crate::study::practice::PracticeFilter;
use crate::study::readiness::{ANSWERS_NEEDED, ReadinessResult};
use crate::study::record::{StudyRecord, streak};
use crate::study::today::TodaySession;
use crate::text;

/// How many days the chart of the last days shows.
const CHART_DAYS: i64 = 30;
/// Mastery is compared with the day a week ago.
const CHANGE_DAYS: i64 = 7;

/// A trainee's mastery of one topic, which is one bank.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicView {
    pub bank: BankId,
    pub title: String,
    pub mastery: Mastery,
    /// The difference to seven days ago, in percent points.
    pub change: i32,
}

/// A plan to be ready for an exam.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanView {
    pub exam: ExamId,
    pub title: String,
    pub day: Day,
    pub days_left: u32,
    pub pass_mark: Percent,
}

/// A trainee's study on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyView {
    pub today: Day,
    /// The topics of all banks that allow practice.
    pub topics: Vec<TopicView>,
    pub session: TodaySession,
    /// How many answers were given today.
    pub answered_today: usize,
    /// How many questions were incorrect last time.
    pub mistake_count: usize,
    pub plan: Option<PlanView>,
    /// How many study days in a row have answers.
    pub streak: usize,
    /// How many answers each of the last 30 days has, oldest first.
    pub last_days: Vec<usize>,
    /// Whether practice asks how sure the trainee is.
    pub asks_certainty: bool,
}

impl StudyView {
    /// Returns the study of the record's day, which `deck` is the deck of.
    pub fn new(record: &StudyRecord, deck: &Deck<'_>) -> Self {
        let days = record.answers_by_day();
        let answers_on = |day: Day| days.get(&day).copied().unwrap_or(0);
        let is_mistake = |index: &usize| PracticeFilter::Wrong.accepts(deck, *index);
        let plan = record.plan().map(|(exam, day)| PlanView {
            exam: exam.id.clone(),
            title: exam.title.clone(),
            day,
            days_left: crate::study::schedule::days_between(record.today, day),
            pass_mark: exam.pass,
        });
        Self {
            today: record.today,
            topics: topics(record, deck),
            session: record.todays_session(deck),
            answered_today: answers_on(record.today),
            mistake_count: (0..deck.questions.len()).filter(is_mistake).count(),
            plan,
            streak: streak(&days, record.today),
            last_days: (0..CHART_DAYS).rev().map(|ago| answers_on(record.today.plus_days(-ago))).collect(),
            asks_certainty: record.settings.asks_certainty(),
        }
    }

    /// Returns what today's session holds, in words: `14 due · 6 new · about 12 min`.
    pub fn session_text(&self) -> String {
        let TodaySession { review_count, new_count, .. } = self.session;
        // A plan also asks questions that are not due yet.
        let reviews = if self.plan.is_some() { "to review" } else { "due" };
        let counts = [(review_count, reviews), (new_count, "new")];
        let counts: Vec<_> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, label)| format!("{count} {label}")).collect();
        format!("{} · about {} min", counts.join(" · "), self.session.minutes())
    }
}

/// Returns the mastery of every topic today, with its change.
pub fn topics(record: &StudyRecord, deck: &Deck<'_>) -> Vec<TopicView> {
    let past_deck = record.deck_on(record.today.plus_days(-CHANGE_DAYS));
    let of_bank = |deck: &Deck<'_>, id: &BankId| mastery(deck, |bank, _| bank.id == *id);
    let topic = |bank: &&crate::bank::lazy::BankSummary| {
        let mastery = of_bank(deck, &bank.id);
        let past = of_bank(&past_deck, &bank.id);
        let change = i32::from(mastery.percent()) - i32::from(past.percent());
        TopicView { bank: bank.id.clone(), title: bank.title.clone(), mastery, change }
    };
    deck.banks.iter().map(topic).collect()
}

/// Returns a percent for people: `71 %`.
pub fn percent_text(share: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a share is 0 to 1")]
    let percent = (share * 100.0).round() as i64;
    format!("{percent} %")
}

/// Returns the readiness for an exam, in sentences.
pub fn readiness_text(readiness: &ReadinessResult) -> Vec<String> {
    match readiness {
        ReadinessResult::Known(known) => {
            let (low, high) = known.range;
            let whole = |share: f64| percent_text(share).trim_end_matches(" %").to_owned();
            vec![
                format!("Expected score today: {}", percent_text(known.expected)),
                format!(
                    "Chance to pass today: {}, likely {} to {} %",
                    percent_text(known.pass_chance),
                    whole(low),
                    whole(high)
                ),
            ]
        }
        ReadinessResult::TooFewAnswers { answered } => vec![format!(
            "Not enough answers yet to say how ready you are: {answered} of {ANSWERS_NEEDED} questions of this exam \
             answered"
        )],
        ReadinessResult::Unknown => {
            let reason = "no paper of this exam can be drawn, or an earlier one cannot be read";
            vec![format!("Your readiness cannot be estimated: {reason}")]
        }
    }
}

/// Returns a chart of counts as one character each: the highest count is a full block, and 0 is a dot.
pub fn sparkline(counts: &[usize]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let highest = counts.iter().copied().max().unwrap_or(0).max(1);
    counts
        .iter()
        .map(|count| if *count == 0 { '·' } else { BARS[(count * 8).div_ceil(highest).clamp(1, 8) - 1] })
        .collect()
}

/// Returns the answers of the last 30 days in words, for plain mode: the days with answers, and the total.
pub fn last_days_text(last_days: &[usize]) -> String {
    let days = last_days.iter().filter(|count| **count > 0).count();
    let total: usize = last_days.iter().sum();
    format!("{} on {} of the last 30", text::count_with_noun(total, "answer"), text::count_with_noun(days, "day"))
}
