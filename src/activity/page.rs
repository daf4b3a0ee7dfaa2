//! `/activity`: the audit log, for everybody.

use super::api;
use super::model::{Activity, Filter};
use crate::app::{Problem, Settled};
use crate::ui::{Button, Empty, PageHead};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// `/activity`
#[component]
pub fn ActivityPage() -> impl IntoView {
    let query = use_query_map();
    let filter = move || {
        let asked = query.read();
        let one = |name: &str| asked.get(name).unwrap_or_default();
        Filter { who: one("who"), what: one("what"), before: one("before") }
    };
    let activity = Resource::new_blocking(filter, api::read_activity);
    let shown = move || {
        Suspend::new(async move {
            match activity.await {
                Ok(activity) => view! { <Log activity/> }.into_any(),
                Err(error) => view! { <Problem error way="/" way_words="To the scoreboard"/> }.into_any(),
            }
        })
    };
    view! {
        <Title text="Activity · Doubles"/>
        <PageHead title="Activity" lede="Who changed what, when and from where: both teams see the same."/>
        <Settled>{shown}</Settled>
    }
}

#[component]
fn Log(activity: Activity) -> impl IntoView {
    let Activity { filter, actors, kinds, lines, next } = activity;
    let is_empty = lines.is_empty();
    let address = |path: &str, before: &str| {
        let question = [("who", filter.who.as_str()), ("what", filter.what.as_str()), ("before", before)];
        let question = question.iter().filter(|(_, value)| !value.is_empty());
        let question: Vec<_> = question.map(|(name, value)| format!("{name}={}", escape(value))).collect();
        format!("{path}?{}", question.join("&"))
    };
    let (file, older) =
        (address("/activity.csv", &filter.before), next.map(|seq| address("/activity", &seq.to_string())));
    let who = actors.into_iter().map(|actor| {
        let (selected, name) = (actor == filter.who, actor.clone());
        view! { <option value=actor selected=selected>{name}</option> }
    });
    let what = kinds.into_iter().map(|(key, words)| {
        let selected = key == filter.what;
        view! { <option value=key selected=selected>{words}</option> }
    });
    let rows = lines.into_iter().map(|line| {
        view! {
            <tr>
                <th scope="row">{line.when}</th>
                <td>{line.who}</td>
                <td>{line.what}</td>
                <td>{line.which}</td>
                <td>{line.detail}</td>
                <td>{line.from}</td>
            </tr>
        }
    });
    view! {
        <form class="door" method="get" action="/activity">
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
            <table class="table">
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
        <p>
            {older.map(|older| view! { <a href=older>"Older"</a>" · " })}
            <a href=file rel="external" download="activity.csv">"As a CSV file"</a>
        </p>
    }
}

/// A value as it may stand in an address.
fn escape(value: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(byte).collect()
}
