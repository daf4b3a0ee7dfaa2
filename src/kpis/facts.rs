//! Leads as columns.
