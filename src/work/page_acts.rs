//! What can be done with a lead: each act a form of its own, most of them folded behind the button that names them.

use super::sheet::{Can, Carry, LeadShown};
use crate::editing::page::Key;
use crate::leads::model::TouchKind;
use crate::queue::page_bulk::touch_words;
use crate::ui::Field;
use leptos::prelude::*;

/// A form that does one thing with the lead.
#[component]
pub fn ActForm(
    /// Which act.
    act: &'static str,
    /// What each form carries.
    carry: Carry,
    /// Unique on the page, where something leads to it.
    #[prop(optional)]
    id: Option<&'static str>,
    /// By which a draft of it is known, where it is kept.
    #[prop(optional, into)]
    draft: Option<String>,
    /// The key that it came with, where it is shown again.
    #[prop(optional, into)]
    sent: String,
    /// How its fields stand.
    #[prop(default = "stack")]
    class: &'static str,
    /// Its fields and its button.
    children: Children,
) -> impl IntoView {
    view! {
        <form method="post" action=carry.action id=id class=class data-draft=draft>
            <Key sent/>
            <input type="hidden" name="lead" value=carry.shown/>
            <input type="hidden" name="back" value=carry.back/>
            <input type="hidden" name="act" value=act/>
            {children()}
        </form>
    }
}

/// The acts, in one row.
#[component]
pub fn Acts(
    /// The lead.
    shown: LeadShown,
) -> impl IntoView {
    let LeadShown { can, carry, .. } = shown.clone();
    let hand_over = can.hand_over.then(|| {
        let words = if can.once_more { "Hand over once more" } else { "Hand over to sales" };
        let carry = carry.clone();
        view! {
            <ActForm act="hand_over" class="" carry>
                <button class="button" data-variant="primary" id="hand-over">{words}<kbd aria-hidden="true">"h"</kbd></button>
            </ActForm>
        }
    });
    let accept = can.accept.then(|| {
        view! {
            <ActForm act="accept" class="" carry>
                <button class="button" data-variant="primary" id="accept">"Accept"<kbd aria-hidden="true">"a"</kbd></button>
            </ActForm>
        }
    });
    let work = can.work.then(|| {
        view! {
            <Touch shown=shown.clone()/>
            <Next shown=shown.clone()/>
            <Deal shown=shown.clone()/>
            <Assign shown=shown.clone()/>
        }
    });
    let judge = can.judge.then(|| {
        view! { <a class="button" id="to-verdict" href="#verdict">"Verdict"<kbd aria-hidden="true">"v"</kbd></a> }
    });
    view! {
        <div class="row acts" role="group" aria-label="What can be done">
            {hand_over}
            {accept}
            {work}
            {judge}
            <button class="plain-button end" type="button" id="all-keys" hidden><kbd>"?"</kbd>" all keys"</button>
        </div>
        <Standing shown/>
    }
}

/// What is planned and how the deal stands, in one line.
#[component]
fn Standing(shown: LeadShown) -> impl IntoView {
    let LeadShown { planned, deal, .. } = shown;
    let parts: Vec<(&str, String)> = [("Next: ", planned), ("Deal: ", deal)].into_iter().collect();
    let parts = parts.into_iter().filter(|(_, text)| !text.is_empty());
    let parts: Vec<_> = parts.map(|(label, text)| view! { <p><b>{label}</b>{text}</p> }).collect();
    (!parts.is_empty()).then(|| view! { <div class="standing small">{parts}</div> })
}

/// A button that unfolds a form.
#[component]
fn Panel(label: &'static str, key: &'static str, open: bool, children: Children) -> impl IntoView {
    view! {
        <details class="unfold" name="acts" open=open>
            <summary class="button">{label}<kbd aria-hidden="true">{key}</kbd></summary>
            <div class="panel">{children()}</div>
        </details>
    }
}

/// Enter in a field must do nothing of what several buttons do.
#[component]
fn NoDefault() -> impl IntoView {
    view! { <button hidden disabled></button> }
}

#[component]
fn Touch(shown: LeadShown) -> impl IntoView {
    let LeadShown { carry, typed, .. } = shown;
    let ways = |reached: bool| {
        let ways = TouchKind::ALL.iter().map(move |kind| {
            let (words, key) = touch_words(*kind);
            let value = if reached { format!("{}.reached", kind.key()) } else { kind.key().to_owned() };
            let shown = if reached { key.to_ascii_uppercase() } else { key }.to_string();
            view! {
                <button class="button" name="touch" value=value data-key=shown.clone()>{words}<kbd aria-hidden="true">{shown.clone()}</kbd></button>
            }
        });
        ways.collect_view()
    };
    view! {
        <Panel label="Log a touch" key="t" open=typed.is("touch")>
            <ActForm act="touch" id="touch" sent=typed.of("touch", "key") carry>
                <NoDefault/>
                <fieldset class="row ways"><legend>"Not reached"</legend>{ways(false)}</fieldset>
                <fieldset class="row ways"><legend>"Reached: both sides spoke"</legend>{ways(true)}</fieldset>
                <Field id="touch-note" name="note" label="Note, if it needs one" value=typed.of("touch", "note")/>
                <When id="touch-at" value=typed.of("touch", "at")/>
            </ActForm>
        </Panel>
    }
}

/// When something happened that is only now written down.
#[component]
fn When(id: &'static str, value: String) -> impl IntoView {
    view! { <Field id=id name="at" label="When, if not now" kind="datetime-local" value=value/> }
}

#[component]
fn Next(shown: LeadShown) -> impl IntoView {
    let LeadShown { carry, typed, planned, plan_on, .. } = shown;
    let chosen = typed.of("plan", "kind");
    let kinds = TouchKind::ALL.iter().map(|kind| {
        let (words, _) = touch_words(*kind);
        view! { <option value=kind.key() selected=kind.key() == chosen>{words}</option> }
    });
    let kinds = kinds.collect_view();
    let on = if typed.is("plan") { typed.of("plan", "on") } else { plan_on };
    let nothing = (!planned.is_empty()).then(|| {
        view! {
            <ActForm act="plan" carry=carry.clone()>
                <input type="hidden" name="on" value=""/>
                <button class="button" data-variant="plain">"Plan nothing"</button>
            </ActForm>
        }
    });
    view! {
        <Panel label="Next action" key="n" open=typed.is("plan")>
            <ActForm act="plan" id="plan" sent=typed.of("plan", "key") carry>
                <p class="field">
                    <label for="plan-kind">"How"</label>
                    <select class="input" id="plan-kind" name="kind">{kinds}</select>
                </p>
                <Field id="plan-on" name="on" label="On" kind="date" value=on hint="The agreement asks for the next attempt by this day."/>
                <Field id="plan-note" name="note" label="What about" value=typed.of("plan", "note")/>
                <button class="button" data-variant="primary">"Plan it"</button>
            </ActForm>
            {nothing}
        </Panel>
    }
}

#[component]
fn Deal(shown: LeadShown) -> impl IntoView {
    let LeadShown { can, carry, typed, losses, .. } = shown.clone();
    let Can { open, win, lose, .. } = can;
    if !(open || win || lose) {
        return ().into_any();
    }
    let sent = ["open", "win", "lose"].iter().any(|act| typed.is(act));
    let label = if open { "Opportunity" } else { "Won or lost" };
    let lost = lose.then(|| {
        let (carry, key) = (carry.clone(), typed.of("lose", "key"));
        let (why, chosen) = (typed.of("lose", "why"), typed.of("lose", "reason"));
        let reasons = losses.into_iter().map(|(key, name)| {
            let selected = key == chosen;
            view! { <option value=key selected=selected>{name}</option> }
        });
        let reasons = reasons.collect_view();
        view! {
            <ActForm act="lose" sent=key carry>
                <h3>"Lost"</h3>
                <p class="field">
                    <label for="lose-reason">"Why it was lost"</label>
                    <select class="input" id="lose-reason" name="reason"><option value="">"Choose…"</option>{reasons}</select>
                </p>
                <Field id="lose-why" name="why" label="Who it was, or what was missing" value=why/>
                <When id="lose-at" value=typed.of("lose", "at")/>
                <button class="button">"It is lost"</button>
            </ActForm>
        }
    });
    view! {
        <Panel label=label key="o" open=sent>
            <div id="deal" class="deals">
                {open.then(|| view! { <Open shown=shown.clone()/> })}
                {win.then(|| view! { <Win shown=shown.clone()/> })}
                {lost}
            </div>
        </Panel>
    }
    .into_any()
}

#[component]
fn Open(shown: LeadShown) -> impl IntoView {
    let LeadShown { carry, typed, currency, .. } = shown;
    view! {
        <ActForm act="open" sent=typed.of("open", "key") carry>
            <h3>"Opportunity"</h3>
            <Amount id="open-value" value=typed.of("open", "value") currency/>
            <When id="open-at" value=typed.of("open", "at")/>
            <button class="button" data-variant="primary">"Open the opportunity"</button>
        </ActForm>
    }
}

#[component]
fn Win(shown: LeadShown) -> impl IntoView {
    let LeadShown { can, carry, typed, currency, value, .. } = shown;
    let value = if typed.is("win") { typed.of("win", "value") } else { value };
    let implied = can.open.then(|| {
        let ticked = !typed.of("win", "and_opportunity").is_empty();
        view! {
            <p class="tick small">
                <label><input type="checkbox" name="and_opportunity" value="1" checked=ticked/>"The opportunity stands at the same moment"</label>
            </p>
        }
    });
    view! {
        <ActForm act="win" sent=typed.of("win", "key") carry>
            <h3>{if can.open { "Won already" } else { "Won" }}</h3>
            <Amount id="win-value" value currency/>
            <When id="win-at" value=typed.of("win", "at")/>
            {implied}
            <button class="button" data-variant=(!can.open).then_some("primary")>"It is won"</button>
        </ActForm>
    }
}

#[component]
fn Amount(id: &'static str, value: String, currency: String) -> impl IntoView {
    view! { <Field id=id name="value" label=format!("Value in {currency}") value=value hint="Such as 12500.00; it may stay empty."/> }
}

#[component]
fn Assign(shown: LeadShown) -> impl IntoView {
    let LeadShown { carry, typed, people, myself, owner, .. } = shown;
    let chosen = typed.of("assign", "owner");
    let is_chosen = |id: i64, name: &str| {
        if typed.is("assign") { id.to_string() == chosen } else { name == owner }
    };
    let mine = people.iter().find(|(id, _)| Some(*id) == myself).filter(|(_, name)| *name != owner).cloned();
    let options = people.into_iter().map(|(id, name)| {
        let selected = is_chosen(id, &name);
        view! { <option value=id selected=selected>{name}</option> }
    });
    let options = options.collect_view();
    let take = mine.map(|(id, _)| {
        view! {
            <ActForm act="assign" carry=carry.clone()>
                <input type="hidden" name="owner" value=id/>
                <button class="button">"Take it myself"</button>
            </ActForm>
        }
    });
    view! {
        <Panel label="Assign" key="s" open=typed.is("assign")>
            {take}
            <ActForm act="assign" id="assign" sent=typed.of("assign", "key") carry>
                <p class="field">
                    <label for="owner">"To"</label>
                    <select class="input" id="owner" name="owner"><option value="">"Nobody"</option>{options}</select>
                </p>
                <button class="button" data-variant="primary">"Assign"</button>
            </ActForm>
        </Panel>
    }
}

/// What can be done from the keyboard.
#[component]
pub fn Keys(
    /// What the reader may do with the lead as it stands.
    can: Can,
) -> impl IntoView {
    let Can { work, accept, hand_over, judge, .. } = can;
    let all: [(&str, &str, bool); 13] = [
        ("j", "Next lead of the list", true),
        ("k", "Lead before it", true),
        ("b", "Back to the queue", true),
        ("h", "Hand it over to sales", hand_over),
        ("a", "Accept", accept),
        ("t", "Log a touch: then c call, m mail, g meeting, s message; with Shift: reached", work),
        ("n", "Plan the next action", work),
        ("o", "Opportunity, won or lost", work),
        ("s", "Assign", work),
        ("v", "Give the verdict; Ctrl and Enter saves it", judge),
        ("c", "Comment; Ctrl and Enter sends it", true),
        ("u", "Undo what you did last", true),
        ("Esc", "Fold a form away", true),
    ];
    let rows = all.into_iter().filter(|(_, _, able)| *able);
    let rows = rows.map(|(key, words, _)| view! { <dt><kbd>{key}</kbd></dt><dd>{words}</dd> }).collect_view();
    view! {
        <dialog class="dialog" id="keys" aria-labelledby="keys-title">
            <header><h2 id="keys-title">"Keys"</h2></header>
            <div class="body"><dl class="key-list">{rows}</dl></div>
            <footer><form method="dialog"><button class="button">"Close"</button></form></footer>
        </dialog>
    }
}
