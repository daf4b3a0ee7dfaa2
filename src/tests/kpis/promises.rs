//! What both teams promised, and how it stands.

use super::*;

/// Answers to leads handed over on Tuesday 2024-01-02 at 10:00, under a promise of 8 working hours, due on Wednesday at
/// 10:00; somebody was touched elsewhere, so that touches are known to be recorded.
fn answers(leads: impl IntoIterator<Item = LeadFact>, now: &str) -> Answers {
    let touched = LeadFact { first_touch: some("2023-12-01 10:05"), ..handed_over("2023-12-01 10:00") };
    let question = january(now);
    House::with(leads.into_iter().chain([touched])).answer(&question).current.answers
}

fn lead() -> LeadFact {
    handed_over("2024-01-02 10:00")
}

#[test]
fn silence_past_the_agreed_time_accepts_a_lead_and_breaks_the_promise() {
    assert_eq!(answers([lead()], "2024-01-03 10:00"), Answers { on_time: 0, late: 0 }, "still in time");
    assert_eq!(answers([lead()], "2024-01-03 10:01"), Answers { on_time: 0, late: 1 });
    let accepted_late = LeadFact { accepted: some("2024-01-03 10:30"), ..lead() };
    assert_eq!(answers([accepted_late], "2024-02-01 10:00"), Answers { on_time: 0, late: 1 });
}

#[test]
fn work_on_a_lead_and_every_verdict_answer_as_well_as_the_word() {
    let early = some("2024-01-02 16:00");
    let answered = [
        LeadFact { accepted: early, ..lead() },
        LeadFact { first_touch: early, ..lead() },
        LeadFact { connected: early, ..lead() },
        LeadFact { opportunity: early, ..lead() },
        LeadFact { verdict: early, decision: Some(Decision::Good), verdict_complete: true, ..lead() },
        rejected("2024-01-02 10:00", "2024-01-02 16:00", "no_need"),
        // By its day: in time on the day on which it is due.
        LeadFact { accepted: some("2024-01-03"), ..lead() },
    ];
    assert_eq!(answers(answered, "2024-02-01 10:00"), Answers { on_time: 7, late: 0 });
}

#[test]
fn a_lead_taken_off_sales_before_the_due_time_owes_no_answer() {
    let freed = |at| LeadFact { released: some(at), ..lead() };
    assert_eq!(answers([freed("2024-01-02 12:00")], "2024-02-01 10:00"), Answers { on_time: 0, late: 0 });
    assert_eq!(answers([freed("2024-01-05 12:00")], "2024-02-01 10:00"), Answers { on_time: 0, late: 1 });
}

#[test]
fn where_no_touch_was_ever_recorded_silence_is_not_counted() {
    let found = House::with([lead()]).answer(&january("2024-02-01 10:00")).current.answers;
    assert_eq!(found, Answers::default());
}

#[test]
fn each_handover_is_answered_by_itself() {
    let twice = LeadFact {
        first_touch: some("2024-01-02 11:00"),
        released: some("2024-01-04 10:00"),
        verdict: some("2024-01-04 10:00"),
        decision: Some(Decision::Recycle),
        further: vec![again("2024-01-15 10:00")],
        ..lead()
    };
    assert_eq!(answers([twice], "2024-02-01 10:00"), Answers { on_time: 1, late: 1 });
}

fn promising(number: u32, starts: &str, leads: Option<u32>) -> Version {
    version(number, starts, move |terms| terms.marketing.leads_per_month = leads)
}

#[test]
fn the_leads_promised_are_those_of_the_days_and_the_even_pace_those_of_the_days_that_have_ended() {
    let leads = ["2024-01-03 10:00", "2024-01-04 10:00", "2024-01-05 10:00"].map(handed_over);
    let pledge = |question: Question| {
        House::with(leads.clone()).under([promising(1, "2020-01-01", Some(62))]).answer(&question).pledge
    };
    let of = |promised, due, handed_over| Some(Pledge { promised, due, handed_over });
    // Two a day; on the evening of the 11th ten days have ended.
    assert_eq!(pledge(january("2024-01-11 20:00")), of(62, 20, 3));
    assert_eq!(pledge(january("2024-02-01 00:00")), of(62, 62, 3));
    assert_eq!(pledge(asked("2024-01-01", "2024-03-01", "2024-03-01 00:00")), of(124, 124, 3));
    assert_eq!(pledge(asked("2024-01-01", "2024-01-05", "2024-03-01 00:00")), of(8, 8, 2));
    // 62 over the 29 days of February: the parts of its halves sum up to the whole.
    let half = |from, to| pledge(asked(from, to, "2024-04-01 00:00")).map_or(0, |pledge| pledge.promised);
    assert_eq!(half("2024-02-01", "2024-02-16") + half("2024-02-16", "2024-03-01"), 62);
}

#[test]
fn days_under_a_version_without_a_number_promise_nothing_and_their_leads_are_not_set_against_it() {
    let leads = ["2024-01-03 10:00", "2024-01-20 10:00"].map(handed_over);
    let versions = [promising(1, "2020-01-01", None), promising(2, "2024-01-16", Some(31))];
    let answer = House::with(leads.clone()).under(versions).answer(&january("2024-03-01 00:00"));
    assert_eq!(answer.pledge, Some(Pledge { promised: 16, due: 16, handed_over: 1 }));
    let none = House::with(leads.clone()).under([promising(1, "2020-01-01", None)]);
    assert_eq!(none.answer(&january("2024-03-01 00:00")).pledge, None);
    // The promise is for all leads, not for those of a channel.
    let filter = Filter { any_of: vec![(Dimension::Channel, vec![None])] };
    let some_leads = House::with(leads).under([promising(1, "2020-01-01", Some(31))]);
    assert_eq!(some_leads.answer(&Question { filter, ..january("2024-03-01 00:00") }).pledge, None);
}
