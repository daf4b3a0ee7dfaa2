//! `/feedback/reasons`: the list of reasons, and for heads the forms that edit it.

use super::page::{Done, LoopHead};
use super::reasons::{Proof, ReasonCode, Route, When};
use super::sheet::ReasonsShown;
use crate::editing::page::Key;
use crate::kpis::words;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Field, Notice, NoticeKind, SectionHead, Variant, WordsMeant};
use leptos::prelude::*;

/// `/feedback/reasons`
pub fn reasons(shown: ReasonsShown) -> AnyView {
    let ReasonsShown { head, reasons, edits, may_edit, done, sentence, typed } = shown;
    let used_typed = typed.clone();
    let rows = reasons.into_iter().map(move |(reason, used, retired)| {
        view! { <Line reason used retired may_edit typed=used_typed.clone()/> }
    });
    let rows = rows.collect_view();
    let add = may_edit.then(|| {
        let is_it = get(&typed, "reason").is_empty();
        let typed = if is_it { typed } else { Vec::new() };
        let key = get(&typed, "key").to_owned();
        view! {
            <section class="section" aria-labelledby="add">
                <SectionHead id="add" title="A new reason"><p>"It stands at the end of the list as soon as it is saved."</p></SectionHead>
                <form class="door" method="post" action=at("/feedback/reasons/add")>
                    <Key sent=key/>
                    <Fields id="new" typed/>
                    <Button variant=Variant::Primary>"Add the reason"</Button>
                </form>
            </section>
        }
    });
    let who = (!may_edit).then(|| {
        view! {
            <Notice kind=NoticeKind::Early title="The heads of both teams edit this list">
                <p>"What is missing, or never says what you mean, is theirs to change: tell them."</p>
            </Notice>
        }
    });
    let edits_list = edits
        .iter()
        .cloned()
        .map(|(when, who, what)| view! { <li><b>{who}</b>" "{what}<span class="hint">{when}</span></li> });
    let history = (!edits.is_empty()).then(|| {
        view! {
            <section class="section" aria-labelledby="history">
                <SectionHead id="history" title="What was changed"><p><a href=at("/activity")>"The whole log"</a></p></SectionHead>
                <ul class="loop-edits">{edits_list.collect_view()}</ul>
            </section>
        }
    });
    view! {
        <LoopHead head/>
        <WordsMeant words=&[("verdict", "verdict"), ("rejected", "rejected"), ("recycled", "recycled")]/>
        <Done said=done/>
        <Rejection sentence/>
        {who}
        <div class="table-wrap" tabindex="0" role="region" aria-label="Reasons">
            <table class="table reason-list">
                <thead>
                    <tr>
                        <th scope="col">"Reason"</th>
                        <th scope="col">"Known"</th>
                        <th scope="col">"Whose problem"</th>
                        <th scope="col">"Where the lead goes"</th>
                        <th scope="col">"Asked for"</th>
                        <th scope="col" class="num">"Given"</th>
                        {may_edit.then(|| view! { <th scope="col"><span class="sr">"Edit"</span></th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="pages"><span class="files"><a href=at("/feedback/reasons.csv") download="reasons.csv">"CSV"</a></span></p>
        {add}
        {history}
    }
    .into_any()
}

#[component]
fn Line(reason: ReasonCode, used: u32, retired: String, may_edit: bool, typed: Vec<(String, String)>) -> impl IntoView {
    let ReasonCode { key, name, when, problem, route, proof, retired_at, .. } = reason;
    let retired_words =
        (!retired.is_empty()).then(|| view! { <span class="sub">{format!("retired since {retired}")}</span> });
    let is_retired = retired_at.is_some();
    let is_it = get(&typed, "reason") == key && !key.is_empty();
    // Retiring a reason is another form, which carries no name.
    let sent = if is_it && !get(&typed, "name").is_empty() { get(&typed, "key").to_owned() } else { String::new() };
    let typed = if is_it {
        typed
    } else {
        let fields = [
            ("name", name.as_str()),
            ("when", when.key()),
            ("problem", problem.as_str()),
            ("route", route.key()),
            ("proof", proof.key()),
        ];
        fields.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
    };
    let (other, verb) = if is_retired {
        ("/feedback/reasons/bring-back", "Bring it back")
    } else {
        ("/feedback/reasons/retire", "Retire it")
    };
    let edit = may_edit.then(|| {
        let label = format!("Edit the reason {name}");
        view! {
            <td class="edit">
                <details class="saying" open=is_it>
                    <summary class="chip" aria-label=label>"Edit"</summary>
                    <form method="post" action=at("/feedback/reasons/change")>
                        <Key sent/>
                        <input type="hidden" name="reason" value=key.clone()/>
                        <Fields id=key.clone() typed/>
                        <Button variant=Variant::Primary>"Save"</Button>
                    </form>
                    <form method="post" action=at(other)>
                        <Key/>
                        <input type="hidden" name="reason" value=key.clone()/>
                        <Button>{verb}</Button>
                    </form>
                </details>
            </td>
        }
    });
    let used = match used {
        0 => view! { <span class="quiet">"never"</span> }.into_any(),
        used => {
            let href = at(&super::question::Question { reason: key, ..Default::default() }.own("/feedback", &[]));
            view! { <a href=href>{words::count(used)}</a> }.into_any()
        }
    };
    let proof = if proof == Proof::None { "nothing" } else { proof.words() };
    view! {
        <tr data-retired=is_retired.then_some("")>
            <th scope="row">{name}{retired_words}</th>
            <td>{when.words()}</td>
            <td>{problem}</td>
            <td>{route.words()}</td>
            <td>{proof}</td>
            <td class="num">{used}</td>
            {edit}
        </tr>
    }
}

/// The fields of a reason.
#[component]
fn Fields(#[prop(into)] id: String, typed: Vec<(String, String)>) -> impl IntoView {
    let value = |name: &str| get(&typed, name).to_owned();
    let when = When::ALL.iter().map(|when| (when.key(), when.words()));
    let route = Route::ALL.iter().map(|route| (route.key(), route.words()));
    let proof =
        Proof::ALL.iter().map(|proof| (proof.key(), if *proof == Proof::None { "Nothing" } else { proof.words() }));
    let or = |value: String, usual: &str| if value.is_empty() { usual.to_owned() } else { value };
    view! {
        <Field id=format!("{id}-name") name="name" label="Name" required=true value=value("name")/>
        <Choice id=format!("{id}-when") name="when" label="When it can be known" chosen=or(value("when"), "both") choices=when.collect()/>
        <Field id=format!("{id}-problem") name="problem" label="Whose problem it is" required=true value=value("problem") hint="Such as marketing (form), sales first, shared."/>
        <Choice id=format!("{id}-route") name="route" label="Where the lead goes" chosen=or(value("route"), "review") choices=route.collect()/>
        <Choice id=format!("{id}-proof") name="proof" label="What must be given along" chosen=or(value("proof"), "none") choices=proof.collect()/>
    }
}

#[component]
fn Choice(
    id: String,
    name: &'static str,
    label: &'static str,
    chosen: String,
    choices: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let choices = choices.into_iter().map(|(key, words)| {
        let selected = key == chosen;
        view! { <option value=key selected=selected>{words}</option> }
    });
    view! {
        <p class="field">
            <label for=id.clone()>{label}</label>
            <select class="input" id=id name=name>{choices.collect_view()}</select>
        </p>
    }
}

fn get<'a>(typed: &'a [(String, String)], name: &str) -> &'a str {
    typed.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}
