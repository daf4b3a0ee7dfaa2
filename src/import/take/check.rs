//! What a check keeps in memory from one batch to the next.

use super::Unsaved;
use crate::import::apply::Draft;
use crate::import::model::{Kind, LeadKey};
use crate::leads::model::{Dimension, EventKind, LeadId, Moment, ValueId};
use crate::leads::record::{Detail, StoredEvent, Voided};
use crate::period::Instant;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// What the source says of a lead's deals by now, and whose the lead is: all that a later row of deals asks for. It is
/// kept as JSON, some dozens of bytes a deal, where a lead with its history takes thousands.
#[derive(Debug, Serialize, Deserialize)]
struct Deals(Option<ValueId>, Vec<Deal>);

/// A deal, its value, what else is said of it, and what became of it when.
#[derive(Debug, Serialize, Deserialize)]
struct Deal(Option<String>, Option<i64>, Option<Detail>, Vec<Told>);

/// The place of its kind among [`DEALS`], moved on by [`FLAGS`] and with the flags below; and the second.
#[derive(Debug, Serialize, Deserialize)]
struct Told(u8, Instant);

/// What is told of deals.
const DEALS: [EventKind; 3] = [EventKind::Opportunity, EventKind::Won, EventKind::Lost];

/// Only the day is known.
const DAY_ONLY: u8 = 1;
/// A person voided it.
const BY_HAND: u8 = 2;
/// Bits that flags take.
const FLAGS: u32 = 2;

impl Deals {
    fn of(draft: &Draft, source: i64) -> Self {
        let told = draft.lead.events.iter().filter(|event| event.voided != Voided::ByImport);
        let mut deals: Vec<Deal> = Vec::new();
        for (event, kind) in told.filter_map(|event| Some((event, kind_of_deal(event, source)?))) {
            let day_only = if event.moment.day_only { DAY_ONLY } else { 0 };
            let by_hand = if event.voided == Voided::ByHand { BY_HAND } else { 0 };
            let told = Told((kind as u8) << FLAGS | day_only | by_hand, event.moment.at);
            let value = event.detail.value_minor;
            let rest = Detail { value_minor: None, ..event.detail.clone() };
            let rest = Some(rest).filter(|rest| *rest != Detail::default());
            match deals.last_mut() {
                Some(Deal(record, of, more, all)) if *record == event.record && *of == value && *more == rest => {
                    all.push(told);
                }
                _ => deals.push(Deal(event.record.clone(), value, rest, vec![told])),
            }
        }
        Self(draft.lead.row.values[Dimension::Owner as usize], deals)
    }

    /// Puts them in the place of what the database has.
    fn put_into(self, draft: &mut Draft, source: i64) {
        let Self(owner, deals) = self;
        draft.lead.row.values[Dimension::Owner as usize] = owner;
        draft.lead.events.retain(|event| kind_of_deal(event, source).is_none());
        for Deal(record, value_minor, rest, told) in deals {
            let detail = Detail { value_minor, ..rest.unwrap_or_default() };
            draft.lead.events.extend(told.into_iter().map(|Told(bits, at)| StoredEvent {
                // A check numbers nothing.
                n: 0,
                kind: DEALS[usize::from(bits >> FLAGS)],
                moment: Moment { at, day_only: bits & DAY_ONLY != 0 },
                actor: None,
                account: None,
                source: Some(source),
                import: None,
                record: record.clone(),
                detail: detail.clone(),
                voided: if bits & BY_HAND != 0 { Voided::ByHand } else { Voided::No },
            }));
        }
    }
}

/// Texts by lead, one behind the other: each in a box of its own would take half as much again.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Each text behind its length.
    chunks: Vec<Vec<u8>>,
    /// In which chunk, and where in it.
    places: FxHashMap<LeadId, (u32, u32)>,
    /// Bytes of texts that hold.
    live: usize,
    /// Bytes of those that were replaced.
    dead: usize,
}

/// Bytes of a chunk.
const CHUNK: usize = 1 << 20;

impl Texts {
    fn keep(&mut self, lead: LeadId, text: &[u8]) {
        if let Some(former) = self.of(lead).map(<[u8]>::len) {
            self.live -= former;
            self.dead += former;
        }
        self.put(lead, text);
        if self.dead > self.live + CHUNK {
            let Self { chunks, places, .. } = std::mem::take(self);
            for (lead, place) in places {
                self.put(lead, text_at(&chunks, place));
            }
        }
    }

    fn put(&mut self, lead: LeadId, text: &[u8]) {
        let length = (text.len() as u32).to_le_bytes();
        let room = length.len() + text.len();
        if self.chunks.last().is_none_or(|chunk| chunk.capacity() - chunk.len() < room) {
            self.chunks.push(Vec::with_capacity(CHUNK.max(room)));
        }
        let number = self.chunks.len() - 1;
        let chunk = &mut self.chunks[number];
        self.places.insert(lead, (number as u32, chunk.len() as u32));
        chunk.extend_from_slice(&length);
        chunk.extend_from_slice(text);
        self.live += text.len();
    }

    fn of(&self, lead: LeadId) -> Option<&[u8]> {
        Some(text_at(&self.chunks, *self.places.get(&lead)?))
    }
}

fn text_at(chunks: &[Vec<u8>], (number, at): (u32, u32)) -> &[u8] {
    let (length, text) = chunks[number as usize][at as usize..].split_at(4);
    let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
    &text[..length as usize]
}

/// The place of its kind among [`DEALS`], if the source tells of a deal by it.
fn kind_of_deal(event: &StoredEvent, source: i64) -> Option<usize> {
    DEALS.iter().position(|kind| *kind == event.kind && event.source == Some(source))
}

impl Unsaved {
    /// Between two batches a check keeps what a later row may speak of again, and no lead: a file has a million.
    pub(super) fn slim(&mut self, kind: Kind, source: i64) {
        match kind {
            // One row a lead: no later row of the file needs its draft. Spend has none.
            Kind::Leads | Kind::Spend => self.drafts.clear(),
            Kind::Events => {
                let corrected = |draft: &Draft| {
                    draft.before.as_ref().is_none_or(|(row, _)| row.created_at != draft.lead.row.created_at)
                };
                for (id, draft) in self.drafts.drain().filter(|(_, draft)| corrected(draft)) {
                    self.created.insert(id, draft.lead.row.created_at);
                }
            }
            // Deals are corrected by later rows.
            Kind::Outcomes => {
                let mut json = Vec::new();
                for (id, draft) in self.drafts.drain().filter(|(_, draft)| draft.changed) {
                    json.clear();
                    serde_json::to_writer(&mut json, &Deals::of(&draft, source)).expect("texts and numbers are JSON");
                    self.deals.keep(id, &json);
                }
            }
        }
    }

    /// A lead whose draft is gone as a check would have left it.
    pub(super) fn recall(&mut self, id: LeadId, source: i64) {
        if let Some(&created_at) = self.created.get(&id) {
            let new = || Draft::new(id, created_at, &LeadKey::default());
            self.drafts.entry(id).or_insert_with(new).lead.row.created_at = created_at;
        }
        if let (Some(deals), Some(draft)) = (self.deals.of(id), self.drafts.get_mut(&id)) {
            let deals: Deals = serde_json::from_slice(deals).expect("it was written here");
            deals.put_into(draft, source);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::apply::{Effect, LeadWord, Origin, ValueIds};
    use crate::import::model::{EventRecord, OutcomeRecord};

    #[test]
    fn a_check_keeps_no_lead_between_two_batches_of_events() {
        let moment = |at| Moment { at: Instant(at), day_only: false };
        let mut unsaved = Unsaved::default();
        for n in 0..1_000 {
            let key = LeadKey { external_id: Some(n.to_string()), email: None };
            let new = Draft::new(LeadId(n), moment(900), &key);
            // Every other one is there already, and gets an event only.
            let mut draft = if n % 2 == 0 { new } else { Draft::of(new.lead) };
            let (kind, moment, note) = (Some(EventKind::Touch), moment(1_000), Some("x".repeat(500)));
            let record = EventRecord { line: 2, key, kind, moment, by: None, note, verdict: None };
            record.apply(&mut draft, Origin { source: 1, import: 0 }, "", &ValueIds::default());
            unsaved.drafts.insert(LeadId(n), draft);
        }
        unsaved.slim(Kind::Events, 1);
        assert_eq!((unsaved.drafts.len(), unsaved.created.len()), (0, 500), "of those that it brought, when");
        unsaved.recall(LeadId(1), 1);
        assert!(unsaved.drafts.is_empty(), "the database has it");
        unsaved.recall(LeadId(2), 1);
        assert_eq!(unsaved.drafts[&LeadId(2)].lead.row.created_at, moment(900));
    }

    #[test]
    fn a_text_that_is_replaced_again_and_again_takes_no_more_room() {
        let mut texts = Texts::default();
        let text = |lead: i64, turn: usize| format!("{lead}:{turn}").repeat(100);
        for turn in 0..200 {
            for lead in 0..100 {
                texts.keep(LeadId(lead), text(lead, turn).as_bytes());
            }
        }
        assert!((0..100).all(|lead| texts.of(LeadId(lead)) == Some(text(lead, 199).as_bytes())));
        assert_eq!(texts.of(LeadId(100)), None);
        let bytes: usize = texts.chunks.iter().map(Vec::len).sum();
        assert!(bytes < 3 * CHUNK, "{bytes}");
    }

    #[test]
    fn a_check_keeps_some_dozens_of_bytes_a_deal_between_two_batches_of_outcomes() {
        let at = |at| Some(Moment { at: Instant(at), day_only: false });
        let stored = |n| {
            let mut lead = Draft::new(LeadId(n), Moment::default(), &LeadKey::default()).lead;
            lead.row.company = Some("x".repeat(500));
            lead
        };
        let deal = |n: i64, won_at| OutcomeRecord {
            line: 2,
            key: LeadKey { external_id: Some(n.to_string()), email: None },
            record: Some(format!("D-{n}")),
            opportunity_at: at(1_700_000_000),
            won_at,
            lost_at: None,
            not_won: won_at.is_none(),
            not_lost: true,
            value_minor: Some(2_400_000),
            reason: None,
            owner: None,
        };
        let (origin, values) = (Origin { source: 1, import: 0 }, ValueIds::default());
        let tell = |draft: &mut Draft, n, won_at| {
            let record = format!("D-{n}");
            deal(n, won_at).apply(draft, origin, &record, &values)
        };
        let mut unsaved = Unsaved::default();
        for n in 0..1_000 {
            let mut draft = Draft::of(stored(n));
            assert_eq!(tell(&mut draft, n, at(1_710_000_000)), Effect::Added);
            unsaved.drafts.insert(LeadId(n), draft);
        }
        unsaved.slim(Kind::Outcomes, 1);
        let bytes: usize = unsaved.deals.chunks.iter().map(Vec::len).sum();
        assert!(unsaved.drafts.is_empty() && bytes < 80 * 1_000, "{bytes}");

        // The next batch asks of the lead as the rows before have left it, not as the database has it.
        let mut again = |won_at| {
            unsaved.drafts.insert(LeadId(7), Draft::of(stored(7)));
            unsaved.recall(LeadId(7), 1);
            let effect = unsaved.drafts.get_mut(&LeadId(7)).map(|draft| tell(draft, 7, won_at));
            unsaved.slim(Kind::Outcomes, 1);
            effect
        };
        assert_eq!(again(at(1_710_000_000)), Some(Effect::Nothing));
        assert_eq!(again(None), Some(Effect::Changed), "it is not won after all");
        assert_eq!(again(None), Some(Effect::Nothing));
    }
}
