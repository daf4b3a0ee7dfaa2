//! Charts as they were last looked at, in `src/tests/charts/`.

use doubles::charts::{Point, Slope, Team, Trend, interval, reach, share, slope, spark, trend};
use std::fs;
use std::path::Path;

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

#[test]
fn words_cannot_become_markup() {
    let mut points = months(&[1.0, 2.0]);
    points[1].label = "<b>\"&".to_owned();
    points[1].mark = Some("</svg><script>".to_owned());
    let svg = trend(&Trend { says: "\" onload=\"x", id: "\"><x", ..chart(&points) });
    for markup in ["<b>", "<script", "\" onload", "<x"] {
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
