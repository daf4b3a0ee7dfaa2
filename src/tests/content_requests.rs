//! What is missing, and how it comes: gaps, requests, briefs, drafts; lists taken in; owners told in time; links looked at.

use crate::browser::NOW;
use crate::content::{House, add, approved, house, lead, persona, step, write};
use crate::databases::table;
use crate::filled::{Filled, plain};
use crate::spend::MARKETING;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::get;
use doubles::content::expiry;
use doubles::content::links::checker::Checker;
use doubles::content::links::link::is_public;
use doubles::people::model::Standing;
use doubles::period::{Day, Instant};
use std::net::SocketAddr;

#[tokio::test]
async fn a_gap_becomes_a_request_a_brief_a_draft_and_an_item_and_who_asked_is_told() {
    let House { server, mut mia, mut sam, .. } = house().await;
    persona(&server.state.db, "Planner", "planner").await;
    let map = sam.get("/content/map").await.body;
    let gap = "/content/ask?origin=gap&amp;persona=planner&amp;stage=decision";
    assert!(map.contains(gap) && plain(&map).contains("3\u{a0}places without an approved item"), "{map}");
    let form = Filled::of(&sam.get(&gap.replace("&amp;", "&")).await.body, "/content/ask");
    assert_eq!((form.get("persona"), form.get("stage"), form.get("origin")), ("Planner", "decision", "gap"));
    let form = form.with("title", "Who signs the safety case?");
    let leads_to = sam.post("/content/ask", &form.pairs()).await.leads_to().expect("it is taken").to_owned();
    assert_eq!(leads_to, "/content/requests/1?done=asked");
    assert_eq!(sam.post("/content/ask", &form.pairs()).await.leads_to(), Some(&*leads_to), "twice is once");
    assert!(plain(&sam.get("/content/map").await.body).contains("asked for"));

    let mut hal = server.signed_in("hal@company.example").await;
    let vote = Filled::of(&hal.get("/content/requests").await.body, "/content/requests/vote");
    assert!(hal.post("/content/requests/vote", &vote.pairs()).await.leads_to().is_some());
    assert!(plain(&mia.get("/content/requests").await.body).contains("sam and 1\u{a0}other"));
    let own = sam.post("/content/requests/vote", &[("id", "1")]).await;
    assert!(own.status == 409 && own.body.contains("You asked for it yourself"), "{}", own.body);

    let early = mia.post("/content/requests/step", &[("id", "1"), ("to", "draft")]).await;
    assert!(early.status == 400 && plain(&early.body).contains("The brief is not complete"), "{}", early.body);
    let brief = Filled::of(&sam.get("/content/requests/1").await.body, "/content/requests/save");
    let brief = brief.with("reader", "Afraid to sign").with("belief", "The maker signs").with("owner", "mia");
    let brief = brief.with("due", "2027-01-10");
    assert!(sam.post("/content/requests/save", &brief.pairs()).await.leads_to().is_some());
    let page = plain(&mia.get("/content/requests/1").await.body);
    assert!(page.contains(", for a gap on the map. Now: brief.") && page.contains("overdue since"), "{page}");
    assert!(plain(&mia.get("/content").await.body).contains("0 of 1, 1 overdue"), "marketing's side of the net");

    let begin = Filled::each(&page, "/content/requests/step").into_iter().find(|form| form.get("to") == "draft");
    let begun = mia.post("/content/requests/step", &begin.expect("the button").pairs()).await;
    assert_eq!(begun.leads_to(), Some("/content/1/edit?done=begun"), "{}", begun.body);
    let item = plain(&sam.get("/content/1").await.body);
    assert!(item.contains("Planner") && item.contains("waits for it"), "the draft knows the brief: {item}");
    let link =
        Filled::of(&mia.get("/content/1").await.body, "/content/version").with("link", "https://a.example/safety");
    mia.post("/content/version", &link.pairs()).await;
    step(&mut mia, 1, "in_review").await;
    step(&mut mia, 1, "approved").await;
    let bell = plain(&sam.get("/bell").await.body);
    assert!(bell.contains("“Who signs the safety case?”, which you asked for, is in the library."), "{bell}");
    assert_eq!(table(&server.state.db, "select state from content_request").await, [["done"]]);
    assert!(plain(&sam.get("/content/map").await.body).contains("2\u{a0}places without an approved item"));
    let file = mia.get("/content/requests.csv").await.body;
    assert!(file.contains("Who signs the safety case?") && file.contains("in the library"), "{file}");
}

#[tokio::test]
async fn a_request_is_declined_with_a_reason_and_two_people_at_one_brief_merge() {
    let House { server: _server, mut mia, mut sam, mut vic } = house().await;
    let form = Filled::of(&sam.get("/content/ask").await.body, "/content/ask").with("title", "In French");
    sam.post("/content/ask", &form.pairs()).await;
    let read = |page: &str| Filled::of(page, "/content/requests/save");
    let (one, other) =
        (read(&mia.get("/content/requests/1").await.body), read(&sam.get("/content/requests/1").await.body));
    mia.post("/content/requests/save", &one.with("belief", "It is safe").pairs()).await;
    let conflict = sam.post("/content/requests/save", &other.with("belief", "It is cheap").pairs()).await;
    assert!(conflict.status == 409 && conflict.body.contains("safe") && conflict.body.contains("cheap"));
    let wordless = mia.post("/content/requests/step", &[("id", "1"), ("to", "declined")]).await;
    assert!(wordless.status == 400 && wordless.body.contains("Say why"), "{}", wordless.body);
    let decline = [("id", "1"), ("to", "declined"), ("answer", "Two leads a year read French")];
    assert_eq!(sam.post("/content/requests/step", &decline).await.status, 403, "sales asks, marketing answers");
    assert!(mia.post("/content/requests/step", &decline).await.leads_to().is_some());
    assert!(plain(&sam.get("/content/requests/1").await.body).contains("Two leads a year read French"));
    assert!(plain(&sam.get("/bell").await.body).contains("declined your request"));
    assert_eq!(vic.get("/content/requests/1").await.status, 200);
    assert_eq!(vic.post("/content/requests/comment", &[("id", "1"), ("text", "x")]).await.status, 403);
}

#[tokio::test]
async fn a_request_is_answered_by_an_item_that_is_chosen_by_its_title() {
    let House { server, mut mia, mut sam, .. } = house().await;
    let form = Filled::of(&sam.get("/content/ask").await.body, "/content/ask").with("title", "What does it cost?");
    sam.post("/content/ask", &form.pairs()).await;
    let sheet = approved(&mut mia, "Payback sheet", &[]).await;
    add(&mut mia, "Only a draft", &[]).await;
    let page = mia.get("/content/requests/1").await.body;
    let choice = format!("{sheet}: Payback sheet");
    assert!(page.contains(&format!("<option value=\"{choice}\">")) && !page.contains("Only a draft"), "{page}");
    assert!(!sam.get("/content/requests/1").await.body.contains(&choice), "marketing says what answers it");
    let wrong = mia.post("/content/requests/step", &[("id", "1"), ("to", "done"), ("item", "Payback")]).await;
    assert!(wrong.status == 400 && plain(&wrong.body).contains("choose it from the list"), "{}", wrong.body);
    let done = mia.post("/content/requests/step", &[("id", "1"), ("to", "done"), ("item", &choice)]).await;
    assert_eq!(done.leads_to(), Some("/content/requests/1?done=done"), "{}", done.body);
    assert_eq!(table(&server.state.db, "select item_id from content_request").await, [[sheet.to_string()]]);
}

#[tokio::test]
async fn a_request_that_is_asked_with_a_whole_brief_can_be_begun_at_once() {
    let House { server, mut sam, .. } = house().await;
    let form = Filled::of(&sam.get("/content/ask").await.body, "/content/ask").with("title", "Who signs?");
    let form = form.with("reader", "Afraid").with("belief", "The maker signs").with("owner", "mia");
    sam.post("/content/ask", &form.with("due", "2027-03-01").pairs()).await;
    assert_eq!(table(&server.state.db, "select state from content_request").await, [["brief"]]);
    // One that stands as new from before, and that somebody saves as it is, is not stuck either.
    write(&server.state.db, &["update content_request set state = 'new'"]).await;
    let unchanged = Filled::of(&sam.get("/content/requests/1").await.body, "/content/requests/save");
    assert!(sam.post("/content/requests/save", &unchanged.pairs()).await.leads_to().is_some());
    let page = sam.get("/content/requests/1").await.body;
    let begin = Filled::each(&page, "/content/requests/step").into_iter().find(|form| form.get("to") == "draft");
    let begun = sam.post("/content/requests/step", &begin.expect("the button").pairs()).await;
    assert_eq!(begun.leads_to(), Some("/content/1/edit?done=begun"), "{}", begun.body);
    assert_eq!(table(&server.state.db, "select state from content_request").await, [["draft"]]);
}

#[tokio::test]
async fn a_writer_who_has_left_stays_with_a_request_until_somebody_else_is_chosen() {
    let House { server, mut sam, .. } = house().await;
    let form = Filled::of(&sam.get("/content/ask").await.body, "/content/ask").with("title", "Who signs?");
    sam.post("/content/ask", &form.with("owner", "mia").pairs()).await;
    let owner = "select a.name from content_request as r join account as a on a.id = r.owner_id";
    write(&server.state.db, &["update account set disabled_at = 1 where name = 'mia'"]).await;
    for (field, value, stands) in [("why", "Two lost deals", "mia"), ("owner", "sam", "sam")] {
        let form = Filled::of(&sam.get("/content/requests/1").await.body, "/content/requests/save").with(field, value);
        assert!(sam.post("/content/requests/save", &form.pairs()).await.leads_to().is_some(), "{field}");
        assert_eq!(table(&server.state.db, owner).await, [[stands]], "{field}");
    }
}

#[tokio::test]
async fn a_request_whose_draft_was_deleted_is_a_brief_again_and_says_so() {
    let House { server, mut mia, mut sam, .. } = house().await;
    let form = Filled::of(&sam.get("/content/ask").await.body, "/content/ask").with("title", "Who signs?");
    let form = form.with("reader", "Afraid").with("belief", "The maker signs").with("owner", "mia");
    sam.post("/content/ask", &form.with("due", "2027-03-01").pairs()).await;
    let brief = Filled::of(&sam.get("/content/requests/1").await.body, "/content/requests/save");
    sam.post("/content/requests/save", &brief.with("why", "Two lost deals").pairs()).await;
    let begin = async |by: &mut crate::browser::Browser| {
        let page = by.get("/content/requests/1").await.body;
        let form = Filled::each(&page, "/content/requests/step").into_iter().find(|form| form.get("to") == "draft");
        by.post("/content/requests/step", &form.unwrap_or_else(|| panic!("no button: {page}")).pairs()).await
    };
    assert_eq!(begin(&mut sam).await.leads_to(), Some("/content/1/edit?done=begun"));
    let early = sam.post("/content/requests/step", &[("id", "1"), ("to", "brief")]).await;
    assert!(early.status == 409 && plain(&early.body).contains("“Who signs?” is being written"), "{}", early.body);

    let delete = Filled::of(&mia.get("/content/1").await.body, "/content/delete");
    assert!(mia.post("/content/delete", &delete.pairs()).await.leads_to().is_some());
    let page = sam.get("/content/requests/1").await.body;
    let said = plain(&page);
    assert!(said.contains("mia deleted its draft “Who signs?”") && said.contains("Back to the brief"), "{said}");
    let back = Filled::each(&page, "/content/requests/step").into_iter().find(|form| form.get("to") == "brief");
    let done = sam.post("/content/requests/step", &back.expect("the button").pairs()).await;
    assert_eq!(done.leads_to(), Some("/content/requests/1?done=again"), "{}", done.body);
    let said = plain(&sam.get("/content/requests/1?done=again").await.body);
    assert!(said.contains("A brief again.") && !said.contains("deleted its draft"), "{said}");
    let stands = table(&server.state.db, "select state, item_id from content_request").await;
    assert_eq!(stands, [["brief", "-"]]);
    assert_eq!(begin(&mut sam).await.leads_to(), Some("/content/2/edit?done=begun"), "another draft is begun");
}

#[tokio::test]
async fn what_was_for_a_persona_goes_along_when_it_becomes_a_part_of_another_and_home_again() {
    let House { server, mut mia, mut sam, .. } = house().await;
    for name in ["Planner", "Buyer"] {
        mia.post("/personas/add", &[("name", name)]).await;
    }
    let both =
        approved(&mut mia, "For both", &[("personas", "Planner"), ("personas", "Buyer"), ("stages", "decision")]).await;
    let sheet = approved(&mut mia, "Payback sheet", &[("personas", "Planner"), ("stages", "decision")]).await;
    let form =
        Filled::of(&sam.get("/content/ask?origin=gap&persona=planner&stage=awareness").await.body, "/content/ask");
    sam.post("/content/ask", &form.with("title", "Why now?").pairs()).await;
    let hint = plain(&mia.get("/personas/planner").await.body);
    assert!(
        hint.contains("along, those of its rule too, with 2\u{a0}items and 1\u{a0}request of the content library"),
        "{hint}"
    );

    let preview = plain(&mia.get("/personas/planner/merge?into=2").await.body);
    assert!(preview.contains("Of the content library</dt><dd>2\u{a0}items and 1\u{a0}request<"), "{preview}");

    let done = mia.post("/personas/retire", &[("id", "1"), ("into", "2")]).await.leads_to().expect("merged").to_owned();
    let told = mia.get(&done).await.body;
    let said = plain(&told);
    assert!(said.contains("2\u{a0}items and 1\u{a0}request of the content library came along."), "{said}");
    let of_buyer = async |by: &mut crate::browser::Browser| {
        let file = by.get("/content.csv?persona=buyer").await.body;
        file.lines().skip(1).filter(|line| line.contains("For both") || line.contains("Payback sheet")).count()
    };
    assert_eq!(of_buyer(&mut sam).await, 2);
    assert!(plain(&sam.get(&format!("/content/{sheet}")).await.body).contains("Buyer"));
    let file = sam.get("/content.csv").await.body;
    assert!(file.contains(",Buyer,") && !file.contains("Buyer; Buyer") && !file.contains("Planner"), "{file}");
    let map = sam.get("/content/map.csv").await.body;
    assert_eq!(map.lines().skip(1).collect::<Vec<_>>(), ["Buyer,0,0,2"]);
    let map = plain(&sam.get("/content/map").await.body);
    assert!(map.contains("asked for"), "the gap is asked for under the new name: {map}");
    let request = sam.get("/content/requests/1").await.body;
    let form = Filled::of(&request, "/content/requests/save");
    assert_eq!(form.get("persona"), "Buyer");
    sam.post("/content/requests/save", &form.with("why", "Two lost deals").pairs()).await;
    let edited = Filled::of(&mia.get(&format!("/content/{sheet}/edit")).await.body, "/content/save");
    let mut edited = edited.with("title", "Payback in a sheet");
    edited.fields.retain(|(key, value)| match key.as_str() {
        "personas" => value == "Buyer",
        "stages" => value == "decision",
        "objections" => value.is_empty(),
        _ => true,
    });
    assert!(mia.post("/content/save", &edited.pairs()).await.leads_to().is_some());

    let home = Filled::of(&told, "/personas/bring-back");
    assert!(mia.post("/personas/bring-back", &home.pairs()).await.leads_to().is_some());
    let of_planner = sam.get("/content.csv?persona=planner").await.body;
    assert!(of_planner.contains("Payback in a sheet") && of_planner.contains("For both"), "{of_planner}");
    assert_eq!(of_buyer(&mut sam).await, 1, "what was for both is for both again");
    assert!(plain(&sam.get(&format!("/content/{both}")).await.body).contains("Planner, Buyer"));
    let form = Filled::of(&sam.get("/content/requests/1").await.body, "/content/requests/save");
    assert_eq!((form.get("persona"), form.get("why")), ("Planner", "Two lost deals"));
    let map = sam.get("/content/map.csv").await.body;
    assert_eq!(map.lines().skip(1).collect::<Vec<_>>(), ["Planner,0,0,2", "Buyer,0,0,1"]);
    assert_eq!(table(&server.state.db, "select persona_id from content_request").await, [["1"]]);
}

#[tokio::test]
async fn a_search_that_found_nothing_is_counted_without_who_and_without_what_names_a_person() {
    let House { server, mut mia, mut sam, .. } = house().await;
    approved(&mut mia, "Payback sheet", &[]).await;
    for search in
        ["Insurance++Certificate", "insurance+certificate", "ann%40client.example", "payback", "%2B49+561+5550142"]
    {
        sam.get(&format!("/content?q={search}")).await;
    }
    sam.get("/content/found?q=leas").await;
    sam.get("/content/found?q=leasing&final=1").await;
    sam.get("/content?q=zebra&stage=decision").await;
    let kept = table(&server.state.db, "select words, times from content_miss order by words").await;
    assert_eq!(kept, [["insurance certificate", "2"], ["leasing", "1"]]);
    let map = sam.get("/content/map").await.body;
    let ask = "/content/ask?origin=search&amp;search=insurance+certificate";
    assert!(map.contains(ask), "{map}");
    let form = Filled::of(&sam.get(&ask.replace("&amp;", "&")).await.body, "/content/ask");
    assert_eq!(form.get("title"), "insurance certificate");
    sam.post("/content/ask", &form.pairs()).await;
    assert_eq!(table(&server.state.db, "select words from content_miss").await, [["leasing"]], "it is asked for now");
}

#[tokio::test]
async fn a_viewer_reads_no_name_that_somebody_searched_for() {
    let House { server, mut mia, mut sam, mut vic } = house().await;
    approved(&mut mia, "Payback sheet", &[]).await;
    let ann = lead(&server, &mut mia, "Ann").await;
    let called = format!("update lead_person set name = 'Änne Bergström' where lead_id = {ann}");
    write(&server.state.db, &[&called]).await;
    for search in ["%C3%84nne+Bergstr%C3%B6m", "%C3%84NNE", "BERGSTR%C3%96M", "Anders+Holm", "insurance"] {
        sam.get(&format!("/content?q={search}")).await;
    }
    let kept = table(&server.state.db, "select words from content_miss order by words").await;
    assert_eq!(kept, [["anders holm"], ["insurance"]], "of known leads neither the name nor a word of it is kept");
    let form = Filled::of(&sam.get("/content/ask?origin=search&search=anders+holm").await.body, "/content/ask");
    let form = form.with("title", "A folder for fleets");
    assert!(sam.post("/content/ask", &form.pairs()).await.leads_to().is_some());
    sam.get("/content?q=Anders+Holm").await;
    assert!(sam.get("/content/misses.csv").await.body.contains("anders holm,1"));
    assert_eq!(vic.get("/content/misses.csv").await.status, 403);
    for path in ["/content/map", "/content/requests/1", "/content/requests.csv"] {
        let sales = sam.get(path).await.body.to_lowercase();
        assert!(sales.contains("anders holm"), "{path}: {sales}");
        let page = vic.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.to_lowercase().contains("anders holm"), "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn objections_without_an_answer_show_on_the_map() {
    let House { server, mut mia, mut sam, .. } = house().await;
    let ann = lead(&server, &mut mia, "Ann").await;
    let judged = format!(
        "update lead set reason = 'no_budget', decision = 'recycle', verdict_at = {} where id = {ann}",
        NOW.0 - 60
    );
    write(&server.state.db, &[&judged]).await;
    let map = sam.get("/content/map").await.body;
    assert!(map.contains("origin=objection&amp;objection=no_budget") && map.contains("none: ask for one"), "{map}");
    assert!(sam.get("/content/objections.csv").await.body.contains("no budget,1,0,no"));
    let answer = approved(&mut mia, "Rent or buy", &[("objections", "no_budget")]).await;
    assert!(!sam.get("/content/map").await.body.contains("none: ask for one"));
    let beside = plain(&sam.get(&format!("/leads/{ann}")).await.body);
    assert!(beside.contains("Rent or buy") && beside.contains(&format!("/content/{answer}")), "{beside}");
}

#[tokio::test]
async fn what_sales_may_not_share_fills_no_place_of_the_map_and_answers_no_objection() {
    let House { server, mut mia, mut sam, .. } = house().await;
    persona(&server.state.db, "Planner", "planner").await;
    let ann = lead(&server, &mut mia, "Ann").await;
    let judged = format!(
        "update lead set reason = 'no_budget', decision = 'recycle', verdict_at = {} where id = {ann}",
        NOW.0 - 60
    );
    write(&server.state.db, &[&judged]).await;
    let place = [("personas", "Planner"), ("stages", "decision"), ("objections", "no_budget")];
    let old = approved(&mut mia, "Price list", &place).await;
    let other = approved(&mut mia, "Rent or buy", &place).await;
    let today = i64::from(NOW.0) / 86_400;
    let seq = "(select n from counter where name = 'change')";
    let expired = format!("update content_item set expires = {}, seq = {seq} where id = {old}", today - 1);
    write(&server.state.db, &[&expired]).await;
    let map = plain(&sam.get("/content/map").await.body);
    assert!(map.contains("2\u{a0}places without") && !map.contains("none: ask for one"), "{map}");
    let asked = step(&mut mia, other, "retired").await;
    assert!(asked.contains("the only approved item for Planner, decision"), "an expired one covers nothing: {asked}");
    let later = format!("update content_item set released = {}, seq = {seq} where id = {other}", today + 9);
    write(&server.state.db, &[&later]).await;
    let map = plain(&sam.get("/content/map").await.body);
    assert!(map.contains("3\u{a0}places without") && map.contains("none: ask for one"), "{map}");
}

#[tokio::test]
async fn owners_are_told_before_the_last_day_and_never_twice_for_the_same_day() {
    let House { server, mut mia, .. } = house().await;
    let today = i64::from(NOW.0) / 86_400;
    let day = |ahead: i64| Day((today + ahead) as i32).to_string();
    let id = approved(&mut mia, "Price list", &[("expires", &day(40))]).await;
    approved(&mut mia, "Far ahead", &[("expires", &day(200))]).await;
    add(&mut mia, "Only a draft", &[("expires", &day(3))]).await;
    let at = |days: u32| Instant(NOW.0 + days * 86_400);
    let tell = async |days: u32| expiry::tell(&server.state.db, at(days)).await.expect("a write");
    assert_eq!((tell(0).await, tell(9).await), (0, 0));
    assert_eq!((tell(10).await, tell(10).await, tell(20).await), (1, 0, 0));
    let bell = plain(&mia.get("/bell").await.body);
    assert_eq!(bell.matches("“Price list” expires").count(), 1, "{bell}");
    let form = Filled::of(&mia.get(&format!("/content/{id}/edit")).await.body, "/content/save");
    let mut form = form.with("expires", &day(60));
    form.fields.retain(|(key, value)| {
        !["personas", "stages"].contains(&key.as_str()) && (key != "objections" || value.is_empty())
    });
    assert!(mia.post("/content/save", &form.pairs()).await.leads_to().is_some());
    assert_eq!((tell(20).await, tell(31).await, tell(32).await), (0, 1, 0), "another day is another word");
    assert_eq!(tell(300).await, 0, "what is over is not announced");
    assert!(!mia.get("/content/curate?list=expiring").await.body.contains("Price list"), "45 days ahead is not soon");
}

#[tokio::test]
async fn where_an_owner_has_left_the_heads_of_marketing_hear_what_expires_and_a_new_owner_hears_it_anew() {
    let House { server, mut mia, .. } = house().await;
    let head = Standing { head: true, ..MARKETING };
    server.add("una@company.example", head).await;
    let mut una = server.signed_in("una@company.example").await;
    let mut hal = server.signed_in("hal@company.example").await;
    let today = i64::from(NOW.0) / 86_400;
    let id = approved(&mut mia, "Price list", &[("expires", &Day((today + 9) as i32).to_string())]).await;
    write(&server.state.db, &["update account set disabled_at = 1 where name = 'mia'"]).await;
    let tell = async || expiry::tell(&server.state.db, NOW).await.expect("a write");
    assert_eq!((tell().await, tell().await), (1, 0));
    assert_eq!(plain(&una.get("/bell").await.body).matches("“Price list” expires").count(), 1);
    assert_eq!(plain(&hal.get("/bell").await.body).matches("“Price list” expires").count(), 0, "sales cannot mend it");
    let mut give = async |owner: &str| {
        let form = [("item", id.to_string()), ("what", format!("owner {owner}"))];
        let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
        assert!(una.post("/content/bulk", &form).await.leads_to().is_some(), "{owner}");
    };
    give("sam").await;
    assert_eq!((tell().await, tell().await), (1, 0), "somebody else has it now");
    let mut sam = server.signed_in("sam@company.example").await;
    assert_eq!(plain(&sam.get("/bell").await.body).matches("“Price list” expires").count(), 1);
}

#[tokio::test]
async fn lists_show_what_needs_marketings_hand() {
    let House { server, mut mia, mut sam, .. } = house().await;
    let hot = approved(&mut mia, "Hot", &[]).await;
    let loved = approved(&mut mia, "Loved", &[]).await;
    let leads = [
        lead(&server, &mut mia, "Ann").await,
        lead(&server, &mut mia, "Ben").await,
        lead(&server, &mut mia, "Cyn").await,
    ];
    for (at, lead) in leads.iter().enumerate() {
        let form = [("item", hot.to_string()), ("lead", lead.to_string()), ("from", "item".to_owned())];
        let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
        assert!(sam.post("/content/share", &form).await.leads_to().is_some(), "{at}");
    }
    let long_ago = NOW.0 - 400 * 86_400;
    let seq = "(select n from counter where name = 'change')";
    write(
        &server.state.db,
        &[
            &format!("update content_item set confirmed_at = {long_ago}, seq = {seq} where id = {hot}"),
            &format!("update content_item set status = 'retired', seq = {seq} where id = {loved}"),
            &format!("insert into content_rating (item_id, account_id, stars, note, at) values ({loved}, 8, 5, '', 1), ({loved}, 9, 4, '', 1)"),
        ],
    )
    .await;
    let page = plain(&mia.get("/content/curate?list=hot_stale").await.body);
    assert!(page.contains("Hot") && page.contains("3\u{a0}leads got it"), "{page}");
    let confirm = Filled::of(&page, "/content/confirm");
    assert!(mia.post("/content/confirm", &confirm.pairs()).await.leads_to().is_some());
    assert!(plain(&mia.get("/content/curate?list=hot_stale").await.body).contains("confirmed within a year"));
    assert!(plain(&mia.get("/content/curate?list=loved_retired").await.body).contains("Loved"));
    let file = mia.get("/content/curate.csv?list=loved_retired").await.body;
    assert!(file.contains("Loved"), "{file}");
    for list in ["review", "expiring", "duplicates", "broken", "unowned", "deleted"] {
        assert_eq!(sam.get(&format!("/content/curate?list={list}")).await.status, 200, "{list}");
    }
}

#[tokio::test]
async fn a_list_is_checked_before_it_is_written_and_says_what_it_does_not_take() {
    let House { server, mut mia, mut sam, mut vic } = house().await;
    approved(&mut mia, "Payback sheet", &[]).await;
    let list = "Title,Link,Kind,Language,Persona,Expires\n\
        Safety audit,https://a.example/audit,Checklist,German,,\n\
        Payback again,https://northaisle.example/Payback-sheet,Guide,,,\n\
        Intranet,http://10.1.1.1/x,Guide,,,\n\
        Odd,https://a.example/odd,Poem,,,\n\
        For Nobody,https://a.example/nobody,Guide,,Nobody,\n\
        Soon,https://a.example/soon,Guide,,,tomorrow\n\
        Safety audit twice,https://www.a.example/audit/,Guide,,,\n";
    let checked = sam.post("/content/import/check", &[("list", list)]).await;
    let page = plain(&checked.body);
    assert!(
        page.contains("1\u{a0}item would come in, 2 the library has already, 4\u{a0}rows cannot be taken"),
        "{page}"
    );
    for says in ["inside a network", "kind of the list", "no persona called", "not a day"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    assert_eq!(table(&server.state.db, "select count(*) from content_item").await, [["1"]], "the check writes nothing");
    let run = Filled::of(&checked.body, "/content/import/run");
    let done = sam.post("/content/import/run", &run.pairs()).await.leads_to().expect("it is taken").to_owned();
    assert_eq!(sam.post("/content/import/run", &run.pairs()).await.leads_to(), Some(&*done), "twice is once");
    let page = plain(&sam.get(&done).await.body);
    assert!(page.contains("1\u{a0}item taken in") && page.contains("Safety audit"), "{page}");
    let nothing = sam.post("/content/import/run", &[("list", list)]).await;
    assert!(nothing.status == 400 && plain(&nothing.body).contains("Nothing of this list is new"), "{}", nothing.body);
    let folder = sam.post("/content/import/check", &[("list", "./Safety/Night trial.pdf\n./Fleet.pptx")]).await;
    assert!(plain(&folder.body).contains("2\u{a0}items would come in"), "{}", folder.body);
    let long: String = (0..1_001).map(|n| format!("file {n}.pdf\n")).collect();
    assert_eq!(sam.post("/content/import/check", &[("list", &long)]).await.status, 413);
    assert_eq!(sam.post("/content/import/check", &[("list", " ")]).await.status, 400);
    assert_eq!(vic.get("/content/import").await.status, 403);
}

#[tokio::test]
async fn links_are_looked_at_by_whoever_may_and_never_in_a_network_of_somebodys_own() {
    let no_head = async || (StatusCode::METHOD_NOT_ALLOWED, "get it");
    let app = Router::new()
        .route("/fine", get(async || "fine"))
        .route("/gone", get(async || StatusCode::GONE))
        .route("/get-only", get(async || "fine").head(no_head))
        .route("/on", get(async || Redirect::permanent("/fine")))
        .route("/round", get(async || Redirect::permanent("/round")))
        .route("/inside", get(async || Redirect::permanent("http://192.168.0.1/secret")));
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    let here = Checker::new(|address| address.is_loopback()).expect("a client");
    let look = async |path: &str| here.look(&format!("http://{address}{path}")).await;
    for path in ["/fine", "/get-only", "/on"] {
        assert_eq!(look(path).await, Ok(()), "{path}");
    }
    for (path, says) in [("/gone", "410"), ("/none", "404"), ("/round", "more than 5"), ("/inside", "somebody’s own")]
    {
        let trouble = look(path).await.expect_err(path);
        assert!(trouble.contains(says), "{path}: {trouble}");
    }
    let outside = Checker::new(is_public).expect("a client");
    for link in [
        format!("http://{address}/fine"),
        format!("http://localhost:{}/fine", address.port()),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://[::1]/".to_owned(),
        "http://[::ffff:127.0.0.1]/".to_owned(),
        "http://2130706433/".to_owned(),
    ] {
        let trouble = outside.look(&link).await.expect_err(&link);
        assert!(trouble.contains("somebody’s own"), "{link}: {trouble}");
    }
    serving.abort();
}
