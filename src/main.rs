//! The `needlewise` program: runs the command line and returns its exit code.

use std::io::{self, BufReader, IsTerminal};
use std::process::ExitCode;

use needlewise::cli::env::TerminalInfo;
use needlewise::cli::{self, Env};
use needlewise::clock::{SystemClock, Zone};

fn main() -> ExitCode {
    // By the convention of no-color.org, an empty variable counts as unset.
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
            color_count: color_count(),
        },
        zone: Zone::of_computer(),
        make_clock: &|| Box::new(SystemClock::start()),
        make_rng: &|| Box::new(rand::rng()),
        global: cli::GlobalArgs::default(),
    };
    ExitCode::from(cli::run(std::env::args_os(), &mut env))
}

/// Returns how many colors the terminal says it can show: 256 or more by the name of its type, or 16.
fn color_count() -> u16 {
    let has = |name: &str, part: &str| std::env::var(name).is_ok_and(|value| value.contains(part));
    let is_known_rich = has("TERM", "256color") || has("TERM", "direct") || has("TERM", "kitty");
    if is_known_rich || has("COLORTERM", "truecolor") || has("COLORTERM", "24bit") { 256 } else { 16 }
}
