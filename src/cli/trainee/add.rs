use crate::attempt::fact::Person;
use crate::cli::error::Failure;
use crate::cli::{Env, Outcome};
use crate::text;

/// Add a person
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// The name as it will be printed on a certificate
    #[arg(value_name = "NAME")]
    name: String,
    /// The number the school or clinic knows the person by
    #[arg(long = "id", value_name = "STAFF-NO")]
    staff_id: Option<String>,
    /// The holder's license, as it will be printed on a certificate
    #[arg(long, value_name = "TEXT")]
    license: Option<String>,
}

/// Adds the person and prints the id.
pub(super) fn run(args: &AddArgs, env: &mut Env<'_>) -> Outcome {
    for (what, given) in [("--id", &args.staff_id), ("--license", &args.license)] {
        let fits = |text: &String| text.chars().all(text::is_harmless) && !text.trim().is_empty() && text.len() <= 200;
        if !given.as_ref().is_none_or(fits) {
            return Err(Failure::usage(format!(
                "{what} is empty, too long, or holds a character that cannot be printed."
            )));
        }
    }
    let mut desk = env.desk()?;
    let (staff_id, license) = (args.staff_id.clone(), args.license.clone());
    let row = desk.add(Person { staff_id, license, ..Person::named(&args.name) })?;
    if env.global.json {
        return env.say_json(&serde_json::json!({ "id": row.id, "name": row.person.name }));
    }
    env.say(&format!("Added {} ({}).", row.person.name, row.id))
}
