//! Rows of a file: a heading and then cells with the line they stand on, read once or several times, in bounded
//! memory.
//!
//! Another kind of file (a workbook, another encoding) becomes one more way to fill a [`Row`]; everything behind
//! knows only [`Table`], [`Rows`] and [`Row`].

use super::reading::{Delimiter, Form, Reading, ReadingWishes, TextEncoding};
use super::sniff::{Layout, sniff_layout};
use crate::error::{AppError, Result};
use csv_core::ReadRecordResult;
use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// A row may have so many bytes; more is a quote that was never closed, or no table at all.
pub const MAX_ROW_BYTES: usize = 1 << 20;
/// A row may have so many cells: as many as a spreadsheet has columns.
pub const MAX_COLUMNS: usize = 16_384;
const BUFFER_BYTES: usize = 64 << 10;

/// A file with a heading row.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    layout: Layout,
    headings: Vec<String>,
    reading: Reading,
    seen: Metadata,
}

/// A row of a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownRow {
    /// Line (of a sheet: row) on which it begins; the first is 1.
    pub line: u64,
    /// Its cells, trimmed; as many as it has, which may be more or fewer than the headings.
    pub cells: Vec<String>,
}

/// The rows of a file, in order.
pub struct Rows {
    input: Box<dyn Read + Send>,
    core: csv_core::Reader,
    line_end: u8,
    /// The line that the next unread byte stands on.
    line: u64,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    read: u64,
}

/// One row; kept and filled again, so that reading allocates nothing.
#[derive(Debug, Default)]
pub struct Row {
    line: u64,
    last_line: u64,
    text: String,
    width: usize,
    ends: Vec<usize>,
    raw: Vec<u8>,
}

impl Table {
    /// Opens a file, tells how it is to be read as far as the wishes do not, and reads its heading. A file that is none
    /// of ours is refused with a sentence.
    pub fn open(path: &Path, wishes: &ReadingWishes) -> Result<Self> {
        wishes.check()?;
        let (mut file, seen) = open_file(path)?;
        let mut sample = Vec::with_capacity(BUFFER_BYTES);
        file.by_ref().take(BUFFER_BYTES as u64).read_to_end(&mut sample).map_err(|error| unreadable(path, &error))?;
        let mut layout = sniff_layout(&sample, sample.len() as u64 == seen.len())
            .map_err(|what| AppError::Invalid(format!("{} {what}.", quoted(path))))?;
        if let Some(delimiter) = wishes.delimiter {
            layout.delimiter = delimiter.byte();
        }
        let form = Form::Text {
            delimiter: Delimiter::SNIFFED.into_iter().find(|delimiter| delimiter.byte() == layout.delimiter),
            encoding: TextEncoding::UTF_8,
        };
        let reading = Reading { form, heading_line: 1, junk_above: 0, junk_below: None };
        let mut table = Self { path: path.to_owned(), layout, headings: Vec::new(), reading, seen };
        let mut rows = table.start()?;
        let mut row = Row::default();
        while rows.next_row(&mut row)? {
            if !row.is_blank() {
                table.headings = name_headings(&row);
                table.reading.heading_line = row.line();
                return Ok(table);
            }
        }
        Err(AppError::Invalid(format!("{} is empty; export it again with a heading row.", quoted(path))))
    }

    /// The headings, trimmed. A blank one is called after its place (“column 3”), a repeated one is numbered
    /// (“Name (2)”), so that each can be named.
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// How the file was understood.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// The first rows below the heading, at most `rows`, for a preview; blank ones do not count.
    pub fn preview(&self, rows: usize) -> Result<Vec<ShownRow>> {
        show(self.rows()?, rows)
    }

    /// The first rows of the file, the heading and what stands above it included, to choose the heading from.
    pub fn top(&self, rows: usize) -> Result<Vec<ShownRow>> {
        show(self.start()?, rows)
    }

    /// Length of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.seen.len()
    }

    /// The file's own name, without its folder.
    pub fn file_name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// The rows below the heading, from the first one. Refused if the file has changed since it was opened.
    pub fn rows(&self) -> Result<Rows> {
        let mut rows = self.start()?;
        let mut row = Row::default();
        while rows.next_row(&mut row)? {
            if !row.is_blank() {
                break;
            }
        }
        Ok(rows)
    }

    /// Refused if the file is no longer the one that was opened.
    pub fn check_unchanged(&self) -> Result<()> {
        let now = std::fs::metadata(&self.path).map_err(|error| unreadable(&self.path, &error))?;
        if now.len() == self.seen.len() && now.modified().ok() == self.seen.modified().ok() {
            return Ok(());
        }
        let path = quoted(&self.path);
        Err(AppError::Conflict(format!("{path} changed while it was being read; import it again.")))
    }

    fn start(&self) -> Result<Rows> {
        let (mut file, _) = open_file(&self.path)?;
        self.check_unchanged()?;
        file.seek(SeekFrom::Start(self.layout.mark as u64)).map_err(|error| unreadable(&self.path, &error))?;
        Ok(Rows::new(Box::new(file), self.layout))
    }
}

impl Rows {
    /// Rows of a text that begins after its byte-order mark.
    pub fn new(input: Box<dyn Read + Send>, layout: Layout) -> Self {
        Self {
            input,
            core: csv_core::ReaderBuilder::new().delimiter(layout.delimiter).build(),
            line_end: layout.line_end,
            line: 1,
            buffer: vec![0; BUFFER_BYTES],
            at: 0,
            end: 0,
            read: layout.mark as u64,
        }
    }

    /// Reads the next row, the heading included; `false` at the end. Lines without any character are passed over.
    pub fn next_row(&mut self, row: &mut Row) -> Result<bool> {
        if !self.skip_line_ends()? {
            return Ok(false);
        }
        row.line = self.line;
        let (mut bytes, mut width) = (0, 0);
        loop {
            // A line end of ours closes the last row, unless it stands within a quote that nothing closes.
            let at_end = !self.fill()?;
            let input = if at_end { b"\n" } else { &self.buffer[self.at..self.end] };
            let (result, eaten, written, cells) =
                self.core.read_record(input, &mut row.raw[bytes..], &mut row.ends[width..]);
            bytes += written;
            width += cells;
            if !at_end {
                self.eat(eaten);
            }
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::OutputFull if row.raw.len() >= MAX_ROW_BYTES => {
                    return Err(invalid(
                        row.line,
                        "the row is longer than 1 MB; a quote in it is probably never closed",
                    ));
                }
                ReadRecordResult::OutputFull => row.raw.resize((row.raw.len() * 2).max(1024), 0),
                ReadRecordResult::OutputEndsFull if row.ends.len() >= MAX_COLUMNS => {
                    return Err(invalid(row.line, "the row has more than 16,384 cells; that is no table"));
                }
                ReadRecordResult::OutputEndsFull => row.ends.resize((row.ends.len() * 2).max(32), 0),
                ReadRecordResult::InputEmpty if at_end => {
                    return Err(invalid(row.line, "a quote opens in this row and is never closed"));
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
        }
        row.width = width;
        // The line end behind the row may be eaten already: it belongs to the row.
        row.last_line = self.line.max(row.line);
        row.set_text(bytes)?;
        Ok(true)
    }

    /// Bytes of the file read so far, for a progress bar.
    pub fn bytes_read(&self) -> u64 {
        self.read
    }

    fn skip_line_ends(&mut self) -> Result<bool> {
        while self.fill()? {
            let ahead = &self.buffer[self.at..self.end];
            let ends = ahead.iter().take_while(|&&byte| byte == b'\n' || byte == b'\r').count();
            let more = ends < ahead.len();
            self.eat(ends);
            if more {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Counts the lines of what was read and moves on.
    fn eat(&mut self, bytes: usize) {
        let eaten = &self.buffer[self.at..self.at + bytes];
        self.line += eaten.iter().filter(|&&byte| byte == self.line_end).count() as u64;
        self.at += bytes;
    }

    /// Sees to it that there is something to read; `false` at the end of the file.
    fn fill(&mut self) -> Result<bool> {
        if self.at < self.end {
            return Ok(true);
        }
        self.at = 0;
        self.end = loop {
            match self.input.read(&mut self.buffer) {
                Ok(bytes) => break bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(AppError::Unavailable(format!("The file could not be read on: {error}."))),
            }
        };
        self.read += self.end as u64;
        if let Some(nul) = self.buffer[..self.end].iter().position(|&byte| byte == 0) {
            let line = self.line + self.buffer[..nul].iter().filter(|&&byte| byte == self.line_end).count() as u64;
            return Err(invalid(line, "there is a NUL byte, so this is no text, or a damaged one; export it again"));
        }
        Ok(self.end > 0)
    }
}

impl Row {
    /// The line of the file on which it begins; the first line is 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The line on which it ends, or the one after it.
    pub fn last_line(&self) -> u64 {
        self.last_line
    }

    /// Number of cells.
    #[expect(clippy::len_without_is_empty, reason = "a row has at least one cell")]
    pub fn len(&self) -> usize {
        self.width
    }

    /// A cell as it is written, without its quotes; empty past the end of the row.
    pub fn cell(&self, column: usize) -> &str {
        if column >= self.width {
            return "";
        }
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.text[start..self.ends[column]]
    }

    /// Nothing but spaces in any cell.
    pub fn is_blank(&self) -> bool {
        self.text.trim_ascii_start().is_empty()
    }

    fn set_text(&mut self, bytes: usize) -> Result<()> {
        let not_utf8 = |at: usize| {
            let column = self.ends[..self.width].partition_point(|&end| end <= at) + 1;
            let why = "not UTF-8 (it may be Windows-1252 or another older encoding); save the file as “CSV UTF-8”";
            Err(invalid(self.line, &format!("the text in column {column} is {why}")))
        };
        match std::str::from_utf8(&self.raw[..bytes]) {
            Ok(text) => match self.ends[..self.width].iter().find(|&&end| !text.is_char_boundary(end)) {
                Some(&end) => not_utf8(end - 1),
                None => {
                    self.text.clear();
                    self.text.push_str(text);
                    Ok(())
                }
            },
            Err(error) => not_utf8(error.valid_up_to()),
        }
    }
}

fn show(mut rows: Rows, most: usize) -> Result<Vec<ShownRow>> {
    let mut row = Row::default();
    let mut shown = Vec::new();
    while shown.len() < most && rows.next_row(&mut row)? {
        if !row.is_blank() {
            let cells = (0..row.len()).map(|column| row.cell(column).trim().to_owned()).collect();
            shown.push(ShownRow { line: row.line(), cells });
        }
    }
    Ok(shown)
}

fn open_file(path: &Path) -> Result<(File, Metadata)> {
    let seen = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if seen.is_dir() {
        return Err(AppError::Invalid(format!("{} is a folder; name a file in it.", quoted(path))));
    }
    if !seen.is_file() {
        return Err(AppError::Invalid(format!("{} is no ordinary file; save the rows to a file first.", quoted(path))));
    }
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    Ok((file, seen))
}

fn unreadable(path: &Path, error: &std::io::Error) -> AppError {
    let path = quoted(path);
    match error.kind() {
        ErrorKind::NotFound => AppError::NotFound(format!("There is no file {path}; check its name and folder.")),
        ErrorKind::PermissionDenied => {
            AppError::Invalid(format!("{path} cannot be opened: this account may not read it."))
        }
        _ => AppError::Unavailable(format!("{path} cannot be read: {error}.")),
    }
}

fn quoted(path: &Path) -> String {
    format!("“{}”", path.display())
}

fn invalid(line: u64, what: &str) -> AppError {
    AppError::Invalid(format!("Line {line}: {what}."))
}

fn name_headings(row: &Row) -> Vec<String> {
    let mut taken = HashSet::new();
    (0..row.len())
        .map(|column| {
            let heading = row.cell(column).split_whitespace().collect::<Vec<_>>().join(" ");
            let heading = if heading.is_empty() { format!("column {}", column + 1) } else { heading };
            let mut name = heading.clone();
            let mut n = 1;
            while !taken.insert(name.clone()) {
                n += 1;
                name = format!("{heading} ({n})");
            }
            name
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    const COMMA: Layout = Layout { delimiter: b',', line_end: b'\n', mark: 0 };

    fn read(text: &[u8], layout: Layout) -> Result<Vec<(u64, Vec<String>)>> {
        let mut rows = Rows::new(Box::new(Cursor::new(text.to_vec())), layout);
        let mut row = Row::default();
        let mut all = Vec::new();
        while rows.next_row(&mut row)? {
            all.push((row.line(), (0..row.len()).map(|column| row.cell(column).to_owned()).collect()));
        }
        Ok(all)
    }

    fn lines(text: &str, line_end: u8) -> Vec<u64> {
        let rows = read(text.as_bytes(), Layout { line_end, ..COMMA }).expect("rows");
        rows.into_iter().map(|(line, _)| line).collect()
    }

    fn refusal(text: &[u8]) -> String {
        read(text, COMMA).expect_err("refused").to_string()
    }

    #[test]
    fn a_row_knows_its_line_whatever_ends_the_lines() {
        assert_eq!(lines("a,b\n1,2\n\n3,4", b'\n'), [1, 2, 4]);
        assert_eq!(lines("\r\n\r\na,b\r\n1,2\r\n\r\n3,4\r\n", b'\n'), [3, 4, 6]);
        assert_eq!(lines("a,b\r1,2\r\r3,4\r", b'\r'), [1, 2, 4]);
        assert_eq!(lines("a,b\n\"one\ntwo\",2\n3,4\n", b'\n'), [1, 2, 4]);
        assert_eq!(lines("a,b\r\n\"one\r\ntwo\",2\r\n3,4\r\n", b'\n'), [1, 2, 4]);
    }

    #[test]
    fn a_quote_that_nothing_closes_is_refused_with_the_line_where_it_opens() {
        assert!(refusal(b"a,b\n1,2\n\"3,4\n5,6\n").starts_with("Line 3: a quote opens"));
        // A quote within a cell that is not quoted is only a character.
        assert_eq!(read(b"a\n5\" pipe", COMMA).expect("rows")[1].1, ["5\" pipe"]);
    }

    #[test]
    fn a_row_of_more_than_a_megabyte_is_refused_without_being_held() {
        let mut text = b"a,b\n1,\"".to_vec();
        text.resize(3 << 20, b'x');
        assert!(refusal(&text).starts_with("Line 2: the row is longer than 1 MB"));
        assert!(refusal(&[b','; 20_000]).contains("16,384 cells"));
    }

    #[test]
    fn a_nul_byte_and_a_byte_that_is_no_utf8_are_refused_with_their_line() {
        assert!(refusal(b"a,b\n1,2\n3,\0\n").starts_with("Line 3: there is a NUL byte"));
        assert!(refusal(b"a,b\n1,caf\xE9\n").starts_with("Line 2: the text in column 2 is not UTF-8"));
        // Two halves of a letter in two cells are not one letter.
        assert!(refusal(b"a,b\n\xC3,\xA9\n").starts_with("Line 2: the text in column 1 is not UTF-8"));
    }

    #[test]
    fn a_ragged_row_keeps_its_own_width() {
        let rows = read(b"a,b,c\n1,2\n1,2,3,\n", COMMA).expect("rows");
        assert_eq!(rows.iter().map(|(_, cells)| cells.len()).collect::<Vec<_>>(), [3, 2, 4]);
    }

    #[test]
    fn blank_headings_are_called_after_their_place_and_repeated_ones_are_numbered() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("leads.csv");
        std::fs::write(&path, "\u{feff} Name ,,Name,\"First\n  line\"\n1,2,3,4\n").expect("written");
        let table = Table::open(&path, &ReadingWishes::default()).expect("a table");
        assert_eq!(table.headings(), ["Name", "column 2", "Name (2)", "First line"]);
        let mut row = Row::default();
        assert!(table.rows().expect("rows").next_row(&mut row).expect("a row"));
        assert_eq!((row.line(), row.cell(3)), (3, "4"));
    }

    #[test]
    fn a_file_that_is_missing_empty_a_folder_or_changing_is_refused_with_one_sentence() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = |path: &Path| Table::open(path, &ReadingWishes::default()).expect_err("refused").to_string();
        assert!(refused(&folder.path().join("no.csv")).starts_with("There is no file"));
        assert!(refused(folder.path()).contains("is a folder"));
        let path = folder.path().join("leads.csv");
        for empty in ["", "\n\n", "\u{feff}", " \n"] {
            std::fs::write(&path, empty).expect("written");
            assert!(refused(&path).contains("is empty"), "{empty:?}");
        }
        std::fs::write(&path, "id\n1\n").expect("written");
        let table = Table::open(&path, &ReadingWishes::default()).expect("a table");
        std::fs::write(&path, "id\n1\n2\n").expect("written");
        assert!(table.rows().err().expect("refused").to_string().contains("changed while"));
    }

    proptest! {
        #[test]
        fn what_another_writer_wrote_is_read_back_equal(
            cells in prop::collection::vec(prop::collection::vec("[a-z\"',; \u{e9}\u{1f600}\r\n]{0,8}", 3), 1..20),
            delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
            crlf in any::<bool>(),
        ) {
            let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
            let mut writer =
                csv::WriterBuilder::new().delimiter(delimiter).terminator(terminator).from_writer(Vec::new());
            let cells: Vec<Vec<String>> =
                cells.into_iter().map(|row| std::iter::once("x".to_owned()).chain(row).collect()).collect();
            for row in &cells {
                writer.write_record(row).expect("written");
            }
            let text = writer.into_inner().expect("flushed");
            let rows = read(&text, Layout { delimiter, ..COMMA }).expect("rows");
            let mut line = 1;
            for ((at, row), expected) in rows.iter().zip(&cells) {
                prop_assert_eq!(row, expected);
                prop_assert_eq!(*at, line);
                line += 1 + row.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
            }
            prop_assert_eq!(rows.len(), cells.len());
        }
    }
}
