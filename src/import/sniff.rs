//! What a file is, told from its first bytes: a workbook, text, or something that is no table; and of a text the
//! delimiter.

use super::frame::heading_index;
use super::reading::Delimiter;
use super::row::Row;
use super::text::{Input, TextRows};
use std::io::Cursor;
use std::sync::Arc;

/// Rows looked at to tell the delimiter and the heading.
pub const ROWS_TRIED: usize = 100;
/// A row of junk above the heading speaks against a delimiter as much as so many thousandths of ragged rows.
const JUNK_PENALTY: usize = 30;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// Text.
    Text,
    /// A zip archive, as new workbooks are.
    Zip,
    /// A compound file, as old and encrypted workbooks are.
    Compound,
}

/// What a file that begins with `sample` holds, whatever its name. The error is the rest of a sentence that begins with
/// the file: what it is instead.
pub fn sniff_container(sample: &[u8]) -> Result<Container, &'static str> {
    match sample {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Ok(Container::Zip),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Ok(Container::Compound),
        _ => foreign_format(sample).map_or(Ok(Container::Text), Err),
    }
}

/// The delimiter that cuts a text best, the text being UTF-8; `whole` says that there is nothing after it.
pub fn sniff_delimiter(text: &[u8], whole: bool) -> Delimiter {
    if let Some(delimiter) = announced(text) {
        return delimiter;
    }
    let text: Arc<[u8]> = text.into();
    // The best delimiter cuts the most rows into as many cells as the heading has, and then the most cells.
    let mut best = (0, 1, Delimiter::COMMA);
    for delimiter in Delimiter::SNIFFED {
        let rows = first_rows(&text, whole, delimiter);
        let heading = heading_index(&rows);
        let Some(width) = rows.get(heading).map(Vec::len).filter(|&width| width > 1) else { continue };
        let alike = rows.iter().filter(|row| row.len() == width).count() * 1000 / rows.len();
        let alike = alike.saturating_sub(heading * JUNK_PENALTY);
        if (alike, width) > (best.0, best.1) {
            best = (alike, width, delimiter);
        }
    }
    best.2
}

/// Excel writes and reads a first line `sep=;`.
fn announced(text: &[u8]) -> Option<Delimiter> {
    match text {
        [s, e, p, b'=', delimiter, b'\r' | b'\n', ..] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") => {
            Delimiter::parse(char::from(*delimiter).encode_utf8(&mut [0; 4]))
        }
        _ => None,
    }
}

fn first_rows(text: &Arc<[u8]>, whole: bool, delimiter: Delimiter) -> Vec<Vec<String>> {
    let mut rows = TextRows::new(Input::Plain(Box::new(Cursor::new(text.clone()))), delimiter, 0);
    let mut row = Row::default();
    let mut all: Vec<Vec<String>> = Vec::new();
    // A fault ends the trial; the real reading names it.
    while all.len() < ROWS_TRIED && rows.next_row(&mut row).unwrap_or(false) {
        if !row.is_blank() {
            all.push(row.cells().map(str::to_owned).collect());
        }
    }
    // The last row of a sample may be cut in two.
    if !whole && all.len() > 1 && all.len() < ROWS_TRIED {
        all.pop();
    }
    all
}

fn foreign_format(sample: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"\xFF\xFE\0\0", "is text in UTF-32, which is not read; save it as “CSV UTF-8”"),
        (b"\0\0\xFE\xFF", "is text in UTF-32, which is not read; save it as “CSV UTF-8”"),
        (b"SQLite format 3\0", "is an SQLite database, not a table in text; export the table as CSV"),
        (b"\x1F\x8B", "is compressed (gzip); unpack it first"),
        (b"%PDF", "is a PDF, not a table in text; export the table as CSV"),
        (b"\x89PNG", "is a picture, not a table in text"),
        (b"\xFF\xD8\xFF", "is a picture, not a table in text"),
        (b"GIF8", "is a picture, not a table in text"),
        (b"\x7FELF", "is a program, not a table in text"),
    ];
    if let Some((_, what)) = KNOWN.iter().find(|(magic, _)| sample.starts_with(magic)) {
        return Some(what);
    }
    let text = sample.trim_ascii_start();
    let begins = |start: &[u8]| text.len() >= start.len() && text[..start.len()].eq_ignore_ascii_case(start);
    if begins(b"<!doctype") || begins(b"<html") || begins(b"<?xml") || begins(b"<table") {
        return Some("is a web page or XML (some systems name it .xls), not CSV; save it as “CSV UTF-8”");
    }
    if begins(b"{\"") || begins(b"[{") || begins(b"{\n") || begins(b"[\n") {
        return Some("is JSON, not CSV; export it as CSV");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter(text: &str) -> char {
        char::from(sniff_delimiter(text.as_bytes(), true).byte())
    }

    #[test]
    fn the_delimiter_is_the_one_that_cuts_every_row_alike() {
        assert_eq!(delimiter("id,name\n1,a\n"), ',');
        assert_eq!(delimiter("id;amount\n1;1,5\n2;2,5\n"), ';');
        assert_eq!(delimiter("id;a;b\n1;1,5;2,5\n2;2,5;3,5\n"), ';');
        assert_eq!(delimiter("id\tname, first\n1\ta\n"), '\t');
        assert_eq!(delimiter("id|name\n1|a;b\n"), '|');
        assert_eq!(delimiter("a;b, c;d\n1;2;3\n4;5;6\n"), ';');
        assert_eq!(delimiter("\"a;b\",c\n\"1;2;3\",4\n"), ',');
    }

    #[test]
    fn junk_around_the_table_does_not_hide_the_delimiter() {
        assert_eq!(delimiter("Leads, May 2024\nby Ada, for Bob\n\nid;name;town\n1;a;b\n2;c;d\nTotal: 2\n"), ';');
    }

    #[test]
    fn a_first_line_that_names_the_delimiter_is_believed() {
        assert_eq!(delimiter("sep=;\r\na,b\r\n1,2\r\n"), ';');
        assert_eq!(delimiter("sep=\t\na,b\n"), '\t');
    }

    #[test]
    fn one_column_needs_no_delimiter() {
        assert_eq!(delimiter("email\na@example.com\n"), ',');
    }

    #[test]
    fn a_workbook_is_known_by_its_content_and_what_is_no_table_is_named() {
        assert_eq!(sniff_container(b"PK\x03\x04...."), Ok(Container::Zip));
        assert_eq!(sniff_container(b"\xD0\xCF\x11\xE0\xA1\xB1"), Ok(Container::Compound));
        assert_eq!(sniff_container(b"PK,a\n1,2\n"), Ok(Container::Text));
        let refused = |bytes: &[u8]| sniff_container(bytes).expect_err("foreign");
        assert!(refused(b"\xFF\xFE\0\0a\0\0\0").contains("UTF-32"));
        assert!(refused(b"\x89PNG\r\n").contains("picture"));
        assert!(refused(b"SQLite format 3\0").contains("database"));
        assert!(refused(b"  <!DOCTYPE html>").contains("web page"));
        assert!(refused(b"[{\"id\": 1}]").contains("JSON"));
    }
}
