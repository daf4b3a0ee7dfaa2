//! What the pages of the settings ask the server: both only read.

use super::model::{OwnAccount, PeoplePage};
use crate::error::AppError;
use leptos::prelude::*;

/// The caller's own account.
///
/// # Errors
/// Nobody is signed in, or the database does not answer.
#[server(endpoint = "own-account")]
pub async fn read_own_account() -> Result<OwnAccount, AppError> {
    let caller = crate::people::current::require(crate::people::permission::Action::ManageSelf)?;
    super::forms::own_account(&expect_context(), &caller).await
}

/// Everybody who has an account.
///
/// # Errors
/// The caller may not invite, or the database does not answer.
#[server(endpoint = "people")]
pub async fn read_people() -> Result<PeoplePage, AppError> {
    let caller = crate::people::current::require(crate::people::permission::Action::Invite)?;
    super::forms::people_page(&expect_context(), &caller).await
}
