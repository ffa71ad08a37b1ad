mod surroundings;

use serde::Serialize;
use serde_json::json;

use super::error::{self, Failure, display_path};
use super::{CommandResult, Env};
use crate::paths::Paths;
use crate::projections::tables::{PROJECTIONS, RowDifference};
use crate::service::backups::FileRepair;
use crate::service::health::CheckOutcome;
use crate::service::{ServiceError, Services, backups};
use crate::store::StoreError;
use crate::text;

/// Show where everything is stored, and check it for damage
///
/// Doctor verifies every chain of facts and every certificate. It compares every stored row with its facts and marks
/// every finished attempt again. Exit code 1 means damage.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    /// Recompute all rows from the facts and write missing certificate files; the store is copied first
    #[arg(long)]
    repair: bool,
    /// Accept that the store lost changes, so that it is no longer reported
    #[arg(long, conflicts_with = "repair")]
    accept: bool,
}

/// The result of one check.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    message: String,
    /// One sentence for each fault.
    faults: Vec<String>,
}

impl Check {
    /// Makes the result of a check. `summary` describes what was checked, if there is no fault.
    fn new(name: &'static str, faults: Vec<String>, summary: impl FnOnce() -> String) -> Self {
        let ok = faults.is_empty();
        let message = if ok { summary() } else { text::count_with_noun(faults.len(), "fault") };
        Self { name, ok, message, faults }
    }

    /// Makes the result of a check that can itself fail. That failure is then its only fault.
    fn from_outcome(
        name: &'static str,
        outcome: Result<CheckOutcome, ServiceError>,
        summary: impl FnOnce(usize) -> String,
    ) -> Self {
        match outcome {
            Ok(CheckOutcome { checked_count, faults }) => Self::new(name, faults, || summary(checked_count)),
            // Damage can stop a check. The others still run, so that one fault does not hide the rest.
            Err(error) => Self::new(name, vec![error.fault()], String::new),
        }
    }
}

/// The name of the only check whose faults `--repair` can fix.
const RECORDS: &str = "records";

/// Repairs first if asked, then runs all checks and prints their results.
pub(super) fn run(args: &DoctorArgs, env: &mut Env<'_>) -> CommandResult {
    let directories = env.paths()?;
    // A store that cannot be opened can still be repaired.
    let file_repair = if args.repair { repair_file(&directories, env)? } else { None };
    let is_changing = args.repair || args.accept;
    let mut service = if is_changing { env.open_service_silently()? } else { env.open_service_to_read_silently()? };
    // Before the checks, so that they show what is still wrong.
    let Repairs { lines: repairs, has_loss } = match (args.repair, args.accept) {
        (true, _) => repair(&mut service, file_repair.as_ref())?,
        (_, true) => accept(&mut service)?,
        _ => Repairs::default(),
    };
    let checks = run_checks(&service, env);
    let all_passed = checks.iter().all(|check| check.ok);
    let paths = [
        ("data", display_path(directories.data_dir())),
        ("config", display_path(directories.config_dir())),
        ("state", display_path(directories.state_dir())),
        ("banks", display_path(&directories.banks_dir())),
        ("certificates", display_path(&directories.certificates_dir())),
        ("key", display_path(&directories.computer_key_file())),
    ];
    if env.global.json {
        let paths: serde_json::Map<_, _> =
            paths.into_iter().map(|(name, path)| (name.to_owned(), json!(path))).collect();
        let store = display_path(&directories.store_file());
        env.print_json(&json!({ "paths": paths, "store": store, "repairs": repairs, "checks": checks }))?;
    } else {
        for (name, path) in paths {
            env.print_line(&format!("{name:<13} {path}"))?;
        }
        env.print_line(&format!("{:<13} {}", "store", display_path(&directories.store_file())))?;
        env.print_line("")?;
        for repair in repairs {
            env.print_line(&repair)?;
        }
        for check in &checks {
            print_check(check, env)?;
        }
        if checks.iter().any(|check| check.name == RECORDS && !check.ok) && !args.repair {
            env.print_line("Run `needlewise doctor --repair` to recompute the rows from the facts")?;
        }
    }
    Ok(if all_passed && !has_loss { error::EXIT_SUCCESS } else { error::EXIT_NEGATIVE })
}

fn print_check(check: &Check, env: &mut Env<'_>) -> CommandResult {
    let status = if check.ok { "ok    " } else { "DAMAGE" };
    env.print_line(&format!("{status}  {}: {}", check.name, text::single_line(&check.message)))?;
    for fault in &check.faults {
        env.print_line(&format!("        {}", text::single_line(fault)))?;
    }
    Ok(error::EXIT_SUCCESS)
}

/// What a repair did.
#[derive(Debug, Default)]
struct Repairs {
    lines: Vec<String>,
    /// Facts are lost, and no repair can recover them.
    has_loss: bool,
}

/// Repairs the file of the store, if it is damaged or lacks facts that can be found again.
fn repair_file(paths: &Paths, env: &Env<'_>) -> Result<Option<FileRepair>, Failure> {
    if !paths.data_dir().is_dir() {
        return Ok(None);
    }
    let repaired = backups::repair_file(paths, &env.store_options(paths));
    repaired.map_err(|error| match error {
        ServiceError::Store(StoreError::Busy) => Failure {
            code: error::EXIT_STORE,
            message: "Nothing was repaired, because needlewise is open. Close it everywhere, then try again."
                .to_owned(),
        },
        ServiceError::Store(error) => Failure::store_at(&paths.store_file(), &error),
        error => error.into(),
    })
}

/// Recomputes rows and writes missing files, and returns what it did.
fn repair(service: &mut Services, file_repair: Option<&FileRepair>) -> Result<Repairs, Failure> {
    let mut repairs = Vec::new();
    if let Some(FileRepair { recovered_facts, folder }) = file_repair {
        let count = usize::try_from(*recovered_facts).unwrap_or(usize::MAX);
        repairs.push(format!("Rebuilt the store. Recovered {} that it lacked", text::count_with_noun(count, "record")));
        repairs.push(format!("The files from before the repair are in {}", display_path(folder)));
    }
    // Rows depend on the content of questions, so it comes first.
    match service.health_mut().restore_missing_content() {
        Ok(0) => {}
        Ok(count) => {
            repairs
                .push(format!("Stored {} again from the banks in use", text::count_with_noun(count, "missing text")));
        }
        // Without its identity, the store takes nothing. The rebuild below restores that.
        Err(_) => {}
    }
    let shortened = service.health_mut().settle_recovered_losses(file_repair)?;
    let differences = service.health().row_differences()?;
    let has_loss = differences.iter().any(RowDifference::is_loss) || !shortened.is_empty();
    repairs.extend(shortened);
    // The rebuild also restores a missing identity of the store.
    if !differences.is_empty() || service.health().identity().is_err() {
        let copy = service.health_mut().rebuild_rows()?;
        let rows = text::count_with_noun(differences.len(), "row");
        repairs.push(format!("Recomputed {rows} from the facts:"));
        // A row that is ahead of its chain is the only trace of a lost fact, so each difference is printed.
        repairs.extend(differences.iter().map(|difference| format!("  {difference}")));
        if has_loss {
            repairs
                .push("Facts are lost, and no repair can recover them. If you have a backup, restore it.".to_owned());
        }
        repairs.extend(
            copy.map(|path| format!("A copy of the store from before the repair is in {}", display_path(&path))),
        );
    }
    match service.health_mut().write_missing_certificate_files() {
        Ok(0) => {}
        Ok(count) => repairs.push(format!("Wrote {}", text::count_with_noun(count, "missing certificate file"))),
        // The cause appears again in the checks that follow, or it is the disk. Either way they still run.
        Err(error) => repairs.push(error.to_string()),
    }
    if repairs.is_empty() {
        repairs.push("Nothing to repair".to_owned());
    }
    Ok(Repairs { lines: repairs, has_loss })
}

/// Accepts the losses that were noticed, and returns what it did.
fn accept(service: &mut Services) -> Result<Repairs, Failure> {
    let line = match service.health_mut().accept_losses()? {
        0 => "Nothing to accept".to_owned(),
        1 => "Accepted the loss".to_owned(),
        count => format!("Accepted {count} losses"),
    };
    Ok(Repairs { lines: vec![line], has_loss: false })
}

fn run_checks(service: &Services, env: &Env<'_>) -> Vec<Check> {
    let health = service.health();
    let engine_faults = health.check_engine().unwrap_or_else(|error| vec![error.fault()]);
    vec![
        Check::new("store", engine_faults, || "the database structure is intact".to_owned()),
        check_history(service),
        Check::from_outcome("chains", health.check_chains(), |count| {
            format!("{} verified, each fact links to the one before", text::count_with_noun(count, "chain"))
        }),
        check_records(service),
        Check::from_outcome("attempts", health.check_marking(), |count| {
            format!("{} marked again, with the same results", text::count_with_noun(count, "attempt"))
        }),
        check_certificates(service),
        check_banks(service),
        surroundings::check_keys(service, env),
        surroundings::check_backups(service),
        surroundings::check_space(service),
    ]
}

/// Lists the losses that are not settled, and the traces of a store that was lost.
fn check_history(service: &Services) -> Check {
    let health = service.health();
    let mut faults: Vec<String> = health.losses().iter().map(ToString::to_string).collect();
    for folder in health.certificate_folders_without_person().unwrap_or_default() {
        let folder = display_path(&folder);
        faults.push(format!(
            "{folder} has certificates of a person who is not in the store. If the store was lost, go back to a backup \
             with `needlewise restore`. If not, move the folder away."
        ));
    }
    Check::new("history", faults, || "nothing that was stored is missing".to_owned())
}

/// Compares every row of every table with the facts.
fn check_records(service: &Services) -> Check {
    let differences = service.health().row_differences().map(|differences| CheckOutcome {
        checked_count: PROJECTIONS.len(),
        faults: differences.iter().map(ToString::to_string).collect(),
    });
    Check::from_outcome(RECORDS, differences, |count| {
        format!("every row of {} matches the facts", text::count_with_noun(count, "table"))
    })
}

fn check_certificates(service: &Services) -> Check {
    let health = service.health();
    let missing = health.missing_certificate_files().map(|missing| missing.len());
    let outcome = missing.and_then(|missing_count| Ok((health.check_certificates()?, missing_count)));
    let (outcome, missing_count) = match outcome {
        Ok((outcome, missing_count)) => (Ok(outcome), missing_count),
        Err(error) => (Err(error), 0),
    };
    Check::from_outcome("certificates", outcome, |count| {
        // A missing file is no damage, since it can be written again from the store.
        let files = match missing_count {
            0 => "each with its file".to_owned(),
            count => {
                format!("{} missing; `needlewise doctor --repair` writes them", text::count_with_noun(count, "file"))
            }
        };
        format!("{} verified, {files}", text::count_with_noun(count, "certificate"))
    })
}

fn check_banks(service: &Services) -> Check {
    let problem_count = service.catalog().problems().len();
    let faults = match problem_count {
        0 => Vec::new(),
        n => vec![format!("{} in banks or exams; run `needlewise bank check`", text::count_with_noun(n, "problem"))],
    };
    Check::new("banks", faults, || {
        format!(
            "{} and {} in use",
            text::count_with_noun(service.catalog().banks().count(), "bank"),
            text::count_with_noun(service.catalog().exams().count(), "exam")
        )
    })
}
