use super::*;
use proptest::prelude::*;

fn entry(id: i64, title: &str, summary: &str) -> Entry {
    Entry {
        seq: 1,
        id: ItemId(id),
        title: title.to_owned(),
        summary: summary.to_owned(),
        snippet: String::new(),
        kind: Kind::Guide,
        status: Status::Approved,
        released: None,
        expires: None,
        confirmed: Instant(20_000 * 86_400),
        confirmed_by: None,
        made_by: (Instant(0), String::new()),
        version: None,
        uses: 0,
        stars: (0, 0),
        values: Vec::new(),
        texts: vec![(8, title.to_owned()), (3, summary.to_owned())],
    }
}

fn day_of(at: Instant) -> Day {
    Day((at.0 / 86_400) as i32)
}

fn ask(words: &str) -> Ask {
    Ask { words: words.to_owned(), today: Day(20_000), ..Ask::default() }
}

fn ids(index: &Index, ask: &Ask) -> Vec<i64> {
    index.find(ask, &day_of).items.into_iter().map(|id| id.0).collect()
}

fn library() -> Index {
    let mut index = Index::default();
    index.put(entry(
        1,
        "Retrofit without stopping the shift",
        "The works council in Ghent agreed after one night trial.",
    ));
    index.put(entry(2, "Talking to the works council", "What it may ask, in which order."));
    index.put(entry(3, "Payback sheet for a mixed fleet", "Training, downtime, agreement with the works council."));
    index.put(entry(4, "Überblick für Betriebsräte", "Sicherheit und Größe"));
    index
}

#[test]
fn a_title_outranks_a_text_and_every_word_must_be_there() {
    let index = library();
    assert_eq!(ids(&index, &ask("works council"))[0], 2);
    assert_eq!(ids(&index, &ask("works council")).len(), 3);
    assert_eq!(ids(&index, &ask("council ghent")), [1]);
    assert_eq!(ids(&index, &ask("council zebra")), Vec::<i64>::new());
    assert_eq!(ids(&index, &ask("the of")).len(), 0, "small words alone are looked for as they are");
}

#[test]
fn a_beginning_is_enough_and_accents_are_not_needed() {
    let index = library();
    assert_eq!(ids(&index, &ask("retro")), [1]);
    assert_eq!(ids(&index, &ask("pa")), [3]);
    assert_eq!(ids(&index, &ask("uberblick betriebsrate")), [4]);
    assert_eq!(ids(&index, &ask("GRÖSSE")), [4]);
    assert_eq!(ids(&index, &ask("fit")), [1], "within a word");
}

#[test]
fn typos_are_forgiven_and_said_and_what_is_written_right_is_left_alone() {
    let index = library();
    for typo in ["works counsil", "works conucil", "works coucil", "wroks council", "works councill"] {
        let found = index.find(&ask(typo), &day_of);
        assert_eq!(found.items.first(), Some(&ItemId(2)), "{typo}");
        assert_eq!(found.meant.as_deref(), Some("works council"), "{typo}");
        assert!(found.marked.contains("council"), "{typo}");
    }
    assert_eq!(index.find(&ask("works council"), &day_of).meant, None);
    let exact = Ask { exact: true, ..ask("works counsil") };
    assert_eq!(ids(&index, &exact), Vec::<i64>::new(), "as it is written");
    assert_eq!(ids(&index, &ask("retorfit stoping")), [1], "two slips in two words");
    assert_eq!(ids(&index, &ask("qwertyuiop")), Vec::<i64>::new());
}

#[test]
fn what_changes_is_found_as_it_is_now() {
    let mut index = library();
    index.put(entry(2, "Talking to auditors", ""));
    index.remove(ItemId(3));
    assert_eq!(ids(&index, &ask("works council")), [1]);
    assert_eq!(ids(&index, &ask("auditors")), [2]);
    index.put(entry(9, "Works council once more", ""));
    assert_eq!(ids(&index, &ask("works council")), [9, 1], "a place that became free is used again");
    assert_eq!(index.len(), 4);
}

#[test]
fn a_facet_counts_what_choosing_its_value_would_show() {
    let mut index = Index::default();
    for (id, stage, language) in [(1, "decision", "en"), (2, "decision", "de"), (3, "awareness", "de")] {
        let values = vec![(Facet::Stage, stage.to_owned()), (Facet::Language, language.to_owned())];
        index.put(Entry { values, ..entry(id, "Guide", "") });
    }
    let only = |pairs: &[(Facet, &str)]| Ask {
        only: pairs.iter().map(|(facet, value)| (*facet, (*value).to_owned())).collect(),
        ..ask("guide")
    };
    let found = index.find(&only(&[(Facet::Stage, "decision")]), &day_of);
    let count = |facet, value: &str| found.counts[&facet].iter().find(|(key, _)| key == value).map(|(_, count)| *count);
    assert_eq!(found.items.len(), 2);
    assert_eq!(count(Facet::Stage, "decision"), Some(2));
    assert_eq!(count(Facet::Stage, "awareness"), Some(1), "as if it were chosen besides");
    assert_eq!(count(Facet::Language, "de"), Some(1), "under the chosen stage");
    let none = index.find(&only(&[(Facet::Stage, "decision"), (Facet::Language, "fr")]), &day_of);
    assert_eq!(none.items, []);
    let both = index.find(&only(&[(Facet::Stage, "decision"), (Facet::Stage, "awareness")]), &day_of);
    assert_eq!(both.items.len(), 3, "two values of one facet are either");
    let fresh = index.find(&only(&[(Facet::Freshness, "stale")]), &day_of);
    assert_eq!((fresh.items.len(), fresh.counts[&Facet::Freshness][0].1), (0, 3));
}

#[test]
fn what_fits_a_lead_comes_first_and_what_does_not_is_left_out() {
    let mut index = Index::default();
    let values = |pairs: &[(Facet, &str)]| pairs.iter().map(|(facet, value)| (*facet, (*value).to_owned())).collect();
    index.put(Entry { values: values(&[(Facet::Persona, "ops")]), ..entry(1, "One", "") });
    index.put(Entry {
        values: values(&[(Facet::Persona, "ops"), (Facet::Objection, "no_budget")]),
        ..entry(2, "Two", "")
    });
    index.put(Entry { values: values(&[(Facet::Persona, "cfo")]), ..entry(3, "Three", "") });
    let fits = vec![(Facet::Persona, "ops".to_owned(), 1.0), (Facet::Objection, "no_budget".to_owned(), 2.0)];
    let for_lead = Ask { fits, ..ask("") };
    assert_eq!(ids(&index, &for_lead), [2, 1]);
    assert_eq!(ids(&index, &Ask { words: "three".into(), ..for_lead }), [3], "who looks for it finds it all the same");
}

#[test]
fn what_is_approved_and_fresh_stands_before_what_is_not() {
    let mut index = Index::default();
    index.put(Entry { status: Status::Draft, ..entry(1, "Guide", "") });
    index.put(entry(2, "Guide", ""));
    index.put(Entry { expires: Some(Day(19_000)), ..entry(3, "Guide", "") });
    assert_eq!(ids(&index, &ask("guide")), [2, 1, 3]);
    index.put(Entry { stars: (5, 1), uses: 1, ..entry(4, "Guide", "") });
    index.put(Entry { stars: (45, 10), uses: 9, ..entry(5, "Guide", "") });
    let by = |order| Ask { order, ..ask("guide") };
    assert_eq!(ids(&index, &by(Order::Rated))[..2], [5, 4], "one five is no better than ten fours and fives");
    assert_eq!(ids(&index, &by(Order::Used))[0], 5);
}

proptest! {
    /// Whatever is put in and taken out, a word is found in the items that hold it and in no others.
    #[test]
    fn a_search_agrees_with_reading_every_text(
        texts in proptest::collection::vec("[a-e]{2,5}( [a-e]{2,5}){0,4}", 1..20),
        gone in proptest::collection::vec(0_usize..20, 0..8),
        word in "[a-e]{2,4}",
    ) {
        let mut index = Index::default();
        for (id, text) in texts.iter().enumerate() {
            index.put(entry(id as i64, text, ""));
        }
        for id in &gone {
            index.remove(ItemId(*id as i64));
        }
        let mut found = ids(&index, &Ask { exact: true, ..ask(&word) });
        found.sort_unstable();
        let holds = |text: &str| text.split(' ').any(|other| other.starts_with(&word) || (word.len() >= 3 && other.contains(&word)));
        let read: Vec<i64> = texts.iter().enumerate()
            .filter(|(id, text)| !gone.contains(id) && holds(text))
            .map(|(id, _)| id as i64)
            .collect();
        prop_assert_eq!(found, read);
    }

    /// One slip in a word of five letters or more never hides the item.
    #[test]
    fn one_slip_is_always_forgiven(word in "[a-z]{5,12}", at in 0_usize..5, letter in "[a-z]", how in 0_u8..4) {
        let mut letters: Vec<char> = word.chars().collect();
        match how {
            0 => { letters.remove(at); }
            1 => letters.insert(at, letter.chars().next().unwrap_or('x')),
            2 => letters[at] = letter.chars().next().unwrap_or('x'),
            _ => if at + 1 < letters.len() { letters.swap(at, at + 1) },
        }
        let typo: String = letters.into_iter().collect();
        prop_assume!(typo.len() >= 4 && !is_small(&word));
        let mut index = Index::default();
        index.put(entry(1, &word, ""));
        prop_assert_eq!(ids(&index, &ask(&typo)), [1], "{} for {}", typo, word);
    }
}
