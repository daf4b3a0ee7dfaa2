//! In which order rules stand: of several that fit a lead, the first has it. Pure.

use super::model::Rule;
use crate::personas::model::{Persona, PersonaId};

/// Whether a persona's rule gives leads: it is worked with, or is a part of one that is.
pub fn gives(personas: &[Persona], persona: &Persona) -> bool {
    let into = persona.merged_into.and_then(|into| personas.iter().find(|other| other.is.id == into));
    !persona.rule.is_empty() && !into.unwrap_or(persona).is.retired
}

/// Personas whose rules are at work, in their order.
pub fn with_rules(personas: &[Persona]) -> impl Iterator<Item = &Persona> {
    personas.iter().filter(|persona| gives(personas, persona))
}

/// How many rules of others stand before a persona's.
pub fn place_among(personas: &[Persona], id: PersonaId) -> usize {
    let before = personas.iter().take_while(|persona| persona.is.id != id);
    before.filter(|persona| gives(personas, persona)).count()
}

/// The order as the form of a persona's rule shows it: whose rules are at work, and that one, whether or not it has one.
pub fn around(personas: &[Persona], id: PersonaId) -> Vec<PersonaId> {
    let shown = personas.iter().filter(|persona| persona.is.id == id || gives(personas, persona));
    shown.map(|persona| persona.is.id).collect()
}

/// The same as a form carries it.
pub fn text(order: &[PersonaId]) -> String {
    order.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// From what a form carries.
pub fn parse(text: &str) -> Vec<PersonaId> {
    text.split(' ').filter_map(|id| id.parse().ok()).map(PersonaId).collect()
}

/// Where a persona's rule is to stand, as the number of others before it, three ways: what the form `seen`, what it asks
/// for, and how it is `now`. Whoever leaves the place alone takes that of somebody else; who changes it goes before the
/// same rule as they saw. An error, with that place, where somebody else has changed the order too, and it is not so
/// already. A form that has seen nothing is taken at its word.
///
/// # Errors
/// Two changed the order.
pub fn settle(seen: &[PersonaId], now: &[PersonaId], id: PersonaId, wanted: usize) -> Result<usize, usize> {
    let own = |order: &[PersonaId]| order.iter().position(|other| *other == id);
    let others = |order: &[PersonaId]| order.iter().copied().filter(|other| *other != id).collect::<Vec<_>>();
    let (before, there) = (others(seen), others(now));
    let (Some(was), Some(is)) = (own(seen), own(now)) else { return Ok(wanted.min(there.len())) };
    if wanted == was {
        return Ok(is);
    }
    let after = before.get(wanted..).unwrap_or_default();
    let next = after.iter().find_map(|other| there.iter().position(|place| place == other));
    let place = next.unwrap_or(there.len());
    let shared = |order: &[PersonaId], other: &[PersonaId]| {
        order.iter().copied().filter(|id| other.contains(id)).collect::<Vec<_>>()
    };
    match place == is || shared(seen, now) == shared(now, seen) {
        true => Ok(place),
        false => Err(place),
    }
}

/// All personas as they would be if that one had another rule, or its rule stood elsewhere.
pub fn if_it_were(personas: &[Persona], id: PersonaId, rule: Option<&Rule>, place: usize) -> Vec<Persona> {
    let mut order = personas.to_vec();
    let Some(stands) = order.iter().position(|persona| persona.is.id == id) else { return order };
    let rule = rule.map(|rule| rule.lines().join("\n")).unwrap_or_default();
    let own = Persona { rule, ..order.remove(stands) };
    if place == place_among(personas, id) {
        // Where nobody touched its place, it keeps that among all personas, with rules and without.
        order.insert(stands, own);
        return order;
    }
    let ruled: Vec<PersonaId> =
        with_rules(personas).map(|persona| persona.is.id).filter(|other| *other != id).collect();
    let position = |of: &PersonaId| order.iter().position(|persona| persona.is.id == *of);
    let at = match ruled.get(place) {
        Some(next) => position(next),
        None => ruled.last().and_then(position).map(|at| at + 1),
    };
    order.insert(at.unwrap_or(stands), own);
    order
}

/// A place in words, as the form offers it.
pub fn words(others: &[String], place: usize) -> String {
    others.get(place).map_or_else(|| "last".to_owned(), |other| format!("before “{other}”"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::Instant;
    use crate::personas::model::PersonaRef;

    fn ids(text: &str) -> Vec<PersonaId> {
        parse(text)
    }

    #[test]
    fn what_only_one_changed_in_the_order_is_that_ones_and_what_two_changed_is_asked() {
        for (seen, now, wanted, place, why) in [
            ("1 2 3", "1 2 3", 0, Ok(0), "only I moved 3 to the front"),
            ("1 2 3", "2 1 3", 2, Ok(2), "only somebody else reordered"),
            ("1 2 3", "3 1 2", 2, Ok(0), "somebody else moved mine, and I left it alone"),
            ("1 2 3", "3 1 2", 0, Ok(0), "two wanted the same"),
            ("1 2 3", "2 1 3", 0, Err(1), "before 1, which stands elsewhere now"),
            ("1 2 3", "2 3 1", 0, Ok(1), "it stands before 1 already, as I would have it"),
            ("1 2 3", "1 4 2 3", 1, Ok(2), "a rule that is new between them is no other order"),
            ("1 2 3", "2 3", 0, Ok(0), "before 2, now that 1 is gone"),
            ("1 2 3", "3", 0, Ok(0), "alone"),
            ("", "1 2 3", 1, Ok(1), "a form that has seen nothing"),
            ("", "1 2 3", 9, Ok(2), "and asks for too much"),
        ] {
            assert_eq!(settle(&ids(seen), &ids(now), PersonaId(3), wanted), place, "{why}");
        }
        assert_eq!(text(&ids("3 1 2")), "3 1 2");
    }

    /// Personas in that order, each with a rule where it says so.
    fn personas(has_rule: &[bool]) -> Vec<Persona> {
        let persona = |(n, has_rule): (usize, &bool)| Persona {
            is: PersonaRef {
                id: PersonaId(n as i64 + 1),
                slug: String::new(),
                name: String::new(),
                value: None,
                retired: false,
            },
            role: None,
            segment: String::new(),
            owners: [None; 2],
            confirmed: [None, None],
            made_at: Instant(0),
            retired: None,
            merged_into: None,
            rule: if *has_rule { "title contains head".to_owned() } else { String::new() },
        };
        has_rule.iter().enumerate().map(persona).collect()
    }

    #[test]
    fn whose_rule_is_kept_with_its_place_untouched_stands_where_it_stood_and_else_beside_the_rules_of_others() {
        let rule = Rule::parse("title contains depot").expect("a rule");
        for (has_rule, id, moved_to, order, why) in [
            (&[true, false, false][..], 3, None, "1 2 3", "a first rule at the place that is offered"),
            (&[false, true, false, true], 2, None, "1 2 3 4", "other words of a rule"),
            (&[true, false, false], 3, Some(0), "3 1 2", "before the first rule"),
            (&[true, false, true, true], 1, Some(2), "2 3 4 1", "last"),
        ] {
            let (personas, id) = (personas(has_rule), PersonaId(id));
            let place = moved_to.unwrap_or_else(|| place_among(&personas, id));
            let then = if_it_were(&personas, id, rule.as_ref(), place);
            let then = then.iter().map(|persona| persona.is.id).collect::<Vec<_>>();
            assert_eq!(text(&then), order, "{why}");
        }
    }
}
