//! What people do with leads by hand: touches, verdicts, deals, plans, owners, comments, corrections, and the way back
//! from what was just done.

pub mod apply;
pub mod model;
pub mod owners;
pub mod run;
pub mod store;
pub mod undo;
