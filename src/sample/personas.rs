//! What the teams of the sample company believe of their buyers, and what they say to each other about it.

use crate::changes::model::{Change, ChangeKind, Entity};
use crate::error::Result;
use crate::people::model::Team;
use crate::people::store as people;
use crate::period::{Day, Instant};
use crate::personas::edit::new_persona;
use crate::personas::model::{
    Answer, Confidence, Evidence, Head, Note, NoteId, NoteKind, Role, Section, Stage, StatementId, Under, Wording,
};
use crate::personas::store;
use crate::server::db::{Db, WriteTx};
use crate::zone::Zone;
use serde_json::json;
use std::collections::HashMap;

/// A statement: where it stands, what it says, our answer, evidence, in more words, confidence, of how many days ago,
/// what the leads can contradict of it.
type Says = (Section, Option<Stage>, &'static str, &'static str, Evidence, &'static str, Confidence, i32, &'static str);
/// An annotation: beside which statement (its beginning), of what kind, by whom, of how many days ago, in what words; and
/// marketing's answer after how many days.
type Said =
    (&'static str, NoteKind, &'static str, u32, &'static str, Option<(Answer, &'static str, u32, &'static str)>);

struct Persona {
    name: &'static str,
    role: Role,
    segment: &'static str,
    owners: [&'static str; 2],
    /// Days since each team confirmed it.
    confirmed: [Option<u32>; 2],
    rule: &'static str,
    says: &'static [Says],
    said: &'static [Said],
}

use Confidence::{Fair, Strong};
use Evidence::{Call, Interview, LostDeal, WonDeal};
use Section::{Asks, Background, Barrier, Criterion, Need, NotIf, People, Quote, Sources, Step, Success, Trigger};
use Stage::{Awareness, Consideration, Decision};

const PERSONAS: &[Persona] = &[
    Persona {
        name: "Head of logistics",
        role: Role::Economic,
        segment: "Mid-market and enterprise, 150 people and more, own halls",
        owners: ["Miriam Osei", "Daniel Brandt"],
        confirmed: [Some(20), Some(34)],
        rule: "title contains head of logistics, supply chain, logistics director",
        says: &[
            (
                Trigger,
                None,
                "A peak season was missed: orders left the hall a day late for more than a week.",
                "",
                WonDeal,
                "5 won deals, 3 interviews",
                Strong,
                60,
                "",
            ),
            (
                Trigger,
                None,
                "Two shifts cannot be staffed, and the temp agency raised its rate.",
                "",
                Interview,
                "2 interviews",
                Fair,
                150,
                "",
            ),
            (
                Trigger,
                None,
                "A new fleet must talk to forklifts that are already there.",
                "",
                Call,
                "9 calls, 4 won deals",
                Strong,
                40,
                "",
            ),
            (
                Success,
                None,
                "Orders that leave the hall on the same day, in a week of Black Friday too.",
                "",
                Interview,
                "3 interviews",
                Strong,
                75,
                "",
            ),
            (
                Success,
                None,
                "A number that the board believes before the next budget round.",
                "",
                Evidence::Guess,
                "guess of the workshop",
                Confidence::Guess,
                200,
                "",
            ),
            (
                Barrier,
                None,
                "“You will stop my shift to install this.”",
                "Retrofit at night, aisle by aisle; the longest stop was 40 minutes.",
                LostDeal,
                "7 lost deals, 11 calls",
                Strong,
                45,
                "",
            ),
            (
                Barrier,
                None,
                "“We have one hall, this is for bigger firms.”",
                "Start with six robots, pay per pick.",
                Evidence::Guess,
                "guess of the workshop",
                Confidence::Guess,
                220,
                "size at least 150",
            ),
            (
                Barrier,
                None,
                "There is no budget before the next year.",
                "A pilot out of running cost: no investment in the first six months.",
                LostDeal,
                "6 lost deals",
                Fair,
                90,
                "reason No budget",
            ),
            (
                Criterion,
                None,
                "A reference with mixed traffic on a floor like theirs.",
                "",
                WonDeal,
                "4 won deals",
                Strong,
                60,
                "",
            ),
            (
                Criterion,
                None,
                "From the first call to the signature it takes about two months.",
                "",
                Call,
                "what reps remember",
                Fair,
                180,
                "cycle 60 days",
            ),
            (
                Quote,
                None,
                "If the robot waits for the forklift, I have bought a very expensive pallet.",
                "",
                Call,
                "call with a won customer",
                Strong,
                130,
                "",
            ),
            (
                NotIf,
                None,
                "The hall is rented for less than three years, or a logistics provider runs it for them.",
                "",
                LostDeal,
                "6 lost deals",
                Fair,
                70,
                "",
            ),
            (
                Background,
                None,
                "Partner referrals bring most of them.",
                "",
                Evidence::Guess,
                "what we hope",
                Confidence::Guess,
                210,
                "channel Partner referrals",
            ),
            (
                Need,
                Some(Awareness),
                "To name the bottleneck with numbers that the board believes",
                "",
                Interview,
                "3 interviews",
                Strong,
                75,
                "",
            ),
            (
                Need,
                Some(Consideration),
                "Proof that mixed traffic works on a floor like theirs",
                "",
                WonDeal,
                "4 won deals",
                Strong,
                60,
                "",
            ),
            (
                Need,
                Some(Decision),
                "A plan without a stopped shift, and one name who signs for safety",
                "",
                LostDeal,
                "2 lost deals",
                Fair,
                45,
                "",
            ),
            (Asks, Some(Awareness), "“What do others our size do at peak?”", "", Call, "", Fair, 90, ""),
            (
                Asks,
                Some(Consideration),
                "“Does it talk to our WMS and to the old forklifts?”",
                "",
                Call,
                "9 calls",
                Strong,
                40,
                "",
            ),
            (Asks, Some(Decision), "“What if it stands still on a Friday night?”", "", Call, "5 calls", Strong, 40, ""),
            (People, Some(Awareness), "Colleagues in the region", "", Interview, "", Fair, 75, ""),
            (People, Some(Consideration), "Own automation engineer", "", Interview, "", Fair, 75, ""),
            (People, Some(Decision), "Works council, CFO, safety officer", "", WonDeal, "", Strong, 60, ""),
            (Sources, Some(Awareness), "Trade press, fairs", "", Interview, "", Fair, 75, ""),
            (Sources, Some(Consideration), "Reference visits, webinars", "", Interview, "", Fair, 75, ""),
            (Step, Some(Awareness), "6 to 10 weeks until a project has a name", "", Interview, "", Fair, 75, ""),
            (Step, Some(Consideration), "8 to 14 weeks: three vendors, one visit each", "", WonDeal, "", Fair, 60, ""),
            (Step, Some(Decision), "5 to 9 weeks, 14 with a works council", "", WonDeal, "", Strong, 60, ""),
        ],
        said: &[
            (
                "A peak season",
                NoteKind::Confirm,
                "Aoife Kearney",
                52,
                "Four of my last five started in the week after Black Friday.",
                Some((Answer::TakenOver, "Miriam Osei", 1, "Evidence is five deals now.")),
            ),
            (
                "Two shifts",
                NoteKind::Contradict,
                "Samir Haddad",
                11,
                "In France nobody says this aloud. It is the injury record that gets budget.",
                None,
            ),
            (
                "“You will stop",
                NoteKind::Add,
                "Chiara Fontana",
                2,
                "They also ask who signs the safety case. One wanted a name, not a PDF.",
                None,
            ),
            (
                "“We have one hall",
                NoteKind::Question,
                "Daniel Brandt",
                60,
                "Has anyone ever bought six? My smallest is fourteen.",
                Some((Answer::Declined, "Miriam Osei", 2, "Two pilots with six in the Nordics, both won.")),
            ),
            (
                "If the robot",
                NoteKind::Quote,
                "Aoife Kearney",
                128,
                "Said twice in the same call.",
                Some((Answer::TakenOver, "Theo Vogt", 3, "It is the headline of the retrofit case.")),
            ),
        ],
    },
    Persona {
        name: "Warehouse manager",
        role: Role::EndUser,
        segment: "Runs one hall, 30 to 200 people on three shifts",
        owners: ["Theo Vogt", "Aoife Kearney"],
        confirmed: [Some(15), Some(12)],
        rule: "title contains warehouse manager, site manager, shift lead",
        says: &[
            (
                Trigger,
                None,
                "A near miss between a truck and somebody on foot.",
                "",
                Interview,
                "4 interviews",
                Strong,
                50,
                "",
            ),
            (
                Success,
                None,
                "A shift that starts on time though three people are ill.",
                "",
                Interview,
                "2 interviews",
                Fair,
                80,
                "",
            ),
            (
                Barrier,
                None,
                "“My people will think that they are being replaced.”",
                "Bring the team lead of a hall where nobody was let go.",
                Call,
                "8 calls",
                Strong,
                40,
                "",
            ),
            (
                Criterion,
                None,
                "How long a new shift lead needs to run it alone.",
                "",
                WonDeal,
                "3 won deals",
                Fair,
                60,
                "",
            ),
            (Quote, None, "I do not need a robot, I need a Monday without a crisis.", "", Call, "call", Fair, 100, ""),
            (
                NotIf,
                None,
                "Somebody else decides what runs in the hall, and tells them afterwards.",
                "",
                LostDeal,
                "3 lost deals",
                Fair,
                90,
                "",
            ),
            (
                Background,
                None,
                "One in seven becomes an opportunity.",
                "",
                Evidence::Guess,
                "last year’s slide",
                Fair,
                300,
                "opportunity 14 %",
            ),
            (Need, Some(Awareness), "A name for what goes wrong every Monday", "", Interview, "", Fair, 80, ""),
            (Need, Some(Consideration), "To stand beside one that runs", "", Interview, "", Strong, 50, ""),
            (Need, Some(Decision), "A training plan for three shifts", "", WonDeal, "", Fair, 60, ""),
            (Asks, Some(Consideration), "“Who repairs it at four in the morning?”", "", Call, "", Strong, 40, ""),
        ],
        said: &[
            (
                "“My people will think",
                NoteKind::Quote,
                "Jonas Lindqvist",
                5,
                "“Tell my works council that, not me.”",
                None,
            ),
            (
                "A near miss",
                NoteKind::Confirm,
                "Aoife Kearney",
                30,
                "Twice this quarter.",
                Some((Answer::TakenOver, "Theo Vogt", 2, "")),
            ),
        ],
    },
    Persona {
        name: "Automation engineer",
        role: Role::Technical,
        segment: "Mid-market and enterprise, reports to operations",
        owners: ["Theo Vogt", ""],
        confirmed: [Some(120), None],
        rule: "",
        says: &[
            (
                Trigger,
                None,
                "The controller of the old fleet is out of support.",
                "",
                Interview,
                "1 interview",
                Fair,
                190,
                "",
            ),
            (
                Barrier,
                None,
                "“Your interface is closed.”",
                "VDA 5050 is spoken out of the box; the specification is public.",
                LostDeal,
                "2 lost deals",
                Fair,
                110,
                "",
            ),
            (
                Criterion,
                None,
                "A test bench on which they may break it.",
                "",
                Evidence::Guess,
                "",
                Confidence::Guess,
                190,
                "",
            ),
        ],
        said: &[(
            "“Your interface",
            NoteKind::Contradict,
            "Samir Haddad",
            16,
            "They have read it, and say that two of the messages are missing.",
            None,
        )],
    },
];

/// Writes the personas of the sample company, as its people would have over the last months.
///
/// # Errors
/// The database refuses.
pub async fn write(db: &Db, actor: &str, zone: &Zone, now: Instant) -> Result<()> {
    let mut tx = db.write().await?;
    let everybody: HashMap<String, i64> =
        people::list(&mut tx).await?.into_iter().map(|account| (account.name, account.id.0)).collect();
    for persona in PERSONAS {
        write_one(&mut tx, persona, &everybody, zone, now).await?;
    }
    let detail = json!({ "personas": PERSONAS.len() });
    let (kind, entity) = (ChangeKind::PersonaAdded, Entity::Persona);
    let change = Change { at: now, actor: actor.to_owned(), kind, entity, entity_id: None, detail };
    tx.record_change(&change).await?.commit().await?;
    Ok(())
}

async fn write_one(
    tx: &mut WriteTx,
    persona: &Persona,
    everybody: &HashMap<String, i64>,
    zone: &Zone,
    now: Instant,
) -> Result<()> {
    let ago = |days: u32| Instant(now.0.saturating_sub(days * 86_400));
    let head = Head {
        name: persona.name.to_owned(),
        role: Some(persona.role),
        segment: persona.segment.to_owned(),
        owners: persona.owners.map(str::to_owned),
    };
    let owners = persona.owners.map(|name| everybody.get(name).copied());
    let id = new_persona(tx, &head, owners, ago(300), true).await?;
    store::set_rule(tx, id, persona.rule).await?;
    for (team, days) in [Team::Marketing, Team::Sales].into_iter().zip(persona.confirmed) {
        if let Some(days) = days {
            let by = persona.owners[team as usize];
            store::confirm(tx, id, team, by, ago(days)).await?;
        }
    }
    let mut statements: Vec<(StatementId, &Says)> = Vec::new();
    for says in persona.says {
        let (section, stage, text, answer, evidence, source, confidence, days, claim) = says;
        let today: Day = zone.day_of(now);
        let wording = Wording {
            answer: (*answer).to_owned(),
            evidence: *evidence,
            source: (*source).to_owned(),
            confidence: *confidence,
            dated: today.plus(-days),
            claim: (*claim).to_owned(),
            ..Wording::new(Under { section: *section, stage: *stage }, text, today)
        };
        statements.push((store::add_statement(tx, id, &wording).await?, says));
    }
    for (beginning, kind, author, days, text, answer) in persona.said {
        let Some((statement, says)) = statements.iter().find(|(_, says)| says.2.starts_with(beginning)) else {
            continue;
        };
        let note = Note {
            id: NoteId(0),
            persona: id,
            statement: Some(*statement),
            under: Under { section: says.0, stage: says.1 },
            kind: *kind,
            lead: None,
            account: everybody.get(*author).copied().unwrap_or_default(),
            author: (*author).to_owned(),
            at: ago(*days),
            text: (*text).to_owned(),
            answer: None,
        };
        let number = store::add_note(tx, &note).await?;
        if let Some((answer, who, after, words)) = answer {
            let at = ago(days.saturating_sub(*after));
            store::answer_note(tx, number, (*answer, at, who, words)).await?;
        }
    }
    Ok(())
}

/// Takes them away with all that was written about them.
///
/// # Errors
/// The database refuses.
pub async fn remove(db: &Db, actor: &str, now: Instant) -> Result<()> {
    let mut tx = db.write().await?;
    let gone = store::remove_sample(&mut tx).await?;
    if gone > 0 {
        let detail = json!({ "personas": gone, "with": "the sample company" });
        let (kind, entity) = (ChangeKind::PersonaRetired, Entity::Persona);
        let change = Change { at: now, actor: actor.to_owned(), kind, entity, entity_id: None, detail };
        tx.record_change(&change).await?.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personas::claims::normal;
    use crate::personas::rules::model::Rule;
    use crate::sample::cast;

    #[test]
    fn what_is_written_is_what_people_could_have_written() {
        let people: Vec<&str> = cast::people().into_iter().map(|(name, _)| name).collect();
        for persona in PERSONAS {
            assert!(cast::PERSONAS.iter().any(|(name, _)| *name == persona.name), "{} has leads", persona.name);
            assert!(Rule::parse(persona.rule).is_ok(), "{}", persona.rule);
            for owner in persona.owners {
                assert!(owner.is_empty() || people.contains(&owner), "{owner}");
            }
            for says in persona.says {
                assert_eq!(normal(says.8).as_deref(), Ok(says.8));
                assert_eq!(says.0.has_stages(), says.1.is_some(), "{}", says.2);
            }
            for said in persona.said {
                assert!(persona.says.iter().any(|says| says.2.starts_with(said.0)), "{}", said.0);
                assert!(people.contains(&said.2), "{}", said.2);
            }
        }
    }
}
