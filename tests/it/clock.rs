//! Days, times and durations.

use needlewise::clock::{Day, Millis, Timestamp, Zone};

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

#[test]
fn months_end_where_the_calendar_ends_them() {
    // A month that lacks the day ends on its last day, as the specification of certificates says.
    for (from, months, until) in [
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-11-23", 24, "2028-11-23"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
    ] {
        assert_eq!(day(from).plus_months(months).to_string(), until);
    }
}

#[test]
fn a_day_ends_with_its_last_second_in_utc() {
    assert_eq!(day("2028-11-23").end_of_day().to_string(), "2028-11-23T23:59:59Z");
}

#[test]
fn people_read_american_dates_and_signed_statements_keep_their_form() {
    assert_eq!(day("2028-11-03").format_for_people(), "Nov 3, 2028");
    assert_eq!(day("2028-11-03").format_signed(), "3 Nov 2028");
    let at = day("2026-11-24").end_of_day();
    assert_eq!(at.format_for_people(&Zone::UTC), "Nov 24, 2026, 11:59 PM");
    assert_eq!(at.format_local(&Zone::UTC), "2026-11-24 23:59");
    assert_eq!(at.format_local_day(&Zone::UTC), "Nov 24");
    assert_eq!(at.format_local_time(&Zone::UTC), "11:59 PM");
}

#[test]
fn a_clock_set_back_gives_no_negative_time() {
    let (early, late) = (Timestamp::from_millis(1000), Timestamp::from_millis(5000));
    assert_eq!(early.since(late), Millis(0));
    assert_eq!(late.since(early), Millis(4000));
}

#[test]
fn moments_beyond_the_calendar_are_clamped_to_it() {
    // The first and the last time that the jiff crate can represent.
    for (millis, written) in [(i64::MIN, "-009999-01-02T01:59:59Z"), (i64::MAX, "9999-12-30T22:00:00Z")] {
        let at = Timestamp::from_millis(millis);
        assert_eq!(at.to_string(), written);
        assert_eq!(at.saturating_add(Millis(u64::MAX)), Timestamp::from_millis(i64::MAX));
    }
    assert_eq!(day("2026-11-23").plus_months(u32::MAX), day("9999-12-31"), "clamped to the last day");
    assert!(serde_json::from_str::<Timestamp>(&i64::MAX.to_string()).is_err(), "no file contains it");
    // 19,999 years: 50 cycles of 146,097 days without the leap year -10000. From the first day to the last is one less.
    assert_eq!(day("9999-12-31").days_since(day("-009999-01-01")), 7_304_483);
    assert_eq!(day("2026-11-22").days_since(day("2026-11-23")), -1);
}

#[test]
fn time_left_reads_as_minutes_and_seconds() {
    assert_eq!(Millis(38 * 60_000 + 10_000).to_string(), "38:10");
    assert_eq!(Millis(75 * 60_000).to_string(), "1:15:00");
    assert_eq!(Millis(1).to_string(), "0:01");
}
