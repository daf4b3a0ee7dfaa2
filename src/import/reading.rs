//! How a file was understood before its first row: delimiter, encoding, sheet, where the heading stands and what
//! around the table is none of it. It is told in finished words, and each part of it can be overruled.

use crate::error::{AppError, Result};
use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a file is to be read, as far as the user says so; the rest is told from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadingWishes {
    /// What stands between two cells. A workbook has none.
    pub delimiter: Option<Delimiter>,
    /// How letters are written. A workbook says so itself.
    pub encoding: Option<TextEncoding>,
    /// Line (of a sheet: row) that is the heading; the first is 1.
    pub heading_line: Option<u64>,
    /// Line (row) on which the last row begins that counts; whatever stands below is left out, and nothing else. The
    /// next file of the shape is longer, so this is not remembered.
    #[serde(skip)]
    pub last_line: Option<u64>,
    /// Name of a workbook's sheet, or its place among the sheets, the first being 1.
    pub sheet: Option<String>,
}

/// How a file was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Text or a sheet, and of which kind.
    pub form: Form,
    /// Line (of a sheet: row) of the heading; the first is 1.
    pub heading_line: u64,
    /// Rows above the heading that were left out; blank ones do not count.
    pub junk_above: u64,
    /// Rows below the data that were left out: totals, footers; blank ones do not count. `None`: the file is long and
    /// was not read to its end yet.
    pub junk_below: Option<u64>,
}

/// What kind of file it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text with delimiters.
    Text {
        /// What stands between two cells; `None`: there is one column only.
        delimiter: Option<Delimiter>,
        /// How letters are written.
        encoding: TextEncoding,
    },
    /// One sheet of a workbook.
    Sheet {
        /// XLSX or XLS.
        format: WorkbookFormat,
        /// Name of the sheet that was read.
        name: String,
        /// Names of the sheets that were not, in their order.
        others: Vec<String>,
    },
}

/// Kinds of workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkbookFormat {
    /// Of Excel since 2007, and of most other programs.
    Xlsx,
    /// Of Excel before 2007.
    Xls,
}

impl WorkbookFormat {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "XLSX",
            Self::Xls => "XLS",
        }
    }
}

/// The character between two cells: one byte of ASCII that is no letter, digit, quote or line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Delimiter(u8);

impl Delimiter {
    /// `,`
    pub const COMMA: Self = Self(b',');
    /// `;`
    pub const SEMICOLON: Self = Self(b';');
    /// A tab.
    pub const TAB: Self = Self(b'\t');
    /// `|`
    pub const PIPE: Self = Self(b'|');
    /// Those that are told from the file itself, the likeliest first.
    pub const SNIFFED: [Self; 4] = [Self::COMMA, Self::SEMICOLON, Self::TAB, Self::PIPE];

    /// By its name (`comma`, `semicolon`, `tab`, `pipe`, `space`) or as the character itself.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim_matches(' ').to_ascii_lowercase().as_str() {
            "comma" => return Some(Self::COMMA),
            "semicolon" => return Some(Self::SEMICOLON),
            "tab" | "\\t" => return Some(Self::TAB),
            "pipe" => return Some(Self::PIPE),
            "space" => return Some(Self(b' ')),
            _ => {}
        }
        match text.as_bytes() {
            [byte] if *byte == b'\t' || *byte == b' ' || (byte.is_ascii_punctuation() && *byte != b'"') => {
                Some(Self(*byte))
            }
            _ => None,
        }
    }

    /// As it is written in an address or a command: a name, or the character.
    pub fn key(self) -> String {
        match self.0 {
            b',' => "comma".to_owned(),
            b';' => "semicolon".to_owned(),
            b'\t' => "tab".to_owned(),
            b'|' => "pipe".to_owned(),
            b' ' => "space".to_owned(),
            other => char::from(other).to_string(),
        }
    }

    /// The byte.
    pub const fn byte(self) -> u8 {
        self.0
    }
}

/// In the plural, as in “semicolons”.
impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b',' | b';' | b'\t' | b'|' | b' ' => write!(f, "{}s", self.key()),
            other => write!(f, "“{}” between cells", char::from(other)),
        }
    }
}

/// How letters are written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TextEncoding(&'static Encoding);

impl TextEncoding {
    /// UTF-8.
    pub const UTF_8: Self = Self(encoding_rs::UTF_8);
    /// UTF-16, the low byte first.
    pub const UTF_16LE: Self = Self(encoding_rs::UTF_16LE);
    /// UTF-16, the high byte first.
    pub const UTF_16BE: Self = Self(encoding_rs::UTF_16BE);
    /// Of Windows in western Europe and America.
    pub const WINDOWS_1252: Self = Self(encoding_rs::WINDOWS_1252);
    /// Those that people choose from, the likeliest first.
    pub const CHOICES: [Self; 18] = [
        Self::UTF_8,
        Self::WINDOWS_1252,
        Self::UTF_16LE,
        Self::UTF_16BE,
        Self(encoding_rs::WINDOWS_1250),
        Self(encoding_rs::ISO_8859_2),
        Self(encoding_rs::WINDOWS_1251),
        Self(encoding_rs::WINDOWS_1253),
        Self(encoding_rs::WINDOWS_1254),
        Self(encoding_rs::WINDOWS_1255),
        Self(encoding_rs::WINDOWS_1256),
        Self(encoding_rs::WINDOWS_1257),
        Self(encoding_rs::MACINTOSH),
        Self(encoding_rs::SHIFT_JIS),
        Self(encoding_rs::EUC_JP),
        Self(encoding_rs::EUC_KR),
        Self(encoding_rs::GB18030),
        Self(encoding_rs::BIG5),
    ];

    /// By any name that the web knows, such as `utf-8`, `latin1`, `windows-1252`, `cp1250`, `utf-16le`, `big5`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let of = |label: &str| Encoding::for_label_no_replacement(label.as_bytes()).map(Self);
        of(text).or_else(|| match text.to_ascii_lowercase().as_str() {
            "utf16" | "utf16le" | "utf-16-le" | "utf-16 le" => Some(Self::UTF_16LE),
            "utf16be" | "utf-16-be" | "utf-16 be" => Some(Self::UTF_16BE),
            "utf-8-bom" | "utf-8-sig" => Some(Self::UTF_8),
            lower => of(&format!("windows-{}", lower.strip_prefix("ansi-").or_else(|| lower.strip_prefix("cp"))?)),
        })
    }

    /// As it is written in an address or a command.
    pub fn key(self) -> String {
        self.0.name().to_ascii_lowercase()
    }

    pub(super) const fn decoder(self) -> &'static Encoding {
        self.0
    }
}

impl From<Delimiter> for String {
    fn from(delimiter: Delimiter) -> Self {
        delimiter.key()
    }
}

impl TryFrom<String> for Delimiter {
    type Error = String;

    fn try_from(key: String) -> Result<Self, String> {
        Self::parse(&key).ok_or(key)
    }
}

impl From<TextEncoding> for String {
    fn from(encoding: TextEncoding) -> Self {
        encoding.key()
    }
}

impl TryFrom<String> for TextEncoding {
    type Error = String;

    fn try_from(key: String) -> Result<Self, String> {
        Self::parse(&key).ok_or(key)
    }
}

impl From<&'static Encoding> for TextEncoding {
    fn from(encoding: &'static Encoding) -> Self {
        Self(encoding)
    }
}

/// As people write it: “Windows-1252”, “UTF-16”.
impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.name();
        match name.strip_prefix("windows-") {
            Some(number) => write!(f, "Windows-{number}"),
            None if name.starts_with("UTF-16") => f.write_str("UTF-16"),
            None if name == "macintosh" => f.write_str("Mac Roman"),
            None => f.write_str(&name.replace('_', "-")),
        }
    }
}

impl Reading {
    /// In finished words, without a full stop: “semicolons, Windows-1252, 2 junk lines below the data left out”.
    pub fn words(&self) -> String {
        let mut words = match &self.form {
            Form::Text { delimiter: Some(delimiter), encoding } => format!("{delimiter}, {encoding}"),
            Form::Text { delimiter: None, encoding } => format!("one column, {encoding}"),
            Form::Sheet { format, name, .. } => format!("{} workbook, sheet “{name}”", format.name()),
        };
        if self.junk_above > 0 || self.heading_line > 1 {
            words += &format!(", heading on {} {}", self.line_word(1), self.heading_line);
        }
        let junk = |n: u64| format!("{n} junk {}", self.line_word(n));
        let below = self.junk_below.unwrap_or(0);
        words += &match (self.junk_above, below) {
            (0, 0) => String::new(),
            (above, 0) => format!(", {} above the heading left out", junk(above)),
            (0, below) => format!(", {} below the data left out", junk(below)),
            (above, below) => format!(", {} above the heading and {below} below the data left out", junk(above)),
        };
        if let Form::Sheet { others, .. } = &self.form
            && !others.is_empty()
        {
            let names: Vec<_> = others.iter().map(|name| format!("“{name}”")).collect();
            words += &format!(", not read: {}", names.join(", "));
        }
        words
    }

    /// The words as a sentence, if there is anything to tell: if it is not simply commas in UTF-8 with the heading at the
    /// top and no junk.
    pub fn warning(&self) -> Option<String> {
        let is_plain = match &self.form {
            Form::Text { delimiter, encoding } => {
                delimiter.is_none_or(|delimiter| delimiter == Delimiter::COMMA) && *encoding == TextEncoding::UTF_8
            }
            Form::Sheet { .. } => false,
        };
        let has_junk = self.junk_above > 0 || self.junk_below.unwrap_or(0) > 0;
        (!is_plain || has_junk).then(|| format!("The file was read as {}.", self.words()))
    }

    /// What its rows are called where they are counted from the top: lines of a text, rows of a sheet.
    pub(super) fn line_word(&self, n: u64) -> &'static str {
        match (&self.form, n) {
            (Form::Text { .. }, 1) => "line",
            (Form::Text { .. }, _) => "lines",
            (Form::Sheet { .. }, 1) => "row",
            (Form::Sheet { .. }, _) => "rows",
        }
    }
}

impl ReadingWishes {
    /// What of it is worth remembering for the next file of the shape; `None` where that is nothing.
    pub fn lasting(&self) -> Option<Self> {
        let lasting = Self { last_line: None, ..self.clone() };
        (lasting != Self::default()).then_some(lasting)
    }

    /// In finished words, each beginning with what was chosen.
    pub fn words(&self) -> Vec<String> {
        let sheet = self.sheet.as_ref().map(|name| format!("the sheet is “{name}”"));
        let delimiter = self.delimiter.map(|delimiter| format!("it is read with {delimiter}"));
        let encoding = self.encoding.map(|encoding| format!("its letters are {encoding}"));
        let heading = self.heading_line.map(|line| format!("its heading is on line {line}"));
        [sheet, delimiter, encoding, heading].into_iter().flatten().collect()
    }

    /// Refused where they can hold for no file: lines count from 1, and the last one stands below the heading.
    pub fn check(&self) -> Result<()> {
        if self.heading_line == Some(0) || self.last_line == Some(0) {
            return Err(AppError::Invalid("Lines are counted from 1.".to_owned()));
        }
        match (self.heading_line, self.last_line) {
            (Some(heading), Some(last)) if last <= heading => Err(AppError::Invalid(format!(
                "The last line ({last}) stands above the heading ({heading}) or is it; it is one below."
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(delimiter: Delimiter, encoding: TextEncoding) -> Reading {
        let form = Form::Text { delimiter: Some(delimiter), encoding };
        Reading { form, heading_line: 1, junk_above: 0, junk_below: Some(0) }
    }

    #[test]
    fn a_reading_is_told_in_words() {
        let plain = text(Delimiter::COMMA, TextEncoding::UTF_8);
        assert_eq!(plain.words(), "commas, UTF-8");
        assert_eq!(plain.warning(), None);
        let reading = Reading { junk_below: Some(2), ..text(Delimiter::SEMICOLON, TextEncoding::WINDOWS_1252) };
        assert_eq!(reading.words(), "semicolons, Windows-1252, 2 junk lines below the data left out");
        let sentence = "The file was read as semicolons, Windows-1252, 2 junk lines below the data left out.";
        assert_eq!(reading.warning().as_deref(), Some(sentence));
        let reading = Reading { heading_line: 4, junk_above: 1, junk_below: Some(3), ..plain.clone() };
        let words = "commas, UTF-8, heading on line 4, 1 junk line above the heading and 3 below the data left out";
        assert_eq!(reading.words(), words);
        let form = Form::Sheet {
            format: WorkbookFormat::Xlsx,
            name: "Leads".to_owned(),
            others: vec!["Notes".to_owned(), "Q2".to_owned()],
        };
        let sheet = Reading { form, heading_line: 2, junk_above: 1, junk_below: None };
        let words = "XLSX workbook, sheet “Leads”, heading on row 2, 1 junk row above the heading left out, not read: \
                     “Notes”, “Q2”";
        assert_eq!(sheet.words(), words);
    }

    #[test]
    fn delimiters_and_encodings_are_parsed_by_name_and_written_back() {
        for delimiter in Delimiter::SNIFFED {
            assert_eq!(Delimiter::parse(&delimiter.key()), Some(delimiter));
        }
        assert_eq!(Delimiter::parse(";"), Some(Delimiter::SEMICOLON));
        assert_eq!(Delimiter::parse("\t"), Some(Delimiter::TAB));
        assert_eq!(Delimiter::parse("!").map(Delimiter::byte), Some(b'!'));
        for none in ["", "\"", "a", "\n", "é", ";;"] {
            assert_eq!(Delimiter::parse(none), None, "{none:?}");
        }
        for encoding in TextEncoding::CHOICES {
            assert_eq!(TextEncoding::parse(&encoding.key()), Some(encoding));
        }
        for (label, name) in [("latin1", "Windows-1252"), ("cp1250", "Windows-1250"), ("UTF-16LE", "UTF-16")] {
            assert_eq!(TextEncoding::parse(label).map(|encoding| encoding.to_string()).as_deref(), Some(name));
        }
        assert_eq!(TextEncoding::parse("klingon"), None);
    }

    #[test]
    fn lines_that_cannot_be_are_refused() {
        let wishes = |heading_line, last_line| ReadingWishes { heading_line, last_line, ..ReadingWishes::default() };
        assert!(wishes(Some(3), Some(4)).check().is_ok());
        assert!(wishes(Some(0), None).check().is_err());
        assert!(wishes(Some(3), Some(3)).check().is_err());
    }
}
