//! The rows of spend that a source told before, while a newer file of it is taken in.
//!
//! A row is known again by its days, kind, team and channel, and first of all by what the file calls that channel: what
//! a name stands for can be said, changed and forgotten, and the row is the same.

use crate::import::model::{SpendKind, SpendRecord, Team};
use crate::period::Day;
use crate::spend::store::{OfSource, SpendKey};
use rustc_hash::{FxHashMap, FxHasher};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

/// Every row of the source; each is found by one row of the file at most.
#[derive(Debug, Default)]
pub struct KnownSpend {
    rows: Vec<Known>,
    /// By days, kind, team and a name: those that were written so, and those of that channel. The first stands last.
    written: FxHashMap<u64, Vec<usize>>,
    named: FxHashMap<u64, Vec<usize>>,
    /// The highest ordinal of rows that stand under one key.
    ordinals: FxHashMap<u64, i64>,
    /// Other names of channels, in lower case.
    aliases: HashMap<String, String>,
}

#[derive(Debug)]
struct Known {
    row: OfSource,
    /// A row of this file spoke of it.
    met: bool,
}

/// What a row of the file does.
#[derive(Debug)]
pub enum Met {
    /// It says what is known, or what a person has settled otherwise.
    AsBefore,
    /// It is to be written.
    Adds {
        /// By what it is known from now on.
        key: SpendKey,
        /// The number of the row in whose place it comes.
        replaces: Option<i64>,
    },
}

type Span = (Day, Day, SpendKind, Option<Team>);

impl KnownSpend {
    /// Of the rows of a source, and other names of channels in lower case.
    pub fn new(rows: Vec<OfSource>, aliases: HashMap<String, String>) -> Self {
        let mut known = Self { aliases, ..Self::default() };
        known.rows = rows.into_iter().map(|row| Known { row, met: false }).collect();
        // The first is taken from the end.
        known.rows.sort_by_key(|known| std::cmp::Reverse(known.row.key.ordinal));
        for n in 0..known.rows.len() {
            let row = &known.rows[n].row;
            let (span, ordinal) = (span_of(&row.key), row.key.ordinal);
            let (written, channel) = (row.written(), known.channel_of(row.key.channel.as_deref()));
            let (own, named) = (place(span, written), (written != channel).then(|| place(span, channel)));
            let stands = place(span, row.key.channel.as_deref());
            known.written.entry(own).or_default().push(n);
            if let Some(named) = named {
                known.named.entry(named).or_default().push(n);
            }
            let highest = known.ordinals.entry(stands).or_default();
            *highest = ordinal.max(*highest);
        }
        known
    }

    /// People have corrected or deleted these since.
    pub fn hold(&mut self, ids: &[i64]) {
        let held = self.rows.iter_mut().filter(|known| ids.contains(&known.row.told.id));
        held.for_each(|known| known.row.told.held = true);
    }

    /// What a row of the file does; the next row that says the same is another one.
    pub fn meet(&mut self, record: &SpendRecord) -> Met {
        let span = (record.from, record.to, record.kind, record.team);
        let channel = record.channel.as_deref();
        let found = self.find(span, record.written.as_deref().or(channel), channel);
        let same_channel = found.filter(|&n| self.rows[n].row.key.channel.as_deref() == channel);
        if let Some(n) = found {
            let Known { row, met } = &mut self.rows[n];
            *met = true;
            if row.told.held || (same_channel.is_some() && row.told.amount == record.amount_minor) {
                return Met::AsBefore;
            }
        }
        let ordinal = match same_channel {
            Some(n) => self.rows[n].row.key.ordinal,
            None => {
                let highest = self.ordinals.entry(place(span, channel)).or_default();
                *highest += 1;
                *highest
            }
        };
        let (from, to, kind, team) = span;
        let key = SpendKey { from, to, channel: record.channel.clone(), kind, team, ordinal };
        Met::Adds { key, replaces: found.map(|n| self.rows[n].row.told.id) }
    }

    /// First what was written so, then what stands for the channel under whatever name. A person's word on a row that
    /// was called otherwise and stands for another channel is not meant.
    fn find(&mut self, span: Span, written: Option<&str>, channel: Option<&str>) -> Option<usize> {
        let Self { rows, written: as_written, named, aliases, .. } = self;
        let is_written = |row: &OfSource| row.written() == written;
        let stands_for = |row: &OfSource| {
            let own = row.key.channel.as_deref();
            own == channel || (!row.told.held && canonical(aliases, own) == channel)
        };
        next(rows, as_written.get_mut(&place(span, written)), span, is_written)
            .or_else(|| next(rows, as_written.get_mut(&place(span, channel)), span, stands_for))
            .or_else(|| next(rows, named.get_mut(&place(span, channel)), span, stands_for))
    }

    fn channel_of<'a>(&'a self, name: Option<&'a str>) -> Option<&'a str> {
        canonical(&self.aliases, name)
    }
}

/// The first of them that nobody met and that fits.
fn next(
    rows: &[Known],
    places: Option<&mut Vec<usize>>,
    span: Span,
    fits: impl Fn(&OfSource) -> bool,
) -> Option<usize> {
    let places = places?;
    while places.pop_if(|n| rows[*n].met).is_some() {}
    let is_next = |n: &usize| !rows[*n].met && span_of(&rows[*n].row.key) == span && fits(&rows[*n].row);
    places.iter().rev().copied().find(is_next)
}

fn canonical<'a>(aliases: &'a HashMap<String, String>, name: Option<&'a str>) -> Option<&'a str> {
    name.map(|name| aliases.get(&name.to_lowercase()).map_or(name, String::as_str))
}

const fn span_of(key: &SpendKey) -> Span {
    (key.from, key.to, key.kind, key.team)
}

fn place(span: Span, name: Option<&str>) -> u64 {
    let mut hasher = FxHasher::default();
    (span, name).hash(&mut hasher);
    hasher.finish()
}
