//! The sample company: Northaisle, maker of warehouse robots, invented from top to bottom.
//!
//! Eighteen months up to today, about three thousand leads, with one story that the numbers tell: content
//! syndication brings more and more leads that never become anything, and since three months sales calls later
//! and later. It is written as the four files that a real company would export, and taken in by the normal import.

pub mod api;
pub mod page;

#[cfg(feature = "ssr")]
mod agreement;
#[cfg(feature = "ssr")]
mod cast;
#[cfg(feature = "ssr")]
pub mod command;
#[cfg(feature = "ssr")]
pub mod files;
#[cfg(feature = "ssr")]
mod personas;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod story;
