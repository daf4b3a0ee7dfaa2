//! The queue: which leads wait for what, the most urgent first, found by an index at any size; the search for a lead; and
//! the views that somebody gave a name.

pub mod answer;
pub mod count;
pub mod file;
pub mod forms;
pub mod forms_new;
pub mod model;
pub mod narrate;
pub mod page;
pub mod page_bulk;
pub mod page_filters;
pub mod page_new;
pub mod page_rows;
pub mod question;
pub mod search;
pub mod service;
pub mod sheet;
pub mod store;
pub mod waits;
