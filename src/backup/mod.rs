//! Keeping what a company has put in: copies that are known to be good, the way back from one, and the check of a
//! database against itself.

pub mod command;
pub mod copy;
pub mod doctor;
pub mod files;
pub mod model;
pub mod page;
pub mod restore;
pub mod service;
pub mod store;
