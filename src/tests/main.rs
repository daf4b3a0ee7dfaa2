//! The specification, as tests.

mod databases;
mod import_journal;
mod store;
