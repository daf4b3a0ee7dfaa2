//! What people see of editing: two texts and their difference, the choice between them, and what a form carries
//! besides its fields.

use super::documents::{Document, Meanwhile};
use super::model::{Conflict, Field, FieldKind, Values};
use super::once::new_key;
use super::words::{Piece, differences, draft};
use crate::app::file;
use crate::kpis::words::Currency;
use crate::place::at;
use crate::server::AppState;
use crate::ui::{Button, LongField, Notice, PageHead, Variant};
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// What every form of a document carries: its key, and what its fields show.
#[component]
pub fn Carried(
    /// What its fields showed when it was opened.
    base: Values,
) -> impl IntoView {
    let shown = base.into_iter().map(|(key, text)| {
        view! { <input type="hidden" name=format!("base.{key}") value=text/> }
    });
    view! { <Key/>{shown.collect_view()} }
}

/// By which the server knows a form that comes twice.
#[component]
pub fn Key() -> impl IntoView {
    view! { <input type="hidden" name="key" value=new_key()/> }
}

/// The script that keeps what is typed into `form[data-draft]`; once on a page that has such a form, or that follows
/// one.
#[component]
pub fn Drafts() -> impl IntoView {
    let script = use_context::<AppState>().map(|state| file(&state.leptos_options, "drafts.js"));
    view! { <script type="module" nonce=use_nonce() src=script></script> }
}

/// What two texts have in common and what not, word by word; of values the old one and the new one.
#[component]
pub fn Difference(
    /// What the texts are.
    kind: FieldKind,
    /// Before.
    old: String,
    /// After.
    new: String,
) -> impl IntoView {
    let pieces = match kind {
        FieldKind::Text => differences(&old, &new),
        FieldKind::Value => {
            let gap = if old.is_empty() || new.is_empty() { "" } else { " " };
            vec![Piece::Deleted(old), Piece::Kept(gap.to_owned()), Piece::Inserted(new)]
        }
    };
    let pieces = pieces.into_iter().filter(|piece| !piece.is_empty()).map(|piece| match piece {
        Piece::Kept(text) => text.into_any(),
        Piece::Deleted(text) => view! { <del>{text}</del> }.into_any(),
        Piece::Inserted(text) => view! { <ins>{text}</ins> }.into_any(),
    });
    pieces.collect_view()
}

/// What the page of a conflict shows.
#[derive(Clone, Debug)]
pub struct MergePage {
    /// Of what kind.
    pub document: Document,
    /// Which one.
    pub id: i64,
    /// Where the form goes.
    pub action: &'static str,
    /// What the other one did.
    pub meanwhile: Meanwhile,
    /// When that was, in the workspace's zone.
    pub when: String,
    /// In which amounts are said.
    pub currency: Currency,
}

/// Two people changed the same field: both texts, and the choice.
pub fn merge(page: MergePage) -> AnyView {
    let MergePage { document, id, action, meanwhile, when, currency } = page;
    let Meanwhile { merged, theirs, last } = meanwhile;
    let who = last.map_or_else(|| "somebody".to_owned(), |(who, _)| who);
    let title = format!("{} saved this while you wrote", beginning(&who));
    let others = merged.values.into_iter().map(|(key, text)| {
        view! { <input type="hidden" name=key value=text/> }
    });
    let conflicts = merged.conflicts.into_iter().map(|conflict| {
        view! { <Choice document conflict who=who.clone() when=when.clone() currency=currency.clone()/> }
    });
    let (home, name) = document.home(id);
    view! {
        <p class="back"><a href=at(&home)>{format!("‹ {name}, as it stands")}</a></p>
        <PageHead title lede="Nothing of yours is saved yet and nothing is lost. Choose for each text what shall stand."/>
        <Notice title="Both of you changed the same">
            <p>"What only one of you changed is settled: it comes with what you save here."</p>
        </Notice>
        <form class="merging" method="post" action=at(action)>
            <input type="hidden" name="id" value=id/>
            <Carried base=theirs/>
            {others.collect_view()}
            {conflicts.collect_view()}
            <p class="row"><Button variant=Variant::Primary>"Save what I chose"</Button></p>
        </form>
    }
    .into_any()
}

/// A name at the beginning of a sentence.
fn beginning(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[component]
fn Choice(document: Document, conflict: Conflict, who: String, when: String, currency: Currency) -> impl IntoView {
    let Conflict { field, base, mine, theirs } = conflict;
    let Field { key, label, kind } = field;
    let said = |text: &str| match text {
        "" => "(blank)".to_owned(),
        text => document.words(field, text, &currency),
    };
    let change = |text: &str| view! { <Difference kind old=said(&base) new=said(text)/> };
    let name = format!("choose.{key}");
    let choice = |value: &'static str, words: String, checked: bool| {
        view! {
            <label class="radio"><input type="radio" name=name.clone() value=value checked=checked/>{words}</label>
        }
    };
    let both = (kind == FieldKind::Text).then(|| {
        view! {
            {choice("both", "Merge: save the text below".to_owned(), true)}
            <LongField id=format!("both-{key}") name=format!("both.{key}") label="Together" value=draft(&base, &mine, &theirs)/>
        }
    });
    let settled = both.is_some();
    view! {
        <fieldset>
            <legend>{label}</legend>
            <p class="hint">{format!("Before: {}", said(&base))}</p>
            <div class="merge">
                <div>
                    <p class="xs">{format!("{}, {when}", beginning(&who))}</p>
                    <p class="text">{change(&theirs)}</p>
                </div>
                <div>
                    <p class="xs">"You, now"</p>
                    <p class="text">{change(&mine)}</p>
                </div>
            </div>
            <input type="hidden" name=format!("mine.{key}") value=mine/>
            {choice("theirs", format!("Keep what {who} wrote"), false)}
            {choice("mine", "Keep mine".to_owned(), !settled)}
            {both}
        </fieldset>
    }
}
