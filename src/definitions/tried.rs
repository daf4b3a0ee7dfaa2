//! What other criteria would have meant: how many of the leads of a period would have been qualified, and what became of
//! them. Pure; which leads are mature and became opportunities is K1's to say.

use crate::agreement::criteria::{Checks, Criterion, Profile, Rule, with, with_alternative, with_value, without};
use crate::error::Result;
use crate::kpis::model::Rate;
use crate::leads::model::Fit;

/// What an address asks to try, on top of the criteria that it begins from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Other values, by the key of a criterion of one rule.
    pub values: Vec<(String, String)>,
    /// Criteria that are left out.
    pub out: Vec<String>,
    /// A rule more: the key of the criterion for which it is enough too (blank: a criterion of its own), field,
    /// comparison, value.
    pub new: [String; 4],
}

/// Leads, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Handed over.
    pub leads: u32,
    /// Old enough to be judged, as K1 says.
    pub mature: u32,
    /// Of those, with an opportunity within the horizon.
    pub opportunities: u32,
}

/// The leads of a period under one set of criteria.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Those that meet them; without a criterion all.
    pub meets: Group,
    /// Those that miss one.
    pub missed: Group,
    /// Those of which it cannot be told.
    pub unknown: Group,
}

/// One criterion over the leads of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Each {
    /// Leads that meet it.
    pub met: u32,
    /// Leads that miss it.
    pub missed: u32,
    /// Leads of which it cannot be told.
    pub unknown: u32,
    /// Of those that miss it, the ones that meet every other.
    pub only: u32,
}

/// Two sets of criteria over the same leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// As agreed.
    pub agreed: Outcome,
    /// As tried.
    pub tried: Outcome,
    /// By criterion, as tried.
    pub each: Vec<Each>,
}

impl Asked {
    /// From the pairs of an address or a form: `v.<key>`, `out`, `to`, `field`, `comparison`, `value`.
    pub fn parse(pairs: &[(String, String)]) -> Self {
        let mut asked = Self::default();
        for (key, value) in pairs {
            match key.as_str() {
                "out" => asked.out.push(value.clone()),
                "to" => asked.new[0].clone_from(value),
                "field" => asked.new[1].clone_from(value),
                "comparison" => asked.new[2].clone_from(value),
                "value" => asked.new[3] = value.replace("\r\n", "\n"),
                _ => {
                    if let Some(key) = key.strip_prefix("v.") {
                        asked.values.push((key.to_owned(), value.replace("\r\n", "\n")));
                    }
                }
            }
        }
        asked
    }

    /// The value that was asked for a criterion.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.values.iter().find(|(of, _)| of == key).map(|(_, value)| value.as_str())
    }

    /// The criteria to try.
    ///
    /// # Errors
    /// A value cannot be read, or the criteria cannot stand beside each other; the sentence says which.
    pub fn apply(&self, base: &[Criterion]) -> Result<Vec<Criterion>> {
        let mut criteria = base.to_vec();
        for key in self.out.iter().filter(|key| base.iter().any(|criterion| criterion.key == **key)) {
            criteria = without(&criteria, key)?;
        }
        for (key, value) in &self.values {
            let stands = criteria.iter().find(|criterion| criterion.key == *key);
            let Some([rule]) = stands.map(|criterion| criterion.any.as_slice()) else { continue };
            if rule.test.value().trim() != value.trim() {
                criteria = with_value(&criteria, key, value)?;
            }
        }
        let [to, field, comparison, value] = &self.new;
        if field.is_empty() {
            return Ok(criteria);
        }
        let rule = Rule::parse(field, comparison, value)?;
        if to.is_empty() { with(&criteria, rule) } else { with_alternative(&criteria, to, rule) }
    }
}

impl Group {
    /// K1 of these leads.
    pub const fn rate(&self) -> Rate {
        Rate { part: self.opportunities, whole: self.mature }
    }

    fn add(&mut self, mature: bool, opportunity: bool) {
        self.leads += 1;
        self.mature += u32::from(mature);
        self.opportunities += u32::from(opportunity);
    }
}

impl Outcome {
    fn add(&mut self, whole: Option<Fit>, mature: bool, opportunity: bool) {
        let group = match whole {
            None | Some(Fit::Yes) => &mut self.meets,
            Some(Fit::No) => &mut self.missed,
            Some(Fit::Unknown) => &mut self.unknown,
        };
        group.add(mature, opportunity);
    }

    /// All leads.
    pub const fn leads(&self) -> u32 {
        self.meets.leads + self.missed.leads + self.unknown.leads
    }

    /// The share that meets.
    pub const fn meeting(&self) -> Rate {
        Rate { part: self.meets.leads, whole: self.leads() }
    }

    /// All of them together.
    pub const fn whole(&self) -> Group {
        let Self { meets, missed, unknown } = *self;
        Group {
            leads: self.leads(),
            mature: meets.mature + missed.mature + unknown.mature,
            opportunities: meets.opportunities + missed.opportunities + unknown.opportunities,
        }
    }
}

/// Two sets of criteria, to be shown lead after lead.
#[derive(Debug)]
pub struct Trial {
    checks: [Checks; 2],
    /// What came of it so far.
    pub tried: Tried,
}

impl Trial {
    /// Of what is agreed and what is tried.
    pub fn new(agreed: &[Criterion], tried: &[Criterion]) -> Self {
        let each = vec![Each::default(); tried.len()];
        Self { checks: [Checks::new(agreed), Checks::new(tried)], tried: Tried { each, ..Tried::default() } }
    }

    /// Shows it a lead.
    pub fn see(&mut self, profile: &Profile<'_>, mature: bool, opportunity: bool) {
        let [agreed, tried] = [&self.checks[0], &self.checks[1]].map(|checks| checks.of(profile));
        self.tried.agreed.add(agreed.whole(), mature, opportunity);
        self.tried.tried.add(tried.whole(), mature, opportunity);
        let met = tried.each.iter().filter(|fit| **fit == Fit::Yes).count();
        for (each, fit) in self.tried.each.iter_mut().zip(&tried.each) {
            match fit {
                Fit::Yes => each.met += 1,
                Fit::Unknown => each.unknown += 1,
                Fit::No => {
                    each.missed += 1;
                    each.only += u32::from(met + 1 == tried.each.len());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::criteria::{Field, Test};

    fn size(least: u32) -> Vec<Criterion> {
        vec![Criterion { key: "size".into(), any: vec![Rule { field: Field::Size, test: Test::AtLeast(least) }] }]
    }

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        Asked::parse(&pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn a_higher_threshold_takes_leads_out_and_shows_what_became_of_the_rest() {
        let mut trial = Trial::new(&size(50), &size(100));
        // Size, mature, opportunity.
        for (size, mature, opportunity) in [
            (Some(60), true, false),
            (Some(80), true, true),
            (Some(120), true, true),
            (Some(500), false, false),
            (Some(10), true, false),
            (None, true, true),
        ] {
            trial.see(&Profile { size, ..Profile::default() }, mature, opportunity);
        }
        let Tried { agreed, tried, each } = trial.tried;
        assert_eq!(agreed.meets, Group { leads: 4, mature: 3, opportunities: 2 });
        assert_eq!(tried.meets, Group { leads: 2, mature: 1, opportunities: 1 });
        assert_eq!((tried.missed.leads, tried.unknown.leads), (3, 1), "unknown is counted apart");
        assert_eq!(agreed.whole(), tried.whole(), "the leads are the same");
        assert_eq!(each, [Each { met: 2, missed: 3, unknown: 1, only: 3 }]);
    }

    #[test]
    fn without_a_criterion_every_lead_counts() {
        let mut trial = Trial::new(&[], &size(100));
        trial.see(&Profile::default(), true, false);
        assert_eq!((trial.tried.agreed.meets.leads, trial.tried.tried.unknown.leads), (1, 1));
    }

    #[test]
    fn an_address_changes_leaves_out_and_adds() {
        let words = |asked: &Asked, base: &[Criterion]| {
            asked.apply(base).map(|criteria| criteria.iter().map(Criterion::words).collect::<Vec<_>>())
        };
        let base = size(50);
        assert_eq!(words(&asked(&[]), &base).expect("as it is"), ["Company size at least 50"]);
        assert_eq!(words(&asked(&[("v.size", "100")]), &base).expect("changed"), ["Company size at least 100"]);
        assert_eq!(words(&asked(&[("out", "size"), ("v.size", "100")]), &base).expect("none"), [""; 0]);
        let more = [("field", "title"), ("comparison", "contains"), ("value", "logistics\r\noperations")];
        assert_eq!(
            words(&asked(&more), &base).expect("added"),
            ["Company size at least 50", "Job title contains “logistics” or “operations”"]
        );
        let or = asked(&[&more[..], &[("to", "size")]].concat());
        assert_eq!(
            words(&or, &base).expect("an alternative"),
            ["Company size at least 50, or job title contains “logistics” or “operations”"]
        );
        assert!(words(&asked(&[("v.size", "many")]), &base).is_err());
        assert!(words(&asked(&[("out", "gone"), ("v.gone", "7")]), &base).is_ok(), "an old address asks what it can");
    }
}
