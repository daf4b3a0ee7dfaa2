//! The loop: sales' verdict on a lead with its reason, marketing's answer, disputes that both heads rule on, and leads
//! that come back on their day.

//!
//! Its pages: an address (`question`) is answered (`answer`), put into finished words (`narrate`, `pareto` and `alike`) and
//! placed (`page…`).

pub mod alike;
mod answer;
pub mod answers;
mod file;
pub mod forms;
mod forms_reasons;
mod losses;
pub mod model;
pub mod narrate;
mod page;
mod page_entry;
mod page_numbers;
mod page_reasons;
pub mod pareto;
pub mod question;
pub mod reasons;
pub mod returns;
mod sheet;
pub mod store;
