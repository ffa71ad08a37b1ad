//! A bad and a good example of each rule, for `bank check --explain`.

/// Returns a bad and a good example of a rule; `None` for an unknown rule.
pub fn example(rule: &str) -> Option<(&'static str, &'static str)> {
    EXAMPLES.iter().find(|(id, ..)| *id == rule).map(|(_, bad, good)| (*bad, *good))
}

const EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "L01",
        "Rest · Ice · *Explain what happened, document it and arrange a visit · Heat",
        "Rest and heat · Ice and a call · *A visit and a note · Heat and a visit",
    ),
    ("L02", "In most questions, the longest choice is the key.", "Keys and wrong choices have about the same length."),
    ("L03", "Bruises never need attention", "Bruises need attention if they grow"),
    ("L04", "It is often sore the next day", "About half of the patients are sore the next day [with the source]"),
    ("L05", "All of the above", "Name each choice, and set \"select\": \"all\""),
    ("L06", "Which of these is NOT a reason to stop?", "Which of these is a reason to stop?"),
    ("L07", "Which is not true? Choice: \"It is not sterile\"", "Which is true? Choice: \"It is not sterile\""),
    ("L08", "The muscle is an: *extensor · flexor · rotator", "Which kind of muscle is it? An extensor · A flexor"),
    (
        "L10",
        "Which plan protects the pleura? *Avoid the pleura · Go deeper · Use heat",
        "Which plan is safest over the ribs? *A shallow angle · A deep angle · Heat first",
    ),
    (
        "L11",
        "*Red and warm skin · Red and cold skin · Pale and warm skin · Dry hair",
        "Red and warm skin · Red and cold skin · Pale and warm skin · Pale and cold skin",
    ),
    ("L12", "*It rises · It falls · It turns blue · It itches", "*It rises · It falls · It is early · It is late"),
    ("L13", "1 to 5 · 4 to 8 · 9 to 12", "1 to 4 · 5 to 8 · 9 to 12"),
    ("L14", "20 · 5 · 10, in a fixed order", "5 · 10 · 20, with \"order\": \"numeric\""),
    ("L15", "0.5 g · 100 mg · 200 mg", "100 mg · 200 mg · 500 mg"),
    ("L17", "Clean the skin · Clean the skin.", "Clean the skin · Clean the table"),
    ("L18", "Which of the following is true?", "What does the therapist do first?"),
    ("L19", "1. Wash 2. Glove 3. Drape. Choices: 1 and 2 · 2 and 3", "Wash · Glove · Drape, with \"select\": \"all\""),
    (
        "L20",
        "The ___ is the muscle that lifts the shoulder blade.",
        "The muscle that lifts the shoulder blade is the ___.",
    ),
    (
        "L22",
        "Tell the patient to rest today · Tell the patient to rest tomorrow",
        "How long should the patient rest? Today · Until tomorrow",
    ),
    ("L23", "Yes · No, as a choice question", "Three to six choices, or a true-false question"),
    ("L24", "The key is always the second choice of a fixed order.", "The choices are shuffled."),
    (
        "L25",
        "Question 1 asks for the largest gluteal muscle. Question 2: \"The gluteus maximus, the largest gluteal muscle, …\"",
        "Both questions are in one \"group\", so no paper has both.",
    ),
    (
        "L26",
        "What is the next step for the patient of the previous question?",
        "The facts are in the stem or in a case.",
    ),
    (
        "L29",
        "A critical question with a harmless wrong choice, or with one source",
        "Every wrong choice has \"harm\" 2 or 3, and two works support the key.",
    ),
    ("L30", "The key is \"3 %\", without a source", "The key is \"3 %\", with a source and its page"),
    ("L31", "\"review_by\" is in the past", "Somebody checked the facts and set a new day."),
    ("L34", "Rationale: \"Correct.\"", "Rationale: \"The lung lies under this space, so a deep needle can reach it.\""),
    ("L35", "Rationale: \"B is wrong because …\"", "Rationale: \"Heat is wrong because …\""),
    ("L36", "A sentence of 40 words", "Two sentences of 20 words"),
    ("L37", "What does the RMDQ measure?", "What does the Roland-Morris questionnaire (RMDQ) measure?"),
    ("L38", "Ileum · Ilium", "Ileum · Jejunum"),
    (
        "L43",
        "A statement that studies contest is the key, with one source",
        "The key says who states it, and a second work is cited.",
    ),
    ("L44", "Objective: \"Know that gloves come before needles\"", "Objective: \"Prepare for a treatment\""),
    (
        "L45",
        "\"How long do you wash?\" and \"How long do you wash your hands?\"",
        "One of the two, or both in one group",
    ),
    ("L60", "A ready question without \"sources\"", "\"sources\": [{ \"id\": \"guideline\", \"locator\": \"p. 12\" }]"),
    ("L61", "\"rationale\": \"Yes.\"", "\"rationale\": \"What everyone should remember, in one or two sentences.\""),
    ("L62", "A case that only one question uses", "The facts of the case are in the stem of that question."),
    ("L63", "**Which** muscle&nbsp;is it? Choices: \"A) Deltoid\"", "Which muscle is it? Choices: \"Deltoid\""),
    ("L64", "\"accept\": [\"deltoid\\nmuscle\"]", "\"accept\": [\"deltoid\", \"deltoid muscle\"]"),
    ("L65", "Which muscle does the figure below show? [no image]", "Which muscle lifts the arm to the side?"),
    ("L66", "Which two muscles …? with \"select\": \"one\"", "Which two muscles …? with \"select\": 2"),
    ("L67", "\"What  is it? \"", "\"What is it?\""),
];
