//! What an import does to the database: each row once, whoever said it; and back, exactly.

use crate::databases::{dump, name, on_each_engine, table};
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::import::model::{
    EventRecord, ImportId, Kind, LeadKey, LeadRecord, OutcomeRecord, SpendKind, SpendRecord, Taken, VerdictRecord,
};
use doubles::import::store::NewImport;
use doubles::import::take::Import;
use doubles::import::undo;
use doubles::leads::model::{Decision, Dimension, EventKind, LeadId, Moment};
use doubles::leads::store::{self as leads, Detail, StoredEvent, Voided};
use doubles::period::{Day, Instant};
use doubles::server::db::Db;
use serde_json::json;
use std::future::Future;
use std::pin::pin;
use std::task::Poll;

const NOW: Instant = Instant(2_000_000);

fn at(seconds: u32) -> Moment {
    Moment { at: Instant(seconds), day_only: false }
}

/// Of Nimbus, a CRM that numbers its leads; and of a sheet that knows e-mails only.
fn key(id: &str, email: &str) -> LeadKey {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    LeadKey { external_id: some(id), email: some(email) }
}

fn lead(line: u64, id: &str, email: &str) -> LeadRecord {
    LeadRecord {
        line,
        key: key(id, email),
        name: Some(format!("Person {line}")),
        phone: None,
        company: Some("Harbour & Sons".into()),
        title: None,
        size: Some(120),
        created_at: at(900),
        dimensions: vec![(Dimension::Channel, "Webinar".into()), (Dimension::Region, "North".into())],
        milestones: vec![(EventKind::Handover, Some(at(1_000))), (EventKind::Touch, Some(at(2_000)))],
        verdict: None,
    }
}

fn outcome(line: u64, id: &str, deal: &str) -> OutcomeRecord {
    OutcomeRecord {
        line,
        key: key(id, ""),
        record: (!deal.is_empty()).then(|| deal.to_owned()),
        opportunity_at: Some(at(5_000)),
        won_at: None,
        lost_at: None,
        value_minor: Some(70_000),
        reason: None,
        owner: None,
    }
}

fn event(line: u64, id: &str, kind: Option<EventKind>, seconds: u32) -> EventRecord {
    EventRecord { line, key: key(id, ""), kind, moment: at(seconds), by: None, note: None, verdict: None }
}

fn spend(line: u64, channel: &str, amount_minor: i64) -> SpendRecord {
    let channel = (!channel.is_empty()).then(|| channel.to_owned());
    SpendRecord { line, from: Day(100), to: Day(130), channel, kind: SpendKind::Media, team: None, amount_minor }
}

/// The rows of one file.
#[derive(Clone)]
enum File {
    Leads(Vec<LeadRecord>),
    Outcomes(Vec<OutcomeRecord>),
    Events(Vec<EventRecord>),
    Spend(Vec<SpendRecord>),
}

impl File {
    fn kind(&self) -> Kind {
        match self {
            Self::Leads(_) => Kind::Leads,
            Self::Outcomes(_) => Kind::Outcomes,
            Self::Events(_) => Kind::Events,
            Self::Spend(_) => Kind::Spend,
        }
    }

    async fn take(&self, import: &mut Import, rows_a_batch: usize) -> Vec<Taken> {
        let mut answers = Vec::new();
        match self {
            Self::Leads(rows) => {
                for rows in rows.chunks(rows_a_batch) {
                    answers.extend(import.take_leads(rows, NOW).await.expect("leads are taken"));
                }
            }
            Self::Outcomes(rows) => {
                for rows in rows.chunks(rows_a_batch) {
                    answers.extend(import.take_outcomes(rows, NOW).await.expect("outcomes are taken"));
                }
            }
            Self::Events(rows) => {
                for rows in rows.chunks(rows_a_batch) {
                    answers.extend(import.take_events(rows, NOW).await.expect("events are taken"));
                }
            }
            Self::Spend(rows) => {
                for rows in rows.chunks(rows_a_batch) {
                    answers.extend(import.take_spend(rows, NOW).await.expect("spend is taken"));
                }
            }
        }
        answers
    }
}

fn from<'a>(source: &'a str, file: &File) -> NewImport<'a> {
    NewImport { kind: file.kind(), source, file_name: "export.csv", actor: "Mira" }
}

/// Checks a file and imports it: both must give the same answers, and the check must write nothing.
async fn import_from(db: &Db, source: &str, file: File, rows_a_batch: usize) -> (ImportId, Vec<Taken>) {
    let before = table(db, "select n from counter order by name").await;
    let mut check = Import::check(db, &from(source, &file)).await.expect("a check begins");
    let foretold = file.take(&mut check, rows_a_batch).await;
    check.finish(&json!({}), NOW).await.expect("a check ends");
    assert_eq!(table(db, "select n from counter order by name").await, before, "a check writes nothing");

    let mut import = Import::begin(db, &from(source, &file), NOW).await.expect("an import begins");
    let id = import.id().expect("an import has a number");
    let answers = file.take(&mut import, rows_a_batch).await;
    import.finish(&json!({ "rows": answers.len() }), NOW).await.expect("an import ends");
    assert_eq!(foretold, answers, "the check foretells the import on {}", name(db));
    (id, answers)
}

async fn import(db: &Db, file: File) -> Vec<Taken> {
    import_from(db, "Nimbus CRM", file, 2).await.1
}

async fn milestones(db: &Db) -> Vec<Vec<String>> {
    let columns = "handed_over_at, first_touch_at, opportunity_at, won_at, lost_at";
    table(db, &format!("select id, {columns} from lead where gone = 0 order by id")).await
}

fn rejected(answer: &Taken) -> &str {
    match answer {
        Taken::Rejected { reason, .. } => reason,
        other => panic!("{other:?} is no rejection"),
    }
}

#[tokio::test]
async fn a_lead_file_becomes_leads_with_events_and_milestones_and_personal_values_apart() {
    on_each_engine(async |db| {
        let answers = import(db, File::Leads(vec![lead(2, "A", "Ada@Harbour.example"), lead(3, "B", "")])).await;
        assert_eq!(answers, [Taken::New, Taken::New]);
        assert_eq!(milestones(db).await, [["1", "1000", "2000", "-", "-", "-"], ["2", "1000", "2000", "-", "-", "-"]]);
        let people = table(db, "select lead_id, name, email, email_key from lead_person order by lead_id").await;
        let ada = ["1", "Person 2", "Ada@Harbour.example", "ada@harbour.example"];
        assert_eq!(people, [ada, ["2", "Person 3", "-", "-"]]);
        let events =
            table(db, "select lead_id, n, kind, at, source_id, import_id, record from lead_event order by 1, 2");
        let of = |lead, n, kind, at| [lead, n, kind, at, "1", "1", "lead"];
        assert_eq!(
            events.await,
            [
                of("1", "1", "handover", "1000"),
                of("1", "2", "touch", "2000"),
                of("2", "1", "handover", "1000"),
                of("2", "2", "touch", "2000")
            ]
        );
        let values =
            table(db, "select v.dimension, v.name from lead l join dimension_value v on v.id = l.channel_id").await;
        assert_eq!(values, [["channel", "Webinar"], ["channel", "Webinar"]]);
    })
    .await;
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    on_each_engine(async |db| {
        let files = [
            File::Leads(vec![lead(2, "A", "ada@x.example"), lead(3, "B", ""), lead(4, "", "cy@x.example")]),
            File::Outcomes(vec![outcome(2, "A", "d1"), outcome(3, "B", ""), outcome(4, "B", "")]),
            File::Events(vec![
                event(2, "A", Some(EventKind::Touch), 3_000),
                event(3, "A", Some(EventKind::Touch), 4_000),
                event(4, "N", None, 100),
                event(5, "N", Some(EventKind::Handover), 200),
            ]),
            File::Spend(vec![spend(2, "Webinar", 100), spend(3, "Webinar", 100), spend(4, "", 5)]),
        ];
        for file in files {
            let first = import(db, file.clone()).await;
            assert!(first.iter().all(|answer| matches!(answer, Taken::New | Taken::Changed)), "{first:?}");
            let before = (dump(db).await, table(db, "select id, seq from lead order by id").await);
            let second = import(db, file).await;
            assert!(second.iter().all(|answer| *answer == Taken::Unchanged), "{second:?} on {}", name(db));
            assert_eq!((dump(db).await, table(db, "select id, seq from lead order by id").await), before);
        }
    })
    .await;
}

#[tokio::test]
async fn a_newer_file_corrects_what_its_source_said_and_the_old_word_stays_readable() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", ""), lead(3, "B", "")])).await;
        let mut newer = lead(2, "A", "");
        newer.company = Some("Harbour Group".into());
        newer.name = None;
        newer.milestones = vec![(EventKind::Handover, Some(at(1_100))), (EventKind::Touch, None)];
        let answers = import(db, File::Leads(vec![newer, lead(3, "B", "")])).await;
        assert_eq!(answers, [Taken::Changed, Taken::Unchanged]);
        assert_eq!(milestones(db).await[0], ["1", "1100", "-", "-", "-", "-"]);
        let row = table(db, "select l.company, p.name from lead l join lead_person p on p.lead_id = l.id where id = 1");
        assert_eq!(row.await, [["Harbour Group", "Person 2"]], "a cell that says nothing leaves what is there");
        let events =
            table(db, "select n, kind, at, voided_by, voided_import from lead_event where lead_id = 1 order by n");
        assert_eq!(
            events.await,
            [
                ["1", "handover", "1000", "Mira", "2"],
                ["2", "touch", "2000", "Mira", "2"],
                ["3", "handover", "1100", "-", "-"]
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn an_unknown_number_joins_by_email_only_a_lead_that_its_source_does_not_know() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "ada@x.example"), lead(3, "B", "bo@x.example")])).await;
        // Another system knows Ada by a number of its own.
        let other = File::Leads(vec![lead(2, "77", " ADA@x.example ")]);
        assert_eq!(import_from(db, "Other CRM", other, 9).await.1, [Taken::Changed]);
        // In the first system a second record with Bo's address is a second lead.
        let answers = import(db, File::Leads(vec![lead(4, "C", "bo@x.example")])).await;
        assert_eq!(answers, [Taken::New]);
        // A sheet without numbers goes by e-mail, and means the oldest.
        let sheet = File::Outcomes(vec![OutcomeRecord { key: key("", "Bo@X.example"), ..outcome(2, "", "d") }]);
        import_from(db, "Sheet", sheet, 9).await;
        let keys = table(
            db,
            "select s.name, k.external_id, k.lead_id from lead_key k join source s on s.id = k.source_id
            order by 1, 2",
        )
        .await;
        let own = |id, lead| ["Nimbus CRM", id, lead];
        assert_eq!(keys, [own("A", "1"), own("B", "2"), own("C", "3"), ["Other CRM", "77", "1"]]);
        assert_eq!(milestones(db).await[1], ["2", "1000", "2000", "5000", "-", "-"]);
    })
    .await;
}

#[tokio::test]
async fn joins_hold_within_one_file_whether_its_rows_fall_into_one_batch_or_several() {
    on_each_engine(async |db| {
        for (nth, rows_a_batch) in [1, 2, 100].into_iter().enumerate() {
            let email = format!("ada{nth}@x.example");
            let file = File::Leads(vec![
                lead(2, "", &email),
                LeadRecord { line: 3, ..lead(2, "", &email) },
                LeadRecord { line: 4, ..lead(2, &format!("A{nth}"), &email) },
                lead(5, &format!("B{nth}"), &email),
                lead(6, "", &email),
            ]);
            let answers = import_from(db, "Nimbus CRM", file, rows_a_batch).await.1;
            assert_eq!(answers[0], Taken::New);
            assert_eq!(answers[1], Taken::Unchanged);
            assert!(rejected(&answers[2]).contains("line 2"), "it means the lead of line 2 by its e-mail: {answers:?}");
            assert!(rejected(&answers[3]).contains("line 2"), "line 4 was rejected and so joined nothing: {answers:?}");
            assert!(rejected(&answers[4]).contains("line 2"));
        }
    })
    .await;
}

#[tokio::test]
async fn of_rows_with_the_same_key_the_first_counts_and_the_others_name_its_line() {
    on_each_engine(async |db| {
        let other = LeadRecord { size: Some(7), ..lead(9, "A", "") };
        let same = LeadRecord { line: 12, ..lead(2, "A", "") };
        let answers = import(db, File::Leads(vec![lead(2, "A", ""), lead(3, "B", ""), other, same])).await;
        assert_eq!(answers[..2], [Taken::New, Taken::New]);
        assert_eq!(
            rejected(&answers[2]),
            "line 2 speaks of the same lead and says something else; keep one of the two"
        );
        assert_eq!(answers[3], Taken::Unchanged);
        assert_eq!(table(db, "select size from lead order by id").await, [["120"], ["120"]]);
    })
    .await;
}

#[tokio::test]
async fn outcomes_of_an_unknown_lead_are_rejected_and_write_nothing() {
    on_each_engine(async |db| {
        let stray = OutcomeRecord { owner: Some("Bo".into()), ..outcome(2, "nobody", "d1") };
        let answers = import(db, File::Outcomes(vec![stray])).await;
        assert_eq!(rejected(&answers[0]), "no lead is known by it; import the leads first");
        assert_eq!(dump(db).await, "");
    })
    .await;
}

#[tokio::test]
async fn a_row_with_a_nul_character_is_rejected_on_both_engines_alike() {
    on_each_engine(async |db| {
        let mut broken = lead(2, "A", "");
        broken.company = Some("Harbour\0Sons".into());
        let answers = import(db, File::Leads(vec![broken, lead(3, "B", "")])).await;
        assert!(rejected(&answers[0]).contains("NUL"));
        assert_eq!(answers[1], Taken::New);
    })
    .await;
}

#[tokio::test]
async fn the_first_opportunity_and_win_count_and_a_deal_is_won_or_lost_but_not_both() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "")])).await;
        let won = |deal, opened, won| OutcomeRecord {
            opportunity_at: Some(at(opened)),
            won_at: Some(at(won)),
            ..outcome(2, "A", deal)
        };
        assert_eq!(import(db, File::Outcomes(vec![won("d1", 6_000, 9_000), won("d2", 5_000, 9_500)])).await.len(), 2);
        assert_eq!(milestones(db).await, [["1", "1000", "2000", "5000", "9000", "-"]]);
        let lost = OutcomeRecord {
            opportunity_at: Some(at(9_000)),
            lost_at: Some(at(9_000)),
            reason: Some("no_budget".into()),
            ..outcome(2, "A", "d1")
        };
        assert_eq!(import(db, File::Outcomes(vec![lost])).await, [Taken::Changed]);
        assert_eq!(milestones(db).await, [["1", "1000", "2000", "5000", "9500", "9000"]]);
        let opened =
            table(db, "select at from lead_event where kind = 'opportunity' and record = 'd1' and voided_at is null");
        assert_eq!(opened.await, [["6000"]], "a date implied by the end does not correct one that was given");
    })
    .await;
}

#[tokio::test]
async fn deals_without_a_number_are_known_by_their_position() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "")])).await;
        let deal = |line, opened| OutcomeRecord { opportunity_at: Some(at(opened)), ..outcome(line, "A", "") };
        assert_eq!(import(db, File::Outcomes(vec![deal(2, 5_000), deal(3, 6_000)])).await, [Taken::New, Taken::New]);
        let again = import(db, File::Outcomes(vec![deal(2, 5_000), deal(3, 6_500)])).await;
        assert_eq!(again, [Taken::Unchanged, Taken::Changed]);
    })
    .await;
}

#[tokio::test]
async fn a_capture_or_handover_brings_a_lead_and_any_other_event_needs_one() {
    on_each_engine(async |db| {
        let answers = import(
            db,
            File::Events(vec![
                event(2, "A", Some(EventKind::Touch), 300),
                event(3, "A", Some(EventKind::Handover), 200),
                event(4, "A", Some(EventKind::Touch), 300),
                event(5, "A", None, 100),
                event(6, "A", Some(EventKind::Touch), 300),
            ]),
        )
        .await;
        assert!(matches!(answers[0], Taken::Rejected { .. }));
        assert_eq!(answers[1..], [Taken::New, Taken::New, Taken::Changed, Taken::Unchanged]);
        assert_eq!(
            table(db, "select created_at, handed_over_at, first_touch_at from lead").await,
            [["100", "200", "300"]]
        );
    })
    .await;
}

#[tokio::test]
async fn a_recycled_lead_that_comes_back_has_a_row_for_its_second_handover() {
    on_each_engine(async |db| {
        let verdict = VerdictRecord { decision: Decision::Recycle, reason: Some("not_now".into()), note: None };
        let recycled = EventRecord { verdict: Some(verdict), ..event(4, "A", Some(EventKind::Verdict), 400) };
        let file = File::Events(vec![
            event(2, "A", Some(EventKind::Handover), 200),
            recycled,
            event(5, "A", Some(EventKind::Handover), 900),
            event(6, "A", Some(EventKind::Touch), 950),
        ]);
        import(db, file).await;
        let first =
            table(db, "select handovers, handed_over_at, first_touch_at, released_at, decision from lead").await;
        assert_eq!(first, [["2", "200", "-", "400", "recycle"]]);
        let second = table(db, "select lead_id, n, handed_over_at, first_touch_at, decision from handover").await;
        assert_eq!(second, [["1", "2", "900", "950", "-"]]);
    })
    .await;
}

/// What a person of sales does by hand: appends a touch, or voids an event.
async fn by_hand(db: &Db, lead: i64, act: Hand) {
    let mut tx = db.write().await.expect("a write");
    let id = LeadId(lead);
    match act {
        Hand::Touches(seconds) => {
            let mut stored = leads::load(&mut tx, &[id]).await.expect("a lead").remove(&id).expect("it is there");
            stored.row.events += 1;
            stored.events.push(StoredEvent {
                n: stored.row.events,
                kind: EventKind::Touch,
                moment: at(seconds),
                actor: Some("Bo".into()),
                source: None,
                import: None,
                record: None,
                detail: Detail::default(),
                voided: Voided::No,
            });
            stored.derive();
            let seq = tx.seq().0;
            leads::put(&mut tx, seq, [(id, &stored.row)].into_iter()).await.expect("the row");
            let new = stored.events.last().map(|event| (id, event));
            leads::add_events(&mut tx, None, None, new.into_iter()).await.expect("the event");
        }
        Hand::Voids(n) => {
            let void = leads::void_events(&mut tx, NOW, None, "Bo", "it was a test call", [(id, n)].into_iter());
            void.await.expect("it is void");
        }
    }
    let change = Change {
        at: NOW,
        actor: "Bo".into(),
        kind: ChangeKind::ImportBatch,
        entity: Entity::Lead,
        entity_id: Some(lead),
        detail: json!({}),
    };
    tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
}

enum Hand {
    Touches(u32),
    Voids(i64),
}

#[tokio::test]
async fn what_a_person_did_survives_every_import() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "")])).await;
        by_hand(db, 1, Hand::Touches(1_500)).await;
        by_hand(db, 1, Hand::Voids(2)).await;
        // The source repeats the touch that Bo voided, and then takes its own word back.
        assert_eq!(import(db, File::Leads(vec![lead(2, "A", "")])).await, [Taken::Unchanged]);
        let mut newer = lead(2, "A", "");
        newer.milestones = vec![(EventKind::Handover, Some(at(1_200))), (EventKind::Touch, None)];
        assert_eq!(import(db, File::Leads(vec![newer])).await, [Taken::Changed]);
        assert_eq!(milestones(db).await, [["1", "1200", "1500", "-", "-", "-"]]);
        let events = table(db, "select n, kind, voided_by from lead_event order by n").await;
        assert_eq!(
            events,
            [["1", "handover", "Mira"], ["2", "touch", "Bo"], ["3", "touch", "-"], ["4", "handover", "-"]]
        );
    })
    .await;
}

#[tokio::test]
async fn a_changed_amount_replaces_the_row_of_spend_and_equal_rows_of_a_file_add_up() {
    on_each_engine(async |db| {
        let held = "select channel_id, amount_minor from spend where gone = 0 order by amount_minor";
        let first = File::Spend(vec![spend(2, "Ads", 100), spend(3, "Ads", 200), spend(4, "", 30)]);
        assert_eq!(import(db, first).await, [Taken::New, Taken::New, Taken::New]);
        assert_eq!(table(db, held).await, [["-", "30"], ["1", "100"], ["1", "200"]]);
        let newer = File::Spend(vec![spend(2, "Ads", 150), spend(3, "Ads", 200), spend(4, "Fairs", 9)]);
        let (id, answers) = import_from(db, "Nimbus CRM", newer.clone(), 2).await;
        assert_eq!(answers, [Taken::Changed, Taken::Unchanged, Taken::New]);
        let after = table(db, held).await;
        assert_eq!(after, [["2", "9"], ["-", "30"], ["1", "150"], ["1", "200"]]);
        assert!(import(db, newer).await.iter().all(|answer| *answer == Taken::Unchanged));
        // The import that changed nothing is the newest: it goes first.
        undo::take_back(db, ImportId(id.0 + 1), "Mira", NOW).await.expect("it is taken back");
        undo::take_back(db, id, "Mira", NOW).await.expect("it is taken back");
        assert_eq!(table(db, held).await, [["-", "30"], ["1", "100"], ["1", "200"]]);
    })
    .await;
}

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
