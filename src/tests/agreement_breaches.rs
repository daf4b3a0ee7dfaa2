//! What is broken right now: counted whole, read as far as it is shown.

use crate::agreement_month::{agree, month_at, touched_before};
use crate::browser::{NOW, TestServer};
use crate::databases::{name, on_each_engine};
use crate::filled::plain;
use crate::import_cast;
use crate::loop_office::{DAY, HOUR, Office, after, call, judge, office};
use doubles::agreement::breaches::{self, Breaches};
use doubles::agreement::criteria::{Criterion, Field, Rule, Test};
use doubles::import::model::{LeadRecord, VerdictRecord};
use doubles::import::take::Import;
use doubles::leads::model::{Decision, EventKind, LeadId};
use doubles::people::model::{Standing, Team};
use doubles::people::service::Caller;
use doubles::period::Instant;
use doubles::work::model::Act;
use serde_json::json;
use std::cmp::Reverse;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_list_of_breaches_that_is_cut_counts_them_all_and_begins_with_what_can_still_be_mended() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let given = Rule::parse("size", "given", "").expect("a rule");
        let webinar = Rule { field: Field::Channel, test: Test::Contains(vec!["webinar".into()]) };
        agree(&office, |terms| {
            terms.criteria = [("size", given), ("channel", webinar)]
                .map(|(key, rule)| Criterion { key: key.into(), any: vec![rule] })
                .into();
        })
        .await;
        touched_before(&office).await;
        // One is called and not judged, the first two lose their owner. Names of even length come from the fair.
        let mut leads = Vec::new();
        for (hours, name) in ["Rosa", "Otto", "Hans", "Ruth", "Anna", "Emma"].into_iter().enumerate() {
            leads.push(office.lead(name, after(hours as u32 * HOUR)).await);
        }
        let ben = office.ben.visitor.account().expect("an account").id;
        office.act(&office.hal, after(HOUR), &leads[..2], Act::Assign(Some(ben))).await.expect("given");
        office.state.people.set_disabled(&Caller::command_line(), ben, true).await.expect("disabled");
        office.act(&office.ann, after(6 * HOUR), &leads[3..4], call(true)).await.expect("called");
        // Another one was tried once, and again and again it should be: its verdict is overdue all the same.
        let tried = office.lead("Jonas", after(6 * HOUR)).await;
        office.act(&office.ann, after(7 * HOUR), &[tried], call(false)).await.expect("tried");
        // Marketing answers nobody.
        for (hours, lead) in leads[4..].iter().enumerate() {
            let act = judge(Decision::Reject, "below_criteria");
            office.act(&office.ann, after((7 + hours as u32) * HOUR), &[*lead], act).await.expect("judged");
        }
        // To the last one there is still time to answer.
        let lena = office.lead("Lena", after(11 * DAY)).await;
        let act = judge(Decision::Reject, "below_criteria");
        office.act(&office.ann, after(12 * DAY - HOUR), &[lena], act).await.expect("judged");
        let now = after(12 * DAY);
        let month = month_at(&office, now).await;
        let state = office.at(now);
        let list =
            async |most: usize| breaches::breaches(&state, &office.hal.visitor, &month, most).await.expect("a list");
        let whole = list(usize::MAX).await;
        assert!(whole.all.is_sorted_by_key(|breach| Reverse(breach.due)), "{:?}", whole.all);
        let mendable = whole.all.iter().rposition(|breach| breach.due.is_some()).expect("some are late");
        assert!(whole.all[mendable + 1..].iter().all(|breach| breach.promise.starts_with("Misses: ")));
        assert!(whole.all[mendable + 1..].len() >= 6, "all six are of the fair");
        assert!(whole.all.iter().all(|breach| !leads[..2].contains(&breach.lead) || breach.due.is_none()));
        let promised = |promise: &str| -> Vec<LeadId> {
            whole.all.iter().filter(|breach| breach.promise == promise).map(|breach| breach.lead).collect()
        };
        assert_eq!((promised("First touch"), promised("Verdict")), (vec![leads[2]], vec![tried, leads[3], leads[2]]));
        assert_eq!(promised("Reply to feedback"), [leads[5], leads[4]]);
        for most in 1..=3 {
            let cut = list(most).await;
            assert_eq!(cut.counts, whole.counts, "cut at {most}, on {}", name(db));
            for promise in ["First touch", "Verdict", "Reply to feedback", "Misses: "] {
                let of = |found: &Breaches| -> Vec<(LeadId, Option<Instant>)> {
                    let all = found.all.iter().filter(|breach| breach.promise.starts_with(promise));
                    all.map(|breach| (breach.lead, breach.due)).collect()
                };
                let first: Vec<_> = of(&whole).into_iter().take(most).collect();
                assert_eq!(of(&cut), first, "{promise}: the same ones come first");
            }
        }
        for team in [Team::Marketing, Team::Sales] {
            let read = whole.all.iter().filter(|breach| breach.team == team).count();
            assert_eq!((whole.of(team).count as usize, whole.of(team).more), (read, false), "{team}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_cut_list_counts_nothing_of_earlier_months_that_was_taken_out_though_it_did_not_read_it() {
    on_each_engine(async |db| {
        let office = office(db).await;
        agree(&office, |_| ()).await;
        touched_before(&office).await;
        // In March, oldest first: four leads of somebody who leaves before they are due, and three that are sales' own.
        let march = |day: u32, hour: u32| after(day * DAY + hour * HOUR);
        let mut leads = Vec::new();
        for (hour, name) in ["Rosa", "Otto", "Hans", "Ruth", "Anna", "Emma", "Jana"].into_iter().enumerate() {
            leads.push(office.lead(name, march(20, hour as u32)).await);
        }
        let ben = office.ben.visitor.account().expect("an account").id;
        office.act(&office.hal, march(20, 7), &leads[..4], Act::Assign(Some(ben))).await.expect("given");
        office.state.people.set_disabled(&Caller::command_line(), ben, true).await.expect("disabled");
        // Three verdicts of March come to be known here in April, by a file that is not the first of its source; then two
        // that marketing could have answered.
        let rejected = |line: u64, hours: u32| {
            let reason = Some("below_criteria".to_owned());
            let verdict = VerdictRecord { decision: Decision::Reject, reason, note: None };
            LeadRecord {
                milestones: vec![(EventKind::Handover, Some(import_cast::at(march(21, hours).0)))],
                verdict: Some((verdict, import_cast::at(march(22, hours).0))),
                ..import_cast::lead(line, &format!("N{line}"), "")
            }
        };
        import(&office, vec![rejected(2, 0)], march(23, 0)).await;
        import(&office, (3..6).map(|line| rejected(line, line as u32)).collect(), march(37, 0)).await;
        for (hour, name) in ["Lena", "Mona"].into_iter().enumerate() {
            let lead = office.lead(name, march(24, hour as u32)).await;
            office
                .act(&office.ann, march(25, hour as u32), &[lead], judge(Decision::Reject, "below_criteria"))
                .await
                .expect("judged");
        }

        let now = march(38, 0);
        let month = month_at(&office, now).await;
        assert!(month.period().from > month.rules.zone.day_of(march(25, 0)), "all of it is of the month before");
        let state = office.at(now);
        let list =
            async |most: usize| breaches::breaches(&state, &office.hal.visitor, &month, most).await.expect("a list");
        let whole = list(usize::MAX).await;
        let promised = |promise: &str| whole.all.iter().filter(|breach| breach.promise == promise).count();
        assert_eq!((promised("First touch"), promised("Verdict"), promised("Reply to feedback")), (3, 3, 3));
        for most in 1..=3 {
            let cut = list(most).await;
            assert_eq!(cut.counts, whole.counts, "cut at {most}, on {}", name(db));
            assert_eq!(cut.of(Team::Sales).count, 6, "three leads, two promises each");
            assert_eq!(cut.of(Team::Marketing).count, 3, "the first file is history, and two were given here");
        }
    })
    .await;
}

#[tokio::test]
async fn the_page_says_how_many_breaches_it_does_not_show_and_the_file_has_them_all() {
    let server = TestServer::set_up().await;
    let standing = Standing { team: Some(Team::Sales), head: false, admin: false };
    server.add("sam@company.example", standing).await;
    let mut sam = server.signed_in("sam@company.example").await;
    let many: Vec<LeadRecord> = (0..1_100_u32)
        .map(|n| LeadRecord {
            milestones: vec![(EventKind::Handover, Some(import_cast::at(NOW.0 - 200 * DAY + n * 60)))],
            ..import_cast::lead(u64::from(n) + 2, &format!("L{n}"), "")
        })
        .collect();
    import_cast::import_from(&server.state.db, "Nimbus CRM", import_cast::File::Leads(many), 500).await;
    let page = plain(&sam.get("/agreement").await.body).replace('\u{a0}', " ");
    // Nobody touched them, and nobody judged them: two promises of sales are broken for each.
    for says in [
        "2,100+ breaches right now, 0 of marketing, 2,100+ of sales",
        "2,092+ are not shown: ",
        "the file has them all",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let file = sam.get("/agreement/breaches.csv").await.body;
    let leads: BTreeSet<&str> = file.lines().skip(1).filter_map(|line| line.split(',').nth(2)).collect();
    assert_eq!((file.lines().count(), leads.len()), (2_201, 1_100), "each promise once, beyond what is read at once");
    let verdicts = file.lines().filter(|line| line.contains("Verdict")).count();
    assert_eq!(verdicts, 1_100, "the verdicts too");
}

#[tokio::test]
async fn a_verdict_that_is_overdue_is_found_among_many_leads_that_wait_for_another_attempt() {
    let server = TestServer::set_up().await;
    let standing = Standing { team: Some(Team::Sales), head: false, admin: false };
    server.add("sam@company.example", standing).await;
    let mut sam = server.signed_in("sam@company.example").await;
    // Tried once three days ago, so to be tried again; only of the first one the verdict is overdue too.
    let mut many: Vec<LeadRecord> = (0..1_001_u32)
        .map(|n| LeadRecord {
            milestones: vec![
                (EventKind::Handover, Some(import_cast::at(NOW.0 - 4 * DAY + n))),
                (EventKind::Touch, Some(import_cast::at(NOW.0 - 4 * DAY + n + HOUR))),
            ],
            ..import_cast::lead(u64::from(n) + 2, &format!("L{n}"), "")
        })
        .collect();
    many[0].milestones = vec![
        (EventKind::Handover, Some(import_cast::at(NOW.0 - 200 * DAY))),
        (EventKind::Touch, Some(import_cast::at(NOW.0 - 200 * DAY + HOUR))),
    ];
    import_cast::import_from(&server.state.db, "Nimbus CRM", import_cast::File::Leads(many), 500).await;
    let page = plain(&sam.get("/agreement").await.body).replace('\u{a0}', " ");
    assert!(page.contains("1+ breaches right now, 0 of marketing, 1+ of sales"), "{page}");
}

/// Imports leads of Nimbus at that time.
async fn import(office: &Office, rows: Vec<LeadRecord>, begun: Instant) {
    let file = import_cast::File::Leads(rows);
    let mut import =
        Import::begin(&office.db, &import_cast::from("Nimbus CRM", &file), begun).await.expect("an import begins");
    file.take(&mut import, 10).await;
    import.finish(&json!({}), begun).await.expect("an import ends");
}
