//! Rows of a spend file, taken in.

use super::known::{KnownSpend, Met};
use super::{Import, Turn};
use crate::changes::store::{Counter, latest_number, newest_seq, take_numbers};
use crate::error::Result;
use crate::import::model::{SpendRecord, Taken};
use crate::import::store::{self, Batch};
use crate::leads::model::Dimension;
use crate::period::Instant;
use crate::spend::store::{self as spend, Added};

impl Import {
    /// Takes rows of a spend file; see [`Import::take_leads`].
    ///
    /// A row is known by its days, channel, kind and team, whatever the file calls the channel; where a file has
    /// several such rows, by which of them it is, so they add up. A known row with another amount, or with a name that
    /// stands for another channel now, is replaced, and a row that a newer file lacks stays. A row that a person
    /// corrected or deleted stays as that person left it.
    pub async fn take_spend(&mut self, records: &[SpendRecord], at: Instant) -> Result<Vec<Taken>> {
        let mut turn = self.turn().await?;
        let as_of = newest_seq(&mut turn).await?;
        let mut known = match self.spend_known.take() {
            Some((mut known, since)) => {
                // A word of a person between two batches stands, too.
                known.hold(&spend::held_since(&mut turn, self.source, since).await?);
                known
            }
            None => {
                let aliases = store::aliases(&mut turn).await?.into_iter().map(|alias| (alias.form, alias.channel));
                KnownSpend::new(spend::of_source(&mut turn, self.source).await?, aliases.collect())
            }
        };
        let named = records.iter().filter_map(|r| Some((Dimension::Channel, r.channel.clone()?)));
        let new_values = self.find_values(&mut turn, named.into_iter()).await?;

        let mut next = latest_number(&mut turn, Counter::Spend).await?;
        let (mut added, mut taken_out) = (Vec::new(), Vec::new());
        let mut answers = Vec::with_capacity(records.len());
        for record in records {
            let Met::Adds { key, replaces } = known.meet(record) else {
                answers.push(Taken::Unchanged);
                continue;
            };
            next += 1;
            answers.push(if replaces.is_some() { Taken::Changed } else { Taken::New });
            taken_out.extend(replaces);
            added.push((next, key, record));
        }
        if let (Turn::Write(mut tx), Some((last, ..))) = (turn, added.last()) {
            let import = self.written();
            let seq = tx.seq().0;
            take_numbers(&mut tx, Counter::Spend, added.len()).await?;
            self.add_values(&mut tx, &new_values).await?;
            let rows = added.iter().map(|(id, key, record)| {
                let named = key.channel.as_ref().map(|name| (Dimension::Channel, name.clone()));
                Added {
                    id: *id,
                    key,
                    channel: named.and_then(|named| self.values.get(&named).copied()),
                    written: record.written.as_deref(),
                    amount: record.amount_minor,
                    original: record.original.as_ref(),
                }
            });
            spend::add(&mut tx, self.source, import.0, seq, rows).await?;
            spend::take_out(&mut tx, import.0, seq, taken_out.iter().copied()).await?;
            let spend = Some((added[0].0, *last));
            self.batch += 1;
            store::add_batch(&mut tx, import, &Batch { n: self.batch, seq, leads: None, spend }).await?;
            self.commit(tx, import, at, &answers).await?;
        }
        self.spend_known = Some((known, as_of));
        Ok(answers)
    }
}
