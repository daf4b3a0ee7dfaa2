//! How fast somebody may try: those who fail wait a little longer each time, and nobody is ever locked out by others.
//!
//! Attempts are counted by address and by account. The first attempts from an address never wait, whatever was tried
//! against the account from elsewhere: that is what keeps an attacker from locking its owner out. An attempt counts
//! as failed from the moment it begins, so that many at once gain nothing, and is forgiven when it succeeds.

use super::address::counted_as;
use crate::error::{AppError, Result};
use crate::period::Instant;
use rustc_hash::FxHashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Seconds without a failure after which earlier ones are forgotten.
const MEMORY: u32 = 15 * 60;
/// Failures that cost nothing: everybody mistypes.
const FREE: u32 = 5;
/// An address waits at most this long for one attempt, in seconds.
const ADDRESS_WAIT: u32 = 8;
/// An account adds at most this, in seconds.
const ACCOUNT_WAIT: u32 = 2;
/// Attempts of one address that wait at one time; more are refused at once.
const WAITING: u32 = 20;
/// Wrong second factors of one account. Only who knows the password comes this far, so here others cannot lock out.
const CODES: u32 = 10;
/// Entries kept; beyond it the oldest are forgotten early.
const ENTRIES: usize = 100_000;

/// Whose failures are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    Account(String),
    Codes(i64),
}

#[derive(Clone, Copy, Debug, Default)]
struct Tries {
    failed: u32,
    last: u32,
    waiting: u32,
}

/// The failures of the last quarter of an hour, in the memory of this process.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    tries: Arc<Mutex<FxHashMap<Key, Tries>>>,
}

/// An attempt that has been let in after its wait; dropping it counts it as failed.
#[derive(Debug)]
pub struct Attempt {
    pace: Pace,
    address: Key,
    account: Key,
}

impl Pace {
    /// Counts an attempt at an account (by whatever name it was given) and waits as long as it must.
    ///
    /// # Errors
    /// Too many attempts from this address are waiting already.
    pub async fn admit(&self, now: Instant, address: IpAddr, account: &str) -> Result<Attempt> {
        let attempt = Attempt {
            pace: self.clone(),
            address: Key::Address(counted_as(address)),
            account: Key::Account(super::token::digest(account)),
        };
        let wait = self.count(now, &attempt)?;
        if wait > 0 {
            let _left = Leave(&attempt);
            tokio::time::sleep(Duration::from_secs(wait.into())).await;
        }
        Ok(attempt)
    }

    /// Counts a second factor for an account.
    ///
    /// # Errors
    /// There were ten wrong ones within a quarter of an hour.
    pub fn admit_code(&self, now: Instant, account: i64) -> Result<()> {
        let mut tries = self.lock();
        let entry = entry(&mut tries, now, Key::Codes(account));
        if entry.failed >= CODES {
            return Err(too_many("Ten codes were wrong. Wait a quarter of an hour, then sign in again."));
        }
        entry.failed += 1;
        entry.last = now.0;
        Ok(())
    }

    /// The second factor was right.
    pub fn forgive_codes(&self, account: i64) {
        self.lock().remove(&Key::Codes(account));
    }

    /// Seconds to wait before this attempt; it is counted as waiting if there are any.
    fn count(&self, now: Instant, attempt: &Attempt) -> Result<u32> {
        let mut tries = self.lock();
        let by_account = *entry(&mut tries, now, attempt.account.clone());
        let by_address = entry(&mut tries, now, attempt.address.clone());
        let mut wait = delay(by_address.failed, ADDRESS_WAIT);
        if by_address.failed > 0 {
            wait = wait.max(delay(by_account.failed, ACCOUNT_WAIT));
        }
        if wait > 0 && by_address.waiting >= WAITING {
            return Err(too_many("Too many attempts come from your address. Try again in some seconds."));
        }
        by_address.waiting += u32::from(wait > 0);
        by_address.failed = by_address.failed.saturating_add(1);
        by_address.last = now.0;
        let by_account = entry(&mut tries, now, attempt.account.clone());
        by_account.failed = by_account.failed.saturating_add(1);
        by_account.last = now.0;
        Ok(wait)
    }

    fn lock(&self) -> MutexGuard<'_, FxHashMap<Key, Tries>> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// Whether nobody had failed at this account within memory.
    pub fn is_first_of_account(&self) -> bool {
        self.pace.lock().get(&self.account).is_some_and(|entry| entry.failed == 1)
    }

    /// It succeeded: it was no failure, and the account starts anew. (The address does not: else somebody with an
    /// account of their own could try others' for ever.)
    pub fn forgive(self) {
        let mut tries = self.pace.lock();
        uncount(&mut tries, &self.address);
        tries.remove(&self.account);
    }

    /// Nothing was tried after all.
    pub fn withdraw(self) {
        let mut tries = self.pace.lock();
        uncount(&mut tries, &self.address);
        uncount(&mut tries, &self.account);
    }
}

fn uncount(tries: &mut FxHashMap<Key, Tries>, key: &Key) {
    if let Some(entry) = tries.get_mut(key) {
        entry.failed = entry.failed.saturating_sub(1);
    }
}

/// Ends the wait also when the browser that waited is gone.
struct Leave<'a>(&'a Attempt);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if let Some(entry) = self.0.pace.lock().get_mut(&self.0.address) {
            entry.waiting = entry.waiting.saturating_sub(1);
        }
    }
}

/// Nothing for the first five, then 1, 2, 4 … seconds up to the longest.
fn delay(failed: u32, longest: u32) -> u32 {
    failed
        .checked_sub(FREE)
        .map_or(0, |more| 1_u32.checked_shl(more).filter(|&s| s > 0).unwrap_or(longest).min(longest))
}

/// The entry as it counts now, made where it is missing.
fn entry(tries: &mut FxHashMap<Key, Tries>, now: Instant, key: Key) -> &mut Tries {
    if tries.len() >= ENTRIES && !tries.contains_key(&key) {
        tries.retain(|_, entry| entry.waiting > 0 || now.0.saturating_sub(entry.last) < MEMORY);
        if tries.len() >= ENTRIES {
            tries.retain(|_, entry| entry.waiting > 0 || now.0.saturating_sub(entry.last) < MEMORY / 15);
        }
    }
    let entry = tries.entry(key).or_default();
    if now.0.saturating_sub(entry.last) >= MEMORY {
        entry.failed = 0;
    }
    entry
}

fn too_many(sentence: &str) -> AppError {
    AppError::TooMany(sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_800_000_000);

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    /// Seconds that each of so many failing attempts from one address at one account would wait.
    async fn waits(pace: &Pace, from: u8, account: &str, attempts: usize) -> Vec<u64> {
        let mut waits = Vec::new();
        for _ in 0..attempts {
            let before = tokio::time::Instant::now();
            drop(pace.admit(NOW, address(from), account).await.expect("nobody else waits"));
            waits.push(before.elapsed().as_secs());
        }
        waits
    }

    #[tokio::test(start_paused = true)]
    async fn five_mistakes_are_free_and_then_each_waits_longer_up_to_eight_seconds() {
        assert_eq!(waits(&Pace::default(), 1, "ada", 11).await, [0, 0, 0, 0, 0, 1, 2, 4, 8, 8, 8]);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_attacked_from_elsewhere_does_not_wait() {
        let pace = Pace::default();
        waits(&pace, 1, "ada", 50).await;
        for from in 10..100 {
            waits(&pace, from, "ada", 1).await;
        }
        assert_eq!(waits(&pace, 2, "ada", 1).await, [0]);
        // A second mistake of her own costs her two seconds at most.
        assert_eq!(waits(&pace, 2, "ada", 2).await, [2, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn trying_many_accounts_from_one_address_is_slow() {
        let pace = Pace::default();
        for account in 0..8 {
            waits(&pace, 1, &account.to_string(), 1).await;
        }
        assert_eq!(waits(&pace, 1, "another", 1).await, [8]);
    }

    #[tokio::test(start_paused = true)]
    async fn success_is_no_failure_and_does_not_wash_the_address_clean() {
        let pace = Pace::default();
        waits(&pace, 1, "ada", 7).await;
        pace.admit(NOW, address(1), "eve").await.expect("it waits").forgive();
        assert_eq!(waits(&pace, 1, "ada", 1).await, [4]);
    }

    #[tokio::test(start_paused = true)]
    async fn many_at_once_from_one_address_are_refused_and_others_are_not() {
        let pace = Pace::default();
        waits(&pace, 1, "ada", 6).await;
        let attempts: Vec<_> = (0..100)
            .map(|_| {
                let pace = pace.clone();
                tokio::spawn(async move { pace.admit(NOW, address(1), "ada").await.map(drop) })
            })
            .collect();
        let mut refused = 0;
        for attempt in attempts {
            refused += usize::from(attempt.await.expect("it ends").is_err());
        }
        assert_eq!(refused, 80);
        assert_eq!(waits(&pace, 2, "ada", 1).await, [0]);
        // Nobody waits any more, so the address is let in again, slowly.
        assert_eq!(waits(&pace, 1, "ada", 1).await, [8]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_quarter_of_an_hour_later_all_is_forgotten() {
        let pace = Pace::default();
        waits(&pace, 1, "ada", 9).await;
        let later = Instant(NOW.0 + MEMORY);
        let before = tokio::time::Instant::now();
        pace.admit(later, address(1), "ada").await.expect("nobody waits").forgive();
        assert_eq!(before.elapsed().as_secs(), 0);
    }

    #[test]
    fn ten_wrong_codes_end_the_guessing_for_a_quarter_of_an_hour() {
        let pace = Pace::default();
        for _ in 0..10 {
            assert!(pace.admit_code(NOW, 7).is_ok());
        }
        assert!(matches!(pace.admit_code(NOW, 7), Err(AppError::TooMany(_))));
        assert!(pace.admit_code(NOW, 8).is_ok());
        assert!(pace.admit_code(Instant(NOW.0 + MEMORY), 7).is_ok());
        pace.forgive_codes(7);
        assert!(pace.admit_code(NOW, 7).is_ok());
    }
}
