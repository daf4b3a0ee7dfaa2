//! What items are found by: one index in memory for both engines. Words point to the items that hold them, trigrams to
//! words that are written alike, so that a typo finds what was meant. Pure.

use super::model::{ItemId, Kind, Status, Version};
use crate::period::{Day, Instant};
use crate::text_enum;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

text_enum!(
    /// By what items can be narrowed down.
    Facet {
        /// For whom.
        Persona = "persona",
        /// For which stage.
        Stage = "stage",
        /// What it answers.
        Objection = "objection",
        /// What sort of thing.
        Kind = "kind",
        /// About what.
        Topic = "topic",
        /// In which language.
        Language = "language",
        /// Where it stands.
        Status = "status",
        /// Who keeps it right.
        Owner = "owner",
        /// How far it can be relied on today.
        Freshness = "freshness",
    }
);

/// How many facets there are whose values an item has of itself; freshness depends on the day.
const OWN: usize = 8;
/// Words of a search that are looked at.
const MOST_WORDS: usize = 8;
/// Words of the library that one word of a search may stand for.
const MOST_ALIKE: usize = 200;

/// What the index knows of an item.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number.
    pub id: ItemId,
    /// The change that touched it last.
    pub seq: i64,
    /// Its title.
    pub title: String,
    /// What is in it.
    pub summary: String,
    /// A text to copy.
    pub snippet: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// First and last day for leads.
    pub released: Option<Day>,
    /// See above.
    pub expires: Option<Day>,
    /// When somebody said that it is right; else when it was begun.
    pub confirmed: Instant,
    /// Whether somebody said so, and who.
    pub confirmed_by: Option<String>,
    /// Whose hand it came from.
    pub made_by: (Instant, String),
    /// What it is.
    pub version: Option<Version>,
    /// Leads that got it.
    pub uses: u32,
    /// Sum of the ratings, and how many there are.
    pub stars: (u32, u32),
    /// Keys of the personas, stages, objections, topics, language and owner, by facet.
    pub values: Vec<(Facet, String)>,
    /// What it is found by: text and weight.
    pub texts: Vec<(u8, String)>,
}

/// What is asked of the index.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Words.
    pub words: String,
    /// Words are taken as they are written.
    pub exact: bool,
    /// What is wanted of each facet; none: everything.
    pub only: Vec<(Facet, String)>,
    /// What a lead wants: an item that has one of them fits, each with its weight.
    pub fits: Vec<(Facet, String, f32)>,
    /// In which order.
    pub order: Order,
    /// Today, by which freshness is told.
    pub today: Day,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            words: String::new(),
            exact: false,
            only: Vec::new(),
            fits: Vec::new(),
            order: Order::Best,
            today: Day(0),
        }
    }
}

text_enum!(
    /// In which order items stand.
    #[derive(Default)]
    Order {
        /// What fits best.
        #[default]
        Best = "best",
        /// What leads got most often.
        Used = "used",
        /// What sales rates best.
        Rated = "rated",
        /// What was confirmed last.
        Newest = "newest",
    }
);

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Items, the best first.
    pub items: Vec<ItemId>,
    /// How many items each value of each facet has, were it chosen; values with none stand only where they are chosen.
    pub counts: BTreeMap<Facet, Vec<(String, u32)>>,
    /// The words that stand for those of the search, folded: what is marked.
    pub marked: FxHashSet<String>,
    /// The search as it was understood, where that is not as it was written.
    pub meant: Option<String>,
}

/// Days as the index needs them: of an instant, in the workspace's zone.
pub type DayOf<'a> = &'a (dyn Fn(Instant) -> Day + Sync);

/// The index.
#[derive(Clone, Debug, Default)]
pub struct Index {
    slots: Vec<Option<Slot>>,
    by_id: FxHashMap<i64, u32>,
    free: Vec<u32>,
    numbers: FxHashMap<Box<str>, u32>,
    words: Vec<Word>,
    grams: FxHashMap<[char; 3], Vec<u32>>,
    values: [Vec<Box<str>>; OWN],
    value_numbers: [FxHashMap<Box<str>, u32>; OWN],
}

#[derive(Clone, Debug)]
struct Slot {
    entry: Entry,
    /// Words that it holds.
    words: Vec<u32>,
    /// Its values by facet.
    values: [Vec<u32>; OWN],
}

#[derive(Clone, Debug, Default)]
struct Word {
    text: Box<str>,
    letters: u32,
    /// Slots that hold it, by number, and how much that weighs.
    places: Vec<(u32, u8)>,
}

/// A word of the library that may be meant by one of the search, and how well it fits.
type Alike = (u32, f32);

impl Index {
    /// How many items it knows.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// It knows none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// What it knows of an item.
    pub fn get(&self, id: ItemId) -> Option<&Entry> {
        let slot = *self.by_id.get(&id.0)?;
        self.slots[slot as usize].as_ref().map(|slot| &slot.entry)
    }

    /// Every item.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.slots.iter().flatten().map(|slot| &slot.entry)
    }

    /// Takes an item in, in place of what was known of it.
    pub fn put(&mut self, entry: Entry) {
        self.remove(entry.id);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        let mut weights: FxHashMap<String, u8> = FxHashMap::default();
        for (weight, text) in &entry.texts {
            for word in words_of(text) {
                let most = weights.entry(word).or_default();
                *most = (*most).max(*weight);
            }
        }
        let mut words = Vec::with_capacity(weights.len());
        for (word, weight) in weights {
            let number = self.number(&word);
            let places = &mut self.words[number as usize].places;
            let at = places.partition_point(|(other, _)| *other < slot);
            places.insert(at, (slot, weight));
            words.push(number);
        }
        let mut values: [Vec<u32>; OWN] = Default::default();
        let own = [(Facet::Kind, entry.kind.key().to_owned()), (Facet::Status, entry.status.key().to_owned())];
        for (facet, value) in entry.values.iter().chain(&own) {
            let facet = place(*facet);
            if facet < OWN {
                let number = self.value(facet, value);
                values[facet].push(number);
            }
        }
        self.by_id.insert(entry.id.0, slot);
        self.slots[slot as usize] = Some(Slot { entry, words, values });
    }

    /// Forgets an item.
    pub fn remove(&mut self, id: ItemId) {
        let Some(slot) = self.by_id.remove(&id.0) else { return };
        let Some(known) = self.slots[slot as usize].take() else { return };
        for word in known.words {
            self.words[word as usize].places.retain(|(other, _)| *other != slot);
        }
        self.free.push(slot);
    }

    fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = self.words.len() as u32;
        for gram in grams(word) {
            let alike = self.grams.entry(gram).or_default();
            if alike.last() != Some(&number) {
                alike.push(number);
            }
        }
        self.numbers.insert(word.into(), number);
        self.words.push(Word { text: word.into(), letters: word.chars().count() as u32, places: Vec::new() });
        number
    }

    fn value(&mut self, facet: usize, value: &str) -> u32 {
        if let Some(number) = self.value_numbers[facet].get(value) {
            return *number;
        }
        let number = self.values[facet].len() as u32;
        self.values[facet].push(value.into());
        self.value_numbers[facet].insert(value.into(), number);
        number
    }

    /// Finds items.
    pub fn find(&self, ask: &Ask, day_of: DayOf<'_>) -> Found {
        let mut found = Found::default();
        let scores = self.scores(ask, &mut found);
        let wanted = self.wanted(ask);
        let mut counts: [Vec<u32>; OWN] = std::array::from_fn(|facet| vec![0; self.values[facet].len()]);
        let mut fresh: BTreeMap<super::model::Freshness, u32> = BTreeMap::new();
        let fits = self.fitting(ask);
        let mut taken: Vec<(f32, u32)> = Vec::new();
        for (at, slot) in self.slots.iter().enumerate() {
            let Some(slot) = slot else { continue };
            let score = match &scores {
                Some(scores) if scores[at] <= 0.0 => continue,
                Some(scores) => scores[at],
                None => 1.0,
            };
            let fit: f32 = fits
                .iter()
                .filter(|(facet, value, _)| slot.values[*facet].contains(value))
                .map(|(.., weight)| weight)
                .sum();
            if !ask.fits.is_empty() && fit <= 0.0 && scores.is_none() {
                continue;
            }
            let freshness = super::model::freshness(slot.entry.expires, day_of(slot.entry.confirmed), ask.today);
            // Which facets it does not pass: a value's count is what choosing it would show.
            let (mut misses, mut missed) = (0, 0);
            for (facet, values) in wanted.own.iter().enumerate() {
                if let Some(values) = values
                    && !slot.values[facet].iter().any(|value| values.contains(value))
                {
                    (misses, missed) = (misses + 1, facet);
                }
            }
            if wanted.fresh.as_ref().is_some_and(|wanted| !wanted.contains(&freshness)) {
                (misses, missed) = (misses + 1, OWN);
            }
            if misses > 1 {
                continue;
            }
            for (facet, counts) in counts.iter_mut().enumerate().filter(|(facet, _)| misses == 0 || *facet == missed) {
                slot.values[facet].iter().for_each(|value| counts[*value as usize] += 1);
            }
            if misses == 0 || missed == OWN {
                *fresh.entry(freshness).or_default() += 1;
            }
            if misses == 0 {
                taken.push((standing(&slot.entry, score, fit, freshness, ask), at as u32));
            }
        }
        taken.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| self.id(*y).cmp(&self.id(*x))));
        found.items = taken.into_iter().filter_map(|(_, at)| self.id(at)).collect();
        for facet in Facet::ALL.iter().filter(|facet| **facet != Facet::Freshness) {
            let of = place(*facet);
            let chosen = |value: &str| ask.only.iter().any(|(other, key)| other == facet && key == value);
            let counted =
                counts[of].iter().enumerate().map(|(value, count)| (self.values[of][value].to_string(), *count));
            let mut counted: Vec<_> = counted.filter(|(value, count)| *count > 0 || chosen(value)).collect();
            counted.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
            found.counts.insert(*facet, counted);
        }
        let fresh = super::model::Freshness::ALL
            .iter()
            .map(|key| (key.key().to_owned(), fresh.get(key).copied().unwrap_or_default()));
        found.counts.insert(Facet::Freshness, fresh.collect());
        found
    }

    fn id(&self, slot: u32) -> Option<ItemId> {
        self.slots[slot as usize].as_ref().map(|slot| slot.entry.id)
    }

    fn wanted(&self, ask: &Ask) -> Wanted {
        let mut wanted = Wanted::default();
        for (facet, value) in &ask.only {
            if *facet == Facet::Freshness {
                let fresh = wanted.fresh.get_or_insert_with(Vec::new);
                fresh.extend(super::model::Freshness::from_key(value));
            } else {
                let of = place(*facet);
                // A value that nobody has is one that no item passes.
                let number = self.value_numbers[of].get(value.as_str()).copied().unwrap_or(u32::MAX);
                wanted.own[of].get_or_insert_with(Vec::new).push(number);
            }
        }
        // Unless a status is asked for, ideas and what is retired stand aside; their counts say that they are there.
        let of = place(Facet::Status);
        let usual = [Status::Approved, Status::Review, Status::Draft].map(Status::key);
        wanted.own[of]
            .get_or_insert_with(|| usual.iter().filter_map(|key| self.value_numbers[of].get(*key)).copied().collect());
        wanted
    }

    fn fitting(&self, ask: &Ask) -> Vec<(usize, u32, f32)> {
        let known = ask.fits.iter().filter_map(|(facet, value, weight)| {
            let of = place(*facet);
            Some((of, *self.value_numbers.get(of)?.get(value.as_str())?, *weight))
        });
        known.collect()
    }

    /// How well each slot answers the words; `None` without words.
    fn scores(&self, ask: &Ask, found: &mut Found) -> Option<Vec<f32>> {
        let mut words: Vec<String> = words_of(&ask.words).collect();
        let telling: Vec<String> = words.iter().filter(|word| !is_small(word)).cloned().collect();
        if !telling.is_empty() {
            words = telling;
        }
        words.truncate(MOST_WORDS);
        if words.is_empty() {
            return None;
        }
        let mut scores = vec![0.0_f32; self.slots.len()];
        let (mut meant, mut guessed) = (Vec::new(), false);
        let last = words.len() - 1;
        for (at, word) in words.iter().enumerate() {
            let mut alike = self.alike(word);
            if alike.is_empty() && !ask.exact {
                alike = self.written_alike(word, at == last);
                if let Some((best, _)) = alike.first() {
                    guessed = true;
                    meant.push(self.words[*best as usize].text.to_string());
                }
            } else {
                meant.push(word.clone());
            }
            let mut of_word = vec![0.0_f32; self.slots.len()];
            for (number, quality) in alike {
                let known = &self.words[number as usize];
                if known.places.is_empty() {
                    continue;
                }
                found.marked.insert(known.text.to_string());
                let rare = (1.0 + self.len() as f32 / known.places.len() as f32).ln();
                for (slot, weight) in &known.places {
                    let score = quality * f32::from(*weight) * rare;
                    let most = &mut of_word[*slot as usize];
                    *most = most.max(score);
                }
            }
            // Every word must be there.
            for (sum, score) in scores.iter_mut().zip(of_word) {
                *sum = if score > 0.0 && (at == 0 || *sum > 0.0) { *sum + score } else { 0.0 };
            }
        }
        found.meant = guessed.then(|| meant.join(" "));
        Some(scores)
    }

    /// Words that are the one, begin with it, or hold it.
    fn alike(&self, word: &str) -> Vec<Alike> {
        let mut alike: Vec<Alike> = Vec::new();
        let is_there = |number: &u32| !self.words[*number as usize].places.is_empty();
        alike.extend(self.numbers.get(word).filter(|number| is_there(number)).map(|number| (*number, 1.0)));
        let letters = word.chars().count();
        if letters < 2 {
            return alike;
        }
        let rarest = inner_grams(word)
            .map(|gram| self.grams.get(&gram).map_or(&[][..], Vec::as_slice))
            .min_by_key(|list| list.len());
        for number in rarest.unwrap_or_default().iter().filter(|number| is_there(number)) {
            let known = &self.words[*number as usize];
            if &*known.text == word {
                continue;
            }
            let covered = letters as f32 / known.letters.max(1) as f32;
            if known.text.starts_with(word) {
                alike.push((*number, 0.5 + 0.4 * covered));
            } else if letters >= 3 && known.text.contains(word) {
                alike.push((*number, 0.3 * covered));
            }
        }
        alike.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        alike.truncate(MOST_ALIKE);
        alike
    }

    /// Words that a slip of the finger or the ear makes of it, the likeliest first. The last word of a search may still
    /// be on its way: its beginning may be alike.
    fn written_alike(&self, word: &str, unfinished: bool) -> Vec<Alike> {
        let letters = word.chars().count();
        let most = match letters {
            0..=3 => return Vec::new(),
            4..=7 => 1,
            _ => 2,
        };
        let mut shared: FxHashMap<u32, u32> = FxHashMap::default();
        let wanted: Vec<[char; 3]> = grams(word).collect();
        for number in wanted.iter().filter_map(|gram| self.grams.get(gram)).flatten() {
            *shared.entry(*number).or_default() += 1;
        }
        // One slip spoils three trigrams at most, four where two letters changed places.
        let least = (wanted.len() as u32).saturating_sub(4 * most as u32).max(1);
        let mut alike: Vec<(u32, f32, usize)> = Vec::new();
        for (number, _) in shared.into_iter().filter(|(_, count)| *count >= least) {
            let known = &self.words[number as usize];
            if known.places.is_empty() {
                continue;
            }
            let close = |text: &str| Some(strsim::osa_distance(word, text)).filter(|slips| *slips <= most);
            let whole = close(&known.text).map(|slips| 0.7 - 0.2 * slips as f32);
            let begun = || {
                let beginning: String = known.text.chars().take(letters).collect();
                close(&beginning).map(|slips| 0.5 - 0.2 * slips as f32)
            };
            if let Some(quality) = whole.or_else(|| if unfinished { begun() } else { None }) {
                alike.push((number, quality, known.places.len()));
            }
        }
        alike.sort_by(|(_, a, x), (_, b, y)| b.total_cmp(a).then(y.cmp(x)));
        alike.truncate(MOST_ALIKE);
        alike.into_iter().map(|(number, quality, _)| (number, quality)).collect()
    }
}

#[derive(Default)]
struct Wanted {
    own: [Option<Vec<u32>>; OWN],
    fresh: Option<Vec<super::model::Freshness>>,
}

/// The score by which items stand: their words, how they fit the lead, and what speaks for or against them by itself.
fn standing(entry: &Entry, words: f32, fit: f32, freshness: super::model::Freshness, ask: &Ask) -> f32 {
    use super::model::Freshness;
    let rating = if entry.stars.1 == 0 { 3.0 } else { entry.stars.0 as f32 / entry.stars.1 as f32 };
    match ask.order {
        Order::Used => return entry.uses as f32,
        // A single five is no better than many fours: everybody begins with three threes.
        Order::Rated => return (entry.stars.0 as f32 + 9.0) / (entry.stars.1 as f32 + 3.0),
        Order::Newest => return entry.confirmed.0 as f32 / 3_600.0,
        Order::Best => {}
    }
    let of_status = match entry.status {
        Status::Approved => 1.0,
        Status::Review => 0.7,
        Status::Draft => 0.6,
        Status::Idea => 0.4,
        Status::Retired => 0.3,
    };
    let of_age = match freshness {
        Freshness::Fresh | Freshness::Expiring => 1.0,
        Freshness::Ageing => 0.95,
        Freshness::Stale => 0.85,
        Freshness::Expired => 0.5,
    };
    let worth = 1.0 + 0.05 * (1.0 + entry.uses as f32).ln() + 0.05 * (rating - 3.0);
    (words + 6.0 * fit) * of_status * of_age * worth
}

/// The place of a facet among those whose values an item has of itself; freshness stands behind them.
fn place(facet: Facet) -> usize {
    Facet::ALL.iter().position(|other| *other == facet).unwrap_or(OWN)
}

/// Small letters without accents.
pub fn fold(text: &str) -> String {
    let base = |letter: char| match letter {
        'ß' => "ss".to_owned(),
        'ø' => "o".to_owned(),
        'ł' => "l".to_owned(),
        'đ' => "d".to_owned(),
        'æ' => "ae".to_owned(),
        'œ' => "oe".to_owned(),
        other => other.to_string(),
    };
    text.to_lowercase().nfd().filter(|letter| !is_combining_mark(*letter)).map(base).collect()
}

/// The words of a text, folded.
pub fn words_of(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|letter: char| !letter.is_alphanumeric() && !is_combining_mark(letter))
        .filter(|word| !word.is_empty())
        .map(fold)
        .filter(|word| word.len() <= 60)
}

/// Words that say nothing by themselves.
fn is_small(word: &str) -> bool {
    const SMALL: [&str; 22] = [
        "a", "an", "and", "the", "of", "for", "to", "in", "on", "is", "it", "at", "by", "or", "with", "from", "how",
        "der", "die", "das", "und", "fur",
    ];
    word.chars().count() < 2 || SMALL.contains(&word)
}

/// The trigrams of a word with its beginning and its end.
fn grams(word: &str) -> impl Iterator<Item = [char; 3]> {
    let mut letters: Vec<char> = vec!['^', '^'];
    letters.extend(word.chars());
    letters.push('$');
    (0..letters.len().saturating_sub(2)).map(move |at| [letters[at], letters[at + 1], letters[at + 2]])
}

/// Those that every word has that begins with it (of two letters), or holds it.
fn inner_grams(word: &str) -> impl Iterator<Item = [char; 3]> {
    let letters: Vec<char> = word.chars().collect();
    let short = (letters.len() == 2).then(|| ['^', letters[0], letters[1]]);
    let inner = (0..letters.len().saturating_sub(2)).map(move |at| [letters[at], letters[at + 1], letters[at + 2]]);
    short.into_iter().chain(inner)
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
