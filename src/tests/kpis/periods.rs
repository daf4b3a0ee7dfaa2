//! Periods, trend, breakdown, targets and the one warning.

use super::*;

#[test]
fn the_previous_period_has_the_same_length_and_is_read_at_the_same_now() {
    let opened_later = LeadFact { opportunity: some("2024-02-20 10:00"), ..handed_over("2023-12-05 10:00") };
    let answer = House::with([opened_later]).answer(&january("2024-03-20 00:00"));
    assert_eq!(answer.previous, Period { from: day("2023-12-01"), to: day("2024-01-01") });
    assert_eq!((answer.before.conversion.leads, answer.before.conversion.opportunities_so_far), (1, 1));
}

#[test]
fn a_comparison_with_the_year_before_takes_the_same_dates_and_the_warning_stays_with_the_previous_period() {
    let cohort = |month: &str, leads: usize, wins: usize| -> Vec<LeadFact> {
        let (start, win) = (format!("{month}-05 10:00"), format!("{month}-25 10:00"));
        (0..leads).map(|i| if i < wins { won(None, &start, &win) } else { handed_over(&start) }).collect()
    };
    let leads = [cohort("2023-01", 30, 1), cohort("2023-12", 20, 3), cohort("2024-01", 21, 2)].concat();
    let answer = |compare| House::with(leads.clone()).answer(&Question { compare, ..january("2025-01-01 00:00") });
    let previous = answer(Comparison::Previous);
    assert_eq!(previous.beside, Some(Beside { period: previous.previous, figures: previous.before.clone() }));
    let year = answer(Comparison::Year);
    let beside = year.beside.clone().expect("a year before");
    assert_eq!(beside.period, Period { from: day("2023-01-01"), to: day("2023-02-01") });
    assert_eq!((beside.figures.conversion.leads, beside.figures.cac.customers), (30, 1));
    assert_eq!(answer(Comparison::None).beside, None);
    let said = Some(Parting { leads: (20, 21), opportunities: (3, 2), won: (3, 2) });
    for compare in Comparison::ALL {
        let answer = answer(*compare);
        assert_eq!((&answer.parting, &answer.trend, &answer.before), (&said, &previous.trend, &previous.before));
    }
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
