//! A small exact simplex over displacements from the true table.
//!
//! A displacement `d` keeps every relation (`parts − total = 0`) and no cell falls under its floor. The truth, `d = 0`, is
//! always feasible, so there is no first phase; what is not at a bound and not basic may move either way. Bland's rule
//! (lowest index) keeps it from cycling.

use std::cmp::Ordering;

use super::ratio::{Overflow, Ratio};

/// Sparse linear form over variables, sorted by variable.
type Form = Vec<(usize, Ratio)>;

/// Which way a cell is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Push {
    Up,
    Down,
}

/// What a push ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The visitor had seen enough.
    Enough,
    /// The exact extreme of the displacement.
    Extreme(Ratio),
    /// There is none: the cell is unbounded.
    Endless,
}

/// The system of one set of linked cells.
pub(super) struct Simplex {
    /// Least displacement of each variable.
    lower: Vec<Ratio>,
    /// Displacement of each variable now.
    value: Vec<Ratio>,
    /// For each row its basic variable, and that variable as a form over the others.
    rows: Vec<(usize, Form)>,
    /// Row in which a variable is basic.
    row_of: Vec<Option<usize>>,
}

impl Simplex {
    /// Builds the system from relations given as `(variable, +1 or −1)`. `lower` must not be positive.
    pub fn new(relations: &[Vec<(usize, i8)>], lower: Vec<i128>) -> Result<Self, Overflow> {
        let count = lower.len();
        let mut uses = vec![0usize; count];
        relations.iter().flatten().for_each(|(v, _)| uses[*v] += 1);
        let mut system = Self {
            lower: lower.into_iter().map(Ratio::whole).collect(),
            value: vec![Ratio::ZERO; count],
            rows: Vec::new(),
            row_of: vec![None; count],
        };
        for relation in relations {
            let mut form: Form = Vec::new();
            for (variable, sign) in relation {
                let sign = Ratio::whole(i128::from(*sign));
                match system.row_of[*variable] {
                    None => form = combined(&form, sign, &[(*variable, Ratio::ONE)])?,
                    Some(row) => form = combined(&form, sign, &system.rows[row].1)?,
                }
            }
            // A relation that follows from the others leaves nothing. The variable in the fewest relations becomes basic,
            // which keeps the rows short.
            let Some(&(basic, coefficient)) = form.iter().min_by_key(|(v, _)| (uses[*v], *v)) else {
                continue;
            };
            let scale = Ratio::ONE.div(coefficient)?.neg()?;
            let mut solved = Form::with_capacity(form.len());
            for (v, c) in form.iter().filter(|(v, _)| *v != basic) {
                solved.push((*v, c.mul(scale)?));
            }
            system.substitute(basic, &solved, None)?;
            system.row_of[basic] = Some(system.rows.len());
            system.rows.push((basic, solved));
        }
        Ok(system)
    }

    /// Pushes a variable to its extreme. After every step `visit` sees the displacements, all feasible; it ends the push
    /// by returning `true`.
    pub fn push(
        &mut self,
        variable: usize,
        push: Push,
        mut visit: impl FnMut(&[Ratio]) -> bool,
    ) -> Result<Outcome, Overflow> {
        loop {
            let Some((entering, up)) = self.entering(variable, push)? else {
                return Ok(Outcome::Extreme(self.value[variable]));
            };
            let Some((step, blocking)) = self.step(entering, up)? else {
                self.stride(entering, up)?;
                return Ok(if visit(&self.value) { Outcome::Enough } else { Outcome::Endless });
            };
            if !step.is_zero() {
                self.shift(entering, if up { step } else { step.neg()? })?;
            }
            if let Some(row) = blocking {
                self.pivot(row, entering)?;
            }
            if !step.is_zero() && visit(&self.value) {
                return Ok(Outcome::Enough);
            }
        }
    }

    /// The lowest variable whose movement pushes the wanted one, and whether it moves up.
    fn entering(&self, variable: usize, push: Push) -> Result<Option<(usize, bool)>, Overflow> {
        let wanted = push == Push::Up;
        let Some(row) = self.row_of[variable] else {
            return Ok(self.may_move(variable, wanted)?.then_some((variable, wanted)));
        };
        for (other, coefficient) in &self.rows[row].1 {
            let up = (coefficient.sign() > 0) == wanted;
            if self.may_move(*other, up)? {
                return Ok(Some((*other, up)));
            }
        }
        Ok(None)
    }

    fn may_move(&self, variable: usize, up: bool) -> Result<bool, Overflow> {
        Ok(up || self.value[variable].compare(self.lower[variable])? == Ordering::Greater)
    }

    /// How far a variable may move, and the row that stops it (`None`: its own bound does). `None`: nothing stops it.
    fn step(&self, entering: usize, up: bool) -> Result<Option<(Ratio, Option<usize>)>, Overflow> {
        let mut best: Option<(Ratio, usize, Option<usize>)> = None;
        if !up {
            best = Some((self.value[entering].sub(self.lower[entering])?, entering, None));
        }
        for (index, (basic, form)) in self.rows.iter().enumerate() {
            let Some(coefficient) = at(form, entering) else { continue };
            if (coefficient.sign() > 0) == up {
                continue;
            }
            let room = self.value[*basic].sub(self.lower[*basic])?;
            let size = if coefficient.sign() > 0 { coefficient } else { coefficient.neg()? };
            let step = room.div(size)?;
            let better = match &best {
                None => true,
                Some((least, variable, _)) => match step.compare(*least)? {
                    Ordering::Less => true,
                    Ordering::Equal => basic < variable,
                    Ordering::Greater => false,
                },
            };
            if better {
                best = Some((step, *basic, Some(index)));
            }
        }
        Ok(best.map(|(step, _, row)| (step, row)))
    }

    /// Moves an unstoppable variable far enough to show that it is, by a step that keeps whole numbers whole.
    fn stride(&mut self, entering: usize, up: bool) -> Result<(), Overflow> {
        let mut step = Ratio::whole(1_000_000);
        for (_, form) in &self.rows {
            let change = at(form, entering).unwrap_or(Ratio::ZERO).mul(step)?;
            step = step.mul(change.denominator())?;
        }
        self.shift(entering, if up { step } else { step.neg()? })
    }

    fn shift(&mut self, variable: usize, by: Ratio) -> Result<(), Overflow> {
        self.value[variable] = self.value[variable].add(by)?;
        for (basic, form) in &self.rows {
            if let Some(coefficient) = at(form, variable) {
                self.value[*basic] = self.value[*basic].add(coefficient.mul(by)?)?;
            }
        }
        Ok(())
    }

    /// Makes `entering` basic in a row in place of its basic variable.
    fn pivot(&mut self, row: usize, entering: usize) -> Result<(), Overflow> {
        let (leaving, form) = std::mem::take(&mut self.rows[row]);
        let coefficient = at(&form, entering).ok_or(Overflow)?;
        let scale = Ratio::ONE.div(coefficient)?;
        // leaving = c·entering + rest  →  entering = leaving/c − rest/c
        let rest: Form = form.into_iter().filter(|(v, _)| *v != entering).collect();
        let solved = combined(&[(leaving, scale)], scale.neg()?, &rest)?;
        self.substitute(entering, &solved, Some(row))?;
        self.rows[row] = (entering, solved);
        self.row_of[leaving] = None;
        self.row_of[entering] = Some(row);
        Ok(())
    }

    /// Replaces a variable by a form in every row but one.
    fn substitute(
        &mut self,
        variable: usize,
        form: &[(usize, Ratio)],
        except: Option<usize>,
    ) -> Result<(), Overflow> {
        for (index, (_, row)) in self.rows.iter_mut().enumerate() {
            if Some(index) == except {
                continue;
            }
            if let Ok(place) = row.binary_search_by_key(&variable, |(v, _)| *v) {
                let (_, coefficient) = row.remove(place);
                *row = combined(row, coefficient, form)?;
            }
        }
        Ok(())
    }
}

fn at(form: &[(usize, Ratio)], variable: usize) -> Option<Ratio> {
    form.binary_search_by_key(&variable, |(v, _)| *v).ok().map(|place| form[place].1)
}

/// `left + factor · right`, without zeros.
fn combined(left: &[(usize, Ratio)], factor: Ratio, right: &[(usize, Ratio)]) -> Result<Form, Overflow> {
    let mut out = Form::with_capacity(left.len() + right.len());
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        let order = match (left.get(i), right.get(j)) {
            (Some(l), Some(r)) => l.0.cmp(&r.0),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        let (variable, coefficient) = match order {
            Ordering::Less => (left[i].0, left[i].1),
            Ordering::Greater => (right[j].0, right[j].1.mul(factor)?),
            Ordering::Equal => (left[i].0, left[i].1.add(right[j].1.mul(factor)?)?),
        };
        i += usize::from(order != Ordering::Greater);
        j += usize::from(order != Ordering::Less);
        if !coefficient.is_zero() {
            out.push((variable, coefficient));
        }
    }
    Ok(out)
}
