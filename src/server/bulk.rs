//! Statements over many rows at once, and the only place where the dialects of the engines differ.
//!
//! In the text of a statement `{rows}` stands for the rows, and `{0:int}`, `{1:text}` for the cells of a row. On
//! PostgreSQL the rows travel as one JSON array. On SQLite they travel as bound values, some thousands a statement:
//! taking a wide row out of JSON costs it four times as much as writing that row. There, what is the same in all rows is
//! bound once: most columns of most imports are empty or say the same throughout.

use super::db::Engine;
use crate::leads::model::{LeadId, ValueId};
use crate::period::Instant;
use serde::{Serialize, Serializer};
use sqlx::any::AnyArguments;
use sqlx::{Arguments, AssertSqlSafe};
use std::borrow::Cow;
use std::fmt::Write;

/// Values bound by one statement on SQLite, at most. Beyond some thousands a statement gains nothing more.
const MOST_VALUES: usize = 5_376;

/// From so many rows on it is worth looking for what is the same in all of them; with fewer the statement would only come
/// in more shapes.
const SHARED_FROM: usize = 16;

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// A number.
    Int(i64),
    /// A text.
    Text(Cow<'a, str>),
}

/// The rows of a statement, all of the same width.
#[derive(Clone, Debug, Default)]
pub struct Rows<'a> {
    width: usize,
    cells: Vec<Cell<'a>>,
}

impl<'a> Rows<'a> {
    /// Adds a row.
    pub fn push<const WIDTH: usize>(&mut self, row: [Cell<'a>; WIDTH]) {
        debug_assert!(self.cells.is_empty() || self.width == WIDTH, "rows of one statement have one width");
        self.width = WIDTH;
        self.cells.extend(row);
    }

    /// No row was added.
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// What is bound of them, and how.
    pub(super) fn layout(&self, engine: Engine) -> Layout<'a> {
        let rows = self.cells.len().checked_div(self.width).unwrap_or_default();
        let looks = engine == Engine::Sqlite && rows >= SHARED_FROM;
        let first = &self.cells[..self.width.min(self.cells.len())];
        let is_shared = |column: usize| {
            // A row is there for the sake of its first cell.
            let mut cells = self.cells.iter().skip(column).step_by(self.width);
            looks && column > 0 && cells.all(|cell| *cell == first[column])
        };
        let mut layout = Layout { places: Vec::with_capacity(self.width), varying: 0, shared: Vec::new() };
        for (column, cell) in first.iter().enumerate() {
            layout.places.push(match is_shared(column) {
                false => {
                    layout.varying += 1;
                    Place::Row(layout.varying)
                }
                true if *cell == Cell::Null => Place::Null,
                true => match layout.shared.iter().position(|shared| shared == cell) {
                    Some(n) => Place::Shared(n + 1),
                    None => {
                        layout.shared.push(cell.clone());
                        Place::Shared(layout.shared.len())
                    }
                },
            });
        }
        layout
    }

    /// How often the statement must be run, and over which rows each time.
    pub(super) fn parts(&self, engine: Engine, layout: &Layout<'a>) -> impl Iterator<Item = &[Cell<'a>]> {
        let rows = self.cells.len().checked_div(self.width).unwrap_or_default();
        let most = most_rows(engine, layout.varying);
        let mut from = 0;
        std::iter::from_fn(move || {
            let left = rows - from;
            // Powers of two, so that few texts are ever prepared, whatever the number of rows.
            let take = match engine {
                Engine::Sqlite if left < most => 1 << left.checked_ilog2()?,
                _ => left.min(most),
            };
            let part = &self.cells[from * self.width..(from + take) * self.width];
            from += take;
            (take > 0).then_some(part)
        })
    }

    /// The text and the values of one run.
    pub(super) fn part(
        &self,
        engine: Engine,
        layout: &Layout<'a>,
        statement: &str,
        cells: &[Cell<'a>],
    ) -> (AssertSqlSafe<String>, AnyArguments) {
        debug_assert_eq!(width_of(statement), self.width, "every cell of a row has its place in: {statement}");
        let text = AssertSqlSafe(layout.write(engine, statement, cells.len() / self.width));
        let mut values = AnyArguments::default();
        match engine {
            Engine::Sqlite => {
                values.reserve(cells.len() + layout.shared.len(), 0);
                for row in cells.chunks_exact(self.width) {
                    let varying = row.iter().zip(&layout.places).filter(|(_, place)| matches!(place, Place::Row(_)));
                    varying.for_each(|(cell, _)| bind(&mut values, cell));
                }
                layout.shared.iter().for_each(|cell| bind(&mut values, cell));
            }
            Engine::Postgres => {
                let json = serde_json::to_string(&Table { width: self.width, cells });
                bind(&mut values, &Cell::Text(json.expect("numbers and texts are JSON").into()));
            }
        }
        (text, values)
    }
}

/// How many rows one run of a statement takes at most, of so many values each.
fn most_rows(engine: Engine, width: usize) -> usize {
    match engine {
        Engine::Sqlite => 1 << (MOST_VALUES / width.max(1)).max(1).ilog2(),
        Engine::Postgres => usize::MAX,
    }
}

/// Where the cells of rows stand in a statement.
#[derive(Clone, Debug)]
pub(super) struct Layout<'a> {
    places: Vec<Place>,
    /// How many cells differ from row to row.
    varying: usize,
    /// What is bound once for all rows.
    shared: Vec<Cell<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A value of each row; the first is 1.
    Row(usize),
    /// One for all rows; the first is 1.
    Shared(usize),
    /// Nothing, in every row.
    Null,
}

impl Layout<'_> {
    /// Every cell is a value of its row.
    fn plain(width: usize) -> Self {
        Self { places: (1..=width).map(Place::Row).collect(), varying: width, shared: Vec::new() }
    }

    /// The text of a statement as an engine wants it, over so many rows.
    fn write(&self, engine: Engine, statement: &str, rows: usize) -> String {
        let mut text = String::with_capacity(2 * statement.len());
        let mut rest = statement;
        while let Some((before, (index, kind), after)) = next_cell(rest) {
            text += before;
            let place = self.places.get(index).copied().unwrap_or(Place::Row(index + 1));
            let written = match (engine, place, kind) {
                (Engine::Sqlite, Place::Row(n), _) => write!(text, "r.column{n}"),
                // By its number among all values; those of the rows come first.
                (Engine::Sqlite, Place::Shared(n), _) => write!(text, "${}", rows * self.varying + n),
                (Engine::Sqlite, Place::Null, _) => write!(text, "null"),
                (Engine::Postgres, _, "int") => write!(text, "cast(r.value ->> {index} as bigint)"),
                (Engine::Postgres, ..) => write!(text, "(r.value ->> {index})"),
            };
            written.expect("a string takes everything");
            rest = after;
        }
        text += rest;
        if !text.contains("{rows}") {
            return text;
        }
        let table = match engine {
            Engine::Sqlite => {
                let row = format!("({})", vec!["?"; self.varying].join(","));
                format!("(values {}) as r", vec![row; rows].join(","))
            }
            Engine::Postgres => "json_array_elements(cast(cast($1 as text) as json)) as r".to_owned(),
        };
        text.replace("{rows}", &table)
    }
}

impl<'a, const WIDTH: usize> FromIterator<[Cell<'a>; WIDTH]> for Rows<'a> {
    fn from_iter<I: IntoIterator<Item = [Cell<'a>; WIDTH]>>(iter: I) -> Self {
        let mut rows = Self::default();
        iter.into_iter().for_each(|row| rows.push(row));
        rows
    }
}

fn bind(values: &mut AnyArguments, cell: &Cell<'_>) {
    let bound = match cell {
        Cell::Null => values.add(None::<i64>),
        Cell::Int(number) => values.add(*number),
        Cell::Text(text) => values.add(text.as_ref()),
    };
    bound.expect("numbers and texts can be bound");
}

/// The text of a statement as an engine wants it, over so many rows.
pub fn in_dialect(engine: Engine, statement: &str, rows: usize) -> String {
    Layout::plain(width_of(statement)).write(engine, statement, rows)
}

/// How many cells a row of this statement has.
fn width_of(statement: &str) -> usize {
    let mut width = 0;
    let mut rest = statement;
    while let Some((_, (index, _), after)) = next_cell(rest) {
        width = width.max(index + 1);
        rest = after;
    }
    width
}

/// The first cell of a text: what stands before it, its number and kind, what stands after it.
fn next_cell(text: &str) -> Option<(&str, (usize, &str), &str)> {
    let mut from = 0;
    loop {
        let open = from + text[from..].find('{')?;
        let close = open + text[open..].find('}')?;
        if let Some((index, kind)) = text[open + 1..close].split_once(':')
            && let Ok(index) = index.parse()
        {
            return Some((&text[..open], (index, kind), &text[close + 1..]));
        }
        from = close;
    }
}

/// Rows as a JSON array of arrays.
struct Table<'a> {
    width: usize,
    cells: &'a [Cell<'a>],
}

impl Serialize for Table<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.cells.chunks_exact(self.width.max(1)))
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<usize> for Cell<'_> {
    fn from(number: usize) -> Self {
        Self::Int(number as i64)
    }
}

impl From<bool> for Cell<'_> {
    fn from(yes: bool) -> Self {
        Self::Int(i64::from(yes))
    }
}

impl From<Instant> for Cell<'_> {
    fn from(at: Instant) -> Self {
        Self::Int(i64::from(at.0))
    }
}

impl From<LeadId> for Cell<'_> {
    fn from(lead: LeadId) -> Self {
        Self::Int(lead.0)
    }
}

impl From<ValueId> for Cell<'_> {
    fn from(value: ValueId) -> Self {
        Self::Int(value.0)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.as_str().into())
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATEMENT: &str =
        "insert into lead_key (lead_id, external_id) select {0:int}, {1:text} from {rows} where true";

    #[test]
    fn sqlite_reads_bound_values_and_postgresql_reads_json() {
        assert_eq!(
            in_dialect(Engine::Sqlite, STATEMENT, 2),
            "insert into lead_key (lead_id, external_id) select r.column1, r.column2 from (values (?,?),(?,?)) as r where true"
        );
        assert_eq!(
            in_dialect(Engine::Postgres, STATEMENT, 2),
            "insert into lead_key (lead_id, external_id) select cast(r.value ->> 0 as bigint), (r.value ->> 1) from \
             json_array_elements(cast(cast($1 as text) as json)) as r where true"
        );
    }

    #[test]
    fn a_statement_without_rows_is_left_as_it_is() {
        for text in ["select 1", "select '{}' from lead where id = $1"] {
            assert_eq!(in_dialect(Engine::Sqlite, text, 1), text);
        }
    }

    #[test]
    fn every_row_is_in_exactly_one_part_and_parts_come_in_few_sizes() {
        for count in [0, 1, 2, 3, 511, 512, 513, 5_000] {
            let rows: Rows = (0..count).map(|n: i64| [n.into(), Cell::Null, "x".into()]).collect();
            let layout = rows.layout(Engine::Sqlite);
            let parts: Vec<&[Cell]> = rows.parts(Engine::Sqlite, &layout).collect();
            assert_eq!(parts.concat(), rows.cells, "{count}");
            let fits = |rows: usize| rows.is_power_of_two() && rows * layout.varying <= MOST_VALUES;
            assert!(parts.iter().all(|part| fits(part.len() / 3)));
            let one = rows.layout(Engine::Postgres);
            assert_eq!(rows.parts(Engine::Postgres, &one).count(), usize::from(count > 0));
        }
    }

    #[test]
    fn what_is_the_same_in_all_rows_of_sqlite_is_bound_once() {
        let statement =
            "insert into t select {0:int}, {1:text}, {2:int}, {3:int}, {4:int} from {rows} where {0:int} > 1";
        let rows = |count: i64| -> Rows<'static> {
            (1..=count).map(|n| [n.into(), Cell::Null, 7_i64.into(), (n / 9).into(), 7_i64.into()]).collect()
        };
        let many = rows(16);
        let layout = many.layout(Engine::Sqlite);
        let (text, values) = many.part(Engine::Sqlite, &layout, statement, &many.cells[..2 * 5]);
        assert_eq!(
            text.0,
            "insert into t select r.column1, null, $5, r.column2, $5 from (values (?,?),(?,?)) as r where r.column1 > 1"
        );
        assert_eq!(values.len(), 5);
        let few = rows(15);
        assert_eq!(few.layout(Engine::Sqlite).varying, 5, "a few rows come in one shape only");
        assert_eq!(many.layout(Engine::Postgres).varying, 5);
    }

    #[test]
    fn json_holds_numbers_texts_and_nulls() {
        let rows: Rows =
            [[Cell::from(1_i64), Some("a\"b").into()], [2_i64.into(), None::<&str>.into()]].into_iter().collect();
        let json = serde_json::to_string(&Table { width: 2, cells: &rows.cells });
        assert_eq!(json.expect("JSON"), r#"[[1,"a\"b"],[2,null]]"#);
    }
}
