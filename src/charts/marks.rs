//! Small drawings of one or two numbers, for table cells and lines of text. Shares are of one.

use super::{coordinate, escaped};
use std::fmt::Write;

/// Two values of two things, before and now.
#[derive(Clone, Debug)]
pub struct Slope<'a> {
    /// What it shows, for those who do not see it.
    pub says: &'a str,
    /// Marketing's thing: `(before, now)` and how each is called.
    pub above: (f64, f64),
    /// Its words.
    pub above_words: (String, String),
    /// The joint thing.
    pub below: (f64, f64),
    /// Its words.
    pub below_words: (String, String),
}

/// A bar of a share, before what was left on the way.
pub fn share(now: f64, before: f64) -> String {
    format!(
        "<svg class='chart' width='100%' height='18' aria-hidden='true'><rect class='bar-lost' width='{}%' \
         height='18'/><rect class='bar' width='{}%' height='18'/></svg>",
        percent(before),
        percent(now)
    )
}

/// How far a promise is kept, from its base line towards the net; `None` is not measured. A tick marks the even pace of
/// days that are not over.
pub fn reach(kept: Option<f64>, pace: Option<f64>) -> String {
    let tick = pace.map(percent).map(|at| format!("<rect class='pace' x='{at}%' width='2' height='5'/>"));
    let fill = kept.map(|kept| format!("<rect class='fill' width='{}%' height='5'/>", percent(kept)));
    format!(
        "<svg class='reach' width='100%' height='5' aria-hidden='true'><rect class='rest' width='100%' \
         height='5'/>{}{}</svg>",
        fill.unwrap_or_default(),
        tick.unwrap_or_default()
    )
}

/// A share with its interval on a scale from 0 to `top`, and the average as a dashed line.
pub fn interval(value: f64, (low, high): (f64, f64), average: Option<f64>, top: f64) -> String {
    let place = |value: f64| percent(value / top);
    let mut svg = "<svg class='chart' width='100%' height='16' aria-hidden='true'>".to_owned();
    if let Some(average) = average.map(place) {
        let _ = write!(svg, "<line class='avg' x1='{average}%' x2='{average}%' y1='0' y2='16'/>");
    }
    let _ = write!(
        svg,
        "<line class='ci' x1='{}%' x2='{}%' y1='8' y2='8'/><circle class='dot' cx='{}%' cy='8' \
         r='3.5'/></svg>",
        place(low),
        place(high),
        place(value)
    );
    svg
}

/// Two lines from the period before to this one, each by how much it changed: both begin at the same height.
pub fn slope(slope: &Slope) -> String {
    let (left, right, middle, swing) = (30.0, 70.0, 58.0, 34.0);
    let changes = [slope.above, slope.below].map(|(before, now)| if before > 0.0 { now / before - 1.0 } else { 0.0 });
    let largest = changes.iter().fold(f64::MIN_POSITIVE, |largest, change| largest.max(change.abs()));
    let mut svg =
        format!("<svg class='chart' width='100%' height='118' role='img' aria-label='{}'>", escaped(slope.says));
    for x in [left, right] {
        let _ = write!(svg, "<line class='axis' x1='{x}%' x2='{x}%' y1='12' y2='96'/>");
    }
    let things = [
        (" data-team='marketing'", "", changes[0], &slope.above_words, 52.0),
        ("", " strong", changes[1], &slope.below_words, 72.0),
    ];
    for (team, strong, change, (before, now), label) in things {
        let start = coordinate(middle);
        let y = middle - swing * change / largest;
        let end = coordinate(y);
        let _ = write!(
            svg,
            "<line class='line'{team} x1='{left}%' x2='{right}%' y1='{start}' y2='{end}'/>\
             <circle class='dot'{team} cx='{left}%' cy='{start}' r='4'/>\
             <circle class='dot'{team} cx='{right}%' cy='{end}' r='4'/>\
             <text class='end{strong}'{team} x='28%' y='{label}'>{}</text>\
             <text class='now{strong}'{team} x='72%' y='{}'>{}</text>",
            escaped(before),
            coordinate(y + 4.0),
            escaped(now)
        );
    }
    for (x, words) in [(left, "period before"), (right, "this period")] {
        let _ = write!(svg, "<text class='mid' x='{x}%' y='113'>{words}</text>");
    }
    svg + "</svg>"
}

fn percent(share: f64) -> String {
    coordinate(if share.is_finite() { share.clamp(0.0, 1.0) * 100.0 } else { 0.0 })
}
