//! How the promises stand this month: the same numbers as the KPIs and the queue, without what was not a team's own delay.

use crate::databases::{name, on_each_engine};
use crate::loop_office::{DAY, HOUR, Office, TUESDAY, after, call, judge, office};
use doubles::agreement::answer;
use doubles::agreement::breaches::{self, Breaches};
use doubles::agreement::criteria::{Criterion, Field, Rule, Test};
use doubles::agreement::model::{Terms, Version};
use doubles::agreement::month::{self, Month};
use doubles::agreement::standing::State;
use doubles::agreement::store;
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::leads::model::{Decision, EventKind, LeadId};
use doubles::people::model::{Team, Visitor};
use doubles::people::service::Caller;
use doubles::period::{Day, Instant};
use doubles::work::model::Act;
use serde_json::json;
use std::sync::Arc;

pub async fn month_at(office: &Office, now: Instant) -> Arc<Month> {
    month::month(&office.at(now)).await.expect("a read").expect("there are leads")
}

async fn breaches_at(office: &Office, visitor: &Visitor, now: Instant) -> Breaches {
    let month = month_at(office, now).await;
    breaches::breaches(&office.at(now), visitor, &month, usize::MAX).await.expect("a list")
}

/// A signed version from the first of March, with a share for each promise.
pub async fn agree(office: &Office, change: impl FnOnce(&mut Terms)) {
    let mut terms = Terms::defaults("UTC");
    terms.marketing.leads_per_month = Some(30);
    terms.sales.first_touch_share_bp = Some(9_000);
    terms.sales.decide_share_bp = Some(9_000);
    terms.sales.verdict_share_bp = Some(8_000);
    terms.sales.attempts_share_bp = Some(9_500);
    terms.marketing.reply_share_bp = Some(9_000);
    change(&mut terms);
    sign(office, 2, Day((TUESDAY.0 / DAY) as i32 - 2), terms).await;
}

/// A lead of an earlier month that nobody owes anything, so that touches are known here: without one there is no data.
pub async fn touched_before(office: &Office) {
    let earlier = |hours: u32| Instant(TUESDAY.0 - 40 * DAY + hours * HOUR);
    let lead = office.lead("Early", earlier(0)).await;
    office.act(&office.hal, earlier(1), &[lead], call(true)).await.expect("touched");
    office.act(&office.hal, earlier(2), &[lead], judge(Decision::Good, "")).await.expect("judged");
}

async fn sign(office: &Office, number: u32, starts: Day, terms: Terms) {
    let mut tx = office.db.write().await.expect("a write");
    store::insert(&mut tx, &Version { number, starts, terms }, Some(TUESDAY)).await.expect("a version");
    let change = Change {
        at: TUESDAY,
        actor: "Hal".into(),
        kind: ChangeKind::AgreementAgreed,
        entity: Entity::AgreementVersion,
        entity_id: Some(i64::from(number)),
        detail: json!({}),
    };
    tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
    doubles::queue::count::refresh(&office.db).await.expect("counted");
}

/// Four leads of Tuesday 09:00: touched within the hour, touched late, never touched, and one of the next day.
async fn week(office: &Office) -> [LeadId; 4] {
    let mut leads = [LeadId(0); 4];
    for (lead, name) in leads.iter_mut().zip(["Hanna", "Tom", "Ida"]) {
        *lead = office.lead(name, TUESDAY).await;
    }
    office.act(&office.ben, after(HOUR), &leads[..1], call(true)).await.expect("on time");
    office.act(&office.ben, after(30 * HOUR), &leads[1..2], call(true)).await.expect("late");
    leads[3] = office.lead("Max", after(39 * HOUR)).await;
    leads
}

#[tokio::test]
async fn the_standing_counts_what_the_kpis_count_and_what_is_broken_is_what_the_queue_calls_overdue() {
    on_each_engine(async |db| {
        let office = office(db).await;
        agree(&office, |_| ()).await;
        let [_, _, ida, _] = week(&office).await;
        let now = after(40 * HOUR);
        let month = month_at(&office, now).await;
        let touch = month.first_touch;
        assert_eq!((touch.kept, touch.broken, touch.open, touch.excused), (1, 2, 1, 0), "on {}", name(db));
        let core = month.board.answer.current.follow_up;
        assert_eq!((touch.kept, touch.decided()), (core.on_time_rate().part, core.on_time_rate().whole));
        assert_eq!(month.decide.decided(), month.board.answer.current.answers.rate().whole);
        assert_eq!(month.verdict.judge(month.days).state, State::NoData, "no window has ended: no share at all");
        let volume = month.volume.expect("a number is promised");
        assert_eq!((volume.done, volume.promised), (4, 30));
        // Monday to Wednesday have passed; March 2026 has 22 working days.
        assert_eq!((month.days.passed, month.days.remaining), (3, 19));
        let broken = breaches_at(&office, &office.ben.visitor, now).await;
        let of: Vec<_> = broken.all.iter().map(|breach| (breach.team, breach.promise.as_str(), breach.lead)).collect();
        assert_eq!(of, [(Team::Sales, "First touch", ida)]);
        assert_eq!(broken.all[0].name, "Ida");
        let viewer = Visitor::Provider;
        assert_eq!(breaches_at(&office, &viewer, now).await.all[0].name, format!("Lead {ida}"), "no name for others");
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_came_from_another_owner_after_it_was_due_and_one_whose_owner_had_left_are_taken_out_and_shown() {
    on_each_engine(async |db| {
        let office = office(db).await;
        agree(&office, |_| ()).await;
        let [_, _, ida, _] = week(&office).await;
        let id = |caller: &Caller| caller.visitor.account().expect("an account").id;
        let now = after(60 * HOUR);
        office.act(&office.hal, after(48 * HOUR), &[ida], Act::Assign(Some(id(&office.ben)))).await.expect("given");
        let month = month_at(&office, after(49 * HOUR)).await;
        assert_eq!((month.first_touch.broken, month.first_touch.excused), (2, 0), "it was nobody's until it was late");
        office.act(&office.hal, after(50 * HOUR), &[ida], Act::Assign(Some(id(&office.ann)))).await.expect("given");
        let month = month_at(&office, after(75 * HOUR)).await;
        assert_eq!(month.first_touch.excused, 0, "Ann had 24 hours, and they are over");
        let month = month_at(&office, now).await;
        assert_eq!((month.first_touch.broken, month.first_touch.excused), (1, 1), "Ida came to Ann too late");
        let broken = breaches_at(&office, &office.ben.visitor, now).await;
        assert!(broken.all.iter().all(|breach| breach.lead != ida), "what was taken out is no breach");
        assert_eq!(month.taken_out()[1].0, Team::Sales);
        assert!(month.taken_out()[1].1 >= 1);
        // The KPIs count them all the same.
        assert_eq!(month.board.answer.current.follow_up.on_time_rate().whole, 3);
        // Rosa is given to Ben in time, who leaves before she is due.
        let rosa = office.lead("Rosa", after(HOUR)).await;
        office.act(&office.hal, after(2 * HOUR), &[rosa], Act::Assign(Some(id(&office.ben)))).await.expect("given");
        office.state.people.set_disabled(&Caller::command_line(), id(&office.ben), true).await.expect("disabled");
        let month = month_at(&office, now).await;
        assert!(month.first_touch.excused >= 2, "{:?}", month.first_touch);
        assert_eq!(month.first_touch.broken + month.first_touch.excused, 3, "Tom, Ida and Rosa");
    })
    .await;
}

#[tokio::test]
async fn unreachable_is_held_against_the_attempts_that_were_agreed() {
    on_each_engine(async |db| {
        let office = office(db).await;
        agree(&office, |terms| terms.sales.attempts = 2).await;
        let [_, _, ida, _] = week(&office).await;
        for hour in [26, 27] {
            office.act(&office.ben, after(hour * HOUR), &[ida], call(false)).await.expect("tried");
        }
        office
            .act(&office.ben, after(31 * HOUR), &[ida], judge(Decision::Recycle, "unreachable"))
            .await
            .expect("judged");
        let month = month_at(&office, after(40 * HOUR)).await;
        assert_eq!((month.attempts.kept, month.attempts.broken), (1, 0));
        assert_eq!(month.reply.open, 1, "marketing may still answer in time");
        let late = month_at(&office, after(9 * DAY)).await;
        assert_eq!((late.reply.kept, late.reply.broken, late.reply.open), (0, 1, 0));
        let broken = breaches_at(&office, &office.mia.visitor, after(9 * DAY)).await;
        assert_eq!(broken.of(Team::Marketing).count, 1);
        assert!(broken.all.iter().any(|breach| breach.promise == "Reply to feedback" && breach.lead == ida));
    })
    .await;
}

#[tokio::test]
async fn attempts_are_those_before_the_verdict_whatever_happens_after_it() {
    on_each_engine(async |db| {
        let office = office(db).await;
        agree(&office, |terms| terms.sales.attempts = 2).await;
        let [_, _, ida, _] = week(&office).await;
        for hour in [41, 42] {
            office.act(&office.ben, after(hour * HOUR), &[ida], call(false)).await.expect("tried");
        }
        let unreachable = judge(Decision::Recycle, "unreachable");
        office.act(&office.ben, after(43 * HOUR), &[ida], unreachable).await.expect("judged");
        office.act(&office.mia, after(44 * HOUR), &[ida], Act::HandOver).await.expect("once more");
        let month = month_at(&office, after(45 * HOUR)).await;
        assert_eq!((month.attempts.kept, month.attempts.broken), (1, 0), "it came back, and was tried twice before");
        let tried =
            office.load(ida).await.events.iter().rfind(|event| event.kind == EventKind::Touch).map(|event| event.n);
        let mistaken =
            Act::Void { history: None, event: tried.expect("a touch"), reason: "Another lead was called".into() };
        office.act(&office.ben, after(46 * HOUR), &[ida], mistaken).await.expect("voided");
        for hour in [47, 48] {
            office.act(&office.ben, after(hour * HOUR), &[ida], call(false)).await.expect("tried");
        }
        let month = month_at(&office, after(49 * HOUR)).await;
        assert_eq!((month.attempts.kept, month.attempts.broken), (0, 1), "touches after the verdict do not mend it");
    })
    .await;
}

#[tokio::test]
async fn a_late_lead_that_is_excused_and_below_the_criteria_is_taken_out_once() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let webinar = Rule { field: Field::Channel, test: Test::Contains(vec!["webinar".into()]) };
        agree(&office, |terms| {
            terms.criteria = vec![Criterion { key: "channel".into(), any: vec![webinar] }];
            terms.consequences.below_criteria_frees_sales = true;
        })
        .await;
        touched_before(&office).await;
        let mut fair = Vec::new();
        for name in ["Rosa", "Otto", "Hans"] {
            fair.push(office.lead(name, TUESDAY).await);
        }
        for name in ["Ida", "Tom"] {
            office.lead(name, TUESDAY).await;
        }
        let ben = office.ben.visitor.account().expect("an account").id;
        office.act(&office.hal, after(HOUR), &fair, Act::Assign(Some(ben))).await.expect("given");
        let now = after(40 * HOUR);
        let touch = month_at(&office, now).await.first_touch;
        assert_eq!((touch.broken, touch.excused, touch.freed), (2, 0, 3));
        office.state.people.set_disabled(&Caller::command_line(), ben, true).await.expect("disabled");
        let touch = month_at(&office, now).await.first_touch;
        assert_eq!((touch.broken, touch.excused, touch.freed), (2, 3, 0), "on {}", name(db));
        let broken = breaches_at(&office, &office.hal.visitor, now).await;
        assert_eq!(
            (broken.of(Team::Sales).count, broken.of(Team::Marketing).count),
            (2, 3),
            "the list says what the standing says"
        );
    })
    .await;
}

#[tokio::test]
async fn each_lead_is_held_against_the_share_and_the_clause_of_the_version_of_its_handover() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let given = Rule::parse("size", "given", "").expect("a rule");
        agree(&office, |terms| terms.criteria = vec![Criterion { key: "size".into(), any: vec![given] }]).await;
        let mut terms = month_terms(&office).await;
        terms.sales.first_touch_share_bp = Some(7_000);
        terms.consequences.below_criteria_frees_sales = true;
        terms.consequences.late_touch_frees_marketing = true;
        sign(&office, 3, Day((TUESDAY.0 / DAY) as i32 + 1), terms).await;
        touched_before(&office).await;
        office.lead("Ida", TUESDAY).await;
        office.lead("Tom", after(HOUR)).await;
        office.lead("Max", after(24 * HOUR)).await;
        let month = month_at(&office, after(60 * HOUR)).await;
        let touch = month.first_touch;
        assert_eq!((touch.broken, touch.freed), (2, 1), "the clause frees from the day on which it is in force");
        assert_eq!(touch.promised_bp, Some(8_333), "two leads at 90 %, one at 70 %");
        assert_eq!((month.qualified.broken, month.qualified.freed), (2, 1), "on {}", name(db));
    })
    .await;
}

#[tokio::test]
async fn the_standing_is_kept_until_anything_changes_that_it_is_made_of_or_a_minute_passes() {
    on_each_engine(async |db| {
        let office = office(db).await;
        agree(&office, |_| ()).await;
        let [_, _, ida, max] = week(&office).await;
        let now = after(40 * HOUR);
        let first = month_at(&office, now).await;
        assert!(Arc::ptr_eq(&first, &month_at(&office, Instant(now.0 + 59)).await), "nothing changed");
        assert!(!Arc::ptr_eq(&first, &month_at(&office, Instant(now.0 + 60)).await), "a minute later more may be due");

        office.act(&office.ben, now, &[max], call(true)).await.expect("called");
        assert_eq!(month_at(&office, now).await.first_touch.kept, 2, "somebody worked");
        let ben = office.ben.visitor.account().expect("an account").id;
        let rosa = office.lead("Rosa", after(HOUR)).await;
        office.act(&office.hal, after(2 * HOUR), &[rosa], Act::Assign(Some(ben))).await.expect("given");
        assert_eq!(month_at(&office, now).await.first_touch.broken, 3, "a lead came");
        office.state.people.set_disabled(&Caller::command_line(), ben, true).await.expect("disabled");
        let left = month_at(&office, now).await;
        assert!(left.first_touch.excused > 0, "its owner left: {:?}", left.first_touch);
        office.merge(max, ida, now).await;
        assert_eq!(month_at(&office, now).await.board.answer.current.context.handed_over, 4, "two are one");
        let mut terms = month_terms(&office).await;
        terms.sales.first_touch_share_bp = Some(5_000);
        sign(&office, 3, Day((TUESDAY.0 / DAY) as i32 - 1), terms).await;
        assert_eq!(month_at(&office, now).await.first_touch.promised_bp, Some(5_000), "on {}", name(db));
    })
    .await;
}

#[tokio::test]
async fn an_untouched_lead_whose_verdict_is_overdue_breaks_two_promises_and_what_excuses_one_does_not_hide_the_other() {
    on_each_engine(async |db| {
        let office = office(db).await;
        agree(&office, |_| ()).await;
        touched_before(&office).await;
        let rosa = office.lead("Rosa", TUESDAY).await;
        let account = |caller: &Caller| Act::Assign(Some(caller.visitor.account().expect("an account").id));
        let of = async |now: Instant| -> Vec<String> {
            let found = breaches_at(&office, &office.hal.visitor, now).await;
            found.all.into_iter().filter(|breach| breach.lead == rosa).map(|breach| breach.promise).collect()
        };
        // Ben has it at once; Ann gets it too late for the touch, and in time for the verdict.
        office.act(&office.hal, after(HOUR), &[rosa], account(&office.ben)).await.expect("given");
        office.act(&office.hal, after(7 * DAY), &[rosa], account(&office.ann)).await.expect("given");
        assert_eq!(of(after(7 * DAY + 23 * HOUR)).await, ["Verdict"], "on {}", name(db));
        assert_eq!(of(after(9 * DAY)).await, ["Verdict", "First touch"], "Ann had 24 hours, and they are over");
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_out_stays_out_when_the_month_turns() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let webinar = Rule { field: Field::Channel, test: Test::Contains(vec!["webinar".into()]) };
        agree(&office, |terms| {
            terms.criteria = vec![Criterion { key: "channel".into(), any: vec![webinar] }];
            terms.consequences.below_criteria_frees_sales = true;
        })
        .await;
        touched_before(&office).await;
        // Rosa's owner leaves, Otto is below the criteria (the fair), Ida is nobody's fault but sales'.
        let late = after(27 * DAY);
        let [rosa, otto, ida] =
            [office.lead("Rosie", late).await, office.lead("Otto", late).await, office.lead("Ida", late).await];
        let ben = office.ben.visitor.account().expect("an account").id;
        office.act(&office.hal, after(27 * DAY + HOUR), &[rosa], Act::Assign(Some(ben))).await.expect("given");
        office.state.people.set_disabled(&Caller::command_line(), ben, true).await.expect("disabled");
        let touches = async |now: Instant| -> (Vec<LeadId>, u32) {
            let found = breaches_at(&office, &office.hal.visitor, now).await;
            let count = found.of(Team::Sales).count;
            (
                found.all.iter().filter(|breach| breach.promise == "First touch").map(|breach| breach.lead).collect(),
                count,
            )
        };
        // Tuesday 31 March, and Wednesday 1 April.
        let (march, april) = (after(28 * DAY + HOUR), after(29 * DAY + HOUR));
        assert_eq!(touches(march).await, (vec![ida], 1), "on {}", name(db));
        assert_ne!(month_at(&office, march).await.period(), month_at(&office, april).await.period());
        assert_eq!(touches(april).await, (vec![ida], 1), "{rosa} and {otto} do not come back");
    })
    .await;
}

/// The texts of a table.
fn cells(html: &str) -> Vec<String> {
    let texts =
        html.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, text)| text.trim().replace('\u{a0}', " "));
    texts.filter(|text| !text.is_empty()).collect()
}

#[tokio::test]
async fn the_charts_of_the_month_say_what_the_rows_say_also_when_the_version_changes_in_it() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let given = Rule::parse("size", "given", "").expect("a rule");
        agree(&office, |terms| {
            terms.marketing.leads_per_month = None;
            terms.criteria = vec![Criterion { key: "size".into(), any: vec![given] }];
        })
        .await;
        let mut terms = month_terms(&office).await;
        terms.marketing.leads_per_month = Some(62);
        terms.sales.first_touch_share_bp = Some(7_000);
        terms.consequences.below_criteria_frees_sales = true;
        sign(&office, 3, Day((TUESDAY.0 / DAY) as i32 + 1), terms).await;
        let ida = office.lead("Ida", TUESDAY).await;
        office.act(&office.ben, after(HOUR), &[ida], call(true)).await.expect("on time");
        office.lead("Max", after(24 * HOUR)).await;
        let now = after(60 * HOUR);
        let month = month_at(&office, now).await;
        let volume = month.volume.expect("a number is promised");
        assert_eq!((volume.done, month.first_touch.freed), (1, 1));
        let shown = answer::agreement(&office.at(now), &office.mia, None).await.expect("a page");
        let (_, charts) = shown.runs.expect("there are charts");
        let [volume, touch] = charts.as_slice() else { panic!("two charts") };
        // Two leads a day are promised from 4 March on; on 5 March four, of which one came under that promise.
        let figures = cells(&volume.figures);
        assert_eq!(figures[figures.len() - 2..], ["1", "4"], "{figures:?} on {}", name(db));
        assert_eq!(figures[figures.len() - 7], "Promised", "before 4 March nothing was: {figures:?}");
        assert!(!volume.measure.contains("even pace"), "{}", volume.measure);
        let figures = cells(&touch.figures);
        assert_eq!(figures[figures.len() - 2..], ["100 %", "80 %"], "{figures:?}");
    })
    .await;
}

async fn month_terms(office: &Office) -> Terms {
    let mut tx = office.db.read().await.expect("a read");
    store::versions(&mut tx).await.expect("a read").pop().expect("a version").terms
}

#[tokio::test]
async fn figures_of_the_agreement_open_the_leads_of_their_own_days() {
    on_each_engine(async |db| {
        let office = office(db).await;
        agree(&office, |terms| {
            let rule = Rule { field: Field::Size, test: Test::AtLeast(1) };
            terms.criteria = vec![Criterion { key: "size".into(), any: vec![rule] }];
        })
        .await;
        week(&office).await;
        let shown = answer::agreement(&office.at(after(40 * HOUR)), &office.mia, None).await.expect("a page");
        let [marketing, sales] = &shown.halves;
        let criteria = "/definitions/criteria?from=2026-03-01&to=2026-04-01";
        assert!(marketing.rows.iter().any(|row| row.href.ends_with(criteria)), "on {}", name(db));
        let touch = sales.rows.iter().find(|row| row.text.starts_with("First touch")).expect("it is promised");
        let (words, href) = touch.more.clone().expect("one is untouched");
        assert_eq!(words, "1\u{a0}lead past due and untouched");
        assert!(touch.href.contains("touched_late") && href.contains("overdue_open"), "{} {href}", touch.href);
        let clause = format!("{:?}", shown.consequences);
        assert!(clause.contains("/definitions/criteria/leads?from=2026-03-01&to=2026-03-06"), "{clause}");
    })
    .await;
}

#[tokio::test]
async fn the_consequence_clause_changes_the_standing_of_promises_and_never_a_kpi() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let criteria =
            || vec![Criterion { key: "size".into(), any: vec![Rule::parse("size", "given", "").expect("a rule")] }];
        agree(&office, |terms| terms.criteria = criteria()).await;
        week(&office).await;
        let now = after(40 * HOUR);
        let plain = month_at(&office, now).await;
        assert_eq!((plain.first_touch.broken, plain.first_touch.freed), (2, 0));
        assert_eq!(
            (plain.qualified.kept, plain.qualified.broken),
            (0, 4),
            "nobody knows how large their companies are"
        );
        let kpis = plain.board.answer.clone();
        let mut terms = plain.terms.clone();
        terms.consequences.late_touch_frees_marketing = true;
        terms.consequences.below_criteria_frees_sales = true;
        sign(&office, 3, Day((TUESDAY.0 / DAY) as i32 - 2), terms).await;
        let with = month_at(&office, now).await;
        assert_eq!(with.board.answer, kpis, "K1 to K4 are as they were, on {}", name(db));
        assert_eq!((with.first_touch.broken, with.first_touch.freed), (0, 2), "sales was freed of both");
        assert_eq!(with.first_touch_plain.broken, 2, "the plain number stands beside it");
        assert_eq!((with.qualified.broken, with.qualified.freed), (2, 2), "marketing does not answer for those two");
        assert_eq!(with.qualified_plain.broken, 4);
        assert_eq!((with.effect.touched_late, with.effect.untouched, with.effect.below), (1, 1, 4));
    })
    .await;
}
