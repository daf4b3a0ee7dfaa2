//! The specification, as tests.

mod databases;
mod import_journal;
mod people;
mod store;
