//! Three versions of the agreement in one period: each lead by the one in force on the day of its handover.

use super::*;

/// From 1, 11 and 21 January: other horizons, windows, calendars and targets.
fn three() -> [Version; 3] {
    [
        version(1, "2024-01-01", |terms| {
            terms.horizon = Horizon::Days(10);
            terms.sales.first_touch = Within::Elapsed(60);
            terms.sales.verdict = Within::WorkingDays(1);
            terms.targets.lead_to_opportunity_bp = Some(1_000);
            terms.marketing.leads_per_month = Some(31);
        }),
        version(2, "2024-01-11", |terms| {
            terms.horizon = Horizon::Days(20);
            terms.sales.first_touch = Within::Elapsed(120);
            terms.sales.verdict = Within::WorkingDays(2);
            terms.targets.lead_to_opportunity_bp = Some(2_000);
            terms.marketing.leads_per_month = Some(62);
        }),
        version(3, "2024-01-21", |terms| {
            terms.horizon = Horizon::None;
            terms.sales.first_touch = Within::Working(60);
            terms.sales.verdict = Within::WorkingDays(3);
            // Nobody works on Mondays.
            terms.calendar.week[0].clear();
            terms.targets.lead_to_opportunity_bp = Some(4_000);
            terms.marketing.leads_per_month = Some(93);
        }),
    ]
}

/// One lead on the last evening of each version, so that the day decides and nothing else.
fn one_each() -> [LeadFact; 3] {
    ["2024-01-10 23:00", "2024-01-20 23:00", "2024-01-31 23:00"].map(handed_over)
}

fn found(change: impl Fn(usize, LeadFact) -> LeadFact, now: &str) -> Figures {
    let leads = one_each().into_iter().enumerate().map(|(n, lead)| change(n, lead));
    House::with(leads).under(three()).answer(&january(now)).current
}

#[test]
fn each_lead_matures_by_its_own_horizon() {
    let mature = |now: &str| found(|_, lead| lead, now).conversion.mature;
    assert_eq!(mature("2024-01-31 23:00"), 2, "the first after ten days; the third at once");
    assert_eq!(mature("2024-02-09 22:59"), 2);
    assert_eq!(mature("2024-02-09 23:00"), 3, "the second after twenty");
    // An opportunity after fifteen days is too late for the first, and in time for the others.
    let after_15_days = ["2024-01-25 23:00", "2024-02-04 23:00", "2024-02-15 23:00"];
    let conversion =
        found(|n, lead| LeadFact { opportunity: some(after_15_days[n]), ..lead }, "2025-01-01 00:00").conversion;
    assert_eq!((conversion.opportunities, conversion.mature), (2, 3));
}

#[test]
fn each_lead_is_due_by_its_own_window_and_calendar() {
    // After ninety minutes: late by the first version, on time by the second; by the third the hour of work has not begun.
    let after_90_minutes = ["2024-01-11 00:30", "2024-01-21 00:30", "2024-02-01 00:30"];
    let touched = |n: usize, lead: LeadFact| LeadFact { first_touch: some(after_90_minutes[n]), ..lead };
    let follow_up = found(touched, "2025-01-01 00:00").follow_up;
    assert_eq!((follow_up.on_time, follow_up.late), (2, 1));
    // Wednesday, Saturday, Wednesday. One working day is Friday 11 at nine; two from Monday 22 on are Wednesday 24.
    // By the third nobody works on Mondays: three from Thursday 1 February on are Wednesday 7.
    let due = |now: &str| found(touched, now).coverage.due;
    assert_eq!((due("2024-01-12 08:59"), due("2024-01-12 09:00")), (0, 1));
    assert_eq!((due("2024-01-24 08:59"), due("2024-01-24 09:00")), (1, 2));
    assert_eq!((due("2024-02-07 08:59"), due("2024-02-07 09:00")), (2, 3));
}

#[test]
fn the_target_is_the_mean_of_the_versions_by_their_leads_and_the_promise_that_of_their_days() {
    let mut leads = one_each().to_vec();
    leads.push(handed_over("2024-01-25 10:00"));
    let answer = House::with(leads).under(three()).answer(&january("2024-02-01 00:00"));
    // (10 % + 20 % + 2 × 40 %) / 4
    assert_eq!(answer.current.conversion.target_bp, Some(2_750));
    // Ten days at one a day, ten at two, eleven at three.
    let pledge = answer.pledge.expect("numbers are promised");
    assert_eq!((pledge.promised, pledge.handed_over), (10 + 20 + 33, 4));
    let begins: Vec<_> =
        answer.trend.iter().filter(|point| point.new_version).map(|point| point.bucket.period.from).collect();
    assert_eq!(begins, [day("2024-01-11"), day("2024-01-21")], "changes are marked");
}
