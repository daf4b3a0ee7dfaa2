//! The clauses of the agreement as sentences: on its page, in a comparison of two versions, and in the text that both
//! heads sign. Pure.

use super::calendar_text::{self, Stretch};
use super::criteria::Criterion;
use super::fields::Content;
use super::model::{Horizon, Terms, Within};
use crate::kpis::words::{self, Currency};
use crate::people::model::Team;
use crate::text_enum;

text_enum!(
    /// A clause, in the order of the text.
    Clause {
        /// Qualified leads a month.
        Volume = "volume",
        /// Required fields.
        Complete = "complete",
        /// Share that meets the definition.
        Qualified = "qualified",
        /// Reply to feedback.
        Reply = "reply",
        /// Accept or reject.
        Decide = "decide",
        /// First touch.
        FirstTouch = "first_touch",
        /// Attempts before “unreachable”.
        Attempts = "attempts",
        /// Verdict.
        Verdict = "verdict",
        /// What makes a lead qualified.
        Criteria = "criteria",
        /// Target of K1.
        TargetRate = "target_rate",
        /// Target of K2.
        TargetCost = "target_cost",
        /// Target of K3.
        TargetFollowUp = "target_follow_up",
        /// Target of K4.
        TargetFeedback = "target_feedback",
        /// K1's horizon.
        Horizon = "horizon",
        /// A late first touch frees marketing.
        LateTouch = "late_touch",
        /// A lead below the criteria frees sales.
        BelowCriteria = "below_criteria",
        /// The hours of the week.
        Week = "week",
        /// Days that differ.
        Exceptions = "exceptions",
    }
);

impl Clause {
    /// Marketing's promises, in their order.
    pub const MARKETING: [Self; 4] = [Self::Volume, Self::Complete, Self::Qualified, Self::Reply];
    /// Sales' promises.
    pub const SALES: [Self; 4] = [Self::Decide, Self::FirstTouch, Self::Attempts, Self::Verdict];

    /// Whose promise it is; `None`: it binds both.
    pub const fn whose(self) -> Option<Team> {
        match self {
            Self::Volume | Self::Complete | Self::Qualified | Self::Reply => Some(Team::Marketing),
            Self::Decide | Self::FirstTouch | Self::Attempts | Self::Verdict => Some(Team::Sales),
            _ => None,
        }
    }

    /// As people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Volume => "Marketing, volume",
            Self::Complete => "Marketing, required fields",
            Self::Qualified => "Marketing, definition",
            Self::Reply => "Marketing, reply to feedback",
            Self::Decide => "Sales, accept or reject",
            Self::FirstTouch => "Sales, first touch",
            Self::Attempts => "Sales, attempts",
            Self::Verdict => "Sales, verdict",
            Self::Criteria => "Qualified lead",
            Self::TargetRate => "Target, lead to opportunity",
            Self::TargetCost => "Target, cost of a customer",
            Self::TargetFollowUp => "Target, follow-up",
            Self::TargetFeedback => "Target, feedback coverage",
            Self::Horizon => "Horizon",
            Self::LateTouch => "Consequence, late first touch",
            Self::BelowCriteria => "Consequence, below the criteria",
            Self::Week => "Working hours",
            Self::Exceptions => "Days that differ",
        }
    }

    /// What it says under these terms, as a sentence without its full stop.
    pub fn words(self, terms: &Terms, currency: &Currency) -> String {
        let (marketing, sales, targets) = (&terms.marketing, &terms.sales, &terms.targets);
        let on = |share: Option<u32>| share.map(|bp| format!(", on {}", words::basis_points(bp))).unwrap_or_default();
        match self {
            Self::Volume => marketing.leads_per_month.map_or_else(
                || "Hand over qualified leads; no number is promised".to_owned(),
                |number| format!("Hand over {} qualified leads a month", words::count(number)),
            ),
            Self::Complete => marketing.complete_bp.map_or_else(
                || "Fill in the required fields; no share is promised".to_owned(),
                |bp| format!("Fill in all required fields on {}", words::basis_points(bp)),
            ),
            Self::Qualified => marketing.qualified_bp.map_or_else(
                || "Meet the definition of a qualified lead; no share is promised".to_owned(),
                |bp| format!("Meet the definition on {}", words::basis_points(bp)),
            ),
            Self::Reply => {
                format!("Answer feedback within {}{}", stretch(marketing.reply), on(marketing.reply_share_bp))
            }
            Self::Decide => format!("Accept or reject within {}{}", stretch(sales.decide), on(sales.decide_share_bp)),
            Self::FirstTouch => {
                format!("First touch within {}{}", stretch(sales.first_touch), on(sales.first_touch_share_bp))
            }
            Self::Attempts => format!(
                "At least {} before “unreachable”{}",
                words::counted(sales.attempts, "attempt", "attempts"),
                on(sales.attempts_share_bp)
            ),
            Self::Verdict => format!("Verdict within {}{}", stretch(sales.verdict), on(sales.verdict_share_bp)),
            Self::Criteria => match terms.criteria.as_slice() {
                [] => "No criteria are agreed, so nothing can be checked".to_owned(),
                criteria => criteria.iter().map(Criterion::words).collect::<Vec<_>>().join("; and "),
            },
            Self::TargetRate => match targets.lead_to_opportunity_bp {
                Some(bp) => format!("At least {} of the leads become an opportunity", words::basis_points(bp)),
                None => "No target for the lead-to-opportunity rate".to_owned(),
            },
            Self::TargetCost => match targets.cac_minor {
                Some(minor) => format!("A customer costs at most {}", currency.exact(minor)),
                None => "No target for the cost of a customer".to_owned(),
            },
            Self::TargetFollowUp => match targets.follow_up_minutes {
                Some(minutes) => format!("The median first touch comes within {}", stretch(Within::Elapsed(minutes))),
                None => "No target for the follow-up time".to_owned(),
            },
            Self::TargetFeedback => match targets.feedback_coverage_bp {
                Some(bp) => format!("At least {} of the leads have a verdict", words::basis_points(bp)),
                None => "No target for the feedback coverage".to_owned(),
            },
            Self::Horizon => match terms.horizon {
                Horizon::Days(days) => format!(
                    "A lead has {} from its handover to become an opportunity",
                    words::counted(days, "day", "days")
                ),
                Horizon::None => "A lead may become an opportunity at any time".to_owned(),
            },
            Self::LateTouch => {
                let stands = if terms.consequences.late_touch_frees_marketing { "On" } else { "Off" };
                format!("{stands}: a late first touch takes the lead out of the quality that marketing answers for")
            }
            Self::BelowCriteria => {
                let stands = if terms.consequences.below_criteria_frees_sales { "On" } else { "Off" };
                format!("{stands}: a lead below the agreed criteria frees sales of the follow-up")
            }
            Self::Week => {
                let days = calendar_text::week(&terms.calendar).into_iter();
                let days: Vec<_> = days.map(|(days, hours)| format!("{days} {hours}")).collect();
                format!("{}; time zone {}", days.join("; "), terms.calendar.zone)
            }
            Self::Exceptions => {
                let days: Vec<_> = calendar_text::stretches(&terms.calendar).iter().map(stretch_of_days).collect();
                if days.is_empty() { "No day differs from its weekday".to_owned() } else { days.join("; ") }
            }
        }
    }
}

fn stretch_of_days(stretch: &Stretch) -> String {
    let Stretch { days, hours, name } = stretch;
    let hours = if hours.is_empty() { "closed" } else { hours };
    let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
    format!("{days} {hours}{name}")
}

/// A stretch of a promise as people write it: `24 hours`, `8 working hours`, `5 working days`.
pub fn stretch(within: Within) -> String {
    let of = |minutes: u32, kind: &str| match minutes % 60 {
        0 if minutes > 0 => words::counted(minutes / 60, &format!("{kind}hour"), &format!("{kind}hours")),
        _ => words::counted(minutes, &format!("{kind}minute"), &format!("{kind}minutes")),
    };
    match within {
        Within::Elapsed(minutes) => of(minutes, ""),
        Within::Working(minutes) => of(minutes, "working "),
        Within::WorkingDays(days) => words::counted(days, "working day", "working days"),
    }
}

/// A clause that two texts word differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its key.
    pub key: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What the older one says.
    pub before: String,
    /// What the newer one says.
    pub after: String,
}

/// What differs between two texts, clause by clause.
pub fn changes(before: &Terms, after: &Terms, currency: &Currency) -> Vec<Changed> {
    let changed = Clause::ALL.iter().map(|clause| Changed {
        key: clause.key(),
        title: clause.title(),
        before: clause.words(before, currency),
        after: clause.words(after, currency),
    });
    changed.filter(|changed| changed.before != changed.after).collect()
}

/// The text that both heads sign. It ends with the terms as the program computes with them, so that its fingerprint
/// stands for both.
pub fn canonical(workspace: &str, content: &Content, replaces: Option<u32>, currency: &Currency) -> String {
    let Content { starts, why, terms } = content;
    let mut text = format!("Agreement of marketing and sales at {workspace}\n\n");
    let from = words::day(*starts);
    text += &format!("In force from {from}, or from the day after the second signature, whichever is later.\n");
    if let Some(number) = replaces {
        text += &format!("It takes the place of version {number}, which does not come into force.\n");
    }
    if !why.is_empty() {
        text += &format!("Why: {why}\n");
    }
    let mut section = |title: &str, clauses: &mut dyn Iterator<Item = &Clause>| {
        text += &format!("\n{title}\n");
        for (n, clause) in clauses.enumerate() {
            text += &format!("{}. {}: {}.\n", n + 1, clause.title(), clause.words(terms, currency));
        }
    };
    section("Marketing promises", &mut Clause::MARKETING.iter());
    section("Sales promises", &mut Clause::SALES.iter());
    section("Both agree", &mut Clause::ALL.iter().filter(|clause| clause.whose().is_none()));
    text += "\nAs the program computes with it:\n";
    text += &serde_json::to_string(terms).expect("terms are plain data");
    text.push('\n');
    // Whoever checks the fingerprint types no spaces that cannot be seen.
    text.replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::Day;

    fn euro() -> Currency {
        Currency("EUR".to_owned())
    }

    #[test]
    fn a_share_that_is_promised_stands_in_the_sentence_and_one_that_is_not_does_not() {
        let mut terms = Terms::defaults("Europe/Berlin");
        let said = |terms: &Terms| Clause::FirstTouch.words(terms, &euro()).replace('\u{a0}', " ");
        assert_eq!(said(&terms), "First touch within 24 hours");
        terms.sales.first_touch_share_bp = Some(9_000);
        assert_eq!(said(&terms), "First touch within 24 hours, on 90 %");
    }

    #[test]
    fn two_versions_differ_in_the_clauses_that_were_changed_and_in_no_others() {
        let before = Terms::defaults("Europe/Berlin");
        let mut after = before.clone();
        assert_eq!(changes(&before, &after, &euro()), []);
        after.sales.first_touch = Within::Working(8 * 60);
        after.consequences.late_touch_frees_marketing = true;
        let keys: Vec<_> = changes(&before, &after, &euro()).into_iter().map(|changed| changed.key).collect();
        assert_eq!(keys, ["first_touch", "late_touch"]);
    }

    #[test]
    fn the_signed_text_holds_every_clause_and_what_the_program_computes_with() {
        let terms = Terms::defaults("Europe/Berlin");
        let content = Content { starts: Day(20_454), why: String::new(), terms: terms.clone() };
        let text = canonical("Northaisle", &content, None, &euro());
        for clause in Clause::ALL {
            let words = clause.words(&terms, &euro()).replace('\u{a0}', " ");
            assert!(text.contains(&words), "{clause}: {text}");
        }
        let json = text.lines().last().expect("a line");
        assert_eq!(serde_json::from_str::<Terms>(json).expect("terms"), terms);
    }
}
