//! Tests whether the shipped questions can be guessed from their wording. A guesser without knowledge of the subject
//! learns from the keys of all other banks and then guesses a bank. It uses cues such as small words, the length of
//! choices and their similarity.
//!
//! The guesser is a conditional logit model: the probability of a choice is proportional to the exponential of its
//! weighted cues. The weights are fitted by Adam with an L2 penalty. Nothing in it is random.

use std::collections::BTreeSet;

use needlewise::bank::catalog::Catalog;
use needlewise::bank::question::{QuestionKind, SelectCount};

/// Words of grammar and stance, without subject matter.
const SMALL: &str = "a an the and or but nor so if then than that this these those there here it its he she they them their \
    his her him you your we our i me my who whom whose which what when where why how is are was were be been being am do does \
    did done has have had having will would shall should can could may might must need ought not no never none without nobody \
    nothing neither in on at by for from to into onto with within about above below under over between among through during \
    before after until till since against across along around behind beside beyond near off out up down toward per via as very \
    too also only just even still yet again already always usually often sometimes rarely seldom mostly mainly largely \
    generally typically commonly frequently completely absolutely entirely all any some each every both either most more less \
    least few fewer many much several enough other others another same such own one two three four five six seven eight nine \
    ten first second third last next because although though while whereas unless however therefore hence instead rather \
    whether like unlike except likely unlikely possible now today soon later once twice ago early earlier late yes";

/// Groups of related words. Each word is rare, so the guesser learns a weight for the whole group.
const STANCES: [&str; 6] = [
    "may might can could some often usually likely possible possibly perhaps sometimes commonly generally most mostly partly \
     about rather seldom rarely whether unclear uncertain unsettled disputed depends limited plausible",
    "always never all none every only completely entirely must cannot nothing nobody any whole fully ever certain proves \
     proven settled ends ended guarantee safe",
    "stop stopped decline avoid defer postpone wait delay refer referral check checked ask asks screen screened doctor \
     physician emergency urgent hospital medical review assessment consent chart charted record recorded document hold held \
     clearance caution cautious careful withhold remove removed report reported name named tell told inform safety sign signs \
     another other without risk risks danger",
    "proceed continue continues go keep keeps needle needled repeat finish treat begin start started carry add deeper longer \
     more ignore same",
    "as since because so for that",
    "but yet although though while whereas however still",
];

/// The number of cues about the form of a choice. Cues of stances and small words follow them.
const FORMS: usize = 14;

/// The cues of a choice: the index of each cue and its strength.
type Cues = Vec<(usize, f64)>;

/// A question as the guesser sees it.
struct Seen {
    bank: String,
    choices: Vec<Cues>,
    key: usize,
}

fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let split = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-');
    split.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Removes an ending, so that "needles" and "needled" count as one word.
fn root(word: &str) -> &str {
    let endings = ["ing", "ed", "es", "s", "ly"];
    endings.iter().find_map(|ending| word.strip_suffix(ending).filter(|rest| rest.len() > 2)).unwrap_or(word)
}

fn share(one: &BTreeSet<&str>, other: &BTreeSet<&str>) -> f64 {
    size(one.intersection(other).count()) / size(one.union(other).count().max(1))
}

fn size(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("few"))
}

/// Returns the cues of every choice of a question.
fn cues(stem: &str, choices: &[&str]) -> Vec<Cues> {
    let small: Vec<&str> = SMALL.split_whitespace().collect();
    let texts: Vec<_> = choices.iter().map(|text| words(text)).collect();
    let is_small = |word: &&str| small.contains(word);
    let subject = |words: &[String]| -> BTreeSet<String> {
        words.iter().filter(|word| !is_small(&word.as_str())).map(|word| root(word).to_owned()).collect()
    };
    let asked = subject(&words(stem));
    let told: Vec<_> = texts.iter().map(|text| subject(text)).collect();
    let told: Vec<BTreeSet<&str>> = told.iter().map(|words| words.iter().map(String::as_str).collect()).collect();
    let whole: Vec<BTreeSet<&str>> = texts.iter().map(|text| text.iter().map(String::as_str).collect()).collect();
    let lengths: Vec<_> = choices.iter().map(|text| text.chars().count()).collect();
    let counts: Vec<_> = texts.iter().map(Vec::len).collect();
    let mean = |values: &[usize]| size(values.iter().sum()) / size(values.len());
    let likeness = |of: &[BTreeSet<&str>], at: usize| -> f64 {
        (0..of.len()).filter(|other| *other != at).map(|other| share(&of[at], &of[other])).sum()
    };
    let one = |at: usize| {
        let (text, length) = (choices[at], lengths[at]);
        let flag = |holds: bool| f64::from(u8::from(holds));
        let mut values = vec![
            flag(Some(&length) == lengths.iter().max()),
            flag(Some(&length) == lengths.iter().min()),
            size(length) / mean(&lengths) - 1.0,
            size(counts[at]) / mean(&counts) - 1.0,
            size(length) / size(counts[at].max(1)),
            size(told[at].iter().filter(|word| asked.contains(**word)).count()),
            size(told[at].iter().filter(|word| asked.contains(**word)).count()) / size(told[at].len().max(1)),
            likeness(&told, at),
            likeness(&whole, at),
            size(texts.iter().filter(|other| other.first() == texts[at].first()).count()),
            size(text.matches(',').count()),
            size(text.matches(';').count()),
            flag(text.contains(|c: char| c.is_ascii_digit())),
            size(texts[at].iter().filter(|word| is_small(&word.as_str())).count()) / size(counts[at].max(1)),
        ];
        assert_eq!(values.len(), FORMS);
        for stance in STANCES {
            let of: Vec<_> = stance.split_whitespace().collect();
            values.push(size(texts[at].iter().filter(|word| of.contains(&word.as_str())).count()));
        }
        values.extend(small.iter().map(|word| flag(whole[at].contains(word))));
        values.into_iter().enumerate().filter(|(_, value)| *value != 0.0).collect()
    };
    (0..choices.len()).map(one).collect()
}

/// Returns every ready question with exactly one key.
fn shipped() -> Vec<Seen> {
    let catalog = Catalog::built_in();
    let mut seen = Vec::new();
    for bank in catalog.banks() {
        for question in bank.value.ready_questions() {
            let QuestionKind::Choice { choices, select: SelectCount::One, .. } = &question.kind else { continue };
            let case = question.case.as_ref().and_then(|case| bank.value.case_text(case)).unwrap_or_default();
            let texts: Vec<_> = choices.iter().map(|choice| choice.text.as_str()).collect();
            let key = choices.iter().position(|choice| choice.correct).expect("a key");
            let choices = cues(&format!("{case} {}", question.stem), &texts);
            seen.push(Seen { bank: bank.value.id.to_string(), choices, key });
        }
    }
    seen
}

fn strength(cues: &Cues, weights: &[f64]) -> f64 {
    cues.iter().map(|(cue, value)| weights[*cue] * value).sum()
}

/// Fits the weights of the cues to questions with known keys.
fn learn(from: &[&Seen]) -> Vec<f64> {
    const PENALTY: f64 = 0.01;
    let cues = from.iter().flat_map(|seen| &seen.choices).flatten().map(|(cue, _)| cue + 1).max().unwrap_or(0);
    let (mut weights, mut mean, mut spread) = (vec![0.0; cues], vec![0.0; cues], vec![0.0; cues]);
    for step in 1..=300 {
        let mut slope: Vec<f64> = weights.iter().map(|weight: &f64| PENALTY * weight).collect();
        for seen in from {
            let strengths: Vec<_> = seen.choices.iter().map(|cues| strength(cues, &weights)).collect();
            let top = strengths.iter().copied().fold(f64::MIN, f64::max);
            let all: f64 = strengths.iter().map(|one| (one - top).exp()).sum();
            for (at, cues) in seen.choices.iter().enumerate() {
                let miss = (strengths[at] - top).exp() / all - f64::from(u8::from(at == seen.key));
                for (cue, value) in cues {
                    slope[*cue] += miss * value / size(from.len());
                }
            }
        }
        for cue in 0..cues {
            mean[cue] = 0.9 * mean[cue] + 0.1 * slope[cue];
            spread[cue] = 0.999 * spread[cue] + 0.001 * slope[cue] * slope[cue];
            let (m, s): (f64, f64) =
                (mean[cue] / (1.0 - 0.9_f64.powi(step)), spread[cue] / (1.0 - 0.999_f64.powi(step)));
            weights[cue] -= 0.03 * m / (s.sqrt() + 1e-8);
        }
    }
    weights
}

/// Returns the probability that the guess is correct. It is a fraction if several choices look equally good.
fn guess(seen: &Seen, weights: &[f64]) -> f64 {
    let strengths: Vec<_> = seen.choices.iter().map(|cues| strength(cues, weights)).collect();
    let top = strengths.iter().copied().fold(f64::MIN, f64::max);
    let alike = strengths.iter().filter(|one| top - **one < 1e-9).count();
    if top - strengths[seen.key] < 1e-9 { 1.0 / size(alike) } else { 0.0 }
}

/// Guesses every bank with weights learned from the other banks. Returns the share of correct guesses.
fn guessed(all: &[Seen]) -> f64 {
    let banks: BTreeSet<_> = all.iter().map(|seen| seen.bank.as_str()).collect();
    let right: f64 = banks
        .into_iter()
        .map(|bank| {
            let weights = learn(&all.iter().filter(|seen| seen.bank != bank).collect::<Vec<_>>());
            all.iter().filter(|seen| seen.bank == bank).map(|seen| guess(seen, &weights)).sum::<f64>()
        })
        .sum();
    right / size(all.len())
}

#[test]
fn the_shipped_questions_cannot_be_guessed_from_their_wording() {
    let all = shipped();
    let chance: f64 = all.iter().map(|seen| 1.0 / size(seen.choices.len())).sum::<f64>() / size(all.len());
    let right = guessed(&all);
    assert!(right <= chance + 0.05, "{:.1} % are guessed correctly, by chance {:.1} %", 100.0 * right, 100.0 * chance);
}

#[test]
fn the_guesser_finds_a_planted_cue() {
    let mut all = shipped();
    // Plants a cue: one small word in every key and in one wrong choice. Guessing by it is correct half of the time.
    let word =
        FORMS + STANCES.len() + SMALL.split_whitespace().position(|word| word == "rather").expect("a small word");
    for seen in &mut all {
        let other = (seen.key + 1) % seen.choices.len();
        for at in [seen.key, other] {
            seen.choices[at].push((word, 1.0));
        }
    }
    let right = guessed(&all);
    assert!(right > 0.4, "{:.1} % are guessed", 100.0 * right);
}
