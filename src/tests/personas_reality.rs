//! What the leads of a persona say, to the figure, as its page shows it.

use crate::browser::{NOW, TestServer};
use crate::import_cast::{File, at, import, lead, outcome};
use crate::personas::text;
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::import::model::{LeadRecord, OutcomeRecord, VerdictRecord};
use doubles::leads::model::{Decision, Dimension, EventKind};
use doubles::personas::{edit, model::Head};
use doubles::server::db::Db;

const DAY: u32 = 86_400;
/// A hundred days ago everything was handed over.
const HANDOVER: u32 = NOW.0 - 100 * DAY;

fn handed_over(n: u64, persona: Option<&str>) -> LeadRecord {
    LeadRecord {
        created_at: at(HANDOVER),
        dimensions: persona.map(|persona| (Dimension::Persona, persona.to_owned())).into_iter().collect(),
        milestones: vec![(EventKind::Handover, Some(at(HANDOVER)))],
        ..lead(n, &n.to_string(), &format!("{n}@client.example"))
    }
}

fn rejected(n: u64, reason: &str) -> LeadRecord {
    let verdict = VerdictRecord { decision: Decision::Reject, reason: Some(reason.to_owned()), note: None };
    LeadRecord { verdict: Some((verdict, at(HANDOVER + DAY))), ..handed_over(n, Some("CFO")) }
}

/// A win so many days after the handover, for so many thousand.
fn won(n: u64, days: u32, thousands: i64) -> OutcomeRecord {
    OutcomeRecord {
        opportunity_at: Some(at(HANDOVER + DAY / 2)),
        won_at: Some(at(HANDOVER + days * DAY)),
        value_minor: Some(thousands * 100_000),
        ..outcome(n, &n.to_string(), &format!("D{n}"))
    }
}

async fn persona(db: &Db, name: &str) {
    let mut tx = db.write().await.expect("a write");
    let head = Head { name: name.into(), role: None, segment: String::new(), owners: Default::default() };
    let id = edit::new_persona(&mut tx, &head, [None; 2], NOW, false).await.expect("a persona");
    let (kind, entity) = (ChangeKind::PersonaAdded, Entity::Persona);
    let change =
        Change { at: NOW, actor: "a test".into(), kind, entity, entity_id: Some(id.0), detail: serde_json::json!({}) };
    tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
}

#[tokio::test]
async fn cycle_deal_size_and_reasons_stand_with_their_intervals_beside_those_of_all_leads() {
    let server = TestServer::set_up().await;
    let db = &server.state.db;
    // Ten wins and twenty rejections of the persona; another win, and nine leads without one.
    let of_persona = (1..=10).map(|n| handed_over(n, Some("CFO")));
    let turned_down = (11..=30).map(|n| rejected(n, if n <= 22 { "no_need" } else { "below_criteria" }));
    let others = (31..=40).map(|n| handed_over(n, None));
    import(db, File::Leads(of_persona.chain(turned_down).chain(others).collect())).await;
    let wins = (1..=10).map(|n| won(n, n as u32, n as i64)).chain([won(31, 30, 11)]);
    import(db, File::Outcomes(wins.collect())).await;
    persona(db, "CFO").await;
    let said = text(&server.signed_in("ada@company.example").await.get("/personas/cfo").await.body);
    for says in [
        "Leads handed over 30 75.0 % all leads 40",
        "Handover to won 6 days 2–9 days median of 10 wins; all leads 6 days",
        "Deal size €5,500 €3,334–€7,666 mean of 10 wins; all leads €6,000",
        "No need 60.0 %, 38.7–78.1 % 12",
        "Below the criteria 40.0 %, 21.9–61.3 % 8",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
}
