//! The rows of a sheet in a nameless file on the disk, from which they are read as often as needed: a workbook is
//! unpacked once, and memory stays flat.
//!
//! A row is its number, its number of cells, where each of them ends, and their text; numbers are 32 bits.

use super::row::Row;
use super::text::{MAX_COLUMNS, MAX_ROW_BYTES};
use crate::error::{AppError, Result};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// The rows of a sheet may have so many bytes as text.
pub const MAX_SPOOL_BYTES: u64 = 512 << 20;

/// Rows that were unpacked.
#[derive(Clone, Debug)]
pub struct Spool {
    file: Arc<File>,
    bytes: u64,
}

/// A spool in the making, one row at a time.
pub struct SpoolWriter {
    out: BufWriter<File>,
    bytes: u64,
    row: u32,
    text: String,
    ends: Vec<u32>,
    rows: u64,
}

/// The rows of a spool, in order.
pub struct SpoolRows {
    input: BufReader<Place>,
    read: u64,
}

/// A place in a file that others read too.
struct Place {
    file: Arc<File>,
    at: u64,
}

impl Read for Place {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(out, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Spool {
    /// Bytes of all its rows.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The rows, from the first one.
    pub fn rows(&self) -> SpoolRows {
        SpoolRows { input: BufReader::new(Place { file: self.file.clone(), at: 0 }), read: 0 }
    }
}

impl SpoolWriter {
    /// An empty one.
    pub fn new() -> Result<Self> {
        let out = BufWriter::new(tempfile::tempfile().map_err(|error| unwritable(&error))?);
        Ok(Self { out, bytes: 0, row: 0, text: String::new(), ends: Vec::new(), rows: 0 })
    }

    /// Adds a cell by its row and column, counted from 0. Cells come in the order of a sheet: a cell that does not is an
    /// error with the rest of a sentence.
    pub fn cell(&mut self, row: u32, column: u32, text: &str) -> Result<()> {
        if text.trim().is_empty() {
            return Ok(());
        }
        if row != self.row {
            if row < self.row {
                return Err(damaged(row, "its rows are out of order"));
            }
            self.end_row()?;
            self.row = row;
        }
        let column = column as usize;
        if column >= MAX_COLUMNS || column < self.ends.len() {
            return Err(damaged(row, "its cells are out of order"));
        }
        if self.text.len() + text.len() > MAX_ROW_BYTES {
            return Err(damaged(row, "it is longer than 1 MB; that is no table"));
        }
        if text.contains('\0') {
            return Err(damaged(row, "there is a NUL in it, so the workbook is damaged; save it again"));
        }
        self.ends.resize(column, self.text.len() as u32);
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        Ok(())
    }

    /// Rows with a value so far.
    pub fn rows(&self) -> u64 {
        self.rows + u64::from(!self.ends.is_empty())
    }

    /// What was written.
    pub fn finish(mut self) -> Result<Spool> {
        self.end_row()?;
        let file = self.out.into_inner().map_err(|error| unwritable(error.error()))?;
        Ok(Spool { file: Arc::new(file), bytes: self.bytes })
    }

    fn end_row(&mut self) -> Result<()> {
        if self.ends.is_empty() {
            return Ok(());
        }
        self.bytes += (8 + 4 * self.ends.len() + self.text.len()) as u64;
        if self.bytes > MAX_SPOOL_BYTES {
            let most = MAX_SPOOL_BYTES >> 20;
            let sentence =
                format!("The sheet holds more than {most} MB of text; export it as CSV, which has no such limit.");
            return Err(AppError::Invalid(sentence));
        }
        let head = [self.row, self.ends.len() as u32];
        for number in head.iter().chain(&self.ends) {
            self.out.write_all(&number.to_le_bytes()).map_err(|error| unwritable(&error))?;
        }
        self.out.write_all(self.text.as_bytes()).map_err(|error| unwritable(&error))?;
        self.rows += 1;
        self.text.clear();
        self.ends.clear();
        Ok(())
    }
}

impl SpoolRows {
    /// Reads the next row that has a value; `false` at the end.
    pub fn next_row(&mut self, row: &mut Row) -> Result<bool> {
        let number = match self.number() {
            Ok(number) => number,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(unwritable(&error)),
        };
        self.fill(number, row).map_err(|error| unwritable(&error))?;
        Ok(true)
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.read
    }

    fn fill(&mut self, number: u32, row: &mut Row) -> io::Result<()> {
        let width = self.number()? as usize;
        row.ends.clear();
        for _ in 0..width {
            let end = self.number()? as usize;
            row.ends.push(end);
        }
        let bytes = row.ends.last().copied().unwrap_or(0);
        row.raw.resize(bytes, 0);
        self.input.read_exact(&mut row.raw)?;
        self.read += bytes as u64;
        let line = u64::from(number) + 1;
        row.begin(line);
        row.finish(line + 1, false, bytes, width);
        Ok(())
    }

    fn number(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.input.read_exact(&mut bytes)?;
        self.read += 4;
        Ok(u32::from_le_bytes(bytes))
    }
}

fn damaged(row: u32, what: &str) -> AppError {
    AppError::Invalid(format!("Row {}: {what}.", row + 1))
}

fn unwritable(error: &io::Error) -> AppError {
    let sentence = "The workbook could not be unpacked into the folder for temporary files";
    AppError::Unavailable(format!("{sentence}: {error}. Make room there and import it again."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_back_as_they_were_written_as_often_as_asked() {
        let mut writer = SpoolWriter::new().expect("a spool");
        for (row, column, text) in [(1, 0, "id"), (1, 2, "näme"), (4, 1, "a\nb"), (4, 2, "  ")] {
            writer.cell(row, column, text).expect("written");
        }
        assert_eq!(writer.rows(), 2);
        let spool = writer.finish().expect("written");
        let mut first = spool.rows();
        let mut row = Row::default();
        for mut rows in [spool.rows(), spool.rows()] {
            assert!(rows.next_row(&mut row).expect("a row"));
            assert_eq!((row.line(), row.cells().collect::<Vec<_>>()), (2, vec!["id", "", "näme"]));
            assert!(rows.next_row(&mut row).expect("a row"));
            row.fit(4);
            assert_eq!((row.line(), row.cells().collect::<Vec<_>>()), (5, vec!["", "a\nb", "", ""]));
            assert!(!rows.next_row(&mut row).expect("the end"));
            assert_eq!(rows.bytes_read(), spool.bytes());
        }
        assert!(first.next_row(&mut row).expect("a row"), "another reader does not move this one");
        assert_eq!(row.line(), 2);
    }

    #[test]
    fn cells_out_of_order_and_endless_rows_are_refused() {
        let mut writer = SpoolWriter::new().expect("a spool");
        writer.cell(5, 3, "x").expect("written");
        assert!(writer.cell(4, 0, "x").expect_err("refused").to_string().contains("out of order"));
        assert!(writer.cell(5, 3, "x").expect_err("refused").to_string().contains("out of order"));
        assert!(writer.cell(5, 20_000, "x").is_err());
        let long = "x".repeat(MAX_ROW_BYTES);
        assert!(writer.cell(5, 4, &long).expect_err("refused").to_string().starts_with("Row 6: it is longer"));
        assert!(writer.cell(5, 4, "\0").expect_err("refused").to_string().contains("NUL"));
    }
}
