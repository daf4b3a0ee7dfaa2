//! A value over time: the trend with its scale, and the same as a spark.

use super::labels::{Lean, NARROWEST, Place, Stroke, Words, width};
use super::scale::Scale;
use super::{coordinate, escaped};
use std::fmt::Write;

/// The two hues; without a team a line is ink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Team {
    /// Round, dark.
    Marketing,
    /// Square, light.
    Sales,
}

/// One point in time. All values are in the unit of the scale and not negative.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Point {
    /// What was measured; `None` leaves a gap.
    pub value: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// The target in force.
    pub target: Option<f64>,
    /// It grows evenly from point to point: a straight line, not a step.
    pub evenly: bool,
    /// Too young to count: hatched, dashed, hollow.
    pub young: bool,
    /// Said on the time axis, where there is room.
    pub label: String,
    /// Said beside the point.
    pub mark: Option<String>,
    /// Said where a reader stops: the value with all that belongs to it.
    pub says: String,
    /// Said at the top, before the point: something begins here.
    pub begins: Option<&'static str>,
}

/// A chart of one value over time.
#[derive(Clone)]
pub struct Trend<'a> {
    /// Unique on the page.
    pub id: &'a str,
    /// What it shows, for those who do not see it.
    pub says: &'a str,
    /// In order of time, evenly apart.
    pub points: &'a [Point],
    /// Whose number it is.
    pub team: Option<Team>,
    /// A value of the scale as text.
    pub unit: &'a dyn Fn(f64) -> String,
    /// What the hatched part is called.
    pub young: &'a str,
    /// What stands there where nothing was measured.
    pub nothing: &'a str,
    /// The highest value that there can be, if there is one.
    pub most: Option<f64>,
}

/// Where the points stand, in percent of the width.
#[derive(Clone, Copy)]
struct Frame {
    first: f64,
    last: f64,
    /// The plot from above, in pixels.
    top: f64,
    height: f64,
}

const FULL: Frame = Frame { first: 9.0, last: 95.0, top: 20.0, height: 158.0 };
const SPARK: Frame = Frame { first: 1.0, last: 97.0, top: 4.0, height: 40.0 };
const SMALL: Frame = Frame { first: 15.0, last: 96.0, top: 14.0, height: 70.0 };
const FULL_HEIGHT: f64 = 200.0;
const SMALL_HEIGHT: f64 = 100.0;
const SPARK_HEIGHT: f64 = 48.0;
/// Zero's line and four more.
const ROUND_VALUES: usize = 5;
/// The strip above the plot, for what is said about time: its line of letters, and where words of the plot begin.
const STRIP: f64 = 9.0;
const BELOW_STRIP: f64 = 14.0;
/// From a point to the words above it, and to those below it.
const ABOVE: f64 = 9.0;
const BELOW: f64 = 19.0;
/// Words that are in the way move on by this much, but for the last ones not far: they would seem to be another point's.
const STEP: f64 = 6.0;
const NOT_FAR: f64 = 18.0;
/// The top of the scale over the highest value: a line of words fits in between.
const HEADROOM: f64 = 1.14;
/// As many labels fit on the time axis of a phone.
const TIME_LABELS: usize = 6;

impl Team {
    const fn attribute(team: Option<Self>) -> &'static str {
        match team {
            Some(Self::Marketing) => " data-team='marketing'",
            Some(Self::Sales) => " data-team='sales'",
            None => "",
        }
    }
}

/// The chart with scale, grid, target, band, hatching and direct labels.
pub fn trend(chart: &Trend) -> String {
    let plot = Plot::with_scale(chart);
    let mut svg = open(FULL_HEIGHT, chart.says);
    plot.hatching(&mut svg);
    if chart.points.iter().all(|point| point.value.is_none()) {
        plot.nothing(&mut svg);
        plot.time_axis(&mut svg);
        return svg + "</svg>";
    }
    plot.grid(&mut svg);
    plot.strip(&mut svg);
    plot.targets(&mut svg);
    plot.lines(&mut svg);
    plot.scale_labels(&mut svg);
    plot.dots(&mut svg);
    plot.marks(&mut svg);
    plot.time_axis(&mut svg);
    plot.stops(&mut svg);
    svg + "</svg>"
}

/// The same without scale and words, small.
pub fn spark(chart: &Trend) -> String {
    let plot = Plot::without_scale(chart);
    let mut svg = open(SPARK_HEIGHT, chart.says).replacen("class='chart'", "class='chart spark'", 1);
    plot.hatching(&mut svg);
    plot.targets(&mut svg);
    plot.lines(&mut svg);
    plot.last_dot(&mut svg);
    svg + "</svg>"
}

/// One of several beside each other, on the scale from zero to `most` that they share; what lies above is cut. `all` is
/// what they are compared with, point by point.
pub fn small(chart: &Trend, all: &[Option<f64>]) -> String {
    let plot = Plot { chart, frame: SMALL, scale: Scale::to(chart.most.unwrap_or_default()) };
    let mut svg = open(SMALL_HEIGHT, chart.says);
    plot.hatching(&mut svg);
    plot.outer_lines(&mut svg);
    plot.targets(&mut svg);
    plot.beside(&mut svg, all);
    plot.lines(&mut svg);
    plot.last_dot(&mut svg);
    plot.first_and_last_time(&mut svg);
    svg + "</svg>"
}

/// Small charts as a list, each with its name and a line of words.
pub fn multiples(charts: &[(String, String, String)]) -> String {
    let item = |(name, words, svg): &(String, String, String)| {
        format!("<li><h3>{}</h3><p>{}</p>{svg}</li>", escaped(name), escaped(words))
    };
    format!("<ul class='multiples' role='list'>{}</ul>", charts.iter().map(item).collect::<String>())
}

fn open(height: f64, says: &str) -> String {
    let height = coordinate(height);
    format!("<svg class='chart' width='100%' height='{height}' role='img' aria-label='{}'>", escaped(says))
}

struct Plot<'a> {
    chart: &'a Trend<'a>,
    frame: Frame,
    scale: Scale,
}

impl<'a> Plot<'a> {
    /// From zero, with room for words above the highest point.
    fn with_scale(chart: &'a Trend<'a>) -> Self {
        let values = highest(chart.points.iter().flat_map(|point| [point.value, point.target]));
        let intervals = highest(chart.points.iter().map(|point| point.interval.map(|(_, high)| high)));
        // A band may reach far above what there is to see: it is then cut.
        let top = (values * HEADROOM).max(intervals.min(2.0 * values));
        let top = if top > 0.0 { top } else { intervals };
        let scale = Scale::to(chart.most.map_or(top, |most| top.min(most * HEADROOM)));
        // The line begins beside the scale's words.
        let words = scale.round_values(ROUND_VALUES).into_iter().map(|value| width(&(chart.unit)(value), false));
        let words = 100.0 * (words.fold(0.0, f64::max) + 4.0) / NARROWEST;
        Self { chart, frame: Frame { first: FULL.first.max(words.min(FULL.last / 2.0)), ..FULL }, scale }
    }

    /// As high as values and targets go: a spark shows the movement, not the size.
    fn without_scale(chart: &'a Trend<'a>) -> Self {
        let values = || chart.points.iter().flat_map(|point| [point.value, point.target]).flatten();
        let (low, high) = (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max));
        let scale = if low < high { Scale::between(low, high) } else { Scale::to(2.0 * low.min(high)) };
        Self { chart, frame: SPARK, scale }
    }

    fn x(&self, index: usize) -> f64 {
        self.between(index as f64)
    }

    /// Also between two points.
    fn between(&self, index: f64) -> f64 {
        let Frame { first, last, .. } = self.frame;
        match self.chart.points.len() {
            0 | 1 => (first + last) / 2.0,
            n => first + (last - first) * index / (n - 1) as f64,
        }
    }

    /// The left edge of a bucket, in percent: at the first point the left edge of all.
    fn edge(&self, index: usize) -> f64 {
        match index {
            0 => 0.0,
            n if n == self.chart.points.len() => 100.0,
            n => self.between(n as f64 - 0.5),
        }
    }

    /// In the stretched inner drawing, from above.
    fn inner_y(&self, value: f64) -> f64 {
        100.0 - self.scale.percent(value)
    }

    /// In pixels, from above.
    fn y(&self, value: f64) -> f64 {
        self.frame.top + self.inner_y(value) * self.frame.height / 100.0
    }

    fn hatching(&self, svg: &mut String) {
        let ranges = runs(self.chart.points, |point| point.young);
        if ranges.is_empty() {
            return;
        }
        let (id, top, height) = (escaped(self.chart.id), coordinate(self.frame.top), coordinate(self.frame.height));
        let _ = write!(
            svg,
            "<defs><pattern id='{id}' width='6' height='6' patternUnits='userSpaceOnUse' \
             patternTransform='rotate(45)'><path class='hatch' d='M0 0V6'/></pattern></defs>"
        );
        for (from, to) in &ranges {
            let (left, right) = (self.edge(*from), self.edge(*to));
            let _ = write!(
                svg,
                "<rect class='young' x='{}%' y='{top}' width='{}%' height='{height}' fill='url(#{id})'/>",
                coordinate(left),
                coordinate(right - left)
            );
        }
    }

    fn grid(&self, svg: &mut String) {
        for (i, value) in self.scale.round_values(ROUND_VALUES).into_iter().enumerate() {
            let class = if i == 0 { "axis" } else { "grid" };
            let y = self.y(value).round();
            let _ = write!(svg, "<line class='{class}' x1='0' x2='100%' y1='{y}' y2='{y}'/>");
        }
    }

    /// Zero, the highest round value with its words, and where the period begins.
    fn outer_lines(&self, svg: &mut String) {
        let bottom = coordinate(self.frame.top + self.frame.height);
        let _ = write!(svg, "<line class='axis' x1='0' x2='100%' y1='{bottom}' y2='{bottom}'/>");
        if let Some((words, text)) = self.scale_words().pop().filter(|(words, _)| words.y < self.frame.height) {
            let (y, label, text) = (words.y + 4.0, words.y, escaped(&text));
            let _ = write!(
                svg,
                "<line class='grid' x1='0' x2='100%' y1='{y}' y2='{y}'/><text x='0' y='{label}'>{text}</text>"
            );
        }
        for (i, _) in self.chart.points.iter().enumerate().filter(|(_, point)| point.begins.is_some()) {
            let (x, top) = (coordinate(self.edge(i)), coordinate(self.frame.top));
            let _ = write!(svg, "<line class='begin' x1='{x}%' x2='{x}%' y1='{top}' y2='{bottom}'/>");
        }
    }

    fn beside(&self, svg: &mut String, all: &[Option<f64>]) {
        let value = |i: usize| all.get(i).copied().flatten();
        let stroke = |i: usize| Some([(i, value(i)?), (i + 1, value(i + 1)?)]);
        let strokes: String = (0..all.len()).filter_map(stroke).map(|ends| self.path(ends.into_iter())).collect();
        self.stretched(svg, "", &format!("<path class='all' d='{strokes}'/>"));
    }

    fn first_and_last_time(&self, svg: &mut String) {
        let ends = [self.chart.points.first(), self.chart.points.last().filter(|_| self.chart.points.len() > 1)];
        for (point, (x, lean)) in ends.into_iter().zip([(0.0, Lean::Start), (100.0, Lean::End)]) {
            let Some(point) = point else { continue };
            put(svg, "", &Words { x, dx: 0.0, y: SMALL_HEIGHT - 3.0, lean, width: 0.0 }, &point.label);
        }
    }

    /// An axis and a word: there is no scale of nothing.
    fn nothing(&self, svg: &mut String) {
        let bottom = coordinate(self.frame.top + self.frame.height);
        let _ = write!(
            svg,
            "<line class='axis' x1='0' x2='100%' y1='{bottom}' y2='{bottom}'/><text class='mid halo' \
             x='50%' y='104'>{}</text>",
            escaped(self.chart.nothing)
        );
    }

    fn scale_labels(&self, svg: &mut String) {
        for (words, text) in self.scale_words() {
            let _ = write!(svg, "<text class='halo' x='0' y='{}'>{}</text>", words.y, escaped(&text));
        }
    }

    /// On their grid lines.
    fn scale_words(&self) -> Vec<(Words, String)> {
        let values = self.scale.round_values(ROUND_VALUES).into_iter();
        let said = values.map(|value| (self.y(value).round() - 4.0, (self.chart.unit)(value)));
        let at = |y, text: &str| Words { x: 0.0, dx: 0.0, y, lean: Lean::Start, width: width(text, false) };
        said.map(|(y, text)| (at(y, &text), text)).collect()
    }

    /// What begins where, and what the hatched end is called, in a line above the plot. Words that find no room are
    /// left out: the figures behind the chart have them too.
    fn strip(&self, svg: &mut String) {
        let bottom = coordinate(self.frame.top + self.frame.height);
        let begins =
            || self.chart.points.iter().enumerate().filter_map(|(i, point)| Some((self.edge(i), point.begins?)));
        for (x, _) in begins() {
            let x = coordinate(x);
            let _ = write!(svg, "<line class='begin' x1='{x}%' x2='{x}%' y1='0' y2='{bottom}'/>");
        }
        let mut taken: Vec<Place> = self.scale_words().iter().map(|(words, _)| words.place()).collect();
        let mut say = |text: &str, candidates: &[(f64, f64, Lean)]| {
            let words = |&(x, dx, lean)| Words { x, dx, y: STRIP, lean, width: width(text, false) };
            let free = |words: &Words| {
                let place = words.place();
                place.lies_within((0.0, 100.0), (-1.0, BELOW_STRIP)) && !taken.iter().any(|taken| taken.covers(&place))
            };
            if let Some(words) = candidates.iter().map(words).find(free) {
                taken.push(words.place());
                put(svg, "halo", &words, text);
            }
        };
        // The younger a beginning is, the more it explains of what is seen.
        let mut begins: Vec<_> = begins().collect();
        begins.reverse();
        for (x, text) in begins {
            say(text, &[(x, 5.0, Lean::Start), (x, -5.0, Lean::End)]);
        }
        let young = runs(self.chart.points, |point| point.young).pop();
        if young.is_some_and(|(_, to)| to == self.chart.points.len()) {
            say(self.chart.young, &[(99.5, 0.0, Lean::End)]);
        }
    }

    fn targets(&self, svg: &mut String) {
        let points = self.chart.points;
        let mut from = 0;
        while from < points.len() {
            let even = points[from..].iter().take_while(|point| point.evenly && point.target.is_some()).count();
            if let (2.., Some(first), Some(last)) = (even, points[from].target, points[from + even.max(1) - 1].target) {
                let (left, right) = (coordinate(self.x(from)), coordinate(self.x(from + even - 1)));
                let (y1, y2) = (coordinate(self.y(first)), coordinate(self.y(last)));
                let _ = write!(svg, "<line class='target' x1='{left}%' x2='{right}%' y1='{y1}' y2='{y2}'/>");
                from += even;
                continue;
            }
            let target = points[from].target;
            let to = from + points[from..].iter().take_while(|point| point.target == target).count();
            if let Some(target) = target {
                let y = coordinate(self.y(target));
                let (left, right) = (coordinate(self.edge(from)), coordinate(self.edge(to)));
                let _ = write!(svg, "<line class='target' x1='{left}%' x2='{right}%' y1='{y}' y2='{y}'/>");
            }
            from = to;
        }
    }

    fn lines(&self, svg: &mut String) {
        let points = self.chart.points;
        let mut paths = String::new();
        for (from, to) in runs(points, |point| point.interval.is_some()) {
            let interval = |i: usize| points[i].interval.unwrap_or_default();
            let upper = (from..to).map(|i| (i, interval(i).1));
            let lower = (from..to).rev().map(|i| (i, interval(i).0));
            let _ = write!(paths, "<path class='band' d='{}Z'/>", self.path(upper.chain(lower)));
        }
        for young in [false, true] {
            let attribute = if young { " data-young" } else { "" };
            // A stretch between two points is young where one of them is.
            let joined = |i: usize| {
                let (a, b) = (&points[i], &points[i + 1]);
                a.value.is_some() && b.value.is_some() && (a.young || b.young) == young
            };
            let mut from = 0;
            while from + 1 < points.len() {
                let length = (from..points.len() - 1).take_while(|&i| joined(i)).count();
                if length > 0 {
                    let stretch = (from..=from + length).map(|i| (i, points[i].value.unwrap_or_default()));
                    let _ = write!(paths, "<path class='line'{attribute} d='{}'/>", self.path(stretch));
                }
                from += length.max(1);
            }
        }
        self.stretched(svg, Team::attribute(self.chart.team), &paths);
    }

    /// Paths as wide as the drawing, cut at the plot's edges.
    fn stretched(&self, svg: &mut String, attributes: &str, paths: &str) {
        let (y, height) = (coordinate(self.frame.top), coordinate(self.frame.height));
        let _ = write!(
            svg,
            "<svg y='{y}' width='100%' height='{height}' viewBox='0 0 100 100' \
             preserveAspectRatio='none'{attributes}>{paths}</svg>"
        );
    }

    fn path(&self, places: impl Iterator<Item = (usize, f64)>) -> String {
        let mut path = String::new();
        for (i, value) in places {
            let command = if path.is_empty() { "M" } else { " L" };
            let _ = write!(path, "{command}{} {}", coordinate(self.x(i)), coordinate(self.inner_y(value)));
        }
        path
    }

    /// Young points, points with words, and points without a neighbour, which no line would show.
    fn dots(&self, svg: &mut String) {
        let points = self.chart.points;
        let measured = |i: usize| points.get(i).is_some_and(|point| point.value.is_some());
        for (i, point) in points.iter().enumerate() {
            let beside_another = measured(i + 1) || i > 0 && measured(i - 1);
            if point.young || point.mark.is_some() || !beside_another {
                self.dot(svg, i);
            }
        }
    }

    fn last_dot(&self, svg: &mut String) {
        let last =
            |young: bool| self.chart.points.iter().rposition(|point| point.value.is_some() && point.young == young);
        if let Some(i) = last(false).or_else(|| last(true)) {
            self.dot(svg, i);
        }
    }

    fn dot(&self, svg: &mut String, i: usize) {
        let point = &self.chart.points[i];
        let Some(value) = point.value else { return };
        let young = if point.young { " data-young" } else { "" };
        let _ = write!(
            svg,
            "<circle class='dot'{}{young} cx='{}%' cy='{}' r='3.5'/>",
            Team::attribute(self.chart.team),
            coordinate(self.x(i)),
            coordinate(self.y(value))
        );
    }

    /// The value of a point, close to it where neither the line nor other words are.
    fn marks(&self, svg: &mut String) {
        let points = self.chart.points;
        let line = self.strokes();
        let rules = self.rules();
        let mut taken: Vec<Place> = Vec::new();
        // The last one comes first: it is how things stand.
        for (i, point) in points.iter().enumerate().rev() {
            let (Some(value), Some(mark)) = (point.value, &point.mark) else { continue };
            let keeps_off = |words: &Words, strokes: &[Stroke]| {
                let place = words.place();
                !strokes.iter().any(|stroke| place.is_crossed_by(*stroke))
            };
            let free: Vec<Words> = self.around(i, value, width(mark, true));
            let free = free
                .into_iter()
                .filter(|words| keeps_off(words, &line) && !taken.iter().any(|taken| taken.covers(&words.place())));
            // A target may run behind words, the line may not.
            let Some(words) = free.clone().find(|words| keeps_off(words, &rules)).or_else(|| free.clone().next())
            else {
                continue;
            };
            taken.push(words.place());
            put(svg, "strong halo", &words, mark);
        }
    }

    /// Where a point's words can stand inside the plot, the closest first.
    fn around(&self, i: usize, value: f64, width: f64) -> Vec<Words> {
        let (points, y, Frame { first, top, height, .. }) = (self.chart.points, self.y(value), self.frame);
        let neighbours = [i.checked_sub(1).and_then(|i| points[i].value), points.get(i + 1).and_then(|p| p.value)];
        let mut beside = neighbours.iter().flatten();
        let is_low = beside.clone().any(|&n| n > value) && beside.all(|&n| n >= value);
        let is_last = points[i + 1..].iter().all(|point| point.mark.is_none());
        let furthest = if is_last { height } else { NOT_FAR };
        let steps = (0..).map(|step| f64::from(step) * STEP).take_while(|way| *way <= furthest);
        let heights = steps.flat_map(|way| {
            let (above, below) = (y - ABOVE - way, y + BELOW + way);
            if is_low { [below, above] } else { [above, below] }
        });
        // The first words keep right of the scale, the last ones use the margin.
        let leans = [(Lean::Mid, 0.0), (Lean::Start, -4.0), (Lean::End, 4.0), (Lean::End, 12.0)];
        let words = heights.flat_map(|y| leans.map(|(lean, dx)| Words { x: self.x(i), dx, y, lean, width }));
        let inside = |words: &Words| words.place().lies_within((first - 1.5, 100.0), (BELOW_STRIP, top + height - 2.0));
        words.filter(inside).collect()
    }

    /// The line, and the points that stand alone.
    fn strokes(&self) -> Vec<Stroke> {
        let place = |i: usize| Some((self.x(i), self.y(self.chart.points.get(i)?.value?)));
        (0..self.chart.points.len()).filter_map(|i| Some((place(i)?, place(i + 1).or(place(i))?))).collect()
    }

    /// Targets and beginnings.
    fn rules(&self) -> Vec<Stroke> {
        let (top, bottom) = (self.frame.top, self.frame.top + self.frame.height);
        let rules = self.chart.points.iter().enumerate().flat_map(|(i, point)| {
            let (left, right) = (self.edge(i), self.edge(i + 1));
            let target = point.target.map(|target| ((left, self.y(target)), (right, self.y(target))));
            [target, point.begins.map(|_| ((left, top), (left, bottom)))]
        });
        rules.flatten().collect()
    }

    fn time_axis(&self, svg: &mut String) {
        let every = self.chart.points.len().div_ceil(TIME_LABELS).max(1);
        for (i, point) in self.chart.points.iter().enumerate().step_by(every) {
            let x = coordinate(self.x(i));
            let _ = write!(svg, "<text class='mid' x='{x}%' y='194'>{}</text>", escaped(&point.label));
        }
    }

    /// A rule, a ring and the words of each point, hidden until a reader stops there, on ground that a pointer can meet.
    fn stops(&self, svg: &mut String) {
        let bottom = coordinate(self.frame.top + self.frame.height);
        for (i, point) in self.chart.points.iter().enumerate() {
            let number = i + 1;
            let (x, left, right) = (coordinate(self.x(i)), self.edge(i), self.edge(i + 1));
            let ring =
                point.value.map(|value| format!("<circle cx='{x}%' cy='{}' r='5.5'/>", coordinate(self.y(value))));
            let _ = write!(
                svg,
                "<g data-at='{number}'><rect x='{}%' width='{}%' height='100%'/><line x1='{x}%' x2='{x}%' y1='14' \
                 y2='{bottom}'/>{}<desc>{}</desc></g>",
                coordinate(left),
                coordinate(right - left),
                ring.unwrap_or_default(),
                escaped(&point.says)
            );
        }
    }
}

/// Words where they were placed.
fn put(svg: &mut String, class: &str, words: &Words, text: &str) {
    let _ = write!(
        svg,
        "<text class='{class} {}' x='{}%' dx='{}' y='{}'>{}</text>",
        words.lean.class(),
        coordinate(words.x),
        coordinate(words.dx),
        coordinate(words.y),
        escaped(text)
    );
}

fn highest(values: impl Iterator<Item = Option<f64>>) -> f64 {
    values.flatten().fold(0.0, f64::max)
}

/// The stretches `[from, to)` of points of which something is so.
fn runs(points: &[Point], so: impl Fn(&Point) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (i, _) in points.iter().enumerate().filter(|(_, point)| so(point)) {
        match runs.last_mut() {
            Some((_, to)) if *to == i => *to += 1,
            _ => runs.push((i, i + 1)),
        }
    }
    runs
}
