//! The agreement's versions, ready to be asked: which one is in force, and when something is due by it.

use super::calendar::WorkCalendar;
use super::model::{Terms, Version, Within};
use crate::error::{AppError, Result};
use crate::leads::model::Moment;
use crate::period::{Day, Instant};
use crate::zone::Zone;
use std::sync::Arc;

/// It has not happened and will not: later than every `now`.
pub const NEVER: u32 = u32::MAX;

/// The zone and the versions in the order in which they come into force.
#[derive(Debug)]
pub struct Rules {
    /// The workspace's zone.
    pub zone: Zone,
    versions: Vec<Compiled>,
}

/// A version with its calendar.
#[derive(Debug)]
pub struct Compiled {
    /// In force from this local day.
    pub starts: Day,
    /// What it says.
    pub terms: Terms,
    /// Its working time.
    pub calendar: Arc<WorkCalendar>,
    from: Instant,
}

impl Rules {
    /// Compiles the versions.
    ///
    /// # Errors
    /// There is no version, or a calendar that cannot be.
    pub fn new(zone: Zone, mut versions: Vec<Version>) -> Result<Self> {
        versions.sort_by_key(|version| (version.starts, version.number));
        let mut compiled: Vec<Compiled> = Vec::with_capacity(versions.len());
        for Version { starts, terms, .. } in versions {
            let known = compiled.iter().find(|other| other.terms.calendar == terms.calendar);
            let calendar = match known {
                Some(other) => other.calendar.clone(),
                None if terms.calendar.zone == zone.name() => {
                    Arc::new(WorkCalendar::in_zone(zone.clone(), &terms.calendar)?)
                }
                None => Arc::new(WorkCalendar::new(&terms.calendar)?),
            };
            compiled.push(Compiled { starts, from: zone.start_of(starts), terms, calendar });
        }
        match compiled.is_empty() {
            true => Err(AppError::Invalid("There is no version of the agreement to compute by.".to_owned())),
            false => Ok(Self { zone, versions: compiled }),
        }
    }

    /// Every version, by the day from which it is in force.
    pub fn versions(&self) -> &[Compiled] {
        &self.versions
    }

    /// The index of the version in force on a day; the first also holds for everything before it, and of two that
    /// start on one day the later holds.
    pub fn in_force_on(&self, day: Day) -> usize {
        self.versions.partition_point(|version| version.starts <= day).saturating_sub(1)
    }

    /// The version in force at an instant.
    pub fn in_force_at(&self, at: Instant) -> &Compiled {
        &self.versions[self.versions.partition_point(|version| version.from <= at).saturating_sub(1)]
    }

    /// The last second at which something handed over at `start` is in time; [`NEVER`] if there is none.
    ///
    /// A handover known only by its day stands at the start of its day, and is compared by day: it is in time up to
    /// the last second of the day on which it is due.
    pub fn due(&self, version: &Compiled, start: Moment, within: Within) -> u32 {
        match version.calendar.due(start.at, within) {
            None => NEVER,
            Some(due) if start.day_only => self.zone.start_of(self.zone.day_of(due).plus(1)).0 - 1,
            Some(due) => due.0.min(NEVER - 1),
        }
    }

    /// Whether one moment stands before another: by day, where one of them is known only by its day.
    pub fn is_before(&self, one: Moment, other: Moment) -> bool {
        if one.day_only || other.day_only {
            self.zone.day_of(one.at) < self.zone.day_of(other.at)
        } else {
            one.at < other.at
        }
    }
}
