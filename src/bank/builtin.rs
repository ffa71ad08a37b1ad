//! The shipped banks and exams, embedded in the program.

/// The shipped banks: name and text.
pub const BANKS: &[(&str, &str)] = &[
    ("acupuncture", include_str!("../../question-banks/acupuncture.json")),
    ("aftercare", include_str!("../../question-banks/aftercare.json")),
    ("candidacy", include_str!("../../question-banks/candidacy.json")),
    ("contraindications", include_str!("../../question-banks/contraindications.json")),
    ("mechanism", include_str!("../../question-banks/mechanism.json")),
    ("practice", include_str!("../../question-banks/practice.json")),
    ("procedure", include_str!("../../question-banks/procedure.json")),
    ("risks", include_str!("../../question-banks/risks.json")),
];

/// The shipped exams: name and text.
pub const EXAMS: &[(&str, &str)] = &[
    ("foundations", include_str!("../../question-banks/exams/foundations.json")),
    ("safety", include_str!("../../question-banks/exams/safety.json")),
];

/// The shipped syllabus.
pub const SYLLABUS: &str = include_str!("../../question-banks/syllabus.json");
