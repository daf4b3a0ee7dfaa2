//! What is found in the leads agrees with what the KPIs count, on worlds full of ties, holes and contradictions.

use crate::kpis_properties::{any_question, any_world, facts_of};
use crate::kpis_reference::answer;
use doubles::kpis::compute::{compute, members};
use doubles::kpis::facts::LeadFact;
use doubles::kpis::model::{Part, Question};
use doubles::leads::derive::{Derived, Milestones};
use doubles::leads::model::LeadId;
use doubles::period::{Day, Period};
use doubles::quality::disorder::disorders;
use proptest::prelude::*;

/// The lead as its row says it.
fn derived(lead: &LeadFact) -> Derived {
    let first = Milestones {
        handed_over_at: lead.handed_over,
        accepted_at: lead.accepted,
        first_touch_at: lead.first_touch,
        connected_at: lead.connected,
        verdict_at: lead.verdict,
        released_at: lead.released,
        ..Milestones::default()
    };
    let later = lead.further.iter().map(|handover| Milestones {
        handed_over_at: Some(handover.handed_over),
        accepted_at: handover.accepted,
        first_touch_at: handover.first_touch,
        connected_at: handover.connected,
        verdict_at: handover.verdict,
        released_at: handover.released,
        ..Milestones::default()
    });
    Derived {
        first,
        later: later.collect(),
        opportunity_at: lead.opportunity.or(lead.won),
        won_at: lead.won,
        lost_at: lead.lost,
        ..Derived::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_lead_has_a_disorder_in_words_exactly_where_the_kpis_count_one(world in any_world(), question in any_question()) {
        let period = Period { from: Day(question.period.from.0 - 100), to: Day(question.period.to.0 + 200) };
        let question = Question { period, filter: Default::default(), ..question };
        let facts = facts_of(&world);
        let counted = members(&facts, &question, Part::OutOfOrder);
        for lead in members(&facts, &question, Part::Leads) {
            let fact = world.leads.iter().find(|fact| fact.id == lead).expect("it is of this world");
            let told = disorders(&derived(fact), question.now, &world.zone);
            prop_assert_eq!(!told.is_empty(), counted.contains(&lead), "{:?} at {:?}: {:?}", fact, question.now, told);
        }
    }

    #[test]
    fn leads_left_out_by_rule_count_as_the_reference_leaves_them_out(
        mut world in any_world(),
        question in any_question(),
        every in 1..5usize,
    ) {
        let before = facts_of(&world);
        let left_out: Vec<LeadId> = world.leads.iter().step_by(every).map(|lead| lead.id).collect();
        world.leads.iter_mut().step_by(every).for_each(|lead| lead.excluded = true);
        let expected = answer(&world, &question);
        prop_assert_eq!(compute(&before.without(&left_out), &question), expected.clone());
        prop_assert_eq!(compute(&facts_of(&world), &question), expected);
    }
}
