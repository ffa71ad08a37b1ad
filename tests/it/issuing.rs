//! From a pass to a certificate that a clinic accepts, on three computers that exchange files.

use std::path::PathBuf;

use needlewise::attempt::Fact;
use needlewise::attempt::chain::{ChainHead, StoredFact};
use needlewise::attempt::fact::kind_label;
use needlewise::clock::{Millis, Timestamp};
use needlewise::credential::{Assurance, SigningKeyPair};
use needlewise::ids::{Digest, StreamId};
use serde_json::{Value, json};

use crate::pass::{Pass, key};
use crate::world::{CommandOutput, World, small_bank};

/// The passphrase of the school's key.
const PASSPHRASE: &str = "correct horse battery staple";

/// Three computers, and a USB stick that carries files between them.
pub struct Three {
    pub trainee: World,
    pub school: World,
    pub clinic: World,
    stick: tempfile::TempDir,
}

impl Three {
    /// Sets up the computers: the trainee has passed, and the school has a key. The clinic trusts no one yet.
    pub fn ready() -> Self {
        let three = Self {
            trainee: World::new().with_small_banks(),
            school: World::new().with_small_banks().with_rng_seed(1000),
            clinic: World::new().with_rng_seed(2000),
            stick: tempfile::tempdir().expect("a stick"),
        };
        assert_eq!(three.trainee.pass_exam().code, 0);
        three.at_school(&["issuer", "init", "--name", "The School"]).done();
        three
    }

    /// Returns the path of a file on the stick.
    pub fn file(&self, name: &str) -> String {
        self.stick.path().join(name).to_string_lossy().into_owned()
    }

    /// Runs a command at the school with its passphrase file.
    pub fn at_school(&self, args: &[&str]) -> CommandOutput {
        let path = self.school.home.path().join("passphrase");
        let path = if path.exists() { path } else { self.school.secret("passphrase", PASSPHRASE) };
        let secret = path.to_string_lossy().into_owned();
        self.school.run(args.iter().copied().chain(["--passphrase-file", &secret]))
    }

    fn did(&self) -> String {
        self.school.run(["issuer", "show", "--json"]).json()["did"].as_str().expect("a key").to_owned()
    }

    /// Returns the ID of the trainee's attempt.
    pub fn attempt(&self) -> String {
        self.trainee.run(["record", "list", "--json"]).json()[0]["id"].as_str().expect("an attempt").to_owned()
    }

    /// Requests a certificate as the trainee and issues it as the school. Returns the path of the certificate.
    pub fn issues(&self) -> String {
        let (request, certificate) = (self.requests(), self.file("certificate.json"));
        self.issue(&request, &["--to", &certificate]).done();
        certificate
    }

    /// Requests a certificate as the trainee. Returns the path of the request.
    pub fn requests(&self) -> String {
        let request = self.file("request.json");
        self.trainee.run(["certificate", "request", &self.attempt(), "--to", &request]).done();
        request
    }

    /// Issues a certificate as the school, which accepts anomalies: answers of tests are fast and piped in.
    pub fn issue(&self, request: &str, args: &[&str]) -> CommandOutput {
        let issue = ["certificate", "issue", "--accept", "--yes", "--request", request];
        self.at_school(&issue.iter().chain(args).copied().collect::<Vec<_>>())
    }

    /// Sends the school's bundle to the clinic.
    fn send_bundle(&self) -> CommandOutput {
        let bundle = self.file("bundle.json");
        self.at_school(&["issuer", "bundle", "--to", &bundle]).done();
        self.clinic.run(["issuer", "trust", "--bundle", &bundle])
    }

    fn verdict(&self, file: &str) -> String {
        let said = self.clinic.run(["certificate", "verify", file, "--json"]);
        said.json()[0]["verdict"].as_str().expect("a verdict").to_owned()
    }

    /// Lets time pass on all computers.
    fn pass(&self, length: Millis) {
        for world in [&self.trainee, &self.school, &self.clinic] {
            world.pass(length);
        }
    }
}

#[test]
fn a_pass_becomes_a_certificate_that_a_clinic_accepts() {
    let three = Three::ready();
    let certificate = three.issues();
    assert_eq!(three.verdict(&certificate), "untrusted");
    three.clinic.run(["issuer", "trust", "--yes", &three.did(), "--name", "School of Needling"]).done();
    assert_eq!(three.verdict(&certificate), "stale");
    three.send_bundle().done();
    let said = three.clinic.run(["certificate", "verify", &certificate]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("Assurance") && said.out.contains("unsupervised"), "{}", said.all());
    assert!(said.out.contains("Issuer name in your trust list: School of Needling"), "{}", said.all());
    // The trainee imports it too. It belongs to the person who is already there.
    let said = three.trainee.run(["certificate", "import", &certificate]);
    assert!(
        said.code == 0 && said.out.contains("Amira Okafor") && said.out.contains("imported; untrusted"),
        "{}",
        said.all()
    );
    let again = three.trainee.run(["certificate", "import", &certificate]);
    assert!(again.out.contains("already stored"), "{}", again.all());
    assert_eq!(three.trainee.run(["trainee", "list", "--json"]).json().as_array().map(Vec::len), Some(1));
    assert_eq!(three.trainee.run(["certificate", "list", "--json"]).json().as_array().map(Vec::len), Some(2));
    assert_eq!(three.trainee.run(["doctor"]).code, 0);
    assert_eq!(three.school.run(["doctor"]).code, 0);
}

#[test]
fn an_issuer_sees_a_summary_before_signing() {
    let three = Three::ready();
    let request = three.requests();
    let said = three.issue(&request, &[]);
    let masked: Vec<_> =
        said.out.lines().map(|line| if line.starts_with("Person: ") { "Person: …" } else { line }).collect();
    insta::assert_snapshot!(masked.join("\n"));
}

#[test]
fn an_issuer_sees_how_many_requests_a_person_has_sent_with_any_outcome() {
    let three = Three::ready();
    let request = three.requests();
    let issue = ["certificate", "issue", "--accept", "--yes", "--request", request.as_str()];
    // A refused request counts as well as a declined one. Sending the same request again does not count twice.
    let whole = std::fs::read_to_string(&request).expect("a request");
    let mut changed: Value = serde_json::from_str(&whole).expect("json");
    changed["facts"].as_array_mut().expect("facts").remove(1);
    let changed = three.trainee.file("changed.json", changed.to_string());
    let refused = three.issue(&changed.to_string_lossy(), &[]);
    assert!(refused.code == 1 && refused.err.contains("refused"), "{}", refused.all());
    let secret = three.school.secret("wrong", "another passphrase").to_string_lossy().into_owned();
    let declined = three.school.run(issue.into_iter().chain(["--passphrase-file", &secret]));
    let says = "Requests: 2 from this person, including this one; certificates signed before: 0";
    assert!(declined.code != 0 && declined.out.contains(says), "{}", declined.all());
    let granted = three.at_school(&issue);
    assert!(granted.code == 0 && granted.out.contains(says), "{}", granted.all());
    assert_eq!(three.school.run(["doctor"]).code, 0);
    // The same person asks under another name after the first certificate.
    let id =
        three.school.run(["certificate", "list", "--json"]).json()[0]["short_id"].as_str().expect("an id").to_owned();
    three.school.run(["certificate", "revoke", &id, "--reason", "error"]).done();
    let mut renamed: Value = serde_json::from_str(&whole).expect("json");
    renamed["trainee"]["name"] = json!("Amira O. Okafor");
    let renamed = three.trainee.file("renamed.json", renamed.to_string());
    let said = three.issue(&renamed.to_string_lossy(), &[]);
    let says = "Requests: 3 from this person, including this one; certificates signed before: 1";
    assert!(said.code == 0 && said.out.contains(says), "{}", said.all());
}

#[test]
fn a_request_is_used_once_and_a_certificate_is_reissued_after_its_revocation() {
    let three = Three::ready();
    let certificate = three.issues();
    let request = three.file("request.json");
    // The same request writes the same certificate again, without a passphrase. Another name is another certificate.
    let copy = three.file("again.json");
    let again = three.school.run(["certificate", "issue", "--request", &request, "--to", &copy]);
    assert!(again.code == 0 && again.out.contains("This request was signed before."), "{}", again.all());
    assert_eq!(std::fs::read(&copy).expect("a copy"), std::fs::read(&certificate).expect("the certificate"));
    let renamed = three.issue(&request, &["--name", "Amira O. Okafor"]);
    assert!(renamed.code == 1 && renamed.err.contains("It was already used"), "{}", renamed.all());
    let id =
        three.school.run(["certificate", "list", "--json"]).json()[0]["short_id"].as_str().expect("an id").to_owned();
    three.school.run(["certificate", "revoke", &id, "--reason", "superseded"]).done();
    let twice = three.school.run(["certificate", "revoke", &id, "--reason", "error"]);
    assert!(twice.code == 1 && twice.err.contains("already revoked"), "{}", twice.all());
    let reissued = three.file("reissued.json");
    let args = [
        "certificate",
        "issue",
        "--accept",
        "--yes",
        "--request",
        &request,
        "--to",
        &reissued,
        "--name",
        "Amira O. Okafor",
    ];
    three.at_school(&args).done();
    three.clinic.run(["issuer", "trust", "--yes", &three.did(), "--name", "School"]).done();
    three.send_bundle().done();
    assert_eq!((three.verdict(&certificate).as_str(), three.verdict(&reissued).as_str()), ("revoked", "valid"));
    let bundle = std::fs::read_to_string(three.file("bundle.json")).expect("a bundle");
    assert!(!bundle.contains("superseded"), "the reason stays with the issuer: {bundle}");
    let unknown = three.school.run(["certificate", "revoke", "00000000", "--reason", "error"]);
    assert!(unknown.code == 2 && unknown.err.contains("There is no certificate"), "{}", unknown.all());
}

#[test]
fn a_certificate_is_not_signed_if_its_copy_cannot_be_written() {
    let three = Three::ready();
    let request = three.requests();
    let args =
        ["certificate", "issue", "--accept", "--yes", "--request", &request, "--to", &three.file("missing/copy.json")];
    let said = three.at_school(&args);
    assert!(said.code == 4 && said.err.contains("cannot be written"), "{}", said.all());
    assert_eq!(three.school.run(["certificate", "list", "--json"]).json(), json!([]), "nothing is signed");
    three.issue(&request, &["--to", &three.file("copy.json")]).done();
}

#[test]
fn a_request_changed_anywhere_is_refused() {
    let three = Three::ready();
    let request = three.requests();
    let whole: Value = serde_json::from_str(&std::fs::read_to_string(&request).expect("a request")).expect("json");
    let facts = whole["facts"].as_array().expect("facts").len();
    let mut pointers: Vec<String> = (0..facts)
        .flat_map(|n| {
            ["id", "seq", "kind", "at", "body", "prev", "digest", "salt", "payload"]
                .map(|name| format!("/facts/{n}/{name}"))
        })
        // The digest of a fact does not cover its ID, and nothing is read from the ID.
        .filter(|pointer| !pointer.ends_with("/id"))
        .collect();
    pointers.push("/trainee/id".to_owned());
    pointers.push("/attempt".to_owned());
    for pointer in pointers {
        let mut changed = whole.clone();
        let at = changed.pointer_mut(&pointer).expect("a member");
        *at = match at {
            Value::Number(number) => json!(number.as_i64().expect("a number") + 1),
            Value::String(text) => {
                let other = if text.ends_with('1') { '2' } else { '1' };
                json!(format!("{}{other}", &text[..text.len() - 1]))
            }
            other => panic!("{other}"),
        };
        let file = three.trainee.file("changed.json", changed.to_string());
        let said = three.issue(&file.to_string_lossy(), &[]);
        assert!(said.code == 1 || said.code == 3, "{pointer}: {}", said.all());
        assert!(
            ["changed", "contradicts itself", "does not match", "is not a certificate request"]
                .iter()
                .any(|reason| said.err.contains(reason)),
            "{pointer}: {}",
            said.all()
        );
    }
    let mut fewer = whole;
    fewer["facts"].as_array_mut().expect("facts").remove(1);
    let file = three.trainee.file("fewer.json", fewer.to_string());
    let said = three.issue(&file.to_string_lossy(), &[]);
    assert!(said.code == 1 && said.err.contains("a fact is missing before it"), "{}", said.all());
}

#[test]
fn a_stale_or_foreign_request_is_refused_with_the_reason() {
    let three = Three::ready();
    let request = three.requests();
    let issue = ["certificate", "issue", "--accept", "--yes", "--request", request.as_str()];
    // A school that has never stored these questions.
    let mut bank = small_bank();
    bank["questions"][0]["stem"] = json!("What about another one?");
    three.school.file("data/question-banks/small.json", bank.to_string());
    let elsewhere = Three { school: World::new(), ..Three::ready() };
    elsewhere.at_school(&["issuer", "init", "--name", "Another"]).done();
    let said = elsewhere.at_school(&issue);
    assert!(said.code == 1 && said.err.contains("does not have"), "{}", said.all());
    // The school that once stored them still knows them, so only the age of the request is left to refuse.
    three.pass(Millis::from_days(91));
    let said = three.at_school(&issue);
    assert!(said.code == 1 && said.err.contains("It is too old"), "{}", said.all());
    let junk = three.trainee.file("junk.json", "{}");
    let said = three.issue(&junk.to_string_lossy(), &[]);
    assert!(said.code == 1 && said.err.contains("is not a certificate request"), "{}", said.all());
    let junk = three.trainee.file("junk.json", "{");
    let said = three.issue(&junk.to_string_lossy(), &[]);
    assert!(said.code == 3 && said.err.contains("is not a certificate request"), "{}", said.all());
}

#[test]
fn a_stored_question_is_known_after_its_bank_was_edited() {
    let three = Three::ready();
    let mut bank = small_bank();
    bank["questions"][0]["stem"] = json!("What about another one?");
    three.school.file("data/question-banks/small.json", bank.to_string());
    three.issues();
}

#[test]
fn a_certificate_can_be_requested_only_for_a_passed_exam() {
    let world = World::new().with_small_banks();
    let said = world.typing("submit\nyes\n").run(["exam", "brief", "--plain", "--yes", "--trainee", "Amira Okafor"]);
    assert!(said.code == 1 && said.out.contains("Not passed"), "{}", said.all());
    let attempt = world.run(["record", "list", "--json"]).json()[0]["id"].as_str().expect("an id").to_owned();
    let said = world.run(["certificate", "request", &attempt, "--to", &world.path("request.json")]);
    assert!(said.code == 1 && said.err.contains("Only a passed exam"), "{}", said.all());
    let said = world.run(["certificate", "request", "nonsense", "--to", &world.path("request.json")]);
    assert_eq!(said.code, 2, "{}", said.all());
}

#[test]
fn a_wrong_passphrase_signs_nothing() {
    let three = Three::ready();
    let request = three.requests();
    let wrong = three.school.secret("wrong", "another passphrase");
    let args = [
        "certificate",
        "issue",
        "--accept",
        "--yes",
        "--request",
        &request,
        "--passphrase-file",
        &wrong.to_string_lossy(),
    ];
    let said = three.school.run(args);
    assert!(said.code == 1 && said.err.contains("passphrase is wrong"), "{}", said.all());
    assert_eq!(three.school.run(["certificate", "list", "--json"]).json(), json!([]));
    let said = three.school.run(["certificate", "issue", "--accept", "--yes", "--request", &request]);
    assert!(said.code == 2 && said.err.contains("NEEDLEWISE_PASSPHRASE_FILE"), "{}", said.all());
}

#[cfg(unix)]
#[test]
fn a_key_or_passphrase_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let three = Three::ready();
    let key = three.school.home.path().join("config/issuer.key");
    let mode = |path: &PathBuf| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(&key), 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).expect("permissions");
    let said = three.school.run(["issuer", "show"]);
    assert!(said.code == 4 && said.err.contains("can be read by other users"), "{}", said.all());
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("permissions");
    let open = three.school.file("open", PASSPHRASE);
    let said = three.school.run(["issuer", "bundle", "--to", "b.json", "--passphrase-file", &open.to_string_lossy()]);
    assert!(said.code == 4 && said.err.contains("can be read by other users"), "{}", said.all());
    let twice = three.at_school(&["issuer", "init", "--name", "Again"]);
    assert!(twice.code == 2 && twice.err.contains("already exists"), "{}", twice.all());
}

#[test]
fn a_rotated_key_keeps_the_same_ledger() {
    let three = Three::ready();
    let certificate = three.issues();
    three.clinic.run(["issuer", "trust", "--yes", &three.did(), "--name", "School"]).done();
    let old = three.did();
    three.pass(Millis::from_days(20));
    three.at_school(&["issuer", "init", "--rotate"]).done();
    assert_ne!(three.did(), old);
    three.send_bundle().done();
    assert_eq!(three.verdict(&certificate), "valid");
    let secret = |name: &str, text| three.school.secret(name, text).to_string_lossy().into_owned();
    let same = secret("same", PASSPHRASE);
    let rotate = ["issuer", "init", "--rotate", "--compromised", "--next-passphrase-file"];
    let said = three.at_school(&[&rotate[..], &[&same]].concat());
    assert!(said.code == 2 && said.err.contains("Choose another one"), "{}", said.all());
    let next = secret("next", "another six words are needed");
    three.at_school(&[&rotate[..], &[&next]].concat()).done();
    secret("passphrase", "another six words are needed");
    let refused = three.send_bundle();
    assert!(refused.code == 1 && refused.err.contains("not trusted here"), "{}", refused.all());
    three.clinic.run(["issuer", "trust", "--yes", &three.did(), "--name", "School"]).done();
    three.send_bundle().done();
    assert_eq!(three.verdict(&certificate), "valid", "it is in the ledger");
    let list = three.clinic.run(["issuer", "list"]);
    assert!(list.out.contains("compromised") && list.out.contains("in use"), "{}", list.all());
    three.clinic.run(["issuer", "untrust", "School"]).done();
    assert_eq!(three.verdict(&certificate), "untrusted");
    assert_eq!(three.clinic.run(["issuer", "untrust", "School"]).code, 2);
}

#[test]
fn two_people_with_one_name_stay_separate() {
    let three = Three::ready();
    let certificate = three.issues();
    three.clinic.run(["trainee", "add", "Amira Okafor"]).done();
    let said = three.clinic.run(["certificate", "import", &certificate]);
    assert!(said.code == 0 && said.out.contains("imported, person added"), "{}", said.all());
    assert_eq!(three.clinic.run(["trainee", "list", "--json"]).json().as_array().map(Vec::len), Some(2));
    let said = three.clinic.run(["record", "list", "--trainee", "amira okafor"]);
    assert!(said.code == 2 && said.err.contains("Several people have that name"), "{}", said.all());
}

#[test]
fn a_folder_of_certificates_is_verified_at_once() {
    let three = Three::ready();
    let certificate = three.issues();
    let text = std::fs::read_to_string(&certificate).expect("a certificate");
    let folder = three.clinic.home.path().join("handed");
    three.clinic.file("handed/a.json", &text);
    three.clinic.file("handed/deeper/b.json", text.replace("Amira", "Amina"));
    three.clinic.file("handed/notes.txt", "ignored");
    three.clinic.run(["issuer", "trust", "--yes", &three.did(), "--name", "School", "--without-revocation"]).done();
    let said = three.clinic.run(["certificate", "verify", &folder.to_string_lossy()]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.out);
    three.clinic.file("nothing/notes.txt", "ignored");
    assert_eq!(three.clinic.run(["certificate", "verify", &three.clinic.path("nothing")]).code, 2);
}

#[test]
fn an_invalid_certificate_is_not_imported() {
    let three = Three::ready();
    let text = std::fs::read_to_string(three.issues()).expect("a certificate");
    let changed = three.clinic.file("changed.json", text.replace("Amira", "Amina"));
    let said = three.clinic.run(["certificate", "import", &changed.to_string_lossy()]);
    assert!(said.code == 1 && said.out.contains("It was not imported. It is invalid."), "{}", said.all());
    assert_eq!(three.clinic.run(["trainee", "list", "--json"]).json(), json!([]));
}

#[test]
#[cfg(target_os = "linux")]
fn an_unreadable_file_in_a_folder_is_named_and_the_others_are_verified() {
    let three = Three::ready();
    let certificate = three.issues();
    let folder = three.clinic.home.path().join("handed");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::copy(&certificate, folder.join("good.json")).expect("a copy");
    // Reading `/proc/self/mem` from its start fails even for root, unlike a file without read permission.
    std::os::unix::fs::symlink("/proc/self/mem", folder.join("bad.json")).expect("a link");
    let said = three.clinic.run(["certificate", "verify", &folder.to_string_lossy()]);
    assert_eq!(said.code, 3, "{}", said.all());
    assert!(said.out.contains("1 invalid, 1 untrusted"), "{}", said.all());
    let json = three.clinic.run(["certificate", "verify", &folder.to_string_lossy(), "--json"]).json();
    assert!(json[0]["reason"].as_str().expect("a reason").starts_with("It cannot be read: "), "{json}");
    let said = three.clinic.run(["certificate", "import", &folder.to_string_lossy()]);
    assert!(said.code == 3 && said.out.contains("imported, person added"), "{}", said.all());
    assert!(said.out.contains("It cannot be read"), "{}", said.all());
}

#[test]
fn a_receipt_says_who_checked_what_and_when() {
    let three = Three::ready();
    let certificate = three.issues();
    three.clinic.run(["issuer", "trust", "--yes", &three.did(), "--name", "School"]).done();
    three.send_bundle().done();
    let receipt = three.clinic.path("receipt.pdf");
    let args = ["certificate", "verify", &certificate, "--receipt", &receipt, "--by", "Dr. Núñez"];
    three.clinic.run(args).done();
    let bytes = std::fs::read(&receipt).expect("a receipt");
    assert!(bytes.starts_with(b"%PDF-1.7"));
    three.clinic.run(args).done();
    assert!(std::fs::read(&receipt).expect("a receipt") == bytes, "the same check gives the same receipt");
    let without_name = three.clinic.run(["certificate", "verify", &certificate, "--receipt", &receipt]);
    assert_eq!(without_name.code, 2, "{}", without_name.all());
}

#[test]
fn a_renewal_links_the_earlier_certificate_and_starts_when_it_ends() {
    let three = Three::ready();
    three.issues();
    let of = |world: &World| world.run(["certificate", "list", "--json"]).json();
    let first = of(&three.school)[0].clone();
    assert_eq!(first["valid_until"], "2028-11-23T23:59:59Z");
    // 700 days later is within the last 60 days of the 24 months (731 days, since 2028 is a leap year).
    three.pass(Millis::from_days(700));
    assert_eq!(three.trainee.pass_exam().code, 0);
    three.issues();
    let second = of(&three.school)[0].clone();
    assert_eq!(second["valid_until"], "2030-11-23T23:59:59Z", "24 months from the end of the first, not from today");
    let id = second["id"].as_str().expect("an id");
    let shown = three.school.run(["certificate", "show", id]);
    let earlier = first["id"].as_str().expect("an id");
    assert!(shown.out.contains("Renewed certificate") && shown.out.contains(earlier), "{}", shown.all());
}

#[test]
fn a_certificate_ends_at_the_same_moment_in_every_time_zone() {
    let three = Three::ready();
    let certificate = three.issues();
    let said = |zone: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_needlewise"))
            .args(["certificate", "verify", &certificate, "--data-dir", &three.clinic.path("data")])
            .args(["--config-dir", &three.clinic.path("config")])
            .env("TZ", zone)
            .output()
            .expect("it runs");
        String::from_utf8(output.stdout).expect("a text")
    };
    let here = said("UTC");
    assert!(here.contains("Nov 23, 2028 (UTC)") && here.contains("Valid through 23 Nov 2028 (UTC)"), "{here}");
    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns"] {
        assert_eq!(said(zone), here, "{zone}");
    }
}

/// Returns a request with changed facts and a new matching chain. A sender can do this, since the chain has no secret.
fn forged(request: &Value, change: impl Fn(&str, &mut Value)) -> Value {
    let mut forged = request.clone();
    let stream: StreamId = request["attempt"].as_str().expect("an id").parse().expect("an id");
    let mut head = ChainHead::START;
    for line in forged["facts"].as_array_mut().expect("facts") {
        let text = |name: &str| line[name].as_str().expect("a text").to_owned();
        let mut payload: Value = serde_json::from_str(&text("payload")).expect("json");
        change(kind_label(&text("kind")), &mut payload);
        head = relink(line, &payload, stream, head, [9; 32]);
    }
    forged
}

/// Gives a fact of a request another payload and links it to the fact before it. Returns the new head of the chain.
pub fn relink(line: &mut Value, payload: &Value, stream: StreamId, head: ChainHead, salt: [u8; 32]) -> ChainHead {
    let text = |name: &str| line[name].as_str().expect("a text").to_owned();
    let fact = Fact::from_payload(&text("kind"), &payload.to_string()).expect("a fact");
    let at = Timestamp::from_millis(line["at"].as_i64().expect("a moment"));
    let row = StoredFact::link(text("id").parse().expect("an id"), stream, head, at, &fact, salt);
    line["body"] = json!(row.payload_digest);
    line["prev"] = json!(row.previous_digest);
    line["digest"] = json!(row.digest);
    let salted = row.salted_payload.as_ref().expect("a payload");
    line["salt"] = json!(needlewise::ids::to_hex(&salted.salt));
    line["payload"] = json!(salted.payload);
    ChainHead::after_fact(&row)
}

#[test]
fn a_rechained_request_is_checked_against_the_issuers_own_banks() {
    let three = Three::ready();
    let request = three.requests();
    let whole: Value = serde_json::from_str(&std::fs::read_to_string(&request).expect("a request")).expect("json");
    let issue = |request: &Value| {
        let file = three.trainee.file("forged.json", request.to_string());
        three.issue(&file.to_string_lossy(), &[])
    };
    let started = |change: &dyn Fn(&mut Value)| {
        forged(&whole, |kind, payload| {
            if kind == "started" {
                change(payload);
            }
        })
    };
    for (what, request) in [
        ("another version", started(&|it| it["paper"]["banks"][0]["version"] = json!("1.0.0; sat under Dr X"))),
        ("not replaced", started(&|it| it["paper"]["banks"][0]["replaced"] = json!(true))),
        ("another pool", started(&|it| it["paper"]["sections"][0]["pool"] = it["paper"]["exam"]["digest"].clone())),
        (
            "a question twice",
            started(&|it| it["paper"]["items"][1]["question"] = it["paper"]["items"][0]["question"].clone()),
        ),
        (
            "an answer of too many ticks",
            forged(&whole, |kind, payload| {
                if let ("answered", Some(ticks)) =
                    (kind, payload.pointer_mut("/answer/choices").and_then(Value::as_array_mut))
                {
                    let first = ticks[0].clone();
                    ticks.push(first);
                }
            }),
        ),
    ] {
        let said = issue(&request);
        assert!(said.code == 1 && said.err.contains("The request is refused"), "{what}: {}", said.all());
    }
    // A claimed review is not believed, and a time limit longer than that of the exam is reported.
    let said = issue(&started(&|it| {
        it["paper"]["reviewed"] = json!("2026-01-01");
        it["limit"] = json!(86_400_000);
    }));
    assert!(
        said.code == 0 && said.out.contains("Anomaly: Time limit: 24:00:00. The exam has 10:00."),
        "{}",
        said.all()
    );
    let id =
        three.school.run(["certificate", "list", "--json"]).json()[0]["short_id"].as_str().expect("an id").to_owned();
    let shown = three.school.run(["certificate", "show", &id]);
    assert!(shown.out.contains("Questions not yet reviewed by a clinician"), "{}", shown.all());
}

#[test]
fn replaying_a_hostile_request_is_harmless() {
    let three = Three::ready();
    let request = three.requests();
    let whole: Value = serde_json::from_str(&std::fs::read_to_string(&request).expect("a request")).expect("json");
    let replay = |request: &Value| {
        let file = three.school.file("forged.json", request.to_string());
        three.school.run(["record", "replay", "--request", &file.to_string_lossy()])
    };
    // A section with the index of a bank that does not exist.
    let beyond = forged(&whole, |kind, payload| {
        if kind == "started" {
            payload["paper"]["sections"].as_array_mut().expect("sections").push(json!({ "bank": 9 }));
        }
    });
    let said = replay(&beyond);
    assert!(said.code == 1 && said.err.contains("cannot be replayed"), "{}", said.all());
    // An answer to a question index that no paper can have.
    let far = forged(&whole, |kind, payload| {
        if kind == "answered" {
            payload["item"] = json!(u64::MAX);
        }
    });
    assert_eq!(replay(&far).code, 1, "the scores differ from the stored ones");
    // A bank title with an escape sequence that would clear the screen.
    let frame = whole["contents"].as_object().expect("contents").iter().find(|(_, text)| {
        let frame: Value = serde_json::from_str(text.as_str().expect("a text")).unwrap_or_default();
        frame["questions"] == json!([])
    });
    let (digest, text) = frame.expect("a frame");
    let hostile = text.as_str().expect("a text").replace("\"Small\"", "\"\\u001b[2JSmall\"");
    let other = Digest::of(&hostile).to_string();
    let mut steers = forged(&whole, |kind, payload| {
        let outcome = if kind == "finished" { payload.pointer_mut("/outcome/sections/0/title") } else { None };
        outcome.into_iter().for_each(|title| *title = json!("\u{1b}[2JSmall"));
        if kind == "started" {
            assert_eq!(payload["paper"]["banks"][0]["frame"], json!(digest));
            payload["paper"]["banks"][0]["frame"] = json!(other);
        }
    });
    steers["contents"][&other] = json!(hostile);
    let said = replay(&steers);
    assert!(said.code == 0 && said.out.contains("Section: ") && !said.out.contains('\u{1b}'), "{}", said.all());
}

#[test]
fn a_strangers_certificate_never_renames_a_known_person() {
    let (clinic, hour) = (World::new(), Millis::from_hours(1));
    clinic.pass(hour);
    let stranger = SigningKeyPair::from_seed([9; 32]);
    let school = || Pass { name: "Alice Adams", assurance: Assurance::Unsupervised, ..Pass::default() };
    let import = |name: &str, pass: &Pass<'_>| {
        let file = clinic.file(name, pass.certificate());
        clinic.run(["certificate", "import", &file.to_string_lossy()])
    };
    clinic.run(["issuer", "trust", "--yes", &key().did(), "--name", "School", "--without-revocation"]).done();
    let names = || clinic.run(["trainee", "list", "--json"]).json()[0]["name"].clone();
    // This certificate came first, but its signer is not trusted. The trusted one decides the person's name.
    import("1.json", &Pass { name: "Mallory", key: &stranger, certificate: 3, ..school() }).done();
    import("2.json", &school()).done();
    assert_eq!(names(), "Alice Adams");
    let said = import("3.json", &Pass { name: "Mallory", key: &stranger, certificate: 4, ..school() });
    assert!(said.code == 1 && said.out.contains("Name here: \"Alice Adams\"."), "{}", said.all());
    // A stranger's certificate with the ID of another neither replaces the other nor blocks its import.
    let squat = import("4.json", &Pass { key: &stranger, until: "2099-12-31T23:59:59Z", ..school() });
    assert!(squat.code == 1 && squat.out.contains("Another certificate with the same ID"), "{}", squat.all());
    import("5.json", &Pass { key: &stranger, certificate: 6, until: "2099-12-31T23:59:59Z", ..school() }).done();
    import("6.json", &Pass { certificate: 6, ..school() }).done();
    let said = clinic.run(["record", "matrix", "--json"]);
    assert!(said.out.contains("2028-11-23") && !said.out.contains("2099"), "{}", said.all());
    assert_eq!(clinic.run(["doctor"]).code, 0);
}

#[test]
fn a_row_without_its_fact_is_never_exported() {
    let clinic = World::new();
    clinic.pass(Millis::from_hours(1));
    let file = clinic.file("a.json", Pass { assurance: Assurance::Unsupervised, ..Pass::default() }.certificate());
    clinic.run(["certificate", "import", &file.to_string_lossy()]).done();
    clinic.run(["issuer", "trust", "--yes", &key().did(), "--name", "School", "--without-revocation"]).done();
    let store = rusqlite::Connection::open(clinic.data().join("needlewise.db")).expect("a store");
    store
        .execute_batch(
            "PRAGMA foreign_keys = OFF; DELETE FROM fact_payload WHERE fact = (SELECT fact FROM certificates)",
        )
        .expect("deleted");
    for format in ["csv", "json"] {
        let said = clinic.run(["record", "export", "--format", format]);
        assert!(said.code == 4 && !said.out.contains("current"), "{}", said.all());
    }
}

#[test]
fn a_school_sets_what_its_certificates_show() {
    let three = Three::ready();
    let set = |args: &[&str]| three.school.run(["issuer", "set"].iter().chain(args));
    let said = set(&["--signatory", "Rosa Delgado, PT", "--provider-number", "CE-20417"]);
    assert!(said.code == 2 && said.all().contains("--signatory-title"), "{}", said.all());
    assert!(set(&[]).out.contains("Provider number: none"), "a refused change changes nothing");
    set(&["--signatory", "Rosa Delgado, PT", "--signatory-title", "Director", "--provider-number", "CE-20417"]).done();
    let logo = three.school.file("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
    set(&["--logo", &logo.to_string_lossy(), "--paper", "letter"]).done();
    let shown = three.school.run(["issuer", "show", "--json"]).json();
    let said =
        ["signatory", "signatory_title", "provider_number", "paper"].map(|name| shown["branding"][name].as_str());
    assert_eq!(said, [Some("Rosa Delgado, PT"), Some("Director"), Some("CE-20417"), Some("letter")]);

    let certificate = three.issues();
    let signed: Value = serde_json::from_slice(&std::fs::read(&certificate).expect("a file")).expect("json");
    assert_eq!(signed["issuer"]["otherIdentifier"][0]["identifier"], "CE-20417");
    assert_eq!(signed["credentialSubject"]["source"]["name"], "Rosa Delgado, PT");
    assert_eq!(signed["credentialSubject"]["source"]["description"], "Director");
    assert_eq!(three.verdict(&certificate), "untrusted", "it verifies elsewhere");
    let pdf = |who: &World| {
        let id = who.run(["certificate", "list", "--json"]).json()[0]["short_id"].as_str().expect("an ID").to_owned();
        let folder = who.path("pdf");
        who.run(["certificate", "export", &id, "--format", "pdf", "--to", &folder]).done();
        let file = std::fs::read_dir(&folder).expect("a folder").next().expect("a PDF").expect("an entry");
        String::from_utf8_lossy(&std::fs::read(file.path()).expect("a PDF")).into_owned()
    };
    assert!(pdf(&three.school).contains("[0 0 792 612]"), "US Letter at the school");
    three.trainee.run(["certificate", "import", &certificate]).done();
    assert!(pdf(&three.trainee).contains("[0 0 841.89 595.28]"), "the paper is not a part of the certificate");

    let rotated = three.at_school(&["issuer", "init", "--rotate"]);
    assert_eq!(rotated.code, 0, "{}", rotated.all());
    assert!(set(&[]).out.contains("Rosa Delgado, PT, Director"), "a new key keeps the settings");
    let nothing = set(&["--logo", "", "--signatory", "", "--signatory-title", "", "--provider-number", ""]);
    assert_eq!(nothing.out, "Logo: none\nSignatory: none\nProvider number: none\nPaper: letter\n");
}

#[test]
fn a_logo_that_is_refused_changes_nothing() {
    let three = Three::ready();
    let logo = three.school.file("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>");
    let path = logo.to_string_lossy().into_owned();
    let refused = three.school.run(["issuer", "set", "--logo", &path, "--provider-number", "CE-1"]);
    assert!(refused.code == 1 && refused.all().contains("\"script\""), "{}", refused.all());
    assert!(three.school.run(["issuer", "set"]).out.contains("Provider number: none"));
    let missing = three.school.run(["issuer", "set", "--logo", "no such file"]);
    assert_eq!(missing.code, 3, "{}", missing.all());
}
