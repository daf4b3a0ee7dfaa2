//! The specification, as tests.

mod browser;
mod databases;
mod http;
mod import_journal;
mod people;
mod people_access;
mod people_door;
mod store;
mod tidy;
