use super::*;
use crate::personas::model::PersonaRef;

fn names() -> Names {
    let persona = PersonaRef {
        id: PersonaId(7),
        slug: "ops".into(),
        name: "Operations manager".into(),
        value: None,
        retired: false,
    };
    Names { personas: vec![persona], people: vec![(AccountId(3), "Mia".into())], ..Names::default() }
}

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn an_item_is_read_as_its_form_writes_it() {
    let text = ItemText::parse(
        &values(&[
            ("title", " Retrofit "),
            ("kind", "guide"),
            ("personas", "Operations manager\r\nOperations manager"),
            ("stages", "decision"),
            ("objections", "no_budget\nYou will stop my shift"),
            ("topics", "Safety, Works Council"),
            ("language", "DE"),
            ("owner", "Mia"),
            ("released", "2026-10-01"),
            ("expires", "2027-01-31"),
        ]),
        &names(),
    )
    .expect("a good form");
    assert_eq!((text.title.as_str(), text.personas.as_slice()), ("Retrofit", &[PersonaId(7)][..]));
    assert_eq!(text.topics, ["safety", "works council"]);
    assert_eq!(ItemText::parse(&text.values(&names()), &names()), Ok(text), "what it writes it reads");
}

#[test]
fn what_cannot_be_is_refused_by_the_field() {
    let long = "x".repeat(201);
    for (field, value, says) in [
        ("title", "", "title"),
        ("title", "two\nlines", "one line"),
        ("title", &long, "at most 200"),
        ("kind", "poem", "kind of the list"),
        ("personas", "Nobody", "no persona called"),
        ("stages", "later", "not a stage"),
        ("language", "klingon", "language"),
        ("owner", "Hal", "Nobody called"),
        ("expires", "soon", "not a day"),
        ("expires", "2026-09-01", "before the day"),
    ] {
        let mut fields = values(&[("title", "Retrofit"), ("released", "2026-10-01")]);
        fields.insert(field.to_owned(), value.to_owned());
        let refused = ItemText::parse(&fields, &names()).expect_err(field).to_string();
        assert!(refused.contains(says), "{field}={value}: {refused}");
    }
}

#[test]
fn freshness_is_by_the_last_day_first_and_then_by_the_last_word() {
    let today = Day(20_000);
    let fresh = |expires: Option<i32>, confirmed: i32| freshness(expires.map(Day), Day(confirmed), today);
    assert_eq!(fresh(Some(19_999), 19_999), Freshness::Expired);
    assert_eq!(fresh(Some(20_000), 19_999), Freshness::Expiring, "the last day is a day");
    assert_eq!(fresh(Some(20_030), 10_000), Freshness::Expiring);
    assert_eq!(fresh(Some(20_031), 19_818), Freshness::Fresh);
    assert_eq!(fresh(None, 19_817), Freshness::Ageing);
    assert_eq!(fresh(None, 19_635), Freshness::Stale);
}

#[test]
fn leads_get_what_is_approved_released_and_not_expired() {
    let today = Day(20_000);
    let held = |status, released: i32, expires: i32| withheld(status, Some(Day(released)), Some(Day(expires)), today);
    assert_eq!(held(Status::Approved, 20_000, 20_000), None);
    assert!(held(Status::Approved, 20_001, 20_100).is_some_and(|why| why.contains("is released on")));
    assert!(held(Status::Approved, 19_000, 19_999).is_some_and(|why| why.contains("last day was")));
    for status in [Status::Idea, Status::Draft, Status::Review, Status::Retired] {
        assert!(held(status, 19_000, 21_000).is_some(), "{status}");
    }
}

#[test]
fn sales_writes_until_marketing_approves() {
    assert!(!Status::Draft.is_curation(Status::Review) && !Status::Review.is_curation(Status::Draft));
    assert!(Status::Review.is_curation(Status::Approved) && Status::Approved.is_curation(Status::Draft));
    assert!(Status::Approved.is_curation(Status::Retired) && Status::Retired.is_curation(Status::Approved));
}
