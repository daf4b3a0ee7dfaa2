//! The answer for machines (`doubles kpis --json`, a contract that does not change) and for the terminal.

use super::model::{
    Answer, Cac, Conversion, Coverage, Duration, Figures, FollowUp, FollowUpClock, NoCac, Rate, wilson,
};
use crate::leads::model::ValueId;
use serde_json::{Value, json};
use std::fmt::Write;

/// What turns ids and instants into the words of the workspace.
pub struct Words<'a> {
    /// ISO 4217 code of the workspace's currency.
    pub currency: &'a str,
    /// `now` as RFC 3339 in the workspace's zone.
    pub now: String,
    /// The name of a dimension's value.
    pub name_of: &'a dyn Fn(ValueId) -> String,
}

/// The contract for machines: rates are fractions, durations whole elapsed minutes rounded down, money minor
/// units rounded half up, a blank dimension is `"key": null`, what is undefined is `null`.
pub fn as_json(answer: &Answer, words: &Words) -> Value {
    let mut object = figures_as_json(&answer.current, words);
    object["period"] = json!({ "from": answer.period.from, "to": answer.period.to });
    object["now"] = json!(words.now);
    object["excluded"] = json!(answer.current.context.excluded);
    if let Some(breakdown) = answer.by.first() {
        let rows = breakdown.rows.iter().map(|(value, figures)| {
            let mut row = figures_as_json(figures, words);
            row["key"] = json!(value.map(words.name_of));
            row
        });
        object["by"] = rows.collect();
    }
    object
}

fn figures_as_json(figures: &Figures, words: &Words) -> Value {
    json!({
        "lead_to_opportunity": conversion_as_json(&figures.conversion),
        "cac": cac_as_json(&figures.cac, words.currency),
        "follow_up": follow_up_as_json(&figures.follow_up),
        "feedback_coverage": coverage_as_json(&figures.coverage),
    })
}

fn conversion_as_json(k1: &Conversion) -> Value {
    json!({
        "rate": k1.rate().fraction(),
        "opportunities": k1.opportunities,
        "mature": k1.mature,
        "so_far": {
            "rate": k1.so_far().fraction(),
            "opportunities": k1.opportunities_so_far,
            "leads": k1.leads,
        },
        "interval": wilson(k1.opportunities, k1.mature).map(|(low, high)| [low, high]),
    })
}

fn cac_as_json(k2: &Cac, currency: &str) -> Value {
    json!({
        "amount_minor": k2.amount_minor(),
        "currency": currency,
        "spend_minor": k2.spend_minor,
        "customers": k2.customers,
        "lag_adjusted": { "amount_minor": k2.lag_adjusted_minor(), "days": k2.lag_days },
        "media_only": { "amount_minor": k2.media_only_minor(), "spend_minor": k2.media_minor },
    })
}

fn follow_up_as_json(k3: &FollowUp) -> Value {
    let mut object = clock_as_json(&k3.elapsed);
    object["working"] = clock_as_json(&k3.working);
    let counts = [
        ("contacted", k3.contacted),
        ("never_contacted", k3.never_contacted),
        ("on_time", k3.on_time),
        ("late", k3.late),
        ("overdue_open", k3.overdue_open),
        ("not_due", k3.not_due),
    ];
    for (name, count) in counts {
        object[name] = json!(k3.measured.then_some(count));
    }
    object
}

fn clock_as_json(clock: &FollowUpClock) -> Value {
    let minutes = |duration: Option<Duration>| duration.map(|d| d.seconds / 60);
    json!({
        "median_minutes": minutes(clock.median),
        "median_is_lower_bound": clock.median.map(|d| d.lower_bound),
        "p90_minutes": minutes(clock.p90),
        "p90_is_lower_bound": clock.p90.map(|d| d.lower_bound),
    })
}

fn coverage_as_json(k4: &Coverage) -> Value {
    json!({
        "rate": k4.rate().fraction(),
        "with_verdict": k4.with_verdict,
        "due": k4.due,
        "on_time": k4.on_time,
        "other": k4.other,
        "turned_down": k4.turned_down,
        "replied": k4.replied,
        "disputed": k4.disputed,
        "ruled": k4.ruled,
        "upheld": k4.upheld,
        "reply_due": k4.reply_due,
        "replied_on_time": k4.replied_on_time,
    })
}

/// The four KPIs as a page of text, each with what it means.
pub fn as_text(answer: &Answer, words: &Words) -> String {
    let mut page = String::new();
    let mut line = |text: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "{text}");
    };
    let last = answer.period.to.plus(-1);
    line(format!("{} to {last}, as of {}", answer.period.from, words.now));
    if answer.current.context.excluded > 0 {
        line(format!("{} leads are excluded by rule and in none of the figures.", answer.current.context.excluded));
    }
    for (name, meaning, before, value) in rows(answer, words) {
        line(String::new());
        line(format!("{name:<28}{value}"));
        line(format!("{:<28}{meaning}", ""));
        line(format!("{:<28}{} days before: {before}", "", answer.period.days()));
    }
    if let Some(breakdown) = answer.by.first() {
        line(String::new());
        line(format!("{:<28}{:>8}{:>16}{:>16}{:>12}", breakdown.dimension.key(), "leads", "rate", "CAC", "feedback"));
        for (value, figures) in &breakdown.rows {
            let name: String = value.map_or("(blank)".into(), words.name_of).chars().take(26).collect();
            let too_early = if figures.conversion.leads == 0 { "no data" } else { "too early" };
            let cac = match figures.cac.missing {
                // The sum that was spent is too long for a column.
                Some(NoCac::NoCustomer) => "not defined".to_owned(),
                _ => cac_in_words(&figures.cac, words.currency),
            };
            line(format!(
                "{name:<28}{:>8}{:>16}{cac:>16}{:>12}",
                figures.conversion.leads,
                rate_in_words(figures.conversion.rate(), too_early),
                rate_in_words(figures.coverage.rate(), "none due"),
            ));
        }
    }
    page
}

fn rows(answer: &Answer, words: &Words) -> [(&'static str, String, String, String); 4] {
    let (now, before) = (&answer.current, &answer.before);
    let conversion = |f: &Figures| match f.conversion {
        Conversion { leads: 0, .. } => "no data".to_owned(),
        Conversion { mature: 0, .. } => format!("too early; so far {}", rate_in_words(f.conversion.so_far(), "")),
        k1 => rate_in_words(k1.rate(), ""),
    };
    let cac = |f: &Figures| cac_in_words(&f.cac, words.currency);
    let follow_up = |f: &Figures| match f.follow_up.elapsed.median {
        Some(median) if f.follow_up.measured => duration_in_words(median),
        _ => "no data".to_owned(),
    };
    let coverage = |f: &Figures| rate_in_words(f.coverage.rate(), "no data");
    let (k1, k2, k3, k4) = (&now.conversion, &now.cac, &now.follow_up, &now.coverage);
    [
        (
            "Lead-to-opportunity rate",
            format!(
                "{} of {} mature leads; {} of all {} so far",
                k1.opportunities, k1.mature, k1.opportunities_so_far, k1.leads
            ),
            conversion(before),
            conversion(now),
        ),
        (
            "Customer acquisition cost",
            match (k2.missing, k2.spend_minor) {
                (Some(NoCac::NotCarried(dimension)), _) => {
                    format!("{} customers won; spend is not recorded by {dimension}", k2.customers)
                }
                (Some(NoCac::NoData), _) | (_, None) => {
                    format!("{} customers won; no spend is recorded for these days", k2.customers)
                }
                (_, Some(spend)) => format!("{} spent on {} customers won", money(spend, words.currency), k2.customers),
            },
            cac(before),
            cac(now),
        ),
        (
            "Follow-up time, median",
            if k3.measured {
                format!(
                    "{} in time, {} late, {} overdue and untouched, {} not yet due; {} of {} never contacted",
                    k3.on_time, k3.late, k3.overdue_open, k3.not_due, k3.never_contacted, k3.handovers
                )
            } else {
                "no touch has ever been recorded; import events or first_touch_at".to_owned()
            },
            follow_up(before),
            follow_up(now),
        ),
        (
            "Feedback coverage",
            format!("{} of {} leads whose feedback was due have a complete verdict", k4.with_verdict, k4.due),
            coverage(before),
            coverage(now),
        ),
    ]
}

fn rate_in_words(rate: Rate, undefined: &str) -> String {
    rate.fraction().map_or_else(|| undefined.to_owned(), |fraction| format!("{:.1} %", fraction * 100.0))
}

fn cac_in_words(cac: &Cac, currency: &str) -> String {
    match (cac.amount_minor(), cac.spend_minor) {
        (Some(amount), _) => money(amount, currency),
        _ if matches!(cac.missing, Some(NoCac::NotCarried(_))) => "not offered".to_owned(),
        (None, Some(spend)) if spend != 0 => {
            format!("not defined: {} spent, no customer yet", money(spend, currency))
        }
        (None, _) => "no data".to_owned(),
    }
}

fn duration_in_words(duration: Duration) -> String {
    let minutes = duration.seconds / 60;
    let more = if duration.lower_bound { "more than " } else { "" };
    match (minutes / 1440, minutes / 60, minutes % 60) {
        (0, 0, m) => format!("{more}{m} min"),
        (0..=2, h, m) => format!("{more}{h} h {m:02} min"),
        (d, h, _) => format!("{more}{d} d {} h", h % 24),
    }
}

fn money(minor: i64, currency: &str) -> String {
    let exponent = crate::money::exponent(currency);
    let unit = 10_i64.pow(exponent);
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, part) = (minor.unsigned_abs() / unit.unsigned_abs(), minor.unsigned_abs() % unit.unsigned_abs());
    let mut digits = whole.to_string();
    let mut at = digits.len();
    while at > 3 {
        at -= 3;
        digits.insert(at, ',');
    }
    let width = exponent as usize;
    if exponent == 0 {
        format!("{sign}{digits} {currency}")
    } else {
        format!("{sign}{digits}.{part:0width$} {currency}")
    }
}
