//! A second computation of the KPIs, as slow and as literal as the definitions read: every figure goes through all
//! leads again, by itself, with local days instead of slots, fractions of whole numbers instead of floats and the
//! calendar's ranges instead of prefix sums. The real one must give the same answers.

mod breakdown;
mod clock;
mod luck;
mod promises;
mod warning;

use clock::*;
use luck::{mean_between, median_between};
use warning::parting;

use chrono::{NaiveTime, TimeDelta};
use doubles::agreement::model::{CalendarTerms, Horizon, Terms, Version, Within};
use doubles::kpis::facts::{Feedback, LeadFact, SpendFact};
use doubles::kpis::model::*;
use doubles::leads::model::{Decision, Dimension, LeadId, Moment, ValueId};
use doubles::period::{Bucket, Day, Instant, Period, WeekStart};
use doubles::zone::Zone;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Everything there is, as plain rows.
#[derive(Clone, Debug)]
pub struct World {
    pub zone: Zone,
    pub versions: Vec<Version>,
    pub leads: Vec<LeadFact>,
    pub spend: Vec<SpendFact>,
}

/// A handover with what happened in its time.
struct Stay<'a> {
    start: Moment,
    next: Option<Instant>,
    accepted: Option<Moment>,
    touch: Option<Moment>,
    connected: Option<Moment>,
    verdict: Option<Moment>,
    released: Option<Moment>,
    opportunity: Option<Moment>,
    won: Option<Moment>,
    lost: Option<Moment>,
    decision: Option<Decision>,
    reason: Option<&'a str>,
    complete: bool,
    removes: bool,
    feedback: Feedback,
}

/// What a figure is about.
struct Set<'a> {
    world: &'a World,
    question: &'a Question,
    days: Period,
    leads: Vec<&'a LeadFact>,
    /// The channels whose spend belongs to it.
    channels: BTreeSet<Option<ValueId>>,
    not_carried: Option<Dimension>,
}

pub fn answer(world: &World, question: &Question) -> Answer {
    let (period, previous) = (question.period, question.period.previous());
    let passing: Vec<&LeadFact> = world.leads.iter().filter(|lead| passes(lead, &question.filter)).collect();
    let all_channels: BTreeSet<Option<ValueId>> = world.spend.iter().map(|row| row.channel).collect();
    let channel_filter = question.filter.any_of.iter().find(|(dimension, _)| *dimension == Dimension::Channel);
    let channels: BTreeSet<Option<ValueId>> =
        all_channels.into_iter().filter(|c| channel_filter.is_none_or(|(_, values)| values.contains(c))).collect();
    let not_carried = question.filter.any_of.iter().map(|(d, _)| *d).find(|d| *d != Dimension::Channel);
    let set =
        |days: Period| Set { world, question, days, leads: passing.clone(), channels: channels.clone(), not_carried };
    let grain = period.grain();
    let buckets: Vec<Bucket> = previous
        .buckets(grain, WeekStart::Monday)
        .into_iter()
        .chain(period.buckets(grain, WeekStart::Monday))
        .collect();
    let later_versions: Vec<&Version> = world.versions.iter().filter(|v| v.number > 1).collect();
    Answer {
        period,
        previous,
        now: question.now,
        current: set(period).figures(),
        before: set(previous).figures(),
        beside: match question.compare {
            Comparison::None => None,
            Comparison::Previous => Some(previous),
            Comparison::Year => Some(year_before(period)),
        }
        .map(|period| Beside { period, figures: set(period).figures() }),
        trend: buckets
            .iter()
            .map(|&bucket| TrendPoint {
                bucket,
                figures: set(bucket.period).figures(),
                new_version: later_versions.iter().any(|version| bucket.period.contains(version.starts)),
            })
            .collect(),
        by: (question.by.iter().enumerate())
            .map(|(n, dimension)| set(period).breakdown(*dimension, if n == 0 { &buckets } else { &[] }))
            .collect(),
        funnel: set(period).funnel(),
        reasons: set(period).reasons(),
        pledge: promises::pledge(&set(period)),
        parting: parting(&set(period), &set(previous)),
    }
}

/// The leads behind each count of the period.
pub fn members(world: &World, question: &Question) -> BTreeMap<Part, Vec<LeadId>> {
    let mut members: BTreeMap<Part, Vec<LeadId>> = Part::ALL.iter().map(|part| (*part, Vec::new())).collect();
    let mut leads: Vec<&LeadFact> = world.leads.iter().filter(|lead| passes(lead, &question.filter)).collect();
    leads.sort_by_key(|lead| lead.id);
    for lead in leads {
        let alone = Set {
            world,
            question,
            days: question.period,
            leads: vec![lead],
            channels: BTreeSet::new(),
            not_carried: None,
        };
        let (figures, funnel) = (alone.figures(), alone.funnel());
        for (part, members) in &mut members {
            let count = match part {
                Part::Leads => figures.conversion.leads,
                Part::SoFar => figures.conversion.opportunities_so_far,
                Part::Mature => figures.conversion.mature,
                Part::Opportunities => figures.conversion.opportunities,
                Part::Accepted => funnel.accepted,
                Part::Touched => funnel.touched,
                Part::Connected => funnel.connected,
                Part::Opportunity => funnel.opportunity,
                Part::Won => funnel.won,
                Part::Handovers => figures.follow_up.handovers,
                Part::Contacted => figures.follow_up.contacted,
                Part::NeverContacted => figures.follow_up.never_contacted,
                Part::TouchedOnTime => figures.follow_up.on_time,
                Part::TouchedLate => figures.follow_up.late,
                Part::OverdueOpen => figures.follow_up.overdue_open,
                Part::NotDue => figures.follow_up.not_due,
                Part::AnsweredOnTime => figures.answers.on_time,
                Part::AnsweredLate => figures.answers.late,
                Part::FeedbackDue => figures.coverage.due,
                Part::WithVerdict => figures.coverage.with_verdict,
                Part::VerdictOnTime => figures.coverage.on_time,
                Part::TurnedDown => figures.coverage.turned_down,
                Part::Good => figures.coverage.good,
                Part::OtherReason => figures.coverage.other,
                Part::Replied => figures.coverage.replied,
                Part::Disputed => figures.coverage.disputed,
                Part::DisputeRuled => figures.coverage.ruled,
                Part::Upheld => figures.coverage.upheld,
                Part::ReplyDue => figures.coverage.reply_due,
                Part::RepliedOnTime => figures.coverage.replied_on_time,
                Part::Excluded => figures.context.excluded,
                Part::OutOfOrder => figures.context.out_of_order,
                Part::OpportunitiesOpened => figures.context.opportunities,
                Part::Customers => figures.cac.customers,
            };
            if count > 0 {
                members.push(lead.id);
            }
        }
    }
    members
}

fn passes(lead: &LeadFact, filter: &Filter) -> bool {
    filter.any_of.iter().all(|(dimension, values)| values.contains(&value(lead, *dimension)))
}

fn value(lead: &LeadFact, dimension: Dimension) -> Option<ValueId> {
    let index = Dimension::ALL.iter().position(|d| *d == dimension).expect("a dimension");
    lead.dimensions[index]
}

/// Won without an opportunity implies it at the win.
fn opportunity(lead: &LeadFact) -> Option<Moment> {
    lead.opportunity.or(lead.won)
}

fn stays(lead: &LeadFact) -> Vec<Stay<'_>> {
    let Some(start) = lead.handed_over else { return Vec::new() };
    let second = lead.further.first().map(|handover| handover.handed_over.at);
    let first_own = |moment: Option<Moment>| moment.filter(|m| second.is_none_or(|second| m.at < second));
    let mut stays = vec![Stay {
        start,
        next: second,
        accepted: first_own(lead.accepted),
        touch: first_own(lead.first_touch),
        connected: first_own(lead.connected),
        verdict: lead.verdict,
        released: lead.released,
        opportunity: first_own(opportunity(lead)),
        won: first_own(lead.won),
        lost: first_own(lead.lost),
        decision: lead.decision,
        reason: lead.reason.as_deref(),
        complete: lead.verdict_complete,
        removes: lead.removes,
        feedback: lead.feedback,
    }];
    for (n, handover) in lead.further.iter().enumerate() {
        let next = lead.further.get(n + 1).map(|next| next.handed_over.at);
        let own = |moment: Option<Moment>| {
            moment.filter(|m| handover.handed_over.at <= m.at && next.is_none_or(|next| m.at < next))
        };
        stays.push(Stay {
            start: handover.handed_over,
            next,
            accepted: handover.accepted,
            touch: handover.first_touch,
            connected: handover.connected,
            verdict: handover.verdict,
            released: handover.released,
            opportunity: own(opportunity(lead)),
            won: own(lead.won),
            lost: own(lead.lost),
            decision: handover.decision,
            reason: handover.reason.as_deref(),
            complete: handover.verdict_complete,
            removes: handover.removes,
            feedback: handover.feedback,
        });
    }
    stays
}

impl World {
    fn day(&self, moment: Moment) -> Day {
        self.zone.day_of(moment.at)
    }

    fn terms(&self, day: Day) -> &Terms {
        let started = self.versions.iter().filter(|version| version.starts <= day);
        let first = self.versions.iter().min_by_key(|version| (version.starts, version.number));
        &started.max_by_key(|version| (version.starts, version.number)).or(first).expect("a version").terms
    }

    /// By day, where one of them is known only by its day.
    fn before(&self, one: Option<Moment>, other: Option<Moment>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) if one.day_only || other.day_only => self.day(one) < self.day(other),
            (Some(one), Some(other)) => one.at < other.at,
            _ => false,
        }
    }

    /// In time: by day, where one end is known only by its day.
    fn in_time(&self, start: Moment, what: Moment, within: Within) -> bool {
        match due(self.terms(self.day(start)), start, within) {
            None => true,
            Some(due) if start.day_only || what.day_only => self.day(what) <= self.zone.day_of(Instant(due as u32)),
            Some(due) => i64::from(what.at.0) <= due,
        }
    }

    fn ended(&self, start: Moment, now: Instant, within: Within) -> bool {
        match due(self.terms(self.day(start)), start, within) {
            None => false,
            // All of the day must be over, its last second included.
            Some(due) if start.day_only => {
                let next_day = self.zone.day_of(Instant(due as u32)).plus(1);
                i64::from(now.0) >= i64::from(self.zone.start_of(next_day).0) - 1
            }
            Some(due) => due <= i64::from(now.0),
        }
    }

    fn overdue(&self, start: Moment, now: Instant, within: Within) -> bool {
        !self.in_time(start, Moment { at: now, day_only: false }, within)
    }
}

impl<'a> Set<'a> {
    fn now(&self) -> Instant {
        self.question.now
    }

    fn happened(&self, moment: Option<Moment>) -> bool {
        moment.is_some_and(|moment| moment.at <= self.now())
    }

    fn since(&self, at: Option<Instant>) -> bool {
        at.is_some_and(|at| at <= self.now())
    }

    /// Rejected or recycled by now.
    fn down(&self, stay: &Stay) -> bool {
        self.happened(stay.verdict) && matches!(stay.decision, Some(Decision::Reject | Decision::Recycle))
    }

    fn falls_in(&self, moment: Option<Moment>) -> bool {
        moment.is_some_and(|m| m.at <= self.now() && self.days.contains(self.world.day(m)))
    }

    fn excluded(&self, lead: &LeadFact) -> bool {
        if self.happened(opportunity(lead)) || self.happened(lead.won) {
            return false;
        }
        let stays = stays(lead);
        let latest = stays.iter().rev().find(|stay| stay.start.at <= self.now());
        let by_verdict = latest.is_some_and(|stay| {
            let contested = self.down(stay)
                && self.since(stay.feedback.disputed)
                && (!self.since(stay.feedback.ruled) || stay.feedback.upheld);
            self.happened(stay.verdict) && stay.removes && !contested
        });
        lead.excluded || by_verdict
    }

    /// First handovers in the days.
    fn cohort(&self) -> Vec<&'a LeadFact> {
        self.leads.iter().copied().filter(|l| self.falls_in(l.handed_over) && !self.excluded(l)).collect()
    }

    fn horizon(&self, lead: &LeadFact) -> Horizon {
        let day = self.world.day(lead.handed_over.expect("in the cohort"));
        self.question.horizon.map_or(self.world.terms(day).horizon, Into::into)
    }

    fn mature(&self, lead: &LeadFact) -> bool {
        let start = i64::from(lead.handed_over.expect("in the cohort").at.0);
        match self.horizon(lead) {
            Horizon::Days(days) => start + i64::from(days) * 86_400 <= i64::from(self.now().0),
            Horizon::None => true,
        }
    }

    fn converted(&self, lead: &LeadFact) -> bool {
        let start = i64::from(lead.handed_over.expect("in the cohort").at.0);
        self.happened(opportunity(lead))
            && match (self.horizon(lead), opportunity(lead)) {
                (Horizon::Days(days), Some(o)) => i64::from(o.at.0) - start <= i64::from(days) * 86_400,
                _ => true,
            }
    }

    fn stays(&self) -> Vec<Stay<'a>> {
        let all = self.leads.iter().filter(|lead| !self.excluded(lead)).flat_map(|lead| stays(lead));
        all.filter(|stay| self.falls_in(Some(stay.start))).collect()
    }

    fn terms_of(&self, moment: Moment) -> &'a Terms {
        self.world.terms(self.world.day(moment))
    }

    fn target(&self, moments: &[Moment], of: impl Fn(&Terms) -> Option<i64>) -> Option<i64> {
        match moments {
            [] => of(self.world.terms(self.days.from)),
            _ => mean(&moments.iter().map(|moment| of(self.terms_of(*moment))).collect::<Vec<_>>()),
        }
    }

    fn figures(&self) -> Figures {
        let cohort = self.cohort();
        let count = |leads: &[&LeadFact], test: &dyn Fn(&LeadFact) -> bool| {
            leads.iter().filter(|lead| test(lead)).count() as u32
        };
        let starts: Vec<Moment> = cohort.iter().filter_map(|lead| lead.handed_over).collect();
        let opened: Vec<&LeadFact> =
            self.leads.iter().copied().filter(|lead| self.falls_in(opportunity(lead))).collect();
        let won: Vec<&LeadFact> = self.leads.iter().copied().filter(|lead| self.falls_in(lead.won)).collect();
        Figures {
            conversion: Conversion {
                leads: cohort.len() as u32,
                opportunities_so_far: count(&cohort, &|lead| self.happened(opportunity(lead))),
                mature: count(&cohort, &|lead| self.mature(lead)),
                opportunities: count(&cohort, &|lead| self.mature(lead) && self.converted(lead)),
                target_bp: self
                    .target(&starts, |terms| terms.targets.lead_to_opportunity_bp.map(i64::from))
                    .map(|target| target as u32),
            },
            cac: self.cac(&won),
            follow_up: self.follow_up(),
            answers: promises::answers(self),
            coverage: self.coverage(),
            context: Context {
                handed_over: cohort.len() as u32,
                opportunities: opened.len() as u32,
                won: won.len() as u32,
                pipeline_minor: opened.iter().filter_map(|lead| lead.opportunity_minor).sum(),
                won_minor: won.iter().filter_map(|lead| lead.won_minor).sum(),
                won_with_value: count(&won, &|lead| lead.won_minor.is_some_and(|minor| minor != 0)),
                won_between: mean_between(&won),
                excluded: self.leads.iter().filter(|l| self.falls_in(l.handed_over) && self.excluded(l)).count() as u32,
                out_of_order: count(&cohort, &|lead| self.out_of_order(lead)),
            },
        }
    }

    fn out_of_order(&self, lead: &LeadFact) -> bool {
        let world = self.world;
        let before_handover = stays(lead).iter().any(|stay| {
            let milestones = [
                stay.accepted,
                stay.touch,
                stay.connected,
                stay.verdict,
                stay.released,
                stay.opportunity,
                stay.won,
                stay.lost,
            ];
            self.happened(Some(stay.start)) && milestones.iter().any(|m| world.before(*m, Some(stay.start)))
        });
        let ended = [lead.won, lead.lost].iter().any(|end| world.before(*end, opportunity(lead)));
        before_handover || ended && self.happened(opportunity(lead))
    }

    fn cac(&self, won: &[&LeadFact]) -> Cac {
        let customers = won.len() as u32;
        let mut lags: Vec<u64> = won
            .iter()
            .filter_map(|lead| {
                let (from, to) = (lead.handed_over?.at.0, lead.won?.at.0);
                (from <= to).then(|| u64::from(to - from))
            })
            .collect();
        lags.sort_unstable();
        // Half up: of the mean of the two in the middle, in days.
        let lag_days = (!lags.is_empty()).then(|| {
            let twice = lags[(lags.len() - 1) / 2] + lags[lags.len() / 2];
            (twice as f64 / 2.0 / 86_400.0 + 0.5).floor() as u32
        });
        let wins: Vec<Moment> = won.iter().filter_map(|lead| lead.won).collect();
        let target_minor = self.target(&wins, |terms| terms.targets.cac_minor);
        let lag_of = lags.len() as u32;
        let cac =
            Cac { customers, lag_days, lag_of, lag_between: median_between(&lags), target_minor, ..Cac::default() };
        if let Some(dimension) = self.not_carried {
            return Cac { missing: Some(NoCac::NotCarried(dimension)), ..cac };
        }
        let today = self.world.zone.day_of(self.now());
        let days: Vec<Day> = (self.days.from.0..self.days.to.0).map(Day).filter(|day| *day <= today).collect();
        let rows: Vec<&SpendFact> = self.world.spend.iter().filter(|r| self.channels.contains(&r.channel)).collect();
        // Day by day: the parts of a row.
        let part = |row: &SpendFact, day: Day| {
            let days = i128::from(row.to.0 - row.from.0 + 1);
            let up_to = |k: i32| (i128::from(row.amount_minor) * i128::from(k)).div_euclid(days);
            let index = day.0 - row.from.0;
            if row.from <= day && day <= row.to { (up_to(index + 1) - up_to(index)) as i64 } else { 0 }
        };
        let spent = |shift: i32, media: bool| -> i64 {
            let rows = rows.iter().filter(|row| row.media || !media);
            rows.flat_map(|row| days.iter().map(move |day| part(row, day.plus(-shift)))).sum()
        };
        let recorded = |shift: i32| {
            let covers = |row: &&SpendFact, day: Day| row.from <= day && day <= row.to;
            rows.iter().any(|row| days.iter().any(|day| covers(row, day.plus(-shift))))
        };
        Cac {
            spend_minor: Some(spent(0, false)),
            media_minor: Some(spent(0, true)),
            lagged_spend_minor: lag_days
                .map(|lag| lag as i32)
                .filter(|&lag| recorded(lag))
                .map(|lag| spent(lag, false)),
            missing: match (recorded(0), customers) {
                (false, _) => Some(NoCac::NoData),
                (true, 0) => Some(NoCac::NoCustomer),
                _ => None,
            },
            ..cac
        }
    }

    fn follow_up(&self) -> FollowUp {
        let world = self.world;
        let stays = self.stays();
        let starts: Vec<Moment> = stays.iter().map(|stay| stay.start).collect();
        let measured = world.leads.iter().any(|lead| {
            self.happened(lead.first_touch)
                || lead.handed_over.is_some() && lead.further.iter().any(|h| self.happened(h.first_touch))
        });
        let mut found = FollowUp {
            handovers: stays.len() as u32,
            measured,
            target_minutes: self
                .target(&starts, |terms| terms.targets.follow_up_minutes.map(i64::from))
                .map(|target| target as u32),
            ..FollowUp::default()
        };
        if !measured {
            return found;
        }
        let (mut elapsed, mut working) = (Vec::new(), Vec::new());
        for stay in &stays {
            let terms = self.terms_of(stay.start);
            let within = terms.sales.first_touch;
            let mut measure = |end: Moment, event: bool| {
                if !stay.start.day_only && !end.day_only && !world.before(Some(end), Some(stay.start)) {
                    elapsed.push((end.at.0 - stay.start.at.0, event));
                    working.push((worked(&terms.calendar, stay.start.at, end.at), event));
                }
            };
            let touch = stay.touch.filter(|touch| self.happened(Some(*touch)));
            let released = stay.released.filter(|released| self.happened(Some(*released)));
            let implied = self.happened(stay.connected) || self.happened(stay.opportunity) || self.happened(stay.won);
            if touch.is_some() || implied {
                found.contacted += 1;
            } else {
                found.never_contacted += 1;
            }
            match (touch, released) {
                (Some(touch), _) if world.before(Some(touch), Some(stay.start)) => {}
                (None, _) if implied => {}
                (Some(touch), Some(released)) if world.before(Some(released), Some(touch)) => measure(released, false),
                (None, Some(released)) => measure(released, false),
                (Some(touch), _) => {
                    measure(touch, true);
                    match world.in_time(stay.start, touch, within) {
                        true => found.on_time += 1,
                        false => found.late += 1,
                    }
                }
                (None, None) => {
                    measure(Moment { at: self.now(), day_only: false }, false);
                    match world.overdue(stay.start, self.now(), within) {
                        true => found.overdue_open += 1,
                        false => found.not_due += 1,
                    }
                }
            }
        }
        let clock = |times: &[(u32, bool)]| FollowUpClock { median: quantile(times, 2), p90: quantile(times, 10) };
        FollowUp { elapsed: clock(&elapsed), working: clock(&working), ..found }
    }

    fn coverage(&self) -> Coverage {
        let stays = self.stays();
        let starts: Vec<Moment> = stays.iter().map(|stay| stay.start).collect();
        let within = |stay: &Stay| self.terms_of(stay.start).sales.verdict;
        let due: Vec<&Stay> =
            stays.iter().filter(|stay| self.world.ended(stay.start, self.now(), within(stay))).collect();
        let count = |test: &dyn Fn(&Stay) -> bool| due.iter().filter(|stay| test(stay)).count() as u32;
        let (given, down) = (|stay: &Stay| self.happened(stay.verdict), |stay: &Stay| self.down(stay));
        let disputed = |stay: &Stay| down(stay) && self.since(stay.feedback.disputed);
        let ruled = |stay: &Stay| disputed(stay) && self.since(stay.feedback.ruled);
        let owed = promises::replies(self);
        Coverage {
            due: due.len() as u32,
            with_verdict: count(&|stay| given(stay) && stay.complete),
            on_time: count(&|stay| {
                let in_time = |verdict| self.world.in_time(stay.start, verdict, within(stay));
                given(stay) && stay.complete && stay.verdict.is_some_and(in_time)
            }),
            turned_down: count(&down),
            good: count(&|stay| given(stay) && !down(stay)),
            other: count(&|stay| down(stay) && stay.reason == Some("other")),
            replied: count(&|stay| down(stay) && self.since(stay.feedback.replied)),
            disputed: count(&disputed),
            ruled: count(&ruled),
            upheld: count(&|stay| ruled(stay) && stay.feedback.upheld),
            reply_due: owed.0,
            replied_on_time: owed.1,
            target_bp: self
                .target(&starts, |terms| terms.targets.feedback_coverage_bp.map(i64::from))
                .map(|target| target as u32),
        }
    }

    /// A later step implies the earlier ones.
    fn funnel(&self) -> Funnel {
        let mature: Vec<&LeadFact> = self.cohort().into_iter().filter(|lead| self.mature(lead)).collect();
        let won = |lead: &LeadFact| self.happened(lead.won);
        let opportunity = |lead: &LeadFact| self.happened(opportunity(lead)) || won(lead);
        let connected = |lead: &LeadFact| self.happened(lead.connected) || opportunity(lead);
        let touched = |lead: &LeadFact| self.happened(lead.first_touch) || connected(lead);
        let accepted = |lead: &LeadFact| stays(lead).iter().any(|stay| self.accepted(stay)) || touched(lead);
        let count = |test: &dyn Fn(&LeadFact) -> bool| mature.iter().filter(|lead| test(lead)).count() as u32;
        Funnel {
            handed_over: mature.len() as u32,
            accepted: count(&accepted),
            touched: count(&touched),
            connected: count(&connected),
            opportunity: count(&opportunity),
            won: count(&won),
        }
    }

    /// By hand, or by silence past the due time.
    fn accepted(&self, stay: &Stay) -> bool {
        let within = self.terms_of(stay.start).sales.decide;
        let silent = self.world.ended(stay.start, self.now(), within)
            && !stay.released.is_some_and(|released| self.world.in_time(stay.start, released, within))
            && stay.next.is_none_or(|next| {
                let next = Moment { at: next, day_only: false };
                !self.world.in_time(stay.start, next, within)
            });
        self.happened(stay.accepted) || silent
    }
}
