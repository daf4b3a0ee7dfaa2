//! Who did what: the change log as everybody may read it, on a plain page and as a file.

pub mod feed;
pub mod model;
pub mod page;
pub mod store;
