//! The command line: parses the arguments, runs the command and returns its exit code.
//! Only this module depends on clap and defines exit codes.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

mod bank;
mod certificate;
mod completions;
mod doctor;
pub mod env;
pub mod error;
mod exam;
mod issuer;
mod issuer_file;
mod launch;
mod man;
mod passphrase;
mod practice;
mod progress;
mod record;
mod table;
mod trainee;

pub use env::Env;
use error::Failure;

/// Train and certify dry-needling practitioners
///
/// Without a command the full-screen interface opens. Everything in it can be done as a command too.
///
/// Exit codes: 0 done, valid, passed; 1 the answer is no; 2 usage; 3 unreadable input; 4 store or disk; 128+n after
/// signal n.
#[derive(Debug, Parser)]
#[command(name = "needlewise", version, disable_help_subcommand = true, max_term_width = 100)]
pub struct ProgramArgs {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command understands.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Everywhere")]
pub struct GlobalArgs {
    /// Keep progress, records and certificates here
    #[arg(long, global = true, value_name = "DIR", env = "NEEDLEWISE_DATA_DIR", hide_env_values = true)]
    pub data_dir: Option<PathBuf>,
    /// Keep settings and trust here
    #[arg(long, global = true, value_name = "DIR", env = "NEEDLEWISE_CONFIG_DIR", hide_env_values = true)]
    pub config_dir: Option<PathBuf>,
    /// Add the banks and exams of a folder, in place of those with the same id
    #[arg(long, global = true, value_name = "DIR")]
    pub banks: Vec<PathBuf>,
    /// Who it is about: a name, a staff number or an id
    #[arg(long, global = true, value_name = "NAME|ID")]
    pub trainee: Option<String>,
    /// Print JSON in place of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Use color
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Colors of the full-screen interface
    #[arg(
        long,
        global = true,
        value_name = "THEME",
        default_value = "auto",
        env = "NEEDLEWISE_THEME",
        hide_env_values = true
    )]
    pub theme: ThemeChoice,
    /// Say on standard error which directories and banks are used
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// When to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// In any case
    Always,
    /// In no case
    Never,
}

/// The colors of the full-screen interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThemeChoice {
    /// Dark, light or 16 colors, as the terminal reports itself
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
    Practice(practice::PracticeArgs),
    Exam(exam::ExamArgs),
    #[command(subcommand)]
    Bank(bank::BankCommand),
    #[command(subcommand)]
    Record(record::RecordCommand),
    #[command(subcommand)]
    Certificate(certificate::CertificateCommand),
    #[command(subcommand)]
    Issuer(issuer::IssuerCommand),
    #[command(subcommand)]
    Trainee(trainee::TraineeCommand),
    Doctor(doctor::DoctorArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Runs the program and returns its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>, env: &mut Env<'_>) -> u8 {
    let parsed = command().try_get_matches_from(args).and_then(|matches| ProgramArgs::from_arg_matches(&matches));
    let args = match parsed {
        Ok(args) => args,
        Err(help) if !help.use_stderr() => {
            return env.run_command(|env| env.print_line(help.render().to_string().trim_end()));
        }
        Err(usage) => {
            env.print_to_stderr(usage.render().to_string().trim_end());
            return error::EXIT_USAGE;
        }
    };
    env.set_global_args(args.global);
    env.run_command(|env| match args.command {
        None => launch::run(env),
        Some(Command::Practice(args)) => practice::run(&args, env),
        Some(Command::Exam(args)) => exam::run(&args, env),
        Some(Command::Bank(command)) => bank::run(&command, env),
        Some(Command::Record(command)) => record::run(&command, env),
        Some(Command::Certificate(command)) => certificate::run(&command, env),
        Some(Command::Issuer(command)) => issuer::run(&command, env),
        Some(Command::Trainee(command)) => trainee::run(&command, env),
        Some(Command::Doctor(args)) => doctor::run(&args, env),
        Some(Command::Completions(args)) => completions::run(&args, env),
        Some(Command::Man(_)) => man::run(env),
    })
}

/// Returns the whole command line as clap knows it, for help, completions and the manual.
pub fn command() -> clap::Command {
    ProgramArgs::command()
}

/// What a command comes to: an exit code, or why it failed.
pub type CommandResult = Result<u8, Failure>;
