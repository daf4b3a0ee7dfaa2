//! Import: exports of other systems, as they are, become leads, outcomes, events and spend.
//!
//! A file is read (`read`), its headings are recognised (`mapping`), its cells become typed records (`model`),
//! and `store` writes them in short batches under a journal, so that an import ends complete or fully undone.

pub mod model;

pub mod apply;
pub mod store;
pub mod take;
pub mod undo;
