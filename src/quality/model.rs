//! What can be found, how a list of it is asked for, and what a rule looks for.

use crate::error::{AppError, Result};
use crate::id_type;
use crate::leads::identity::fold;
use crate::leads::model::{Dimension, LeadId};
use crate::period::Instant;
use crate::text_enum;
use serde::Deserialize;

id_type!(
    /// A rule that leaves leads out of every number.
    RuleId
);

text_enum!(
    /// What can be found in leads.
    Finding {
        /// A milestone stands before one that it should follow.
        OutOfOrder = "out-of-order",
        /// Nobody knows where it came from.
        NoChannel = "no-channel",
        /// No persona.
        NoPersona = "no-persona",
        /// No rep.
        NoOwner = "no-owner",
        /// No mail could be sent to its address.
        OddEmail = "odd-email",
        /// Several leads have one address.
        SameEmail = "same-email",
        /// Several leads have one name at one company.
        SameName = "same-name",
    }
);

impl Finding {
    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::OutOfOrder => "Milestones out of order",
            Self::NoChannel => "Leads without a channel",
            Self::NoPersona => "Leads without a persona",
            Self::NoOwner => "Leads without an owner",
            Self::OddEmail => "Addresses that no mail reaches",
            Self::SameEmail => "Leads with the same e-mail",
            Self::SameName => "Leads with the same name and company",
        }
    }

    /// What it does to the numbers, and what can be done.
    pub const fn lede(self) -> &'static str {
        match self {
            Self::OutOfOrder => {
                "Something is dated before what it should follow. Such a lead counts as reached and is left out of every duration."
            }
            Self::NoChannel => "They count in every number, but in no channel. Say where they came from.",
            Self::NoPersona => "They count in every number, but for no persona. Say who they are.",
            Self::NoOwner => "Nobody is asked to call them. Say whose they are.",
            Self::OddEmail => "Nothing can be sent there, and no import finds the lead by it. Correct the address.",
            Self::SameEmail => "One person is probably counted more than once. Merge what is one lead.",
            Self::SameName => {
                "Case, blanks and legal forms such as GmbH or Inc apart they are the same. Merge what is one lead."
            }
        }
    }

    /// The dimension that it misses.
    pub const fn dimension(self) -> Option<Dimension> {
        match self {
            Self::NoChannel => Some(Dimension::Channel),
            Self::NoPersona => Some(Dimension::Persona),
            Self::NoOwner => Some(Dimension::Owner),
            _ => None,
        }
    }

    /// Its leads come in groups that may be one lead each.
    pub const fn is_grouped(self) -> bool {
        matches!(self, Self::SameEmail | Self::SameName)
    }
}

/// What is asked of a list, as its address says it; blank is the usual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Only leads of this channel, by name; [`NONE`]: without one.
    pub channel: String,
    /// Only leads of this campaign, by name; [`NONE`]: without one.
    pub campaign: String,
    /// `oldest`: the oldest leads first, instead of the newest.
    pub sort: String,
    /// From 1.
    pub page: String,
    /// The change that was just made, by its seq.
    pub done: String,
}

/// In a filter: leads that carry no value. No import takes it for a value.
pub const NONE: &str = "-";

impl Asked {
    /// The page that is asked for, from 1.
    pub fn page(&self) -> usize {
        self.page.parse().unwrap_or(1).max(1)
    }

    /// The address of the same list with other values; what is not named is as it is, but for the page and what was
    /// done.
    pub fn address(&self, path: &str, others: &[(&str, &str)]) -> String {
        let own = [("channel", &*self.channel), ("campaign", &*self.campaign), ("sort", &*self.sort)];
        let kept = own.into_iter().filter(|(key, _)| others.iter().all(|(other, _)| other != key));
        let mut search = form_urlencoded::Serializer::new(String::new());
        for (key, value) in kept.chain(others.iter().copied()).filter(|(_, value)| !value.is_empty()) {
            search.append_pair(key, value);
        }
        let search = search.finish();
        if search.is_empty() { path.to_owned() } else { format!("{path}?{search}") }
    }
}

/// A lead of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The lead.
    pub id: LeadId,
    /// The number that its source knows it by.
    pub external_id: Option<String>,
    /// A personal value.
    pub name: Option<String>,
    /// A personal value.
    pub email: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Where it came from.
    pub channel: Option<String>,
    /// The campaign that brought it.
    pub campaign: Option<String>,
    /// Buyer persona.
    pub persona: Option<String>,
    /// The rep.
    pub owner: Option<String>,
    /// When it was captured.
    pub created_at: Instant,
    /// First handover.
    pub handed_over_at: Option<Instant>,
}

text_enum!(
    /// What a rule looks at.
    RuleKind {
        /// The domain of the e-mail is this one.
        EmailDomain = "email_domain",
        /// The company's name holds this.
        Company = "company_contains",
        /// The person's name holds this.
        Name = "name_contains",
        /// It came from this channel.
        Channel = "channel",
    }
);

impl RuleKind {
    /// As it stands before its pattern.
    pub const fn words(self) -> &'static str {
        match self {
            Self::EmailDomain => "E-mail domain is",
            Self::Company => "Company contains",
            Self::Name => "Name contains",
            Self::Channel => "Channel is",
        }
    }
}

/// What a rule looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    kind: RuleKind,
    text: String,
}

/// What a rule looks at in a lead.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looks<'a> {
    /// Company.
    pub company: Option<&'a str>,
    /// Name of the person.
    pub name: Option<&'a str>,
    /// E-mail, in lower case.
    pub email: Option<&'a str>,
    /// Channel by name.
    pub channel: Option<&'a str>,
}

/// A part of a text must have so many characters: a shorter one is in half of all names.
const LEAST: usize = 3;
const MOST: usize = 200;

impl Pattern {
    /// Reads what a head typed.
    ///
    /// # Errors
    /// It looks for nothing, or for too little.
    pub fn parse(kind: &str, text: &str) -> Result<Self> {
        let invalid = |sentence: &str| Err(AppError::Invalid(sentence.to_owned()));
        let Some(kind) = RuleKind::from_key(kind) else {
            return invalid("Choose what the rule looks at.");
        };
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MOST {
            return invalid("Say what the rule looks for, in at most 200 characters.");
        }
        let text = match kind {
            RuleKind::EmailDomain => {
                let domain = text.trim_start_matches('@').to_lowercase();
                let labels = domain.split('.').collect::<Vec<_>>();
                let is_label =
                    |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
                if labels.len() < 2 || !labels.iter().all(is_label) {
                    return invalid("That is no domain. Write what stands behind the @, such as mailinator.com.");
                }
                domain
            }
            RuleKind::Company | RuleKind::Name => {
                let folded = fold(text);
                if folded.chars().count() < LEAST {
                    return invalid("Write at least three letters: fewer are in too many names.");
                }
                folded
            }
            RuleKind::Channel => text.to_owned(),
        };
        Ok(Self { kind, text })
    }

    /// One that was stored.
    pub const fn stored(kind: RuleKind, text: String) -> Self {
        Self { kind, text }
    }

    /// What it looks at.
    pub const fn kind(&self) -> RuleKind {
        self.kind
    }

    /// What it looks for.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// `Company contains “test”`.
    pub fn words(&self) -> String {
        format!("{} “{}”", self.kind.words(), self.text)
    }

    /// Whether a lead is what it looks for.
    pub fn matches(&self, lead: Looks<'_>) -> bool {
        let holds = |text: Option<&str>| text.is_some_and(|text| fold(text).contains(&self.text));
        match self.kind {
            RuleKind::EmailDomain => {
                lead.email.and_then(|email| email.rsplit_once('@')).is_some_and(|(_, domain)| domain == self.text)
            }
            RuleKind::Company => holds(lead.company),
            RuleKind::Name => holds(lead.name),
            RuleKind::Channel => lead.channel == Some(&self.text),
        }
    }
}

/// A rule as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its number.
    pub id: RuleId,
    /// What it looks for.
    pub pattern: Pattern,
    /// Why, in the words of who made it.
    pub reason: String,
    /// It leaves leads out at the moment.
    pub active: bool,
    /// Its leads are still being left out or let in, so the counts below are not the last word.
    pub spreading: bool,
    /// Who made it, and when.
    pub made: (String, Instant),
    /// Who switched it last, and when.
    pub switched: Option<(String, Instant)>,
    /// Leads that it leaves out.
    pub leads: u32,
    /// Leads that match, and count all the same because they have an opportunity.
    pub with_opportunity: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(kind: RuleKind, text: &str) -> Pattern {
        Pattern::parse(kind.key(), text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn a_rule_about_a_domain_matches_that_domain_and_no_other() {
        let rule = pattern(RuleKind::EmailDomain, " @Mailinator.COM ");
        let matches = |email| rule.matches(Looks { email: Some(email), ..Looks::default() });
        assert!(matches("x@mailinator.com"));
        assert!(!matches("x@mail.mailinator.com") && !matches("x@notmailinator.com") && !matches("mailinator.com"));
        assert!(!rule.matches(Looks::default()));
    }

    #[test]
    fn a_part_of_a_name_is_found_whatever_its_case_and_marks() {
        let rule = pattern(RuleKind::Company, "Test & Co");
        assert!(rule.matches(Looks { company: Some("ACME TEST and CO., Ltd"), ..Looks::default() }));
        assert!(!rule.matches(Looks { name: Some("Test & Co"), ..Looks::default() }), "it looks at companies only");
        assert!(pattern(RuleKind::Name, "test").matches(Looks { name: Some("Mr. TESTER"), ..Looks::default() }));
    }

    #[test]
    fn a_rule_about_a_channel_matches_its_name_letter_by_letter() {
        let rule = pattern(RuleKind::Channel, "List Purchase");
        assert!(rule.matches(Looks { channel: Some("List Purchase"), ..Looks::default() }));
        assert!(!rule.matches(Looks { channel: Some("List"), ..Looks::default() }));
    }

    #[test]
    fn what_looks_for_nothing_or_for_too_little_is_refused_with_a_sentence() {
        for (kind, text) in [
            ("email_domain", "localhost"),
            ("email_domain", "a b.example"),
            ("email_domain", "x@y.example"),
            ("email_domain", "%.example"),
            ("company_contains", "ab"),
            ("name_contains", " . "),
            ("channel", "  "),
            ("colour", "red"),
        ] {
            let refused = Pattern::parse(kind, text);
            assert!(matches!(refused, Err(AppError::Invalid(_))), "{kind} {text}: {refused:?}");
        }
    }

    #[test]
    fn an_address_keeps_its_filters_and_forgets_page_and_what_was_done() {
        let asked = Asked { channel: "A & B".into(), page: "3".into(), done: "7".into(), ..Asked::default() };
        assert_eq!(asked.address("/x", &[("sort", "oldest")]), "/x?channel=A+%26+B&sort=oldest");
        assert_eq!(asked.address("/x", &[("channel", "")]), "/x");
        assert_eq!(Asked { page: "-1".into(), ..Asked::default() }.page(), 1);
    }
}
