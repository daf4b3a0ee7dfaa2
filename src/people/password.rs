//! Passwords: which are taken, and how they are kept.
//!
//! The rules are those of OWASP ASVS 5.0, V6.2: length, nothing common, and no rule about what kinds of characters.

use super::token::fill_random;
use crate::error::{AppError, Result};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use tokio::sync::{Semaphore, oneshot};

/// In characters.
pub const SHORTEST: usize = 12;
/// In bytes; more would only cost time.
pub const LONGEST: usize = 1_024;

/// Hashes at one time: each takes 19 MiB and a whole core.
const THREADS: usize = 2;
/// How much nicer than pages a thread is that hashes (0 to 19).
const GIVES_WAY: i32 = 10;
/// Sign-ins that wait for a thread; more are told to come back.
const QUEUE: usize = 500;

/// The 10,000 most common passwords, and longer ones of the 20,000 after them, sorted bytewise, one a line.
/// From zxcvbn 4.4.2, MIT licence (common_passwords.LICENSE.txt).
const COMMON: &str = include_str!("common_passwords.txt");

/// What a password of nobody is compared with, so that an unknown name takes as long as a known one. Its parameters
/// are those of [`argon2`], which a test watches.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUu$X7fSbwV4XzXqNmJq2xFVN1vwo9dc4cKXGVvm4HmNwzA";

/// Whether a password may be taken.
///
/// # Errors
/// It is shorter than 12 characters or longer than 1,024 bytes, one of the most common ones (in whatever case, also
/// when written several times in a row), or the person's own mail address.
pub fn check(password: &str, email: &str) -> Result<()> {
    let refuse = |sentence: &str| Err(AppError::Invalid(sentence.to_owned()));
    if password.chars().count() < SHORTEST {
        return refuse("A password has at least 12 characters. Three or four words in a row are easy to remember.");
    }
    if password.len() > LONGEST {
        return refuse("A password has at most 1,024 bytes.");
    }
    let folded = password.to_lowercase();
    if folded == email.trim().to_lowercase() {
        return refuse("Your mail address is the first thing that others would try. Choose another password.");
    }
    if is_common(&folded) {
        return refuse(
            "This password is one of the most common ones, the first that others would try. Choose another.",
        );
    }
    Ok(())
}

fn is_common(folded: &str) -> bool {
    let listed = |word: &str| COMMON.lines().any(|line| line == word);
    let pieces = (1..=folded.len() / 2).filter(|length| folded.len().is_multiple_of(*length));
    listed(folded)
        || pieces
            .filter_map(|length| folded.get(..length))
            .any(|piece| piece.repeat(folded.len() / piece.len()) == folded && listed(piece))
}

/// Hashes on two threads of its own, so that any number of sign-ins neither stalls pages nor takes more than 38 MiB: on
/// the pool that everything else shares, each thread would keep the memory of its last hash. Both give way to pages.
#[derive(Clone, Debug)]
pub struct Hasher {
    /// Made with the first password.
    threads: Arc<OnceLock<Sender<Job>>>,
    queue: Arc<Semaphore>,
}

type Job = Box<dyn FnOnce() + Send>;

impl Default for Hasher {
    fn default() -> Self {
        Self { threads: Arc::default(), queue: Arc::new(Semaphore::new(QUEUE)) }
    }
}

fn start_threads() -> Sender<Job> {
    let (sender, jobs) = channel::<Job>();
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..THREADS {
        let jobs = Arc::clone(&jobs);
        let work = move || {
            // On Linux it concerns this thread alone. Where it is refused, hashing competes with pages.
            let _ = rustix::process::nice(GIVES_WAY);
            loop {
                let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(job) = next else { break };
                // Whoever waits for a job that panics is told that it ended early.
                let _ = catch_unwind(AssertUnwindSafe(job));
            }
        };
        if let Err(error) = thread::Builder::new().name("hashing".to_owned()).spawn(work) {
            tracing::error!("A thread for hashing could not be started: {error}");
        }
    }
    sender
}

impl Hasher {
    /// The text to keep: argon2id with its salt and parameters, in the PHC format.
    ///
    /// # Errors
    /// Too many wait, or the system has no randomness.
    pub async fn hash(&self, password: String) -> Result<String> {
        let mut salt = [0; 16];
        fill_random(&mut salt)?;
        let salt = SaltString::encode_b64(&salt).map_err(|_| AppError::Internal)?;
        self.run(move || {
            argon2().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()).map_err(|error| {
                tracing::error!("A password could not be hashed: {error}");
                AppError::Internal
            })
        })
        .await?
    }

    /// Whether it is the password of that hash. Without a hash (nobody of that name, or nobody with a password) the
    /// answer is no and takes as long.
    ///
    /// # Errors
    /// Too many wait.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.run(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODYS.to_owned());
            let right =
                PasswordHash::new(&hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok());
            known && right
        })
        .await
    }

    /// How many are being hashed or wait for it.
    pub fn waiting(&self) -> usize {
        QUEUE.saturating_sub(self.queue.available_permits())
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let busy = || {
            AppError::Unavailable(
                "Too many people sign in at this moment. Nothing was done; try again in some seconds.".to_owned(),
            )
        };
        let place = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| busy())?;
        let (done, answer) = oneshot::channel();
        let job = move || {
            // Whoever asked may have gone.
            let _ = done.send(work());
            drop(place);
        };
        self.threads.get_or_init(start_threads).send(Box::new(job)).map_err(|_| AppError::Internal)?;
        answer.await.map_err(|error| {
            tracing::error!("Hashing ended early: {error}");
            AppError::Internal
        })
    }
}

/// 19 MiB, two passes, one lane: OWASP's recommendation for argon2id.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(password: &str) -> bool {
        check(password, "ada@company.example").is_ok()
    }

    #[test]
    fn length_is_asked_for_and_kinds_of_characters_are_not() {
        assert!(!taken("elevenchars"));
        for good in ["twelve chars", "            x", "zwölf Zeichen", &"wörter ".repeat(64), &"x y".repeat(43)] {
            assert!(taken(good), "{good}");
        }
        assert!(!taken(&"xy z".repeat(257)));
        // Characters count, not bytes: this has 11 of them in 22 bytes.
        assert!(!taken("äöüäöüäöüäö"));
    }

    #[test]
    fn the_most_common_are_refused_in_whatever_case_and_however_often_in_a_row() {
        assert!(COMMON.lines().count() >= 10_000);
        assert!(COMMON.lines().is_sorted());
        for common in COMMON.lines() {
            assert!(!taken(common), "{common}");
        }
        for common in ["passwordpassword", "PasswordPassword", "QWERTYqwerty", "123456123456", "dragondragondragon"] {
            assert!(!taken(common), "{common}");
        }
        assert!(taken("password of dragons"));
    }

    #[test]
    fn the_own_address_is_no_password() {
        assert!(!taken("Ada@Company.example"));
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_other() {
        let hasher = Hasher::default();
        let hash = hasher.hash("correct horse".to_owned()).await.expect("it hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(hasher.verify("correct horse".to_owned(), Some(hash.clone())).await, Ok(true));
        assert_eq!(hasher.verify("correct house".to_owned(), Some(hash)).await, Ok(false));
        assert_eq!(hasher.verify("correct horse".to_owned(), Some("not a hash".to_owned())).await, Ok(false));
    }

    #[tokio::test]
    async fn nobody_has_a_password_and_it_takes_as_long_to_find_out() {
        let nobody = PasswordHash::new(NOBODYS).expect("it is in the PHC format");
        let params = Params::try_from(&nobody).expect("it has parameters");
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (19_456, 2, 1));
        assert!(nobody.hash.is_some_and(|output| output.len() == 32));
        assert_eq!(Hasher::default().verify(String::new(), None).await, Ok(false));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn more_than_the_queue_holds_are_told_to_come_back() {
        // Threads that do not come until they are told to.
        let (sender, jobs) = channel::<Job>();
        let threads = Arc::new(OnceLock::from(sender));
        let hasher = Hasher { threads, queue: Arc::new(Semaphore::new(1)) };
        let waiting = tokio::spawn({
            let hasher = hasher.clone();
            async move { hasher.verify("x".to_owned(), None).await }
        });
        while hasher.queue.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(hasher.verify("x".to_owned(), None).await, Err(AppError::Unavailable(_))));
        thread::spawn(move || jobs.iter().for_each(|job| job()));
        assert_eq!(waiting.await.expect("it ends"), Ok(false));
    }
}
