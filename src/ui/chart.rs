//! Finished drawings, and what stands around them.

use super::says::Chart;
use leptos::prelude::*;

/// An SVG of `charts`, or other finished markup.
#[component]
pub fn Drawing(
    /// The drawing.
    svg: String,
) -> impl IntoView {
    view! { <div class="drawing" inner_html=svg></div> }
}

/// A chart under its finding, with the figures behind it. Where the program runs, `reading` lets it be read point by
/// point.
#[component]
pub fn ChartFigure(
    /// What it shows.
    chart: Chart,
) -> impl IntoView {
    let keys = format!("{}. Arrow keys read it point by point, Enter opens what is behind a point.", chart.title);
    view! {
        <figure class="figure-block">
            <figcaption><h3>{chart.title}</h3><p>{chart.measure}</p></figcaption>
            <div class="plot">
                <Drawing svg=chart.svg/>
                <div class="keys" tabindex="0" role="application" aria-label=keys></div>
            </div>
            <div class="behind">
                <p class="reading" aria-live="polite"><span></span>" "<a>"Open"</a></p>
                <details><summary>"Figures"</summary><Drawing svg=chart.figures/></details>
            </div>
        </figure>
    }
}
