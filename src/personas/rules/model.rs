//! Which leads are whose by rule, and what that makes of a lead. Pure.
//!
//! A rule is lines as people write them, all of which must hold:
//!
//! ```text
//! title contains head of logistics, logistics director
//! size at least 150
//! channel is not Content syndication
//! ```

use crate::error::{AppError, Result};
use crate::kpis::words::count;
use crate::leads::identity::fold;
use crate::personas::model::{Persona, PersonaId};

/// Longest rule, in characters.
const LONGEST: usize = 2_000;
/// Shorter words are looked for as words of their own: “IT” is not in “unit”.
const SHORT: usize = 4;

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// The job title.
    Title,
    /// The company's name.
    Company,
    /// What stands behind the @ of the mail address.
    Domain,
    /// The name of the channel.
    Channel,
    /// The name of the campaign.
    Campaign,
    /// The name of the segment.
    Segment,
    /// The name of the region.
    Region,
}

const FIELDS: [(&str, Looks); 7] = [
    ("title", Looks::Title),
    ("company", Looks::Company),
    ("domain", Looks::Domain),
    ("channel", Looks::Channel),
    ("campaign", Looks::Campaign),
    ("segment", Looks::Segment),
    ("region", Looks::Region),
];

/// How a text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Contains,
    ContainsNot,
    Is,
    IsNot,
}

/// Longer ones first: “contains” stands in “does not contain”.
const TESTS: [(&str, Test); 4] =
    [("does not contain", Test::ContainsNot), ("contains", Test::Contains), ("is not", Test::IsNot), ("is", Test::Is)];

/// One line of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    /// One of these words, each as it was written and folded.
    Text(Looks, Test, Vec<(String, String)>),
    /// A size of at least.
    AtLeast(i64),
    /// A size of at most.
    AtMost(i64),
}

/// A rule: every condition holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    conditions: Vec<Condition>,
}

/// What a rule sees of a lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lead {
    /// In the order of [`Looks`]; folded, empty where it is not known.
    pub texts: [String; 7],
    /// How many people work there.
    pub size: Option<i64>,
    /// The value of its persona.
    pub persona: Option<i64>,
    /// A person set it.
    pub by_hand: bool,
    /// A rule or a merge set it: to that value, and what it was before.
    pub assigned: Option<(i64, Option<i64>)>,
}

/// Whose leads are whose: every persona with the value of its leads, in the order of the personas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Who has what a rule fits, the value that it gives, and the rule: of personas that are worked with, and of those
    /// that became a part of one.
    pub rules: Vec<(PersonaId, i64, Rule)>,
    /// The values of personas that are a part of another, each with the value of that one.
    pub merged: Vec<(i64, i64)>,
    /// The values of personas that were retired by themselves: they keep what their rule gave them, and get no more.
    pub retired: Vec<i64>,
}

/// What a lead's persona is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The value.
    pub persona: Option<i64>,
    /// Where it comes from a rule or a merge: itself, and what was there before. Where a person said it and a file or a
    /// merge had another word: what they said, and what was there before.
    pub assigned: Option<(i64, Option<i64>)>,
    /// It comes from a rule.
    pub by_rule: bool,
}

impl Lead {
    /// What is its persona without a person's word, and without rules and merges: what a file said.
    pub fn before(&self) -> Option<i64> {
        match self.assigned {
            Some((_, before)) if self.by_hand => before,
            Some((value, before)) if self.persona == Some(value) => before,
            None if self.by_hand => None,
            _ => self.persona,
        }
    }
}

impl Rule {
    /// What people wrote. Blank: no rule.
    ///
    /// # Errors
    /// A line is not understood; the sentence names it.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        if text.chars().count() > LONGEST {
            let long = count(LONGEST as u32);
            return Err(AppError::Invalid(format!(
                "A rule has at most {long} characters. What you wrote stands below."
            )));
        }
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        let lines = lines.map(|line| line.strip_prefix("and ").map(str::to_owned).unwrap_or(line));
        let conditions =
            lines.filter(|line| !line.is_empty()).map(|line| condition(&line)).collect::<Result<Vec<_>>>()?;
        Ok((!conditions.is_empty()).then_some(Self { conditions }))
    }

    /// As a form writes it, a line a condition.
    pub fn lines(&self) -> Vec<String> {
        let line = |condition: &Condition| match condition {
            Condition::AtLeast(size) => format!("size at least {size}"),
            Condition::AtMost(size) => format!("size at most {size}"),
            Condition::Text(looks, test, words) => {
                let field = FIELDS.iter().find(|(_, other)| other == looks).map_or("", |(name, _)| *name);
                let test = TESTS.iter().find(|(_, other)| other == test).map_or("", |(name, _)| *name);
                let words: Vec<&str> = words.iter().map(|(written, _)| written.as_str()).collect();
                format!("{field} {test} {}", words.join(", "))
            }
        };
        self.conditions.iter().map(line).collect()
    }

    /// Whether a lead is what it looks for. What is not known of a lead fits no condition, not even one that begins
    /// with “not”: of nobody knows what it is said.
    pub fn matches(&self, lead: &Lead) -> bool {
        self.conditions.iter().all(|condition| match condition {
            Condition::AtLeast(least) => lead.size.is_some_and(|size| size >= *least),
            Condition::AtMost(most) => lead.size.is_some_and(|size| size <= *most),
            Condition::Text(looks, test, words) => {
                let text = &lead.texts[*looks as usize];
                let any = |holds: fn(&str, &str) -> bool| words.iter().any(|(_, word)| holds(text, word));
                !text.is_empty()
                    && match test {
                        Test::Contains => any(contains),
                        Test::ContainsNot => !any(contains),
                        Test::Is => any(|text, word| text == word),
                        Test::IsNot => !any(|text, word| text == word),
                    }
            }
        })
    }
}

fn contains(text: &str, word: &str) -> bool {
    match word.chars().count() < SHORT {
        true => format!(" {text} ").contains(&format!(" {word} ")),
        false => text.contains(word),
    }
}

fn condition(line: &str) -> Result<Condition> {
    let unknown = || {
        let line: String = line.chars().take(80).collect();
        AppError::Invalid(format!(
            "The line “{line}” is not understood. A line says what is looked at (title, company, domain, channel, \
             campaign, segment, region), then “contains”, “does not contain”, “is” or “is not”, then words with commas \
             between: title contains head of logistics, warehouse. Or: size at least 150, size at most 2000."
        ))
    };
    let lower = line.to_lowercase();
    let (field, _) = lower.split_once(' ').ok_or_else(unknown)?;
    let rest = line.split_once(' ').map(|(_, rest)| rest.trim()).unwrap_or_default();
    if field == "size" {
        let after = |ways: [&str; 3]| {
            let rest = rest.to_lowercase();
            ways.iter().find_map(|way| rest.strip_prefix(way).map(|rest| rest.trim().replace(',', "")))
        };
        let size = |text: String| text.parse::<i64>().ok().filter(|size| *size >= 0).ok_or_else(unknown);
        return match (after(["at least", "≥", ">="]), after(["at most", "≤", "<="])) {
            (Some(text), _) => size(text).map(Condition::AtLeast),
            (_, Some(text)) => size(text).map(Condition::AtMost),
            _ => Err(unknown()),
        };
    }
    let looks = FIELDS.iter().find(|(name, _)| *name == field).ok_or_else(unknown)?.1;
    let begins = |name: &str| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let (name, test) = TESTS.iter().find(|(name, _)| begins(name)).ok_or_else(unknown)?;
    let words = rest[name.len()..].split(',').map(|word| word.trim().trim_end_matches('*').trim());
    let words: Vec<(String, String)> =
        words.map(|word| (word.to_owned(), fold(word))).filter(|(_, folded)| !folded.is_empty()).collect();
    if words.is_empty() || !rest[name.len()..].starts_with(' ') {
        return Err(unknown());
    }
    Ok(Condition::Text(looks, *test, words))
}

impl Rules {
    /// Of all personas, in their order. The rule of one that became a part of another goes on for that one, so that leads
    /// by rule go along with a merge and come home with it, as all others do.
    pub fn of(personas: &[Persona]) -> Self {
        let mut rules = Self::default();
        for persona in personas {
            let Some(own) = persona.is.value else { continue };
            let into = persona.merged_into.and_then(|into| personas.iter().find(|other| other.is.id == into));
            match into.and_then(|into| into.is.value) {
                Some(value) => rules.merged.push((own, value)),
                None if persona.is.retired => rules.retired.push(own),
                None => {}
            }
            let has = into.unwrap_or(persona);
            if let (false, Ok(Some(rule))) = (has.is.retired, Rule::parse(&persona.rule)) {
                rules.rules.push((has.is.id, own, rule));
            }
        }
        rules
    }

    /// What the persona of a lead is to be. A person's word stands before a file's, and that before a rule's; of rules
    /// that fit, the first persona has the lead, unless it is of one that was retired since. A persona that is a part of
    /// another gives it all of its leads.
    pub fn settle(&self, lead: &Lead) -> Settled {
        if lead.by_hand {
            return self.said(lead);
        }
        let base = lead.before();
        let by_rule = || self.rules.iter().find(|(_, _, rule)| rule.matches(lead)).map(|(_, value, _)| *value);
        let kept = || lead.persona.filter(|value| self.retired.contains(value));
        let persona = base.or_else(kept).or_else(by_rule).map(|value| self.survivor(value));
        let assigned = persona.filter(|_| persona != base).map(|value| (value, base));
        Settled { persona, assigned, by_rule: base.is_none() && persona.is_some() }
    }

    /// The same where a person has said it: no rule changes that, only a merge.
    fn said(&self, lead: &Lead) -> Settled {
        let said = lead.assigned.map(|(said, _)| said).or(lead.persona);
        let persona = said.map(|value| self.survivor(value));
        let is_kept = lead.assigned.is_some() || persona != said;
        let assigned = said.filter(|_| is_kept).map(|said| (said, lead.before()));
        Settled { persona, assigned, by_rule: false }
    }

    /// The personas whose rules fit a lead, each once.
    pub fn fitting(&self, lead: &Lead) -> Vec<PersonaId> {
        let mut fitting = Vec::new();
        for (persona, _, rule) in &self.rules {
            if !fitting.contains(persona) && rule.matches(lead) {
                fitting.push(*persona);
            }
        }
        fitting
    }

    fn survivor(&self, mut value: i64) -> i64 {
        // Nobody is merged into what was merged into it; the bound says so to whoever reads the database otherwise.
        for _ in 0..=self.merged.len() {
            match self.merged.iter().find(|(from, _)| *from == value) {
                Some((_, into)) => value = *into,
                None => break,
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        Rule::parse(text).expect("a rule").expect("not blank")
    }

    fn titled(title: &str, size: i64) -> Lead {
        let mut lead = Lead { size: Some(size), ..Lead::default() };
        lead.texts[Looks::Title as usize] = fold(title);
        lead
    }

    #[test]
    fn every_line_holds_and_one_word_of_a_line_is_enough() {
        let rule = rule("Title contains Head of Logistics, intralogist*\nand size >= 150\nsize at most 2,000");
        assert_eq!(
            rule.lines(),
            ["title contains Head of Logistics, intralogist", "size at least 150", "size at most 2000"]
        );
        for (title, size, fits) in [
            ("Head of Logistics EMEA", 150, true),
            ("VP Intralogistics", 2_000, true),
            ("VP Intralogistics", 2_001, false),
            ("Head of logistics", 149, false),
            ("Ahead of its time", 500, false),
        ] {
            assert_eq!(rule.matches(&titled(title, size)), fits, "{title}, {size}");
        }
        assert!(!rule.matches(&Lead { size: None, ..titled("Head of logistics", 0) }), "a size that nobody knows");
    }

    #[test]
    fn a_short_word_is_a_word_and_a_negation_says_nothing_of_what_is_not_known() {
        assert!(rule("title contains IT").matches(&titled("Head of IT", 1)));
        assert!(!rule("title contains IT").matches(&titled("Unit manager", 1)));
        assert!(rule("title does not contain intern").matches(&titled("Head of IT", 1)));
        assert!(!rule("title does not contain intern").matches(&Lead::default()));
        assert!(rule("title is not cfo").matches(&titled("Head of IT", 1)));
        assert!(!rule("title is CFO").matches(&titled("Deputy CFO", 1)));
    }

    #[test]
    fn a_line_that_is_not_understood_is_named() {
        for text in [
            "title",
            "title contains",
            "title contains ,",
            "shoe size 44",
            "size about 50",
            "title like x",
            "title iscfo",
        ] {
            let said = Rule::parse(text).expect_err(text).to_string();
            assert!(said.contains(text), "{said}");
        }
        assert_eq!(Rule::parse(" \n \n"), Ok(None));
        assert!(Rule::parse(&"title contains x\n".repeat(1_000)).is_err(), "too long");
    }

    fn rules() -> Rules {
        Rules {
            rules: vec![(PersonaId(1), 11, rule("title contains head")), (PersonaId(2), 12, rule("size at least 100"))],
            merged: vec![(13, 12)],
            retired: vec![14],
        }
    }

    fn settled(lead: &Lead) -> (Option<i64>, Option<Option<i64>>) {
        let settled = rules().settle(lead);
        (settled.persona, settled.assigned.map(|(_, before)| before))
    }

    #[test]
    fn the_first_persona_has_a_lead_that_several_rules_name() {
        assert_eq!(settled(&titled("Head of IT", 500)), (Some(11), Some(None)));
        assert_eq!(settled(&titled("CFO", 500)), (Some(12), Some(None)));
        assert_eq!(settled(&titled("CFO", 50)), (None, None));
    }

    #[test]
    fn a_hand_stands_before_a_file_and_a_file_before_a_rule() {
        let head = titled("Head of IT", 500);
        assert_eq!(settled(&Lead { persona: Some(12), ..head.clone() }), (Some(12), None), "a file said so");
        assert_eq!(settled(&Lead { persona: Some(12), by_hand: true, ..head.clone() }), (Some(12), None));
        assert_eq!(settled(&Lead { by_hand: true, ..head }), (None, None), "a hand said: none");
    }

    #[test]
    fn what_a_rule_gave_it_takes_back_and_a_file_may_say_otherwise() {
        let given = Lead { persona: Some(11), assigned: Some((11, None)), ..titled("CFO", 50) };
        assert_eq!(settled(&given), (None, None), "the rule does not name it any more");
        let told = Lead { persona: Some(12), assigned: Some((11, None)), ..titled("Head of IT", 50) };
        assert_eq!(settled(&told), (Some(12), None), "a newer file has told of a persona");
    }

    #[test]
    fn a_retired_persona_keeps_what_its_rule_gave_it_until_a_file_says_otherwise() {
        let given = Lead { persona: Some(14), assigned: Some((14, None)), ..titled("Head of IT", 50) };
        assert_eq!(settled(&given), (Some(14), Some(None)));
        let told = Lead { persona: Some(12), ..given.clone() };
        assert_eq!(settled(&told), (Some(12), None));
        let back = Rules { retired: Vec::new(), ..rules() };
        assert_eq!(back.settle(&given).persona, Some(11), "once it is back, rules say whose the lead is");
    }

    #[test]
    fn a_merged_persona_gives_its_leads_and_gets_them_back() {
        let lead = Lead { persona: Some(13), ..Lead::default() };
        assert_eq!(settled(&lead), (Some(12), Some(Some(13))));
        let moved = Lead { persona: Some(12), assigned: Some((12, Some(13))), ..Lead::default() };
        assert_eq!(settled(&moved), (Some(12), Some(Some(13))), "it stays so");
        let apart = Rules { merged: Vec::new(), ..rules() };
        assert_eq!(apart.settle(&moved), Settled { persona: Some(13), assigned: None, by_rule: false });
    }

    fn persona(id: i64, rule: &str, merged_into: Option<i64>) -> Persona {
        use crate::personas::model::PersonaRef;
        let is = PersonaRef {
            id: PersonaId(id),
            slug: format!("p{id}"),
            name: format!("P{id}"),
            value: Some(10 + id),
            retired: merged_into.is_some(),
        };
        Persona {
            is,
            role: None,
            segment: String::new(),
            owners: [None; 2],
            confirmed: [None, None],
            made_at: crate::period::Instant(0),
            retired: None,
            merged_into: merged_into.map(PersonaId),
            rule: rule.to_owned(),
        }
    }

    #[test]
    fn what_a_rule_gave_goes_with_a_merge_and_comes_home_and_new_leads_go_the_same_way() {
        let by_rule = titled("CFO", 50);
        let all = |merged_into| {
            let finance = persona(1, "title contains cfo", merged_into);
            Rules::of(&[finance, persona(2, "size at least 100", None), persona(3, "title contains head", None)])
        };
        let (apart, merged) = (all(None), all(Some(2)));
        let given = |rules: &Rules, lead: &Lead| {
            let settled = rules.settle(lead);
            Lead { persona: settled.persona, assigned: settled.assigned, ..lead.clone() }
        };
        let before = given(&apart, &by_rule);
        assert_eq!((before.persona, before.assigned), (Some(11), Some((11, None))));
        let along = given(&merged, &before);
        assert_eq!((along.persona, along.assigned), (Some(12), Some((12, None))), "it goes along");
        assert_eq!(given(&merged, &along), along, "it stays so");
        assert_eq!(given(&merged, &by_rule), along, "a lead that comes later");
        assert_eq!(given(&apart, &along), before, "it comes home");
        assert_eq!(merged.fitting(&titled("CFO", 500)), [PersonaId(2)], "both rules are of one persona");
        let gone = [
            persona(1, "title contains cfo", Some(2)),
            Persona {
                is: crate::personas::model::PersonaRef { retired: true, ..persona(2, "", None).is },
                ..persona(2, "", None)
            },
        ];
        let gone = Rules::of(&gone);
        assert_eq!(given(&gone, &along), along, "it keeps what it has once both are retired");
        assert_eq!(given(&gone, &by_rule).persona, None, "and gets no more");
    }

    #[test]
    fn a_persons_word_goes_with_a_merge_and_comes_home_and_what_a_file_said_is_kept_behind_it() {
        let apart = Rules { merged: Vec::new(), ..rules() };
        for file in [None, Some(11)] {
            let said = Lead { persona: Some(13), by_hand: true, assigned: Some((13, file)), ..Lead::default() };
            let merged = rules().settle(&said);
            assert_eq!(merged, Settled { persona: Some(12), assigned: Some((13, file)), by_rule: false });
            let there = Lead { persona: merged.persona, assigned: merged.assigned, ..said };
            assert_eq!(rules().settle(&there), merged, "it stays so");
            assert_eq!(apart.settle(&there).persona, Some(13));
            assert_eq!(there.before(), file);
        }
        let filled = Lead { persona: Some(13), by_hand: true, ..Lead::default() };
        assert_eq!(rules().settle(&filled).assigned, Some((13, None)), "nothing was there before");
        assert_eq!(apart.settle(&filled).assigned, None);
    }
}
