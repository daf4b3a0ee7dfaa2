//! The design system: the parts of every page, without a word of the domain. `says` is what a part shows as plain
//! data; the components only place it. `/ui` shows each part with its states, in development builds.

mod chart;
mod control;
mod field;
mod frame;
mod gallery;
mod meaning;
mod notice;
#[cfg(feature = "hydrate")]
pub mod reading;
mod rendered;
pub mod says;
mod settled;
mod table;
mod text;

pub use chart::{ChartFigure, Drawing};
pub use control::{Button, Chip, Segmented, Tag, Variant};
pub use field::{Field, LongField};
pub use frame::{BadAddress, NavGroup, NavItem, Navigation, PageHead, SectionHead, announce_pages, leave_question};
pub use gallery::Gallery;
pub use meaning::{Meaning, Meanings, Word, WordsMeant};
pub use notice::{Empty, Notice, NoticeKind, Progress, Toast};
pub use rendered::Drawn;
pub use settled::{Ready, settled};
pub use table::DataTable;
pub use text::{FigureText, ProseText, StatusMark, Team, TeamSign};
