//! What becomes of a form when somebody else saved the same document meanwhile. Pure.
//!
//! A form carries each field three times over: `base` is what it showed when it was opened, `mine` what the person
//! made of it, and `theirs` is what stands now. What only one side touched is that side's; where both changed a field
//! differently nothing of the form is written, and the second person decides with both texts before them.

use std::collections::BTreeMap;

/// How a field is filled in, which decides how two versions of it can become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Free words, on one line or many: two versions can be merged into a third.
    Text,
    /// A day, an amount, one of a list: it is one or the other.
    Value,
}

/// A field of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// As the form sends it and the change log holds it.
    pub key: &'static str,
    /// As people call it.
    pub label: &'static str,
    /// How it is filled in.
    pub kind: FieldKind,
}

/// Text of each field, by its key.
pub type Values = BTreeMap<String, String>;

/// What becomes of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Nobody changed it.
    Unchanged(String),
    /// Only the other one did.
    Taken(String),
    /// Only this one did.
    Mine(String),
    /// Both did, and mean the same.
    Same(String),
    /// Both did, differently.
    Both(Conflict),
}

/// A field that two people changed differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Which.
    pub field: Field,
    /// What both began with.
    pub base: String,
    /// What the person who saves now wrote.
    pub mine: String,
    /// What the other one wrote and saved.
    pub theirs: String,
}

/// A form beside what stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// What to write, for every field that is not in conflict.
    pub values: Values,
    /// Where both changed a field differently. Unless this is empty, nothing is written: half of a form is a state
    /// that nobody has seen.
    pub conflicts: Vec<Conflict>,
}

/// Line ends as the database holds them and without blanks around: browsers send CRLF whatever they were given.
pub fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

/// What becomes of a field. Without a base (a form that carries none) the person's own text counts as the only change.
pub fn merge_field(field: Field, base: Option<&str>, mine: &str, theirs: &str) -> Merge {
    let (mine, theirs) = (tidy(mine), tidy(theirs));
    let base = base.map_or_else(|| theirs.clone(), tidy);
    match (mine == base, theirs == base) {
        (true, true) => Merge::Unchanged(mine),
        (true, false) => Merge::Taken(theirs),
        (false, true) => Merge::Mine(mine),
        (false, false) if mine == theirs => Merge::Same(mine),
        (false, false) => Merge::Both(Conflict { field, base, mine, theirs }),
    }
}

/// The same for a whole form. A field that the form does not carry stays as it stands.
pub fn merge(fields: &[Field], base: &Values, mine: &Values, theirs: &Values) -> Merged {
    let mut merged = Merged { values: Values::new(), conflicts: Vec::new() };
    for field in fields {
        let stands = theirs.get(field.key).map(String::as_str).unwrap_or_default();
        let wanted = mine.get(field.key).map_or(stands, String::as_str);
        match merge_field(*field, base.get(field.key).map(String::as_str), wanted, stands) {
            Merge::Unchanged(text) | Merge::Taken(text) | Merge::Mine(text) | Merge::Same(text) => {
                merged.values.insert(field.key.to_owned(), text);
            }
            Merge::Both(conflict) => merged.conflicts.push(conflict),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAME: Field = Field { key: "name", label: "Name", kind: FieldKind::Text };
    const WEEKS: Field = Field { key: "weeks", label: "Weeks", kind: FieldKind::Value };

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn two_people_who_change_different_fields_both_get_what_they_wrote() {
        let base = values(&[("name", "Northaisle"), ("weeks", "monday")]);
        let mine = values(&[("name", "Northaisle Robotics"), ("weeks", "monday")]);
        let theirs = values(&[("name", "Northaisle"), ("weeks", "sunday")]);
        let merged = merge(&[NAME, WEEKS], &base, &mine, &theirs);
        assert_eq!(merged.conflicts, []);
        assert_eq!(merged.values, values(&[("name", "Northaisle Robotics"), ("weeks", "sunday")]));
    }

    #[test]
    fn line_ends_of_a_browser_are_no_change() {
        assert_eq!(
            merge_field(NAME, Some("two\nlines"), "two\r\nlines\r\n", "other"),
            Merge::Taken("other".to_owned())
        );
    }

    fn text() -> impl Strategy<Value = String> {
        // A small alphabet, so that sides often agree.
        proptest::collection::vec("[ab ]{0,2}\n?", 0..3).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn a_side_that_changed_nothing_never_decides((base, other) in (text(), text())) {
            prop_assert!(matches!(merge_field(NAME, Some(&base), &base, &other),
                Merge::Taken(kept) | Merge::Unchanged(kept) if kept == tidy(&other)));
            prop_assert!(matches!(merge_field(NAME, Some(&base), &other, &base),
                Merge::Mine(kept) | Merge::Unchanged(kept) if kept == tidy(&other)));
        }

        #[test]
        fn no_text_is_lost((base, mine, theirs) in (text(), text(), text())) {
            let (b, m, t) = (tidy(&base), tidy(&mine), tidy(&theirs));
            match merge_field(NAME, Some(&base), &mine, &theirs) {
                Merge::Unchanged(kept) | Merge::Same(kept) => prop_assert!(kept == m && kept == t),
                Merge::Taken(kept) => prop_assert!(kept == t && m == b),
                Merge::Mine(kept) => prop_assert!(kept == m && t == b),
                Merge::Both(c) => prop_assert!(c.mine == m && c.theirs == t && c.base == b && m != t),
            }
        }

        #[test]
        fn who_comes_first_does_not_matter((base, mine, theirs) in (text(), text(), text())) {
            let one = merge_field(NAME, Some(&base), &mine, &theirs);
            let other = merge_field(NAME, Some(&base), &theirs, &mine);
            match (one, other) {
                (Merge::Both(one), Merge::Both(other)) => {
                    prop_assert!(one.mine == other.theirs && one.theirs == other.mine);
                }
                (Merge::Mine(one), Merge::Taken(other)) | (Merge::Taken(one), Merge::Mine(other))
                | (Merge::Same(one), Merge::Same(other)) | (Merge::Unchanged(one), Merge::Unchanged(other)) => {
                    prop_assert_eq!(one, other);
                }
                (one, other) => prop_assert!(false, "{one:?} and {other:?}"),
            }
        }
    }
}
