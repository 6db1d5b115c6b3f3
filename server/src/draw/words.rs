//! The words that charts use more than once, in one place for the day they are translated.

/// Stands where a small cell is hidden (D-07): never 0, never blank.
pub const TOO_FEW: &str = "Too few pupils to show (protects privacy)";
/// The same where a cell of a grid has no room for the sentence; the key beside the grid says it in full.
pub const TOO_FEW_SHORT: &str = "too few";
/// The interval does not contain the reference and lies above it.
pub const HIGHER: &str = "likely higher";
/// The interval does not contain the reference and lies below it.
pub const LOWER: &str = "likely lower";
/// The interval contains the reference.
pub const SIMILAR: &str = "similar to district";
/// Printed under every chart of positive screens: a screen is not a diagnosis.
pub const NOT_A_DIAGNOSIS: &str = "A positive screen is a reason to look closer, not a diagnosis.";
/// Most names that a summary lists; beyond that it counts and the table lists.
pub const LISTED: usize = 10;
/// The font stack of charts that stand alone; inside a page the page's own rule wins over this attribute.
pub const FONTS: &str = "Atkinson Hyperlegible Next, Atkinson Hyperlegible, Helvetica, Arial, sans-serif";

/// Writes a small number as a word, as a sentence's first word needs it: `Two`.
pub fn spelled(n: usize) -> String {
    const WORDS: [&str; 10] = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];
    WORDS.get(n).map_or_else(|| n.to_string(), |word| (*word).to_owned())
}
