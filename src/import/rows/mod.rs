//! The cells of a row become one typed record, or the row is rejected with the cell and the reason.
//!
//! One file per kind; here stands what they share: how a key, a moment and a word are read, and what was decided
//! where a row leaves room, counted, so that it is said once.

mod events;
mod leads;
mod outcomes;
mod spend;
pub mod words;

use super::amounts::{Currency, read_money};
use super::column::{Column, shortened};
use super::dates::{Clock, read_date};
use super::ground::Ground;
use super::mapping::{Mapping, list_headings};
use super::model::{EventRecord, Kind, LeadKey, LeadRecord, OutcomeRecord, Rejection, SpendRecord};
use super::read::Row;
use super::wishes::Voice;
use crate::error::{AppError, Result};
use crate::leads::model::{Moment, Reason};
use crate::period::Day;
use crate::rates::model::{Original, Rates};
use crate::zone::LocalTime;
use std::collections::BTreeMap;

/// Records of one kind, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// Of a lead file.
    Leads(Vec<LeadRecord>),
    /// Of an outcome file.
    Outcomes(Vec<OutcomeRecord>),
    /// Of an event file.
    Events(Vec<EventRecord>),
    /// Of a spend file; a wide row gives several.
    Spend(Vec<SpendRecord>),
}

/// Turns rows of one file into records.
pub struct RowReader {
    rules: Rules,
    width: usize,
    context: Context,
}

#[expect(clippy::large_enum_variant, reason = "there is one of it a file")]
enum Rules {
    Leads(leads::LeadRows),
    Outcomes(outcomes::OutcomeRows),
    Events(events::EventRows),
    Spend(spend::SpendRows),
}

/// What a row is read against.
pub struct Context {
    /// Zones of the file and of the workspace.
    pub clock: Clock,
    /// The workspace's currency.
    pub currency: Currency,
    /// What other currencies are worth.
    pub rates: Rates,
    doubts: BTreeMap<(Doubt, &'static str), u64>,
    /// Channels of a spend file that nothing else carries, with the known one that each looks like.
    strangers: BTreeMap<String, (String, u64)>,
    known: Ground,
    /// How many amounts were exchanged by which rate.
    exchanged: BTreeMap<(String, Day, String), u64>,
    /// Whom the sentences are for.
    voice: Voice,
}

/// So many channels that nothing else carries are looked at.
const STRANGERS: usize = 200;

/// What was decided where a row leaves room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    TwiceShown,
    NeverShown,
    DateOfStatus,
    DateOfVerdict,
    RangeOfSize,
    NoEmail,
    Ignored,
    NoAmount,
}

impl Batch {
    /// An empty one.
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Leads => Self::Leads(Vec::new()),
            Kind::Outcomes => Self::Outcomes(Vec::new()),
            Kind::Events => Self::Events(Vec::new()),
            Kind::Spend => Self::Spend(Vec::new()),
        }
    }

    /// How many records.
    pub fn len(&self) -> usize {
        match self {
            Self::Leads(records) => records.len(),
            Self::Outcomes(records) => records.len(),
            Self::Events(records) => records.len(),
            Self::Spend(records) => records.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl RowReader {
    /// Refused with a sentence where the headings lack what every row of the kind needs.
    pub fn new(kind: Kind, headings: &[String], mapping: &mut Mapping, ground: &Ground) -> Result<Self> {
        let rules = match kind {
            Kind::Leads => Rules::Leads(leads::LeadRows::new(mapping, headings)?),
            Kind::Outcomes => Rules::Outcomes(outcomes::OutcomeRows::new(mapping, headings)?),
            Kind::Events => Rules::Events(events::EventRows::new(mapping, headings)?),
            Kind::Spend => Rules::Spend(spend::SpendRows::new(mapping, headings)?),
        };
        let context = Context {
            clock: ground.clock.clone(),
            currency: ground.currency.clone(),
            rates: ground.rates.clone(),
            doubts: BTreeMap::new(),
            strangers: BTreeMap::new(),
            known: ground.clone(),
            exchanged: BTreeMap::new(),
            voice: mapping.voice,
        };
        Ok(Self { rules, width: headings.len(), context })
    }

    /// Adds what the row says to the batch: nothing where it is passed over, several records for a wide row.
    pub fn read(&mut self, row: &Row, batch: &mut Batch) -> Result<(), Rejection> {
        if row.len() != self.width {
            return Err(self.reject_ragged(row));
        }
        let context = &mut self.context;
        match (&self.rules, batch) {
            (Rules::Leads(rules), Batch::Leads(records)) => records.push(rules.read(row, context)?),
            (Rules::Outcomes(rules), Batch::Outcomes(records)) => records.extend(rules.read(row, context)?),
            (Rules::Events(rules), Batch::Events(records)) => records.extend(rules.read(row, context)?),
            (Rules::Spend(rules), Batch::Spend(records)) => rules.read(row, context, records)?,
            _ => unreachable!("a batch is made for the kind of its reader"),
        }
        Ok(())
    }

    /// What was decided so far, each once with how often.
    pub fn warnings(&self) -> Vec<String> {
        self.context.warnings()
    }

    fn reject_ragged(&self, row: &Row) -> Rejection {
        let (cells, width) = (row.len(), self.width);
        let spread = row.last_line().saturating_sub(row.line());
        let hint = if spread > 1 {
            format!("; it runs over {spread} lines, so a quote may be missing")
        } else if cells > width {
            "; a value with the delimiter in it needs quotes".to_owned()
        } else {
            String::new()
        };
        let cells = if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") };
        let reason = format!("the row has {cells}, the heading has {width}{hint}");
        Rejection { line: row.line(), column: None, value: None, reason }
    }
}

impl Context {
    fn count(&mut self, doubt: Doubt, field: &'static str) {
        *self.doubts.entry((doubt, field)).or_default() += 1;
    }

    /// The moment in a cell.
    fn moment(&mut self, column: &Column, row: &Row) -> Result<Option<Moment>, Rejection> {
        let Some(text) = column.text(row) else { return Ok(None) };
        let placed = read_date(text, column.order).and_then(|written| self.clock.place(written));
        let placed = placed.map_err(|fault| column.reject(row, fault.said_to(column.voice)))?;
        match placed.local {
            LocalTime::Exact(_) => {}
            LocalTime::Ambiguous(_) => self.count(Doubt::TwiceShown, column.field.key),
            LocalTime::Skipped(_) => self.count(Doubt::NeverShown, column.field.key),
        }
        Ok(Some(placed.moment))
    }

    /// The moment in a cell of a field that may have no column.
    fn moment_of(&mut self, column: Option<&Column>, row: &Row) -> Result<Option<Moment>, Rejection> {
        column.map_or(Ok(None), |column| self.moment(column, row))
    }

    /// The amount in a cell, as of a day. `stated` is the currency that the row or the heading names.
    fn money(
        &mut self,
        (column, row): (&Column, &Row),
        (text, stated, divisor): (&str, Option<&str>, u32),
        day: Day,
    ) -> Result<(i64, Option<Original>), Rejection> {
        let read = read_money(text, column.mark, &self.currency, stated, divisor, (&self.rates, day));
        let (minor, original) = read.map_err(|fault| column.reject(row, fault.said_to(column.voice)))?;
        if let Some(Original { currency, rate, since, .. }) = &original {
            *self.exchanged.entry((currency.clone(), *since, rate.to_string())).or_default() += 1;
        }
        Ok((minor, original))
    }

    /// Notes a channel of money that nothing here carries, where it looks like one that some do.
    fn meet_channel(&mut self, name: &str) {
        if let Some((_, n)) = self.strangers.get_mut(name) {
            *n += 1;
        } else if self.strangers.len() < STRANGERS && !self.known.channels.iter().any(|channel| channel == name) {
            let nearest = self.known.nearest_channel(name).unwrap_or_default().to_owned();
            self.strangers.insert(name.to_owned(), (nearest, 1));
        }
    }

    fn warnings(&self) -> Vec<String> {
        let strangers = self.strangers.iter().filter(|(_, (nearest, _))| !nearest.is_empty());
        let strangers = strangers.map(|(name, (nearest, n))| {
            let say = match self.voice {
                Voice::CommandLine => format!("say so: --value \"channel:{name}={nearest}\""),
                Voice::Page => "say so among its channels".to_owned(),
            };
            format!("channel: {n} × “{name}”, which is new here; if it is “{nearest}”, {say}.")
        });
        let own = &self.currency.code;
        let exchanged = self.exchanged.iter().map(|((currency, since, rate), n)| {
            format!("{n} × {currency} into {own} at {rate}, the rate from {since} on.")
        });
        let mut all = self.doubts_said();
        all.extend(strangers);
        all.extend(exchanged);
        all
    }

    fn doubts_said(&self) -> Vec<String> {
        let zone = self.clock.file.name();
        self.doubts
            .iter()
            .map(|(&(doubt, field), n)| {
                let what = match doubt {
                    Doubt::TwiceShown => {
                        format!(
                            "a time that the clock of {zone} showed twice, when it was set back: the earlier was taken"
                        )
                    }
                    Doubt::NeverShown => {
                        format!("a time that the clock of {zone} never showed, when it was set forward: moved forward")
                    }
                    Doubt::DateOfStatus => "no date of its own: the row’s other date was taken".to_owned(),
                    Doubt::DateOfVerdict => {
                        "no date of its own: the row’s latest milestone was taken, else the handover".to_owned()
                    }
                    Doubt::RangeOfSize => "a range such as 51-200: its lower end was taken".to_owned(),
                    Doubt::NoEmail => "no e-mail address: left out".to_owned(),
                    Doubt::Ignored => "a row passed over, since its value is to be ignored".to_owned(),
                    Doubt::NoAmount => "a row without an amount: passed over".to_owned(),
                };
                format!("{field}: {n} × {what}.")
            })
            .collect()
    }
}

/// The columns by which rows name their lead.
struct KeyColumns {
    external_id: Option<Column>,
    email: Option<Column>,
}

impl KeyColumns {
    fn new(mapping: &Mapping, headings: &[String]) -> Result<Self> {
        let key = Self { external_id: mapping.column("external_id"), email: mapping.column("email") };
        if key.external_id.is_none() && key.email.is_none() {
            return Err(missing(
                "No heading names the lead. Map its number or e-mail address with --map external_id=Heading or --map \
                 email=Heading.",
                headings,
            ));
        }
        Ok(key)
    }

    /// The row's lead. A text that is no e-mail address joins nothing: it is left out beside a number, and rejects
    /// the row where it would be the only key.
    fn read(&self, row: &Row, context: &mut Context) -> Result<LeadKey, Rejection> {
        let external_id = self.external_id.as_ref().and_then(|column| column.text(row)).map(str::to_owned);
        let mut email = self.email.as_ref().and_then(|column| column.text(row)).map(str::to_owned);
        if let (Some(text), Some(column)) = (&email, &self.email)
            && !is_email(text)
        {
            if external_id.is_none() {
                return Err(column.reject(row, "this is no e-mail address, and nothing else names the lead"));
            }
            context.count(Doubt::NoEmail, column.field.key);
            email = None;
        }
        if external_id.is_none() && email.is_none() {
            let column = self.external_id.as_ref().or(self.email.as_ref());
            let reason = "the row names no lead: neither number nor e-mail address";
            return Err(column.map_or_else(|| reject_row(row, reason), |column| column.reject(row, reason)));
        }
        Ok(LeadKey { external_id, email })
    }
}

/// One `@` with something on both sides and no space.
fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(char::is_whitespace)
    })
}

/// The key of a reason. The sentence of a refusal lists what there is.
fn read_reason(column: Option<&Column>, row: &Row) -> Result<Option<String>, Rejection> {
    let Some((column, text)) = column.and_then(|column| Some((column, column.text(row)?))) else { return Ok(None) };
    let reason = words::reason(text).ok_or_else(|| {
        let known = format!(" (known: {})", words::keys(Reason::ALL));
        unknown_word(column, row, "this is no known reason; say which one it is", "other", &known)
    })?;
    Ok(Some(reason.key().to_owned()))
}

/// A word that has no meaning: asked for by the option that would give it one, with what else it may be, or on the
/// page, which lists the words.
fn unknown_word(column: &Column, row: &Row, what: &str, example: &str, others: &str) -> Rejection {
    let reason = match column.voice {
        Voice::Page => what.to_owned(),
        Voice::CommandLine => {
            format!("{what}: --value \"{}:{}={example}\"{others}", column.heading, shortened(column.raw(row)))
        }
    };
    column.reject(row, reason)
}

fn reject_row(row: &Row, reason: impl Into<String>) -> Rejection {
    Rejection { line: row.line(), column: None, value: None, reason: reason.into() }
}

fn missing(what: &str, headings: &[String]) -> AppError {
    AppError::Invalid(format!("{what} The file has {}.", list_headings(headings)))
}
