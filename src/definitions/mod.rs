//! The shared definitions: the glossary that both teams edit and approve, and how leads stand against the criteria of
//! a qualified lead.

pub mod fit;
pub mod store;
