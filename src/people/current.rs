//! Who asks, inside a page or a server function.

use super::gate::Waiting;
use super::model::Seen;
use super::permission::Action;
use super::service::Caller;
use crate::backup::service::standing;
use crate::changes::live::Current;
use crate::error::{AppError, Result};
use crate::server::AppState;
use axum::http::request::Parts;
use leptos::prelude::{provide_context, use_context};

/// Whoever asks, if they may do it. Every server function begins with this: pages call them without a request of
/// their own, so the gate in front of the routes does not see it.
///
/// # Errors
/// Nobody is signed in, or they may not.
pub fn require(action: Action) -> Result<Caller> {
    let caller = find::<Caller>().ok_or(AppError::SignIn)?;
    caller.visitor.require(action)?;
    Ok(caller)
}

/// Context of a page being rendered: who sees it with what they must know, and up to which change it is current.
pub fn announce() {
    if let Some(current) = find::<Current>() {
        provide_context(current);
    }
    let Waiting { notices, desk } = find().unwrap_or_default();
    let seen = find::<Caller>().map(|caller| Seen::of(&caller.visitor)).map(|seen| {
        let state = use_context::<AppState>().filter(|_| seen.may_manage);
        Seen { waiting: notices, desk, backups: state.and_then(|state| standing(&state).warning), ..seen }
    });
    provide_context(seen);
}

fn find<T: Clone + Send + Sync + 'static>() -> Option<T> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get().cloned())
}
