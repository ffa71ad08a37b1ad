use super::{CommandResult, Env, command};

/// Print a shell completion script
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// Shell to write the script for
    shell: clap_complete::Shell,
}

/// Prints the completion script.
pub(super) fn run(args: &CompletionsArgs, env: &mut Env<'_>) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "needlewise", &mut script);
    env.print_line(String::from_utf8_lossy(&script).trim_end())
}
