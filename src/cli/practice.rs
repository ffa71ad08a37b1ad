use sha2::{Digest as _, Sha256};

use super::error::Failure;
use super::{CommandResult, Env};
use crate::attempt::Mode;
use crate::attempt::paper::Seed;
use crate::bank::catalog::{Catalog, CatalogEntry};
use crate::bank::lazy::LazyBank;
use crate::cli::launch::{self, PlainArgs};
use crate::ids::BankId;
use crate::service::Services;

/// Practice questions, with a rationale after each answer
///
/// Without a topic, practice mixes questions from all banks.
#[derive(Debug, clap::Args)]
pub struct PracticeArgs {
    /// Topics to practice: bank IDs from `needlewise bank list`
    #[arg(value_name = "TOPIC")]
    topics: Vec<String>,
    /// Number of questions
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,
    /// Resume the practice in progress
    #[arg(long)]
    resume: bool,
    /// Draw the same questions each time this text is given
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
    #[command(flatten)]
    plain: PlainArgs,
}

/// Starts or resumes practice, in plain mode or in full screen.
pub(super) fn run(args: &PracticeArgs, env: &mut Env<'_>) -> CommandResult {
    launch::require_terminal(args.plain.mode(), env)?;
    let mut service = env.open_service()?;
    let trainee = env.find_or_add_trainee(&mut service)?;
    // An exam whose time ran out must be ended first, or it would block practice below.
    service.attempts_mut().end_timed_out(trainee.id)?;
    service.certificates_mut().complete(trainee.id)?;
    // Practice shows keys and rationales, and an exam in progress may ask the same questions.
    if let Some(open_attempt) = service.attempts().open_attempt(trainee.id, Mode::Exam)? {
        return Err(crate::service::ServiceError::ExamOpen(open_attempt.id).into());
    }
    let active_attempt = if args.resume {
        let open_attempt = service.attempts().open_attempt(trainee.id, Mode::Practice)?;
        let open_attempt = open_attempt
            .ok_or_else(|| Failure::negative("No practice is in progress. Start one with `needlewise practice`."))?;
        service.attempts().load(open_attempt.id)?
    } else {
        let banks = find_topic_banks(service.catalog(), &args.topics)?;
        // Only practice takes a seed. Someone who knows the seed of an exam knows its paper.
        let seed = make_seed(args.seed.as_deref(), &mut service);
        service.attempts_mut().begin_practice(trainee.id, &banks, args.count.into(), seed)?
    };
    launch::run_attempt(args.plain.mode(), env, service, trainee, active_attempt)
}

/// Makes a seed: the SHA-256 of the given text, or random bytes.
fn make_seed(text: Option<&str>, service: &mut Services) -> Seed {
    text.map_or_else(|| service.random_seed(), |text| Seed(Sha256::digest(text).into()))
}

/// Finds the banks of the given topics. Without a topic it returns every bank that allows practice.
fn find_topic_banks(catalog: &Catalog, names: &[String]) -> Result<Vec<CatalogEntry<LazyBank>>, Failure> {
    if names.is_empty() {
        return Ok(catalog.banks().filter(|bank| bank.value.summary().allows_practice).cloned().collect());
    }
    let find_bank = |name: &String| {
        let to_failure = |miss| Failure::catalog_miss("bank", name, miss);
        let id: BankId = name.parse().map_err(|_| to_failure(crate::bank::catalog::CatalogMiss::Unknown))?;
        let bank = catalog.bank(&id).map_err(to_failure)?;
        if bank.value.practice {
            Ok(bank.clone())
        } else {
            Err(Failure::negative(format!("The bank \"{id}\" is for exams only. Choose another topic.")))
        }
    };
    names.iter().map(find_bank).collect()
}
