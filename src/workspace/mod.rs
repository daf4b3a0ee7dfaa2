//! The workspace: the one company that works with this installation, its time zone and its currency.

pub mod model;
pub mod page;
pub mod store;
