//! What is asked of the queue, what a row of it says, and its clocks in words.

use super::waits::Waits;
use crate::agreement::model::Within;
use crate::agreement::rules::{Compiled, NEVER, Rules};
use crate::kpis::model::Filter;
use crate::kpis::words;
use crate::leads::model::{Decision, Dimension, LeadId, Moment, Stage, ValueId};
use crate::leads::stage::{Kept, NEXT_ATTEMPT, Standing, acceptance_due};
use crate::period::Instant;
use crate::text_enum;
use crate::work::model::Shown;

text_enum!(
    /// A list of the queue.
    List {
        /// All that waits for sales.
        Waiting = "waiting",
        /// Accept or reject.
        Acceptance = "acceptance",
        /// First touch.
        Touch = "touch",
        /// Next attempt, or what is planned.
        Attempt = "attempt",
        /// Verdict.
        Verdict = "verdict",
        /// Past its time.
        Overdue = "overdue",
        /// Of all that waits, what is the reader's.
        Mine = "mine",
        /// Every lead, the newest first, whether it waits or not.
        All = "all",
    }
);

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which list.
    pub list: List,
    /// Only leads with these values; `None` among them is blank.
    pub filter: Filter,
    /// Only leads whose name, e-mail or company holds each of these words; blank asks for none.
    pub search: String,
    /// Only what comes after this place.
    pub after: Option<Place>,
    /// Rows, at most.
    pub limit: usize,
}

/// A place in a list: by urgency, then by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// What the list goes by: a due second; in [`List::All`] the lead's number, counted down.
    pub due: i64,
    /// Of which lead.
    pub lead: LeadId,
}

impl Place {
    /// From an address: `due.lead`.
    pub fn parse(text: &str) -> Option<Self> {
        let (due, lead) = text.split_once('.')?;
        Some(Self { due: due.parse().ok()?, lead: LeadId(lead.parse().ok()?) })
    }

    /// The same as an address writes it.
    pub fn text(self) -> String {
        format!("{}.{}", self.due, self.lead)
    }
}

/// A lead of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub lead: LeadId,
    /// The change by which a person touched it last; goes into a form as [`Row::shown`].
    pub seq: i64,
    /// Full name.
    pub name: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Number of people.
    pub size: Option<i64>,
    /// Value and name of each dimension, in the order of [`Dimension::ALL`].
    pub values: [Option<(ValueId, String)>; Dimension::ALL.len()],
    /// When marketing captured it.
    pub created_at: Instant,
    /// The latest handover.
    pub handed_over_at: Option<Moment>,
    /// Touches since.
    pub attempts: u32,
    /// The last of them.
    pub last_touch_at: Option<Moment>,
    /// When its rep wants to do the next thing.
    pub action_at: Option<Instant>,
    /// What the verdict of the latest handover decides.
    pub decision: Option<Decision>,
    /// What its stage is found by.
    pub kept: Kept,
    /// A rule of a head leaves it out of the numbers: nothing is owed.
    pub excluded: bool,
}

impl Row {
    /// As a form names it.
    pub const fn shown(&self) -> Shown {
        Shown { lead: self.lead, seq: self.seq }
    }

    /// Where it stands at `now`.
    pub fn standing(&self, now: Instant) -> Option<Standing> {
        self.kept.standing(now).filter(|_| !self.excluded)
    }

    /// The same as a list asks about it.
    pub fn waits(&self) -> Waits {
        let number = |n: usize| self.values[n].as_ref().map_or(0, |(value, _)| value.0 as u32);
        Waits { kept: self.kept, values: std::array::from_fn(number), excluded: self.excluded, is_there: true }
    }

    /// The owner's name.
    pub fn owner(&self) -> Option<&str> {
        self.values[Dimension::Owner as usize].as_ref().map(|(_, name)| name.as_str())
    }

    /// Where it stands in a list; `None`: it waits for nothing, and the list is of those that do.
    pub fn place(&self, list: List, now: Instant) -> Option<Place> {
        let due = match list {
            List::All => -self.lead.0,
            _ => i64::from(self.standing(now)?.due),
        };
        Some(Place { due, lead: self.lead })
    }

    /// What it waits for, as people call it, with the agreed number of attempts where that is what it waits for.
    pub fn waits_for(&self, standing: Standing, rules: &Rules) -> String {
        match standing.stage {
            Stage::Acceptance => "Accept or reject".to_owned(),
            Stage::Touch => "First touch".to_owned(),
            Stage::Attempt => {
                let start = self.handed_over_at.unwrap_or_default();
                let agreed = rules.in_force_at(start.at).terms.sales.attempts;
                match self.attempts + 1 {
                    next if next <= agreed => format!("Attempt {next} of {agreed}"),
                    _ => "Next action".to_owned(),
                }
            }
            Stage::Verdict => "Verdict".to_owned(),
        }
    }

    /// Until when sales can accept or reject it before silence accepts, as of `now`; `None` once it is answered. It may
    /// stand among those that wait for their first touch by then.
    pub fn acceptance(&self, now: Instant, rules: &Rules) -> Option<Instant> {
        let awaited = self.kept.silent_at.is_some() && !self.excluded;
        let due = acceptance_due(self.handed_over_at.filter(|_| awaited)?, rules);
        (now.0 < due).then_some(Instant(due))
    }

    /// Where it stands, with the time that its clock runs to: an acceptance is due when silence accepts, also where the
    /// list puts it earlier because a touch is due before.
    pub fn clocked(&self, now: Instant, rules: &Rules) -> Option<Standing> {
        let standing = self.standing(now)?;
        let acceptance = self.acceptance(now, rules).filter(|_| standing.stage == Stage::Acceptance);
        Some(Standing { due: acceptance.map_or(standing.due, |due| due.0), ..standing })
    }

    /// Its clock at `now`; `None` where it waits for nothing.
    pub fn clock(&self, now: Instant, rules: &Rules) -> Option<Clock> {
        let standing = self.clocked(now, rules)?;
        Some(clock(standing, self.handed_over_at.unwrap_or_default(), now, rules))
    }
}

text_enum!(
    /// How a clock looks (`data-clock`).
    ClockKind {
        /// There is time.
        Running = "running",
        /// It is due today.
        Soon = "soon",
        /// The time has passed.
        Late = "late",
        /// Nothing is due.
        Stopped = "stopped",
    }
);

/// How much time there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// How it looks.
    pub kind: ClockKind,
    /// `2 h left`, `Overdue by 1 working day`.
    pub words: String,
    /// When it is due; `None`: the calendar has no such time.
    pub due: Option<Instant>,
}

/// How many leads are in a list; from [`MOST_COUNTED`] on only that there are at least so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Which list.
    pub list: List,
    /// So many.
    pub leads: u32,
    /// Of them past their time.
    pub overdue: u32,
    /// Of them due until the end of the day.
    pub today: u32,
    /// There are more than were counted.
    pub more: bool,
}

/// Leads of a list are counted up to so many; under a filter all are.
pub const MOST_COUNTED: u32 = 10_000;

impl Count {
    /// `38`, or `10,000+`.
    pub fn words(self) -> String {
        counted(self.leads, self.more)
    }

    /// The same of those past their time: they come first, so that more may be beyond what was counted.
    pub fn overdue_words(self) -> String {
        counted(self.overdue, self.more && self.overdue == self.leads)
    }

    /// The same of those due until the end of the day.
    pub fn today_words(self) -> String {
        counted(self.today, self.more && self.overdue + self.today == self.leads)
    }
}

fn counted(leads: u32, more: bool) -> String {
    format!("{}{}", words::count(leads), if more { "+" } else { "" })
}

/// A standing as a clock, in the unit of the promise: the first touch of an agreement that promises 24 h runs in elapsed
/// time, what is promised within working time pauses over night.
pub fn clock(standing: Standing, handed_over: Moment, now: Instant, rules: &Rules) -> Clock {
    let version = rules.in_force_at(handed_over.at);
    let sales = &version.terms.sales;
    let within = match standing.stage {
        Stage::Acceptance => sales.decide,
        Stage::Touch => sales.first_touch,
        Stage::Attempt => NEXT_ATTEMPT,
        Stage::Verdict => sales.verdict,
    };
    time_left(within, Instant(standing.due), standing.is_overdue(now), (version, now), rules)
}

/// How much time is left of a promise, or how long it has been late, in its unit; by the calendar of a version, now.
pub fn time_left(
    within: Within,
    due: Instant,
    late: bool,
    (version, now): (&Compiled, Instant),
    rules: &Rules,
) -> Clock {
    if due.0 == NEVER {
        return Clock { kind: ClockKind::Stopped, words: "no time agreed".to_owned(), due: None };
    }
    let (from, to) = if late { (due, now) } else { (now, due) };
    let length = match within {
        Within::Elapsed(_) => words::duration(to.0 - from.0),
        Within::Working(_) | Within::WorkingDays(_) => {
            let worked = version.calendar.worked_between(from, to);
            match working_days(rules, version, from, to) {
                0 if worked == 0 => words::duration(to.0 - from.0),
                0 => words::working_duration(worked),
                days => words::counted(days, "working\u{a0}day", "working\u{a0}days"),
            }
        }
    };
    let today = rules.zone.day_of(now);
    let kind = match late {
        true => ClockKind::Late,
        false if rules.zone.day_of(due) == today => ClockKind::Soon,
        false => ClockKind::Running,
    };
    let words = if late { format!("Overdue by {length}") } else { format!("{length} left") };
    Clock { kind, words, due: Some(due) }
}

/// Days with working time after the day of `from`, up to the day of `to`; less one where the time of `to`'s day is not
/// reached yet, so that a whole day is a whole day.
fn working_days(rules: &Rules, version: &Compiled, from: Instant, to: Instant) -> u32 {
    /// Beyond that nobody counts single days.
    const MOST: i32 = 400;
    let zone = &rules.zone;
    let (first, last) = (zone.day_of(from), zone.day_of(to));
    let works =
        |day: &crate::period::Day| version.calendar.worked_between(zone.start_of(*day), zone.start_of(day.plus(1))) > 0;
    let days = (first.0 + 1..=last.0.min(first.0 + MOST)).map(crate::period::Day);
    let count = days.filter(works).count() as u32;
    let earlier_in_day = zone.local(to).time() < zone.local(from).time();
    if earlier_in_day && works(&last) { count.saturating_sub(1) } else { count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::model::{Terms, Version};
    use crate::period::Day;
    use crate::zone::Zone;
    use chrono::NaiveDateTime;

    fn rules() -> Rules {
        let zone = Zone::parse("Europe/Berlin").expect("a zone");
        let version = Version { number: 1, starts: Day(0), terms: Terms::defaults("Europe/Berlin") };
        Rules::new(zone, vec![version]).expect("the terms that everybody starts with")
    }

    fn at(rules: &Rules, text: &str) -> Instant {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a local time");
        rules.zone.instant_of(local).expect("in range").instant()
    }

    #[track_caller]
    fn says(stage: Stage, due: &str, now: &str, kind: ClockKind, words: &str) {
        let rules = rules();
        let standing = Standing { stage, due: at(&rules, due).0 };
        let clock = clock(standing, Moment::default(), at(&rules, now), &rules);
        assert_eq!((clock.kind, clock.words.replace('\u{a0}', " ")), (kind, words.to_owned()));
    }

    #[test]
    fn a_clock_runs_in_the_unit_of_its_promise() {
        // Tuesday to Wednesday, 2026-03-03 and 04: the first touch is promised in elapsed time, a verdict in working days.
        says(Stage::Touch, "2026-03-04 09:00", "2026-03-03 10:00", ClockKind::Running, "23 h left");
        says(Stage::Touch, "2026-03-03 12:00", "2026-03-03 10:00", ClockKind::Soon, "2 h left");
        says(Stage::Verdict, "2026-03-05 10:00", "2026-03-03 10:00", ClockKind::Running, "2 working days left");
        says(Stage::Verdict, "2026-03-04 10:00", "2026-03-03 16:00", ClockKind::Running, "2 h left");
        says(Stage::Acceptance, "2026-03-04 09:30", "2026-03-03 16:00", ClockKind::Running, "1 h 30 min left");
    }

    #[test]
    fn what_is_overdue_says_by_how_much() {
        says(Stage::Touch, "2026-03-03 10:00", "2026-03-03 16:00", ClockKind::Late, "Overdue by 6 h");
        says(Stage::Verdict, "2026-03-06 10:00", "2026-03-09 10:30", ClockKind::Late, "Overdue by 1 working day");
        says(Stage::Verdict, "2026-03-06 16:10", "2026-03-06 17:30", ClockKind::Late, "Overdue by 50 min");
        // Closed since: no working time, but time.
        says(Stage::Verdict, "2026-03-06 17:00", "2026-03-06 19:00", ClockKind::Late, "Overdue by 2 h");
    }

    #[test]
    fn a_place_is_read_back_from_an_address() {
        let place = Place { due: 1_700_000_000, lead: LeadId(5) };
        assert_eq!(Place::parse(&place.text()), Some(place));
        assert_eq!(Place::parse("x"), None);
    }
}
