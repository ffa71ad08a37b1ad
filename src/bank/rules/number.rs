//! Parses options that are numbers, ranges or rates, so that rules can compare them.

/// An option that is a number with a unit: a point, or a range with open ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amount {
    /// The least and the greatest it can be.
    pub range: (f64, f64),
    /// Digits behind the decimal point.
    pub decimal_places: usize,
    /// What is counted, in lower case.
    pub unit: String,
}

/// Words that may stand before a number, and whether they open the range downward or upward.
const QUALIFIERS: &[(&str, Open)] = &[
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
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        let qualified = QUALIFIERS.iter().find_map(|(words, open)| Some((lower.strip_prefix(words)?, *open)));
        let (rest, open) = qualified.unwrap_or((&lower, Open::No));
        let (first, decimal_places, rest) = parse_number(rest)?;
        if let Some(rest) = rest.strip_prefix("in ") {
            // One in so many: a rate.
            let (denominator, _, unit) = parse_number(rest)?;
            let rate = first / denominator;
            return (denominator > 0.0).then(|| Self::new((rate, rate), open, 0, &format!("in {unit}")));
        }
        let to = ["to ", "–", "- ", "-"].iter().find_map(|to| parse_number(rest.strip_prefix(to)?.trim_start()));
        Some(match to {
            Some((last, last_places, unit)) if last >= first => {
                Self::new((first, last), open, decimal_places.max(last_places), unit)
            }
            _ => Self::new((first, first), open, decimal_places, rest),
        })
    }

    fn new((min, max): (f64, f64), open: Open, decimal_places: usize, unit: &str) -> Self {
        let range = match open {
            Open::No => (min, max),
            Open::Down => (f64::NEG_INFINITY, max),
            Open::Up => (min, f64::INFINITY),
        };
        let unit = unit.trim().trim_end_matches('.').to_owned();
        // One day and two days are counted in the same unit.
        let unit = unit.strip_suffix('s').map_or(unit.clone(), str::to_owned);
        Self { range, decimal_places, unit }
    }

    /// Returns whether it is one number and not a range.
    pub(super) fn is_point(&self) -> bool {
        self.range.0 == self.range.1
    }

    /// Returns whether two amounts of one unit share more than an end, or one holds the other.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let (start, end) = (self.range.0.max(other.range.0), self.range.1.min(other.range.1));
        let contains = |outer: &Self, inner: &Self| outer.range.0 < inner.range.0 && inner.range.1 < outer.range.1;
        start < end || contains(self, other) || contains(other, self)
    }
}

/// Reads a number with thousands commas and a decimal point off the front, and the digits behind the point.
fn parse_number(text: &str) -> Option<(f64, usize, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(text.len());
    let digits = text[..end].trim_end_matches(['.', ',']);
    let rest = &text[digits.len()..];
    let plain = digits.replace(',', "");
    let decimal_places = plain.split_once('.').map_or(0, |(_, decimal_places)| decimal_places.len());
    Some((plain.parse().ok()?, decimal_places, rest.trim_start()))
}
