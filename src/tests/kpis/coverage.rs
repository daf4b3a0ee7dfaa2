//! K4 and the funnel.

use super::*;

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
fn the_verdict_that_sends_a_lead_back_counts_for_the_handover_it_ends_though_the_next_one_begins_in_the_same_second() {
    let back = LeadFact {
        released: some("2024-01-05 00:00"),
        further: vec![again("2024-01-05 00:00")],
        ..rejected("2024-01-02 00:00", "2024-01-05 00:00", "not_now")
    };
    let found = House::with([back]).january().coverage;
    assert_eq!((found.due, found.with_verdict), (2, 1));
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
fn a_second_handover_before_the_due_time_begins_the_silence_anew() {
    let twice = LeadFact { further: vec![again("2024-01-02 11:00")], ..handed_over("2024-01-02 10:00") };
    let versions = || [version(1, "2020-01-01", |terms| terms.horizon = Horizon::None)];
    let accepted = |now| House::with([twice.clone()]).under(versions()).answer(&january(now)).funnel.accepted;
    assert_eq!((accepted("2024-01-03 10:59:59"), accepted("2024-01-03 11:00:00")), (0, 1));
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
