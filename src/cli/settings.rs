//! The `needlewise settings` command: how a trainee studies.

use clap::Subcommand;
use serde_json::json;

use super::error::Failure;
use super::{CommandResult, Env};
use crate::attempt::person::StudyChanged;
use crate::bank::exam::Percent;
use crate::study::settings::StudySettings;

/// Show or change how a trainee studies
///
/// KEY is one of: minutes (a day), new-per-day (new questions), retention (percent, when a question is asked again),
/// certainty (on or off: whether practice asks how sure you are).
#[derive(Debug, clap::Args)]
pub struct SettingsArgs {
    #[command(subcommand)]
    command: Option<SettingsCommand>,
}

#[derive(Debug, Subcommand)]
enum SettingsCommand {
    Set(SettingsSetArgs),
}

/// Change one setting
#[derive(Debug, clap::Args)]
struct SettingsSetArgs {
    /// Setting: minutes, new-per-day, retention or certainty
    #[arg(value_name = "KEY")]
    key: String,
    /// New value
    #[arg(value_name = "VALUE")]
    value: String,
}

/// Shows all settings of a trainee, or changes one.
pub(super) fn run(args: &SettingsArgs, env: &mut Env<'_>) -> CommandResult {
    let mut service = if args.command.is_some() { env.open_service()? } else { env.open_service_to_read()? };
    let mut trainee = env.find_trainee(&service)?;
    if let Some(SettingsCommand::Set(set)) = &args.command {
        let change = parse_change(&set.key, &set.value)?;
        trainee = service.study_mut().change_settings(&trainee, [change])?;
    }
    let settings = &trainee.person.study;
    if env.global.json {
        return env.print_json(&json!({
            "minutes": settings.minutes(),
            "new_per_day": settings.new_per_day(),
            "retention": u8::from(settings.retention()),
            "certainty": settings.asks_certainty(),
        }));
    }
    let defaults = StudySettings::default();
    let line = |key: &str, value: String, default: String| {
        let origin = if value == default { "default".to_owned() } else { format!("default {default}") };
        format!("{key}: {value} ({origin})")
    };
    let on_or_off = |is_on: bool| if is_on { "on" } else { "off" }.to_owned();
    let retention = |settings: &StudySettings| u8::from(settings.retention()).to_string();
    for line in [
        line("minutes", settings.minutes().to_string(), defaults.minutes().to_string()),
        line("new-per-day", settings.new_per_day().to_string(), defaults.new_per_day().to_string()),
        line("retention", retention(settings), retention(&defaults)),
        line("certainty", on_or_off(settings.asks_certainty()), on_or_off(defaults.asks_certainty())),
    ] {
        env.print_line(&line)?;
    }
    Ok(super::error::EXIT_SUCCESS)
}

/// Parses a key and its value. An error names the allowed values.
fn parse_change(key: &str, value: &str) -> Result<StudyChanged, Failure> {
    let none = StudyChanged::default();
    let number = |(least, most): (u32, u32)| {
        let number = value.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| Failure::usage(format!("{key} must be a whole number from {least} to {most}.")))
    };
    match key {
        "minutes" => Ok(StudyChanged { minutes: Some(number(StudySettings::MINUTES)?), ..none }),
        "new-per-day" => Ok(StudyChanged { new_per_day: Some(number(StudySettings::NEW_PER_DAY)?), ..none }),
        "retention" => {
            let (least, most) = StudySettings::RETENTION;
            let percent = number((least.into(), most.into()))?;
            let retention = u8::try_from(percent).ok().and_then(|percent| Percent::try_from(percent).ok());
            Ok(StudyChanged { retention, ..none })
        }
        "certainty" => match value {
            "on" => Ok(StudyChanged { asks_certainty: Some(true), ..none }),
            "off" => Ok(StudyChanged { asks_certainty: Some(false), ..none }),
            _ => Err(Failure::usage("certainty must be on or off.")),
        },
        _ => Err(Failure::usage(
            "There is no such setting. The settings are minutes, new-per-day, retention and certainty.",
        )),
    }
}
