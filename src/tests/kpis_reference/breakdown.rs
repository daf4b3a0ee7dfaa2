//! The figures by the values of one dimension, each set of leads by itself.

use super::{Set, value};
use doubles::kpis::model::{Breakdown, Conversion, NoCac, SMALL_CHARTS};
use doubles::leads::model::{Dimension, ValueId};
use doubles::period::Bucket;
use std::collections::{BTreeMap, BTreeSet};

impl Set<'_> {
    /// With K1 by bucket for the largest values, where buckets are asked for.
    pub(super) fn breakdown(&self, dimension: Dimension, buckets: &[Bucket]) -> Breakdown {
        let mut values: BTreeSet<Option<ValueId>> =
            self.world.leads.iter().map(|lead| value(lead, dimension)).collect();
        if dimension == Dimension::Channel {
            values.extend(&self.channels);
        }
        let mut rows = Vec::new();
        for key in values {
            let set = Set {
                world: self.world,
                question: self.question,
                days: self.days,
                leads: self.leads.iter().copied().filter(|lead| value(lead, dimension) == key).collect(),
                channels: self.channels.iter().copied().filter(|channel| *channel == key).collect(),
                not_carried: self.not_carried.or((dimension != Dimension::Channel).then_some(dimension)),
            };
            let figures = set.figures();
            let counts = [
                figures.conversion.leads,
                figures.follow_up.handovers,
                figures.coverage.due,
                figures.cac.customers,
                figures.context.opportunities,
                figures.context.excluded,
            ];
            let spent = self.not_carried.is_none()
                && dimension == Dimension::Channel
                && figures.cac.missing != Some(NoCac::NoData);
            if counts.iter().any(|count| *count > 0) || spent {
                rows.push((key, figures));
            }
        }
        rows.sort_by_key(|(key, figures)| (std::cmp::Reverse(figures.conversion.leads), key.is_none(), *key));
        let shown = rows.iter().take(if buckets.is_empty() { 0 } else { SMALL_CHARTS });
        let trends = shown.filter(|(_, figures)| figures.conversion.leads > 0).map(|(key, _)| {
            let leads: Vec<_> = self.leads.iter().copied().filter(|lead| value(lead, dimension) == *key).collect();
            let of_days = |bucket: &Bucket| {
                let set = Set { days: bucket.period, leads: leads.clone(), channels: BTreeSet::new(), ..*self };
                Conversion { target_bp: None, ..set.figures().conversion }
            };
            buckets.iter().map(of_days).collect()
        });
        let trends = trends.collect();
        Breakdown { dimension, rows, trends }
    }

    /// What sales turned leads down for, the most frequent first.
    pub(super) fn reasons(&self) -> Vec<(String, u32)> {
        let mut counts = BTreeMap::new();
        for stay in self.stays() {
            if let (true, Some(reason)) = (self.happened(stay.verdict), stay.reason) {
                *counts.entry(reason.to_owned()).or_insert(0) += 1;
            }
        }
        let mut reasons: Vec<(String, u32)> = counts.into_iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        reasons
    }
}
