//! The rules of `bank check`: for each rule a finding, a near miss, and the finding waived. Limits in these tests come
//! from the specification of the rules.

use std::collections::BTreeSet;

use needlewise::bank::Bank;
use needlewise::bank::rules::{RULES, check, explanation};
use needlewise::bank::syllabus::Syllabus;
use needlewise::clock::Day;
use needlewise::problem::Severity;
use serde_json::{Value, json};

fn today() -> Day {
    "2026-11-24".parse().expect("a day")
}

/// Returns a question that breaks no rule.
fn base() -> Value {
    let choice = |text: &str, correct: bool| {
        json!({ "text": text, "correct": correct, "harm": if correct { Value::Null } else { json!(2) },
            "rationale": "Some would look there at once, and here is what a look at it really tells." })
    };
    json!({
        "id": "base", "kind": "choice", "status": "ready", "revision": 1, "objective": "tell", "level": "application",
        "stem": "A patient feels new tingling below the elbow after treatment of the upper arm. What does the therapist look at first?",
        "choices": [
            choice("Strength and feeling in the hand", true), choice("Color and warmth of the wrist", false),
            choice("Range of the elbow and shoulder", false), choice("Grip of the opposite side at rest", false)],
        "rationale": "What a nerve does is seen best in the place where it ends.",
        "sources": [{ "id": "book", "locator": "p. 1" }, { "id": "paper", "locator": "p. 2" }],
    })
}

/// Returns the base question with some members replaced.
fn with(members: Value) -> Value {
    let mut question = base();
    question.as_object_mut().expect("a record").extend(members.as_object().expect("a record").clone());
    question
}

/// Returns choices with these texts. The first one is the key.
fn choices(texts: &[&str]) -> Value {
    let choice = |(at, text): (usize, &&str)| {
        json!({ "text": text, "correct": at == 0, "harm": if at == 0 { Value::Null } else { json!(2) },
            "rationale": "Some would look there at once, and here is what a look at it really tells." })
    };
    texts.iter().enumerate().map(choice).collect()
}

fn read(questions: &[Value]) -> Bank {
    let bank = json!({
        "format": 1, "id": "b", "title": "B", "version": "1", "language": "en", "license": "CC0-1.0",
        "objectives": [{ "id": "tell", "text": "Handle new signs after a session" }],
        "sources": [{ "id": "book", "type": "book", "title": "A book" }, { "id": "paper", "type": "article", "title": "A paper" }],
        "glossary": { "PT": "physical therapist" }, "cases": [{ "id": "case", "text": "A runner feels faint." }],
        "questions": questions });
    serde_json::from_value(bank).expect("a bank")
}

fn syllabus() -> Syllabus {
    let statement = |id: &str, verdict: &str| json!({ "id": id, "statement": "So it is said.", "topic": "T", "weight": "core", "verdict": verdict });
    let statements = [statement("s-1", "ok"), statement("s-2", "disputed")];
    serde_json::from_value(
        json!({ "format": 1, "id": "syllabus", "title": "S", "source": "book", "statements": statements }),
    )
    .expect("a syllabus")
}

/// Returns the rule and the JSON pointer of each finding in these questions.
fn found(questions: &[Value]) -> Vec<(String, String)> {
    let findings = check(&read(questions), today(), Some(&syllabus()));
    // Few of these questions use the case of the bank.
    let about_questions = findings.into_iter().filter(|finding| finding.rule != "unused");
    about_questions.map(|finding| (finding.rule.to_owned(), finding.pointer)).collect()
}

fn hits(rule: &str, questions: &[Value]) -> bool {
    found(questions).iter().any(|(hit, _)| hit == rule)
}

fn waived(rule: &str, mut question: Value) -> Value {
    question["lint"] = json!([{ "rule": rule, "reason": "Because.", "by": "me", "on": "2026-11-24" }]);
    question
}

/// Returns for each rule about a single question the members that break it, and members that nearly do.
#[expect(clippy::too_many_lines, reason = "a table with one row per rule")]
fn fixtures() -> Vec<(&'static str, Value, Value)> {
    let stem = |text: &str| json!({ "stem": text });
    let options = |texts: &[&str]| json!({ "choices": choices(texts) });
    let numbers = |texts: &[&str], order: &str| json!({ "order": order, "choices": choices(texts) });
    let rationale = |at: usize, text: &str| {
        let mut all = base()["choices"].clone();
        all[at]["rationale"] = json!(text);
        json!({ "choices": all })
    };
    let unharmed = {
        let mut all = base()["choices"].clone();
        all.as_array_mut().expect("a list").iter_mut().for_each(|choice| choice["harm"] = json!(1));
        json!({ "critical": true, "choices": all })
    };
    vec![
        (
            "L01",
            options(&[
                "Strength and feeling in the hand, finger by finger, on both sides",
                "Color of the wrist",
                "Range of the elbow",
                "Grip at rest",
            ]),
            options(&[
                "Strength and feeling in the hand, finger by finger",
                "Color and warmth of the wrist and hand",
                "Range of the elbow",
                "Grip at rest",
            ]),
        ),
        (
            "L03",
            options(&["Strength", "It is always the wrist", "Range", "Grip"]),
            options(&["Strength", "All ways of the wrist", "Range", "Grip"]),
        ),
        (
            "L04",
            options(&["Strength", "What is usually cold", "Range", "Grip"]),
            options(&["Strength", "What is unusual", "Range", "Grip"]),
        ),
        (
            "L05",
            options(&["Strength", "Color", "Range", "All of the above"]),
            options(&["Strength", "Color", "Range", "All joints of the arm"]),
        ),
        (
            "L06",
            stem("After treatment a patient feels new tingling. Which of these does the therapist not look at first?"),
            stem(
                "After treatment a patient does not feel well. What takes at least a minute if no one is not available?",
            ),
        ),
        (
            "L07",
            json!({ "stem": "After treatment a patient feels new tingling. Which of these is NOT looked at first?", "choices": choices(&["Strength", "What is not warm", "Range", "Grip"]) }),
            json!({ "stem": "After treatment a patient feels new tingling. Which of these is looked at first?", "choices": choices(&["Strength", "What is not warm", "Range", "Grip"]) }),
        ),
        (
            "L08",
            json!({ "stem": "Where does the therapist look for a cause of the tingling: at an", "choices": choices(&["Elbow", "Wrist", "Finger", "Shoulder"]) }),
            json!({ "stem": "Where does the therapist look for a cause of the tingling: at an", "choices": choices(&["Elbow", "Arm", "Finger", "Shoulder"]) }),
        ),
        (
            "L10",
            stem("A patient feels new tingling. What shows strength that is lost?"),
            options(&["Strength in the hand", "Strength in the wrist", "Range", "Grip"]),
        ),
        (
            "L11",
            options(&["Warm wrist with strong finger", "Warm palm", "Cold wrist", "Strong arm with numb finger"]),
            options(&["Warm wrist", "Warm palm", "Cold wrist", "Strong arm"]),
        ),
        (
            "L12",
            options(&["Higher strength", "Lower strength", "Color of the wrist", "Range of the elbow"]),
            options(&["Higher strength", "Lower strength", "Deep color", "Superficial color"]),
        ),
        (
            "L13",
            numbers(&["Under 1 %", "Under 5 %", "10 %", "20 %"], "numeric"),
            numbers(&["1 to 2 days", "2 to 3 days", "3 to 4 days"], "numeric"),
        ),
        (
            "L14",
            numbers(&["10 days", "30 days", "20 days"], "fixed"),
            numbers(&["10 days", "20 days", "30 days"], "fixed"),
        ),
        (
            "L15",
            numbers(&["1 g", "200 mg", "300 mg"], "numeric"),
            numbers(&["1 level up", "2 doses down", "3 days"], "numeric"),
        ),
        (
            "L17",
            options(&["Strength and feeling", "Feeling and strength!", "Range", "Grip"]),
            options(&["It is weaker at this level", "It is not weaker at this level", "Range", "Grip"]),
        ),
        (
            "L18",
            stem("The therapist looks at the hand of the patient first"),
            stem("In a patient with new tingling, the therapist first looks at the"),
        ),
        (
            "L19",
            json!({
                "stem": "Which of these show that a nerve was hurt? I. Tingling II. A bruise III. A weak grip",
                "choices": choices(&["I and II", "I and III", "II only", "III only"]),
            }),
            options(&["I and II", "III and IV", "V and VI", "VII and VIII"]),
        ),
        (
            "L20",
            stem("The ___ is what the therapist looks at before anything else is done"),
            stem("Before anything else is done, the therapist looks at the ___"),
        ),
        (
            "L22",
            options(&["Look at the right hand", "Look at the right wrist", "Look at the right elbow"]),
            options(&["Look at the hand", "Look at the wrist", "Look at the elbow"]),
        ),
        ("L23", options(&["Strength", "Color"]), options(&["Strength", "Color", "Range"])),
        (
            "L26",
            stem("For the patient of the previous question, what does the therapist look at first?"),
            json!({ "case": "case", "stem": "For the patient of the previous question, what does the therapist look at first?" }),
        ),
        ("L29", unharmed, json!({ "critical": true })),
        (
            "L30",
            json!({ "choices": choices(&["19 per 100 treatments", "Color", "Range"]), "sources": [{ "id": "book" }] }),
            json!({ "choices": choices(&["19 per 100 treatments", "Color", "Range"]) }),
        ),
        ("L31", json!({ "review_by": "2026-11-23" }), json!({ "review_by": "2026-11-24" })),
        ("L34", rationale(0, "Because it is so."), rationale(0, "Nerves that are hurt show it at their far end.")),
        (
            "L35",
            rationale(1, "As option B says, color comes later than strength."),
            rationale(1, "The best option. A cold wrist comes later than a weak one."),
        ),
        (
            "L36",
            stem(&format!("What does the therapist look at first when {} happens?", "this and that and ".repeat(8))),
            stem(
                "A patient feels new tingling. What does the therapist look at first, when so much else could be looked at in the same moment?",
            ),
        ),
        (
            "L37",
            stem("A patient had an MRI and feels new tingling. What is looked at first?"),
            stem("A PT did magnetic resonance imaging (MRI) and not an MRI of the arm. What is seen first?"),
        ),
        (
            "L38",
            numbers(&["100 days", "103 days", "200 days"], "numeric"),
            options(&["At level C", "At level D", "One needle", "One needles"]),
        ),
        (
            "L43",
            json!({ "covers": ["s-2"], "sources": [{ "id": "book", "locator": "p. 1" }] }),
            json!({ "covers": ["s-2"], "sources": [{ "id": "paper", "locator": "p. 2" }] }),
        ),
        (
            "L44",
            options(&["Handle of the new signs", "Color", "Range", "Grip"]),
            options(&["Handle of the old gear", "Color", "Range", "Grip"]),
        ),
        ("L60", json!({ "sources": [{ "id": "book" }, { "id": "paper", "locator": "p. 2" }] }), json!({})),
        (
            "L61",
            json!({ "rationale": "Nerves show it." }),
            json!({ "rationale": "A nerve shows it where it ends, at the hand." }),
        ),
        (
            "L63",
            options(&["A) Strength", "B) Color", "C) Range", "D) Grip"]),
            options(&["A. Nerve", "Color", "Range", "Grip"]),
        ),
        (
            "L64",
            json!({ "kind": "text", "choices": null, "accept": ["the ulnar\nnerve"] }),
            json!({ "kind": "text", "choices": null, "accept": ["the ulnar nerve"] }),
        ),
        (
            "L65",
            stem("What does the therapist look at first in the hand of the figure below, with new tingling?"),
            stem("What does the therapist look at first in the hand of somebody with new tingling below it?"),
        ),
        (
            "L66",
            stem("Which two signs does the therapist look at first in somebody with new tingling in the hand?"),
            stem("What does the therapist look at first if two patients have new tingling in the hand?"),
        ),
        (
            "L67",
            stem("What does the therapist look at first  in somebody with new tingling in the hand?"),
            stem("What does the therapist look at first in somebody with new tingling in the hand?"),
        ),
    ]
}

#[test]
fn a_value_without_effect_is_found() {
    let mut harmful_key = base();
    harmful_key["choices"][0]["harm"] = json!(1);
    assert!(hits("L62", &[harmful_key]));
    assert!(hits("L62", &[with(json!({ "reviewed": { "on": "2027-01-01", "by": "A", "role": "PT" } }))]));
    assert!(hits("L62", &[with(json!({ "case": "case" }))]), "a case with one question");
    let second = with(json!({ "case": "case", "id": "second" }));
    assert!(!hits("L62", &[with(json!({ "case": "case" })), second]));
    assert!(hits("L62", &[with(json!({ "covers": ["s-9"] }))]), "the syllabus has s-1 and s-2");
    assert!(!hits("L62", &[with(json!({ "covers": ["s-1", "F-PTX-01"] }))]), "facts are in no syllabus");
}

#[test]
fn the_base_question_breaks_no_rule() {
    assert_eq!(found(&[base()]), Vec::new());
}

#[test]
fn each_rule_finds_its_flaw_spares_a_near_miss_and_can_be_waived() {
    for (rule, hit, near) in fixtures() {
        let hit = with(hit);
        assert!(
            hits(rule, std::slice::from_ref(&hit)),
            "{rule} finds nothing: {:?}",
            found(std::slice::from_ref(&hit))
        );
        assert!(!hits(rule, &[with(near.clone())]), "{rule} finds a near miss: {near}");
        let silenced = found(&[waived(rule, hit)]);
        assert!(!silenced.iter().any(|(other, _)| other == rule || other == "waiver"), "{rule} waived: {silenced:?}");
        assert!(explanation(rule).is_some(), "{rule} has an explanation");
    }
}

#[test]
fn every_rule_has_its_fixtures() {
    let of_a_bank = ["L02", "L24", "L25", "L45", "L62"];
    let tried: BTreeSet<_> = fixtures().iter().map(|(rule, ..)| *rule).chain(of_a_bank).collect();
    let all: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(tried, all);
}

/// Returns questions that differ in every word, so that only the wanted rule finds something.
fn many(count: usize, change: impl Fn(usize, &mut Value)) -> Vec<Value> {
    let word = |n: usize, of: usize| {
        format!(
            "w{}{}",
            char::from(b'a' + u8::try_from(of).expect("few")),
            "xyzuv".repeat(n / 5 + 1).chars().skip(n % 5).take(n + 4).collect::<String>()
        )
    };
    let question = |n: usize| {
        let stem = format!("What of {} {} {} {} is it?", word(n, 0), word(n, 1), word(n, 2), word(n, 3));
        let mut question = with(json!({ "id": format!("q{n}"), "stem": stem }));
        change(n, &mut question);
        question
    };
    (0..count).map(question).collect()
}

#[test]
fn keys_that_are_too_often_the_longest_are_a_finding_about_the_bank() {
    // 20 questions are the smallest sample for this rule.
    let long = |often: usize| {
        many(20, |n, question| {
            let key = if n < often { "Strength and feeling in hand" } else { "Strength" };
            question["choices"] = choices(&[key, "Color of wrist", "Range of elbow", "Grip of hand"]);
        })
    };
    assert!(hits("L02", &long(10)), "{:?}", found(&long(10)));
    assert!(!hits("L02", &long(8)), "8 of 20 are within 25 % plus two standard deviations, which is 8.9");
    let mut waiving = long(10);
    for question in waiving.iter_mut().take(4) {
        *question = waived("L02", question.clone());
    }
    assert!(!hits("L02", &waiving), "a question that waives the rule is not counted");
}

#[test]
fn too_many_true_false_questions_are_a_finding_about_the_bank() {
    let truths = |often: usize| {
        many(20, |n, question| {
            if n < often {
                let members = question.as_object_mut().expect("a record");
                members.remove("choices");
                members.insert("kind".into(), json!("true-false"));
                members.insert("answer".into(), json!(true));
                let why = "Nerves that are hurt show it at their far end.";
                members.insert("rationales".into(), json!({ "true": why, "false": why }));
            }
        })
    };
    // At most 15 %, so 3 of 20.
    assert!(hits("L23", &truths(4)));
    assert!(!hits("L23", &truths(3)));
}

#[test]
fn a_habitual_key_position_is_found_if_choices_are_not_shuffled() {
    // The rule needs at least 40 questions with a fixed order.
    let placed = |order: &'static str, place: fn(usize) -> usize| {
        many(42, move |n, question| {
            let mut all = choices(&["Strength", "Color of it", "Range of it", "Grip of it"]);
            all.as_array_mut().expect("a list").swap(0, place(n));
            question["choices"] = all;
            question["order"] = json!(order);
        })
    };
    assert!(hits("L24", &placed("fixed", |n| if n % 5 == 4 { 3 } else { 1 })), "position B too often");
    assert!(hits("L24", &placed("fixed", |n| if n < 6 { 1 } else { n % 4 })), "six in a row");
    assert!(!hits("L24", &placed("fixed", |n| n % 4)));
    assert!(!hits("L24", &placed("shuffled", |_| 1)));
}

#[test]
fn a_stem_that_reveals_another_key_is_found_unless_they_share_a_group() {
    let asks =
        with(json!({ "id": "asks", "choices": choices(&["Stellate ganglion block", "Color of it", "Range of it"]) }));
    let tells = with(
        json!({ "id": "tells", "stem": "What does a block of the stellate ganglion reach in the neck of a patient?",
        "choices": choices(&["Lung", "Skin", "Bone"]) }),
    );
    assert!(hits("L25", &[asks.clone(), tells.clone()]));
    let grouped = |mut question: Value| {
        question["group"] = json!("ganglion");
        question
    };
    assert!(!hits("L25", &[grouped(asks.clone()), grouped(tells.clone())]));
    assert!(!hits("L25", &[waived("L25", asks), tells]));
}

#[test]
fn a_repeated_stem_is_found() {
    let again = with(json!({ "id": "again" }));
    assert!(hits("L45", &[base(), again.clone()]));
    assert!(!hits("L45", &[base(), waived("L45", again)]));
    let other = with(
        json!({ "id": "other", "stem": "A patient feels old numbness below the knee after treatment of the thigh. What does the therapist look at first?" }),
    );
    assert!(!hits("L45", &[base(), other]));
}

#[test]
fn a_cue_or_a_near_duplicate_in_another_bank_is_found_unless_they_share_a_group() {
    let bank = |id: &str, question: Value| {
        let mut bank = read(&[question]);
        bank.id = id.parse().expect("an ID");
        bank
    };
    let asks =
        with(json!({ "id": "asks", "choices": choices(&["Stellate ganglion block", "Color of it", "Range of it"]) }));
    let tells = with(
        json!({ "id": "tells", "stem": "What does a block of the stellate ganglion reach in the neck of a patient?" }),
    );
    let rules = |one: &Value, other: &Value| -> Vec<_> {
        let (one, other) = (bank("one", one.clone()), bank("other", other.clone()));
        needlewise::bank::rules::check_across(&[&one, &other], today())
            .into_iter()
            .map(|found| (found.rule, found.message))
            .collect()
    };
    let cue = "the stem of other/tells gives away the key of one/asks".to_owned();
    assert_eq!(rules(&asks, &tells), [("L59", cue)]);
    let repeated = "the stem of other/base is nearly the same as that of one/base".to_owned();
    assert_eq!(rules(&base(), &base()), [("L58", repeated)]);
    let grouped = with(json!({ "group": "tingling" }));
    assert_eq!(rules(&grouped, &grouped), []);
    assert_eq!(rules(&base(), &waived("L58", base())), []);
    // The checker of one bank does not call this waiver useless: it cannot know.
    assert_eq!(found(&[waived("L58", base())]), Vec::new());
}

#[test]
fn style_warns_and_only_what_breaks_an_exam_is_an_error() {
    let style = ["L02", "L05", "L06", "L07", "L08", "L13", "L19"];
    for (rule, hit, _) in fixtures().into_iter().filter(|(rule, ..)| style.contains(rule)) {
        let found = check(&read(&[with(hit)]), today(), Some(&syllabus()));
        let severities: Vec<_> = found.iter().filter(|found| found.rule == rule).map(|found| found.severity).collect();
        assert!(severities.iter().all(|severity| *severity == Severity::Warning), "{rule}: {severities:?}");
    }
    let severity_of_l17 = |texts: &[&str]| {
        let found = check(&read(&[with(json!({ "choices": choices(texts) }))]), today(), None);
        found.iter().find(|found| found.rule == "L17").map(|found| found.severity)
    };
    assert_eq!(severity_of_l17(&["Strength and feeling", "strength, and feeling!", "Range"]), Some(Severity::Error));
    assert_eq!(severity_of_l17(&["Strength and feeling", "Feeling and strength", "Range"]), Some(Severity::Warning));
    assert_eq!(
        severity_of_l17(&[
            "It favors needling, but is significant",
            "It favors needling, but is not significant",
            "Range"
        ]),
        None
    );
    assert_eq!(severity_of_l17(&["Nerve root at level C5", "Nerve root at level C6", "Range"]), None);
}

#[test]
fn open_sentences_instructions_and_short_questions_are_focused() {
    let stems = [
        "The motor point of the trapezius is located in the:",
        "Put the steps after a needlestick in order.",
        "Where is the lung at risk?",
        "Which of the following is true of pneumothorax after needling?",
    ];
    for stem in stems {
        assert!(!hits("L18", &[with(json!({ "stem": stem }))]), "{stem}");
    }
    assert!(hits("L18", &[with(json!({ "stem": "Which of the following is true?" }))]));
    assert!(hits("L18", &[with(json!({ "stem": "Which now?" }))]));
}

#[test]
fn a_critical_question_has_only_dangerous_distractors_and_short_sentences() {
    let mut one_harmless = base();
    one_harmless["critical"] = json!(true);
    one_harmless["choices"][2]["harm"] = json!(1);
    let found = found(&[one_harmless]);
    assert_eq!(found, [("L29".to_owned(), "/questions/0/choices/2/harm".to_owned())]);
    let stem = "A patient who was needled this morning at the upper arm now feels tingling in the hand and asks on the \
        telephone what she should do about it tonight?";
    assert!(!hits("L36", &[with(json!({ "stem": stem }))]));
    assert!(hits("L36", &[with(json!({ "stem": stem, "critical": true }))]));
}

#[test]
fn a_waiver_that_silences_nothing_is_a_finding() {
    let idle = waived("L01", base());
    assert_eq!(found(&[idle]), [("waiver".to_owned(), "/questions/0/lint/0".to_owned())]);
    let unknown = waived("L99", base());
    assert_eq!(found(&[unknown])[0].0, "waiver");
}

#[test]
fn a_bank_of_ten_thousand_questions_is_checked_completely() {
    let questions: Vec<_> = (0..10_000)
        .map(|n| with(json!({ "id": format!("q{n}"), "stem": format!("Does sign number {n} of kind {} come early or late in ward {}?", n % 97, n / 97) })))
        .collect();
    let found = found(&questions);
    assert!(found.iter().all(|(rule, _)| rule == "L45"), "{:?}", found.first());
}
