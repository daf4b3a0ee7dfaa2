//! Boards for the tests of pages and charts: the invented company of the design, and workspaces at the edges.

use chrono::NaiveDate;
use doubles::agreement::model::Terms;
use doubles::kpis::board::Board;
use doubles::kpis::model::*;
use doubles::kpis::query::Query;
use doubles::kpis::words::Currency;
use doubles::leads::model::{Dimension, ValueId};
use doubles::period::{Instant, Period, WeekStart};

/// Leads, opportunities, median minutes, verdicts due and given, cost per customer in euro: by month since
/// October 2024. August and September are too young to count.
const MONTHS: [(u32, u32, u32, u32, u32, i64); 12] = [
    (231, 35, 570, 230, 133, 30_900),
    (244, 36, 612, 240, 146, 31_200),
    (198, 28, 708, 198, 119, 33_100),
    (262, 39, 624, 260, 172, 31_000),
    (258, 36, 594, 255, 179, 32_400),
    (271, 38, 648, 270, 200, 32_600),
    (268, 33, 660, 268, 212, 33_200),
    (281, 32, 696, 281, 230, 34_100),
    (302, 32, 654, 300, 252, 35_000),
    (161, 16, 732, 161, 138, 36_200),
    (341, 31, 1_104, 341, 297, 38_900),
    (362, 14, 1_356, 290, 255, 40_100),
];

/// How a channel fared.
struct Channel {
    name: &'static str,
    leads: u32,
    opportunities: u32,
    mature: u32,
    /// In whole euro.
    media: i64,
    customers: u32,
    median_minutes: u32,
    /// First touches in time, in percent.
    on_time: u32,
}

const fn channel(
    name: &'static str,
    leads: u32,
    [opportunities, mature]: [u32; 2],
    media: i64,
    customers: u32,
    [median_minutes, on_time]: [u32; 2],
) -> Channel {
    Channel { name, leads, opportunities, mature, media, customers, median_minutes, on_time }
}

const CHANNELS: [Channel; 7] = [
    channel("Organic search", 388, [23, 207], 9_200, 8, [800, 80]),
    channel("Webinars", 342, [29, 184], 64_800, 10, [700, 84]),
    channel("LinkedIn Ads", 301, [14, 163], 94_500, 5, [890, 79]),
    channel("Google Ads", 287, [11, 158], 58_880, 4, [930, 78]),
    channel("Content syndication", 222, [3, 115], 41_200, 0, [1_905, 63]),
    channel("Trade fairs", 214, [17, 121], 91_800, 6, [1_565, 61]),
    channel("Partner referrals", 118, [16, 64], 32_960, 8, [370, 88]),
];

/// Northaisle, April to September 2025, as of 14 October.
pub fn northaisle() -> Board {
    let period = days("2025-04-01", "2025-10-01");
    let trend = days("2024-10-01", "2025-10-01").buckets(period.grain(), WeekStart::Monday);
    let trend = trend.into_iter().zip(MONTHS).enumerate().map(|(i, (bucket, month))| TrendPoint {
        bucket,
        figures: month_figures(month, i >= 10),
        new_version: false,
    });
    let mut answer = empty_answer(period);
    answer.trend = trend.collect();
    answer.current = figures((1_872, 1_012, 113, 180), (55_200, 14_700), 41, (euro(1_486_200), euro(318_400)));
    answer.before = figures((1_464, 1_464, 212, 212), (37_440, 9_000), 46, (euro(1_460_000), euro(290_000)));
    answer.current.coverage = Coverage {
        due: 1_641,
        with_verdict: 1_395,
        on_time: 1_165,
        turned_down: 640,
        good: 772,
        other: 26,
        replied: 590,
        disputed: 31,
        ruled: 24,
        upheld: 9,
        reply_due: 612,
        replied_on_time: 540,
        target_bp: Some(8_000),
    };
    answer.before.coverage = Coverage { due: 1_453, with_verdict: 949, target_bp: Some(8_000), ..Coverage::default() };
    answer.current.context = Context {
        handed_over: 1_872,
        opportunities: 188,
        won: 41,
        pipeline_minor: euro(9_812_000),
        won_minor: euro(2_140_000),
        won_with_value: 41,
        won_between: Some((euro(38_000), euro(66_000))),
        excluded: 38,
        out_of_order: 3,
    };
    answer.before.context = Context {
        handed_over: 1_464,
        opportunities: 205,
        won: 46,
        pipeline_minor: euro(10_400_000),
        won_minor: euro(2_390_000),
        won_with_value: 46,
        won_between: Some((euro(39_000), euro(65_000))),
        excluded: 21,
        out_of_order: 0,
    };
    answer.funnel =
        Funnel { handed_over: 1_012, accepted: 815, touched: 764, connected: 528, opportunity: 113, won: 24 };
    answer.current.answers = Answers { on_time: 1_460, late: 412 };
    answer.pledge = Some(Pledge { promised: 1_800, due: 1_800, handed_over: 1_872 });
    answer.reasons = vec![
        ("outside_icp".into(), 182),
        ("no_need".into(), 121),
        ("not_now".into(), 94),
        ("unreachable".into(), 31),
        ("other".into(), 26),
    ];
    answer.parting = Some(Parting { leads: (809, 1_012), opportunities: (119, 113), won: (27, 24) });
    answer.by = vec![channels()];
    let mut board = board_of(answer);
    let names = CHANNELS.iter().enumerate().map(|(i, channel)| (ValueId(i as i64), channel.name.to_owned()));
    board.values = vec![
        (Dimension::Channel, names.collect()),
        (Dimension::Segment, vec![(ValueId(20), "Mid-market".to_owned()), (ValueId(21), "Enterprise".to_owned())]),
    ];
    board.terms.targets.lead_to_opportunity_bp = Some(1_400);
    board.terms.marketing.leads_per_month = Some(300);
    board
}

/// Northaisle, set against the same days a year before, in which half as many opportunities came of the leads.
pub fn a_year_before() -> Board {
    let mut board = northaisle();
    board.query = Query::default().with_compare(Comparison::Year);
    let mut figures = board.answer.before.clone();
    figures.conversion.opportunities = 106;
    figures.context.won = 17;
    board.answer.beside = Some(Beside { period: board.answer.period.year_before(), figures });
    board
}

/// Northaisle, set against nothing.
pub fn by_itself() -> Board {
    let mut board = northaisle();
    board.query = Query::default().with_compare(Comparison::None);
    board.answer.beside = None;
    board
}

/// Northaisle in the middle of a month, behind the even pace.
pub fn behind_the_pace() -> Board {
    let mut board = northaisle();
    board.answer.pledge = Some(Pledge { promised: 1_800, due: 1_560, handed_over: 1_520 });
    board.answer.current.context.handed_over = 1_520;
    board
}

/// A workspace without any lead.
pub fn empty() -> Board {
    let mut board = board_of(empty_answer(days("2025-04-01", "2025-10-01")));
    board.data = None;
    board
}

/// Leads there are, but none in the period; `excluded` of them are left out by rule.
pub fn nothing_in_period(excluded: u32) -> Board {
    let period = days("2025-04-01", "2025-10-01");
    let mut answer = empty_answer(period);
    answer.current.context.excluded = excluded;
    answer.trend = empty_trend(period);
    board_of(answer)
}

/// One lead, a week old, in a workspace that measures nothing yet.
pub fn one_lead() -> Board {
    let period = days("2025-10-01", "2025-11-01");
    let mut answer = empty_answer(period);
    answer.trend = empty_trend(period);
    let lead = Figures {
        conversion: Conversion { leads: 1, ..Conversion::default() },
        follow_up: FollowUp { handovers: 1, never_contacted: 1, not_due: 1, ..FollowUp::default() },
        context: Context { handed_over: 1, ..Context::default() },
        ..Figures::default()
    };
    answer.trend[38].figures = lead.clone();
    answer.by = vec![Breakdown { dimension: Dimension::Channel, rows: vec![(None, lead.clone())], trends: Vec::new() }];
    answer.current = lead;
    board_of(answer)
}

/// Northaisle with channels whose names are very long, Arabic, and a script.
pub fn hard_names() -> Board {
    let mut board = northaisle();
    let names = ["x".repeat(1_000), "معرض تجاري في الرياض".to_owned(), "<script>alert(1)</script> & \"co\"".to_owned()];
    for (value, name) in board.values[0].1.iter_mut().zip(names) {
        value.1 = name;
    }
    board
}

/// Northaisle with 212 owners, of whom “Ann …” is every tenth.
pub fn many_owners(search: &str) -> Board {
    let mut board = northaisle();
    let first = |n: i64| if n % 10 == 0 { "Ann" } else { "Ben" };
    let owners = (0..212).map(|n| (ValueId(1_000 + n), format!("{} Number {n}", first(n))));
    board.values.push((Dimension::Owner, owners.collect()));
    board.query = Query::parse(search).expect("an address that can be read");
    board
}

fn board_of(mut answer: Answer) -> Board {
    answer.beside = Some(Beside { period: answer.previous, figures: answer.before.clone() });
    Board {
        query: Query::default(),
        answer,
        as_of: NaiveDate::from_ymd_opt(2025, 10, 14).and_then(|day| day.and_hms_opt(10, 40, 0)).expect("a time"),
        zone: "Europe/Berlin".to_owned(),
        currency: Currency("EUR".to_owned()),
        terms: Terms::defaults("Europe/Berlin"),
        data: Some(days("2024-04-02", "2025-10-14")),
        importing: false,
        sample: false,
        values: Vec::new(),
    }
}

fn empty_answer(period: Period) -> Answer {
    Answer {
        period,
        previous: period.previous(),
        now: Instant(1_760_431_200),
        current: Figures::default(),
        before: Figures::default(),
        beside: None,
        trend: Vec::new(),
        by: Vec::new(),
        funnel: Funnel::default(),
        reasons: Vec::new(),
        pledge: None,
        parting: None,
    }
}

fn empty_trend(period: Period) -> Vec<TrendPoint> {
    let both = Period { from: period.previous().from, to: period.to };
    let buckets = both.buckets(period.grain(), WeekStart::Monday).into_iter();
    buckets.map(|bucket| TrendPoint { bucket, figures: Figures::default(), new_version: false }).collect()
}

fn month_figures(
    (leads, opportunities, minutes, due, with_verdict, cost): (u32, u32, u32, u32, u32, i64),
    young: bool,
) -> Figures {
    let mature = if young { 0 } else { leads };
    let mut month = figures(
        (leads, mature, if young { 0 } else { opportunities }, opportunities),
        (minutes * 60, minutes * 15),
        7,
        (cost * 700, cost * 150),
    );
    month.coverage = Coverage { due, with_verdict, target_bp: Some(8_000), ..Coverage::default() };
    month
}

fn channels() -> Breakdown {
    let rows = CHANNELS.iter().enumerate().map(|(i, channel)| {
        let &Channel { leads, mature, opportunities, .. } = channel;
        let clocks = (channel.median_minutes * 60, channel.median_minutes * 15);
        let mut row =
            figures((leads, mature, opportunities, opportunities), clocks, channel.customers, (0, euro(channel.media)));
        row.follow_up.on_time = channel.on_time;
        row.follow_up.late = 100 - channel.on_time;
        row.follow_up.overdue_open = 0;
        row.coverage = Coverage { due: leads, with_verdict: leads * 85 / 100, ..Coverage::default() };
        (Some(ValueId(i as i64)), row)
    });
    // Each channel has its share of every month.
    let trend = |channel: &Channel| {
        let of_month = |(i, &(leads, opportunities, ..)): (usize, &(u32, u32, u32, u32, u32, i64))| {
            let leads = leads * channel.leads / 1_872;
            let opportunities = (opportunities * channel.opportunities * 10 / channel.mature / 11).min(leads);
            let (mature, counted) = if i >= 10 { (0, 0) } else { (leads, opportunities) };
            Conversion { leads, mature, opportunities: counted, opportunities_so_far: opportunities, target_bp: None }
        };
        MONTHS.iter().enumerate().map(of_month).collect()
    };
    let trends = CHANNELS.iter().map(trend).collect();
    Breakdown { dimension: Dimension::Channel, rows: rows.collect(), trends }
}

fn figures(
    (leads, mature, opportunities, so_far): (u32, u32, u32, u32),
    (elapsed, working): (u32, u32),
    customers: u32,
    (spend, media): (i64, i64),
) -> Figures {
    let clock = |median: u32, p90: u32| FollowUpClock {
        median: Some(Duration { seconds: median, lower_bound: false }),
        p90: Some(Duration { seconds: p90, lower_bound: true }),
    };
    Figures {
        conversion: Conversion { leads, opportunities_so_far: so_far, mature, opportunities, target_bp: Some(1_400) },
        cac: Cac {
            spend_minor: Some(spend),
            media_minor: Some(media),
            customers,
            lagged_spend_minor: Some(spend * 93 / 100),
            lag_days: Some(112),
            lag_of: customers,
            lag_between: Some((97, 124)),
            target_minor: Some(euro(34_000)),
            missing: (customers == 0).then_some(NoCac::NoCustomer),
        },
        follow_up: FollowUp {
            handovers: leads,
            elapsed: clock(elapsed, 6 * 86_400),
            working: clock(working, 30 * 3_600),
            contacted: leads - leads / 20,
            never_contacted: leads / 20,
            on_time: leads * 78 / 100,
            late: leads * 18 / 100,
            overdue_open: leads * 4 / 100,
            not_due: 0,
            measured: true,
            target_minutes: Some(720),
        },
        ..Figures::default()
    }
}

/// In minor units.
const fn euro(units: i64) -> i64 {
    units * 100
}

fn days(from: &str, to: &str) -> Period {
    Period::new(from.parse().expect("a day"), to.parse().expect("a day")).expect("a period")
}
