//! The fields of each kind of file, and the headings by which HubSpot, Salesforce (labels and API names),
//! Pipedrive, Zoho, Marketo and plain English call them.
//!
//! A heading is compared without case, spaces, underscores and punctuation, without the `__c` of a custom field of
//! Salesforce, without the `property_` of HubSpot's API, and also without the object that Pipedrive puts before it
//! (`Deal - Value`). Within a field the names stand in the order of preference: where a file has several, the first
//! is taken and the others are named in a warning.
//!
//! Some headings are left alone on purpose, since they mean different things in different teams: `First Contact
//! Date` and `First Touch` (of marketing or of sales?), `ConvertedDate` (an opportunity is optional there),
//! `Lead Status` of a lead file (a verdict?). They are mapped by hand.

use super::model::Kind;
use super::names::{EVENTS, LEADS, OUTCOMES, SPEND};

/// What stands in the cells of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Any text.
    Text,
    /// One of a closed set of words.
    Word,
    /// A date with or without time.
    Date,
    /// A month.
    Month,
    /// Money.
    Amount,
    /// A whole number.
    Number,
}

/// One field that a kind of file can have.
#[derive(Debug)]
pub struct Field {
    /// Its name in `--map` and `--set`.
    pub key: &'static str,
    /// What stands in its cells.
    pub cell: Cell,
    /// Headings that mean it, the most exact first, in their normal form, a space between two.
    pub(super) names: &'static str,
}

/// The fields of a kind, in the order of the documentation.
pub fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Leads => LEADS,
        Kind::Outcomes => OUTCOMES,
        Kind::Events => EVENTS,
        Kind::Spend => SPEND,
    }
}

/// The field of a name in `--map` or `--set`, forgiving case and punctuation.
pub fn field(kind: Kind, name: &str) -> Option<&'static Field> {
    let name = normal_form(name);
    let name = if kind == Kind::Events && name == "status" { "kind".to_owned() } else { name };
    fields(kind).iter().find(|field| normal_form(field.key) == name)
}

/// The columns that a field's names recognise, the preferred first.
pub fn recognise(kind: Kind, field: &Field, headings: &[String]) -> Vec<usize> {
    let forms: Vec<_> = headings.iter().map(|heading| forms(kind, heading)).collect();
    let mut found = Vec::new();
    let names = std::iter::once(normal_form(field.key)).chain(field.names.split_ascii_whitespace().map(str::to_owned));
    for name in names {
        for (column, forms) in forms.iter().enumerate() {
            if forms.contains(&name) && !found.contains(&column) {
                found.push(column);
            }
        }
    }
    found
}

/// Lower case, letters and digits only.
pub fn normal_form(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The candidate that looks most like `name`, if any does.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = normal_form(name);
    candidates
        .map(|candidate| (strsim::jaro_winkler(&name, &normal_form(candidate)), candidate))
        .filter(|&(likeness, _)| likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The currency that a heading states in brackets at its end, as in “Amount spent (USD)”.
pub fn currency_in_heading(heading: &str) -> Option<&str> {
    let code = heading.trim().strip_suffix(')')?.rsplit_once('(')?.1;
    (code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(code)
}

/// The normal forms under which a heading is looked up.
fn forms(kind: Kind, heading: &str) -> Vec<String> {
    let heading = match currency_in_heading(heading) {
        Some(_) => heading.rsplit_once('(').map_or(heading, |(name, _)| name),
        None => heading,
    };
    let lower = heading.to_lowercase();
    let bare = lower.strip_suffix("__c").or_else(|| lower.strip_suffix("_c")).unwrap_or(&lower);
    let bare = bare.strip_prefix("property_").unwrap_or(bare);
    let mut forms = vec![normal_form(bare)];
    let objects: &[&str] = match kind {
        Kind::Leads => &["lead", "person", "contact"],
        Kind::Outcomes => &["deal", "opportunity"],
        Kind::Events => &["activity", "event", "task"],
        Kind::Spend => &[],
    };
    if let Some((object, rest)) = bare.split_once(" - ").filter(|(object, _)| objects.contains(&object.trim())) {
        let rest = normal_form(rest);
        // The title of a lead or deal in Pipedrive is its name, not a job title.
        if rest != "title" || object.trim() == "person" {
            forms.push(rest);
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    fn recognised(kind: Kind, line: &str, key: &str) -> Option<String> {
        let headings = headings(line);
        let field = field(kind, key).expect("a field");
        recognise(kind, field, &headings).first().map(|&column| headings[column].clone())
    }

    #[test]
    fn case_spaces_and_punctuation_do_not_matter() {
        for heading in ["handed_over_at", "Handed Over At", " HANDED-OVER.AT* ", "HandedOverAt", "Handed over"] {
            assert_eq!(recognised(Kind::Leads, heading, "handed_over_at").as_deref(), Some(heading));
        }
    }

    #[test]
    fn a_lead_export_of_each_system_is_recognised() {
        let hubspot = "Record ID,First Name,Last Name,Become,Became a Marketing Qualified Lead Date,\
                       Became an Opportunity Date,Became a Customer Date,Company Name,Contact owner,Create Date,Email,\
                       Job Title,Original Source,Number of Employees,Persona,Phone Number";
        let salesforce =
            "Id,FirstName,LastName,Title,Company,Phone,Email,LeadSource,NumberOfEmployees,OwnerId,CreatedDate";
        let labels = "Lead ID,First Name,Last Name,Title,Company / Account,Lead Source,No. of Employees,Lead Owner,\
                      MQL Date__c";
        let pipedrive = "Lead - Title*,Contact person*,Organization*,Lead - Owner,Lead - Source channel,\
                         Lead - Pipedrive System ID";
        let zoho = "Record Id,Full Name,Designation,Company,Created Time,Lead Source,Lead Owner,Mobile";
        let marketo = "Id,Email Address,Job Title,Created At,Original Source Type,Company Name";
        for (file, key, heading) in [
            (hubspot, "external_id", "Record ID"),
            (hubspot, "handed_over_at", "Became a Marketing Qualified Lead Date"),
            (hubspot, "opportunity_at", "Became an Opportunity Date"),
            (hubspot, "won_at", "Became a Customer Date"),
            (hubspot, "owner", "Contact owner"),
            (hubspot, "channel", "Original Source"),
            (hubspot, "created_at", "Create Date"),
            (salesforce, "external_id", "Id"),
            (salesforce, "channel", "LeadSource"),
            (salesforce, "size", "NumberOfEmployees"),
            (salesforce, "created_at", "CreatedDate"),
            (labels, "external_id", "Lead ID"),
            (labels, "size", "No. of Employees"),
            (labels, "handed_over_at", "MQL Date__c"),
            (pipedrive, "external_id", "Lead - Pipedrive System ID"),
            (pipedrive, "channel", "Lead - Source channel"),
            (pipedrive, "name", "Contact person*"),
            (pipedrive, "company", "Organization*"),
            (zoho, "created_at", "Created Time"),
            (zoho, "title", "Designation"),
            (marketo, "email", "Email Address"),
            (marketo, "created_at", "Created At"),
        ] {
            assert_eq!(recognised(Kind::Leads, file, key).as_deref(), Some(heading), "{key}");
        }
        assert_eq!(recognised(Kind::Leads, pipedrive, "title"), None);
    }

    #[test]
    fn deals_events_and_spend_are_recognised() {
        let deals = "Deal - Value,Deal - Currency of value,Deal - Creation date,Deal - Closed on,Deal - Lost reason,\
                     Deal - Lost time,Deal - Status,Deal - Won time,Deal - Pipedrive System ID";
        for (key, heading) in [
            ("value", "Deal - Value"),
            ("currency", "Deal - Currency of value"),
            ("opportunity_at", "Deal - Creation date"),
            ("closed_at", "Deal - Closed on"),
            ("reason", "Deal - Lost reason"),
            ("won_at", "Deal - Won time"),
            ("status", "Deal - Status"),
            ("outcome_id", "Deal - Pipedrive System ID"),
        ] {
            assert_eq!(recognised(Kind::Outcomes, deals, key).as_deref(), Some(heading), "{key}");
        }
        assert_eq!(recognised(Kind::Events, "WhoId,Type,ActivityDate", "external_id").as_deref(), Some("WhoId"));
        assert_eq!(recognised(Kind::Spend, "Day,Campaign,Cost", "date").as_deref(), Some("Day"));
        assert_eq!(recognised(Kind::Spend, "Day,Campaign,Cost", "amount").as_deref(), Some("Cost"));
    }

    #[test]
    fn what_means_different_things_in_different_teams_is_left_to_the_user() {
        let file = "first_contact_date,First Touch Date,ConvertedDate,Status,Lead Status";
        for field in fields(Kind::Leads) {
            assert_eq!(recognised(Kind::Leads, file, field.key), None, "{}", field.key);
        }
    }

    #[test]
    fn no_two_fields_of_a_kind_claim_the_same_heading() {
        for &kind in Kind::ALL {
            for one in fields(kind) {
                for other in fields(kind).iter().filter(|other| other.key != one.key) {
                    let claimed = other.names.split_ascii_whitespace().find(|name| {
                        one.names.split_ascii_whitespace().any(|own| own == *name) || normal_form(one.key) == **name
                    });
                    assert_eq!(claimed, None, "{kind}: {} and {}", one.key, other.key);
                }
            }
        }
    }

    #[test]
    fn a_mistyped_name_finds_the_nearest() {
        let names = ["Create Date", "Close Date", "Email"];
        assert_eq!(nearest("create_dat", names.into_iter()), Some("Create Date"));
        assert_eq!(nearest("zzz", names.into_iter()), None);
    }
}
