//! One click brings the sample company, one takes it away.

use crate::error::AppError;
use leptos::prelude::*;

/// Brings the sample company into the empty workspace and shows its scoreboard.
///
/// # Errors
/// The caller may not, there is data already, or the database does not answer.
#[server(endpoint = "load-sample")]
pub async fn load_sample() -> Result<(), AppError> {
    let caller = crate::people::current::require(crate::people::permission::Action::ManageWorkspace)?;
    let app: crate::server::AppState = expect_context();
    super::service::load(&app.db, caller.visitor.name(), app.clock.now()).await?;
    leptos_axum::redirect(&crate::place::at("/"));
    Ok(())
}

/// Takes the sample company out again and shows the empty scoreboard.
///
/// # Errors
/// The caller may not, it is not there, or the database does not answer.
#[server(endpoint = "remove-sample")]
pub async fn remove_sample() -> Result<(), AppError> {
    let caller = crate::people::current::require(crate::people::permission::Action::ManageWorkspace)?;
    let app: crate::server::AppState = expect_context();
    super::service::remove(&app.db, caller.visitor.name(), app.clock.now()).await?;
    leptos_axum::redirect(&crate::place::at("/"));
    Ok(())
}
