//! Everything that a page about the KPIs is made of: the answer, and the words that it is said in.

use super::model::Answer;
use super::query::{BLANK, Query};
use super::words::Currency;
use crate::agreement::model::{Horizon, Terms};
use crate::leads::model::{Dimension, ValueId};
use crate::period::Period;
use chrono::NaiveDateTime;
use std::collections::HashMap;

/// An answered question.
#[derive(Clone, Debug)]
pub struct Board {
    /// What the address asked for.
    pub query: Query,
    /// The numbers. Without any lead they are all zero.
    pub answer: Answer,
    /// `answer.now` on the wall of the workspace.
    pub as_of: NaiveDateTime,
    /// IANA name of the workspace's zone.
    pub zone: String,
    /// What money is counted in.
    pub currency: Currency,
    /// The agreement in force on the period's last day.
    pub terms: Terms,
    /// From the first day with a handover to the day after the last one; `None`: the workspace has no lead.
    pub data: Option<Period>,
    /// The values of each dimension, those with the most leads first, the blank one left out.
    pub values: Vec<(Dimension, Vec<(ValueId, String)>)>,
}

impl Board {
    /// The values of a dimension.
    pub fn values(&self, dimension: Dimension) -> &[(ValueId, String)] {
        self.values.iter().find(|(of, _)| *of == dimension).map_or(&[], |(_, values)| values)
    }

    /// The names of a dimension's values by their ids.
    pub fn names(&self, dimension: Dimension) -> HashMap<Option<ValueId>, &str> {
        let named = self.values(dimension).iter().map(|(id, name)| (Some(*id), name.as_str()));
        named.chain([(None, BLANK)]).collect()
    }

    /// The horizon that K1 was read with.
    pub fn horizon(&self) -> Horizon {
        self.query.horizon.map_or(self.terms.horizon, Horizon::from)
    }
}
