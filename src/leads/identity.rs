//! When two leads may be the same, and what an e-mail address looks like that nobody can be reached by.

/// Legal forms as they end the name of a company, folded as [`fold`] does.
const LEGAL_FORMS: &str = "ab ag ao aps as asa bv co company corp corporation cv doo eg ek ev gbr gmbh inc incorporated \
    kft kg kgaa limited llc llp lp ltd ltda mbh nv ohg oo ou oy oyj plc pte pty pvt sa sarl sas se sl slu sp spa srl sro ug";

/// Words that join a legal form to another, such as “GmbH & Co. KG”.
const JOINS: &[&str] = &["and", "und", "et", "y", "e", "z"];

/// What is odd about an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// There is no `@`.
    NoAt,
    /// There are several.
    ManyAts,
    /// It holds a blank, a comma, a semicolon, a bracket or an unprintable character.
    Separator,
    /// Nothing stands before the `@`.
    NoMailbox,
    /// What stands behind the `@` is no domain: no dot, or one at an end, or two in a row.
    NoDomain,
}

impl Oddity {
    /// In words that end a sentence beginning with “the address”.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoAt => "has no @",
            Self::ManyAts => "has more than one @",
            Self::Separator => "holds a blank, a comma or a bracket, as if it were several or came with a name",
            Self::NoMailbox => "has nothing before the @",
            Self::NoDomain => "has no domain behind the @",
        }
    }
}

/// What is odd about an address; `None` where a mail could be sent to it.
pub fn oddity(email: &str) -> Option<Oddity> {
    let email = email.trim();
    if email.chars().any(|c| c.is_whitespace() || c.is_control() || ",;<>()[]\"".contains(c)) {
        return Some(Oddity::Separator);
    }
    let Some((mailbox, domain)) = email.split_once('@') else { return Some(Oddity::NoAt) };
    if domain.contains('@') {
        return Some(Oddity::ManyAts);
    }
    if mailbox.is_empty() {
        return Some(Oddity::NoMailbox);
    }
    let labels: Vec<&str> = domain.split('.').collect();
    let fine = labels.len() > 1 && labels.iter().all(|label| !label.is_empty());
    if fine { None } else { Some(Oddity::NoDomain) }
}

/// A text as two of them are compared: words of letters and digits in lower case, one blank between.
pub fn fold(text: &str) -> String {
    // Lower case of a letter may depend on its neighbours, but not in ASCII, as nearly all names are written.
    let lower = if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() };
    let mut folded = String::with_capacity(lower.len());
    let mut is_apart = false;
    for letter in lower.chars() {
        match letter {
            // A dot or an apostrophe inside a word is none: “S.A.” is “sa”.
            '.' | '\'' | '’' => {}
            '&' => {
                folded += if folded.is_empty() { "and" } else { " and" };
                is_apart = true;
            }
            letter if letter.is_alphanumeric() => {
                if is_apart && !folded.is_empty() {
                    folded.push(' ');
                }
                is_apart = false;
                folded.push(letter);
            }
            _ => is_apart = true,
        }
    }
    folded
}

/// A company's name as two of them are compared: folded, without its legal form. A name that is nothing but a legal
/// form stays.
pub fn fold_company(company: &str) -> String {
    let mut folded = fold(company);
    let mut is_cut = false;
    while let Some((before, word)) = folded.rsplit_once(' ')
        && (LEGAL_FORMS.split(' ').any(|form| form == word) || (is_cut && JOINS.contains(&word)))
    {
        folded.truncate(before.len());
        is_cut = true;
    }
    folded
}

/// By what two leads of the same company and the same name are known; `None` where either is missing. Stays the same
/// in every version of the program, since it is stored.
pub fn match_key(company: Option<&str>, name: Option<&str>) -> Option<i64> {
    let (company, name) = (fold_company(company?), fold(name?));
    if company.is_empty() || name.is_empty() {
        return None;
    }
    // FNV-1a, 64 bits; 0 means in the database that it was not worked out yet.
    let bytes = company.bytes().chain([0]).chain(name.bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Some((hash as i64 & i64::MAX).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_blanks_marks_and_legal_forms_do_not_tell_companies_apart() {
        for (one, other) in [
            ("Harbour & Sons GmbH", " harbour and  SONS"),
            ("Nordlicht GmbH & Co. KG", "Nordlicht"),
            ("Blue-Rope, Inc.", "Blue Rope"),
            ("Acme S.A.", "ACME SA"),
            ("Acme Sp. z o.o.", "Acme"),
            ("O’Neill Ltd", "ONeill Limited"),
        ] {
            assert_eq!(fold_company(one), fold_company(other), "{one} / {other}");
        }
        assert_ne!(fold_company("Harbour Sons"), fold_company("Harbour Daughters"));
        assert_eq!(fold_company("Inc."), "inc", "a name of nothing but a legal form stays");
        assert_ne!(fold_company("Marks and Co"), fold_company("Spencer and Co"));
    }

    #[test]
    fn a_text_is_folded_to_its_words() {
        for (text, folded) in [
            ("", ""),
            (" & ", "and"),
            ("R&D", "r and d"),
            ("&Co.", "and co"),
            ("a&&b", "a and and b"),
            ("Müller--Lüdenscheidt (neu)", "müller lüdenscheidt neu"),
            ("ΟΔΟΣ Α", "οδος α"),
            ("O’Neill's 2.0", "oneills 20"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn leads_are_matched_by_company_and_name_together_or_not_at_all() {
        let key = match_key(Some("Harbour & Sons GmbH"), Some("Ada  Berg"));
        assert!(key.is_some_and(|key| key > 0));
        assert_eq!(key, match_key(Some("harbour and sons"), Some("ada berg")));
        assert_ne!(key, match_key(Some("Harbour & Sons"), Some("Bo Berg")));
        for (company, name) in [(None, Some("Ada")), (Some("Harbour"), None), (Some(" - "), Some("Ada"))] {
            assert_eq!(match_key(company, name), None);
        }
    }

    #[test]
    fn the_key_is_what_it_was_when_it_was_stored() {
        assert_eq!(match_key(Some("Harbour"), Some("Ada Berg")), Some(8_788_675_063_394_446_766));
    }

    #[test]
    fn an_address_is_odd_where_no_mail_could_be_sent_to_it() {
        for fine in ["ada@harbour.example", " Ada.Berg+x@mail.harbour.co.uk ", "ö@bücher.example", "a@b.c"] {
            assert_eq!(oddity(fine), None, "{fine}");
        }
        for (odd, why) in [
            ("harbour.example", Oddity::NoAt),
            ("a@b@c.example", Oddity::ManyAts),
            ("Ada <ada@harbour.example>", Oddity::Separator),
            ("a@b.example, c@d.example", Oddity::Separator),
            ("@harbour.example", Oddity::NoMailbox),
            ("ada@harbour", Oddity::NoDomain),
            ("ada@.example", Oddity::NoDomain),
            ("ada@harbour..example", Oddity::NoDomain),
            ("ada@", Oddity::NoDomain),
            ("", Oddity::NoAt),
        ] {
            assert_eq!(oddity(odd), Some(why), "{odd}");
        }
    }
}
