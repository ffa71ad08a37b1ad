//! Rules about the form of a question: sources, references, markup and blanks.

use std::collections::HashMap;

use crate::bank::question::{Question, QuestionKind, QuestionStatus, SelectCount};
use crate::bank::rules::words::{count_words, tokenize};
use crate::bank::rules::{BankContext, QuestionContext, RuleHit, error, warning};
use crate::text;

/// The fewest words in which a rationale can teach something.
const RATIONALE_WORDS_MIN: usize = 8;

/// L60: a ready question without a source, or a source without a place in it.
pub(super) fn unsourced(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let question = context.question;
    if question.status != QuestionStatus::Ready {
        return Vec::new();
    }
    // A critical question without a source has its own message.
    if question.sources.is_empty() && !question.critical {
        let help = "Add the work that supports the key to \"sources\", with a \"locator\" such as a page";
        return vec![error("/sources", "the question is ready, but it has no source".to_owned(), help)];
    }
    let missing = |(index, citation): (usize, &crate::bank::question::Citation)| {
        let help = "Add where in the work it stands, such as \"p. 12\" or \"Methods\"";
        citation
            .locator
            .is_none()
            .then(|| warning(format!("/sources/{index}"), "the source has no \"locator\"".to_owned(), help))
    };
    question.sources.iter().enumerate().filter_map(missing).collect()
}

/// L61: a ready question whose rationale is missing or too short to teach anything.
pub(super) fn weak_question_rationale(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let words = count_words(&context.question.rationale);
    if context.question.status != QuestionStatus::Ready || words >= RATIONALE_WORDS_MIN {
        return Vec::new();
    }
    let message = match words {
        0 => "the question has no rationale".to_owned(),
        _ => format!("the rationale of the question has only {}", text::count_with_noun(words, "word")),
    };
    vec![warning("/rationale", message, "Say what every trainee should learn from it, whatever they answered")]
}

/// L62: a case with a single question, a harm of the key, a review in the future, and a statement that the syllabus does
/// not have.
///
/// `covers` also names facts, which no syllabus lists. So only an ID of the same series as a statement is looked up.
pub(super) fn dangling_references(bank_context: &BankContext<'_>) -> Vec<(usize, RuleHit)> {
    let mut cases: HashMap<_, usize> = HashMap::new();
    for case in bank_context.questions.iter().filter_map(|context| context.question.case.as_ref()) {
        *cases.entry(case).or_default() += 1;
    }
    let series = |id: &str| id.rsplit_once('-').map(|(series, _)| series.to_owned());
    let mut hits = Vec::new();
    for (index, context) in bank_context.questions.iter().enumerate() {
        let question = context.question;
        if question.case.as_ref().is_some_and(|case| cases.get(case) == Some(&1)) {
            let help = "Write the facts of the case into the stem, or add another question to the case";
            hits.push((index, warning("/case", "only this question uses the case".to_owned(), help)));
        }
        for (position, option) in context.options.iter().enumerate() {
            if option.choice.correct && option.choice.harm.is_some_and(|harm| u8::from(harm) > 0) {
                let message = "the correct choice has a \"harm\"".to_owned();
                let help = "Delete it here. Only a wrong choice can be dangerous.";
                hits.push((index, warning(format!("/choices/{position}/harm"), message, help)));
            }
        }
        if question.reviewed.as_ref().is_some_and(|review| review.on > context.today) {
            let message = "the day of the review is in the future".to_owned();
            hits.push((index, warning("/reviewed/on", message, "Write the day on which the question was reviewed")));
        }
        let Some(syllabus) = context.syllabus else { continue };
        for (position, id) in question.covers.iter().enumerate() {
            let is_of_series = syllabus.statements.iter().any(|statement| series(&statement.id) == series(id));
            if is_of_series && syllabus.statements.iter().all(|statement| statement.id != *id) {
                let message = format!("the syllabus has no statement \"{}\"", text::single_line(id));
                let help = "Correct the ID, or delete it. `needlewise bank coverage` lists the statements.";
                hits.push((index, warning(format!("/covers/{position}"), message, help)));
            }
        }
    }
    hits
}

/// Returns the texts that trainees read or type, with their pointers.
fn shown_texts(question: &Question) -> Vec<(String, &str)> {
    let mut texts = vec![("/stem".to_owned(), question.stem.as_str())];
    texts.extend(
        question
            .choices()
            .iter()
            .enumerate()
            .map(|(index, choice)| (format!("/choices/{index}/text"), choice.text.as_str())),
    );
    texts.extend(accepted_texts(question));
    texts
}

fn accepted_texts(question: &Question) -> Vec<(String, &str)> {
    match &question.kind {
        QuestionKind::Text { accept, .. } => {
            accept.iter().enumerate().map(|(index, text)| (format!("/accept/{index}"), text.as_str())).collect()
        }
        _ => Vec::new(),
    }
}

/// L63: HTML, Markdown or letter labels, which trainees would see as they are written.
pub(super) fn markup(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let mut hits = Vec::new();
    // One choice can begin with an initial, such as "W. B. Yeats". Labels are in order.
    let has_labels = context.options.len() > 1
        && (b'a'..).zip(&context.options).all(|(letter, option)| has_letter_label(&option.choice.text, letter));
    for (pointer, text) in shown_texts(context.question) {
        if let Some(found) = find_markup(text) {
            let message = format!("the text contains the markup \"{found}\", which is shown as it is");
            hits.push(warning(pointer, message, "Delete the markup"));
        } else if pointer.starts_with("/choices") && has_labels {
            let message = "the choice begins with a letter".to_owned();
            hits.push(warning(
                pointer,
                message,
                "Delete the letter. The program adds its own, and shuffles the choices.",
            ));
        }
    }
    hits
}

/// Returns the first markup in a text.
fn find_markup(text: &str) -> Option<&'static str> {
    const TAGS: &[&str] = &[
        "<br>",
        "<br/>",
        "<br />",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<p>",
        "</p>",
        "<em>",
        "</em>",
        "<strong>",
        "</strong>",
        "<sub>",
        "</sub>",
        "<sup>",
        "</sup>",
        "<u>",
        "</u>",
        "<ul>",
        "<li>",
        "<span",
        "<div",
        "<img",
        "&amp;",
        "&nbsp;",
        "&lt;",
        "&gt;",
        "&quot;",
        "&#",
        "**",
        "__",
        "```",
        "\\(",
        "\\[",
        "$$",
    ];
    // A gap has three or more underscores.
    let is_gap = |tag: &str| tag == "__" && text.contains("___");
    let lower = text.to_ascii_lowercase();
    // A command of LaTeX, such as \\alpha.
    let has_command = text.split('\\').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let tag = TAGS.iter().copied().find(|tag| lower.contains(*tag) && !is_gap(tag));
    tag.or(has_command.then_some("\\"))
}

/// Returns whether a choice begins with this letter as a label, such as `A)`, `a.` or `(A)`.
pub fn has_letter_label(text: &str, letter: u8) -> bool {
    let text = text.trim_start();
    let rest = text.strip_prefix('(').unwrap_or(text);
    let mut bytes = rest.bytes();
    let is_letter = bytes.next().is_some_and(|byte| byte.eq_ignore_ascii_case(&letter));
    let mark = bytes.next();
    let is_mark = mark == Some(b')') || (mark == Some(b'.') && !text.starts_with('('));
    is_letter && is_mark && bytes.next() == Some(b' ')
}

/// L64: an accepted text that no one can type.
pub(super) fn untypable_answer(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let hit = |(pointer, text): (String, &str)| {
        let help = "Write the answer on one line, as a trainee would type it";
        text.contains('\n').then(|| warning(pointer, "the accepted text has a line break".to_owned(), help))
    };
    accepted_texts(context.question).into_iter().filter_map(hit).collect()
}

/// L65: a stem that mentions an image, in a question without one.
pub(super) fn missing_image(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let stem = context.question.stem.to_lowercase();
    let phrases = [
        "figure below",
        "image below",
        "picture below",
        "diagram below",
        "drawing below",
        "photo below",
        "shown below",
        "in the figure",
        "in the image",
        "in the picture",
        "in the diagram",
        "in the drawing",
    ];
    let phrase = phrases.iter().find(|phrase| stem.contains(**phrase) && context.question.image.is_none());
    let hit = |phrase: &&str| {
        let message = format!("the stem says \"{phrase}\", but the question has no image");
        error("/stem", message, "Add the image, or describe in words what it shows")
    };
    phrase.map(hit).into_iter().collect()
}

/// L66: a stem that asks for a number of choices other than `select`.
pub(super) fn wrong_count(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let QuestionKind::Choice { select, .. } = &context.question.kind else { return Vec::new() };
    let words = tokenize(crate::bank::rules::words::lead_in(&context.question.stem));
    let count = |word: &str| ["one", "two", "three", "four", "five"].iter().position(|known| *known == word);
    // "Which two arteries" and "select the two" ask for a number. "two patients" does not.
    let asked = words.windows(2).find_map(|pair| match pair[0].as_str() {
        "which" | "select" | "choose" | "name" => count(&pair[1]),
        _ => None,
    });
    let asked = asked.or_else(|| {
        let is_choose = |word: &str| matches!(word, "select" | "choose" | "name");
        words.windows(3).find_map(|part| count(&part[2]).filter(|_| is_choose(&part[0]) && part[1] == "the"))
    });
    let expected = match select {
        SelectCount::One => 1,
        SelectCount::Exactly(count) => *count,
        SelectCount::All => return Vec::new(),
    };
    let asked = asked.map(|position| position + 1).filter(|asked| *asked != expected);
    let hit = |asked| {
        let message = format!("the stem asks for {asked}, but \"select\" is {expected}");
        error("/stem", message, "Change the stem or \"select\"")
    };
    asked.map(hit).into_iter().collect()
}

/// L67: blanks at the ends of a text, or two in a row.
pub(super) fn stray_blanks(context: &QuestionContext<'_>) -> Vec<RuleHit> {
    let hit = |(pointer, text): (String, &str)| {
        let has_stray = text.trim() != text || text.contains("  ");
        let message = "the text has blanks at an end, or two in a row".to_owned();
        has_stray.then(|| warning(pointer, message, "Delete them, or run `needlewise bank check --fix`"))
    };
    shown_texts(context.question).into_iter().filter_map(hit).collect()
}
