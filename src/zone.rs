//! The workspace's time zone: which instant a local day begins at, and which local day an instant lies in.
//!
//! The answers come from a table of midnights, so that a million leads can be asked in a millisecond. To make one takes
//! some milliseconds, so those of the zones that were asked for last are kept: every page begins with the workspace's.

use crate::period::{Day, END_DAY, FIRST_DAY, Instant, Period};
use chrono::{LocalResult, NaiveDateTime, NaiveTime, Offset, TimeZone};
use std::sync::{Arc, Mutex, PoisonError};

/// A time zone of the IANA database with its table of days.
#[derive(Clone, Debug)]
pub struct Zone {
    tz: chrono_tz::Tz,
    /// The first second of each local day from [`FIRST_DAY`] up to and including [`END_DAY`].
    midnights: Arc<[u32]>,
}

/// Zones whose tables are kept, at most: 190 kB each.
const MOST_KEPT: usize = 8;
/// Those that were made last.
static KEPT: Mutex<Vec<Zone>> = Mutex::new(Vec::new());

/// How a local time became an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalTime {
    /// The clock showed it once.
    Exact(Instant),
    /// The clock showed it twice (it was set back); the earlier one is taken.
    Ambiguous(Instant),
    /// The clock never showed it (it was set forward); moved forward by the gap.
    Skipped(Instant),
}

impl LocalTime {
    /// The instant, however it was found.
    pub const fn instant(self) -> Instant {
        match self {
            Self::Exact(at) | Self::Ambiguous(at) | Self::Skipped(at) => at,
        }
    }
}

/// The IANA names of all zones, in the order of the alphabet.
pub fn names() -> impl Iterator<Item = &'static str> {
    chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name())
}

impl Zone {
    /// The zone of an IANA name such as `Europe/Berlin`.
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self::new)
    }

    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self::new(chrono_tz::Tz::UTC)
    }

    fn new(tz: chrono_tz::Tz) -> Self {
        let known = |kept: &[Self]| kept.iter().find(|zone| zone.tz == tz).cloned();
        if let Some(zone) = known(&KEPT.lock().unwrap_or_else(PoisonError::into_inner)) {
            return zone;
        }
        // Others do not wait for it; of two that make the same one is kept.
        let midnights = (FIRST_DAY.0..=END_DAY.0)
            .map(|day| local_instant(tz, Day(day).date().and_time(NaiveTime::MIN)).instant().0)
            .collect();
        let zone = Self { tz, midnights };
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = known(&kept) {
            return zone;
        }
        if kept.len() == MOST_KEPT {
            kept.remove(0);
        }
        kept.push(zone.clone());
        zone
    }

    /// Its IANA name.
    pub fn name(&self) -> &'static str {
        self.tz.name()
    }

    /// The first second of a local day; days outside the table count as its edges.
    pub fn start_of(&self, day: Day) -> Instant {
        let index = day.0.clamp(FIRST_DAY.0, END_DAY.0) - FIRST_DAY.0;
        Instant(self.midnights[index as usize])
    }

    /// The local day that an instant lies in.
    pub fn day_of(&self, at: Instant) -> Day {
        let guess = (at.0 / 86_400) as usize;
        let low = guess.saturating_sub(1).min(self.midnights.len() - 1);
        let high = (guess + 2).min(self.midnights.len());
        let within = self.midnights[low..high].partition_point(|&start| start <= at.0);
        Day((low + within) as i32 - 1 + FIRST_DAY.0)
    }

    /// The instants `[from, to)` of a period.
    pub fn instants(&self, period: Period) -> (Instant, Instant) {
        (self.start_of(period.from), self.start_of(period.to))
    }

    /// The instant of a local date and time; `None` outside 1970 to 2100.
    pub fn instant_of(&self, local: NaiveDateTime) -> Option<LocalTime> {
        let day = local.date().to_epoch_days();
        (FIRST_DAY.0 <= day && day < END_DAY.0).then(|| local_instant(self.tz, local))
    }

    /// The local date and time of an instant.
    pub fn local(&self, at: Instant) -> NaiveDateTime {
        self.tz.timestamp_opt(i64::from(at.0), 0).single().map(|time| time.naive_local()).unwrap_or_default()
    }

    /// As RFC 3339 with the offset in force.
    pub fn rfc3339(&self, at: Instant) -> String {
        self.tz.timestamp_opt(i64::from(at.0), 0).single().map(|time| time.to_rfc3339()).unwrap_or_default()
    }
}

fn local_instant(tz: chrono_tz::Tz, local: NaiveDateTime) -> LocalTime {
    let instant = |seconds: i64| Instant(u32::try_from(seconds.max(0)).unwrap_or(u32::MAX));
    match tz.from_local_datetime(&local) {
        LocalResult::Single(time) => LocalTime::Exact(instant(time.timestamp())),
        LocalResult::Ambiguous(first, second) => {
            LocalTime::Ambiguous(instant(first.timestamp().min(second.timestamp())))
        }
        LocalResult::None => {
            // The offset in force a day earlier is the one before the gap: reading the time with it moves
            // the clock forward by exactly the gap.
            let before = tz.offset_from_utc_datetime(&(local - chrono::TimeDelta::days(1)));
            let seconds = local.and_utc().timestamp() - i64::from(before.fix().local_minus_utc());
            LocalTime::Skipped(instant(seconds))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a local time")
    }

    #[test]
    fn a_day_begins_at_its_first_second_even_where_midnight_does_not_exist() {
        // Cairo set its clocks forward at midnight on 2023-04-28: the day begins at 01:00.
        let cairo = Zone::parse("Africa/Cairo").expect("a zone");
        let day = "2023-04-28".parse().expect("a day");
        let start = cairo.start_of(day);
        assert_eq!(cairo.local(start), at("2023-04-28 01:00"));
        assert_eq!(cairo.day_of(start), day);
        assert_eq!(cairo.day_of(Instant(start.0 - 1)), day.plus(-1));
    }

    #[test]
    fn a_zone_that_was_asked_for_before_is_the_same_table_and_few_are_kept() {
        let tables = |name: &str| Zone::parse(name).expect("a zone").midnights;
        // Other tests ask for zones, too, and may have one forgotten in between.
        assert!((0..10).any(|_| Arc::ptr_eq(&tables("Asia/Tokyo"), &tables("Asia/Tokyo"))));
        let of_hours: Vec<_> = (1..=12).map(|hour| tables(&format!("Etc/GMT+{hour}"))).collect();
        assert!(of_hours.windows(2).all(|pair| pair[0] != pair[1]), "each is its own");
        assert!(KEPT.lock().expect("nobody panics holding it").len() <= MOST_KEPT);
    }

    #[test]
    fn every_day_of_every_zone_begins_where_the_day_before_ends() {
        for name in ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo"] {
            let zone = Zone::parse(name).expect("a zone");
            for day in (FIRST_DAY.0 + 1..END_DAY.0).map(Day) {
                let start = zone.start_of(day);
                // A zone may skip a whole day (Apia, 2011-12-30): it then has no second of its own.
                if zone.start_of(day.plus(1)) > start {
                    assert_eq!(zone.day_of(start), day, "{name} {day}");
                }
            }
        }
    }

    #[test]
    fn an_ambiguous_time_is_the_earlier_one_and_a_skipped_one_moves_forward() {
        let berlin = Zone::parse("Europe/Berlin").expect("a zone");
        let twice = berlin.instant_of(at("2024-10-27 02:30")).expect("in range");
        assert!(matches!(twice, LocalTime::Ambiguous(_)));
        assert_eq!(berlin.rfc3339(twice.instant()), "2024-10-27T02:30:00+02:00");
        let never = berlin.instant_of(at("2024-03-31 02:30")).expect("in range");
        assert!(matches!(never, LocalTime::Skipped(_)));
        assert_eq!(berlin.rfc3339(never.instant()), "2024-03-31T03:30:00+02:00");
    }
}
