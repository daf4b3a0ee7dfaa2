//! What people do with leads by hand: touches, verdicts, deals, plans, owners, comments, corrections, and the way back
//! from what was just done.

pub mod answer;
pub mod apply;
pub mod duties;
pub mod forms;
pub mod model;
pub mod narrate;
pub mod owners;
pub mod page;
pub mod page_acts;
pub mod page_timeline;
pub mod page_verdict;
pub mod run;
pub mod sheet;
pub mod store;
pub mod timeline;
pub mod undo;
