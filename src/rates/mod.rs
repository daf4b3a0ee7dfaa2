//! Exchange rates: what one unit of another currency is worth in the workspace's, from a day on. People write them
//! down; imports exchange by the one that held on the first day of a row.

pub mod command;
pub mod edit;
pub mod forms;
pub mod model;
pub mod page;
pub mod store;
