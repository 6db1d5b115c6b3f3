//! Exact fractions for the audit. Floating point would decide a child's privacy by rounding.

use std::cmp::Ordering;

/// Arithmetic outgrew 128 bits. The audit refuses rather than guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overflow;

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ratio {
    n: i128,
    d: i128,
}

impl Ratio {
    pub const ZERO: Self = Self { n: 0, d: 1 };
    pub const ONE: Self = Self { n: 1, d: 1 };

    pub fn whole(n: i128) -> Self {
        Self { n, d: 1 }
    }

    fn reduced(n: i128, d: i128) -> Result<Self, Overflow> {
        if d == 1 {
            return Ok(Self { n, d });
        }
        let g = gcd(n, d);
        let (n, d) = if g > 1 { (n / g, d / g) } else { (n, d) };
        if d < 0 {
            Ok(Self { n: n.checked_neg().ok_or(Overflow)?, d: d.checked_neg().ok_or(Overflow)? })
        } else {
            Ok(Self { n, d })
        }
    }

    pub fn add(self, other: Self) -> Result<Self, Overflow> {
        if self.d == 1 && other.d == 1 {
            return self.n.checked_add(other.n).map(Self::whole).ok_or(Overflow);
        }
        let left = self.n.checked_mul(other.d).ok_or(Overflow)?;
        let right = other.n.checked_mul(self.d).ok_or(Overflow)?;
        Self::reduced(left.checked_add(right).ok_or(Overflow)?, self.d.checked_mul(other.d).ok_or(Overflow)?)
    }

    pub fn sub(self, other: Self) -> Result<Self, Overflow> {
        self.add(other.neg()?)
    }

    pub fn mul(self, other: Self) -> Result<Self, Overflow> {
        Self::reduced(
            self.n.checked_mul(other.n).ok_or(Overflow)?,
            self.d.checked_mul(other.d).ok_or(Overflow)?,
        )
    }

    /// Division; by zero is an overflow too, since it can only come from a fault.
    pub fn div(self, other: Self) -> Result<Self, Overflow> {
        if other.n == 0 {
            return Err(Overflow);
        }
        Self::reduced(
            self.n.checked_mul(other.d).ok_or(Overflow)?,
            self.d.checked_mul(other.n).ok_or(Overflow)?,
        )
    }

    pub fn neg(self) -> Result<Self, Overflow> {
        Ok(Self { n: self.n.checked_neg().ok_or(Overflow)?, d: self.d })
    }

    pub fn is_zero(self) -> bool {
        self.n == 0
    }

    /// -1, 0 or 1.
    pub fn sign(self) -> i128 {
        self.n.signum()
    }

    /// The value where it is whole.
    pub fn as_whole(self) -> Option<i128> {
        (self.d == 1).then_some(self.n)
    }

    /// The denominator in lowest terms.
    pub fn denominator(self) -> Self {
        Self::whole(self.d)
    }

    /// Largest whole number not above.
    pub fn floor(self) -> i128 {
        self.n.div_euclid(self.d)
    }

    /// Order of two fractions.
    pub fn compare(self, other: Self) -> Result<Ordering, Overflow> {
        if self.d == other.d {
            return Ok(self.n.cmp(&other.n));
        }
        let left = self.n.checked_mul(other.d).ok_or(Overflow)?;
        let right = other.n.checked_mul(self.d).ok_or(Overflow)?;
        Ok(left.cmp(&right))
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i128::try_from(a).unwrap_or(1).max(1)
}
