//! The leads behind a number: the exact ones, so that a quarrel becomes a list that both teams can look at.

pub mod api;
pub mod page;
pub mod sheet;

#[cfg(feature = "ssr")]
pub mod model;
#[cfg(feature = "ssr")]
pub mod narrate;
#[cfg(feature = "ssr")]
pub mod rest;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod store;
