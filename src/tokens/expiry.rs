//! Times as programs write them beside a token: RFC 3339 with any fraction and offset, Go's own
//! form, and seconds or milliseconds since 1970.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Numbers from here on are milliseconds: as seconds they would lie after the year 5000.
const MILLISECONDS: f64 = 1e11;

/// The latest number that is a time at all: the end of the year 9999.
const LATEST: i64 = 253_402_300_799;

/// Reads a time; `None` for what is none, and for times before 1970 (Go writes the year 1 for
/// "never").
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let text = text.trim().trim_matches(['"', '\'']);
    let number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let (seconds, nanoseconds) =
        if number && !text.is_empty() { of_number(text)? } else { of_date(text)? };
    let seconds = u64::try_from(seconds).ok().filter(|s| *s > 0 && *s <= LATEST.unsigned_abs())?;
    UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))
}

fn of_number(text: &str) -> Option<(i64, u32)> {
    let number: f64 = text.parse().ok()?;
    let seconds = if number >= MILLISECONDS { number / 1e3 } else { number };
    let whole = Duration::try_from_secs_f64(seconds).ok()?.as_secs();
    Some((i64::try_from(whole).ok()?, 0))
}

/// `2024-01-15T10:00:00.123+02:00`, `2024-01-15 10:00:00 +0000 UTC`, `2024-01-15`.
fn of_date(text: &str) -> Option<(i64, u32)> {
    let (date, rest) = text.split_at_checked(10)?;
    let days = days(date)?;
    let rest = rest.trim_start_matches(['T', 't', ' ', '_']);
    if rest.is_empty() {
        return Some((days * 86_400, 0));
    }
    let clock_end = rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len());
    let (clock, rest) = rest.split_at_checked(clock_end)?;
    let mut parts = clock.split(':').map(|part| digits(part, 2));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let (nanoseconds, rest) = fraction(rest);
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second;
    Some((seconds - offset(rest.trim_start())?, nanoseconds))
}

/// Days from 1970 to a date `2024-01-15`, in the Gregorian calendar.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split(['-', '/']);
    let year = digits(parts.next()?, 4)?;
    let (month, day) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year
            - 719_468,
    )
}

fn digits(text: &str, len: usize) -> Option<i64> {
    (text.len() == len && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Nanoseconds of a fraction `.123`, and what follows it.
fn fraction(text: &str) -> (u32, &str) {
    let Some(rest) = text.strip_prefix(['.', ',']) else { return (0, text) };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
    (nine.parse().unwrap_or(0), rest)
}

/// Seconds east of Greenwich: of `Z`, `UTC`, nothing, `+02:00`, `+0200`, `+02`, `+0000 UTC`.
fn offset(text: &str) -> Option<i64> {
    let sign = match text.bytes().next() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        None => return Some(0),
        Some(_) => {
            return ["Z", "UTC", "GMT"]
                .iter()
                .any(|utc| utc.eq_ignore_ascii_case(text))
                .then_some(0);
        }
    };
    let zone = text.get(1..)?.split(' ').next()?.replace(':', "");
    let hours = digits(zone.get(..2)?, 2)?;
    let minutes =
        zone.get(2..).filter(|rest| !rest.is_empty()).map_or(Some(0), |m| digits(m, 2))?;
    (hours <= 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_705_312_800; // 2024-01-15T10:00:00Z

    #[test]
    fn an_expiry_beside_a_secret_is_read_in_the_forms_that_programs_write() {
        for (text, seconds) in [
            ("2024-01-15T10:00:00Z", NOW),
            ("2024-01-15t10:00:00z", NOW),
            ("2024-01-15T10:00:00.123456789Z", NOW),
            ("2024-01-15T12:00:00+02:00", NOW),
            ("2024-01-15T12:00:00.5+0200", NOW),
            ("2024-01-15T02:30:00-07:30", NOW),
            ("2024-01-15 10:00:00 +0000 UTC", NOW),
            ("2024-01-15 10:00:00.1 +0000 UTC m=+0.1", NOW),
            ("2024-01-15 10:00:00", NOW),
            ("2024-01-15T10:00:00", NOW),
            ("2024-01-15T10:00Z", NOW),
            ("\"2024-01-15T10:00:00Z\"", NOW),
            ("2024-01-15", NOW - 36_000),
            ("1705312800", NOW),
            ("1705312800.75", NOW),
            ("1705312800000", NOW),
            ("2024-02-29T00:00:00Z", 1_709_164_800),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("1970-01-01T00:00:01Z", 1),
        ] {
            let parsed = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(parsed.duration_since(UNIX_EPOCH).unwrap().as_secs(), seconds, "{text}");
        }
        let fraction = parse("1970-01-01T00:00:01.25Z").unwrap();
        assert_eq!(fraction, UNIX_EPOCH + Duration::from_millis(1250));
    }

    #[test]
    fn what_is_no_time_is_no_expiry() {
        for text in [
            "",
            "never",
            "0",
            "-1",
            "0001-01-01T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-01-15T25:00:00Z",
            "2024-01-15T10:00:00Q",
            "2024-01-15T10:00:00+é",
            "2024-01-1é",
            "99999999999999999999999999",
            "1.2.3",
            ".",
            "éééééééééé",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
