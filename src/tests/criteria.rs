//! How leads stand against the criteria of a qualified lead: counted, on their pages, and what other criteria would mean.

use crate::browser::{Browser, NOW, TestServer};
use crate::databases::{name, on_each_engine, table};
use crate::filled::{Filled, plain};
use crate::import_cast::{File, at, import, lead};
use crate::loop_office::{HOUR, TUESDAY, after, office, verdict};
use doubles::agreement::criteria::{Criterion, Field, Rule, Test};
use doubles::agreement::model::{Terms, Version};
use doubles::agreement::store as agreement;
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::definitions::fit::{self, Count};
use doubles::definitions::store::has_value;
use doubles::feedback::model::Verdict;
use doubles::import::model::LeadRecord;
use doubles::kpis::model::Filter;
use doubles::leads::model::{Decision, EventKind, Fit, LeadId};
use doubles::people::model::{Standing, Team};
use doubles::period::{Day, Instant, Period};
use doubles::server::AppState;
use doubles::server::clock::Clock;
use doubles::server::db::Db;
use doubles::work::model::Act;
use doubles::workspace::{self, model::Workspace};
use serde_json::json;

const DAY: u32 = 86_400;

fn size(least: u32) -> Criterion {
    Criterion { key: "size".into(), any: vec![Rule { field: Field::Size, test: Test::AtLeast(least) }] }
}

/// The job title names logistics.
fn title() -> Criterion {
    let test = Test::Contains(vec!["logistics".into()]);
    Criterion { key: "title".into(), any: vec![Rule { field: Field::Title, test }] }
}

/// A version with these criteria, in force from a day on.
async fn agree(db: &Db, number: u32, starts: Day, zone: &str, criteria: Vec<Criterion>) {
    let terms = Terms { criteria, ..Terms::defaults(zone) };
    let mut tx = db.write().await.expect("a write");
    agreement::insert(&mut tx, &Version { number, starts, terms }, Some(NOW)).await.expect("a version");
    let change = Change {
        at: NOW,
        actor: "Hal".into(),
        kind: ChangeKind::WorkspaceChanged,
        entity: Entity::Workspace,
        entity_id: Some(1),
        detail: json!({}),
    };
    tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
}

fn of_size(line: u64, size: Option<i64>, handed_over: u32) -> LeadRecord {
    LeadRecord {
        size,
        milestones: vec![(EventKind::Handover, Some(at(handed_over)))],
        ..lead(line, &format!("L{line}"), "")
    }
}

#[tokio::test]
async fn each_lead_is_held_against_the_version_of_the_day_of_its_handover_and_the_past_stays_as_it_was() {
    on_each_engine(async |db| {
        let nimbus = Workspace::new("Nimbus", "UTC", "EUR").expect("a workspace");
        workspace::store::create(db, &nimbus, "Mira", Instant(0)).await.expect("it is made");
        let leads = [
            of_size(2, Some(60), 5 * DAY),
            of_size(3, Some(60), 15 * DAY),
            of_size(4, Some(60), 25 * DAY),
            of_size(5, None, 25 * DAY),
            of_size(6, Some(300), 25 * DAY),
        ];
        import(db, File::Leads(leads.to_vec())).await;
        let state = AppState::new(db.clone(), Clock::Fixed(Instant(40 * DAY)));
        let period = Period::new(Day(0), Day(40)).expect("a period");
        let count = async || {
            let fits = fit::of_period(&state, period).await.expect("it can be read").expect("there are leads");
            fits.count(|_| false)
        };
        assert_eq!(count().await, Count { leads: 5, ..Count::default() }, "nothing was agreed");

        agree(db, 2, Day(10), "UTC", vec![size(50)]).await;
        let counted = count().await;
        assert_eq!((counted.asked, counted.meets, counted.missed, counted.unknown), (4, 3, 0, 1));

        agree(db, 3, Day(20), "UTC", vec![size(100)]).await;
        let counted = count().await;
        assert_eq!((counted.asked, counted.meets, counted.missed, counted.unknown), (4, 2, 1, 1));
        assert_eq!((counted.complete, counted.meeting().part, counted.meeting().whole), (3, 2, 4));

        let fits = fit::of_period(&state, period).await.expect("it can be read").expect("there are leads");
        let whole = |lead: i64| fits.lead(LeadId(lead)).and_then(|lead| lead.whole());
        assert_eq!(
            [1, 2, 3, 4, 5].map(whole),
            [None, Some(Fit::Yes), Some(Fit::No), Some(Fit::Unknown), Some(Fit::Yes)]
        );
        assert_eq!(fits.count(|lead| lead == LeadId(3)).missed, 0, "what the agreement takes out is not counted");
        let missed = fits.missed_by(fits.lead(LeadId(3)).expect("it is there"));
        assert_eq!(missed, ["Company size at least 100"]);
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_kept_until_a_lead_changes() {
    on_each_engine(async |db| {
        let nimbus = Workspace::new("Nimbus", "UTC", "EUR").expect("a workspace");
        workspace::store::create(db, &nimbus, "Mira", Instant(0)).await.expect("it is made");
        agree(db, 2, Day(0), "UTC", vec![size(100)]).await;
        import(db, File::Leads(vec![of_size(2, Some(60), 5 * DAY)])).await;
        let state = AppState::new(db.clone(), Clock::Fixed(Instant(40 * DAY)));
        let period = Period::new(Day(0), Day(40)).expect("a period");
        let meets = async || {
            let fits = fit::of_period(&state, period).await.expect("it can be read").expect("there are leads");
            fits.count(|_| false).meets
        };
        assert_eq!(meets().await, 0);
        import(db, File::Leads(vec![of_size(2, Some(600), 5 * DAY)])).await;
        assert_eq!(meets().await, 1, "the newer file says another size");
    })
    .await;
}

struct House {
    server: TestServer,
    mia: Browser,
    ben: Browser,
    vera: Browser,
}

/// Mia of marketing, Ben of sales, Vera who only looks; the criteria are in force since today.
async fn house(criteria: Vec<Criterion>) -> House {
    let server = TestServer::set_up().await;
    let of = |team| Standing { team, head: false, admin: false };
    for (name, team) in [("mia", Some(Team::Marketing)), ("ben", Some(Team::Sales)), ("vera", None)] {
        server.add(&format!("{name}@company.example"), of(team)).await;
    }
    if !criteria.is_empty() {
        agree(&server.state.db, 2, Day((NOW.0 / DAY) as i32), "Europe/Berlin", criteria).await;
    }
    let mia = server.signed_in("mia@company.example").await;
    let ben = server.signed_in("ben@company.example").await;
    let vera = server.signed_in("vera@company.example").await;
    House { server, mia, ben, vera }
}

/// Mia hands a lead over.
async fn hand_over(mia: &mut Browser, name: &str, title: &str, size: &str) {
    let form = Filled::of(&mia.get("/leads/new").await.body, "/leads/add").with("name", name).with("title", title);
    let form = form.with("size", size).with("channel", "Fair").with("hand_over", "1");
    let answer = mia.post("/leads/add", &form.pairs()).await;
    assert!(answer.leads_to().is_some(), "{}", answer.body);
}

/// What a page says, without markup.
fn text(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap_or(page);
    let parts = plain(main);
    let words: Vec<&str> =
        parts.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
    let text = words.join(" ").replace("&amp;", "&").replace(['\u{a0}', '\u{202f}'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(page: &str, sentences: &[&str]) {
    let said = text(page);
    for sentence in sentences {
        assert!(said.contains(sentence), "“{sentence}” is missing: {said}");
    }
}

#[tokio::test]
async fn a_leads_page_names_what_it_meets_and_misses_and_what_cannot_be_told() {
    let House { server: _server, mut mia, mut ben, .. } = house(vec![size(50), title()]).await;
    hand_over(&mut mia, "Hanna", "Head of logistics", "20").await;
    hand_over(&mut mia, "Tom", "", "200").await;
    let page = ben.get("/leads/1").await.body;
    says(&page, &["1 of 2 met", "Company size at least 50 missed", "Job title contains “logistics” met"]);
    says(
        &ben.get("/leads/2").await.body,
        &["1 of 2 met, 1 cannot be told", "Job title contains “logistics” cannot be told"],
    );
}

#[tokio::test]
async fn a_verdict_says_what_sales_found_beginning_from_what_the_program_found() {
    let House { server, mut mia, mut ben, .. } = house(vec![size(50), title()]).await;
    hand_over(&mut mia, "Hanna", "Head of logistics", "20").await;
    let page = ben.get("/leads/1").await.body;
    let form = Filled::each(&page, "/leads/1/do").into_iter().find(|form| form.get("act") == "judge").expect("a form");
    assert_eq!((form.get("fit.size"), form.get("fit.title")), ("no", "yes"), "the program's own finding is the hint");
    let form = form.with("decision", "good").with("intent", "yes").with("usefulness", "4").with("fit.size", "yes");
    let form = form.with("line", "Twenty people in Kassel, two hundred in the group.");
    let form =
        Filled { fields: form.fields.into_iter().filter(|(name, _)| name != "reason" && name != "more").collect() };
    let answer = ben.post("/leads/1/do", &form.pairs()).await;
    assert!(answer.leads_to().is_some(), "{}", text(&answer.body));
    let detail = table(&server.state.db, "select detail from lead_event where kind = 'verdict'").await;
    assert!(detail[0][0].contains(r#""fit":{"size":"yes","title":"yes"}"#), "{detail:?}");
    says(
        &mia.get("/definitions/criteria?period=month&at=2027-01").await.body,
        &["Sales finds otherwise than the program in 1 of 2 cases", "Company size at least 50 1 0 1 100.0 %"],
    );
}

#[tokio::test]
async fn a_verdict_on_a_lead_that_was_merged_is_one_on_its_survivor() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let test = Test::Contains(vec!["fair".into()]);
        let fair = Criterion { key: "channel".into(), any: vec![Rule { field: Field::Channel, test }] };
        let today = Day((TUESDAY.0 / DAY) as i32);
        agree(db, 2, today, "UTC", vec![fair]).await;
        let (hans, otto) = (office.lead("Hans", TUESDAY).await, office.lead("Otto", after(HOUR)).await);
        for (hours, lead, fit) in [(2, hans, Fit::Yes), (3, otto, Fit::No)] {
            let fit = [("channel".to_owned(), fit)].into();
            let act = Act::Judge(Verdict { fit, ..verdict(Decision::Good, "") });
            office.act(&office.ben, after(hours * HOUR), &[lead], act).await.expect("judged");
        }
        let period = Period::new(today, today.plus(1)).expect("a period");
        let compared = async |hours: u32| {
            let state = office.at(after(hours * HOUR));
            let standing = fit::standing(&state, period, &Filter::default()).await.expect("a read").expect("leads");
            let channel = &standing.criteria[0];
            (standing.whole.leads, channel.judged, channel.sales_no)
        };
        assert_eq!(compared(4).await, (2, 2, 1));
        office.merge(hans, otto, after(5 * HOUR)).await;
        assert_eq!(compared(6).await, (1, 1, 1), "the later verdict is the one on the lead that went into it");
        office.unmerge(otto, after(7 * HOUR)).await;
        assert_eq!(compared(8).await, (2, 2, 1), "on {}", name(db));
    })
    .await;
}

#[tokio::test]
async fn the_page_counts_who_meets_and_each_count_opens_its_leads() {
    let House { server: _server, mut mia, mut vera, .. } = house(vec![size(50), title()]).await;
    for (name, title, size) in
        [("Hanna", "Head of logistics", "20"), ("Tom", "Buyer", "200"), ("Ida", "Logistics lead", "")]
    {
        hand_over(&mut mia, name, title, size).await;
    }
    let query = "period=month&at=2027-01";
    let page = mia.get(&format!("/definitions/criteria?{query}")).await.body;
    says(&page, &["Too few to say: 0 of 3 leads meet the definition", "Company size at least 50 33.3 % 1 1 1 1"]);
    let missing = mia.get(&format!("/definitions/criteria/leads?{query}&criterion=size&finding=no")).await.body;
    says(&missing, &["Miss “Company size at least 50”", "Hanna", "Fair"]);
    assert!(!text(&missing).contains("Tom"), "{}", text(&missing));
    says(&mia.get(&format!("/definitions/criteria/leads?{query}&finding=unknown")).await.body, &["Ida"]);
    let hers = vera.get(&format!("/definitions/criteria/leads?{query}&criterion=size&finding=no")).await.body;
    assert!(!hers.contains("Hanna") && hers.contains("Lead 1"), "who it is is for the two teams");
    let file = vera.get(&format!("/definitions/criteria/leads.csv?{query}&criterion=size&finding=no")).await.body;
    assert!(!file.contains("Hanna") && file.contains("1,,,Fair,2027-01-15,Company size at least 50"), "{file}");
    let file = mia.get(&format!("/definitions/criteria.csv?{query}")).await.body;
    assert!(file.contains("criterion,Company size at least 50,3,1,1,1,1,0"), "{file}");
    assert_eq!(mia.get("/definitions/criteria/leads?criterion=shoe").await.status, 404);
    assert_eq!(mia.get("/definitions/criteria?period=aeon").await.status, 400);
}

#[tokio::test]
async fn without_leads_or_criteria_the_page_says_what_to_do() {
    let House { server: _server, mut mia, .. } = house(Vec::new()).await;
    says(&mia.get("/definitions/criteria").await.body, &["No lead yet"]);
    says(&mia.get("/definitions/what-if").await.body, &["No lead has been handed over yet"]);
    hand_over(&mut mia, "Hanna", "", "20").await;
    says(
        &mia.get("/definitions/criteria?period=month&at=2027-01").await.body,
        &["No criterion was in force on these days", "Try criteria on the leads of the last six months"],
    );
    says(&mia.get("/leads/1").await.body, &["does not define a qualified lead", "yet, so nothing is checked here"]);
}

#[tokio::test]
async fn another_threshold_shows_at_once_how_many_would_have_been_qualified_and_can_be_taken_into_the_draft() {
    let House { server, mut mia, mut vera, .. } = house(vec![size(50)]).await;
    for (name, size) in [("Hanna", "20"), ("Tom", "60"), ("Ida", "200"), ("Jan", "")] {
        hand_over(&mut mia, name, "", size).await;
    }
    says(&mia.get("/definitions/what-if").await.body, &["As agreed, 50.0 % of the leads are qualified: 2 of 4"]);
    let path = "/definitions/what-if?v.size=100";
    let page = mia.get(path).await.body;
    says(
        &page,
        &[
            "50.0 % fewer leads would have been qualified: 1 after 2. Too few of them are old enough",
            "Of 1 lead it cannot be told",
            "Company size at least 100 50.0 % 2 1 2",
        ],
    );
    let fragment = mia.get("/definitions/what-if/result?v.size=100").await;
    assert!(fragment.body.contains("50.0\u{a0}% fewer") && !fragment.body.contains("<html"), "{}", fragment.body);
    assert!(!vera.get(path).await.body.contains("Take this into the draft"), "a viewer only looks");

    let form = Filled::of(&page, "/definitions/what-if/take");
    let taken = mia.post("/definitions/what-if/take", &form.pairs()).await;
    assert!(taken.leads_to().is_some_and(|path| path.starts_with("/agreement/draft")), "{}", text(&taken.body));
    let terms = table(&server.state.db, "select terms from agreement_draft").await;
    assert!(terms[0][0].contains(r#""at_least":100"#), "{terms:?}");
    says(&mia.get("/definitions/what-if").await.body, &["beginning from the open draft", "1 after 2"]);
    let stands = mia.get("/definitions/criteria?period=month&at=2027-01").await.body;
    says(&stands, &["Company size at least 50"]);

    let late = Filled::of(&page, "/definitions/what-if/take").with("key", "");
    let other = late.with("criteria", r#"[{"key":"size","any":[{"field":"size","test":{"at_least":70}}]}]"#);
    let refused = mia.post("/definitions/what-if/take", &other.pairs()).await;
    assert_eq!(refused.status, 409);
    says(&refused.body, &["Somebody changed the criteria of the draft while you tried these"]);
}

#[tokio::test]
async fn a_criterion_on_a_field_that_no_lead_has_is_warned_of_and_not_taken() {
    let House { server: _server, mut mia, .. } = house(Vec::new()).await;
    hand_over(&mut mia, "Hanna", "", "20").await;
    let page = mia.get("/definitions/what-if?field=title&comparison=contains&value=logistics").await.body;
    says(&page, &["No lead has a value in job title: nobody could meet “Job title contains “logistics””"]);
    let form = Filled::of(&page, "/definitions/what-if/take");
    let refused = mia.post("/definitions/what-if/take", &form.pairs()).await;
    assert_eq!(refused.status, 400);
    says(&refused.body, &["No lead has a value in job title", "leave the criterion out"]);
    for (address, sentence) in [
        ("field=email&comparison=contains&value=gmail", "E-mail is personal"),
        ("field=size&comparison=at_least&value=many", "A size is a number of people"),
    ] {
        let page = mia.get(&format!("/definitions/what-if?{address}")).await;
        assert_eq!(page.status, 200);
        says(&page.body, &[sentence]);
    }
    let forged = [("base", "[]"), ("criteria", r#"[{"key":"x","any":[{"field":"email","test":{"contains":["a"]}}]}]"#)];
    assert_eq!(mia.post("/definitions/what-if/take", &forged).await.status, 400, "a form that was written by hand");
}

#[tokio::test]
async fn the_lead_goal_is_computed_from_what_is_typed_and_taken_into_the_draft() {
    let House { server, mut mia, mut vera, .. } = house(Vec::new()).await;
    let path = "/agreement/calculator?goal=1200000&per=year&share=60&deal=10000&rate=4";
    says(
        &mia.get("/agreement/calculator").await.body,
        &["No lead yet, so there is nothing of your own to reckon with"],
    );
    let page = mia.get(path).await;
    assert_eq!(page.status, 200);
    says(&page.body, &["150 leads a month", "for 72 customers a year", "Take 150 into the draft"]);
    assert!(!vera.get(path).await.body.contains("Take 150"), "a viewer only computes");
    let undefined = mia.get("/agreement/calculator?goal=1200000&share=60&deal=10000").await;
    assert_eq!(undefined.status, 400);
    says(&undefined.body, &["The lead-to-customer rate is not defined", "Write the rate that you reckon with"]);
    let form = Filled::of(&page.body, "/agreement/calculator/take");
    let taken = mia.post("/agreement/calculator/take", &form.pairs()).await;
    assert!(taken.leads_to().is_some(), "{}", text(&taken.body));
    let terms = table(&server.state.db, "select terms from agreement_draft").await;
    assert!(terms[0][0].contains(r#""leads_per_month":150"#), "{terms:?}");
}

#[tokio::test]
async fn a_value_that_no_lead_carries_does_not_make_its_field_one_that_leads_have() {
    on_each_engine(async |db| {
        let nimbus = Workspace::new("Nimbus", "UTC", "EUR").expect("a workspace");
        workspace::store::create(db, &nimbus, "Mira", Instant(0)).await.expect("it is made");
        import(db, File::Leads(vec![of_size(2, None, 5 * DAY)])).await;
        let mut tx = db.write().await.expect("a write");
        let statement = "insert into dimension_value (id, dimension, name) values (900, 'segment', 'Plant')";
        sqlx::query(statement).execute(tx.conn()).await.expect("a value");
        let has = [
            has_value(&mut tx, Field::Channel).await.expect("a read"),
            has_value(&mut tx, Field::Segment).await.expect("a read"),
        ];
        assert_eq!(has, [true, false]);
    })
    .await;
}
