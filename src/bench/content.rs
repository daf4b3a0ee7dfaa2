//! The content library at 10,000 and at 20,000 items: what the server does for a search, from the question to the words of
//! its answer, on SQLite and, where `scripts/with-postgres` started one, on PostgreSQL.

use super::pages::runtime;
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::content::answer;
use doubles::content::model::{Content, ItemText, Kind, Names, Status};
use doubles::content::question::Question;
use doubles::content::share::store as shared;
use doubles::content::store;
use doubles::leads::model::{Dimension, LeadId};
use doubles::people::model::AccountId;
use doubles::people::service::Caller;
use doubles::period::Instant as At;
use doubles::personas;
use doubles::personas::model::{Head, PersonaId, Stage};
use doubles::server::AppState;
use doubles::server::clock::Clock;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use doubles::work::model::NewLead;
use doubles::work::run;
use doubles::workspace::{self, model::Workspace};
use std::time::{Duration, Instant};

const SIZES: [usize; 2] = [10_000, 20_000];
const PERSONAS: usize = 12;
const LEADS: usize = 200;
/// Every so many items were shared, each with so many leads.
const SHARED: (usize, usize) = (4, 4);
const NOW: At = At(1_785_747_600);
/// A goal: 99 of 100 searches in at most so many milliseconds, whatever the size.
const GOAL: f64 = 50.0;
const ROUNDS: usize = 60;

/// Searches: a word, two, a beginning, typos, a facet besides, for a lead, in another order, nothing at all.
const SEARCHES: [&str; 14] = [
    "q=works+council",
    "q=works+counsil",
    "q=r",
    "q=retro",
    "q=retorfit+withuot+stoping",
    "q=night+shift+safety",
    "q=pay&stage=decision&language=de",
    "stage=consideration&objection=no_budget",
    "persona=persona-3&persona=persona-4&status=approved&freshness=stale",
    "lead=1",
    "lead=1&q=safety+adit",
    "sort=used&page=40",
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
    println!("\nThe content library; milliseconds on the server for a search\n");
    println!("{:<12} {:>7} {:<70} {:>8} {:>8}", "", "items", "", "half", "p99");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut engines = vec![("SQLite", DatabaseUrl::Sqlite(folder.path().join("doubles.db")))];
    match std::env::var("DOUBLES_TEST_POSTGRES") {
        Ok(url) => engines.push(("PostgreSQL", DatabaseUrl::Postgres(url))),
        Err(_) => println!("PostgreSQL is not measured: run this beside one, with scripts/with-postgres."),
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
    let state = AppState::new(db.clone(), Clock::Fixed(NOW));
    let caller = Caller::command_line();
    begin(&state, &caller).await?;
    let (mut worst, mut filled) = (0.0_f64, 0);
    for size in SIZES {
        fill(&db, filled..size).await?;
        filled = size;
        let told = |what: &str, [half, most]: [f64; 2]| {
            println!("{engine:<12} {size:>7} {what:<70} {half:>8.2} {most:>8.2}");
        };
        // As after a start: nothing is read yet.
        let state = AppState::new(db.clone(), Clock::Fixed(NOW));
        let began = Instant::now();
        state.library.warm().await?;
        told("reading the whole library, once", [began.elapsed().as_secs_f64() * 1e3; 2]);
        for search in SEARCHES {
            let question = Question::parse(search);
            let mut took = Vec::with_capacity(ROUNDS);
            for _ in 0..ROUNDS {
                let began = Instant::now();
                std::hint::black_box(answer::results(&state, &caller, &question).await?);
                took.push(began.elapsed());
            }
            let found = shares(took);
            told(search, found);
            worst = worst.max(found[1]);
        }
        let mut took = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let began = Instant::now();
            std::hint::black_box(answer::shown(&state, &caller, Question::parse("q=works+council")).await?);
            took.push(began.elapsed());
        }
        told("the whole page of q=works+council, with the map and the requests", shares(took));
    }
    db.close().await;
    Ok(worst)
}

fn shares(mut took: Vec<Duration>) -> [f64; 2] {
    took.sort();
    [0.5, 0.99].map(|share| took[(took.len() as f64 * share) as usize].as_secs_f64() * 1e3)
}

/// A workspace, its personas, and leads of them.
async fn begin(state: &AppState, caller: &Caller) -> doubles::error::Result<()> {
    let own = Workspace::new("Northaisle", "Europe/Berlin", "EUR")?;
    workspace::store::create(&state.db, &own, "bench", NOW).await?;
    let mut tx = state.db.write().await?;
    for n in 1..=PERSONAS {
        let name = format!("Persona {n}");
        let head = Head { name, role: None, segment: String::new(), owners: Default::default() };
        personas::edit::new_persona(&mut tx, &head, [None; 2], NOW, false).await?;
    }
    tx.record_change(&change(ChangeKind::PersonaAdded, Entity::Persona)).await?.commit().await?;
    for n in 1..=LEADS {
        let mut new = NewLead { name: Some(format!("Lead {n}")), hand_over: true, ..NewLead::default() };
        new.values[Dimension::Persona as usize] = Some(format!("Persona {}", n % PERSONAS + 1));
        run::create(state, caller, "", &new, |_| String::new()).await?;
    }
    Ok(())
}

async fn fill(db: &Db, items: std::ops::Range<usize>) -> doubles::error::Result<()> {
    let mut dice = fastrand::Rng::with_seed(20_000 + items.start as u64);
    let mut tx = db.write().await?;
    for n in items {
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
            personas: vec![PersonaId((n % PERSONAS) as i64 + 1)],
            stages: vec![Stage::ALL[n % Stage::ALL.len()]],
            objections: if n % 3 == 0 { vec!["no_budget".to_owned()] } else { Vec::new() },
            language: ["en", "de", "fr"][n % 3].to_owned(),
            ..text
        };
        // Some were begun long ago, and nobody said since that they are right.
        let hand = store::Hand { name: "bench", team: None, at: At(NOW.0 - (n % 600) as u32 * 86_400) };
        let id = store::add(&mut tx, &text, Status::Approved, hand).await?;
        let (link, key) = (Content::Link(format!("https://a.example/{n}")), format!("a.example/{n}"));
        store::add_version(&mut tx, id, &link, Some(&key), "bench", NOW).await?;
        for use_of in 0..if n % SHARED.0 == 0 { SHARED.1 } else { 0 } {
            let lead = LeadId(((n + use_of * 7) % LEADS) as i64 + 1);
            let at = At(NOW.0 - 40 * 86_400);
            shared::add_use(&mut tx, id, lead, (AccountId(0), "bench"), at).await?;
        }
    }
    tx.record_change(&change(ChangeKind::ContentImported, Entity::Content)).await?.commit().await?;
    Ok(())
}

fn change(kind: ChangeKind, entity: Entity) -> Change {
    Change { at: NOW, actor: "bench".into(), kind, entity, entity_id: None, detail: serde_json::json!({}) }
}
