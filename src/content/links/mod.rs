//! Links of the library: how they are written, and whether they still answer.

pub mod checker;
pub mod link;
pub mod store;
