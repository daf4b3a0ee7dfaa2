//! The specification, as tests.

mod databases;
mod import_journal;
mod opening;
mod store;
