use serde::Serialize;
use serde_json::json;

use super::error::{self, shown};
use super::{CommandResult, Env};
use crate::attempt::chain;
use crate::credential::{TrustList, Verdict};
use crate::service::Service;
use crate::store::StoreError;
use crate::text;

/// Say where everything lives, and look for damage
///
/// Every chain of facts is checked, every record held to its facts, every certificate verified. Exit code 1 means damage.
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
        Self { name, ok, message: result.unwrap_or_else(|why| why) }
    }
}

/// Looks at everything and reports.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let place = env.place()?;
    let desk = env.desk()?;
    let checks = checks(&desk);
    let all = checks.iter().all(|check| check.ok);
    let paths = [
        ("data", shown(place.data_dir())),
        ("config", shown(place.config_dir())),
        ("state", shown(place.state_dir())),
        ("banks", shown(&place.banks_dir())),
        ("certificates", shown(&place.certificates_dir())),
        ("key", shown(&place.computer_key_file())),
    ];
    if env.global.json {
        let paths: serde_json::Map<_, _> =
            paths.into_iter().map(|(name, path)| (name.to_owned(), json!(path))).collect();
        env.say_json(&json!({ "paths": paths, "store": shown(&place.store_file()), "checks": checks }))?;
    } else {
        for (name, path) in paths {
            env.say(&format!("{name:<13} {path}"))?;
        }
        env.say(&format!("{:<13} {}", "store", shown(&place.store_file())))?;
        env.say("")?;
        for check in &checks {
            let word = if check.ok { "ok    " } else { "DAMAGE" };
            env.say(&format!("{word}  {}: {}", check.name, text::single_line(&check.message)))?;
        }
    }
    Ok(if all { error::DONE } else { error::NO })
}

fn checks(desk: &Service) -> Vec<Check> {
    let said = |error: StoreError| error.to_string();
    vec![
        Check::new("store", desk.store.check_integrity().map(|()| "its structures are sound".to_owned()).map_err(said)),
        Check::new("chains", chains(desk)),
        Check::new("records", records(desk)),
        Check::new("certificates", certificates(desk)),
        Check::new("banks", banks(desk)),
    ]
}

fn chains(desk: &Service) -> Result<String, String> {
    let streams = desk.store.stream_ids().map_err(|error| error.to_string())?;
    let mut broken = Vec::new();
    for stream in &streams {
        let rows = desk.store.stream(*stream).map_err(|error| error.to_string())?;
        broken.extend(chain::verify_chain(*stream, &rows).err().map(|broken| broken.to_string()));
    }
    match broken.first() {
        None => Ok(format!(
            "{} checked, each fact follows from the one before",
            text::count_with_noun(streams.len(), "chain")
        )),
        Some(first) => Err(format!("{} broken: {first}", text::count_with_noun(broken.len(), "chain"))),
    }
}

/// Holds what lists show to the facts.
fn records(desk: &Service) -> Result<String, String> {
    let rows = desk
        .store
        .attempts(&crate::projections::attempts::AttemptQuery::default())
        .map_err(|error| error.to_string())?;
    for row in &rows {
        let sitting = desk.load_attempt(row.id, false).map_err(|error| error.to_string())?;
        if sitting.row != *row {
            return Err(format!("the record of attempt {} does not say what its facts say", row.id));
        }
        if let Some(ended) = sitting.session.finished()
            && ended.outcome != sitting.session.outcome()
        {
            return Err(format!("attempt {} marked again comes to another outcome", row.id));
        }
    }
    let certificates = desk.store.certificates(None).map_err(|error| error.to_string())?;
    desk.verify_signatures(&certificates.iter().collect::<Vec<_>>(), &|| {}).map_err(|error| error.to_string())?;
    for row in desk.store.people().map_err(|error| error.to_string())? {
        desk.store.question_progress(row.id).map_err(|error| error.to_string())?;
    }
    Ok(format!("{} held to the facts and marked again", text::count_with_noun(rows.len(), "attempt")))
}

fn certificates(desk: &Service) -> Result<String, String> {
    let now = desk.trust.latest_known_time(desk.clock.now().wall);
    let held = desk.stored_certificates(None).map_err(|error| error.to_string())?;
    let invalid = held.iter().find(|held| held.verify(&TrustList::default(), now).verdict == Verdict::Invalid);
    match invalid {
        None => Ok(format!("{} verified, each with its file", text::count_with_noun(held.len(), "certificate"))),
        Some(held) => Err(format!("certificate {} does not verify", held.certificate_id)),
    }
}

fn banks(desk: &Service) -> Result<String, String> {
    let problems = desk.catalog.problems().len();
    match problems {
        0 => Ok(format!(
            "{} and {} in use",
            text::count_with_noun(desk.catalog.banks().count(), "bank"),
            text::count_with_noun(desk.catalog.exams().count(), "exam")
        )),
        n => Err(format!("{} in banks or exams; see `needlewise bank check`", text::count_with_noun(n, "problem"))),
    }
}
