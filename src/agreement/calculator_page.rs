//! `/agreement/calculator`: how many qualified leads a revenue goal needs.

use super::calculator::{Goal, Inputs, Own, Per, Typed};
use crate::definitions::page::DefinitionsHead;
use crate::definitions::sheet::Head;
use crate::editing::page::Key;
use crate::kpis::model::wilson;
use crate::kpis::words::{self, Currency};
use crate::people::page::Rejection;
use crate::place::at;
use crate::ui::{Button, Field, SectionHead, Variant, WordsMeant};
use leptos::prelude::*;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct CalculatorShown {
    /// Title, promises, the other pages.
    pub head: Head,
    /// What was typed.
    pub typed: Typed,
    /// What the own months say.
    pub own: Own,
    /// Which months those are; empty: no lead yet.
    pub months: String,
    /// The workspace's.
    pub currency: Currency,
    /// What comes of it.
    pub goal: Option<(Inputs, Goal)>,
    /// Leads a month that are promised today.
    pub promised: Option<u32>,
    /// Why it cannot be computed, or was not taken.
    pub sentence: String,
    /// The reader may take it into the draft.
    pub may_take: bool,
}

/// `/agreement/calculator`
pub fn calculator(shown: CalculatorShown) -> AnyView {
    let CalculatorShown { head, typed, own, months, currency, goal, promised, sentence, may_take } = shown;
    let (deal, rate) = said(&own, &months, &currency);
    let per = Per::from_key(&typed.per).unwrap_or(Per::Year);
    let pers = Per::ALL.iter().map(|choice| {
        view! { <option value=choice.key() selected=*choice == per>{format!("a {choice}")}</option> }
    });
    let code = currency.0.clone();
    let result = match goal {
        Some((inputs, goal)) => {
            view! { <ResultView inputs goal promised currency may_take/> }.into_any()
        }
        None => view! {
            <p class="small quiet">"The result stands here: qualified leads a month, with the interval that your own rate leaves open."</p>
        }
        .into_any(),
    };
    view! {
        <DefinitionsHead head/>
        <WordsMeant words=&[("qualified-lead", "qualified lead"), ("customer", "customer")]/>
        <Rejection sentence/>
        <div class="what-if">
            <section aria-labelledby="goal-form">
                <SectionHead id="goal-form" title="What you want to reach"/>
                <form method="get" action=at("/agreement/calculator") class="calculator">
                    <Field id="goal" name="goal" label=format!("Revenue goal in {code}") required=true value=typed.goal/>
                    <p class="field">
                        <label for="per">"For"</label>
                        <select class="input" id="per" name="per">{pers.collect_view()}</select>
                    </p>
                    <Field id="share" name="share" label="Of it from marketing’s leads, in percent" value=typed.share hint="The rest comes from elsewhere: partners, customers, sales’ own calls."/>
                    <Field id="deal" name="deal" label=format!("A customer brings, in {code}") value=typed.deal hint=deal/>
                    <Field id="rate" name="rate" label="Leads that become customers, in percent" value=typed.rate hint=rate/>
                    <Button variant=Variant::Primary>"Compute"</Button>
                </form>
            </section>
            <section aria-labelledby="goal-result" class="what-came">{result}</section>
        </div>
    }
    .into_any()
}

/// What a blank field stands for.
fn said(own: &Own, months: &str, currency: &Currency) -> (String, String) {
    if months.is_empty() {
        let none = "No lead yet, so there is nothing of your own to reckon with.".to_owned();
        return (none.clone(), none);
    }
    let deal = match own.deal_minor() {
        Some(minor) => format!(
            "Blank: {}, the average of {} won from {months}. A win without a value is not among them.",
            currency.amount(minor),
            words::counted(own.won, "customer with a value", "customers with a value")
        ),
        None => format!("Not defined from your own months: no customer with a value was won from {months}."),
    };
    let rate = match own.rate() {
        Some(rate) => format!(
            "Blank: {}, {} of {} handed over from {months}; 95\u{a0}% interval {}.",
            words::percent(rate.part, rate.whole).unwrap_or_default(),
            words::count(rate.part),
            words::counted(rate.whole, "mature lead", "mature leads"),
            wilson(rate.part, rate.whole).map(words::interval).unwrap_or_default()
        ),
        None => format!("Not defined from your own months: no lead handed over from {months} is a customer yet."),
    };
    (deal, rate)
}

#[component]
fn ResultView(inputs: Inputs, goal: Goal, promised: Option<u32>, currency: Currency, may_take: bool) -> impl IntoView {
    let Goal { customers, leads_a_month, between } = goal;
    let between = between.map(|(least, most)| {
        let most = most.map_or_else(|| "an unknown number".to_owned(), words::count);
        view! {
            <p>{format!("Your own rate rests on {}: the goal needs between {} and {most} leads a month, in 95 of 100 cases.", words::counted(inputs.rate.part, "customer", "customers"), words::count(least))}</p>
        }
    });
    let promised =
        promised.map(|promised| view! { <p>{format!("Promised today: {} a month.", words::count(promised))}</p> });
    let formula = format!(
        "{} × {} ÷ {} ÷ {} ÷ {}, rounded up",
        currency.amount(inputs.goal_minor),
        words::basis_points(inputs.share_bp),
        currency.amount(inputs.deal_minor),
        words::percent(inputs.rate.part, inputs.rate.whole).unwrap_or_default(),
        words::counted(inputs.per.months(), "month", "months")
    );
    let take = may_take.then(|| {
        view! {
            <form class="row take" method="post" action=at("/agreement/calculator/take")>
                <Key/>
                <input type="hidden" name="leads" value=leads_a_month/>
                <Button variant=Variant::Primary>{format!("Take {} into the draft", words::count(leads_a_month))}</Button>
                <span class="small quiet">"It counts once both heads have signed."</span>
            </form>
        }
    });
    let (title, unit) = ("Qualified leads a month", if leads_a_month == 1 { "lead a month" } else { "leads a month" });
    view! {
        <SectionHead id="goal-result" title/>
        <p class="figure">{words::count(leads_a_month)}<small>{unit}</small></p>
        <p>{format!("for {} a {}.", words::counted(customers, "customer", "customers"), inputs.per)}</p>
        {between}
        {promised}
        <p class="small quiet">{formula}</p>
        {take}
    }
}
