//! An import ends complete or leaves nothing, and can be taken back, exactly.

use crate::databases::{Schema, dump, name, on_each_engine, postgres, table};
use crate::import_cast::{
    File, Hand, NOW, at, by_hand, event, from, import, import_from, lead, milestones, outcome, spend,
};
use doubles::import::model::{EventRecord, LeadRecord, OutcomeRecord, VerdictRecord};
use doubles::import::take::Import;
use doubles::import::undo;
use doubles::leads::model::{Decision, Dimension, EventKind};
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use serde_json::json;
use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use tokio::sync::Notify;

/// Files that add to, correct and join what `first_files` left.
fn later_files() -> Vec<(&'static str, File)> {
    let mut corrected = lead(2, "A", "new@x.example");
    corrected.milestones = vec![(EventKind::Handover, Some(at(1_001))), (EventKind::Touch, None)];
    corrected.dimensions = vec![(Dimension::Campaign, "Spring".into()), (Dimension::Channel, "Fairs".into())];
    let recycle = VerdictRecord { decision: Decision::Recycle, reason: Some("not_now".into()), note: None };
    vec![
        (
            "Nimbus CRM",
            File::Leads(vec![corrected, lead(3, "N1", ""), lead(4, "N2", "n2@x.example"), lead(5, "B", "")]),
        ),
        ("Other CRM", File::Leads(vec![lead(2, "o-7", "cy@x.example"), lead(3, "o-8", "")])),
        (
            "Nimbus CRM",
            File::Outcomes(vec![
                OutcomeRecord { won_at: Some(at(9_000)), owner: Some("Bo".into()), ..outcome(2, "A", "d1") },
                outcome(3, "B", "d2"),
                outcome(4, "A", "d3"),
            ]),
        ),
        (
            "Nimbus CRM",
            File::Events(vec![
                EventRecord { verdict: Some(recycle), ..event(2, "B", Some(EventKind::Verdict), 3_000) },
                event(3, "B", Some(EventKind::Handover), 4_000),
                event(4, "new", None, 50),
                event(5, "B", Some(EventKind::Touch), 4_500),
            ]),
        ),
        ("Nimbus CRM", File::Spend(vec![spend(2, "Webinar", 11), spend(3, "Fairs", 12)])),
    ]
}

async fn import_first_files(db: &Db) {
    let leads = vec![lead(2, "A", "ada@x.example"), lead(3, "B", ""), lead(4, "", "cy@x.example")];
    import(db, File::Leads(leads)).await;
    import(db, File::Outcomes(vec![outcome(2, "A", "d1")])).await;
    import(db, File::Spend(vec![spend(2, "Webinar", 10)])).await;
}

#[tokio::test]
async fn taking_an_import_back_restores_everything_exactly_newest_first() {
    on_each_engine(async |db| {
        import_first_files(db).await;
        let mut states = Vec::new();
        for (source, file) in later_files() {
            let before = dump(db).await;
            let (id, _) = import_from(db, source, file, 2).await;
            assert_ne!(dump(db).await, before, "the file changes something");
            states.push((id, before));
        }
        let oldest = states[0].0;
        let refused = undo::take_back(db, oldest, "Mira", NOW).await.expect_err("newer ones stand").to_string();
        assert!(refused.ends_with("is newer; take it back first."), "{refused}");
        for (id, before) in states.into_iter().rev() {
            undo::take_back(db, id, "Mira", NOW).await.expect("the newest is taken back");
            assert_eq!(dump(db).await, before, "import {id} on {}", name(db));
            let again = undo::take_back(db, id, "Mira", NOW).await.expect_err("once only").to_string();
            assert_eq!(again, "The import of export.csv was taken back before.");
        }
        let left = table(db, "select count(*) from import_batch where import_id > 3").await;
        assert_eq!(
            (left, table(db, "select count(*) from import_undo where import_id > 3").await),
            (vec![vec!["0".into()]], vec![vec!["0".into()]])
        );
    })
    .await;
}

#[tokio::test]
async fn an_import_can_be_taken_back_and_done_again() {
    on_each_engine(async |db| {
        import_first_files(db).await;
        let (source, file) = later_files().remove(0);
        let (id, answers) = import_from(db, source, file.clone(), 2).await;
        let done = milestones(db).await;
        undo::take_back(db, id, "Mira", NOW).await.expect("it is taken back");
        assert_eq!(import_from(db, source, file, 2).await.1, answers);
        let without_ids = |rows: Vec<Vec<String>>| rows.into_iter().map(|row| row[1..].to_vec()).collect::<Vec<_>>();
        assert_eq!(without_ids(milestones(db).await), without_ids(done));
    })
    .await;
}

#[tokio::test]
async fn an_import_stays_once_people_have_worked_on_its_leads() {
    on_each_engine(async |db| {
        let (id, _) = import_from(db, "Nimbus CRM", File::Leads(vec![lead(2, "A", ""), lead(3, "B", "")]), 1).await;
        by_hand(db, 2, Hand::Touches(1_500)).await;
        let refused = undo::take_back(db, id, "Mira", NOW).await.expect_err("somebody worked").to_string();
        assert_eq!(refused, "The import of export.csv stays: since then people have worked on 1 of its leads.");
    })
    .await;
}

#[tokio::test]
async fn while_one_import_runs_another_one_waits() {
    on_each_engine(async |db| {
        let file = File::Leads(vec![lead(2, "A", "")]);
        let running = Import::begin(db, &from("Nimbus CRM", &file), NOW).await.expect("an import begins");
        let refused = Import::begin(db, &from("Sheet", &file), NOW).await.expect_err("one at a time").to_string();
        assert_eq!(refused, "The import of export.csv by Mira is still under way; start this one when it has ended.");
        running.cancel(NOW).await.expect("it is cancelled");
        import(db, file).await;
    })
    .await;
}

#[tokio::test]
async fn an_import_that_another_process_is_at_is_not_taken_for_a_dead_one() {
    // On SQLite there is no other process: it is told that Doubles is already running.
    let Some(server) = postgres() else { return };
    let schema = Schema::create(&server).await;
    let url = DatabaseUrl::Postgres(schema.url.clone());
    let (one, other) = (open(&url).await.expect("one process"), open(&url).await.expect("another process"));
    let file = File::Leads(vec![lead(2, "A", "")]);
    let mut import = Import::begin(&one, &from("Nimbus CRM", &file), NOW).await.expect("an import begins");
    file.take(&mut import, 2).await;
    assert!(undo::recover(&other, NOW).await.expect("it starts").is_empty());
    import.finish(&json!({}), NOW).await.expect("it ends");
    assert_eq!(milestones(&one).await, [["1", "1000", "2000", "-", "-", "-"]]);
    let mut dead = Import::begin(&one, &from("Sheet", &file), NOW).await.expect("an import begins");
    file.take(&mut dead, 2).await;
    drop(dead);
    assert_eq!(undo::recover(&other, NOW).await.expect("it starts"), ["export.csv"]);
    one.close().await;
    other.close().await;
    schema.remove().await;
}

#[tokio::test]
async fn a_cancelled_import_leaves_nothing_behind() {
    on_each_engine(async |db| {
        import_first_files(db).await;
        let before = dump(db).await;
        for (source, file) in later_files() {
            let mut import = Import::begin(db, &from(source, &file), NOW).await.expect("an import begins");
            file.take(&mut import, 2).await;
            import.cancel(NOW).await.expect("it is cancelled");
            assert_eq!(dump(db).await, before, "{}", name(db));
        }
    })
    .await;
}

/// Lets a future run for so many polls, then drops it, as a kill would. True if it came to its end.
async fn killed_after(polls: usize, future: impl Future) -> bool {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|_| true)
    })
    .await
}

#[tokio::test]
async fn an_import_killed_at_any_step_is_taken_back_by_the_next_start_even_if_that_is_killed_too() {
    on_each_engine(async |db| {
        import_first_files(db).await;
        let before = dump(db).await;
        for (source, file) in later_files() {
            let mut ended = false;
            for step in (1..).step_by(7) {
                let whole = async {
                    let mut import = Import::begin(db, &from(source, &file), NOW).await.expect("an import begins");
                    file.take(&mut import, 2).await;
                };
                ended |= killed_after(step, whole).await;
                let recovered = killed_after(step, undo::recover(db, NOW)).await;
                undo::recover(db, NOW).await.expect("the next start takes it back");
                assert_eq!(dump(db).await, before, "killed after {step} steps on {}", name(db));
                let open = table(db, "select count(*) from import where state in ('running', 'undoing')").await;
                assert_eq!(open, [["0"]]);
                if ended && recovered {
                    break;
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_batch_is_taken_back_in_parts_and_the_next_start_goes_on_after_the_last_one() {
    // More than a first part takes; half of them are there already, and the file corrects them.
    const LEADS: i64 = 3_200;
    let file = |channel: &str, ids: std::ops::Range<i64>| {
        let row = |n: i64| LeadRecord {
            dimensions: vec![(Dimension::Channel, channel.to_owned())],
            ..lead(n as u64 + 2, &format!("L{n}"), &format!("ann.{n}@x.example"))
        };
        File::Leads(ids.map(row).collect())
    };
    on_each_engine(async |db| {
        import_from(db, "Nimbus CRM", file("Fairs", 0..LEADS / 2), 10_000).await;
        let before = dump(db).await;
        let (id, _) = import_from(db, "Nimbus CRM", file("Webinar", 0..LEADS), 10_000).await;
        let one_part = Notify::new();
        let told = std::sync::Mutex::new(Vec::new());
        let hear = |left| {
            told.lock().expect("one thread").push(left);
            if told.lock().expect("one thread").len() == 2 {
                one_part.notify_one();
            }
        };
        tokio::select! {
            biased;
            () = one_part.notified() => {}
            done = undo::take_back_followed(db, id, "Mira", NOW, hear) => panic!("it was not killed: {done:?}"),
        }
        assert_eq!(*told.lock().expect("one thread"), [1, 1], "the batch is not yet taken back");
        let left = "select first_lead, last_lead,
                cast((select count(*) from import_undo as u where u.import_id = b.import_id) as bigint)
            from import_batch as b join import as i on i.id = b.import_id where i.state = 'undoing'";
        let [first, last, changed] = &table(db, left).await[0].clone()[..] else { panic!("a line of the journal") };
        let there = table(db, "select cast(count(*) as bigint) from lead where gone = 0").await.concat().concat();
        let brought = match (first.parse::<i64>(), last.parse::<i64>()) {
            (Ok(first), Ok(last)) => last - first + 1,
            _ => 0,
        };
        let changed: i64 = changed.parse().expect("a number");
        assert!((1..LEADS).contains(&(brought + changed)), "a part is taken back: {brought} and {changed} are left");
        assert_eq!(there, (LEADS / 2 + brought).to_string(), "{}: the journal says what is left", name(db));

        assert_eq!(undo::recover(db, NOW).await.expect("the next start goes on"), ["export.csv"]);
        assert_eq!(dump(db).await, before, "{}", name(db));
        let parts = table(db, "select detail from change where kind = 'import_undo_batch'").await.concat();
        assert!(parts.len() > 1 && parts.iter().all(|part| part.contains(r#""batch":1"#)), "{parts:?}");
    })
    .await;
}

#[tokio::test]
async fn the_change_log_counts_what_an_import_did_and_holds_no_personal_value() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "ada@x.example"), lead(3, "B", ""), lead(4, "C", "")])).await;
        let log = table(db, "select kind, entity, entity_id, detail from change order by seq").await;
        let details: Vec<&str> = log.iter().map(|line| line[3].as_str()).collect();
        assert_eq!(details[1], r#"{"batch":1,"changed":0,"new":2}"#);
        assert_eq!(details[2], r#"{"batch":2,"changed":0,"new":1}"#);
        assert_eq!(log.len(), 4);
        assert!(!details.join(" ").contains("ada@"), "{details:?}");
    })
    .await;
}
