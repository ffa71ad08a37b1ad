use super::{CommandResult, Env, command};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the script.
pub(super) fn run(args: &CompletionsArgs, env: &mut Env<'_>) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "needlewise", &mut script);
    env.print_line(String::from_utf8_lossy(&script).trim_end())
}
