//! Real exports and dirty files.
