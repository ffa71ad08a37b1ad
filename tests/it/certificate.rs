//! Certificates: what was signed holds, and nothing else does.

use needlewise::attempt::outcome::SectionOutcome;
use needlewise::attempt::{Outcome, Points, Standing};
use needlewise::certificate::trust::{Issuer, RevocationList};
use needlewise::certificate::{Assurance, Award, Key, Trust, Verdict, sign, verify};
use needlewise::clock::{Millis, Timestamp};
use needlewise::ids::{CertificateId, Digest, TraineeId};
use serde_json::{Value, json};

use crate::world::small_exam;

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn key() -> Key {
    Key::from_seed([7; 32])
}

/// The example, whole: a fixed pass signed with a fixed key.
fn issued_to(name: &str) -> String {
    let percent = |n: u8| n.try_into().expect("a percent");
    let section = SectionOutcome {
        bank: "small".parse().expect("an id"),
        title: "Small".to_owned(),
        earned: "13/2".parse().expect("points"),
        possible: 7,
        pass: Some(percent(70)),
        met: true,
    };
    let outcome = Outcome {
        earned: "13/2".parse::<Points>().expect("points"),
        possible: 7,
        pass: Some(percent(80)),
        sections: vec![section],
        critical_misses: Vec::new(),
        missed: Vec::new(),
        unanswered: 0,
        standing: Standing::Passed,
    };
    let at = moment("2026-11-23T09:05:00Z");
    let exam = serde_json::from_value(small_exam()).expect("an exam");
    let award = Award {
        id: CertificateId::new(at, [2; 10]),
        holder: TraineeId::new(at, [1; 10]),
        name,
        license: Some("PT 12345"),
        exam: &exam,
        paper: Digest::of("paper"),
        banks: vec![("Small".to_owned(), "1.0.0".to_owned(), Digest::of("bank"), true)],
        open_pool: true,
        reviewed: None,
        head: Digest::of("last fact"),
        outcome: &outcome,
        renews: None,
        valid_from: at,
        valid_until: moment("2028-11-23T23:59:59Z"),
        assurance: Assurance::SelfAttested,
    };
    sign::sign(award.credential(&key().did(), "A computer"), &key(), at).expect("a credential")
}

fn example() -> String {
    issued_to("Zoë Ångström")
}

fn today() -> Timestamp {
    moment("2027-01-01T00:00:00Z")
}

fn trusting(list: Option<RevocationList>, without_revocation: bool) -> Trust {
    Trust { issuers: vec![Issuer { did: key().did(), name: "The school".to_owned(), list, without_revocation }] }
}

fn verdict(text: &str) -> Verdict {
    verify(text.as_bytes(), &trusting(None, true), today()).verdict
}

#[test]
fn the_example_is_what_it_was() {
    insta::assert_snapshot!(example());
}

#[test]
fn what_was_signed_holds_and_every_field_is_there() {
    let checked = verify(example().as_bytes(), &trusting(None, true), today());
    assert_eq!(checked.verdict, Verdict::Valid, "{}", checked.reason);
    assert_eq!(checked.issuer.as_deref(), Some("The school"), "the name from the trust, not from the document");
    let fields = checked.credential.expect("a credential").fields();
    let lines: Vec<_> = fields.iter().map(|(label, value)| format!("{label}: {value}")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn names_of_all_scripts_are_held() {
    for name in
        ["Ω Παπαδόπουλος", "Жанна Иванова", "דוד לוי", "محمد علی\u{200c}زاده", "李小龙", "x".repeat(60).as_str()]
    {
        let text = issued_to(name);
        assert_eq!(verdict(&text), Verdict::Valid);
        assert!(text.contains(name));
    }
}

/// Calls `change` with a copy of the example for every value in it, at its pointer.
fn each_value(change: &mut dyn FnMut(&str, Value)) {
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
    let whole: Value = serde_json::from_str(&example()).expect("json");
    walk(&whole, &whole, "", change);
}

#[test]
fn a_value_changed_removed_or_added_anywhere_makes_it_invalid() {
    let mut tried = 0;
    each_value(&mut |pointer, whole| {
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
                refused("a letter more", with(json!(format!("{text}x"))));
                refused("emptied", with(json!("")));
                refused("null", with(Value::Null));
                refused("a number", with(json!(1)));
            }
            Value::Array(values) => {
                let doubled: Vec<_> = values.iter().chain(values.first()).cloned().collect();
                refused("an element doubled", with(json!(doubled)));
                refused("an element gone", with(json!(values[1..])));
                if values.len() > 1 && values[0] != values[1] {
                    let mut turned = values.clone();
                    turned.swap(0, 1);
                    refused("the order turned", with(json!(turned)));
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
    assert!(tried > 400, "{tried}");
}

/// Each attack of the profile, by name, as a document.
fn attacks() -> Vec<(&'static str, String)> {
    let plain = example();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value: Value = serde_json::from_str(&plain).expect("json");
        change(&mut value);
        value.to_string()
    };
    let stranger = Key::from_seed([9; 32]).did();
    let fragment = stranger.trim_start_matches("did:key:").to_owned();
    let until = "2028-11-23T23:59:59Z";
    vec![
        (
            "expiry hidden in @included",
            changed(&|value| {
                value.as_object_mut().expect("a record").remove("validUntil");
                value["@included"] = json!([{ "id": value["id"], "validUntil": until }]);
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
        ("relative id", changed(&|value| value["evidence"][0]["id"] = json!("relative"))),
        ("two parts of one id", changed(&|value| value["evidence"][0]["id"] = value["id"].clone())),
        ("another purpose", changed(&|value| value["proof"][0]["proofPurpose"] = json!("authentication"))),
        ("another suite", changed(&|value| value["proof"][0]["cryptosuite"] = json!("eddsa-jcs-2022"))),
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
fn the_attacks_of_the_profile_are_refused() {
    for (attack, text) in attacks() {
        assert_eq!(verdict(&text), Verdict::Invalid, "{attack}");
    }
    assert_eq!(verify(&[0xFF, 0xFE], &Trust::default(), today()).verdict, Verdict::Invalid);
}

#[test]
fn a_certificate_cut_at_any_byte_is_invalid_without_a_panic() {
    let whole = example();
    for end in (0..whole.trim_end().len()).filter(|end| whole.is_char_boundary(*end)) {
        assert_eq!(verdict(&whole[..end]), Verdict::Invalid, "cut at {end}");
    }
}

#[test]
fn of_an_invalid_one_nothing_is_shown_as_signed() {
    let checked = verify(example().replace("Zoë", "Zoe").as_bytes(), &trusting(None, true), today());
    assert_eq!((checked.verdict, checked.credential, checked.issuer), (Verdict::Invalid, None, None));
}

#[test]
fn verdicts_come_in_their_order() {
    let id = CertificateId::new(moment("2026-11-23T09:05:00Z"), [2; 10]);
    let list = |issued: &str, revoked: Vec<CertificateId>| Some(RevocationList { issued: moment(issued), revoked });
    let judged = |trust: &Trust, at: &str| verify(example().as_bytes(), trust, moment(at)).verdict;
    let (before, during, after) = ("2026-11-23T09:04:59Z", "2027-01-01T00:00:00Z", "2029-01-01T00:00:00Z");
    let revoked = trusting(list("2026-12-31T00:00:00Z", vec![id]), false);
    let fresh = trusting(list("2026-12-31T00:00:00Z", Vec::new()), false);
    assert_eq!(judged(&fresh, before), Verdict::Valid, "today is at least the date of the newest list");
    assert_eq!(judged(&trusting(None, true), before), Verdict::Invalid, "not valid yet");
    assert_eq!(judged(&Trust::default(), after), Verdict::Untrusted, "untrusted comes before expired");
    assert_eq!(judged(&revoked, during), Verdict::Revoked);
    assert_eq!(judged(&revoked, after), Verdict::Revoked, "revoked comes before expired");
    assert_eq!(judged(&fresh, after), Verdict::Expired, "expired comes before stale");
    assert_eq!(judged(&trusting(None, false), during), Verdict::Stale);
    assert_eq!(judged(&fresh, during), Verdict::Valid);
    let issued = moment("2026-12-31T00:00:00Z");
    let at = |age: Millis| verify(example().as_bytes(), &fresh, issued.plus(age)).verdict;
    assert_eq!(at(Millis::days(30)), Verdict::Valid, "a list of 30 days is not old yet");
    assert_eq!(at(Millis::days(30).plus(Millis(1))), Verdict::Stale);
}

#[test]
fn a_certificate_counts_to_the_last_second_of_its_last_day() {
    let at = |text: &str| verify(example().as_bytes(), &trusting(None, true), moment(text)).verdict;
    assert_eq!(at("2028-11-23T23:59:59.999Z"), Verdict::Valid);
    assert_eq!(at("2028-11-24T00:00:00Z"), Verdict::Expired);
}

#[test]
fn the_computers_key_is_made_once_for_this_user_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("computer.key");
    let dids: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8_u8)
            .map(|n| {
                let path = &path;
                scope.spawn(move || Key::of_computer(path, [n; 32]).expect("a key").did())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(dids.iter().all(|did| *did == dids[0]), "eight at once end with one key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("permissions");
        let refused = Key::of_computer(&path, [0; 32]).expect_err("others can read it");
        assert!(refused.contains("can be read by others"), "{refused}");
    }
    std::fs::write(&path, "nonsense").expect("a file");
    assert!(Key::of_computer(&path, [0; 32]).is_err(), "a damaged key is never replaced by itself");
}
