//! What can be done with a lead by hand, and how its forms are read.

use crate::changes::model::ChangeKind;
use crate::error::{AppError, Result};
use crate::feedback::model::{Verdict, one_line};
use crate::leads::model::{Decision, Dimension, LeadId, Moment, TouchKind};
use crate::people::model::AccountId;
use crate::people::permission::Action;
use crate::period::{Day, Instant};
use crate::spend::model::parse_amount;
use crate::zone::Zone;
use chrono::NaiveDateTime;
use std::collections::HashSet;

/// Longest note of a touch, a plan or a correction, in characters.
pub const MOST_NOTE: usize = 300;
/// Longest comment, in characters.
pub const MOST_COMMENT: usize = 2_000;
/// Leads that one form may speak of, at most.
pub const MOST_LEADS: usize = 1_000;
/// Days ahead that the next action may be planned, at most.
const MOST_AHEAD: i32 = 2 * 366;

/// A lead as a form showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which.
    pub lead: LeadId,
    /// The change that the page knew last (`queue::model::Row::seq`); 0 asks for no check.
    pub seq: i64,
}

impl Shown {
    /// As a form holds it: `17@2301`, or only the lead's number.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(text: &str) -> Result<Self> {
        let (lead, seq) = text.split_once('@').unwrap_or((text, "0"));
        let parsed = lead.parse().ok().zip(seq.parse().ok());
        let (lead, seq) = parsed.ok_or_else(crate::editing::form::incomplete)?;
        Ok(Self { lead: LeadId(lead), seq })
    }

    /// The same as a form writes it.
    pub fn text(self) -> String {
        format!("{}@{}", self.lead, self.seq)
    }
}

/// When something happened, as a form says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Now.
    Now,
    /// On a day; today is now.
    Day(Day),
    /// At a time.
    Instant(Instant),
}

impl At {
    /// From `2026-03-31`, `2026-03-31T09:30`, or nothing, which is now.
    ///
    /// # Errors
    /// It is none of them.
    pub fn parse(text: &str, zone: &Zone) -> Result<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::Now);
        }
        if let Ok(day) = text.parse() {
            return Ok(Self::Day(day));
        }
        let local = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
        let local = local.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
        let at = local.and_then(|local| zone.instant_of(local)).map(|time| Self::Instant(time.instant()));
        at.ok_or_else(|| AppError::Invalid(format!("“{text}” is no time; write it as 2026-03-31 or 2026-03-31 09:30.")))
    }

    /// The moment that is meant.
    ///
    /// # Errors
    /// It lies in the future.
    pub fn moment(self, now: Instant, zone: &Zone) -> Result<Moment> {
        let moment = match self {
            Self::Now => Moment { at: now, day_only: false },
            Self::Day(day) if day == zone.day_of(now) => Moment { at: now, day_only: false },
            Self::Day(day) => Moment { at: zone.start_of(day), day_only: true },
            Self::Instant(at) => Moment { at, day_only: false },
        };
        if moment.at > now {
            let (then, now) = (zone.local(moment.at), zone.local(now));
            return Err(AppError::Invalid(format!(
                "{} lies in the future; it is {} now. Write down what has happened, and plan the rest as the next action.",
                then.format("%Y-%m-%d %H:%M"),
                now.format("%Y-%m-%d %H:%M")
            )));
        }
        Ok(moment)
    }
}

/// What its rep wants to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How.
    pub kind: TouchKind,
    /// On which day, its end at the latest.
    pub on: Day,
    /// What about.
    pub note: String,
}

/// Something done with a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Sales tried to reach it. Takes a lead that is nobody's.
    Touch {
        /// How.
        kind: TouchKind,
        /// Both sides spoke.
        reached: bool,
        /// When.
        at: At,
        /// What about.
        note: String,
    },
    /// Sales takes it on. Takes a lead that is nobody's.
    Accept,
    /// The verdict.
    Judge(Verdict),
    /// A deal was opened.
    Open {
        /// Minor units of the workspace's currency.
        value_minor: Option<i64>,
        /// When.
        at: At,
    },
    /// The deal was won.
    Win {
        /// Minor units of the workspace's currency.
        value_minor: Option<i64>,
        /// When.
        at: At,
        /// Where no opportunity was opened before, the win implies it, and whoever says so knows.
        and_opportunity: bool,
    },
    /// The deal was lost.
    Lose {
        /// Why: the key of a reason of the list.
        reason: String,
        /// What belongs to it, in words: what was missing, or who it was.
        note: String,
        /// When.
        at: At,
    },
    /// What is done next; `None`: nothing is planned any more.
    Plan(Option<Plan>),
    /// It belongs to somebody; `None`: to nobody.
    Assign(Option<AccountId>),
    /// A word for both teams; `@Name` tells that person.
    Comment(String),
    /// Marketing gives it to sales.
    HandOver,
    /// An event never happened, or was written down wrongly.
    Void {
        /// The lead in whose history it stands, where that was merged into this one.
        history: Option<LeadId>,
        /// Its number in the lead's history.
        event: i64,
        /// Why.
        reason: String,
    },
}

impl Act {
    /// From a form: `act` names it, the other fields say the rest. See the variants; times are read in the workspace's
    /// zone and amounts in its currency.
    ///
    /// - `touch`: `kind`, `reached` (anything is yes), `at`, `note`
    /// - `accept`; `hand_over`
    /// - `judge`: see [`Verdict::parse`]
    /// - `open`: `value`, `at`; `win`: `value`, `at`, `and_opportunity`; `lose`: `reason`, `why`, `at`
    /// - `plan`: `kind`, `on` (blank takes the plan away), `note`
    /// - `assign`: `owner` (an account's number; blank is nobody)
    /// - `comment`: `text`; `void`: `event`, `why`
    ///
    /// # Errors
    /// A field does not say what it should; the sentence names it.
    pub fn parse<'a>(pairs: &[(&'a str, &'a str)], zone: &Zone, currency: &str) -> Result<Self> {
        let get = |name: &str| pairs.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.trim());
        let at = || At::parse(get("at"), zone);
        let note = |what: &str, name: &str| one_line(what, get(name), MOST_NOTE);
        let kind =
            || TouchKind::from_key(get("kind")).ok_or_else(|| invalid("Choose how: call, mail, meeting or message."));
        let value = || match get("value") {
            "" => Ok(None),
            text => parse_amount(text, currency).map(Some),
        };
        Ok(match get("act") {
            "touch" => Self::Touch {
                kind: kind()?,
                reached: !get("reached").is_empty(),
                at: at()?,
                note: note("The note", "note")?,
            },
            "accept" => Self::Accept,
            "judge" => Self::Judge(Verdict::parse(pairs.iter().copied())?),
            "open" => Self::Open { value_minor: value()?, at: at()? },
            "win" => {
                Self::Win { value_minor: value()?, at: at()?, and_opportunity: !get("and_opportunity").is_empty() }
            }
            "lose" => Self::Lose { reason: get("reason").to_owned(), note: note("The note", "why")?, at: at()? },
            "plan" if get("on").is_empty() => Self::Plan(None),
            "plan" => {
                let on = get("on")
                    .parse()
                    .map_err(|_| invalid("The day of the next action is a date such as 2026-03-31."))?;
                Self::Plan(Some(Plan { kind: kind()?, on, note: note("The note", "note")? }))
            }
            "assign" if get("owner").is_empty() => Self::Assign(None),
            "assign" => {
                let owner = get("owner").parse().map_err(|_| crate::editing::form::incomplete())?;
                Self::Assign(Some(AccountId(owner)))
            }
            "comment" => Self::Comment(comment_text(get("text"))?),
            "hand_over" => Self::HandOver,
            "void" => Self::Void {
                history: match get("history") {
                    "" => None,
                    text => Some(LeadId(text.parse().map_err(|_| crate::editing::form::incomplete())?)),
                },
                event: get("event").parse().map_err(|_| crate::editing::form::incomplete())?,
                reason: needed("why it does not hold", note("The reason", "why")?)?,
            },
            _ => return Err(crate::editing::form::incomplete()),
        })
    }

    /// What the change log calls it.
    pub const fn change(&self) -> ChangeKind {
        match self {
            Self::Touch { .. } => ChangeKind::LeadTouched,
            Self::Accept => ChangeKind::LeadAccepted,
            Self::Judge(_) => ChangeKind::LeadJudged,
            Self::Open { .. } => ChangeKind::LeadOpened,
            Self::Win { .. } => ChangeKind::LeadWon,
            Self::Lose { .. } => ChangeKind::LeadLost,
            Self::Plan(_) => ChangeKind::LeadPlanned,
            Self::Assign(_) => ChangeKind::LeadAssigned,
            Self::Comment(_) => ChangeKind::LeadCommented,
            Self::HandOver => ChangeKind::LeadHandedOver,
            Self::Void { .. } => ChangeKind::LeadCorrected,
        }
    }

    /// What one must be allowed to.
    pub const fn needs(&self) -> Action {
        match self {
            Self::HandOver => Action::HandOver,
            Self::Comment(_) | Self::Void { .. } => Action::SeeLeads,
            _ => Action::WorkLeads,
        }
    }

    /// Whether it may be done with many leads at once.
    pub fn is_for_many(&self) -> bool {
        matches!(self, Self::Accept | Self::Assign(_) | Self::HandOver)
            || matches!(self, Self::Judge(verdict) if verdict.decision != Decision::Good)
    }

    /// Whether it goes on although somebody else worked on the lead meanwhile: what is only written down besides.
    pub const fn only_adds(&self) -> bool {
        matches!(self, Self::Touch { .. } | Self::Comment(_))
    }
}

impl Plan {
    /// The last second of its day.
    ///
    /// # Errors
    /// The day is over, or too far ahead.
    pub fn due(&self, now: Instant, zone: &Zone) -> Result<Instant> {
        let today = zone.day_of(now);
        if self.on < today || self.on > today.plus(MOST_AHEAD) {
            return Err(AppError::Invalid(format!(
                "The next action is planned for today or a later day, within two years; {} is not.",
                self.on
            )));
        }
        Ok(Instant(zone.start_of(self.on.plus(1)).0 - 1))
    }
}

/// What is to be done with which leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The leads, as they were shown.
    pub leads: Vec<Shown>,
    /// What.
    pub act: Act,
}

impl Order {
    /// From a form: each field `lead` is a [`Shown`], the others an [`Act`].
    ///
    /// # Errors
    /// A field does not say what it should, no lead is named, or too many are.
    pub fn parse(pairs: &[(String, String)], zone: &Zone, currency: &str) -> Result<Self> {
        let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let named = borrowed.iter().filter(|(key, _)| *key == "lead");
        let mut leads = named.map(|(_, text)| Shown::parse(text)).collect::<Result<Vec<_>>>()?;
        let mut seen = HashSet::new();
        leads.retain(|shown| seen.insert(shown.lead));
        let order = Self { leads, act: Act::parse(&borrowed, zone, currency)? };
        order.check()?;
        Ok(order)
    }

    /// Whether it can be meant.
    ///
    /// # Errors
    /// No lead is named, or more than it can be done with.
    pub fn check(&self) -> Result<()> {
        match self.leads.len() {
            0 => Err(invalid("No lead is chosen. Choose at least one.")),
            1 => Ok(()),
            many if !self.act.is_for_many() => {
                Err(AppError::Invalid(format!("This is done with one lead at a time; {many} are chosen.")))
            }
            many if many > MOST_LEADS => {
                Err(AppError::Invalid(format!("At most {MOST_LEADS} leads are changed at once; {many} are chosen.")))
            }
            _ => Ok(()),
        }
    }
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The leads that it was done with.
    pub leads: Vec<LeadId>,
    /// By which number it can be taken back, see [`super::undo::undo`].
    pub undo: i64,
    /// What whoever did it should know, as sentences.
    pub said: Vec<String>,
    /// Leads that were left alone, each with the sentence that says why.
    pub skipped: Vec<(LeadId, String)>,
}

/// A lead that somebody writes down by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewLead {
    /// Full name.
    pub name: Option<String>,
    /// As it was written.
    pub email: Option<String>,
    /// As it was written.
    pub phone: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Number of employees.
    pub size: Option<i64>,
    /// One value a dimension, by name, in the order of [`Dimension::ALL`].
    pub values: [Option<String>; Dimension::ALL.len()],
    /// It is handed over to sales at once.
    pub hand_over: bool,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there now. By that number it can be taken back.
    New(LeadId, i64),
    /// A lead with this e-mail was there before; nothing was written.
    Existing(LeadId),
}

impl NewLead {
    /// From a form: `name`, `email`, `phone`, `company`, `title`, `size`, the keys of the dimensions, `hand_over`.
    ///
    /// # Errors
    /// A field is too long or cannot be read, or neither name, e-mail nor company is given.
    pub fn parse<'a>(pairs: &[(&'a str, &'a str)]) -> Result<Self> {
        let get = |name: &str| pairs.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.trim());
        let text = |what: &str, name: &str| -> Result<Option<String>> {
            let text = one_line(what, get(name), 200)?;
            Ok((!text.is_empty()).then_some(text))
        };
        let mut values = [const { None }; Dimension::ALL.len()];
        for (value, dimension) in values.iter_mut().zip(Dimension::ALL) {
            *value = text(&format!("The {dimension}"), dimension.key())?;
        }
        let size = match get("size") {
            "" => None,
            digits => {
                let size = digits.parse().ok().filter(|size| (0..=100_000_000).contains(size));
                Some(size.ok_or_else(|| invalid("The size is the number of people, such as 250."))?)
            }
        };
        let lead = Self {
            name: text("The name", "name")?,
            email: text("The e-mail", "email")?,
            phone: text("The phone", "phone")?,
            company: text("The company", "company")?,
            title: text("The title", "title")?,
            size,
            values,
            hand_over: !get("hand_over").is_empty(),
        };
        if lead.email.as_ref().is_some_and(|email| !email.contains('@')) {
            return Err(invalid("An e-mail address has an @ in it. Correct it, or leave it out."));
        }
        if lead.name.is_none() && lead.email.is_none() && lead.company.is_none() {
            return Err(invalid("A lead has at least a name, an e-mail address or a company."));
        }
        Ok(lead)
    }
}

/// Who is meant by `@Name` in a comment: each person whose whole name follows an `@`, the longest name first.
pub fn mentioned(text: &str, people: &[(AccountId, String)]) -> Vec<AccountId> {
    let mut people: Vec<(AccountId, String)> = people.iter().map(|(id, name)| (*id, name.to_lowercase())).collect();
    people.sort_by_key(|(_, name)| std::cmp::Reverse(name.len()));
    let lower = text.to_lowercase();
    let mut found = Vec::new();
    for (at, _) in lower.match_indices('@') {
        let after = &lower[at + 1..];
        let named = people.iter().find(|(_, name)| {
            let rest = after.strip_prefix(name.as_str());
            rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        });
        if let Some((id, _)) = named
            && !found.contains(id)
        {
            found.push(*id);
        }
    }
    found
}

/// The text of a comment.
///
/// # Errors
/// It is blank or too long.
pub fn comment_text(text: &str) -> Result<String> {
    let length = text.chars().count();
    if text.is_empty() {
        return Err(invalid("The comment is empty. Write something, or leave it."));
    }
    if length > MOST_COMMENT {
        return Err(AppError::Invalid(format!(
            "A comment has at most {MOST_COMMENT} characters; yours has {length} in {} lines. Keep what matters here, and \
             put the rest into a file.",
            text.lines().count()
        )));
    }
    Ok(text.replace(['\0', '\u{1e}'], ""))
}

fn needed(what: &str, text: String) -> Result<String> {
    if text.is_empty() { Err(AppError::Invalid(format!("Say {what}, in a few words."))) } else { Ok(text) }
}

fn invalid(sentence: &str) -> AppError {
    AppError::Invalid(sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<Act> {
        Act::parse(pairs, &Zone::utc(), "EUR")
    }

    #[test]
    fn a_touch_is_logged_with_two_fields() {
        let touch = parse(&[("act", "touch"), ("kind", "call")]);
        assert_eq!(touch, Ok(Act::Touch { kind: TouchKind::Call, reached: false, at: At::Now, note: String::new() }));
        assert!(parse(&[("act", "touch"), ("kind", "pigeon")]).is_err());
    }

    #[test]
    fn what_lies_in_the_future_has_not_happened() {
        let now = Instant(1_800_000_000);
        let zone = Zone::utc();
        let at = |text| At::parse(text, &zone).and_then(|at| at.moment(now, &zone));
        assert_eq!(at("").map(|moment| moment.at), Ok(now));
        assert_eq!(at("2027-01-15").map(|moment| moment.day_only), Ok(false), "today is now");
        assert_eq!(at("2027-01-14").map(|moment| moment.day_only), Ok(true));
        let refused = at("2027-01-15T09:00").expect_err("an hour ahead").to_string();
        assert!(refused.starts_with("2027-01-15 09:00 lies in the future; it is 2027-01-15 08:00 now."), "{refused}");
        assert!(at("2027-01-16").is_err() && at("yesterday").is_err());
    }

    #[test]
    fn what_is_shown_is_read_back() {
        let shown = Shown { lead: LeadId(17), seq: 2_301 };
        assert_eq!(Shown::parse(&shown.text()), Ok(shown));
        assert_eq!(Shown::parse("17"), Ok(Shown { lead: LeadId(17), seq: 0 }));
        assert!(Shown::parse("x@y").is_err());
    }

    #[test]
    fn an_order_names_its_leads_and_only_some_acts_are_for_many() {
        let order = |act: &str, leads: usize| {
            let mut pairs = vec![("act".to_owned(), act.to_owned()), ("kind".to_owned(), "call".to_owned())];
            pairs.extend((0..leads).map(|n| ("lead".to_owned(), n.to_string())));
            Order::parse(&pairs, &Zone::utc(), "EUR")
        };
        assert!(order("accept", 0).is_err());
        assert_eq!(order("accept", 3).map(|order| order.leads.len()), Ok(3));
        assert!(order("touch", 1).is_ok() && order("touch", 2).is_err());
        assert!(order("accept", MOST_LEADS + 1).is_err());
    }

    #[test]
    fn a_lead_that_is_named_twice_is_one_lead() {
        let pairs = [("act", "touch"), ("kind", "call"), ("lead", "17@5"), ("lead", "17")];
        let pairs: Vec<_> = pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let order = Order::parse(&pairs, &Zone::utc(), "EUR").expect("one lead is touched");
        assert_eq!(order.leads, [Shown { lead: LeadId(17), seq: 5 }]);
    }

    #[test]
    fn a_mention_is_the_whole_name_of_a_person() {
        let people = [(AccountId(1), "Ben".to_owned()), (AccountId(2), "Ben Okoye".to_owned())];
        assert_eq!(mentioned("@Ben Okoye, and @ben!", &people), [AccountId(2), AccountId(1)]);
        assert_eq!(mentioned("@Benjamin ben@x.example", &people), Vec::new());
    }

    #[test]
    fn a_lead_by_form_needs_something_that_tells_it_from_others() {
        assert!(NewLead::parse(&[("title", "CEO")]).is_err());
        assert!(NewLead::parse(&[("email", "nobody")]).is_err());
        let lead =
            NewLead::parse(&[("company", " Rope & Sons "), ("size", "12"), ("channel", "Fair")]).expect("a lead");
        assert_eq!((lead.company.as_deref(), lead.size), (Some("Rope & Sons"), Some(12)));
        assert_eq!(lead.values[Dimension::Channel as usize].as_deref(), Some("Fair"));
    }

    #[test]
    fn a_thousand_lines_end_in_a_sentence() {
        let paste = "word\n".repeat(1_000);
        let says = |pairs: &[(&str, &str)]| parse(pairs).expect_err("too much").to_string();
        assert!(says(&[("act", "comment"), ("text", &paste)]).contains("in 1000 lines"));
        assert!(says(&[("act", "touch"), ("kind", "call"), ("note", &paste)]).contains("is one line; yours has 1000"));
    }
}
