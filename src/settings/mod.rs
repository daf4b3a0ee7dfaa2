//! What people set: everybody their own account, admins who works here and what the workspace counts in. Plain pages:
//! the server renders them, and their forms lead back to them.

mod browser_name;
pub mod forms;
pub mod forms_notices;
pub mod forms_people;
pub mod forms_workspace;
pub mod model;
pub mod page;
pub mod page_notices;
pub mod page_people;
pub mod page_person;
pub mod page_workspace;
mod qr;
