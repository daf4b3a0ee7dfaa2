//! What the pages in front of the door ask the server. They change nothing and tell nothing that the holder of the
//! link does not know.

use crate::error::AppError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the first visitor is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstRun {
    /// Somebody has an account already: there is nothing to set up.
    pub done: bool,
    /// The code that the server printed.
    pub code_asked: bool,
    /// The workspace is there (by an import on the command line): only the account is missing.
    pub has_workspace: bool,
}

/// What `/welcome` asks for.
///
/// # Errors
/// The database does not answer.
#[server(endpoint = "welcome")]
pub async fn read_first_run() -> Result<FirstRun, AppError> {
    let state = expect_context::<crate::server::AppState>();
    Ok(FirstRun {
        done: state.people.any_account().await?,
        code_asked: !state.site.this_machine_only,
        has_workspace: state.people.has_workspace().await?,
    })
}

/// What an invite makes of its holder, in words.
///
/// # Errors
/// The link is not good any more.
#[server(endpoint = "invite")]
pub async fn read_invite(
    /// The link's token.
    token: String,
) -> Result<String, AppError> {
    let state = expect_context::<crate::server::AppState>();
    Ok(state.people.find_invite(&super::forms::parse_link(&token)?).await?.words())
}

/// Whether a link to a new password is good.
///
/// # Errors
/// It is not, any more.
#[server(endpoint = "reset")]
pub async fn check_reset(
    /// The link's token.
    token: String,
) -> Result<(), AppError> {
    let state = expect_context::<crate::server::AppState>();
    state.people.check_reset(&super::forms::parse_link(&token)?).await
}
