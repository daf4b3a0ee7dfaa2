//! The spend ledger in the database.

use crate::error::Result;
use crate::import::model::{SpendKind, Team};
use crate::leads::model::ValueId;
use crate::period::Day;
use crate::server::db::Tx;
use crate::statements;
use sqlx::Row;

statements! {
    OF_SOURCE = "select s.id, s.from_day, s.to_day, v.name, s.kind, s.team, s.ordinal, s.amount_minor
        from spend as s left join dimension_value as v on v.id = s.channel_id
        where s.source_id = $1 and s.gone = 0";
    ADD = "insert into spend (id, from_day, to_day, channel_id, kind, team, ordinal, amount_minor, source_id, import_id, seq)
        select {0:int}, {1:int}, {2:int},
            {3:int}, {4:text}, {5:text}, {6:int},
            {7:int}, {8:int}, {9:int}, {10:int}
        from {rows}";
    TAKE_OUT = "update spend set gone = 1, gone_import = {1:int}, seq = {2:int} from {rows} where id = {0:int}";
    REMOVE_ADDED = "update spend set gone = 1, seq = $3 where id between $1 and $2";
    PUT_BACK = "update spend set gone = 0, gone_import = null, seq = $2 where gone_import = $1";
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

/// Every row that a source told and that holds: what it is known by, its number and its amount in minor units.
pub async fn of_source(tx: &mut Tx, source: i64) -> Result<Vec<(SpendKey, i64, i64)>> {
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
        rows.push((key, row.try_get(0)?, row.try_get(7)?));
    }
    Ok(rows)
}

/// Adds rows of an import: number, key, channel's number and amount.
pub async fn add<'a>(
    tx: &mut Tx,
    source: i64,
    import: i64,
    seq: i64,
    rows: impl Iterator<Item = (i64, &'a SpendKey, Option<ValueId>, i64)>,
) -> Result<()> {
    let cells = |(id, key, channel, amount): (i64, &'a SpendKey, Option<ValueId>, i64)| {
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
        ]
    };
    tx.bulk(ADD, &rows.map(cells).collect()).await
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
