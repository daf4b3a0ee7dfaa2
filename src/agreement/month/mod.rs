//! How both teams stand this month: counts of the KPI core, of the criteria and of the attempts, with what was not a
//! team's own delay taken out, under the version in force today.
//!
//! **Which leads** a promise is about, and whether it was kept, the core says (`kpis::compute`); here nothing is counted a
//! second time. Only why something was late is asked lead by lead.

use self::ground::{Aside, Ground, Handovers, Late, Promise, frees_sales};
use super::model::Terms;
use super::rules::{Compiled, Rules};
use super::signing::TEAMS;
use super::standing::{Days, Share, Volume};
use crate::agreement;
use crate::definitions::fit::{self, Fits};
use crate::error::Result;
use crate::kpis;
use crate::kpis::board::Board;
use crate::kpis::model::{Filter, Part};
use crate::kpis::service::State;
use crate::leads::model::{Fit, LeadId};
use crate::people::model::Team;
use crate::period::{Day, Instant, Period};
use crate::server::AppState;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

pub mod ground;
pub mod store;

/// The effect of the consequence clause is told for at most so many days.
const LONGEST_EFFECT: i32 = 366;

/// A running month.
#[derive(Clone, Debug)]
pub struct Month {
    /// The board of the month, as the head of every page has it.
    pub board: Arc<Board>,
    /// The versions.
    pub rules: Arc<Rules>,
    /// As of when.
    pub now: Instant,
    /// Its day.
    pub today: Day,
    /// What is in force today.
    pub terms: Terms,
    /// From when that is.
    pub since: Day,
    /// Its working days.
    pub days: Days,
    /// Qualified leads; `None`: no number is promised.
    pub volume: Option<Volume>,
    /// Required fields.
    pub complete: Share,
    /// Meeting the definition, with the consequence clause if it is on.
    pub qualified: Share,
    /// The same without it.
    pub qualified_plain: Share,
    /// Criteria are agreed, so that the two can be measured.
    pub has_criteria: bool,
    /// Reply to feedback.
    pub reply: Share,
    /// Accept or reject.
    pub decide: Share,
    /// First touch, with the consequence clause if it is on.
    pub first_touch: Share,
    /// The same without it.
    pub first_touch_plain: Share,
    /// Attempts before “unreachable”.
    pub attempts: Share,
    /// Verdict.
    pub verdict: Share,
    /// Touches are recorded, so that the promises of sales can be measured.
    pub touches: bool,
    /// What the consequence clause concerns since the version is in force.
    pub effect: Effect,
    /// The month's leads against the criteria.
    pub fits: Option<Arc<Fits>>,
    /// Broken first touches that are not held against sales: lead, and the instant of its handover.
    pub touches_aside: Handovers,
    /// Broken verdicts, likewise.
    pub verdicts_aside: Handovers,
    /// Replies that marketing owes, likewise.
    pub replies_aside: Handovers,
}

/// Leads that the consequence clause is or would be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Since when.
    pub period: Period,
    /// Touched late.
    pub touched_late: u32,
    /// Untouched, and past the due time.
    pub untouched: u32,
    /// Below the criteria.
    pub below: u32,
}

/// How both teams stand; `None` before anything was imported. Kept by the newest change and the minute: whatever it is
/// made of is in the change log, so it is never older than that.
///
/// # Errors
/// The database does not answer.
pub async fn month(app: &AppState) -> Result<Option<Arc<Month>>> {
    let as_of = (kpis::store::newest(&app.db).await?.0, app.clock.now().0 / 60);
    let make = async { Ok(read(app).await?.map(Arc::new)) };
    app.promises.get(&(), as_of, |_, _| Duration::ZERO, make).await
}

/// All of it is read anew: what others may take a moment old would be kept here as if it were the newest.
async fn read(app: &AppState) -> Result<Option<Month>> {
    let Some(board) = kpis::service::this_month_now(app).await? else { return Ok(None) };
    let Some(scores) = app.scores.state().await? else { return Ok(None) };
    let period = board.answer.period;
    let fits = fit::of_period_now(app, period).await?;
    let mut tx = app.db.read().await?;
    let Some(rules) = agreement::service::rules(&mut tx).await? else { return Ok(None) };
    let now = board.answer.now;
    let today = rules.zone.day_of(now);
    let version = &rules.versions()[rules.in_force_on(today)];
    let terms = version.terms.clone();
    let current = &board.answer.current;
    let question = fit::question(period, now, &Filter::default());

    let late = Late::read(&scores, &question).await;
    let ground = Ground::read(&mut tx, &rules, now, period, &late.leads()).await?;
    let shares = Shares::of(&rules, fits.as_deref(), &terms);
    let missed: HashSet<LeadId> = missed(fits.as_deref());
    let touches =
        Aside::of(ground.cases(Promise::FirstTouch, &late), now, |lead, version| frees_sales(&missed, lead, version));
    let never = |_: LeadId, _: &Compiled| false;
    let aside = |promise: Promise| Aside::of(ground.cases(promise, &late), now, never);
    let (decisions, verdicts, replies) = (aside(Promise::Decide), aside(Promise::Verdict), aside(Promise::Reply));

    let follow_up = current.follow_up;
    let whole = follow_up.handovers;
    let answers = current.answers;
    let measured = |share: Share| {
        if follow_up.measured { share } else { Share { promised_bp: share.promised_bp, ..Share::default() } }
    };
    let decide = measured(Share {
        kept: answers.on_time,
        broken: answers.late,
        open: whole.saturating_sub(answers.on_time + answers.late),
        promised_bp: shares.weigh(|terms| terms.sales.decide_share_bp),
        ..Share::default()
    })
    .excusing(decisions.excused);
    let first_touch_plain = measured(Share {
        kept: follow_up.on_time,
        broken: follow_up.late + follow_up.overdue_open,
        open: follow_up.not_due,
        promised_bp: shares.weigh(|terms| terms.sales.first_touch_share_bp),
        ..Share::default()
    })
    .excusing(touches.excused);
    let coverage = current.coverage;
    let verdict = Share {
        kept: coverage.on_time,
        broken: coverage.due - coverage.on_time,
        open: whole.saturating_sub(coverage.due),
        promised_bp: shares.weigh(|terms| terms.sales.verdict_share_bp),
        ..Share::default()
    }
    .excusing(verdicts.excused);
    let turned_down: u32 = board.answer.reasons.iter().map(|(_, leads)| leads).sum();
    let reply = Share {
        kept: coverage.replied_on_time,
        broken: coverage.reply_due - coverage.replied_on_time,
        open: turned_down.saturating_sub(coverage.reply_due),
        promised_bp: shares.weigh(|terms| terms.marketing.reply_share_bp),
        ..Share::default()
    }
    .excusing(replies.excused);

    let touched_late = late.touched();
    let first_touch = first_touch_plain.freeing(touches.freed);
    let of_fits = |count: fit::Count, part: u32, promised_bp: Option<u32>| Share {
        kept: part,
        broken: count.asked - part,
        promised_bp,
        ..Share::default()
    };
    let count = fits.as_ref().map(|fits| fits.count(|_| false)).unwrap_or_default();
    let is_freed = |fits: &Fits, lead: LeadId| {
        let version = fits.lead(lead).and_then(|fit| rules.versions().get(usize::from(fit.version)));
        version.is_some_and(|version| version.terms.consequences.late_touch_frees_marketing)
            && touched_late.contains(&lead)
    };
    let freed = fits.as_ref().map(|fits| fits.count(|lead| is_freed(fits, lead))).unwrap_or_default();
    let qualified_bp = shares.weigh(|terms| terms.marketing.qualified_bp);
    let qualified_plain = of_fits(count, count.meets, qualified_bp);
    let qualified = Share { freed: count.asked - freed.asked, ..of_fits(freed, freed.meets, qualified_bp) };
    let complete_bp = shares.weigh(|terms| terms.marketing.complete_bp);
    drop(tx);
    Ok(Some(Month {
        days: working_days(&rules, period, today),
        volume: board.answer.pledge.map(|pledge| Volume {
            done: pledge.handed_over,
            promised: pledge.promised,
            due: pledge.due,
        }),
        complete: of_fits(count, count.complete, complete_bp),
        qualified,
        qualified_plain,
        has_criteria: !terms.criteria.is_empty() || count.asked > 0,
        reply,
        decide,
        first_touch,
        first_touch_plain,
        attempts: Share { promised_bp: shares.weigh(|terms| terms.sales.attempts_share_bp), ..ground.attempts(&late) },
        verdict,
        touches: follow_up.measured,
        effect: effect(app, &scores, &rules, version.starts, now).await?,
        since: version.starts,
        touches_aside: touches.handovers,
        verdicts_aside: verdicts.handovers,
        replies_aside: replies.handovers,
        fits,
        terms,
        today,
        now,
        rules,
        board,
    }))
}

fn missed(fits: Option<&Fits>) -> HashSet<LeadId> {
    let leads = fits.map(|fits| fits.leads.as_slice()).unwrap_or_default();
    leads.iter().filter(|lead| lead.whole() == Some(Fit::No)).map(|lead| lead.lead).collect()
}

/// The terms of the versions under which the leads of the month were handed over, and how many under each.
struct Shares<'a>(Vec<(&'a Terms, u64)>);

impl<'a> Shares<'a> {
    /// Before the first lead, those in force today.
    fn of(rules: &'a Rules, fits: Option<&Fits>, today: &'a Terms) -> Self {
        let mut leads: BTreeMap<usize, u64> = BTreeMap::new();
        for lead in fits.map(|fits| fits.leads.as_slice()).unwrap_or_default() {
            *leads.entry(usize::from(lead.version)).or_default() += 1;
        }
        let version = |(index, leads): (usize, u64)| Some((&rules.versions().get(index)?.terms, leads));
        let found: Vec<_> = leads.into_iter().filter_map(version).collect();
        Self(if found.is_empty() { vec![(today, 1)] } else { found })
    }

    /// What was promised in the mean, weighted by leads, half up; a version without a share weighs nothing.
    fn weigh(&self, share: impl Fn(&Terms) -> Option<u32>) -> Option<u32> {
        let (sum, leads) = self.0.iter().fold((0, 0), |(sum, all), (terms, leads)| match share(terms) {
            Some(bp) => (sum + u64::from(bp) * leads, all + leads),
            None => (sum, all),
        });
        (leads > 0).then(|| ((2 * sum + leads) / (2 * leads)) as u32)
    }
}

/// The working days of a month, by the calendars in force on them.
fn working_days(rules: &Rules, period: Period, today: Day) -> Days {
    let works = |day: &Day| {
        let calendar = &rules.versions()[rules.in_force_on(*day)].calendar;
        calendar.worked_between(rules.zone.start_of(*day), rules.zone.start_of(day.plus(1))) > 0
    };
    let count = |from: Day, to: Day| (from.0..to.0).map(Day).filter(works).count() as u32;
    let middle = today.max(period.from).min(period.to);
    Days { passed: count(period.from, middle), remaining: count(middle, period.to) }
}

async fn effect(app: &AppState, scores: &State, rules: &Rules, starts: Day, now: Instant) -> Result<Effect> {
    let today = rules.zone.day_of(now);
    let from = starts.max(today.plus(1 - LONGEST_EFFECT)).min(today);
    let period = Period { from, to: today.plus(1) };
    let question = fit::question(period, now, &Filter::default());
    let late = fit::leads_of(scores, question.clone(), Part::TouchedLate).await.len();
    let untouched = fit::leads_of(scores, question, Part::OverdueOpen).await.len();
    // A year of profiles is not read where nothing was ever asked of a lead.
    let asks = rules.versions().iter().any(|version| !version.terms.criteria.is_empty());
    let fits = if asks { fit::of_period_now(app, period).await? } else { None };
    let below = fits.map_or(0, |fits| fits.count(|_| false).missed);
    Ok(Effect { period, touched_late: late as u32, untouched: untouched as u32, below })
}

impl Month {
    /// The days that are counted.
    pub fn period(&self) -> Period {
        self.board.answer.period
    }

    /// How many broken promises are taken out of each team's, and why is said beside.
    pub fn taken_out(&self) -> [(Team, u32); 2] {
        let of = |team: Team| match team {
            Team::Marketing => self.reply.excused,
            Team::Sales => self.decide.excused + self.first_touch.excused + self.verdict.excused,
        };
        TEAMS.map(|team| (team, of(team)))
    }
}
