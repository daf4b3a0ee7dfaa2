//! What both teams promised, read literally.

use super::*;

/// Accept or reject in time; silence breaks it.
pub(super) fn answers(set: &Set) -> Answers {
    let mut found = Answers::default();
    if !set.follow_up().measured {
        return found;
    }
    for stay in set.stays() {
        let within = set.terms_of(stay.start).sales.decide;
        let in_time = |moment: Moment| set.world.in_time(stay.start, moment, within);
        let first = |moments: &[Option<Moment>]| {
            moments.iter().flatten().copied().filter(|m| set.happened(Some(*m))).min_by_key(|moment| moment.at)
        };
        let answer = first(&[stay.accepted, stay.touch, stay.connected, stay.opportunity, stay.won, stay.verdict]);
        let next = stay.next.map(|at| Moment { at, day_only: false });
        let relief = first(&[stay.released, next]);
        let relieved =
            relief.is_some_and(|relief| in_time(relief) && answer.is_none_or(|answer| relief.at < answer.at));
        match answer {
            _ if relieved => {}
            Some(answer) if in_time(answer) => found.on_time += 1,
            _ => found.late += u32::from(set.world.overdue(stay.start, set.now(), within)),
        }
    }
    found
}

/// Answers to rejections and recyclings that were given or should have been, and those given in time.
pub(super) fn replies(set: &Set) -> (u32, u32) {
    let (mut owed, mut on_time) = (0, 0);
    for stay in set.stays().iter().filter(|stay| set.down(stay)) {
        let verdict = stay.verdict.expect("it is turned down");
        let due = due(set.terms_of(stay.start), verdict, set.terms_of(stay.start).marketing.reply);
        let in_time = |at: Instant| match due {
            None => true,
            Some(due) if verdict.day_only => set.world.zone.day_of(at) <= set.world.zone.day_of(Instant(due as u32)),
            Some(due) => i64::from(at.0) <= due,
        };
        let replied = stay.feedback.replied.filter(|at| *at <= set.now());
        owed += u32::from(replied.is_some() || !in_time(set.now()));
        on_time += u32::from(replied.is_some_and(in_time));
    }
    (owed, on_time)
}

/// Qualified leads a month: the stretches of each month under one version, each cut out of the month's number.
pub(super) fn pledge(set: &Set) -> Option<Pledge> {
    let promised_on = |day: Day| set.world.terms(day).marketing.leads_per_month;
    let days = || (set.days.from.0..set.days.to.0).map(Day);
    if !set.question.filter.any_of.is_empty() || days().all(|day| promised_on(day).is_none()) {
        return None;
    }
    let today = set.world.zone.day_of(set.now());
    let promised = |until: Day| -> u32 {
        let mut sum = 0;
        for day in days().filter(|day| *day < until) {
            let (first, next) = (day.month_start(), day.next_month_start());
            let number = f64::from(promised_on(day).unwrap_or(0));
            let up_to = |day: Day| (number * f64::from(day.0 - first.0) / f64::from(next.0 - first.0) + 1e-9).floor();
            sum += (up_to(day.plus(1)) - up_to(day)) as u32;
        }
        sum
    };
    let handed_over = set.cohort().into_iter().filter_map(|lead| lead.handed_over);
    Some(Pledge {
        promised: promised(set.days.to),
        due: promised(today),
        handed_over: handed_over.filter(|start| promised_on(set.world.day(*start)).is_some()).count() as u32,
    })
}
