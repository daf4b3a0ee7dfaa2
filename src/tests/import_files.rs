//! Real exports and dirty files, from the folder of test data beside the repository where it is there.

use crate::import_rows::{Read, case};
use doubles::import::model::{Kind, SpendRecord};
use doubles::import::read::{Row, Table};
use doubles::import::reading::ReadingWishes;
use doubles::import::rows::Batch;
use doubles::leads::model::EventKind;
use std::path::PathBuf;

/// A file of the test data; `None`, said aloud, where it is absent.
pub fn data(file: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")).join(file);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: the test data {file} is not there");
    None
}

fn rows_of(path: &std::path::Path) -> doubles::error::Result<Vec<Vec<String>>> {
    let table = Table::open(path, &ReadingWishes::default())?;
    let mut rows = table.rows()?;
    let mut row = Row::default();
    let mut all = vec![table.headings().to_vec()];
    while rows.next_row(&mut row)? {
        all.push((0..row.len()).map(|column| row.cell(column).to_owned()).collect());
    }
    Ok(all)
}

fn tally(read: &Read) -> (usize, usize) {
    (read.batch.len(), read.rejected.len())
}

#[test]
fn every_olist_lead_and_deal_is_read() {
    let Some(leads) = data("olist_marketing_funnel/olist_marketing_qualified_leads_dataset.csv") else { return };
    let read = case(Kind::Leads, "").map("handed_over_at=first_contact_date").read_file(&leads).expect("readable");
    assert_eq!(tally(&read), (8_000, 0));
    assert_eq!(read.mapping["external_id"], "mql_id");
    assert_eq!(read.mapping["channel"], "origin");
    let Batch::Leads(records) = read.batch else { panic!("no leads") };
    assert_eq!(records.iter().filter(|lead| lead.dimensions.is_empty()).count(), 60, "leads of blank origin");
    assert!(records.iter().all(|lead| matches!(lead.milestones[..], [(EventKind::Handover, Some(_))])));

    let Some(deals) = data("olist_marketing_funnel/olist_closed_deals_dataset.csv") else { return };
    let read = case(Kind::Outcomes, "").read_file(&deals).expect("readable");
    assert_eq!(tally(&read), (842, 0));
    assert_eq!(read.mapping["won_at"], "won_date");
    let Batch::Outcomes(records) = read.batch else { panic!("no outcomes") };
    assert!(records.iter().all(|deal| deal.won_at.is_some() && deal.opportunity_at == deal.won_at));
}

#[test]
fn hubspots_and_salesforces_tables_are_recognised() {
    if let Some(contacts) = data("hubspot_seeds/contact_data.csv") {
        let read = case(Kind::Leads, "").map("email=").read_file(&contacts).expect("readable");
        assert_eq!(read.rejected, []);
        assert_eq!(read.mapping["external_id"], "id");
        assert_eq!(read.mapping["created_at"], "property_created_at");
        assert_eq!(read.mapping["company"], "property_company");
    }
    if let Some(leads) = data("salesforce_seeds/sf_lead_data.csv") {
        let read = case(Kind::Leads, "").map("email=").map("size=").read_file(&leads).expect("readable");
        assert_eq!(read.rejected, []);
        assert_eq!(read.mapping["created_at"], "created_date");
        assert_eq!(read.mapping["handed_over_at"], "mql_date_c");
        assert_eq!(read.mapping["channel"], "lead_source");
    }
    if let Some(deals) = data("salesforce_seeds/sf_opportunity_data.csv") {
        let named = case(Kind::Outcomes, "").map("external_id=account_id").map("status=").currency("USD");
        let read = named.read_file(&deals).expect("readable");
        assert_eq!(read.rejected, []);
        assert_eq!(read.mapping["opportunity_at"], "created_date");
    }
}

#[test]
fn robyns_weeks_are_a_row_per_channel_and_week() {
    let Some(path) = data("ad_spend/robyn_dt_simulated_weekly.csv") else { return };
    let weekly = case(Kind::Spend, "").map("channel=*_S").set("span=week");
    let read = weekly.read_file(&path).expect("readable");
    assert_eq!(tally(&read), (208 * 5, 0));
    let Batch::Spend(records) = read.batch else { panic!("no spend") };
    let tv = &records[0];
    assert_eq!((tv.channel.as_deref(), tv.amount_minor), (Some("tv_S"), 2_235_835));
    assert_eq!((tv.from.to_string(), tv.to.to_string()), ("2015-11-23".to_owned(), "2015-11-29".to_owned()));
    // Sums that another program found in the file.
    for (channel, minor) in [
        ("tv_S", 308_748_776),
        ("ooh_S", 898_933_170),
        ("print_S", 77_555_549),
        ("search_S", 123_042_666),
        ("facebook_S", 44_629_682),
    ] {
        let of = records.iter().filter(|row| row.channel.as_deref() == Some(channel));
        assert_eq!(of.map(|row| row.amount_minor).sum::<i64>(), minor, "{channel}");
    }
    let plain = case(Kind::Spend, "").map("channel=*_S").read_file(&path).expect("readable");
    assert!(plain.warnings.iter().any(|warning| warning.contains("--set span=week")), "weeks are offered");
}

fn sum(records: &[SpendRecord]) -> i64 {
    records.iter().map(|record| record.amount_minor).sum()
}

#[test]
fn the_spend_of_three_networks_is_read() {
    if let Some(google) = data("ad_spend/google_ads_campaign_stats_data.csv") {
        let micros = case(Kind::Spend, "").map("amount=cost_micros").set("unit=micros").set("channel=Google");
        let Batch::Spend(records) = micros.read_file(&google).expect("readable").batch else { panic!("no spend") };
        assert_eq!(records[0].amount_minor, 3_615);
        assert!(records.iter().all(|row| row.channel.as_deref() == Some("Google")));
        assert_eq!((records.len(), sum(&records)), (16, 23_133));
        // The same in dollars, where the rate changes on the first of February.
        let dollars = micros.set("currency=USD").rate("USD=0.85@2021-01-01").rate("USD=0.92@2021-02-01");
        let Batch::Spend(records) = dollars.read_file(&google).expect("readable").batch else { panic!("no spend") };
        assert_eq!((records.len(), sum(&records)), (16, 20_616));
        assert!(records.iter().all(|row| row.original.as_ref().is_some_and(|original| original.currency == "USD")));
    }
    if let Some(facebook) = data("ad_spend/facebook_ads_basic_ad_data.csv") {
        let Batch::Spend(records) = case(Kind::Spend, "").read_file(&facebook).expect("readable").batch else {
            panic!("no spend")
        };
        assert_eq!(records[0].amount_minor, 7_653);
        assert_eq!((records.len(), sum(&records)), (10, 64_363));
    }
    if let Some(linkedin) = data("ad_spend/linkedin_ad_analytics_by_campaign_data.csv") {
        let read = case(Kind::Spend, "").read_file(&linkedin).expect("readable");
        assert_eq!(read.rejected, []);
        assert_eq!(read.mapping["amount"], "cost_in_local_currency");
        let Batch::Spend(records) = read.batch else { panic!("no spend") };
        assert_eq!((records.len(), sum(&records)), (20, 53_062));
    }
}

#[test]
fn csv_spectrum_is_read_as_its_json_says() {
    let Some(folder) = data("nasty_csv/csv-spectrum/csvs") else { return };
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).expect("a folder") {
        let csv = entry.expect("a file").path();
        let name = csv.file_stem().expect("a name").to_string_lossy().into_owned();
        let json = folder.with_file_name("json").join(format!("{name}.json"));
        let expected = std::fs::read_to_string(json).expect("its JSON");
        let expected: serde_json::Value = serde_json::from_str(&expected).expect("JSON");
        // A table of one row is written as that row.
        let expected = if expected.is_array() { expected } else { serde_json::json!([expected]) };
        let rows = rows_of(&csv).expect("readable");
        let (headings, rows) = rows.split_first().expect("a heading");
        let read: Vec<_> = rows
            .iter()
            .map(|row| headings.iter().cloned().zip(row.iter().cloned().map(serde_json::Value::from)).collect())
            .collect::<Vec<serde_json::Map<_, _>>>();
        let mut read = serde_json::json!(read);
        if name == "location_coordinates" {
            // The one place where the collection's own JSON does not say what its CSV says.
            assert_eq!(read[0]["Contact Phone Number"], "2095257564");
            read[0]["Contact Phone Number"] = "1234567890".into();
        }
        assert_eq!(read, expected, "{name}");
        files += 1;
    }
    assert_eq!(files, 12);
}

#[test]
fn ragged_rows_are_named_with_their_line() {
    let Some(path) = data("nasty_csv/csvkit/bad.csv") else { return };
    let leads = case(Kind::Leads, "").map("external_id=column_a").map("created_at=column_b");
    let read = leads.read_file(&path).expect("readable");
    let lines: Vec<_> = read.rejected.iter().map(|rejection| (rejection.line, rejection.reason.clone())).collect();
    assert_eq!(lines[0].0, 2);
    assert!(lines[0].1.contains("4 cells, the heading has 3"));
    assert!(lines[1].1.contains("2 cells, the heading has 3"));
}
