//! A small exact simplex over displacements from the true table.
//!
//! A displacement `d` keeps every relation (`parts − total = 0`) and no cell falls under its floor. The truth, `d = 0`, is
//! always feasible, so there is no first phase; what is not at a bound and not basic may move either way. Bland's rule
//! (lowest index) keeps it from cycling.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::ratio::{Overflow, Ratio};

/// Sparse linear form over variables, sorted by variable.
type Form = Vec<(usize, Ratio)>;

/// Which way a cell is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Push {
    Up,
    Down,
}

impl Push {
    fn reversed(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }
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
    /// Rows whose form names a variable, so that a step costs what it touches and not the size of a country.
    users: Vec<BTreeSet<usize>>,
    /// How many displacements are not whole.
    fractional: usize,
}

/// A feasible world on the way of a push: only shown when every displacement is whole.
pub(super) struct Step<'a> {
    /// All displacements.
    pub value: &'a [Ratio],
    /// Variables that moved since the last step.
    pub moved: &'a [usize],
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
            users: vec![BTreeSet::new(); count],
            fractional: 0,
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
            system.substitute(basic, &solved)?;
            let row = system.rows.len();
            solved.iter().for_each(|(v, _)| {
                system.users[*v].insert(row);
            });
            system.row_of[basic] = Some(row);
            system.rows.push((basic, solved));
        }
        Ok(system)
    }

    /// Pushes a variable to its extreme. After every step `visit` sees the world if all its counts are whole; it ends the
    /// push by returning `true`.
    pub fn push(
        &mut self,
        variable: usize,
        push: Push,
        mut visit: impl FnMut(Step<'_>) -> bool,
    ) -> Result<Outcome, Overflow> {
        loop {
            let Some((entering, way)) = self.entering(variable, push)? else {
                return Ok(Outcome::Extreme(self.value[variable]));
            };
            let blocked = self.step(entering, way)?;
            let step = match blocked {
                Some((step, _)) => step,
                None => self.stride(entering)?,
            };
            let mut moved = Vec::new();
            if !step.is_zero() {
                moved = self.shift(entering, if way == Push::Up { step } else { step.neg()? })?;
            }
            if let Some((_, Some(row))) = blocked {
                self.pivot(row, entering)?;
            }
            let seen = !moved.is_empty()
                && self.fractional == 0
                && visit(Step { value: &self.value, moved: &moved });
            if seen {
                return Ok(Outcome::Enough);
            }
            if blocked.is_none() {
                return Ok(Outcome::Endless);
            }
        }
    }

    /// The lowest variable whose movement pushes the wanted one, and which way it moves.
    fn entering(&self, variable: usize, push: Push) -> Result<Option<(usize, Push)>, Overflow> {
        let Some(row) = self.row_of[variable] else {
            return Ok(self.may_move(variable, push)?.then_some((variable, push)));
        };
        for (other, coefficient) in &self.rows[row].1 {
            let way = if coefficient.sign() > 0 { push } else { push.reversed() };
            if self.may_move(*other, way)? {
                return Ok(Some((*other, way)));
            }
        }
        Ok(None)
    }

    fn may_move(&self, variable: usize, way: Push) -> Result<bool, Overflow> {
        let above = self.value[variable].compare(self.lower[variable])? == Ordering::Greater;
        Ok(way == Push::Up || above)
    }

    /// How far a variable may move, and the row that stops it (`None`: its own bound does). `None`: nothing stops it.
    fn step(&self, entering: usize, way: Push) -> Result<Option<(Ratio, Option<usize>)>, Overflow> {
        let mut best: Option<(Ratio, usize, Option<usize>)> = None;
        if way == Push::Down {
            best = Some((self.value[entering].sub(self.lower[entering])?, entering, None));
        }
        for &index in &self.users[entering] {
            let (basic, form) = &self.rows[index];
            let Some(coefficient) = at(form, entering) else { continue };
            if (coefficient.sign() > 0) == (way == Push::Up) {
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

    /// A step of an unstoppable variable that is long enough to show that it is, and keeps whole numbers whole.
    fn stride(&self, entering: usize) -> Result<Ratio, Overflow> {
        let mut step = Ratio::whole(1_000_000);
        for &row in &self.users[entering] {
            let change = at(&self.rows[row].1, entering).unwrap_or(Ratio::ZERO).mul(step)?;
            step = step.mul(change.denominator())?;
        }
        Ok(step)
    }

    /// Moves a variable and all that depend on it; says which moved.
    fn shift(&mut self, variable: usize, by: Ratio) -> Result<Vec<usize>, Overflow> {
        let mut moved = vec![variable];
        let mut changes = vec![by];
        for &row in &self.users[variable] {
            let (basic, form) = &self.rows[row];
            if let Some(coefficient) = at(form, variable) {
                moved.push(*basic);
                changes.push(coefficient.mul(by)?);
            }
        }
        for (v, change) in moved.iter().zip(changes) {
            let value = self.value[*v].add(change)?;
            self.fractional -= usize::from(self.value[*v].as_whole().is_none());
            self.fractional += usize::from(value.as_whole().is_none());
            self.value[*v] = value;
        }
        Ok(moved)
    }

    /// Makes `entering` basic in a row in place of its basic variable.
    fn pivot(&mut self, row: usize, entering: usize) -> Result<(), Overflow> {
        let (leaving, form) = std::mem::take(&mut self.rows[row]);
        for (v, _) in &form {
            self.users[*v].remove(&row);
        }
        let coefficient = at(&form, entering).ok_or(Overflow)?;
        let scale = Ratio::ONE.div(coefficient)?;
        // leaving = c·entering + rest  →  entering = leaving/c − rest/c
        let rest: Form = form.into_iter().filter(|(v, _)| *v != entering).collect();
        let solved = combined(&[(leaving, scale)], scale.neg()?, &rest)?;
        self.substitute(entering, &solved)?;
        for (v, _) in &solved {
            self.users[*v].insert(row);
        }
        self.rows[row] = (entering, solved);
        self.row_of[leaving] = None;
        self.row_of[entering] = Some(row);
        Ok(())
    }

    /// Replaces a variable by a form in every row that names it.
    fn substitute(&mut self, variable: usize, form: &[(usize, Ratio)]) -> Result<(), Overflow> {
        for row in std::mem::take(&mut self.users[variable]) {
            let old = &mut self.rows[row].1;
            let Ok(place) = old.binary_search_by_key(&variable, |(v, _)| *v) else { continue };
            let (_, coefficient) = old.remove(place);
            let new = combined(old, coefficient, form)?;
            for (v, _) in form {
                if at(&new, *v).is_some() {
                    self.users[*v].insert(row);
                } else {
                    self.users[*v].remove(&row);
                }
            }
            self.rows[row].1 = new;
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
