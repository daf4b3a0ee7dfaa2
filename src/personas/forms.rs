//! The pages of personas and their forms. A form that is not taken comes back with its page, open, with what was typed.

use super::answer::{self, Asked};
use super::edit::{self, head_of};
use super::merge::Merge;
use super::model::{PersonaId, Section, StatementId, Under};
use super::sheet::{Card, What};
use super::{markdown, merge, notes, order, page, page_gallery, page_merge, receive, store};
use crate::activity::feed::{as_file, to_csv};
use crate::editing::documents::{Document, Saved};
use crate::editing::form::Sent;
use crate::editing::once::person;
use crate::editing::page::{self as editing, MergePage};
use crate::error::{AppError, Result};
use crate::people::forms::status_of;
use crate::people::gate::see_other;
use crate::people::page::trouble;
use crate::people::service::Caller;
use crate::server::AppState;
use crate::server::plain::{self, Around};
use crate::server::security::MARKDOWN_PATH;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use leptos::prelude::AnyView;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/personas", get(show_all))
        .route("/personas.csv", get(download))
        .route("/personas/find", get(find))
        .route("/personas/interview", get(interview))
        .route("/personas/new", get(show_new))
        .route("/personas/add", post(add))
        .route("/personas/import", post(import))
        .route(MARKDOWN_PATH, post(import_file))
        .route("/personas/save", post(save_head))
        .route("/personas/state", post(state_anew))
        .route("/personas/change", post(change))
        .route("/personas/move", post(put))
        .route("/personas/delete", post(delete))
        .route("/personas/undelete", post(undelete))
        .route("/personas/confirm", post(confirm))
        .route("/personas/retire", post(retire))
        .route("/personas/bring-back", post(bring_back))
        .route("/personas/annotate", post(annotate))
        .route("/personas/answer", post(answer_note))
        .route("/personas/{slug}", get(show))
        .route("/personas/{slug}/merge", get(show_merge))
        .route("/personas/{slug}/bring-back", get(show_return))
        .route("/personas/{slug}/persona.md", get(as_markdown))
}

type Pairs = Form<Vec<(String, String)>>;

async fn show_all(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    match answer::gallery(&state, &caller, &asked(search)).await {
        Ok(gallery) => {
            in_the_house(&state, &parts, StatusCode::OK, move || page_gallery::gallery(gallery.clone())).await
        }
        Err(error) => refuse(&state, &parts, error).await,
    }
}

fn asked(search: Option<String>) -> Asked {
    Asked::parse(&search.unwrap_or_default())
}

async fn download(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        let gallery = answer::gallery(&state, &caller, &Asked::default()).await?;
        let rows = gallery.cards.into_iter().map(|card| {
            let Card { name, line, owners: [marketing, sales], confirmed: [by_marketing, by_sales], .. } = card;
            let number = |n: u32| n.to_string();
            [
                name,
                line,
                marketing,
                sales,
                by_marketing.0,
                by_sales.0,
                number(card.statements),
                number(card.open.0),
                number(card.open.1),
                card.leads,
                card.share,
                card.rate,
                card.interval,
                number(card.checked),
                number(card.drift),
            ]
            .to_vec()
        });
        let head = [
            "persona",
            "part and segment",
            "owner in marketing",
            "owner in sales",
            "confirmed by marketing",
            "confirmed by sales",
            "statements",
            "open annotations",
            "overdue annotations",
            "leads",
            "share of leads",
            "became opportunity",
            "interval",
            "statements checked",
            "statements contradicted",
        ];
        to_csv(&head, rows)
    };
    as_file("personas.csv", file.await)
}

async fn find(State(state): State<AppState>, RawQuery(search): RawQuery, parts: Parts) -> Response {
    answered(&state, &parts, answer::find(&state, &asked(search)).await).await
}

async fn interview(State(state): State<AppState>, parts: Parts) -> Response {
    in_the_house(&state, &parts, StatusCode::OK, page_gallery::interview).await
}

async fn show_new(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let pairs = form_urlencoded::parse(search.unwrap_or_default().as_bytes()).into_owned().collect();
    new_page(&state, &caller, &parts, Sent::new(pairs), None).await
}

/// The forms that make a persona, with what was sent in one of them and why it was not taken.
async fn new_page(state: &AppState, caller: &Caller, parts: &Parts, sent: Sent, error: Option<AppError>) -> Response {
    let read = async {
        let personas = store::all(&mut state.db.read().await?).await?;
        Ok::<_, AppError>(personas.into_iter().filter(|persona| !persona.retired).collect::<Vec<_>>())
    };
    match read.await {
        Ok(personas) => {
            let sentence = error.as_ref().map(ToString::to_string).unwrap_or_default();
            let status = status_of(error.as_ref());
            let whose = person(caller);
            let view = move || page_gallery::new(&personas, &sent, sentence.clone(), &whose);
            in_the_house(state, parts, status, view).await
        }
        Err(trouble) => refuse(state, parts, error.unwrap_or(trouble)).await,
    }
}

async fn add(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    match edit::add(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => new_page(&state, &caller, &parts, sent, Some(error)).await,
    }
}

async fn import(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    import_text(&state, &caller, &parts, Sent::new(pairs)).await
}

async fn import_text(state: &AppState, caller: &Caller, parts: &Parts, sent: Sent) -> Response {
    match edit::import(state, caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => new_page(state, caller, parts, sent, Some(error)).await,
    }
}

/// The same from a file. What it says stands in the field of the text, should it not be taken.
async fn import_file(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    body: Body,
) -> Response {
    match receive::receive(&parts.headers, body).await {
        Ok(pairs) => import_text(&state, &caller, &parts, Sent::new(pairs)).await,
        Err(error) => new_page(&state, &caller, &parts, Sent::default(), Some(error)).await,
    }
}

async fn show(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(slug): Path<String>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    match answer::persona(&state, &caller, &slug, &asked(search), None).await {
        Ok(sheet) => in_the_house(&state, &parts, StatusCode::OK, move || page::persona(sheet.clone())).await,
        Err(error) => refuse(&state, &parts, error).await,
    }
}

/// The page of the form that was not taken, with the form.
async fn show_again(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    what: What,
    (sent, error): (&Sent, AppError),
) -> Response {
    let again = async {
        let slug = slug_of(state, what, sent).await?;
        answer::persona(state, caller, &slug, &Asked::default(), Some((what, sent, &error))).await
    };
    match again.await {
        Ok(sheet) => in_the_house(state, parts, status_of(Some(&error)), move || page::persona(sheet.clone())).await,
        Err(_) => refuse(state, parts, error).await,
    }
}

/// The persona that a form is about: it names it, or its statement does.
async fn slug_of(state: &AppState, what: What, sent: &Sent) -> Result<String> {
    if !sent.get("slug").is_empty() {
        return Ok(sent.get("slug").to_owned());
    }
    let mut tx = state.db.read().await?;
    let personas = store::personas(&mut tx).await?;
    let id = match what {
        What::Edit(id) | What::Note(id) => edit::statement(&mut tx, StatementId(id)).await?.persona,
        What::Order(_) => edit::statement(&mut tx, StatementId(sent.id()?)).await?.persona,
        _ => PersonaId(sent.id()?),
    };
    Ok(edit::found(&personas, id)?.is.slug.clone())
}

async fn save_head(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let leads_to = |id| format!("/personas/find?persona={id}&done=saved");
    save(&state, &caller, &parts, Document::Persona, &Sent::new(pairs), leads_to).await
}

async fn change(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let leads_to = |id| format!("/personas/find?statement={id}&done=saved");
    save(&state, &caller, &parts, Document::Statement, &Sent::new(pairs), leads_to).await
}

async fn save(
    state: &AppState,
    caller: &Caller,
    parts: &Parts,
    document: Document,
    sent: &Sent,
    leads_to: fn(i64) -> String,
) -> Response {
    let id = match sent.id() {
        Ok(id) => id,
        Err(error) => return refuse(state, parts, error).await,
    };
    let meanwhile = match document.save(state, caller, id, sent, leads_to).await {
        Ok(Saved::Done(leads_to)) => return see_other(&leads_to),
        Ok(Saved::Conflict(meanwhile)) => *meanwhile,
        Err(error) => {
            let what = if document == Document::Persona { What::Head } else { What::Edit(id) };
            return show_again(state, caller, parts, what, (sent, error)).await;
        }
    };
    match MergePage::read(state, caller, (document, id), sent, meanwhile).await {
        Ok(page) => in_the_house(state, parts, StatusCode::CONFLICT, move || editing::merge(page.clone())).await,
        Err(error) => refuse(state, parts, error).await,
    }
}

async fn state_anew(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    match edit::add_statement(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            // Where the heading itself is the trouble, the form stands at the head of the page.
            let first = Under { section: Section::Trigger, stage: None };
            let under = Under::parse(sent.get("under")).unwrap_or(first);
            show_again(&state, &caller, &parts, What::Add(under), (&sent, error)).await
        }
    }
}

async fn annotate(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    let error = match notes::annotate(&state, &caller, &sent).await {
        Ok(leads_to) => return see_other(&leads_to),
        Err(error) => error,
    };
    let what = match (sent.get("statement").parse(), Under::parse(sent.get("under"))) {
        (Ok(id), _) => What::Note(id),
        (_, Ok(under)) => What::NoteUnder(under),
        _ => What::Note(0),
    };
    show_again(&state, &caller, &parts, what, (&sent, error)).await
}

async fn answer_note(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    match notes::answer(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let what = What::Answer(sent.id().unwrap_or_default());
            show_again(&state, &caller, &parts, what, (&sent, error)).await
        }
    }
}

async fn put(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    match order::put(&state, &caller, &sent).await {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => {
            let under = async {
                let mut tx = state.db.read().await?;
                edit::statement(&mut tx, StatementId(sent.id()?)).await.map(|own| own.says.under)
            };
            match under.await {
                Ok(under) => show_again(&state, &caller, &parts, What::Order(under), (&sent, error)).await,
                Err(_) => refuse(&state, &parts, error).await,
            }
        }
    }
}

async fn show_merge(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    RawQuery(search): RawQuery,
    parts: Parts,
) -> Response {
    let pairs = form_urlencoded::parse(search.unwrap_or_default().as_bytes()).into_owned().collect();
    seen(&state, &parts, merge::preview_of_merge(&state, &slug, &Sent::new(pairs)).await, None).await
}

async fn show_return(State(state): State<AppState>, Path(slug): Path<String>, parts: Parts) -> Response {
    seen(&state, &parts, merge::preview_of_return(&state, &slug).await, None).await
}

/// What a merge or a return would do, and why one was not taken.
async fn seen(state: &AppState, parts: &Parts, would: Result<Merge>, error: Option<AppError>) -> Response {
    match would {
        Ok(merge) => {
            let sentence = error.as_ref().map(ToString::to_string).unwrap_or_default();
            let view = move || page_merge::merge(merge.clone(), sentence.clone());
            in_the_house(state, parts, status_of(error.as_ref()), view).await
        }
        Err(trouble) => refuse(state, parts, error.unwrap_or(trouble)).await,
    }
}

/// What was done with a persona as a whole leads on; what was not, because it is not what was seen, is shown anew.
async fn done_or_seen(state: &AppState, parts: &Parts, sent: &Sent, done: Result<String>) -> Response {
    match done {
        Err(error @ AppError::Conflict(_)) if sent.each("base").next().is_some() => {
            seen(state, parts, merge::preview_anew(state, sent).await, Some(error)).await
        }
        done => answered(state, parts, done).await,
    }
}

async fn delete(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answered(&state, &parts, edit::set_deleted(&state, &caller, &Sent::new(pairs), true).await).await
}

async fn undelete(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answered(&state, &parts, edit::set_deleted(&state, &caller, &Sent::new(pairs), false).await).await
}

async fn confirm(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    answered(&state, &parts, edit::confirm(&state, &caller, &Sent::new(pairs)).await).await
}

async fn retire(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    done_or_seen(&state, &parts, &sent, merge::set_retired(&state, &caller, &sent, true).await).await
}

async fn bring_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    parts: Parts,
    Form(pairs): Pairs,
) -> Response {
    let sent = Sent::new(pairs);
    done_or_seen(&state, &parts, &sent, merge::set_retired(&state, &caller, &sent, false).await).await
}

async fn as_markdown(State(state): State<AppState>, Path(slug): Path<String>) -> Response {
    let file = async {
        let persona = answer::by_slug(&state, &slug).await?;
        let mut tx = state.db.read().await?;
        let head = head_of(&mut tx, &persona).await?;
        let statements = store::statements(&mut tx, Some(persona.is.id)).await?;
        let says: Vec<_> = statements.into_iter().filter(|one| one.deleted.is_none()).map(|one| one.says).collect();
        Ok::<_, AppError>(markdown::write(&head, &says))
    };
    match file.await {
        Ok(text) => {
            let name = format!("attachment; filename=\"{slug}.md\"");
            ([(CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)], text)
                .into_response()
        }
        Err(error) => (status_of(Some(&error)), format!("{error}\n")).into_response(),
    }
}

/// A form that leads somewhere, or the sentence that says why not.
pub(super) async fn answered(state: &AppState, parts: &Parts, done: Result<String>) -> Response {
    match done {
        Ok(leads_to) => see_other(&leads_to),
        Err(error) => refuse(state, parts, error).await,
    }
}

pub(super) async fn refuse(state: &AppState, parts: &Parts, error: AppError) -> Response {
    let status = status_of(Some(&error));
    in_the_house(state, parts, status, move || trouble("Personas", error.clone(), "/personas", "To the personas")).await
}

pub(super) async fn in_the_house<V>(state: &AppState, parts: &Parts, status: StatusCode, view: V) -> Response
where
    V: Fn() -> AnyView + Clone + Send + Sync + 'static,
{
    plain::answer(state, parts, status, Around::House, "Personas", view).await
}
