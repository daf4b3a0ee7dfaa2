//! The ledger in finished words: by month and channel, and row by row; as a page and as a file.
//!
//! Whoever may not see pay gets a ledger from which every row of pay was taken out before anything was counted, sorted
//! or summed up. So neither a total nor a page number nor a file tells of it; what is left is called “without pay”.

use super::model::{SpendRow, amount_text, days_text, days_words, kind_words, team_words};
use super::question::{BY_HAND, COLUMNS, NONE, Question};
use super::store;
use crate::activity::feed::to_csv;
use crate::error::{AppError, Result};
use crate::import::model::{SpendKind, Team};
use crate::kpis::words::{self, Currency};
use crate::people::permission::Action;
use crate::people::service::Caller;
use crate::period::{Bucket, Day, Grain, Instant, Period, WeekStart};
use crate::place::at;
use crate::server::AppState;
use crate::ui::says::{Cell, Column, Order, Sort, Table};
use crate::workspace;
use std::collections::BTreeMap;

/// Rows on a page.
const PAGE: usize = 100;
/// Longer than so many months, and the table goes by year.
const MONTHS: usize = 24;

/// What the page shows.
#[derive(Clone, Debug)]
pub struct LedgerPage {
    /// What was asked for.
    pub question: Question,
    /// The days that are shown.
    pub days: String,
    /// As the fields of the form say them.
    pub from_to: (String, String),
    /// By month and channel.
    pub table: Table,
    /// Row by row.
    pub rows: Table,
    /// How many rows, and what they sum to.
    pub counted: String,
    /// Choices of each filter: value and words.
    pub channels: Vec<(String, String)>,
    /// See above.
    pub kinds: Vec<(String, String)>,
    /// See above.
    pub teams: Vec<(String, String)>,
    /// See above.
    pub sources: Vec<(String, String)>,
    /// The pages before and after, where there are any.
    pub earlier: Option<String>,
    /// See above.
    pub later: Option<String>,
    /// There is no spend at all, whatever is asked for.
    pub is_blank: bool,
    /// The reader may write.
    pub may_edit: bool,
    /// The reader sees pay.
    pub sees_pay: bool,
    /// What was done to which row, in words, and whether it can be undone.
    pub done: Option<(String, Option<i64>)>,
}

/// What was read and may be seen, before it is put into words.
struct Read {
    period: Period,
    rows: Vec<(SpendRow, i64)>,
    currency: Currency,
    sees_pay: bool,
    span: Option<(Day, Day)>,
    sources: Vec<String>,
    channels: Vec<String>,
}

async fn read(state: &AppState, caller: &Caller, question: &Question) -> Result<Read> {
    let sees_pay = caller.visitor.may(Action::SeePay);
    let mut tx = state.db.read().await?;
    let missing = || {
        AppError::NotFound(
            "There is no workspace yet. The first import makes it, or the sample company on the scoreboard.".to_owned(),
        )
    };
    let workspace = workspace::store::find(&mut tx).await?.ok_or_else(missing)?;
    let span = store::span(&mut tx, sees_pay).await?;
    let period = question.period(workspace.zone()?.day_of(state.clock.now()), span)?;
    let mut rows = store::ledger(&mut tx, period).await?;
    rows.retain(|row| sees_pay || !row.entry.is_pay());
    let mut sources: Vec<_> = rows.iter().filter_map(|row| row.source.clone()).collect();
    sources.sort();
    sources.dedup();
    let mut channels: Vec<_> = rows.iter().filter_map(|row| row.entry.channel.clone()).collect();
    channels.sort();
    channels.dedup();
    rows.retain(|row| question.takes(row));
    let mut rows: Vec<_> =
        rows.into_iter().map(|row| (row.entry.part(period), row)).map(|(part, row)| (row, part)).collect();
    question.sort(&mut rows);
    Ok(Read { period, rows, currency: Currency(workspace.currency), sees_pay, span, sources, channels })
}

/// The page.
///
/// # Errors
/// The address asks for days that cannot be, or the database refuses.
pub async fn page(state: &AppState, caller: &Caller, question: Question) -> Result<LedgerPage> {
    let read = read(state, caller, &question).await?;
    let pages = read.rows.len().div_ceil(PAGE).max(1);
    let at = question.page.parse::<usize>().unwrap_or(1).clamp(1, pages);
    let turn = |to: usize| question.address("/spend", &[("page", &to.to_string())]) + "#rows";
    let total = total(&read.rows);
    let without = if read.sees_pay { "" } else { ", without pay" };
    let counted = format!(
        "{}, {} in these days{without}",
        words::counted(u32::try_from(read.rows.len()).unwrap_or(u32::MAX), "row", "rows"),
        read.currency.exact(total)
    );
    let shown = &read.rows[(at - 1) * PAGE..(at * PAGE).min(read.rows.len())];
    let may_edit = caller.visitor.may(Action::EditSpend);
    let kinds = SpendKind::ALL.iter().filter(|kind| read.sees_pay || **kind != SpendKind::People);
    let with_none = |none: (&str, &str), names: &[String]| {
        let named = names.iter().map(|name| (name.clone(), name.clone()));
        std::iter::once((none.0.to_owned(), none.1.to_owned())).chain(named).collect()
    };
    let teams = [(NONE.to_owned(), "No team".to_owned())].into_iter();
    Ok(LedgerPage {
        days: words::days(read.period),
        from_to: month_fields(read.period),
        table: by_month(&question, &read),
        rows: list(&question, &read, shown, may_edit),
        counted,
        channels: with_none((NONE, "No channel"), &read.channels),
        kinds: kinds.map(|kind| (kind.key().to_owned(), kind_words(*kind).to_owned())).collect(),
        teams: teams
            .chain(Team::ALL.iter().map(|team| (team.key().to_owned(), team_words(*team).to_owned())))
            .collect(),
        sources: with_none((BY_HAND, "Written by hand"), &read.sources),
        earlier: (at > 1).then(|| turn(at - 1)),
        later: (at < pages).then(|| turn(at + 1)),
        is_blank: read.span.is_none(),
        may_edit,
        sees_pay: read.sees_pay,
        done: done(state, caller, &question).await?,
        question,
    })
}

/// What has just been done, if the row that the address names is as it says.
async fn done(state: &AppState, caller: &Caller, question: &Question) -> Result<Option<(String, Option<i64>)>> {
    let Ok(id) = question.row.parse() else { return Ok(None) };
    let mut tx = state.db.read().await?;
    let Ok(row) = super::edit::find(&mut tx, caller, id).await else { return Ok(None) };
    let currency = Currency(super::edit::currency(&mut tx).await?);
    let verb = match (&*question.done, row.deleted_at.is_some()) {
        ("added", false) => "Added",
        ("saved", false) => "Saved",
        ("back", false) => "Brought back",
        ("deleted", true) => "Deleted",
        _ => return Ok(None),
    };
    let undo = (row.deleted_at.is_some() && caller.visitor.may(Action::EditSpend)).then_some(row.id);
    Ok(Some((format!("{verb}: {}.", summary(&row, &currency)), undo)))
}

/// A row in a line: `€1,200, Google, Media, October 2026`.
pub fn summary(row: &SpendRow, currency: &Currency) -> String {
    let entry = &row.entry;
    let channel = entry.channel.as_deref().unwrap_or("no channel");
    format!(
        "{}, {channel}, {}, {}",
        currency.exact(entry.amount_minor),
        kind_words(entry.kind),
        days_words(entry.from, entry.to)
    )
}

fn total(rows: &[(SpendRow, i64)]) -> i64 {
    rows.iter().fold(0, |sum, (_, part)| sum.saturating_add(*part))
}

fn month_fields(period: Period) -> (String, String) {
    let last = period.to.plus(-1);
    match days_text(period.from, last).split_once(" to ") {
        Some((from, to)) => (from.to_owned(), to.to_owned()),
        None => (days_text(period.from, last), days_text(period.from, last)),
    }
}

/// Rows are channels, columns months; each number opens the rows behind it.
fn by_month(question: &Question, read: &Read) -> Table {
    let months = read.period.buckets(Grain::Month, WeekStart::Monday);
    let (columns, by_year) = if months.len() > MONTHS { (years(&months), true) } else { (months, false) };
    let mut channels: BTreeMap<(bool, Option<&str>), Vec<&SpendRow>> = BTreeMap::new();
    for (row, _) in &read.rows {
        let channel = row.entry.channel.as_deref();
        channels.entry((channel.is_none(), channel)).or_default().push(row);
    }
    let head = |column: &Bucket| match (by_year, column.clipped) {
        (true, _) => column.period.from.date().format("%Y").to_string(),
        (false, false) => words::bucket_short(*column, Grain::Month, true),
        (false, true) => words::days(column.period),
    };
    let sum = |rows: &[&SpendRow], period: Period| {
        rows.iter().fold(0_i64, |sum, row| sum.saturating_add(row.entry.part(period)))
    };
    let link = |channel: Option<&str>, period: Option<Period>| {
        let (from, to) = period.map(month_fields).unwrap_or_else(|| month_fields(read.period));
        let days = [("from", &*from), ("to", &to)];
        let channel = channel.map(|name| ("channel", name));
        question.address("/spend", &days.into_iter().chain(channel).collect::<Vec<_>>()) + "#rows"
    };
    let cells = |rows: &[&SpendRow], channel: Option<&str>| {
        let amounts = columns.iter().map(|column| {
            let touched =
                rows.iter().any(|row| row.entry.from < column.period.to && row.entry.to >= column.period.from);
            if !touched {
                return Cell::new("").quiet();
            }
            Cell::new(read.currency.amount(sum(rows, column.period))).href(link(channel, Some(column.period)))
        });
        let whole = Cell::new(read.currency.amount(sum(rows, read.period))).href(link(channel, None)).stressed();
        amounts.chain([whole]).collect::<Vec<_>>()
    };
    let rows = channels.iter().map(|((_, channel), rows)| {
        let name = Cell::new(channel.unwrap_or("No channel")).href(link(Some(channel.unwrap_or(NONE)), None));
        std::iter::once(name).chain(cells(rows, Some(channel.unwrap_or(NONE)))).collect()
    });
    let all: Vec<&SpendRow> = read.rows.iter().map(|(row, _)| row).collect();
    let name = if read.sees_pay { "All channels" } else { "All channels, without pay" };
    let foot = std::iter::once(Cell::new(name)).chain(cells(&all, None)).collect();
    Table {
        head: std::iter::once(Column::words("Channel"))
            .chain(columns.iter().map(|column| Column::numbers(head(column))))
            .chain([Column::numbers("Total")])
            .collect(),
        rows: rows.collect(),
        foot,
        ..Table::default()
    }
}

/// Months put together by calendar year.
fn years(months: &[Bucket]) -> Vec<Bucket> {
    let mut years: Vec<Bucket> = Vec::new();
    for month in months {
        match years.last_mut() {
            Some(year) if same_year(year.period.from, month.period.from) => year.period.to = month.period.to,
            _ => years.push(*month),
        }
    }
    years
}

fn same_year(one: Day, other: Day) -> bool {
    use chrono::Datelike;
    one.date().year() == other.date().year()
}

fn list(question: &Question, read: &Read, shown: &[(SpendRow, i64)], may_edit: bool) -> Table {
    let (by, down) = question.order();
    let head = COLUMNS.iter().map(|(key, name)| {
        let numbers = matches!(*key, "amount" | "part");
        let column = if numbers { Column::numbers(*name) } else { Column::words(*name) };
        let current = *key == by;
        // Amounts and days begin with the greatest, names with the first.
        let descend = if current { !down } else { numbers || *key == "days" };
        let sort = if descend { format!("-{key}") } else { (*key).to_owned() };
        let order = current.then_some(if down { Order::Descending } else { Order::Ascending });
        Column { sort: Some(Sort { href: question.address("/spend", &[("sort", &sort)]) + "#rows", order }), ..column }
    });
    let rows = shown.iter().map(|(row, part)| {
        let entry = &row.entry;
        let days = Cell::new(days_words(entry.from, entry.to));
        let days = if may_edit { days.href(at(&format!("/spend/{}", row.id))) } else { days };
        let channel = entry.channel.as_deref();
        let source = row.source.as_deref().unwrap_or("by hand");
        vec![
            days,
            Cell { sub: row.remark(), ..Cell::new(channel.unwrap_or("No channel")) },
            Cell::new(kind_words(entry.kind)),
            Cell::new(entry.team.map_or("", team_words)),
            Cell::new(source).quiet(),
            Cell::new(read.currency.exact(entry.amount_minor)),
            Cell::new(read.currency.exact(*part)),
        ]
    });
    let mut foot =
        vec![Cell::new("All rows"), Cell::new(""), Cell::new(""), Cell::new(""), Cell::new(""), Cell::new("")];
    foot.push(Cell::new(read.currency.exact(total(&read.rows))));
    Table { head: head.collect(), rows: rows.collect(), foot, ..Table::default() }
}

/// The rows as a file: as the page shows them, or for machines.
///
/// # Errors
/// See [`page`].
pub async fn file(state: &AppState, caller: &Caller, question: &Question) -> Result<Vec<u8>> {
    let read = read(state, caller, question).await?;
    let code = read.currency.0.clone();
    if question.raw.is_empty() {
        let rows = read.rows.iter().map(|(row, part)| {
            let entry = &row.entry;
            vec![
                days_words(entry.from, entry.to),
                entry.channel.clone().unwrap_or_else(|| "No channel".to_owned()),
                kind_words(entry.kind).to_owned(),
                entry.team.map_or("", team_words).to_owned(),
                row.source.clone().unwrap_or_else(|| "by hand".to_owned()),
                read.currency.exact(entry.amount_minor),
                read.currency.exact(*part),
                row.remark(),
            ]
        });
        return to_csv(&["days", "channel", "kind", "team", "source", "amount", "in these days", "note"], rows);
    }
    let rows = read.rows.iter().map(|(row, part)| {
        let entry = &row.entry;
        vec![
            row.id.to_string(),
            entry.from.to_string(),
            entry.to.to_string(),
            entry.channel.clone().unwrap_or_default(),
            entry.kind.key().to_owned(),
            entry.team.map_or("", Team::key).to_owned(),
            row.source.clone().unwrap_or_default(),
            amount_text(entry.amount_minor, &code),
            amount_text(*part, &code),
            code.clone(),
            row.remark(),
        ]
    });
    to_csv(&["row", "from", "to", "channel", "kind", "team", "source", "amount", "in_period", "currency", "note"], rows)
}

/// A deleted row, in words.
#[derive(Clone, Debug)]
pub struct DeletedLine {
    /// Its number.
    pub id: i64,
    /// What it said.
    pub summary: String,
    /// Who deleted it.
    pub who: String,
    /// When, in the workspace's zone.
    pub when: String,
    /// Until when it can be brought back.
    pub until: String,
}

/// What people deleted and can bring back.
///
/// # Errors
/// The database refuses.
pub async fn deleted(state: &AppState, caller: &Caller) -> Result<Vec<DeletedLine>> {
    let sees_pay = caller.visitor.may(Action::SeePay);
    let mut tx = state.db.read().await?;
    let Some(workspace) = workspace::store::find(&mut tx).await? else { return Ok(Vec::new()) };
    let (zone, currency) = (workspace.zone()?, Currency(workspace.currency));
    let rows = store::deleted(&mut tx).await?;
    let seen = rows.into_iter().filter(|row| sees_pay || !row.entry.is_pay());
    let line = |row: SpendRow| {
        let at = row.deleted_at.unwrap_or_default();
        DeletedLine {
            id: row.id,
            summary: summary(&row, &currency),
            who: row.deleted_by.unwrap_or_default(),
            when: words::local_time(zone.local(at)),
            until: words::local_day(zone.local(Instant(at.0.saturating_add(super::edit::KEPT)))),
        }
    };
    Ok(seen.map(line).collect())
}
