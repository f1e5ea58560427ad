//! Whether it is time to rotate a credential: by its age, and by its end.

use std::time::{Duration, SystemTime};

use crate::ledger::Record;
use crate::store::{Error, ErrorKind};

/// Why a credential is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nobody knows how old it is, so it does not pass for fresh.
    AgeUnknown,
    /// It is this old.
    Old(Duration),
    /// It works for this long; zero where it has ended.
    Ends(Duration),
}

impl Due {
    /// The word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AgeUnknown => "age-unknown",
            Self::Old(_) => "old",
            Self::Ends(_) => "ends",
        }
    }
}

/// Whether a credential is due: it is older than `older_than`, or has less left than
/// `expires_within` or a third of its life, whichever is more.
#[must_use]
pub fn due(
    record: &Record,
    now: SystemTime,
    older_than: Duration,
    expires_within: Duration,
) -> Option<Due> {
    let since = born(record);
    let end = record.expires.as_ref().and_then(|e| humantime::parse_rfc3339(&e.at).ok());
    if let Some(end) = end {
        let left = end.duration_since(now).unwrap_or_default();
        let life = since.and_then(|since| end.duration_since(since).ok()).unwrap_or_default();
        // A life that is shorter than twice the span would be due from its first day on.
        let margin = if life.is_zero() { expires_within } else { expires_within.min(life / 2) };
        if left <= margin.max(life / 3) {
            return Some(Due::Ends(left));
        }
    }
    let Some(since) = since else { return Some(Due::AgeUnknown) };
    let age = now.duration_since(since).unwrap_or_default();
    (age > older_than).then_some(Due::Old(age))
}

/// When the secret in use was made, as far as we know.
fn born(record: &Record) -> Option<SystemTime> {
    let at = record.rotated_at.as_ref().or(record.stored_at.as_ref())?;
    humantime::parse_rfc3339(at).ok()
}

/// Some time below `limit`, by chance, so that many machines do not ask at once.
///
/// # Errors
/// Where the system gives no random numbers.
pub fn jitter(limit: Duration) -> Result<Duration, Error> {
    let mut random = [0; 4];
    getrandom::fill(&mut random)
        .map_err(|_| Error::new(ErrorKind::Failed, "the system gives no random numbers"))?;
    Ok(limit.mul_f64(f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Expiry, time};

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn record(age: Option<u32>, left: Option<u32>) -> (Record, SystemTime) {
        let now = SystemTime::UNIX_EPOCH + DAY * 20_000;
        let expires =
            left.map(|days| Expiry { at: time(now + DAY * days), source: "provider".into() });
        let rotated_at = age.map(|days| time(now - DAY * days));
        (Record { rotated_at, expires, ..Record::default() }, now)
    }

    fn is_due(age: Option<u32>, left: Option<u32>) -> Option<&'static str> {
        let (record, now) = record(age, left);
        due(&record, now, DAY * 60, DAY * 14).map(Due::word)
    }

    #[test]
    fn by_age_by_end_and_by_what_nobody_knows() {
        assert_eq!(is_due(Some(10), None), None);
        assert_eq!(is_due(Some(61), None), Some("old"));
        assert_eq!(is_due(None, None), Some("age-unknown"));
        assert_eq!(is_due(None, Some(100)), Some("age-unknown"));
        assert_eq!(is_due(Some(50), Some(13)), Some("ends"));
        // Two thirds of a year have passed.
        assert_eq!(is_due(Some(50), Some(24)), Some("ends"));
        assert_eq!(is_due(Some(50), Some(26)), None);
        assert_eq!(is_due(Some(1), Some(0)), Some("ends"));
    }

    #[test]
    fn a_secret_of_one_week_is_not_due_on_its_first_day() {
        assert_eq!(is_due(Some(0), Some(7)), None);
        assert_eq!(is_due(Some(4), Some(3)), Some("ends"));
    }

    #[test]
    fn the_stored_time_counts_where_nothing_was_rotated() {
        let (mut record, now) = record(None, None);
        record.stored_at = Some(time(now - DAY * 5));
        assert_eq!(due(&record, now, DAY * 60, DAY), None);
    }

    #[test]
    fn chance_stays_below_its_limit() {
        assert!((0..100).all(|_| jitter(DAY).unwrap() <= DAY));
    }
}
