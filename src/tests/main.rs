//! The specification, as tests.
