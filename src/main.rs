//! The `needlewise` program: runs the command line and returns its exit code.

use std::io::{self, BufReader, IsTerminal};
use std::process::ExitCode;

use needlewise::cli::env::TerminalInfo;
use needlewise::cli::{self, Env};
use needlewise::clock::{SystemClock, Zone};

fn main() -> ExitCode {
    // Without this, only the message about a file that is too large is lost.
    let _ = needlewise::paths::survive_file_size_limit();
    let mut env = Env {
        out: &mut io::stdout(),
        err: &mut io::stderr(),
        input: Some(Box::new(BufReader::new(io::stdin()))),
        terminal: TerminalInfo {
            is_stdin_terminal: io::stdin().is_terminal(),
            is_stdout_terminal: io::stdout().is_terminal(),
            is_stderr_terminal: io::stderr().is_terminal(),
            ..TerminalInfo::from_variables(|name| std::env::var(name).ok())
        },
        zone: Zone::of_computer(),
        make_clock: &|| Box::new(SystemClock::start()),
        make_rng: &|| Box::new(rand::rng()),
        global: cli::GlobalArgs::default(),
        backup_settings: None,
        damage: needlewise::service::DamageNotes::default(),
    };
    ExitCode::from(cli::run(std::env::args_os(), &mut env))
}
