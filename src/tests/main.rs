//! The specification, as tests.

mod boards;
mod charts;
mod command_line;
mod databases;
mod edges;
mod http;
mod import_cast;
mod import_files;
mod import_journal;
mod import_rows;
mod import_run;
mod import_take;
mod kpis;
mod kpis_properties;
mod kpis_reference;
mod kpis_store;
mod listing;
mod opening;
mod pages;
mod store;
mod tidy;
