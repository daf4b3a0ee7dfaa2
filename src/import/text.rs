//! Rows of a text with delimiters, in bounded memory.

use super::encoding::Decoded;
use super::reading::Delimiter;
use super::row::Row;
use crate::error::{AppError, Result};
use csv_core::ReadRecordResult;
use std::io::{ErrorKind, Read};

/// A row may have so many bytes; more is a quote that was never closed, or no table at all.
pub const MAX_ROW_BYTES: usize = 1 << 20;
/// A row may have so many cells: as many as a spreadsheet has columns.
pub const MAX_COLUMNS: usize = 16_384;
const BUFFER_BYTES: usize = 64 << 10;

/// The rows of a text, in order.
pub struct TextRows {
    input: Input,
    core: csv_core::Reader,
    /// The line that the next unread byte stands on.
    line: u64,
    /// The last byte that was eaten is a CR, and an LF behind it is no line of its own.
    after_cr: bool,
    /// There is a CR in what the buffer holds.
    has_cr: bool,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    read: u64,
}

/// Bytes of a text behind its byte-order mark.
pub enum Input {
    /// In UTF-8 already.
    Plain(Box<dyn Read + Send>),
    /// In UTF-8 once they are decoded.
    Decoded(Box<Decoded>),
}

impl TextRows {
    /// The rows of a text; `mark` is how many bytes of the file stand before it.
    pub fn new(input: Input, delimiter: Delimiter, mark: usize) -> Self {
        Self {
            input,
            core: csv_core::ReaderBuilder::new().delimiter(delimiter.byte()).build(),
            line: 1,
            after_cr: false,
            has_cr: false,
            buffer: vec![0; BUFFER_BYTES],
            at: 0,
            end: 0,
            read: mark as u64,
        }
    }

    /// Reads the next row; `false` at the end. Lines without any character are passed over.
    pub fn next_row(&mut self, row: &mut Row) -> Result<bool> {
        if !self.skip_line_ends()? {
            return Ok(false);
        }
        row.begin(self.line);
        let (mut bytes, mut width) = (0, 0);
        let cut = loop {
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
                ReadRecordResult::Record => break at_end,
                ReadRecordResult::OutputFull if row.raw.len() >= MAX_ROW_BYTES => {
                    return Err(invalid(
                        row.line(),
                        "the row is longer than 1 MB; a quote in it is probably never closed",
                    ));
                }
                ReadRecordResult::OutputFull => row.raw.resize((row.raw.len() * 2).max(1024), 0),
                ReadRecordResult::OutputEndsFull if row.ends.len() >= MAX_COLUMNS => {
                    return Err(invalid(row.line(), "the row has more than 16,384 cells; that is no table"));
                }
                ReadRecordResult::OutputEndsFull => row.ends.resize((row.ends.len() * 2).max(32), 0),
                ReadRecordResult::InputEmpty if at_end => {
                    return Err(invalid(row.line(), "a quote opens in this row and is never closed"));
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
        };
        // The line end behind the row may be eaten already: it belongs to the row.
        row.finish(self.line, cut, bytes, width);
        Ok(true)
    }

    /// Bytes of the file read so far, for a progress bar.
    pub fn bytes_read(&self) -> u64 {
        match &self.input {
            Input::Plain(_) => self.read,
            Input::Decoded(decoded) => decoded.bytes_read(),
        }
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
        self.line += self.lines_in(self.at + bytes);
        if bytes > 0 {
            self.after_cr = self.buffer[self.at + bytes - 1] == b'\r';
        }
        self.at += bytes;
    }

    /// Line ends up to a place of the buffer: LF, CR, or both as one.
    fn lines_in(&self, end: usize) -> u64 {
        let bytes = &self.buffer[self.at..end];
        let count = |wanted: u8| bytes.iter().filter(|&&byte| byte == wanted).count() as u64;
        if !self.has_cr && !self.after_cr {
            return count(b'\n');
        }
        let pairs = bytes.windows(2).filter(|pair| *pair == b"\r\n").count() as u64;
        let split = self.after_cr && bytes.first() == Some(&b'\n');
        count(b'\n') + count(b'\r') - pairs - u64::from(split)
    }

    /// Sees to it that there is something to read; `false` at the end of the file.
    fn fill(&mut self) -> Result<bool> {
        if self.at < self.end {
            return Ok(true);
        }
        self.at = 0;
        self.end = loop {
            let read = match &mut self.input {
                Input::Plain(input) => input.read(&mut self.buffer),
                Input::Decoded(input) => input.read(&mut self.buffer),
            };
            match read {
                Ok(bytes) => break bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(AppError::Unavailable(format!("The file could not be read on: {error}."))),
            }
        };
        self.read += self.end as u64;
        let filled = &self.buffer[..self.end];
        self.has_cr = filled.contains(&b'\r');
        if filled.contains(&0) {
            let nul = filled.iter().position(|&byte| byte == 0).unwrap_or(0);
            let line = self.line + self.lines_in(nul);
            return Err(invalid(line, "there is a NUL byte, so this is no text, or a damaged one; export it again"));
        }
        Ok(self.end > 0)
    }
}

/// A fault of a line as a sentence.
pub fn invalid(line: u64, what: &str) -> AppError {
    AppError::Invalid(format!("Line {line}: {what}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn read(text: &[u8], delimiter: Delimiter) -> Result<Vec<(u64, Vec<String>)>> {
        let input = Input::Plain(Box::new(Cursor::new(text.to_vec())));
        let mut rows = TextRows::new(input, delimiter, 0);
        let mut row = Row::default();
        let mut all = Vec::new();
        while rows.next_row(&mut row)? {
            all.push((row.line(), row.cells().map(str::to_owned).collect()));
        }
        Ok(all)
    }

    fn lines(text: &str) -> Vec<u64> {
        let rows = read(text.as_bytes(), Delimiter::COMMA).expect("rows");
        rows.into_iter().map(|(line, _)| line).collect()
    }

    fn refusal(text: &[u8]) -> String {
        read(text, Delimiter::COMMA).expect_err("refused").to_string()
    }

    #[test]
    fn a_row_knows_its_line_whatever_ends_the_lines() {
        assert_eq!(lines("a,b\n1,2\n\n3,4"), [1, 2, 4]);
        assert_eq!(lines("\r\n\r\na,b\r\n1,2\r\n\r\n3,4\r\n"), [3, 4, 6]);
        assert_eq!(lines("a,b\r1,2\r\r3,4\r"), [1, 2, 4]);
        assert_eq!(lines("a,b\n\"one\ntwo\",2\n3,4\n"), [1, 2, 4]);
        assert_eq!(lines("a,b\r\n\"one\r\ntwo\",2\r\n3,4\r\n"), [1, 2, 4]);
        assert_eq!(lines("a,b\n1,2\r3,4\r\n5,6\n\r7,8"), [1, 2, 3, 4, 6], "all of them in one file");
    }

    #[test]
    fn a_line_end_that_a_buffer_cuts_in_two_is_one() {
        let first = "x".repeat(BUFFER_BYTES - 1);
        assert_eq!(lines(&format!("{first}\r\n1\r\n2")), [1, 2, 3]);
    }

    #[test]
    fn a_quote_that_nothing_closes_is_refused_with_the_line_where_it_opens() {
        assert!(refusal(b"a,b\n1,2\n\"3,4\n5,6\n").starts_with("Line 3: a quote opens"));
        // A quote within a cell that is not quoted is only a character.
        assert_eq!(read(b"a\n5\" pipe", Delimiter::COMMA).expect("rows")[1].1, ["5\" pipe"]);
    }

    #[test]
    fn a_row_of_more_than_a_megabyte_is_refused_without_being_held() {
        let mut text = b"a,b\n1,\"".to_vec();
        text.resize(3 << 20, b'x');
        assert!(refusal(&text).starts_with("Line 2: the row is longer than 1 MB"));
        assert!(refusal(&[b','; 20_000]).contains("16,384 cells"));
    }

    #[test]
    fn a_nul_byte_is_refused_with_its_line() {
        assert!(refusal(b"a,b\n1,2\n3,\0\n").starts_with("Line 3: there is a NUL byte"));
        assert!(refusal(b"a,b\r\n1,2\r\n3,\0\n").starts_with("Line 3: there is a NUL byte"));
    }

    #[test]
    fn a_cell_that_is_no_text_is_named_and_the_rest_of_the_row_is_kept() {
        let unreadable = |text: &[u8]| {
            let mut rows = TextRows::new(Input::Plain(Box::new(Cursor::new(text.to_vec()))), Delimiter::COMMA, 0);
            let mut row = Row::default();
            assert!(rows.next_row(&mut row).expect("a row"));
            (row.unreadable(), row.cells().map(str::to_owned).collect::<Vec<_>>().join("|"))
        };
        assert_eq!(unreadable(b"1,caf\xE9,2\n"), (Some(1), "1|caf\u{fffd}|2".to_owned()));
        // Two halves of a letter in two cells are not one letter.
        assert_eq!(unreadable(b"\xC3,\xA9\n"), (Some(0), "\u{fffd}|\u{fffd}".to_owned()));
        assert_eq!(unreadable("é,\u{fffd}\n".as_bytes()), (None, "é|\u{fffd}".to_owned()));
    }

    #[test]
    fn a_ragged_row_keeps_its_own_width() {
        let rows = read(b"a,b,c\n1,2\n1,2,3,\n", Delimiter::COMMA).expect("rows");
        assert_eq!(rows.iter().map(|(_, cells)| cells.len()).collect::<Vec<_>>(), [3, 2, 4]);
    }

    proptest! {
        #[test]
        fn what_another_writer_wrote_is_read_back_equal(
            cells in prop::collection::vec(prop::collection::vec("[a-z\"',; \u{e9}\u{1f600}\r\n]{0,8}", 3), 1..20),
            delimiter in prop::sample::select(Delimiter::SNIFFED.to_vec()),
            crlf in any::<bool>(),
        ) {
            let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
            let mut writer =
                csv::WriterBuilder::new().delimiter(delimiter.byte()).terminator(terminator).from_writer(Vec::new());
            let cells: Vec<Vec<String>> =
                cells.into_iter().map(|row| std::iter::once("x".to_owned()).chain(row).collect()).collect();
            for row in &cells {
                writer.write_record(row).expect("written");
            }
            let text = writer.into_inner().expect("flushed");
            let rows = read(&text, delimiter).expect("rows");
            let mut line = 1;
            for ((at, row), expected) in rows.iter().zip(&cells) {
                prop_assert_eq!(row, expected);
                prop_assert_eq!(*at, line);
                let ends = |cell: &String| cell.replace("\r\n", "\n").matches(['\n', '\r']).count() as u64;
                line += 1 + row.iter().map(ends).sum::<u64>();
            }
            prop_assert_eq!(rows.len(), cells.len());
        }
    }
}
