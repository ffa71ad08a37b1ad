//! The `needlewise` program: runs the command line and returns its exit code.

use std::io::{self, BufReader, IsTerminal};
use std::process::ExitCode;

use needlewise::cli::env::TerminalInfo;
use needlewise::cli::{self, Env};
use needlewise::clock::{SystemClock, Zone};

fn main() -> ExitCode {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb_terminal = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let mut env = Env {
        out: &mut io::stdout(),
        err: &mut io::stderr(),
        input: Some(Box::new(BufReader::new(io::stdin()))),
        terminal: TerminalInfo {
            is_stdin_terminal: io::stdin().is_terminal(),
            is_stdout_terminal: io::stdout().is_terminal(),
            is_stderr_terminal: io::stderr().is_terminal(),
            no_color: is_set("NO_COLOR") || is_dumb_terminal,
            colorfgbg: std::env::var("COLORFGBG").ok(),
        },
        zone: Zone::of_computer(),
        make_clock: &|| Box::new(SystemClock::start()),
        make_rng: &|| Box::new(rand::rng()),
        global: cli::GlobalArgs::default(),
    };
    ExitCode::from(cli::run(std::env::args_os(), &mut env))
}
