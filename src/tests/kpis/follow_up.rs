//! K3.

use super::*;

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
