//! The specification, as tests.

mod http;
mod tidy;
