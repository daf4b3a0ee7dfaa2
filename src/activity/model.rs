//! What the page of the activity shows, in finished words.

use serde::{Deserialize, Serialize};

/// Which part of the log is asked for. Blank is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Only what this person did, by name.
    #[serde(default)]
    pub who: String,
    /// Only changes of this kind, by its key.
    #[serde(default)]
    pub what: String,
    /// Only what came before this place in the log.
    #[serde(default)]
    pub before: String,
}

/// A page of the log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// What was asked for.
    pub filter: Filter,
    /// Everybody who did something.
    pub actors: Vec<String>,
    /// Kinds of changes: key and words.
    pub kinds: Vec<(String, String)>,
    /// The lines.
    pub lines: Vec<Line>,
    /// Where the next page begins, if there is one.
    pub next: Option<i64>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its place in the log.
    pub seq: i64,
    /// When, in the workspace's zone.
    pub when: String,
    /// Who.
    pub who: String,
    /// What, in words.
    pub what: String,
    /// To which thing.
    pub which: String,
    /// Before and after, counts, or whatever else there is to say.
    pub detail: String,
    /// From where.
    pub from: String,
    /// Where its history is, if it is a document.
    #[serde(default)]
    pub history: Option<String>,
}
