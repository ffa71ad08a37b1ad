use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::certificate_json;
use crate::certificate::{Checked, Trust, Verdict, verify};
use crate::cli::error::{self, Failure, shown};
use crate::cli::{Env, Outcome};
use crate::text;

/// Verify certificates handed over as files, without a network
///
/// The verdict is the first that applies: invalid, untrusted, revoked, expired, stale, valid. Exit code 0 means that all
/// are valid, 1 any other verdict.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// Files, or - for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// The most that is read of a file; anything longer is no certificate.
const MOST: u64 = 100_000;

/// Verifies each file. Nobody is trusted until somebody is named, so that no self-attested certificate is valid here.
pub(super) fn run(args: &VerifyArgs, env: &mut Env<'_>) -> Outcome {
    let now = (env.clock)().now().wall;
    let mut results = Vec::new();
    for path in &args.files {
        let bytes = read(path, env).map_err(|error| Failure::unreadable(path, &error))?;
        results.push((shown(path), verify(&bytes, &Trust::default(), now)));
    }
    let all_valid = results.iter().all(|(_, checked)| checked.verdict == Verdict::Valid);
    if env.global.json {
        let row = |(file, checked): &(String, Checked)| {
            let certificate = certificate_json(checked);
            json!({ "file": file, "verdict": checked.verdict, "reason": checked.reason, "certificate": certificate })
        };
        env.say_json(&results.iter().map(row).collect::<Vec<_>>())?;
    } else {
        for (file, checked) in &results {
            env.say(&format!("{file}: {}", checked.verdict))?;
            for line in lines(checked) {
                env.say(&line)?;
            }
        }
    }
    Ok(if all_valid { error::DONE } else { error::NO })
}

fn read(path: &Path, env: &mut Env<'_>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        if let Some(input) = env.input.take() {
            input.take(MOST).read_to_end(&mut bytes)?;
        }
    } else {
        std::fs::File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Returns the verdict in lines: every signed field, then the reason.
pub(super) fn lines(checked: &Checked) -> Vec<String> {
    let fields = checked.credential.as_ref().map_or_else(Vec::new, |credential| credential.fields());
    let widest = fields.iter().map(|(label, _)| text::width(label)).max().unwrap_or(0);
    let line = |(label, value): &(String, String)| {
        let gap = " ".repeat(widest - text::width(label));
        format!("  {}{gap}  {}", text::one_line(label), text::one_line(value))
    };
    let mut lines: Vec<_> = fields.iter().map(line).collect();
    lines.push(format!("Verdict: {}. {}", checked.verdict, checked.reason));
    lines
}
