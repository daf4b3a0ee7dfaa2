//! The loop: answers, disputes, rulings, and leads that come back, on both engines.

use crate::databases::{name, on_each_engine, table};
use crate::loop_office::*;
use doubles::error::AppError;
use doubles::feedback::answers::{Answer, ReasonEdit, Ruled, Ruling, Sought, answer, edit_reason, list, rule};
use doubles::feedback::model::WordKind;
use doubles::feedback::reasons::ReasonText;
use doubles::feedback::store::{Place, Which, disputes, reasons};
use doubles::feedback::{returns, store};
use doubles::kpis::compute::compute;
use doubles::kpis::model::{Comparison, Coverage, Figures, Filter, Question};
use doubles::kpis::store::load;
use doubles::leads::model::{Decision, LeadId};
use doubles::people::model::Team;
use doubles::people::service::Caller;
use doubles::period::{Instant, Period};
use doubles::server::db::Db;
use doubles::work::model::Act;
use doubles::work::undo;

async fn figures(db: &Db, now: Instant) -> Figures {
    let snapshot = load(db).await.expect("a read").expect("a workspace");
    let today = snapshot.facts.zone().day_of(now);
    let question = Question {
        period: Period::new(today.plus(-30), today.plus(1)).expect("a period"),
        now,
        horizon: None,
        filter: Filter::default(),
        by: Vec::new(),
        compare: Comparison::None,
    };
    compute(&snapshot.facts, &question).current
}

async fn says(
    office: &Office,
    who: &Caller,
    at: Instant,
    lead: LeadId,
    verdict: i64,
    kind: WordKind,
) -> Result<(), AppError> {
    let said = Answer { lead, verdict, kind, text: "We changed the form.".into() };
    answer(&office.at(at), who, "", &said, String::new).await.map(drop)
}

async fn rules(office: &Office, who: &Caller, at: Instant, lead: LeadId, for_team: Team) -> Result<Ruled, AppError> {
    let ruling = Ruling { lead, verdict: 2, in_favour: for_team, text: "The form asked for it.".into() };
    let mut came = None;
    rule(&office.at(at), who, "", &ruling, |ruled| {
        came = Some(ruled);
        String::new()
    })
    .await?;
    Ok(came.expect("it was told"))
}

#[tokio::test]
async fn marketing_answers_and_k4_shows_the_reply_rate() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let mut ids = Vec::new();
        for name in ["Hanna", "Tom", "Yusuf"] {
            let lead = office.lead(name, TUESDAY).await;
            office
                .act(&office.ben, after(HOUR), &[lead], judge(Decision::Reject, "below_criteria"))
                .await
                .expect("judged");
            ids.push(lead);
        }
        says(&office, &office.mia, after(DAY), ids[0], 2, WordKind::Reply).await.expect("an answer");
        says(&office, &office.mia, after(9 * DAY), ids[1], 2, WordKind::TookOver).await.expect("an answer, late");
        let refused = says(&office, &office.ben, after(DAY), ids[0], 2, WordKind::Reply).await;
        assert!(matches!(refused, Err(AppError::Forbidden(_))), "{refused:?}");
        let gone = says(&office, &office.mia, after(DAY), ids[0], 1, WordKind::Reply).await;
        assert!(matches!(gone, Err(AppError::NotFound(_))), "a handover is no verdict: {gone:?}");

        let Coverage { due, with_verdict, turned_down, replied, reply_due, replied_on_time, .. } =
            figures(db, after(10 * DAY)).await.coverage;
        assert_eq!((due, with_verdict, turned_down, replied), (3, 3, 3, 2), "{}", name(db));
        assert_eq!((reply_due, replied_on_time), (3, 1));
        let told: Vec<_> = office.notices().await.into_iter().filter(|told| told[0] == "Ben").collect();
        assert_eq!(told, [["Ben", "verdict_answered", "Mia"]; 2]);

        let mut tx = db.read().await.expect("a read");
        let rules = doubles::work::run::agreed(&mut tx).await.expect("the agreement");
        let (open, _) =
            list(&mut tx, &rules, Which::ToAnswer, &Sought::default(), Place::NEWEST, 50).await.expect("a list");
        assert_eq!(open.iter().map(|entry| entry.lead.id).collect::<Vec<_>>(), ids[2..]);
        let (page, next) =
            list(&mut tx, &rules, Which::All, &Sought::default(), Place::NEWEST, 2).await.expect("a list");
        assert_eq!(page.iter().map(|entry| entry.lead.id).collect::<Vec<_>>(), [ids[2], ids[1]], "the newest first");
        assert_eq!(page[1].words.iter().map(|word| word.kind).collect::<Vec<_>>(), [WordKind::TookOver]);
        assert!(page[0].reply.is_some());
        let (rest, end) =
            list(&mut tx, &rules, Which::All, &Sought::default(), next.expect("more"), 2).await.expect("a list");
        assert_eq!((rest.len(), end), (1, None));
        let counted = store::Counted { count: 1, more: false };
        assert_eq!(store::count(&mut tx, Which::ToAnswer, 100).await, Ok(counted));
    })
    .await;
}

#[tokio::test]
async fn a_read_of_the_loop_looks_at_so_many_verdicts_and_no_more_though_none_of_them_is_sought() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let mut ids = Vec::new();
        for n in 0..12 {
            let lead = office.lead(&format!("Lead{n:02}"), TUESDAY).await;
            let reason = if n == 0 { "no_authority" } else { "below_criteria" };
            office.act(&office.ben, after(HOUR + n), &[lead], judge(Decision::Reject, reason)).await.expect("judged");
            ids.push(lead);
        }
        // The newest two are merged into the next one, and the one before it is answered.
        for merged in [ids[11], ids[10]] {
            office.merge(ids[9], merged, after(DAY)).await;
        }
        says(&office, &office.mia, after(DAY), ids[8], 2, WordKind::Reply).await.expect("an answer");
        let mut tx = db.read().await.expect("a read");
        // What was merged is looked at, told to be out of the list, and the next read goes on there.
        let seen = store::look(&mut tx, Which::ToAnswer, Place::NEWEST, 3).await.expect("a look");
        let told = |seen: &[store::Seen]| seen.iter().map(|seen| (seen.place.lead, seen.belongs)).collect::<Vec<_>>();
        assert_eq!(told(&seen), [(ids[11], false), (ids[10], false), (ids[9], true)], "{}", name(db));
        let seen = store::look(&mut tx, Which::ToAnswer, seen[2].place, 2).await.expect("a look");
        assert_eq!(told(&seen), [(ids[7], true), (ids[6], true)], "what is answered is not even looked at");
        let rules = doubles::work::run::agreed(&mut tx).await.expect("the agreement");
        let rare = Sought { reason: Some("no_authority".into()), ..Sought::default() };
        for which in [Which::All, Which::TurnedDown, Which::ToAnswer] {
            let (found, next) = list(&mut tx, &rules, which, &rare, Place::NEWEST, 1).await.expect("a list");
            assert_eq!(found.iter().map(|entry| entry.lead.id).collect::<Vec<_>>(), ids[..1], "{which}");
            assert_eq!(next, None, "{which}");
        }
        let counted = store::count(&mut tx, Which::ToAnswer, 4).await.expect("a count");
        assert_eq!(counted, store::Counted { count: 4, more: true });
    })
    .await;
}

#[tokio::test]
async fn a_spam_verdict_takes_a_lead_out_while_nobody_disputes_it_and_both_heads_decide() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let lead = office.lead("Hanna", TUESDAY).await;
        let other = office.lead("Tom", TUESDAY).await;
        for lead in [lead, other] {
            office
                .act(&office.ben, after(HOUR), &[lead], judge(Decision::Reject, "spam_or_test"))
                .await
                .expect("judged");
        }
        assert_eq!(figures(db, after(10 * DAY)).await.context.excluded, 2);
        says(&office, &office.mia, after(DAY), lead, 2, WordKind::Dispute).await.expect("it is disputed");
        let twice = says(&office, &office.mia, after(DAY), lead, 2, WordKind::Dispute).await;
        assert!(matches!(twice, Err(AppError::Conflict(_))), "{twice:?}");
        let open = figures(db, after(10 * DAY)).await;
        assert_eq!((open.context.excluded, open.coverage.disputed, open.coverage.ruled), (1, 1, 0), "{}", name(db));
        let before = figures(db, Instant(after(DAY).0 - 1)).await;
        assert_eq!(before.context.excluded, 2, "later things have not happened");

        let no_head = rules(&office, &office.mia, after(2 * DAY), lead, Team::Marketing).await;
        assert!(matches!(no_head, Err(AppError::Forbidden(_))), "{no_head:?}");
        assert_eq!(rules(&office, &office.hedy, after(2 * DAY), lead, Team::Marketing).await, Ok(Ruled::Waits));
        assert_eq!(rules(&office, &office.hal, after(2 * DAY), lead, Team::Sales).await, Ok(Ruled::Differ));
        assert_eq!(figures(db, after(10 * DAY)).await.coverage.ruled, 0, "it stays open");
        assert_eq!(
            rules(&office, &office.hal, after(3 * DAY), lead, Team::Marketing).await,
            Ok(Ruled::Over(Team::Marketing))
        );
        let over = rules(&office, &office.hal, after(3 * DAY), lead, Team::Sales).await;
        assert!(matches!(over, Err(AppError::Conflict(_))), "{over:?}");
        let ruled = figures(db, after(10 * DAY)).await;
        assert_eq!((ruled.context.excluded, ruled.coverage.ruled, ruled.coverage.upheld), (1, 1, 1));

        says(&office, &office.mia, after(3 * DAY), other, 2, WordKind::Dispute).await.expect("it is disputed");
        for head in [&office.hal, &office.hedy] {
            rules(&office, head, after(4 * DAY), other, Team::Sales).await.expect("a ruling");
        }
        let ruled = figures(db, after(10 * DAY)).await;
        assert_eq!((ruled.context.excluded, ruled.coverage.disputed), (1, 1), "ruled for sales, it is out again");
        let mut tx = db.read().await.expect("a read");
        let found = disputes(&mut tx).await.expect("a read");
        assert_eq!((found.all, found.ruled, found.upheld, found.both, found.agreed), (2, 2, 1, 2, 1));
        let told = office.notices().await;
        let of =
            |kind: &str| told.iter().filter(|line| line[1] == kind).map(|line| line[0].as_str()).collect::<Vec<_>>();
        assert_eq!(of("dispute_opened"), ["Hal", "Hedy", "Hal", "Hedy"]);
        assert_eq!(of("dispute_ruled"), ["Ben", "Mia", "Ben", "Mia"]);
    })
    .await;
}

#[tokio::test]
async fn a_recycled_lead_comes_back_on_its_day_once_dated_that_day() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let lead = office.lead("Hanna", TUESDAY).await;
        let once_more = office.lead("Tom", TUESDAY).await;
        for lead in [lead, once_more] {
            for day in 0..5 {
                office.act(&office.ben, after(HOUR + day * DAY), &[lead], call(false)).await.expect("a touch");
            }
            let judged = judge(Decision::Recycle, "unreachable");
            office.act(&office.ben, after(5 * DAY), &[lead], judged).await.expect("five attempts do");
        }
        assert_eq!(returns::open_due(db, after(34 * DAY)).await, Ok(0), "not yet");
        // By hand before its day: then there is nothing to come back.
        office.act(&office.mia, after(20 * DAY), &[once_more], Act::HandOver).await.expect("it is handed over");
        assert_eq!(returns::open_due(db, after(40 * DAY)).await, Ok(1), "{}", name(db));
        assert_eq!(returns::open_due(db, after(40 * DAY)).await, Ok(0), "once");
        let derived = office.load(lead).await.row.derived;
        assert_eq!(derived.handovers(), 2);
        let day = Instant((TUESDAY.0 + 35 * DAY) / DAY * DAY);
        assert_eq!(
            derived.current().handed_over_at.map(|moment| moment.at),
            Some(day),
            "its day, though it was missed"
        );
        assert_eq!((derived.attempts, derived.returns_at), (0, None));
        assert_eq!(office.load(once_more).await.row.derived.handovers(), 2);
        let told: Vec<_> = office.notices().await.into_iter().filter(|told| told[0] == "Ben").collect();
        assert_eq!(told, [["Ben", "handed_over", "Mia"], ["Ben", "lead_returned", "Doubles"]]);
        let log = table(db, "select actor, kind from change where kind = 'lead_returned'").await;
        assert_eq!(log, [["Doubles", "lead_returned"]]);
    })
    .await;
}

#[tokio::test]
async fn heads_edit_the_list_of_reasons_and_what_is_retired_is_not_given_any_more() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let lead = office.lead("Hanna", TUESDAY).await;
        let edit = async |who: &Caller, edit: ReasonEdit| edit_reason(&office.state, who, "", &edit, String::new).await;
        let text = |name: &str| {
            ReasonText::parse([("name", name), ("problem", "product"), ("route", "nurture"), ("proof", "feature")])
                .expect("a text")
        };
        let mut tx = db.read().await.expect("a read");
        assert_eq!(reasons(&mut tx).await.expect("a list").len(), 17);
        drop(tx);
        let refused = edit(&office.ben, ReasonEdit::Add(text("No crane"))).await;
        assert!(matches!(refused, Err(AppError::Forbidden(_))), "{refused:?}");
        edit(&office.hal, ReasonEdit::Add(text("No crane"))).await.expect("it is added");
        let twice = edit(&office.hedy, ReasonEdit::Add(text("no crane"))).await;
        assert!(matches!(twice, Err(AppError::Conflict(_))), "{twice:?}");
        edit(&office.hedy, ReasonEdit::Change("no_need".into(), text("No need yet"))).await.expect("it is renamed");
        edit(&office.hedy, ReasonEdit::Retire("no_budget".into())).await.expect("it is retired");
        let mut tx = db.read().await.expect("a read");
        let list = reasons(&mut tx).await.expect("a list");
        drop(tx);
        assert_eq!(list.last().map(|reason| (reason.key.as_str(), reason.place)), Some(("no_crane", 18)));
        assert!(list.iter().any(|reason| reason.key == "no_need" && reason.name == "No need yet"), "the key stays");
        let sentence = office.refused(&office.ben, after(HOUR), lead, judge(Decision::Reject, "no_budget")).await;
        assert!(sentence.contains("“No budget” was retired"), "{sentence}");
        edit(&office.hal, ReasonEdit::BringBack("no_budget".into())).await.expect("it is back");
        office.act(&office.ben, after(HOUR), &[lead], judge(Decision::Reject, "no_budget")).await.expect("it is given");
    })
    .await;
}

async fn waiting(db: &Db, which: Which) -> Vec<(LeadId, usize)> {
    let mut tx = db.read().await.expect("a read");
    let rules = doubles::work::run::agreed(&mut tx).await.expect("the agreement");
    let (entries, _) = list(&mut tx, &rules, which, &Sought::default(), Place::NEWEST, 50).await.expect("a list");
    let is_counted = matches!(which, Which::ToAnswer | Which::Disputed);
    let counted = store::Counted { count: if is_counted { entries.len() as u32 } else { 0 }, more: false };
    assert_eq!(store::count(&mut tx, which, 100).await, Ok(counted));
    entries.into_iter().map(|entry| (entry.lead.id, entry.handover)).collect()
}

#[tokio::test]
async fn a_verdict_that_is_voided_takes_its_dispute_along_and_the_next_one_can_be_disputed() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let lead = office.lead("Hanna", TUESDAY).await;
        let reject = judge(Decision::Reject, "spam_or_test");
        office.act(&office.ben, after(HOUR), &[lead], reject.clone()).await.expect("judged");
        says(&office, &office.mia, after(DAY), lead, 2, WordKind::Dispute).await.expect("it is disputed");
        rules(&office, &office.hedy, after(DAY), lead, Team::Marketing).await.expect("a ruling");
        let void = Act::Void { history: None, event: 2, reason: "another Hanna".into() };
        office.act(&office.ben, after(2 * DAY), &[lead], void).await.expect("it is voided");
        assert_eq!(waiting(db, Which::Disputed).await, [], "{}", name(db));
        let mut tx = db.read().await.expect("a read");
        assert_eq!(disputes(&mut tx).await.expect("a read").all, 0);
        drop(tx);
        assert_eq!(figures(db, after(10 * DAY)).await.coverage.disputed, 0);

        office.act(&office.ben, after(3 * DAY), &[lead], reject).await.expect("judged once more");
        assert_eq!(figures(db, after(10 * DAY)).await.context.excluded, 1, "nobody contests this one");
        says(&office, &office.mia, after(4 * DAY), lead, 3, WordKind::Dispute).await.expect("the next is disputed");
        assert_eq!(waiting(db, Which::Disputed).await, [(lead, 1)]);
        let figures = figures(db, after(10 * DAY)).await;
        assert_eq!((figures.context.excluded, figures.coverage.disputed), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn a_second_verdict_on_a_handover_is_disputed_and_ruled_on_anew() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let lead = office.lead("Hanna", TUESDAY).await;
        let spam = judge(Decision::Reject, "spam_or_test");
        office.act(&office.ben, after(HOUR), &[lead], spam.clone()).await.expect("judged");
        says(&office, &office.mia, after(DAY), lead, 2, WordKind::Dispute).await.expect("it is disputed");
        for head in [&office.hal, &office.hedy] {
            rules(&office, head, after(DAY), lead, Team::Marketing).await.expect("a ruling");
        }
        assert_eq!(figures(db, after(10 * DAY)).await.context.excluded, 0, "{}", name(db));

        office.act(&office.ben, after(2 * DAY), &[lead], spam).await.expect("judged once more, nothing is voided");
        assert_eq!(figures(db, after(10 * DAY)).await.context.excluded, 1, "the old ruling was about another verdict");
        let stand = office.load(lead).await.row.derived.first.answer;
        assert_eq!((stand.replied_at, stand.disputed_at), (Some(after(DAY)), None), "marketing did answer");
        let old = says(&office, &office.mia, after(3 * DAY), lead, 2, WordKind::Dispute).await;
        let sentence = old.expect_err("it counts no more").to_string();
        assert!(sentence.starts_with("Sales has judged this handover once more since"), "{sentence}");
        says(&office, &office.mia, after(3 * DAY), lead, 3, WordKind::Dispute).await.expect("the new one is disputed");
        assert_eq!(waiting(db, Which::Disputed).await, [(lead, 1)], "its ruling is open, {}", name(db));
        let figures = figures(db, after(10 * DAY)).await;
        assert_eq!((figures.context.excluded, figures.coverage.disputed, figures.coverage.upheld), (0, 1, 0));
        assert!(rules(&office, &office.hal, after(4 * DAY), lead, Team::Sales).await.is_err(), "not on the old one");
    })
    .await;
}

#[tokio::test]
async fn a_verdict_that_marketing_has_answered_is_not_taken_back_at_once() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let lead = office.lead("Hanna", TUESDAY).await;
        let reject = judge(Decision::Reject, "below_criteria");
        let done = office.act(&office.ben, after(HOUR), &[lead], reject).await.expect("judged");
        says(&office, &office.mia, after(2 * HOUR), lead, 2, WordKind::Dispute).await.expect("it is disputed");
        let state = office.at(after(3 * HOUR));
        let late = undo::undo(&state, &office.ben, "", done.undo, |_| String::new()).await;
        let sentence = late.expect_err("it was answered").to_string();
        assert!(sentence.starts_with("Mia worked on lead 1 since"), "{sentence} {}", name(db));
        for head in [&office.hal, &office.hedy] {
            rules(&office, head, after(DAY), lead, Team::Sales).await.expect("a ruling");
        }
        let again = says(&office, &office.mia, after(2 * DAY), lead, 2, WordKind::Dispute).await;
        let sentence = again.expect_err("it is over").to_string();
        assert!(sentence.ends_with("and both heads have ruled for sales."), "{sentence}");
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_an_answer_is_a_handover_that_is_turned_down_and_was_not_answered() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let (lead, other) = (office.lead("Hanna", TUESDAY).await, office.lead("Tom", TUESDAY).await);
        let reject = judge(Decision::Reject, "below_criteria");
        office.act(&office.ben, after(HOUR), &[other], reject.clone()).await.expect("judged");
        assert_eq!(waiting(db, Which::ToAnswer).await, [(other, 1)], "{}", name(db));
        office
            .act(&office.ben, after(2 * HOUR), &[other], judge(Decision::Good, ""))
            .await
            .expect("on second thoughts");
        assert_eq!(waiting(db, Which::ToAnswer).await, [], "a good verdict replaced it");

        let returns_on = Some(doubles::period::Day((TUESDAY.0 / DAY) as i32 + 3));
        let recycle = doubles::feedback::model::Verdict { returns_on, ..verdict(Decision::Recycle, "not_now") };
        office.act(&office.ben, after(HOUR), &[lead], Act::Judge(recycle)).await.expect("it is recycled");
        assert_eq!(returns::open_due(db, after(4 * DAY)).await, Ok(1));
        office.act(&office.ben, after(4 * DAY), &[lead], reject).await.expect("judged");
        assert_eq!(waiting(db, Which::ToAnswer).await, [(lead, 2), (lead, 1)]);
        says(&office, &office.mia, after(5 * DAY), lead, 4, WordKind::Reply).await.expect("an answer to the second");
        assert_eq!(waiting(db, Which::ToAnswer).await, [(lead, 1)], "the first has none yet");
        let coverage = figures(db, after(30 * DAY)).await.coverage;
        assert_eq!((coverage.turned_down, coverage.replied), (2, 1));
    })
    .await;
}

#[tokio::test]
async fn a_merged_lead_brings_its_loop_along_and_takes_it_with_it_again() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let (lead, other) = (office.lead("Hanna", TUESDAY).await, office.lead("Tom", after(HOUR)).await);
        let reject = judge(Decision::Reject, "below_criteria");
        office.act(&office.ben, after(2 * HOUR), &[other], reject).await.expect("judged");
        says(&office, &office.mia, after(DAY), other, 2, WordKind::Reply).await.expect("an answer");
        let before = office.load(other).await.row.derived;
        office.merge(lead, other, after(2 * DAY)).await;
        let survivor = office.load(lead).await.row.derived.first.answer;
        assert_eq!(survivor.replied_at, Some(after(DAY)), "{}", name(db));
        assert_eq!(waiting(db, Which::All).await, [(lead, 1)], "the verdict is the survivor's");
        assert_eq!(figures(db, after(10 * DAY)).await.coverage.replied, 1);
        // What is said to it now goes on where it stands.
        says(&office, &office.mia, after(3 * DAY), other, 2, WordKind::Dispute).await.expect("it is disputed");
        assert_eq!(waiting(db, Which::Disputed).await, [(lead, 1)]);
        assert_eq!(figures(db, after(10 * DAY)).await.coverage.disputed, 1);

        office.unmerge(other, after(4 * DAY)).await;
        assert_eq!(waiting(db, Which::Disputed).await, [(other, 1)]);
        let after_all = office.load(other).await.row.derived;
        assert_eq!(after_all.first.answer.replied_at, before.first.answer.replied_at);
        assert_eq!(office.load(lead).await.row.derived.first.answer, Default::default());
        let mut tx = db.read().await.expect("a read");
        let words = store::words(&mut tx, &[other]).await.expect("a read");
        assert_eq!(words.iter().map(|word| word.kind).collect::<Vec<_>>(), [WordKind::Reply, WordKind::Dispute]);
    })
    .await;
}

#[tokio::test]
async fn the_route_that_heads_give_a_reason_decides_and_not_its_key() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let (lead, other) = (office.lead("Hanna", TUESDAY).await, office.lead("Tom", TUESDAY).await);
        let edit = async |key: &str, name: &str, route: &str| {
            let text = [("name", name), ("problem", "marketing"), ("route", route), ("proof", "none")];
            let edit = ReasonEdit::Change(key.into(), ReasonText::parse(text).expect("a text"));
            edit_reason(&office.state, &office.hal, "", &edit, String::new).await.expect("it is changed");
        };
        edit("competitor", "Competitor", "remove").await;
        edit("invalid_data", "Data that cannot be right", "nurture").await;
        edit("wrong_person", "Wrong person", "fix").await;
        let log = table(db, "select detail from change where kind = 'reason_changed' order by seq limit 1").await;
        for told in ["\"route\":\"remove\"", "\"route_before\":\"hand_on\"", "\"proof\":\"none\""] {
            assert!(log[0][0].contains(told), "{told}: {}", log[0][0]);
        }
        let reject = |reason| judge(Decision::Reject, reason);
        office.act(&office.ben, after(HOUR), &[other], reject("competitor")).await.expect("judged");
        assert_eq!(figures(db, after(10 * DAY)).await.context.excluded, 1, "{}", name(db));
        office.act(&office.ben, after(HOUR), &[lead], reject("invalid_data")).await.expect("judged");
        assert!(office.refused(&office.mia, after(DAY), lead, Act::HandOver).await.contains("Sales has this lead"));
        office.act(&office.ben, after(DAY), &[lead], reject("wrong_person")).await.expect("judged once more");
        office.act(&office.mia, after(2 * DAY), &[lead], Act::HandOver).await.expect("mended, it is handed over");
        assert_eq!(office.load(lead).await.row.derived.handovers(), 2);
        // What was decided before stays so, whatever the list says later.
        edit("competitor", "Competitor", "hand_on").await;
        assert_eq!(figures(db, after(10 * DAY)).await.context.excluded, 1);
    })
    .await;
}
