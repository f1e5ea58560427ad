//! Days and dates as the providers write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::ledger::{Expiry, time};
use crate::tokens;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// This many days from now.
pub(super) fn in_days(days: u32) -> SystemTime {
    SystemTime::now() + DAY * days
}

/// The day alone, `YYYY-MM-DD`, in UTC.
pub(super) fn date(at: SystemTime) -> String {
    time(at).chars().take(10).collect()
}

/// A time, or a day, which then begins in UTC; `None` for anything else.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    tokens::time(text)
}

/// Whole days from one time to a later one.
pub(super) fn days_between(from: SystemTime, to: SystemTime) -> Option<u32> {
    u32::try_from(to.duration_since(from).ok()?.as_secs() / DAY.as_secs()).ok()
}

/// Seconds since 1970, where they mean a time at all.
pub(super) fn from_epoch(seconds: i64) -> Option<SystemTime> {
    let seconds = u64::try_from(seconds).ok().filter(|&s| s > 0 && s < 253_402_300_800)?;
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// An end that the provider says.
pub(super) fn expiry(at: SystemTime) -> Expiry {
    Expiry { at: time(at), source: "provider".to_owned() }
}

/// The same from its text; none where it is not a time.
pub(super) fn expiry_of(text: Option<&str>) -> Option<Expiry> {
    text.and_then(parse).map(expiry)
}

/// Whether the text is a time that is over.
pub(super) fn is_over(text: &str) -> bool {
    parse(text).is_some_and(|at| at <= SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_read() {
        let day = parse("2026-02-01").unwrap();
        assert_eq!(expiry(day).at, "2026-02-01T00:00:00Z");
        assert_eq!(date(day + DAY), "2026-02-02");
        for text in ["2026-02-01T00:00:00.000Z", "2026-02-01T02:00:00.0707808+02:00"] {
            let read = parse(text).unwrap();
            assert!(read.duration_since(day).unwrap() < Duration::from_secs(1), "{text}");
        }
        assert_eq!(days_between(day, day + DAY * 3), Some(3));
        assert_eq!(days_between(day + DAY, day), None);
        assert_eq!(from_epoch(-1), None);
        assert_eq!(from_epoch(i64::MAX), None);
        for text in ["", "never", "2026-13-01", "ü026-02-0"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
