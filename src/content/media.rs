//! What a file is: told by its content, checked against its name. What could run, or carries what could, is not taken.

use crate::error::{AppError, Result};
use crate::import::bounds::{Directory, directory};
use crate::text_enum;
use std::path::Path;

/// So many bytes of a file tell what it is.
pub const HEAD: usize = 8_192;

/// An office file has far fewer parts.
const MOST_ENTRIES: u16 = 20_000;
/// Bytes of the list of its parts.
const MOST_DIRECTORY: u32 = 4 << 20;

text_enum!(
    /// What the library takes.
    Media {
        /// PDF.
        Pdf = "pdf",
        /// A picture.
        Png = "png",
        /// A photograph.
        Jpeg = "jpeg",
        /// A picture that may move.
        Gif = "gif",
        /// A picture or photograph.
        Webp = "webp",
        /// A text of Word.
        Docx = "docx",
        /// A workbook of Excel.
        Xlsx = "xlsx",
        /// Slides of PowerPoint.
        Pptx = "pptx",
        /// A text of OpenDocument.
        Odt = "odt",
        /// A workbook of OpenDocument.
        Ods = "ods",
        /// Slides of OpenDocument.
        Odp = "odp",
        /// A film.
        Mp4 = "mp4",
        /// A film.
        Webm = "webm",
        /// A recording.
        Mp3 = "mp3",
        /// Letters, and nothing else.
        Text = "text",
    }
);

/// What is taken, for people.
pub const TAKEN: &str = "PDF, pictures (PNG, JPEG, GIF, WebP), Office and OpenDocument files without macros, MP4, WebM, \
                         MP3 and plain text";

impl Media {
    /// As a browser is told.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Odp => "application/vnd.oasis.opendocument.presentation",
            Self::Mp4 => "video/mp4",
            Self::Webm => "video/webm",
            Self::Mp3 => "audio/mpeg",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Png | Self::Jpeg | Self::Gif | Self::Webp => "picture",
            Self::Docx | Self::Odt => "document",
            Self::Xlsx | Self::Ods => "workbook",
            Self::Pptx | Self::Odp => "slides",
            Self::Mp4 | Self::Webm => "video",
            Self::Mp3 => "recording",
            Self::Text => "text",
        }
    }

    /// How the names of such files end.
    const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Gif => &["gif"],
            Self::Webp => &["webp"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Pptx => &["pptx"],
            Self::Odt => &["odt"],
            Self::Ods => &["ods"],
            Self::Odp => &["odp"],
            Self::Mp4 => &["mp4", "m4v"],
            Self::Webm => &["webm"],
            Self::Mp3 => &["mp3"],
            Self::Text => &["txt", "md", "csv"],
        }
    }

    /// Whether a browser may show it beside the page.
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg | Self::Gif | Self::Webp)
    }
}

/// A name without a path and without what cannot be read.
///
/// # Errors
/// Nothing is left of it.
pub fn clean_name(name: &str) -> Result<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    // Letters that turn the direction of reading could make exe.pdf of fdp.exe.
    let turns =
        |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept: String = last.chars().filter(|letter| !letter.is_control() && !turns(*letter)).collect();
    let kept = kept.trim().trim_start_matches('.').trim();
    if kept.is_empty() {
        return Err(AppError::Invalid("Choose a file first. Its name is missing.".to_owned()));
    }
    let count = kept.chars().count();
    if count <= 150 {
        return Ok(kept.to_owned());
    }
    let (stem, ending) = kept.rsplit_once('.').unwrap_or((kept, ""));
    let ending: String = ending.chars().take(10).collect();
    Ok(format!("{}.{ending}", stem.chars().take(130).collect::<String>()))
}

/// What a file is, by its first bytes and, of an archive, by what is in it.
///
/// # Errors
/// It is nothing that is taken, or not what its name says.
pub fn tell(name: &str, head: &[u8], path: &Path) -> Result<Media> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    let found = by_content(head, path).ok_or_else(|| not_taken(name, head))?;
    if found.endings().contains(&ending.as_str()) {
        return Ok(found);
    }
    let (is, fits) = (found.label(), found.endings()[0]);
    Err(AppError::Invalid(if ending.is_empty() {
        format!(
            "{name} is a {is} by its content, but its name has no ending. Name it {name}.{fits} and upload it again."
        )
    } else {
        format!(
            "{name} is not what its name says: by its content it is a {is} (.{fits}). Nothing was kept. Save it as what \
             it is, and upload that."
        )
    }))
}

fn by_content(head: &[u8], path: &Path) -> Option<Media> {
    if let Some(kind) = infer::get(head) {
        return match kind.mime_type() {
            "application/pdf" => Some(Media::Pdf),
            "image/png" => Some(Media::Png),
            "image/jpeg" => Some(Media::Jpeg),
            "image/gif" => Some(Media::Gif),
            "image/webp" => Some(Media::Webp),
            "video/mp4" | "video/x-m4v" => Some(Media::Mp4),
            "video/webm" => Some(Media::Webm),
            "audio/mpeg" => Some(Media::Mp3),
            // Every office file of today is an archive.
            _ if head.starts_with(b"PK\x03\x04") => by_archive(path),
            _ => None,
        };
    }
    is_text(head).then_some(Media::Text)
}

/// Which office file an archive is; `None` for every other one, and for what carries a program.
fn by_archive(path: &Path) -> Option<Media> {
    let mut file = std::fs::File::open(path).ok()?;
    // The list of its files is held in memory as a whole.
    let Directory { entries, bytes, is_zip64 } = directory(&mut file).ok()?;
    if is_zip64 || entries > MOST_ENTRIES || bytes > MOST_DIRECTORY {
        return None;
    }
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file)).ok()?;
    let names = archive.file_names().filter_map(|name| Some(name.ok()?.to_lowercase()));
    let names: Vec<String> = names.collect();
    let carries =
        |name: &String| name.ends_with("vbaproject.bin") || name.contains("macrosheets/") || name.starts_with("basic/");
    if names.iter().any(carries) {
        return None;
    }
    let has = |name: &str| names.iter().any(|other| other == name);
    if has("[content_types].xml") {
        return match () {
            () if has("word/document.xml") => Some(Media::Docx),
            () if has("xl/workbook.xml") => Some(Media::Xlsx),
            () if has("ppt/presentation.xml") => Some(Media::Pptx),
            () => None,
        };
    }
    let mut kind = String::new();
    let entry = archive.by_name("mimetype").ok()?;
    std::io::Read::read_to_string(&mut std::io::Read::take(entry, 100), &mut kind).ok()?;
    match kind.trim() {
        "application/vnd.oasis.opendocument.text" => Some(Media::Odt),
        "application/vnd.oasis.opendocument.spreadsheet" => Some(Media::Ods),
        "application/vnd.oasis.opendocument.presentation" => Some(Media::Odp),
        _ => None,
    }
}

/// Letters that no browser takes for a page or a program.
fn is_text(head: &[u8]) -> bool {
    // The last letter may be cut in two.
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() + 4 > head.len() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t' | '\u{c}');
    !text.is_empty() && !text.contains(control) && !runs(text)
}

fn runs(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start().to_lowercase();
    let marks = ["<!doctype", "<html", "<svg", "<script", "<?xml", "<?php", "<body", "<iframe", "<head", "javascript:"];
    text.starts_with('<') || text.starts_with("#!") || marks.iter().any(|mark| text.contains(mark))
}

fn not_taken(name: &str, head: &[u8]) -> AppError {
    let text = String::from_utf8_lossy(head);
    let why = if head.starts_with(b"PK\x03\x04") {
        "an archive, or a document with macros, which could run".to_owned()
    } else if runs(&text) {
        "a page, a drawing or a program that a browser could run".to_owned()
    } else {
        match infer::get(head) {
            Some(kind) => kind.mime_type().to_owned(),
            None => "nothing that is known here".to_owned(),
        }
    };
    AppError::Invalid(format!(
        "{name} is not taken: by its content it is {why}. The library takes {TAKEN}. Nothing was kept."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    fn archive(names: &[&str]) -> (tempfile::NamedTempFile, Vec<u8>) {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mut writer = zip::ZipWriter::new(file.reopen().expect("the file"));
        for name in names {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("an entry");
            writer.write_all(b"<x/>").expect("its content");
        }
        writer.finish().expect("an archive");
        let bytes = std::fs::read(file.path()).expect("the file");
        (file, bytes)
    }

    #[test]
    fn a_file_is_known_by_its_content_and_its_name_must_agree() {
        let nowhere = Path::new("nothing");
        assert_eq!(tell("a.pdf", PDF, nowhere), Ok(Media::Pdf));
        assert_eq!(tell("A.PNG", PNG, nowhere), Ok(Media::Png));
        assert_eq!(tell("notes.txt", "Größe: 3 m".as_bytes(), nowhere), Ok(Media::Text));
        let (word, bytes) = archive(&["[Content_Types].xml", "word/document.xml"]);
        assert_eq!(tell("a.docx", &bytes, word.path()), Ok(Media::Docx));
        let said = tell("a.pdf", &bytes, word.path()).expect_err("it is not").to_string();
        assert!(said.contains("not what its name says") && said.contains(".docx"), "{said}");
        assert!(tell("a.png", PDF, nowhere).is_err() && tell("a", PDF, nowhere).is_err());
    }

    #[test]
    fn what_could_run_is_not_taken_under_any_name() {
        let nowhere = Path::new("nothing");
        for (name, content) in [
            ("a.html", &b"<!DOCTYPE html><script>alert(1)</script>"[..]),
            ("a.txt", b"<html><body>"),
            ("a.txt", b"\xef\xbb\xbf  <SVG onload=alert(1)>"),
            ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>"),
            ("a.png", b"<?xml version=\"1.0\"?><svg/>"),
            ("a.txt", b"hello <script>alert(1)</script>"),
            ("a.txt", b"#!/bin/sh\nrm -rf /"),
            ("a.pdf", b"MZ\x90\0\x03\0\0\0"),
            ("a.pdf", b"\x7fELF\x02\x01\x01\0"),
            ("a.txt", b"\0\x01\x02"),
            ("a.txt", b""),
        ] {
            let said = tell(name, content, nowhere).expect_err(name).to_string();
            assert!(said.contains("Nothing was kept"), "{name}: {said}");
        }
        let (plain, bytes) = archive(&["invoice.exe"]);
        assert!(tell("a.pdf", &bytes, plain.path()).expect_err("a zip").to_string().contains("archive"));
        let (macros, bytes) = archive(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]);
        assert!(tell("a.docx", &bytes, macros.path()).is_err(), "it carries a program");
    }

    #[test]
    fn an_archive_whose_list_of_files_would_fill_the_memory_is_not_opened() {
        let mut names: Vec<String> = ["[Content_Types].xml", "word/document.xml"].map(str::to_owned).into();
        names.extend((names.len()..20_000).map(|n| format!("{n}")));
        let all = |names: &[String]| archive(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let (many, bytes) = all(&names);
        assert_eq!(tell("a.docx", &bytes[..HEAD], many.path()), Ok(Media::Docx), "as many as an office file may have");
        names.push("one more".to_owned());
        let (more, bytes) = all(&names);
        assert!(tell("a.docx", &bytes[..HEAD], more.path()).is_err());
        // The numbers at the end are small, and an end of another sort says that others count.
        let (small, bytes) = archive(&["[Content_Types].xml", "word/document.xml"]);
        let at = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").expect("an end");
        let locator = [&b"PK\x06\x07"[..], &[0; 16]].concat();
        std::fs::write(small.path(), [&bytes[..at], &locator, &bytes[at..]].concat()).expect("written");
        assert!(tell("a.docx", &bytes, small.path()).is_err());
    }

    #[test]
    fn a_name_is_the_last_part_of_a_path_without_what_deceives() {
        assert_eq!(clean_name("../../etc/passwd.pdf").as_deref(), Ok("passwd.pdf"));
        assert_eq!(clean_name("C:\\Users\\a\\deck.pptx").as_deref(), Ok("deck.pptx"));
        assert_eq!(clean_name("in\u{202e}fdp.exe\n").as_deref(), Ok("infdp.exe"));
        assert!(clean_name("..").is_err() && clean_name("/").is_err());
        assert!(
            clean_name(&format!("{}.pdf", "x".repeat(400)))
                .is_ok_and(|name| name.len() < 150 && name.ends_with(".pdf"))
        );
    }
}
