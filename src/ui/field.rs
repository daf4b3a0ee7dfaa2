//! What can be filled in.

use leptos::prelude::*;

/// A labelled field of several lines.
#[component]
pub fn LongField(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The name that the form sends.
    #[prop(into)]
    name: String,
    /// What to fill in.
    #[prop(into)]
    label: String,
    /// What is filled in.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    // Rendered as a child, the text would have the renderer's own marks in it.
    let text = value.replace('&', "&amp;").replace('<', "&lt;");
    view! {
        <p class="field">
            <label for=id.clone()>{label}</label>
            <textarea class="input" id=id name=name rows="4" inner_html=text></textarea>
        </p>
    }
}

/// A labelled field of one line.
#[component]
pub fn Field(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The name that the form sends.
    #[prop(into)]
    name: String,
    /// What to fill in.
    #[prop(into)]
    label: String,
    /// `text`, `date`, `search` …
    #[prop(default = "text")]
    kind: &'static str,
    /// What a browser may fill in by itself: `username`, `new-password` …
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// It cannot be left blank.
    #[prop(optional)]
    required: bool,
    /// The id of a list of values that are offered.
    #[prop(optional)]
    list: Option<&'static str>,
    /// What is filled in.
    #[prop(into, optional)]
    value: String,
    /// A sentence that helps.
    #[prop(into, optional)]
    hint: String,
    /// What is wrong with it.
    #[prop(into, optional)]
    wrong: String,
) -> impl IntoView {
    let (is_hinted, is_wrong) = (!hint.is_empty(), !wrong.is_empty());
    let (hint_id, wrong_id) = (format!("{id}-hint"), format!("{id}-wrong"));
    let described = match (is_wrong, is_hinted) {
        (true, _) => Some(wrong_id.clone()),
        (false, true) => Some(hint_id.clone()),
        (false, false) => None,
    };
    view! {
        <p class="field">
            <label for=id.clone()>{label}</label>
            <input
                class="input"
                id=id
                name=name
                type=kind
                autocomplete=autocomplete
                required=required
                list=list
                value=value.clone()
                prop:value=value
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described
            />
            {is_hinted.then(|| view! { <span class="hint" id=hint_id>{hint}</span> })}
            {is_wrong.then(|| view! { <span class="wrong" id=wrong_id>{wrong}</span> })}
        </p>
    }
}
