//! Files as the systems write them are recognised by their headings: every expected pair, and nothing else.

use doubles::import::mapping::{Mapping, Wishes};
use doubles::import::model::Kind;
use doubles::import::read::Table;
use doubles::import::reading::ReadingWishes;
use std::path::PathBuf;

/// A file of `shared/data`, if it is there.
fn data(file: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")).join(file);
    if path.exists() {
        return Some(path);
    }
    eprintln!("{} is not there; what it tests is left out.", path.display());
    None
}

/// Field and heading of every column that is recognised, as lines.
fn recognised(kind: Kind, headings: &[String]) -> String {
    let (mapping, problems) = Mapping::forgiving(kind, headings, &Wishes::default());
    assert!(problems.is_empty(), "{problems:?}");
    mapping.described().iter().map(|(field, heading)| format!("{field}: {heading}\n")).collect()
}

fn of_file(kind: Kind, file: &str) -> Option<String> {
    let table = Table::open(&data(file)?, &ReadingWishes::default()).expect("readable");
    Some(recognised(kind, table.headings()))
}

fn of_line(kind: Kind, line: &str) -> String {
    recognised(kind, &line.split(',').map(|heading| heading.trim().to_owned()).collect::<Vec<_>>())
}

fn lines(expected: &str) -> String {
    expected.trim().lines().map(|line| format!("{}\n", line.trim())).collect()
}

#[test]
fn headings_of_hubspots_exports() {
    if let Some(found) = of_file(Kind::Leads, "crm_headings/hubspot_all_contacts_export_headers.csv") {
        let expected = "
            campaign: First Touch Converting Campaign
            channel: Original Source
            company: Company Name
            created_at: Create Date
            email: Email
            external_id: Record ID
            first_name: First Name
            handed_over_at: Became a Marketing Qualified Lead Date
            last_name: Last Name
            opportunity_at: Became an Opportunity Date
            owner: Contact owner
            persona: Persona
            phone: Phone Number
            region: Country/Region
            size: Number of Employees
            title: Job Title
            won_at: Became a Customer Date";
        assert_eq!(found, lines(expected));
    }
    if let Some(found) = of_file(Kind::Leads, "hubspot_seeds/contact_data.csv") {
        let expected = "
            company: property_company
            created_at: property_created_at
            email: property_email
            external_id: id
            first_name: property_firstname
            last_name: property_lastname
            title: property_jobtitle";
        assert_eq!(found, lines(expected));
    }
    if let Some(found) = of_file(Kind::Outcomes, "hubspot_seeds/deal_data.csv") {
        let expected = "
            closed_at: property_closedate
            opportunity_at: property_createdate
            outcome_id: deal_id
            owner: owner_id
            value: property_amount";
        assert_eq!(found, lines(expected));
    }
    let line = "Record ID, Deal Name, Deal Stage, Close Date, Deal owner, Amount, Create Date, Closed Lost Reason,
        Associated Contact IDs, Currency";
    let expected = "
        closed_at: Close Date
        currency: Currency
        external_id: Associated Contact IDs
        opportunity_at: Create Date
        outcome_id: Record ID
        owner: Deal owner
        reason: Closed Lost Reason
        status: Deal Stage
        value: Amount";
    assert_eq!(of_line(Kind::Outcomes, line), lines(expected));
    let line = "hs_object_id, email, hs_v2_date_entered_marketingqualifiedlead, hs_analytics_source, createdate,
        hubspot_owner_id, numberofemployees, hs_persona";
    let expected = "
        channel: hs_analytics_source
        created_at: createdate
        email: email
        external_id: hs_object_id
        handed_over_at: hs_v2_date_entered_marketingqualifiedlead
        owner: hubspot_owner_id
        persona: hs_persona
        size: numberofemployees";
    assert_eq!(of_line(Kind::Leads, line), lines(expected));
}

#[test]
fn headings_of_salesforce_by_name_and_by_label() {
    if let Some(found) = of_file(Kind::Leads, "crm_headings/salesforce_lead_api_fields.csv") {
        let expected = "
            channel: LeadSource
            company: Company
            created_at: CreatedDate
            email: Email
            external_id: Id
            first_name: FirstName
            last_name: LastName
            owner: OwnerId
            phone: Phone
            region: Country
            size: NumberOfEmployees
            title: Title";
        assert_eq!(found, lines(expected));
    }
    if let Some(found) = of_file(Kind::Outcomes, "salesforce_seeds/sf_opportunity_data.csv") {
        let expected = "
            closed_at: close_date
            opportunity_at: created_date
            outcome_id: id
            owner: owner_id
            status: stage_name
            value: amount";
        assert_eq!(found, lines(expected));
    }
    if let Some(found) = of_file(Kind::Events, "salesforce_seeds/sf_task_data.csv") {
        for pair in ["external_id: who_id", "kind: type", "at: activity_date", "by: owner_id", "note: subject"] {
            assert!(found.contains(&format!("{pair}\n")), "{pair}: {found}");
        }
    }
    let line = "Lead ID, First Name, Last Name, Title, Company / Account, Email, Lead Source, Lead Owner, Create Date,
        No. of Employees, Mobile, MQL Date";
    let expected = "
        channel: Lead Source
        company: Company / Account
        created_at: Create Date
        email: Email
        external_id: Lead ID
        first_name: First Name
        handed_over_at: MQL Date
        last_name: Last Name
        owner: Lead Owner
        phone: Mobile
        size: No. of Employees
        title: Title";
    assert_eq!(of_line(Kind::Leads, line), lines(expected));
    let line = "Lead ID, Field / Event, Old Value, New Value, Edit Date, Edited By";
    let expected = "
        at: Edit Date
        by: Edited By
        external_id: Lead ID
        kind: New Value";
    assert_eq!(of_line(Kind::Events, line), lines(expected));
    let line = "Opportunity ID, Opportunity Owner, Stage, Close Date, Amount, Opportunity Currency, Loss Reason,
        Primary Contact ID, Created Date";
    let expected = "
        closed_at: Close Date
        currency: Opportunity Currency
        external_id: Primary Contact ID
        opportunity_at: Created Date
        outcome_id: Opportunity ID
        owner: Opportunity Owner
        reason: Loss Reason
        status: Stage
        value: Amount";
    assert_eq!(of_line(Kind::Outcomes, line), lines(expected));
}

#[test]
fn headings_of_pipedrive() {
    if let Some(found) = of_file(Kind::Leads, "crm_headings/pipedrive_lead_fields.csv") {
        let expected = "
            channel: Lead - Source channel
            company: Organization*
            external_id: Lead - Pipedrive System ID
            name: Contact person*
            owner: Lead - Owner";
        assert_eq!(found, lines(expected));
    }
    if let Some(found) = of_file(Kind::Leads, "crm_headings/pipedrive_official_import_sample_headers.csv") {
        let expected = "
            company: Organization - Name*
            email: Person - Email (Work)
            first_name: Person - First name
            last_name: Person - Last name
            name: Person - Name*
            phone: Person - Phone";
        assert_eq!(found, lines(expected));
    }
    if let Some(found) = of_file(Kind::Outcomes, "crm_headings/pipedrive_deal_fields.csv") {
        let expected = "
            closed_at: Deal - Closed on
            currency: Deal - Currency of value
            lost_at: Deal - Lost time
            opportunity_at: Deal - Creation date
            outcome_id: Deal - Pipedrive System ID
            owner: Deal - Owner
            reason: Deal - Lost reason
            status: Deal - Status
            value: Deal - Value
            won_at: Deal - Won time";
        assert_eq!(found, lines(expected));
    }
}

#[test]
fn headings_of_zoho_marketo_and_plain_english() {
    let line = "Record Id, Full_Name, Designation, Company, Email, Mobile, Lead_Source, Lead_Owner, Created_Time,
        No_of_Employees, Country";
    let expected = "
        channel: Lead_Source
        company: Company
        created_at: Created_Time
        email: Email
        external_id: Record Id
        name: Full_Name
        owner: Lead_Owner
        phone: Mobile
        region: Country
        size: No_of_Employees
        title: Designation";
    assert_eq!(of_line(Kind::Leads, line), lines(expected));
    let line =
        "Record Id, Deal Name, Amount, Stage, Closing Date, Reason For Loss, Deal Owner, Created Time, Contact Name.id";
    let expected = "
        closed_at: Closing Date
        external_id: Contact Name.id
        opportunity_at: Created Time
        outcome_id: Record Id
        owner: Deal Owner
        reason: Reason For Loss
        status: Stage
        value: Amount";
    assert_eq!(of_line(Kind::Outcomes, line), lines(expected));
    let line =
        "Id, Email Address, Job Title, Company Name, Created At, Person Source, Acquisition Program, Phone Number,
        Num Employees";
    let expected = "
        campaign: Acquisition Program
        channel: Person Source
        company: Company Name
        created_at: Created At
        email: Email Address
        external_id: Id
        phone: Phone Number
        size: Num Employees
        title: Job Title";
    assert_eq!(of_line(Kind::Leads, line), lines(expected));
    let line = "E-Mail ID, Contact, Employer, Enquiry date, Handed to sales, First call date, Customer since, Salesperson, Market";
    let expected = "
        company: Employer
        created_at: Enquiry date
        email: E-Mail ID
        first_touch_at: First call date
        handed_over_at: Handed to sales
        name: Contact
        owner: Salesperson
        region: Market
        won_at: Customer since";
    assert_eq!(of_line(Kind::Leads, line), lines(expected));
}

#[test]
fn headings_of_networks_that_sell_advertising() {
    let google = of_line(Kind::Spend, "Week, Campaign, Currency code, Cost, Clicks");
    assert_eq!(google, lines("amount: Cost\ncurrency: Currency code\ndate: Week"));
    let meta = of_line(Kind::Spend, "Campaign name, Reporting starts, Reporting ends, Amount spent (USD), Platform");
    assert_eq!(
        meta,
        lines("amount: Amount spent (USD)\nchannel: Platform\nfrom: Reporting starts\nto: Reporting ends")
    );
    let linkedin = of_line(Kind::Spend, "Start Date (in UTC), End Date (in UTC), Total Spent, Currency");
    let expected = "amount: Total Spent\ncurrency: Currency\nfrom: Start Date (in UTC)\nto: End Date (in UTC)";
    assert_eq!(linkedin, lines(expected));
    let by_hand = of_line(
        Kind::Spend,
        "Month; Marketing channel; Spend category; Department; Total cost".replace(';', ",").as_str(),
    );
    let expected =
        "amount: Total cost\nchannel: Marketing channel\nkind: Spend category\nmonth: Month\nteam: Department";
    assert_eq!(by_hand, lines(expected));
}
