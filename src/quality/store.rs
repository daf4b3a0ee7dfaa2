//! Findings, fixes, merges and rules in the database.

use super::model::Row;
use crate::changes::store::{Counter, take_numbers};
use crate::error::Result;
use crate::leads::model::{Dimension, LeadId, ValueId};
use crate::leads::record::by_hand_bit;
use crate::leads::store as leads;
use crate::people::model::AccountId;
use crate::period::Instant;
use crate::server::bulk::Rows;
use crate::server::db::{Tx, WriteTx};
use crate::{statements, work};
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A question about leads that miss a dimension; -1 asks for every channel and campaign, 0 for none.
macro_rules! missing {
    ($what:literal, $column:literal, $order:literal) => {
        concat!(
            "select ",
            $what,
            " from lead as l where l.",
            $column,
            " is null and l.gone = 0 and (l.excluded = 0 or l.opportunity_at is not null)
            and (cast($1 as bigint) = -1 or coalesce(l.channel_id, 0) = $1)
            and (cast($2 as bigint) = -1 or coalesce(l.campaign_id, 0) = $2)",
            $order
        )
    };
}

/// A question about leads of which several have one key.
macro_rules! same {
    ($what:literal, $key:literal, $known:literal, $rest:literal) => {
        concat!(
            "select ",
            $what,
            " from lead_person as p join lead as l on l.id = p.lead_id
            where l.gone = 0 and (l.excluded = 0 or l.opportunity_at is not null) and p.",
            $key,
            " in
                (select ",
            $key,
            " from lead_person where ",
            $known,
            " group by ",
            $key,
            " having count(*) > 1)
            group by p.",
            $key,
            " having count(*) > 1",
            $rest
        )
    };
}

/// How many groups there are, and how many leads in them.
macro_rules! same_count {
    ($key:literal, $known:literal) => {
        concat!(
            "select count(*), cast(coalesce(sum(g.n), 0) as bigint) from (",
            same!("count(*) as n", $key, $known, ""),
            ") as g"
        )
    };
}

statements! {
    COUNT_NO_CHANNEL = missing!("count(*)", "channel_id", "");
    COUNT_NO_PERSONA = missing!("count(*)", "persona_id", "");
    COUNT_NO_OWNER = missing!("count(*)", "owner_id", "");
    NO_CHANNEL = missing!("l.id", "channel_id", " order by l.id desc limit $3 offset $4");
    NO_PERSONA = missing!("l.id", "persona_id", " order by l.id desc limit $3 offset $4");
    NO_OWNER = missing!("l.id", "owner_id", " order by l.id desc limit $3 offset $4");
    NO_CHANNEL_OLDEST = missing!("l.id", "channel_id", " order by l.id limit $3 offset $4");
    NO_PERSONA_OLDEST = missing!("l.id", "persona_id", " order by l.id limit $3 offset $4");
    NO_OWNER_OLDEST = missing!("l.id", "owner_id", " order by l.id limit $3 offset $4");
    COUNT_ODD = "select count(*) from lead_person as p join lead as l on l.id = p.lead_id
        where p.odd_email = 1 and l.gone = 0 and (l.excluded = 0 or l.opportunity_at is not null)";
    ODD = "select p.lead_id from lead_person as p join lead as l on l.id = p.lead_id
        where p.odd_email = 1 and l.gone = 0 and (l.excluded = 0 or l.opportunity_at is not null)
        order by p.lead_id desc limit $1 offset $2";
    COUNT_SAME_EMAIL = same_count!("email_key", "email_key is not null");
    COUNT_SAME_NAME = same_count!("match_key", "match_key is not null and match_key <> 0");
    SAME_EMAIL = same!("p.email_key, max(p.lead_id) as latest", "email_key", "email_key is not null",
        " order by latest desc limit $1 offset $2");
    SAME_NAME = same!("p.match_key, max(p.lead_id) as latest", "match_key", "match_key is not null and match_key <> 0",
        " order by latest desc limit $1 offset $2");
    OF_EMAIL = "select {0:int}, p.lead_id from {rows} cross join lead_person as p cross join lead as l
        where p.email_key = {1:text} and l.id = p.lead_id and l.gone = 0
            and (l.excluded = 0 or l.opportunity_at is not null)
        order by 1, 2";
    OF_NAME = "select {0:int}, p.lead_id from {rows} cross join lead_person as p cross join lead as l
        where p.match_key = {1:int} and l.id = p.lead_id and l.gone = 0
            and (l.excluded = 0 or l.opportunity_at is not null)
        order by 1, 2";
    LEADS = "select l.id, (select min(k.external_id) from lead_key as k where k.lead_id = l.id) as external_id,
            p.name, p.email, l.company, c.name as channel, a.name as campaign, s.name as persona, o.name as owner,
            l.created_at, l.handed_over_at
        from {rows}
        cross join lead as l
        left join lead_person as p on p.lead_id = l.id
        left join dimension_value as c on c.id = l.channel_id
        left join dimension_value as a on a.id = l.campaign_id
        left join dimension_value as s on s.id = l.persona_id
        left join dimension_value as o on o.id = l.owner_id
        where l.id = {0:int}";
    VALUES = "select name from dimension_value where dimension = $1 order by name";

    CHANGE = "select kind, at, actor, detail from change where seq = $1";
    ADD_WORK = "insert into lead_work (lead_id, seq) select {0:int}, {1:int} from {rows}";
    WORK = "select lead_id from lead_work where seq = $1 order by lead_id";
    REMOVE_WORK = "delete from lead_work where seq = $1";
    /// Leads of a change that an import found as that change had left them; from those imports on, since others may
    /// have kept millions of leads.
    KEEP_FROM_UNDO = "insert into lead_work (lead_id, seq) select distinct w.lead_id, cast($2 as bigint)
        from import_batch as b cross join import_undo as u cross join lead_work as w
        where b.seq > $1 and u.import_id = b.import_id and u.batch = b.n and w.lead_id = u.lead_id and w.seq = $1";
    /// Of these leads those that miss a dimension (0: channel, 4: persona, 5: owner).
    STILL_MISSING = "select l.id from {rows} cross join lead as l where l.id = {0:int} and l.gone = 0
        and case {1:int} when 0 then l.channel_id when 4 then l.persona_id else l.owner_id end is null";
    FILL_CHANNEL = "update lead set channel_id = {1:int}, by_hand = by_hand | {2:int}, seq = {3:int}
        from {rows} where id = {0:int} and channel_id is null and gone = 0";
    FILL_PERSONA = "update lead set persona_id = {1:int}, by_hand = by_hand | {2:int}, seq = {3:int}
        from {rows} where id = {0:int} and persona_id is null and gone = 0";
    FILL_OWNER = "update lead set owner_id = {1:int}, by_hand = by_hand | {2:int}, seq = {3:int}
        from {rows} where id = {0:int} and owner_id is null and gone = 0";
    EMPTY_CHANNEL = "update lead set channel_id = null, by_hand = by_hand - $3, seq = $2
        where id in (select lead_id from lead_work where seq = $1) and channel_id = $4 and by_hand & $3 <> 0";
    EMPTY_PERSONA = "update lead set persona_id = null, by_hand = by_hand - $3, seq = $2
        where id in (select lead_id from lead_work where seq = $1) and persona_id = $4 and by_hand & $3 <> 0";
    EMPTY_OWNER = "update lead set owner_id = null, by_hand = by_hand - $3, seq = $2
        where id in (select lead_id from lead_work where seq = $1) and owner_id = $4 and by_hand & $3 <> 0";
    KEEP_EMAIL = "update lead_person set email_before = email where lead_id = $1";
    FORGET_EMAIL_BEFORE = "update lead_person set email_before = null where lead_id = $1";
    EMAIL_BEFORE = "select email_before from lead_person where lead_id = $1";
    SET_BY_HAND = "update lead set by_hand = by_hand | $2, seq = $3 where id = $1";
    CLEAR_BY_HAND = "update lead set by_hand = by_hand - $2, seq = $3 where id = $1 and by_hand & $2 <> 0";
    UNVOID = "update lead_event set voided_at = null, voided_by = null, void_reason = null
        from {rows} where lead_id = {0:int} and n = {1:int} and voided_at is not null and voided_import is null";
    MERGED_INTO = "select id from lead where merged_into = $1 order by id";

    STATE = "select id, gone, merged_into from lead where id = $1";
    MERGE = "update lead set gone = 1, merged_into = {1:int}, seq = {2:int} from {rows} where id = {0:int}";
    MOVE_MERGED = "update lead set merged_into = $2 where merged_into = $1";
    ADD_MERGE = "insert into lead_merge (merged_id, survivor_id, seq, at, actor) values ($1, $2, $3, $4, $5)";
    FIND_MERGE = "select survivor_id, seq from lead_merge where merged_id = $1";
    /// What was merged into the lead before it was merged itself stays with it.
    UNMERGE_BELOW = "with recursive below (id) as (
            select merged_id from lead_merge where survivor_id = $1
            union select m.merged_id from lead_merge as m join below as b on m.survivor_id = b.id)
        update lead set merged_into = $1 where id in (select id from below)";
    UNMERGE = "update lead set gone = 0, merged_into = null, seq = $2 where id = $1";
    REMOVE_MERGE = "delete from lead_merge where merged_id = $1";
    /// The survivor is as free as before once nothing of the merge stands.
    REMOVE_MERGE_WORK = "delete from lead_work where seq = $1 and (lead_id = $2
        or not exists (select 1 from lead_merge as m where m.seq = $1))";
    COUNT_MERGES = "select count(*) from lead_merge";
    MERGES = "select merged_id, survivor_id, at, actor from lead_merge order by seq desc, merged_id limit $1 offset $2";

    UNMATCHED = "select p.lead_id, l.company, p.name, p.email from lead_person as p join lead as l on l.id = p.lead_id
        where p.match_key = 0 limit $1";
    MATCH = "update lead_person set match_key = {1:int}, odd_email = {2:int} from {rows} where lead_id = {0:int}";
}

/// Which leads of a missing dimension are asked for; `None`: of every channel or campaign, 0: of none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrow {
    /// By channel.
    pub channel: Option<i64>,
    /// By campaign.
    pub campaign: Option<i64>,
}

impl Narrow {
    fn binds(self) -> [i64; 2] {
        [self.channel.unwrap_or(-1), self.campaign.unwrap_or(-1)]
    }
}

/// A part of a list: so many rows, after so many others.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Rows.
    pub rows: usize,
    /// Rows before them.
    pub after: usize,
}

/// The three dimensions that a lead should have, each with its statements: count, newest first, oldest first, fill, and
/// take back.
const fn of_dimension(dimension: Dimension) -> Option<[&'static str; 5]> {
    match dimension {
        Dimension::Channel => Some([COUNT_NO_CHANNEL, NO_CHANNEL, NO_CHANNEL_OLDEST, FILL_CHANNEL, EMPTY_CHANNEL]),
        Dimension::Persona => Some([COUNT_NO_PERSONA, NO_PERSONA, NO_PERSONA_OLDEST, FILL_PERSONA, EMPTY_PERSONA]),
        Dimension::Owner => Some([COUNT_NO_OWNER, NO_OWNER, NO_OWNER_OLDEST, FILL_OWNER, EMPTY_OWNER]),
        Dimension::Campaign | Dimension::Segment | Dimension::Region => None,
    }
}

/// How many leads miss a dimension.
pub async fn count_missing(tx: &mut Tx, dimension: Dimension, narrow: Narrow) -> Result<i64> {
    let Some([count, ..]) = of_dimension(dimension) else { return Ok(0) };
    let [channel, campaign] = narrow.binds();
    Ok(sqlx::query_scalar(count).bind(channel).bind(campaign).fetch_one(tx.conn()).await?)
}

/// The leads that miss a dimension, the newest or the oldest first.
pub async fn missing(
    tx: &mut Tx,
    dimension: Dimension,
    narrow: Narrow,
    oldest_first: bool,
    slice: Slice,
) -> Result<Vec<LeadId>> {
    let Some([_, newest, oldest, ..]) = of_dimension(dimension) else { return Ok(Vec::new()) };
    let [channel, campaign] = narrow.binds();
    let list = sqlx::query_scalar(if oldest_first { oldest } else { newest }).bind(channel).bind(campaign);
    let ids: Vec<i64> = list.bind(slice.rows as i64).bind(slice.after as i64).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(LeadId).collect())
}

/// How many leads have an address that no mail reaches.
pub async fn count_odd(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar(COUNT_ODD).fetch_one(tx.conn()).await?)
}

/// Those leads, the newest first.
pub async fn odd(tx: &mut Tx, slice: Slice) -> Result<Vec<LeadId>> {
    let list = sqlx::query_scalar(ODD).bind(slice.rows as i64).bind(slice.after as i64);
    let ids: Vec<i64> = list.fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(LeadId).collect())
}

/// How many groups of leads there are that may be one lead each, and how many leads are in them.
pub async fn count_same(tx: &mut Tx, by_email: bool) -> Result<(i64, i64)> {
    let count = if by_email { COUNT_SAME_EMAIL } else { COUNT_SAME_NAME };
    Ok(sqlx::query_as(count).fetch_one(tx.conn()).await?)
}

/// Those groups, the one with the newest lead first; the leads of each, oldest first.
pub async fn same(tx: &mut Tx, by_email: bool, slice: Slice) -> Result<Vec<Vec<LeadId>>> {
    let (groups, members) = if by_email { (SAME_EMAIL, OF_EMAIL) } else { (SAME_NAME, OF_NAME) };
    let list = sqlx::query(groups).bind(slice.rows as i64).bind(slice.after as i64);
    let keys = list.fetch_all(tx.conn()).await?;
    let mut rows = Rows::default();
    for (place, key) in keys.iter().enumerate() {
        let key = if by_email { key.try_get::<String, _>(0)?.into() } else { key.try_get::<i64, _>(0)?.into() };
        rows.push([place.into(), key]);
    }
    let mut groups = vec![Vec::new(); keys.len()];
    for row in tx.bulk_rows(members, &rows).await? {
        groups[row.try_get::<i64, _>(0)? as usize].push(LeadId(row.try_get(1)?));
    }
    Ok(groups)
}

/// These leads, in the order of their numbers.
pub async fn rows(tx: &mut Tx, ids: &[LeadId]) -> Result<Vec<Row>> {
    let found = tx.bulk_rows(LEADS, &ids.iter().map(|id| [(*id).into()]).collect()).await?;
    let instant = |row: &AnyRow, column: &str| -> Result<Option<Instant>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.and_then(|at| u32::try_from(at).ok()).map(Instant))
    };
    let row = |row: &AnyRow| -> Result<Row> {
        Ok(Row {
            id: LeadId(row.try_get("id")?),
            external_id: row.try_get("external_id")?,
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            company: row.try_get("company")?,
            channel: row.try_get("channel")?,
            campaign: row.try_get("campaign")?,
            persona: row.try_get("persona")?,
            owner: row.try_get("owner")?,
            created_at: instant(row, "created_at")?.unwrap_or_default(),
            handed_over_at: instant(row, "handed_over_at")?,
        })
    };
    let mut rows = found.iter().map(row).collect::<Result<Vec<_>>>()?;
    rows.sort_by_key(|row| row.id);
    Ok(rows)
}

/// The names of a dimension's values.
pub async fn values(tx: &mut Tx, dimension: Dimension) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(VALUES).bind(dimension.key()).fetch_all(tx.conn()).await?)
}

/// A line of the change log by its seq: kind, when, who, and its JSON.
pub async fn change(tx: &mut Tx, seq: i64) -> Result<Option<(String, i64, String, String)>> {
    Ok(sqlx::query_as(CHANGE).bind(seq).fetch_optional(tx.conn()).await?)
}

/// Writes down which leads a change concerns, and that somebody worked on them: what others did before is not taken back
/// over it, and who looked at them before decides once more.
pub async fn add_work(tx: &mut WriteTx, leads: &[LeadId], by: AccountId) -> Result<()> {
    let seq = tx.seq().0;
    work::store::mark_mended(tx, leads, seq, by).await?;
    tx.bulk(ADD_WORK, &leads.iter().map(|id| [(*id).into(), seq.into()]).collect()).await
}

/// Which leads a change concerns; none where it was taken back.
pub async fn work(tx: &mut Tx, seq: i64) -> Result<Vec<LeadId>> {
    let ids: Vec<i64> = sqlx::query_scalar(WORK).bind(seq).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(LeadId).collect())
}

/// A change was taken back: it concerns no lead any more.
pub async fn remove_work(tx: &mut Tx, seq: i64) -> Result<()> {
    sqlx::query(REMOVE_WORK).bind(seq).execute(tx.conn()).await?;
    Ok(())
}

/// Keeps leads of a change that is being taken back from the undo of imports that came after that change: what those
/// kept of the leads holds what is being taken back, and would bring it back.
pub async fn keep_from_undo(tx: &mut WriteTx, made: i64) -> Result<()> {
    let seq = tx.seq().0;
    sqlx::query(KEEP_FROM_UNDO).bind(made).bind(seq).execute(tx.conn()).await?;
    Ok(())
}

/// Of these leads those that miss a dimension still.
pub async fn still_missing(tx: &mut Tx, dimension: Dimension, leads: &[LeadId]) -> Result<Vec<LeadId>> {
    if of_dimension(dimension).is_none() {
        return Ok(Vec::new());
    }
    let rows = leads.iter().map(|id| [(*id).into(), (dimension as usize).into()]).collect();
    let rows = tx.bulk_rows(STILL_MISSING, &rows).await?;
    let mut ids = rows.iter().map(|row| row.try_get(0).map(LeadId)).collect::<Result<Vec<_>, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Sets a dimension of those of these leads that miss it.
pub async fn fill(tx: &mut WriteTx, dimension: Dimension, value: ValueId, leads: &[LeadId]) -> Result<()> {
    let Some([_, _, _, fill, _]) = of_dimension(dimension) else { return Ok(()) };
    let (seq, bit) = (tx.seq().0, by_hand_bit(Some(dimension)));
    let rows = leads.iter().map(|id| [(*id).into(), value.into(), bit.into(), seq.into()]).collect();
    tx.bulk(fill, &rows).await
}

/// Takes a dimension back from the leads that a change set it for, where it is still what that change set.
pub async fn empty(tx: &mut WriteTx, dimension: Dimension, value: ValueId, filled: i64) -> Result<()> {
    let Some([.., empty]) = of_dimension(dimension) else { return Ok(()) };
    let (seq, bit) = (tx.seq().0, by_hand_bit(Some(dimension)));
    sqlx::query(empty).bind(filled).bind(seq).bind(bit).bind(value.0).execute(tx.conn()).await?;
    Ok(())
}

/// The number of a dimension's value, which is new where nobody named it before and it is to be `made`.
pub async fn value_id(tx: &mut Tx, dimension: Dimension, name: &str, made: bool) -> Result<Option<ValueId>> {
    let named = [(dimension, name.to_owned())];
    if let Some((_, id)) = leads::find_values(tx, &named).await?.first() {
        return Ok(Some(*id));
    }
    if !made {
        return Ok(None);
    }
    let id = ValueId(take_numbers(tx, Counter::DimensionValue, 1).await?);
    leads::add_values(tx, None, [(&named[0], id)].into_iter()).await?;
    Ok(Some(id))
}

/// Keeps a lead's address beside it, where it goes when the lead's personal values do.
pub async fn keep_email(tx: &mut Tx, lead: LeadId) -> Result<()> {
    sqlx::query(KEEP_EMAIL).bind(lead.0).execute(tx.conn()).await?;
    Ok(())
}

/// What a lead's address was before a person corrected it.
pub async fn email_before(tx: &mut Tx, lead: LeadId) -> Result<Option<String>> {
    let before: Option<Option<String>> =
        sqlx::query_scalar(EMAIL_BEFORE).bind(lead.0).fetch_optional(tx.conn()).await?;
    Ok(before.flatten())
}

/// A correction was taken back: the address is what it was.
pub async fn forget_email_before(tx: &mut Tx, lead: LeadId) -> Result<()> {
    sqlx::query(FORGET_EMAIL_BEFORE).bind(lead.0).execute(tx.conn()).await?;
    Ok(())
}

/// A person's word about the lead's address outlives imports, or no longer does.
pub async fn hold_email(tx: &mut WriteTx, lead: LeadId, held: bool) -> Result<()> {
    let (seq, bit) = (tx.seq().0, by_hand_bit(None));
    let statement = if held { SET_BY_HAND } else { CLEAR_BY_HAND };
    sqlx::query(statement).bind(lead.0).bind(bit).bind(seq).execute(tx.conn()).await?;
    Ok(())
}

/// Lets events hold again that a person voided.
pub async fn unvoid(tx: &mut Tx, events: impl Iterator<Item = (LeadId, i64)>) -> Result<()> {
    tx.bulk(UNVOID, &events.map(|(lead, n)| [lead.into(), n.into()]).collect()).await
}

/// The leads that were merged into one, all the way down.
pub async fn merged_into(tx: &mut Tx, survivor: LeadId) -> Result<Vec<LeadId>> {
    let ids: Vec<i64> = sqlx::query_scalar(MERGED_INTO).bind(survivor.0).fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(LeadId).collect())
}

/// Where a lead is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// Among the others.
    Here,
    /// Merged into that one.
    MergedInto(LeadId),
    /// Taken back by the undo of an import, or never there.
    Gone,
}

/// Where a lead is.
pub async fn whereabouts(tx: &mut Tx, lead: LeadId) -> Result<Whereabouts> {
    let row: Option<(i64, i64, Option<i64>)> = sqlx::query_as(STATE).bind(lead.0).fetch_optional(tx.conn()).await?;
    Ok(match row {
        Some((_, 0, _)) => Whereabouts::Here,
        Some((_, _, Some(survivor))) => Whereabouts::MergedInto(LeadId(survivor)),
        Some(_) | None => Whereabouts::Gone,
    })
}

/// Merges leads into a survivor, with what was merged into them before.
pub async fn merge(tx: &mut WriteTx, survivor: LeadId, merged: &[LeadId], at: Instant, by: &str) -> Result<()> {
    let seq = tx.seq().0;
    tx.bulk(MERGE, &merged.iter().map(|id| [(*id).into(), survivor.into(), seq.into()]).collect()).await?;
    for lead in merged {
        sqlx::query(MOVE_MERGED).bind(lead.0).bind(survivor.0).execute(tx.conn()).await?;
        let add = sqlx::query(ADD_MERGE).bind(lead.0).bind(survivor.0).bind(seq).bind(i64::from(at.0)).bind(by);
        add.execute(tx.conn()).await?;
    }
    Ok(())
}

/// The lead that one was merged into directly, and the seq of that merge.
pub async fn find_merge(tx: &mut Tx, merged: LeadId) -> Result<Option<(LeadId, i64)>> {
    let row: Option<(i64, i64)> = sqlx::query_as(FIND_MERGE).bind(merged.0).fetch_optional(tx.conn()).await?;
    Ok(row.map(|(survivor, seq)| (LeadId(survivor), seq)))
}

/// Takes a lead out of its merge, which was that of `merge_seq`, with what had been merged into it before.
pub async fn unmerge(tx: &mut WriteTx, merged: LeadId, merge_seq: i64) -> Result<()> {
    let seq = tx.seq().0;
    sqlx::query(REMOVE_MERGE).bind(merged.0).execute(tx.conn()).await?;
    sqlx::query(UNMERGE).bind(merged.0).bind(seq).execute(tx.conn()).await?;
    sqlx::query(UNMERGE_BELOW).bind(merged.0).execute(tx.conn()).await?;
    sqlx::query(REMOVE_MERGE_WORK).bind(merge_seq).bind(merged.0).execute(tx.conn()).await?;
    Ok(())
}

/// How many merged leads there are.
pub async fn count_merges(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar(COUNT_MERGES).fetch_one(tx.conn()).await?)
}

/// Merged leads, the latest first: merged, survivor, when, who.
pub async fn merges(tx: &mut Tx, slice: Slice) -> Result<Vec<(LeadId, LeadId, Instant, String)>> {
    let list = sqlx::query_as(MERGES).bind(slice.rows as i64).bind(slice.after as i64);
    let rows: Vec<(i64, i64, i64, String)> = list.fetch_all(tx.conn()).await?;
    let row = |(merged, survivor, at, actor)| (LeadId(merged), LeadId(survivor), instant_of(at), actor);
    Ok(rows.into_iter().map(row).collect())
}

/// Works out, for so many leads of an older version of the program, by what they are found; false once none is left.
pub async fn work_out_keys(tx: &mut Tx, most: i64) -> Result<bool> {
    type Texts = (i64, Option<String>, Option<String>, Option<String>);
    let leads: Vec<Texts> = sqlx::query_as(UNMATCHED).bind(most).fetch_all(tx.conn()).await?;
    let rows: Rows = leads
        .iter()
        .map(|(id, company, name, email)| {
            let odd = email.as_deref().is_some_and(|email| crate::leads::identity::oddity(email).is_some());
            [(*id).into(), crate::leads::identity::match_key(company.as_deref(), name.as_deref()).into(), odd.into()]
        })
        .collect();
    tx.bulk(MATCH, &rows).await?;
    Ok(!leads.is_empty())
}

fn instant_of(at: i64) -> Instant {
    Instant(u32::try_from(at).unwrap_or_default())
}
