use sha2::{Digest as _, Sha256};

use super::error::Failure;
use super::{CommandResult, Env};
use crate::attempt::Mode;
use crate::attempt::paper::Seed;
use crate::bank::catalog::{Catalog, CatalogEntry};
use crate::bank::lazy::LazyBank;
use crate::cli::launch;
use crate::ids::BankId;
use crate::service::Service;

/// Practice questions, with a rationale after each answer
///
/// Without topics questions of all banks are mixed.
#[derive(Debug, clap::Args)]
pub struct PracticeArgs {
    /// The topics: ids of banks, as `needlewise bank list` shows them
    #[arg(value_name = "TOPIC")]
    topics: Vec<String>,
    /// How many questions
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,
    /// Go on with the practice that is open
    #[arg(long)]
    resume: bool,
    /// Draw the same questions for the same text
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
    /// Line by line, for screen readers, serial lines and scripts
    #[arg(long)]
    plain: bool,
}

/// Practices in plain mode, or opens the interface at the practice.
pub(super) fn run(args: &PracticeArgs, env: &mut Env<'_>) -> CommandResult {
    launch::need_terminal(args.plain, env)?;
    let mut desk = env.desk()?;
    let trainee = env.trainee_or_new(&mut desk)?;
    let piped = !env.terminal.input;
    if let Some(open) = desk.find_open_attempt(trainee.id, Mode::Exam)? {
        return Err(crate::service::ServiceError::ExamOpen(open.id).into());
    }
    let sitting = if args.resume {
        let open = desk.find_open_attempt(trainee.id, Mode::Practice)?;
        let open = open.ok_or_else(|| Failure::no("No practice is open. Start one with `needlewise practice`."))?;
        desk.load_attempt(open.id, piped)?
    } else {
        let banks = topics(&desk.catalog, &args.topics)?;
        let seed = seed(args.seed.as_deref(), &mut desk);
        desk.begin_practice(trainee.id, &banks, args.count.into(), seed, piped)?
    };
    launch::sit(args.plain, env, desk, trainee, sitting)
}

/// Makes the seed from the text a person gave, by SHA-256, or from chance.
fn seed(text: Option<&str>, desk: &mut Service) -> Seed {
    text.map_or_else(|| desk.random_seed(), |text| Seed(Sha256::digest(text).into()))
}

/// Finds the banks that are meant; all that may be practiced where none is named.
fn topics(catalog: &Catalog, names: &[String]) -> Result<Vec<CatalogEntry<LazyBank>>, Failure> {
    if names.is_empty() {
        return Ok(catalog.banks().filter(|bank| bank.value.summary().practice).cloned().collect());
    }
    let find = |name: &String| {
        let absent = |absence| Failure::absent("bank", name, absence);
        let id: BankId = name.parse().map_err(|_| absent(crate::bank::catalog::CatalogMiss::Unknown))?;
        let bank = catalog.bank(&id).map_err(absent)?;
        if bank.value.practice {
            Ok(bank.clone())
        } else {
            Err(Failure::no(format!("The bank \"{id}\" serves exams alone and is not practiced.")))
        }
    };
    names.iter().map(find).collect()
}
