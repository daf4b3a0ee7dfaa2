//! What one row of a file does to one lead. Pure: no database, no clock.
//!
//! - What a source said earlier about the same thing is void once it says otherwise; what a person did stays.
//! - An empty cell of a column that is mapped takes a milestone back; a column that is not mapped leaves it.
//! - Texts that a row leaves out stay as they are; so does what a person has set.

use super::model::{EventRecord, LeadKey, LeadRecord, OutcomeRecord, VerdictRecord};
use crate::leads::model::{Dimension, EventKind, LeadId, Moment, ValueId};
use crate::leads::record::{Detail, LeadRow, Person, StoredEvent, StoredLead, Voided, by_hand_bit};
use rustc_hash::FxHashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What the milestones of a lead file are about: the lead itself.
const LEAD: &str = "lead";

/// Numbers of the values of dimensions by name.
pub type ValueIds = FxHashMap<(Dimension, String), ValueId>;

/// Whose word the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The source that speaks.
    pub source: i64,
    /// The import that brings its word.
    pub import: i64,
}

/// A lead while rows are applied to it, and what is yet to be written of it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The lead as it will be.
    pub lead: StoredLead,
    /// The lead as it was; `None`: it is new.
    pub before: Option<(LeadRow, Person)>,
    /// The number by which its source knows it from now on.
    pub new_key: Option<String>,
    /// Numbers of events that no longer hold.
    pub voided: Vec<i64>,
    /// Anything of it is yet to be written.
    pub changed: bool,
}

/// What a row did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It said nothing new.
    Nothing,
    /// It told of something for the first time.
    Added,
    /// It corrected what was there.
    Changed,
}

/// A row that speaks of one lead.
pub trait LeadWord {
    /// See [`LeadRecord::line`].
    fn line(&self) -> u64;
    /// Which lead.
    fn key(&self) -> &LeadKey;
    /// When the lead was captured, if the row may bring a lead that nobody knows.
    fn captures(&self) -> Option<Moment>;
    /// Values of dimensions that it names.
    fn values(&self) -> impl Iterator<Item = (Dimension, &str)>;
    /// Every other text in it.
    fn texts(&self) -> impl Iterator<Item = &str>;
    /// The thing of the lead that it is about by a number of its own; `None`: its position must stand for it.
    fn record(&self) -> Option<&str>;
    /// A lead may stand in one row of the file only; two rows are the same where these are equal.
    fn fingerprint(&self) -> Option<u64>;
    /// 128 bits that stand for what it says of the lead; `None`: what it says may be corrected by a later row.
    fn print(&self, _lead: LeadId) -> Option<u128> {
        None
    }
    /// Applies it to its lead. `record` is [`LeadWord::record`], or what stands for it.
    fn apply(&self, draft: &mut Draft, origin: Origin, record: &str, values: &ValueIds) -> Effect;
}

impl Draft {
    /// A lead that nobody knew before.
    pub fn new(id: LeadId, created_at: Moment, key: &LeadKey) -> Self {
        let person = Person { email: key.email.clone(), ..Person::default() };
        let row = LeadRow { created_at, ..LeadRow::default() };
        let lead = StoredLead {
            id,
            row,
            person,
            events: Vec::new(),
            absorbed: Vec::new(),
            said: Vec::new(),
            merged_into: None,
        };
        Self { lead, before: None, new_key: key.external_id.clone(), voided: Vec::new(), changed: true }
    }

    /// A lead that is there.
    pub fn of(lead: StoredLead) -> Self {
        let before = Some((lead.row.clone(), lead.person.clone()));
        Self { lead, before, new_key: None, voided: Vec::new(), changed: false }
    }

    /// The source knows it by this number from now on.
    pub fn attach_key(&mut self, external_id: &str) {
        self.new_key = Some(external_id.to_owned());
        self.changed = true;
    }

    /// Events that are yet to be written.
    pub fn new_events(&self) -> &[StoredEvent] {
        let written = self.before.as_ref().map_or(0, |(row, _)| row.events);
        let from = self.lead.events.partition_point(|event| event.n <= written);
        &self.lead.events[from..]
    }

    /// The source says that something happened then, or, with `None`, that it did not. Its earlier word on the same
    /// thing no longer holds where it differs.
    fn tell(
        &mut self,
        origin: Origin,
        record: &str,
        kind: EventKind,
        moment: Option<Moment>,
        detail: Detail,
    ) -> Effect {
        let earlier = |event: &StoredEvent| {
            event.kind == kind && event.source == Some(origin.source) && event.record.as_deref() == Some(record)
        };
        let holding = self.lead.events.iter().position(|event| earlier(event) && event.voided == Voided::No);
        let detail = match holding {
            Some(n) => detail.or(&self.lead.events[n].detail),
            None => detail,
        };
        if let Some(moment) = moment {
            // Said before; and where a person voided it, saying it once more does not bring it back.
            let same = |event: &StoredEvent| event.moment == moment && event.detail == detail;
            let said = |event: &StoredEvent| event.voided != Voided::ByImport && earlier(event) && same(event);
            if self.lead.events.iter().any(said) {
                return Effect::Nothing;
            }
        }
        if let Some(n) = holding {
            let event = &mut self.lead.events[n];
            event.voided = Voided::ByImport;
            self.voided.push(event.n);
            self.changed = true;
        }
        if let Some(moment) = moment {
            self.append(origin, kind, moment, None, Some(record.to_owned()), detail);
        }
        match (holding, moment) {
            (None, None) => Effect::Nothing,
            (None, Some(_)) => Effect::Added,
            (Some(_), _) => Effect::Changed,
        }
    }

    fn append(
        &mut self,
        origin: Origin,
        kind: EventKind,
        moment: Moment,
        actor: Option<String>,
        record: Option<String>,
        detail: Detail,
    ) {
        self.lead.row.events += 1;
        self.lead.events.push(StoredEvent {
            n: self.lead.row.events,
            kind,
            moment,
            actor,
            account: None,
            source: Some(origin.source),
            import: Some(origin.import),
            record,
            detail,
            voided: Voided::No,
        });
        self.changed = true;
    }

    /// When the source last said that something of this record happened, if that holds.
    fn told(&self, origin: Origin, record: &str, kind: EventKind) -> Option<Moment> {
        let holds = |event: &&StoredEvent| {
            event.kind == kind
                && event.voided == Voided::No
                && event.source == Some(origin.source)
                && event.record.as_deref() == Some(record)
        };
        self.lead.events.iter().find(holds).map(|event| event.moment)
    }

    /// When the source said that an opportunity of this record opened, unless a win or loss only implied it.
    fn opened_for_itself(&self, origin: Origin, record: &str) -> Option<Moment> {
        let implied = |opened| {
            [EventKind::Won, EventKind::Lost].iter().any(|&kind| self.told(origin, record, kind) == Some(opened))
        };
        self.told(origin, record, EventKind::Opportunity).filter(|&opened| !implied(opened))
    }

    /// When the opportunity opened of which a row says `opened`. One at the very moment of an end is only implied by
    /// it, and does not correct a date that the source gave for itself.
    fn opened_at(
        &self,
        origin: Origin,
        record: &str,
        opened: Option<Moment>,
        ends: &[Option<Moment>],
    ) -> Option<Moment> {
        let implied = opened.is_some() && ends.contains(&opened);
        let for_itself = if implied { self.opened_for_itself(origin, record) } else { None };
        for_itself.or(opened)
    }

    fn set_values<'a>(&mut self, named: impl Iterator<Item = (Dimension, &'a str)>, values: &ValueIds) -> Effect {
        let mut effect = Effect::Nothing;
        for (dimension, name) in named {
            // A person decided it.
            if self.lead.row.by_hand & by_hand_bit(Some(dimension)) != 0 {
                continue;
            }
            let value = values.get(&(dimension, name.to_owned())).copied();
            effect = effect.and(set(&mut self.lead.row.values[dimension as usize], value));
        }
        effect
    }

    /// Keeps `changed` up to date with what a row did to the lead's own columns.
    fn note(&mut self, effect: Effect) -> Effect {
        self.changed |= effect != Effect::Nothing;
        effect
    }
}

impl Effect {
    /// Of two effects: a correction outweighs an addition, and that nothing.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Changed, _) | (_, Self::Changed) => Self::Changed,
            (Self::Added, _) | (_, Self::Added) => Self::Added,
            (Self::Nothing, Self::Nothing) => Self::Nothing,
        }
    }
}

/// Sets a column to what a row says of it; a row that says nothing of it leaves it.
fn set<T: Clone + PartialEq>(column: &mut Option<T>, said: Option<T>) -> Effect {
    if said.is_none() || *column == said {
        return Effect::Nothing;
    }
    *column = said;
    Effect::Changed
}

impl Detail {
    /// What this one leaves out is as the earlier one says; a verdict stands for itself.
    fn or(self, earlier: &Self) -> Self {
        if self.decision.is_some() {
            return self;
        }
        Self {
            decision: None,
            reason: self.reason.or_else(|| earlier.reason.clone()),
            note: self.note.or_else(|| earlier.note.clone()),
            value_minor: self.value_minor.or(earlier.value_minor),
            ..self
        }
    }

    fn of_verdict(verdict: &VerdictRecord) -> Self {
        let VerdictRecord { decision, reason, note } = verdict.clone();
        Self { decision: Some(decision), reason, note, ..Self::default() }
    }
}

impl LeadWord for LeadRecord {
    fn line(&self) -> u64 {
        self.line
    }

    fn key(&self) -> &LeadKey {
        &self.key
    }

    fn captures(&self) -> Option<Moment> {
        Some(self.created_at)
    }

    fn values(&self) -> impl Iterator<Item = (Dimension, &str)> {
        self.dimensions.iter().map(|(dimension, name)| (*dimension, name.as_str()))
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let verdict = self.verdict.as_ref().map(|(verdict, _)| verdict);
        let said = verdict.into_iter().flat_map(|verdict| [&verdict.reason, &verdict.note]);
        [&self.name, &self.phone, &self.company, &self.title].into_iter().chain(said).flatten().map(String::as_str)
    }

    fn record(&self) -> Option<&str> {
        Some(LEAD)
    }

    fn fingerprint(&self) -> Option<u64> {
        let mut hasher = rustc_hash::FxHasher::default();
        (&self.key, &self.name, &self.phone, &self.company, &self.title, self.size).hash(&mut hasher);
        (self.created_at, &self.dimensions, &self.milestones).hash(&mut hasher);
        if let Some((verdict, moment)) = &self.verdict {
            (verdict.decision, &verdict.reason, &verdict.note, moment).hash(&mut hasher);
        }
        Some(hasher.finish())
    }

    fn apply(&self, draft: &mut Draft, origin: Origin, record: &str, values: &ValueIds) -> Effect {
        // A handover that the creation only stands for does not correct one that the source gave for itself.
        let given = draft.told(origin, record, EventKind::Handover).filter(|&at| at != draft.lead.row.created_at);
        let handover = given.filter(|_| self.handover_implied);
        let lead = &mut draft.lead;
        let email = self.key.email.clone().filter(|_| lead.row.by_hand & by_hand_bit(None) == 0);
        let mut effect = if lead.row.created_at == self.created_at { Effect::Nothing } else { Effect::Changed };
        lead.row.created_at = self.created_at;
        effect = effect
            .and(set(&mut lead.row.company, self.company.clone()))
            .and(set(&mut lead.row.title, self.title.clone()))
            .and(set(&mut lead.row.size, self.size))
            .and(set(&mut lead.person.name, self.name.clone()))
            .and(set(&mut lead.person.email, email))
            .and(set(&mut lead.person.phone, self.phone.clone()));
        effect = effect.and(draft.set_values(self.values(), values));
        let said = |kind| self.milestones.iter().find(|(of, _)| *of == kind).map(|&(_, moment)| moment);
        let opened = match (said(EventKind::Opportunity), said(EventKind::Won)) {
            (Some(opened), won) => Some(draft.opened_at(origin, record, opened, &[won.flatten()])),
            // The opportunity that only the win implied goes with it.
            (None, Some(None)) => Some(draft.opened_for_itself(origin, record)),
            (None, _) => None,
        };
        let stands = |kind| kind != EventKind::Opportunity && (kind != EventKind::Handover || handover.is_none());
        let others = self.milestones.iter().copied().filter(|(kind, _)| stands(*kind));
        for (kind, moment) in others.chain(opened.map(|moment| (EventKind::Opportunity, moment))) {
            effect = effect.and(draft.tell(origin, record, kind, moment, Detail::default()));
        }
        let verdict = self.verdict.as_ref().map(|(verdict, moment)| (Some(*moment), Detail::of_verdict(verdict)));
        if let Some((moment, detail)) = verdict.or_else(|| self.unjudged.then(|| (None, Detail::default()))) {
            effect = effect.and(draft.tell(origin, record, EventKind::Verdict, moment, detail));
        }
        // A lead file describes leads: whatever it adds to one that is there changes that lead.
        let effect = if effect == Effect::Nothing { effect } else { Effect::Changed };
        draft.note(effect)
    }
}

impl LeadWord for OutcomeRecord {
    fn line(&self) -> u64 {
        self.line
    }

    fn key(&self) -> &LeadKey {
        &self.key
    }

    fn captures(&self) -> Option<Moment> {
        None
    }

    fn values(&self) -> impl Iterator<Item = (Dimension, &str)> {
        self.owner.iter().map(|owner| (Dimension::Owner, owner.as_str()))
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.record, &self.reason].into_iter().flatten().map(String::as_str)
    }

    fn record(&self) -> Option<&str> {
        self.record.as_deref()
    }

    fn fingerprint(&self) -> Option<u64> {
        None
    }

    /// A deal is won or lost, not both, unless one row says both. A win or loss of which a row says nothing is left
    /// as it was; one that the row denies is taken back.
    fn apply(&self, draft: &mut Draft, origin: Origin, record: &str, values: &ValueIds) -> Effect {
        use EventKind::{Lost, Opportunity, Won};
        let worth = |kind| match kind {
            Lost => Detail { reason: self.reason.clone(), ..Detail::default() },
            _ => Detail { value_minor: self.value_minor, ..Detail::default() },
        };
        let known = [Opportunity, Won, Lost].iter().any(|&kind| draft.told(origin, record, kind).is_some());
        let values = draft.set_values(self.values(), values);
        let mut effect = draft.note(values);

        let opportunity_at = draft.opened_at(origin, record, self.opportunity_at, &[self.won_at, self.lost_at]);
        for (kind, moment) in [(Opportunity, opportunity_at), (Won, self.won_at), (Lost, self.lost_at)] {
            if moment.is_some() {
                effect = effect.and(draft.tell(origin, record, kind, moment, worth(kind)));
            }
        }
        let denied = [(Won, self.not_won || self.lost_at.is_some()), (Lost, self.not_lost || self.won_at.is_some())];
        for (kind, denied) in denied {
            let said = if kind == Won { self.won_at } else { self.lost_at };
            if denied && said.is_none() {
                effect = effect.and(draft.tell(origin, record, kind, None, Detail::default()));
            }
        }
        if known && effect == Effect::Added { Effect::Changed } else { effect }
    }
}

impl EventRecord {
    fn detail(&self) -> Detail {
        let detail = self.verdict.as_ref().map(Detail::of_verdict).unwrap_or_default();
        Detail { note: detail.note.or_else(|| self.note.clone()), ..detail }
    }
}

impl LeadWord for EventRecord {
    fn line(&self) -> u64 {
        self.line
    }

    fn key(&self) -> &LeadKey {
        &self.key
    }

    fn captures(&self) -> Option<Moment> {
        matches!(self.kind, None | Some(EventKind::Handover)).then_some(self.moment)
    }

    fn values(&self) -> impl Iterator<Item = (Dimension, &str)> {
        std::iter::empty()
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let said = self.verdict.iter().flat_map(|verdict| [&verdict.reason, &verdict.note]);
        [&self.by, &self.note].into_iter().chain(said).flatten().map(String::as_str)
    }

    fn record(&self) -> Option<&str> {
        Some("")
    }

    fn fingerprint(&self) -> Option<u64> {
        None
    }

    fn print(&self, lead: LeadId) -> Option<u128> {
        let detail = self.detail();
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, lead, self.kind, self.moment, &self.by, &detail.note).hash(&mut hasher);
            (detail.decision, &detail.reason).hash(&mut hasher);
            u128::from(hasher.finish())
        };
        Some(half(0) << 64 | half(1))
    }

    /// A row of an event file is a thing that happened: it adds, and never voids. The same row twice is the same
    /// thing. The earliest capture is the lead's creation.
    fn apply(&self, draft: &mut Draft, origin: Origin, _: &str, _: &ValueIds) -> Effect {
        let Some(kind) = self.kind else {
            let earlier = self.moment < draft.lead.row.created_at;
            if earlier {
                draft.lead.row.created_at = self.moment;
            }
            return draft.note(if earlier { Effect::Changed } else { Effect::Nothing });
        };
        let detail = self.detail();
        let same = |event: &StoredEvent| {
            event.kind == kind
                && event.moment == self.moment
                && event.source == Some(origin.source)
                && event.record.is_none()
                && event.actor == self.by
                && event.detail == detail
                && event.voided != Voided::ByImport
        };
        if draft.lead.events.iter().any(same) {
            return Effect::Nothing;
        }
        draft.append(origin, kind, self.moment, self.by.clone(), None, detail);
        Effect::Added
    }
}
