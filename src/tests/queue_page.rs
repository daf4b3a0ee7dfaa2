//! The queue, as a browser without WASM sees it.

use crate::browser::{Answer, Browser, TestServer};
use crate::databases::table;
use crate::filled::{Filled, plain};
use doubles::people::model::{Standing, Team};

const MARKETING: Standing = Standing { team: Some(Team::Marketing), head: false, admin: false };
const SALES: Standing = Standing { team: Some(Team::Sales), head: false, admin: false };

/// Mia of marketing, Ben and Ann of sales, in a workspace without a lead.
async fn house() -> (TestServer, Browser, Browser, Browser) {
    let server = TestServer::set_up().await;
    server.add("mia@company.example", MARKETING).await;
    server.add("ben@company.example", SALES).await;
    server.add("ann@company.example", SALES).await;
    let mia = server.signed_in("mia@company.example").await;
    let ben = server.signed_in("ben@company.example").await;
    let ann = server.signed_in("ann@company.example").await;
    (server, mia, ben, ann)
}

/// Mia writes a lead down and hands it over.
async fn write(mia: &mut Browser, name: &str, more: &[(&str, &str)]) -> Answer {
    let mut form =
        Filled::of(&mia.get("/leads/new").await.body, "/leads/add").with("name", name).with("hand_over", "1");
    for (field, value) in more {
        form = form.with(field, value);
    }
    mia.post("/leads/add", &form.pairs()).await
}

/// Hanna, Tom and Giulia, handed over.
async fn three(mia: &mut Browser) {
    for (name, channel) in [("Hanna Vogel", "Fair"), ("Tom Ashworth", "Webinar"), ("Giulia Ferrante", "Fair")] {
        let email = format!("{}@client.example", name.split(' ').next().unwrap_or_default().to_lowercase());
        let more = [("email", &*email), ("channel", channel), ("company", "Rope & Sons"), ("phone", "+49 (30) 123-45")];
        assert!(write(mia, name, &more).await.leads_to().is_some());
    }
}

/// How the forms of a page name its leads, from top to bottom.
fn shown(page: &str) -> Vec<String> {
    let named = page.split("data-shown=\"").skip(1);
    named.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// Sends the form of the bar for these leads, as the page shows it.
async fn bulk(by: &mut Browser, page: &str, leads: &[String], fields: &[(&str, &str)]) -> Answer {
    let mut form = Filled::of(page, "/leads/bulk");
    for (name, value) in fields {
        form = form.with(name, value);
    }
    let mut pairs = form.pairs();
    pairs.extend(leads.iter().map(|lead| ("lead", lead.as_str())));
    by.post("/leads/bulk", &pairs).await
}

/// What stands below the head of a page, without markup.
fn text(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap_or(page);
    let mut text = String::new();
    for part in plain(main).split('<').skip(1) {
        text += part.split_once('>').map_or("", |(_, words)| words);
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("&amp;", "&")
}

#[tokio::test]
async fn the_address_of_a_form_that_is_only_asked_for_says_so_and_leads_back_to_its_page() {
    let (server, mut mia, ..) = house().await;
    mia.headers.push(("accept", "text/html,application/xhtml+xml".to_owned()));
    for (path, way) in [
        ("/leads/add", "/leads"),
        ("/leads/7/do", "/leads/7"),
        ("/feedback/answer", "/feedback"),
        ("/agreement/draft/sign", "/agreement/draft"),
        ("/definitions/what-if/take", "/definitions/what-if"),
        ("/history/restore", "/"),
    ] {
        let page = mia.get(path).await;
        assert_eq!(page.status, 405, "{path}");
        assert!(text(&page.body).contains("only takes what a form sends"), "{path}: {}", page.body);
        let main = page.body.split("<main").nth(1).unwrap_or_default();
        assert!(main.contains(&format!("href=\"{way}\"")), "{path}: {main}");
    }
    mia.headers.clear();
    let program = mia.get("/leads/add").await;
    assert!(program.status == 405 && !program.body.contains('<'), "a program gets a line: {}", program.body);
    let mut stranger = server.browser();
    stranger.headers.push(("accept", "text/html".to_owned()));
    let page = stranger.get("/sign-in/cast").await;
    assert!(page.status == 405 && !page.body.contains("href=\"/leads\""), "nothing of the house: {}", page.body);
}

#[tokio::test]
async fn a_lead_that_is_written_down_and_handed_over_waits_in_the_queue_of_sales() {
    let (_server, mut mia, mut ben, _) = house().await;
    let page = text(&ben.get("/leads").await.body);
    assert!(page.contains("No lead yet Marketing imports what the CRM exports."), "what comes next: {page}");
    assert!(page.contains("New lead") && !page.contains("Import a file"), "what he can do about it: {page}");
    let page = mia.get("/leads").await.body;
    let main = page.split("<main").nth(1).unwrap_or_default();
    assert!(main.contains("href=\"/import\"") && text(&page).contains("Import a file New lead"), "{}", text(&page));
    three(&mut mia).await;
    let page = ben.get("/leads").await.body;
    let said = text(&page);
    for says in [
        "3 leads wait for sales",
        "All waiting 3 Accept or reject 3 First touch 0",
        "Accept or reject",
        "Hanna Vogel",
        "Rope & Sons",
        "8 h left",
        "Qualified leads a month",
        "First touch within 24",
    ] {
        assert!(said.replace('\u{a0}', " ").contains(says), "{says}: {said}");
    }
    assert!(page.contains("href=\"tel:+493012345\"") && page.contains("href=\"mailto:tom@client.example\""), "{page}");
    let rail = plain(page.split("</nav>").next().unwrap_or_default());
    assert!(rail.contains("class=\"count\"") && rail.contains("3<span class=\"sr\"> waiting</span>"), "{rail}");
}

#[tokio::test]
async fn an_email_that_is_here_already_is_answered_with_the_lead_and_nothing_typed_is_lost() {
    let (server, mut mia, _, _) = house().await;
    three(&mut mia).await;
    let again = write(&mut mia, "Tom A.", &[("email", "TOM@client.example"), ("title", "Buyer")]).await;
    assert_eq!(again.status, 409);
    let said = text(&again.body);
    assert!(
        said.contains("A lead with this e-mail is here already Tom Ashworth , Rope & Sons, nobody's yet"),
        "{said}"
    );
    assert!(again.body.contains("href=\"/leads/2\""), "{}", again.body);
    let typed = Filled::of(&again.body, "/leads/add");
    assert_eq!((typed.get("name"), typed.get("title")), ("Tom A.", "Buyer"));
    assert_eq!(table(&server.state.db, "select count(*) from lead").await, [["3"]]);
    let blank = write(&mut mia, "", &[("size", "some")]).await;
    assert_eq!(blank.status, 400);
    assert!(text(&blank.body).contains("The size is the number of people"), "{}", blank.body);
    assert_eq!(Filled::of(&blank.body, "/leads/add").get("size"), "some");
}

#[tokio::test]
async fn leads_are_accepted_together_and_what_was_done_can_be_taken_back() {
    let (server, mut mia, mut ben, mut ann) = house().await;
    three(&mut mia).await;
    let page = ben.get("/leads?list=acceptance").await.body;
    let leads = shown(&page);
    // Ann is faster with one of them.
    let hers = ann.get("/leads").await.body;
    let form = Filled::of(&hers, "/leads/bulk").with("one", &leads[1]);
    let taken = ann.post("/leads/bulk", &form.pairs()).await;
    let told = text(&ann.get(taken.leads_to().expect("it is done")).await.body);
    assert!(told.contains("Accepted Tom Ashworth Undo"), "{told}");

    let done = bulk(&mut ben, &page, &leads, &[("act", "accept")]).await;
    assert_eq!(done.status, 200, "more is to be said than an address holds");
    let said = text(&done.body);
    assert!(
        said.contains("Accepted 2 leads. Undo One lead was left alone Tom Ashworth : ann changed this lead"),
        "{said}"
    );
    assert!(said.contains("Nothing waits here"), "the list is empty now: {said}");
    let touch = text(&ben.get("/leads?list=touch").await.body);
    assert!(touch.contains("First touch 3"), "{touch}");

    let undo = Filled::of(&done.body, "/leads/bulk/undo");
    let back = ben.post("/leads/bulk/undo", &undo.pairs()).await;
    let page = ben.get(back.leads_to().expect("it is taken back")).await;
    let said = text(&page.body);
    assert!(said.contains("Taken back: 2 leads.") && !said.contains("2 leads. Undo"), "{said}");
    assert_eq!(shown(&page.body).len(), 2);
    let accepted = "select count(*) from lead_event where kind = 'accepted' and voided_at is null";
    assert_eq!(table(&server.state.db, accepted).await, [["1"]]);
    // The same form once more leads where it led before.
    let again = ben.post("/leads/bulk/undo", &undo.pairs()).await;
    assert_eq!(again.leads_to(), back.leads_to());
    // Somebody else's act is not theirs to take back, nor told to them.
    let number = undo.get("undo").to_owned();
    assert!(!text(&ann.get(&format!("/leads?did={number}")).await.body).contains("Taken back"));
}

#[tokio::test]
async fn the_second_of_two_reps_reads_who_has_the_lead_and_keeps_the_selection() {
    let (_server, mut mia, mut ben, mut ann) = house().await;
    three(&mut mia).await;
    let (his, hers) = (ben.get("/leads").await.body, ann.get("/leads").await.body);
    let lead = [shown(&his)[0].clone()];
    assert!(bulk(&mut ben, &his, &lead, &[("act", "accept")]).await.leads_to().is_some());
    let second = bulk(&mut ann, &hers, &lead, &[("act", "accept")]).await;
    assert_eq!(second.status, 409);
    let said = text(&second.body);
    assert!(said.contains("ben changed this lead while you looked at it. It is ben's now."), "{said}");
    assert!(second.body.contains(" checked"), "what was selected stays selected");
}

#[tokio::test]
async fn leads_are_given_away_and_turned_down_together_and_a_refusal_keeps_what_was_typed() {
    let (server, mut mia, mut ben, mut ann) = house().await;
    three(&mut mia).await;
    let page = ben.get("/leads").await.body;
    let leads = shown(&page);
    let to = table(&server.state.db, "select id from account where name = 'ann'").await[0][0].clone();
    assert!(bulk(&mut ben, &page, &leads[..2], &[("act", "assign"), ("owner", &to)]).await.leads_to().is_some());
    assert_eq!(text(&ann.get("/leads?list=mine").await.body).matches("Rope & Sons").count(), 2);
    let bell = text(&ann.get("/bell").await.body);
    assert!(bell.contains("ben gave you 2 leads."), "{bell}");

    let page = ann.get("/leads?list=mine").await.body;
    let leads = shown(&page);
    let line = "Two sites, we serve from five on.";
    let verdict = [("act", "judge"), ("decision", "reject"), ("line", line), ("intent", "no"), ("usefulness", "2")];
    let refused = bulk(&mut ann, &page, &leads, &verdict).await;
    assert_eq!(refused.status, 400);
    assert!(text(&refused.body).contains("A lead is turned down with a reason."), "{}", refused.body);
    let typed = Filled::of(&refused.body, "/leads/bulk");
    assert_eq!((typed.get("line"), typed.get("usefulness")), (line, "2"));
    let mut given = verdict.to_vec();
    given.extend([("reason", "below_criteria"), ("proof", "Sites")]);
    let done = bulk(&mut ann, &refused.body, &leads, &given).await;
    let said = text(&ann.get(done.leads_to().expect("it is done")).await.body);
    assert!(said.contains("Verdict saved: 2 leads. Undo"), "{said}");
    let rejected = text(&ann.get("/leads?list=all&search=hanna").await.body);
    assert!(rejected.contains("Rejected"), "{rejected}");
    // Who does not work leads is refused, whatever the page showed.
    let page = mia.get("/leads?list=all").await.body;
    let theirs = [("act", "accept"), ("lead", &*leads[0]), ("back", "")];
    assert!(!page.contains("Turn down…"));
    assert_eq!(mia.post("/leads/bulk", &theirs).await.status, 403);
}

#[tokio::test]
async fn a_touch_is_logged_from_the_queue_and_moves_the_lead_on() {
    let (_server, mut mia, mut ben, _) = house().await;
    three(&mut mia).await;
    let page = ben.get("/leads").await.body;
    let form =
        Filled::each(&page, "/leads/bulk").into_iter().find(|form| !form.fields.iter().any(|(key, _)| key == "owner"));
    let form = form.expect("the dialog").with("lead", &shown(&page)[0]).with("touch", "call");
    let done = ben.post("/leads/bulk", &form.pairs()).await;
    let said = text(&ben.get(done.leads_to().expect("it is logged")).await.body);
    assert!(said.contains("Touch logged: Hanna Vogel Undo"), "{said}");
    assert!(said.contains("Attempt 2 of 5"), "{said}");
    let twice = bulk(&mut ben, &page, &shown(&page), &[("act", "touch"), ("kind", "call")]).await;
    assert_eq!(twice.status, 400);
    assert!(text(&twice.body).contains("This is done with one lead at a time; 3 are chosen."));
    let nobody = bulk(&mut ben, &page, &[], &[("act", "accept")]).await;
    assert!(text(&nobody.body).contains("No lead is chosen. Choose at least one."));
}

#[tokio::test]
async fn a_list_is_narrowed_by_the_address_and_kept_under_a_name() {
    let (_server, mut mia, mut ben, mut ann) = house().await;
    three(&mut mia).await;
    let fair = ben.get("/leads?channel=Fair&list=acceptance").await.body;
    let said = text(&fair);
    assert!(
        said.contains("Hanna Vogel") && said.contains("Giulia Ferrante") && !said.contains("Tom Ashworth"),
        "{said}"
    );
    assert!(said.contains("Accept or reject 2"), "the lists count under the filter: {said}");
    let found = text(&ben.get("/leads?search=ASH+rope").await.body);
    assert!(found.contains("Tom Ashworth") && !found.contains("Hanna Vogel"), "{found}");
    let nothing = text(&ben.get("/leads?search=nobody").await.body);
    assert!(nothing.contains("No lead of this list matches") && nothing.contains("look among every lead"), "{nothing}");
    assert!(write(&mut mia, "Yusuf Demir", &[("persona", "Planner")]).await.leads_to().is_some());
    let planners = text(&ben.get("/leads?persona=Planner&list=acceptance").await.body);
    assert!(planners.contains("Yusuf Demir") && !planners.contains("Hanna Vogel"), "{planners}");
    assert!(planners.contains("Accept or reject 1"), "{planners}");
    let unknown = ben.get("/leads?channel=Pigeon").await;
    assert_eq!(unknown.status, 400);
    assert!(text(&unknown.body).contains("No lead has the channel “Pigeon”."), "{}", unknown.body);

    let save = Filled::of(&fair, "/leads/views/save").with("name", "Fairs");
    let saved = ben.post("/leads/views/save", &save.pairs()).await;
    assert_eq!(saved.leads_to(), Some("/leads?list=acceptance&channel=Fair"));
    let page = ben.get("/leads").await.body;
    assert!(page.contains("href=\"/leads?list=acceptance&amp;channel=Fair\""), "{page}");
    assert!(!ann.get("/leads").await.body.contains("Fairs"), "it is his alone");
    let remove = Filled::of(&page, "/leads/views/remove");
    assert!(ben.post("/leads/views/remove", &remove.pairs()).await.leads_to().is_some());
    assert!(!ben.get("/leads").await.body.contains("Fairs"));
    let nameless = ben.post("/leads/views/save", &[("name", " "), ("back", "list=touch")]).await;
    assert_eq!(nameless.status, 400);
}

#[tokio::test]
async fn rows_come_in_parts_and_the_file_holds_the_whole_list_and_no_formula() {
    let (_server, mut mia, mut ben, _) = house().await;
    for n in 0..60 {
        let name = if n == 59 { "=cmd|'/c calc'!A1".to_owned() } else { format!("Lead number {n}") };
        assert!(write(&mut mia, &name, &[]).await.leads_to().is_some());
    }
    let page = ben.get("/leads").await.body;
    assert_eq!(shown(&page).len(), 50);
    let next = page.split("data-next=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("more follow");
    let rest = ben.get(&format!("/leads/rows?after={next}")).await.body;
    assert!(rest.starts_with("<table><tbody"), "{rest}");
    assert_eq!(shown(&rest).len(), 10);
    assert!(!rest.contains("data-next") && !rest.contains("class=\"group\""), "the same group goes on: {rest}");
    let until = ben.get(&format!("/leads/rows?until={next}")).await.body;
    assert_eq!(shown(&until), shown(&page), "a part is asked for again by where it began and ended");
    // Without a script the pages lead on and back.
    let later = page.split("id=\"later\"").next().and_then(|head| head.rsplit("<a").next()).map(str::to_owned);
    assert!(later.is_some(), "{page}");
    let second = ben.get(&format!("/leads?after={next}")).await.body;
    assert_eq!(shown(&second), shown(&rest));
    assert!(second.contains("Page before"), "{second}");

    let file = ben.get("/leads.csv?list=all").await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"leads.csv\"");
    assert_eq!(file.body.lines().count(), 61);
    assert!(file.body.lines().next().is_some_and(|head| head.starts_with("lead,name,email,phone,company")));
    assert!(file.body.contains("'=cmd|"), "a spreadsheet runs nothing: {}", file.body);
    assert_eq!(ben.get("/leads.csv?channel=Pigeon").await.status, 400);
    let mut ada = ben.clone();
    ada.cookies.clear();
    assert_ne!(ada.get("/leads.csv").await.status, 200);
}

#[tokio::test]
async fn whoever_sees_no_names_sees_no_queue_and_nothing_of_it_in_the_navigation() {
    let (server, mut mia, ..) = house().await;
    three(&mut mia).await;
    // Ada is an admin in neither team.
    let mut ada = server.signed_in("ada@company.example").await;
    for path in ["/leads", "/leads.csv", "/leads/rows", "/leads/new"] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(!answer.body.contains("Hanna"), "{path}");
    }
    let page = ada.get("/").await.body;
    assert!(!page.contains("Lead queue"), "{page}");
    assert!(mia.get("/").await.body.contains("Lead queue"));
}

#[tokio::test]
async fn somebody_chooses_what_rings_the_bell() {
    let (server, mut mia, mut ben, mut ann) = house().await;
    three(&mut mia).await;
    let choices = ann.get("/settings/notices").await.body;
    assert!(choices.contains("A lead was given to me") && !choices.contains("My team or flags were changed"));
    let form = Filled::of(&choices, "/settings/notices/save");
    let kept: Vec<(&str, &str)> = form.pairs().into_iter().filter(|(_, kind)| *kind != "lead_assigned").collect();
    let saved = ann.post("/settings/notices/save", &kept).await;
    let page = ann.get(saved.leads_to().expect("it is saved")).await.body;
    assert!(text(&page).contains("From now on you are told of these."), "{page}");
    let to = table(&server.state.db, "select id from account where name = 'ann'").await[0][0].clone();
    let queue = ben.get("/leads").await.body;
    assert!(bulk(&mut ben, &queue, &shown(&queue), &[("act", "assign"), ("owner", &to)]).await.leads_to().is_some());
    assert!(text(&ann.get("/bell").await.body).contains("Nothing yet"));
}
