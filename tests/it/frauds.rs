//! Requests that are copied or made up: the issuer sees it, and nothing is signed without a word.

use needlewise::attempt::chain::ChainHead;
use needlewise::attempt::fact::kind_label;
use needlewise::clock::Millis;
use needlewise::ids::{AttemptId, StreamId, TraineeId, from_hex};
use serde_json::{Value, json};

use crate::issuing::{Three, relink};
use crate::pass::moment;

/// Which parts of a copied attempt are new.
#[derive(Clone, Copy, PartialEq)]
enum Renewed {
    /// Not even the ID of the attempt.
    NothingButTheName,
    Nothing,
    Salts,
    SaltsAndTimes,
    All,
}

/// Returns a request that copies the attempt of another request under another name and other IDs, with a chain that
/// matches. A sender can do this, since the chain has no secret.
fn copied(request: &Value, name: &str, number: u8, renewed: Renewed) -> Value {
    let at = moment("2026-11-23T09:05:00Z");
    let trainee = TraineeId::new(at, [number; 10]);
    let attempt = match renewed {
        Renewed::NothingButTheName => request["attempt"].as_str().expect("an id").parse().expect("an id"),
        _ => AttemptId::new(at, [number; 10]),
    };
    let mut copy = request.clone();
    copy["trainee"] = json!({ "id": trainee, "name": name });
    copy["attempt"] = json!(attempt);
    let stream = StreamId::from(attempt);
    let mut head = ChainHead::START;
    for (index, line) in copy["facts"].as_array_mut().expect("facts").iter_mut().enumerate() {
        let text = |name: &str| line[name].as_str().expect("a text").to_owned();
        let mut payload: Value = serde_json::from_str(&text("payload")).expect("json");
        match kind_label(&text("kind")) {
            "started" => {
                payload["trainee"] = json!(trainee);
                if renewed == Renewed::All {
                    payload["paper"]["seed"] = json!("00".repeat(32));
                }
            }
            "answered" if matches!(renewed, Renewed::SaltsAndTimes | Renewed::All) => {
                payload["elapsed"] = json!(payload["elapsed"].as_u64().expect("a time") + 1);
            }
            _ => {}
        }
        let salt = match renewed {
            Renewed::Nothing | Renewed::NothingButTheName => from_hex(&text("salt")).expect("a salt"),
            _ => [u8::try_from(index).expect("few facts").wrapping_add(number); 32],
        };
        head = relink(line, &payload, stream, head, salt);
    }
    copy
}

/// Returns the trainee's request, which the school has received and granted.
fn granted(three: &Three) -> Value {
    let request = three.requests();
    three.issue(&request, &[]).done();
    serde_json::from_str(&std::fs::read_to_string(request).expect("a request")).expect("json")
}

#[test]
fn a_copied_attempt_is_recognized_by_anything_that_is_random_in_it() {
    let three = Three::ready();
    let request = granted(&three);
    let copies = [
        (Renewed::Nothing, "the random start of the paper and random numbers of answers and the answer times"),
        (Renewed::Salts, "the random start of the paper and the answer times"),
        (Renewed::SaltsAndTimes, "the random start of the paper"),
    ];
    for (number, (renewed, common)) in (50..).zip(copies) {
        let copy = three.trainee.file("copy.json", copied(&request, "Beau Martin", number, renewed).to_string());
        let path = copy.to_string_lossy().into_owned();
        let said = three.at_school(&["certificate", "issue", "--request", &path]);
        let anomaly = format!("Anomaly: Copied attempt: {common} match an earlier request from Amira Okafor (");
        assert!(said.code == 1 && said.out.contains(&anomaly), "{}", said.all());
        assert!(said.err.contains("Nothing was signed") && said.err.contains("--accept"), "{}", said.err);
    }
    assert_eq!(three.school.run(["certificate", "list", "--json"]).json().as_array().expect("a list").len(), 1);
    // Sending the same request again is no copy.
    assert_eq!(three.issue(&three.file("request.json"), &[]).code, 0);
}

#[test]
fn a_copy_with_the_same_attempt_is_recognized_before_the_first_one_is_signed() {
    let three = Three::ready();
    let request = three.requests();
    let reviewed = three.at_school(&["certificate", "issue", "--request", &request]);
    assert_eq!(reviewed.code, 1, "received and not signed: {}", reviewed.all());
    let request: Value = serde_json::from_str(&std::fs::read_to_string(request).expect("a request")).expect("json");
    let copy = copied(&request, "Beau Martin", 40, Renewed::NothingButTheName).to_string();
    let copy = three.trainee.file("copy.json", copy).to_string_lossy().into_owned();
    let said = three.at_school(&["certificate", "issue", "--request", &copy]);
    assert!(said.out.contains("Anomaly: Copied attempt: "), "{}", said.all());
}

#[test]
fn a_request_edited_after_it_was_granted_stays_refused_and_the_granted_one_stays_granted() {
    let three = Three::ready();
    let request = granted(&three);
    let mut edited = request.clone();
    edited["trainee"]["name"] = json!("Beau Martin");
    let edited = three.trainee.file("edited.json", edited.to_string()).to_string_lossy().into_owned();
    for _ in 0..3 {
        let said = three.issue(&edited, &["--to", &three.file("wrong.json")]);
        assert!(said.code == 1 && said.err.contains("It was already used for certificate"), "{}", said.all());
        let said = three.issue(&three.file("request.json"), &["--to", &three.file("again.json")]);
        assert!(said.code == 0 && said.out.contains("This request was signed before"), "{}", said.all());
    }
    assert!(!std::path::Path::new(&three.file("wrong.json")).exists());
}

#[test]
fn a_paper_that_does_not_follow_from_its_seed_is_refused() {
    let three = Three::ready();
    let request = granted(&three);
    let made_up = three.trainee.file("made-up.json", copied(&request, "Beau Martin", 60, Renewed::All).to_string());
    let said = three.issue(&made_up.to_string_lossy(), &[]);
    assert!(said.code == 1 && said.err.contains("Its questions were not drawn at random"), "{}", said.all());
}

#[test]
fn an_anomaly_or_a_passphrase_from_a_file_needs_a_word_before_anything_is_signed() {
    let three = Three::ready();
    let request = three.requests();
    for (given, missing) in
        [(&[][..], "add --accept and --yes."), (&["--yes"], "add --accept."), (&["--accept"], "add --yes.")]
    {
        let command: Vec<_> =
            ["certificate", "issue", "--request", &request].into_iter().chain(given.iter().copied()).collect();
        let refused = three.at_school(&command);
        assert!(refused.code == 1 && refused.err.contains(missing), "{given:?}: {}", refused.all());
    }
    let refused = three.at_school(&["certificate", "issue", "--request", &request]);
    assert!(refused.out.contains("Anomaly: "), "the review is shown: {}", refused.all());
    assert_eq!(three.school.run(["certificate", "list", "--json"]).json(), json!([]));
    three.issue(&request, &[]).done();
}

#[test]
fn a_request_is_compared_with_the_roster_and_with_holders_of_the_same_name() {
    let three = Three::ready();
    let request = granted(&three);
    three.school.run(["trainee", "add", "Cleo Stone", "--id", "S-9"]).done();
    let review = |name: &str, number| {
        three.school.pass(Millis(1_000));
        let file = three.trainee.file("other.json", copied(&request, name, number, Renewed::Salts).to_string());
        three.at_school(&["certificate", "issue", "--request", &file.to_string_lossy()]).out
    };
    let said = review("Amira Okafor", 70);
    assert!(said.contains("Anomaly: Another person here has this name and a certificate: "), "{said}");
    assert!(said.contains("Anomaly: Nobody on the roster has this name"), "{said}");
    three.school.run(["trainee", "add", "Dana Fox", "--id", "S-10"]).done();
    let said = review("Dana Fox", 71);
    assert!(
        said.contains("Roster: Dana Fox, S-10 (the same name only)") && !said.contains("Nobody on the roster"),
        "{said}"
    );
    let roster = three.school.file("roster.csv", "name,staff number\nDana Fox,S-10\nDana Fox,S-11\n");
    three.school.run(["trainee", "add", "--from", &roster.to_string_lossy()]).done();
    let said = review("Dana Fox", 72);
    assert!(said.contains("Anomaly: 2 people on the roster have this name"), "{said}");
}
