//! `/activity`: the audit log, for everybody.

use super::model::{Activity, Filter};
use crate::place::at;
use crate::ui::{Button, Empty, PageHead, WordsMeant};
use leptos::prelude::*;

/// `/activity`
pub fn activity(activity: Activity) -> AnyView {
    let Activity { filter, actors, kinds, lines, next } = activity;
    let is_empty = lines.is_empty();
    let file = address("/activity.csv", &filter, &filter.before);
    let older = next.map(|seq| address("/activity", &filter, &seq.to_string()));
    let newer = (!filter.before.is_empty()).then(|| address("/activity", &filter, ""));
    let who = actors.into_iter().map(|actor| {
        let (selected, name) = (actor == filter.who, actor.clone());
        view! { <option value=actor selected=selected>{name}</option> }
    });
    let what = kinds.into_iter().map(|(key, words)| {
        let selected = key == filter.what;
        view! { <option value=key selected=selected>{words}</option> }
    });
    let rows = lines.into_iter().map(|line| {
        // A cell without words takes no line of a phone.
        let said = |words: String| (!words.is_empty()).then_some(words);
        let which = match line.history {
            Some(path) => view! { <a href=at(&path)>{line.which}</a> }.into_any(),
            None => said(line.which).into_any(),
        };
        view! {
            <tr>
                <th scope="row">{line.when}</th>
                <td>{line.who}</td>
                <td>{line.what}</td>
                <td>{which}</td>
                <td>{said(line.detail)}</td>
                <td>{said(line.from)}</td>
            </tr>
        }
    });
    view! {
        <PageHead title="Activity" lede="Who changed what, when and from where: both teams see the same."/>
        <WordsMeant words=&[("lead", "lead"), ("handover", "handover"), ("touch", "touch"), ("verdict", "verdict")]/>
        <form class="inline-form" method="get" action=at("/activity")>
            <p class="field">
                <label for="who">"Who"</label>
                <select class="input" id="who" name="who"><option value="">"Everybody"</option>{who.collect_view()}</select>
            </p>
            <p class="field">
                <label for="what">"What"</label>
                <select class="input" id="what" name="what"><option value="">"Everything"</option>{what.collect_view()}</select>
            </p>
            <Button>"Show"</Button>
        </form>
        <div class="table-wrap" tabindex="0" role="region" aria-label="Activity">
            <table class="table plain-rows activity">
                <thead>
                    <tr>
                        <th scope="col">"When"</th>
                        <th scope="col">"Who"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"Which"</th>
                        <th scope="col">"Before and after"</th>
                        <th scope="col">"From where"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {is_empty.then(|| view! { <Empty title="Nothing yet"><p>"Nobody did anything of this kind."</p></Empty> })}
        <p class="pages">
            {newer.map(|newer| view! { <a href=newer>"Newest"</a> })}
            {older.map(|older| view! { <a href=older>"Older"</a> })}
            <span class="files"><a href=file download="activity.csv">"CSV"</a></span>
        </p>
    }
    .into_any()
}

/// The address of a part of the log.
fn address(path: &str, filter: &Filter, before: &str) -> String {
    let question = [("who", filter.who.as_str()), ("what", filter.what.as_str()), ("before", before)];
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(question.iter().filter(|(_, value)| !value.is_empty()));
    let question = text.finish();
    if question.is_empty() { at(path) } else { at(&format!("{path}?{question}")) }
}
