//! The fields of each kind in plain language, as the mapping page names and explains them.

use super::model::Kind;
use crate::leads::model::Reason;

/// Whether a file needs a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// No row can be taken without it.
    Required,
    /// One of the fields of this group is needed.
    OneOf(Group),
    /// It may be missing.
    Optional,
}

/// Fields that belong together on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// By which a row names its lead.
    Key,
    /// When.
    Date,
    /// What happened, or how it stands.
    What,
    /// Who it is.
    Person,
    /// What leads are filtered by.
    Dimension,
    /// How much.
    Money,
    /// The feedback of sales.
    Verdict,
}

impl Group {
    /// Its heading on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Key => "Which lead",
            Self::Date => "When",
            Self::What => "What",
            Self::Person => "Who it is",
            Self::Dimension => "Where it belongs",
            Self::Money => "Money",
            Self::Verdict => "Verdict of sales",
        }
    }
}

/// How a field is named and explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// A word or two, such as “Handed over”.
    pub name: &'static str,
    /// One line: what it means and what an empty cell does.
    pub explanation: &'static str,
    /// Where it stands on the page.
    pub group: Group,
    /// Whether a file needs it.
    pub need: Need,
}

/// The plain name and the explanation of a field.
pub fn label(kind: Kind, key: &str) -> Label {
    let (name, explanation, group) = plain(kind, key);
    let need = match (kind, key) {
        (Kind::Leads | Kind::Outcomes | Kind::Events, "external_id" | "email") => Need::OneOf(Group::Key),
        (Kind::Events, "kind" | "at") => Need::Required,
        (Kind::Leads, "created_at" | "handed_over_at")
        | (Kind::Outcomes, "opportunity_at" | "won_at" | "lost_at" | "closed_at")
        | (Kind::Spend, "date" | "month" | "from" | "to") => Need::OneOf(Group::Date),
        (Kind::Spend, "amount") => Need::Required,
        _ => Need::Optional,
    };
    Label { name, explanation, group, need }
}

fn plain(kind: Kind, key: &str) -> (&'static str, &'static str, Group) {
    use Group::{Date, Dimension, Key, Money, Person, Verdict, What};
    match (kind, key) {
        (Kind::Spend, "date") => ("Day", "The day of the spend, or the first day of its week.", Date),
        (Kind::Spend, "month") => ("Month", "The month of the spend.", Date),
        (Kind::Spend, "from") => ("First day", "The first day of a period; it needs a last one.", Date),
        (Kind::Spend, "to") => ("Last day", "The last day of a period, included.", Date),
        (Kind::Spend, "channel") => {
            ("Channel", "As the leads name it; without one it counts for all channels.", Dimension)
        }
        (Kind::Spend, "amount") => ("Amount", "What was spent; a minus is a refund.", Money),
        (Kind::Spend, "kind") => ("Kind of cost", "Media, agency, tools, events or people. Empty is media.", What),
        (Kind::Spend, "team") => ("Team", "Whose cost it is: marketing or sales.", What),
        (_, "currency") => ("Currency", "Its code, such as USD. Empty is the workspace’s.", Money),
        (_, "external_id") => ("Number of the lead", "Its number in the system that the file comes from.", Key),
        (_, "email") => ("E-mail", "The lead’s address. A row without a number goes by it.", Key),
        (_, "name") => ("Name", "First and last name in one.", Person),
        (_, "first_name") => ("First name", "Put before the last name.", Person),
        (_, "last_name") => ("Last name", "Put behind the first name.", Person),
        (_, "company") => ("Company", "Where the lead works.", Person),
        (_, "title") => ("Job title", "What the lead does there.", Person),
        (_, "phone") => ("Phone", "The lead’s number.", Person),
        (_, "size") => ("Employees", "A number, or a range such as 51-200: its lower end counts.", Person),
        (_, "created_at") => ("Created", "When marketing captured the lead.", Date),
        (_, "handed_over_at") => (
            "Handed over",
            "When it became an MQL. Without such a column it is the creation; an empty cell: not handed over.",
            Date,
        ),
        (_, "accepted_at") => ("Accepted", "When sales took it on (SAL).", Date),
        (_, "first_touch_at") => ("First touch", "The first attempt by a person of sales to reach the lead.", Date),
        (_, "connected_at") => ("Connected", "The first conversation in both directions.", Date),
        (Kind::Outcomes, "opportunity_at") => {
            ("Opened", "When the deal was opened. Empty: when it was won or lost.", Date)
        }
        (_, "opportunity_at") => ("Opportunity", "When sales opened a deal (SQL).", Date),
        (_, "won_at") => ("Won", "When the deal was won; an empty cell: not won.", Date),
        (_, "lost_at") => ("Lost", "When the deal was lost; an empty cell: not lost.", Date),
        (_, "closed_at") => ("Closed", "The date of the win or the loss; the status says which.", Date),
        (_, "verdict") => ("Verdict", "What sales decided: good, reject or recycle.", Verdict),
        (_, "verdict_at") => ("Verdict on", "When sales decided. Empty: the row's latest date.", Verdict),
        (Kind::Outcomes, "reason") => ("Reason of the loss", "Why the deal was lost.", What),
        (_, "reason") => ("Reason", "Why it was rejected or recycled.", Verdict),
        (Kind::Leads, "note") => ("Note", "One line beside the verdict.", Verdict),
        (_, "note") => ("Note", "One line of text.", What),
        (_, "channel") => ("Channel", "Where the lead came from (source).", Dimension),
        (_, "campaign") => ("Campaign", "The campaign that brought it.", Dimension),
        (_, "segment") => ("Segment", "The market segment.", Dimension),
        (_, "region") => ("Region", "Country or region.", Dimension),
        (_, "persona") => ("Persona", "The buyer persona.", Dimension),
        (Kind::Outcomes, "owner") => ("Rep", "Whose deal it is.", What),
        (_, "owner") => ("Rep", "Whose lead it is.", Dimension),
        (_, "outcome_id") => ("Number of the deal", "The deal's own number. Without it the position counts.", Key),
        (_, "status") => ("Status", "Open, won or lost; each value of the column gets one of them.", What),
        (_, "value") => ("Value", "What the deal is worth.", Money),
        (_, "kind") => ("What happened", "An event, a status or an activity; each value gets a meaning.", What),
        (_, "at") => ("When", "When it happened.", Date),
        (_, "by") => ("By", "Who did it.", What),
        _ => ("", "", What),
    }
}

/// The plain name of what a value can mean, such as “Sales reached out (touch)”.
pub fn meaning(kind: Kind, field: &str, key: &str) -> &'static str {
    match (kind, field, key) {
        (_, _, "ignore") => "Leave these rows out",
        (Kind::Outcomes, _, "open") => "Open",
        (Kind::Outcomes, _, "won") | (_, "kind", "won") => "Won",
        (Kind::Outcomes, "status", "lost") | (_, "kind", "lost") => "Lost",
        (Kind::Spend, "kind", "media") => "Media",
        (Kind::Spend, "kind", "agency") => "Agency",
        (Kind::Spend, "kind", "tools") => "Tools",
        (Kind::Spend, "kind", "events") => "Events",
        (Kind::Spend, "kind", "people") => "People",
        (_, "team", "marketing") => "Marketing",
        (_, "team", "sales") => "Sales",
        (_, _, "capture") => "Captured by marketing",
        (_, _, "handover") => "Handed over to sales (MQL)",
        (_, _, "accepted") => "Accepted by sales (SAL)",
        (_, _, "touch") => "Touched: sales tried to reach it",
        (_, _, "connected") => "Connected: both spoke",
        (_, _, "verdict") => "Verdict; another column says which",
        (_, _, "opportunity") => "Opportunity opened (SQL)",
        (_, _, "freed") => "Taken off the rep's list",
        (_, _, "good") => "Verdict: good lead",
        (_, _, "reject") => "Verdict: rejected",
        (_, _, "recycle") => "Verdict: back to marketing",
        (_, "reason", key) => reason(key),
        _ => "",
    }
}

fn reason(key: &str) -> &'static str {
    Reason::from_key(key).map_or("", Reason::label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::headings::fields;
    use crate::import::rows::words::meanings;

    #[test]
    fn every_field_and_every_meaning_has_a_plain_name() {
        for &kind in Kind::ALL {
            for field in fields(kind) {
                let Label { name, explanation, .. } = label(kind, field.key);
                assert!(!name.is_empty() && explanation.ends_with('.'), "{kind}: {}", field.key);
                for key in meanings(kind, field.key).unwrap_or_default() {
                    assert!(!meaning(kind, field.key, key).is_empty(), "{kind}: {} {key}", field.key);
                }
            }
        }
    }
}
