//! `/definitions/what-if`: the criteria as a form, and what comes of them.

use super::page::DefinitionsHead;
use super::sheet::{ResultShown, TryLine, WhatIfShown};
use crate::agreement::criteria::{Comparison, Field};
use crate::app::file;
use crate::editing::page::Key;
use crate::people::page::Rejection;
use crate::place::at;
use crate::server::AppState;
use crate::ui::{Button, DataTable, Empty, Notice, NoticeKind, SectionHead, Variant, WordsMeant};
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// `/definitions/what-if`
pub fn what_if(shown: WhatIfShown) -> AnyView {
    let WhatIfShown { head, lines, new, known, begins, result, may_take, carried, sentence } = shown;
    let script = use_context::<AppState>().map(|state| file(&state.leptos_options, "what-if.js"));
    let is_empty = lines.is_empty();
    let none = is_empty.then(|| view! { <p class="small">"No criterion so far. Add the first one below."</p> });
    let alternatives = lines.iter().map(|line| (line.key.clone(), line.words.clone())).collect();
    let lines = lines.into_iter().map(|line| view! { <Line line/> }).collect_view();
    let title = format!("Criteria to try, beginning from {begins}");
    view! {
        <DefinitionsHead head/>
        <WordsMeant words=&[("qualified-lead", "qualified lead"), ("opportunity", "opportunity"), ("mature-lead", "mature lead")]/>
        <Rejection sentence/>
        <div class="what-if">
            <section aria-labelledby="try">
                <SectionHead id="try" title/>
                <form method="get" action=at("/definitions/what-if") data-own="what-if" data-result=at("/definitions/what-if/result")>
                    {none}
                    {lines}
                    <New new known alternatives/>
                    <p class="row">
                        <Button variant=Variant::Primary>"See what would have been"</Button>
                        <a class="chip" href=at("/definitions/what-if")>"Begin anew"</a>
                    </p>
                </form>
            </section>
            <section aria-labelledby="came" class="what-came">
                <div id="result" aria-live="polite"><ResultView result may_take carried/></div>
            </section>
        </div>
        <script type="module" nonce=use_nonce() src=script></script>
    }
    .into_any()
}

#[component]
fn Line(line: TryLine) -> impl IntoView {
    let TryLine { key, words, label, value, is_number, is_out } = line;
    let id = format!("v-{key}");
    let name = format!("v.{key}");
    let which = format!(": {words}");
    let field = if label.is_empty() {
        view! { <p class="words">{words}</p> }.into_any()
    } else if is_number {
        view! {
            <p class="field">
                <label for=id.clone()>{label}</label>
                <input class="input" id=id name=name type="text" inputmode="numeric" value=value/>
            </p>
        }
        .into_any()
    } else {
        let text = value.replace('&', "&amp;").replace('<', "&lt;");
        let hint = format!("{id}-hint");
        view! {
            <p class="field">
                <label for=id.clone()>{label}</label>
                <textarea class="input" id=id name=name rows="3" aria-describedby=hint.clone() inner_html=text></textarea>
                <span class="hint" id=hint>"One value a line."</span>
            </p>
        }
        .into_any()
    };
    view! {
        <div class="try-line">
            {field}
            <label class="check" ><input type="checkbox" name="out" value=key checked=is_out/>"leave out"<span class="sr">{which}</span></label>
        </div>
    }
}

/// The fields of one more criterion, or of one more rule of one that is there.
#[component]
fn New(
    new: [String; 4],
    known: Vec<(&'static str, Vec<String>)>,
    alternatives: Vec<(String, String)>,
) -> impl IntoView {
    let [to, field, comparison, value] = new;
    let open = !field.is_empty();
    let fields = Field::ALL.iter().map(|choice| {
        view! { <option value=choice.key() selected=choice.key() == field>{choice.label()}</option> }
    });
    let comparisons = Comparison::ALL.iter().map(|choice| {
        view! { <option value=choice.key() selected=choice.key() == comparison>{choice.label()}</option> }
    });
    let places = (!alternatives.is_empty()).then(|| {
        let choices = alternatives.into_iter().map(|(key, words)| {
            let selected = key == to;
            view! { <option value=key selected=selected>{format!("or enough for: {words}")}</option> }
        });
        view! {
            <p class="field wide">
                <label for="to">"It is"</label>
                <select class="input" id="to" name="to"><option value="">"a criterion of its own"</option>{choices.collect_view()}</select>
            </p>
        }
    });
    let names = known.into_iter().map(|(key, values)| {
        let label = Field::from_key(key).map_or(key, Field::label);
        let values = values.join(", ");
        view! { <li><b>{label}</b>": "{values}</li> }
    });
    let text = value.replace('&', "&amp;").replace('<', "&lt;");
    view! {
        <details class="saying try-new" open=open>
            <summary class="chip">"Add a criterion"</summary>
            <div class="inline-form">
                {places}
                <p class="field">
                    <label for="field">"Field"</label>
                    <select class="input" id="field" name="field"><option value="">"Choose"</option>{fields.collect_view()}</select>
                </p>
                <p class="field">
                    <label for="comparison">"Comparison"</label>
                    <select class="input" id="comparison" name="comparison">{comparisons.collect_view()}</select>
                </p>
                <p class="field">
                    <label for="value">"Value"</label>
                    <textarea class="input" id="value" name="value" rows="3" aria-describedby="value-hint" inner_html=text></textarea>
                    <span class="hint" id="value-hint">"A number such as 50; or one value a line. Nothing for “is given”."</span>
                </p>
            </div>
            <details class="known-values"><summary class="small">"Values that leads have"</summary><ul>{names.collect_view()}</ul></details>
        </details>
    }
}

/// What comes of it.
#[component]
pub fn ResultView(
    /// In words.
    result: ResultShown,
    /// The reader may take it into the draft.
    may_take: bool,
    /// What the form of taking carries.
    carried: Vec<(String, String)>,
) -> impl IntoView {
    let ResultShown { sentence, title, measure, volume, conversion, each, notes } = result;
    let carried = carried.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let carried = carried.collect_view();
    let take = may_take.then(|| {
        view! {
            <form class="row take" method="post" action=at("/definitions/what-if/take")>
                <Key/>
                {carried}
                <Button variant=Variant::Primary>"Take this into the draft"</Button>
                <span class="small quiet">"It counts once both heads have signed."</span>
            </form>
        }
    });
    if !sentence.is_empty() {
        let what = if title.is_empty() && volume.rows.is_empty() { "This cannot be tried yet" } else { "Mind" };
        return view! {
            <Notice kind=NoticeKind::Early title=what><p>{sentence}</p></Notice>
            {take}
        }
        .into_any();
    }
    let is_empty = volume.rows.is_empty();
    let none = is_empty
        .then(|| view! { <Empty title="Nothing to show"><p>"No lead was handed over in these days."</p></Empty> });
    let each = (!each.rows.is_empty())
        .then(|| view! { <DataTable table=each class="criteria-table" label="By criterion, as tried"/> });
    let notes = notes.into_iter().map(|note| view! { <li>{note}</li> });
    view! {
        <SectionHead id="came" title><p>{measure}</p></SectionHead>
        {none}
        <DataTable table=volume class="criteria-table" label="Qualified leads, as agreed and as tried"/>
        <DataTable table=conversion class="criteria-table" label="What became of them"/>
        {each}
        <ul class="notes">{notes.collect_view()}</ul>
        {take}
    }
    .into_any()
}
