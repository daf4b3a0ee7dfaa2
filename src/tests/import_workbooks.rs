//! Workbooks: what stands in their cells is read as CSV would have it, and what is too large is refused unopened.

use crate::import_reading::{Lying, refusal, shown};
use crate::import_rows::case;
use doubles::import::model::Kind;
use doubles::import::reading::{Form, ReadingWishes, WorkbookFormat};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

const NAMES: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
                     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

/// An XLSX of sheets, each by name with what stands in its `sheetData`; hidden where the name begins with a dot.
pub fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    let of = |write: &dyn Fn(usize, &str) -> String| {
        sheets.iter().enumerate().map(|(at, (name, _))| write(at + 1, name)).collect::<String>()
    };
    let listed = of(&|n, name| {
        let state = if name.starts_with('.') { " state=\"hidden\"" } else { "" };
        format!("<sheet name=\"{name}\" sheetId=\"{n}\"{state} r:id=\"rId{n}\"/>")
    });
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let linked = of(&|n, _| {
        format!("<Relationship Id=\"rId{n}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")
    });
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" \
                 Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        ("xl/workbook.xml".to_owned(), format!("<workbook {NAMES}><sheets>{listed}</sheets></workbook>")),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships xmlns=\"{package}\">{linked}</Relationships>"),
        ),
        (
            "xl/styles.xml".to_owned(),
            format!(
                "<styleSheet {NAMES}><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\" \
                 applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
            ),
        ),
    ];
    for (at, (_, data)) in sheets.iter().enumerate() {
        let sheet = format!("<worksheet {NAMES}><sheetData>{data}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{}.xml", at + 1), sheet));
    }
    zipped(&parts)
}

fn zipped(parts: &[(String, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(name, SimpleFileOptions::default()).expect("begun");
        archive.write_all(text.as_bytes()).expect("written");
    }
    archive.finish().expect("finished").into_inner()
}

/// Rows of a sheet from the first one: a cell that begins with `=` is a number, with `@` a date.
pub fn rows(text: &str) -> String {
    let cell = |cell: &str| match cell.split_at_checked(1) {
        Some(("=", number)) => format!("<c><v>{number}</v></c>"),
        Some(("@", serial)) => format!("<c s=\"1\"><v>{serial}</v></c>"),
        _ => format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
    };
    let row = |row: &str| format!("<row>{}</row>", row.split('|').map(cell).collect::<String>());
    text.lines().map(row).collect()
}

#[test]
fn a_sheet_is_read_as_its_csv_would_be_whatever_the_name_of_the_file() {
    let leads = rows("Lead ID|Email|Created|Employees\n=17|ada@example.com|@45449.2|=1200\nL2||@45450|\n");
    let lying = Lying::new(xlsx(&[("Leads", &leads)]));
    let table = lying.open();
    let expected =
        ["Lead ID|Email|Created|Employees", "17|ada@example.com|2024-06-06 04:48:00|1200", "L2||2024-06-07|"];
    assert_eq!(shown(&table), expected);
    assert_eq!(table.reading().words(), "XLSX workbook, sheet “Leads”");
    let read = case(Kind::Leads, "").read_file(&lying.path()).expect("readable");
    assert_eq!((read.batch.len(), read.rejected), (2, vec![]));
}

#[test]
fn the_first_sheet_that_is_shown_and_not_empty_is_read_and_another_can_be_chosen() {
    let sheets = [
        ("Cover", String::new()),
        (".Lists", rows("a|b\n1|2")),
        ("Leads", rows("id|x\n1|2")),
        ("Deals", rows("deal|x\n3|4")),
    ];
    let sheets: Vec<_> = sheets.iter().map(|(name, data)| (*name, data.as_str())).collect();
    let lying = Lying::new(xlsx(&sheets));
    let first = lying.open();
    assert_eq!(first.headings(), ["id", "x"]);
    assert_eq!(first.reading().words(), "XLSX workbook, sheet “Leads”, not read: “.Lists”, “Deals”");
    let chosen = |sheet: &str| ReadingWishes { sheet: Some(sheet.to_owned()), ..ReadingWishes::default() };
    for wish in ["Deals", "deals", "4"] {
        assert_eq!(lying.open_as(&chosen(wish)).headings(), ["deal", "x"], "{wish}");
    }
    let refused = refusal(&lying.path(), &chosen("Offers"));
    assert!(refused.contains("no sheet “Offers”; its sheets are “Cover”, “.Lists”, “Leads”, “Deals”"), "{refused}");
    assert!(refusal(&lying.path(), &chosen("Cover")).contains("nothing in its sheet"));
    assert!(Lying::new(xlsx(&[("Empty", "")])).refusal().contains("without any value"));
}

#[test]
fn junk_around_a_sheet_is_left_out_and_rows_are_counted_as_the_sheet_shows_them() {
    let data = rows("Leads of May\n\n|id|name|amount\n|=1|a|=5\n|=2|b|=6|a remark\n\n|Total||=11\n|Made by Ada\n");
    let lying = Lying::new(xlsx(&[("Leads", &data)]));
    let table = lying.open();
    let expected = ["column 1|id|name|amount|column 5", "|1|a|5|", "|2|b|6|a remark"];
    assert_eq!(shown(&table), expected);
    assert_eq!(
        table.reading().words(),
        "XLSX workbook, sheet “Leads”, heading on row 3, 1 junk row above the heading and 2 below the data left out"
    );
    assert_eq!(table.preview(1).expect("rows")[0].line, 4);
}

#[test]
fn a_workbook_that_changes_is_refused() {
    let lying = Lying::new(xlsx(&[("Leads", &rows("id|x\n1|2"))]));
    let table = lying.open();
    std::fs::write(lying.path(), xlsx(&[("Leads", &rows("id|x\n1|2\n3|4"))])).expect("written");
    assert!(table.rows().err().expect("refused").to_string().contains("changed while"));
}

#[test]
fn a_workbook_that_unpacks_into_too_much_is_refused() {
    let big = "x".repeat(2 << 20);
    let cell = Lying::new(xlsx(&[("Leads", &rows(&format!("id|x\n1|{big}")))]));
    assert!(cell.refusal().contains("one of its cells is longer than 1 MB"), "{}", cell.refusal());
    let bomb = "<a></a>".repeat(10 << 20);
    let part = Lying::new(zipped(&[
        ("[Content_Types].xml".to_owned(), String::new()),
        ("xl/sharedStrings.xml".to_owned(), bomb),
    ]));
    assert!(part.refusal().contains("unpacks into more than 64 MB"), "{}", part.refusal());
    let parts: Vec<_> = (0..10_001).map(|n| (format!("{n}.xml"), String::new())).collect();
    assert!(Lying::new(zipped(&parts)).refusal().contains("more parts than a workbook has"));
    let far = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    let lying = Lying::new(xlsx(&[("Far", &format!("{}{far}", rows("id|x\n1|2")))]));
    let table = lying.open();
    assert_eq!(shown(&table)[1], "1|2", "a sheet that spans everything costs what is in it");
}

#[test]
fn archives_that_are_no_workbook_and_damaged_ones_are_named() {
    let holding = |name: &str| {
        Lying::new(zipped(&[(name.to_owned(), "x".to_owned()), ("mimetype".to_owned(), String::new())])).refusal()
    };
    assert!(holding("leads.csv").contains("is a zip archive, not a workbook"));
    assert!(holding("content.xml").contains("OpenDocument"));
    assert!(holding("xl/workbook.bin").contains("XLSB"));
    assert!(holding("word/document.xml").contains("not a workbook"));
    let whole = xlsx(&[("Leads", &rows("id|x\n1|2"))]);
    assert!(Lying::new(&whole[..whole.len() / 2]).refusal().contains("without its end"));
    assert!(holding("[Content_Types].xml").contains("damaged workbook"));
}

/// A compound file of one stream, and of a short one as every office program adds.
fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    let version = cfb::Version::V3;
    let mut file = cfb::CompoundFile::create_with_version(version, Cursor::new(Vec::new())).expect("begun");
    for (name, bytes) in [("/Summary", &b"by Ada"[..]), (name, stream)] {
        file.create_stream(name).and_then(|mut book| book.write_all(bytes)).expect("written");
    }
    file.flush().expect("flushed");
    file.into_inner().into_inner()
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes(), &(data.len() as u16).to_le_bytes(), data].concat()
}

/// An XLS of one sheet with texts and numbers at places.
fn xls(cells: &[(u16, u16, Result<f64, &str>)]) -> Vec<u8> {
    let begin = |kind: u16| record(0x0809, &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat());
    let globals = |at: u32| {
        let sheet = [&at.to_le_bytes()[..], &[0, 0, 5, 0], b"Leads"].concat();
        [begin(5), record(0x0085, &sheet), record(0x000A, &[])].concat()
    };
    let at = globals(0).len() as u32;
    let mut stream = [globals(at), begin(0x10)].concat();
    for (row, column, value) in cells {
        let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        stream.extend(match value {
            Ok(number) => record(0x0203, &[&place[..], &number.to_le_bytes()].concat()),
            Err(text) => {
                let length = (text.len() as u16).to_le_bytes();
                record(0x0204, &[&place[..], &length, &[0], text.as_bytes()].concat())
            }
        });
    }
    stream.extend(record(0x000A, &[]));
    // A small stream lies elsewhere in the file: this one is not.
    stream.resize(stream.len().max(8192), 0);
    compound("/Workbook", &stream)
}

#[test]
fn an_old_workbook_is_read_too() {
    let lying = Lying::new(xls(&[
        (1, 0, Err("id")),
        (1, 1, Err("name")),
        (2, 0, Ok(1.0)),
        (2, 1, Err("Ada")),
        (3, 0, Ok(2.5)),
    ]));
    let table = lying.open();
    assert_eq!(shown(&table), ["id|name", "1|Ada", "2.5|"]);
    assert!(matches!(table.reading().form, Form::Sheet { format: WorkbookFormat::Xls, .. }));
    assert_eq!(table.reading().words(), "XLS workbook, sheet “Leads”, heading on row 2");
}

#[test]
fn old_workbooks_that_span_too_much_are_encrypted_or_are_none_are_refused() {
    let wide = Lying::new(xls(&[(0, 0, Err("id")), (65_535, 255, Ok(1.0))]));
    assert!(wide.refusal().contains("span more than 2,000,000 cells"), "{}", wide.refusal());
    let encrypted = Lying::new(compound("/EncryptedPackage", &[7; 5000]));
    assert!(encrypted.refusal().contains("protected by a password"), "{}", encrypted.refusal());
    let locked = Lying::new(compound("/Workbook", &[record(0x0809, &[0; 16]), record(0x002F, &[1, 0])].concat()));
    assert!(locked.refusal().contains("protected by a password"), "{}", locked.refusal());
    assert!(Lying::new(compound("/WordDocument", &[7; 5000])).refusal().contains("no workbook"));
    assert!(Lying::new(b"\xD0\xCF\x11\xE0 nothing behind it").refusal().contains("damaged workbook"));
}
