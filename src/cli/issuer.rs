//! The `needlewise issuer` commands: this computer's issuer key and its bundles, and the list of trusted issuers.

use clap::Subcommand;

use super::{CommandResult, Env};
use crate::credential::key::{KeyPeriod, fingerprint};

mod bundle;
mod init;
mod list;
mod set;
mod show;
mod trust;
mod untrust;

/// Create an issuer key, set what its certificates show, write its bundles, and manage trusted issuers
#[derive(Debug, Subcommand)]
pub enum IssuerCommand {
    Init(init::InitArgs),
    Show(show::IssuerShowArgs),
    Set(set::IssuerSetArgs),
    Bundle(bundle::BundleArgs),
    Trust(trust::TrustArgs),
    Untrust(untrust::UntrustArgs),
    List(list::IssuerListArgs),
}

/// Runs an `issuer` subcommand.
pub(super) fn run(command: &IssuerCommand, env: &mut Env<'_>) -> CommandResult {
    match command {
        IssuerCommand::Init(args) => init::run(args, env),
        IssuerCommand::Show(_) => show::run(env),
        IssuerCommand::Set(args) => set::run(args, env),
        IssuerCommand::Bundle(args) => bundle::run(args, env),
        IssuerCommand::Trust(args) => trust::run(args, env),
        IssuerCommand::Untrust(args) => untrust::run(args, env),
        IssuerCommand::List(_) => list::run(env),
    }
}

/// Returns the fingerprint words of a key. People compare them by telephone or in person.
fn fingerprint_words(did: &str) -> String {
    fingerprint(did).unwrap_or_else(|| "no key".to_owned())
}

/// Describes the period in which a key signs or signed.
fn key_period_text(period: &KeyPeriod) -> String {
    let until =
        period.until.map_or_else(|| "in use".to_owned(), |until| format!("until {}", until.format_for_people()));
    let compromised = if period.compromised { ", compromised" } else { "" };
    format!("from {}, {until}{compromised}", period.from.format_for_people())
}
