//! The four shared KPIs: lead-to-opportunity rate, customer acquisition cost, follow-up time, feedback coverage.
//!
//! `model` is the question and the answer, `facts` the leads as columns in memory (made of `chunk`s, the spend
//! `ledger` and the `rules` in force), `compute` the one pass over them. The core knows no database, no clock
//! and no web. `store` fills the facts, `service` keeps them up to date and remembers answers.
//!
//! A page is an address (`query`), answered (`board`), put into finished words and drawings (`narrate`, with
//! `words`) and placed (`page…`). `report` and `command` answer on the command line.

pub mod api;
pub mod model;
pub mod page;
mod page_court;
pub mod page_kpi;
pub mod page_scope;
pub mod sheet;

#[cfg(feature = "ssr")]
pub mod board;
#[cfg(feature = "ssr")]
mod chunk;
#[cfg(feature = "ssr")]
pub mod command;
#[cfg(feature = "ssr")]
pub mod compute;
#[cfg(feature = "ssr")]
pub mod facts;
#[cfg(feature = "ssr")]
mod ledger;
#[cfg(feature = "ssr")]
pub mod luck;
#[cfg(feature = "ssr")]
pub mod narrate;
#[cfg(feature = "ssr")]
pub mod page_strip;
#[cfg(feature = "ssr")]
pub mod query;
#[cfg(feature = "ssr")]
pub mod report;
#[cfg(feature = "ssr")]
pub mod rest;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod words;
