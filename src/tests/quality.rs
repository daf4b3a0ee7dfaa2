//! Merges, rules and what people set, in the database: each on both engines.

use crate::databases::{dump, name, on_each_engine, table};
use crate::import_cast::{File, Hand, NOW, at, by_hand, event, import, import_from, lead, milestones, outcome};
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::error::{AppError, Result};
use doubles::import::model::{EventRecord, LeadRecord, Taken};
use doubles::import::undo;
use doubles::kpis::compute::compute;
use doubles::kpis::model::{Answer, Comparison, Filter, Question};
use doubles::kpis::store::{Snapshot, catch_up, load};
use doubles::leads::model::{Dimension, EventKind, LeadId};
use doubles::leads::store as leads;
use doubles::people::model::AccountId;
use doubles::period::{Day, Instant, Period};
use doubles::quality::model::{Pattern, RuleId, RuleKind};
use doubles::quality::rules::spread::{self, Spread};
use doubles::quality::rules::store as rules;
use doubles::quality::store::{self, Slice};
use doubles::quality::{fix, merge};
use doubles::server::db::{Db, WriteTx};
use doubles::work::apply::Who;
use doubles::workspace::{self, model::Workspace};
use serde_json::json;

async fn commit(tx: WriteTx, kind: ChangeKind) {
    let change =
        Change { at: NOW, actor: "Hal".into(), kind, entity: Entity::Merge, entity_id: Some(1), detail: json!({}) };
    tx.record_change(&change).await.expect("a change").commit().await.expect("a commit");
}

fn hal() -> Who {
    Who { name: "Hal".into(), account: AccountId(7), team: None, head: true }
}

async fn join(db: &Db, survivor: i64, merged: &[i64]) -> Result<()> {
    let merged: Vec<LeadId> = merged.iter().copied().map(LeadId).collect();
    let mut tx = db.write().await.expect("a write");
    merge::join(&mut tx, LeadId(survivor), &merged, &hal(), NOW).await?;
    commit(tx, ChangeKind::LeadsMerged).await;
    Ok(())
}

async fn part(db: &Db, merged: i64) -> Result<LeadId> {
    let mut tx = db.write().await.expect("a write");
    let survivor = merge::part(&mut tx, LeadId(merged), hal().account).await?;
    commit(tx, ChangeKind::LeadUnmerged).await;
    Ok(survivor)
}

/// Everything about leads but when each was touched last; also which are merged.
async fn everything(db: &Db) -> String {
    let merged = table(db, "select merged_id, survivor_id from lead_merge order by 1").await;
    format!("{merged:?}\n{}", dump(db).await)
}

fn at_moments(line: u64, id: &str, handover: u32, touch: Option<u32>) -> LeadRecord {
    let milestones = vec![(EventKind::Handover, Some(at(handover))), (EventKind::Touch, touch.map(at))];
    LeadRecord { milestones, ..lead(line, id, "ada@harbour.example") }
}

async fn set_up(db: &Db) -> Snapshot {
    let nimbus = Workspace::new("Nimbus", "UTC", "EUR").expect("a workspace");
    workspace::store::create(db, &nimbus, "Mira", NOW).await.expect("it is made");
    load(db).await.expect("a read").expect("a workspace")
}

/// The days around 1970-01-01, in which the cast lives.
fn question() -> Question {
    Question {
        period: Period::new(Day(0), Day(200)).expect("a period"),
        now: Instant(200 * 86_400),
        horizon: None,
        filter: Filter::default(),
        by: Dimension::ALL.to_vec(),
        compare: Comparison::None,
    }
}

/// The answer of facts that followed each commit, which must be that of facts read anew.
async fn answered(db: &Db, snapshot: &mut Snapshot) -> Answer {
    *snapshot = catch_up(db, snapshot).await.expect("a read").expect("few changes");
    let anew = load(db).await.expect("a read").expect("a workspace");
    let answer = compute(&snapshot.facts, &question());
    assert_eq!(answer, compute(&anew.facts, &question()), "{}", name(db));
    answer
}

#[tokio::test]
async fn a_merged_lead_leaves_the_numbers_and_the_survivor_has_the_events_of_both() {
    on_each_engine(async |db| {
        let mut snapshot = set_up(db).await;
        import(db, File::Leads(vec![at_moments(2, "A", 1_200, None), at_moments(3, "B", 1_000, Some(1_500))])).await;
        import(db, File::Outcomes(vec![outcome(2, "B", "d1")])).await;
        assert_eq!(answered(db, &mut snapshot).await.current.conversion.leads, 2);
        join(db, 1, &[2]).await.expect("it merges");
        assert_eq!(milestones(db).await, [["1", "1000", "1500", "5000", "-", "-"]]);
        let figures = answered(db, &mut snapshot).await.current;
        assert_eq!((figures.conversion.leads, figures.conversion.opportunities_so_far), (1, 1));
        assert_eq!((figures.context.opportunities, figures.follow_up.contacted), (1, 1));
        let again = join(db, 1, &[2]).await;
        assert!(
            matches!(&again, Err(AppError::Conflict(sentence)) if sentence.contains("merged into lead 1")),
            "{again:?}"
        );
        assert!(matches!(join(db, 1, &[77]).await, Err(AppError::NotFound(_))));

        assert_eq!(part(db, 2).await, Ok(LeadId(1)));
        let own = [["1", "1200", "-", "-", "-", "-"], ["2", "1000", "1500", "5000", "-", "-"]];
        assert_eq!(milestones(db).await, own);
        assert_eq!(answered(db, &mut snapshot).await.current.conversion.leads, 2);
        assert!(matches!(part(db, 2).await, Err(AppError::Conflict(_))), "only once");
    })
    .await;
}

#[tokio::test]
async fn files_go_on_naming_a_merged_lead_and_the_same_file_changes_nothing() {
    on_each_engine(async |db| {
        let file = File::Leads(vec![at_moments(2, "A", 1_200, None), at_moments(3, "B", 1_000, Some(1_500))]);
        import(db, file.clone()).await;
        join(db, 1, &[2]).await.expect("it merges");
        let before = everything(db).await;
        assert_eq!(import(db, file).await, [Taken::Unchanged, Taken::Unchanged]);
        assert_eq!(everything(db).await, before);

        let newer = File::Leads(vec![at_moments(2, "A", 1_200, None), at_moments(3, "B", 1_100, Some(1_700))]);
        assert_eq!(import(db, newer).await, [Taken::Unchanged, Taken::Changed]);
        assert_eq!(milestones(db).await, [["1", "1100", "1700", "-", "-", "-"]], "the survivor has it at once");
        // Without a number the address finds the survivor, not the lead that is merged.
        let sheet = EventRecord {
            key: crate::import_cast::key("", "ada@harbour.example"),
            ..event(2, "", Some(EventKind::Connected), 1_800)
        };
        import_from(db, "Sheet", File::Events(vec![sheet]), 9).await;
        let of = table(db, "select lead_id from lead_event where kind = 'connected'").await;
        assert_eq!(of, [["1"]]);
    })
    .await;
}

#[tokio::test]
async fn unmerged_each_lead_is_what_its_own_history_says_and_the_work_on_the_survivor_stays_with_it() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![at_moments(2, "A", 1_000, None), at_moments(3, "B", 1_100, None)])).await;
        join(db, 1, &[2]).await.expect("it merges");
        by_hand(db, 1, Hand::Touches(3_000)).await;
        import(db, File::Events(vec![event(2, "B", Some(EventKind::Touch), 2_500)])).await;
        assert_eq!(milestones(db).await, [["1", "1000", "2500", "-", "-", "-"]]);
        part(db, 2).await.expect("it is merged");
        assert_eq!(milestones(db).await, [["1", "1000", "3000", "-", "-", "-"], ["2", "1100", "2500", "-", "-", "-"]]);
    })
    .await;
}

#[tokio::test]
async fn what_is_merged_in_any_order_and_unmerged_in_any_order_is_what_it_was() {
    on_each_engine(async |db| {
        for seed in 0..8 {
            let mut dice = fastrand::Rng::with_seed(seed);
            let source = format!("CRM {seed}");
            let leads = 6;
            let moment = |dice: &mut fastrand::Rng| dice.bool().then(|| at(dice.u32(900..5_000)));
            let rows: Vec<LeadRecord> = (0..leads)
                .map(|n| {
                    let kinds = [EventKind::Handover, EventKind::Touch, EventKind::Accepted, EventKind::Opportunity];
                    let milestones = kinds.map(|kind| (kind, moment(&mut dice))).to_vec();
                    LeadRecord { milestones, ..lead(n + 2, &format!("L{n}"), &format!("p{n}@s{seed}.example")) }
                })
                .collect();
            import_from(db, &source, File::Leads(rows), 3).await;
            let own: Vec<i64> = table(db, "select max(id) from lead").await[0][0]
                .parse::<i64>()
                .map(|last| (last - leads as i64 + 1..=last).collect())
                .expect("a number");
            let before = everything(db).await;
            let mut free = own.clone();
            let mut merged = Vec::new();
            while free.len() > 1 && merged.len() < 4 {
                dice.shuffle(&mut free);
                let lead = free.pop().expect("there are two");
                let survivor = free[dice.usize(..free.len())];
                join(db, survivor, &[lead]).await.expect("both are free");
                merged.push(lead);
                assert_derived(db, &own).await;
            }
            dice.shuffle(&mut merged);
            for lead in merged {
                part(db, lead).await.expect("it is merged");
                assert_derived(db, &own).await;
            }
            assert_eq!(everything(db).await, before, "seed {seed} on {}", name(db));
            assert_eq!(table(db, "select count(*) from lead_work").await, [["0"]]);
        }
    })
    .await;
}

/// Each lead's row says what its own events and those of the leads merged into it say.
async fn assert_derived(db: &Db, ids: &[i64]) {
    let ids: Vec<LeadId> = ids.iter().copied().map(LeadId).collect();
    let mut tx = db.read().await.expect("a read");
    for lead in leads::load(&mut tx, &ids).await.expect("leads").into_values().filter(|lead| lead.merged_into.is_none())
    {
        let mut anew = lead.clone();
        anew.derive();
        assert_eq!(anew.row.derived, lead.row.derived, "lead {} on {}", lead.id, name(db));
    }
}

#[tokio::test]
async fn an_import_whose_leads_are_merged_is_taken_back_only_after_they_are_unmerged() {
    on_each_engine(async |db| {
        let empty = dump(db).await;
        let file = File::Leads(vec![at_moments(2, "A", 1_000, None), at_moments(3, "B", 1_100, None)]);
        let (id, _) = import_from(db, "Nimbus CRM", file, 2).await;
        join(db, 1, &[2]).await.expect("it merges");
        let refused = undo::take_back(db, id, "Mira", NOW).await.expect_err("two of its leads are merged").to_string();
        assert!(
            refused.contains("2 of its leads took part in a merge") && refused.contains("Un-merge them first"),
            "{refused}"
        );
        part(db, 2).await.expect("it is merged");
        undo::take_back(db, id, "Mira", NOW).await.expect("nothing of the merge is left");
        assert_eq!(dump(db).await, empty);
    })
    .await;
}

#[tokio::test]
async fn an_import_after_a_merge_is_taken_back_and_the_merge_stands() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![at_moments(2, "A", 1_200, None), at_moments(3, "B", 1_100, None)])).await;
        join(db, 1, &[2]).await.expect("it merges");
        let before = everything(db).await;
        let later = File::Events(vec![
            event(2, "B", Some(EventKind::Touch), 1_300),
            event(3, "A", Some(EventKind::Touch), 1_400),
        ]);
        let (id, _) = import_from(db, "Nimbus CRM", later, 1).await;
        assert_eq!(milestones(db).await, [["1", "1100", "1300", "-", "-", "-"]]);
        undo::take_back(db, id, "Mira", NOW).await.expect("the merge is older");
        assert_eq!(everything(db).await, before, "{}", name(db));
        part(db, 2).await.expect("it is still merged");
        assert_eq!(milestones(db).await, [["1", "1200", "-", "-", "-", "-"], ["2", "1100", "-", "-", "-", "-"]]);
    })
    .await;
}

#[tokio::test]
async fn an_import_that_is_taken_back_after_an_unmerge_leaves_no_milestone_of_the_merged_lead() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![at_moments(2, "A", 1_200, None), at_moments(3, "B", 1_000, None)])).await;
        import(db, File::Outcomes(vec![outcome(2, "B", "d1")])).await;
        let before = everything(db).await;
        join(db, 1, &[2]).await.expect("it merges");
        let touch = File::Events(vec![event(2, "A", Some(EventKind::Touch), 1_400)]);
        let (id, _) = import_from(db, "Nimbus CRM", touch, 9).await;
        part(db, 2).await.expect("it is merged");
        assert_eq!(milestones(db).await[0], ["1", "1200", "1400", "-", "-", "-"]);
        undo::take_back(db, id, "Mira", NOW).await.expect("nothing of the merge is left");
        assert_eq!(
            milestones(db).await[0],
            ["1", "1200", "-", "-", "-", "-"],
            "one opportunity, and that is the other’s"
        );
        assert_derived(db, &[1, 2]).await;
        assert_eq!(everything(db).await, before, "{}", name(db));
    })
    .await;
}

async fn rule(db: &Db, kind: RuleKind, text: &str) -> RuleId {
    let pattern = Pattern::parse(kind.key(), text).expect("a pattern");
    let mut tx = db.write().await.expect("a write");
    let id = rules::add_rule(&mut tx, &pattern, "a test", "Hal", NOW).await.expect("a rule");
    let found = rules::matching(&mut tx, &pattern).await.expect("a read");
    spread::begin(&mut tx, id, found, spread::AT_ONCE).await.expect("it leaves them out");
    commit(tx, ChangeKind::RuleAdded).await;
    id
}

/// Switches a rule off in a write that lets `at_once` of its leads in; what is left.
async fn switch_off(db: &Db, rule: RuleId, at_once: usize) -> Spread {
    let mut tx = db.write().await.expect("a write");
    let since = tx.seq().0;
    rules::switch_rule(&mut tx, rule, false, "Hal", NOW).await.expect("it is there");
    let leads = rules::of_rule(&mut tx, rule).await.expect("a read");
    let rest = spread::begin(&mut tx, rule, leads, at_once).await.expect("it lets them in");
    commit(tx, ChangeKind::RuleSwitchedOff).await;
    Spread { rule, since, rest, by: "Hal".into(), at: NOW }
}

async fn excluded(db: &Db) -> Vec<String> {
    table(db, "select id from lead where excluded = 1 and gone = 0 order by id").await.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_rule_leaves_out_leads_that_are_here_and_those_that_come_and_lets_them_in_again() {
    on_each_engine(async |db| {
        let mut snapshot = set_up(db).await;
        import(db, File::Leads(vec![lead(2, "A", "a@Mailinator.com"), lead(3, "B", "b@x.example")])).await;
        let before = answered(db, &mut snapshot).await;
        let domain = rule(db, RuleKind::EmailDomain, "mailinator.com").await;
        assert_eq!(excluded(db).await, ["1"]);
        let after = answered(db, &mut snapshot).await;
        assert_eq!((after.current.context.excluded, after.current.conversion.leads), (1, 1));

        let test = LeadRecord { company: Some("TEST & Co. GmbH".into()), ..lead(4, "C", "c@x.example") };
        let company = rule(db, RuleKind::Company, "test and").await;
        let file = File::Leads(vec![test, lead(5, "D", "d@mailinator.com"), lead(6, "E", "e@x.example")]);
        let (id, _) = import_from(db, "Nimbus CRM", file, 2).await;
        assert_eq!(excluded(db).await, ["1", "3", "4"], "{}", name(db));
        assert_eq!(answered(db, &mut snapshot).await.current.context.excluded, 3);
        let counted: Vec<_> = rules::rules(&mut db.read().await.expect("a read"))
            .await
            .expect("rules")
            .iter()
            .map(|r| (r.id, r.leads))
            .collect();
        assert_eq!(counted, [(company, 1), (domain, 2)]);

        // A newer file says that it is no test after all.
        import(db, File::Leads(vec![lead(4, "C", "c@x.example")])).await;
        assert_eq!(excluded(db).await, ["1", "4"]);
        let undone = undo::take_back(db, id, "Mira", NOW).await;
        assert!(undone.is_err(), "a newer one stands");

        switch_off(db, domain, 9).await;
        assert_eq!(excluded(db).await, Vec::<String>::new());
        let newest = table(db, "select max(id) from import").await[0][0].parse().expect("a number");
        for import in [newest, id.0] {
            undo::take_back(db, doubles::import::model::ImportId(import), "Mira", NOW).await.expect("the newest");
        }
        assert_eq!(answered(db, &mut snapshot).await.current, before.current, "as before the rules");
    })
    .await;
}

#[tokio::test]
async fn a_lead_with_an_opportunity_counts_whatever_a_rule_says() {
    on_each_engine(async |db| {
        let mut snapshot = set_up(db).await;
        import(db, File::Leads(vec![lead(2, "A", "a@spam.example"), lead(3, "B", "b@spam.example")])).await;
        import(db, File::Outcomes(vec![outcome(2, "B", "d1")])).await;
        rule(db, RuleKind::EmailDomain, "spam.example").await;
        let figures = answered(db, &mut snapshot).await.current;
        assert_eq!((figures.context.excluded, figures.conversion.leads, figures.context.opportunities), (1, 1, 1));
        let rules = rules::rules(&mut db.read().await.expect("a read")).await.expect("rules");
        assert_eq!((rules[0].leads, rules[0].with_opportunity), (2, 1));
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_two_rules_leave_out_stays_out_until_both_are_off() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "a@spam.example")])).await;
        let first = rule(db, RuleKind::EmailDomain, "spam.example").await;
        let second = rule(db, RuleKind::Name, "person").await;
        for (off, left) in [(first, vec!["1".to_owned()]), (second, Vec::new())] {
            switch_off(db, off, 9).await;
            assert_eq!(excluded(db).await, left, "{}", name(db));
        }
    })
    .await;
}

async fn marked(db: &Db) -> Vec<RuleId> {
    let spreading = rules::spreading(&mut db.read().await.expect("a read")).await.expect("rules");
    spreading.into_iter().map(|one| one.rule).collect()
}

#[tokio::test]
async fn a_rule_reaches_its_leads_part_by_part_and_ends_after_a_crash() {
    on_each_engine(async |db| {
        let mut snapshot = set_up(db).await;
        let spam = |line: u64| lead(line, &format!("S{line}"), &format!("{line}@spam.example"));
        import(db, File::Leads((2..7).map(spam).collect())).await;
        let pattern = Pattern::parse("email_domain", "spam.example").expect("a pattern");
        let mut tx = db.write().await.expect("a write");
        let since = tx.seq().0;
        let rule = rules::add_rule(&mut tx, &pattern, "a test", "Hal", NOW).await.expect("a rule");
        let found = rules::matching(&mut tx, &pattern).await.expect("a read");
        let rest = spread::begin(&mut tx, rule, found, 2).await.expect("it leaves two out");
        commit(tx, ChangeKind::RuleAdded).await;
        assert_eq!(excluded(db).await, ["1", "2"], "{}", name(db));
        assert_eq!(marked(db).await, [rule]);

        // Others write meanwhile, and the rule holds for what they write.
        import(db, File::Leads(vec![spam(7)])).await;
        assert_eq!(excluded(db).await, ["1", "2", "6"]);
        spread::go_on(db, Spread { rule, since, rest, by: "Hal".into(), at: NOW }, 2).await.expect("it goes on");
        assert_eq!(excluded(db).await.len(), 6);
        assert_eq!(marked(db).await, []);
        let parts = table(db, "select count(distinct seq) from lead where excluded = 1").await;
        assert_eq!(parts, [["4"]], "three writes of the rule and one of an import");
        assert_eq!(answered(db, &mut snapshot).await.current.context.excluded, 6);

        // The program dies while the leads are let in.
        let left = switch_off(db, rule, 2).await;
        assert_eq!((left.rest.len(), excluded(db).await.len()), (4, 4));
        import(db, File::Leads(vec![LeadRecord { company: Some("Quay AG".into()), ..spam(6) }])).await;
        assert_eq!(excluded(db).await.len(), 3, "what is written meanwhile is let in");
        spread::resume(db, NOW).await.expect("the next start ends it");
        assert_eq!((excluded(db).await.len(), marked(db).await.len()), (0, 0));
        assert_eq!(table(db, "select count(*) from lead_rule").await, [["0"]]);
        assert_eq!(answered(db, &mut snapshot).await.current.context.excluded, 0);
    })
    .await;
}

#[tokio::test]
async fn a_rule_that_is_switched_while_it_reaches_its_leads_is_what_it_was_switched_to() {
    on_each_engine(async |db| {
        let spam = |line: u64| lead(line, &format!("S{line}"), &format!("{line}@spam.example"));
        import(db, File::Leads((2..8).map(spam).collect())).await;
        let rule = rule(db, RuleKind::EmailDomain, "spam.example").await;
        let off = switch_off(db, rule, 2).await;
        let mut tx = db.write().await.expect("a write");
        rules::switch_rule(&mut tx, rule, true, "Mia", NOW).await.expect("it is there");
        commit(tx, ChangeKind::RuleSwitchedOn).await;
        let before = table(db, "select max(seq) from change").await;
        spread::go_on(db, off, 2).await.expect("it has nothing to do any more");
        assert_eq!(table(db, "select max(seq) from change").await, before, "{}", name(db));
        assert_eq!((excluded(db).await.len(), marked(db).await), (4, vec![rule]));
        spread::resume(db, NOW).await.expect("it is on");
        assert_eq!((excluded(db).await.len(), marked(db).await.len()), (6, 0));
        let by = table(db, "select actor from change where kind = 'rule_batch'").await;
        assert_eq!(by, [["Mia"]]);
    })
    .await;
}

#[tokio::test]
async fn a_lead_that_a_rule_names_is_a_finding_where_its_opportunity_makes_it_count() {
    on_each_engine(async |db| {
        let bare = |line, id: &str| LeadRecord {
            name: Some("Ada Berg".into()),
            dimensions: Vec::new(),
            ..lead(line, id, "no mail")
        };
        import(db, File::Leads(vec![bare(2, "A"), bare(3, "B"), bare(4, "C")])).await;
        import(db, File::Outcomes(vec![outcome(2, "A", "d1"), outcome(3, "B", "d2")])).await;
        rule(db, RuleKind::Company, "harbour").await;
        assert_eq!(excluded(db).await, ["1", "2", "3"]);
        let mut tx = db.read().await.expect("a read");
        let all = Slice { rows: 10, after: 0 };
        let counted = vec![LeadId(1), LeadId(2)];
        for dimension in [Dimension::Channel, Dimension::Persona, Dimension::Owner] {
            let narrow = store::Narrow::default();
            assert_eq!(store::count_missing(&mut tx, dimension, narrow).await, Ok(2), "{dimension} on {}", name(db));
            assert_eq!(store::missing(&mut tx, dimension, narrow, true, all).await, Ok(counted.clone()));
        }
        assert_eq!(store::count_odd(&mut tx).await, Ok(2));
        assert_eq!(store::odd(&mut tx, all).await, Ok(vec![LeadId(2), LeadId(1)]));
        for by_email in [true, false] {
            assert_eq!(store::count_same(&mut tx, by_email).await, Ok((1, 2)), "{by_email} on {}", name(db));
            assert_eq!(store::same(&mut tx, by_email, all).await, Ok(vec![counted.clone()]));
        }
    })
    .await;
}

#[tokio::test]
async fn findings_of_the_database_are_counted_and_listed_alike() {
    on_each_engine(async |db| {
        let bare = |line, id: &str, email: &str| LeadRecord { dimensions: Vec::new(), ..lead(line, id, email) };
        import(
            db,
            File::Leads(vec![
                LeadRecord { name: Some("Ada Berg".into()), ..bare(2, "A", "ada@x.example") },
                LeadRecord {
                    name: Some("ADA  BERG".into()),
                    company: Some("Harbour and Sons GmbH".into()),
                    ..lead(3, "B", "ADA@x.example")
                },
                lead(4, "C", "no mail"),
                lead(5, "D", "x@spam.example"),
                bare(6, "E", "x@spam.example"),
            ]),
        )
        .await;
        rule(db, RuleKind::EmailDomain, "spam.example").await;
        let mut tx = db.read().await.expect("a read");
        let all = Slice { rows: 10, after: 0 };
        let narrow = store::Narrow::default();
        assert_eq!(
            store::count_missing(&mut tx, Dimension::Channel, narrow).await,
            Ok(1),
            "a lead left out is no finding"
        );
        assert_eq!(store::missing(&mut tx, Dimension::Channel, narrow, false, all).await, Ok(vec![LeadId(1)]));
        assert_eq!(store::count_missing(&mut tx, Dimension::Persona, narrow).await, Ok(3));
        let channel =
            store::value_id(&mut tx, Dimension::Channel, "Webinar", false).await.expect("a read").expect("a channel");
        let narrow = store::Narrow { channel: Some(channel.0), campaign: Some(0) };
        assert_eq!(store::missing(&mut tx, Dimension::Owner, narrow, true, all).await, Ok(vec![LeadId(2), LeadId(3)]));
        assert_eq!(store::count_missing(&mut tx, Dimension::Owner, narrow).await, Ok(2));
        assert_eq!(store::count_odd(&mut tx).await, Ok(1));
        assert_eq!(store::odd(&mut tx, all).await, Ok(vec![LeadId(3)]));
        for by_email in [true, false] {
            assert_eq!(store::count_same(&mut tx, by_email).await, Ok((1, 2)), "{by_email} on {}", name(db));
            assert_eq!(store::same(&mut tx, by_email, all).await, Ok(vec![vec![LeadId(1), LeadId(2)]]));
        }
        drop(tx);
        join(db, 1, &[2]).await.expect("it merges");
        let mut tx = db.read().await.expect("a read");
        assert_eq!(store::count_same(&mut tx, true).await, Ok((0, 0)), "what is merged is no finding any more");
        assert_eq!(store::count_same(&mut tx, false).await, Ok((0, 0)));
    })
    .await;
}

#[tokio::test]
async fn leads_of_an_older_version_are_found_once_their_keys_are_worked_out() {
    on_each_engine(async |db| {
        let same = |line, id: &str| LeadRecord { name: Some("Ada Berg".into()), ..lead(line, id, "no mail") };
        import(db, File::Leads(vec![same(2, "A"), same(3, "B")])).await;
        let mut tx = db.write().await.expect("a write");
        sqlx::query("update lead_person set match_key = 0, odd_email = 0")
            .execute(tx.conn())
            .await
            .expect("as they were");
        commit(tx, ChangeKind::ImportBatch).await;
        assert_eq!(store::count_same(&mut db.read().await.expect("a read"), false).await, Ok((0, 0)));
        fix::work_out_keys(db).await.expect("they are worked out");
        let mut tx = db.read().await.expect("a read");
        assert_eq!(store::count_same(&mut tx, false).await, Ok((1, 2)), "{}", name(db));
        assert_eq!(store::count_odd(&mut tx).await, Ok(2));
    })
    .await;
}
