//! Secrets that the server hands out: of sessions, one-time links, and the first run. The database holds their
//! SHA-256 only, so that a stolen backup opens no door.

use crate::error::{AppError, Result};
use sha2::{Digest, Sha256};

/// 256 bits from the system's generator, as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn generate() -> Result<Self> {
        let mut bytes = [0; 32];
        fill_random(&mut bytes)?;
        Ok(Self(to_hex(&bytes)))
    }

    /// One that came back to us, if it has the shape of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let ours = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        ours.then(|| Self(text.to_owned()))
    }

    /// The secret itself: for the cookie or the link, never for a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the database holds and finds it by.
    pub fn digest(&self) -> String {
        digest(&self.0)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// SHA-256 as hexadecimal digits.
pub fn digest(text: &str) -> String {
    to_hex(&Sha256::digest(text.as_bytes()))
}

/// A code that a person types: groups of four of an alphabet of 31 without 0, 1, i, l and o; 4 groups hold 79 bits.
///
/// # Errors
/// The system has no randomness to give.
pub fn generate_code(groups: usize) -> Result<String> {
    const ALPHABET: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let mut code = String::new();
    while code.len() < groups * 5 {
        let mut byte = [0];
        fill_random(&mut byte)?;
        // The bytes beyond a multiple of 31 are drawn again, else some letters came more often.
        if usize::from(byte[0]) < 256 - 256 % ALPHABET.len() {
            code.push(char::from(ALPHABET[usize::from(byte[0]) % ALPHABET.len()]));
            if code.len() % 5 == 4 {
                code.push('-');
            }
        }
    }
    code.pop();
    Ok(code)
}

/// A typed code without the ways in which people write it: case, blanks, hyphens.
pub fn normalize_code(typed: &str) -> String {
    typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(100).collect()
}

/// Bytes from the system's generator.
///
/// # Errors
/// It has none to give.
pub fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| {
        AppError::Unavailable(format!("The system gives no random numbers ({error}), so nothing secret can be made."))
    })
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|n| char::from_digit(n.into(), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn tokens_have_256_bits_and_never_come_twice() {
        let tokens: HashSet<_> =
            (0..1_000).map(|_| Token::generate().expect("the system is random").reveal().to_owned()).collect();
        assert_eq!(tokens.len(), 1_000);
        assert!(tokens.iter().all(|token| Token::parse(token).is_some()));
    }

    #[test]
    fn the_database_holds_what_cannot_be_turned_back() {
        // FIPS 180-4, "abc"
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let token = Token::generate().expect("the system is random");
        assert_ne!(token.digest(), token.reveal());
        assert_eq!(format!("{token:?}"), "Token(…)");
    }

    #[test]
    fn what_is_not_of_our_shape_is_no_token() {
        for text in ["", "abc", &"A".repeat(64), &"g".repeat(64), &"a".repeat(65), "' or 1=1 --"] {
            assert_eq!(Token::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = generate_code(4).expect("the system is random");
        assert_eq!(code.len(), 19, "{code}");
        assert_eq!(normalize_code(&format!(" {} ", code.to_uppercase())), code.replace('-', ""));
    }
}
