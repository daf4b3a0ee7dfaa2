//! The leads behind a number: the exact ones, so that a quarrel becomes a list that both teams can look at.

pub mod model;
#[cfg(feature = "ssr")]
pub mod sheet;
#[cfg(feature = "ssr")]
pub mod store;
