//! The dirty files that other CSV programs are tried on, each with what becomes of it.

use crate::import_files::data;
use crate::import_reading::shown;
use doubles::import::read::Table;
use doubles::import::reading::ReadingWishes;
use std::path::Path;

/// Every file but those of csv-spectrum, which have a test of their own.
#[rustfmt::skip]
const OUTCOMES: [(&str, &str); 71] = [
    ("csvkit/bad.csv", "commas, UTF-8; 3 rows of 3: column_a|column_b|column_c"),
    ("csvkit/bad_skip_lines.csv", "commas, UTF-8, heading on line 4; 3 rows of 3: column_a|column_b|column_c"),
    ("csvkit/blanks.csv", "commas, UTF-8; 1 rows of 6: a|b|c"),
    ("csvkit/date_like_number.csv", "one column, UTF-8; 1 rows of 1: a"),
    ("csvkit/dummy.csv", "commas, UTF-8; 1 rows of 3: a|b|c"),
    ("csvkit/dummy_col_shuffled_ragged.csv", "commas, UTF-8; 1 rows of 4: b|c|a"),
    ("csvkit/empty.csv", "refused: is empty; export it again with a heading row."),
    ("csvkit/foo1.csv", "commas, UTF-8; 2 rows of 3: id|name|age"),
    ("csvkit/mac_newlines.csv", "commas, UTF-8; 2 rows of 3: a|b|c"),
    ("csvkit/no_header_row.csv", "commas, UTF-8; 0 rows of 3: 1|2|3"),
    ("csvkit/null_byte.csv", "refused: Line 2: there is a NUL byte, so this is no text, or a damaged one; export it again."),
    ("csvkit/optional_quote_characters.csv", "commas, UTF-8; 1 rows of 3: a|b|c"),
    ("csvkit/test_date_format.csv", "one column, UTF-8; 2 rows of 1: a"),
    ("csvkit/test_empty_columns.csv", "commas, UTF-8; 2 rows of 5: a|b|c"),
    ("csvkit/test_empty_columns_long_row.csv", "commas, UTF-8; 0 rows of 3: a|b|c"),
    ("csvkit/test_empty_columns_short_row.csv", "commas, UTF-8; 0 rows of 3: a|b|c"),
    ("csvkit/test_extra_header.csv", "commas, UTF-8; 1 rows of 4: a|b|c"),
    ("csvkit/test_header_newline.csv", "commas, UTF-8; 1 rows of 3: start end|b|c"),
    ("csvkit/test_ignore_case.csv", "commas, UTF-8; 5 rows of 3: a|b|c"),
    ("csvkit/test_latin1.csv", "commas, Windows-1252; 2 rows of 3: a|b|c"),
    ("csvkit/test_locale.csv", "commas, UTF-8; 1 rows of 3: a|b|c"),
    ("csvkit/test_no_leading_zeroes.csv", "commas, UTF-8; 1 rows of 3: a|b|c"),
    ("csvkit/test_numeric_date_format.csv", "one column, UTF-8; 2 rows of 1: a"),
    ("csvkit/test_skip_lines.csv", "commas, UTF-8, heading on line 4; 1 rows of 3: a|b|c"),
    ("csvkit/test_utf16_big.csv", "commas, UTF-16; 2 rows of 3: a|b|c"),
    ("csvkit/test_utf16_little.csv", "commas, UTF-16; 2 rows of 3: a|b|c"),
    ("csvkit/test_utf8.csv", "commas, UTF-8; 2 rows of 3: foo|bar|baz"),
    ("csvkit/test_utf8_bom.csv", "commas, UTF-8; 2 rows of 3: foo|bar|baz"),
    ("dataloader/acctsWithBinaryDataInRTF.csv", "commas, UTF-8; 1 rows of 2: Name|RICHTEXT__c"),
    ("dataloader/csvEscapedQuotes.csv", "commas, UTF-8; 2 rows of 2: column1|column2"),
    ("dataloader/csvSeparator.csv", "commas, UTF-8; 2 rows of 3: column1|column2!some|column3"),
    ("dataloader/csvtext.csv", "commas, UTF-8; 2 rows of 3: column1|column2|column3"),
    ("dataloader/csvtext_BOM_UTF16BE.csv", "commas, UTF-16; 2 rows of 3: column1|column2|column3"),
    ("dataloader/csvtext_BOM_UTF16LE.csv", "commas, UTF-16; 2 rows of 3: column1|column2|column3"),
    ("dataloader/csvtext_BOM_UTF32BE.csv", "refused: has the byte-order mark of UTF-16, but is written in UTF-32, which is not read; save it as “CSV UTF-8”."),
    ("dataloader/csvtext_BOM_UTF32LE.csv", "refused: has the byte-order mark of UTF-16, but is written in UTF-32, which is not read; save it as “CSV UTF-8”."),
    ("dataloader/csvtext_BOM_UTF8.csv", "commas, UTF-8; 2 rows of 3: column1|column2|column3"),
    ("dataloader/dateEndingInZ.csv", "commas, UTF-8; 1 rows of 9: NAME|TYPE|PHONE"),
    ("dataloader/dateOnlyWithTimeZone.csv", "commas, UTF-8; 2 rows of 8: NAME|TYPE|PHONE"),
    ("dataloader/dateUsingDefaultTimeZone.csv", "commas, UTF-8; 1 rows of 9: NAME|TYPE|PHONE"),
    ("dataloader/dateWithTimeZone.csv", "commas, UTF-8; 2 rows of 9: NAME|TYPE|PHONE"),
    ("dataloader/emptyFirstRowFieldValueInCsvTemplate.csv", "commas, UTF-8; 2 rows of 3: ID|NAME|WEBSITE"),
    ("dataloader/hardDeleteEmptyCsvFileTemplate.csv", "one column, UTF-8; 0 rows of 1: ID"),
    ("dataloader/insertTaskWithContactAsWhoCsv.csv", "commas, UTF-8; 1 rows of 2: Subject|Who:Contact-email"),
    ("dataloader/timeZoneFormatTesting.csv", "commas, UTF-8; 12 rows of 2: Name|Date"),
    ("dataloader/timeZoneFormatTestingWithErrors.csv", "commas, UTF-8; 6 rows of 2: Name|Date"),
    ("messytables/begrotingsanalyse-2011.csv", "commas, UTF-8, heading on line 4, 2 junk lines above the heading left out; 39 rows of 20: column 1|column 2|provincie"),
    ("messytables/characters.csv", "commas, Big5; 382 rows of 18: id|景點編號|景點中文名稱"),
    ("messytables/complex.csv", "commas, UTF-8; 3 rows of 4: date|another date|temperature"),
    ("messytables/encrypted_no_password.xls", "refused: is protected by a password; open it, save it without one, and import that."),
    ("messytables/example.tsv", "tabs, UTF-8; 140 rows of 17: hour|expr1_0_imp|expr1_1_imp"),
    ("messytables/excel_pasting.csv", "commas, UTF-8, heading on line 4, 2 junk lines above the heading and 3 below the data left out; 13 rows of 9: Year|2000|2001"),
    ("messytables/libreoffice.xlsx", "refused: is a workbook without any value."),
    ("messytables/long.csv", "one column, UTF-8; 3999 rows of 1: foo"),
    ("messytables/mixedGLB.csv", "commas, UTF-8, heading on line 4, 2 junk lines above the heading left out; 133 rows of 19: Year|Jan|Feb"),
    ("messytables/null.csv", "commas, UTF-8; 9 rows of 4: 1|null|0"),
    ("messytables/simple.csv", "commas, UTF-8; 6 rows of 3: date|temperature|place"),
    ("messytables/simple.xls", "XLS workbook, sheet “simple.csv”; 6 rows of 3: date|temperature|place"),
    ("messytables/simple.xlsx", "XLSX workbook, sheet “simple.csv”; 6 rows of 3: date|temperature|place"),
    ("messytables/skip_initials.csv", "commas, UTF-8; 2 rows of 2: field1|field2"),
    ("messytables/small.csv", "one column, UTF-8; 0 rows of 1: a"),
    ("messytables/spanish_chars.csv", "commas, Windows-1252, 1 junk line below the data left out; 114 rows of 8: GF_ID|FN_ID|SF_ID"),
    ("messytables/sparse_with_column_errors.csv", "commas, Windows-1252; 2200 rows of 4: LP|Bezeichnung|Kapitel/Titel"),
    ("messytables/utf-16le_encoded.csv", "commas, UTF-16; 327 rows of 19: Organisation_code|Organisation_name|Organisation_classificat"),
    ("messytables/utf8bom.csv", "commas, UTF-8; 0 rows of 2: kitten|win"),
    ("messytables/weird_head_padding.csv", "semicolons, UTF-8, heading on line 12, 6 junk lines above the heading and 16 below the data left out; 60 rows of 11: column 1|1985|1993"),
    ("papaparse/long-sample.csv", "commas, UTF-8; 7 rows of 7: Grant|Dyer|Donec.elementum@orciluct"),
    ("papaparse/sample-header.csv", "commas, UTF-8; 2 rows of 2: title|name"),
    ("papaparse/sample.csv", "commas, UTF-8; 1 rows of 3: A|B|C"),
    ("papaparse/utf-8-bom-sample.csv", "commas, UTF-8; 1 rows of 3: A|B|C"),
    ("papaparse/verylong-sample.csv", "commas, UTF-8; 2000 rows of 3: placeholder|meaning of life|TLD"),
];

/// How a file was understood, how many rows and columns it has, and its first headings; or why it is refused.
fn outcome(path: &Path) -> String {
    let table = match Table::open(path, &ReadingWishes::default()) {
        Ok(table) => table,
        Err(error) => return format!("refused: {}", error.to_string().replace(&format!("“{}” ", path.display()), "")),
    };
    let (rows, width) = (shown(&table).len() - 1, table.headings().len());
    let first: Vec<_> =
        table.headings().iter().take(3).map(|heading| heading.chars().take(24).collect::<String>()).collect();
    format!("{}; {rows} rows of {width}: {}", table.reading().words(), first.join("|"))
}

#[test]
fn every_nasty_file_is_read_as_it_is_meant_or_refused_for_what_it_is() {
    for (file, expected) in OUTCOMES {
        let Some(path) = data(&format!("nasty_csv/{file}")) else { return };
        assert_eq!(outcome(&path), expected, "{file}");
    }
    // None is forgotten.
    for folder in ["csvkit", "dataloader", "messytables", "papaparse"] {
        let Some(folder_path) = data(&format!("nasty_csv/{folder}")) else { return };
        for entry in std::fs::read_dir(folder_path).expect("a folder") {
            let name = format!("{folder}/{}", entry.expect("a file").file_name().display());
            assert!(OUTCOMES.iter().any(|(file, _)| *file == name), "{name} has no outcome");
        }
    }
}

/// A file, a row counted from the heading as 0, and what stands in it.
const ROWS: [(&str, usize, &str); 9] = [
    ("csvkit/mac_newlines.csv", 2, "Once upon\ra time|5|6"),
    ("csvkit/test_latin1.csv", 2, "4|5|©"),
    ("csvkit/test_utf16_big.csv", 2, "4|5|ʤ"),
    ("csvkit/test_utf16_little.csv", 2, "4|5|ʤ"),
    ("dataloader/csvtext_BOM_UTF16LE.csv", 1, "row1-1|row1-2|row1-3"),
    ("messytables/simple.xls", 1, "2011-01-01|1|Galway"),
    ("messytables/simple.xlsx", 2, "2011-01-02|-1|Galway"),
    ("messytables/mixedGLB.csv", 0, "Year|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|J-D|D-N|DJF|MAM|JJA|SON"),
    ("dataloader/csvEscapedQuotes.csv", 1, "\"The Best\" Account|bla"),
];

#[test]
fn their_letters_dates_and_quotes_arrive() {
    for (file, row, expected) in ROWS {
        let Some(path) = data(&format!("nasty_csv/{file}")) else { return };
        let table = Table::open(&path, &ReadingWishes::default()).expect(file);
        assert_eq!(shown(&table)[row], expected, "{file}");
    }
}
