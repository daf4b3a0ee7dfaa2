//! What people see of editing: two texts and their difference, the choice between them, and what a form carries
//! besides its fields.

use super::documents::{Document, Meanwhile};
use super::form::Sent;
use super::model::{Conflict, Field, FieldKind, Values};
use super::once::{is_key, new_key, person};
use super::words::{Piece, differences, draft};
use crate::app::file;
use crate::error::{AppError, Result};
use crate::kpis::words::{Currency, local_time};
use crate::people::service::Caller;
use crate::period::Instant;
use crate::place::at;
use crate::server::AppState;
use crate::ui::{Button, LongField, Notice, PageHead, Variant};
use crate::workspace;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// What every form of a document carries: its key, and what its fields show.
#[component]
pub fn Carried(
    /// What its fields showed when it was opened.
    base: Values,
    /// The key that it came with, where it is shown again.
    #[prop(optional, into)]
    sent: String,
) -> impl IntoView {
    let shown = base.into_iter().map(|(key, text)| {
        view! { <input type="hidden" name=format!("base.{key}") value=text/> }
    });
    view! { <Key sent/>{shown.collect_view()} }
}

/// By which the server knows a form that comes twice. One that was not taken is shown again with the key that it came
/// with: it may have been taken without anybody hearing of it.
#[component]
pub fn Key(
    /// The key that it came with, where it is shown again.
    #[prop(optional, into)]
    sent: String,
) -> impl IntoView {
    let key = if is_key(&sent) { sent } else { new_key() };
    view! { <input type="hidden" name="key" value=key/> }
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
    /// The key of the form that met another's: of it nothing is written, so its way through the choice is the same one.
    pub key: String,
    /// Whose choice it is.
    pub person: String,
    /// What the other one did.
    pub meanwhile: Meanwhile,
    /// When that was, in the workspace's zone.
    pub when: String,
    /// In which amounts are said.
    pub currency: Currency,
}

impl MergePage {
    /// The choice of whoever sent this form.
    ///
    /// # Errors
    /// There is no workspace, or the database refuses.
    pub async fn read(
        state: &AppState,
        caller: &Caller,
        (document, id): (Document, i64),
        sent: &Sent,
        meanwhile: Meanwhile,
    ) -> Result<Self> {
        let workspace = workspace::store::find(&mut state.db.read().await?).await?.ok_or(AppError::Internal)?;
        let at = meanwhile.last.as_ref().map_or(0, |(_, at)| *at);
        Ok(Self {
            document,
            id,
            key: sent.key().to_owned(),
            person: person(caller),
            meanwhile,
            when: local_time(workspace.zone()?.local(Instant(u32::try_from(at).unwrap_or_default()))),
            currency: Currency(workspace.currency),
        })
    }
}

/// Two people changed the same field: both texts, and the choice.
pub fn merge(page: MergePage) -> AnyView {
    let MergePage { document, id, key, person, meanwhile, when, currency } = page;
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
    let draft = format!("{person}/{}/{id}/merge", document.entity().key());
    view! {
        <p class="back"><a href=at(&home)>{format!("‹ {name}, as it stands")}</a></p>
        <PageHead title lede="Nothing of yours is saved yet and nothing is lost. Choose for each text what shall stand."/>
        <Notice title="Both of you changed the same">
            <p>"What only one of you changed is settled: it comes with what you save here."</p>
        </Notice>
        <form class="merging" method="post" action=at(document.saved_at()) data-draft=draft>
            <input type="hidden" name="id" value=id/>
            <Carried base=theirs sent=key/>
            {others.collect_view()}
            {conflicts.collect_view()}
            <p class="row"><Button variant=Variant::Primary>"Save what I chose"</Button></p>
        </form>
        <Drafts/>
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
