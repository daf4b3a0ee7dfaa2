//! The specification, as tests.

mod boards;
mod charts;
mod http;
mod pages;
mod tidy;
