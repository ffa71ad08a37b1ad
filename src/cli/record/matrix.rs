use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde_json::{Value, json};

use crate::cli::error::Failure;
use crate::cli::progress_bar::ProgressBar;
use crate::cli::{CommandResult, Env, table};
use crate::clock::Timestamp;
use crate::credential::Assurance;
use crate::ids::ExamId;
use crate::projections::matrix::{Matrix, MatrixOrder, MatrixQuery};
use crate::projections::status::{CertificationStatus, StatusReason};
use crate::service::Services;
use crate::service::records::ArchivedPeople;
use crate::text;
use crate::view::status::status_line;

impl ValueEnum for CertificationStatus {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = PossibleValue::new(self.name());
        // The name in earlier versions.
        Some(if *self == Self::NotTaken { value.alias("not-done") } else { value })
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

/// Show the compliance matrix: one row per person, one column per exam
///
/// A certificate counts only if it is valid and this computer trusts its issuer. Self-test records never count.
#[derive(Debug, clap::Args)]
pub struct MatrixArgs {
    /// Only people whose name, staff number or license contains this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    search: String,
    /// Only this exam
    #[arg(long, value_name = "EXAM")]
    exam: Option<String>,
    /// Only people with this certification status for the exam of --exam
    #[arg(long, value_name = "STATUS", requires = "exam")]
    standing: Option<CertificationStatus>,
    /// Only people whose certificate has this assurance
    #[arg(long, value_name = "ASSURANCE")]
    assurance: Option<Assurance>,
    /// Only people whose certificate expires in the next DAYS days, or expired in the last DAYS days
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(0..=3650))]
    expiring: Option<i64>,
    /// Also people who were archived
    #[arg(long)]
    archived: bool,
    /// Sort by expiry date instead of name
    #[arg(long)]
    by_end: bool,
}

/// Verifies the certificates behind the selected rows, then shows the rows.
pub(super) fn run(args: &MatrixArgs, env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let matrix =
        service.records().matrix(if args.archived { ArchivedPeople::Shown } else { ArchivedPeople::Hidden })?;
    let exam = match &args.exam {
        Some(exam) => Some(find_exam_id(&matrix, exam)?),
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
    // A revocation list can be newer than the system date, which shows that the clock was set back.
    let now = service.trust()?.latest_known_time(service.now().wall);
    let row_indexes = matrix.select_rows(&query, now);
    let exam_indexes: Vec<_> = (0..matrix.exams.len())
        .filter(|exam_index| exam.as_ref().is_none_or(|id| matrix.exams[*exam_index].0 == *id))
        .collect();
    let cells = || {
        row_indexes.iter().flat_map(|row| exam_indexes.iter().map(|exam_index| &matrix.rows[*row].cells[*exam_index]))
    };
    let certificate_rows: Vec<_> = cells().filter_map(|cell| cell.certificate_row.as_ref()).collect();
    // Only the rows shown are verified, because each verification takes milliseconds.
    let progress = ProgressBar::new(env, certificate_rows.len(), "verified");
    service.certificates().verify_signatures(&certificate_rows, &|| progress.step())?;
    drop(progress);
    env.report_aging_lists(&service)?;
    if env.global.json {
        return env.print_json(&matrix_json(&matrix, &row_indexes, &exam_indexes, now));
    }
    if row_indexes.is_empty() {
        return env.print_line(no_rows_text(&matrix, &service)?);
    }
    let heading: Vec<_> = ["Name", "Staff no."]
        .into_iter()
        .chain(exam_indexes.iter().map(|exam_index| matrix.exams[*exam_index].0.as_str()))
        .collect();
    let row = |row: &usize| {
        let row = &matrix.rows[*row];
        let person = &row.person.person;
        let first_cells = [person.name.clone(), person.staff_id.clone().unwrap_or_default()];
        first_cells
            .into_iter()
            .chain(exam_indexes.iter().map(|exam_index| status_line(&row.cells[*exam_index], &person.name, now)))
            .collect()
    };
    env.print_line(&table::render(&heading, &row_indexes.iter().map(row).collect::<Vec<_>>()))?;
    env.print_line(&format!(
        "\n{} shown, {} in total",
        text::count_with_noun(row_indexes.len(), "person").replace("persons", "people"),
        matrix.rows.len()
    ))
}

/// Returns why there is no row.
fn no_rows_text(matrix: &Matrix, service: &Services) -> Result<&'static str, Failure> {
    Ok(if !matrix.rows.is_empty() {
        "No one matches. Change the search or the filters."
    } else if service.people().archived()?.is_empty() {
        "No people yet. Add people with `needlewise trainee add NAME` or `needlewise certificate import FILE`."
    } else {
        "All people here are archived. Show them with --archived."
    })
}

fn matrix_json(matrix: &Matrix, row_indexes: &[usize], exam_indexes: &[usize], now: Timestamp) -> Vec<Value> {
    let cell_json = |row: usize, exam_index: &usize| {
        let cell = &matrix.rows[row].cells[*exam_index];
        json!({
            "exam": matrix.exams[*exam_index].0, "standing": cell.status, "assurance": cell.assurance(),
            "valid_until": cell.valid_until().map(|until| until.to_string()), "certificate": cell.certificate_id(),
            "why": cell.why.map(StatusReason::name), "days_left": cell.days_left(now),
            "name_on_certificate": cell.certificate_row.as_ref().map(|row| &row.holder_name),
            "hidden_expiry": cell.hidden_expiry.map(|until| until.to_string()),
        })
    };
    let row_json = |row: &usize| {
        let person = &matrix.rows[*row].person;
        let statuses: Vec<_> = exam_indexes.iter().map(|exam_index| cell_json(*row, exam_index)).collect();
        json!({ "trainee": { "id": person.id, "name": person.person.name }, "standings": statuses })
    };
    row_indexes.iter().map(row_json).collect()
}

fn find_exam_id(matrix: &Matrix, exam: &str) -> Result<ExamId, Failure> {
    let exam_id = matrix.exams.iter().find(|(id, _)| id.as_str() == exam).map(|(id, _)| id.clone());
    let exam_ids: Vec<_> = matrix.exams.iter().map(|(id, _)| id.to_string()).collect();
    exam_id.ok_or_else(|| {
        Failure::usage(format!(
            "There is no exam \"{}\". Choose one of these: {}.",
            text::single_line(exam),
            exam_ids.join(", ")
        ))
    })
}
