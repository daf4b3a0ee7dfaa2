//! Rows of a spend file, taken in.

use super::{Import, Turn};
use crate::changes::store::{Counter, latest_number, take_numbers};
use crate::error::Result;
use crate::import::model::{SpendRecord, Taken};
use crate::import::store::{self, Batch};
use crate::leads::model::Dimension;
use crate::period::Instant;
use crate::spend::store::{self as spend, SpendKey, Told};

impl Import {
    /// Takes rows of a spend file; see [`Import::take_leads`].
    ///
    /// A row is known by its days, channel, kind and team; where a file has several such rows, by which of them it
    /// is, so they add up. A known row with another amount is replaced, and a row that a newer file lacks stays. A row that a person
    /// corrected or deleted stays as that person left it.
    pub async fn take_spend(&mut self, records: &[SpendRecord], at: Instant) -> Result<Vec<Taken>> {
        let mut turn = self.turn().await?;
        let mut known = match self.spend_known.take() {
            Some(known) => known,
            None => spend::of_source(&mut turn, self.source).await?.into_iter().collect(),
        };
        let named = records.iter().filter_map(|r| Some((Dimension::Channel, r.channel.clone()?)));
        let new_values = self.find_values(&mut turn, named.into_iter()).await?;

        let mut next = latest_number(&mut turn, Counter::Spend).await?;
        let (mut added, mut taken_out) = (Vec::new(), Vec::new());
        let mut answers = Vec::with_capacity(records.len());
        for record in records {
            let mut key = SpendKey {
                from: record.from,
                to: record.to,
                channel: record.channel.clone(),
                kind: record.kind,
                team: record.team,
                ordinal: 0,
            };
            let ordinal = self.spend_seen.entry(key.clone()).or_default();
            *ordinal += 1;
            key.ordinal = *ordinal;
            let before = known.get(&key).copied();
            if before.is_some_and(|told| told.held || told.amount == record.amount_minor) {
                answers.push(Taken::Unchanged);
                continue;
            }
            next += 1;
            taken_out.extend(before.map(|told| told.id));
            added.push((next, key.clone(), record));
            known.insert(key, Told { id: next, amount: record.amount_minor, held: false });
            answers.push(if before.is_some() { Taken::Changed } else { Taken::New });
        }
        if let (Turn::Write(mut tx), Some((last, ..))) = (turn, added.last()) {
            let import = self.written();
            let seq = tx.seq().0;
            take_numbers(&mut tx, Counter::Spend, added.len()).await?;
            self.add_values(&mut tx, &new_values).await?;
            let rows = added.iter().map(|(id, key, record)| {
                let named = key.channel.as_ref().map(|name| (Dimension::Channel, name.clone()));
                (
                    *id,
                    key,
                    named.and_then(|named| self.values.get(&named).copied()),
                    record.amount_minor,
                    record.original.as_ref(),
                )
            });
            spend::add(&mut tx, self.source, import.0, seq, rows).await?;
            spend::take_out(&mut tx, import.0, seq, taken_out.iter().copied()).await?;
            let spend = Some((added[0].0, *last));
            self.batch += 1;
            store::add_batch(&mut tx, import, &Batch { n: self.batch, seq, leads: None, spend }).await?;
            self.commit(tx, import, at, &answers).await?;
        }
        self.spend_known = Some(known);
        Ok(answers)
    }
}
