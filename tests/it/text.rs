//! Text for terminals: made safe, measured, wrapped and compared.

use crate::world::World;
use needlewise::text::{
    file_slug, format_hundredths, join_sentences, name_key, normalize_answer, sanitize, single_line, truncate, width,
    wrap,
};
use needlewise::{paths::io_reason, problem::json_reason};
use proptest::prelude::*;

#[test]
fn no_terminal_control_sequence_passes() {
    for hostile in
        ["\u{1b}]52;c;aGk=\u{7}", "\u{9b}31m", "a\u{202e}b", "a\u{2066}b", "a\u{200b}b", "a\r\nb", "a\tb", "\u{7f}"]
    {
        let shown = single_line(hostile);
        assert!(shown.chars().all(|c| !c.is_control() && !('\u{202a}'..='\u{202e}').contains(&c)), "{shown:?}");
        assert!(!sanitize(hostile).contains('\u{1b}'));
    }
}

#[test]
fn wide_characters_combining_marks_and_long_words_wrap_correctly() {
    assert_eq!(wrap("two words", 5), ["two", "words"]);
    assert_eq!(wrap("漢字漢字", 5), ["漢字", "漢字"], "a wide character is never cut in two");
    assert_eq!(wrap("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"], "an accent stays on its letter");
    assert_eq!(wrap("👩‍⚕️👩‍⚕️", 2), ["👩‍⚕️", "👩‍⚕️"], "an emoji of several parts stays whole");
    assert_eq!(wrap("", 10), [""]);
    assert_eq!(wrap("a\nb", 10), ["a", "b"]);
}

#[test]
fn names_are_the_same_after_nfc_and_case_folding() {
    assert_eq!(name_key("Zoë  Ångström "), name_key("zoe\u{308} A\u{30a}NGSTRÖM"));
    assert_ne!(name_key("Zoë"), name_key("Zoe"));
    assert_eq!(normalize_answer(" ﬁlament "), "filament");
}

#[test]
fn a_name_is_never_a_path() {
    for (name, slug) in [
        ("../../x", "x"),
        ("/etc/passwd", "etcpasswd"),
        ("Zoë Ångström", "zoe-angstrom"),
        ("محمد", "mhmd"),
        ("Jörg Straße", "jorg-strasse"),
        ("Ełk Işık", "elk-isik"),
        ("Дмитрий", "dmitriy"),
        ("…", "person"),
        ("CON", "con"),
        ("a.", "a"),
        ("", "person"),
    ] {
        assert_eq!(file_slug(name), slug);
    }
    assert!(file_slug(&"x".repeat(300)).len() <= 40);
}

proptest! {
    #[test]
    fn no_wrapped_line_is_wider_than_its_limit(text in ".{0,80}", columns in 2_usize..30) {
        for line in wrap(&sanitize(&text), columns) {
            prop_assert!(width(&line) <= columns, "{:?}", line);
        }
    }

    #[test]
    fn truncated_text_fits(text in ".{0,80}", columns in 0_usize..30) {
        prop_assert!(width(&truncate(&single_line(&text), columns)) <= columns);
    }

    #[test]
    fn safe_text_stays_unchanged(text in "[ -~äöü漢]{0,40}") {
        prop_assert_eq!(&*sanitize(&text), text.as_str());
    }
}

#[test]
fn parts_of_a_reference_are_joined_without_a_double_stop() {
    let joined = |parts: &[&str]| join_sentences(parts.iter().copied());
    assert_eq!(
        joined(&["Boyce D, et al.", "Is it safe?", "", "Physiotherapy"]),
        "Boyce D, et al. Is it safe? Physiotherapy"
    );
    assert_eq!(joined(&["A book", "p. 1"]), "A book. p. 1");
    assert_eq!(joined(&[]), "");
}

#[test]
fn reasons_for_people_have_no_words_of_a_library() {
    let missing = std::fs::read("/nonexistent/file").expect_err("no such file");
    assert_eq!(io_reason(&missing), "no such file or directory");
    let reason = |text: &str| json_reason(&serde_json::from_str::<Vec<u8>>(text).expect_err("not a list of bytes"));
    assert_eq!(reason("[1,\n 2,]"), "its JSON is broken at line 2, column 4");
    assert_eq!(reason("[1, 300]"), "a field at line 1, column 7 is missing, unknown, or of the wrong type");
}

#[test]
fn hundredths_are_decimals_without_trailing_zeros() {
    for (hundredths, decimal) in [("5808", "58.08"), ("700", "7"), ("50", "0.5"), ("5", "0.05"), ("0", "0")] {
        assert_eq!(format_hundredths(hundredths), decimal);
    }
}

#[test]
fn tag_characters_are_invisible_and_do_not_pass() {
    assert_eq!(sanitize("safe\u{E0041}\u{E007F}"), "safe\u{FFFD}\u{FFFD}");
}

#[test]
fn a_message_about_the_command_line_passes_no_control_character() {
    let said = World::new().run_even_unknown(["record", "li\u{202E}st\u{9B}31m"]);
    assert_eq!(said.code, 2);
    assert!(!said.err.contains(['\u{202E}', '\u{9B}']), "{:?}", said.err);
}
