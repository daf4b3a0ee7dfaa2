//! Import: exports of other systems, as they are, become leads, outcomes, events and spend.
//!
//! The way of a row: `read` gives cells with their line, out of `text` (told apart by `sniff`, `encoding` and `frame`)
//! or a `workbook` (bounded by `bounds`, unpacked into a `spool`), and says how in a `reading`; `mapping` (with
//! `headings`) says which field each column holds, `survey` lets the columns decide what one value cannot say, `dates`,
//! `amounts` and `rows` turn cells into the typed records of `model`, against what the workspace knows (`ground`).
//! `inspect` shows all that for one file, with what only a person can answer; what a person said is remembered
//! (`memory`). `take` writes the records in short batches (`pace`) under a journal (`store`), so that an import ends complete or
//! fully undone (`undo`). `run` is the whole way, `command` its command line.

pub mod amount_fault;
pub mod amounts;
pub mod apply;
pub mod bounds;
pub mod column;
pub mod command;
pub mod currency;
pub mod date_cursor;
pub mod dates;
pub mod encoding;
pub mod frame;
pub mod ground;
pub mod headings;
pub mod inspect;
pub mod inspection;
pub mod labels;
pub mod mapping;
pub mod memory;
pub mod memory_forms;
pub mod memory_page;
pub mod model;
pub mod names;
pub mod pace;
pub mod parse;
pub mod preview;
pub mod proposals;
pub mod read;
pub mod reading;
pub mod row;
pub mod rows;
pub mod run;
pub mod sniff;
pub mod spool;
pub mod store;
pub mod survey;
pub mod take;
pub mod tally;
pub mod text;
mod turn;
pub mod undo;
pub mod wishes;
pub mod workbook;
