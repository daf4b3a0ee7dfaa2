//! The spend ledger in the database.

use crate::changes::model::Seq;
use crate::changes::store::{Counter, take_numbers};
use crate::error::Result;
use crate::import::model::{SpendKind, Team};
use crate::leads::model::{Dimension, ValueId};
use crate::leads::store as leads;
use crate::period::{Day, Instant, Period};
use crate::rates::model::Original;
use crate::server::db::{Tx, WriteTx};
use crate::spend::model::{Entry, SpendRow, amount_text};
use crate::statements;
use sqlx::Row;
use sqlx::any::AnyRow;

statements! {
    OF_SOURCE = "select s.id, s.from_day, s.to_day, v.name, s.kind, s.team, s.ordinal, s.amount_minor, s.held, s.written
        from spend as s left join dimension_value as v on v.id = s.channel_id
        where s.source_id = $1 and (s.gone = 0 or s.held = 1)";
    HELD_SINCE = "select id from spend where source_id = $1 and held = 1 and seq > $2";
    ADD = "insert into spend (id, from_day, to_day, channel_id, kind, team, ordinal, amount_minor, source_id, import_id, seq,
            original_minor, original_currency, rate, written)
        select {0:int}, {1:int}, {2:int},
            {3:int}, {4:text}, {5:text}, {6:int},
            {7:int}, {8:int}, {9:int}, {10:int},
            {11:int}, {12:text}, {13:text}, {14:text}
        from {rows}";
    TAKE_OUT = "update spend set gone = 1, gone_import = {1:int}, seq = {2:int} from {rows} where id = {0:int}";
    REMOVE_ADDED = "update spend set gone = 1, seq = $3 where id between $1 and $2";
    /// What a person has corrected since stays corrected.
    PUT_BACK = "update spend set gone = 0, gone_import = null, seq = $2 where gone_import = $1 and held = 0 and not exists
        (select 1 from spend as h where h.held = 1 and h.source_id = spend.source_id and h.id <> spend.id
            and h.from_day = spend.from_day and h.to_day = spend.to_day and h.kind = spend.kind
            and coalesce(h.channel_id, 0) = coalesce(spend.channel_id, 0)
            and coalesce(h.team, '') = coalesce(spend.team, '') and h.ordinal = spend.ordinal)";
    LEDGER = "select s.id, s.from_day, s.to_day, v.name as channel, s.kind, s.team, s.amount_minor, s.note, o.name as source, s.gone,
            s.deleted_at, s.deleted_by, s.original_minor, s.original_currency, s.rate
        from spend as s left join dimension_value as v on v.id = s.channel_id left join source as o on o.id = s.source_id
        where s.gone = 0 and s.from_day < $2 and s.to_day >= $1 order by s.from_day desc, s.id desc";
    ONE = "select s.id, s.from_day, s.to_day, v.name as channel, s.kind, s.team, s.amount_minor, s.note, o.name as source, s.gone,
            s.deleted_at, s.deleted_by, s.original_minor, s.original_currency, s.rate
        from spend as s left join dimension_value as v on v.id = s.channel_id left join source as o on o.id = s.source_id where s.id = $1";
    DELETED = "select s.id, s.from_day, s.to_day, v.name as channel, s.kind, s.team, s.amount_minor, s.note, o.name as source, s.gone,
            s.deleted_at, s.deleted_by, s.original_minor, s.original_currency, s.rate
        from spend as s left join dimension_value as v on v.id = s.channel_id left join source as o on o.id = s.source_id
        where s.deleted_at is not null order by s.deleted_at desc, s.id desc";
    CORRECTION = "select id from spend where corrects = $1";
    SPAN = "select min(from_day), max(to_day) from spend where gone = 0 and ($1 = 1 or kind <> 'people')";
    CHANNELS = "select name from dimension_value where dimension = 'channel' order by name";
    WRITE = "insert into spend (id, from_day, to_day, channel_id, kind, team, ordinal, amount_minor, note, corrects, seq)
        values ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10)";
    CHANGE = "update spend set from_day = $2, to_day = $3, channel_id = $4, kind = $5, team = $6, amount_minor = $7,
            note = $8, seq = $9 where id = $1";
    HOLD = "update spend set gone = 1, held = 1, seq = $2 where id = $1";
    DELETE = "update spend set gone = 1, held = case when source_id is null then 0 else 1 end, deleted_at = $2,
            deleted_by = $3, seq = $4 where id = $1 and gone = 0";
    BRING_BACK = "update spend set gone = 0, held = 0, deleted_at = null, deleted_by = null, seq = $2
        where id = $1 and deleted_at is not null";
    /// The number of a deleted row is kept for what an import knows; nobody can bring it back any more.
    FORGET_IMPORTED = "update spend set deleted_at = null, deleted_by = null
        where deleted_at < $1 and source_id is not null";
    FORGET_WRITTEN = "delete from spend where deleted_at < $1 and source_id is null";
}

/// By what a row of spend is known: its days, channel, kind and team, and, where a file has several such rows, which
/// of them it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SpendKey {
    /// First day.
    pub from: Day,
    /// Last day, inclusive.
    pub to: Day,
    /// Channel by name.
    pub channel: Option<String>,
    /// What for.
    pub kind: SpendKind,
    /// Whose.
    pub team: Option<Team>,
    /// 1 for the first such row of a file, 2 for the second …
    pub ordinal: i64,
}

/// A row as a source told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its number.
    pub id: i64,
    /// Minor units.
    pub amount: i64,
    /// A person corrected or deleted it: whatever the source says from now on, the person's word stands.
    pub held: bool,
}

/// A row of a source with what it is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfSource {
    /// By what.
    pub key: SpendKey,
    /// How the file called the channel, where that is another name.
    pub other_name: Option<String>,
    /// What it says.
    pub told: Told,
}

impl OfSource {
    /// How the file called the channel.
    pub fn written(&self) -> Option<&str> {
        self.other_name.as_deref().or(self.key.channel.as_deref())
    }
}

/// Every row that a source told and that counts, or that a person put another in the place of.
pub async fn of_source(tx: &mut Tx, source: i64) -> Result<Vec<OfSource>> {
    let mut rows = Vec::new();
    for row in sqlx::query(OF_SOURCE).bind(source).fetch_all(tx.conn()).await? {
        let (kind, team): (String, Option<String>) = (row.try_get(4)?, row.try_get(5)?);
        let Some(kind) = SpendKind::from_key(&kind) else { continue };
        let key = SpendKey {
            from: Day(row.try_get::<i64, _>(1)? as i32),
            to: Day(row.try_get::<i64, _>(2)? as i32),
            channel: row.try_get(3)?,
            kind,
            team: team.and_then(|team| Team::from_key(&team)),
            ordinal: row.try_get(6)?,
        };
        let told = Told { id: row.try_get(0)?, amount: row.try_get(7)?, held: row.try_get::<i64, _>(8)? == 1 };
        rows.push(OfSource { key, other_name: row.try_get(9)?, told });
    }
    Ok(rows)
}

/// A row that an import adds.
#[derive(Clone, Copy, Debug)]
pub struct Added<'a> {
    /// Its number.
    pub id: i64,
    /// By what it is known.
    pub key: &'a SpendKey,
    /// The channel's number.
    pub channel: Option<ValueId>,
    /// See [`OfSource::other_name`].
    pub written: Option<&'a str>,
    /// Minor units.
    pub amount: i64,
    /// What that was in another currency.
    pub original: Option<&'a Original>,
}

/// Adds rows of an import.
pub async fn add<'a>(
    tx: &mut Tx,
    source: i64,
    import: i64,
    seq: i64,
    rows: impl Iterator<Item = Added<'a>>,
) -> Result<()> {
    let cells = |Added { id, key, channel, written, amount, original }: Added<'a>| {
        [
            id.into(),
            i64::from(key.from.0).into(),
            i64::from(key.to.0).into(),
            channel.into(),
            key.kind.key().into(),
            key.team.map(Team::key).into(),
            key.ordinal.into(),
            amount.into(),
            source.into(),
            import.into(),
            seq.into(),
            original.map(|original| original.minor).into(),
            original.map(|original| original.currency.as_str()).into(),
            original.map(|original| original.rate.to_string()).into(),
            written.into(),
        ]
    };
    tx.bulk(ADD, &rows.map(cells).collect()).await
}

/// The rows of a source that people have corrected or deleted after a seq.
pub async fn held_since(tx: &mut Tx, source: i64, since: Seq) -> Result<Vec<i64>> {
    Ok(sqlx::query_scalar(HELD_SINCE).bind(source).bind(since.0).fetch_all(tx.conn()).await?)
}

/// Takes rows out because an import says otherwise.
pub async fn take_out(tx: &mut Tx, import: i64, seq: i64, ids: impl Iterator<Item = i64>) -> Result<()> {
    tx.bulk(TAKE_OUT, &ids.map(|id| [id.into(), import.into(), seq.into()]).collect()).await
}

/// Undoes an import: the rows that a batch added (numbers `first` to `last`) go, and those that the import took out
/// come back.
pub async fn restore(tx: &mut Tx, import: i64, seq: i64, (first, last): (i64, i64)) -> Result<()> {
    sqlx::query(REMOVE_ADDED).bind(first).bind(last).bind(seq).execute(tx.conn()).await?;
    sqlx::query(PUT_BACK).bind(import).bind(seq).execute(tx.conn()).await?;
    Ok(())
}

/// Every row that counts and has a day in the period, latest first.
pub async fn ledger(tx: &mut Tx, period: Period) -> Result<Vec<SpendRow>> {
    let query = sqlx::query(LEDGER).bind(i64::from(period.from.0)).bind(i64::from(period.to.0));
    query.fetch_all(tx.conn()).await?.iter().map(row_of).collect()
}

/// One row, deleted or not. A row that a person corrected is the one that this person wrote in its place.
pub async fn find(tx: &mut Tx, id: i64) -> Result<Option<SpendRow>> {
    let correction: Option<i64> = sqlx::query_scalar(CORRECTION).bind(id).fetch_optional(tx.conn()).await?;
    let row = sqlx::query(ONE).bind(correction.unwrap_or(id)).fetch_optional(tx.conn()).await?;
    row.as_ref().map(row_of).transpose()
}

/// What people deleted and can bring back, the latest first.
pub async fn deleted(tx: &mut Tx) -> Result<Vec<SpendRow>> {
    sqlx::query(DELETED).fetch_all(tx.conn()).await?.iter().map(row_of).collect()
}

/// The first and the last day that spend is recorded for; pay counts only where it is asked for.
pub async fn span(tx: &mut Tx, with_pay: bool) -> Result<Option<(Day, Day)>> {
    let (first, last): (Option<i64>, Option<i64>) =
        sqlx::query_as(SPAN).bind(i64::from(with_pay)).fetch_one(tx.conn()).await?;
    Ok(first.zip(last).map(|(first, last)| (Day(first as i32), Day(last as i32))))
}

/// Every channel that leads or spend carry, by name.
pub async fn channels(tx: &mut Tx) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(CHANNELS).fetch_all(tx.conn()).await?)
}

/// Writes a row of a person's hand, in the place of an imported one or of none; its number.
pub async fn write(tx: &mut WriteTx, entry: &Entry, corrects: Option<i64>) -> Result<i64> {
    let channel = channel_id(tx, entry.channel.as_deref()).await?;
    let id = take_numbers(tx, Counter::Spend, 1).await?;
    let seq = tx.seq().0;
    sqlx::query(WRITE)
        .bind(id)
        .bind(i64::from(entry.from.0))
        .bind(i64::from(entry.to.0))
        .bind(channel)
        .bind(entry.kind.key())
        .bind(entry.team.map(Team::key))
        .bind(entry.amount_minor)
        .bind(entry.note.as_deref())
        .bind(corrects)
        .bind(seq)
        .execute(tx.conn())
        .await?;
    if let Some(imported) = corrects {
        sqlx::query(HOLD).bind(imported).bind(seq).execute(tx.conn()).await?;
    }
    Ok(id)
}

/// Changes a row of a person's hand.
pub async fn change(tx: &mut WriteTx, id: i64, entry: &Entry) -> Result<()> {
    let channel = channel_id(tx, entry.channel.as_deref()).await?;
    let seq = tx.seq().0;
    sqlx::query(CHANGE)
        .bind(id)
        .bind(i64::from(entry.from.0))
        .bind(i64::from(entry.to.0))
        .bind(channel)
        .bind(entry.kind.key())
        .bind(entry.team.map(Team::key))
        .bind(entry.amount_minor)
        .bind(entry.note.as_deref())
        .bind(seq)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Deletes a row so that it can be brought back. An imported one is held: no file brings it back. False where it was
/// gone.
pub async fn delete(tx: &mut WriteTx, id: i64, by: &str, at: Instant) -> Result<bool> {
    let seq = tx.seq().0;
    let delete = sqlx::query(DELETE).bind(id).bind(i64::from(at.0)).bind(by).bind(seq);
    Ok(delete.execute(tx.conn()).await?.rows_affected() == 1)
}

/// Brings a deleted row back. False where it is not deleted.
pub async fn bring_back(tx: &mut WriteTx, id: i64) -> Result<bool> {
    let seq = tx.seq().0;
    Ok(sqlx::query(BRING_BACK).bind(id).bind(seq).execute(tx.conn()).await?.rows_affected() == 1)
}

/// Gives up what was deleted before then: nothing brings it back any more.
pub async fn forget_deleted(tx: &mut Tx, before: Instant) -> Result<()> {
    for statement in [FORGET_IMPORTED, FORGET_WRITTEN] {
        sqlx::query(statement).bind(i64::from(before.0)).execute(tx.conn()).await?;
    }
    Ok(())
}

/// The number of a channel, which is new where nobody named it before.
async fn channel_id(tx: &mut WriteTx, name: Option<&str>) -> Result<Option<i64>> {
    let Some(name) = name else { return Ok(None) };
    let named = [(Dimension::Channel, name.to_owned())];
    if let Some((_, id)) = leads::find_values(tx, &named).await?.first() {
        return Ok(Some(id.0));
    }
    let id = take_numbers(tx, Counter::DimensionValue, 1).await?;
    leads::add_values(tx, None, [(&named[0], ValueId(id))].into_iter()).await?;
    Ok(Some(id))
}

fn row_of(row: &AnyRow) -> Result<SpendRow> {
    let (kind, team): (String, Option<String>) = (row.try_get("kind")?, row.try_get("team")?);
    Ok(SpendRow {
        id: row.try_get("id")?,
        entry: Entry {
            from: Day(row.try_get::<i64, _>("from_day")? as i32),
            to: Day(row.try_get::<i64, _>("to_day")? as i32),
            channel: row.try_get("channel")?,
            // A kind that is not known here is not shown to those who may not see pay.
            kind: SpendKind::from_key(&kind).unwrap_or(SpendKind::People),
            team: team.and_then(|team| Team::from_key(&team)),
            amount_minor: row.try_get("amount_minor")?,
            note: row.try_get("note")?,
        },
        source: row.try_get("source")?,
        gone: row.try_get::<i64, _>("gone")? == 1,
        deleted_at: row
            .try_get::<Option<i64>, _>("deleted_at")?
            .map(|at| Instant(u32::try_from(at).unwrap_or_default())),
        deleted_by: row.try_get("deleted_by")?,
        original: original(row)?,
    })
}

/// `USD 1200.50 at 0.92`
fn original(row: &AnyRow) -> Result<Option<String>> {
    let (minor, currency, rate): (Option<i64>, Option<String>, Option<String>) =
        (row.try_get("original_minor")?, row.try_get("original_currency")?, row.try_get("rate")?);
    let Some(((minor, currency), rate)) = minor.zip(currency).zip(rate) else { return Ok(None) };
    Ok(Some(format!("{currency} {} at {rate}", amount_text(minor, &currency))))
}
