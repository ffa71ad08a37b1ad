//! The `needlewise study` commands: today's session, and plans.

use clap::Subcommand;

use super::error::{self, Failure};
use super::{CommandResult, Env};
use crate::attempt::Mode;
use crate::attempt::person::{PlanChange, StudyChanged};
use crate::cli::launch::{self, PlainArgs};
use crate::clock::Day;
use crate::ids::ExamId;
use crate::service::ServiceError;
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
#[derive(Debug, clap::Args)]
struct StudyPlanArgs {
    /// Exam ID from `needlewise bank list`
    #[arg(value_name = "EXAM")]
    exam: String,
    /// Day of the exam, such as 2027-01-15
    #[arg(value_name = "DATE", required_unless_present = "clear", conflicts_with = "clear")]
    day: Option<Day>,
    /// Remove the plan for this exam
    #[arg(long)]
    clear: bool,
}

/// Runs a `study` command.
pub(super) fn run(args: &StudyArgs, env: &mut Env<'_>) -> CommandResult {
    match &args.command {
        Some(StudyCommand::Plan(plan)) => set_plan(plan, env),
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
    if let Some(open_exam) = service.attempts().open_attempt(trainee.id, Mode::Exam)? {
        return Err(ServiceError::ExamOpen(open_exam.id).into());
    }
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

/// Sets or removes a plan.
fn set_plan(args: &StudyPlanArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = env.open_service()?;
    let trainee = env.find_trainee(&service)?;
    let to_failure = |miss| Failure::catalog_miss("exam", &text::single_line(&args.exam), miss);
    let exam_id: ExamId = args.exam.parse().map_err(|_| to_failure(crate::bank::catalog::CatalogMiss::Unknown))?;
    if !args.clear {
        service.catalog().exam(&exam_id).map_err(to_failure)?;
    }
    if let Some(day) = args.day.filter(|day| *day < service.study().today()) {
        let day = day.format_for_people();
        return Err(Failure::usage(format!("{day} is in the past. Choose the day of the exam, today or later.")));
    }
    let plan = Some(PlanChange { exam: exam_id.clone(), day: args.day });
    service.study_mut().change_settings(&trainee, [StudyChanged { plan, ..StudyChanged::default() }])?;
    match args.day {
        Some(day) => env.print_line(&format!("Plan: {exam_id} on {}", day.format_for_people())),
        None => env.print_line(&format!("No plan for {exam_id}")),
    }
}
