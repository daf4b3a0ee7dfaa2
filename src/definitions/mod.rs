//! The shared definitions: the glossary that both teams edit and approve, and how leads stand against the criteria of
//! a qualified lead.

pub mod answer;
pub mod edit;
pub mod fit;
pub mod forms;
pub mod model;
pub mod page;
pub mod sheet;
pub mod store;
