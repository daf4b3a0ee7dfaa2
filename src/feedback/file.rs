//! The loop as files: verdicts, reasons, pairs, returns and the list of reasons.

use super::alike;
use super::answer::{self, Asked};
use super::answers::Entry;
use super::losses;
use super::narrate::when;
use super::pareto;
use super::question::Question;
use super::sheet::VerdictLine;
use super::store;
use crate::activity::feed::{as_file, csv_of, to_csv};
use crate::agreement::rules::Rules;
use crate::error::{AppError, Result};
use crate::leads::model::Dimension;
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::queue;
use crate::queue::model::Row;
use crate::server::AppState;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

const VERDICT_HEAD: [&str; 20] = [
    "lead",
    "name",
    "company",
    "channel",
    "campaign",
    "segment",
    "region",
    "persona",
    "owner",
    "judged at",
    "judged by",
    "decision",
    "reason",
    "line",
    "intent",
    "usefulness",
    "more like this",
    "answers",
    "dispute",
    "answer due",
];

/// A verdict as a row of the file.
pub fn verdict(entry: &Entry, row: Option<&Row>, line: &VerdictLine, rules: &Rules) -> Vec<String> {
    let verdict = &entry.verdict;
    let judged = verdict.detail.judged.clone().unwrap_or_default();
    let mut cells = vec![
        entry.lead.id.to_string(),
        row.map(queue::narrate::name).unwrap_or_default(),
        row.and_then(|row| row.company.clone()).unwrap_or_default(),
    ];
    cells.extend(Dimension::ALL.iter().map(|dimension| {
        let value = row.and_then(|row| row.values[*dimension as usize].as_ref());
        value.map(|(_, name)| name.clone()).unwrap_or_default()
    }));
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let answers = line.words.iter().map(|word| format!("{} {}: {}", word.what, word.by, word.text));
    let due = line.clock.as_ref().map(|clock| clock.due.clone()).unwrap_or_default();
    cells.extend([
        when(verdict.moment, rules),
        verdict.actor.clone().unwrap_or_default(),
        verdict.detail.decision.map(|decision| decision.key().to_owned()).unwrap_or_default(),
        verdict.detail.reason.clone().unwrap_or_default(),
        line.note.clone(),
        judged.intent.map(yes).unwrap_or_default(),
        judged.usefulness.map(|number| number.to_string()).unwrap_or_default(),
        if judged.more_like_this { "yes" } else { "" }.to_owned(),
        answers.collect::<Vec<_>>().join(" | "),
        line.dispute.clone(),
        due,
    ]);
    cells
}

/// `/feedback.csv`, sent while it is read: it may hold every verdict that there is.
pub async fn verdicts(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    let question = Question { after: None, ..Question::parse(&search.unwrap_or_default()) };
    // Whatever can be wrong with the question, shows with the first part, where it can still be said.
    let first = answer::file_part(&state, &caller.visitor, &question).await;
    let first = first.and_then(|(rows, next)| Ok((to_csv(&VERDICT_HEAD, rows.into_iter())?, next)));
    match first {
        Ok((first, next)) => {
            let rest = stream::unfold(next, move |next| {
                let (state, caller, question) = (state.clone(), caller.clone(), question.clone());
                async move {
                    let question = Question { after: Some(next?), ..question };
                    let part = answer::file_part(&state, &caller.visitor, &question).await;
                    match part.and_then(|(rows, next)| Ok((csv_of(rows.into_iter())?, next))) {
                        Ok((rows, next)) => Some((Ok(Bytes::from(rows)), next)),
                        // The connection breaks off: half a file must not look like a whole one.
                        Err(error) => Some((Err(error), None)),
                    }
                }
            });
            let parts = stream::once(async { Ok::<_, AppError>(Bytes::from(first)) }).chain(rest);
            let kind = (CONTENT_TYPE, "text/csv; charset=utf-8");
            let name = (CONTENT_DISPOSITION, "attachment; filename=\"verdicts.csv\"");
            ([kind, name], Body::from_stream(parts)).into_response()
        }
        Err(error) => as_file("verdicts.csv", Err(error)),
    }
}

/// `/feedback/why.csv`
pub async fn why(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    let file = async {
        caller.visitor.require(Action::SeeNumbers)?;
        let asked = Asked::parse(&search.unwrap_or_default())?;
        let list = store::reasons(&mut state.db.read().await?).await?;
        let counted = answer::counted(&state, &asked).await?;
        let rows = counted.map(|(board, segments)| pareto::file(&board, &segments, &list, asked.by()));
        to_csv(&pareto::FILE_HEAD, rows.unwrap_or_default().into_iter())
    };
    as_file("reasons.csv", file.await)
}

/// `/feedback/lost.csv`
pub async fn lost(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    as_file("lost.csv", beside(&state, &caller, search, true).await)
}

/// `/feedback/features.csv`
pub async fn features(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    as_file("features.csv", beside(&state, &caller, search, false).await)
}

async fn beside(state: &AppState, caller: &Caller, search: Option<String>, lost: bool) -> Result<Vec<u8>> {
    let asked = Asked::parse(&search.unwrap_or_default())?;
    let rows = answer::beside_file(state, &caller.visitor, &asked, lost).await?;
    to_csv(&losses::FILE_HEAD, rows.into_iter())
}

/// `/feedback/more.csv`
pub async fn alike(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    RawQuery(search): RawQuery,
) -> Response {
    let file = async {
        caller.visitor.require(Action::SeeNumbers)?;
        let asked = Asked::parse(&search.unwrap_or_default())?;
        let counted = answer::counted(&state, &asked).await?;
        let rows = counted.map(|(board, segments)| alike::file(&board, &segments, asked.basis));
        to_csv(&alike::FILE_HEAD, rows.unwrap_or_default().into_iter())
    };
    as_file("pairs.csv", file.await)
}

/// Recycled leads in the file, at most.
const RETURNS: i64 = 100_000;

/// `/feedback/returns.csv`
pub async fn returns(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        caller.visitor.require(Action::SeeLeads)?;
        let (zone, rows) = answer::returns(&state, RETURNS).await?;
        let rows = rows.into_iter().map(|row| {
            let day = zone.day_of(row.at).to_string();
            vec![row.lead.to_string(), row.name, row.whose, day, row.reason, row.owner]
        });
        to_csv(&["lead", "name", "title and company", "comes back on", "recycled for", "owner"], rows)
    };
    as_file("returns.csv", file.await)
}

/// `/feedback/reasons.csv`
pub async fn reasons(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Response {
    let file = async {
        caller.visitor.require(Action::SeeNumbers)?;
        let mut tx = state.db.read().await?;
        let uses = store::uses(&mut tx).await?;
        let rows = store::reasons(&mut tx).await?.into_iter().map(|reason| {
            let used = uses.get(&reason.key).copied().unwrap_or_default();
            let retired = if reason.retired_at.is_some() { "yes" } else { "" };
            vec![
                reason.key,
                reason.name,
                reason.when.words().to_owned(),
                reason.problem,
                reason.route.words().to_owned(),
                reason.proof.words().to_owned(),
                used.to_string(),
                retired.to_owned(),
            ]
        });
        to_csv(&["reason", "name", "moment", "whose problem", "route", "proof", "given", "retired"], rows)
    };
    as_file("reasons.csv", file.await)
}
