//! What a file is read against: the workspace's zone and currency, and the channels that it knows.

use super::amounts::Currency;
use super::dates::Clock;
use super::headings::nearest;
use super::model::Kind;
use crate::rates::model::{DatedRate, Rates};
use std::collections::HashMap;

/// What the workspace knows before it sees the file.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Zones of the file and of the workspace.
    pub clock: Clock,
    /// The workspace's currency.
    pub currency: Currency,
    /// The channels that its leads and its spend carry, as they are written.
    pub channels: Vec<String>,
    /// Other names of channels, in lower case, and the channel that each stands for.
    pub aliases: HashMap<String, String>,
    /// What other currencies are worth.
    pub rates: Rates,
}

impl Ground {
    /// Of a workspace that knows no channel yet.
    pub fn new(clock: Clock, currency: Currency) -> Self {
        Self { clock, currency, channels: Vec::new(), aliases: HashMap::new(), rates: Rates::default() }
    }

    /// With the rates that hold for one file only.
    pub fn with_rates(mut self, rates: &[DatedRate]) -> Self {
        rates.iter().cloned().for_each(|rate| self.rates.set(rate));
        self
    }

    /// By which names a file may call a channel: those that people gave, and in a file of money also the channels' own
    /// names in other capitals. Leads bring their channels with them, so theirs stand as they are written.
    pub fn channel_names(&self, kind: Kind) -> HashMap<String, String> {
        let mut names = HashMap::new();
        if kind == Kind::Spend {
            // Of two that differ in capitals only, none is meant by a third.
            for channel in &self.channels {
                let form = channel.to_lowercase();
                let alone = self.channels.iter().filter(|other| other.to_lowercase() == form).count() == 1;
                if alone && !form.is_empty() {
                    names.insert(form, channel.clone());
                }
            }
        }
        names.extend(self.aliases.iter().map(|(name, channel)| (name.clone(), channel.clone())));
        names
    }

    /// The known channel that a name most likely means.
    pub fn nearest_channel(&self, name: &str) -> Option<&str> {
        let bare = name.rsplit_once('_').filter(|(_, tail)| tail.len() == 1).map_or(name, |(head, _)| head);
        let bare = bare.strip_prefix("spend_").or_else(|| bare.strip_prefix("cost_")).unwrap_or(bare);
        nearest(bare, self.channels.iter().map(String::as_str))
    }
}
