//! The queue: its lists, its search and its clocks, on both engines.

use crate::databases::{name, on_each_engine, table};
use crate::loop_office::*;
use doubles::agreement::model::{Terms, Version, Within};
use doubles::agreement::store as agreement;
use doubles::error::AppError;
use doubles::kpis::model::Filter;
use doubles::leads::model::{Decision, Dimension, LeadId, Stage, ValueId};
use doubles::people::model::{Standing, Visitor};
use doubles::people::service::Caller;
use doubles::period::{Day, Instant};
use doubles::queue::model::{Ask, List};
use doubles::queue::question::Question;
use doubles::queue::{count, narrate, service, store};
use doubles::work::model::Act;

fn ask(list: List) -> Ask {
    Ask { list, filter: Filter::default(), search: String::new(), after: None, limit: 50 }
}

async fn ids(office: &Office, who: &Caller, now: Instant, ask: &Ask) -> Vec<i64> {
    let page = service::page(&office.at(now), &who.visitor, ask).await.expect("a page");
    page.rows.iter().map(|row| row.lead.0).collect()
}

#[tokio::test]
async fn each_lead_is_in_the_list_of_what_it_waits_for_and_silence_moves_it_on_by_itself() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let ben = &office.ben;
        for name in ["Hanna", "Tom", "Yusuf", "Giulia", "Elif"] {
            office.lead(name, TUESDAY).await;
        }
        office.act(ben, after(HOUR), &[LeadId(2)], call(false)).await.expect("a touch");
        office.act(ben, after(HOUR), &[LeadId(3)], call(true)).await.expect("a touch");
        office.act(ben, after(HOUR), &[LeadId(4)], judge(Decision::Reject, "below_criteria")).await.expect("judged");
        office.act(ben, after(HOUR), &[LeadId(5)], Act::Accept).await.expect("accepted");
        let lists = async |now: Instant| {
            let mut found = Vec::new();
            for list in [List::Acceptance, List::Touch, List::Attempt, List::Verdict, List::Overdue, List::Mine] {
                found.push(ids(&office, ben, now, &ask(list)).await);
            }
            found
        };
        let [accept, touch, attempt, verdict, overdue, mine] =
            [vec![1], vec![5], vec![2], vec![3], vec![], vec![5, 2, 3]];
        assert_eq!(lists(after(2 * HOUR)).await, [accept, touch, attempt, verdict, overdue, mine], "{}", name(db));
        // Eight working hours after 09:00: at 17:00 silence accepts, and nobody needs to save it.
        assert_eq!(lists(after(8 * HOUR - 1)).await[0], [1]);
        assert_eq!(lists(after(8 * HOUR)).await[..2], [vec![], vec![1, 5]]);
        // The first touch is due within 24 h, the second attempt on the next working day at the same time.
        assert_eq!(lists(after(24 * HOUR)).await[4], Vec::<i64>::new());
        assert_eq!(lists(after(24 * HOUR + 1)).await[4], [1, 5]);
        assert_eq!(lists(after(25 * HOUR + 1)).await[4], [1, 5, 2]);
        assert_eq!(ids(&office, ben, after(2 * HOUR), &ask(List::Waiting)).await, [1, 5, 2, 3]);
        assert_eq!(ids(&office, ben, after(2 * HOUR), &ask(List::All)).await, [5, 4, 3, 2, 1]);

        let page = service::page(&office.at(after(2 * HOUR)), &ben.visitor, &ask(List::Waiting)).await.expect("a page");
        let words: Vec<_> = page
            .rows
            .iter()
            .map(|row| {
                let standing = row.standing(page.now).expect("it waits");
                let clock = row.clock(page.now, &page.rules).expect("a clock");
                (row.waits_for(standing, &page.rules), clock.words.replace('\u{a0}', " "))
            })
            .collect();
        let said: Vec<(&str, &str)> = words.iter().map(|(waits, clock)| (waits.as_str(), clock.as_str())).collect();
        assert_eq!(
            said,
            [
                ("Accept or reject", "6 h left"),
                ("First touch", "22 h left"),
                ("Attempt 2 of 5", "7 h left"),
                ("Verdict", "4 working days left")
            ]
        );
        let counted = service::counts(&office.at(after(2 * HOUR)), &ben.visitor, &ask(List::All), List::ALL).await;
        let counted: Vec<u32> = counted.expect("counts").into_iter().map(|count| count.leads).collect();
        assert_eq!(counted, [4, 1, 1, 1, 1, 0, 3, 5]);
    })
    .await;
}

#[tokio::test]
async fn among_every_lead_one_that_came_back_says_what_became_of_its_latest_handover() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let (ben, lead) = (&office.ben, office.lead("Hanna", TUESDAY).await);
        let decision = async |now: Instant| {
            let page = service::page(&office.at(now), &ben.visitor, &ask(List::All)).await.expect("a page");
            let line = narrate::block(&Question::default(), &page, &[]).lines.remove(0);
            (page.rows[0].decision, line.waits_for)
        };
        office.act(ben, after(HOUR), &[lead], recycle_tomorrow()).await.expect("recycled");
        assert_eq!(decision(after(HOUR)).await, (Some(Decision::Recycle), "Recycled".to_owned()));
        office.act(&office.mia, after(2 * DAY), &[lead], Act::HandOver).await.expect("handed over once more");
        assert_eq!(decision(after(2 * DAY)).await.0, None, "{}", name(db));
        let rejected = judge(Decision::Reject, "below_criteria");
        office.act(ben, after(2 * DAY + HOUR), &[lead], rejected).await.expect("rejected");
        let expected = (Some(Decision::Reject), "Rejected".to_owned());
        assert_eq!(decision(after(2 * DAY + HOUR)).await, expected, "{}", name(db));
    })
    .await;
}

#[tokio::test]
async fn a_list_is_paged_filtered_and_searched_without_losing_or_repeating_a_lead() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let names = ["Hanna", "Tom", "Yusuf", "Giulia", "Elif", "Ångström", "Hannes"];
        for (n, name) in names.iter().enumerate() {
            office.lead(name, after(n as u32 / 3)).await;
        }
        let now = after(2 * DAY);
        for list in [List::Waiting, List::Touch, List::Overdue, List::All] {
            let whole = ids(&office, &office.ben, now, &ask(list)).await;
            assert_eq!(whole.len(), 7, "{list}");
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let part = Ask { after, limit: 2, ..ask(list) };
                let page = service::page(&office.at(now), &office.ben.visitor, &part).await.expect("a page");
                paged.extend(page.rows.iter().map(|row| row.lead.0));
                let Some(next) = page.next else { break };
                after = Some(next);
            }
            assert_eq!(paged, whole, "{list} on {}", name(db));
        }
        let search = |text: &str| Ask { search: text.into(), ..ask(List::Waiting) };
        let mut found = ids(&office, &office.ben, now, &search("hann")).await;
        found.sort_unstable();
        assert_eq!(found, [1, 7]);
        assert_eq!(ids(&office, &office.ben, now, &search("ÅNGSTRÖM rope")).await, [6]);
        assert_eq!(ids(&office, &office.ben, now, &search("tom@client")).await, [2]);
        assert_eq!(ids(&office, &office.ben, now, &search("nobody")).await, Vec::<i64>::new());
        // Found as it is now: what was judged waits no longer.
        office.act(&office.ben, now, &[LeadId(2)], judge(Decision::Reject, "below_criteria")).await.expect("judged");
        assert_eq!(ids(&office, &office.ben, now, &search("tom")).await, Vec::<i64>::new());
        assert_eq!(ids(&office, &office.ben, now, &Ask { list: List::All, ..search("tom") }).await, [2]);

        let value: i64 =
            table(db, "select id from dimension_value where name = 'Fair'").await[0][0].parse().expect("a number");
        let fair = Filter { any_of: vec![(Dimension::Channel, vec![Some(ValueId(value))])] };
        let mut filtered = ids(&office, &office.ben, now, &Ask { filter: fair.clone(), ..ask(List::Touch) }).await;
        filtered.sort_unstable();
        let by_name = names.iter().enumerate().filter(|(n, name)| name.len().is_multiple_of(2) && *n != 1);
        assert_eq!(filtered, by_name.map(|(n, _)| n as i64 + 1).collect::<Vec<_>>());
        let blank = Filter { any_of: vec![(Dimension::Region, vec![None])] };
        assert_eq!(ids(&office, &office.ben, now, &Ask { filter: blank, ..ask(List::Touch) }).await.len(), 6);

        let viewer = Caller { visitor: viewer(), ..office.ben.clone() };
        let refused = service::page(&office.at(now), &viewer.visitor, &ask(List::Touch)).await;
        assert!(matches!(refused, Err(AppError::Forbidden(_))), "names are for the two teams");
    })
    .await;
}

fn viewer() -> Visitor {
    Visitor::Person(doubles::people::model::Account {
        id: doubles::people::model::AccountId(99),
        email: "v@company.example".into(),
        name: "Vic".into(),
        standing: Standing::default(),
        disabled: false,
        second_factor: false,
        sample: false,
    })
}

#[tokio::test]
async fn over_a_weekend_a_lead_can_be_accepted_until_silence_accepts_though_its_touch_is_overdue_before() {
    on_each_engine(async |db| {
        let office = office(db).await;
        // Friday at 15:00: a touch is due on Saturday, an acceptance after eight working hours, on Monday at 15:00.
        let friday = after(3 * DAY + 6 * HOUR);
        let monday = Instant(friday.0 + 3 * DAY);
        let lead = office.lead("Hanna", friday).await;
        let seen = async |now: Instant| {
            let list = ask(List::Waiting);
            let page = service::page(&office.at(now), &office.ben.visitor, &list).await.expect("a page");
            let row = &page.rows[0];
            let stage = row.standing(now).expect("it waits").stage;
            let clock = row.clock(now, &page.rules).expect("a clock");
            let line = narrate::block(&Question::default(), &page, &[]).lines.remove(0);
            (stage, clock.words.replace('\u{a0}', " "), clock.due, line.acceptable)
        };
        let hour_later = seen(Instant(friday.0 + HOUR)).await;
        assert_eq!(hour_later, (Stage::Acceptance, "7 h left".to_owned(), Some(monday), true), "{}", name(db));
        let sunday = Instant(friday.0 + 2 * DAY);
        let (stage, words, _, acceptable) = seen(sunday).await;
        assert_eq!(
            (stage, &*words, acceptable),
            (Stage::Touch, "Overdue by 24 h", true),
            "silence has not accepted yet"
        );
        assert!(!seen(monday).await.3, "now it has");
        office.act(&office.ben, sunday, &[lead], Act::Accept).await.expect("it is accepted");
        assert!(!seen(sunday).await.3, "once is enough");
    })
    .await;
}

#[tokio::test]
async fn another_agreement_moves_every_clock_and_is_counted_once() {
    on_each_engine(async |db| {
        let office = office(db).await;
        for name in ["Hanna", "Tom"] {
            office.lead(name, TUESDAY).await;
        }
        office.act(&office.ben, after(HOUR), &[LeadId(2)], Act::Accept).await.expect("accepted");
        assert_eq!(count::refresh(db).await, Ok(1_000), "it was never counted");
        assert_eq!(count::refresh(db).await, Ok(0));
        let mut terms = Terms::defaults("UTC");
        terms.sales.first_touch = Within::Elapsed(60);
        let starts = Day((TUESDAY.0 / DAY) as i32);
        let mut tx = db.write().await.expect("a write");
        agreement::insert(&mut tx, &Version { number: 2, starts, terms }, Some(TUESDAY)).await.expect("a version");
        let change = doubles::changes::model::Change {
            at: TUESDAY,
            actor: "Hal".into(),
            kind: doubles::changes::model::ChangeKind::WorkspaceChanged,
            entity: doubles::changes::model::Entity::Workspace,
            entity_id: Some(1),
            detail: serde_json::json!({}),
        };
        tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
        assert_eq!(ids(&office, &office.ben, after(2 * HOUR), &ask(List::Overdue)).await, Vec::<i64>::new());
        assert!(count::refresh(db).await.expect("it is counted") > 0);
        // A page that was asked for in the same second shows it in the next one.
        let mut overdue = ids(&office, &office.ben, after(2 * HOUR + 1), &ask(List::Overdue)).await;
        overdue.sort_unstable();
        assert_eq!(overdue, [1, 2], "an overdue touch is the more urgent word, on {}", name(db));
        let mut tx = db.read().await.expect("a read");
        let row = service::row(&mut tx, &office.ben.visitor, LeadId(1)).await.expect("a row");
        let standing = row.standing(after(2 * HOUR)).expect("it waits");
        assert_eq!((standing.stage, standing.due), (Stage::Touch, after(HOUR).0));
    })
    .await;
}

#[tokio::test]
async fn what_lists_count_and_page_by_is_read_from_their_index_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = doubles::server::open::DatabaseUrl::Sqlite(folder.path().join("doubles.db"));
    let db = doubles::server::open::open(&file).await.expect("a new file");
    let all = store::ALL.iter().chain(doubles::feedback::store::ALL);
    for (statement, index) in [
        ("COUNT_ACCEPTANCE", "COVERING INDEX lead_silent"),
        ("COUNT_STAGE", "COVERING INDEX lead_stage"),
        ("COUNT_OWNED", "COVERING INDEX lead_owner"),
        ("COUNT_OWNED_ACCEPTANCE", "COVERING INDEX lead_owner"),
        ("ACCEPTANCE", "COVERING INDEX lead_silent"),
        ("ACCEPTANCE_BEFORE", "COVERING INDEX lead_silent"),
        ("STAGE", "COVERING INDEX lead_stage (stage=? AND due_at>? AND due_at<?)"),
        ("STAGE_BEFORE", "COVERING INDEX lead_stage"),
        ("OWNED", "COVERING INDEX lead_owner"),
        ("USES", "COVERING INDEX lead_reason"),
        // A later page of the loop begins at its place, and no list looks at what is in none.
        ("VERDICTS", "INDEX lead_event_verdict ((at,lead_id,n)<(?,?,?))"),
        ("TURNED_DOWN", "INDEX lead_event_turned_down ((at,lead_id,n)<(?,?,?))"),
        ("PRAISED", "INDEX lead_event_praised ((at,lead_id,n)<(?,?,?))"),
        ("FEATURES", "INDEX lead_event_feature (at>? AND at<?)"),
        ("TO_ANSWER", "INDEX lead_unanswered (verdict_at<?)"),
        ("TO_ANSWER", "INDEX handover_unanswered ((verdict_at,lead_id,n)<(?,?,?))"),
        ("DISPUTED", "INDEX lead_dispute_open (disputed_at>? AND disputed_at<?)"),
        ("DISPUTED", "INDEX handover_dispute_open (disputed_at>? AND (disputed_at,lead_id,n)<(?,?,?))"),
        ("RULED", "INDEX lead_dispute_ruled (ruled_at>? AND ruled_at<?)"),
        ("RULED", "INDEX handover_dispute_ruled (ruled_at>? AND (ruled_at,lead_id,n)<(?,?,?))"),
        ("COUNT_TO_ANSWER", "COVERING INDEX lead_unanswered"),
        ("COUNT_TO_ANSWER", "INDEX handover_unanswered"),
        ("COUNT_DISPUTED", "INDEX lead_dispute_open"),
    ] {
        let found = all.clone().find(|(name, _)| name.rsplit("::").next() == Some(statement)).expect(statement);
        let sql = (1..=6).rev().fold(found.1.to_owned(), |sql, n| sql.replace(&format!("${n}"), "1"));
        let plan = table(&db, &format!("explain query plan {sql}")).await;
        let plan: Vec<String> = plan.into_iter().map(|mut row| row.remove(3)).collect();
        assert!(plan.iter().any(|step| step.contains(index)), "{statement}: {plan:?}");
        let sorts = plan.iter().filter(|step| step.contains("ORDER BY")).count();
        // First and later handovers are each read in order; what was read is put into one list, of which SQLite sorts
        // both parts once more.
        let sorted = match statement {
            "COUNT_OWNED_ACCEPTANCE" => 1,
            "TO_ANSWER" | "DISPUTED" | "RULED" => 2,
            _ => 0,
        };
        assert!(sorts <= sorted, "{statement} sorts: {plan:?}");
    }
    db.close().await;
}

#[tokio::test]
async fn a_view_is_saved_under_a_name_and_is_its_owners_alone() {
    on_each_engine(async |db| {
        let office = office(db).await;
        let account = |caller: &Caller| caller.visitor.account().expect("an account").id;
        let (ben, ann) = (account(&office.ben), account(&office.ann));
        let mut tx = db.keep_house().await.expect("a write");
        store::save_view(&mut tx, ben, "leads", "Fairs", "list=touch&channel=Fair").await.expect("saved");
        store::save_view(&mut tx, ben, "leads", "Fairs", "list=mine&channel=Fair").await.expect("replaced");
        store::save_view(&mut tx, ben, "feedback", "Mine", "x=1").await.expect("saved");
        let views = store::views(&mut tx, ben, "leads").await.expect("a list");
        assert_eq!(views.iter().map(|view| view.query.as_str()).collect::<Vec<_>>(), ["list=mine&channel=Fair"]);
        store::remove_view(&mut tx, ann, views[0].id).await.expect("nothing happens");
        assert_eq!(store::views(&mut tx, ben, "leads").await.expect("a list").len(), 1);
        store::remove_view(&mut tx, ben, views[0].id).await.expect("it is gone");
        assert_eq!(store::views(&mut tx, ben, "leads").await.expect("a list"), []);
    })
    .await;
}
