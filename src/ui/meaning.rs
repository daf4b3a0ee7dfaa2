//! Words that mean something of their own, explained where they stand.

use crate::place::at;
use leptos::prelude::*;
use serde_tuple::{Deserialize_tuple, Serialize_tuple};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What one word means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize_tuple, Deserialize_tuple)]
pub struct Meaning {
    /// By which pages know it; the last part of the address at which more stands.
    pub key: String,
    /// The word.
    pub name: String,
    /// What it means.
    pub text: String,
    /// How far that is agreed, where it is not; may be empty.
    pub standing: String,
}

/// What words mean, for one page. A page of the program gets its own with its answer ([`Meanings::of`]), so that the
/// browser knows them too; a page that the server renders alone is given all.
#[derive(Clone, Debug, Default)]
pub struct Meanings {
    known: Arc<[Meaning]>,
    /// Explained so far: a page may say a word twice, and no two of its parts have one id.
    explained: Arc<AtomicUsize>,
}

impl Meanings {
    /// Of these words.
    pub fn new(known: Vec<Meaning>) -> Self {
        Self { known: known.into(), explained: Arc::default() }
    }

    /// The same for another page.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self { known: self.known.clone(), explained: Arc::default() }
    }

    /// What a word means.
    pub fn get(&self, key: &str) -> Option<&Meaning> {
        self.known.iter().find(|meaning| meaning.key == key)
    }

    /// Those of the words that a page uses.
    pub fn of(&self, keys: impl IntoIterator<Item = &'static str>) -> Vec<Meaning> {
        keys.into_iter().filter_map(|key| self.get(key).cloned()).collect()
    }
}

/// Words that a page uses in its headings and labels, once each, under what it says first.
#[component]
pub fn WordsMeant(
    /// By which the page knows each, and the word.
    words: &'static [(&'static str, &'static str)],
    /// What stands before them.
    #[prop(default = "What both teams mean: ")]
    lead: &'static str,
) -> impl IntoView {
    let last = words.len().saturating_sub(1);
    // What ends a word stays in its line.
    let words = words.iter().enumerate().map(|(n, &(of, word))| {
        let (end, space) = if n == last { (".", "") } else { (",", " ") };
        view! { <span class="kept"><Word of>{word}</Word>{end}</span>{space} }
    });
    view! { <p class="small quiet meant">{lead}{words.collect_view()}</p> }
}

/// A word with its meaning: pointed at, it says it; tapped or pressed, it opens it with the way to more; and where the
/// script of open pages runs, it opens as the keys come to it. A word without a meaning, a retired one, stands bare.
#[component]
pub fn Word(
    /// By which the page knows it; the last part of its address.
    of: &'static str,
    /// The word, as the sentence has it.
    children: Children,
) -> impl IntoView {
    let meanings = use_context::<Meanings>().unwrap_or_default();
    let Some(Meaning { name, text, standing, .. }) = meanings.get(of).cloned() else {
        return children().into_any();
    };
    let n = meanings.explained.fetch_add(1, Ordering::Relaxed);
    let id = format!("meaning-{of}-{n}");
    view! {
        <button type="button" class="word" popovertarget=id.clone() title=text.clone()>{children()}</button>
        <span class="meaning" id=id popover="auto">
            <b>{name}</b>
            <span>{text}</span>
            {(!standing.is_empty()).then(|| view! { <span class="quiet">{standing}</span> })}
            <a href=at(&format!("/definitions/{of}")) rel="external">"Example and what it is not"</a>
        </span>
    }
    .into_any()
}
