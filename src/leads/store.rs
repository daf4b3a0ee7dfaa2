//! Leads with their history in the database, many at a time.

use super::columns::{
    answer_of, day_bits, decision_of, flag_of, handover_bits, instant_of, kept_cells, moment_of, moments, route_of,
    unreadable,
};
use super::derive::{Derived, Milestones};
use super::identity::{match_key, oddity};
use super::model::{Decision, Dimension, EventKind, LeadId, Moment, ValueId};
use super::record::{Detail, LeadRow, Person, Said, StoredEvent, StoredLead, Voided, email_key};
use super::stage::{Kept, Owed};
use crate::agreement;
use crate::agreement::rules::Rules;
use crate::error::Result;
use crate::feedback::model::WordKind;
use crate::feedback::reasons::Route;
use crate::people::model::{AccountId, Team};
use crate::period::Instant;
use crate::server::bulk::{Cell, Rows};
use crate::server::db::Tx;
use crate::statements;
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};
use std::collections::HashMap;

statements! {
    FIND_BY_ID = "select {0:int}, k.lead_id from {rows} cross join lead_key as k
        where k.source_id = {2:int} and k.external_id = {1:text}";
    /// Oldest first, a lead that was merged into another one last; says also whether the source knows the lead by a
    /// number already.
    FIND_BY_EMAIL = "select {0:int}, p.lead_id,
            cast(exists (select 1 from lead_key as k where k.lead_id = p.lead_id and k.source_id = {2:int}) as integer)
        from {rows} cross join lead_person as p cross join lead as l
        where p.email_key = {1:text} and l.id = p.lead_id order by coalesce(l.merged_into, 0) > 0, p.lead_id";
    LOAD = "select l.id, l.created_at, l.company, l.title, l.size,
            l.channel_id, l.campaign_id, l.segment_id, l.region_id, l.persona_id, l.owner_id,
            l.handed_over_at, l.accepted_at, l.first_touch_at, l.connected_at, l.verdict_at,
            l.opportunity_at, l.won_at, l.lost_at, l.released_at, l.day_only,
            l.decision, l.reason, l.verdict_complete, l.opportunity_minor, l.won_minor, l.excluded, l.events,
            p.lead_id, p.name, p.email, p.phone, l.merged_into, l.by_hand,
            l.attempts, l.last_touch_at, l.returns_at, l.action_at,
            l.replied_at, l.disputed_at, l.ruled_at, l.upheld, l.route
        from {rows} cross join lead as l left join lead_person as p on p.lead_id = l.id
        where l.id = {0:int} and (l.gone = 0 or l.merged_into is not null)";
    LOAD_EVENTS = "select e.lead_id, e.n, e.kind, e.at, e.day_only, e.actor, e.source_id, e.import_id, e.record, e.detail,
            case when e.voided_at is null then cast(0 as bigint) when e.voided_import is null then 2 else 1 end,
            e.account_id
        from {rows} cross join lead_event as e where e.lead_id = {0:int}
        order by e.lead_id, e.n";
    /// What the leads that were merged into these say.
    LOAD_ABSORBED = "select m.merged_into, e.n, e.kind, e.at, e.day_only, e.actor, e.source_id, e.import_id, e.record,
            e.detail, cast(0 as bigint), e.account_id, m.id
        from {rows} cross join lead as m cross join lead_event as e
        where m.merged_into = {0:int} and e.lead_id = m.id and e.voided_at is null
        order by m.merged_into, m.id, e.n";
    /// What was said about their verdicts.
    LOAD_SAID = "select w.lead_id, w.lead_id, w.verdict_n, w.kind, w.team, w.in_favour, w.at
        from {rows} cross join feedback_word as w where w.lead_id = {0:int} order by w.id";
    /// And about those of the leads that were merged into them.
    LOAD_SAID_THERE = "select m.merged_into, w.lead_id, w.verdict_n, w.kind, w.team, w.in_favour, w.at
        from {rows} cross join lead as m cross join feedback_word as w
        where m.merged_into = {0:int} and w.lead_id = m.id order by w.id";
    SURVIVORS_OF = "select distinct l.merged_into from {rows} cross join lead as l
        where l.id = {0:int} and l.merged_into is not null";
    LOAD_HANDOVERS = "select h.lead_id, h.handed_over_at, h.accepted_at, h.first_touch_at, h.connected_at, h.verdict_at,
            h.released_at, h.day_only, h.decision, h.reason, h.verdict_complete,
            h.replied_at, h.disputed_at, h.ruled_at, h.upheld, h.route
        from {rows} cross join handover as h where h.lead_id = {0:int}
        order by h.lead_id, h.n";
    PUT = "insert into lead (id, created_at, company, title, size,
            channel_id, campaign_id, segment_id, region_id, persona_id, owner_id,
            handed_over_at, accepted_at, first_touch_at, connected_at, verdict_at,
            opportunity_at, won_at, lost_at, released_at, day_only,
            decision, reason, verdict_complete, opportunity_minor, won_minor, excluded, events, handovers, seq,
            attempts, last_touch_at, returns_at, action_at, stage, due_at, silent_at,
            replied_at, disputed_at, ruled_at, upheld, route)
        select {0:int}, {1:int}, {2:text}, {3:text},
            {4:int}, {5:int}, {6:int},
            {7:int}, {8:int}, {9:int},
            {10:int}, {11:int}, {12:int},
            {13:int}, {14:int}, {15:int},
            {16:int}, {17:int}, {18:int},
            {19:int}, {20:int}, {21:text}, {22:text},
            {23:int}, {24:int}, {25:int},
            {26:int}, {27:int}, {28:int}, {29:int},
            {30:int}, {31:int}, {32:int}, {33:int}, {34:text}, {35:int}, {36:int},
            {37:int}, {38:int}, {39:int}, {40:int}, {41:text}
        from {rows} where true
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
            events = excluded.events, handovers = excluded.handovers, seq = excluded.seq,
            attempts = excluded.attempts, last_touch_at = excluded.last_touch_at, returns_at = excluded.returns_at,
            action_at = excluded.action_at, stage = excluded.stage, due_at = excluded.due_at,
            silent_at = excluded.silent_at, replied_at = excluded.replied_at, disputed_at = excluded.disputed_at,
            ruled_at = excluded.ruled_at, upheld = excluded.upheld, route = excluded.route";
    /// What the queue is found by, counted anew.
    PUT_KEPT = "update lead set stage = {1:text}, due_at = {2:int}, silent_at = {3:int}, attempts = {4:int},
            last_touch_at = {5:int}, returns_at = {6:int}, day_only = {7:int}
        from {rows} where id = {0:int}";
    KEPT_AFTER = "select id, stage, due_at, silent_at from lead where id > $1 and gone = 0 order by id limit $2";
    COUNTED = "select rules, up_to from queue_count where id = 1";
    SET_COUNTED = "insert into queue_count (id, rules, up_to) values (1, $1, $2)
        on conflict (id) do update set rules = excluded.rules, up_to = excluded.up_to";
    PUT_PERSON = "insert into lead_person (lead_id, name, email, phone, email_key, match_key, odd_email)
        select {0:int}, {1:text}, {2:text}, {3:text}, {4:text}, {5:int}, {6:int}
        from {rows} where true
        on conflict (lead_id) do update set name = excluded.name, email = excluded.email, phone = excluded.phone,
            email_key = excluded.email_key, match_key = excluded.match_key, odd_email = excluded.odd_email";
    REMOVE_PERSON = "delete from lead_person where lead_id in (select {0:int} from {rows})";
    REMOVE_HANDOVERS = "delete from handover where lead_id in (select {0:int} from {rows})";
    ADD_HANDOVERS = "insert into handover (lead_id, n, handed_over_at, accepted_at, first_touch_at, connected_at,
            verdict_at, released_at, day_only, decision, reason, verdict_complete,
            replied_at, disputed_at, ruled_at, upheld, route)
        select {0:int}, {1:int}, {2:int},
            {3:int}, {4:int}, {5:int},
            {6:int}, {7:int}, {8:int},
            {9:text}, {10:text}, {11:int},
            {12:int}, {13:int}, {14:int}, {15:int}, {16:text}
        from {rows}";
    ADD_EVENTS = "insert into lead_event (lead_id, n, kind, at, day_only, actor, record, detail, source_id, import_id,
            account_id)
        select {0:int}, {1:int}, {2:text},
            {3:int}, {4:int}, {5:text}, {6:text}, {7:text},
            {8:int}, {9:int}, {10:int}
        from {rows}";
    VOID_EVENTS = "update lead_event set voided_at = {4:int}, voided_import = {5:int}, voided_by = {2:text},
            void_reason = {3:text}
        from {rows} where lead_id = {0:int} and n = {1:int}";
    ADD_KEYS = "insert into lead_key (source_id, external_id, lead_id, import_id)
        select {2:int}, {1:text}, {0:int}, {3:int} from {rows}";
    FIND_VALUES = "select v.dimension, v.name, v.id from {rows} cross join dimension_value as v
        where v.dimension = {0:text} and v.name = {1:text}";
    ADD_VALUES = "insert into dimension_value (dimension, name, id, import_id)
        select {0:text}, {1:text}, {2:int}, {3:int} from {rows}";
}

/// For each pair of a row's place and an external id, the lead that the source knows by it: place and lead.
pub async fn find_by_id<'a>(
    tx: &mut Tx,
    source: i64,
    ids: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Vec<(i64, i64)>> {
    let rows = ids.map(|(place, id)| [place.into(), id.into(), source.into()]).collect();
    let found = tx.bulk_rows(FIND_BY_ID, &rows).await?;
    Ok(found.iter().map(FromRow::from_row).collect::<Result<_, _>>()?)
}

/// For each pair of a row's place and an e-mail, the leads with that e-mail, oldest first: place, lead, and 1 where
/// the source knows that lead by a number already.
pub async fn find_by_email<'a>(
    tx: &mut Tx,
    source: i64,
    emails: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Vec<(i64, i64, i64)>> {
    let rows = emails.map(|(place, email)| [place.into(), email_key(email).into(), source.into()]).collect();
    let found = tx.bulk_rows(FIND_BY_EMAIL, &rows).await?;
    Ok(found.iter().map(FromRow::from_row).collect::<Result<_, _>>()?)
}

/// Leads with their history, those that were merged into others too; those that are gone are left out.
pub async fn load(tx: &mut Tx, ids: &[LeadId]) -> Result<HashMap<LeadId, StoredLead>> {
    let rows: Rows = ids.iter().map(|id| [Cell::from(*id)]).collect();
    let mut leads = HashMap::with_capacity(ids.len());
    for row in tx.bulk_rows(LOAD, &rows).await? {
        let lead = lead_of(&row)?;
        leads.insert(lead.id, lead);
    }
    for row in tx.bulk_rows(LOAD_EVENTS, &rows).await? {
        if let Some(lead) = leads.get_mut(&LeadId(row.try_get(0)?)) {
            lead.events.push(event_of(&row)?);
        }
    }
    for row in tx.bulk_rows(LOAD_ABSORBED, &rows).await? {
        if let Some(lead) = leads.get_mut(&LeadId(row.try_get(0)?)) {
            lead.absorbed.push((LeadId(row.try_get(12)?), event_of(&row)?));
        }
    }
    for row in tx.bulk_rows(LOAD_HANDOVERS, &rows).await? {
        if let Some(lead) = leads.get_mut(&LeadId(row.try_get(0)?)) {
            lead.row.derived.later.push(handover_of(&row)?);
        }
    }
    for statement in [LOAD_SAID, LOAD_SAID_THERE] {
        for row in tx.bulk_rows(statement, &rows).await? {
            if let Some((lead, said)) = leads.get_mut(&LeadId(row.try_get(0)?)).zip(said_of(&row)?) {
                lead.said.push(said);
            }
        }
    }
    for lead in leads.values_mut() {
        lead.row.contested = lead.row.derived.current().answer.is_contested();
    }
    Ok(leads)
}

/// The leads that some of these were merged into.
pub async fn survivors_of(tx: &mut Tx, leads: &[LeadId]) -> Result<Vec<LeadId>> {
    let rows = tx.bulk_rows(SURVIVORS_OF, &leads.iter().map(|id| [(*id).into()]).collect()).await?;
    Ok(rows.iter().map(|row| row.try_get(0).map(LeadId)).collect::<Result<_, _>>()?)
}

/// Derives the milestones of leads from their events once more, because those of a lead that was merged into them
/// changed.
pub async fn derive_anew(tx: &mut Tx, seq: i64, leads: &[LeadId]) -> Result<()> {
    if leads.is_empty() {
        return Ok(());
    }
    let mut stored: Vec<StoredLead> = load(tx, leads).await?.into_values().collect();
    stored.sort_unstable_by_key(|lead| lead.id);
    stored.iter_mut().for_each(StoredLead::derive);
    put(tx, seq, stored.iter().map(|lead| (lead.id, &lead.row))).await?;
    put_handovers(tx, stored.iter().map(|lead| (lead.id, &lead.row))).await
}

/// Writes the rows of leads, new and old, with the seq of this write, and what sales owes them by the agreement.
/// Handovers after the first are written by [`put_handovers`], personal values by [`put_people`].
pub async fn put<'a>(tx: &mut Tx, seq: i64, leads: impl Iterator<Item = (LeadId, &'a LeadRow)>) -> Result<()> {
    let rules = agreement::service::rules(tx).await?;
    let kept = |row: &LeadRow| rules.as_ref().map(|rules| Owed::of(row, rules).kept()).unwrap_or_default();
    tx.bulk_from(PUT, leads.map(|(id, row)| cells_of(id, row, kept(row), seq))).await
}

/// By which rules the queue was last counted, and up to which lead that has come.
pub async fn counted(tx: &mut Tx) -> Result<Option<(String, i64)>> {
    Ok(sqlx::query_as(COUNTED).fetch_optional(tx.conn()).await?)
}

/// Writes that down.
pub async fn set_counted(tx: &mut Tx, rules: &str, up_to: i64) -> Result<()> {
    sqlx::query(SET_COUNTED).bind(rules).bind(up_to).execute(tx.conn()).await?;
    Ok(())
}

/// Counts what the next leads after one are owed, and writes what differs; the last of them, `None` at the end.
pub async fn recount(tx: &mut Tx, rules: &Rules, after: i64, limit: i64) -> Result<Option<i64>> {
    type Row = (i64, Option<String>, Option<i64>, Option<i64>);
    let rows: Vec<Row> = sqlx::query_as(KEPT_AFTER).bind(after).bind(limit).fetch_all(tx.conn()).await?;
    let ids: Vec<LeadId> = rows.iter().map(|row| LeadId(row.0)).collect();
    let mut leads = load(tx, &ids).await?;
    let mut changed = Rows::default();
    for (id, stage, due, silent) in &rows {
        let Some(lead) = leads.get_mut(&LeadId(*id)) else { continue };
        let before = lead.row.derived.clone();
        // An older version of the program did not count attempts.
        lead.derive();
        let kept = kept_cells(Owed::of(&lead.row, rules).kept());
        if (stage.as_deref(), *due, *silent) != kept || lead.row.derived != before {
            let derived = &lead.row.derived;
            changed.push([
                (*id).into(),
                kept.0.into(),
                kept.1.into(),
                kept.2.into(),
                i64::from(derived.attempts).into(),
                derived.last_touch_at.map(|moment| moment.at).into(),
                derived.returns_at.into(),
                day_bits(&moments(&lead.row)).into(),
            ]);
        }
    }
    tx.bulk(PUT_KEPT, &changed).await?;
    Ok(ids.last().map(|id| id.0))
}

/// Replaces the handovers after the first of these leads.
pub async fn put_handovers<'a>(tx: &mut Tx, leads: impl Iterator<Item = (LeadId, &'a LeadRow)> + Clone) -> Result<()> {
    let ids: Vec<LeadId> = leads.clone().map(|(id, _)| id).collect();
    remove_handovers(tx, &ids).await?;
    let mut rows = Rows::default();
    for (id, lead) in leads {
        for (nth, handover) in lead.derived.later.iter().enumerate() {
            let at = |moment: Option<Moment>| moment.map(|moment| moment.at).into();
            rows.push([
                id.into(),
                (nth + 2).into(),
                at(handover.handed_over_at),
                at(handover.accepted_at),
                at(handover.first_touch_at),
                at(handover.connected_at),
                at(handover.verdict_at),
                at(handover.released_at),
                handover_bits(handover).into(),
                handover.decision.map(Decision::key).into(),
                handover.reason.as_ref().into(),
                handover.verdict_complete.into(),
                handover.answer.replied_at.into(),
                handover.answer.disputed_at.into(),
                handover.answer.ruled_at.into(),
                handover.answer.upheld.into(),
                handover.route.map(Route::key).into(),
            ]);
        }
    }
    tx.bulk(ADD_HANDOVERS, &rows).await
}

/// Removes the handovers after the first of these leads.
pub async fn remove_handovers(tx: &mut Tx, leads: &[LeadId]) -> Result<()> {
    tx.bulk(REMOVE_HANDOVERS, &leads.iter().map(|id| [(*id).into()]).collect()).await
}

/// Writes personal values, each with its lead's company, by which leads that may be the same are found; empty ones
/// take the row away.
pub async fn put_people<'a>(
    tx: &mut Tx,
    people: impl Iterator<Item = (LeadId, Option<&'a str>, &'a Person)> + Clone,
) -> Result<()> {
    let gone = people.clone().filter(|(.., person)| person.is_empty()).map(|(id, ..)| [id.into()]).collect();
    tx.bulk(REMOVE_PERSON, &gone).await?;
    let put = people.filter(|(.., person)| !person.is_empty()).map(|(id, company, person)| {
        let Person { name, email, phone } = person;
        [
            id.into(),
            name.as_ref().into(),
            email.as_ref().into(),
            phone.as_ref().into(),
            email.as_deref().map(email_key).into(),
            match_key(company, name.as_deref()).into(),
            email.as_deref().is_some_and(|email| oddity(email).is_some()).into(),
        ]
    });
    tx.bulk_from(PUT_PERSON, put).await
}

/// Appends events to histories.
pub async fn add_events<'a>(
    tx: &mut Tx,
    source: Option<i64>,
    import: Option<i64>,
    events: impl Iterator<Item = (LeadId, &'a StoredEvent)>,
) -> Result<()> {
    let rows = events.map(|(lead, event)| {
        let Moment { at, day_only } = event.moment;
        [
            lead.into(),
            event.n.into(),
            event.kind.key().into(),
            at.into(),
            day_only.into(),
            event.actor.as_ref().into(),
            event.record.as_ref().into(),
            event.detail.to_json().into(),
            source.into(),
            import.into(),
            event.account.map(|account| account.0).into(),
        ]
    });
    tx.bulk_from(ADD_EVENTS, rows).await
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
    let cells = |(lead, n): (LeadId, i64)| [lead.into(), n.into(), by.into(), reason.into(), at.into(), import.into()];
    tx.bulk(VOID_EVENTS, &events.map(cells).collect()).await
}

/// Writes down by which numbers a source knows leads.
pub async fn add_keys<'a>(
    tx: &mut Tx,
    source: i64,
    import: Option<i64>,
    keys: impl Iterator<Item = (LeadId, &'a str)>,
) -> Result<()> {
    let cells = |(lead, key): (LeadId, &'a str)| [lead.into(), key.into(), source.into(), import.into()];
    tx.bulk(ADD_KEYS, &keys.map(cells).collect()).await
}

/// The numbers of those values of dimensions that are there.
pub async fn find_values(tx: &mut Tx, names: &[(Dimension, String)]) -> Result<Vec<((Dimension, String), ValueId)>> {
    let rows = names.iter().map(|(dimension, name)| [dimension.key().into(), name.into()]).collect();
    let found = tx.bulk_rows(FIND_VALUES, &rows).await?;
    let found: Vec<(String, String, i64)> = found.iter().map(FromRow::from_row).collect::<Result<_, _>>()?;
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
    let cells = |((dimension, name), id): (&'a (Dimension, String), ValueId)| {
        [dimension.key().into(), name.into(), id.into(), import.into()]
    };
    tx.bulk(ADD_VALUES, &values.map(cells).collect()).await
}

/// A lead as the cells of [`PUT`].
fn cells_of(id: LeadId, row: &LeadRow, kept: Kept, seq: i64) -> [Cell<'_>; 42] {
    let (stage, due, silent) = kept_cells(kept);
    let derived = &row.derived;
    let moments = moments(row);
    let at = |n: usize| moments[n].map(|moment| moment.at).into();
    let value = |n: usize| row.values[n].into();
    [
        id.into(),
        row.created_at.at.into(),
        row.company.as_ref().into(),
        row.title.as_ref().into(),
        row.size.into(),
        value(0),
        value(1),
        value(2),
        value(3),
        value(4),
        value(5),
        at(1),
        at(2),
        at(3),
        at(4),
        at(5),
        at(6),
        at(7),
        at(8),
        at(9),
        day_bits(&moments).into(),
        derived.first.decision.map(Decision::key).into(),
        derived.first.reason.as_ref().into(),
        derived.first.verdict_complete.into(),
        derived.opportunity_minor.into(),
        derived.won_minor.into(),
        row.excluded.into(),
        row.events.into(),
        derived.handovers().into(),
        seq.into(),
        i64::from(derived.attempts).into(),
        at(10),
        derived.returns_at.into(),
        row.action_at.into(),
        stage.into(),
        due.into(),
        silent.into(),
        derived.first.answer.replied_at.into(),
        derived.first.answer.disputed_at.into(),
        derived.first.answer.ruled_at.into(),
        derived.first.answer.upheld.into(),
        derived.first.route.map(Route::key).into(),
    ]
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
        answer: answer_of(row, 38)?,
        route: route_of(row, 42)?,
    };
    let derived = Derived {
        first,
        later: Vec::new(),
        opportunity_at: moment(6)?,
        won_at: moment(7)?,
        lost_at: moment(8)?,
        opportunity_minor: row.try_get(24)?,
        won_minor: row.try_get(25)?,
        attempts: u32::try_from(row.try_get::<i64, _>(34)?).unwrap_or_default(),
        last_touch_at: moment_of(row, 35, bits, 10)?,
        returns_at: instant_of(row, 36)?,
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
        by_hand: row.try_get(33)?,
        action_at: instant_of(row, 37)?,
        contested: false,
    };
    let merged_into = row.try_get::<Option<i64>, _>(32)?.map(LeadId);
    let person = Person { name: row.try_get(29)?, email: row.try_get(30)?, phone: row.try_get(31)? };
    Ok(StoredLead {
        id: LeadId(row.try_get(0)?),
        row: lead,
        person,
        events: Vec::new(),
        absorbed: Vec::new(),
        said: Vec::new(),
        merged_into,
    })
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
        account: row.try_get::<Option<i64>, _>(11)?.map(AccountId),
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
        answer: answer_of(row, 11)?,
        route: route_of(row, 15)?,
    })
}

/// Of a row of [`LOAD_SAID`].
fn said_of(row: &AnyRow) -> Result<Option<Said>> {
    let text = |column: usize| row.try_get::<Option<String>, _>(column);
    let team = |column: usize| Ok::<_, sqlx::Error>(text(column)?.and_then(|key| Team::from_key(&key)));
    let Some(kind) = text(3)?.and_then(|key| WordKind::from_key(&key)) else { return Ok(None) };
    Ok(Some(Said {
        lead: LeadId(row.try_get(1)?),
        verdict: row.try_get(2)?,
        kind,
        ruling: team(4)?.zip(team(5)?),
        at: instant_of(row, 6)?.unwrap_or_default(),
    }))
}
