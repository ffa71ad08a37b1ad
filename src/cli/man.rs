use super::{CommandResult, Env, command};

/// Print the manual page
///
/// To read it, run: needlewise man | man -l -
#[derive(Debug, clap::Args)]
pub struct ManArgs {}

/// Prints one page for the program, followed by one page for each command.
pub(super) fn run(env: &mut Env<'_>) -> CommandResult {
    let mut page = Vec::new();
    render(&command(), &mut page)?;
    env.print_line(String::from_utf8_lossy(&page).trim_end())
}

fn render(command: &clap::Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    let mut command = command.clone().disable_help_flag(true);
    command.build();
    clap_mangen::Man::new(command.clone()).render(page)?;
    // The binary name is the whole command, such as "needlewise bank list", so that the page names it in full.
    command.get_subcommands().try_for_each(|subcommand| {
        render(&subcommand.clone().name(subcommand.get_bin_name().unwrap_or("").to_owned()), page)
    })
}
