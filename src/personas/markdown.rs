//! A persona as Markdown, and back. Pure.
//!
//! What is read becomes plain text, as everything that people write here: there is no markup that a page would render,
//! so none that could do anything. HTML in a file is left out, and a heading that is not ours is kept with what stands
//! under it.

use super::claims;
use super::model::{Confidence, Evidence, Head, LONGEST_TEXT, Role, Section, Under, Wording, clean};
use crate::error::{AppError, Result};
use crate::kpis::words::count;
use crate::leads::identity::fold;
use crate::period::Day;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use std::fmt::Write;

/// Longest file, in characters.
pub const LONGEST: usize = 200_000;
/// Statements of one persona, at most.
pub const MOST_STATEMENTS: usize = 300;

const ROLE: &str = "Part in buying";
const SEGMENT: &str = "Segment and size";
const OWNED: &str = "Owned by";
const ANSWER: &str = "Our answer";
const EVIDENCE: &str = "Evidence";
const SOURCE: &str = "Known from";
const CONFIDENCE: &str = "Confidence";
const DATED: &str = "As of";
const CLAIM: &str = "Checked against the leads";

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Name, part in buying, segment; owners are said by whoever brings it.
    pub head: Head,
    /// Its statements.
    pub statements: Vec<Wording>,
    /// Headings that are not ours, and the part in buying where it is none of ours; what they say is background now.
    pub elsewhere: Vec<String>,
}

/// A persona as a file.
pub fn write(head: &Head, statements: &[Wording]) -> String {
    let mut text = format!("# {}\n\n", escaped(&head.name, ""));
    // Writing to a String cannot fail.
    let mut line = |label: &str, value: &str, indent: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "{indent}- {label}: {}", escaped(value, &format!("{indent}  ")));
        }
    };
    line(ROLE, head.role.map_or("", Role::label), "");
    line(SEGMENT, &head.segment, "");
    line(OWNED, &head.owners.iter().filter(|owner| !owner.is_empty()).cloned().collect::<Vec<_>>().join(" and "), "");
    for under in Under::all() {
        let mut of_it = statements.iter().filter(|says| says.under == under).peekable();
        if of_it.peek().is_some() {
            let _ = write!(text, "\n## {}\n\n", under.title());
        }
        for says in of_it {
            let _ = writeln!(text, "- {}", escaped(&says.text, "  "));
            let mut line = |label: &str, value: &str| {
                if !value.is_empty() {
                    let _ = writeln!(text, "  - {label}: {}", escaped(value, "    "));
                }
            };
            line(ANSWER, &says.answer);
            line(EVIDENCE, says.evidence.label());
            line(SOURCE, &says.source);
            line(CONFIDENCE, says.confidence.key());
            line(DATED, &says.dated.to_string());
            line(CLAIM, &says.claim);
        }
    }
    text
}

/// A text in which no sign means anything, its lines held together.
fn escaped(text: &str, indent: &str) -> String {
    let lines = text.lines().map(|line| {
        let mut escaped = String::with_capacity(line.len());
        let digits = line.chars().take_while(char::is_ascii_digit).count();
        for (place, c) in line.chars().enumerate() {
            let begins = (place == 0 && "+-=".contains(c)) || (digits > 0 && place == digits && ".)".contains(c));
            if begins || "\\`*_[]<>&~|#".contains(c) {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        escaped
    });
    lines.collect::<Vec<_>>().join(&format!("\\\n{indent}"))
}

/// Reads a file; what it does not say of a statement is a guess as of `today`.
///
/// # Errors
/// It is too long, has no name, or a part of it cannot be a statement.
pub fn read(text: &str, today: Day) -> Result<Read> {
    let length = text.chars().count();
    if length > LONGEST {
        let (length, most) = (count(length as u32), count(LONGEST as u32));
        return Err(AppError::Invalid(format!("A persona has at most {most} characters; this has {length}.")));
    }
    let (mut head, mut statements, mut elsewhere) = (empty(), Vec::<Wording>::new(), Vec::new());
    let (mut place, mut heading, mut named) = (None, String::new(), false);
    for block in blocks(text) {
        match block {
            Block::Heading(1, name) if !named => {
                (head.name, named) = (name, true);
            }
            Block::Heading(_, title) => {
                place = Some(place_of(&title));
                if place == Some(None) {
                    elsewhere.push(title.clone());
                }
                heading = title;
            }
            Block::Text(depth, text) if depth < 2 => {
                let said = text.split_once(':').map(|(label, value)| (fold(label), value.trim().to_owned()));
                match (place, said) {
                    (None, Some((label, value))) if label == fold(ROLE) => {
                        head.role = Role::ALL.iter().copied().find(|role| fold(role.label()) == fold(&value));
                        if head.role.is_none() && !value.is_empty() {
                            elsewhere.push(ROLE.to_owned());
                            let under = Under { section: Section::Background, stage: None };
                            statements.push(statement(under, &text, today)?);
                        }
                    }
                    (None, Some((label, value))) if label == fold(SEGMENT) => head.segment = value.replace('\n', " "),
                    (None, Some((label, _))) if label == fold(OWNED) => {}
                    _ => {
                        let under = place.flatten().unwrap_or(Under { section: Section::Background, stage: None });
                        let text = if place == Some(None) { format!("{heading}: {text}") } else { text };
                        statements.push(statement(under, &text, today)?);
                    }
                }
            }
            Block::Text(_, text) => match statements.last_mut() {
                Some(last) => add(last, &text)?,
                None => statements.push(statement(Under { section: Section::Background, stage: None }, &text, today)?),
            },
        }
    }
    if head.name.is_empty() {
        return Err(AppError::Invalid(
            "The first heading of the text is the persona’s name, as “# Head of logistics”. This has none.".to_owned(),
        ));
    }
    if statements.len() > MOST_STATEMENTS {
        return Err(AppError::Invalid(format!(
            "A persona has at most {MOST_STATEMENTS} statements; nobody reads more."
        )));
    }
    let head = Head::parse(&head.values())?;
    Ok(Read { head, statements, elsewhere })
}

fn empty() -> Head {
    Head { name: String::new(), role: None, segment: String::new(), owners: Default::default() }
}

fn statement(under: Under, text: &str, today: Day) -> Result<Wording> {
    if text.chars().count() > LONGEST_TEXT {
        let beginning: String = text.chars().take(40).collect();
        let most = count(LONGEST_TEXT as u32);
        return Err(AppError::Invalid(format!(
            "A statement has at most {most} characters, and the one that begins with “{beginning}…” has more. Make \
             several of it."
        )));
    }
    Ok(Wording::new(under, text, today))
}

/// What stands below a statement: what is known of it, or more of its words.
fn add(says: &mut Wording, text: &str) -> Result<()> {
    let (label, value) = text.split_once(':').map_or(("", text), |(label, value)| (label, value.trim()));
    let label = fold(label);
    let is = |name: &str| label == fold(name);
    let evidence = || Evidence::ALL.iter().copied().find(|evidence| fold(evidence.label()) == fold(value));
    let confidence = || Confidence::ALL.iter().copied().find(|confidence| confidence.key() == fold(value));
    let known = if is(ANSWER) {
        says.answer = value.to_owned();
        true
    } else if is(SOURCE) {
        says.source = value.replace('\n', " ");
        true
    } else if is(EVIDENCE) {
        evidence().map(|evidence| says.evidence = evidence).is_some()
    } else if is(CONFIDENCE) {
        confidence().map(|confidence| says.confidence = confidence).is_some()
    } else if is(DATED) {
        value.parse().map(|day| says.dated = day).is_ok()
    } else if is(CLAIM) {
        claims::normal(value).map(|claim| says.claim = claim).is_ok()
    } else {
        false
    };
    if !known {
        let text = format!("{}\n{text}", says.text);
        says.text = statement(says.under, &text, says.dated)?.text;
    }
    // What is too long is told by the same rule as a form's.
    Wording::parse(&says.values()).map(|parsed| *says = parsed)
}

/// The place that a heading names; `None`: it is none of ours.
fn place_of(title: &str) -> Option<Under> {
    const ALSO: [(&str, Section); 12] = [
        ("trigger", Section::Trigger),
        ("priority initiative", Section::Trigger),
        ("not this persona", Section::NotIf),
        ("success", Section::Success),
        ("goal", Section::Success),
        ("barrier", Section::Barrier),
        ("objection", Section::Barrier),
        ("challenge", Section::Barrier),
        ("pain", Section::Barrier),
        ("criteria", Section::Criterion),
        ("quote", Section::Quote),
        ("background", Section::Background),
    ];
    let title = fold(title);
    let own = Under::all().find(|under| fold(&under.title()) == title);
    let also = || ALSO.iter().find(|(words, _)| title.contains(words));
    own.or_else(|| also().map(|(_, section)| Under { section: *section, stage: None }))
}

enum Block {
    Heading(u8, String),
    /// How many lists it stands in, and its words.
    Text(usize, String),
}

/// The headings, items and paragraphs of a file, as plain text.
fn blocks(text: &str) -> Vec<Block> {
    let (mut blocks, mut open) = (Vec::<Block>::new(), Vec::<usize>::new());
    let mut written: Option<usize> = None;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                blocks.push(Block::Heading(level as u8, String::new()));
                written = Some(blocks.len() - 1);
            }
            Event::Start(Tag::Item) => {
                blocks.push(Block::Text(open.len() + 1, String::new()));
                open.push(blocks.len() - 1);
                written = open.last().copied();
            }
            Event::End(TagEnd::Item) => {
                open.pop();
                written = open.last().copied();
            }
            Event::Start(Tag::Paragraph | Tag::CodeBlock(_)) => match open.last() {
                Some(&item) => {
                    append(&mut blocks, Some(item), "\n");
                    written = Some(item);
                }
                None => {
                    blocks.push(Block::Text(0, String::new()));
                    written = Some(blocks.len() - 1);
                }
            },
            Event::End(TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::Heading(_)) => written = open.last().copied(),
            Event::Text(words) | Event::Code(words) => append(&mut blocks, written, &words),
            Event::SoftBreak => append(&mut blocks, written, " "),
            Event::HardBreak => append(&mut blocks, written, "\n"),
            _ => {}
        }
    }
    let cleaned = blocks.into_iter().map(|block| match block {
        Block::Heading(level, text) => Block::Heading(level, clean(&text).replace('\n', " ")),
        Block::Text(depth, text) => Block::Text(depth, clean(&text)),
    });
    let is_empty = |block: &Block| matches!(block, Block::Heading(_, text) | Block::Text(_, text) if text.is_empty());
    cleaned.filter(|block| !is_empty(block)).collect()
}

fn append(blocks: &mut [Block], place: Option<usize>, words: &str) {
    if let Some(Block::Heading(_, text) | Block::Text(_, text)) = place.and_then(|place| blocks.get_mut(place)) {
        text.push_str(words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personas::model::Stage;
    use proptest::prelude::*;

    const TODAY: Day = Day(20_400);

    fn head() -> Head {
        Head {
            name: "The <intralogistics> lead & *co*".into(),
            role: Some(Role::Technical),
            segment: "Mid-market, 150 - 2,000 people".into(),
            owners: Default::default(),
        }
    }

    #[test]
    fn what_is_written_is_read_again_as_it_was() {
        let says = |section, stage, text: &str| Wording::new(Under { section, stage }, text, TODAY);
        let statements = vec![
            Wording {
                answer: "1. retrofit at night\n- aisle by aisle".into(),
                evidence: Evidence::LostDeal,
                source: "7 lost deals, 11 calls".into(),
                confidence: Confidence::Strong,
                claim: "size 50-200".into(),
                ..says(Section::Barrier, None, "“You will stop my shift to install this.”\n\n# twice")
            },
            says(Section::Quote, None, "1. He said: <b>never</b> & `rm -rf`"),
            says(Section::Need, Some(Stage::Decision), "A plan without a stopped shift"),
        ];
        let file = write(&head(), &statements);
        let read = read(&file, TODAY).expect("it is our own");
        assert_eq!((read.head, read.statements, read.elsewhere), (head(), statements, vec![]), "{file}");
    }

    #[test]
    fn html_is_left_out_and_headings_that_are_not_ours_are_kept() {
        let file = "# CFO\n\nSigns above 50,000.\n\n## Pain points\n\n- <img src=x onerror=alert(1)>Cash flow\n\n\
                    <script>alert(1)</script>\n\n## Hobbies\n\nSails **often**, [here](javascript:alert(1)).\n";
        let read = read(file, TODAY).expect("a persona");
        let texts: Vec<_> = read.statements.iter().map(|says| (says.under.section, &*says.text)).collect();
        assert_eq!(
            texts,
            [
                (Section::Background, "Signs above 50,000."),
                (Section::Barrier, "Cash flow"),
                (Section::Background, "Hobbies: Sails often, here."),
            ]
        );
        assert_eq!(read.elsewhere, ["Hobbies"]);
    }

    #[test]
    fn a_part_in_buying_that_is_none_of_ours_is_kept_as_it_was_written() {
        let read = read("# CFO\n\n- Part in buying: Grand vizier\n", TODAY).expect("a persona");
        assert_eq!((read.head.role, read.elsewhere), (None, vec!["Part in buying".to_owned()]));
        let texts: Vec<_> = read.statements.iter().map(|says| (says.under.section, &*says.text)).collect();
        assert_eq!(texts, [(Section::Background, "Part in buying: Grand vizier")]);
    }

    #[test]
    fn a_file_without_a_name_or_too_long_a_one_says_what_is_wrong() {
        assert!(read("- only a list", TODAY).expect_err("no name").to_string().contains("first heading"));
        let long = format!("# CFO\n\n- {}", "word ".repeat(500));
        let said = read(&long, TODAY).expect_err("too long a statement").to_string();
        assert!(said.contains("the one that begins with “word word"), "{said}");
        assert!(read(&"x".repeat(LONGEST + 1), TODAY).is_err());
    }

    proptest! {
        #[test]
        fn no_text_is_changed_by_the_way_out_and_back(text in "[ -~äß“”\n]{1,80}", answer in "[ -~\n]{0,40}") {
            let text = clean(&text);
            prop_assume!(!text.is_empty());
            let under = Under { section: Section::Barrier, stage: None };
            let statements = vec![Wording { answer: clean(&answer), ..Wording::new(under, &text, TODAY) }];
            let file = write(&head(), &statements);
            prop_assert_eq!(read(&file, TODAY).expect("our own").statements, statements, "{}", file);
        }
    }
}
