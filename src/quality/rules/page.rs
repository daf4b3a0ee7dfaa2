//! `/import/quality/rules`: the rules, what each leaves out, and a new one with what it would do.

use super::Preview;
use crate::editing::page::{Drafts, Key};
use crate::kpis::words::{count, counted};
use crate::people::model::Rejected;
use crate::people::page::Rejection;
use crate::place::at;
use crate::quality::model::{Row, Rule, RuleKind};
use crate::ui::{Button, Empty, Field, PageHead, SectionHead, Variant, WordsMeant};
use leptos::prelude::*;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct RulesPage {
    /// Those that are on first.
    pub rules: Vec<(Rule, String)>,
    /// The reader may write and switch them.
    pub may_rule: bool,
    /// What was just done.
    pub done: Option<String>,
    /// What was typed into the form of a new one, and why it was not taken.
    pub rejected: Rejected,
    /// What the typed one would do.
    pub preview: Option<Preview>,
    /// The channels that there are.
    pub channels: Vec<String>,
}

/// `/import/quality/rules`
pub fn rules(page: RulesPage) -> AnyView {
    let RulesPage { rules, may_rule, done, .. } = page.clone();
    let done = done.map(|said| view! { <div class="toast" role="status">{said}</div><Drafts/> });
    let new = if may_rule {
        view! { <New page/> }.into_any()
    } else {
        view! { <p class="hint">"The heads of both teams write rules, since they move the numbers."</p> }.into_any()
    };
    let shown = if rules.is_empty() {
        view! { <Empty title="No rule yet"><p>"Spam, tests and bought lists can be left out of every number by rule: leads that are here, and those to come."</p></Empty> }
            .into_any()
    } else {
        let rows = rules.into_iter().map(|(rule, told)| view! { <RuleRow rule told may_rule/> });
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Rules">
                <table class="table plain-rows">
                    <thead>
                        <tr>
                            <th scope="col">"Rule"</th>
                            <th scope="col" class="num">"Left out"</th>
                            <th scope="col">"By whom"</th>
                            {may_rule.then(|| view! { <th scope="col"><span class="sr">"Switch"</span></th> })}
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <p class="back"><a href=at("/import/quality")>"‹ Data quality"</a></p>
        <PageHead title="Rules" lede="Leads that a rule names are left out of every number, now and when new ones come. A lead with an opportunity always counts."/>
        <WordsMeant words=&[("lead", "lead"), ("opportunity", "opportunity"), ("disqualified", "left out")]/>
        {done}
        {shown}
        {new}
    }
    .into_any()
}

#[component]
fn RuleRow(rule: Rule, told: String, may_rule: bool) -> impl IntoView {
    let id = rule.id.0;
    let left_out = rule.leads.saturating_sub(rule.with_opportunity);
    let (state, to, verb) = if rule.active { ("", "off", "Switch off") } else { ("Off: ", "on", "Switch on") };
    let counts = (rule.with_opportunity > 0).then(|| {
        view! { <span class="sub">{format!("{} an opportunity and counts", counted(rule.with_opportunity, "more has", "more have"))}</span> }
    });
    let at_it = rule
        .spreading
        .then(|| view! { <span class="sub">"Its leads are being gone through; numbers still move."</span> });
    let label = format!("{verb}: {}", rule.pattern.words());
    let switch = may_rule.then(|| {
        view! {
            <td>
                <form method="post" action=at("/import/quality/rules/switch")>
                    <Key/>
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="to" value=to/>
                    <button class="button" aria-label=label>{verb}</button>
                </form>
            </td>
        }
    });
    view! {
        <tr data-none=(!rule.active).then_some("")>
            <th scope="row">{state}{rule.pattern.words()}<span class="sub">{rule.reason}</span></th>
            <td class="num" data-label="Left out">{count(left_out)}{counts}{at_it}</td>
            <td data-label="By whom">{told}</td>
            {switch}
        </tr>
    }
}

/// A new rule: typed, looked at, then written.
#[component]
fn New(page: RulesPage) -> impl IntoView {
    let RulesPage { rejected, preview, channels, .. } = page;
    let chosen = rejected.value("kind");
    let kinds = RuleKind::ALL.iter().map(|kind| {
        view! { <option value=kind.key() selected=kind.key() == chosen>{kind.words()}</option> }
    });
    let names = channels.into_iter().map(|name| view! { <option value=name></option> });
    let (kind, text, reason) = (chosen.clone(), rejected.value("pattern"), rejected.value("reason"));
    let key = rejected.value("key");
    // What was sent once and not taken counts once all the same.
    let kept = (!key.is_empty()).then(|| view! { <input type="hidden" name="key" value=key.clone()/> });
    let would = preview.map(|preview| view! { <Would preview kind=kind text=text reason=reason sent=key.clone()/> });
    view! {
        <section class="section" aria-labelledby="new-rule">
            <SectionHead id="new-rule" title="A new rule"><p>"First see what it would do."</p></SectionHead>
            <Rejection sentence=rejected.sentence.clone()/>
            <form class="inline-form" method="get" action=at("/import/quality/rules/preview")>
                {kept}
                <p class="field">
                    <label for="kind">"It looks at"</label>
                    <select class="input" id="kind" name="kind">{kinds.collect_view()}</select>
                </p>
                <Field id="pattern" name="pattern" label="For" list="channels" required=true value=rejected.value("pattern")/>
                <datalist id="channels">{names.collect_view()}</datalist>
                <Field id="reason" name="reason" label="Why" required=true value=rejected.value("reason")/>
                <Button>"Preview"</Button>
            </form>
            {would}
        </section>
    }
}

/// What a rule would do, and the button that does it.
#[component]
fn Would(preview: Preview, kind: String, text: String, reason: String, sent: String) -> impl IntoView {
    let Preview { pattern, leads, with_opportunity, newest, days, kpis } = preview;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let said = match (leads, with_opportunity) {
        (0, _) => "No lead matches today; leads to come would be left out.".to_owned(),
        (leads, 0) => format!("{} would be left out of every number.", counted(number(leads), "lead", "leads")),
        (leads, some) => format!(
            "{} would be left out of every number; {} an opportunity and would go on counting.",
            counted(number(leads - some), "lead", "leads"),
            counted(number(some), "more has", "more have")
        ),
    };
    let kpis = (!kpis.is_empty() && leads > 0).then(|| {
        let rows = kpis.into_iter().map(|[name, before, after]| {
            let moved = before != after;
            let after = if moved { view! { <b>{after}</b> }.into_any() } else { after.into_any() };
            view! { <tr><th scope="row">{name}</th><td class="num">{before}</td><td class="num">{after}</td></tr> }
        });
        view! {
            <p class="caption">{format!("The numbers of {days}")}</p>
            <table class="table moved">
                <thead><tr><th scope="col">"Number"</th><th scope="col" class="num">"As it is"</th><th scope="col" class="num">"With the rule"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        }
    });
    let shown = newest.len();
    let named = (shown > 0).then(|| {
        let rows = newest.into_iter().map(|row| view! { <Named row/> });
        let caption = if shown < leads { format!("The newest {shown}") } else { "Which".to_owned() };
        view! {
            <p class="caption">{caption}</p>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Leads that match">
                <table class="table plain-rows">
                    <thead><tr><th scope="col">"Lead"</th><th scope="col">"Company"</th><th scope="col">"E-mail"</th><th scope="col">"Channel"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    });
    view! {
        <div class="would">
            <h3>{pattern.words()}</h3>
            <p>{said}</p>
            <form method="post" action=at("/import/quality/rules/add")>
                <Key sent/>
                <input type="hidden" name="kind" value=kind/>
                <input type="hidden" name="pattern" value=text/>
                <input type="hidden" name="reason" value=reason/>
                <Button variant=Variant::Primary>"Write this rule"</Button>
            </form>
            {kpis}
            {named}
        </div>
    }
}

#[component]
fn Named(row: Row) -> impl IntoView {
    let who = row.name.or(row.external_id).unwrap_or_else(|| format!("Lead {}", row.id));
    view! {
        <tr>
            <th scope="row">{who}</th>
            <td data-label="Company">{row.company}</td>
            <td data-label="E-mail">{row.email}</td>
            <td data-label="Channel">{row.channel}</td>
        </tr>
    }
}
