//! A form counts once. Each carries a key that the server made when it showed the form; the key is written in the
//! transaction that does what the form asks. The same form once more (a second click, a browser that sends again
//! because it never heard the answer) is answered with the same page, and writes nothing.

use super::store;
use crate::changes::model::{Change, Seq};
use crate::error::{AppError, Result};
use crate::people::model::Visitor;
use crate::people::service::Caller;
use crate::period::Instant;
use crate::server::db::{Db, WriteTx};
use std::ops::{Deref, DerefMut};

/// Keys in hexadecimal digits.
const LENGTH: usize = 32;

/// A new key for a form that is being shown.
pub fn new_key() -> String {
    let mut bytes = [0; LENGTH / 2];
    // Without randomness the form has no key: it is taken all the same, and then each time it comes.
    if getrandom::fill(&mut bytes).is_err() {
        return String::new();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether it is one that we made.
pub fn is_key(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What becomes of a form that came.
#[derive(Debug)]
pub enum Begun {
    /// It came before, and led there.
    Answered(String),
    /// It is to be done now.
    Write(Box<Once>),
}

/// The transaction of a form that is being taken; dropped, it leaves no trace and the form may come again.
#[derive(Debug)]
pub struct Once {
    tx: WriteTx,
    who: String,
    key: String,
}

/// Begins to take a form. A form without a key (written by hand, not shown by us) is taken each time it comes.
///
/// # Errors
/// The key is none of ours, or the database refuses.
pub async fn begin(db: &Db, caller: &Caller, key: &str) -> Result<Begun> {
    if !key.is_empty() && !is_key(key) {
        return Err(AppError::Invalid(
            "This form is not complete. Open its page again and send it from there.".to_owned(),
        ));
    }
    let who = person(caller);
    let mut tx = db.write().await?;
    match store::find_answer(&mut tx, &who, key).await? {
        Some(leads_to) if !key.is_empty() => Ok(Begun::Answered(leads_to)),
        _ => Ok(Begun::Write(Box::new(Once { tx, who, key: key.to_owned() }))),
    }
}

/// By what a person's forms and drafts are told from others'.
pub fn person(caller: &Caller) -> String {
    match &caller.visitor {
        Visitor::Person(account) => account.id.to_string(),
        other => other.name().to_owned(),
    }
}

/// Those of these forms of theirs that came and were taken.
///
/// # Errors
/// The database does not answer.
pub async fn taken(db: &Db, caller: &Caller, keys: impl Iterator<Item = String>) -> Result<Vec<String>> {
    let (who, mut tx) = (person(caller), db.read().await?);
    let mut taken = Vec::new();
    for key in keys {
        if store::find_answer(&mut tx, &who, &key).await?.is_some() {
            taken.push(key);
        }
    }
    Ok(taken)
}

impl Once {
    /// Writes down what was done and where the form leads, and commits.
    ///
    /// # Errors
    /// The database refuses, and nothing is saved; or it is not known whether it is, and the form may come again.
    pub async fn finish(mut self, change: &Change, leads_to: String) -> Result<(Seq, String)> {
        if !self.key.is_empty() {
            store::keep_answer(&mut self.tx, &self.who, &self.key, &leads_to, change.at).await?;
        }
        let seq = self.tx.record_change(change).await?.commit_once().await?;
        Ok((seq, leads_to))
    }
}

impl Deref for Once {
    type Target = WriteTx;

    fn deref(&self) -> &WriteTx {
        &self.tx
    }
}

impl DerefMut for Once {
    fn deref_mut(&mut self) -> &mut WriteTx {
        &mut self.tx
    }
}

/// Forgets forms that are a day old.
///
/// # Errors
/// The database refuses.
pub async fn sweep(db: &Db, now: Instant) -> Result<()> {
    let mut tx = db.keep_house().await?;
    store::drop_answers(&mut tx, Instant(now.0.saturating_sub(86_400))).await?;
    tx.commit().await
}
