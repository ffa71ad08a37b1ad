use super::certificate_json;
use crate::cli::{CommandResult, Env};
use crate::text;

/// Show a certificate that is stored here, with everything that is signed
#[derive(Debug, clap::Args)]
pub struct CertificateShowArgs {
    /// The certificate's id, or the last eight digits of it
    #[arg(value_name = "ID")]
    id: String,
}

/// Shows it with its verdict on this machine, which is for others; to its holder it is what it says.
pub(super) fn run(args: &CertificateShowArgs, env: &mut Env<'_>) -> CommandResult {
    let desk = env.desk()?;
    let held = desk.find_certificate(&args.id)?;
    let now = desk.clock.now().wall;
    let checked = held.verify(&desk.trust, now);
    if env.global.json {
        return env.say_json(&certificate_json(&checked));
    }
    for line in super::verify::lines(&checked) {
        env.say(&line)?;
    }
    env.say(&format!("File: {}", text::single_line(&held.path.to_string_lossy())))
}
