//! Finds the leads of a list under a filter, or whose name, e-mail or company holds the words of a search. The texts of all
//! leads and what they wait for stand in memory, in chunks that are made anew when one of their leads changes; a search
//! reads through all of them in some milliseconds. List and filter decide about every lead that it finds, however many
//! those are; only then are the first taken.

use super::model::{Count, List, Place};
use super::store;
use super::waits::{Narrow, Waits};
use crate::changes::model::Seq;
use crate::changes::store::newest_seq;
use crate::error::Result;
use crate::kpis::model::Filter;
use crate::leads::model::{LeadId, ValueId};
use crate::listing::model::fold;
use crate::period::Instant;
use crate::server::db::Db;
use memchr::memmem;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Leads in a chunk.
const CHUNK_LEADS: i64 = 4_096;
/// With more changes than this it is quicker to read everything anew.
const MOST_CHANGES: i64 = 50_000;
/// Leads read by one statement.
const LEADS_A_READ: i64 = 20_000;

/// The texts of leads, kept up to the latest commit. Cheap to clone: every clone is the same memory.
#[derive(Clone, Debug)]
pub struct Finder {
    db: Db,
    memory: Arc<Mutex<Option<Memory>>>,
}

#[derive(Clone, Debug, Default)]
struct Memory {
    seq: i64,
    chunks: Chunks,
}

type Chunks = BTreeMap<i64, Arc<Chunk>>;

/// What is searched for; `None`: nothing in particular.
type Words = Option<Vec<String>>;

fn words_of(search: &str) -> Words {
    let words = || fold(search).split_whitespace().map(str::to_owned).collect();
    (!search.trim().is_empty()).then(words)
}

/// One text a lead, one after another; a lead without one has an empty one.
#[derive(Debug)]
struct Chunk {
    text: String,
    /// Where the text of each lead begins, and where the last ends.
    starts: Vec<u32>,
    waits: Vec<Waits>,
}

/// What is known of a lead that changed.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What it is found by.
    pub text: String,
    /// What it waits for.
    pub waits: Waits,
}

/// A list under a filter and a search, as its reader sees it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which leads.
    pub filter: Filter,
    /// Only leads whose text holds each of these words; blank asks for none.
    pub search: String,
    /// Which owners the reader is.
    pub owners: Vec<ValueId>,
    /// As of when.
    pub now: Instant,
    /// The last second of the day.
    pub today: Instant,
}

impl Finder {
    /// Reads nothing yet.
    pub fn new(db: Db) -> Self {
        Self { db, memory: Arc::default() }
    }

    /// The first places of a list after one, at most so many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn places(&self, asked: Asked, list: List, after: Option<Place>, limit: usize) -> Result<Vec<Place>> {
        let pass = move |narrow: &Narrow, chunks: &Chunks, words: &Words| match words {
            None => narrow.places(list, after, limit, all(chunks)),
            Some(words) => narrow.places(list, after, limit, matching(chunks, words)),
        };
        self.pass(asked, pass).await
    }

    /// The nearest places of a list before and after one; see [`Narrow::beside`].
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn beside(&self, asked: Asked, list: List, place: Option<Place>) -> Result<[Option<Place>; 2]> {
        let pass = move |narrow: &Narrow, chunks: &Chunks, words: &Words| match words {
            None => narrow.beside(list, place, all(chunks)),
            Some(words) => narrow.beside(list, place, matching(chunks, words)),
        };
        self.pass(asked, pass).await
    }

    /// How many leads each of these lists has; the search counts for nothing here.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn counts(&self, asked: Asked, lists: &[List]) -> Result<Vec<Count>> {
        let lists = lists.to_vec();
        let today = asked.today;
        self.pass(asked, move |narrow, chunks, _| narrow.counts(&lists, today, all(chunks))).await
    }

    async fn pass<T: Send + 'static>(
        &self,
        asked: Asked,
        pass: impl FnOnce(&Narrow, &Chunks, &Words) -> T + Send + 'static,
    ) -> Result<T> {
        let chunks = self.current().await?;
        let words = words_of(&asked.search);
        let work = move || pass(&Narrow::new(&asked.filter, &asked.owners, asked.now), &chunks, &words);
        let done = tokio::task::spawn_blocking(work).await;
        Ok(done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())))
    }

    /// Reads the texts now, so that the first search does not wait for it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn warm(&self) -> Result<()> {
        self.current().await.map(drop)
    }

    async fn current(&self) -> Result<Chunks> {
        let mut memory = self.memory.lock().await;
        let mut tx = self.db.read().await?;
        let Seq(seq) = newest_seq(&mut tx).await?;
        let mut known = memory.take().unwrap_or_default();
        if known.seq != seq {
            let changed = store::count_changed(&mut tx, known.seq).await?;
            if known.seq == 0 || changed > MOST_CHANGES {
                known = Memory::default();
                let most = store::most_lead(&mut tx).await?;
                for from in (0..most).step_by(LEADS_A_READ as usize) {
                    known.apply(store::known(&mut tx, from, from + LEADS_A_READ).await?);
                }
            } else {
                known.apply(store::changed(&mut tx, known.seq).await?);
            }
            known.seq = seq;
        }
        let chunks = known.chunks.clone();
        *memory = Some(known);
        Ok(chunks)
    }
}

impl Memory {
    /// Takes leads in, each in place of what was known of it.
    fn apply(&mut self, leads: Vec<(LeadId, Known)>) {
        let mut by_chunk: BTreeMap<i64, BTreeMap<usize, Known>> = BTreeMap::new();
        for (LeadId(id), mut known) in leads {
            let row = id.rem_euclid(CHUNK_LEADS) as usize;
            known.text = fold(&known.text);
            by_chunk.entry(id.div_euclid(CHUNK_LEADS)).or_default().insert(row, known);
        }
        for (key, new) in by_chunk {
            let chunk = match self.chunks.get(&key) {
                Some(old) => old.with(&new),
                None => Chunk::empty().with(&new),
            };
            self.chunks.insert(key, Arc::new(chunk));
        }
    }
}

impl Chunk {
    fn empty() -> Self {
        let leads = CHUNK_LEADS as usize;
        Self { text: String::new(), starts: vec![0; leads + 1], waits: vec![Waits::default(); leads] }
    }

    fn of(&self, row: usize) -> &str {
        &self.text[self.starts[row] as usize..self.starts[row + 1] as usize]
    }

    fn lead(&self, key: i64, row: usize) -> (LeadId, Waits) {
        (LeadId(key * CHUNK_LEADS + row as i64), self.waits[row])
    }

    /// The rows whose text holds each of the words; `rarest` finds one of them.
    fn matching(&self, rarest: &memmem::Finder<'_>, words: &[String]) -> Vec<usize> {
        let mut rows = Vec::new();
        let mut from = 0;
        while let Some(at) = rarest.find(&self.text.as_bytes()[from..]) {
            let row = self.starts.partition_point(|start| *start as usize <= from + at) - 1;
            let text = self.of(row);
            // A word that begins in one lead's text and ends in the next is none.
            let whole = self.starts[row + 1] as usize >= from + at + rarest.needle().len();
            if whole && words.iter().all(|word| text.contains(word.as_str())) {
                rows.push(row);
            }
            from = if whole { self.starts[row + 1] as usize } else { from + at + 1 };
        }
        rows
    }

    fn with(&self, new: &BTreeMap<usize, Known>) -> Self {
        let more: usize = new.values().map(|known| known.text.len()).sum();
        let mut text = String::with_capacity(self.text.len() + more);
        let mut starts = Vec::with_capacity(CHUNK_LEADS as usize + 1);
        for row in 0..CHUNK_LEADS as usize {
            starts.push(text.len() as u32);
            text += new.get(&row).map_or_else(|| self.of(row), |known| &known.text);
        }
        starts.push(text.len() as u32);
        text.shrink_to_fit();
        let mut waits = self.waits.clone();
        new.iter().for_each(|(row, known)| waits[*row] = known.waits);
        Self { text, starts, waits }
    }
}

/// Every lead that there is.
fn all(chunks: &Chunks) -> impl Iterator<Item = (LeadId, Waits)> {
    chunks.iter().flat_map(|(key, chunk)| (0..chunk.waits.len()).map(move |row| chunk.lead(*key, row)))
}

/// Those whose text holds each of the words.
fn matching(chunks: &Chunks, words: &[String]) -> impl Iterator<Item = (LeadId, Waits)> {
    // The longest word is in the fewest texts.
    let rarest = words.iter().max_by_key(|word| word.len()).map(|word| memmem::Finder::new(word.as_bytes()));
    chunks.iter().flat_map(move |(key, chunk)| {
        let rows = rarest.as_ref().map(|rarest| chunk.matching(rarest, words)).unwrap_or_default();
        rows.into_iter().map(move |row| chunk.lead(*key, row))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leads::model::Stage;
    use crate::leads::stage::Kept;

    fn known(text: &str) -> Known {
        Known { text: text.to_owned(), ..Known::default() }
    }

    fn ids(memory: &Memory, search: &str) -> Vec<i64> {
        let words = words_of(search).unwrap_or_default();
        matching(&memory.chunks, &words).map(|(lead, _)| lead.0).collect()
    }

    #[test]
    fn a_search_finds_each_word_anywhere_in_any_case() {
        let mut memory = Memory::default();
        let text = |id, text: &str| (LeadId(id), known(text));
        memory.apply(vec![
            text(1, "Ann Berg\nann@rope.example\nRope & Sons\n"),
            text(2, "Bo Ångström\n\nRope Works\n"),
            text(5_000, "Annika\n\nFulda\n"),
        ]);
        assert_eq!(ids(&memory, "ann"), [1, 5_000]);
        assert_eq!(ids(&memory, "rope ANN"), [1]);
        assert_eq!(ids(&memory, "ångs"), [2]);
        assert_eq!(ids(&memory, "sons bo"), Vec::<i64>::new(), "two leads are not one");
        assert_eq!(ids(&memory, "  "), Vec::<i64>::new());
        memory.apply(vec![text(1, ""), text(2, "Bo\n\nAnn & Co\n")]);
        assert_eq!(ids(&memory, "ann"), [2, 5_000], "what changed is found as it is now");
    }

    #[test]
    fn a_list_decides_about_every_lead_that_a_search_finds_however_many_there_are() {
        let mut memory = Memory::default();
        let there = |id: i64, kept: Kept| {
            let waits = Waits { kept, is_there: true, ..Waits::default() };
            (LeadId(id), Known { text: "Rope Works".to_owned(), waits })
        };
        // Of twenty thousand namesakes only the two oldest wait for anything.
        let waiting = |due| Kept { then: Some((Stage::Touch, due)), silent_at: None };
        let settled = (3..=20_000).map(|id| there(id, Kept::default()));
        memory.apply([there(1, waiting(500)), there(2, waiting(400))].into_iter().chain(settled).collect());
        let words = words_of("ROPE").expect("a word");
        let nothing = Filter::default();
        let narrow = Narrow::new(&nothing, &[], Instant(450));
        let found = |list, limit| -> Vec<i64> {
            let places = narrow.places(list, None, limit, matching(&memory.chunks, &words));
            places.into_iter().map(|place| place.lead.0).collect()
        };
        assert_eq!(found(List::Waiting, 50), [2, 1]);
        assert_eq!(found(List::Overdue, 50), [2]);
        assert_eq!(found(List::All, 30_000).len(), 20_000);
        let beside = |place| narrow.beside(List::Waiting, place, matching(&memory.chunks, &words));
        let place = |due, lead| Place { due, lead: LeadId(lead) };
        assert_eq!(beside(None), [None, Some(place(400, 2))]);
        assert_eq!(beside(Some(place(450, 9))), [Some(place(400, 2)), Some(place(500, 1))]);
        assert_eq!(beside(Some(place(300, 2))), [None, Some(place(500, 1))], "its own lead has moved on");
    }

    #[test]
    fn a_word_across_two_leads_is_not_found() {
        let mut memory = Memory::default();
        memory.apply(vec![(LeadId(1), known("abc")), (LeadId(2), known("def"))]);
        assert_eq!(ids(&memory, "cd"), Vec::<i64>::new());
        assert_eq!(ids(&memory, "de"), [2]);
    }
}
