use super::error::Failure;
use super::{Env, Outcome, interface};
use crate::attempt::Mode;
use crate::bank::catalog::{Absence, Catalog};
use crate::bank::exam::Exam;
use crate::ids::ExamId;
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
    /// Line by line, for screen readers, serial lines and scripts
    #[arg(long)]
    plain: bool,
}

/// Takes the exam in plain mode, or opens the interface at the exam.
pub(super) fn run(args: &ExamArgs, env: &mut Env<'_>) -> Outcome {
    interface::need_terminal(args.plain, env)?;
    let mut desk = env.desk()?;
    let trainee = env.trainee_or_new(&mut desk)?;
    let piped = !env.terminal.input;
    let mode = if args.mock { Mode::Mock } else { Mode::Exam };
    let open = desk.open_attempt(trainee.id, mode)?;
    let sitting = match (open, args.resume) {
        (Some(open), true) => desk.take_up(open.id, piped)?,
        (None, true) => return Err(Failure::no("No exam is open. Start one with `needlewise exam`.")),
        (Some(open), false) => {
            let exam = open.exam.as_ref().map_or_else(String::new, ToString::to_string);
            let how = if args.mock { "exam --mock --resume" } else { "exam --resume" };
            return Err(Failure::no(format!(
                "The {mode} {exam}, begun {}, is open; nothing was drawn. Go on with `needlewise {how}`.",
                open.started.local()
            )));
        }
        (None, false) => {
            let exam = find(&desk.catalog, args.exam.as_deref())?;
            match mode {
                Mode::Mock => desk.begin_mock(trainee.id, &exam, piped)?,
                Mode::Exam | Mode::Practice => desk.begin_exam(trainee.id, &exam, piped)?,
            }
        }
    };
    interface::sit(args.plain, env, desk, trainee, sitting)
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
    let absent = |absence| Failure::absent("exam", &text::one_line(name), absence);
    let id: ExamId = name.parse().map_err(|_| absent(Absence::Unknown))?;
    catalog.exam(&id).map(|entry| Arc::clone(&entry.value)).map_err(absent)
}
