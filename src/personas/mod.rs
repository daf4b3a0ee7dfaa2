//! Personas: what both teams believe of their buyers, written together, annotated by sales, and held against the leads.

pub mod model;
pub mod store;
