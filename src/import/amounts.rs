//! Money as exports write it, in whole minor units: `$1,00,000.00`, `R$ 100.000`, `146536,25`, `$141.56K`,
//! `(1 234.50)`, `1'234.50`, `EUR 12,50`, `1.2e+05`.
//!
//! Whether the point or the comma is the decimal mark is asked of the whole column: `1,234.50`, `12,5` or
//! `1,234,567` say it, `1,234` alone does not. Where no value says it, the user is asked and nothing is guessed.
//! Parts of a minor unit are rounded half away from zero.

pub use super::amount_fault::AmountFault;
pub use super::currency::Currency;
use super::wishes::Voice;
use crate::period::Day;
use crate::rates::model::{Original, Rates};
use crate::text_enum;

text_enum!(
    /// Which mark stands before the decimals.
    DecimalMark {
        /// `1,234.50`
        Point = "point",
        /// `1.234,50`
        Comma = "comma",
    }
);

/// What the values of one column say about the decimal mark.
#[derive(Clone, Debug, Default)]
pub struct MarkEvidence {
    point: Option<Example>,
    comma: Option<Example>,
    unclear: Option<Example>,
    /// The first value with a sign that several currencies share, and those currencies.
    sign: Option<(String, &'static [&'static str])>,
}

#[derive(Clone, Debug)]
struct Example {
    line: u64,
    text: String,
}

impl DecimalMark {
    const fn decimal(self) -> u8 {
        match self {
            Self::Point => b'.',
            Self::Comma => b',',
        }
    }

    const fn of(byte: u8) -> Self {
        if byte == b',' { Self::Comma } else { Self::Point }
    }

    const fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }
}

impl MarkEvidence {
    /// Looks at one value of the column.
    pub fn observe(&mut self, line: u64, text: &str) {
        // Whole numbers are the most frequent and prove nothing.
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let Some(lexed) = Lexed::new(text) else { return };
        if self.sign.is_none() && !lexed.currency.is_empty() {
            self.sign = Currency::shared_by(lexed.currency).map(|currencies| (text.to_owned(), currencies));
        }
        let slot = match lexed.shape() {
            Some(Shape::Marked(DecimalMark::Point)) => &mut self.point,
            Some(Shape::Marked(DecimalMark::Comma)) => &mut self.comma,
            // The real of Brazil is always written with a decimal comma.
            Some(Shape::Unclear) if lexed.currency == "R$" => &mut self.comma,
            Some(Shape::Unclear) => &mut self.unclear,
            Some(Shape::Whole) | None => return,
        };
        slot.get_or_insert_with(|| Example { line, text: text.to_owned() });
    }

    /// The decimal mark of the column, if it needs one. `asked` is what the user said, `usual` the mark that an
    /// earlier file of this shape was read by. The error asks for it.
    pub fn decide(
        &self,
        heading: &str,
        asked: Option<DecimalMark>,
        usual: Option<DecimalMark>,
        voice: Voice,
    ) -> Result<Option<DecimalMark>, String> {
        let (ask, say) = match voice {
            Voice::CommandLine => {
                ("add --set decimal=point or --set decimal=comma", "Add --set decimal=point or --set decimal=comma.")
            }
            Voice::Page => ("say which it is", "Say which it is."),
        };
        match (asked, &self.point, &self.comma, &self.unclear) {
            (Some(mark), ..) => Ok(Some(mark)),
            (None, Some(point), Some(comma), _) => Err(format!(
                "“{heading}” holds “{}” (line {}), which has a decimal point, and “{}” (line {}), which has a decimal \
                 comma: {ask}; the other rows are then rejected.",
                point.text, point.line, comma.text, comma.line
            )),
            (None, Some(_), None, _) => Ok(Some(DecimalMark::Point)),
            (None, None, Some(_), _) => Ok(Some(DecimalMark::Comma)),
            (None, None, None, Some(_)) if usual.is_some() => Ok(usual),
            (None, None, None, Some(unclear)) => Err(format!(
                "“{heading}” does not tell decimals and thousands apart: “{}” (line {}) may be either, and no other \
                 value of the column decides. {say}",
                unclear.text, unclear.line
            )),
            (None, None, None, None) => Ok(None),
        }
    }

    /// A value that is an amount by either mark, to ask with; where there is none, one of the two that disagree.
    pub fn example(&self) -> Option<&str> {
        self.unclear.as_ref().or(self.point.as_ref()).map(|example| example.text.as_str())
    }

    /// A value whose sign several currencies share, and their codes.
    pub fn shared_sign(&self) -> Option<(&str, &'static [&'static str])> {
        self.sign.as_ref().map(|(text, currencies)| (text.as_str(), *currencies))
    }

    /// A value may be read either way.
    pub const fn is_open(&self) -> bool {
        self.unclear.is_some()
    }

    /// The value by which the column shows its mark itself.
    pub fn proof(&self, mark: DecimalMark) -> Option<&str> {
        let proof = match mark {
            DecimalMark::Point => &self.point,
            DecimalMark::Comma => &self.comma,
        };
        proof.as_ref().map(|example| example.text.as_str())
    }
}

/// By what another currency is turned into the workspace's: every rate, and the day that chooses among them.
pub type Exchange<'a> = (&'a Rates, Day);

/// Reads one value as minor units of `own`, and, where it is in another currency, what it was in that one. See
/// [`read_amount`].
pub fn read_money(
    text: &str,
    mark: Option<DecimalMark>,
    own: &Currency,
    stated: Option<&str>,
    divisor: u32,
    (rates, day): Exchange<'_>,
) -> Result<(i64, Option<Original>), AmountFault> {
    let lexed = Lexed::new(text).ok_or(AmountFault::Unreadable)?;
    let found = stated.unwrap_or(lexed.currency);
    if found.is_empty() || own.is_meant_by(found) {
        return Ok((read_amount(text, mark, own, stated, divisor)?, None));
    }
    let other = Currency::named(found)
        .ok_or_else(|| AmountFault::WhichCurrency { found: found.to_owned(), own: own.code.clone() })?;
    let (since, rate) = rates.on(&other.code, day).ok_or_else(|| AmountFault::NoRate {
        found: other.code.clone(),
        own: own.code.clone(),
        day,
    })?;
    let minor = read_amount(text, mark, &other, Some(&other.code), divisor)?;
    // From what is written, not from the rounded amount: it is rounded once.
    let mark = lexed.mark(mark)?;
    let (digits, decimals) = rate.parts();
    let exchanged = lexed.minor_units(mark, own.exponent as i32 - divisor as i32 - decimals as i32, digits)?;
    Ok((exchanged, Some(Original { currency: other.code, minor, rate, since })))
}

/// Reads one value as minor units of `own`. `mark` is what its column decided, `stated` the currency that the row
/// states elsewhere (it outranks a sign in the cell), and `divisor` a power of ten that the amounts are multiplied by
/// in the file (6 where they are in micros). An amount in another currency is none of `own`.
pub fn read_amount(
    text: &str,
    mark: Option<DecimalMark>,
    own: &Currency,
    stated: Option<&str>,
    divisor: u32,
) -> Result<i64, AmountFault> {
    let lexed = Lexed::new(text).ok_or(AmountFault::Unreadable)?;
    let found = stated.unwrap_or(lexed.currency);
    if !found.is_empty() && !own.is_meant_by(found) {
        return Err(AmountFault::WhichCurrency { found: found.to_owned(), own: own.code.clone() });
    }
    lexed.minor_units(lexed.mark(mark)?, own.exponent as i32 - divisor as i32, 1)
}

/// Whether a heading says that its amounts are millionths.
pub fn is_in_micros(heading: &str) -> bool {
    heading.to_lowercase().contains("micro")
}

/// Whether a text is a number at all, whatever its marks.
pub fn is_number(text: &str) -> bool {
    Lexed::new(text).is_some_and(|lexed| lexed.shape().is_some())
}

/// A value taken apart: `($1,234.50K)` is negative, `$`, `1,234.50` and three zeros more.
struct Lexed<'a> {
    negative: bool,
    currency: &'a str,
    /// Digits with marks, from the first digit or mark to the last digit.
    body: &'a str,
    /// Zeros that a letter or an exponent adds.
    zeros: i32,
}

enum Shape {
    /// No mark, or none that matters.
    Whole,
    /// The value itself says which mark stands before decimals.
    Marked(DecimalMark),
    /// One mark and three digits behind it.
    Unclear,
}

impl<'a> Lexed<'a> {
    fn new(text: &'a str) -> Option<Self> {
        let mut text = text.trim();
        let mut negative = false;
        if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            (text, negative) = (inner.trim(), true);
        }
        let first = text.find(|c: char| c.is_ascii_digit())?;
        // A value may begin with its decimal mark, as in .50
        let first = if first > 0 && b".,".contains(&text.as_bytes()[first - 1]) && !text[..first - 1].ends_with("Rs") {
            first - 1
        } else {
            first
        };
        let last = text.rfind(|c: char| c.is_ascii_digit())?;
        let (before, body, after) = (&text[..first], &text[first..=last], &text[last + 1..]);
        let (minus_before, before) = take_sign(before)?;
        let (minus_after, after) = take_sign(after)?;
        let signs = usize::from(negative) + usize::from(minus_before) + usize::from(minus_after);
        if signs > 1 {
            return None;
        }
        let (body, exponent) = split_exponent(body)?;
        // `144.` is how some programs write a whole number.
        let after = if matches!(after, "." | ",") && before.is_empty() { "" } else { after };
        let (letter_zeros, after) = take_scale(after);
        let currency = match (before, after) {
            (before, "") => before,
            ("", after) => after,
            // Twice, as in $ 12 USD: both are said; the code is the more exact.
            (_, after) => after,
        };
        let plausible = currency.chars().count() <= 4 && currency.chars().all(|c| !c.is_ascii_digit() && c != '%');
        plausible.then_some(Self { negative: signs == 1, currency, body, zeros: letter_zeros + exponent })
    }

    fn shape(&self) -> Option<Shape> {
        let marks = || self.body.bytes().filter(|byte| b".,".contains(byte));
        let Some(last) = marks().next_back() else { return self.is_grouped(b' ').then_some(Shape::Whole) };
        let mark = DecimalMark::of(last);
        let (same, all) = (marks().filter(|&byte| byte == last).count(), marks().count());
        if same < all {
            // Both marks: the last one stands before the decimals.
            return self.is_grouped_for(mark).then_some(Shape::Marked(mark));
        }
        if all > 1 {
            return self.is_grouped_for(mark.other()).then_some(Shape::Marked(mark.other()));
        }
        let (whole, decimals) = self.body.split_once(char::from(last))?;
        let clear = decimals.len() != 3 || whole.len() > 3 || whole.is_empty() || whole.starts_with('0');
        if !decimals.bytes().all(|byte| byte.is_ascii_digit()) || !self.is_grouped_for(mark) {
            return None;
        }
        Some(if clear { Shape::Marked(mark) } else { Shape::Unclear })
    }

    fn is_grouped_for(&self, mark: DecimalMark) -> bool {
        let mut parts = self.body.split(char::from(mark.decimal()));
        let whole = parts.next().unwrap_or_default();
        let decimals = parts.next().unwrap_or_default();
        parts.next().is_none()
            && decimals.bytes().all(|byte| byte.is_ascii_digit())
            && Self { body: whole, ..*self }.is_grouped(mark.other().decimal())
    }

    /// Thousands are grouped by one kind of mark or space: two or three digits, at the end three (`1,00,000`).
    fn is_grouped(&self, mark: u8) -> bool {
        let is_gap = |c: char| c == char::from(mark) || is_space(c);
        let mut groups = self.body.split(is_gap).peekable();
        let mut gaps = self.body.chars().filter(|&c| is_gap(c));
        let one_kind = gaps.next().is_none_or(|first| gaps.all(|gap| gap == first));
        let mut first = true;
        let mut sound = one_kind;
        while let Some(group) = groups.next() {
            let digits = group.bytes().all(|byte| byte.is_ascii_digit());
            sound &= digits
                && match (first, groups.peek()) {
                    (true, None) => true,
                    (true, Some(_)) => (1..=3).contains(&group.len()),
                    (false, Some(_)) => (2..=3).contains(&group.len()),
                    (false, None) => group.len() == 3,
                };
            first = false;
        }
        sound
    }

    /// Its decimal mark, where its column decided `column`.
    fn mark(&self, column: Option<DecimalMark>) -> Result<DecimalMark, AmountFault> {
        match (self.shape().ok_or(AmountFault::Unreadable)?, column) {
            (Shape::Whole, mark) => Ok(mark.unwrap_or(DecimalMark::Point)),
            (Shape::Marked(seen), None) => Ok(seen),
            (Shape::Marked(seen), Some(mark)) if seen == mark => Ok(mark),
            (Shape::Marked(_), Some(_)) => Err(AmountFault::Unreadable),
            (Shape::Unclear, Some(mark)) => Ok(mark),
            (Shape::Unclear, None) => Err(AmountFault::MarkUnknown),
        }
    }

    /// The value times `factor`, in units of ten to the power of minus `shift`.
    fn minor_units(&self, mark: DecimalMark, shift: i32, factor: i128) -> Result<i64, AmountFault> {
        let (whole, decimals) = self.body.split_once(char::from(mark.decimal())).unwrap_or((self.body, ""));
        let grouped = Self { body: whole, ..*self }.is_grouped(mark.other().decimal());
        if !grouped || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(AmountFault::Unreadable);
        }
        // Digits far behind the mark cannot reach a minor unit.
        let decimals = &decimals[..decimals.len().min(15)];
        let mut value = 0_i128;
        for digit in whole.bytes().chain(decimals.bytes()).filter(u8::is_ascii_digit) {
            value = value.checked_mul(10).ok_or(AmountFault::TooLarge)? + i128::from(digit - b'0');
        }
        let value = value.checked_mul(factor).ok_or(AmountFault::TooLarge)?;
        let power = shift + self.zeros - decimals.len() as i32;
        let factor = 10_i128.checked_pow(power.unsigned_abs()).ok_or(AmountFault::TooLarge)?;
        let minor = if power >= 0 {
            value.checked_mul(factor).ok_or(AmountFault::TooLarge)?
        } else {
            value.checked_add(factor / 2).ok_or(AmountFault::TooLarge)? / factor
        };
        let minor = i64::try_from(minor).map_err(|_| AmountFault::TooLarge)?;
        Ok(if self.negative { -minor } else { minor })
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’')
}

/// Whether there is a minus, and what is left without sign and spaces; two signs are none.
fn take_sign(text: &str) -> Option<(bool, &str)> {
    let is_sign = |c: char| matches!(c, '-' | '−' | '+');
    let rest = text.trim_matches(|c: char| is_sign(c) || c.is_whitespace());
    (text.matches(is_sign).count() <= 1).then(|| (text.contains(['-', '−']), rest))
}

/// `K`, `M` and `B` stand for zeros.
fn take_scale(text: &str) -> (i32, &str) {
    for (letters, zeros) in [("bn", 9), ("mn", 6), ("mio", 6), ("b", 9), ("m", 6), ("k", 3)] {
        let head = text.get(..letters.len()).filter(|head| head.eq_ignore_ascii_case(letters));
        let rest = head.map(|_| &text[letters.len()..]);
        if let Some(rest) = rest.filter(|rest| !rest.starts_with(|c: char| c.is_alphabetic())) {
            return (zeros, rest.trim());
        }
    }
    (0, text)
}

/// `1.2e+05` is `1.2` and 5.
fn split_exponent(body: &str) -> Option<(&str, i32)> {
    match body.split_once(['e', 'E']) {
        None => Some((body, 0)),
        Some((mantissa, exponent)) => {
            let exponent = exponent.parse::<i32>().ok().filter(|exponent| exponent.abs() <= 30)?;
            let plain = mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            plain.then_some((mantissa, exponent))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rates::model::DatedRate;
    use proptest::prelude::*;

    fn cents(text: &str, mark: Option<DecimalMark>, currency: &str) -> Result<i64, AmountFault> {
        read_amount(text, mark, &Currency::new(currency), None, 0)
    }

    #[test]
    fn every_shape_that_exports_use_is_read() {
        for (text, minor) in [
            ("1234", 123_400),
            ("12.5", 1_250),
            ("1234.50", 123_450),
            ("$1,00,000.00", 10_000_000),
            ("$141.56K", 14_156_000),
            ("$ 1.5 M", 150_000_000),
            ("1,234,567", 123_456_700),
            ("1.234.567", 123_456_700),
            ("1 234 567,89", 123_456_789),
            ("1'234.50", 123_450),
            ("1’234.50", 123_450),
            ("146536,25", 14_653_625),
            ("1234,567", 123_457),
            ("0.125", 13),
            (".50", 50),
            ("($1,234.50)", -123_450),
            ("-12.50", -1_250),
            ("−12.50", -1_250),
            ("12.50-", -1_250),
            ("-$12.50", -1_250),
            ("$-12.50", -1_250),
            ("USD 12.50", 1_250),
            ("12.50 usd", 1_250),
            ("22358.3466666667", 2_235_835),
            ("1.2e+05", 12_000_000),
            ("0", 0),
            ("00.11", 11),
            ("144.", 14_400),
        ] {
            assert_eq!(cents(text, None, "USD"), Ok(minor), "{text}");
        }
        assert_eq!(cents("R$ 100.000", Some(DecimalMark::Comma), "BRL"), Ok(10_000_000));
        assert_eq!(cents("1.234 €", Some(DecimalMark::Comma), "EUR"), Ok(123_400));
        assert_eq!(cents("1,234", Some(DecimalMark::Point), "EUR"), Ok(123_400));
        assert_eq!(cents("1,234", Some(DecimalMark::Comma), "EUR"), Ok(123));
    }

    #[test]
    fn minor_units_are_those_of_the_currency() {
        assert_eq!(cents("1,234.4", None, "JPY"), Ok(1_234));
        assert_eq!(cents("¥1234", None, "JPY"), Ok(1_234));
        assert_eq!(cents("1.5", None, "KWD"), Ok(1_500));
    }

    #[test]
    fn micros_are_millionths() {
        assert_eq!(read_amount("36150000", None, &Currency::new("USD"), None, 6), Ok(3_615));
        assert_eq!(read_amount("5000", None, &Currency::new("USD"), None, 6), Ok(1));
        assert_eq!(read_amount("4999", None, &Currency::new("USD"), None, 6), Ok(0));
    }

    #[test]
    fn half_a_minor_unit_is_rounded_away_from_zero() {
        assert_eq!(cents("0.0050", None, "EUR"), Ok(1));
        assert_eq!(cents("-0.0050", None, "EUR"), Ok(-1));
        assert_eq!(cents("-0.0049", None, "EUR"), Ok(0));
    }

    #[test]
    fn what_is_no_amount_says_why() {
        for text in ["", "abc", "12 34", "1,23,4.5", "1.2.3,4", "12%", "1-2", "2024-06-06", "1,,2", "--5", "1.2,3.4"] {
            assert_eq!(cents(text, None, "EUR"), Err(AmountFault::Unreadable), "{text}");
        }
        assert_eq!(cents("1,234", None, "EUR"), Err(AmountFault::MarkUnknown));
        assert_eq!(cents("12.50", Some(DecimalMark::Comma), "EUR"), Err(AmountFault::Unreadable));
        assert_eq!(cents("99999999999999999999", None, "EUR"), Err(AmountFault::TooLarge));
        assert_eq!(cents("9e30", None, "EUR"), Err(AmountFault::TooLarge));
    }

    #[test]
    fn another_currency_than_the_workspaces_is_refused() {
        let refused = cents("$12.50", None, "EUR").expect_err("dollars").to_string();
        assert!(refused.contains("“$”") && refused.contains("EUR") && refused.contains("--set currency=USD"));
        assert!(cents("12.50 GBP", None, "EUR").is_err());
        assert!(cents("£12.50", None, "GBP").is_ok());
        // What the row states outranks the sign in the cell.
        assert_eq!(read_amount("$12.50", None, &Currency::new("EUR"), Some("EUR"), 0), Ok(1_250));
        assert!(read_amount("12.50", None, &Currency::new("EUR"), Some("USD"), 0).is_err());
    }

    #[test]
    fn another_currency_is_exchanged_exactly_by_the_rate_that_held_on_the_day() {
        let rates: Rates =
            ["USD=0.92@2026-01-01", "USD=0.915@2026-02-01", "JPY=0.0062@2026-01-01", "KWD=3.01@2026-01-01"]
                .iter()
                .map(|text| DatedRate::parse(text).expect("a rate"))
                .collect();
        let read = |text: &str, stated: Option<&str>, day: &str| {
            let day = day.parse().expect("a day");
            read_money(text, None, &Currency::new("EUR"), stated, 0, (&rates, day))
        };
        let (minor, original) = read("1,200.55", Some("USD"), "2026-01-31").expect("dollars");
        let original = original.expect("it was exchanged");
        assert_eq!((minor, original.minor, original.currency.as_str()), (110_451, 120_055, "USD"));
        assert_eq!(read("1,200.55", Some("usd"), "2026-02-01").map(|(minor, _)| minor), Ok(109_850));
        assert_eq!(read("US$100", None, "2026-01-01").map(|(minor, _)| minor), Ok(9_200));
        assert_eq!(read("-5000", Some("JPY"), "2026-01-01").map(|(minor, _)| minor), Ok(-3_100));
        assert_eq!(read("1.5", Some("KWD"), "2026-01-01").map(|(minor, _)| minor), Ok(452));
        assert_eq!(read("12.50", Some("EUR"), "2026-01-01"), Ok((1_250, None)));
        // Rounded once, from what is written: 0.0054 dollars are no cent, and half a cent of euro.
        assert_eq!(read("0.0054", Some("USD"), "2026-01-01").map(|(minor, _)| minor), Ok(0));
        let none = read("5", Some("USD"), "2025-12-31").expect_err("no rate yet").to_string();
        assert!(none.contains("USD=RATE@2025-12-31") && none.contains("Exchange rates"), "{none}");
        assert!(read("$5", None, "2026-01-01").expect_err("which").to_string().contains("does not say which"));
        assert!(read("5", Some("dollars"), "2026-01-01").is_err());
    }

    #[test]
    fn one_value_decides_the_mark_of_its_column() {
        let mut column = MarkEvidence::default();
        column.observe(2, "1,234");
        column.observe(3, "500");
        let asks = column.decide("Amount", None, None, Voice::CommandLine).expect_err("either");
        assert!(asks.contains("“1,234” (line 2)") && asks.contains("--set decimal=point"));
        column.observe(4, "1,234.50");
        assert_eq!(column.decide("Amount", None, None, Voice::CommandLine), Ok(Some(DecimalMark::Point)));
        column.observe(5, "99,5");
        assert!(column.decide("Amount", None, None, Voice::CommandLine).expect_err("both").contains("(line 5)"));
        assert_eq!(
            column.decide("Amount", Some(DecimalMark::Comma), None, Voice::CommandLine),
            Ok(Some(DecimalMark::Comma))
        );
    }

    #[test]
    fn the_sign_of_the_real_says_that_the_comma_is_the_decimal_mark() {
        let mut column = MarkEvidence::default();
        column.observe(2, "R$ 100.000");
        assert_eq!(column.decide("Amount", None, None, Voice::CommandLine), Ok(Some(DecimalMark::Comma)));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            minor in -1_000_000_000_000_i64..1_000_000_000_000,
            comma in any::<bool>(),
            gap in prop::sample::select(vec!["", " ", "'", "\u{a0}", "other"]),
            sign in prop::sample::select(vec!["", "€", "EUR ", "€ "]),
        ) {
            let (mark, other) = if comma { (",", ".") } else { (".", ",") };
            let gap = if gap == "other" { other } else { gap };
            let digits = (minor.abs() / 100).to_string();
            let mut whole = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at) % 3 == 0 {
                    whole.push_str(gap);
                }
                whole.push(digit);
            }
            let minus = if minor < 0 { "-" } else { "" };
            let text = format!("{minus}{sign}{whole}{mark}{:02}", minor.abs() % 100);
            prop_assert_eq!(cents(&text, None, "EUR"), Ok(minor), "{}", text);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[-0-9.,()$€eEkM R'+]{0,20}|\\PC{0,12}") {
            let _ = cents(&text, Some(DecimalMark::Comma), "EUR");
            let _ = cents(&text, None, "JPY");
            MarkEvidence::default().observe(1, &text);
        }
    }
}
