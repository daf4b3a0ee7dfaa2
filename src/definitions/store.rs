//! Every SQL of the definitions: what of leads the criteria look at, and the terms of the glossary.

use crate::agreement::criteria::{Profile, fold};
use crate::error::{AppError, Result};
use crate::leads::model::{Dimension, LeadId, ValueId};
use crate::period::Instant;
use crate::server::db::Tx;
use crate::statements;
use std::collections::HashMap;

// A lead travels as one line of text, as to the KPIs: a row of eleven columns costs the driver more than the database.
// Cells end with the unit separator; the title, which may hold anything but the record separator, comes last. Of the
// person nothing leaves the database but whether something is there.
statements! {
    PROFILES = "select string_agg(format('%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s',
                l.id, l.handed_over_at, l.size, l.channel_id, l.campaign_id, l.segment_id, l.region_id, l.persona_id,
                case when trim(p.name) <> '' then 1 else 0 end, case when trim(p.email) <> '' then 1 else 0 end,
                case when trim(p.phone) <> '' then 1 else 0 end, replace(l.company, '\u{1f}', ' '), l.title), '\u{1e}')
                from lead as l left join lead_person as p on p.lead_id = l.id
                where l.handed_over_at >= $1 and l.handed_over_at < $2 and l.gone = 0";
    PROFILE = "select format('%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s\u{1f}%s',
               l.id, l.handed_over_at, l.size, l.channel_id, l.campaign_id, l.segment_id, l.region_id, l.persona_id,
               case when trim(p.name) <> '' then 1 else 0 end, case when trim(p.email) <> '' then 1 else 0 end,
               case when trim(p.phone) <> '' then 1 else 0 end, replace(l.company, '\u{1f}', ' '), l.title)
               from lead as l left join lead_person as p on p.lead_id = l.id
               where l.id = $1 and l.gone = 0";
    VALUE_NAME = "select name from dimension_value where id = $1";
}

/// The dimensions that a line carries, in its order.
const CARRIED: [Dimension; 5] =
    [Dimension::Channel, Dimension::Campaign, Dimension::Segment, Dimension::Region, Dimension::Persona];

/// What of a lead the criteria look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow<'a> {
    /// Which lead.
    pub lead: LeadId,
    /// Its first handover; the beginning of all time where it has none.
    pub handed_over: Instant,
    size: Option<i64>,
    values: [Option<ValueId>; CARRIED.len()],
    given: [bool; 3],
    company: &'a str,
    title: &'a str,
}

/// The leads handed over from an instant up to another, as lines; see [`lines`].
///
/// # Errors
/// The database does not answer.
pub async fn profiles(tx: &mut Tx, from: Instant, to: Instant) -> Result<String> {
    let query = sqlx::query_scalar(PROFILES).bind(i64::from(from.0)).bind(i64::from(to.0));
    let text: Option<String> = query.fetch_one(tx.conn()).await?;
    Ok(text.unwrap_or_default())
}

/// One lead as a line; empty where there is none.
///
/// # Errors
/// The database does not answer.
pub async fn profile(tx: &mut Tx, lead: LeadId) -> Result<String> {
    let text: Option<String> = sqlx::query_scalar(PROFILE).bind(lead.0).fetch_optional(tx.conn()).await?;
    Ok(text.unwrap_or_default())
}

/// The lines of a text of leads.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\u{1e}').filter(|line| !line.is_empty())
}

/// The names of the values of one lead, as the rules compare them.
///
/// # Errors
/// The database does not answer.
pub async fn names(tx: &mut Tx, row: &ProfileRow<'_>) -> Result<HashMap<ValueId, String>> {
    let mut names = HashMap::new();
    for value in row.values.into_iter().flatten() {
        let name: Option<String> = sqlx::query_scalar(VALUE_NAME).bind(value.0).fetch_optional(tx.conn()).await?;
        names.extend(name.and_then(|name| fold(&name)).map(|name| (value, name)));
    }
    Ok(names)
}

impl<'a> ProfileRow<'a> {
    /// Reads a line.
    ///
    /// # Errors
    /// It is not in the shape that this version writes.
    pub fn read(line: &'a str) -> Result<Self> {
        let cells: Vec<&str> = line.splitn(13, '\u{1f}').collect();
        let unreadable = || {
            tracing::error!("a lead is not in the shape that this version asks for");
            AppError::Internal
        };
        let [id, at, size, channel, campaign, segment, region, persona, name, email, phone, company, title] =
            cells.try_into().map_err(|_| unreadable())?;
        let number = |cell: &str| -> Result<Option<i64>> {
            if cell.is_empty() { Ok(None) } else { cell.parse().map(Some).map_err(|_| unreadable()) }
        };
        let mut values = [None; CARRIED.len()];
        for (value, cell) in values.iter_mut().zip([channel, campaign, segment, region, persona]) {
            *value = number(cell)?.map(ValueId);
        }
        Ok(Self {
            lead: LeadId(number(id)?.ok_or_else(unreadable)?),
            handed_over: Instant(number(at)?.and_then(|at| u32::try_from(at).ok()).unwrap_or_default()),
            size: number(size)?,
            values,
            given: [name, email, phone].map(|cell| cell == "1"),
            company,
            title,
        })
    }

    /// Its value in a dimension.
    pub fn value(&self, dimension: Dimension) -> Option<ValueId> {
        CARRIED.iter().position(|carried| *carried == dimension).and_then(|at| self.values[at])
    }

    /// As the criteria see it, with the names of its values.
    pub fn with_profile<T>(&self, names: &HashMap<ValueId, String>, see: impl FnOnce(&Profile<'_>) -> T) -> T {
        let (company, title) = (fold(self.company), fold(self.title));
        let mut values = [None; Dimension::ALL.len()];
        for (dimension, value) in CARRIED.into_iter().zip(self.values) {
            values[dimension as usize] = value.and_then(|value| names.get(&value)).map(String::as_str);
        }
        let [name, email, phone] = self.given;
        see(&Profile {
            name,
            email,
            phone,
            company: company.as_deref(),
            title: title.as_deref(),
            size: self.size,
            values,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whatever_its_title_holds() {
        let line = "7\u{1f}100\u{1f}\u{1f}3\u{1f}\u{1f}\u{1f}\u{1f}9\u{1f}1\u{1f}0\u{1f}0\u{1f}Acme, Inc\u{1f}Head, of\u{1f}it";
        let row = ProfileRow::read(line).expect("it is in shape");
        assert_eq!((row.lead, row.handed_over, row.size), (LeadId(7), Instant(100), None));
        assert_eq!(
            (row.value(Dimension::Channel), row.value(Dimension::Persona)),
            (Some(ValueId(3)), Some(ValueId(9)))
        );
        let names = HashMap::from([(ValueId(9), "operations olga".to_owned())]);
        row.with_profile(&names, |profile| {
            assert_eq!((profile.name, profile.email, profile.company), (true, false, Some("acme, inc")));
            assert_eq!(profile.title, Some("head, of\u{1f}it"));
            assert_eq!(profile.values[Dimension::Persona as usize], Some("operations olga"));
            assert_eq!(profile.values[Dimension::Channel as usize], None, "its name is not known");
        });
        assert!(ProfileRow::read("7\u{1f}100").is_err());
    }
}
