//! Answers laid out by position: the form in which they are scored.

use crate::form::AnswerProblem;
use crate::instrument::{Instrument, Item};
use crate::response::{Answer, Answers};

/// Stands for "no answer that can be scored". No instrument may use it as a code.
pub(crate) const BLANK: i16 = i16::MIN;

/// One form's codes in item order. Reuse it across administrations; filling it does not allocate again.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use questionnaires::{library, score::RawScores, sheet::Sheet};
///
/// let gad = library::get("gad7").ok_or("not shipped")?;
/// let (mut sheet, mut scores) = (Sheet::default(), RawScores::default());
/// for answers in [[Some(1); 7], [Some(3); 7]] {
///     sheet.fill(gad, &answers)?;
///     scores.compute(gad, &sheet);
/// }
/// assert_eq!(scores.value(0), Some(21.0));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    codes: Vec<i16>,
}

impl Sheet {
    /// Fills the sheet with codes in item order, `None` for no answer. Items beyond the slice stay unanswered.
    ///
    /// # Errors
    /// The first code that its item does not have; the sheet is then blank.
    pub fn fill(&mut self, instrument: &Instrument, codes: &[Option<i32>]) -> Result<(), AnswerProblem> {
        let ranges = &instrument.plan.codes;
        if self.codes.len() != ranges.len() || codes.len() < ranges.len() {
            self.codes.clear();
            self.codes.resize(ranges.len(), BLANK);
        }
        // Without branches: blanks come at random, and a wrong guess costs more than a form's sums.
        let mut doubtful = false;
        for ((cell, range), code) in self.codes.iter_mut().zip(ranges).zip(codes) {
            let given = code.unwrap_or(0);
            let outside = (given < range.lowest) | (given > range.highest);
            doubtful |= code.is_some() & outside;
            *cell = if code.is_some() { given as i16 } else { BLANK };
        }
        if doubtful { self.fill_with_care(instrument, codes) } else { Ok(()) }
    }

    /// Fills again, code by code, since one of them is rare or wrong.
    #[cold]
    fn fill_with_care(
        &mut self,
        instrument: &Instrument,
        codes: &[Option<i32>],
    ) -> Result<(), AnswerProblem> {
        for ((cell, item), code) in self.codes.iter_mut().zip(&instrument.items).zip(codes) {
            let Some(code) = *code else { continue };
            match cell_of(instrument, item, code) {
                Some(fitting) => *cell = fitting,
                None => {
                    let allowed = instrument.choices_of(item).iter().map(|choice| choice.code);
                    let problem = AnswerProblem::unknown_choice(&item.id, code, allowed);
                    self.codes.fill(BLANK);
                    return Err(problem);
                }
            }
        }
        Ok(())
    }

    /// Lays out recorded answers. A declined item becomes the code its instrument gives to a refusal, or blank; a code
    /// that the item does not have becomes blank and is returned by position, as it can never be scored.
    pub(crate) fn lay_out(&mut self, instrument: &Instrument, answers: &Answers) -> Vec<usize> {
        let mut impossible = Vec::new();
        self.codes.clear();
        self.codes.resize(instrument.items.len(), BLANK);
        for (item, answer) in answers.iter() {
            let Some(at) = instrument.plan.position(item) else { continue };
            let code = match answer {
                Answer::Code(code) => Some(code),
                Answer::Declined => instrument.declined_as,
                Answer::NotShown | Answer::Missing => None,
            };
            let Some(code) = code else { continue };
            match instrument.items.get(at).and_then(|item| cell_of(instrument, item, code)) {
                Some(cell) => self.codes[at] = cell,
                None => impossible.push(at),
            }
        }
        impossible.sort_unstable();
        impossible
    }

    /// The code at a position.
    pub fn code(&self, position: usize) -> Option<i32> {
        match self.codes.get(position) {
            None | Some(&BLANK) => None,
            Some(&code) => Some(i32::from(code)),
        }
    }

    #[inline]
    pub(crate) fn cells(&self) -> &[i16] {
        &self.codes
    }

    pub(crate) fn is_blank(&self, position: usize) -> bool {
        self.code(position).is_none()
    }

    pub(crate) fn has_any(&self, positions: &[usize], codes: &[i32]) -> bool {
        positions.iter().any(|at| self.code(*at).is_some_and(|code| codes.contains(&code)))
    }
}

/// The cell that stands for a code, if the item has it.
fn cell_of(instrument: &Instrument, item: &Item, code: i32) -> Option<i16> {
    let has = instrument.choices_of(item).iter().any(|choice| choice.code == code);
    if has { i16::try_from(code).ok() } else { None }
}
