//! Takes the sample company in, its data through the normal import, and out again.

use super::files::{SOURCE, files};
use super::{agreement, cast, content, personas};
use crate::error::{AppError, Result};
use crate::import::mapping::Wishes;
use crate::import::parse::Options;
use crate::import::reading::ReadingWishes;
use crate::import::run::{Request, run_import};
use crate::import::store as journal;
use crate::import::undo::take_back_source;
use crate::people::cast as accounts;
use crate::period::Instant;
use crate::server::db::Db;
use crate::workspace::model::Workspace;
use crate::workspace::store as workspace;

/// Brings the sample company in: its story ends now. Answers with the number of its leads.
///
/// # Errors
/// There are leads already: [`AppError::Conflict`].
pub async fn load(db: &Db, actor: &str, now: Instant) -> Result<u64> {
    let mut tx = db.read().await?;
    if journal::newest_complete(&mut tx).await?.is_some() {
        return Err(AppError::Conflict(
            "There is data already, and the sample company comes only into an empty workspace. Start with another \
             data folder to look at it: doubles sample --data sample-data"
                .into(),
        ));
    }
    let found = workspace::find(&mut tx).await?;
    drop(tx);
    let (own, mut is_first) = match found {
        Some(own) => (own, false),
        None => (Workspace::new("Northaisle", "Europe/Berlin", "EUR")?, true),
    };
    let folder = tempfile::tempdir().map_err(|error| {
        AppError::Unavailable(format!("The sample company's files could not be written: {error}. Nothing was saved."))
    })?;
    let mut leads = 0;
    for (kind, content) in files(now, &own.zone()?)? {
        let file = folder.path().join(format!("northaisle-{kind}.csv"));
        tokio::fs::write(&file, content).await.map_err(|error| {
            AppError::Unavailable(format!("The sample company's files could not be written: {error}."))
        })?;
        let set = match kind {
            // The story is told in euro, whatever the workspace counts in: it is invented anyway.
            crate::import::model::Kind::Outcomes | crate::import::model::Kind::Spend => {
                vec![("currency".to_owned(), own.currency.clone())]
            }
            _ => Vec::new(),
        };
        let options = Options {
            kind,
            file,
            reading: ReadingWishes::default(),
            wishes: Wishes { set, passing: true, ..Wishes::default() },
            order: None,
        };
        let request =
            Request { options, zone: None, source: SOURCE.to_owned(), is_first, check_only: false, alone: false };
        let report = run_import(db, &own, request, actor, now, |_| ()).await?;
        is_first = false;
        if kind == crate::import::model::Kind::Leads {
            leads = report.new;
        }
    }
    accounts::arrive(db, actor, now, &cast::people()).await?;
    agreement::sign(db, &own, now).await?;
    personas::write(db, actor, &own.zone()?, now).await?;
    content::arrive(db, actor, now).await?;
    Ok(leads)
}

/// Takes the sample company out again, whatever was imported beside it.
pub async fn remove(db: &Db, actor: &str, now: Instant) -> Result<()> {
    take_back_source(db, SOURCE, actor, now).await?;
    personas::remove(db, actor, now).await?;
    content::leave(db, actor, now).await?;
    accounts::leave(db, actor, now).await
}

/// Whether the sample company is in.
pub async fn is_loaded(db: &Db) -> Result<bool> {
    let mut tx = db.read().await?;
    Ok(!journal::complete_of_source(&mut tx, SOURCE).await?.is_empty())
}
