//! A file as the mapping page shows it: read once to its end, mapped as far as it goes, and asked about where only a
//! person knows. A mistake of the user is a sentence on the page; only a file that cannot be read is an error.

use super::amounts::{DecimalMark, is_in_micros, read_amount};
use super::column::{Column, shortened};
use super::dates::{Order, read_date};
use super::ground::Ground;
use super::headings::{Cell, fields, normal_form, recognise};
use super::inspection::{
    Ask, ChannelView, Choice, ColumnView, CurrencyView, FieldView, Inspection, Preview, Question, WeeksView, Why,
    WordList, WordView,
};
use super::labels::{label, meaning};
use super::mapping::Mapping;
use super::model::Kind;
use super::preview::preview;
use super::proposals::propose;
use super::read::{Row, Table};
use super::rows::words;
use super::survey::{Doubt, Look};
use super::tally::Tally;
use super::wishes::{Voice, Wishes};
use crate::error::Result;
use crate::spend::model::amount_text;

/// So many values of a column are listed; a column of more has no words but texts.
pub const MOST_WORDS: usize = 200;

/// What the mapping page shows. `remembered` is what an earlier file of this shape was told: it holds where the user
/// says nothing else ([`Wishes::over`] has put it beneath `wishes` already), and is only named here as the reason.
///
/// # Errors
/// The file cannot be read to its end; the sentence names the line.
pub fn inspect(
    table: &Table,
    kind: Kind,
    wishes: &Wishes,
    remembered: Option<&Wishes>,
    ground: &Ground,
) -> Result<Inspection> {
    let headings = table.headings();
    let wishes = Wishes { voice: Voice::Page, ..wishes.clone() };
    let ground = &ground.clone().with_rates(&wishes.rates);
    let (mut mapping, mut problems) = Mapping::forgiving(kind, headings, &wishes);
    mapping.know_channels(&ground.channel_names(kind));
    let mut look = match Look::begin(headings, &mut mapping) {
        Ok(look) => look,
        Err(sentence) => {
            problems.push(sentence);
            Look::of_nothing(headings.len())
        }
    };
    let mut tallies: Vec<_> = (0..headings.len()).map(|column| Tally::of(column, listed(&mapping, column))).collect();
    let mut reader = table.rows()?;
    let mut row = Row::default();
    while reader.next_row(&mut row)? {
        look.observe(&row);
        if !row.is_blank() && row.len() == headings.len() {
            tallies.iter_mut().for_each(|tally| tally.observe(&row));
        }
    }
    let undecided = look.settle(headings, &mut mapping, &wishes, None);

    let mut questions = missing_fields(kind, &mapping);
    if look.rows == 0 {
        problems.push("There is no row below the heading.".to_owned());
    }
    for open in &undecided {
        let heading = open.column.map(|column| headings[column].clone());
        let ask = match &open.doubt {
            Doubt::Order(example) => Ask::Order { example: example.clone(), answers: orders(example) },
            Doubt::Mark(example) => Ask::Mark { example: example.clone(), answers: marks(example, ground) },
            Doubt::Channels => Ask::Field(vec!["amount"]),
        };
        questions.push(Question { heading, ask, sentence: open.sentence.clone() });
    }
    let reasons = Reasons::new(kind, headings, &mapping, &wishes, remembered);
    let words = word_lists(kind, &mapping, &tallies, &reasons);
    for list in &words {
        let open = list.words.iter().filter(|word| word.meaning.is_none()).count();
        if open > 0 {
            let values = if open == 1 { "1 value has".to_owned() } else { format!("{open} values have") };
            let sentence = format!("“{}”: {values} no meaning yet. Say what each means.", list.heading);
            let (heading, ask) = (Some(list.heading.clone()), Ask::Words(list.field));
            questions.push(Question { heading, ask, sentence });
        }
    }
    let preview = match preview(table, kind, &mut mapping, ground) {
        Ok(preview) => preview,
        Err(sentence) => {
            // What is missing is asked already; anything else is said.
            if questions.is_empty() && problems.is_empty() {
                problems.push(sentence);
            }
            Preview::default()
        }
    };
    let columns = (0..headings.len())
        .map(|column| {
            let asks = questions.iter().position(|question| question.heading.as_ref() == Some(&headings[column]));
            column_view(headings, column, &mapping, &look, &tallies[column], &reasons, asks)
        })
        .collect();
    let currency = currency(&mut mapping, &look, ground);
    let micros = mapping.columns_mut().map(|column| &column.heading).find(|heading| is_in_micros(heading)).cloned();
    Ok(Inspection {
        kind,
        file_name: table.file_name(),
        reading: table.reading().clone(),
        rows: look.rows,
        columns,
        fields: field_views(kind, &mapping, &reasons),
        questions,
        words,
        channels: channels(&mapping, &tallies, ground),
        wide: wide(kind, &mapping, &tallies),
        weeks: weeks(kind, &mapping, &look),
        micros: micros.filter(|_| mapping.divisor == 0),
        currency,
        problems,
        notes: std::mem::take(&mut mapping.warnings),
        preview,
    })
}

/// The field of a column whose values are listed one by one.
fn listed(mapping: &Mapping, column: usize) -> bool {
    mapping
        .columns()
        .any(|held| held.index() == Some(column) && (held.field.cell == Cell::Word || held.field.key == "channel"))
}

/// Why each field has its column.
struct Reasons<'a> {
    baseline: Mapping,
    recognised: Vec<(usize, &'static str)>,
    wishes: &'a Wishes,
    remembered: Option<&'a Wishes>,
}

impl<'a> Reasons<'a> {
    fn new(
        kind: Kind,
        headings: &'a [String],
        mapping: &Mapping,
        wishes: &'a Wishes,
        remembered: Option<&'a Wishes>,
    ) -> Self {
        let (baseline, _) = Mapping::forgiving(kind, headings, &Wishes::default());
        let free = |column: &usize| mapping.columns().all(|held| held.index() != Some(*column));
        let recognised = fields(kind)
            .iter()
            .flat_map(|field| recognise(kind, field, headings).into_iter().map(move |column| (column, field.key)))
            .filter(|(column, _)| free(column))
            .collect();
        Self { baseline, recognised, wishes, remembered }
    }

    fn of_field(&self, column: &Column) -> Why {
        let key = column.field.key;
        let form = normal_form(&column.heading);
        let is_this = |(field, said): &&(String, String)| field == key && normal_form(said) == form;
        if self.remembered.is_some_and(|then| then.map.iter().chain(&then.set).any(|pair| is_this(&pair))) {
            return Why::Remembered;
        }
        match self.baseline.get(key).and_then(Column::index) {
            Some(known) if Some(known) == column.index() => Why::Recognised,
            _ => Why::Chosen,
        }
    }

    /// Why a column holds no field.
    fn of_free(&self, column: usize) -> Why {
        let Some(&(_, key)) = self.recognised.iter().find(|(found, _)| *found == column) else { return Why::Unknown };
        let left_out = |wishes: &Wishes| wishes.map.iter().any(|(field, heading)| field == key && heading.is_empty());
        match self.remembered {
            Some(then) if left_out(then) => Why::Remembered,
            _ if left_out(self.wishes) => Why::Chosen,
            _ => Why::Passed,
        }
    }

    fn of_word(&self, field: &str, value: &str) -> Why {
        let lower = value.to_lowercase();
        let said = |wishes: &Wishes| {
            wishes.meanings.iter().any(|said| said.field == field && said.value.to_lowercase() == lower)
        };
        match self.remembered {
            Some(then) if said(then) => Why::Remembered,
            _ => Why::Chosen,
        }
    }
}

/// What every row of the kind needs and no column holds.
fn missing_fields(kind: Kind, mapping: &Mapping) -> Vec<Question> {
    let has = |key: &str| mapping.get(key).is_some();
    let mut questions = Vec::new();
    let mut ask = |fields: &[&'static str], sentence: &str| {
        let (ask, sentence) = (Ask::Field(fields.to_vec()), sentence.to_owned());
        questions.push(Question { heading: None, ask, sentence });
    };
    if kind != Kind::Spend && !has("external_id") && !has("email") {
        ask(&["external_id", "email"], "Which column names the lead: its number, or its e-mail address?");
    }
    match kind {
        Kind::Leads => {
            const DATES: [&str; 8] = [
                "created_at",
                "handed_over_at",
                "accepted_at",
                "first_touch_at",
                "connected_at",
                "opportunity_at",
                "won_at",
                "lost_at",
            ];
            if !DATES.iter().any(|key| has(key)) {
                ask(&["created_at", "handed_over_at"], "Which column says when a lead was created, or handed over?");
            }
        }
        Kind::Outcomes => {
            const DATES: [&str; 3] = ["opportunity_at", "won_at", "lost_at"];
            let closed = has("closed_at") && has("status");
            if !closed && !DATES.iter().any(|key| has(key)) {
                let sentence =
                    "Which column says when a deal was opened, won or lost? A date of closing needs a status.";
                ask(&["opportunity_at", "won_at", "lost_at", "closed_at"], sentence);
            }
        }
        Kind::Events => {
            if !has("kind") {
                ask(&["kind"], "Which column says what happened? If it is the same in every row, give the one value.");
            }
            if !has("at") {
                ask(&["at"], "Which column says when it happened?");
            }
        }
        Kind::Spend => {
            let range = has("from") && has("to");
            if !range && !has("date") && !has("month") {
                let sentence = "Which column says when the money was spent: a day, a month, or a first and a last day?";
                ask(&["date", "month", "from", "to"], sentence);
            }
            if !has("amount") && mapping.channels.is_empty() {
                ask(&["amount"], "Which column holds the amount? If each channel has its own column, tick those.");
            }
        }
    }
    questions
}

/// A date of the file as it reads either way.
fn orders(example: &str) -> Vec<(Order, String)> {
    let reading = |order| match read_date(example, Some(order)) {
        Ok(written) => written.day.date().format("%-d %B %Y").to_string(),
        Err(fault) => fault.to_string(),
    };
    Order::ALL.iter().map(|&order| (order, reading(order))).collect()
}

/// An amount of the file as it reads either way.
fn marks(example: &str, ground: &Ground) -> Vec<(DecimalMark, String)> {
    let own = &ground.currency;
    let reading = |mark| match read_amount(example, Some(mark), own, Some(&own.code), 0) {
        Ok(minor) => format!("{} {}", own.code, amount_text(minor, &own.code)),
        Err(fault) => fault.to_string(),
    };
    DecimalMark::ALL.iter().map(|&mark| (mark, reading(mark))).collect()
}

fn column_view(
    headings: &[String],
    column: usize,
    mapping: &Mapping,
    look: &Look,
    tally: &Tally,
    reasons: &Reasons<'_>,
    asks: Option<usize>,
) -> ColumnView {
    let heading = headings[column].clone();
    let held = mapping.columns().find(|held| held.index() == Some(column));
    let channel = mapping.channels.iter().find(|(_, held)| held.index() == Some(column));
    let (field, why, read_as) = match (held, channel) {
        (Some(held), _) => (Some(held.field.key), reasons.of_field(held), read_as(held, mapping, look, tally)),
        (None, Some((name, held))) => {
            let amounts = read_as(held, mapping, look, tally);
            (Some("channel"), Why::Chosen, format!("spend of “{name}”, {amounts}"))
        }
        (None, None) => (None, reasons.of_free(column), String::new()),
    };
    ColumnView {
        oddity: oddity(headings, column),
        heading,
        place: column + 1,
        samples: tally.samples.iter().map(|sample| shortened(sample)).collect(),
        empty: tally.empty,
        field,
        why,
        read_as,
        asks,
    }
}

/// What is odd about a heading: none, or one that another column has too.
fn oddity(headings: &[String], column: usize) -> Option<String> {
    let heading = &headings[column];
    let place = column + 1;
    if *heading == format!("column {place}") {
        return Some(format!("no heading; the column in place {place}"));
    }
    let (name, n) = heading.rsplit_once(" (")?;
    let n = n.strip_suffix(')')?.parse::<usize>().ok()?;
    headings.iter().any(|other| other == name).then(|| format!("“{name}” once more, no. {n}; in place {place}"))
}

/// How the values of a column are understood.
fn read_as(column: &Column, mapping: &Mapping, look: &Look, tally: &Tally) -> String {
    let evidence = column.index().and_then(|index| look.evidence(index));
    let shows = |proof: Option<&str>| match proof {
        Some(proof) => format!(", as “{}” shows", shortened(proof)),
        None => ", as you say".to_owned(),
    };
    let mut text = match column.field.cell {
        Cell::Date | Cell::Month => {
            let noun = if column.field.cell == Cell::Month { "month" } else { "date" };
            match (column.order, evidence) {
                (Some(order), Some(evidence)) if evidence.order.has_values() => {
                    let first = if order == Order::DayFirst { "day first" } else { "month first" };
                    format!("{noun}, {first}{}", shows(evidence.order.proof(order)))
                }
                _ => noun.to_owned(),
            }
        }
        Cell::Amount => {
            let unit = if mapping.divisor == 6 { "amount in millionths" } else { "amount" };
            let currency = column.currency.as_ref().map(|code| format!(" in {code}")).unwrap_or_default();
            match (column.mark, evidence) {
                (Some(mark), Some(evidence)) => {
                    format!("{unit}{currency}, decimal {mark}{}", shows(evidence.mark.proof(mark)))
                }
                _ => format!("{unit}{currency}"),
            }
        }
        Cell::Number => "number".to_owned(),
        Cell::Word => match tally.different() {
            1 => "1 value".to_owned(),
            n if n > MOST_WORDS => format!("more than {MOST_WORDS} values"),
            n => format!("{n} values"),
        },
        Cell::Text => "text".to_owned(),
    };
    if let Some(word) = &tally.null_word {
        text.push_str(&format!("; “{word}” is empty"));
    }
    text
}

fn field_views(kind: Kind, mapping: &Mapping, reasons: &Reasons<'_>) -> Vec<FieldView> {
    fields(kind)
        .iter()
        .map(|field| {
            let held = mapping.get(field.key);
            FieldView {
                key: field.key,
                label: label(kind, field.key),
                heading: held.filter(|held| held.index().is_some()).map(|held| held.heading.clone()),
                constant: held.and_then(Column::set_to).map(str::to_owned),
                why: held.map(|held| reasons.of_field(held)),
                choices: choices(kind, field.key),
            }
        })
        .collect()
}

/// The closed set of a field's meanings, with their plain names.
fn choices(kind: Kind, field: &str) -> Vec<Choice> {
    let keys = words::meanings(kind, field).unwrap_or_default();
    let mut choices: Vec<_> = keys.into_iter().map(|key| Choice { key, label: meaning(kind, field, key) }).collect();
    if field == "reason" {
        choices.push(Choice { key: "", label: "no reason" });
    }
    choices
}

fn word_lists(kind: Kind, mapping: &Mapping, tallies: &[Tally], reasons: &Reasons<'_>) -> Vec<WordList> {
    let is_list = |column: &&Column| words::meanings(kind, column.field.key).is_some();
    let lists = mapping.columns().filter(is_list).filter_map(|column| {
        let tally = &tallies[column.index()?];
        let choices = choices(kind, column.field.key);
        let words =
            tally.words().into_iter().map(|(value, rows)| word_view(kind, column, value, rows, &choices, reasons));
        Some(WordList {
            field: column.field.key,
            heading: column.heading.clone(),
            words: words.collect(),
            more: tally.more,
            choices,
        })
    });
    lists.collect()
}

fn word_view(
    kind: Kind,
    column: &Column,
    value: &str,
    rows: u64,
    choices: &[Choice],
    reasons: &Reasons<'_>,
) -> WordView {
    let field = column.field.key;
    let one_of = |key: &str| choices.iter().find(|choice| choice.key == key).map(|choice| choice.key);
    let (meaning, why) = match column.meaning_of(value) {
        Some(said) => (one_of(said), reasons.of_word(field, value)),
        None => match words::known(kind, field, value).and_then(one_of) {
            Some(known) => (Some(known), Why::Recognised),
            None => (None, Why::Unknown),
        },
    };
    let proposal = if meaning.is_none() { propose(kind, field, value).and_then(one_of) } else { None };
    WordView { value: value.to_owned(), rows, meaning, why, proposal }
}

fn channels(mapping: &Mapping, tallies: &[Tally], ground: &Ground) -> Vec<ChannelView> {
    let view = |name: &str, rows: u64, taken_as: &str| {
        let known = ground.channels.iter().any(|channel| channel == taken_as);
        let nearest = if known { None } else { ground.nearest_channel(taken_as).map(str::to_owned) };
        ChannelView { name: name.to_owned(), rows, taken_as: taken_as.to_owned(), known, nearest }
    };
    let wide = mapping.channels.iter().map(|(name, column)| {
        let rows = column.index().map_or(0, |index| tallies[index].filled());
        view(&column.heading, rows, name)
    });
    let long = mapping.get("channel").into_iter().flat_map(|column| {
        let words = column.index().map(|index| tallies[index].words()).unwrap_or_default();
        let set = column.set_to().map(|value| (value, 0));
        words.into_iter().chain(set).map(|(value, rows)| view(value, rows, column.meaning_of(value).unwrap_or(value)))
    });
    wide.chain(long).collect()
}

/// The columns that may be channels, where no column holds the amount.
fn wide(kind: Kind, mapping: &Mapping, tallies: &[Tally]) -> Vec<usize> {
    if kind != Kind::Spend || mapping.get("amount").is_some() {
        return Vec::new();
    }
    let free = |column: &usize| mapping.columns().all(|held| held.index() != Some(*column));
    (0..tallies.len()).filter(|column| free(column) && tallies[*column].is_numeric()).collect()
}

/// Whether somebody must say what a sign such as `$` means: only where neither a column, nor a heading, nor the
/// workspace's own currency says it.
fn currency(mapping: &mut Mapping, look: &Look, ground: &Ground) -> Option<CurrencyView> {
    if mapping.get("currency").is_some() {
        return None;
    }
    mapping.columns_mut().filter(|column| column.currency.is_none()).find_map(|column| {
        let (example, codes) = look.evidence(column.index()?)?.mark.shared_sign()?;
        let open = !codes.contains(&ground.currency.code.as_str());
        open.then(|| CurrencyView { heading: column.heading.clone(), example: shortened(example), codes })
    })
}

fn weeks(kind: Kind, mapping: &Mapping, look: &Look) -> Option<WeeksView> {
    let date = mapping.get("date").filter(|_| kind == Kind::Spend)?;
    let answer = mapping.span.map(|days| days == 7);
    (answer.is_some() || look.offers_weeks(mapping)).then(|| WeeksView { heading: date.heading.clone(), answer })
}
