//! Spend: what acquiring customers costs, row by row, as the sources tell it.

pub mod store;
