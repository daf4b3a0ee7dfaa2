//! How many qualified leads a revenue goal needs. Pure.
//!
//! `leads a month = goal × marketing's share ÷ deal size ÷ lead-to-customer rate ÷ months of the goal`, computed from whole
//! numbers and rounded up once, at the end: a promise of a lead too few misses the goal.

use crate::error::{AppError, Result};
use crate::import::amounts::{self, read_amount};
use crate::kpis::model::{Rate, wilson};
use crate::text_enum;

/// Largest amount, in minor units.
const MOST_MINOR: i64 = 1_000_000_000_000_000;
/// More leads than this are no goal.
const MOST_LEADS: u32 = 1_000_000;
/// All of it, in basis points.
const ALL: u32 = 10_000;

text_enum!(
    /// For how long the goal is.
    Per {
        /// A year.
        Year = "year",
        /// A quarter.
        Quarter = "quarter",
        /// A month.
        Month = "month",
    }
);

impl Per {
    /// How many months.
    pub const fn months(self) -> u32 {
        match self {
            Self::Year => 12,
            Self::Quarter => 3,
            Self::Month => 1,
        }
    }
}

/// What the team's own last months say, where they say something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Customers won with a value; the others say nothing of what one brings.
    pub won: u32,
    /// What they brought, minor units.
    pub won_minor: i64,
    /// Mature leads that became customers, of all mature ones.
    pub customers: Option<Rate>,
}

impl Own {
    /// What a customer brought on average, minor units, half up; `None` without a customer or a value.
    pub fn deal_minor(&self) -> Option<i64> {
        let won = i64::from(self.won);
        (won > 0 && self.won_minor > 0).then(|| (2 * self.won_minor + won) / (2 * won))
    }

    /// The share of mature leads that became customers; `None` where none did.
    pub fn rate(&self) -> Option<Rate> {
        self.customers.filter(|rate| rate.part > 0)
    }
}

/// What was typed; blank takes what the own months say, where they do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The revenue goal.
    pub goal: String,
    /// For how long: the key of [`Per`].
    pub per: String,
    /// Marketing's share of it, in percent.
    pub share: String,
    /// What a customer brings.
    pub deal: String,
    /// How many of a hundred leads become customers.
    pub rate: String,
}

/// Everything that the formula needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Minor units.
    pub goal_minor: i64,
    /// For how long.
    pub per: Per,
    /// Basis points.
    pub share_bp: u32,
    /// Minor units.
    pub deal_minor: i64,
    /// Customers of so many leads.
    pub rate: Rate,
    /// The rate is counted, not typed: it has an interval.
    pub is_counted: bool,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// Customers that marketing's part of the goal needs, rounded up.
    pub customers: u32,
    /// Qualified leads a month, rounded up.
    pub leads_a_month: u32,
    /// The same at both ends of the rate's 95 % interval: the fewest and the most. `None` where the rate was typed; the
    /// most is `None` where the interval reaches zero.
    pub between: Option<(u32, Option<u32>)>,
}

impl Typed {
    /// Reads what was typed, with what the own months say in place of what is blank. `None`: no goal was typed yet.
    ///
    /// # Errors
    /// A field does not say what it should, or something that is blank cannot be told from the own months; the sentence
    /// says what to write.
    pub fn read(&self, own: &Own, currency: &str) -> Result<Option<Inputs>> {
        let (goal, deal) = (self.goal.trim(), self.deal.trim());
        if goal.is_empty() {
            return Ok(None);
        }
        let goal_minor = amount("The revenue goal", goal, currency)?;
        let per = Per::from_key(self.per.trim()).unwrap_or(Per::Year);
        let share_bp = match self.share.trim() {
            "" => return Err(invalid("Say which share of the goal marketing’s leads are to bring, such as 60.")),
            text => share("Marketing’s share", text)?,
        };
        let deal_minor = match deal {
            "" => own.deal_minor().ok_or_else(|| {
                invalid("Deal size is not defined: no customer with a value was won in these months. Write what one brings on average.")
            })?,
            text => amount("The deal size", text, currency)?,
        };
        let (rate, is_counted) = match self.rate.trim() {
            "" => {
                let rate = own.rate().ok_or_else(|| {
                    invalid(
                        "The lead-to-customer rate is not defined: none of the leads old enough became a customer yet. \
                         Write the rate that you reckon with, such as 4.",
                    )
                })?;
                (rate, true)
            }
            text => (Rate { part: share("The lead-to-customer rate", text)?, whole: ALL }, false),
        };
        Ok(Some(Inputs { goal_minor, per, share_bp, deal_minor, rate, is_counted }))
    }
}

impl Inputs {
    /// What the goal needs.
    ///
    /// # Errors
    /// It needs more leads than there are.
    pub fn goal(&self) -> Result<Goal> {
        let brought = i128::from(self.goal_minor) * i128::from(self.share_bp);
        let customers = up(brought, i128::from(ALL) * i128::from(self.deal_minor));
        let months = i128::from(self.per.months());
        let bottom = i128::from(ALL) * i128::from(self.deal_minor) * i128::from(self.rate.part) * months;
        let leads = up(brought * i128::from(self.rate.whole), bottom);
        let few = |n: i128| u32::try_from(n).ok().filter(|n| *n <= MOST_LEADS);
        let (Some(customers), Some(leads_a_month)) = (few(customers), few(leads)) else {
            return Err(invalid(
                "This goal needs more than a million leads a month. Check the amounts: is the deal size that of one \
                 customer?",
            ));
        };
        let between = wilson(self.rate.part, self.rate.whole).filter(|_| self.is_counted).map(|(low, high)| {
            let exact = brought as f64 / (f64::from(ALL) * self.deal_minor as f64) / f64::from(self.per.months());
            let at = |rate: f64| (exact / rate).ceil();
            let most = Some(at(low)).filter(|most| low > 0.0 && *most <= f64::from(MOST_LEADS));
            (at(high) as u32, most.map(|most| most as u32))
        });
        Ok(Goal { customers, leads_a_month, between })
    }
}

/// Divided and rounded up; both are positive.
const fn up(top: i128, bottom: i128) -> i128 {
    (top + bottom - 1) / bottom
}

fn amount(what: &str, text: &str, currency: &str) -> Result<i64> {
    let own = amounts::Currency::new(currency);
    let minor = read_amount(text, None, &own, None, 0).ok().filter(|minor| (1..=MOST_MINOR).contains(minor));
    minor.ok_or_else(|| {
        AppError::Invalid(format!("{what} is an amount in {currency} above nothing: write it as 1234.50 or 1.234,50."))
    })
}

fn share(what: &str, text: &str) -> Result<u32> {
    let number = text.trim_end_matches('%').trim().replace(',', ".");
    let share = number.parse::<f64>().ok().filter(|share| *share > 0.0 && *share <= 100.0);
    let bp = share.map(|share| (share * 100.0).round() as u32).filter(|bp| *bp > 0);
    bp.ok_or_else(|| AppError::Invalid(format!("{what} is a percentage above 0 and up to 100, such as 60 or 4.5.")))
}

fn invalid(sentence: &str) -> AppError {
    AppError::Invalid(sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Own = Own { won: 12, won_minor: 12_000_000, customers: Some(Rate { part: 30, whole: 1_000 }) };

    fn typed(goal: &str, share: &str, deal: &str, rate: &str) -> Typed {
        Typed { goal: goal.into(), per: "year".into(), share: share.into(), deal: deal.into(), rate: rate.into() }
    }

    fn goal(typed: &Typed, own: &Own) -> Result<Goal> {
        typed.read(own, "EUR")?.expect("a goal was typed").goal()
    }

    #[test]
    fn a_goal_becomes_leads_a_month_rounded_up_once() {
        // 1,200,000 × 60 % = 720,000; ÷ 10,000 = 72 customers; ÷ 4 % = 1,800 leads; ÷ 12 = 150.
        let exact = goal(&typed("1200000", "60", "10000", "4"), &OWN).expect("it can be computed");
        assert_eq!((exact.customers, exact.leads_a_month, exact.between), (72, 150, None));
        // One euro more needs one lead more.
        let more = goal(&typed("1200001", "60", "10000", "4"), &OWN).expect("it can be computed");
        assert_eq!((more.customers, more.leads_a_month), (73, 151));
    }

    #[test]
    fn what_is_left_blank_comes_from_the_own_months_with_the_interval_of_the_rate() {
        // A customer brought 10,000 on average, 3 % of the leads became one.
        let counted = goal(&typed("1200000", "60", "", ""), &OWN).expect("it can be computed");
        assert_eq!(counted.leads_a_month, 200);
        let (least, most) = counted.between.expect("the rate is counted");
        // Wilson: 30 of 1,000 is 2.11 % to 4.25 %.
        assert_eq!((least, most), (142, Some(285)));
    }

    #[test]
    fn without_a_customer_yet_it_is_not_defined_and_says_what_to_write() {
        let none = Own { customers: Some(Rate { part: 0, whole: 400 }), ..Own::default() };
        let sentence = |typed: &Typed| goal(typed, &none).expect_err("it is not defined").to_string();
        assert!(sentence(&typed("1000", "60", "", "4")).contains("Deal size is not defined"));
        assert!(
            sentence(&typed("1000", "60", "10", "")).contains("none of the leads old enough became a customer yet")
        );
        assert!(goal(&typed("1000", "60", "10", "4"), &none).is_ok(), "what one reckons with is enough");
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_a_sentence() {
        let sentence = |typed: &Typed| goal(typed, &OWN).expect_err("it is refused").to_string();
        assert!(sentence(&typed("much", "60", "", "")).contains("The revenue goal is an amount in EUR"));
        assert!(sentence(&typed("1000", "", "", "")).contains("which share of the goal"));
        assert!(sentence(&typed("1000", "160", "", "")).contains("Marketing’s share is a percentage"));
        assert!(sentence(&typed("1000", "60", "0", "")).contains("The deal size is an amount"));
        assert!(sentence(&typed("1000", "60", "", "0")).contains("The lead-to-customer rate is a percentage"));
        assert!(sentence(&typed("900000000000", "100", "0.01", "0.01")).contains("more than a million leads"));
        assert_eq!(typed("", "60", "", "").read(&OWN, "EUR"), Ok(None), "nothing was asked yet");
    }
}
