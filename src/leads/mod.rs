//! Leads and their history: what marketing captured, when it was handed over, and what happened then.
//!
//! A lead's history is an append-only list of events. The milestones on the lead's row are derived from the
//! events that are not void, and nothing else writes them.

pub mod model;

#[cfg(feature = "ssr")]
mod columns;
#[cfg(feature = "ssr")]
pub mod derive;
#[cfg(feature = "ssr")]
pub mod identity;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub mod stage;
#[cfg(feature = "ssr")]
pub mod store;
