//! Whose delay it was: which handovers broke a promise, asked lead by lead, and why that is not held against the team.

use super::{Month, store};
use crate::agreement::model::Within;
use crate::agreement::rules::{Compiled, Rules};
use crate::agreement::standing::{Case, Share};
use crate::definitions::fit;
use crate::error::Result;
use crate::kpis::compute::members_with_reason;
use crate::kpis::model::{Part, Question};
use crate::kpis::service::State;
use crate::leads::derive::Milestones;
use crate::leads::model::{Dimension, EventKind, Fit, LeadId, Moment, Reason, ValueId};
use crate::leads::record::{StoredEvent, StoredLead, Voided};
use crate::leads::store as leads;
use crate::people::model::AccountId;
use crate::period::{Day, Instant, Period};
use crate::server::db::Tx;
use crate::work::owners;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Handovers: lead, and the instant at which it was handed over.
pub type Handovers = HashSet<(LeadId, u32)>;

/// A promise with a due time for each lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Promise {
    /// Accept or reject.
    Decide,
    /// First touch.
    FirstTouch,
    /// Verdict.
    Verdict,
    /// Reply to feedback.
    Reply,
}

/// The leads with a broken promise, as the core counts them, by id.
pub(super) struct Late {
    decide: Vec<LeadId>,
    touched_late: Vec<LeadId>,
    untouched: Vec<LeadId>,
    verdict: Vec<LeadId>,
    reply: Vec<LeadId>,
    unreachable: Vec<LeadId>,
}

impl Late {
    pub(super) async fn read(scores: &State, question: &Question) -> Self {
        let of = async |part: Part| fit::leads_of(scores, question.clone(), part).await;
        let without = |all: Vec<LeadId>, others: &[LeadId]| {
            all.into_iter().filter(|lead| others.binary_search(lead).is_err()).collect()
        };
        let facts = &scores.snapshot.facts;
        let unreachable = members_with_reason(facts, question, Part::Handovers, Reason::Unreachable.key());
        Self {
            decide: of(Part::AnsweredLate).await,
            touched_late: of(Part::TouchedLate).await,
            untouched: of(Part::OverdueOpen).await,
            verdict: without(of(Part::FeedbackDue).await, &of(Part::VerdictOnTime).await),
            reply: without(of(Part::ReplyDue).await, &of(Part::RepliedOnTime).await),
            unreachable,
        }
    }

    pub(super) fn touched(&self) -> HashSet<LeadId> {
        self.touched_late.iter().chain(&self.untouched).copied().collect()
    }

    /// All that any of them is about, each once.
    pub(super) fn leads(&self) -> Vec<LeadId> {
        let lists = [&self.decide, &self.touched_late, &self.untouched, &self.verdict, &self.reply, &self.unreachable];
        lists.into_iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn of(&self, promise: Promise, lead: LeadId) -> bool {
        let has = |leads: &[LeadId]| leads.binary_search(&lead).is_ok();
        match promise {
            Promise::Decide => has(&self.decide),
            Promise::FirstTouch => has(&self.touched_late) || has(&self.untouched),
            Promise::Verdict => has(&self.verdict),
            Promise::Reply => has(&self.reply),
        }
    }
}

/// What says why something was late: the leads themselves, who left, what was given to whom, which import came when.
pub(super) struct Ground<'a> {
    rules: &'a Rules,
    now: Instant,
    /// Only handovers of these days.
    period: Period,
    leads: Vec<StoredLead>,
    imports: HashMap<i64, Instant>,
    /// By value of the dimension owner.
    left: HashMap<ValueId, Instant>,
    given: HashMap<LeadId, Instant>,
}

impl<'a> Ground<'a> {
    pub(super) async fn read(
        tx: &mut Tx,
        rules: &'a Rules,
        now: Instant,
        period: Period,
        ids: &[LeadId],
    ) -> Result<Self> {
        let leads: Vec<StoredLead> = leads::load(tx, ids).await?.into_values().collect();
        let mut ground = Self {
            rules,
            now,
            period,
            imports: store::later_imports(tx).await?,
            left: HashMap::new(),
            given: store::given(tx, ids).await?,
            leads,
        };
        let left: HashMap<AccountId, Instant> = store::left(tx).await?;
        if !left.is_empty() {
            let owner = |lead: &StoredLead| lead.row.values[Dimension::Owner as usize];
            for value in ground.leads.iter().filter_map(owner).collect::<BTreeSet<_>>() {
                let account = owners::account_of(tx, value).await?;
                if let Some(at) = account.and_then(|account| left.get(&account.id)) {
                    ground.left.insert(value, *at);
                }
            }
        }
        Ok(ground)
    }

    /// Before how many of the verdicts “unreachable” as often as agreed was tried, and before how many not.
    pub(super) fn attempts(&self, late: &Late) -> Share {
        let unreachable = self.leads.iter().filter(|lead| late.unreachable.binary_search(&lead.id).is_ok());
        unreachable.fold(Share::default(), |share, lead| {
            let (kept, broken) = attempts_of(self.rules, self.period, lead);
            Share { kept: share.kept + kept, broken: share.broken + broken, ..share }
        })
    }

    /// The broken ones of a promise that the core counts, handover by handover.
    pub(super) fn cases(&self, promise: Promise, late: &Late) -> Vec<Broken<'_>> {
        let leads = self.leads.iter().filter(|lead| late.of(promise, lead.id));
        leads.flat_map(|lead| self.of_lead(promise, lead)).collect()
    }

    fn of_lead(&self, promise: Promise, lead: &StoredLead) -> Vec<Broken<'_>> {
        let derived = &lead.row.derived;
        let handovers: Vec<&Milestones> = std::iter::once(&derived.first).chain(&derived.later).collect();
        let mut cases = Vec::new();
        for (index, milestones) in handovers.iter().enumerate() {
            let Some(start) = milestones.handed_over_at else { continue };
            if !self.period.contains(self.rules.zone.day_of(start.at)) {
                continue;
            }
            let next = handovers.get(index + 1).and_then(|next| next.handed_over_at).map_or(u32::MAX, |next| next.at.0);
            let here = |moment: Option<Moment>| moment.filter(|moment| moment.at.0 < next);
            let version = self.rules.in_force_at(start.at);
            let sales = &version.terms.sales;
            let (within, begins, kind, done) = match promise {
                Promise::Decide => {
                    let answers = [
                        milestones.accepted_at,
                        milestones.first_touch_at,
                        milestones.connected_at,
                        milestones.verdict_at,
                    ];
                    (sales.decide, start, EventKind::Handover, answers.into_iter().filter_map(here).min())
                }
                Promise::FirstTouch => (sales.first_touch, start, EventKind::Handover, here(milestones.first_touch_at)),
                Promise::Verdict => (sales.verdict, start, EventKind::Handover, here(milestones.verdict_at)),
                Promise::Reply => {
                    let Some(given) = here(milestones.verdict_at) else { continue };
                    let replied = milestones.answer.replied_at.map(|at| Moment { at, day_only: false });
                    (version.terms.marketing.reply, given, EventKind::Verdict, replied)
                }
            };
            let due = self.rules.due(version, begins, within);
            let is_broken = match done {
                Some(done) => done.at.0 > due,
                None => due < self.now.0 || (promise == Promise::Verdict && due <= self.now.0),
            };
            if is_broken {
                let case = self.case(lead, (due, within), (begins, kind), done);
                cases.push(Broken { lead: lead.id, start: start.at, version, case });
            }
        }
        cases
    }

    fn case(
        &self,
        lead: &StoredLead,
        (due, within): (u32, Within),
        (begins, kind): (Moment, EventKind),
        done: Option<Moment>,
    ) -> Case {
        let event = lead.events.iter().find(|event| is_event(event, kind, begins));
        let known_at = event.and_then(|event| self.imports.get(&event.import?)).copied();
        let version = self.rules.in_force_at(begins.at);
        let known = known_at.map(|at| Moment { at, day_only: false });
        let told_by_import = |moment: Moment| {
            let told = lead.events.iter().find(|event| event.moment == moment && event.voided == Voided::No);
            told.is_some_and(|event| event.source.is_some())
        };
        // Marketing's replies are nobody's own.
        let is_sales = kind == EventKind::Handover;
        let owner = lead.row.values[Dimension::Owner as usize];
        let given_at = self.given.get(&lead.id).copied().filter(|_| is_sales);
        let given = given_at.map(|at| Moment { at, day_only: false });
        Case {
            due,
            known_at,
            due_from_known: known.map_or(0, |known| self.rules.due(version, known, within)),
            done: done.map(|done| (done, told_by_import(done))),
            owner_left: owner.and_then(|owner| self.left.get(&owner)).copied().filter(|_| is_sales),
            given_at,
            due_from_given: given.map_or(0, |given| self.rules.due(version, given, within)),
        }
    }
}

/// Of the handovers of the period that ended as unreachable: before how many verdicts as often as agreed was tried, and
/// before how many not. What was tried after the verdict, or in another handover, is not asked.
fn attempts_of(rules: &Rules, period: Period, lead: &StoredLead) -> (u32, u32) {
    let derived = &lead.row.derived;
    let (mut kept, mut broken) = (0, 0);
    for number in 1..=derived.handovers() {
        let Some(milestones) = derived.handover(number) else { continue };
        let Some(start) = milestones.handed_over_at else { continue };
        let is_unreachable = milestones.reason.as_deref() == Some(Reason::Unreachable.key());
        if !is_unreachable || !period.contains(rules.zone.day_of(start.at)) {
            continue;
        }
        // The latest verdict gives the reason.
        let Some((_, verdict)) = lead.verdicts_of(number).pop() else { continue };
        let touches = lead.of_handover(EventKind::Touch, number);
        let tried = touches.iter().filter(|(_, touch)| !rules.is_before(verdict.moment, touch.moment)).count();
        let agreed = rules.in_force_at(start.at).terms.sales.attempts;
        *(if tried as u64 >= u64::from(agreed) { &mut kept } else { &mut broken }) += 1;
    }
    (kept, broken)
}

fn is_event(event: &StoredEvent, kind: EventKind, moment: Moment) -> bool {
    event.kind == kind && event.moment == moment && event.voided == Voided::No
}

/// Broken cases of a promise that are not held against its team. One that is excused is not freed once more.
#[derive(Default)]
pub(super) struct Aside {
    pub(super) excused: u32,
    pub(super) freed: u32,
    pub(super) handovers: Handovers,
}

impl Aside {
    pub(super) fn of(cases: Vec<Broken<'_>>, now: Instant, frees: impl Fn(LeadId, &Compiled) -> bool) -> Self {
        let mut aside = Self::default();
        for Broken { lead, start, version, case } in cases {
            let count = match case.excuse(now) {
                Some(_) => &mut aside.excused,
                None if frees(lead, version) => &mut aside.freed,
                None => continue,
            };
            *count += 1;
            aside.handovers.insert((lead, start.0));
        }
        aside
    }
}

/// A broken promise about one handover.
pub(super) struct Broken<'a> {
    lead: LeadId,
    /// When it was handed over.
    start: Instant,
    /// The version in force then.
    version: &'a Compiled,
    case: Case,
}

/// Whether the clause frees sales of a lead: its version says so, and the lead is one of those below the criteria.
pub(super) fn frees_sales(below: &HashSet<LeadId>, lead: LeadId, version: &Compiled) -> bool {
    version.terms.consequences.below_criteria_frees_sales && below.contains(&lead)
}

/// Of these leads the handovers from before the month whose broken promise is not held against its team: what was taken
/// out stays out when its month is over.
///
/// # Errors
/// The database does not answer.
pub async fn aside_before(tx: &mut Tx, month: &Month, promise: Promise, leads: &[LeadId]) -> Result<Handovers> {
    if leads.is_empty() {
        return Ok(Handovers::new());
    }
    let (rules, before) = (&*month.rules, Period { from: Day(-1), to: month.period().from });
    let ground = Ground::read(tx, rules, month.now, before, leads).await?;
    let cases: Vec<Broken<'_>> = ground.leads.iter().flat_map(|lead| ground.of_lead(promise, lead)).collect();
    let mut below = HashSet::new();
    let may_be_freed = |broken: &&Broken<'_>| {
        promise == Promise::FirstTouch && broken.version.terms.consequences.below_criteria_frees_sales
    };
    for lead in cases.iter().filter(may_be_freed).map(|broken| broken.lead).collect::<BTreeSet<_>>() {
        let stored = ground.leads.iter().find(|stored| stored.id == lead);
        // Whether it meets the criteria goes by its first handover, as everywhere.
        let Some(first) = stored.and_then(|stored| stored.row.derived.first.handed_over_at) else { continue };
        let criteria = &rules.versions()[fit::version_at(rules, first.at)].terms.criteria;
        let found = fit::of_lead(tx, lead, criteria).await?;
        if found.is_some_and(|found| found.each.contains(&Fit::No)) {
            below.insert(lead);
        }
    }
    Ok(Aside::of(cases, month.now, |lead, version| frees_sales(&below, lead, version)).handovers)
}
