//! `/bell`: what waits for the caller, its forms and its file.

use super::model::{Line, NoticeId, NoticeKind, words};
use super::{page, store};
use crate::activity::feed::{as_file, to_csv, zone};
use crate::error::Result;
use crate::kpis::words::local_time;
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::model::AccountId;
use crate::people::page::trouble;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use serde::Deserialize;

/// Notices on the page; older ones are in the file.
const PAGE: i64 = 100;
/// Notices in the file.
const FILE: i64 = 100_000;

/// Its routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/bell", get(show))
        .route("/bell.csv", get(download))
        .route("/bell/read", post(read))
        .route("/bell/read-all", post(read_all))
}

async fn show(State(state): State<AppState>, Extension(caller): Extension<Caller>, parts: Parts) -> Response {
    match lines(&state, &caller, PAGE).await {
        Ok((lines, waiting)) => {
            let view = move || page::bell(lines.clone(), waiting);
            plain::answer(&state, &parts, StatusCode::OK, Around::House, "Bell", view).await
        }
        Err(error) => {
            let status = status_of(Some(&error));
            let view = move || trouble("Bell", error.clone(), "/", "To the scoreboard");
            plain::answer(&state, &parts, status, Around::House, "Bell", view).await
        }
    }
}

/// Somebody's notices, at most so many, and how many of all are unread.
async fn lines(state: &AppState, caller: &Caller, limit: i64) -> Result<(Vec<Line>, u32)> {
    let Ok(account) = caller.visitor.account() else { return Ok((Vec::new(), 0)) };
    let mut tx = state.db.read().await?;
    let zone = zone(&mut tx).await?;
    let rows = store::list(&mut tx, account.id, limit).await?;
    let waiting = store::count(&mut tx, account.id).await?;
    // A newer version of the program may have written a kind that this one does not know.
    let lines = rows.into_iter().filter_map(|row| {
        let kind = NoticeKind::from_key(&row.kind)?;
        let at = Instant(u32::try_from(row.at).unwrap_or_default());
        let detail = serde_json::from_str(&row.detail).unwrap_or_default();
        Some(Line {
            id: NoticeId(row.id),
            when: local_time(zone.local(at)),
            what: words(kind, &row.actor, &detail),
            path: kind.path(&detail),
            unread: row.read_at.is_none(),
        })
    });
    Ok((lines.collect(), waiting))
}

async fn download(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        let rows = lines(&state, &caller, FILE).await?.0.into_iter().map(|line| {
            let read = if line.unread { "" } else { "read" };
            [line.when, line.what, read.to_owned()].to_vec()
        });
        to_csv(&["when", "what", "read"], rows)
    };
    as_file("bell.csv", file.await)
}

#[derive(Deserialize)]
struct Which {
    notice: NoticeId,
}

async fn read(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Form(which): Form<Which>,
) -> Response {
    done(&state, &caller, async |account| {
        let mut tx = state.db.keep_house().await?;
        store::read(&mut tx, account, which.notice, state.clock.now()).await?;
        tx.commit().await
    })
    .await
}

#[derive(Deserialize)]
struct Shown {
    oldest: NoticeId,
    newest: NoticeId,
}

/// What came since the page was shown, or did not stand on it, was read by nobody.
async fn read_all(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Form(shown): Form<Shown>,
) -> Response {
    done(&state, &caller, async |account| {
        let mut tx = state.db.keep_house().await?;
        store::read_shown(&mut tx, account, (shown.oldest, shown.newest), state.clock.now()).await?;
        tx.commit().await
    })
    .await
}

/// Whoever has no account has no notices either, and nothing is done.
async fn done(state: &AppState, caller: &Caller, write: impl AsyncFnOnce(AccountId) -> Result<()>) -> Response {
    let Ok(account) = caller.visitor.account() else { return see_other("/bell") };
    match write(account.id).await {
        Ok(()) => {
            state.hub.notices_read(account.id);
            see_other("/bell")
        }
        Err(error) => as_file("bell.csv", Err(error)),
    }
}
