//! `/bell`: what waits for the reader.

use super::model::Line;
use crate::kpis::words::count;
use crate::place::at;
use crate::ui::{Button, Empty, PageHead, WordsMeant};
use leptos::prelude::*;

/// `/bell`
pub fn bell(
    lines: Vec<Line>,
    // Of all, those that are unread.
    waiting: u32,
) -> AnyView {
    let shown = || lines.iter().filter(|line| line.unread).map(|line| line.id.0);
    let (unread, oldest, newest) = (shown().count(), shown().min(), shown().max());
    let is_all = unread >= usize::try_from(waiting).unwrap_or(usize::MAX);
    let lede = match waiting {
        0 => "Nothing waits for you.".to_owned(),
        1 => "One notice is new.".to_owned(),
        many if is_all => format!("{} notices are new.", count(many)),
        many => format!("{} notices are new; the latest {unread} stand here.", count(many)),
    };
    let is_empty = lines.is_empty();
    let all = oldest.zip(newest).map(|(oldest, newest)| {
        let words = if is_all { "Mark all read".to_owned() } else { format!("Mark these {unread} read") };
        view! {
            <form method="post" action=at("/bell/read-all")>
                <input type="hidden" name="oldest" value=oldest/>
                <input type="hidden" name="newest" value=newest/>
                <Button>{words}</Button>
            </form>
        }
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
        <WordsMeant words=&[("lead", "lead"), ("touch", "touch"), ("verdict", "verdict")]/>
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
