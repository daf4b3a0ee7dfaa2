//! Who and what there is in the sample company. Every name is invented; mail addresses end in `.example`.

use crate::leads::model::Reason;
use crate::people::model::{Standing, Team};

/// A channel and how its leads fare.
pub struct Channel {
    pub name: &'static str,
    /// Leads a month in the first month, and how many more each month.
    pub monthly: f64,
    pub growth: f64,
    /// Chance that a lead becomes an opportunity.
    pub converts: f64,
    /// Media spend a month, in whole euro.
    pub media: i64,
    pub campaigns: &'static [&'static str],
    /// What sales says of the leads it turns down, likeliest first.
    pub reasons: &'static [Reason],
}

pub const CHANNELS: &[Channel] = &[
    Channel {
        name: "Partner referrals",
        monthly: 11.0,
        growth: 0.1,
        converts: 0.25,
        media: 1_500,
        campaigns: &["Integrator programme"],
        reasons: &[Reason::NotNow, Reason::NoBudget, Reason::ChoseCompetitor],
    },
    Channel {
        name: "Webinars",
        monthly: 32.0,
        growth: 0.2,
        converts: 0.16,
        media: 4_200,
        campaigns: &["Night shift without people", "Retrofit in a weekend", "Safety audit live"],
        reasons: &[Reason::NotNow, Reason::NoNeed, Reason::NoAuthority, Reason::WrongPerson],
    },
    Channel {
        name: "Trade fairs",
        monthly: 21.0,
        growth: 0.0,
        converts: 0.14,
        media: 0,
        campaigns: &["LogiMAT", "Hannover"],
        reasons: &[Reason::SellerOrStudent, Reason::NoBudget, Reason::NotNow],
    },
    Channel {
        name: "Organic search",
        monthly: 38.0,
        growth: 0.3,
        converts: 0.11,
        media: 0,
        campaigns: &["Website"],
        reasons: &[Reason::NoNeed, Reason::Unreachable, Reason::InvalidData, Reason::SellerOrStudent],
    },
    Channel {
        name: "LinkedIn Ads",
        monthly: 31.0,
        growth: 0.2,
        converts: 0.09,
        media: 11_800,
        campaigns: &["Heads of logistics", "Third-party logistics"],
        reasons: &[Reason::OutsideIcp, Reason::NoBudget, Reason::WrongPerson],
    },
    Channel {
        name: "Google Ads",
        monthly: 27.0,
        growth: 0.1,
        converts: 0.07,
        media: 9_600,
        campaigns: &["Goods to person", "Pallet shuttle"],
        reasons: &[Reason::NoNeed, Reason::OutsideIcp, Reason::SpamOrTest, Reason::Competitor],
    },
    Channel {
        name: "Content syndication",
        monthly: 4.0,
        growth: 3.2,
        converts: 0.012,
        media: 6_900,
        campaigns: &["Benchmark report"],
        reasons: &[Reason::OutsideIcp, Reason::NoNeed, Reason::WrongPerson, Reason::BelowCriteria, Reason::Other],
    },
];

pub const SEGMENTS: &[(&str, (i64, i64))] =
    &[("Small business", (12, 99)), ("Mid-market", (100, 900)), ("Enterprise", (1_000, 14_000))];
pub const REGIONS: &[&str] = &["DACH", "Benelux", "Nordics", "UK and Ireland", "France", "Southern Europe"];
pub const PERSONAS: &[(&str, &[&str])] = &[
    ("Head of logistics", &["Head of Logistics", "VP Supply Chain", "Logistics Director"]),
    ("Warehouse manager", &["Warehouse Manager", "Site Manager", "Shift Lead"]),
    ("Automation engineer", &["Automation Engineer", "Controls Engineer"]),
    ("Finance lead", &["CFO", "Head of Controlling"]),
];
/// Who works there, by name: both heads, a member of marketing, the reps, and somebody who only looks.
pub fn people() -> Vec<(&'static str, Standing)> {
    let standing = |team, head| Standing { team, head, admin: false };
    let (marketing, sales) = (Some(Team::Marketing), Some(Team::Sales));
    let mut people = vec![
        ("Miriam Osei", standing(marketing, true)),
        ("Theo Vogt", standing(marketing, false)),
        (REPS[0], standing(sales, true)),
    ];
    people.extend(REPS[1..].iter().map(|rep| (*rep, standing(sales, false))));
    people.push(("Ruth Adler", standing(None, false)));
    people
}

pub const REPS: &[&str] = &["Daniel Brandt", "Aoife Kearney", "Jonas Lindqvist", "Chiara Fontana", "Samir Haddad"];
pub const FIRST_NAMES: &[&str] = &[
    "Alma", "Anders", "Beatriz", "Bram", "Camille", "Clara", "Dirk", "Elif", "Emil", "Esther", "Farid", "Femke",
    "Giulia", "Hanna", "Henrik", "Ines", "Ivo", "Jana", "Joost", "Kaja", "Karim", "Lena", "Luca", "Maeve", "Marek",
    "Nadia", "Niels", "Oona", "Pavel", "Petra", "Rafael", "Sanna", "Sven", "Tessa", "Tomas", "Ulrike", "Viktor",
    "Wanda", "Yusuf", "Zoë",
];
pub const LAST_NAMES: &[&str] = &[
    "Achterberg",
    "Albrecht",
    "Andersson",
    "Bauer",
    "Bianchi",
    "Bouchard",
    "Christensen",
    "Costa",
    "Dvořák",
    "Engel",
    "Fischer",
    "Garnier",
    "Hakala",
    "Hofstra",
    "Ivanova",
    "Jansen",
    "Keller",
    "Kowalski",
    "Laurent",
    "Lehmann",
    "Lund",
    "Marchetti",
    "Meyer",
    "Murphy",
    "Novak",
    "O’Brien",
    "Olsen",
    "Petit",
    "Quist",
    "Ricci",
    "Santos",
    "Schäfer",
    "Sørensen",
    "Tanner",
    "Urban",
    "Vermeer",
    "Weiss",
    "Wójcik",
    "Ziegler",
    "Åberg",
];
pub const COMPANY_HEADS: &[&str] = &[
    "Alpen", "Baltic", "Brück", "Canal", "Delta", "Eastgate", "Fjord", "Grün", "Haven", "Isar", "Juniper", "Kessel",
    "Linden", "Maas", "Nordic", "Orchard", "Polder", "Quay", "Rhein", "Schelde", "Tyne", "Upland", "Vosges", "Weser",
];
pub const COMPANY_TAILS: &[&str] = &[
    "Cold Store",
    "Depot",
    "Distribution",
    "Fashion",
    "Foods",
    "Freight",
    "Grocers",
    "Hardware",
    "Logistics",
    "Parcel",
    "Pharma",
    "Retail",
    "Spares",
    "Storage",
    "Trading",
    "Warehousing",
];
