use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::error::Failure;
use super::{CommandResult, Env};
use crate::attempt::Mode;
use crate::attempt::paper::Seed;
use crate::bank::catalog::{Catalog, CatalogMiss};
use crate::bank::question::CognitiveLevel;
use crate::cli::launch::{self, PlainArgs};
use crate::ids::{BankId, InBank, ObjectiveId, QuestionId};
use crate::service::Services;
use crate::study::practice::{PracticeChoice, PracticeFilter};

/// Practice questions, with a rationale after each answer
///
/// Without a topic, practice mixes questions from all banks.
#[derive(Debug, clap::Args)]
pub struct PracticeArgs {
    /// Topics to practice: bank IDs from `needlewise bank list`
    #[arg(value_name = "TOPIC")]
    topics: Vec<String>,
    /// Only questions that match: due, wrong (missed last time), unseen, critical or bookmarked. Give it several times to combine
    #[arg(long = "filter", value_name = "FILTER", value_parser = parse_filter)]
    filters: Vec<PracticeFilter>,
    /// Only questions that are due, the same as --filter due
    #[arg(long)]
    due: bool,
    /// Only questions of this objective
    #[arg(long, value_name = "ID")]
    objective: Option<ObjectiveId>,
    /// Only questions of this level: recall, understanding, application or analysis
    #[arg(long, value_name = "LEVEL", value_parser = parse_level)]
    level: Option<CognitiveLevel>,
    /// Only these questions, such as risks/article-rate. Give it several times for more
    #[arg(long = "question", value_name = "BANK/QUESTION")]
    questions: Vec<InBank<QuestionId>>,
    /// Number of questions, or all
    #[arg(long, value_name = "N", default_value = "10")]
    count: PracticeCount,
    /// Resume the practice in progress
    #[arg(long)]
    resume: bool,
    /// Draw the same questions each time this text is given
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
    #[command(flatten)]
    plain: PlainArgs,
}

/// The number of questions of a practice: 1 to 1000, or all.
#[derive(Debug, Clone, Copy)]
struct PracticeCount(usize);

impl FromStr for PracticeCount {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        if text == "all" {
            return Ok(Self(usize::MAX));
        }
        let count = text.parse().ok().filter(|count| (1..=1000).contains(count));
        count.map(Self).ok_or("it must be 1 to 1000, or all")
    }
}

fn parse_filter(text: &str) -> Result<PracticeFilter, &'static str> {
    let filter = PracticeFilter::ALL.into_iter().find(|filter| filter.name() == text);
    filter.ok_or("it must be due, wrong, unseen, critical or bookmarked")
}

fn parse_level(text: &str) -> Result<CognitiveLevel, &'static str> {
    let level = CognitiveLevel::ALL.into_iter().find(|level| level.name() == text);
    level.ok_or("it must be recall, understanding, application or analysis")
}

/// Starts or resumes practice, in plain mode or in full screen.
pub(super) fn run(args: &PracticeArgs, env: &mut Env<'_>) -> CommandResult {
    let mode = args.plain.choose_mode(env)?;
    let mut service = env.open_service()?;
    let trainee = env.find_or_add_trainee(&mut service)?;
    // An exam whose time ran out must be ended first, or it would block practice below.
    service.attempts_mut().end_timed_out(trainee.id)?;
    service.certificates_mut().complete(trainee.id)?;
    service.study_mut().end_past_sessions(&trainee)?;
    // Practice shows keys and rationales, and an exam in progress may ask the same questions.
    service.attempts().ensure_no_open_exam(trainee.id)?;
    let active_attempt = if args.resume {
        let open_attempt = service.attempts().open_attempt(trainee.id, Mode::Practice)?;
        let open_attempt = open_attempt
            .ok_or_else(|| Failure::negative("No practice is in progress. Start one with `needlewise practice`."))?;
        service.attempts().load(open_attempt.id)?
    } else {
        let choice = find_choice(service.catalog(), args)?;
        // Only practice takes a seed. Someone who knows the seed of an exam knows its paper.
        let seed = make_seed(args.seed.as_deref(), &mut service);
        service.study_mut().begin_practice(&trainee, &choice, args.count.0, seed)?
    };
    launch::run_attempt(mode, env, service, trainee, active_attempt)
}

/// Makes a seed: the SHA-256 of the given text, or random bytes.
fn make_seed(text: Option<&str>, service: &mut Services) -> Seed {
    text.map_or_else(|| service.random_seed(), |text| Seed(Sha256::digest(text).into()))
}

/// Returns the questions that the arguments ask for.
fn find_choice(catalog: &Catalog, args: &PracticeArgs) -> Result<PracticeChoice, Failure> {
    let find_bank = |name: &String| {
        let to_failure = |miss| Failure::catalog_miss("bank", name, miss);
        let id: BankId = name.parse().map_err(|_| to_failure(CatalogMiss::Unknown))?;
        let bank = catalog.bank(&id).map_err(to_failure)?;
        if bank.value.summary().allows_practice {
            Ok(id)
        } else {
            Err(Failure::negative(format!("The bank \"{id}\" is for exams only. Choose another topic.")))
        }
    };
    let topics = args.topics.iter().map(find_bank).collect::<Result<_, _>>()?;
    let mut filters = args.filters.clone();
    filters.extend(args.due.then_some(PracticeFilter::Due));
    let objectives = args.objective.iter().map(|objective| (None, objective.clone())).collect();
    let questions = args.questions.iter().map(|question| (question.bank.clone(), question.id.clone())).collect();
    Ok(PracticeChoice { topics, filters, objectives, level: args.level, questions })
}
