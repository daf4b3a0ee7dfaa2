//! The specification, as tests.

mod databases;
mod people;
