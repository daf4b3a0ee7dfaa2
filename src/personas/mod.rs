//! Personas: what both teams believe of their buyers, written together, annotated by sales, and held against the leads.

pub mod answer;
pub mod claims;
pub mod edit;
pub mod forms;
pub mod markdown;
pub mod merge;
pub mod model;
pub mod narrate;
pub mod notes;
pub mod order;
pub mod page;
pub mod page_forms;
pub mod page_gallery;
pub mod page_lead;
pub mod page_merge;
pub mod page_statement;
pub mod reality;
pub mod receive;
pub mod rules;
pub mod sections;
pub mod sheet;
pub mod store;
pub mod template;
