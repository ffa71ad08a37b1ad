use crate::bank::coverage::{Coverage, CoveredObjective, CoveredStatement, Tally};
use crate::cli::error::{EXIT_NEGATIVE, EXIT_SUCCESS, Failure};
use crate::cli::{CommandResult, Env, table};
use crate::text;

/// Show which objectives and syllabus statements the banks in use cover
///
/// For each one it counts the ready questions, the critical questions, the kinds and the levels. A core statement needs
/// two questions, a minor statement one, and a safety item three. Exit code 1 means that a statement has too few. To
/// use your own syllabus, put a file with "statements" into a folder of banks.
#[derive(Debug, clap::Args)]
pub struct CoverageArgs {}

/// Prints the coverage of objectives and statements, then the statements with too few questions.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let catalog = env.catalog()?;
    let syllabus = catalog.syllabus().ok_or_else(|| {
        Failure::negative("There is no syllabus. Put a file with \"statements\" into a folder of banks.")
    })?;
    let coverage = Coverage::from_banks(catalog.banks().map(|bank| &**bank.value), &syllabus);
    let unmet_count = coverage.gaps().count();
    let code = if unmet_count == 0 { EXIT_SUCCESS } else { EXIT_NEGATIVE };
    if env.global.json {
        env.print_json(&coverage)?;
        return Ok(code);
    }
    let row = |covered: &CoveredObjective| {
        let mut row = vec![covered.bank.to_string(), covered.objective.to_string()];
        row.extend(tally_cells(&covered.tally));
        row
    };
    let rows: Vec<_> = coverage.objectives.iter().map(row).collect();
    env.print_line(&table::render(&["Bank", "Objective", "Questions", "Critical", "Kinds", "Levels"], &rows))?;
    env.print_line("")?;
    let row = |covered: &CoveredStatement| {
        let mut row = vec![covered.statement.id.clone(), covered.wanted.to_string()];
        row.extend(tally_cells(&covered.tally));
        row
    };
    let rows: Vec<_> = coverage.statements.iter().map(row).collect();
    env.print_line(&table::render(&["Statement", "Needed", "Questions", "Critical", "Kinds", "Levels"], &rows))?;
    env.print_line("")?;
    for covered in coverage.gaps() {
        let (statement_id, question_count) = (&covered.statement.id, covered.tally.questions);
        let excerpt = text::truncate(&covered.statement.statement, 100).into_owned();
        env.print_line(&text::single_line(&format!(
            "{statement_id} needs {} and has {question_count}: {excerpt}",
            text::count_with_noun(covered.wanted, "question")
        )))?;
    }
    let statement_count = text::count_with_noun(coverage.statements.len(), "statement");
    env.print_line(&format!(
        "{statement_count} in \"{}\", {unmet_count} with too few questions",
        text::single_line(&syllabus.title)
    ))?;
    Ok(code)
}

fn tally_cells(tally: &Tally) -> [String; 4] {
    let list = |counts: &std::collections::BTreeMap<&str, usize>| {
        counts.iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
    };
    [tally.questions.to_string(), tally.critical.to_string(), list(&tally.kinds), list(&tally.levels)]
}
