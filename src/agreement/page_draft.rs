//! `/agreement/draft`: the next version, clause by clause, with what both teams say about it; and holidays out of a file.

use super::calendar_text::WEEKDAYS;
use super::holidays::Found;
use super::page::{begin, sign_of, told_view};
use super::sheet::{ClauseShown, CommentLine, DraftShown, SignedLine, Told};
use super::store::DraftState;
use crate::editing::model::{FieldKind, Values};
use crate::editing::page::{Carried, Difference, Drafts, Key};
use crate::kpis::words;
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Empty, Field, LongField, Notice, PageHead, Variant, WordsMeant};
use leptos::prelude::*;

/// `/agreement/draft`
pub fn draft(shown: DraftShown) -> AnyView {
    let DraftShown { id, state, title, lede, clauses, thread, remarks, may_edit, told, sentence, .. } = shown.clone();
    let proposed = state == DraftState::Proposed;
    let is_empty = remarks.is_empty();
    let remarks = remarks.into_iter().map(|remark| view! { <p>{remark}</p> });
    let commented = may_edit.then_some(id);
    let clauses = clauses.into_iter().map(|clause| view! { <ClauseView clause commented/> });
    view! {
        <p class="back"><a href=at("/agreement")>"‹ Agreement"</a></p>
        <PageHead title lede/>
        <WordsMeant words=&[("qualified-lead", "qualified lead"), ("handover", "handover"), ("sal", "accepted"), ("touch", "touch"), ("verdict", "verdict")]/>
        {told.map(told_view)}
        <Rejection sentence/>
        {(!is_empty).then(|| view! { <Notice title="To know">{remarks.collect_view()}</Notice> })}
        {proposed.then(|| view! { <Signing shown=shown.clone()/> })}
        {(!proposed && may_edit).then(|| view! { <Form shown=shown.clone()/> })}
        <section class="section" aria-labelledby="text">
            <div class="section-head">
                <h2 id="text">"Clause by clause"</h2>
                <p><a href=at("/agreement/compare?to=draft")>"Compare with any version"</a></p>
            </div>
            <ol role="list" class="diff">{clauses.collect_view()}</ol>
        </section>
        <section class="section" aria-labelledby="clause-all">
            <div class="section-head"><h2 id="clause-all">"About all of it"</h2></div>
            <Thread thread/>
            {commented.map(|id| view! { <CommentForm id clause="" label="Say something about the whole draft"/> })}
        </section>
        {may_edit.then(|| view! { <Beside id proposed/> })}
        <Drafts/>
    }
    .into_any()
}

/// No draft is open.
pub fn nothing(may_edit: bool, told: Option<Told>) -> AnyView {
    view! {
        <p class="back"><a href=at("/agreement")>"‹ Agreement"</a></p>
        <PageHead title="The next version"/>
        {told.map(told_view)}
        <Empty title="No draft is open">
            <p>"The next version begins with the text that is in force. Members of both teams write it, and both heads sign it."</p>
            {may_edit.then(begin)}
        </Empty>
    }
    .into_any()
}

#[component]
fn Signing(shown: DraftShown) -> impl IntoView {
    let DraftShown { id, signatures, hash, sign, may_edit, .. } = shown;
    let lines = signatures.into_iter().map(|(team, signed)| {
        let words = match signed {
            Ok(SignedLine { name, words }) => {
                view! { <span class="sig">{name}</span>" "<span class="hint">{words}</span> }.into_any()
            }
            Err(missing) => view! { <span>{missing}</span> }.into_any(),
        };
        view! { <li>{sign_of(Some(team))}{words}</li> }
    });
    let sign = sign.map(|words| {
        view! {
            <form method="post" action=at("/agreement/draft/sign")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="sha256" value=hash.clone()/>
                <Button variant=Variant::Primary>{words}</Button>
            </form>
        }
    });
    let back = may_edit.then(|| {
        view! {
            <details class="more">
                <summary>"Send back with a comment"</summary>
                <form class="door" method="post" action=at("/agreement/draft/back")>
                    <Key/>
                    <input type="hidden" name="id" value=id/>
                    <LongField id="back-text" name="text" label="What is to be changed" value=""/>
                    <p class="hint">"It is a draft again then, and signatures that it has are void."</p>
                    <Button>"Send back"</Button>
                </form>
            </details>
        }
    });
    view! {
        <section class="section" aria-labelledby="signatures">
            <div class="section-head"><h2 id="signatures">"Signatures"</h2></div>
            <ul class="signatures" role="list">{lines.collect_view()}</ul>
            <p class="hint">"Fingerprint of the text (SHA-256): "<code class="hash">{hash.clone()}</code></p>
            <div class="sign">{sign}{back}</div>
        </section>
    }
}

#[component]
fn ClauseView(clause: ClauseShown, commented: Option<i64>) -> impl IntoView {
    let ClauseShown { key, title, team, before, after, thread } = clause;
    let said = match thread.len() {
        0 => "Comment".to_owned(),
        1 => "1 comment".to_owned(),
        many => format!("{many} comments"),
    };
    let (changed, open) = (before != after, !thread.is_empty());
    let label = format!("Say something about: {title}");
    view! {
        <li id=format!("clause-{key}") data-changed=changed.then_some("")>
            <span class="where">{sign_of(team)}{title}</span>
            <span class="text"><Difference kind=FieldKind::Text old=before new=after/></span>
            <details open=open>
                <summary>{said}<span class="sr">{format!(" on {title}")}</span></summary>
                <Thread thread/>
                {commented.map(|id| view! { <CommentForm id clause=key label/> })}
            </details>
        </li>
    }
}

/// What was said, oldest first.
#[component]
pub(super) fn Thread(thread: Vec<CommentLine>) -> impl IntoView {
    let lines = thread.into_iter().map(|line| {
        let CommentLine { name, team, when, text } = line;
        view! {
            <li>
                <p class="head"><span>{sign_of(team)}<b>{name}</b></span><span class="when">{when}</span></p>
                <p class="said">{text}</p>
            </li>
        }
    });
    let lines = lines.collect::<Vec<_>>();
    (!lines.is_empty()).then(|| view! { <ul class="comments" role="list">{lines}</ul> })
}

#[component]
fn CommentForm(id: i64, clause: &'static str, #[prop(into)] label: String) -> impl IntoView {
    let field = format!("comment-{}", if clause.is_empty() { "all" } else { clause });
    view! {
        <form class="comment-form" method="post" action=at("/agreement/draft/comment")>
            <Key/>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="clause" value=clause/>
            <LongField id=field name="text" label value=""/>
            <Button>"Say it"</Button>
        </form>
    }
}

#[component]
fn Beside(id: i64, proposed: bool) -> impl IntoView {
    view! {
        <div class="row beside-form">
            <form method="post" action=at("/agreement/draft/withdraw")>
                <Key/>
                <input type="hidden" name="id" value=id/>
                <Button variant=Variant::Danger>{if proposed { "Withdraw the proposal" } else { "Withdraw this draft" }}</Button>
            </form>
            <a href=at(&format!("/history/agreement/{id}"))>"Who changed what"</a>
        </div>
    }
}

#[component]
fn Form(shown: DraftShown) -> impl IntoView {
    let DraftShown { id, base, values, currency, person, pending, .. } = shown;
    let replaces = pending.into_iter().map(|(number, from)| {
        view! {
            <label class="radio">
                <input type="checkbox" name="replaces" value=number/>
                {format!("In place of version {number}, which is signed and would be in force from {from}")}
            </label>
        }
    });
    view! {
        <form class="draft-form" method="post" action=at("/agreement/draft/save") data-draft=format!("{person}/agreement/{id}")>
            <Carried base/>
            <input type="hidden" name="id" value=id/>
            <div class="cols-2">
                <fieldset>
                    <legend>"When and why"</legend>
                    <One values=values.clone() key="starts" label="In force from" hint="As 2026-05-01. A version starts no earlier than the day after its second signature."/>
                    <LongField id="why" name="why" label="Why" value=of(&values, "why")/>
                </fieldset>
                <fieldset>
                    <legend>"What both aim at"</legend>
                    <One values=values.clone() key="lead_to_opportunity" label="Leads that become an opportunity, at least, in percent"/>
                    <One values=values.clone() key="cac" label=format!("A customer costs at most, in {currency}")/>
                    <One values=values.clone() key="follow_up" label="Median first touch within" hint="By the wall clock, as 12 hours."/>
                    <One values=values.clone() key="feedback_coverage" label="Leads with a verdict, at least, in percent"/>
                    <One values=values.clone() key="horizon" label="Days that a lead has to become an opportunity" hint="Or “none” for no limit."/>
                </fieldset>
                <fieldset data-team="marketing">
                    <legend>{sign_of(Some(crate::people::model::Team::Marketing))}"Marketing promises"</legend>
                    <One values=values.clone() key="leads_per_month" label="Qualified leads a month" hint="Blank: no number is promised."/>
                    <One values=values.clone() key="complete" label="Required fields complete on, in percent"/>
                    <One values=values.clone() key="qualified" label="Meet the definition on, in percent"/>
                    <Pair values=values.clone() key="reply" share="reply_share" label="Reply to feedback within"/>
                </fieldset>
                <fieldset data-team="sales">
                    <legend>{sign_of(Some(crate::people::model::Team::Sales))}"Sales promises"</legend>
                    <Pair values=values.clone() key="decide" share="decide_share" label="Accept or reject within"/>
                    <Pair values=values.clone() key="first_touch" share="first_touch_share" label="First touch within"/>
                    <Pair values=values.clone() key="attempts" share="attempts_share" label="Attempts before “unreachable”"/>
                    <Pair values=values.clone() key="verdict" share="verdict_share" label="Verdict within"/>
                </fieldset>
                <fieldset>
                    <legend>"Consequences"</legend>
                    <YesNo values=values.clone() key="late_touch" label="A late first touch takes the lead out of marketing’s quality"/>
                    <YesNo values=values.clone() key="below_criteria" label="A lead below the criteria frees sales of the follow-up"/>
                    <p class="hint">"They change the standing of promises, never the four KPIs."</p>
                </fieldset>
                <fieldset>
                    <legend>"Qualified lead"</legend>
                    <p>"The criteria are built, and tried on the leads of the last months, under "<a href=at("/definitions/criteria")>"Definitions, Criteria"</a>"; from there they are taken into this draft."</p>
                    <p>"How many leads a goal needs says the "<a href=at("/agreement/calculator")>"calculator"</a>"."</p>
                </fieldset>
            </div>
            <Hours values=values.clone()/>
            <div class="row sign">
                <Button variant=Variant::Primary>"Save the draft"</Button>
            </div>
        </form>
        <form class="propose" method="post" action=at("/agreement/draft/propose")>
            <Key/>
            <input type="hidden" name="id" value=id/>
            {replaces.collect_view()}
            <p class="row sign">
                <Button>"Propose it to both heads"</Button>
                <span class="hint">"The text stands then, as it was saved last; either team can send it back."</span>
            </p>
        </form>
    }
}

#[component]
fn Hours(values: Values) -> impl IntoView {
    let days = WEEKDAYS.iter().map(|(key, name)| view! { <One values=values.clone() key=key label=*name/> });
    view! {
        <fieldset class="hours">
            <legend>"Working hours"</legend>
            <One values=values.clone() key="zone" label="Time zone" hint="Its IANA name, as Europe/Berlin."/>
            <div class="week">{days.collect_view()}</div>
            <p class="hint">"As 08:00-12:30, 13:15-17:30, or “closed”."</p>
            <LongField id="exceptions" name="exceptions" label="Days that differ, one a line" value=of(&values, "exceptions")/>
            <p class="hint">
                "As “2026-12-25 closed Christmas Day” or “2026-11-14 09:00-13:00 Fair”. Several days: “2026-12-24 to 2026-12-31 closed”. Or "
                <a href=at("/agreement/holidays")>"take holidays from a calendar file"</a>"."
            </p>
        </fieldset>
    }
}

fn of(values: &Values, key: &str) -> String {
    values.get(key).cloned().unwrap_or_default()
}

#[component]
fn One(
    values: Values,
    key: &'static str,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
) -> impl IntoView {
    view! { <Field id=key name=key label value=of(&values, key) hint/> }
}

/// A promise and the share on which it is kept.
#[component]
fn Pair(values: Values, key: &'static str, share: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <div class="pair">
            <Field id=key name=key label value=of(&values, key)/>
            <Field id=share name=share label="on, in percent" value=of(&values, share)/>
        </div>
    }
}

#[component]
fn YesNo(values: Values, key: &'static str, label: &'static str) -> impl IntoView {
    let on = of(&values, key) == "yes";
    view! {
        <p class="field">
            <label for=key>{label}</label>
            <select class="input" id=key name=key>
                <option value="no" selected=!on>"Off"</option>
                <option value="yes" selected=on>"On"</option>
            </select>
        </p>
    }
}

/// `/agreement/holidays`: a calendar file, and what it holds.
pub fn holidays(found: Option<Found>, sentence: String) -> AnyView {
    let preview = found.map(|found| {
        let is_empty = found.days.is_empty();
        let count = found.days.len() as u32;
        let days = found.days.into_iter().map(|(day, _, name)| {
            let name = name.unwrap_or_default();
            let value = format!("{day} closed {name}");
            let words = format!("{} {name}", words::day(day));
            view! { <label class="radio"><input type="checkbox" name="day" value=value checked/>{words}</label> }
        });
        let left = found.left_out.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect::<Vec<_>>();
        let has_left = !left.is_empty();
        view! {
            <section class="section" aria-labelledby="found">
                <div class="section-head"><h2 id="found">{format!("{} in the file", words::counted(count, "day to come", "days to come"))}</h2></div>
                <p class="hint">"Nothing is taken yet. Leave out what is a working day here."</p>
                {has_left.then(|| view! { <ul class="left-out">{left}</ul> })}
                {(!is_empty).then(|| view! {
                    <form class="door" method="post" action=at("/agreement/holidays/take")>
                        <Key/>
                        {days.collect_view()}
                        <Button variant=Variant::Primary>"Take into a draft"</Button>
                    </form>
                })}
            </section>
        }
    });
    view! {
        <p class="back"><a href=at("/agreement/draft")>"‹ Draft"</a></p>
        <PageHead title="Holidays from a calendar file" lede="An iCalendar file (.ics), as calendar programs and states publish it. First you see what it holds."/>
        <Rejection sentence/>
        <form class="door" method="post" action=at("/agreement/holidays") enctype="multipart/form-data">
            <p class="field">
                <label for="file">"File"</label>
                <input class="input" id="file" type="file" name="file" accept=".ics,text/calendar" required/>
                <span class="hint">"Whole days and what comes back each year on the same date; at most 1 MB."</span>
            </p>
            <Button>"See what it holds"</Button>
        </form>
        {preview}
    }
    .into_any()
}
