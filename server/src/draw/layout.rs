//! Keeping labels apart: none may overlap another or be cut.

use super::canvas::{At, Canvas, Ink};
use super::text;

/// A rectangle that is taken: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken(pub f64, pub f64, pub f64, pub f64);

impl Taken {
    /// The room of a mark around its centre.
    pub fn around(at: At, radius: f64) -> Self {
        Self(at.0 - radius, at.1 - radius, at.0 + radius, at.1 + radius)
    }
    /// The room of one line of text centred on a place.
    pub fn text(at: At, label: &str, size: f64) -> Self {
        let half = text::width(label, size) / 2.0 + 2.0;
        Self(at.0 - half, at.1 - size * 0.6, at.0 + half, at.1 + size * 0.6)
    }
    fn meets(&self, other: &Self) -> bool {
        self.0 < other.2 && other.0 < self.2 && self.1 < other.3 && other.1 < self.3
    }
    fn within(&self, bounds: &Self) -> bool {
        self.0 >= bounds.0 && self.1 >= bounds.1 && self.2 <= bounds.2 && self.3 <= bounds.3
    }
}

/// Whether a label may stand on a line where it has no other place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// It must be seen.
    MayCross,
    /// Better left out than hard to read.
    KeepOff,
}

/// Remembers what is taken and places labels only where there is room.
#[derive(Clone, Debug)]
pub struct Room {
    bounds: Taken,
    taken: Vec<Taken>,
    /// Better left free, but a label may cross it where there is no other place: lines between points.
    shunned: Vec<Taken>,
}

impl Room {
    /// An empty room with its outer bounds.
    pub fn new(bounds: Taken) -> Self {
        Self { bounds, taken: Vec::new(), shunned: Vec::new() }
    }
    /// Marks a rectangle as taken.
    pub fn take(&mut self, taken: Taken) {
        self.taken.push(taken);
    }
    /// Asks labels to keep off a line where they can.
    pub fn shun(&mut self, from: At, to: At) {
        let steps = ((to.0 - from.0).hypot(to.1 - from.1) / 4.0).ceil().clamp(1.0, 500.0);
        for i in 0..=steps as u32 {
            let share = f64::from(i) / steps;
            self.shunned.push(Taken::around(
                (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1)),
                2.0,
            ));
        }
    }
    /// Takes the first of the wished-for centres where the label is free, of lines too if it can be; `None` if there is
    /// no free place.
    pub fn label(&mut self, wishes: &[At], label: &str, size: f64, lines: Lines) -> Option<At> {
        let open = |at: &At| {
            let wish = Taken::text(*at, label, size);
            wish.within(&self.bounds) && !self.taken.iter().any(|t| t.meets(&wish))
        };
        let clear = |at: &At| {
            let wish = Taken::text(*at, label, size);
            !self.shunned.iter().any(|t| t.meets(&wish))
        };
        let free = wishes.iter().copied().find(|at| open(at) && clear(at)).or_else(|| match lines {
            Lines::MayCross => wishes.iter().copied().find(open),
            Lines::KeepOff => None,
        })?;
        self.taken.push(Taken::text(free, label, size));
        Some(free)
    }
}

/// Moves vertical label centres apart so that neighbours keep `gap`, staying within `(top, bottom)` as far as the sum
/// of the labels allows. Input and output are ordered from top to bottom; `heights` are the labels' heights.
pub fn spread(centres: &[f64], heights: &[f64], (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut out = centres.to_vec();
    let mut edge = top;
    for (centre, height) in out.iter_mut().zip(heights) {
        *centre = centre.max(edge + height / 2.0);
        edge = *centre + height / 2.0;
    }
    let mut edge = bottom;
    for (centre, height) in out.iter_mut().zip(heights).rev() {
        *centre = centre.min(edge - height / 2.0);
        edge = *centre - height / 2.0;
    }
    out
}

/// Draws one part at its place.
type DrawPart = Box<dyn Fn(&mut Canvas, At)>;

/// One entry of a key: the width of its sign and its words.
pub struct KeyEntry {
    /// Width kept for the sign.
    pub sign: f64,
    /// Words.
    pub label: String,
    /// Draws the sign with its left middle at the place.
    pub draw: DrawPart,
}

/// Draws a key in rows that fit `(left, right)`, beginning at `top`; long words wrap. Returns the bottom.
pub fn key(canvas: &mut Canvas, entries: &[KeyEntry], (left, right): (f64, f64), top: f64, ink: Ink) -> f64 {
    const BETWEEN: f64 = 18.0;
    const GAP: f64 = 7.0;
    let line = ink.size * 1.4;
    let (mut x, mut y) = (left, top + line / 2.0);
    for entry in entries {
        let words = text::wrap(&entry.label, ink.size, right - left - entry.sign - GAP);
        let widest = words.iter().map(|w| text::width(w, ink.size)).fold(0.0, f64::max);
        let needs = entry.sign + GAP + widest;
        if x > left && x + needs > right {
            x = left;
            y += line;
        }
        (entry.draw)(canvas, (x, y));
        canvas.lines((x + entry.sign + GAP, y), &words, ink, line);
        // Nothing stands beside the last line of a wrapped entry.
        x = if words.len() > 1 { right } else { x + needs + BETWEEN };
        y += line * (words.len() as f64 - 1.0);
    }
    y + line / 2.0
}
