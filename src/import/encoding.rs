//! Which encoding a text is written in, told from all of its bytes, and its bytes as UTF-8.

use super::reading::TextEncoding;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};
use std::collections::VecDeque;
use std::io::{self, Read};

/// An encoding, and how many bytes of mark stand before the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// How letters are written.
    pub encoding: TextEncoding,
    /// Length of the byte-order mark.
    pub mark: usize,
}

/// Bytes looked at to tell one older encoding from another.
const GUESSED_FROM: usize = 4 << 20;
/// In UTF-8 with single damaged letters there are so many sound ones to each of them.
const SOUND_PER_DAMAGED: u64 = 3;
const CHUNK_BYTES: usize = 64 << 10;
/// Room for the longest letter and for the mark of one that cannot be decoded.
const LEAST_ROOM: usize = 8;
/// What no UTF-8 holds: it stands where a letter could not be decoded, so that its row is rejected.
const DAMAGED: u8 = 0xFF;

/// Tells the encoding of a file that begins with `sample` and whose bytes behind its mark `text` gives. The inner error
/// is the rest of a sentence that begins with the file.
pub fn detect(
    sample: &[u8],
    wish: Option<TextEncoding>,
    text: impl FnOnce(usize) -> io::Result<Box<dyn Read + Send>>,
) -> io::Result<Result<Encoded, &'static str>> {
    let marked = marked(sample);
    let mark = marked.map_or(0, |marked| marked.mark);
    if let Some(encoding) = wish {
        return Ok(Ok(Encoded { encoding, mark }));
    }
    if let Some(marked) = marked {
        if marked.encoding != TextEncoding::UTF_8 {
            return Ok(check_utf16(&sample[mark..], marked));
        }
        let seen = Seen::of(text(mark)?)?;
        return Ok(match seen.is_utf8() {
            true => Ok(marked),
            false => Err("begins with the byte-order mark of UTF-8, but its text is not UTF-8; export it again, or \
                          choose its encoding"),
        });
    }
    if let Some(encoding) = unmarked_utf16(sample) {
        return Ok(Ok(Encoded { encoding, mark: 0 }));
    }
    let seen = Seen::of(text(0)?)?;
    let encoding = if seen.is_utf8() { TextEncoding::UTF_8 } else { seen.guess() };
    Ok(Ok(Encoded { encoding, mark: 0 }))
}

fn marked(sample: &[u8]) -> Option<Encoded> {
    let known = [
        (&b"\xEF\xBB\xBF"[..], TextEncoding::UTF_8),
        (b"\xFF\xFE", TextEncoding::UTF_16LE),
        (b"\xFE\xFF", TextEncoding::UTF_16BE),
    ];
    let (mark, encoding) = known.into_iter().find(|(mark, _)| sample.starts_with(mark))?;
    Some(Encoded { encoding, mark: mark.len() })
}

/// Text in UTF-16 has line ends and delimiters, that is letters below 128, and no NUL.
fn check_utf16(text: &[u8], marked: Encoded) -> Result<Encoded, &'static str> {
    let (mut plain, mut nuls, mut swapped) = (0, 0, 0);
    for unit in text.as_chunks::<2>().0 {
        let unit = match marked.encoding == TextEncoding::UTF_16LE {
            true => u16::from_le_bytes(*unit),
            false => u16::from_be_bytes(*unit),
        };
        match unit {
            0 => nuls += 1,
            1..128 => plain += 1,
            _ if unit.swap_bytes() < 128 => swapped += 1,
            _ => {}
        }
    }
    if nuls > 0 && nuls * 3 > text.len() / 2 {
        return Err("has the byte-order mark of UTF-16, but is written in UTF-32, which is not read; save it as “CSV \
                    UTF-8”");
    }
    if swapped > plain {
        return Err("has the wrong byte-order mark: it says the other order of bytes than the text has; export it \
                    again, or choose its encoding");
    }
    if plain == 0 && !text.is_empty() {
        return Err("has the byte-order mark of UTF-16, but its text is not UTF-16; export it again, or choose its \
                    encoding");
    }
    Ok(marked)
}

/// Latin text in UTF-16 without a mark has a NUL in every second byte.
fn unmarked_utf16(sample: &[u8]) -> Option<TextEncoding> {
    let nul_every_second = |odd: usize| {
        let nuls = sample.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
        sample.len() >= 4 && nuls * 5 > sample.len() * 2
    };
    match (nul_every_second(0), nul_every_second(1)) {
        (false, true) => Some(TextEncoding::UTF_16LE),
        (true, false) => Some(TextEncoding::UTF_16BE),
        _ => None,
    }
}

/// What all bytes of a text show.
struct Seen {
    detector: EncodingDetector,
    /// Letters beyond ASCII that are sound UTF-8.
    sound: u64,
    damaged: u64,
    /// Bytes given to the detector.
    fed: usize,
}

impl Seen {
    fn of(mut text: impl Read) -> io::Result<Self> {
        let detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        let mut seen = Self { detector, sound: 0, damaged: 0, fed: 0 };
        let mut buffer = vec![0; CHUNK_BYTES];
        // Bytes at the front that the chunk before left over: a letter that it cut in two.
        let mut kept = 0;
        loop {
            let read = match text.read(&mut buffer[kept..]) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let chunk = &buffer[..kept + read];
            let left = seen.look(chunk, read == 0);
            let whole = chunk.len() - left;
            if read == 0 {
                seen.detector.feed(&[], true);
                return Ok(seen);
            }
            buffer.copy_within(whole..whole + left, 0);
            kept = left;
        }
    }

    /// Counts the letters beyond ASCII; returns how many bytes at the end may be the beginning of one.
    fn look(&mut self, chunk: &[u8], is_last: bool) -> usize {
        let (sound, left) = match std::str::from_utf8(chunk) {
            Ok(_) => (chunk, 0),
            Err(error) if error.error_len().is_none() && !is_last => {
                (&chunk[..error.valid_up_to()], chunk.len() - error.valid_up_to())
            }
            Err(_) => return self.look_closely(chunk, is_last),
        };
        self.sound += first_bytes(sound);
        left
    }

    /// The same of a chunk with a damaged letter, which the detector sees too.
    fn look_closely(&mut self, chunk: &[u8], is_last: bool) -> usize {
        let mut left = 0;
        for part in chunk.utf8_chunks() {
            self.sound += first_bytes(part.valid().as_bytes());
            let invalid = part.invalid();
            let is_at_end = invalid.as_ptr_range().end == chunk.as_ptr_range().end;
            let may_go_on = || std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if invalid.is_empty() {
                continue;
            }
            if !is_last && is_at_end && may_go_on() {
                left = invalid.len();
            } else {
                self.damaged += 1;
            }
        }
        if self.fed < GUESSED_FROM {
            let whole = &chunk[..chunk.len() - left];
            self.detector.feed(whole, false);
            self.fed += whole.len();
        }
        left
    }

    fn is_utf8(&self) -> bool {
        self.damaged == 0 || self.sound >= self.damaged * SOUND_PER_DAMAGED
    }

    fn guess(&self) -> TextEncoding {
        self.detector.guess(None, Utf8Detection::Deny).into()
    }
}

/// How many letters beyond ASCII a sound text has.
fn first_bytes(text: &[u8]) -> u64 {
    text.iter().filter(|&&byte| byte >= 0xC0).count() as u64
}

/// A text of another encoding, read as UTF-8.
pub struct Decoded {
    input: Box<dyn Read + Send>,
    decoder: Decoder,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    ended: bool,
    read: u64,
    /// Decoded for a reader that asked for less than a letter may need.
    spare: VecDeque<u8>,
}

impl Decoded {
    /// The bytes behind the mark, whose length is that of `encoded`.
    pub fn new(input: Box<dyn Read + Send>, encoded: Encoded) -> Self {
        Self {
            input,
            decoder: encoded.encoding.decoder().new_decoder_without_bom_handling(),
            buffer: vec![0; CHUNK_BYTES],
            at: 0,
            end: 0,
            ended: false,
            read: encoded.mark as u64,
            spare: VecDeque::new(),
        }
    }

    /// Bytes of the file read so far.
    pub fn bytes_read(&self) -> u64 {
        self.read
    }
}

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.spare.is_empty() && out.len() >= LEAST_ROOM {
            return self.decode(out);
        }
        if self.spare.is_empty() && !out.is_empty() {
            let mut spare = [0; LEAST_ROOM];
            let made = self.decode(&mut spare)?;
            self.spare.extend(&spare[..made]);
        }
        self.spare.read(out)
    }
}

impl Decoded {
    /// Decodes into a buffer of at least [`LEAST_ROOM`]; 0 at the end.
    fn decode(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written == 0 {
            if self.at == self.end && !self.ended {
                self.at = 0;
                self.end = self.input.read(&mut self.buffer)?;
                self.ended = self.end == 0;
                self.read += self.end as u64;
            }
            let bytes = &self.buffer[self.at..self.end];
            // One byte is kept for a letter that cannot be decoded.
            let room = out.len() - 1;
            let (result, eaten, made) =
                self.decoder.decode_to_utf8_without_replacement(bytes, &mut out[..room], self.ended);
            self.at += eaten;
            written += made;
            match result {
                DecoderResult::Malformed(..) => {
                    out[written] = DAMAGED;
                    written += 1;
                }
                DecoderResult::InputEmpty if self.ended => {
                    // A decoder that has ended must not be asked again.
                    self.decoder = self.decoder.encoding().new_decoder_without_bom_handling();
                    break;
                }
                DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
            }
        }
        Ok(written)
    }
}

/// The text of a sample, as far as it can be decoded.
pub fn decode_sample(sample: &[u8], encoded: Encoded) -> Vec<u8> {
    let text = &sample[encoded.mark.min(sample.len())..];
    let encoding = encoded.encoding.decoder();
    if encoding == encoding_rs::UTF_8 {
        return text.to_vec();
    }
    // Half a letter at the end of the sample is none.
    let whole = if encoding == UTF_16LE || encoding == UTF_16BE { text.len() / 2 * 2 } else { text.len() };
    encoding.decode_without_bom_handling(&text[..whole]).0.into_owned().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn told(bytes: &[u8]) -> Result<Encoded, &'static str> {
        let all = bytes.to_vec();
        detect(bytes, None, |mark| Ok(Box::new(Cursor::new(all[mark..].to_vec())))).expect("read")
    }

    fn name(bytes: &[u8]) -> String {
        told(bytes).expect("text").encoding.to_string()
    }

    /// Reads a few bytes at a time, so that letters are cut in two.
    struct Slow(Cursor<Vec<u8>>);

    impl Read for Slow {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let most = out.len().min(3);
            self.0.read(&mut out[..most])
        }
    }

    fn decoded(bytes: &[u8], encoding: TextEncoding) -> Vec<u8> {
        let input = Box::new(Slow(Cursor::new(bytes.to_vec())));
        let mut text = Vec::new();
        Decoded::new(input, Encoded { encoding, mark: 0 }).read_to_end(&mut text).expect("decoded");
        text
    }

    #[test]
    fn an_encoding_is_told_from_its_mark_or_from_its_bytes() {
        assert_eq!(told(b"\xEF\xBB\xBFa"), Ok(Encoded { encoding: TextEncoding::UTF_8, mark: 3 }));
        assert_eq!(told(b"\xFF\xFEa\0,\0"), Ok(Encoded { encoding: TextEncoding::UTF_16LE, mark: 2 }));
        assert_eq!(told(b"\xFE\xFF\0a\0,"), Ok(Encoded { encoding: TextEncoding::UTF_16BE, mark: 2 }));
        assert_eq!(told(b"i\0d\0,\0n\0"), Ok(Encoded { encoding: TextEncoding::UTF_16LE, mark: 0 }));
        assert_eq!(told(b"\0i\0d\0,\0n"), Ok(Encoded { encoding: TextEncoding::UTF_16BE, mark: 0 }));
        assert_eq!(name(b"id,name\n"), "UTF-8");
        assert_eq!(name("id,Zo\u{eb}".as_bytes()), "UTF-8");
        assert_eq!(name(b"id,name,town\n1,Zo\xEB Schr\xF6der,M\xFCnchen\n"), "Windows-1252");
        let cyrillic = encoding_rs::WINDOWS_1251.encode("имя,город\nАнна Петрова,Санкт-Петербург\n").0.into_owned();
        assert_eq!(name(&cyrillic), "Windows-1251");
        let chinese = encoding_rs::BIG5.encode("編號,姓名,公司名稱\n一,陳大文,臺北市政府資訊局\n").0.into_owned();
        assert_eq!(name(&chinese), "Big5");
    }

    #[test]
    fn a_single_damaged_letter_does_not_make_utf_8_another_encoding() {
        let mut text = "Zoë, Jürgen, Çelik, Łukasz, Åse, Ñuñez, Øystein, Ægir\n".to_owned().into_bytes();
        text.extend(b"caf\xE9\n");
        assert_eq!(name(&text), "UTF-8");
        assert_eq!(name(b"caf\xE9\n"), "Windows-1252");
    }

    #[test]
    fn a_letter_that_two_chunks_share_is_sound() {
        for shift in 0..4 {
            let text = format!("{}{}", "x".repeat(shift), "é€😀".repeat(CHUNK_BYTES / 4));
            let seen = Seen::of(Cursor::new(text.as_bytes())).expect("read");
            assert_eq!(seen.damaged, 0);
            assert_eq!(seen.sound, text.chars().filter(|letter| !letter.is_ascii()).count() as u64);
            let seen = Seen::of(Cursor::new(&text.as_bytes()[..text.len() - 1])).expect("read");
            assert_eq!(seen.damaged, 1, "the file ends within a letter");
        }
    }

    #[test]
    fn a_wrong_mark_is_refused_for_what_it_is() {
        assert!(told(b"\xFE\xFF\0\0\0a\0\0\0,\0\0\0b").expect_err("refused").contains("UTF-32"));
        assert!(told(b"\xFF\xFE\0a\0,\0b").expect_err("refused").contains("wrong byte-order mark"));
        assert!(told(b"\xFF\xFEid,name\n1,Ada\n").expect_err("refused").contains("not UTF-16"));
        assert!(told(b"\xEF\xBB\xBFcaf\xE9").expect_err("refused").contains("not UTF-8"));
        let wish = Some(TextEncoding::WINDOWS_1252);
        let overruled = detect(b"\xEF\xBB\xBFcaf\xE9", wish, |_| unreachable!("nothing is looked at")).expect("read");
        assert_eq!(overruled, Ok(Encoded { encoding: TextEncoding::WINDOWS_1252, mark: 3 }));
    }

    #[test]
    fn what_cannot_be_decoded_is_marked_and_the_rest_is_kept() {
        assert_eq!(decoded(b"a\0,\0\x00\xD8b\0", TextEncoding::UTF_16LE), b"a,\xFFb");
        assert_eq!(decoded(b"a\0,\0b", TextEncoding::UTF_16LE), b"a,\xFF", "half a letter at the end");
        assert_eq!(decoded(b"caf\xE9", TextEncoding::WINDOWS_1252), "café".as_bytes());
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded_again(text in "[ -~äöüßéñ€]{0,200}") {
            let western = encoding_rs::WINDOWS_1252.encode(&text).0;
            prop_assert_eq!(decoded(&western, TextEncoding::WINDOWS_1252), text.as_bytes());
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            prop_assert_eq!(decoded(&wide, TextEncoding::UTF_16BE), text.as_bytes());
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            prop_assert_eq!(decoded(&wide, TextEncoding::UTF_16LE), text.as_bytes());
        }
    }
}
