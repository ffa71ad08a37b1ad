//! Options that are numbers, ranges or rates.

/// An option that is a number with a unit: a point, or a range with open ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amount {
    /// The least and the greatest it can be.
    pub range: (f64, f64),
    /// Digits behind the decimal point.
    pub places: usize,
    /// What is counted, in lower case.
    pub unit: String,
}

/// Words that may stand before a number, and whether they open the range downward or upward.
const BEFORE: &[(&str, Open)] = &[
    ("about ", Open::No),
    ("around ", Open::No),
    ("roughly ", Open::No),
    ("under ", Open::Down),
    ("below ", Open::Down),
    ("fewer than ", Open::Down),
    ("less than ", Open::Down),
    ("at most ", Open::Down),
    ("up to ", Open::Down),
    ("over ", Open::Up),
    ("above ", Open::Up),
    ("more than ", Open::Up),
    ("at least ", Open::Up),
];

#[derive(Clone, Copy)]
enum Open {
    No,
    Down,
    Up,
}

impl Amount {
    /// Reads an option that begins with a number; nothing where it does not.
    pub(super) fn read(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        let before = BEFORE.iter().find_map(|(words, open)| Some((lower.strip_prefix(words)?, *open)));
        let (rest, open) = before.unwrap_or((&lower, Open::No));
        let (first, places, rest) = number(rest)?;
        if let Some(rest) = rest.strip_prefix("in ") {
            // One in so many: a rate.
            let (of, _, unit) = number(rest)?;
            let rate = first / of;
            return (of > 0.0).then(|| Self::new((rate, rate), open, 0, &format!("in {unit}")));
        }
        let to = ["to ", "–", "- ", "-"].iter().find_map(|to| number(rest.strip_prefix(to)?.trim_start()));
        Some(match to {
            Some((last, more, unit)) if last >= first => Self::new((first, last), open, places.max(more), unit),
            _ => Self::new((first, first), open, places, rest),
        })
    }

    fn new((least, greatest): (f64, f64), open: Open, places: usize, unit: &str) -> Self {
        let range = match open {
            Open::No => (least, greatest),
            Open::Down => (f64::NEG_INFINITY, greatest),
            Open::Up => (least, f64::INFINITY),
        };
        let unit = unit.trim().trim_end_matches('.').to_owned();
        // One day and two days are counted in the same unit.
        let unit = unit.strip_suffix('s').map_or(unit.clone(), str::to_owned);
        Self { range, places, unit }
    }

    /// Returns whether it is one number and not a range.
    pub(super) fn is_point(&self) -> bool {
        self.range.0 == self.range.1
    }

    /// Returns whether two amounts of one unit share more than an end, or one holds the other.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let (least, greatest) = (self.range.0.max(other.range.0), self.range.1.min(other.range.1));
        let holds = |a: &Self, b: &Self| a.range.0 < b.range.0 && b.range.1 < a.range.1;
        least < greatest || holds(self, other) || holds(other, self)
    }
}

/// Reads a number with thousands commas and a decimal point off the front, and the digits behind the point.
fn number(text: &str) -> Option<(f64, usize, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(text.len());
    let digits = text[..end].trim_end_matches(['.', ',']);
    let rest = &text[digits.len()..];
    let plain = digits.replace(',', "");
    let places = plain.split_once('.').map_or(0, |(_, places)| places.len());
    Some((plain.parse().ok()?, places, rest.trim_start()))
}
