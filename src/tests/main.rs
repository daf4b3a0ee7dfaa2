//! The specification, as tests.

mod databases;
mod import_journal;
mod kpis;
mod kpis_properties;
mod kpis_reference;
mod opening;
mod store;
