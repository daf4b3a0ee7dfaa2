//! Finished drawings and what stands around them.

use super::says::Chart;
use super::table::DataTable;
use super::text::ProseText;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// An SVG of `charts`.
#[component]
pub fn Drawing(
    /// The drawing.
    svg: String,
) -> impl IntoView {
    view! { <div class="drawing" inner_html=svg></div> }
}

/// A chart under its finding, with the figures behind it. A pointer, a finger or the arrow keys read it point by point;
/// Enter or a click opens what is behind the point.
#[component]
pub fn ChartFigure(
    /// What it shows.
    chart: Chart,
) -> impl IntoView {
    let label = format!("Figures: {}", chart.title);
    let name = format!("{}: arrow keys read it point by point", chart.title);
    let points = chart.readings.len();
    let figure = NodeRef::<html::Figure>::new();
    let at = RwSignal::new(None::<usize>);
    let mark = move || {
        let Some(figure) = figure.get().filter(|_| points > 0) else { return };
        show(&figure, at.get(), &name);
    };
    Effect::new(mark);
    let open = move || {
        if let Some(figure) = figure.get_untracked() {
            follow(&figure);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let last = points.saturating_sub(1);
        let to = match (event.key().as_str(), at.get_untracked()) {
            ("Enter", Some(_)) => return open(),
            ("ArrowLeft", i) => Some(i.map_or(last, |i| i.saturating_sub(1))),
            ("ArrowRight", i) => Some(i.map_or(0, |i| last.min(i + 1))),
            ("Home", _) => Some(0),
            ("End", _) => Some(last),
            ("Escape", _) => None,
            _ => return,
        };
        // With a modifier they are the browser's.
        if points > 0 && !event.alt_key() && !event.ctrl_key() && !event.meta_key() {
            event.prevent_default();
            at.set(to);
        }
    };
    let on_click = move |event: MouseEvent| match under(&event) {
        to if to == at.get_untracked() => open(),
        to => at.set(to),
    };
    let reading =
        move || at.get().and_then(|i| chart.readings.get(i).cloned()).map(|prose| view! { <ProseText prose/> });
    let behind = (!chart.figures.rows.is_empty()).then(|| {
        view! {
            <div class="behind">
                <p class="reading" aria-live="polite">{reading}</p>
                <details><summary>"Figures"</summary><DataTable table=chart.figures label/></details>
            </div>
        }
    });
    view! {
        <figure class="figure-block" node_ref=figure>
            <figcaption><h3>{chart.title}</h3><p>{chart.measure}</p></figcaption>
            <div
                class="plot"
                on:keydown=on_key
                on:pointermove=move |event| at.set(under(&event))
                on:pointerleave=move |_| at.set(None)
                on:click=on_click
            >
                <Drawing svg=chart.svg/>
            </div>
            {behind}
        </figure>
    }
}

/// The point under a pointer; what is caught by a finger stays its target, so the place is asked for.
fn under(event: &MouseEvent) -> Option<usize> {
    let hit = document().element_from_point(event.client_x() as f32, event.client_y() as f32)?;
    hit.closest("[data-at]").ok()??.get_attribute("data-at")?.parse().ok()
}

/// Marks the point that is read. What can be read can be reached by keys.
fn show(figure: &Element, at: Option<usize>, name: &str) {
    let set = |selector: &str, name: &str, value: &str| {
        if let Ok(Some(element)) = figure.query_selector(selector) {
            let _ = element.set_attribute(name, value);
        }
    };
    for (attribute, value) in [("tabindex", "0"), ("role", "application"), ("aria-label", name)] {
        set(".plot", attribute, value);
    }
    if let Ok(Some(element)) = figure.query_selector("[data-here]") {
        let _ = element.remove_attribute("data-here");
    }
    if let Some(at) = at {
        set(&format!("[data-at=\"{at}\"]"), "data-here", "");
    }
}

/// Opens what is behind the point that is read.
fn follow(figure: &Element) {
    if let Ok(Some(link)) = figure.query_selector(".reading a") {
        link.unchecked_into::<leptos::web_sys::HtmlElement>().click();
    }
}
