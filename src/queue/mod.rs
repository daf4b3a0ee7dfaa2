//! The queue: which leads wait for what, the most urgent first, found by an index at any size; the search for a lead; and
//! the views that somebody gave a name.

pub mod count;
pub mod model;
pub mod search;
pub mod service;
pub mod store;
pub mod waits;
