//! Reads the leads, the spend and the agreement into memory, and later only what has changed.

use super::facts::{Facts, Feedback, HandoverFact, LeadFact, SpendFact};
use crate::changes::model::Seq;
use crate::changes::store::newest_seq;
use crate::error::{AppError, Result};
use crate::feedback::reasons::Route;
use crate::leads::model::{Decision, Dimension, LeadId, Moment, ValueId};
use crate::period::{Day, Instant};
use crate::server::db::{Db, Tx};
use crate::workspace::model::Workspace;
use crate::{agreement, statements, workspace};
use std::collections::HashMap;
use std::sync::Arc;

/// Leads read by one statement: enough that its own cost vanishes, few enough that the text stays small.
const LEADS_A_READ: i64 = 20_000;
/// With more changes than this it is quicker to read everything anew.
const MOST_CHANGES: i64 = 50_000;

// A lead travels as one line of text: a row of 24 columns costs the driver more than the database and the
// arithmetic together. `format` and `string_agg` are the same on both engines, a null is written as nothing. Lines end
// with the record separator, which no text in the database holds; the reason, which may hold a comma, comes last.
statements! {
    MOST_LEAD = "select coalesce(max(id), 0) from lead";
    LEADS = "select string_agg(format('%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s', id,
             channel_id, campaign_id, segment_id, region_id, persona_id, owner_id, handed_over_at, accepted_at,
             first_touch_at, connected_at, verdict_at, opportunity_at, won_at, lost_at, released_at, day_only, decision,
             verdict_complete, opportunity_minor, won_minor, excluded, route, reason), '\u{1e}')
             from lead where id > $1 and id <= $2 and gone = 0";
    CHANGED_LEADS = "select string_agg(format('%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s',
                     id, channel_id, campaign_id, segment_id, region_id, persona_id, owner_id, handed_over_at,
                     accepted_at, first_touch_at, connected_at, verdict_at, opportunity_at, won_at, lost_at, released_at,
                     day_only, decision, verdict_complete, opportunity_minor, won_minor, excluded, route, reason),
                     '\u{1e}') from lead where seq > $1 and gone = 0";
    GONE_LEADS = "select id from lead where seq > $1 and gone = 1";
    COUNT_CHANGED = "select count(*) from lead where seq > $1";
    HANDOVERS = "select string_agg(format('%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s', h.lead_id, h.n, h.handed_over_at,
                 h.accepted_at, h.first_touch_at, h.connected_at, h.verdict_at, h.released_at, h.day_only, h.decision,
                 h.verdict_complete, h.route, h.reason), '\u{1e}')
                 from handover h join lead l on l.id = h.lead_id where l.seq > $1 and l.gone = 0";
    FEEDBACK = "select string_agg(format('%s,%s,%s,%s,%s,%s', a.id, a.n, a.replied_at, a.disputed_at, a.ruled_at,
                a.upheld), '\u{1e}')
                from (
                    select id, 1 as n, replied_at, disputed_at, ruled_at, upheld from lead
                        where replied_at is not null and seq > $1 and gone = 0
                    union all
                    select h.lead_id, h.n, h.replied_at, h.disputed_at, h.ruled_at, h.upheld
                        from handover h join lead l on l.id = h.lead_id
                        where h.replied_at is not null and l.seq > $1 and l.gone = 0
                ) as a";
    SPEND_CHANGED = "select count(*) from spend where seq > $1";
    SPEND = "select from_day, to_day, channel_id, kind, amount_minor from spend where gone = 0 order by id";
    VALUES = "select id, dimension, name from dimension_value";
}

/// The names of the values that leads and spend carry.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    names: HashMap<ValueId, (Dimension, String)>,
    ids: HashMap<(Dimension, String), ValueId>,
}

/// One state of the database, in memory. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The leads, the spend and the agreement.
    pub facts: Facts,
    /// Names of values.
    pub directory: Arc<Directory>,
    /// Zone and currency.
    pub workspace: Arc<Workspace>,
    /// The latest commit that is in it.
    pub seq: Seq,
}

impl Directory {
    /// The name of a value.
    pub fn name(&self, value: ValueId) -> &str {
        self.names.get(&value).map_or("", |(_, name)| name)
    }

    /// The value of a name, letter by letter.
    pub fn value(&self, dimension: Dimension, name: &str) -> Option<ValueId> {
        self.ids.get(&(dimension, name.to_owned())).copied()
    }

    /// Every value of a dimension with its name, in no particular order.
    pub fn values(&self, dimension: Dimension) -> impl Iterator<Item = (ValueId, &str)> {
        self.names.iter().filter(move |(_, (of, _))| *of == dimension).map(|(id, (_, name))| (*id, name.as_str()))
    }
}

/// Reads everything. `None` where the workspace has not been set up yet.
pub async fn load(db: &Db) -> Result<Option<Snapshot>> {
    let mut tx = db.read().await?;
    let Some(workspace) = workspace::store::find(&mut tx).await? else { return Ok(None) };
    let seq = newest_seq(&mut tx).await?;
    let mut facts =
        Facts::new(workspace.zone()?, agreement::store::versions(&mut tx).await?)?.with_weeks(workspace.weeks);
    let mut further = beside(&mut tx, Seq(0)).await?;
    let most: i64 = sqlx::query_scalar(MOST_LEAD).fetch_one(tx.conn()).await?;
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<String>(4);
    // One thread reads while another parses and lays out.
    let filled = tokio::task::spawn_blocking(move || {
        while let Some(text) = receiver.blocking_recv() {
            apply_lines(&mut facts, &text, &mut further, &[])?;
        }
        Ok::<_, AppError>(facts)
    });
    for from in (0..most).step_by(LEADS_A_READ as usize) {
        let query = sqlx::query_scalar(LEADS).bind(from).bind(from + LEADS_A_READ);
        let text: Option<String> = query.fetch_one(tx.conn()).await?;
        if let Some(text) = text
            && sender.send(text).await.is_err()
        {
            break;
        }
    }
    drop(sender);
    let mut facts = filled.await.map_err(|error| {
        tracing::error!(%error, "the leads could not be laid out");
        AppError::Internal
    })??;
    facts.set_spend(&spend(&mut tx).await?);
    let directory = Arc::new(directory(&mut tx).await?);
    Ok(Some(Snapshot { facts, directory, workspace: Arc::new(workspace), seq }))
}

/// Brings a snapshot up to the latest commit. `None` where it must be read anew: the agreement or the workspace
/// changed, or too much did.
pub async fn catch_up(db: &Db, snapshot: &Snapshot) -> Result<Option<Snapshot>> {
    let mut tx = db.read().await?;
    let seq = newest_seq(&mut tx).await?;
    if seq == snapshot.seq {
        return Ok(Some(snapshot.clone()));
    }
    let since = snapshot.seq;
    let changed: i64 = sqlx::query_scalar(COUNT_CHANGED).bind(since.0).fetch_one(tx.conn()).await?;
    let same_workspace = workspace::store::find(&mut tx).await?.as_ref() == Some(&*snapshot.workspace);
    let same_agreement = snapshot.facts.is_agreed(&agreement::store::versions(&mut tx).await?);
    if changed > MOST_CHANGES || !same_workspace || !same_agreement {
        return Ok(None);
    }
    let mut facts = snapshot.facts.clone();
    if changed > 0 {
        let mut further = beside(&mut tx, since).await?;
        let text: Option<String> = sqlx::query_scalar(CHANGED_LEADS).bind(since.0).fetch_one(tx.conn()).await?;
        let gone: Vec<i64> = sqlx::query_scalar(GONE_LEADS).bind(since.0).fetch_all(tx.conn()).await?;
        let gone: Vec<LeadId> = gone.into_iter().map(LeadId).collect();
        apply_lines(&mut facts, &text.unwrap_or_default(), &mut further, &gone)?;
    }
    let spent: i64 = sqlx::query_scalar(SPEND_CHANGED).bind(since.0).fetch_one(tx.conn()).await?;
    if spent > 0 {
        facts.set_spend(&spend(&mut tx).await?);
    }
    let directory = Arc::new(directory(&mut tx).await?);
    Ok(Some(Snapshot { facts, directory, workspace: snapshot.workspace.clone(), seq }))
}

/// The seq of the latest commit.
pub async fn newest(db: &Db) -> Result<Seq> {
    newest_seq(&mut db.read().await?).await
}

/// What stands beside the rows of leads.
#[derive(Default)]
struct Beside {
    /// Handovers after the first, in order.
    further: HashMap<LeadId, Vec<HandoverFact>>,
    /// What marketing said to verdicts, by handover from 1.
    feedback: HashMap<LeadId, Vec<(i64, Feedback)>>,
}

/// What stands beside the rows of leads that changed after a seq.
async fn beside(tx: &mut Tx, since: Seq) -> Result<Beside> {
    Ok(Beside { further: handovers(tx, since).await?, feedback: feedback(tx, since).await? })
}

async fn feedback(tx: &mut Tx, since: Seq) -> Result<HashMap<LeadId, Vec<(i64, Feedback)>>> {
    let text: Option<String> = sqlx::query_scalar(FEEDBACK).bind(since.0).fetch_one(tx.conn()).await?;
    let mut by_lead: HashMap<LeadId, Vec<(i64, Feedback)>> = HashMap::new();
    for line in lines(text.as_deref().unwrap_or_default()) {
        let mut cells = Cells(line);
        let (lead, handover) = (LeadId(cells.number()?), cells.number()?);
        let [replied, disputed, ruled] = cells.optional_numbers()?.map(|at| at.map(|at: i64| Instant(at as u32)));
        let upheld = cells.rest().as_deref() == Some("1");
        by_lead.entry(lead).or_default().push((handover, Feedback { replied, disputed, ruled, upheld }));
    }
    Ok(by_lead)
}

/// Handovers after the first, of leads that changed after a seq, in order.
async fn handovers(tx: &mut Tx, since: Seq) -> Result<HashMap<LeadId, Vec<HandoverFact>>> {
    let text: Option<String> = sqlx::query_scalar(HANDOVERS).bind(since.0).fetch_one(tx.conn()).await?;
    let mut numbered: HashMap<LeadId, Vec<(i64, HandoverFact)>> = HashMap::new();
    for line in lines(text.as_deref().unwrap_or_default()) {
        let mut cells = Cells(line);
        let (lead, n) = (LeadId(cells.number()?), cells.number()?);
        let moments: [Option<i64>; 6] = cells.optional_numbers()?;
        let day_only = cells.number()?;
        // The bits of a handover are those of the lead's columns, the first of which is `created_at`.
        let moment = |index: usize, bit: u32| moment(moments[index], day_only, bit);
        let fact = HandoverFact {
            handed_over: moment(0, 1).ok_or_else(unreadable)?,
            accepted: moment(1, 2),
            first_touch: moment(2, 3),
            connected: moment(3, 4),
            verdict: moment(4, 5),
            released: moment(5, 9),
            decision: Decision::from_key(cells.text()?),
            verdict_complete: cells.number()? == 1,
            removes: removes(cells.text()?),
            reason: cells.rest(),
            feedback: Feedback::default(),
        };
        numbered.entry(lead).or_default().push((n, fact));
    }
    Ok(numbered
        .into_iter()
        .map(|(lead, mut facts)| {
            facts.sort_by_key(|(n, _)| *n);
            (lead, facts.into_iter().map(|(_, fact)| fact).collect())
        })
        .collect())
}

async fn spend(tx: &mut Tx) -> Result<Vec<SpendFact>> {
    let rows: Vec<(i64, i64, Option<i64>, String, i64)> = sqlx::query_as(SPEND).fetch_all(tx.conn()).await?;
    let fact = |(from, to, channel, kind, amount_minor): (i64, i64, Option<i64>, String, i64)| SpendFact {
        from: Day(from as i32),
        to: Day(to as i32),
        channel: channel.map(ValueId),
        media: kind == crate::import::model::SpendKind::Media.key(),
        amount_minor,
    };
    Ok(rows.into_iter().map(fact).collect())
}

async fn directory(tx: &mut Tx) -> Result<Directory> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(VALUES).fetch_all(tx.conn()).await?;
    let mut directory = Directory::default();
    for (id, dimension, name) in rows {
        let dimension = Dimension::from_key(&dimension).ok_or_else(unreadable)?;
        directory.ids.insert((dimension, name.clone()), ValueId(id));
        directory.names.insert(ValueId(id), (dimension, name));
    }
    Ok(directory)
}

fn apply_lines(facts: &mut Facts, text: &str, beside: &mut Beside, gone: &[LeadId]) -> Result<()> {
    let leads = lines(text).map(|line| lead(line, beside)).collect::<Result<Vec<_>>>()?;
    facts.apply(leads, gone);
    Ok(())
}

fn lead(line: &str, beside: &mut Beside) -> Result<LeadFact> {
    let mut cells = Cells(line);
    let id = LeadId(cells.number()?);
    let mut further = beside.further.remove(&id).unwrap_or_default();
    let mut first = Feedback::default();
    for (handover, feedback) in beside.feedback.remove(&id).unwrap_or_default() {
        match usize::try_from(handover - 2).ok() {
            None => first = feedback,
            Some(nth) => further.iter_mut().skip(nth).take(1).for_each(|later| later.feedback = feedback),
        }
    }
    let dimensions: [Option<i64>; Dimension::ALL.len()] = cells.optional_numbers()?;
    let moments: [Option<i64>; 9] = cells.optional_numbers()?;
    let day_only = cells.number()?;
    let moment = |index: usize| moment(moments[index], day_only, index as u32 + 1);
    Ok(LeadFact {
        id,
        dimensions: dimensions.map(|value| value.map(ValueId)),
        handed_over: moment(0),
        accepted: moment(1),
        first_touch: moment(2),
        connected: moment(3),
        verdict: moment(4),
        opportunity: moment(5),
        won: moment(6),
        lost: moment(7),
        released: moment(8),
        decision: Decision::from_key(cells.text()?),
        verdict_complete: cells.number()? == 1,
        opportunity_minor: cells.optional_number()?,
        won_minor: cells.optional_number()?,
        excluded: cells.number()? == 1,
        removes: removes(cells.text()?),
        reason: cells.rest(),
        feedback: first,
        further,
    })
}

/// Whether a verdict takes the lead out of the numbers, by its route.
fn removes(route: &str) -> bool {
    Route::from_key(route).is_some_and(Route::removes)
}

fn moment(at: Option<i64>, day_only: i64, bit: u32) -> Option<Moment> {
    let at = u32::try_from(at?).ok()?;
    Some(Moment { at: Instant(at), day_only: day_only >> bit & 1 == 1 })
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\u{1e}').filter(|line| !line.is_empty())
}

/// The cells of one line that are yet to be read.
struct Cells<'a>(&'a str);

impl<'a> Cells<'a> {
    fn text(&mut self) -> Result<&'a str> {
        let (cell, rest) = self.0.split_once(',').ok_or_else(unreadable)?;
        self.0 = rest;
        Ok(cell)
    }

    /// The last cell.
    fn rest(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.to_owned())
    }

    fn optional_number(&mut self) -> Result<Option<i64>> {
        match self.text()? {
            "" => Ok(None),
            digits => digits.parse().map(Some).map_err(|_| unreadable()),
        }
    }

    fn number(&mut self) -> Result<i64> {
        self.optional_number()?.ok_or_else(unreadable)
    }

    fn optional_numbers<const N: usize>(&mut self) -> Result<[Option<i64>; N]> {
        let mut numbers = [None; N];
        for number in &mut numbers {
            *number = self.optional_number()?;
        }
        Ok(numbers)
    }
}

fn unreadable() -> AppError {
    tracing::error!("a row of leads or handovers is not in the shape that this version writes");
    AppError::Internal
}
