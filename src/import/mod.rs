//! Import: exports of other systems, as they are, become leads, outcomes, events and spend.
//!
//! The way of a row: `read` (with `sniff`) gives cells with their line, `mapping` (with `headings`) says which field
//! each column holds, `survey` lets the columns decide what one value cannot say, `dates`, `amounts` and `rows` turn
//! cells into the typed records of `model`. `take` writes them in short batches under a journal (`store`), so that an
//! import ends complete or fully undone (`undo`). `run` is the whole way, `command` its command line.

pub mod amounts;
pub mod apply;
pub mod column;
pub mod command;
pub mod date_cursor;
pub mod dates;
pub mod headings;
pub mod mapping;
pub mod model;
pub mod parse;
pub mod read;
pub mod rows;
pub mod run;
pub mod sniff;
pub mod store;
pub mod survey;
pub mod take;
mod turn;
pub mod undo;
