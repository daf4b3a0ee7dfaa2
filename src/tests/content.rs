//! The content library, as a browser without WASM sees it: finding, writing, approving, sharing.

use crate::browser::{Browser, NOW, TestServer};
use crate::databases::{name, on_each_engine, table};
use crate::filled::{Filled, plain};
use crate::spend::{HEAD, MARKETING, SALES};
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::content::index::{Ask, Facet};
use doubles::content::library::Library;
use doubles::content::model::{Content, FIELDS, ItemText, Names, Status};
use doubles::content::share::store as shared;
use doubles::content::store;
use doubles::leads::model::LeadId;
use doubles::people::model::AccountId;
use doubles::period::{Day, Instant};
use doubles::sample::service as sample;
use doubles::server::db::Db;
use doubles::zone::Zone;
use serde_json::json;
use sqlx::AssertSqlSafe;

/// Mia of marketing, Sam of sales, Vic who only looks.
pub struct House {
    pub server: TestServer,
    pub mia: Browser,
    pub sam: Browser,
    pub vic: Browser,
}

pub async fn house() -> House {
    let server = TestServer::set_up().await;
    for (who, standing) in [("mia", MARKETING), ("sam", SALES), ("hal", HEAD), ("vic", Default::default())] {
        server.add(&format!("{who}@company.example"), standing).await;
    }
    let mia = server.signed_in("mia@company.example").await;
    let sam = server.signed_in("sam@company.example").await;
    let vic = server.signed_in("vic@company.example").await;
    House { server, mia, sam, vic }
}

/// Runs statements as one change.
pub async fn write(db: &Db, statements: &[&str]) {
    let mut tx = db.write().await.expect("a write");
    for statement in statements {
        sqlx::query(AssertSqlSafe((*statement).to_owned())).execute(tx.conn()).await.expect("a statement");
    }
    let change = Change {
        at: NOW,
        actor: "a test".into(),
        kind: ChangeKind::ContentChanged,
        entity: Entity::Content,
        entity_id: None,
        detail: json!({}),
    };
    tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
}

/// A persona whose leads are those of that name.
pub async fn persona(db: &Db, name: &str, slug: &str) {
    let persona = format!(
        "insert into persona (id, slug, value_id, name, role, segment, place, made_at)
         select coalesce(max(p.id), 0) + 1, '{slug}', (select id from dimension_value where dimension = 'persona' and name = '{name}'),
            '{name}', '', '', 1, 0 from persona as p"
    );
    write(db, &[&persona]).await;
}

/// Begins an item by the form; its number.
pub async fn add(by: &mut Browser, title: &str, fields: &[(&str, &str)]) -> i64 {
    let mut form = Filled::of(&by.get("/content/new").await.body, "/content/add");
    // Boxes that nobody ticked.
    form.fields.retain(|(key, _)| !["personas", "stages", "objections", "idea"].contains(&key.as_str()));
    form = form.with("title", title);
    for (name, value) in fields {
        form.fields.retain(|(key, _)| key != name || ["personas", "stages", "objections"].contains(&key.as_str()));
        form.fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let answer = by.post("/content/add", &form.pairs()).await;
    let leads_to = answer.leads_to().unwrap_or_else(|| panic!("{title}: {}", answer.body));
    leads_to.trim_start_matches("/content/").split('?').next().and_then(|id| id.parse().ok()).expect("it names it")
}

/// Presses the button that brings an item into a status; the page that comes.
pub async fn step(by: &mut Browser, id: i64, to: &str) -> String {
    let page = by.get(&format!("/content/{id}")).await.body;
    let form = Filled::each(&page, "/content/step").into_iter().find(|form| form.get("to") == to);
    let form = form.unwrap_or_else(|| panic!("no button leads to {to}: {page}"));
    let answer = by.post("/content/step", &form.pairs()).await;
    match answer.leads_to().map(str::to_owned) {
        Some(leads_to) => plain(&by.get(&leads_to).await.body),
        None => plain(&answer.body),
    }
}

/// An approved item with a link.
pub async fn approved(by: &mut Browser, title: &str, fields: &[(&str, &str)]) -> i64 {
    let link = format!("https://northaisle.example/{}", title.replace(' ', "-"));
    let mut all = vec![("link", link.as_str())];
    all.extend_from_slice(fields);
    let id = add(by, title, &all).await;
    step(by, id, "in_review").await;
    let page = step(by, id, "approved").await;
    assert!(page.contains("Approved. Sales finds it"), "{page}");
    id
}

/// Writes a lead down by the form, handed over at once; its number.
pub async fn lead(server: &TestServer, by: &mut Browser, name: &str) -> i64 {
    let form = Filled::of(&by.get("/leads/new").await.body, "/leads/add").with("name", name);
    let form = form.with("email", &format!("{}@client.example", name.to_lowercase())).with("company", "Rope & Sons");
    let form = form.with("persona", "Planner").with("hand_over", "1");
    let answer = by.post("/leads/add", &form.pairs()).await;
    assert!(answer.leads_to().is_some(), "{}", answer.body);
    let newest = table(&server.state.db, "select max(id) from lead").await;
    newest[0][0].parse().expect("a number")
}

fn titles(page: &str) -> Vec<String> {
    let items = plain(page);
    let heads = items.split("<h3>").skip(1).filter_map(|rest| rest.split("</h3>").next().map(str::to_owned));
    heads
        .filter(|head| head.contains("/content/"))
        .map(|head| {
            let mut text = String::new();
            let mut inside = false;
            for letter in head.chars() {
                match letter {
                    '<' => inside = true,
                    '>' => inside = false,
                    letter if !inside => text.push(letter),
                    _ => {}
                }
            }
            text.trim().to_owned()
        })
        .collect()
}

#[tokio::test]
async fn an_item_goes_from_draft_to_approved_and_sales_finds_it_by_a_word_with_a_typo() {
    let House { server: _server, mut mia, mut sam, mut vic } = house().await;
    assert!(mia.get("/content").await.body.contains("Nothing in the library yet"));
    let id =
        add(&mut sam, "Talking to the works council", &[("summary", "What it may ask."), ("stages", "decision")]).await;
    let page = step_refused(&mut sam, id, "in_review").await;
    assert!(page.contains("Give it a link or a file first"), "{page}");
    let link = Filled::of(&sam.get(&format!("/content/{id}")).await.body, "/content/version");
    let link = link.with("link", "https://northaisle.example/council");
    assert!(sam.post("/content/version", &link.pairs()).await.leads_to().is_some());
    step(&mut sam, id, "in_review").await;
    let form = [("id", id.to_string()), ("to", "approved".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let refused = sam.post("/content/step", &form).await;
    assert!(refused.status == 403 && refused.body.contains("Only marketing may"), "{}", refused.body);
    step(&mut mia, id, "approved").await;

    for search in ["works+counsil", "council", "talk", "WORKS+Council"] {
        let page = sam.get(&format!("/content?q={search}")).await.body;
        assert_eq!(titles(&page), ["Talking to the works council"], "{search}");
    }
    let page = plain(&sam.get("/content?q=works+counsil").await.body);
    assert!(page.contains("1\u{a0}item") && page.contains("for “works council”"), "{page}");
    assert!(page.contains("<mark>works</mark>") && page.contains("<mark>council</mark>"), "{page}");
    assert!(page.contains("Search for “works counsil” as it is written"), "{page}");
    assert!(plain(&sam.get("/content?q=works+counsil&exact=1").await.body).contains("Nothing found"));
    let fragment = plain(&sam.get("/content/found?q=council").await.body);
    assert!(fragment.contains("<mark>council</mark>") && !fragment.contains("<html"), "{fragment}");

    let edited = mia.get(&format!("/content/{id}/edit")).await.body;
    let form = Filled::of(&edited, "/content/save").with("title", "Talking to auditors");
    assert!(mia.post("/content/save", &form.pairs()).await.leads_to().is_some());
    assert_eq!(titles(&sam.get("/content?q=auditors").await.body), ["Talking to auditors"], "found as it is now");
    let refused = sam.get(&format!("/content/{id}/edit")).await;
    assert_eq!(refused.status, 403, "what is approved is marketing's to change");
    let read = vic.get(&format!("/content/{id}")).await;
    assert!(
        read.status == 200 && !read.body.contains("/content/comment"),
        "viewers read items, not what is said of them"
    );
}

/// The same as [`step`], where it is refused.
async fn step_refused(by: &mut Browser, id: i64, to: &str) -> String {
    let (id, to) = (id.to_string(), to.to_owned());
    let answer = by.post("/content/step", &[("id", &id), ("to", &to)]).await;
    assert!(answer.leads_to().is_none(), "{to}");
    plain(&answer.body)
}

#[tokio::test]
async fn facets_count_and_narrow_down_and_all_of_it_is_in_the_address() {
    let House { server, mut mia, .. } = house().await;
    persona(&server.state.db, "Planner", "planner").await;
    approved(&mut mia, "One", &[("stages", "decision"), ("personas", "Planner"), ("topics", "Safety")]).await;
    approved(&mut mia, "Two", &[("stages", "decision"), ("language", "de"), ("objections", "no_budget")]).await;
    approved(&mut mia, "Three", &[("stages", "awareness"), ("kind", "video")]).await;
    let page = plain(&mia.get("/content?stage=decision").await.body);
    assert_eq!(titles(&page).len(), 2, "{page}");
    let count = |words: &str| {
        let at = page
            .find(&format!("<span class=\"facet-words\">{words}</span>"))
            .unwrap_or_else(|| panic!("{words}: {page}"));
        let rest = &page[at..];
        rest.split("<span class=\"count\">")
            .nth(1)
            .and_then(|rest| rest.split('<').next())
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!((count("Decision"), count("Awareness")), ("2".to_owned(), "1".to_owned()));
    assert_eq!((count("German"), count("Planner"), count("no budget")), ("1".into(), "1".into(), "1".into()));
    for (search, found) in [
        ("persona=planner", 1),
        ("topic=safety", 1),
        ("stage=decision&language=de", 1),
        ("kind=video", 1),
        ("objection=no_budget", 1),
        ("status=draft", 0),
        ("freshness=fresh", 3),
        ("freshness=stale", 0),
        ("persona=nobody", 0),
        ("q=two&stage=awareness", 0),
    ] {
        assert_eq!(titles(&mia.get(&format!("/content?{search}")).await.body).len(), found, "{search}");
    }
    let typed = plain(&mia.get("/content/found?q=two&stage=decision").await.body);
    let asked = Filled::of(&typed, "/content");
    assert_eq!(asked.get("q"), "two", "narrowing down keeps what was typed");
    assert!(typed.contains("value=\"decision\" checked"), "and what was ticked: {typed}");
    assert!(typed.contains("href=\"/content.csv?q=two&amp;stage=decision\""), "{typed}");
    assert!(typed.contains("href=\"/content?q=two\" class=\"small\">Show everything"), "{typed}");
    let file = mia.get("/content.csv?stage=decision").await.body;
    assert_eq!(file.lines().count(), 3, "{file}");
    assert!(file.contains("no budget") && file.contains("Planner"), "{file}");
    for address in ["/content?page=9&sort=colour&stage=later&lead=x&q=%00", "/content?page=-1&q=%3Cscript%3E"] {
        let answer = mia.get(address).await;
        assert!(answer.status == 200 && !answer.body.contains("<script>alert"), "{address}");
    }
}

#[tokio::test]
async fn what_fits_a_lead_stands_beside_it_and_is_shared_by_one_press_from_both_sides() {
    let House { server, mut mia, mut sam, mut vic } = house().await;
    let ann = lead(&server, &mut mia, "Ann").await;
    persona(&server.state.db, "Planner", "planner").await;
    let fits = approved(&mut mia, "For planners", &[("personas", "Planner")]).await;
    approved(&mut mia, "For nobody", &[]).await;
    let draft = add(&mut sam, "A draft for planners", &[("personas", "Planner")]).await;
    let page = plain(&sam.get(&format!("/leads/{ann}")).await.body);
    assert!(page.contains("For planners") && !page.contains("For nobody") && !page.contains("A draft for"), "{page}");
    let share = Filled::of(&page, "/content/share");
    let done = sam.post("/content/share", &share.pairs()).await.leads_to().expect("it is done").to_owned();
    assert!(done.starts_with(&format!("/leads/{ann}?shared={fits}")), "{done}");
    let page = plain(&sam.get(done.split('#').next().unwrap_or_default()).await.body);
    assert!(page.contains("This lead got “For planners”.") && page.contains("It got"), "{page}");

    let list = plain(&sam.get(&format!("/content?lead={ann}")).await.body);
    assert!(
        list.contains("For the lead") && list.contains("<b>Ann</b>") && list.contains("Rope &amp; Sons: Planner"),
        "{list}"
    );
    assert_eq!(titles(&list)[0], "For planners");
    assert_eq!(vic.get(&format!("/content?lead={ann}")).await.status, 403, "a viewer sees no lead");

    let item = plain(&sam.get(&format!("/content/{fits}?find=ann")).await.body);
    assert!(item.contains("1\u{a0}lead got it.") && item.contains("Ann, Rope &amp; Sons"), "{item}");
    assert!(item.contains("How they fared is not said yet"), "{item}");
    let again = Filled::of(&item, "/content/share");
    let done = sam.post("/content/share", &again.pairs()).await.leads_to().expect("it is done").to_owned();
    assert!(done.contains("done=before"), "once is enough: {done}");
    assert_eq!(table(&server.state.db, "select count(*) from content_use").await, [["1"]]);

    let (draft_id, lead_id) = (draft.to_string(), ann.to_string());
    let refused = sam.post("/content/share", &[("item", &draft_id), ("lead", &lead_id), ("from", "item")]).await;
    assert!(
        refused.status == 409 && refused.body.contains("leads get what marketing has approved"),
        "{}",
        refused.body
    );
    let nobody = sam.post("/content/share", &[("item", &fits.to_string()), ("lead", "999"), ("from", "item")]).await;
    assert!(nobody.status == 404 && nobody.body.contains("no lead 999"), "{}", nobody.body);

    let undo = Filled::of(&page, "/content/unshare");
    assert_eq!(mia.post("/content/unshare", &undo.pairs()).await.status, 403, "only who shared it");
    assert!(sam.post("/content/unshare", &undo.pairs()).await.leads_to().is_some());
    assert!(plain(&sam.get(&format!("/content/{fits}")).await.body).contains("No lead got it yet."));
    let log = vic.get("/activity").await.body;
    assert!(log.contains("content shared") && !log.contains("Ann"), "the log names no lead: {log}");
    assert!(!vic.get(&format!("/content/{fits}")).await.body.contains("Ann"), "nor does a viewer's page");
    assert_eq!(vic.get(&format!("/content/{fits}/uses.csv")).await.status, 403);
}

#[tokio::test]
async fn what_a_merged_lead_got_the_one_that_stays_got_until_they_are_two_again() {
    let House { server, mut mia, mut sam, .. } = house().await;
    let mut hal = server.signed_in("hal@company.example").await;
    let id = approved(&mut mia, "Payback sheet", &[]).await;
    let (ann, ben) = (lead(&server, &mut mia, "Ann").await, lead(&server, &mut mia, "Ben").await);
    let (item, kept, merged) = (id.to_string(), ann.to_string(), ben.to_string());
    let share = async |sam: &mut Browser, lead: &str| {
        let form = [("item", item.as_str()), ("lead", lead), ("from", "item")];
        sam.post("/content/share", &form).await.leads_to().expect("it is done").to_owned()
    };
    share(&mut sam, &merged).await;
    let merge = [("survivor", kept.as_str()), ("lead", &kept), ("lead", &merged), ("finding", "same_email")];
    assert!(hal.post("/import/quality/merge", &merge).await.leads_to().is_some());
    let page = plain(&sam.get(&format!("/content/{id}")).await.body);
    assert!(page.contains("1\u{a0}lead got it.") && page.contains(&format!("/leads/{ann}\"")), "{page}");
    assert!(plain(&sam.get(&format!("/leads/{ann}")).await.body).contains("Payback sheet"));
    assert!(share(&mut sam, &kept).await.contains("done=before"), "it got it as Ben");

    assert!(hal.post("/import/quality/unmerge", &[("id", &merged)]).await.leads_to().is_some());
    assert!(share(&mut sam, &kept).await.contains("done=shared"), "Ann alone did not");
    let counted =
        async |sam: &mut Browser| plain(&sam.get("/content").await.body).matches("<b>2</b> leads got it").count();
    assert_eq!(counted(&mut sam).await, 1);
    assert!(hal.post("/import/quality/merge", &merge).await.leads_to().is_some());
    assert_eq!(counted(&mut sam).await, 0, "two that are one count once, in the list too");
    assert!(plain(&sam.get(&format!("/content/{id}")).await.body).contains("1\u{a0}lead got it."));
}

#[tokio::test]
async fn sales_rates_and_marketing_does_not() {
    let House { server: _server, mut mia, mut sam, mut vic } = house().await;
    let id = approved(&mut mia, "Payback sheet", &[]).await;
    let form = Filled::of(&sam.get(&format!("/content/{id}")).await.body, "/content/rate");
    for stars in ["0", "6", "", "x"] {
        let answer = sam.post("/content/rate", &form.clone().with("key", "").with("stars", stars).pairs()).await;
        assert_eq!(answer.status, 400, "{stars}");
    }
    for stars in ["2", "4"] {
        let form = Filled::of(&sam.get(&format!("/content/{id}")).await.body, "/content/rate");
        let form = form.with("stars", stars).with("note", "Prices of 2023");
        assert!(sam.post("/content/rate", &form.pairs()).await.leads_to().is_some());
    }
    let page = plain(&mia.get(&format!("/content/{id}")).await.body);
    assert!(page.contains("Rated 4.0 by 1 in sales") && page.contains("Prices of 2023"), "the latest counts: {page}");
    assert!(!page.contains("action=\"/content/rate\""), "{page}");
    assert_eq!(mia.post("/content/rate", &[("id", &id.to_string()), ("stars", "5")]).await.status, 403);
    assert!(!vic.get(&format!("/content/{id}")).await.body.contains("Prices of 2023"));
    assert!(plain(&sam.get("/content").await.body).contains("rated 4.0 by 1 in sales"));
}

#[tokio::test]
async fn retiring_what_is_in_use_asks_first_and_says_where() {
    let House { server, mut mia, mut sam, .. } = house().await;
    let ann = lead(&server, &mut mia, "Ann").await;
    persona(&server.state.db, "Planner", "planner").await;
    let id = approved(&mut mia, "For planners", &[("personas", "Planner"), ("stages", "awareness")]).await;
    let share = Filled::of(&sam.get(&format!("/leads/{ann}")).await.body, "/content/share");
    sam.post("/content/share", &share.pairs()).await;
    let page = step(&mut mia, id, "retired").await;
    assert!(page.contains("It is in use") && page.contains("1\u{a0}lead got it within the last 90 days."), "{page}");
    assert!(page.contains("the only approved item for Planner, awareness"), "{page}");
    let sure =
        Filled::each(&page, "/content/step").into_iter().find(|form| form.get("sure") == "1").expect("the question");
    let leads_to = mia.post("/content/step", &sure.pairs()).await.leads_to().expect("it is done").to_owned();
    assert!(mia.get(&leads_to).await.body.contains("Retired."));
    assert_eq!(titles(&sam.get("/content").await.body).len(), 0, "what is retired stands aside");
    assert_eq!(titles(&sam.get("/content?status=retired").await.body).len(), 1);
    let history = plain(&mia.get(&format!("/history/content/{id}")).await.body);
    assert!(history.contains("retired") && history.contains("in review"), "{history}");
}

#[tokio::test]
async fn two_people_at_one_item_merge_and_a_deleted_one_comes_back() {
    let House { server, mut mia, mut sam, .. } = house().await;
    let id = add(&mut sam, "Night trial", &[("summary", "One aisle."), ("topics", "safety")]).await;
    let path = format!("/content/{id}/edit");
    let (one, other) = (
        Filled::of(&mia.get(&path).await.body, "/content/save"),
        Filled::of(&sam.get(&path).await.body, "/content/save"),
    );
    let stays = |form: Filled| {
        let mut form = form;
        form.fields.retain(|(key, _)| !["personas", "stages"].contains(&key.as_str()));
        form.fields.retain(|(key, value)| key != "objections" || value.is_empty());
        form
    };
    mia.post("/content/save", &stays(one).with("summary", "Two aisles.").pairs()).await;
    let mine = stays(other).with("topics", "Safety, night");
    assert!(sam.post("/content/save", &mine.clone().pairs()).await.leads_to().is_some(), "different fields");
    let conflict = sam.post("/content/save", &mine.with("key", "").with("summary", "Three aisles.").pairs()).await;
    assert_eq!(conflict.status, 409, "{}", conflict.body);
    assert!(conflict.body.contains("Two") && conflict.body.contains("Three"));
    let now = table(&server.state.db, "select summary, topics from content_item").await;
    assert_eq!(now, [["Two aisles.", "safety\nnight"]]);

    let delete = Filled::of(&sam.get(&format!("/content/{id}")).await.body, "/content/delete");
    let gone = sam.post("/content/delete", &delete.pairs()).await.leads_to().expect("it is done").to_owned();
    assert_eq!(mia.get(&format!("/content/{id}")).await.status, 404);
    let undo = Filled::of(&sam.get(&gone).await.body, "/content/bring-back");
    assert!(sam.post("/content/bring-back", &undo.pairs()).await.leads_to().is_some());
    assert_eq!(titles(&sam.get("/content?q=night").await.body), ["Night trial"]);
}

#[tokio::test]
async fn marketing_approves_what_it_saw_and_nothing_that_changed_since() {
    let House { server, mut mia, mut sam, .. } = house().await;
    let id = add(&mut sam, "Night trial", &[("link", "https://a.example/night")]).await;
    step(&mut sam, id, "in_review").await;
    let buttons =
        [(format!("/content/{id}"), "/content/step"), ("/content/curate?list=review".to_owned(), "/content/step")];
    let mut forms = Vec::new();
    for (path, action) in &buttons {
        let page = mia.get(path).await.body;
        let form = Filled::each(&page, action).into_iter().find(|form| form.get("to") == "approved");
        forms.push(form.unwrap_or_else(|| panic!("{path}: {page}")));
    }
    let list = mia.get("/content?status=in_review").await.body;
    let tick = list.split(&format!("value=\"{id}:")).nth(1).and_then(|rest| rest.split('"').next());
    let tick = format!("{id}:{}", tick.unwrap_or_else(|| panic!("no tick: {list}")));
    let link = Filled::of(&sam.get(&format!("/content/{id}")).await.body, "/content/version");
    let link = link.with("link", "https://a.example/another");
    assert!(sam.post("/content/version", &link.pairs()).await.leads_to().is_some());

    for form in forms {
        let refused = mia.post("/content/step", &form.pairs()).await;
        let said = plain(&refused.body);
        assert!(refused.status == 409 && said.contains("sam changed “Night trial” since you looked"), "{said}");
    }
    let all = mia.post("/content/bulk", &[("item", &tick), ("what", "status approved")]).await;
    assert!(all.status == 409 && plain(&all.body).contains("sam changed “Night trial”"), "{}", all.body);
    let blind = mia.post("/content/step", &[("id", &id.to_string()), ("to", "approved")]).await;
    assert_eq!(blind.status, 409, "who does not say what they saw approves nothing");
    assert_eq!(table(&server.state.db, "select status from content_item").await, [["in_review"]]);
    step(&mut mia, id, "approved").await;
    assert_eq!(table(&server.state.db, "select status from content_item").await, [["approved"]]);

    // Nor is it approved, or retired past the question, by bringing back what its status was.
    step(&mut mia, id, "draft").await;
    step(&mut sam, id, "in_review").await;
    let number = id.to_string();
    for (was, is) in [("approved", "in_review"), ("retired", "approved")] {
        if is == "approved" {
            for to in ["approved", "retired", "approved"] {
                step(&mut mia, id, to).await;
            }
        }
        let of_step = format!("select max(seq) from change where detail like '%\"before\":{{\"status\":\"{was}\"}}%'");
        let seq = table(&server.state.db, &of_step).await[0][0].clone();
        let form = [("entity", "content"), ("id", &number), ("seq", &seq), ("field", "status"), ("base.status", is)];
        let refused = mia.post("/history/restore", &form).await;
        let said = plain(&refused.body);
        assert!(refused.status == 409 && said.contains("take that step on the item’s page"), "{was}: {said}");
        assert_eq!(table(&server.state.db, "select status from content_item").await, [[is]]);
    }
    let history = mia.get(&format!("/history/content/{id}")).await.body;
    let offered = Filled::each(&history, "/history/restore");
    assert!(offered.iter().all(|form| form.get("field") != "status"), "{history}");
}

#[tokio::test]
async fn marketing_tags_many_at_once_and_each_has_it_in_its_history() {
    let House { server, mut mia, mut sam, .. } = house().await;
    let one = approved(&mut mia, "One", &[("topics", "fleet")]).await;
    let two = add(&mut sam, "Two", &[]).await;
    let page = mia.get("/content").await.body;
    let key = Filled::of(&page, "/content/bulk").get("key").to_owned();
    let (a, b) = (one.to_string(), two.to_string());
    let form = [("key", key.as_str()), ("item", &a), ("item", &b), ("what", "topic"), ("value", "Safety, fleet")];
    let done = mia.post("/content/bulk", &form).await.leads_to().expect("it is done").to_owned();
    assert!(plain(&mia.get(&done).await.body).contains("2\u{a0}items changed."), "{done}");
    assert_eq!(mia.post("/content/bulk", &form).await.leads_to(), Some(&*done), "twice is once");
    assert_eq!(
        table(&server.state.db, "select topics from content_item order by id").await,
        [["fleet\nsafety"], ["safety\nfleet"]]
    );
    for id in [one, two] {
        assert!(plain(&sam.get(&format!("/history/content/{id}")).await.body).contains("content tagged"), "{id}");
    }
    persona(&server.state.db, "Planner", "planner").await;
    let only = approved(&mut mia, "Three", &[("personas", "Planner"), ("stages", "decision")]).await.to_string();
    let in_use = mia.post("/content/bulk", &[("item", &only), ("what", "status retired")]).await;
    assert!(in_use.status == 409 && in_use.body.contains("only approved item for Planner"), "{}", in_use.body);
    let other = approved(&mut mia, "Four", &[("personas", "Planner"), ("stages", "decision")]).await.to_string();
    let both = mia.post("/content/bulk", &[("item", &only), ("item", &other), ("what", "status retired")]).await;
    let says = "Besides what is ticked there is no approved item for Planner";
    assert!(both.status == 409 && both.body.contains(says), "neither stands in for the other: {}", both.body);
    let all_or_none = [("item", a.as_str()), ("item", &b), ("what", "status retired")];
    let refused = mia.post("/content/bulk", &all_or_none).await;
    assert!(
        refused.status == 409 && refused.body.contains("Nothing was changed, because of “Two”"),
        "{}",
        refused.body
    );
    assert_eq!(table(&server.state.db, "select count(*) from content_item where status = 'retired'").await, [["0"]]);
    assert_eq!(sam.post("/content/bulk", &form).await.status, 403);
}

#[tokio::test]
async fn the_sample_company_has_a_library_that_goes_with_it() {
    let server = TestServer::set_up().await;
    sample::load(&server.state.db, "a test", NOW).await.expect("it is empty");
    server.add("mia@company.example", MARKETING).await;
    let mut mia = server.signed_in("mia@company.example").await;
    let page = plain(&mia.get("/content").await.body);
    assert!(titles(&page).len() >= 20, "{page}");
    assert!(page.contains("Who signs the safety case?") && page.contains("overdue"), "{page}");
    let found = plain(&mia.get("/content?q=works+counsil").await.body);
    assert_eq!(titles(&found)[0], "Talking to the works council: a folder in eight pages", "{found}");
    assert!(found.contains("became opportunities") || found.contains("too few to say"), "{found}");
    for list in ["review", "expiring", "hot_stale", "loved_retired"] {
        let page = mia.get(&format!("/content/curate?list={list}")).await.body;
        assert!(page.contains("row-link"), "{list}");
    }
    assert!(mia.get("/content/map").await.body.contains("battery recycling"));
    sample::remove(&server.state.db, "a test", NOW).await.expect("it goes");
    assert!(mia.get("/content").await.body.contains("Nothing in the library yet"));
    assert!(mia.get("/content/requests").await.body.contains("Nobody asked for anything yet"));
}

#[tokio::test]
async fn both_engines_find_the_same_and_say_the_same_of_how_leads_fared() {
    let said = std::sync::Mutex::new(Vec::new());
    on_each_engine(async |db| {
        let workspace = doubles::workspace::model::Workspace::new("Northaisle", "UTC", "EUR").expect("a workspace");
        doubles::workspace::store::create(db, &workspace, "Ada", NOW).await.expect("it is made");
        let mut tx = db.write().await.expect("a write");
        let mut items = Vec::new();
        for title in ["Works council folder", "Payback sheet", "Größe und Sicherheit"] {
            let fields = [("title".to_owned(), title.to_owned())].into_iter().collect();
            let text = ItemText::parse(&fields, &Names::default()).expect("a title");
            let hand = store::Hand { name: "Mia", team: None, at: NOW };
            let id = store::add(&mut tx, &text, Status::Approved, hand).await.expect("an item");
            let link = Content::Link(format!("https://a.example/{id}"));
            store::add_version(&mut tx, id, &link, Some(&format!("a.example/{id}")), "Mia", NOW)
                .await
                .expect("a version");
            items.push(id);
        }
        for lead in 1..=6_i64 {
            // The second became an opportunity in time, the third too late, the fourth before; the fifth is left out.
            let day = 86_400;
            let at = i64::from(NOW.0) - 60 * day;
            let opportunity = match lead {
                2 => Some(at + 30 * day),
                3 => Some(at + 31 * day),
                4 => Some(at - day),
                _ => None,
            };
            let insert = "insert into lead (id, created_at, opportunity_at, excluded, seq) values ($1, 0, $2, $3, 1)";
            let query = sqlx::query(insert).bind(lead).bind(opportunity).bind(i64::from(lead == 5));
            query.execute(tx.conn()).await.expect("a lead");
            let at = if lead == 6 { i64::from(NOW.0) - 29 * day } else { at };
            let at = Instant(u32::try_from(at).expect("an instant"));
            shared::add_use(&mut tx, items[0], LeadId(lead), (AccountId(0), "Sam"), at).await.expect("a use");
        }
        let change = Change {
            at: NOW,
            actor: "Mia".into(),
            kind: ChangeKind::ContentAdded,
            entity: Entity::Content,
            entity_id: None,
            detail: json!({}),
        };
        tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
        let library = Library::new(db.clone());
        let mut found = Vec::new();
        for words in ["counsil", "payback", "grosse", "", "zebra"] {
            let ask = Ask { words: words.to_owned(), today: Day(20_833), ..Ask::default() };
            found.push(library.find(ask, Zone::utc()).await.expect("a search").items);
        }
        let mut tx = db.read().await.expect("a read");
        let fared = shared::fared(&mut tx, &items, NOW, 30 * 86_400).await.expect("a read");
        assert_eq!(fared, [(items[0], 3, 1)], "{}", name(db));
        let item = store::find(&mut tx, items[0]).await.expect("a read").expect("it is there");
        assert_eq!(item.uses, 6, "{}", name(db));
        said.lock().expect("nobody panics holding it").push(found);
    })
    .await;
    let said = said.into_inner().expect("nobody panicked");
    assert!(said.iter().all(|found| *found == said[0]) && said[0][0].len() == 1 && said[0][3].len() == 3, "{said:?}");
    assert!(FIELDS.iter().any(|field| field.key == "status") && Facet::ALL.len() == 9);
}
