//! The command line: parses the arguments, runs the command and returns its exit code.
//! Only this module depends on clap and defines exit codes.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

mod backup;
mod bank;
mod certificate;
mod completions;
mod course;
mod doctor;
pub mod env;
pub mod error;
mod exam;
mod issuer;
mod issuer_file;
pub mod launch;
mod man;
mod note;
mod passphrase;
mod practice;
mod progress;
mod progress_bar;
mod record;
mod restore;
mod search;
mod settings;
mod study;
mod table;
mod trainee;

use crate::text;
pub use env::Env;
use error::Failure;

/// Train and certify dry-needling practitioners
///
/// Without a command, needlewise opens its full-screen interface. Everything in it is also available as a command.
///
/// Exit codes: 0 success, valid or passed; 1 not valid, not passed, or problems found; 2 usage error; 3 unreadable
/// input; 4 store or disk error; 128+n ended by signal n.
#[derive(Debug, Parser)]
#[command(name = "needlewise", version, disable_help_subcommand = true, max_term_width = 100)]
pub struct ProgramArgs {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

/// The options that every command accepts.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Folder for progress, records and certificates
    #[arg(long, global = true, value_name = "DIR", env = "NEEDLEWISE_DATA_DIR", hide_env_values = true)]
    pub data_dir: Option<PathBuf>,
    /// Folder for the issuer's key and the trust list
    #[arg(long, global = true, value_name = "DIR", env = "NEEDLEWISE_CONFIG_DIR", hide_env_values = true)]
    pub config_dir: Option<PathBuf>,
    /// Also use the banks and exams in this folder; they replace others with the same ID
    #[arg(long, global = true, value_name = "DIR")]
    pub banks: Vec<PathBuf>,
    /// Trainee name, staff number or ID
    #[arg(long, global = true, value_name = "NAME|ID")]
    pub trainee: Option<String>,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// When to use color
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Colors of the full-screen interface
    ///
    /// By default, NEEDLEWISE_THEME decides. If it is not set, the terminal decides.
    #[arg(long, global = true, value_name = "THEME")]
    pub theme: Option<ThemeChoice>,
    /// Print the folders and banks in use to standard error
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// When to color standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// Only on a terminal, and not if NO_COLOR is set or TERM is dumb
    Auto,
    /// Also in a file or a pipe
    Always,
    /// Plain text only
    Never,
}

/// The colors of the full-screen interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThemeChoice {
    /// Dark, light or 16 colors, depending on the terminal
    Auto,
    /// Light text on a dark background
    Dark,
    /// Dark text on a light background
    Light,
    /// Black and white with few bright colors, for low vision
    HighContrast,
    /// The 16 colors that every color terminal has
    #[value(name = "16")]
    Sixteen,
    /// No colors
    None,
}

#[derive(Debug, Subcommand)]
enum Command {
    Study(study::StudyArgs),
    Practice(practice::PracticeArgs),
    Exam(exam::ExamArgs),
    Progress(progress::ProgressArgs),
    Course(course::CourseArgs),
    Search(search::SearchArgs),
    #[command(subcommand)]
    Note(note::NoteCommand),
    Settings(settings::SettingsArgs),
    #[command(subcommand)]
    Bank(bank::BankCommand),
    Record(record::RecordArgs),
    #[command(subcommand)]
    Certificate(certificate::CertificateCommand),
    #[command(subcommand)]
    Issuer(issuer::IssuerCommand),
    #[command(subcommand)]
    Trainee(trainee::TraineeCommand),
    Backup(backup::BackupArgs),
    Restore(restore::RestoreArgs),
    Doctor(doctor::DoctorArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Runs the program and returns its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>, env: &mut Env<'_>) -> u8 {
    let parsed = command().try_get_matches_from(args).and_then(|matches| ProgramArgs::from_arg_matches(&matches));
    let args = match parsed {
        Ok(args) => args,
        // clap reports --help and --version as errors, but they are a success and go to standard output.
        Err(help) if !help.use_stderr() => {
            return env.run_command(|env| env.print_line(help.render().to_string().trim_end()));
        }
        Err(usage) => {
            // The message repeats arguments, which can come from anywhere.
            env.print_to_stderr(&text::sanitize(usage.render().to_string().trim_end()));
            return error::EXIT_USAGE;
        }
    };
    env.set_global_args(args.global);
    env.run_command(|env| match args.command {
        None => launch::run(env),
        Some(Command::Study(args)) => study::run(&args, env),
        Some(Command::Progress(_)) => progress::run(env),
        Some(Command::Course(args)) => course::run(&args, env),
        Some(Command::Note(command)) => note::run(&command, env),
        Some(Command::Search(args)) => search::run(&args, env),
        Some(Command::Settings(args)) => settings::run(&args, env),
        Some(Command::Practice(args)) => practice::run(&args, env),
        Some(Command::Exam(args)) => exam::run(&args, env),
        Some(Command::Bank(command)) => bank::run(&command, env),
        Some(Command::Record(args)) => record::run(&args, env),
        Some(Command::Certificate(command)) => certificate::run(&command, env),
        Some(Command::Issuer(command)) => issuer::run(&command, env),
        Some(Command::Trainee(command)) => trainee::run(&command, env),
        Some(Command::Backup(args)) => backup::run(&args, env),
        Some(Command::Restore(args)) => restore::run(&args, env),
        Some(Command::Doctor(args)) => doctor::run(&args, env),
        Some(Command::Completions(args)) => completions::run(&args, env),
        Some(Command::Man(_)) => man::run(env),
    })
}

/// Returns the command line as a clap command, for parsing, completions and the manual page.
pub fn command() -> clap::Command {
    ProgramArgs::command()
}

/// The result of a command: its exit code, or the failure that ended it.
pub type CommandResult = Result<u8, Failure>;
