//! What can be filled in.

use leptos::prelude::*;
use leptos::tachys::html::property::IntoProperty;
use leptos::tachys::renderer::types::Element;

/// What a field is filled in with. A page that is shown again with the same leaves alone what was typed since; a text
/// by itself would be filled in each time.
#[derive(Clone)]
struct Filled(String);

impl IntoProperty for Filled {
    type State = (String, <String as IntoProperty>::State);
    type Cloneable = Self;
    type CloneableOwned = Self;

    fn hydrate<const FROM_SERVER: bool>(self, element: &Element, key: &str) -> Self::State {
        (self.0.clone(), IntoProperty::hydrate::<FROM_SERVER>(self.0, element, key))
    }

    fn build(self, element: &Element, key: &str) -> Self::State {
        (self.0.clone(), IntoProperty::build(self.0, element, key))
    }

    fn rebuild(self, (filled, state): &mut Self::State, key: &str) {
        if self.0 != *filled {
            filled.clone_from(&self.0);
            IntoProperty::rebuild(self.0, state, key);
        }
    }

    fn into_cloneable(self) -> Self {
        self
    }

    fn into_cloneable_owned(self) -> Self {
        self
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
                prop:value=Filled(value)
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described
            />
            {is_hinted.then(|| view! { <span class="hint" id=hint_id>{hint}</span> })}
            {is_wrong.then(|| view! { <span class="wrong" id=wrong_id>{wrong}</span> })}
        </p>
    }
}
