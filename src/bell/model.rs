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
        /// Leads were given to them. Detail: the lead, and how many.
        LeadAssigned = "lead_assigned",
        /// Somebody named them in a comment. Detail: the lead.
        Mentioned = "mentioned",
        /// Marketing answered a verdict of theirs. Detail: the lead, and how.
        VerdictAnswered = "verdict_answered",
        /// A verdict is disputed and they are to rule. Detail: the lead.
        DisputeOpened = "dispute_opened",
        /// A dispute of theirs, or about a verdict of theirs, was ruled. Detail: the lead, and for whom.
        DisputeRuled = "dispute_ruled",
        /// Leads of theirs that were recycled came back. Detail: the lead, and how many.
        LeadReturned = "lead_returned",
        /// Sales gave a verdict, which marketing is told. Detail: the lead, how many, and the decision.
        VerdictGiven = "verdict_given",
        /// Leads of theirs were handed over by hand. Detail: the lead, and how many.
        HandedOver = "handed_over",
        /// What they planned is for today. Detail: the lead, and how many.
        PlanDue = "plan_due",
        /// A first touch or a verdict of theirs is overdue. Detail: which, the lead, and how many.
        TimeMissed = "time_missed",
        /// Marketing's answer to a verdict is overdue, which all of marketing is told. Detail: the lead, and how many.
        ReplyMissed = "reply_missed",
        /// The head of the other team ruled on a dispute. Detail: the lead, for whom, and what came of it.
        RulingGiven = "ruling_given",
        /// An import of theirs broke off, and nothing of it stands. Detail: its file.
        ImportStopped = "import_stopped",
        /// A version of the agreement is proposed and waits for their signature. Detail: the day it starts.
        AgreementProposed = "agreement_proposed",
        /// A head signed one. Detail: for which team; the version and its start where it was the second signature.
        AgreementSigned = "agreement_signed",
        /// One was sent back to be changed.
        AgreementSentBack = "agreement_sent_back",
        /// One is in force from today. Detail: the version.
        AgreementInForce = "agreement_in_force",
        /// Sales wrote something beside a persona of theirs. Detail: the persona, the annotation, its kind.
        PersonaAnnotated = "persona_annotated",
        /// Marketing answered an annotation of theirs. Detail: the persona, the annotation, and how.
        AnnotationAnswered = "annotation_answered",
        /// A persona of theirs is to be confirmed. Detail: the persona.
        PersonaDue = "persona_due",
        /// Content of theirs expires soon. Detail: the item, its title, its last day.
        ContentExpires = "content_expires",
        /// Content that they asked for is there, or will not come. Detail: the request, its title, its state.
        RequestAnswered = "request_answered",
    }
);

impl NoticeKind {
    /// Where it leads to.
    pub fn path(self, detail: &Value) -> String {
        let lead = || match (detail["lead"].as_i64(), detail["count"].as_u64().unwrap_or(1)) {
            (Some(lead), 1) => format!("/leads/{lead}"),
            _ => "/leads?list=mine".to_owned(),
        };
        let persona = || format!("/personas/{}", detail["slug"].as_str().unwrap_or_default());
        match self {
            Self::PersonaAnnotated | Self::AnnotationAnswered => {
                format!("{}#n-{}", persona(), detail["note"].as_i64().unwrap_or_default())
            }
            Self::PersonaDue => persona(),
            Self::StandingChanged => "/settings".to_owned(),
            Self::InviteUsed => "/activity?what=account_added".to_owned(),
            Self::ImportEnded => "/import/history".to_owned(),
            Self::ImportStopped => "/import".to_owned(),
            Self::ContentExpires => format!("/content/{}", detail["item"].as_i64().unwrap_or_default()),
            Self::RequestAnswered => format!("/content/requests/{}", detail["request"].as_i64().unwrap_or_default()),
            Self::DisputeOpened => "/feedback?which=disputed".to_owned(),
            Self::AgreementProposed | Self::AgreementSentBack => "/agreement/draft".to_owned(),
            Self::AgreementSigned | Self::AgreementInForce => match detail["version"].as_u64() {
                Some(version) => format!("/agreement/versions/{version}"),
                None => "/agreement/draft".to_owned(),
            },
            Self::RulingGiven if detail["came"] != "over" => "/feedback?which=disputed".to_owned(),
            Self::ReplyMissed if detail["count"].as_u64().unwrap_or(1) > 1 => "/feedback?which=to_answer".to_owned(),
            Self::VerdictGiven if detail["count"].as_u64().unwrap_or(1) > 1 => "/feedback".to_owned(),
            Self::LeadAssigned
            | Self::Mentioned
            | Self::VerdictAnswered
            | Self::VerdictGiven
            | Self::HandedOver
            | Self::PlanDue
            | Self::TimeMissed
            | Self::ReplyMissed
            | Self::RulingGiven
            | Self::DisputeRuled
            | Self::LeadReturned => lead(),
        }
    }

    /// Whether a person may choose not to be told.
    pub const fn may_be_muted(self) -> bool {
        !matches!(self, Self::StandingChanged)
    }

    /// As the list of kinds names it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::StandingChanged => "My team or flags were changed",
            Self::InviteUsed => "Somebody joined by my invite",
            Self::ImportEnded => "My import has ended",
            Self::ImportStopped => "My import broke off",
            Self::LeadAssigned => "A lead was given to me",
            Self::Mentioned => "Somebody named me in a comment",
            Self::VerdictAnswered => "Marketing answered my verdict",
            Self::DisputeOpened => "A dispute waits for my ruling",
            Self::DisputeRuled => "A dispute that concerns me was ruled",
            Self::LeadReturned => "A recycled lead of mine came back",
            Self::AgreementProposed => "A version of the agreement waits for my signature",
            Self::AgreementSigned => "A version of the agreement was signed",
            Self::AgreementSentBack => "A version of the agreement was sent back",
            Self::AgreementInForce => "A version of the agreement comes into force",
            Self::VerdictGiven => "Sales gave a verdict (for marketing)",
            Self::HandedOver => "A lead of mine was handed over",
            Self::PlanDue => "What I planned is for today",
            Self::TimeMissed => "A first touch or a verdict of mine is overdue",
            Self::ReplyMissed => "Marketing’s answer to a verdict is overdue (for marketing)",
            Self::RulingGiven => "The other head ruled on a dispute",
            Self::PersonaAnnotated => "Sales wrote beside a persona of mine",
            Self::AnnotationAnswered => "Marketing answered my annotation",
            Self::PersonaDue => "A persona of mine is to be confirmed",
            Self::ContentExpires => "Content of mine expires soon",
            Self::RequestAnswered => "Content that I asked for is there, or will not come",
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
    pub path: String,
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
    let persona = detail["persona"].as_str().unwrap_or("a persona");
    match kind {
        NoticeKind::PersonaAnnotated => {
            let does = match detail["kind"].as_str() {
                Some("confirm") => "confirms a statement of",
                Some("contradict") => "contradicts a statement of",
                Some("quote") => "quotes a buyer beside",
                Some("question") => "asks about a statement of",
                _ => "adds something to",
            };
            format!("{actor} {does} “{persona}”; the answer is yours.")
        }
        NoticeKind::AnnotationAnswered => match detail["how"].as_str() {
            Some("taken_over") => format!("{actor} took over what you wrote beside “{persona}”."),
            _ => format!("{actor} declined what you wrote beside “{persona}”, and says why."),
        },
        NoticeKind::PersonaDue => format!("“{persona}” was not confirmed for 90 days. Is it still true?"),
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
        NoticeKind::LeadAssigned => format!("{actor} gave you {}.", leads(detail)),
        NoticeKind::Mentioned => format!("{actor} named you in a comment on a lead."),
        NoticeKind::VerdictAnswered => match detail["how"].as_str() {
            Some("took_over") => format!("{actor} changed something because of your verdict."),
            Some("dispute") => format!("{actor} disputes your verdict; both heads will rule."),
            _ => format!("{actor} answered your verdict."),
        },
        NoticeKind::DisputeOpened => format!("{actor} disputes a verdict; you are to rule on it."),
        NoticeKind::DisputeRuled => match detail["upheld"].as_bool() {
            Some(true) => "The heads ruled on a dispute for marketing.".to_owned(),
            _ => "The heads ruled on a dispute for sales.".to_owned(),
        },
        NoticeKind::AgreementProposed => {
            format!("{actor} proposes a new version of the agreement; it waits for your signature.")
        }
        NoticeKind::AgreementSigned => match (detail["version"].as_u64(), detail["starts"].as_str()) {
            (Some(version), Some(starts)) => {
                format!(
                    "{actor} signed version {version} of the agreement; both have, and it is in force from {starts}."
                )
            }
            _ => format!("{actor} signed the proposed agreement for {}.", detail["team"].as_str().unwrap_or("a team")),
        },
        NoticeKind::AgreementSentBack => {
            format!("{actor} sent the proposed agreement back with a comment; signatures that it had are void.")
        }
        NoticeKind::AgreementInForce => {
            format!("Version {} of the agreement is in force from today.", detail["version"])
        }
        NoticeKind::ContentExpires => format!(
            "“{}” expires: its last day is {}. Confirm it with a later day, bring a new version, or retire it.",
            detail["title"].as_str().unwrap_or("An item of yours"),
            detail["day"].as_str().unwrap_or("near")
        ),
        NoticeKind::RequestAnswered => {
            let title = detail["title"].as_str().unwrap_or("What you asked for");
            match detail["state"].as_str() {
                Some("declined") => format!("{actor} declined your request “{title}”, and says why."),
                _ => format!("“{title}”, which you asked for, is in the library."),
            }
        }
        NoticeKind::VerdictGiven => {
            let leads = leads(detail);
            match detail["decision"].as_str() {
                Some("good") => format!("{actor} judged {leads} good."),
                Some("recycle") => format!("{actor} recycled {leads}."),
                _ => format!("{actor} rejected {leads}."),
            }
        }
        NoticeKind::HandedOver => format!("{actor} handed over {} of yours.", leads(detail)),
        NoticeKind::PlanDue => format!("What you planned for {} is for today.", leads(detail)),
        NoticeKind::TimeMissed => {
            let leads = leads(detail);
            match (detail["what"].as_str(), count("count")) {
                (Some("verdict"), 0 | 1) => format!("The verdict on {leads} of yours is overdue."),
                (Some("verdict"), _) => format!("The verdicts on {leads} of yours are overdue."),
                (_, 0 | 1) => format!("The first touch of {leads} of yours is overdue."),
                _ => format!("The first touches of {leads} of yours are overdue."),
            }
        }
        NoticeKind::ReplyMissed => match count("count") {
            0 | 1 => "Marketing’s answer to a verdict is overdue.".to_owned(),
            many => format!("Marketing’s answers to {many} verdicts are overdue."),
        },
        NoticeKind::RulingGiven => {
            let team = detail["for"].as_str().unwrap_or("the other team");
            match detail["came"].as_str() {
                Some("over") => format!("{actor} ruled on a dispute for {team}, as you did: it is over."),
                Some("differ") => format!("{actor} ruled on a dispute for {team}, otherwise than you: it stays open."),
                _ => format!("{actor} ruled on a dispute for {team}; it waits for your ruling."),
            }
        }
        NoticeKind::LeadReturned => {
            let one = detail["count"].as_u64().unwrap_or(1) == 1;
            let leads = leads(detail);
            if one {
                "A lead that you recycled came back today.".to_owned()
            } else {
                format!("{leads} came back today.")
            }
        }
    }
}

fn leads(detail: &Value) -> String {
    match detail["count"].as_u64().unwrap_or(1) {
        1 => "a lead".to_owned(),
        many => format!("{many} leads"),
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
        let missed =
            |what: &str, count: u32| said(NoticeKind::TimeMissed, json!({ "what": what, "lead": 4, "count": count }));
        assert_eq!(missed("touch", 1), "The first touch of a lead of yours is overdue.");
        assert_eq!(missed("verdict", 3), "The verdicts on 3 leads of yours are overdue.");
        let reply = |count: u32| json!({ "lead": 4, "count": count });
        assert_eq!(said(NoticeKind::ReplyMissed, reply(1)), "Marketing’s answer to a verdict is overdue.");
        assert_eq!(said(NoticeKind::ReplyMissed, reply(3)), "Marketing’s answers to 3 verdicts are overdue.");
        let paths = [1, 3].map(|count| NoticeKind::ReplyMissed.path(&reply(count)));
        assert_eq!(paths, ["/leads/4", "/feedback?which=to_answer"]);
        let ruled = |came: &str| said(NoticeKind::RulingGiven, json!({ "lead": 4, "for": "sales", "came": came }));
        assert_eq!(ruled("waits"), "Ada ruled on a dispute for sales; it waits for your ruling.");
        assert_eq!(ruled("over"), "Ada ruled on a dispute for sales, as you did: it is over.");
        assert_eq!(NoticeKind::RulingGiven.path(&json!({ "lead": 4, "came": "over" })), "/leads/4");
        let verdicts = json!({ "lead": 4, "count": 3, "decision": "recycle" });
        assert_eq!(said(NoticeKind::VerdictGiven, verdicts.clone()), "Ada recycled 3 leads.");
        assert_eq!(NoticeKind::VerdictGiven.path(&verdicts), "/feedback", "one page has them all");
        assert_eq!(said(NoticeKind::InviteUsed, json!({ "after": viewer })), "Ada joined by your invite, as viewer.");
        assert_eq!(
            said(NoticeKind::ImportEnded, json!({ "rows": 5, "new": 2, "rejected": 1, "changed": 1, "unchanged": 1 })),
            "Your import has ended: 5 rows, 2 new, 1 changed, 1 unchanged, 1 rejected."
        );
    }
}
