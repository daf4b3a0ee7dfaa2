//! The specification, as tests.

mod kpis;
mod kpis_properties;
mod kpis_reference;
