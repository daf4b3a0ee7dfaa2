//! What open pages are told, by whom and of what, as a browser reads the stream.

use crate::browser::{Browser, NOW, TestServer};
use crate::databases::{Schema, postgres};
use crate::filled::{Filled, plain};
use axum::body::{Body, BodyDataStream};
use doubles::bell;
use doubles::bell::model::{Notice, NoticeKind};
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::import::mapping::Wishes;
use doubles::import::model::Kind;
use doubles::import::parse::Options;
use doubles::import::reading::ReadingWishes;
use doubles::import::run::{Actor, Request, run_import};
use doubles::people::joining::Newcomer;
use doubles::people::model::{AccountId, Standing, Team, Visitor};
use doubles::people::service::Caller;
use doubles::people::store::Origin;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use doubles::workspace::model::Workspace;
use doubles::workspace::store as workspace;
use futures::StreamExt;
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use std::time::{Duration, Instant};

/// Within which everything must have come.
const SOON: Duration = Duration::from_secs(1);
/// In which nothing comes that is not there already.
const QUIET: Duration = Duration::from_millis(150);
const PULSE: Duration = Duration::from_millis(50);

/// An open stream.
struct Stream {
    body: BodyDataStream,
    text: String,
}

/// An event of it.
#[derive(Debug, PartialEq)]
struct Event {
    id: Option<i64>,
    name: String,
    data: Value,
}

impl Stream {
    async fn open(browser: &mut Browser, last: Option<i64>) -> Self {
        let mut asking = browser.clone();
        asking.headers.extend(last.map(|last| ("last-event-id", last.to_string())));
        let answer = asking.begin("GET", "/live", Body::empty()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["x-accel-buffering"], "no");
        assert!(!answer.headers().contains_key("content-encoding"));
        Self { body: answer.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event, whatever it is; `None` where the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let event = parse(block);
                self.text = rest.to_owned();
                match event {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let part = self.body.next().await?.expect("the stream does not break");
            self.text += std::str::from_utf8(&part).expect("events are text");
        }
    }

    /// The next event of this name, within a second.
    async fn hear(&mut self, name: &str) -> Event {
        tokio::time::timeout(SOON, async {
            loop {
                let event = self.next().await.expect("the stream goes on");
                if event.name == name {
                    return event;
                }
            }
        })
        .await
        .unwrap_or_else(|_| panic!("no {name} within a second"))
    }

    /// The seqs of the changes that come until it is quiet.
    async fn changes(&mut self) -> Vec<i64> {
        let mut seqs = Vec::new();
        while let Ok(Some(event)) = tokio::time::timeout(QUIET, self.next()).await {
            if event.name == "change" {
                seqs.push(event.id.expect("a change has its place"));
            }
        }
        seqs
    }

    /// Whether it says that the session is over, and then ends.
    async fn is_over(&mut self) -> bool {
        let over = async {
            self.hear("over").await;
            self.next().await.is_none()
        };
        tokio::time::timeout(SOON, over).await.unwrap_or(false)
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |key: &str| block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
    let data = serde_json::from_str(field("data")?).expect("the data are JSON");
    Some(Event { id: field("id").and_then(|id| id.parse().ok()), name: field("event")?.to_owned(), data })
}

async fn rename(db: &Db, _name: &str) {
    let change = Change {
        at: NOW,
        actor: "Ada".to_owned(),
        kind: ChangeKind::WorkspaceChanged,
        entity: Entity::Workspace,
        entity_id: Some(1),
        detail: serde_json::json!({}),
    };
    let recorded = db.write().await.expect("its turn").record_change(&change).await.expect("it is written");
    recorded.commit().await.expect("it is saved");
}

async fn newest(db: &Db) -> i64 {
    doubles::changes::store::newest_seq(&mut db.read().await.expect("a read")).await.expect("a read").0
}

async fn ada(server: &TestServer) -> Caller {
    let ada = server.state.people.get_by_email("ada@company.example").await.expect("she is there");
    Caller { visitor: Visitor::Person(ada), ..Caller::command_line() }
}

#[tokio::test]
async fn a_commit_reaches_an_open_page_in_under_a_second_with_what_it_concerns() {
    let server = TestServer::set_up().await;
    let mut stream = Stream::open(&mut server.signed_in("ada@company.example").await, None).await;
    let started = Instant::now();
    rename(&server.state.db, "Southaisle").await;
    let told = stream.hear("change").await;
    assert!(started.elapsed() < SOON);
    let seq = newest(&server.state.db).await;
    assert_eq!(told.id, Some(seq));
    let data = serde_json::json!({
        "seq": seq, "topics": ["workspace", "numbers"], "entity": "workspace", "entity_id": 1, "actor": "Ada"
    });
    assert_eq!(told.data, data, "neither the old nor the new name is in it");
}

#[tokio::test]
async fn who_reconnects_misses_nothing_and_hears_nothing_twice() {
    let server = TestServer::set_up().await;
    let mut browser = server.signed_in("ada@company.example").await;
    let begin = newest(&server.state.db).await;
    let (db, count) = (server.state.db.clone(), 60);
    let writing = tokio::spawn(async move {
        for number in 0..count {
            rename(&db, &format!("Aisle {number}")).await;
        }
    });
    let (mut heard, mut last) = (Vec::new(), begin);
    while last < begin + count {
        let mut stream = Stream::open(&mut browser, Some(last)).await;
        // The connection breaks after a few.
        for _ in 0..7 {
            if last < begin + count {
                last = stream.hear("change").await.id.expect("a change has its place");
                heard.push(last);
            }
        }
    }
    writing.await.expect("all are written");
    assert_eq!(heard, (begin + 1..=begin + count).collect::<Vec<_>>());
    let mut stream = Stream::open(&mut browser, Some(last)).await;
    assert_eq!(stream.changes().await, [0; 0], "nothing is told again");
}

#[tokio::test]
async fn who_was_away_for_long_or_knows_a_future_that_was_taken_back_reads_everything_again() {
    let server = TestServer::set_up().await;
    let mut browser = server.signed_in("ada@company.example").await;
    for number in 0..201 {
        rename(&server.state.db, &format!("Aisle {number}")).await;
    }
    let seq = newest(&server.state.db).await;
    for last in [0, seq - 201, seq + 1_000_000] {
        let mut stream = Stream::open(&mut browser, Some(last)).await;
        let told = stream.hear("reread").await;
        assert_eq!((told.id, told.data), (Some(seq), Value::from(seq)), "{last}");
        assert_eq!(stream.changes().await, [0; 0]);
    }
    assert_eq!(Stream::open(&mut browser, Some(seq - 200)).await.changes().await.len(), 200);
}

#[tokio::test]
async fn a_page_says_up_to_which_change_it_is_current_and_a_stranger_gets_no_script() {
    let server = TestServer::set_up().await;
    server.state.hub.start().await.expect("the database answers");
    let mut ada = server.signed_in("ada@company.example").await;
    let seq = newest(&server.state.db).await;
    for (path, live) in [
        ("/", None),
        ("/activity", Some("*")),
        ("/settings/workspace", Some("workspace")),
        ("/settings/people", Some("people")),
        ("/bell", Some("bell")),
    ] {
        let page = ada.get(path).await.body;
        assert!(page.contains(&format!("data-seq=\"{seq}\"")), "{path}: {page}");
        assert!(page.contains("/live.js\""), "{path}");
        assert_eq!(page.split("data-live=\"").nth(1).and_then(|rest| rest.split('"').next()), live, "{path}");
    }
    let refused = ada.post("/settings/workspace/save", &[("workspace", ""), ("zone", ""), ("currency", "")]).await;
    assert!(refused.body.contains("data-seq") && !refused.body.contains("data-live"), "no address leads to it");
    let page = server.browser().get("/sign-in").await.body;
    assert!(!page.contains("live.js") && !page.contains("data-seq"), "{page}");
}

#[tokio::test]
async fn the_stream_of_somebody_who_signed_out_ends() {
    let server = TestServer::set_up().await.with_pulse(PULSE);
    let mut ada = server.signed_in("ada@company.example").await;
    let mut stream = Stream::open(&mut ada, None).await;
    assert!(tokio::time::timeout(PULSE * 4, stream.next()).await.is_ok_and(|event| event.is_some()), "the bell");
    assert!(tokio::time::timeout(PULSE * 4, stream.next()).await.is_err(), "it stays open");
    ada.clone().post("/sign-out", &[]).await;
    assert!(stream.is_over().await);
    let answer = ada.get("/live").await;
    assert_eq!(answer.status, 401, "and no other begins: a program is told, not led to a page");
}

#[tokio::test]
async fn the_stream_of_somebody_who_was_disabled_ends_at_once_and_without_the_news() {
    // The usual pulse: what ends it is the change itself.
    let server = TestServer::set_up().await;
    let bo = server.add("bo@company.example", Standing::default()).await;
    let mut stream = Stream::open(&mut server.signed_in("bo@company.example").await, None).await;
    server.state.people.set_disabled(&ada(&server).await, bo, true).await.expect("Bo is no admin");
    let mut names = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout(SOON, stream.next()).await {
        names.push(event.name);
    }
    assert_eq!(names, ["bell", "over"]);
}

#[tokio::test]
async fn whoever_sits_at_this_machine_listens_until_the_first_account_is_made() {
    let server = TestServer::empty().await;
    let mut stream = Stream::open(&mut server.browser(), None).await;
    server.add_ada().await;
    assert!(stream.is_over().await);
}

#[tokio::test]
async fn a_stream_that_is_open_keeps_no_session_alive() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    let seen = async || crate::databases::table(&server.state.db, "select seen_at from session").await;
    let before = seen().await;
    let later = doubles::server::clock::Clock::Fixed(doubles::period::Instant(NOW.0 + 3_600));
    let mut state = server.state.clone();
    state.people = doubles::people::service::People::new(state.db.clone(), later);
    ada.use_router(doubles::server::router::build(state, None));
    let _stream = Stream::open(&mut ada, None).await;
    ada.post("/live/here", &[("tab", "a"), ("path", "/")]).await;
    ada.get("/live/taken").await;
    let mut by_itself = ada.clone();
    by_itself.headers.push(("x-by-itself", "1".to_owned()));
    for path in ["/settings", "/", "/leads/rows", "/bell"] {
        let answer = by_itself.get(path).await;
        assert!([200, 403].contains(&answer.status.as_u16()), "{path}: {}", answer.body);
    }
    assert_eq!(seen().await, before, "nor does a page that makes itself current");
    ada.get("/settings").await;
    assert_ne!(seen().await, before, "a page that somebody opens does");
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams() {
    let server = TestServer::set_up().await;
    let mut stream = Stream::open(&mut server.signed_in("ada@company.example").await, None).await;
    server.state.hub.close();
    let ended = async { while stream.next().await.is_some() {} };
    tokio::time::timeout(SOON, ended).await.expect("it ends");
}

#[tokio::test]
async fn a_stream_that_begins_while_the_server_stops_ends_at_once() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    server.state.hub.close();
    let mut stream = Stream::open(&mut ada, None).await;
    let ended = async { while stream.next().await.is_some() {} };
    tokio::time::timeout(SOON, ended).await.expect("it ends");
}

#[tokio::test]
async fn who_fell_behind_is_told_how_much_waits_as_well() {
    let server = TestServer::set_up().await;
    let bo = server.add("bo@company.example", Standing::default()).await;
    let mut stream = Stream::open(&mut server.signed_in("bo@company.example").await, None).await;
    assert_eq!(stream.hear("bell").await.data, 0);
    server
        .state
        .people
        .set_standing(&ada(&server).await, bo, Standing { team: Some(Team::Sales), ..Standing::default() })
        .await
        .expect("Bo is no admin");
    // Others read so much meanwhile that what was told of Bo's notice is lost on the way.
    for _ in 0..5_000 {
        server.state.hub.notices_read(AccountId(bo.0 + 1));
    }
    stream.hear("reread").await;
    assert_eq!(stream.hear("bell").await.data, 1);
}

#[tokio::test]
async fn colleagues_see_who_else_has_the_page_open_and_when_they_leave() {
    let server = TestServer::set_up().await;
    server.add("miriam@company.example", Standing { team: Some(Team::Marketing), ..Standing::default() }).await;
    let mut ada = server.signed_in("ada@company.example").await;
    let mut miriam = server.signed_in("miriam@company.example").await;
    let here = async |browser: &mut Browser, path: &str| {
        let told = browser.post("/live/here", &[("tab", "a"), ("path", path)]).await;
        assert_eq!(told.status, 200, "{}", told.body);
        serde_json::from_str::<Value>(&told.body).expect("JSON")
    };
    assert_eq!(here(&mut ada, "/").await["words"], "", "she is alone");
    here(&mut miriam, "/").await;
    let mut stream = Stream::open(&mut ada, None).await;
    assert_eq!(stream.hear("here").await.data["words"], "miriam is here", "she came before the stream was open");
    here(&mut miriam, "").await;
    assert_eq!(stream.hear("here").await.data["words"], "");
    assert_eq!(here(&mut miriam, "/").await["words"], "Ada is here");
    let told = stream.hear("here").await.data;
    assert_eq!(told["words"], "miriam is here");
    assert_eq!(told["avatars"], serde_json::json!([["m", "marketing"]]));
    assert_eq!(here(&mut miriam, "/settings").await["words"], "");
    assert_eq!(stream.hear("here").await.data["words"], "");
    here(&mut miriam, "/").await;
    assert_eq!(stream.hear("here").await.data["words"], "miriam is here");
    here(&mut miriam, "").await;
    assert_eq!(stream.hear("here").await.data["words"], "");
    miriam.post("/live/here", &[("tab", "a"), ("path", "/"), ("place", "s-7")]).await;
    let told = stream.hear("here").await.data;
    assert_eq!(told["editing"], serde_json::json!([["s-7", "miriam is editing this"]]));
    here(&mut miriam, "/").await;
    assert_eq!(stream.hear("here").await.data["editing"], serde_json::json!([]));
    let long = [("tab", "a"), ("path", "/"), ("place", "a-name-of-a-place-that-is-much-too-long")];
    assert_eq!(ada.post("/live/here", &long).await.status, 400);
    for wrong in [[("tab", ""), ("path", "/")], [("tab", "a-name-that-is-too-long"), ("path", "/")]] {
        assert_eq!(ada.post("/live/here", &wrong).await.status, 400);
    }
    let long = "/".repeat(300);
    assert_eq!(ada.post("/live/here", &[("tab", "a"), ("path", &long)]).await.status, 400);
}

#[tokio::test]
async fn a_page_that_was_closed_at_once_leaves_no_ghost_though_its_goodbye_comes_before_its_greeting() {
    let server = TestServer::set_up().await;
    server.add("miriam@company.example", Standing { team: Some(Team::Marketing), ..Standing::default() }).await;
    let mut ada = server.signed_in("ada@company.example").await;
    let mut miriam = server.signed_in("miriam@company.example").await;
    let here = async |browser: &mut Browser, tab: &str, number: &str, path: &str| {
        let told = browser.post("/live/here", &[("tab", tab), ("path", path), ("number", number)]).await;
        assert_eq!(told.status, 200, "{}", told.body);
        serde_json::from_str::<Value>(&told.body).expect("JSON")["words"].clone()
    };
    here(&mut miriam, "closed", "1785747600002", "").await;
    here(&mut miriam, "closed", "1785747600001", "/").await;
    assert_eq!(here(&mut ada, "a", "1", "/").await, "", "nobody else has it open");
    // From page to page in one tab: what the page before said last comes after what the next one said first.
    here(&mut miriam, "b", "5", "/").await;
    assert_eq!(here(&mut ada, "a", "2", "/").await, "miriam is here");
    here(&mut miriam, "b", "8", "/activity").await;
    here(&mut miriam, "b", "7", "").await;
    here(&mut miriam, "b", "6", "/").await;
    assert_eq!(here(&mut ada, "a", "3", "/").await, "");
    assert_eq!(here(&mut ada, "a", "4", "/activity").await, "miriam is here");
}

#[tokio::test]
async fn nothing_that_an_import_brings_stands_in_what_pages_are_told() {
    let server = TestServer::set_up().await;
    let mut stream = Stream::open(&mut server.signed_in("ada@company.example").await, None).await;
    import(&server, None).await;
    let mut said = String::new();
    while let Ok(Some(event)) = tokio::time::timeout(QUIET, stream.next()).await {
        said += &format!("{event:?}\n");
    }
    assert!(said.matches("\"imports\"").count() >= 3, "begun, written, ended: {said}");
    for personal in ["Grace", "grace@", "5550", "crm.csv", "Northaisle"] {
        assert!(!said.contains(personal), "{said}");
    }
}

/// Two leads from a file.
async fn import(server: &TestServer, account: Option<AccountId>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("crm.csv");
    let rows = "external_id,email,name,phone,created_at\n\
                1,grace@customer.example,Grace Hopper,5550,2027-01-01\n\
                2,alan@customer.example,Alan,5551,2027-01-02\n";
    std::fs::write(&file, rows).expect("it is written");
    let db = &server.state.db;
    let own = workspace::find(&mut db.read().await.expect("a read")).await.expect("a read").expect("it is set up");
    let options =
        Options { kind: Kind::Leads, file, reading: ReadingWishes::default(), wishes: Wishes::default(), order: None };
    let request =
        Request { options, zone: None, source: "crm".to_owned(), is_first: false, check_only: false, alone: false };
    run_import(db, &own, request, Actor { name: "Ada", account }, NOW, |_| ()).await.expect("it can be read");
}

#[tokio::test]
async fn a_notice_comes_with_its_change_for_whom_it_concerns_and_nobody_else() {
    let server = TestServer::set_up().await;
    let bo = server.add("bo@company.example", Standing::default()).await;
    let mut browsers = [server.signed_in("bo@company.example").await, server.signed_in("ada@company.example").await];
    let mut streams = Vec::new();
    for browser in &mut browsers {
        let mut stream = Stream::open(browser, None).await;
        assert_eq!(stream.hear("bell").await.data, 0);
        streams.push(stream);
    }
    let [of_bo, of_ada] = &mut browsers;
    let sales = Standing { team: Some(Team::Sales), ..Standing::default() };
    server.state.people.set_standing(&ada(&server).await, bo, sales).await.expect("Bo is no admin");
    assert_eq!(streams[0].hear("bell").await.data, 1);
    assert_eq!(streams[1].changes().await.len(), 1, "Ada hears that something changed, and no bell");
    let page = of_bo.get("/bell").await.body;
    assert!(page.contains("Ada changed what you are here as: viewer → sales."), "{page}");
    assert!(page.contains("data-count=\"1\""), "{page}");
    assert!(of_ada.get("/bell").await.body.contains("Nothing yet"));
    assert!(of_ada.get("/").await.body.contains("data-count=\"0\""));

    // Nobody is told of what they did themselves.
    let own = ada(&server).await;
    let id = own.visitor.account().expect("she is in").id;
    let both = Standing { admin: true, ..sales };
    server.state.people.set_standing(&own, id, both).await.expect("she stays admin");
    assert_eq!(bell::store::waiting(&server.state.db, id).await, Ok(0));
}

#[tokio::test]
async fn a_refused_change_leaves_no_notice() {
    let server = TestServer::set_up().await;
    let ada = ada(&server).await;
    let id = ada.visitor.account().expect("she is in").id;
    let caller = Caller::command_line();
    server.state.people.set_standing(&caller, id, Standing::default()).await.expect_err("she is the last admin");
    assert_eq!(bell::store::waiting(&server.state.db, id).await, Ok(0));
}

#[tokio::test]
async fn whoever_invited_hears_who_joined_and_whoever_imported_hears_of_the_end() {
    let server = TestServer::set_up().await;
    let caller = ada(&server).await;
    let id = caller.visitor.account().expect("she is in").id;
    let invite = server.state.people.invite(&caller, Standing::default()).await.expect("she is admin");
    let bo =
        Newcomer { name: "Bo".into(), email: "bo@company.example".into(), password: crate::browser::PASSWORD.into() };
    let origin = Origin { address: "192.0.2.1".into(), agent: "a test".into() };
    server.state.people.join(&invite, bo, &origin).await.expect("the link is good");
    import(&server, Some(id)).await;
    let mut browser = server.signed_in("ada@company.example").await;
    let page = browser.get("/bell").await.body;
    assert!(page.contains("Bo joined by your invite, as viewer."), "{page}");
    assert!(page.contains("Your import has ended: 2 rows, 2 new, 0 changed, 0 unchanged, 0 rejected."), "{page}");
    assert!(page.contains("2 notices are new."));
    let file = browser.get("/bell.csv").await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"bell.csv\"");
    assert_eq!(file.body.lines().count(), 3, "{}", file.body);
}

#[tokio::test]
async fn what_was_read_waits_no_more_and_only_its_own_person_can_say_so() {
    let server = TestServer::set_up().await;
    let bo = server.add("bo@company.example", Standing::default()).await;
    let caller = ada(&server).await;
    for team in [Some(Team::Sales), None, Some(Team::Marketing)] {
        let standing = Standing { team, ..Standing::default() };
        server.state.people.set_standing(&caller, bo, standing).await.expect("Bo is no admin");
    }
    let waiting = async || bell::store::waiting(&server.state.db, bo).await.expect("a read");
    assert_eq!(waiting().await, 3);
    let mut stranger = server.signed_in("ada@company.example").await;
    stranger.post("/bell/read", &[("notice", "1")]).await;
    stranger.post("/bell/read-all", &[("oldest", "1"), ("newest", "3")]).await;
    assert_eq!(waiting().await, 3);
    let mut browser = server.signed_in("bo@company.example").await;
    let mut stream = Stream::open(&mut browser, None).await;
    assert_eq!(stream.hear("bell").await.data, 3);
    assert_eq!(browser.post("/bell/read", &[("notice", "2")]).await.leads_to(), Some("/bell"));
    assert_eq!(stream.hear("bell").await.data, 2, "other tabs show it");
    let page = browser.get("/bell").await.body;
    let order: Vec<usize> = [3, 1, 2].iter().map(|id| page.find(&format!("notice-{id}\"")).expect("a line")).collect();
    assert!(order.is_sorted(), "the unread come first");
    // What comes while the page is open was not read with it.
    let standing = Standing { team: Some(Team::Sales), ..Standing::default() };
    server.state.people.set_standing(&caller, bo, standing).await.expect("Bo is no admin");
    browser.post("/bell/read-all", &Filled::of(&page, "/bell/read-all").pairs()).await;
    assert_eq!(waiting().await, 1);
    let page = browser.get("/bell").await.body;
    assert!(page.contains("One notice is new."), "{page}");
    browser.post("/bell/read-all", &Filled::of(&page, "/bell/read-all").pairs()).await;
    assert_eq!(waiting().await, 0);
}

#[tokio::test]
async fn the_bell_counts_what_does_not_stand_on_its_page_and_leaves_it_unread() {
    let server = TestServer::set_up().await;
    let bo = server.add("bo@company.example", Standing::default()).await;
    let mut tx = server.state.db.write().await.expect("its turn");
    for _ in 0..130 {
        let detail = serde_json::json!({ "as": "viewer" });
        let notice = Notice { to: bo, kind: NoticeKind::InviteUsed, actor: "Ada", detail, at: NOW };
        bell::store::notify(&mut tx, &notice).await.expect("it is written");
    }
    tx.record_change(&crate::backup::a_change()).await.expect("it is written").commit().await.expect("it is saved");
    let mut browser = server.signed_in("bo@company.example").await;
    let page = plain(&browser.get("/bell").await.body);
    assert!(page.contains("130 notices are new; the latest 100 stand here."), "{page}");
    assert!(page.contains("Mark these 100 read"), "{page}");
    browser.post("/bell/read-all", &Filled::of(&page, "/bell/read-all").pairs()).await;
    let page = plain(&browser.get("/bell").await.body);
    assert!(page.contains("30 notices are new.") && page.contains("Mark all read"), "{page}");
}

/// Ends the connections of that name on which somebody listens; how many there were.
async fn terminate(server: &str, name: &str) -> usize {
    let mut conn = PgConnection::connect(server).await.expect("it answers");
    let ended: Vec<bool> = sqlx::query_scalar(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and query ilike 'listen%'",
    )
    .bind(name)
    .fetch_all(&mut conn)
    .await
    .expect("a superuser may");
    conn.close().await.expect("it closes");
    ended.into_iter().filter(|ended| *ended).count()
}

#[tokio::test]
async fn two_servers_on_one_postgresql_hear_each_other() {
    let Some(server) = postgres() else { return };
    let schema = Schema::create(&server).await;
    let name = format!("hearing {}", schema.name());
    let url = DatabaseUrl::Postgres(format!("{}&application_name={}", schema.url, name.replace(' ', "%20")));
    let one = TestServer::of(open(&url).await.expect("a new schema"));
    let other = TestServer::of(open(&url).await.expect("the same"));
    let own = Workspace::new("Northaisle", "Europe/Berlin", "EUR").expect("a workspace");
    workspace::create(&one.state.db, &own, "a test", NOW).await.expect("it is empty");
    let mut stream = Stream::open(&mut other.browser(), Some(newest(&one.state.db).await)).await;
    rename(&one.state.db, "Southaisle").await;
    assert_eq!(stream.hear("change").await.data["actor"], "Ada");
    // A connection that broke is made again, and what was missed meanwhile is told.
    // Of both servers here, and of no other test's: they say by which name they are connected.
    let killed = terminate(&server, &name).await;
    assert!(killed >= 1, "no listener was there to lose its connection");
    rename(&one.state.db, "Eastaisle").await;
    assert_eq!(tokio::time::timeout(SOON * 5, stream.next()).await.expect("in time").expect("open").name, "change");
    one.state.db.close().await;
    other.state.hub.close();
    other.state.db.close().await;
    schema.remove().await;
}
