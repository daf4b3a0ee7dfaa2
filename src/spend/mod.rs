//! Spend: what acquiring customers costs, row by row, as the sources tell it and as people write and correct it.

pub mod edit;
pub mod forms;
pub mod ledger;
pub mod model;
pub mod page;
pub mod page_form;
pub mod question;
pub mod store;
