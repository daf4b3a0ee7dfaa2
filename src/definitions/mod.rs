//! The shared definitions: the glossary that both teams edit and approve, and how leads stand against the criteria of
//! a qualified lead.

pub mod answer;
pub mod criteria;
pub mod edit;
pub mod fit;
pub mod forms;
pub mod forms_criteria;
pub mod forms_what_if;
pub mod model;
pub mod narrate;
pub mod narrate_tried;
pub mod on_lead;
pub mod page;
pub mod page_criteria;
pub mod page_lead;
pub mod page_what_if;
pub mod sheet;
pub mod standing;
pub mod store;
pub mod tried;
pub mod what_if;
