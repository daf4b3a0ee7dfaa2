//! The agreement (SLA): what marketing promises sales and sales promises marketing, in signed versions.
//!
//! A version comes from a draft (`drafts`, as texts of its `fields`, its `clauses` as sentences, its hours as
//! `calendar_text` and `holidays` read them) that both heads sign (`signing`). Compiled (`rules`, `calendar`) it says when
//! everything is due; how both teams stand against it is counted from the KPI core (`standing`, `month`, `breaches`).

pub mod criteria;
pub mod model;

#[cfg(feature = "ssr")]
pub mod answer;
#[cfg(feature = "ssr")]
pub mod answer_draft;
#[cfg(feature = "ssr")]
pub mod answer_versions;
#[cfg(feature = "ssr")]
pub mod breaches;
#[cfg(feature = "ssr")]
pub mod calculator;
#[cfg(feature = "ssr")]
pub mod calculator_forms;
#[cfg(feature = "ssr")]
pub mod calculator_page;
#[cfg(feature = "ssr")]
pub mod calendar;
#[cfg(feature = "ssr")]
pub mod calendar_text;
#[cfg(feature = "ssr")]
pub mod clauses;
#[cfg(feature = "ssr")]
pub mod drafts;
#[cfg(feature = "ssr")]
pub mod fields;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod holidays;
#[cfg(feature = "ssr")]
pub mod month;
#[cfg(feature = "ssr")]
mod narrate;
#[cfg(feature = "ssr")]
pub mod notices;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod page_draft;
#[cfg(feature = "ssr")]
pub mod page_versions;
#[cfg(feature = "ssr")]
pub mod rules;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod sheet;
#[cfg(feature = "ssr")]
pub mod signing;
#[cfg(feature = "ssr")]
pub mod standing;
#[cfg(feature = "ssr")]
pub mod store;
