//! What the pages of the library show, in finished words.

use super::index::Facet;
use super::model::{Names, Status};
use super::question::Question;
use super::words::Marked;
use crate::editing::model::Values;
use crate::people::model::Team;

/// What a team owes the library, and how it stands.
#[derive(Clone, Debug, Default)]
pub struct Duty {
    /// The promise.
    pub promise: String,
    /// How it stands.
    pub stand: String,
    /// How far the bar reaches, in percent.
    pub reach: u8,
}

/// Title, both teams' standing, the pages of the library.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The line beneath the title.
    pub lede: String,
    /// Marketing's and sales'.
    pub net: [Duty; 2],
    /// The reader writes.
    pub may_use: bool,
    /// The reader curates.
    pub may_curate: bool,
}

/// `/content`
#[derive(Clone, Debug)]
pub struct Shown {
    /// What every page of the library begins with.
    pub head: Head,
    /// What was asked.
    pub question: Question,
    /// What answers it.
    pub answered: Answered,
    /// Gaps of the map, for the margin.
    pub map: super::requests::map::Map,
    /// What is asked for: title, address, what stands beneath, whether it is late.
    pub asked: Vec<(String, String, String, bool)>,
    /// What was done on the page before, and the deleted item that can be brought back.
    pub done: Option<(String, Option<i64>)>,
    /// There is no item at all.
    pub is_blank: bool,
    /// Whom and what there is, for tagging.
    pub names: Names,
}

/// What answers a question, and is another answer with every word that somebody types.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The lead that it is for, by name and in words; and where it is for nobody.
    pub lead: Option<(String, String, String)>,
    /// What was found.
    pub results: Results,
    /// Values to choose from.
    pub facets: Vec<FacetShown>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// What was asked.
    pub question: Question,
    /// How many items, of which words: `5 items`.
    pub counted: String,
    /// As what the search was understood, where that is not as it was written; and the address that takes it literally.
    pub meant: Option<(String, String)>,
    /// The items.
    pub items: Vec<ItemLine>,
    /// The pages before and after.
    pub earlier: Option<String>,
    /// See above.
    pub later: Option<String>,
    /// Where what was not found is asked for.
    pub ask: String,
    /// The reader may tick items.
    pub may_curate: bool,
    /// The reader may share.
    pub may_use: bool,
}

/// An item in a list.
#[derive(Clone, Debug)]
pub struct ItemLine {
    /// Its number.
    pub id: i64,
    /// The change that touched it last, as the reader sees it.
    pub seq: i64,
    /// Its title.
    pub title: Marked,
    /// The same as one text.
    pub name: String,
    /// What sort of thing, for whom.
    pub meta: String,
    /// The words around what was found.
    pub hit: Option<Marked>,
    /// Where it stands, and how that is marked.
    pub status: (String, Option<&'static str>),
    /// What stands behind that.
    pub standing: String,
    /// Leads that got it: `41`.
    pub leads: String,
    /// How they fared, and the interval.
    pub fared: (String, String),
    /// What sales thinks of it.
    pub rated: String,
    /// Leads may get it today.
    pub is_free: bool,
}

/// A facet with its values.
#[derive(Clone, Debug)]
pub struct FacetShown {
    /// Which.
    pub facet: Facet,
    /// What it is called.
    pub title: &'static str,
    /// Key, words, how many items, whether it is chosen.
    pub values: Vec<(String, String, u32, bool)>,
}

/// The way back from what was just done to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// A use is taken back.
    Use(i64),
    /// The version that counted before counts again.
    Version(i64),
}

/// `/content/{id}`
#[derive(Clone, Debug)]
pub struct ItemShown {
    /// Its number.
    pub id: i64,
    /// The change that touched it last, as the reader sees it.
    pub seq: i64,
    /// Its title.
    pub title: String,
    /// What sort of thing, for whom.
    pub lede: String,
    /// Both teams' standing towards it.
    pub net: [Duty; 2],
    /// Where it stands.
    pub status: Status,
    /// What stands behind that.
    pub standing: String,
    /// Why leads may not get it today.
    pub withheld: Option<String>,
    /// What was done, and the way back.
    pub done: Option<(String, Option<Back>)>,
    /// Why a form was not taken.
    pub sentence: String,
    /// Where it is in use, if it is to be retired all the same.
    pub in_use: Vec<String>,
    /// What is in it.
    pub summary: String,
    /// A text to copy.
    pub snippet: String,
    /// What it is.
    pub preview: Preview,
    /// What it was and is: number, words, by whom and when, address, and where it is saved.
    pub versions: Vec<VersionLine>,
    /// Facts: label and text.
    pub facts: Vec<(&'static str, String)>,
    /// Objections that it answers.
    pub objections: Vec<String>,
    /// Steps that can be taken: key of the status, the verb.
    pub steps: Vec<(&'static str, &'static str)>,
    /// Leads that got it.
    pub uses: Vec<UseLine>,
    /// Leads to share it with: number and name.
    pub picks: Vec<(i64, String)>,
    /// By what they were looked for.
    pub find: String,
    /// How many leads got it, and how they fared.
    pub counted: (String, String),
    /// Ratings: stars, by whom, why.
    pub ratings: Vec<(i64, String, String)>,
    /// Their mean.
    pub rated: String,
    /// The reader's own stars.
    pub own_stars: i64,
    /// What was said beside it.
    pub comments: Vec<CommentShown>,
    /// Requests that wait for it, or that it answered: title and address.
    pub requests: Vec<(String, String)>,
    /// The reader may change it.
    pub may_edit: bool,
    /// The reader writes.
    pub may_use: bool,
    /// The reader curates.
    pub may_curate: bool,
    /// The reader rates.
    pub may_rate: bool,
    /// The reader sees leads.
    pub sees_leads: bool,
    /// Whose draft it is.
    pub person: String,
    /// The largest file that is taken, in words.
    pub limit: String,
}

/// A version in the list.
#[derive(Clone, Debug)]
pub struct VersionLine {
    /// From 1.
    pub n: i64,
    /// What it is.
    pub what: String,
    /// By whom and when; where it is an older one that counts again, which.
    pub by: String,
    /// It is what counts, under this number or another.
    pub counts: bool,
    /// Where it is looked at.
    pub href: String,
    /// It leads out of the house.
    pub outside: bool,
}

/// What an item is, as far as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// It is nothing yet.
    Nothing,
    /// An address: host, address, how it was found.
    Link(String, String, String),
    /// A picture: its address, and where it is saved.
    Picture(String, String),
    /// A PDF: its address, and where it is saved.
    Pdf(String, String),
    /// Another file: what it is, and where it is saved.
    File(String, String),
}

/// A lead that got an item.
#[derive(Clone, Debug)]
pub struct UseLine {
    /// The lead's name.
    pub lead: String,
    /// Its page.
    pub href: String,
    /// By whom.
    pub by: String,
    /// When.
    pub when: String,
    /// What became of it.
    pub fate: &'static str,
}

/// A comment.
#[derive(Clone, Debug)]
pub struct CommentShown {
    /// By whom.
    pub name: String,
    /// Of which team.
    pub team: Option<Team>,
    /// When.
    pub when: String,
    /// What.
    pub text: String,
}

/// An item as a form.
#[derive(Clone, Debug, Default)]
pub struct ItemForm {
    /// Which; a new one has no number yet.
    pub id: Option<i64>,
    /// What its fields showed when it was opened.
    pub base: Values,
    /// What stands in them.
    pub values: Values,
    /// Its link, of a new one.
    pub link: String,
    /// Whom and what there is.
    pub names: Names,
    /// Reasons by which leads are turned down: key and name.
    pub reasons: Vec<(String, String)>,
    /// Topics that are in use.
    pub topics: Vec<String>,
    /// Why it was not taken.
    pub sentence: String,
    /// What was done before.
    pub done: &'static str,
    /// Whose draft it is.
    pub person: String,
    /// The largest file that is taken, in words.
    pub limit: String,
    /// The reader curates.
    pub may_curate: bool,
}
