//! The versions of the agreement, and the drafts, signatures and comments from which they come.

use super::model::{Terms, Version};
use crate::changes::store::{Counter, take_numbers};
use crate::error::{AppError, Result};
use crate::people::model::{AccountId, Team};
use crate::period::{Day, Instant};
use crate::server::db::Tx;
use crate::statements;
use crate::text_enum;
use sqlx::FromRow;

statements! {
    VERSIONS = "select number, starts, terms from agreement_version where recalled_at is null order by starts, number";
    UNSIGNED = "select number from agreement_version where signed_at is null";
    SET_TERMS = "update agreement_version set terms = $2 where number = $1";
    BEGIN_BEFORE = "update agreement_version set starts = $1 where number = 1 and signed_at is null and starts > $1";
    REMOVE_SAMPLE_VERSIONS = "delete from agreement_version where draft_id in (
            select s.draft_id from agreement_signature as s join account as a on a.id = s.account_id where a.sample = 1)";
    SAMPLE_DRAFTS = "select distinct s.draft_id from agreement_signature as s join account as a on a.id = s.account_id
        where a.sample = 1";
    REMOVE_COMMENTS = "delete from agreement_comment where draft_id = $1";
    REMOVE_SIGNATURES = "delete from agreement_signature where draft_id = $1";
    REMOVE_DRAFT = "delete from agreement_draft where id = $1";
    INSERT = "insert into agreement_version (number, starts, terms, signed_at, draft_id, text, hash)
        values ($1, $2, $3, $4, $5, $6, $7)";
    RECORDS = "select number, starts, terms, signed_at, draft_id, text, hash, recalled_at from agreement_version
        order by number desc";
    NEWEST_NUMBER = "select coalesce(max(number), 0) from agreement_version";
    RECALL = "update agreement_version set recalled_at = $2 where number = $1 and recalled_at is null";
    UNTOLD = "select number, starts from agreement_version
        where signed_at is not null and told_at is null and recalled_at is null and starts <= $1 order by number";
    SET_TOLD = "update agreement_version set told_at = $2 where number = $1 and told_at is null";
    OPEN_DRAFT = "select * from agreement_draft where state in ('draft', 'proposed')";
    LAST_DRAFT = "select * from agreement_draft order by id desc limit 1";
    DRAFT = "select * from agreement_draft where id = $1";
    INSERT_DRAFT = "insert into agreement_draft (id, state, base, starts, why, terms, created_at, created_by)
        values ($1, 'draft', $2, $3, $4, $5, $6, $7)";
    WRITE_DRAFT = "update agreement_draft set starts = $2, why = $3, terms = $4 where id = $1 and state = 'draft'";
    SET_REPLACES = "update agreement_draft set replaces = $2 where id = $1 and state = 'draft'";
    PROPOSE = "update agreement_draft set state = 'proposed', proposed_at = $2, proposed_by = $3, text = $4, hash = $5
        where id = $1 and state = 'draft'";
    SEND_BACK = "update agreement_draft set state = 'draft', proposed_at = null, proposed_by = null, text = null,
        hash = null where id = $1 and state = 'proposed'";
    END_DRAFT = "update agreement_draft set state = $2, ended_at = $3, ended_by = $4, version = $5
        where id = $1 and state in ('draft', 'proposed')";
    BRING_BACK = "update agreement_draft set state = 'draft', ended_at = null, ended_by = null, proposed_at = null,
        proposed_by = null, text = null, hash = null where id = $1 and state = 'withdrawn'";
    SIGNATURES = "select * from agreement_signature where draft_id = $1 order by n";
    SIGN = "insert into agreement_signature (draft_id, n, team, account_id, name, role, at, hash)
        select $1, coalesce(max(n), 0) + 1, $2, cast($3 as bigint), $4, $5, cast($6 as bigint), $7 from agreement_signature where draft_id = $1";
    VOID = "update agreement_signature set voided_at = $2, voided_by = $3 where draft_id = $1 and voided_at is null";
    COMMENTS = "select id, clause, name, team, at, text from agreement_comment where draft_id = $1 order by id";
    COMMENT = "insert into agreement_comment (id, draft_id, clause, account_id, name, team, at, text)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    DEPUTIES = "select head_id, deputy_id, from_day, to_day from agreement_deputy order by head_id";
    NAME_DEPUTY = "insert into agreement_deputy (head_id, deputy_id, from_day, to_day) values ($1, $2, $3, $4)
        on conflict (head_id) do update set deputy_id = excluded.deputy_id, from_day = excluded.from_day,
            to_day = excluded.to_day";
    END_DEPUTY = "delete from agreement_deputy where head_id = $1";
    DELETE_DEPUTIES_OF = "delete from agreement_deputy where head_id = $1 or deputy_id = $1";
    RECALLS = "select version, team, account_id, name, at from agreement_recall order by version, at";
    ASK_RECALL = "insert into agreement_recall (version, team, account_id, name, at) values ($1, $2, $3, $4, $5)
        on conflict (version, team) do nothing";
    DROP_RECALLS = "delete from agreement_recall where version = $1";
}

text_enum!(
    /// How far a draft is.
    DraftState {
        /// It is being written.
        Draft = "draft",
        /// Its text stands, and both heads are to sign it.
        Proposed = "proposed",
        /// Both have signed: it is a version.
        Signed = "signed",
        /// It was given up.
        Withdrawn = "withdrawn",
    }
);

/// A version with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Number, start and terms.
    pub version: Version,
    /// When its second signature came; `None`: the terms that everybody starts with.
    pub signed_at: Option<Instant>,
    /// The draft that it was.
    pub draft: Option<i64>,
    /// The text that was signed.
    pub text: Option<String>,
    /// Its SHA-256, in hexadecimal digits.
    pub hash: Option<String>,
    /// It was taken back, or replaced, before it came into force.
    pub recalled_at: Option<Instant>,
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its number.
    pub id: i64,
    /// How far it is.
    pub state: DraftState,
    /// The version that it began from.
    pub base: u32,
    /// From when it would be in force.
    pub starts: Day,
    /// The version that is not in force yet and whose place it takes.
    pub replaces: Option<u32>,
    /// Why; may be empty.
    pub why: String,
    /// What it says.
    pub terms: Terms,
    /// When it was begun.
    pub created_at: Instant,
    /// By whom.
    pub created_by: String,
    /// When its text was proposed, and by whom.
    pub proposed: Option<(Instant, String)>,
    /// The text as it is signed, and its SHA-256.
    pub text: Option<(String, String)>,
    /// When it was signed by both or withdrawn, and by whom.
    pub ended: Option<(Instant, String)>,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// For which team.
    pub team: Team,
    /// Whose account; it may have gone since.
    pub account: Option<AccountId>,
    /// Whose.
    pub name: String,
    /// As what.
    pub role: String,
    /// When.
    pub at: Instant,
    /// The draft was sent back since: who did, and when.
    pub voided: Option<(Instant, String)>,
}

/// Something that was said about a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its number.
    pub id: i64,
    /// The key of the clause; empty: the whole draft.
    pub clause: String,
    /// Whose.
    pub name: String,
    /// Their side of the net.
    pub team: Option<Team>,
    /// When.
    pub at: Instant,
    /// In their words.
    pub text: String,
}

/// Who signs for a head who is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deputy {
    /// The head.
    pub head: AccountId,
    /// Who signs instead.
    pub deputy: AccountId,
    /// The first day.
    pub from: Day,
    /// The last day, inclusive.
    pub to: Day,
}

/// A head's wish to take back a version that is not in force yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// Which.
    pub version: u32,
    /// For which team.
    pub team: Team,
    /// Whose account; it may have gone since.
    pub account: Option<AccountId>,
    /// Whose.
    pub name: String,
    /// When.
    pub at: Instant,
}

#[derive(FromRow)]
struct RecordRow {
    number: i64,
    starts: i64,
    terms: String,
    signed_at: Option<i64>,
    draft_id: Option<i64>,
    text: Option<String>,
    hash: Option<String>,
    recalled_at: Option<i64>,
}

#[derive(FromRow)]
struct DraftRow {
    id: i64,
    state: String,
    base: i64,
    starts: i64,
    replaces: Option<i64>,
    why: String,
    terms: String,
    created_at: i64,
    created_by: String,
    proposed_at: Option<i64>,
    proposed_by: Option<String>,
    text: Option<String>,
    hash: Option<String>,
    ended_at: Option<i64>,
    ended_by: Option<String>,
}

#[derive(FromRow)]
struct SignatureRow {
    team: String,
    account_id: Option<i64>,
    name: String,
    role: String,
    at: i64,
    voided_at: Option<i64>,
    voided_by: Option<String>,
}

/// Every version that is, was or comes into force, in the order of their starts.
pub async fn versions(tx: &mut Tx) -> Result<Vec<Version>> {
    let rows: Vec<(i64, i64, String)> = sqlx::query_as(VERSIONS).fetch_all(tx.conn()).await?;
    rows.into_iter()
        .map(|(number, starts, terms)| {
            Ok(Version { number: number as u32, starts: Day(starts as i32), terms: read_terms(number, &terms)? })
        })
        .collect()
}

fn read_terms(number: i64, terms: &str) -> Result<Terms> {
    serde_json::from_str(terms).map_err(|error| {
        tracing::error!(number, %error, "the terms of a version or draft cannot be read");
        AppError::Internal
    })
}

fn write_terms(terms: &Terms) -> String {
    serde_json::to_string(terms).expect("terms are plain data")
}

const fn instant(at: i64) -> Instant {
    Instant(at as u32)
}

/// Writes a version down; `signed_at` is when its second signature came, `None` for the terms that everybody starts
/// with.
pub async fn insert(tx: &mut Tx, version: &Version, signed_at: Option<Instant>) -> Result<()> {
    insert_signed(tx, version, signed_at, None).await
}

/// The same of a draft that both heads have signed.
pub async fn insert_signed(
    tx: &mut Tx,
    version: &Version,
    signed_at: Option<Instant>,
    draft: Option<&Draft>,
) -> Result<()> {
    let text = draft.and_then(|draft| draft.text.clone());
    let (text, hash) = text.map_or((None, None), |(text, hash)| (Some(text), Some(hash)));
    sqlx::query(INSERT)
        .bind(i64::from(version.number))
        .bind(i64::from(version.starts.0))
        .bind(write_terms(&version.terms))
        .bind(signed_at.map(|at| i64::from(at.0)))
        .bind(draft.map(|draft| draft.id))
        .bind(text)
        .bind(hash)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The terms that everybody starts with, in another zone; what both teams signed is left alone.
pub async fn move_unsigned(tx: &mut Tx, zone: &str) -> Result<()> {
    let unsigned: Vec<i64> = sqlx::query_scalar(UNSIGNED).fetch_all(tx.conn()).await?;
    for number in unsigned {
        let terms = write_terms(&Terms::defaults(zone));
        sqlx::query(SET_TERMS).bind(number).bind(terms).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Lets the terms that everybody starts with begin on that day, if they begin later: they hold for everything before the
/// next version anyway.
pub async fn begin_before(tx: &mut Tx, day: Day) -> Result<()> {
    sqlx::query(BEGIN_BEFORE).bind(i64::from(day.0)).execute(tx.conn()).await?;
    Ok(())
}

/// Takes away what the people of the sample company signed.
pub async fn remove_sample(tx: &mut Tx) -> Result<()> {
    let drafts: Vec<i64> = sqlx::query_scalar(SAMPLE_DRAFTS).fetch_all(tx.conn()).await?;
    sqlx::query(REMOVE_SAMPLE_VERSIONS).execute(tx.conn()).await?;
    for draft in drafts {
        for statement in [REMOVE_COMMENTS, REMOVE_SIGNATURES, REMOVE_DRAFT] {
            sqlx::query(statement).bind(draft).execute(tx.conn()).await?;
        }
    }
    Ok(())
}

/// Every version that there ever was, those that were taken back too, newest first.
pub async fn records(tx: &mut Tx) -> Result<Vec<Record>> {
    let rows: Vec<RecordRow> = sqlx::query_as(RECORDS).fetch_all(tx.conn()).await?;
    let record = |row: RecordRow| {
        let terms = read_terms(row.number, &row.terms)?;
        Ok(Record {
            version: Version { number: row.number as u32, starts: Day(row.starts as i32), terms },
            signed_at: row.signed_at.map(instant),
            draft: row.draft_id,
            text: row.text,
            hash: row.hash,
            recalled_at: row.recalled_at.map(instant),
        })
    };
    rows.into_iter().map(record).collect()
}

/// The highest number that a version ever had.
pub async fn newest_number(tx: &mut Tx) -> Result<u32> {
    let newest: i64 = sqlx::query_scalar(NEWEST_NUMBER).fetch_one(tx.conn()).await?;
    Ok(newest as u32)
}

/// Takes a version back; whether it stood.
pub async fn recall(tx: &mut Tx, version: u32, at: Instant) -> Result<bool> {
    let done = sqlx::query(RECALL).bind(i64::from(version)).bind(i64::from(at.0)).execute(tx.conn()).await?;
    sqlx::query(DROP_RECALLS).bind(i64::from(version)).execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}

/// Signed versions that are in force by that day and of which nobody was told, with their starts.
pub async fn untold(tx: &mut Tx, today: Day) -> Result<Vec<(u32, Day)>> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(UNTOLD).bind(i64::from(today.0)).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(number, starts)| (number as u32, Day(starts as i32))).collect())
}

/// They were told; whether nobody was faster.
pub async fn set_told(tx: &mut Tx, version: u32, at: Instant) -> Result<bool> {
    let done = sqlx::query(SET_TOLD).bind(i64::from(version)).bind(i64::from(at.0)).execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}

fn draft(row: DraftRow) -> Result<Draft> {
    let pair = |at: Option<i64>, by: Option<String>| at.map(|at| (instant(at), by.unwrap_or_default()));
    Ok(Draft {
        id: row.id,
        state: DraftState::from_key(&row.state).ok_or(AppError::Internal)?,
        base: row.base as u32,
        starts: Day(row.starts as i32),
        replaces: row.replaces.map(|number| number as u32),
        why: row.why,
        terms: read_terms(row.id, &row.terms)?,
        created_at: instant(row.created_at),
        created_by: row.created_by,
        proposed: pair(row.proposed_at, row.proposed_by),
        text: row.text.zip(row.hash),
        ended: pair(row.ended_at, row.ended_by),
    })
}

/// The draft that is being written or waits for signatures.
pub async fn open_draft(tx: &mut Tx) -> Result<Option<Draft>> {
    let row: Option<DraftRow> = sqlx::query_as(OPEN_DRAFT).fetch_optional(tx.conn()).await?;
    row.map(draft).transpose()
}

/// The draft that was begun last, whatever became of it.
pub async fn last_draft(tx: &mut Tx) -> Result<Option<Draft>> {
    let row: Option<DraftRow> = sqlx::query_as(LAST_DRAFT).fetch_optional(tx.conn()).await?;
    row.map(draft).transpose()
}

/// A draft by its number.
pub async fn find_draft(tx: &mut Tx, id: i64) -> Result<Option<Draft>> {
    let row: Option<DraftRow> = sqlx::query_as(DRAFT).bind(id).fetch_optional(tx.conn()).await?;
    row.map(draft).transpose()
}

/// Begins a draft; its number.
pub async fn insert_draft(
    tx: &mut Tx,
    base: u32,
    content: &super::fields::Content,
    by: &str,
    at: Instant,
) -> Result<i64> {
    let id = take_numbers(tx, Counter::AgreementDraft, 1).await?;
    sqlx::query(INSERT_DRAFT)
        .bind(id)
        .bind(i64::from(base))
        .bind(i64::from(content.starts.0))
        .bind(&content.why)
        .bind(write_terms(&content.terms))
        .bind(i64::from(at.0))
        .bind(by)
        .execute(tx.conn())
        .await?;
    Ok(id)
}

/// Writes what a draft says; whether it is still one.
pub async fn write_draft(tx: &mut Tx, id: i64, content: &super::fields::Content) -> Result<bool> {
    let done = sqlx::query(WRITE_DRAFT)
        .bind(id)
        .bind(i64::from(content.starts.0))
        .bind(&content.why)
        .bind(write_terms(&content.terms))
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

/// The version whose place the draft takes, if any.
pub async fn set_replaces(tx: &mut Tx, id: i64, replaces: Option<u32>) -> Result<()> {
    sqlx::query(SET_REPLACES).bind(id).bind(replaces.map(i64::from)).execute(tx.conn()).await?;
    Ok(())
}

/// Proposes a draft in this text; whether it was one.
pub async fn propose(tx: &mut Tx, id: i64, (text, hash): (&str, &str), by: &str, at: Instant) -> Result<bool> {
    let propose = sqlx::query(PROPOSE).bind(id).bind(i64::from(at.0)).bind(by).bind(text).bind(hash);
    Ok(propose.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Makes a proposal a draft again and its signatures void; whether it was one.
pub async fn send_back(tx: &mut Tx, id: i64, by: &str, at: Instant) -> Result<bool> {
    let sent = sqlx::query(SEND_BACK).bind(id).execute(tx.conn()).await?.rows_affected() > 0;
    void_signatures(tx, id, by, at).await?;
    Ok(sent)
}

async fn void_signatures(tx: &mut Tx, id: i64, by: &str, at: Instant) -> Result<()> {
    sqlx::query(VOID).bind(id).bind(i64::from(at.0)).bind(by).execute(tx.conn()).await?;
    Ok(())
}

/// Both have signed it: it is that version from now on.
pub async fn end_signed(tx: &mut Tx, id: i64, version: u32, by: &str, at: Instant) -> Result<()> {
    end(tx, id, DraftState::Signed, Some(version), by, at).await.map(drop)
}

/// Gives it up; whether it was open.
pub async fn withdraw(tx: &mut Tx, id: i64, by: &str, at: Instant) -> Result<bool> {
    let done = end(tx, id, DraftState::Withdrawn, None, by, at).await?;
    if done {
        void_signatures(tx, id, by, at).await?;
    }
    Ok(done)
}

async fn end(tx: &mut Tx, id: i64, state: DraftState, version: Option<u32>, by: &str, at: Instant) -> Result<bool> {
    let end = sqlx::query(END_DRAFT).bind(id).bind(state.key()).bind(i64::from(at.0)).bind(by);
    Ok(end.bind(version.map(i64::from)).execute(tx.conn()).await?.rows_affected() > 0)
}

/// Makes what was given up a draft again; whether it was.
pub async fn bring_back(tx: &mut Tx, id: i64) -> Result<bool> {
    Ok(sqlx::query(BRING_BACK).bind(id).execute(tx.conn()).await?.rows_affected() > 0)
}

/// Every signature under a draft, void ones too, oldest first.
pub async fn signatures(tx: &mut Tx, draft: i64) -> Result<Vec<Signature>> {
    let rows: Vec<SignatureRow> = sqlx::query_as(SIGNATURES).bind(draft).fetch_all(tx.conn()).await?;
    let signature = |row: SignatureRow| {
        Ok(Signature {
            team: Team::from_key(&row.team).ok_or(AppError::Internal)?,
            account: row.account_id.map(AccountId),
            name: row.name,
            role: row.role,
            at: instant(row.at),
            voided: row.voided_at.map(|at| (instant(at), row.voided_by.unwrap_or_default())),
        })
    };
    rows.into_iter().map(signature).collect()
}

/// Signs the text of a draft.
pub async fn sign(tx: &mut Tx, draft: i64, signature: &Signature, hash: &str) -> Result<()> {
    sqlx::query(SIGN)
        .bind(draft)
        .bind(signature.team.key())
        .bind(signature.account.map(|account| account.0))
        .bind(&signature.name)
        .bind(&signature.role)
        .bind(i64::from(signature.at.0))
        .bind(hash)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What was said about a draft, oldest first.
pub async fn comments(tx: &mut Tx, draft: i64) -> Result<Vec<Comment>> {
    let rows: Vec<(i64, String, String, Option<String>, i64, String)> =
        sqlx::query_as(COMMENTS).bind(draft).fetch_all(tx.conn()).await?;
    let comment = |(id, clause, name, team, at, text): (i64, String, String, Option<String>, i64, String)| Comment {
        id,
        clause,
        name,
        team: team.as_deref().and_then(Team::from_key),
        at: instant(at),
        text,
    };
    Ok(rows.into_iter().map(comment).collect())
}

/// Says something about a draft.
pub async fn comment(tx: &mut Tx, draft: i64, comment: &Comment, account: Option<AccountId>) -> Result<()> {
    let id = take_numbers(tx, Counter::AgreementComment, 1).await?;
    sqlx::query(COMMENT)
        .bind(id)
        .bind(draft)
        .bind(&comment.clause)
        .bind(account.map(|account| account.0))
        .bind(&comment.name)
        .bind(comment.team.map(Team::key))
        .bind(i64::from(comment.at.0))
        .bind(&comment.text)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Who signs for whom, also before and after their days.
pub async fn deputies(tx: &mut Tx) -> Result<Vec<Deputy>> {
    let rows: Vec<(i64, i64, i64, i64)> = sqlx::query_as(DEPUTIES).fetch_all(tx.conn()).await?;
    let deputy = |(head, deputy, from, to): (i64, i64, i64, i64)| Deputy {
        head: AccountId(head),
        deputy: AccountId(deputy),
        from: Day(from as i32),
        to: Day(to as i32),
    };
    Ok(rows.into_iter().map(deputy).collect())
}

/// Names a deputy, in place of whom the head had named before.
pub async fn name_deputy(tx: &mut Tx, deputy: Deputy) -> Result<()> {
    let Deputy { head, deputy, from, to } = deputy;
    let name = sqlx::query(NAME_DEPUTY).bind(head.0).bind(deputy.0).bind(i64::from(from.0)).bind(i64::from(to.0));
    name.execute(tx.conn()).await?;
    Ok(())
}

/// Nobody signs for that head any more.
pub async fn end_deputy(tx: &mut Tx, head: AccountId) -> Result<()> {
    sqlx::query(END_DEPUTY).bind(head.0).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets that an account that goes was or had a deputy.
pub async fn delete_deputies_of(tx: &mut Tx, account: AccountId) -> Result<()> {
    sqlx::query(DELETE_DEPUTIES_OF).bind(account.0).execute(tx.conn()).await?;
    Ok(())
}

/// Which heads want to take back which versions.
pub async fn recalls(tx: &mut Tx) -> Result<Vec<Recall>> {
    let rows: Vec<(i64, String, Option<i64>, String, i64)> = sqlx::query_as(RECALLS).fetch_all(tx.conn()).await?;
    let recall = |(version, team, account, name, at): (i64, String, Option<i64>, String, i64)| {
        Ok(Recall {
            version: version as u32,
            team: Team::from_key(&team).ok_or(AppError::Internal)?,
            account: account.map(AccountId),
            name,
            at: instant(at),
        })
    };
    rows.into_iter().map(recall).collect()
}

/// A head wants to take a version back.
pub async fn ask_recall(tx: &mut Tx, recall: &Recall) -> Result<()> {
    let ask = sqlx::query(ASK_RECALL).bind(i64::from(recall.version)).bind(recall.team.key());
    let ask = ask.bind(recall.account.map(|account| account.0)).bind(&recall.name).bind(i64::from(recall.at.0));
    ask.execute(tx.conn()).await?;
    Ok(())
}
