use std::ffi::OsString;
use std::path::Path;

use rand::Rng;

use crate::cli::error::{Failure, display_path};
use crate::cli::{CommandResult, Env};
use crate::credential::branding::{Branding, PaperSize};
use crate::credential::render::logo;
use crate::credential::types::Signatory;
use crate::ids::CertificateId;
use crate::service::people::normalize_name;
use crate::{paths, text};

/// Set what the certificates of this computer's issuer show: logo, signatory, provider number and paper
///
/// New certificates have it. Provider number and signatory are signed. Logo and paper are only drawn, and only on this
/// computer. An empty text removes a setting. Without options, the settings are shown.
#[derive(Debug, clap::Args)]
pub struct IssuerSetArgs {
    /// PNG or SVG picture of up to 200 KB; it becomes pixels
    #[arg(long, value_name = "FILE")]
    logo: Option<OsString>,
    /// Name of the person who answers for the certificates
    #[arg(long, value_name = "NAME")]
    signatory: Option<String>,
    /// Title or position of the signatory
    #[arg(long, value_name = "TEXT")]
    signatory_title: Option<String>,
    /// Number as a provider of continuing education
    #[arg(long, value_name = "TEXT")]
    provider_number: Option<String>,
    /// Paper of pictures and PDFs
    #[arg(long, value_name = "PAPER")]
    paper: Option<PaperSize>,
}

/// Changes the settings and shows them.
pub(super) fn run(args: &IssuerSetArgs, env: &mut Env<'_>) -> CommandResult {
    let mut issuer = env.issuer()?;
    let paths = env.paths()?;
    let (key_file, logo_file) = (paths.issuer_key_file(), paths.issuer_logo_file());
    let old_branding = issuer.branding();
    let branding = changed_branding(args, &old_branding, env)?;
    // Before anything is written, so that a bad logo changes nothing.
    let new_logo = match &args.logo {
        Some(path) if !path.is_empty() => {
            let path = Path::new(path);
            let bytes =
                paths::read_bounded(path, logo::MAX_BYTES).map_err(|error| Failure::unreadable(path, &error))?;
            Some(logo::make_logo(&bytes).map_err(Failure::negative)?)
        }
        _ => None,
    };
    if branding != old_branding {
        // Another program can have replaced the key in the meantime. Writing the old one back would lose it.
        if env.issuer()? != issuer {
            return Err(changed_meanwhile());
        }
        issuer = issuer.with_branding(branding);
        paths::write_atomic(&key_file, issuer.to_json()?.as_bytes())
            .map_err(|error| Failure::file_access(&key_file, "written", &error))?;
    }
    if let Some(logo) = new_logo {
        paths::write_atomic(&logo_file, &logo.png)
            .map_err(|error| Failure::file_access(&logo_file, "written", &error))?;
    } else if args.logo.is_some() && logo_file.exists() {
        std::fs::remove_file(&logo_file).map_err(|error| Failure::file_access(&logo_file, "removed", &error))?;
    }
    for (label, value) in settings(&issuer.branding(), &logo_file) {
        env.print_line(&format!("{label}: {value}"))?;
    }
    Ok(crate::cli::error::EXIT_SUCCESS)
}

/// Returns the failure of a command whose issuer changed while it ran.
pub(super) fn changed_meanwhile() -> Failure {
    Failure::usage("Another program changed the issuer at the same time, so nothing was changed. Try again.")
}

/// Returns the settings in words, with their labels.
pub(super) fn settings(branding: &Branding, logo_file: &Path) -> [(&'static str, String); 4] {
    let none = || "none".to_owned();
    let signatory =
        branding.signatory.as_ref().map(|signatory| format!("{}, {}", signatory.name, signatory.description));
    let logo = if logo_file.exists() { display_path(logo_file) } else { none() };
    [
        ("Logo", logo),
        ("Signatory", signatory.unwrap_or_else(none)),
        ("Provider number", branding.provider_number.clone().unwrap_or_else(none)),
        ("Paper", branding.paper.name().to_owned()),
    ]
}

/// Returns the branding with the changes of the command line.
fn changed_branding(args: &IssuerSetArgs, old: &Branding, env: &mut Env<'_>) -> Result<Branding, Failure> {
    let mut branding = old.clone();
    branding.paper = args.paper.unwrap_or(branding.paper);
    if let Some(number) = &args.provider_number {
        branding.provider_number = checked_text("--provider-number", number)?;
    }
    let old_signatory = old.signatory.as_ref();
    let name = match &args.signatory {
        Some(name) => checked_text("--signatory", name)?,
        None => old_signatory.map(|signatory| signatory.name.clone()),
    };
    let title = match &args.signatory_title {
        Some(title) => checked_text("--signatory-title", title)?,
        None => old_signatory.map(|signatory| signatory.description.clone()),
    };
    branding.signatory = match (name, title) {
        (Some(name), Some(description)) => {
            // Another person has another ID. A corrected title keeps it.
            let same_person = old_signatory.filter(|signatory| signatory.name == name);
            let new_id = || {
                let mut random_bytes = [0; 10];
                (env.make_rng)().fill_bytes(&mut random_bytes);
                format!("urn:uuid:{}", CertificateId::new((env.make_clock)().now().wall, random_bytes))
            };
            let id = same_person.map_or_else(new_id, |signatory| signatory.id.clone());
            Some(Signatory { id, types: vec!["Profile".to_owned()], name, description })
        }
        (Some(_), None) => {
            return Err(Failure::usage("A signatory needs a title too. Add --signatory-title TEXT."));
        }
        (None, Some(_)) if args.signatory_title.is_some() => {
            return Err(Failure::usage("A title needs a signatory. Add --signatory NAME."));
        }
        (None, _) => None,
    };
    Ok(branding)
}

/// Returns a text for certificates without surrounding space, or `None` if it is empty.
fn checked_text(option: &str, value: &str) -> Result<Option<String>, Failure> {
    if value.trim().is_empty() {
        return Ok(None);
    }
    normalize_name(value).map(Some).map_err(|_| {
        let shown = text::single_line(value);
        Failure::usage(format!(
            "{option} \"{shown}\" is longer than 120 characters or has a character that cannot be printed."
        ))
    })
}
