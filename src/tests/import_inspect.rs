//! What the mapping page shows of a file before anything is checked.

use doubles::import::amounts::Currency;
use doubles::import::dates::{Clock, Order};
use doubles::import::ground::Ground;
use doubles::import::inspect::inspect;
use doubles::import::inspection::{Ask, Inspection, Why};
use doubles::import::model::Kind;
use doubles::import::read::Table;
use doubles::import::reading::ReadingWishes;
use doubles::import::wishes::{Meaning, Wishes};
use doubles::zone::Zone;

/// A workspace in Berlin that counts in euros and knows two channels.
pub fn ground() -> Ground {
    let zone = || Zone::parse("Europe/Berlin").expect("a zone");
    let mut ground = Ground::new(Clock { file: zone(), workspace: zone() }, Currency::new("EUR"));
    ground.channels = vec!["Google Ads".to_owned(), "Webinar".to_owned()];
    ground
}

fn look(kind: Kind, text: &str, wishes: &Wishes) -> Inspection {
    look_as(kind, text, wishes, None)
}

fn look_as(kind: Kind, text: &str, wishes: &Wishes, remembered: Option<&Wishes>) -> Inspection {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.csv");
    std::fs::write(&path, text).expect("written");
    let table = Table::open(&path, &ReadingWishes::default()).expect("a table");
    inspect(&table, kind, wishes, remembered, &ground()).expect("readable")
}

fn column<'a>(seen: &'a Inspection, heading: &str) -> &'a doubles::import::inspection::ColumnView {
    seen.columns.iter().find(|column| column.heading == heading).expect("a column")
}

fn pairs(wishes: &[(&str, &str)]) -> Vec<(String, String)> {
    wishes.iter().map(|&(a, b)| (a.to_owned(), b.to_owned())).collect()
}

const LEADS: &str = "Record ID,Email,Create Date,Original Source,Colour,Employees,Email\n\
    1,a@x.example,04/09/2025 08:14,Webinar,red,1.250,\n\
    2,b@x.example,11/09/2025 16:40,webinars,n/a,420,\n";

#[test]
fn every_column_says_what_it_means_and_why() {
    let seen = look(Kind::Leads, LEADS, &Wishes::default());
    assert_eq!((seen.rows, seen.mapped()), (2, 5));
    assert_eq!(
        (column(&seen, "Record ID").field, column(&seen, "Record ID").why),
        (Some("external_id"), Why::Recognised)
    );
    let colour = column(&seen, "Colour");
    assert_eq!((colour.field, colour.why, colour.empty, colour.samples.len()), (None, Why::Unknown, 1, 1));
    let twice = column(&seen, "Email (2)");
    assert_eq!(twice.place, 7);
    assert!(twice.oddity.as_ref().is_some_and(|oddity| oddity.contains("once more")), "{:?}", twice.oddity);
    let channel =
        seen.channels.iter().map(|channel| (channel.name.as_str(), channel.known, channel.nearest.as_deref()));
    assert_eq!(channel.collect::<Vec<_>>(), [("Webinar", true, None), ("webinars", false, Some("Webinar"))]);
}

#[test]
fn day_and_month_that_cannot_be_told_apart_are_asked_with_both_readings() {
    let seen = look(Kind::Leads, LEADS, &Wishes::default());
    assert!(!seen.is_ready());
    let question = &seen.questions[column(&seen, "Create Date").asks.expect("a question")];
    let Ask::Order { example, answers } = &question.ask else { panic!("{question:?}") };
    assert_eq!(example, "04/09/2025 08:14");
    let answers: Vec<_> = answers.iter().map(|(order, text)| (*order, text.as_str())).collect();
    assert_eq!(answers, [(Order::DayFirst, "4 September 2025"), (Order::MonthFirst, "9 April 2025")]);

    let orders = vec![("Create Date".to_owned(), Order::DayFirst)];
    let seen = look(Kind::Leads, LEADS, &Wishes { orders, ..Wishes::default() });
    assert!(seen.is_ready(), "{:?}", seen.questions);
    assert_eq!(column(&seen, "Create Date").read_as, "date, day first, as you say");
    let cells = seen.preview.rows[0].cells.as_ref().expect("taken");
    let created = seen.preview.columns.iter().position(|name| *name == "Created").expect("a column");
    assert_eq!(cells[created], "2025-09-04 08:14:00");
}

#[test]
fn a_column_that_shows_its_order_says_by_which_value() {
    let seen = look(Kind::Leads, "id,created_at\n1,04/09/2025\n2,25/09/2025\n", &Wishes::default());
    assert_eq!(column(&seen, "created_at").read_as, "date, day first, as “25/09/2025” shows");
}

#[test]
fn what_no_column_holds_and_every_row_needs_is_asked() {
    let seen = look(Kind::Events, "Colour,Shape\nred,round\n", &Wishes::default());
    let asked: Vec<_> = seen.questions.iter().map(|question| &question.ask).collect();
    let fields = [vec!["external_id", "email"], vec!["kind"], vec!["at"]].map(Ask::Field);
    assert_eq!(asked, fields.iter().collect::<Vec<_>>());
    assert!(seen.preview.rows.is_empty() && seen.problems.is_empty());
}

#[test]
fn each_status_has_its_meaning_or_a_proposal_and_the_rest_is_asked() {
    let file = "Lead ID,Status,Date\n1,MQL,2025-09-04\n2,Working - Contacted,2025-09-05\n3,Sphinx,2025-09-05\n\
                4,Sphinx,2025-09-06\n";
    let seen = look(Kind::Events, file, &Wishes::default());
    let words = &seen.words[0].words;
    assert_eq!(
        (words[0].value.as_str(), words[0].rows, words[0].meaning, words[0].proposal),
        ("Sphinx", 2, None, None)
    );
    let of = |value: &str| words.iter().find(|word| word.value == value).expect("a word");
    assert_eq!((of("MQL").meaning, of("MQL").why), (Some("handover"), Why::Recognised));
    assert_eq!((of("Working - Contacted").meaning, of("Working - Contacted").proposal), (None, Some("touch")));
    assert_eq!(seen.questions[0].ask, Ask::Words("kind"));

    let said = |value: &str, meaning: &str| Meaning {
        field: "kind".to_owned(),
        value: value.to_owned(),
        meaning: meaning.to_owned(),
    };
    let meanings = vec![said("working - contacted", "touch"), said("Sphinx", "ignore")];
    let seen = look(Kind::Events, file, &Wishes { meanings, ..Wishes::default() });
    assert!(seen.is_ready());
    assert_eq!(seen.preview.rows[2].cells.as_ref().expect("passed over")[..1], [String::new()]);
}

#[test]
fn a_mistake_of_the_user_is_a_sentence_and_never_an_error() {
    let map =
        pairs(&[("email", "Nowhere"), ("chanel", "Colour"), ("created_at", "Create Date"), ("created_at", "Colour")]);
    let seen = look(Kind::Leads, LEADS, &Wishes { map, set: pairs(&[("unit", "x")]), ..Wishes::default() });
    assert_eq!(seen.problems.len(), 4, "{:?}", seen.problems);
    let empty = look(Kind::Spend, "date,amount\n", &Wishes { map: pairs(&[("channel", "*_S")]), ..Wishes::default() });
    assert!(empty.problems.len() == 2 && !empty.is_ready(), "{:?}", empty.problems);
}

#[test]
fn what_an_earlier_file_was_told_holds_and_is_said() {
    let earlier = Wishes {
        map: pairs(&[("segment", "Colour"), ("channel", "")]),
        usual_orders: vec![("create date".to_owned(), Order::MonthFirst)],
        ..Wishes::default()
    };
    let wishes = Wishes::default().over(&earlier);
    let seen = look_as(Kind::Leads, LEADS, &wishes, Some(&earlier));
    assert!(seen.is_ready(), "{:?}", seen.questions);
    assert_eq!((column(&seen, "Colour").field, column(&seen, "Colour").why), (Some("segment"), Why::Remembered));
    assert_eq!((column(&seen, "Original Source").field, column(&seen, "Original Source").why), (None, Why::Remembered));
    // What the values show outranks what was said of an earlier file.
    let wishes = Wishes { usual_orders: vec![("created_at".to_owned(), Order::MonthFirst)], ..Wishes::default() };
    let seen = look(Kind::Leads, "id,created_at\n1,25/09/2025\n", &wishes);
    assert_eq!(column(&seen, "created_at").read_as, "date, day first, as “25/09/2025” shows");
}

#[test]
fn a_wide_file_of_spend_offers_its_columns_of_numbers_and_finds_their_channels() {
    let file = "DATE,google_ads,tv_S,note\n2025-01-06,10.50,20,a\n2025-01-13,11,21,b\n2025-01-20,12,na,c\n";
    let seen = look(Kind::Spend, file, &Wishes::default());
    assert_eq!(seen.wide, [1, 2]);
    assert!(matches!(&seen.questions[..], [question] if question.ask == Ask::Field(vec!["amount"])));
    assert_eq!(seen.weeks.as_ref().map(|weeks| weeks.answer), Some(None));

    let channels = pairs(&[("google_ads", ""), ("tv_S", "Television")]);
    let seen = look(Kind::Spend, file, &Wishes { channels, set: pairs(&[("span", "week")]), ..Wishes::default() });
    assert!(seen.is_ready(), "{:?} {:?}", seen.questions, seen.problems);
    let channels: Vec<_> =
        seen.channels.iter().map(|channel| (channel.taken_as.as_str(), channel.nearest.as_deref())).collect();
    assert_eq!(channels, [("Google Ads", None), ("Television", None)]);
    let cells = seen.preview.rows[1].cells.as_ref().expect("taken");
    assert_eq!(cells[..3], ["2025-01-06 to 2025-01-12", "Television", "€20"].map(str::to_owned));
}

#[test]
fn an_amount_that_may_be_either_is_asked_with_both_readings() {
    let seen = look(Kind::Spend, "date,amount\n2025-01-06,\"1,234\"\n", &Wishes::default());
    let Ask::Mark { answers, .. } = &seen.questions[0].ask else { panic!("{:?}", seen.questions) };
    assert_eq!((answers[0].1.as_str(), answers[1].1.as_str()), ("EUR 1234.00", "EUR 1.23"));
}

#[test]
fn a_sign_that_several_currencies_share_is_asked_for_unless_something_says_it() {
    let text = "date,channel,amount\n2026-09-01,Fair,$ 12.50\n2026-09-02,Fair,7\n";
    let seen = look(Kind::Spend, text, &Wishes::default());
    let asked = seen.currency.as_ref().expect("which dollars?");
    assert_eq!((asked.heading.as_str(), asked.example.as_str()), ("amount", "$ 12.50"));
    assert!(asked.codes.contains(&"USD") && asked.codes.contains(&"CAD"), "{:?}", asked.codes);
    let reason = &seen.preview.rows[0].cells.as_ref().expect_err("not taken").reason;
    assert!(reason.contains("say below the columns which one it is") && !reason.contains("--"), "{reason}");

    let said = Wishes { set: pairs(&[("currency", "CAD")]), ..Wishes::default() };
    let seen = look(Kind::Spend, text, &said);
    assert_eq!(seen.currency, None);
    let reason = &seen.preview.rows[0].cells.as_ref().expect_err("there is no rate").reason;
    assert!(reason.contains("this is in CAD") && !reason.contains("doubles rates"), "{reason}");
    for says in [text.replace("amount", "amount (USD)"), text.replace('$', "€"), text.replace('$', "US$")] {
        assert_eq!(look(Kind::Spend, &says, &Wishes::default()).currency, None, "{says}");
    }
}

#[test]
fn rows_of_a_preview_say_in_the_words_of_the_page_what_is_open() {
    for (kind, text, says) in [
        (Kind::Leads, "id,created_at\n1,04/09/2026\n", "say beside the column which comes first"),
        (Kind::Spend, "date,channel,amount\n2026-09-01,Fair,\"1,234\"\n", "say beside the column which it is"),
    ] {
        let seen = look(kind, text, &Wishes::default());
        let reason = &seen.preview.rows[0].cells.as_ref().expect_err("it is open").reason;
        assert!(reason.contains(says) && !reason.contains("--"), "{reason}");
    }
}
