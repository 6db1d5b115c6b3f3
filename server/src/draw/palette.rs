//! The charts' colours, written once.
//!
//! Series colours are those of the UK Government Analysis Function. Charts sit on pure white, because three of
//! the series colours drop below 3:1 on warm paper (D-12). Meaning is never carried by colour alone: each use has a
//! shape, a word or a hatch beside it.

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// As SVG writes it, upper case.
    pub fn hex(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }

    /// WCAG 2.2 relative luminance, 0 (black) to 1 (white).
    pub fn luminance(self) -> f64 {
        let channel = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(self.0) + 0.7152 * channel(self.1) + 0.0722 * channel(self.2)
    }

    /// WCAG 2.2 contrast ratio with another colour, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

/// Pure white: the ground of every chart (D-12).
pub const SURFACE: Colour = Colour(0xFF, 0xFF, 0xFF);
/// Text and values.
pub const INK: Colour = Colour(0x1F, 0x2A, 0x30);
/// Secondary text: axis numbers, notes.
pub const MUTED: Colour = Colour(0x55, 0x62, 0x6B);
/// Axis lines and hatches: at least 3:1 on white.
pub const BORDER: Colour = Colour(0x76, 0x82, 0x8A);
/// Grid lines: decoration only, so it may be faint.
pub const GRID: Colour = Colour(0xDD, 0xE2, 0xE5);

/// First series: the student's own answers; bars.
pub const NAVY: Colour = Colour(0x12, 0x43, 0x6D);
/// Second series. 3.2:1 on white: marks only, never text.
pub const TEAL: Colour = Colour(0x28, 0xA1, 0x97);
/// Third series: the teacher's answers.
pub const PLUM: Colour = Colour(0x80, 0x16, 0x50);
/// Fourth series. 3.0:1 on white: marks only, never text.
pub const ORANGE: Colour = Colour(0xF4, 0x6A, 0x25);
/// Fifth series: the guardian's answers.
pub const CHARCOAL: Colour = Colour(0x3D, 0x3D, 0x3D);
/// Sixth series. 3.1:1 on white: marks only, never text.
pub const LILAC: Colour = Colour(0xA2, 0x85, 0xD1);

/// Signal: likely lower than the reference, or improving. Blue, never green (D-05).
pub const LOWER: Colour = Colour(0x2A, 0x6E, 0xBB);
/// Signal: likely higher than the reference, or of concern. Burnt orange, never red (D-05).
pub const HIGHER: Colour = Colour(0xB4, 0x53, 0x0A);
/// Signal: no clear difference (D-05).
pub const NOISE: Colour = Colour(0x6B, 0x77, 0x80);

/// Tints behind score bands, lowest band first. One neutral hue, so that a band never reads as a traffic light; the
/// darkest still gives [`MUTED`] text 4.5:1. Bands are told apart by their border and label.
pub const ZONES: [Colour; 6] = [
    Colour(0xFF, 0xFF, 0xFF),
    Colour(0xF7, 0xF9, 0xFB),
    Colour(0xF0, 0xF4, 0xF7),
    Colour(0xEA, 0xEF, 0xF3),
    Colour(0xE4, 0xEA, 0xEF),
    Colour(0xDF, 0xE6, 0xEC),
];
/// Border between score bands.
pub const ZONE_EDGE: Colour = Colour(0xB4, 0xC0, 0xC9);

/// Shades of a heat grid, lowest share first. The number stands in each cell; the shade only helps the eye.
pub const HEAT: [Colour; 5] = [
    Colour(0xF3, 0xF6, 0xF9),
    Colour(0xDC, 0xE6, 0xEF),
    Colour(0xBB, 0xCE, 0xDF),
    Colour(0x84, 0xA8, 0xC8),
    Colour(0x12, 0x43, 0x6D),
];

/// Parts of a whole, the first lightest: one hue, so that no part reads as good or bad.
pub const MIX: [Colour; 6] = [HEAT[1], HEAT[2], HEAT[3], Colour(0x4C, 0x7C, 0xA8), NAVY, INK];
