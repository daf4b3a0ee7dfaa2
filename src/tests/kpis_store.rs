//! Facts in memory say what the database says: read anew, or kept up to the latest commit.

use crate::databases::{name, on_each_engine};
use crate::import_cast::{File, NOW, at, event, import, import_from, lead, outcome, spend};
use doubles::import::model::{EventRecord, Kind, LeadRecord, OutcomeRecord, VerdictRecord};
use doubles::import::store::NewImport;
use doubles::import::take::Import;
use doubles::import::undo;
use doubles::kpis::compute::compute;
use doubles::kpis::model::{Answer, Comparison, Filter, Question};
use doubles::kpis::query::Query;
use doubles::kpis::service::board;
use doubles::kpis::store::{Snapshot, catch_up, load};
use doubles::leads::model::{Decision, Dimension, EventKind};
use doubles::period::{Day, Instant, Period};
use doubles::server::AppState;
use doubles::server::clock::Clock;
use doubles::server::db::Db;
use doubles::workspace::{self, model::Workspace};

/// The days around 1970-01-01, in which the cast lives.
fn answer(snapshot: &Snapshot) -> Answer {
    let question = Question {
        period: Period::new(Day(0), Day(200)).expect("a period"),
        now: Instant(200 * 86_400),
        horizon: None,
        filter: Filter::default(),
        by: Dimension::ALL.to_vec(),
        compare: Comparison::Previous,
    };
    compute(&snapshot.facts, &question)
}

fn rejected(line: u64, id: &str, reason: &str) -> LeadRecord {
    let verdict = VerdictRecord { decision: Decision::Reject, reason: Some(reason.into()), note: None };
    LeadRecord { verdict: Some((verdict, at(3_000))), ..lead(line, id, "") }
}

async fn set_up(db: &Db) {
    let nimbus = Workspace::new("Nimbus", "UTC", "EUR").expect("a workspace");
    workspace::store::create(db, &nimbus, "Mira", NOW).await.expect("it is made");
}

/// The snapshot brought up to the latest commit, which must say the same as one that is read anew.
async fn caught_up(db: &Db, snapshot: &Snapshot) -> Snapshot {
    let caught_up = catch_up(db, snapshot).await.expect("a read").expect("few changes");
    let anew = load(db).await.expect("a read").expect("a workspace");
    assert_eq!(caught_up.seq, anew.seq);
    assert_eq!(caught_up.facts.leads(), anew.facts.leads());
    assert_eq!(answer(&caught_up), answer(&anew), "{}", name(db));
    caught_up
}

#[tokio::test]
async fn without_a_workspace_there_is_nothing_to_load() {
    on_each_engine(async |db| assert!(load(db).await.expect("a read").is_none())).await;
}

#[tokio::test]
async fn a_reason_is_read_back_letter_by_letter_whatever_stands_in_it() {
    on_each_engine(async |db| {
        set_up(db).await;
        let reasons = ["price, too high; or not", "\"quoted\"", "größer"];
        let rows = reasons.iter().zip(2..).map(|(reason, line)| rejected(line, &format!("L{line}"), reason));
        import(db, File::Leads(rows.collect())).await;
        let snapshot = load(db).await.expect("a read").expect("a workspace");
        let mut told: Vec<String> = answer(&snapshot).reasons.into_iter().map(|(reason, _)| reason).collect();
        told.sort();
        assert_eq!(told, ["\"quoted\"", "größer", "price, too high; or not"], "{}", name(db));
    })
    .await;
}

#[tokio::test]
async fn facts_kept_up_with_every_commit_say_the_same_as_facts_read_anew() {
    on_each_engine(async |db| {
        set_up(db).await;
        let mut snapshot = load(db).await.expect("a read").expect("a workspace");
        assert_eq!(snapshot.facts.leads(), 0);
        let recycle = VerdictRecord { decision: Decision::Recycle, reason: Some("not_now".into()), note: None };
        let files = [
            File::Leads(vec![lead(2, "A", ""), lead(3, "B", ""), rejected(4, "C", "no_need")]),
            File::Outcomes(vec![OutcomeRecord { won_at: Some(at(9_000)), ..outcome(2, "A", "d1") }]),
            File::Events(vec![
                EventRecord { verdict: Some(recycle), ..event(2, "B", Some(EventKind::Verdict), 3_000) },
                event(3, "B", Some(EventKind::Handover), 4_000),
                event(4, "B", Some(EventKind::Touch), 4_500),
            ]),
            File::Spend(vec![spend(2, "Webinar", 1_100), spend(3, "", 12)]),
        ];
        for file in files {
            import(db, file).await;
            snapshot = caught_up(db, &snapshot).await;
        }
        let figures = answer(&snapshot).current;
        assert_eq!((figures.conversion.leads, figures.cac.customers, figures.follow_up.handovers), (3, 1, 4));

        let (id, _) = import_from(db, "Nimbus CRM", File::Leads(vec![lead(2, "N", "")]), 2).await;
        snapshot = caught_up(db, &snapshot).await;
        assert_eq!(snapshot.facts.leads(), 4);
        undo::take_back(db, id, "Mira", NOW).await.expect("it is taken back");
        assert_eq!(caught_up(db, &snapshot).await.facts.leads(), 3, "what was taken back is forgotten");
    })
    .await;
}

#[tokio::test]
async fn a_board_is_the_newest_but_for_two_seconds_beside_a_running_import() {
    on_each_engine(async |db| {
        set_up(db).await;
        import(db, File::Leads(vec![lead(2, "A", "")])).await;
        let app = AppState::new(db.clone(), Clock::Fixed(Instant(200 * 86_400)));
        let query = Query::parse("from=1970-01-01&to=1970-07-01").expect("an address");
        let leads = async || {
            let board = board(&app, query.clone(), &[]).await.expect("a read").expect("a workspace");
            (board.answer.current.context.handed_over, board.importing)
        };
        assert_eq!(leads().await, (1, false), "{}", name(db));
        let new = NewImport { kind: Kind::Leads, source: "crm", file_name: "more.csv", actor: "Mo" };
        let mut more = Import::begin(db, &new, NOW).await.expect("it begins");
        let began = std::time::Instant::now();
        assert_eq!(leads().await, (1, true), "that an import runs is said at once");
        more.take_leads(&[lead(2, "B", "")], NOW).await.expect("taken");
        let beside = leads().await;
        assert!(began.elapsed().as_secs() >= 2 || beside == (1, true), "on its way: {beside:?}");
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        assert_eq!(leads().await, (2, true), "two seconds later");
        more.take_leads(&[lead(3, "C", "")], NOW).await.expect("taken");
        more.finish(&serde_json::json!({}), NOW).await.expect("it stands");
        assert_eq!(leads().await, (3, false), "the newest, once the import stands");
        let mut given_up = Import::begin(db, &new, NOW).await.expect("it begins");
        given_up.take_leads(&[lead(2, "D", "")], NOW).await.expect("taken");
        assert_eq!(leads().await, (4, true), "another import");
        given_up.cancel(NOW).await.expect("it is taken back");
        assert_eq!(leads().await, (3, false), "the newest, once nothing of it is left");
    })
    .await;
}
