//! The sample company's content library: what its marketing wrote, what its sales shared, and what both miss.

use super::cast::REPS;
use super::store as sample;
use crate::changes::model::{Change, ChangeKind, Entity};
use crate::content::links::link;
use crate::content::model::{Content, ItemText, Kind, Status};
use crate::content::requests::model::{Origin, RequestText, State};
use crate::content::requests::store as requests;
use crate::content::requests::store::Asking;
use crate::content::share::store as shared;
use crate::content::{library, store};
use crate::error::Result;
use crate::leads::model::LeadId;
use crate::period::{Day, Instant};
use crate::personas::model::Stage;
use crate::server::db::Db;
use crate::zone::Zone;
use serde_json::json;

/// An item: title, kind, personas, stages, objections, topics, language.
struct Piece {
    title: &'static str,
    kind: Kind,
    personas: &'static [&'static str],
    stages: &'static [Stage],
    objections: &'static [&'static str],
    topics: &'static [&'static str],
    summary: &'static str,
    status: Status,
    /// Days since somebody confirmed it.
    confirmed: u32,
    /// Days until its last day.
    expires: Option<i32>,
    /// Of a hundred leads of the last year so many got it.
    shared: u32,
    /// What sales thinks of it, of 5.
    liked: u32,
}

const HEAD: &str = "Head of logistics";
const SITE: &str = "Warehouse manager";
const AUTOMATION: &str = "Automation engineer";
const FINANCE: &str = "Finance lead";
use Stage::{Awareness, Consideration, Decision};

const fn piece(title: &'static str, kind: Kind, summary: &'static str) -> Piece {
    Piece {
        title,
        kind,
        personas: &[],
        stages: &[],
        objections: &[],
        topics: &[],
        summary,
        status: Status::Approved,
        confirmed: 60,
        expires: None,
        shared: 0,
        liked: 0,
    }
}

const PIECES: &[Piece] = &[
    Piece {
        personas: &[SITE, HEAD],
        stages: &[Consideration],
        objections: &["You will stop my shift", "not_now"],
        topics: &["retrofit", "works council"],
        shared: 14,
        liked: 4,
        expires: Some(150),
        ..piece(
            "Retrofit without stopping the shift",
            Kind::CaseStudy,
            "A warehouse in Ghent went over to robots aisle by aisle. The works council agreed after one night trial, and no shift was stopped.",
        )
    },
    Piece {
        personas: &[SITE],
        stages: &[Decision],
        objections: &["Our works council will block it"],
        topics: &["works council"],
        shared: 5,
        liked: 5,
        expires: Some(170),
        confirmed: 20,
        ..piece(
            "Talking to the works council: a folder in eight pages",
            Kind::Guide,
            "What a works council may ask, in which order, who answers, and which agreements others have signed.",
        )
    },
    Piece {
        personas: &[FINANCE, HEAD],
        stages: &[Consideration],
        objections: &["no_budget", "Too dear for one hall"],
        topics: &["payback"],
        shared: 18,
        liked: 3,
        expires: Some(12),
        confirmed: 200,
        ..piece(
            "Payback sheet for a mixed fleet",
            Kind::Calculator,
            "Hours of training, agreement with the works council, downtime and energy: put your own numbers in and see the month in which it has paid for itself.",
        )
    },
    Piece {
        personas: &[HEAD],
        stages: &[Awareness],
        topics: &["mixed fleet"],
        shared: 22,
        liked: 4,
        ..piece(
            "Mixed fleets on one floor",
            Kind::Webinar,
            "Robots and people in one aisle. Question from the audience at 24:10 about the works council.",
        )
    },
    Piece {
        personas: &[SITE],
        stages: &[Decision],
        objections: &["You will stop my shift"],
        topics: &["night trial"],
        status: Status::Review,
        ..piece(
            "Night trial: checklist for the first aisle",
            Kind::Checklist,
            "Who is there, what is measured, and when it is broken off.",
        )
    },
    Piece {
        personas: &[AUTOMATION],
        stages: &[Consideration],
        objections: &["Does it fit our WMS?", "offer_gap"],
        topics: &["integration"],
        shared: 11,
        liked: 4,
        ..piece(
            "Connecting to your warehouse management system",
            Kind::WhitePaper,
            "Interfaces, order of go-live, and what happens when the connection is lost.",
        )
    },
    Piece {
        personas: &[AUTOMATION],
        stages: &[Decision],
        objections: &["offer_gap"],
        topics: &["integration", "safety"],
        shared: 4,
        liked: 5,
        ..piece(
            "Interface description for engineers",
            Kind::Guide,
            "Every message, its timing and its failure, on forty pages.",
        )
    },
    Piece {
        personas: &[HEAD, FINANCE],
        stages: &[Awareness],
        topics: &["labour"],
        confirmed: 420,
        shared: 12,
        liked: 2,
        ..piece(
            "Benchmark report: picks per hour",
            Kind::WhitePaper,
            "Picks per hour in 212 warehouses, by sector and size. Figures of the year before last.",
        )
    },
    Piece {
        personas: &[HEAD],
        stages: &[Consideration],
        objections: &["chose_competitor"],
        topics: &["comparison"],
        shared: 7,
        liked: 4,
        ..piece(
            "Northaisle beside shuttle systems",
            Kind::Comparison,
            "Where a shuttle is better, where we are, and at which size they meet.",
        )
    },
    Piece {
        personas: &[SITE],
        stages: &[Awareness],
        topics: &["labour"],
        shared: 6,
        liked: 3,
        ..piece("A night shift without people", Kind::Video, "Four minutes in the hall at two in the morning.")
    },
    Piece {
        personas: &[SITE, AUTOMATION],
        stages: &[Consideration],
        topics: &["safety"],
        objections: &["Who signs for safety?"],
        shared: 8,
        liked: 4,
        ..piece(
            "Safety audit, step by step",
            Kind::Checklist,
            "What an auditor looks at, with the norm behind each line.",
        )
    },
    Piece {
        personas: &[HEAD],
        stages: &[Consideration],
        topics: &["retrofit"],
        shared: 9,
        liked: 4,
        ..piece("Retrofit in a weekend", Kind::Slides, "Eighteen slides for the first meeting with the site.")
    },
    Piece {
        personas: &[SITE],
        stages: &[Consideration],
        topics: &["training"],
        shared: 3,
        liked: 4,
        ..piece("Training plan for two shifts", Kind::OnePager, "Who learns what in which week.")
    },
    Piece {
        personas: &[FINANCE],
        stages: &[Awareness],
        topics: &["payback"],
        objections: &["no_budget"],
        shared: 2,
        liked: 3,
        ..piece("Five questions a finance lead asks about robots", Kind::Page, "And the short answers.")
    },
    Piece {
        personas: &[HEAD],
        stages: &[Decision],
        topics: &["contract"],
        shared: 4,
        liked: 4,
        expires: Some(24),
        confirmed: 120,
        ..piece("Service levels and spare parts", Kind::OnePager, "Who comes within which time, and what is on stock.")
    },
    Piece {
        personas: &[AUTOMATION],
        stages: &[Awareness],
        topics: &["mixed fleet"],
        shared: 5,
        liked: 3,
        ..piece("How our robots see people", Kind::Video, "Sensors, speed and distance, in three minutes.")
    },
    Piece {
        personas: &[HEAD],
        stages: &[Awareness],
        topics: &["third-party logistics"],
        shared: 6,
        liked: 4,
        ..piece(
            "Third-party logistics: one fleet, six customers",
            Kind::CaseStudy,
            "How a logistics provider moves robots between contracts.",
        )
    },
    Piece {
        personas: &[SITE],
        stages: &[Consideration],
        topics: &["cold store"],
        shared: 3,
        liked: 5,
        ..piece("Robots at minus twenty-four", Kind::CaseStudy, "A cold store in Malmö, batteries and all.")
    },
    Piece {
        personas: &[HEAD, SITE],
        stages: &[Decision],
        objections: &["no_authority"],
        topics: &["decision"],
        shared: 5,
        liked: 4,
        ..piece(
            "The paper for the board, ready to be changed",
            Kind::Script,
            "Two pages that a head of logistics can put own numbers into.",
        )
    },
    Piece {
        personas: &[HEAD],
        stages: &[Consideration],
        topics: &["pallets"],
        objections: &["no_need"],
        shared: 4,
        liked: 2,
        ..piece(
            "When picking robots are not for you",
            Kind::Page,
            "Pallets only, fewer than fifty picks an hour, one shelf: what to do instead.",
        )
    },
    Piece {
        personas: &[SITE],
        stages: &[Awareness],
        topics: &["energy"],
        status: Status::Draft,
        ..piece(
            "What a robot takes from the socket",
            Kind::OnePager,
            "Kilowatt hours for a shift, and the peak in the evening.",
        )
    },
    Piece {
        personas: &[AUTOMATION],
        stages: &[Consideration],
        topics: &["simulation"],
        shared: 2,
        liked: 4,
        ..piece("Simulate your hall", Kind::Calculator, "Upload an order file, choose a fleet, look at the queue.")
    },
    Piece {
        personas: &[HEAD],
        stages: &[Awareness],
        topics: &["labour"],
        status: Status::Retired,
        shared: 9,
        liked: 5,
        confirmed: 500,
        ..piece(
            "Pilot price list, first generation",
            Kind::OnePager,
            "Prices of a generation that is not sold any more.",
        )
    },
    Piece {
        personas: &[SITE],
        stages: &[Decision],
        topics: &["night trial"],
        shared: 3,
        liked: 5,
        confirmed: 10,
        ..piece("Agreement for a trial of thirty days", Kind::Script, "What is tried, who pays, and how it ends.")
    },
    Piece {
        personas: &[HEAD],
        stages: &[Decision],
        topics: &["references"],
        shared: 6,
        liked: 4,
        ..piece(
            "Three customers who take calls",
            Kind::OnePager,
            "A grocer, a parcel service and a maker of spares, each with the questions they like to answer.",
        )
    },
    Piece {
        topics: &["news"],
        confirmed: 390,
        expires: Some(-20),
        shared: 4,
        ..piece("Fair calendar", Kind::Page, "Where to meet us.")
    },
    Piece {
        personas: &[AUTOMATION],
        stages: &[Consideration],
        topics: &["safety"],
        status: Status::Idea,
        ..piece("The norm for industrial trucks without a driver", Kind::Guide, "What changed with the new edition.")
    },
    Piece {
        personas: &[HEAD],
        stages: &[Consideration],
        topics: &["payback"],
        shared: 3,
        liked: 4,
        ..piece("Rent or buy a fleet", Kind::Comparison, "Cash, balance sheet and risk, on one page each.")
    },
    Piece {
        personas: &[SITE],
        stages: &[Consideration],
        topics: &["retrofit"],
        shared: 2,
        liked: 3,
        ..piece("Floor and racking: what must be measured", Kind::Checklist, "Flatness, joints, drains and doors.")
    },
    Piece {
        personas: &[HEAD],
        stages: &[Awareness],
        topics: &["peak season"],
        shared: 4,
        liked: 3,
        ..piece("Peak season with the same people", Kind::Video, "A fashion retailer in the weeks before Christmas.")
    },
];

/// Brings the library in, as somebody's hand.
///
/// # Errors
/// The database refuses.
pub async fn arrive(db: &Db, actor: &str, now: Instant) -> Result<()> {
    let mut tx = db.write().await?;
    let names = library::names(&mut tx).await?;
    let account = |name: &str| names.people.iter().find(|(_, other)| other == name).map(|(id, _)| *id);
    let (Some(head), Some(writer)) = (account("Miriam Osei"), account("Theo Vogt")) else { return Ok(()) };
    let reps: Vec<_> = REPS.iter().filter_map(|name| Some((*name, account(name)?))).collect();
    let mut dice = fastrand::Rng::with_seed(7_331);
    let ago = |days: u32| Instant(now.0.saturating_sub(days * 86_400));
    let leads = sample::leads(&mut tx, ago(330), ago(2)).await?;
    let today = Zone::utc().day_of(now);
    for (at, piece) in PIECES.iter().enumerate() {
        let (owner, by) = if at % 3 == 0 { (head, "Miriam Osei") } else { (writer, "Theo Vogt") };
        let of = |name: &&str| names.personas.iter().find(|persona| persona.name == **name).map(|persona| persona.id);
        let text = ItemText {
            title: piece.title.to_owned(),
            kind: piece.kind,
            summary: piece.summary.to_owned(),
            snippet: if at % 4 == 0 {
                format!("You asked how others did it. {}", piece.summary)
            } else {
                String::new()
            },
            personas: piece.personas.iter().filter_map(of).collect(),
            stages: piece.stages.to_vec(),
            objections: piece.objections.iter().map(|said| (*said).to_owned()).collect(),
            topics: piece.topics.iter().map(|topic| (*topic).to_owned()).collect(),
            language: if at % 5 == 3 { "de".to_owned() } else { "en".to_owned() },
            owner: (piece.status != Status::Idea).then_some(owner),
            released: Some(Day(today.0 - 340)).filter(|_| !piece.status.is_open()),
            expires: piece.expires.map(|days| Day(today.0 + days)),
        };
        let begun = ago(piece.confirmed.max(340));
        let hand = store::Hand { name: by, team: Some("marketing"), at: begun };
        let id = store::add(&mut tx, &text, piece.status, hand).await?;
        if piece.status != Status::Idea {
            let words: Vec<String> = crate::content::index::words_of(piece.title).collect();
            let address = format!("https://northaisle.example/library/{}", words.join("-"));
            let (link, key) = link::parse(&address)?;
            store::add_version(&mut tx, id, &Content::Link(link), Some(&key), by, begun).await?;
        }
        let confirmed = (!piece.status.is_open()).then(|| (ago(piece.confirmed), by));
        sample::mark_item(&mut tx, id.0, begun, confirmed).await?;
        for (lead, handed_over, opportunity, owner) in &leads {
            // What is shared goes more often to leads that go on: an association, and no proof.
            let favour = if opportunity.is_some() { 3 } else { 1 };
            if dice.u32(0..1_000) >= piece.shared * favour {
                continue;
            }
            let Some((name, account)) = reps.iter().find(|(name, _)| name == owner) else { continue };
            let at = i64::from(dice.u32(3_600..20 * 86_400)) + handed_over;
            let at = Instant(u32::try_from(at).unwrap_or_default().min(now.0.saturating_sub(3_600)));
            shared::add_use(&mut tx, id, LeadId(*lead), (*account, name), at).await?;
        }
        for (_, account) in reps.iter().filter(|_| piece.liked > 0) {
            if dice.u32(0..10) < 7 {
                let stars = (i64::from(piece.liked) + dice.i64(-1..2)).clamp(1, 5);
                let note = if stars <= 2 { "Figures are too old" } else { "" };
                shared::rate(&mut tx, id, *account, stars, note, ago(dice.u32(1..60))).await?;
            }
        }
    }
    requests_of(&mut tx, &names, (&reps, writer), now).await?;
    let change = Change {
        at: now,
        actor: actor.to_owned(),
        kind: ChangeKind::ContentImported,
        entity: Entity::Content,
        entity_id: None,
        detail: json!({ "new": PIECES.len() }),
    };
    tx.record_change(&change).await?.commit().await?;
    Ok(())
}

type People<'a> = (&'a [(&'static str, crate::people::model::AccountId)], crate::people::model::AccountId);

async fn requests_of(
    tx: &mut crate::server::db::WriteTx,
    names: &crate::content::model::Names,
    (reps, writer): People<'_>,
    now: Instant,
) -> Result<()> {
    let today = Zone::utc().day_of(now);
    let persona = |name: &str| names.personas.iter().find(|persona| persona.name == name).map(|persona| persona.id);
    let blank = |title: &str| RequestText {
        title: title.to_owned(),
        why: String::new(),
        persona: None,
        stage: None,
        objection: String::new(),
        language: String::new(),
        reader: String::new(),
        belief: String::new(),
        owner: None,
        due: None,
    };
    let asked = [
        (
            RequestText {
                why: "Three sites asked this month, and nobody could say it in a sentence.".to_owned(),
                persona: persona(SITE),
                stage: Some(Decision),
                due: Some(Day(today.0 - 3)),
                owner: Some(writer),
                ..blank("Who signs the safety case?")
            },
            (Origin::Search, "who signs safety", State::New, 9, 3),
        ),
        (
            RequestText {
                why: "No budget is the commonest reason, and the sheet is for mixed fleets only.".to_owned(),
                persona: persona(FINANCE),
                stage: Some(Decision),
                objection: "no_budget".to_owned(),
                reader: "Thinks of robots as a cost of the hall, and compares them with temporary workers.".to_owned(),
                belief: "After eighteen months each pick costs less than today, whatever the season.".to_owned(),
                owner: Some(writer),
                due: Some(Day(today.0 + 9)),
                ..blank("Payback for the finance lead, on one page")
            },
            (Origin::Objection, "", State::Brief, 14, 1),
        ),
        (
            RequestText { language: "fr".to_owned(), ..blank("Safety audit in French") },
            (Origin::Person, "", State::New, 2, 0),
        ),
    ];
    for (at, (text, (origin, search, state, days, votes))) in asked.into_iter().enumerate() {
        let Some((name, account)) = reps.get(at) else { continue };
        let at = Instant(now.0.saturating_sub(days * 86_400));
        let asking = Asking { name, id: *account, team: Some("sales"), at, origin, search };
        let id = requests::add(tx, &text, asking).await?;
        if state != State::New {
            requests::set_state(tx, id, state, at, "", None).await?;
        }
        sample::mark_request(tx, id.0, at).await?;
        for (_, account) in reps.iter().filter(|(other, _)| other != name).take(votes) {
            requests::vote(tx, id, *account, at).await?;
        }
    }
    for (words, times) in [("battery recycling", 4), ("insurance certificate", 2), ("leasing rates", 1)] {
        for _ in 0..times {
            requests::missed(tx, words, now, 2_000).await?;
        }
    }
    Ok(())
}

/// Takes it out again.
///
/// # Errors
/// The database refuses.
pub async fn leave(db: &Db, actor: &str, now: Instant) -> Result<()> {
    if !sample::has_content(&mut db.read().await?).await? {
        return Ok(());
    }
    let mut tx = db.write().await?;
    sample::delete_content(&mut tx, actor, now).await?;
    let change = Change {
        at: now,
        actor: actor.to_owned(),
        kind: ChangeKind::ContentDeleted,
        entity: Entity::Content,
        entity_id: None,
        detail: json!({ "what": "the sample company’s library" }),
    };
    tx.record_change(&change).await?.commit().await?;
    Ok(())
}
