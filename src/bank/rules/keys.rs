//! Rules about keys, rationales and what they rest on.

use crate::bank::rules::words::{Words, count, quoted};
use crate::bank::rules::{QuestionContext, QuestionKind, RuleHit, error, warn};

/// The fewest words of a rationale that says why.
const RATIONALE: usize = 8;

/// L29: a critical question with nothing dangerous among its wrong answers, or too little to rest on.
pub(super) fn critical(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let question = view.question;
    if !question.critical {
        return Vec::new();
    }
    let harmful = match &question.ask {
        QuestionKind::TrueFalse { harm, .. } => harm.is_some_and(|harm| u8::from(harm) >= 2),
        _ => view.wrong().any(|option| option.choice.harm.is_some_and(|harm| u8::from(harm) >= 2)),
    };
    let works: std::collections::BTreeSet<_> = question.sources.iter().map(|citation| &citation.id).collect();
    let mut hits = Vec::new();
    if !harmful {
        let message = "no wrong answer of this critical question has a harm of 2 or more".to_owned();
        hits.push(error(
            "/critical",
            message,
            "Mark what is dangerous to believe, or let the question not be critical.",
        ));
    }
    match works.len() {
        0 => hits.push(error(
            "/critical",
            "a critical question names no source".to_owned(),
            "Name two works it rests on.",
        )),
        1 => hits.push(warn("/critical", "a critical question rests on one work".to_owned(), "Name a second one.")),
        _ => {}
    }
    hits
}

/// L30: a rate in the key without a source, or without the place in it.
pub(super) fn unsourced_rate(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let of_number = match &view.question.ask {
        QuestionKind::Number { unit, .. } => {
            unit.as_deref().is_some_and(|unit| unit.contains('%') || unit.contains("per "))
        }
        _ => false,
    };
    let rate = of_number || view.keys().any(|(_, key)| is_rate(&key.choice.text));
    let sourced =
        !view.question.sources.is_empty() && view.question.sources.iter().all(|source| source.locator.is_some());
    let message = "the key is a rate, and not every source says where".to_owned();
    if rate && !sourced { vec![error("/sources", message, "Name the work and the place in it.")] } else { Vec::new() }
}

/// Returns whether a text holds a number followed by %, "per" or "in" and a number.
fn is_rate(text: &str) -> bool {
    let words: Vec<_> = text.split_whitespace().collect();
    let number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let pair =
        |pair: &[&str]| number(pair[0]) && (pair[0].ends_with('%') || pair[1].starts_with('%') || pair[1] == "per");
    let in_many = |three: &[&str]| number(three[0]) && three[1] == "in" && number(three[2]);
    words.windows(2).any(pair)
        || words.windows(3).any(in_many)
        || words.iter().any(|word| number(word) && word.contains('%'))
}

/// L31: the day of review has passed.
pub(super) fn review_due(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let due = view.question.review_by.filter(|day| *day < view.today);
    let hit =
        |day| warn("/review_by", format!("the review was due on {day}"), "Check the facts again and set a new day.");
    due.map(hit).into_iter().collect()
}

/// L34: a rationale that is missing, too short for a key, or the option over again.
pub(super) fn rationale(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let mut hits = Vec::new();
    let mut hold = |at: String, key: bool, said: Option<&str>, why: &str| {
        let words = count(why);
        let help = "Say why it is right, or why one may believe it and what is true.";
        if words == 0 {
            hits.push(error(at, "the rationale is missing".to_owned(), help));
        } else if key && words < RATIONALE {
            hits.push(error(at, format!("the rationale of the key has {words} words"), help));
        } else if said.is_some_and(|said| repeats(said, why)) {
            hits.push(error(at, "the rationale says the option over again".to_owned(), help));
        }
    };
    for (at, option) in view.options.iter().enumerate() {
        let choice = option.choice;
        hold(format!("/choices/{at}/rationale"), choice.correct, Some(&choice.text), &choice.rationale);
    }
    if let QuestionKind::TrueFalse { answer, rationales, .. } = &view.question.ask {
        hold("/rationales/true".to_owned(), *answer, None, &rationales.holds);
        hold("/rationales/false".to_owned(), !*answer, None, &rationales.fails);
    }
    hits
}

/// Returns whether four fifths of a rationale's words are the option's.
fn repeats(said: &str, why: &str) -> bool {
    let (said, why) = (Words::of(said).content, Words::of(why).content);
    let common = why.intersection(&said).count();
    !why.is_empty() && 5 * common >= 4 * why.len()
}

/// Finds a letter or number that stands for an option: `option B`, `answer 2`.
pub(super) fn named_letter(text: &str) -> Option<String> {
    let words: Vec<_> = text.split_whitespace().collect();
    let names = |pair: &&[&str]| {
        let before = pair[0].trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let before = before.strip_suffix('s').unwrap_or(&before);
        let mark = pair[1].trim_end_matches(|c: char| !c.is_alphanumeric());
        let letter = mark.len() == 1 && mark.starts_with(|c: char| matches!(c, 'A'..='H' | '1'..='8'));
        matches!(before, "option" | "answer" | "choice") && letter
    };
    words.windows(2).find(names).map(|pair| pair.join(" "))
}

/// L35: a rationale that names an option by its letter.
pub(super) fn letter(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let own = std::iter::once(("/rationale".to_owned(), view.question.rationale.as_str()));
    let choices = view.options.iter().enumerate();
    let choices = choices.map(|(at, option)| (format!("/choices/{at}/rationale"), option.choice.rationale.as_str()));
    let truths = match &view.question.ask {
        QuestionKind::TrueFalse { rationales, .. } => vec![
            ("/rationales/true".to_owned(), rationales.holds.as_str()),
            ("/rationales/false".to_owned(), rationales.fails.as_str()),
        ],
        _ => Vec::new(),
    };
    let hit = |(at, why): (String, &str)| {
        named_letter(why).map(|named| error(at, format!("the rationale says \"{named}\""), "Say what the option says."))
    };
    own.chain(choices).chain(truths).filter_map(hit).collect()
}

/// L43: a statement of the syllabus that the evidence contests, asked as if it were so.
pub(super) fn article_as_truth(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let Some(syllabus) = view.syllabus else { return Vec::new() };
    if view.question.stem.to_lowercase().contains("according to") {
        return Vec::new();
    }
    let contested = |(at, id): (usize, &String)| {
        let statement = syllabus.statement(id).filter(|statement| statement.verdict != "ok")?;
        let message = format!(
            "{} is contested ({}), and the stem names no source",
            statement.id,
            crate::text::one_line(&statement.verdict)
        );
        Some(error(
            format!("/covers/{at}"),
            message,
            "Begin the question with \"According to …\", or do not claim to cover it.",
        ))
    };
    view.question.covers.iter().enumerate().filter_map(contested).collect()
}

/// L44: the objective shares two words with a key that no wrong option has.
pub(super) fn objective_tells(view: &QuestionContext<'_>) -> Vec<RuleHit> {
    let objective = Words::of(view.bank.objective(&view.question.objective).unwrap_or_default());
    let tells = |(_, key): (usize, &crate::bank::rules::ChoiceContext<'_>)| {
        let alone = |stem: &&String| {
            objective.content.contains(*stem) && !view.wrong().any(|option| option.words.content.contains(*stem))
        };
        let words: Vec<_> = key.words.content.iter().filter(alone).map(String::as_str).collect();
        let message = format!("objective and key share {}, no other option does", quoted(words.iter().copied()));
        let help = "Word the objective by what is to be known, not by the answer.";
        (words.len() >= 2).then(|| warn("/objective", message, help))
    };
    view.keys().filter_map(tells).collect()
}
