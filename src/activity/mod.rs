//! Who did what: the change log as everybody may read it.

pub mod api;
pub mod model;
pub mod page;

#[cfg(feature = "ssr")]
pub mod feed;
#[cfg(feature = "ssr")]
pub mod store;
