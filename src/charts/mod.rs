//! Charts: data in, SVG out. Pure, drawn on the server, so that a chart is there without a program in the browser,
//! in print and in a snapshot.
//!
//! An SVG has no `viewBox`: it is as wide as its place and has a fixed height, and text, dots and rules stand at
//! percentages, so type never scales. Lines and bands live in a nested, stretched SVG whose strokes do not scale.
//! Attributes stand in single quotes: a drawing also travels inside JSON, where double ones would be escaped.
//! Nothing here names a colour or a size of type: classes and `data-*` do, and the style sheet decides, in the dark
//! and on paper too. That is also why the drawing is ours: a backend of `plotters` is only told whole pixels and RGBA
//! colours, neither percentages nor classes. From `plotters` come the scales and their round numbers.

mod labels;
mod marks;
mod pareto;
mod scale;
mod trend;

pub use marks::{Slope, interval, reach, share, slope};
pub use pareto::{Bar, pareto};
pub use trend::{Point, Team, Trend, multiples, small, spark, trend};

/// A coordinate: at most two decimals, none where they are zero.
fn coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text as it may stand in an element or between quotes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
