//! People, their teams and flags, and the rules that need nothing but the value.

use crate::error::{AppError, Result};
use crate::{id_type, text_enum};
use serde::{Deserialize, Serialize};

id_type!(
    /// An account: one person who may sign in.
    AccountId
);
id_type!(
    /// A session: one browser in which somebody is signed in.
    SessionId
);

text_enum!(
    /// The two sides of the net.
    Team {
        /// Captures leads and hands them over.
        Marketing = "marketing",
        /// Works the leads.
        Sales = "sales",
    }
);

/// What somebody is here. It decides what they may do ([`permission`](super::permission)); nothing else does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// `None` is a viewer: numbers, agreement, personas and content, never a lead's personal data.
    pub team: Option<Team>,
    /// Head of that team; a viewer heads nothing.
    pub head: bool,
    /// People, workspace settings, tokens.
    pub admin: bool,
}

impl Standing {
    /// What was asked for, if it makes sense.
    ///
    /// # Errors
    /// A head without a team.
    pub fn new(team: Option<Team>, head: bool, admin: bool) -> Result<Self> {
        if head && team.is_none() {
            return Err(AppError::Invalid(
                "A head needs a team: choose marketing or sales, or leave the head out.".to_owned(),
            ));
        }
        Ok(Self { team, head, admin })
    }

    /// In words: “head of sales, admin”.
    pub fn words(self) -> String {
        let role = match (self.team, self.head) {
            (Some(team), true) => format!("head of {team}"),
            (Some(team), false) => team.to_string(),
            (None, _) => "viewer".to_owned(),
        };
        if self.admin { format!("{role}, admin") } else { role }
    }
}

/// A person with an account, as pages show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// As the person writes it; two addresses that differ in case only are one.
    pub email: String,
    /// What others call them.
    pub name: String,
    /// What they are here.
    pub standing: Standing,
    /// Cannot sign in, and every session has ended.
    pub disabled: bool,
    /// Signs in with a code besides the password.
    pub second_factor: bool,
}

/// A mail address, checked as far as a program can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads one.
    ///
    /// # Errors
    /// It has no `@` with something on both sides, holds a space or control character, or is longer than 254 bytes.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').unwrap_or_default();
        let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"(),;:\\".contains(c));
        if local.is_empty() || domain.is_empty() || local.contains('@') || !clean || text.len() > 254 {
            return Err(AppError::Invalid(format!(
                "“{}” is not a mail address. Write one such as ada@company.example.",
                text.chars().take(60).collect::<String>()
            )));
        }
        Ok(Self(text.to_owned()))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes two addresses one: lower case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// A person's name: trimmed, one line.
///
/// # Errors
/// It is blank, longer than 100 characters or holds a control character (which could break a log line or a mail).
pub fn check_name(name: &str) -> Result<String> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > 100 || name.chars().any(char::is_control) {
        return Err(AppError::Invalid("A name has 1 to 100 characters on one line.".to_owned()));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_has_a_team() {
        assert!(Standing::new(None, true, false).is_err());
        let both = Standing::new(Some(Team::Sales), true, true).expect("a head of sales may be admin");
        assert_eq!(both.words(), "head of sales, admin");
        assert_eq!(Standing::default().words(), "viewer");
    }

    #[test]
    fn a_mail_address_has_two_sides_and_nothing_that_a_header_would_mind() {
        for good in ["ada@company.example", " Ada.L+1@Company.Example ", "ö@ü.example", "a@localhost"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "ada", "@x", "ada@", "a@b@c", "a b@c", "a@b\r\nBcc: all@x", "<a@b>", "a@b,c@d"] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Email::parse("Ada@X.example").expect("an address").key(), "ada@x.example");
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(check_name("  Ada Lovelace "), Ok("Ada Lovelace".to_owned()));
        for bad in ["", "   ", "Ada\nadmin signed in", "\u{1b}[31m", &"x".repeat(101)] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
    }
}
