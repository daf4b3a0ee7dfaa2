//! A question about the KPIs and its answer. Counts are exact integers; a rate is divided only where it is shown.

use crate::agreement::model::Horizon;
use crate::leads::model::{Dimension, ValueId};
use crate::period::{Bucket, Instant, Period};
use crate::text_enum;
use serde::{Deserialize, Serialize};

/// What is asked. The same question gives the same answer to everyone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Question {
    /// `[from, to)` in the workspace's zone.
    pub period: Period,
    /// Later events have not happened.
    pub now: Instant,
    /// Overrides the horizon of the agreement's versions.
    pub horizon: Option<HorizonChoice>,
    /// Which leads.
    pub filter: Filter,
    /// Break down by these.
    pub by: Vec<Dimension>,
    /// What stands beside each value.
    pub compare: Comparison,
}

text_enum!(
    /// What a period is set against. It decides only what is shown beside a value: trend, findings and the warning
    /// that volume and outcome part ways stay with the period before.
    Comparison {
        /// As many days, ending where the period begins.
        Previous = "previous",
        /// The same dates a year before, see [`Period::year_before`].
        Year = "year",
        /// Nothing.
        None = "none",
    }
);

/// What a period is set against, read at the same `now`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// Its days.
    pub period: Period,
    /// The KPIs of its days.
    pub figures: Figures,
}

/// A horizon, hashable for the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HorizonChoice {
    /// Days of 86,400 s.
    Days(u32),
    /// No limit.
    None,
}

impl From<HorizonChoice> for Horizon {
    fn from(choice: HorizonChoice) -> Self {
        match choice {
            HorizonChoice::Days(days) => Self::Days(days),
            HorizonChoice::None => Self::None,
        }
    }
}

/// Leads must have one of the values in every dimension that is named; `None` is the blank value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Filter {
    /// At most one entry a dimension; values ascending, so that equal filters are equal.
    pub any_of: Vec<(Dimension, Vec<Option<ValueId>>)>,
}

/// Everything that a scoreboard shows for one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The period asked for.
    pub period: Period,
    /// The period before it, of exactly the same length.
    pub previous: Period,
    /// The instant everything is read at.
    pub now: Instant,
    /// The KPIs of the period.
    pub current: Figures,
    /// The KPIs of the previous period, read at the same `now`.
    pub before: Figures,
    /// The period to compare with, if the question asks for one.
    pub beside: Option<Beside>,
    /// Both periods, bucket by bucket.
    pub trend: Vec<TrendPoint>,
    /// One entry a dimension asked for.
    pub by: Vec<Breakdown>,
    /// Mature leads, step by step.
    pub funnel: Funnel,
    /// Verdict reasons of the handovers of the period, most frequent first (then by key).
    pub reasons: Vec<(String, u32)>,
    /// Marketing's promise of leads; `None` where no number is promised, or where a filter asks for some of the leads:
    /// the promise is for all.
    pub pledge: Option<Pledge>,
    /// *Volume and outcome part ways*: set when it is so.
    pub parting: Option<Parting>,
}

/// The four KPIs and their context, over one set of leads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// K1.
    pub conversion: Conversion,
    /// K2.
    pub cac: Cac,
    /// K3.
    pub follow_up: FollowUp,
    /// K4.
    pub coverage: Coverage,
    /// The promise to accept or reject.
    pub answers: Answers,
    /// Volumes: context, never a headline.
    pub context: Context,
}

/// K1, lead-to-opportunity rate: of the mature leads handed over in the period, the share that became an
/// opportunity within the horizon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// Leads handed over in the period.
    pub leads: u32,
    /// Of them, with an opportunity by now, at whatever age.
    pub opportunities_so_far: u32,
    /// Of them, old enough to be judged.
    pub mature: u32,
    /// Of the mature, with `opportunity_at - handed_over_at <= horizon`.
    pub opportunities: u32,
    /// The target in force, weighted by leads over the versions, in basis points.
    pub target_bp: Option<u32>,
}

/// Why a CAC cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoCac {
    /// Spend rows do not carry this dimension, so its cost is not known.
    NotCarried(Dimension),
    /// Money was spent, no customer was won yet.
    NoCustomer,
    /// No spend is recorded for these days: without a cost there is no cost of a customer, and it is not zero.
    NoData,
}

/// K2, customer acquisition cost. Minor units of the workspace's currency throughout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cac {
    /// Spend of every kind in the period; `None` where the filter or breakdown asks for what spend does not carry.
    pub spend_minor: Option<i64>,
    /// Media spend only.
    pub media_minor: Option<i64>,
    /// Leads won in the period, each once.
    pub customers: u32,
    /// Spend of the same length of time, earlier by `lag_days`; `None` where there is no lag, or no spend is recorded
    /// for those days.
    pub lagged_spend_minor: Option<i64>,
    /// Median whole days (half up) from handover to win of those customers whose win is not before their handover.
    pub lag_days: Option<u32>,
    /// Of how many customers that is the median.
    #[serde(default)]
    pub lag_of: u32,
    /// Its 95 % interval in whole days (half up), see `luck::median_rank`; `None` for fewer than ten customers.
    #[serde(default)]
    pub lag_between: Option<(u32, u32)>,
    /// The target in force, weighted by customers, in minor units.
    pub target_minor: Option<i64>,
    /// Why there is no CAC, if there is none.
    pub missing: Option<NoCac>,
}

/// A duration that may only be known to be longer than something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duration {
    /// Seconds.
    pub seconds: u32,
    /// The curve never reaches the quantile: it is more than this.
    pub lower_bound: bool,
}

/// K3 by one clock (elapsed or working time).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUpClock {
    /// Kaplan-Meier median from handover to first touch; `None`: nothing measured.
    pub median: Option<Duration>,
    /// 90th percentile.
    pub p90: Option<Duration>,
}

/// K3, follow-up time, over every handover of the period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// Handovers in the cohort.
    pub handovers: u32,
    /// By the wall clock.
    pub elapsed: FollowUpClock,
    /// By the agreement's working calendar.
    pub working: FollowUpClock,
    /// Touched (or contacted in a way that implies it) by now.
    pub contacted: u32,
    /// Untouched over the cohort, the not-yet-due among them.
    pub never_contacted: u32,
    /// First touch at or before its due time.
    pub on_time: u32,
    /// First touch after it.
    pub late: u32,
    /// Untouched, and past its due time.
    pub overdue_open: u32,
    /// Untouched, and still in time.
    pub not_due: u32,
    /// False in a workspace without a single touch event: then everything above is “no data”.
    pub measured: bool,
    /// The target in force, weighted by leads, in elapsed minutes.
    pub target_minutes: Option<u32>,
}

/// Sales' promise to accept or reject within the agreed time, over every handover of the period.
///
/// Silence accepts a lead, and breaks the promise. A touch, a contact, an opportunity, a win or a verdict of any kind
/// answers as well as the word. Not yet due handovers stay out, and so does one of which sales was relieved before its
/// due time. Without a single touch event in the workspace nothing is counted: there silence cannot be told from work
/// that nobody recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Answered at or before the due time.
    pub on_time: u32,
    /// Answered after it, or silent past it.
    pub late: u32,
}

/// Marketing's promise of qualified leads a month, over the days of the period under a version that names a number.
///
/// A month's number is spread evenly over its days, and the part of some days is cut as that of a spend row is, so that
/// parts always sum. What is due by now is the part of the days that have ended: the even pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pledge {
    /// Leads promised for these days.
    pub promised: u32,
    /// Of them, for days that have ended.
    pub due: u32,
    /// Leads handed over on these days.
    pub handed_over: u32,
}

/// K4, feedback coverage: of the handovers whose feedback window has ended, the share with a complete verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Handovers of the period whose window has ended by now.
    pub due: u32,
    /// Of them, with a complete verdict by now, late ones too.
    pub with_verdict: u32,
    /// Of them, with a complete verdict in time.
    pub on_time: u32,
    /// Rejections and recyclings among the due.
    pub turned_down: u32,
    /// Judged good, among the due.
    pub good: u32,
    /// Of those, with the reason “other”.
    pub other: u32,
    /// Of the turned down, answered by marketing: a reply, something taken over, or a dispute.
    pub replied: u32,
    /// Of the turned down, disputed by marketing.
    pub disputed: u32,
    /// Of the disputed, those on which both heads have ruled alike.
    pub ruled: u32,
    /// Of the ruled, those that were ruled for marketing.
    pub upheld: u32,
    /// Marketing's promise: rejections and recyclings of the period, in whichever window, to which it has answered or
    /// should have by now.
    pub reply_due: u32,
    /// Of those, answered in time.
    pub replied_on_time: u32,
    /// The target in force, weighted by leads, in basis points.
    pub target_bp: Option<u32>,
}

/// Volumes beside the KPIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Leads handed over in the period.
    pub handed_over: u32,
    /// Opportunities opened in the period.
    pub opportunities: u32,
    /// Leads won in the period.
    pub won: u32,
    /// Value of the opportunities opened in the period, minor units.
    pub pipeline_minor: i64,
    /// Value of the leads won in the period, minor units.
    pub won_minor: i64,
    /// Of the leads won in the period, those with a value.
    #[serde(default)]
    pub won_with_value: u32,
    /// 95 % interval of the mean value of those, in minor units, see `luck::mean_interval`; `None` for fewer than ten.
    #[serde(default)]
    pub won_between: Option<(i64, i64)>,
    /// Left out by rule.
    pub excluded: u32,
    /// Leads with a milestone out of order (before the handover, or a win or loss before the opportunity): counted
    /// as reached, left out of durations, listed.
    pub out_of_order: u32,
}

/// One point of the trend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrendPoint {
    /// Its days.
    pub bucket: Bucket,
    /// The KPIs of its days.
    pub figures: Figures,
    /// A new version of the agreement begins in it.
    pub new_version: bool,
}

/// The KPIs by the values of one dimension, most leads first (then by value; blank last).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breakdown {
    /// By what.
    pub dimension: Dimension,
    /// A row a value that has anything to count in the period: a lead, a customer, an opportunity, or spend.
    pub rows: Vec<(Option<ValueId>, Figures)>,
    /// K1 of the first rows, as many as [`SMALL_CHARTS`] and as have leads, bucket by bucket like [`Answer::trend`],
    /// which has the targets. Only of the first dimension asked for, and of none with too many values to count so.
    pub trends: Vec<Vec<Conversion>>,
}

/// Of so many values of a dimension the trend is told.
pub const SMALL_CHARTS: usize = 8;

/// The mature leads of the period and how far they came; a later step implies the earlier ones, and lost leads
/// stay counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    /// Mature leads.
    pub handed_over: u32,
    /// Accepted, by hand or by silence.
    pub accepted: u32,
    /// Touched.
    pub touched: u32,
    /// In two-way contact.
    pub connected: u32,
    /// With an opportunity.
    pub opportunity: u32,
    /// Won.
    pub won: u32,
}

/// Leads went up while what became of them went down, at equal age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parting {
    /// Leads of the period before and of this one.
    pub leads: (u32, u32),
    /// Their opportunities, at equal age.
    pub opportunities: (u32, u32),
    /// Their wins, at equal age.
    pub won: (u32, u32),
}

/// A part of a whole, divided only where it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The cases counted.
    pub part: u32,
    /// The cases that could have been.
    pub whole: u32,
}

impl Rate {
    /// From 0 to 1; `None` where there is no case at all.
    pub fn fraction(self) -> Option<f64> {
        (self.whole > 0).then(|| f64::from(self.part) / f64::from(self.whole))
    }
}

impl Conversion {
    /// The headline: over mature leads.
    pub const fn rate(&self) -> Rate {
        Rate { part: self.opportunities, whole: self.mature }
    }

    /// Over the whole cohort, at whatever age.
    pub const fn so_far(&self) -> Rate {
        Rate { part: self.opportunities_so_far, whole: self.leads }
    }
}

impl Cac {
    /// Fully loaded cost per customer, rounded half up.
    pub fn amount_minor(&self) -> Option<i64> {
        self.per_customer(self.spend_minor.filter(|_| self.missing.is_none()))
    }

    /// Media cost per customer, rounded half up; without media spend it is not known, and not zero.
    pub fn media_only_minor(&self) -> Option<i64> {
        self.per_customer(self.media_minor.filter(|&minor| minor != 0))
    }

    /// Lag-adjusted cost per customer, rounded half up. It needs spend in the earlier days only.
    pub fn lag_adjusted_minor(&self) -> Option<i64> {
        self.per_customer(self.lagged_spend_minor)
    }

    fn per_customer(&self, spend_minor: Option<i64>) -> Option<i64> {
        let customers = i64::from(self.customers);
        // Half up, towards plus infinity for refunds too: floor((2 s + n) / 2 n).
        spend_minor.filter(|_| customers > 0).map(|spend| (2 * spend + customers).div_euclid(2 * customers))
    }
}

impl FollowUp {
    /// On time over (on time + late + overdue and untouched); not-yet-due handovers stay out.
    pub const fn on_time_rate(&self) -> Rate {
        Rate { part: self.on_time, whole: self.on_time + self.late + self.overdue_open }
    }

    /// Untouched over the cohort.
    pub const fn never_contacted_rate(&self) -> Rate {
        Rate { part: self.never_contacted, whole: self.handovers }
    }
}

impl Answers {
    /// In time over in time and late.
    pub const fn rate(&self) -> Rate {
        Rate { part: self.on_time, whole: self.on_time + self.late }
    }
}

impl Coverage {
    /// The headline: complete verdicts over verdicts due.
    pub const fn rate(&self) -> Rate {
        Rate { part: self.with_verdict, whole: self.due }
    }

    /// Complete and in time, over due.
    pub const fn on_time_rate(&self) -> Rate {
        Rate { part: self.on_time, whole: self.due }
    }

    /// Answered over rejections and recyclings.
    pub const fn reply_rate(&self) -> Rate {
        Rate { part: self.replied, whole: self.turned_down }
    }

    /// Disputed over rejections and recyclings.
    pub const fn dispute_rate(&self) -> Rate {
        Rate { part: self.disputed, whole: self.turned_down }
    }

    /// Ruled for marketing over ruled.
    pub const fn upheld_rate(&self) -> Rate {
        Rate { part: self.upheld, whole: self.ruled }
    }

    /// Answered in time over what was answered or should have been.
    pub const fn reply_on_time_rate(&self) -> Rate {
        Rate { part: self.replied_on_time, whole: self.reply_due }
    }

    /// “Other” over rejections and recyclings.
    pub const fn other_rate(&self) -> Rate {
        Rate { part: self.other, whole: self.turned_down }
    }
}

text_enum!(
    /// A count of an [`Answer`] that opens onto the very leads behind it.
    Part {
        /// K1: handed over in the period.
        Leads = "leads",
        /// K1: of them, with an opportunity by now.
        SoFar = "so_far",
        /// K1: of them, old enough to be judged; the first step of the funnel.
        Mature = "mature",
        /// K1: of the mature, with an opportunity within the horizon.
        Opportunities = "opportunities",
        /// Funnel: accepted, by hand or by silence.
        Accepted = "accepted",
        /// Funnel: touched.
        Touched = "touched",
        /// Funnel: in two-way contact.
        Connected = "connected",
        /// Funnel: with an opportunity.
        Opportunity = "opportunity",
        /// Funnel: won.
        Won = "won",
        /// K3: with a handover in the period.
        Handovers = "handovers",
        /// K3: touched, or contacted in a way that implies it.
        Contacted = "contacted",
        /// K3: not contacted.
        NeverContacted = "never_contacted",
        /// K3: first touch in time.
        TouchedOnTime = "touched_on_time",
        /// K3: first touch late.
        TouchedLate = "touched_late",
        /// K3: untouched and past the due time.
        OverdueOpen = "overdue_open",
        /// K3: untouched and still in time.
        NotDue = "not_due",
        /// Sales answered the handover in time.
        AnsweredOnTime = "answered_on_time",
        /// Sales answered it late, or was silent past the due time.
        AnsweredLate = "answered_late",
        /// K4: the feedback window has ended.
        FeedbackDue = "feedback_due",
        /// K4: of them, with a complete verdict.
        WithVerdict = "with_verdict",
        /// K4: of them, in time.
        VerdictOnTime = "verdict_on_time",
        /// K4: of the due, rejected or recycled.
        TurnedDown = "turned_down",
        /// K4: of the due, judged good.
        Good = "good",
        /// K4: of those, with the reason “other”.
        OtherReason = "other_reason",
        /// K4: of the turned down, answered by marketing.
        Replied = "replied",
        /// K4: of the turned down, disputed.
        Disputed = "disputed",
        /// K4: of the disputed, ruled by both heads.
        DisputeRuled = "dispute_ruled",
        /// K4: of the ruled, ruled for marketing.
        Upheld = "upheld",
        /// Turned down, and answered by marketing or past the time for it.
        ReplyDue = "reply_due",
        /// Of those, answered in time.
        RepliedOnTime = "replied_on_time",
        /// Left out by rule.
        Excluded = "excluded",
        /// With a milestone out of order.
        OutOfOrder = "out_of_order",
        /// Opportunities opened in the period, whenever the lead was handed over.
        OpportunitiesOpened = "opportunities_opened",
        /// K2: won in the period, whenever the lead was handed over.
        Customers = "customers",
    }
);

/// The two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959964;

/// The 95 % Wilson score interval of a proportion; `None` without a case.
///
/// Source: E. B. Wilson, “Probable inference, the law of succession, and statistical inference”, JASA 22 (1927).
pub fn wilson(successes: u32, cases: u32) -> Option<(f64, f64)> {
    if cases == 0 {
        return None;
    }
    let n = f64::from(cases);
    let p = f64::from(successes) / n;
    let z2 = Z * Z;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // At the edges the bound is the edge itself, which rounding would miss by a hair.
    let low = if successes == 0 { 0.0 } else { centre - half };
    let high = if successes == cases { 1.0 } else { centre + half };
    Some((low, high))
}
