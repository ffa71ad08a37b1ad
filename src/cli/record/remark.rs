use serde_json::{Value, json};

use super::require_printable_reason;
use crate::attempt::remark::RemarkPolicy;
use crate::attempt::{Answer, Mode, Points};
use crate::bank::catalog::{Catalog, CatalogEntry};
use crate::bank::lazy::LazyBank;
use crate::bank::question::Choice;
use crate::cli::error::{self, Failure};
use crate::cli::passphrase::PassphraseArgs;
use crate::cli::progress_bar::ProgressBar;
use crate::cli::{CommandResult, Env, table};
use crate::exam::loaded_paper::choice_letter;
use crate::ids::{BankId, QuestionId};
use crate::projections::attempts::AttemptQuery;
use crate::service::remarking::{RemarkInstruction, RemarkPlan, RemarkRequest, RemarkedResult};
use crate::text;

/// Re-mark exams after a question turned out to be faulty
///
/// You type the passphrase first, because the preview shows who answered correctly. The preview lists the results that
/// change and the certificates that depend on them. If you confirm, this computer's issuer signs each new result, which
/// is stored beside the first one. No one loses a pass unless you add --may-fail. A new pass is dated on the day of the
/// attempt. Certificates do not change: revoke those that are wrong and issue them again.
#[derive(Debug, clap::Args)]
pub struct RemarkArgs {
    /// Question ID; add the bank ID in front if several banks have that question
    #[arg(long, value_name = "[BANK/]QUESTION")]
    question: String,
    /// How to re-mark: drop (the question no longer counts), accept-all (everyone asked gets the point), or rekey=KEY
    ///
    /// KEY is one or more letters, true or false, a number, or a text. Letters follow the order of the choices in the
    /// bank file. Put a slash between letters or numbers that are equally correct.
    #[arg(long, value_name = "POLICY")]
    policy: String,
    /// Reason, stored with each new result
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Revision of the question; by default the one drawn last
    #[arg(long, value_name = "NUMBER")]
    revision: Option<u32>,
    /// Allow people to lose a pass
    #[arg(long)]
    may_fail: bool,
    /// Sign and store without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    unlock: PassphraseArgs,
}

/// Shows what would change, asks for confirmation, signs and stores.
pub(super) fn run(args: &RemarkArgs, env: &mut Env<'_>) -> CommandResult {
    let instruction = parse_policy(&args.policy)?;
    require_printable_reason(&args.reason)?;
    let issuer = env.issuer()?;
    let mut service = env.open_service()?;
    let (bank, question) = find_question(&args.question, service.catalog())?;
    // The preview reveals who answered the question correctly, so only someone who can unlock the key may see it.
    let (key, _) = args.unlock.open_key(env, &issuer)?;
    let request = RemarkRequest {
        bank: &bank,
        question: &question,
        revision: args.revision,
        instruction,
        allow_lost_passes: args.may_fail,
    };
    let exams = service.attempts().list(&AttemptQuery { mode: Some(Mode::Exam), ..AttemptQuery::default() })?;
    let progress = ProgressBar::new(env, exams.len(), "re-marked");
    let plan = service.issuing().plan_remark(exams, &request, &issuer, &|| progress.step())?;
    drop(progress);
    if !env.global.json {
        for line in plan_lines(&plan, &bank, args) {
            env.print_line(&line)?;
        }
    }
    let change_count = plan.changes.len();
    let is_confirmed = args.yes
        || (change_count > 0
            && env.confirm(&format!("Sign and store the new results ({change_count})? (yes/no): "))?);
    let is_stored = change_count > 0 && is_confirmed;
    if is_stored {
        service.issuing_mut().apply_remark_plan(&plan, &args.reason, &key)?;
        // A new pass gets its certificate at once.
        for change in &plan.changes {
            service.certificates_mut().complete(change.row.trainee)?;
        }
    }
    if env.global.json {
        let mut value = plan_json(&plan);
        value["stored"] = json!(is_stored);
        env.print_json(&value)?;
    } else if is_stored {
        env.print_line(&format!("Signed and stored: {} re-marked", text::count_with_noun(change_count, "attempt")))?;
    } else if change_count == 0 {
        env.print_line("No result differs, so nothing was changed")?;
    }
    if change_count > 0 && !is_confirmed {
        return Err(Failure::negative(format!("Nothing was changed.{}", env.no_terminal_hint("--yes"))));
    }
    Ok(error::EXIT_SUCCESS)
}

/// Finds a question by BANK/QUESTION, or by its ID alone if exactly one bank in use has it.
fn find_question(reference: &str, catalog: &Catalog) -> Result<(BankId, QuestionId), Failure> {
    let display_reference = text::single_line(reference);
    let unknown_question = || {
        Failure::usage(format!(
            "There is no question \"{display_reference}\". Use BANK/QUESTION, such as risks/rate-upper-bound."
        ))
    };
    // With its bank named, the question need not be in use any more: stored papers keep the content of old questions.
    if let Some((bank, question)) = reference.split_once('/') {
        return bank.parse().ok().zip(question.parse().ok()).ok_or_else(unknown_question);
    }
    let question: QuestionId = reference.parse().map_err(|_| unknown_question())?;
    let has_question =
        |bank: &&CatalogEntry<LazyBank>| bank.value.questions.iter().any(|candidate| candidate.id == question);
    let banks: Vec<_> = catalog.banks().filter(has_question).map(|bank| bank.value.id.clone()).collect();
    match banks.as_slice() {
        [only] => Ok((only.clone(), question)),
        [] => Err(unknown_question()),
        several => {
            let several: Vec<_> = several.iter().map(|bank| format!("{bank}/{question}")).collect();
            Err(Failure::usage(format!("Several banks have that question. Choose one: {}.", several.join(", "))))
        }
    }
}

fn parse_policy(policy: &str) -> Result<RemarkInstruction<'_>, Failure> {
    match (policy, policy.strip_prefix("rekey=")) {
        ("drop", _) => Ok(RemarkInstruction::Drop),
        ("accept-all", _) => Ok(RemarkInstruction::AcceptAll),
        (_, Some(key)) => Ok(RemarkInstruction::Rekey(key)),
        _ => Err(Failure::usage("There is no such policy. Use drop, accept-all or rekey=KEY.")),
    }
}

/// Returns the preview: what would change, and for which people.
fn plan_lines(plan: &RemarkPlan, bank: &BankId, args: &RemarkArgs) -> Vec<String> {
    let critical = if plan.question.critical { ", safety-critical" } else { "" };
    let mut lines = vec![
        format!("Question: {bank}/{}, revision {}{critical}", plan.question.id, plan.question.revision),
        format!("  {}", text::single_line(&plan.question.stem)),
    ];
    lines.extend(choice_lines(plan));
    lines.extend([
        format!("Policy: {}", text::single_line(&args.policy)),
        format!(
            "Attempts: {} would change, {} unchanged, {} that keep their pass, {} in progress, {} with another version of \
             the question",
            plan.changes.len(),
            plan.unchanged_count,
            plan.preserved_passes.len(),
            plan.open_count,
            plan.other_version_count
        ),
    ]);
    if plan.open_count > 0 {
        lines.push("Attempts in progress will use the old key. Run this again when they finish.".to_owned());
    }
    if plan.remote_certificate_count > 0 {
        lines.push(format!(
            "{} signed for attempts stored elsewhere. This computer cannot tell whether they asked this question.",
            text::count_with_noun(plan.remote_certificate_count, "certificate")
        ));
    }
    let sections = [
        ("Results that would change", &plan.changes),
        ("Passes that stay, but would be lost with --may-fail", &plan.preserved_passes),
        ("May need a retake: their answer to a safety-critical question is no longer correct", &plan.possible_retakes),
    ];
    let heading = ["Attempt", "Name", "Exam", "Before", "After", "Certificates"];
    for (title, changes) in sections.into_iter().filter(|(_, changes)| !changes.is_empty()) {
        lines.extend([String::new(), format!("{title}:")]);
        lines.push(table::render(&heading, &changes.iter().map(table_row).collect::<Vec<_>>()));
    }
    if plan.changes.iter().any(|change| !change.certificates.is_empty()) {
        lines.push(String::new());
        lines.push(
            "Certificates do not change. To replace one, revoke it with `needlewise certificate revoke ID --reason \
             item-fault` and issue it again."
                .to_owned(),
        );
    }
    lines
}

/// Returns the choices in the order that the letters of `rekey` refer to, with the old key and the new one.
fn choice_lines(plan: &RemarkPlan) -> Vec<String> {
    let new_keys = match &plan.policy {
        RemarkPolicy::Rekey(keys) => keys.as_slice(),
        RemarkPolicy::Drop | RemarkPolicy::AcceptAll => return Vec::new(),
    };
    let is_new =
        |index: usize| new_keys.iter().any(|key| matches!(key, Answer::Choices(indexes) if indexes.contains(&index)));
    let format_choice = |(index, choice): (usize, &Choice)| {
        let key = match (choice.correct, is_new(index)) {
            (true, true) => "old and new key",
            (true, false) => "old key",
            (false, true) => "new key",
            (false, false) => "",
        };
        format!("    {}  {:<15}  {}", choice_letter(index), key, text::single_line(&choice.text))
    };
    plan.question.choices().iter().enumerate().map(format_choice).collect()
}

fn table_row(change: &RemarkedResult) -> Vec<String> {
    let RemarkedResult { row, state, new_outcome, certificates, .. } = change;
    let format_result =
        |state: &str, earned: &Points, possible| format!("{state}, {} of {possible}", earned.format_for_people());
    vec![
        row.id.to_string(),
        change.trainee_name.clone(),
        row.exam.as_ref().map_or_else(String::new, ToString::to_string),
        row.earned.as_ref().map_or_else(String::new, |earned| format_result(state.label(), earned, row.possible)),
        format_result(new_outcome.result.label(), &new_outcome.earned, new_outcome.possible),
        certificates
            .iter()
            .map(|id| id.short())
            .chain(change.self_test_certificate.iter().map(|id| format!("{} (self-test)", id.short())))
            .collect::<Vec<_>>()
            .join(" "),
    ]
}

fn plan_json(plan: &RemarkPlan) -> Value {
    let change = |change: &RemarkedResult| {
        let RemarkedResult { row, new_outcome: after, .. } = change;
        json!({
            "id": row.id,
            "trainee": { "id": row.trainee, "name": change.trainee_name },
            "exam": row.exam,
            "before": { "state": change.state.name(), "earned": row.earned, "possible": row.possible.to_string() },
            "after": { "state": after.result.name(), "earned": after.earned, "possible": after.possible.to_string() },
            "certificates": change.certificates, "self_test": change.self_test_certificate,
        })
    };
    let changes = |changes: &[RemarkedResult]| changes.iter().map(change).collect::<Vec<_>>();
    json!({
        "revision": plan.question.revision, "critical": plan.question.critical,
        "changed": changes(&plan.changes), "kept": changes(&plan.preserved_passes), "resit": changes(&plan.possible_retakes),
        "same": plan.unchanged_count, "open": plan.open_count, "others": plan.other_version_count, "elsewhere": plan.remote_certificate_count,
    })
}
