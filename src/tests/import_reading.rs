//! Every delimiter, encoding and line end, and dirt around the table: what is read, how it is told, and what is refused.

use crate::import_rows::case;
use doubles::import::model::Kind;
use doubles::import::read::{Row, ShownRow, Table};
use doubles::import::reading::{Delimiter, ReadingWishes, TextEncoding};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A file that lies in a folder of its own.
pub struct Lying {
    folder: TempDir,
}

impl Lying {
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        let lying = Self { folder: tempfile::tempdir().expect("a folder") };
        std::fs::write(lying.path(), bytes).expect("written");
        lying
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("leads.csv")
    }

    pub fn open(&self) -> Table {
        self.open_as(&ReadingWishes::default())
    }

    pub fn open_as(&self, wishes: &ReadingWishes) -> Table {
        Table::open(&self.path(), wishes).expect("readable")
    }

    pub fn refusal(&self) -> String {
        refusal(&self.path(), &ReadingWishes::default())
    }
}

pub fn refusal(path: &Path, wishes: &ReadingWishes) -> String {
    match Table::open(path, wishes).and_then(|table| all_rows(&table).map(|_| ())) {
        Err(error) => error.to_string(),
        Ok(()) => panic!("it is not refused"),
    }
}

fn all_rows(table: &Table) -> doubles::error::Result<Vec<(u64, String)>> {
    let mut rows = table.rows()?;
    let mut row = Row::default();
    let mut all = Vec::new();
    while rows.next_row(&mut row)? {
        all.push((row.line(), row.cells().collect::<Vec<_>>().join("|")));
    }
    Ok(all)
}

/// The headings and the rows, as lines with pipes.
pub fn shown(table: &Table) -> Vec<String> {
    let heading = std::iter::once(table.headings().join("|"));
    heading.chain(all_rows(table).expect("rows").into_iter().map(|(_, row)| row)).collect()
}

/// Reads a file that is as it should be, and returns how it was understood.
fn words(bytes: impl AsRef<[u8]>) -> String {
    Lying::new(bytes).open().reading().words()
}

const PLAIN: [&str; 3] = ["id|name|town", "1|Zoë|Köln", "2|Bob|Rome"];

#[test]
fn every_delimiter_is_told_from_the_file() {
    for (delimiter, told) in [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "pipes")] {
        let lying = Lying::new(PLAIN.join("\n").replace('|', delimiter));
        let table = lying.open();
        assert_eq!(shown(&table), PLAIN);
        assert_eq!(table.reading().words(), format!("{told}, UTF-8"));
    }
}

#[test]
fn every_encoding_is_told_from_the_file() {
    let text = PLAIN.join("\n").replace('|', ",");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let (little, big) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
    for (bytes, told) in [
        (text.clone().into_bytes(), "UTF-8"),
        ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), "UTF-8"),
        ([b"\xFF\xFE", &little[..]].concat(), "UTF-16"),
        ([b"\xFE\xFF", &big[..]].concat(), "UTF-16"),
        (little, "UTF-16"),
        (big, "UTF-16"),
        (encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(), "Windows-1252"),
    ] {
        let lying = Lying::new(bytes);
        let table = lying.open();
        assert_eq!(shown(&table), PLAIN, "{told}");
        assert_eq!(table.reading().words(), format!("commas, {told}"));
    }
    let names = ["編號|姓名|公司", "1|陳大文|臺北市政府資訊局", "2|林美玲|中華電信股份有限公司"];
    let big5 = encoding_rs::BIG5.encode(&names.join("\r\n").replace('|', ",")).0.into_owned();
    let lying = Lying::new(big5);
    assert_eq!(shown(&lying.open()), names);
    assert_eq!(lying.open().reading().words(), "commas, Big5");
}

#[test]
fn an_older_encoding_deep_in_a_long_file_is_found() {
    let mut text = "id,name\n".to_owned().into_bytes();
    for n in 0..100_000 {
        writeln!(text, "{n},plain").expect("written");
    }
    text.extend(b"100000,Zo\xEB\n");
    let lying = Lying::new(text);
    let table = lying.open();
    assert_eq!(table.reading().words(), "commas, Windows-1252");
    assert_eq!(shown(&table).last().map(String::as_str), Some("100000|Zoë"));
}

#[test]
fn every_line_end_is_one_and_lines_are_counted_as_an_editor_does() {
    for (text, lines) in [
        ("id,name\n1,a\n2,b\n", [2, 3]),
        ("id,name\r\n1,a\r\n2,b\r\n", [2, 3]),
        ("id,name\r1,a\r2,b\r", [2, 3]),
        ("id,name\r\n1,a\n2,b\r", [2, 3]),
        ("id,name\n\"1\",\"a\nb\"\n2,b", [2, 4]),
        ("\n\nid,name\n\n1,a\n \n , \n2,b\n\n", [5, 8]),
    ] {
        let rows = all_rows(&Lying::new(text).open()).expect("rows");
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), lines, "{text:?}");
    }
}

#[test]
fn blank_headings_are_called_after_their_place_and_repeated_ones_are_numbered() {
    let lying = Lying::new("\u{feff} Name ,,Name,\"First\n  line\"\n1,2,3,4\n");
    assert_eq!(lying.open().headings(), ["Name", "column 2", "Name (2)", "First line"]);
    assert_eq!(
        lying.open().preview(5).expect("rows"),
        [ShownRow { line: 3, cells: ["1", "2", "3", "4"].map(str::to_owned).to_vec() }]
    );
}

#[test]
fn a_delimiter_at_the_end_of_every_row_is_no_column_too_many() {
    assert_eq!(shown(&Lying::new("a,b\n1,2,\n3,4,\n").open()), ["a|b|column 3", "1|2|", "3|4|"]);
    assert_eq!(shown(&Lying::new("a,b,\n1,2\n3,4\n").open()), ["a|b", "1|2", "3|4"]);
}

#[test]
fn junk_above_the_heading_is_left_out_and_told() {
    let lying = Lying::new("Leads of May\nExported by: Ada\n\nid;name;town\n1;a;b\n2;c;d\n");
    let table = lying.open();
    assert_eq!(shown(&table), ["id|name|town", "1|a|b", "2|c|d"]);
    assert_eq!(
        table.reading().words(),
        "semicolons, UTF-8, heading on line 4, 2 junk lines above the heading left out"
    );
    let top: Vec<_> = table.top(3).expect("rows").into_iter().map(|row| (row.line, row.cells.join("|"))).collect();
    assert_eq!(
        top,
        [(1, "Leads of May".to_owned()), (2, "Exported by: Ada".to_owned()), (4, "id|name|town".to_owned())]
    );
    assert_eq!(
        words("sep=;\nid;name\n1;a\n"),
        "semicolons, UTF-8, heading on line 2, 1 junk line above the heading left out"
    );
}

#[test]
fn totals_and_footers_below_the_data_are_left_out_and_told() {
    let left_out = |footer: &str| {
        let lying = Lying::new(format!("id,name,amount\n1,a,5\n2,b,6\n{footer}"));
        let table = lying.open();
        let rows = shown(&table);
        assert_eq!(rows[..3], ["id|name|amount", "1|a|5", "2|b|6"], "{footer:?}");
        (rows.len() - 3, table.reading().junk_below)
    };
    assert_eq!(left_out("Total,,11\n"), (0, Some(1)));
    assert_eq!(left_out("Grand Total:,2,\"11.00\"\n"), (0, Some(1)));
    assert_eq!(left_out("\n\"Confidential - do not share\"\n\"Generated by Ada\"\n"), (0, Some(2)));
    assert_eq!(left_out("\nCopyright (c) Acme,,\n"), (0, Some(1)));
    assert_eq!(left_out("\n# 2 rows"), (0, Some(1)));
    // What may be data is never left out: it is read, or rejected with its line.
    assert_eq!(left_out("Total,Energies,7\n"), (1, Some(0)), "a company");
    assert_eq!(left_out("3,b"), (1, Some(0)), "a file that was cut off");
    assert_eq!(left_out("3"), (1, Some(0)), "a file that was cut off within its last row");
    assert_eq!(left_out("A name"), (1, Some(0)), "the same, where the last row looks like a sentence");
    assert_eq!(left_out("3\n"), (1, Some(0)), "a row without its cells");
    assert_eq!(left_out("3\n\nThe end\n"), (1, Some(1)), "the same above a footer");
    assert_eq!(left_out("3,b\n4,c,7\n"), (2, Some(0)), "a ragged row with data below it");
    assert_eq!(left_out("ada@example.com,,\n"), (1, Some(0)), "a key alone");
    assert_eq!(left_out("Total,,11\n3,c,7\n"), (2, Some(0)), "a total between the data");
    assert_eq!(left_out(&"x\n".repeat(200)), (200, Some(0)), "a file that is ragged throughout");
    let words = Lying::new("id;name;amount\n1;a;5\n\nTotal;;5\nBy Ada\n").open().reading().words();
    assert_eq!(words, "semicolons, UTF-8, 2 junk lines below the data left out");
}

#[test]
fn what_was_understood_wrongly_is_overruled() {
    let lying = Lying::new("a;b\n1,5;2\n\nc;d\n3;4\n5;6\nTotal;1\n");
    let told = ReadingWishes::default();
    let comma = ReadingWishes { delimiter: Some(Delimiter::COMMA), ..told.clone() };
    assert_eq!(shown(&lying.open_as(&comma))[1], "1|5;2");
    let fourth = ReadingWishes { heading_line: Some(4), ..told.clone() };
    let table = lying.open_as(&fourth);
    assert_eq!(shown(&table), ["c|d", "3|4", "5|6"]);
    assert_eq!((table.reading().heading_line, table.reading().junk_above), (4, 2));
    let short = ReadingWishes { heading_line: Some(4), last_line: Some(5), ..told.clone() };
    let table = lying.open_as(&short);
    assert_eq!(shown(&table), ["c|d", "3|4"]);
    assert_eq!(table.reading().junk_below, Some(2));
    let all = ReadingWishes { last_line: Some(100), ..told.clone() };
    assert_eq!(shown(&lying.open_as(&all)).len(), 6, "the total is a row, then");
    assert!(refusal(&lying.path(), &ReadingWishes { heading_line: Some(3), ..told.clone() }).contains("line 3"));
    assert!(refusal(&lying.path(), &ReadingWishes { last_line: Some(1), ..told.clone() }).contains("below it"));

    let latin = Lying::new(b"id,name\n1,Zo\xEB\n");
    let mac = ReadingWishes { encoding: TextEncoding::parse("macintosh"), ..told };
    assert_eq!(shown(&latin.open_as(&mac))[1], "1|ZoÎ");
    assert_eq!(latin.open_as(&mac).reading().words(), "commas, Mac Roman");
}

#[test]
fn a_heading_far_down_can_be_named() {
    let text = format!("{}id,name\n1,a\n", "x,y\n".repeat(500));
    let lying = Lying::new(text);
    let table = lying.open_as(&ReadingWishes { heading_line: Some(501), ..ReadingWishes::default() });
    assert_eq!(shown(&table), ["id|name", "1|a"]);
    assert_eq!(table.reading().junk_above, 500);
}

#[test]
fn a_row_whose_letters_are_damaged_is_rejected_and_the_others_are_taken() {
    let mut text = "id,name,created_at\n1,Zoë Çelik Łukasz Åse Ñuñez Ægir Øystein,2024-06-06\n".to_owned().into_bytes();
    text.extend(b"2,caf\xE9,2024-06-06\n3,Bob,2024-06-06\n");
    let lying = Lying::new(text);
    let read = case(Kind::Leads, "").read_file(&lying.path()).expect("readable");
    assert_eq!(read.batch.len(), 2);
    let rejection = &read.rejected[0];
    assert_eq!(
        (rejection.line, rejection.column.as_deref(), rejection.value.as_deref()),
        (3, Some("name"), Some("caf\u{fffd}"))
    );
    assert!(rejection.reason.contains("not UTF-8"), "{}", rejection.reason);

    let wide: Vec<u8> = "id,created_at\n1,2024-06-06\n2,".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let lying = Lying::new([b"\xFF\xFE", &wide[..], b"\x00\xD8x\0\n\0"].concat());
    let read = case(Kind::Leads, "").read_file(&lying.path()).expect("readable");
    assert_eq!((read.batch.len(), read.rejected[0].line), (1, 3));
    assert!(read.rejected[0].reason.contains("not UTF-16"));
}

#[test]
fn a_file_that_is_missing_empty_a_folder_or_no_table_is_refused_with_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |path: &Path| refusal(path, &ReadingWishes::default());
    assert!(refused(&folder.path().join("no.csv")).starts_with("There is no file"));
    assert!(refused(folder.path()).contains("is a folder"));
    for empty in ["", "\n\n", "\u{feff}", " \n"] {
        assert!(Lying::new(empty).refusal().contains("is empty"), "{empty:?}");
    }
    assert!(Lying::new(b"\xFE\xFF\0\0\0i\0\0\0d\0\0\0,\0\0\0x").refusal().contains("UTF-32"));
    assert!(Lying::new(b"\xFF\xFEid,name\n1,a\n").refusal().contains("not UTF-16"));
    assert!(Lying::new(b"id,name\n1,a\n2,\0\n").refusal().starts_with("Line 3: there is a NUL byte"));
    assert!(
        Lying::new(b"id,n\xE9\n1,\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F\n")
            .refusal()
            .starts_with("Line 1: the heading of column 2")
    );
    assert!(Lying::new("<html><table>").refusal().contains("web page"));
}

#[test]
fn a_file_that_changes_is_refused() {
    let lying = Lying::new("id\n1\n");
    let table = lying.open();
    std::fs::write(lying.path(), "id\n1\n2\n").expect("written");
    assert!(table.rows().err().expect("refused").to_string().contains("changed while"));
}

#[test]
fn a_bomb_is_refused_early_and_memory_stays_flat() {
    // Sparse: what is not written takes no room. A NUL in it is found at once.
    let endless = Lying::new("id,name\n");
    let file = std::fs::OpenOptions::new().append(true).open(endless.path()).expect("a file");
    file.set_len(1 << 30).expect("a long file");
    assert!(endless.refusal().contains("NUL"), "{}", endless.refusal());

    let line = Lying::new("x".repeat(3 << 20));
    assert!(line.refusal().contains("first line alone is longer than 1 MB"), "{}", line.refusal());
    let columns = Lying::new(format!("{}\n", vec!["c"; 100_000].join(",")));
    assert!(columns.refusal().contains("16,384 cells"), "{}", columns.refusal());
    let quote = Lying::new(format!("id,name\n1,\"a\n{}", "2,b\n".repeat(1_000_000)));
    assert!(quote.refusal().starts_with("Line 2: the row is longer than 1 MB"), "{}", quote.refusal());
    let quote = Lying::new("id,name\n1,\"a\n2,b\n");
    assert!(quote.refusal().starts_with("Line 2: a quote opens"), "{}", quote.refusal());
}

#[test]
fn a_long_file_tells_what_is_below_its_data_once_it_was_read() {
    let mut text = "id,created_at\n".to_owned().into_bytes();
    for n in 0..500_000 {
        writeln!(text, "{n:08},2024-06-06").expect("written");
    }
    text.extend(b"\nThe end of it\n");
    let lying = Lying::new(text);
    let table = lying.open();
    assert_eq!(table.reading().junk_below, None);
    let mut rows = table.rows().expect("rows");
    let mut row = Row::default();
    while rows.next_row(&mut row).expect("rows") {}
    assert_eq!((row.line(), rows.junk_below()), (500_003, Some(1)));
    assert_eq!(rows.bytes_read(), table.bytes());
}
