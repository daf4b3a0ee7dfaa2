//! The design system: the parts of every page, without a word of the domain.

pub mod says;
