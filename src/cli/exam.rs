use std::sync::Arc;

use super::error::{self, Failure};
use super::{CommandResult, Env};
use crate::attempt::Mode;
use crate::bank::catalog::{Catalog, CatalogMiss};
use crate::bank::exam::Exam;
use crate::cli::launch::{self, InterfaceMode, PlainArgs};
use crate::cli::passphrase::PassphraseArgs;
use crate::exam::eligibility::Eligibility;
use crate::ids::{AttemptId, ExamId};
use crate::projections::attempts::AttemptRow;
use crate::projections::people::PersonRow;
use crate::service::certificate_files::{write_credential, write_pictures};
use crate::service::{ActiveAttempt, ClockStepPolicy, ServiceError, Services};
use crate::text;
use crate::view::briefing::{BriefingView, attempt_use, summary_lines};

/// Take an exam
///
/// The paper is drawn and stored before its first question appears. Time runs from then on, even while the program is
/// closed. Exit code 0 means that the exam was passed, or that a mock exam ended. Exit code 1 means that it was not
/// passed, was suspended, or cannot start now.
#[derive(Debug, clap::Args)]
pub struct ExamArgs {
    /// Exam ID from `needlewise bank list`; optional if there is only one exam
    #[arg(value_name = "EXAM")]
    exam: Option<String>,
    /// Resume the exam in progress
    #[arg(long)]
    resume: bool,
    /// Take a mock exam: same kind of questions, time and scoring, but it uses no attempt and makes no certificate
    #[arg(long)]
    mock: bool,
    /// Take the exam under an invigilator, who unlocks the issuer's key at the start and at the end
    #[arg(long, requires = "identity", conflicts_with_all = ["mock", "resume"])]
    invigilated: bool,
    /// How the invigilator checked the trainee's identity, such as "passport" (recorded and signed)
    #[arg(long, value_name = "TEXT", requires = "invigilated")]
    identity: Option<String>,
    /// Start even though the clock was set back; the invigilator confirms the time (recorded and signed)
    #[arg(long, requires = "invigilated")]
    clock_checked: bool,
    /// Start without the question "Start now?" (plain mode)
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    unlock: PassphraseArgs,
    #[command(flatten)]
    plain: PlainArgs,
}

const TYPED_ONLY: &str = "In an invigilated exam, answers are typed. Use a terminal without piped input.";

/// Starts or resumes the exam, in plain mode or in full screen.
pub(super) fn run(args: &ExamArgs, env: &mut Env<'_>) -> CommandResult {
    let interface = args.plain.choose_mode(env)?;
    let mut service = env.open_service()?;
    let trainee = env.find_or_add_trainee(&mut service)?;
    let is_piped = !env.terminal.is_stdin_terminal;
    let (mode, what, option) = args.kind();
    // First settle what happened while the program was closed. An exam whose time ran out is no longer in progress.
    let timed_out = service.attempts_mut().end_timed_out(trainee.id)?;
    service.certificates_mut().complete(trainee.id)?;
    let open_attempt = service.attempts().open_attempt(trainee.id, mode)?;
    let active_attempt = match (open_attempt, args.resume) {
        (Some(open_attempt), true) => service.attempts().load(open_attempt.id)?,
        (None, true) => {
            if let Some(error) = timed_out.unreadable.into_iter().next() {
                return Err(error.into());
            }
            // An invigilated exam can be finished but still lack the invigilator's second signature.
            if let Ok(issuer) = env.issuer()
                && let Some(attempt_id) = service.issuing().find_unsigned_pass(trainee.id, &issuer)?
            {
                return sign_passed_exam(attempt_id, args, env);
            }
            return Err(Failure::negative(format!(
                "No {what} is in progress. Start one with `needlewise exam{option}`."
            )));
        }
        (Some(open_attempt), false) => return Err(in_progress(args, interface, &service, &trainee, &open_attempt)?),
        (None, false) => match begin_exam(args, interface, env, service, &trainee)? {
            ExamBeginning::Attempt(begun) => {
                let (begun_service, attempt) = *begun;
                service = begun_service;
                attempt
            }
            ExamBeginning::Ended(code) => return Ok(code),
        },
    };
    if !active_attempt.invigilated {
        return launch::run_attempt(interface, env, service, trainee, active_attempt);
    }
    if is_piped {
        return Err(Failure::usage(TYPED_ONLY));
    }
    if args.resume {
        // Unlocking the key shows that the invigilator is present. Nothing is signed yet, so the key is wiped at once.
        args.unlock.open_key(env, &env.issuer()?)?;
    }
    let attempt_id = active_attempt.row.id;
    match launch::run_attempt(interface, env, service, trainee, active_attempt)? {
        error::EXIT_SUCCESS => sign_passed_exam(attempt_id, args, env),
        code => Ok(code),
    }
}

/// How a new exam begins.
enum ExamBeginning {
    /// The attempt has started.
    Attempt(Box<(Services, ActiveAttempt)>),
    /// The interface opened the briefing and was left.
    Ended(u8),
}

/// Begins a new exam. In full screen, the briefing starts it. In plain mode, a question comes first.
fn begin_exam(
    args: &ExamArgs,
    interface: InterfaceMode,
    env: &mut Env<'_>,
    mut service: Services,
    trainee: &PersonRow,
) -> Result<ExamBeginning, Failure> {
    let exam = find_exam(service.catalog(), args.exam.as_deref())?;
    if args.invigilated && !env.terminal.is_stdin_terminal {
        return Err(Failure::usage(TYPED_ONLY));
    }
    let (mode, ..) = args.kind();
    let is_plain = interface == InterfaceMode::Plain;
    if is_plain && !args.yes && !confirm_start(mode, env, &service, trainee, &exam)? {
        return Err(Failure::negative("Not started. No attempt was used."));
    }
    let begun = match (&args.identity, mode) {
        (Some(identity), _) => begin_invigilated_exam(identity, args, env, &mut service, trainee, &exam)?,
        (None, Mode::Mock) => service.attempts_mut().begin_mock(trainee.id, &exam)?,
        (None, Mode::Exam | Mode::Practice) if !is_plain => {
            return brief(env, service, trainee.clone(), exam).map(ExamBeginning::Ended);
        }
        (None, Mode::Exam | Mode::Practice) => service.attempts_mut().begin_exam(trainee.id, &exam)?,
    };
    Ok(ExamBeginning::Attempt(Box::new((service, begun))))
}

impl ExamArgs {
    /// Returns the mode, its name for people, and the option that a printed command needs for it.
    fn kind(&self) -> (Mode, &'static str, &'static str) {
        if self.mock { (Mode::Mock, "mock exam", " --mock") } else { (Mode::Exam, "exam", "") }
    }
}

/// Returns the refusal to start an exam while another one is in progress, with the command that resumes that one.
fn in_progress(
    args: &ExamArgs,
    interface: InterfaceMode,
    service: &Services,
    trainee: &PersonRow,
    open_attempt: &AttemptRow,
) -> Result<Failure, ServiceError> {
    let (_, what, option) = args.kind();
    let plain = if interface == InterfaceMode::Plain { " --plain" } else { "" };
    let trainee_option = service.people().trainee_option(trainee)?;
    Ok(Failure::negative(format!(
        "The {what} \"{}\" is still in progress, started {}. Resume it with `needlewise exam{option} \
         --resume{plain}{trainee_option}`.",
        exam_title(service.catalog(), open_attempt.exam.as_ref()),
        open_attempt.started_at.format_for_people(service.zone())
    )))
}

/// Returns the title of an exam, or its ID if its file is missing now.
fn exam_title(catalog: &Catalog, exam: Option<&ExamId>) -> String {
    let Some(id) = exam else { return String::new() };
    catalog.exam(id).map_or_else(|_| id.to_string(), |entry| text::single_line(&entry.value.title))
}

/// Opens the briefing, where the trainee starts the exam. An exam that cannot start now is refused at once.
// Without a briefing, the command would use an attempt and start the clock without a word.
fn brief(env: &mut Env<'_>, service: Services, trainee: PersonRow, exam: Arc<Exam>) -> CommandResult {
    match service.attempts().eligibility(trainee.id, &exam)? {
        Eligibility::Now { .. } => launch::run_briefing(env, service, trainee, exam),
        eligibility => Err(ServiceError::Ineligible(eligibility, service.zone().clone()).into()),
    }
}

/// Prints what the exam asks for, and asks whether to start it. The end of the input means no. An exam that cannot start
/// now is refused without a question.
fn confirm_start(
    mode: Mode,
    env: &mut Env<'_>,
    service: &Services,
    trainee: &PersonRow,
    exam: &Arc<Exam>,
) -> Result<bool, Failure> {
    let briefing = BriefingView::load(service, trainee, Arc::clone(exam))?;
    let is_mock = mode == Mode::Mock;
    if !is_mock && !matches!(briefing.eligibility, Eligibility::Now { .. }) {
        return Err(ServiceError::Ineligible(briefing.eligibility, service.zone().clone()).into());
    }
    let mut lines = vec![text::single_line(&exam.title)];
    if is_mock {
        lines.push("Mock exam: it does not count and creates no certificate".to_owned());
    } else {
        lines.push(format!("Name on the certificate: {}", text::single_line(&briefing.certificate_name)));
        lines.push(attempt_use(&briefing));
    }
    lines.extend(summary_lines(exam, briefing.time_limit, &briefing.banks));
    for line in lines {
        env.print_line(&text::single_line(&line))?;
    }
    loop {
        let Some(answer) = env.ask("Start now? (yes/no): ")? else { return Ok(false) };
        match answer.trim().to_lowercase().as_str() {
            "yes" | "y" => return Ok(true),
            "no" | "n" => return Ok(false),
            _ => env.print_line("Not understood: type yes or no")?,
        };
    }
}

/// Begins an exam under an invigilator. The key signs the start and is wiped before the first question.
fn begin_invigilated_exam(
    identity: &str,
    args: &ExamArgs,
    env: &Env<'_>,
    service: &mut Services,
    trainee: &PersonRow,
    exam: &Exam,
) -> Result<ActiveAttempt, Failure> {
    if !text::is_printable(identity) {
        return Err(Failure::usage(
            "--identity is empty or has characters that cannot be printed. Enter how you checked the identity.",
        ));
    }
    let (key, _) = args.unlock.open_key(env, &env.issuer()?)?;
    let clock_policy = if args.clock_checked { ClockStepPolicy::Allow } else { ClockStepPolicy::Refuse };
    Ok(service.attempts_mut().begin_invigilated(trainee.id, exam, identity, &key, clock_policy)?)
}

/// Unlocks the issuer's key for the second signature and issues the certificate of a passed invigilated exam.
fn sign_passed_exam(attempt_id: AttemptId, args: &ExamArgs, env: &mut Env<'_>) -> CommandResult {
    let issuer = env.issuer()?;
    // The attempt consumed the first service, so this opens the store again.
    let mut service = env.open_service()?;
    let review = service.issuing_mut().review_invigilated_attempt(attempt_id, &issuer)?;
    for anomaly in &review.anomalies {
        env.print_line(&format!("Anomaly: {}", text::single_line(anomaly)))?;
    }
    // The pass is stored, so a wrong passphrase loses nothing: the invigilator can sign it later.
    let resume_hint = "The exam is passed but not signed. Run `needlewise exam --resume` to sign it.";
    let (key, _) = args.unlock.open_key(env, &issuer).inspect_err(|_| env.print_to_stderr(resume_hint))?;
    let stored_certificate = service.issuing_mut().issue(&review, &issuer, &key, None)?;
    write_credential(&stored_certificate)?;
    for problem in write_pictures(service.paths(), &stored_certificate)? {
        env.print_to_stderr(&problem);
    }
    env.print_line(&format!(
        "Signed invigilated certificate {}: {}",
        stored_certificate.certificate_id.short(),
        error::display_path(&stored_certificate.path)
    ))
}

/// Finds an exam by its ID, or the only exam if no ID is given.
fn find_exam(catalog: &Catalog, name: Option<&str>) -> Result<Arc<Exam>, Failure> {
    let Some(name) = name else {
        let exams: Vec<_> = catalog.exams().collect();
        return match exams.as_slice() {
            [only] => Ok(Arc::clone(&only.value)),
            [] => Err(Failure::usage("There is no exam. See `needlewise bank list`.")),
            entries => {
                let exam_ids: Vec<_> = entries.iter().map(|exam| exam.value.id.as_str()).collect();
                Err(Failure::usage(format!("Choose an exam: {}", exam_ids.join(", "))))
            }
        };
    };
    let to_failure = |miss| Failure::catalog_miss("exam", &text::single_line(name), miss);
    let id: ExamId = name.parse().map_err(|_| to_failure(CatalogMiss::Unknown))?;
    catalog.exam(&id).map(|entry| Arc::clone(&entry.value)).map_err(to_failure)
}
