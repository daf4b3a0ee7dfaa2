//! Texts that several people edit: whoever comes second loses nothing, what was there before can be read and brought
//! back, and a form counts once however often it is sent. One way for every document; `ARCHITECTURE.md` tells how.

pub mod documents;
pub mod form;
pub mod history;
pub mod model;
pub mod once;
pub mod page;
pub mod rest;
pub mod store;
pub mod words;
