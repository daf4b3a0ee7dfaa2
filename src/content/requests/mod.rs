//! What is missing: a request, which others join; its brief; the draft that comes of it. And the map that shows the gaps.

pub mod answer;
pub mod edit;
pub mod forms;
pub mod map;
pub mod model;
mod page;
pub mod store;

pub use page::matrix;
