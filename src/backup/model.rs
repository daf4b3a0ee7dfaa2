//! When a backup is due, what it is called, which ones are kept, and what there is to worry about. Pure.

use crate::period::{Day, Instant, WeekStart};
use crate::zone::Zone;
use chrono::NaiveTime;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A backup older than this is told of, in seconds.
const OLD: u32 = 2 * 86_400;
/// After a failure, before the next attempt, in seconds.
const PAUSE: u32 = 3_600;

/// Which backups stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Days of which the last one does.
    pub days: usize,
    /// Weeks of which the last one does.
    pub weeks: usize,
}

impl Default for Keep {
    fn default() -> Self {
        Self { days: 7, weeks: 4 }
    }
}

/// A backup in the folder of backups.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    /// When it was made.
    pub at: Instant,
    /// Where it is.
    pub path: PathBuf,
}

/// Why the latest attempt gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When.
    pub at: Instant,
    /// The sentence.
    pub why: String,
}

/// How the nightly backups stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupStanding {
    /// Where they are kept; `None`: no nightly backup is configured.
    pub folder: Option<PathBuf>,
    /// The folder lies on the disk of the database, and would be lost with it.
    pub same_disk: bool,
    /// The bucket in which files lie that are in none of them, if there is one.
    pub bucket: Option<String>,
    /// Which ones stay.
    pub keep: Keep,
    /// The newest one.
    pub last: Option<Instant>,
    /// How the latest attempt failed, if it did.
    pub failure: Option<Failure>,
    /// When the next one is due.
    pub next: Option<Instant>,
    /// What an admin must know, if anything: the last one failed, or is older than two days.
    pub warning: Option<String>,
}

/// The name of a backup: `doubles-20261123T020000Z.db`. Names in the order of the alphabet are in the order of time.
pub fn file_name(at: Instant) -> String {
    format!("doubles-{}.db", stamp(at))
}

/// An instant as it stands in file names, in UTC.
pub fn stamp(at: Instant) -> String {
    Zone::utc().local(at).format("%Y%m%dT%H%M%SZ").to_string()
}

/// When the backup of that name was made; `None` for every other file.
pub fn made_at(name: &str) -> Option<Instant> {
    let stamp = name.strip_prefix("doubles-")?.strip_suffix(".db")?;
    let local = chrono::NaiveDateTime::parse_from_str(stamp, "%Y%m%dT%H%M%SZ").ok()?;
    u32::try_from(local.and_utc().timestamp()).ok().map(Instant)
}

/// The latest moment up to now at which a backup was due, and the first one after now.
pub fn slots(now: Instant, hour: u32, zone: &Zone) -> (Instant, Instant) {
    let today = zone.day_of(now);
    let on = |day: Day| {
        let time = NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        zone.instant_of(day.date().and_time(time)).map_or(now, |local| local.instant())
    };
    let slot = on(today);
    if slot <= now { (slot, on(today.plus(1))) } else { (on(today.plus(-1)), slot) }
}

/// Whether to make one now: nothing was made since it was due, and the last failure is an hour old.
pub fn is_due(now: Instant, slot: Instant, last: Option<Instant>, failure: Option<&Failure>) -> bool {
    let waits = failure.is_some_and(|failure| failure.at <= now && now.0 - failure.at.0 < PAUSE);
    last.is_none_or(|last| last < slot) && !waits
}

/// The backups that are not kept: neither the last one of its day, for the last days that have one, nor of its week, for
/// the last weeks that have one. Days without a backup count for nothing, so that a server that stood still for a
/// month does not lose the ones from before.
pub fn to_remove<'a>(kept: &'a [Kept], zone: &Zone, keep: Keep) -> Vec<&'a Kept> {
    let mut newest_first: Vec<&Kept> = kept.iter().collect();
    newest_first.sort_by(|a, b| b.cmp(a));
    let (mut days, mut weeks) = (BTreeSet::new(), BTreeSet::new());
    newest_first.retain(|kept| {
        let day = zone.day_of(kept.at);
        let of_day = days.len() < keep.days && days.insert(day);
        let of_week = weeks.len() < keep.weeks && weeks.insert(day.week_start(WeekStart::Monday));
        !of_day && !of_week
    });
    newest_first
}

/// What an admin must know of the nightly backups.
pub fn warning(now: Instant, last: Option<Instant>, failure: Option<&Failure>) -> Option<String> {
    if let Some(failure) = failure {
        return Some(format!("The last backup failed: {}", failure.why));
    }
    let last = last?;
    let age = now.0.saturating_sub(last.0);
    (age > OLD).then(|| format!("The last backup is {} days old.", age / 86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Instant = Instant(1_800_014_400); // 2027-01-15 12:00 in UTC

    fn berlin() -> Zone {
        Zone::parse("Europe/Berlin").expect("a zone")
    }

    fn at(text: &str) -> Instant {
        let time = chrono::DateTime::parse_from_rfc3339(text).expect("the tests write instants");
        Instant(time.timestamp() as u32)
    }

    #[test]
    fn a_backup_says_in_its_name_when_it_was_made() {
        assert_eq!(file_name(NOON), "doubles-20270115T120000Z.db");
        assert_eq!(made_at(&file_name(NOON)), Some(NOON));
        for other in ["doubles.db", "doubles-20270115T120000Z.db.part", "doubles-x.db", "doubles-20271315T120000Z.db"] {
            assert_eq!(made_at(other), None, "{other}");
        }
    }

    #[test]
    fn one_is_due_each_night_at_its_local_hour_also_when_the_clocks_change() {
        let zone = berlin();
        for (now, slot, next) in [
            ("2026-07-01T12:00:00Z", "2026-07-01T01:00:00Z", "2026-07-02T01:00:00Z"),
            ("2026-07-01T00:59:59Z", "2026-06-30T01:00:00Z", "2026-07-01T01:00:00Z"),
            ("2026-07-01T01:00:00Z", "2026-07-01T01:00:00Z", "2026-07-02T01:00:00Z"),
            ("2026-10-24T12:00:00Z", "2026-10-24T01:00:00Z", "2026-10-25T02:00:00Z"),
            ("2026-03-28T12:00:00Z", "2026-03-28T02:00:00Z", "2026-03-29T01:00:00Z"),
        ] {
            assert_eq!(slots(at(now), 3, &zone), (at(slot), at(next)), "{now}");
        }
        // The hour that does not exist on that day comes an hour later, the one that exists twice comes once.
        assert_eq!(slots(at("2026-03-29T00:00:00Z"), 2, &zone).1, at("2026-03-29T01:00:00Z"));
        assert_eq!(slots(at("2026-10-25T00:30:00Z"), 2, &zone).0, at("2026-10-25T00:00:00Z"));
    }

    #[test]
    fn what_was_missed_is_made_up_for_and_what_failed_is_tried_again_after_an_hour() {
        let failed = |at: u32| Failure { at: Instant(at), why: "the disk is full".into() };
        let due = |now: u32, last: Option<u32>, failure: Option<Failure>| {
            is_due(Instant(now), Instant(10_000), last.map(Instant), failure.as_ref())
        };
        assert!(due(10_000, None, None) && due(10_000, Some(9_999), None));
        assert!(!due(10_000, Some(10_000), None));
        assert!(!due(10_100, None, Some(failed(10_050))));
        assert!(due(13_700, None, Some(failed(10_050))));
        assert!(due(10_000, None, Some(failed(50_000))), "a failure in the future: the clock was set back");
    }

    #[test]
    fn seven_days_and_four_weeks_are_kept_however_long_nothing_was_made() {
        let zone = berlin();
        let of = |days_ago: u32| Kept { at: Instant(NOON.0 - days_ago * 86_400), path: file_name(NOON).into() };
        let remaining = |kept: Vec<Kept>| {
            let gone: Vec<Kept> = to_remove(&kept, &zone, Keep::default()).into_iter().cloned().collect();
            kept.into_iter().filter(|kept| !gone.contains(kept)).map(|kept| (NOON.0 - kept.at.0) / 86_400).collect()
        };
        // NOON is a Friday: the other Sundays are 5, 12, 19 days ago.
        let daily: Vec<u32> = remaining((0..60).map(of).collect());
        assert_eq!(daily, [0, 1, 2, 3, 4, 5, 6, 12, 19]);
        let after_a_pause: Vec<u32> = remaining((200..203).chain([0]).map(of).collect());
        assert_eq!(after_a_pause, [200, 201, 202, 0]);
        let twice_a_day = [Instant(NOON.0 - 60), NOON].map(|at| Kept { at, path: PathBuf::new() });
        assert_eq!(to_remove(&twice_a_day, &zone, Keep::default()), [&twice_a_day[0]], "the last one of its day");
    }

    #[test]
    fn how_many_days_and_weeks_are_kept_is_configured() {
        let kept: Vec<Kept> =
            (0..60).map(|ago| Kept { at: Instant(NOON.0 - ago * 86_400), path: file_name(NOON).into() }).collect();
        let remaining = |days, weeks| 60 - to_remove(&kept, &berlin(), Keep { days, weeks }).len();
        assert_eq!([remaining(1, 0), remaining(14, 0), remaining(1, 3)], [1, 14, 3]);
    }

    #[test]
    fn a_failure_or_two_days_without_a_backup_are_told_of() {
        assert_eq!(warning(NOON, None, None), None, "the first one is being made");
        assert_eq!(warning(NOON, Some(Instant(NOON.0 - OLD)), None), None);
        let old = warning(NOON, Some(Instant(NOON.0 - OLD - 1)), None);
        assert_eq!(old.as_deref(), Some("The last backup is 2 days old."));
        let failure = Failure { at: NOON, why: "The disk is full.".into() };
        let failed = warning(NOON, Some(NOON), Some(&failure));
        assert_eq!(failed.as_deref(), Some("The last backup failed: The disk is full."));
        assert_eq!(warning(NOON, Some(Instant(NOON.0 + 9)), None), None, "the clock was set back");
    }
}
