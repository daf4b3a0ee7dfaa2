//! `/live`: the stream of one browser, and the reports of its tabs.

use super::hub::{Told, changed, frame};
use super::model::Seq;
use super::presence::Who;
use super::store;
use crate::bell;
use crate::error::Result;
use crate::people::gate::{Cookie, read_cookie};
use crate::people::model::{AccountId, Visitor};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::people::token::Token;
use crate::server::AppState;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Json, Router};
use serde::Deserialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, interval_at};

/// Who missed more than this reads everything again.
const MISSED: i64 = 200;
/// The longest path of a page that is reported, and the longest name of a tab, in bytes.
const PATH: usize = 200;
const TAB: usize = 16;
/// The longest name of a place on a page.
const PLACE: usize = 32;

/// Their routes.
pub fn routes() -> Router<AppState> {
    Router::new().route("/live", get(listen)).route("/live/here", post(report))
}

/// Everything that changes after `Last-Event-ID`, for as long as the session lives and the server runs.
async fn listen(State(state): State<AppState>, Extension(caller): Extension<Caller>, headers: HeaderMap) -> Response {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let token = read_cookie(&state.site, &headers, Cookie::Session);
    match Listener::begin(state, caller, token, last.map(Seq)).await {
        Ok(listener) => {
            let frames = futures_util::stream::unfold(listener, async |mut listener| {
                let frame = listener.next().await?;
                Some((Ok::<_, Infallible>(frame), listener))
            });
            let headers = [
                (CONTENT_TYPE, "text/event-stream"),
                (CACHE_CONTROL, "no-store"),
                // Proxies such as nginx would otherwise collect the answer before they pass it on.
                (HeaderName::from_static("x-accel-buffering"), "no"),
            ];
            (headers, Body::from_stream(frames)).into_response()
        }
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}

#[derive(Deserialize)]
struct Report {
    tab: String,
    path: String,
    /// What of the page has a form open.
    #[serde(default)]
    place: String,
    /// Which of the tab's reports it is; they may come in another order than they were sent.
    #[serde(default)]
    number: u64,
}

/// A tab shows a page now, or none any more; answers with who else is there.
async fn report(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Form(report): Form<Report>,
) -> Response {
    if report.tab.is_empty() || report.tab.len() > TAB || report.path.len() > PATH || report.place.len() > PLACE {
        return (StatusCode::BAD_REQUEST, "This is no report of an open page.\n").into_response();
    }
    let shown = (report.path.as_str(), report.place.as_str());
    let there = state.hub.report(caller.session, (&report.tab, report.number), Who::of(&caller.visitor), shown);
    Json(there.tell(own_id(&caller.visitor))).into_response()
}

fn own_id(visitor: &Visitor) -> Option<AccountId> {
    visitor.account().ok().map(|account| account.id)
}

/// One open stream.
struct Listener {
    state: AppState,
    caller: Caller,
    token: Option<Token>,
    told: Receiver<Told>,
    pulse: Interval,
    /// Everything up to here was sent.
    sent: Seq,
    /// What goes out next.
    frames: VecDeque<Bytes>,
    over: bool,
}

impl Listener {
    async fn begin(state: AppState, caller: Caller, token: Option<Token>, last: Option<Seq>) -> Result<Self> {
        // In this order: what is committed from here on is told, what was before is read.
        let told = state.hub.listen();
        state.hub.start().await?;
        let pulse = state.hub.pulse();
        let mut listener = Self {
            told,
            pulse: interval_at(Instant::now() + pulse, pulse),
            sent: last.unwrap_or(state.hub.position()),
            // So that the browser has its answer at once.
            frames: VecDeque::from([Bytes::from_static(b": here\n\n")]),
            // Told before it listened; asked after it did, so that one of the two reaches it.
            over: state.hub.is_closing(),
            state,
            caller,
            token,
        };
        if listener.sent != listener.state.hub.position() {
            listener.send_missed().await?;
        }
        listener.send_waiting().await;
        // Who came or went while no stream was open was told to nobody here.
        listener.send_around();
        Ok(listener)
    }

    /// The next event; `None` once the stream has ended.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Some(frame);
            }
            if self.over {
                return None;
            }
            tokio::select! {
                told = self.told.recv() => self.hear(told).await,
                _ = self.pulse.tick() => {
                    self.frames.push_back(Bytes::from_static(b":\n\n"));
                    self.look_up().await;
                }
            }
        }
    }

    async fn hear(&mut self, told: std::result::Result<Told, RecvError>) {
        let me = own_id(&self.caller.visitor);
        match told {
            Ok(Told::Changed(news)) => {
                if news.about_people {
                    self.look_up().await;
                }
                if news.seq > self.sent && !self.over {
                    self.sent = news.seq;
                    self.frames.push_back(news.frame.clone());
                }
                if me.is_some_and(|me| news.noticed.contains(&me)) {
                    self.send_waiting().await;
                }
            }
            Ok(Told::Gathered(gathering)) => {
                if self.state.hub.shows(self.caller.session, &gathering.path) {
                    self.frames.push_back(frame(None, "here", gathering.tell(me)));
                }
            }
            Ok(Told::Read(account)) if me == Some(account) => self.send_waiting().await,
            Ok(Told::Read(_)) => {}
            Ok(Told::Closing) | Err(RecvError::Closed) => self.over = true,
            Err(RecvError::Lagged(_)) => {
                self.send_reread(self.state.hub.position());
                self.send_around();
                self.send_waiting().await;
            }
        }
    }

    /// Sends what was committed after the last event that this browser got.
    async fn send_missed(&mut self) -> Result<()> {
        let mut tx = self.state.db.read().await?;
        let newest = store::newest_seq(&mut tx).await?;
        let missed = newest.0 - self.sent.0;
        // Less than nothing: the database was set back to a copy from before.
        if !(0..=MISSED).contains(&missed) {
            self.send_reread(newest);
            return Ok(());
        }
        for change in store::since(&mut tx, self.sent, MISSED).await? {
            self.sent = Seq(change.seq);
            self.frames.push_back(changed(&change));
        }
        Ok(())
    }

    fn send_reread(&mut self, newest: Seq) {
        self.sent = newest;
        self.frames.push_back(frame(Some(newest), "reread", newest));
    }

    /// Sends who is on the pages that are open in this browser.
    fn send_around(&mut self) {
        let me = own_id(&self.caller.visitor);
        let around = self.state.hub.around(self.caller.session);
        self.frames.extend(around.iter().map(|gathering| frame(None, "here", gathering.tell(me))));
    }

    /// Sends how many notices wait.
    async fn send_waiting(&mut self) {
        let Some(me) = own_id(&self.caller.visitor) else { return };
        if let Ok(waiting) = bell::store::waiting(&self.state.db, me).await {
            self.frames.push_back(frame(None, "bell", waiting));
        }
    }

    /// Ends the stream of whoever may not listen any more.
    async fn look_up(&mut self) {
        let may = match &self.token {
            _ if self.over => return,
            Some(token) => match self.state.people.peek_session(token).await {
                Ok(found) => found.is_some_and(|session| session.account.standing.may(Action::SeeNumbers)),
                // That the database does not answer says nothing about the session.
                Err(_) => true,
            },
            None => !self.state.people.any_account().await.unwrap_or(false),
        };
        if !may {
            self.over = true;
            self.frames.push_back(frame(None, "over", "null"));
            self.state.hub.forget(self.caller.session);
        }
    }
}
