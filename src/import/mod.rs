//! Import: exports of other systems, as they are, become leads, outcomes, events and spend.
//!
//! A file is read (`read`), its headings are recognised (`mapping`), its cells become typed records (`model`),
//! and `store` writes them in short batches under a journal, so that an import ends complete or fully undone.

pub mod amounts;
pub mod dates;
pub mod headings;
pub mod mapping;
pub mod model;

pub mod apply;
pub mod parse;
pub mod read;
pub mod rows;
pub mod sniff;
pub mod store;
pub mod survey;
pub mod take;
pub mod undo;
