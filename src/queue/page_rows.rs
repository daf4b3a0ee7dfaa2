//! Rows of the queue: on a small screen each is a card with what a thumb needs.

use super::sheet::{Block, Dial, Line, May, Urgency};
use crate::ui::{Team, TeamSign};
use leptos::prelude::*;

/// Rows on end, by urgency.
#[component]
pub fn BlockView(
    /// The rows.
    block: Block,
    /// What the reader may do.
    may: May,
) -> impl IntoView {
    let Block { id, lines, next, groups, before, .. } = block;
    let mut last = before;
    let columns = 6 + usize::from(may.work || may.hand_over) + usize::from(may.work);
    let rows = lines.into_iter().map(|line| {
        let begins = line.urgency.filter(|urgency| last != Some(*urgency));
        last = line.urgency;
        let heading = begins.map(|urgency| {
            let count = groups.iter().find(|(of, _)| *of == urgency).map(|(_, count)| count.as_str()).unwrap_or_default();
            let counted = match count {
                "" => String::new(),
                "1" => "1\u{a0}lead".to_owned(),
                count => format!("{count}\u{a0}leads"),
            };
            let id = format!("group-{}", urgency.key());
            view! { <tr class="group" id=id><td colspan=columns><b>{title(urgency)}</b>" "<span>{counted}</span></td></tr> }
        });
        view! { {heading}<LineView line may/> }
    });
    let rows = rows.collect_view();
    view! { <tbody id=id data-next=next>{rows}</tbody> }
}

const fn title(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Overdue => "Overdue",
        Urgency::Today => "Due today",
        Urgency::Later => "Later",
    }
}

#[component]
fn LineView(line: Line, may: May) -> impl IntoView {
    let Line { lead, shown, href, name, whose, clock, waits_for, email, phone, persona, channel, owner, .. } = line;
    let pick = (may.work || may.hand_over).then(|| {
        let label = format!("Select {name}");
        view! { <td class="pick"><input type="checkbox" name="lead" value=shown.clone() form="bulk" checked=line.picked aria-label=label/></td> }
    });
    let act = may.work.then(|| {
        let accept = line.acceptable.then(|| {
            view! { <button class="button" name="one" value=shown.clone() form="bulk" aria-label=format!("Accept {name}")>"Accept"</button> }
        });
        let touch = line.workable.then(|| {
            view! { <a class="button" href=format!("{href}#touch") data-touch="" aria-label=format!("Log touch: {name}")>"Log touch"</a> }
        });
        view! { <td class="act">{accept}{touch}</td> }
    });
    let call = (!phone.1.is_empty()).then(|| {
        view! { <a class="call" href=format!("tel:{}", phone.1) aria-label=format!("Call {name}, {}", phone.0)>{phone.0.clone()}</a> }
    });
    let write = (!email.is_empty()).then(|| {
        view! { <a class="write" href=format!("mailto:{email}") aria-label=format!("Write to {name}, {email}")>{email.clone()}</a> }
    });
    let handed = (!line.handed_over.is_empty()).then(|| {
        view! { <span class="sub">"handed over "{line.handed_over}</span> }
    });
    let owner = match owner.is_empty() {
        true => view! { <span class="quiet">"nobody yet"</span> }.into_any(),
        false => view! { <span class="person"><TeamSign team=Team::Sales/>{owner}</span> }.into_any(),
    };
    let from = match persona.is_empty() {
        true => view! { <span class="quiet">"no persona"</span> }.into_any(),
        false => persona.into_any(),
    };
    view! {
        <tr id=format!("lead-{lead}") data-lead=lead data-shown=shown.clone() data-acceptable=line.acceptable.then_some("")>
            {pick}
            <td class="when">{clock.map(|clock| view! { <ClockView clock/> })}</td>
            <td class="need">{waits_for}{handed}</td>
            <th scope="row"><a class="row-link" href=href.clone()>{name}</a><span class="sub">{whose}</span></th>
            <td class="reach-by">{call}{write}</td>
            <td class="from">{from}<span class="sub">{channel}</span></td>
            <td class="owner">{owner}</td>
            {act}
        </tr>
    }
}

/// A clock: the words say it, the dial only shows how much of the time has gone.
#[component]
pub fn ClockView(
    /// What it says.
    clock: Dial,
) -> impl IntoView {
    let dial = match clock.kind {
        "late" => view! {
            <circle class="face" cx="10" cy="10" r="9"></circle>
            <path class="hand" d="M15 10H10V14"></path>
        }
        .into_any(),
        _ => view! {
            <circle class="face" cx="10" cy="10" r="8.5"></circle>
            <circle class="gone" cx="10" cy="10" r="4" pathLength="100" stroke-dasharray=format!("{} 100", clock.gone)></circle>
        }
        .into_any(),
    };
    view! {
        <span class="clock" data-clock=clock.kind title=clock.due>
            <svg viewBox="0 0 20 20" aria-hidden="true">{dial}</svg>
            {clock.words}
        </span>
    }
}
