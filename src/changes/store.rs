//! The rows of the change log, and the counters that number everything.

use super::model::{Change, ChangeKind, Seq, Topic};
use crate::error::Result;
use crate::server::db::Tx;
use crate::statements;
use sqlx::FromRow;

statements! {
    /// Takes the next seq; its row stays locked until the transaction ends.
    NEXT_SEQ = "update counter set n = n + 1 where name = 'change' returning n";
    /// The seq of the latest commit.
    NEWEST_SEQ = "select n from counter where name = 'change'";
    LATEST_NUMBER = "select n from counter where name = $1";
    TAKE_NUMBERS = "update counter set n = n + $2 where name = $1 returning n";
    INSERT = "insert into change (seq, at, actor, kind, entity, entity_id, detail) values ($1, $2, $3, $4, $5, $6, $7)";
    SINCE = "select seq, actor, kind, entity, entity_id from change where seq > $1 order by seq limit $2";
}

/// The seq of the latest commit that this transaction sees.
pub async fn newest_seq(tx: &mut Tx) -> Result<Seq> {
    Ok(Seq(sqlx::query_scalar(NEWEST_SEQ).fetch_one(tx.conn()).await?))
}

/// What open pages are told of a change.
#[derive(Clone, Debug, FromRow)]
pub struct Happened {
    /// Its place in the order of commits.
    pub seq: i64,
    /// Who.
    pub actor: String,
    /// The key of what was done.
    pub kind: String,
    /// The key of what kind of thing it was done to.
    pub entity: String,
    /// Which one.
    pub entity_id: Option<i64>,
}

impl Happened {
    /// What it concerns; everything, where a newer version of the program did something that this one does not know.
    pub fn topics(&self) -> &'static [Topic] {
        ChangeKind::from_key(&self.kind).map_or(Topic::ALL, ChangeKind::topics)
    }
}

/// The changes after this one, oldest first, at most so many.
pub async fn since(tx: &mut Tx, seq: Seq, limit: i64) -> Result<Vec<Happened>> {
    Ok(sqlx::query_as(SINCE).bind(seq.0).bind(limit).fetch_all(tx.conn()).await?)
}

/// Takes the next seq for a write that begins.
pub(crate) async fn next_seq(tx: &mut Tx) -> Result<Seq> {
    Ok(Seq(sqlx::query_scalar(NEXT_SEQ).fetch_one(tx.conn()).await?))
}

/// Writes the row of a change.
pub(crate) async fn insert(tx: &mut Tx, seq: Seq, change: &Change) -> Result<()> {
    sqlx::query(INSERT)
        .bind(seq.0)
        .bind(i64::from(change.at.0))
        .bind(&change.actor)
        .bind(change.kind.key())
        .bind(change.entity.key())
        .bind(change.entity_id)
        .bind(change.detail.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What a counter numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counter {
    AgreementComment,
    AgreementDraft,
    DimensionValue,
    FeedbackWord,
    ExclusionRule,
    Import,
    Lead,
    LeadComment,
    Notice,
    Persona,
    PersonaNote,
    PersonaStatement,
    PersonaText,
    SavedView,
    Source,
    Spend,
    Term,
    WorkUndo,
    Upload,
}

impl Counter {
    const fn name(self) -> &'static str {
        match self {
            Self::AgreementComment => "agreement_comment",
            Self::AgreementDraft => "agreement_draft",
            Self::DimensionValue => "dimension_value",
            Self::FeedbackWord => "feedback_word",
            Self::ExclusionRule => "exclusion_rule",
            Self::Import => "import",
            Self::Lead => "lead",
            Self::LeadComment => "lead_comment",
            Self::Notice => "notice",
            Self::Persona => "persona",
            Self::PersonaNote => "persona_note",
            Self::PersonaStatement => "persona_statement",
            Self::PersonaText => "persona_text",
            Self::SavedView => "saved_view",
            Self::Source => "source",
            Self::Spend => "spend",
            Self::Term => "term",
            Self::WorkUndo => "work_undo",
            Self::Upload => "upload",
        }
    }
}

/// The latest number given out. Inside a write nobody else takes the next one.
pub(crate) async fn latest_number(tx: &mut Tx, counter: Counter) -> Result<i64> {
    Ok(sqlx::query_scalar(LATEST_NUMBER).bind(counter.name()).fetch_one(tx.conn()).await?)
}

/// Takes so many numbers and answers with the first of them.
pub(crate) async fn take_numbers(tx: &mut Tx, counter: Counter, count: usize) -> Result<i64> {
    let count = count as i64;
    let last: i64 = sqlx::query_scalar(TAKE_NUMBERS).bind(counter.name()).bind(count).fetch_one(tx.conn()).await?;
    Ok(last - count + 1)
}
