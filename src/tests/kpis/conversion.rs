//! K1 and who is left out of it.

use super::*;

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
