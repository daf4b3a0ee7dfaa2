//! Finds leads by parts of their name, e-mail or company. The texts of all leads stand in memory, small letters only, in
//! chunks that are made anew when one of their leads changes; a search reads through all of them in some milliseconds.

use super::store;
use crate::changes::model::Seq;
use crate::changes::store::newest_seq;
use crate::error::Result;
use crate::leads::model::LeadId;
use crate::listing::model::fold;
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
/// Leads that a search finds, at most, the newest first.
pub const MOST_FOUND: usize = 5_000;

/// The texts of leads, kept up to the latest commit. Cheap to clone: every clone is the same memory.
#[derive(Clone, Debug)]
pub struct Finder {
    db: Db,
    memory: Arc<Mutex<Option<Memory>>>,
}

#[derive(Clone, Debug, Default)]
struct Memory {
    seq: i64,
    chunks: BTreeMap<i64, Arc<Chunk>>,
}

/// One text a lead, one after another; a lead without one has an empty one.
#[derive(Debug)]
struct Chunk {
    text: String,
    /// Where the text of each lead begins, and where the last ends.
    starts: Vec<u32>,
}

impl Finder {
    /// Reads nothing yet.
    pub fn new(db: Db) -> Self {
        Self { db, memory: Arc::default() }
    }

    /// The leads whose texts hold each word of a search, the newest first, at most [`MOST_FOUND`].
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find(&self, search: &str) -> Result<Vec<LeadId>> {
        let chunks = self.current().await?;
        let words: Vec<String> = fold(search).split_whitespace().map(str::to_owned).collect();
        let found = tokio::task::spawn_blocking(move || find(&chunks, &words)).await;
        Ok(found.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())))
    }

    /// Reads the texts now, so that the first search does not wait for it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn warm(&self) -> Result<()> {
        self.current().await.map(drop)
    }

    async fn current(&self) -> Result<BTreeMap<i64, Arc<Chunk>>> {
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
                    known.apply(store::texts(&mut tx, from, from + LEADS_A_READ).await?);
                }
            } else {
                known.apply(store::changed_texts(&mut tx, known.seq).await?);
            }
            known.seq = seq;
        }
        let chunks = known.chunks.clone();
        *memory = Some(known);
        Ok(chunks)
    }
}

impl Memory {
    /// Takes texts in, each in place of the lead's former one.
    fn apply(&mut self, texts: Vec<(LeadId, String)>) {
        let mut by_chunk: BTreeMap<i64, BTreeMap<usize, String>> = BTreeMap::new();
        for (LeadId(id), text) in texts {
            let row = id.rem_euclid(CHUNK_LEADS) as usize;
            by_chunk.entry(id.div_euclid(CHUNK_LEADS)).or_default().insert(row, fold(&text));
        }
        for (key, new) in by_chunk {
            let chunk = match self.chunks.get(&key) {
                Some(old) => old.with(&new),
                None => Chunk { text: String::new(), starts: vec![0; CHUNK_LEADS as usize + 1] }.with(&new),
            };
            self.chunks.insert(key, Arc::new(chunk));
        }
    }
}

impl Chunk {
    fn of(&self, row: usize) -> &str {
        &self.text[self.starts[row] as usize..self.starts[row + 1] as usize]
    }

    fn with(&self, new: &BTreeMap<usize, String>) -> Self {
        let more: usize = new.values().map(String::len).sum();
        let mut text = String::with_capacity(self.text.len() + more);
        let mut starts = Vec::with_capacity(CHUNK_LEADS as usize + 1);
        for row in 0..CHUNK_LEADS as usize {
            starts.push(text.len() as u32);
            text += new.get(&row).map_or_else(|| self.of(row), String::as_str);
        }
        starts.push(text.len() as u32);
        text.shrink_to_fit();
        Self { text, starts }
    }
}

fn find(chunks: &BTreeMap<i64, Arc<Chunk>>, words: &[String]) -> Vec<LeadId> {
    // The longest word is in the fewest texts.
    let Some(rarest) = words.iter().max_by_key(|word| word.len()) else { return Vec::new() };
    let finder = memmem::Finder::new(rarest.as_bytes());
    let mut found = Vec::new();
    for (key, chunk) in chunks.iter().rev() {
        let mut here = Vec::new();
        let mut from = 0;
        while let Some(at) = finder.find(&chunk.text.as_bytes()[from..]) {
            let row = chunk.starts.partition_point(|start| *start as usize <= from + at) - 1;
            let text = chunk.of(row);
            // A word that begins in one lead's text and ends in the next is none.
            let whole = chunk.starts[row + 1] as usize >= from + at + rarest.len();
            if whole && words.iter().all(|word| text.contains(word.as_str())) {
                here.push(LeadId(key * CHUNK_LEADS + row as i64));
            }
            from = if whole { chunk.starts[row + 1] as usize } else { from + at + 1 };
        }
        found.extend(here.into_iter().rev());
        if found.len() >= MOST_FOUND {
            found.truncate(MOST_FOUND);
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(memory: &Memory, search: &str) -> Vec<i64> {
        let words: Vec<String> = fold(search).split_whitespace().map(str::to_owned).collect();
        find(&memory.chunks, &words).into_iter().map(|lead| lead.0).collect()
    }

    #[test]
    fn a_search_finds_each_word_anywhere_in_any_case_and_the_newest_first() {
        let mut memory = Memory::default();
        let text = |id, text: &str| (LeadId(id), text.to_owned());
        memory.apply(vec![
            text(1, "Ann Berg\nann@rope.example\nRope & Sons\n"),
            text(2, "Bo Ångström\n\nRope Works\n"),
            text(5_000, "Annika\n\nFulda\n"),
        ]);
        assert_eq!(ids(&memory, "ann"), [5_000, 1]);
        assert_eq!(ids(&memory, "rope ANN"), [1]);
        assert_eq!(ids(&memory, "ångs"), [2]);
        assert_eq!(ids(&memory, "sons bo"), Vec::<i64>::new(), "two leads are not one");
        assert_eq!(ids(&memory, "  "), Vec::<i64>::new());
        memory.apply(vec![text(1, ""), text(2, "Bo\n\nAnn & Co\n")]);
        assert_eq!(ids(&memory, "ann"), [5_000, 2], "what changed is found as it is now");
    }

    #[test]
    fn a_word_across_two_leads_is_not_found() {
        let mut memory = Memory::default();
        memory.apply(vec![(LeadId(1), "abc".to_owned()), (LeadId(2), "def".to_owned())]);
        assert_eq!(ids(&memory, "cd"), Vec::<i64>::new());
        assert_eq!(ids(&memory, "de"), [2]);
    }
}
