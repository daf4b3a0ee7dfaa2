//! Rows of a file: a heading and then cells with the line they stand on, read once or several times, in bounded
//! memory.
//!
//! Text ([`super::text`]) and sheets ([`super::spool`]) are two ways to fill a [`Row`]; everything behind knows only
//! [`Table`], [`Rows`] and [`Row`].

use super::encoding::{Decoded, Encoded, decode_sample, detect};
use super::frame::{Verdict, Watch, fit_width, heading_index, widen};
use super::reading::{Delimiter, Form, Reading, ReadingWishes};
pub use super::row::Row;
use super::sniff::{Container, ROWS_TRIED, sniff_container, sniff_delimiter};
use super::spool::{Spool, SpoolRows};
use super::text::{Input, TextRows};
pub use super::text::{MAX_COLUMNS, MAX_ROW_BYTES};
use super::workbook::{self, Unpacked};
use crate::error::{AppError, Result};
use encoding_rs::UTF_8;
use std::collections::{HashSet, VecDeque};
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The delimiter and the heading are told from so many bytes.
const SAMPLE_BYTES: usize = 256 << 10;
/// A file of so many bytes is read to its end when it is opened, to say what is left out below the data.
const READ_WHOLE_BYTES: u64 = 8 << 20;

/// A file with a heading row.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    source: Source,
    headings: Vec<String>,
    reading: Reading,
    last_line: Option<u64>,
    seen: Metadata,
}

/// Where rows come from.
#[derive(Clone, Debug)]
enum Source {
    Text { delimiter: Delimiter, encoded: Encoded },
    Sheet(Spool),
}

/// The rows of a table, in order: without blank rows, and without the junk below the data.
pub struct Rows {
    lines: Lines,
    watch: Watch,
    /// Rows that were held back and are data.
    released: VecDeque<Row>,
    last_line: Option<u64>,
    junk_below: u64,
    is_over: bool,
}

/// All rows of a file, what is above and below the table included.
struct Lines {
    of: Kind,
    /// Width of the table, to which rows of a sheet are fitted.
    width: usize,
}

enum Kind {
    Text(Box<TextRows>),
    Sheet(SpoolRows),
}

/// A row of a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownRow {
    /// Line (of a sheet: row) on which it begins; the first is 1.
    pub line: u64,
    /// Its cells, trimmed; as many as it has, which may be more or fewer than the headings.
    pub cells: Vec<String>,
}

impl Table {
    /// Opens a file, tells how it is to be read as far as the wishes do not, and reads its heading. A file that is none
    /// of ours is refused with a sentence.
    pub fn open(path: &Path, wishes: &ReadingWishes) -> Result<Self> {
        wishes.check()?;
        let (mut file, seen) = open_file(path)?;
        let (sample, is_whole) = read_sample(path, &mut file, &seen)?;
        let refuse = |what: &str| AppError::Invalid(format!("{} {what}.", quoted(path)));
        let (source, form) = match sniff_container(&sample).map_err(refuse)? {
            Container::Text => tell_text(path, &sample, is_whole, wishes)?,
            container => {
                let Unpacked { spool, format, name, others } =
                    workbook::unpack(file, container, wishes.sheet.as_deref(), &quoted(path))?;
                (Source::Sheet(spool), Form::Sheet { format, name, others })
            }
        };
        let reading = Reading { form, heading_line: 1, junk_above: 0, junk_below: None };
        let last_line = wishes.last_line;
        let mut table = Self { path: path.to_owned(), source, headings: Vec::new(), reading, last_line, seen };
        table.find_heading(wishes)?;
        if table.bytes() <= READ_WHOLE_BYTES {
            let mut rows = table.rows()?;
            let mut row = Row::default();
            while rows.next_row(&mut row)? {}
            table.reading.junk_below = rows.junk_below();
        }
        Ok(table)
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

    /// The first rows below the heading, at most `most`, for a preview; blank ones do not count.
    pub fn preview(&self, most: usize) -> Result<Vec<ShownRow>> {
        let mut rows = self.rows()?;
        show(most, |row| rows.next_row(row))
    }

    /// The first rows of the file, the heading and what stands above it included, to choose the heading from.
    pub fn top(&self, most: usize) -> Result<Vec<ShownRow>> {
        let mut lines = self.lines()?;
        show(most, |row| lines.next_row(row))
    }

    /// Length in bytes, by which [`Rows::bytes_read`] tells how far it is.
    pub fn bytes(&self) -> u64 {
        match &self.source {
            Source::Text { .. } => self.seen.len(),
            Source::Sheet(spool) => spool.bytes(),
        }
    }

    /// The file's own name, without its folder.
    pub fn file_name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// The rows below the heading, from the first one. Refused if the file has changed since it was opened.
    pub fn rows(&self) -> Result<Rows> {
        let mut lines = self.lines()?;
        let mut row = Row::default();
        let mut next_line = 1;
        while lines.next_row(&mut row)? {
            next_line = row.last_line();
            if row.line() >= self.reading.heading_line {
                break;
            }
        }
        let is_sheet = matches!(self.source, Source::Sheet(_));
        let watch = Watch::new(self.headings.len(), is_sheet, next_line);
        let (released, last_line) = (VecDeque::new(), self.last_line);
        Ok(Rows { lines, watch, released, last_line, junk_below: 0, is_over: false })
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

    fn lines(&self) -> Result<Lines> {
        let width = self.headings.len();
        let of = match &self.source {
            Source::Text { delimiter, encoded } => {
                let text = open_text(&self.path, encoded.mark).map_err(|error| unreadable(&self.path, &error))?;
                let input = match encoded.encoding.decoder() == UTF_8 {
                    true => Input::Plain(text),
                    false => Input::Decoded(Box::new(Decoded::new(text, *encoded))),
                };
                Kind::Text(Box::new(TextRows::new(input, *delimiter, encoded.mark)))
            }
            Source::Sheet(spool) => Kind::Sheet(spool.rows()),
        };
        self.check_unchanged()?;
        Ok(Lines { of, width })
    }

    /// Finds the heading among the first rows, or takes the line that was asked for.
    fn find_heading(&mut self, wishes: &ReadingWishes) -> Result<()> {
        let (places, mut rows) = self.first_rows()?;
        if rows.is_empty() {
            let sentence = format!("{} is empty; export it again with a heading row.", quoted(&self.path));
            return Err(AppError::Invalid(sentence));
        }
        let at = match wishes.heading_line {
            None => heading_index(&rows),
            Some(line) => match places.iter().position(|&(place, _)| place == line) {
                Some(at) => at,
                None => return self.take_heading_at(line),
            },
        };
        let below = rows.split_off(at + 1);
        let mut heading = rows.pop().unwrap_or_default();
        let (line, unreadable) = places[at];
        match self.source {
            Source::Text { .. } => fit_width(&mut heading, &below),
            Source::Sheet(_) => widen(&mut heading, &below),
        }
        self.set_heading(line, at as u64, &heading, unreadable)
    }

    /// The first rows that are not blank, with their line and the first column that cannot be read.
    #[expect(clippy::type_complexity, reason = "two lists, side by side")]
    fn first_rows(&self) -> Result<(Vec<(u64, Option<usize>)>, Vec<Vec<String>>)> {
        let mut lines = self.lines()?;
        let mut row = Row::default();
        let (mut places, mut rows, mut bytes) = (Vec::new(), Vec::<Vec<String>>::new(), 0);
        while rows.len() < ROWS_TRIED && bytes < SAMPLE_BYTES {
            match lines.next_row(&mut row) {
                Ok(true) if row.is_blank() => {}
                Ok(true) => {
                    places.push((row.line(), row.unreadable()));
                    rows.push(row.cells().map(str::to_owned).collect());
                    bytes += row.text().len();
                }
                Ok(false) => break,
                Err(error) if rows.is_empty() => return Err(error),
                // Whoever reads on names the fault.
                Err(_) => break,
            }
        }
        Ok((places, rows))
    }

    /// A heading farther down than one is looked for.
    fn take_heading_at(&mut self, line: u64) -> Result<()> {
        let mut lines = self.lines()?;
        let mut row = Row::default();
        let mut above = 0;
        while lines.next_row(&mut row)? && row.line() <= line {
            if row.line() == line && !row.is_blank() {
                let heading: Vec<_> = row.cells().map(str::to_owned).collect();
                return self.set_heading(line, above, &heading, row.unreadable());
            }
            above += u64::from(!row.is_blank());
        }
        let what = self.reading.line_word(1);
        Err(AppError::Invalid(format!(
            "No row of {} begins on {what} {line}: it is blank, within another row, or below the last one. Name the \
             {what} of the heading.",
            quoted(&self.path)
        )))
    }

    fn set_heading(&mut self, line: u64, above: u64, heading: &[String], unreadable: Option<usize>) -> Result<()> {
        if let (Some(column), Form::Text { encoding, .. }) = (unreadable, &self.reading.form) {
            let what = format!("the heading of column {} is not written in {encoding}", column + 1);
            return Err(AppError::Invalid(format!("Line {line}: {what}; choose the encoding of the file.")));
        }
        if self.last_line.is_some_and(|last| last <= line) {
            let what = self.reading.line_word(1);
            return Err(AppError::Invalid(format!("The heading is {what} {line}; the last {what} stands below it.")));
        }
        self.headings = name_headings(heading);
        self.reading.heading_line = line;
        self.reading.junk_above = above;
        if let Form::Text { delimiter, .. } = &mut self.reading.form
            && self.headings.len() == 1
        {
            *delimiter = None;
        }
        Ok(())
    }
}

impl Rows {
    /// Reads the next row of data; `false` at the end.
    pub fn next_row(&mut self, row: &mut Row) -> Result<bool> {
        loop {
            if let Some(held) = self.released.pop_front() {
                *row = held;
                return Ok(true);
            }
            if self.is_over {
                return Ok(false);
            }
            if !self.lines.next_row(row)? {
                self.is_over = true;
                self.junk_below += self.watch.end();
                self.released = self.watch.release();
                continue;
            }
            if row.is_blank() {
                continue;
            }
            match self.last_line {
                Some(last) if row.line() > last => self.leave_rest(row),
                Some(_) => return Ok(true),
                None => match self.watch.look(row) {
                    Verdict::Data => return Ok(true),
                    Verdict::Held => {}
                    Verdict::Released => {
                        self.released = self.watch.release();
                        self.released.push_back(row.copy());
                    }
                },
            }
        }
    }

    /// Bytes read so far, of those that [`Table::bytes`] tells.
    pub fn bytes_read(&self) -> u64 {
        match &self.lines.of {
            Kind::Text(rows) => rows.bytes_read(),
            Kind::Sheet(rows) => rows.bytes_read(),
        }
    }

    /// Rows below the data that were left out; `None` before the end has been reached.
    pub fn junk_below(&self) -> Option<u64> {
        self.is_over.then_some(self.junk_below)
    }

    /// Counts what stands below the last line that was asked for. It may be anything: no fault in it counts.
    fn leave_rest(&mut self, row: &mut Row) {
        self.is_over = true;
        self.junk_below = 1;
        while self.lines.next_row(row).unwrap_or(false) {
            self.junk_below += u64::from(!row.is_blank());
        }
    }
}

impl Lines {
    fn next_row(&mut self, row: &mut Row) -> Result<bool> {
        match &mut self.of {
            Kind::Text(rows) => rows.next_row(row),
            Kind::Sheet(rows) => {
                let more = rows.next_row(row)?;
                if more && self.width > 0 {
                    row.fit(self.width);
                }
                Ok(more)
            }
        }
    }
}

/// The delimiter and the encoding of a text.
fn tell_text(path: &Path, sample: &[u8], is_whole: bool, wishes: &ReadingWishes) -> Result<(Source, Form)> {
    let encoded = detect(sample, wishes.encoding, |mark| open_text(path, mark))
        .map_err(|error| unreadable(path, &error))?
        .map_err(|what| AppError::Invalid(format!("{} {what}.", quoted(path))))?;
    let delimiter = wishes.delimiter.unwrap_or_else(|| sniff_delimiter(&decode_sample(sample, encoded), is_whole));
    let form = Form::Text { delimiter: Some(delimiter), encoding: encoded.encoding };
    Ok((Source::Text { delimiter, encoded }, form))
}

/// The first bytes of a file, and whether they are all. Refused where the first line alone is longer than a row can be.
fn read_sample(path: &Path, file: &mut File, seen: &Metadata) -> Result<(Vec<u8>, bool)> {
    let mut sample = Vec::with_capacity(SAMPLE_BYTES);
    let mut read_up_to = |sample: &mut Vec<u8>, most: usize| {
        let more = (most - sample.len()) as u64;
        file.by_ref().take(more).read_to_end(sample).map_err(|error| unreadable(path, &error))
    };
    read_up_to(&mut sample, SAMPLE_BYTES)?;
    let has_line_end = |bytes: &[u8]| bytes.iter().any(|&byte| byte == b'\n' || byte == b'\r');
    if seen.len() > 2 * MAX_ROW_BYTES as u64 && !has_line_end(&sample) {
        read_up_to(&mut sample, 2 * MAX_ROW_BYTES)?;
        if !has_line_end(&sample) {
            let what = "is no table: its first line alone is longer than 1 MB";
            return Err(AppError::Invalid(format!("{} {what}.", quoted(path))));
        }
    }
    let is_whole = sample.len() as u64 == seen.len();
    Ok((sample, is_whole))
}

/// The bytes of a text behind its mark.
fn open_text(path: &Path, mark: usize) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(mark as u64))?;
    Ok(Box::new(file))
}

fn show(most: usize, mut next_row: impl FnMut(&mut Row) -> Result<bool>) -> Result<Vec<ShownRow>> {
    let mut row = Row::default();
    let mut shown = Vec::new();
    while shown.len() < most && next_row(&mut row)? {
        if !row.is_blank() {
            shown.push(ShownRow { line: row.line(), cells: row.cells().map(|cell| cell.trim().to_owned()).collect() });
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

fn unreadable(path: &Path, error: &io::Error) -> AppError {
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

fn name_headings(cells: &[String]) -> Vec<String> {
    let mut taken = HashSet::new();
    cells
        .iter()
        .enumerate()
        .map(|(column, cell)| {
            let heading = cell.split_whitespace().collect::<Vec<_>>().join(" ");
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
