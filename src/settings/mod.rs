//! What people set: everybody their own account, admins who works here.

pub mod api;
pub mod model;
pub mod page;
pub mod page_people;

#[cfg(feature = "ssr")]
pub mod forms;
