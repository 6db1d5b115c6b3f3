//! Papers, and how large things are on each.

/// What a document is printed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// A4.
    #[default]
    A4,
    /// A4, set smaller where that keeps everything on one page; what is too long even so runs on, and is never cut.
    OnePage,
    /// A6, 105 × 148 mm: for a pocket or a wallet.
    A6,
}

/// A sheet of it. Lengths are points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet {
    pub(super) width: f32,
    pub(super) height: f32,
    /// What stays free at each side.
    pub(super) left: f32,
    pub(super) top: f32,
    /// How far down the text may reach.
    pub(super) bottom: f32,
    /// How far down the foot begins.
    pub(super) foot: f32,
    /// How large text is, where an A4 page has 1.
    pub(super) scale: f32,
}

/// Two centimetres at the sides.
const A4: Sheet =
    Sheet { width: 595.28, height: 841.89, left: 56.7, top: 56.7, bottom: 773.89, foot: 795.89, scale: 1.0 };

/// Nine millimetres: what a school's printer leaves free, and a cut.
const A6: Sheet =
    Sheet { width: 297.64, height: 419.53, left: 25.5, top: 25.5, bottom: 385.0, foot: 395.0, scale: 0.9 };

impl Paper {
    /// The sheets to try, the best first; the last one is taken in any case.
    pub(super) const fn sheets(self) -> &'static [Sheet] {
        match self {
            Self::A4 => &[A4],
            Self::OnePage => &[
                A4,
                Sheet { left: 48.2, top: 42.5, bottom: 785.0, foot: 805.0, scale: 0.9, ..A4 },
                Sheet { left: 42.5, top: 34.0, bottom: 797.0, foot: 814.0, scale: 0.8, ..A4 },
            ],
            Self::A6 => &[A6],
        }
    }
}

impl Sheet {
    /// How wide a line is.
    pub(super) fn measure(&self) -> f32 {
        self.width - 2.0 * self.left
    }
}
