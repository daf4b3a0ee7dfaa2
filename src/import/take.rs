//! Taking the rows of a file in, batch by batch; or only saying what that would do.
//!
//! Each batch is one short transaction with its own row of the journal and of the change log. Between two batches
//! others get their turn. A batch whose rows say nothing new writes nothing at all.

mod check;
mod first;
mod known;
mod spend;

use super::apply::{Draft, Effect, LeadWord, Origin, ValueIds};
use super::memory::Lesson;
use super::model::{EventRecord, ImportId, Kind, LeadRecord, OutcomeRecord, Taken};
use super::store::{self, Batch, NewImport, State};
use super::turn::Turn;
use super::undo;
use crate::bell;
use crate::bell::model::{Notice, NoticeKind};
use crate::changes::model::{Change, ChangeKind, Entity, Seq};
use crate::changes::store::{Counter, latest_number, take_numbers};
use crate::error::{AppError, Result};
use crate::leads::model::{Dimension, LeadId, Moment, ValueId};
use crate::leads::record::email_key;
use crate::leads::store as leads;
use crate::people::model::AccountId;
use crate::period::Instant;
use crate::personas::rules::store as personas;
use crate::quality::rules::store as rules;
use crate::server::db::{Db, ImportClaim, Tx, WriteTx};
use first::FirstRows;
use known::KnownSpend;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};

/// At most so many rows a batch; how many others can wait for is found out on the way, see [`super::pace`].
pub const BATCH_ROWS: usize = super::pace::MOST_ROWS;
/// A check takes so many at once: nobody waits for its next part, and of each part the leads are in memory with all that
/// is known of them, some thousands of bytes a row. A power of two makes one statement of them, see [`crate::server::bulk`].
const CHECKED_ROWS: usize = 512;

/// An import on its way, or the check of one.
///
/// If it is dropped before [`Import::finish`], its journal says that it is running, and [`undo::recover`] takes it
/// back; [`Import::cancel`] does so at once.
#[derive(Debug)]
pub struct Import {
    db: Db,
    kind: Kind,
    source: i64,
    /// `None`: only a check.
    import: Option<ImportId>,
    /// Others are at work meanwhile.
    beside: bool,
    /// As long as it is there, nobody takes this import for a dead one.
    _claim: Option<ImportClaim>,
    actor: String,
    account: Option<AccountId>,
    /// What is remembered at the end, with the names of source and file.
    lesson: Option<(Lesson, String, String)>,
    batch: i64,
    values: ValueIds,
    first_rows: FirstRows,
    /// Rows so far of a lead whose deals have no numbers.
    positions: FxHashMap<LeadId, u32>,
    /// As of that seq.
    spend_known: Option<(KnownSpend, Seq)>,
    /// What rows did that the database does not show: those of this batch, and in a check those before it, too.
    unsaved: Unsaved,
}

#[derive(Debug, Default)]
struct Unsaved {
    by_id: FxHashMap<Digest, LeadId>,
    /// The first new lead of an e-mail.
    by_email: FxHashMap<Digest, LeadId>,
    /// The new lead of an e-mail which the source knows by no number.
    joinable: FxHashMap<Digest, LeadId>,
    /// Leads that the database has and the source knows by a number only now.
    joined: FxHashSet<LeadId>,
    drafts: FxHashMap<LeadId, Draft>,
    /// When leads were captured that a check has brought or corrected, and whose drafts are gone.
    created: FxHashMap<LeadId, Moment>,
    /// What a check was told of deals, by leads whose drafts are gone.
    deals: check::Texts,
    /// The events that a check has told, in 128 bits each.
    said: FxHashSet<u128>,
    /// Numbers given to new leads and values.
    leads: i64,
    values: i64,
}

/// Which lead a row speaks of.
#[derive(Clone, Copy, Debug)]
struct Found {
    lead: LeadId,
    new: bool,
    /// The row's number of it is to be written down.
    join: bool,
}

impl Import {
    /// Begins an import. [`AppError::Conflict`] while another one runs.
    pub async fn begin(db: &Db, new: &NewImport<'_>, at: Instant) -> Result<Self> {
        let mut tx = db.write().await?;
        if let Some(other) = store::unfinished(&mut tx).await?.first() {
            return Err(AppError::Conflict(format!(
                "The import of {} by {} is still under way; start this one when it has ended.",
                other.file_name, other.actor
            )));
        }
        let Some(claim) = db.claim_imports().await? else {
            let sentence = "Another process is about to import here; start this one when it has ended.";
            return Err(AppError::Conflict(sentence.to_owned()));
        };
        let source = match store::find_source(&mut tx, new.source).await? {
            Some(source) => source,
            None => store::add_source(&mut tx, new.source).await?,
        };
        let import = store::add(&mut tx, new, source, at).await?;
        let detail = json!({ "kind": new.kind, "source": new.source, "file": new.file_name });
        let change = change_of(import, ChangeKind::ImportStarted, new.actor, at, detail);
        tx.record_change(&change).await?.commit().await?;
        Ok(Self { _claim: Some(claim), ..Self::of(db, new, source.0, Some(import)) })
    }

    /// Begins a check: the same answers, and nothing is written.
    pub async fn check(db: &Db, new: &NewImport<'_>) -> Result<Self> {
        let source = store::find_source(&mut db.read().await?, new.source).await?;
        Ok(Self::of(db, new, source.map_or(NO_SOURCE, |source| source.0), None))
    }

    fn of(db: &Db, new: &NewImport<'_>, source: i64, import: Option<ImportId>) -> Self {
        Self {
            db: db.clone(),
            kind: new.kind,
            source,
            import,
            account: None,
            beside: false,
            lesson: None,
            _claim: None,
            actor: new.actor.to_owned(),
            batch: 0,
            values: ValueIds::default(),
            first_rows: FirstRows::default(),
            positions: FxHashMap::default(),
            spend_known: None,
            unsaved: Unsaved::default(),
        }
    }

    /// Its number in the journal; `None` for a check.
    pub const fn id(&self) -> Option<ImportId> {
        self.import
    }

    /// Takes rows of a lead file; what became of each, in their order. At most [`BATCH_ROWS`].
    pub async fn take_leads(&mut self, records: &[LeadRecord], at: Instant) -> Result<Vec<Taken>> {
        self.take(records, at).await
    }

    /// Takes rows of an outcome file; see [`Import::take_leads`].
    pub async fn take_outcomes(&mut self, records: &[OutcomeRecord], at: Instant) -> Result<Vec<Taken>> {
        self.take(records, at).await
    }

    /// Takes rows of an event file; see [`Import::take_leads`].
    pub async fn take_events(&mut self, records: &[EventRecord], at: Instant) -> Result<Vec<Taken>> {
        self.take(records, at).await
    }

    /// What is remembered of the file once all of it stands.
    pub(super) fn teaching(self, lesson: Lesson, new: &NewImport<'_>) -> Self {
        Self { lesson: Some((lesson, new.source.to_owned(), new.file_name.to_owned())), ..self }
    }

    /// The account whose bell tells of its end.
    pub(super) fn of_account(self, account: Option<AccountId>) -> Self {
        Self { account, ..self }
    }

    /// Others are at work meanwhile: whoever waits for its batches is to wait for nothing else. Between them
    /// [`Db::fold_log`] is to be called.
    pub(super) fn beside_others(self) -> Self {
        Self { beside: true, ..self }
    }

    /// All rows are taken: the import stands. `counts` is kept in its line of the journal.
    pub async fn finish(self, counts: &Value, at: Instant) -> Result<()> {
        let Some(import) = self.import else { return Ok(()) };
        let mut tx = self.db.write().await?;
        store::set_state(&mut tx, import, State::Complete, Some(at), Some(counts.to_string())).await?;
        if let Some((lesson, source, file_name)) = &self.lesson {
            lesson.keep(&mut tx, (self.kind, source, file_name), &self.actor, at).await?;
        }
        if let Some(to) = self.account {
            let (kind, detail) = (NoticeKind::ImportEnded, counts.clone());
            bell::store::notify(&mut tx, &Notice { to, kind, actor: &self.actor, detail, at }).await?;
        }
        let change = change_of(import, ChangeKind::ImportCompleted, &self.actor, at, counts.clone());
        tx.record_change(&change).await?.commit().await?;
        Ok(())
    }

    /// Takes back what was taken so far.
    pub async fn cancel(self, at: Instant) -> Result<()> {
        match self.import {
            Some(import) => undo::take_back_unfinished(&self.db, import, &self.actor, at, self.account).await,
            None => Ok(()),
        }
    }

    async fn take<R: LeadWord>(&mut self, records: &[R], at: Instant) -> Result<Vec<Taken>> {
        if self.import.is_some() {
            return self.take_at_once(records, at).await;
        }
        let mut answers = Vec::with_capacity(records.len());
        for part in records.chunks(CHECKED_ROWS) {
            answers.extend(self.take_at_once(part, at).await?);
        }
        Ok(answers)
    }

    async fn take_at_once<R: LeadWord>(&mut self, records: &[R], at: Instant) -> Result<Vec<Taken>> {
        let mut turn = self.turn().await?;
        let numbers_from = match &mut turn {
            Turn::Write(tx) => latest_number(tx, Counter::Lead).await? + 1,
            Turn::Check(_) => UNSAVED_NUMBERS,
        };
        let found = self.find_leads(&mut turn, records, numbers_from).await?;

        let accepted = || records.iter().zip(&found).filter_map(|(record, found)| Some((record, found.as_ref().ok()?)));
        let named: Vec<_> =
            accepted().flat_map(|(record, _)| record.values().map(|(d, name)| (d, name.to_owned()))).collect();
        let new_values = self.find_values(&mut turn, named.into_iter()).await?;
        self.load_drafts(&mut turn, accepted().map(|(_, found)| *found)).await?;

        let mut answers = Vec::with_capacity(records.len());
        for (record, found) in records.iter().zip(found) {
            answers.push(match found {
                Ok(found) => self.apply(record, found),
                Err(answer) => answer,
            });
        }
        match turn {
            Turn::Write(mut tx) => {
                let mut drafts: Vec<Draft> =
                    std::mem::take(&mut self.unsaved).drafts.into_values().filter(|draft| draft.changed).collect();
                if drafts.is_empty() {
                    // What was not written has no number yet.
                    self.values.retain(|value, _| !new_values.contains(value));
                } else {
                    drafts.sort_unstable_by_key(|draft| draft.lead.id);
                    let import = self.written();
                    self.add_values(&mut tx, &new_values).await?;
                    self.write(&mut tx, import, &mut drafts, at).await?;
                    self.commit(tx, import, at, &answers).await?;
                }
            }
            Turn::Check(_) => self.unsaved.slim(self.kind, self.source),
        }
        Ok(answers)
    }

    fn apply<R: LeadWord>(&mut self, record: &R, found: Found) -> Taken {
        let position;
        let about = match record.record() {
            Some(about) => about,
            None => {
                let nth = self.positions.entry(found.lead).or_default();
                *nth += 1;
                position = format!("#{nth}");
                &position
            }
        };
        let origin = Origin { source: self.source, import: self.import.map_or(0, |import| import.0) };
        let Some(draft) = self.unsaved.drafts.get_mut(&found.lead) else {
            return rejected(record, "its lead was taken away a moment ago; run the import once more".into());
        };
        if let (true, Some(id)) = (found.join, &record.key().external_id) {
            draft.attach_key(id);
        }
        let mut effect = record.apply(draft, origin, about, &self.values);
        // A check keeps of an event only this.
        let print = if self.import.is_none() { record.print(found.lead) } else { None };
        if effect == Effect::Added && print.is_some_and(|print| !self.unsaved.said.insert(print)) {
            effect = Effect::Nothing;
        }
        match effect {
            _ if found.new => Taken::New,
            Effect::Added => Taken::New,
            Effect::Changed => Taken::Changed,
            Effect::Nothing if found.join => Taken::Changed,
            Effect::Nothing => Taken::Unchanged,
        }
    }

    /// Which lead each row speaks of, or why the row is rejected.
    async fn find_leads<R: LeadWord>(
        &mut self,
        tx: &mut Tx,
        records: &[R],
        numbers_from: i64,
    ) -> Result<Vec<Result<Found, Taken>>> {
        let mut by_id = vec![None; records.len()];
        let numbered = records.iter().enumerate();
        let ids = numbered.clone().filter_map(|(n, record)| Some((n, record.key().external_id.as_deref()?)));
        for (n, lead) in leads::find_by_id(tx, self.source, ids).await? {
            by_id[n as usize] = Some(LeadId(lead));
        }
        let unknown = numbered.filter(|(n, _)| by_id[*n].is_none());
        let emails = unknown.filter_map(|(n, record)| Some((n, record.key().email.as_deref()?)));
        let mut by_email: FxHashMap<usize, Vec<(LeadId, bool)>> = FxHashMap::default();
        for (n, lead, known) in leads::find_by_email(tx, self.source, emails).await? {
            by_email.entry(n as usize).or_default().push((LeadId(lead), known != 0));
        }
        let find = |(n, record): (usize, &R)| {
            if record.texts().chain(texts_of(record)).any(|text| text.contains(UNWRITABLE)) {
                let why = "it holds a control character that no text can (NUL or U+001E); clean the file";
                return Err(rejected(record, why.into()));
            }
            let same_email = by_email.get(&n).map_or(&[][..], Vec::as_slice);
            self.unsaved.find(record, by_id[n], same_email, numbers_from, &mut self.first_rows)
        };
        Ok(records.iter().enumerate().map(find).collect())
    }

    async fn load_drafts(&mut self, tx: &mut Tx, found: impl Iterator<Item = Found>) -> Result<()> {
        let missing: FxHashSet<LeadId> = found.map(|found| found.lead).collect();
        let missing: Vec<LeadId> = missing.into_iter().filter(|lead| !self.unsaved.drafts.contains_key(lead)).collect();
        for (id, lead) in leads::load(tx, &missing).await? {
            self.unsaved.drafts.insert(id, Draft::of(lead));
        }
        for id in missing {
            self.unsaved.recall(id, self.source);
        }
        Ok(())
    }

    /// Learns the numbers of these values; answers with those that are new and must be written.
    async fn find_values(
        &mut self,
        tx: &mut Tx,
        named: impl Iterator<Item = (Dimension, String)>,
    ) -> Result<Vec<(Dimension, String)>> {
        let unknown: FxHashSet<(Dimension, String)> = named.filter(|value| !self.values.contains_key(value)).collect();
        if unknown.is_empty() {
            return Ok(Vec::new());
        }
        let mut unknown: Vec<_> = unknown.into_iter().collect();
        unknown.sort_unstable();
        self.values.extend(leads::find_values(tx, &unknown).await?);
        unknown.retain(|value| !self.values.contains_key(value));
        let next = match self.import {
            Some(_) => latest_number(tx, Counter::DimensionValue).await? + 1,
            None => UNSAVED_NUMBERS + self.unsaved.values,
        };
        self.unsaved.values += unknown.len() as i64;
        self.values.extend(unknown.iter().cloned().zip((next..).map(ValueId)));
        Ok(unknown)
    }

    async fn add_values(&self, tx: &mut WriteTx, new: &[(Dimension, String)]) -> Result<()> {
        take_numbers(tx, Counter::DimensionValue, new.len()).await?;
        let values = new.iter().map(|value| (value, self.values[value]));
        leads::add_values(tx, self.import.map(|import| import.0), values).await
    }

    async fn write(&mut self, tx: &mut WriteTx, import: ImportId, drafts: &mut [Draft], at: Instant) -> Result<()> {
        let (seq, source) = (tx.seq().0, self.source);
        let brought = || drafts.iter().filter(|draft| draft.before.is_none()).map(|draft| draft.lead.id.0);
        let (first, last) = (brought().next(), brought().next_back());
        take_numbers(tx, Counter::Lead, brought().count()).await?;

        self.batch += 1;
        let batch = Batch { n: self.batch, seq, leads: first.zip(last), spend: None };
        store::add_batch(tx, import, &batch).await?;
        let kept = drafts.iter().filter_map(|draft| Some((draft.lead.id, draft.before.as_ref()?)));
        store::keep_before(tx, import, batch.n, kept).await?;

        // Milestones are worked out while the rows before are written.
        let derived = drafts.iter_mut().map(|draft| {
            draft.lead.derive();
            (draft.lead.id, &draft.lead.row)
        });
        leads::put(tx, seq, derived).await?;
        let other_person = |draft: &&Draft| match &draft.before {
            Some((row, person)) => *person != draft.lead.person || row.company != draft.lead.row.company,
            None => !draft.lead.person.is_empty(),
        };
        let people = drafts.iter().filter(other_person);
        let people = people.map(|draft| (draft.lead.id, draft.lead.row.company.as_deref(), &draft.lead.person));
        leads::put_people(tx, people).await?;
        let keys = drafts.iter().filter_map(|draft| Some((draft.lead.id, draft.new_key.as_deref()?)));
        leads::add_keys(tx, source, Some(import.0), keys).await?;
        let events: Vec<_> =
            drafts.iter().flat_map(|draft| draft.new_events().iter().map(|event| (draft.lead.id, event))).collect();
        leads::add_events(tx, Some(source), Some(import.0), events.into_iter()).await?;
        // After they are added: of two rows about one deal the second voids what the first said.
        let voided: Vec<_> = drafts.iter().flat_map(|draft| draft.voided.iter().map(|n| (draft.lead.id, *n))).collect();
        leads::void_events(tx, at, Some(import.0), &self.actor, "its source says otherwise now", voided.into_iter())
            .await?;
        let other_handovers = |draft: &&Draft| {
            let before = draft.before.as_ref().map_or(&[][..], |(row, _)| &row.derived.later);
            before != draft.lead.row.derived.later
        };
        let handovers = drafts.iter().filter(other_handovers).map(|draft| (draft.lead.id, &draft.lead.row));
        leads::put_handovers(tx, handovers).await?;
        let merged: Vec<LeadId> = drafts.iter().filter_map(|draft| draft.lead.merged_into).collect();
        leads::derive_anew(tx, seq, &merged).await?;
        let written: Vec<LeadId> = drafts.iter().map(|draft| draft.lead.id).collect();
        rules::apply_rules(tx, seq, &written).await?;
        personas::apply_rules(tx, seq, &written).await?;
        Ok(())
    }

    async fn commit(&self, tx: WriteTx, import: ImportId, at: Instant, answers: &[Taken]) -> Result<()> {
        let count = |kind: fn(&Taken) -> bool| answers.iter().filter(|answer| kind(answer)).count();
        let detail = json!({
            "batch": self.batch,
            "new": count(|answer| *answer == Taken::New),
            "changed": count(|answer| *answer == Taken::Changed),
        });
        let change = change_of(import, ChangeKind::ImportBatch, &self.actor, at, detail);
        tx.record_change(&change).await?.commit().await?;
        Ok(())
    }

    async fn turn(&self) -> Result<Turn> {
        Ok(match self.import {
            Some(_) if self.beside => Turn::Write(self.db.write_batch().await?),
            Some(_) => Turn::Write(self.db.write().await?),
            None => Turn::Check(self.db.read().await?),
        })
    }

    fn written(&self) -> ImportId {
        self.import.expect("only an import writes, a check only reads")
    }
}

/// PostgreSQL stores no NUL, and the other one ends the lines in which leads are read into memory.
const UNWRITABLE: [char; 2] = ['\0', '\u{1e}'];

/// No source has this number: a check of a file from a source that is not known yet finds nothing.
const NO_SOURCE: i64 = 0;

/// Where a check begins to number what it does not write: far above anything in a database.
const UNSAVED_NUMBERS: i64 = 1 << 48;

impl Unsaved {
    /// The lead of a row, its place in the file's rows being kept; a row that repeats a lead has no effect at all.
    fn find<R: LeadWord>(
        &mut self,
        record: &R,
        known: Option<LeadId>,
        same_email: &[(LeadId, bool)],
        numbers_from: i64,
        first_rows: &mut FirstRows,
    ) -> Result<Found, Taken> {
        let key = record.key();
        let id = key.external_id.as_deref().map(digest);
        let email = key.email.as_deref().map(|email| digest(&email_key(email)));
        if id.is_none() && email.is_none() {
            return Err(rejected(record, "it names no lead; each row needs an id or an e-mail".into()));
        }
        let there = self.look_up(id, email, known, same_email);
        let fingerprint = record.fingerprint();
        if let (Some((lead, _)), Some(fingerprint)) = (there, fingerprint)
            && let Some((line, first)) = first_rows.get(lead)
        {
            return Err(if first == fingerprint { Taken::Unchanged } else { repeated(record, line) });
        }
        let found = match there {
            Some((lead, join)) => {
                if join {
                    self.join(lead, id, email);
                }
                Found { lead, new: false, join }
            }
            None => self.bring(record, id, email, numbers_from)?,
        };
        if let Some(fingerprint) = fingerprint {
            first_rows.insert(found.lead, record.line(), fingerprint);
        }
        Ok(found)
    }

    /// A known number decides. An unknown number joins (true) by e-mail only a lead that has no number from this
    /// source. A row without a number goes by e-mail; of several leads the oldest is meant.
    fn look_up(
        &self,
        id: Option<Digest>,
        email: Option<Digest>,
        known: Option<LeadId>,
        same_email: &[(LeadId, bool)],
    ) -> Option<(LeadId, bool)> {
        let Some(id) = id else {
            let oldest = same_email.first().map(|(lead, _)| *lead);
            return oldest.or_else(|| self.by_email.get(&email?).copied()).map(|lead| (lead, false));
        };
        if let Some(lead) = known.or_else(|| self.by_id.get(&id).copied()) {
            return Some((lead, false));
        }
        let mut without_number = same_email.iter().filter(|(lead, known)| !known && !self.joined.contains(lead));
        let there = without_number.next().map(|(lead, _)| *lead);
        there.or_else(|| self.joinable.get(&email?).copied()).map(|lead| (lead, true))
    }

    fn join(&mut self, lead: LeadId, id: Option<Digest>, email: Option<Digest>) {
        self.joined.insert(lead);
        if let Some(id) = id {
            self.by_id.insert(id, lead);
        }
        if let Some(email) = email {
            self.joinable.remove(&email);
        }
    }

    fn bring<R: LeadWord>(
        &mut self,
        record: &R,
        id: Option<Digest>,
        email: Option<Digest>,
        numbers_from: i64,
    ) -> Result<Found, Taken> {
        let Some(created_at) = record.captures() else {
            return Err(rejected(record, "no lead is known by it; import the leads first".into()));
        };
        let lead = LeadId(numbers_from + self.leads);
        self.leads += 1;
        match (id, email) {
            (Some(id), _) => self.by_id.insert(id, lead),
            (None, Some(email)) => self.joinable.insert(email, lead),
            (None, None) => None,
        };
        if let Some(email) = email {
            self.by_email.entry(email).or_insert(lead);
        }
        self.drafts.insert(lead, Draft::new(lead, created_at, record.key()));
        Ok(Found { lead, new: true, join: false })
    }
}

/// 128 bits that stand for a text: a check of a million rows keeps those instead. In halves, since beside one number of
/// 128 bits a lead would take as much room.
type Digest = [u64; 2];

fn digest(text: &str) -> Digest {
    [0_u8, 1].map(|salt| {
        let mut hasher = DefaultHasher::new();
        (salt, text).hash(&mut hasher);
        hasher.finish()
    })
}

fn texts_of<R: LeadWord>(record: &R) -> impl Iterator<Item = &str> {
    let key = record.key();
    let keys = [&key.external_id, &key.email].into_iter().flatten().map(String::as_str);
    keys.chain(record.values().map(|(_, name)| name))
}

fn rejected<R: LeadWord>(record: &R, reason: String) -> Taken {
    Taken::Rejected { field: Some(key_field(record)), reason }
}

fn repeated<R: LeadWord>(record: &R, first_line: u64) -> Taken {
    rejected(record, format!("line {first_line} speaks of the same lead and says something else; keep one of the two"))
}

fn key_field<R: LeadWord>(record: &R) -> &'static str {
    if record.key().external_id.is_some() { "external_id" } else { "email" }
}

pub(super) fn change_of(import: ImportId, kind: ChangeKind, actor: &str, at: Instant, detail: Value) -> Change {
    Change { at, actor: actor.to_owned(), kind, entity: Entity::Import, entity_id: Some(import.0), detail }
}
