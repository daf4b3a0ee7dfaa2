//! What the pages of the settings show, in finished words.

use super::qr::Square;
use crate::backup::model::BackupStanding;
use crate::editing::model::Values;
use crate::people::model::{AccountId, SessionId, Standing};
use crate::text_enum;
use crate::workspace::model::Workspace;

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
        /// An invite was taken back.
        InviteWithdrawn = "invite_withdrawn",
        /// The workspace is another.
        Workspace = "workspace",
        /// Signing in at the provider connects it.
        Connecting = "connecting",
        /// No provider lets them in.
        Disconnected = "disconnected",
        /// They are told of other things.
        Notices = "notices",
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
            Self::InviteWithdrawn => "The link is good no more.",
            Self::Workspace => "The workspace is changed, for everybody.",
            Self::Connecting => "One step is left: sign in at your company within ten minutes, by the link below.",
            Self::Disconnected => "Your company’s sign-in opens this account no more.",
            Self::Notices => "From now on you are told of these.",
        }
    }
}

/// What every page of the settings is told besides its own.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What was done on the page before.
    pub done: Option<Done>,
    /// The reader may invite, so that People is theirs to see.
    pub may_invite: bool,
}

/// One's own account.
#[derive(Clone, Debug)]
pub struct OwnAccount {
    /// What others call them.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// Team and flags in words.
    pub standing: String,
    /// How far the second factor is.
    pub second_factor: SecondFactor,
    /// Whether a provider lets them in; `None` where there is none.
    pub provider: Option<bool>,
    /// Browsers in which they are signed in.
    pub sessions: Vec<SessionLine>,
    /// What happened around the account, newest first.
    pub events: Vec<EventLine>,
}

/// How far the second factor is.
#[derive(Clone, Debug)]
pub enum SecondFactor {
    /// There is none.
    Off,
    /// An authenticator has been shown its secret and has not answered yet.
    Enrolling {
        /// In base32, to be typed.
        secret: String,
        /// For an application on the same device.
        url: String,
        /// The same, to be scanned.
        square: Square,
    },
    /// Asked for at each sign-in.
    On {
        /// Codes on paper that are left.
        codes_left: i64,
    },
}

/// A browser in which somebody is signed in.
#[derive(Clone, Debug)]
pub struct SessionLine {
    /// By which it can be ended.
    pub id: SessionId,
    /// What the browser is called.
    pub browser: String,
    /// From which address.
    pub address: String,
    /// When they signed in, in the workspace's zone.
    pub since: String,
    /// When it was last used, likewise.
    pub last_used: String,
    /// The one that asks.
    pub this: bool,
}

/// Something that happened around an account.
#[derive(Clone, Debug)]
pub struct EventLine {
    /// When, in the workspace's zone.
    pub when: String,
    /// What.
    pub what: String,
    /// By which browser.
    pub browser: String,
    /// From which address.
    pub address: String,
}

/// Everybody, and what the reader may do with them.
#[derive(Clone, Debug)]
pub struct PeoplePage {
    /// The accounts.
    pub people: Vec<PersonLine>,
    /// Links that wait for their people.
    pub invites: Vec<InviteLine>,
    /// The reader may change accounts, not only invite.
    pub may_manage: bool,
    /// The team that a head may invite into; an admin any.
    pub own_team: Option<&'static str>,
}

/// An account in the list.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// Its number.
    pub id: AccountId,
    /// What others call them.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// What they are here.
    pub standing: Standing,
    /// When they last did something, in the workspace's zone; empty where no session of theirs is left.
    pub last_seen: String,
    /// Disabled, second factor, sample: what there is to say.
    pub state: String,
}

/// A link by which somebody may still join.
#[derive(Clone, Debug)]
pub struct InviteLine {
    /// By which it can be taken back; no secret.
    pub digest: String,
    /// As what they will join.
    pub standing: String,
    /// Who made it.
    pub made_by: String,
    /// Until when it is good, in the workspace's zone.
    pub until: String,
}

/// One account, as admins see it.
#[derive(Clone, Debug)]
pub struct PersonPage {
    /// The account.
    pub person: PersonLine,
    /// Cannot sign in.
    pub disabled: bool,
    /// It is the reader's own.
    pub own: bool,
    /// Where they are signed in.
    pub sessions: Vec<SessionLine>,
    /// What happened around the account, newest first.
    pub events: Vec<EventLine>,
}

/// The workspace, and whether it can be changed.
#[derive(Clone, Debug)]
pub struct WorkspacePage {
    /// As it is.
    pub workspace: Option<Workspace>,
    /// The reader may change it.
    pub may_manage: bool,
    /// There are leads or spend: zone and currency stay.
    pub has_data: bool,
    /// How its backups stand, for whoever may change it.
    pub backups: Option<BackupStanding>,
    /// What the fields showed when the form was opened.
    pub base: Values,
    /// Whose draft it is.
    pub person: String,
}
