//! `/personas`, `/personas/new` and `/personas/interview`: every persona, a new one, and what to ask buyers.

use super::model::{LONGEST_NAME, PersonaRef, Role, Section};
use super::page::{Promises, ToldView};
use super::sheet::{Card, Gallery, Gone};
use super::template::{purpose, questions};
use crate::editing::form::Sent;
use crate::editing::page::{Drafts, Key};
use crate::kpis::words::counted;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Empty, Field, LongField, PageHead, SectionHead, Tag, Team, TeamSign, Variant, WordsMeant};
use leptos::prelude::*;

/// `/personas`
pub fn gallery(gallery: Gallery) -> AnyView {
    let Gallery { cards, retired, loose, promises, days, told, may } = gallery;
    let is_empty = cards.is_empty();
    let new = may
        .edit
        .then(|| view! { <a class="button" data-variant="primary" href=at("/personas/new")>"Write a persona"</a> });
    let lede = if days.is_empty() {
        "Whom both teams sell to, in one text that both write.".to_owned()
    } else {
        format!("Whom both teams sell to, in one text that both write. Numbers: leads handed over {days}.")
    };
    let cards = cards.into_iter().map(|card| view! { <CardView card/> }).collect_view();
    let loose = (!loose.is_empty()).then(|| view! { <Loose loose may_edit=may.edit/> });
    let retired = (!retired.is_empty()).then(|| view! { <Retired retired may_edit=may.edit/> });
    view! {
        <div class="head-row">
            <PageHead title="Personas" lede/>
            <p class="row">
                <a class="button" href=at("/personas/rules")>"How leads are assigned"</a>
                <a class="button" href=at("/personas/interview")>"Interview questions"</a>
                {new}
            </p>
        </div>
        {told.map(|told| view! { <ToldView told/> })}
        <Promises promises/>
        {(!is_empty).then(|| view! { <ul class="personas" role="list">{cards}</ul> })}
        {is_empty.then(|| view! { <Template may_edit=may.edit/> })}
        {loose}
        {retired}
        <WordsMeant words=&[("persona", "persona"), ("lead", "lead"), ("opportunity", "opportunity")]/>
        {(!is_empty)
            .then(|| {
                view! { <p class="pages"><span class="files"><a href=at("/personas.csv") download="personas.csv">"CSV"</a></span></p> }
            })}
    }
    .into_any()
}

#[component]
fn CardView(card: Card) -> impl IntoView {
    let Card { slug, name, line, owners: [marketing, sales], confirmed, open, leads, share, rate, interval, .. } = card;
    let owner = |team: Team, name: String| {
        let (class, name) = if name.is_empty() { ("person quiet", "no owner".to_owned()) } else { ("person", name) };
        view! { <span class=class><TeamSign team/>{name}</span> }
    };
    let waiting = match open {
        (0, _) => view! { <span class="quiet">"no open annotation"</span> }.into_any(),
        (open, 0) => view! { <span>{counted(open, "open annotation", "open annotations")}</span> }.into_any(),
        (open, late) => view! {
            <span>{counted(open, "open annotation", "open annotations")}" "</span>
            <Tag kind="late">{format!("{late} overdue")}</Tag>
        }
        .into_any(),
    };
    let drift = match (card.drift, card.checked) {
        (_, 0) => view! { <span class="quiet">"nothing is checked against the leads"</span> }.into_any(),
        (0, checked) => {
            view! { <span class="quiet">{format!("{} checked, none contradicted", counted(checked, "statement", "statements"))}</span> }
                .into_any()
        }
        (drift, checked) => {
            view! { <Tag kind="gap">{format!("the leads contradict {drift} of {checked} checked")}</Tag> }.into_any()
        }
    };
    let [by_marketing, by_sales] = confirmed.map(|(words, is_due)| {
        let due = is_due.then(|| view! { " "<Tag kind="late">"due"</Tag> });
        view! { {words}{due} }
    });
    let href = at(&format!("/personas/{slug}"));
    view! {
        <li>
            <article class="persona-card" aria-labelledby=format!("p-{slug}")>
                <h2 id=format!("p-{slug}")><a href=href>{name}</a></h2>
                <p class="line">{line}</p>
                <p class="owners">{owner(Team::Marketing, marketing)}{owner(Team::Sales, sales)}</p>
                <dl class="stats">
                    <div><dt>"Share of leads"</dt><dd><b>{share}</b><span class="vs">{leads}</span></dd></div>
                    <div><dt>"Became opportunity"</dt><dd><b>{rate}</b><span class="vs">{interval}</span></dd></div>
                    <div><dt><TeamSign team=Team::Marketing/>"Confirmed by marketing"</dt><dd>{by_marketing}</dd></div>
                    <div><dt><TeamSign team=Team::Sales/>"Confirmed by sales"</dt><dd>{by_sales}</dd></div>
                </dl>
                <p class="waits">{waiting}</p>
                <p class="waits">{drift}</p>
            </article>
        </li>
    }
}

/// What a workspace without personas begins with.
#[component]
fn Template(may_edit: bool) -> impl IntoView {
    let sections = Section::TEXT.into_iter().map(|section| {
        view! { <dt>{section.title()}</dt><dd>{purpose(section)}</dd> }
    });
    let begin = may_edit.then(|| {
        view! { <p><a class="button" data-variant="primary" href=at("/personas/new")>"Write the first persona"</a></p> }
    });
    view! {
        <Empty title="No persona yet">
            <p>"A persona is what both teams believe of one kind of buyer, sentence by sentence, each with its evidence. Sales writes beside it what buyers really say, marketing answers, and the leads tell where the text is wrong. It begins with these sections:"</p>
            <dl class="template">
                {sections.collect_view()}
                <dt>"How they buy"</dt><dd>"What they need, ask, do and listen to, stage by stage: awareness, consideration, decision."</dd>
            </dl>
            {begin}
        </Empty>
    }
}

/// Values that leads have and no persona is.
#[component]
fn Loose(loose: Vec<(String, String)>, may_edit: bool) -> impl IntoView {
    let rows = loose.into_iter().map(|(name, leads)| {
        let named = format!(": {name}");
        let make = may_edit.then(|| {
            view! {
                <form method="post" action=at("/personas/add")>
                    <Key/>
                    <input type="hidden" name="name" value=name.clone()/>
                    <Button>"Make a persona of it"<span class="sr">{named}</span></Button>
                </form>
            }
        });
        view! { <li><span><b>{name.clone()}</b>" "<span class="quiet">{leads}</span></span>{make}</li> }
    });
    view! {
        <section class="section" aria-labelledby="loose">
            <SectionHead id="loose" title="Leads say so, and no persona is written"><p>"As your files call them"</p></SectionHead>
            <ul class="loose" role="list">{rows.collect_view()}</ul>
        </section>
    }
}

#[component]
fn Retired(retired: Vec<Gone>, may_edit: bool) -> impl IntoView {
    let rows = retired.into_iter().map(|Gone { id, slug, name, words, moves_leads }| {
        let named = format!(" {name}");
        let back = may_edit.then(|| match moves_leads {
            true => {
                let href = at(&format!("/personas/{slug}/bring-back"));
                view! { <a class="button" href=href>"Bring back…"<span class="sr">{named}</span></a> }.into_any()
            }
            false => view! {
                <form method="post" action=at("/personas/bring-back")>
                    <Key/>
                    <input type="hidden" name="id" value=id/>
                    <Button>"Bring back"<span class="sr">{named}</span></Button>
                </form>
            }
            .into_any(),
        });
        let href = at(&format!("/personas/{slug}"));
        view! { <li><span><a href=href>{name.clone()}</a>" "<span class="quiet">{words}</span></span>{back}</li> }
    });
    view! {
        <section class="section" aria-labelledby="retired">
            <SectionHead id="retired" title="Retired"/>
            <ul class="loose" role="list">{rows.collect_view()}</ul>
        </section>
    }
}

/// `/personas/new`
pub fn new(personas: &[PersonaRef], sent: &Sent, sentence: String, person: &str) -> AnyView {
    let role = sent.get("role").to_owned();
    let roles = Role::ALL.iter().map(|choice| {
        view! { <option value=choice.key() selected=choice.key() == role>{choice.label()}</option> }
    });
    let from = sent.get("from").to_owned();
    let copies = personas.iter().map(|persona| {
        let value = persona.id.to_string();
        view! { <option value=value.clone() selected=value == from>{format!("A copy of {}", persona.name)}</option> }
    });
    let name_hint = format!(
        "What you call such a buyer among yourselves, in at most {LONGEST_NAME} characters. If your files have a persona \
         of that name, its leads are this one’s."
    );
    view! {
        <p class="back"><a href=at("/personas")>"‹ Personas"</a></p>
        <PageHead title="Write a persona" lede="Begin with the template, with a copy, or with a text in Markdown."/>
        <WordsMeant words=&[("persona", "persona"), ("lead", "lead")]/>
        <Rejection sentence/>
        <form class="door" method="post" action=at("/personas/add")>
            <Key/>
            <Field id="name" name="name" label="Name" required=true value=sent.get("name").to_owned() hint=name_hint/>
            <p class="field">
                <label for="role">"Part in buying"</label>
                <select class="input" id="role" name="role"><option value="">"Not known yet"</option>{roles.collect_view()}</select>
            </p>
            <Field id="segment" name="segment" label="Segment and size" value=sent.get("segment").to_owned()
                hint="“Mid-market, 150–2,000 people, own halls.”"/>
            <p class="field">
                <label for="from">"Begin with"</label>
                <select class="input" id="from" name="from">
                    <option value="">"The template: every section with what it is for"</option>
                    {copies.collect_view()}
                </select>
            </p>
            <Button variant=Variant::Primary>"Begin"</Button>
        </form>
        <section class="section" aria-labelledby="import">
            <SectionHead id="import" title="From Markdown"/>
            <p class="hint">"The first heading is the name; headings of the second level are sections, their items are statements. What is exported here is read again as it was; of other texts, what stands under headings that are not ours is kept under “What else we know”. Formatting and HTML are left out."</p>
            <form class="door" method="post" enctype="multipart/form-data" action=at("/personas/import-file")>
                <Key/>
                <p class="field">
                    <label for="file">"A file"</label>
                    <input class="input" type="file" id="file" name="file" accept=".md,.markdown,.txt,text/markdown,text/plain" required=true/>
                    <span class="hint">"Markdown (.md), at most a megabyte."</span>
                </p>
                <Button>"Read the file"</Button>
            </form>
            <form class="door" method="post" action=at("/personas/import") data-draft=format!("{person}/personas/import")>
                <Key/>
                <LongField id="text" name="text" label="Or the text itself" value=sent.get("text").to_owned()/>
                <Button>"Read the text"</Button>
            </form>
        </section>
        <Drafts/>
    }
    .into_any()
}

/// `/personas/interview`
pub fn interview() -> AnyView {
    let sections = Section::TEXT.into_iter().chain(Section::JOURNEY).map(|section| {
        let asks = questions(section).iter().map(|question| view! { <li>{*question}</li> });
        view! {
            <section class="psec" aria-labelledby=format!("ask-{section}")>
                <h2 id=format!("ask-{section}")>{section.title()}</h2>
                <ol class="asks">{asks.collect_view()}</ol>
            </section>
        }
    });
    view! {
        <p class="back"><a href=at("/personas")>"‹ Personas"</a></p>
        <PageHead title="What to ask buyers" lede="Half an hour with somebody who decided within the last months, for you or against you; not in a sales call, and not with somebody who is still deciding. Let them tell it in order, and ask back."/>
        <WordsMeant words=&[("persona", "persona")]/>
        <div class="interview">{sections.collect_view()}</div>
    }
    .into_any()
}
