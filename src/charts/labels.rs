//! Where words stand, so that none covers another, nor the line.
//!
//! Everything is placed on a phone: words keep their pixels, and in a wider chart all else only moves away from them.

/// The narrowest drawing, in pixels: a phone of 320 less its margins.
pub(super) const NARROWEST: f64 = 288.0;
/// A letter of the charts' 12 px type, and one of its strong cut: somewhat wider than they are.
const LETTER: f64 = 6.0;
const STRONG_LETTER: f64 = 6.5;
/// Above and below the line that letters stand on.
const ASCENT: f64 = 9.5;
const DESCENT: f64 = 2.5;
/// What is drawn stays this far from words.
const CLEARANCE: f64 = 3.0;

/// How words run from the point that they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lean {
    Start,
    Mid,
    End,
}

/// Words at a point: percent of the width, pixels beside it, pixels from above.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub(super) x: f64,
    pub(super) dx: f64,
    pub(super) y: f64,
    pub(super) lean: Lean,
    pub(super) width: f64,
}

/// A rectangle in the narrowest drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// A stroke from `(percent, pixels)` to another.
pub(super) type Stroke = ((f64, f64), (f64, f64));

impl Lean {
    /// As the style sheet knows it.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Mid => "mid",
            Self::End => "end",
        }
    }
}

/// How wide a text is at most.
pub(super) fn width(text: &str, strong: bool) -> f64 {
    text.chars().count() as f64 * if strong { STRONG_LETTER } else { LETTER }
}

impl Words {
    /// What they cover, with the point that they belong to: so it only shrinks, seen from a wider drawing.
    pub(super) fn place(&self) -> Place {
        let point = in_pixels(self.x);
        let left = self.dx
            - match self.lean {
                Lean::Start => 0.0,
                Lean::Mid => self.width / 2.0,
                Lean::End => self.width,
            };
        Place {
            left: point + left.min(0.0),
            right: point + (left + self.width).max(0.0),
            top: self.y - ASCENT,
            bottom: self.y + DESCENT,
        }
    }
}

impl Place {
    /// Whether it lies between two edges, in percent of the width and in pixels from above.
    pub(super) fn lies_within(&self, (left, right): (f64, f64), (top, bottom): (f64, f64)) -> bool {
        in_pixels(left) <= self.left && self.right <= in_pixels(right) && top <= self.top && self.bottom <= bottom
    }

    /// Whether two places have a point in common.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// Whether a stroke runs through it, or very close by.
    pub(super) fn is_crossed_by(&self, ((x1, y1), (x2, y2)): Stroke) -> bool {
        let (x1, x2) = (in_pixels(x1), in_pixels(x2));
        // The part of the stroke, from 0 to 1, that lies between both pairs of edges.
        let along = |from: f64, to: f64, low: f64, high: f64| match to - from {
            0.0 if from < low || high < from => (1.0, 0.0),
            0.0 => (0.0, 1.0),
            way => {
                let (a, b) = ((low - from) / way, (high - from) / way);
                (a.min(b), a.max(b))
            }
        };
        let (from_x, to_x) = along(x1, x2, self.left - CLEARANCE, self.right + CLEARANCE);
        let (from_y, to_y) = along(y1, y2, self.top - CLEARANCE, self.bottom + CLEARANCE);
        from_x.max(from_y).max(0.0) <= to_x.min(to_y).min(1.0)
    }
}

fn in_pixels(percent: f64) -> f64 {
    percent * NARROWEST / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(x: f64, y: f64, lean: Lean) -> Place {
        Words { x, dx: 0.0, y, lean, width: 40.0 }.place()
    }

    #[test]
    fn words_lean_away_from_their_point() {
        assert!(words(50.0, 20.0, Lean::Start).covers(&words(55.0, 20.0, Lean::Mid)));
        assert!(!words(50.0, 20.0, Lean::End).covers(&words(51.0, 20.0, Lean::Start)));
        assert!(!words(50.0, 20.0, Lean::Start).covers(&words(50.0, 33.0, Lean::Start)));
        assert!(!words(5.0, 20.0, Lean::Mid).lies_within((0.0, 100.0), (0.0, 100.0)));
        assert!(words(8.0, 20.0, Lean::Mid).lies_within((0.0, 100.0), (0.0, 100.0)));
    }

    #[test]
    fn a_stroke_crosses_words_where_it_runs_through_them() {
        let place = words(50.0, 20.0, Lean::Mid);
        assert!(place.is_crossed_by(((0.0, 0.0), (100.0, 35.0))));
        assert!(place.is_crossed_by(((50.0, 15.0), (50.0, 15.0))));
        assert!(!place.is_crossed_by(((0.0, 30.0), (100.0, 30.0))));
        assert!(!place.is_crossed_by(((0.0, 16.0), (30.0, 16.0))));
        assert!(!place.is_crossed_by(((60.0, 0.0), (60.0, 90.0))));
    }
}
