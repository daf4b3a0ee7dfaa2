//! Working time by prefix sums over the calendar's days.
