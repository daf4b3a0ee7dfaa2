//! The design system: the parts of every page, without a word of the domain. `says` is what a part shows as plain
//! data; the components only place it. `/ui` shows each part with its states, in development builds.

mod chart;
mod control;
mod field;
mod frame;
mod gallery;
mod notice;
pub mod says;
mod table;
mod text;

pub use chart::{ChartFigure, Drawing};
pub use control::{Button, Chip, Segmented, Tag, Variant};
pub use field::{Field, LongField};
pub use frame::{NavGroup, NavItem, Navigation, PageHead, SectionHead};
pub use gallery::Gallery;
pub use notice::{Empty, Notice, NoticeKind, Progress, Toast};
pub use table::DataTable;
pub use text::{FigureText, ProseText, StatusMark, Team, TeamSign};
