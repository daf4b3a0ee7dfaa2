//! What the pages of the settings show, in finished words.

use crate::people::model::{AccountId, SessionId, Standing};
use crate::text_enum;
use serde::{Deserialize, Serialize};

text_enum!(
    /// What has just been done, as the address of the page says it. A closed set: an address can be written by anybody.
    Done {
        /// Another name.
        Name = "name",
        /// Another password.
        Password = "password",
        /// The second factor is off.
        SecondFactorOff = "second_factor_off",
        /// A session was ended.
        SessionEnded = "session_ended",
        /// Somebody has another standing.
        Standing = "standing",
        /// Somebody was disabled.
        Disabled = "disabled",
        /// Somebody was enabled.
        Enabled = "enabled",
        /// All sessions of somebody were ended.
        SessionsEnded = "sessions_ended",
    }
);

impl Done {
    /// As a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Name => "Your name is changed.",
            Self::Password => "Your password is changed; every other session of yours has ended.",
            Self::SecondFactorOff => "Your second factor is off.",
            Self::SessionEnded => "The session has ended.",
            Self::Standing => "The change counts from their next request.",
            Self::Disabled => "The account is disabled and all its sessions have ended.",
            Self::Enabled => "The account can sign in again.",
            Self::SessionsEnded => "All their sessions have ended.",
        }
    }
}

/// One's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAccount {
    /// What others call them.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// Team and flags in words.
    pub standing: String,
    /// How far the second factor is.
    pub second_factor: SecondFactor,
    /// Browsers in which they are signed in.
    pub sessions: Vec<SessionLine>,
    /// What happened around the account, newest first: when, what, from where.
    pub events: Vec<[String; 3]>,
}

/// How far the second factor is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecondFactor {
    /// There is none.
    Off,
    /// An authenticator has been shown its secret and has not answered yet.
    Enrolling {
        /// In base32, to be typed.
        secret: String,
        /// For an application on the same device.
        url: String,
    },
    /// Asked for at each sign-in.
    On {
        /// Codes on paper that are left.
        codes_left: i64,
    },
}

/// A browser in which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLine {
    /// By which it can be ended.
    pub id: SessionId,
    /// Since when, last used when, in the workspace's zone.
    pub times: String,
    /// Address and browser.
    pub place: String,
    /// The one that asks.
    pub this: bool,
}

/// Everybody, and what the caller may do with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeoplePage {
    /// The accounts.
    pub people: Vec<PersonLine>,
    /// The caller may change them, not only invite.
    pub may_manage: bool,
}

/// An account in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLine {
    /// Its number.
    pub id: AccountId,
    /// What others call them.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// What they are here.
    pub standing: Standing,
    /// Cannot sign in.
    pub disabled: bool,
    /// Has a second factor.
    pub second_factor: bool,
}
