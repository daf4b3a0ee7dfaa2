//! The rows of accounts, sessions, one-time links and security events.

use super::model::{Account, AccountId, SecurityEvent, SecurityKind, SessionId, SessionView, Standing, Team};
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::server::db::Tx;
use crate::statements;
use crate::{agreement, bell, queue, work};
use sqlx::FromRow;
use std::collections::HashMap;

statements! {
    NEXT_NUMBER = "update counter set n = n + 1 where name = $1 returning n";
    ANY_ACCOUNT = "select count(*) from account where sample = 0";
    ADMINS = "select count(*) from account where admin = 1 and disabled_at is null and sample = 0 \
              and password is not null";
    END_SAMPLE_SESSIONS = "delete from session where account_id in (select id from account where sample = 1)";
    NAMED = "select count(*) from account where lower(name) = $1 and id <> $2";
    COUNT_IDENTITIES = "select count(*) from identity where account_id = $1";
    TAKE_ONE_TIME_OF = "delete from one_time where account_id = $1 and kind = $2 and expires_at > $3";
    BY_KEY = "select * from account where email_key = $1";
    BY_ID = "select * from account where id = $1";
    LIST = "select * from account order by case when disabled_at is null then 0 else 1 end, email_key";
    INSERT = "insert into account (id, email, email_key, name, team, head, admin, created_at) \
              values ($1, $2, $3, $4, $5, $6, $7, $8)";
    MARK_SAMPLE = "update account set sample = 1 where id = $1";
    SAMPLE = "select id from account where sample = 1";
    DELETE_SESSIONS_OF = "delete from session where account_id = $1";
    DELETE_ONE_TIME_OF = "delete from one_time where account_id = $1 or made_by = $1";
    DELETE_IDENTITIES_OF = "delete from identity where account_id = $1";
    DELETE_EVENTS_OF = "delete from security_event where account_id = $1";
    DELETE = "delete from account where id = $1";
    SET_STANDING = "update account set team = $2, head = $3, admin = $4 where id = $1";
    SET_NAME = "update account set name = $2 where id = $1";
    SET_DISABLED = "update account set disabled_at = $2 where id = $1";
    SET_PASSWORD = "update account set password = $2 where id = $1";
    SET_SECRET = "update account set totp_secret = $2, totp_confirmed_at = null, totp_step = 0 where id = $1";
    CONFIRM_SECRET = "update account set totp_confirmed_at = $2 where id = $1";
    /// The condition makes two requests with one code a race that one of them loses.
    USE_STEP = "update account set totp_step = $2 where id = $1 and totp_step < $2";
    DELETE_CODES = "delete from recovery_code where account_id = $1";
    INSERT_CODE = "insert into recovery_code (account_id, digest) values ($1, $2)";
    USE_CODE = "delete from recovery_code where account_id = $1 and digest = $2";
    COUNT_CODES = "select count(*) from recovery_code where account_id = $1";
    INSERT_SESSION = "insert into session (id, digest, account_id, created_at, seen_at, address, agent) \
                      values ($1, $2, $3, $4, $4, $5, $6)";
    FIND_SESSION = "select s.id as session_id, s.created_at as session_created_at, s.seen_at as session_seen_at, a.* \
                    from session s join account a on a.id = s.account_id where s.digest = $1";
    SESSIONS_OF = "select id, created_at, seen_at, address, agent from session where account_id = $1 \
                   order by seen_at desc, id desc";
    TOUCH_SESSION = "update session set seen_at = $2, address = $3 where id = $1 and seen_at < $2";
    END_SESSION = "delete from session where id = $1 and account_id = $2";
    END_SESSION_OF_TOKEN = "delete from session where digest = $1";
    END_SESSIONS = "delete from session where account_id = $1 and id <> $2";
    DROP_SESSIONS = "delete from session where seen_at < $1 or created_at < $2";
    INSERT_ONE_TIME = "insert into one_time (digest, kind, account_id, made_by, made_at, expires_at, detail) \
                       values ($1, $2, $3, $4, $5, $6, $7)";
    FIND_ONE_TIME = "select kind, account_id, made_by, expires_at, detail from one_time where digest = $1";
    INVITES = "select o.digest, o.detail, o.expires_at, coalesce(a.name, '') as made_by from one_time o \
               left join account a on a.id = o.made_by where o.kind = $1 and o.expires_at > $2 \
               order by o.expires_at desc, o.digest";
    LAST_SEEN = "select account_id, max(seen_at) as seen_at from session group by account_id";
    USE_ONE_TIME = "delete from one_time where digest = $1";
    DROP_ONE_TIME = "delete from one_time where expires_at <= $1";
    DROP_ONE_TIME_OF = "delete from one_time where account_id = $1";
    INSERT_IDENTITY = "insert into identity (issuer, subject, account_id) values ($1, $2, $3)";
    FIND_IDENTITY = "select a.* from identity i join account a on a.id = i.account_id \
                     where i.issuer = $1 and i.subject = $2";
    INSERT_EVENT = "insert into security_event (id, at, account_id, kind, address, agent) \
                    values ($1, $2, $3, $4, $5, $6)";
    EVENTS_OF = "select at, kind, address, agent from security_event where account_id = $1 order by id desc limit 100";
}

/// What somebody proves who they are with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Who.
    pub account: Account,
    /// argon2id in the PHC format.
    pub password: Option<String>,
    /// The authenticator's secret in base32, confirmed or not.
    pub secret: Option<String>,
    /// The time step of the last code that was taken.
    pub last_step: i64,
}

/// A session and whose it is.
#[derive(Clone, Debug)]
pub struct FoundSession {
    /// Its number.
    pub id: SessionId,
    /// When its person signed in.
    pub created_at: Instant,
    /// When it was last used, to five minutes.
    pub seen_at: Instant,
    /// Whose it is.
    pub account: Account,
}

/// A link or step that is good for one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTime {
    /// What it is for.
    pub kind: String,
    /// For whom; an invite is for nobody yet.
    pub account: Option<AccountId>,
    /// Who made it; `None` is the command line or the server itself.
    pub made_by: Option<AccountId>,
    /// From then on it is good no more.
    pub expires_at: Instant,
    /// JSON: what the kind needs.
    pub detail: String,
}

/// From where something came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The client's address.
    pub address: String,
    /// What the browser calls itself, cut to 200 characters.
    pub agent: String,
}

#[derive(FromRow)]
struct AccountRow {
    id: i64,
    email: String,
    name: String,
    team: Option<String>,
    head: i64,
    admin: i64,
    password: Option<String>,
    totp_secret: Option<String>,
    totp_confirmed_at: Option<i64>,
    totp_step: i64,
    disabled_at: Option<i64>,
    sample: i64,
}

#[derive(FromRow)]
struct SessionRow {
    session_id: i64,
    session_created_at: i64,
    session_seen_at: i64,
    #[sqlx(flatten)]
    account: AccountRow,
}

#[derive(FromRow)]
struct OneTimeRow {
    kind: String,
    account_id: Option<i64>,
    made_by: Option<i64>,
    expires_at: i64,
    detail: String,
}

impl From<AccountRow> for Credentials {
    fn from(row: AccountRow) -> Self {
        let standing =
            Standing { team: row.team.as_deref().and_then(Team::from_key), head: row.head == 1, admin: row.admin == 1 };
        Self {
            account: Account {
                id: AccountId(row.id),
                email: row.email,
                name: row.name,
                standing,
                disabled: row.disabled_at.is_some(),
                second_factor: row.totp_confirmed_at.is_some(),
                sample: row.sample == 1,
            },
            password: row.password,
            secret: row.totp_secret,
            last_step: row.totp_step,
        }
    }
}

/// Whether anybody real has an account, be it disabled.
pub async fn any_account(tx: &mut Tx) -> Result<bool> {
    let accounts: i64 = sqlx::query_scalar(ANY_ACCOUNT).fetch_one(tx.conn()).await?;
    Ok(accounts > 0)
}

/// Admins that can sign in by themselves: with a password, which needs no provider. Those of the sample company do not
/// count.
pub async fn count_admins(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar(ADMINS).fetch_one(tx.conn()).await?)
}

/// By what makes a mail address one ([`Email::key`](super::model::Email::key)).
pub async fn find_by_key(tx: &mut Tx, key: &str) -> Result<Option<Credentials>> {
    let row: Option<AccountRow> = sqlx::query_as(BY_KEY).bind(key).fetch_optional(tx.conn()).await?;
    Ok(row.map(Credentials::from))
}

/// By its number.
///
/// # Errors
/// There is none.
pub async fn get(tx: &mut Tx, id: AccountId) -> Result<Credentials> {
    let row: Option<AccountRow> = sqlx::query_as(BY_ID).bind(id.0).fetch_optional(tx.conn()).await?;
    row.map(Credentials::from).ok_or_else(|| AppError::NotFound("There is no such account.".into()))
}

/// Everybody, by address; who is disabled comes last.
pub async fn list(tx: &mut Tx) -> Result<Vec<Account>> {
    let rows: Vec<AccountRow> = sqlx::query_as(LIST).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|row| Credentials::from(row).account).collect())
}

/// A new account without a password. The address must be free.
pub async fn insert(
    tx: &mut Tx,
    email: &super::model::Email,
    name: &str,
    standing: Standing,
    at: Instant,
) -> Result<AccountId> {
    let id = next_number(tx, "account").await?;
    sqlx::query(INSERT)
        .bind(id)
        .bind(email.as_str())
        .bind(email.key())
        .bind(name)
        .bind(standing.team.map(Team::key))
        .bind(i64::from(standing.head))
        .bind(i64::from(standing.admin))
        .bind(i64::from(at.0))
        .execute(tx.conn())
        .await?;
    Ok(AccountId(id))
}

/// This account comes and goes with the sample company.
pub async fn mark_sample(tx: &mut Tx, id: AccountId) -> Result<()> {
    sqlx::query(MARK_SAMPLE).bind(id.0).execute(tx.conn()).await?;
    Ok(())
}

/// Deletes the accounts of the sample company and everything that hangs on them; how many there were.
pub async fn delete_sample(tx: &mut Tx) -> Result<u64> {
    let ids: Vec<i64> = sqlx::query_scalar(SAMPLE).fetch_all(tx.conn()).await?;
    agreement::store::remove_sample(tx).await?;
    for id in &ids {
        bell::store::delete_of(tx, AccountId(*id)).await?;
        queue::store::remove_views_of(tx, AccountId(*id)).await?;
        agreement::store::delete_deputies_of(tx, AccountId(*id)).await?;
        work::store::forget_owner(tx, AccountId(*id)).await?;
        for statement in
            [DELETE_SESSIONS_OF, DELETE_ONE_TIME_OF, DELETE_IDENTITIES_OF, DELETE_EVENTS_OF, DELETE_CODES, DELETE]
        {
            sqlx::query(statement).bind(id).execute(tx.conn()).await?;
        }
    }
    Ok(ids.len() as u64)
}

/// Ends the sessions of the people of the sample company.
pub async fn end_sample_sessions(tx: &mut Tx) -> Result<()> {
    sqlx::query(END_SAMPLE_SESSIONS).execute(tx.conn()).await?;
    Ok(())
}

/// Whether somebody else is called that, in any case of letters.
pub async fn is_named(tx: &mut Tx, name: &str, but: AccountId) -> Result<bool> {
    let others: i64 = sqlx::query_scalar(NAMED).bind(name.to_lowercase()).bind(but.0).fetch_one(tx.conn()).await?;
    Ok(others > 0)
}

/// At how many providers the account is known.
pub async fn count_identities(tx: &mut Tx, id: AccountId) -> Result<i64> {
    Ok(sqlx::query_scalar(COUNT_IDENTITIES).bind(id.0).fetch_one(tx.conn()).await?)
}

/// The account is known at no provider any more.
pub async fn delete_identities_of(tx: &mut Tx, id: AccountId) -> Result<()> {
    sqlx::query(DELETE_IDENTITIES_OF).bind(id.0).execute(tx.conn()).await?;
    Ok(())
}

/// Whether a step of that kind waited for the account; now none does.
pub async fn take_one_time_of(tx: &mut Tx, id: AccountId, kind: &str, now: Instant) -> Result<bool> {
    let taken = sqlx::query(TAKE_ONE_TIME_OF).bind(id.0).bind(kind).bind(i64::from(now.0)).execute(tx.conn()).await?;
    Ok(taken.rows_affected() > 0)
}

/// Team and flags.
pub async fn set_standing(tx: &mut Tx, id: AccountId, standing: Standing) -> Result<()> {
    sqlx::query(SET_STANDING)
        .bind(id.0)
        .bind(standing.team.map(Team::key))
        .bind(i64::from(standing.head))
        .bind(i64::from(standing.admin))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What others call them.
pub async fn set_name(tx: &mut Tx, id: AccountId, name: &str) -> Result<()> {
    sqlx::query(SET_NAME).bind(id.0).bind(name).execute(tx.conn()).await?;
    Ok(())
}

/// Disabled from then, or not.
pub async fn set_disabled(tx: &mut Tx, id: AccountId, since: Option<Instant>) -> Result<()> {
    let since = since.map(|at| i64::from(at.0));
    sqlx::query(SET_DISABLED).bind(id.0).bind(since).execute(tx.conn()).await?;
    Ok(())
}

/// The hash of a new password.
pub async fn set_password(tx: &mut Tx, id: AccountId, hash: &str) -> Result<()> {
    sqlx::query(SET_PASSWORD).bind(id.0).bind(hash).execute(tx.conn()).await?;
    Ok(())
}

/// An authenticator's secret, not yet in force; `None` switches the second factor off. Codes on paper go with it.
pub async fn set_secret(tx: &mut Tx, id: AccountId, base32: Option<&str>) -> Result<()> {
    sqlx::query(SET_SECRET).bind(id.0).bind(base32).execute(tx.conn()).await?;
    sqlx::query(DELETE_CODES).bind(id.0).execute(tx.conn()).await?;
    Ok(())
}

/// The secret is in force, with these codes on paper.
pub async fn confirm_secret(tx: &mut Tx, id: AccountId, at: Instant, code_digests: &[String]) -> Result<()> {
    sqlx::query(CONFIRM_SECRET).bind(id.0).bind(i64::from(at.0)).execute(tx.conn()).await?;
    for digest in code_digests {
        sqlx::query(INSERT_CODE).bind(id.0).bind(digest).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Whether the time step of a code had not been used; now it has.
pub async fn use_step(tx: &mut Tx, id: AccountId, step: i64) -> Result<bool> {
    Ok(sqlx::query(USE_STEP).bind(id.0).bind(step).execute(tx.conn()).await?.rows_affected() == 1)
}

/// Whether it was one of the account's codes on paper; now it is none any more.
pub async fn use_recovery_code(tx: &mut Tx, id: AccountId, digest: &str) -> Result<bool> {
    Ok(sqlx::query(USE_CODE).bind(id.0).bind(digest).execute(tx.conn()).await?.rows_affected() == 1)
}

/// Codes on paper that are left.
pub async fn count_recovery_codes(tx: &mut Tx, id: AccountId) -> Result<i64> {
    Ok(sqlx::query_scalar(COUNT_CODES).bind(id.0).fetch_one(tx.conn()).await?)
}

/// A new session, found by the digest of its token.
pub async fn insert_session(
    tx: &mut Tx,
    digest: &str,
    account: AccountId,
    at: Instant,
    origin: &Origin,
) -> Result<SessionId> {
    let id = next_number(tx, "session").await?;
    sqlx::query(INSERT_SESSION)
        .bind(id)
        .bind(digest)
        .bind(account.0)
        .bind(i64::from(at.0))
        .bind(&origin.address)
        .bind(&origin.agent)
        .execute(tx.conn())
        .await?;
    Ok(SessionId(id))
}

/// The session of a token, whatever its age, also of somebody who is disabled: the caller decides.
pub async fn find_session(tx: &mut Tx, digest: &str) -> Result<Option<FoundSession>> {
    let row: Option<SessionRow> = sqlx::query_as(FIND_SESSION).bind(digest).fetch_optional(tx.conn()).await?;
    Ok(row.map(|row| FoundSession {
        id: SessionId(row.session_id),
        created_at: to_instant(row.session_created_at),
        seen_at: to_instant(row.session_seen_at),
        account: Credentials::from(row.account).account,
    }))
}

/// Where somebody is signed in, last used first.
pub async fn sessions_of(tx: &mut Tx, account: AccountId) -> Result<Vec<SessionView>> {
    let rows: Vec<(i64, i64, i64, String, String)> =
        sqlx::query_as(SESSIONS_OF).bind(account.0).fetch_all(tx.conn()).await?;
    Ok(rows
        .into_iter()
        .map(|(id, created_at, seen_at, address, agent)| SessionView {
            id: SessionId(id),
            created_at: to_instant(created_at),
            seen_at: to_instant(seen_at),
            address,
            agent,
            this: false,
        })
        .collect())
}

/// The session was used just now.
pub async fn touch_session(tx: &mut Tx, id: SessionId, at: Instant, address: &str) -> Result<()> {
    sqlx::query(TOUCH_SESSION).bind(id.0).bind(i64::from(at.0)).bind(address).execute(tx.conn()).await?;
    Ok(())
}

/// Whether that account had that session; now it has ended.
pub async fn end_session(tx: &mut Tx, id: SessionId, account: AccountId) -> Result<bool> {
    Ok(sqlx::query(END_SESSION).bind(id.0).bind(account.0).execute(tx.conn()).await?.rows_affected() == 1)
}

/// Ends the session of a token, whosever it is.
pub async fn end_session_of_token(tx: &mut Tx, digest: &str) -> Result<()> {
    sqlx::query(END_SESSION_OF_TOKEN).bind(digest).execute(tx.conn()).await?;
    Ok(())
}

/// Ends every session of the account, but the one given.
pub async fn end_sessions(tx: &mut Tx, account: AccountId, but: Option<SessionId>) -> Result<()> {
    let but = but.map_or(0, |id| id.0);
    sqlx::query(END_SESSIONS).bind(account.0).bind(but).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets sessions that were not used since, or began before, and one-time links that have expired.
pub async fn drop_expired(tx: &mut Tx, now: Instant, seen_before: Instant, created_before: Instant) -> Result<()> {
    sqlx::query(DROP_SESSIONS)
        .bind(i64::from(seen_before.0))
        .bind(i64::from(created_before.0))
        .execute(tx.conn())
        .await?;
    sqlx::query(DROP_ONE_TIME).bind(i64::from(now.0)).execute(tx.conn()).await?;
    Ok(())
}

/// A link or step, found by the digest of its token.
pub async fn insert_one_time(tx: &mut Tx, digest: &str, at: Instant, one_time: &OneTime) -> Result<()> {
    sqlx::query(INSERT_ONE_TIME)
        .bind(digest)
        .bind(&one_time.kind)
        .bind(one_time.account.map(|id| id.0))
        .bind(one_time.made_by.map(|id| id.0))
        .bind(i64::from(at.0))
        .bind(i64::from(one_time.expires_at.0))
        .bind(&one_time.detail)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The link or step of that token, if it is of that kind and has not expired.
pub async fn find_one_time(tx: &mut Tx, digest: &str, kind: &str, now: Instant) -> Result<Option<OneTime>> {
    let row: Option<OneTimeRow> = sqlx::query_as(FIND_ONE_TIME).bind(digest).fetch_optional(tx.conn()).await?;
    Ok(row
        .map(|row| OneTime {
            kind: row.kind,
            account: row.account_id.map(AccountId),
            made_by: row.made_by.map(AccountId),
            expires_at: to_instant(row.expires_at),
            detail: row.detail,
        })
        .filter(|found| found.kind == kind && now < found.expires_at))
}

/// Links of a kind that are still good: digest, detail, until when, and the name of who made them.
pub async fn one_times(tx: &mut Tx, kind: &str, now: Instant) -> Result<Vec<(String, String, Instant, String)>> {
    let rows: Vec<(String, String, i64, String)> =
        sqlx::query_as(INVITES).bind(kind).bind(i64::from(now.0)).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(digest, detail, until, by)| (digest, detail, to_instant(until), by)).collect())
}

/// When each account that has a session last used one.
pub async fn last_seen(tx: &mut Tx) -> Result<HashMap<AccountId, Instant>> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(LAST_SEEN).fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(|(id, at)| (AccountId(id), to_instant(at))).collect())
}

/// Whether it was still there to be used; now it is not.
pub async fn use_one_time(tx: &mut Tx, digest: &str) -> Result<bool> {
    Ok(sqlx::query(USE_ONE_TIME).bind(digest).execute(tx.conn()).await?.rows_affected() == 1)
}

/// Takes back every link and step that was made for an account.
pub async fn drop_one_time_of(tx: &mut Tx, account: AccountId) -> Result<()> {
    sqlx::query(DROP_ONE_TIME_OF).bind(account.0).execute(tx.conn()).await?;
    Ok(())
}

/// From now on this subject of this issuer is that account.
pub async fn insert_identity(tx: &mut Tx, issuer: &str, subject: &str, account: AccountId) -> Result<()> {
    sqlx::query(INSERT_IDENTITY).bind(issuer).bind(subject).bind(account.0).execute(tx.conn()).await?;
    Ok(())
}

/// Who a subject of an issuer is here.
pub async fn find_identity(tx: &mut Tx, issuer: &str, subject: &str) -> Result<Option<Account>> {
    let row: Option<AccountRow> =
        sqlx::query_as(FIND_IDENTITY).bind(issuer).bind(subject).fetch_optional(tx.conn()).await?;
    Ok(row.map(|row| Credentials::from(row).account))
}

/// Writes down what happened to an account.
pub async fn insert_event(
    tx: &mut Tx,
    at: Instant,
    account: AccountId,
    kind: SecurityKind,
    origin: &Origin,
) -> Result<()> {
    let id = next_number(tx, "security_event").await?;
    sqlx::query(INSERT_EVENT)
        .bind(id)
        .bind(i64::from(at.0))
        .bind(account.0)
        .bind(kind.key())
        .bind(&origin.address)
        .bind(&origin.agent)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The last hundred, newest first.
pub async fn events_of(tx: &mut Tx, account: AccountId) -> Result<Vec<SecurityEvent>> {
    let rows: Vec<(i64, String, String, String)> =
        sqlx::query_as(EVENTS_OF).bind(account.0).fetch_all(tx.conn()).await?;
    Ok(rows
        .into_iter()
        .filter_map(|(at, kind, address, agent)| {
            Some(SecurityEvent { at: to_instant(at), kind: SecurityKind::from_key(&kind)?, address, agent })
        })
        .collect())
}

async fn next_number(tx: &mut Tx, counter: &str) -> Result<i64> {
    Ok(sqlx::query_scalar(NEXT_NUMBER).bind(counter).fetch_one(tx.conn()).await?)
}

/// Instants in the database were instants when they were written.
fn to_instant(seconds: i64) -> Instant {
    Instant(u32::try_from(seconds).unwrap_or_default())
}
