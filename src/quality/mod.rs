//! Data quality: what in the leads cannot be right, or is missing, each counted, listed and mended by people.
//!
//! - **Findings.** Milestones out of order are what K3 says they are: `kpis::compute` names the leads, `model` says in
//!   words which milestone stands before which. Leads without channel, persona or owner, addresses that no mail
//!   reaches, and leads that may be one (`leads::identity`) are found by the database. Leads that a rule leaves out are
//!   no finding, but for those with an opportunity, which count.
//! - **A merge** joins leads into a survivor. It writes no event anew: the merged lead leaves lists and numbers and
//!   keeps its row, keys, e-mail and history, and the survivor's milestones are derived from the events of both. An
//!   import that names the merged lead goes on writing to *its* history, so the same file twice changes nothing, and the
//!   survivor has it at once. To un-merge is to stop reading both: each lead is what its own history says. So what its
//!   own number or address brought since goes back with it, and what people did to the survivor stays with the
//!   survivor. Texts and dimensions are the survivor's own.
//! - **Rules** of heads leave leads out of every number, those to come too: whatever writes leads asks
//!   [`rules::store::apply_rules`] in the same transaction. A lead that has an opportunity counts all the same; `kpis::compute`
//!   sees to that at every `now`.
//! - **What a person set** (a dimension, an address) no import overwrites. It is written down with the leads that it
//!   concerns (`lead_work`), so that the undo of an import refuses, and is free again once the person takes it back.

pub mod disorder;
pub mod fix;
pub mod forms;
pub mod lists;
pub mod merge;
pub mod model;
pub mod page;
pub mod rules;
pub mod store;
