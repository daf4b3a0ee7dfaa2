//! The specification, as tests.

mod databases;
mod http;
mod import_journal;
mod people;
mod store;
mod tidy;
