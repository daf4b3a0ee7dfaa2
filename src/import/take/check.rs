//! What a check keeps in memory from one batch to the next.

use super::Unsaved;
use crate::import::apply::Draft;
use crate::import::model::{Kind, LeadKey};
use crate::leads::model::LeadId;

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
            // Deals are corrected by later rows, so what was told of them stays, without all else of the lead.
            Kind::Outcomes => {
                self.drafts.retain(|_, draft| draft.changed);
                self.drafts.values_mut().for_each(|draft| draft.slim(source));
            }
        }
    }

    /// A lead whose draft is gone as a check would have left it.
    pub(super) fn recall(&mut self, id: LeadId) {
        let Some(&created_at) = self.created.get(&id) else { return };
        let new = || Draft::new(id, created_at, &LeadKey::default());
        self.drafts.entry(id).or_insert_with(new).lead.row.created_at = created_at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::apply::{LeadWord, Origin, ValueIds};
    use crate::import::model::EventRecord;
    use crate::leads::model::{EventKind, Moment};
    use crate::period::Instant;

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
        unsaved.recall(LeadId(1));
        assert!(unsaved.drafts.is_empty(), "the database has it");
        unsaved.recall(LeadId(2));
        assert_eq!(unsaved.drafts[&LeadId(2)].lead.row.created_at, moment(900));
    }
}
