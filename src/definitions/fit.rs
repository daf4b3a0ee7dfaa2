//! How leads stand against the criteria, each by the version in force on the day of its handover.
//!
//! **Which leads** is the core's to say: those handed over in the period, without those that are left out by rule, as
//! K1 counts them. What they are is read once, in the order of their handovers, a week at a time; of each lead nothing
//! stays but met and missed.
//!
//! **Shares** are over all leads handed over that criteria were agreed for. One that cannot be told is not among those
//! that meet the definition: marketing promises leads that do. It is counted apart from those that miss it.

use super::standing::Standing;
use super::store::{self, ProfileRow};
use crate::agreement;
use crate::agreement::criteria::{Checks, Criterion, Findings, Profile, fold};
use crate::agreement::rules::Rules;
use crate::error::Result;
use crate::kpis::compute::members;
use crate::kpis::model::{Comparison, Filter, Part, Question, Rate};
use crate::kpis::service::State;
use crate::leads::model::{Dimension, Fit, LeadId, ValueId};
use crate::period::{Instant, Period};
use crate::server::AppState;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Days of handovers that are read at once.
const DAYS_A_READ: i32 = 7;
/// With more leads than this an answer may be a moment old.
const MANY_LEADS: usize = 50_000;
/// How old.
const PATIENCE: Duration = Duration::from_secs(10);

/// One lead against the criteria in force on the day of its first handover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeadFit {
    /// Which.
    pub lead: LeadId,
    /// Its first handover.
    pub handed_over: Instant,
    /// By which version: its index in [`Fits::versions`].
    pub version: u16,
    /// Every criterion has a value to look at.
    pub complete: bool,
    /// Today's channel.
    pub channel: Option<ValueId>,
    /// Today's persona.
    pub persona: Option<ValueId>,
    pub(super) criteria: u8,
    pub(super) met: u32,
    pub(super) missed: u32,
}

/// The leads of a period against the criteria.
#[derive(Clone, Debug)]
pub struct Fits {
    /// The days.
    pub period: Period,
    /// As of when.
    pub now: Instant,
    /// The criteria of each version of the agreement.
    pub versions: Vec<Vec<Criterion>>,
    /// By id.
    pub leads: Vec<LeadFit>,
    /// Leads that there are at all.
    all: usize,
}

/// How many leads meet the definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Handed over.
    pub leads: u32,
    /// Of them, under a version that has criteria.
    pub asked: u32,
    /// Of those asked, meeting all.
    pub meets: u32,
    /// Missing at least one.
    pub missed: u32,
    /// Missing none, with one that cannot be told.
    pub unknown: u32,
    /// With a value for every criterion to look at.
    pub complete: u32,
}

impl LeadFit {
    /// What is known without its dimensions.
    pub fn new(lead: LeadId, handed_over: Instant, version: usize, found: &Findings) -> Self {
        let bits = |fit: Fit| {
            let hits = found.each.iter().enumerate().filter(|(_, found)| **found == fit);
            hits.fold(0, |bits, (index, _)| bits | 1 << index)
        };
        Self {
            lead,
            handed_over,
            version: u16::try_from(version).unwrap_or(u16::MAX),
            complete: found.complete,
            channel: None,
            persona: None,
            criteria: found.each.len() as u8,
            met: bits(Fit::Yes),
            missed: bits(Fit::No),
        }
    }

    /// Meets the definition (yes), misses it (no), or cannot be told; `None` where its version has no criteria.
    pub const fn whole(&self) -> Option<Fit> {
        if self.criteria == 0 {
            None
        } else if self.missed != 0 {
            Some(Fit::No)
        } else if self.met.count_ones() as u8 == self.criteria {
            Some(Fit::Yes)
        } else {
            Some(Fit::Unknown)
        }
    }

    /// Whether it misses this criterion of its version and meets every other.
    pub const fn misses_only(&self, criterion: usize) -> bool {
        self.missed == 1 << criterion && self.met.count_ones() as u8 + 1 == self.criteria
    }

    /// What was found of one criterion, by its place in its version.
    pub const fn of(&self, criterion: usize) -> Fit {
        if self.met >> criterion & 1 == 1 {
            Fit::Yes
        } else if self.missed >> criterion & 1 == 1 {
            Fit::No
        } else {
            Fit::Unknown
        }
    }
}

impl Count {
    /// Of these leads.
    pub fn of<'a>(leads: impl IntoIterator<Item = &'a LeadFit>) -> Self {
        let mut count = Self::default();
        leads.into_iter().for_each(|lead| count.add(lead));
        count
    }

    /// Counts one more.
    pub fn add(&mut self, lead: &LeadFit) {
        self.leads += 1;
        let Some(whole) = lead.whole() else { return };
        self.asked += 1;
        self.complete += u32::from(lead.complete);
        match whole {
            Fit::Yes => self.meets += 1,
            Fit::No => self.missed += 1,
            Fit::Unknown => self.unknown += 1,
        }
    }

    /// The share that meets the definition: marketing's promise.
    pub const fn meeting(&self) -> Rate {
        Rate { part: self.meets, whole: self.asked }
    }

    /// The share whose required fields are all there: marketing's promise. Required is what the criteria look at.
    pub const fn completeness(&self) -> Rate {
        Rate { part: self.complete, whole: self.asked }
    }
}

impl Fits {
    /// Of leads in any order.
    pub fn of(period: Period, now: Instant, versions: Vec<Vec<Criterion>>, mut leads: Vec<LeadFit>) -> Self {
        leads.sort_unstable_by_key(|fit| fit.lead);
        Self { period, now, versions, all: leads.len(), leads }
    }

    /// How many meet the definition, without those that the agreement takes out.
    pub fn count(&self, taken_out: impl Fn(LeadId) -> bool) -> Count {
        Count::of(self.leads.iter().filter(|lead| !taken_out(lead.lead)))
    }

    /// One of its leads.
    pub fn lead(&self, lead: LeadId) -> Option<&LeadFit> {
        self.leads.binary_search_by_key(&lead, |fit| fit.lead).ok().map(|at| &self.leads[at])
    }

    /// What a lead missed, in plain language.
    pub fn missed_by(&self, lead: &LeadFit) -> Vec<String> {
        let criteria = self.versions.get(usize::from(lead.version)).map(Vec::as_slice).unwrap_or_default();
        let missed = criteria.iter().enumerate().filter(|(index, _)| lead.of(*index) == Fit::No);
        missed.map(|(_, criterion)| criterion.words()).collect()
    }
}

/// The leads handed over in a period against the criteria; `None` before anything was imported. Kept until something
/// changes.
///
/// # Errors
/// The database does not answer.
pub async fn of_period(state: &AppState, period: Period) -> Result<Option<Arc<Fits>>> {
    let patience = |fits: &Option<Arc<Fits>>, _| match fits {
        Some(fits) if fits.all > MANY_LEADS => PATIENCE,
        _ => Duration::ZERO,
    };
    kept(state, period, patience).await
}

/// The same, never older than the newest change, however many leads there are.
///
/// # Errors
/// The database does not answer.
pub async fn of_period_now(state: &AppState, period: Period) -> Result<Option<Arc<Fits>>> {
    kept(state, period, |_, _| Duration::ZERO).await
}

async fn kept(
    state: &AppState,
    period: Period,
    patience: impl Fn(&Option<Arc<Fits>>, Duration) -> Duration,
) -> Result<Option<Arc<Fits>>> {
    let now = minute(state);
    let as_of = (crate::kpis::store::newest(&state.db).await?.0, now.0);
    let make = async { Ok(read(state, period, &Filter::default()).await?.map(Arc::new)) };
    state.fits.get(&period, as_of, patience, make).await
}

/// The leads of a period counted, under a filter; `None` before anything was imported. Kept until something changes.
///
/// # Errors
/// The database does not answer.
pub async fn standing(state: &AppState, period: Period, filter: &Filter) -> Result<Option<Arc<Standing>>> {
    let now = minute(state);
    let as_of = (crate::kpis::store::newest(&state.db).await?.0, now.0);
    let patience = |standing: &Option<Arc<Standing>>, _| match standing {
        Some(standing) if standing.all > MANY_LEADS => PATIENCE,
        _ => Duration::ZERO,
    };
    let make = async {
        let Some(scores) = state.scores.state().await? else { return Ok(None) };
        let Some(fits) = read(state, period, filter).await? else { return Ok(None) };
        let zone = scores.snapshot.facts.zone();
        let judged = store::judged(&mut state.db.read().await?, zone.start_of(period.from), now).await?;
        let counted = Standing::of(&fits, &judged, zone, scores.snapshot.facts.weeks());
        Ok(Some(Arc::new(Standing { all: fits.all, ..counted })))
    };
    state.standings.get(&(period, filter.clone()), as_of, patience, make).await
}

/// The running minute: answers are kept by it.
pub fn minute(state: &AppState) -> Instant {
    Instant(state.clock.now().0 / 60 * 60)
}

/// The same under a filter.
///
/// # Errors
/// The database does not answer.
pub async fn read(state: &AppState, period: Period, filter: &Filter) -> Result<Option<Fits>> {
    let Some(rules) = agreement::service::rules(&mut state.db.read().await?).await? else { return Ok(None) };
    let versions: Vec<Vec<Criterion>> = rules.versions().iter().map(|version| version.terms.criteria.clone()).collect();
    let checks: Vec<Checks> = versions.iter().map(|criteria| Checks::new(criteria)).collect();
    let mut fits = Vec::new();
    let see = |row: &ProfileRow<'_>, profile: &Profile<'_>| {
        let version = version_at(&rules, row.handed_over);
        fits.push(LeadFit {
            channel: row.value(Dimension::Channel),
            persona: row.value(Dimension::Persona),
            ..LeadFit::new(row.lead, row.handed_over, version, &checks[version].of(profile))
        });
    };
    let Some(seen) = each(state, period, filter, see).await? else { return Ok(None) };
    Ok(Some(Fits { all: seen.all, ..Fits::of(period, seen.now, versions, fits) }))
}

/// What was looked at.
#[derive(Clone, Debug)]
pub struct Seen {
    /// As of when.
    pub now: Instant,
    /// The state that said which leads.
    pub scores: State,
    /// Leads that there are at all.
    pub all: usize,
}

/// Looks at each lead of K1's cohort once, in the order of the handovers, a week at a time; `None` before anything was
/// imported.
///
/// # Errors
/// The database does not answer.
pub async fn each(
    state: &AppState,
    period: Period,
    filter: &Filter,
    mut see: impl FnMut(&ProfileRow<'_>, &Profile<'_>) + Send,
) -> Result<Option<Seen>> {
    let Some(scores) = state.scores.state().await? else { return Ok(None) };
    let now = minute(state);
    let leads = leads_of(&scores, question(period, now, filter), Part::Leads).await;
    let names = folded_names(&scores);
    let zone = scores.snapshot.facts.zone();
    let mut tx = state.db.read().await?;
    let mut from = period.from;
    while from < period.to && !leads.is_empty() {
        let to = from.plus(DAYS_A_READ).min(period.to);
        let text = store::profiles(&mut tx, zone.start_of(from), zone.start_of(to)).await?;
        for line in store::lines(&text) {
            let row = ProfileRow::read(line)?;
            if leads.binary_search(&row.lead).is_ok() {
                row.with_profile(&names, |profile| see(&row, profile));
            }
        }
        from = to;
    }
    let all = scores.snapshot.facts.leads();
    Ok(Some(Seen { now, scores, all }))
}

/// Of the leads of a period, those that K1 counts in a part, by id.
pub async fn leads_of(scores: &State, question: Question, part: Part) -> Vec<LeadId> {
    let facts = scores.snapshot.facts.clone();
    let found = tokio::task::spawn_blocking(move || members(&facts, &question, part)).await;
    found.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// The question of K1 about the leads of a period.
pub fn question(period: Period, now: Instant, filter: &Filter) -> Question {
    let (filter, compare) = (filter.clone(), Comparison::None);
    Question { period, now, horizon: None, filter, by: Vec::new(), compare }
}

/// The index of the version in force on the day of an instant.
pub fn version_at(rules: &Rules, at: Instant) -> usize {
    rules.in_force_on(rules.zone.day_of(at))
}

/// Names of values as the rules compare them.
pub fn folded_names(scores: &State) -> HashMap<ValueId, String> {
    let directory = &scores.snapshot.directory;
    let values = Dimension::ALL.iter().flat_map(|dimension| directory.values(*dimension));
    values.filter_map(|(value, name)| Some((value, fold(name)?))).collect()
}

/// What the criteria say of one lead by its number, as of the version in force at an instant; `None` where there is no
/// such lead or nothing was agreed.
///
/// # Errors
/// The database does not answer.
pub async fn of_lead(tx: &mut crate::server::db::Tx, lead: LeadId, criteria: &[Criterion]) -> Result<Option<Findings>> {
    let text = store::profile(tx, lead).await?;
    let Some(line) = store::lines(&text).next() else { return Ok(None) };
    let row = ProfileRow::read(line)?;
    let names = store::names(tx, &row).await?;
    let checks = Checks::new(criteria);
    Ok((!checks.is_empty()).then(|| row.with_profile(&names, |profile: &Profile<'_>| checks.of(profile))))
}
