//! The list of reasons, the answers to verdicts, and the feed of verdicts.

use super::model::WordKind;
use super::reasons::{Proof, ReasonCode, ReasonText, Route, When};
use crate::changes::store::{Counter, take_numbers};
use crate::error::{AppError, Result};
use crate::leads::model::{Dimension, LeadId, ValueId};
use crate::leads::record::Detail;
use crate::people::model::{AccountId, Team};
use crate::period::Instant;
use crate::server::bulk::{Cell, Rows};
use crate::server::db::Tx;
use crate::statements;
use serde::Deserialize;
use sqlx::{FromRow, Row};
use std::collections::HashMap;

/// What a list may be narrowed by.
macro_rules! values {
    ($of:literal) => {
        concat!(
            $of,
            ".channel_id, ",
            $of,
            ".campaign_id, ",
            $of,
            ".segment_id, ",
            $of,
            ".region_id, ",
            $of,
            ".persona_id, ",
            $of,
            ".owner_id"
        )
    };
}

/// At most `$4` verdicts after the place (`$1`, `$2`, `$3`), the newest first, each with what it may be narrowed by, and
/// whether it is in the list. What is not is told too: so a read looks at no more rows than it answers with. Those of a
/// lead that was merged are its survivor's.
macro_rules! verdicts {
    ($more:literal) => {
        concat!(
            "select e.lead_id, e.n, e.at, e.detail, ",
            values!("s"),
            ", cast(case when s.gone = 0 then 1 else 0 end as bigint)
            from lead_event as e join lead as l on l.id = e.lead_id join lead as s on s.id = coalesce(l.merged_into, l.id)
            where e.kind = 'verdict' and e.voided_at is null",
            $more,
            " and (e.at, e.lead_id, e.n) < ($1, $2, $3)
            order by e.at desc, e.lead_id desc, e.n desc limit $4"
        )
    };
}

/// The same of handovers: the first one stands beside its lead, the later ones by themselves, each in an index of its own.
macro_rules! handovers {
    ($first_at:literal, $first:literal, $later_at:literal, $later:literal) => {
        concat!(
            "select * from (
                select * from (select l.id as lead_id, cast(1 as bigint) as n, ",
            $first_at,
            " as at, l.reason, ",
            values!("l"),
            ", cast(case when l.gone = 0 and l.handed_over_at is not null then 1 else 0 end as bigint) as belongs
                    from lead as l where ",
            $first,
            " and (",
            $first_at,
            ", l.id) <= ($1, $2) and ((",
            $first_at,
            ", l.id) < ($1, $2) or $3 > 1) order by ",
            $first_at,
            " desc, l.id desc limit $4) as first
                union all
                select * from (select h.lead_id, h.n, ",
            $later_at,
            " as at, h.reason, ",
            values!("l"),
            ", cast(case when l.gone = 0 then 1 else 0 end as bigint) as belongs
                    from handover as h join lead as l on l.id = h.lead_id where ",
            $later,
            " and (",
            $later_at,
            ", h.lead_id, h.n) < ($1, $2, $3) order by ",
            $later_at,
            " desc, h.lead_id desc, h.n desc limit $4) as later
            ) as found order by at desc, lead_id desc, n desc limit $4"
        )
    };
}

statements! {
    REASONS = "select key, name, moment, problem, route, proof, place, retired_at from reason order by place, key";
    ADD_REASON = "insert into reason (key, name, moment, problem, route, proof, place)
        select $1, $2, $3, $4, $5, $6, coalesce(max(place), 0) + 1 from reason";
    CHANGE_REASON = "update reason set name = $2, moment = $3, problem = $4, route = $5, proof = $6 where key = $1";
    RETIRE_REASON = "update reason set retired_at = $2 where key = $1";
    ADD_WORD = "insert into feedback_word (id, lead_id, verdict_n, kind, team, in_favour, account_id, at, text)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    WORDS = "select w.id, w.lead_id, w.verdict_n, w.kind, w.team, w.in_favour, w.account_id,
            coalesce(a.name, 'Somebody who has left') as name, w.at, w.text
        from {rows} cross join feedback_word as w left join account as a on a.id = w.account_id
        where w.lead_id = {0:int} order by w.id";
    VERDICTS = verdicts!("");
    TURNED_DOWN = verdicts!(" and e.detail like '%\"decision\":\"re%'");
    PRAISED = verdicts!(" and e.detail like '%\"more_like_this\":true%'");
    /// Handovers that were turned down, and marketing has said nothing to any of their verdicts: as K4 counts replies.
    TO_ANSWER = handovers!(
        "l.verdict_at", "l.decision <> 'good' and l.replied_at is null",
        "h.verdict_at", "h.decision <> 'good' and h.replied_at is null"
    );
    DISPUTED = handovers!(
        "l.disputed_at", "l.disputed_at is not null and l.ruled_at is null",
        "h.disputed_at", "h.disputed_at is not null and h.ruled_at is null"
    );
    RULED = handovers!(
        "l.ruled_at", "l.disputed_at is not null and l.ruled_at is not null",
        "h.ruled_at", "h.disputed_at is not null and h.ruled_at is not null"
    );
    /// Of the newest `$1` to which nothing was said: how many there are, and how many of them wait for an answer.
    COUNT_TO_ANSWER = "select count(*), cast(coalesce(sum(waits), 0) as bigint) from (
            select * from (select case when gone = 0 and handed_over_at is not null then 1 else 0 end as waits from lead
                where decision <> 'good' and replied_at is null order by verdict_at desc, id desc limit $1) as first
            union all
            select * from (select case when l.gone = 0 then 1 else 0 end as waits
                from handover as h join lead as l on l.id = h.lead_id
                where h.decision <> 'good' and h.replied_at is null
                order by h.verdict_at desc, h.lead_id desc, h.n desc limit $1) as later
        ) as newest";
    COUNT_DISPUTED = "select count(*), count(*) from (
            select id from lead where disputed_at is not null and ruled_at is null and gone = 0
            union all
            select h.lead_id from handover as h join lead as l on l.id = h.lead_id
                where h.disputed_at is not null and h.ruled_at is null and l.gone = 0
            limit $1) as open";
    DISPUTES = "select count(*), count(ruled_at), cast(coalesce(sum(upheld), 0) as bigint) from (
            select ruled_at, upheld from lead where disputed_at is not null and gone = 0
            union all
            select h.ruled_at, h.upheld from handover as h join lead as l on l.id = h.lead_id
                where h.disputed_at is not null and l.gone = 0
        ) as found";
    /// The latest verdict of each handover gives its reason: that of the first one stands beside the lead.
    USES = "select reason, count(*) from (
            select reason from lead where reason is not null and gone = 0
            union all
            select h.reason from handover as h join lead as l on l.id = h.lead_id
                where h.reason is not null and l.gone = 0
        ) as used group by reason";
    EDITS = "select at, actor, kind, detail from change where entity = 'reason' order by seq desc limit $1";
    RULINGS = "select w.lead_id, w.verdict_n, w.team, w.in_favour from feedback_word as w
        join lead_event as e on e.lead_id = w.lead_id and e.n = w.verdict_n and e.voided_at is null
        join lead as l on l.id = w.lead_id and (l.gone = 0 or l.merged_into is not null)
        where w.kind = 'ruling' order by w.id";
    LOST = "select coalesce(l.merged_into, l.id), e.at, e.detail from lead_event as e
        join lead as l on l.id = e.lead_id
        where e.kind = 'lost' and e.voided_at is null and (l.gone = 0 or l.merged_into is not null)
            and e.at >= $1 and e.at < $2 order by e.at desc, e.lead_id desc, e.n desc limit $3";
    FEATURES = "select coalesce(l.merged_into, l.id), e.at, e.detail from lead_event as e
        join lead as l on l.id = e.lead_id
        where e.kind = 'verdict' and e.voided_at is null and (l.gone = 0 or l.merged_into is not null)
            and e.detail like '%\"route\":\"tag_feature\"%'
            and e.at >= $1 and e.at < $2 order by e.at desc, e.lead_id desc, e.n desc limit $3";
}

/// Something that was said about a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its number.
    pub id: i64,
    /// In whose history the verdict stands.
    pub lead: LeadId,
    /// Which event it is there.
    pub verdict: i64,
    /// What it is.
    pub kind: WordKind,
    /// Of a ruling: the team whose head gave it.
    pub team: Option<Team>,
    /// Of a ruling: the team for which it is.
    pub in_favour: Option<Team>,
    /// Whose.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// When.
    pub at: Instant,
    /// In their words.
    pub text: String,
}

/// A place in the feed of verdicts: everything older comes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// When the verdict was given, or what the list goes by.
    pub at: Instant,
    /// Of which lead: in whose history it stands.
    pub lead: LeadId,
    /// The event; where a list goes by handovers ([`Which::goes_by_handover`]), the number of the handover.
    pub n: i64,
}

impl Place {
    /// Before the newest.
    pub const NEWEST: Self = Self { at: Instant(u32::MAX), lead: LeadId(i64::MAX), n: i64::MAX };

    /// From an address: `at.lead.n`; what cannot be read is the newest.
    pub fn parse(text: &str) -> Self {
        let mut parts = text.split('.').map(|part| part.parse::<i64>().ok());
        let place = || Some((parts.next()??, parts.next()??, parts.next()??));
        let mut place = place;
        place().map_or(Self::NEWEST, |(at, lead, n)| Self {
            at: Instant(u32::try_from(at).unwrap_or(u32::MAX)),
            lead: LeadId(lead),
            n,
        })
    }

    /// The same as an address writes it.
    pub fn text(self) -> String {
        format!("{}.{}.{}", self.at.0, self.lead, self.n)
    }
}

crate::text_enum!(
    /// Which verdicts are listed.
    Which {
        /// Every one.
        All = "all",
        /// Rejections and recyclings.
        TurnedDown = "turned_down",
        /// Of them, those to which marketing has not answered.
        ToAnswer = "to_answer",
        /// Those of which sales wants more.
        Praised = "praised",
        /// Disputes that wait for a ruling.
        Disputed = "disputed",
        /// Disputes that were ruled.
        Ruled = "ruled",
    }
);

impl Which {
    /// Its places are handovers, each of which stands once whatever number of verdicts it has; those of the others are
    /// verdicts.
    pub const fn goes_by_handover(self) -> bool {
        matches!(self, Self::ToAnswer | Self::Disputed | Self::Ruled)
    }
}

/// How disputes ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Disputes {
    /// All that ever were.
    pub all: u32,
    /// Both heads ruled alike.
    pub ruled: u32,
    /// Of them, for marketing.
    pub upheld: u32,
    /// Both heads gave a ruling.
    pub both: u32,
    /// Of them, alike at the first attempt.
    pub agreed: u32,
}

/// Every reason, retired ones too, in the order of the list.
pub async fn reasons(tx: &mut Tx) -> Result<Vec<ReasonCode>> {
    #[derive(FromRow)]
    struct Found {
        key: String,
        name: String,
        moment: String,
        problem: String,
        route: String,
        proof: String,
        place: i64,
        retired_at: Option<i64>,
    }
    let rows: Vec<Found> = sqlx::query_as(REASONS).fetch_all(tx.conn()).await?;
    let reason = |row: Found| {
        let known = When::from_key(&row.moment).zip(Route::from_key(&row.route)).zip(Proof::from_key(&row.proof));
        let ((when, route), proof) = known.ok_or_else(|| {
            tracing::error!(key = row.key, "a reason that no version of this program writes");
            AppError::Internal
        })?;
        Ok(ReasonCode {
            key: row.key,
            name: row.name,
            when,
            problem: row.problem,
            route,
            proof,
            place: row.place,
            retired_at: instant(row.retired_at),
        })
    };
    rows.into_iter().map(reason).collect()
}

/// Adds a reason at the end of the list.
pub async fn add_reason(tx: &mut Tx, key: &str, text: &ReasonText) -> Result<()> {
    write_reason(tx, ADD_REASON, key, text).await
}

/// Changes one.
pub async fn change_reason(tx: &mut Tx, key: &str, text: &ReasonText) -> Result<()> {
    write_reason(tx, CHANGE_REASON, key, text).await
}

async fn write_reason(tx: &mut Tx, statement: &'static str, key: &str, text: &ReasonText) -> Result<()> {
    sqlx::query(statement)
        .bind(key)
        .bind(&text.name)
        .bind(text.when.key())
        .bind(&text.problem)
        .bind(text.route.key())
        .bind(text.proof.key())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Retires a reason, or brings it back.
pub async fn retire_reason(tx: &mut Tx, key: &str, since: Option<Instant>) -> Result<()> {
    let since = since.map(|at| i64::from(at.0));
    sqlx::query(RETIRE_REASON).bind(key).bind(since).execute(tx.conn()).await?;
    Ok(())
}

/// Writes down what was said; [`Word::id`] and [`Word::name`] are given by the database.
pub async fn add_word(tx: &mut Tx, word: &Word) -> Result<i64> {
    let id = take_numbers(tx, Counter::FeedbackWord, 1).await?;
    sqlx::query(ADD_WORD)
        .bind(id)
        .bind(word.lead.0)
        .bind(word.verdict)
        .bind(word.kind.key())
        .bind(word.team.map(Team::key))
        .bind(word.in_favour.map(Team::key))
        .bind(word.account.0)
        .bind(i64::from(word.at.0))
        .bind(&word.text)
        .execute(tx.conn())
        .await?;
    Ok(id)
}

/// What was said about the verdicts in the histories of these leads, oldest first in each part of them.
pub async fn words(tx: &mut Tx, leads: &[LeadId]) -> Result<Vec<Word>> {
    let rows: Rows = leads.iter().map(|id| [Cell::from(*id)]).collect();
    let team = |key: Option<String>| key.and_then(|key| Team::from_key(&key));
    let word = |row: &sqlx::any::AnyRow| -> Result<Option<Word>> {
        let kind: String = row.try_get(3)?;
        let Some(kind) = WordKind::from_key(&kind) else { return Ok(None) };
        Ok(Some(Word {
            id: row.try_get(0)?,
            lead: LeadId(row.try_get(1)?),
            verdict: row.try_get(2)?,
            kind,
            team: team(row.try_get(4)?),
            in_favour: team(row.try_get(5)?),
            account: AccountId(row.try_get(6)?),
            name: row.try_get(7)?,
            at: Instant(row.try_get::<i64, _>(8)? as u32),
            text: row.try_get(9)?,
        }))
    };
    let found = tx.bulk_rows(WORDS, &rows).await?;
    Ok(found.iter().map(word).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// What was looked at for a list: where it stands, and what it may be narrowed by.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Where.
    pub place: Place,
    /// Today's values of its lead; of one that was merged, its survivor's.
    pub values: [Option<ValueId>; Dimension::ALL.len()],
    /// It is in the list; one of a lead that was taken away is not.
    pub belongs: bool,
    /// The reason of a handover, or all that a verdict says.
    says: String,
    is_handover: bool,
}

impl Seen {
    /// Whether it gives this reason; a handover gives that of its latest verdict.
    pub fn gives(&self, reason: &str) -> bool {
        #[derive(Deserialize)]
        struct Given {
            reason: Option<String>,
        }
        if self.is_handover {
            return self.says == reason;
        }
        serde_json::from_str::<Given>(&self.says).is_ok_and(|given| given.reason.as_deref() == Some(reason))
    }
}

/// Looks at so many of a list after a place, newest first, fewer where there are no more.
pub async fn look(tx: &mut Tx, which: Which, after: Place, limit: usize) -> Result<Vec<Seen>> {
    let statement = match which {
        Which::All => VERDICTS,
        Which::TurnedDown => TURNED_DOWN,
        Which::ToAnswer => TO_ANSWER,
        Which::Praised => PRAISED,
        Which::Disputed => DISPUTED,
        Which::Ruled => RULED,
    };
    let query = sqlx::query(statement).bind(i64::from(after.at.0)).bind(after.lead.0).bind(after.n);
    let rows = query.bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(tx.conn()).await?;
    let seen = |row: &sqlx::any::AnyRow| -> Result<Seen> {
        let mut values = [None; Dimension::ALL.len()];
        for (n, value) in values.iter_mut().enumerate() {
            *value = row.try_get::<Option<i64>, _>(4 + n)?.map(ValueId);
        }
        Ok(Seen {
            place: Place {
                at: Instant(row.try_get::<i64, _>(2)? as u32),
                lead: LeadId(row.try_get(0)?),
                n: row.try_get(1)?,
            },
            values,
            belongs: row.try_get::<i64, _>(10)? == 1,
            says: row.try_get::<Option<String>, _>(3)?.unwrap_or_default(),
            is_handover: which.goes_by_handover(),
        })
    };
    rows.iter().map(seen).collect()
}

/// How many verdicts or handovers a list has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// So many, as far as was counted.
    pub count: u32,
    /// There may be more.
    pub more: bool,
}

/// Handovers that are looked at to count a list, at most: the newest.
const MOST_LOOKED_AT: i64 = 20_000;

/// How many handovers wait in a list for somebody, marketing or the heads, counted up to so many. The other lists are not
/// counted: nobody is waited for there.
pub async fn count(tx: &mut Tx, which: Which, most: u32) -> Result<Counted> {
    let (statement, look) = match which {
        Which::ToAnswer => (COUNT_TO_ANSWER, MOST_LOOKED_AT),
        Which::Disputed => (COUNT_DISPUTED, i64::from(most)),
        Which::All | Which::TurnedDown | Which::Praised | Which::Ruled => return Ok(Counted::default()),
    };
    let (looked_at, waiting): (i64, i64) = sqlx::query_as(statement).bind(look).fetch_one(tx.conn()).await?;
    let count = u32::try_from(waiting).unwrap_or(u32::MAX);
    Ok(Counted { count: count.min(most), more: count >= most || looked_at >= look })
}

/// How often each reason was given, by its key; a reason that nobody gave is not among them.
pub async fn uses(tx: &mut Tx) -> Result<HashMap<String, u32>> {
    let rows: Vec<(String, i64)> = sqlx::query_as(USES).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(key, count)| (key, count as u32)).collect())
}

/// What was done to the list of reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: String,
    /// What, by its key.
    pub kind: String,
    /// JSON: `reason`, `before`, `after`.
    pub detail: String,
}

/// The newest edits of the list of reasons, at most so many.
pub async fn edits(tx: &mut Tx, limit: i64) -> Result<Vec<Edit>> {
    let rows: Vec<(i64, String, String, String)> = sqlx::query_as(EDITS).bind(limit).fetch_all(tx.conn()).await?;
    let edit = |(at, actor, kind, detail)| Edit { at: instant(Some(at)).unwrap_or_default(), actor, kind, detail };
    Ok(rows.into_iter().map(edit).collect())
}

/// How disputes ended so far.
pub async fn disputes(tx: &mut Tx) -> Result<Disputes> {
    let (all, ruled, upheld): (i64, i64, i64) = sqlx::query_as(DISPUTES).fetch_one(tx.conn()).await?;
    let rulings: Vec<(i64, i64, String, String)> = sqlx::query_as(RULINGS).fetch_all(tx.conn()).await?;
    // The first ruling of each team on each dispute.
    let mut first = std::collections::BTreeMap::<(i64, i64), std::collections::BTreeMap<String, String>>::new();
    for (lead, verdict, team, in_favour) in rulings {
        first.entry((lead, verdict)).or_default().entry(team).or_insert(in_favour);
    }
    let both: Vec<_> = first.values().filter(|rulings| rulings.len() == 2).collect();
    let alike = |rulings: &&&std::collections::BTreeMap<String, String>| {
        let mut sides = rulings.values();
        sides.next() == sides.next()
    };
    Ok(Disputes {
        all: all as u32,
        ruled: ruled as u32,
        upheld: upheld as u32,
        both: both.len() as u32,
        agreed: both.iter().filter(alike).count() as u32,
    })
}

/// What an event of some lead says, as its column holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The lead, or the one that it was merged into.
    pub lead: LeadId,
    /// When.
    pub at: Instant,
    /// What it says.
    pub detail: Detail,
}

/// Losses of deals in a time, the latest first, at most so many.
pub async fn lost(tx: &mut Tx, from: Instant, to: Instant, most: i64) -> Result<Vec<Told>> {
    told(tx, LOST, from, to, most).await
}

/// Verdicts of a time that say what the offer lacks, the latest first, at most so many.
pub async fn features(tx: &mut Tx, from: Instant, to: Instant, most: i64) -> Result<Vec<Told>> {
    told(tx, FEATURES, from, to, most).await
}

async fn told(tx: &mut Tx, statement: &'static str, from: Instant, to: Instant, most: i64) -> Result<Vec<Told>> {
    let query = sqlx::query_as(statement).bind(i64::from(from.0)).bind(i64::from(to.0)).bind(most);
    let rows: Vec<(i64, i64, Option<String>)> = query.fetch_all(tx.conn()).await?;
    let told = |(lead, at, detail): (i64, i64, Option<String>)| Told {
        lead: LeadId(lead),
        at: Instant(at as u32),
        detail: detail.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(told).collect())
}

fn instant(seconds: Option<i64>) -> Option<Instant> {
    seconds.map(|at| Instant(at as u32))
}
