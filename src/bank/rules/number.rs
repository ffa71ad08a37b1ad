//! Parses choices that are numbers, ranges or rates, so that rules can compare them.

/// A choice that is a number with a unit: one number, or a range that may be open at one end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amount {
    /// The smallest and the largest value.
    // Floating point is precise enough for a hint to an author. Results of trainees never depend on it.
    pub range: (f64, f64),
    /// The number of digits after the decimal point.
    pub decimal_places: usize,
    /// The unit, in lower case.
    pub unit: String,
}

/// Words that may come before a number, and the direction in which they open the range.
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

/// Units that can be compared, in lower case and without the plural "s".
const UNITS: &[&str] = &[
    "",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
    "h",
    "min",
    "ms",
    "mm",
    "cm",
    "m",
    "inch",
    "mg",
    "g",
    "kg",
    "ml",
    "l",
    "hz",
    "patient",
    "treatment",
    "session",
    "needle",
    "time",
];

#[derive(Clone, Copy)]
enum Open {
    No,
    Down,
    Up,
}

impl Amount {
    /// Returns whether the number is probably a year.
    pub(super) fn is_year(&self) -> bool {
        self.unit.is_empty() && self.decimal_places == 0 && self.is_point() && (1000.0..=2100.0).contains(&self.range.0)
    }

    pub(super) fn is_temperature(&self) -> bool {
        self.unit.starts_with('°') || self.unit.starts_with("degree")
    }

    /// Returns whether the unit is one of time, of which everyone uses several.
    pub(super) fn is_duration(&self) -> bool {
        let units = ["second", "minute", "hour", "day", "week", "month", "year", "h", "min", "ms"];
        units.contains(&self.unit.trim_end_matches('s')) || units.contains(&self.unit.as_str())
    }

    /// Parses a choice that begins with a number. Returns `None` for any other text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        let qualified = QUALIFIERS.iter().find_map(|(words, open)| Some((lower.strip_prefix(words)?, *open)));
        let (rest, open) = qualified.unwrap_or((&lower, Open::No));
        let (first, decimal_places, rest) = parse_number(rest)?;
        if let Some(rest) = rest.strip_prefix("in ") {
            // "1 in 100" is a rate, whose unit is what comes after it.
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
        // "1 day" and "2 days" have the same unit.
        let unit = unit.strip_suffix('s').map_or(unit.clone(), str::to_owned);
        Self { range, decimal_places, unit }
    }

    /// Returns whether the unit is a unit of time, length, mass or volume, or a frequency. Percentages, ordinals and
    /// phrases such as "of 20 patients" are none.
    pub(super) fn has_known_unit(&self) -> bool {
        UNITS.contains(&self.unit.as_str())
    }

    /// Returns whether this is one number and not a range.
    pub(super) fn is_point(&self) -> bool {
        self.range.0 == self.range.1
    }

    /// Returns whether two ranges share more than one end, or one contains the other. The caller compares the units.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let (start, end) = (self.range.0.max(other.range.0), self.range.1.min(other.range.1));
        let contains = |outer: &Self, inner: &Self| outer.range.0 < inner.range.0 && inner.range.1 < outer.range.1;
        // A single number inside a range has no length, so `start < end` does not find it.
        start < end || contains(self, other) || contains(other, self)
    }
}

/// Parses the number at the front of a text; it may have thousands commas and a decimal point.
/// Returns the value, the digits after the point, and the rest.
fn parse_number(text: &str) -> Option<(f64, usize, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(text.len());
    let digits = text[..end].trim_end_matches(['.', ',']);
    let rest = &text[digits.len()..];
    let plain = digits.replace(',', "");
    let decimal_places = plain.split_once('.').map_or(0, |(_, decimal_places)| decimal_places.len());
    Some((plain.parse().ok()?, decimal_places, rest.trim_start()))
}
