//! Timestamps, days and durations, and the clock that supplies the current time.

use std::fmt;
use std::time::Instant;

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z. One beyond the years that can be written is not read from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first and the last millisecond that a date can be written for (years -9999 to 9999).
    const RANGE: (i64, i64) = (-377_705_023_201_000, 253_402_207_200_000);

    /// Makes a moment; one beyond the years that can be written is moved to the nearest that can.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(Self::RANGE.0, Self::RANGE.1))
    }

    /// Returns milliseconds since 1970-01-01T00:00:00Z.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the moment `duration` later.
    pub fn saturating_add(self, duration: Millis) -> Self {
        Self::from_millis(self.0.saturating_add(i64::try_from(duration.0).unwrap_or(i64::MAX)))
    }

    /// Returns the moment `duration` earlier.
    pub fn saturating_sub(self, duration: Millis) -> Self {
        Self::from_millis(self.0.saturating_sub(i64::try_from(duration.0).unwrap_or(i64::MAX)))
    }

    /// Returns how long after `earlier` this is; zero where the clock went back.
    pub fn since(self, earlier: Self) -> Millis {
        Millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Returns the moment to the second, as it is signed in a certificate: its last second still counts whole.
    pub fn truncate_to_second(self) -> Self {
        Self::from_millis(self.0.div_euclid(1000) * 1000)
    }

    /// Returns the day in UTC.
    pub fn day(self) -> Day {
        Day(TimeZone::UTC.to_datetime(self.to_jiff()).date())
    }

    /// Returns day and minute in a time zone, for people: `2026-11-24 18:05`.
    pub fn format_local(self, zone: &Zone) -> String {
        zone.0.to_datetime(self.to_jiff()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// Returns the day in a time zone, short: `22 Nov`.
    pub fn format_local_day(self, zone: &Zone) -> String {
        zone.0.to_datetime(self.to_jiff()).strftime("%-d %b").to_string()
    }

    #[expect(clippy::expect_used, reason = "every constructor keeps to RANGE, which is that of jiff")]
    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).expect("a moment within RANGE")
    }
}

/// The time zone in which the times of a session are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// Returns the time zone of this computer; UTC if the system names none.
    pub fn of_computer() -> Self {
        Self(TimeZone::system())
    }

    /// Returns the time zone with a name of the IANA database, such as `America/Chicago`, if it is known.
    pub fn from_name(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }
}

impl TryFrom<i64> for Timestamp {
    type Error = &'static str;
    fn try_from(millis: i64) -> Result<Self, Self::Error> {
        let timestamp = Self::from_millis(millis);
        if timestamp.0 == millis { Ok(timestamp) } else { Err("a moment lies in the years -9999 to 9999") }
    }
}

/// RFC 3339 in UTC, with milliseconds only where there are any: `2026-11-23T20:07:28Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_jiff().to_string())
    }
}

impl std::str::FromStr for Timestamp {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(|timestamp| Self::from_millis(timestamp.as_millisecond()))
    }
}

/// A length of time in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// Returns the length of whole minutes.
    pub fn from_minutes(count: u64) -> Self {
        Self(count.saturating_mul(60_000))
    }

    /// Returns the length of whole hours.
    pub fn from_hours(count: u64) -> Self {
        Self::from_minutes(count.saturating_mul(60))
    }

    /// Returns the length of whole days of 24 hours.
    pub fn from_days(count: u64) -> Self {
        Self::from_hours(count.saturating_mul(24))
    }

    /// Returns the sum, or the longest length there is.
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Returns what is left of this length after `other`; never less than zero.
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// Minutes and seconds, hours only where there are any: `38:10`, `1:15:00`.
impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_ceil(1000);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        f.pad(&match hours {
            0 => format!("{minutes}:{seconds:02}"),
            _ => format!("{hours}:{minutes:02}:{seconds:02}"),
        })
    }
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(Date);

impl Day {
    /// Returns the day `months` later; where that month is shorter, its last day (29 February + 12 is 28 February).
    /// Beyond the year 9999 it is the last day of that year.
    pub fn plus_months(self, months: u32) -> Self {
        let later = Span::new().try_months(months).and_then(|span| self.0.checked_add(span));
        Self(later.unwrap_or(Date::MAX))
    }

    /// Returns the last second of this day in UTC, the moment a certificate that names it ends.
    pub fn end_of_day(self) -> Timestamp {
        let last_second = TimeZone::UTC.to_timestamp(self.0.at(23, 59, 59, 0));
        Timestamp::from_millis(last_second.map_or(i64::MAX, jiff::Timestamp::as_millisecond))
    }

    /// Returns how many days `self` is after `earlier`; negative where it is before.
    pub fn days_since(self, earlier: Self) -> i64 {
        earlier.0.duration_until(self.0).as_hours() / 24
    }

    /// Returns the day as it is written on a certificate: `23 Nov 2028`.
    pub fn format_long(self) -> String {
        self.0.strftime("%-d %b %Y").to_string()
    }
}

/// `2026-11-23`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl std::str::FromStr for Day {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse().map(Self)
    }
}

/// The present, told twice: by the wall clock, and by a counter that no one can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// What the computer's clock says.
    pub wall: Timestamp,
    /// How long this run of the program has gone on.
    pub uptime: Millis,
}

/// Time that runs out: how much was left, and when that was so. Within a run the larger of wall clock and counter
/// counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Countdown {
    /// When it was read.
    pub read_at: Now,
    /// How much was left then.
    pub remaining: Millis,
}

impl Countdown {
    /// Returns how much is left.
    pub fn remaining(self, now: Now) -> Millis {
        let elapsed = now.uptime.saturating_sub(self.read_at.uptime).max(now.wall.since(self.read_at.wall));
        self.remaining.saturating_sub(elapsed)
    }

    /// Returns after how long what is shown of it changes: whole seconds, rounded up.
    pub fn until_next_change(self, now: Now) -> Millis {
        Millis(self.remaining(now).0.saturating_sub(1) % 1000 + 1)
    }
}

/// Where the present comes from. Only the edge of the program holds one; all else is handed a [`Now`].
pub trait Clock {
    /// Returns the present.
    fn now(&self) -> Now;
}

/// The computer's clock.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// Starts the counter of this run.
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        Now {
            wall: Timestamp::from_millis(jiff::Timestamp::now().as_millisecond()),
            uptime: Millis(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)),
        }
    }
}
