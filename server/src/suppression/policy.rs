//! How strict a release is.

/// Settings of [`super::protect`]. The default is the house's: k = 11, width 5, rounding off (PRV-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    k: u64,
    width: u64,
    /// Whether zero counts as small.
    zeros: Zeros,
    /// Whether the hidden cells of one relation must add up to at least k.
    hidden_sum: HiddenSum,
    /// How shown counts are printed.
    rounding: Rounding,
}

/// Whether zero counts as small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zeros {
    /// A zero is shown, unless the group is homogeneous, smaller than k, or needed as a complement.
    Shown,
    /// A zero is hidden like 1 to k−1.
    Hidden,
}

/// Whether the hidden cells of one relation must add up to at least k.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiddenSum {
    /// They must: total minus shown parts never resolves to 1..k−1 (PRV-05).
    AtLeastK,
    /// They need not: the classic rule of two hidden cells, as in the published worked cases.
    Any,
}

/// How shown counts are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// As counted.
    None,
    /// To the nearest multiple of 5, never below the first multiple at or above k.
    ToFive,
}

/// Why a policy was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A threshold under 5 protects nobody (D-06).
    #[error("the smallest shown count must be at least 5, not {0}")]
    ThresholdTooLow(u64),
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            k: 11,
            width: 5,
            zeros: Zeros::Shown,
            hidden_sum: HiddenSum::AtLeastK,
            rounding: Rounding::None,
        }
    }
}

impl Policy {
    /// A policy whose smallest shown count is `k`: 1 to k−1 are hidden.
    ///
    /// # Errors
    /// [`PolicyError::ThresholdTooLow`] for k under 5.
    pub fn with_threshold(k: u64) -> Result<Self, PolicyError> {
        if k < 5 { Err(PolicyError::ThresholdTooLow(k)) } else { Ok(Self { k, ..Self::default() }) }
    }

    /// The same with another least width of a hidden cell's interval; never under 1.
    #[must_use]
    pub fn with_width(self, width: u64) -> Self {
        Self { width: width.max(1), ..self }
    }

    /// The same with another treatment of zeros.
    #[must_use]
    pub fn with_zeros(self, zeros: Zeros) -> Self {
        Self { zeros, ..self }
    }

    /// The same with another rule for hidden sums.
    #[must_use]
    pub fn with_hidden_sum(self, hidden_sum: HiddenSum) -> Self {
        Self { hidden_sum, ..self }
    }

    /// The same with another rounding.
    #[must_use]
    pub fn with_rounding(self, rounding: Rounding) -> Self {
        Self { rounding, ..self }
    }

    /// Whether a hidden sum of this size gives too much away.
    pub(super) fn small_sum(&self, sum: u64) -> bool {
        match self.hidden_sum {
            HiddenSum::AtLeastK => (1..self.k).contains(&sum),
            HiddenSum::Any => false,
        }
    }

    /// Smallest count that is shown.
    pub fn k(&self) -> u64 {
        self.k
    }

    /// Least width (upper minus lower bound) of a hidden cell's interval, where attainable.
    pub fn width(&self) -> u64 {
        self.width
    }

    /// Whether a count is too small to show.
    pub(super) fn small(&self, count: u64) -> bool {
        match self.zeros {
            Zeros::Shown => (1..self.k).contains(&count),
            Zeros::Hidden => count < self.k,
        }
    }

    /// A shown count as printed.
    pub(super) fn printed(&self, count: u64) -> u64 {
        match self.rounding {
            Rounding::None => count,
            Rounding::ToFive if count == 0 => 0,
            // 11 and 12 would print as 10, which reads as a small count.
            Rounding::ToFive => ((count + 2) / 5 * 5).max(self.k.div_ceil(5) * 5),
        }
    }
}
