//! What leads wait for, in memory beside their texts: under a filter or a search the index alone would be read from end to
//! end, and a pass over a million leads takes some milliseconds.

use super::model::{Count, List, Place};
use crate::kpis::model::Filter;
use crate::leads::model::{Dimension, LeadId, Stage, ValueId};
use crate::leads::stage::{Kept, Standing};
use crate::period::Instant;
use std::collections::BinaryHeap;

/// A lead, as far as a list asks about it. Blank values are 0; there is no lead where [`Waits::is_there`] is false.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// What its stage is found by.
    pub kept: Kept,
    /// Today's value of each dimension, in the order of [`Dimension::ALL`].
    pub values: [u32; Dimension::ALL.len()],
    /// A rule of a head leaves it out.
    pub excluded: bool,
    /// There is such a lead.
    pub is_there: bool,
}

/// A list under a filter, ready to be asked about many leads.
#[derive(Clone, Debug)]
pub struct Narrow<'a> {
    now: Instant,
    owners: &'a [ValueId],
    any_of: Vec<(usize, Vec<u32>)>,
}

impl<'a> Narrow<'a> {
    /// Of a filter as of `now`, for the reader who is these owners.
    pub fn new(filter: &Filter, owners: &'a [ValueId], now: Instant) -> Self {
        let number = |value: &Option<ValueId>| value.map_or(0, |value| value.0 as u32);
        let any_of = filter.any_of.iter();
        let any_of = any_of.map(|(dimension, values)| (*dimension as usize, values.iter().map(number).collect()));
        Self { now, owners, any_of: any_of.collect() }
    }

    fn standing(&self, waits: &Waits) -> Option<Standing> {
        let passes = waits.is_there && self.any_of.iter().all(|(n, values)| values.contains(&waits.values[*n]));
        if passes && !waits.excluded { waits.kept.standing(self.now) } else { None }
    }

    fn is_in(&self, list: List, standing: Standing, waits: &Waits) -> bool {
        match list {
            List::Waiting => true,
            List::Acceptance => standing.stage == Stage::Acceptance,
            List::Touch => standing.stage == Stage::Touch,
            List::Attempt => standing.stage == Stage::Attempt,
            List::Verdict => standing.stage == Stage::Verdict,
            List::Overdue => standing.is_overdue(self.now),
            List::Mine => {
                let owner = waits.values[Dimension::Owner as usize];
                self.owners.iter().any(|own| own.0 == i64::from(owner))
            }
            List::All => false,
        }
    }

    /// Where a lead stands in a list; `None`: it is not in it.
    pub fn place(&self, list: List, lead: LeadId, waits: &Waits) -> Option<Place> {
        if list == List::All {
            let passes = waits.is_there && self.any_of.iter().all(|(n, values)| values.contains(&waits.values[*n]));
            return passes.then_some(Place { due: -lead.0, lead });
        }
        let standing = self.standing(waits)?;
        self.is_in(list, standing, waits).then_some(Place { due: i64::from(standing.due), lead })
    }

    /// The first places of a list after one, at most so many.
    pub fn places(
        &self,
        list: List,
        after: Option<Place>,
        limit: usize,
        leads: impl Iterator<Item = (LeadId, Waits)>,
    ) -> Vec<Place> {
        let mut first: BinaryHeap<Place> = BinaryHeap::with_capacity(limit + 1);
        let places = leads.filter_map(|(lead, waits)| self.place(list, lead, &waits));
        for place in places.filter(|place| after.is_none_or(|after| *place > after)) {
            if first.len() < limit {
                first.push(place);
            } else if first.peek().is_some_and(|last| place < *last) {
                first.pop();
                first.push(place);
            }
        }
        first.into_sorted_vec()
    }

    /// The nearest places of a list before and after one, of other leads than its own; without one the first comes after.
    pub fn beside(
        &self,
        list: List,
        place: Option<Place>,
        leads: impl Iterator<Item = (LeadId, Waits)>,
    ) -> [Option<Place>; 2] {
        let (mut before, mut after) = (None::<Place>, None::<Place>);
        for other in leads.filter_map(|(lead, waits)| self.place(list, lead, &waits)) {
            match place {
                Some(place) if other.lead == place.lead => {}
                Some(place) if other < place => before = Some(before.map_or(other, |known| known.max(other))),
                _ => after = Some(after.map_or(other, |known| known.min(other))),
            }
        }
        [before, after]
    }

    /// How many leads each of these lists has, how many of them are past their time, and how many of the others are due
    /// until the last second of the day.
    pub fn counts(&self, lists: &[List], today: Instant, leads: impl Iterator<Item = (LeadId, Waits)>) -> Vec<Count> {
        let none = |list: &List| Count { list: *list, leads: 0, overdue: 0, today: 0, more: false };
        let mut counts: Vec<Count> = lists.iter().map(none).collect();
        for (lead, waits) in leads {
            for count in &mut counts {
                if self.place(count.list, lead, &waits).is_none() {
                    continue;
                }
                count.leads += 1;
                let standing = self.standing(&waits).filter(|_| count.list != List::All);
                let overdue = standing.is_some_and(|standing| standing.is_overdue(self.now));
                count.overdue += u32::from(overdue);
                count.today += u32::from(!overdue && standing.is_some_and(|standing| standing.due <= today.0));
            }
        }
        counts
    }
}
