//! What waits for somebody: notices of what others did that concerns them, on a plain page, with their number in the
//! navigation of every page.
//!
//! Whatever slice has something to say calls [`store::notify`] in the transaction of its change; what time alone brings is
//! told by the housekeeping ([`due`]).

pub mod due;
pub mod feed;
pub mod model;
pub mod page;
pub mod store;
