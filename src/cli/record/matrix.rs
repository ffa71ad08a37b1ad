use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde_json::json;

use crate::cli::error::Failure;
use crate::cli::progress::ProgressBar;
use crate::cli::{CommandResult, Env, table};
use crate::credential::Assurance;
use crate::ids::ExamId;
use crate::projections::matrix::{Matrix, MatrixOrder, MatrixQuery};
use crate::projections::status::{CertificationStatus, MatrixCell};
use crate::text;

impl ValueEnum for CertificationStatus {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Assurance {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// Show who stands where: a row a person, a column an exam
///
/// Only certificates count that verify as valid under this machine's trust; self-test records never do.
#[derive(Debug, clap::Args)]
pub struct MatrixArgs {
    /// Only people whose name, staff number or license holds this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    search: String,
    /// Only this exam
    #[arg(long, value_name = "EXAM")]
    exam: Option<String>,
    /// Only people who stand so for an exam
    #[arg(long, value_name = "STANDING")]
    standing: Option<CertificationStatus>,
    /// Only people whose certificate has this assurance
    #[arg(long, value_name = "ASSURANCE")]
    assurance: Option<Assurance>,
    /// Only people whose certificate ends within so many days
    #[arg(long, value_name = "DAYS")]
    expiring: Option<i64>,
    /// Show who ends first first, in place of going by name
    #[arg(long)]
    by_end: bool,
}

/// Shows the people asked for, after verifying what their standing rests on.
pub(super) fn run(args: &MatrixArgs, env: &mut Env<'_>) -> CommandResult {
    let desk = env.desk()?;
    let roll = desk.matrix()?;
    let exam = match &args.exam {
        Some(exam) => Some(known(&roll, exam)?),
        None => None,
    };
    let query = MatrixQuery {
        search_text: args.search.clone(),
        exam: exam.clone(),
        status: args.standing,
        assurance: args.assurance,
        expiring_within_days: args.expiring,
        order: if args.by_end { MatrixOrder::Expiry } else { MatrixOrder::Name },
    };
    let now = desk.trust.latest_known_time(desk.clock.now().wall);
    let chosen = roll.select_rows(&query, now);
    let shown: Vec<_> =
        (0..roll.exams.len()).filter(|at| exam.as_ref().is_none_or(|id| roll.exams[*at].0 == *id)).collect();
    let cells = || chosen.iter().flat_map(|row| shown.iter().map(|at| &roll.rows[*row].cells[*at]));
    let rests_on: Vec<_> = cells().filter_map(|cell| cell.certificate_row.as_ref()).collect();
    let progress = ProgressBar::new(env, rests_on.len(), "verified");
    desk.verify_signatures(&rests_on, &|| progress.step())?;
    drop(progress);
    if env.global.json {
        let standing = |row: usize, at: &usize| {
            let cell = &roll.rows[row].cells[*at];
            json!({
                "exam": roll.exams[*at].0, "standing": cell.status, "assurance": cell.assurance(),
                "valid_until": cell.valid_until().map(|until| until.to_string()), "certificate": cell.certificate_id(),
            })
        };
        let row = |row: &usize| {
            let person = &roll.rows[*row].person;
            let standings: Vec<_> = shown.iter().map(|at| standing(*row, at)).collect();
            json!({ "trainee": { "id": person.id, "name": person.person.name }, "standings": standings })
        };
        return env.say_json(&chosen.iter().map(row).collect::<Vec<_>>());
    }
    if chosen.is_empty() {
        return env.say(
            "Nobody is to be shown. Add people with `needlewise trainee add`, certificates with `certificate import`.",
        );
    }
    let heading: Vec<_> =
        ["Name", "Staff no."].into_iter().chain(shown.iter().map(|at| roll.exams[*at].0.as_str())).collect();
    let row = |row: &usize| {
        let row = &roll.rows[*row];
        let person = &row.person.person;
        let start = [person.name.clone(), person.staff_id.clone().unwrap_or_default()];
        start.into_iter().chain(shown.iter().map(|at| words(&row.cells[*at]))).collect()
    };
    env.say(&table::table(&heading, &chosen.iter().map(row).collect::<Vec<_>>()))?;
    env.say(&format!(
        "\n{} of {}.",
        text::count_with_noun(chosen.len(), "person").replace("persons", "people"),
        roll.rows.len()
    ))
}

fn known(roll: &Matrix, exam: &str) -> Result<ExamId, Failure> {
    let found = roll.exams.iter().find(|(id, _)| id.as_str() == exam).map(|(id, _)| id.clone());
    let ids: Vec<_> = roll.exams.iter().map(|(id, _)| id.to_string()).collect();
    found.ok_or_else(|| {
        Failure::usage(format!("There is no exam \"{}\". These are: {}.", text::single_line(exam), ids.join(", ")))
    })
}

/// Returns a cell in words: standing, assurance, day.
fn words(cell: &MatrixCell) -> String {
    match (&cell.certificate_row, cell.rejected_verdict) {
        (Some(by), _) => format!("{}, {}, until {}", cell.status, by.assurance.name(), by.valid_until.day()),
        (None, Some(verdict)) => format!("{} (one is held: {verdict})", cell.status),
        (None, None) => cell.status.to_string(),
    }
}
