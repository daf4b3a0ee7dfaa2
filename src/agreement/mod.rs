//! The agreement (SLA): what marketing promises sales and sales promises marketing, in signed versions.

pub mod criteria;
pub mod model;

#[cfg(feature = "ssr")]
pub mod calendar;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod store;
