//! `/bell`: what waits for the reader.

use super::model::Line;
use crate::place::at;
use crate::ui::{Button, Empty, PageHead};
use leptos::prelude::*;

/// `/bell`
pub fn bell(lines: Vec<Line>) -> AnyView {
    let unread = lines.iter().filter(|line| line.unread).count();
    let lede = match unread {
        0 => "Nothing waits for you.".to_owned(),
        1 => "One notice is new.".to_owned(),
        many => format!("{many} notices are new."),
    };
    let is_empty = lines.is_empty();
    let all = (unread > 0).then(|| {
        view! { <form method="post" action=at("/bell/read-all")><Button>"Mark all read"</Button></form> }
    });
    let lines = lines.into_iter().map(|line| {
        let mark = line.unread.then(|| {
            view! {
                <form method="post" action=at("/bell/read")>
                    <input type="hidden" name="notice" value=line.id.0/>
                    <button class="plain-button" aria-describedby=format!("notice-{}", line.id)>"Mark read"</button>
                </form>
            }
        });
        view! {
            <li id=format!("line-{}", line.id) data-unread=line.unread.then_some("")>
                <p id=format!("notice-{}", line.id)>
                    {line.unread.then(|| view! { <b>"New: "</b> })}
                    <a href=at(&line.path)>{line.what}</a>
                </p>
                <p class="hint">{line.when}</p>
                {mark}
            </li>
        }
    });
    view! {
        <PageHead title="Bell" lede/>
        {all}
        {(!is_empty).then(|| view! { <ul class="notices">{lines.collect_view()}</ul> })}
        {is_empty
            .then(|| {
                view! {
                    <Empty title="Nothing yet">
                        <p>
                            "When somebody gives you a lead, names you in a comment or answers a verdict of yours, it stands here."
                        </p>
                    </Empty>
                }
            })}
        <p class="hint"><a href=at("/settings/notices")>"Choose what you are told"</a></p>
        {(!is_empty)
            .then(|| view! { <p class="pages"><span class="files"><a href=at("/bell.csv") download="bell.csv">"CSV"</a></span></p> })}
    }
    .into_any()
}
