//! The command line of Doubles.
fn main() {}
