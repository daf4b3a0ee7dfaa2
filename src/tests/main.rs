//! The specification, as tests.

mod kpis;
mod kpis_follow_up;
mod kpis_house;
mod kpis_properties;
mod kpis_reference;
