//! What the page of the activity asks the server: it only reads.

use super::model::{Activity, Filter};
use crate::error::AppError;
use leptos::prelude::*;

/// A page of the log.
///
/// # Errors
/// Nobody is signed in, or the database does not answer.
#[server(endpoint = "activity")]
pub async fn read_activity(
    /// Which part of it.
    #[server(default)]
    filter: Filter,
) -> Result<Activity, AppError> {
    crate::people::current::require(crate::people::permission::Action::SeeNumbers)?;
    super::feed::activity(&expect_context(), filter).await
}
