//! An office where two teams work: Ben and Ann of sales, Mia of marketing, Hal and Hedy who head them.

use crate::databases::table;
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::error::Result;
use doubles::feedback::model::Verdict;
use doubles::leads::model::{Decision, LeadId, TouchKind};
use doubles::leads::record::StoredLead;
use doubles::leads::store as leads;
use doubles::people::model::{Standing, Team, Visitor};
use doubles::people::service::Caller;
use doubles::people::store::Origin;
use doubles::period::Instant;
use doubles::quality::merge;
use doubles::server::AppState;
use doubles::server::clock::Clock;
use doubles::server::db::{Db, WriteTx};
use doubles::work::apply::Who;
use doubles::work::model::{Act, At, Done, NewLead, Order, Shown};
use doubles::work::run::{add, perform};
use doubles::workspace::{self, model::Workspace};
use serde_json::json;

/// Tuesday 2026-03-03, 09:00 in UTC.
pub const TUESDAY: Instant = Instant(1_772_528_400);
pub const HOUR: u32 = 3_600;
pub const DAY: u32 = 86_400;

pub struct Office {
    pub db: Db,
    pub state: AppState,
    pub ben: Caller,
    pub ann: Caller,
    pub mia: Caller,
    /// Head of sales.
    pub hal: Caller,
    /// Head of marketing.
    pub hedy: Caller,
}

pub async fn office(db: &Db) -> Office {
    let workspace = Workspace::new("Northaisle", "UTC", "EUR").expect("a workspace");
    workspace::store::create(db, &workspace, "Ada", Instant(TUESDAY.0 - 90 * DAY)).await.expect("it is made");
    let state = AppState::new(db.clone(), Clock::Fixed(TUESDAY));
    let admin = Standing { team: None, head: false, admin: true };
    let add = async |name: &str, standing: Standing| {
        let email = format!("{}@company.example", name.to_lowercase());
        state.people.add(&Caller::command_line(), &email, name, standing).await.expect("the address is free");
        let account = state.people.get_by_email(&email).await.expect("it is there");
        let origin = Origin { address: "192.0.2.1".into(), agent: "a test".into() };
        Caller { visitor: Visitor::Person(account), session: None, origin }
    };
    add("Ada", admin).await;
    let of = |team, head| Standing { team: Some(team), head, admin: false };
    let ben = add("Ben", of(Team::Sales, false)).await;
    let ann = add("Ann", of(Team::Sales, false)).await;
    let mia = add("Mia", of(Team::Marketing, false)).await;
    let hal = add("Hal", of(Team::Sales, true)).await;
    let hedy = add("Hedy", of(Team::Marketing, true)).await;
    Office { db: db.clone(), state: state.clone(), ben, ann, mia, hal, hedy }
}

impl Office {
    /// The same office at another time.
    pub fn at(&self, now: Instant) -> AppState {
        AppState { clock: Clock::Fixed(now), ..self.state.clone() }
    }

    /// A lead that Mia hands over at that time.
    pub async fn lead(&self, name: &str, at: Instant) -> LeadId {
        let email = format!("{}@client.example", name.to_lowercase());
        let mut new = NewLead { name: Some(name.into()), email: Some(email), ..NewLead::default() };
        (new.company, new.hand_over) = (Some("Rope & Sons".into()), true);
        new.values[0] = Some(if name.len().is_multiple_of(2) { "Fair" } else { "Webinar" }.into());
        let mut tx = self.db.write().await.expect("a write");
        let (id, _) = add(&mut tx, &Who::of(&self.mia.visitor), &new, at).await.expect("a lead");
        let change = Change {
            at,
            actor: "Mia".into(),
            kind: ChangeKind::LeadAdded,
            entity: Entity::Lead,
            entity_id: Some(id.0),
            detail: json!({}),
        };
        tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
        id
    }

    /// Somebody does something with leads as they stand.
    pub async fn act(&self, who: &Caller, at: Instant, leads: &[LeadId], act: Act) -> Result<Done> {
        let leads = leads.iter().map(|lead| Shown { lead: *lead, seq: 0 }).collect();
        self.order(who, at, &Order { leads, act }).await
    }

    pub async fn order(&self, who: &Caller, at: Instant, order: &Order) -> Result<Done> {
        let mut tx = self.db.write().await.expect("a write");
        let (done, change) = perform(&mut tx, who, order, at).await?;
        tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
        Ok(done)
    }

    /// Hal merges a lead into another one.
    pub async fn merge(&self, survivor: LeadId, merged: LeadId, at: Instant) {
        let mut tx = self.db.write().await.expect("a write");
        merge::join(&mut tx, survivor, &[merged], &Who::of(&self.hal.visitor), at).await.expect("both are free");
        self.merged(tx, survivor, at).await;
    }

    /// And has second thoughts.
    pub async fn unmerge(&self, merged: LeadId, at: Instant) {
        let mut tx = self.db.write().await.expect("a write");
        let by = self.hal.visitor.account().expect("an account").id;
        let survivor = merge::part(&mut tx, merged, by).await.expect("it is merged");
        self.merged(tx, survivor, at).await;
    }

    async fn merged(&self, tx: WriteTx, survivor: LeadId, at: Instant) {
        let change = Change {
            at,
            actor: "Hal".into(),
            kind: ChangeKind::LeadsMerged,
            entity: Entity::Merge,
            entity_id: Some(survivor.0),
            detail: json!({}),
        };
        tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
    }

    /// What somebody is told when it is refused.
    pub async fn refused(&self, who: &Caller, at: Instant, lead: LeadId, act: Act) -> String {
        self.act(who, at, &[lead], act).await.expect_err("it is refused").to_string()
    }

    pub async fn load(&self, lead: LeadId) -> StoredLead {
        let mut tx = self.db.read().await.expect("a read");
        leads::load(&mut tx, &[lead]).await.expect("a read").remove(&lead).expect("it is there")
    }

    /// Kinds and readers of the notices, oldest first.
    pub async fn notices(&self) -> Vec<Vec<String>> {
        table(
            &self.db,
            "select a.name, n.kind, n.actor from notice as n join account as a on a.id = n.account_id order by n.id",
        )
        .await
    }

    pub async fn owner(&self, lead: LeadId) -> String {
        let statement = "select coalesce(v.name, '-') from lead as l
            left join dimension_value as v on v.id = l.owner_id where l.id = ";
        table(&self.db, &format!("{statement}{lead}")).await.remove(0).remove(0)
    }
}

pub fn call(reached: bool) -> Act {
    Act::Touch { kind: TouchKind::Call, reached, at: At::Now, note: String::new() }
}

/// A verdict that has all that it needs.
pub fn verdict(decision: Decision, reason: &str) -> Verdict {
    Verdict {
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        intent: Some(true),
        usefulness: Some(3),
        line: "One hall until the board decides in January.".into(),
        proof: "Sites: at least two".into(),
        ..Verdict::new(decision)
    }
}

pub fn judge(decision: Decision, reason: &str) -> Act {
    Act::Judge(verdict(decision, reason))
}

pub fn after(seconds: u32) -> Instant {
    Instant(TUESDAY.0 + seconds)
}

/// A verdict by which the lead comes back a day after that Tuesday.
pub fn recycle_tomorrow() -> Act {
    recycle_on(1)
}

/// So many days after that Tuesday.
pub fn recycle_on(days: i32) -> Act {
    let returns_on = Some(doubles::period::Day((TUESDAY.0 / DAY) as i32 + days));
    Act::Judge(Verdict { returns_on, ..verdict(Decision::Recycle, "not_now") })
}
