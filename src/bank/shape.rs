//! The form of the files, as tables: which members there are, which are needed, what each may hold.
//!
//! The typed reader says only that something is wrong. These tables say what is wrong everywhere at once; a new member is
//! one line here and one in the type.

/// What a value may be.
#[derive(Debug)]
pub enum Shape {
    /// A text that says something.
    Text,
    /// A name of `a-z`, `0-9` and inner hyphens.
    Slug,
    /// A calendar day, `2028-11-23`.
    Day,
    /// A decimal number as text.
    Decimal,
    /// `true` or `false`.
    Flag,
    /// A whole number within these bounds.
    Whole(u32, u32),
    /// One of some words.
    Word(&'static [&'static str]),
    /// `"one"`, `"all"` or a number from 1.
    Select,
    /// A CSL date: one list of one to three whole numbers.
    DateParts,
    /// Any number of values of one shape, within these bounds.
    List(&'static Shape, usize, usize),
    /// Texts under names the author chooses.
    Map,
    /// These members.
    Record(&'static [Field]),
    /// The members that every kind has, and those of the kind that `kind` names.
    Kinds(&'static [Field], &'static [(&'static str, &'static [Field])]),
}

/// A member of a record.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether the record must have it.
    pub needed: bool,
    /// What it may hold.
    pub shape: Shape,
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field { name, needed: true, shape }
}

const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, needed: false, shape }
}

/// More of anything than this is a mistake or an attack.
const MANY: usize = 1_000_000;

/// More choices than there are letters cannot be shown.
pub const LETTERS: usize = 26;

/// The longest text, in bytes.
pub const TEXT_MAX: usize = 20_000;

/// A bank.
pub const BANK: Shape = Shape::Record(&[
    may("$schema", Shape::Text),
    must("format", Shape::Whole(1, super::FORMAT)),
    must("id", Shape::Slug),
    must("title", Shape::Text),
    must("version", Shape::Text),
    must("language", Shape::Text),
    must("license", Shape::Text),
    may("practice", Shape::Flag),
    must("objectives", Shape::List(&OBJECTIVE, 1, MANY)),
    must("sources", Shape::List(&REFERENCE, 0, MANY)),
    may("glossary", Shape::Map),
    may("cases", Shape::List(&CASE, 0, MANY)),
    must("questions", Shape::List(&QUESTION, 1, MANY)),
]);

const OBJECTIVE: Shape = Shape::Record(&[must("id", Shape::Slug), must("text", Shape::Text)]);
const CASE: Shape = OBJECTIVE;

const REFERENCE: Shape = Shape::Record(&[
    must("id", Shape::Slug),
    must("type", Shape::Text),
    must("title", Shape::Text),
    may(
        "author",
        Shape::List(
            &Shape::Record(&[may("family", Shape::Text), may("given", Shape::Text), may("literal", Shape::Text)]),
            0,
            MANY,
        ),
    ),
    may("issued", Shape::DateParts),
    may("container-title", Shape::Text),
    may("publisher", Shape::Text),
    may("DOI", Shape::Text),
    may("PMID", Shape::Text),
    may("URL", Shape::Text),
    may("accessed", Shape::DateParts),
]);

/// A question of any kind.
pub const QUESTION: Shape = Shape::Kinds(
    &[
        must("id", Shape::Slug),
        must("status", Shape::Word(&["draft", "ready", "retired"])),
        must("revision", Shape::Whole(1, 1_000_000)),
        must("objective", Shape::Slug),
        must("level", LEVEL),
        may("critical", Shape::Flag),
        must("stem", Shape::Text),
        may("rationale", Shape::Text),
        may("sources", Shape::List(&Shape::Record(&[must("id", Shape::Slug), may("locator", Shape::Text)]), 0, MANY)),
        may("covers", Shape::List(&Shape::Text, 0, MANY)),
        may("review_by", Shape::Day),
        may("case", Shape::Slug),
        may("group", Shape::Slug),
        may("image", Shape::Record(&[must("file", Shape::Text), must("alt", Shape::Text)])),
        may("reviewed", Shape::Record(&[must("on", Shape::Day), must("by", Shape::Text), must("role", Shape::Text)])),
        may("lint", Shape::List(&WAIVER, 0, MANY)),
    ],
    &[
        (
            "choice",
            &[
                must("choices", Shape::List(&CHOICE, 2, LETTERS)),
                may("select", Shape::Select),
                may("scoring", Shape::Word(&["all-or-nothing", "balanced"])),
                may("order", Shape::Word(&["shuffled", "fixed", "numeric"])),
            ],
        ),
        (
            "true-false",
            &[
                must("answer", Shape::Flag),
                may("rationales", Shape::Record(&[may("true", Shape::Text), may("false", Shape::Text)])),
                may("harm", Shape::Whole(0, 3)),
            ],
        ),
        ("number", &[must("answer", Shape::Decimal), must("tolerance", Shape::Decimal), may("unit", Shape::Text)]),
        ("text", &[must("accept", Shape::List(&Shape::Text, 1, 1000))]),
        ("order", &[must("items", Shape::List(&ITEM, 2, LETTERS))]),
        ("match", &[must("pairs", Shape::List(&PAIR, 2, LETTERS)), may("extra_right", Shape::List(&ITEM, 0, LETTERS))]),
    ],
);

const LEVEL: Shape = Shape::Word(&["recall", "understanding", "application", "analysis"]);

const CHOICE: Shape = Shape::Record(&[
    must("text", Shape::Text),
    may("correct", Shape::Flag),
    may("rationale", Shape::Text),
    may("harm", Shape::Whole(0, 3)),
    may("position", Shape::Word(&["last"])),
]);

const ITEM: Shape = Shape::Record(&[must("text", Shape::Text), may("rationale", Shape::Text)]);

const PAIR: Shape =
    Shape::Record(&[must("left", Shape::Text), must("right", Shape::Text), may("rationale", Shape::Text)]);

const WAIVER: Shape = Shape::Record(&[
    must("rule", Shape::Text),
    must("reason", Shape::Text),
    must("by", Shape::Text),
    must("on", Shape::Day),
]);

/// An exam.
pub const EXAM: Shape = Shape::Record(&[
    may("$schema", Shape::Text),
    must("format", Shape::Whole(1, super::FORMAT)),
    must("id", Shape::Slug),
    must("title", Shape::Text),
    must("version", Shape::Text),
    may("questions", Shape::Whole(1, 1000)),
    must("sections", Shape::List(&SECTION, 1, 100)),
    must("pass", Shape::Whole(0, 100)),
    must("minutes", Shape::Whole(1, 1440)),
    must(
        "attempts",
        Shape::Record(&[
            must("max", Shape::Whole(1, 1000)),
            may("within_days", Shape::Whole(1, 36_500)),
            may("wait_hours", Shape::List(&Shape::Whole(0, 87_600), 0, 1000)),
        ]),
    ),
    may("review", Shape::Word(&["none", "objectives-until-final", "full-after-final"])),
    must("certificate", Shape::Record(&[must("valid_months", Shape::Whole(1, 1200)), must("statement", Shape::Text)])),
]);

const SECTION: Shape = Shape::Record(&[
    must("bank", Shape::Slug),
    may("objectives", Shape::List(&Shape::Slug, 0, 10_000)),
    may("level", LEVEL),
    may("questions", Shape::Whole(1, 1000)),
    may("weight", Shape::Whole(1, 1_000_000)),
    may("critical", Shape::Whole(0, 1000)),
    may("pass", Shape::Whole(0, 100)),
]);

/// A syllabus.
pub const SYLLABUS: Shape = Shape::Record(&[
    may("$schema", Shape::Text),
    must("format", Shape::Whole(1, super::FORMAT)),
    must("id", Shape::Slug),
    must("title", Shape::Text),
    must("statements", Shape::List(&STATEMENT, 1, MANY)),
]);

const STATEMENT: Shape = Shape::Record(&[
    must("id", Shape::Text),
    must("statement", Shape::Text),
    must("topic", Shape::Text),
    must("weight", Shape::Word(&["core", "minor", "safety"])),
    may("verdict", Shape::Text),
]);
