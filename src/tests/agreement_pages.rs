//! The agreement's pages, as a browser without WASM sees them.

use crate::browser::{Browser, TestServer};
use crate::filled::{Filled, plain};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use doubles::people::model::{Standing, Team};

const fn standing(team: Team, head: bool) -> Standing {
    Standing { team: Some(team), head, admin: false }
}

/// Mia writes, Hedy and Hal sign. It is Friday 15 January 2027 in Berlin.
async fn house() -> (TestServer, Browser, Browser, Browser) {
    let server = TestServer::set_up().await;
    for (email, standing) in [
        ("mia@company.example", standing(Team::Marketing, false)),
        ("hedy@company.example", standing(Team::Marketing, true)),
        ("hal@company.example", standing(Team::Sales, true)),
    ] {
        server.add(email, standing).await;
    }
    let mia = server.signed_in("mia@company.example").await;
    let hedy = server.signed_in("hedy@company.example").await;
    let hal = server.signed_in("hal@company.example").await;
    (server, mia, hedy, hal)
}

/// Sends a form as its page shows it, with something else typed in; where it leads.
async fn send(by: &mut Browser, page: &str, action: &str, fields: &[(&str, &str)]) -> String {
    let mut form = Filled::of(&by.get(page).await.body, action);
    for (name, value) in fields {
        form = form.with(name, value);
    }
    let answer = by.post(action, &form.pairs()).await;
    answer.leads_to().unwrap_or_else(|| panic!("{action}: {}", answer.body)).to_owned()
}

#[tokio::test]
async fn two_heads_agree_by_forms_alone_and_the_page_says_so_at_every_step() {
    let (_server, mut mia, mut hedy, mut hal) = house().await;
    let page = plain(&mia.get("/agreement").await.body);
    for says in [
        "What we promise each other",
        "nobody has signed them yet",
        "First touch within 24\u{a0}hours",
        "Not signed yet",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let next = send(&mut mia, "/agreement", "/agreement/draft/begin", &[]).await;
    assert_eq!(next, "/agreement/draft?done=begun");
    let fields = [
        ("first_touch", "8 working hours"),
        ("first_touch_share", "90"),
        ("leads_per_month", "260"),
        ("exceptions", "2027-02-15 closed Rose Monday"),
    ];
    send(&mut mia, "/agreement/draft", "/agreement/draft/save", &fields).await;
    let page = plain(&mia.get("/agreement/draft").await.body);
    assert!(page.contains("<ins>8 working") || page.contains("<ins>8"), "the change is marked: {page}");
    send(
        &mut hal,
        "/agreement/draft",
        "/agreement/draft/comment",
        &[("clause", "first_touch"), ("text", "Only with a <b>fourth</b> rep.")],
    )
    .await;
    send(&mut mia, "/agreement/draft", "/agreement/draft/propose", &[]).await;
    let page = plain(&hal.get("/agreement").await.body);
    for says in ["Version 2 waits for you", "Version 2, proposed: ", "1 comment", "260"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let draft = plain(&hal.get("/agreement/draft").await.body);
    assert!(draft.contains("Only with a &lt;b&gt;fourth&lt;/b&gt; rep."), "words are words: {draft}");
    assert!(draft.contains("The signature of marketing is missing: hedy may sign."), "{draft}");
    assert!(
        Filled::each(&plain(&mia.get("/agreement/draft").await.body), "/agreement/draft/sign").is_empty(),
        "not hers"
    );
    assert_eq!(send(&mut hal, "/agreement/draft", "/agreement/draft/sign", &[]).await, "/agreement/draft?done=signed");
    let next = send(&mut hedy, "/agreement/draft", "/agreement/draft/sign", &[]).await;
    assert_eq!(next, "/agreement/versions/2?done=agreed");
    let version = plain(&hedy.get(&next).await.body);
    for says in [
        "Both have signed",
        "SHA-256 of the signed text",
        "hedy",
        "hal",
        "Rose Monday",
        "First touch within 8\u{a0}working hours, on 90\u{a0}%",
    ] {
        assert!(version.contains(says), "{says}: {version}");
    }
    assert!(plain(&mia.get("/agreement/draft").await.body).contains("No draft is open"));
    let text = mia.get("/agreement/versions/2/text").await.body;
    assert!(version.contains(&doubles::agreement::drafts::fingerprint(&text)), "anybody can check it");
    let compared = plain(&mia.get("/agreement/compare?from=1&to=2").await.body);
    for says in ["Sales, first touch", "Marketing, volume", "Days that differ"] {
        assert!(compared.contains(says), "{says}: {compared}");
    }
    assert!(!compared.contains("Sales, verdict"), "{compared}");
    let list = plain(&mia.get("/agreement/versions").await.body);
    assert!(list.contains("signed, in force from 1\u{a0}February\u{a0}2027"), "{list}");
    let file = mia.get("/agreement/promises.csv").await.body;
    assert_eq!(file.lines().count(), 9, "{file}");
    assert!(mia.get("/agreement/versions.csv").await.body.contains("signed by"));
    assert!(mia.get("/agreement/breaches.csv").await.body.starts_with("team,promise,lead"));
}

#[tokio::test]
async fn what_cannot_stand_in_a_draft_comes_back_with_the_sentence_and_what_was_typed() {
    let (_server, mut mia, ..) = house().await;
    send(&mut mia, "/agreement", "/agreement/draft/begin", &[]).await;
    let form = Filled::of(&mia.get("/agreement/draft").await.body, "/agreement/draft/save");
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let closed = week.iter().fold(form.clone(), |form, day| form.with(day, "closed"));
    for (form, says) in [
        (form.clone().with("first_touch", "soon"), "First touch within: “soon” is no stretch of time"),
        (form.clone().with("monday", "09:00-12:00, 11:00-17:00"), "overlap"),
        (form.clone().with("zone", "Mars/Olympus"), "“Mars/Olympus” is not a time zone"),
        (form.clone().with("exceptions", "2027-02-30 closed"), "is no day that differs"),
        (form.clone().with("exceptions", "2026-12-25 closed"), "the first day on which this version could be in force"),
        (closed, "no working time on any weekday"),
    ] {
        let answer = mia.post("/agreement/draft/save", &form.pairs()).await;
        let page = plain(&answer.body);
        assert_eq!(answer.status, 400, "{says}");
        assert!(page.contains(says), "{says}: {page}");
        let again = Filled::of(&page, "/agreement/draft/save");
        for field in ["first_touch", "monday", "zone", "exceptions", "friday"] {
            assert_eq!(again.get(field), form.get(field), "{field}: what was typed is not lost");
        }
    }
}

#[tokio::test]
async fn holidays_of_a_calendar_file_are_looked_through_before_they_are_taken() {
    let (_server, mut mia, ..) = house().await;
    let file =
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Good Friday\r\nDTSTART;VALUE=DATE:20270326\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nSUMMARY:Labour Day\r\nDTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nSUMMARY:Team meeting\r\nDTSTART:20270301T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let mut upload = async |content: &[u8]| {
        mia.headers.push((CONTENT_TYPE.as_str(), "multipart/form-data; boundary=line".to_owned()));
        let body = Body::from(crate::browser::multipart(&[], "holidays.ics", content));
        let answer = mia.send("POST", "/agreement/holidays", body).await;
        mia.headers.clear();
        answer
    };
    let page = plain(&upload(file).await.body);
    for says in ["Good Friday", "Labour Day", "Nothing is taken yet", "Team meeting: left out"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let refused = upload(b"Day;Name").await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("no iCalendar file"), "{}", refused.body);
    let form = Filled::of(&page, "/agreement/holidays/take");
    let answer = mia.post("/agreement/holidays/take", &form.pairs()).await;
    assert_eq!(answer.leads_to(), Some("/agreement/draft?done=days"), "{}", answer.body);
    let draft = Filled::of(&mia.get("/agreement/draft").await.body, "/agreement/draft/save");
    assert!(draft.get("exceptions").starts_with("2027-03-26 closed Good Friday\n2027-05-01 closed Labour Day"));
    let past = [("day", "2027-01-15"), ("name", "Today")];
    let refused = mia.post("/agreement/holidays/add", &past).await;
    assert!(refused.body.contains("has come already"), "{}", refused.body);
}

#[tokio::test]
async fn a_head_who_is_away_names_a_deputy_on_a_page_and_others_read_it() {
    let (server, mut mia, mut hedy, _) = house().await;
    let mia_id = server.state.people.get_by_email("mia@company.example").await.expect("she is there").id.to_string();
    let fields = [("deputy", mia_id.as_str()), ("to", "2027-01-30")];
    let next = send(&mut hedy, "/agreement/deputies", "/agreement/deputies/name", &fields).await;
    assert_eq!(next, "/agreement/deputies?done=named");
    let page = plain(&mia.get("/agreement/deputies").await.body);
    assert!(page.contains("mia signs, 15–30\u{a0}January\u{a0}2027"), "{page}");
    assert!(Filled::each(&page, "/agreement/deputies/name").is_empty(), "she is no head");
    let backwards = hedy
        .post("/agreement/deputies/name", &[("deputy", &mia_id), ("from", "2027-01-30"), ("to", "2027-01-20")])
        .await;
    assert_eq!(backwards.status, 400);
    send(&mut hedy, "/agreement/deputies", "/agreement/deputies/end", &[]).await;
    assert!(plain(&mia.get("/agreement/deputies").await.body).contains("signs in person"));
}
