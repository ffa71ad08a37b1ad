//! Timestamps, days and durations, and the clock that supplies the current time.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A moment in time: milliseconds since 1970-01-01T00:00:00Z. Reading a value outside the years -9999 to
/// 9999 is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The range of jiff: the first and last millisecond that have a date in every time zone (years -9999 to 9999).
    const RANGE: (i64, i64) = (-377_705_023_201_000, 253_402_207_200_000);

    /// Returns the moment `millis` milliseconds after 1970-01-01T00:00:00Z. A value outside the years -9999 to 9999
    /// becomes the nearest moment inside them.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(Self::RANGE.0, Self::RANGE.1))
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z, negative before it.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the moment `duration` later, limited as in [`from_millis`](Self::from_millis).
    #[must_use]
    pub fn saturating_add(self, duration: Millis) -> Self {
        Self::from_millis(self.0.saturating_add(i64::try_from(duration.0).unwrap_or(i64::MAX)))
    }

    /// Returns the moment `duration` earlier, limited as in [`from_millis`](Self::from_millis).
    #[must_use]
    pub fn saturating_sub(self, duration: Millis) -> Self {
        Self::from_millis(self.0.saturating_sub(i64::try_from(duration.0).unwrap_or(i64::MAX)))
    }

    /// Returns the time from `earlier` to this moment, or zero if the clock went back.
    pub fn since(self, earlier: Self) -> Millis {
        Millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Returns the moment without its milliseconds. Certificates contain whole seconds, and a certificate is valid
    /// until the end of its last second.
    #[must_use]
    pub fn truncate_to_second(self) -> Self {
        Self::from_millis(self.0.div_euclid(1000) * 1000)
    }

    /// Returns the day in UTC.
    pub fn day(self) -> Day {
        Day(TimeZone::UTC.to_datetime(self.to_jiff()).date())
    }

    /// Returns the day and the minute in a time zone, for tables: `2026-11-24 18:05`.
    pub fn format_local(self, zone: &Zone) -> String {
        zone.0.to_datetime(self.to_jiff()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// Formats the time in UTC for the name of a file or a folder: `20261123T090000Z`. Names sort by time.
    pub fn format_for_file_name(self) -> String {
        self.truncate_to_second().to_string().replace([':', '-'], "")
    }

    /// Returns the moment that [`format_for_file_name`](Self::format_for_file_name) wrote, or `None` for other text.
    pub fn parse_file_name(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// Returns the moment of a time of the system, such as that of a file.
    pub fn from_system_time(time: SystemTime) -> Option<Self> {
        jiff::Timestamp::try_from(time).ok().map(|timestamp| Self::from_millis(timestamp.as_millisecond()))
    }

    /// Returns the study day in a time zone. It starts and ends at 04:00, so that an answer after midnight still belongs
    /// to the evening before.
    pub fn study_day(self, zone: &Zone) -> Day {
        const STARTS_AT_HOUR: i64 = 4;
        let local = zone.0.to_datetime(self.to_jiff());
        Day(local.checked_sub(Span::new().hours(STARTS_AT_HOUR)).unwrap_or(local).date())
    }

    /// Returns the day and the minute in a time zone, for sentences: `Nov 24, 2026, 6:05 PM`.
    pub fn format_for_people(self, zone: &Zone) -> String {
        zone.0.to_datetime(self.to_jiff()).strftime("%b %-d, %Y, %-I:%M %p").to_string()
    }

    /// Returns the time of day in a time zone: `6:05 PM`.
    pub fn format_local_time(self, zone: &Zone) -> String {
        zone.0.to_datetime(self.to_jiff()).strftime("%-I:%M %p").to_string()
    }

    /// Returns the day in a time zone without the year: `Nov 22`.
    pub fn format_local_day(self, zone: &Zone) -> String {
        zone.0.to_datetime(self.to_jiff()).strftime("%b %-d").to_string()
    }

    #[expect(clippy::expect_used, reason = "every constructor stays within RANGE, which is the range of jiff")]
    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).expect("a moment within RANGE")
    }
}

/// The time zone in which a session shows times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// Returns the time zone of this computer, or UTC if the system names none.
    pub fn of_computer() -> Self {
        Self(TimeZone::system())
    }

    /// Returns the time zone with this IANA name, such as `America/Chicago`, or `None` if the system does not know it.
    pub fn from_name(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }
}

impl TryFrom<i64> for Timestamp {
    type Error = &'static str;
    fn try_from(millis: i64) -> Result<Self, Self::Error> {
        let timestamp = Self::from_millis(millis);
        if timestamp.0 == millis { Ok(timestamp) } else { Err("a time must be in the years -9999 to 9999") }
    }
}

/// RFC 3339 in UTC, with a fraction only if there is one: `2026-11-23T20:07:28Z`.
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

/// A duration in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// Returns a duration of `count` minutes.
    pub const fn from_minutes(count: u64) -> Self {
        Self(count.saturating_mul(60_000))
    }

    /// Returns a duration of `count` hours.
    pub const fn from_hours(count: u64) -> Self {
        Self::from_minutes(count.saturating_mul(60))
    }

    /// Returns a duration of `count` days of 24 hours.
    pub const fn from_days(count: u64) -> Self {
        Self::from_hours(count.saturating_mul(24))
    }

    /// Returns the sum, or the longest possible duration if the sum is longer.
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Returns the difference, or zero if `other` is longer.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// Minutes and seconds, with hours only if there are any: `38:10`, `1:15:00`. Seconds round up, so `0:00` means that
/// no time is left.
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

/// The day from which [`Day::number`] counts.
const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// A calendar day without a time zone. It is stored as `2026-11-23`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(Date);

impl Day {
    /// The first day of the range.
    pub const MIN: Self = Self(Date::MIN);

    /// Returns the day `months` later. If that month is too short, this is its last day: 12 months after February 29
    /// comes February 28. Beyond the year 9999, this is the last day of that year.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        let later = Span::new().try_months(months).and_then(|span| self.0.checked_add(span));
        Self(later.unwrap_or(Date::MAX))
    }

    /// Returns the day `count` days later, or earlier if `count` is negative. Beyond the years -9999 to 9999, this is the
    /// last day of that range.
    #[must_use]
    pub fn plus_days(self, count: i64) -> Self {
        let day = Span::new().try_days(count).and_then(|span| self.0.checked_add(span));
        Self(day.unwrap_or(if count < 0 { Date::MIN } else { Date::MAX }))
    }

    /// Returns the days since January 1, 1970. The number is negative for earlier days.
    pub fn number(self) -> i32 {
        // The range of a day has fewer than 8 million days.
        i32::try_from(self.days_since(Self(EPOCH))).unwrap_or(i32::MAX)
    }

    /// Returns the day with this [`number`](Self::number), or `None` outside the years -9999 to 9999.
    pub fn from_number(number: i32) -> Option<Self> {
        EPOCH.checked_add(Span::new().try_days(number).ok()?).ok().map(Self)
    }

    /// Returns the last second of this day in UTC. A certificate that is valid through this day ends then.
    pub fn end_of_day(self) -> Timestamp {
        // The last day of the year 9999 ends outside the range, so `from_millis` clamps it.
        let last_second = TimeZone::UTC.to_timestamp(self.0.at(23, 59, 59, 0));
        Timestamp::from_millis(last_second.map_or(i64::MAX, jiff::Timestamp::as_millisecond))
    }

    /// Returns the days from `earlier` to this day. The number is negative if this day comes first.
    pub fn days_since(self, earlier: Self) -> i64 {
        earlier.0.duration_until(self.0).as_hours() / 24
    }

    /// Returns the day for people: `Nov 23, 2028`.
    pub fn format_for_people(self) -> String {
        self.0.strftime("%b %-d, %Y").to_string()
    }

    /// Returns the day as signed statements write it: `23 Nov 2028`.
    ///
    /// All certificates signed so far have this form. It stays, so that the certificates of one person read alike.
    pub fn format_signed(self) -> String {
        self.0.strftime("%-d %b %Y").to_string()
    }
}

/// ISO 8601: `2026-11-23`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

/// A text that is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidDay;

impl std::fmt::Display for InvalidDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("write the day as year-month-day, such as 2027-01-15")
    }
}

impl std::error::Error for InvalidDay {}

impl std::str::FromStr for Day {
    type Err = InvalidDay;
    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        text.parse().map(Self).map_err(|_| InvalidDay)
    }
}

/// The current time from two sources: the wall clock, and a counter that no one can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The time of the computer's clock.
    pub wall: Timestamp,
    /// The time since this run of the program started. It goes on while the computer sleeps.
    pub uptime: Millis,
}

/// A countdown: the time left, and when it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Countdown {
    /// When the remaining time was measured.
    pub read_at: Now,
    /// The time left at that moment.
    pub remaining: Millis,
}

impl Countdown {
    /// Returns the time left, by the counter.
    pub fn remaining(self, now: Now) -> Millis {
        // Setting the wall clock changes nothing here.
        self.remaining.saturating_sub(now.uptime.saturating_sub(self.read_at.uptime))
    }

    /// Returns the time until the countdown on screen changes. The screen shows whole seconds, rounded up.
    pub fn until_next_change(self, now: Now) -> Millis {
        Millis(self.remaining(now).0.saturating_sub(1) % 1000 + 1)
    }
}

/// A source of the current time. Only the edge of the program has one. All other code receives a [`Now`].
pub trait Clock {
    /// Returns the current time.
    fn now(&self) -> Now;
}

/// The computer's clock.
#[derive(Debug)]
pub struct SystemClock {
    started: Counter,
}

impl SystemClock {
    /// Returns the computer's clock, with an uptime counter that starts now.
    pub fn start() -> Self {
        Self { started: Counter::read() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        let uptime = Counter::read().since(&self.started).as_millis();
        Now { wall: wall_time(), uptime: Millis(u64::try_from(uptime).unwrap_or(u64::MAX)) }
    }
}

/// Returns the time of the system. A clock that is set beyond the years -9999 to 9999 counts as the nearest moment in them.
fn wall_time() -> Timestamp {
    let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => millis(after),
        Err(before) => millis(before.duration()).saturating_neg(),
    })
}

/// A moment of a counter that no one can set and that goes on while the computer sleeps. `Instant` stops then on Linux and
/// macOS.
#[cfg(unix)]
#[derive(Debug)]
struct Counter(rustix::time::Timespec);

#[cfg(unix)]
impl Counter {
    #[cfg(target_os = "linux")]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Monotonic;

    fn read() -> Self {
        Self(rustix::time::clock_gettime(Self::CLOCK))
    }

    fn since(&self, earlier: &Self) -> Duration {
        let nanos = |time: &rustix::time::Timespec| i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec);
        let passed = nanos(&self.0).saturating_sub(nanos(&earlier.0));
        Duration::from_nanos(u64::try_from(passed).unwrap_or(0))
    }
}

/// A moment of a counter that no one can set. On Windows it goes on while the computer sleeps.
#[cfg(not(unix))]
#[derive(Debug)]
struct Counter(std::time::Instant);

#[cfg(not(unix))]
impl Counter {
    fn read() -> Self {
        Self(std::time::Instant::now())
    }

    fn since(&self, earlier: &Self) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }
}
