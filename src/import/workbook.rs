//! Workbooks: one sheet of an XLSX or XLS file, unpacked into a [`Spool`] once it is known to be of bearable size.
//!
//! A workbook is known by what it holds, not by its name. Of an XLSX the cells stream past; an XLS is held in memory
//! as a whole, which is why its bounds are narrower ([`super::bounds`]).

use super::bounds;
use super::reading::WorkbookFormat;
use super::sniff::Container;
use super::spool::{Spool, SpoolWriter};
use crate::error::{AppError, Result};
use calamine::{Data, DataRef, ExcelDateTime, ExcelDateTimeType, Reader, Sheet, SheetType, SheetVisible, Xls, Xlsx};
use std::fmt::{Display, Write};
use std::fs::File;
use std::io::{BufReader, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A sheet, ready to be read.
pub struct Unpacked {
    /// Its rows.
    pub spool: Spool,
    /// Kind of the workbook.
    pub format: WorkbookFormat,
    /// Name of the sheet.
    pub name: String,
    /// Names of the other sheets that hold anything.
    pub others: Vec<String>,
}

/// Unpacks the sheet that was asked for, or else the first one that is shown and not empty. `file` is what sentences
/// call the file.
pub fn unpack(mut content: File, container: Container, sheet: Option<&str>, file: &str) -> Result<Unpacked> {
    let refuse = |what: String| AppError::Invalid(format!("{file} {what}."));
    content.rewind().map_err(|error| AppError::Unavailable(format!("{file} cannot be read: {error}.")))?;
    // A damaged workbook may also end the library that reads it.
    let unpacked = catch_unwind(AssertUnwindSafe(|| match container {
        Container::Zip => {
            bounds::check_zip(&mut content).map_err(refuse)?;
            let book = Xlsx::new(BufReader::new(content)).map_err(|error| refuse(damaged(&error)))?;
            unpack_sheet(Book::Xlsx(book), sheet, file)
        }
        _ => {
            bounds::check_compound(&mut content).map_err(refuse)?;
            content.rewind().map_err(|error| refuse(damaged(&error)))?;
            let book = Xls::new(BufReader::new(content)).map_err(|error| refuse(damaged(&error)))?;
            unpack_sheet(Book::Xls(book), sheet, file)
        }
    }));
    unpacked.unwrap_or_else(|_| Err(refuse(damaged(&"it is not built as a workbook is"))))
}

fn damaged(why: &dyn Display) -> String {
    format!("is a damaged workbook ({why}); open it in a spreadsheet program and save it again, or export CSV")
}

enum Book {
    Xlsx(Xlsx<BufReader<File>>),
    Xls(Xls<BufReader<File>>),
}

fn unpack_sheet(mut book: Book, wish: Option<&str>, file: &str) -> Result<Unpacked> {
    let sheets = book.sheets();
    let refuse = |what: String| AppError::Invalid(format!("{file} {what}."));
    let mut filled = Vec::new();
    for sheet in &sheets {
        if book.has_values(&sheet.name).map_err(refuse)? {
            filled.push(sheet);
        }
    }
    let chosen = match wish.map(str::trim).filter(|wish| !wish.is_empty()) {
        Some(wish) => find_sheet(&sheets, wish).ok_or_else(|| {
            refuse(format!("has no sheet “{wish}”; its sheets are {}", quoted(sheets.iter().map(|sheet| &sheet.name))))
        })?,
        None => {
            let shown = filled.iter().find(|sheet| sheet.visible == SheetVisible::Visible);
            shown.or(filled.first()).ok_or_else(|| refuse("is a workbook without any value".to_owned()))?
        }
    };
    let others = filled.iter().map(|sheet| sheet.name.clone()).filter(|name| *name != chosen.name).collect();
    let mut spool = SpoolWriter::new()?;
    book.write(&chosen.name, &mut spool)?.map_err(refuse)?;
    if spool.rows() == 0 {
        return Err(refuse(format!("has nothing in its sheet “{}”", chosen.name)));
    }
    let format = if matches!(book, Book::Xlsx(_)) { WorkbookFormat::Xlsx } else { WorkbookFormat::Xls };
    Ok(Unpacked { spool: spool.finish()?, format, name: chosen.name.clone(), others })
}

/// By its name, else by its name without case, else by its place.
fn find_sheet<'a>(sheets: &'a [Sheet], wish: &str) -> Option<&'a Sheet> {
    let by_name = sheets.iter().find(|sheet| sheet.name == wish);
    let in_lower_case = || sheets.iter().find(|sheet| sheet.name.trim().to_lowercase() == wish.to_lowercase());
    by_name.or_else(in_lower_case).or_else(|| sheets.get(wish.parse::<usize>().ok()?.checked_sub(1)?))
}

fn quoted<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ")
}

impl Book {
    /// The sheets that hold cells, in their order.
    fn sheets(&self) -> Vec<Sheet> {
        let all = match self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Xls(book) => book.sheets_metadata(),
        };
        all.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).cloned().collect()
    }

    fn has_values(&mut self, name: &str) -> Result<bool, String> {
        match self {
            Self::Xlsx(book) => {
                let mut cells = book.worksheet_cells_reader(name).map_err(|error| damaged(&error))?;
                while let Some(cell) = cells.next_cell().map_err(|error| damaged(&error))? {
                    if has_value(cell.get_value()) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Xls(book) => {
                let range = book.worksheet_range(name).map_err(|error| damaged(&error))?;
                Ok(range.used_cells().any(|(_, _, value)| !text_of(value, &mut String::new()).trim().is_empty()))
            }
        }
    }

    /// Writes the cells of a sheet. The inner error is the rest of a sentence that begins with the file.
    fn write(&mut self, name: &str, spool: &mut SpoolWriter) -> Result<Result<(), String>> {
        let mut text = String::new();
        match self {
            Self::Xlsx(book) => {
                let mut cells = match book.worksheet_cells_reader(name) {
                    Ok(cells) => cells,
                    Err(error) => return Ok(Err(damaged(&error))),
                };
                loop {
                    let cell = match cells.next_cell() {
                        Ok(Some(cell)) => cell,
                        Ok(None) => return Ok(Ok(())),
                        Err(error) => return Ok(Err(damaged(&error))),
                    };
                    let (row, column) = cell.get_position();
                    match cell.get_value() {
                        DataRef::Empty => {}
                        DataRef::SharedString(shared) => spool.cell(row, column, shared)?,
                        other => spool.cell(row, column, text_of(&other.clone().into(), &mut text))?,
                    }
                }
            }
            Self::Xls(book) => {
                let range = match book.worksheet_range(name) {
                    Ok(range) => range,
                    Err(error) => return Ok(Err(damaged(&error))),
                };
                let (top, left) = range.start().unwrap_or_default();
                for (row, column, value) in range.used_cells() {
                    spool.cell(top + row as u32, left + column as u32, text_of(value, &mut text))?;
                }
                Ok(Ok(()))
            }
        }
    }
}

fn has_value(value: &DataRef) -> bool {
    match value {
        DataRef::Empty => false,
        DataRef::SharedString(text) => !text.trim().is_empty(),
        DataRef::String(text) => !text.trim().is_empty(),
        _ => true,
    }
}

/// A value as a cell of text would hold it.
fn text_of<'a>(value: &'a Data, text: &'a mut String) -> &'a str {
    text.clear();
    // Writing into a string does not fail.
    _ = match value {
        Data::Empty => Ok(()),
        Data::String(own) | Data::DateTimeIso(own) | Data::DurationIso(own) => return own,
        Data::Int(number) => write!(text, "{number}"),
        Data::Float(number) => write_number(text, *number),
        Data::Bool(true) => write!(text, "TRUE"),
        Data::Bool(false) => write!(text, "FALSE"),
        Data::DateTime(moment) => write_moment(text, *moment),
        Data::Error(error) => write!(text, "{error}"),
    };
    text
}

/// With the 15 digits that a spreadsheet shows, and never with an exponent.
fn write_number(text: &mut String, number: f64) -> std::fmt::Result {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return write!(text, "{}", number as i64);
    }
    let shown = format!("{number:.14e}").parse().unwrap_or(number);
    write!(text, "{shown}")
}

/// A date alone where the time is midnight, a time alone where the date is the day zero.
fn write_moment(text: &mut String, moment: ExcelDateTime) -> std::fmt::Result {
    let value = moment.as_f64();
    if !value.is_finite() {
        return Ok(());
    }
    if moment.is_duration() {
        let seconds = (value * 86_400.0).round() as i64;
        let sign = if seconds < 0 { "-" } else { "" };
        let seconds = seconds.unsigned_abs();
        return write!(text, "{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    // Times are fractions of a day: 12:59:59.9999 is one o'clock.
    let rounded = (value * 86_400.0).round() / 86_400.0 + 0.000_001;
    let is_1904 = moment.to_ymd_hms_milli().0 != plain(value).to_ymd_hms_milli().0;
    let (year, month, day, hour, minute, second, _) =
        ExcelDateTime::new(rounded, ExcelDateTimeType::DateTime, is_1904).to_ymd_hms_milli();
    if (0.0..1.0).contains(&value) && !is_1904 {
        return write!(text, "{hour:02}:{minute:02}:{second:02}");
    }
    write!(text, "{year:04}-{month:02}-{day:02}")?;
    if (hour, minute, second) != (0, 0, 0) {
        write!(text, " {hour:02}:{minute:02}:{second:02}")?;
    }
    Ok(())
}

/// The same value by the calendar that counts from 1900.
fn plain(value: f64) -> ExcelDateTime {
    ExcelDateTime::new(value, ExcelDateTimeType::DateTime, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &Data) -> String {
        text_of(value, &mut String::new()).to_owned()
    }

    fn moment(value: f64, is_1904: bool) -> String {
        shown(&Data::DateTime(ExcelDateTime::new(value, ExcelDateTimeType::DateTime, is_1904)))
    }

    #[test]
    fn a_number_is_written_as_the_spreadsheet_shows_it() {
        for (number, text) in [
            (12.0, "12"),
            (-3.0, "-3"),
            (0.1 + 0.2, "0.3"),
            (146_536.25, "146536.25"),
            (4_915_112_345_678.0, "4915112345678"),
            (1e20, "100000000000000000000"),
            (0.000_001_5, "0.0000015"),
        ] {
            assert_eq!(shown(&Data::Float(number)), text);
        }
        assert_eq!(shown(&Data::Bool(true)), "TRUE");
    }

    #[test]
    fn a_date_is_written_in_the_order_that_nobody_mistakes() {
        assert_eq!(moment(45_449.0, false), "2024-06-06");
        assert_eq!(moment(45_449.201_331_018_52, false), "2024-06-06 04:49:55");
        assert_eq!(moment(45_449.541_666_666_66, false), "2024-06-06 13:00:00");
        assert_eq!(moment(45_449.0 - 1462.0, true), "2024-06-06");
        assert_eq!(moment(0.5, false), "12:00:00");
        let span = ExcelDateTime::new(1.25, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(shown(&Data::DateTime(span)), "30:00:00");
    }
}
