//! How many leads of a period meet the criteria: in all, over time, by criterion, by channel and persona, and where sales
//! found otherwise than the program. Pure.

use super::fit::{Count, Fits, LeadFit};
use crate::kpis::model::Rate;
use crate::leads::model::{Dimension, Fit, LeadId, ValueId};
use crate::period::{Bucket, WeekStart};
use crate::zone::Zone;
use std::collections::{BTreeMap, HashMap};

/// What is told apart.
pub const BY: [Dimension; 2] = [Dimension::Channel, Dimension::Persona];

/// What the criteria say of the leads of a period.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Of all of them.
    pub whole: Count,
    /// Over time.
    pub buckets: Vec<(Bucket, Count)>,
    /// By criterion, in the order of the latest version that has it.
    pub criteria: Vec<OfCriterion>,
    /// By the values of the dimensions of [`BY`], those with the most leads first; with the place in `criteria` of what is
    /// missed most, and how often.
    pub by: [Vec<OfValue>; BY.len()],
    /// Leads that there are at all.
    pub all: usize,
    /// The criteria differ between the versions of these days.
    pub changed: bool,
}

/// One criterion, under every version that has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfCriterion {
    /// Its key.
    pub key: String,
    /// In plain language, as the latest version has it.
    pub words: String,
    /// What it looks at.
    pub subject: String,
    /// Leads that meet it.
    pub met: u32,
    /// Leads that miss it.
    pub missed: u32,
    /// Leads of which it cannot be told.
    pub unknown: u32,
    /// Of those that miss it, the ones that meet every other: without it they would meet the definition.
    pub only: u32,
    /// Verdicts in which sales said whether it fits, while the program knew it too.
    pub judged: u32,
    /// Of those, the ones that say the lead fits, where the program says it misses.
    pub sales_yes: u32,
    /// Of those, the ones that say it does not fit, where the program says it meets.
    pub sales_no: u32,
}

/// The leads of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfValue {
    /// Which; `None` is blank.
    pub value: Option<ValueId>,
    /// How many meet the definition.
    pub count: Count,
    /// The place of the criterion that most of them miss, and how many.
    pub most: Option<(usize, u32)>,
}

impl OfCriterion {
    /// The share that misses it.
    pub const fn missing(&self) -> Rate {
        Rate { part: self.missed, whole: self.met + self.missed + self.unknown }
    }

    /// The verdicts that say otherwise than the program.
    pub const fn otherwise(&self) -> Rate {
        Rate { part: self.sales_yes + self.sales_no, whole: self.judged }
    }
}

/// How many leads of a value meet the definition, and how many miss each criterion, by its place.
type Missing = (Count, Vec<u32>);

/// What sales found of a lead, by the key of a criterion.
pub type Judged = (LeadId, BTreeMap<String, Fit>);

impl Standing {
    /// Counts them, with what sales found in the latest verdict on each.
    pub fn of(fits: &Fits, judged: &[Judged], zone: &Zone, weeks: WeekStart) -> Self {
        let places = Places::of(fits);
        let mut standing = Self {
            buckets: fits
                .period
                .buckets(fits.period.grain(), weeks)
                .into_iter()
                .map(|b| (b, Count::default()))
                .collect(),
            criteria: places.criteria.clone(),
            changed: fits.leads.iter().any(|lead| fits.versions[usize::from(lead.version)] != *places.latest),
            ..Self::default()
        };
        let mut by: [HashMap<Option<ValueId>, Missing>; BY.len()] = Default::default();
        for lead in &fits.leads {
            standing.whole.add(lead);
            let day = zone.day_of(lead.handed_over);
            let at = standing.buckets.partition_point(|(bucket, _)| bucket.period.to <= day);
            if let Some((_, count)) = standing.buckets.get_mut(at) {
                count.add(lead);
            }
            let mut missed = Vec::new();
            for (index, &place) in places.of_version(lead).iter().enumerate() {
                let criterion = &mut standing.criteria[place];
                match lead.of(index) {
                    Fit::Yes => criterion.met += 1,
                    Fit::Unknown => criterion.unknown += 1,
                    Fit::No => {
                        criterion.missed += 1;
                        criterion.only += u32::from(lead.misses_only(index));
                        missed.push(place);
                    }
                }
            }
            for (by, value) in by.iter_mut().zip([lead.channel, lead.persona]) {
                let (count, misses) =
                    by.entry(value).or_insert_with(|| (Count::default(), vec![0; places.criteria.len()]));
                count.add(lead);
                missed.iter().for_each(|place| misses[*place] += 1);
            }
        }
        for (lead, found) in judged {
            let Some(lead) = fits.lead(*lead) else { continue };
            let criteria = &fits.versions[usize::from(lead.version)];
            for (index, &place) in places.of_version(lead).iter().enumerate() {
                let criterion = &mut standing.criteria[place];
                match (found.get(&criteria[index].key), lead.of(index)) {
                    (None | Some(Fit::Unknown), _) | (_, Fit::Unknown) => {}
                    (Some(Fit::Yes), program) => {
                        criterion.judged += 1;
                        criterion.sales_yes += u32::from(program == Fit::No);
                    }
                    (Some(Fit::No), program) => {
                        criterion.judged += 1;
                        criterion.sales_no += u32::from(program == Fit::Yes);
                    }
                }
            }
        }
        standing.by = by.map(|by| {
            let of = |(value, (count, misses)): (Option<ValueId>, Missing)| {
                let most =
                    misses.into_iter().enumerate().filter(|(_, n)| *n > 0).max_by_key(|(at, n)| (*n, usize::MAX - at));
                OfValue { value, count, most }
            };
            let mut values: Vec<OfValue> = by.into_iter().map(of).collect();
            values.sort_by_key(|of| (std::cmp::Reverse(of.count.leads), of.value.is_none(), of.value));
            values
        });
        standing
    }

    /// The criterion that most leads miss.
    pub fn most_missed(&self) -> Option<&OfCriterion> {
        let missed = self.criteria.iter().enumerate().filter(|(_, criterion)| criterion.missed > 0);
        missed.max_by_key(|(at, criterion)| (criterion.missed, usize::MAX - at)).map(|(_, criterion)| criterion)
    }
}

/// The leads of which a criterion, or all of them together, was found so; the latest handover first.
pub fn found(fits: &Fits, criterion: &str, finding: Fit) -> Vec<LeadFit> {
    let is_it = |lead: &&LeadFit| {
        if criterion.is_empty() {
            return lead.whole() == Some(finding);
        }
        let criteria = &fits.versions[usize::from(lead.version)];
        let place = criteria.iter().position(|other| other.key == criterion);
        place.is_some_and(|place| lead.of(place) == finding)
    };
    let mut leads: Vec<LeadFit> = fits.leads.iter().filter(is_it).copied().collect();
    leads.sort_unstable_by_key(|lead| (std::cmp::Reverse(lead.handed_over), lead.lead));
    leads
}

/// Where the criteria of each version stand in one list of all of them.
struct Places<'a> {
    criteria: Vec<OfCriterion>,
    /// By version and place in it.
    places: Vec<Vec<usize>>,
    /// Of the latest version under which a lead was handed over.
    latest: &'a Vec<crate::agreement::criteria::Criterion>,
}

impl<'a> Places<'a> {
    fn of(fits: &'a Fits) -> Self {
        static NONE: Vec<crate::agreement::criteria::Criterion> = Vec::new();
        let latest = fits.leads.iter().map(|lead| usize::from(lead.version)).max();
        let used: std::collections::BTreeSet<u16> = fits.leads.iter().map(|lead| lead.version).collect();
        let mut criteria: Vec<OfCriterion> = Vec::new();
        let mut places: Vec<Vec<usize>> = vec![Vec::new(); fits.versions.len()];
        for version in used.into_iter().rev().map(usize::from) {
            for criterion in &fits.versions[version] {
                let known = criteria.iter().position(|other| other.key == criterion.key);
                let place = known.unwrap_or_else(|| {
                    let (words, subject) = (criterion.words(), criterion.subject());
                    criteria.push(OfCriterion { key: criterion.key.clone(), words, subject, ..OfCriterion::default() });
                    criteria.len() - 1
                });
                places[version].push(place);
            }
        }
        Self { criteria, places, latest: latest.map_or(&NONE, |version| &fits.versions[version]) }
    }

    fn of_version(&self, lead: &LeadFit) -> &[usize] {
        &self.places[usize::from(lead.version)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::criteria::{Checks, Criterion, Field, Profile, Rule, Test};
    use crate::period::{Day, Instant, Period};

    fn criterion(field: Field, test: Test) -> Criterion {
        Criterion { key: field.key().to_owned(), any: vec![Rule { field, test }] }
    }

    /// Leads of one day by size and whether they have a mail address, under “at least 50” and “e-mail is given”.
    fn fits(leads: &[(Option<i64>, bool)]) -> Fits {
        let criteria = vec![criterion(Field::Size, Test::AtLeast(50)), criterion(Field::Email, Test::Given)];
        let checks = Checks::new(&criteria);
        let lead = |(n, &(size, email)): (usize, &(Option<i64>, bool))| {
            let found = checks.of(&Profile { size, email, ..Profile::default() });
            LeadFit {
                channel: Some(ValueId(n as i64 % 2)),
                ..LeadFit::new(LeadId(n as i64 + 1), Instant(n as u32), 0, &found)
            }
        };
        Fits::of(
            Period { from: Day(0), to: Day(1) },
            Instant(86_400),
            vec![criteria.clone()],
            leads.iter().enumerate().map(lead).collect(),
        )
    }

    fn standing(fits: &Fits, judged: &[Judged]) -> Standing {
        Standing::of(fits, judged, &Zone::utc(), WeekStart::Monday)
    }

    #[test]
    fn every_lead_is_counted_once_as_meeting_missing_or_unknown() {
        let fits = fits(&[(Some(60), true), (Some(10), true), (Some(10), false), (None, true)]);
        let standing = standing(&fits, &[]);
        let whole = standing.whole;
        assert_eq!((whole.asked, whole.meets, whole.missed, whole.unknown), (4, 1, 2, 1));
        assert_eq!(whole.complete, 2, "of the third the address is missing, of the fourth the size");
        let size = &standing.criteria[0];
        assert_eq!((size.met, size.missed, size.unknown, size.only), (1, 2, 1, 1));
        assert_eq!(standing.most_missed().map(|most| most.subject.as_str()), Some("company size"));
        assert_eq!(standing.buckets.iter().map(|(_, count)| count.leads).sum::<u32>(), 4);
        let channels: Vec<(Option<ValueId>, u32)> =
            standing.by[0].iter().map(|of| (of.value, of.count.meets)).collect();
        assert_eq!(channels, [(Some(ValueId(0)), 1), (Some(ValueId(1)), 0)]);
        assert_eq!(standing.by[0][1].most, Some((0, 1)));
    }

    #[test]
    fn the_list_behind_a_count_has_as_many_leads() {
        let fits = fits(&[(Some(60), true), (Some(10), true), (Some(10), false), (None, true)]);
        let ids =
            |criterion, finding| found(&fits, criterion, finding).iter().map(|lead| lead.lead.0).collect::<Vec<_>>();
        assert_eq!(ids("size", Fit::No), [3, 2], "the latest first");
        assert_eq!(ids("", Fit::No), [3, 2]);
        assert_eq!(ids("", Fit::Unknown), [4]);
        assert_eq!(ids("email", Fit::No), [3]);
        assert_eq!(ids("gone", Fit::No), [0_i64; 0]);
    }

    #[test]
    fn sales_and_program_differ_only_where_both_know() {
        let fits = fits(&[(Some(60), true), (Some(10), true), (None, true), (Some(60), true)]);
        let said = |lead: i64, fit: Fit| (LeadId(lead), BTreeMap::from([("size".to_owned(), fit)]));
        let judged = [said(1, Fit::No), said(2, Fit::Yes), said(3, Fit::No), said(4, Fit::Yes), said(99, Fit::No)];
        let size = standing(&fits, &judged).criteria[0].clone();
        assert_eq!((size.judged, size.sales_yes, size.sales_no), (3, 1, 1), "of the third nobody knows the size");
    }
}
