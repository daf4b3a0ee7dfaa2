//! The criteria by example, and against a reference that reads the definition literally.

use super::*;
use proptest::prelude::*;

fn rule(field: Field, test: Test) -> Rule {
    Rule { field, test }
}

fn criterion(key: &str, any: Vec<Rule>) -> Criterion {
    Criterion { key: key.into(), any }
}

fn size(least: u32) -> Criterion {
    criterion("size", vec![rule(Field::Size, Test::AtLeast(least))])
}

fn words(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[test]
fn a_lead_meets_misses_or_cannot_be_told() {
    let checks = Checks::new(&[size(50), criterion("email", vec![rule(Field::Email, Test::Given)])]);
    let whole = |profile: Profile<'_>| checks.of(&profile).whole();
    assert_eq!(
        whole(Profile { size: Some(50), email: true, ..Profile::default() }),
        Some(Fit::Yes),
        "at least 50 is 50 too"
    );
    assert_eq!(whole(Profile { size: Some(49), email: true, ..Profile::default() }), Some(Fit::No));
    assert_eq!(
        whole(Profile { size: None, email: true, ..Profile::default() }),
        Some(Fit::Unknown),
        "nobody knows the size"
    );
    assert_eq!(
        whole(Profile { size: None, email: false, ..Profile::default() }),
        Some(Fit::No),
        "one missed is enough"
    );
    assert_eq!(Checks::new(&[]).of(&Profile::default()).whole(), None, "nothing was agreed");
}

#[test]
fn of_several_rules_one_is_enough_and_a_blank_one_leaves_it_open() {
    let either = criterion(
        "size",
        vec![rule(Field::Size, Test::AtLeast(50)), rule(Field::Persona, Test::OneOf(words(&["Operations Olga"])))],
    );
    let checks = Checks::new(&[either]);
    let mut values = [None; Dimension::ALL.len()];
    let find = |size, values| checks.of(&Profile { size, values, ..Profile::default() });
    assert_eq!(find(Some(3), values).each, [Fit::Unknown], "the persona is not known");
    assert!(find(Some(3), values).complete, "there is something to look at");
    assert!(!find(None, values).complete);
    values[Dimension::Persona as usize] = Some("operations olga");
    assert_eq!(find(Some(3), values).each, [Fit::Yes]);
    values[Dimension::Persona as usize] = Some("buyer ben");
    assert_eq!(find(Some(3), values).each, [Fit::No]);
}

#[test]
fn a_word_is_found_where_a_word_begins() {
    assert!(contains("head of logistics", "logistic"));
    assert!(contains("cto, berlin", "cto"));
    assert!(!contains("director", "cto"), "in the middle of another word");
    assert!(!contains("italy", "it"), "a short word is a whole word");
    assert!(contains("leiter it-betrieb", "it"));
}

#[test]
fn each_criterion_says_itself_in_plain_language() {
    assert_eq!(size(1_200).words(), "Company size at least 1,200");
    let titles = rule(Field::Title, Test::Contains(words(&["logistics", "operations"])));
    assert_eq!(titles.words(), "Job title contains “logistics” or “operations”");
    let persona = rule(Field::Persona, Test::OneOf(words(&["A", "B", "C"])));
    assert_eq!(persona.words(), "Persona is A, B or C");
    let either = criterion("x", vec![titles, persona]);
    assert_eq!(either.words(), "Job title contains “logistics” or “operations”, or persona is A, B or C");
    assert_eq!(either.subject(), "job title or persona");
}

#[test]
fn a_rule_that_cannot_be_meant_is_refused_with_a_sentence() {
    let says = |field, comparison, value, part: &str| {
        let sentence = Rule::parse(field, comparison, value).expect_err("it is refused").to_string();
        assert!(sentence.contains(part), "{sentence}");
    };
    says("email", "contains", "gmail", "E-mail is personal");
    says("size", "one_of", "50", "Company size is a number");
    says("title", "at_least", "50", "Job title is a text");
    says("size", "at_least", "many", "a number of people");
    says("persona", "one_of", " ", "Say with what persona is compared");
    says("shoe", "given", "", "Choose a field");
    says("size", "is", "", "Choose how");
    assert_eq!(Rule::parse("size", "at_least", "1,200").expect("read").test, Test::AtLeast(1_200));
    let values = Rule::parse("segment", "one_of", "Smith, Inc\nAcme\nacme").expect("read").test;
    assert_eq!(values, Test::OneOf(words(&["Smith, Inc", "Acme"])), "one a line, each once");
    assert_eq!(Rule::parse("title", "contains", "a, b").expect("read").test, Test::Contains(words(&["a", "b"])));
}

#[test]
fn criteria_that_no_lead_could_meet_together_are_refused() {
    let one = with(&[], rule(Field::Size, Test::AtLeast(200))).expect("one stands");
    let refused = with(&one, rule(Field::Size, Test::AtMost(50))).expect_err("not both").to_string();
    assert!(refused.contains("at least 200 and at most 50"), "{refused}");
    let two = with(&one, rule(Field::Size, Test::AtMost(5_000))).expect("both stand");
    assert_eq!(two.iter().map(|criterion| criterion.key.as_str()).collect::<Vec<_>>(), ["size", "size-2"]);
    assert!(with(&two, rule(Field::Size, Test::AtLeast(200))).is_err(), "it is there already");
    assert_eq!(without(&two, "size").expect("taken out").len(), 1);
    assert!(without(&two, "gone").is_err());
    let changed = with_value(&two, "size", "100").expect("changed");
    assert_eq!((changed[0].key.as_str(), &changed[0].any[0].test), ("size", &Test::AtLeast(100)), "it keeps its key");
}

#[test]
fn criteria_are_read_as_they_were_written() {
    let text = r#"[{"key":"size","any":[{"field":"size","test":{"at_least":50}}]},{"key":"email","any":[{"field":"email","test":"given"}]}]"#;
    let criteria: Vec<Criterion> = serde_json::from_str(text).expect("read");
    assert_eq!(criteria[0], size(50));
    assert_eq!(serde_json::to_string(&criteria).expect("written"), text, "a signed text stays as it is");
}

#[derive(Clone, Debug)]
struct Lead {
    title: Option<String>,
    size: Option<i64>,
    persona: Option<String>,
    email: bool,
}

fn lead() -> impl Strategy<Value = Lead> {
    let text = || proptest::option::of("[AbC ]{0,4}");
    (text(), proptest::option::of(0..5_i64), text(), any::<bool>()).prop_map(|(title, size, persona, email)| Lead {
        title,
        size,
        persona,
        email,
    })
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let values = || proptest::collection::vec("[aBc]{1,2}", 1..3);
    prop_oneof![
        (0..5_u32).prop_map(|n| rule(Field::Size, Test::AtLeast(n))),
        (0..5_u32).prop_map(|n| rule(Field::Size, Test::AtMost(n))),
        Just(rule(Field::Email, Test::Given)),
        Just(rule(Field::Title, Test::Given)),
        values().prop_map(|values| rule(Field::Persona, Test::OneOf(values))),
        values().prop_map(|values| rule(Field::Title, Test::Contains(values))),
    ]
}

/// `Some(true)`: met. Words have at most three letters here, so that each is a whole one.
fn read_literally(rule: &Rule, lead: &Lead) -> Option<bool> {
    let text = |text: &Option<String>| {
        let text = text.clone().unwrap_or_default().trim().to_lowercase();
        if text.is_empty() { None } else { Some(text) }
    };
    match (&rule.field, &rule.test) {
        (Field::Email, _) => Some(lead.email),
        (Field::Title, Test::Given) => Some(text(&lead.title).is_some()),
        (Field::Size, Test::AtLeast(n)) => lead.size.map(|size| size >= i64::from(*n)),
        (Field::Size, Test::AtMost(n)) => lead.size.map(|size| size <= i64::from(*n)),
        (Field::Persona, Test::OneOf(values)) => {
            text(&lead.persona).map(|text| values.iter().any(|value| value.to_lowercase() == text))
        }
        (_, Test::Contains(values)) => text(&lead.title)
            .map(|text| text.split(' ').any(|word| values.iter().any(|value| value.to_lowercase() == word))),
        _ => unreachable!("no such rule is made"),
    }
}

proptest! {
    #[test]
    fn the_findings_are_those_of_a_literal_reading(
        lead in lead(),
        rules in proptest::collection::vec(proptest::collection::vec(any_rule(), 1..3), 0..4),
    ) {
        let criteria: Vec<Criterion> =
            rules.iter().enumerate().map(|(n, any)| criterion(&n.to_string(), any.clone())).collect();
        let (title, persona) = (lead.title.as_deref().and_then(fold), lead.persona.as_deref().and_then(fold));
        let mut values = [None; Dimension::ALL.len()];
        values[Dimension::Persona as usize] = persona.as_deref();
        let profile =
            Profile { title: title.as_deref(), size: lead.size, email: lead.email, values, ..Profile::default() };
        let found = Checks::new(&criteria).of(&profile);
        let each: Vec<Fit> = rules
            .iter()
            .map(|any| {
                let read: Vec<Option<bool>> = any.iter().map(|rule| read_literally(rule, &lead)).collect();
                if read.contains(&Some(true)) {
                    Fit::Yes
                } else if read.iter().all(|one| *one == Some(false)) {
                    Fit::No
                } else {
                    Fit::Unknown
                }
            })
            .collect();
        prop_assert_eq!(&found.each, &each);
        let whole = match each.as_slice() {
            [] => None,
            each if each.iter().all(|fit| *fit == Fit::Yes) => Some(Fit::Yes),
            each if each.contains(&Fit::No) => Some(Fit::No),
            _ => Some(Fit::Unknown),
        };
        prop_assert_eq!(found.whole(), whole);
    }
}
