//! The process around the product: configuration, the clock, the database's connections, HTTP, security headers, the
//! site in the binary, logs.

mod aside;
mod assets;
pub mod bulk;
pub mod clock;
pub mod config;
pub mod db;
pub mod disk;
pub mod health;
pub mod housekeeping;
mod http;
pub mod lately;
pub mod metrics;
mod news;
pub mod open;
pub mod plain;
pub mod router;
pub mod security;
pub mod site;
pub mod telemetry;
mod too_long;

use crate::agreement::month::Month as Promises;
use crate::agreement::month::ground::Promise;
use crate::backup::service::Backups;
use crate::changes::hub::Hub;
use crate::content::bucket::Bucket;
use crate::content::files::{DEFAULT_LIMIT as CONTENT_LIMIT, Files};
use crate::content::library::Library;
use crate::content::links::checker;
use crate::definitions::fit::Fits;
use crate::definitions::standing::Standing;
use crate::definitions::tried::Tried;
use crate::error::Result;
use crate::feedback::store::Counted;
use crate::kpis::model::Filter;
use crate::kpis::service::{Boards, Month, Scores};
use crate::leads::model::ValueId;
use crate::people::service::People;
use crate::people::token::generate_code;
use crate::period::Period;
use crate::place;
use crate::quality::lists::Findings;
use crate::queue::model::Count;
use crate::queue::search::Finder;
use crate::queue::service::{Page, PageKey};
use crate::ui::Meanings;
use crate::upload::desk::Looks;
use crate::upload::folder::{DEFAULT_LIMIT, Uploads};
use crate::upload::jobs::Jobs;
use axum::extract::FromRef;
use clock::Clock;
use config::ServeConfig;
use db::Db;
use health::Readiness;
use lately::Lately;
use leptos::prelude::LeptosOptions;
use metrics::Metrics;
use site::Site;
use std::path::Path;
use std::sync::Arc;
use tokio::time::Instant;
use tracing::{info, warn};

/// What every request may use: cheap to clone, given to handlers as axum state and to pages and server functions by
/// context (`expect_context::<AppState>()`).
#[derive(Clone, Debug)]
pub struct AppState {
    /// Where everything is kept.
    pub db: Db,
    /// What the KPIs are answered from.
    pub scores: Scores,
    /// What leads are found by.
    pub finder: Finder,
    /// What items of the content library are found by.
    pub library: Library,
    /// Their files.
    pub contents: Files,
    /// The pages of the queue that were asked for last.
    pub pages: Lately<PageKey, Arc<Page>>,
    /// How many leads the lists of the queue have, by the owners that are the reader.
    pub counted: Lately<Vec<ValueId>, Arc<[Count]>>,
    /// How many verdicts wait for an answer of marketing.
    pub to_answer: Lately<(), Counted>,
    /// The answers about the KPIs that were asked for last.
    pub boards: Boards,
    /// How both teams stand this month, for the head of every page.
    pub month: Lately<(), Month>,
    /// How the promises of the agreement stand this month.
    pub promises: Lately<(), Option<Arc<Promises>>>,
    /// How many overdue promises are not held against a team, of those that are counted beside a list of breaches.
    pub set_aside: Lately<Promise, usize>,
    /// How the leads of a period stand against the criteria of a qualified lead.
    pub fits: Lately<Period, Option<Arc<Fits>>>,
    /// The same counted, by the days and the filter.
    pub standings: Lately<(Period, Filter), Option<Arc<Standing>>>,
    /// What other criteria would have meant, by what is agreed and what is tried.
    pub tried: Lately<String, Option<Arc<Tried>>>,
    /// What the terms of the glossary mean.
    pub meanings: Lately<(), Meanings>,
    /// What time it is.
    pub clock: Clock,
    /// Who works here.
    pub people: People,
    /// What tells open pages of changes.
    pub hub: Hub,
    /// How this server is reached.
    pub site: Site,
    /// Its nightly backups.
    pub backups: Backups,
    /// Files on their way in.
    pub uploads: Uploads,
    /// What is being done with them.
    pub jobs: Jobs,
    /// What their columns mean.
    pub looks: Looks,
    /// What is counted for monitoring.
    pub metrics: Metrics,
    /// Whether it is ready for work, as far as was seen lately.
    pub readiness: Readiness,
    /// What is wrong with the leads, counted.
    pub findings: Findings,
    /// Where the page finds its program and its style sheet.
    pub leptos_options: LeptosOptions,
}

impl AppState {
    /// The state of a process that has just started, which keeps its files in the folder of its database; see
    /// [`AppState::keeping_files_in`].
    pub fn new(db: Db, clock: Clock) -> Self {
        let (scores, people) = (Scores::new(db.clone()), People::new(db.clone(), clock));
        let (hub, finder) = (Hub::new(db.clone()), Finder::new(db.clone()));
        let library = Library::new(db.clone());
        let folder = db.file().and_then(Path::parent).unwrap_or(Path::new("data")).to_owned();
        Self {
            db,
            scores,
            finder,
            library,
            contents: Files::new(&folder, CONTENT_LIMIT),
            pages: Lately::default(),
            counted: Lately::default(),
            to_answer: Lately::default(),
            boards: Boards::default(),
            month: Lately::default(),
            promises: Lately::default(),
            fits: Lately::default(),
            standings: Lately::default(),
            tried: Lately::default(),
            meanings: Lately::default(),
            set_aside: Lately::default(),
            clock,
            people,
            hub,
            site: Site::default(),
            backups: Backups::default(),
            uploads: Uploads::new(&folder, DEFAULT_LIMIT),
            jobs: Jobs::default(),
            looks: Looks::default(),
            metrics: Metrics::new(None),
            readiness: Readiness::default(),
            findings: Findings::default(),
            leptos_options: assets::leptos_options(),
        }
    }
}

impl AppState {
    /// The same, with files that people upload in another data folder.
    #[must_use]
    pub fn keeping_files_in(self, data: &Path) -> Self {
        let uploads = Uploads::new(data, self.uploads.limit);
        let contents = Files::new(data, self.contents.limit);
        Self { uploads, contents, ..self }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}

/// Serves the site until SIGINT or SIGTERM, then lets running requests end and closes the database, within 8 s in all.
///
/// # Errors
/// The address is taken, or the database does not answer.
pub async fn serve(config: &ServeConfig, mut state: AppState) -> Result<()> {
    let db = state.db.clone();
    let served = async {
        state.site = Site::new(config);
        state.uploads.limit = config.upload_limit;
        state.contents.limit = config.content_limit;
        if let Some(bucket) = Bucket::configured(&config.bucket)? {
            state.contents = state.contents.in_bucket(bucket)?;
        }
        place::lie_below(config.base_path());
        state.backups = Backups::configured(&config.backups, &state.db, state.uploads.data());
        state.metrics = Metrics::new(config.metrics_token.as_deref());
        if !state.site.this_machine_only && !state.people.any_account().await? {
            let code = generate_code(3)?;
            // Whatever is logged: without it nobody gets in.
            eprintln!("Nobody has an account yet. The first visitor of {}/welcome types: {code}", state.site.base_url);
            state.site.first_run_code = Some(code.into());
        }
        state.hub.start().await?;
        let hub = state.hub.clone();
        let nightly = tokio::spawn(state.backups.clone().keep(state.db.clone(), state.clock));
        let sweeping = tokio::spawn(housekeeping::sweep_hourly(state.clone()));
        let finder = state.finder.clone();
        // So that the first search does not wait for a million names; a failure is the first search's to tell.
        let library = state.library.clone();
        let warming = tokio::spawn(async move { drop((finder.warm().await, library.warm().await)) });
        let (db, clock) = (state.db.clone(), state.clock);
        let contents = state.contents.clone();
        let greeting = tokio::spawn(async move { contents.greet().await });
        let checking = config.check_links.then(|| tokio::spawn(checker::keep(db, clock)));
        let metrics = state.metrics.clone();
        let served =
            http::serve(config, router::build(state, config.base_url.as_ref()), metrics.connections(), || hub.close())
                .await;
        // What it has not finished is no backup; the next start makes up for it.
        nightly.abort();
        sweeping.abort();
        warming.abort();
        greeting.abort();
        checking.iter().for_each(tokio::task::JoinHandle::abort);
        served
    }
    .await;
    // Where it did not even begin to serve, nothing holds the database.
    let end = served.as_ref().map_or_else(|_| Instant::now() + http::STOP, |end| *end);
    close_until(&db, end).await;
    served?;
    info!("Doubles has stopped.");
    Ok(())
}

/// Closes the database. What somebody still holds then is not waited for: a database that was not closed is whole too.
async fn close_until(db: &Db, end: Instant) {
    if tokio::time::timeout_at(end, db.close()).await.is_err() {
        warn!("Something still ran and was cut; the next start has a little more to do.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_reader_that_is_held_does_not_keep_the_server_from_stopping() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = open::DatabaseUrl::Sqlite(folder.path().join("doubles.db"));
        let db = open::open(&url).await.expect("a new file");
        let held = db.read().await.expect("a read");
        let began = Instant::now();
        close_until(&db, began + Duration::from_millis(200)).await;
        assert!(began.elapsed() < Duration::from_secs(2), "it waits for the reader");
        drop(held);
    }
}
