//! What rings whose bell of the work on leads, on both engines: what others do, and what time alone brings.

use crate::databases::{name, on_each_engine, table};
use crate::loop_office::*;
use doubles::bell::due::ring;
use doubles::bell::model::NoticeKind;
use doubles::bell::store::mute;
use doubles::feedback::answers::{Answer, Ruling, answer, rule};
use doubles::feedback::model::WordKind;
use doubles::leads::model::{Decision, Dimension, LeadId, TouchKind};
use doubles::people::model::{AccountId, Team};
use doubles::people::service::Caller;
use doubles::period::{Day, Instant};
use doubles::server::db::Db;
use doubles::work::model::{Act, NewLead, Plan};
use doubles::work::run;

fn id(caller: &Caller) -> AccountId {
    caller.visitor.account().expect("an account").id
}

async fn choose(db: &Db, who: &Caller, unwanted: &[NoticeKind]) {
    let mut tx = db.keep_house().await.expect("a write");
    mute(&mut tx, id(who), unwanted).await.expect("a choice");
    tx.commit().await.expect("a commit");
}

/// Who was told of a kind, and with which detail, oldest first.
async fn told(db: &Db, kind: NoticeKind) -> Vec<Vec<String>> {
    let statement = "select a.name, n.detail from notice as n join account as a on a.id = n.account_id where n.kind = ";
    table(db, &format!("{statement}'{kind}' order by n.id")).await
}

#[tokio::test]
async fn marketing_hears_of_verdicts_and_an_owner_of_handovers_unless_they_chose_otherwise() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let leads = [office.lead("Hanna", TUESDAY).await, office.lead("Tom", TUESDAY).await];
        office.act(&office.ben, after(HOUR), &leads[..1], call(true)).await.expect("it is his");
        let recycled = judge(Decision::Recycle, "no_budget");
        office.act(&office.ben, after(2 * HOUR), &leads[..1], recycled).await.expect("judged");
        let verdicts = told(db, NoticeKind::VerdictGiven).await;
        let detail = r#"{"count":1,"decision":"recycle","lead":1}"#;
        assert_eq!(verdicts, [["Hedy", detail], ["Mia", detail]], "{}", name(db));

        office.act(&office.mia, after(3 * HOUR), &leads[..1], Act::HandOver).await.expect("once more");
        assert_eq!(told(db, NoticeKind::HandedOver).await, [["Ben", r#"{"count":1,"lead":1}"#]]);
        let mut new = NewLead { name: Some("Giulia".into()), hand_over: true, ..NewLead::default() };
        new.values[Dimension::Owner as usize] = Some("Ben".into());
        run::create(&office.at(TUESDAY), &office.mia, "", &new, |_| String::new()).await.expect("a lead");
        assert_eq!(told(db, NoticeKind::HandedOver).await[1..], [["Ben", r#"{"count":1,"lead":3}"#]]);

        choose(db, &office.mia, &[NoticeKind::VerdictGiven]).await;
        let rejected = judge(Decision::Reject, "below_criteria");
        office.act(&office.ann, after(4 * HOUR), &leads, rejected).await.expect("judged");
        let verdicts = told(db, NoticeKind::VerdictGiven).await;
        assert_eq!(verdicts[2..], [["Hedy", r#"{"count":2,"decision":"reject","lead":1}"#]], "one for both leads");
    })
    .await;
}

#[tokio::test]
async fn a_missed_time_and_a_plan_of_today_are_told_once_whatever_the_clock_does() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let old = office.lead("Hanna", Instant(TUESDAY.0 - 9 * DAY)).await;
        office.act(&office.hal, TUESDAY, &[old], Act::Assign(Some(id(&office.ben)))).await.expect("given");
        assert_eq!(ring(db, TUESDAY).await, Ok(0), "what was late before anybody was to be told");

        let touch = [office.lead("Tom", TUESDAY).await, office.lead("Elif", TUESDAY).await];
        let nobodys = office.lead("Yusuf", TUESDAY).await;
        let spoken = office.lead("Lea", TUESDAY).await;
        office.act(&office.hal, after(60), &touch, Act::Assign(Some(id(&office.ben)))).await.expect("given");
        office.act(&office.ann, after(HOUR), &[spoken], call(true)).await.expect("a call");
        // A touch is promised within 24 hours; its last second is in time.
        assert_eq!(ring(db, after(DAY)).await, Ok(0));
        assert_eq!(ring(db, after(DAY + 1)).await, Ok(1), "one notice for both, none for lead {nobodys}, {}", name(db));
        let missed = r#"{"count":2,"lead":2,"what":"touch"}"#;
        assert_eq!(told(db, NoticeKind::TimeMissed).await, [["Ben", missed]]);
        for now in [after(DAY + 1), after(DAY - HOUR), after(DAY + 2), after(2 * DAY)] {
            assert_eq!(ring(db, now).await, Ok(0), "never twice, also where the clock was set back");
        }

        let friday = Day((TUESDAY.0 / DAY) as i32 + 3);
        let plan = Plan { kind: TouchKind::Call, on: friday, note: "the offer".into() };
        office.act(&office.ann, after(2 * DAY), &[spoken], Act::Plan(Some(plan))).await.expect("planned");
        let midnight = Instant(friday.0 as u32 * DAY);
        assert_eq!(ring(db, Instant(midnight.0 - 1)).await, Ok(0), "its day has not come");
        assert_eq!(ring(db, midnight).await, Ok(1));
        assert_eq!(ring(db, Instant(midnight.0 + 9 * HOUR)).await, Ok(0));
        let planned = r#"{"count":1,"lead":5}"#;
        assert_eq!(told(db, NoticeKind::PlanDue).await, [["Ann", planned]], "no word of the plan stands in it");
        office.act(&office.ann, Instant(midnight.0 + 9 * HOUR), &[spoken], Act::Plan(None)).await.expect("done");

        // A verdict is due after five working days. A server that did not run makes up for what it missed.
        assert_eq!(ring(db, after(12 * DAY)).await, Ok(1));
        let missed = r#"{"count":1,"lead":5,"what":"verdict"}"#;
        assert_eq!(told(db, NoticeKind::TimeMissed).await[1..], [["Ann", missed]]);
        let log = table(db, "select actor from change where kind = 'due_told'").await;
        assert_eq!(log, [["Doubles"]; 3], "each time is in the log, and no other");
    })
    .await;
}

#[tokio::test]
async fn whoever_does_not_want_to_hear_of_missed_times_hears_nothing_and_nothing_is_logged() {
    on_each_engine(async |db| {
        let office = office(db).await;
        assert_eq!(ring(db, TUESDAY).await, Ok(0));
        let lead = office.lead("Tom", TUESDAY).await;
        office.act(&office.hal, after(60), &[lead], Act::Assign(Some(id(&office.ben)))).await.expect("given");
        choose(db, &office.ben, &[NoticeKind::TimeMissed]).await;
        assert_eq!(ring(db, after(2 * DAY)).await, Ok(0), "{}", name(db));
        choose(db, &office.ben, &[]).await;
        assert_eq!(ring(db, after(2 * DAY + 1)).await, Ok(0), "it is over: choosing otherwise brings nothing back");
        assert_eq!(table(db, "select kind from change where kind = 'due_told'").await, [[""; 0]; 0]);
    })
    .await;
}

#[tokio::test]
async fn marketing_hears_once_that_its_answer_to_a_verdict_is_overdue() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let turn_down = || judge(Decision::Reject, "below_criteria");
        let old = office.lead("Hanna", Instant(TUESDAY.0 - 9 * DAY)).await;
        office.act(&office.ben, Instant(TUESDAY.0 - 8 * DAY), &[old], turn_down()).await.expect("judged");
        assert_eq!(ring(db, TUESDAY).await, Ok(0), "what was late before anybody was to be told");

        let leads = [office.lead("Tom", TUESDAY).await, office.lead("Elif", TUESDAY).await];
        let (answered, praised) = (office.lead("Lea", TUESDAY).await, office.lead("Yusuf", TUESDAY).await);
        office.act(&office.ann, after(HOUR), &[leads[0], leads[1], answered], turn_down()).await.expect("judged");
        office.act(&office.ann, after(HOUR), &[praised], call(true)).await.expect("a call");
        office.act(&office.ann, after(HOUR), &[praised], judge(Decision::Good, "")).await.expect("judged");
        let word =
            Answer { lead: answered, verdict: 2, kind: WordKind::Reply, text: "The form asks for it now.".into() };
        answer(&office.at(after(2 * HOUR)), &office.mia, "", &word, String::new).await.expect("answered");

        // An answer is promised within three working days; its last second is in time.
        let due = 3 * DAY + HOUR;
        assert_eq!(ring(db, after(due)).await, Ok(0), "{}", name(db));
        assert_eq!(ring(db, after(due + 1)).await, Ok(2), "one for each of marketing, {}", name(db));
        let both = r#"{"count":2,"lead":2}"#;
        assert_eq!(told(db, NoticeKind::ReplyMissed).await, [["Mia", both], ["Hedy", both]]);
        for now in [after(due + 1), after(due - HOUR), after(due + 2), after(9 * DAY)] {
            assert_eq!(ring(db, now).await, Ok(0), "never twice, also where the clock was set back");
        }

        choose(db, &office.hedy, &[NoticeKind::ReplyMissed]).await;
        let again = office.lead("Noor", after(9 * DAY)).await;
        office.act(&office.ben, after(9 * DAY + HOUR), &[again], turn_down()).await.expect("judged");
        assert_eq!(ring(db, after(20 * DAY)).await, Ok(1), "what was missed is made up for, and Hedy chose otherwise");
        let told = told(db, NoticeKind::ReplyMissed).await;
        assert_eq!(told[2..], [["Mia", r#"{"count":1,"lead":6}"#]]);
    })
    .await;
}

#[tokio::test]
async fn a_head_hears_how_the_other_one_ruled() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let lead = office.lead("Hanna", TUESDAY).await;
        let rejected = judge(Decision::Reject, "below_criteria");
        office.act(&office.ben, after(HOUR), &[lead], rejected).await.expect("judged");
        let said = Answer { lead, verdict: 2, kind: WordKind::Dispute, text: "Two sites are enough.".into() };
        let state = office.at(after(DAY));
        answer(&state, &office.mia, "", &said, String::new).await.expect("disputed");
        for (head, in_favour) in
            [(&office.hal, Team::Sales), (&office.hedy, Team::Marketing), (&office.hedy, Team::Sales)]
        {
            let ruling = Ruling { lead: LeadId(1), verdict: 2, in_favour, text: "So it is.".into() };
            rule(&state, head, "", &ruling, |_| String::new()).await.expect("ruled");
        }
        let heard = told(db, NoticeKind::RulingGiven).await;
        let detail = |came: &str, team: &str| format!(r#"{{"came":"{came}","for":"{team}","lead":1}}"#);
        let expected = [
            ["Hedy".to_owned(), detail("waits", "sales")],
            ["Hal".to_owned(), detail("differ", "marketing")],
            ["Hal".to_owned(), detail("over", "sales")],
        ];
        assert_eq!(heard, expected, "{}", name(db));
    })
    .await;
}
