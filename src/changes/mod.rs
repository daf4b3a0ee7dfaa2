//! The change log: one append-only row for everything that anybody did, written in the transaction that did it.
//!
//! It is at once audit trail, history, activity feed and cache version: `seq` grows in the order of commits, so
//! "everything after seq n" never misses one. The [`hub`] reads it once for all open pages and tells them what is new.

pub mod live;

#[cfg(feature = "ssr")]
pub mod hub;
#[cfg(feature = "ssr")]
pub mod model;
#[cfg(feature = "ssr")]
pub mod presence;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod stream;
