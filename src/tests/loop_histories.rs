//! A thousand leads with random histories of what people did by hand. The queue, found by the index, agrees to the lead
//! with the obligations read from the histories, and with the parts of K3 and K4 as the naive reference reads them.

use crate::databases::{name, on_each_engine, table};
use crate::kpis_reference::{self, World};
use crate::loop_office::*;
use doubles::agreement::breaches::breaches;
use doubles::agreement::month;
use doubles::agreement::store as agreement;
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::feedback::answers::{Answer, Entry, Ruling, Sought, answer, list, rule};
use doubles::feedback::model::WordKind;
use doubles::feedback::{returns, store as feedback};
use doubles::kpis::compute::{compute, members};
use doubles::kpis::facts::{Feedback, HandoverFact, LeadFact};
use doubles::kpis::model::{Comparison, Filter, Part, Question};
use doubles::kpis::store::load;
use doubles::leads::derive::Milestones;
use doubles::leads::model::{Decision, EventKind, LeadId, Stage, TouchKind};
use doubles::leads::record::{Said, StoredLead, Voided};
use doubles::leads::stage::Owed;
use doubles::leads::store as leads;
use doubles::people::model::Team;
use doubles::people::service::Caller;
use doubles::period::{Instant, Period};
use doubles::queue::model::{List, Place};
use doubles::queue::search::Asked;
use doubles::queue::store as queue;
use doubles::server::db::Db;
use doubles::work::apply::Who;
use doubles::work::model::{Act, At, NewLead, Order, Plan, Shown};
use doubles::work::run::{add, perform};
use serde_json::json;
use std::collections::BTreeSet;

const LEADS: i64 = 1_000;
const DAYS: u32 = 50;
/// Acts a round, two rounds a day.
const ACTS: usize = 60;

struct Dice(u64);

impl Dice {
    /// SplitMix64.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

fn any_act(dice: &mut Dice, now: Instant) -> Act {
    let at = match dice.below(4) {
        0 => At::Instant(Instant(now.0 - dice.below(u64::from(DAY)) as u32)),
        1 => At::Day(doubles::period::Day((now.0 / DAY) as i32 - dice.below(3) as i32)),
        _ => At::Now,
    };
    let value_minor = Some(dice.below(1_000_000) as i64);
    match dice.below(100) {
        0..40 => {
            let (kind, reached) = (dice.of(TouchKind::ALL), dice.below(4) == 0);
            Act::Touch { kind, reached, at, note: String::new() }
        }
        40..52 => Act::Accept,
        52..60 => judge(Decision::Good, ""),
        60..72 => {
            let reasons = ["below_criteria", "spam_or_test", "other", "invalid_data", "no_authority"];
            let mut verdict = verdict(Decision::Reject, dice.of(&reasons));
            if dice.below(3) == 0 {
                verdict.intent = None;
            }
            Act::Judge(verdict)
        }
        72..80 => {
            let mut verdict = verdict(Decision::Recycle, dice.of(&["unreachable", "no_budget", "not_now", "no_need"]));
            if verdict.reason.as_deref() != Some("no_budget") {
                let days = 1 + dice.below(20) as i32;
                verdict.returns_on = Some(doubles::period::Day((now.0 / DAY) as i32 + days));
            }
            Act::Judge(verdict)
        }
        80..84 => Act::Open { value_minor, at },
        84..87 => Act::Win { value_minor, at, and_opportunity: dice.below(2) == 0 },
        87..89 => Act::Lose { reason: dice.of(&["no_budget", "no_need"]).into(), note: "no money".into(), at },
        89..93 => Act::Plan((dice.below(4) > 0).then(|| {
            let on = doubles::period::Day((now.0 / DAY) as i32 + dice.below(10) as i32);
            Plan { kind: TouchKind::Call, on, note: String::new() }
        })),
        93..95 => Act::HandOver,
        _ => Act::Void { history: None, event: 1 + dice.below(6) as i64, reason: "it was not so".into() },
    }
}

/// Lets everybody work for some weeks; when they stop. With `merges`, Hal merges leads and takes some of that back.
async fn live(office: &Office, dice: &mut Dice, merges: bool) -> Instant {
    let db = &office.db;
    let (mut brought, mut now) = (0, TUESDAY);
    for round in 0..2 * DAYS {
        now = after(round * DAY / 2 + dice.below(u64::from(DAY) / 2) as u32);
        returns::open_due(db, now).await.expect("what is due comes back");
        let mut tx = db.write().await.expect("a write");
        while brought < LEADS && brought < i64::from(round + 1) * LEADS / i64::from(DAYS) {
            brought += 1;
            let hand_over = dice.below(20) > 0;
            let new = NewLead { name: Some(format!("Lead {brought}")), hand_over, ..NewLead::default() };
            let at = Instant(now.0 - dice.below(u64::from(HOUR)) as u32);
            add(&mut tx, &Who::of(&office.mia.visitor), &new, at).await.expect("a lead");
        }
        for _ in 0..ACTS {
            // The newer ones are worked on more.
            let newest = brought as u64;
            let lead = LeadId(newest as i64 - (dice.below(newest).min(dice.below(newest))) as i64);
            let act = any_act(dice, now);
            let who = match act {
                Act::HandOver => &office.mia,
                Act::Void { .. } => &office.hal,
                _ => dice.of(&[&office.ben, &office.ann]),
            };
            // What contradicts the record is refused: that is as good.
            let order = Order { leads: vec![Shown { lead, seq: 0 }], act };
            drop(perform(&mut tx, who, &order, now).await);
        }
        let change = Change {
            at: now,
            actor: "everybody".into(),
            kind: ChangeKind::LeadTouched,
            entity: Entity::Lead,
            entity_id: None,
            detail: json!({}),
        };
        tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
        answer_some(office, dice, now).await;
        if merges {
            merge_some(office, dice, now, brought as u64).await;
        }
    }
    now
}

async fn merge_some(office: &Office, dice: &mut Dice, now: Instant, brought: u64) {
    let db = &office.db;
    let pair = [LeadId(1 + dice.below(brought) as i64), LeadId(1 + dice.below(brought) as i64)];
    let there = leads::load(&mut db.read().await.expect("a read"), &pair).await.expect("a read");
    if there.len() == 2 && there.values().all(|lead| lead.merged_into.is_none()) {
        office.merge(pair[0], pair[1], now).await;
    }
    let merged = table(db, "select merged_id from lead_merge order by merged_id").await;
    if dice.below(4) == 0 && !merged.is_empty() {
        let lead = merged[dice.below(merged.len() as u64) as usize][0].parse().expect("a number");
        office.unmerge(LeadId(lead), now).await;
    }
}

/// Marketing answers, the heads rule.
async fn answer_some(office: &Office, dice: &mut Dice, now: Instant) {
    let mut tx = office.db.read().await.expect("a read");
    let rules = doubles::work::run::agreed(&mut tx).await.expect("the agreement");
    let (sought, newest) = (Sought::default(), feedback::Place::NEWEST);
    let open = list(&mut tx, &rules, feedback::Which::ToAnswer, &sought, newest, 40).await.expect("a list").0;
    let disputed = list(&mut tx, &rules, feedback::Which::Disputed, &sought, newest, 40).await.expect("a list").0;
    drop(tx);
    let state = office.at(now);
    for entry in open.into_iter().filter(|_| dice.below(6) == 0).collect::<Vec<_>>() {
        let kind = dice.of(&[WordKind::Reply, WordKind::TookOver, WordKind::Dispute]);
        let said = Answer { lead: entry.history, verdict: entry.verdict.n, kind, text: "We looked.".into() };
        drop(answer(&state, &office.mia, "", &said, String::new).await);
    }
    for entry in disputed.into_iter().filter(|_| dice.below(3) == 0).collect::<Vec<_>>() {
        for head in [&office.hal, &office.hedy] {
            let in_favour = dice.of(&[Team::Marketing, Team::Sales]);
            let ruling = Ruling { lead: entry.history, verdict: entry.verdict.n, in_favour, text: "So it is.".into() };
            drop(rule(&state, head as &Caller, "", &ruling, |_| String::new()).await);
        }
    }
}

/// By the list of reasons as it ships.
fn removes(reason: &Option<String>) -> bool {
    matches!(reason.as_deref(), Some("spam_or_test" | "duplicate"))
}

/// What was said to the verdicts of a handover, read word by word: only to those that hold, and of disputes and rulings
/// only to the latest of them.
fn said(lead: &StoredLead, handover: usize) -> Feedback {
    let numbers = lead.handovers_of_all();
    let all: Vec<_> = lead.said.iter().filter(|said| numbers.contains(&(said.lead, said.verdict, handover))).collect();
    let replies = all.iter().filter(|said| said.ruling.is_none()).map(|said| said.at);
    let replied = replies.min();
    let latest = lead.verdicts_of(handover).last().map(|(history, event)| (*history, event.n));
    let words: Vec<_> = all.into_iter().filter(|said| Some((said.lead, said.verdict)) == latest).collect();
    let first = |kinds: &[WordKind]| words.iter().filter(|said| kinds.contains(&said.kind)).map(|said| said.at).min();
    let latest = |of: Team, until: Instant| {
        let mut rulings = words.iter().filter_map(|said| said.ruling.filter(|_| said.at <= until));
        rulings.rfind(|(team, _)| *team == of).map(|(_, winner)| winner)
    };
    let alike = |said: &&&Said| {
        let both = [Team::Marketing, Team::Sales].map(|team| latest(team, said.at));
        both[0].is_some() && both[0] == both[1]
    };
    let over = words.iter().filter(|said| said.ruling.is_some()).find(alike);
    Feedback {
        replied,
        disputed: first(&[WordKind::Dispute]),
        ruled: over.map(|said| said.at),
        upheld: over.is_some_and(|said| latest(Team::Sales, said.at) == Some(Team::Marketing)),
    }
}

/// A lead as the KPIs see it, from its history.
fn fact(lead: &StoredLead) -> LeadFact {
    let derived = &lead.row.derived;
    let feedback = |handover: usize| said(lead, handover);
    let first = &derived.first;
    let later = |(nth, stay): (usize, &Milestones)| HandoverFact {
        handed_over: stay.handed_over_at.expect("a handover"),
        accepted: stay.accepted_at,
        first_touch: stay.first_touch_at,
        connected: stay.connected_at,
        verdict: stay.verdict_at,
        released: stay.released_at,
        decision: stay.decision,
        reason: stay.reason.clone(),
        verdict_complete: stay.verdict_complete,
        removes: removes(&stay.reason),
        feedback: feedback(nth + 2),
    };
    LeadFact {
        id: lead.id,
        dimensions: lead.row.values,
        handed_over: first.handed_over_at,
        accepted: first.accepted_at,
        first_touch: first.first_touch_at,
        connected: first.connected_at,
        verdict: first.verdict_at,
        opportunity: derived.opportunity_at,
        won: derived.won_at,
        lost: derived.lost_at,
        released: first.released_at,
        decision: first.decision,
        reason: first.reason.clone(),
        verdict_complete: first.verdict_complete,
        removes: removes(&first.reason),
        opportunity_minor: derived.opportunity_minor,
        won_minor: derived.won_minor,
        excluded: lead.row.excluded,
        feedback: feedback(1),
        further: derived.later.iter().enumerate().map(later).collect(),
    }
}

/// The same lead as if its latest handover had been the only one, which is what the queue asks about.
fn latest_only(lead: LeadFact) -> LeadFact {
    let Some(stay) = lead.further.last().cloned() else { return lead };
    let inside = |moment: Option<doubles::leads::model::Moment>| moment.filter(|m| m.at >= stay.handed_over.at);
    LeadFact {
        handed_over: Some(stay.handed_over),
        accepted: stay.accepted,
        first_touch: stay.first_touch,
        connected: stay.connected,
        verdict: stay.verdict,
        opportunity: inside(lead.opportunity.or(lead.won)),
        won: inside(lead.won),
        lost: inside(lead.lost),
        released: stay.released,
        decision: stay.decision,
        reason: stay.reason,
        verdict_complete: stay.verdict_complete,
        removes: stay.removes,
        feedback: stay.feedback,
        // One that was left out by a verdict of an earlier handover came back, and counts.
        further: Vec::new(),
        ..lead
    }
}

/// Handovers that are turned down and were never answered, by lead and number.
fn unanswered(facts: &[LeadFact]) -> Vec<(LeadId, usize)> {
    let mut open = Vec::new();
    for lead in facts.iter().filter(|lead| lead.handed_over.is_some()) {
        let further = lead.further.iter().map(|stay| (stay.decision, stay.feedback));
        let stays = std::iter::once((lead.decision, lead.feedback)).chain(further);
        let is_open = |(_, (decision, feedback)): &(usize, (Option<Decision>, Feedback))| {
            matches!(decision, Some(Decision::Reject | Decision::Recycle)) && feedback.replied.is_none()
        };
        open.extend(stays.enumerate().filter(is_open).map(|(nth, _)| (lead.id, nth + 1)));
    }
    open
}

/// Marketing answered the verdict of some handover.
fn has_reply(lead: &LeadFact) -> bool {
    lead.feedback.replied.is_some() || lead.further.iter().any(|stay| stay.feedback.replied.is_some())
}

async fn read(db: &Db) -> Vec<StoredLead> {
    let mut tx = db.read().await.expect("a read");
    let ids: Vec<LeadId> = (1..=LEADS).map(LeadId).collect();
    let all = leads::load(&mut tx, &ids).await.expect("a read").into_values();
    let mut all: Vec<StoredLead> = all.filter(|lead| lead.merged_into.is_none()).collect();
    all.sort_by_key(|lead| lead.id);
    all
}

#[tokio::test]
async fn the_queue_and_the_kpis_agree_to_the_lead_whatever_people_did() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let end = live(&office, &mut Dice(7), false).await;
        let stored = read(db).await;
        let holding = |kind| {
            let events = stored.iter().flat_map(|lead| &lead.events);
            events.filter(|event| event.kind == kind && event.voided == Voided::No).count()
        };
        let (touches, verdicts) = (holding(EventKind::Touch), holding(EventKind::Verdict));
        assert!(touches > 1_000 && verdicts > 300, "people worked: {touches} touches, {verdicts} verdicts");
        assert!(stored.iter().filter(|lead| lead.row.derived.handovers() > 1).count() > 20, "some came back");
        let ruled = |lead: &&StoredLead| said(lead, 1).ruled.is_some();
        assert!(stored.iter().filter(ruled).count() > 5, "some disputes were ruled");
        for lead in &stored {
            let mut derived = lead.clone();
            derived.derive();
            assert_eq!(derived.row, lead.row, "what is kept of lead {} follows from its events", lead.id);
        }

        let mut tx = db.read().await.expect("a read");
        let rules = doubles::work::run::agreed(&mut tx).await.expect("the agreement");
        let versions = agreement::versions(&mut tx).await.expect("versions");
        let snapshot = load(db).await.expect("a read").expect("a workspace");
        let facts: Vec<LeadFact> = stored.iter().map(fact).collect();
        let zone = rules.zone.clone();
        let open = unanswered(&facts);
        let (entries, _) =
            list(&mut tx, &rules, feedback::Which::ToAnswer, &Sought::default(), feedback::Place::NEWEST, 10_000)
                .await
                .expect("a list");
        let mut listed: Vec<(LeadId, usize)> = entries.iter().map(|entry| (entry.lead.id, entry.handover)).collect();
        listed.sort_unstable();
        assert_eq!(listed, open, "what waits for an answer, {}", name(db));
        assert!(open.len() > 10, "some wait: {}", open.len());
        let whole = World { zone: zone.clone(), versions: versions.clone(), leads: facts.clone(), spend: Vec::new() };
        let latest: Vec<LeadFact> = facts.into_iter().map(latest_only).collect();
        let latest = World { zone: zone.clone(), versions, leads: latest, spend: Vec::new() };
        // Nobody does anything after the end: time alone moves the queue on.
        for later in [0, 5 * HOUR, 2 * DAY + 17, 9 * DAY] {
            let now = Instant(end.0 + later);
            let today = zone.day_of(now);
            let question = Question {
                period: Period::new(zone.day_of(TUESDAY).plus(-3), today.plus(1)).expect("a period"),
                now,
                horizon: None,
                filter: Filter::default(),
                by: Vec::new(),
                compare: Comparison::None,
            };
            // The KPIs, from the database and from the histories.
            let expected = kpis_reference::members(&whole, &question);
            for part in Part::ALL {
                assert_eq!(members(&snapshot.facts, &question, *part), expected[part], "{part} {later} {}", name(db));
            }
            if later == 0 {
                let figures = compute(&snapshot.facts, &question).current;
                assert_eq!(figures, kpis_reference::answer(&whole, &question).current);
                assert!(figures.coverage.replied > 10 && figures.coverage.upheld > 0 && figures.context.excluded > 0);
            }
            // Of those that count, what K4 says was not answered in time is listed as unanswered, or was answered late.
            let overdue = |entry: &&Entry| entry.reply.is_some_and(|(_, due)| due < now.0);
            let late: BTreeSet<LeadId> = entries.iter().filter(overdue).map(|entry| entry.lead.id).collect();
            let excluded: BTreeSet<LeadId> = expected[&Part::Excluded].iter().copied().collect();
            let owed: BTreeSet<LeadId> = expected[&Part::ReplyDue].iter().copied().collect();
            assert!(late.difference(&excluded).all(|lead| owed.contains(lead)), "{later} {}", name(db));
            let replied: BTreeSet<LeadId> =
                whole.leads.iter().filter(|lead| has_reply(lead)).map(|lead| lead.id).collect();
            assert!(owed.difference(&replied).all(|lead| late.contains(lead)), "{later} {}", name(db));
            // What is owed, from the histories and from the reference.
            let parts = kpis_reference::members(&latest, &question);
            let owed: Vec<(LeadId, Owed)> = stored.iter().map(|lead| (lead.id, Owed::of(&lead.row, &rules))).collect();
            let ids = |test: &dyn Fn(&Owed) -> bool| -> Vec<LeadId> {
                owed.iter().filter(|(_, owed)| test(owed)).map(|(lead, _)| *lead).collect()
            };
            assert_eq!(ids(&|owed| owed.touch.is_some_and(|due| due < now.0)), parts[&Part::OverdueOpen], "{later}");
            assert_eq!(ids(&|owed| owed.touch.is_some_and(|due| due >= now.0)), parts[&Part::NotDue], "{later}");
            let given: BTreeSet<LeadId> = parts[&Part::WithVerdict].iter().copied().collect();
            let missing: Vec<LeadId> =
                parts[&Part::FeedbackDue].iter().copied().filter(|lead| !given.contains(lead)).collect();
            assert_eq!(ids(&|owed| owed.verdict.is_some_and(|due| due <= now.0)), missing, "{later}");
            let answered = [Part::AnsweredOnTime, Part::AnsweredLate].map(|part| parts[&part].clone()).concat();
            let waiting = ids(&|owed| owed.acceptance.is_some_and(|due| due >= now.0));
            assert!(waiting.iter().all(|lead| !answered.contains(lead)), "who is waited for has not answered: {later}");

            // What is broken right now, as the agreement lists it: nobody left and nothing was reassigned, so that fairness
            // takes nothing out.
            let state = office.at(now);
            let month = month::month(&state).await.expect("a read").expect("there are leads");
            let broken = breaches(&state, &office.hal.visitor, &month, usize::MAX).await.expect("a list");
            let of = |promise: &str| -> Vec<LeadId> {
                let of_it = broken.all.iter().filter(|breach| breach.promise == promise);
                of_it.map(|breach| breach.lead).collect::<BTreeSet<_>>().into_iter().collect()
            };
            let decided = |lead: &LeadId| !waiting.contains(lead);
            let untouched: Vec<LeadId> = parts[&Part::OverdueOpen].iter().copied().filter(decided).collect();
            let unjudged: Vec<LeadId> = missing.iter().copied().filter(decided).collect();
            assert_eq!(of("First touch"), untouched, "{later} {}", name(db));
            assert_eq!(of("Verdict"), unjudged, "{later} {}", name(db));
            assert_eq!(broken.of(Team::Sales).count as usize, untouched.len() + unjudged.len(), "{later} {}", name(db));
            assert_eq!(of("Reply to feedback"), late.iter().copied().collect::<Vec<_>>(), "{later} {}", name(db));

            // The queue, found by the index, and one by one.
            for list in [List::Acceptance, List::Touch, List::Attempt, List::Verdict, List::Overdue, List::Waiting] {
                let mut expected: Vec<Place> = owed
                    .iter()
                    .filter_map(|(lead, owed)| Some((lead, owed.standing(now)?)))
                    .filter(|(_, standing)| match list {
                        List::Acceptance => standing.stage == Stage::Acceptance,
                        List::Touch => standing.stage == Stage::Touch,
                        List::Attempt => standing.stage == Stage::Attempt,
                        List::Verdict => standing.stage == Stage::Verdict,
                        List::Overdue => standing.is_overdue(now),
                        _ => true,
                    })
                    .map(|(lead, standing)| Place { due: i64::from(standing.due), lead: *lead })
                    .collect();
                expected.sort_unstable();
                let late =
                    owed.iter().filter_map(|(_, owed)| owed.standing(now)).filter(|owed| owed.is_overdue(now)).count();
                let (mut found, mut overdue) = (Vec::new(), 0);
                for range in queue::ranges(list, now, &[]) {
                    let places = queue::places(&mut tx, range, now, None, 10_000).await.expect("a list");
                    let tally = queue::count(&mut tx, range, (now, now), 10_000).await.expect("a count");
                    assert!(list == List::Overdue || tally.leads == places.len(), "{list} {later}");
                    overdue += tally.overdue;
                    found.extend(places);
                }
                if [List::Waiting, List::Overdue].contains(&list) {
                    assert_eq!(overdue, late, "{list} {later} {}", name(db));
                }
                found.sort_unstable();
                assert_eq!(found, expected, "{list} {later} {}", name(db));
                // And as the memory has them, which lists under a filter are asked from.
                let (filter, search) = (Filter::default(), String::new());
                let asked = Asked { filter, search, owners: Vec::new(), now, today: now };
                let finder = &office.state.finder;
                let counted = finder.counts(asked.clone(), &[list]).await.expect("counts");
                assert_eq!(counted[0].leads as usize, expected.len(), "{list} {later} {}", name(db));
                assert_eq!(finder.places(asked, list, None, 10_000).await, Ok(expected), "{list} {later} {}", name(db));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_loop_and_the_kpis_agree_to_the_lead_though_leads_are_merged_and_unmerged() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let now = live(&office, &mut Dice(11), true).await;
        let stored = read(db).await;
        let told = |lead: &StoredLead| lead.said.iter().any(|said| said.lead != lead.id);
        assert!(stored.len() < LEADS as usize && stored.iter().any(told), "merged leads were answered");
        for lead in &stored {
            let mut derived = lead.clone();
            derived.derive();
            assert_eq!(derived.row, lead.row, "what is kept of lead {} follows from all its events", lead.id);
        }
        let facts: Vec<LeadFact> = stored.iter().map(fact).collect();
        let mut tx = db.read().await.expect("a read");
        let rules = doubles::work::run::agreed(&mut tx).await.expect("the agreement");
        let newest = feedback::Place::NEWEST;
        let entries = list(&mut tx, &rules, feedback::Which::ToAnswer, &Sought::default(), newest, 10_000).await;
        let mut listed: Vec<(LeadId, usize)> =
            entries.expect("a list").0.iter().map(|entry| (entry.lead.id, entry.handover)).collect();
        listed.sort_unstable();
        assert_eq!(listed, unanswered(&facts), "what waits for an answer, {}", name(db));
        let versions = agreement::versions(&mut tx).await.expect("versions");
        let zone = rules.zone.clone();
        let world = World { zone: zone.clone(), versions, leads: facts, spend: Vec::new() };
        let question = Question {
            period: Period::new(zone.day_of(TUESDAY).plus(-3), zone.day_of(now).plus(1)).expect("a period"),
            now,
            horizon: None,
            filter: Filter::default(),
            by: Vec::new(),
            compare: Comparison::None,
        };
        let snapshot = load(db).await.expect("a read").expect("a workspace");
        let expected = kpis_reference::members(&world, &question);
        for part in Part::ALL {
            assert_eq!(members(&snapshot.facts, &question, *part), expected[part], "{part} {}", name(db));
        }
    })
    .await;
}
