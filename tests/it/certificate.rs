//! Certificates: what was signed verifies, and anything else is refused.

use std::collections::BTreeSet;

use needlewise::clock::{Millis, Timestamp};
use needlewise::credential::bundle::BundleContents;
use needlewise::credential::issuer::{KeyMaterial, KeyRotation};
use needlewise::credential::key::{KeyPeriod, fingerprint};
use needlewise::credential::trust::{ListRequirement, RevocationList, TrustedIssuer};
use needlewise::credential::types::ResultValue;
use needlewise::credential::{
    Bundle, Issuer, Revocation, RevocationReason, SigningKeyPair, TrustList, Verdict, verify,
};
use needlewise::ids::{CertificateId, Digest, IssuerId};
use needlewise::view::certificate::labeled_fields;
use serde_json::{Value, json};

use crate::pass::{Pass, branded, key, moment, school_branding};

/// Returns the example: a fixed pass for this name, signed with a fixed key.
fn issued_to(name: &str) -> String {
    issued(name, &key(), "2026-11-23T09:05:00Z")
}

/// Returns the example signed with another key, for an attempt that ended at another time.
fn issued(name: &str, key: &SigningKeyPair, at: &str) -> String {
    Pass { name, at, key, ..Pass::default() }.certificate()
}

fn example() -> String {
    issued_to("Zoë Ångström")
}

fn today() -> Timestamp {
    moment("2027-01-01T00:00:00Z")
}

fn trusting(list: Option<RevocationList>, without_revocation: bool) -> TrustList {
    let from = moment("2026-01-01T00:00:00Z").day();
    let keys = vec![KeyPeriod { did: key().did(), from, until: None, compromised: false, endorsement: None }];
    let mut trust = TrustList::default();
    trust.issuers.push(TrustedIssuer { name: "The school".to_owned(), keys, list, without_revocation });
    trust
}

fn school() -> IssuerId {
    IssuerId::new(moment("2026-01-01T00:00:00Z"), [5; 10])
}

fn revoking(issued: &str, revoked: Vec<CertificateId>) -> RevocationList {
    let revoked = revoked.into_iter().collect();
    RevocationList { issuer: school(), sequence: 1, issued: moment(issued), revoked, ledger: BTreeSet::new() }
}

fn verdict(text: &str) -> Verdict {
    verify(text.as_bytes(), &trusting(None, true), today()).verdict
}

#[test]
fn the_example_certificate_never_changes() {
    insta::assert_snapshot!(example());
}

#[test]
fn a_signed_certificate_verifies_with_every_field() {
    let checked = verify(example().as_bytes(), &trusting(None, true), today());
    assert_eq!(checked.verdict, Verdict::Valid, "{}", checked.reason);
    assert_eq!(
        checked.issuer_name.as_deref(),
        Some("The school"),
        "the name from the trust list, not from the document"
    );
    let untrusted = verify(example().as_bytes(), &TrustList::default(), today());
    assert_eq!(untrusted.issuer_name, None, "no name in the trust list");
    assert_eq!(untrusted.issuer_label(), "A computer (self-declared)");
    let fields = labeled_fields(&checked.credential.expect("a credential"));
    let lines: Vec<_> = fields.iter().map(|(label, value)| format!("{label}: {value}")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn names_in_all_scripts_survive_signing() {
    for name in
        ["Ω Παπαδόπουλος", "Жанна Иванова", "דוד לוי", "محمد علی\u{200c}زاده", "李小龙", "x".repeat(60).as_str()]
    {
        let text = issued_to(name);
        assert_eq!(verdict(&text), Verdict::Valid);
        assert!(text.contains(name));
    }
}

/// Calls `change` with a copy of a certificate for every value in it, at its pointer.
fn each_value(text: &str, change: &mut dyn FnMut(&str, Value)) {
    fn walk(whole: &Value, at: &Value, pointer: &str, change: &mut dyn FnMut(&str, Value)) {
        change(pointer, whole.clone());
        match at {
            Value::Object(members) => {
                for (name, value) in members {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    walk(whole, value, &format!("{pointer}/{name}"), change);
                }
            }
            Value::Array(values) => {
                for (n, value) in values.iter().enumerate() {
                    walk(whole, value, &format!("{pointer}/{n}"), change);
                }
            }
            _ => {}
        }
    }
    let whole: Value = serde_json::from_str(text).expect("json");
    walk(&whole, &whole, "", change);
}

#[test]
fn changing_removing_or_adding_any_value_makes_a_certificate_invalid() {
    assert_every_change_is_refused(&example());
}

#[test]
fn changing_removing_or_adding_any_value_makes_a_branded_certificate_invalid() {
    let text = branded(&school_branding()).certificate();
    assert_eq!(verdict(&text), Verdict::Valid);
    assert_every_change_is_refused(&text);
}

#[test]
fn changing_removing_or_adding_any_value_makes_an_older_certificate_invalid() {
    let text = include_str!("../fixtures/certificates/self-test-1.json");
    assert_eq!(verdict(text), Verdict::Untrusted);
    assert_every_change_is_refused(text);
}

fn assert_every_change_is_refused(text: &str) {
    let mut tried = 0;
    each_value(text, &mut |pointer, whole| {
        let mut refused = |what: &str, value: Value| {
            assert_eq!(verdict(&value.to_string()), Verdict::Invalid, "{what} at {pointer}");
            tried += 1;
        };
        let at = whole.pointer(pointer).expect("a value").clone();
        let with = |new: Value| {
            let mut value = whole.clone();
            *value.pointer_mut(pointer).expect("a value") = new;
            value
        };
        match &at {
            Value::String(text) => {
                refused("one more letter", with(json!(format!("{text}x"))));
                refused("emptied", with(json!("")));
                refused("null", with(Value::Null));
                refused("a number", with(json!(1)));
            }
            Value::Array(values) => {
                let doubled: Vec<_> = values.iter().chain(values.first()).cloned().collect();
                refused("an element doubled", with(json!(doubled)));
                refused("an element removed", with(json!(values[1..])));
                if values.len() > 1 && values[0] != values[1] {
                    let mut turned = values.clone();
                    turned.swap(0, 1);
                    refused("two elements swapped", with(json!(turned)));
                }
            }
            Value::Object(members) => {
                for name in members.keys() {
                    let mut fewer = members.clone();
                    fewer.remove(name);
                    refused(&format!("without {name}"), with(json!(fewer)));
                }
                for name in
                    ["extra", "@included", "@id", "https://example.org/x", "x-note", "termsOfUse", "credentialStatus"]
                {
                    let mut more = members.clone();
                    more.insert(name.to_owned(), json!("value"));
                    refused(&format!("with {name}"), with(json!(more)));
                }
            }
            _ => {}
        }
    });
    // Guards against a walk that silently skips most of the document.
    assert!(tried > 400, "{tried}");
}

/// Returns the example with a change.
fn changed(change: &dyn Fn(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(&example()).expect("json");
    change(&mut value);
    value.to_string()
}

/// The name of an attack, and the forged document.
type Attack = (&'static str, String);

/// Returns attacks on what is signed, and by whom.
fn attacks_on_the_signature() -> Vec<Attack> {
    let stranger = SigningKeyPair::from_seed([9; 32]).did();
    let fragment = stranger.trim_start_matches("did:key:").to_owned();
    let until = "2028-11-23T23:59:59Z";
    vec![
        (
            "expiry hidden in @included",
            changed(&|value| {
                value.as_object_mut().expect("a record").remove("validUntil");
                // With its type, because JSON-LD knows the term only within that type. The signed graph stays the same,
                // so the signature matches, and a widely used library shows a certificate without an end.
                let kind = "VerifiableCredential";
                value["@included"] = json!([{ "id": value["id"], "type": [kind], "validUntil": until }]);
            }),
        ),
        ("expiry hidden in @graph", changed(&|value| value["@graph"] = json!([{ "validUntil": until }]))),
        (
            "fragment of another key",
            changed(&|value| {
                let method = format!("{}#{fragment}", key().did());
                value["proof"][0]["verificationMethod"] = json!(method);
            }),
        ),
        ("issuer is not signer", changed(&|value| value["issuer"]["id"] = json!(stranger))),
    ]
}

/// Returns attacks on the form of the document.
fn attacks_on_the_form() -> Vec<Attack> {
    vec![
        (
            "two proofs",
            changed(&|value| {
                let proof = value["proof"][0].clone();
                value["proof"] = json!([proof, proof]);
            }),
        ),
        ("no proof", changed(&|value| value["proof"] = json!([]))),
        ("proof not in a list", changed(&|value| value["proof"] = value["proof"][0].clone())),
        ("nested proof", changed(&|value| value["credentialSubject"]["proof"] = value["proof"].clone())),
        ("nested context", changed(&|value| value["issuer"]["@context"] = json!({ "name": "https://example.org/x" }))),
        ("another context", changed(&|value| value["@context"][1] = json!("https://example.org/context.json"))),
        ("blank node id", changed(&|value| value["evidence"][0]["id"] = json!("_:b0"))),
        (
            "evidence that is not in the signed graph",
            changed(&|value| {
                let mut more = value["evidence"][1].clone();
                more["id"] = json!("urn:uuid:no such id");
                more["genre"] = json!("renewal");
                more["narrative"] = json!("Sat under an invigilator, who checked the identity.");
                value["evidence"].as_array_mut().expect("a list").push(more);
            }),
        ),
        (
            "an id in capital letters",
            changed(&|value| value["id"] = json!(value["id"].as_str().map(str::to_uppercase))),
        ),
        (
            "a signature of thousands of digits",
            changed(&|value| {
                value["proof"][0]["proofValue"] = json!(format!("z{}", "1".repeat(50_000)));
            }),
        ),
        ("relative id", changed(&|value| value["evidence"][0]["id"] = json!("relative"))),
        ("two parts of one id", changed(&|value| value["evidence"][0]["id"] = value["id"].clone())),
    ]
}

/// Returns attacks on its texts.
fn attacks_on_the_texts() -> Vec<Attack> {
    let plain = example();
    vec![
        ("another purpose", changed(&|value| value["proof"][0]["proofPurpose"] = json!("authentication"))),
        ("another suite", changed(&|value| value["proof"][0]["cryptosuite"] = json!("eddsa-jcs-2022"))),
        ("the suites exchanged", changed(&|value| value["proof"].as_array_mut().expect("a list").reverse())),
        ("a fractional number", changed(&|value| value["credentialSubject"]["result"][0]["value"] = json!(6.5))),
        ("a bidi override", changed(&|value| value["credentialSubject"]["name"] = json!("a\u{202e}b"))),
        ("an escape sequence", changed(&|value| value["credentialSubject"]["name"] = json!("a\u{1b}[2Jb"))),
        ("a noncharacter", changed(&|value| value["credentialSubject"]["name"] = json!("a\u{ffff}b"))),
        ("another spelling of a date", changed(&|value| value["validUntil"] = json!("2028-11-23T23:59:59+00:00"))),
        (
            "a member given twice",
            plain.replacen("\"validUntil\":", "\"validUntil\": \"2099-01-01T00:00:00Z\", \"validUntil\":", 1),
        ),
        ("more than 64 KB", format!("{plain}{}", " ".repeat(64 * 1024))),
        ("something behind it", format!("{plain}{{}}")),
        ("deep nesting", "[".repeat(60_000)),
        ("nothing", String::new()),
        ("another document", "{}".to_owned()),
    ]
}

#[test]
fn known_attacks_on_credentials_are_refused() {
    let all = [attacks_on_the_signature(), attacks_on_the_form(), attacks_on_the_texts()];
    for (attack, text) in all.into_iter().flatten() {
        assert_eq!(verdict(&text), Verdict::Invalid, "{attack}");
    }
    assert_eq!(verify(&[0xFF, 0xFE], &TrustList::default(), today()).verdict, Verdict::Invalid);
}

#[test]
fn a_certificate_truncated_at_any_byte_is_invalid_without_a_panic() {
    let whole = example();
    for end in (0..whole.trim_end().len()).filter(|end| whole.is_char_boundary(*end)) {
        assert_eq!(verdict(&whole[..end]), Verdict::Invalid, "cut at {end}");
    }
}

#[test]
fn an_invalid_certificate_yields_no_signed_fields() {
    let checked = verify(example().replace("Zoë", "Zoe").as_bytes(), &trusting(None, true), today());
    assert_eq!((checked.verdict, checked.credential, checked.issuer_name), (Verdict::Invalid, None, None));
}

#[test]
fn verdicts_have_a_fixed_precedence() {
    let id = CertificateId::new(moment("2026-11-23T09:05:00Z"), [2; 10]);
    let list = |issued: &str, revoked: Vec<CertificateId>| Some(revoking(issued, revoked));
    let judged = |trust: &TrustList, at: &str| verify(example().as_bytes(), trust, moment(at)).verdict;
    let (before, during, after) = ("2026-11-23T08:59:59Z", "2027-01-01T00:00:00Z", "2029-01-01T00:00:00Z");
    let revoked = trusting(list("2026-12-31T00:00:00Z", vec![id]), false);
    let fresh = trusting(list("2026-12-31T00:00:00Z", Vec::new()), false);
    assert_eq!(
        judged(&fresh, before),
        Verdict::Valid,
        "the clock is behind the newest list, so the date of the list counts as today"
    );
    assert_eq!(judged(&trusting(None, true), before), Verdict::Invalid, "not valid yet");
    let skewed = judged(&trusting(None, true), "2026-11-23T09:00:00Z");
    assert_eq!(skewed, Verdict::Valid, "a clock that is five minutes behind is ordinary");
    assert_eq!(judged(&TrustList::default(), after), Verdict::Untrusted, "untrusted comes before expired");
    assert_eq!(judged(&revoked, during), Verdict::Revoked);
    assert_eq!(judged(&revoked, after), Verdict::Revoked, "revoked comes before expired");
    assert_eq!(judged(&fresh, after), Verdict::Expired, "expired comes before stale");
    assert_eq!(judged(&trusting(None, false), during), Verdict::Stale);
    assert_eq!(judged(&fresh, during), Verdict::Valid);
    let issued = moment("2026-12-31T00:00:00Z");
    let at = |age: Millis| verify(example().as_bytes(), &fresh, issued.saturating_add(age)).verdict;
    assert_eq!(at(Millis::from_days(30)), Verdict::Valid, "a list is fresh for 30 days");
    assert_eq!(at(Millis::from_days(30).saturating_add(Millis(1))), Verdict::Stale);
}

#[test]
fn a_certificate_is_valid_to_the_last_second_of_its_last_day() {
    let at = |text: &str| verify(example().as_bytes(), &trusting(None, true), moment(text)).verdict;
    assert_eq!(at("2028-11-23T23:59:59.999Z"), Verdict::Valid);
    assert_eq!(at("2028-11-24T00:00:00Z"), Verdict::Expired);
}

#[test]
fn the_computers_key_is_created_once_and_only_its_user_can_read_it() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("computer.key");
    let dids: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8_u8)
            .map(|n| {
                let path = &path;
                scope.spawn(move || SigningKeyPair::load_or_create(path, [n; 32]).expect("a key").did())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(dids.iter().all(|did| *did == dids[0]), "eight threads at once get one key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("permissions");
        let refused = SigningKeyPair::load_or_create(&path, [0; 32]).expect_err("others can read it");
        assert!(refused.contains("can be read by other users"), "{refused}");
    }
    std::fs::write(&path, "nonsense").expect("a file");
    assert!(SigningKeyPair::load_or_create(&path, [0; 32]).is_err(), "a damaged key is never replaced silently");
}

/// Returns fixed bytes instead of random ones for a new key.
fn key_material(n: u8) -> KeyMaterial {
    KeyMaterial { seed: [n; 32].into(), salt: [n; 16], nonce: [n; 24] }
}

const PASSPHRASE: &str = "six words are good enough here";

fn issuer() -> Issuer {
    let today = moment("2026-01-01T00:00:00Z").day();
    Issuer::new(school(), "The School".to_owned(), today, PASSPHRASE, &key_material(7)).expect("an issuer")
}

/// Returns a bundle of an issuer dated `at`, signed with its newest key.
fn bundle(issuer: &Issuer, sequence: u64, at: &str, revoked: &[CertificateId], ledger: Vec<Digest>) -> Bundle {
    let on = moment(at).day();
    let contents = BundleContents {
        issuer: issuer.id,
        name: issuer.name.clone(),
        keys: issuer.keys.clone(),
        revoked: revoked.iter().map(|id| Revocation { id: *id, on, reason: Some(RevocationReason::Error) }).collect(),
        sequence,
        ledger,
    };
    Bundle::sign(contents, &issuer.unlock(PASSPHRASE).expect("a key"), moment(at))
}

/// Returns a time after all bundles of these tests.
fn later() -> Timestamp {
    moment("2026-12-31T00:00:00Z")
}

/// Returns the trust list of a clinic that added the issuer's first key by hand.
fn clinic() -> TrustList {
    let mut trust = TrustList::default();
    trust
        .add(issuer().current_did(), "The school", moment("2026-01-02T00:00:00Z").day(), ListRequirement::Required)
        .expect("trusted");
    trust
}

#[test]
fn only_its_passphrase_unlocks_an_issuers_key() {
    let issuer = issuer();
    let text = issuer.to_json().expect("json");
    assert_eq!(Issuer::from_json(&text).expect("an issuer"), issuer);
    assert_eq!(issuer.unlock(PASSPHRASE).expect("a key").did(), issuer.current_did());
    let refused = issuer.unlock("six words are good enough there").expect_err("another passphrase");
    assert_eq!(refused, "The passphrase is wrong. Try again.");
    let today = moment("2026-01-01T00:00:00Z").day();
    let short = Issuer::new(school(), "S".to_owned(), today, "short", &key_material(7)).expect_err("too short");
    assert!(short.contains("shorter than 12"), "{short}");
    let secret: String = [7_u8; 32].iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!text.contains(&secret), "the seed is not in the file");
    assert!(!format!("{:?}", issuer.unlock(PASSPHRASE).expect("a key")).contains(&secret), "nor is it in debug output");
    // An edited file must not make the program allocate 4 GB. At most twice the usual 64 MB are accepted.
    let damaged = text.replace("\"memory_kib\": 65536", "\"memory_kib\": 4194304");
    assert!(Issuer::from_json(&damaged).expect("a file").unlock(PASSPHRASE).is_err());
}

#[test]
fn each_key_has_its_own_fingerprint_words() {
    let words = fingerprint(issuer().current_did()).expect("words");
    insta::assert_snapshot!(words, @"what buzz hip quiz fabric cube");
    assert_eq!(words.split(' ').count(), 6);
    assert_ne!(fingerprint(&SigningKeyPair::from_seed([8; 32]).did()), Some(words));
    for no_key in [
        "",
        "did:web:example.org",
        "did:key:z",
        "did:key:z6Mk",
        "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
    ] {
        assert_eq!(fingerprint(no_key), None, "{no_key}");
    }
}

#[test]
fn a_bundle_of_a_trusted_key_is_imported_and_an_older_one_is_refused() {
    let id = CertificateId::new(moment("2026-11-23T09:05:00Z"), [2; 10]);
    let mut trust = clinic();
    let judged = |trust: &TrustList| verify(example().as_bytes(), trust, moment("2026-12-05T00:00:00Z")).verdict;
    assert_eq!(judged(&trust), Verdict::Stale, "trusted, but without a revocation list so far");
    let first = bundle(&issuer(), 1, "2026-12-01T00:00:00Z", &[], Vec::new());
    let second = bundle(&issuer(), 2, "2026-12-02T00:00:00Z", &[id], Vec::new());
    assert_eq!(trust.import_bundle(&first, later()).expect("imported"), "The school");
    assert_eq!(judged(&trust), Verdict::Valid);
    trust.import_bundle(&second, later()).expect("imported");
    assert_eq!(judged(&trust), Verdict::Revoked);
    let refused = trust.import_bundle(&first, later()).expect_err("older");
    assert!(refused.contains("older than the revocation list"), "{refused}");
    assert_eq!(judged(&trust), Verdict::Revoked, "an older bundle cannot undo a revocation");
    let text = trust.to_json().expect("json");
    assert_eq!(TrustList::from_json(&text).expect("trust"), trust, "it reads back from its file");
}

#[test]
fn a_changed_bundle_or_one_from_a_stranger_is_refused() {
    let text = bundle(&issuer(), 1, "2026-12-01T00:00:00Z", &[], Vec::new()).to_json().expect("json");
    assert!(Bundle::from_signed_json(text.as_bytes()).is_ok());
    let whole: Value = serde_json::from_str(&text).expect("json");
    for name in whole.as_object().expect("members").keys() {
        let mut changed = whole.clone();
        changed[name] = match &whole[name] {
            Value::String(text) => json!(format!("{text}0")),
            Value::Number(_) => json!(77),
            _ => json!([]),
        };
        if changed != whole {
            assert!(Bundle::from_signed_json(changed.to_string().as_bytes()).is_err(), "{name} changed");
        }
    }
    let mut more = whole.clone();
    more["revoked"] = json!([{ "id": school(), "on": "2026-12-01" }]);
    assert!(Bundle::from_signed_json(more.to_string().as_bytes()).is_err(), "one more revocation");
    let today = moment("2026-01-01T00:00:00Z").day();
    let stranger =
        Issuer::new(school(), "The School".to_owned(), today, PASSPHRASE, &key_material(9)).expect("an issuer");
    let refused = clinic().import_bundle(&bundle(&stranger, 9, "2026-12-01T00:00:00Z", &[], Vec::new()), later());
    assert!(refused.expect_err("a stranger").contains("not trusted here"));
}

#[test]
fn a_new_key_is_trusted_if_the_old_one_endorses_it() {
    let old = issuer();
    let day = moment("2026-12-01T00:00:00Z").day();
    let new = old.rotate(&KeyRotation::Yearly, day, (PASSPHRASE, PASSPHRASE), &key_material(8)).expect("a new key");
    let newer =
        new.rotate(&KeyRotation::Yearly, day, (PASSPHRASE, PASSPHRASE), &key_material(10)).expect("a newer key");
    let mut trust = clinic();
    trust
        .import_bundle(&bundle(&newer, 3, "2026-12-02T00:00:00Z", &[], Vec::new()), later())
        .expect("two steps at once");
    let judged = |text: &str, trust: &TrustList| verify(text.as_bytes(), trust, moment("2026-12-20T00:00:00Z"));
    assert_eq!(judged(&example(), &trust).verdict, Verdict::Valid, "a certificate of the old key still counts");
    let key = newer.unlock(PASSPHRASE).expect("a key");
    let newest = issued("Zoë", &key, "2026-12-10T00:00:00Z");
    assert_eq!(judged(&newest, &trust).verdict, Verdict::Valid, "a certificate of the newest key counts");
    let backdated = issued("Zoë", &old.unlock(PASSPHRASE).expect("a key"), "2026-12-10T00:00:00Z");
    let checked = judged(&backdated, &trust);
    assert_eq!(checked.verdict, Verdict::Invalid, "the old key was retired before that date");
    assert!(checked.reason.contains("retired on Dec 1, 2026"), "{}", checked.reason);
    // A thief of the old key cannot endorse a key of their own: the clinic already knows the real successor.
    let thief =
        old.rotate(&KeyRotation::Yearly, day, (PASSPHRASE, PASSPHRASE), &key_material(11)).expect("a thief's key");
    let refused = trust.import_bundle(&bundle(&thief, 99, "2026-12-19T00:00:00Z", &[], Vec::new()), later());
    assert!(refused.expect_err("a second successor").contains("not trusted here"));
}

#[test]
fn after_a_compromise_only_certificates_in_the_ledger_count() {
    let old = issuer();
    let day = moment("2026-12-01T00:00:00Z").day();
    let new = old
        .rotate(
            &KeyRotation::Compromised(old.current_did().to_owned()),
            day,
            (PASSPHRASE, PASSPHRASE),
            &key_material(8),
        )
        .expect("a new key");
    let honest = verify(example().as_bytes(), &clinic(), today()).credential.expect("a credential").digest();
    let told = bundle(&new, 4, "2026-12-02T00:00:00Z", &[], vec![honest]);
    let mut trust = clinic();
    assert!(trust.import_bundle(&told, later()).is_err(), "a compromised key endorses no other key");
    trust.add(new.current_did(), "The school", day, ListRequirement::Required).expect("trusted by hand again");
    trust.import_bundle(&told, later()).expect("imported");
    let judged = |text: &str| verify(text.as_bytes(), &trust, moment("2026-12-20T00:00:00Z"));
    assert_eq!(judged(&example()).verdict, Verdict::Valid);
    let forged = issued("Mallory", &key(), "2026-11-23T09:05:00Z");
    let checked = judged(&forged);
    assert_eq!(
        (checked.verdict, checked.credential),
        (Verdict::Invalid, None),
        "the date proves nothing, since a thief can write any date"
    );
    assert!(checked.reason.contains("compromised"), "{}", checked.reason);
}

#[test]
fn an_issuer_cannot_claim_the_key_of_another() {
    let mut trust = clinic();
    let day = moment("2026-01-01T00:00:00Z").day();
    let other = Issuer::new(IssuerId::new(today(), [6; 10]), "Other".to_owned(), day, PASSPHRASE, &key_material(9))
        .expect("one");
    trust.add(other.current_did(), "Other", day, ListRequirement::Required).expect("trusted");
    let mut claims = other.clone();
    claims.keys.insert(0, KeyPeriod { compromised: true, ..issuer().keys[0].clone() });
    let refused = trust.import_bundle(&bundle(&claims, 1, "2026-12-01T00:00:00Z", &[], Vec::new()), later());
    assert!(refused.expect_err("a claim").contains("claims a key that is already trusted as \"The school\""));
    let again = trust.add(other.current_did(), "Somebody else", day, ListRequirement::Required);
    assert!(again.expect_err("two names").contains("already trusted as \"Other\""));
}

#[test]
fn a_bundle_from_the_future_is_refused() {
    let mut trust = clinic();
    let future = bundle(&issuer(), 1, "2099-01-01T00:00:00Z", &[], Vec::new());
    let refused =
        trust.import_bundle(&future, later()).expect_err("its date would make every certificate expired or stale");
    assert!(refused.contains("in the future"), "{refused}");
}

#[test]
fn the_new_key_discards_a_bundle_that_a_thief_sent_first() {
    let old = issuer();
    let day = moment("2026-12-01T00:00:00Z").day();
    let mut trust = clinic();
    let thief =
        old.rotate(&KeyRotation::Yearly, day, (PASSPHRASE, PASSPHRASE), &key_material(11)).expect("a thief's key");
    trust
        .import_bundle(&bundle(&thief, u64::MAX, "2026-12-02T00:00:00Z", &[], Vec::new()), later())
        .expect("the theft is not known yet");
    let new = old
        .rotate(
            &KeyRotation::Compromised(old.current_did().to_owned()),
            day,
            (PASSPHRASE, PASSPHRASE),
            &key_material(8),
        )
        .expect("a new key");
    trust.add(new.current_did(), "The school", day, ListRequirement::Required).expect("trusted by hand");
    let judged = |trust: &TrustList| verify(example().as_bytes(), trust, moment("2026-12-20T00:00:00Z")).verdict;
    assert_eq!(judged(&trust), Verdict::Stale, "the thief's list no longer counts");
    let honest =
        verify(example().as_bytes(), &TrustList::default(), today()).credential.expect("a credential").digest();
    trust
        .import_bundle(&bundle(&new, 5, "2026-12-03T00:00:00Z", &[], vec![honest]), later())
        .expect("a bundle of the school");
    assert_eq!(judged(&trust), Verdict::Valid);
    assert!(trust.issuers[0].keys.iter().all(|key| key.did != thief.current_did()), "the thief's key is gone");
}

#[test]
fn an_older_key_can_be_declared_compromised_while_the_newest_stays_trusted() {
    let first = issuer();
    let day = moment("2026-12-01T00:00:00Z").day();
    let rotate =
        |from: &Issuer, why: KeyRotation, n| from.rotate(&why, day, (PASSPHRASE, PASSPHRASE), &key_material(n));
    let second = rotate(&first, KeyRotation::Yearly, 8).expect("a second key");
    let third = rotate(&second, KeyRotation::Compromised(first.current_did().to_owned()), 10).expect("a third key");
    let mut trust = clinic();
    trust.add(second.current_did(), "The school", day, ListRequirement::Required).expect("trusted");
    trust
        .import_bundle(&bundle(&third, 3, "2026-12-02T00:00:00Z", &[], Vec::new()), later())
        .expect("endorsed by the second key");
    assert_eq!(verify(example().as_bytes(), &trust, later()).verdict, Verdict::Invalid, "not in the ledger");
    assert!(rotate(&third, KeyRotation::Compromised("did:key:z6Mk".to_owned()), 12).is_err(), "not one of its keys");
}

#[test]
fn fingerprint_words_come_from_the_bip_39_list() {
    use needlewise::credential::key::ENGLISH_WORDS;
    assert_eq!(ENGLISH_WORDS.lines().count(), 2048);
    let digest = Digest::of(ENGLISH_WORDS).to_string();
    assert_eq!(
        digest, "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
        "the digest of the published list"
    );
}

#[test]
#[should_panic(expected = "unique text keys")]
fn a_value_without_a_json_form_is_never_digested_as_empty_text() {
    needlewise::canonical::bytes(&std::collections::BTreeMap::from([([1_u8], 1)]));
}

#[test]
fn a_signed_fraction_is_shown_as_a_decimal_that_is_rounded_down() {
    let result = |value: Option<&str>| ResultValue {
        types: vec!["Result".to_owned()],
        description_id: "urn:sha256:0".to_owned(),
        value: value.map(str::to_owned),
        status: value.is_none().then(|| "Completed".to_owned()),
    };
    let texts = [Some("37/2"), Some("47999/1000"), Some("7"), Some("1/0"), Some("all"), None];
    assert_eq!(
        texts.map(|value| result(value).format_for_people()),
        ["18.5", "47.99", "7", "1/0", "all", "yes"],
        "the signed text stays where it is not a fraction"
    );
}
