//! Addresses that nobody could mean, names that nobody would choose and workspaces at the edges, over the real router:
//! never a failure of ours, and always a sentence that says what is wrong.

use crate::pages::words_of;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::HOST;
use doubles::import::mapping::Wishes;
use doubles::import::model::Kind;
use doubles::import::parse::Options;
use doubles::import::reading::ReadingWishes;
use doubles::import::run::{self, run_import};
use doubles::period::Instant;
use doubles::server::clock::Clock;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use doubles::server::{AppState, router};
use doubles::workspace::model::Workspace;
use doubles::workspace::store as workspace;
use tempfile::TempDir;

/// 14 October 2025, 08:40 UTC.
const NOW: Instant = Instant(1_760_431_200);
const PAGES: [&str; 6] = [
    "/",
    "/kpis/lead-to-opportunity",
    "/kpis/cac",
    "/kpis/follow-up",
    "/kpis/feedback-coverage",
    "/kpis/follow-up/leads",
];

#[tokio::test]
async fn an_address_that_cannot_be_answered_says_why_and_leaves_its_question_behind() {
    let house = House::with("UTC", "id,handed_over_at,channel\n1,2025-06-01 10:00,Fair\n").await;
    for (search, sentence) in [
        ("from=2026-02-30&to=2026-03-01", "“2026-02-30” is not a day"),
        ("from=0001-01-01&to=9999-12-31", "0001-01-01 lies outside 1970-01-01 to 2100-01-01"),
        ("from=2025-01-01&to=9999-12-31", "9999-12-31 lies outside 1970-01-01 to 2100-01-01"),
        ("channel=%3Cscript%3Ealert(1)%3C/script%3E", "No lead has the channel"),
        ("find-channel=x&chanel=Fair", "“chanel”, which does not exist"),
        ("compare=decade", "previous, year or none"),
    ] {
        for page in PAGES {
            let answer = house.get(&format!("{page}?{search}")).await;
            assert_eq!(answer.status, 400, "{page}?{search}");
            assert!(words_of(&answer.body).contains(sentence), "{page}?{search}: “{sentence}” is missing");
            assert!(!answer.body.contains("<script>alert"), "{page}?{search}");
            let rail = answer.body.split("<nav").nth(1).and_then(|nav| nav.split("</nav>").next()).unwrap_or_default();
            assert!(rail.contains("href=\"/kpis/cac\"") && !rail.contains('?'), "{page}?{search}: {rail}");
        }
    }
    let unknown = house.get("/kpis/%3Cscript%3Ealert(1)%3C%2Fscript%3E?channel=Fair").await;
    assert!(unknown.status == 404 && unknown.body.contains("There are four"), "{}", unknown.body);
    assert!(!unknown.body.contains("<script>alert"));
}

#[tokio::test]
async fn a_good_question_goes_along_to_the_other_pages_and_a_search_in_a_filter_does_not() {
    let house = House::with("UTC", "id,handed_over_at,channel\n1,2025-06-01 10:00,Fair\n").await;
    let page = house.get("/?find-owner=x&channel=Fair").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("href=\"/kpis/cac?channel=Fair\""), "{}", page.body);
}

#[tokio::test]
async fn a_channel_of_any_name_is_shown_and_can_be_asked_for() {
    let long = "Überlänge ".repeat(30);
    let names = [long.trim(), "معرض تجاري في الرياض", "<script>alert(1)</script>", "a&b=c#d?e/f"];
    let rows = names.iter().enumerate().map(|(i, name)| format!("{i},2025-06-01 10:00,{name}\n"));
    let house = House::with("UTC", &format!("id,handed_over_at,channel\n{}", rows.collect::<String>())).await;
    for page in PAGES {
        let all = house.get(page).await;
        assert_eq!(all.status, 200, "{page}");
        assert!(!all.body.contains("<script>alert"), "{page}");
        for name in names {
            let search: String = form_encoded(name);
            let one = house.get(&format!("{page}?channel={search}")).await;
            assert_eq!(one.status, 200, "{page}?channel={search}");
            assert!(one.body.contains("<label dir=\"auto\">"), "{page}");
        }
    }
    let list = house.get(&format!("/kpis/follow-up/leads?part=handovers&channel={}", form_encoded(names[1]))).await;
    assert!(words_of(&list.body).contains("With a handover: 1 "), "{}", words_of(&list.body));
}

#[tokio::test]
async fn a_day_without_a_midnight_has_its_leads() {
    for (zone, day, next) in [
        ("America/Sao_Paulo", "2018-11-04", "2018-11-05"),
        ("Asia/Beirut", "2022-03-27", "2022-03-28"),
        ("Africa/Cairo", "2023-04-28", "2023-04-29"),
    ] {
        let rows = format!("id,handed_over_at\n1,{day} 01:00\n2,{day} 23:59\n3,{next} 00:00\n4,{day} 00:30\n",);
        let house = House::with(zone, &rows).await;
        for page in PAGES {
            assert_eq!(house.get(&format!("{page}?from={day}&to={next}")).await.status, 200, "{page} in {zone}");
        }
        let list = house.get(&format!("/kpis/lead-to-opportunity/leads?part=leads&from={day}&to={next}")).await;
        assert!(words_of(&list.body).contains("All handed over: 3 leads"), "{zone}");
    }
}

#[tokio::test]
async fn one_lead_no_lead_and_nothing_but_excluded_leads_are_each_told_in_words() {
    let one = House::with("UTC", "id,handed_over_at\n1,2025-10-13 10:00\n").await;
    let none = House::with("UTC", "").await;
    let spam = House::with(
        "UTC",
        "id,handed_over_at,verdict,reason,verdict_at\n1,2025-10-02 10:00,reject,spam_or_test,2025-10-03\n",
    )
    .await;
    for page in PAGES {
        let of_one = match page {
            "/kpis/cac" => "no data",
            "/kpis/feedback-coverage" => "too early",
            "/kpis/follow-up/leads" => "With a handover",
            _ => "1 lead",
        };
        for (house, sentence) in [
            (&one, of_one),
            (&none, "No lead is here yet"),
            (&spam, if page.ends_with("leads") { "Excluded" } else { "excluded by rule" }),
        ] {
            let search = "?period=month&at=2025-10";
            let answer = house.get(&format!("{page}{search}")).await;
            assert_eq!(answer.status, 200, "{page}: {sentence}");
            assert!(words_of(&answer.body).contains(sentence), "{page}: “{sentence}” is missing");
        }
    }
}

#[tokio::test]
async fn a_lead_that_was_handed_over_twice_is_listed_once_and_the_list_says_so() {
    let house = House::with("UTC", "id,handed_over_at\n1,2025-06-01 10:00\n2,2025-06-02 10:00\n").await;
    house
        .import(
            Kind::Events,
            "external_id,kind,at,verdict,reason\n1,touch,2025-06-01 11:00,,\n1,verdict,2025-06-03 10:00,recycle,not_now\n1,handover,2025-07-01 10:00,,\n",
        )
        .await;
    let search = "from=2025-06-01&to=2025-08-01&part=handovers";
    let list = words_of(&house.get(&format!("/kpis/follow-up/leads?{search}")).await.body);
    assert!(list.contains("With a handover: 2 leads") && list.contains("3 handovers are counted"), "{list}");
}

/// A workspace with these leads behind the real router.
struct House {
    server: Router,
    db: Db,
    folder: TempDir,
}

struct Answer {
    status: u16,
    body: String,
}

impl House {
    async fn with(zone: &str, leads: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let db = open(&DatabaseUrl::Sqlite(folder.path().join("doubles.db"))).await.expect("a database");
        let server = router::build(AppState::new(db.clone(), Clock::Fixed(NOW)), None);
        let house = Self { server, db, folder };
        let own = Workspace::new("Nimbus", zone, "EUR").expect("a workspace");
        workspace::create(&house.db, &own, "Mo", NOW).await.expect("set up");
        if !leads.is_empty() {
            house.import(Kind::Leads, leads).await;
        }
        house
    }

    async fn import(&self, kind: Kind, rows: &str) {
        let file = self.folder.path().join("rows.csv");
        std::fs::write(&file, rows).expect("written");
        let own = workspace::find(&mut self.db.read().await.expect("read")).await.expect("read").expect("set up");
        let options = Options { kind, file, reading: ReadingWishes::default(), wishes: Wishes::default(), order: None };
        let request = run::Request {
            options,
            zone: None,
            source: "crm".to_owned(),
            is_first: false,
            check_only: false,
            alone: false,
        };
        let report = run_import(&self.db, &own, request, "Mo", NOW, |_| {}).await.expect("imported");
        assert_eq!(report.rejected_rows(), 0, "{report:?}");
    }

    async fn get(&self, path: &str) -> Answer {
        use tower::ServiceExt;
        let request = Request::builder().uri(path).header(HOST, "localhost:3000").body(Body::empty());
        let response = self.server.clone().oneshot(request.expect("an address that HTTP takes")).await;
        let (parts, body) = response.unwrap_or_else(|never| match never {}).into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("the answer ends");
        Answer { status: parts.status.as_u16(), body: String::from_utf8_lossy(&body).replace("<!>", "") }
    }
}

fn form_encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric();
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
