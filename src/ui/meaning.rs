//! Words that mean something of their own, explained where they stand.

use crate::place::at;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What one word means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The word.
    pub name: String,
    /// What it means.
    pub text: String,
    /// Where more stands.
    pub href: String,
}

/// What words mean, by their keys, for one page.
#[derive(Clone, Debug, Default)]
pub struct Meanings {
    known: Arc<BTreeMap<String, Meaning>>,
    /// Explained so far: a page may say a word twice, and no two of its parts have one id.
    explained: Arc<AtomicUsize>,
}

impl Meanings {
    /// By key.
    pub fn new(known: BTreeMap<String, Meaning>) -> Self {
        Self { known: Arc::new(known), explained: Arc::default() }
    }

    /// The same for another page.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self { known: self.known.clone(), explained: Arc::default() }
    }

    /// What a word means.
    pub fn get(&self, key: &str) -> Option<&Meaning> {
        self.known.get(key)
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

/// A word with its meaning: pointed at, it says it; tapped or pressed, it opens it with the way to more. Where the page
/// does not know what words mean, it is a link to where it is explained.
#[component]
pub fn Word(
    /// By which the page knows it; the last part of its address.
    of: &'static str,
    /// The word, as the sentence has it.
    children: Children,
) -> impl IntoView {
    let Some(meanings) = use_context::<Meanings>() else {
        let href = at(&format!("/definitions/{of}"));
        return view! { <a class="word" href=href rel="external">{children()}</a> }.into_any();
    };
    let Some(Meaning { name, text, href }) = meanings.get(of).cloned() else {
        // It was retired: the word stays, without what it meant.
        return children().into_any();
    };
    let n = meanings.explained.fetch_add(1, Ordering::Relaxed);
    let id = format!("meaning-{of}-{n}");
    view! {
        <button type="button" class="word" popovertarget=id.clone() title=text.clone()>{children()}</button>
        <span class="meaning" id=id popover="auto">
            <b>{name}</b>
            <span>{text}</span>
            <a href=href>"Example and what it is not"</a>
        </span>
    }
    .into_any()
}
