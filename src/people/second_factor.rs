//! The second factor: a code of an authenticator application (TOTP, RFC 6238), or one of the codes on paper.

use super::token::{digest, fill_random, generate_code, normalize_code};
use crate::error::{AppError, Result};
use crate::period::Instant;
use totp_rs::{Builder, Secret, Totp};

/// Codes on paper that an account gets, each good for one time.
const RECOVERY_CODES: usize = 10;

/// What the server and the authenticator both know.
#[derive(Clone)]
pub struct SharedSecret(Vec<u8>);

impl SharedSecret {
    /// 160 bits, as RFC 4226 recommends.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn generate() -> Result<Self> {
        let mut bytes = vec![0; 20];
        fill_random(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// From the text that is kept.
    ///
    /// # Errors
    /// It is damaged: a fault of ours.
    pub fn parse(base32: &str) -> Result<Self> {
        let secret = Secret::try_from_base32(base32).map_err(|_| AppError::Internal)?;
        Ok(Self(secret.as_ref().to_vec()))
    }

    /// To keep, and to type into an authenticator.
    pub fn to_base32(&self) -> String {
        Secret::from(self.0.clone()).to_base32()
    }

    /// What an authenticator reads from a link or a picture.
    ///
    /// # Errors
    /// The address cannot stand in such a link (it holds a colon).
    pub fn to_url(&self, email: &str) -> Result<String> {
        self.totp(email)?.to_url().map_err(|_| AppError::Internal)
    }

    /// The time step of the code, if it is right now (30 s before or after are forgiven) and its step is later than
    /// the last that was used: each code is good for one time.
    ///
    /// # Errors
    /// The secret is damaged: a fault of ours.
    pub fn check(&self, code: &str, now: Instant, last_step: i64) -> Result<Option<i64>> {
        let code = normalize_code(code);
        let step = self.totp("account")?.check(&code, u64::from(now.0));
        Ok(step.and_then(|step| i64::try_from(step).ok()).filter(|&step| step > last_step))
    }

    fn totp(&self, email: &str) -> Result<Totp> {
        Builder::new()
            .with_secret(self.0.clone())
            .with_account_name(email)
            .with_issuer(Some("Doubles"))
            .build()
            .map_err(|error| {
                tracing::error!("A second factor cannot be computed: {error}");
                AppError::Internal
            })
    }
}

/// New codes on paper: what the person is shown once, and what is kept of each.
///
/// # Errors
/// The system has no randomness to give.
pub fn generate_recovery_codes() -> Result<Vec<(String, String)>> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let code = generate_code(4)?;
            let kept = recovery_digest(&code);
            Ok((code, kept))
        })
        .collect()
}

/// What is kept of a code on paper. It holds 79 bits, so a fast hash does.
pub fn recovery_digest(code: &str) -> String {
    digest(&normalize_code(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the secret of its SHA-1 examples.
    fn example() -> SharedSecret {
        SharedSecret(b"12345678901234567890".to_vec())
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // The last six of the eight digits that the appendix prints.
        for (now, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert_eq!(example().check(code, Instant(now), -1), Ok(Some(i64::from(now / 30))), "{now}");
        }
    }

    #[test]
    fn a_code_is_good_once_and_no_older_one_after_it() {
        let (now, step) = (Instant(1_111_111_109), 1_111_111_109 / 30);
        assert_eq!(example().check("081804", now, step - 1), Ok(Some(step)));
        assert_eq!(example().check("081804", now, step), Ok(None));
        assert_eq!(example().check("081804", now, step + 1), Ok(None));
    }

    #[test]
    fn half_a_minute_is_forgiven_and_more_is_not() {
        for (late, right) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let now = Instant(1_111_111_109_u32.saturating_add_signed(late));
            assert_eq!(example().check("081804", now, -1).map(|step| step.is_some()), Ok(right), "{late} s");
        }
    }

    #[test]
    fn nonsense_is_no_code_and_blanks_in_one_do_not_matter() {
        for nonsense in ["", "0", "08180", "0818040", "abcdef", "-81804", "+81804", "٠٨١٨٠٤"] {
            assert_eq!(example().check(nonsense, Instant(1_111_111_109), -1), Ok(None), "{nonsense}");
        }
        assert!(example().check(" 081 804 ", Instant(1_111_111_109), -1).is_ok_and(|step| step.is_some()));
    }

    #[test]
    fn a_secret_is_kept_as_text() {
        let secret = SharedSecret::generate().expect("the system is random");
        let again = SharedSecret::parse(&secret.to_base32()).expect("it was written by us");
        assert_eq!(again.0, secret.0);
        assert!(secret.to_url("ada@company.example").is_ok_and(|url| url.starts_with("otpauth://totp/Doubles:ada")));
    }

    #[test]
    fn ten_codes_on_paper_differ_and_are_kept_as_digests() {
        let codes = generate_recovery_codes().expect("the system is random");
        let mut kept: Vec<_> = codes.iter().map(|(_, kept)| kept).collect();
        kept.sort();
        kept.dedup();
        assert_eq!(kept.len(), 10);
        assert!(codes.iter().all(|(code, kept)| recovery_digest(&code.to_uppercase()) == *kept));
    }
}
