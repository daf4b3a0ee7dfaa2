//! One row of a table, whatever it was read from.

use std::borrow::Cow;

/// One row; kept and filled again, so that reading allocates nothing.
#[derive(Debug, Default)]
pub struct Row {
    line: u64,
    last_line: u64,
    text: String,
    width: usize,
    pub(super) ends: Vec<usize>,
    pub(super) raw: Vec<u8>,
    unreadable: Option<usize>,
    cut: bool,
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

    /// All its cells.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.width).map(|column| self.cell(column))
    }

    /// Nothing but spaces in any cell.
    pub fn is_blank(&self) -> bool {
        self.text.trim_ascii_start().is_empty()
    }

    /// The first column in which bytes stand that are no letters in the file's encoding; they are shown as “�”.
    pub fn unreadable(&self) -> Option<usize> {
        self.unreadable
    }

    /// The file ends in it, without a line end behind it.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Everything in it, cell after cell.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The row as it is, without the room that reading needs.
    pub(super) fn copy(&self) -> Self {
        let ends = self.ends[..self.width].to_vec();
        Self { text: self.text.clone(), ends, raw: Vec::new(), ..*self }
    }

    pub(super) fn begin(&mut self, line: u64) {
        self.line = line;
        self.last_line = line;
        self.cut = false;
    }

    /// What was written into `raw` and `ends` is a row of so many bytes and cells.
    pub(super) fn finish(&mut self, last_line: u64, cut: bool, bytes: usize, width: usize) {
        self.last_line = last_line.max(self.line);
        self.cut = cut;
        self.width = width;
        self.unreadable = None;
        self.text.clear();
        match std::str::from_utf8(&self.raw[..bytes]) {
            Ok(text) if self.ends[..width].iter().all(|&end| text.is_char_boundary(end)) => self.text.push_str(text),
            _ => self.mend(),
        }
    }

    /// As many cells as the heading has. In a sheet no value can slip into another column, and one without a heading is
    /// none of the table.
    pub(super) fn fit(&mut self, width: usize) {
        self.width = self.width.min(width);
        self.ends.truncate(self.width);
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
        if self.width < width {
            self.ends.resize(width, self.text.len());
            self.width = width;
        }
    }

    /// Cell by cell, what can be read of it.
    fn mend(&mut self) {
        let mut start = 0;
        for column in 0..self.width {
            let end = self.ends[column];
            let cell = String::from_utf8_lossy(&self.raw[start..end]);
            if matches!(cell, Cow::Owned(_)) && self.unreadable.is_none() {
                self.unreadable = Some(column);
            }
            self.text.push_str(&cell);
            self.ends[column] = self.text.len();
            start = end;
        }
    }
}
