//! The list of reasons for which a lead is turned down. Both teams' heads edit it; a reason is never deleted, only
//! retired, so that no number loses its word.

use crate::error::{AppError, Result};
use crate::leads::model::Reason;
use crate::period::{Day, Instant};
use crate::text_enum;
use serde::{Deserialize, Serialize};

/// Longest name of a reason, and of whose problem it is, in characters.
pub const MOST_NAMED: usize = 60;

text_enum!(
    /// When a reason can be known.
    When {
        /// Before anybody spoke to the lead.
        Door = "door",
        /// Only after contact.
        Contact = "contact",
        /// Either.
        Both = "both",
    }
);

text_enum!(
    /// Where a lead goes that is turned down for a reason.
    Route {
        /// Marketing mends it and hands it over once more.
        Fix = "fix",
        /// Out of the numbers.
        Remove = "remove",
        /// It becomes part of the other lead.
        Merge = "merge",
        /// Removed, or given to a partner.
        RemoveOrPartner = "remove_or_partner",
        /// The company stays, marketing finds the person.
        KeepCompany = "keep_company",
        /// Handed on, or removed.
        HandOn = "hand_on",
        /// Marketing keeps in touch with it.
        Nurture = "nurture",
        /// It comes back after 30 days.
        Recycle30 = "recycle_30",
        /// Marketing keeps in touch; it comes back after 180 days.
        Nurture180 = "nurture_180",
        /// It comes back after 90 to 180 days.
        Recycle90To180 = "recycle_90_180",
        /// It comes back on the day that it named.
        RecycleOnDate = "recycle_on_date",
        /// Kept; the one who decides is to be found.
        FindDecider = "find_decider",
        /// What the offer lacks is written down for the product.
        TagFeature = "tag_feature",
        /// The deal is lost.
        Lost = "lost",
        /// Both teams look at it in their monthly meeting.
        Review = "review",
    }
);

text_enum!(
    /// What must be given along with a reason.
    Proof {
        /// Nothing.
        None = "none",
        /// Which field cannot be right.
        Field = "field",
        /// The number of the other lead.
        Lead = "lead",
        /// Which criterion failed.
        Criterion = "criterion",
        /// The role of the person that was met.
        Role = "role",
        /// As many attempts as the agreement asks for, in the lead's history.
        Attempts = "attempts",
        /// A line that says something.
        Note = "note",
        /// The day on which it comes back.
        Date = "date",
        /// What the offer lacks.
        Feature = "feature",
        /// Who it was.
        Competitor = "competitor",
    }
);

/// When a lead comes back that is recycled by a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// After so many days, unless another day is named.
    After(u32),
    /// On a day that is named, so many days from now at least and at most.
    Between(u32, u32),
    /// Never: it is turned down for good.
    Never,
}

/// Days ahead that a return may be planned, at most.
pub const MOST_AHEAD: u32 = 3 * 366;

impl Route {
    /// Where a lead goes for a reason as the list ships, as far as that moves numbers. Imported verdicts go by it; one
    /// that is given here goes by the list of its day.
    pub const fn of(reason: Reason) -> Option<Self> {
        match reason {
            Reason::InvalidData => Some(Self::Fix),
            Reason::SpamOrTest => Some(Self::Remove),
            Reason::Duplicate => Some(Self::Merge),
            _ => None,
        }
    }

    /// When a lead comes back by it.
    pub const fn returns(self) -> Return {
        match self {
            Self::Recycle30 => Return::After(30),
            Self::Nurture180 => Return::After(180),
            Self::Recycle90To180 => Return::Between(90, 180),
            Self::Remove | Self::Merge => Return::Never,
            _ => Return::Between(1, MOST_AHEAD),
        }
    }

    /// A verdict for it takes the lead out of every KPI, unless it is contested or the lead has an opportunity.
    pub const fn removes(self) -> bool {
        matches!(self, Self::Remove | Self::Merge)
    }

    /// As people read it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Fix => "mend, hand over once more",
            Self::Remove => "remove",
            Self::Merge => "merge",
            Self::RemoveOrPartner => "remove or partner",
            Self::KeepCompany => "keep the company, find the person",
            Self::HandOn => "hand on or remove",
            Self::Nurture => "nurture",
            Self::Recycle30 => "comes back after 30 days",
            Self::Nurture180 => "nurture, comes back after 180 days",
            Self::Recycle90To180 => "comes back after 90 to 180 days",
            Self::RecycleOnDate => "comes back on a day",
            Self::FindDecider => "keep, find who decides",
            Self::TagFeature => "tag the feature",
            Self::Lost => "lost",
            Self::Review => "review in the monthly meeting",
        }
    }
}

impl Proof {
    /// As a form asks for it; empty where it asks for nothing that is typed.
    pub const fn words(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Field => "Which field cannot be right",
            Self::Lead => "Number of the other lead",
            Self::Criterion => "Which criterion failed",
            Self::Role => "The role that you met",
            Self::Attempts => "As many attempts as agreed",
            Self::Note => "A line that says what is missing",
            Self::Date => "The day on which it comes back",
            Self::Feature => "What the offer lacks",
            Self::Competitor => "Who it was",
        }
    }

    /// Whether it is a text of its own, beside the line and the day.
    pub const fn is_typed(self) -> bool {
        matches!(self, Self::Field | Self::Lead | Self::Criterion | Self::Role | Self::Feature | Self::Competitor)
    }
}

impl When {
    /// As people read it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Door => "at the door",
            Self::Contact => "after contact",
            Self::Both => "both",
        }
    }
}

/// A reason of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonCode {
    /// Stable; numbers and addresses know it by this.
    pub key: String,
    /// As people read it.
    pub name: String,
    /// When it can be known.
    pub when: When,
    /// Whose problem it is to solve, in words.
    pub problem: String,
    /// Where the lead goes.
    pub route: Route,
    /// What must be given along.
    pub proof: Proof,
    /// Its place in the list, from 1.
    pub place: i64,
    /// Since when nobody may choose it any more.
    pub retired_at: Option<Instant>,
}

/// What heads write into the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonText {
    /// See [`ReasonCode::name`].
    pub name: String,
    /// See [`ReasonCode::when`].
    pub when: When,
    /// See [`ReasonCode::problem`].
    pub problem: String,
    /// See [`ReasonCode::route`].
    pub route: Route,
    /// See [`ReasonCode::proof`].
    pub proof: Proof,
}

impl ReasonText {
    /// From the fields of a form: `name`, `when`, `problem`, `route`, `proof`.
    ///
    /// # Errors
    /// A field does not say what it should; the sentence names it.
    pub fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let (mut name, mut when, mut problem, mut route, mut proof) = ("", "both", "", "review", "none");
        for (key, value) in pairs {
            match key {
                "name" => name = value.trim(),
                "when" => when = value,
                "problem" => problem = value.trim(),
                "route" => route = value,
                "proof" => proof = value,
                _ => {}
            }
        }
        for (what, text) in [("name", name), ("problem", problem)] {
            let length = text.chars().count();
            if length == 0 || length > MOST_NAMED || text.chars().any(char::is_control) {
                return Err(AppError::Invalid(format!(
                    "The reason’s {what} has 1 to {MOST_NAMED} characters on one line."
                )));
            }
        }
        let unknown = |what: &str| AppError::Invalid(format!("Choose the reason’s {what} from the list."));
        Ok(Self {
            name: name.to_owned(),
            when: When::from_key(when).ok_or_else(|| unknown("moment"))?,
            problem: problem.to_owned(),
            route: Route::from_key(route).ok_or_else(|| unknown("route"))?,
            proof: Proof::from_key(proof).ok_or_else(|| unknown("proof"))?,
        })
    }
}

impl ReasonCode {
    /// A deal can be lost for it: it is heard after contact. What is known at the door, a qualified lead has not.
    pub fn can_lose(&self) -> bool {
        self.when != When::Door
    }

    /// What heads may write of it.
    pub fn text(self) -> ReasonText {
        let Self { name, when, problem, route, proof, .. } = self;
        ReasonText { name, when, problem, route, proof }
    }
}

/// The key of a new reason: its name in small letters, digits and underscores, with a number where another has it.
pub fn key_of(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let letters = name.to_lowercase();
    let words = letters.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let plain = words.collect::<Vec<_>>().join("_");
    let plain = if plain.is_empty() { "reason".to_owned() } else { plain };
    let numbered = (2..).map(|n| format!("{plain}_{n}"));
    std::iter::once(plain.clone()).chain(numbered).find(|key| !taken(key)).unwrap_or(plain)
}

/// The day on which a lead comes back that is recycled today.
///
/// # Errors
/// The route lets nothing come back, it asks for a day and none is named, or the day is not one of those it allows.
pub fn return_day(reason: &ReasonCode, named: Option<Day>, today: Day) -> Result<Day> {
    let after = |days: u32| today.plus(days as i32);
    let (first, last, usual) = match reason.route.returns() {
        Return::Never => {
            return Err(AppError::Invalid(format!(
                "“{}” does not come back: reject the lead instead of recycling it.",
                reason.name
            )));
        }
        Return::After(days) => (1, MOST_AHEAD, Some(days)),
        Return::Between(1, last) => (1, last, None),
        Return::Between(first, last) => (first, last, Some(first)),
    };
    let Some(day) = named.or_else(|| usual.map(after)) else {
        return Err(AppError::Invalid(format!(
            "“{}” recycles the lead: name the day on which it comes back.",
            reason.name
        )));
    };
    if day < after(first) || day > after(last) {
        return Err(AppError::Invalid(format!(
            "A lead that is recycled for “{}” comes back from {} to {}; {day} is not between them.",
            reason.name,
            after(first),
            after(last)
        )));
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(route: Route) -> ReasonCode {
        let (key, name, problem) = ("not_now".into(), "Not now".into(), "nobody".into());
        ReasonCode { key, name, when: When::Both, problem, route, proof: Proof::None, place: 1, retired_at: None }
    }

    #[test]
    fn a_recycled_lead_comes_back_as_its_route_says() {
        let today = Day(20_000);
        let day = |route, named: Option<i32>| return_day(&reason(route), named.map(Day), today).map(|day| day.0);
        assert_eq!(day(Route::Recycle30, None), Ok(20_030));
        assert_eq!(day(Route::Nurture180, None), Ok(20_180));
        assert_eq!(day(Route::Recycle90To180, None), Ok(20_090));
        assert_eq!(day(Route::Recycle90To180, Some(20_120)), Ok(20_120));
        assert!(day(Route::Recycle90To180, Some(20_181)).is_err() && day(Route::Recycle90To180, Some(20_089)).is_err());
        assert_eq!(day(Route::RecycleOnDate, Some(20_001)), Ok(20_001));
        assert!(day(Route::RecycleOnDate, None).is_err(), "a day must be named");
        assert!(day(Route::RecycleOnDate, Some(20_000)).is_err(), "today is too early");
        assert!(day(Route::Remove, Some(20_010)).is_err(), "what is removed does not come back");
    }

    #[test]
    fn a_new_reason_gets_a_key_that_no_other_has() {
        assert_eq!(key_of("Wrong region, EMEA", |_| false), "wrong_region_emea");
        assert_eq!(key_of("No need", |key| key == "no_need"), "no_need_2");
        assert_eq!(key_of("ß", |_| false), "reason");
    }

    #[test]
    fn a_reason_that_is_not_filled_in_is_refused() {
        let parse = |name, route| ReasonText::parse([("name", name), ("problem", "shared"), ("route", route)]);
        assert!(parse("No space", "nurture").is_ok());
        assert!(parse("", "nurture").is_err() && parse("No space", "elsewhere").is_err());
        assert!(parse("No\nspace", "nurture").is_err());
    }
}
