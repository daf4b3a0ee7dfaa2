//! A notice, and what it says.

use crate::people::model::{AccountId, Standing};
use crate::period::Instant;
use crate::{id_type, text_enum};
use serde::Serialize;
use serde_json::Value;

id_type!(
    /// A notice's number.
    NoticeId
);

text_enum!(
    /// What happened to somebody.
    NoticeKind {
        /// Their team or flags were changed. Detail: before and after.
        StandingChanged = "standing_changed",
        /// Somebody joined by an invite of theirs. Detail: as what.
        InviteUsed = "invite_used",
        /// An import of theirs has ended. Detail: its counts.
        ImportEnded = "import_ended",
        /// An import of theirs broke off, and nothing of it stands. Detail: its file.
        ImportStopped = "import_stopped",
    }
);

impl NoticeKind {
    /// Where it leads to.
    pub const fn path(self) -> &'static str {
        match self {
            Self::StandingChanged => "/settings",
            Self::InviteUsed => "/activity?what=account_added",
            Self::ImportEnded => "/import/history",
            Self::ImportStopped => "/import",
        }
    }
}

/// A notice to be written.
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    /// For whom.
    pub to: AccountId,
    /// What happened.
    pub kind: NoticeKind,
    /// Who caused it, as the change log calls them.
    pub actor: &'a str,
    /// What the kind needs. No personal value of a lead may stand in it.
    pub detail: Value,
    /// When, by the clock of the caller.
    pub at: Instant,
}

/// A notice in words, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number.
    pub id: NoticeId,
    /// When, in the workspace's zone.
    pub when: String,
    /// What happened.
    pub what: String,
    /// Where it leads to.
    pub path: &'static str,
    /// It has not been read yet.
    pub unread: bool,
}

/// What happened, as a sentence.
pub fn words(kind: NoticeKind, actor: &str, detail: &Value) -> String {
    let standing = |key: &str| {
        let standing = serde_json::from_value::<Standing>(detail[key].clone());
        standing.map(Standing::words).unwrap_or_default()
    };
    let count = |key: &str| detail[key].as_u64().unwrap_or_default();
    match kind {
        NoticeKind::StandingChanged => {
            format!("{actor} changed what you are here as: {} → {}.", standing("before"), standing("after"))
        }
        NoticeKind::InviteUsed => format!("{actor} joined by your invite, as {}.", standing("after")),
        NoticeKind::ImportEnded => format!(
            "Your import has ended: {} rows, {} new, {} changed, {} unchanged, {} rejected.",
            count("rows"),
            count("new"),
            count("changed"),
            count("unchanged"),
            count("rejected")
        ),
        NoticeKind::ImportStopped => format!(
            "Your import of {} broke off, and nothing of it stands. Its page says why; the file is still there.",
            detail["file"].as_str().unwrap_or("a file")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_notice_says_who_did_what() {
        let sales = json!({ "team": "sales", "head": true, "admin": false });
        let viewer = json!({ "team": null, "head": false, "admin": false });
        let said = |kind, detail| words(kind, "Ada", &detail);
        assert_eq!(
            said(NoticeKind::StandingChanged, json!({ "before": viewer, "after": sales })),
            "Ada changed what you are here as: viewer → head of sales."
        );
        assert_eq!(said(NoticeKind::InviteUsed, json!({ "after": viewer })), "Ada joined by your invite, as viewer.");
        assert_eq!(
            said(NoticeKind::ImportEnded, json!({ "rows": 5, "new": 2, "rejected": 1, "changed": 1, "unchanged": 1 })),
            "Your import has ended: 5 rows, 2 new, 1 changed, 1 unchanged, 1 rejected."
        );
    }
}
