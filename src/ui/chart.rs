//! Finished drawings and what stands around them.

use super::says::Chart;
use super::table::DataTable;
use leptos::prelude::*;

/// An SVG of `charts`.
#[component]
pub fn Drawing(
    /// The drawing.
    svg: String,
) -> impl IntoView {
    view! { <div class="drawing" inner_html=svg></div> }
}

/// A chart under its finding, with the figures behind it.
#[component]
pub fn ChartFigure(
    /// What it shows.
    chart: Chart,
) -> impl IntoView {
    let label = format!("Figures: {}", chart.title);
    view! {
        <figure class="figure-block">
            <figcaption><h3>{chart.title}</h3><p>{chart.measure}</p></figcaption>
            <Drawing svg=chart.svg/>
            <details><summary>"Figures"</summary><DataTable table=chart.figures label/></details>
        </figure>
    }
}
