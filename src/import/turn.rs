//! One batch's turn at the database.

use crate::server::db::{Tx, WriteTx};
use std::ops::{Deref, DerefMut};

/// The transaction of a batch: one that writes, or for a check one that only reads.
pub(super) enum Turn {
    Write(WriteTx),
    Check(Tx),
}

impl Deref for Turn {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        match self {
            Self::Write(tx) => tx,
            Self::Check(tx) => tx,
        }
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut Tx {
        match self {
            Self::Write(tx) => tx,
            Self::Check(tx) => tx,
        }
    }
}
