//! The change log: one append-only row for everything that anybody did, written in the transaction that did it.
//!
//! It is at once audit trail, history, activity feed and cache version: `seq` grows in the order of commits, so
//! "everything after seq n" never misses one.

pub mod model;
pub mod store;
