//! The map, the requests, and one of them with its brief.

use super::answer::{Form, Line, Shown};
use super::map::{Map, Objection};
use super::model::{State, listed};
use crate::content::model::LANGUAGES;
use crate::content::page::{LibraryHead, Net, Refusal};
use crate::content::page_item::Thread;
use crate::content::sheet::Head;
use crate::editing::page::{Carried, Drafts, Key};
use crate::kpis::words::{count, counted};
use crate::personas::model::Stage;
use crate::place::at;
use crate::ui::{Button, Empty, Field, LongField, Notice, NoticeKind, PageHead, SectionHead, Variant, WordsMeant};
use crate::work::page::sign;
use leptos::prelude::*;

/// The map as a table: with small headings beside other things. Who may not ask sees gaps that lead nowhere.
pub fn matrix(map: Map, small: bool, may_ask: bool) -> AnyView {
    let heads = Stage::ALL.iter().map(|stage| {
        let short = match stage {
            Stage::Awareness => "Aware",
            Stage::Consideration => "Consider",
            Stage::Decision => "Decide",
        };
        view! { <th scope="col">{if small { short } else { stage.label() }}</th> }
    });
    let rows = map.rows.into_iter().map(|row| {
        let cells = row.cells.into_iter().map(|cell| {
            let inside = match (cell.count, cell.asked) {
                (0, true) => view! { "gap"<small>"asked for"</small> }.into_any(),
                (0, false) => view! { "gap"<span class="sr">": ask for content"</span> }.into_any(),
                (count, _) => count.into_any(),
            };
            match cell.count > 0 || may_ask {
                true => view! { <td data-level=cell.level><a href=cell.href>{inside}</a></td> }.into_any(),
                false => view! { <td data-level=cell.level><span>"gap"</span></td> }.into_any(),
            }
        });
        view! { <tr><th scope="row">{row.name}</th>{cells.collect_view()}</tr> }
    });
    view! {
        <table class="matrix" data-large=(!small).then_some("")>
            <caption class="sr">"Approved items by persona and stage"</caption>
            <thead><tr><th scope="col">"Persona"</th>{heads.collect_view()}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// `/content/map`
pub fn map(head: Head, map: Map) -> AnyView {
    let may_use = head.may_use;
    let gaps = map.gaps();
    let title = match (map.rows.is_empty(), gaps) {
        (true, _) => "No map yet".to_owned(),
        (_, 0) => "Every persona has something for every stage".to_owned(),
        (_, gaps) => format!("{} without an approved item", counted(gaps as u32, "place", "places")),
    };
    let is_blank = map.rows.is_empty();
    let Map { objections, misses, .. } = map.clone();
    let drawn = match is_blank {
        true => {
            let write = may_use.then(|| view! { " "<a href=at("/personas/new")>"Write the first persona"</a>"." });
            view! { <Empty title="No personas yet"><p>"The map shows what each persona has for each stage. As soon as there are personas, their gaps show here."{write}</p></Empty> }.into_any()
        }
        false => view! { {matrix(map, false, may_use)}<p class="xs quiet legend">"Approved items, all languages. A gap opens a request."</p> }.into_any(),
    };
    let missed = misses.map(|misses| view! { <Missed misses may_use/> });
    view! {
        <LibraryHead head current="/content/map"/>
        <section aria-labelledby="map-title">
            <SectionHead id="map-title" title/>
            {drawn}
            {(!is_blank).then(|| view! { <p class="pages"><span class="files"><a href=at("/content/map.csv") download="content-map.csv">"CSV"</a></span></p> })}
        </section>
        <div class="two-lists">
            <Objections objections may_use/>
            {missed}
        </div>
        <WordsMeant words=&[("persona", "persona"), ("lead", "lead"), ("rejected", "turned down")]/>
    }
    .into_any()
}

/// What leads object, and whether anything answers it.
#[component]
fn Objections(objections: Vec<Objection>, may_use: bool) -> impl IntoView {
    let unanswered = objections.iter().filter(|objection| objection.items == 0).count();
    let is_empty = objections.is_empty();
    let title = match (is_empty, unanswered) {
        (true, _) => "No objection yet".to_owned(),
        (false, 0) => "Something answers every objection".to_owned(),
        (false, unanswered) => {
            format!("{} nothing answers", counted(unanswered as u32, "objection that", "objections that"))
        }
    };
    let rows = objections.into_iter().map(|objection| {
        let items = match (objection.items, objection.asked) {
            (0, true) => view! { <span class="tag" data-kind="gap">"asked for"</span> }.into_any(),
            (0, false) if may_use => view! { <a href=objection.href>"none: ask for one"</a> }.into_any(),
            (0, false) => "none".into_any(),
            (items, _) => view! { <a href=objection.href>{count(items)}</a> }.into_any(),
        };
        view! { <tr><th scope="row">{objection.words}</th><td class="num" data-label="Leads">{count(objection.leads)}</td><td class="num" data-label="Items">{items}</td></tr> }
    });
    let rows = rows.collect_view();
    view! {
        <section class="section" aria-labelledby="objections-title">
            <SectionHead id="objections-title" title>
                <p>"Why leads were turned down in the last 180 days, and approved items that answer it"</p>
            </SectionHead>
            {is_empty.then(|| view! { <p class="small quiet">"As soon as sales turns a lead down for something that content can answer, it stands here."</p> })}
            {(!is_empty).then(|| view! {
                <div class="table-wrap" tabindex="0" role="region" aria-label="Objections">
                    <table class="table"><thead><tr><th scope="col">"Objection"</th><th scope="col" class="num">"Leads"</th><th scope="col" class="num">"Items"</th></tr></thead><tbody>{rows}</tbody></table>
                </div>
                <p class="pages"><span class="files"><a href=at("/content/objections.csv") download="content-objections.csv">"CSV"</a></span></p>
            })}
        </section>
    }
}

/// Searches that found nothing.
#[component]
fn Missed(misses: Vec<(String, u32, String)>, may_use: bool) -> impl IntoView {
    let no_miss = misses.is_empty();
    let missed = misses.into_iter().map(|(words, times, href)| {
        let ask = may_use.then(|| view! { <a href=href>"Ask for it"</a> });
        view! { <tr><th scope="row">{words}</th><td class="num" data-label="Times">{count(times)}</td><td>{ask}</td></tr> }
    });
    let missed = missed.collect_view();
    view! {
        <section class="section" aria-labelledby="misses-title">
            <SectionHead id="misses-title" title="Looked for and not found"><p>"Only the words are kept, never who typed them"</p></SectionHead>
            {no_miss.then(|| view! { <p class="small quiet">"No search was in vain yet. What nobody finds is counted here, and can be asked for."</p> })}
            {(!no_miss).then(|| view! {
                <div class="table-wrap" tabindex="0" role="region" aria-label="Searches without result">
                    <table class="table"><thead><tr><th scope="col">"Words"</th><th scope="col" class="num">"Times"</th><th scope="col"><span class="sr">"What can be done"</span></th></tr></thead><tbody>{missed}</tbody></table>
                </div>
                <p class="pages"><span class="files"><a href=at("/content/misses.csv") download="content-misses.csv">"CSV"</a></span></p>
            })}
        </section>
    }
}

/// `/content/ask`
pub fn ask(form: Form) -> AnyView {
    let sentence = form.sentence.clone();
    view! {
        <p class="back"><a href=at("/content")>"‹ Content library"</a></p>
        <PageHead title="Ask for content" lede="Say in a line what is missing. Whoever knows more adds the brief: what the reader thinks now, and what they shall believe afterwards."/>
        <WordsMeant words=&[("persona", "persona"), ("lead", "lead")]/>
        <Refusal sentence/>
        <FormView form/>
        <Drafts/>
    }
    .into_any()
}

#[component]
fn FormView(form: Form) -> impl IntoView {
    let Form { id, base, values, names, reasons, origin: (origin, search), person, .. } = form;
    let value = |key: &str| values.get(key).cloned().unwrap_or_default();
    let select = |key: &'static str, label: &'static str, none: &'static str, choices: Vec<(String, String)>| {
        let chosen = value(key);
        // What stands there and is not in the list stays.
        let missing = (!chosen.is_empty() && choices.iter().all(|(other, _)| *other != chosen)).then(|| chosen.clone());
        let other = missing.map(|text| view! { <option value=text.clone() selected=true>{text.clone()}</option> });
        let options = choices.into_iter().map(|(key, words)| {
            let selected = key == chosen;
            view! { <option value=key selected=selected>{words}</option> }
        });
        let options = options.collect_view();
        view! {
            <p class="field">
                <label for=key>{label}</label>
                <select class="input" id=key name=key><option value="">{none}</option>{other}{options}</select>
            </p>
        }
    };
    let personas = names.personas.iter().filter(|persona| !persona.retired);
    let personas = personas.map(|persona| (persona.name.clone(), persona.name.clone())).collect();
    let stages = Stage::ALL.iter().map(|stage| (stage.key().to_owned(), stage.label().to_owned())).collect();
    let languages = LANGUAGES.iter().map(|(key, name)| ((*key).to_owned(), (*name).to_owned())).collect();
    let people = names.people.iter().map(|(_, name)| (name.clone(), name.clone())).collect();
    let whence = id.is_none().then(
        || view! { <input type="hidden" name="origin" value=origin/><input type="hidden" name="search" value=search/> },
    );
    let action = at(if id.is_some() { "/content/requests/save" } else { "/content/ask" });
    let draft = format!("{person}/content/requests/{}", id.map_or_else(|| "new".to_owned(), |id| id.to_string()));
    view! {
        <form class="door content-form" method="post" action=action data-draft=draft>
            {id.map(|_| view! { <Carried base/> })}
            {id.is_none().then(|| view! { <Key/> })}
            {id.map(|id| view! { <input type="hidden" name="id" value=id/> })}
            {whence}
            <Field id="title" name="title" label="What is missing" required=true value=value("title")/>
            <LongField id="why" name="why" label="Why: who asked, and what it would change" value=value("why")/>
            <div class="row two">
                {select("persona", "Persona", "Any", personas)}
                {select("stage", "Stage", "Any", stages)}
            </div>
            <div class="row two">
                {select("objection", "Objection that it answers", "None in particular", reasons)}
                {select("language", "Language", "Any", languages)}
            </div>
            <fieldset class="brief">
                <legend>"The brief"</legend>
                <p class="hint">"With all four filled in, it can be written."</p>
                <LongField id="reader" name="reader" label="The reader’s state: what they think and do now" value=value("reader")/>
                <LongField id="belief" name="belief" label="One belief to leave with" value=value("belief")/>
                <div class="row two">
                    {select("owner", "Who writes it", "Nobody yet", people)}
                    <Field id="due" name="due" label="Due" kind="date" value=value("due")/>
                </div>
            </fieldset>
            <Button variant=Variant::Primary>{if id.is_some() { "Save" } else { "Ask for it" }}</Button>
        </form>
    }
}

/// `/content/requests`
pub fn list(head: Head, lines: Vec<Line>, undo: Option<i64>) -> AnyView {
    let may_use = head.may_use;
    let done = undo.map(|id| {
        view! {
            <div class="toast undo" role="status" data-taken="">
                <span>"The request is deleted."</span>
                <form method="post" action=at("/content/requests/bring-back")><Key/><input type="hidden" name="id" value=id/><button>"Undo"</button></form>
            </div>
        }
    });
    let open = lines.iter().filter(|line| line.state.is_open()).count() as u32;
    let is_empty = lines.is_empty();
    let rows = lines.into_iter().map(|line| view! { <Row line/> });
    let rows = rows.collect_view();
    let body = match is_empty {
        true => {
            let ask = may_use.then(|| view! { " "<a href=at("/content/ask")>"Ask for content"</a>"." });
            view! { <Empty title="Nobody asked for anything yet"><p>"A gap on the map, an objection that nothing answers or a search that found nothing becomes a request; a request becomes a brief, a draft, and an item."{ask}</p></Empty> }.into_any()
        }
        false => view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Requests">
                <table class="table plain-rows">
                    <thead><tr><th scope="col">"What is missing"</th><th scope="col">"Asked by"</th><th scope="col">"How far"</th><th scope="col">"Who writes it"</th><th scope="col">"Due"</th><th scope="col"><span class="sr">"Join"</span></th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="pages"><span class="files"><a href=at("/content/requests.csv") download="content-requests.csv">"CSV"</a></span></p>
        }
        .into_any(),
    };
    view! {
        {done}
        <LibraryHead head current="/content/requests"/>
        <WordsMeant words=&[("persona", "persona"), ("lead", "lead")]/>
        <section aria-labelledby="requests-title">
            <SectionHead id="requests-title" title=match open { 0 => "Nobody waits for anything".to_owned(), open => format!("{} for content", counted(open, "open request", "open requests")) }/>
            {body}
        </section>
    }
    .into_any()
}

#[component]
fn Row(line: Line) -> impl IntoView {
    let Line { id, title, href, about, asked, team, state, owner, due, late, joined } = line;
    let join = joined.map(|joined| view! { <Join id joined from="list"/> });
    let due = match late {
        true => view! { <span class="tag" data-kind="late">{format!("overdue since {due}")}</span> }.into_any(),
        false => (!due.is_empty()).then_some(due).into_any(),
    };
    view! {
        <tr>
            <th scope="row"><a class="row-link" href=href>{title}</a><span class="sub">{about}</span></th>
            <td data-label="Asked by"><span class="person">{sign(team)}{asked}</span></td>
            <td data-label="How far"><span class="tag" data-kind=(state == State::New).then_some("gap")>{state.label()}</span></td>
            <td data-label="Who writes it">{owner}</td>
            <td data-label="Due">{due}</td>
            <td>{join}</td>
        </tr>
    }
}

#[component]
fn Join(id: i64, joined: bool, from: &'static str) -> impl IntoView {
    let off = joined.then(|| view! { <input type="hidden" name="off" value="1"/> });
    view! {
        <form method="post" action=at("/content/requests/vote")>
            <Key/>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="from" value=from/>
            {off}
            <Button>{if joined { "No longer missed" } else { "I miss it too" }}</Button>
        </form>
    }
}

/// `/content/requests/{id}`
pub fn request(shown: Shown) -> AnyView {
    let Shown {
        request,
        lede,
        net,
        form,
        lacks,
        comments,
        item,
        answers,
        gone,
        joined,
        done,
        sentence,
        may_use,
        may_curate,
        may_delete,
        person,
    } = shown;
    let (id, state) = (request.id.0, request.state);
    let done = (!done.is_empty()).then(|| view! { <div class="toast undo" role="status" data-taken="">{done}</div> });
    let answer = (!request.answer.is_empty())
        .then(|| view! { <p>"Declined: "<span class="kept-text">{request.answer.clone()}</span></p> });
    let item = item.map(|(title, href)| {
        let word = if state == State::Done { "In the library: " } else { "Being written: " };
        view! { <p>{word}<a href=href>{title}</a></p> }
    });
    let step = |to: &'static str, verb: &'static str, variant: Variant| {
        view! {
            <form method="post" action=at("/content/requests/step")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="to" value=to/>
                <Button variant>{verb}</Button>
            </form>
        }
    };
    let begin = (may_use && request.is_brief()).then(|| step("draft", "Begin the draft", Variant::Primary));
    let reopen = (may_curate && !state.is_open()).then(|| step("new", "Open it again", Variant::Normal));
    let back = (may_use && gone.is_some()).then(|| step("brief", "Back to the brief", Variant::Primary));
    let gone =
        gone.map(|said| view! { <Notice kind=NoticeKind::Plain title="Its draft was deleted"><p>{said}</p></Notice> });
    let join = joined.map(|joined| view! { <Join id joined from="page"/> });
    let lacking = (state.is_open() && !lacks.is_empty()).then(|| {
        view! { <p class="small quiet">{format!("Before it can be written, the brief needs {}.", listed(&lacks))}</p> }
    });
    let answers = answers.into_iter().map(|(id, title)| view! { <option value=format!("{id}: {title}")></option> });
    let close = (may_curate && state.is_open()).then(|| {
        view! {
            <section class="section" aria-labelledby="close-title">
                <SectionHead id="close-title" title="Or answer it otherwise"/>
                <form class="inline-form" method="post" action=at("/content/requests/step")>
                    <Key/>
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="to" value="done"/>
                    <Field id="item" name="item" label="The approved item that answers it" list="answers" required=true/>
                    <datalist id="answers">{answers.collect_view()}</datalist>
                    <Button>"It is answered"</Button>
                </form>
                <form class="inline-form" method="post" action=at("/content/requests/step")>
                    <Key/>
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="to" value="declined"/>
                    <Field id="answer" name="answer" label="Why it will not be written" required=true/>
                    <Button>"Decline it"</Button>
                </form>
            </section>
        }
    });
    let body = match may_use && state.is_open() {
        true => view! { <FormView form/> }.into_any(),
        false => {
            let facts = super::model::FIELDS.iter().filter_map(|field| {
                let text = form.values.get(field.key).filter(|text| !text.is_empty())?;
                Some(view! { <dt>{field.label}</dt><dd class="kept-text">{crate::content::model::field_words(field.key, text)}</dd> })
            });
            view! { <dl class="facts request-facts">{facts.collect_view()}</dl> }.into_any()
        }
    };
    let delete = may_delete.then(|| {
        view! {
            <form method="post" action=at("/content/requests/delete")><Key/><input type="hidden" name="id" value=id/><Button variant=Variant::Danger>"Delete this request"</Button></form>
        }
    });
    let comments = may_use.then(|| view! { <Thread comments to="/content/requests/comment" id person/> });
    view! {
        <p class="back"><a href=at("/content/requests")>"‹ Requests"</a></p>
        <PageHead title=request.text.title lede/>
        <WordsMeant words=&[("persona", "persona"), ("lead", "lead")]/>
        {done}
        <Refusal sentence/>
        <Net duties=net label="What each team owes this request"/>
        {answer}
        {item}
        {gone}
        <div class="row item-state">{begin}{back}{join}{reopen}</div>
        {lacking}
        {body}
        {close}
        {comments}
        <div class="row beside-form">{delete}<a href=at(&format!("/history/request/{id}"))>"What it was before"</a></div>
        <Drafts/>
    }
    .into_any()
}
