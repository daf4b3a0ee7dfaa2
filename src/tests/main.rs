//! The specification, as tests.

mod http;
mod tidy;

mod boards;
mod pages;
