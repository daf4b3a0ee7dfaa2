//! Import as pages: files on their way in (uploaded, mapped, checked, run), and what came of each.
//!
//! `folder` keeps the files, `store` what is known of each; `work` checks, runs and takes back in jobs of the process
//! (`jobs`) that outlive the browser. What a file is and what its columns mean says `import`; here it is only asked.

mod columns;
pub mod desk;
pub mod folder;
pub mod forms;
mod forms_history;
mod history;
pub mod jobs;
pub mod model;
mod page;
mod page_answers;
mod page_check;
mod page_history;
mod page_mapping;
mod page_reading;
pub(crate) mod receive;
pub mod store;
pub mod work;
