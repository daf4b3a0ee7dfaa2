//! The cast of the tests of imports: Nimbus, a CRM that numbers its leads, and the people who work with it.

use crate::databases::{name, table};
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::import::model::{
    EventRecord, ImportId, Kind, LeadKey, LeadRecord, OutcomeRecord, SpendKind, SpendRecord, Taken,
};
use doubles::import::store::NewImport;
use doubles::import::take::Import;
use doubles::leads::model::{Dimension, EventKind, LeadId, Moment};
use doubles::leads::record::{Detail, StoredEvent, Voided};
use doubles::leads::store as leads;
use doubles::period::{Day, Instant};
use doubles::server::db::Db;
use serde_json::json;

pub const NOW: Instant = Instant(2_000_000);

pub fn at(seconds: u32) -> Moment {
    Moment { at: Instant(seconds), day_only: false }
}

/// Of Nimbus, a CRM that numbers its leads; and of a sheet that knows e-mails only.
pub fn key(id: &str, email: &str) -> LeadKey {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    LeadKey { external_id: some(id), email: some(email) }
}

pub fn lead(line: u64, id: &str, email: &str) -> LeadRecord {
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
        handover_implied: false,
        verdict: None,
        unjudged: false,
    }
}

pub fn outcome(line: u64, id: &str, deal: &str) -> OutcomeRecord {
    OutcomeRecord {
        line,
        key: key(id, ""),
        record: (!deal.is_empty()).then(|| deal.to_owned()),
        opportunity_at: Some(at(5_000)),
        won_at: None,
        lost_at: None,
        not_won: false,
        not_lost: false,
        value_minor: Some(70_000),
        reason: None,
        owner: None,
    }
}

pub fn event(line: u64, id: &str, kind: Option<EventKind>, seconds: u32) -> EventRecord {
    EventRecord { line, key: key(id, ""), kind, moment: at(seconds), by: None, note: None, verdict: None }
}

pub fn spend(line: u64, channel: &str, amount_minor: i64) -> SpendRecord {
    let channel = (!channel.is_empty()).then(|| channel.to_owned());
    SpendRecord {
        line,
        from: Day(100),
        to: Day(130),
        channel,
        written: None,
        kind: SpendKind::Media,
        team: None,
        amount_minor,
        original: None,
    }
}

/// The rows of one file.
#[derive(Clone)]
pub enum File {
    Leads(Vec<LeadRecord>),
    Outcomes(Vec<OutcomeRecord>),
    Events(Vec<EventRecord>),
    Spend(Vec<SpendRecord>),
}

impl File {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Leads(_) => Kind::Leads,
            Self::Outcomes(_) => Kind::Outcomes,
            Self::Events(_) => Kind::Events,
            Self::Spend(_) => Kind::Spend,
        }
    }

    pub async fn take(&self, import: &mut Import, rows_a_batch: usize) -> Vec<Taken> {
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

pub fn from<'a>(source: &'a str, file: &File) -> NewImport<'a> {
    NewImport { kind: file.kind(), source, file_name: "export.csv", actor: "Mira" }
}

/// Checks a file and imports it: both must give the same answers, and the check must write nothing.
pub async fn import_from(db: &Db, source: &str, file: File, rows_a_batch: usize) -> (ImportId, Vec<Taken>) {
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

pub async fn import(db: &Db, file: File) -> Vec<Taken> {
    import_from(db, "Nimbus CRM", file, 2).await.1
}

pub async fn milestones(db: &Db) -> Vec<Vec<String>> {
    let columns = "handed_over_at, first_touch_at, opportunity_at, won_at, lost_at";
    table(db, &format!("select id, {columns} from lead where gone = 0 order by id")).await
}

pub fn rejected(answer: &Taken) -> &str {
    match answer {
        Taken::Rejected { reason, .. } => reason,
        other => panic!("{other:?} is no rejection"),
    }
}

/// What a person of sales does by hand: appends a touch, or voids an event.
pub async fn by_hand(db: &Db, lead: i64, act: Hand) {
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
                account: None,
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

pub enum Hand {
    Touches(u32),
    Voids(i64),
}
