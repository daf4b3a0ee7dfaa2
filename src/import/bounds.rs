//! How large a workbook may be, found out before a library makes room for it. Half a megabyte can unpack into
//! gigabytes, and what a file says of its own size may be a lie: everything is counted as it is unpacked.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use zip::result::ZipError;

/// A workbook may have so many bytes.
pub const MAX_FILE_BYTES: u64 = 64 << 20;
/// A sheet of an XLSX may have so many bytes once it is unpacked. Its cells stream past.
pub const MAX_SHEET_BYTES: u64 = 1 << 30;
/// Every other part may have so many: texts and formats are held in memory.
pub const MAX_PART_BYTES: u64 = 64 << 20;
/// Texts that cells share.
pub const MAX_SHARED_TEXTS: u64 = 2_000_000;
/// Formats, fonts, fills and borders: a spreadsheet program knows 64,000.
pub const MAX_FORMATS: u64 = 200_000;
/// One cell or tag may have so many bytes.
pub const MAX_CELL_BYTES: u64 = 1 << 20;
/// The sheets of an XLS together may span so many cells, filled or not, and hold so many bytes of text.
pub const MAX_XLS_CELLS: u64 = 2_000_000;
/// See [`MAX_XLS_CELLS`].
pub const MAX_XLS_TEXT_BYTES: u64 = 64 << 20;
/// Files in the archive.
const MAX_ENTRIES: u16 = 10_000;
/// Bytes of the archive's table of contents.
const MAX_DIRECTORY_BYTES: u32 = 4 << 20;

const TOO_LARGE: &str = "is too large for a workbook to be read safely";
const USE_CSV: &str = "export the sheet as CSV, which has no such limit";
const ENCRYPTED: &str = "is protected by a password; open it, save it without one, and import that";

/// Looks at an archive. The error is the rest of a sentence that begins with the file.
pub fn check_zip(file: &mut File) -> Result<(), String> {
    check_file_size(file)?;
    check_directory(file)?;
    let broken = |error: &dyn std::fmt::Display| format!("is a damaged archive ({error}); save or export it again");
    let mut archive = zip::ZipArchive::new(BufReader::new(&mut *file)).map_err(|error| broken(&error))?;
    let names: Vec<String> = archive.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    check_is_xlsx(&names)?;
    for (at, name) in names.iter().enumerate() {
        let most = if name.to_ascii_lowercase().contains("worksheets/") { MAX_SHEET_BYTES } else { MAX_PART_BYTES };
        let mut entry = archive.by_index(at).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ENCRYPTED.to_owned(),
            other => broken(&other),
        })?;
        if entry.size() > most {
            return Err(too_large(most));
        }
        scan_part(&mut entry, most, name.ends_with(".xml") || name.ends_with(".rels"))?;
    }
    file.rewind().map_err(|error| broken(&error))
}

fn too_large(most: u64) -> String {
    format!("{TOO_LARGE}: one of its parts unpacks into more than {} MB; {USE_CSV}", most >> 20)
}

fn check_file_size(file: &File) -> Result<(), String> {
    let bytes = file.metadata().map_err(|error| format!("cannot be read: {error}"))?.len();
    match bytes > MAX_FILE_BYTES {
        true => Err(format!("{TOO_LARGE}: it has more than {} MB; {USE_CSV}", MAX_FILE_BYTES >> 20)),
        false => Ok(()),
    }
}

/// What the end of an archive says of the list of its files, which is held in memory.
#[derive(Clone, Copy, Debug)]
pub struct Directory {
    /// How many files it has.
    pub entries: u16,
    /// Bytes of their list.
    pub bytes: u32,
    /// Its numbers are too small to say so: others, elsewhere in it, count.
    pub is_zip64: bool,
}

fn check_directory(file: &mut File) -> Result<(), String> {
    let Directory { entries, bytes, .. } = directory(file)?;
    match entries > MAX_ENTRIES || bytes > MAX_DIRECTORY_BYTES {
        true => Err(format!("{TOO_LARGE}: it has more parts than a workbook has; {USE_CSV}")),
        false => Ok(()),
    }
}

/// Reads the end of an archive; of several that it may have, the most that they say. The file is at its beginning
/// afterwards.
///
/// # Errors
/// It has no end, or cannot be read; in words that go on from the file's name.
pub fn directory(file: &mut File) -> Result<Directory, String> {
    let broken = |error: std::io::Error| format!("cannot be read: {error}");
    let bytes = file.metadata().map_err(broken)?.len();
    let tail = bytes.min(66 << 10);
    file.seek(SeekFrom::Start(bytes - tail)).map_err(broken)?;
    let mut end = Vec::new();
    file.take(tail).read_to_end(&mut end).map_err(broken)?;
    file.rewind().map_err(broken)?;
    let cut_off =
        || "is an archive without its end, so it was not saved or sent completely; export it again".to_owned();
    let ends = end.windows(22).filter(|window| window.starts_with(b"PK\x05\x06"));
    let found = ends.map(|record| Directory {
        entries: u16::from_le_bytes([record[10], record[11]]),
        bytes: u32::from_le_bytes([record[12], record[13], record[14], record[15]]),
        is_zip64: false,
    });
    let most = found.reduce(|one, other| Directory {
        entries: one.entries.max(other.entries),
        bytes: one.bytes.max(other.bytes),
        is_zip64: false,
    });
    let is_zip64 = end.windows(4).any(|window| window == b"PK\x06\x07");
    most.map(|most| Directory { is_zip64, ..most }).ok_or_else(cut_off)
}

/// Archives that are something else, by what they hold.
fn check_is_xlsx(names: &[String]) -> Result<(), String> {
    let has = |wanted: &str| names.iter().any(|name| name.trim_start_matches('/').eq_ignore_ascii_case(wanted));
    if has("xl/workbook.bin") {
        return Err("is a binary workbook (XLSB), which is not read; save it as XLSX or CSV".to_owned());
    }
    if has("content.xml") && has("mimetype") {
        return Err("is an OpenDocument file (ODS), which is not read; save it as XLSX or CSV".to_owned());
    }
    if has("word/document.xml") || has("ppt/presentation.xml") {
        return Err("is a text or a presentation, not a workbook; export the table as CSV".to_owned());
    }
    if !has("[Content_Types].xml") {
        return Err("is a zip archive, not a workbook; unpack it first".to_owned());
    }
    Ok(())
}

/// Unpacks a part to count what is in it.
fn scan_part(part: &mut impl Read, most: u64, is_markup: bool) -> Result<(), String> {
    let mut scan = Scan { is_markup, ..Scan::default() };
    let mut buffer = vec![0; 64 << 10];
    let mut bytes = 0;
    loop {
        let read = part.read(&mut buffer);
        let read = read.map_err(|error| format!("is a damaged archive ({error}); save or export it again"))?;
        if read == 0 {
            return Ok(());
        }
        bytes += read as u64;
        if bytes > most {
            return Err(too_large(most));
        }
        scan.look(&buffer[..read]).map_err(|what| format!("{TOO_LARGE}: {what}; {USE_CSV}"))?;
    }
}

/// Counts what a library would hold in memory, while a part streams past.
#[derive(Default)]
struct Scan {
    is_markup: bool,
    /// Bytes since the last tag began.
    since_tag: u64,
    /// Bytes since the cell or shared text began that is open.
    in_cell: Option<u64>,
    /// The name of a tag, as far as it was read.
    name: Option<Vec<u8>>,
    texts: u64,
    formats: u64,
}

impl Scan {
    fn look(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        for &byte in bytes {
            self.since_tag += 1;
            if let Some(cell) = &mut self.in_cell {
                *cell += 1;
            }
            if byte == b'<' {
                self.since_tag = 0;
                self.name = Some(Vec::with_capacity(16));
            } else if let Some(name) = &mut self.name {
                if byte.is_ascii_whitespace() || byte == b'>' || (byte == b'/' && !name.is_empty()) {
                    let name = self.name.take().unwrap_or_default();
                    self.tag(&name)?;
                } else if name.len() < 64 {
                    name.push(byte);
                }
            } else if self.is_markup && self.since_tag.max(self.in_cell.unwrap_or(0)) > MAX_CELL_BYTES {
                return Err("one of its cells is longer than 1 MB");
            }
        }
        Ok(())
    }

    fn tag(&mut self, name: &[u8]) -> Result<(), &'static str> {
        let (closes, name) = name.strip_prefix(b"/").map_or((false, name), |name| (true, name));
        let local = name.rsplit(|&byte| byte == b':').next().unwrap_or(name);
        match local {
            b"c" | b"si" => {
                self.in_cell = (!closes).then_some(0);
                self.texts += u64::from(local == b"si" && !closes);
            }
            b"row" => self.in_cell = None,
            b"xf" | b"font" | b"fill" | b"border" | b"numFmt" => self.formats += u64::from(!closes),
            _ => {}
        }
        if self.texts > MAX_SHARED_TEXTS {
            return Err("it holds more than 2,000,000 different texts");
        }
        if self.formats > MAX_FORMATS {
            return Err("it holds more formats than a spreadsheet program can");
        }
        Ok(())
    }
}

/// Looks at a compound file, which may be an old workbook or an encrypted one. The error is the rest of a sentence that
/// begins with the file.
pub fn check_compound(file: &mut File) -> Result<(), String> {
    check_file_size(file)?;
    let broken = |error: std::io::Error| format!("is a damaged workbook ({error}); save it again or export CSV");
    let mut compound = cfb::CompoundFile::open(BufReader::new(&mut *file)).map_err(broken)?;
    if compound.exists("/EncryptedPackage") {
        return Err(ENCRYPTED.to_owned());
    }
    let Some(name) = ["/Workbook", "/Book"].into_iter().find(|name| compound.is_stream(name)) else {
        return Err("is an old file of an office program, but no workbook; export the table as CSV".to_owned());
    };
    let mut stream = Vec::new();
    compound.open_stream(name).and_then(|mut book| book.read_to_end(&mut stream)).map_err(broken)?;
    check_records(&stream)
}

/// Follows the records of an old workbook as the library will, and counts what it would hold.
fn check_records(stream: &[u8]) -> Result<(), String> {
    let too_large = |what: &str| format!("{TOO_LARGE}: {what}; save it as XLSX, or export the sheet as CSV");
    let mut sheets = Vec::new();
    let mut lengths = Vec::new();
    let mut records = Records { stream, at: 0 };
    while let Some((kind, data)) = records.next() {
        match kind {
            0x002F => return Err(ENCRYPTED.to_owned()),
            0x0085 if data.len() >= 4 => sheets.push(number(data, 0) as usize | (number(data, 2) as usize) << 16),
            0x00FC => {
                let mut parts = vec![data];
                while let Some(more) = records.next_if(0x003C) {
                    parts.push(more);
                }
                lengths = text_lengths(&parts);
            }
            0x000A => break,
            _ => {}
        }
    }
    let (mut cells, mut text) = (0, 0);
    for at in sheets {
        let size = sheet_size(stream.get(at..).unwrap_or_default(), &lengths);
        cells += size.cells;
        text += size.text;
        if cells > MAX_XLS_CELLS {
            return Err(too_large("its sheets span more than 2,000,000 cells"));
        }
        if text > MAX_XLS_TEXT_BYTES {
            return Err(too_large("its cells hold more than 64 MB of text"));
        }
    }
    Ok(())
}

struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    fn next(&mut self) -> Option<(u16, &'a [u8])> {
        let head = self.stream.get(self.at..self.at + 4)?;
        let from = self.at + 4;
        let data = self.stream.get(from..from + usize::from(number(head, 2)))?;
        self.at = from + data.len();
        Some((number(head, 0), data))
    }

    fn next_if(&mut self, kind: u16) -> Option<&'a [u8]> {
        let at = self.at;
        let found = self.next().filter(|record| record.0 == kind).map(|record| record.1);
        if found.is_none() {
            self.at = at;
        }
        found
    }
}

fn number(data: &[u8], at: usize) -> u16 {
    data.get(at..at + 2).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
}

struct SheetSize {
    cells: u64,
    text: u64,
}

/// What a sheet spans, from its first to its last cell, and the text in it.
fn sheet_size(stream: &[u8], lengths: &[u32]) -> SheetSize {
    let mut records = Records { stream, at: 0 };
    let (mut rows, mut columns) = ((u64::MAX, 0), (u64::MAX, 0));
    let (mut declared, mut text, mut depth) = (0, 0, 0);
    let mut see = |row: u16, column: u16| {
        rows = (rows.0.min(row.into()), rows.1.max(u64::from(row) + 1));
        columns = (columns.0.min(column.into()), columns.1.max(u64::from(column) + 1));
    };
    while let Some((kind, data)) = records.next() {
        match kind {
            0x0809 => depth += 1,
            0x000A if depth <= 1 => break,
            0x000A => depth -= 1,
            0x0200 => {
                let long = |at| u64::from(number(data, at)) | u64::from(number(data, at + 2)) << 16;
                let (height, width) = match data.len() >= 14 {
                    true => (long(4).saturating_sub(long(0)), number(data, 10).saturating_sub(number(data, 8))),
                    false => (
                        number(data, 2).saturating_sub(number(data, 0)).into(),
                        number(data, 6).saturating_sub(number(data, 4)),
                    ),
                };
                declared = height * u64::from(width);
            }
            0x00BD => {
                see(number(data, 0), number(data, 2));
                see(number(data, 0), number(data, data.len().saturating_sub(2)));
            }
            0x00FD => {
                see(number(data, 0), number(data, 2));
                let index = usize::from(number(data, 6)) | usize::from(number(data, 8)) << 16;
                text += u64::from(lengths.get(index).copied().unwrap_or(0));
            }
            0x0006 | 0x0201 | 0x0203 | 0x0204 | 0x0205 | 0x00D6 | 0x027E => see(number(data, 0), number(data, 2)),
            _ => {}
        }
    }
    let spanned = rows.1.saturating_sub(rows.0) * columns.1.saturating_sub(columns.0);
    SheetSize { cells: spanned.max(declared), text }
}

/// How many bytes each of the shared texts has. A text may go on in the next part, which then begins with a byte that
/// says how wide its letters are from there on.
fn text_lengths(parts: &[&[u8]]) -> Vec<u32> {
    let mut at = Cursor { parts, part: 0, at: 8 };
    let mut lengths = Vec::new();
    while let Some(letters) = at.take_number() {
        let Some(flags) = at.take() else { break };
        let runs = if flags & 8 != 0 { at.take_number().unwrap_or(0) } else { 0 };
        let phonetic = match flags & 4 != 0 {
            true => usize::from(at.take_number().unwrap_or(0)) | usize::from(at.take_number().unwrap_or(0)) << 16,
            false => 0,
        };
        let bytes = at.skip_letters(letters.into(), flags);
        at.skip(usize::from(runs) * 4 + phonetic);
        lengths.push(bytes as u32);
    }
    lengths
}

struct Cursor<'a> {
    parts: &'a [&'a [u8]],
    part: usize,
    at: usize,
}

impl Cursor<'_> {
    fn take(&mut self) -> Option<u8> {
        while self.at >= self.parts.get(self.part)?.len() {
            self.part += 1;
            self.at = 0;
        }
        self.at += 1;
        Some(self.parts[self.part][self.at - 1])
    }

    fn take_number(&mut self) -> Option<u16> {
        Some(u16::from(self.take()?) | u16::from(self.take()?) << 8)
    }

    fn skip(&mut self, mut bytes: usize) {
        while let Some(part) = self.parts.get(self.part).filter(|_| bytes > 0) {
            let here = bytes.min(part.len() - self.at.min(part.len()));
            bytes -= here;
            self.at += here;
            if bytes > 0 {
                self.part += 1;
                self.at = 0;
            }
        }
    }

    /// Passes over letters; how many bytes they have as UTF-8 at most.
    fn skip_letters(&mut self, mut letters: usize, mut flags: u8) -> usize {
        let all = letters;
        while letters > 0 {
            let Some(part) = self.parts.get(self.part) else { break };
            let width = if flags & 1 == 0 { 1 } else { 2 };
            let here = letters.min(part.len().saturating_sub(self.at) / width);
            letters -= here;
            self.at += here * width;
            if letters > 0 {
                self.part += 1;
                self.at = 1;
                flags = self.parts.get(self.part).and_then(|part| part.first()).copied().unwrap_or(0);
            }
        }
        all * 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &[u8]) -> Result<(), &'static str> {
        let mut scan = Scan { is_markup: true, ..Scan::default() };
        // In small pieces, so that names of tags are cut in two.
        text.chunks(3).try_for_each(|part| scan.look(part))
    }

    #[test]
    fn endless_cells_texts_and_formats_are_found_as_they_stream_past() {
        assert_eq!(scanned(b"<x:row><x:c r=\"A1\"/><c><v>1</v></c></x:row>"), Ok(()));
        let long = "x".repeat(MAX_CELL_BYTES as usize + 8);
        assert!(scanned(format!("<c><v>{long}</v></c>").as_bytes()).expect_err("refused").contains("1 MB"));
        let runs = "<r><t>0123456789</t></r>".repeat(MAX_CELL_BYTES as usize / 20);
        assert!(scanned(format!("<si>{runs}</si>").as_bytes()).expect_err("refused").contains("1 MB"));
        assert_eq!(scanned(format!("<row>{runs}</row>").as_bytes()), Ok(()));
        let formats = "<xf/>".repeat(MAX_FORMATS as usize + 1);
        assert!(scanned(formats.as_bytes()).expect_err("refused").contains("formats"));
    }

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes(), &(data.len() as u16).to_le_bytes(), data].concat()
    }

    #[test]
    fn the_span_of_an_old_sheet_counts_and_not_its_cells() {
        let globals = |at: u32| [record(0x0085, &at.to_le_bytes()), record(0x000A, &[])].concat();
        let cell = |row: u16, column: u16| record(0x0203, &[row.to_le_bytes(), column.to_le_bytes()].concat());
        let book = |sheet: Vec<u8>| {
            let at = globals(0).len() as u32;
            [globals(at), record(0x0809, &[0; 4]), sheet, record(0x000A, &[])].concat()
        };
        assert_eq!(check_records(&book([cell(0, 0), cell(9, 3)].concat())), Ok(()));
        let wide = check_records(&book([cell(0, 0), cell(65_535, 255)].concat()));
        assert!(wide.expect_err("refused").contains("2,000,000 cells"));
        let declared = [0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0xFF, 0, 0, 0];
        assert!(check_records(&book(record(0x0200, &declared))).is_err(), "what it says of itself counts too");
        assert!(check_records(&record(0x002F, &[1, 0])).expect_err("refused").contains("password"));
    }

    #[test]
    fn shared_texts_are_measured_across_their_parts() {
        // Two texts: “abc”, and “defg” of which half stands in the next part, in wide letters.
        let first = [&[2, 0, 0, 0, 2, 0, 0, 0][..], &[3, 0, 0, b'a', b'b', b'c', 4, 0, 0, b'd', b'e']].concat();
        let second = [1, b'f', 0, b'g', 0, 1, 0, 0, b'x'];
        assert_eq!(text_lengths(&[&first, &second]), [9, 12, 3]);
    }
}
