//! The loop: sales' verdict on a lead with its reason, marketing's answer, disputes that both heads rule on, and leads
//! that come back on their day.

pub mod answers;
pub mod model;
pub mod reasons;
pub mod returns;
pub mod store;
