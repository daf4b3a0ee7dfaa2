//! Leads with their history in the database, many at a time.

use super::derive::{Derived, Milestones, derive};
use super::model::{Decision, Dimension, Event, EventKind, LeadId, Moment, ValueId, VerdictFacts};
use crate::error::Result;
use crate::period::Instant;
use crate::server::db::{Rows, Tx};
use crate::statements;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::collections::HashMap;

statements! {
    FIND_BY_ID = "select cast(r.value ->> 0 as bigint), k.lead_id from {rows} as r cross join lead_key as k
        where k.source_id = $2 and k.external_id = r.value ->> 1";
    /// Oldest first; says also whether the source knows the lead by a number already.
    FIND_BY_EMAIL = "select cast(r.value ->> 0 as bigint), p.lead_id,
            cast(exists (select 1 from lead_key as k where k.lead_id = p.lead_id and k.source_id = $2) as integer)
        from {rows} as r cross join lead_person as p where p.email_key = r.value ->> 1 order by p.lead_id";
    LOAD = "select l.id, l.created_at, l.company, l.title, l.size,
            l.channel_id, l.campaign_id, l.segment_id, l.region_id, l.persona_id, l.owner_id,
            l.handed_over_at, l.accepted_at, l.first_touch_at, l.connected_at, l.verdict_at,
            l.opportunity_at, l.won_at, l.lost_at, l.released_at, l.day_only,
            l.decision, l.reason, l.verdict_complete, l.opportunity_minor, l.won_minor, l.excluded, l.events,
            p.lead_id, p.name, p.email, p.phone
        from {rows} as r cross join lead as l left join lead_person as p on p.lead_id = l.id
        where l.id = cast(r.value ->> 0 as bigint) and l.gone = 0";
    LOAD_EVENTS = "select e.lead_id, e.n, e.kind, e.at, e.day_only, e.actor, e.source_id, e.import_id, e.record, e.detail,
            case when e.voided_at is null then cast(0 as bigint) when e.voided_import is null then 2 else 1 end
        from {rows} as r cross join lead_event as e where e.lead_id = cast(r.value ->> 0 as bigint)
        order by e.lead_id, e.n";
    LOAD_HANDOVERS = "select h.lead_id, h.handed_over_at, h.accepted_at, h.first_touch_at, h.connected_at, h.verdict_at,
            h.released_at, h.day_only, h.decision, h.reason, h.verdict_complete
        from {rows} as r cross join handover as h where h.lead_id = cast(r.value ->> 0 as bigint)
        order by h.lead_id, h.n";
    PUT = "insert into lead (id, created_at, company, title, size,
            channel_id, campaign_id, segment_id, region_id, persona_id, owner_id,
            handed_over_at, accepted_at, first_touch_at, connected_at, verdict_at,
            opportunity_at, won_at, lost_at, released_at, day_only,
            decision, reason, verdict_complete, opportunity_minor, won_minor, excluded, events, handovers, seq)
        select cast(r.value ->> 0 as bigint), cast(r.value ->> 1 as bigint), r.value ->> 2, r.value ->> 3,
            cast(r.value ->> 4 as bigint), cast(r.value ->> 5 as bigint), cast(r.value ->> 6 as bigint),
            cast(r.value ->> 7 as bigint), cast(r.value ->> 8 as bigint), cast(r.value ->> 9 as bigint),
            cast(r.value ->> 10 as bigint), cast(r.value ->> 11 as bigint), cast(r.value ->> 12 as bigint),
            cast(r.value ->> 13 as bigint), cast(r.value ->> 14 as bigint), cast(r.value ->> 15 as bigint),
            cast(r.value ->> 16 as bigint), cast(r.value ->> 17 as bigint), cast(r.value ->> 18 as bigint),
            cast(r.value ->> 19 as bigint), cast(r.value ->> 20 as bigint), r.value ->> 21, r.value ->> 22,
            cast(r.value ->> 23 as bigint), cast(r.value ->> 24 as bigint), cast(r.value ->> 25 as bigint),
            cast(r.value ->> 26 as bigint), cast(r.value ->> 27 as bigint), cast(r.value ->> 28 as bigint), $2
        from {rows} as r where true
        on conflict (id) do update set created_at = excluded.created_at, company = excluded.company,
            title = excluded.title, size = excluded.size, channel_id = excluded.channel_id,
            campaign_id = excluded.campaign_id, segment_id = excluded.segment_id, region_id = excluded.region_id,
            persona_id = excluded.persona_id, owner_id = excluded.owner_id,
            handed_over_at = excluded.handed_over_at, accepted_at = excluded.accepted_at,
            first_touch_at = excluded.first_touch_at, connected_at = excluded.connected_at,
            verdict_at = excluded.verdict_at, opportunity_at = excluded.opportunity_at, won_at = excluded.won_at,
            lost_at = excluded.lost_at, released_at = excluded.released_at, day_only = excluded.day_only,
            decision = excluded.decision, reason = excluded.reason, verdict_complete = excluded.verdict_complete,
            opportunity_minor = excluded.opportunity_minor, won_minor = excluded.won_minor,
            excluded = excluded.excluded, events = excluded.events, handovers = excluded.handovers,
            seq = excluded.seq";
    PUT_PERSON = "insert into lead_person (lead_id, name, email, phone, email_key)
        select cast(r.value ->> 0 as bigint), r.value ->> 1, r.value ->> 2, r.value ->> 3, r.value ->> 4
        from {rows} as r where true
        on conflict (lead_id) do update set name = excluded.name, email = excluded.email, phone = excluded.phone,
            email_key = excluded.email_key";
    REMOVE_PERSON = "delete from lead_person where lead_id in (select cast(r.value ->> 0 as bigint) from {rows} as r)";
    REMOVE_HANDOVERS = "delete from handover where lead_id in (select cast(r.value ->> 0 as bigint) from {rows} as r)";
    ADD_HANDOVERS = "insert into handover (lead_id, n, handed_over_at, accepted_at, first_touch_at, connected_at,
            verdict_at, released_at, day_only, decision, reason, verdict_complete)
        select cast(r.value ->> 0 as bigint), cast(r.value ->> 1 as bigint), cast(r.value ->> 2 as bigint),
            cast(r.value ->> 3 as bigint), cast(r.value ->> 4 as bigint), cast(r.value ->> 5 as bigint),
            cast(r.value ->> 6 as bigint), cast(r.value ->> 7 as bigint), cast(r.value ->> 8 as bigint),
            r.value ->> 9, r.value ->> 10, cast(r.value ->> 11 as bigint)
        from {rows} as r";
    ADD_EVENTS = "insert into lead_event (lead_id, n, kind, at, day_only, actor, record, detail, source_id, import_id)
        select cast(r.value ->> 0 as bigint), cast(r.value ->> 1 as bigint), r.value ->> 2,
            cast(r.value ->> 3 as bigint), cast(r.value ->> 4 as bigint), r.value ->> 5, r.value ->> 6, r.value ->> 7,
            $2, $3
        from {rows} as r";
    VOID_EVENTS = "update lead_event set voided_at = $2, voided_import = $3, voided_by = r.value ->> 2,
            void_reason = r.value ->> 3
        from {rows} as r where lead_id = cast(r.value ->> 0 as bigint) and n = cast(r.value ->> 1 as bigint)";
    ADD_KEYS = "insert into lead_key (source_id, external_id, lead_id, import_id)
        select $2, r.value ->> 1, cast(r.value ->> 0 as bigint), $3 from {rows} as r";
    FIND_VALUES = "select v.dimension, v.name, v.id from {rows} as r cross join dimension_value as v
        where v.dimension = r.value ->> 0 and v.name = r.value ->> 1";
    ADD_VALUES = "insert into dimension_value (dimension, name, id, import_id)
        select r.value ->> 0, r.value ->> 1, cast(r.value ->> 2 as bigint), $2 from {rows} as r";
}

/// Name, e-mail and phone: shown by role, erasable, and never in a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Full name.
    pub name: Option<String>,
    /// As it was written.
    pub email: Option<String>,
    /// As it was written.
    pub phone: Option<String>,
}

impl Person {
    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.email.is_none() && self.phone.is_none()
    }
}

/// What two e-mail addresses are compared by.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The row of a lead, without its personal values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRow {
    /// When marketing captured it.
    pub created_at: Moment,
    /// Company.
    pub company: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Number of employees.
    pub size: Option<i64>,
    /// Today's value of each dimension, in the order of [`Dimension::ALL`].
    pub values: [Option<ValueId>; Dimension::ALL.len()],
    /// What its events say.
    pub derived: Derived,
    /// Left out of every KPI by rule of a head.
    pub excluded: bool,
    /// Events numbered so far.
    pub events: i64,
}

/// What an event says beyond kind and moment; the column `lead_event.detail`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// A verdict's decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// Why it was turned down or lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// One line of text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Value of an opportunity or win, in minor units of the workspace's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_minor: Option<i64>,
}

impl Detail {
    fn to_json(&self) -> Option<String> {
        (*self != Self::default()).then(|| serde_json::to_string(self).expect("texts and numbers are JSON"))
    }
}

/// Who took an event back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voided {
    /// Nobody: it holds.
    No,
    /// A newer import.
    ByImport,
    /// A person, which no import undoes.
    ByHand,
}

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// 1, 2, 3 … in the order in which they were written down.
    pub n: i64,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub moment: Moment,
    /// Who did it, where that is known.
    pub actor: Option<String>,
    /// The source that told it; `None`: a person of this workspace did.
    pub source: Option<i64>,
    /// The import that brought it.
    pub import: Option<i64>,
    /// The thing in the source that it is about.
    pub record: Option<String>,
    /// What else it says.
    pub detail: Detail,
    /// Whether it still holds.
    pub voided: Voided,
}

impl StoredEvent {
    fn as_event(&self) -> Event {
        let verdict = self.detail.decision.map(|decision| VerdictFacts {
            decision,
            reason: self.detail.reason.clone(),
            // An imported verdict needs its decision, and for a rejection or recycling its reason.
            complete: decision == Decision::Good || self.detail.reason.is_some(),
        });
        Event { kind: self.kind, moment: self.moment, verdict, value_minor: self.detail.value_minor }
    }
}

/// A lead with everything that a write may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLead {
    /// Its number.
    pub id: LeadId,
    /// Its row.
    pub row: LeadRow,
    /// Its personal values.
    pub person: Person,
    /// Its history, void events too, by number.
    pub events: Vec<StoredEvent>,
}

impl StoredLead {
    /// Brings the milestones up to date with the events.
    pub fn derive(&mut self) {
        let holding: Vec<Event> =
            self.events.iter().filter(|event| event.voided == Voided::No).map(StoredEvent::as_event).collect();
        self.row.derived = derive(&holding);
    }
}

/// For each `(row, external id)`, the lead that the source knows by it: pairs of row and lead.
pub async fn find_by_id(tx: &mut Tx, source: i64, ids: Rows) -> Result<Vec<(i64, i64)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(tx.sql(FIND_BY_ID)).bind(ids.into_json()).bind(source).fetch_all(tx.conn()).await?)
}

/// For each `(row, e-mail key)`, the leads with that e-mail, oldest first: row, lead, and 1 where the source knows
/// that lead by a number already.
pub async fn find_by_email(tx: &mut Tx, source: i64, emails: Rows) -> Result<Vec<(i64, i64, i64)>> {
    if emails.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(tx.sql(FIND_BY_EMAIL)).bind(emails.into_json()).bind(source).fetch_all(tx.conn()).await?)
}

/// Leads with their history; those that are gone are left out.
pub async fn load(tx: &mut Tx, ids: &[LeadId]) -> Result<HashMap<LeadId, StoredLead>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let json = || ids.iter().map(|id| [id.0]).collect::<Rows>().into_json();
    let mut leads = HashMap::with_capacity(ids.len());
    for row in sqlx::query(tx.sql(LOAD)).bind(json()).fetch_all(tx.conn()).await? {
        let lead = lead_of(&row)?;
        leads.insert(lead.id, lead);
    }
    for row in sqlx::query(tx.sql(LOAD_EVENTS)).bind(json()).fetch_all(tx.conn()).await? {
        if let Some(lead) = leads.get_mut(&LeadId(row.try_get(0)?)) {
            lead.events.push(event_of(&row)?);
        }
    }
    for row in sqlx::query(tx.sql(LOAD_HANDOVERS)).bind(json()).fetch_all(tx.conn()).await? {
        if let Some(lead) = leads.get_mut(&LeadId(row.try_get(0)?)) {
            lead.row.derived.later.push(handover_of(&row)?);
        }
    }
    Ok(leads)
}

/// Writes the rows of leads, new and old, with the seq of this write. Handovers after the first are written by
/// [`put_handovers`], personal values by [`put_people`].
pub async fn put<'a>(tx: &mut Tx, seq: i64, leads: impl Iterator<Item = (LeadId, &'a LeadRow)>) -> Result<()> {
    let rows: Rows = leads.map(|(id, row)| LeadCells { id, row }).collect();
    tx.bulk_with(PUT, rows, &[Some(seq)]).await?;
    Ok(())
}

/// Replaces the handovers after the first of these leads.
pub async fn put_handovers<'a>(tx: &mut Tx, leads: impl Iterator<Item = (LeadId, &'a LeadRow)> + Clone) -> Result<()> {
    let ids: Vec<LeadId> = leads.clone().map(|(id, _)| id).collect();
    remove_handovers(tx, &ids).await?;
    let mut rows = Rows::default();
    for (id, lead) in leads {
        for (nth, handover) in lead.derived.later.iter().enumerate() {
            let at = |moment: Option<Moment>| moment.map(|moment| moment.at.0);
            rows.push(&(
                id,
                nth + 2,
                at(handover.handed_over_at),
                at(handover.accepted_at),
                at(handover.first_touch_at),
                at(handover.connected_at),
                at(handover.verdict_at),
                at(handover.released_at),
                handover_bits(handover),
                handover.decision,
                &handover.reason,
                i64::from(handover.verdict_complete),
            ));
        }
    }
    tx.bulk(ADD_HANDOVERS, rows).await?;
    Ok(())
}

/// Removes the handovers after the first of these leads.
pub async fn remove_handovers(tx: &mut Tx, leads: &[LeadId]) -> Result<()> {
    tx.bulk(REMOVE_HANDOVERS, leads.iter().map(|id| [id]).collect()).await?;
    Ok(())
}

/// Writes personal values; empty ones take the row away.
pub async fn put_people<'a>(tx: &mut Tx, people: impl Iterator<Item = (LeadId, &'a Person)>) -> Result<()> {
    let (mut put, mut remove) = (Rows::default(), Rows::default());
    for (id, person) in people {
        if person.is_empty() {
            remove.push(&[id]);
        } else {
            put.push(&(id, &person.name, &person.email, &person.phone, person.email.as_deref().map(email_key)));
        }
    }
    tx.bulk(REMOVE_PERSON, remove).await?;
    tx.bulk(PUT_PERSON, put).await?;
    Ok(())
}

/// Appends events to histories.
pub async fn add_events<'a>(
    tx: &mut Tx,
    source: Option<i64>,
    import: Option<i64>,
    events: impl Iterator<Item = (LeadId, &'a StoredEvent)>,
) -> Result<()> {
    let mut rows = Rows::default();
    for (lead, event) in events {
        let Moment { at, day_only } = event.moment;
        let detail = event.detail.to_json();
        rows.push(&(lead, event.n, event.kind, at, i64::from(day_only), &event.actor, &event.record, detail));
    }
    tx.bulk_with(ADD_EVENTS, rows, &[source, import]).await?;
    Ok(())
}

/// Voids events of leads, by number, saying who did it and why.
pub async fn void_events(
    tx: &mut Tx,
    at: Instant,
    import: Option<i64>,
    by: &str,
    reason: &str,
    events: impl Iterator<Item = (LeadId, i64)>,
) -> Result<()> {
    let rows: Rows = events.map(|(lead, n)| (lead, n, by, reason)).collect();
    tx.bulk_with(VOID_EVENTS, rows, &[Some(i64::from(at.0)), import]).await?;
    Ok(())
}

/// Writes down by which numbers a source knows leads.
pub async fn add_keys<'a>(
    tx: &mut Tx,
    source: i64,
    import: Option<i64>,
    keys: impl Iterator<Item = (LeadId, &'a str)>,
) -> Result<()> {
    tx.bulk_with(ADD_KEYS, keys.collect(), &[Some(source), import]).await?;
    Ok(())
}

/// The numbers of those values of dimensions that are there.
pub async fn find_values(tx: &mut Tx, names: &[(Dimension, String)]) -> Result<Vec<((Dimension, String), ValueId)>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let json = names.iter().collect::<Rows>().into_json();
    let found: Vec<(String, String, i64)> = sqlx::query_as(tx.sql(FIND_VALUES)).bind(json).fetch_all(tx.conn()).await?;
    let known = found
        .into_iter()
        .filter_map(|(dimension, name, id)| Some(((Dimension::from_key(&dimension)?, name), ValueId(id))));
    Ok(known.collect())
}

/// Adds values of dimensions.
pub async fn add_values<'a>(
    tx: &mut Tx,
    import: Option<i64>,
    values: impl Iterator<Item = (&'a (Dimension, String), ValueId)>,
) -> Result<()> {
    let rows: Rows = values.map(|((dimension, name), id)| (dimension, name, id)).collect();
    tx.bulk_with(ADD_VALUES, rows, &[import]).await?;
    Ok(())
}

/// A lead as the cells of [`PUT`].
struct LeadCells<'a> {
    id: LeadId,
    row: &'a LeadRow,
}

impl Serialize for LeadCells<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let row = self.row;
        let derived = &row.derived;
        let mut cells = serializer.serialize_seq(None)?;
        cells.serialize_element(&self.id)?;
        cells.serialize_element(&row.created_at.at)?;
        cells.serialize_element(&row.company)?;
        cells.serialize_element(&row.title)?;
        cells.serialize_element(&row.size)?;
        for value in &row.values {
            cells.serialize_element(value)?;
        }
        for moment in moments(row).into_iter().skip(1) {
            cells.serialize_element(&moment.map(|moment| moment.at))?;
        }
        cells.serialize_element(&day_bits(&moments(row)))?;
        cells.serialize_element(&derived.first.decision)?;
        cells.serialize_element(&derived.first.reason)?;
        cells.serialize_element(&i64::from(derived.first.verdict_complete))?;
        cells.serialize_element(&derived.opportunity_minor)?;
        cells.serialize_element(&derived.won_minor)?;
        cells.serialize_element(&i64::from(row.excluded))?;
        cells.serialize_element(&row.events)?;
        cells.serialize_element(&derived.handovers())?;
        cells.end()
    }
}

/// The instants of a lead's row in the order of its columns, which numbers the bits of `day_only`.
fn moments(row: &LeadRow) -> [Option<Moment>; 10] {
    let Derived { first, opportunity_at, won_at, lost_at, .. } = &row.derived;
    [
        Some(row.created_at),
        first.handed_over_at,
        first.accepted_at,
        first.first_touch_at,
        first.connected_at,
        first.verdict_at,
        *opportunity_at,
        *won_at,
        *lost_at,
        first.released_at,
    ]
}

fn day_bits(moments: &[Option<Moment>]) -> i64 {
    let bit = |(n, moment): (usize, &Option<Moment>)| i64::from(moment.is_some_and(|moment| moment.day_only)) << n;
    moments.iter().enumerate().map(bit).sum()
}

/// The bits of a handover are those of the same instants of a lead.
fn handover_bits(handover: &Milestones) -> i64 {
    let first = handover.clone();
    day_bits(&moments(&LeadRow { derived: Derived { first, ..Derived::default() }, ..LeadRow::default() }))
}

/// Reads an instant and its bit.
fn moment_of(row: &AnyRow, column: usize, bits: i64, bit: usize) -> Result<Option<Moment>> {
    let at: Option<i64> = row.try_get(column)?;
    Ok(at.map(|at| Moment { at: Instant(at as u32), day_only: bits >> bit & 1 == 1 }))
}

fn decision_of(row: &AnyRow, column: usize) -> Result<Option<Decision>> {
    let key: Option<String> = row.try_get(column)?;
    Ok(key.and_then(|key| Decision::from_key(&key)))
}

fn flag_of(row: &AnyRow, column: usize) -> Result<bool> {
    Ok(row.try_get::<i64, _>(column)? != 0)
}

fn lead_of(row: &AnyRow) -> Result<StoredLead> {
    let bits: i64 = row.try_get(20)?;
    let moment = |bit: usize| moment_of(row, bit + 10, bits, bit);
    let mut values = [None; Dimension::ALL.len()];
    for (n, value) in values.iter_mut().enumerate() {
        *value = row.try_get::<Option<i64>, _>(5 + n)?.map(ValueId);
    }
    let first = Milestones {
        handed_over_at: moment(1)?,
        accepted_at: moment(2)?,
        first_touch_at: moment(3)?,
        connected_at: moment(4)?,
        verdict_at: moment(5)?,
        released_at: moment(9)?,
        decision: decision_of(row, 21)?,
        reason: row.try_get(22)?,
        verdict_complete: flag_of(row, 23)?,
    };
    let derived = Derived {
        first,
        later: Vec::new(),
        opportunity_at: moment(6)?,
        won_at: moment(7)?,
        lost_at: moment(8)?,
        opportunity_minor: row.try_get(24)?,
        won_minor: row.try_get(25)?,
    };
    let created_at = moment_of(row, 1, bits, 0)?.unwrap_or_default();
    let lead = LeadRow {
        created_at,
        company: row.try_get(2)?,
        title: row.try_get(3)?,
        size: row.try_get(4)?,
        values,
        derived,
        excluded: flag_of(row, 26)?,
        events: row.try_get(27)?,
    };
    let person = Person { name: row.try_get(29)?, email: row.try_get(30)?, phone: row.try_get(31)? };
    Ok(StoredLead { id: LeadId(row.try_get(0)?), row: lead, person, events: Vec::new() })
}

fn event_of(row: &AnyRow) -> Result<StoredEvent> {
    let (kind, detail): (String, Option<String>) = (row.try_get(2)?, row.try_get(9)?);
    Ok(StoredEvent {
        n: row.try_get(1)?,
        kind: EventKind::from_key(&kind).ok_or_else(|| unreadable("lead_event.kind", &kind))?,
        moment: moment_of(row, 3, row.try_get(4)?, 0)?.unwrap_or_default(),
        actor: row.try_get(5)?,
        source: row.try_get(6)?,
        import: row.try_get(7)?,
        record: row.try_get(8)?,
        detail: match detail {
            Some(json) => serde_json::from_str(&json).map_err(|_| unreadable("lead_event.detail", "JSON"))?,
            None => Detail::default(),
        },
        voided: match row.try_get::<i64, _>(10)? {
            0 => Voided::No,
            1 => Voided::ByImport,
            _ => Voided::ByHand,
        },
    })
}

fn handover_of(row: &AnyRow) -> Result<Milestones> {
    let bits: i64 = row.try_get(7)?;
    Ok(Milestones {
        handed_over_at: moment_of(row, 1, bits, 1)?,
        accepted_at: moment_of(row, 2, bits, 2)?,
        first_touch_at: moment_of(row, 3, bits, 3)?,
        connected_at: moment_of(row, 4, bits, 4)?,
        verdict_at: moment_of(row, 5, bits, 5)?,
        released_at: moment_of(row, 6, bits, 9)?,
        decision: decision_of(row, 8)?,
        reason: row.try_get(9)?,
        verdict_complete: flag_of(row, 10)?,
    })
}

fn unreadable(column: &str, value: &str) -> crate::error::AppError {
    tracing::error!(column, value, "a value that no version of this program writes");
    crate::error::AppError::Internal
}
