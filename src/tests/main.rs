//! The specification, as tests.

mod command_line;
mod http;
mod import_files;
mod import_rows;
mod tidy;

/// The PostgreSQL that tests may use; each makes a database of its own on it.
fn postgres_url() -> Option<String> {
    std::env::var("DOUBLES_TEST_POSTGRES").ok()
}
