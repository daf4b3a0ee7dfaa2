//! The content library at 20,000 items: what the server does for a search, from the question to the finished fragment,
//! on SQLite and, where `scripts/with-postgres` started one, on PostgreSQL.

use super::pages::runtime;
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::content::answer;
use doubles::content::model::{Content, ItemText, Kind, Names, Status};
use doubles::content::question::Question;
use doubles::content::store;
use doubles::people::service::Caller;
use doubles::period::Instant as At;
use doubles::personas::model::Stage;
use doubles::server::AppState;
use doubles::server::clock::Clock;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use doubles::workspace::{self, model::Workspace};
use std::time::{Duration, Instant};

const ITEMS: usize = 20_000;
const NOW: At = At(1_785_747_600);
/// A goal: 99 of 100 searches in at most so many milliseconds.
const GOAL: f64 = 50.0;
const ROUNDS: usize = 60;

/// Searches: a word, two, a beginning, typos, a facet besides, nothing at all.
const SEARCHES: [&str; 10] = [
    "q=works+council",
    "q=works+counsil",
    "q=r",
    "q=retro",
    "q=retorfit+withuot+stoping",
    "q=night+shift+safety",
    "q=pay&stage=decision&language=de",
    "stage=consideration&objection=no_budget",
    "",
    "q=zzzzqqqq",
];

const WORDS: [&str; 40] = [
    "retrofit",
    "without",
    "stopping",
    "shift",
    "works",
    "council",
    "payback",
    "sheet",
    "mixed",
    "fleet",
    "night",
    "trial",
    "checklist",
    "safety",
    "audit",
    "robots",
    "warehouse",
    "picking",
    "pallets",
    "integration",
    "interface",
    "training",
    "comparison",
    "shuttle",
    "benchmark",
    "report",
    "energy",
    "battery",
    "leasing",
    "contract",
    "service",
    "levels",
    "spare",
    "parts",
    "cold",
    "store",
    "fashion",
    "grocery",
    "logistics",
    "simulation",
];

/// Prints the table; ends the process where the goal is missed.
pub fn measure() {
    let server = runtime(2);
    println!("\nThe content library at {ITEMS} items; milliseconds on the server for a search\n");
    println!("{:<14} {:<46} {:>8} {:>8}", "", "", "half", "p99");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut engines = vec![("SQLite", DatabaseUrl::Sqlite(folder.path().join("doubles.db")))];
    if let Ok(url) = std::env::var("DOUBLES_TEST_POSTGRES") {
        engines.push(("PostgreSQL", DatabaseUrl::Postgres(url)));
    }
    let mut missed = false;
    for (engine, url) in engines {
        let worst = server.block_on(of_engine(engine, &url)).unwrap_or_else(|error| panic!("{engine}: {error}"));
        missed |= worst > GOAL;
    }
    if missed {
        eprintln!("The goal was missed: {GOAL} ms at p99.");
        std::process::exit(1);
    }
}

async fn of_engine(engine: &str, url: &DatabaseUrl) -> doubles::error::Result<f64> {
    let db = open(url).await?;
    fill(&db).await?;
    let state = AppState::new(db.clone(), Clock::Fixed(NOW));
    let began = Instant::now();
    state.library.warm().await?;
    println!("{engine:<14} {:<46} {:>8.0}", "reading the whole library, once", began.elapsed().as_secs_f64() * 1e3);
    let caller = Caller::command_line();
    let mut worst = 0.0_f64;
    for search in SEARCHES {
        let question = Question::parse(search);
        let mut took = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let began = Instant::now();
            std::hint::black_box(answer::results(&state, &caller, &question).await?);
            took.push(began.elapsed());
        }
        let [half, most] = shares(took);
        println!("{engine:<14} {search:<46} {half:>8.2} {most:>8.2}");
        worst = worst.max(most);
    }
    db.close().await;
    Ok(worst)
}

fn shares(mut took: Vec<Duration>) -> [f64; 2] {
    took.sort();
    [0.5, 0.99].map(|share| took[(took.len() as f64 * share) as usize].as_secs_f64() * 1e3)
}

async fn fill(db: &Db) -> doubles::error::Result<()> {
    let own = Workspace::new("Northaisle", "UTC", "EUR")?;
    workspace::store::create(db, &own, "bench", NOW).await?;
    let mut dice = fastrand::Rng::with_seed(20_000);
    let mut tx = db.write().await?;
    for n in 0..ITEMS {
        let mut words = |count: usize| {
            let words: Vec<&str> = (0..count).map(|_| WORDS[dice.usize(..WORDS.len())]).collect();
            words.join(" ")
        };
        // A word of its own in each, so that there are as many words as a library of this size has.
        let fields = [
            ("title".to_owned(), format!("{} {n}", words(5))),
            ("summary".to_owned(), format!("{} item{n} {}", words(20), words(20))),
            ("topics".to_owned(), words(2).replace(' ', ",")),
        ];
        let text = ItemText::parse(&fields.into_iter().collect(), &Names::default())?;
        let text = ItemText {
            kind: Kind::ALL[n % Kind::ALL.len()],
            stages: vec![Stage::ALL[n % Stage::ALL.len()]],
            objections: if n % 3 == 0 { vec!["no_budget".to_owned()] } else { Vec::new() },
            language: ["en", "de", "fr"][n % 3].to_owned(),
            ..text
        };
        let hand = store::Hand { name: "bench", team: None, at: NOW };
        let id = store::add(&mut tx, &text, Status::Approved, hand).await?;
        let (link, key) = (Content::Link(format!("https://a.example/{n}")), format!("a.example/{n}"));
        store::add_version(&mut tx, id, &link, Some(&key), "bench", NOW).await?;
    }
    let change = Change {
        at: NOW,
        actor: "bench".into(),
        kind: ChangeKind::ContentImported,
        entity: Entity::Content,
        entity_id: None,
        detail: serde_json::json!({ "new": ITEMS }),
    };
    tx.record_change(&change).await?.commit().await?;
    Ok(())
}
