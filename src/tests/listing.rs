//! The lists behind the numbers, seen from outside: the sample company over the real router.

use crate::pages::words_of;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HOST};
use doubles::period::Instant;
use doubles::sample::service;
use doubles::server::clock::Clock;
use doubles::server::open::{DatabaseUrl, open};
use doubles::server::{AppState, router};
use std::collections::BTreeMap;
use tempfile::TempDir;
use tower::ServiceExt;

/// 14 October 2025, 08:40 UTC.
const NOW: Instant = Instant(1_760_431_200);
const LIST: &str = "/kpis/lead-to-opportunity/leads";

#[tokio::test]
async fn every_count_on_the_pages_opens_onto_as_many_leads() {
    let company = Company::start().await;
    let mut links = BTreeMap::new();
    for page in ["/", "/kpis/lead-to-opportunity", "/kpis/cac", "/kpis/follow-up", "/kpis/feedback-coverage"] {
        let before = links.len();
        links.extend(counts(&company.get(page).await.body));
        assert!(links.len() > before, "{page} opens nothing");
    }
    assert!(links.len() > 60, "only {} counts open", links.len());
    assert!(links.keys().any(|href| href.ends_with("part=handovers&reason=no_need")), "no reason opens its leads");
    for part in ["accepted", "touched", "connected", "opportunity", "won", "excluded", "opportunities_opened"] {
        assert!(links.keys().any(|href| href.ends_with(&format!("part={part}"))), "nothing opens onto “{part}”");
    }
    // Every row opens in the same way: those of the channels stand for all.
    let others = ["campaign=", "segment=", "region=", "persona=", "owner="];
    for (href, count) in links.into_iter().filter(|(href, _)| !others.iter().any(|other| href.contains(other))) {
        let page = company.get(&href).await;
        assert_eq!(page.status, 200, "{href}");
        let title = between(&page.body, "<h1 tabindex=\"-1\">", "</h1>");
        assert_eq!(number(title.rsplit(": ").next().unwrap_or_default()), Some(count), "{href}: {title}");
    }
}

#[tokio::test]
async fn a_list_is_sorted_searched_and_paged_by_its_address_alone() {
    let company = Company::start().await;
    let first = company.get(&format!("{LIST}?part=leads")).await.body;
    assert_eq!(first.matches("<th scope=\"row\">").count(), 50);
    assert!(first.contains("aria-sort=\"descending\"") && first.contains("page=2"));
    let second = company.get(&format!("{LIST}?part=leads&page=2")).await.body;
    assert_ne!(names(&first), names(&second));

    let sorted = company.get(&format!("{LIST}?part=leads&sort=name&order=asc")).await.body;
    let mut in_order = names(&sorted);
    in_order.sort_by_key(|name| name.to_lowercase());
    assert_eq!(names(&sorted), in_order);

    let wanted = names(&second).remove(0);
    let found = company.get(&format!("{LIST}?part=leads&search={}", wanted.replace(' ', "+"))).await.body;
    assert!(!names(&found).is_empty() && names(&found).iter().all(|name| *name == wanted), "{:?}", names(&found));

    let nothing = company.get(&format!("{LIST}?part=leads&search=no+such+lead")).await;
    assert_eq!(nothing.status, 200);
    assert!(nothing.body.contains("has this in name, e-mail, company or number"));
    let beyond = company.get(&format!("{LIST}?part=leads&page=9999")).await;
    assert!(!names(&beyond.body).is_empty(), "a page beyond the last one is the last one");
}

#[tokio::test]
async fn the_file_holds_the_whole_list_in_the_order_of_the_page() {
    let company = Company::start().await;
    let page = company.get(&format!("{LIST}?part=leads&sort=name&order=asc")).await.body;
    let file = company.get(&format!("{LIST}.csv?part=leads&sort=name&order=asc")).await;
    assert_eq!((file.status, file.kind.as_str()), (200, "text/csv; charset=utf-8"));
    assert!(file.disposition.contains("attachment") && file.disposition.contains(".csv"), "{}", file.disposition);
    let mut reader = csv::Reader::from_reader(file.body.as_bytes());
    let column = reader.headers().expect("a head").iter().position(|name| name == "Lead").expect("the name");
    let in_file: Vec<String> = reader
        .records()
        .map(|record| record.expect("a whole row").get(column).unwrap_or_default().to_owned())
        .collect();
    let title = between(&page, "<h1 tabindex=\"-1\">", "</h1>");
    assert_eq!(number(title.rsplit(": ").next().unwrap_or_default()), Some(in_file.len()));
    assert_eq!(names(&page)[..], in_file[..50]);
}

#[tokio::test]
async fn another_question_keeps_the_part_and_no_other_page_is_asked_for_it() {
    let company = Company::start().await;
    let page =
        company.get("/kpis/follow-up/leads?part=never_contacted&sort=owner&order=asc&search=a&page=2").await.body;
    let quarter = links(&page).into_iter().find(|(_, text)| text == "Quarter").expect("a period to choose").0;
    assert_eq!(quarter, "/kpis/follow-up/leads?period=quarter&part=never_contacted&sort=owner&order=asc&search=a");
    assert_eq!(page.matches("<input type=\"hidden\" name=\"part\" value=\"never_contacted\">").count(), 3);
    for (href, text) in links(&page).into_iter().filter(|(_, text)| text.contains("Scoreboard")) {
        assert_eq!(href, "/", "{text}");
    }
    let reason = company.get("/kpis/feedback-coverage/leads?part=turned_down&reason=no_need").await.body;
    let rail = links(&reason).into_iter().find(|(_, text)| text.contains("Scoreboard"));
    assert_eq!(rail.expect("the rail").0, "/");
    let path = format!("{LIST}?channel=Webinars&part=mature&page=2");
    let rail = links(&company.get(&path).await.body).into_iter().find(|(_, text)| text.contains("Scoreboard"));
    assert_eq!(rail.expect("the rail").0, "/?channel=Webinars");
}

#[tokio::test]
async fn an_address_that_nobody_could_mean_is_answered_with_a_sentence() {
    let company = Company::start().await;
    let many = (0..4_000).map(|i| format!("channel=c{i}")).collect::<Vec<_>>().join("&");
    for (path, status, sentence) in [
        (format!("{LIST}?part=colour"), 404, "is no part of this number"),
        ("/kpis/nothing/leads".to_owned(), 404, "There are four"),
        (format!("{LIST}?from=2025-02-30&to=2025-03-01"), 400, "2025-02-30"),
        (format!("{LIST}?from=2025-01-01&to=999999-01-01"), 400, "“999999-01-01” is not a day"),
        (format!("{LIST}?{many}"), 400, "values"),
        (format!("{LIST}?channel=%3Cscript%3Ealert(1)%3C/script%3E"), 400, "No lead has the channel"),
        (format!("{LIST}?part=%3Cscript%3Ealert(1)%3C/script%3E"), 404, "is no part of this number"),
        (format!("{LIST}?channel=%FF%00"), 400, "No lead has the channel"),
        (format!("{LIST}?page=-1&sort=colour&order=up&search=%00"), 200, "None of the"),
    ] {
        let answer = company.get(&path).await;
        let short: String = path.chars().take(90).collect();
        assert_eq!(answer.status, status, "{short}");
        assert!(answer.body.contains(sentence), "{short}: “{sentence}” is missing");
        assert!(!answer.body.contains("<script>alert"), "{short}");
    }
}

/// The sample company behind the real router.
struct Company {
    server: Router,
    _folder: TempDir,
}

/// What came back.
struct Answer {
    status: u16,
    kind: String,
    disposition: String,
    body: String,
}

impl Company {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let db = open(&DatabaseUrl::Sqlite(folder.path().join("doubles.db"))).await.expect("an empty database");
        service::load(&db, "test", NOW).await.expect("the sample company fits an empty workspace");
        Self { server: router::build(AppState::new(db, Clock::Fixed(NOW)), None), _folder: folder }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::builder().uri(path).header(HOST, "localhost:3000").body(Body::empty());
        let response = self.server.clone().oneshot(request.expect("the tests write valid requests")).await;
        let (parts, body) = response.unwrap_or_else(|never| match never {}).into_parts();
        let header =
            |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (kind, disposition) = (header(CONTENT_TYPE), header(CONTENT_DISPOSITION));
        let body = to_bytes(body, usize::MAX).await.expect("the answer ends");
        Answer {
            status: parts.status.as_u16(),
            kind,
            disposition,
            body: String::from_utf8_lossy(&body).replace("<!>", ""),
        }
    }
}

/// The links to lists whose text begins with a count, and that count; shares open too, but tell no count.
fn counts(html: &str) -> BTreeMap<String, usize> {
    links(html)
        .into_iter()
        .filter(|(href, text)| href.contains("/leads?") && !text.contains('%'))
        .filter_map(|(href, text)| Some((href, number(&text)?)))
        .collect()
}

/// Where the links of a page lead, and their words.
fn links(html: &str) -> Vec<(String, String)> {
    let links = html.split("<a ").skip(1).filter_map(|link| {
        let (href, text) = between(link, "href=\"", "</a>").split_once('"')?;
        Some((href.replace("&amp;", "&"), words_of(text.split_once('>')?.1)))
    });
    links.collect()
}

/// The names of the leads on a page, from top to bottom.
fn names(html: &str) -> Vec<String> {
    let rows = html.split("<th scope=\"row\">").skip(1);
    // The name is a link to the lead's page.
    let name = |row: &str| row.split('>').nth(1)?.split('<').next().map(|name| name.replace("&#x27;", "'"));
    rows.map(|row| name(row).unwrap_or_default()).collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).map_or(text.len(), |at| at + start.len());
    let rest = &text[from..];
    &rest[..rest.find(end).unwrap_or(rest.len())]
}

/// The number that a text begins with.
fn number(text: &str) -> Option<usize> {
    let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    digits.parse().ok()
}
