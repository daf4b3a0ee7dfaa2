//! A file on its way to records: opened, mapped and looked at once, then read in batches.

use super::column::shortened;
use super::dates::Order;
use super::ground::Ground;
use super::mapping::{Mapping, Wishes};
use super::memory::Lesson;
use super::model::{Kind, Rejection};
use super::read::{Row, Rows, Table};
use super::reading::{Form, Reading, ReadingWishes};
use super::rows::{Batch, RowReader};
use super::survey::survey;
use crate::error::Result;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Which file, and what the user says about it.
#[derive(Clone, Debug)]
pub struct Options {
    /// What its rows are.
    pub kind: Kind,
    /// Where it lies.
    pub file: PathBuf,
    /// How it is to be read, where the file itself is not to tell.
    pub reading: ReadingWishes,
    /// Mapping, constants and meanings.
    pub wishes: Wishes,
    /// Day and month, where the columns do not tell.
    pub order: Option<Order>,
}

/// A file that was found readable to its end.
pub struct Parsing {
    kind: Kind,
    table: Table,
    mapping: Mapping,
    reader: RowReader,
    rows: Rows,
    row: Row,
}

/// What some rows became.
#[derive(Debug)]
pub struct Parsed {
    /// The records, in the order of the file.
    pub batch: Batch,
    /// Rows that could not be read.
    pub rejected: Vec<Rejection>,
    /// Rows looked at; blank ones do not count.
    pub rows: u64,
    /// Rows that say nothing, such as those that `--value` passes over.
    pub passed_over: u64,
    /// Bytes of the file read so far.
    pub bytes_read: u64,
}

impl Parsing {
    /// Opens the file, finds its columns and reads it once to its end. Writes nothing; a fault is one sentence.
    pub fn open(options: &Options, ground: &Ground) -> Result<Self> {
        let table = Table::open(&options.file, &options.reading)?;
        let ground = &ground.clone().with_rates(&options.wishes.rates);
        let mut mapping = Mapping::new(options.kind, table.headings(), &options.wishes)?;
        mapping.know_channels(&ground.channel_names(options.kind));
        survey(&table, &mut mapping, &options.wishes, options.order)?;
        let reader = RowReader::new(options.kind, table.headings(), &mut mapping, ground)?;
        let rows = table.rows()?;
        Ok(Self { kind: options.kind, table, mapping, reader, rows, row: Row::default() })
    }

    /// The records of the next rows, so many at most but for those of a wide last one; `None` at the end. Refused at the
    /// end if the file has changed meanwhile.
    pub fn next_batch(&mut self, most: usize) -> Result<Option<Parsed>> {
        let batch = Batch::new(self.kind);
        let mut parsed = Parsed { batch, rejected: Vec::new(), rows: 0, passed_over: 0, bytes_read: 0 };
        while parsed.rows < most as u64 && parsed.batch.len() < most {
            if !self.rows.next_row(&mut self.row)? {
                break;
            }
            if self.row.is_blank() {
                continue;
            }
            parsed.rows += 1;
            let before = parsed.batch.len();
            let read = match self.row.unreadable() {
                None => self.reader.read(&self.row, &mut parsed.batch),
                Some(column) => Err(self.reject_unreadable(column)),
            };
            match read {
                Ok(()) if parsed.batch.len() == before => parsed.passed_over += 1,
                Ok(()) => {}
                Err(rejection) => parsed.rejected.push(rejection),
            }
        }
        parsed.bytes_read = self.rows.bytes_read();
        if parsed.rows == 0 {
            self.table.check_unchanged()?;
            return Ok(None);
        }
        Ok(Some(parsed))
    }

    fn reject_unreadable(&self, column: usize) -> Rejection {
        let encoding = match &self.table.reading().form {
            Form::Text { encoding, .. } => encoding.to_string(),
            Form::Sheet { .. } => "text".to_owned(),
        };
        Rejection {
            line: self.row.line(),
            column: self.table.headings().get(column).cloned(),
            value: Some(shortened(self.row.cell(column))),
            reason: format!("the bytes in it are not {encoding}; correct the value, or choose another encoding"),
        }
    }

    /// Length of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.table.bytes()
    }

    /// The file's name, without its folder.
    pub fn file_name(&self) -> String {
        self.table.file_name()
    }

    /// How the file was understood; what was left out below its data is known at the end at the latest.
    pub fn reading(&self) -> Reading {
        let told = self.table.reading();
        Reading { junk_below: told.junk_below.or(self.rows.junk_below()), ..told.clone() }
    }

    /// Field to heading, as used.
    pub fn mapping(&self) -> BTreeMap<String, String> {
        self.mapping.described()
    }

    /// The heading of a field, where a column holds it.
    pub fn heading_of(&self, field: &str) -> Option<&str> {
        self.mapping.get(field).filter(|column| column.index().is_some()).map(|column| column.heading.as_str())
    }

    /// What is worth remembering of it.
    pub fn lesson(&self, options: &Options, zone: Option<&str>) -> Lesson {
        let lesson = Lesson::of(self.table.headings(), &self.mapping, &options.wishes, zone);
        lesson.with_reading(&options.reading, &options.file)
    }

    /// What was decided where the file leaves room, so far.
    pub fn warnings(&self) -> Vec<String> {
        self.mapping.warnings.iter().cloned().chain(self.reader.warnings()).collect()
    }
}
