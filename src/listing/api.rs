//! What the page asks the server: it only reads.

use super::sheet::ListPage;
use crate::error::AppError;
use leptos::prelude::*;

/// A page of the leads behind a KPI's number.
///
/// # Errors
/// Nobody is signed in, the address cannot be understood, names a value that no lead has, or the database does not answer.
#[server(endpoint = "list")]
pub async fn read_list(
    /// The KPI's key.
    name: String,
    /// The part of the address after its `?`.
    search: String,
) -> Result<ListPage, AppError> {
    let caller = crate::people::current::require(crate::people::permission::Action::SeeNumbers)?;
    super::rest::page(&expect_context(), &caller.visitor, &name, &search).await
}
