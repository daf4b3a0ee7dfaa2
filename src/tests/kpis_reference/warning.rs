//! Volume and outcome part ways, read literally.

use super::*;

/// Each lead of the previous period is read when it was as old as its counterpart.
pub(super) fn parting(current: &Set, previous: &Set) -> Option<Parting> {
    let length = i64::from(current.days.days()) * 86_400;
    let count = |set: &Set, now: i64| {
        let by_then = |moment: Option<Moment>| moment.is_some_and(|m| i64::from(m.at.0) <= now);
        let leads: Vec<&LeadFact> = set.cohort().into_iter().filter(|lead| by_then(lead.handed_over)).collect();
        let opportunities = leads.iter().filter(|lead| by_then(opportunity(lead))).count() as u32;
        let won = leads.iter().filter(|lead| by_then(lead.won)).count() as u32;
        (leads.len() as u32, opportunities, won)
    };
    let now = i64::from(current.now().0);
    let (leads, opportunities, won) = count(current, now);
    let before = count(previous, now - length);
    let mature = current.cohort().into_iter().filter(|lead| current.mature(lead)).count();
    let up = f64::from(leads) >= f64::from(before.0) * 1.05;
    (mature >= 20 && up && (opportunities < before.1 || won < before.2)).then_some(Parting {
        leads: (before.0, leads),
        opportunities: (before.1, opportunities),
        won: (before.2, won),
    })
}
