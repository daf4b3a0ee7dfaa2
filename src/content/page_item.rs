//! `/content/{id}`: an item, what it was, whom it helped, and all that can be done with it.

use super::model::Status;
use super::page::{Net, Refusal};
use super::sheet::{Back, CommentShown, ItemShown, Preview, UseLine, VersionLine};
use super::words::mark;
use crate::app::file;
use crate::editing::page::{Drafts, Key};
use crate::place::at;
use crate::server::AppState;
use crate::server::security::CONTENT_PATH;
use crate::ui::{Button, Field, LongField, Notice, NoticeKind, PageHead, SectionHead, Variant, WordsMeant};
use crate::work::page::sign;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// `/content/{id}`
pub fn item(shown: ItemShown) -> AnyView {
    let ItemShown { id, title, lede, net, status, standing, withheld, done, sentence, in_use, .. } = shown.clone();
    let newest = shown.versions.first().map_or(0, |version| version.n);
    let done = done.map(|(said, back)| {
        let undo = back.map(|back| match back {
            Back::Use(used) => view! {
                <form method="post" action=at("/content/unshare")>
                    <Key/>
                    <input type="hidden" name="use" value=used/>
                    <button>"Undo"</button>
                </form>
            }
            .into_any(),
            Back::Version(n) => view! { <MakeCurrent id n newest><button>"Undo"</button></MakeCurrent> }.into_any(),
        });
        view! { <div class="toast undo" role="status" data-taken=""><span>{said}</span>{undo}</div> }
    });
    let withheld = withheld.filter(|_| status != Status::Draft && status != Status::Idea).map(|why| {
        view! { <p class="small withheld">{why}</p> }
    });
    let script = use_context::<AppState>().map(|state| file(&state.leptos_options, "content.js"));
    view! {
        <p class="back"><a href=at("/content")>"‹ Content library"</a></p>
        <PageHead title lede/>
        {done}
        <Refusal sentence/>
        {(!in_use.is_empty()).then(|| view! { <InUse id in_use/> })}
        <Net duties=net label="What each team owes this item"/>
        <div class="row item-state">
            <span class="tag" data-kind=mark(status)>{status.label()}</span>
            <span class="small quiet">{standing}</span>
            <Steps shown=shown.clone()/>
        </div>
        {withheld}
        <div class="with-aside">
            <div>
                <Look shown=shown.clone()/>
                <Share shown=shown.clone()/>
                <Uses shown=shown.clone()/>
                <Ratings shown=shown.clone()/>
                <Comments shown=shown.clone()/>
            </div>
            <Aside shown/>
        </div>
        <script type="module" nonce=use_nonce() src=script></script>
        <Drafts/>
    }
    .into_any()
}

/// It is to be retired, and is in use: where, and the question once more.
#[component]
fn InUse(id: i64, in_use: Vec<String>) -> impl IntoView {
    let uses = in_use.into_iter().map(|sentence| view! { <li>{sentence}</li> });
    view! {
        <div role="alert">
            <Notice kind=NoticeKind::Error title="It is in use">
                <ul>{uses.collect_view()}</ul>
                <p>"Retired, nobody can share it any more; what leads got stays written down."</p>
                <form class="row" method="post" action=at("/content/step")>
                    <Key/>
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="to" value="retired"/>
                    <input type="hidden" name="sure" value="1"/>
                    <Button variant=Variant::Danger>"Retire it all the same"</Button>
                    <a href=at(&format!("/content/{id}"))>"Keep it"</a>
                </form>
            </Notice>
        </div>
    }
}

#[component]
fn Steps(shown: ItemShown) -> impl IntoView {
    let ItemShown { id, seq, status, steps, may_edit, .. } = shown;
    let forward =
        |to: &str| matches!((status, to), (_, "approved") | (Status::Draft, "in_review") | (Status::Idea, "draft"));
    let steps = steps.into_iter().map(|(to, verb)| {
        let variant = if forward(to) { Variant::Primary } else { Variant::Normal };
        view! {
            <form method="post" action=at("/content/step")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="to" value=to/>
                <input type="hidden" name="seen" value=seq/>
                <Button variant>{verb}</Button>
            </form>
        }
    });
    let confirm = (may_edit && status == Status::Approved).then(|| {
        view! {
            <form method="post" action=at("/content/confirm")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <Button>"Still right today"</Button>
            </form>
        }
    });
    let edit = may_edit.then(|| view! { <a class="button" href=at(&format!("/content/{id}/edit"))>"Edit"</a> });
    view! { {steps.collect_view()}{confirm}{edit} }
}

#[component]
fn Look(shown: ItemShown) -> impl IntoView {
    let ItemShown { title, summary, snippet, preview, .. } = shown;
    let name = title.clone();
    let preview = match preview {
        Preview::Nothing => view! { <p class="small quiet">"There is nothing to look at yet: no link and no file."</p> }.into_any(),
        Preview::Link(host, address, found) => view! {
            <p class="look-link">
                <a href=address.clone() rel="external noopener noreferrer" target="_blank">{host}</a>
                <span class="sub">{address}</span>
                <span class="sub">{found}</span>
            </p>
        }
        .into_any(),
        Preview::Picture(address, save) => view! {
            <figure class="look">
                <img src=address alt=format!("{title}, as it is")/>
                <figcaption><a href=save download="">"Save the file"</a></figcaption>
            </figure>
        }
        .into_any(),
        Preview::Pdf(address, save) => view! {
            <figure class="look">
                <iframe src=address.clone() title=format!("{title}, as it is")></iframe>
                <figcaption><a href=address target="_blank">"Open it by itself"</a>" "<a href=save download="">"Save the file"</a></figcaption>
            </figure>
        }
        .into_any(),
        Preview::File(what, save) => view! { <p class="look-link"><a href=save download="">{format!("Save {what}")}</a></p> }.into_any(),
    };
    let summary = (!summary.is_empty()).then(|| view! { <p class="kept-text summary">{summary}</p> });
    let snippet = (!snippet.is_empty()).then(|| {
        let text = snippet.replace('&', "&amp;").replace('<', "&lt;");
        view! {
            <div class="snippet">
                <div class="spread"><h3>"Text to copy"</h3><button class="button" type="button" data-copy="snippet" hidden="">"Copy"</button></div>
                <textarea class="input" id="snippet" readonly="" rows="4" aria-label=format!("Text to copy about {name}") inner_html=text></textarea>
            </div>
        }
    });
    view! {
        <section aria-labelledby="look-title">
            <SectionHead id="look-title" title="What it is"/>
            {summary}
            {preview}
            {snippet}
        </section>
    }
}

#[component]
fn Share(shown: ItemShown) -> impl IntoView {
    let ItemShown { id, withheld, picks, find, may_use, sees_leads, .. } = shown;
    if !may_use || !sees_leads || withheld.is_some() {
        return ().into_any();
    }
    let none = match (picks.is_empty(), find.is_empty()) {
        (true, false) => Some("No lead is called so."),
        (true, true) => Some("None of your leads waits for anything. Look for another one."),
        _ => None,
    };
    let picks = picks.into_iter().map(|(lead, name)| {
        view! {
            <form method="post" action=at("/content/share")>
                <Key/>
                <input type="hidden" name="item" value=id/>
                <input type="hidden" name="lead" value=lead/>
                <input type="hidden" name="from" value="item"/>
                <button class="chip" type="submit"><span class="sr">"Shared with "</span><b dir="auto">{name}</b></button>
            </form>
        }
    });
    let title = if find.is_empty() { "Shared with one of your leads?" } else { "Shared with one of these?" };
    view! {
        <section class="section" id="share" aria-labelledby="share-title">
            <SectionHead id="share-title" title/>
            <p class="small quiet">"One press writes down that the lead got it; it stands on the lead’s page too."</p>
            {(none.is_none()).then(|| view! { <div class="row picks">{picks.collect_view()}</div> })}
            {none.map(|none| view! { <p class="small">{none}</p> })}
            <form class="inline-form" method="get" action=at(&format!("/content/{id}"))>
                <Field id="find" name="find" label="Find a lead by name, company or e-mail" kind="search" value=find/>
                <Button>"Find"</Button>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Uses(shown: ItemShown) -> impl IntoView {
    let ItemShown { id, uses, counted: (counted, fared), sees_leads, requests, .. } = shown;
    let is_empty = uses.is_empty();
    let rows = uses.into_iter().map(|UseLine { lead, href, by, when, fate }| {
        view! {
            <tr>
                <th scope="row"><a class="row-link" href=href dir="auto">{lead}</a></th>
                <td data-label="Shared by">{by}</td>
                <td data-label="When">{when}</td>
                <td data-label="Since then">{fate}</td>
            </tr>
        }
    });
    let table = (sees_leads && !is_empty).then(|| {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Leads that got it">
                <table class="table plain-rows">
                    <thead><tr><th scope="col">"Lead"</th><th scope="col">"Shared by"</th><th scope="col">"When"</th><th scope="col">"Since then"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <p class="pages"><span class="files"><a href=at(&format!("/content/{id}/uses.csv")) download="uses.csv">"CSV of every lead"</a></span></p>
        }
    });
    let requests = requests
        .into_iter()
        .map(|(title, href)| view! { <p class="small">"The request “"<a href=href>{title}</a>"” waits for it."</p> });
    view! {
        <section class="section" aria-labelledby="uses-title">
            <SectionHead id="uses-title" title="Where it is used"/>
            <p>{counted}</p>
            <p class="small quiet">{fared}</p>
            {requests.collect_view()}
            {table}
        </section>
    }
}

#[component]
fn Ratings(shown: ItemShown) -> impl IntoView {
    let ItemShown { id, ratings, rated, own_stars, may_rate, may_use, .. } = shown;
    if !may_use {
        return ().into_any();
    }
    let count = ratings.len() as u32;
    let title = match count {
        0 => "Not rated yet".to_owned(),
        count => format!("Rated {rated} by {} in sales", crate::kpis::words::count(count)),
    };
    let lines = ratings.into_iter().map(|(stars, name, note)| {
        let note = (!note.is_empty()).then(|| view! { ": “"<span dir="auto">{note}</span>"”" });
        view! { <li><b>{stars}</b>" of 5, "{name}{note}</li> }
    });
    let form = may_rate.then(|| {
        let choices = (1..=5).map(|stars: i64| {
            view! { <label><input type="radio" name="stars" value=stars checked=stars == own_stars required=""/>{stars}</label> }
        });
        view! {
            <form class="rate" method="post" action=at("/content/rate")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <fieldset>
                    <legend>"Did it help you? 1 did not, 5 won the point"</legend>
                    <div class="segmented">{choices.collect_view()}</div>
                </fieldset>
                <Field id="note" name="note" label="Why, for marketing"/>
                <Button>"Rate"</Button>
            </form>
        }
    });
    view! {
        <section class="section" id="rate" aria-labelledby="rate-title">
            <SectionHead id="rate-title" title/>
            <ul class="ratings" role="list">{lines.collect_view()}</ul>
            {form}
        </section>
    }
    .into_any()
}

/// What was said, and the form that says more.
#[component]
pub fn Thread(
    /// What was said.
    comments: Vec<CommentShown>,
    /// Where the form goes.
    to: &'static str,
    /// About what.
    id: i64,
    /// Whose draft it is.
    person: String,
) -> impl IntoView {
    let none = comments.is_empty().then(
        || view! { <p class="small quiet">"Nobody has written anything yet. Both teams read what you write."</p> },
    );
    let lines = comments.into_iter().map(|CommentShown { name, team, when, text }| {
        view! {
            <li class="thread" data-team=team.map(|team| team.key())>
                <p class="by"><span class="person">{sign(team)}{name}</span><span class="quiet small">{when}</span></p>
                <p class="kept-text">{text}</p>
            </li>
        }
    });
    view! {
        <section class="section" id="comments" aria-labelledby="comments-title">
            <SectionHead id="comments-title" title="Comments"/>
            {none}
            <ul class="comments" role="list">{lines.collect_view()}</ul>
            <form class="say" method="post" action=at(to) data-draft=format!("{person}{to}/{id}")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <LongField id="text" name="text" label="Comment" value=""/>
                <Button>"Comment"</Button>
            </form>
        </section>
    }
}

#[component]
fn Comments(shown: ItemShown) -> impl IntoView {
    let ItemShown { id, comments, may_use, person, .. } = shown;
    may_use.then(|| view! { <Thread comments to="/content/comment" id person/> })
}

/// The form that makes an older version count again.
#[component]
fn MakeCurrent(
    /// Of which item.
    id: i64,
    /// Which version.
    n: i64,
    /// Which one counts, as the reader sees it.
    newest: i64,
    /// Its button.
    children: Children,
) -> impl IntoView {
    view! {
        <form method="post" action=at("/content/version/current")>
            <Key/>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="n" value=n/>
            <input type="hidden" name="counts" value=newest/>
            {children()}
        </form>
    }
}

#[component]
fn Aside(shown: ItemShown) -> impl IntoView {
    let ItemShown { id, facts, objections, versions, may_edit, limit, status, .. } = shown;
    let facts = facts.into_iter().map(|(label, text)| view! { <dt>{label}</dt><dd>{text}</dd> });
    let objections = match objections.is_empty() {
        true => view! { <p class="small quiet">"No objection is named that it answers."</p> }.into_any(),
        false => {
            let lines = objections.into_iter().map(|said| view! { <li>{said}</li> });
            view! { <ul class="small plain-list">{lines.collect_view()}</ul> }.into_any()
        }
    };
    let newest = versions.first().map_or(0, |version| version.n);
    let lines = versions.into_iter().map(|VersionLine { n, what, by, counts, href, outside }| {
        let now = (n == newest).then(|| view! { " "<span class="tag">"current"</span> });
        let rel = outside.then_some("external noopener noreferrer");
        let beside = format!(": version {n}, {what}");
        let make = (may_edit && !counts).then(|| {
            view! {
                <MakeCurrent id n newest>
                    <button class="button">"Make it current"<span class="sr">{beside}</span></button>
                </MakeCurrent>
            }
        });
        view! {
            <li>
                <span><a href=href rel=rel>{what}</a>{now}<span class="sub">{format!("version {n}, {by}")}</span></span>
                {make}
            </li>
        }
    });
    let bring = may_edit.then(|| {
        view! {
            <details class="unfold-in">
                <summary>"Bring a new version"</summary>
                <form method="post" action=at("/content/version")>
                    <Key/>
                    <input type="hidden" name="id" value=id/>
                    <Field id="link" name="link" label="A link" required=true hint="The whole address, beginning with https://"/>
                    <Button>"Take the link"</Button>
                </form>
                <form method="post" action=at(CONTENT_PATH) enctype="multipart/form-data">
                    <Key/>
                    <input type="hidden" name="id" value=id/>
                    <p class="field">
                        <label for="file">"Or a file"</label>
                        <input class="input" type="file" id="file" name="file" required="" aria-describedby="file-hint"/>
                        <span class="hint" id="file-hint">{format!("{}; at most {limit}.", super::media::TAKEN)}</span>
                    </p>
                    <Button>"Upload it"</Button>
                </form>
            </details>
        }
    });
    let delete = (may_edit && status != Status::Approved).then(|| {
        view! {
            <form method="post" action=at("/content/delete")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <Button variant=Variant::Danger>"Delete this item"</Button>
            </form>
        }
    });
    view! {
        <aside class="lead-aside item-aside" aria-label="About this item">
            <section class="aside-block"><h2>"For whom and what"</h2><dl class="facts">{facts.collect_view()}</dl><WordsMeant words=&[("persona", "persona"), ("lead", "lead"), ("opportunity", "opportunity")]/></section>
            <section class="aside-block"><h2>"Objections it answers"</h2>{objections}</section>
            <section class="aside-block">
                <h2>"Versions"</h2>
                <ul role="list" class="stack fits share-list">{lines.collect_view()}</ul>
                {bring}
            </section>
            <section class="aside-block">
                <h2>"More"</h2>
                <p class="small"><a href=at(&format!("/history/content/{id}"))>"What it was before"</a></p>
                {delete}
            </section>
        </aside>
    }
}
