//! People, their teams and flags, and the rules that need nothing but the value.

use super::permission::Action;
use crate::error::{AppError, Result};
use crate::period::Instant;
use crate::ui::says::Mark;
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
    /// One of the invented people of the sample company.
    pub sample: bool,
}

/// Who asks for something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visitor {
    /// Whoever sits at this machine, while there are no accounts and nobody else can reach it: may do everything.
    ThisMachine,
    /// The provider of sign-ins, whose word makes accounts and moves people between teams; asks for nothing itself.
    Provider,
    /// Somebody who is signed in.
    Person(Account),
}

impl Visitor {
    /// Whether they may do it.
    pub const fn may(&self, action: Action) -> bool {
        match self {
            Self::ThisMachine => true,
            Self::Provider => false,
            Self::Person(account) => account.standing.may(action),
        }
    }

    /// The same as an error that says who may.
    ///
    /// # Errors
    /// They may not.
    pub fn require(&self, action: Action) -> Result<()> {
        match self {
            Self::ThisMachine => Ok(()),
            Self::Provider => Err(AppError::SignIn),
            Self::Person(account) => account.standing.require(action),
        }
    }

    /// What the change log calls them.
    pub fn name(&self) -> &str {
        match self {
            Self::ThisMachine => "this machine",
            Self::Provider => "sign-in provider",
            Self::Person(account) => &account.name,
        }
    }

    /// Their account.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub const fn account(&self) -> Result<&Account> {
        match self {
            Self::ThisMachine | Self::Provider => Err(AppError::SignIn),
            Self::Person(account) => Ok(account),
        }
    }
}

impl Standing {
    /// Whether somebody of this standing may give that one to others: an admin any, a head only plain membership of
    /// the own team, or viewing.
    pub fn may_give(self, given: Self) -> bool {
        let plain = !given.head && !given.admin && (given.team.is_none() || given.team == self.team);
        self.admin || (self.head && plain)
    }
}

/// What every page knows of who sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What others call them.
    pub name: String,
    /// Team and flags in words.
    pub role: String,
    /// Their side of the net.
    pub team: Option<Team>,
    /// There is a session that can be ended.
    pub signed_in: bool,
    /// May bring the sample company and take it away.
    pub may_manage: bool,
    /// So many notices wait for them.
    pub waiting: u32,
    /// What waits for the teams: in the queue, and in the feedback loop; `None`: they may not see leads.
    pub desk: Option<[Mark; 2]>,
    /// What they must know of the backups, if it is theirs to look after.
    pub backups: Option<String>,
}

impl Seen {
    /// Of a visitor.
    pub fn of(visitor: &Visitor) -> Self {
        let may_manage = visitor.may(Action::ManageWorkspace);
        match visitor {
            Visitor::Person(account) => Self {
                name: account.name.clone(),
                role: account.standing.words(),
                team: account.standing.team,
                signed_in: true,
                may_manage,
                waiting: 0,
                desk: None,
                backups: None,
            },
            Visitor::ThisMachine | Visitor::Provider => Self {
                name: "This machine".to_owned(),
                role: "nobody has an account yet".to_owned(),
                team: None,
                signed_in: false,
                may_manage,
                waiting: 0,
                desk: None,
                backups: None,
            },
        }
    }
}

/// A form that was not taken: why, and what stood in it (never a secret), so that nobody types it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejected {
    /// Why; empty where no form came before this page.
    pub sentence: String,
    /// Field and value.
    pub filled: Vec<(String, String)>,
    /// What a form answers with that is shown this once: codes on paper, a link.
    pub shown_once: Vec<String>,
}

impl Rejected {
    /// What stood in a field.
    pub fn value(&self, field: &str) -> String {
        self.filled.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

/// A browser in which somebody is signed in, as the person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Its number, by which it can be ended; no secret.
    pub id: SessionId,
    /// When they signed in.
    pub created_at: Instant,
    /// When it was last used, to five minutes.
    pub seen_at: Instant,
    /// From which address.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
    /// It is the one that asks.
    pub this: bool,
}

text_enum!(
    /// What happened around an account, as the person and admins see it.
    SecurityKind {
        /// Signed in.
        SignedIn = "signed_in",
        /// Signed out.
        SignedOut = "signed_out",
        /// Somebody knew the address and not the password, or not the code. At most once a quarter of an hour.
        SignInFailed = "sign_in_failed",
        /// A password was chosen.
        PasswordChanged = "password_changed",
        /// A second factor is asked for from now on.
        SecondFactorOn = "second_factor_on",
        /// None is asked for any more.
        SecondFactorOff = "second_factor_off",
        /// A code on paper was used in place of the authenticator.
        RecoveryCodeUsed = "recovery_code_used",
        /// A session was ended from elsewhere.
        SessionEnded = "session_ended",
        /// An admin ended every session.
        EndedByAdmin = "ended_by_admin",
        /// An admin chose a password, on the command line.
        PasswordByAdmin = "password_by_admin",
        /// An admin switched the second factor off, on the command line.
        SecondFactorByAdmin = "second_factor_by_admin",
        /// The account can be entered through a provider from now on.
        ProviderConnected = "provider_connected",
        /// It cannot any more.
        ProviderDisconnected = "provider_disconnected",
    }
);

impl SecurityKind {
    /// In words, after “You”.
    pub const fn words(self) -> &'static str {
        match self {
            Self::SignedIn => "signed in",
            Self::SignedOut => "signed out",
            Self::SignInFailed => "or somebody else failed to sign in",
            Self::PasswordChanged => "chose a new password",
            Self::SecondFactorOn => "switched the second factor on",
            Self::SecondFactorOff => "switched the second factor off",
            Self::RecoveryCodeUsed => "used a code on paper",
            Self::SessionEnded => "ended a session",
            Self::EndedByAdmin => "were signed out everywhere by an admin",
            Self::PasswordByAdmin => "were given a new password by an admin",
            Self::SecondFactorByAdmin => "lost the second factor: an admin switched it off",
            Self::ProviderConnected => "connected the account with a provider",
            Self::ProviderDisconnected => "disconnected the account from its provider",
        }
    }
}

/// One line of the security events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityEvent {
    /// When.
    pub at: Instant,
    /// What.
    pub kind: SecurityKind,
    /// From which address.
    pub address: String,
    /// By which browser.
    pub agent: String,
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

/// What the change log calls those who are no person.
const NO_PERSON: [&str; 4] = ["command line", "this machine", "sign-in provider", "doubles"];

/// By whom something was done, as a sentence says it: a thing has its article, a person has none.
pub fn by_whom(actor: &str) -> String {
    match actor {
        "command line" | "sign-in provider" => format!("the {actor}"),
        _ => actor.to_owned(),
    }
}

/// A person's name: trimmed, one line, and not one that the change log gives to something else.
///
/// # Errors
/// It is blank, longer than 100 characters, holds a control character (which could break a log line or a mail), or is
/// what the change log calls the command line, this machine or the provider.
pub fn check_name(name: &str) -> Result<String> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > 100 || name.chars().any(char::is_control) {
        return Err(AppError::Invalid("A name has 1 to 100 characters on one line.".to_owned()));
    }
    if NO_PERSON.contains(&name.to_lowercase().as_str()) {
        return Err(AppError::Invalid(format!(
            "“{name}” is what the activity log calls a thing. Write your own name."
        )));
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
    fn a_head_brings_in_members_and_nobody_with_more_rights_than_their_own() {
        let head = Standing { team: Some(Team::Sales), head: true, admin: false };
        let admin = Standing { admin: true, ..Standing::default() };
        let member = |team| Standing { team, ..Standing::default() };
        assert!(head.may_give(member(Some(Team::Sales))) && head.may_give(member(None)));
        assert!(!head.may_give(member(Some(Team::Marketing))));
        assert!(!head.may_give(head) && !head.may_give(admin));
        assert!(admin.may_give(admin) && admin.may_give(head));
        assert!(!member(Some(Team::Sales)).may_give(member(None)));
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
        for bad in ["", "   ", "Command Line", "this machine", "Ada\nadmin signed in", "\u{1b}[31m", &"x".repeat(101)] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
    }
}
