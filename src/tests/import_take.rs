//! What the rows of a file do to the database: each thing once, whoever said it.

use crate::databases::{dump, name, on_each_engine, table};
use crate::import_cast::NOW;
use crate::import_cast::{
    File, Hand, at, by_hand, event, import, import_from, key, lead, milestones, outcome, rejected, spend,
};
use doubles::import::model::{EventRecord, ImportId, LeadRecord, OutcomeRecord, Taken, VerdictRecord};
use doubles::import::undo;
use doubles::leads::model::{Decision, EventKind};

#[tokio::test]
async fn a_lead_file_becomes_leads_with_events_and_milestones_and_personal_values_apart() {
    on_each_engine(async |db| {
        let answers = import(db, File::Leads(vec![lead(2, "A", "Ada@Harbour.example"), lead(3, "B", "")])).await;
        assert_eq!(answers, [Taken::New, Taken::New]);
        assert_eq!(milestones(db).await, [["1", "1000", "2000", "-", "-", "-"], ["2", "1000", "2000", "-", "-", "-"]]);
        let people = table(db, "select lead_id, name, email, email_key from lead_person order by lead_id").await;
        let ada = ["1", "Person 2", "Ada@Harbour.example", "ada@harbour.example"];
        assert_eq!(people, [ada, ["2", "Person 3", "-", "-"]]);
        let events =
            table(db, "select lead_id, n, kind, at, source_id, import_id, record from lead_event order by 1, 2");
        let of = |lead, n, kind, at| [lead, n, kind, at, "1", "1", "lead"];
        assert_eq!(
            events.await,
            [
                of("1", "1", "handover", "1000"),
                of("1", "2", "touch", "2000"),
                of("2", "1", "handover", "1000"),
                of("2", "2", "touch", "2000")
            ]
        );
        let values =
            table(db, "select v.dimension, v.name from lead l join dimension_value v on v.id = l.channel_id").await;
        assert_eq!(values, [["channel", "Webinar"], ["channel", "Webinar"]]);
    })
    .await;
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    on_each_engine(async |db| {
        let files = [
            File::Leads(vec![lead(2, "A", "ada@x.example"), lead(3, "B", ""), lead(4, "", "cy@x.example")]),
            File::Outcomes(vec![outcome(2, "A", "d1"), outcome(3, "B", ""), outcome(4, "B", "")]),
            File::Events(vec![
                event(2, "A", Some(EventKind::Touch), 3_000),
                event(3, "A", Some(EventKind::Touch), 4_000),
                event(4, "N", None, 100),
                event(5, "N", Some(EventKind::Handover), 200),
            ]),
            File::Spend(vec![spend(2, "Webinar", 100), spend(3, "Webinar", 100), spend(4, "", 5)]),
        ];
        for file in files {
            let first = import(db, file.clone()).await;
            assert!(first.iter().all(|answer| matches!(answer, Taken::New | Taken::Changed)), "{first:?}");
            let before = (dump(db).await, table(db, "select id, seq from lead order by id").await);
            let second = import(db, file).await;
            assert!(second.iter().all(|answer| *answer == Taken::Unchanged), "{second:?} on {}", name(db));
            assert_eq!((dump(db).await, table(db, "select id, seq from lead order by id").await), before);
        }
    })
    .await;
}

#[tokio::test]
async fn a_newer_file_corrects_what_its_source_said_and_the_old_word_stays_readable() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", ""), lead(3, "B", "")])).await;
        let mut newer = lead(2, "A", "");
        newer.company = Some("Harbour Group".into());
        newer.name = None;
        newer.milestones = vec![(EventKind::Handover, Some(at(1_100))), (EventKind::Touch, None)];
        let answers = import(db, File::Leads(vec![newer, lead(3, "B", "")])).await;
        assert_eq!(answers, [Taken::Changed, Taken::Unchanged]);
        assert_eq!(milestones(db).await[0], ["1", "1100", "-", "-", "-", "-"]);
        let row = table(db, "select l.company, p.name from lead l join lead_person p on p.lead_id = l.id where id = 1");
        assert_eq!(row.await, [["Harbour Group", "Person 2"]], "a cell that says nothing leaves what is there");
        let events =
            table(db, "select n, kind, at, voided_by, voided_import from lead_event where lead_id = 1 order by n");
        assert_eq!(
            events.await,
            [
                ["1", "handover", "1000", "Mira", "2"],
                ["2", "touch", "2000", "Mira", "2"],
                ["3", "handover", "1100", "-", "-"]
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn an_unknown_number_joins_by_email_only_a_lead_that_its_source_does_not_know() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "ada@x.example"), lead(3, "B", "bo@x.example")])).await;
        // Another system knows Ada by a number of its own.
        let other = File::Leads(vec![lead(2, "77", " ADA@x.example ")]);
        assert_eq!(import_from(db, "Other CRM", other, 9).await.1, [Taken::Changed]);
        // In the first system a second record with Bo's address is a second lead.
        let answers = import(db, File::Leads(vec![lead(4, "C", "bo@x.example")])).await;
        assert_eq!(answers, [Taken::New]);
        // A sheet without numbers goes by e-mail, and means the oldest.
        let sheet = File::Outcomes(vec![OutcomeRecord { key: key("", "Bo@X.example"), ..outcome(2, "", "d") }]);
        import_from(db, "Sheet", sheet, 9).await;
        let keys = table(
            db,
            "select s.name, k.external_id, k.lead_id from lead_key k join source s on s.id = k.source_id
            order by 1, 2",
        )
        .await;
        let own = |id, lead| ["Nimbus CRM", id, lead];
        assert_eq!(keys, [own("A", "1"), own("B", "2"), own("C", "3"), ["Other CRM", "77", "1"]]);
        assert_eq!(milestones(db).await[1], ["2", "1000", "2000", "5000", "-", "-"]);
    })
    .await;
}

#[tokio::test]
async fn joins_hold_within_one_file_whether_its_rows_fall_into_one_batch_or_several() {
    on_each_engine(async |db| {
        for (nth, rows_a_batch) in [1, 2, 100].into_iter().enumerate() {
            let email = format!("ada{nth}@x.example");
            let file = File::Leads(vec![
                lead(2, "", &email),
                LeadRecord { line: 3, ..lead(2, "", &email) },
                LeadRecord { line: 4, ..lead(2, &format!("A{nth}"), &email) },
                lead(5, &format!("B{nth}"), &email),
                lead(6, "", &email),
            ]);
            let answers = import_from(db, "Nimbus CRM", file, rows_a_batch).await.1;
            assert_eq!(answers[0], Taken::New);
            assert_eq!(answers[1], Taken::Unchanged);
            assert!(rejected(&answers[2]).contains("line 2"), "it means the lead of line 2 by its e-mail: {answers:?}");
            assert!(rejected(&answers[3]).contains("line 2"), "line 4 was rejected and so joined nothing: {answers:?}");
            assert!(rejected(&answers[4]).contains("line 2"));
        }
    })
    .await;
}

#[tokio::test]
async fn of_rows_with_the_same_key_the_first_counts_and_the_others_name_its_line() {
    on_each_engine(async |db| {
        let other = LeadRecord { size: Some(7), ..lead(9, "A", "") };
        let same = LeadRecord { line: 12, ..lead(2, "A", "") };
        let answers = import(db, File::Leads(vec![lead(2, "A", ""), lead(3, "B", ""), other, same])).await;
        assert_eq!(answers[..2], [Taken::New, Taken::New]);
        assert_eq!(
            rejected(&answers[2]),
            "line 2 speaks of the same lead and says something else; keep one of the two"
        );
        assert_eq!(answers[3], Taken::Unchanged);
        assert_eq!(table(db, "select size from lead order by id").await, [["120"], ["120"]]);
    })
    .await;
}

#[tokio::test]
async fn outcomes_of_an_unknown_lead_are_rejected_and_write_nothing() {
    on_each_engine(async |db| {
        let stray = OutcomeRecord { owner: Some("Bo".into()), ..outcome(2, "nobody", "d1") };
        let answers = import(db, File::Outcomes(vec![stray])).await;
        assert_eq!(rejected(&answers[0]), "no lead is known by it; import the leads first");
        assert_eq!(dump(db).await, "");
    })
    .await;
}

#[tokio::test]
async fn a_row_with_a_nul_character_is_rejected_on_both_engines_alike() {
    on_each_engine(async |db| {
        let mut broken = lead(2, "A", "");
        broken.company = Some("Harbour\0Sons".into());
        let answers = import(db, File::Leads(vec![broken, lead(3, "B", "")])).await;
        assert!(rejected(&answers[0]).contains("NUL"));
        assert_eq!(answers[1], Taken::New);
    })
    .await;
}

#[tokio::test]
async fn the_first_opportunity_and_win_count_and_a_deal_is_won_or_lost_but_not_both() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "")])).await;
        let won = |deal, opened, won| OutcomeRecord {
            opportunity_at: Some(at(opened)),
            won_at: Some(at(won)),
            ..outcome(2, "A", deal)
        };
        assert_eq!(import(db, File::Outcomes(vec![won("d1", 6_000, 9_000), won("d2", 5_000, 9_500)])).await.len(), 2);
        assert_eq!(milestones(db).await, [["1", "1000", "2000", "5000", "9000", "-"]]);
        let lost = OutcomeRecord {
            opportunity_at: Some(at(9_000)),
            lost_at: Some(at(9_000)),
            reason: Some("no_budget".into()),
            ..outcome(2, "A", "d1")
        };
        assert_eq!(import(db, File::Outcomes(vec![lost])).await, [Taken::Changed]);
        assert_eq!(milestones(db).await, [["1", "1000", "2000", "5000", "9500", "9000"]]);
        let opened =
            table(db, "select at from lead_event where kind = 'opportunity' and record = 'd1' and voided_at is null");
        assert_eq!(opened.await, [["6000"]], "a date implied by the end does not correct one that was given");
    })
    .await;
}

#[tokio::test]
async fn of_two_rows_about_one_deal_the_later_counts_also_after_the_next_import() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "")])).await;
        let deal = |opened| OutcomeRecord { opportunity_at: Some(at(opened)), ..outcome(2, "A", "d1") };
        assert_eq!(import(db, File::Outcomes(vec![deal(5_000), deal(7_000)])).await, [Taken::New, Taken::Changed]);
        assert_eq!(milestones(db).await, [["1", "1000", "2000", "7000", "-", "-"]]);
        let renamed = LeadRecord { name: Some("Ann Berg".into()), ..lead(2, "A", "") };
        assert_eq!(import(db, File::Leads(vec![renamed])).await, [Taken::Changed]);
        assert_eq!(milestones(db).await, [["1", "1000", "2000", "7000", "-", "-"]], "nothing of it came back");
    })
    .await;
}

#[tokio::test]
async fn a_deal_that_is_open_again_is_no_longer_won_or_lost() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "")])).await;
        let won = OutcomeRecord { won_at: Some(at(9_000)), ..outcome(2, "A", "d1") };
        import(db, File::Outcomes(vec![won])).await;
        let silent = outcome(2, "A", "d1");
        assert_eq!(import(db, File::Outcomes(vec![silent.clone()])).await, [Taken::Unchanged]);
        assert_eq!(milestones(db).await, [["1", "1000", "2000", "5000", "9000", "-"]]);
        let reopened = OutcomeRecord { not_won: true, not_lost: true, ..silent };
        assert_eq!(import(db, File::Outcomes(vec![reopened])).await, [Taken::Changed]);
        assert_eq!(milestones(db).await, [["1", "1000", "2000", "5000", "-", "-"]]);
    })
    .await;
}

#[tokio::test]
async fn the_opportunity_that_only_a_win_implied_goes_with_it_and_never_corrects_one_that_was_given() {
    on_each_engine(async |db| {
        let row = |id: &str, said: &[(EventKind, Option<u32>)]| {
            let said = said.iter().map(|&(kind, seconds)| (kind, seconds.map(at)));
            let handover = (EventKind::Handover, Some(at(1_000)));
            LeadRecord { milestones: std::iter::once(handover).chain(said).collect(), ..lead(2, id, "") }
        };
        let (won, opened) = (EventKind::Won, EventKind::Opportunity);
        let implied = |id: &str, at: u32| row(id, &[(won, Some(at)), (opened, Some(at))]);
        import(db, File::Leads(vec![implied("A", 8_000), row("B", &[(opened, Some(4_000))])])).await;
        import(db, File::Leads(vec![implied("A", 8_500), implied("B", 9_000)])).await;
        assert_eq!(
            milestones(db).await,
            [["1", "1000", "-", "8500", "8500", "-"], ["2", "1000", "-", "4000", "9000", "-"]]
                .map(|row| row.map(str::to_owned).to_vec())
        );
        import(db, File::Leads(vec![row("A", &[(won, None)]), row("B", &[(won, None)])])).await;
        assert_eq!(milestones(db).await, [["1", "1000", "-", "-", "-", "-"], ["2", "1000", "-", "4000", "-", "-"]]);
    })
    .await;
}

#[tokio::test]
async fn a_file_without_handovers_leaves_those_that_its_source_gave() {
    on_each_engine(async |db| {
        let plain = |id: &str, created: u32| LeadRecord {
            created_at: at(created),
            milestones: vec![(EventKind::Handover, Some(at(created)))],
            handover_implied: true,
            ..lead(2, id, "")
        };
        import(db, File::Leads(vec![lead(2, "A", ""), plain("B", 900)])).await;
        import(db, File::Leads(vec![plain("A", 800), plain("B", 700)])).await;
        let found = table(db, "select created_at, handed_over_at from lead order by id").await;
        assert_eq!(found, [["800", "1000"], ["700", "700"]]);
    })
    .await;
}

#[tokio::test]
async fn an_empty_cell_of_a_column_of_verdicts_takes_the_verdict_back() {
    on_each_engine(async |db| {
        let verdict = VerdictRecord { decision: Decision::Reject, reason: Some("no_need".into()), note: None };
        let judged = LeadRecord { verdict: Some((verdict, at(3_000))), ..lead(2, "A", "") };
        import(db, File::Leads(vec![judged])).await;
        let found = "select verdict_at, decision, reason from lead";
        assert_eq!(import(db, File::Leads(vec![lead(2, "A", "")])).await, [Taken::Unchanged]);
        assert_eq!(table(db, found).await, [["3000", "reject", "no_need"]]);
        let unjudged = LeadRecord { unjudged: true, ..lead(2, "A", "") };
        assert_eq!(import(db, File::Leads(vec![unjudged])).await, [Taken::Changed]);
        assert_eq!(table(db, found).await, [["-", "-", "-"]]);
    })
    .await;
}

#[tokio::test]
async fn deals_without_a_number_are_known_by_their_position() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "")])).await;
        let deal = |line, opened| OutcomeRecord { opportunity_at: Some(at(opened)), ..outcome(line, "A", "") };
        assert_eq!(import(db, File::Outcomes(vec![deal(2, 5_000), deal(3, 6_000)])).await, [Taken::New, Taken::New]);
        let again = import(db, File::Outcomes(vec![deal(2, 5_000), deal(3, 6_500)])).await;
        assert_eq!(again, [Taken::Unchanged, Taken::Changed]);
    })
    .await;
}

#[tokio::test]
async fn a_capture_or_handover_brings_a_lead_and_any_other_event_needs_one() {
    on_each_engine(async |db| {
        let answers = import(
            db,
            File::Events(vec![
                event(2, "A", Some(EventKind::Touch), 300),
                event(3, "A", Some(EventKind::Handover), 200),
                event(4, "A", Some(EventKind::Touch), 300),
                event(5, "A", None, 100),
                event(6, "A", Some(EventKind::Touch), 300),
            ]),
        )
        .await;
        assert!(matches!(answers[0], Taken::Rejected { .. }));
        assert_eq!(answers[1..], [Taken::New, Taken::New, Taken::Changed, Taken::Unchanged]);
        assert_eq!(
            table(db, "select created_at, handed_over_at, first_touch_at from lead").await,
            [["100", "200", "300"]]
        );
    })
    .await;
}

#[tokio::test]
async fn a_recycled_lead_that_comes_back_has_a_row_for_its_second_handover() {
    on_each_engine(async |db| {
        let verdict = VerdictRecord { decision: Decision::Recycle, reason: Some("not_now".into()), note: None };
        let recycled = EventRecord { verdict: Some(verdict), ..event(4, "A", Some(EventKind::Verdict), 400) };
        let file = File::Events(vec![
            event(2, "A", Some(EventKind::Handover), 200),
            recycled,
            event(5, "A", Some(EventKind::Handover), 900),
            event(6, "A", Some(EventKind::Touch), 950),
        ]);
        import(db, file).await;
        let first =
            table(db, "select handovers, handed_over_at, first_touch_at, released_at, decision from lead").await;
        assert_eq!(first, [["2", "200", "950", "400", "recycle"]]);
        let second = table(db, "select lead_id, n, handed_over_at, first_touch_at, decision from handover").await;
        assert_eq!(second, [["1", "2", "900", "950", "-"]]);
    })
    .await;
}

#[tokio::test]
async fn what_a_person_did_survives_every_import() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "")])).await;
        by_hand(db, 1, Hand::Touches(1_500)).await;
        by_hand(db, 1, Hand::Voids(2)).await;
        // The source repeats the touch that Bo voided, and then takes its own word back.
        assert_eq!(import(db, File::Leads(vec![lead(2, "A", "")])).await, [Taken::Unchanged]);
        let mut newer = lead(2, "A", "");
        newer.milestones = vec![(EventKind::Handover, Some(at(1_200))), (EventKind::Touch, None)];
        assert_eq!(import(db, File::Leads(vec![newer])).await, [Taken::Changed]);
        assert_eq!(milestones(db).await, [["1", "1200", "1500", "-", "-", "-"]]);
        let events = table(db, "select n, kind, voided_by from lead_event order by n").await;
        assert_eq!(
            events,
            [["1", "handover", "Mira"], ["2", "touch", "Bo"], ["3", "touch", "-"], ["4", "handover", "-"]]
        );
    })
    .await;
}

#[tokio::test]
async fn a_changed_amount_replaces_the_row_of_spend_and_equal_rows_of_a_file_add_up() {
    on_each_engine(async |db| {
        let held = "select channel_id, amount_minor from spend where gone = 0 order by amount_minor";
        let first = File::Spend(vec![spend(2, "Ads", 100), spend(3, "Ads", 200), spend(4, "", 30)]);
        assert_eq!(import(db, first).await, [Taken::New, Taken::New, Taken::New]);
        assert_eq!(table(db, held).await, [["-", "30"], ["1", "100"], ["1", "200"]]);
        let newer = File::Spend(vec![spend(2, "Ads", 150), spend(3, "Ads", 200), spend(4, "Fairs", 9)]);
        let (id, answers) = import_from(db, "Nimbus CRM", newer.clone(), 2).await;
        assert_eq!(answers, [Taken::Changed, Taken::Unchanged, Taken::New]);
        let after = table(db, held).await;
        assert_eq!(after, [["2", "9"], ["-", "30"], ["1", "150"], ["1", "200"]]);
        assert!(import(db, newer).await.iter().all(|answer| *answer == Taken::Unchanged));
        // The import that changed nothing is the newest: it goes first.
        undo::take_back(db, ImportId(id.0 + 1), "Mira", NOW).await.expect("it is taken back");
        undo::take_back(db, id, "Mira", NOW).await.expect("it is taken back");
        assert_eq!(table(db, held).await, [["-", "30"], ["1", "100"], ["1", "200"]]);
    })
    .await;
}

#[tokio::test]
async fn a_check_of_events_foretells_the_import_however_its_rows_fall_into_batches() {
    on_each_engine(async |db| {
        import(db, File::Leads(vec![lead(2, "A", "ada@x.example"), lead(3, "B", "")])).await;
        import(db, File::Events(vec![event(2, "A", Some(EventKind::Touch), 3_000)])).await;
        for (nth, rows_a_batch) in [1, 2, 3, 100].into_iter().enumerate() {
            let new = format!("N{nth}");
            let later = 4_000 + u32::try_from(nth).expect("few");
            let noted =
                EventRecord { note: Some(format!("call {nth}")), ..event(5, "A", Some(EventKind::Touch), 3_000) };
            let rows = vec![
                event(2, "A", Some(EventKind::Touch), 3_000),
                event(3, "A", Some(EventKind::Touch), later),
                event(4, "A", Some(EventKind::Touch), later),
                noted.clone(),
                event(6, &new, Some(EventKind::Handover), 2_000),
                event(7, &new, None, 1_500),
                event(8, &new, None, 1_700),
                event(9, &new, Some(EventKind::Handover), 2_000),
                noted,
                event(11, "B", None, 800 - later / 100),
                event(12, "B", None, 890),
                event(13, "A", Some(EventKind::Touch), later),
            ];
            let answers = import_from(db, "Nimbus CRM", File::Events(rows), rows_a_batch).await.1;
            use Taken::{Changed, New, Unchanged};
            let first = if nth == 0 { Changed } else { Unchanged };
            let expected = [
                Unchanged, New, Unchanged, New, New, Changed, Unchanged, Unchanged, Unchanged, first, Unchanged,
                Unchanged,
            ];
            assert_eq!(answers, expected, "{rows_a_batch} rows a batch");
        }
        let deals = vec![
            outcome(2, "A", "d1"),
            outcome(3, "B", "d2"),
            OutcomeRecord { won_at: Some(at(6_000)), ..outcome(4, "A", "d1") },
            OutcomeRecord { won_at: Some(at(6_000)), ..outcome(5, "A", "d1") },
            OutcomeRecord { owner: Some("Kim".into()), ..outcome(6, "B", "d2") },
            outcome(7, "A", "d1"),
            OutcomeRecord { owner: Some("Kim".into()), ..outcome(8, "B", "d2") },
        ];
        let answers = import_from(db, "Nimbus CRM", File::Outcomes(deals), 1).await.1;
        assert_eq!(answers[..4], [Taken::New, Taken::New, Taken::Changed, Taken::Unchanged]);
    })
    .await;
}
