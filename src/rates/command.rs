//! `doubles rates …`: exchange rates from the command line.

use super::edit::{Wanted, set_all};
use super::model::{DatedRate, read_currency, read_day};
use super::store;
use crate::error::{AppError, Result};
use crate::import::headings::normal_form;
use crate::import::read::{Row, Table};
use crate::import::reading::ReadingWishes;
use crate::period::Instant;
use crate::server::db::Db;
use clap::{Args, Subcommand};
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum RatesCommand {
    /// Write rates down, such as USD=0.92@2026-01-01: from that day on one dollar is worth 0.92
    Add(Add),
    /// List all rates
    List(List),
    /// Take rates from a file with the columns currency, from and rate
    Import(Import),
    /// Take a rate away, such as USD@2026-01-01
    Remove(Remove),
}

/// Which rates.
#[derive(Args, Clone, Debug)]
pub struct Add {
    /// Currency, what one unit is worth in the workspace's currency, and from which day on
    #[arg(required = true, value_name = "CODE=RATE@DAY", value_parser = DatedRate::parse)]
    rates: Vec<DatedRate>,
}

/// How to print the list.
#[derive(Args, Clone, Debug)]
pub struct List {
    /// As a JSON array
    #[arg(long)]
    json: bool,
}

/// From where.
#[derive(Args, Clone, Debug)]
pub struct Import {
    /// A file with a heading row
    file: PathBuf,
}

/// Which one.
#[derive(Args, Clone, Debug)]
pub struct Remove {
    /// Currency and first day
    #[arg(value_name = "CODE@DAY")]
    rate: String,
}

impl RatesCommand {
    /// Does it; what to print.
    ///
    /// # Errors
    /// Something cannot be read, there is no workspace yet, or the database refuses.
    pub async fn run(self, db: &Db, by: &str, now: Instant) -> Result<String> {
        match self {
            Self::Add(Add { rates }) => {
                let wanted: Vec<_> = rates.into_iter().map(Wanted::from).collect();
                let changed = set_all(db, &wanted, by, now).await?;
                Ok(said(changed, wanted.len()))
            }
            Self::Import(Import { file }) => {
                let wanted =
                    tokio::task::spawn_blocking(move || read(&file)).await.map_err(|_| AppError::Internal)??;
                let changed = set_all(db, &wanted, by, now).await?;
                Ok(said(changed, wanted.len()))
            }
            Self::Remove(Remove { rate }) => {
                let invalid = || AppError::Invalid(format!("“{rate}” names no rate. Write it as USD@2026-01-01."));
                let (currency, from) = rate.split_once('@').ok_or_else(invalid)?;
                let currency = read_currency(currency).map_err(AppError::Invalid)?;
                let from = read_day(from).map_err(AppError::Invalid)?;
                match set_all(db, &[Wanted { currency, from, rate: None }], by, now).await? {
                    0 => Err(AppError::NotFound(format!("There is no rate {rate}; doubles rates list shows all."))),
                    _ => Ok("The rate is gone. Amounts that were imported by it stay as they are.\n".to_owned()),
                }
            }
            Self::List(List { json }) => list(db, json).await,
        }
    }
}

fn said(changed: usize, all: usize) -> String {
    let rates = if all == 1 { "1 rate".to_owned() } else { format!("{all} rates") };
    format!(
        "{rates} read, {changed} new or changed. Rows that were rejected for want of a rate are taken when their file is \
         imported again.\n"
    )
}

async fn list(db: &Db, as_json: bool) -> Result<String> {
    let rates = store::list(&mut db.read().await?).await?;
    if as_json {
        let rates: Vec<_> = rates
            .iter()
            .map(|one| {
                let (currency, from, rate) = (&one.dated.currency, one.dated.from, one.dated.rate);
                json!({ "currency": currency, "from": from.to_string(), "rate": rate.to_string() })
            })
            .collect();
        return Ok(serde_json::to_string(&rates).map_err(|_| AppError::Internal)? + "\n");
    }
    if rates.is_empty() {
        return Ok("There is no exchange rate yet. Add one: doubles rates add USD=0.92@2026-01-01\n".to_owned());
    }
    let mut text = String::new();
    for one in rates {
        _ = writeln!(text, "{}  from {}  {}", one.dated.currency, one.dated.from, one.dated.rate);
    }
    Ok(text)
}

/// The rates of a file. A row that cannot be read refuses the whole file.
fn read(file: &Path) -> Result<Vec<Wanted>> {
    let table = Table::open(file, &ReadingWishes::default())?;
    let column = |names: &[&str]| {
        let found = table.headings().iter().position(|heading| names.contains(&normal_form(heading).as_str()));
        found.ok_or_else(|| {
            let sentence =
                "The file needs the columns currency, from and rate: what one unit is worth from that day on.";
            AppError::Invalid(sentence.to_owned())
        })
    };
    let currency = column(&["currency", "code", "currencycode"])?;
    let from = column(&["from", "date", "day", "fromday", "validfrom"])?;
    let rate = column(&["rate", "exchangerate", "conversionrate"])?;
    let mut rows = table.rows()?;
    let mut row = Row::default();
    let mut wanted = Vec::new();
    while rows.next_row(&mut row)? {
        if row.is_blank() {
            continue;
        }
        if row.len() != table.headings().len() {
            return Err(AppError::Invalid(format!("Line {}: the row has another width than the heading.", row.line())));
        }
        let dated = DatedRate::of_fields(row.cell(currency), row.cell(from), row.cell(rate));
        let dated = dated.map_err(|why| AppError::Invalid(format!("Line {}: {why} Nothing was taken.", row.line())))?;
        wanted.push(dated.into());
    }
    Ok(wanted)
}
