//! Lists as pages and as files.

use super::narrate::{self, csv};
use super::service::{Request, list};
use super::sheet::ListPage;
use crate::definitions::answer::meanings;
use crate::error::{AppError, Result};
use crate::people::model::Visitor;
use crate::people::service::Caller;
use crate::server::{AppState, router};
use axum::Extension;
use axum::extract::{Path, RawQuery, Request as HttpRequest, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// `/kpis/{name}/leads`
pub async fn show(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    RawQuery(search): RawQuery,
    request: HttpRequest,
) -> Response {
    let answer = page(&app, &caller.visitor, &name, &search.unwrap_or_default()).await;
    router::show(app, request, answer).await
}

/// The page of a list that an address asks for.
pub async fn page(app: &AppState, reader: &Visitor, name: &str, search: &str) -> Result<ListPage> {
    let request = Request::parse(name, search)?;
    let list = list(app, &request, reader).await?;
    Ok(narrate::page(&request, list.as_ref(), &meanings(app).await.unwrap_or_default()))
}

/// `/kpis/{name}/leads.csv`: the whole list, as shown or, with `raw=1`, for machines.
pub async fn download(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    RawQuery(search): RawQuery,
) -> Response {
    match file(&app, &caller.visitor, &name, search.as_deref().unwrap_or_default()).await {
        Ok((name, content)) => {
            let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
            let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
            let kind = HeaderValue::from_static("text/csv; charset=utf-8");
            ([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, disposition)], content).into_response()
        }
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, format!("{error}\n")).into_response()
        }
    }
}

async fn file(app: &AppState, reader: &Visitor, name: &str, search: &str) -> Result<(String, Vec<u8>)> {
    let raw = search.split('&').any(|pair| pair == "raw=1");
    let question: Vec<&str> = search.split('&').filter(|pair| !pair.starts_with("raw=")).collect();
    let request = Request::parse(name, &question.join("&"))?;
    let list = list(app, &request, reader)
        .await?
        .ok_or_else(|| AppError::NotFound("There is no lead yet, so there is no list.".into()))?;
    let period = list.board.answer.period;
    let name = format!("doubles-{}-{}-to-{}.csv", request.part, period.from, period.to.plus(-1));
    Ok((name.replace('_', "-"), csv(&list, raw)?))
}
