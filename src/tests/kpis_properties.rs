//! On small invented worlds full of ties, holes and contradictions, the KPI core answers as the reference does.

use crate::kpis_reference::{World, answer, members};
use doubles::agreement::model::{CalendarTerms, Horizon, Range, Targets, Terms, Version, Within};
use doubles::kpis::compute::{Cases, compute, members as core_members, segments};
use doubles::kpis::facts::{Facts, Feedback, HandoverFact, LeadFact, SpendFact};
use doubles::kpis::model::{Comparison, Filter, HorizonChoice, Question};
use doubles::leads::model::{Decision, Dimension, LeadId, Moment, ValueId};
use doubles::period::{Day, Instant, Period};
use doubles::zone::Zone;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::sync::OnceLock;

/// The worlds live around the spring change of Berlin's clocks.
const FIRST: i32 = 19_780; // 2024-02-27

fn zones() -> &'static [Zone] {
    static ZONES: OnceLock<Vec<Zone>> = OnceLock::new();
    ZONES.get_or_init(|| {
        let names = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata"];
        names.iter().filter_map(|name| Zone::parse(name)).collect()
    })
}

/// Instants that often coincide.
fn any_instant(zone: Zone) -> impl Strategy<Value = Instant> {
    let second = prop_oneof![Just(0), Just(1), Just(9 * 3_600), Just(9 * 3_600 + 17), 0u32..86_400];
    (0..60i32, second).prop_map(move |(day, second)| Instant(zone.start_of(Day(FIRST + day)).0 + second))
}

fn any_moment(zone: Zone) -> impl Strategy<Value = Moment> {
    (any_instant(zone.clone()), prop::bool::weighted(0.15)).prop_map(move |(at, day_only)| {
        let at = if day_only { zone.start_of(zone.day_of(at)) } else { at };
        Moment { at, day_only }
    })
}

fn any_value() -> impl Strategy<Value = Option<ValueId>> {
    option::of((1..4i64).prop_map(ValueId))
}

fn any_decision() -> impl Strategy<Value = Option<Decision>> {
    option::of(select(Decision::ALL))
}

fn any_reason() -> impl Strategy<Value = Option<String>> {
    option::of(select(vec!["spam_or_test", "duplicate", "other", "no_budget", "own_reason"]).prop_map(str::to_owned))
}

/// Answers, disputes and rulings, as often as not before the verdict, or a ruling without a dispute.
fn any_feedback(zone: Zone) -> impl Strategy<Value = Feedback> {
    let at = || option::of(any_instant(zone.clone()));
    (at(), at(), at(), any::<bool>()).prop_map(|(replied, disputed, ruled, upheld)| Feedback {
        replied,
        disputed,
        ruled,
        upheld,
    })
}

fn any_lead(id: i64, zone: Zone) -> impl Strategy<Value = LeadFact> {
    let moment = || any_moment(zone.clone());
    let moments = (
        option::weighted(0.9, moment()),
        vec(option::weighted(0.4, moment()), 5),
        vec(option::weighted(0.25, moment()), 3),
    );
    let says = ((any_decision(), any_feedback(zone.clone())), any_reason(), any::<bool>(), prop::bool::weighted(0.05));
    let money = (option::of(0..100_000i64), option::of(0..100_000i64));
    let further = vec(
        (
            1..30u32,
            vec(option::weighted(0.5, 0..20u32), 5),
            (any_decision(), any_feedback(zone.clone())),
            any_reason(),
            any::<bool>(),
        ),
        0..3,
    );
    let further = prop_oneof![3 => Just(Vec::new()), 1 => further];
    (moments, says, money, prop::array::uniform6(any_value()), further).prop_map(
        move |(
            (handed_over, life, ends),
            ((decision, feedback), reason, verdict_complete, excluded),
            money,
            dimensions,
            more,
        )| {
            let mut start = handed_over.map_or(0, |moment| moment.at.0);
            let mut further = Vec::new();
            for (gap, own, (decision, feedback), reason, verdict_complete) in more {
                start += gap * 43_200;
                let own = |index: usize| {
                    own[index].map(|half_days| Moment { at: Instant(start + half_days * 43_200), day_only: false })
                };
                further.push(HandoverFact {
                    handed_over: Moment { at: Instant(start), day_only: false },
                    accepted: own(0),
                    first_touch: own(1),
                    connected: own(2),
                    verdict: own(3),
                    released: own(4),
                    decision,
                    removes: removes(&reason),
                    reason,
                    verdict_complete,
                    feedback,
                });
            }
            LeadFact {
                id: LeadId(id),
                dimensions,
                handed_over,
                accepted: life[0],
                first_touch: life[1],
                connected: life[2],
                verdict: life[3],
                opportunity: ends[0],
                won: ends[1],
                lost: ends[2],
                released: life[4],
                decision,
                removes: removes(&reason),
                reason,
                verdict_complete,
                opportunity_minor: money.0,
                won_minor: money.1,
                excluded,
                feedback,
                further: if handed_over.is_some() { further } else { Vec::new() },
            }
        },
    )
}

/// As the list of reasons ships.
fn removes(reason: &Option<String>) -> bool {
    matches!(reason.as_deref(), Some("spam_or_test" | "duplicate"))
}

fn any_within() -> impl Strategy<Value = Within> {
    prop_oneof![
        (0..4_000u32).prop_map(Within::Elapsed),
        (0..2_000u32).prop_map(Within::Working),
        (0..6u32).prop_map(Within::WorkingDays)
    ]
}

/// One of few calendars, since each is compiled for 130 years.
fn any_calendar(zone: &'static str) -> impl Strategy<Value = CalendarTerms> {
    let office = Terms::defaults(zone).calendar;
    let mut night = Terms::defaults("Europe/Berlin").calendar;
    night.week = std::array::from_fn(|day| match day {
        6 => Vec::new(),
        _ => vec![Range { from: 0, to: 360 }, Range { from: 1_200, to: 1_440 }],
    });
    night.exceptions = vec![(Day(FIRST + 10), Vec::new()), (Day(FIRST + 31), vec![Range { from: 60, to: 240 }])];
    prop_oneof![3 => Just(office), 1 => Just(night)]
}

fn any_terms(zone: &'static str) -> impl Strategy<Value = Terms> {
    let targets =
        (option::of(0..10_000u32), option::of(0..90_000i64), option::of(0..3_000u32), option::of(0..10_000u32));
    let horizon = prop_oneof![4 => (0..40u32).prop_map(Horizon::Days), 1 => Just(Horizon::None)];
    let leads = option::of(0..400u32);
    (any_calendar(zone), [any_within(), any_within(), any_within(), any_within()], horizon, targets, leads).prop_map(
        move |(calendar, [decide, first_touch, verdict, reply], horizon, targets, leads)| {
            let mut terms = Terms::defaults(zone);
            terms.calendar = calendar;
            terms.horizon = horizon;
            terms.marketing.leads_per_month = leads;
            terms.sales.decide = decide;
            terms.sales.first_touch = first_touch;
            terms.sales.verdict = verdict;
            terms.marketing.reply = reply;
            terms.targets = Targets {
                lead_to_opportunity_bp: targets.0,
                cac_minor: targets.1,
                follow_up_minutes: targets.2,
                feedback_coverage_bp: targets.3,
            };
            terms
        },
    )
}

fn any_versions(zone: &'static str) -> impl Strategy<Value = Vec<Version>> {
    btree_map(-5..60i32, any_terms(zone), 1..4).prop_map(|versions| {
        let numbered = versions.into_iter().zip(1..);
        numbered.map(|((day, terms), number)| Version { number, starts: Day(FIRST + day), terms }).collect()
    })
}

fn any_spend() -> impl Strategy<Value = SpendFact> {
    (-20..60i32, 0..40i32, any_value(), any::<bool>(), -500..100_000i64).prop_map(
        |(from, days, channel, media, amount_minor)| SpendFact {
            from: Day(FIRST + from),
            to: Day(FIRST + from + days),
            channel,
            media,
            amount_minor,
        },
    )
}

pub fn any_world() -> impl Strategy<Value = World> {
    select(zones()).prop_flat_map(|zone| {
        let leads = (0..45usize).prop_flat_map({
            let zone = zone.clone();
            move |count| (1..=count as i64).map(|id| any_lead(id, zone.clone()).boxed()).collect::<Vec<_>>()
        });
        (any_versions(zone.name()), leads, vec(any_spend(), 0..6)).prop_map(move |(versions, leads, spend)| World {
            zone: zone.clone(),
            versions,
            leads,
            spend,
        })
    })
}

pub fn any_question() -> impl Strategy<Value = Question> {
    let days = prop_oneof![Just(1), 2..32i32, Just(60), 33..200i32];
    let period = (-40..60i32, days);
    let horizon =
        option::weighted(0.3, prop_oneof![(0..60u32).prop_map(HorizonChoice::Days), Just(HorizonChoice::None)]);
    let values = btree_set(any_value(), 0..4);
    let filter = prop_oneof![2 => Just(Default::default()), 1 => btree_map(select(Dimension::ALL), values, 1..3)];
    let by = prop::sample::subsequence(Dimension::ALL, 0..3);
    let now = 0..80 * 86_400u32;
    let compare = select(Comparison::ALL);
    (period, now, horizon, filter, by, compare).prop_map(|((from, days), now, horizon, filter, by, compare)| Question {
        period: Period { from: Day(FIRST + from), to: Day(FIRST + from + days) },
        now: Instant(FIRST as u32 * 86_400 + now),
        horizon,
        filter: Filter { any_of: filter.into_iter().map(|(by, values)| (by, values.into_iter().collect())).collect() },
        by,
        compare,
    })
}

pub fn facts_of(world: &World) -> Facts {
    let mut facts = Facts::new(world.zone.clone(), world.versions.clone()).expect("versions that can be");
    facts.apply(world.leads.iter().cloned(), &[]);
    facts.set_spend(&world.spend);
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_answer_equals_the_reference(world in any_world(), question in any_question()) {
        let expected = answer(&world, &question);
        prop_assert_eq!(compute(&facts_of(&world), &question), expected);
    }

    #[test]
    fn every_number_opens_onto_the_very_leads_behind_it(world in any_world(), question in any_question()) {
        let facts = facts_of(&world);
        for (part, expected) in members(&world, &question) {
            prop_assert_eq!(core_members(&facts, &question, part), expected, "{}", part);
        }
    }

    #[test]
    fn a_pair_of_values_counts_what_the_answer_counts_under_a_filter_by_both(world in any_world(), question in any_question()) {
        let facts = facts_of(&world);
        let all = Question { filter: Filter::default(), compare: Comparison::None, by: Vec::new(), ..question };
        let cases = |question: &Question| {
            let figures = compute(&facts, question).current;
            let (k1, k4) = (figures.conversion, figures.coverage);
            (k1.mature, k1.opportunities, k4.good, k4.turned_down)
        };
        let found = segments(&facts, &all, Dimension::Persona);
        let counted = |cases: Cases| (cases.mature, cases.opportunities, cases.good, cases.turned_down);
        prop_assert_eq!(counted(found.whole), cases(&all));
        for pair in &found.pairs {
            let any_of = pair.values.iter().map(|(dimension, value)| (*dimension, vec![Some(*value)])).collect();
            prop_assert_eq!(counted(pair.cases), cases(&Question { filter: Filter { any_of }, ..all.clone() }));
        }
        for (value, reasons) in &found.reasons {
            let any_of = vec![(Dimension::Persona, vec![*value])];
            prop_assert_eq!(reasons, &compute(&facts, &Question { filter: Filter { any_of }, ..all.clone() }).reasons);
        }
        let sum = |reasons: &[(String, u32)]| reasons.iter().map(|(_, count)| *count).sum::<u32>();
        prop_assert_eq!(found.reasons.iter().map(|(_, reasons)| sum(reasons)).sum::<u32>(), sum(&compute(&facts, &all).reasons));
    }

    #[test]
    fn leads_that_came_changed_and_went_leave_the_facts_as_if_they_had_been_so_from_the_start(
        world in any_world(),
        before in any_world(),
        question in any_question(),
    ) {
        let mut facts = Facts::new(world.zone.clone(), world.versions.clone()).expect("versions that can be");
        facts.apply(before.leads.iter().cloned(), &[]);
        let untouched = facts.clone();
        let expected_before = compute(&untouched, &question);
        let gone: Vec<LeadId> = (world.leads.len()..before.leads.len()).map(|index| before.leads[index].id).collect();
        facts.apply(world.leads.iter().rev().cloned(), &gone);
        facts.set_spend(&world.spend);
        prop_assert_eq!(facts.leads(), world.leads.len());
        prop_assert_eq!(compute(&facts, &question), answer(&world, &question));
        prop_assert_eq!(compute(&untouched, &question), expected_before);
    }
}
