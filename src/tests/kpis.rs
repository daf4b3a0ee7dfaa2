//! The KPIs on examples small enough to be worked out by hand: one rule, one test.

use chrono::NaiveDateTime;
use doubles::agreement::model::{Horizon, Terms, Version, Within};
use doubles::kpis::compute::{compute, members};
use doubles::kpis::facts::{Facts, HandoverFact, LeadFact, SpendFact};
use doubles::kpis::model::*;
use doubles::leads::model::{Decision, Dimension, LeadId, Moment, ValueId};
use doubles::period::{Day, Instant, Period};
use doubles::zone::Zone;

const WEBINAR: Option<ValueId> = Some(ValueId(1));
const FAIR: Option<ValueId> = Some(ValueId(2));

/// A workspace in the making: UTC and the default agreement (90 days, 24 hours, 5 working days) unless changed.
struct House {
    zone: Zone,
    versions: Vec<Version>,
    leads: Vec<LeadFact>,
    spend: Vec<SpendFact>,
}

impl House {
    fn with(leads: impl IntoIterator<Item = LeadFact>) -> Self {
        let leads = leads.into_iter().zip(1..).map(|(lead, id)| LeadFact { id: LeadId(id), ..lead }).collect();
        Self { zone: Zone::utc(), versions: vec![version(1, "2020-01-01", |_| ())], leads, spend: Vec::new() }
    }

    fn spending(mut self, spend: impl IntoIterator<Item = SpendFact>) -> Self {
        self.spend.extend(spend);
        self
    }

    fn under(mut self, versions: impl IntoIterator<Item = Version>) -> Self {
        self.versions = versions.into_iter().collect();
        self
    }

    fn facts(self) -> Facts {
        let mut facts = Facts::new(self.zone, self.versions).expect("a version that can be");
        facts.apply(self.leads, &[]);
        facts.set_spend(&self.spend);
        facts
    }

    fn answer(self, question: &Question) -> Answer {
        compute(&self.facts(), question)
    }

    /// The figures of January 2024, read at the end of the year.
    fn january(self) -> Figures {
        self.answer(&january("2025-01-01 00:00")).current
    }
}

fn version(number: u32, starts: &str, change: impl FnOnce(&mut Terms)) -> Version {
    let mut terms = Terms::defaults("UTC");
    change(&mut terms);
    Version { number, starts: day(starts), terms }
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// A moment to the second in UTC, or a day: `2024-01-31 10:00`, `2024-01-31 10:00:01`, `2024-01-31`.
fn at(text: &str) -> Moment {
    let read = |format| NaiveDateTime::parse_from_str(text, format).ok();
    match read("%Y-%m-%d %H:%M").or_else(|| read("%Y-%m-%d %H:%M:%S")) {
        Some(local) => Moment { at: Instant(local.and_utc().timestamp() as u32), day_only: false },
        None => Moment { at: Zone::utc().start_of(day(text)), day_only: true },
    }
}

fn some(text: &str) -> Option<Moment> {
    Some(at(text))
}

fn asked(from: &str, to: &str, now: &str) -> Question {
    Question {
        period: Period::new(day(from), day(to)).expect("a period"),
        now: at(now).at,
        horizon: None,
        filter: Filter::default(),
        by: Vec::new(),
    }
}

fn january(now: &str) -> Question {
    asked("2024-01-01", "2024-02-01", now)
}

/// A lead to which nothing has happened.
fn captured() -> LeadFact {
    LeadFact {
        id: LeadId(0),
        dimensions: [None; 6],
        handed_over: None,
        accepted: None,
        first_touch: None,
        connected: None,
        verdict: None,
        opportunity: None,
        won: None,
        lost: None,
        released: None,
        decision: None,
        reason: None,
        verdict_complete: false,
        opportunity_minor: None,
        won_minor: None,
        excluded: false,
        further: Vec::new(),
    }
}

fn handed_over(text: &str) -> LeadFact {
    LeadFact { handed_over: some(text), ..captured() }
}

fn rejected(handed_over_at: &str, verdict_at: &str, reason: &str) -> LeadFact {
    LeadFact {
        verdict: some(verdict_at),
        released: some(verdict_at),
        decision: Some(Decision::Reject),
        reason: Some(reason.to_owned()),
        verdict_complete: true,
        ..handed_over(handed_over_at)
    }
}

fn won(channel: Option<ValueId>, handed_over_at: &str, won_at: &str) -> LeadFact {
    let mut lead = LeadFact { won: some(won_at), ..handed_over(handed_over_at) };
    lead.dimensions[Dimension::Channel as usize] = channel;
    lead
}

fn media(channel: Option<ValueId>, from: &str, to: &str, amount_minor: i64) -> SpendFact {
    SpendFact { from: day(from), to: day(to), channel, media: true, amount_minor }
}

fn pay(from: &str, to: &str, amount_minor: i64) -> SpendFact {
    SpendFact { media: false, ..media(None, from, to, amount_minor) }
}

fn exactly(seconds: u32) -> Option<Duration> {
    Some(Duration { seconds, lower_bound: false })
}

fn more_than(seconds: u32) -> Option<Duration> {
    Some(Duration { seconds, lower_bound: true })
}

// K1

#[test]
fn an_opportunity_exactly_at_the_horizon_counts_and_a_second_later_it_does_not() {
    let in_time = LeadFact { opportunity: some("2024-04-01 10:00:00"), ..handed_over("2024-01-02 10:00") };
    let late = LeadFact { opportunity: some("2024-04-01 10:00:01"), ..handed_over("2024-01-02 10:00") };
    let found = House::with([in_time, late]).january().conversion;
    assert_eq!((found.opportunities, found.mature, found.opportunities_so_far, found.leads), (1, 2, 2, 2));
}

#[test]
fn a_lead_is_mature_in_the_second_in_which_its_horizon_ends() {
    let house = || House::with([handed_over("2024-01-02 10:00")]);
    let mature = |now| house().answer(&january(now)).current.conversion.mature;
    assert_eq!((mature("2024-04-01 09:59:59"), mature("2024-04-01 10:00:00")), (0, 1));
}

#[test]
fn a_young_lead_counts_so_far_and_not_in_the_rate() {
    let young = LeadFact { opportunity: some("2024-01-20 10:00"), ..handed_over("2024-01-15 10:00") };
    let found = House::with([young]).answer(&january("2024-02-01 00:00")).current.conversion;
    assert_eq!((found.opportunities, found.mature, found.opportunities_so_far, found.leads), (0, 0, 1, 1));
}

#[test]
fn an_opportunity_before_the_handover_counts_and_is_a_finding() {
    let lead = LeadFact { opportunity: some("2023-12-20 10:00"), ..handed_over("2024-01-02 10:00") };
    let found = House::with([lead]).january();
    assert_eq!((found.conversion.opportunities, found.context.out_of_order), (1, 1));
}

#[test]
fn a_horizon_of_none_makes_every_lead_mature_and_every_opportunity_count() {
    let leads = || {
        let late = LeadFact { opportunity: some("2024-11-01 10:00"), ..handed_over("2024-01-02 10:00") };
        [late, handed_over("2024-01-31 23:00")]
    };
    let asked = Question { horizon: Some(HorizonChoice::None), ..january("2024-12-01 00:00") };
    let found = House::with(leads()).answer(&asked).current.conversion;
    assert_eq!((found.opportunities, found.mature), (1, 2));
    let too_early = Question { now: at("2024-02-01 00:00").at, ..asked };
    let found = House::with(leads()).answer(&too_early).current.conversion;
    assert_eq!((found.opportunities, found.mature), (0, 2));
}

#[test]
fn the_horizon_is_that_of_the_version_on_the_day_of_the_handover() {
    let versions = || {
        [
            version(1, "2020-01-01", |terms| terms.horizon = Horizon::Days(10)),
            version(2, "2024-01-15", |terms| terms.horizon = Horizon::Days(30)),
        ]
    };
    let after_20_days = |from, to| LeadFact { opportunity: some(to), ..handed_over(from) };
    let leads = || {
        [after_20_days("2024-01-14 10:00", "2024-02-03 10:00"), after_20_days("2024-01-15 10:00", "2024-02-04 10:00")]
    };
    assert_eq!(House::with(leads()).under(versions()).january().conversion.opportunities, 1);
    let overridden = Question { horizon: Some(HorizonChoice::Days(25)), ..january("2025-01-01 00:00") };
    let found = House::with(leads()).under(versions()).answer(&overridden).current.conversion;
    assert_eq!(found.opportunities, 2);
}

#[test]
fn the_first_version_also_holds_for_everything_before_it() {
    let lead = LeadFact { opportunity: some("2024-01-20 10:00"), ..handed_over("2024-01-02 10:00") };
    let only = version(1, "2024-06-01", |terms| terms.horizon = Horizon::Days(18));
    assert_eq!(House::with([lead]).under([only]).january().conversion.opportunities, 1);
}

#[test]
fn what_happens_after_now_has_not_happened() {
    let lead = LeadFact {
        first_touch: some("2024-01-20 10:00"),
        opportunity: some("2024-01-20 10:00"),
        won: some("2024-01-20 10:00"),
        ..handed_over("2024-01-10 10:00")
    };
    let touched_before = LeadFact { first_touch: some("2023-12-01 10:00"), ..handed_over("2023-12-01 09:00") };
    let house = || House::with([lead.clone(), handed_over("2024-01-25 10:00"), touched_before.clone()]);
    let before = house().answer(&january("2024-01-20 09:59:59")).current;
    assert_eq!((before.conversion.leads, before.conversion.opportunities_so_far), (1, 0));
    assert_eq!((before.follow_up.contacted, before.cac.customers), (0, 0));
    let then = house().answer(&january("2024-01-20 10:00:00")).current;
    assert_eq!((then.conversion.leads, then.conversion.opportunities_so_far), (1, 1));
    assert_eq!((then.follow_up.contacted, then.cac.customers), (1, 1));
}

#[test]
fn a_win_without_an_opportunity_implies_it_at_the_win_and_a_loss_implies_nothing() {
    let lost = LeadFact { lost: some("2024-01-09 10:00"), ..handed_over("2024-01-02 10:00") };
    let found = House::with([won(None, "2024-01-02 10:00", "2024-01-09 10:00"), lost]).january();
    assert_eq!((found.conversion.opportunities, found.context.opportunities, found.cac.customers), (1, 1, 1));
    assert_eq!(found.context.out_of_order, 0);
}

#[test]
fn a_lead_without_a_handover_enters_no_cohort() {
    let lead = LeadFact { opportunity: some("2024-01-09 10:00"), first_touch: some("2024-01-03 10:00"), ..captured() };
    let found = House::with([lead]).january();
    assert_eq!((found.conversion.leads, found.follow_up.handovers, found.coverage.due), (0, 0, 0));
    assert_eq!(found.context.opportunities, 1);
}

#[test]
fn the_interval_is_wilsons_with_z_1_959964() {
    // By hand for 8 of 10: centre (0.8 + z²/20) / (1 + z²/10), half z / (1 + z²/10) * sqrt(0.016 + z²/400).
    let (low, high) = wilson(8, 10).expect("cases");
    assert!((low - 0.490_162).abs() < 1e-6 && (high - 0.943_318).abs() < 1e-6, "{low} {high}");
    assert_eq!(wilson(0, 0), None);
    assert_eq!(wilson(0, 5).expect("cases").0, 0.0);
    assert_eq!(wilson(5, 5).expect("cases").1, 1.0);
}

// Exclusion

#[test]
fn a_spam_verdict_takes_a_lead_out_of_every_kpi_from_its_time_on_and_is_counted() {
    let spam = || House::with([rejected("2024-01-02 10:00", "2024-01-04 10:00", "spam_or_test")]);
    let before = spam().answer(&january("2024-01-04 09:59:59")).current;
    assert_eq!((before.conversion.leads, before.context.excluded), (1, 0));
    let after = spam().january();
    assert_eq!((after.conversion.leads, after.follow_up.handovers, after.coverage.due), (0, 0, 0));
    assert_eq!(after.context.excluded, 1);
    let listed = members(&spam().facts(), &january("2025-01-01 00:00"), Part::Excluded);
    assert_eq!(listed, [LeadId(1)]);
}

#[test]
fn a_lead_with_an_opportunity_is_never_excluded() {
    let by_head = LeadFact { excluded: true, ..handed_over("2024-01-02 10:00") };
    let with_deal = LeadFact { opportunity: some("2024-01-08 10:00"), ..by_head.clone() };
    let duplicate = LeadFact {
        opportunity: some("2024-01-08 10:00"),
        ..rejected("2024-01-02 10:00", "2024-01-04 10:00", "duplicate")
    };
    let found = House::with([by_head, with_deal, duplicate]).january();
    assert_eq!((found.conversion.leads, found.context.excluded), (2, 1));
}

#[test]
fn a_handover_after_a_repaired_verdict_ends_the_exclusion() {
    let repaired = LeadFact {
        further: vec![again("2024-01-08 10:00")],
        ..rejected("2024-01-02 10:00", "2024-01-04 10:00", "duplicate")
    };
    let house = || House::with([repaired.clone()]);
    assert_eq!(house().answer(&january("2024-01-06 10:00")).current.context.excluded, 1);
    assert_eq!(house().january().context.excluded, 0);
}

// K2

#[test]
fn spend_is_spread_evenly_over_its_days_and_its_parts_sum_to_the_whole() {
    // 100 over 31 days: floor(100 * 10 / 31) = 32 in the first ten days, 68 in the rest.
    let spent = |from, to| {
        let house = House::with([]).spending([media(None, "2024-01-01", "2024-01-31", 100)]);
        house.answer(&asked(from, to, "2025-01-01 00:00")).current.cac.spend_minor
    };
    assert_eq!(spent("2024-01-01", "2024-01-11"), Some(32));
    assert_eq!(spent("2024-01-11", "2024-02-01"), Some(68));
    assert_eq!(spent("2024-01-31", "2024-02-01"), Some(100 - 96));
    assert_eq!(spent("2024-02-01", "2024-02-02"), Some(0));
}

#[test]
fn spend_without_customers_is_not_defined_and_customers_without_spend_have_no_data() {
    let row = media(None, "2024-01-01", "2024-01-31", 5_000);
    let found = House::with([]).spending([row]).january().cac;
    assert_eq!((found.spend_minor, found.missing), (Some(5_000), Some(NoCac::NoCustomer)));
    let found = House::with([won(None, "2024-01-02 10:00", "2024-01-09 10:00")]).january().cac;
    assert_eq!((found.customers, found.missing), (1, Some(NoCac::NoData)));
}

#[test]
fn a_customer_counts_in_the_period_of_the_win_whenever_it_was_handed_over() {
    let leads = || {
        let never_handed_over = LeadFact { won: some("2024-01-31 10:00"), ..captured() };
        [
            won(None, "2023-10-01 10:00", "2024-01-01 00:00"),
            won(None, "2024-01-05 10:00", "2024-02-01 00:00"),
            never_handed_over,
        ]
    };
    assert_eq!(House::with(leads()).january().cac.customers, 2);
}

#[test]
fn money_of_days_to_come_is_not_spent_yet() {
    let house = House::with([]).spending([media(None, "2024-01-01", "2024-01-31", 31)]);
    // Up to and including the day of now.
    assert_eq!(house.answer(&january("2024-01-10 08:00")).current.cac.spend_minor, Some(10));
}

fn channels() -> House {
    let leads = [
        won(WEBINAR, "2024-01-01 10:00", "2024-01-11 10:00"),
        won(WEBINAR, "2024-01-01 10:00", "2024-01-12 10:00"),
        won(FAIR, "2024-01-01 10:00", "2024-01-13 10:00"),
    ];
    let tools = SpendFact { media: false, ..media(WEBINAR, "2024-01-01", "2024-01-31", 500) };
    House::with(leads).spending([
        media(WEBINAR, "2024-01-01", "2024-01-31", 1_000),
        tools,
        media(FAIR, "2024-01-01", "2024-01-31", 300),
        pay("2024-01-01", "2024-01-31", 9_000),
    ])
}

#[test]
fn fully_loaded_is_all_spend_and_media_only_is_paid_media() {
    let found = channels().january().cac;
    assert_eq!((found.spend_minor, found.media_minor, found.customers), (Some(10_800), Some(1_300), 3));
    assert_eq!(found.missing, None);
}

#[test]
fn by_channel_each_has_its_own_spend_and_spend_without_a_channel_stands_as_its_own_row() {
    let asked = Question { by: vec![Dimension::Channel], ..january("2025-01-01 00:00") };
    let rows = channels().answer(&asked).by.remove(0).rows;
    let found: Vec<_> =
        rows.iter().map(|(key, f)| (*key, f.cac.spend_minor, f.cac.media_minor, f.cac.customers)).collect();
    let expected =
        [(WEBINAR, Some(1_500), Some(1_000), 2), (FAIR, Some(300), Some(300), 1), (None, Some(9_000), Some(0), 0)];
    assert_eq!(found, expected);
}

#[test]
fn filtered_by_channel_cac_takes_that_channels_spend_of_every_kind() {
    let filter = Filter { any_of: vec![(Dimension::Channel, vec![WEBINAR])] };
    let found = channels().answer(&Question { filter, ..january("2025-01-01 00:00") }).current.cac;
    assert_eq!((found.spend_minor, found.media_minor, found.customers), (Some(1_500), Some(1_000), 2));
}

#[test]
fn by_what_spend_does_not_carry_cac_is_not_offered_with_the_reason() {
    let filter = Filter { any_of: vec![(Dimension::Persona, vec![None])] };
    let by = vec![Dimension::Channel, Dimension::Owner];
    let answer = channels().answer(&Question { filter, by: by.clone(), ..january("2025-01-01 00:00") });
    let refused = Some(NoCac::NotCarried(Dimension::Persona));
    assert_eq!((answer.current.cac.spend_minor, answer.current.cac.missing), (None, refused));
    assert_eq!(answer.by[0].rows[0].1.cac.missing, refused);
    let answer = channels().answer(&Question { by, ..january("2025-01-01 00:00") });
    assert_eq!(answer.by[1].rows[0].1.cac.missing, Some(NoCac::NotCarried(Dimension::Owner)));
}

#[test]
fn the_lag_is_the_median_of_whole_days_half_up_and_the_spend_window_moves_back_by_it() {
    // From handover to win 10 and 11 days: 10.5 is 11 days. The win before its handover has no lag.
    let leads = [
        won(None, "2024-01-01 10:00", "2024-01-11 10:00"),
        won(None, "2024-01-01 10:00", "2024-01-12 10:00"),
        won(None, "2024-01-20 10:00", "2024-01-19 10:00"),
    ];
    let found = House::with(leads).spending([media(None, "2023-12-01", "2023-12-31", 3_100)]).january().cac;
    assert_eq!((found.customers, found.lag_days, found.lagged_spend_minor), (3, Some(11), Some(1_100)));
    assert_eq!(found.spend_minor, Some(0));
}

// K3

/// Touched so many minutes after the handover on Tuesday 2 January at 10:00; `None` never.
fn touched(minutes: Option<u32>) -> LeadFact {
    let start = at("2024-01-02 10:00");
    let touch = minutes.map(|minutes| Moment { at: Instant(start.at.0 + minutes * 60), day_only: false });
    LeadFact { first_touch: touch, ..handed_over("2024-01-02 10:00") }
}

#[test]
fn the_median_counts_an_untouched_lead_as_longer_than_its_age_so_far() {
    // Of the touched alone the median would be 10 minutes; with the two that still wait it is 60.
    let leads = [touched(Some(5)), touched(Some(10)), touched(Some(60)), touched(None), touched(None)];
    let found = House::with(leads).january().follow_up;
    assert_eq!(found.elapsed.median, exactly(3_600));
    let age = at("2025-01-01 00:00").at.0 - at("2024-01-02 10:00").at.0;
    assert_eq!(found.elapsed.p90, more_than(age));
    assert_eq!((found.contacted, found.never_contacted), (3, 2));
}

#[test]
fn where_nobody_was_touched_the_median_is_more_than_the_longest_wait() {
    let elsewhere = LeadFact { first_touch: some("2023-06-01 10:00"), ..handed_over("2023-06-01 09:00") };
    let leads = [handed_over("2024-01-02 10:00"), handed_over("2024-01-03 10:00"), elsewhere];
    let found = House::with(leads).answer(&january("2024-01-04 10:00")).current.follow_up;
    assert_eq!(found.elapsed.median, more_than(2 * 86_400));
}

#[test]
fn at_equal_times_events_come_before_censorings() {
    // Both waited an hour: one was touched then, one rejected untouched. One half is reached, since the rejected
    // one was still at risk.
    let mut freed = touched(None);
    freed.released = some("2024-01-02 11:00");
    let found = House::with([touched(Some(60)), freed]).january().follow_up;
    assert_eq!(found.elapsed.median, exactly(3_600));
}

#[test]
fn a_lead_that_was_taken_away_untouched_is_censored_then_and_leaves_the_on_time_share() {
    let freed = LeadFact { released: some("2024-01-02 10:30"), ..touched(None) };
    let found = House::with([freed, touched(Some(60))]).january().follow_up;
    assert_eq!((found.on_time, found.late, found.overdue_open, found.not_due), (1, 0, 0, 0));
    assert_eq!((found.contacted, found.never_contacted), (1, 1));
    // After half an hour one of one is at risk, so the curve falls from 1 to 0 at the touch.
    assert_eq!((found.elapsed.median, found.elapsed.p90), (exactly(3_600), exactly(3_600)));
}

#[test]
fn a_touch_after_the_release_counts_as_contact_and_not_as_follow_up() {
    let late = LeadFact { released: some("2024-01-02 10:30"), ..touched(Some(60)) };
    let found = House::with([late]).january().follow_up;
    assert_eq!((found.contacted, found.on_time, found.elapsed.median), (1, 0, more_than(1_800)));
}

#[test]
fn a_touch_before_the_handover_is_contact_without_a_duration_and_a_finding() {
    let lead = LeadFact { first_touch: some("2024-01-02 09:00"), ..handed_over("2024-01-02 10:00") };
    let house = || House::with([lead.clone(), touched(Some(10))]);
    let found = house().january();
    assert_eq!((found.follow_up.contacted, found.follow_up.on_time), (2, 1));
    assert_eq!(found.follow_up.elapsed.p90, exactly(600));
    assert_eq!(found.context.out_of_order, 1);
    let listed = members(&house().facts(), &january("2025-01-01 00:00"), Part::OutOfOrder);
    assert_eq!(listed, [LeadId(1)]);
}

#[test]
fn an_opportunity_without_any_touch_is_contact_without_a_duration() {
    let lead = LeadFact { opportunity: some("2024-01-05 10:00"), ..handed_over("2024-01-02 10:00") };
    let found = House::with([lead, touched(Some(10))]).january().follow_up;
    assert_eq!((found.contacted, found.never_contacted), (2, 0));
    assert_eq!((found.on_time, found.late, found.overdue_open), (1, 0, 0));
    assert_eq!(found.elapsed.p90, exactly(600));
}

#[test]
fn a_touch_known_only_by_its_day_is_compared_by_day_and_enters_no_duration() {
    // Due on 3 January at 10:00: that day is in time, the next is late, and the day of the handover is not before.
    let on = |day| LeadFact { first_touch: some(day), ..handed_over("2024-01-02 10:00") };
    let found = House::with([on("2024-01-02"), on("2024-01-03"), on("2024-01-04")]).january();
    assert_eq!((found.follow_up.on_time, found.follow_up.late), (2, 1));
    assert_eq!((found.follow_up.elapsed.median, found.context.out_of_order), (None, 0));
}

#[test]
fn a_handover_known_only_by_its_day_is_in_time_to_the_end_of_the_day_on_which_it_is_due() {
    let touched_at = |text| LeadFact { first_touch: some(text), ..handed_over("2024-01-02") };
    let found = House::with([touched_at("2024-01-03 23:59:59"), touched_at("2024-01-04 00:00")]).january();
    assert_eq!((found.follow_up.on_time, found.follow_up.late), (1, 1));
    assert_eq!(found.follow_up.elapsed.median, None);
}

#[test]
fn a_lead_nobody_called_is_overdue_once_its_time_has_passed_and_stays_out_before() {
    let elsewhere = LeadFact { first_touch: some("2023-06-01 10:00"), ..handed_over("2023-06-01 09:00") };
    let states = |now| {
        let house = House::with([handed_over("2024-01-02 10:00"), elsewhere.clone()]);
        let found = house.answer(&january(now)).current.follow_up;
        (found.not_due, found.overdue_open, found.never_contacted)
    };
    assert_eq!(states("2024-01-03 10:00:00"), (1, 0, 1));
    assert_eq!(states("2024-01-03 10:00:01"), (0, 1, 1));
}

#[test]
fn a_touch_in_the_second_in_which_it_is_due_is_on_time() {
    let mut late = touched(Some(24 * 60));
    late.first_touch = late.first_touch.map(|touch| Moment { at: Instant(touch.at.0 + 1), ..touch });
    let found = House::with([touched(Some(24 * 60)), late]).january().follow_up;
    assert_eq!((found.on_time, found.late), (1, 1));
}

#[test]
fn a_workspace_without_a_single_touch_reads_no_data() {
    let found = House::with([handed_over("2024-01-02 10:00")]).january().follow_up;
    assert!(!found.measured);
    assert_eq!((found.never_contacted, found.overdue_open, found.elapsed.median), (0, 0, None));
}

#[test]
fn working_time_pauses_over_the_night_and_the_weekend() {
    // Friday 16:00 to Monday 10:00: two working hours of 66.
    let lead = LeadFact { first_touch: some("2024-01-08 10:00"), ..handed_over("2024-01-05 16:00") };
    let found = House::with([lead]).january().follow_up;
    assert_eq!((found.elapsed.median, found.working.median), (exactly(66 * 3_600), exactly(2 * 3_600)));
}

#[test]
fn a_promise_in_working_time_is_kept_by_the_working_clock() {
    let lead = LeadFact { first_touch: some("2024-01-08 10:00"), ..handed_over("2024-01-05 16:00") };
    let promise = |minutes| version(1, "2020-01-01", |terms| terms.sales.first_touch = Within::Working(minutes));
    assert_eq!(House::with([lead.clone()]).under([promise(120)]).january().follow_up.on_time, 1);
    assert_eq!(House::with([lead]).under([promise(119)]).january().follow_up.late, 1);
}

fn again(text: &str) -> HandoverFact {
    HandoverFact {
        handed_over: at(text),
        accepted: None,
        first_touch: None,
        connected: None,
        verdict: None,
        released: None,
        decision: None,
        reason: None,
        verdict_complete: false,
    }
}

#[test]
fn every_handover_counts_for_follow_up_and_feedback_and_only_the_first_for_the_rate() {
    let mut second = again("2024-01-20 10:00");
    second.first_touch = some("2024-01-20 10:05");
    let recycled = LeadFact {
        first_touch: some("2024-01-02 10:01"),
        decision: Some(Decision::Recycle),
        further: vec![second],
        ..rejected("2024-01-02 10:00", "2024-01-03 10:00", "no_budget")
    };
    let found = House::with([recycled.clone()]).january();
    assert_eq!((found.conversion.leads, found.follow_up.handovers, found.follow_up.on_time), (1, 2, 2));
    assert_eq!(found.follow_up.elapsed.p90, exactly(300));
    assert_eq!((found.coverage.due, found.coverage.with_verdict), (2, 1));
    // In a period that holds the second handover alone, the lead is in no cohort of K1.
    let later = House::with([recycled]).answer(&asked("2024-01-10", "2024-02-01", "2025-01-01 00:00")).current;
    assert_eq!((later.conversion.leads, later.follow_up.handovers), (0, 1));
}

#[test]
fn a_touch_after_the_second_handover_is_not_the_first_ones() {
    let mut second = again("2024-01-20 10:00");
    second.first_touch = some("2024-01-20 10:05");
    let lead = LeadFact {
        first_touch: some("2024-01-20 10:05"),
        released: some("2024-01-04 10:00"),
        further: vec![second],
        ..handed_over("2024-01-02 10:00")
    };
    let found = House::with([lead]).january().follow_up;
    assert_eq!((found.contacted, found.never_contacted, found.on_time), (1, 1, 1));
}

// K4

#[test]
fn coverage_is_the_share_with_a_complete_verdict_of_those_whose_window_has_ended() {
    // Five working days from Tuesday 2 January 10:00 end on Tuesday 9 January 10:00.
    let incomplete =
        LeadFact { verdict_complete: false, ..rejected("2024-01-02 10:00", "2024-01-03 10:00", "no_need") };
    let house = || {
        House::with([
            rejected("2024-01-02 10:00", "2024-01-09 10:00", "no_need"),
            rejected("2024-01-02 10:00", "2024-01-09 10:01", "other"),
            incomplete.clone(),
            handed_over("2024-01-02 10:00"),
        ])
    };
    let found = house().january().coverage;
    assert_eq!((found.due, found.with_verdict, found.on_time), (4, 2, 1));
    assert_eq!((found.turned_down, found.other), (3, 1));
    let early = house().answer(&january("2024-01-09 09:59:59")).current.coverage;
    assert_eq!((early.due, early.with_verdict), (0, 0));
    assert_eq!(house().answer(&january("2024-01-09 10:00")).current.coverage.due, 4);
}

#[test]
fn acceptance_is_not_a_verdict_and_a_good_verdict_is_one() {
    let accepted = LeadFact { accepted: some("2024-01-02 11:00"), ..handed_over("2024-01-02 10:00") };
    let good = LeadFact {
        verdict: some("2024-01-03 10:00"),
        decision: Some(Decision::Good),
        verdict_complete: true,
        ..handed_over("2024-01-02 10:00")
    };
    let found = House::with([accepted, good]).january().coverage;
    assert_eq!((found.due, found.with_verdict, found.turned_down), (2, 1, 0));
}

#[test]
fn reasons_are_listed_most_frequent_first_and_then_by_key() {
    let lead = |reason| rejected("2024-01-02 10:00", "2024-01-03 10:00", reason);
    let leads = [lead("no_need"), lead("other"), lead("no_budget"), lead("other")];
    let found = House::with(leads).answer(&january("2025-01-01 00:00")).reasons;
    let expected = [("other", 2), ("no_budget", 1), ("no_need", 1)];
    assert_eq!(found, expected.map(|(reason, count)| (reason.to_owned(), count)));
}

// Funnel

#[test]
fn silence_accepts_a_lead_at_its_due_time_and_a_rejection_before_breaks_it() {
    // Eight working hours from Tuesday 10:00 are used up on Wednesday at 10:00.
    let versions = || [version(1, "2020-01-01", |terms| terms.horizon = Horizon::None)];
    let leads = || [handed_over("2024-01-02 10:00"), rejected("2024-01-02 10:00", "2024-01-03 10:00", "no_need")];
    let accepted = |now| House::with(leads()).under(versions()).answer(&january(now)).funnel.accepted;
    assert_eq!((accepted("2024-01-03 09:59:59"), accepted("2024-01-03 10:00:00")), (0, 1));
    assert_eq!(accepted("2025-01-01 00:00"), 1);
}

#[test]
fn a_later_step_implies_the_earlier_ones_and_lost_leads_stay_counted() {
    let lost = LeadFact {
        opportunity: some("2024-01-05 10:00"),
        lost: some("2024-01-06 10:00"),
        ..handed_over("2024-01-02 10:00")
    };
    let funnel = House::with([lost, won(None, "2024-01-02 10:00", "2024-01-09 10:00")])
        .answer(&january("2025-01-01 00:00"))
        .funnel;
    let expected = Funnel { handed_over: 2, accepted: 2, touched: 2, connected: 2, opportunity: 2, won: 1 };
    assert_eq!(funnel, expected);
}

#[test]
fn the_funnel_holds_mature_leads_only() {
    let leads = [handed_over("2024-01-02 10:00"), handed_over("2024-01-20 10:00")];
    let funnel = House::with(leads).answer(&january("2024-04-10 00:00")).funnel;
    assert_eq!(funnel.handed_over, 1);
}

// Periods, trend, breakdown, targets

#[test]
fn the_previous_period_has_the_same_length_and_is_read_at_the_same_now() {
    let opened_later = LeadFact { opportunity: some("2024-02-20 10:00"), ..handed_over("2023-12-05 10:00") };
    let answer = House::with([opened_later]).answer(&january("2024-03-20 00:00"));
    assert_eq!(answer.previous, Period { from: day("2023-12-01"), to: day("2024-01-01") });
    assert_eq!((answer.before.conversion.leads, answer.before.conversion.opportunities_so_far), (1, 1));
}

#[test]
fn days_are_those_of_the_workspaces_zone() {
    // 2024-01-31 23:30 in UTC is the first of February in Berlin.
    let mut house = House::with([handed_over("2024-01-31 23:30"), handed_over("2023-12-31 23:00")]);
    house.zone = Zone::parse("Europe/Berlin").expect("a zone");
    let found = house.answer(&january("2025-01-01 00:00")).current.conversion;
    assert_eq!(found.leads, 1);
}

#[test]
fn the_trend_goes_over_both_periods_and_its_buckets_sum_to_them() {
    let leads = ["2023-12-05 10:00", "2023-12-31 23:59", "2024-01-01 00:00", "2024-01-17 10:00"].map(handed_over);
    let answer = House::with(leads).answer(&january("2025-01-01 00:00"));
    assert_eq!(answer.trend.len(), 62);
    let sum = |points: &[TrendPoint]| points.iter().map(|point| point.figures.conversion.leads).sum::<u32>();
    assert_eq!((sum(&answer.trend[..31]), sum(&answer.trend[31..])), (2, 2));
    assert_eq!(answer.trend[31].figures.conversion.leads, 1);
}

#[test]
fn a_breakdown_has_a_row_a_value_most_leads_first_and_the_blank_one_last_among_equals() {
    let from = |channel, text| LeadFact { won: None, ..won(channel, text, text) };
    let leads = [
        from(None, "2024-01-02 10:00"),
        from(FAIR, "2024-01-02 10:00"),
        from(WEBINAR, "2024-01-02 10:00"),
        from(FAIR, "2024-01-03 10:00"),
        // Before the period: no row of its own.
        from(Some(ValueId(9)), "2023-12-03 10:00"),
    ];
    let asked = Question { by: vec![Dimension::Channel], ..january("2025-01-01 00:00") };
    let rows = House::with(leads).answer(&asked).by.remove(0).rows;
    let found: Vec<_> = rows.iter().map(|(key, figures)| (*key, figures.conversion.leads)).collect();
    assert_eq!(found, [(FAIR, 2), (WEBINAR, 1), (None, 1)]);
}

#[test]
fn a_filter_takes_leads_with_one_of_the_values_in_every_dimension_named() {
    let mut both = won(FAIR, "2024-01-02 10:00", "2024-01-03 10:00");
    both.dimensions[Dimension::Region as usize] = WEBINAR;
    let leads =
        [both, won(FAIR, "2024-01-02 10:00", "2024-01-03 10:00"), won(None, "2024-01-02 10:00", "2024-01-03 10:00")];
    let count = |any_of| {
        let asked = Question { filter: Filter { any_of }, ..january("2025-01-01 00:00") };
        House::with(leads.clone()).answer(&asked).current.conversion.leads
    };
    assert_eq!(count(vec![(Dimension::Channel, vec![FAIR, None])]), 3);
    assert_eq!(count(vec![(Dimension::Channel, vec![FAIR]), (Dimension::Region, vec![WEBINAR])]), 1);
    assert_eq!(count(vec![(Dimension::Channel, vec![Some(ValueId(77))])]), 0);
}

#[test]
fn a_periods_target_is_the_mean_of_the_versions_targets_weighted_by_leads() {
    let aim = |number, starts, bp: u32, cac| {
        version(number, starts, move |terms| {
            terms.targets.lead_to_opportunity_bp = Some(bp);
            terms.targets.cac_minor = Some(cac);
        })
    };
    let leads = [
        handed_over("2024-01-02 10:00"),
        handed_over("2024-01-16 10:00"),
        won(None, "2023-11-01 10:00", "2024-01-02 10:00"),
        won(None, "2023-11-01 10:00", "2024-01-03 10:00"),
        won(None, "2023-11-01 10:00", "2024-01-20 10:00"),
    ];
    let answer = House::with(leads)
        .under([aim(1, "2020-01-01", 1_000, 300), aim(2, "2024-01-16", 2_001, 600)])
        .answer(&january("2025-01-01 00:00"));
    // (1000 + 2001) / 2 half up; customers by day of win: (300 + 300 + 600) / 3.
    assert_eq!(answer.current.conversion.target_bp, Some(1_501));
    assert_eq!(answer.current.cac.target_minor, Some(400));
    let marked: Vec<usize> = (0..62).filter(|index| answer.trend[*index].new_version).collect();
    assert_eq!(marked, [31 + 15]);
}

#[test]
fn volume_and_outcome_part_ways_when_leads_rise_and_wins_at_equal_age_fall() {
    let cohort = |month: &str, leads: usize, wins: usize| -> Vec<LeadFact> {
        let (start, win) = (format!("{month}-05 10:00"), format!("{month}-25 10:00"));
        let outcome = |index| if index < wins { won(None, &start, &win) } else { handed_over(&start) };
        (0..leads).map(outcome).collect()
    };
    let parting = |before: (usize, usize), now: (usize, usize)| {
        let leads = cohort("2023-12", before.0, before.1).into_iter().chain(cohort("2024-01", now.0, now.1));
        House::with(leads).answer(&january("2025-01-01 00:00")).parting
    };
    let said = Parting { leads: (20, 21), opportunities: (3, 2), won: (3, 2) };
    assert_eq!(parting((20, 3), (21, 2)), Some(said));
    // Up by less than 5 %; nothing fell; too few mature leads.
    assert_eq!(parting((20, 3), (20, 2)), None);
    assert_eq!(parting((20, 3), (21, 3)), None);
    assert_eq!(parting((10, 3), (19, 2)), None);
}

#[test]
fn at_equal_age_the_previous_period_is_read_as_it_stood_when_it_was_as_old() {
    // Thirty leads each; December's wins came after 40 days, at which age January's leads are not yet.
    let lead = |start: &str, win: Option<&str>| LeadFact { won: win.map(at), ..handed_over(start) };
    let december = (0..30).map(|_| lead("2023-12-05 10:00", Some("2024-01-14 10:00")));
    let january_leads = (0..32).map(|_| lead("2024-01-05 10:00", None));
    let versions = [version(1, "2020-01-01", |terms| terms.horizon = Horizon::Days(1))];
    let answer = House::with(december.chain(january_leads)).under(versions).answer(&january("2024-02-10 10:00"));
    assert_eq!(answer.before.conversion.opportunities_so_far, 30);
    assert_eq!(answer.parting, None);
}
