use super::error::{self, Failure};
use super::{CommandResult, Env};
use crate::attempt::Mode;
use crate::bank::catalog::{Catalog, CatalogMiss};
use crate::bank::exam::Exam;
use crate::cli::launch;
use crate::cli::passphrase::{self, PassphraseArgs};
use crate::ids::{AttemptId, ExamId};
use crate::projections::people::PersonRow;
use crate::service::{ActiveAttempt, ClockStepPolicy, Service};
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
    /// Line by line, for screen readers, serial lines and scripts
    #[arg(long)]
    plain: bool,
}

/// Takes the exam in plain mode, or opens the interface at the exam.
pub(super) fn run(args: &ExamArgs, env: &mut Env<'_>) -> CommandResult {
    launch::need_terminal(args.plain, env)?;
    let mut desk = env.desk()?;
    let trainee = env.trainee_or_new(&mut desk)?;
    let piped = !env.terminal.input;
    let mode = if args.mock { Mode::Mock } else { Mode::Exam };
    let open = desk.find_open_attempt(trainee.id, mode)?;
    let sitting = match (open, args.resume) {
        (Some(open), true) => desk.load_attempt(open.id, piped)?,
        (None, true) => {
            // What is left of an invigilated exam may be the invigilator's second signature.
            if let Ok(issuer) = passphrase::issuer(env)
                && let Some(attempt) = desk.find_unsigned_pass(trainee.id, &issuer)?
            {
                return sign(attempt, args, env);
            }
            return Err(Failure::no("No exam is open. Start one with `needlewise exam`."));
        }
        (Some(open), false) => {
            let exam = open.exam.as_ref().map_or_else(String::new, ToString::to_string);
            let how = if args.mock { "exam --mock --resume" } else { "exam --resume" };
            return Err(Failure::no(format!(
                "The {mode} {exam}, begun {}, is open; nothing was drawn. Go on with `needlewise {how}`.",
                open.started.format_local()
            )));
        }
        (None, false) => {
            let exam = find(&desk.catalog, args.exam.as_deref())?;
            match (&args.identity, mode) {
                (Some(identity), _) => watched(identity, args, env, &mut desk, &trainee, &exam)?,
                (None, Mode::Mock) => desk.begin_mock(trainee.id, &exam, piped)?,
                (None, Mode::Exam | Mode::Practice) => desk.begin_exam(trainee.id, &exam, piped)?,
            }
        }
    };
    if !sitting.invigilated {
        return launch::sit(args.plain, env, desk, trainee, sitting);
    }
    if piped {
        return Err(Failure::usage("An invigilated exam is typed by a person; piped input is refused."));
    }
    if args.resume {
        // The key is opened to say that the invigilator is there, and wiped again.
        args.unlock.key(env, &passphrase::issuer(env)?)?;
    }
    let attempt = sitting.row.id;
    match launch::sit(args.plain, env, desk, trainee, sitting)? {
        error::DONE => sign(attempt, args, env),
        code => Ok(code),
    }
}

/// Begins an exam under an invigilator. The key is open for the one signature, and wiped again.
fn watched(
    identity: &str,
    args: &ExamArgs,
    env: &Env<'_>,
    desk: &mut Service,
    trainee: &PersonRow,
    exam: &Exam,
) -> Result<ActiveAttempt, Failure> {
    if !env.terminal.input {
        return Err(Failure::usage("An invigilated exam is typed by a person; piped input is refused."));
    }
    if !text::is_printable(identity) {
        return Err(Failure::usage("--identity says how you checked who sits the exam."));
    }
    let (key, _) = args.unlock.key(env, &passphrase::issuer(env)?)?;
    let clock = if args.clock_checked { ClockStepPolicy::Allow } else { ClockStepPolicy::Refuse };
    Ok(desk.begin_invigilated(trainee.id, exam, identity, &key, clock)?)
}

/// Has the invigilator sign a passed exam: the head of its chain, in the certificate.
fn sign(attempt: AttemptId, args: &ExamArgs, env: &mut Env<'_>) -> CommandResult {
    let issuer = passphrase::issuer(env)?;
    let mut desk = env.desk()?;
    let considered = desk.review_invigilated_attempt(attempt, &issuer)?;
    let later = "The exam is passed. Go on with `needlewise exam --resume` to sign it.";
    let (key, _) = args.unlock.key(env, &issuer).inspect_err(|_| env.complain(later))?;
    let held = desk.issue_certificate(&considered, &issuer, &key, None)?;
    desk.write_files(&held)?;
    env.say(&format!(
        "Certificate {} is signed, invigilated: {}",
        held.certificate_id.short(),
        error::shown(&held.path)
    ))
}

/// Finds the exam that is meant.
fn find(catalog: &Catalog, name: Option<&str>) -> Result<Arc<Exam>, Failure> {
    let Some(name) = name else {
        let exams: Vec<_> = catalog.exams().collect();
        return match exams.as_slice() {
            [only] => Ok(Arc::clone(&only.value)),
            [] => Err(Failure::usage("There is no exam. See `needlewise bank list`.")),
            several => {
                let names: Vec<_> = several.iter().map(|exam| exam.value.id.as_str()).collect();
                Err(Failure::usage(format!("Say which exam: {}.", names.join(", "))))
            }
        };
    };
    let absent = |absence| Failure::absent("exam", &text::single_line(name), absence);
    let id: ExamId = name.parse().map_err(|_| absent(CatalogMiss::Unknown))?;
    catalog.exam(&id).map(|entry| Arc::clone(&entry.value)).map_err(absent)
}
