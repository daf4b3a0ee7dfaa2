//! The agreement's pages, forms and files.

use super::answer_versions as versions;
use super::calendar_text::{self, Exception};
use super::drafts;
use super::sheet::{DraftShown, Told};
use super::signing;
use super::{answer, answer_draft, breaches, holidays, month, page, page_draft, page_versions};
use crate::activity::feed::{as_file, to_csv};
use crate::editing::documents::{Document, Saved};
use crate::editing::form::{Sent, incomplete};
use crate::editing::page::{self as editing, MergePage};
use crate::error::{AppError, Result};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::Day;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use futures_util::stream;
use leptos::prelude::AnyView;
use multer::Multipart;
use serde::Deserialize;
use std::convert::Infallible;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/agreement", get(show))
        .route("/agreement/promises.csv", get(download_promises))
        .route("/agreement/breaches.csv", get(download_breaches))
        .route("/agreement/draft", get(show_draft))
        .route("/agreement/draft/begin", post(begin))
        .route("/agreement/draft/save", post(save))
        .route("/agreement/draft/propose", post(propose))
        .route("/agreement/draft/back", post(send_back))
        .route("/agreement/draft/sign", post(sign))
        .route("/agreement/draft/comment", post(comment))
        .route("/agreement/draft/withdraw", post(withdraw))
        .route("/agreement/draft/bring-back", post(bring_back))
        .route("/agreement/holidays", get(show_holidays).post(preview_holidays))
        .route("/agreement/holidays/add", post(add_holiday))
        .route("/agreement/holidays/take", post(take_holidays))
        .route("/agreement/versions", get(show_versions))
        .route("/agreement/versions.csv", get(download_versions))
        .route("/agreement/versions/recall", post(recall))
        .route("/agreement/versions/{id}", get(show_version))
        .route("/agreement/versions/{id}/text", get(show_text))
        .route("/agreement/compare", get(show_comparison))
        .route("/agreement/deputies", get(show_deputies))
        .route("/agreement/deputies/name", post(name_deputy))
        .route("/agreement/deputies/end", post(end_deputy))
}

type Pairs = Form<Vec<(String, String)>>;

/// What an address asks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
    draft: String,
    from: String,
    to: String,
}

impl Asked {
    fn told(&self) -> Option<Told> {
        let words = match self.done.as_str() {
            "begun" => "A draft was begun with the text that is in force.",
            "taken" => "Taken into the draft.",
            "days" => "The days are in the draft; both heads sign it before they count.",
            "saved" => "The draft is saved. No number has changed.",
            "said" => "Said.",
            "proposed" => "Proposed: the text stands now, and both heads were told.",
            "back" => "Sent back: it is a draft again, and signatures that it had are void.",
            "signed" => "Signed for your team. The other head was told.",
            "agreed" => "Both have signed. The text never changes from now on; the next change is another version.",
            "withdrawn" => "The draft is withdrawn.",
            "returned" => "The draft is back.",
            "asked" => "Noted: it is taken back once the other head wants that too.",
            "recalled" => "Taken back by both heads: it does not come into force.",
            "named" => "Your deputy is named.",
            "ended" => "You sign in person again.",
            _ => return None,
        };
        let undo = self.draft.parse().ok().filter(|_| self.done == "withdrawn");
        Some(Told { words: words.to_owned(), undo })
    }
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Response {
    match answer::agreement(&state, &caller, asked.told()).await {
        Ok(shown) => house(&state, &parts, StatusCode::OK, "Agreement", move || page::agreement(shown.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn show_draft(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Response {
    draft_page(&state, &caller, &parts, asked.told(), (None, None)).await
}

/// The page of the draft, with what was sent and why it was not taken, if something was.
async fn draft_page(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    told: Option<Told>,
    (sent, error): (Option<&Sent>, Option<&AppError>),
) -> Response {
    match answer_draft::draft(state, caller, told.clone()).await {
        Ok(Some(shown)) => {
            let typed = sent.filter(|sent| sent.get("id") == shown.id.to_string()).map(|sent| {
                let fields = Document::Agreement.fields();
                (sent.base(fields), sent.mine(fields))
            });
            let (base, mut values) = (shown.base.clone(), shown.values.clone());
            let base = typed.as_ref().map(|(base, _)| base.clone()).filter(|base| !base.is_empty()).unwrap_or(base);
            values.extend(typed.map(|(_, typed)| typed).unwrap_or_default());
            let sentence = error.map(ToString::to_string).unwrap_or_default();
            let shown = DraftShown { sentence, base, values, ..shown };
            house(state, parts, status_of(error), "Draft of the agreement", move || page_draft::draft(shown.clone()))
                .await
        }
        Ok(None) if error.is_none() => {
            let may_edit = caller.visitor.may(Action::EditAgreement);
            let view = move || page_draft::nothing(may_edit, told.clone());
            house(state, parts, StatusCode::OK, "Draft of the agreement", view).await
        }
        Ok(None) => refuse(state, parts, error.cloned().unwrap_or(AppError::Internal)).await,
        Err(trouble) => refuse(state, parts, error.cloned().unwrap_or(trouble)).await,
    }
}

/// Where a form leads; where it was not taken, the draft's page with the sentence and what was typed.
async fn answered(state: &AppState, caller: &Caller, parts: &Parts, sent: &Sent, done: Result<String>) -> Response {
    match done {
        Ok(leads_to) => see_other(&leads_to),
        Err(error @ AppError::Forbidden(_)) => refuse(state, parts, error).await,
        Err(error) => draft_page(state, caller, parts, None, (Some(sent), Some(&error))).await,
    }
}

async fn begin(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = drafts::begin(&state, &caller, &sent).await;
    answered(&state, &caller, &parts, &sent, done).await
}

async fn save(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let id = match sent.id() {
        Ok(id) => id,
        Err(error) => return refuse(&state, &parts, error).await,
    };
    let next = |_| format!("{}?done=saved", drafts::PAGE);
    let done = match Document::Agreement.save(&state, &caller, id, &sent, next).await {
        Ok(Saved::Done(leads_to)) => Ok(leads_to),
        Ok(Saved::Conflict(meanwhile)) => {
            match MergePage::read(&state, &caller, (Document::Agreement, id), &sent, *meanwhile).await {
                Ok(page) => {
                    let view = move || editing::merge(page.clone());
                    return house(&state, &parts, StatusCode::CONFLICT, "Draft of the agreement", view).await;
                }
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error),
    };
    answered(&state, &caller, &parts, &sent, done).await
}

async fn propose(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = drafts::propose(&state, &caller, &sent).await;
    answered(&state, &caller, &parts, &sent, done).await
}

async fn send_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = drafts::send_back(&state, &caller, &sent).await;
    answered(&state, &caller, &parts, &sent, done).await
}

async fn sign(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = signing::sign(&state, &caller, &sent).await;
    answered(&state, &caller, &parts, &sent, done).await
}

async fn comment(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = drafts::comment(&state, &caller, &sent).await;
    answered(&state, &caller, &parts, &sent, done).await
}

async fn withdraw(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = drafts::withdraw(&state, &caller, &sent).await;
    answered(&state, &caller, &parts, &sent, done).await
}

async fn bring_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let done = drafts::bring_back(&state, &caller, &sent).await;
    answered(&state, &caller, &parts, &sent, done).await
}

async fn show_holidays(State(state): State<AppState>, parts: Parts) -> Response {
    holidays_page(&state, &parts, None).await
}

async fn preview_holidays(State(state): State<AppState>, headers: HeaderMap, parts: Parts, body: Bytes) -> Response {
    let found = read_holidays(&state, &headers, body).await;
    holidays_page(&state, &parts, Some(found)).await
}

async fn holidays_page(state: &AppState, parts: &Parts, found: Option<Result<holidays::Found>>) -> Response {
    let (found, error) = match found {
        None => (None, None),
        Some(Ok(found)) => (Some(found), None),
        Some(Err(error)) => (None, Some(error)),
    };
    let sentence = error.as_ref().map(ToString::to_string).unwrap_or_default();
    let view = move || page_draft::holidays(found.clone(), sentence.clone());
    house(state, parts, status_of(error.as_ref()), "Holidays", view).await
}

/// The file of the form, which is collected already, read.
async fn read_holidays(state: &AppState, headers: &HeaderMap, body: Bytes) -> Result<holidays::Found> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok()).ok_or_else(incomplete)?;
    let mut form = Multipart::new(stream::iter([Ok::<_, Infallible>(body)]), boundary);
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(|_| incomplete())? {
        if field.name() == Some("file") {
            file = Some(field.bytes().await.map_err(|_| incomplete())?);
        }
    }
    let file = file
        .filter(|file| !file.is_empty())
        .ok_or_else(|| AppError::Invalid("Choose a file first: an iCalendar file, which ends in .ics.".to_owned()))?;
    holidays::read(&file, today(state).await?)
}

async fn today(state: &AppState) -> Result<Day> {
    let zone = drafts::workspace(&mut state.db.read().await?).await?.zone()?;
    Ok(zone.day_of(state.clock.now()))
}

async fn add_holiday(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let line = format!("{} closed {}", sent.get("day"), sent.get("name"));
    take_days(&state, &caller, &parts, &sent, calendar_text::parse_exceptions(&line)).await
}

async fn take_holidays(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let lines: Vec<&str> = sent.each("day").collect();
    take_days(&state, &caller, &parts, &sent, calendar_text::parse_exceptions(&lines.join("\n"))).await
}

async fn take_days(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    sent: &Sent,
    days: Result<Vec<Exception>>,
) -> Response {
    let done = match days {
        Ok(days) => drafts::take_days(state, caller, sent.key(), &days).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => refuse(state, parts, error).await,
    }
}

async fn show_versions(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Response {
    match versions::versions(&state, &caller).await {
        Ok(lines) => {
            let told = asked.told();
            let view = move || page_versions::versions(lines.clone(), told.clone());
            house(&state, &parts, StatusCode::OK, "Versions", view).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn show_version(
    State(state): State<AppState>,
    Path(id): Path<u32>,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Response {
    match versions::version(&state, id, asked.told()).await {
        Ok(shown) => {
            let view = move || page_versions::version(shown.clone());
            house(&state, &parts, StatusCode::OK, "Version of the agreement", view).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn show_text(State(state): State<AppState>, Path(id): Path<u32>) -> Response {
    match versions::text(&state, id).await {
        Ok(text) => ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response(),
        Err(error) => (status_of(Some(&error)), format!("{error}\n")).into_response(),
    }
}

async fn show_comparison(State(state): State<AppState>, Query(asked): Query<Asked>, parts: Parts) -> Response {
    match versions::compare(&state, &asked.from, &asked.to).await {
        Ok(shown) => {
            let view = move || page_versions::compare(shown.clone());
            house(&state, &parts, StatusCode::OK, "Comparison", view).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn recall(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    match signing::recall(&state, &caller, &Sent::new(pairs)).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => refuse(&state, &parts, error).await,
    }
}

async fn show_deputies(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Response {
    deputies_page(&state, &caller, &parts, asked.told(), None).await
}

async fn deputies_page(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    told: Option<Told>,
    error: Option<AppError>,
) -> Response {
    match versions::deputies(state, caller, told).await {
        Ok(mut shown) => {
            shown.sentence = error.as_ref().map(ToString::to_string).unwrap_or_default();
            let view = move || page_versions::deputies(shown.clone());
            house(state, parts, status_of(error.as_ref()), "Deputies", view).await
        }
        Err(trouble) => refuse(state, parts, error.unwrap_or(trouble)).await,
    }
}

async fn name_deputy(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    match signing::name_deputy(&state, &caller, &Sent::new(pairs)).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => deputies_page(&state, &caller, &parts, None, Some(error)).await,
    }
}

async fn end_deputy(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    match signing::end_deputy(&state, &caller, &Sent::new(pairs)).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => deputies_page(&state, &caller, &parts, None, Some(error)).await,
    }
}

async fn download_promises(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        let shown = answer::agreement(&state, &caller, None).await?;
        let rows = shown.halves.into_iter().flat_map(|half| {
            half.rows.into_iter().map(move |row| {
                [half.team.key().to_owned(), row.text, row.figure, row.of, row.status.words, row.need].to_vec()
            })
        });
        to_csv(&["team", "promise", "so far", "promised", "stands", "needed"], rows)
    };
    as_file("promises.csv", file.await)
}

async fn download_breaches(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        let found = match month::month(&state).await? {
            Some(month) => breaches::breaches(&state, &caller.visitor, &month, usize::MAX).await?,
            None => breaches::Breaches::default(),
        };
        let rows = found.all.into_iter().map(|breach| {
            let lead = breach.lead.to_string();
            [
                breach.team.key().to_owned(),
                breach.promise,
                lead,
                breach.name,
                breach.clock.words,
                breach.clock.due,
                breach.owner,
            ]
            .to_vec()
        });
        to_csv(&["team", "promise", "lead", "name", "overdue", "due", "owner"], rows)
    };
    as_file("breaches.csv", file.await)
}

async fn download_versions(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        let lines = versions::versions(&state, &caller).await?;
        let rows = lines
            .into_iter()
            .map(|line| [line.number.to_string(), line.starts, line.stands, line.signed, line.changes].to_vec());
        to_csv(&["version", "from", "stands", "signed by", "against the one before"], rows)
    };
    as_file("versions.csv", file.await)
}

async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    let view = move || trouble("Agreement", error.clone(), "/agreement", "To the agreement");
    house(state, parts, status, "Agreement", view).await
}

async fn house<V>(state: &AppState, parts: &Parts, status: StatusCode, title: &'static str, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, title, view).await
}
