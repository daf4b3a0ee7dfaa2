//! What a check keeps in memory from one batch to the next.

use super::Unsaved;
use crate::import::apply::Draft;
use crate::import::model::{Kind, LeadKey};
use crate::leads::model::{Dimension, EventKind, LeadId, Moment, ValueId};
use crate::leads::record::{Detail, StoredEvent, Voided};
use crate::period::Instant;
use serde::{Deserialize, Serialize};

/// What the source says of a lead's deals by now, and whose the lead is: all that a later row of deals asks for. It is
/// kept as JSON, some dozens of bytes a deal, where a lead with its history takes thousands.
#[derive(Debug, Serialize, Deserialize)]
struct Deals(Option<ValueId>, Vec<Told>);

/// Kind, second, whether only its day is known, deal, what else is said, and whether a person voided it.
#[derive(Debug, Serialize, Deserialize)]
struct Told(EventKind, Instant, bool, Option<String>, Detail, bool);

impl Deals {
    fn of(draft: &Draft, source: i64) -> Self {
        let told = draft.lead.events.iter().filter(|event| is_deal_of(event, source));
        let told = told.filter(|event| event.voided != Voided::ByImport).map(|event| {
            let (moment, by_hand) = (event.moment, event.voided == Voided::ByHand);
            Told(event.kind, moment.at, moment.day_only, event.record.clone(), event.detail.clone(), by_hand)
        });
        Self(draft.lead.row.values[Dimension::Owner as usize], told.collect())
    }

    /// Puts them in the place of what the database has.
    fn put_into(self, draft: &mut Draft, source: i64) {
        let Self(owner, told) = self;
        draft.lead.row.values[Dimension::Owner as usize] = owner;
        draft.lead.events.retain(|event| !is_deal_of(event, source));
        draft.lead.events.extend(told.into_iter().map(|Told(kind, at, day_only, record, detail, by_hand)| {
            StoredEvent {
                // A check numbers nothing.
                n: 0,
                kind,
                moment: Moment { at, day_only },
                actor: None,
                account: None,
                source: Some(source),
                import: None,
                record,
                detail,
                voided: if by_hand { Voided::ByHand } else { Voided::No },
            }
        }));
    }
}

fn is_deal_of(event: &StoredEvent, source: i64) -> bool {
    let is_deal = matches!(event.kind, EventKind::Opportunity | EventKind::Won | EventKind::Lost);
    is_deal && event.source == Some(source)
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
                // Written into one buffer, so that each is kept in no more room than it needs.
                let mut json = Vec::new();
                for (id, draft) in self.drafts.drain().filter(|(_, draft)| draft.changed) {
                    json.clear();
                    serde_json::to_writer(&mut json, &Deals::of(&draft, source)).expect("texts and numbers are JSON");
                    self.deals.insert(id, Box::from(json.as_slice()));
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
        if let (Some(deals), Some(draft)) = (self.deals.get(&id), self.drafts.get_mut(&id)) {
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
        let bytes: usize = unsaved.deals.values().map(|deals| deals.len()).sum();
        assert!(unsaved.drafts.is_empty() && bytes < 160 * 1_000, "{bytes}");

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
