//! The parts of a written date, one by one: numbers, names of months, times, offsets.

use super::dates::DateFault;

/// Walks over the bytes of one value; what is not found leaves it in place.
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// At the start of a value, without the spaces around it.
    pub fn new(text: &'a str) -> Self {
        Self { bytes: text.trim().as_bytes(), at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Nothing is left.
    pub fn is_done(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Passes over one of these bytes, if it is next.
    pub fn eat_any(&mut self, any: &[u8]) -> bool {
        let found = self.peek().is_some_and(|byte| any.contains(&byte));
        self.at += usize::from(found);
        found
    }

    /// Passes over all of these bytes.
    pub fn skip(&mut self, any: &[u8]) {
        while self.eat_any(any) {}
    }

    /// A number of at most so many digits, with how many it has; more digits are no number.
    pub fn number(&mut self, most: usize) -> Option<(u32, usize)> {
        let digits = self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || digits > most {
            return None;
        }
        let value = self.bytes[self.at..self.at + digits].iter().fold(0, |n, &b| n * 10 + u32::from(b - b'0'));
        self.at += digits;
        Some((value, digits))
    }

    /// Runs `read`; where it finds nothing, stays in place.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = self.at;
        let found = read(self);
        if found.is_none() {
            self.at = start;
        }
        found
    }

    /// `2024-06-06`, `2024/6/6`, `20240606`.
    pub fn iso_date(&mut self) -> Option<(u32, u32, u32)> {
        self.attempt(|cursor| match cursor.number(8)? {
            (n, 8) if cursor.peek().is_none_or(|byte| b" Tt".contains(&byte)) => {
                Some((n / 10_000, n / 100 % 100, n % 100))
            }
            (year, 4) => {
                let separator = cursor.peek().filter(|byte| b"-/.".contains(byte))?;
                cursor.at += 1;
                let (month, _) = cursor.number(2)?;
                cursor.eat_any(&[separator]).then_some(())?;
                let (day, _) = cursor.number(2)?;
                Some((year, month, day))
            }
            _ => None,
        })
    }

    /// `6/12/2024`, `06-12-2024`, `6.12.2024`: first, second, year. A year of two digits is given as it is.
    pub fn numeric_date(&mut self) -> Option<(u32, u32, u32)> {
        self.attempt(|cursor| {
            let (first, _) = cursor.number(2)?;
            let separator = cursor.peek().filter(|byte| b"-/.".contains(byte))?;
            cursor.at += 1;
            let (second, _) = cursor.number(2)?;
            cursor.eat_any(&[separator]).then_some(())?;
            let (year, digits) = cursor.number(4)?;
            matches!(digits, 2 | 4).then_some((first, second, year))
        })
    }

    /// `15 Apr, 2021`, `15-Apr-2021`, `Apr 15, 2021`, `April 15th 2021`.
    pub fn date_with_month_name(&mut self) -> Option<(u32, u32, u32)> {
        self.attempt(|cursor| {
            let between = b" -,./";
            let (month, day);
            if let Some(named) = cursor.month_name() {
                month = named;
                cursor.skip(between);
                day = cursor.day_of_month()?;
            } else {
                day = cursor.day_of_month()?;
                cursor.skip(between);
                month = cursor.month_name()?;
            }
            cursor.skip(between);
            let (year, digits) = cursor.number(4)?;
            (digits == 4).then_some((year, month, day))
        })
    }

    fn day_of_month(&mut self) -> Option<u32> {
        let (day, _) = self.number(2)?;
        let ordinal = self.letters();
        let known = ["", "st", "nd", "rd", "th"].iter().any(|known| ordinal.eq_ignore_ascii_case(known.as_bytes()));
        if !known {
            // The month follows without a gap, as in 15Apr2021.
            self.at -= ordinal.len();
        }
        Some(day)
    }

    fn letters(&mut self) -> &'a [u8] {
        let count = self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        self.at += count;
        &self.bytes[self.at - count..self.at]
    }

    /// `Apr`, `April`: 1 to 12.
    pub fn month_name(&mut self) -> Option<u32> {
        const MONTHS: [&str; 12] = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        self.attempt(|cursor| {
            let name = cursor.letters().to_ascii_lowercase();
            let is = |month: &str| name == month.as_bytes() || name == month.as_bytes()[..3];
            let month = if name == b"sept" { 8 } else { MONTHS.iter().position(|month| is(month))? };
            Some(month as u32 + 1)
        })
    }

    /// Passes over `Thu, ` before a date.
    pub fn weekday(&mut self) {
        const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        self.attempt(|cursor| {
            let name = cursor.letters().to_ascii_lowercase();
            let is = |day: &&str| name == day.as_bytes() || name == day.as_bytes()[..3];
            DAYS.iter().find(|day| is(day))?;
            cursor.skip(b" ,.");
            Some(())
        });
    }

    /// Days since 1900 in Excel's count, with the time of day as the fraction, rounded to the second.
    pub fn excel_serial(&mut self) -> Option<(i32, Option<u32>)> {
        self.attempt(|cursor| {
            let (serial, digits) = cursor.number(5)?;
            (digits == 5).then_some(())?;
            if cursor.is_done() {
                return Some((serial as i32, None));
            }
            cursor.eat_any(b".,").then_some(())?;
            let fraction = &cursor.bytes[cursor.at..];
            (!fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit)).then_some(())?;
            let kept = &fraction[..fraction.len().min(12)];
            let value = kept.iter().fold(0_u64, |n, &b| n * 10 + u64::from(b - b'0'));
            let unit = 10_u64.pow(kept.len() as u32);
            let second = ((value * 86_400 + unit / 2) / unit) as u32;
            Some((serial as i32 + (second / 86_400) as i32, Some(second % 86_400)))
        })
    }

    /// The rest of a value after its date: second of the day and offset. Parts of a second are cut off.
    pub fn time(&mut self) -> Result<(u32, Option<i32>), DateFault> {
        if !self.eat_any(b"Tt") {
            self.skip(b" ,");
        }
        let (hour, _) = self.number(2).ok_or(DateFault::Unreadable)?;
        let (mut minute, mut second) = (0, 0);
        let minutes = self.eat_any(b":");
        if minutes {
            (minute, _) = self.number(2).filter(|&(_, digits)| digits == 2).ok_or(DateFault::Unreadable)?;
            if self.eat_any(b":") {
                (second, _) = self.number(2).filter(|&(_, digits)| digits == 2).ok_or(DateFault::Unreadable)?;
                if self.eat_any(b".,") {
                    self.number(9).ok_or(DateFault::Unreadable)?;
                }
            }
        }
        self.skip(b" ");
        let hour = match self.half_of_day() {
            Some(afternoon) if (1..=12).contains(&hour) => hour % 12 + if afternoon { 12 } else { 0 },
            Some(_) => return Err(DateFault::NoSuchTime),
            None if minutes => hour,
            None => return Err(DateFault::Unreadable),
        };
        if hour > 23 || minute > 59 || second > 59 {
            return Err(DateFault::NoSuchTime);
        }
        self.skip(b" ");
        let offset = self.offset()?;
        Ok((hour * 3600 + minute * 60 + second, offset))
    }

    /// Whether it is the afternoon, where AM or PM is written.
    fn half_of_day(&mut self) -> Option<bool> {
        self.attempt(|cursor| {
            let afternoon = match cursor.peek()?.to_ascii_lowercase() {
                b'a' => false,
                b'p' => true,
                _ => return None,
            };
            cursor.at += 1;
            cursor.eat_any(b".");
            cursor.eat_any(b"mM").then_some(())?;
            cursor.eat_any(b".");
            Some(afternoon)
        })
    }

    fn offset(&mut self) -> Result<Option<i32>, DateFault> {
        if self.is_done() {
            return Ok(None);
        }
        let rest = &self.bytes[self.at..];
        if [b"Z".as_slice(), b"UTC", b"GMT"].iter().any(|name| rest.eq_ignore_ascii_case(name)) {
            return Ok(Some(0));
        }
        let sign = match self.peek() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Err(DateFault::Unreadable),
        };
        self.at += 1;
        let (hours, minutes) = match self.number(4) {
            Some((n, 4)) => (n / 100, n % 100),
            Some((hours, 1 | 2)) if self.eat_any(b":") => {
                (hours, self.number(2).filter(|&(_, digits)| digits == 2).ok_or(DateFault::Unreadable)?.0)
            }
            Some((hours, 1 | 2)) => (hours, 0),
            _ => return Err(DateFault::Unreadable),
        };
        if !self.is_done() || hours > 15 || minutes > 59 {
            return Err(DateFault::Unreadable);
        }
        Ok(Some(sign * (hours as i32 * 3600 + minutes as i32 * 60)))
    }
}
