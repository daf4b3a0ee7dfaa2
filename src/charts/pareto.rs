//! A Pareto chart that lies on its side: each row is a thing with its share of all, the largest first, and a line runs
//! down through what they make up together. Bars and line stand on one scale from nothing to all, so no second one is
//! needed, and words stand above their bar, so any width will do.

use super::{coordinate, escaped};
use std::fmt::Write;

/// Height of a row: its words, its bar, and air.
const ROW: f64 = 40.0;
const BAR: f64 = 10.0;
/// From the top of a row to its bar.
const ABOVE_BAR: f64 = 20.0;
const BELOW: f64 = 18.0;

/// A thing of a Pareto chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it is.
    pub name: String,
    /// How much, in words.
    pub words: String,
    /// Its share of all, from 0 to 1.
    pub share: f64,
    /// The share of it and all before it.
    pub together: f64,
}

/// The chart of these bars, the largest first. `says` tells it to those who do not see it; `line` is the share up to
/// which a few things are the most that matters, as a dashed rule.
pub fn pareto(says: &str, bars: &[Bar], line: f64) -> String {
    let rows = ROW * bars.len() as f64;
    let height = coordinate(rows + BELOW);
    let percent = |share: f64| coordinate(share.clamp(0.0, 1.0) * 100.0);
    let mut svg =
        format!("<svg class='chart pareto' width='100%' height='{height}' role='img' aria-label='{}'>", escaped(says));
    let at = percent(line);
    let _ = write!(
        svg,
        "<line class='axis' x1='0' x2='0' y1='0' y2='{0}'/><line class='target' x1='{at}%' x2='{at}%' y1='0' y2='{0}'/>",
        coordinate(rows)
    );
    let middle = |n: usize| ROW * n as f64 + ABOVE_BAR + BAR / 2.0;
    let points: Vec<String> = bars
        .iter()
        .enumerate()
        .map(|(n, bar)| format!("{},{}", percent(bar.together), coordinate(middle(n))))
        .collect();
    let _ = write!(
        svg,
        "<svg width='100%' height='{0}' viewBox='0 0 100 {0}' preserveAspectRatio='none'>",
        coordinate(rows)
    );
    for (n, bar) in bars.iter().enumerate() {
        let y = coordinate(ROW * n as f64 + ABOVE_BAR);
        let _ = write!(svg, "<rect class='bar' width='{}' y='{y}' height='{BAR}'/>", percent(bar.share));
    }
    let _ = write!(svg, "<polyline class='line' points='{}'/></svg>", points.join(" "));
    for (n, bar) in bars.iter().enumerate() {
        let y = coordinate(ROW * n as f64 + ABOVE_BAR - 5.0);
        let _ = write!(
            svg,
            "<circle class='dot' cx='{}%' cy='{}' r='3.5'/><text class='halo strong' x='0' y='{y}'>{}</text>\
             <text class='halo end' x='100%' y='{y}'>{}</text>",
            percent(bar.together),
            coordinate(middle(n)),
            escaped(&bar.name),
            escaped(&bar.words)
        );
    }
    let y = coordinate(rows + 13.0);
    let _ = write!(
        svg,
        "<text x='0' y='{y}'>0</text><text class='mid' x='{at}%' y='{y}'>{at}\u{a0}%</text><text class='end' x='100%' y='{y}'>100\u{a0}%</text></svg>"
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(name: &str, share: f64, together: f64) -> Bar {
        Bar { name: name.into(), words: "3".into(), share, together }
    }

    #[test]
    fn bars_and_the_line_of_what_they_make_up_stand_on_one_scale() {
        let svg = pareto("Two reasons", &[bar("No <need>", 0.75, 0.75), bar("Other", 0.25, 1.0)], 0.8);
        assert!(svg.contains("<rect class='bar' width='75' y='20' height='10'/>"), "{svg}");
        assert!(svg.contains("<polyline class='line' points='75,25 100,65'/>"), "{svg}");
        assert!(svg.contains("No &lt;need&gt;") && svg.contains("x1='80%'"), "{svg}");
    }

    #[test]
    fn what_is_not_a_share_stays_on_the_scale() {
        let svg = pareto("", &[bar("a", 7.0, f64::INFINITY)], 0.8);
        assert!(svg.contains("width='100'") && !svg.contains("inf"), "{svg}");
    }
}
