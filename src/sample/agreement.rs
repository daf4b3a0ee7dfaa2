//! The agreement of the sample company: version 2, which both heads signed before the first month that it is measured by,
//! and the next one, which Daniel has signed and which waits for Miriam.

use crate::agreement::clauses::canonical;
use crate::agreement::criteria::{Criterion, Rule};
use crate::agreement::drafts::fingerprint;
use crate::agreement::fields::Content;
use crate::agreement::model::{Terms, Version, Within};
use crate::agreement::store::{self, Comment, DraftState, Signature};
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::{AppError, Result};
use crate::kpis::words::Currency;
use crate::people::model::{Account, Team};
use crate::people::store as people;
use crate::period::Instant;
use crate::server::db::{Db, WriteTx};
use crate::workspace::model::Workspace;
use serde_json::json;

/// So many whole months version 2 has been in force.
const MONTHS: usize = 5;
const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;

/// Writes both down.
///
/// # Errors
/// The database refuses.
pub(super) async fn sign(db: &Db, workspace: &Workspace, now: Instant) -> Result<()> {
    let zone = workspace.zone()?;
    let today = zone.day_of(now);
    let mut starts = today.month_start();
    for _ in 0..MONTHS {
        starts = starts.plus(-1).month_start();
    }
    let content = Content {
        starts,
        why: "Both teams have measured a year; these are the first promises with numbers.".to_owned(),
        terms: terms(&workspace.zone)?,
    };
    let signed = Instant(zone.start_of(starts.plus(-6)).0 + 16 * HOUR);
    let mut tx = db.write().await?;
    let [miriam, theo, daniel, aoife] = cast(&mut tx).await?;
    store::begin_before(&mut tx, starts.plus(-1)).await?;
    let draft = propose(&mut tx, workspace, &content, (&theo, 1), Instant(signed.0 - 4 * DAY)).await?;
    put(&mut tx, draft, &daniel, Team::Sales, Instant(signed.0 - DAY)).await?;
    put(&mut tx, draft, &miriam, Team::Marketing, signed).await?;
    let written = store::find_draft(&mut tx, draft).await?.ok_or(AppError::Internal)?;
    let version = Version { number: 2, starts, terms: content.terms.clone() };
    store::insert_signed(&mut tx, &version, Some(signed), Some(&written)).await?;
    store::end_signed(&mut tx, draft, 2, &miriam.name, signed).await?;
    store::set_told(&mut tx, 2, zone.start_of(starts)).await?;
    finish(tx, ChangeKind::AgreementAgreed, (Entity::AgreementVersion, 2), &miriam, now).await?;

    let mut next = Content { starts: today.next_month_start(), why: String::new(), terms: content.terms };
    next.why = "Leads that wait over night go cold; and fewer, better ones serve both.".to_owned();
    next.terms.marketing.leads_per_month = Some(220);
    next.terms.marketing.qualified_bp = Some(8_500);
    next.terms.sales.first_touch = Within::Working(8 * 60);
    next.terms.targets.follow_up_minutes = Some(6 * 60);
    next.terms.consequences.late_touch_frees_marketing = true;
    let proposed = Instant(now.0.saturating_sub(4 * DAY));
    let mut tx = db.write().await?;
    let draft = propose(&mut tx, workspace, &next, (&daniel, 2), proposed).await?;
    put(&mut tx, draft, &daniel, Team::Sales, Instant(proposed.0 + HOUR)).await?;
    let words = [
        ("first_touch", &aoife, "Working hours are fair: what comes on Friday evening is called on Monday."),
        (
            "first_touch",
            &theo,
            "Then we keep the fair team’s leads out of Saturday, or open a Saturday in the calendar.",
        ),
        ("volume", &theo, "220 is what the last months brought without content syndication."),
    ];
    for (n, (clause, who, text)) in (1..).zip(words) {
        let comment = Comment {
            id: 0,
            clause: clause.to_owned(),
            name: who.name.clone(),
            team: who.standing.team,
            at: Instant(proposed.0 + n * 5 * HOUR),
            text: text.to_owned(),
        };
        store::comment(&mut tx, draft, &comment, Some(who.id)).await?;
    }
    finish(tx, ChangeKind::AgreementProposed, (Entity::Agreement, draft), &daniel, now).await
}

async fn propose(
    tx: &mut WriteTx,
    workspace: &Workspace,
    content: &Content,
    (by, base): (&Account, u32),
    at: Instant,
) -> Result<i64> {
    let draft = store::insert_draft(tx, base, content, &by.name, Instant(at.0 - DAY)).await?;
    let text = canonical(&workspace.name, content, None, &Currency(workspace.currency.clone()));
    store::propose(tx, draft, (&text, &fingerprint(&text)), &by.name, at).await?;
    Ok(draft)
}

async fn put(tx: &mut WriteTx, draft: i64, who: &Account, team: Team, at: Instant) -> Result<()> {
    let written = store::find_draft(tx, draft).await?.filter(|draft| draft.state == DraftState::Proposed);
    let hash = written.and_then(|draft| draft.text).map(|(_, hash)| hash).unwrap_or_default();
    let (account, role) = (Some(who.id), format!("head of {team}"));
    let signature = Signature { team, account, name: who.name.clone(), role, at, voided: None };
    store::sign(tx, draft, &signature, &hash).await
}

async fn finish(tx: WriteTx, kind: ChangeKind, (entity, id): (Entity, i64), by: &Account, at: Instant) -> Result<()> {
    let (actor, detail) = (by.name.clone(), json!({}));
    let change = Change { at, actor, kind, entity, entity_id: Some(id), detail };
    tx.record_change(&change).await?.commit().await?;
    Ok(())
}

/// Miriam and Theo of marketing, Daniel and Aoife of sales.
async fn cast(tx: &mut WriteTx) -> Result<[Account; 4]> {
    let everybody = people::list(tx).await?;
    let find = |name: &str| everybody.iter().find(|account| account.sample && account.name == name).cloned();
    let found = ["Miriam Osei", "Theo Vogt", "Daniel Brandt", "Aoife Kearney"].map(find);
    let [Some(miriam), Some(theo), Some(daniel), Some(aoife)] = found else { return Err(AppError::Internal) };
    Ok([miriam, theo, daniel, aoife])
}

fn terms(zone: &str) -> Result<Terms> {
    let mut terms = Terms::defaults(zone);
    terms.marketing.leads_per_month = Some(240);
    terms.marketing.complete_bp = Some(9_500);
    terms.marketing.qualified_bp = Some(8_000);
    terms.marketing.reply_share_bp = Some(9_000);
    terms.sales.decide_share_bp = Some(9_000);
    terms.sales.first_touch_share_bp = Some(8_000);
    terms.sales.attempts_share_bp = Some(9_500);
    terms.sales.verdict_share_bp = Some(8_000);
    terms.targets.lead_to_opportunity_bp = Some(1_100);
    terms.targets.follow_up_minutes = Some(12 * 60);
    terms.targets.feedback_coverage_bp = Some(8_000);
    let rule = |field: &str, comparison: &str, value: &str| Rule::parse(field, comparison, value);
    terms.criteria = vec![
        Criterion { key: "size".to_owned(), any: vec![rule("size", "at_least", "50")?] },
        Criterion { key: "title".to_owned(), any: vec![rule("title", "given", "")?] },
    ];
    Ok(terms)
}
