//! What is broken right now: due times are read, not saved, so an untouched lead past its time stands here the second
//! after. Sales' are those of the queue, marketing's those of the loop, and leads below the criteria of the month.
//!
//! **Order.** What somebody can still mend (a call, a verdict, a reply that is late) comes first, and of that what became
//! overdue last: the fresher it is, the more mending it is worth. What is done with, a lead handed over below the
//! criteria, comes after. So a list that is cut is cut at its hopeless end, and it says how much of it is missing.

use super::month::Month;
use super::month::ground::{Handovers, Promise, aside_before};
use super::rules::{Compiled, NEVER, Rules};
use crate::error::Result;
use crate::feedback;
use crate::feedback::answers::{self, Entry, Sought};
use crate::feedback::narrate as loop_words;
use crate::feedback::store::{Place, Which};
use crate::kpis;
use crate::leads::model::{Fit, LeadId, Moment, Stage};
use crate::leads::stage::Kept;
use crate::people::model::{Team, Visitor};
use crate::people::permission::Action;
use crate::period::Instant;
use crate::queue::model::{List, MOST_COUNTED, Place as Urgency, Row, time_left};
use crate::queue::narrate;
use crate::queue::sheet::Dial;
use crate::queue::store as queue;
use crate::server::AppState;
use crate::server::db::Tx;
use crate::server::lately::AsOf;
use std::cmp::Reverse;
use std::time::Duration;

/// Leads that are read at once, at most.
const BATCH: usize = 1_000;
/// What is counted so quickly is counted after every change.
const QUICK: Duration = Duration::from_millis(100);

/// A broken promise about one lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Whose.
    pub team: Team,
    /// Which promise.
    pub promise: String,
    /// About which lead.
    pub lead: LeadId,
    /// What it is called; its number for whoever may not see leads.
    pub name: String,
    /// Since when, as far as there is a time; what has none cannot be mended any more.
    pub due: Option<Instant>,
    /// The same in words.
    pub clock: Dial,
    /// Whose lead it is; empty for nobody's, and for whoever may not see leads.
    pub owner: String,
}

/// What is broken right now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaches {
    /// What can still be mended first; of each kind as many as were asked for.
    pub all: Vec<Breach>,
    /// How many there are: of marketing and of sales.
    pub counts: [Tally; 2],
}

/// How many breaches there are, also of those that were not read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// So many, as far as was counted.
    pub count: u32,
    /// There are more.
    pub more: bool,
}

impl Breaches {
    /// How many of a team.
    pub const fn of(&self, team: Team) -> Tally {
        match team {
            Team::Marketing => self.counts[0],
            Team::Sales => self.counts[1],
        }
    }
}

impl Tally {
    fn of(count: usize) -> Self {
        Self { count: u32::try_from(count).unwrap_or(u32::MAX), more: false }
    }

    /// Of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { count: self.count.saturating_add(other.count), more: self.more || other.more }
    }
}

/// What is broken right now, as this person may see it: of each kind at most so many, and all are counted.
///
/// # Errors
/// The database does not answer.
pub async fn breaches(app: &AppState, visitor: &Visitor, month: &Month, most: usize) -> Result<Breaches> {
    let now = app.clock.now();
    let as_of = (kpis::store::newest(&app.db).await?.0, now.0 / 60);
    let mut tx = app.db.read().await?;
    let sees = visitor.may(Action::SeeLeads);
    let reader = Reader { app, month, rules: &month.rules, now, as_of, most, sees };
    let (mut all, of_sales) = Box::pin(reader.of_sales(&mut tx)).await?;
    let (replies, unanswered) = Box::pin(reader.replies(&mut tx)).await?;
    all.extend(replies);
    all.sort_by_key(latest_first);
    let (below, missed) = reader.below(&mut tx).await?;
    all.extend(below);
    Ok(Breaches { all, counts: [unanswered.and(missed), of_sales] })
}

/// Who reads what, as of when.
struct Reader<'a> {
    app: &'a AppState,
    month: &'a Month,
    rules: &'a Rules,
    now: Instant,
    /// Newest change and minute, as the standing is kept by.
    as_of: AsOf,
    /// Of each kind.
    most: usize,
    /// The reader may see leads.
    sees: bool,
}

impl Reader<'_> {
    /// First touches and verdicts that are overdue. A lead that nobody touched may break both promises.
    async fn of_sales(&self, tx: &mut Tx) -> Result<(Vec<Breach>, Tally)> {
        let (mut touches, mut verdicts, mut tally) = (Vec::new(), Vec::new(), Tally::default());
        for range in queue::ranges(List::Overdue, self.now, &[]) {
            let unjudged = match range {
                queue::Range::Stage(Stage::Touch, _) => {
                    let (found, counted) = self.of_range(tx, range, Promise::FirstTouch).await?;
                    touches = found;
                    tally = tally.and(counted);
                    self.of_unjudged(tx, range).await?
                }
                queue::Range::Stage(Stage::Attempt, _) => self.of_unjudged(tx, range).await?,
                _ => self.of_range(tx, range, Promise::Verdict).await?,
            };
            verdicts.extend(unjudged.0);
            tally = tally.and(unjudged.1);
        }
        verdicts.sort_by_key(latest_first);
        verdicts.truncate(self.most);
        touches.extend(verdicts);
        Ok((touches, tally))
    }

    /// Handovers of the month whose broken promise the standing does not hold against the team.
    fn aside(&self, promise: Promise) -> &Handovers {
        match promise {
            Promise::FirstTouch => &self.month.touches_aside,
            Promise::Reply => &self.month.replies_aside,
            Promise::Decide | Promise::Verdict => &self.month.verdicts_aside,
        }
    }

    /// The same of handovers from before the month, asked of these alone.
    async fn aside_before(
        &self,
        tx: &mut Tx,
        promise: Promise,
        handovers: impl Iterator<Item = (LeadId, Instant)> + Send,
    ) -> Result<Handovers> {
        let begin = self.rules.zone.start_of(self.month.period().from);
        let earlier: Vec<LeadId> = handovers.filter(|(_, start)| *start < begin).map(|(lead, _)| lead).collect();
        // Kept beside the stack: it is deep, and three levels ask for it.
        Box::pin(aside_before(tx, self.month, promise, &earlier)).await
    }

    /// What is shown is read, latest first; the others are counted by the index, without those that are set aside.
    async fn of_range(&self, tx: &mut Tx, range: queue::Range, promise: Promise) -> Result<(Vec<Breach>, Tally)> {
        let aside = self.aside(promise);
        let (mut found, mut read) = (Vec::new(), self.most.clamp(1, BATCH));
        let mut before = Urgency { due: i64::MAX, lead: LeadId(i64::MAX) };
        while found.len() < self.most {
            let places = queue::places_before(tx, range, self.now, before, read).await?;
            let Some(last) = places.last() else {
                let tally = Tally::of(found.len());
                return Ok((found, tally));
            };
            (before, read) = (*last, BATCH);
            let ids: Vec<LeadId> = places.iter().map(|place| place.lead).collect();
            let rows = queue::rows(tx, &ids).await?;
            let earlier = self.aside_before(tx, promise, rows.values().filter_map(handover)).await?;
            let held = ids.iter().filter_map(|id| rows.get(id));
            let held = held.filter(|row| !is_aside(row, aside) && !is_aside(row, &earlier));
            found.extend(held.filter_map(|row| self.of_row(row)));
        }
        let most = MOST_COUNTED as usize;
        let counted = queue::count(tx, range, (self.now, self.now), most + 1).await?.overdue;
        let out = self.kept(promise, self.set_aside(tx, range, promise)).await?;
        found.truncate(self.most);
        Ok((found, Tally { more: counted > most, ..Tally::of(counted.min(most).saturating_sub(out)) }))
    }

    /// How many of a range are not held against sales, whatever month they are of: of those that have waited longest, as
    /// many as are counted.
    async fn set_aside(&self, tx: &mut Tx, range: queue::Range, promise: Promise) -> Result<usize> {
        let aside = self.aside(promise);
        let (mut out, mut looked_at, mut after) = (0, 0, None);
        while looked_at < MOST_COUNTED as usize {
            let places = queue::places(tx, range, self.now, after, BATCH).await?;
            let Some(last) = places.last() else { break };
            (after, looked_at) = (Some(*last), looked_at + places.len());
            let ids: Vec<LeadId> = places.iter().map(|place| place.lead).collect();
            let rows = queue::rows(tx, &ids).await?;
            let earlier = self.aside_before(tx, promise, rows.values().filter_map(handover)).await?;
            out += rows.values().filter(|row| is_aside(row, aside) || is_aside(row, &earlier)).count();
        }
        Ok(out)
    }

    /// What is set aside is asked lead by lead: once for all who look, until anything changes or a minute passes; where
    /// that takes long, not oftener than a tenth of the time.
    async fn kept(&self, promise: Promise, count: impl Future<Output = Result<usize>> + Send) -> Result<usize> {
        let patience = |_: &usize, took: Duration| if took < QUICK { Duration::ZERO } else { 10 * took };
        self.app.set_aside.get(&promise, self.as_of, patience, count).await
    }

    /// Leads that wait for a touch or another attempt while their verdict is overdue. When to try again is a habit of the
    /// queue, and promised to nobody; but the verdict is promised, whatever the lead waits for before it. The index does
    /// not know when that is due, only that nothing that comes before it is due later: so those that wait longest are
    /// looked at first, and with more than are looked at it is said that there are.
    async fn of_unjudged(&self, tx: &mut Tx, range: queue::Range) -> Result<(Vec<Breach>, Tally)> {
        let aside = self.aside(Promise::Verdict);
        let (mut found, mut after) = (Vec::new(), None);
        let more = loop {
            let places = queue::places(tx, range, self.now, after, BATCH).await?;
            let Some(last) = places.last() else { break false };
            after = Some(*last);
            let ids: Vec<LeadId> = places.iter().map(|place| place.lead).collect();
            let rows = queue::rows(tx, &ids).await?;
            let late = rows.values().filter_map(|row| Some((row, self.unjudged(row)?)));
            let late: Vec<(&Row, Breach)> = late.filter(|(row, _)| !is_aside(row, aside)).collect();
            let handovers = late.iter().filter_map(|(row, _)| handover(row));
            let earlier = self.aside_before(tx, Promise::Verdict, handovers).await?;
            found.extend(late.into_iter().filter(|(row, _)| !is_aside(row, &earlier)).map(|(_, breach)| breach));
            if places.len() < BATCH || self.most < BATCH {
                break places.len() == BATCH;
            }
        };
        let tally = Tally { more, ..Tally::of(found.len()) };
        found.sort_by_key(latest_first);
        found.truncate(self.most);
        Ok((found, tally))
    }

    /// A lead that waits for something else while its verdict is overdue.
    fn unjudged(&self, row: &Row) -> Option<Breach> {
        let start = row.handed_over_at.filter(|_| row.decision.is_none())?;
        let version = self.rules.in_force_at(start.at);
        let due = self.rules.due(version, start, version.terms.sales.verdict);
        // As a clock of the queue shows it once the lead waits for nothing else.
        let kept = Kept { then: Some((Stage::Verdict, due)), silent_at: None };
        if due <= self.now.0 { self.of_row(&Row { kept, ..row.clone() }) } else { None }
    }

    fn of_row(&self, row: &Row) -> Option<Breach> {
        let standing = row.standing(self.now)?;
        let promise = if standing.stage == Stage::Touch { "First touch" } else { "Verdict" };
        Some(Breach {
            team: Team::Sales,
            promise: promise.to_owned(),
            lead: row.lead,
            name: if self.sees { narrate::name(row) } else { format!("Lead {}", row.lead) },
            due: Some(Instant(standing.due)),
            clock: narrate::dial(row, self.now, self.rules)?,
            owner: row.owner().filter(|_| self.sees).unwrap_or_default().to_owned(),
        })
    }

    /// Verdicts that marketing has not answered in time.
    async fn replies(&self, tx: &mut Tx) -> Result<(Vec<Breach>, Tally)> {
        let aside = self.aside(Promise::Reply);
        let surely_late = self.late_before();
        let (mut found, mut in_time, mut after) = (Vec::new(), 0, Place::NEWEST);
        loop {
            let (entries, next) =
                answers::list(tx, self.rules, Which::ToAnswer, &Sought::default(), after, BATCH).await?;
            let handovers = entries.iter().map(key_of).map(|(lead, start)| (lead, Instant(start)));
            let earlier = self.aside_before(tx, Promise::Reply, handovers).await?;
            for entry in &entries {
                let key = key_of(entry);
                match self.of_entry(entry) {
                    None => in_time += 1,
                    Some(breach) => {
                        found.extend(Some(breach).filter(|_| !aside.contains(&key) && !earlier.contains(&key)))
                    }
                }
            }
            match next {
                None => {
                    let count = found.len();
                    found.truncate(self.most);
                    return Ok((found, Tally::of(count)));
                }
                Some(next) if found.len() >= self.most && next.at < surely_late => break,
                Some(next) => after = next,
            }
        }
        // Enough is read, and whatever comes now is overdue: all that waits is counted, without what is still in time and
        // what is not held against marketing.
        let out = self.kept(Promise::Reply, self.replies_set_aside(tx)).await?;
        let waiting = feedback::store::count(tx, Which::ToAnswer, MOST_COUNTED).await?;
        found.truncate(self.most);
        let late = (waiting.count as usize).saturating_sub(in_time + out);
        Ok((found, Tally { more: waiting.more, ..Tally::of(late) }))
    }

    /// How many overdue replies are not held against marketing, whatever month they are of: of the newest verdicts, as many
    /// as are counted.
    async fn replies_set_aside(&self, tx: &mut Tx) -> Result<usize> {
        let aside = self.aside(Promise::Reply);
        let (mut out, mut looked_at, mut after) = (0, 0, Some(Place::NEWEST));
        while let Some(from) = after.filter(|_| looked_at < MOST_COUNTED as usize) {
            let (entries, next) =
                answers::list(tx, self.rules, Which::ToAnswer, &Sought::default(), from, BATCH).await?;
            (after, looked_at) = (next, looked_at + entries.len());
            let late = entries.iter().filter(|entry| self.of_entry(entry).is_some()).map(key_of);
            let late: Vec<(LeadId, u32)> = late.collect();
            let handovers = late.iter().map(|(lead, start)| (*lead, Instant(*start)));
            let earlier = self.aside_before(tx, Promise::Reply, handovers).await?;
            out += late.iter().filter(|key| aside.contains(key) || earlier.contains(key)).count();
        }
        Ok(out)
    }

    /// A verdict before this second that nobody answered is overdue by now, whichever version it goes by.
    fn late_before(&self) -> Instant {
        let of = |version: &Compiled| {
            let is_late = |at: u32| {
                let latest = Moment { at: Instant(at), day_only: true };
                self.rules.due(version, latest, version.terms.marketing.reply) < self.now.0
            };
            let (mut low, mut high) = (0, self.now.0);
            while low < high {
                let middle = low + (high - low) / 2;
                if is_late(middle) { low = middle + 1 } else { high = middle }
            }
            low
        };
        Instant(self.rules.versions().iter().map(of).min().unwrap_or_default())
    }

    fn of_entry(&self, entry: &Entry) -> Option<Breach> {
        let (rules, now) = (self.rules, self.now);
        let (since, due) = entry.reply.filter(|(_, due)| *due < now.0 && *due != NEVER)?;
        let begun = answers::began(&entry.lead, &entry.verdict, entry.handover);
        let version = rules.in_force_at(begun);
        let clock = time_left(version.terms.marketing.reply, Instant(due), true, (version, now), rules);
        let person = &entry.lead.person;
        let named = person.name.as_ref().or(person.email.as_ref()).or(entry.lead.row.company.as_ref());
        let name = named.filter(|_| self.sees).cloned().unwrap_or_else(|| format!("Lead {}", entry.lead.id));
        Some(Breach {
            team: Team::Marketing,
            promise: "Reply to feedback".to_owned(),
            lead: entry.lead.id,
            name,
            due: Some(Instant(due)),
            clock: loop_words::dial((since, Instant(due)), now, clock, rules),
            owner: String::new(),
        })
    }

    /// Leads of the month that miss the agreed criteria, the latest handover first.
    async fn below(&self, tx: &mut Tx) -> Result<(Vec<Breach>, Tally)> {
        let Some(fits) = &self.month.fits else { return Ok(Default::default()) };
        let mut missed: Vec<_> = fits.leads.iter().filter(|lead| lead.whole() == Some(Fit::No)).collect();
        let tally = Tally::of(missed.len());
        missed.sort_unstable_by_key(|lead| (Reverse(lead.handed_over), lead.lead));
        missed.truncate(self.most);
        let mut found = Vec::new();
        for missed in missed.chunks(BATCH) {
            let ids: Vec<LeadId> = missed.iter().map(|lead| lead.lead).collect();
            let rows = queue::rows(tx, &ids).await?;
            found.extend(missed.iter().filter_map(|lead| {
                let row = rows.get(&lead.lead)?;
                let version = self.rules.versions().get(usize::from(lead.version));
                let frees = version.is_some_and(|version| version.terms.consequences.below_criteria_frees_sales);
                let words = if frees { "frees sales of the follow-up" } else { "below what was agreed" };
                Some(Breach {
                    team: Team::Marketing,
                    promise: format!("Misses: {}", fits.missed_by(lead).join("; ")),
                    lead: lead.lead,
                    name: if self.sees { narrate::name(row) } else { format!("Lead {}", lead.lead) },
                    due: None,
                    clock: Dial { kind: "stopped", words: words.to_owned(), ..Dial::default() },
                    owner: row.owner().filter(|_| self.sees).unwrap_or_default().to_owned(),
                })
            }));
        }
        Ok((found, tally))
    }
}

/// What became overdue last, first; what has no time, last.
pub fn latest_first(breach: &Breach) -> (Reverse<Option<Instant>>, LeadId) {
    (Reverse(breach.due), breach.lead)
}

/// What the standing of the month takes out is no breach here.
fn is_aside(row: &Row, aside: &Handovers) -> bool {
    row.handed_over_at.is_some_and(|start| aside.contains(&(row.lead, start.at.0)))
}

/// The latest handover of a lead.
fn handover(row: &Row) -> Option<(LeadId, Instant)> {
    row.handed_over_at.map(|start| (row.lead, start.at))
}

fn key_of(entry: &Entry) -> (LeadId, u32) {
    (entry.lead.id, answers::began(&entry.lead, &entry.verdict, entry.handover).0)
}
