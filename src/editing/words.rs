//! Which words of two texts differ, and one text out of two that changed the same one. Pure.

use similar::{ChangeTag, DiffOp, TextDiff};

/// A stretch of words of two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// In both.
    Kept(String),
    /// In the older one only.
    Deleted(String),
    /// In the newer one only.
    Inserted(String),
}

impl Piece {
    /// Nothing stands in it.
    pub const fn is_empty(&self) -> bool {
        match self {
            Self::Kept(text) | Self::Deleted(text) | Self::Inserted(text) => text.is_empty(),
        }
    }
}

/// Longer texts than this are shown whole, the old one and the new one: comparing them word by word takes too long.
const LONGEST: usize = 100_000;

/// What was deleted and inserted between two texts, word by word.
pub fn differences(old: &str, new: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    if old.len() + new.len() > LONGEST {
        return vec![Piece::Deleted(old.to_owned()), Piece::Inserted(new.to_owned())];
    }
    let (old_words, new_words) = (split(old), split(new));
    let diff = TextDiff::from_slices(&old_words, &new_words);
    for change in diff.iter_all_changes() {
        let text = change.value();
        match (change.tag(), pieces.last_mut()) {
            (ChangeTag::Equal, Some(Piece::Kept(last)))
            | (ChangeTag::Delete, Some(Piece::Deleted(last)))
            | (ChangeTag::Insert, Some(Piece::Inserted(last))) => last.push_str(text),
            (ChangeTag::Equal, _) => pieces.push(Piece::Kept(text.to_owned())),
            (ChangeTag::Delete, _) => pieces.push(Piece::Deleted(text.to_owned())),
            (ChangeTag::Insert, _) => pieces.push(Piece::Inserted(text.to_owned())),
        }
    }
    pieces
}

/// A first draft of one text out of two that both changed `base`: what one side changed is changed, and where both
/// changed the same words both versions stand one after the other, for a person to choose from. No word that either
/// side wrote is missing.
pub fn draft(base: &str, mine: &str, theirs: &str) -> String {
    if base.len() + mine.len().max(theirs.len()) > LONGEST {
        return beside(theirs, mine);
    }
    let (base, mine, theirs) = (split(base), split(mine), split(theirs));
    let (mut ours, mut others) =
        (hunks(&base, &mine).into_iter().peekable(), hunks(&base, &theirs).into_iter().peekable());
    let (mut at, mut text) = (0, String::new());
    loop {
        let start = [ours.peek(), others.peek()].into_iter().flatten().map(|hunk| hunk.from).min();
        let Some(start) = start else { break };
        text += &base[at..start].concat();
        // All that touches this place, of both sides.
        let (mut end, mut of_ours, mut of_others) = (start, Vec::new(), Vec::new());
        loop {
            let touches = |hunk: &Hunk| hunk.from < end || hunk.from == start;
            if let Some(hunk) = ours.next_if(touches) {
                end = end.max(hunk.to);
                of_ours.push(hunk);
            } else if let Some(hunk) = others.next_if(touches) {
                end = end.max(hunk.to);
                of_others.push(hunk);
            } else {
                break;
            }
        }
        let of_ours = (!of_ours.is_empty()).then(|| replay(&base, start, end, &of_ours, &mine));
        let of_others = (!of_others.is_empty()).then(|| replay(&base, start, end, &of_others, &theirs));
        match (of_others, of_ours) {
            (Some(one), Some(other)) if one == other => text += &one,
            (Some(one), Some(other)) => text += &beside(&one, &other),
            (one, other) => text += &one.or(other).unwrap_or_default(),
        }
        at = end;
    }
    text + &base[at..].concat()
}

/// Both texts, one after the other, with a blank between them where there is none.
fn beside(one: &str, other: &str) -> String {
    let apart = one.is_empty() || other.is_empty() || one.ends_with(char::is_whitespace);
    let gap = if apart || other.starts_with(char::is_whitespace) { "" } else { " " };
    format!("{one}{gap}{other}")
}

/// Words of the base from `from` to `to` that became those from `new_from` to `new_to`.
struct Hunk {
    from: usize,
    to: usize,
    new_from: usize,
    new_to: usize,
}

fn hunks(base: &[&str], new: &[&str]) -> Vec<Hunk> {
    let diff = TextDiff::from_slices(base, new);
    let changed = diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    changed
        .map(|op| {
            let (old, new) = (op.old_range(), op.new_range());
            Hunk { from: old.start, to: old.end, new_from: new.start, new_to: new.end }
        })
        .collect()
}

/// The words of the base from `start` to `end` as one side has them.
fn replay(base: &[&str], start: usize, end: usize, hunks: &[Hunk], new: &[&str]) -> String {
    let (mut at, mut text) = (start, String::new());
    for hunk in hunks {
        text += &base[at..hunk.from].concat();
        text += &new[hunk.new_from..hunk.new_to].concat();
        at = hunk.to;
    }
    text + &base[at..end].concat()
}

/// Words and what stands between them, so that together they are the text.
fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut kind = None;
    for (at, c) in text.char_indices() {
        let now = if c.is_alphanumeric() {
            0
        } else if c.is_whitespace() {
            1
        } else {
            2
        };
        // Each mark stands for itself.
        if kind.is_some_and(|kind| kind != now || now == 2) {
            words.push(&text[start..at]);
            start = at;
        }
        kind = Some(now);
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_words_that_differ_stand_between_those_that_do_not() {
        assert_eq!(
            differences("Two shifts cannot be staffed.", "Two shifts can be staffed."),
            [
                Piece::Kept("Two shifts ".into()),
                Piece::Deleted("cannot".into()),
                Piece::Inserted("can".into()),
                Piece::Kept(" be staffed.".into())
            ]
        );
    }

    #[test]
    fn changes_of_different_words_become_one_text() {
        let base = "Two shifts cannot be staffed, and the agency raised its rate.";
        let mine = "Three shifts cannot be staffed, and the agency raised its rate.";
        let theirs = "Two shifts cannot be staffed, and the agency raised its rate twice.";
        assert_eq!(draft(base, mine, theirs), "Three shifts cannot be staffed, and the agency raised its rate twice.");
    }

    #[test]
    fn changes_of_the_same_words_stand_one_after_the_other() {
        assert_eq!(draft("red", "blue", "green"), "green blue");
        assert_eq!(draft("", "blue", "green"), "green blue");
        assert_eq!(draft("a b", "a c b", "a c b"), "a c b");
    }

    fn words() -> impl Strategy<Value = String> {
        proptest::collection::vec(prop_oneof!["[a-e]", Just("\n".to_owned()), "[ÄÖ]{2}"], 0..12)
            .prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_their_differences((old, new) in (words(), words())) {
            let (mut one, mut other) = (String::new(), String::new());
            for piece in differences(&old, &new) {
                match piece {
                    Piece::Kept(text) => { one += &text; other += &text; }
                    Piece::Deleted(text) => one += &text,
                    Piece::Inserted(text) => other += &text,
                }
            }
            prop_assert!(one == old && other == new);
        }

        #[test]
        fn a_draft_holds_every_word_that_either_side_wrote((base, mine, theirs) in (words(), words(), words())) {
            let text = draft(&base, &mine, &theirs);
            for side in [&mine, &theirs] {
                for piece in differences(&base, side) {
                    if let Piece::Inserted(new) = piece {
                        for word in new.split_whitespace() {
                            prop_assert!(text.contains(word), "{word:?} is not in {text:?}");
                        }
                    }
                }
            }
        }

        #[test]
        fn a_draft_of_one_change_is_that_change((base, mine) in (words(), words())) {
            prop_assert_eq!(draft(&base, &mine, &base), mine.clone());
            prop_assert_eq!(draft(&base, &base, &mine), mine);
        }
    }
}
