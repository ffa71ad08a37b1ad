use crate::bank::coverage::{Coverage, CoveredObjective, CoveredStatement, Tally};
use crate::cli::error::{DONE, Failure, NO};
use crate::cli::{CommandResult, Env, table};
use crate::text;

/// Say what the banks in use cover, and what they leave out
///
/// Objectives and the statements of the syllabus, by number of ready questions, kinds, levels and critical ones. A core
/// statement wants two questions, a minor one one, a safety item three. Exit code 1 means that some want more. A
/// syllabus of your own is a file with "statements" in a folder of banks.
#[derive(Debug, clap::Args)]
pub struct CoverageArgs {}

/// Prints what is covered, then what is not.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let catalog = env.catalog()?;
    let syllabus = catalog.syllabus().ok_or_else(|| Failure::no("There is no syllabus."))?;
    let coverage = Coverage::from_banks(catalog.banks().map(|bank| &**bank.value), &syllabus);
    let unmet = coverage.gaps().count();
    let code = if unmet == 0 { DONE } else { NO };
    if env.global.json {
        env.say_json(&coverage)?;
        return Ok(code);
    }
    let row = |covered: &CoveredObjective| {
        let mut row = vec![covered.bank.to_string(), covered.objective.to_string()];
        row.extend(cells(&covered.tally));
        row
    };
    let rows: Vec<_> = coverage.objectives.iter().map(row).collect();
    env.say(&table::table(&["Bank", "Objective", "Questions", "Critical", "Kinds", "Levels"], &rows))?;
    env.say("")?;
    let row = |covered: &CoveredStatement| {
        let mut row = vec![covered.statement.id.clone(), covered.wanted.to_string()];
        row.extend(cells(&covered.tally));
        row
    };
    let rows: Vec<_> = coverage.statements.iter().map(row).collect();
    env.say(&table::table(&["Statement", "Wanted", "Questions", "Critical", "Kinds", "Levels"], &rows))?;
    env.say("")?;
    for covered in coverage.gaps() {
        let (id, has) = (&covered.statement.id, covered.tally.questions);
        let said = text::truncate(&covered.statement.statement, 100).into_owned();
        env.say(&text::single_line(&format!("{id} has {has} of {} questions: {said}", covered.wanted)))?;
    }
    let all = text::count_with_noun(coverage.statements.len(), "statement");
    env.say(&format!("{all} in \"{}\", {unmet} with too few questions.", text::single_line(&syllabus.title)))?;
    Ok(code)
}

fn cells(tally: &Tally) -> [String; 4] {
    let list = |counts: &std::collections::BTreeMap<&str, usize>| {
        counts.iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
    };
    [tally.questions.to_string(), tally.critical.to_string(), list(&tally.kinds), list(&tally.levels)]
}
