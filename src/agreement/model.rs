//! What a version of the agreement says. Signed text never changes; numbers use the version in force on the
//! day of the handover.

use super::criteria::Criterion;
use crate::period::Day;
use serde::{Deserialize, Serialize};

/// A stretch of a promise, and the clock that measures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// So many minutes by the wall clock.
    Elapsed(u32),
    /// So many minutes of the working calendar.
    Working(u32),
    /// Due at the same local time on the n-th next working day, clamped into that day's working time;
    /// a start outside working time begins at the next opening.
    WorkingDays(u32),
}

/// How long after its handover a lead may become an opportunity and count (K1's `d`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Horizon {
    /// Days of 86,400 seconds.
    Days(u32),
    /// No limit: every lead is mature at once.
    None,
}

/// Minutes after local midnight, `[from, to)`, `to` up to 1440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// First minute.
    pub from: u16,
    /// The minute after the last.
    pub to: u16,
}

/// The working calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarTerms {
    /// IANA name of the zone in which the ranges are meant.
    pub zone: String,
    /// Monday first; ranges in order, not overlapping; empty means a free day.
    pub week: [Vec<Range>; 7],
    /// Days that differ from their weekday: a holiday has no range, a working Saturday has some. By day, ascending.
    pub exceptions: Vec<(Day, Vec<Range>)>,
    /// What such a day is called, for those that have a name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<(Day, String)>,
}

/// What marketing promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketingPromises {
    /// Qualified leads a month.
    pub leads_per_month: Option<u32>,
    /// Share with all required fields, in basis points.
    pub complete_bp: Option<u32>,
    /// Share that meets the definition, in basis points.
    pub qualified_bp: Option<u32>,
    /// Reply to feedback.
    pub reply: Within,
    /// On so many of the rejections and recyclings, in basis points; `None`: no share was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_share_bp: Option<u32>,
}

/// What sales promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesPromises {
    /// Accept or reject; silence past it counts as accepted, dated at the due time.
    pub decide: Within,
    /// First touch.
    pub first_touch: Within,
    /// Attempts before “unreachable” is accepted as a reason.
    pub attempts: u32,
    /// A complete verdict.
    pub verdict: Within,
    /// Accept or reject: on so many, in basis points; `None`: no share was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_share_bp: Option<u32>,
    /// First touch: on so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_touch_share_bp: Option<u32>,
    /// Attempts before “unreachable”: on so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_share_bp: Option<u32>,
    /// A complete verdict: on so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict_share_bp: Option<u32>,
}

/// What both aim at. `None`: no target agreed, so no status either.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    /// K1, at least, in basis points.
    pub lead_to_opportunity_bp: Option<u32>,
    /// K2, at most, in minor units of the workspace's currency.
    pub cac_minor: Option<i64>,
    /// K3, median at most, in elapsed minutes.
    pub follow_up_minutes: Option<u32>,
    /// K4, at least, in basis points.
    pub feedback_coverage_bp: Option<u32>,
}

/// What happens to the other side's promise when one side fails; changes the standing of promises, never K1 to K4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consequences {
    /// A late first touch takes the lead out of the quality that marketing answers for.
    pub late_touch_frees_marketing: bool,
    /// A lead below the agreed criteria frees sales of the follow-up duty.
    pub below_criteria_frees_sales: bool,
}

/// The whole text of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Marketing's side of the net.
    pub marketing: MarketingPromises,
    /// Sales' side of the net.
    pub sales: SalesPromises,
    /// What both aim at.
    pub targets: Targets,
    /// K1's horizon.
    pub horizon: Horizon,
    /// Working time.
    pub calendar: CalendarTerms,
    /// The consequence clause.
    pub consequences: Consequences,
    /// What makes a lead qualified: all of these. Empty: nothing was agreed, so no lead meets or misses it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<Criterion>,
}

/// A version that is or was in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// 1, 2, 3 …
    pub number: u32,
    /// In force from this local day until the next version's; version 1 also holds for everything before it.
    pub starts: Day,
    /// What it says.
    pub terms: Terms,
}

impl Terms {
    /// The terms that a workspace starts with: first touch within 24 hours, 5 attempts, a verdict within 5 working
    /// days, a horizon of 90 days; accept or reject within 8 working hours; marketing replies within 3 working
    /// days; Monday to Friday 9 to 17. No targets: nobody has agreed on any yet.
    pub fn defaults(zone: &str) -> Self {
        let office = vec![Range { from: 9 * 60, to: 17 * 60 }];
        let free = Vec::new;
        Self {
            marketing: MarketingPromises {
                leads_per_month: None,
                complete_bp: None,
                qualified_bp: None,
                reply: Within::WorkingDays(3),
                reply_share_bp: None,
            },
            sales: SalesPromises {
                decide: Within::Working(8 * 60),
                first_touch: Within::Elapsed(24 * 60),
                attempts: 5,
                verdict: Within::WorkingDays(5),
                decide_share_bp: None,
                first_touch_share_bp: None,
                attempts_share_bp: None,
                verdict_share_bp: None,
            },
            targets: Targets::default(),
            horizon: Horizon::Days(90),
            calendar: CalendarTerms {
                zone: zone.to_owned(),
                week: [office.clone(), office.clone(), office.clone(), office.clone(), office, free(), free()],
                exceptions: Vec::new(),
                names: Vec::new(),
            },
            consequences: Consequences::default(),
            criteria: Vec::new(),
        }
    }
}
