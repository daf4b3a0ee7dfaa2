//! The specification, as tests.

mod import_files;
mod import_rows;
mod import_run;
