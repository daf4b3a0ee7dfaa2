//! Process wiring: what connects the slices to the machine they run on.

pub mod db;
pub mod open;
