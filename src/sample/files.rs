//! The story as the files that the company's systems would export.

use super::story::{Cost, Life, costs, lives};
use crate::error::{AppError, Result};
use crate::import::model::Kind;
use crate::period::Instant;
use crate::zone::Zone;

/// The source system that the sample's records come from; whoever removes the sample removes what has this source.
pub const SOURCE: &str = "sample";

/// Why nothing else may be imported under the sample's source.
pub const RESERVED: &str = "Whatever is imported as “sample” goes when the sample company is removed, so the name is \
                            kept for that. Name the system that the file comes from, such as hubspot.";

/// Whether a name is that of the sample's source, in whatever capitals.
pub fn is_reserved(name: &str) -> bool {
    name.trim().to_lowercase() == SOURCE
}

/// The four exports, in the order in which they are imported. Times are local in `zone`.
pub fn files(now: Instant, zone: &Zone) -> Result<[(Kind, Vec<u8>); 4]> {
    let lives = lives(now, zone);
    Ok([
        (Kind::Leads, leads(&lives, zone)?),
        (Kind::Events, events(&lives, zone)?),
        (Kind::Outcomes, outcomes(&lives, zone)?),
        (Kind::Spend, spend(&costs(now, zone))?),
    ])
}

fn leads(lives: &[Life], zone: &Zone) -> Result<Vec<u8>> {
    let headings = [
        "external_id",
        "email",
        "name",
        "company",
        "title",
        "size",
        "created_at",
        "handed_over_at",
        "accepted_at",
        "channel",
        "campaign",
        "segment",
        "region",
        "persona",
        "owner",
        "verdict",
        "verdict_at",
        "reason",
        "note",
    ];
    table(
        &headings,
        lives.iter().map(|life| {
            let (verdict_at, decision, reason, note) = match &life.verdict {
                Some((at, decision, reason, note)) => {
                    (Some(*at), decision.key(), reason.map_or("", |r| r.key()), *note)
                }
                None => (None, "", "", ""),
            };
            vec![
                life.key(),
                life.email.clone(),
                life.name.clone(),
                life.company.clone(),
                life.title.into(),
                life.size.to_string(),
                time(zone, Some(life.created_at)),
                time(zone, Some(life.handed_over_at)),
                time(zone, life.accepted_at),
                life.channel.into(),
                life.campaign.into(),
                life.segment.into(),
                life.region.into(),
                life.persona.into(),
                life.owner.into(),
                decision.into(),
                time(zone, verdict_at),
                reason.into(),
                note.into(),
            ]
        }),
    )
}

fn events(lives: &[Life], zone: &Zone) -> Result<Vec<u8>> {
    let rows = lives.iter().flat_map(|life| {
        let touches = life.touches.iter().map(|&at| ("touch", at));
        let connected = life.connected_at.map(|at| ("connected", at));
        touches
            .chain(connected)
            .map(|(kind, at)| vec![life.key(), kind.to_owned(), time(zone, Some(at)), life.owner.to_owned()])
    });
    table(&["external_id", "kind", "at", "by"], rows)
}

fn outcomes(lives: &[Life], zone: &Zone) -> Result<Vec<u8>> {
    let headings = ["external_id", "outcome_id", "opportunity_at", "won_at", "lost_at", "value", "currency", "owner"];
    let deals = lives.iter().filter_map(|life| Some((life, life.opportunity.as_ref()?)));
    table(
        &headings,
        deals.map(|(life, deal)| {
            vec![
                life.key(),
                format!("D-{:05}", life.number),
                time(zone, Some(deal.opened_at)),
                time(zone, deal.won_at),
                time(zone, deal.lost_at),
                deal.value.to_string(),
                "EUR".into(),
                life.owner.into(),
            ]
        }),
    )
}

fn spend(costs: &[Cost]) -> Result<Vec<u8>> {
    table(
        &["month", "channel", "kind", "team", "amount", "currency"],
        costs.iter().map(|cost| {
            vec![
                cost.month.to_string()[..7].to_owned(),
                cost.channel.unwrap_or_default().to_owned(),
                cost.kind.to_owned(),
                cost.team.to_owned(),
                cost.euro.to_string(),
                "EUR".to_owned(),
            ]
        }),
    )
}

impl Life {
    fn key(&self) -> String {
        format!("N-{:05}", self.number)
    }
}

fn time(zone: &Zone, at: Option<Instant>) -> String {
    at.map(|at| zone.local(at).format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

fn table(headings: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(headings).map_err(|_| AppError::Internal)?;
    for row in rows {
        writer.write_record(row).map_err(|_| AppError::Internal)?;
    }
    writer.into_inner().map_err(|_| AppError::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn sample() -> (Instant, Zone, Vec<Life>) {
        let (now, zone) = (Instant(1_780_000_000), Zone::parse("Europe/Berlin").expect("a zone"));
        let lives = lives(now, &zone);
        (now, zone, lives)
    }

    #[test]
    fn the_same_day_tells_the_same_story() {
        let (now, zone, _) = sample();
        assert_eq!(files(now, &zone), files(now, &zone));
    }

    #[test]
    fn nothing_has_happened_after_now_and_every_lead_has_its_own_number() {
        let (now, _, lives) = sample();
        assert!((2_500..4_000).contains(&lives.len()), "{} leads", lives.len());
        assert!(lives.iter().all(|life| life.handed_over_at <= now && life.touches.iter().all(|&at| at <= now)));
        assert_eq!(lives.iter().map(Life::key).collect::<HashSet<_>>().len(), lives.len());
    }

    #[test]
    fn content_syndication_brings_many_leads_and_hardly_an_opportunity() {
        let (_, _, lives) = sample();
        let of = |channel: &str| {
            let leads: Vec<_> = lives.iter().filter(|life| life.channel == channel).collect();
            let opportunities = leads.iter().filter(|life| life.opportunity.is_some()).count();
            opportunities as f64 / leads.len() as f64
        };
        assert!(of("Content syndication") < 0.03);
        assert!(of("Partner referrals") > 0.15);
    }
}
