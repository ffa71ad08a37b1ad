//! The `needlewise study` commands: today's session, and plans.

use clap::Subcommand;
use serde_json::json;

use super::error::{self, Failure};
use super::{CommandResult, Env};
use crate::attempt::person::{PlanChange, StudyChanged};
use crate::cli::launch::{self, PlainArgs};
use crate::clock::Day;
use crate::ids::ExamId;
use crate::study::optimize::{ANSWERS_NEEDED, WeightFit, fit_weights};
use crate::text;

/// Do today's session: what is due, then new questions
///
/// With a plan, the session asks what helps most until the exam. A session that is in progress is resumed.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct StudyArgs {
    #[command(subcommand)]
    command: Option<StudyCommand>,
    /// Minutes for this session, instead of the minutes a day in the settings
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=600))]
    minutes: Option<u32>,
    #[command(flatten)]
    plain: PlainArgs,
}

#[derive(Debug, Subcommand)]
enum StudyCommand {
    Plan(StudyPlanArgs),
    Optimize(StudyOptimizeArgs),
}

/// Fit the schedule to your own answers
///
/// It needs 1,000 answers on a later day than the question's first. Exit code 1 means that the default schedule stays.
#[derive(Debug, clap::Args)]
struct StudyOptimizeArgs {}

/// Plan to be ready for an exam on a day, or remove the plan
///
/// Without an exam, it lists the plans.
#[derive(Debug, clap::Args)]
struct StudyPlanArgs {
    /// Exam ID from `needlewise bank list`
    #[arg(value_name = "EXAM")]
    exam: Option<String>,
    /// Day of the exam, such as 2027-01-15
    #[arg(value_name = "DATE", conflicts_with = "clear")]
    day: Option<Day>,
    /// Remove the plan for this exam
    #[arg(long, requires = "exam")]
    clear: bool,
}

/// Runs a `study` command.
pub(super) fn run(args: &StudyArgs, env: &mut Env<'_>) -> CommandResult {
    match &args.command {
        Some(StudyCommand::Plan(StudyPlanArgs { exam: None, .. })) => list_plans(env),
        Some(StudyCommand::Plan(StudyPlanArgs { exam: Some(exam), day, clear })) => match (day, clear) {
            (Some(day), _) => set_plan(exam, PlanAction::Set(*day), env),
            (None, true) => set_plan(exam, PlanAction::Clear, env),
            (None, false) => Err(Failure::usage("Give the day of the exam, such as 2027-01-15, or --clear.")),
        },
        Some(StudyCommand::Optimize(_)) => optimize(env),
        None => run_session(args, env),
    }
}

/// Starts or resumes today's session, in plain mode or in full screen.
fn run_session(args: &StudyArgs, env: &mut Env<'_>) -> CommandResult {
    let mode = args.plain.choose_mode(env)?;
    let mut service = env.open_service()?;
    let trainee = env.find_or_add_trainee(&mut service)?;
    service.attempts_mut().end_timed_out(trainee.id)?;
    service.certificates_mut().complete(trainee.id)?;
    service.attempts().ensure_no_open_exam(trainee.id)?;
    let today = service.study().today();
    let open_session = service.attempts().open_attempts(trainee.id)?.into_iter();
    let open_session = open_session.filter(|row| row.session_day == Some(today)).map(|row| row.id).next();
    let active_attempt = match open_session {
        Some(attempt) => service.attempts().load(attempt)?,
        None => service.study_mut().begin_session(&trainee, args.minutes)?,
    };
    launch::run_attempt(mode, env, service, trainee, active_attempt)
}

/// Fits the weights of the schedule to the trainee's answers, and stores them if they predict better.
fn optimize(env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let trainee = env.find_trainee(&service)?;
    let record = service.study().record(&trainee)?;
    let fit = fit_weights(record.questions(), record.settings.retention());
    let fit =
        fit.map_err(|_| Failure::negative("The schedule cannot be fitted to your answers. Nothing has changed."))?;
    match fit {
        WeightFit::TooFewAnswers { answered } => Err(Failure::negative(format!(
            "Not enough answers yet: {answered} of {ANSWERS_NEEDED} on a later day than the question's first. Nothing has \
             changed."
        ))),
        WeightFit::DefaultFits => {
            env.print_line("Default weights fit you as well")?;
            Ok(error::EXIT_NEGATIVE)
        }
        WeightFit::Fitted(fitted) => {
            let answers = text::count_with_noun(fitted.answer_count, "answer");
            let change = StudyChanged { weights: Some(fitted), ..StudyChanged::default() };
            service.study_mut().change_settings(&trainee, [change])?;
            env.print_line(&format!("The schedule now fits your own memory, from {answers}"))
        }
    }
}

/// Prints the plans whose day has not passed, the nearest first. The first one rules.
fn list_plans(env: &mut Env<'_>) -> CommandResult {
    let service = env.open_service_to_read()?;
    let trainee = env.find_trainee(&service)?;
    let plans = trainee.person.study.plans(service.study().today());
    if env.global.json {
        let plan = |(exam, day): &(&ExamId, Day)| json!({ "exam": exam, "day": day });
        return env.print_json(&plans.iter().map(plan).collect::<Vec<_>>());
    }
    if plans.is_empty() {
        env.print_line("No plan. Set one with `needlewise study plan EXAM DATE`.")?;
    }
    for (exam, day) in plans {
        env.print_line(&format!("{exam}: {}", day.format_for_people()))?;
    }
    Ok(error::EXIT_SUCCESS)
}

/// What happens to the plan for an exam.
#[derive(Clone, Copy)]
enum PlanAction {
    Set(Day),
    Clear,
}

/// Sets or removes a plan.
fn set_plan(exam: &str, action: PlanAction, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let trainee = env.find_trainee(&service)?;
    let to_failure = |miss| Failure::catalog_miss("exam", &text::single_line(exam), miss);
    let exam_id: ExamId = exam.parse().map_err(|_| to_failure(crate::bank::catalog::CatalogMiss::Unknown))?;
    let (day, message) = match action {
        PlanAction::Clear => (None, format!("No plan for {exam_id}")),
        PlanAction::Set(day) => {
            service.catalog().exam(&exam_id).map_err(to_failure)?;
            let shown = day.format_for_people();
            if day < service.study().today() {
                let hint = "Choose the day of the exam, today or later.";
                return Err(Failure::usage(format!("{shown} is in the past. {hint}")));
            }
            (Some(day), format!("Plan: {exam_id} on {shown}"))
        }
    };
    let plan = Some(PlanChange { exam: exam_id, day });
    service.study_mut().change_settings(&trainee, [StudyChanged { plan, ..StudyChanged::default() }])?;
    env.print_line(&message)
}
