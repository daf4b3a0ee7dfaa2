//! What a file is, told from its first bytes: text in UTF-8 or something else, which delimiter, which line end.

use super::read::{Row, Rows};
use std::io::Cursor;

/// How the text of a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Comma, semicolon, tab or pipe.
    pub delimiter: u8,
    /// What ends a line when lines are counted: LF, or CR in a file that has no LF.
    pub line_end: u8,
    /// Bytes of the byte-order mark before the text.
    pub mark: usize,
}

/// The delimiters that are tried, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows looked at to tell the delimiter.
const ROWS_TRIED: usize = 50;

/// The layout of a text that begins with `sample`; `whole` says that there is nothing after it.
/// The error is the rest of a sentence that begins with the file: what it is instead.
pub fn sniff_layout(sample: &[u8], whole: bool) -> Result<Layout, &'static str> {
    if let Some(what) = foreign_format(sample) {
        return Err(what);
    }
    let mark = if sample.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let line_end = if sample.contains(&b'\r') && !sample.contains(&b'\n') { b'\r' } else { b'\n' };
    let mut layout = Layout { delimiter: b',', line_end, mark };
    // The best delimiter cuts the most rows into as many cells as the heading has, and then the most cells.
    let mut best = (0, 1);
    for delimiter in DELIMITERS {
        let widths = row_widths(sample, whole, Layout { delimiter, ..layout });
        let Some(&heading) = widths.first().filter(|&&width| width > 1) else { continue };
        let alike = widths.iter().filter(|&&width| width == heading).count() * 1000 / widths.len();
        if (alike, heading) > best {
            best = (alike, heading);
            layout.delimiter = delimiter;
        }
    }
    Ok(layout)
}

fn row_widths(sample: &[u8], whole: bool, layout: Layout) -> Vec<usize> {
    let mut rows = Rows::new(Box::new(Cursor::new(sample.to_vec())), layout);
    let mut row = Row::default();
    let mut widths = Vec::new();
    // A fault ends the trial; the real reading names it.
    while widths.len() < ROWS_TRIED && rows.next_row(&mut row).unwrap_or(false) {
        if !row.is_blank() {
            widths.push(row.len());
        }
    }
    // The last row of a sample may be cut in two.
    if !whole && widths.len() > 1 && widths.len() < ROWS_TRIED {
        widths.pop();
    }
    widths
}

fn foreign_format(sample: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 13] = [
        (b"\xFF\xFE\0\0", "is text in UTF-32, which is not read; save it as “CSV UTF-8”"),
        (b"\0\0\xFE\xFF", "is text in UTF-32, which is not read; save it as “CSV UTF-8”"),
        (b"\xFF\xFE", "is text in UTF-16 (“Unicode text”), which is not read yet; save it as “CSV UTF-8”"),
        (b"\xFE\xFF", "is text in UTF-16 (“Unicode text”), which is not read yet; save it as “CSV UTF-8”"),
        (b"PK\x03\x04", "is a workbook (XLSX) or another zip archive, not text; save its sheet as “CSV UTF-8”"),
        (b"\xD0\xCF\x11\xE0", "is an old workbook (XLS), not text; save its sheet as “CSV UTF-8”"),
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
    // Latin text in UTF-16 without a mark has a NUL in every second byte.
    let nul_every_second = |odd: usize| {
        let bytes = sample.iter().skip(odd).step_by(2);
        sample.len() >= 4 && bytes.filter(|&&byte| byte == 0).count() * 5 > sample.len() * 2
    };
    if nul_every_second(0) || nul_every_second(1) {
        return Some("looks like text in UTF-16 without a byte-order mark; save it as “CSV UTF-8”");
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
        char::from(sniff_layout(text.as_bytes(), true).expect("text").delimiter)
    }

    #[test]
    fn the_delimiter_is_the_one_that_cuts_every_row_alike() {
        assert_eq!(delimiter("id,name\n1,a\n"), ',');
        assert_eq!(delimiter("id;amount\n1;1,5\n2;2,5\n"), ';');
        assert_eq!(delimiter("id\tname, first\n1\ta\n"), '\t');
        assert_eq!(delimiter("id|name\n1|a;b\n"), '|');
        assert_eq!(delimiter("a;b, c;d\n1;2;3\n4;5;6\n"), ';');
        assert_eq!(delimiter("\"a;b\",c\n\"1;2;3\",4\n"), ',');
    }

    #[test]
    fn one_column_needs_no_delimiter() {
        assert_eq!(delimiter("email\na@example.com\n"), ',');
    }

    #[test]
    fn what_is_no_text_is_named_for_what_it_is() {
        let refused = |bytes: &[u8]| sniff_layout(bytes, true).expect_err("foreign");
        assert!(refused(b"PK\x03\x04....").contains("XLSX"));
        assert!(refused(b"\xFF\xFEa\0,\0b\0").contains("UTF-16"));
        assert!(refused(b"\xFF\xFE\0\0a\0\0\0").contains("UTF-32"));
        assert!(refused(b"i\0d\0,\0n\0\n\x001\0").contains("without a byte-order mark"));
        assert!(refused(b"\x89PNG\r\n").contains("picture"));
        assert!(refused(b"SQLite format 3\0").contains("database"));
        assert!(refused(b"  <!DOCTYPE html>").contains("web page"));
        assert!(refused(b"[{\"id\": 1}]").contains("JSON"));
    }

    #[test]
    fn lines_end_with_cr_only_where_there_is_no_lf() {
        let line_end = |text: &str| sniff_layout(text.as_bytes(), true).expect("text").line_end;
        assert_eq!(line_end("a,b\r1,2\r"), b'\r');
        assert_eq!(line_end("a,b\r\n1,2\r\n"), b'\n');
        assert_eq!(line_end("a,b\n\"1\r\",2\n"), b'\n');
    }
}
