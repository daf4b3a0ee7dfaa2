//! Which row of a file spoke of a lead first, in a file that has one row a lead.

use crate::leads::model::LeadId;
use rustc_hash::FxHashMap;

/// Line and content of the first row of each lead. New leads are numbered one after the other, so that a million of
/// them need no more than their lines and contents.
#[derive(Debug, Default)]
pub struct FirstRows {
    /// Number of the first new lead.
    from: i64,
    /// By number; line 0 is nobody's.
    lines: Vec<u32>,
    contents: Vec<u64>,
    /// Leads that were there before.
    others: FxHashMap<LeadId, (u64, u64)>,
}

/// Numbers that somebody else took in between leave a gap; a longer one is none of this file's.
const LONGEST_GAP: usize = 1_000;

impl FirstRows {
    /// Line and content of the first row of a lead.
    pub fn get(&self, lead: LeadId) -> Option<(u64, u64)> {
        let place = self.place(lead).filter(|&place| self.lines.get(place).is_some_and(|line| *line > 0));
        match place {
            Some(place) => Some((self.lines[place].into(), self.contents[place])),
            None => self.others.get(&lead).copied(),
        }
    }

    /// Keeps them.
    pub fn insert(&mut self, lead: LeadId, line: u64, content: u64) {
        if self.lines.is_empty() {
            self.from = lead.0;
        }
        let place = self.place(lead).filter(|place| *place <= self.lines.len() + LONGEST_GAP);
        match (place, u32::try_from(line)) {
            (Some(place), Ok(line)) => {
                if place >= self.lines.len() {
                    self.lines.resize(place + 1, 0);
                    self.contents.resize(place + 1, 0);
                }
                (self.lines[place], self.contents[place]) = (line, content);
            }
            _ => _ = self.others.insert(lead, (line, content)),
        }
    }

    fn place(&self, lead: LeadId) -> Option<usize> {
        usize::try_from(lead.0.checked_sub(self.from)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lead_is_found_whether_its_number_follows_or_not() {
        let mut first = FirstRows::default();
        let leads = [1_000, 1_001, 1_007, 3, 9_000_000, 1_002, i64::MAX];
        for (line, lead) in (2..).zip(leads) {
            assert_eq!(first.get(LeadId(lead)), None);
            first.insert(LeadId(lead), line, line * 7);
        }
        for (line, lead) in (2..).zip(leads) {
            assert_eq!(first.get(LeadId(lead)), Some((line, line * 7)), "{lead}");
        }
        assert_eq!(first.get(LeadId(1_003)), None, "in a gap");
        assert_eq!((first.lines.len(), first.others.len()), (8, 3));
        first.insert(LeadId(1_003), u64::MAX, 1);
        assert_eq!(first.get(LeadId(1_003)), Some((u64::MAX, 1)), "a line beyond all files");
    }
}
