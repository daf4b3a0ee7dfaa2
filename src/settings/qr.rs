//! A link as a square that authenticators scan.

use crate::error::{AppError, Result};
use qrcode::{Color, EcLevel, QrCode};

/// Modules of quiet around the square; ISO/IEC 18004 asks for four.
const QUIET: usize = 4;

/// A QR code: how many modules wide it is with its margin, and the path data of its dark modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Square {
    /// Modules on each side, the margin among them.
    pub width: usize,
    /// One closed square a dark module.
    pub path: String,
}

/// The QR code of a link.
///
/// # Errors
/// The link is longer than a QR code can be: none of ours is.
pub fn draw(link: &str) -> Result<Square> {
    let code = QrCode::with_error_correction_level(link, EcLevel::M).map_err(|_| AppError::Internal)?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let path = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET)).collect();
    Ok(Square { width: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_a_square_with_its_three_corners_and_a_quiet_margin() {
        let square = draw("otpauth://totp/Doubles:ada@company.example?secret=JBSWY3DPEHPK3PXP").expect("it fits");
        let far = square.width - QUIET - 7;
        for (x, y) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            assert!(square.path.contains(&format!("M{x} {y}h1v1h-1z")), "no finder pattern at {x}, {y}");
        }
        assert!(!square.path.contains(&format!("M{} ", QUIET - 1)), "the margin is empty");
    }
}
