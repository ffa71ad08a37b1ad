use serde::Serialize;
use serde_json::json;

use super::error::{self, display_path};
use super::{CommandResult, Env};
use crate::attempt::chain;
use crate::credential::{TrustList, Verdict};
use crate::service::Service;
use crate::store::StoreError;
use crate::text;

/// Say where everything lives, and look for damage
///
/// Every chain of facts is checked, every record held to its facts, every certificate verified. Exit code 1 means
/// damage.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {}

/// One look at one thing.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    message: String,
}

impl Check {
    fn new(name: &'static str, result: Result<String, String>) -> Self {
        let ok = result.is_ok();
        Self { name, ok, message: result.unwrap_or_else(|reason| reason) }
    }
}

/// Looks at everything and reports.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let directories = env.paths()?;
    let service = env.open_service()?;
    let checks = run_checks(&service);
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
        env.print_json(&json!({ "paths": paths, "store": display_path(&directories.store_file()), "checks": checks }))?;
    } else {
        for (name, path) in paths {
            env.print_line(&format!("{name:<13} {path}"))?;
        }
        env.print_line(&format!("{:<13} {}", "store", display_path(&directories.store_file())))?;
        env.print_line("")?;
        for check in &checks {
            let status = if check.ok { "ok    " } else { "DAMAGE" };
            env.print_line(&format!("{status}  {}: {}", check.name, text::single_line(&check.message)))?;
        }
    }
    Ok(if all_passed { error::EXIT_SUCCESS } else { error::EXIT_NEGATIVE })
}

fn run_checks(service: &Service) -> Vec<Check> {
    let to_message = |error: StoreError| error.to_string();
    vec![
        Check::new(
            "store",
            service.store.check_integrity().map(|()| "its structures are sound".to_owned()).map_err(to_message),
        ),
        Check::new("chains", check_chains(service)),
        Check::new("records", check_records(service)),
        Check::new("certificates", check_certificates(service)),
        Check::new("banks", check_banks(service)),
    ]
}

fn check_chains(service: &Service) -> Result<String, String> {
    let streams = service.store.stream_ids().map_err(|error| error.to_string())?;
    let mut broken = Vec::new();
    for stream in &streams {
        let facts = service.store.stream(*stream).map_err(|error| error.to_string())?;
        broken.extend(chain::verify_chain(*stream, &facts).err().map(|broken| broken.to_string()));
    }
    match broken.first() {
        None => Ok(format!(
            "{} checked, each fact follows from the one before",
            text::count_with_noun(streams.len(), "chain")
        )),
        Some(first) => Err(format!("{} broken: {first}", text::count_with_noun(broken.len(), "chain"))),
    }
}

/// Recomputes every attempt row from its facts, scores the attempts again, verifies signatures, and reads the progress
/// of all people.
fn check_records(service: &Service) -> Result<String, String> {
    let rows = service
        .store
        .attempts(&crate::projections::attempts::AttemptQuery::default())
        .map_err(|error| error.to_string())?;
    for row in &rows {
        let active_attempt = service.load_attempt(row.id, false).map_err(|error| error.to_string())?;
        if active_attempt.row != *row {
            return Err(format!("the record of attempt {} does not say what its facts say", row.id));
        }
        if let Some(finished) = active_attempt.session.finished()
            && finished.outcome != active_attempt.session.outcome()
        {
            return Err(format!("attempt {} marked again comes to another outcome", row.id));
        }
    }
    let certificates = service.store.certificates(None).map_err(|error| error.to_string())?;
    service.verify_signatures(&certificates.iter().collect::<Vec<_>>(), &|| {}).map_err(|error| error.to_string())?;
    for row in service.store.people().map_err(|error| error.to_string())? {
        service.store.question_progress(row.id).map_err(|error| error.to_string())?;
    }
    Ok(format!("{} held to the facts and marked again", text::count_with_noun(rows.len(), "attempt")))
}

fn check_certificates(service: &Service) -> Result<String, String> {
    let now = service.trust.latest_known_time(service.clock.now().wall);
    let stored = service.stored_certificates(None).map_err(|error| error.to_string())?;
    // With an empty trust list, only form and signature count, not whether the issuer is trusted here.
    let first_invalid =
        stored.iter().find(|stored| stored.verify(&TrustList::default(), now).verdict == Verdict::Invalid);
    match first_invalid {
        None => Ok(format!("{} verified, each with its file", text::count_with_noun(stored.len(), "certificate"))),
        Some(stored) => Err(format!("certificate {} does not verify", stored.certificate_id)),
    }
}

fn check_banks(service: &Service) -> Result<String, String> {
    let problem_count = service.catalog.problems().len();
    match problem_count {
        0 => Ok(format!(
            "{} and {} in use",
            text::count_with_noun(service.catalog.banks().count(), "bank"),
            text::count_with_noun(service.catalog.exams().count(), "exam")
        )),
        n => Err(format!("{} in banks or exams; see `needlewise bank check`", text::count_with_noun(n, "problem"))),
    }
}
