//! Scoring: exact fractions, and no points for selecting everything or nothing.

use needlewise::attempt::points::points_needed;
use needlewise::attempt::{Answer, Points};
use needlewise::bank::Question;
use needlewise::exam::scoring::{invalid_answer_reason, rekeyed, score};
use proptest::prelude::*;

use crate::world::question;

fn several(keys: usize, wrong: usize, scoring: &str) -> Question {
    let choice = |at: usize| {
        let text = format!("choice {at}");
        if at < keys {
            serde_json::json!({ "text": text, "correct": true })
        } else {
            serde_json::json!({ "text": text, "harm": 0 })
        }
    };
    let choices: Vec<_> = (0..keys + wrong).map(choice).collect();
    let rest = serde_json::json!({ "kind": "choice", "select": "all", "scoring": scoring, "choices": choices });
    serde_json::from_value(question("q", rest)).expect("a question")
}

fn selected(keys: usize, right: usize, wrong: usize) -> Answer {
    Answer::Choices((0..right).chain(keys..keys + wrong).collect())
}

/// (keys, choices, selected keys, selected wrong choices, all-or-nothing, balanced). From the specification of scoring,
/// section "Multiple response partial credit": balanced is max(0, R/K − S/W).
const GOLDEN: &[(usize, usize, usize, usize, &str, &str)] = &[
    (3, 6, 3, 0, "1", "1"),
    (3, 6, 2, 0, "0", "2/3"),
    (3, 6, 2, 1, "0", "1/3"),
    (3, 6, 3, 1, "0", "2/3"),
    (3, 6, 3, 3, "0", "0"),
    (3, 6, 1, 2, "0", "0"),
    (2, 6, 2, 4, "0", "0"),
    (4, 5, 4, 1, "0", "0"),
    (3, 6, 0, 0, "0", "0"),
];

#[test]
fn multiple_response_scores_match_the_golden_table() {
    for (keys, all, right, wrong, exact, balanced) in GOLDEN {
        let answer = selected(*keys, *right, *wrong);
        let given = |scoring| score(&several(*keys, all - keys, scoring), Some(&answer)).to_string();
        assert_eq!(given("all-or-nothing"), *exact, "{keys} of {all}, {right} and {wrong}");
        assert_eq!(given("balanced"), *balanced, "{keys} of {all}, {right} and {wrong}");
    }
}

#[test]
fn a_question_without_an_answer_earns_nothing() {
    assert_eq!(score(&several(2, 2, "balanced"), None), Points::zero());
}

#[test]
fn too_many_selected_choices_are_refused_and_earn_nothing() {
    let mut value = serde_json::to_value(several(2, 2, "balanced")).expect("json");
    value["select"] = serde_json::json!(2);
    let question: Question = serde_json::from_value(value).expect("a question");
    let answer = selected(2, 2, 1);
    assert_eq!(invalid_answer_reason(&question, &answer).as_deref(), Some("choose at most 2"));
    assert_eq!(score(&question, Some(&answer)), Points::zero());
}

/// The same question with another number of choices to select.
fn selecting(question: &Question, select: serde_json::Value) -> Question {
    let mut value = serde_json::to_value(question).expect("json");
    value["select"] = select;
    serde_json::from_value(value).expect("a question")
}

#[test]
fn the_number_of_choices_to_select_is_a_limit_and_not_one_less() {
    let two = selecting(&several(2, 2, "all-or-nothing"), serde_json::json!(2));
    assert_eq!(score(&two, Some(&selected(2, 2, 0))), Points::one());
    let one = selecting(&several(1, 3, "balanced"), serde_json::json!("one"));
    assert_eq!(score(&one, Some(&selected(1, 1, 0))), Points::one());
    // Balanced scoring alone would give 2/3 of a point here.
    assert_eq!(score(&one, Some(&selected(1, 1, 1))), Points::zero());
}

#[test]
fn a_question_without_a_key_earns_nothing() {
    // The bank format refuses such a question, but a paper may come from a request file.
    assert_eq!(score(&several(0, 3, "all-or-nothing"), Some(&Answer::Choices(Vec::new()))), Points::zero());
}

#[test]
fn a_new_key_must_fit_the_number_of_choices_to_select() {
    let key = |places: &[usize]| Answer::Choices(places.to_vec());
    let all = several(2, 2, "all-or-nothing");
    let two = selecting(&all, serde_json::json!(2));
    assert!(rekeyed(&two, &key(&[1, 3])).is_some() && rekeyed(&two, &key(&[1])).is_none());
    assert!(rekeyed(&all, &key(&[0, 1, 2])).is_some(), "one distractor is left");
    assert!(rekeyed(&all, &key(&[0, 1, 2, 3])).is_none(), "no distractor would be left");
}

#[test]
fn an_answer_that_does_not_fit_the_question_is_refused() {
    let fits = |question: &Question, answer: Answer| invalid_answer_reason(question, &answer).is_none();
    let choices = |places: &[usize]| Answer::Choices(places.to_vec());
    let all = several(2, 2, "balanced");
    assert!(fits(&all, choices(&[3, 0])), "in any order");
    for refused in [vec![], vec![1, 1], vec![4], vec![0, 4]] {
        assert!(!fits(&all, choices(&refused)), "{refused:?}: none, one twice, or one that is not there");
    }
    let items = serde_json::json!([{ "text": "first" }, { "text": "second" }, { "text": "third" }]);
    let order = typed(serde_json::json!({ "kind": "order", "items": items }));
    assert!(fits(&order, Answer::Order(vec![2, 0, 1])));
    for refused in [vec![0, 1], vec![0, 1, 1], vec![0, 1, 3], vec![0, 1, 2, 3]] {
        assert!(!fits(&order, Answer::Order(refused.clone())), "{refused:?}");
    }
    let pairs = serde_json::json!([{ "left": "Dog", "right": "Barks" }, { "left": "Cat", "right": "Purrs" }]);
    let extra = serde_json::json!([{ "text": "Sings" }, { "text": "Swims" }, { "text": "Flies" }]);
    let matching = typed(serde_json::json!({ "kind": "match", "pairs": pairs, "extra_right": extra }));
    assert!(
        fits(&matching, Answer::Pairs(vec![4, 4])),
        "a right side may be used twice, and the last one is the fifth"
    );
    for refused in [vec![0], vec![0, 5], vec![0, 1, 2]] {
        assert!(!fits(&matching, Answer::Pairs(refused.clone())), "{refused:?}");
    }
    let text = typed(serde_json::json!({ "kind": "text", "accept": ["lung"] }));
    let typed_text = |text: String| Answer::Text(text);
    assert!(fits(&text, typed_text("x".repeat(1000))) && !fits(&text, typed_text("x".repeat(1001))));
    assert!(!fits(&text, typed_text("\u{1b}[2J".to_owned())) && !fits(&text, Answer::Truth(true)));
}

fn typed(rest: serde_json::Value) -> Question {
    serde_json::from_value(question("q", rest)).expect("a question")
}

#[test]
fn a_number_is_compared_exactly_with_comma_or_point() {
    let question = typed(serde_json::json!({ "kind": "number", "answer": "0.01", "tolerance": "0.005" }));
    let right = |given: &str| score(&question, Some(&Answer::Number(given.to_owned()))) == Points::one();
    assert!(right("0.01") && right("0,01") && right("0.015") && right("0.0050"));
    assert!(!right("0.0151") && !right("0.00499") && !right("1") && !right("x"));
    let ambiguous = invalid_answer_reason(&question, &Answer::Number("1,000".to_owned()));
    assert_eq!(
        ambiguous.as_deref(),
        Some("a comma before three digits can mean two things; type the number without it, such as 1000 or 1.5")
    );
}

#[test]
fn a_text_is_compared_after_nfkc_case_folding_and_trimming() {
    let question = typed(serde_json::json!({ "kind": "text", "accept": ["Straße", "collapsed lung"] }));
    let right = |given: &str| score(&question, Some(&Answer::Text(given.to_owned()))) == Points::one();
    assert!(right(" STRASSE ") && right("strasse") && right("Collapsed Lung") && right("ｃollapsed lung"));
    assert!(!right("collapsed") && !right(""));
}

#[test]
fn order_and_match_are_correct_only_as_a_whole() {
    let item = |text: &str| serde_json::json!({ "text": text });
    let order = typed(serde_json::json!({ "kind": "order", "items": [item("a"), item("b"), item("c")] }));
    assert_eq!(score(&order, Some(&Answer::Order(vec![0, 1, 2]))), Points::one());
    assert_eq!(score(&order, Some(&Answer::Order(vec![0, 2, 1]))), Points::zero());
    assert!(invalid_answer_reason(&order, &Answer::Order(vec![0, 1])).is_some());
    let pair = |left: &str, right: &str| serde_json::json!({ "left": left, "right": right });
    let rest = serde_json::json!({ "kind": "match", "pairs": [pair("1", "a"), pair("2", "b")],
        "extra_right": [item("c")] });
    let matched = typed(rest);
    assert_eq!(score(&matched, Some(&Answer::Pairs(vec![0, 1]))), Points::one());
    assert_eq!(score(&matched, Some(&Answer::Pairs(vec![0, 2]))), Points::zero());
    assert!(invalid_answer_reason(&matched, &Answer::Pairs(vec![0, 3])).is_some());
}

#[test]
fn points_for_people_are_decimals_that_are_rounded_down() {
    // 3485/60 is 58.08333…; 143/3 is 47.666…, and 47.999 must not read like a pass mark of 48.
    for (points, shown) in [
        ("3485/60", "58.08"),
        ("143/3", "47.66"),
        ("47999/1000", "47.99"),
        ("37/2", "18.5"),
        ("7", "7"),
        ("100", "100"),
        ("0", "0"),
        ("1/20", "0.05"),
        ("1/1000", "0"),
    ] {
        assert_eq!(points.parse::<Points>().expect("points").format_for_people(), shown);
    }
}

#[test]
fn a_pass_mark_is_compared_without_rounding() {
    let percent = |n: u8| n.try_into().expect("a percent");
    // The specification of scoring compares 100 × earned ≥ percent × possible in whole numbers.
    assert!(Points::from_whole(48).reaches(percent(80), 60), "the double nearest 0.8 would fail 48 of 60");
    assert!(!"143/3".parse::<Points>().expect("points").reaches(percent(80), 60));
    assert_eq!(points_needed(percent(80), 60), 48);
    // 70 % of 13 are 9.1.
    assert_eq!(points_needed(percent(70), 13), 10);
}

proptest! {
    #[test]
    fn selecting_every_choice_scores_nothing(keys in 1_usize..12, wrong in 1_usize..12, balanced: bool) {
        let question = several(keys, wrong, if balanced { "balanced" } else { "all-or-nothing" });
        prop_assert_eq!(score(&question, Some(&selected(keys, keys, wrong))), Points::zero());
    }

    #[test]
    fn a_score_is_between_zero_and_one(keys in 1_usize..8, wrong in 1_usize..8, r in 0_usize..8, s in 0_usize..8) {
        let mark = score(&several(keys, wrong, "balanced"), Some(&selected(keys, r.min(keys), s.min(wrong))));
        prop_assert!(Points::zero() <= mark && mark <= Points::one());
    }

    #[test]
    fn any_answer_to_any_kind_is_scored_without_a_panic(places in prop::collection::vec(0_usize..40, 0..8), text in ".{0,40}") {
        let bank = crate::world::small_bank();
        for value in bank["questions"].as_array().expect("a list") {
            let question: Question = serde_json::from_value(value.clone()).expect("a question");
            for answer in [
                Answer::Choices(places.clone()),
                Answer::Order(places.clone()),
                Answer::Pairs(places.clone()),
                Answer::Number(text.clone()),
                Answer::Text(text.clone()),
                Answer::Truth(false),
            ] {
                invalid_answer_reason(&question, &answer);
                prop_assert!(score(&question, Some(&answer)) <= Points::one());
            }
        }
    }
}
