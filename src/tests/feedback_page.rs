//! The feedback loop, as a browser without WASM sees it.

use crate::browser::{Answer, Browser, TestServer};
use crate::databases::table;
use crate::filled::{Filled, plain};
use doubles::people::model::{Standing, Team};

/// Mia and Hedy of marketing, Ben and Hal of sales, of whom Hedy and Hal head their team, and Vera, who only looks.
struct House {
    server: TestServer,
    mia: Browser,
    hedy: Browser,
    ben: Browser,
    hal: Browser,
    vera: Browser,
}

async fn house() -> House {
    let server = TestServer::set_up().await;
    let of = |team, head| Standing { team, head, admin: false };
    let people = [
        ("mia", of(Some(Team::Marketing), false)),
        ("hedy", of(Some(Team::Marketing), true)),
        ("ben", of(Some(Team::Sales), false)),
        ("hal", of(Some(Team::Sales), true)),
        ("vera", Standing::default()),
    ];
    for (name, standing) in people {
        server.add(&format!("{name}@company.example"), standing).await;
    }
    let sign_in = async |name: &str| server.signed_in(&format!("{name}@company.example")).await;
    let (mia, hedy) = (sign_in("mia").await, sign_in("hedy").await);
    let (ben, hal, vera) = (sign_in("ben").await, sign_in("hal").await, sign_in("vera").await);
    House { server, mia, hedy, ben, hal, vera }
}

impl House {
    /// Mia hands three leads over; Ben turns Hanna and Tom down, and judges Giulia good.
    async fn judged(&mut self) {
        for (name, channel) in [("Hanna Vogel", "Fair"), ("Tom Ashworth", "Webinar"), ("Giulia Ferrante", "Fair")] {
            let form = Filled::of(&self.mia.get("/leads/new").await.body, "/leads/add");
            let form =
                form.with("name", name).with("hand_over", "1").with("channel", channel).with("company", "Rope & Sons");
            let answer = self.mia.post("/leads/add", &form.pairs()).await;
            assert!(answer.leads_to().is_some(), "{}", answer.body);
        }
        let usual = [("intent", "no"), ("usefulness", "2"), ("line", "Two sites, we serve from five on.")];
        let down = [("decision", "reject"), ("proof", "Sites")];
        self.judge(1, &[&usual[..], &down, &[("reason", "below_criteria")]].concat()).await;
        self.judge(2, &[&usual[..], &down, &[("reason", "outside_icp")]].concat()).await;
        self.judge(3, &[&usual[..], &[("decision", "good"), ("more", "1")]].concat()).await;
    }

    async fn judge(&mut self, lead: i64, fields: &[(&str, &str)]) {
        let page = self.ben.get("/leads?list=all").await.body;
        let named = page.split("data-shown=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let lead =
            named.into_iter().find(|shown| shown.split('@').next() == Some(&lead.to_string())).expect("it is there");
        let mut form = vec![("lead", lead), ("act", "judge"), ("back", "")];
        form.extend(fields);
        let answer = self.ben.post("/leads/bulk", &form).await;
        assert!(answer.leads_to().is_some(), "{}", answer.body);
    }
}

/// Sends the form about a lead's verdict with these fields, as the page shows it.
async fn say(by: &mut Browser, page: &str, action: &str, lead: &str, fields: &[(&str, &str)]) -> Answer {
    let forms = Filled::each(page, action);
    let mut form =
        forms.into_iter().find(|form| form.get("lead") == lead).unwrap_or_else(|| panic!("{action}: {page}"));
    for (name, value) in fields {
        form = form.with(name, value);
    }
    by.post(action, &form.pairs()).await
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

/// Whose verdicts a page lists, from top to bottom.
fn listed(page: &str) -> Vec<i64> {
    let ids = page.split("<li id=\"v-").skip(1).filter_map(|rest| rest.split('-').next());
    ids.filter_map(|id| id.parse().ok()).collect()
}

#[tokio::test]
async fn an_empty_loop_says_what_comes_and_each_of_its_pages_stands() {
    let mut house = house().await;
    for (path, says) in [
        ("/feedback", "No verdict yet"),
        ("/feedback/why", "No lead yet"),
        ("/feedback/more", "No lead yet"),
        ("/feedback/returns", "No recycled lead is on its way back"),
        ("/feedback/reasons", "Below the criteria"),
    ] {
        let page = house.mia.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(text(&page.body).contains(says), "{path}: {}", text(&page.body));
    }
    for path in ["/feedback", "/feedback/why", "/feedback/more"] {
        let marketing = text(&house.mia.get(path).await.body);
        assert!(marketing.contains("Import a file New lead"), "{path}: {marketing}");
        let sales = text(&house.ben.get(path).await.body);
        assert!(sales.contains("marketing imports") && !sales.contains("Import a file"), "{path}: {sales}");
        assert!(sales.contains("New lead"), "{path}: {sales}");
        let viewer = text(&house.vera.get(path).await.body);
        assert!(viewer.contains("the two teams bring them") && !viewer.contains("New lead"), "{path}: {viewer}");
    }
}

#[tokio::test]
async fn days_without_a_lead_that_was_turned_down_have_no_drawing_no_columns_and_no_file() {
    let mut house = house().await;
    house.judged().await;
    let page = house.mia.get("/feedback/why?period=month&at=2019-03").await.body;
    let said = text(&page);
    assert!(said.contains("No lead of these days was turned down"), "{said}");
    assert!(!said.contains("bars in percent") && !said.contains("Beside it"), "{said}");
    assert!(!page.contains("/feedback/why.csv"), "{said}");
}

#[tokio::test]
async fn verdicts_stand_newest_first_with_their_clock_and_both_teams_promises() {
    let mut house = house().await;
    house.judged().await;
    let page = house.mia.get("/feedback").await.body;
    assert_eq!(listed(&page), [3, 2, 1]);
    let said = text(&page).replace('\u{a0}', " ");
    for says in [
        "Replies within 3 working days",
        "Verdict within 5 working days",
        "Unanswered 2",
        "Rejected: Below the criteria by ben",
        "Two sites, we serve from five on.",
        "more like this, please",
        "Marketing’s answer: 3 working days left",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    assert!(!page.contains("action=\"/feedback/rule\""), "nothing is disputed");
    assert!(
        !house.ben.get("/feedback").await.body.contains("action=\"/feedback/answer\""),
        "marketing answers, not sales"
    );
    for (path, fields) in [("add", &[("name", "Planner")][..]), ("assign", &[("id", "2"), ("persona", "1")])] {
        let done = house.mia.post(&format!("/personas/{path}"), fields).await;
        assert!(done.leads_to().is_some(), "{path}: {}", text(&done.body));
    }
    for (address, expected) in [
        ("which=to_answer", vec![2, 1]),
        ("which=praised", vec![3]),
        ("which=disputed", vec![]),
        ("channel=Fair", vec![3, 1]),
        ("channel=Fair&reason=below_criteria", vec![1]),
        ("persona=Planner", vec![2]),
        ("from=2027-01-15", vec![3, 2, 1]),
        ("to=2027-01-15", vec![]),
        ("from=2027-01-16", vec![]),
    ] {
        assert_eq!(listed(&house.mia.get(&format!("/feedback?{address}")).await.body), expected, "{address}");
    }
    let wrong = house.mia.get("/feedback?from=2027-02-30").await;
    assert_eq!(wrong.status, 400);
    assert!(text(&wrong.body).contains("write it as 2026-03-31"), "{}", text(&wrong.body));
    for nobodys in ["channel=Radio", "persona=Pilot"] {
        assert_eq!(house.mia.get(&format!("/feedback?{nobodys}")).await.status, 400, "{nobodys}");
    }
}

#[tokio::test]
async fn marketing_answers_and_a_refused_answer_comes_back_with_what_was_typed() {
    let mut house = house().await;
    house.judged().await;
    let page = house.mia.get("/feedback?which=to_answer").await.body;
    let long = "word ".repeat(400);
    let refused = say(&mut house.mia, &page, "/feedback/answer", "1", &[("kind", "took_over"), ("text", &long)]).await;
    assert_eq!(refused.status, 400);
    assert!(text(&refused.body).contains("An answer has at most 1000 characters"), "{}", text(&refused.body));
    let typed = Filled::each(&refused.body, "/feedback/answer").into_iter().find(|form| form.get("lead") == "1");
    let typed = typed.expect("the form is back");
    assert_eq!((typed.get("kind"), typed.get("text").trim()), ("took_over", long.trim()));

    let words = [("kind", "took_over"), ("text", "The form asks for the number of sites.")];
    let done = say(&mut house.mia, &refused.body, "/feedback/answer", "1", &words).await;
    assert_eq!(done.leads_to(), Some("/feedback?which=to_answer&done=took_over"), "{}", text(&done.body));
    let page = house.mia.get("/feedback?which=to_answer&done=took_over").await.body;
    assert!(text(&page).contains("Sales is told what you changed."));
    assert_eq!(listed(&page), [2]);
    let seen = text(&house.ben.get("/feedback").await.body);
    assert!(seen.contains("Taken over by mia"), "{seen}");
    assert!(seen.contains("The form asks for the number of sites."), "{seen}");
    assert!(text(&house.ben.get("/bell").await.body).contains("mia"));
}

#[tokio::test]
async fn an_answer_to_a_verdict_that_was_taken_back_is_refused_and_nothing_typed_is_lost() {
    let mut house = house().await;
    house.judged().await;
    let page = house.mia.get("/feedback").await.body;
    let did = "select max(id) from work_undo";
    let number = table(&house.server.state.db, did).await[0][0].clone();
    let undone = house.ben.post("/leads/bulk/undo", &[("undo", &number), ("back", "")]).await;
    assert!(undone.leads_to().is_some(), "{}", text(&undone.body));
    let words = [("kind", "reply"), ("text", "We will look for more of these.")];
    let refused = say(&mut house.mia, &page, "/feedback/answer", "3", &words).await;
    assert_eq!(refused.status, 404);
    let said = text(&refused.body);
    assert!(said.contains("This verdict is not here any more"), "{said}");
    assert!(said.contains("What you typed") && said.contains("We will look for more of these."), "{said}");
}

#[tokio::test]
async fn a_dispute_is_ruled_by_both_heads_and_the_agreement_rate_is_shown() {
    let mut house = house().await;
    house.judged().await;
    let page = house.mia.get("/feedback").await.body;
    let words = [("kind", "dispute"), ("text", "They have six sites, see their site.")];
    let done = say(&mut house.mia, &page, "/feedback/answer", "1", &words).await;
    assert!(done.leads_to().is_some(), "{}", text(&done.body));
    let waiting = text(&house.mia.get("/feedback?which=disputed").await.body);
    assert!(waiting.contains("it waits for both heads."), "{waiting}");
    assert!(!house.mia.get("/feedback?which=disputed").await.body.contains("action=\"/feedback/rule\""));

    let page = house.hal.get("/feedback?which=disputed").await.body;
    let blank = say(&mut house.hal, &page, "/feedback/rule", "1", &[("for", ""), ("text", "Six sites it is.")]).await;
    assert_eq!(blank.status, 400);
    let typed = Filled::of(&blank.body, "/feedback/rule");
    assert_eq!(typed.get("text").trim(), "Six sites it is.");
    let ruled = say(&mut house.hal, &blank.body, "/feedback/rule", "1", &[("for", "marketing")]).await;
    assert_eq!(ruled.leads_to(), Some("/feedback?which=disputed&done=waits"), "{}", text(&ruled.body));
    let page = house.hedy.get("/feedback?which=disputed").await.body;
    assert!(text(&page).contains("it waits for the head of marketing."), "{}", text(&page));
    let words = [("for", "marketing"), ("text", "We counted six.")];
    let over = say(&mut house.hedy, &page, "/feedback/rule", "1", &words).await;
    assert_eq!(over.leads_to(), Some("/feedback?which=disputed&done=over"), "{}", text(&over.body));
    let said = text(&house.hedy.get("/feedback?which=ruled").await.body).replace('\u{a0}', " ");
    assert!(said.contains("Both heads ruled for marketing on 15 Jan 2027."), "{said}");
    assert!(said.contains("1 dispute so far; 1 ruled, 1 of them for marketing."), "{said}");
    assert!(
        said.contains("On 1 of 1 that both heads have ruled on they agreed at the first attempt: 100.0 %."),
        "{said}"
    );
}

#[tokio::test]
async fn a_viewer_sees_the_numbers_and_nothing_personal() {
    let mut house = house().await;
    house.judged().await;
    for path in ["/feedback", "/feedback/why", "/feedback/more", "/feedback/reasons"] {
        let page = house.vera.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        for secret in ["Hanna", "Ashworth", "Rope", "Two sites", "/feedback/answer"] {
            assert!(!page.body.contains(secret), "{path}: {secret}");
        }
    }
    let said = text(&house.vera.get("/feedback").await.body);
    assert!(said.contains("The verdicts are for the two teams"), "{said}");
    for path in ["/feedback.csv", "/feedback/returns", "/feedback/returns.csv"] {
        assert_eq!(house.vera.get(path).await.status, 403, "{path}");
    }
    let file = house.vera.get("/feedback/why.csv?period=month&at=2027-01").await;
    assert!(
        file.body.contains("channel,Fair,below_criteria,Below the criteria,marketing (scoring),1"),
        "{}",
        file.body
    );
}

#[tokio::test]
async fn reasons_are_counted_by_a_dimension_and_each_count_opens_its_leads() {
    let mut house = house().await;
    house.judged().await;
    let page = house.mia.get("/feedback/why?period=month&at=2027-01&by=channel").await.body;
    let said = text(&page).replace('\u{a0}', " ");
    assert!(said.contains("No few reasons stand for the others; “Below the criteria” is the most frequent"), "{said}");
    assert!(said.contains("Webinar") && said.contains("whose problem: marketing (targeting)"), "{said}");
    assert!(page.contains("class='chart pareto'"), "the chart");
    let href = "/kpis/feedback-coverage/leads?period=month&amp;at=2027-01&amp;channel=Fair&amp;part=handovers&amp;reason=below_criteria";
    assert!(page.contains(href), "{page}");
    let list = house.mia.get(&href.replace("&amp;", "&")).await.body;
    assert!(list.contains("Hanna Vogel") && !list.contains("Ashworth"), "the very lead");
    let more = text(&house.mia.get("/feedback/more?period=month&at=2027-01").await.body);
    assert!(more.contains("It is too early to say which leads become opportunities"), "{more}");
    assert_eq!(house.mia.get("/feedback/why?from=2027-01-01").await.status, 400);
}

#[tokio::test]
async fn a_recycled_lead_stands_with_the_day_on_which_it_comes_back() {
    let mut house = house().await;
    house.judged().await;
    let line = [("line", "The lease ends in June."), ("intent", "yes"), ("usefulness", "4")];
    let back = [("decision", "recycle"), ("reason", "not_now"), ("returns", "2027-06-01")];
    house.judge(1, &[&line[..], &back].concat()).await;
    let said = text(&house.mia.get("/feedback/returns").await.body).replace('\u{a0}', " ");
    assert!(said.contains("Hanna Vogel Rope & Sons 1 June 2027 in 137 days Not now"), "{said}");
    let file = house.mia.get("/feedback/returns.csv").await.body;
    assert!(file.contains("1,Hanna Vogel,Rope & Sons,2027-06-01,Not now"), "{file}");
}

#[tokio::test]
async fn heads_edit_the_list_of_reasons_and_others_read_it() {
    let mut house = house().await;
    house.judged().await;
    let page = house.ben.get("/feedback/reasons").await.body;
    assert!(!page.contains("/feedback/reasons/add") && text(&page).contains("The heads of both teams edit this list"));
    assert!(page.contains("href=\"/feedback?reason=below_criteria\""), "a count of uses opens the verdicts");
    assert_eq!(house.ben.post("/feedback/reasons/retire", &[("reason", "other")]).await.status, 403);

    let page = house.hal.get("/feedback/reasons").await.body;
    let form = Filled::of(&page, "/feedback/reasons/add").with("name", "No need").with("problem", "marketing");
    let taken = house.hal.post("/feedback/reasons/add", &form.pairs()).await;
    assert_eq!(taken.status, 409);
    assert!(text(&taken.body).contains("The list has a reason “No need” already."), "{}", text(&taken.body));
    let form = Filled::of(&taken.body, "/feedback/reasons/add");
    assert_eq!((form.get("name"), form.get("problem")), ("No need", "marketing"), "what was typed is back");
    let added = house.hal.post("/feedback/reasons/add", &form.with("name", "Wrong region").pairs()).await;
    assert_eq!(added.leads_to(), Some("/feedback/reasons?done=added"), "{}", text(&added.body));

    let page = house.hedy.get("/feedback/reasons").await.body;
    let of = |action: &str, reason: &str| {
        let forms = Filled::each(&page, action).into_iter();
        forms.into_iter().find(|form| form.get("reason") == reason).expect("its form")
    };
    let renamed = of("/feedback/reasons/change", "wrong_region").with("name", "Outside our regions");
    assert!(house.hedy.post("/feedback/reasons/change", &renamed.pairs()).await.leads_to().is_some());
    let retired = of("/feedback/reasons/retire", "below_criteria");
    let retired = house.hedy.post("/feedback/reasons/retire", &retired.pairs()).await;
    assert_eq!(retired.leads_to(), Some("/feedback/reasons?done=retired"));
    let said = text(&house.hal.get("/feedback/reasons").await.body).replace('\u{a0}', " ");
    for says in [
        "Below the criteria retired since 15 January 2027",
        "hal added “Wrong region”",
        "hedy renamed “Wrong region” to “Outside our regions”",
        "hedy retired “Below the criteria”",
        "Bring it back",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    let feed = text(&house.mia.get("/feedback").await.body);
    assert!(feed.contains("Rejected: Below the criteria"), "the verdict keeps its word: {feed}");
}

#[tokio::test]
async fn the_feed_is_a_file_too() {
    let mut house = house().await;
    house.judged().await;
    let file = house.mia.get("/feedback.csv?which=turned_down").await;
    assert_eq!(file.status, 200);
    let mut reader = csv::Reader::from_reader(file.body.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a whole row")).collect();
    let names: Vec<&str> = rows.iter().filter_map(|row| row.get(1)).collect();
    assert_eq!(names, ["Tom Ashworth", "Hanna Vogel"]);
    assert_eq!((rows[1].get(3), rows[1].get(12)), (Some("Fair"), Some("below_criteria")));
}
