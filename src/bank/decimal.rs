//! Decimal numbers that keep their text as typed. Answers are compared by exact value. `==` compares the text as well.

use std::fmt;

use num_rational::BigRational;
use serde::{Deserialize, Serialize};

/// A decimal number, with its text as typed and its exact value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal {
    text: String,
    // Exact, so that an answer exactly at the tolerance counts.
    // Of any size, because the difference of two long decimals does not fit in 128 bits.
    value: BigRational,
}

/// Why a text is not a decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDecimal {
    /// The text is not a number, or is too long.
    Malformed,
    /// A comma before exactly three digits can separate thousands or decimals.
    Ambiguous,
}

impl fmt::Display for NotDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "a number has digits, at most one decimal point or comma, and at most 30 characters",
            Self::Ambiguous => {
                "a comma before three digits can mean two things; type the number without it, such as 1000 or 1.5"
            }
        })
    }
}

/// The most characters of a number. Exact arithmetic with very long numbers would be slow.
const CHARS_MAX: usize = 30;

impl Decimal {
    /// Parses a number with a decimal point or comma. Spaces around it do not matter.
    ///
    /// # Errors
    /// [`NotDecimal::Ambiguous`] for a comma before exactly three digits, such as `1,000`: its meaning is not guessed.
    /// [`NotDecimal::Malformed`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotDecimal> {
        let text = text.trim();
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let has_separator = digits.len() > whole.len();
        // The last condition rejects a separator without digits after it, such as "1.".
        if text.len() > CHARS_MAX
            || whole.is_empty()
            || !is_digits(whole)
            || !is_digits(fraction)
            || has_separator == fraction.is_empty()
        {
            return Err(NotDecimal::Malformed);
        }
        if digits.contains(',') && fraction.len() == 3 {
            return Err(NotDecimal::Ambiguous);
        }
        let denominator = format!("1{}", "0".repeat(fraction.len()));
        let ratio = format!("{whole}{fraction}/{denominator}");
        let value: BigRational = ratio.parse().map_err(|_| NotDecimal::Malformed)?;
        let value = if text.starts_with('-') { -value } else { value };
        Ok(Self { text: text.to_owned(), value })
    }

    /// Returns whether the number is zero, however it is written.
    pub fn is_zero(&self) -> bool {
        self.value == BigRational::from_integer(0.into())
    }

    /// Returns whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        self.value < BigRational::from_integer(0.into())
    }

    /// Returns whether `answer` is within `tolerance` of this number, bounds included.
    pub fn accepts(&self, answer: &Self, tolerance: &Self) -> bool {
        let difference =
            if answer.value > self.value { &answer.value - &self.value } else { &self.value - &answer.value };
        difference <= tolerance.value
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl From<Decimal> for String {
    fn from(decimal: Decimal) -> Self {
        decimal.text
    }
}

impl TryFrom<String> for Decimal {
    type Error = NotDecimal;
    fn try_from(text: String) -> Result<Self, NotDecimal> {
        Self::parse(&text)
    }
}
