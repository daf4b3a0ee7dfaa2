//! `make bench`: what the core, and the server around it, take.
//!
//! The core: one scoreboard load over 5 thousand to 10 million leads, beside the same answers from DuckDB with
//! two threads in the same run, and beside what the memory could give at best.
//!
//! The load is all that the page needs: the four KPIs of 26 weeks and of the 26 before them, 52 weekly buckets, 12
//! months of spend, breakdowns by channel and by owner, verdict reasons, the funnel and working time; once without
//! a filter and once with two.

mod beside;
mod content;
mod duckdb;
mod live;
mod pages;
mod queue;
mod world;

use clap::{Parser, ValueEnum};

use doubles::kpis::compute::compute;
use doubles::kpis::facts::{Facts, LeadFact};
use doubles::kpis::model::{Answer, Comparison, Filter, Question};
use doubles::leads::model::{Dimension, ValueId};
use doubles::period::{Day, Instant as Moment, Period};
use doubles::zone::Zone;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many leads.
const SIZES: [usize; 4] = [5_000, 100_000, 1_000_000, 10_000_000];
/// Monday 2025-12-29, three days before the world's `now`.
const TO: Day = Day(20_451);
/// 26 weeks.
const DAYS: i32 = 182;
/// A goal: DuckDB takes at least so many times as long.
const GOAL: f64 = 5.0;

#[derive(Parser)]
struct Args {
    /// What to measure; everything where nothing is named
    parts: Vec<Part>,
    /// As cargo says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The KPI core alone, beside DuckDB
    Core,
    /// Pages over HTTP, beside a minimal server
    Pages,
    /// The lead queue at a million leads
    Queue,
    /// Open pages that are told of a commit, beside a minimal server
    Live,
    /// Pages and saves while a million leads come in
    Beside,
    /// Searches of the content library at 10,000 and 20,000 items, on both engines
    Content,
}

fn main() {
    let parts = Args::parse().parts;
    let measures = |part| parts.is_empty() || parts.contains(&part);
    if measures(Part::Pages) {
        pages::measure();
    }
    if measures(Part::Queue) {
        queue::measure();
    }
    if measures(Part::Live) {
        live::measure();
    }
    if measures(Part::Content) {
        content::measure();
    }
    if measures(Part::Beside) {
        beside::measure();
    }
    if measures(Part::Core) {
        measure_core();
    }
}

fn measure_core() {
    println!("One scoreboard load, uncached: 26 weeks against 26, by channel and owner; best times in ms\n");
    let bandwidth = [1, 2].map(memory_bandwidth);
    println!("Memory read: {:.1} GB/s with one thread, {:.1} with two\n", bandwidth[0] / 1e9, bandwidth[1] / 1e9);
    println!(
        "{:>10} {:>8} {:>9} {:>9} {:>8} {:>8} {:>10} {:>10} {:>7} {:>8} {:>7}  same answers",
        "leads", "filters", "build s", "B a lead", "core", "ns/lead", "floor", "DuckDB", "times", "no K-M", "times"
    );
    let mut missed = false;
    for size in SIZES {
        let (facts, build) = timed(|| build(size));
        let touched = bytes_touched(size);
        let other = duckdb::Run::of(size, &question(false), if size > 1_000_000 { 2 } else { 5 });
        for (filtered, name) in [(false, "none"), (true, "two")] {
            let question = question(filtered);
            let (answer, time) = best_of(if size > 1_000_000 { 7 } else { 31 }, || compute(&facts, &question));
            let ms = time.as_secs_f64() * 1e3;
            print!(
                "{size:>10} {name:>8} {:>9.2} {:>9.1} {ms:>8.3} {:>8.2} {:>10.3}",
                build.as_secs_f64(),
                facts.lead_bytes() as f64 / size as f64,
                ms * 1e6 / size as f64,
                touched as f64 / bandwidth[1] * 1e3
            );
            match &other {
                Ok(run) => {
                    let found = run.load(filtered);
                    let same = found.differences(&answer);
                    println!(
                        " {:>10.1} {:>7.1} {:>8.1} {:>7.1}  {}",
                        found.ms(),
                        found.ms() / ms,
                        found.ms_without_curves(),
                        found.ms_without_curves() / ms,
                        if same.is_empty() { "yes".to_owned() } else { same.join("; ") }
                    );
                    missed |= !same.is_empty() || size == 1_000_000 && found.ms() < GOAL * ms;
                }
                Err(why) => println!("  DuckDB did not run: {why}"),
            }
        }
    }
    println!(
        "\nfloor: the cache lines that hold the cohort, read at the speed of memory with two threads.\n\
         no K-M: DuckDB with the quantiles of the touched leads alone, which is less work and another answer."
    );
    if missed {
        eprintln!("The goal was missed: the same answers in at most one {GOAL}th of DuckDB's time at 1,000,000 leads.");
        std::process::exit(1);
    }
}

fn question(filtered: bool) -> Question {
    let some = |values: std::ops::RangeInclusive<i64>| values.map(|value| Some(ValueId(value))).collect();
    let any_of = vec![(Dimension::Channel, some(1..=3)), (Dimension::Region, some(1..=4))];
    Question {
        period: Period { from: TO.plus(-DAYS), to: TO },
        now: Moment(world::NOW),
        horizon: None,
        filter: if filtered { Filter { any_of } } else { Filter::default() },
        by: vec![Dimension::Channel, Dimension::Owner],
        compare: Comparison::Previous,
    }
}

fn build(size: usize) -> Facts {
    let mut facts = Facts::new(Zone::utc(), vec![world::version()]).expect("the default agreement can be");
    facts.apply(world::leads(size), &[]);
    facts.set_spend(&world::spend());
    facts
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn best_of(runs: usize, work: impl Fn() -> Answer) -> (Answer, Duration) {
    let best = (0..runs).map(|_| timed(|| black_box(work())).1).min();
    (work(), best.unwrap_or_default())
}

/// Bytes a second that so many threads read from memory far larger than the caches.
fn memory_bandwidth(threads: usize) -> f64 {
    let words = vec![1u64; 64 << 20];
    let best = (0..3).map(|_| {
        timed(|| {
            std::thread::scope(|scope| {
                for part in words.chunks(words.len() / threads) {
                    scope.spawn(move || black_box(part.iter().fold(0u64, |sum, word| sum.wrapping_add(*word))));
                }
            });
        })
        .1
    });
    let best = best.min().unwrap_or_default();
    (words.len() * 8) as f64 / best.as_secs_f64()
}

/// The bytes that a pass cannot do without: when each lead was handed over, and the cache lines in which a lead of the
/// two periods has its row (of 56 bytes) and its codes of two dimensions (of two).
fn bytes_touched(size: usize) -> usize {
    let from = TO.plus(-2 * DAYS).0 as u32 * 86_400;
    let in_cohort = |lead: LeadFact| lead.handed_over.is_some_and(|moment| moment.at.0 >= from);
    let cohort: Vec<bool> = world::leads(size).map(in_cohort).collect();
    let lines = |bytes: usize| {
        let of_row = |row: usize| row * bytes / 64..=(row * bytes + bytes - 1) / 64;
        let mut lines: Vec<usize> = (0..size).filter(|row| cohort[*row]).flat_map(of_row).collect();
        lines.dedup();
        lines.len() * 64
    };
    4 * size + lines(56) + 2 * lines(2)
}
