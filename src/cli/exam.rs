use super::error::{self, Failure};
use super::{CommandResult, Env};
use crate::attempt::Mode;
use crate::bank::catalog::{Catalog, CatalogMiss};
use crate::bank::exam::Exam;
use crate::cli::launch::{self, PlainArgs};
use crate::cli::passphrase::PassphraseArgs;
use crate::ids::{AttemptId, ExamId};
use crate::projections::people::PersonRow;
use crate::service::certificate_files::{write_credential, write_pictures};
use crate::service::{ActiveAttempt, ClockStepPolicy, Services};
use crate::text;
use std::sync::Arc;

/// Take an exam
///
/// The paper is drawn and stored before its first question is shown, and time runs from then on, also while the program
/// is closed. Exit code 0 means passed; 1 not passed, suspended, or not allowed now.
#[derive(Debug, clap::Args)]
pub struct ExamArgs {
    /// The exam, as `needlewise bank list` shows it; the only one where there is one
    #[arg(value_name = "EXAM")]
    exam: Option<String>,
    /// Go on with the exam that is open
    #[arg(long)]
    resume: bool,
    /// Sit a mock: the same rules, but it never counts; it says how ready you are, and how sure that is
    #[arg(long)]
    mock: bool,
    /// Sit it under an invigilator, who unlocks the issuer's key now and again at the end
    #[arg(long, requires = "identity", conflicts_with_all = ["mock", "resume"])]
    invigilated: bool,
    /// How the invigilator checked who sits it: "passport", say; it is signed
    #[arg(long, value_name = "TEXT", requires = "invigilated")]
    identity: Option<String>,
    /// Begin although the clock was set back: the invigilator has compared it, which is signed too
    #[arg(long, requires = "invigilated")]
    clock_checked: bool,
    #[command(flatten)]
    unlock: PassphraseArgs,
    #[command(flatten)]
    plain: PlainArgs,
}

/// Takes the exam in plain mode, or opens the interface at the exam.
pub(super) fn run(args: &ExamArgs, env: &mut Env<'_>) -> CommandResult {
    launch::require_terminal(args.plain.mode(), env)?;
    let mut service = env.open_service()?;
    let trainee = env.find_or_add_trainee(&mut service)?;
    let is_piped = !env.terminal.is_stdin_terminal;
    let mode = if args.mock { Mode::Mock } else { Mode::Exam };
    let timed_out = service.attempts_mut().end_timed_out(trainee.id)?;
    service.certificates_mut().complete(trainee.id)?;
    let open_attempt = service.attempts().open_attempt(trainee.id, mode)?;
    let active_attempt = match (open_attempt, args.resume) {
        (Some(open_attempt), true) => service.attempts().load(open_attempt.id)?,
        (None, true) => {
            if let Some(error) = timed_out.unreadable.into_iter().next() {
                return Err(error.into());
            }
            // What is left of an invigilated exam may be the invigilator's second signature.
            if let Ok(issuer) = env.issuer()
                && let Some(attempt_id) = service.issuing().find_unsigned_pass(trainee.id, &issuer)?
            {
                return sign_passed_exam(attempt_id, args, env);
            }
            return Err(Failure::negative("No exam is open. Start one with `needlewise exam`."));
        }
        (Some(open_attempt), false) => {
            let exam = open_attempt.exam.as_ref().map_or_else(String::new, ToString::to_string);
            let resume_command = if args.mock { "exam --mock --resume" } else { "exam --resume" };
            return Err(Failure::negative(format!(
                "The {mode} {exam}, begun {}, is open; nothing was drawn. Go on with `needlewise {resume_command}`.",
                open_attempt.started_at.format_local(service.zone())
            )));
        }
        (None, false) => {
            let exam = find_exam(service.catalog(), args.exam.as_deref())?;
            match (&args.identity, mode) {
                (Some(identity), _) => begin_invigilated_exam(identity, args, env, &mut service, &trainee, &exam)?,
                (None, Mode::Mock) => service.attempts_mut().begin_mock(trainee.id, &exam)?,
                (None, Mode::Exam | Mode::Practice) => service.attempts_mut().begin_exam(trainee.id, &exam)?,
            }
        }
    };
    if !active_attempt.invigilated {
        return launch::run_attempt(args.plain.mode(), env, service, trainee, active_attempt);
    }
    if is_piped {
        return Err(Failure::usage("An invigilated exam is typed by a person; piped input is refused."));
    }
    if args.resume {
        // The key is opened to say that the invigilator is there, and wiped again.
        args.unlock.open_key(env, &env.issuer()?)?;
    }
    let attempt_id = active_attempt.row.id;
    match launch::run_attempt(args.plain.mode(), env, service, trainee, active_attempt)? {
        error::EXIT_SUCCESS => sign_passed_exam(attempt_id, args, env),
        code => Ok(code),
    }
}

/// Begins an exam under an invigilator. The key is open for the one signature, and wiped again.
fn begin_invigilated_exam(
    identity: &str,
    args: &ExamArgs,
    env: &Env<'_>,
    service: &mut Services,
    trainee: &PersonRow,
    exam: &Exam,
) -> Result<ActiveAttempt, Failure> {
    if !env.terminal.is_stdin_terminal {
        return Err(Failure::usage("An invigilated exam is typed by a person; piped input is refused."));
    }
    if !text::is_printable(identity) {
        return Err(Failure::usage("--identity says how you checked who sits the exam."));
    }
    let (key, _) = args.unlock.open_key(env, &env.issuer()?)?;
    let clock_policy = if args.clock_checked { ClockStepPolicy::Allow } else { ClockStepPolicy::Refuse };
    Ok(service.attempts_mut().begin_invigilated(trainee.id, exam, identity, &key, clock_policy)?)
}

/// Has the invigilator sign a passed exam: the head of its chain, in the certificate.
fn sign_passed_exam(attempt_id: AttemptId, args: &ExamArgs, env: &mut Env<'_>) -> CommandResult {
    let issuer = env.issuer()?;
    let mut service = env.open_service()?;
    let review = service.issuing_mut().review_invigilated_attempt(attempt_id, &issuer)?;
    let resume_hint = "The exam is passed. Go on with `needlewise exam --resume` to sign it.";
    let (key, _) = args.unlock.open_key(env, &issuer).inspect_err(|_| env.print_to_stderr(resume_hint))?;
    let stored_certificate = service.issuing_mut().issue(&review, &issuer, &key, None)?;
    write_credential(&stored_certificate)?;
    write_pictures(service.paths(), &stored_certificate)?;
    env.print_line(&format!(
        "Certificate {} is signed, invigilated: {}",
        stored_certificate.certificate_id.short(),
        error::display_path(&stored_certificate.path)
    ))
}

/// Finds the exam that is meant.
fn find_exam(catalog: &Catalog, name: Option<&str>) -> Result<Arc<Exam>, Failure> {
    let Some(name) = name else {
        let exams: Vec<_> = catalog.exams().collect();
        return match exams.as_slice() {
            [only] => Ok(Arc::clone(&only.value)),
            [] => Err(Failure::usage("There is no exam. See `needlewise bank list`.")),
            entries => {
                let exam_ids: Vec<_> = entries.iter().map(|exam| exam.value.id.as_str()).collect();
                Err(Failure::usage(format!("Say which exam: {}.", exam_ids.join(", "))))
            }
        };
    };
    let to_failure = |miss| Failure::catalog_miss("exam", &text::single_line(name), miss);
    let id: ExamId = name.parse().map_err(|_| to_failure(CatalogMiss::Unknown))?;
    catalog.exam(&id).map(|entry| Arc::clone(&entry.value)).map_err(to_failure)
}
