//! All that the library holds, as files.

pub mod archive;
pub mod store;
