//! The sample company: Northaisle, maker of warehouse robots, invented from top to bottom.
//!
//! Eighteen months up to today, about three thousand leads, with one story that the numbers tell: content
//! syndication brings more and more leads that never become anything, and since three months sales calls later
//! and later. It is written as the four files that a real company would export, and taken in by the normal import.

mod cast;
mod files;
mod story;

pub use files::{SOURCE, files};
