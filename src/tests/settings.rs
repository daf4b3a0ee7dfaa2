//! What people set, seen through the pages as a browser without WASM sees them; and the people of the sample company.

use crate::browser::{Browser, NOW, PASSWORD, TestServer};
use doubles::kpis::query::Query;
use doubles::kpis::service;
use doubles::people::model::{Standing, Team};
use doubles::sample::service as sample;
use doubles::server::site::Site;
use std::collections::BTreeSet;

const SALES: Standing = Standing { team: Some(Team::Sales), head: false, admin: false };
const VIEWER: Standing = Standing { team: None, head: false, admin: false };

/// With the sample company and its people, reached from this machine only.
async fn with_sample() -> TestServer {
    let server = TestServer::empty().await;
    sample::load(&server.state.db, "command line", NOW).await.expect("it is empty");
    server
}

/// The number of somebody of the sample company.
async fn number_of(server: &TestServer, email: &str) -> String {
    server.state.people.get_by_email(email).await.expect("they are there").id.to_string()
}

async fn as_cast(server: &TestServer, email: &str) -> Browser {
    let mut browser = server.browser();
    let account = number_of(server, email).await;
    let answer = browser.post("/sign-in/cast", &[("account", &account)]).await;
    assert_eq!(answer.leads_to(), Some("/"), "{}", answer.body);
    browser
}

#[tokio::test]
async fn the_sample_company_has_its_people_and_this_machine_may_take_their_parts() {
    let server = with_sample().await;
    let page = server.browser().get("/sign-in").await;
    for name in ["Miriam Osei", "Theo Vogt", "Daniel Brandt", "Ruth Adler"] {
        assert!(page.body.contains(name), "{name} is offered");
    }
    assert_eq!(
        server.browser().get("/").await.status,
        200,
        "nobody has a real account, so this machine may do everything"
    );
    let mut daniel = as_cast(&server, "daniel.brandt@northaisle.example").await;
    let own = daniel.get("/settings").await;
    assert!(own.body.contains("head of sales"), "{}", own.body);
    assert_eq!(daniel.post("/settings/workspace/save", &[]).await.status, 403, "the part comes with its limits");
    sample::remove(&server.state.db, "command line", NOW).await.expect("it is there");
    assert_eq!(server.state.people.list().await.expect("a read"), []);
    assert!(!daniel.get("/settings").await.body.contains("head of sales"), "the part has ended with the company");
}

#[tokio::test]
async fn parts_are_for_this_machine_alone_and_only_until_somebody_real_has_an_account() {
    let server = with_sample().await;
    let ruth = number_of(&server, "ruth.adler@northaisle.example").await;
    let open = server.again_at(Site { this_machine_only: false, ..Site::default() });
    assert!(!open.browser().get("/sign-in").await.body.contains("Ruth Adler"));
    assert_eq!(open.browser().post("/sign-in/cast", &[("account", &ruth)]).await.status, 403);
    let real = server.add("ada@company.example", Standing { admin: true, ..VIEWER }).await.to_string();
    assert_eq!(server.browser().post("/sign-in/cast", &[("account", &ruth)]).await.status, 403);
    assert_eq!(server.browser().post("/sign-in/cast", &[("account", &real)]).await.status, 403);
    assert!(server.browser().get("/").await.leads_to().is_some(), "now one signs in");
}

#[tokio::test]
async fn a_viewer_opens_every_list_and_meets_no_name_and_no_mail_address_on_the_page_or_in_the_files() {
    let server = with_sample().await;
    let path = "/kpis/lead-to-opportunity/leads?from=2025-07-01&to=2026-12-01&part=leads";
    let file = path.replace("/leads?", "/leads.csv?");
    let mut aoife = as_cast(&server, "aoife.kearney@northaisle.example").await;
    let seen = aoife.get(&file).await.body;
    let mut lines = seen.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let (email, name) = lines
        .find_map(|cells| {
            (cells[1].contains('@') && cells[2].len() > 3).then(|| (cells[1].to_owned(), cells[2].to_owned()))
        })
        .expect("sales sees who the leads are");

    let mut ruth = as_cast(&server, "ruth.adler@northaisle.example").await;
    let api = ("/api/list", [("name", "lead-to-opportunity"), ("search", "from=2025-07-01&to=2026-12-01&part=leads")]);
    let answers = [
        ruth.get(path).await,
        ruth.get(&file).await,
        ruth.get(&format!("{file}&raw=1")).await,
        ruth.post(api.0, &api.1).await,
    ];
    for answer in answers {
        assert_eq!(answer.status, 200);
        assert!(!answer.body.contains(&email) && !answer.body.contains(&name), "{name} is shown to a viewer");
        assert!(!answer.body.replace("northaisle.example", "").contains(".example"), "a mail address is shown");
    }
    // A search would tell by what it finds.
    let by_name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let found = ruth.get(&format!("{path}&search={by_name}")).await;
    assert!(found.body.contains("has this in company or number"), "{}", found.body);
}

#[tokio::test]
async fn the_workspace_is_changed_by_admins_and_written_down_with_before_and_after() {
    let server = TestServer::set_up().await;
    server.add("bo@company.example", SALES).await;
    let mut ada = server.signed_in("ada@company.example").await;
    let form =
        [("name", "Northaisle Robotics"), ("zone", "America/New_York"), ("currency", "USD"), ("weeks", "sunday")];
    assert_eq!(
        ada.post("/settings/workspace/save", &form).await.leads_to(),
        Some("/settings/workspace?done=workspace")
    );
    let page = ada.get("/settings/workspace").await.body;
    assert!(page.contains("Northaisle Robotics") && page.contains("America/New_York"), "{page}");
    let log = ada.get("/activity.csv?what=workspace_changed").await.body;
    assert!(log.contains("Europe/Berlin") && log.contains("America/New_York") && log.contains("192.0.2.1"), "{log}");

    let mut bo = server.signed_in("bo@company.example").await;
    let read = bo.get("/settings/workspace").await;
    assert!(read.status == 200 && !read.body.contains("/settings/workspace/save"), "others read it");
    assert_eq!(bo.post("/settings/workspace/save", &form).await.status, 403);
    for (field, value, says) in [
        ("zone", "Mars/Olympus", "is not a time zone"),
        ("currency", "euro", "is not a currency"),
        ("name", " ", "1 to 100 characters"),
        ("weeks", "friday", "Choose one of them"),
    ] {
        let mut bad = form;
        for pair in bad.iter_mut().filter(|(name, _)| *name == field) {
            pair.1 = value;
        }
        let answer = ada.post("/settings/workspace/save", &bad).await;
        assert_eq!(answer.status, 400, "{field}");
        assert!(answer.body.contains(says), "{field}: {}", answer.body);
    }
}

#[tokio::test]
async fn zone_and_currency_stay_under_what_was_counted_in_them_while_name_and_weeks_may_change() {
    let server = with_sample().await;
    let mut here = server.browser();
    let form = |zone, currency| [("name", "Other"), ("zone", zone), ("currency", currency), ("weeks", "saturday")];
    for (zone, currency) in [("America/New_York", "EUR"), ("Europe/Berlin", "USD")] {
        let refused = here.post("/settings/workspace/save", &form(zone, currency)).await;
        assert_eq!(refused.status, 409);
        assert!(refused.body.contains("Undo the imports first"), "{}", refused.body);
    }
    let done = here.post("/settings/workspace/save", &form("Europe/Berlin", "EUR")).await;
    assert!(done.leads_to().is_some(), "{}", done.body);
    let query = Query::parse("from=2026-09-01&to=2026-12-01").expect("an address");
    let (now, question) = service::ask(&server.state, &query, &[]).await.expect("a read").expect("there are leads");
    let answer = server.state.scores.answer(&now, question).await;
    let whole: Vec<_> = answer.trend.iter().filter(|point| !point.bucket.clipped).collect();
    let first_days: BTreeSet<_> = whole.iter().map(|point| point.bucket.period.from.weekday()).collect();
    assert_eq!(first_days, BTreeSet::from([5]), "weeks begin on Saturday");
}

#[tokio::test]
async fn an_invite_waits_in_the_list_until_it_is_used_or_taken_back() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    let made = ada.post("/settings/people/invite", &[("team", "sales")]).await.body;
    let token = made.split("/join?token=").nth(1).and_then(|rest| rest.get(..64)).expect("a link").to_owned();
    let list = ada.get("/settings/people").await.body;
    assert!(!list.contains(&token), "the link itself is shown once");
    let digest =
        list.split(r#"name="invite" value=""#).nth(1).and_then(|rest| rest.split('"').next()).expect("it waits");
    assert_eq!(server.browser().get(&format!("/join?token={digest}")).await.status, 404, "the list opens no door");
    let back = ada.post("/settings/people/withdraw", &[("invite", digest)]).await;
    assert_eq!(back.leads_to(), Some("/settings/people?done=invite_withdrawn"));
    assert_eq!(server.browser().get(&format!("/join?token={token}")).await.status, 404);
    assert_eq!(ada.post("/settings/people/withdraw", &[("invite", digest)]).await.status, 404, "it is gone");

    server.add("bo@company.example", Standing { head: true, ..SALES }).await;
    ada.post("/settings/people/invite", &[("team", "marketing")]).await;
    let mut bo = server.signed_in("bo@company.example").await;
    assert!(
        !bo.get("/settings/people").await.body.contains(r#"name="invite""#),
        "marketing's invites are not sales' to see"
    );
}

#[tokio::test]
async fn an_admin_sees_and_ends_the_sessions_of_somebody_and_what_happened_around_the_account() {
    let server = TestServer::set_up().await;
    let bo = server.add("bo@company.example", SALES).await;
    let mut away = server.signed_in("bo@company.example").await;
    let mut ada = server.signed_in("ada@company.example").await;
    let page = ada.get(&format!("/settings/people/{bo}")).await;
    assert!(page.status == 200 && page.body.contains("They signed in"), "{}", page.body);
    let ended = ada.post("/settings/people/end-sessions", &[("account", &bo.to_string())]).await;
    assert_eq!(ended.leads_to(), Some(&*format!("/settings/people/{bo}?done=sessions_ended")));
    assert!(away.get("/settings").await.leads_to().is_some());
    assert_eq!(ada.get("/settings/people/999").await.status, 404);
    assert_eq!(ada.get("/settings/people/x").await.status, 400);
}

#[tokio::test]
async fn an_authenticator_is_shown_its_secret_as_a_square_to_be_scanned_and_as_text() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    ada.post("/settings/second-factor/begin", &[("password", PASSWORD)]).await;
    let page = ada.get("/settings").await.body;
    assert!(page.contains(r#"class="qr""#) && page.contains("otpauth://totp/"), "{page}");
    assert!(!server.signed_in("ada@company.example").await.get("/activity").await.body.contains("otpauth"));
}

#[tokio::test]
async fn people_and_security_events_download_as_files_that_no_spreadsheet_runs() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    ada.post("/settings/name", &[("name", "=HYPERLINK(\"evil\")")]).await;
    let people = ada.get("/settings/people.csv").await;
    assert_eq!(people.header("content-disposition"), "attachment; filename=\"people.csv\"");
    assert!(people.body.contains("'=HYPERLINK"), "{}", people.body);
    let events = ada.get("/settings/events.csv").await;
    assert!(events.body.lines().count() >= 2 && events.body.contains("You signed in"), "{}", events.body);
}

#[tokio::test]
async fn whoever_only_wants_to_look_gets_the_sample_company_in_one_click_from_the_first_page() {
    let server = TestServer::empty().await;
    let mut here = server.browser();
    assert_eq!(here.get("/").await.leads_to(), Some("/welcome"));
    let page = here.get("/welcome").await;
    assert!(page.body.contains(r#"action="/api/load-sample""#), "{}", page.body);
    here.headers = vec![("accept", "text/html".into())];
    let loaded = here.post("/api/load-sample", &[]).await;
    assert_eq!(loaded.header("location"), "/", "{}", loaded.body);
    assert!(here.get("/").await.body.contains("Remove the sample company"));
    let open = TestServer::with(Site { this_machine_only: false, ..Site::default() }).await;
    assert!(!open.browser().get("/welcome").await.body.contains("load-sample"));
    assert_eq!(open.browser().post("/api/load-sample", &[]).await.status, 401);
}

#[tokio::test]
async fn the_first_account_is_an_admins_and_nobody_gets_round_welcome() {
    let server = with_sample().await;
    let mut daniel = as_cast(&server, "daniel.brandt@northaisle.example").await;
    let refused = daniel.post("/settings/people/invite", &[("team", "sales")]).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let caller = doubles::people::service::Caller::command_line();
    let refused = server.state.people.add(&caller, "bo@company.example", "Bo", SALES).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("must be an admin")));
    let form = [("workspace", "-"), ("zone", "UTC"), ("currency", "EUR"), ("name", "Ada"), ("team", "sales")];
    let form = [&form[..], &[("email", "ada@company.example"), ("password", PASSWORD)]].concat();
    assert_eq!(server.browser().post("/welcome", &form).await.leads_to(), Some("/"));
    assert!(daniel.get("/settings").await.leads_to().is_some(), "the part ends with the first real account");
}

#[tokio::test]
async fn what_a_proxy_passes_on_does_not_come_from_this_machine() {
    let server = with_sample().await;
    let account = number_of(&server, "daniel.brandt@northaisle.example").await;
    for header in ["x-forwarded-for", "x-forwarded-proto", "forwarded", "via"] {
        let mut passed_on = server.browser();
        passed_on.headers = vec![(header, "203.0.113.9".into())];
        assert_eq!(passed_on.get("/").await.leads_to(), Some("/welcome"), "{header}");
        assert!(passed_on.get("/welcome").await.body.contains(r#"name="code""#), "{header}");
        assert_eq!(passed_on.post("/sign-in/cast", &[("account", &account)]).await.status, 403, "{header}");
    }
}

#[tokio::test]
async fn nobody_takes_the_name_of_another_or_of_a_thing_in_the_log() {
    let server = TestServer::set_up().await;
    server.add("bo@company.example", SALES).await;
    let mut bo = server.signed_in("bo@company.example").await;
    assert_eq!(bo.post("/settings/name", &[("name", "ADA")]).await.status, 409);
    assert_eq!(bo.post("/settings/name", &[("name", "command line")]).await.status, 400);
    assert!(bo.post("/settings/name", &[("name", "Bo Berg")]).await.leads_to().is_some());
    assert!(bo.get("/activity.csv?what=account_changed").await.body.contains("bo → Bo Berg"));
}

#[tokio::test]
async fn an_admin_who_can_sign_in_here_always_remains_and_an_unknown_team_is_no_viewer() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    let caller = doubles::people::service::Caller::command_line();
    let admin = Standing { admin: true, ..VIEWER };
    server.state.people.add(&caller, "eve@company.example", "Eve", admin).await.expect("the address is free");
    let refused = ada.post("/settings/people/disable", &[("account", "1")]).await;
    assert_eq!(refused.status, 409, "an admin without a password cannot look after anybody while the provider is down");
    let odd = ada.post("/settings/people/standing", &[("account", "1"), ("team", "Sales"), ("admin", "true")]).await;
    assert_eq!(odd.status, 400, "{}", odd.body);
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_by_a_page_with_a_way_on() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    for path in ["/activity?who=a&who=b", "/settings/people/abc"] {
        let page = ada.get(path).await;
        assert!(page.status.is_client_error() && page.body.contains("This cannot be read"), "{path}: {}", page.body);
    }
    let page = server.browser().post("/sign-in", &[("email", "ada@company.example")]).await;
    assert!(page.status.is_client_error() && page.body.contains("To the scoreboard"), "{}", page.body);
}
