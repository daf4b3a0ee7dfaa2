//! `/definitions` and `/definitions/{slug}`: the words, and one of them.

use super::model::{Owner, QUALIFIED_LEAD, Term};
use super::sheet::{Changed, GlossaryShown, Head, TermForm, TermLine, TermShown};
use crate::editing::documents::FieldChange;
use crate::editing::page::{Carried, Difference, Drafts, Key};
use crate::kpis::page_strip::StripView;
use crate::people::model::Team;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{self, Button, Empty, Field, LongField, PageHead, SectionHead, TeamSign, Variant};
use leptos::prelude::*;

/// Title, both teams' promises, the pages about definitions.
#[component]
pub fn DefinitionsHead(
    /// What it says.
    head: Head,
) -> impl IntoView {
    let Head { title, lede, strip, parts } = head;
    let parts = parts.into_iter().map(|link| {
        view! { <a href=link.href aria-current=link.current.then_some("page")>{link.text}</a> }
    });
    view! {
        <p class="back"><a href=at("/agreement")>"‹ Agreement"</a></p>
        <PageHead title lede/>
        {strip.map(|strip| view! { <StripView strip/> })}
        <nav class="tabs" aria-label="Definitions">{parts.collect_view()}</nav>
    }
}

/// `/definitions`
pub fn glossary(shown: GlossaryShown) -> AnyView {
    let GlossaryShown { head, terms, retired, waiting, criteria, may_edit } = shown;
    let is_empty = terms.is_empty();
    let lines = terms.into_iter().map(|line| {
        let criteria = if line.term.slug == QUALIFIED_LEAD { criteria.clone() } else { Vec::new() };
        view! { <Line line criteria/> }
    });
    let lines = lines.collect_view();
    let retired = (!retired.is_empty()).then(|| {
        let links = retired.into_iter().map(|line| {
            let Term { slug, entry, .. } = line.term;
            view! { <li><a href=address(&slug)>{entry.name}</a></li> }
        });
        view! {
            <section class="section" aria-labelledby="retired">
                <SectionHead id="retired" title="Not used any more"/>
                <ul class="glossary-retired">{links.collect_view()}</ul>
            </section>
        }
    });
    let add = may_edit.then(|| view! { <a class="button" href=at("/definitions/new")>"New term"</a> });
    let list = if is_empty {
        view! {
            <Empty title="No term yet">
                <p>"Both teams write down here what they mean by a word, with what is one and what is not, so that no number is quarrelled over for its name."</p>
            </Empty>
        }
        .into_any()
    } else {
        view! { <div class="glossary">{lines}</div> }.into_any()
    };
    view! {
        <DefinitionsHead head/>
        <div class="glossary-bar"><p class="small">{waiting}</p>{add}</div>
        {list}
        {retired}
        <p class="pages">
            <span class="files">
                <a href=at("/definitions.csv") download="definitions.csv">"CSV"</a>
                <a href=at("/definitions.md") download="definitions.md">"Markdown"</a>
            </span>
        </p>
    }
    .into_any()
}

/// The own address of a term.
fn address(slug: &str) -> String {
    at(&format!("/definitions/{slug}"))
}

#[component]
fn Line(line: TermLine, criteria: Vec<String>) -> impl IntoView {
    let TermLine { term, standing, approved } = line;
    let Term { slug, entry, .. } = term;
    let id = format!("term-{slug}");
    let labelled = id.clone();
    view! {
        <article aria-labelledby=labelled>
            <div class="what">
                <h2 id=id><a href=address(&slug)>{entry.name}</a></h2>
                <p class="xs"><TeamSign team=owner_team(entry.owner)/>{format!("kept by {}", entry.owner.words().to_lowercase())}</p>
                <p class="xs" data-approved=approved.then_some("")>{standing}</p>
            </div>
            <div class="meaning">
                <p class="text">{entry.text}</p>
                <Criteria criteria/>
                <Examples example=entry.example counter=entry.counter/>
            </div>
        </article>
    }
}

/// The criteria in force, in plain language.
#[component]
fn Criteria(criteria: Vec<String>) -> impl IntoView {
    (!criteria.is_empty()).then(|| {
        let items = criteria.into_iter().map(|words| view! { <li>{words}</li> });
        view! { <ul class="criteria-words">{items.collect_view()}</ul> }
    })
}

#[component]
fn Examples(example: String, counter: String) -> impl IntoView {
    let part = |label: &'static str, text: String| {
        (!text.is_empty()).then(|| view! { <div><dt>{label}</dt><dd>{text}</dd></div> })
    };
    let (example, counter) = (part("Is one", example), part("Is none", counter));
    let any = example.is_some() || counter.is_some();
    any.then(|| view! { <dl class="examples">{example}{counter}</dl> })
}

const fn owner_team(owner: Owner) -> ui::Team {
    match owner {
        Owner::Marketing => ui::Team::Marketing,
        Owner::Sales => ui::Team::Sales,
        Owner::Both => ui::Team::Both,
    }
}

/// `/definitions/{slug}`
pub fn term(shown: TermShown) -> AnyView {
    let TermShown { term, approvals, criteria, retired, changed, done, form, approve_for } = shown;
    let Term { id, entry, version, .. } = term;
    let is_retired = !retired.is_empty();
    let lede = format!("Version {version}. Kept by {}.", entry.owner.words().to_lowercase());
    let undo = match done {
        "retired" => Some("/definitions/bring-back"),
        "back" => Some("/definitions/retire"),
        _ => None,
    };
    let undo = undo.filter(|_| form.is_some()).map(|action| {
        view! {
            <form method="post" action=at(action)>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <button>"Undo"</button>
            </form>
        }
    });
    let told = said(done);
    let toast =
        (!told.is_empty()).then(|| view! { <div class="toast undo" role="status" data-taken="">{told}{undo}</div> });
    let approvals = approvals.into_iter().map(|(team, words)| {
        let sign = match team {
            Team::Marketing => ui::Team::Marketing,
            Team::Sales => ui::Team::Sales,
        };
        view! { <li><TeamSign team=sign/>{words}</li> }
    });
    let approve = approve_for.filter(|_| !is_retired).map(|team| {
        view! {
            <form method="post" action=at("/definitions/approve")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="version" value=version/>
                <Button variant=Variant::Primary>{format!("Approve for {team}")}</Button>
            </form>
        }
    });
    let criteria = criteria.map(|criteria| {
        let none = criteria.is_empty().then(|| {
            view! { <p>"No criterion is agreed yet, so no lead meets or misses the definition. "<a href=at("/definitions/what-if")>"Try some on the leads of the last six months"</a>"."</p> }
        });
        view! {
            <section class="section" aria-labelledby="criteria">
                <SectionHead id="criteria" title="The criteria in force">
                    <p><a href=at("/definitions/criteria")>"Who meets them"</a>" · "<a href=at("/definitions/what-if")>"What if they were others"</a></p>
                </SectionHead>
                {none}
                <Criteria criteria/>
            </section>
        }
    });
    let changed = changed.map(|changed| view! { <ChangedView changed/> });
    let retire = (form.is_some() && !is_retired).then(|| {
        view! {
            <form method="post" action=at("/definitions/retire")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <Button>"Retire this term"</Button>
            </form>
        }
    });
    let bring_back = (form.is_some() && is_retired).then(|| {
        view! {
            <form method="post" action=at("/definitions/bring-back")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <Button variant=Variant::Primary>"Bring it back"</Button>
            </form>
        }
    });
    let edit = form.filter(|_| !is_retired).map(|form| {
        let open = !form.sentence.is_empty();
        view! {
            <details class="saying term-edit" open=open>
                <summary class="chip">"Change this term"</summary>
                <p class="hint">"What you save is the next version. Both heads approve it anew; the versions before stay readable."</p>
                <Form form/>
            </details>
        }
    });
    let since = is_retired.then(|| view! { <p class="small">{format!("Not used since {retired}.")}</p> });
    view! {
        <p class="back"><a href=at("/definitions")>"‹ Definitions"</a></p>
        <PageHead title=entry.name lede/>
        {toast}
        {since}
        <article class="term-page">
            <p class="text">{entry.text}</p>
            <Examples example=entry.example counter=entry.counter/>
        </article>
        {criteria}
        <section class="section" aria-labelledby="approved">
            <SectionHead id="approved" title="Approved by"/>
            <ul class="approvals">{approvals.collect_view()}</ul>
            {approve}
        </section>
        {changed}
        {edit}
        <div class="row beside-form">{retire}{bring_back}<a href=at(&format!("/history/term/{id}"))>"Every version"</a></div>
        <Drafts/>
    }
    .into_any()
}

#[component]
fn ChangedView(changed: Changed) -> impl IntoView {
    let Changed { by, fields } = changed;
    let fields = fields.into_iter().map(|FieldChange { field, before, after }| {
        view! {
            <li>
                <span class="where">{field.label}</span>
                <span class="text"><Difference kind=field.kind old=before new=after/></span>
            </li>
        }
    });
    view! {
        <section class="section" aria-labelledby="changed">
            <SectionHead id="changed" title="What this version changed"><p>{by}</p></SectionHead>
            <ul class="diff">{fields.collect_view()}</ul>
        </section>
    }
}

/// What was done, as the page says it.
fn said(done: &str) -> &'static str {
    match done {
        "added" => "The term is in the glossary. Both heads approve it.",
        "saved" => "Saved as the next version. Both heads approve it anew.",
        "approved" => "Approved for your team.",
        "retired" => "Retired: the glossary does not list it any more.",
        "back" => "It is in the glossary again.",
        _ => "",
    }
}

/// `/definitions/new`
pub fn new(form: TermForm) -> AnyView {
    view! {
        <p class="back"><a href=at("/definitions")>"‹ Definitions"</a></p>
        <PageHead title="A new term" lede="What both teams mean by a word; what is one, and what is none though one might think so."/>
        <Form form/>
        <Drafts/>
    }
    .into_any()
}

#[component]
fn Form(form: TermForm) -> impl IntoView {
    let TermForm { id, base, values, sentence, person } = form;
    let value = |key: &str| values.get(key).cloned().unwrap_or_default();
    let owner = if value("owner").is_empty() { Owner::Both.key().to_owned() } else { value("owner") };
    let owners = Owner::ALL.iter().map(|choice| {
        view! { <option value=choice.key() selected=choice.key() == owner>{choice.words()}</option> }
    });
    let action = at(if id.is_some() { "/definitions/save" } else { "/definitions/add" });
    let draft = format!("{person}/definitions/{}", id.map_or_else(|| "new".to_owned(), |id| id.to_string()));
    view! {
        <Rejection sentence/>
        <form class="door" method="post" action=action data-draft=draft>
            <Carried base/>
            {id.map(|id| view! { <input type="hidden" name="id" value=id/> })}
            <Field id="name" name="name" label="Term" required=true value=value("name")/>
            <LongField id="text" name="text" label="What it means" value=value("text")/>
            <LongField id="example" name="example" label="Example" value=value("example")/>
            <LongField id="counter" name="counter" label="What it is not, though one might think so" value=value("counter")/>
            <p class="field">
                <label for="owner">"Kept by"</label>
                <select class="input" id="owner" name="owner">{owners.collect_view()}</select>
            </p>
            <Button variant=Variant::Primary>"Save"</Button>
        </form>
    }
}
