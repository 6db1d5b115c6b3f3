//! Critical answers, apart from every total.

use crate::instrument::{CriticalHit, Instrument};
use crate::response::Answer;

/// Whether ONE answer, just saved, must reach a person the same day. Works on incomplete forms, as nothing else is
/// looked at.
///
/// A declined answer is a hit only where the instrument scores a refusal (ASQ). Elsewhere a declined critical item is
/// "needs a look": it appears in [`Scored::critical_unanswered`](crate::score::Scored::critical_unanswered).
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use questionnaires::{flag::critical_hit, library, response::Answer};
///
/// let phq = library::get("phq9_teen").ok_or("not shipped")?;
/// assert!(critical_hit(phq, "9", &Answer::Code(1)).is_some());
/// assert!(critical_hit(phq, "9", &Answer::Code(0)).is_none());
/// assert!(critical_hit(phq, "1", &Answer::Code(3)).is_none());
/// # Ok(()) }
/// ```
pub fn critical_hit(instrument: &Instrument, item: &str, answer: &Answer) -> Option<CriticalHit> {
    let critical = instrument.critical_item(item)?;
    let code = match answer {
        Answer::Code(code) => Some(*code),
        Answer::Declined => instrument.declined_as,
        Answer::NotShown | Answer::Missing => None,
    }?;
    (code >= critical.at_least).then(|| CriticalHit { item: item.to_owned(), code })
}
