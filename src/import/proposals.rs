//! What a status most likely means, as the page proposes it: words that [`super::rows::words`] does not take as known,
//! since teams mean different things by them. Nothing here is taken without a person's yes.

use super::headings::normal_form;
use super::model::Kind;

/// The likeliest meaning of a value of a field.
pub fn propose(kind: Kind, field: &str, word: &str) -> Option<&'static str> {
    let form = normal_form(word);
    let lists: &[(&str, &[&str])] = match (kind, field) {
        (Kind::Events, "kind") => EVENTS,
        (_, "verdict") => VERDICTS,
        (_, "status") => DEALS,
        (_, "reason") => REASONS,
        (Kind::Spend, "kind") => COSTS,
        (_, "team") => TEAMS,
        _ => return None,
    };
    let exact = lists.iter().find(|(_, words)| words.contains(&form.as_str())).map(|&(key, _)| key);
    let known = super::rows::words::meanings(kind, field).unwrap_or_default();
    exact.and_then(|key| known.into_iter().find(|known| *known == key))
}

/// Lifecycle stages and lead status of HubSpot, lead status of Salesforce, Zoho and Pipedrive, activities.
const EVENTS: &[(&str, &[&str])] = &[
    (
        "capture",
        &[
            "lead",
            "newlead",
            "formsubmission",
            "formsubmitted",
            "formfilled",
            "formfill",
            "fillsoutform",
            "signup",
            "erstellt",
            "erfasst",
        ],
    ),
    ("handover", &["mqls", "assignedtosales", "senttosales", "passedtosales", "übergeben", "anvertriebübergeben"]),
    ("accepted", &["prequalified", "accept", "assigned", "acceptedbysales", "angenommen", "akzeptiert", "übernommen"]),
    (
        "touch",
        &[
            "working",
            "workingcontacted",
            "contacted",
            "inprogress",
            "email",
            "emailsent",
            "sms",
            "linkedin",
            "linkedinmessage",
            "voicemail",
            "leftvoicemail",
            "outboundcall",
            "callmade",
            "lunch",
            "followup",
            "outreach",
            "sequence",
            "kontaktiert",
            "inbearbeitung",
            "anruf",
            "termin",
        ],
    ),
    (
        "connected",
        &[
            "replied",
            "responded",
            "engaged",
            "conversation",
            "callconnected",
            "demo",
            "meetingheld",
            "inboundcall",
            "erreicht",
            "gesprochen",
        ],
    ),
    ("good", &["qualified", "salesqualifiedlead", "hot", "qualifiziert"]),
    (
        "reject",
        &[
            "closednotconverted",
            "lostlead",
            "invalid",
            "dead",
            "spam",
            "notafit",
            "abgelehnt",
            "unqualifiziert",
            "nichtqualifiziert",
            "ungültig",
        ],
    ),
    (
        "recycle",
        &[
            "nurturing",
            "badtiming",
            "contactinfuture",
            "contactinthefuture",
            "later",
            "onhold",
            "longterm",
            "wiedervorlage",
            "zurückgestellt",
        ],
    ),
    (
        "opportunity",
        &[
            "opendeal",
            "closedconverted",
            "converted",
            "prospecting",
            "appointmentscheduled",
            "dealcreated",
            "angebot",
            "verkaufschance",
            "chance",
            "konvertiert",
        ],
    ),
    ("won", &["gewonnen", "kunde", "signed", "contractsigned", "dealwon"]),
    ("lost", &["verloren", "deallost"]),
    (
        "ignore",
        &[
            "new",
            "open",
            "opennotcontacted",
            "notcontacted",
            "subscriber",
            "evangelist",
            "other",
            "task",
            "deadline",
            "note",
            "emailopened",
            "emailopen",
            "openemail",
            "clickemail",
            "emailclicked",
            "emailbounced",
            "emaildelivered",
            "visitwebpage",
            "visitswebpage",
            "pageview",
            "qualification",
            "needsanalysis",
            "valueproposition",
            "iddecisionmakers",
            "perceptionanalysis",
            "proposalpricequote",
            "negotiationreview",
            "qualifiedtobuy",
            "presentationscheduled",
            "decisionmakerboughtin",
            "contractsent",
            "noshow",
            "neu",
            "offen",
            "aufgabe",
            "notiz",
        ],
    ),
];

const VERDICTS: &[(&str, &[&str])] = &[
    (
        "good",
        &[
            "converted",
            "closedconverted",
            "sql",
            "salesqualifiedlead",
            "opendeal",
            "opportunity",
            "customer",
            "accepted",
            "hot",
            "qualifiziert",
        ],
    ),
    (
        "reject",
        &[
            "closednotconverted",
            "lostlead",
            "invalid",
            "dead",
            "spam",
            "notafit",
            "abgelehnt",
            "unqualifiziert",
            "nichtqualifiziert",
            "ungültig",
            "ungeeignet",
        ],
    ),
    (
        "recycle",
        &["nurturing", "badtiming", "contactinfuture", "contactinthefuture", "later", "onhold", "wiedervorlage"],
    ),
    (
        "ignore",
        &[
            "new",
            "open",
            "opennotcontacted",
            "notcontacted",
            "working",
            "workingcontacted",
            "contacted",
            "inprogress",
            "attemptedtocontact",
            "connected",
            "subscriber",
            "lead",
            "mql",
            "marketingqualifiedlead",
            "evangelist",
            "other",
            "prequalified",
            "neu",
            "offen",
            "inbearbeitung",
            "kontaktiert",
        ],
    ),
];

/// Stages of pipelines.
const DEALS: &[(&str, &[&str])] = &[
    (
        "open",
        &[
            "new",
            "discovery",
            "qualified",
            "qualifying",
            "demo",
            "demoscheduled",
            "proposal",
            "proposalsent",
            "proposalmade",
            "quote",
            "quotesent",
            "negotiation",
            "negotiationsstarted",
            "negotiations",
            "pipeline",
            "bestcase",
            "commit",
            "contactmade",
            "contacted",
            "leadin",
            "verbal",
            "verbalcommitment",
            "pending",
            "active",
            "onhold",
            "identifydecisionmakers",
            "evaluation",
            "trial",
            "offen",
            "angebot",
            "verhandlung",
            "inverhandlung",
            "qualifizierung",
            "inbearbeitung",
        ],
    ),
    (
        "won",
        &[
            "signed",
            "contractsigned",
            "completed",
            "customer",
            "closedwonrenewal",
            "gewonnen",
            "abgeschlossengewonnen",
            "abgeschlossenundgewonnen",
        ],
    ),
    (
        "lost",
        &[
            "abandoned",
            "cancelled",
            "canceled",
            "dead",
            "closedlosttocompetition",
            "disqualified",
            "rejected",
            "declined",
            "churned",
            "verloren",
            "abgelehnt",
            "abgeschlossenverloren",
            "abgeschlossenundverloren",
        ],
    ),
    ("ignore", &["deleted", "omitted", "duplicate", "test", "gelöscht"]),
];

const REASONS: &[(&str, &[&str])] = &[
    ("no_need", &["notinterested", "nointerest", "noneed", "keinbedarf", "keininteresse"]),
    (
        "outside_icp",
        &["badfit", "notafit", "nofit", "poorfit", "wrongindustry", "toosmall", "outofregion", "wrongcountry"],
    ),
    ("no_budget", &["price", "pricing", "tooexpensive", "cost", "nomoney", "keinbudget", "zuteuer", "preis"]),
    (
        "unreachable",
        &["wentdark", "ghosted", "nocontact", "neverresponded", "noreply", "nichterreicht", "nichterreichbar"],
    ),
    ("not_now", &["postponed", "delayed", "onhold", "nextyear", "frozen", "späterer", "später", "keinezeit"]),
    ("offer_gap", &["product", "functionality", "missingfunctionality", "features", "requirements"]),
    (
        "chose_competitor",
        &["competitorwon", "losttoacompetitor", "competition", "wettbewerb", "wettbewerber", "konkurrenz"],
    ),
    ("no_authority", &["authority", "notdecisionmaker", "nochampion"]),
    ("wrong_person", &["wrongdepartment", "leftcompany", "falscheransprechpartner"]),
    ("duplicate", &["dublette", "duplikat", "doppelt"]),
    ("invalid_data", &["wrongphone", "invalidphone", "wrongemail", "bounced", "falschedaten"]),
    ("seller_or_student", &["jobseeker", "supplier", "partner", "anbieter"]),
    ("other", &["others", "misc", "miscellaneous", "unknown", "sonstiges", "sonstige", "andere"]),
];

const COSTS: &[(&str, &[&str])] = &[
    (
        "media",
        &[
            "adspend",
            "searchads",
            "socialads",
            "paidsearch",
            "paidsocial",
            "display",
            "print",
            "tv",
            "radio",
            "anzeigen",
            "werbung",
        ],
    ),
    (
        "agency",
        &["contractor", "contractors", "consulting", "creative", "content", "agentur", "agenturen", "freiberufler"],
    ),
    (
        "tools",
        &["saas", "licence", "license", "licences", "licenses", "subscription", "subscriptions", "lizenz", "lizenzen"],
    ),
    (
        "events",
        &[
            "conference",
            "conferences",
            "sponsorship",
            "booth",
            "webinars",
            "messe",
            "messen",
            "veranstaltung",
            "veranstaltungen",
        ],
    ),
    (
        "people",
        &["headcount", "staff", "personnel", "bonus", "commissions", "gehalt", "gehälter", "personal", "provision"],
    ),
];

const TEAMS: &[(&str, &[&str])] = &[
    ("marketing", &["mktg", "mkt", "growth", "demandgen", "demandgeneration"]),
    ("sales", &["sdr", "bdr", "accountexecutive", "businessdevelopment", "vertrieb"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::rows::words;

    #[test]
    fn every_proposal_is_a_meaning_of_its_field() {
        for (kind, field, lists) in [
            (Kind::Events, "kind", EVENTS),
            (Kind::Leads, "verdict", VERDICTS),
            (Kind::Outcomes, "status", DEALS),
            (Kind::Leads, "reason", REASONS),
            (Kind::Spend, "kind", COSTS),
            (Kind::Spend, "team", TEAMS),
        ] {
            for (key, words) in lists {
                for word in *words {
                    assert_eq!(normal_form(word), *word);
                    assert_eq!(propose(kind, field, word), Some(*key), "{field}: {word}");
                }
            }
        }
    }

    #[test]
    fn the_status_values_that_the_systems_ship_with_are_known_or_proposed() {
        let hubspot = "New,Open,In Progress,Open Deal,Unqualified,Attempted to Contact,Connected,Bad Timing,\
            Subscriber,Lead,Marketing Qualified Lead,Sales Qualified Lead,Opportunity,Customer,Evangelist,Other";
        let salesforce = "Open - Not Contacted,Working - Contacted,Closed - Converted,Closed - Not Converted,New,\
            Contacted,Nurturing,Qualified,Unqualified,Converted,Closed Won,Closed Lost,Prospecting,Needs Analysis";
        let zoho = "Attempted to Contact,Contact in Future,Contacted,Junk Lead,Lost Lead,Not Contacted,Pre-Qualified,\
            Not Qualified";
        let pipedrive = "Call,Meeting,Task,Deadline,Email,Lunch";
        let german = "Neu,Kontaktiert,Qualifiziert,Abgelehnt,Gewonnen,Verloren,Übergeben,Wiedervorlage";
        for word in [hubspot, salesforce, zoho, pipedrive, german].iter().flat_map(|list| list.split(',')) {
            let known = words::happening(word.trim()).is_some();
            assert!(known || propose(Kind::Events, "kind", word).is_some(), "{word}");
        }
        for word in
            "Discovery,Proposal Sent,Negotiations Started,Contact Made,Lead In,Closed Won,Verhandlung".split(',')
        {
            let known = words::deal_status(word).is_some();
            assert!(known || propose(Kind::Outcomes, "status", word).is_some(), "{word}");
        }
        assert_eq!(propose(Kind::Events, "kind", "Working - Contacted"), Some("touch"));
        assert_eq!(propose(Kind::Events, "kind", "Sphinx"), None);
    }
}
