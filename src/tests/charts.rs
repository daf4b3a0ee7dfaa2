//! Charts as they were last looked at, in `src/tests/charts/`.

use doubles::charts::{Point, Slope, Team, Trend, interval, reach, share, slope, small, spark, trend};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

#[test]
fn a_target_that_grows_evenly_is_one_straight_line_and_any_other_a_step_at_each_change() {
    let paced = |evenly: bool| -> Vec<Point> {
        let point = |n: u32| {
            let (value, target) = (Some(f64::from(n)), Some(f64::from(n) * 10.0));
            Point { value, target, evenly, ..Point::default() }
        };
        (1..=4).map(point).collect()
    };
    let lines = |points: &[Point]| trend(&chart(points)).matches("class='target'").count();
    assert_eq!((lines(&paced(true)), lines(&paced(false))), (1, 4));
}

#[test]
fn a_trend_has_band_target_hatching_and_direct_labels() {
    let mut points = months(&[15.2, 14.8, 14.1, 14.9, 12.3, 9.9, 9.1, 3.9]);
    for point in &mut points {
        let value = point.value.unwrap_or_default();
        point.interval = Some((value * 0.7, value * 1.4));
        point.target = Some(14.0);
    }
    points[0].mark = Some("15.2 %".to_owned());
    points[4].begins = Some("this period");
    points[5].mark = Some("9.9 %".to_owned());
    points[6].young = true;
    points[7].young = true;
    let chart = Trend { team: Some(Team::Sales), most: Some(100.0), ..chart(&points) };
    compare("trend", &trend(&chart));
    compare("spark", &spark(&chart));
}

#[test]
fn small_charts_share_a_scale_and_a_line_to_compare_with() {
    let mut points = months(&[10.0, 12.0, f64::NAN, 55.0, 20.0, 5.0]);
    points[3].begins = Some("this period");
    points[5].young = true;
    let all = [Some(10.0), Some(11.0), Some(10.0), None, Some(9.0), Some(9.0)];
    compare("small", &small(&Trend { most: Some(42.0), ..chart(&points) }, &all));
}

#[test]
fn a_gap_stays_a_gap_and_a_point_alone_is_a_dot() {
    let mut points = months(&[3.0, 4.0, 5.0, 6.0, 7.0, 6.0]);
    points[1].value = None;
    points[4].value = None;
    compare("gaps", &trend(&chart(&points)));
}

#[test]
fn a_target_that_changes_is_drawn_where_it_is_in_force() {
    let mut points = months(&[3.0, 4.0, 5.0, 6.0]);
    points[1].target = Some(4.0);
    points[2].target = Some(5.0);
    points[3].target = Some(5.0);
    points[2].begins = Some("new agreement");
    compare("targets", &trend(&chart(&points)));
}

#[test]
fn nothing_measured_is_said_and_one_point_is_drawn() {
    compare("nothing", &trend(&chart(&months(&[f64::NAN, f64::NAN]))));
    compare("one", &trend(&chart(&months(&[0.0]))));
    compare("none", &spark(&chart(&[])));
}

#[test]
fn marks_of_one_number_fit_into_a_cell() {
    let words = |before: &str, now: &str| (before.to_owned(), now.to_owned());
    let parting = Slope {
        says: "Leads rose & opportunities fell",
        above: (809.0, 1_012.0),
        above_words: words("809 leads", "1,012, +25 %"),
        below: (119.0, 113.0),
        below_words: words("119 opportunities", "113, −5 %"),
    };
    let marks = [
        share(0.62, 0.95),
        share(0.0, 0.0),
        reach(Some(0.9), Some(0.5)),
        reach(Some(1.7), None),
        reach(None, None),
        interval(0.25, (0.16, 0.37), Some(0.112), 0.4),
        interval(0.0, (0.0, 0.9), None, 0.4),
        slope(&parting),
    ];
    compare("marks", &marks.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn words_keep_off_the_line_and_off_each_other_at_every_width(series in series()) {
        let svg = trend(&Trend { unit: &|value| series.words(value), most: series.most, ..chart(&series.points) });
        let line = drawn_line(&svg);
        for width in [288.0, 300.0, 358.0, 456.0, 570.0, 1_200.0] {
            let words: Vec<Words> = svg.split("<text ").skip(1).map(|text| Words::at(text, width)).collect();
            for (i, one) in words.iter().enumerate() {
                for other in &words[i + 1..] {
                    prop_assert!(!one.covers(other), "{width} px: “{}” and “{}”: {svg}", one.text, other.text);
                }
                let crossed = line.iter().any(|(a, b)| one.is_crossed_by(*a, *b, width));
                prop_assert!(!crossed || !one.strong, "{width} px: “{}” on the line: {svg}", one.text);
            }
        }
        let counted = series.points.iter().rfind(|point| point.mark.is_some());
        if let Some(mark) = counted.and_then(|point| point.mark.as_deref()) {
            prop_assert!(svg.contains(&format!(">{mark}</text>")), "the last value is not said: {svg}");
        }
    }
}

#[test]
fn words_cannot_become_markup() {
    let mut points = months(&[1.0, 2.0]);
    points[1].label = "<b>\"&".to_owned();
    points[1].mark = Some("</svg><script>".to_owned());
    let svg = trend(&Trend { says: "' onload='x", id: "'><x", ..chart(&points) });
    for markup in ["<b>", "<script", "' onload", "<x"] {
        assert!(!svg.contains(markup), "{markup}: {svg}");
    }
}

/// Months of values; what is not a number was not measured.
fn months(values: &[f64]) -> Vec<Point> {
    let point = |(i, &value): (usize, &f64)| Point {
        value: Some(value).filter(|value| value.is_finite()),
        label: format!("M{}", i + 1),
        ..Point::default()
    };
    values.iter().enumerate().map(point).collect()
}

fn chart(points: &[Point]) -> Trend<'_> {
    Trend {
        id: "young",
        says: "What it shows",
        points,
        team: None,
        unit: &|value| format!("{value} %"),
        young: "too early to say",
        nothing: "nothing to draw yet",
        most: None,
    }
}

/// What a trend of some KPI may look like.
#[derive(Debug)]
struct Series {
    points: Vec<Point>,
    most: Option<f64>,
    unit: &'static str,
}

impl Series {
    fn words(&self, value: f64) -> String {
        if self.unit == "€" { format!("€{}k", value.round()) } else { format!("{value}{}", self.unit) }
    }
}

fn series() -> impl Strategy<Value = Series> {
    let value =
        prop_oneof![1 => Just(None), 8 => (0.0..1.0).prop_map(Some), 1 => Just(Some(0.0)), 1 => Just(Some(1.0))];
    let values = proptest::collection::vec(value, 1..62);
    let kinds =
        prop_oneof![Just(("\u{a0}%", 100.0, Some(100.0))), Just(("€", 92.0, None)), Just(("\u{a0}days", 13.0, None))];
    let begins = proptest::collection::vec(any::<prop::sample::Index>(), 0..4);
    (values, kinds, 0_usize..8, begins, proptest::option::of(0.0..1.0), 0.05..1.0).prop_map(
        |(values, (unit, top, most), young, begins, target, share)| {
            let n = values.len();
            let mut points =
                months(&values.iter().map(|v| v.map_or(f64::NAN, |v: f64| v * top * share)).collect::<Vec<_>>());
            for (i, point) in points.iter_mut().enumerate() {
                point.young = i + young >= n;
                point.target = target.map(|target| target * top * share);
                point.label = "14\u{a0}Apr".to_owned();
            }
            for begin in begins {
                points[begin.index(n)].begins = Some("new agreement");
            }
            if n > 1 {
                points[n / 2].begins = Some("this period");
            }
            let mut series = Series { points, most, unit };
            let counted = |point: &Point| point.value.is_some() && !point.young;
            let ends = [series.points.iter().position(counted), series.points.iter().rposition(counted)];
            for i in ends.into_iter().flatten() {
                let value = series.points[i].value.unwrap_or_default();
                let long = if unit == "\u{a0}days" { "more than " } else { "" };
                series.points[i].mark = Some(format!("{long}{}", series.words((value * 10.0).round() / 10.0)));
            }
            series
        },
    )
}

/// Words as they stand in a drawing of some width, measured less generously than by those who placed them.
struct Words {
    text: String,
    strong: bool,
    left: f64,
    right: f64,
    y: f64,
}

impl Words {
    fn at(element: &str, width: f64) -> Self {
        let number = |name: &str| {
            let value = element.split(&format!(" {name}='")).nth(1).and_then(|rest| rest.split('\'').next());
            value.map_or(0.0, |value| value.trim_end_matches('%').parse().expect("a number"))
        };
        let (tag, rest) = element.split_once('>').expect("a tag");
        let text = rest.split('<').next().unwrap_or_default().to_owned();
        let strong = tag.contains("strong");
        let length = text.chars().count() as f64 * if strong { 6.2 } else { 5.7 };
        // The scale's words have no percent sign: they stand at the very left.
        let point = number("x") * width / 100.0 + number("dx");
        let left = point
            - match tag {
                tag if tag.contains(" end'") => length,
                tag if tag.contains("mid") => length / 2.0,
                _ => 0.0,
            };
        Self { text, strong, left, right: left + length, y: number("y") }
    }

    fn covers(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && (self.y - other.y).abs() < 11.0
    }

    /// By small steps along the stroke.
    fn is_crossed_by(&self, a: (f64, f64), b: (f64, f64), width: f64) -> bool {
        (0..=200).map(|step| f64::from(step) / 200.0).any(|way| {
            let x = (a.0 + (b.0 - a.0) * way) * width / 100.0;
            let y = a.1 + (b.1 - a.1) * way;
            self.left <= x && x <= self.right && self.y - 9.0 <= y && y <= self.y + 1.0
        })
    }
}

/// The strokes of the line: percent of the width, pixels from above.
fn drawn_line(svg: &str) -> Vec<((f64, f64), (f64, f64))> {
    let mut strokes = Vec::new();
    for path in svg.split("<path class='line'").skip(1) {
        let places = path.split("d='M").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or_default();
        let places: Vec<(f64, f64)> = places
            .split(" L")
            .map(|place| place.split_once(' ').expect("two numbers"))
            .map(|(x, y)| (x.parse().expect("a number"), 20.0 + 1.58 * y.parse::<f64>().expect("a number")))
            .collect();
        strokes.extend(places.windows(2).map(|pair| (pair[0], pair[1])));
    }
    strokes
}

/// The drawing is the one that was looked at; a new one is left where it can be looked at.
fn compare(name: &str, svg: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let drawn = svg.replace("><", ">\n<") + "\n";
    let known = fs::read_to_string(root.join(format!("src/tests/charts/{name}.svg"))).unwrap_or_default();
    if drawn != known {
        let folder = root.join("target/charts");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join(format!("{name}.svg")), &drawn))
            .expect("target can be written");
        panic!(
            "{name} is drawn differently: look at target/charts/{name}.svg, and if it is right, copy it to src/tests/charts/"
        );
    }
}
